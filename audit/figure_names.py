"""Naming a figure of a release: its measure, area and breakdown, checked against what the release holds."""

from collections.abc import Sequence
from difflib import get_close_matches

import duckdb

from audit.measures import CLASS_GROUPS, LISTED, UNITS, Measure
from audit.records import Area
from base.reference import load_territory

BOUNDARIES = ("as_reviewed", "harmonised")
WEIGHTINGS = ("nested", "equal")
_ALL_CLASSES = "marts.indicator_area_year"


class UnknownFigureError(ValueError):
    """There is no such figure; the message is a sentence that names the nearest known names."""


def require_known(what: str, name: str, names: Sequence[str]) -> str:
    """The name, when it is one of `names`; else UnknownFigureError with the nearest ones."""
    if name in names:
        return name
    near = get_close_matches(name, names, n=5, cutoff=0.4) or list(names)[:8]
    raise UnknownFigureError(f"There is no {what} {name!r}. Nearest: {', '.join(near)}.")


def breakdown_of(
    connection: duckdb.DuckDBPyConnection,
    measure: Measure,
    survey_year: int,
    poverty_class: str | None,
    indicator: str | None,
    need: str | None,
    unit: str,
    cause: str | None = None,
    ethnicity: str | None = None,
    weighting: str = WEIGHTINGS[0],
) -> dict[str, str]:
    """The key columns of the figure besides the area's, checked. Raises UnknownFigureError."""
    years = [
        str(year)
        for (year,) in connection.execute(
            "select distinct survey_year from release.marts.area_year order by survey_year"
        ).fetchall()
    ]
    require_known("survey year", str(survey_year), years)
    is_movement = measure.table == "marts.poverty_movement"
    key: dict[str, str] = {}
    for option in measure.needs:
        if option == "class":
            classes = tuple(CLASS_GROUPS) if measure.table == _ALL_CLASSES else LISTED
            name = _given(measure, "--class", poverty_class, classes)
            key["list" if is_movement else "poverty_class"] = name
        elif option == "indicator":
            query = (
                "select distinct indicator_code from release.marts.indicator_area_year where survey_year = ? order by 1"
            )
            known = [row[0] for row in connection.execute(query, [survey_year]).fetchall()]
            key["indicator_code"] = _given(measure, "--indicator", indicator, known)
        elif option == "need":
            query = "select distinct need_code from release.marts.need_area_year order by 1"
            key["need_code"] = _given(measure, "--need", need, [row[0] for row in connection.execute(query).fetchall()])
        elif option == "cause":
            query = "select distinct cause_code from release.marts.area_year_cause order by 1"
            key["cause_code"] = _given(
                measure, "--cause", cause, [row[0] for row in connection.execute(query).fetchall()]
            )
        elif option == "ethnicity":
            query = (
                "select distinct ethnicity_code from release.marts.area_year_ethnicity where survey_year = ? order by 1"
            )
            known = [row[0] for row in connection.execute(query, [survey_year]).fetchall()]
            key["ethnicity_code"] = _given(measure, "--ethnicity", ethnicity, known)
        elif option == "weighting":
            key["weighting"] = _given(measure, "--weighting", weighting, WEIGHTINGS)
        else:
            key["unit"] = _given(measure, "--unit", unit, UNITS)
    return key


def _given(measure: Measure, option: str, value: str | None, known: Sequence[str]) -> str:
    if value is None:
        raise UnknownFigureError(f"{measure.name} needs {option}: {', '.join(known)}.")
    return require_known(option.removeprefix("--"), value, known)


def area_of(connection: duckdb.DuckDBPyConnection, survey_year: int, area_code: str, boundary: str) -> tuple[Area, str]:
    """The area and its name. Raises UnknownFigureError."""
    # Movements also cover areas that had rows the year before only.
    rows = connection.execute(
        "select distinct area_level, area_code, area_name from release.marts.poverty_movement "
        "where survey_year = ? and boundary = ? order by area_code",
        [survey_year, boundary],
    ).fetchall()
    found = next((row for row in rows if row[1] == area_code), None)
    if found is None:
        named = {name: code for _, code, name in rows}
        near = get_close_matches(area_code, [*(row[1] for row in rows), *named], n=5, cutoff=0.5)
        shown = [
            f"{named.get(name, name)} ({next(r[2] for r in rows if r[1] == named.get(name, name))})" for name in near
        ]
        raise UnknownFigureError(
            f"There is no area {area_code!r} in {survey_year}, boundary {boundary}. "
            f"Nearest: {', '.join(dict.fromkeys(shown)) or load_territory().area_code + ' (the province)'}."
        )
    return Area(survey_year, found[0], boundary, area_code), found[2]


def published_value(
    connection: duckdb.DuckDBPyConnection, measure: Measure, area: Area, breakdown: dict[str, str]
) -> float | int | None:
    """The figure as the release says it. Raises UnknownFigureError when the area has no row there."""
    key = {
        "survey_year": area.survey_year,
        "area_level": area.area_level,
        "boundary": area.boundary,
        "area_code": area.area_code,
        **breakdown,
    }
    rows = connection.execute(
        f"select {measure.column} from release.{measure.table} where " + " and ".join(f"{name} = ?" for name in key),
        list(key.values()),
    ).fetchall()
    if not rows:
        raise UnknownFigureError(
            f"{measure.table} has no row for {area.area_code} in {area.survey_year}, boundary {area.boundary}: "
            "no commune of it has an accepted file of that year."
        )
    value: float | int | None = rows[0][0]
    return value
