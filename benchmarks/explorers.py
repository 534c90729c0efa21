"""Explorers beside interact and matplotlib with the same picture: from the hand to the screen, in a real browser."""

import json
import tempfile
import time
from dataclasses import dataclass
from functools import cached_property

from benchmarks.page import (
    QUIET_MS,
    Knob,
    Output,
    Slider,
    Steps,
    close,
    first_picture,
    median_of,
    open_cells,
)
from benchmarks.tables import Goal, digits, median, table, times
from tools.lab import open_page, running_browser, running_lab

OURS, RIVAL = "explorer", "interact"
WINDOW = {"width": 1400, "height": 1000}
WANTED = {"key": 10, "drag": 30, "last": 100, "hover": 1000 / 30, "first": 3000}  # ×, a second, ms, ms, ms
MICROSCOPE = "microscope(lambda image: resize(image, (8, 8)), (4, 4))"
STEPPER = 'stepper(x=range(1, 8), kernel=[1, 2, 3, 2, 1], stride=3, view="gather")'


@dataclass(frozen=True)
class Match:
    """An explorer and its rival: the sources of two cells.

    What is moved is looked for in the picture: the first slider in sight, the player, the first handle.
    """

    name: str
    module: str
    call: str
    more: str = ""  # imports that the call needs

    @property
    def function(self):
        return self.call.partition("(")[0]

    @property
    def cells(self):
        ours = f"{self.more}from course_utils.explorers.{self.module} import {self.function}\n"
        return {
            OURS: f"{ours}explorer = {self.call}\nexplorer",
            RIVAL: f"from benchmarks.rivals.{self.module} import interact_{self.function}\n"
            f"interact_{self.function}()",
        }

    @cached_property
    def explorer(self):
        """The same explorer here: to ask what it holds, and to time its drawing without a browser."""
        names = {}
        exec(self.cells[OURS], names)
        return names["explorer"]

    def handle(self):
        """The name of the first handle that is moved along a line; None for a picture without one."""
        return next((name for name, each in self.explorer.scene.handles.items() if not each.around), None)

    def aside(self, used, count):
        """{name: value} of handles that set none of the controls ``used``, ``count`` pictures from where they stand.

        The first handle goes on at every count; the next one where the first has been everywhere, as a clock does.
        To put them there makes every picture of the other controls a new one.
        """
        values = {}
        for each in self.explorer.scene.handles.values():
            name, low, high, step, at = (
                part[0] for part in (each.sets, each.low, each.high, each.step, each.at)
            )
            if used.isdisjoint(each.sets) and name not in values:
                places = round((high - low) / step) + 1
                count, on = divmod(count, places)
                values[name] = round(low + step * ((round((at - low) / step) + on) % places), 10)
        return values


MATCHES = (
    Match("01 two samples", "linear", "two_samples()"),
    Match("01 microscope 4 × 4 → 8 × 8", "microscope", MICROSCOPE, "from course_utils.resampling import resize\n"),
    Match("02 ruler", "coordinates", 'ruler(4, 8, compare="align_corners")'),
    Match("03 P in a cell of four samples", "bilinear", "bilinear_cell()"),
    Match("04 one line, five libraries", "shrink", "shrink()"),
    Match("05 conventions lab", "conventions", "conventions_lab()"),
    Match("06 pool and unpool", "pooling", "pool_and_unpool()"),
    Match("07 stepper 7 → 23", "convolution", STEPPER),
    Match("08 bilinear kernels", "fcn", "bilinear_kernels()"),
    Match("09 overlap of stamps", "checkerboard", "overlap()"),
    Match("10 phases 3 × 3 → 6 × 6", "subpixel", "phases()"),
    Match("11 warp 6 × 8", "warping", "warp_grid()"),
    Match("12 misalignment", "misalignment", "misalignment()"),
    Match("13 what an output reads", "sampling", "chosen_taps()"),
    Match("14 which one to take", "shootout", "decide()"),
    Match("15 ladder of maps", "ladder", "ladder(align_corners=True)"),
)  # fmt: skip


# ------------------------------------------------------------------------------------------------ measuring


def measure(rounds=3, keys=3, drag_seconds=1, firsts=1, only=""):
    """One dict per match; see ``measure_match``. Raises ``tools.lab.NoBrowser`` where there is none."""
    if not any(only in match.name for match in MATCHES):
        raise ValueError(
            f"no explorer has {only!r} in its name; there are {', '.join(m.name for m in MATCHES)}."
        )
    with tempfile.TemporaryDirectory() as folder, running_browser() as browser, running_lab(folder) as lab:
        chosen = [match for match in MATCHES if only in match.name]
        return [
            measure_match(lab, browser, number, match, rounds, keys, drag_seconds, firsts)
            for number, match in enumerate(chosen)
        ]


def measure_match(lab, browser, number, match, rounds, keys, drag_seconds, firsts):
    """All about one match.

    "first"    {side: [ms]} from running the cell to its picture
    "hands"    {what is moved: {"keys": one list of Press per round, "new": [Press] of the first key after another
               control was used, "drags": [Drag]}}; the rival's only slider in use is called RIVAL
    "hover"    [ms], "size" (ms to draw, KB of a picture, KB of the opening message): of the explorer only
    """
    page = open_page(browser, **WINDOW)
    first = first_pictures(lab, page, number, match, firsts)
    lesson = open_cells(lab, page, f"match_{number}.ipynb", [*match.cells.values()])
    lesson.run_all()
    ours, rival = (Output(lesson, position) for position in range(2))
    hands, theirs = hands_of(ours, match), Slider.found(rival)
    for hand in (*hands, theirs):  # the first move of each pays for fonts and caches
        hand.output.bring_forward()
        hand.walk(2)
    measured = {name: {"keys": [], "new": [], "drags": []} for name in (*(h.name for h in hands), RIVAL)}
    for _ in range(rounds):
        first_picture(lesson)  # anew: the browser keeps no picture of the round before
        for used, hand in enumerate(hands):
            hand.output.bring_forward()
            look_aside(match, hand, 2 * used + 1)
            move_by_keys(hand, measured[hand.name], keys)
            look_aside(match, hand, 2 * used + 2)
            measured[hand.name]["drags"].append(hand.drag(drag_seconds))
            check_last_state(match, hand)
        theirs.output.bring_forward()
        move_by_keys(theirs, measured[RIVAL], keys)
        measured[RIVAL]["drags"].append(theirs.drag(drag_seconds))
    hover = point(ours)
    if problems := lesson.cell_errors() + lesson.console_errors:
        raise RuntimeError(f"{match.name}: {problems}")
    close(lesson)
    page.context.close()
    return {
        "match": match,
        "browser": browser.version,
        "first": first,
        "hands": measured,
        "hover": hover,
        "size": size(match),
    }


def hands_of(output, match):
    """What of an explorer is moved: its first slider in sight, its player, its first handle."""
    found = [kind.found(output) for kind in (Slider, Steps)]
    handle = match.handle()
    found.append(Knob(output, match.explorer, handle) if handle else None)
    return [hand for hand in found if hand is not None]


def move_by_keys(hand, measured, count):
    new, *pressed = hand.walk(count + 1)
    measured["new"].append(new)
    measured["keys"].append(pressed)


def look_aside(match, hand, count):
    """Use another control: what has been sent ahead until now belongs to other values."""
    values = match.aside(hand.sets(match.explorer), count)
    hand.output.lesson.ask(f"explorer.set(**{values!r})")
    hand.output.lesson.settle(QUIET_MS)


def check_last_state(match, hand):
    """The picture at rest is the one of Python's values: nothing was dropped for good."""
    lesson = hand.output.lesson
    python = lesson.ask(  # answered after everything that the hand has done
        "explorer.key(explorer.values), explorer.stage.step if len(explorer.scene.steps) > 1 else None"
    )
    lesson.settle(QUIET_MS)
    shown = hand.output.key(), hand.output.step()
    if python != shown:
        raise RuntimeError(f"{match.name}: after a drag Python is at {python}, the picture at {shown}")


def first_pictures(lab, page, number, match, count):
    """Each side in a new notebook with a new kernel, in turn: {side: [ms, ...]}."""
    first = {OURS: [], RIVAL: []}
    for trial in range(count):
        for side, source in match.cells.items():
            lesson = open_cells(lab, page, f"first_{number}_{side}_{trial}.ipynb", [source])
            first[side].append(first_picture(lesson))
            close(lesson)
    return first


def point(output, count=16):
    """Point at cell after cell of the largest grid: [ms, ...]; [] where there is nothing to point at."""
    output.bring_forward()
    at = output.points(count)
    if len(at) < 2:
        return []
    output.page.mouse.move(*at[-1])
    return [output.point(place) for place in at * (count // len(at))]


def size(match, count=15):
    """(median ms to draw one picture here and hand it over, KB of it, KB of the message that opens the stage)."""
    explorer, spent = match.explorer, []
    opening = kilobytes(explorer.stage.get_state())
    for turn in range(count):
        values = match.aside(set(), turn)  # another picture each time: what is kept would be no drawing
        begin = time.perf_counter()
        explorer.set(**values)
        spent.append(1000 * (time.perf_counter() - begin))
    return median(spent), kilobytes(explorer.stage.scene), opening


def kilobytes(state):
    return len(json.dumps(state, default=str)) / 1000


# --------------------------------------------------------------------------------------------- what came out


class Row:
    """What is said of one thing that is moved in one picture: times in ms, for the explorer and its rival."""

    def __init__(self, result, hand):
        measured, rival = result["hands"][hand], result["hands"][RIVAL]
        self.result, self.name = result, f"{result['match'].name}: {hand}"
        self.presses = [press for keys in measured["keys"] for press in keys]
        self.key = {
            OURS: painted(self.presses),
            RIVAL: painted([press for keys in rival["keys"] for press in keys]),
        }
        self.new = {OURS: painted(measured["new"]), RIVAL: painted(rival["new"])}
        self.ratio = self.key[RIVAL] / self.key[OURS]
        by_round = zip(measured["keys"], rival["keys"], strict=True)
        self.ratios = [painted(theirs) / painted(ours) for ours, theirs in by_round]
        self.changed = median([press.changed for press in self.presses])
        self.painting = self.key[OURS] - self.changed
        self.drags = {OURS: median_of(measured["drags"]), RIVAL: median_of(rival["drags"])}
        self.drawing, self.message, _ = result["size"]

    @property
    def ahead(self):
        """How many of the keys found their picture in the browser."""
        return sum(press.ahead for press in self.presses) / len(self.presses)

    def why(self):
        """Where the time from a key to the picture goes."""
        drawn = f" (drawing {_ms(self.drawing)}, {digits(self.message)} KB to send)" if self.ahead < 1 else ""
        return (
            f"{self.name}: of {_ms(self.key[OURS])}, {_ms(self.changed)} until it is in the page{drawn}, "
            f"{_ms(self.painting)} until it is painted; {self.ahead:.0%} of the keys found their picture there"
        )


def painted(presses):
    """Median of the times from the keys to the paint."""
    return median([press.painted for press in presses])


def rows_of(results):
    return [Row(result, hand) for result in results for hand in result["hands"] if hand != RIVAL]


def report(results):
    """Markdown with the tables."""
    rows = rows_of(results)
    tables = [
        (
            "From a key to the new picture on the screen, medians. *Sent ahead*: how many keys found their "
            "picture in the browser; *first key*: the first after another control was used, for which nothing can be "
            "there:",
            key_table(rows),
        ),
        (
            "In a drag over pictures that the browser has not seen: new pictures a second, and from the last move to "
            "the last picture:",
            drag_table(rows),
        ),
        (
            "From pointing at a cell to the cells linked with it (interact has nothing to point at):",
            hover_table(results),
        ),
        ("First picture after running the cell in a new kernel, imports included:", first_table(results)),
        (
            "Where the explorer's time goes, from the key: until the new picture is in the page (a key whose picture "
            "was not there waits for Python to draw it and for the message), then until it is painted:",
            where_table(rows),
        ),
        (
            "What travels: the message that opens the stage (its own code and style are "
            f"{digits(kilobytes(code_of(results[0])))} KB of it), and one picture:",
            message_table(results),
        ),
    ]  # fmt: skip
    where = (
        f"In JupyterLab as `python -m course_utils` starts it (small messages leave at once), in a window of "
        f"{WINDOW['width']} × {WINDOW['height']} of Chromium {results[0]['browser']} without a graphics card. "
        "Explorer and interact show the same picture; interact redraws it whole, whichever of its sliders is moved, "
        "so one of them stands for all. The keys are real, the times are the page's own."
    )
    return "\n\n".join([where, *(f"{words}\n\n{made}" for words, made in tables)])


def code_of(result):
    stage = result["match"].explorer.stage
    return {"_esm": str(stage._esm), "_css": str(stage._css)}


def key_table(rows):
    header = ["moved", OURS, RIVAL, "ratio", "ratio by round", "sent ahead", "first key", "its ratio"]
    return table(
        header,
        [
            [
                row.name, _ms(row.key[OURS]), _ms(row.key[RIVAL]), times(row.ratio),
                f"{times(min(row.ratios))} to {times(max(row.ratios))}", f"{row.ahead:.0%}", _ms(row.new[OURS]),
                times(row.new[RIVAL] / row.new[OURS]),
            ]
            for row in rows
        ],
    )  # fmt: skip


def drag_table(rows):
    lines = []
    for row in rows:
        ours, rival = row.drags[OURS], row.drags[RIVAL]
        ratio = (
            times(ours.frames / rival.frames) if rival.frames else "no picture"
        )  # it lagged behind the hand
        frames = [digits(ours.frames), digits(rival.frames), ratio]
        lines.append([row.name, *frames, _ms(ours.last), _ms(rival.last), digits(ours.offered)])
    last = [f"{OURS}: last", f"{RIVAL}: last"]
    return table(["moved", f"{OURS} /s", f"{RIVAL} /s", "ratio", *last, "moves /s"], lines)


def hover_table(results):
    pointed = [result for result in results if result["hover"]]
    rows = [[each["match"].name, _ms(median(each["hover"])), _ms(max(each["hover"]))] for each in pointed]
    return table(["picture", "median", "slowest"], rows)


def first_table(results):
    rows = []
    for result in results:
        ours, rival = (median(result["first"][side]) for side in (OURS, RIVAL))
        rows.append([result["match"].name, _ms(ours), _ms(rival), times(rival / ours)])
    return table(["picture", OURS, RIVAL, "ratio"], rows)


def where_table(rows):
    lines = [[row.name, _ms(row.drawing), _ms(row.changed), _ms(row.painting)] for row in rows]
    return table(["moved", "drawing", "in the page", "then painted"], lines)


def message_table(results):
    sizes = [(result["match"].name, *result["size"]) for result in results]
    rows = [[name, f"{digits(opening)} KB", f"{digits(one)} KB"] for name, _, one, opening in sizes]
    return table(["picture", "opening", "one picture"], rows)


def goals(results):
    """Each goal on the row that does worst at it; from a key to the picture, every row that misses it."""
    rows, pointed = rows_of(results), [median(each["hover"]) for each in results if each["hover"]]
    worst = min(rows, key=lambda row: row.ratio)
    missed = [row for row in rows if row.ratio < WANTED["key"]] or [worst]
    goals = [
        Goal(f"key to picture, {row.name}: interact / explorer", WANTED["key"], row.ratio, "×", True, row.why())
        for row in missed
    ]  # fmt: skip
    fewest = min(rows, key=lambda row: row.drags[OURS].frames)
    offered = digits(fewest.drags[OURS].offered)
    why = f"{fewest.why()}; the hand made {offered} moves a second"
    goals.append(
        Goal(
            "pictures a second in a drag", WANTED["drag"], fewest.drags[OURS].frames, "", least=True, why=why
        )
    )
    latest = max(rows, key=lambda row: row.drags[OURS].last)
    last = latest.drags[OURS].last
    goals.append(Goal("last state after the end of a drag", WANTED["last"], last, " ms", why=latest.why()))
    if pointed:
        goals.append(Goal("from pointing to linked cells lit", round(WANTED["hover"]), max(pointed), " ms"))
    slowest = max(median(result["first"][OURS]) for result in results)
    goals.append(Goal("first picture after running the cell", WANTED["first"], slowest, " ms"))
    return goals


def _ms(value):
    return f"{digits(value)} ms"
