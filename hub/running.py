"""A JupyterHub with learners, on this computer, for as long as a measurement takes. Needs root."""

import contextlib
import os
import pwd
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from hub.client import PATIENCE_S, Refused, ask

ROOT = Path(__file__).resolve().parents[1]
CONFIG = ROOT / "hub" / "jupyterhub_config.py"
SMALL_DISK = 24  # MB
# Every cell is in the page at once, so that a lesson's first explorer can be found; and nobody is asked about news.
SETTINGS = {
    "notebook-extension/tracker": '{"windowingMode": "none"}',
    "apputils-extension/notification": '{"fetchNews": "false"}',
}


@contextlib.contextmanager
def users(count):
    """Users of this system: {name: home}, and whether the first one's home is a small disk of its own.

    The homes are in a temporary folder, and classmates may look into them.
    """
    names = [f"btp-{secrets.token_hex(3)}-{number}" for number in range(count)]
    homes = Path(tempfile.mkdtemp(prefix="homes-"))
    homes.chmod(0o755)
    is_small = False
    try:
        for name in names:
            subprocess.run(["useradd", "--create-home", "--home-dir", homes / name, name], check=True)
            (homes / name).chmod(0o755)
        is_small = _mount(homes / names[0], names[0])
        for name in names:
            _settle(homes / name, name)
        yield {name: homes / name for name in names}, is_small
    finally:
        for name in names:
            subprocess.run(["pkill", "-KILL", "-u", name], stderr=subprocess.DEVNULL)
        time.sleep(1)
        if is_small:
            subprocess.run(["umount", "--lazy", homes / names[0]])
        for name in names:
            subprocess.run(["userdel", name], stderr=subprocess.DEVNULL)
        shutil.rmtree(homes, ignore_errors=True)


def _mount(home, name):
    """Make a home a disk of its own; False in a container that may not."""
    command = ["mount", "-t", "tmpfs", "-o", f"size={SMALL_DISK}m,mode=755", "none", home]
    if subprocess.run(command, stderr=subprocess.DEVNULL).returncode:
        return False
    shutil.chown(home, name)
    return True


def _settle(home, name):
    """JupyterLab as its user would have set it."""
    for setting, text in SETTINGS.items():
        extension, _, what = setting.partition("/")
        file = home / ".jupyter/lab/user-settings/@jupyterlab" / extension / f"{what}.jupyterlab-settings"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    user = pwd.getpwnam(name)
    for path in [home / ".jupyter", *(home / ".jupyter").rglob("*")]:
        os.chown(path, user.pw_uid, user.pw_gid)


@contextlib.contextmanager
def running_hub(names, proxy):
    """A JupyterHub with the course's configuration: (its address, a token that may do everything, its log)."""
    folder, token, port = Path(tempfile.mkdtemp(prefix="hub-")), secrets.token_hex(16), free_port()
    (folder / "config.py").write_text(_configuration(len(names), proxy, token, port), encoding="utf-8")
    env = {name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "OMP_"))}
    env["PYTHONPATH"] = str(ROOT)
    with (folder / "log").open("w") as log:
        hub = subprocess.Popen(
            [sys.executable, "-m", "jupyterhub", "--config", folder / "config.py"],
            cwd=folder, env=env, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
    address = f"http://127.0.0.1:{port}/"
    try:
        until(lambda: ask(f"{address}hub/api/", token) or True, "JupyterHub answers", hub, folder / "log")
        for name in names:
            ask(f"{address}hub/api/users/{name}", token, "POST")
        yield address, token, folder / "log"
    finally:
        hub.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            hub.wait(60)
        hub.kill()
        shutil.rmtree(folder, ignore_errors=True)


def _configuration(count, proxy, token, port):
    """hub/jupyterhub_config.py, with this course, this Python, and a service that may do everything."""
    text = CONFIG.read_text(encoding="utf-8").split("# Ends servers")[0]  # the culler is tried by hand
    here = f"COURSE, PYTHON = {str(ROOT)!r}, {sys.executable!r}"
    text = re.sub(r"^COURSE, PYTHON = .*$", here, text, flags=re.MULTILINE)
    roles = [{"name": "measure", "services": ["measure"],
              "scopes": ["admin:users", "admin:servers", "tokens", "access:servers"]}]  # fmt: skip
    return f"""{text}
c.JupyterHub.bind_url = "http://127.0.0.1:{port}"
c.JupyterHub.hub_port = {free_port()}
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{free_port()}"
c.ConfigurableHTTPProxy.command = {proxy!r}
c.JupyterHub.authenticator_class = "dummy"
c.Authenticator.allow_all = True
c.JupyterHub.allow_named_servers = True
c.JupyterHub.services = [{{"name": "measure", "api_token": {token!r}}}]
c.JupyterHub.load_roles = {roles!r}
c.JupyterHub.concurrent_spawn_limit = {count}
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until(happens, what, process=None, log=None):
    """Wait until ``happens()`` is true, PATIENCE_S at most; what it gave. ``what`` is said where it never is."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end and (process is None or process.poll() is None):
        with contextlib.suppress(
            OSError, Refused, ValueError
        ):  # ValueError: half of a file that is being written
            if given := happens():
                return given
        time.sleep(0.2)
    raise RuntimeError(f"waited in vain until {what}" + (f":\n{log.read_text()[-3000:]}" if log else ""))
