"""Whatever stands in .venv: nothing outside the course's folder is changed, and what answers rightly is used.

Every state is built with a private base Python and started twice, first without a network, then with one.
"""

import os
import shutil
import site
import subprocess
import sys
from itertools import product
from pathlib import Path

import pytest

from course_utils.launcher.environment import look_at, venv_python
from course_utils.launcher.install import NOTE, own_environment
from course_utils.launcher.messages import Trouble
from tests.later import keep
from tests.launcher import base as private
from tests.launcher.base import LESSONS, NAME, contents, fill, make_base, make_venv, site_packages, tools

pytestmark = pytest.mark.skipif(os.name != "posix", reason="links need a privilege on Windows")
ROOT = Path(__file__).resolve().parents[2]
READY, REFUSED = "ready", "refused"


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    python = make_base(tmp_path_factory.mktemp("base"))
    if not private.is_its_own(python):
        pytest.skip("this build of Python cannot be copied")
    return python


class Place:
    """A course with its .venv to be, and what must not change: the base Python, another environment, a folder."""

    def __init__(self, folder, base):
        self.base, self.prefix = base, base.parent.parent
        self.root, self.elsewhere = folder / "course", folder / "elsewhere"
        self.venv, self.other, self.empty = (
            self.root / ".venv",
            self.elsewhere / "env",
            self.elsewhere / "empty",
        )
        self.root.mkdir()
        self.empty.mkdir(parents=True)
        make_venv(base, self.other)
        fill(self.other / "more")
        (self.elsewhere / "note").write_text("years of work")

    def start(self):
        return own_environment(self.root, LESSONS, tools=tools(self.base, []))

    def outside(self):
        return contents(self.prefix), contents(self.elsewhere)


@pytest.fixture
def place(tmp_path, base):
    return Place(tmp_path, base)


# --- the states: a function of the place, and how a start with a network ends -------------------------------

STATES = {}


def state(ends):
    def register(build):
        STATES[build.__name__] = build, ends
        return build

    return register


def made(place):
    make_venv(place.base, place.venv)


@state(READY)
def nothing(place):
    pass


@state(READY)
def an_empty_folder(place):
    place.venv.mkdir()


@state(READY)
def made_and_empty(place):
    made(place)


@state(READY)
def finished(place):
    place.start()


@state(READY)
def no_pyvenv_cfg(place):
    made(place)
    (place.venv / "pyvenv.cfg").unlink()


@state(READY)
def no_pyvenv_cfg_but_a_stamp(place):
    place.start()
    (place.venv / "pyvenv.cfg").unlink()


@state(READY)
def deleted_by_half(place):
    made(place)
    shutil.rmtree(place.venv / "lib")
    (place.venv / "pyvenv.cfg").unlink()


@state(READY)
def only_packages_copied(place):
    fill(site_packages(place.venv))


@state(READY)
def only_pyvenv_cfg_copied(place):
    place.venv.mkdir()
    shutil.copy(place.other / "pyvenv.cfg", place.venv)


@state(READY)
def the_base_python_and_no_pyvenv_cfg(place):
    (place.venv / "bin").mkdir(parents=True)
    venv_python(place.venv).symlink_to(place.base)


@state(READY)
def the_python_of_another_environment_and_no_pyvenv_cfg(place):
    (place.venv / "bin").mkdir(parents=True)
    venv_python(place.venv).symlink_to(venv_python(place.other))


@state(READY)
def a_program_that_starts_the_base_python(place):
    made(place)
    venv_python(place.venv).unlink()
    venv_python(place.venv).write_text(f'#!/bin/sh\nexec {place.base} "$@"\n')
    venv_python(place.venv).chmod(0o755)


@state(READY)
def a_program_that_starts_another_environment(place):
    made(place)
    venv_python(place.venv).unlink()
    venv_python(place.venv).write_text(f'#!/bin/sh\nexec {venv_python(place.other)} "$@"\n')
    venv_python(place.venv).chmod(0o755)


@state(READY)
def its_python_is_gone(place):
    made(place)
    venv_python(place.venv).unlink()
    venv_python(place.venv).symlink_to(place.root / "no-such-python")


@state(READY)
def the_home_of_pyvenv_cfg_is_gone(place):
    made(place)
    venv_python(place.venv).unlink()
    shutil.copy(place.base, venv_python(place.venv))
    (place.venv / "pyvenv.cfg").write_text("home = /no/such/folder\ninclude-system-site-packages = false\n")


@state(READY)
def moved(place):
    """Made in another folder of the course, with the note as former versions wrote it."""
    first = place.root / "first"
    make_venv(place.base, first)
    (site_packages(first) / NOTE).write_text("/where/the/course/was\n")
    first.rename(place.venv)


@state(READY)
def packages_of_the_base_are_visible(place):
    made(place)
    settings = place.venv / "pyvenv.cfg"
    settings.write_text(settings.read_text().replace("packages = false", "packages = true"))


@state(READY)
def packages_of_the_base_are_not_forbidden(place):
    """Without the line about them Python shows them, and their pip is the one that answers."""
    made(place)
    shutil.rmtree(site_packages(place.venv) / "pip")
    (place.venv / "pyvenv.cfg").write_text(f"home = {place.base.parent}\n")


@state(READY)
def no_pip(place):
    made(place)
    shutil.rmtree(site_packages(place.venv) / "pip")


@state(READY)
def packages_installed_by_half(place):
    made(place)
    shutil.rmtree(site_packages(place.venv))
    fill(site_packages(place.venv))


@state(READY)
def notes_of_packages_are_links(place):
    made(place)
    packages = site_packages(place.venv)
    for name in ("gamma-1.0.dist-info", "~lpha"):
        (packages / name).symlink_to(place.elsewhere / "note")


@state(READY)
def the_course_s_own_notes_are_links(place):
    made(place)
    for link in (
        site_packages(place.venv) / NOTE,
        place.venv / "lessons.stamp",
        place.venv / "lessons.stamp.new",
    ):
        link.symlink_to(place.elsewhere / "note")


@state(READY)
def files_are_links(place):
    """As uv makes them, into its cache; and a Python that is left of an upgrade leads nowhere."""
    made(place)
    for link in half_installed_files(place):
        link.symlink_to(place.elsewhere / "note")
    (place.venv / "bin" / "python3.9").symlink_to(place.elsewhere / "no longer here")


@state(REFUSED)
def files_are_links_to_nothing(place):
    """The same once that cache is empty: who writes to such a file makes it over there."""
    made(place)
    for link in half_installed_files(place):
        link.symlink_to(place.elsewhere / "no longer here" / link.name)
    (place.elsewhere / "no longer here").mkdir()


@state(REFUSED)
def a_program_leads_to_nothing(place):
    made(place)
    (place.venv / "bin" / "alpha").symlink_to(place.elsewhere / "new")


def half_installed_files(place):
    """Where the little pip will write a package and its program."""
    package = site_packages(place.venv) / "alpha"
    package.mkdir()
    return [package / "__init__.py", place.venv / "bin" / "alpha"]


@state(REFUSED)
def a_file(place):
    place.venv.write_text("years of work")


@state(REFUSED)
def a_link_to_another_environment(place):
    place.venv.symlink_to(place.other)


@state(REFUSED)
def a_link_to_the_base(place):
    place.venv.symlink_to(place.prefix)


@state(REFUSED)
def a_link_to_an_empty_folder(place):
    place.venv.symlink_to(place.empty)


@state(REFUSED)
def a_link_to_nothing(place):
    place.venv.symlink_to(place.elsewhere / "nothing")


@state(REFUSED)
def a_link_to_itself(place):
    place.venv.symlink_to(place.venv)


@state(REFUSED)
def a_whole_python(place):
    make_base(place.venv)
    venv_python(place.venv).symlink_to(NAME)


@state(REFUSED)
def somebody_s_work(place):
    made(place)
    (place.venv / "pyvenv.cfg").unlink()
    (place.venv / "thesis.txt").write_text("years of work")


@state(REFUSED)
def libraries_lead_to_another_environment(place):
    made(place)
    shutil.rmtree(place.venv / "lib")
    (place.venv / "lib").symlink_to(place.other / "lib")


@state(REFUSED)
def packages_lead_to_the_base(place):
    made(place)
    shutil.rmtree(site_packages(place.venv))
    site_packages(place.venv).symlink_to(place.prefix / "lib" / NAME / "site-packages")


@state(REFUSED)
def one_package_leads_to_the_base(place):
    made(place)
    (site_packages(place.venv) / "beta").symlink_to(place.prefix / "lib" / NAME / "site-packages" / "beta")


@state(REFUSED)
def a_half_installed_package_leads_to_the_base(place):
    made(place)
    name = "gamma-1.0.dist-info"
    (site_packages(place.venv) / name).symlink_to(place.prefix / "lib" / NAME / "site-packages" / name)


@state(REFUSED)
def programs_lead_to_another_environment(place):
    made(place)
    shutil.rmtree(place.venv / "bin")
    (place.venv / "bin").symlink_to(place.other / "bin")


@state(REFUSED)
def made_on_windows(place):
    """A folder that two systems share: the other one's environment may be in use there."""
    (place.venv / "Scripts").mkdir(parents=True)
    (place.venv / "Lib" / "site-packages" / "torch").mkdir(parents=True)
    (place.venv / "Scripts" / "python.exe").write_bytes(b"MZ")
    (place.venv / "pyvenv.cfg").write_text("home = C:\\Python312\n")


@state(REFUSED)
def its_python_was_copied_by_half(place):
    made(place)
    venv_python(place.venv).unlink()
    venv_python(place.venv).write_bytes(place.base.read_bytes()[:1000])
    venv_python(place.venv).chmod(0o755)


@state(REFUSED)
def its_python_is_empty(place):
    made(place)
    venv_python(place.venv).unlink()
    venv_python(place.venv).touch()


@state(REFUSED)
def its_python_says_nothing(place):
    made(place)
    (site_packages(place.venv) / "sitecustomize.py").write_text("import os; os._exit(0)\n")


@pytest.mark.parametrize("name", STATES)
def test_nothing_outside_is_changed(place, name):
    build, ends = STATES[name]
    build(place)
    outside, inside = place.outside(), without_note(place.venv)
    for offline in (True, False):
        with pytest.MonkeyPatch.context() as patch:
            if offline:
                patch.setenv("OFFLINE", "1")
            try:
                place.start()
                ended = READY
            except Trouble as trouble:
                ended = REFUSED
                assert offline or str(place.venv) in str(trouble)
        assert place.outside() == outside
        if ended == REFUSED and (ends == REFUSED or look_at(place.venv, LESSONS).state == "broken"):
            assert without_note(place.venv) == inside  # what cannot be used is still as it was
    assert ended == ends
    if ends == READY:
        assert look_at(place.venv, LESSONS).state == READY
        assert (site_packages(place.venv) / "alpha" / "__init__.py").exists()


def without_note(venv):
    """What is in .venv, but for the course's own note, which may be put right at any time."""
    return {name: what for name, what in contents(venv).items() if Path(name).name != NOTE}


WORDS = {
    a_file: "is not a folder",
    a_link_to_nothing: "is not a folder",
    a_link_to_itself: "cannot be looked at",
    a_link_to_another_environment: "leads to another folder, .*env",
    a_whole_python: "holds a Python of its own",
    somebody_s_work: r"not an environment's: \['thesis.txt'\]",
    programs_lead_to_another_environment: "bin in it leads out of it, to .*env/bin",
    files_are_links_to_nothing: "in it leads out of it, to .*no longer here",
    a_program_leads_to_nothing: "bin/alpha in it leads out of it, to .*new",
    made_on_windows: "made by another system: its Python is .*python.exe",
    its_python_was_copied_by_half: r"does not answer \(",
    its_python_is_empty: "does not answer .*Permission denied",
    its_python_says_nothing: r"does not answer \(exit status 0\)",
}


@pytest.mark.parametrize("build", WORDS)
def test_what_cannot_be_used_says_why(place, build):
    build(place)
    with pytest.raises(Trouble, match=WORDS[build]):
        place.start()


@pytest.mark.parametrize(
    "is_there, words", [(True, "leads elsewhere"), (False, "leads elsewhere"), (None, "is not a fol")]
)
@pytest.mark.parametrize("build", [nothing, no_pyvenv_cfg])
def test_the_course_s_own_folder_is_not_sought_elsewhere(place, build, is_there, words):
    """.course as a link to a folder, a link to nothing, a file: there the lock is, and what is put aside."""
    build(place)
    folder = place.root / ".course"
    if is_there is None:
        folder.write_text("years of work")
    else:
        folder.symlink_to(place.empty if is_there else place.elsewhere / "new")
    before = contents(place.root), place.outside()
    with pytest.raises(Trouble, match=rf".course {words}.*Move it away"):
        place.start()
    assert (contents(place.root), place.outside()) == before


def test_a_ready_environment_is_used_whatever_the_course_s_own_folder_is(place):
    place.start()
    shutil.rmtree(place.root / ".course")
    (place.empty / "former-venv-1").mkdir()  # of another course
    (place.root / ".course").symlink_to(place.empty)
    before = place.outside()
    place.start()
    assert place.outside() == before


def test_a_link_to_a_finished_environment_is_used_and_not_written(place):
    """.venv on a larger disk, say."""
    place.start()
    place.venv.rename(place.elsewhere / "large disk")
    place.venv.symlink_to(place.elsewhere / "large disk")
    before = place.outside()
    place.start()
    assert place.outside() == before


# --- encodings, names, and a move --------------------------------------------------------------------------

FOLDERS = ["plain", "with spaces", "l'été de l'élève", "像素之间", 'a "quoted" $name; #1 %20']
WHERE = "import course_utils, sys; print(ascii(course_utils.__file__))"
START = """
import sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from course_utils.launcher.environment import look_at
from course_utils.launcher.install import own_environment
from tests.launcher.base import LESSONS, tools
root, said = Path(sys.argv[2]), []
own_environment(root, LESSONS, tools=tools(sys.argv[3], said))
print(look_at(root / ".venv", LESSONS).state, len(said))
"""


@pytest.fixture(scope="module", params=FOLDERS)
def course(request, tmp_path_factory, base):
    """A course with a ready environment, in a folder whose name is a trial for launchers."""
    root = tmp_path_factory.mktemp("courses") / request.param
    (root / "course_utils").mkdir(parents=True)
    (root / "course_utils" / "__init__.py").touch()
    own_environment(root, LESSONS, tools=tools(base, []))
    return root


def start_in_the_c_locale(root, base, utf8="0"):
    """A start where the system says that letters are ASCII, as a bare container does."""
    env = {"LC_ALL": "C", "PYTHONUTF8": utf8, "PYTHONCOERCECLOCALE": "0", "PATH": os.environ["PATH"]}
    done = subprocess.run(
        [sys.executable, "-c", START, ROOT, root, base], env=env, capture_output=True, text=True
    )
    return done.stdout.splitlines()[-1] + "\n" if done.returncode == 0 else done.stderr


@pytest.mark.parametrize(("note", "utf8"), keep(product(["relative", "absolute"], ["0", "1"]), {0, 2}))
def test_a_ready_environment_survives_the_c_locale(course, base, note, utf8):
    if note == "absolute":  # as former versions of the course wrote it
        (site_packages(course / ".venv") / NOTE).write_text(f"{course}\n", encoding="utf-8")
    before = contents(course / ".venv") | {str(Path("lib", NAME, "site-packages", NOTE)): b"../../../..\n"}
    assert start_in_the_c_locale(course, base, utf8) == "ready 0\n"
    assert contents(course / ".venv") == before


@pytest.mark.parametrize("encoding", ["ascii", "cp1251", "cp1252", "gbk", "utf-8", "shift_jis"])
def test_the_note_leads_home_in_every_encoding(course, encoding):
    """As ``site`` reads it: decoded, one line, joined to the folder it lies in."""
    packages = site_packages(course / ".venv")
    line = (packages / NOTE).read_bytes().decode(encoding).rstrip()
    assert site.makepath(str(packages), line)[0] == str(course)


def test_after_a_move_it_is_ready_at_once_and_imports_the_course_it_lies_in(course, tmp_path, base):
    moved = tmp_path / "elsewhere, 别处"
    shutil.copytree(course, moved, symlinks=True)  # the first one stays where it is
    said = []
    own_environment(moved, LESSONS, tools=tools(base, said))
    # The tests' own PYTHONPATH leads to the course under test; here the note in .venv has to.
    plain = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    found = subprocess.check_output(
        [venv_python(moved / ".venv"), "-c", WHERE], text=True, cwd=tmp_path, env=plain
    )
    assert said == [] and found.strip() == ascii(str(moved / "course_utils" / "__init__.py"))


# --- against the real thing --------------------------------------------------------------------------------


def test_a_real_environment_describes_itself(tmp_path, monkeypatch):
    """The question put to a venv of this Python, whatever that is (without pip: that takes a second)."""
    venv = tmp_path / ".venv"
    python = getattr(sys, "_base_executable", sys.executable)
    subprocess.run([python, "-I", "-m", "venv", "--without-pip", str(venv)], check=True)
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs" / "alpha.py").touch()
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "theirs"))
    monkeypatch.setenv("PYTHONHOME", str(tmp_path / "theirs"))
    found = look_at(venv, LESSONS)
    assert found.state == "unfinished" and found.answer.prefix == venv
    assert found.answer.versions == {}  # of its own, whatever PYTHONPATH may lead to
    assert found.answer.build.startswith(sys.implementation.cache_tag)
    assert all(folder.is_relative_to(venv) for folder in found.answer.folders)


def test_a_python_that_is_too_old_is_replaced(place):
    make_venv(place.base, place.venv)
    python = venv_python(place.venv)
    python.unlink()
    python.write_text('#!/bin/sh\necho \'{"too_old": "3.9"}\'\n')
    python.chmod(0o755)
    assert look_at(place.venv, LESSONS).why == "it is Python 3.9"
    place.start()
    assert look_at(place.venv, LESSONS).state == READY
