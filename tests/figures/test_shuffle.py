"""The picture of pixel shuffle, read from its SVG; torch and the formula of ONNX say where every number goes."""

import itertools
import re
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest
import torch

from course_utils.figures.shuffle import MOST, NUMBERS, ORDERS, origins, shapes, shuffle_scene

SVG = "{http://www.w3.org/2000/svg}"
SIZES = list(itertools.product(*(range(1, most + 1) for most in MOST.values())))


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


def read(scene):
    """(root, {id: the number in the cell}, {id: element})."""
    root, shown, cells = ElementTree.fromstring(scene.svg), {}, {}
    for group in root.iter(f"{SVG}g"):
        cell = None
        for element in group:
            if element.get("data-id"):
                cell = element.get("data-id")
                cells[cell] = element
            elif element.tag == f"{SVG}text" and cell:
                shown.setdefault(cell, int(element.text))
    return root, shown, cells


@pytest.mark.parametrize("order", ORDERS)
def test_every_size_holds_the_numbers_that_the_library_would_put_there(order):
    for sizes in SIZES:
        x = small(*sizes)
        want = expected(x, sizes[1], order)
        np.testing.assert_array_equal(origins(*sizes, order), want)
        scene = shuffle_scene(*sizes, order)
        root, shown, cells = read(scene)
        right, bottom = map(float, root.get("viewBox").split()[2:])
        for cell in root.iter(f"{SVG}rect"):
            left, top, wide, high = (float(cell.get(name)) for name in ("x", "y", "width", "height"))
            assert left >= 0 and top >= 0 and left + wide <= right + 1e-3 and top + high <= bottom + 1e-3
        assert [shown[f"in-{i}"] for i in range(x.size)] == list(range(x.size))
        assert [shown[f"out-{o}"] for o in range(x.size)] == want.ravel().tolist()
        assert scene.links == {f"out-{o}": [(f"in-{i}", 1.0)] for o, i in enumerate(want.flat)}
        assert set(scene.details) == set(cells) == set(scene.places)
        assert (
            len(
                {(cell.get("data-row"), cell.get("data-col")) for name, cell in cells.items() if "in" in name}
            )
            == x.size
        )
        for name, cell in cells.items():  # what lights up is where the cell is
            assert [float(cell.get(side)) for side in ("x", "y", "width", "height")] == pytest.approx(
                scene.places[name]
            )


def test_onnx_crd_is_torch():
    for sizes in SIZES:
        np.testing.assert_array_equal(
            onnx(small(*sizes), sizes[1], "CRD"), expected(small(*sizes), sizes[1], "torch")
        )


@pytest.mark.parametrize("order", ORDERS)
def test_the_code_on_the_picture_runs(order):
    for sizes in SIZES:
        x = small(*sizes)
        steps = shapes(*sizes, order)
        texts = [
            text.text for text in ElementTree.fromstring(shuffle_scene(*sizes, order).svg).iter(f"{SVG}text")
        ]
        for i, (code, axes, shape) in enumerate(steps):
            run = eval("".join(step[0] for step in steps[: i + 1]), {"x": x})
            assert run.shape == shape and {str(shape), axes} <= set(texts) and (i == 0 or code in texts)
        np.testing.assert_array_equal(run, expected(x, sizes[1], order))


def test_the_formula_in_a_cells_sentence_is_true():
    for order, sizes in itertools.product(
        ("torch", "tensorflow"), ((2, 2, 2, 3), (3, 3, 1, 2), (1, 3, 2, 2), (3, 2, 3, 4))
    ):
        scene = shuffle_scene(*sizes, order)
        for words in scene.details.values():
            channel, formula, c, a, b = re.search(
                r"Channel (\d+) = (.*), so c = (\d+), a = (\d+), b = (\d+)", words
            ).groups()
            assert eval(formula.replace("·", "*")) == int(channel)
            image, row, column = re.search(r"map (\d+), row (\d+), column (\d+)", words).groups()
            start = re.search(r"channel \d+, row (\d+), column (\d+)", words).groups()
            assert image == c and int(row) == int(start[0]) * sizes[1] + int(a)
            assert int(column) == int(start[1]) * sizes[1] + int(b)


def test_how_many_pixels_differ():
    for sizes in SIZES:
        scene = shuffle_scene(*sizes)
        x = small(*sizes)
        right = expected(x, sizes[1], "torch")
        counts = [int((expected(x, sizes[1], order) != right).sum()) for order in ("tensorflow", "reshape")]
        said = re.search(r"Against torch's, (\d+) of (\d+) .* order, (\d+) in a plain reshape", scene.text)
        assert [int(n) for n in said.groups()] == [counts[0], x.size, counts[1]]
        root = ElementTree.fromstring(scene.svg)
        dark = [cell for cell in root.iter(f"{SVG}rect") if cell.get("class") == "sample"]
        assert len(dark) == sum(counts)
        assert ("C = 1 hides" in scene.text) == (counts[0] == 0 and sizes[1] > 1)
        assert ("one pixel hide" in scene.text) == (counts[1] == 0 and sizes[1] > 1)


def test_channels_0_to_7():
    """The example of the lesson: torch gives the channels 0 1 2 3 | 4 5 6 7, TensorFlow 0 2 4 6 | 1 3 5 7."""
    for order, want in (("torch", [0, 1, 2, 3, 4, 5, 6, 7]), ("tensorflow", [0, 2, 4, 6, 1, 3, 5, 7])):
        _, shown, _ = read(shuffle_scene(2, 2, 1, 1, order, "channel"))
        assert [shown[f"out-{o}"] for o in range(8)] == want


def test_the_table_says_where_each_channel_begins():
    header, rows = shuffle_scene(2, 2, 2, 3).table
    assert len(header) == 4 and len(rows) == 8
    assert rows[5] == (
        5,
        "map 1, row 0, column 1",
        "map 1, row 1, column 0",
        "map 1, row 1, column 0",
    )


def test_the_numbers_of_a_channel_are_its_number():
    for order in ORDERS:
        _, shown, _ = read(shuffle_scene(3, 2, 2, 3, order, "channel"))
        want = expected(small(3, 2, 2, 3) // 6, 2, order)
        assert [shown[f"out-{o}"] for o in range(72)] == want.ravel().tolist()


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ({"channels": 4}, "channels must be a whole number, from 1 to 3; got 4"),
        ({"factor": 0}, "factor must be"),
        ({"order": "CRD"}, "order must be one of 'torch', 'tensorflow', 'reshape'"),
        ({"numbers": "all"}, "numbers must be one of"),
    ],
)
def test_what_has_no_room_is_refused(state, words):
    with pytest.raises(ValueError, match=words):
        shuffle_scene(**state)


def test_every_kind_of_numbers_is_offered():
    assert set(NUMBERS) == {"count", "channel"}


def test_one_of_a_kind_is_not_many():
    scene = shuffle_scene(1, 1, 1, 1)
    assert scene.text.startswith("1 channel of 1 × 1 becomes 1 map of 1 × 1 in the order")
    assert ">1 channel of 1 × 1<" in scene.svg and "TensorFlow: 0 of 1 pixel differ" in scene.svg
