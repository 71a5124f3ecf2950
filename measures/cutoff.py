"""The poverty cut-off as a share of all weights."""

from fractions import Fraction

from measures.printed_numbers import WrongCallError, read_number
from measures.weights import Weights, shown


def parse_cutoff(text: str, weights: Weights) -> Fraction:
    """The poverty cut-off k as a share of all weights; with relative weights also on their scale (2 of 1,1,1,1)."""
    printed = read_number(text, "--cutoff")
    cutoff = printed.value if weights.are_as_printed else printed.as_fraction()
    if weights.total == 1 and not 0 < cutoff <= 1:
        raise WrongCallError(
            "--cutoff: must be above 0 and at most 1 (a third is 1/3, not 33). A count such as 2 of 4 is 2/4, "
            "or 2 with --weights 1,1,1,1."
        )
    if weights.total != 1 and cutoff == 1:
        raise WrongCallError(
            f"--cutoff: with weights that sum to {shown(weights.total)}, 1 may be one of them or all: "
            f"write {shown(weights.total)} for all, {1 / weights.total} for one."
        )
    if not 0 < cutoff <= weights.total:
        raise WrongCallError(f"--cutoff: must be above 0 and at most {shown(weights.total)}, the sum of the weights.")
    return cutoff if cutoff <= 1 else cutoff / weights.total
