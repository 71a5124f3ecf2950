{{ config(meta={"kept_by": "survey_year", "reads_earlier_years": ["int_household_standard"]}) }}
with

linked as (
    select * from {{ ref('int_household_transition') }}
    where not {{ is_gone('from_class') }} and not {{ is_gone('to_class') }}
),

bases as (
    select * from {{ ref('int_change_basis') }}
),

tests as (
    select
        household_id,
        survey_year,
        standard_code,
        basis,
        case when meets_income_test then 1 when not meets_income_test then 0 end as meets,
        case when is_deprived_enough then 1 else 0 end as deprived,
        is_uncertain
    from {{ ref('int_household_standard') }}
),

tested as (
    select
        linked.to_year as survey_year,
        linked.carried_commune_code as from_commune_code,
        linked.from_district_code,
        linked.to_commune_code,
        linked.to_district_code,
        linked.from_class,
        linked.to_class,
        linked.movement,
        {% for standard in ['from', 'to'] -%}
        {% for year in ['from', 'to'] -%}
        {{ standard }}_{{ year }}.meets as meets_{{ standard }}_{{ year }},
        {{ standard }}_{{ year }}.deprived as deprived_{{ standard }}_{{ year }},
        {% endfor -%}
        {% endfor -%}
        {% for standard in ['from', 'to'] -%}
        {% for year in ['from', 'to'] -%}
        {{ standard }}_{{ year }}.meets is not null and {% endfor -%}
        {% endfor -%}
        true as is_explained,
        {% for standard in ['from', 'to'] -%}
        {% for year in ['from', 'to'] -%}
        coalesce({{ standard }}_{{ year }}.is_uncertain, false) or {% endfor -%}
        {% endfor -%}
        false as is_uncertain
    from linked
    inner join bases on linked.to_year = bases.to_year
    {% for standard in ['from', 'to'] -%}
    {% for year in ['from', 'to'] -%}
    left join tests as {{ standard }}_{{ year }}
        on
            linked.household_id = {{ standard }}_{{ year }}.household_id
            and linked.{{ year }}_year = {{ standard }}_{{ year }}.survey_year
            and bases.{{ standard }}_standard_code = {{ standard }}_{{ year }}.standard_code
            and bases.basis = {{ standard }}_{{ year }}.basis
    {% endfor -%}
    {% endfor -%}
),

measured as (
    {% for list in poverty_lists() -%}
    select
        tested.*,
        '{{ list }}' as list,
        case when tested.to_class = '{{ list }}' then 1 else 0 end
        - case when tested.from_class = '{{ list }}' then 1 else 0 end as change,
        {% for effect, sql in [('standard', standard_effect_times_4(list)), ('income', income_effect_times_4(list)),
            ('deprivation', deprivation_effect_times_4(list))] -%}
        case when tested.is_explained then {{ sql }} else 0 end as {{ effect }}_effect_times_4{{ ',' if not loop.last }}
        {% endfor -%}
    from tested
    {{ 'union all' if not loop.last }}
    {% endfor -%}
)

{% set key = ['survey_year', 'from_commune_code', 'from_district_code', 'to_commune_code', 'to_district_code',
    'from_class', 'to_class', 'movement', 'list'] -%}

select
    {{ key | join(', ') }},
    count(*) as households,
    {{ households_where('is_explained') }} as explained_households,
    {{ households_where('is_uncertain') }} as uncertain_households,
    cast(sum(change) as bigint) as change,
    cast(sum(standard_effect_times_4) as bigint) as standard_effect_times_4,
    cast(sum(income_effect_times_4) as bigint) as income_effect_times_4,
    cast(sum(deprivation_effect_times_4) as bigint) as deprivation_effect_times_4,
    cast(sum(income_effect_times_4 + deprivation_effect_times_4) as bigint) as real_effect_times_4,
    cast(
        sum(4 * change - standard_effect_times_4 - income_effect_times_4 - deprivation_effect_times_4) as bigint
    ) as recognition_effect_times_4
from measured
group by {{ key | join(', ') }}
