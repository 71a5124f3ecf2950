"""Quality and cost of household identity on data whose truth is known: `python -m bench.identity HOME TRUTH`.

HOME needs `raw/` and a build file with everything upstream of identity; TRUTH is the generator's `links.parquet`, or a
CSV with `file`, `row_number` and `true_household_id`. Files are named by their path below the landing folder.
"""

import json
import sys
from pathlib import Path
from typing import Any

import duckdb

from base.home import Home
from base.reference import read_table
from bench.models import build_tables

PASSES = tuple(row["pass"] for row in read_table("link_passes"))
MODELS = (
    *("int_identity_name", "int_identity_record", "int_identity_person", "int_link_decision", "int_link_pair_code"),
    *("int_link_by_code", "int_identity_chain", "int_link_pair_person", "int_link_by_person", "int_household_link"),
    *("int_link_proposed", "int_household_identity"),
)


def measure(home: Path, truth: Path, *, rebuild: bool = True) -> dict[str, Any]:
    """Link the home's rows again and judge the links against the truth; prints a table and returns its figures."""
    cost = _rebuild(home) if rebuild else {}
    with duckdb.connect(str(home / "warehouse" / "build.duckdb"), read_only=True) as connection:
        _load_truth(connection, home, truth)
        result = {**_quality(connection), "passes": _passes(connection), **cost}
    _print(result)
    return result


def _rebuild(home: Path) -> dict[str, float]:
    target = home / "bench_target"
    usage = build_tables(Home(home), target, MODELS)
    results = json.loads((target / "run_results.json").read_text(encoding="utf-8"))
    models = float(results["elapsed_time"])
    return {"seconds": models, "seconds_with_dbt": usage.wall, "peak_mib": usage.peak_bytes / 2**20}


def write_links_as_truth(home: Path, truth: Path) -> None:
    """Take the links of a build for the truth, where nobody knows it: linking again must give the same."""
    with duckdb.connect(str(home / "warehouse" / "build.duckdb"), read_only=True) as connection:
        connection.execute(
            f"""copy (
                select f.landing_path as file, i.row_number, i.household_id as true_household_id
                from intermediate.int_household_identity as i
                inner join read_parquet('{home}/raw/source_file.parquet') as f using (source_file_id)
            ) to '{truth}' (format parquet)"""
        )


def _load_truth(connection: duckdb.DuckDBPyConnection, home: Path, truth: Path) -> None:
    reader = "read_parquet" if truth.suffix == ".parquet" else "read_csv"
    connection.execute(
        f"""
        create temp table record as
        select
            l.*, i.household_id, i.is_row_of_the_year, t.true_household_id as true_id
        from intermediate.int_household_link as l
        inner join intermediate.int_household_identity as i using (source_file_id, row_number)
        left join read_parquet('{home}/raw/source_file.parquet') as f using (source_file_id)
        inner join {reader}('{truth}') as t on f.landing_path = t.file and l.row_number = t.row_number
        """
    )


def _quality(connection: duckdb.DuckDBPyConnection) -> dict[str, float]:
    """Pairs of consecutive years and whole households, as shared/tools/compare.py counts them."""
    row = connection.execute(
        """
        with counted as (select * from record where is_row_of_the_year),
        given as (
            select a.true_id = b.true_id as is_right
            from counted as a
            inner join counted as b on a.household_id = b.household_id and a.survey_year + 1 = b.survey_year
        ),
        true_pairs as (
            select count(*) as n
            from counted as a
            inner join counted as b on a.true_id = b.true_id and a.survey_year + 1 = b.survey_year
        ),
        households as (
            select count(distinct household_id) = 1 as is_one, min(household_id) as household_id
            from counted group by true_id
        ),
        pure as (select household_id from counted group by household_id having count(distinct true_id) = 1)
        select
            (select count(*) from counted) as household_rows,
            (select avg(cast(is_right as integer)) from given) as precision,
            (select count(*) filter (where is_right) from given) / (select n from true_pairs) as recall,
            (select avg(cast(is_one and pure.household_id is not null as integer))
             from households left join pure using (household_id)) as whole_households
        """
    ).fetchone()
    assert row is not None
    return dict(zip(("household_rows", "precision", "recall", "whole_households"), row, strict=True))


def _passes(connection: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """For each pass its links, how many are right, and its share of all rows that have an earlier row."""
    found = connection.execute(
        """
        with linkable as (
            select count(*) as n from record as a
            where exists (select 1 from record as b where a.true_id = b.true_id and a.survey_year > b.survey_year)
        )
        select
            a.pass,
            count(*) as links,
            count(*) filter (where a.true_id <> b.true_id) as wrong,
            count(*) filter (where a.true_id = b.true_id) / (select n from linkable) as recall
        from record as a
        inner join record as b on a.earlier_record_number = b.record_number
        group by a.pass
        """
    ).fetchall()
    by_pass = {name: (links, wrong, recall) for name, links, wrong, recall in found}
    rows = []
    for name in PASSES:
        links, wrong, recall = by_pass.get(name, (0, 0, 0.0))
        precision = 1 - wrong / links if links else None
        figures = {"links": links, "wrong": wrong, "precision": precision, "recall": recall}
        rows.append({"pass": name, **figures})
    return rows


def _print(result: dict[str, Any]) -> None:
    print(f"{'pass':14} {'links':>8} {'wrong':>6} {'precision':>10} {'recall':>9}")
    for one in result["passes"]:
        precision = "" if one["precision"] is None else f"{one['precision']:.6f}"
        print(f"{one['pass']:14} {one['links']:8} {one['wrong']:6} {precision:>10} {one['recall']:9.6f}")
    print({name: round(value, 6) for name, value in result.items() if name != "passes"})


def plot(results: dict[str, dict[str, Any]], target: Path) -> None:
    """Share of the linkable rows that each pass finds, per data set, on a scale that shows the small ones."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(8, 3.4))
    names = [one for one in PASSES if one != "decision"]
    height = 0.8 / len(results)
    for number, (label, result) in enumerate(results.items()):
        shares = {one["pass"]: one for one in result["passes"]}
        places = [place + number * height for place in range(len(names))]
        axes.barh(places, [100 * shares[name]["recall"] for name in names], height, label=label)
        for place, name in zip(places, names, strict=True):
            text = f"{shares[name]['links']:,} links, {shares[name]['wrong']} wrong"
            axes.text(max(100 * shares[name]["recall"], 0.0003) * 1.15, place, text, va="center", fontsize=7)
    axes.set_yticks([place + 0.4 - height / 2 for place in range(len(names))], names)
    axes.set(xscale="log", xlim=(0.0003, 3000), xlabel="% of the rows that have an earlier row (log scale)")
    axes.invert_yaxis()
    axes.legend(loc="lower right", fontsize=7)
    figure.tight_layout()
    figure.savefig(target, dpi=130)
    plt.close(figure)


if __name__ == "__main__":
    measure(Path(sys.argv[1]), Path(sys.argv[2]))
