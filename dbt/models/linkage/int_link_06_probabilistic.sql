{# What no rule tells, by the weight of all the evidence together, above the stated threshold. #}
{{ identity_pass('probabilistic', 'int_link_scored', 'chain_number',
    'household_score >= ' ~ identity_weights()['link'],
    ['int_link_00_decision', 'int_link_03_head_number', 'int_link_04_members', 'int_link_05_head_name'],
    'household_score') }}
