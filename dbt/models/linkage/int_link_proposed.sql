{# A chain may hold one record a year: of two, the one whose link is surer keeps it (a decision, then the more recent
   past, the earlier pass, the higher score); the other starts a household of its own. What is decided about a year depends on
   that year and those before, so a later year never changes it. #}
with

links as (
    {% for made in [ref('int_link_decision'), ref('int_link_by_code'), ref('int_link_by_person')] -%}
    select
        made.record_number,
        made.earlier_record_number,
        made.survey_year,
        made.earlier_survey_year,
        made.is_left_list,
        made.pass,
        made.score,
        made.candidates,
        passes.basis,
        passes.position,
        passes.grade
    from {{ made }} as made
    inner join {{ source('reference', 'link_passes') }} as passes on made.pass = passes.pass
    where made.is_linked
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

{{ link_chains('proposed_chains', 'links') }}

select
    links.*,
    row_number() over (
        partition by proposed_chains.chain_number, links.survey_year, links.is_left_list
        order by
            links.basis = 'decision' desc, links.earlier_survey_year desc, links.position asc, links.score desc,
            links.record_number asc
    ) = 1 as is_kept
from links
inner join proposed_chains on links.record_number = proposed_chains.record_number
