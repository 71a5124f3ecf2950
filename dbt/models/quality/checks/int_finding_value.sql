{{ config(meta={"kept_by": "source_file_id"}) }}
{# Unreadable and empty cells. Only the rows that staging flagged are taken apart. Cells that ingestion could not take
   as they are come from raw/: an error of Excel, a formula without a result, a merged block. #}
with

typed_household as (
    select * from {{ ref('stg_household') }}
    where has_value_problem
),

{# Members that wait with their household, or belong to none, have no findings of their own. #}
waiting_codes as (
    select distinct households.source_file_id, households.household_code
    from {{ ref('stg_household') }} as households
    inner join {{ ref('int_household_row_problem') }} as problems
        on
            households.source_file_id = problems.source_file_id
            and households.row_number = problems.row_number
    where households.household_code is not null
),

typed_member as (
    select members.*
    from {{ ref('stg_member') }} as members
    left join waiting_codes
        on
            members.source_file_id = waiting_codes.source_file_id
            and members.household_code = waiting_codes.household_code
    left join {{ ref('int_member_row_problem') }} as problems
        on
            members.source_file_id = problems.source_file_id
            and members.row_number = problems.row_number
    where members.has_value_problem and waiting_codes.household_code is null and problems.row_number is null
),

household_texts as (
    {{ value_cells('household', 'typed_household') | indent(4) }}
),

member_texts as (
    {{ value_cells('member', 'typed_member') | indent(4) }}
),

{% for role in ['household', 'member'] -%}
{{ role }}_dates as (
    select
        *,
        {% for field in form_fields(role, 'date_or_year') -%}
        {{ parse_date(field, 'survey_year') }} as date_{{ field }}{{ ',' if not loop.last }}
        {% endfor -%}
    from {{ role }}_texts
),

{{ role }}_cells as (
    select
        *,
        {% for field in form_fields(role, 'date_or_year') -%}
        {% set birth_year = parse_birth_year('date_' ~ field, field) -%}
        {{ if_plausible_birth(birth_year, birth_year, 'survey_year') }} as year_{{ field }}{{ ',' if not loop.last }}
        {% endfor -%}
    from {{ role }}_dates
),

{{ role }}_checks as (
    {{ value_checks(role, role ~ '_cells', 'typed_' ~ role) | indent(4) }}
),

{% endfor -%}

cells as (
    {% for role in ['household', 'member'] -%}
    select source_file_id, form, '{{ role }}' as role, sheet, row_number, column_name, check_code
    from {{ role }}_checks
    unpivot (
        check_code for column_name in ({{ (requirable_fields(role) + form_fields(role, 'mark')) | join(', ') }})
    )

    union all

    {% endfor -%}
    select
        source_file_id,
        form,
        'total' as role,
        sheet,
        row_number,
        measure as column_name,
        case when is_filled then 'unreadable_number' else 'required_cell_empty' end as check_code
    from {{ ref('stg_total') }}
    where stated_value is null
),

{# A corrected cell is well, and members that wait with their household have no findings of their own. #}
of_ingestion as (
    select
        problems.source_file_id,
        problems.role,
        problems.sheet,
        problems.row_number,
        problems.column_name,
        problems.check_code
    from {{ source('raw', 'cell_problem') }} as problems
    inner join {{ ref('stg_source_file') }} as files
        on problems.source_file_id = files.source_file_id and problems.extraction_id = files.extraction_id
    left join {{ ref('stg_correction') }} as corrections
        on
            problems.source_file_id = corrections.source_file_id
            and problems.role = corrections.role
            and problems.row_number = corrections.row_number
            and problems.column_name = corrections.column_name
            and corrections.status = 'applied'
    left join {{ ref('stg_member') }} as members
        on
            problems.role = 'member'
            and problems.source_file_id = members.source_file_id
            and problems.row_number = members.row_number
    left join waiting_codes
        on
            members.source_file_id = waiting_codes.source_file_id
            and members.household_code = waiting_codes.household_code
    where files.status = 'accepted' and corrections.line_number is null and waiting_codes.household_code is null
)

select
    cells.source_file_id,
    cells.role,
    cells.sheet,
    cells.row_number,
    cells.column_name,
    cells.check_code
from cells
inner join {{ ref('stg_form_column') }} as form_columns
    on
        cells.form = form_columns.form
        and cells.role = form_columns.role
        and cells.column_name = form_columns.field
left join of_ingestion
    on
        cells.source_file_id = of_ingestion.source_file_id
        and cells.role = of_ingestion.role
        and cells.row_number = of_ingestion.row_number
        and cells.column_name = of_ingestion.column_name
where
    cells.check_code <> 'required_cell_empty'
    or (form_columns.is_required and of_ingestion.check_code is null)

union all

select source_file_id, role, sheet, row_number, column_name, check_code
from of_ingestion
