"""What a lesson begins with, compiled ahead: Python in a browser spends more than half of its start on compiling.

Only modules that are imported until the first pictures: bytecode is larger than what it comes from.
"""

import json
import os
import re
import shutil
import subprocess
import zipfile
from itertools import chain
from pathlib import Path

from publishing.wheels import AT_START, write_zip

SCRIPT = Path(__file__).with_name("assets") / "imports.mjs"
THEN = ("matplotlib", "scipy")
FIRST = (
    "pyodide_kernel",
    "course_utils.explorers.bilinear",
    "course_utils.explorers.linear",
    "course_utils.exercises.start",
    "PIL.PngImagePlugin",
)
LATER = (
    "course_utils.explorers.microscope",
    "course_utils.exercises.linear",
    "course_utils.figures.course_map",
    "matplotlib.pyplot",
    "matplotlib.backends.backend_agg",
    "matplotlib_inline.backend_inline",
    "scipy.ndimage",
)
# What a browser does not read: headers, tests, JavaScript that JupyterLab has, grammars of 500 languages.
UNREAD = re.compile(r"\.[ah]$|/tests/|^[^/]+\.data/|^anywidget/(lab|nb)extension/|^IPython/sphinxext/")
GRAMMAR = re.compile(r"^pygments/lexers/(?!__init__|_mapping|python|special|shell|_builtins)")
# How lazy_loader is called, in scikit-image for one: the types beside such a module say what can be imported.
READS_ITS_STUB = b"attach_stub("
# What cells import of these packages, where Pyodide has them.
OTHERS = {"scikit-image": ("skimage.measure", "skimage.transform"), "opencv-python": ("cv2",)}
FONTS = "matplotlib_fonts"  # the folder in which matplotlib finds the list of its fonts, and need not look for them
STDLIB = "python_stdlib.zip"
CALLED_BY_NAME = "course_utils/"  # a lesson shows its sources: they stay, with the bytecode beside them


class NoNode(Exception):
    """There is no node on this computer, or what it ran ended badly; the message says which."""


def modules(folder, out, packages, others=None):
    """The bytecode of what is imported at first, in ``out``/library and ``out``/packages. Raises NoNode.

    others: package -> modules that are imported as well where it is among the ``packages``
    """
    node = shutil.which("node")
    if not node:
        raise NoNode("node is not on this computer")
    others = {name: inside for name, inside in (others or {}).items() if name in packages}
    names = {
        "packages": [name for name in AT_START if name in packages],
        "then": ["between-the-pixels", *(name for name in THEN if name in packages), *others],
        "first": FIRST,
        "later": [*LATER, *chain.from_iterable(others.values())],
    }
    out.mkdir(parents=True)
    done = subprocess.run(
        [node, str(SCRIPT), str(folder), str(out)],
        env=os.environ | {"COURSE_IMPORTS": json.dumps(names)},
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    if done.returncode:
        raise NoNode(f"node ended with code {done.returncode}: {(done.stderr or done.stdout)[-2000:]}")


def fonts_at(name):
    """Where a list of fonts lies: Pyodide's matplotlib keeps one of its own beside its modules."""
    return f"matplotlib/{name}" if name == "fontlist.json" else f"{FONTS}/{name}"


def check(folder, out, packages):
    """Raises ValueError when what was packed does not start any more. ``out``: a folder that does not exist yet."""
    try:
        modules(folder, out, packages, OTHERS)
    except NoNode as reason:
        raise ValueError(f"The browser edition would not start: {reason}") from None


def packed(archive, compiled, tag, more=()):
    """Write a wheel, or the standard library, anew: without what is unread, and with the bytecode in ``compiled``.

    compiled   place in the archive -> bytes, of Python files
    tag        what a cached file's name ends in: "cpython-312"
    more       place in the archive -> bytes, of what is added
    """
    contents = dict(more)
    with zipfile.ZipFile(archive) as before:
        names = before.namelist()
        for name in names:
            content, code = before.read(name), compiled.get(name)
            if (
                name in contents
                or name.endswith("/")
                or UNREAD.search(name)
                or (name.endswith(".pyi") and not is_read(name, before, names))
                or (GRAMMAR.search(name) and code is None)
            ):
                continue
            if code is None or name.startswith(CALLED_BY_NAME):
                contents[name] = content
            if code is not None:
                contents[cached(name, tag) if name.startswith(CALLED_BY_NAME) else f"{name}c"] = code
    write_zip(archive, contents)


def is_read(stub, archive, names):
    """Does the module beside these types read them when it is imported?"""
    module = stub.removesuffix("i")
    return module in names and READS_ITS_STUB in archive.read(module)


def cached(name, tag):
    """Where the bytecode of a file lies whose source is there.

    >>> cached("course_utils/kernels.py", "cpython-312")
    'course_utils/__pycache__/kernels.cpython-312.pyc'
    """
    folder, _, file = name.rpartition("/")
    return f"{folder}/__pycache__/{file.removesuffix('.py')}.{tag}.pyc"


def read(folder):
    """What ``modules`` wrote in one of its folders: place -> bytes."""
    return {file.relative_to(folder).as_posix()[:-1]: file.read_bytes() for file in folder.rglob("*.pyc")}


def apply(folder, out, packages, python):
    """Compile ahead what lies in the folder of Pyodide, in place. ``out``: a folder that does not exist yet."""
    modules(folder, out, packages)
    tag = f"cpython-{python.replace('.', '')}"
    library, brought = read(out / "library"), read(out / "packages")
    packed(folder / STDLIB, library, tag)
    fonts = {fonts_at(file.name): file.read_bytes() for file in (out / "fonts").glob("*.json")}
    for wheel in folder.glob("*.whl"):
        packed(wheel, brought, tag, fonts if wheel.name.startswith("matplotlib-") else ())
