"""Try the configurations of this folder on a real JupyterHub, and measure what a learner takes.

    sudo python -m hub.measure --learners 6 --record

makes users of this system (and takes them away again), starts a JupyterHub with hub/jupyterhub_config.py, and has
every learner start a server, run lesson 01, drag a slider, solve an exercise and save the lesson, all at once. Then
it does what happens in a term: kernels are killed and culled, servers stopped, a disk fills up, learners have two
kernels, one is curious about a neighbor. It needs root, jupyterhub in this Python, configurable-http-proxy (npm).
"""

import argparse
import contextlib
import datetime
import json
import os
import platform
import pwd
import re
import secrets
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil

from course_utils.exercises.engine import all_exercises
from course_utils.files import write_whole
from hub.client import PATIENCE_S, Kernel, Refused, ask
from hub.sizes import PAGE, about, with_sizes

ROOT = Path(__file__).resolve().parents[1]
CONFIG, DATA = ROOT / "hub" / "jupyterhub_config.py", ROOT / "hub" / "measured.json"
LESSON = "01_linear_interpolation.ipynb"
COPY = "between_the_pixels"
MOVES = 100
SMALL_DISK = 24  # MB
SOLUTIONS = {each.key: each for items in all_exercises(["linear"]).values() for each in items}


# --- a hub with learners ------------------------------------------------------------------------------------


@contextlib.contextmanager
def users(count):
    """Users of this system, with homes in a temporary folder that classmates may look into; their names."""
    names = [f"btp-{secrets.token_hex(3)}-{number}" for number in range(count)]
    homes = Path(tempfile.mkdtemp(prefix="homes-"))
    homes.chmod(0o755)
    try:
        for name in names:
            subprocess.run(["useradd", "--create-home", "--home-dir", homes / name, name], check=True)
            (homes / name).chmod(0o755)
        subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={SMALL_DISK}m,mode=755", "none", homes / names[0]],
            check=True,
        )
        os.chown(homes / names[0], pwd.getpwnam(names[0]).pw_uid, pwd.getpwnam(names[0]).pw_gid)
        yield {name: homes / name for name in names}
    finally:
        for name in names:
            subprocess.run(["pkill", "-KILL", "-u", name], stderr=subprocess.DEVNULL)
        time.sleep(1)
        subprocess.run(["umount", "--lazy", homes / names[0]], stderr=subprocess.DEVNULL)
        for name in names:
            subprocess.run(["userdel", name], stderr=subprocess.DEVNULL)
        shutil.rmtree(homes, ignore_errors=True)


@contextlib.contextmanager
def running_hub(names, proxy):
    """A JupyterHub with the course's configuration: (its address, a token that may do everything)."""
    folder, token, port = Path(tempfile.mkdtemp(prefix="hub-")), secrets.token_hex(16), free_port()
    text = CONFIG.read_text(encoding="utf-8").split("# Ends servers")[0]  # the culler is tried by hand below
    text = re.sub(
        r"^COURSE, PYTHON = .*$",
        f"COURSE, PYTHON = {str(ROOT)!r}, {sys.executable!r}",
        text,
        flags=re.MULTILINE,
    )
    roles = [{"name": "measure", "services": ["measure"],
              "scopes": ["admin:users", "admin:servers", "tokens", "access:servers"]}]  # fmt: skip
    text += f"""
c.JupyterHub.bind_url = "http://127.0.0.1:{port}"
c.JupyterHub.hub_port = {free_port()}
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{free_port()}"
c.ConfigurableHTTPProxy.command = {proxy!r}
c.JupyterHub.authenticator_class = "dummy"
c.Authenticator.allow_all = True
c.JupyterHub.services = [{{"name": "measure", "api_token": {token!r}}}]
c.JupyterHub.load_roles = {roles!r}
c.JupyterHub.concurrent_spawn_limit = {len(names)}
"""
    (folder / "config.py").write_text(text, encoding="utf-8")
    env = {name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "OMP_"))}
    env["PYTHONPATH"] = str(ROOT)
    with (folder / "log").open("w") as log:
        hub = subprocess.Popen(
            [sys.executable, "-m", "jupyterhub", "--config", folder / "config.py"],
            cwd=folder, env=env, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
    address = f"http://127.0.0.1:{port}/"
    try:
        wait_for(lambda: ask(f"{address}hub/api/", token), hub, folder / "log")
        for name in names:
            ask(f"{address}hub/api/users/{name}", token, "POST")
        yield address, token, folder / "log"
    finally:
        hub.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            hub.wait(60)
        hub.kill()
        shutil.rmtree(folder, ignore_errors=True)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(answer, process, log):
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(OSError, Refused):
            return answer()
        time.sleep(0.2)
    raise RuntimeError(f"JupyterHub does not answer:\n{log.read_text()[-3000:]}")


# --- a learner ----------------------------------------------------------------------------------------------


class Learner:
    """One learner at work. ``told`` gathers what was measured."""

    def __init__(self, name, home, address, token):
        self.name, self.home, self.address, self.token = name, home, address, token
        self.base, self.told = f"{address}user/{name}/", {}

    def start(self):
        """From the click on "Start my server" until the server answers."""
        begin = time.perf_counter()
        with contextlib.suppress(Refused):  # 400: it runs already
            ask(f"{self.address}hub/api/users/{self.name}/server", self.token, "POST")
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            with contextlib.suppress(Refused, OSError):
                if "started" in ask(f"{self.base}api/status", self.token):
                    self.told["server"] = time.perf_counter() - begin
                    return
            time.sleep(0.2)
        raise RuntimeError(f"the server of {self.name} did not come up")

    def stop(self):
        ask(f"{self.address}hub/api/users/{self.name}/server", self.token, "DELETE")
        while ask(f"{self.address}hub/api/users/{self.name}", self.token)["servers"]:
            time.sleep(0.2)

    def read(self, name=LESSON):
        return ask(f"{self.base}api/contents/{COPY}/{name}", self.token)["content"]

    def save(self, notebook, name=LESSON):
        content = {"type": "notebook", "format": "json", "content": notebook}
        ask(f"{self.base}api/contents/{COPY}/{name}", self.token, "PUT", content)

    def kernel(self, name=LESSON):
        return Kernel(self.base, self.token, f"{COPY}/{name}")

    def begin(self):
        """Start a server and a kernel, and see the first explorer."""
        begin = time.perf_counter()
        self.start()
        self.open = self.kernel()
        self.notebook = self.read()
        self.cells = [cell["source"] for cell in self.notebook["cells"] if cell["cell_type"] == "code"]
        self.open.run(self.cells[0])
        self.told["first explorer"] = time.perf_counter() - begin
        self.memory("first explorer")

    def work(self):
        """The whole lesson, cell by cell."""
        for source in self.cells[1:]:
            self.open.run(source)
        self.memory("end of lesson 01")

    def drag(self):
        """A slider, moved as soon as the picture of the move before has come."""
        slider, stage = self.open.explorer("two_samples()")
        before, begin = self.cpu(), time.perf_counter()
        taken = [self.open.move(slider, stage, round(0.01 * (number % 90 + 1), 2)) for number in range(MOVES)]
        self.told["pictures a second"] = MOVES / (time.perf_counter() - begin)
        self.told["to picture, ms"] = 1000 * statistics.median(taken)
        self.told["CPU a picture, ms"] = 1000 * (self.cpu() - before) / MOVES

    def solve(self):
        """Write one exercise into the lesson, check it, save it."""
        lerp = SOLUTIONS["linear.lerp"]
        cell = next(cell for cell in self.notebook["cells"] if cell["metadata"].get("exercise") == lerp.key)
        cell["source"] = lerp.solution_source
        self.open.run(f"{lerp.solution_source}\n\nfrom course_utils.exercises import linear")
        assert "Right" in self.open.run("linear.LERP.check(lerp)")
        self.save(self.notebook)

    def processes(self):
        """{"server" or "kernel": processes} of this learner."""
        found = {"server": [], "kernel": []}
        for process in psutil.process_iter(["username", "cmdline"]):
            if process.info["username"] == self.name:
                kind = "kernel" if "ipykernel" in " ".join(process.info["cmdline"] or ()) else "server"
                found[kind].append(process)
        return found

    def memory(self, when):
        """PSS in MB: what is shared counts by share."""
        for kind, processes in self.processes().items():
            sizes = [process.memory_full_info().pss / 1e6 for process in processes]
            self.told[f"{kind}, {when}, MB"] = sum(sizes)

    def cpu(self):
        return sum(sum(each.cpu_times()[:2]) for group in self.processes().values() for each in group)

    def progress(self):
        return json.loads((self.home / ".between_the_pixels" / "progress.json").read_text())["exercises"]

    def is_kept(self):
        """Is the exercise in the lesson on the disk, and in the progress file?"""
        notebook = json.loads((self.home / COPY / LESSON).read_text(encoding="utf-8"))
        return is_solved(notebook) and self.progress()["linear.lerp"]["outcome"] == "right"


def is_solved(notebook):
    """Does a notebook hold the exercise that was written into it?"""
    return SOLUTIONS["linear.lerp"].solution_source in ["".join(cell["source"]) for cell in notebook["cells"]]


def together(learners, step):
    """All learners take a step at once; seconds."""
    begin = time.perf_counter()
    with ThreadPoolExecutor(len(learners)) as pool:
        list(pool.map(step, learners))
    return time.perf_counter() - begin


# --- what happens in a term ---------------------------------------------------------------------------------


def killed(learner):
    """The kernel is killed (as for memory); the server starts another, and the work is there."""
    for process in learner.processes()["kernel"]:
        process.kill()
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end and not learner.processes()["kernel"]:
        time.sleep(0.2)
    learner.open = learner.kernel()
    learner.open.run("from course_utils.exercises import progress")
    assert learner.open.run("progress.exercise('linear.lerp')['outcome']") == "'right'"


def culled(learner):
    """The kernel is shut down from outside, as a culler does it."""
    ask(f"{learner.base}api/kernels/{learner.open.id}", learner.token, "DELETE")
    learner.open = learner.kernel()
    learner.open.run(learner.cells[0])


def restarted(learner):
    """The server is stopped, as a culler does it, and started again: the lesson is as it was saved."""
    learner.stop()
    learner.start()
    assert is_solved(learner.read())
    learner.open = learner.kernel()


def two_kernels(learner):
    """Two lessons at once, each solves an exercise: the progress file has both."""
    other = learner.kernel("02_where_new_pixels_come_from.ipynb")
    weights = SOLUTIONS["linear.weights"]
    for kernel, key in ((other, "linear.weights"), (learner.open, "linear.matrix")):
        exercise = SOLUTIONS[key]
        kernel.run("import numpy as np\nfrom course_utils.exercises import linear")
        kernel.run("from course_utils.resampling import *")
        variable = "WEIGHTS" if exercise is weights else "MATRIX"
        kernel.run(f"{exercise.solution_source}\n\nlinear.{variable}.check({exercise.name})")
    done = learner.progress()
    assert done["linear.lerp"]["outcome"] == "right" and {"linear.weights", "linear.matrix"} <= set(done)


def full_disk(learner):
    """A full disk: saving is refused, the saved lesson and the progress stay, and with room again all goes on."""
    before, filler = (learner.home / COPY / LESSON).read_bytes(), learner.home / "filler"
    with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
        for size in (1_000_000, 1000, 1):
            with contextlib.suppress(OSError):
                while True:
                    file.write(b"0" * size)
    longer = {**learner.notebook, "cells": learner.notebook["cells"] * 2}
    refused = ""
    try:
        learner.save(longer)
    except Refused as error:
        refused = str(error)
    learner.open.run("from course_utils.exercises import linear")
    told = learner.open.run("linear.LERP.check(lambda left, right, x: x * left + (1 - x) * right)")
    assert refused and (learner.home / COPY / LESSON).read_bytes() == before, refused
    assert "No space left" in told or "kept for this session only" in told, told
    assert learner.is_kept()
    filler.unlink()
    learner.save(learner.notebook)
    learner.open.run("linear.LERP.check(lambda left, right, x: x * left + (1 - x) * right)")
    assert learner.progress()["linear.lerp"]["mistakes"].get("swapped weights") and learner.is_kept()


CURIOUS = """
import glob, os
def tried(action):
    try:
        return bool(action())
    except OSError:
        return False
runtime = os.path.join({home!r}, ".local", "share", "jupyter", "runtime")
got = {{
    "lessons": tried(lambda: os.listdir(os.path.join({home!r}, {copy!r}))),
    "progress": tried(lambda: open(os.path.join({home!r}, ".between_the_pixels", "progress.json")).read()),
    "connection files": tried(lambda: [open(path).read() for path in os.scandir(runtime)]),
    "sockets": tried(lambda: glob.glob("/tmp/kernel-*/*") and [p for p in glob.glob("/tmp/kernel-*/*")
                                                            if os.stat(p).st_uid == {uid}]),
}}
print(sorted(name for name, reached in got.items() if reached))
"""


def curious(learner, neighbor):
    """Code in one learner's kernel looks for another's lessons, progress and kernel; what it reached."""
    uid = pwd.getpwnam(neighbor.name).pw_uid
    return learner.open.run(CURIOUS.format(home=str(neighbor.home), copy=COPY, uid=uid)).strip()


def open_kernels(learners):
    """(kernels, those that others could talk to: over TCP, or through a folder that is not their owner's alone)."""
    runtime = ".local/share/jupyter/runtime/kernel-*.json"
    found = [json.loads(file.read_text()) for learner in learners for file in learner.home.glob(runtime)]
    reached = [
        each for each in found if each["transport"] == "tcp" or Path(each["ip"]).parent.stat().st_mode & 0o077
    ]
    return len(found), len(reached)


# --- measured and told --------------------------------------------------------------------------------------


def measure(count, proxy, say):
    """The whole run: what was measured, as a dictionary."""
    with users(count) as homes, running_hub(homes, proxy) as (address, token, log):
        learners = [Learner(name, home, address, token) for name, home in homes.items()]
        try:
            result = run(learners, say)
        except BaseException:
            say(log.read_text()[-4000:])
            raise
    return result


def run(learners, say):
    alone = learners[-1]
    alone.begin()
    alone.drag()
    one = dict(alone.told)
    say(f"one learner: {one}")
    alone.open.close()
    alone.stop()
    for step in ("begin", "work", "drag", "solve"):
        say(
            f"{step}: {together(learners, lambda learner, step=step: getattr(learner, step)()):.1f} s for all"
        )
    reached = curious(learners[1], learners[2])
    kernels, open_to_others = open_kernels(learners)
    assert kernels >= len(learners)
    trials = {"kernel killed": killed, "kernel culled": culled, "server restarted": restarted,
              "two kernels at once": two_kernels}  # fmt: skip
    for name, trial in trials.items():
        together(learners[1:], trial)
        assert all(learner.is_kept() for learner in learners), name
        say(f"{name}: nothing lost")
    full_disk(learners[0])
    say("disk full: nothing lost, and said")
    return {
        "learners": len(learners), "one": one, "all": [learner.told for learner in learners],
        "reached": reached, "open kernels": open_to_others, "trials": [*trials, "disk full"],
    }  # fmt: skip


def machine():
    memory = psutil.virtual_memory().total / 2**30
    return f"{os.cpu_count()} cores and {memory:.0f} GB ({platform.system()}, Python {platform.python_version()})"


def main():
    words = argparse.ArgumentParser("python -m hub.measure", description=__doc__.split("\n\n")[0])
    words.add_argument("--learners", type=int, default=6, help="at once; at least 4")
    words.add_argument(
        "--proxy", default="configurable-http-proxy", help="the command that starts the hub's proxy"
    )
    words.add_argument(
        "--record", action="store_true", help="write hub/measured.json and the part of docs/teaching.md"
    )
    asked = words.parse_args()
    if os.geteuid() or asked.learners < 4:
        sys.exit("This makes users of the system: it needs root, and at least 4 learners.")
    import jupyterhub

    result = measure(asked.learners, asked.proxy.split(), print)
    result |= {
        "machine": machine(),
        "jupyterhub": jupyterhub.__version__,
        "date": datetime.date.today().isoformat(),
    }
    result["command"] = f"python -m hub.measure --learners {asked.learners}"
    print(about(result))
    if asked.record:
        write_whole(DATA, (json.dumps(result, indent=1) + "\n").encode())
        write_whole(PAGE, with_sizes(PAGE.read_text(encoding="utf-8"), result).encode())


if __name__ == "__main__":
    main()
