"""``python -m course_utils doctor``: versions, device, and what is wrong, in plain words. Changes nothing."""

import json
import os
import platform
import shutil
import sys
from pathlib import Path

from course_utils.launcher import hub, places, process
from course_utils.launcher.browser import find_chromium
from course_utils.launcher.environment import Environment, look_at, this_environment, venv_python
from course_utils.launcher.install import has_nvidia
from course_utils.launcher.lab import FIRST_LESSON, variables
from course_utils.launcher.lessons import MANIFEST, NEWS, latest_news
from course_utils.launcher.messages import say

MOST_NEWS = 5  # sentences
LEAST_BYTES = 50e6  # below this a notebook or the progress file may not be saved
LIBRARIES = {  # what an import error names -> what to do about it
    "libGL": "A system library is missing. On Debian and Ubuntu: sudo apt install libgl1",
    "libgthread": "A system library is missing. On Debian and Ubuntu: sudo apt install libglib2.0-0",
    "libgomp": "A system library is missing. On Debian and Ubuntu: sudo apt install libgomp1",
    "DLL load failed": "A Windows library is missing: the Microsoft Visual C++ Redistributable (x64).",
    "GLIBC": "This Linux is older than the package expects; conda (environment.yml) may still work.",
}


def report(root, wanted, tell=say, run_quietly=process.run_quietly):
    """Print how things stand; returns 0, or 1 if something is wrong.

    ``wanted`` is {"lessons": needs, "test": needs with those of the tests}.
    """
    wrong = []
    tell("Between the Pixels: how things stand on this computer\n")
    _tell_place(root, tell, wrong)
    environment = _tell_environment(root, wanted, tell, run_quietly, wrong)
    if environment:
        _tell_packages(environment, root, wanted, tell, run_quietly, wrong)
    _tell_surroundings(root, tell, wrong)
    if not wrong:
        tell("\nNothing is wrong.")
        return 0
    tell("\nWhat is wrong")
    for number, sentence in enumerate(wrong, 1):
        tell(f"  {number}. {sentence}")
    return 1


def _line(tell, label, text):
    tell(f"  {label:<24}{text}")


def _tell_place(root, tell, wrong):
    _line(tell, "Python", f"{platform.python_version()}  ({sys.executable})")
    _line(tell, "system", f"{platform.platform()}, {os.cpu_count()} processors")
    _line(tell, "course", root)
    if copy := _own_copy():
        _line(tell, "your lessons", f"{copy}, a copy of your own")
        _tell_news(copy, tell)
    if not (root / "notebooks" / FIRST_LESSON).is_file():
        wrong.append("The lessons are not here. git checkout notebooks brings them back.")
    if os.pathsep in str(root):
        wrong.append(
            f"The folder's name has a {os.pathsep} in it, which Python cannot search. Rename the folder."
        )


def _own_copy():
    """The learner's copy of the lessons, where one is open (the folder of this lesson) or on a hub; else None."""
    places_of_copies = [Path.cwd(), *([hub.copy_folder()] if hub.is_on_hub() else [])]
    return next((folder for folder in places_of_copies if (folder / MANIFEST).is_file()), None)


def _tell_news(copy, tell):
    """What the last update of the copy brought; the whole story lies beside the lessons."""
    date, sentences = latest_news(copy)
    for number, sentence in enumerate(sentences[:MOST_NEWS]):
        _line(tell, "" if number else f"changed {date}", sentence)
    if len(sentences) > MOST_NEWS:
        _line(tell, "", f"and {len(sentences) - MOST_NEWS} more: {NEWS}, beside the lessons")


def _tell_environment(root, wanted, tell, run_quietly, wrong):
    """Say where the lessons would run; the Environment, or None if it is still to be made."""
    here, _ = this_environment(wanted["lessons"], root)
    if here:
        _line(tell, "environment", f"this one, as it is ({here.prefix})")
        return here
    venv = root / ".venv"
    findings = look_at(venv, {"lessons": wanted["lessons"]}, run_quietly)
    if findings.state == "ready":
        _line(tell, "environment", f"the course's own, ready ({venv})")
        return Environment(venv_python(venv), venv, ours=True)
    _line(tell, "environment", f"the course's own: {findings.why}")
    if findings.state in TROUBLES:
        wrong.append(f"{findings.why}. {TROUBLES[findings.state]}")
    else:
        _line(tell, "", "python -m course_utils makes it ready, once, in a minute or two")
    return None


TROUBLES = {
    "broken": "python -m course_utils makes a new .venv, and keeps the old one until the new one is ready.",
    "unknown": "The environment .venv may be intact: fix the cause rather than deleting it.",
    "not ours": "The course did not make it and does not touch it. Move it away, then start again.",
}


def _tell_packages(environment, root, wanted, tell, run_quietly, wrong):
    """Import everything inside the environment; say what is there and what fails."""
    env = variables(environment, root, os.environ)
    versions = _versions(environment, env, root, wanted["test"], run_quietly)
    for need in wanted["test"]:
        version = versions.get(need.name)
        if version is not None:
            _line(tell, need.name, version or "here")
    if unheard := [need.name for need in wanted["lessons"] if need.name not in versions]:
        wrong.append(f"{environment.python} did not report the version of {', '.join(unheard)}.")
    elif not all(need.name in versions for need in wanted["test"]):
        _line(tell, "for the tests", "not installed yet; python -m course_utils test does it")
    modules = [need.module for need in wanted["lessons"]]
    steps, died = _probe(environment, env, root, modules, run_quietly)
    for step, finding in steps.items():
        if "error" in finding:
            wrong.append(f"Something failed while {step}: {finding['error']}. {_advice(finding['error'])}")
    if died:
        wrong.append(f"Python itself crashed while {died}. {_advice('')}")
    _tell_device(steps.get("asking PyTorch for a device", {}).get("result"), tell)
    _judge_kernel(steps.get("looking for the kernel python3", {}).get("result"), environment, wrong)


def _versions(environment, env, root, needs, run_quietly):
    names = json.dumps([(need.name, need.module) for need in needs])
    code = (
        "import json, sys; from course_utils.launcher.requirements import installed; "
        "print(json.dumps(installed(json.loads(sys.argv[1]))))"
    )
    _, out, _ = run_quietly([str(environment.python), "-c", code, names], env=env, cwd=root)
    try:
        return json.loads(out)
    except ValueError:
        return {}


def _probe(environment, env, root, modules, run_quietly):
    """Run probe.py in the environment: ({step: its last finding}, the step in which it died or "")."""
    command = [str(environment.python), "-m", "course_utils.launcher.probe", *modules]
    status, out, errors = run_quietly(command, env=env, cwd=root, seconds=180)
    steps = {}
    for line in out.splitlines():
        try:
            finding = json.loads(line)
            steps[finding["step"]] = finding
        except (ValueError, KeyError, TypeError):
            continue  # a package that prints while it is imported
    if status == 0:
        return steps, ""
    last = list(steps)[-1] if steps else "starting"
    return (
        steps,
        f"{last} (exit status {status}{', ' + errors.strip().splitlines()[-1] if errors.strip() else ''})",
    )


def _advice(error):
    for sign, words in LIBRARIES.items():
        if sign in error:
            return words
    if names := list(places.misnamed()):
        return f"The variable {' or '.join(names)} may be the cause."
    return (
        "If it happens again, delete the folder .venv and start again; "
        "in an environment of your own, reinstall the package."
    )


def _tell_device(device, tell):
    if not device:
        return
    _line(tell, "device", device)
    if device.startswith("cpu") and has_nvidia():
        _line(tell, "", "there is an NVIDIA card, but this build of PyTorch or its driver does not use it")


def _judge_kernel(folder, environment, wrong):
    """A kernel from elsewhere would run the lessons with other packages, or none."""
    if folder and not Path(folder).resolve().is_relative_to(Path(environment.prefix).resolve()):
        wrong.append(
            f"Notebooks would get the kernel of {folder}, not this environment's. To get that one: python -m "
            "pip install ipykernel"
        )


def _tell_surroundings(root, tell, wrong):
    browser = find_chromium() or "none found: the browser tests are skipped (install chromium)"
    _line(tell, "browser for the tests", browser)
    _judge_course(root, tell, wrong)
    _judge_progress(root, tell, wrong)


def _judge_course(root, tell, wrong):
    """May lessons be saved where they are open? A course that is only read is as it should be beside a copy."""
    copy = _own_copy()
    saved = copy or root
    free = shutil.disk_usage(saved).free
    _line(tell, "free on the disk", f"{free / 1e9:.1f} GB")
    if free < LEAST_BYTES:
        wrong.append(
            f"The disk of {saved} is full: notebooks may not be saved. Leave the lesson open, make room (old files, "
            "the trash), then save again: what is in the page is not lost until you close it."
        )
    if copy:
        if not places.can_write(copy):
            wrong.append(f"You cannot write to {copy}, so changes in your lessons cannot be saved there.")
        if not places.can_write(root):
            _line(tell, "", "the course itself is shared and only read, as it should be")
    elif not places.can_write(root):
        wrong.append(
            f"You cannot write to {root}, so .venv can be neither made nor repaired, and changes in "
            f"notebooks cannot be saved there: python -m course_utils --copy {_open_folder()} opens a copy."
        )


def _open_folder():
    """A folder for a copy of the lessons that can be written, or words for one."""
    usual = places.home() / "my_lessons"
    return usual if places.can_write(usual) else "A_FOLDER_YOU_CAN_WRITE_TO"


def _judge_progress(root, tell, wrong):
    """Is progress kept, and where? The words are the same before a start and inside a lesson."""
    folder = places.progress_folder()
    if words := places.closed_words(root):
        wrong.append(words)
    wrong += places.misnamed_words()
    if places.PROGRESS not in places.closed() and not places.can_write(folder):
        wrong.append(
            f"You cannot write to {folder}, which the variable {places.PROGRESS} names, so your progress is "
            "lost when a notebook is closed: name another folder."
        )
    if places.PROGRESS in places.closed():
        stand_in = places.instead(root)
        folder = stand_in / places.PROGRESS.lower() if stand_in else "nowhere"
    elif not places.can_write(folder):
        folder = "nowhere"
    _line(tell, "progress", f"kept {folder}" if folder == "nowhere" else f"kept in {folder}")
