{% set counted = ['recorded_class', 'member_count', 'head_sex', 'head_ethnicity', 'is_merit_household',
    'is_social_protection', 'poverty_group'] + prefixed('is_deprived_', indicators()) -%}
{# The household rows of the files with corrected household cells, twice: without the corrections and as they are. A
   corrected code may let another row of the file out of quarantine, so whole files are compared. #}
with

files as (
    select distinct source_file_id
    from {{ ref('stg_correction') }}
    where status = 'applied' and role = 'household'
),

as_sent as (
    select * from {{ ref('stg_household_as_sent') }}
),

after_correction as (
    select households.*
    from {{ ref('stg_household') }} as households
    inner join files on households.source_file_id = files.source_file_id
),

before_correction as (
    select after_correction.*
    from after_correction
    left join as_sent
        on
            after_correction.source_file_id = as_sent.source_file_id
            and after_correction.row_number = as_sent.row_number
    where as_sent.row_number is null

    union all

    select * from as_sent
),

{% for state in ['before', 'after'] -%}
{{ state }}_problems as (
    {{ household_row_problems(state ~ '_correction') | indent(4) }}
),

{% endfor -%}

loaded as (
    {% for state in ['before', 'after'] -%}
    select
        '{{ state }}' as state,
        source_file_id,
        row_number,
        {{ counted | join(',\n        ') }}
    from {{ state }}_correction
    where not exists (
        select 1 from {{ state }}_problems
        where
            {{ state }}_correction.source_file_id = {{ state }}_problems.source_file_id
            and {{ state }}_correction.row_number = {{ state }}_problems.row_number
    )
    {{ 'union all' if not loop.last }}
    {% endfor -%}
)

select * from loaded
where recorded_class <> 'left_list'
