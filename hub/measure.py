"""Try the configurations of this folder on a real JupyterHub, and measure what a learner takes.

    sudo python -m hub.measure --learners 6 --record

makes users of this system (and takes them away again), starts a JupyterHub with hub/jupyterhub_config.py, and has
every learner start a server, run lesson 01, drag a slider, solve an exercise and save the lesson, all at once; two of
them in real browsers. Then it does what happens in a term: kernels are killed and culled, servers stopped, a disk
fills up, learners have two tabs, two kernels and two servers, one is curious about a neighbor. It needs root,
jupyterhub in this Python, configurable-http-proxy (npm), and a browser, or the two are left out.
"""

import argparse
import contextlib
import datetime
import faulthandler
import json
import os
import platform
import signal
import sys
import time

import psutil

from course_utils.files import write_whole
from course_utils.launcher.browser import find_chromium
from hub import browsing, term
from hub.learner import Learner, together
from hub.running import ROOT, running_hub, users
from hub.sizes import PAGE, about, with_sizes

DATA = ROOT / "hub" / "measured.json"
BROWSERS, FEWEST = 2, 3
TRIALS = {
    "kernel killed": term.killed,
    "kernel culled": term.culled,
    "server restarted": term.restarted,
    "two kernels at once": term.two_kernels,
    "two servers at once": term.two_servers,
}
SEEN = {
    "kernel culled": browsing.culled,
    "kernel killed": browsing.killed,
    "the same lesson in two tabs": browsing.two_tabs,
    "server stopped": browsing.restarted,
}


def measure(count, proxy, say):
    """The whole run: what was measured, as a dictionary."""
    with (
        users(count) as (homes, is_small),
        running_hub(homes, proxy) as (address, token, log),
        contextlib.ExitStack() as open_browsers,
    ):
        say(f"learners: {', '.join(homes)}")
        learners = [Learner(name, home, address, token) for name, home in homes.items()]
        readers = [browsing.Reader(learner) for learner in learners[: BROWSERS if find_chromium() else 0]]
        for reader in readers:
            open_browsers.callback(reader.close)
        try:
            return run(learners, readers, is_small, say)
        except BaseException:
            say(log.read_text()[-4000:])
            raise


def run(learners, readers, is_small, say):
    """``readers`` are the first learners; they do in a browser what the others do without."""
    others = learners[len(readers) :]
    one = alone(learners[-1])
    say(f"one learner: {one}")
    for step in ("begin", "work", "drag", "solve"):
        took = together([*readers, *others], lambda each, step=step: getattr(each, step)())
        say(f"{step}: {took:.1f} s for all")
    reached = term.curious(learners[-1], learners[-2])
    kernels, open_to_others = term.open_kernels(learners)
    assert kernels >= len(learners)
    for name, trial in TRIALS.items():
        took = together(others, trial)
        assert all(learner.is_kept() for learner in learners), name
        say(f"{name}: nothing lost ({took:.1f} s)")
    said = seen(readers, say)
    if is_small:
        said |= full_disk(learners[0], readers[:1], say)
    return {
        "learners": len(learners), "one": one, "all": [learner.told for learner in others],
        "browsers": [reader.told for reader in readers],
        "reached": reached, "open kernels": open_to_others,
        "trials": [*TRIALS, *["disk full"][:is_small]], "said": said,
    }  # fmt: skip


def alone(learner):
    """What one learner takes who has the machine to themselves."""
    learner.begin()
    learner.drag()
    learner.open.close()
    learner.stop()
    return dict(learner.told)


def seen(readers, say):
    """What is done to all readers at once: {what: what the first of them was told}."""
    said = {}
    for name, trial in SEEN.items() if readers else ():
        begin = time.perf_counter()
        told = []
        together(readers, lambda reader, trial=trial, told=told: told.append(reader.do(trial)))
        said[name] = told[0]
        say(f"{name}: nothing lost, and said: {told[0]} ({time.perf_counter() - begin:.1f} s)")
    return said


def full_disk(learner, readers, say):
    """The same for a disk that is full, of one learner's home."""
    said = {}
    for reader in readers:
        said["disk full"] = reader.do(browsing.full_disk)
    learner.open, learner.notebook = learner.kernel(), learner.read()
    term.full_disk(learner)
    say(f"disk full: nothing lost, and said: {', '.join(said.values())}")
    return said


def machine():
    memory = psutil.virtual_memory().total / 2**30
    return f"{os.cpu_count()} cores and {memory:.0f} GB ({platform.system()}, Python {platform.python_version()})"


def main():
    words = argparse.ArgumentParser("python -m hub.measure", description=__doc__.split("\n\n")[0])
    words.add_argument("--learners", type=int, default=6, help=f"at once; at least {FEWEST}")
    words.add_argument(
        "--proxy", default="configurable-http-proxy", help="the command that starts the hub's proxy"
    )
    words.add_argument(
        "--record", action="store_true", help="write hub/measured.json and the part of docs/teaching.md"
    )
    asked = words.parse_args()
    if os.geteuid() or asked.learners < FEWEST:
        sys.exit(f"This makes users of the system: it needs root, and at least {FEWEST} learners.")
    import jupyterhub

    faulthandler.register(signal.SIGUSR1)  # where it is, for who cannot wait any longer
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("Stopped."))  # and users, disk and hub go as they came
    result = measure(asked.learners, asked.proxy.split(), lambda words: print(words, flush=True))
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
    sys.stdout.flush()
    os._exit(0)  # a browser that does not close would be waited for


if __name__ == "__main__":
    main()
