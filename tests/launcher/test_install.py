"""The course's own environment: made once, stamped, repaired; a former one waits until the new one stands."""

import contextlib
import itertools
import os
import sys
import sysconfig

import pytest

from course_utils.launcher import explain, install
from course_utils.launcher.environment import Environment, look_at, this_environment, venv_python
from course_utils.launcher.install import is_whole, own_environment
from course_utils.launcher.messages import Trouble
from course_utils.launcher.requirements import Need
from tests.launcher.computer import LESSONS, NEEDS, TESTS, Computer, fail, install_all, install_one


@pytest.fixture
def computer(tmp_path):
    return Computer(tmp_path)


def start(computer, wanted=LESSONS, **options):
    return own_environment(computer.root, wanted, tools=computer.tools(), **options)


def state(computer, wanted=LESSONS):
    return look_at(computer.venv, wanted, computer.run_quietly).state


# --- made once --------------------------------------------------------------------------------------------


def test_the_first_start_makes_the_environment_and_installs_the_pins(computer):
    made = start(computer)
    assert made == Environment(venv_python(computer.venv), computer.venv, ours=True)
    assert computer.pip_installs == [["numpy==2.4.6", "torch==2.13.0"]]
    assert state(computer) == "ready"
    assert "Ready after 60 seconds" in computer.heard[-1]


def test_the_second_start_runs_neither_venv_nor_pip(computer):
    start(computer)
    computer.commands.clear()
    computer.heard.clear()
    start(computer)
    assert len(computer.commands) == 1 and computer.heard == []  # one question to .venv's Python, no word


def test_the_tests_have_a_stamp_of_their_own_and_leave_the_lessons_ready(computer):
    start(computer)
    assert state(computer, TESTS) == "unfinished"
    start(computer, TESTS)
    assert state(computer, TESTS) == state(computer, LESSONS) == "ready"
    assert computer.pip_installs[-1] == ["numpy==2.4.6", "torch==2.13.0", "pytest==9.2.0"]


def test_other_pins_after_a_git_pull_are_installed_into_the_same_environment(computer):
    start(computer)
    newer = {"lessons": (*NEEDS[:1], Need("torch", "==2.14.0", ">=2.4", "torch"))}
    assert state(computer, newer) == "unfinished"
    start(computer, newer)
    assert computer.installed["torch"] == "2.14.0"
    assert sum("venv" in command for command in computer.commands) == 1


def test_a_cpu_build_satisfies_the_pin(computer):
    start(computer)
    computer.installed["torch"] = "2.13.0+cpu"
    assert state(computer) == "ready"


def test_the_index_of_the_cpu_build_is_an_extra_one(computer):
    start(computer, extra_index="https://example.org/cpu")
    install = next(command for command in computer.commands if "install" in command)
    assert install[install.index("--extra-index-url") + 1] == "https://example.org/cpu"
    assert not any(word.startswith(("--index-url", "-i")) for word in install)


@pytest.mark.parametrize("card, offered", [(False, True), (True, False)])
def test_the_small_torch_is_offered_where_no_card_shows(computer, monkeypatch, card, offered):
    monkeypatch.setattr(install, "has_nvidia", lambda: card)
    monkeypatch.setattr(install.platform, "system", lambda: "Linux")
    start(computer)
    assert any("--cpu-torch" in text for text in computer.heard) == offered


def test_the_python_of_the_environment_is_told_where_the_course_is(computer):
    start(computer)
    (note,) = computer.site_packages.glob("*.pth")
    text = note.read_text(encoding="ascii").strip()
    assert text == "../../.." and (computer.site_packages / text).resolve() == computer.root.resolve()


# --- noticed and repaired ---------------------------------------------------------------------------------


def test_ctrl_c_during_pip_leaves_no_stamp_and_the_next_start_goes_on(computer):
    computer.pip = install_one
    with pytest.raises(KeyboardInterrupt):
        start(computer)
    assert list(computer.venv.glob("*.stamp")) == [] and state(computer) == "unfinished"
    computer.pip = Computer(computer.root).pip
    start(computer)
    assert state(computer) == "ready"
    assert sum("venv" in command for command in computer.commands) == 1  # what was there was kept


@pytest.mark.parametrize(
    "errors, words",
    [
        ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device", "disk is full"),
        ("WARNING: Retrying ... NewConnectionError ... Temporary failure in name resolution\n"
         "ERROR: No matching distribution found for anywidget==0.11.0", "network did not answer"),
        ("ReadTimeoutError: Read timed out.", "network did not answer"),
        ("SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED]", "PIP_CERT"),
        ("ERROR: Could not find a version that satisfies the requirement torch==2.13.0 (from versions: 2.2.2)\n"
         "ERROR: No matching distribution found for torch==2.13.0", "no ready-made torch==2.13.0"),
        ("error: metadata-generation-failed", "no ready-made version of a package"),
        ("PermissionError: [Errno 13] Permission denied: '/x/.venv/lib'", "You cannot write to"),
        ("THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE", "damaged"),
        ("something nobody thought of", "its own messages are above"),
    ],
)  # fmt: skip
def test_a_failed_install_is_explained_and_leaves_no_stamp(computer, errors, words):
    computer.pip = fail(1, errors)
    with pytest.raises(Trouble, match=words):
        start(computer)
    assert list(computer.venv.glob("*.stamp")) == []


def test_a_failed_update_takes_the_old_stamp_away(computer):
    start(computer)
    computer.pip = fail(1, "Read timed out")
    with pytest.raises(Trouble):
        start(computer, TESTS)
    assert state(computer, LESSONS) == "unfinished"


@pytest.mark.parametrize("status", [-9, 137])
def test_a_pip_killed_by_the_system_is_explained(computer, status):
    computer.pip = fail(status, "")
    with pytest.raises(Trouble, match="memory"):
        start(computer)


def test_a_package_somebody_removed_is_installed_again(computer):
    start(computer)
    del computer.installed["numpy"]
    start(computer)
    assert computer.installed["numpy"] == "2.4.6" and "numpy is not installed" in computer.heard[-3]


def test_an_environment_whose_python_is_gone_is_made_anew(computer):
    start(computer)
    venv_python(computer.venv).unlink()
    start(computer)
    assert state(computer) == "ready"
    assert sum("venv" in command for command in computer.commands) == 2


def test_a_stamp_of_another_python_does_not_count(computer):
    start(computer)
    computer.build = "cpython-312-x86_64"  # the link in .venv now leads to a newer Python
    assert state(computer) == "unfinished"
    start(computer)
    assert state(computer) == "ready"


SILENCE = [
    (1, "", "Fatal Python error: init_import_site\nUnicodeDecodeError: 'ascii' codec can't decode byte 0xe8"),
    (127, "", "[Errno 13] Permission denied: '.venv/bin/python'"),
    (127, "", "[Errno 8] Exec format error: '.venv/bin/python'"),
    (127, "", "error while loading shared libraries: libpython3.11.so: cannot open shared object file"),
    (124, "", "no answer within 60 seconds"),
    (-9, "", ""),
    (0, "", ""),
    (0, "hello from sitecustomize", ""),
    (0, "5", ""),
    (0, '{"prefix": 1}', ""),
    (0, "[" * 100_000, ""),
]


@pytest.mark.parametrize("silence", SILENCE, ids=lambda silence: (silence[2] or silence[1])[-25:])
def test_an_environment_that_could_not_be_asked_is_left_alone(computer, silence):
    start(computer)
    before, healthy = names_in(computer.root), computer.describe
    computer.describe = lambda names: silence
    found = look_at(computer.venv, LESSONS, computer.run_quietly)
    assert found.state == "unknown" and (silence[2].splitlines() or [""])[-1] in found.why
    with pytest.raises(Trouble, match="may be intact, so nothing was changed"):
        start(computer)
    assert names_in(computer.root) == before
    computer.describe = healthy
    assert state(computer) == "ready"


def names_in(folder):
    return sorted(str(path) for path in folder.rglob("*"))


def test_a_package_that_prints_when_python_starts_does_no_harm(computer):
    start(computer)
    answer = computer.describe
    computer.describe = lambda names: (0, "hello\n[1]\n" + answer(names)[1] + "\nbye", "")
    assert state(computer) == "ready"


@pytest.mark.parametrize(
    "settings",
    ["global.target='/usr/lib'", "install.prefix='/usr'", ":env:.root='/'", ":env:.python='/usr/bin/python'"],
)
def test_settings_of_pip_that_send_packages_elsewhere_are_named_before_anything_is_installed(
    computer, settings
):
    computer.pip_settings = f"global.cert='/ca.pem'\n{settings}\n:env:.index-url='x'\n"
    with pytest.raises(Trouble) as trouble:
        start(computer)
    assert settings in str(trouble.value) and "ca.pem" not in str(trouble.value)
    assert computer.pip_installs == []


@pytest.mark.parametrize("status", [124, 127])
def test_a_pip_that_could_not_be_asked_is_no_reason_to_throw_an_environment_away(computer, status):
    computer.pip = fail(1, "Read timed out")
    with pytest.raises(Trouble):
        start(computer)
    before, quietly = names_in(computer.root), computer.run_quietly
    computer.run_quietly = lambda command, **also: (
        (status, "", "no answer") if "--version" in command else quietly(command, **also)
    )
    with pytest.raises(Trouble, match="did not answer"):
        start(computer)
    assert names_in(computer.root) == before


# --- the old one waits until the new one is ready ----------------------------------------------------------


def broken(computer):
    """An environment that answers for another folder, with something in it that no network brings back."""
    start(computer)
    (computer.site_packages / "dear.py").write_text("years of work")
    computer.prefix = computer.root / "usr"
    assert state(computer) == "broken"


def test_a_broken_environment_is_replaced_and_deleted_once_the_new_one_stands(computer):
    broken(computer)
    start(computer)
    assert state(computer) == "ready" and not (computer.site_packages / "dear.py").exists()
    assert list((computer.root / ".course").glob("former-venv-*")) == []


@pytest.mark.parametrize(
    "errors", ["Temporary failure in name resolution", "no space left", "permission denied"]
)
def test_without_a_network_a_broken_environment_comes_back(computer, errors):
    broken(computer)
    before = names_in(computer.venv)
    computer.pip = fail(1, errors)
    with pytest.raises(Trouble):
        start(computer)
    assert names_in(computer.venv) == before
    computer.prefix = computer.venv  # what was wrong has passed
    assert state(computer) == "unfinished" or (computer.installed and state(computer) == "ready")


def test_venv_that_fails_brings_the_former_environment_back(computer):
    broken(computer)
    computer.venv_error = "Error: something else"
    with pytest.raises(Trouble):
        start(computer)
    assert (computer.site_packages / "dear.py").exists()


def test_a_start_that_was_killed_between_two_environments_is_put_right(computer):
    broken(computer)
    os.rename(computer.venv, computer.root / ".course" / "former-venv-1")
    computer.pip = fail(1, "Read timed out")
    with pytest.raises(Trouble):
        start(computer)
    assert (computer.site_packages / "dear.py").exists()


def test_a_former_environment_goes_when_the_present_one_is_ready(computer):
    start(computer)
    (computer.root / ".course" / "former-venv-1" / "lib").mkdir(parents=True)
    start(computer)
    assert list((computer.root / ".course").glob("former-venv-*")) == [] and state(computer) == "ready"


MOMENTS = ("none", "unfinished", "broken")


@pytest.mark.parametrize("killed", [False, True], ids=["interrupted", "killed"])
@pytest.mark.parametrize("beginning", MOMENTS)
def test_interrupted_at_any_line_the_next_start_ends_well_and_nothing_dear_is_lost(
    tmp_path, beginning, killed
):
    """Ctrl+C before every line of install.py in turn. Killed: nothing after it is run, no ``except`` either."""
    for moment in range(1, 2000):
        computer = Computer(tmp_path / str(moment))
        computer.root.mkdir()
        if beginning == "broken":
            broken(computer)
        if beginning == "unfinished":
            start(computer)
            computer.installed.pop("numpy")
        if not interrupted(lambda computer=computer: start(computer), moment, killed):
            break
        dear = list(computer.root.rglob("dear.py"))
        assert beginning != "broken" or dear or state(computer) == "ready", moment
        start(computer)
        assert state(computer) == "ready", moment
        assert list((computer.root / ".course").glob("former-venv-*")) == [], moment
    assert 30 < moment < 1999


def interrupted(action, moment, killed):
    """Run ``action``, with KeyboardInterrupt before line number ``moment`` of install.py; did it come to that?"""
    lines, before = itertools.count(1), sys.gettrace()

    def trace(frame, event, argument):
        if frame.f_code.co_filename != install.__file__:
            return None
        if event == "line" and ((number := next(lines)) == moment or (killed and number > moment)):
            raise KeyboardInterrupt
        return trace

    sys.settrace(trace)
    try:
        action()
    except KeyboardInterrupt:
        return True
    finally:
        sys.settrace(before)
    return False


def test_an_environment_without_a_working_pip_is_made_anew(computer):
    computer.make_venv(computer.venv)  # venv was interrupted before it had put pip in
    computer.pip_works = False
    start(computer)
    assert state(computer) == "ready"
    assert any("pip does not work" in text for text in computer.heard)


def test_an_empty_folder_is_as_good_as_none(computer):
    computer.venv.mkdir()
    assert state(computer) == "none"


def test_a_folder_with_other_things_in_it_is_not_deleted(computer):
    computer.venv.mkdir()
    (computer.venv / "thesis.txt").write_text("years of work")
    with pytest.raises(Trouble, match=r"thesis\.txt"):
        start(computer)
    assert (computer.venv / "thesis.txt").exists()


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege on Windows")
def test_a_link_to_a_folder_elsewhere_is_not_deleted(computer, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "pyvenv.cfg").touch()
    computer.venv.symlink_to(elsewhere)
    with pytest.raises(Trouble, match="The course did not make it"):
        start(computer)
    assert (elsewhere / "pyvenv.cfg").exists()


def test_pip_that_installs_somewhere_else_is_found_out(computer):
    computer.pip = lambda computer, requirements: (0, "")  # a dry run, say
    with pytest.raises(Trouble, match="numpy is not installed; torch is not installed"):
        start(computer)
    assert list(computer.venv.glob("*.stamp")) == []


# --- what is missing before it starts ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "system, index, here, least",
    [
        ("Linux", None, {}, 6e9),
        ("Linux", "https://example.org/cpu", {}, 2e9),
        ("Darwin", None, {}, 2e9),
        ("Windows", None, {}, 2e9),
        ("Linux", None, {"torch": "2.13.0+cpu"}, 0.5e9),
        ("Linux", None, {"torch": "2.12.0"}, 6e9),
    ],
)
def test_a_disk_without_room_is_noticed_before_anything_is_made(
    computer, monkeypatch, system, index, here, least
):
    if here:
        start(computer)
        computer.installed = dict(here)
    computer.pip = lambda computer, requirements: pytest.fail("there is no room")
    monkeypatch.setattr(install.platform, "system", lambda: system)
    computer.free, before = least - 1e8, names_in(computer.venv)
    words = rf"takes {least / 1e9:.1g} GB.* {computer.free / 1e9:.1f} GB are free"
    with pytest.raises(Trouble, match=words) as trouble:
        start(computer, extra_index=index)
    assert ("--cpu-torch" in str(trouble.value)) == (least == 6e9)
    assert names_in(computer.venv) == before
    computer.free, computer.pip = least, install_all
    start(computer, extra_index=index)
    assert state(computer) == "ready"


@pytest.mark.parametrize("module", ["venv", "ensurepip"])
def test_a_python_without_venv_says_what_to_install(computer, monkeypatch, module):
    monkeypatch.setitem(sys.modules, module, None)  # import raises ImportError
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    with pytest.raises(Trouble, match=f"sudo apt install python{version}-venv"):
        start(computer)


@pytest.mark.parametrize(
    "errors, words",
    [
        ("The virtual environment was not created successfully because ensurepip is not available.", "apt install"),
        ("Error: [Errno 28] No space left on device", "disk is full"),
        ("Error: [Errno 13] Permission denied: '/srv/course/.venv'", "folder of your own"),
        ("Error: something else", "something else"),
    ],
)  # fmt: skip
def test_a_venv_that_fails_is_explained(computer, errors, words):
    computer.venv_error = errors
    with pytest.raises(Trouble, match=words):
        start(computer)


def test_a_system_error_on_the_way_is_explained(computer):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    computer.make_venv = full
    with pytest.raises(Trouble, match="disk is full"):
        start(computer)

    def forbidden(*_, **__):
        raise PermissionError(13, "Permission denied", ".venv")

    computer.make_venv = forbidden
    with pytest.raises(Trouble, match="Make the folder writable"):
        start(computer)


# --- one at a time ----------------------------------------------------------------------------------------


def test_a_second_start_waits_for_the_first_and_installs_nothing(computer, monkeypatch):
    @contextlib.contextmanager
    def the_other_start_finishes_first(path, on_wait):
        on_wait()
        own_environment(computer.root, LESSONS, tools=other.tools())
        computer.installed = other.installed
        yield None

    other = Computer(computer.root)
    real = install.only_one
    locks = iter([the_other_start_finishes_first, real])
    monkeypatch.setattr(install, "only_one", lambda *arguments: next(locks)(*arguments))
    start(computer)
    assert computer.pip_installs == [] and other.pip_installs != []
    assert computer.heard == [install.WAITING]


@pytest.mark.skipif(os.name != "posix", reason="as POSIX does it")
def test_pip_holds_the_lock_as_long_as_it_lives(computer):
    kept, install = [], computer.run_shown

    def watched(command, env=None, keep_open=()):
        kept.extend(os.fstat(number).st_ino for number in keep_open)
        return install(command)

    computer.run_shown = watched
    start(computer)
    assert kept == [(computer.root / ".course" / "lock").stat().st_ino]


# --- the environment we are in ----------------------------------------------------------------------------


def test_an_environment_that_has_everything_is_used_as_it_is(tmp_path):
    have = {"numpy": "2.1.0", "torch": "2.6.0+cu124"}  # accepted, though not pinned
    here, lacks = this_environment(NEEDS, tmp_path, look=lambda names: have)
    assert str(here.python) == sys.executable and not here.ours and lacks == []


@pytest.mark.parametrize("have", [{}, {"numpy": "2.1.0"}, {"numpy": "1.26.4", "torch": "2.6.0"}])
def test_an_environment_that_lacks_something_is_not_used(tmp_path, have):
    here, lacks = this_environment(NEEDS, tmp_path, look=lambda names: have)
    assert here is None and lacks


def test_the_courses_own_environment_is_held_to_the_pins(tmp_path):
    everything = {"numpy": "2.1.0", "torch": "2.6.0"}
    here, _ = this_environment(NEEDS, tmp_path, prefix=tmp_path / ".venv", look=lambda names: everything)
    assert here is None


# --- packages only partly installed ---------------------------------------------------------------------------


@pytest.fixture
def package(tmp_path):
    """A package as pip leaves it: files, and a RECORD of their sizes."""
    info = tmp_path / "thing-1.0.dist-info"
    info.mkdir()
    (tmp_path / "thing.py").write_text("x = 1\n")
    (info / "INSTALLER").write_text("pip\n")
    (info / "RECORD").write_text(
        "thing.py,sha256=abc,6\n"
        "__pycache__/thing.cpython-311.pyc,,\n"
        "__pycache__/other.cpython-311.pyc,sha256=abc,99\n"
        "thing-1.0.dist-info/INSTALLER,sha256=abc,4\n"
        "thing-1.0.dist-info/RECORD,,\n"
    )
    return info


def test_a_package_with_all_its_files_is_whole(package):
    assert is_whole(package)


@pytest.mark.parametrize("file", ["thing.py", "thing-1.0.dist-info/INSTALLER", "thing-1.0.dist-info/RECORD"])
@pytest.mark.parametrize("damage", ["gone", "cut off"])
def test_a_package_with_a_file_gone_or_cut_off_is_not_whole(package, file, damage):
    path = package.parent / file
    if damage == "gone":
        path.unlink()
    else:
        path.write_text(path.read_text()[:3])
    assert not is_whole(package)


def test_a_package_whose_installation_broke_off_is_not_whole(package):
    """Every file is in place, but pip had not come to its own notes yet."""
    (package / "INSTALLER").unlink()
    (package / "RECORD").write_text("thing.py,sha256=abc,6\nthing-1.0.dist-info/RECORD,,\n")
    assert not is_whole(package)


def test_every_package_of_this_environment_is_whole():
    """The rule must not throw away what pip installed properly."""
    import importlib.metadata

    where = {
        sysconfig.get_path("purelib"),
        sysconfig.get_path("platlib"),
    }  # sys.path may hold what others brought
    infos = [getattr(found, "_path", None) for found in importlib.metadata.distributions(path=list(where))]
    pips = [info for info in infos if info and info.suffix == ".dist-info" and (info / "INSTALLER").exists()]
    assert pips and [info.name for info in pips if not is_whole(info)] == []


def test_a_half_installed_package_is_forgotten_before_pip_goes_on(computer):
    computer.pip = install_one
    with pytest.raises(KeyboardInterrupt):
        start(computer)
    half = computer.site_packages / "torch-2.13.0.dist-info"
    half.mkdir()
    (computer.site_packages / "~orch").mkdir()  # what pip leaves when it dies while it replaces a version
    computer.pip = Computer(computer.root).pip
    start(computer)
    assert not half.exists() and not (computer.site_packages / "~orch").exists()
    assert "  torch-2.13.0 was only partly installed" in computer.heard


def test_the_messages_name_no_registry():
    """pip knows where packages come from; the course does not say so a second time."""
    assert "://" not in explain.why_pip_failed(1, "timed out", "3.11") + install.LARGE_TORCH


@pytest.mark.parametrize("errors, words", [
    ("Failed building wheel\nNo matching distribution found for torch==2.13.0", "ready-made torch==2.13.0"),
    ("error: subprocess-exited-with-error", "ready-made version of a package for Python 3.11"),
    ("HTTP error 503 Service unavailable\nNo matching distribution found for numpy", "The network did not answer"),
    ("no space left on device\nconnection broken", "The disk is full"),
])  # fmt: skip
def test_of_several_things_that_pip_says_the_first_cause_is_told(errors, words):
    assert words in explain.why_pip_failed(1, errors, "3.11")
