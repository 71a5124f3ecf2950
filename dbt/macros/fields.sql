{# The fields of the row sheets by kind, in one place. Forms say which of them they have (form_columns.csv); the test
   `field_lists_agree_with_the_forms` proves that both tell the same. #}

{% macro indicators() -%}
    {{ return([
        'employment', 'dependants', 'nutrition', 'health_insurance', 'adult_education', 'school_attendance',
        'housing_quality', 'housing_area', 'water_source', 'sanitation', 'telecom_use', 'information_assets',
        'waste_treatment',
    ]) }}
{%- endmacro %}

{% macro needs() -%}
    {{ return([
        'loan', 'job_search', 'work_abroad', 'job_placement', 'local_vocational_training', 'crop_knowledge',
        'livestock_knowledge', 'market_knowledge', 'business_knowledge',
    ]) }}
{%- endmacro %}

{% macro causes() -%}
    {{ return([
        'no_land', 'no_capital', 'no_labour', 'no_tools', 'no_production_knowledge', 'no_labour_skill',
        'illness_accident', 'other',
    ]) }}
{%- endmacro %}

{% macro prefixed(prefix, names) -%}
    {%- set out = [] -%}
    {%- for name in names -%} {%- do out.append(prefix ~ name) -%} {%- endfor -%}
    {{ return(out) }}
{%- endmacro %}

{# Kinds: `identifier` and `citizen_id` are codes without labels, `label` a code with labels, `not_read` stays in raw. #}
{% macro form_fields(role, kind) -%}
    {%- set by_role = {
        'household': {
            'identifier': ['household_code', 'previous_household_code'],
            'citizen_id': ['head_citizen_id'],
            'label': ['head_sex', 'area_class', 'previous_class', 'recorded_class', 'movement', 'exit_reason'],
            'text': ['head_name', 'head_ethnicity', 'hamlet'],
            'integer': ['printed_row_number', 'member_count', 'poverty_group'],
            'decimal': ['b1_score', 'b2_score', 'income_per_capita_kvnd'],
            'date_or_year': ['head_birth'],
            'mark': prefixed('is_deprived_', indicators())
                + ['is_merit_household', 'is_social_protection', 'lacks_labour_capacity']
                + prefixed('cause_', causes()) + prefixed('need_', needs()),
            'not_read': ['note'],
        },
        'member': {
            'identifier': ['household_code'],
            'citizen_id': ['citizen_id'],
            'label': ['sex', 'relation_to_head'],
            'text': ['full_name', 'ethnicity'],
            'integer': ['member_number'],
            'decimal': [],
            'date_or_year': ['birth', 'birth_if_male', 'birth_if_female'],
            'mark': ['has_health_insurance'],
            'not_read': [],
        },
    } -%}
    {{ return(by_role[role][kind]) }}
{%- endmacro %}

{# The fields whose absence quarantines the row (an error of its own), so that it is no value finding. #}
{% macro row_level_fields() -%}
    {{ return(['household_code', 'recorded_class', 'area_class']) }}
{%- endmacro %}

{# The fields that are a value finding when a form requires them and the cell is empty: no marks (empty means no). #}
{% macro requirable_fields(role) -%}
    {%- set out = [] -%}
    {%- for kind in ['identifier', 'citizen_id', 'label', 'text', 'integer', 'decimal', 'date_or_year'] -%}
        {%- for field in form_fields(role, kind) if field not in row_level_fields() -%}
            {%- do out.append(field) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(out) }}
{%- endmacro %}

{# The non-mark fields that may hold something unreadable (a text is always readable). #}
{% macro parsed_fields(role) -%}
    {%- set out = [] -%}
    {%- for kind in ['citizen_id', 'label', 'integer', 'decimal'] -%}
        {%- for field in form_fields(role, kind) if field not in row_level_fields() -%}
            {%- do out.append(field) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(out) }}
{%- endmacro %}

{# The needs that have parts: a household has the parent when it has any of its parts. #}
{% macro need_children() -%}
    {{ return({
        'employment_support': ['job_search', 'work_abroad', 'job_placement', 'local_vocational_training'],
        'knowledge': ['crop_knowledge', 'livestock_knowledge', 'market_knowledge', 'business_knowledge'],
    }) }}
{%- endmacro %}
