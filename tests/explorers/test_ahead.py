"""Pictures sent ahead: the nearest first, never twice, never another one than Python would show."""

import asyncio

import pytest

from course_utils.explorers.stage import Explorer, Numbers, ahead, choice, slider, switch
from course_utils.explorers.stage.stage import MOST_AHEAD
from course_utils.figures.draw.scene import Frame, NoPicture, Scene, document
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
        assert {**ahead_of_time, "count": 0} == twin.stage.scene


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


def test_values_that_bring_others_along_are_not_drawn_ahead():
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


def test_the_idle_kernel_sends_the_control_in_use_outwards():
    async def a_learner_at_work():
        explorer = make()
        explorer.stage.pages = 1
        explorer.controls["n"].value = 4
        await asyncio.sleep(0.4)
        return explorer

    explorer = run_alone(a_learner_at_work())
    assert [key for key in explorer.sent if key.endswith(",0.5,0]")][:4] == [
        f"[{n},0.5,0]" for n in (5, 3, 6, 2)
    ]
    assert len(explorer.sent) == 9


@pytest.mark.parametrize(("most", "expected"), [(True, 29), (5, 5), (False, 0)])
def test_of_all_values_that_a_handle_sets_and_no_more_than_wanted(most, expected):
    async def a_hand_at_work():
        explorer = make(ahead=most)
        explorer.stage.pages = 1
        explorer.stage.moved = {"values": {"n": 4, "t": 0.5}, "count": 1}
        for _ in range(1000):
            await asyncio.sleep(0.01)
            if len(explorer.sent) >= expected:
                break
        await asyncio.sleep(0.1)  # no more come
        return explorer.sent

    sent = run_alone(a_hand_at_work())
    assert len(sent) == expected  # 9 of n, 20 of t
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
