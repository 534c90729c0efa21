"""The base of every explorer: controls hold the state, a draw shows it, a broken draw is a sentence."""

import pytest

from course_utils.explorers.explorer import Explorer, choice, slider, switch
from course_utils.explorers.stage import table_html
from course_utils.figures.scene import NoPicture, Scene, document


def drawn(text, **more):
    return Scene(document(10, 10, [], text, text), text, **more)


def make(draw=None, **options):
    controls = {
        "size": slider("size", 3, 1, 9),
        "t": slider("t", 0.5, 0.0, 1.0),
        "kind": choice("kind", ["a", "b"]),
    }
    return Explorer(draw or (lambda size, t, kind: drawn(f"{size} {t} {kind}")), controls, **options)


def test_moving_a_control_redraws_with_all_values():
    explorer = make()
    assert explorer.stage.scene["text"] == "3 0.5 a"
    explorer.controls["kind"].value = "b"
    assert explorer.stage.scene["text"] == explorer.scene.text == "3 0.5 b"
    assert explorer.values == {"size": 3, "t": 0.5, "kind": "b"}


def test_setting_several_controls_redraws_once():
    seen = []
    explorer = make(lambda **values: seen.append(values) or drawn("x"))
    explorer.set(size=7, t=0.25)
    assert seen[1:] == [{"size": 7, "t": 0.25, "kind": "a"}]


def test_a_value_outside_a_slider_stops_at_its_end():
    explorer = make()
    explorer.set(size=100, t=-3)
    assert explorer.values["size"] == 9 and explorer.values["t"] == 0


def test_a_drag_sets_controls():
    explorer = make(on_drag=lambda name, x, y: {"t": x})
    explorer.stage.dragged = {"name": "P", "x": 0.75, "y": 2}
    assert explorer.controls["t"].value == 0.75
    assert explorer.scene.text == "3 0.75 a"


def test_a_drag_may_tell_of_its_stroke():
    explorer = make(on_drag=lambda name, x, y: {"t": x})
    explorer.stage.dragged = {"name": "P", "x": 0.25, "y": 2, "start": [0, 2], "stroke": 7}
    assert explorer.controls["t"].value == 0.25 and explorer.failure is None


def test_arrows_go_along_with_the_scene():
    sent = make(lambda **_: drawn("x", arrows={"out-1": (1, 2, 3, 4)})).stage.scene
    assert sent["arrows"] == {"out-1": (1, 2, 3, 4)}


def test_a_choice_sets_controls():
    explorer = make(on_choose=lambda chosen: {"size": int(chosen.split("-")[1])})
    explorer.stage.chosen = "in-5"
    assert explorer.values["size"] == 5


def test_a_state_without_a_picture_says_why():
    def draw(size, t, kind):
        if size > 5:
            raise NoPicture(f"size {size} is too large to draw")
        return drawn("fine")

    explorer = make(draw)
    explorer.set(size=6)
    assert explorer.failure is None
    assert "size 6 is too large to draw" in explorer.stage.scene["svg"]
    explorer.set(size=2)
    assert explorer.scene.text == "fine"


def test_a_broken_draw_shows_a_sentence_and_keeps_the_error_for_tests():
    explorer = make(lambda **_: 1 / 0)
    assert isinstance(explorer.failure, ZeroDivisionError)
    assert "cannot be drawn" in explorer.scene.text


def test_the_first_frame_travels_in_the_mime_bundle():
    bundle = make()._repr_mimebundle_()
    data = bundle[0] if isinstance(bundle, tuple) else bundle
    assert data["image/svg+xml"].startswith("<svg")
    assert data["text/plain"] == "3 0.5 a"
    assert "application/vnd.jupyter.widget-view+json" in data


def test_picture_words_table_and_links_travel_together():
    scene = drawn("t", table=(("a", "b"), [("1", "<2>")]), links={"out-0": [("in-0", 1.0)]}, steps=["out-0"])
    sent = make(lambda **_: scene).stage.scene
    assert sent["links"] == {"out-0": [["in-0", 1.0]]} and sent["steps"] == ["out-0"]
    assert '<th scope="col">a</th>' in sent["table"] and "&lt;2&gt;" in sent["table"]


def test_no_table_is_no_table():
    assert table_html(None) == ""


@pytest.mark.parametrize("made, kind", [(slider("n", 1, 0, 4), int), (slider("x", 1, 0.0, 4), float)])
def test_a_slider_takes_the_kind_of_its_numbers(made, kind):
    assert isinstance(made.value, kind)
    assert made.description in ("n", "x")


def test_a_switch_is_a_labelled_checkbox():
    assert switch("grid", True).value is True
