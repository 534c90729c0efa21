"""Tables to read and to keep (they are Markdown), ratios, and goals that are met or not."""

import statistics
import time
from dataclasses import dataclass


def table(header, rows):
    """Header and rows as an aligned Markdown table; numbers stand to the right, the first column to the left.

    >>> print(table(["what", "ms"], [["ours", "3.1"], ["loops", "1200"]]))
    | what  |   ms |
    | :---- | ---: |
    | ours  |  3.1 |
    | loops | 1200 |
    """
    rows = [[str(cell) for cell in row] for row in rows]
    widths = [max(4, *(len(row[i]) for row in [header, *rows])) for i in range(len(header))]
    rule = [":" + "-" * (widths[0] - 1), *("-" * (width - 1) + ":" for width in widths[1:])]
    return "\n".join(_line(row, widths) for row in [header, rule, *rows])


def _line(cells, widths):
    first, *others = (
        cell.rjust(width) if i else cell.ljust(width)
        for i, (cell, width) in enumerate(zip(cells, widths, strict=True))
    )
    return f"| {' | '.join([first, *others])} |"


def digits(value, count=2):
    """``value`` with at least ``count`` digits that mean something, and no exponent.

    >>> digits(0.01234), digits(3.14159), digits(1234.5)
    ('0.012', '3.1', '1234')
    """
    decimals = 0
    while value and abs(value) * 10**decimals < 10 ** (count - 1) - 0.5 and decimals < 12:
        decimals += 1
    return f"{value:.{decimals}f}"


def times(ratio):
    """A ratio for a reader.

    >>> times(5.26), times(31.4), times(0.134)
    ('5.3×', '31×', '0.13×')
    """
    return digits(ratio) + "×"


def alternated(functions, rounds, fewer=None):
    """Run every function once per round, in turn: {name: [seconds, ...]}.

    fewer: {name: rounds} for slow ones. All others run once before, uncounted: the first call pays for caches.
    """
    fewer = fewer or {}
    seconds = {name: [] for name in functions}
    for name, function in functions.items():
        if name not in fewer:
            function()
    for number in range(rounds):
        for name, function in functions.items():
            if number < fewer.get(name, rounds):
                begin = time.perf_counter()
                function()
                seconds[name].append(time.perf_counter() - begin)
    return seconds


median = statistics.median


@dataclass(frozen=True)
class Goal:
    """What was wanted and what came out. ``least``: the measured number has to reach ``wanted``, else stay below."""

    what: str
    wanted: float
    measured: float
    unit: str
    least: bool = False
    why: str = ""  # said when it is missed

    @property
    def met(self):
        return self.measured >= self.wanted if self.least else self.measured <= self.wanted

    def row(self):
        bound = "at least" if self.least else "at most"
        return [
            self.what,
            f"{bound} {self.wanted:g}{self.unit}",
            f"{digits(self.measured)}{self.unit}",
            self.verdict(),
        ]

    def verdict(self):
        """
        >>> Goal("hover", 50, 8, " ms").verdict()
        'met'
        >>> Goal("key", 5, 4, "×", least=True, why="painting takes 20 of 40 ms").verdict()
        'missed by 20%: painting takes 20 of 40 ms'
        """
        if self.met:
            return "met"
        gap = abs(self.measured - self.wanted) / self.wanted
        return f"missed by {max(gap, 0.01):.0%}" + (f": {self.why}" if self.why else "")


def goals_table(goals):
    return table(["goal", "wanted", "measured", "verdict"], [goal.row() for goal in goals])
