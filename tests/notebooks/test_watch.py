"""The instrument itself: a notebook broken in every way we know must be reported, a healthy one must not."""

import pytest

from tools.run import run, with_sources

TOOLS = "import ipywidgets as widgets\nfrom IPython.display import display"

# each raises, logs or prints its own name with a "!"; most only when something is moved
BROKEN = {
    "slider-at-7": """
slider = widgets.IntSlider(max=9)
def at_seven(change):
    if change["new"] == 7: raise ValueError("slider-at-7!")
slider.observe(at_seven, names="value")""",
    "interact": """
@widgets.interact(x=(0, 3))
def show(x):
    if x == 3: raise ValueError("interact!")""",
    "button": """
button = widgets.Button(description="break")
def broken(_): raise ValueError("button!")
button.on_click(broken)""",
    "output-widget": """
out, box = widgets.Output(), widgets.Checkbox()
def inside(change):
    with out: raise ValueError("output-widget!")
box.observe(inside, names="value")""",
    "captured": """
captor, words = widgets.Output(), widgets.Dropdown(options=["a", "b"])
@captor.capture()
def captured(change): raise ValueError("captured!")
words.observe(captured, names="value")""",
    "born-on-click": """
def give_birth(_):
    child = widgets.ToggleButtons(options=["good", "bad"])
    def broken(change): raise ValueError("born-on-click!")
    child.observe(broken, names="value")
birth = widgets.Button(description="birth"); birth.on_click(give_birth)""",
    "in-a-task": """
import asyncio
later = widgets.IntSlider(max=2)
async def slow(): raise ValueError("in-a-task!")
later.observe(lambda change: asyncio.ensure_future(slow()), names="value")""",
    "in-a-thread": """
import threading
def in_thread(): raise ValueError("in-a-thread!")
threaded = widgets.ToggleButton()
threaded.observe(lambda change: threading.Thread(target=in_thread).start(), names="value")""",
    "two-together": """
left, right = widgets.Checkbox(), widgets.Checkbox()
def both(change):
    if left.value and right.value: raise ValueError("two-together!")
left.observe(both, names="value"); right.observe(both, names="value")""",
    "written-by-a-check": """
text = widgets.Text()
def wrote(change):
    if change["new"] == "hello": raise ValueError("written-by-a-check!")
text.observe(wrote, names="value")""",
    "logged": """
import logging
logs = widgets.FloatSlider(max=1.0)
logs.observe(lambda change: logging.getLogger("traitlets").error("logged!"), names="value")""",
    "explorer-failure": """
class Fake(widgets.VBox): failure = None
fake, choice = Fake(), widgets.RadioButtons(options=["fine", "not fine"])
def draw(change):
    fake.failure = ValueError("explorer-failure!") if choice.value == "not fine" else None
choice.observe(draw, names="value")""",
    "in-a-cell": "raise ValueError('in-a-cell!')",
    "on-stderr": "import sys; print('on-stderr!', file=sys.stderr)",
    "printed-traceback": """
import traceback
try: raise ValueError('printed-traceback!')
except ValueError: print(traceback.format_exc())""",
}

HEALTHY = """
class Counting(widgets.VBox): failure = None
seen = []
controls = [
    widgets.IntSlider(max=9), widgets.FloatLogSlider(), widgets.IntRangeSlider(max=5), widgets.Checkbox(),
    widgets.Dropdown(options="ab"), widgets.SelectMultiple(options="ab"), widgets.Text(),
    widgets.SelectionSlider(options="abc"), widgets.SelectionRangeSlider(options="abc"), widgets.Play(max=3),
    widgets.Tab([widgets.HTML()]), widgets.ToggleButtons(options=[("one", 1), ("two", 2)]), widgets.Valid(),
    widgets.BoundedIntText(max=3), widgets.ColorPicker(), widgets.IntProgress(), widgets.Accordion(),
    widgets.Select(options=[]), widgets.IntText(),
]
for control in controls:
    control.observe(lambda change: seen.append(change["new"]))
display(widgets.VBox(controls), widgets.Button(description="fine"), Counting())"""


@pytest.fixture
def thorough(monkeypatch):
    """Kernels that start now move every control over its whole range."""
    monkeypatch.setenv("COURSE_THOROUGH", "1")


def test_every_kind_of_breakage_is_reported(thorough, tmp_path):
    result = run(with_sources(TOOLS, *BROKEN.values()), tmp_path)
    told = "\n".join(result.problems)
    missed = [name for name in BROKEN if f"{name}!" not in told]
    assert not missed, f"nobody noticed {missed}; what was noticed:\n{told}"


def test_a_healthy_notebook_has_no_problem_and_its_controls_were_moved(thorough, tmp_path):
    result = run(with_sources(TOOLS, HEALTHY, "'torch' in __import__('sys').modules"), tmp_path)
    assert result.problems == []
    assert result.moves > 100
    assert result.left_behind == []
    assert [loaded for _, _, loaded in result.cells] == [False, False, False]


def test_the_report_survives_a_dead_kernel(tmp_path):
    from nbclient.exceptions import DeadKernelError

    with pytest.raises(DeadKernelError):
        run(with_sources("import os; os._exit(1)"), tmp_path)
