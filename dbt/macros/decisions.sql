{# What decision files have in common. #}

{# The day that a build is made for: a waiver is in force through its last day (UTC). Publication refuses a build of
   which a waiver has expired since. `poverty verify` sets the day of the release that it builds again. #}
{% macro build_date() -%}
    cast('{{ var("build_date", env_var("POVERTY_BUILD_DATE", run_started_at.strftime("%Y-%m-%d"))) }}' as date)
{%- endmacro %}

{# A date as decision files have it: 2026-01-31, or 31/1/2026 as spreadsheet programs rewrite it. Nothing was decided
   before the first review: the last day of 2020 stands for every date before it and is none. Such a date is a slip, and
   published it could be somebody's birth date. #}
{% macro parse_decision_date(folded) -%}
    nullif(greatest({{ parse_date(folded) }}, cast('2020-12-31' as date)), cast('2020-12-31' as date))
{%- endmacro %}

{# A whole number as decision files have it, null where it is anything else. #}
{% macro parse_decision_number(folded) -%}
    case when {{ matches(folded, '[0-9]{1,7}') }} then cast({{ folded }} as integer) end
{%- endmacro %}

{# The files that cells of decisions name: by id or checksum, or by eight or more characters of its beginning, as pages show
   it. A code that several files begin with names none. #}
{% macro files_named(codes) -%}
    select
        {{ codes }}.code,
        max(files.source_file_id) as source_file_id
    from {{ codes }}
    inner join {{ ref('stg_source_file') }} as files
        on
            {{ codes }}.code in (files.source_file_id, files.sha256)
            or (
                length({{ codes }}.code) >= 8
                and substring(files.sha256, 1, length({{ codes }}.code)) = {{ codes }}.code
            )
    group by {{ codes }}.code
    having count(*) = 1
{%- endmacro %}

{# A short stable name of a decision. Never of its values: a hash of an identity number can be turned back. #}
{% macro decision_id(prefix, columns) -%}
    '{{ prefix }}' || substring(md5(concat_ws(
        '|'{% for column in columns %},
        coalesce(cast({{ column }} as {{ dbt.type_string() }}), ''){% endfor %}
    )), 1, 12)
{%- endmacro %}
