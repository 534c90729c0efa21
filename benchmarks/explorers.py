"""Explorers beside interact and matplotlib with the same picture: from the hand to the screen, in a real browser."""

import json
import tempfile
import time
from dataclasses import dataclass

from benchmarks.page import Output, close, first_picture, median_of, open_cells
from benchmarks.tables import Goal, digits, median, table, times
from course_utils.explorers.bilinear import bilinear_cell
from course_utils.explorers.convolution import stepper
from course_utils.explorers.linear import two_samples
from course_utils.explorers.microscope import microscope
from course_utils.resampling import resize
from tests.browser.lab import open_page, running_browser, running_lab

OURS, RIVAL = "explorer", "interact"
STEPPER = 'stepper(x=range(1, 8), kernel=[1, 2, 3, 2, 1], stride=3, view="gather")'
WINDOW = {"width": 1400, "height": 1000}


@dataclass(frozen=True)
class Match:
    """An explorer and its rival: two cells, and how to read from the explorer's picture where its slider stands."""

    name: str
    cells: dict  # OURS and RIVAL -> the source of a cell, imports included
    shown: str  # JavaScript: element of the output -> the value of the slider that the picture shows
    explorer: object  # the same explorer here, to time its drawing without a browser
    pointed_at: str = ""  # the grid whose cells are pointed at
    which_slider: int = 0  # the one that is moved; -1 for the last, the player's
    sent_ahead: bool = False  # its frames are in the browser before they are asked for


def matches():
    return [
        Match(
            "two samples, x moves",
            _cells("linear", "two_samples()"),
            """root => root.querySelector('[data-drag="x"]').dataset.at.split(' ')[0]""",
            two_samples(),
        ),
        Match(
            "P in a cell of four samples, x moves",
            _cells("bilinear", "bilinear_cell()"),
            """root => root.querySelector('[data-drag="P"]').dataset.at.split(' ')[0]""",
            bilinear_cell(),
            pointed_at="in",
        ),
        Match(
            "microscope 4 × 4 → 8 × 8, scrubbing",
            _cells(
                "microscope",
                "microscope(lambda image: resize(image, (8, 8)), (4, 4))",
                "from course_utils.resampling import resize\n",
            ),
            "root => root.querySelector('.btp-stage').dataset.lit.split('-')[1]",
            microscope(lambda image: resize(image, (8, 8)), (4, 4)),
            pointed_at="out",
            sent_ahead=True,
        ),
        Match(
            "stepper 7 → 23, scrubbing",
            _cells("convolution", STEPPER),
            "root => root.querySelector('.btp-stage').dataset.lit.split('-')[1]",
            stepper(x=range(1, 8), kernel=[1, 2, 3, 2, 1], stride=3, view="gather"),
            pointed_at="out",
            which_slider=-1,  # the player's, and interact's step
            sent_ahead=True,
        ),
        Match(
            "stepper, the stride moves",
            _cells("convolution", STEPPER),
            "root => (/stride=(\\d)/.exec(root.querySelector('.btp-stage .code').textContent) ?? [0, 1])[1]",
            stepper(x=range(1, 8), kernel=[1, 2, 3, 2, 1], stride=3, view="gather"),
        ),
    ]


def _cells(module, call, more=""):
    name = call.partition("(")[0]
    return {
        OURS: f"{more}from course_utils.explorers.{module} import {name}\n{call}",
        RIVAL: f"from benchmarks.rivals import interact_{name}\ninteract_{name}()",
    }


def measure(rounds=4, keys=8, drag_seconds=3, firsts=3, only=None):
    """One dict per match; see ``measure_match``. Raises ``tests.browser.lab.NoBrowser`` where there is none."""
    with tempfile.TemporaryDirectory() as folder, running_browser() as browser, running_lab(folder) as lab:
        chosen = [match for match in matches() if only is None or only in match.name]
        return [
            measure_match(lab, browser, number, match, rounds, keys, drag_seconds, firsts)
            for number, match in enumerate(chosen)
        ]


def measure_match(lab, browser, number, match, rounds, keys, drag_seconds, firsts):
    """All about one match.

    "first"    {side: [ms]} from running the cell to its picture
    "keys"     {side: one list per round of (ms to the change in the page, ms to its paint)}
    "drags"    {side: Drag}, the medians
    "hover"    [ms], "drawing" (ms, KB): of the explorer only
    """
    page = open_page(browser, **WINDOW)
    first = first_pictures(lab, page, number, match, firsts)
    lesson = open_cells(lab, page, f"match_{number}.ipynb", [*match.cells.values()])
    lesson.run_all()
    outputs = {
        side: Output(lesson, position, match.which_slider) for position, side in enumerate(match.cells)
    }
    for output in outputs.values():  # the first move of each pays for fonts and caches
        press(output, 2)
    pressed, drags = {OURS: [], RIVAL: []}, {OURS: [], RIVAL: []}
    for _ in range(rounds):
        for side, output in outputs.items():
            pressed[side].append(press(output, keys))
        for side, output in outputs.items():
            output.bring_forward()
            drags[side].append(output.drag(drag_seconds))
        check_last_state(match, outputs[OURS])
    hover = point(outputs[OURS], match.pointed_at) if match.pointed_at else []
    if problems := lesson.cell_errors() + lesson.console_errors:
        raise RuntimeError(f"{match.name}: {problems}")
    close(lesson)
    page.context.close()
    return {
        "match": match,
        "browser": browser.version,
        "first": first,
        "keys": pressed,
        "drags": {side: median_of(runs) for side, runs in drags.items()},
        "hover": hover,
        "drawing": drawing(match.explorer),
    }


def first_pictures(lab, page, number, match, count):
    """Each side in a new notebook with a new kernel, in turn: {side: [ms, ...]}."""
    first = {OURS: [], RIVAL: []}
    for trial in range(count):
        for side, source in match.cells.items():
            lesson = open_cells(lab, page, f"first_{number}_{side}_{trial}.ipynb", [source])
            first[side].append(first_picture(lesson))
            close(lesson)
    return first


def press(output, count):
    """There and back, so that the slider never stands at its end: [(ms to the change, ms to the paint), ...]."""
    output.bring_forward()
    away = "ArrowRight" if output.slider_is_at_its_start() else "ArrowLeft"
    back = {"ArrowRight": "ArrowLeft", "ArrowLeft": "ArrowRight"}[away]
    return [output.key(back if i % 2 else away) for i in range(count)]


def check_last_state(match, output):
    """The picture at rest shows the value of the slider: nothing was dropped for good."""
    output.lesson.wait_idle()
    slider, shown = output.slider_value(), output.shown_value(match.shown)
    if abs(slider - shown) > 1e-6:
        raise RuntimeError(f"{match.name}: after a drag the slider says {slider}, the picture {shown}")


def point(output, group, count=16):
    """Point at cell after cell: [ms, ...]."""
    output.bring_forward()
    at = output.points(group, count)
    output.page.mouse.move(*at[-1])
    return [output.point(place) for place in at * (count // len(at))]


def drawing(explorer, count=15):
    """(median ms to make and hand over one picture here in Python, KB that travel)."""
    spent = []
    for _ in range(count):
        begin = time.perf_counter()
        explorer.stage.show(explorer.draw(**explorer.values))
        spent.append(1000 * (time.perf_counter() - begin))
    return median(spent), len(json.dumps(explorer.stage.scene)) / 1000


# --------------------------------------------------------------------------------------------- what came out


class Summary:
    """The medians of one result: times in ms, for the explorer and its rival."""

    def __init__(self, result):
        self.result, self.name, self.sent_ahead = result, result["match"].name, result["match"].sent_ahead
        painted = {
            side: [[paint for _, paint in keys] for keys in rounds] for side, rounds in result["keys"].items()
        }
        self.key = {side: median([ms for keys in rounds for ms in keys]) for side, rounds in painted.items()}
        self.ratio = self.key[RIVAL] / self.key[OURS]
        by_round = zip(painted[OURS], painted[RIVAL], strict=True)
        self.ratios = [median(rival) / median(ours) for ours, rival in by_round]
        self.changed = median([change for keys in result["keys"][OURS] for change, _ in keys])
        self.painting = self.key[OURS] - self.changed
        self.drawing, self.message = result["drawing"]
        self.drags, self.hover = result["drags"], result["hover"]
        self.first = {side: median(trials) for side, trials in result["first"].items()}

    def why(self):
        """Where the time from a key to the picture goes."""
        drawn = (
            "" if self.sent_ahead else f" (drawing {_ms(self.drawing)}, {digits(self.message)} KB to send)"
        )
        return (
            f"{self.name}: of {_ms(self.key[OURS])}, {_ms(self.changed)} until it is in the page{drawn}, "
            f"{_ms(self.painting)} until it is painted"
        )


def report(results):
    """Markdown with the tables."""
    summaries = [Summary(result) for result in results]
    tables = [
        ("From an arrow key to the new picture on the screen, medians:", key_table),
        ("In a drag: new pictures a second, and from the last move to the last picture:", drag_table),
        (
            "From pointing at a cell to the cells linked with it (interact has nothing to point at):",
            hover_table,
        ),
        ("First picture after running the cell in a new kernel, imports included:", first_table),
        (
            "Where the explorer's time goes, from the key: until the new picture is in the page (drawing it in "
            "Python is a part of that), then until it is painted:",
            where_table,
        ),
    ]
    where = (
        f"In JupyterLab as `python -m course_utils` starts it (small messages leave at once), in a window of "
        f"{WINDOW['width']} × {WINDOW['height']} of Chromium {results[0]['browser']} without a graphics card. "
        "Explorer and interact show the same picture; the keys are real, the times are the page's own."
    )
    return "\n\n".join([where, *(f"{words}\n\n{make(summaries)}" for words, make in tables)])


def key_table(summaries):
    rows = []
    for s in summaries:
        span = f"{times(min(s.ratios))} to {times(max(s.ratios))}"
        rows.append([s.name, _ms(s.key[OURS]), _ms(s.key[RIVAL]), times(s.ratio), span])
    return table(["picture", OURS, RIVAL, "ratio", "ratio by round"], rows)


def drag_table(summaries):
    rows = []
    for s in summaries:
        ours, rival = s.drags[OURS], s.drags[RIVAL]
        ratio = (
            times(ours.frames / rival.frames) if rival.frames else "no picture"
        )  # it lagged behind the hand
        frames = [digits(ours.frames), digits(rival.frames), ratio]
        rows.append([s.name, *frames, _ms(ours.last), _ms(rival.last), digits(ours.offered)])
    last = [f"{OURS}: last", f"{RIVAL}: last"]
    return table(["picture", f"{OURS} /s", f"{RIVAL} /s", "ratio", *last, "moves /s"], rows)


def hover_table(summaries):
    rows = [[s.name, _ms(median(s.hover)), _ms(max(s.hover))] for s in summaries if s.hover]
    return table(["picture", "median", "slowest"], rows)


def first_table(summaries):
    rows = [
        [s.name, _ms(s.first[OURS]), _ms(s.first[RIVAL]), times(s.first[RIVAL] / s.first[OURS])]
        for s in summaries
    ]
    return table(["picture", OURS, RIVAL, "ratio"], rows)


def where_table(summaries):
    rows = [
        [s.name, *(["none", "none"] if s.sent_ahead else [_ms(s.drawing), f"{digits(s.message)} KB"]),
         _ms(s.changed), _ms(s.painting)]
        for s in summaries
    ]  # fmt: skip
    return table(["picture", "drawing", "message", "in the page", "then painted"], rows)


def goals(results):
    """Each goal on the match that does worst at it."""
    every = [Summary(result) for result in results]
    goals = []
    for wanted, what, group in (
        (5, "key to picture", [s for s in every if not s.sent_ahead]),
        (15, "scrubbing frames sent ahead", [s for s in every if s.sent_ahead]),
    ):
        if group:
            worst = min(group, key=lambda s: s.ratio)
            words = f"{what}: interact's time / explorer's"
            goals.append(Goal(words, wanted, worst.ratio, "×", least=True, why=worst.why()))
    fewest = min(every, key=lambda s: s.drags[OURS].frames)
    offered = digits(fewest.drags[OURS].offered)
    why = f"{fewest.why()}; the hand made {offered} moves a second"
    goals.append(Goal("pictures a second in a drag", 15, fewest.drags[OURS].frames, "", least=True, why=why))
    pointed = [median(s.hover) for s in every if s.hover]
    if pointed:
        goals.append(Goal("from pointing to linked cells lit", 50, max(pointed), " ms"))
    latest = max(every, key=lambda s: s.drags[OURS].last)
    goals.append(
        Goal("last state after the end of a drag", 250, latest.drags[OURS].last, " ms", why=latest.why())
    )
    goals.append(Goal("first picture after running the cell", 3000, max(s.first[OURS] for s in every), " ms"))
    return goals


def _ms(value):
    return f"{digits(value)} ms"
