"""The kernel bench: its weights against torch, its pictures against Pillow, its knobs where the curve is."""

import re

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from course_utils.figures.bench import FARTHEST_OUTPUT, PICTURES, SIZE, bench_picture
from course_utils.figures.draw.scene import NoPicture
from course_utils.figures.kernels import bench_scene
from course_utils.images import psnr
from course_utils.keeping import energy_aliased, energy_kept
from course_utils.kernels import (
    AREA,
    BOX,
    NEAREST,
    TRIANGLE,
    Kernel,
    b_spline,
    gaussian,
    keys_cubic,
    lanczos,
    mitchell_netravali,
)
from course_utils.spectra import resize_spectrum
from tests.figures.reading import decoded, numbers_in, read

STEPS = st.integers(1, 16).map(lambda quarters: quarters / 4)
STRETCHES = st.integers(20, 80).map(lambda twentieths: twentieths / 20)
SHIFTS = st.integers(-FARTHEST_OUTPUT, FARTHEST_OUTPUT)
KERNELS = [
    NEAREST, BOX, AREA, TRIANGLE, keys_cubic(), mitchell_netravali(), lanczos(3), gaussian(), b_spline(3),
    b_spline(3, prefilter=False),
]  # fmt: skip


def weights(scene):
    """Sample -> weight, as the table says."""
    return {int(row[0]): read(row[3]) for row in scene.table[1][:-1]}


@given(kernel=st.sampled_from(KERNELS), step=STEPS, antialias=st.booleans(), stretch=STRETCHES, shift=SHIFTS)
@settings(max_examples=120, deadline=None)
def test_the_weights_sum_to_one_and_their_heights_to_what_is_said(kernel, step, antialias, stretch, shift):
    scene = bench_scene(kernel, "brick", step, antialias, stretch, shift)
    *rows, total = scene.table[1]
    assert read(total[3]) == pytest.approx(1)
    assert sum(read(row[3]) for row in rows) == pytest.approx(1, abs=0.01)
    height, weight = read(rows[0][2]), read(rows[0][3])
    assert height == pytest.approx(weight * read(total[2]), abs=1e-3 * read(total[2]))
    assert f"reads {len(rows)} sample" in scene.text


@pytest.mark.parametrize("kernel, mode", [(TRIANGLE, "bilinear"), (keys_cubic(-0.5), "bicubic")], ids=str)
@pytest.mark.parametrize("size", [30, 60])
@pytest.mark.parametrize("shift", [-3, 0, 2])
def test_the_weights_are_those_of_torch(kernel, mode, size, shift):
    """Resized impulses of torch, with antialias: the row of the output that is looked at."""
    scene = bench_scene(kernel, "brick", SIZE / size, True, 1.0, shift)
    impulses = torch.eye(SIZE, dtype=torch.float64)[None, None]
    matrix = F.interpolate(impulses, (SIZE, size), mode=mode, antialias=True)[0, 0].numpy().T
    shown = np.zeros(SIZE)
    for sample, weight in weights(scene).items():
        shown[sample] = weight
    assert shown == pytest.approx(matrix[size // 2 + shift], abs=6e-4)


@pytest.mark.parametrize(
    "kernel, resample",
    [
        (TRIANGLE, Image.Resampling.BILINEAR),
        (keys_cubic(-0.5), Image.Resampling.BICUBIC),
        (lanczos(3), Image.Resampling.LANCZOS),
    ],
    ids=str,
)
@pytest.mark.parametrize("picture", PICTURES)
@pytest.mark.parametrize("step", [2, 4])
def test_the_picture_shrunk_is_that_of_pillow(kernel, resample, picture, step):
    """Within the border, where the two treat what is beyond differently. Pillow's floats: its bytes round twice."""
    scene = bench_scene(kernel, picture, step, antialias=True)
    size = SIZE // step
    seen = decoded(scene.svg, f"shrunk: {size} × {size}").astype(int)
    floats = Image.fromarray(bench_picture(picture).astype(np.float32))
    pillow = np.asarray(floats.resize((size, size), resample)).clip(0, 255)
    inside = np.s_[3:-3, 3:-3]
    assert np.abs(seen - pillow)[inside].max() <= 0.501


def test_without_antialias_it_is_opencv_and_what_is_passed_over_is_counted():
    import cv2

    scene = bench_scene(TRIANGLE, "zone plate", 4)
    seen = decoded(scene.svg, "shrunk: 30 × 30").astype(int)
    opencv = cv2.resize(bench_picture("zone plate").astype(np.float32), (30, 30))
    assert np.abs(seen - opencv).max() <= 0.5001
    assert "60 of 120 samples are read by nobody." in scene.text
    assert "No sample is passed over." in bench_scene(TRIANGLE, "zone plate", 4, antialias=True).text


@pytest.mark.parametrize("step", [0.25, 0.5, 0.75])
def test_the_middle_is_enlarged_as_by_torch(step):
    scene = bench_scene(keys_cubic(-0.75), "camera", step)
    size = round(SIZE * step)
    start = (SIZE - size) // 2
    middle = bench_picture("camera")[start : start + size, start : start + size]
    assert np.array_equal(decoded(scene.svg, f"its middle: {size} × {size}"), middle)
    values = F.interpolate(
        torch.tensor(middle[None, None], dtype=torch.float64), size=(SIZE, SIZE), mode="bicubic"
    )[0, 0].numpy()
    shown = decoded(scene.svg, f"enlarged: {SIZE} × {SIZE}")
    assert np.abs(shown - values.clip(0, 255)).max() <= 0.5001
    clipped = np.count_nonzero((values < -0.5) | (values >= 255.5))
    assert f">{clipped} values clipped<" in scene.svg


def test_the_last_picture_is_compared_with_the_first():
    scene = bench_scene(AREA, "camera", 3)
    back = decoded(scene.svg, f"enlarged again: {SIZE} × {SIZE}")
    said = float(re.search(r"PSNR to the first: ([\d.]+) dB", scene.svg)[1])
    assert said == pytest.approx(psnr(bench_picture("camera"), back), abs=0.06)
    assert "equal to the first" in bench_scene(TRIANGLE, "camera", 1).svg


def knob(scene, name):
    """Where the circle stands that is this handle: (x, y)."""
    found = re.search(rf'<circle cx="([\d.-]+)" cy="([\d.-]+)"[^>]*data-handle="{name}"', scene.svg)
    return np.array([float(found[1]), float(found[2])])


@pytest.mark.parametrize(
    "name, near, far, made",
    [
        ("end", 1.0, 1.5, lambda value: bench_scene(TRIANGLE, "brick", 1, False, value)),
        ("sigma-knob", 0.5, 1.0, lambda value: bench_scene(gaussian(value), "brick", 1)),
        ("lobes-knob", 2, 3, lambda value: bench_scene(lanczos(value), "brick", 1)),
    ],
)
def test_a_knob_on_the_axis_follows_the_hand(name, near, far, made):
    before, after = made(near), made(far)
    handle = before.handles[name]
    across = (knob(after, name) - knob(before, name))[0]
    assert across * handle.by[0][0] == pytest.approx(far - near, rel=1e-3)
    assert handle.at == (near,) and after.handles[name].at == (far,)


def test_the_top_of_mitchell_netravali_follows_the_hand():
    before = bench_scene(mitchell_netravali(2 / 6, 0), "brick", 1)
    after = bench_scene(mitchell_netravali(5 / 6, 0), "brick", 1)
    down = (knob(after, "b-knob") - knob(before, "b-knob"))[1]
    assert down * before.handles["b-knob"].by[0][1] == pytest.approx(3, rel=1e-3)


@pytest.mark.parametrize("name, deep, shallow", [("a", -1.0, -0.5), ("c", 1.0, 0.5)])
def test_a_lobe_that_is_pulled_down_gets_deeper(name, deep, shallow):
    make = {"a": keys_cubic, "c": lambda c: mitchell_netravali(0, c)}[name]
    before, after = (bench_scene(make(value), "brick", 1) for value in (shallow, deep))
    down = (knob(after, f"{name}-knob") - knob(before, f"{name}-knob"))[1]
    handle = before.handles[f"{name}-knob"]
    assert down > 0 and np.sign(handle.by[0][1]) == np.sign(deep - shallow)


def test_the_output_is_pulled_from_one_to_the_next():
    before, after = (bench_scene(TRIANGLE, "brick", 2, shift=shift) for shift in (0, 2))
    left = [
        float(re.search(r'd="M([\d.]+),[^"]*"[^>]*data-handle="output"', each.svg)[1])
        for each in (before, after)
    ]
    assert (left[1] - left[0]) * before.handles["output"].by[0][0] == pytest.approx(2, rel=1e-3)


def test_what_cannot_be_changed_is_no_handle():
    assert "end" not in bench_scene(NEAREST, "brick", 2).handles
    assert "end" not in bench_scene(AREA, "brick", 2).handles
    assert set(bench_scene(BOX, "brick", 2).handles) == {"output", "end", "step"}
    assert set(bench_scene(keys_cubic(), "brick", 2).handles) == {"output", "end", "step", "a", "a-knob"}


@pytest.mark.parametrize("stretch", [1, 1.5])
def test_the_sentence_multiplies_what_makes_the_kernel_reach(stretch):
    text = bench_scene(lanczos(3), "brick", 4, True, stretch).text
    assert ("3 × 1.5 × 4 = 18 to" if stretch > 1 else "3 × 4 = 12 to") in text
    assert "antialias widens it only when shrinking" in bench_scene(lanczos(3), "brick", 0.5, True).text


def test_stretched_by_hand_it_is_the_antialiased_kernel():
    by_hand, antialiased = (
        bench_scene(TRIANGLE, "brick", 4, False, 4.0),
        bench_scene(TRIANGLE, "brick", 4, True),
    )
    assert weights(by_hand) == weights(antialiased)
    assert (decoded(by_hand.svg, "shrunk: 30 × 30") == decoded(antialiased.svg, "shrunk: 30 × 30")).all()


@given(kernel=st.sampled_from(KERNELS), step=STEPS, antialias=st.booleans(), shift=SHIFTS)
@settings(max_examples=60, deadline=None)
def test_every_sample_that_is_pointed_at_says_its_weight(kernel, step, antialias, shift):
    scene = bench_scene(kernel, "zone plate", step, antialias, 1.0, shift)
    cells = set(re.findall(r'data-id="(in-\d+)"', scene.svg))
    assert cells and cells <= set(scene.details)
    for sample, weight in weights(scene).items():
        words = scene.details.get(f"in-{sample}")
        if words is not None:
            assert numbers_in(words)[0] == sample and numbers_in(words)[-1] == pytest.approx(weight, abs=1e-4)


def test_samples_that_nobody_reads_say_so():
    scene = bench_scene(TRIANGLE, "brick", 4)
    assert scene.details["in-60"] == "Sample 60 is read by no output."
    assert "out of its reach" in scene.details["in-66"]


@pytest.mark.parametrize(
    "own, words",
    [
        (Kernel(lambda d: 1 / 0, 1, "mine"), "ZeroDivisionError: division by zero"),
        (Kernel(lambda d: d[:1], 1, "mine"), "must return one finite weight per distance"),
        (Kernel(lambda d: d * 0, 1, "mine"), "its weights there sum to 0"),
        (Kernel(lambda d: np.full(d.shape, np.nan), 1, "mine"), "must return one finite weight"),
        (Kernel(lambda d: 1 + 0 * d, 0.2, "mine"), "A support of at least 0.5 always meets a sample"),
    ],
    ids=["raises", "shape", "zero", "nan", "narrow"],
)
def test_a_kernel_of_ones_own_that_fails_is_told_in_words(own, words):
    with pytest.raises(NoPicture, match=re.escape(words)):
        bench_scene(own, "camera", 2)


def test_a_kernel_of_ones_own_may_be_higher_than_the_panel():
    high = Kernel(lambda d: 50 * (1 - np.abs(d)), 1, "high")
    low = Kernel(lambda d: 1 - np.abs(d), 1, "low")
    pictures = [bench_scene(own, "camera", 2) for own in (high, low)]
    assert weights(pictures[0]) == weights(pictures[1])
    assert (knob(pictures[0], "end") == knob(pictures[1], "end")).all()


@pytest.mark.parametrize(
    "bad",
    [{"picture": "dog"}, {"step": "2"}, {"antialias": 1}, {"stretch": None}, {"shift": 0.5}],
    ids=lambda bad: next(iter(bad)),
)
def test_bad_input_is_refused_by_name(bad):
    with pytest.raises((TypeError, ValueError), match=next(iter(bad))):
        bench_scene(**{"kernel": TRIANGLE, "picture": "camera", "step": 2.0} | bad)


@given(kernel=st.sampled_from(KERNELS), size=st.sampled_from([30, 60, 120]), antialias=st.booleans())
@settings(max_examples=30, deadline=None)
def test_the_energies_are_those_of_the_whole_resize(kernel, size, antialias):
    scene = bench_scene(kernel, "brick", SIZE / size, antialias)
    spectrum = resize_spectrum(2 * SIZE, 2 * size, kernel, antialias)
    kept, aliased = (100 * float(energy(spectrum)) for energy in (energy_kept, energy_aliased))
    itself, others = re.search(r"fit, (\d+) % comes out as itself; \D*(\d+) %", scene.text).groups()
    # Said of an axis of another length: with other waves on it.
    assert abs(int(itself) - kept) < 1.5 and abs(int(others) - aliased) < 1.5
    assert f">as itself: {itself} % of what fits<" in scene.svg and f">as others: {others} %" in scene.svg


def test_a_third_by_linear_folds_all_too_fine_waves_back():
    assert (
        "100 % comes out as itself; of finer ones, 100 % as false waves."
        in bench_scene(TRIANGLE, "brick", 3).text
    )


@pytest.mark.parametrize("kernel, mode", [(TRIANGLE, "bilinear"), (keys_cubic(-0.75), "bicubic")], ids=str)
def test_what_was_shrunk_is_enlarged_again_by_the_same_kernel(kernel, mode):
    scene = bench_scene(kernel, "camera", 3)
    source = torch.tensor(bench_picture("camera")[None, None], dtype=torch.float64)
    small = F.interpolate(source, size=(40, 40), mode=mode)
    large = F.interpolate(small, size=(SIZE, SIZE), mode=mode)[0, 0].numpy()
    shown = decoded(scene.svg, f"enlarged again: {SIZE} × {SIZE}")
    assert np.abs(shown - large.clip(0, 255)).max() <= 0.5001
