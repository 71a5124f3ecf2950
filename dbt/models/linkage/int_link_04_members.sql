{# Two persons and half of the household, which finds it under a new head. Not where a newcomer heads the household in
   which the old head still lives: that household was taken into another one. #}
{{ identity_pass('members', 'int_link_remaining', 'chain_number',
    'shared_persons >= 2 and keeps_half and keeps_its_head_or_heir',
    ['int_link_00_decision', 'int_link_03_head_number']) }}
