"""What the Python that runs here can do, told in one place: one in a browser has no torch, no alarm and no locks.

Everybody else asks for an ability and not for a platform. Standard library only, since the launcher asks too.

COURSE_FILES names where the browser edition keeps what a lesson reads: a folder, or an address that ends in "/". One
that is neither counts from the folder that Pyodide came from. Without the variable there are no such files.
"""

import importlib.util
import os
import signal
import sys
from pathlib import Path

IN_BROWSER = sys.platform == "emscripten"

FILES = "COURSE_FILES"

NOT_IN_BROWSERS = {"torch": "PyTorch", "cv2": "OpenCV", "skimage": "scikit-image"}
"""Modules that a browser may lack, and what people call them. The first is in no distribution for browsers."""

HAS_ALARM = hasattr(signal, "setitimer")
"""Can a signal stop a function? Where it cannot, Python's own monitoring (from 3.12 on) has to."""

HAS_MONITORING = hasattr(sys, "monitoring")


def lacks(module):
    """True when ``module`` cannot be imported here.

    >>> lacks("json"), lacks("no_such_module")
    (False, True)
    """
    if module in sys.modules:
        return sys.modules[module] is None
    try:
        return importlib.util.find_spec(module) is None
    except (ImportError, ValueError):
        return True


def missing_in(error):
    """What people call the module that an ImportError is about, where a browser may lack it; "" for all others.

    >>> missing_in(ModuleNotFoundError("No module named 'json'", name="json")), missing_in(ValueError("torch"))
    ('', '')
    """
    name = (getattr(error, "name", None) or "").partition(".")[0]
    return NOT_IN_BROWSERS.get(name, "") if isinstance(error, ImportError) and lacks(name) else ""


def library_folders():
    """Folders whose code no learner wrote: the standard library, zipped or not, and what is installed."""
    import sysconfig  # here: most who ask for something else need not wait for it

    named = [sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")]
    zipped = [path for path in sys.path if path.endswith(".zip")]
    found = [*named, os.path.dirname(os.__file__), *zipped]
    return tuple({f"/{path.lstrip('/')}" if path.startswith("//") else path for path in found})


def has_files():
    """Does the browser edition, or whoever plays it, say where its files are?"""
    return bool(os.environ.get(FILES))


def read_file(name):
    """Bytes of the file ``name`` of the browser edition. Raises OSError when it is not there."""
    place = os.environ.get(FILES, "")
    if not place:
        raise FileNotFoundError(f"{name}: the variable {FILES} does not say where the course's files are.")
    if os.path.isabs(place):
        return Path(place, name).read_bytes()
    return _fetched(place + name)


def outlives_the_page(path):
    """Is a file at ``path`` still there tomorrow? In a browser only what lies on a mounted disk is."""
    if not IN_BROWSER:
        return True
    from pyodide_js import FS

    path = Path(path)
    there = next(str(each) for each in (path, *path.parents) if os.path.exists(each))
    return FS.lookupPath(there).node.mount.mountpoint != "/"


def _fetched(address):
    """What is at an address, now: a cell cannot wait for an answer that comes later. In a worker it may ask so."""
    import js
    import pyodide.ffi
    import pyodide_js

    base = str(js.URL.new(pyodide_js._api.config.indexURL, js.location.href).href)
    address = str(js.URL.new(address, base).href)
    request = js.XMLHttpRequest.new()
    request.open("GET", address, False)
    request.responseType = "arraybuffer"
    try:
        request.send()
    except pyodide.ffi.JsException as error:
        raise OSError(f"{address} does not answer: {error}") from None
    if request.status != 200:
        raise OSError(f"{address} answers {request.status}")
    return request.response.to_bytes()
