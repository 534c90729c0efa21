"""The ruler is moved over its whole range; torch says what it must show."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.explorers.coordinates import COORDINATE, NOTHING, ruler
from course_utils.figures.coordinates import PICKS
from course_utils.resampling import COORDINATE_MAPS


@pytest.mark.parametrize("name", ["in_size", "out_size", "coordinate_map", "compare", "picks"])
def test_every_control_over_its_range(name):
    explorer = ruler(compare="align_corners")
    control = explorer.controls[name]
    values = (
        range(control.min, control.max + 1)
        if hasattr(control, "min")
        else [value for _, value in control._options_full]
    )
    seen = set()
    for value in values:
        control.value = value
        assert explorer.failure is None
        seen.add(explorer.stage.scene["svg"])
    assert len(seen) == len(list(values)) - (name == "compare")  # a map compared with itself is drawn once


@settings(deadline=None, max_examples=60)
@given(
    st.integers(1, 32),
    st.integers(1, 32),
    st.sampled_from(COORDINATE_MAPS),
    st.sampled_from([NOTHING, *COORDINATE_MAPS]),
    st.sampled_from([COORDINATE, *PICKS]),
)
def test_any_state_is_a_picture(n, m, coordinate_map, compare, picks):
    explorer = ruler()
    explorer.set(in_size=n, out_size=m, coordinate_map=coordinate_map, compare=compare, picks=picks)
    assert explorer.failure is None
    assert explorer.values["in_size"] == n
    assert explorer.scene.text.startswith(f"{n} input")
    two = compare not in (NOTHING, coordinate_map)
    assert ("out-1-0" in explorer.scene.links) == two


def test_the_coordinates_shown_are_those_that_torch_uses():
    import torch

    for n, m in ((4, 8), (8, 3), (5, 13), (3, 3)):
        ramp = torch.arange(n, dtype=torch.float64)[None, None]
        for name in ("half_pixel", "align_corners"):
            out = torch.nn.functional.interpolate(
                ramp, size=m, mode="linear", align_corners=name == "align_corners"
            )[0, 0].numpy()
            scene = ruler(n, m, name).scene
            for o, row in enumerate(scene.table[1]):
                clamped = min(max(float(row[1].replace("−", "-")), 0), n - 1)
                assert clamped == pytest.approx(out[o], abs=1e-3)


def test_the_picks_are_those_that_torch_copies():
    import torch

    for n, m in ((4, 8), (8, 3), (8, 2), (7, 5)):
        ramp = torch.arange(n, dtype=torch.float64)[None, None]
        for mode, rule in (("nearest", "floor"), ("nearest-exact", "half_pixel")):
            picked = torch.nn.functional.interpolate(ramp, size=m, mode=mode)[0, 0].numpy().astype(int)
            links = ruler(n, m, picks=rule).scene.links
            assert [links[f"out-0-{o}"] for o in range(m)] == [[(f"in-{i}", 1.0)] for i in picked]


def test_starting_values_are_checked():
    with pytest.raises(ValueError, match=r"in_size.*from 1 to 32; got 0"):
        ruler(0, 4)
    with pytest.raises(TypeError, match="out_size"):
        ruler(4, "8")
    with pytest.raises(ValueError, match="Did you mean 'align_corners'"):
        ruler(compare="align_corner")
    with pytest.raises(ValueError, match="picks"):
        ruler(picks="nearest")


def test_no_control_starts_empty():
    for explorer in (ruler(), ruler(3, 3, "asymmetric", "half_pixel", "floor")):
        assert all(control.value is not None for control in explorer.controls.values())
