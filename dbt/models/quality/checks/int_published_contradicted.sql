{# Another value would satisfy at least two relations that fail, and no other figure in these relations would satisfy as
   many. A figure with only one failing relation is judged in published_figure, where the stated side does not follow. #}
with

terms as (
    select
        relations.*,
        figures.decimals,
        cast(figures.published_value as double) as value,
        {% for role in ['upper', 'lower', 'stated'] -%}
        sum(case when relations.role = '{{ role }}' then cast(figures.published_value as double) else 0 end)
            over (partition by relations.relation_id) as {{ role }},
        {% endfor -%}
        sum(case when relations.role = 'stated' then cast(figures.rounding as double) else 0 end)
            over (partition by relations.relation_id) as slack
    from {{ ref('int_published_relation') }} as relations
    inner join {{ ref('int_published_figure') }} as figures on relations.figure_id = figures.figure_id
),

{# Between which values of a figure the relation holds if the others are right. #}
intervals as (
    select
        *,
        {% for bound, less, more in [('least', '-', '+'), ('most', '+', '-')] -%}
        value + case concat(kind, ' ', role)
            when 'share stated' then 100 * upper / nullif(lower, 0) {{ less }} slack - stated
            when 'share upper' then (stated {{ less }} slack) / 100 * lower - upper
            when 'share lower' then 100 * upper / nullif(stated {{ more }} slack, 0) - lower
            when 'sum stated' then upper - stated
            when 'sum upper' then stated - upper
            when 'part stated' then {{ '0' if bound == 'least' else 'lower' }} - stated
            when 'part lower' then {{ 'stated - lower' if bound == 'least' else '1e15' }}
        end {{ less }} 0.0000001 as {{ bound }}{{ ',' if not loop.last }}
        {% endfor -%}
    from terms
),

{# The least values of the intervals, as printable values: the best value is among them. #}
candidates as (
    select distinct
        figure_id,
        ceil(least * power(10, decimals)) / power(10, decimals) as candidate
    from intervals
    where least is not null
),

best as (
    select
        candidates.figure_id,
        candidates.candidate,
        min(case when candidates.candidate between intervals.least and intervals.most then intervals.most end) as most,
        sum(
            case when candidates.candidate between intervals.least and intervals.most then 1 else 0 end
            - case when intervals.value between intervals.least and intervals.most then 1 else 0 end
        ) as gain
    from candidates
    inner join intervals on candidates.figure_id = intervals.figure_id
    group by candidates.figure_id, candidates.candidate, intervals.value
    qualify row_number() over (
        partition by candidates.figure_id
        order by gain desc, abs(candidates.candidate - intervals.value) asc, candidates.candidate asc
    ) = 1
),

{# For each failing relation the figure that would satisfy it and the most others, where it is only one. #}
satisfied as (
    select
        best.*,
        intervals.stated_id
    from intervals
    inner join best on intervals.figure_id = best.figure_id
    where
        intervals.value not between intervals.least and intervals.most
        and best.candidate between intervals.least and intervals.most
    qualify
        rank() over (partition by intervals.relation_id order by best.gain desc) = 1
        and count(*) over (partition by intervals.relation_id, best.gain) = 1
)

select
    figure_id,
    candidate as consistent_value,
    floor(most) = candidate as is_only_value,
    {{ dbt.listagg('distinct stated_id', "', '", 'order by stated_id') }} as contradicted_by
from satisfied
where gain >= 2
group by figure_id, candidate, most
having count(*) >= 2
