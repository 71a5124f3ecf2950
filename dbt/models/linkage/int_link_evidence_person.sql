{{ identity_evidence('int_link_candidate_person') }}
