"""Cells that need what a browser has not: in their place, what they showed where it is.

``import course_utils`` installs this in the browser edition. From then on a cell that needs PyTorch (or OpenCV, or
scikit-image, where they are not here) is not run. Unchanged, it shows its recorded output under a card that says so;
changed, it shows a sentence. Nothing is imitated: whatever says "PyTorch", PyTorch has computed.

Such a cell's other imports are made. The names it would have made are taken away, so that no later cell goes on with
old ones: that one is not run either. All this is read from the source (``course_utils.needs``).
"""

import hashlib
import json
import sys
from functools import cache

from course_utils import needs, platform

_lost = {}  # name -> the modules it needs that are not here


def install(shell=None):
    """Have the kernel ask here before it runs a cell. Done once, and without a kernel not at all."""
    if shell is None:
        from IPython import get_ipython

        shell = get_ipython()
    if shell is None or _instead in shell.input_transformers_cleanup:
        return
    shell.input_transformers_cleanup.insert(0, _instead)
    shell.set_custom_exc((ModuleNotFoundError,), _tell_missing)


def key(source):
    """The name of a cell in the record: of its source alone."""
    return hashlib.sha256(source.strip().encode()).hexdigest()[:20]


def _instead(lines):
    """IPython's hook: the lines of a cell, or of what is run in its place. It may be asked more than once."""
    source = "".join(lines)
    if not _missing(source):
        return lines
    return [f"__import__({__name__!r}, fromlist=['show']).show({source!r})\n"]


def _missing(source):
    """Modules that this cell needs and that are not here."""
    return needs.needed(
        source, _still_lost(), [name for name in platform.NOT_IN_BROWSERS if platform.lacks(name)]
    )


def _still_lost():
    space = _space()
    return {name: modules for name, modules in _lost.items() if name not in space}


def show(source):
    """Show what is known of a cell that cannot run here, and make those of its imports that can."""
    missing = sorted(_missing(source), key=list(platform.NOT_IN_BROWSERS).index)
    used = sorted(needs.read(source).used & _still_lost().keys())
    others = _imports_made(source)
    needs.lose(source, _lost, missing)
    cell = needs.read(source)
    for name in {*cell.made, *(name for _, name, _ in cell.imports)} & _lost.keys():
        _space().pop(name, None)
    try:
        versions, outputs = _found(key(source))
    except (OSError, ValueError) as error:
        _tell(f"{_cannot(missing)} What this cell showed elsewhere could not be fetched: {error}.")
        return
    if outputs is None:
        _tell_changed(missing, used, versions is not None)
    elif not outputs:
        _tell(f"{_cannot(missing)}{' Everything else that this cell imports is here.' if others else ''}")
    else:
        named = _listed([f"{platform.NOT_IN_BROWSERS[name]} {versions[name]}" for name in missing])
        _tell(f"{_cannot(missing)} Below is what this cell showed with {named}.", "Recorded.")
        for output in outputs:
            _show_again(output)


def _tell_changed(missing, used, is_the_lessons):
    names = _listed([f"`{name}`" for name in used])
    made = f" It uses {names}, which a cell before it makes with {_named(missing)}." if used else ""
    if is_the_lessons:
        why = "It works with what you wrote, so nothing could be recorded of it."
    else:
        why = "The lesson as it is published now has no such cell: you wrote or changed it, or your copy is older."
    _tell(f"{_cannot(missing)}{made} {why} On your own computer it runs.")


def _imports_made(source):
    """Make those imports of a cell that can be made; how many."""
    made = 0
    for statement, _, module in needs.read(source).imports:
        if not any(platform.lacks(top) for top in needs.behind(module) & platform.NOT_IN_BROWSERS.keys()):
            exec(statement, _space())
            made += 1
    return made


def _found(cell):
    """(versions, outputs) recorded of a cell. Outputs None: nothing could be; both None: it is no lesson's cell.

    Raises OSError or ValueError when the record cannot be read.
    """
    stem = _file("index").get(cell)
    if stem is None:
        return None, None
    lesson = _file(stem)
    return lesson["versions"], lesson["cells"][cell]


@cache
def _file(stem):
    return json.loads(platform.read_file(f"recorded/{stem}.json"))


def _show_again(output):
    from IPython.display import publish_display_data

    if output["output_type"] == "stream":
        print("".join(output["text"]), end="", file=sys.stderr if output["name"] == "stderr" else sys.stdout)
    else:
        publish_display_data(output["data"], output.get("metadata", {}))


def _tell(sentence, word="Not run here."):
    from IPython.display import display

    from course_utils.exercises.engine.report import Card

    display(Card("●", word, sentence))


def _tell_missing(shell, kind, error, trace, tb_offset=None):
    """What no reading of the source has told: a function that imports when it is called."""
    if platform.missing_in(error):
        _tell(f"{_cannot([error.name.partition('.')[0]])} On your own computer this runs.")
    else:
        shell.showtraceback((kind, error, trace), tb_offset=tb_offset)


def _space():
    from IPython import get_ipython

    shell = get_ipython()
    return shell.user_ns if shell else {}


def _cannot(missing):
    """
    >>> _cannot(["torch"])
    'PyTorch cannot run in a browser.'
    >>> _cannot(["torch", "cv2"])
    'PyTorch and OpenCV cannot run in this browser.'
    """
    where = "a browser" if list(missing) == ["torch"] else "this browser"
    return f"{_named(missing)} cannot run in {where}."


def _named(modules):
    return _listed([platform.NOT_IN_BROWSERS[name] for name in modules])


def _listed(words):
    return f"{', '.join(words[:-1])} and {words[-1]}" if len(words) > 1 else "".join(words)
