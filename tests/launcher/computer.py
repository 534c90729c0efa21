"""A make-believe computer for the set-up tests: venv and pip as they behave, without a network and in no time."""

import json
import sys
from pathlib import Path

from course_utils.launcher.environment import as_text, venv_python
from course_utils.launcher.install import Tools
from course_utils.launcher.requirements import Need

NEEDS = (
    Need("numpy", "==2.4.6", ">=2.0", "numpy"),
    Need("torch", "==2.13.0", ">=2.4", "torch"),
)
TEST_NEEDS = (*NEEDS, Need("pytest", "==9.2.0", ">=8.2", "pytest"))
LESSONS = {"lessons": NEEDS}
TESTS = {"lessons": NEEDS, "test": TEST_NEEDS}


class Computer:
    """What the launcher's tools find: a folder ``root``, and what is installed in its .venv.

    ``installed``   package -> version, as .venv's Python would see it
    ``pip``         what pip does when asked to install: a function of (this computer, the requirements)
    ``heard``       what the launcher said;  ``commands`` what it ran
    """

    def __init__(self, root, free_bytes=50e9, build="cpython-311-x86_64"):
        self.root, self.free, self.build = root, free_bytes, build
        self.installed, self.heard, self.commands = {}, [], []
        self.pip, self.pip_works, self.venv_error = install_all, True, ""
        self.pip_settings, self.prefix = "", self.venv
        self.seconds = 0

    @property
    def venv(self):
        return self.root / ".venv"

    @property
    def site_packages(self):
        return self.venv / "lib" / "site-packages"

    @property
    def pip_installs(self):
        """The requirements of each pip install that was run."""
        return [
            [word for word in command if "==" in word] for command in self.commands if "install" in command
        ]

    def tools(self):
        return Tools(
            run_shown=self.run_shown,
            run_quietly=self.run_quietly,
            say=self.heard.append,
            clock=lambda: self.seconds,
            free_bytes=lambda folder: self.free,
            python=sys.executable,
        )

    def run_shown(self, command, env=None, keep_open=()):
        self.commands.append(command)
        self.seconds += 60
        return self.pip(self, [word for word in command if "==" in word])

    def run_quietly(self, command, env=None, cwd=None, seconds=60):
        self.commands.append(command)
        if command[3:5] == ["-m", "venv"]:
            return self.make_venv(Path(command[5]))
        if not Path(command[0]).exists():
            return 127, "", f"[Errno 2] No such file or directory: {command[0]!r}"
        if "ensurepip" in command:
            return 1, "", "ensurepip failed"
        if "config" in command:
            return 0, self.pip_settings, ""
        if "pip" in command:
            return (0, "pip 25", "") if self.pip_works else (1, "", "No module named pip")
        return self.describe(json.loads(command[-1]))

    def make_venv(self, folder):
        if self.venv_error:
            return 1, "", self.venv_error
        python = venv_python(folder)
        python.parent.mkdir(parents=True)
        python.touch()
        (folder / "pyvenv.cfg").write_text("home = /usr/bin\n")
        self.site_packages.mkdir(parents=True)
        self.installed, self.pip_works, self.prefix = {}, True, folder
        return 0, "", ""

    def describe(self, names):
        wanted = {name: self.installed[name] for name, _ in names if name in self.installed}
        folders = [self.site_packages, self.site_packages]
        facts = {"build": self.build, "folders": [as_text(folder) for folder in folders], "versions": wanted}
        facts |= {"prefix": as_text(self.prefix), "base_prefix": as_text(self.root / "usr")}
        return 0, json.dumps(facts), ""


def install_all(computer, requirements):
    """pip on a good day."""
    computer.installed |= dict(requirement.split("==") for requirement in requirements)
    return 0, ""


def install_one(computer, requirements):
    """pip, when somebody presses Ctrl+C after the first package."""
    install_all(computer, requirements[:1])
    raise KeyboardInterrupt


def fail(status, errors):
    """pip that installs the first package, then ends with ``status`` and says ``errors``."""

    def pip(computer, requirements):
        install_all(computer, requirements[:1])
        return status, errors

    return pip
