{# The code that the commune gives for last year, confirmed by at least one person. #}
{{ identity_pass('previous_code', 'int_link_evidence_code', 'earlier_record_number',
    'has_previous_code and best_weight >= ' ~ identity_weights()['corroboration'], ['int_link_00_decision']) }}
