"""Phrases that docs/glossary.md avoids: `python -m tools.avoided_phrases FILE …` names each line that has one.

Single words are typos' part (`_typos.toml`); typos reads word by word and cannot see a phrase.
"""

import re
import sys
from pathlib import Path

_PHRASES = re.compile(r"\b(speaks? for|held back|the way of the|by the word of)\b", re.IGNORECASE)
_PROSE = {".md", ".py", ".sql", ".yml", ".j2", ".toml", ".sh"}
_EXEMPT = {Path("docs/glossary.md"), Path("tools/avoided_phrases.py")}


def main(names: list[str]) -> int:
    """Print each avoided phrase with file and line; returns 1 when there is one."""
    found = [
        f"{path}:{number}: {match.group()}"
        for path in map(Path, names)
        if path.suffix in _PROSE and path not in _EXEMPT
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        for match in _PHRASES.finditer(line)
    ]
    print("\n".join(found), end="\n" if found else "")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
