"""Nobody is asked what they cannot do: who acts for communes and districts that are gone."""

from reports.acting import Actor, acting_commune, acting_owner, release_day


def test_a_commune_acts_until_it_is_gone_and_its_successor_after_that() -> None:
    assert acting_commune("28765", "2020-02-01", "2024-11-30") == Actor("28765", "Phường 4")
    assert acting_commune("28765", "2020-02-01", "2024-12-01") == Actor("28777", "Phường An Hội")
    assert acting_commune("29179", "2020-02-01", "2026-01-01").name == "Xã Tân Thủy"  # through two changes
    assert acting_commune("00000", "2020-02-01", "2026-01-01") == Actor("00000", "00000")


def test_the_province_acts_where_there_are_no_districts() -> None:
    assert acting_owner("district", "2025-06-30") == "district"
    assert acting_owner("district", release_day("20250701T000000000000Z")) == "province"
    assert acting_owner("commune", "2026-01-01") == "commune"
