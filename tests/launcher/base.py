"""A private Python to make environments with, so that damage to it can be seen and hurts nobody.

It shares the standard library of this Python by links and has a program and a site-packages of its own, with
everything in it that the launcher would sweep away or install over in an environment of the course's.
"""

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

from course_utils.launcher import process
from course_utils.launcher.install import NOTE, Tools
from course_utils.launcher.requirements import Need

NEEDS = (Need("alpha", "==1.0", ">=1", "alpha"), Need("beta", "==2.0", ">=2", "beta"))
LESSONS = {"lessons": NEEDS}
NAME = f"python{sys.version_info[0]}.{sys.version_info[1]}"

# Like pip, it writes where the Python that runs it says, be that right or wrong.
LITTLE_PIP = """
import os, pathlib, sys, sysconfig
if sys.argv[1] == "install":
    if os.environ.get("OFFLINE"):
        sys.exit("Temporary failure in name resolution")
    packages, programs = (pathlib.Path(sysconfig.get_path(name)) for name in ("purelib", "scripts"))
    for name, version in (word.split("==") for word in sys.argv[2:] if "==" in word):
        info = packages / f"{name}-{version}.dist-info"
        for leftover in packages.glob(f"{name}-*.dist-info"):
            (leftover / "METADATA").unlink(missing_ok=True)
        info.mkdir(exist_ok=True)
        (packages / name).mkdir(exist_ok=True)
        for file in (packages / name / "__init__.py", programs / name):
            if file.exists():
                file.unlink()  # as pip does: a link to a file is replaced
        (packages / name / "__init__.py").write_text("")
        (info / "METADATA").write_text(f"Name: {name}\\nVersion: {version}\\n")
        (info / "INSTALLER").write_text("pip")
        (info / "RECORD").write_text(f"{name}/__init__.py,,0\\n")
        (programs / name).write_text("a program")
"""


def make_base(folder):
    """A Python in ``folder`` that is its own prefix; the path of its program."""
    real = Path(getattr(sys, "_base_executable", sys.executable)).resolve()
    library = folder / "lib" / NAME
    (folder / "bin").mkdir(parents=True)
    library.mkdir(parents=True)
    shutil.copy(real, folder / "bin" / NAME)
    for entry in Path(sysconfig.get_path("stdlib")).iterdir():
        if entry.name != "site-packages":
            (library / entry.name).symlink_to(entry)
    fill(library / "site-packages")
    return folder / "bin" / NAME


def is_its_own(python):
    """Does the private Python work here? Some builds find their library only in the place they were made for."""
    code = "import sys; print(sys.prefix)"
    status, out, _ = process.run_quietly([str(python), "-I", "-B", "-c", code])
    return status == 0 and Path(out.strip()) == python.parent.parent


def fill(packages):
    """A pip, a package only partly installed, one of another version, what an interrupted pip leaves behind."""
    add_pip(packages)
    for name in ("~lpha", "gamma-1.0.dist-info", "beta-1.0.dist-info", "beta"):
        (packages / name).mkdir()
        (packages / name / "METADATA").write_text("Name: beta\nVersion: 1.0\n")
    (packages / "beta" / "__init__.py").write_text("")
    (packages / NOTE).write_text("/where/another/course/is\n")
    (packages / "decoy.py").touch()  # who starts this Python carelessly leaves a compiled copy of it
    (packages / "decoy.pth").write_text("import decoy\n")


def add_pip(packages):
    (packages / "pip").mkdir(parents=True, exist_ok=True)
    (packages / "pip" / "__main__.py").write_text(LITTLE_PIP)


def site_packages(venv):
    return venv / "lib" / NAME / "site-packages"


def make_venv(python, venv):
    """What ``python -m venv`` makes, with the little pip."""
    done = process.run_quietly([str(python), "-I", "-B", "-m", "venv", "--without-pip", str(venv)])
    assert done[0] == 0, done
    add_pip(site_packages(venv))


def tools(python, said):
    """The launcher's tools with the private Python and the little pip; everything else is real."""

    def run_quietly(command, **also):
        if command[-3:-1] == ["-m", "venv"]:
            add_pip(site_packages(Path(command[-1])))
            return process.run_quietly([*command, "--without-pip"], **also)
        if "ensurepip" in command:
            code = "import sysconfig; print(sysconfig.get_path('purelib'))"
            add_pip(Path(subprocess.check_output([command[0], "-I", "-c", code], text=True).strip()))
            return 0, "", ""
        return process.run_quietly(command, **also)

    return Tools(run_quietly=run_quietly, say=said.append, free_bytes=lambda folder: 50e9, python=str(python))


def contents(folder):
    """Everything in a folder, byte for byte, links as links: relative path -> bytes, link target or None."""
    found = {}
    for top, folders, files in os.walk(folder):
        for name in [*folders, *files]:
            path = Path(top, name)
            if path.is_symlink():
                what = os.readlink(path)
            else:
                what = path.read_bytes() if path.is_file() else None
            found[str(path.relative_to(folder))] = what
    return found
