"""The one sentence that every page, form and workbook shows when its data are made up."""

from reports.numbers import count_vi
from reports.tables import ReleaseTables

_NOT_REAL = "không phải số liệu thật, không dùng để xét hỗ trợ hay báo cáo chính thức."


def simulated_files(tables: ReleaseTables, survey_year: int | None = None) -> tuple[int, int]:
    """(current files that say they are simulated, current files), of one survey year or of all.

    A release that was made before files were asked has no such column, and none.
    """
    asked = tables.rows(
        "select 1 from duckdb_columns() where table_name = 'source_file' and column_name = 'is_simulated'"
    )
    if not asked:
        return 0, 0
    counted = tables.rows(
        "select count(*) filter (is_simulated) as simulated, count(*) as in_force from quality.source_file "
        "where status = 'accepted' and (survey_year = $1 or $1 is null)",
        survey_year,
    )[0]
    return counted["simulated"], counted["in_force"]


def simulated_notice(tables: ReleaseTables, survey_year: int | None = None) -> str | None:
    """What a reader must know first of all where current files are simulated; None where none is.

    Args:
        tables: the release.
        survey_year: only the files of one year.
    """
    simulated, in_force = simulated_files(tables, survey_year)
    if not simulated:
        return None
    if simulated == in_force:
        return f"DỮ LIỆU MÔ PHỎNG: {_NOT_REAL}"
    return f"CÓ DỮ LIỆU MÔ PHỎNG trong {count_vi(simulated)}/{count_vi(in_force)} tệp đang dùng: {_NOT_REAL}"
