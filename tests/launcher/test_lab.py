"""The command that starts JupyterLab, and a JupyterLab started with it."""

import asyncio
import contextlib
import importlib
import json
import os
import subprocess
import sys
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from unittest import mock

import pytest

from course_utils.launcher import places, process
from course_utils.launcher.environment import Environment
from course_utils.launcher.lab import FIRST_LESSON, SETTINGS, lab_command, variables
from tools.lab import free_port

ROOT = Path(__file__).resolve().parents[2]
HERE = Environment(Path(sys.executable), Path(sys.prefix), ours=False)
PATIENCE_S = 120


# --- the command --------------------------------------------------------------------------------------------


def test_the_course_is_the_top_of_the_file_browser_when_the_lessons_are_inside(tmp_path):
    command = lab_command(HERE, tmp_path, tmp_path / "my lessons")
    assert f"--ServerApp.root_dir={tmp_path}" in command
    assert f"--LabApp.default_url=/lab/tree/my%20lessons/{FIRST_LESSON}" in command


def test_a_copy_elsewhere_is_its_own_top(tmp_path):
    command = lab_command(HERE, tmp_path / "course", tmp_path / "elsewhere")
    assert f"--ServerApp.root_dir={tmp_path / 'elsewhere'}" in command
    assert f"--LabApp.default_url=/lab/tree/{FIRST_LESSON}" in command


def test_the_learners_arguments_come_last(tmp_path):
    assert lab_command(HERE, tmp_path, tmp_path / "n", ["--port", "9999"])[-2:] == ["--port", "9999"]


@pytest.mark.parametrize(
    "option", ["--ServerApp.root_dir", "--LabApp.default_url", "--LabApp.workspaces_dir"]
)
def test_an_option_the_learner_gives_is_given_once(tmp_path, option):
    """JupyterLab refuses two values: "only accepts one value, got 2"."""
    command = lab_command(HERE, tmp_path, tmp_path / "n", [f"{option}=/mine"])
    assert [word for word in command if word.startswith(option)] == [f"{option}=/mine"]


def test_each_folder_of_lessons_remembers_its_own_tabs(tmp_path):
    tabs = [lab_command(HERE, tmp_path, tmp_path / name)[-1] for name in ("notebooks", "my_lessons")]
    assert all(word.startswith("--LabApp.workspaces_dir=") for word in tabs) and tabs[0] != tabs[1]


@pytest.mark.parametrize("as_root", [True, False])
def test_in_a_container_jupyterlab_may_run_as_root(tmp_path, as_root):
    assert ("--allow-root" in lab_command(HERE, tmp_path, tmp_path / "n", as_root=as_root)) == as_root


# --- the variables ------------------------------------------------------------------------------------------


def test_kernels_find_the_course_and_this_environments_kernel_comes_first(tmp_path):
    inherited = {"PYTHONPATH": "/theirs", "JUPYTER_PATH": "/kernels", "OTHER": "kept"}
    changed = variables(HERE, tmp_path, inherited)
    assert changed["PYTHONPATH"].split(os.pathsep) == [str(tmp_path), "/theirs"]
    assert changed["JUPYTER_PATH"].split(os.pathsep) == [
        str(Path(sys.prefix, "share", "jupyter")),
        "/kernels",
    ]
    assert changed["JUPYTER_CONFIG_PATH"] == str(SETTINGS)
    assert changed["OTHER"] == "kept" and inherited["PYTHONPATH"] == "/theirs"


def test_in_the_courses_own_environment_nothing_else_mixes_in(tmp_path):
    ours = Environment(tmp_path / ".venv" / "bin" / "python", tmp_path / ".venv", ours=True)
    changed = variables(
        ours, tmp_path, {"PYTHONPATH": "/old/numpy", "PYTHONHOME": "/old", "PATH": "/usr/bin"}
    )
    assert changed["PYTHONPATH"] == str(tmp_path) and "PYTHONHOME" not in changed
    assert changed["PATH"].split(os.pathsep) == [str(ours.python.parent), "/usr/bin"]


# --- the server's settings: one file for lab, hub and Binder -------------------------------------------------


def test_every_setting_names_something_that_is_there():
    """A misspelled option is ignored without a word."""
    from jupyter_server.serverapp import ServerApp
    from jupyterlab.labapp import LabApp

    settings = json.loads((SETTINGS / "jupyter_server_config.json").read_text(encoding="utf-8"))
    known = {each.__name__: each for each in [*ServerApp.classes, ServerApp, LabApp]}
    known["MultiKernelManager"] = known["MappingKernelManager"]  # whose traits it has
    for name, options in settings.items():
        for option, value in options.items():
            assert option in known[name].class_traits(config=True), f"{name}.{option}"
            if str(value).startswith("course_utils."):
                module, _, what = value.rpartition(".")
                assert callable(getattr(importlib.import_module(module), what))


def run_apart(coroutine):
    """In a thread of its own: a browser that another test has open runs an event loop in this one."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, coroutine).result()


@pytest.mark.skipif(os.name != "posix", reason="elsewhere kernels listen on TCP, as always")
def test_a_kernel_is_reached_through_files_of_this_user_only():
    from course_utils.launcher.server import PrivateKernelManager

    manager = PrivateKernelManager()
    assert manager.transport == "ipc"
    folder = Path(manager.ip).parent
    assert folder.stat().st_mode & 0o077 == 0 and len(f"{manager.ip}-5") < 104
    other = PrivateKernelManager()
    assert other.ip != manager.ip
    for each in (manager, other):
        run_apart(each.cleanup_resources(restart=True))
    assert folder.exists()  # the kernel that starts in its place is reached through it
    for each in (manager, other):
        run_apart(each.cleanup_resources())
    assert not folder.exists()


def test_a_learner_or_a_teacher_may_have_tcp():
    from traitlets.config import Config

    from course_utils.launcher.server import PrivateKernelManager

    manager = PrivateKernelManager(config=Config(KernelManager={"transport": "tcp"}))
    assert (manager.transport, manager.ip) == ("tcp", "127.0.0.1")


def test_where_temporary_folders_have_long_names_kernels_listen_on_tcp(monkeypatch):
    """The system cuts the name of a socket off, or refuses it."""
    from course_utils.launcher import server

    monkeypatch.setattr(server.tempfile, "gettempdir", lambda: "/" + 80 * "x")
    assert server.PrivateKernelManager().transport == "tcp"


# --- small messages -----------------------------------------------------------------------------------------


def test_the_connection_switches_nagle_off_before_it_connects():
    from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection
    from jupyter_server.services.kernels.websocket import KernelWebsocketHandler

    from course_utils.launcher.server import PromptConnection

    handler = mock.create_autospec(KernelWebsocketHandler, instance=True)
    connection = PromptConnection.__new__(PromptConnection)
    connection.set_trait("websocket_handler", handler)
    with mock.patch.object(ZMQChannelsWebsocketConnection, "connect", return_value="connected") as connect:
        connect.side_effect = lambda: handler.set_nodelay.assert_called_once_with(True) or "connected"
        assert connection.connect() == "connected"


# --- a real server ------------------------------------------------------------------------------------------


class Server:
    """JupyterLab as the launcher starts it, for a learner with habits of their own in the home folder."""

    def __init__(self, home, lessons, also=None):
        self.port, self.token = free_port(), "secret"
        self.home, self.log = home, home / "log.txt"
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("JUPYTER")}
        env = variables(HERE, ROOT, inherited | {"HOME": str(home), "USERPROFILE": str(home)})
        env |= also or {}
        words = ["--no-browser", "--port", str(self.port), f"--IdentityProvider.token={self.token}"]
        words.append(f"--LabApp.workspaces_dir={home / 'workspaces'}")
        words.append(
            "--LanguageServerManager.autodetect=False"
        )  # else it asks npm, which may outlive the server
        command = lab_command(HERE, ROOT, lessons, words, as_root=True)
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                command, env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )

    def runtime(self):
        """Where its kernels' connection files are."""
        return next(path.parent for path in self.home.rglob("jpserver-*.json"))

    def ask(self, path, data=None):
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", data)
        request.add_header("Authorization", f"token {self.token}")
        with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
            return answer.read().decode()

    def wait(self):
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end and self.process.poll() is None:
            with contextlib.suppress(OSError):
                return self.ask("/api")
            time.sleep(0.1)
        raise AssertionError(self.log.read_text())


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    decoy = home / ".local" / "share" / "jupyter" / "kernels" / "python3"
    decoy.mkdir(parents=True)
    (decoy / "kernel.json").write_text(
        '{"argv": ["false"], "display_name": "Some other Python", "language": "python"}'
    )
    lessons = tmp_path_factory.mktemp("lessons")
    (lessons / FIRST_LESSON).write_text('{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}')
    server = Server(home, lessons)
    try:
        server.wait()
        yield server
    finally:
        server.process.terminate()
        process.stop(server.process)


@pytest.mark.skipif(os.name != "posix", reason="as POSIX does it")
def test_with_a_home_that_cannot_be_written_jupyterlab_starts_all_the_same(tmp_path, monkeypatch):
    (tmp_path / FIRST_LESSON).write_text('{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}')
    for name in [*places.usual(), "XDG_DATA_HOME"]:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", os.devnull)
    server = Server(tmp_path, tmp_path, {"HOME": os.devnull, **places.stand_ins(tmp_path)})
    try:
        server.wait()
        assert FIRST_LESSON in server.ask(f"/api/contents/{FIRST_LESSON}")
    finally:
        server.process.terminate()
        process.stop(server.process)
    assert "Traceback" not in server.log.read_text()
    assert list((tmp_path / ".course" / "home" / "jupyter_runtime_dir").iterdir())


def test_the_page_of_the_first_lesson_answers(server):
    assert "JupyterLab" in server.ask(f"/lab/tree/{FIRST_LESSON}")
    assert FIRST_LESSON in server.ask(f"/api/contents/{FIRST_LESSON}")
    printed = server.log.read_text()  # the address that a learner without a browser here copies
    assert f"/lab/tree/{FIRST_LESSON}" in printed


def test_the_servers_settings_hold(server):
    page = server.ask("/lab")
    assert '"can_install": false' in page  # extensions come with the course, and are not bought here
    assert '"exposeAppInBrowser": true' in page  # a stage may use its commands
    kernel = json.loads(server.ask("/api/kernels", b'{"name": "python3"}'))["id"]
    connection = server.runtime() / f"kernel-{kernel}.json"
    assert json.loads(connection.read_text())["transport"] == ("ipc" if os.name == "posix" else "tcp")


def test_nobody_is_asked_about_news(server):
    answer = json.loads(server.ask("/lab/api/settings/@jupyterlab/apputils-extension:notification"))
    defaults = {name: field["default"] for name, field in answer["schema"]["properties"].items()}
    assert defaults["fetchNews"] == "false" and defaults["checkForUpdates"] is False


def test_the_kernel_is_this_environments_and_finds_the_course(server):
    """Over the same websocket as a browser, so through PromptConnection."""
    websocket = pytest.importorskip("websocket")
    assert "Some other Python" not in server.ask("/api/kernelspecs")
    kernel = json.loads(server.ask("/api/kernels", b'{"name": "python3"}'))["id"]
    socket_ = websocket.create_connection(
        f"ws://127.0.0.1:{server.port}/api/kernels/{kernel}/channels?token={server.token}", timeout=PATIENCE_S
    )
    code = "import sys, course_utils; print(sys.prefix, course_utils.__file__)"
    header = {"msg_id": "1", "msg_type": "execute_request", "username": "", "session": "s", "version": "5.3"}
    content = {"code": code, "silent": False, "store_history": False, "user_expressions": {}}
    message = {"header": header, "parent_header": {}, "metadata": {}, "content": content, "channel": "shell"}
    socket_.send(json.dumps(message))
    printed = next(text for text in iter(lambda: stream_text(socket_.recv()), None) if text)
    socket_.close()
    assert printed.split() == [sys.prefix, str(ROOT / "course_utils" / "__init__.py")]


def stream_text(frame):
    """What a kernel message printed; "" for any other message."""
    message = json.loads(frame)
    assert message["msg_type"] != "error", message["content"]
    return message["content"]["text"] if message["msg_type"] == "stream" else ""
