"""Which files closed years count and hold, by entries of a registry alone."""

from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ingestion.closures import closed_years, closure_over, held_files, in_force
from ingestion.registry import Registry

_YEARS = (2022, 2023, 2024)
_files = st.tuples(
    st.sampled_from(_YEARS), st.sampled_from("ab"), st.integers(1, 3), st.sampled_from(("accepted", "rejected"))
)
_events = st.lists(
    st.one_of(
        st.tuples(st.just("file"), _files),
        st.tuples(st.just("closed"), st.sampled_from(_YEARS)),
        st.tuples(st.just("reopened"), st.sampled_from(_YEARS)),
    ),
    max_size=30,
)


def add(registry: Registry, what: str, about: Any) -> None:
    """Add an entry as the commands would: a year is closed once, and only the last closed one is reopened."""
    number = len(registry.entries)
    closed = closed_years(registry)
    if what == "file":
        year, commune, submission, status = about
        registry.entries.append(
            {"sha256": f"{number:064}", "status": status, "survey_year": year, "commune_code": commune,
             "submission_number": submission, "received_at": f"2026-01-01T00:00:{number:02}"}
        )  # fmt: skip
    elif what == "closed" and about not in closed or what == "reopened" and about == max(closed, default=None):
        registry.entries.append({"closed_year": about, "status": what, "decided_at": str(number)})


def counted(registry: Registry) -> dict[tuple[str, int], str]:
    """The file that each commune and year counts."""
    current = in_force(registry.current().values(), held_files(registry))
    return {key: entry["sha256"] for key, entry in current.items()}


@given(_events)
def test_a_closed_year_counts_the_same_files_until_it_is_reopened(events: list[tuple[str, Any]]) -> None:
    registry = Registry(Path("registry.jsonl"))
    for what, about in events:
        before, closed = counted(registry), closed_years(registry)
        add(registry, what, about)
        still = set(closed_years(registry)) & set(closed)
        frozen = max(still, default=0)
        now = counted(registry)
        assert {key: file for key, file in now.items() if key[1] <= frozen} == {
            key: file for key, file in before.items() if key[1] <= frozen
        }
        for closure in closed_years(registry).values():
            kept = {file for (_, year), file in now.items() if year <= closure.survey_year}
            assert closure.files == kept
    for year in sorted(closed_years(registry), reverse=True):
        add(registry, "reopened", year)
    assert held_files(registry) == set()
    assert counted(registry) == {key: entry["sha256"] for key, entry in in_force(registry.current().values()).items()}
    assert closure_over(registry, 2022) is None
