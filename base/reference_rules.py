"""Rows of the reference tables that lack their counterpart, in sentences: what would become a column of nulls."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from base.forms import RENAMED_FIELDS, ROLES
from base.reference import Row

DEPRIVED, NEED, CAUSE = "is_deprived_", "need_", "cause_"
# kind of a field -> the type that a form's column must have
TYPE_OF_KIND = {
    "cover": "label_value",
    "date": "label_value",
    "measure": "label_value",
    "identifier": "code",
    "citizen_id": "code",
    "label": "code",
    "text": "text",
    "not_read": "text",
    "integer": "integer",
    "decimal": "decimal",
    "date_or_year": "date_or_year",
    "mark": "mark",
}
_LABELLED_COVER_FIELD = "maturity"
_Tables = Mapping[str, Sequence[Row]]


def check_counterparts(tables: _Tables) -> list[str]:
    """Sentences about forms, fields, labels, indicators, needs, causes and standards that do not fit, each with file
    and line.

    Args:
        tables: {table: its rows}, each table checked by itself before.
    """
    return [
        *_fields_of_forms(tables),
        *_labels_of_forms(tables),
        *_sheets_of_forms(tables),
        *_fields_of_codes(tables),
        *_indicators_of_standards(tables),
        *_indicators_of_forms(tables),
        *_survey_years(tables),
    ]


def _place(row: Row) -> str:
    return f"{row.file} line {row.line}"


def _field_of(row: Row) -> str:
    return RENAMED_FIELDS.get(row.cells["field"], row.cells["field"])


def _fields_of_forms(tables: _Tables) -> Iterator[str]:
    """Every column of a form is a field of its type, and every field is a column of some form."""
    kinds = {(row.cells["role"], row.cells["field"]): row.cells["kind"] for row in tables["fields"]}
    used = set()
    for row in tables["form_columns"]:
        key = row.cells["role"], _field_of(row)
        used.add(key)
        if key not in kinds:
            yield f"{_place(row)}: the field {key[1]} is not in forms/fields.csv; add it there with its kind."
        elif row.cells["type"] != TYPE_OF_KIND[kinds[key]]:
            yield (
                f"{_place(row)}: {key[1]} is of type {row.cells['type']}, but its kind {kinds[key]} in "
                f"forms/fields.csv asks for {TYPE_OF_KIND[kinds[key]]}."
            )
    for row in tables["fields"]:
        if (row.cells["role"], row.cells["field"]) not in used:
            yield f"{_place(row)}: no form has the field {row.cells['field']}; add it to a form or remove the row."


def _labels_of_forms(tables: _Tables) -> Iterator[str]:
    """Labels are of fields that have labels, and a form that has such a field has its labels."""
    labelled = {row.cells["field"] for row in tables["fields"] if row.cells["kind"] == "label"} | {
        _LABELLED_COVER_FIELD
    }
    columns = {(row.cells["form"], row.cells["field"]): row for row in tables["form_columns"]}
    coded = {(row.cells["form"], row.cells["field"]) for row in tables["form_codes"]}
    for row in tables["form_codes"]:
        field = row.cells["field"]
        if field not in labelled:
            yield f"{_place(row)}: {field} is no field of kind label in forms/fields.csv; make it one or correct it."
    for (form, field), row in columns.items():
        if field in labelled and (form, field) not in coded:
            yield f"{_place(row)}: no label of {field} has a code; add its rows for {form} to forms/form_codes.csv."


def _sheets_of_forms(tables: _Tables) -> Iterator[str]:
    """Every form has the four sheets, each with columns."""
    columns = {(row.cells["form"], row.cells["role"]) for row in tables["form_columns"]}
    first: dict[str, Row] = {}
    sheets = set()
    for row in tables["forms"]:
        first.setdefault(row.cells["form"], row)
        sheets.add((row.cells["form"], row.cells["role"]))
    for form, row in first.items():
        missing = [role for role in ROLES if (form, role) not in sheets & columns]
        if missing:
            yield f"{_place(row)}: the form {form} has no sheet or no columns for: {', '.join(missing)}."


def _fields_of_codes(tables: _Tables) -> Iterator[str]:
    """Every indicator, cause and need without parts has its field, and the other way round."""
    parents = {row.cells["parent_code"] for row in tables["needs"]}
    for prefix, table, column in (
        (DEPRIVED, "indicators", "indicator_code"),
        (CAUSE, "causes", "cause_code"),
        (NEED, "needs", "need_code"),
    ):
        asked = {row.cells[column]: row for row in tables[table] if row.cells[column] not in parents}
        fields = {
            row.cells["field"].removeprefix(prefix): row
            for row in tables["fields"]
            if row.cells["role"] == "household" and row.cells["field"].startswith(prefix)
        }
        for code, row in asked.items():
            if code not in fields:
                yield f"{_place(row)}: {code} has no field {prefix}{code} in forms/fields.csv; add it, of kind mark."
        for code, row in fields.items():
            if code not in asked:
                yield f"{_place(row)}: {prefix}{code} has no row {code} in national/{table}.csv; add it."


def _indicators_of_standards(tables: _Tables) -> Iterator[str]:
    """Every indicator is in a standard, every standard has indicators, and their weights add up to one."""
    listed = {row.cells["indicator_code"] for row in tables["standard_indicators"]}
    for row in tables["indicators"]:
        code = row.cells["indicator_code"]
        if code not in listed:
            yield f"{_place(row)}: {code} is in no standard; add its row to national/standard_indicators.csv."
    of_standard: dict[str, list[Row]] = {}
    for row in tables["standard_indicators"]:
        of_standard.setdefault(row.cells["standard_code"], []).append(row)
    reported = set()
    for row in tables["poverty_standards"]:
        code = row.cells["standard_code"]
        if code not in of_standard and code not in reported:
            reported.add(code)
            yield f"{_place(row)}: {code} has no indicators; add its rows to national/standard_indicators.csv."
    for code, rows in of_standard.items():
        for column in ("equal_weight", "nested_weight"):
            total = _sum_of_fractions([row.cells[column] for row in rows])
            if total != 1:
                yield (
                    f"{_place(rows[0])}: {column} of {code} adds up to {total if total is not None else 'no number'}, "
                    "not to 1; correct the fractions."
                )


def _sum_of_fractions(values: Sequence[str]) -> Fraction | None:
    try:
        return sum((Fraction(value) for value in values), Fraction(0))
    except (ValueError, ZeroDivisionError):
        return None


def _indicators_of_forms(tables: _Tables) -> Iterator[str]:
    """A form asks for every indicator of the standards of its years."""
    asked = {(row.cells["form"], row.cells["field"]) for row in tables["form_columns"]}
    reported = set()
    for standard in tables["poverty_standards"]:
        for form in tables["forms"]:
            if not _years(form) & _years(standard):
                continue
            for row in tables["standard_indicators"]:
                code = row.cells["indicator_code"]
                pair = form.cells["form"], DEPRIVED + code
                is_missing = row.cells["standard_code"] == standard.cells["standard_code"] and pair not in asked
                if is_missing and pair not in reported:
                    reported.add(pair)
                    yield (
                        f"{_place(row)}: the form {pair[0]} of {standard.cells['standard_code']} does not ask for "
                        f"{code}; add its column {pair[1]} to forms/form_columns.csv."
                    )


def _years(row: Row) -> set[int]:
    return set(range(int(row.cells["first_survey_year"]), int(row.cells["last_survey_year"]) + 1))


def _survey_years(tables: _Tables) -> Iterator[str]:
    """Every survey year has one form, and one standard in each area class; every year of a form is a survey year."""
    listed = {int(year.cells["survey_year"]) for year in tables["survey_years"]}
    unlisted = {row.cells["form"]: row for row in reversed(tables["forms"]) if _years(row) - listed}
    for form, row in unlisted.items():
        years = ", ".join(map(str, sorted(_years(row) - listed)))
        yield (
            f"{_place(row)}: the form {form} serves {years}, which national/survey_years.csv does not have; add the "
            "year there and its standard to national/poverty_standards.csv, or correct the years of the form."
        )
    for year in tables["survey_years"]:
        number = int(year.cells["survey_year"])
        forms = sorted({row.cells["form"] for row in tables["forms"] if number in _years(row)})
        if len(forms) != 1:
            found = f"several forms ({', '.join(forms)})" if forms else "no form"
            yield f"{_place(year)}: survey year {number} has {found}; correct the years in forms/forms.csv."
        classes = Counter(row.cells["area_class"] for row in tables["poverty_standards"] if number in _years(row))
        for area_class in ("rural", "urban"):
            if classes[area_class] != 1:
                yield (
                    f"{_place(year)}: survey year {number} has {classes[area_class]} standards for {area_class}; it "
                    "needs one in national/poverty_standards.csv."
                )
