{# The place of a file among those of its status, commune and year, the last sent first: of the accepted ones that no
   closed year holds the first is in force. Rendered outside dbt too, for the suites over raw cells. #}
{% macro submission_rank() -%}
    row_number() over (
        partition by status, is_held, survey_year, commune_code
        order by submission_number desc, received_at asc, source_file_id asc
    )
{%- endmacro %}

{# The residents that each file states. #}
{% macro stated_residents() -%}
    select
        source_file_id,
        max(case when measure = 'resident_households' then stated_value end) as resident_households,
        max(case when measure = 'resident_persons' then stated_value end) as resident_persons
    from {{ ref('stg_total') }}
    group by source_file_id
{%- endmacro %}
