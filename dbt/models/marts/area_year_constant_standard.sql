with

areas as (
    select * from {{ ref('int_area') }}
    union all
    select * from {{ ref('int_former_district_area') }}
),

blocks as (
    select * from {{ ref('int_block_area') }}
),

standard_years as (
    select * from {{ ref('int_standard_year') }}
),

by_block as (
    select
        survey_year,
        commune_code,
        district_code,
        is_district_over,
        standard_code,
        basis,
        count(*) as reviewed_households,
        {{ households_where('standard_class is null') }} as unclassified_households,
        {{ households_where('is_uncertain') }} as uncertain_households,
        {% for list in poverty_lists() -%}
        {{ households_where("standard_class = '" ~ list ~ "'") }} as {{ list }}_households,
        coalesce(sum(case when standard_class = '{{ list }}' then member_count end), 0)
            as {{ list }}_persons{{ ',' if not loop.last }}
        {% endfor -%}
    from {{ ref('int_household_standard') }}
    group by survey_year, commune_code, district_code, is_district_over, standard_code, basis
),

{% set counts = ['reviewed_households', 'unclassified_households', 'poor_households', 'near_poor_households',
    'uncertain_households', 'poor_persons', 'near_poor_persons'] -%}

summed as (
    select
        {{ qualified('blocks', area_key()) }},
        by_block.standard_code,
        by_block.basis,
        {% for count in counts -%}
        sum(by_block.{{ count }}) as {{ count }}{{ ',' if not loop.last }}
        {% endfor -%}
    from by_block
    inner join blocks on {{ equal_on('by_block', 'blocks', ['survey_year', 'commune_code']) }}
    group by {{ qualified('blocks', area_key()) }}, by_block.standard_code, by_block.basis

    union all

    select
        survey_year,
        'district' as area_level,
        'harmonised' as boundary,
        district_code as area_code,
        standard_code,
        basis,
        {% for count in counts -%}
        sum({{ count }}) as {{ count }}{{ ',' if not loop.last }}
        {% endfor -%}
    from by_block
    where is_district_over and district_code is not null
    group by survey_year, district_code, standard_code, basis
),

counted as (
    select
        {{ qualified('areas', area_key()) }},
        areas.area_name,
        areas.resident_households,
        areas.resident_persons,
        standard_years.standard_code,
        standard_years.basis,
        standard_years.is_standard_of_year,
        standard_years.indicators_of_standard,
        standard_years.indicators_recorded,
        standard_years.is_line_above_official,
        {% for count in counts -%}
        cast(coalesce(summed.{{ count }}, 0) as bigint) as {{ count }}{{ ',' if not loop.last }}
        {% endfor -%}
    from areas
    inner join standard_years on areas.survey_year = standard_years.survey_year
    left join summed
        on
            {{ equal_on('areas', 'summed', area_key()) }}
            and standard_years.standard_code = summed.standard_code
            and standard_years.basis = summed.basis
)

select
    {{ area_key() | join(', ') }},
    standard_code,
    basis,
    area_name,
    is_standard_of_year,
    cast(indicators_of_standard as integer) as indicators_of_standard,
    cast(indicators_recorded as integer) as indicators_recorded,
    is_line_above_official,
    indicators_recorded = indicators_of_standard
    and unclassified_households = 0
    and not is_line_above_official as is_complete,
    {% for count in counts -%}
    {{ count }},
    {% endfor -%}
    {{ ratio('poor_households', 'resident_households') }} as poor_rate,
    {{ ratio('near_poor_households', 'resident_households') }} as near_poor_rate,
    {{ ratio('poor_households + near_poor_households', 'resident_households') }} as poor_or_near_poor_rate,
    {{ ratio('poor_persons', 'resident_persons') }} as poor_person_rate,
    {{ ratio('near_poor_persons', 'resident_persons') }} as near_poor_person_rate
from counted
