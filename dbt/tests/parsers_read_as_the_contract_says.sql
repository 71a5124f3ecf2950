-- depends_on: {{ ref('stg_household') }}
{# How cells are read, example by example. A row is an example that is read otherwise: a developer fixes the parser. #}
{% set numbers = {
    '1.250,5': '1250.5', '137.5': '137.5', '1.250': '1250', '1.2340': '1.234', '12': '12', '0,5': '0.5', '-3': '-3',
    '1.250.500': '1250500', '1.250.5': none, '1,250,5': none, '12 ha': none, 'x': none, '1e5': none,
    '12345678': '12345678', '123456789': none, '012345678901': none, '012.345.678.901': none, '123456789,0': none,
    '1 050,5': '1050.5', '1 05,5': none, '12 345 678': '12345678', '123 456 789': none, '1.35': '1.35', 'true': none,
} -%}
{% set whole_numbers = {'5': '5', '5,0': '5', '1.250': '1250', '5,5': none, '3000000000': none} -%}
{% set marks = {
    'x': true, 'X': true, '1': true, 'có': true, 'Có': true, 'CÓ': true, '0': false, 'KHÔNG': false, 'không': false,
    'TRUE': true, 'true': true, 'FALSE': false, 'v': none, '2': none, '#REF!': none,
} -%}
{% set dates = {
    '1967-08-09 00:00:00': '1967-08-09', '9/8/1967': '1967-08-09', '09/08/1967': '1967-08-09', '1967': none,
    '31/02/1967': none, '1967-08-09': '1967-08-09', '8-9-1967': '1967-09-08', '09.08.1967': '1967-08-09',
    'ngày 9 tháng 8 năm 1967': '1967-08-09', 'Ngày 09 tháng 8 năm 1967': '1967-08-09', '9 / 8 / 1967': '1967-08-09',
    '09081967': '1967-08-09', '9081967': '1967-08-09', '19670809': '1967-08-09', '31021967': none,
    '9/8/67': '1967-08-09', '14/12/22': '2022-12-14', '15/12/22': '1922-12-15', '8/1967': none, '30/2/67': none,
    '29/2/00': '2000-02-29', '0912345678': none,
} -%}
{% set years = {
    '1967': '1967', '67': none, '1967,5': none, '9/8/1967': none, '8/1967': '1967', '08-1967': '1967', '13/1967': none,
} -%}
{% set citizen_ids = {
    '083067084174': '083067084174', '83067084174': none, '0912345678': none, '12051960': none, '320123456': '320123456',
    '083 067 084 174': '083067084174', '083.067.084-174': '083067084174', '1234567': none, '08306708417x': none,
    '8.31621858E+10': none, '1234567890123': none,
} -%}
{% set keys = {
    'hòa': 'hoà', 'HOÀ': 'hòa', 'ho\u0300a': 'hoà', ' Hòa\u00a0 thuận ': 'hoà thuận', 'khoẻ': 'khỏe', 'thuỷ': 'thủy',
    'Hộ  nghèo': 'ho\u0302\u0323 nghe\u0300o',
} -%}
with

numbers as (
    {{ example_rows(numbers) }}
),

whole_numbers as (
    {{ example_rows(whole_numbers) }}
),

marks as (
    {{ example_rows(marks) }}
),

dates as (
    {{ example_rows(dates) }}
),

years as (
    {{ example_rows(years) }}
),

citizen_ids as (
    {{ example_rows(citizen_ids) }}
),

label_keys as (
    {{ example_rows(keys) }}
),

wrong as (
    select 'number' as parser, cell from numbers
    where {{ parse_decimal('cell') }} is distinct from cast(expected as decimal(18, 6))

    union all

    select 'whole number' as parser, cell from whole_numbers
    where {{ whole_number(parse_decimal('cell')) }} is distinct from cast(expected as integer)

    union all

    select 'mark' as parser, cell from marks
    where {{ parse_mark('cell') }} is distinct from cast(expected as boolean)

    union all

    select 'date' as parser, cell from dates
    where {{ parse_date('cell', '2022') }} is distinct from cast(expected as date)

    union all

    select 'year' as parser, cell from years
    where {{ parse_year('cell') }} is distinct from cast(expected as integer)

    union all

    select 'citizen id' as parser, cell from citizen_ids
    where {{ parse_citizen_id('cell') }} is distinct from expected

    union all

    select 'label key' as parser, cell from label_keys
    where {{ text_key('cell') }} is distinct from {{ text_key('expected') }}
)

select * from wrong
