"""A class of three on a real JupyterHub, two of them in browsers: what ``python -m hub.measure`` does, made small.

In CI's second run, where what a hub needs can be had: root, for its users; JupyterHub, in an environment of its own;
the proxy, which npm installs. What is missing is named.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
import tomllib
from importlib.util import find_spec
from pathlib import Path

import pytest

from course_utils.launcher.browser import find_chromium
from hub import measure

pytestmark = [
    pytest.mark.thorough(only=True),
    pytest.mark.takes(100),
]

ROOT = Path(__file__).resolve().parents[2]
HUB = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"][
    "optional-dependencies"
]["hub"]
PROXY = "configurable-http-proxy"
PROXY_PIN = f"{PROXY}@5.3.0"
SECONDS, LAST_SECONDS = 600, 180


def done(*command, **more):
    """Run a program that may fail; skips with its last words then."""
    finished = subprocess.run(
        [*map(str, command)],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        stdin=subprocess.DEVNULL,
        **more,
    )
    if finished.returncode:
        words = (finished.stderr or finished.stdout).strip().splitlines()[-1:]
        pytest.skip(f"{' '.join(map(str, command[:4]))} ... did not work here: {words}")


def is_open(path):
    """May every user of this system read what is in this folder?"""
    return all(place.stat().st_mode & 0o001 for place in (path, *path.parents))


@pytest.fixture(scope="module")
def place():
    """A folder that every user may look into, as pytest's own may not."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0 or not shutil.which("useradd"):
        pytest.skip("a hub's users are made by root, with useradd")
    for folder in (ROOT, Path(sysconfig.get_path("purelib"))):
        if not is_open(folder.resolve()):
            pytest.skip(f"{folder} is closed to other users, who are to run the course")
    with tempfile.TemporaryDirectory(prefix="class-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def open_python():
    """A Python of this version that every user may run: this one, or the system's."""
    name = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    for path in (sys.executable, *(f"{folder}/{name}" for folder in ("/usr/local/bin", "/usr/bin"))):
        if os.path.exists(path) and is_open(Path(os.path.realpath(path))):
            return path
    pytest.skip(f"{sys.executable} is closed to other users, and there is no other {name}")


@pytest.fixture(scope="module")
def python(place):
    """A Python with JupyterHub and all that this one has, in an environment beside it."""
    base = open_python()
    if find_spec("jupyterhub") and base == sys.executable:
        return base
    done(base, "-m", "venv", "--without-pip", place / "env")
    python = place / "env" / "bin" / "python"
    (packages,) = (place / "env" / "lib").glob("python*/site-packages")
    (packages / "course.pth").write_text(sysconfig.get_path("purelib"))
    done(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *HUB)
    for name in ("etc/jupyter", "share/jupyter"):  # where JupyterLab and its kernel say that they are there
        link = place / "env" / name
        link.parent.mkdir(exist_ok=True)
        link.symlink_to(Path(sys.prefix) / name)
    return python


@pytest.fixture(scope="module")
def proxy(place):
    """The command of the hub's proxy."""
    if found := shutil.which(PROXY):
        return found
    if not shutil.which("npm"):
        pytest.skip(f"there is no {PROXY}, and no npm to install it with")
    done("npm", "install", "--no-audit", "--no-fund", "--prefix", place / "node", PROXY_PIN)
    return place / "node" / "node_modules" / ".bin" / PROXY


def ends_in_time(process):
    """Wait for it; what takes too long says where it is, and then has the time to take its users away."""
    for seconds, stop in (SECONDS, signal.SIGUSR1), (1, signal.SIGTERM), (LAST_SECONDS, signal.SIGKILL):
        try:
            return process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.send_signal(stop)
    return process.wait()


def test_a_small_class_loses_nothing_and_is_told_everything(place, python, proxy, tell):
    env = {name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "BETWEEN"))}
    env["PYTHONPATH"] = str(ROOT)
    command = [python, "-m", "hub.measure", "--learners", "3", "--proxy", proxy]
    # A file, not a pipe: browsers that are left over would hold its other end.
    with (place / "said").open("w+", encoding="utf-8") as file:
        process = subprocess.Popen([*map(str, command)], cwd=ROOT, env=env, stdout=file, stderr=file)
        ends_in_time(process)
        file.seek(0)
        said = file.read()
    assert process.returncode == 0, said[-6000:]
    seen = measure.SEEN if find_chromium() else {}
    assert len(re.findall("nothing lost", said)) >= len(measure.TRIALS) + len(seen), said
    assert ("Python has ended behind it" in said) == bool(seen) and "reached nothing" in said
    (names,) = re.findall(r"learners: (.*)", said)
    users = Path("/etc/passwd").read_text(encoding="utf-8")
    assert not [name for name in names.split(", ") if name in users]  # they are gone again
    tell(said.split("\n\n")[-1].strip().splitlines()[-1])
