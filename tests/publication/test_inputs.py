"""What a release was made from, as its description states it."""

from pathlib import Path

from publication.inputs import _hash


def test_the_hash_of_code_is_the_same_wherever_the_code_lies(tmp_path: Path) -> None:
    """A wheel has `dbt` below `base`, a checkout beside it."""
    files = {"base/text.py": "1", "dbt/area_year.sql": "2", "reports/page.py": "3"}
    hashes = []
    for place in ("checkout", "wheel"):
        for name, content in files.items():
            path = tmp_path / place / (name.replace("dbt/", "base/data/dbt/") if place == "wheel" else name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)
        hashes.append(_hash(path for path in (tmp_path / place).rglob("*.*") if path.is_file()))
    assert hashes[0] == hashes[1]
    path.write_text("4")
    assert _hash(path for path in (tmp_path / "wheel").rglob("*.*") if path.is_file()) != hashes[1]
