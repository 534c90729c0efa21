"""No test touches the progress of the person who runs it, and none depends on luck.

Examples of hypothesis are the same in every run; ``python -m course_utils test --search`` draws new ones.
``--shuffle SEED`` runs the tests in another order, file by file.
"""

import os
import random
import sys
import tempfile
from itertools import count, groupby

import pytest
from hypothesis import HealthCheck, settings

import course_utils  # noqa: F401, decides about threads before any test loads a library
from tools import THOROUGH

HOME_VARIABLE = "BETWEEN_THE_PIXELS_HOME"
# A busy machine is no failure: no deadline, and drawing may be slow. A failure says how to see it again.
COMMON = {"deadline": None, "print_blob": True}
settings.register_profile("course", derandomize=True, suppress_health_check=[HealthCheck.too_slow], **COMMON)
# How many examples a search throws away is luck, and luck is no failure.
LUCK = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
settings.register_profile("search", derandomize=False, suppress_health_check=LUCK, **COMMON)


def pytest_addoption(parser):
    parser.addoption("--shuffle", type=int, metavar="SEED", help="run the tests in an order drawn from SEED")


def pytest_configure(config):
    """Also for doctests and for kernels that a test starts."""
    config._btp_home = tempfile.TemporaryDirectory(prefix="between-the-pixels-")
    config.addinivalue_line("markers", "takes(seconds): long; begins before what is shorter")
    config.addinivalue_line(
        "markers",
        "thorough(only): goes through more with COURSE_THOROUGH=1, as in CI's second run; only=True: runs then only",
    )
    config.option.loadscopereorder = False  # pytest-xdist hands out files in our order
    settings.load_profile(config.getoption("--hypothesis-profile") or "course")
    os.environ[HOME_VARIABLE] = config._btp_home.name


def pytest_unconfigure(config):
    config._btp_home.cleanup()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config, items):
    """The longest files first, so that none begins when the other workers are done; or in the order asked for.

    Pytest goes last, and brings those tests of a file together that share what is made for several.
    """
    if not THOROUGH:
        leave_out(config, items)
    seed = config.getoption("--shuffle")
    if seed is None:
        items.sort(key=lambda item: -sum(mark.args[0] for mark in item.iter_markers("takes")))
    else:
        items[:] = shuffled_by_file(items, random.Random(seed))


def leave_out(config, items):
    """Take out what is for CI's second run only."""
    out = [item for item in items if any(mark.kwargs.get("only") for mark in item.iter_markers("thorough"))]
    if out:
        config.hook.pytest_deselected(items=out)
        items[:] = [item for item in items if item not in set(out)]


def shuffled_by_file(items, dice):
    """Files in another order, and so are the tests of each: what a file shares is made once all the same."""
    files = [list(group) for _, group in groupby(items, key=lambda item: item.path)]
    dice.shuffle(files)
    for group in files:
        dice.shuffle(group)
    return [item for group in files for item in group]


@pytest.fixture
def tell(capsys):
    """Says what was compared, also where tests pass."""

    def tell(sentence):
        with capsys.disabled():
            print(f"\n  {sentence}")

    return tell


@pytest.fixture(scope="session")
def homes(tmp_path_factory):
    """Paths of folders that are not there yet. Pytest would look at all former ones to number the next."""
    folder = tmp_path_factory.mktemp("homes")
    return (folder / str(number) for number in count())


@pytest.fixture(autouse=True)
def progress_home(homes):
    """A fresh directory for the learner's progress, and a kernel that remembers none; the path."""
    home = next(homes)
    home.mkdir()
    with pytest.MonkeyPatch.context() as patch:  # of its own: a test may undo what it patched itself
        patch.setenv(HOME_VARIABLE, str(home))
        if progress := sys.modules.get("course_utils.exercises.engine.progress"):
            patch.setattr(progress, "_stores", {})
        yield home
