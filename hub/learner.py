"""A learner at work on a hub, without a browser: what a page of JupyterLab would ask for, and what that takes."""

import json
import statistics
import time
from concurrent.futures import ThreadPoolExecutor

import psutil

from course_utils.exercises.engine import all_exercises
from hub.client import Kernel, Refused, ask
from hub.running import until

LESSON = "01_linear_interpolation.ipynb"
COPY = "between_the_pixels"
MOVES = 100
SOLUTIONS = {each.key: each for items in all_exercises(["linear"]).values() for each in items}


class Learner:
    """One learner at work. ``told`` gathers what was measured."""

    def __init__(self, name, home, address, token):
        self.name, self.home, self.address, self.token = name, home, address, token
        self.base, self.told = f"{address}user/{name}/", {}

    def start(self, server=""):
        """From the click on "Start my server" until the server answers; a second one has a name."""
        begin = time.perf_counter()
        try:
            ask(self._control(server), self.token, "POST")
        except Refused as refused:
            if refused.status != 400:  # it runs already
                raise
        base = f"{self.base}{server}/" if server else self.base
        until(
            lambda: "started" in ask(f"{base}api/status", self.token), f"the server of {self.name} comes up"
        )
        self.told.setdefault("server", time.perf_counter() - begin)
        return base

    def stop(self, server=""):
        ask(self._control(server), self.token, "DELETE")
        about = f"{self.address}hub/api/users/{self.name}"
        until(lambda: server not in ask(about, self.token)["servers"], f"the server of {self.name} stops")

    def _control(self, server):
        return f"{self.address}hub/api/users/{self.name}/server{f's/{server}' if server else ''}"

    def read(self, name=LESSON):
        return ask(f"{self.base}api/contents/{COPY}/{name}", self.token)["content"]

    def save(self, notebook, name=LESSON):
        content = {"type": "notebook", "format": "json", "content": notebook}
        ask(f"{self.base}api/contents/{COPY}/{name}", self.token, "PUT", content)

    def kernel(self, name=LESSON, base=None):
        return Kernel(base or self.base, self.token, f"{COPY}/{name}")

    # --- what all do at once ---

    def begin(self):
        """Start a server and a kernel, and see the first explorer."""
        begin = time.perf_counter()
        self.told.clear()
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

    # --- what it takes, and what is kept ---

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

    def on_disk(self, name=LESSON):
        """The sources of the lesson as it was saved."""
        notebook = json.loads((self.home / COPY / name).read_text(encoding="utf-8"))
        return ["".join(cell["source"]) for cell in notebook["cells"]]

    def is_kept(self):
        """Is the exercise in the lesson on the disk, and in the progress file?"""
        return is_solved(self.on_disk()) and self.progress()["linear.lerp"]["outcome"] == "right"


def is_solved(sources):
    """Do a notebook's cells hold the exercise that was written into it?"""
    return SOLUTIONS["linear.lerp"].solution_source in sources


def together(everybody, step):
    """All take a step at once; seconds."""
    begin = time.perf_counter()
    pool = ThreadPoolExecutor(len(everybody))
    try:
        list(pool.map(step, everybody))
    finally:
        pool.shutdown(wait=False)  # whoever is told to stop does not wait for a step that never ends
    return time.perf_counter() - begin
