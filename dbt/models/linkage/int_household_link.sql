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

{{ link_chains('proposed_chains', 'links') }},

proposed as (
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
),

kept as (
    select * from proposed
    where is_kept
),

{{ link_chains('chains', 'kept') }}

select
    records.source_file_id,
    records.row_number,
    records.record_number,
    records.survey_year,
    records.is_left_list,
    chains.chain_number as first_record_number,
    kept.earlier_record_number,
    earlier.source_file_id as earlier_source_file_id,
    earlier.row_number as earlier_row_number,
    earlier.survey_year as earlier_survey_year,
    coalesce(kept.pass, 'first_record') as pass,
    kept.score,
    coalesce(kept.candidates, 0) as candidates,
    coalesce(kept.grade, 'first_record') as link_grade,
    refused.earlier_record_number as refused_record_number,
    refused.pass as refused_pass,
    refused.score as refused_score
from {{ ref('int_identity_record') }} as records
inner join chains on records.record_number = chains.record_number
left join kept on records.record_number = kept.record_number
left join proposed as refused
    on
        records.record_number = refused.record_number
        and not refused.is_kept
left join {{ ref('int_identity_record') }} as earlier on kept.earlier_record_number = earlier.record_number
