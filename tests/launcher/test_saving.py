"""What the server keeps of widgets when a lesson is saved: those that are shown, with all their parts."""

import json
from types import SimpleNamespace

import pytest

from course_utils.launcher.saving import STATE, VIEW, keep_widgets

BOX = {"state": {"children": ["IPY_MODEL_slider", "IPY_MODEL_gone"]}}
SLIDER = {"state": {"layout": "IPY_MODEL_layout", "value": 3}}
LAYOUT, OTHER = {"state": {}}, {"state": {"layout": "IPY_MODEL_layout"}}
WHOLE = {"box": BOX, "slider": SLIDER, "layout": LAYOUT}


def notebook(views, states):
    outputs = [{"output_type": "display_data", "data": {VIEW: {"model_id": name}}} for name in views]
    metadata = {"widgets": {STATE: {"version_major": 2, "version_minor": 0, "state": states}}}
    text = {"cell_type": "markdown", "source": "no outputs here"}
    return {"cells": [text, {"cell_type": "code", "outputs": outputs}], "metadata": metadata}


@pytest.fixture
def kept(tmp_path):
    """A function: notebook, notebook in the file -> states that are saved, None for no widgets at all."""

    def kept(now, before=None):
        file = tmp_path / "lesson.ipynb"
        if before is not None:
            file.write_text(before if isinstance(before, str) else json.dumps(before), encoding="utf-8")
        manager = SimpleNamespace(_get_os_path=lambda path: str(tmp_path / path))
        model = {"type": "notebook", "content": now}
        keep_widgets(model=model, path="lesson.ipynb", contents_manager=manager)
        widgets = now["metadata"].get("widgets")
        return widgets and widgets[STATE]["state"]

    return kept


def test_what_is_shown_is_kept_with_its_parts(kept):
    assert kept(notebook(["box"], WHOLE)) == WHOLE


def test_widgets_of_an_earlier_run_of_a_cell_are_not(kept):
    assert kept(notebook(["box"], WHOLE | {"other": OTHER})) == WHOLE


def test_a_lesson_that_was_not_run_keeps_what_its_file_had(kept):
    assert kept(notebook(["box"], {}), notebook(["box"], WHOLE)) == WHOLE


def test_what_runs_now_wins_over_the_file(kept):
    moved = {"state": {"layout": "IPY_MODEL_layout", "value": 4}}
    assert kept(notebook(["box"], WHOLE | {"slider": moved}), notebook(["box"], WHOLE))["slider"] == moved


def test_where_nothing_is_shown_nothing_is_kept(kept):
    assert kept(notebook([], WHOLE), notebook(["box"], WHOLE)) is None
    assert kept(notebook(["lost"], {})) is None


@pytest.mark.parametrize("before", ["no json", "[]", "{}", '{"metadata": {"widgets": []}}'])
def test_a_file_that_says_nothing_of_widgets_is_no_hindrance(kept, before):
    assert kept(notebook(["box"], WHOLE), before) == WHOLE


@pytest.mark.parametrize("kind", ["file", "directory"])
def test_what_is_no_notebook_is_left_alone(kind):
    keep_widgets(model={"type": kind, "content": None}, path="notes.txt", contents_manager=None)


def test_a_notebook_without_widgets_is_left_alone():
    plain = {"cells": [], "metadata": {"kernelspec": {"name": "python3"}}}
    keep_widgets(model={"type": "notebook", "content": plain}, path="a.ipynb", contents_manager=None)
    assert plain["metadata"] == {"kernelspec": {"name": "python3"}}
