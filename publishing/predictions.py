"""A prediction on a page: the question, and a form that ``book.js`` answers with what Python wrote ahead."""

from html import escape

from course_utils.exercises.engine.report import STYLE as CARD_STYLE


def without_styles(record):
    """The same data; the style of its cards stands once, in book.css."""
    if isinstance(record, str):
        return record.replace(CARD_STYLE, "")
    if isinstance(record, dict):
        return {name: without_styles(value) for name, value in record.items()}
    return [*map(without_styles, record)] if isinstance(record, list) else record


def prediction_html(record, number) -> str:
    """What stands in the page for prediction ``number``; ``record`` is what ``Prediction.ahead`` gives."""
    if "options" in record:
        answer = "".join(
            f'<label><input type="radio" name="prediction-{number}" value="{escape(label)}"> {escape(label)}</label>'
            for label in record["options"]
        )
    else:
        hint = escape(record["format"])
        answer = f'<input type="text" aria-label="Your prediction" placeholder="{hint}" autocomplete="off">'
    return (
        f'<form class="prediction" data-prediction="{number}">{record["card"]}'
        f'<div class="answer">{answer}</div><button type="submit">This is my prediction</button>'
        '<div class="result" aria-live="polite"></div></form>'
    )
