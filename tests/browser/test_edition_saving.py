"""The browser edition keeps of widgets what a server keeps when it saves a lesson, and shows them again."""

import copy
import json
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_utils.launcher.saving import STATE, keep_widgets
from publishing import lab
from tests.launcher.test_saving import WHOLE, notebook

pytestmark = pytest.mark.takes(5)

SAVED = """async ([now, before, type]) => {
    const written = [], contents = {
        get: async () => { if (before === null) throw new Error("not there"); return { content: before }; },
        save: async function (path, options) { written.push(this === contents, path, options); return "answer"; } };
    window.jupyterapp = { serviceManager: { contents, kernels: { connectTo: () => ({}) } } };
    const answer = await window.jupyterapp.serviceManager.contents.save("a.ipynb", { type, content: now });
    return [answer, ...written]; }"""
INFORMED = """async () => {
    const kernels = { connectTo: function (options) { return { options, isBound: this === kernels }; } };
    window.jupyterapp = { serviceManager: { contents: { save() {} }, kernels } };
    const connection = kernels.connectTo("which");
    return [connection.options, connection.isBound, await connection.requestCommInfo({})]; }"""
IDS = ["a", "b", "c", "d", "e", "constructor"]


@pytest.fixture(scope="module")
def saved(browser):
    """A function: notebook, notebook in the file or None -> the notebook that the page's script has saved."""
    context = browser.new_context()
    page = context.new_page()
    page.evaluate(lab.SCRIPT.read_text(encoding="utf-8"))

    def saved(now, before=None, kind="notebook"):
        answer, is_bound, path, options = page.evaluate(SAVED, [now, before, kind])
        assert (answer, is_bound, path, options["type"]) == ("answer", True, "a.ipynb", kind)
        return options["content"]

    saved.page = page
    yield saved
    context.close()


@pytest.fixture(scope="module")
def of_server(tmp_path_factory):
    """The same from the hook of a server."""
    file = tmp_path_factory.mktemp("server") / "a.ipynb"
    manager = SimpleNamespace(_get_os_path=lambda path: str(file))

    def of_server(now, before=None):
        file.unlink(missing_ok=True)
        if before is not None:
            file.write_text(json.dumps(before), encoding="utf-8")
        model = {"type": "notebook", "content": copy.deepcopy(now)}
        keep_widgets(model=model, path="a.ipynb", contents_manager=manager)
        return model["content"]

    return of_server


states = st.dictionaries(
    st.sampled_from(IDS),
    st.lists(st.sampled_from(IDS), max_size=3).map(
        lambda names: {"state": {"children": [f"IPY_MODEL_{name}" for name in names]}}
    ),
)
notebooks = st.builds(notebook, st.lists(st.sampled_from(IDS), max_size=3), states)


@given(now=notebooks, before=st.none() | notebooks)
def test_it_keeps_what_a_server_keeps(saved, of_server, now, before):
    assert saved(now, before) == of_server(now, before)


def test_a_lesson_that_was_not_run_keeps_what_its_file_had(saved):
    now = saved(notebook(["box"], {}), notebook(["box"], WHOLE | {"of an earlier run": {"state": {}}}))
    assert now["metadata"]["widgets"][STATE]["state"] == WHOLE


@pytest.mark.parametrize("before", ["no json", [], {}, {"metadata": {"widgets": []}}, None])
def test_a_file_that_says_nothing_of_widgets_is_no_hindrance(saved, before):
    assert saved(notebook(["box"], WHOLE), before) == notebook(["box"], WHOLE)


def test_a_kernel_that_has_no_older_widgets_says_so(saved):
    """Else the widget manager waits for it, and takes nothing out of the file."""
    assert saved.page.evaluate(INFORMED) == ["which", True, {"content": {"status": "ok", "comms": {}}}]


def test_what_has_no_widgets_is_left_alone(saved):
    plain = {"cells": [], "metadata": {"kernelspec": {"name": "python"}}}
    assert saved(plain, notebook(["box"], WHOLE)) == plain
    assert saved("words", kind="file") == "words"
