{# What the measures are broken down by, from the household's row: {name: its code}. Codes are never null, so that the
   parts of a breakdown always make the whole. (Area class comes from the commune instead: int_measure_area.) #}
{% macro measure_subgroups() -%}
    {{ return({
        'head_sex': "case when head_is_female then 'female' when not head_is_female then 'male' else 'unknown' end",
        'head_ethnicity': "case when head_is_ethnic_minority then 'minority' when not head_is_ethnic_minority then 'kinh' else 'unknown' end",
        'poverty_group': "case poverty_group when 1 then 'group_1' when 2 then 'group_2' when 3 then 'group_3' else 'no_group' end",
        'merit': "case when is_merit_household then 'merit' when not is_merit_household then 'no_merit' else 'unknown' end",
        'social_protection': "case when is_social_protection then 'social_protection' when not is_social_protection then 'no_social_protection' else 'unknown' end",
    }) }}
{%- endmacro %}
