"""The base of every explorer: controls hold the state, a draw shows it once, a broken draw is a sentence."""

import numpy as np
import pytest

from course_utils.explorers.stage import Explorer, Numbers, choice, slider, switch, toggle
from course_utils.explorers.stage.stage import table_html
from course_utils.explorers.stage.standing import Standing
from course_utils.figures.draw.scene import Frame, Handle, NoPicture, Scene, document, scrub


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


def test_a_handle_sets_controls_and_redraws_once():
    seen = []
    explorer = make(lambda **values: seen.append(values) or drawn("x"))
    explorer.stage.moved = {"values": {"t": 0.75, "size": 4}, "count": 1}
    assert seen[1:] == [{"size": 4, "t": 0.75, "kind": "a"}]
    assert explorer.stage.scene["count"] == 1  # the browser knows which of its moves this picture answers


def test_a_handle_sets_one_number_of_several():
    numbers = Numbers("numbers", [[1, 2], [3, 4]])
    explorer = Explorer(lambda numbers: drawn(str(numbers.tolist())), {"numbers": numbers})
    explorer.stage.moved = {"values": {"numbers[1,0]": 7.5}, "count": 1}
    assert numbers.value == "1, 2; 7.5, 4"
    assert explorer.scene.text == "[[1.0, 2.0], [7.5, 4.0]]"
    explorer.set(**{"numbers[5,5]": 1})  # gone since the hand took it
    assert numbers.value == "1, 2; 7.5, 4"


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "no numbers"),
        ("one", "'one'"),
        ("1, 2; 3", "2, 1"),
        ("nan, 1; 2, 3", "NaN"),
        ("1e999, 1; 1, 1", "NaN"),
    ],
)
def test_numbers_that_are_none_are_explained(typed, words):
    explorer = Explorer(lambda numbers: drawn("fine"), {"numbers": Numbers("numbers", np.ones((2, 2)))})
    explorer.set(numbers=typed)
    assert words in explorer.scene.text and explorer.failure is None


def test_a_choice_sets_controls():
    explorer = make(on_choose=lambda chosen: {"size": int(chosen.split("-")[1])})
    explorer.stage.chosen = "in-5"
    assert explorer.values["size"] == 5


def test_what_the_values_choose_is_chosen():
    explorer = make(lambda size, t, kind: drawn("x", chosen=f"in-{size}"))
    assert explorer.stage.chosen == "in-3"
    explorer.set(size=4)
    assert explorer.stage.chosen == "in-4"
    explorer = make(lambda size, t, kind: drawn("x"))
    explorer.stage.chosen = "in-1"
    explorer.set(size=4)
    assert explorer.stage.chosen == "in-1"  # the learner's own


def test_a_preset_sets_what_would_take_many_moves():
    explorer = make(presets={"both": {"size": 9, "kind": "b"}})
    (button,) = [
        child for row in explorer.children for child in getattr(row, "children", ()) if "both" in repr(child)
    ]
    button.click()
    assert explorer.scene.text == "9 0.5 b"


def test_controls_that_depend_on_each_other_are_adjusted_before_one_picture():
    seen = []

    def draw(**values):
        seen.append(values)
        return drawn("x")

    explorer = make(draw, adjust=lambda values, name: {"t": 0.0} if name == "size" else {})
    explorer.set(size=5)
    assert seen[1:] == [{"size": 5, "t": 0.0, "kind": "a"}]


def test_values_set_together_may_need_the_ends_that_another_of_them_brings():
    explorer = make(limits=lambda values: {"size": (1, 4 if values["kind"] == "a" else 9)})
    explorer.set(size=8, kind="b")
    assert explorer.values["size"] == 8 and explorer.scene.text == "8 0.5 b"


def test_a_slider_ends_where_the_others_say():
    explorer = make(limits=lambda values: {"size": (1, 4 if values["kind"] == "b" else 9)})
    explorer.set(size=8)
    explorer.set(kind="b")
    assert explorer.values["size"] == explorer.controls["size"].max == 4
    assert explorer.scene.text == "4 0.5 b"


def test_more_is_folded_away():
    explorer = make(more=("t", "kind"))
    assert [child.description for child in explorer.children[0].children] == ["size"]
    folded = explorer.children[-1]
    assert folded.selected_index is None and len(folded.children[0].children) == 2


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


def test_everything_of_a_scene_travels_together():
    handle = scrub("size", 3, 1, 9)
    scene = drawn(
        "t", table=(("a", "b"), [("1", "<2>")]), links={"out-0": [("in-0", 1.0)]}, steps=["out-0"],
        handles={"n": handle}, arrows={"out-1": (1, 2, 3, 4)},
    )  # fmt: skip
    sent = make(lambda **_: scene).stage.scene
    assert sent["links"] == {"out-0": [("in-0", 1.0)]} and sent["steps"] == ["out-0"]
    assert '<th scope="col">a</th>' in sent["table"] and "&lt;2&gt;" in sent["table"]
    assert sent["arrows"] == {"out-1": (1, 2, 3, 4)}
    assert sent["handles"]["n"]["sets"] == ("size",) and sent["handles"]["n"]["by"] == ((0.125, -0.125),)


def test_a_scrubbed_number_grows_upwards_and_to_the_right():
    handle = scrub("size", 3, 1, 9, step=2, pixels=4)
    assert isinstance(handle, Handle) and handle.by == ((0.5, -0.5),) and handle.label == "size"


def test_no_table_is_no_table():
    assert table_html(None) == ""


@pytest.mark.parametrize("made, kind", [(slider("n", 1, 0, 4), int), (slider("x", 1, 0.0, 4), float)])
def test_a_slider_takes_the_kind_of_its_numbers(made, kind):
    assert isinstance(made.value, kind)
    assert made.description in ("n", "x")


@pytest.mark.parametrize("count", [2, 9, 40, 73])
def test_a_slider_is_long_enough_for_its_values(count):
    width = int(slider("n", 0, 0, count - 1).layout.width.removesuffix("px"))
    assert width >= max(240, 6 * (count - 1)) + 60  # the number beside it


def test_switches_and_toggles_are_labeled():
    assert switch("grid", True).value is True
    assert toggle("view", ["a", "b"], "b").value == "b" and toggle("view", ["a", "b"]).description == "view"


def stepped(count, **more):
    frames = [Frame({"a": str(i)}, {"b": (i, 0)}) for i in range(count)]
    return drawn("t", steps=[f"in-{i}" for i in range(count)], frames=frames, **more)


def test_frames_step_and_choice_travel_in_one_message():
    explorer = Explorer(lambda n: stepped(n, step=1), {"n": slider("n", 4, 1, 9)})
    assert explorer.stage.scene["frames"][2] == {"write": {"a": "2"}, "move": {"b": (2, 0)}, "paint": {}}
    assert (explorer.stage.step, explorer.stage.chosen) == (1, "in-1")
    sent = []
    explorer.stage.send_state = lambda key=None: sent.append(
        set([key] if isinstance(key, str) else key or ())
    )
    explorer.stage.step, explorer.stage.chosen = 0, ""
    sent.clear()
    explorer.set(n=5)
    assert any({"scene", "step", "chosen"} <= keys for keys in sent) or len(sent) == 1


def test_a_step_stays_where_the_learner_put_it_as_long_as_there_is_one():
    explorer = Explorer(lambda n: stepped(n), {"n": slider("n", 6, 1, 9)})
    explorer.stage.step = 4
    explorer.set(n=7)
    assert (explorer.stage.step, explorer.stage.chosen) == (4, "in-4")
    explorer.set(n=3)
    assert (explorer.stage.step, explorer.stage.chosen) == (2, "in-2")


def test_an_explorer_may_say_at_which_step_its_picture_stands():
    class AtTheLast(Standing):
        def __call__(self, scene, values):
            return values["n"] - 1

    explorer = Explorer(lambda n: stepped(n), {"n": slider("n", 6, 1, 9)}, stand=AtTheLast())
    assert explorer.stage.step == 5
    explorer.set(n=3)
    assert explorer.stage.step == 2
