{# What engines spell differently, one dispatched macro each. A new engine adds its own `<adapter>__` versions here
   and nowhere else; without them dbt stops at compile time and names the macro. #}

{# Unicode NFC. Spark has no such function: spark/session.py registers one, a cluster needs its own under this name. #}
{% macro nfc(text) -%} {{ return(adapter.dispatch('nfc')(text)) }} {%- endmacro %}
{% macro duckdb__nfc(text) -%} nfc_normalize({{ text }}) {%- endmacro %}
{% macro spark__nfc(text) -%} nfc({{ text }}) {%- endmacro %}

{# Runs of white space of any kind (also non-breaking) become one replacement. Java reads the same classes. #}
{% macro replace_white_space(text, replacement) -%}
    {{ return(adapter.dispatch('replace_white_space')(text, replacement)) }}
{%- endmacro %}
{% macro duckdb__replace_white_space(text, replacement) -%}
    regexp_replace({{ text }}, '[\s\p{Z}\x0B\x1C-\x1F\x{85}]+', '{{ replacement }}', 'g')
{%- endmacro %}
{% macro spark__replace_white_space(text, replacement) -%}
    regexp_replace({{ text }}, r'[\s\p{Z}\x0B\x1C-\x1F\x{85}]+', '{{ replacement }}')
{%- endmacro %}

{# Whether a text matches a regular expression from its first to its last character. #}
{% macro matches(text, pattern) -%} {{ return(adapter.dispatch('matches')(text, pattern)) }} {%- endmacro %}
{% macro duckdb__matches(text, pattern) -%} regexp_full_match({{ text }}, '{{ pattern }}') {%- endmacro %}
{% macro spark__matches(text, pattern) -%} {{ text }} rlike r'\A(?:{{ pattern }})\z' {%- endmacro %}

{# HMAC-SHA256 as hex, from the two key pads in hex: the key itself is a column, never a literal. #}
{% macro hmac_sha256(message, inner_pad_hex, outer_pad_hex) -%}
    {{ return(adapter.dispatch('hmac_sha256')(message, inner_pad_hex, outer_pad_hex)) }}
{%- endmacro %}
{% macro duckdb__hmac_sha256(message, inner_pad_hex, outer_pad_hex) -%}
    sha256(unhex({{ outer_pad_hex }} || sha256(unhex({{ inner_pad_hex }}) || encode({{ message }}))))
{%- endmacro %}
{% macro spark__hmac_sha256(message, inner_pad_hex, outer_pad_hex) -%}
    sha2(unhex({{ outer_pad_hex }} || sha2(unhex({{ inner_pad_hex }}) || encode({{ message }}, 'utf-8'), 256)), 256)
{%- endmacro %}

{# A number from 0 to 2^60 - 1 that a text always has. #}
{% macro number_of_text(text) -%} {{ return(adapter.dispatch('number_of_text')(text)) }} {%- endmacro %}
{% macro duckdb__number_of_text(text) -%} cast('0x' || substring(md5({{ text }}), 1, 15) as bigint) {%- endmacro %}
{% macro spark__number_of_text(text) -%} cast(conv(substring(md5({{ text }}), 1, 15), 16, 10) as bigint) {%- endmacro %}

{# The texts of a group as one, in an order. #}
{% macro concat_in_order(text, order_by) -%} {{ return(adapter.dispatch('concat_in_order')(text, order_by)) }} {%- endmacro %}
{% macro duckdb__concat_in_order(text, order_by) -%} string_agg({{ text }}, '' order by {{ order_by }}) {%- endmacro %}
{% macro spark__concat_in_order(text, order_by) -%} listagg({{ text }}, '') within group (order by {{ order_by }}) {%- endmacro %}

{# Calls of dbt.listagg: the one that comes with dbt-spark drops the order. #}
{% macro spark__listagg(measure, delimiter_text, order_by_clause, limit_num) -%}
    listagg({{ measure }}, {{ delimiter_text }}) within group ({{ order_by_clause }})
{%- endmacro %}

{# A lower-case text in which levenshtein counts letters. DuckDB's counts bytes, of which an accented letter has two or
   three, so that võ and vỏ are three apart: each becomes a sign of one byte that names do not hold. Spark counts letters. #}
{% macro countable_letters(text) -%} {{ return(adapter.dispatch('countable_letters')(text)) }} {%- endmacro %}
{% macro duckdb__countable_letters(text) -%}
    {%- set accented = 'àáảãạăằắẳẵặâầấẩẫậèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵđ' -%}
    {%- set signs = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!"#$%&()*+,-./:;<=>?@[]^_`|~{}' ~ '\\' -%}
    translate({{ text }}, '{{ accented }}', '{{ signs }}')
{%- endmacro %}
{% macro spark__countable_letters(text) -%} {{ text }} {%- endmacro %}

{# The condition that all rows meet, of an expression that many others read: DuckDB makes such an expression once. Spark
   puts its query in place of each name, twice the work for every step of a chain, unless it thinks that the rows could
   differ between two readings. #}
{% macro made_once() -%} {{ return(adapter.dispatch('made_once')()) }} {%- endmacro %}
{% macro duckdb__made_once() -%} true {%- endmacro %}
{% macro spark__made_once() -%} rand() >= 0 {%- endmacro %}

{# Types of contracts: Spark has no varchar without a length. #}
{% macro spark__cast(field, type) -%}
    cast({{ field }} as {{ 'string' if type == 'varchar' else type }})
{%- endmacro %}
