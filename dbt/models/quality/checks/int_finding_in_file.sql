{% for model in ['int_finding_row', 'int_finding_value', 'int_finding_consistency'] -%}
select
    source_file_id,
    role,
    sheet,
    row_number,
    column_name,
    check_code,
    cast(null as {{ dbt.type_string() }}) as detail,
    cast(null as {{ dbt.type_string() }}) as particular
from {{ ref(model) }}
union all
{% endfor -%}
{% for model in [
    'int_finding_missing_household',
    'int_finding_movement',
    'int_finding_person_change',
    'int_finding_person_twice',
    'int_finding_score_heap',
    'int_finding_income_digit',
    'int_finding_identical_block',
] -%}
select
    source_file_id,
    role,
    sheet,
    row_number,
    column_name,
    check_code,
    detail,
    {# A household without a row has no place of its own to be known by. #}
    {{ 'detail' if model == 'int_finding_missing_household' else 'cast(null as ' ~ dbt.type_string() ~ ')' }}
        as particular
from {{ ref(model) }}
{{ 'union all' if not loop.last }}
{% endfor -%}
