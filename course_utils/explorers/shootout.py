"""Lesson 14: upsamplers by gain and cost, and the one that you would take."""

from __future__ import annotations

from course_utils import shootout as numerics
from course_utils.explorers.stage import Explorer, choice, slider, toggle
from course_utils.figures.decision import CRITERIA, MOST, decision_scene
from course_utils.figures.shootout import TITLES, shootout_scene
from course_utils.shootout import COSTS, TASKS
from course_utils.validation import one_of, whole_number

COST_WORDS = {
    "parameters": "parameters",
    "multiply-adds": "multiply-adds",
    "memory": "memory",
    "time": "time",
}


def shootout(*entries, task="labels", cost="multiply-adds", contender=None) -> Explorer:
    """All upsamplers of the course, and yours: what each gains and costs, and what it made of the same edge.

    Click a point or a line of the list.

    entries     what ``enter`` returned for upsamplers of yours; who was not trained for both tasks is left out
    task        "labels" or "pictures"
    cost        "parameters", "multiply-adds", "memory" or "time"
    contender   a name to begin with; by default your last entry, or bilinear
    """
    all_of_them = numerics.contenders(*entries)
    names = [each.name for each in all_of_them]
    known = len(numerics.contenders())
    if contender is None:
        contender = names[-1] if len(names) > known else "bilinear"
    one_of(contender, "contender", names)
    controls = {
        "task": toggle("task", [(TITLES[name], name) for name in TASKS], one_of(task, "task", TASKS)),
        "cost": toggle("cost", [(COST_WORDS[name], name) for name in COSTS], one_of(cost, "cost", COSTS)),
        "chosen": choice("upsampler", [(name, i) for i, name in enumerate(names)], names.index(contender)),
    }

    def draw(task, cost, chosen):
        return shootout_scene(all_of_them, task, cost, chosen)

    def choose(name):
        kind, _, index = name.partition("-")
        return {"chosen": int(index)} if kind in ("point", "row") else {}

    return Explorer(draw, controls, on_choose=choose)


def decide(*entries, labels=5, pictures=5, **weights) -> Explorer:
    """Which upsampler would you take? Pull the weights of what counts for you.

    entries       what ``enter`` returned for upsamplers of yours
    labels, pictures, multiply_adds, memory, parameters   weights to begin with, 0 to 10
    """
    all_of_them = numerics.contenders(*entries)
    starts = {"labels": labels, "pictures": pictures, **weights}
    for name in starts:
        one_of(name, "weights", CRITERIA)
    controls = {
        name: slider(words, whole_number(starts.get(name, 0), name, 0, MOST), 0, MOST)
        for name, words in CRITERIA.items()
    }

    def draw(**weights):
        return decision_scene(all_of_them, **weights)

    return Explorer(draw, controls, more=("memory", "parameters"))
