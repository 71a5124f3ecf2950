{# The head's name and birth, inside the hamlet. #}
{{ identity_pass('head_name', 'int_link_remaining', 'chain_number',
    'has_same_head and keeps_half and is_in_same_hamlet',
    ['int_link_00_decision', 'int_link_03_head_number', 'int_link_04_members']) }}
