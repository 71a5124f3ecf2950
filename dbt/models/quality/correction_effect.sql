{% set listed = {
    'female_headed_households': "head_sex = 'female'",
    'ethnic_minority_headed_households': "lower(head_ethnicity) <> 'kinh'",
    'merit_households': 'is_merit_household',
    'social_protection_households': 'is_social_protection',
    'group_1_households': 'poverty_group = 1',
    'group_2_households': 'poverty_group = 2',
    'group_3_households': 'poverty_group = 3',
} -%}
{% for indicator in indicators() -%}
{% do listed.update({'deprived_' ~ indicator: 'is_deprived_' ~ indicator}) -%}
{% endfor -%}
{% set classes = ['poor', 'near_poor', 'average', 'non_poor'] -%}
with

households as (
    select * from {{ ref('int_correction_household') }}
),

files as (
    select source_file_id, survey_year, commune_code
    from {{ ref('stg_source_file') }}
    where is_in_force
),

{# One row per file and measure of what was corrected, zero included. #}
counted as (
    {% for state in ['before', 'after'] -%}
    select
        files.source_file_id,
        '{{ state }}' as state,
        {% for poverty_class in classes -%}
        {{ households_where("households.recorded_class = '" ~ poverty_class ~ "'") }} as {{ poverty_class }}_households,
        {% endfor -%}
        {% for poverty_class in ['poor', 'near_poor'] -%}
        cast(coalesce(sum(
            case when households.recorded_class = '{{ poverty_class }}' then households.member_count end
        ), 0) as bigint) as {{ poverty_class }}_persons,
        {% endfor -%}
        {% for measure, condition in listed.items() -%}
        {{ households_where("households.recorded_class in ('poor', 'near_poor') and " ~ condition) }} as {{ measure }}
        {{- ',' if not loop.last }}
        {% endfor -%}
    from files
    left join households on files.source_file_id = households.source_file_id and households.state = '{{ state }}'
    where files.source_file_id in (
        select corrections.source_file_id
        from {{ ref('stg_correction') }} as corrections
        where corrections.status = 'applied' and corrections.role = 'household'
    )
    group by files.source_file_id
    {{ 'union all' if not loop.last }}
    {% endfor -%}
),

of_lists as (
    {% for measure in classes -%}
    select source_file_id, state, '{{ measure }}_households' as measure, {{ measure }}_households as figure from counted
    union all
    {% endfor -%}
    {% for measure in ['poor_persons', 'near_poor_persons'] + listed.keys() | list -%}
    select source_file_id, state, '{{ measure }}' as measure, {{ measure }} as figure from counted
    {{ 'union all' if not loop.last }}
    {% endfor -%}
),

as_sent as (
    select source_file_id, measure, stated_value from {{ ref('stg_total_as_sent') }}
    where measure in ('resident_households', 'resident_persons')
),

as_corrected as (
    select source_file_id, measure, stated_value from {{ ref('stg_total') }}
),

compared as (
    select
        source_file_id,
        measure,
        max(case when state = 'before' then figure end) as before_value,
        max(case when state = 'after' then figure end) as after_value
    from of_lists
    group by source_file_id, measure

    union all

    select
        as_sent.source_file_id,
        as_sent.measure,
        cast(as_sent.stated_value as bigint) as before_value,
        cast(as_corrected.stated_value as bigint) as after_value
    from as_sent
    inner join as_corrected
        on
            as_sent.source_file_id = as_corrected.source_file_id
            and as_sent.measure = as_corrected.measure
)

select
    files.survey_year,
    files.commune_code,
    compared.measure,
    compared.before_value,
    compared.after_value,
    compared.after_value - compared.before_value as difference
from compared
inner join files on compared.source_file_id = files.source_file_id
where compared.before_value is distinct from compared.after_value
