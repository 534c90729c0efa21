"""In the kernel of a lesson that is made into a page: what explorers show and predictions answer without one.

After each cell, and not at the end: what an explorer draws may depend on names that later cells set anew.
"""

import json
import os
import sys

from course_utils.explorers.stage.standalone import MOST_BYTES, recorded

FOLDER = "COURSE_BOOK_FOLDER"
ALL_EXPLORERS_BYTES = 1_300_000  # compressed, of a lesson; a page may have 2 MB
MOST_OF_ONE = 600_000
SEEN = set()


def note(expected):
    """Record the explorers that were made since the last call; ``expected``: how many the lesson shows."""
    from course_utils.explorers.stage import Explorer

    note_predictions()
    widget = sys.modules["ipywidgets.widgets.widget"]
    room = min(max(ALL_EXPLORERS_BYTES // max(expected, 1), MOST_BYTES // 2), MOST_OF_ONE)
    for name, explorer in list(widget._instances.items()):
        if name in SEEN or not isinstance(explorer, Explorer):
            continue
        SEEN.add(name)
        opening = explorer.stage.scene, explorer.values
        record = recorded(explorer, room)
        if (explorer.stage.scene, explorer.values) != opening:
            raise AssertionError(f"an explorer with {list(explorer.controls)} is not as it was before")
        keep(name, record)


def note_predictions():
    """Record what every prediction shown so far answers, for the form that shows it."""
    from course_utils.exercises.engine import registry

    for prediction, _ in list(registry._predictions.values()):
        if prediction._form is None or prediction.key in SEEN:
            continue
        SEEN.add(prediction.key)
        verdicts = prediction.ahead()
        if verdicts is not None:
            keep(prediction._form.box.model_id, verdicts)


def keep(name, record):
    with open(os.path.join(os.environ[FOLDER], f"{name}.json"), "w", encoding="utf-8") as file:
        json.dump(record, file, ensure_ascii=False, separators=(",", ":"))
