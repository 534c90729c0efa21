"""What ``measure`` found, as the part of docs/teaching.md that says how large a hub is to be."""

import re
import statistics
from pathlib import Path

PAGE = Path(__file__).resolve().parents[1] / "docs" / "teaching.md"
PART = re.compile(r"(<!-- sizes: .*? -->\n).*?(\n<!-- end of sizes -->)", re.DOTALL)
ROWS = {
    "click to server, s": ("server", 1),
    "click to first explorer, s": ("first explorer", 1),
    "slider to picture, ms": ("to picture, ms", 0),
    "CPU a picture, ms": ("CPU a picture, ms", 1),
}
IN_BROWSERS = {
    "login to first explorer, s": ("first explorer", 1),
    "key to picture, ms": ("to picture, ms", 0),
}


def with_sizes(page, result):
    """The page with its part about sizes written anew."""
    return PART.sub(lambda found: found[1] + about(result) + found[2], page)


def about(result):
    """A table of what one learner and all at once waited for, and what a hundred would take."""
    every, one = result["all"], result["one"]
    names = ["| | one learner | all at once, median | the slowest |", "|---|---:|---:|---:|"]
    for words, (name, digits) in ROWS.items():
        values = [told[name] for told in every]
        cells = (one[name], statistics.median(values), max(values))
        names.append(f"| {words} | {' | '.join(f'{value:.{digits}f}' for value in cells)} |")
    parts = [
        [_when(result)],
        [*names, *_browsers(result)],
        [_hundred(every)],
        _said(result),
        [_trials(result)],
    ]
    return "\n\n".join("\n".join(part) for part in parts if part)


def _when(result):
    return (
        f"Measured with {result['learners']} learners at once on {result['machine']}, "
        f"JupyterHub {result['jupyterhub']}, {result['date']} (`{result['command']}`):"
    )


def _browsers(result):
    """The rows of those who had a real browser, in the same class."""
    for words, (name, digits) in IN_BROWSERS.items():
        values = [told[name] for told in result.get("browsers", ())]
        if values:
            cells = (f"{value:.{digits}f}" for value in (statistics.median(values), max(values)))
            yield f"| in a browser: {words} | | {' | '.join(cells)} |"


def _said(result):
    """What was done to them, and what they were told."""
    if not result.get("said"):
        return []
    rows = [f"| {what} | {told.replace('|', '/')} |" for what, told in result["said"].items()]
    return ["| done to a lesson open in a browser | what the learner is told |", "|---|---|", *rows]


def _hundred(every):
    def middle(name):
        return statistics.median(told[name] for told in every)

    server, kernel = middle("server, end of lesson 01, MB"), middle("kernel, end of lesson 01, MB")
    start, picture = middle("kernel, first explorer, MB"), middle("CPU a picture, ms")
    return (
        f"A learner's server takes {server:.0f} MB, a kernel {start:.0f} MB at the first explorer of lesson 01 and "
        f"{kernel:.0f} MB at its end, with PyTorch loaded; what kernels share is counted by share. A hundred "
        f"learners at the end of lesson 01 are **{100 * (server + kernel) / 1000:.0f} GB**, if memory grows with "
        f"their number. A picture costs {picture:.1f} ms of a core in server and kernel, so a hundred who all drag "
        f"at ten pictures a second keep {picture:.1f} cores busy; mostly they read."
    )


def _trials(result):
    reached = "nothing" if result["reached"] == "[]" else result["reached"]
    open_to = f"{result['open kernels'] or 'no'} kernels were open to others"
    return (
        f"In the same run: {', '.join(result['trials'])}. Nothing that was saved was lost. A learner's code that "
        f"looked for a neighbor's lessons, progress and kernel reached {reached}, and {open_to}."
    )
