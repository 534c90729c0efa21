"""One JupyterLab and one Chromium for all browser tests of a session, and a lesson opened in them.

Without a browser these tests are skipped and say why; with COURSE_REQUIRE_BROWSER set, as in .ci/run, they
fail.
"""

import os
from pathlib import Path

import psutil
import pytest

from tools.lab import ROOT, NoBrowser, copy_notebooks, open_page, running_browser, running_lab


@pytest.fixture(scope="session")
def browser():
    """A headless Chromium."""
    running = running_browser()
    try:
        browser = running.__enter__()
    except NoBrowser as reason:
        if os.environ.get("COURSE_REQUIRE_BROWSER"):
            pytest.fail(f"COURSE_REQUIRE_BROWSER is set, but: {reason}")
        pytest.skip(str(reason))
    yield browser
    running.__exit__(None, None, None)


@pytest.fixture(scope="session")
def lessons(tmp_path_factory):
    """The folder that the server serves: copies of the lessons, to which a test may add notebooks."""
    return copy_notebooks(tmp_path_factory.mktemp("served"))


@pytest.fixture(scope="session")
def lab(browser, lessons):  # asks for the browser first: without one there is no need to start a server
    """A JupyterLab started as ``python -m course_utils`` starts it."""
    with running_lab(lessons) as lab:
        yield lab


@pytest.fixture(scope="module")
def open_lesson(browser, lab):
    """A function: name of a notebook -> Lesson, in a page that stays until the module's tests are done."""
    pages = []

    def open_in_new_page(name, **size):
        page = open_page(browser, **size)
        pages.append(page)
        return lab.open_lesson(page, name)

    yield open_in_new_page
    for page in pages:
        if not page.is_closed():
            page.context.close()


@pytest.fixture(scope="session")
def artifacts():
    """Where screenshots are kept for people to look at; git ignores it."""
    folder = Path(os.environ.get("COURSE_ARTIFACTS") or ROOT / "artifacts")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture
def kernels(lesson):
    """The processes of all kernels of the server of a module's ``lesson``; a test may suspend them."""
    children = psutil.Process(lesson.lab.process.pid).children(recursive=True)
    kernels = [child for child in children if "ipykernel" in " ".join(child.cmdline())]
    assert kernels
    yield kernels
    for kernel in kernels:
        kernel.resume()
