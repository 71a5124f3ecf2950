"""What the suites read: one DuckDB view per dataset, in memory, over raw Parquet and over the build file.

Views, not copies: on 1,000,000 raw rows a copy in memory took as long to make as it saved, and 200 to 400 MB. The
build file is attached read-only.
"""

from collections.abc import Callable, Sequence

from base.home import Home
from base.reference import load_tables, table_path
from base.sql import sql_file, sql_files, sql_text
from base.sql_macros import dbt_macro
from expectations.errors import DatasetAbsentError

BUILD = "build"
MARTS = f"{BUILD}.marts"
RAW_ROLES = ("household", "member", "total")

# Cells are read as staging reads them, by the same macros.
_MACROS = (
    # Two spellings of one label compare equal; for a few distinct labels, not for whole columns.
    f"create macro key_of(cell) as {dbt_macro('text_key')('cell')}",
    f"create macro is_marked(cell) as {dbt_macro('parse_mark')('cell')}",
    f"create macro number_of(cell) as cast({dbt_macro('parse_decimal')(dbt_macro('fold_text')('cell'))} as double)",
    # Of rows, those that meet a condition; an unknown condition is not met.
    "create macro share(condition) as avg(case when condition then 1.0 else 0.0 end)",
    # The mean of too few households would tell what one of them has.
    "create macro mean_of(number) as case when count(number) >= 10 then avg(number) end",
)


def create_views(execute: Callable[[str], object], home: Home, names: Sequence[str]) -> None:
    """Make the views of every raw dataset, and of the marts named; a suite reads other marts as `build.marts.…`.

    The build file is only opened for suites over marts: dbt may be writing it while raw is checked.

    Raises DatasetAbsentError when one of `names` cannot be read.
    """
    for macro in _MACROS:
        execute(macro)
    _create_reference_views(execute)
    _create_raw_views(execute, home)
    marts = [name for name in names if not name.startswith("raw_")]
    if marts:
        _create_mart_views(execute, home, marts)


def _create_reference_views(execute: Callable[[str], object]) -> None:
    for view, table in (("form_column", "form_columns"), ("form_code", "form_codes"), ("survey_year", "survey_years")):
        path = sql_file(table_path(load_tables()[table]))
        execute(f"create table {view} as from read_csv({path}, header = true, all_varchar = true)")


def _create_raw_views(execute: Callable[[str], object], home: Home) -> None:
    register = home.raw / "source_file.parquet"
    absent = [role for role in RAW_ROLES if not any((home.raw / role).glob("*.parquet"))]
    if absent or not register.exists():
        raise DatasetAbsentError(
            f"{home.raw} lacks raw files ({', '.join(absent) or register.name}): run ingestion first."
        )
    execute(
        f"""create view raw_source_file as
        select *, status = 'accepted' and {dbt_macro("submission_rank")()} = 1 as is_in_force
        from read_parquet({sql_file(register)})"""
    )
    for role in RAW_ROLES:
        execute(
            f"""create view raw_{role} as
            select cells.*, files.form, files.survey_year, files.commune_code, files.is_in_force
            from read_parquet({sql_files(home.raw / role, "*.parquet")}, union_by_name = true) as cells
            inner join raw_source_file as files
                on cells.source_file_id = files.source_file_id and cells.extraction_id = files.extraction_id
            where files.status = 'accepted'"""
        )


def _create_mart_views(execute: Callable[[str], object], home: Home, names: Sequence[str]) -> None:
    if not home.build_file.exists():
        raise DatasetAbsentError(f"{home.build_file} is not there: build the warehouse (dbt) first.")
    try:
        execute(f"attach {sql_text(home.build_file)} as {BUILD} (read_only)")
    except Exception as error:
        raise DatasetAbsentError(
            f"{home.build_file} cannot be opened ({type(error).__name__}): another process may be writing it; "
            "run the checks when dbt has ended."
        ) from None
    for name in names:
        try:
            execute(f"create view {name} as from {MARTS}.{name}")
        except Exception:
            raise DatasetAbsentError(f"{MARTS}.{name} is not there: build that model (dbt) first.") from None
