select
    standard_indicators.standard_code,
    standard_indicators.indicator_code,
    standard_indicators.position,
    standard_indicators.dimension_code,
    indicators.name_vi,
    indicators.name_en,
    indicators.deprived_when,
    {{ fraction_value('standard_indicators.equal_weight') }} as equal_weight,
    {{ fraction_value('standard_indicators.nested_weight') }} as nested_weight,
    standard_indicators.evidence
from {{ source('reference', 'standard_indicators') }} as standard_indicators
inner join {{ source('reference', 'indicators') }} as indicators
    on standard_indicators.indicator_code = indicators.indicator_code
