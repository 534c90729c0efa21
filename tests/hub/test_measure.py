"""What the measurement writes into the teacher's page, and the learner without a browser that it is made of.

The measurement itself is a command of its own: it needs root, a hub and minutes.
"""

import json
import time
from types import SimpleNamespace

import psutil
import pytest
from websocket import ABNF

from hub import client
from hub.client import Kernel, Refused, ask
from hub.sizes import PAGE, ROWS, about, with_sizes
from tests.launcher.test_lab import Server
from tools.lab import copy_notebooks, stop

TOLD = {"server": 9.0, "first explorer": 12.0, "to picture, ms": 8.0, "CPU a picture, ms": 5.0}
WHEN = ("first explorer", "end of lesson 01")
TOLD |= {f"{kind}, {when}, MB": 150.0 for kind in ("server", "kernel") for when in WHEN}
RESULT = {
    "learners": 3,
    "machine": "2 cores",
    "jupyterhub": "5.0",
    "date": "2026-01-02",
    "command": "measure",
}
RESULT |= {"one": TOLD, "all": [TOLD, TOLD, TOLD | {"server": 30.0}]}
RESULT |= {"reached": "[]", "open kernels": 0, "trials": ["kernel killed"]}


def test_the_table_holds_the_middle_and_the_slowest():
    assert "| click to server, s | 9.0 | 9.0 | 30.0 |" in about(RESULT)
    assert "A hundred learners at the end of lesson 01 are **30 GB**" in about(RESULT)
    assert "reached nothing" in about(RESULT) and "no kernels were open to others" in about(RESULT)
    assert "reached ['progress']" in about(RESULT | {"reached": "['progress']"})


def test_what_was_seen_in_browsers_has_lines_of_its_own():
    seen = {
        "browsers": [
            {"first explorer": 5.0, "to picture, ms": 4.0},
            {"first explorer": 9.0, "to picture, ms": 4.4},
        ]
    }
    told = {"said": {"kernel killed": "It died. Ok | Cancel", "disk full": "No room"}}
    assert "browser" not in about(RESULT)
    assert "| in a browser: login to first explorer, s | | 7.0 | 9.0 |" in about(RESULT | seen)
    assert "| kernel killed | It died. Ok / Cancel |\n| disk full | No room |\n" in about(RESULT | told)


def test_only_the_part_about_sizes_is_written_anew():
    page = PAGE.read_text(encoding="utf-8")
    once = with_sizes(page, RESULT)
    assert about(RESULT) in once and with_sizes(once, RESULT) == once
    assert once.split("<!-- sizes")[0] == page.split("<!-- sizes")[0]
    assert once.split("end of sizes -->")[1] == page.split("end of sizes -->")[1]


def test_the_page_says_what_was_recorded():
    recorded = PAGE.parents[1] / "hub" / "measured.json"
    if not recorded.exists():
        pytest.skip("nothing is recorded yet")
    result = json.loads(recorded.read_text(encoding="utf-8"))
    assert about(result) in PAGE.read_text(encoding="utf-8") and len(ROWS) == 4


def restart(server, base, kernel):
    ask(f"{base}api/kernels/{kernel.id}/restart", server.token, "POST", {})


def kill(server, base, kernel):
    """As the system does with what takes too much memory; the server notices, and starts another."""
    for process in psutil.Process(server.process.pid).children(recursive=True):
        if kernel.id in " ".join(process.cmdline()):
            process.kill()
            process.wait(60)
    end = time.monotonic() + 60
    while time.monotonic() < end and not any(
        kernel.id in " ".join(each.cmdline())
        for each in psutil.Process(server.process.pid).children(recursive=True)
        if each.status() != psutil.STATUS_ZOMBIE
    ):
        time.sleep(0.1)


def test_a_kernel_that_never_answers_is_given_up_though_its_server_pings(monkeypatch):
    monkeypatch.setattr(client, "PATIENCE_S", 0.2)
    pings = SimpleNamespace(send=lambda text: None, recv_data=lambda control_frame: (ABNF.OPCODE_PING, b""))
    kernel = Kernel.__new__(Kernel)
    kernel.base, kernel.id, kernel.opened, kernel.socket = "http://hub/", "k", {}, pings
    with pytest.raises(TimeoutError, match=r"kernel k of http://hub/ said nothing"):
        kernel.run("1 + 1")
    with pytest.raises(TimeoutError, match=r"0\.2 s"):
        kernel.move("slider", "stage", 0.5)


@pytest.mark.thorough(only=True)
def test_a_learner_without_a_browser_drags_a_slider(tmp_path):
    pytest.importorskip("websocket")
    server = Server(tmp_path, copy_notebooks(tmp_path / "lessons"))
    try:
        server.wait()
        base = f"http://127.0.0.1:{server.port}/"
        kernel = Kernel(base, server.token, "00_start_here.ipynb")
        assert kernel.run("print(6 * 7)") == "42\n"
        with pytest.raises(RuntimeError, match="ZeroDivisionError"):
            kernel.run("1 / 0")
        slider, stage = kernel.explorer(
            "from course_utils.explorers.linear import two_samples\ntwo_samples()"
        )
        assert kernel.move(slider, stage, 0.4) > 0
        for end in (restart, kill):  # what comes in its place is reached as well
            end(server, base, kernel)
            kernel.close()
            kernel.connect()
            assert kernel.run("print('here again')") == "here again\n"
        with pytest.raises(Refused, match="404"):
            ask(f"{base}api/kernels/none", server.token)
        kernel.close()
    finally:
        stop(server.process)
