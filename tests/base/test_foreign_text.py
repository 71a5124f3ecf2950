"""Foreign text steers neither a terminal nor a spreadsheet program."""

import io

import pytest

from base.foreign_text import LONGEST_SHOWN, csv_cell, shown
from poverty_cli.terminal import Terminal, foreign

HOSTILE = ["\x1b[31mđỏ", "a\u202eb", "a\u2066b", "a\u200bb", "a\r\nb", "a\x07b", "a\x9bb", "a\u2028b", "a\x00b"]


@pytest.mark.parametrize("text", HOSTILE)
def test_what_cannot_be_seen_is_shown_as_an_escape(text: str) -> None:
    assert shown(text).isprintable()
    assert "\\u" in shown(text) or "\\r" in shown(text)
    output = io.StringIO()
    console = Terminal(file=output, width=100)
    console.print(f"[bold]{text.replace('[', '')}[/bold]")
    console.print(foreign(f"[red]{text}"))
    assert "[red]" in output.getvalue()
    assert all(character.isprintable() or character in "\n\r" for character in output.getvalue())
    assert output.getvalue().count("\n") <= 3


def test_plain_text_is_as_it_was_and_long_text_is_cut() -> None:
    assert shown("Ấp Rạch Gỗ, hộ 7") == "Ấp Rạch Gỗ, hộ 7"
    assert len(shown("x" * 999)) == LONGEST_SHOWN


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@a", "\t=1", "\r=1", " =1", "＝1", "|cmd", "\n=1", "%0A"])
def test_a_cell_of_a_csv_file_is_no_formula(text: str) -> None:
    assert csv_cell(text).startswith("'")
    assert "\n" not in csv_cell(text)


def test_other_cells_of_a_csv_file_are_as_they_were() -> None:
    assert [csv_cell(value) for value in (None, -1, 1.5, "Xã An", "", "a-b")] == [None, -1, 1.5, "Xã An", "", "a-b"]
