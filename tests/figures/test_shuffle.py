"""The picture of pixel shuffle, read from its SVG; torch and the formula of ONNX say where every number goes."""

import itertools
import re

import numpy as np
import pytest
import torch

from course_utils.figures.draw.scene import NoPicture, moved
from course_utils.figures.shuffle import HEIGHT, MOST, ORDERS, WIDTH, origins, shuffle_scene, steps_of

SIZES = list(itertools.product(*(range(1, most + 1) for most in MOST.values())))
CELL = re.compile(
    r'<rect x="([^"]+)" y="([^"]+)" width="([^"]+)" height="([^"]+)" class="(hue-\d)" data-id="p-(\d+)" '
    r'data-row="(\d+)" data-col="(\d+)" data-handle="p-(\d+)"/>'
)
GROUP = re.compile(r'<g data-group="(\w+)"[^>]*>(.*?)</g>(.*?)</g>', re.DOTALL)
TILE = re.compile(r'data-move="(\d+)" transform="translate\(([^ ]+) ([^)]+)\)">.*?<text[^>]*>([^<]*)</text>')


def test_every_number_can_be_read():
    sizes = [re.findall(r'font-size="([\d.]+)"', shuffle_scene(*each).svg) for each in SIZES]
    assert min(float(size) for each in sizes for size in each) >= 7


def small(channels, factor, height, width):
    maps = channels * factor**2
    return np.arange(maps * height * width).reshape(maps, height, width)


def onnx(x, r, mode):
    """DepthToSpace as the ONNX operator page writes it."""
    b, c, h, w = 1, *x.shape
    if mode == "DCR":
        x = x.reshape(b, r, r, c // r**2, h, w).transpose(0, 3, 4, 1, 5, 2)
    else:
        x = x.reshape(b, c // r**2, r, r, h, w).transpose(0, 1, 4, 2, 5, 3)
    return x.reshape(c // r**2, h * r, w * r)


def expected(x, r, order):
    if order == "torch":
        return torch.pixel_shuffle(torch.from_numpy(x), r).numpy()
    return onnx(x, r, "DCR") if order == "tensorflow" else x.reshape(-1, x.shape[1] * r, x.shape[2] * r)


def arrays(scene):
    """name of the array -> [(p, hue, x, y, width, height, row, column)] of its cells."""
    found = {}
    for name, cells, _ in GROUP.findall(scene.svg):
        found[name] = []
        for x, y, wide, high, css, p, row, column, handle in CELL.findall(cells):
            assert handle == p
            found[name].append((int(p), css, *map(float, (x, y, wide, high)), int(row), int(column)))
    return found


def rows_of(cells, numbers):
    """The array as it is read off the picture: rows, then columns; of every cell its number."""
    size = max(cell[-2] for cell in cells) + 1, max(cell[-1] for cell in cells) + 1
    result = np.full(size, -1.0)
    for p, *_, row, column in cells:
        result[row, column] = numbers[p]
    return result


@pytest.mark.parametrize("order", ORDERS)
def test_every_size_holds_the_numbers_that_the_library_would_put_there(order):
    for sizes in SIZES:
        x = small(*sizes)
        want = expected(x, sizes[1], order)
        np.testing.assert_array_equal(origins(*sizes, order), want)
        scene = shuffle_scene(*sizes, order)
        shown = arrays(scene)
        assert list(shown) == scene.steps
        for name, cells in shown.items():
            assert sorted(cell[0] for cell in cells) == list(range(x.size))  # every number once
            assert len({(cell[2], cell[3]) for cell in cells}) == x.size  # no two on one place
            for _, _, left, top, wide, high, _, _ in cells:
                assert 0 <= left and left + wide <= WIDTH and 0 <= top and top + high <= HEIGHT
            ordered = sorted(
                cells, key=lambda cell: (cell[-2], cell[-1])
            )  # rows and columns are where they stand
            assert [cell[3] for cell in ordered] == sorted(cell[3] for cell in cells), name
        read = rows_of(shown["result"], range(x.size))
        np.testing.assert_array_equal(read, np.concatenate(list(want), axis=1))  # large maps side by side
        assert set(scene.details) == {*scene.steps, *(f"p-{p}" for p in range(x.size))}


@pytest.mark.parametrize("order", ORDERS)
def test_numbers_fly_to_their_cells(order):
    for sizes in ((2, 2, 2, 3), (1, 3, 1, 2), (3, 2, 2, 1)):
        scene = shuffle_scene(*sizes, order)
        for step, cells in enumerate(arrays(scene).values()):
            places = moved(scene.frames, step)
            assert {str(p): (x, y) for p, _, x, y, *_ in cells} == places
        tiles = TILE.findall(scene.svg)
        assert [(int(p), int(text)) for p, _, _, text in tiles] == [(p, p) for p in range(small(*sizes).size)]


def test_onnx_crd_is_torch():
    for sizes in SIZES:
        np.testing.assert_array_equal(
            onnx(small(*sizes), sizes[1], "CRD"), expected(small(*sizes), sizes[1], "torch")
        )


@pytest.mark.parametrize("order", ORDERS)
def test_the_code_on_the_picture_runs(order):
    for sizes in SIZES:
        x = small(*sizes)
        steps = steps_of(x, sizes[1], order)
        svg = shuffle_scene(*sizes, order).svg
        for i, (code, axes, array) in enumerate(steps):
            run = eval("".join(step.code for step in steps[: i + 1]), {"x": x})
            np.testing.assert_array_equal(run, array)
            assert f">{i + 1}. {code}" in svg.replace(".  ", ". ")
            assert f">{axes},  shape {array.shape}<" in svg
        np.testing.assert_array_equal(run, expected(x, sizes[1], order))


def test_five_axes_stand_in_blocks():
    """Reshaped, a block holds the maps of one large map; transposed, the numbers of one small pixel."""
    shown = arrays(shuffle_scene(2, 2, 2, 3))
    torchs = np.arange(48).reshape(2, 2, 2, 2, 3)  # c a b i j
    by_place = {(row, column): p for p, *_, row, column in shown["reshape"]}
    for c, a, b, i, j in np.ndindex(torchs.shape):
        assert by_place[a * 2 + i, (c * 2 + b) * 3 + j] == torchs[c, a, b, i, j]
    by_place = {(row, column): p for p, *_, row, column in shown["transpose"]}
    for c, a, b, i, j in np.ndindex(torchs.shape):
        assert by_place[i * 2 + a, (c * 3 + j) * 2 + b] == torchs[c, a, b, i, j]
    corners = {p: (x, y) for p, _, x, y, *_ in shown["transpose"]}
    inside = corners[torchs[0, 0, 1, 0, 0]][0] - corners[torchs[0, 0, 0, 0, 0]][0]
    across = corners[torchs[0, 0, 0, 0, 1]][0] - corners[torchs[0, 0, 1, 0, 0]][0]
    assert across > inside  # a gap between small pixels, none within


def test_the_formula_in_a_numbers_sentence_is_true():
    for order, sizes in itertools.product(
        ("torch", "tensorflow"), ((2, 2, 2, 3), (3, 3, 1, 2), (1, 3, 2, 2), (3, 2, 2, 3))
    ):
        scene = shuffle_scene(*sizes, order)
        for name, words in scene.details.items():
            if name in scene.steps:
                continue
            channel, formula, c, a, b = re.search(
                r"Channel (\d+) = (.*), so c = (\d+), a = (\d+), b = (\d+)", words
            ).groups()
            assert eval(formula.replace("·", "*")) == int(channel)
            image, row, column = re.search(r"map (\d+), row (\d+), column (\d+)", words).groups()
            start = re.search(r"channel \d+, row (\d+), column (\d+)", words).groups()
            assert image == c and int(row) == int(start[0]) * sizes[1] + int(a)
            assert int(column) == int(start[1]) * sizes[1] + int(b)


def test_a_phase_has_one_hue_in_every_array():
    for order in ("torch", "tensorflow"):
        for name, cells in arrays(shuffle_scene(2, 3, 2, 2, order)).items():
            for p, css, *_, row, column in cells:
                if name == "result":
                    assert css == f"hue-{row % 3 * 3 + column % 3}"
                assert css == next(c[1] for c in arrays(shuffle_scene(2, 3, 2, 2, order))["x"] if c[0] == p)
    # the mistake keeps torch's phases: in its result they stand in the wrong places
    wrong = arrays(shuffle_scene(1, 2, 2, 2, "reshape"))
    assert [css for _, css, *_ in sorted(wrong["result"], key=lambda c: c[-2:])][:4] == ["hue-0"] * 4


def test_how_many_pixels_differ():
    for sizes in SIZES:
        x = small(*sizes)
        right = expected(x, sizes[1], "torch")
        counts = {order: int((expected(x, sizes[1], order) != right).sum()) for order in ORDERS}
        scene = shuffle_scene(*sizes)
        said = re.search(
            r"Compared with torch's, (\d+) of (\d+) .* order, and (\d+) in a plain reshape", scene.text
        )
        assert [int(n) for n in said.groups()] == [counts["tensorflow"], x.size, counts["reshape"]]
        for order, count in counts.items():
            svg = shuffle_scene(*sizes, order).svg
            assert svg.count('class="sample mark"') == count
            assert (f"torch has a different number here: {count} of {x.size}" in svg) == (count > 0)
        assert ("hides the order" in scene.text) == (counts["tensorflow"] == 0 and sizes[1] > 1)
        assert ("one pixel hide" in scene.text) == (counts["reshape"] == 0 and sizes[1] > 1)


def test_channels_0_to_7():
    """The example of the lesson: torch gives the channels 0 1 2 3 | 4 5 6 7, TensorFlow 0 2 4 6 | 1 3 5 7."""
    numbers = np.arange(8.0).reshape(8, 1)
    for order, want in (
        ("torch", [[0, 1, 4, 5], [2, 3, 6, 7]]),
        ("tensorflow", [[0, 2, 1, 3], [4, 6, 5, 7]]),
    ):
        cells = arrays(shuffle_scene(2, 2, 1, 1, order, numbers))["result"]
        assert rows_of(cells, numbers.ravel()).tolist() == want


def test_the_table_says_where_each_channel_begins():
    header, rows = shuffle_scene(2, 2, 2, 3).table
    assert len(header) == 4 and len(rows) == 8
    assert rows[5] == (
        5,
        "map 1, row 0, column 1",
        "map 1, row 1, column 0",
        "map 1, row 1, column 0",
    )


def test_own_numbers_are_shown_where_they_go():
    numbers = np.arange(48.0).reshape(8, 6)
    numbers[2, 5] = -7.5
    scene = shuffle_scene(2, 2, 2, 3, numbers=numbers)
    assert scene.details["p-17"].startswith(
        "−7.5, in channel 2, row 1, column 2, goes to map 0, row 3, column 4."
    )
    assert scene.svg.count(">−7.5<") == 5  # in four arrays, and the one that flies
    assert scene.handles["p-17"].sets == ("numbers[2,5]",) and scene.handles["p-17"].at == (-7.5,)


def test_same_values_give_the_same_scene():
    assert shuffle_scene(2, 2, 2, 3, "tensorflow") == shuffle_scene(2, 2, 2, 3, "tensorflow")


def test_every_sentence_takes_two_lines():
    for order, sizes in itertools.product(ORDERS, SIZES[::5]):
        scene = shuffle_scene(*sizes, order)
        assert max(map(len, [scene.text, *scene.details.values()])) < 260


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ({"channels": 4}, "channels must be a whole number, from 1 to 3; got 4"),
        ({"factor": 0}, "factor must be"),
        ({"order": "CRD"}, "order must be one of 'torch', 'tensorflow', 'reshape'"),
        (
            {"numbers": np.zeros((8, 5))},
            "8 rows, one per channel, of 2 · 3 = 6 numbers; these are 8 rows of 5",
        ),
        (
            {"numbers": np.full((8, 6), 1000.0)},
            "Numbers from −999 to 999 can be shown; these reach from 1000",
        ),
    ],
)
def test_what_has_no_room_is_refused(state, words):
    with pytest.raises(ValueError, match=re.escape(words)) as refused:
        shuffle_scene(**state)
    assert isinstance(refused.value, NoPicture) == ("numbers" in state)


def test_one_of_a_kind_is_not_many():
    scene = shuffle_scene(1, 1, 1, 1)
    assert scene.text.startswith("1 channel of 1 × 1 becomes 1 map of 1 × 1 in the order of torch")
    assert "0 of 1 pixel come from elsewhere" in scene.text
