"""Predictions: a question asked before the result is shown. The right answer is computed, never typed.

    ROWS = Prediction(
        key="linear.row_sums",
        title="What a row sums to",
        question="What does each row of the matrix sum to?",
        answer=lambda: resampling_matrix(3, 5).sum(axis=1)[0],      # called when somebody has answered
        explain="All outputs of a constant signal are that constant, so the weights of a row sum to 1.",
    )
    ...options=["darker", "brighter", "the same"]     # answer() returns one of them
    ...options={"It gets darker": -1, "It stays": 0}  # or what stands behind a label
    ...shape=4, answer=lambda: resample([0, 4], 4)    # the learner types four numbers (see reading.py)

As the last line of a cell, ``ROWS`` shows a form; it waits for nobody, so that Run All goes on.
``ROWS.check(1)`` answers from code.
"""

import asyncio
import unicodedata
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from course_utils import platform
from course_utils.exercises.engine import compare, progress
from course_utils.exercises.engine.reading import Unreadable, example, read
from course_utils.exercises.engine.registry import lesson_of, register_prediction
from course_utils.exercises.engine.report import Card, Outcome, Shown, ShownAsCard, show, show_pair

ARRIVAL_SECONDS = 0.25
ROUNDED = 8  # tolerances: somebody whose guess is 3.33 types 3.3
_NOT_COMPUTED = object()
PREDICTED = "⟨predicted⟩"  # where a page without a kernel writes what was typed


@dataclass(frozen=True, repr=False)
class Verdict(ShownAsCard):
    """How a prediction turned out. ``outcome`` is right, not quite, or not attempted (nothing readable)."""

    key: str
    outcome: Outcome
    answer: str = ""  # what was predicted, in a form that can be typed again
    predicted: str = ""
    computed: str = ""
    remark: str = ""  # how the answer was read
    sentence: str = ""
    extra: tuple = field(default=())

    @property
    def card(self):
        """The verdict as a card."""
        mark, word, tone = {
            Outcome.RIGHT: ("✓", "As you predicted", "right"),
            Outcome.NOT_QUITE: ("✗", "Not as you predicted", "wrong"),
        }.get(self.outcome, ("○", "No prediction yet", "calm"))
        rows = (("predicted", self.predicted), ("computed", self.computed))
        return Card(
            mark, word, tone=tone,
            rows=tuple(row for row in rows if row[1]),
            sentences=tuple(filter(None, (self.remark, self.sentence, *self.extra))),
        )  # fmt: skip


class Prediction(Shown):
    """A question with a computed answer. See the top of the module for examples.

    ``answer``     called without arguments; returns a number, an array or one of the options
    ``options``    a list of choices, or {label: what answer() returns}; None for numbers
    ``explain``    why it is so, shown with the result: a text, or a function of the answer
    ``shape``      how many numbers are asked for: (), 4 or (2, 2), as ``answer`` returns them
    ``unit``       of the numbers ("dB"): shown beside the field
    ``guesses``    {sentence: function computing the numbers that it is about}: a prediction that equals them, the
                   nearest of several, is told so; with options {sentence: the wrong label}
    ``tolerance``  a number may be off by ``tolerance * (1 + |answer| / 5)``: 0.33 is a third, 0.26 no quarter
    """

    def __init__(
        self, key, question, answer, explain="", *, title=None, options=None, guesses=None, shape=(), unit="",
        tolerance=5e-3,
    ):  # fmt: skip
        self.key, self.question, self.explain, self.tolerance = key, question, explain, tolerance
        self.title = title or question.split("?")[0][:70]
        self.options = dict(options) if isinstance(options, dict) else {str(o): o for o in options or ()}
        if not callable(answer):
            raise ValueError(
                f"the answer of prediction {key!r} must be computed by a function, got {answer!r}"
            )
        if options is not None and len(self.options) != len(options):
            raise ValueError(f"the options of prediction {key!r} must differ, got {list(options)}")
        self.shape, self.unit = (shape,) if isinstance(shape, int) else tuple(shape), unit
        self._answer, self.guesses = answer, dict(guesses or {})
        self._computed = _NOT_COMPUTED
        self._form = None
        register_prediction(self)

    @property
    def lesson(self):
        """The lesson's number as two digits, "" for a key outside the course."""
        return lesson_of(self.key)

    def computed(self):
        """The right answer, from the lesson's own code; a label when there are options."""
        if self._computed is _NOT_COMPUTED:
            self._computed = (
                self._label_of(self._answer()) if self.options else np.asarray(self._answer(), float)
            )
        return self._computed

    def check(self, *answer):
        """How a prediction turns out, as a :class:`Verdict`; recorded when it can be read. Never raises.

        Several numbers may be given as they are: ``check(3, 15)`` is ``check([3, 15])``.
        """
        verdict = self.judge(answer[0] if len(answer) == 1 else list(answer) or None)
        if verdict.outcome is Outcome.NOT_ATTEMPTED:
            return verdict
        message = progress.record_prediction(self.key, verdict.answer, verdict.outcome is Outcome.RIGHT)
        kept = progress.prediction(self.key)
        if kept and kept["answer"] != verdict.answer:
            message = f"Your first prediction stays on record: {kept['answer']}. {message}".strip()
        return replace(verdict, extra=(message,) if message else ())

    def judge(self, answer):
        """Like :meth:`check`, without recording it."""
        try:
            return self._compare(answer)
        except Unreadable as error:
            return Verdict(self.key, Outcome.NOT_ATTEMPTED, sentence=str(error))
        except Exception as error:  # computing needs torch and it is not there, for example
            if library := platform.missing_in(error):
                sentence = (
                    f"The answer takes {library}, which is not here. On your own computer it can be checked."
                )
            else:
                reason = f"{type(error).__name__}: {error}"[:200]
                sentence = (
                    f"The answer could not be computed here ({reason}). Your prediction is not lost: try again "
                    f"later."
                )
            return Verdict(self.key, Outcome.NOT_ATTEMPTED, sentence=sentence)

    def diagnosis(self, answer):
        """What is said to somebody who gives this wrong answer, "" where it is no guess that people often make.

        The right answer is not computed for it: it may take seconds.
        """
        try:
            given = self._choice(answer) if self.options else read(answer, self.shape, self.unit).numbers
            return self._recognized(given, right=False)
        except Exception:  # unreadable, or a guess that needs a package that is not here
            return ""

    def _compare(self, answer):
        remark = ""
        if self.options:
            given, computed = self._choice(answer), self.computed()
            right, typed, shown = given == computed, given, (computed, given)
        else:
            computed = self.computed()
            given, remark = read(answer, computed.shape, self.unit)
            right = self._close(given, computed)
            typed = ", ".join(f"{value:.10g}" for value in given.flat)
            pair = computed[()], given[()]  # [()] makes a number of an array without axes
            shown = tuple(map(show, pair)) if right else show_pair(*pair)
        return Verdict(
            key=self.key,
            outcome=Outcome.RIGHT if right else Outcome.NOT_QUITE,
            answer=typed,
            predicted=shown[1],
            computed=shown[0],
            remark=remark,
            sentence=" ".join(filter(None, (self._recognized(given, right), self.explanation()))),
        )

    def _recognized(self, given, right):
        """The sentence about a guess that people often make, when this is one."""
        if right:
            return ""
        if self.options:
            return next((sentence for sentence, guess in self.guesses.items() if guess == given), "")
        near = [item for item in self._guessed.items() if self._close(given, item[1], ROUNDED)]
        return min(near, key=lambda item: np.abs(item[1] - given).max(), default=("",))[0]

    @cached_property
    def _guessed(self):
        """The numbers that each sentence of ``guesses`` is about."""
        return {sentence: np.asarray(guess(), float) for sentence, guess in self.guesses.items()}

    def explanation(self):
        """Why it is so, in words."""
        return self.explain(self._answer()) if callable(self.explain) else self.explain

    def _close(self, given, computed, times=1):
        return np.allclose(given, computed, rtol=self.tolerance / 5, atol=times * self.tolerance)

    def _choice(self, answer):
        wanted = _folded(answer)
        for label in self.options:
            if _folded(label) == wanted:
                return label
        for label, value in self.options.items():
            if compare.is_number(value) and _means(answer, value) and _names(label, value):
                return label
        choices = ", ".join(map(repr, self.options))
        said = f"{_shortened(answer)} is not among the choices" if wanted else "Nothing is chosen yet"
        raise Unreadable(f"{said}: choose one of {choices}.")

    def _label_of(self, value):
        for label, option in self.options.items():
            if option == value or (
                compare.is_number(option) and compare.is_number(value) and np.isclose(option, value)
            ):
                return label
        raise LookupError(
            f"the computed answer {value!r} is none of the options {list(self.options.values())}"
        )

    def ahead(self):
        """Every verdict that a page without a kernel may need, as plain data; None where there is no answer here.

        Always ``card``, the question alone. With options, ``options``: label -> HTML. With numbers ``computed``,
        ``tolerance``, ``format``, ``unit``, the HTML ``right`` and ``wrong``, and ``guesses``, a list of
        [numbers, HTML]; in it PREDICTED stands for what was typed.
        """
        try:
            computed = self.computed()
        except Exception:  # computing needs what is not there, as in ``judge``
            return None
        card = {"card": self._question_card(with_choices=False).html}
        if self.options:
            return card | {"options": {label: self._compare(label).html for label in self.options}}
        return card | self._numbers_ahead(computed)

    def _numbers_ahead(self, computed):
        def told(outcome, recognized=""):
            return Verdict(
                self.key, outcome, predicted=PREDICTED, computed=show(computed[()]),
                sentence=" ".join(filter(None, (recognized, self.explanation()))),
            ).html  # fmt: skip

        guesses = [
            [np.broadcast_to(np.asarray(guess(), float), computed.shape).ravel().tolist(), sentence]
            for sentence, guess in self.guesses.items()
        ]
        return {
            "computed": computed.ravel().tolist(),
            "tolerance": self.tolerance,
            "format": self.format,
            "unit": self.unit,
            "right": told(Outcome.RIGHT),
            "wrong": told(Outcome.NOT_QUITE),
            "guesses": [[numbers, told(Outcome.NOT_QUITE, sentence)] for numbers, sentence in guesses],
        }

    # In the notebook

    def form(self):
        """The question as a form of ipywidgets: choices or a text field, a button, the result."""
        if self._form is None:
            self._form = _Form(self)
        self._form.recall()
        return self._form.box

    @property
    def text(self):
        """The question as plain text."""
        choices = "".join(f"\n  ( ) {label}" for label in self.options) or f"\n  ({self.format})"
        return f"? Predict: {self.question}{choices}"

    @property
    def format(self):
        """What is typed: "2 numbers, such as 2.6, 1/7"."""
        count = int(np.prod(self.shape))
        what = "a number" if self.shape == () else f"{count} numbers"
        return f"{what}{f' in {self.unit}' if self.unit else ''}, such as {example(self.shape)}"

    @property
    def html(self):
        """The question alone, for a page without a kernel."""
        return self._question_card().html

    def _question_card(self, with_choices=True):
        choices = [("○", "calm", label) for label in self.options] if with_choices else []
        sentences = (f"Type {self.format}.",) if with_choices and not choices else ()
        return Card("?", "Predict", self.question, items=tuple(choices), sentences=sentences)

    def _repr_mimebundle_(self, include=None, exclude=None):
        bundle = {"text/plain": self.text, "text/html": self.html}
        try:
            widget = self.form()._repr_mimebundle_()
        except ImportError:  # without ipywidgets the question can still be read
            return bundle
        return {**widget, **bundle}


class _Form:
    """The widgets of one prediction. Showing it again shows the same form, as it was left."""

    def __init__(self, prediction):
        import ipywidgets as widgets  # here, so that checking answers from code needs no widgets

        self.prediction = prediction
        self.answered = False
        self.result = widgets.HTML()
        self.button = widgets.Button(
            description="This is my prediction",
            layout={"width": "max-content"},
            tooltip="Compare it with the result",
        )
        self.button.on_click(lambda _: self.submit_soon())
        if prediction.options:
            self.entry = widgets.RadioButtons(
                options=list(prediction.options),
                value=None,
                layout={"width": "max-content", "max_width": "100%"},
            )
        else:
            self.entry = widgets.Text(
                description="Your prediction",  # also what a screen reader calls the field
                placeholder=prediction.format,
                continuous_update=False,
                style={"description_width": "initial"},
                layout={"width": "36em", "max_width": "100%"},
            )
            self.entry.on_msg(self._on_message)
        question = widgets.HTML(prediction._question_card(with_choices=False).html)
        self.box = widgets.VBox([question, self.entry, self.button, self.result])
        self.box.add_class("btp-prediction")

    def submit_soon(self):
        """Submit when the last value has arrived: a click or Enter overtakes it while the kernel is busy."""
        try:
            asyncio.get_running_loop().call_later(ARRIVAL_SECONDS, self.submit)
        except RuntimeError:  # no loop, so nothing is under way
            self.submit()

    def submit(self):
        """Show how the prediction turns out."""
        verdict = self.prediction.check(self.entry.value)
        self.answered = self.answered or verdict.outcome is not Outcome.NOT_ATTEMPTED
        self.result.value = verdict.html

    def recall(self):
        """Show what was answered in an earlier session."""
        kept = None if self.answered else progress.prediction(self.prediction.key)
        if kept is None:
            return
        verdict = self.prediction.judge(kept["answer"])
        if verdict.outcome is Outcome.NOT_ATTEMPTED:  # the question has changed since
            return
        self.answered = True
        self.entry.value = kept["answer"]
        when = (f"Your prediction of {kept['date'][:10]}.",)
        self.result.value = replace(verdict, extra=when).html

    def _on_message(self, _, content, __):
        if content.get("event") == "submit":  # the Enter key
            self.submit_soon()


def _folded(label):
    """A label without the differences between one keyboard and another."""
    text = "" if label is None else unicodedata.normalize("NFKC", str(label))
    return " ".join(text.replace("−", "-").replace("×", "x").replace("’", "'").split()).casefold()


def _means(answer, value):
    """Whether the answer, read as a number, is this one."""
    try:
        return bool(np.isclose(read(answer).numbers, value, rtol=5e-3))
    except Unreadable:
        return False


def _names(label, value):
    """Whether a number may be typed for this label: "7/3, or 2.33" and "half, 292" and "about 125", not "darker"."""
    return _folded(label)[:1] in "-0123456789" or any(_means(part, value) for part in label.split(", "))


def _shortened(answer):
    text = repr(answer)
    return text if len(text) <= 60 else text[:59] + "…"
