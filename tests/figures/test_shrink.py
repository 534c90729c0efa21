"""Five libraries shrink a photo with a line: the pictures are theirs, and so is what is left of the line."""

import re

import cv2
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from skimage.transform import resize as skimage_resize

from course_utils.explorers.shrink import LIBRARIES
from course_utils.figures.photos import PHOTOS, gray_square, part_of
from course_utils.figures.shrink import FIRST_COLUMN, LAST_COLUMN, LINES, SIZE, shrink_scene
from tests.figures.reading import decoded, read

FACTORS = st.integers(4, 16).map(lambda halves: halves / 2)
COLUMNS = st.integers(FIRST_COLUMN, LAST_COLUMN)


def torch_bilinear(image, size):
    image = torch.tensor(image)[None, None]
    return F.interpolate(image, size, mode="bilinear")[0, 0].numpy()


CALLED = {
    "OpenCV LINEAR": lambda image, size: cv2.resize(image, size[::-1]),
    "torch bilinear": torch_bilinear,
    "Pillow BILINEAR": lambda image, size: np.asarray(
        Image.fromarray(image).resize(size[::-1], Image.Resampling.BILINEAR)
    ),
    "scikit-image": lambda image, size: skimage_resize(image, size, preserve_range=True),
    "OpenCV AREA": lambda image, size: cv2.resize(image, size[::-1], interpolation=cv2.INTER_AREA),
}
"""What a user types, for each title."""


def drawn(factor=4.0, column=96, color="white", photo="camera"):
    return shrink_scene(part_of(photo, SIZE), LIBRARIES, factor, column, color, photo)


def test_every_library_is_called_here():
    assert set(CALLED) == set(LIBRARIES)


@pytest.mark.parametrize("name", CALLED)
@pytest.mark.parametrize("photo", PHOTOS)
@given(factor=FACTORS, column=COLUMNS, color=st.sampled_from(list(LINES)))
@settings(max_examples=12, deadline=None)
def test_the_pictures_are_those_of_the_libraries(name, photo, factor, column, color):
    source = part_of(photo, SIZE).copy()
    if LINES[color] is not None:
        source[:, column] = LINES[color]
    size = round(SIZE / factor)
    seen = decoded(drawn(factor, column, color, photo).svg, f"the photo shrunk by {name}").astype(float)
    theirs = CALLED[name](source, (size, size)).astype(float)
    # torch computes uint8 in whole numbers of its own; scikit-image does not round, and we show what it has.
    allowed = {"torch bilinear": 1, "scikit-image": 0.501}.get(name, 0)
    assert np.abs(seen - theirs).max() <= allowed


@given(factor=FACTORS, column=COLUMNS)
@settings(max_examples=40, deadline=None)
def test_what_is_kept_of_the_line_is_what_the_libraries_keep(factor, column):
    """A line alone, one row high: what the small picture holds, brought to the width of the large one."""
    scene, size = drawn(factor, column), round(SIZE / factor)
    lone = np.zeros((8, SIZE), np.float32)
    lone[:, column] = 1
    for name, kept, peak, *_ in scene.table[1]:
        theirs = CALLED[name](lone, (8, size)).astype(float)[4]
        assert read(kept.removesuffix(" %")) == pytest.approx(100 * theirs.sum() * SIZE / size, abs=0.51)
        assert read(peak.removesuffix(" %")) == pytest.approx(100 * np.abs(theirs).max(), abs=0.51)


def test_a_line_vanishes_in_two_libraries_and_its_neighbor_is_doubled():
    assert (
        "is kept: 0 % in OpenCV LINEAR, torch bilinear; 100 % in Pillow BILINEAR, OpenCV AREA;"
        in drawn().text
    )
    assert "is kept: 200 % in OpenCV LINEAR, torch bilinear;" in drawn(column=97).text
    assert drawn().text.endswith("Passed over: 96 of 192 columns in OpenCV LINEAR, torch bilinear.")
    assert drawn(factor=2.0).text.endswith("No column is passed over.")


@given(factor=FACTORS, column=COLUMNS)
@settings(max_examples=30, deadline=None)
def test_the_sentence_and_the_rows_say_what_the_table_says(factor, column):
    scene = drawn(factor, column)
    for name, kept, *_, lost in scene.table[1]:
        assert re.search(rf"{re.escape(kept)} in [^;]*{name}", scene.text)
        assert f">line: {kept}<" in scene.svg
        assert (lost == "0") == (not re.search(rf"{lost} of {SIZE} columns in [^;]*{name}", scene.text))


def test_a_column_that_is_pointed_at_says_how_much_it_counts():
    scene = drawn(factor=3.0)
    assert scene.details["column-97"].startswith(
        "Column 97 counts, in fair shares: 3 in OpenCV LINEAR, 3 in torch"
    )
    assert set(re.findall(r'data-id="(column-\d+)"', scene.svg)) == set(scene.details)


@pytest.mark.parametrize("handle", ["line", "column"])
def test_the_line_follows_the_hand(handle):
    near, far = drawn(column=96), drawn(column=100)
    tips = [re.search(r'<path d="M([\d.]+),([\d.]+)[^>]*input knob', part)[1] for part in (near.svg, far.svg)]
    if handle == "column":
        pattern = r'<path d="M([\d.]+),[^>]*data-handle="column"'
        tips = [re.search(pattern, scene.svg)[1] for scene in (near, far)]
    assert (float(tips[1]) - float(tips[0])) * near.handles[handle].by[0][0] == pytest.approx(4, rel=1e-3)


@pytest.mark.parametrize("shape", [(1, 1), (3, 5), (300, 200, 3)])
def test_a_square_of_any_picture(shape):
    square = gray_square(np.full(shape, 77, np.uint8), 16)
    assert square.shape == (16, 16) and square.dtype == np.uint8 and (square == 77).all()


def test_a_square_is_the_middle_averaged():
    picture = np.zeros((4, 8), np.uint8)
    picture[:, 2:4] = 200
    assert gray_square(picture, 2).tolist() == [[200, 0], [200, 0]]


@pytest.mark.parametrize(
    "bad", [{"column": FIRST_COLUMN - 1}, {"column": 70.5}, {"color": "red"}, {"factor": "4"}]
)
def test_bad_input_is_refused_by_name(bad):
    arguments = {"pixels": part_of("brick", SIZE), "libraries": LIBRARIES, "factor": 4.0, "column": 96} | bad
    with pytest.raises((TypeError, ValueError), match=next(iter(bad))):
        shrink_scene(**arguments)
