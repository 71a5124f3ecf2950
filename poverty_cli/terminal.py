"""The console of every command: no text that is printed can steer the terminal."""

from typing import Any

from rich.console import Console
from rich.text import Text

from base.foreign_text import shown, without_hidden


class Terminal(Console):
    """A console that shows control characters, marks of direction and invisible characters as escapes.

    Brackets and colons are text, for paths and names hold them: what is styled is a `Text`.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"markup": False, "emoji": False, **options})

    def render_str(self, text: str, **options: Any) -> Text:
        """A string as it is printed; line breaks and tabs of our own sentences stay."""
        return super().render_str(without_hidden(text, kept="\n\t"), **options)


def foreign(value: object) -> Text:
    """A value that somebody else wrote: one line, bounded, and its brackets are no markup."""
    return Text(shown(value))
