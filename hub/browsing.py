"""A learner with a real browser, and what happens in a term done to it: nothing is lost, and what is said."""

import contextlib
import functools
import re
import statistics
import time
from concurrent.futures import ThreadPoolExecutor

from hub.client import ask
from hub.learner import COPY, LESSON, SOLUTIONS, is_solved
from hub.running import until
from hub.term import full
from tools.lab import PATIENCE_S, Lesson, open_page, running_browser

PATH = f"{COPY}/{LESSON}"
EXPLORER, ENDED = ".btp-explorer", ".btp-explorer.jupyter-widgets-disconnected"
MOVES = 40
CLOSING_S = 30
COMMAND = "name => { window.jupyterapp.commands.execute(name); }"  # not waited for: it may ask in a dialog
LOOK_ABOUT = "() => { window.jupyterapp.serviceManager.sessions.refreshRunning(); }"  # as every ten seconds
WRITE = """([cell, text]) => {
    window.jupyterapp.shell.currentWidget.model.cells.get(cell).sharedModel.setSource(text); }"""
WRITTEN = """cell => window.jupyterapp.shell.currentWidget.model.cells.get(cell).sharedModel.getSource()"""
TOLD = "explorer => getComputedStyle(explorer, '::before').content.replaceAll('\"', '')"

# Milliseconds from a press of a key on the first slider to the picture of it, for each of so many presses.
DRAG = """async moves => {
    const explorer = document.querySelector('.btp-explorer'), stage = explorer.querySelector('.btp-stage');
    const knob = explorer.querySelector('.widget-slider .noUi-handle'), taken = [];
    const is_at = end => Number(knob.getAttribute('aria-valuenow')) === Number(knob.getAttribute(`aria-value${end}`));
    let key = 'ArrowRight';
    for (let move = 0; move < moves; move++) {
        const before = stage.dataset.key, begin = performance.now();
        if (is_at('max')) key = 'ArrowLeft';
        if (is_at('min')) key = 'ArrowRight';
        const shown = new Promise((resolve, reject) => {
            setTimeout(() => reject(new Error('no picture')), 60_000);
            new MutationObserver((_, watch) => {
                if (stage.dataset.key === before) return;
                watch.disconnect();
                resolve();
            }).observe(stage, {attributes: true, attributeFilter: ['data-key']}); });
        knob.dispatchEvent(new KeyboardEvent('keydown', {key, bubbles: true}));
        await shown;
        taken.push(performance.now() - begin);
    }
    return taken; }"""


class Reader:
    """A learner with a browser of their own. Each step takes place in one thread, as playwright wants it."""

    def __init__(self, learner):
        self.learner, self.told = learner, {}
        self._thread, self._open = ThreadPoolExecutor(1), contextlib.ExitStack()

    def do(self, step):
        return self._thread.submit(step, self).result()

    def close(self):
        with contextlib.suppress(TimeoutError):  # a page may wait for what never comes
            self._thread.submit(self._open.close).result(CLOSING_S)
        self._thread.shutdown(wait=False)

    def begin(self):
        self.do(begin)

    def work(self):
        self.do(work)

    def drag(self):
        self.do(drag)

    def solve(self):
        self.do(solve)

    def tab(self):
        """Open the lesson in one more tab, by the link that a teacher sends."""
        page = self.context.new_page()
        page.set_default_timeout(PATIENCE_S * 1000)
        return HubLesson(page, self.learner)


class Server:
    """What a lesson asks of the server that it is on: a hub's link, which leads each learner to their own."""

    def __init__(self, address):
        self.address = address

    def lesson_url(self, name):
        return f"{self.address}hub/user-redirect/lab/tree/{name}"

    def hide(self, text):
        return text  # no token is in an address

    def last_words(self):
        return ""  # the hub's log is told by ``measure``


class HubLesson(Lesson):
    """A lesson on a hub, in a tab."""

    def __init__(self, page, learner):
        super().__init__(page, Server(learner.address), PATH)

    def wait_until_ended(self):
        """Until the first explorer says that Python has ended, and offers no control; what it says."""
        first = self.page.locator(EXPLORER).first
        self.page.wait_for_function(f"() => document.querySelector('{EXPLORER}').matches('{ENDED}')")
        assert first.locator(".noUi-handle:visible").count() == 0
        return first.evaluate(TOLD)

    def begin_again(self):
        """Press the button that the first explorer offers, and move it."""
        self.page.locator(".btp-again").first.click()
        self.page.wait_for_function(
            f"() => document.querySelector('{EXPLORER}:not(.jupyter-widgets-disconnected) .noUi-handle')"
        )
        self.wait_idle()
        self.page.evaluate(DRAG, 2)

    def dialog(self, answer=None):
        """Wait for a dialog, answer it by a button's name; what it said."""
        box = self.page.locator(".jp-Dialog").first
        box.wait_for()
        said = ": ".join(box.locator(".jp-Dialog-header, .jp-Dialog-body").all_inner_texts())
        if answer:
            box.get_by_role("button", name=answer).click()
        return " ".join(said.split())

    def write(self, text, cell=0):
        self.page.evaluate(WRITE, [cell, text])

    def written(self, cell=0):
        return self.page.evaluate(WRITTEN, cell)

    def save(self):
        self.page.evaluate(COMMAND, "docmanager:save")


# --- what all do at once ------------------------------------------------------------------------------------


def begin(reader):
    """Open a browser, log in, follow the link to the lesson, and see its first explorer."""
    learner = reader.learner
    page = open_page(reader._open.enter_context(running_browser()), height=1000)
    reader.context = page.context
    page.goto(f"{learner.address}hub/login")
    page.fill("#username_input", learner.name)
    page.fill("#password_input", "any")
    begin = time.perf_counter()
    page.click("#login_submit")
    page.wait_for_url(re.compile("/hub/(home|spawn)|/user/"))
    reader.lesson = HubLesson(page, learner)
    first = next(number for number, cell in enumerate(reader.lesson.cells()) if cell["cell_type"] == "code")
    reader.lesson.run_cell(first)
    page.wait_for_selector(f"{EXPLORER} svg")
    reader.told["first explorer"] = time.perf_counter() - begin


def work(reader):
    reader.lesson.run_all()


def drag(reader):
    taken = reader.lesson.page.evaluate(DRAG, MOVES)
    reader.told["to picture, ms"], reader.told["slowest, ms"] = statistics.median(taken), max(taken)


def solve(reader):
    """Write an exercise into the lesson, run it and its check, save."""
    lesson, lerp = reader.lesson, SOLUTIONS["linear.lerp"]
    number = next(
        at for at, cell in enumerate(lesson.cells()) if cell["metadata"].get("exercise") == lerp.key
    )
    lesson.write(lerp.solution_source, number)
    lesson.run_cell(number)
    check = next(at for at, cell in enumerate(lesson.cells()) if "LERP.check" in "".join(cell["source"]))
    lesson.run_cell(check)
    lesson.save()
    until(lambda: is_solved(reader.learner.on_disk()), "the solved lesson is on the disk")


# --- what happens in a term: each gives what the learner was told --------------------------------------------


def trial(happens):
    """Nothing that was saved may be lost by it."""

    @functools.wraps(happens)
    def tried(reader):
        said = happens(reader)
        assert reader.learner.is_kept(), happens.__name__
        said = re.sub(r"(No space left on device).*", r"\1", said)  # then come names of files
        return said.replace(reader.learner.name, "ada")

    return tried


@trial
def culled(reader):
    """The kernel is shut down from outside, as a culler does it, though a tab is open."""
    learner, lesson = reader.learner, reader.lesson
    (session,) = ask(f"{learner.base}api/sessions", learner.token)
    ask(f"{learner.base}api/kernels/{session['kernel']['id']}", learner.token, "DELETE")
    lesson.page.evaluate(LOOK_ABOUT)
    said = lesson.wait_until_ended()
    lesson.begin_again()
    return said


@trial
def killed(reader):
    """The kernel is killed, as for memory, while something is written that nobody saved."""
    lesson = reader.lesson
    lesson.write("not saved")
    for process in reader.learner.processes()["kernel"]:
        process.kill()
    said = lesson.dialog()
    lesson.wait_until_ended()
    lesson.dialog("Ok")
    lesson.begin_again()
    assert lesson.written() == "not saved"
    return f"{said} Then the picture says what it says of one that was culled."


@trial
def two_tabs(reader):
    """The same lesson in two tabs, both written in: the one that saves second is asked."""
    learner, first, second = reader.learner, reader.lesson, reader.tab()
    second.write("from the second tab")
    first.write("from the first tab")
    first.save()
    until(lambda: learner.on_disk()[0] == "from the first tab", "the first tab's lesson is on the disk")
    second.save()
    said = second.dialog("Cancel")
    assert learner.on_disk()[0] == "from the first tab" and second.written() == "from the second tab"
    second.page.close()
    return said


@trial
def restarted(reader):
    """The server is stopped under an open tab; the dialog starts another, and what was written is saved then."""
    learner, lesson = reader.learner, reader.lesson
    learner.stop()
    lesson.write("written without a server")
    lesson.page.evaluate(LOOK_ABOUT)
    with reader.context.expect_page() as opened:
        said = lesson.dialog("Restart")
    opened.value.wait_for_url(re.compile("/user/[^?]*/lab"), timeout=PATIENCE_S * 1000)
    opened.value.close()
    until(lambda: _has_seen_the_new_server(lesson), "the old tab has seen the new server")
    lesson.wait_until_ended()
    lesson.save()
    until(lambda: learner.on_disk()[0] == "written without a server", "the tab's lesson is on the disk")
    lesson.begin_again()
    return said


def _has_seen_the_new_server(lesson):
    """JupyterLab looks every ten seconds, and less and less often; it may have asked again meanwhile."""
    dismiss = lesson.page.get_by_role("button", name="Dismiss")
    if dismiss.is_visible():
        dismiss.click()
    lesson.page.evaluate(LOOK_ABOUT)
    return lesson.page.locator(EXPLORER).first.evaluate(f"each => each.matches('{ENDED}')")


@trial
def full_disk(reader):
    """No room for what is written: it is said, explorers go on, and with room again it is saved."""
    learner, lesson = reader.learner, reader.lesson
    before, long = learner.on_disk(), "# " + 50_000 * "long "
    with full(learner.home):
        lesson.write(long)
        lesson.save()
        said = lesson.dialog()
        assert learner.on_disk() == before
        lesson.dialog("Close")
        lesson.page.evaluate(DRAG, 4)
    lesson.save()
    until(lambda: learner.on_disk()[0] == long, "the long lesson is on the disk")
    return said
