"""A real JupyterLab in a real browser: what the browser tests and ``look`` are made of.

    with running_lab(folder) as lab, running_browser() as browser:
        page = open_page(browser)
        lesson = lab.open_lesson(page, "01_linear_interpolation.ipynb")
        lesson.run_all()
        lesson.cell_errors(), lesson.console_errors
        lesson.screenshots(Path("artifacts"), "01")

Nothing here touches the repository: the notebooks are copied to a folder of the test's own; so are
JupyterLab's settings, workspaces and the learner's progress. Waits are long: two slow cores may be shared.
"""

import ast
import contextlib
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from course_utils.launcher.browser import find_chromium
from course_utils.launcher.environment import Environment
from course_utils.launcher.lab import lab_command, variables

ROOT = Path(__file__).resolve().parents[1]
THIS_ENVIRONMENT = Environment(Path(sys.executable), Path(sys.prefix), ours=False)
PATIENCE_S = 180  # how long any single step may take on a busy machine
CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",  # a container's /dev/shm is often 64 MB, too little for a long notebook
    "--force-color-profile=srgb",
)
LAB_SETTINGS = {
    "@jupyterlab/apputils-extension/notification.jupyterlab-settings": {"fetchNews": "false"},
    # every cell is in the page at once, so that a screenshot and a search see the whole lesson
    "@jupyterlab/notebook-extension/tracker.jupyterlab-settings": {"windowingMode": "none"},
}
THEMES = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}


class NoBrowser(Exception):
    """There is no Chromium or Chrome, or no playwright, on this machine."""


# ------------------------------------------------------------------------------------ the server


class Lab:
    """A JupyterLab server that runs: ``url``, ``token``, ``folder`` (served), ``log`` (what it says)."""

    def __init__(self, process, token, folder, private):
        self.process, self.token, self.folder = process, token, folder
        self.url, self.log, self.runtime = None, private / "server.log", private / "runtime"

    def wait_until_up(self):
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            if self.process.poll() is not None:
                code = self.process.returncode
                raise RuntimeError(f"JupyterLab ended with code {code}:\n{self.last_words()}")
            with contextlib.suppress(OSError, ValueError):  # no file yet, half a file, no answer yet
                self.url = self._address()
                urllib.request.urlopen(f"{self.url}/api/status?token={self.token}", timeout=30).close()
                return self
            time.sleep(0.2)
        raise RuntimeError(f"JupyterLab did not answer in {PATIENCE_S} s:\n{self.last_words()}")

    def _address(self):
        """Where it listens: it takes another port when somebody was faster."""
        port = json.loads((self.runtime / f"jpserver-{self.process.pid}.json").read_text(encoding="utf-8"))[
            "port"
        ]
        return f"http://127.0.0.1:{port}"

    def last_words(self):
        return self.log.read_text(encoding="utf-8", errors="replace")[-3000:]

    def lesson_url(self, name):
        return f"{self.url}/lab/tree/{name}?reset&token={self.token}"

    def hide(self, text):
        """A text without what nobody else may read."""
        return text.replace(self.token, "TOKEN")

    def open_lesson(self, page, name):
        """Open ``name`` (relative to the served folder) in a clean workspace and wait for its kernel."""
        return Lesson(page, self, name)


def lab_environment(private):
    """The course's own variables, in front of a server that knows nothing of this user's own Jupyter."""
    return variables(THIS_ENVIRONMENT, ROOT, os.environ) | {
        "JUPYTER_CONFIG_DIR": str(private / "config"),
        "JUPYTER_DATA_DIR": str(private / "data"),
        "JUPYTER_RUNTIME_DIR": str(private / "runtime"),
        "JUPYTER_PREFER_ENV_PATH": "1",
        "IPYTHONDIR": str(private / "ipython"),
        "BETWEEN_THE_PIXELS_HOME": str(private / "progress"),
    }


def server_command(private, folder, port, token):
    """The command that a learner's ``python -m course_utils`` runs, for a server of the test's own."""
    extra = [
        "--no-browser", "--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}",
        f"--IdentityProvider.token={token}",
        f"--LabApp.user_settings_dir={private / 'settings'}",
        "--LanguageServerManager.autodetect=False",  # else it asks npm, which outlives a server that is stopped early
    ]  # fmt: skip
    as_root = hasattr(os, "geteuid") and os.geteuid() == 0
    return lab_command(THIS_ENVIRONMENT, private, folder, extra, as_root=as_root)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def running_lab(folder):
    """Serve ``folder`` with JupyterLab on 127.0.0.1 until the block ends; gives a ``Lab``."""
    folder, private = Path(folder).resolve(), Path(tempfile.mkdtemp(prefix="lab-"))
    for name, settings in LAB_SETTINGS.items():
        file = private / "settings" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(settings), encoding="utf-8")
    token = secrets.token_hex(16)
    with (private / "server.log").open("w", encoding="utf-8") as output:
        process = subprocess.Popen(
            server_command(private, folder, free_port(), token),
            cwd=folder,
            env=lab_environment(private),
            stdout=output,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
        )
    try:
        yield Lab(process, token, folder, private).wait_until_up()
    finally:
        stop(process)
        shutil.rmtree(private, ignore_errors=True)


def stop(process):
    """Ask the server to end, so that it ends its kernels too; kill it only when it does not listen."""
    for send in (lambda: process.send_signal(signal.SIGTERM), process.kill):
        if process.poll() is None:
            send()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(30)


def copy_notebooks(folder, *also):
    """Copy the lessons (and other notebook files) to ``folder``: running them leaves the repository clean."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for file in [*sorted((ROOT / "notebooks").glob("*.ipynb")), *map(Path, also)]:
        shutil.copy(file, folder / file.name)
    return folder


# ----------------------------------------------------------------------------------- the browser


ALONE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"  # no other host has an address


@contextlib.contextmanager
def running_browser(*flags):
    """A headless Chromium with a fresh profile until the block ends. Raises ``NoBrowser`` with the reason."""
    path = find_chromium()
    if path is None:
        raise NoBrowser("no Chromium or Chrome found (set COURSE_BROWSER to its path, or install chromium)")
    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError as problem:
        raise NoBrowser(f"playwright is not installed: {problem}") from problem
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(
                executable_path=path, args=[*CHROMIUM_FLAGS, *flags], timeout=PATIENCE_S * 1000
            )
        except Error as problem:
            raise NoBrowser(f"{path} does not start: {problem}") from problem
        try:
            yield browser
        finally:
            browser.close()


def open_page(browser, width=1400, height=1700):
    """A page in a context of its own: no cookies, no storage from the pages before it."""
    page = browser.new_context(viewport={"width": width, "height": height}).new_page()
    page.set_default_timeout(PATIENCE_S * 1000)
    return page


# ------------------------------------------------------------------------------------ the lesson

# JavaScript that several steps share: the notebook panel that is open in front
PANEL = "const panel = window.jupyterapp?.shell?.currentWidget;"
SCROLLER = ".jp-NotebookPanel:not(.lm-mod-hidden) .jp-WindowedPanel-outer"

IS_READY = f"""name => {{ {PANEL}
    return Boolean(panel?.context?.isReady && panel.context.path === name
        && panel.sessionContext?.session?.kernel?.status === 'idle'); }}"""

IS_IDLE = f"""() => {{ {PANEL}
    const kernel = panel.sessionContext.session?.kernel;
    const waiting = panel.content.widgets.some(
        cell => cell.prompt === '*' || cell.model.executionState === 'running');
    return kernel?.status === 'idle' && !waiting; }}"""

# Python has answered all that the widgets of the page have said. (A widget says one thing at a time, and keeps the
# next to itself until the kernel is idle again: an idle kernel alone may not have heard of it yet.) The manager of
# the widgets is known to the outputs that show one.
IS_ANSWERED = f"""async () => {{ {PANEL}
    const first = widget => widget._manager?.promise ? widget : [...widget.children?.() ?? []].reduce(
        (found, child) => found ?? first(child), undefined);
    panel.managerOfWidgets ??= await panel.content.widgets.map(cell => cell.outputArea).filter(Boolean)
        .reduce((found, area) => found ?? first(area), undefined)?._manager.promise;
    for (const model of await Promise.all(Object.values(panel.managerOfWidgets?._models ?? {{}}))) {{
        if (model._pending_msgs || model._msg_buffer) return false;
        await model.state_change;
    }}
    return true; }}"""

# the command's promise is kept when the last cell has run, or one has failed; or never, where the kernel went away
RUN = """([command, number]) => { window.hasRun = false;
    if (number !== null) window.jupyterapp.shell.currentWidget.content.activeCellIndex = number;
    window.jupyterapp.commands.execute(command).finally(() => { window.hasRun = true; }); }"""

CELLS = f"""() => {{ {PANEL} return panel.content.widgets.map(cell => cell.model.toJSON()); }}"""

# where each cell begins and ends, in pixels from the top of the notebook
CELL_SPANS = """scroller => {
    const top = scroller.getBoundingClientRect().top - scroller.scrollTop;
    return [...scroller.querySelectorAll('.jp-Cell')].map(cell => {
        const box = cell.getBoundingClientRect();
        return [box.top - top, box.bottom - top]; }); }"""

# what a kernel that went away never keeps is not waited for without end
IN_TIME = f"""const inTime = promise => Promise.race([promise, new Promise((_, reject) =>
    setTimeout(reject, {PATIENCE_S * 1000}, new Error('the kernel does not answer')))]);"""

# the repr of a Python expression in the notebook's kernel; beside the cells, which do not notice
ASK = f"""async code => {{ {PANEL} {IN_TIME}
    const kernel = panel.sessionContext.session.kernel;
    const asked = {{code: '', silent: true, store_history: false, user_expressions: {{answer: code}}}};
    const {{answer}} = (await inTime(kernel.requestExecute(asked).done)).content.user_expressions;
    if (answer.status !== 'ok') throw new Error(`${{answer.ename}}: ${{answer.evalue}}`);
    return answer.data['text/plain']; }}"""

# resolves when nothing in the page has changed for `quiet` milliseconds, or after `longest` milliseconds
SETTLED = """([quiet, longest]) => new Promise(resolve => {
    const begin = performance.now();
    let last = begin;
    const watch = new MutationObserver(() => { last = performance.now(); });
    watch.observe(document.body, {subtree: true, childList: true, attributes: true, characterData: true});
    const timer = setInterval(() => {
        const now = performance.now();
        if (now - last < quiet && now - begin < longest) return;
        clearInterval(timer); watch.disconnect(); resolve(); }, 50); })"""


class Lesson:
    """A notebook open in JupyterLab. ``page`` is playwright's; ``console_errors`` fills by itself."""

    def __init__(self, page, lab, name):
        self.page, self.lab, self.name, self.console_errors = page, lab, name, []
        page.on("console", self._note_console)
        page.on("pageerror", lambda error: self.console_errors.append(f"uncaught: {error}"))
        page.goto(lab.lesson_url(name), wait_until="domcontentloaded")
        try:
            page.wait_for_function(IS_READY, arg=name)
        except Exception as problem:
            told = "\n".join([f"{name} did not open: {problem}", *self.console_errors, lab.last_words()])
            raise RuntimeError(lab.hide(told)) from problem
        page.evaluate("() => window.jupyterapp.shell.collapseLeft()")  # the lesson gets the whole width
        self.settle()

    def _note_console(self, message):
        if message.type == "error":
            place = message.location.get("url", "")
            self.console_errors.append(self.lab.hide(f"{message.text} ({place})"))

    def run_all(self):
        """Run every cell and wait until the kernel is idle and the page is still."""
        self._run("notebook:run-all-cells")

    def run_cell(self, number):
        """Run one cell, counted from 0, and wait as ``run_all`` does: what it showed is made anew."""
        self._run("notebook:run-cell", number)

    def _run(self, command, cell=None):
        self.page.evaluate(RUN, [command, cell])
        self.page.wait_for_function("() => window.hasRun", polling=50)
        self.wait_idle()

    def close(self):
        """Close the page: a page that is done with still takes its share of the processor."""
        self.page.context.close()

    def unfold(self):
        """Open what stands under collapsed headings: the side roads."""
        self.page.evaluate("() => window.jupyterapp.commands.execute('notebook:expand-all-headings')")
        self.settle()

    def wait_idle(self, quiet_ms=300):
        """Wait until the kernel is idle and has answered every widget, and the page has not changed for so long."""
        self.page.wait_for_function(IS_IDLE, polling=50)
        self.page.wait_for_function(IS_ANSWERED, polling=50)
        self.settle(quiet_ms)

    def settle(self, quiet_ms=600, longest_ms=20_000):
        """Wait until the page has stopped changing (an animation is given up on after ``longest_ms``)."""
        self.page.evaluate(SETTLED, [quiet_ms, longest_ms])

    def set_theme(self, theme):
        """``"light"`` or ``"dark"``."""
        self.page.evaluate(
            "theme => window.jupyterapp.commands.execute('apputils:change-theme', {theme})", THEMES[theme]
        )
        light = "true" if theme == "light" else "false"
        self.page.wait_for_function(f"() => document.body.dataset.jpThemeLight === '{light}'")
        self.settle()

    def ask(self, expression):
        """What a Python expression is in the notebook's kernel: numbers, texts, lists and tuples of them."""
        return ast.literal_eval(self.page.evaluate(ASK, expression))

    def cells(self):
        """The cells as JupyterLab holds them now, in nbformat's JSON."""
        return self.page.evaluate(CELLS)

    def cell_errors(self):
        """One sentence for each cell that raised or wrote to stderr."""
        return [
            f"cell {number}: {problem}"
            for number, cell in enumerate(self.cells())
            for output in cell.get("outputs", ())
            for problem in problems_in(output)
        ]

    def not_run(self):
        """Numbers of code cells without an execution count: they were never reached."""
        return [
            number
            for number, cell in enumerate(self.cells())
            if cell["cell_type"] == "code" and as_text(cell["source"]).strip() and not cell["execution_count"]
        ]

    def screenshots(self, folder, prefix, slice_height=1600):
        """Write the whole notebook as ``prefix-01.png``, ``prefix-02.png`` ...; gives their paths.

        A slice holds whole cells where they fit. A cell that is taller than a slice is cut, with an overlap.
        """
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        self.page.set_viewport_size({"width": self.page.viewport_size["width"], "height": slice_height + 100})
        scroller = self.page.locator(SCROLLER)
        scroller.evaluate("node => { node.style.overscrollBehavior = 'none'; node.scrollTop = 0; }")
        self.settle()
        paths = []
        for number, (top, bottom) in enumerate(slices(scroller.evaluate(CELL_SPANS), slice_height), start=1):
            path = folder / f"{prefix}-{number:02d}.png"
            scroller.evaluate("(node, top) => { node.scrollTop = top; }", top)
            self.settle(200)
            at = scroller.evaluate("node => node.scrollTop")  # the last slice cannot scroll all the way
            box = scroller.bounding_box()
            clip = {"x": box["x"], "y": box["y"] + top - at, "width": box["width"], "height": bottom - top}
            clip["height"] = max(1, min(clip["height"], box["y"] + box["height"] - clip["y"]))
            self.page.screenshot(path=path, clip=clip)
            paths.append(path)
        return paths


def as_text(source):
    return source if isinstance(source, str) else "".join(source)


def problems_in(output):
    """Sentences about what went wrong in one output of a cell."""
    if output["output_type"] == "error":
        yield f"{output['ename']}: {output['evalue']}"
    if output["output_type"] == "stream" and output["name"] == "stderr":
        yield f"stderr: {as_text(output['text']).strip()[:500]}"


def slices(spans, height, overlap=120):
    """Cut the notebook into (top, bottom) pieces of at most ``height`` pixels, between cells where possible.

    >>> slices([(0, 400), (400, 900), (900, 1100)], 1000)
    [(0, 900), (900, 1100)]
    >>> slices([(0, 1500)], 1000)
    [(0, 1000), (880, 1500)]
    >>> slices([(0, 100), (100, 1300)], 1000)  # cut anyway: it begins no new slice
    [(0, 1000), (880, 1300)]
    """
    pieces = []
    top = bottom = spans[0][0] if spans else 0
    for begin, end in spans:
        fits_alone, half_full = end - begin <= height, bottom - top > height / 2
        if end - top > height and bottom > top and (fits_alone or half_full):
            pieces.append((top, bottom))
            top = begin
        bottom = end
        while bottom - top > height:
            pieces.append((top, top + height))
            top += height - overlap
    return [*pieces, (top, bottom)] if bottom > top else pieces
