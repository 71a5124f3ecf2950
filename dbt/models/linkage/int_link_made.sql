{# The links that stand. A chain may hold one record a year: of two, the one whose link is surer keeps it (a decision,
   then the more recent past, the earlier pass, the higher score); the other starts a household of its own. What is
   decided about a year depends on that year and those before, so a later year never changes it. #}
{% set passes = ['int_link_00_decision', 'int_link_01_previous_code', 'int_link_02_same_code',
    'int_link_03_head_number', 'int_link_04_members', 'int_link_05_head_name', 'int_link_06_probabilistic'] -%}
with recursive

links as (
    {% for pass in passes -%}
    select
        record_number,
        earlier_record_number,
        survey_year,
        earlier_survey_year,
        is_left_list,
        pass,
        {{ loop.index0 }} as pass_number,
        score,
        candidates
    from {{ ref(pass) }}
    where is_linked
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

{{ identity_chains('chains', 'links') }}

select
    links.record_number,
    links.earlier_record_number,
    links.pass,
    links.score,
    links.candidates,
    row_number() over (
        partition by chains.chain_number, links.survey_year, links.is_left_list
        order by
            links.pass_number = 0 desc, links.earlier_survey_year desc, links.pass_number asc, links.score desc,
            links.record_number asc
    ) = 1 as is_first_of_its_year
from links
inner join chains on links.record_number = chains.record_number
