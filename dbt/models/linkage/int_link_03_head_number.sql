{# The head's number with a name that is his, in households that share half of their persons. #}
{{ identity_pass('head_number', 'int_link_remaining', 'chain_number',
    'has_same_head_number and keeps_half', ['int_link_00_decision']) }}
