"""Inside JupyterLab's server: a saved lesson keeps the state of the widgets that it shows, so it shows them again.

JupyterLab saves the widgets of the running kernel: all of them, also those of cells that were run again since, and
none of those that come from the file. Without this, a lesson would grow with every run of a cell; and one that was
opened, changed and saved without being run would say "model not found" the next time.
"""

import json
import re
from contextlib import suppress
from pathlib import Path

VIEW = "application/vnd.jupyter.widget-view+json"
STATE = "application/vnd.jupyter.widget-state+json"
REFERENCE = re.compile(r'"IPY_MODEL_([^"]+)"')


def keep_widgets(model, path, contents_manager, **_):
    """Jupyter's hook before it saves: ``model`` is what will be written, and is changed in place."""
    notebook = model["content"]
    if model["type"] != "notebook" or STATE not in notebook["metadata"].get("widgets", {}):
        return
    widgets = notebook["metadata"]["widgets"]
    before = _states_in_file(contents_manager._get_os_path(path))
    states = before | widgets[STATE]["state"]
    shown = _shown(_views(notebook), states)
    if shown:
        widgets[STATE]["state"] = {name: states[name] for name in states if name in shown}
    else:
        del notebook["metadata"]["widgets"]


def _states_in_file(path):
    with suppress(
        OSError, ValueError, KeyError, TypeError
    ):  # no file yet, none that can be read, one without widgets
        return json.loads(Path(path).read_text(encoding="utf-8"))["metadata"]["widgets"][STATE]["state"]
    return {}


def _views(notebook):
    """The ids of the widgets in the notebook's outputs."""
    outputs = (output for cell in notebook["cells"] for output in cell.get("outputs", ()))
    bundles = (output.get("data", {}) for output in outputs)
    return [bundle[VIEW]["model_id"] for bundle in bundles if VIEW in bundle]


def _shown(ids, states):
    """These ids and those of all widgets that they are made of, as far as there is a state of them."""
    found, waiting = set(), list(ids)
    while waiting:
        name = waiting.pop()
        if name in states and name not in found:
            found.add(name)
            waiting += REFERENCE.findall(json.dumps(states[name]))
    return found
