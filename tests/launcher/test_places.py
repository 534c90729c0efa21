"""Where things are kept, and where instead; a JupyterLab that starts with a home that cannot be written."""

import os
from pathlib import Path

import pytest

from course_utils.exercises.engine import store
from course_utils.launcher import cli, ground, places, process
from course_utils.launcher.lab import FIRST_LESSON
from tests.launcher.test_doctor import closed, home  # noqa: F401  (fixtures)


def test_progress_is_looked_for_where_the_exercises_keep_it(home, monkeypatch):  # noqa: F811
    assert places.progress_folder() == store.home() == home / ".between_the_pixels"
    for chosen in (str(home / "mine"), "~/mine", "mine"):
        monkeypatch.setenv(places.PROGRESS, chosen)
        assert places.progress_folder() == store.home()
    assert places.PROGRESS == store.HOME_VARIABLE


def test_what_can_be_written(tmp_path):
    (tmp_path / "file").touch()
    assert places.can_write(tmp_path) and places.can_write(tmp_path / "not" / "yet")
    assert not places.can_write(tmp_path / "file") and not places.can_write(tmp_path / "file" / "below")
    assert not places.can_write("/proc") or os.name == "nt"
    assert os.listdir(tmp_path) == ["file"]


def test_jupyter_s_folders_are_those_it_would_use(home):  # noqa: F811
    paths = pytest.importorskip("jupyter_core.paths")
    usual = places.usual()
    assert usual["JUPYTER_CONFIG_DIR"] == Path(paths.jupyter_config_dir())
    assert usual["JUPYTER_DATA_DIR"] == Path(paths.jupyter_data_dir())
    assert usual["JUPYTER_RUNTIME_DIR"] == Path(paths.jupyter_runtime_dir())


def test_an_open_home_needs_no_stand_ins(home, tmp_path):  # noqa: F811
    assert places.stand_ins(tmp_path) == {} and places.closed_words(tmp_path) == ""


def test_a_closed_home_is_replaced_by_the_course_s_folder(home, closed, tmp_path, monkeypatch):  # noqa: F811
    closed.add(home)
    monkeypatch.setenv("IPYTHONDIR", "/mine")
    found = places.stand_ins(tmp_path)
    assert set(found) == set(places.usual()) - {"IPYTHONDIR"}
    assert all(Path(folder).is_relative_to(tmp_path / ".course" / "home") for folder in found.values())


def test_only_what_is_closed_is_replaced(home, closed, tmp_path):  # noqa: F811
    """An old sudo may have left one folder behind that belongs to root."""
    closed.add(home / ".jupyter")
    assert list(places.stand_ins(tmp_path)) == ["JUPYTER_CONFIG_DIR"]
    words = places.closed_words(tmp_path)
    assert "JupyterLab's settings are kept in" in words and "your progress" not in words


def test_with_the_course_closed_as_well_jupyter_gets_a_folder_and_progress_none(home, closed, tmp_path):  # noqa: F811
    closed |= {home, tmp_path}
    found = places.stand_ins(tmp_path)
    assert places.PROGRESS not in found and "JUPYTER_RUNTIME_DIR" in found
    top = {Path(folder).parent for folder in found.values()}
    assert len(top) == 1
    os.rmdir(top.pop())


def test_somebody_without_a_home_is_answered_in_words(monkeypatch, tmp_path):
    def no_home():
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", no_home)
    for name in [*places.usual(), "XDG_DATA_HOME", "APPDATA"]:
        monkeypatch.delenv(name, raising=False)
    assert "You cannot write to" in places.closed_words(tmp_path)
    assert set(places.stand_ins(tmp_path)) >= {"JUPYTER_RUNTIME_DIR", places.PROGRESS}


@pytest.mark.skipif(os.name != "posix", reason="as POSIX does it")
@pytest.mark.parametrize("home_folder", ["/dev/null", "/proc"])
def test_a_start_with_a_closed_home_says_so_and_hands_the_stand_ins_on(
    home_folder, tmp_path, monkeypatch, capsys
):
    for name in [*places.usual(), "XDG_DATA_HOME"]:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", home_folder)
    monkeypatch.setenv("IPYTHONDIR", home_folder + "/x")
    started = []
    monkeypatch.setattr(process, "become", lambda command, env, cwd: started.append(env) or 0)
    monkeypatch.setattr(ground, "stand", lambda parts, options: cli_here())
    monkeypatch.setattr(ground, "ROOT", tmp_path)
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / FIRST_LESSON).write_text("{}")
    assert cli.main(["--no-browser"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "You cannot write to" in said and "nothing is lost" in said
    assert f"You cannot write to {home_folder}/x, which the variable IPYTHONDIR names" in said
    assert started[0][places.PROGRESS].startswith(str(tmp_path))
    assert started[0]["JUPYTER_RUNTIME_DIR"].startswith(str(tmp_path))


@pytest.mark.parametrize("file", ["README.md", "notebooks/00_start_here.ipynb"])
def test_other_clients_are_named_with_what_to_open_and_which_kernel(file):
    text = (ground.ROOT / file).read_text(encoding="utf-8")
    (sentence,) = [line for line in text.splitlines() if "VS Code" in line]
    assert all(word in sentence for word in ("Jupyter Notebook", "Colab", ".venv", "kernel", "folder"))


def cli_here():
    from tests.launcher.test_cli import HERE

    return HERE
