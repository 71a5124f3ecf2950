"""What `poverty measure` understands of a call: fractions stay exact."""

from fractions import Fraction

import pytest

from measures.cutoff import parse_cutoff
from measures.printed_numbers import WrongCallError
from measures.weights import Weights, parse_weights
from poverty_cli.measure_command import names

ABCD = ["a", "b", "c", "d"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("equal", Weights((1, 1, 1, 1), 4)),
        ("1/4,1/4,1/4,1/4", Weights((1, 1, 1, 1), 4)),
        ("0.1,0.2,0.3,0.4", Weights((1, 2, 3, 4), 10)),
        ("nested:a+b,c,d", Weights((1, 1, 2, 2), 6)),
        ("nested:2,1,1", Weights((1, 1, 2, 2), 6)),
        ("nested:d,a+b+c", Weights((1, 1, 1, 3), 6)),
    ],
)
def test_weights_become_whole_numbers(text: str, expected: Weights) -> None:
    assert parse_weights(text, ABCD) == expected


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("0.33,0.33,0.33,0", "above 0"),
        ("0.25,0.25,0.25,0.2", "sum to 0.95"),
        ("1/2,1/2", "2 weights for 4 indicators"),
        ("1/4,1/4,1/4,quarter", "not a number"),
        ("1/0,1/4,1/4,1/4", "not a number"),
        ("nested:a+b,c", "see d"),
        ("nested:a+b,c+d+a", "see a"),
        ("nested:2,1", "dimensions of 3 indicators"),
        ("nested:4,0", "dimensions of 4 indicators"),
    ],
)
def test_wrong_weights_are_reported(text: str, reason: str) -> None:
    with pytest.raises(WrongCallError, match=reason):
        parse_weights(text, ABCD)


def read(text: str) -> list[Fraction]:
    weights = parse_weights(text, [str(number) for number in range(text.count(",") + 1)])
    return [Fraction(numerator, weights.denominator) for numerator in weights.numerators]


def repeated(*weights: tuple[str, int]) -> str:
    return ",".join(text for text, times in weights for _ in range(times))


SIXTHS_AND_EIGHTEENTHS = [Fraction(1, 6)] * 4 + [Fraction(1, 18)] * 6


@pytest.mark.parametrize(
    ("sixth", "eighteenth"),
    [
        ("1/6", "1/18"),
        ("0.16666666666666666", "0.05555555555555555"),
        ("0.1666666666666667", "5.555555555555555e-02"),
        ("0.166666666666667", "0.0555555555555556"),
        ("0.16666667", "0.05555556"),
        ("0.1666667", "0.05555556"),
        ("0.166667", "0.055556"),
        ("0.16667", "0.05556"),
        ("0.1667", "0.0556"),
        ("0.167", "0.056"),
        ("0.17", "0.06"),
    ],
)
def test_the_weights_of_the_global_index_in_any_print(sixth: str, eighteenth: str) -> None:
    assert read(repeated((sixth, 4), (eighteenth, 6))) == SIXTHS_AND_EIGHTEENTHS


@pytest.mark.parametrize("text", ["0.1,0.2,0.3,0.4", "0.33,0.33,0.34", "0.3,0.7", "0.25,0.5,0.25", "0.1234,0.8766"])
def test_decimals_that_sum_to_one_are_taken_as_printed(text: str) -> None:
    assert read(text) == [Fraction(part) for part in text.split(",")]
    assert parse_weights(text, ABCD[: len(read(text))]).note is None


@pytest.mark.parametrize(
    "text", ["0.33,0.33,0.33", "0.333,0.333,0.333", "0.3333,0.3333,0.3333", "0.3,0.3,0.3", "1,1,1"]
)
def test_thirds_in_any_print(text: str) -> None:
    assert read(text) == [Fraction(1, 3)] * 3


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("0.17,0.33,0.5", None),
        ("0.166667,0.333333,0.5", None),
        ("0.33,0.33,0.33", "sum to 0.99, not 1; read as 1/3, 1/3, 1/3"),
        ("0.4321,0.1234,0.4446", "sum to 1.0001, not 1; each was divided by that"),
        ("0.3000000000000001,0.1234567890123456,0.5765432109876541", None),
        ("2,1,1", "sum to 4, not 1; each was divided by that"),
        ("1.5,1,1", "sum to 3.5, not 1; each was divided by that"),
    ],
)
def test_what_is_not_as_printed_is_reported(text: str, note: str | None) -> None:
    found = parse_weights(text, list("abc")).note
    assert (found is None) if note is None else (found is not None and note in found)
    assert sum(read(text)) == 1


def poor_from(weights: str, cutoff: str) -> Fraction:
    """The least weighted share that is poor."""
    parsed = parse_weights(weights, [str(number) for number in range(weights.count(",") + 1)])
    return Fraction(parsed.threshold(parse_cutoff(cutoff, parsed)), parsed.denominator)


@pytest.mark.parametrize(
    "cutoff", ["1/3", "0.3333333333333333", "0.33333333333333337", "0.333333", "0.33333", "0.3333"]
)
def test_a_third_is_met_by_two_sixths_in_any_print(cutoff: str) -> None:
    for sixth, eighteenth in (("1/6", "1/18"), ("0.16666666666666666", "0.05555555555555555"), ("0.167", "0.056")):
        assert poor_from(repeated((sixth, 4), (eighteenth, 6)), cutoff) == Fraction(1, 3)


@pytest.mark.parametrize(
    ("weights", "cutoff", "expected"),
    [
        ("1/3,1/3,1/3", "0.6667", Fraction(2, 3)),
        ("0.3333,0.3333,0.3334", "0.3333", Fraction("0.3333")),
        ("0.3333,0.3333,0.3334", "0.6667", Fraction("0.6667")),
        ("0.33,0.33,0.34", "0.34", Fraction("0.34")),
        ("0.25,0.25,0.25,0.25", "0.33", Fraction("0.33")),
        ("1/4,1/4,1/4,1/4", "0.5", Fraction(1, 2)),
        ("1,1,1,1", "2", Fraction(1, 2)),
        ("1,1,1,1", "4", Fraction(1)),
        ("1,1,1,1", "1/2", Fraction(1, 2)),
        ("2,1,1", "3", Fraction(3, 4)),
        ("25,25,50", "33", Fraction(33, 100)),
    ],
)
def test_cutoffs(weights: str, cutoff: str, expected: Fraction) -> None:
    reached = poor_from(weights, cutoff)
    denominator = parse_weights(weights, [str(n) for n in range(weights.count(",") + 1)]).denominator
    assert expected <= reached < expected + Fraction(1, denominator)


@pytest.mark.parametrize("text", ["0", "33", "2", "-1/3", "", "1/0", "33%"])
def test_wrong_cutoffs_are_reported(text: str) -> None:
    with pytest.raises(WrongCallError, match="--cutoff"):
        parse_cutoff(text, parse_weights("equal", ABCD))


@pytest.mark.parametrize(("text", "reason"), [("1", "one of them or all: write 4 for all, 1/4"), ("5", "at most 4")])
def test_a_cutoff_on_the_scale_of_relative_weights(text: str, reason: str) -> None:
    with pytest.raises(WrongCallError, match=reason):
        parse_cutoff(text, parse_weights("1,1,1,1", ABCD))


def test_doubles_that_are_no_fractions_meet_a_cutoff_of_the_same_doubles() -> None:
    """0.1 + 0.2 is more than 0.3 in doubles, and 0.7 less than 0.1 + 0.6: neither decides who is poor."""
    weights = "0.30000000000000004,0.1234567890123456,0.5765432109876544"
    assert poor_from(weights, "0.3") <= Fraction("0.30000000000000004")
    assert poor_from("0.2999999999999999,0.1234567890123456,0.5765432109876545", "0.3") < Fraction(
        "0.29999999999999999"
    )


def test_a_third_of_twelve_is_four() -> None:
    twelfths = parse_weights("equal", [str(number) for number in range(12)])
    assert twelfths.threshold(Fraction(1, 3)) == 4
    assert twelfths.threshold(parse_cutoff("0.3334", twelfths)) == 5


def test_names_are_each_once() -> None:
    assert names('a,"b,c"', "--indicators") == ["a", "b,c"]
    with pytest.raises(WrongCallError, match="twice"):
        names("a,b,a", "--by")
    with pytest.raises(WrongCallError, match="names"):
        names("a,,b", "--by")
