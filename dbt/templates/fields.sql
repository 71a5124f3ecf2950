{# The linter takes the first name of each list: a loop writes the same for every name. #}
{% macro listed(names) -%}
    {{ return(names[:var('listed_at_most', none)]) }}
{%- endmacro %}

{# The fields of the row sheets by role and kind (reference/forms/fields.csv). #}
{% macro form_fields(role, kind) -%}
    {{ return(listed([[ names_by_role_and_kind | tojson ]][role][kind])) }}
{%- endmacro %}

{% macro indicators() -%}
    {{ return(listed([[ indicators | map(attribute="indicator_code") | list | tojson ]])) }}
{%- endmacro %}

{% macro needs() -%}
    {{ return(listed([[ needs | map(attribute="need_code") | list | tojson ]])) }}
{%- endmacro %}

{% macro causes() -%}
    {{ return(listed([[ causes | map(attribute="cause_code") | list | tojson ]])) }}
{%- endmacro %}

{# The needs that have parts: a household has the parent when it has any of its parts. #}
{% macro need_children() -%}
    {{ return([[ need_children | tojson ]]) }}
{%- endmacro %}

{# The day that the review of a survey year ends. #}
{% macro cutoff_date_of(survey_year) -%}
    case {{ survey_year }}
[% for year in survey_years %]
        when [[ year.survey_year ]] then cast('[[ year.cutoff_date ]]' as date)
[% endfor %]
    end
{%- endmacro %}
