"""The conventions lab, moved: any two libraries, sizes pulled, decisions switched by hand and by a click."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.explorers.conventions import LIBRARIES, conventions_lab
from course_utils.figures.conventions import PICTURES
from course_utils.recipes import Recipe, recipe
from tests.explorers.hand import handles, key, move, over_their_range

titles = st.sampled_from(list(LIBRARIES))


@pytest.fixture(scope="module")
def lab():
    return conventions_lab()


@given(
    titles,
    titles,
    st.sampled_from(PICTURES),
    st.integers(2, 12),
    st.integers(1, 12),
    st.integers(12, 144),
    st.integers(0, 9),
)
@settings(max_examples=60, deadline=None)
def test_any_two_libraries_on_any_picture(lab, a, b, picture, in_size, out_size, photo_size, walk):
    lab.set(a=a, b=b, picture=picture, in_size=in_size, out_size=out_size, photo_size=photo_size)
    lab.set(walk=walk)
    assert lab.failure is None
    handles(lab)
    count = len(lab.scene.table[1])
    assert lab.controls["walk"].max == max(1, count)
    if count:
        assert lab.scene.table[1][-1][-1] == "0"


def test_no_two_titles_are_the_same_recipe():
    assert not [pair for pair in itertools.combinations(LIBRARIES.values(), 2) if pair[0] == pair[1]]


def test_a_hand_switches_from_left_to_right_until_nothing_is_left(lab):
    lab.set(a="torch bicubic", b="Pillow BICUBIC", picture="ramp", in_size=8, out_size=3)
    assert lab.values["walk"] == 0
    for _ in lab.scene.table[1]:
        key(lab, "walk", right=1)
    assert lab.scene.text.count("0 are left")
    move(lab, "walk", 1)
    assert lab.values["walk"] == 1
    lab.set(b="torch bilinear")
    assert lab.values["walk"] == 0  # another library: nothing is switched yet


def test_a_click_on_a_column_switches_up_to_it(lab):
    lab.set(a="torch bilinear", b="Pillow BILINEAR", picture="photo")
    lab.stage.chosen = "walk-2"
    assert lab.values["walk"] == 2 and lab.stage.chosen == ""


def test_every_handle_moves_over_its_range(lab):
    for picture in PICTURES:
        lab.set(a="torch bilinear", b="Pillow BILINEAR", picture=picture)
        seen = {(name, lab.scene.svg) for name, _ in over_their_range(lab)}
        assert lab.failure is None and len(seen) > 8


def test_recipes_of_your_own_join_the_menu():
    lab = conventions_lab(Recipe(library="mine", border="wrap"), ("onnx", "cubic", {"cubic_coeff_a": -0.6}))
    assert lab.values["a"] == "mine own" and lab.values["b"] == "onnx cubic"
    assert conventions_lab(recipe("torch", "area")).values["a"] == "torch area"
    with pytest.raises(TypeError, match="a must be a Recipe, or a pair"):
        conventions_lab("torch")
    with pytest.raises(ValueError, match="picture"):
        conventions_lab(picture="cat")
