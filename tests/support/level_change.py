"""The pack level-change: a small territory of its own whose workbooks are written here from its list of households."""

import csv

from base.forms import Form, form_of_year, load_forms
from base.home import Home
from tests.support.homes import PACKS
from tests.support.publish_tables import publish_tables
from tests.support.workbooks import household, member, total, workbook_bytes

PACK = PACKS / "level-change"
RESIDENTS = {
    ("01273", 2025): 100, ("01273", 2026): 110,
    ("01288", 2025): 200, ("01288", 2026): 210,
    ("01290", 2025): 50, ("01290", 2026): 50,
}  # fmt: skip
MARKS = ("is_deprived_employment", "is_deprived_dependants", "is_deprived_health_insurance")
NAMES = ("Nguyễn Văn Thử", "Trần Thị Mẫu", "Lê Văn Nháp", "Phạm Thị Giả", "Võ Văn Thí")


def expected(name: str) -> list[dict[str, str]]:
    """The rows of a file of the pack."""
    with (PACK / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


HOUSEHOLDS = expected("households")
CODES = sorted({row["household_code"] for row in HOUSEHOLDS})


def _workbook(form: Form, commune: str, year: int) -> bytes:
    """The commune's households of households.csv, one person each."""
    labels = {field: {code: label for label, code in codes.items()} for field, codes in form.codes.items()}
    rows, members = [], []
    own = [row for row in HOUSEHOLDS if row["household_code"].startswith(commune) and row["survey_year"] == str(year)]
    for row in own:
        code, number = row["household_code"], CODES.index(row["household_code"])
        name, citizen_id = NAMES[number], f"00406000000{number}"
        marks = {field: "x" if position < int(row["marks"]) else None for position, field in enumerate(MARKS)}
        rows.append(
            household(
                form,
                code,
                head_name=name,
                head_citizen_id=citizen_id,
                area_class=labels["area_class"][row["area_class"]],
                previous_household_code=code if year > 2025 else None,
                b1_score=float(row["b1_score"]) if row["b1_score"] else None,
                b2_score=10 * int(row["marks"]),
                income_per_capita_kvnd=float(row["income_per_capita_kvnd"]),
                recorded_class=labels["recorded_class"][row["recorded_class"]],
                poverty_group=1 if row["recorded_class"] in ("poor", "near_poor") else None,
                **marks,
            )
        )
        members.append(member(form, code, full_name=name, citizen_id=citizen_id))
    counts = {f"{name}_{unit}": sum(row["recorded_class"] == name for row in own)
              for name in ("poor", "near_poor") for unit in ("households", "persons")}  # fmt: skip
    listed = [int(row["marks"]) for row in own if row["recorded_class"] in ("poor", "near_poor")]
    counts |= {
        field.removeprefix("is_"): sum(marks > position for marks in listed) for position, field in enumerate(MARKS)
    }
    unit = {"province_name": "Tỉnh Mẫu", "province_code": "04", "district_name": None, "district_code": None}
    residents = RESIDENTS[commune, year]
    return workbook_bytes(
        form,
        cover_values={"survey_year": year, "commune_code": commune, "cutoff_date": f"14/12/{year}", **unit},
        households=rows,
        members=members,
        total_values=total(form, resident_households=residents, resident_persons=3 * residents, **counts),
    )


def land_level_change(home: Home) -> None:
    """Put the workbooks of both years into landing."""
    for commune, year in RESIDENTS:
        form = form_of_year(load_forms(), year)
        assert form is not None
        (home.landing / f"{year}-{commune}.xlsx").write_bytes(_workbook(form, commune, year))


def publish_level_change(home: Home) -> None:
    """Publish its tables."""
    publish_tables(home, territory=str(PACK / "territory"))
