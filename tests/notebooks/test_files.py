"""The lessons as files: what must not be in them (outputs, machine paths), and what every lesson has."""

import json
import re
from collections import Counter

import nbformat
import pytest

from tools.run import LESSONS, ROOT, with_sources

MOST_LINES = 25  # of a code cell: one screen
MACHINE_PATH = re.compile(
    rf"(?<![\w.:/])(/home/|/root/|/Users/|/tmp/|/mnt/|{re.escape(str(ROOT.parent))}/|[A-Z]:\\)\w+"
)
CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")  # all but the end of a line: "\text" typed as JSON is a tab
HEADINGS = ("In three sentences", "Spot the bug", "Three things to try")
LEAST_EXERCISES = 3


# ------------------------------------------------------------------------------------ the checks


def wrong_as_a_file(text):
    """The file must be a clean nbformat 4.5 notebook, written the way JupyterLab writes it."""
    raw = json.loads(text)
    if (raw["nbformat"], raw["nbformat_minor"]) != (4, 5):
        yield f"nbformat is {raw['nbformat']}.{raw['nbformat_minor']}, not 4.5"
        return
    ids = Counter(cell.get("id") for cell in raw["cells"])
    doubled = {name: count for name, count in ids.items() if count > 1 or name is None}
    if doubled:
        yield f"cell ids that are missing or used twice: {doubled}"
        return
    try:
        nbformat.validate(nbformat.from_dict(raw))
    except nbformat.ValidationError as problem:
        yield f"not a valid notebook: {str(problem).splitlines()[0]}"
    if text != nbformat.writes(nbformat.reads(text, as_version=4)).rstrip("\n") + "\n":
        yield "saving it in JupyterLab would change the file: write it with nbformat.write"


def wrong_metadata(notebook):
    spec = notebook.metadata.get("kernelspec", {}).get("name")
    if spec != "python3":
        yield f"the kernel is {spec!r}, not 'python3'"
    extra = set(notebook.metadata) - {"kernelspec", "language_info"}
    if extra:
        yield f"notebook metadata holds {sorted(extra)}"
    if "version" in notebook.metadata.get("language_info", {}):
        yield "language_info names the Python that saved it"


def traces_of_running(notebook):
    for number, cell in enumerate(notebook.cells):
        if cell.get("outputs"):
            yield f"cell {number} has outputs"
        if cell.get("execution_count") is not None:
            yield f"cell {number} has an execution count"
        left = set(cell.metadata) & {"execution", "ExecuteTime", "collapsed", "scrolled"}
        if left:
            yield f"cell {number} has metadata {sorted(left)}"


def wrong_cells(notebook):
    for number, cell in enumerate(notebook.cells):
        lines = cell.source.count("\n") + 1
        if cell.cell_type == "code" and lines > MOST_LINES:
            yield f"cell {number} has {lines} lines, more than {MOST_LINES}: {cell.source[:60]!r}"
        if not cell.source.strip():
            yield f"cell {number} is empty"
        for found in CONTROL.finditer(cell.source):
            yield f"cell {number} holds {found.group()!r}; in LaTeX a backslash stands before the letter"
        for found in MACHINE_PATH.finditer(cell.source):
            yield f"cell {number} names a path of one machine: {found.group()}"
        if ("exercise" in cell.metadata.get("tags", [])) != ("exercise" in cell.metadata):
            yield f"cell {number}: the tag 'exercise' and the metadata 'exercise' (its key) go together"


def missing_parts(notebook):
    """What every lesson but 00 must have; the last word on a lesson stays a reader's."""
    headings = re.findall(r"^(#+) +(.*)$", markdown(notebook), flags=re.MULTILINE)
    titles = [words for marks, words in headings if marks == "#"]
    if not headings or headings[0][0] != "#" or not headings[0][1].rstrip().endswith("?"):
        yield f"the first heading is not a question: {headings[:1]}"
    if len(titles) != 1:
        yield f"{len(titles)} titles: {titles}"
    said = " / ".join(words.lower() for _, words in headings)
    yield from (f"no heading {words!r}" for words in HEADINGS if words.lower() not in said)
    exercises = [cell.metadata["exercise"] for cell in notebook.cells if "exercise" in cell.metadata]
    if len(set(exercises)) < LEAST_EXERCISES:
        yield f"{len(set(exercises))} exercises, fewer than {LEAST_EXERCISES}: {exercises}"


def markdown(notebook):
    text = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    return re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)  # a comment in code is no heading


# ------------------------------------------------------------------------------------ the lessons


def test_there_are_lessons():
    assert LESSONS, "no notebooks/*.ipynb"


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_the_file_is_clean(path):
    assert list(wrong_as_a_file(path.read_text("utf-8"))) == []
    notebook = nbformat.read(path, as_version=4)
    wrong = [*wrong_metadata(notebook), *traces_of_running(notebook), *wrong_cells(notebook)]
    assert wrong == [], "\n".join(wrong)


@pytest.mark.parametrize("path", [p for p in LESSONS if p.stem[:2] != "00"], ids=lambda path: path.stem)
def test_the_lesson_has_what_every_lesson_has(path):
    missing = list(missing_parts(nbformat.read(path, as_version=4)))
    assert missing == [], "\n".join(missing)


# ------------------------------------------------------------------------------------ checks of the checks


def test_the_checks_see_what_is_wrong():
    notebook = with_sources("x = 1\n" * 30, "open('/home/ann/pixels.npy')", "$\text{2}$", "")
    notebook.metadata |= {"widgets": {}, "kernelspec": {"name": "conda-env", "display_name": "mine"}}
    ran, stub = notebook.cells[2:]
    ran.execution_count, ran.metadata["execution"] = 3, {}
    ran.outputs = [nbformat.v4.new_output("stream", text="2")]
    stub.metadata["tags"] = ["exercise"]
    told = "\n".join([*wrong_metadata(notebook), *traces_of_running(notebook), *wrong_cells(notebook)])
    for words in (
        "'conda-env'", "['widgets']", "2 has outputs", "2 has an execution count", "2 has metadata",
        "0 has 31 lines", "1 names a path of one machine: /home/ann", "2 holds '\\t'", "3 is empty",
        "cell 3: the tag",
    ):  # fmt: skip
        assert words in told
    assert "no heading 'Spot the bug'" in "\n".join(missing_parts(notebook))


def test_the_file_checks_see_a_doubled_id_and_another_hand():
    notebook = with_sources("1", "2")
    text = nbformat.writes(notebook) + "\n"
    assert list(wrong_as_a_file(text)) == []
    assert any("JupyterLab would change" in words for words in wrong_as_a_file(json.dumps(json.loads(text))))
    older = text.replace('"nbformat_minor": 5', '"nbformat_minor": 4')
    assert any("not 4.5" in words for words in wrong_as_a_file(older))
    notebook.cells[1].id = notebook.cells[0].id
    assert any("used twice" in words for words in wrong_as_a_file(json.dumps(notebook)))


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_the_first_figure_follows_the_theme_of_the_page(path):
    """Figures do since the explorers are loaded, so they are loaded in its cell or before."""
    loaded = False
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "code":
            loaded = loaded or "course_utils.explorers" in cell.source
            assert loaded or not re.search(r"\bplt\.(?!rc)|\.subplots\(", cell.source), cell.source
