"""Every figure of every area in both boundaries, read from a release in one go for the pages of areas."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from base.reference import labels_vi, read_table
from reports.audit.measure_labels_vi import FIGURES, RATES
from reports.certainty import open_errors_sql
from reports.tables import ReleaseTables, Row

AreaKey = tuple[str, str, str]  # level, boundary, code
_KEY = "area_level, boundary, area_code, survey_year"
CLASSES = ("poor", "near_poor")


@dataclass(frozen=True)
class Line:
    """A line of figures by year: its key among an area's values, its label, and how it is traced.

    `trace` are the options of `poverty trace` besides area, year and boundary.
    """

    key: str
    label: str
    trace: str
    is_share: bool = False


@dataclass
class Area:
    """An area in a boundary: its names, rows of `area_year` and values by (line, year)."""

    level: str
    boundary: str
    code: str
    rows: dict[int, Row] = field(default_factory=dict)
    values: dict[tuple[str, int], float | int | None] = field(default_factory=dict)
    agencies: list[Row] = field(default_factory=list)

    @property
    def years(self) -> list[int]:
        """The years that the release has of it."""
        return sorted(self.rows)

    @property
    def name(self) -> str:
        """Its last name."""
        return str(self.rows[self.years[-1]]["area_name"])

    @property
    def title(self) -> str:
        """Every name that it had."""
        return " / ".join(dict.fromkeys(str(self.rows[year]["area_name"]) for year in self.years))

    @property
    def page(self) -> str:
        """The address of its page below `profiles`."""
        return f"{self.boundary}/{self.code}.html"


def read_areas(tables: ReleaseTables) -> list[Area]:
    """Every area of a release, the larger ones first."""
    areas: dict[AreaKey, Area] = {}
    for row in tables.rows(
        "select areas.*, coalesce(errors.open_errors, 0) as open_errors from marts.area_year as areas left join "
        f"{open_errors_sql()} as errors using (survey_year, area_level, boundary, area_code) order by survey_year"
    ):
        key = (row["area_level"], row["boundary"], row["area_code"])
        areas.setdefault(key, Area(*key)).rows[row["survey_year"]] = row
    for area in areas.values():
        for year, row in area.rows.items():
            area.values |= {(name, year): row[name] for name in (*FIGURES, *RATES)}
    for query in _queries():
        for row in tables.rows(query):
            level, boundary, code, year, line, value = row.values()
            found = areas.get((level, boundary, code))
            if found is not None:
                found.values[line, year] = value
    for row in tables.rows(
        "from marts.agency_indicator where rank_within_agency = 1 qualify survey_year = max(survey_year) "
        "over (partition by area_level, boundary, area_code) order by households desc, topic_code"
    ):
        areas[row["area_level"], row["boundary"], row["area_code"]].agencies.append(row)
    order = ("province", "former_province", "area_class", "district", "commune")
    return sorted(areas.values(), key=lambda area: (order.index(area.level), area.code, area.boundary))


def _queries() -> Sequence[str]:
    """(level, boundary, code, year, line, value) of the tables besides `area_year`."""
    movements = ", ".join(_metrics("movement"))
    measures = ", ".join(_metrics("measure"))
    return (
        f"select {_KEY}, 'move/' || list || '/' || unit || '/' || line, value from (unpivot (select {_KEY}, list, "
        f"unit, {movements} from marts.poverty_movement) on {movements} into name line value value)",
        f"select {_KEY}, poverty_class || '/' || indicator_code, deprived_households from marts.indicator_area_year",
        f"select {_KEY}, 'need/' || need_code, households from marts.need_area_year",
        f"select {_KEY}, 'cause/' || poverty_class || '/' || cause_code, households from marts.area_year_cause",
        f"select {_KEY}, 'child/' || poverty_class || '/' || indicator_code, deprived_children "
        "from marts.child_indicator_area_year",
        f"select distinct {_KEY}, 'children/' || poverty_class, children from marts.child_indicator_area_year",
        f"select {_KEY}, 'ethnicity/' || poverty_class || '/' || ethnicity_code, households "
        "from marts.area_year_ethnicity",
        f"select {_KEY}, 'measure/' || line, value from (unpivot (select {_KEY}, {measures} from marts.poverty_measure "
        f"where unit = 'household' and weighting = 'nested') on {measures} into name line value value)",
    )


def _metrics(group: str) -> dict[str, str]:
    """{code: name} of the metrics of a group, in their order."""
    return {row["metric_code"]: row["name_vi"] for row in read_table("metrics") if row["metric_group"] == group}


def groups_of_lines(tables: ReleaseTables) -> dict[str, list[Line]]:
    """The tables of a page: caption and lines."""
    labels = labels_vi("class")
    classes = {name: labels[name] for name in CLASSES}
    indicators = {row["indicator_code"]: row["name_vi"] for row in read_table("indicators")}
    needs = {row["need_code"]: row["name_vi"] for row in read_table("needs")}
    causes = {row["cause_code"]: row["name_vi"] for row in read_table("causes")}
    ethnicities = {
        row["ethnicity_code"]: row["ethnicity_name"]
        for row in tables.rows(
            "select distinct ethnicity_code, ethnicity_name from marts.area_year_ethnicity order by ethnicity_code"
        )
    }
    found = {
        "Hộ, nhân khẩu": [
            *(Line(name, label, f"--measure {name}") for name, label in FIGURES.items()),
            *(Line(name, label, f"--measure {name}", is_share=True) for name, label in RATES.items()),
        ],
        **{
            f"Biến động theo {unit_vi}": [
                Line(
                    f"move/{name}/{unit}/{line}",
                    f"{of_class}: {label[:1].lower() + label[1:]}",
                    f"--measure {line} --class {name} --unit {unit}",
                )
                for name, of_class in classes.items()
                for line, label in _metrics("movement").items()
            ]
            for unit, unit_vi in (("household", "hộ"), ("person", "nhân khẩu"))
        },
    }
    for name, label in classes.items():
        found[f"{label} thiếu hụt"] = [
            Line(f"{name}/{code}", text, f"--measure deprived_households --class {name} --indicator {code}")
            for code, text in indicators.items()
        ]
        found[f"{label} theo nguyên nhân"] = [
            Line(f"cause/{name}/{code}", text, f"--measure cause_households --class {name} --cause {code}")
            for code, text in causes.items()
        ]
        found[f"{label} theo dân tộc của chủ hộ"] = [
            Line(f"ethnicity/{name}/{code}", text, f"--measure ethnicity_households --class {name} --ethnicity {code}")
            for code, text in ethnicities.items()
        ]
        found[f"Trẻ em của {label.lower()}"] = [
            Line(f"children/{name}", "Tất cả trẻ em", f"--measure children --class {name}"),
            *(
                Line(f"child/{name}/{code}", f"Hộ thiếu hụt: {text}",
                     f"--measure deprived_children --class {name} --indicator {code}")
                for code, text in indicators.items()
            ),
        ]  # fmt: skip
    found["Nhu cầu của hộ nghèo, cận nghèo"] = [
        Line(f"need/{code}", text, f"--measure need_households --need {code}") for code, text in needs.items()
    ]
    found["Đo lường đa chiều, theo hộ, trọng số đều giữa các chiều"] = [
        Line(f"measure/{name}", text, f"--measure {name}", is_share=True) for name, text in _metrics("measure").items()
    ]
    return found
