"""The player: as many steps as the scene has, in the order of the scene; frames travel with their scene."""

import pytest

from course_utils.explorers.explorer import Explorer, slider
from course_utils.explorers.player import Player
from course_utils.figures.scene import Frame, NoPicture, Scene, document


def drawn(count):
    if count > 8:
        raise NoPicture("too many")
    frames = [Frame({"a": str(i)}, {"b": (i, 0)}) for i in range(count)]
    svg = document(10, 10, [], "t", "t")
    return Scene(svg, "t", steps=[f"in-{i}" for i in range(count)], frames=frames, step=min(1, count - 1))


@pytest.fixture
def parts():
    player = Player("stamp")
    explorer = Explorer(drawn, {"count": slider("count", 4, 1, 9)}, extra=player.widgets, on_scene=player.fit)
    player.link(explorer.stage)
    return explorer, player


def test_frames_step_and_choice_travel_with_the_scene(parts):
    explorer, _ = parts
    assert explorer.stage.scene["frames"][2] == {"write": {"a": "2"}, "move": {"b": (2, 0)}}
    assert (explorer.stage.step, explorer.stage.chosen) == (1, "in-1")


def test_one_message_carries_them(parts):
    explorer, _ = parts
    sent = []
    explorer.stage.send_state = lambda key=None: sent.append(set([key] if isinstance(key, str) else key or ()))
    explorer.stage.step, explorer.stage.chosen = 0, ""
    sent.clear()
    explorer.set(count=5)
    assert any({"scene", "step", "chosen"} <= keys for keys in sent) or len(sent) == 1


def test_the_player_reaches_every_step_and_no_further(parts):
    explorer, player = parts
    assert player.position.max == player.play.max == 3 and player.position.value == 1
    for _ in range(5):
        player.forward.click()
    assert player.position.value == 3
    for _ in range(5):
        player.back.click()
    assert player.position.value == 0
    explorer.set(count=7)
    assert player.position.max == player.play.max == 6 and player.position.value == 1


def test_a_sentence_leaves_the_player_where_it_is(parts):
    explorer, player = parts
    player.position.value = 3
    explorer.set(count=9)
    assert "too many" in explorer.scene.text
    assert (player.position.value, player.position.max) == (3, 3)


def test_a_scene_without_frames_leaves_the_choice_alone():
    explorer = Explorer(lambda n: Scene(document(9, 9, [], "t", "t"), "t"), {"n": slider("n", 1, 1, 3)})
    explorer.stage.chosen = "in-1"
    explorer.set(n=2)
    assert explorer.stage.chosen == "in-1" and explorer.stage.scene["frames"] == []
