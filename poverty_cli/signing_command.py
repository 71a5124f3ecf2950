"""The command `poverty signing-key`: the fingerprint to print and give out, and a new key."""

from typing import Annotated

import typer

from base.home import Home
from base.signature import ensure_signing_key, fingerprint, known_keys, rotate_signing_key
from poverty_cli.terminal import Terminal


def signing_key(
    rotate: Annotated[bool, typer.Option("--rotate", help="Replace the key; older releases keep theirs.")] = False,
) -> None:
    """The fingerprints of the keys that sign releases, the one in use last."""
    home = Home.from_environment().create()
    if rotate:
        rotate_signing_key(home)
    else:
        ensure_signing_key(home)
    for key in known_keys(home):
        until = f" to {key['until'][:10]}" if key.get("until") else ""
        Terminal().print(f"{fingerprint(key['publicKey'])}  from {key['since'][:10]}{until}", soft_wrap=True)
