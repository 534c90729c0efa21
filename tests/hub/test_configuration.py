"""The files that tell a hub about the course agree with the course, and with what the hub understands."""

import copy
import json
import os
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
import yaml
from traitlets.config import Config

from course_utils.launcher import cli

ROOT = Path(__file__).resolve().parents[2]
HUB = ROOT / "hub"
CHART = json.loads((HUB / "chart_schema.json").read_text(encoding="utf-8"))
VALUES = yaml.safe_load((HUB / "values.yaml").read_text(encoding="utf-8"))
START = ["-P", "-m", "course_utils", "hub"]


def configured(name):
    """What a hub reads out of a configuration file."""
    config = Config()
    exec(compile((HUB / name).read_text(encoding="utf-8"), name, "exec"), {"c": config})
    return config


@pytest.mark.parametrize("name", ["jupyterhub_config.py", "tljh.py"])
def test_a_hub_starts_the_course_and_waits_long_enough(name):
    spawner = configured(name).Spawner
    assert spawner.cmd[1:] == START and cli.parse(spawner.cmd[4:])[0] == "hub"
    assert spawner.start_timeout >= 180 and spawner.http_timeout >= 180
    assert spawner.environment["PYTHONPATH"] == "/srv/between_the_pixels/current"
    assert all(isinstance(value, str) for value in spawner.environment.values())  # a hub takes nothing else


def test_a_home_with_files_named_as_modules_does_no_harm(tmp_path):
    """The command starts in the learner's home."""
    for name in ("json", "random", "numpy", "course_utils"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit(9)")
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, *START[:-1], "--help"]
    assert subprocess.run(command, cwd=tmp_path, env=env, capture_output=True).returncode == 0


def test_the_culler_may_do_what_it_is_to_do():
    hub = configured("jupyterhub_config.py").JupyterHub
    (service,), (role,) = (added.get_value([]) for added in (hub.services, hub.load_roles))
    assert service["name"] in role["services"] and {"read:users:activity", "delete:servers"} <= set(
        role["scopes"]
    )


@pytest.mark.parametrize("name", ["jupyterhub_config.py", "tljh.py"])
def test_a_configuration_is_short_enough_to_be_read(name):
    lines = (HUB / name).read_text(encoding="utf-8").splitlines()
    assert len([line for line in lines if line.strip() and not line.startswith("#")]) <= 8


def test_every_option_is_one_that_jupyterhub_knows():
    """Only where jupyterhub is installed; the course itself does not need it."""
    app = pytest.importorskip("jupyterhub.app")
    from jupyterhub.spawner import Spawner

    for name in ("jupyterhub_config.py", "tljh.py"):
        config = configured(name)
        assert set(config.Spawner) <= set(Spawner.class_trait_names(config=True))
        assert set(config.get("JupyterHub", {})) <= set(app.JupyterHub.class_trait_names(config=True))


# --- Kubernetes ---------------------------------------------------------------------------------------------


def test_the_values_hold_to_the_charts_schema():
    jsonschema.validate(VALUES, CHART)


def places(values, way=()):
    """The way to every value."""
    for name, value in values.items():
        yield (*way, name)
        if isinstance(value, dict):
            yield from places(value, (*way, name))


@pytest.mark.parametrize("way", list(places(VALUES)), ids=".".join)
def test_a_misspelled_value_is_refused(way):
    """Kubernetes would take it, and nothing would happen."""
    wrong = copy.deepcopy(VALUES)
    inside = wrong
    for name in way[:-1]:
        inside = inside[name]
    inside[f"{way[-1]}s"] = inside.pop(way[-1])
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(wrong, CHART)


def test_the_values_start_the_course():
    user = VALUES["singleuser"]
    assert user["cmd"] == ["python", *START]
    assert user["startTimeout"] >= 180 and VALUES["cull"]["timeout"] >= 3600


# --- Binder -------------------------------------------------------------------------------------------------


def test_binder_starts_with_the_settings_of_the_launcher():
    start = ROOT / ".binder" / "start"
    assert start.stat().st_mode & 0o111
    done = subprocess.run(
        [start, "printenv", "JUPYTER_CONFIG_PATH"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert (Path(done.stdout.strip()) / "jupyter_server_config.json").is_file()
