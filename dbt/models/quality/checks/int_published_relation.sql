{# How printed figures hang together: one row per relation and figure in it. The `stated` figure is
   share: 100 x upper figures / lower figures; sum: the sum of the upper ones; part: at most the lower ones together. #}
{% set most_terms = 20 -%}
with

figures as (
    select * from {{ ref('int_published_figure') }}
),

term_numbers as (
    {% for number in range(1, most_terms + 1) -%}
    select {{ number }} as term_number
    {{ 'union all' if not loop.last }}
    {% endfor -%}
),

printed as (
    {% for kind, column, role in [
        ('share', "split_part(share_of, '/', 1)", 'upper'),
        ('share', "split_part(share_of, '/', 2)", 'lower'),
        ('sum', 'sum_of', 'upper'),
    ] -%}
    select
        '{{ kind }}' as kind,
        figures.figure_id as stated_id,
        trim(split_part({{ column }}, '+', term_numbers.term_number)) as figure_id,
        '{{ role }}' as role
    from figures
    cross join term_numbers
    where trim(split_part({{ column }}, '+', term_numbers.term_number)) <> ''
    {{ 'union all' if not loop.last }}
    {% endfor -%}
),

{# Rates of the series: of its own households and residents, else of the residents that the plan prints. #}
rates as (
    select
        rates.figure_id as stated_id,
        households.figure_id as households_id,
        residents.figure_id as residents_id
    from figures as rates
    inner join figures as households
        on
            rates.publication = households.publication
            and split_part(rates.figure_id, '.', 1) = split_part(households.figure_id, '.', 1)
            and rates.poverty_class = households.poverty_class
            and households.counted = 'households'
    inner join figures as residents
        on
            {{ equal_on('rates', 'residents', ['survey_year', 'area']) }}
            and residents.counted = 'resident_households'
    where rates.publication = 'series' and rates.unit = 'percent'
    qualify row_number() over (
        partition by rates.figure_id order by residents.publication desc, residents.figure_id asc
    ) = 1
),

{# What is counted among something that is printed too. #}
parts as (
    select
        'part' as kind,
        parts.figure_id as stated_id,
        wholes.figure_id,
        'lower' as role
    from figures as parts
    inner join figures as wholes
        on
            {{ equal_on('parts', 'wholes', ['publication', 'survey_year', 'area', 'unit']) }}
            and case wholes.counted
                when 'resident_households' then parts.counted = 'households'
                when 'communes' then parts.counted like 'communes_%'
                when 'households'
                    then parts.counted not in ('households', 'resident_households')
                        and wholes.poverty_class in (
                            parts.poverty_class, case parts.poverty_class when 'poor_or_near_poor' then 'poor' end,
                            case parts.poverty_class when 'poor_or_near_poor' then 'near_poor' end
                        )
            end
    where parts.unit <> 'percent'
),

related as (
    select * from printed
    union all
    select 'share', stated_id, households_id, 'upper' from rates
    union all
    select 'share', stated_id, residents_id, 'lower' from rates
    union all
    select * from parts
)

select
    kind || ':' || stated_id as relation_id,
    kind,
    stated_id,
    figure_id,
    role
from related
union all
select distinct
    kind || ':' || stated_id,
    kind,
    stated_id,
    stated_id,
    'stated'
from related
