"""The wheels of the browser edition, the lock that names them, and what is compiled ahead in them."""

import base64
import csv
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import zipfile
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publishing import ahead, wheels
from tools.run import ROOT

TAG = sys.implementation.cache_tag


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    return wheels.course_wheel(tmp_path_factory.mktemp("wheel"))


def test_the_course_brings_its_modules_styles_facts_and_results(course):
    names = set(zipfile.ZipFile(course).namelist())
    files = {file for file in (ROOT / "course_utils").rglob("*") if file.is_file() and file.suffix != ".pyc"}
    assert {file.relative_to(ROOT).as_posix() for file in files} <= names
    assert {f"course_utils/data/{file.name}" for file in (ROOT / "data").glob("*.json")} <= names
    assert {name.partition("/")[0] for name in names} == {
        "course_utils",
        "between_the_pixels-0.1.0.dist-info",
    }


def test_a_wheel_says_what_is_in_it_and_is_the_same_every_time(course, tmp_path):
    assert wheels.course_wheel(tmp_path).read_bytes() == course.read_bytes()
    archive = zipfile.ZipFile(course)
    (record,) = (name for name in archive.namelist() if name.endswith("/RECORD"))
    rows = list(csv.reader(io.StringIO(archive.read(record).decode())))
    assert [row[0] for row in rows] == archive.namelist()
    for name, written, size in rows[:-1]:
        content = archive.read(name)
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip("=")
        assert written == f"sha256={digest}" and int(size) == len(content)


def test_what_is_not_there_is_told_of(tmp_path):
    """An import of what stands in fails as it does without; an installer that is asked says that there is none."""
    path = [str(wheel) for wheel in wheels.stand_ins(tmp_path)]
    code = (
        f"import sys; sys.path[:0] = {path}\n"
        "for name in ('jedi', 'micropip'):\n"
        "    try: __import__(name)\n"
        "    except ModuleNotFoundError: print('no', name)\n"
        "import asyncio, piplite, piplite.piplite, piplite.cli\n"
        "piplite.piplite._PIPLITE_DISABLE_PYPI = True\n"
        "print(asyncio.run(piplite.cli.get_transformed_code(['install', 'x'])))\n"
        "asyncio.run(piplite.install('x'))\n"
    )
    done = subprocess.run([sys.executable, "-S", "-I", "-c", code], capture_output=True, text=True)
    assert done.stdout.splitlines()[:2] == ["no jedi", "no micropip"]
    assert wheels.installer_words() in done.stdout.splitlines()[2]
    assert done.stderr.splitlines()[-1] == f"RuntimeError: {wheels.installer_words()}"


def test_the_kernel_completes_without_jedi_or_the_build_stops():
    names = [f"pyodide_kernel/{name}.py" for name in ("interpreter", "mocks", "__init__")]
    contents = dict(
        zip(names, (b"a\n" + wheels.WANTS_JEDI + b"\nb", b"ALL_MOCKS = []", wheels.MOCKS), strict=True)
    )
    changed = wheels.lighter(contents)
    assert changed[names[0]] == b"a\nself.Completer.use_jedi = False\nb"
    assert changed[names[1]].startswith(b"ALL_MOCKS = []\n") and changed[names[2]] == contents[names[2]]
    for name in (names[0], names[2]):
        with pytest.raises(ValueError, match="read it anew"):
            wheels.lighter(contents | {name: b"written anew"})


SHELL = """
import sys, types
for name in ("prompt_toolkit", "jedi", "_sqlite3"):
    sys.modules[name] = None  # is not there
ALL_MOCKS = []
exec(sys.stdin.read())
for mock in ALL_MOCKS:
    mock()
from IPython.core.history import HistoryManager
from IPython.core.interactiveshell import InteractiveShell

class NoHistory(HistoryManager):
    def __init__(self, **named):
        self.enabled = False
        super().__init__(**named)

class Shell(InteractiveShell):
    def init_history(self):
        self.history_manager = NoHistory(shell=self, parent=self)

shell = Shell.instance()
shell.Completer.use_jedi = False
print(shell.run_cell("x = [1, 2]; x").result, shell.complete("x.app")[1], "sqlite3" in sys.modules)
"""


def test_ipython_runs_without_a_terminal_a_data_base_and_jedi(tmp_path):
    """The kernel's shell is made as here; only that it is in a browser is not so."""
    environment = {**os.environ, "IPYTHONDIR": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", SHELL], input=wheels.NO_TERMINAL.decode(), env=environment,
                          capture_output=True, text=True)  # fmt: skip
    assert done.stdout.splitlines()[-1:] == ["[1, 2] ['.append'] False"], done.stdout + done.stderr


def test_every_package_of_the_browser_is_pinned():
    pins = wheels.pins()
    assert set(pins) == {"ipywidgets", "anywidget", "psygnal", "comm", "typing-extensions"}
    assert all(version and version[0].isdigit() for version in pins.values())


@st.composite
def locks(draw):
    """A lock whose packages lean on others, and names of some."""
    names = [f"p{i}" for i in range(draw(st.integers(1, 6)))]
    packages = {
        name: {"depends": draw(st.lists(st.sampled_from(names), unique=True)), "file_name": f"{name}.whl"}
        for name in names
    }
    for name in wheels.AT_START:
        packages.setdefault(name, {"depends": [], "file_name": f"{name}.whl"})
    packages[wheels.NAME] = {"depends": [], "file_name": "course.whl"}
    return {"info": {"version": "0"}, "packages": packages}, draw(
        st.lists(st.sampled_from(names), unique=True)
    )


@given(locks())
def test_a_lock_holds_what_can_be_reached_and_no_more(drawn):
    original, chosen = drawn
    packages = wheels.locked(original, [], chosen)["packages"]
    reached, edge = set(), {*wheels.AT_START, wheels.NAME, *chosen}
    while edge:  # breadth first, where the lock goes depth first
        reached |= edge
        edge = {each for name in edge for each in original["packages"][name]["depends"]} - reached
    assert set(packages) == reached
    assert all(set(package["depends"]) <= reached for package in packages.values())


def test_a_package_that_nobody_has_is_named():
    with pytest.raises(ValueError, match="no package that-is-not-there, and none"):
        wheels.locked({"info": {}, "packages": {}}, [], ["that_is.not_there"])


def test_a_lock_says_which_release_it_is_of(tmp_path):
    """The lock of 314.0.6 does not say it itself; the table of a site asks."""

    def file(name):
        (tmp_path / name).write_bytes(b"x")
        return tmp_path / name

    names = [*wheels.AT_START, wheels.NAME]
    packages = {name: {"depends": [], "file_name": f"{name}.whl"} for name in names}
    its_own = {"info": {"abi_version": "1"}, "packages": packages}
    core = SimpleNamespace(version="9.8.7", lessons_import=())
    (tmp_path / "out").mkdir()
    assert wheels.write_packages(
        tmp_path / "out", SimpleNamespace(lock=its_own, core=core, find=file), []
    ) == sorted(names)
    written = json.loads((tmp_path / "out" / wheels.LOCK).read_text(encoding="utf-8"))
    assert written["info"] == {"abi_version": "1", "version": "9.8.7"} and its_own["info"] == {
        "abi_version": "1"
    }


# ---- compiled ahead ---------------------------------------------------------------------------------------------


def bytecode(source, file):
    """As Pyodide writes it, for this Python."""
    import importlib._bootstrap_external as external

    return bytes(external._code_to_hash_pyc(compile(source, file, "exec"), bytes(8), False))


@pytest.fixture
def archive(tmp_path):
    """A wheel of two packages, one of them the course, and of what no browser reads."""
    contents = {
        "other/__init__.py": b"from other import part",
        "other/part.py": b"VALUE = 'source'",
        "other/part.pyi": b"VALUE: str",
        "other/bare.pyi": b"VALUE: str",
        "lazy/__init__.py": b"import lazy_loader\n__getattr__, *_ = lazy_loader.attach_stub(__name__, __file__)",
        "lazy/__init__.pyi": b"from .part import VALUE",
        "lazy/part.py": b"VALUE = 'source'",
        "other/tests/test_part.py": b"assert True",
        "other-1.data/data/lab.js": b"x",
        "pygments/lexers/python.py": b"",
        "pygments/lexers/cobol.py": b"",
        "course_utils/__init__.py": b"",
        "course_utils/kernels.py": b"VALUE = 'source'",
    }
    wheels.write_zip(tmp_path / "w.whl", contents)
    code = {
        name: bytecode("VALUE = 'bytecode'", name) for name in ("other/part.py", "course_utils/kernels.py")
    }
    code["lazy/__init__.py"] = bytecode(contents["lazy/__init__.py"], "lazy/__init__.py")
    ahead.packed(tmp_path / "w.whl", code, TAG)
    return tmp_path / "w.whl"


def test_bytecode_takes_the_place_of_its_source_and_stands_beside_the_course(archive):
    assert set(zipfile.ZipFile(archive).namelist()) == {
        "other/__init__.py", "other/part.pyc", "lazy/__init__.pyc", "lazy/__init__.pyi", "lazy/part.py",
        "pygments/lexers/python.py",
        "course_utils/__init__.py", "course_utils/kernels.py", f"course_utils/__pycache__/kernels.{TAG}.pyc",
    }  # fmt: skip


def test_types_that_a_package_reads_when_it_is_imported_stay(archive, tmp_path):
    """scikit-image finds its functions so, and cannot be imported without."""
    zipfile.ZipFile(archive).extractall(tmp_path / "place")
    code = f"import sys; sys.path.insert(0, {str(tmp_path / 'place')!r})\nimport lazy\nprint(lazy.VALUE)"
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True)
    assert done.stdout.split() == ["source"], done.stderr


def test_the_check_imports_what_cells_do_of_packages_that_are_there(monkeypatch, tmp_path):
    asked = {}

    def node(command, env, **_):
        asked.update(json.loads(env["COURSE_IMPORTS"]))
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(ahead.shutil, "which", lambda name: name)
    monkeypatch.setattr(ahead.subprocess, "run", node)
    for there in (["scipy"], ["scipy", "scikit-image"]):
        ahead.check(tmp_path, tmp_path / str(len(there)), there)
        assert [name in asked["then"] for name in ahead.OTHERS] == [len(there) == 2, False]
        assert ("skimage.transform" in asked["later"]) == (len(there) == 2) and "cv2" not in asked["later"]
    ahead.modules(tmp_path, tmp_path / "made", ["scikit-image"])
    assert "skimage.transform" not in asked["later"]  # bytecode of it would travel


@pytest.mark.parametrize("zipped", [False, True])
def test_bytecode_is_what_is_imported(archive, tmp_path, zipped):
    """Out of an archive, as the standard library is read, and out of a folder, as packages are."""
    place = archive if zipped else tmp_path / "place"
    if not zipped:
        zipfile.ZipFile(archive).extractall(place)
    code = (
        f"import sys; sys.path.insert(0, {str(place)!r})\n"
        "import other.part, course_utils.kernels as course\n"
        "print(other.part.VALUE, course.VALUE, course.__file__.endswith('.py'))"
    )
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True)
    of_course = "source" if zipped else "bytecode"  # nobody looks for __pycache__ in an archive
    assert done.stdout.split() == ["bytecode", of_course, "True"], done.stderr


def test_without_node_nothing_is_compiled_and_why_is_said(monkeypatch, tmp_path):
    monkeypatch.setattr(ahead.shutil, "which", lambda name: None)
    with pytest.raises(ahead.NoNode, match="node is not on this computer"):
        ahead.modules(tmp_path, tmp_path / "out", [])


# ---- packed tight ----------------------------------------------------------------------------------------------


def test_what_a_lesson_begins_with_becomes_a_tar_with_the_same_files(tmp_path):
    names = [*wheels.AT_START, wheels.NAME, "later"]
    made = {
        name: wheels.write_wheel(tmp_path / f"{name}-1-py3-none-any.whl", name, "1", {f"{name}.py": b"1"})
        for name in names
    }
    before = {name: contents_of(file) for name, file in made.items()}
    packages = {name: {"file_name": file.name, "depends": [], "sha256": ""} for name, file in made.items()}
    wheels.write_lock(tmp_path, {"info": {}, "packages": packages})
    wheels.pack_tight(tmp_path)
    packed = json.loads((tmp_path / wheels.LOCK).read_text(encoding="utf-8"))["packages"]
    assert {name for name, package in packed.items() if package["file_name"].endswith(".tar.bz2")} == {
        *names[:-1]
    }
    for name, package in packed.items():
        file = tmp_path / package["file_name"]
        assert hashlib.sha256(file.read_bytes()).hexdigest() == package["sha256"]
        assert file.suffix == ".whl" or package["sha256"][:8] in file.name
        shutil.unpack_archive(
            file, tmp_path / name, "zip" if file.suffix == ".whl" else None
        )  # as Pyodide does
        there = {each.relative_to(tmp_path / name).as_posix(): each.read_bytes()
                 for each in (tmp_path / name).rglob("*") if each.is_file()}  # fmt: skip
        assert there == before[name]
    assert not [file for file in tmp_path.glob("*.whl") if not file.name.startswith("later")]


def contents_of(wheel):
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}
