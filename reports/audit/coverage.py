"""Which commune sent what in which year: the grid of coverage."""

from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property

from base.reference import cutoff_dates_sql
from reports.acting import Actor, acting_commune
from reports.tables import ReleaseTables, Row

FINAL, PROVISIONAL, REJECTED, MISSING = "C", "T", "L", "K"
STATES = {
    FINAL: "đã nhận, chính thức",
    PROVISIONAL: "đã nhận, tạm thời",
    REJECTED: "có gửi nhưng tệp bị loại, chưa có tệp dùng được",
    MISSING: "chưa nhận tệp nào",
}


@dataclass
class Cell:
    """One commune in one year: its state, its open findings by severity, its rows set aside."""

    state: str
    errors: int = 0
    warnings: int = 0
    quarantined: int = 0


@dataclass
class Unit:
    """One commune as it was reviewed, with a cell per year in which it existed. `actor` answers for it today."""

    code: str
    name: str
    district: str
    actor: Actor
    cells: dict[int, Cell] = field(default_factory=dict)

    @property
    def is_gone(self) -> bool:
        """Whether another commune answers for it, be it one with the same code."""
        return (self.code, self.name) != (self.actor.code, self.actor.name)


@dataclass
class Era:
    """The units of years with the same organisation: with districts until 2024, without from 2025 on."""

    years: list[int]
    districts: dict[str, list[Unit]]


@dataclass
class Coverage:
    """Every unit, and the counts by year."""

    units: list[Unit]
    eras: list[Era]
    by_year: list[Row]

    @cached_property
    def codes(self) -> dict[str, list[Unit]]:
        """Units by code: a code is given to another unit after a merger, so that it may have several names."""
        found: dict[str, list[Unit]] = {}
        for unit in self.units:
            found.setdefault(unit.code, []).append(unit)
        return dict(sorted(found.items()))

    def unit_of(self, code: str | None, survey_year: int | None) -> Unit | None:
        """The unit that a code named in a year; the last one where the year is not known, None for an unknown code."""
        units = self.codes.get(code or "", [])
        return next((unit for unit in units if survey_year in unit.cells), units[-1] if units else None)

    def answered_by(self, code: str) -> list[Unit]:
        """The communes that are gone and that the commune of a code answers for today."""
        return [unit for unit in self.units if unit.is_gone and unit.actor.code == code]


def read_coverage(reader: ReleaseTables, findings: list[Row], on: str) -> Coverage:
    """The state of every commune that must send a file, by year, and who answers for it on an ISO date.

    A commune is received when the area table counts its file; rejected when it is not and a rejected file names it.
    """
    rows = reader.rows(
        f"""
        select years.survey_year, communes.commune_code as area_code, communes.commune_name, communes.district_name,
            communes.valid_from,
            coalesce(areas.communes_received, 0) > 0 as is_received, coalesce(areas.is_final, false) as is_final,
            coalesce(rejected.files, 0) > 0 as is_rejected, coalesce(accepted.quarantined, 0)::bigint as quarantined
        from (select distinct survey_year from marts.area_year) as years
        inner join {cutoff_dates_sql()} on years.survey_year = cutoffs.survey_year
        inner join marts.dim_commune as communes
            on cutoffs.cutoff_date >= communes.valid_from and coalesce(cutoffs.cutoff_date < communes.valid_to, true)
        left join marts.area_year as areas
            on years.survey_year = areas.survey_year and communes.commune_code = areas.area_code
            and areas.area_level = 'commune' and areas.boundary = 'as_reviewed'
        left join (
            select survey_year, commune_code, count(*) as files from quality.source_file
            where status = 'rejected' group by all
        ) as rejected on years.survey_year = rejected.survey_year and communes.commune_code = rejected.commune_code
        left join (
            select survey_year, commune_code, sum(quarantined_rows) as quarantined from quality.source_file
            where status = 'accepted' group by all
        ) as accepted on years.survey_year = accepted.survey_year and communes.commune_code = accepted.commune_code
        order by communes.district_code, communes.commune_code, communes.valid_from, years.survey_year
        """
    )
    still_open: Counter[tuple[int, str, str]] = Counter(
        (finding["survey_year"], finding["commune_code"], finding["severity"])
        for finding in findings
        if finding["status"] == "open"
    )
    units: dict[tuple[str, str, str], Unit] = {}
    for row in rows:
        code, district = row["area_code"], row["district_name"] or ""
        unit = units.setdefault(
            (code, row["commune_name"], district),
            Unit(code, row["commune_name"], district, Actor(code, row["commune_name"])),
        )
        unit.actor = acting_commune(code, str(row["valid_from"]), on)
        unit.cells[row["survey_year"]] = Cell(
            _state(row),
            still_open[row["survey_year"], code, "error"],
            still_open[row["survey_year"], code, "warning"],
            row["quarantined"],
        )
    found = list(units.values())
    return Coverage(found, _eras(found), _by_year(found))


def _state(row: Row) -> str:
    if row["is_received"]:
        return FINAL if row["is_final"] else PROVISIONAL
    return REJECTED if row["is_rejected"] else MISSING


def _eras(units: list[Unit]) -> list[Era]:
    eras = []
    for has_districts in (False, True):
        members = [unit for unit in units if bool(unit.district) == has_districts]
        if members:
            districts: dict[str, list[Unit]] = {}
            for unit in members:
                districts.setdefault(unit.district, []).append(unit)
            eras.append(Era(sorted({year for unit in members for year in unit.cells}), districts))
    return eras


def _by_year(units: list[Unit]) -> list[Row]:
    counts: dict[int, Counter[str]] = {}
    for unit in units:
        for year, cell in unit.cells.items():
            counter = counts.setdefault(year, Counter())
            counter[cell.state] += 1
            counter["expected"] += 1
            counter["errors"] += cell.errors
            counter["warnings"] += cell.warnings
            counter["quarantined"] += cell.quarantined
    return [{"survey_year": year, **{key: counter[key] for key in (*STATES, "expected", "errors", "warnings",
            "quarantined")}} for year, counter in sorted(counts.items())]  # fmt: skip
