"""Arrays for tests."""

import numpy as np


def noise(*shape, seed=0, reach=1.0):
    """The same numbers for the same seed, from -reach to reach."""
    return np.random.default_rng(seed).uniform(-reach, reach, shape)


def single(array):
    """One image of one channel, as batch and channels want it."""
    return np.asarray(array, float)[None, None]
