{{ config(meta={"kept_by": "survey_year"}) }}
{# Communes reassign codes to other households: a kept code needs a person in both rows. #}
{% set conditions = {
    'previous_code_and_a_person': 'pairs.has_previous_code and pairs.best_weight >= weights.corroboration',
    'same_code_and_a_person': 'pairs.has_same_code and (
        pairs.shared_persons > 0 or (pairs.is_in_same_hamlet and pairs.best_weight >= weights.same_place)
    )',
} -%}
with

weights as (
    {{ link_weights(['corroboration', 'same_place', 'margin']) | indent(4) }}
),

pairs as (
    select
        *,
        earlier_record_number as chain_number
    from {{ ref('int_link_pair_code') }}
    where best_weight is not null
),

{{ link_by_passes('code', conditions, ['weight']) }}

select * from made
