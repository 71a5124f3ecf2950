"""Random number streams: one independent generator per purpose, so that one step's draws never move another's."""

import zlib

import numpy as np


def stream(seed: int, *labels: str | int) -> np.random.Generator:
    """A generator that depends on the seed and the labels only (never on order, time or Python's hash seed)."""
    words = [zlib.crc32(str(label).encode()) for label in labels]
    return np.random.default_rng(np.random.SeedSequence([seed, *words]))
