"""The proof that a prediction works, for the tests: ``verify_prediction(prediction)``.

It types the right answer in every way that people type numbers, the usual wrong answers, and nonsense.
"""

import re

import numpy as np

from course_utils.exercises.engine import Outcome
from course_utils.exercises.engine.reading import Unreadable, example, read


def verify_prediction(prediction):
    """Raise AssertionError with everything that is wrong with a prediction; return None when nothing is."""
    parts = (_the_form, _right_answers, _wrong_answers, _guesses, _nonsense)
    problems = [f"{prediction.key}: {problem}" for part in parts for problem in part(prediction)]
    assert not problems, "\n".join(problems)


def _the_form(prediction):
    if prediction.options:
        return
    shape = prediction.computed().shape
    if prediction.shape != shape:
        yield f"shape={prediction.shape} is declared, the computed answer has {shape}"
    shown = read(example(shape), shape).numbers
    if np.isclose(shown[..., None], prediction.computed().ravel(), atol=0.02).any():
        yield f"the example {example(shape)} gives a number of the answer away"
    if example(shape) not in prediction.text or example(shape) not in prediction.html:
        yield "the question does not show an example of what to type"


def _right_answers(prediction):
    computed = prediction.computed()
    verdict = prediction.judge(computed)
    if not verdict.sentence:
        yield "nothing explains the answer"
    for written in (computed, verdict.answer, *ways_to_write(computed, prediction.tolerance)):
        verdict = prediction.judge(written)
        if verdict.outcome is not Outcome.RIGHT:
            yield f"the right answer, written as {written!r}, is {verdict.outcome}: {verdict.sentence}"


def ways_to_write(answer, tolerance=5e-3):
    """The same answer as people write it: a label, or numbers of the array ``answer``."""
    if isinstance(answer, str):
        return [answer.upper(), f" {answer} ", answer.replace("−", "-"), answer.replace("×", "x")]
    values = answer.ravel().tolist()
    precise = [[repr(value) for value in values], [f"{value:.10g}" for value in values]]
    rounded = [f"{value:.3g}" for value in values]
    if np.allclose([float(text) for text in rounded], values, rtol=tolerance / 5, atol=tolerance):
        precise.append(rounded)
    return [way for texts in precise for way in _ways(texts)] + _printed(answer)


def _ways(texts):
    comma, several = ", ".join(texts), len(texts) > 1
    yield from (comma, f"  {comma} ", f"[{comma}]", f"({comma})", "; ".join(texts), f"{comma}.", f"= {comma}")
    yield from (comma.replace("-", minus) for minus in "−–—－‐")
    yield from (
        comma.replace("-", "- "),
        comma.replace(".", "．"),
        f"about {comma}",
        f"~{comma}",
        f"≈ {comma}",
    )
    yield comma.translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    yield from (comma.replace(",", mark) for mark in "，；、")
    yield f"（{comma}）"
    if not any("e" in text for text in texts):
        if not any(re.fullmatch(r"-?[1-9]\d{0,2}\.\d{3}", text) for text in texts):  # 1,125 may be 1125
            yield "; ".join(text.replace(".", ",") for text in texts)
        yield ", ".join(re.sub(r"^(-?)0\.", r"\1.", text) for text in texts)
        yield ", ".join(f"{text} px" for text in texts)
    if several:
        yield from (sep.join(texts) for sep in (" ", ",", ";", "\n", "\t", " and "))
        yield texts


def _printed(answer):
    """What NumPy, torch and Python show."""
    listed = answer.tolist()
    name = "np.float64(%s)" if answer.ndim == 0 else "array(%s)"
    printed = [str(answer), repr(answer), name % listed, f"np.array({listed})", f"tensor({listed})"]
    return [*printed, f"tensor({listed}, dtype=torch.float64)", listed, answer.astype(np.float32)]


def _wrong_answers(prediction):
    computed = prediction.computed()
    if prediction.options:
        wrong = [label for label in prediction.options if label != computed]
    else:
        near = 4 * prediction.tolerance * (1 + np.abs(computed).max() / 5)
        wrong = [computed + 1, computed - 1, computed + near, computed - near, computed + 10]
    for other in wrong:
        if prediction.judge(other).outcome is not Outcome.NOT_QUITE:
            yield f"{other!r} passes as well"


def _guesses(prediction):
    for sentence, guess in prediction.guesses.items():
        told = prediction.judge(guess if prediction.options else np.asarray(guess(), float))
        if told.outcome is not Outcome.NOT_QUITE or not told.sentence.startswith(sentence):
            yield f"who guesses so is not told {sentence!r}: {told}"


def _nonsense(prediction):
    for nonsense in (None, "", "what?", object(), [[1], [2, 3]], "nan", 1j, "3 fish", "1/0", "2 or 3"):
        verdict = prediction.judge(nonsense)
        if verdict.outcome is not Outcome.NOT_ATTEMPTED or not verdict.sentence:
            yield f"no sentence for {nonsense!r}: {verdict}"
    if prediction.options:
        return
    for count in {1, 2, prediction.computed().size + 1} - {prediction.computed().size}:
        try:
            read([7.25] * count, prediction.shape)
            yield f"{count} numbers are read"
        except Unreadable as error:
            if f"you gave {count}: " not in str(error):
                yield f"{count} numbers: {error}"
