"""The ladder against torch's sizes, against gradients, and against what is known by hand."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st

from course_utils.alignment import center_of_mass, offsets
from course_utils.ladders import ladder

LAYERS = st.lists(
    st.sampled_from([(1, 0), (2, 0), (3, 1), (4, 1), (5, 2), (5, 1), (7, 3)]), min_size=1, max_size=3
)
MAPS = st.sampled_from(["half_pixel", "align_corners"])


def image_of(size):
    return torch.ones(1, 1, size, dtype=torch.float64, requires_grad=True)


@given(st.integers(24, 80), LAYERS, MAPS, st.integers(0, 10**6))
def test_sizes_are_torchs_and_places_are_the_gradients(size, layers, coordinate_map, seed):
    """All weights 1: the gradient of one number has its center where the ladder says, away from the padding."""
    kernels, paddings = zip(*layers, strict=True)
    steps = ladder(size, kernels, paddings, coordinate_map)
    image = image_of(size)
    maps = [image]
    for kernel_size, padding in layers:
        weight = torch.ones(1, 1, kernel_size, dtype=torch.float64)
        maps.append(F.conv1d(maps[-1], weight, stride=2, padding=padding))
    assert [each.shape[-1] for each in maps] == [each.size for each in steps.maps]
    up, rng = maps[-1], np.random.default_rng(seed)
    for rung in steps.rungs:
        up = F.interpolate(up, rung.size, mode="linear", align_corners=coordinate_map == "align_corners")
        assert up.shape[-1] == rung.size == maps[rung.level].shape[-1]
        o = int(rng.integers(rung.size))
        (gradient,) = torch.autograd.grad(up[0, 0, o], image, retain_graph=True)
        seen = gradient[0, 0].numpy()
        reach = 8 * 2 ** len(layers)  # of a window, and of the enlarging's clamped ends
        place = rung.up.moved(1, o).start
        if reach <= place <= size - 1 - reach:
            assert center_of_mass(seen) == pytest.approx(place, abs=1e-9)


def test_the_networks_of_the_lesson():
    assert [rung.apart[0] for rung in ladder(64).rungs] == [2, 3, 3.5]
    assert all(rung.fits for rung in ladder(64, (4, 4, 4)).rungs)
    assert all(rung.fits for rung in ladder(64, (2, 2, 2), (0, 0, 0)).rungs)
    corners = ladder(64, coordinate_map="align_corners").rungs
    np.testing.assert_allclose([rung.apart[[0, -1]] for rung in corners], [[0, 4], [0, 6], [0, 7]])
    assert all(rung.fits for rung in ladder(65, coordinate_map="align_corners").rungs)
    assert [rung.fits for rung in ladder(90, (4, 4, 4)).rungs] == [True, False, False]


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_the_last_rung_is_lesson_12s_offset(depth):
    layers = [(3, 2, 1, 1)] * depth
    last = ladder(64, (3,) * depth, (1,) * depth).rungs[-1]
    np.testing.assert_allclose(last.apart, offsets(64, layers)[0])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"size": 0}, "size must be a whole number"),
        (
            {"size": 4, "kernel_sizes": (7, 7), "paddings": (0, 0)},
            "kernel 7 does not fit into 4 samples with padding 0",
        ),
        ({"size": 9, "kernel_sizes": (3,)}, "must hold one number per halving; got 1 and 3"),
        ({"size": 9, "kernel_sizes": (3, 0, 3)}, "kernel_sizes"),
        ({"size": 9, "coordinate_map": "edges"}, "coordinate_map must be one of"),
    ],
)
def test_what_makes_no_ladder_is_refused(arguments, message):
    with pytest.raises(ValueError) as caught:
        ladder(**arguments)
    assert message in str(caught.value)
