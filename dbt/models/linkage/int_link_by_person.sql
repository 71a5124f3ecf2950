{# A household is found under a new head by its members, but not where a newcomer heads the household in which the old
   head still lives: that household was taken into another one. #}
{% set conditions = {
    'same_head_number': 'pairs.has_same_head_number and pairs.keeps_half',
    'two_members_and_half': 'pairs.shared_persons >= 2 and pairs.keeps_half and pairs.keeps_its_head_or_heir',
    'head_name_in_the_hamlet': 'pairs.has_same_head and pairs.keeps_half and pairs.is_in_same_hamlet',
    'score_from_threshold': 'pairs.household_score >= weights.link',
} -%}
with

weights as (
    {{ link_weights(['link', 'margin']) | indent(4) }}
),

pairs as (
    select * from {{ ref('int_link_pair_person') }}
    where is_open
),

{{ link_by_passes('person', conditions, ['weight', 'household_score']) }}

select * from made
