with

catalogue as (
    select * from {{ ref('check_catalogue') }}
),

advice as (
    {% for check_code, sentence in advice().items() -%}
    select
        '{{ check_code }}' as check_code,
        '{{ sentence }}' as sentence
    {{ 'union all' if not loop.last }}
    {% endfor -%}
)

select
    advice.check_code,
    catalogue.level,
    catalogue.severity,
    advice.sentence as advice
from advice
inner join catalogue on advice.check_code = catalogue.check_code
