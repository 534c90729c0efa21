"""The picture of pooling and unpooling, read from its SVG; torch and loops of our own say what must stand there."""

import itertools
import re
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.figures.draw.scene import NoPicture
from course_utils.figures.pooling import CORNER
from course_utils.figures.pooling import pooling_scene as scene_of
from course_utils.pooling import WEIGHTINGS, window_weights

SVG = "{http://www.w3.org/2000/svg}"
FOUR = np.array([[1.0, 2, 6, 3], [3, 5, 2, 1], [1, 2, 2, 1], [7, 3, 4, 8]])
PEAKS = np.zeros((4, 5))
PEAKS[[0, 1, 2, 2], [0, 3, 0, 3]] = [9, 8, 7, 6]

sizes = st.integers(2, 8)
states = st.tuples(
    sizes, sizes, st.integers(1, 4), st.integers(1, 4), st.integers(0, 2), st.sampled_from(WEIGHTINGS), st.booleans(),
    st.integers(0, 10**6),
)  # fmt: skip


def pooling_scene(x, k=2, s=2, p=0, weights="mean", sized=True, **more):
    return scene_of(x, window_weights(weights, k), s, p, sized, **more)


def fits(height, width, kernel_size, padding):
    return padding <= kernel_size // 2 and kernel_size <= min(height, width) + 2 * padding


def numbers(height, width, seed):
    return np.random.default_rng(seed).integers(-20, 21, (height, width)) / 2


def read(scene):
    """(root, {id: number in the cell}, {id: the cell's element})."""
    root = ElementTree.fromstring(scene.svg)
    shown, cells = {}, {}
    for group in root.iter(f"{SVG}g"):
        cell = None
        for element in group:
            if element.get("data-id"):
                cell = element.get("data-id")
                cells[cell] = element
            elif element.tag == f"{SVG}text" and cell and element.get("text-anchor") == "middle":
                shown.setdefault(cell, float(element.text.replace("−", "-")))
    return root, shown, cells


def windows(shape, kernel_size, stride, padding):
    """For every window the places on the image that it covers, by walking over all of them."""
    starts = [range(-padding, size + padding - kernel_size + 1, stride) for size in shape]
    for top, left in itertools.product(*starts):
        yield [
            (r, c)
            for r in range(top, top + kernel_size)
            for c in range(left, left + kernel_size)
            if 0 <= r < shape[0] and 0 <= c < shape[1]
        ]


@settings(deadline=None, max_examples=120)
@given(states)
def test_every_state_is_whole(state):
    height, width, k, s, p, weights, sized, seed = state
    x = numbers(height, width, seed)
    if not fits(height, width, k, p):
        with pytest.raises(NoPicture, match=r"padding|does not fit"):
            pooling_scene(x, k, s, p, weights, sized)
        return
    scene = pooling_scene(x, k, s, p, weights, sized)
    root, shown, cells = read(scene)
    right, bottom = map(float, root.get("viewBox").split()[2:])
    for cell in root.iter(f"{SVG}rect"):
        left, top, wide, high = (float(cell.get(name)) for name in ("x", "y", "width", "height"))
        assert left >= 0 and top >= 0 and left + wide <= right + 1e-3 and top + high <= bottom + 1e-3
    for text in root.iter(f"{SVG}text"):
        assert 0 < float(text.get("x")) < right and 0 < float(text.get("y")) < bottom
    assert not re.search(r"\b(nan|inf)\b", scene.svg)
    assert set(scene.details) == set(cells)
    assert {name.split("-")[0] for name in scene.links} == {"max", "avg", "conv"}
    assert all(target in cells for targets in scene.links.values() for target, _ in targets)

    places = list(windows(x.shape, k, s, p))
    assert len(scene.table[1]) == len(places)
    for o, window in enumerate(places):
        values = [x[place] for place in window]
        first = window[int(np.argmax(values))]
        assert shown[f"max-{o}"] == max(values)
        assert shown[f"avg-{o}"] == pytest.approx(sum(values) / k**2, abs=6e-3)
        linked = {name: weight for name, weight in scene.links[f"max-{o}"] if name.startswith("in")}
        assert set(linked) == {f"in-{r * width + c}" for r, c in window}
        assert [name for name, weight in linked.items() if weight] == [f"in-{first[0] * width + first[1]}"]
        total = sum(weight * x.flat[int(name[3:])] for name, weight in scene.links[f"conv-{o}"])
        assert shown[f"conv-{o}"] == pytest.approx(total, abs=6e-3)


@settings(deadline=None, max_examples=60)
@given(states)
def test_what_comes_back_is_what_torch_puts_back(state):
    import torch

    height, width, k, s, p, weights, sized, seed = state
    if not fits(height, width, k, p):
        return
    x = numbers(height, width, seed)
    scene = pooling_scene(x, k, s, p, weights, sized)
    _, shown, _ = read(scene)
    pooled = torch.nn.functional.max_pool2d(torch.from_numpy(x)[None, None], k, s, p, return_indices=True)
    try:
        size = x.shape if sized else None
        back = torch.nn.functional.max_unpool2d(*pooled, k, s, p, output_size=size)[0, 0].numpy()
    except (RuntimeError, ValueError):
        assert "Unpooling is refused" in scene.text and not any(name.startswith("back") for name in shown)
        return
    assert [shown[f"back-{i}"] for i in range(back.size)] == back.ravel().tolist()
    kernel = torch.from_numpy(window_weights(weights, k))[None, None]
    convolved = torch.nn.functional.conv2d(torch.from_numpy(x)[None, None], kernel, None, s, p)[0, 0].numpy()
    for o, value in enumerate(convolved.flat):
        assert shown[f"conv-{o}"] == pytest.approx(value, abs=6e-3)


def test_the_example_of_the_lesson_in_words():
    scene = pooling_scene(FOUR)
    assert scene.text == (
        "4 × 4 numbers, 2 × 2 windows, stride 2: 2 × 2 maxima 5, 6, 7, 8 with indices 5, 2, 12, 15. "
        "4 of 16 come back, 12 become 0. Pooled again, they give the same maxima."
    )
    assert scene.details["max-1"] == (
        "max[0, 1]: max of 6, 3, 2, 1 is 6, from row 0, column 2: index 0 · 4 + 2 = 2. The window's center is "
        "row 0.5, column 2.5."
    )
    assert scene.details["avg-0"] == "mean[0, 0] = (1 + 2 + 3 + 5)/4 = 2.75."
    assert scene.details["conv-0"] == "conv[0, 0] = 0.25 · (1 + 2 + 3 + 5) = 2.75."
    assert scene.details["w-1"].endswith("in row 0, column 1 of each window by 0.25.")
    assert scene.details["in-5"].endswith("is in 1 window and the maximum of 1: unpooling writes it once.")
    assert scene.details["in-0"].endswith("is in 1 window and the maximum of none: unpooling gives 0 here.")
    assert scene.details["back-3"] == (
        "back[0, 3] = 0, index 3. No maximum has this index: the input's 3 is lost."
    )


def test_one_peak_of_four_windows_is_written_four_times_to_one_position():
    peak = np.zeros((5, 5))
    peak[2, 2] = 9
    scene = pooling_scene(peak, 3, 2)
    _, shown, _ = read(scene)
    assert sum(value for name, value in shown.items() if name.startswith("back")) == 9
    assert "1 of them won in more than one window: unpooling overwrites, it does not add." in scene.text
    assert scene.details["in-12"].endswith(
        "is in 4 windows and the maximum of 4: unpooling writes it 4 times to one position, and it stays 9."
    )
    assert ">4×<" in scene.svg


def test_below_zero_the_second_pooling_differs():
    scene = pooling_scene(-FOUR)
    assert "Pooled again, 4 of 4 maxima differ: max[0, 0] was −1 and is now 0." in scene.text


@settings(deadline=None, max_examples=60)
@given(sizes, sizes, st.integers(1, 4), st.integers(1, 4), st.integers(0, 2), st.integers(0, 10**6))
def test_without_negative_numbers_the_second_pooling_agrees(height, width, k, s, p, seed):
    if fits(height, width, k, p):
        scene = pooling_scene(np.abs(numbers(height, width, seed)), k, s, p)
        assert "Pooled again, they give the same maxima." in scene.text


def test_without_output_size_the_peaks_move():
    scene = pooling_scene(PEAKS, sized=False)
    assert (
        "8, 7, 6 land at another position: the indices count rows of 5, the result has rows of 4."
        in scene.text
    )
    assert scene.svg.count(">✗<") == 3
    assert "here it is at the wrong position" in scene.details["back-8"]
    assert "✗" not in pooling_scene(PEAKS).svg
    tall = pooling_scene(np.pad(FOUR, ((0, 1), (0, 0))), sized=False)
    assert "✗" not in tall.svg and "another position" not in tall.text  # an odd height does no harm


def test_ties_say_that_the_first_counts():
    sentence = pooling_scene(np.zeros((2, 2))).details["max-0"]
    assert "max of 0, 0, 0, 0 is 0, from row 0, column 0 (the first of 4): index" in sentence


def test_numbers_in_no_window_are_told():
    scene = pooling_scene(PEAKS)
    assert scene.details["in-4"].endswith("is in no window: whatever stands here, the result is the same.")
    changed = PEAKS.copy()
    changed[:, 4] = 50
    assert pooling_scene(changed).text == scene.text


def test_marks_stand_in_their_own_cells():
    x = np.zeros((3, 6))
    x[1, 2] = 9  # in both windows of 3 at stride 2; no window reads the last column
    root, _, cells = read(pooling_scene(x, 3, 2))
    slanted = [each for each in root.iter(f"{SVG}line") if _side(each, "x") * _side(each, "y")]
    starts = [(float(each.get("x1")), float(each.get("y1"))) for each in slanted]
    assert [_cell_around(cells, *start) for start in starts] == ["in-5", "in-11", "in-17"]
    (twice,) = [each for each in root.iter(f"{SVG}text") if each.text == "2×"]
    assert _cell_around(cells, float(twice.get("x")), float(twice.get("y"))) == "in-8"


def _side(line, axis):
    return float(line.get(f"{axis}2")) - float(line.get(f"{axis}1"))


def _cell_around(cells, x, y):
    """The input cell in which this point lies."""
    for name, cell in cells.items():
        left, top, width, height = (float(cell.get(side)) for side in ("x", "y", "width", "height"))
        if name.startswith("in") and left <= x <= left + width and top <= y <= top + height:
            return name
    return None


def test_the_frame_of_a_window_stands_around_its_numbers():
    scene = pooling_scene(np.arange(30.0).reshape(5, 6), 3, 2, 1)
    cell = float(read(scene)[2]["in-0"].get("width"))
    for o, (row, column) in enumerate(itertools.product((-1, 1, 3), repeat=2)):
        box = (CORNER[0] + column * cell, CORNER[1] + row * cell, 3 * cell, 3 * cell)
        assert all(
            scene.bands[f"{name}-{o}"] == pytest.approx(box, abs=0.01) for name in ("max", "avg", "conv")
        )


def test_padding_is_counted_as_zero_in_the_mean_only():
    scene = pooling_scene(np.full((3, 3), -6.0), 3, 1, 1)
    assert scene.details["avg-0"].endswith("= −2.6667; 5 of the 9 are padding and count as 0.")
    assert scene.table[1][0][2] == "−6"


def test_the_picture_keeps_its_size_and_place_0_while_the_settings_change():
    scenes = [
        pooling_scene(np.ones((height, width)), k, s, p)
        for height, width in ((2, 8), (4, 4), (8, 8)) for k in range(1, 5) for s in (1, 4) for p in range(3)
        if fits(height, width, k, p)
    ]  # fmt: skip
    assert len({re.search(r'viewBox="([^"]+)"', scene.svg)[1] for scene in scenes}) == 1
    for scene in scenes:
        cell = read(scene)[2]["in-0"]
        assert (float(cell.get("x")), float(cell.get("y"))) == CORNER


def test_every_sentence_fits_into_two_lines():
    """About 125 letters a line. A third line would move the picture below it."""
    for k, s, p, sized in itertools.product(range(1, 5), (1, 2), (0, 1), (True, False)):
        x = np.random.default_rng(k).integers(-99, 100, (7, 7)).astype(float)
        if fits(7, 7, k, p):
            scene = pooling_scene(x, k, s, p, "left minus right", sized)
            own = scene_of(x, np.arange(k * k).reshape(k, k) / 4 - 1, s, p, sized)
            for sentence in (scene.text, own.text, *scene.details.values(), *own.details.values()):
                assert len(sentence) <= 250, sentence


def test_every_input_and_every_weight_is_a_handle():
    scene = pooling_scene(FOUR, 3, 1, 1, weights="left minus right")
    cells = read(scene)[2]
    for (r, c), value in np.ndenumerate(FOUR):
        assert cells[f"in-{4 * r + c}"].get("data-handle") == f"numbers[{r},{c}]"
        assert scene.handles[f"numbers[{r},{c}]"].at == (value,)
    for (r, c), value in np.ndenumerate(window_weights("left minus right", 3)):
        assert cells[f"w-{3 * r + c}"].get("data-handle") == f"kernel[{r},{c}]"
        assert scene.handles[f"kernel[{r},{c}]"].at == (pytest.approx(value),)
    assert len(scene.handles) == 16 + 9
    assert "negative" in cells["w-2"].get("class") and "negative" not in cells["w-0"].get("class")


def test_many_different_weights_are_cut_short_in_words():
    scene = scene_of(STEPS := np.arange(16.0).reshape(4, 4), STEPS, 1)
    assert scene.details["conv-0"] == (
        "conv[0, 0] = 1 · 1 + 2 · 2 + 3 · 3 + 4 · 4 + 5 · 5 + 6 · 6 + 7 · 7 + … (8 more) = 1240."
    )


def test_remarks_are_in_the_picture_and_in_words():
    scene = pooling_scene(FOUR, remarks=("row 4 is set aside",))
    assert ">row 4 is set aside<" in scene.svg and ": 2 × 2 maxima. Row 4 is set aside. 4 of 16" in scene.text
    refused = pooling_scene(np.fliplr(PEAKS), sized=False, remarks=("row 4 is new: 0s",))
    assert refused.text.startswith("4 × 5 numbers") and "Row 4 is new: 0s." in refused.text


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (([[1.0]],), "2 to 8 rows and columns; these are 1 × 1"),
        ((np.zeros((9, 2)),), "9 × 2"),
        ((FOUR * 100,), "one is 800"),
        ((FOUR, 2, 2, 2), "padding must be at most half of kernel_size"),
        ((FOUR[:2, :2], 3), "does not fit"),
    ],
)
def test_states_without_a_picture_say_why(arguments, words):
    with pytest.raises(NoPicture, match=words):
        pooling_scene(*arguments)


def test_wrong_settings_are_refused():
    with pytest.raises(ValueError, match="stride"):
        pooling_scene(FOUR, 2, 5)
    with pytest.raises(ValueError, match="kernel_size"):
        pooling_scene(FOUR, 5)
    with pytest.raises(NoPicture, match="The weights can be −99 to 99; one is 100"):
        scene_of(FOUR, [[100]])
