{# How persons and households are compared, and how one pass of the waterfall links. Explained in docs/identity.md. #}

{# Log2 of how much more often two rows agree (or differ) in a detail when they are one person, or one household, than
   when they are not; and the scores from which something counts. Measured in docs/identity.md. #}
{% macro identity_weights() -%}
    {{ return({
        'number_same': 20, 'number_other': -5,
        'name_same': 9, 'name_similar': 4, 'name_other': -6,
        'day_same': 14, 'year_same': 6, 'day_other': -3, 'year_other': -8,
        'sex_other': -8,
        'same_commune': 7, 'other_commune': -5, 'same_hamlet': 3, 'other_hamlet': -6,
        'household': 9, 'same_head': 7, 'taken_in': -12, 'unknown_head': -2, 'person_lost': -4, 'person_new': -4,
        'corroboration': 8, 'same_place': 10, 'person': 13,
        'link': 6, 'review': -6, 'margin': 5,
    }) }}
{%- endmacro %}

{# A citizen number as it may speak for a person: as a number, and null where the 12 digits contradict the person's own
   sex or year of birth (province 3, century and sex 1, year of birth 2, serial 6). Nine digits encode nothing. #}
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
    year({{ birth_date }}) * 10000
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

{# What speaks for each pair of records being one household: place, head, and the persons who are in both.

   pairs: a model with record_number, earlier_record_number, has_previous_code, has_same_code. #}
{% macro identity_evidence(pairs) -%}
{% set weights = identity_weights() -%}
with

pairs as (
    select record_number, earlier_record_number, has_previous_code, has_same_code
    from {{ ref(pairs) }}
),

records as (
    select * from {{ ref('int_identity_record') }}
),

persons as (
    select * from {{ ref('int_identity_person') }}
),

names as (
    select distinct name_number, first_word, last_word, {{ countable_letters('name_key') }} as letters
    from {{ ref('int_identity_name') }}
),

{# Persons of one pair who could be one person: some detail agrees exactly. #}
met as (
    select
        pairs.record_number,
        pairs.earlier_record_number,
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
    from pairs
    inner join persons as later on pairs.record_number = later.record_number
    inner join persons as earlier on pairs.earlier_record_number = earlier.record_number
    where
        later.citizen_id = earlier.citizen_id
        or later.name_number = earlier.name_number
        or later.birth_day = earlier.birth_day
        or (later.birth_year = earlier.birth_year and later.sex = earlier.sex)
),

spelled as (
    select
        met.*,
        coalesce(met.has_same_name or {{ identity_similar_names('names', 'earlier_names') }}, false) as has_similar_name
    from met
    left join names on met.name_number = names.name_number
    left join names as earlier_names on met.earlier_name_number = earlier_names.name_number
),

weighed as (
    select
        *,
        case
            when has_same_number then {{ weights['number_same'] }}
            when has_other_number then {{ weights['number_other'] }}
            else 0
        end
        + case
            when has_same_name then {{ weights['name_same'] }}
            when has_similar_name then {{ weights['name_similar'] }}
            when has_same_name is null then 0
            else {{ weights['name_other'] }}
        end
        + case
            when has_same_day then {{ weights['day_same'] }}
            when has_same_day is null and has_same_year then {{ weights['year_same'] }}
            when has_same_year then {{ weights['day_other'] }}
            when has_same_year is null then 0
            else {{ weights['year_other'] }}
        end
        + case when has_other_sex then {{ weights['sex_other'] }} else 0 end as weight
    from spelled
),

{# Each person meets at most one person of the other row. #}
paired as (
    select *, weight >= {{ weights['person'] }} as is_person
    from weighed
    where weight >= {{ weights['corroboration'] }}
    qualify
        row_number() over (
            partition by record_number, earlier_record_number, person_number
            order by weight desc, earlier_person_number asc
        ) = 1
        and row_number() over (
            partition by record_number, earlier_record_number, earlier_person_number
            order by weight desc, person_number asc
        ) = 1
),

shared as (
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
    from paired
    group by record_number, earlier_record_number
),

sizes as (
    select record_number, count(*) as persons
    from persons
    group by record_number
)

select
    pairs.record_number,
    pairs.earlier_record_number,
    later.survey_year,
    earlier.survey_year as earlier_survey_year,
    later.is_left_list,
    pairs.has_previous_code,
    pairs.has_same_code,
    coalesce(later.harmonised_commune_code = earlier.harmonised_commune_code, false) as is_in_same_commune,
    coalesce(
        later.harmonised_commune_code = earlier.harmonised_commune_code and later.hamlet_key = earlier.hamlet_key, false
    ) as is_in_same_hamlet,
    cast(shared.shared_persons as integer) as shared_persons,
    cast(shared.weight as integer) as weight,
    shared.best_weight,
    shared.has_same_head,
    shared.head_was_there,
    shared.head_is_still_there,
    shared.has_same_head_number,
    cast(sizes.persons as integer) as persons,
    cast(earlier_sizes.persons as integer) as earlier_persons
from pairs
inner join shared
    on
        pairs.record_number = shared.record_number
        and pairs.earlier_record_number = shared.earlier_record_number
inner join records as later on pairs.record_number = later.record_number
inner join records as earlier on pairs.earlier_record_number = earlier.record_number
inner join sizes on pairs.record_number = sizes.record_number
inner join sizes as earlier_sizes on pairs.earlier_record_number = earlier_sizes.record_number
{%- endmacro %}

{# One pass of the waterfall: the pairs of `evidence` that meet `condition`, one to one.

   Left out are records that an earlier pass has dealt with, and households that an earlier pass has found in the
   record's year. Of the records of one year that could be a household, the one that holds most of its members comes
   first, and a tie goes to the head (so a split keeps the id with them); of the households that a record could be, the
   one with most evidence. Where the best two cannot be told apart, `is_linked` is false: a person has to decide.

   chain: the column that names the earlier household as far as it is known.
   passes: the models of the passes before. #}
{% macro identity_pass(name, evidence, chain, condition, passes, score='weight') -%}
with

dealt_with as (
    {% for pass in passes -%}
    select record_number, chain_number, survey_year, is_left_list, is_linked
    from {{ ref(pass) }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

candidates as (
    select
        evidence.*,
        evidence.{{ chain }} as candidate_chain_number
    from {{ ref(evidence) }} as evidence
    where {{ condition }}
),

open_candidates as (
    select candidates.*
    from candidates
    left join dealt_with on candidates.record_number = dealt_with.record_number
    left join dealt_with as taken
        on
            candidates.candidate_chain_number = taken.chain_number
            and candidates.survey_year = taken.survey_year
            and candidates.is_left_list = taken.is_left_list
            and taken.is_linked
    where dealt_with.record_number is null and taken.record_number is null
),

{# A household may be met at several of its records: the best one speaks for it. #}
households as (
    select *
    from open_candidates
    qualify row_number() over (
        partition by record_number, candidate_chain_number
        order by {{ score }} desc, earlier_survey_year desc, earlier_record_number asc
    ) = 1
),

ranked as (
    select
        *,
        row_number() over of_record as place_of_household,
        row_number() over of_household as place_of_record,
        count(*) over (partition by record_number) as candidates,
        lead({{ score }}) over of_record as next_score,
        lead(earlier_survey_year) over of_record as next_earlier_survey_year,
        lead({{ score }}) over of_household as next_record_score,
        lead(shared_persons) over of_household as next_record_shared_persons,
        lead(has_same_head) over of_household as next_record_has_same_head
    from households
    window
        of_record as (
            partition by record_number
            order by {{ score }} desc, earlier_survey_year desc, earlier_record_number asc
        ),
        of_household as (
            partition by candidate_chain_number, survey_year, is_left_list
            order by shared_persons desc, has_same_head desc, {{ score }} desc, record_number asc
        )
)

select
    record_number,
    earlier_record_number,
    candidate_chain_number as chain_number,
    survey_year,
    earlier_survey_year,
    is_left_list,
    '{{ name }}' as pass,
    cast({{ score }} as double) as score,
    cast(candidates as integer) as candidates,
    not coalesce(
        next_earlier_survey_year = earlier_survey_year
        and next_score > {{ score }} - {{ identity_weights()['margin'] }},
        false
    )
    and not coalesce(
        next_record_shared_persons = shared_persons
        and next_record_has_same_head = has_same_head
        and next_record_score > {{ score }} - {{ identity_weights()['margin'] }},
        false
    ) as is_linked
from ranked
where place_of_household = 1 and place_of_record = 1
{%- endmacro %}

{# The first record of every record's chain. `links` names at most one earlier record for each record, or null. #}
{% macro identity_chains(name, links) -%}
{{ name }} (record_number, chain_number) as (
    select records.record_number, records.record_number
    from {{ ref('int_identity_record') }} as records
    left join {{ links }} on records.record_number = {{ links }}.record_number
    where {{ links }}.earlier_record_number is null

    union all

    select {{ links }}.record_number, {{ name }}.chain_number
    from {{ name }}
    inner join {{ links }} on {{ name }}.record_number = {{ links }}.earlier_record_number
)
{%- endmacro %}

{# What a household is called by: the year, commune and code of a record. Unique among the rows that load. #}
{% macro identity_record_name(record) -%}
    concat(
        cast({{ record }}.survey_year as {{ dbt.type_string() }}), '|', {{ record }}.commune_code, '|', {{ record }}.household_code
    )
{%- endmacro %}
