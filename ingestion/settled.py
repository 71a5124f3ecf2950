"""Which rejected files still wait for an answer, and why the others do not."""

from ingestion.closures import held_files, in_force
from ingestion.registry import ACCEPTED, ERASED, REJECTED, WITHDRAWN, Entry, Registry

SAME_NUMBER = "same_submission_number"
ANSWERED = "đã có tệp được chấp nhận"
REPLACED = "đã có tệp khác ở cùng chỗ trong landing"
TAKEN_BACK = "tệp đã được rút lại"
HELD = "tệp được giữ lại vì năm rà soát đã chốt"


def has_same_number(entry: Entry) -> bool:
    """Whether a file was rejected because its commune and year already had its submission number."""
    return entry["status"] == REJECTED and any(one["check_code"] == SAME_NUMBER for one in entry["findings"])


def resolutions(registry: Registry) -> dict[str, str]:
    """By checksum of a file that does not count: why nobody has to act on its findings; the others are open.

    A rejected file is answered by an accepted one of its commune and year with a higher number, or one that came
    later. One with a number in use is no earlier than the accepted file, so only a higher number answers it: its sender
    means it as a correction. A file whose place in landing another one took (half a copy, then the whole) is answered
    by that one, unless the covers say that they are of different communes or years.
    """
    current = registry.current()
    held = held_files(registry)
    counting = in_force(current.values(), held)
    last_at = {entry["landing_path"]: entry for entry in current.values() if entry["status"] in (ACCEPTED, REJECTED)}
    order = {sha256: place for place, sha256 in enumerate(current)}
    found = dict.fromkeys(held, HELD)
    for sha256, entry in current.items():
        if entry["status"] in (WITHDRAWN, ERASED):
            found[sha256] = TAKEN_BACK
        elif entry["status"] == REJECTED:
            accepted = counting.get((entry["commune_code"], entry["survey_year"]))
            later = last_at[entry["landing_path"]]
            if accepted is not None and _answers(accepted, entry):
                found[sha256] = ANSWERED
            elif (
                order[later["sha256"]] > order[sha256]
                and not has_same_number(entry)
                and all(None in (entry[name], later[name]) or entry[name] == later[name] for name in _WHOSE)
            ):
                found[sha256] = REPLACED
    return found


_WHOSE = ("commune_code", "survey_year")


def _answers(accepted: Entry, rejected: Entry) -> bool:
    if rejected["received_at"] < accepted["received_at"]:
        return True
    if rejected["submission_number"] is None:
        return False
    # In one ingestion nobody knows which file came first.
    is_together = rejected["received_at"] == accepted["received_at"] and not has_same_number(rejected)
    ahead = accepted["submission_number"] - rejected["submission_number"]
    return bool(ahead > 0 or (ahead == 0 and is_together))


def open_rejections(registry: Registry) -> list[Entry]:
    """The rejected files that wait for an answer, corrections with a number in use first."""
    answered = resolutions(registry)
    waiting = [
        one for sha256, one in registry.current().items() if one["status"] == REJECTED and sha256 not in answered
    ]
    return sorted(waiting, key=lambda entry: not has_same_number(entry))


def is_freed(entry: Entry, accepted: set[tuple[str, int, int]]) -> bool:
    """Whether a file was rejected for a number that no accepted file has any more: it may be read again."""
    return has_same_number(entry) and number_of(entry) not in accepted


def number_of(entry: Entry) -> tuple[str, int, int]:
    """(commune, year, submission number) of a registry entry."""
    return entry["commune_code"], entry["survey_year"], entry["submission_number"]
