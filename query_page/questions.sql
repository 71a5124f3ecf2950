-- Tỷ lệ hộ nghèo của tỉnh qua các năm
select
    survey_year as "Năm",
    households_or_persons as "Số hộ nghèo",
    round(100 * share, 2) as "Tỷ lệ hộ nghèo (%)"
from area_year
where area_level = 'province' and measure = 'poor_households'
order by survey_year;

-- Mười xã có tỷ lệ hộ nghèo cao nhất, năm mới nhất
select
    area_name as "Xã",
    households_or_persons as "Số hộ nghèo",
    round(100 * share, 2) as "Tỷ lệ hộ nghèo (%)"
from area_year
where
    area_level = 'commune' and measure = 'poor_households' and share is not null
    and survey_year = (select max(survey_year) from area_year)
order by share desc, area_name
limit 10;

-- Hộ nghèo thiếu hụt gì nhiều nhất, năm mới nhất
select
    name_vi as "Chỉ số thiếu hụt",
    households_or_persons as "Số hộ nghèo",
    round(100 * share, 2) as "Tỷ lệ trong hộ nghèo (%)"
from indicator_year
inner join indicator using (indicator_code)
where
    area_level = 'province' and poverty_class = 'poor'
    and survey_year = (select max(survey_year) from indicator_year)
order by share desc nulls last, name_vi;

-- Hộ nghèo, hộ cận nghèo cần hỗ trợ gì, từng năm
select
    survey_year as "Năm",
    name_vi as "Nhu cầu hỗ trợ",
    households_or_persons as "Số hộ"
from need_year
inner join need using (need_code)
where area_level = 'province'
order by survey_year desc, households_or_persons desc nulls last, name_vi;

-- Bao nhiêu số liệu không công bố để bảo vệ người dân
select
    survey_year as "Năm",
    area_level as "Cấp",
    count(*) as "Số liệu",
    count(*) filter (where is_suppressed) as "Không công bố"
from area_year
group by all
order by survey_year, area_level;
