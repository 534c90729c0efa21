"""No test touches the progress of the person who runs it."""

import os
import tempfile

import pytest
from hypothesis import settings

HOME_VARIABLE = "BETWEEN_THE_PIXELS_HOME"


def pytest_configure(config):
    """Also for doctests and for kernels that a test starts."""
    config._btp_home = tempfile.TemporaryDirectory(prefix="between-the-pixels-")
    settings.register_profile("course", deadline=None)  # a busy machine is no failure
    settings.load_profile("course")
    os.environ[HOME_VARIABLE] = config._btp_home.name


def pytest_unconfigure(config):
    config._btp_home.cleanup()


@pytest.fixture(autouse=True)
def progress_home(tmp_path_factory, monkeypatch):
    """A fresh directory for the learner's progress, one per test; the path."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv(HOME_VARIABLE, str(home))
    return home
