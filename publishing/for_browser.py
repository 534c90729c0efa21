"""What the browser edition has at hand beside the wheel: recorded outputs of cells that it cannot run, and pictures.

    pictures/*.png, disparity.npy      what ``course_utils.images`` reads
    recorded/index.json                key of a cell -> stem of its lesson
    recorded/STEM.json                 {"versions": {module: version}, "cells": {key: outputs}}

A cell that works with what the learner wrote has null for outputs.
"""

import importlib
import io
import json

import numpy as np
from PIL import Image

from course_utils import images, needs
from course_utils.launcher.saving import VIEW
from course_utils.platform import NOT_IN_BROWSERS
from course_utils.recorded import key

PYODIDE_DEPENDS = ("numpy", "pillow", "ipywidgets", "anywidget")
"""What the wheel's entry in Pyodide's lock depends on. Matplotlib and SciPy come with the cell that imports them."""


def write_course_files(folder, lessons):
    """Write everything under ``folder``; ``lessons`` is {stem: Recorded}."""
    (folder / "recorded").mkdir(parents=True, exist_ok=True)
    (folder / "pictures").mkdir(parents=True, exist_ok=True)
    index = {}
    for stem, recorded in lessons.items():
        cells = recorded_cells(recorded.notebook)
        index |= dict.fromkeys(cells, stem)
        _write_json(folder / "recorded" / f"{stem}.json", {"versions": versions(), "cells": cells})
    _write_json(folder / "recorded" / "index.json", index)
    for name, content in pictures():
        (folder / "pictures" / name).write_bytes(content)


def versions():
    """Of the modules that a browser may lack, as a reader knows them: "2.13.0", without a build's name."""
    return {name: importlib.import_module(name).__version__.partition("+")[0] for name in NOT_IN_BROWSERS}


def recorded_cells(notebook):
    """{key: outputs} of the cells of a lesson that was run which need what a browser lacks."""
    return {
        key(cell.source): None
        if learners
        else [_without_kernel(each) for each in cell.outputs if _is_shown(each)]
        for cell, modules, learners in read_in_turn(notebook)
        if modules
    }


def read_in_turn(notebook):
    """(cell, modules that it needs, does it use what the learner writes?) of every code cell."""
    lost, own = {}, set()
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        modules = needs.needed(cell.source, lost, NOT_IN_BROWSERS)
        yield cell, modules, bool(own & needs.read(cell.source).used)
        if modules:
            needs.lose(cell.source, lost, modules)
        else:
            needs.find(cell.source, lost)
        if "exercise" in cell.metadata:
            own |= needs.read(cell.source).made


def _is_shown(output):
    """A widget that shows nothing without its kernel, such as the bar of a training, is left out."""
    data = output.get("data", {})
    return VIEW not in data or bool({"text/html", "image/svg+xml"} & set(data))


def _without_kernel(output):
    """An output as plain data; of a widget its picture and its words."""
    if output.output_type == "stream":
        return {"output_type": "stream", "name": output.name, "text": output.text}
    data = dict(output.data)
    if VIEW in data and "image/svg+xml" in data:
        words = f"<p>{data['text/plain']}</p>"
        data = {"text/html": data["image/svg+xml"] + words, "text/plain": data["text/plain"]}
    data.pop(VIEW, None)
    return {"output_type": "display_data", "data": data, "metadata": output.get("metadata", {})}


def pictures():
    """(name, bytes) of every file that ``course_utils.images`` reads in a browser."""
    for name in images.PICTURES:
        yield f"{name}.png", _png(images.picture(name))
    yield "face.png", _png(images.face())
    left, right, disparity = images.stereo_pair()
    yield "left.png", _png(left)
    yield "right.png", _png(right)
    stream = io.BytesIO()
    np.save(stream, disparity.astype(np.float32))
    yield "disparity.npy", stream.getvalue()


def _png(pixels):
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG", optimize=True)
    return stream.getvalue()


def _write_json(path, value):
    path.write_text(json.dumps(value, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
