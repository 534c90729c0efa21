"""What a learner sees: a card with a mark, a word, rows and sentences, as HTML and as plain text.

Green means right and vermilion means not quite, and the mark and the word say the same without any color.
Colors and fonts come from JupyterLab's theme variables, with values for other front ends.
"""

import html
import re
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np


class Outcome(StrEnum):
    """How a check ended."""

    NOT_ATTEMPTED = "not attempted"
    CRASHED = "crashed"
    NOT_QUITE = "not quite"
    RIGHT = "right"


NOISE = 1e-12  # of float64, where nothing is left of a difference
MARKS = {Outcome.NOT_ATTEMPTED: "○", Outcome.CRASHED: "!", Outcome.NOT_QUITE: "✗", Outcome.RIGHT: "✓"}
WORDS = {
    Outcome.NOT_ATTEMPTED: "Not attempted yet",
    Outcome.CRASHED: "Crashed",
    Outcome.NOT_QUITE: "Not quite",
    Outcome.RIGHT: "Right",
}
TONES = {
    Outcome.NOT_ATTEMPTED: "calm",
    Outcome.CRASHED: "wrong",
    Outcome.NOT_QUITE: "wrong",
    Outcome.RIGHT: "right",
}


class Shown:
    """What a notebook needs to show an object that has ``text`` and ``html``."""

    def _repr_html_(self):
        return self.html

    def _repr_mimebundle_(self, include=None, exclude=None):
        return {"text/plain": self.text, "text/html": self.html}

    def __repr__(self):
        return self.text


class ShownAsCard(Shown):
    """For an object with a ``card``."""

    @property
    def text(self):
        """The card as plain text."""
        return self.card.text

    @property
    def html(self):
        """The card as HTML."""
        return self.card.html


@dataclass(frozen=True, repr=False)
class Card(Shown):
    """Mark and word, a headline, labeled rows of fixed-width text, sentences, and folded pieces of code."""

    mark: str
    word: str
    headline: str = ""
    tone: str = "calm"  # calm, right or wrong: chooses the color, never the only sign
    code_headline: bool = False
    rows: tuple = ()  # (label, text)
    items: tuple = ()  # (mark, tone, text): a list with one mark each
    sentences: tuple = ()
    folded: tuple = ()  # (summary, code)
    code: str = ""

    @property
    def text(self):
        """The card as plain text: what a terminal, a screen reader or a test reads."""
        colon = ("" if self.word.endswith((":", ".")) else ":") + " " if self.headline else ""
        lines = [f"{self.mark} {self.word}{colon}{self.headline}"]
        width = max((len(label) for label, _ in self.rows), default=0)
        for label, value in self.rows:
            first, *rest = value.splitlines() or [""]
            lines.append(f"  {label:<{width}} {first}")
            lines.extend(" " * (width + 3) + line for line in rest)
        lines.extend(f"  {mark} {text}" for mark, _, text in self.items)
        lines.extend(f"  {sentence}" for sentence in self.sentences)
        if self.code:
            lines.append("")
            lines.extend(f"    {line}".rstrip() for line in self.code.splitlines())
        return "\n".join(lines)

    @property
    def html(self):
        """The card as HTML with its own style; every text is escaped.

        It is made of ``div`` and ``span`` where it could be of ``table``, ``pre`` and ``code``: those are styled by
        JupyterLab, by rules that win over ours.
        """
        head = (
            f'<span class="code">{_safe(self.headline)}</span>'
            if self.code_headline
            else marked_up(self.headline)
        )
        parts = [f"<p class='head'>{_mark(self.mark)} <b>{_safe(self.word)}</b> {head}</p>"]
        if self.rows:
            cells = (
                f'<div class="label">{_safe(k)}</div><div class="code">{_safe(v)}</div>' for k, v in self.rows
            )
            parts.append(f'<div class="rows">{"".join(cells)}</div>')
        if self.items:
            listed = (
                f'<div role="listitem" class="{tone}">{_mark(mark)} {marked_up(text)}</div>'
                for mark, tone, text in self.items
            )
            parts.append(f'<div role="list">{"".join(listed)}</div>')
        parts.extend(f"<p>{marked_up(sentence)}</p>" for sentence in self.sentences)
        folded = [("", self.code)] if self.code else []
        for summary, code in (*folded, *self.folded):
            source = f'<div class="code source">{_safe(code)}</div>'
            parts.append(
                f"<details><summary>{_safe(summary)}</summary>{source}</details>" if summary else source
            )
        return f'{STYLE}<div class="btp-card {self.tone}" role="status">{"".join(parts)}</div>'


@dataclass(frozen=True, repr=False)
class Report(ShownAsCard):
    """The answer of a check. The fields are for tests and for the curious; ``card`` is what is shown."""

    key: str
    outcome: Outcome
    diagnosis: str = ""  # short name: a known mistake, or a general pattern such as "transposed"
    sentence: str = ""  # the diagnosis and one thought
    call: str = ""
    expected: str = ""
    got: str = ""
    error: str = ""
    line: str = ""  # the learner's own line that raised
    printed: str = ""
    note: str = ""  # about the case
    word: str = ""  # instead of the outcome's usual word
    extra: tuple = field(default=())  # further sentences
    folded: tuple = ()

    @property
    def card(self):
        """The report as a :class:`Card`."""
        wrong = TONES[self.outcome] == "wrong" and bool(self.sentence)
        rows = [
            ("call", self.call if wrong else ""),
            ("expected", self.expected),
            ("got", self.got),
            ("error", self.error),
            ("in your code", self.line),
            ("printed", _first_lines(self.printed.rstrip())),
        ]
        # What went wrong is the first line; the case that shows it stands below.
        headline, below = (self.sentence, ()) if wrong else (self.call, (self.sentence,))
        return Card(
            mark=MARKS[self.outcome],
            word=self.word or WORDS[self.outcome],
            headline=headline,
            code_headline=not wrong and self.outcome is not Outcome.NOT_ATTEMPTED,
            tone=TONES[self.outcome],
            rows=tuple(row for row in rows if row[1]),
            sentences=tuple(s for s in (*below, self.note, *self.extra) if s),
            folded=self.folded,
        )


def show_call(name, args=(), kwargs=None):
    """A call as one would type it; large arrays as their shape.

    >>> show_call("resize", (np.array([[1, 2], [3, 4]]), (4, 4)))
    'resize([[1, 2], [3, 4]], (4, 4))'
    """
    parts = [show_argument(arg) for arg in args]
    parts += [f"{key}={show_argument(value)}" for key, value in (kwargs or {}).items()]
    return f"{name}({', '.join(parts)})"


def show_argument(value):
    """One argument of a call, short."""
    if isinstance(value, np.ndarray):
        if value.size > 36:
            return f"<array {'×'.join(map(str, value.shape))}>"
        return _clip(_short(value.tolist()))
    return _clip(_short(value))


def show_pair(expected, got):
    """Two answers as text, with as many digits as it takes to see that they differ.

    Of large arrays, and of arrays with more than two axes, the neighborhood of the first difference is shown. Two
    answers of different shapes are cut off where they would fill more than a screen.
    """
    place, texts = "", _texts(expected, got)
    large = isinstance(expected, np.ndarray) and (expected.ndim > 2 or expected.size > 100)
    if large or not _fit_a_screen(texts):
        place, *pair = _around_the_difference(expected, got)
        texts = _texts(*pair)
    if not _fit_a_screen(texts):
        texts = [_first_lines(text, MOST_SHOWN) for text in texts]
    return tuple(f"{place}\n{text}" if place else text for text in texts)


def _texts(expected, got):
    for digits in (4, 8, 17):
        texts = show(expected, digits), show(got, digits)
        if texts[0] != texts[1]:
            break
    return texts


def _fit_a_screen(texts):
    return sum(len(text.splitlines()) for text in texts) <= 2 * MOST_SHOWN


def show(value, digits=4):
    """An answer as text: arrays as NumPy prints them, shortened when large."""
    if isinstance(value, np.ndarray):
        text = np.array2string(
            value, precision=digits, suppress_small=True, threshold=100, edgeitems=3, max_line_width=88
        )
        lines = [line for line in text.splitlines() if line.strip()]  # NumPy's blank ones between its axes
        return _first_lines("\n".join(lines), 14)
    if isinstance(value, (tuple, list)):
        return _first_lines("\n".join(show(part, digits) for part in value), 14)
    if isinstance(value, (float, np.floating)):
        is_noise = digits == 4 and abs(value) < NOISE  # as NumPy suppresses it in arrays
        return "0" if is_noise else f"{value:.{digits + 2}g}"
    if isinstance(value, np.generic):
        return str(value.item())
    return _clip(getattr(value, "shown", None) or repr(value))


def _around_the_difference(expected, got):
    """("at [1, 0, :8, 4:12]", that part of one array, of the other); whole answers of different shapes."""
    if not (isinstance(expected, np.ndarray) and isinstance(got, np.ndarray) and expected.shape == got.shape):
        return "", expected, got
    if got.dtype.kind not in "biufc":
        return "", expected, got
    differs = ~np.isclose(got, expected, rtol=1e-6, atol=1e-6, equal_nan=True)
    first = np.argwhere(differs)[0] if differs.any() else np.zeros(expected.ndim, int)
    index, words = [], []
    for axis, (at, size) in enumerate(zip(first, expected.shape, strict=True)):
        if axis < expected.ndim - 2:
            index.append(int(at))
            words.append(str(at))
        else:
            start = max(min(int(at) - MOST_SHOWN // 2, size - MOST_SHOWN), 0)
            index.append(slice(start, start + MOST_SHOWN))
            words.append(":" if size <= MOST_SHOWN else f"{start}:{start + MOST_SHOWN}")
    return f"at [{', '.join(words)}]", expected[tuple(index)], got[tuple(index)]


MOST_SHOWN = 8  # rows and columns of a large answer


def _first_lines(text, most=6):
    lines = [_clip(line, 120) for line in text.splitlines()]
    return "\n".join(lines if len(lines) <= most else [*lines[: most - 1], "…"])


EMPHASIS = re.compile(r"(?<![\w*])\*(\w[^*]*\w|\w)\*(?![\w*])")  # *word*, and not 2 * 3 * 4 or **options


def marked_up(sentence):
    """A sentence as HTML; `words in backticks` become code, *words between asterisks* are emphasized.

    >>> marked_up("the *second* of `x * y * z`")
    'the <em>second</em> of <span class="code">x * y * z</span>'
    """
    pieces = sentence.split("`")
    if len(pieces) % 2 == 0:  # an odd backtick is a backtick
        return _emphasized(sentence)
    return "".join(
        f'<span class="code">{_safe(piece)}</span>' if i % 2 else _emphasized(piece)
        for i, piece in enumerate(pieces)
    )


def _emphasized(words):
    return EMPHASIS.sub(r"<em>\1</em>", _safe(words))


def _short(value):
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, np.generic):
        return _short(value.item())
    if isinstance(value, list):
        return "[" + ", ".join(map(_short, value)) + "]"
    if isinstance(value, tuple):
        return "(" + ", ".join(map(show_argument, value)) + ("," if len(value) == 1 else "") + ")"
    if callable(value):
        return getattr(value, "__name__", type(value).__name__)
    return _clip(repr(value))


def _clip(text, most=300):
    return text if len(text) <= most else text[: most - 1] + "…"


def _mark(mark):
    return f'<span class="mark" aria-hidden="true">{_safe(mark)}</span>'


def _safe(text):
    return html.escape(str(text))


STYLE = """<style>
.btp-card { --right: #00704f; --wrong: #b84a00; --calm: #57606a;
  color: var(--jp-content-font-color1, var(--vscode-editor-foreground, #1f2328));
  background: var(--jp-layout-color1, var(--vscode-editor-background, #fff));
  border: 1px solid var(--jp-border-color2, #c8ccd1); border-left: 4px solid var(--tone); border-radius: 4px;
  padding: 8px 14px; margin: 4px 0; max-width: 60em; overflow-x: auto; line-height: 1.5;
  font-family: var(--jp-content-font-family, system-ui, sans-serif);
  font-size: var(--jp-content-font-size1, 14px); }
[data-jp-theme-light="false"] .btp-card, .vscode-dark .btp-card, html[theme="dark"] .btp-card {
  --right: #3ecf9f; --wrong: #f5a066; --calm: #a8b1ba; }
.btp-card.right, .btp-card .right { --tone: var(--right); }
.btp-card.wrong, .btp-card .wrong { --tone: var(--wrong); }
.btp-card.calm, .btp-card .calm { --tone: var(--calm); }
.btp-card p { margin: 4px 0; }
.btp-card .mark, .btp-card .head b { color: var(--tone); font-weight: 700; }
.btp-card .mark { display: inline-block; min-width: 1em; text-align: center; }
.btp-card .head b { margin-right: .4em; }
.btp-card .rows { display: grid; grid-template-columns: max-content 1fr; column-gap: 14px; margin: 4px 0; }
.btp-card .label { color: var(--jp-content-font-color2, #57606a); }
.btp-card .code { font-family: var(--jp-code-font-family, ui-monospace, monospace); white-space: pre;
  font-size: var(--jp-code-font-size, 13px); }
.btp-card p .code { white-space: pre-wrap; }
.btp-card .source { background: var(--jp-layout-color2, rgba(128, 128, 128, .12)); padding: 8px 10px;
  margin: 6px 0; overflow-x: auto; line-height: 1.4; border-radius: 3px; }
.btp-card summary { cursor: pointer; }
/* In a lesson opened again, a prediction is there to be read, until its cell is run. */
.jp-Notebook .btp-prediction .jupyter-widgets-disconnected::before { content: none; }
.jp-Notebook .btp-prediction.jupyter-widgets-disconnected > :not(:has(.btp-card)) { display: none; }
.jp-Notebook .btp-prediction.jupyter-widgets-disconnected::before {
  content: "Run the cell again to answer."; font: italic 13px system-ui, sans-serif;
  color: var(--jp-content-font-color2, #57606a); }
.btp-card summary:focus-visible { outline: 2px solid var(--jp-brand-color1, #1976d2); outline-offset: 2px; }
</style>"""
