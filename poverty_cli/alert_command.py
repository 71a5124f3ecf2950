"""The command `poverty alert`, and the alerts at the end of a run."""

from typing import Annotated

import typer

from base.home import Home
from base.machine import MachineError
from operations import alerts
from operations.alerts import COMMAND, EMAIL, NotDeliveredError
from operations.state import Reason
from poverty_cli.terminal import Terminal

_TEST = Reason("test", "A test: alerts of the poverty warehouse arrive here.")


def alert(
    test: Annotated[bool, typer.Option("--test", help="Send one sentence, to see whether it arrives.")] = False,
) -> None:
    """Send what must be done and was not sent before, to a program or by e-mail."""
    if not alerts.is_set_up():
        Terminal(stderr=True).print(f"Nobody wants alerts: set {COMMAND} or {EMAIL} (docs/operations.md).")
        raise typer.Exit(2)
    home = Home.from_environment().create()
    try:
        if test:
            alerts.send(home, [_TEST])
        sent = [_TEST] if test else alerts.send_new(home)
    except NotDeliveredError as problem:
        Terminal(stderr=True).print(str(problem), soft_wrap=True)
        raise typer.Exit(1) from None
    for reason in sent:
        Terminal().print(f"Sent: {reason.sentence}", soft_wrap=True)
    if not sent:
        Terminal().print("Nothing new to tell.")


def tell_after_run(home: Home) -> None:
    """Send what is new where somebody wants it; one that does not arrive is no failure of the run."""
    if not alerts.is_set_up():
        return
    try:
        alerts.send_new(home)
    except (NotDeliveredError, MachineError) as problem:
        Terminal(stderr=True).print(f"An alert was not sent. {problem}", soft_wrap=True)
