"""Pictures sent ahead: the nearest first, never twice, never another one than Python would show."""

import asyncio
import threading

import pytest

from course_utils.explorers.stage import Explorer, Numbers, ahead, choice, slider, switch
from course_utils.explorers.stage.stage import MOST_AHEAD
from course_utils.figures.draw.scene import Frame, NoPicture, Scene, document, scrub
from tests.explorers.hand import run_alone


def drawn(text, **more):
    return Scene(document(10, 10, [text], text, text), text, **more)


def make(draw=None, **options):
    controls = {
        "n": slider("n", 3, 0, 9),
        "t": slider("t", 0.5, 0.0, 1.0),
        "kind": choice("kind", ["a", "b"]),
    }
    explorer = Explorer(draw or (lambda n, t, kind: drawn(f"{n} {t:g} {kind}")), controls, **options)
    explorer.sent = {}
    explorer.stage.observe(
        lambda change: explorer.sent.update({change["new"]["key"]: change["new"]}), "ahead"
    )
    return explorer


@pytest.mark.parametrize(
    ("control", "values"),
    [
        (slider("n", 3, 1, 5), [4, 2, 5, 1]),
        (slider("n", 1, 1, 3), [2, 3]),
        (slider("x", 0.75, 0.0, 1.0, 0.25), [1.0, 0.5, 0.25, 0.0]),
        (choice("c", ["a", "b", "c"], "b"), ["c", "a"]),
        (switch("s"), [True]),
        (Numbers("numbers", [1, 2]), []),
        (slider("n", 0, 0, 0), []),
    ],
)
def test_neighbors_come_nearest_first(control, values):
    assert list(ahead.neighbors(control)) == values


def test_a_scene_sent_ahead_is_the_one_that_python_shows():
    explorer = make()
    explorer.send_ahead({"n": 4})
    explorer.send_ahead({"t": 0.25})
    explorer.send_ahead({"kind": "b"})
    for changes in ({"n": 4}, {"t": 0.25}, {"kind": "b"}):
        twin = make()
        twin.set(**changes)
        ahead_of_time = explorer.sent[twin.stage.scene["key"]]
        assert ahead_of_time == without_place(twin.stage.scene)


def without_place(shown):
    """A scene as it is sent ahead: without where the learner stands, and after how many moves."""
    return {name: part for name, part in shown.items() if name not in {"count", "wanted", "at"}}


def test_keys_are_what_javascript_makes_of_the_controls():
    """1.0 is 1 there, and a choice is its place in the list."""
    explorer = make()
    explorer.set(t=1.0, kind="b")
    assert explorer.stage.scene["key"] == "[3,1,1]"
    explorer.set(t=0.1)
    assert explorer.stage.scene["key"] == "[3,0.1,1]"
    typed = Explorer(lambda v: drawn("x"), {"v": Numbers("v", [1, 2.5])})
    assert typed.stage.scene["key"] == '["1, 2.5"]'


def test_nothing_is_sent_twice_until_a_page_opens_anew():
    explorer = make()
    assert explorer.send_ahead({"n": 4}) and not explorer.send_ahead({"n": 4})
    assert not explorer.send_ahead({"n": 3})  # it is on the stage
    explorer.stage.pages += 1
    assert explorer.send_ahead({"n": 4})


def test_the_store_is_bounded_and_forgets_the_oldest():
    big = "x" * (MOST_AHEAD // 4)
    explorer = make(lambda n, t, kind: drawn(f"{big}{n}"))
    for n in (4, 5, 6, 7):
        explorer.send_ahead({"n": n})
    assert not explorer.stage.has("[3,0.5,0]") and explorer.stage.has("[7,0.5,0]")


def test_what_was_sent_long_ago_is_sent_again_before_what_comes_now_pushes_it_out():
    """Twelve pictures fill the browser. The nearest one is the oldest, and the plan sends six."""
    explorer = make(
        lambda n, t, kind: drawn(f"{n}{'x' * (MOST_AHEAD // 40)}")
    )  # each stands in it three times
    size = explorer.send_ahead({"n": 4})
    for step in range(1, 12):
        explorer.send_ahead({"t": step * 0.01})
    key, plan = explorer.key(explorer.values | {"n": 4}), explorer._ahead
    assert explorer.stage.has(key)
    plan._states, plan._room = iter([{"n": n} for n in (4, 2, 5, 1, 6, 0)]), 6 * size
    for _ in range(6):
        plan._draw_one()
    assert explorer.stage.has(key)


def test_values_that_bring_others_along_are_not_drawn_ahead():
    explorer = make(adjust=lambda values, name: {"t": 0.5} if name == "n" else {})
    assert explorer.send_ahead({"n": 4})  # it has been so
    explorer = make(adjust=lambda values, name: {"t": 0.0} if name == "n" else {})
    assert not explorer.send_ahead({"n": 4}) and explorer.send_ahead({"kind": "b"})
    explorer = make(limits=lambda values: {"n": (0, 5 if values["kind"] == "b" else 9)})
    assert explorer.send_ahead({"n": 4}) and not explorer.send_ahead({"kind": "b"})


def test_a_sentence_and_a_failure_are_sent_ahead_as_such():
    def draw(n, t, kind):
        if n == 4:
            raise NoPicture("four has no picture")
        return drawn(f"{1 / (n - 5)}")

    explorer = make(draw)
    explorer.send_ahead({"n": 4})
    assert explorer.failure is None and "four has no picture" in explorer.sent["[4,0.5,0]"]["text"]
    explorer.send_ahead({"n": 5})
    assert isinstance(explorer.failure, ZeroDivisionError)  # a test that moves everything sees it


def test_frames_travel_ahead_too():
    explorer = make(
        lambda n, t, kind: drawn("x", steps=["in-0"], frames=[Frame({"a": str(n)})], word="output")
    )
    explorer.send_ahead({"n": 4})
    assert explorer.sent["[4,0.5,0]"]["frames"] == [{"write": {"a": "4"}, "move": {}, "paint": {}}]
    assert explorer.sent["[4,0.5,0]"]["word"] == "output"


def work(explorer, *moves, expected):
    """Do some moves in a page, then rest until so many pictures have come ahead, and a little longer."""

    async def at_work():
        explorer.stage.pages = 1
        for move in moves:
            move()
        for _ in range(1000):
            await asyncio.sleep(0.01)
            if len(explorer.sent) >= expected:
                break
        await asyncio.sleep(0.1)
        return list(explorer.sent)

    return run_alone(at_work())


def put(explorer, values):
    """What the browser reports of a handle."""
    explorer.stage.moved = {"values": values, "count": explorer.stage.moved.get("count", 0) + 1}


def test_the_idle_kernel_sends_the_control_in_use_outwards_and_then_first_keys_on_the_others():
    explorer = make(more=["kind"])
    keys = work(explorer, lambda: setattr(explorer.controls["n"], "value", 4), expected=11)
    assert keys[:9] == [f"[{n},0.5,0]" for n in (5, 3, 6, 2, 7, 1, 8, 0, 9)]
    assert keys[9:] == ["[4,0.55,0]", "[4,0.45,0]"]  # none of a control that is folded away


def test_first_keys_on_other_controls_do_not_wait_until_the_last_neighbor_is_drawn():
    explorer = make()
    keys = work(explorer, lambda: setattr(explorer.controls["t"], "value", 0.3), expected=23)
    assert len(keys) == 23  # 20 of t, 2 of n, 1 of the choice
    first = [keys.index(key) for key in ("[4,0.3,0]", "[2,0.3,0]", "[3,0.3,1]")]
    assert sorted(first) == [ahead.NEAREST, ahead.NEAREST + 1, ahead.NEAREST + 2]


def with_numbers(text=""):
    """An explorer with numbers in its picture: pulled by steps of 1, or of 0.5 where one stands between two."""

    def draw(v, n):
        step = 1 if (v == v.round()).all() else 0.5
        handles = {f"v[{i}]": scrub(f"v[{i}]", value, -1, 4, step, "v") for i, value in enumerate(v)}
        return drawn(f"{text}{v} {n}", handles=handles)

    explorer = Explorer(draw, {"v": Numbers("v", [1, 2.0]), "n": slider("n", 3, 0, 9)}, more=["v"])
    explorer.sent = {}
    explorer.stage.observe(
        lambda change: explorer.sent.update({change["new"]["key"]: change["new"]}), "ahead"
    )
    return explorer


def test_of_one_number_the_steps_of_its_handle_are_sent():
    explorer = with_numbers()
    keys = work(explorer, lambda: put(explorer, {"v[1]": 3}), expected=7)
    assert keys == [f'["1, {v}",3]' for v in (4, 2, 1, 0, -1)] + ['["1, 3",4]', '["1, 3",2]']
    twin = with_numbers()
    put(twin, {"v[1]": -1})
    assert explorer.sent['["1, -1",3]'] == without_place(twin.stage.scene)


def test_a_number_between_two_steps_goes_to_the_next_ones():
    explorer = with_numbers()
    keys = work(explorer, lambda: put(explorer, {"v[0]": 0.7}), expected=12)
    assert [key for key in keys if key.endswith('2",3]')][:4] == [f'["{v}, 2",3]' for v in (1, 0, 1.5, -0.5)]


def test_numbers_without_a_handle_have_no_neighbors():
    explorer = with_numbers()
    assert work(explorer, lambda: explorer.set(**{"v[7]": 3}), expected=2) == ['["1, 2",4]', '["1, 2",2]']


@pytest.mark.parametrize(
    ("at", "step", "values"),
    [
        (0.0, 1.0, [1, -1, 2, -2]),
        (0.5, 1.0, [2, 0, -1, -2]),  # a key rounds up, as in the browser
        (2.0, 1.5, [1, -0.5, -2]),  # the end is none of the steps
        (1.0, 1.5, [2, -0.5, -2]),
        (-0.2, 0.1, [-0.1, -0.3, 0, -0.4, 0.1]),
    ],
)
def test_steps_of_a_handle_come_nearest_first_and_exactly(at, step, values):
    handle = scrub("v[0]", at, -2, 2, step, "v")
    assert list(ahead.steps_of(handle, "v[0]"))[: len(values)] == values


def test_one_change_never_pushes_out_what_was_near_before():
    explorer = with_numbers("x" * (MOST_AHEAD // 12))  # it stands in a picture three times
    keys = work(explorer, lambda: put(explorer, {"v[1]": 3}), expected=2)
    assert keys == ['["1, 4",3]', '["1, 2",3]']


@pytest.mark.parametrize(("most", "expected"), [(True, 30), (5, 5), (False, 0)])
def test_of_all_values_that_a_handle_sets_and_no_more_than_wanted(most, expected):
    explorer = make(ahead=most)
    sent = work(explorer, lambda: put(explorer, {"n": 4, "t": 0.5}), expected=expected)
    assert len(sent) == expected  # 9 of n, 20 of t, 1 of the choice
    if expected:
        assert {"[5,0.5,0]", "[4,0.55,0]"} <= set(sent)


def test_nothing_is_drawn_ahead_while_a_cell_runs_or_where_it_is_switched_off():
    async def at_work(**options):
        explorer = make(**options)
        explorer.stage.pages = 1
        explorer.controls["n"].value = 4
        await asyncio.sleep(0.2)
        return explorer.sent

    ahead.RUNNING.add("cell")
    try:
        assert run_alone(at_work()) == {}
    finally:
        ahead.RUNNING.clear()
    assert run_alone(at_work(ahead=False)) == {}


def test_a_picture_belongs_to_the_values_it_was_drawn_for():
    """JupyterLab may have the kernel hear two controls at the same time, each in a thread of its own."""
    drawing, keys = threading.Event(), []

    def draw(n, t, kind):
        if drawing.is_set():
            drawing.clear()
            other.start()
            other.join(0.2)  # it comes no further than to its own value
        return drawn(f"{n} {t:g}")

    explorer = make(draw)
    explorer.stage.observe(
        lambda change: keys.append((change["new"]["key"], change["new"]["text"])), names="scene"
    )
    other = threading.Thread(target=lambda: setattr(explorer.controls["t"], "value", 0.25))
    drawing.set()
    explorer.controls["n"].value = 4
    other.join()
    assert keys == [("[4,0.5,0]", "4 0.5"), ("[4,0.25,0]", "4 0.25")]
