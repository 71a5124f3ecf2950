{# How persons and households are compared, and how the passes of linkage run. Explained in docs/methods/linkage.md. #}

{# Citizen ID usable for matching, as a number; null where the 12 digits contradict the person's own sex or year of
   birth (province 3, century and sex 1, year of birth 2, serial 6). Nine digits encode nothing. #}
{% macro identity_trusted_number(citizen_id, sex, birth_year) -%}
    case
        when length({{ citizen_id }}) = 12 and (
            substring({{ citizen_id }}, 4, 1) not in ('0', '1', '2', '3')
            or (substring({{ citizen_id }}, 4, 1) in ('0', '2')) <> ({{ sex }} = 'male')
            or 1900 + 100 * cast(substring({{ citizen_id }}, 4, 1) in ('2', '3') as integer)
            + cast(substring({{ citizen_id }}, 5, 2) as integer) <> {{ birth_year }}
        ) then null
        else cast({{ citizen_id }} as bigint)
    end
{%- endmacro %}

{# A full date of birth as a number in which day and month stand in one order, so that a swap changes nothing. #}
{% macro identity_birth_day(birth_date) -%}
    cast(year({{ birth_date }}) as bigint) * 10000
    + least(month({{ birth_date }}), day({{ birth_date }})) * 100
    + greatest(month({{ birth_date }}), day({{ birth_date }}))
{%- endmacro %}

{# Whether two names may be spellings of one: a typing slip or two, or a middle word left out. #}
{% macro identity_similar_names(one, other) -%}
    levenshtein({{ one }}.letters, {{ other }}.letters) <= 2
    or ({{ one }}.first_word = {{ other }}.first_word and {{ one }}.last_word = {{ other }}.last_word)
{%- endmacro %}

{# Pairs of a person to be found and an earlier row with the same value of all keys, the last time it was seen. #}
{% macro identity_pairs_by(wanted, persons, keys) -%}
    select
        {{ wanted }}.record_number,
        {{ persons }}.record_number as earlier_record_number
    from {{ wanted }}
    inner join {{ persons }}
        on
            {{ wanted }}.survey_year > {{ persons }}.survey_year
            {%- for key in keys %}
            and {{ wanted }}.{{ key }} = {{ persons }}.{{ key }}
            {%- endfor %}
    qualify rank() over (
        partition by {{ wanted }}.record_number, {{ wanted }}.person_number
        order by {{ persons }}.survey_year desc
    ) = 1
{%- endmacro %}

{# Common table expressions that end in `evidence`: match weights of each pair of records. The
   weights of persons who are in both add up; pairs without a person who could be one are left out.

   pairs: record_number, earlier_record_number. Needs the expressions `weights`, `records` and `persons`. #}
{% macro link_evidence(pairs) -%}
names as (
    select distinct name_number, first_word, last_word, {{ countable_letters('name_key') }} as letters
    from {{ ref('int_identity_name') }}
),

{# Persons of one pair who could be one person: some detail agrees exactly. #}
compared as (
    select
        {{ pairs }}.record_number,
        {{ pairs }}.earlier_record_number,
        later.person_number,
        earlier.person_number as earlier_person_number,
        later.is_head,
        earlier.is_head as was_head,
        case when later.name_number <> earlier.name_number then later.name_number end as name_number,
        case when later.name_number <> earlier.name_number then earlier.name_number end as earlier_name_number,
        later.citizen_id = earlier.citizen_id as has_same_number,
        later.citizen_id <> earlier.citizen_id
        and (later.citizen_id >= 1000000000) = (earlier.citizen_id >= 1000000000) as has_other_number,
        later.name_number = earlier.name_number as has_same_name,
        later.birth_year = earlier.birth_year as has_same_year,
        later.birth_day = earlier.birth_day as has_same_day,
        later.sex <> earlier.sex as has_other_sex
    from {{ pairs }}
    inner join persons as later on {{ pairs }}.record_number = later.record_number
    inner join persons as earlier on {{ pairs }}.earlier_record_number = earlier.record_number
    where
        later.citizen_id = earlier.citizen_id
        or later.name_number = earlier.name_number
        or later.birth_day = earlier.birth_day
        or (later.birth_year = earlier.birth_year and later.sex = earlier.sex)
),

compared_names as (
    select
        compared.*,
        coalesce(compared.has_same_name or {{ identity_similar_names('names', 'earlier_names') }}, false)
            as has_similar_name
    from compared
    left join names on compared.name_number = names.name_number
    left join names as earlier_names on compared.earlier_name_number = earlier_names.name_number
),

match_weights as (
    select
        compared_names.*,
        case
            when compared_names.has_same_number then weights.number_same
            when compared_names.has_other_number then weights.number_other
            else 0
        end
        + case
            when compared_names.has_same_name then weights.name_same
            when compared_names.has_similar_name then weights.name_similar
            when compared_names.has_same_name is null then 0
            else weights.name_other
        end
        + case
            when compared_names.has_same_day then weights.day_same
            when compared_names.has_same_day is null and compared_names.has_same_year then weights.year_same
            when compared_names.has_same_year then weights.day_other
            when compared_names.has_same_year is null then 0
            else weights.year_other
        end
        + case when compared_names.has_other_sex then weights.sex_other else 0 end as weight
    from compared_names
    cross join weights
),

{# Each person is found in at most one person of the other row. #}
person_pairs as (
    select
        match_weights.*,
        match_weights.weight >= weights.person as is_person
    from match_weights
    cross join weights
    where match_weights.weight >= weights.corroboration
    qualify
        row_number() over (
            partition by match_weights.record_number, match_weights.earlier_record_number, match_weights.person_number
            order by match_weights.weight desc, match_weights.earlier_person_number asc
        ) = 1
        and row_number() over (
            partition by
                match_weights.record_number, match_weights.earlier_record_number, match_weights.earlier_person_number
            order by match_weights.weight desc, match_weights.person_number asc
        ) = 1
),

household_weights as (
    select
        record_number,
        earlier_record_number,
        max(weight) as best_weight,
        count(case when is_person then 1 end) as shared_persons,
        sum(case when is_person then weight else 0 end) as weight,
        bool_or(is_person and is_head and was_head) as has_same_head,
        bool_or(is_person and is_head) as head_was_there,
        bool_or(is_person and was_head) as head_is_still_there,
        bool_or(is_person and is_head and was_head and has_same_number and has_similar_name) as has_same_head_number
    from person_pairs
    group by record_number, earlier_record_number
),

sizes as (
    select record_number, count(*) as persons
    from persons
    group by record_number
),

evidence as (
    select
        household_weights.record_number,
        household_weights.earlier_record_number,
        later.survey_year,
        earlier.survey_year as earlier_survey_year,
        later.is_left_list,
        coalesce(later.harmonised_commune_code = earlier.harmonised_commune_code, false) as is_in_same_commune,
        coalesce(
            later.harmonised_commune_code = earlier.harmonised_commune_code
            and later.hamlet_key = earlier.hamlet_key, false
        ) as is_in_same_hamlet,
        cast(household_weights.shared_persons as integer) as shared_persons,
        cast(household_weights.weight as integer) as weight,
        household_weights.best_weight,
        household_weights.has_same_head,
        household_weights.head_was_there,
        household_weights.head_is_still_there,
        household_weights.has_same_head_number,
        cast(sizes.persons as integer) as persons,
        cast(earlier_sizes.persons as integer) as earlier_persons
    from household_weights
    inner join records as later on household_weights.record_number = later.record_number
    inner join records as earlier on household_weights.earlier_record_number = earlier.record_number
    inner join sizes on household_weights.record_number = sizes.record_number
    inner join sizes as earlier_sizes on household_weights.earlier_record_number = earlier_sizes.record_number
)
{%- endmacro %}

{# The passes of a basis one after another, in the order of reference table link_passes; one row for each record that a
   pass deals with.

   Each pass takes the pairs that meet its condition, one to one. Left out are records that an earlier pass has dealt
   with, and households that an earlier pass has found in the record's year. Of the records of one year that could be a
   household, the one that holds most of its members comes first, and a tie goes to the head (so a split keeps the id with
   them); of the households that a record could be, the one with the highest score. Where the best two tie, `is_linked` is false: a person has to decide.

   pairs: with chain_number, the earlier household as far as it is known. Needs the expressions `pairs` and `weights`.
   conditions: {name in link_passes: SQL over pairs and weights}; scores: columns of pairs that a pass may rank by. #}
{% macro link_by_passes(basis, conditions, scores) -%}
passes as (
    select
        pass,
        condition,
        score,
        row_number() over (partition by basis order by position) as pass_rank
    from {{ source('reference', 'link_passes') }}
    where basis = '{{ basis }}'
),

decided as (
    select record_number, chain_number, survey_year, is_left_list, is_linked
    from {{ ref('int_link_decision') }}
),

{% for _ in conditions -%}
{% set number = loop.index -%}
dealt_with_before_{{ number }} as (
    select * from decided
    {% for earlier in range(1, number) -%}
    union all
    select record_number, chain_number, survey_year, is_left_list, is_linked
    from pass_{{ earlier }}
    {% endfor -%}
),

candidates_{{ number }} as (
    select
        pairs.*,
        passes.pass,
        case passes.score
            {% for score in scores -%}
            when '{{ score }}' then pairs.{{ score }}
            {% endfor -%}
        end as pass_score
    from pairs
    cross join weights
    inner join passes on passes.pass_rank = {{ number }}
    left join dealt_with_before_{{ number }} as dealt_with on pairs.record_number = dealt_with.record_number
    left join dealt_with_before_{{ number }} as taken
        on
            pairs.chain_number = taken.chain_number
            and pairs.survey_year = taken.survey_year
            and pairs.is_left_list = taken.is_left_list
            and taken.is_linked
    where
        case passes.condition
            {% for name, condition in conditions.items() -%}
            when '{{ name }}' then {{ condition }}
            {% endfor -%}
        end
        and dealt_with.record_number is null
        and taken.record_number is null
),

{# A household may be found at several of its records: the best one counts. #}
households_{{ number }} as (
    select *
    from candidates_{{ number }}
    qualify row_number() over (
        partition by record_number, chain_number
        order by pass_score desc, earlier_survey_year desc, earlier_record_number asc
    ) = 1
),

ranked_{{ number }} as (
    select
        *,
        row_number() over of_record as household_rank,
        row_number() over of_household as record_rank,
        count(*) over (partition by record_number) as candidates,
        lead(pass_score) over of_record as next_score,
        lead(earlier_survey_year) over of_record as next_earlier_survey_year,
        lead(pass_score) over of_household as next_record_score,
        lead(shared_persons) over of_household as next_record_shared_persons,
        lead(has_same_head) over of_household as next_record_has_same_head
    from households_{{ number }}
    window
        of_record as (
            partition by record_number
            order by pass_score desc, earlier_survey_year desc, earlier_record_number asc
        ),
        of_household as (
            partition by chain_number, survey_year, is_left_list
            order by shared_persons desc, has_same_head desc, pass_score desc, record_number asc
        )
),

pass_{{ number }} as (
    select
        ranked.record_number,
        ranked.earlier_record_number,
        ranked.chain_number,
        ranked.survey_year,
        ranked.earlier_survey_year,
        ranked.is_left_list,
        ranked.pass,
        cast(ranked.pass_score as double) as score,
        cast(ranked.candidates as integer) as candidates,
        not coalesce(
            ranked.next_earlier_survey_year = ranked.earlier_survey_year
            and ranked.next_score > ranked.pass_score - weights.margin,
            false
        )
        and not coalesce(
            ranked.next_record_shared_persons = ranked.shared_persons
            and ranked.next_record_has_same_head = ranked.has_same_head
            and ranked.next_record_score > ranked.pass_score - weights.margin,
            false
        ) as is_linked
    from ranked_{{ number }} as ranked
    cross join weights
    where ranked.household_rank = 1 and ranked.record_rank = 1 and {{ made_once() }}
),

{% endfor -%}

made as (
    {% for _ in conditions -%}
    select * from pass_{{ loop.index }}
    {{ 'union all' if not loop.last }}
    {% endfor -%}
)
{%- endmacro %}

{# The weights and thresholds of linkage as one row, a column each. #}
{% macro link_weights(names) -%}
    select
        {% for name in names -%}
        max(case when name = '{{ name }}' then value end) as {{ name }}{{ ',' if not loop.last }}
        {% endfor -%}
    from {{ source('reference', 'link_weights') }}
{%- endmacro %}

{# Common table expressions that end in `name`: the first record of every record's chain. `links` gives a record at most
   one earlier record. Each step doubles how far back a record sees, so that five steps follow 32 links: one link a
   survey year. #}
{% macro link_chains(name, links) -%}
{% set steps = 5 -%}
{{ name }}_0 as (
    select
        records.record_number,
        coalesce({{ links }}.earlier_record_number, records.record_number) as chain_number
    from {{ ref('int_identity_record') }} as records
    left join {{ links }} on records.record_number = {{ links }}.record_number
    where {{ made_once() }}
),

{% for step in range(1, steps + 1) -%}
{{ name }}{{ '_' ~ step if not loop.last }} as (
    select
        later.record_number,
        earlier.chain_number
    from {{ name }}_{{ step - 1 }} as later
    inner join {{ name }}_{{ step - 1 }} as earlier on later.chain_number = earlier.record_number
    where {{ made_once() }}
){{ ',' if not loop.last }}

{% endfor -%}
{%- endmacro %}

{# What a household is called by: the year, commune and code of a record. Unique among the rows that load. #}
{% macro identity_record_name(record) -%}
    concat(
        cast({{ record }}.survey_year as {{ dbt.type_string() }}), '|', {{ record }}.commune_code, '|', {{ record }}.household_code
    )
{%- endmacro %}
