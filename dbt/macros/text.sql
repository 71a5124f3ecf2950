{# Text as it is kept: NFC, white space folded, empty is null. #}
{% macro fold_text(text) -%}
    nullif(trim({{ replace_white_space(nfc(text), ' ') }}), '')
{%- endmacro %}

{# What two spellings of one label have in common: folded, lower case, the tone mark of oa, oe and uy on one vowel.
   The same rule as base/text.py `key`. Costly: for distinct labels, not for whole columns. #}
{% macro text_key(text) -%}
    {%- set tones = [('o', 'a', 'òóỏõọ', 'àáảãạ'), ('o', 'e', 'òóỏõọ', 'èéẻẽẹ'), ('u', 'y', 'ùúủũụ', 'ỳýỷỹỵ')] -%}
    {%- set sql = namespace(text='lower(' ~ fold_text(text) ~ ')') -%}
    {%- for first_vowel, second_vowel, on_first, on_second in tones -%}
        {%- for tone in range(5) -%}
            {%- set sql.text = "replace(" ~ sql.text ~ ", '" ~ first_vowel ~ on_second[tone] ~ "', '"
                ~ on_first[tone] ~ second_vowel ~ "')" -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ sql.text }}
{%- endmacro %}
