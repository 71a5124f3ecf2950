{% set texts = ['file', 'sheet', 'row', 'column', 'old_value', 'new_value', 'reason', 'decided_by', 'decided_on',
    'decision_number'] -%}
with

folded as (
    select
        line_number,
        is_broken,
        text_problem,
        held_through,
        {% for text in texts -%}
        {{ fold_text(adapter.quote(text)) }} as cell_{{ text }}{{ ',' if not loop.last }}
        {% endfor -%}
    from {{ source('decisions', 'corrections') }}
),

codes as (
    select distinct lower(cell_file) as code from folded
),

named as (
    {{ files_named('codes') | indent(4) }}
),

files as (
    select * from {{ ref('stg_source_file') }}
),

forms as (
    select form, role, {{ text_key('sheet') }} as sheet_key
    from {{ source('reference', 'forms') }}
    where role in ('household', 'member', 'total')
),

in_sheets as (
    select
        folded.*,
        files.source_file_id,
        files.form,
        files.survey_year,
        files.commune_code,
        files.public_status as file_status,
        forms.role,
        {{ parse_decision_number('folded.cell_row') }} as row_number
    from folded
    left join named on lower(folded.cell_file) = named.code
    left join files on named.source_file_id = files.source_file_id
    left join forms
        on
            files.form = forms.form
            and {{ text_key('folded.cell_sheet') }} = forms.sheet_key
),

{# A column by our name or by its header, alone or with the header of its group. #}
columns as (
    select
        in_sheets.line_number,
        count(distinct form_columns.field) as candidates,
        max(form_columns.field) as field
    from in_sheets
    inner join {{ source('reference', 'form_columns') }} as form_columns
        on
            in_sheets.form = form_columns.form
            and in_sheets.role = form_columns.role
            and (
                lower(in_sheets.cell_column) = form_columns.field
                or {{ text_key('in_sheets.cell_column') }} in (
                    {{ text_key('form_columns.header') }},
                    {{ text_key("form_columns.group_header || ' – ' || form_columns.header") }}
                )
            )
    group by in_sheets.line_number
)

select
    in_sheets.line_number,
    in_sheets.is_broken,
    in_sheets.source_file_id,
    in_sheets.survey_year,
    in_sheets.commune_code,
    in_sheets.file_status,
    in_sheets.role,
    case when in_sheets.role is not null then in_sheets.cell_sheet end as sheet,
    in_sheets.row_number,
    columns.candidates,
    case
        when columns.candidates = 1
            then case when columns.field = 'row_number' then 'printed_row_number' else columns.field end
    end as column_name,
    in_sheets.cell_old_value as old_value,
    in_sheets.cell_new_value as new_value,
    in_sheets.cell_reason as reason,
    in_sheets.cell_decided_by as decided_by,
    in_sheets.cell_decision_number as decision_number,
    in_sheets.text_problem,
    coalesce(in_sheets.survey_year <= in_sheets.held_through, false) as is_held,
    in_sheets.cell_decided_on is not null as is_dated,
    {{ parse_decision_date('in_sheets.cell_decided_on') }} as decided_on,
    {# From the cell address alone: a hash of a withheld reason could be turned back. #}
    {{ decision_id('c-', ['in_sheets.source_file_id', 'in_sheets.role', 'in_sheets.row_number', 'columns.field']) }}
        as place_id
from in_sheets
left join columns on in_sheets.line_number = columns.line_number
