{{ config(alias="dim_indicator") }}
with

{# A later standard may move an indicator to another dimension or place: the last one that has it counts. #}
placed as (
    select
        indicators.*,
        row_number() over (
            partition by indicators.indicator_code
            order by standards.last_survey_year desc
        ) as standard_rank
    from {{ source('reference', 'standard_indicators') }} as indicators
    inner join {{ ref('dim_standard') }} as standards on indicators.standard_code = standards.standard_code
),

dimensions as (
    select * from {{ source('reference', 'labels') }}
    where kind = 'dimension'
)

select
    indicators.indicator_code,
    indicators.name_vi,
    indicators.name_en,
    placed.dimension_code,
    coalesce(dimensions.label_vi, placed.dimension_code) as dimension_vi,
    coalesce(dimensions.label_en, placed.dimension_code) as dimension_en,
    placed.standard_code as last_standard_code,
    indicators.deprived_when,
    cast(row_number() over (order by placed.position, indicators.indicator_code) as integer) as sort_order
from {{ source('reference', 'indicators') }} as indicators
inner join placed on indicators.indicator_code = placed.indicator_code and placed.standard_rank = 1
left join dimensions on placed.dimension_code = dimensions.code
