{# The code that the commune states for last year, where at least one person speaks for it too. #}
{{ identity_pass('previous_code', 'int_link_evidence_code', 'earlier_record_number',
    'has_previous_code and best_weight >= ' ~ identity_weights()['corroboration'], ['int_link_00_decision']) }}
