"""The survey forms as data: which sheets, columns, labels and codes a form has, from `reference/forms/`.

A new survey year or form is rows there; no form is named in Python.
"""

from dataclasses import dataclass
from functools import cache

from base import text
from base.reference import WrongReferenceError, load_tables, read_table, table_path

ROLES = ("cover", "household", "member", "total")
# The forms' own running number is not the worksheet's row.
RENAMED_FIELDS = {"row_number": "printed_row_number"}


@dataclass(frozen=True)
class Column:
    """One column of a form's sheet. `group` is the merged header above, "" where there is none."""

    position: int
    group: str
    header: str
    field: str
    type: str
    is_required: bool


@dataclass(frozen=True)
class Sheet:
    """Where one role's sheet begins. Rows count from 1; 0 header rows means label/value pairs in columns A and B."""

    role: str
    name: str
    first_header_row: int
    header_rows: int
    has_column_number_row: bool
    has_total_row: bool
    columns: tuple[Column, ...]


@dataclass(frozen=True)
class Form:
    """One form: its printed code, the survey years it serves, its sheets by role, its labels by field."""

    name: str
    form_code: str
    first_survey_year: int
    last_survey_year: int
    sheets: dict[str, Sheet]
    codes: dict[str, dict[str, str]]  # field -> {label: code}

    def serves(self, survey_year: int) -> bool:
        """Whether the form is the one of a survey year."""
        return self.first_survey_year <= survey_year <= self.last_survey_year


def load_forms() -> dict[str, Form]:
    """Every form by its name (F2021 …).

    Raises WrongReferenceError when a form lacks one of the four sheet roles.
    """
    columns: dict[tuple[str, str], list[Column]] = {}
    for row in read_table("form_columns"):
        columns.setdefault((row["form"], row["role"]), []).append(
            Column(
                int(row["position"]),
                row["group_header"],
                row["header"],
                row["field"],
                row["type"],
                row["required"] == "yes",
            )
        )
    codes: dict[str, dict[str, dict[str, str]]] = {}
    for row in read_table("form_codes"):
        codes.setdefault(row["form"], {}).setdefault(row["field"], {})[row["label"]] = row["code"]

    sheets: dict[str, dict[str, Sheet]] = {}
    about: dict[str, dict[str, str]] = {}
    for row in read_table("forms"):
        name = row["form"]
        about[name] = row
        sheets.setdefault(name, {})[row["role"]] = Sheet(
            row["role"],
            row["sheet"],
            int(row["first_header_row"] or 0),
            int(row["header_rows"] or 0),
            row["column_number_row"] == "yes",
            row["foot_total_row"] == "yes",
            tuple(sorted(columns.get((name, row["role"]), []), key=lambda column: column.position)),
        )
    for name, by_role in sheets.items():
        missing = [role for role in ROLES if role not in by_role or not by_role[role].columns]
        if missing:
            file = table_path(load_tables()["forms"])
            raise WrongReferenceError([f"{file}: form {name} has no sheet or no columns for: {', '.join(missing)}."])
    return {
        name: Form(
            name,
            row["form_code"],
            int(row["first_survey_year"]),
            int(row["last_survey_year"]),
            sheets[name],
            codes.get(name, {}),
        )
        for name, row in about.items()
    }


def form_of_year(forms: dict[str, Form], survey_year: int) -> Form | None:
    """The form that serves a survey year, or None."""
    return next((form for form in forms.values() if form.serves(survey_year)), None)


def fields_of_role(forms: dict[str, Form], role: str) -> list[str]:
    """Every field that any form has in a role, in order of first appearance: the columns of that role's raw files."""
    return list(dict.fromkeys(column.field for form in forms.values() for column in form.sheets[role].columns))


@cache
def printed_words() -> frozenset[str]:
    """The keys (base.text.key) of all headers and labels of the forms: what stands in a workbook and names nobody."""
    forms = load_forms().values()
    columns = [column for form in forms for sheet in form.sheets.values() for column in sheet.columns]
    labels = [label for form in forms for codes in form.codes.values() for label in codes]
    return frozenset(map(text.key, [*labels, *(word for column in columns for word in (column.group, column.header))]))
