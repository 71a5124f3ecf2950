{# The code kept from an earlier year. Codes are dealt anew and name others then: a person must be in both rows. #}
{{ identity_pass('same_code', 'int_link_evidence_code', 'earlier_record_number',
    'has_same_code and (shared_persons > 0 or (is_in_same_hamlet and best_weight >= '
    ~ identity_weights()['same_place'] ~ '))',
    ['int_link_00_decision', 'int_link_01_previous_code']) }}
