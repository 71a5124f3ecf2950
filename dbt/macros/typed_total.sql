{# The communes' own totals, typed. `cells` is that of counted_rows. #}
{% macro typed_total(cells) -%}
with

counted as (
    {{ current_raw_rows('total', ['field', 'value'], cells) | indent(4) }}
),

folded as (
    select
        source_file_id,
        form,
        survey_year,
        sheet,
        row_number,
        field as measure,
        value as cell
    from counted
),

parsed as (
    select
        *,
        {{ parse_decimal('cell') }} as number
    from folded
)

select
    source_file_id,
    form,
    survey_year,
    sheet,
    row_number,
    measure,
    {{ whole_number('number') }} as stated_value,
    cell is not null as is_filled
from parsed
{%- endmacro %}
