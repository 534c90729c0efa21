"""The browser edition: JupyterLab and Python themselves as files, in the folder ``lab`` of the site."""

import json
import os
import runpy
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import nbformat

from publishing import ahead, pyodide, wheels
from publishing.for_browser import write_course_files
from publishing.pyodide import NotAtHand
from tools.run import ROOT

KEPT = ROOT / ".course" / "lite"
SCRIPT = Path(__file__).with_name("assets") / "edition.js"
KERNEL = "@jupyterlite/pyodide-kernel-extension"
WIDGETS = ("@jupyter-widgets/jupyterlab-manager", "anywidget")
OVERRIDES = ROOT / "course_utils" / "launcher" / "jupyter" / "labconfig" / "default_setting_overrides.json"
KERNELSPEC = {"name": "python", "display_name": "Python (Pyodide)", "language": "python"}
LANGUAGE = {
    "name": "python",
    "file_extension": ".py",
    "mimetype": "text/x-python",
    "pygments_lexer": "ipython3",
}
# Variables of the kernel: a folder that outlives the page, and where the course's own files lie, seen from Pyodide's.
VARIABLES = {
    "BETWEEN_THE_PIXELS_HOME": "/drive/my_progress",
    "COURSE_FILES": "../../course/",
    "MPLCONFIGDIR": f"/lib/python{{python}}/site-packages/{ahead.FONTS}",
}


def build(out, lessons, distribution):
    """Write the browser edition of these (Lesson, Recorded) pairs into ``out``/lab. Raises NotAtHand.

    Of a lesson that was not run (None in the place of Recorded) no cell has a recorded output. What stood there
    before stays until all of the new one stands.
    """
    tools = build_tools()
    with tempfile.TemporaryDirectory(prefix="browser-edition-") as place:
        place = Path(place)
        source, made = place / "source", place / "made"
        write_source(source, tools, lessons, distribution.core)
        run_build(tools, source, made)
        add_script(made)
        add_pyodide(made / "static" / "pyodide", distribution, tools, place)
        write_course_files(
            made / "course", {Path(lesson.file).stem: done for lesson, done in lessons if done}
        )
        (made / "index.html").write_text(ENTRANCE, encoding="utf-8")
        shutil.rmtree(out / "lab", ignore_errors=True)
        out.mkdir(parents=True, exist_ok=True)
        shutil.move(made, out / "lab")


ENTRANCE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Between the Pixels</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<script id="jupyter-config-data" type="application/json" data-jupyter-lite-root=".">{}</script>
<script>location.replace((Math.min(innerWidth, screen.width) < 700 ? "notebooks" : "lab")
  + "/index.html" + location.search + location.hash);</script></head></html>
"""
APPS = ("lab", "notebooks")  # a phone has no room for JupyterLab's sides


def distribution():
    """The Pyodide that the site takes: the one at hand; else the published one, from where JupyterLite has it.

    Raises NotAtHand.
    """
    named = os.environ.get(pyodide.FOLDER, "")
    if "://" in named:
        return pyodide.published(named)
    try:
        return pyodide.at_hand()
    except NotAtHand:
        if named:
            raise
    constants = runpy.run_path(str(build_tools() / "jupyterlite_pyodide_kernel" / "constants.py"))
    return pyodide.published(
        constants["PYODIDE_CDN_URL"].replace(constants["PYODIDE_VERSION"], pyodide.PUBLISHED.version)
    )


# ---- what builds it ------------------------------------------------------------------------------------------------


def needs():
    """JupyterLite and what it stands on, pinned: nothing of it enters the learner's environment."""
    return wheels.PYPROJECT["project"]["optional-dependencies"]["site"]


def build_tools():
    """The folder in which JupyterLite is installed, apart from everything else. Raises NotAtHand."""
    folder = KEPT / "-".join(line.replace("==", "-") for line in needs()[:2])
    if folder.is_dir():
        return folder
    KEPT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=KEPT) as place:
        command = [
            sys.executable,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--no-deps",
            "--target",
            f"{place}/tools",
        ]
        done = subprocess.run([*command, *needs()], capture_output=True, text=True, stdin=subprocess.DEVNULL)
        if done.returncode:
            last = (done.stderr.strip().splitlines() or ["no answer"])[-1]
            raise NotAtHand(f"pip does not bring JupyterLite: {last}")
        shutil.move(f"{place}/tools", folder)
    return folder


def write_source(source, tools, lessons, core):
    """What JupyterLite builds from: its settings, the lessons."""
    contents = source / "contents"
    contents.mkdir(parents=True)
    for lesson, _ in lessons:
        nbformat.write(as_lite(ROOT / "notebooks" / lesson.file), contents / lesson.file)
    (contents / "data").mkdir()
    shutil.copy(ROOT / "data" / "SOURCES.md", contents / "data")  # lessons lead there
    extensions = [tools / "share/jupyter/labextensions" / KERNEL]
    extensions += [Path(sys.prefix) / "share/jupyter/labextensions" / name for name in WIDGETS]
    if missing := [str(path) for path in extensions if not path.is_dir()]:
        raise NotAtHand(f"JupyterLab's extension {missing[0]} is not at hand.")
    config = {
        "apps": list(APPS),
        "contents": [str(contents)],
        "federated_extensions": list(map(str, extensions)),
        "ignore_sys_prefix": ["federated_extensions"],
        "no_sourcemaps": True,
        "cache_dir": str(source / "cache"),
    }
    write_json(source / "jupyter_lite_config.json", {"LiteBuildConfig": config})
    write_json(source / "jupyter-lite.json", settings(core))


def as_lite(path):
    """A lesson that opens with the browser's Python and asks for no kernel."""
    lesson = nbformat.read(path, as_version=4)
    lesson.metadata["kernelspec"], lesson.metadata["language_info"] = KERNELSPEC, LANGUAGE
    return lesson


def settings(core):
    """JupyterLite's, for this release of Pyodide."""
    variables = {name: value.format(python=core.python) for name, value in VARIABLES.items()}
    kernel = {
        "pyodideUrl": "./static/pyodide/pyodide.mjs",
        "disablePyPIFallback": True,
        "loadPyodideOptions": {"packages": list(wheels.AT_START), "env": variables},
    }
    overrides = json.loads(OVERRIDES.read_text(encoding="utf-8"))
    overrides["@jupyterlab/apputils-extension:themes"] = {
        "adaptive-theme": True
    }  # as the book: light or dark
    overrides["@jupyterlab/docmanager-extension:plugin"] = {"autosaveInterval": 10}  # a page is soon closed
    data = {
        "appName": "Between the Pixels",
        "settingsOverrides": overrides,
        "exposeAppInBrowser": True,
        "litePluginSettings": {f"{KERNEL}:kernel": kernel},
    }
    return {"jupyter-lite-schema-version": 0, "jupyter-config-data": data}


def write_json(file, content):
    file.write_text(json.dumps(content), encoding="utf-8")


def run_build(tools, source, made):
    command = [
        sys.executable,
        "-m",
        "jupyterlite_core",
        "build",
        "--lite-dir",
        str(source),
        "--output-dir",
        str(made),
    ]
    environment = os.environ | {"PYTHONPATH": str(tools)}
    done = subprocess.run(
        command, cwd=source, env=environment, capture_output=True, text=True, stdin=subprocess.DEVNULL
    )
    if done.returncode or not (made / "lab" / "index.html").is_file():
        raise NotAtHand(f"JupyterLite does not build:\n{(done.stdout + done.stderr)[-3000:]}")


def add_script(made):
    """Lines of our own in the page of each app. Raises ValueError for a page without a head."""
    script = f"<script>{SCRIPT.read_text(encoding='utf-8')}</script>\n"
    for app in APPS:
        page = made / app / "index.html"
        before, head, after = page.read_text(encoding="utf-8").partition("<head>")
        if not head:
            raise ValueError(f"JupyterLite's {app}/index.html has no <head>: read it anew")
        page.write_text(f"{before}{head}\n{script}{after}", encoding="utf-8")


def add_pyodide(folder, distribution, tools, place):
    folder.mkdir(parents=True)
    for name in distribution.core.files:
        shutil.copy(distribution.find(name), folder / name)
    brought = tools / "share/jupyter/labextensions" / KERNEL / "static/pypi"
    own = [
        wheels.course_wheel(folder),
        *wheels.stand_ins(folder),
        *wheels.kernel_wheels(brought, folder),
    ]
    fetched = wheels.fetched_wheels(KEPT / "wheels", distribution.core.python)
    own += [Path(shutil.copy(wheel, folder / wheel.name)) for wheel in fetched]
    packages = wheels.write_packages(folder, distribution, own)
    is_compiled = True
    try:
        ahead.apply(folder, place / "compiled", packages, distribution.core.python)
    except ahead.NoNode as reason:
        is_compiled = False
        print(f"Nothing is compiled ahead, so a lesson starts some seconds later: {reason}.")
    wheels.pack_tight(folder)
    if is_compiled:
        ahead.check(folder, place / "again", packages)
