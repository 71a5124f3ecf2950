{# Contradicted by related figures: another value would satisfy at least two relations that fail, and no other figure in
   these relations would satisfy as many. A figure with only one failing relation is
   judged in published_figure, where the stated side of the relation is the one that does not follow. #}
with

figures as (
    select
        figure_id,
        decimals,
        cast(published_value as double) as value,
        cast(rounding as double) as rounding
    from {{ ref('int_published_figure') }}
),

relations as (
    select * from {{ ref('int_published_relation') }}
),

intervals as (
    {{ published_intervals('figures', 'relations') }}
),

printed as (
    select
        intervals.figure_id,
        sum(case when {{ published_holds('intervals.value', 'intervals') }} then 1 else 0 end) as relations_held
    from intervals
    group by intervals.figure_id
),

{# The ends of the intervals, as printable values: the best value is among them. #}
candidates as (
    select distinct
        intervals.figure_id,
        ceil(intervals.least * power(10, figures.decimals) - 0.0000001) / power(10, figures.decimals) as candidate
    from intervals
    inner join figures on intervals.figure_id = figures.figure_id
    where intervals.least is not null
),

tried as (
    select
        candidates.figure_id,
        candidates.candidate,
        sum(case when {{ published_holds('candidates.candidate', 'intervals') }} then 1 else 0 end) as relations_held,
        min(case when {{ published_holds('candidates.candidate', 'intervals') }} then intervals.most end) as most
    from candidates
    inner join intervals on candidates.figure_id = intervals.figure_id
    group by candidates.figure_id, candidates.candidate
),

best as (
    select
        tried.figure_id,
        tried.candidate,
        tried.most,
        tried.relations_held - printed.relations_held as gain
    from tried
    inner join printed on tried.figure_id = printed.figure_id
    inner join figures on tried.figure_id = figures.figure_id
    qualify row_number() over (
        partition by tried.figure_id
        order by tried.relations_held desc, abs(tried.candidate - figures.value) asc, tried.candidate asc
    ) = 1
),

{# For each failing relation, the figures that would satisfy it, the one that satisfies most first. #}
satisfied as (
    select
        intervals.relation_id,
        intervals.stated_id,
        intervals.kind,
        intervals.figure_id,
        rank() over (partition by intervals.relation_id order by best.gain desc) as gain_rank,
        count(*) over (partition by intervals.relation_id, best.gain) as with_this_gain,
        best.gain
    from intervals
    inner join best on intervals.figure_id = best.figure_id
    where
        not ({{ published_holds('intervals.value', 'intervals') }})
        and {{ published_holds('best.candidate', 'intervals') }}
)

select
    satisfied.figure_id,
    best.candidate as consistent_value,
    floor(best.most) = best.candidate as is_only_value,
    cast(best.gain as integer) as relations_satisfied,
    {{ dbt.listagg('distinct satisfied.stated_id', "', '", 'order by satisfied.stated_id') }} as contradicted_by
from satisfied
inner join best on satisfied.figure_id = best.figure_id
where satisfied.gain_rank = 1 and satisfied.with_this_gain = 1 and satisfied.gain >= 2
group by satisfied.figure_id, best.candidate, best.most, best.gain
having count(*) >= 2
