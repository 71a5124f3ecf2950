"""The documents as tests read them: their text, their code, their commands."""

import re
from collections.abc import Iterator
from pathlib import Path

from tests.support.homes import REPOSITORY

DOCUMENTS = [
    REPOSITORY / "README.md",
    REPOSITORY / "CONTRIBUTING.md",
    REPOSITORY / "CHANGELOG.md",
    REPOSITORY / "dbt" / "README.md",
    *sorted((REPOSITORY / "docs").rglob("*.md")),
]
_FENCE = re.compile(r"^ *```(\w*)\n(.*?)^ *```$", re.DOTALL | re.MULTILINE)
_INLINE = re.compile(r"`([^`\n]+)`")


def name_of(document: Path) -> str:
    """The path in the checkout, as links have it."""
    return document.relative_to(REPOSITORY).as_posix()


def texts() -> Iterator[tuple[str, str]]:
    """Name and text of every document."""
    for document in DOCUMENTS:
        yield name_of(document), document.read_text(encoding="utf-8")


def blocks(text: str) -> list[tuple[str, str]]:
    """Language and content of each fenced block, in the order of the page."""
    return _FENCE.findall(text)


def inline_code(text: str) -> set[str]:
    """What stands between backticks in the prose."""
    return set(_INLINE.findall(_FENCE.sub("", text)))


def shell_blocks(page: str) -> list[list[str]]:
    """The lines of each shell block of a page; a line that goes on after a backslash is one."""
    text = (REPOSITORY / page).read_text(encoding="utf-8")
    shell = [content.replace("\\\n", " ") for language, content in blocks(text) if language == "sh"]
    return [[line.strip() for line in content.splitlines() if line.strip()] for content in shell]


def commands(page: str) -> list[str]:
    """All lines of the shell blocks of a page."""
    return [line for block in shell_blocks(page) for line in block]
