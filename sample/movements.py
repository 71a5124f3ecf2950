"""The movement a commune records, by the rule that the marts compute it with."""

import numpy as np

from sample.vocabulary import (
    AVERAGE,
    LEFT_LIST,
    MOVED_IN,
    MOVED_INSIDE,
    NEAR_POOR,
    NON_POOR,
    POOR,
    SPLIT_OFF,
)


def recorded_movement(
    previous: np.ndarray, ever_poor: np.ndarray, ever_near_poor: np.ndarray, classes: np.ndarray, arrival: np.ndarray
) -> np.ndarray:
    """Movement codes per row; None where a form has no label (left list, above to above, never listed to above).

    `previous` is last year's class (not listed: 0); the `ever` flags are about all earlier years.
    """
    on_list = (previous == POOR) | (previous == NEAR_POOR)
    is_above = (classes == AVERAGE) | (classes == NON_POOR)
    is_in = (classes == POOR) | (classes == NEAR_POOR)
    enters = is_in & ~on_list
    conditions = {
        "moved_in": is_in & ((arrival == MOVED_INSIDE) | (arrival == MOVED_IN)),
        "split_off": is_in & (arrival == SPLIT_OFF),
        "stayed_poor": (previous == POOR) & (classes == POOR),
        "poor_to_near_poor": (previous == POOR) & (classes == NEAR_POOR),
        "poor_to_above": (previous == POOR) & is_above,
        "near_poor_to_poor": (previous == NEAR_POOR) & (classes == POOR),
        "stayed_near_poor": (previous == NEAR_POOR) & (classes == NEAR_POOR),
        "near_poor_to_above": (previous == NEAR_POOR) & is_above,
        "returned_to_poor": enters & (classes == POOR) & ever_poor,
        "newly_poor": enters & (classes == POOR),
        "returned_to_near_poor": enters & (classes == NEAR_POOR) & (ever_poor | ever_near_poor),
        "newly_near_poor": enters & (classes == NEAR_POOR),
    }
    movement = np.full(len(classes), None, object)
    for name, applies in reversed(conditions.items()):
        movement[applies] = name
    movement[classes == LEFT_LIST] = None
    return movement
