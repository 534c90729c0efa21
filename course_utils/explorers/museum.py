"""The museum: choose a real bug, drag its input, and see where it shows and where it hides."""

from __future__ import annotations

from course_utils.explorers.stage import Explorer, choice, slider, switch
from course_utils.figures.museum import exhibit_scene
from course_utils.museum import EXHIBITS, exhibit
from course_utils.validation import one_of, true_or_false


def museum(key="corners", whole_field=False) -> Explorer:
    """A real bug beside its repair; every exhibit opens on an input that hides it.

    key           of museum.EXHIBITS, the exhibit that is shown first
    whole_field   show at once on which inputs it hides

    Drag the size, click an input of the field, or move the sliders.
    """
    one_of(key, "key", tuple(EXHIBITS))
    true_or_false(whole_field, "whole_field")
    opening = _opening(key)
    controls = {
        "key": choice("exhibit", [(each.title, each.key) for each in EXHIBITS.values()], key),
        "size": slider("size", opening["size"], *_ends(key)["size"]),
        "row": slider("row", opening["row"], *_ends(key)["row"]),
        "whole_field": switch("where it hides", whole_field),
    }

    def choose(cell):
        """A click on an input of the field takes it."""
        kind, _, place = cell.partition("-")
        row, _, size = place.partition("-")
        return {"row": int(row), "size": int(size)} if kind == "at" else {}

    def adjust(values, changed):
        return _opening(values["key"]) if changed == "key" else {}

    return Explorer(
        exhibit_scene, controls, more=("row",), on_choose=choose, adjust=adjust,
        limits=lambda values: _ends(values["key"]),
    )  # fmt: skip


def _opening(key):
    size, kind = exhibit(key).hidden
    return {"size": size, "row": exhibit(key).kinds.index(kind) + 1}


def _ends(key):
    each = exhibit(key)
    return {"size": (each.sizes[0], each.sizes[-1]), "row": (1, len(each.kinds))}
