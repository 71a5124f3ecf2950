with

spellings as (
    select head_name as spelling from {{ ref('stg_household') }}
    union
    select full_name as spelling from {{ ref('stg_member') }}
),

keyed as (
    select
        spelling,
        {{ text_key('spelling') }} as name_key
    from spellings
    where spelling is not null
),

worded as (
    select
        spelling,
        name_key,
        split_part(name_key, ' ', 1) as first_word,
        split_part(name_key, ' ', -1) as last_word
    from keyed
),

{# Last words are few: numbering them first, no window holds all names. #}
last_words as (
    select last_word, row_number() over (order by last_word) as word_number
    from (select distinct last_word from worded) as found
)

select
    worded.spelling,
    worded.name_key,
    worded.first_word,
    worded.last_word,
    cast(last_words.word_number as bigint) * 1000000000
    + dense_rank() over (partition by worded.last_word order by worded.name_key) as name_number
from worded
inner join last_words on worded.last_word = last_words.last_word
