"""What `poverty measure` understands of a call: fractions stay exact."""

from fractions import Fraction

import pytest

from poverty_cli.measure_arguments import Weights, WrongCallError, names, parse_cutoff, parse_weights

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
        ("0.25,0.25,0.25,0.24", "sum to 99/100"),
        ("1/2,1/2", "2 weights for 4 indicators"),
        ("1/4,1/4,1/4,quarter", "not a number"),
        ("1/0,1/4,1/4,1/4", "not a number"),
        ("nested:a+b,c", "see d"),
        ("nested:a+b,c+d+a", "see a"),
        ("nested:2,1", "dimensions of 3 indicators"),
        ("nested:4,0", "dimensions of 4 indicators"),
    ],
)
def test_wrong_weights_are_told(text: str, reason: str) -> None:
    with pytest.raises(WrongCallError, match=reason):
        parse_weights(text, ABCD)


@pytest.mark.parametrize("text", ["0", "33", "-1/3", "", "1/0"])
def test_wrong_cutoffs_are_told(text: str) -> None:
    with pytest.raises(WrongCallError, match="--cutoff"):
        parse_cutoff(text)


def test_a_third_of_twelve_is_four() -> None:
    twelfths = parse_weights("equal", [str(number) for number in range(12)])
    assert twelfths.threshold(Fraction(1, 3)) == 4
    assert twelfths.threshold(parse_cutoff("0.3334")) == 5


def test_names_are_each_once() -> None:
    assert names('a,"b,c"', "--indicators") == ["a", "b,c"]
    with pytest.raises(WrongCallError, match="twice"):
        names("a,b,a", "--by")
    with pytest.raises(WrongCallError, match="names"):
        names("a,,b", "--by")
