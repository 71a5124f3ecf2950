"""Cell suppression: what is small is left out, and a reader with all relations gets no closer than promised."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publication.open_data.suppression import PROTECTION, Tree, is_small, known_bounds, suppressed
from tests.support.attacker import ranges


def attack(tree: Tree, hidden: set[str]) -> dict[str, tuple[float, float]]:
    published = {area: None if area in hidden else value for area, value in tree.value.items()}
    equal = [({whole: 1.0} | dict.fromkeys(parts, -1.0), rest) for whole, parts, rest in tree.relations()]
    at_most = [({area: 1.0}, cap) for area, cap in tree.cap.items() if area in tree.value]
    at_most += [({area: -1.0}, -floor) for area, floor in tree.floor.items() if area in tree.value]
    return ranges(published, equal, at_most)  # type: ignore[arg-type, return-value]


def province(**communes: int) -> Tree:
    return Tree(communes | {"p": sum(communes.values())}, dict.fromkeys(communes, "p"))


@pytest.mark.parametrize(("value", "small"), [(0, False), (1, True), (2, True), (4, True), (5, False)])
def test_counts_from_1_to_4_are_small(value: int, small: bool) -> None:
    assert is_small(value) is small
    primary, _ = suppressed(province(a=value, b=50, c=60))
    assert primary == ({"a"} if small else set())


def test_a_lone_small_cell_takes_its_smallest_neighbour_along() -> None:
    assert suppressed(province(a=3, b=50, c=20, d=0)) == ({"a"}, {"c"})


def test_two_small_cells_that_can_only_be_1_and_1_take_a_third() -> None:
    assert suppressed(province(a=1, b=1, c=20)) == ({"a", "b"}, {"c"})


def test_two_small_cells_that_may_be_many_things_need_no_third() -> None:
    assert suppressed(province(a=3, b=4, c=20)) == ({"a", "b"}, set())


def test_where_all_neighbours_are_zero_the_whole_is_left_out() -> None:
    tree = Tree({"p": 33, "d": 3, "e": 30, "a": 3, "b": 0}, {"d": "p", "e": "p", "a": "d", "b": "d"})
    assert suppressed(tree) == ({"a", "d"}, {"e"})


def test_without_small_cells_nothing_is_left_out() -> None:
    assert suppressed(province(a=5, b=0, c=7)) == (set(), set())


def test_what_another_table_hides_is_hidden_too_but_never_a_zero() -> None:
    primary, secondary = suppressed(province(a=9, b=0, c=20), frozenset({"a", "b"}))
    assert (primary, secondary) == (set(), {"a", "c"})


@st.composite
def trees(draw: st.DrawFn) -> Tree:
    value: dict[str, int] = {}
    parent: dict[str, str] = {}
    counts = st.one_of(st.integers(0, 8), st.integers(0, 400))
    for district in range(draw(st.integers(1, 4))):
        name = f"d{district}"
        parent[name] = "p"
        parts = draw(st.lists(counts, min_size=1, max_size=5))
        for number, count in enumerate(parts):
            value[f"{name}c{number}"] = count
            parent[f"{name}c{number}"] = name
        value[name] = sum(parts)
    value["p"] = sum(value[name] for name in parent if parent[name] == "p")
    cap = {area: count + draw(st.integers(0, 3)) for area, count in value.items() if draw(st.booleans())}
    # What bounds a count is protected in the same way: where it is shown, it exceeds its own parts that are left out,
    # each at least 1 and no fewer than here, by the protection.
    leaves = {leaf for leaf in value if "c" in leaf and value[leaf]}
    filled = {area: sum(area in (leaf, parent[leaf], "p") for leaf in leaves) for area in value}
    least = {area: max(PROTECTION + 2, PROTECTION + filled[area]) for area in value}
    return Tree(value, parent, {}, {area: max(bound, least[area]) for area, bound in cap.items()})


@given(trees())
def test_no_reader_gets_closer_than_promised(tree: Tree) -> None:
    primary, secondary = suppressed(tree)
    assert primary == {area for area, value in tree.value.items() if is_small(value)}
    assert not primary & secondary
    found = attack(tree, primary | secondary)
    assert all(high - low >= PROTECTION - 1e-6 for low, high in found.values())
    assert all(low - 1e-6 <= tree.value[str(area)] <= high + 1e-6 for area, (low, high) in found.items())


@given(trees())
def test_the_bounds_that_decide_are_those_of_the_reader(tree: Tree) -> None:
    hidden = {area for area, value in tree.value.items() if value and (is_small(value) or value % 3 == 0)}
    found = attack(tree, hidden)
    for area, (low, high) in known_bounds(tree, hidden).items():
        assert found[area][0] == pytest.approx(low, abs=1e-6)
        assert found[area][1] == pytest.approx(high, abs=1e-6) if high < 10**9 else found[area][1] > 10**9


def test_the_same_tree_gives_the_same_cells_whatever_the_order() -> None:
    tree = province(a=1, b=7, c=7, d=0)
    turned = Tree(dict(reversed(tree.value.items())), tree.parent)
    assert suppressed(tree) == suppressed(turned) == ({"a"}, {"b"})
