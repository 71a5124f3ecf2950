"""A commune's blank workbook, filled in as a commune does."""

from openpyxl.workbook import Workbook

from base.forms import Form, form_of_year, load_forms
from reports.blank_survey import first_list_row


def form_of_survey(year: int) -> Form:
    """The form of a survey year."""
    form = form_of_year(load_forms(), year)
    assert form is not None
    return form


def fill_in(book: Workbook, form: Form, households: int) -> None:
    """Fill in what is asked of the first rows: poor, two members, three indicators."""
    household, member = form.sheets["household"], form.sheets["member"]
    page = book[household.name]
    labels = {field: {code: label for label, code in codes.items()} for field, codes in form.codes.items()}
    first = first_list_row(household)
    columns = {column.field: place for place, column in enumerate(household.columns, start=1)}
    row_of_member = first_list_row(member)
    for offset in range(households):
        row = first + offset
        code = page.cell(row, columns["household_code"]).value or f"29158-9{offset:03}"
        values = {
            "household_code": code,
            "head_name": page.cell(row, columns["head_name"]).value or "Nguyễn Văn Thử",
            "head_sex": labels["head_sex"]["male"],
            "head_ethnicity": "Kinh",
            "area_class": labels["area_class"]["rural"],
            "member_count": 2,
            "b1_score": 100,
            "b2_score": 30,
            "income_per_capita_kvnd": 1000,
            "is_deprived_employment": "x",
            "is_deprived_dependants": "x",
            "is_deprived_health_insurance": "x",
            "recorded_class": labels["recorded_class"]["poor"],
        }
        for field, value in values.items():
            if field in columns:
                page.cell(row, columns[field], value)
        for number, relation in ((1, "Chủ hộ"), (2, "Con")):
            of_member = {
                "household_code": code,
                "member_number": number,
                "full_name": values["head_name"] if number == 1 else "Nguyễn Văn Thử",
                "birth": 1950 + 25 * number,
                "sex": "Nam",
                "citizen_id": None,
                "ethnicity": "Kinh",
                "relation_to_head": relation,
            }
            for place, column in enumerate(member.columns, start=1):
                book[member.name].cell(row_of_member, place, of_member.get(column.field))
            row_of_member += 1
    totals = book[form.sheets["total"].name]
    totals["B1"], totals["B2"] = 500, 1800
