"""One HTML file that queries an open-data edition in the browser: `python -m query_page.build`, or `make query-page`.

DuckDB (duckdb-wasm), the tables and five ready questions lie in the page, so that it opens from the disk without a
server or a network. The edition holds no small counts, so the page may go wherever the edition may.
"""

import base64
import gzip
import sys
from pathlib import Path
from typing import Any

import jinja2
import pyarrow as pa
import pyarrow.parquet as pq
from markupsafe import Markup

from base.home import Home
from base.reference import read_table
from base.release_layout import read_datapackage
from publication.open_data.edition import write_edition
from publication.open_data.suppression import LARGEST, SMALLEST
from publication.release import NotPublishedError
from reports.open_pages.pages import write_open_pages
from reports.simulated import simulated_notice
from reports.tables import open_release

FOLDER = Path(__file__).resolve().parent
ENGINE = FOLDER / "node_modules" / "@duckdb" / "duckdb-wasm" / "dist"
PROGRAM = FOLDER / "node_modules" / ".program.js"  # main.mjs and what it imports, made by `make query-page`
LABELS = {
    "indicator": ("Tên các chỉ số thiếu hụt.", "indicators", "indicator_code"),
    "need": ("Tên các nhu cầu hỗ trợ.", "needs", "need_code"),
}


def questions() -> list[tuple[str, str]]:
    """(title, SQL) of the ready questions."""
    parts = (FOLDER / "questions.sql").read_text(encoding="utf-8").split("-- ")[1:]
    return [
        (title.strip(), sql.strip().removesuffix(";")) for title, _, sql in (part.partition("\n") for part in parts)
    ]


def tables(edition: Path) -> dict[str, tuple[str, list[tuple[str, str, str]], pa.Table]]:
    """{name: (description, columns as (name, type, meaning), rows)} of an edition, and the labels of its codes."""
    package = read_datapackage(edition)
    assert package is not None
    found = {}
    for resource in package["resources"]:
        path = edition / resource["path"]
        if path.suffix == ".parquet":
            columns = [(one["name"], one["type"], one["description"]) for one in resource["schema"]["fields"]]
            found[path.stem] = (resource["description"], columns, pq.read_table(path))
    for name, (description, reference, code) in LABELS.items():
        rows = [{code: row[code], "name_vi": row["name_vi"]} for row in read_table(reference)]
        columns = [(code, "string", "Mã."), ("name_vi", "string", "Tên.")]
        found[name] = (description, columns, pa.Table.from_pylist(rows))
    return found


def write_page(home: Home) -> Path:
    """Write the page of the current release's open data to `reports/query_page/<release>/index.html`.

    Raises NotPublishedError when nothing is published.
    """
    edition = write_edition(home, write_open_pages).folder
    described = [
        {"name": name, "description": description, "columns": columns, "arrow": _packed(_stream(rows))}
        for name, (description, columns, rows) in tables(edition).items()
    ]
    with open_release(home.current) as release:
        notice = simulated_notice(release)
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(FOLDER), autoescape=True, trim_blocks=True)
    page = environment.get_template("page.html.j2").render(
        release=edition.name,
        notice=notice,
        smallest=SMALLEST,
        largest=LARGEST,
        style=Markup((FOLDER.parent / "reports" / "assets" / "page.css").read_text(encoding="utf-8")),
        questions=questions(),
        tables=described,
        engine=_packed((ENGINE / "duckdb-eh.wasm").read_bytes()),
        worker=_packed((ENGINE / "duckdb-browser-eh.worker.js").read_bytes()),
        program=Markup(PROGRAM.read_text(encoding="utf-8").replace("</script", "<\\/script")),
    )
    path = home.root / "reports" / "query_page" / edition.name / "index.html"
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name("index.html.partial")
    aside.write_text(page, encoding="utf-8")
    aside.replace(path)
    return path


def _stream(rows: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, rows.schema) as writer:
        writer.write_table(rows)
    return bytes(sink.getvalue())


def _packed(content: bytes) -> Any:
    return Markup(base64.b64encode(gzip.compress(content, mtime=0)).decode())


def main() -> int:
    """Write the page and say where it is."""
    try:
        path = write_page(Home.from_environment())
    except NotPublishedError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"Query page written: {path} ({path.stat().st_size / 1e6:.0f} MB)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
