select
    '{{ var("province_area_code") }}' as area_code,
    '{{ var("province_area_name") }}' as area_name,
    cast('{{ var("harmonised_date") }}' as date) as harmonised_date
