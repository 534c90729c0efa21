"""The kernel bench, moved: every control, handle and kernel over its range, kernels of one's own."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.explorers.kernels import FAMILIES, STARTS, kernel_bench
from course_utils.figures.bench import PARAMETERS, PICTURES
from course_utils.kernels import Kernel
from tests.explorers.hand import handles, key, move, over_their_range

MOST_CHARACTERS = 80_000
PULLED = {  # the handles of each kernel beside the output and the step
    "nearest": set(), "area": set(), "cubic": {"end", "a", "a-knob"}, "gaussian": {"end", "sigma", "sigma-knob"},
    "mitchell-netravali": {"end", "b", "b-knob", "c", "c-knob"}, "lanczos": {"end", "lobes", "lobes-knob"},
}  # fmt: skip


@pytest.fixture(scope="module")
def explorer():
    return kernel_bench()


def by(control):
    return st.integers(0, round((control.max - control.min) / control.step)).map(
        lambda i: control.min + i * control.step
    )


SLIDERS = {name: each for name, each in kernel_bench().controls.items() if hasattr(each, "max")}


@given(
    kernel=st.sampled_from(list(FAMILIES)),
    picture=st.sampled_from(PICTURES),
    antialias=st.booleans(),
    sliders=st.fixed_dictionaries({name: by(slider) for name, slider in SLIDERS.items()}),
)
@settings(max_examples=150, deadline=None)
def test_every_combination_is_a_picture(explorer, kernel, picture, antialias, sliders):
    explorer.set(kernel=kernel, picture=picture, antialias=antialias, **sliders)
    assert explorer.failure is None and "btp-sentence" not in explorer.scene.svg
    assert explorer.scene.table[1][-1][0] == "sum"
    assert len(explorer.scene.svg) < MOST_CHARACTERS
    handles(explorer)


@pytest.mark.parametrize("name", SLIDERS)
def test_every_slider_changes_the_picture_of_its_kernel(explorer, name):
    families = {"a": "cubic", "b": "mitchell-netravali", "c": "mitchell-netravali", "sigma": "gaussian"}
    families["lobes"] = "lanczos"
    explorer.set(
        kernel=families.get(name, "triangle"), antialias=False, step=2.0, stretch=1.0, output=0, **STARTS
    )
    slider = explorer.controls[name]
    values = np.linspace(slider.min, slider.max, 6)
    seen = set()
    for value in values:
        explorer.set(**{name: int(value) if isinstance(slider.min, int) else float(value)})
        assert explorer.failure is None
        seen.add(explorer.scene.svg)
    explorer.set(**STARTS)
    assert (
        len(seen) >= min(len(values), slider.max - slider.min + 1 if isinstance(slider.min, int) else 6) - 1
    )


@pytest.mark.parametrize("kernel", FAMILIES)
def test_every_handle_over_its_range_is_a_picture(explorer, kernel):
    explorer.set(kernel=kernel, antialias=False, step=1.0, stretch=1.0, output=0, **STARTS)
    assert handles(explorer) == {"output", "step"} | PULLED.get(kernel, {"end"})
    for _ in over_their_range(explorer, 4):
        assert explorer.failure is None and explorer.draw(**explorer.values) == explorer.scene


def test_the_hand_moves_what_it_holds(explorer):
    explorer.set(kernel="cubic", antialias=False, step=2.0, stretch=1.0, output=0, **STARTS)
    move(explorer, "end", 2.0)
    assert explorer.values["stretch"] == 2 and "reaches 2 × 2 = 4 to" in explorer.scene.text
    key(explorer, "output", right=1)
    assert explorer.values["output"] == 1 and explorer.scene.text.startswith("Output 31 at 62.5 ")
    key(explorer, "a-knob", down=1)
    assert explorer.values["a"] == -0.8 and "a = −0.8<" in explorer.scene.svg
    move(explorer, "step", 4.0)
    assert explorer.values["step"] == 4 and "shrunk: 30 × 30" in explorer.scene.svg


def test_a_click_on_a_small_picture_chooses_it(explorer):
    for k, name in enumerate(PICTURES):
        explorer.stage.chosen = f"picture-{k}"
        assert explorer.values["picture"] == name and f"{name}: 120 × 120" in explorer.scene.svg
    explorer.stage.chosen = "in-60"
    assert explorer.values["picture"] == PICTURES[-1]


def test_three_controls_are_in_sight():
    explorer = kernel_bench()
    shown = explorer.children[0].children
    assert [each.description for each in shown] == ["kernel", "samples per output", "antialias"]


def test_a_kernel_of_ones_own_comes_first():
    explorer = kernel_bench(Kernel(lambda d: 1 - np.abs(d), 1, "tent"), step=4.0, antialias=True)
    assert explorer.values["kernel"] == "yours: tent" and "60 of" not in explorer.scene.text
    own = explorer.scene.table
    explorer.set(kernel="triangle")
    assert explorer.failure is None and explorer.scene.table == own


def test_a_kernel_of_ones_own_that_fails_is_told_and_the_others_go_on():
    explorer = kernel_bench(Kernel(lambda d: 1 / 0, 1, "mine"))
    assert explorer.failure is None and "ZeroDivisionError" in explorer.scene.text
    explorer.set(kernel="lanczos")
    assert explorer.failure is None and explorer.scene.text.startswith("Output 30")


def test_the_parameters_start_within_their_ends():
    for name, start in STARTS.items():
        low, high, _ = PARAMETERS[name]
        assert low <= start <= high


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        ({"kernel": "cubik"}, "Did you mean 'cubic'"),
        ({"kernel": 3}, "kernel must be a name, such as 'cubic', or a Kernel; got 3"),
        ({"step": 5.0}, "step must be from 0.25 to 4; got 5"),
        ({"antialias": 1}, "antialias"),
        ({"picture": "dog"}, "picture"),
    ],
)
def test_bad_arguments_are_refused_in_words(bad, words):
    with pytest.raises((TypeError, ValueError), match=words):
        kernel_bench(**bad)
