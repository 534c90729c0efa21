"""The packages of the browser edition, and the lock that names them: the lesson's first import loads what it needs.

Nothing is installed in a browser: what is in the lock is there, once a cell imports it.
"""

import base64
import csv
import hashlib
import io
import json
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

from publishing.for_browser import PYODIDE_DEPENDS
from publishing.pyodide import LOCK, NotAtHand, sha256
from tools.run import ROOT

PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
NAME = "between-the-pixels"
THE_COURSE = ("course_utils/**/*.py", "course_utils/**/*.toml", "course_utils/**/*.js", "course_utils/**/*.css",
              "course_utils/**/*.json")  # fmt: skip
# What the course needs in a browser; what the course's own wheel depends on, and each of these in turn.
NEEDS = {
    NAME: PYODIDE_DEPENDS,
    "ipywidgets": ("comm", "ipython", "traitlets"),
    "anywidget": ("ipywidgets", "psygnal", "typing-extensions"),
    "psygnal": (),
    "comm": ("traitlets",),
    "typing-extensions": (),
    "ipykernel": ("comm",),
    "piplite": (),
    "pyodide-kernel": ("ipykernel", "ipython"),
}
IMPORTS = {NAME: "course_utils", "typing-extensions": "typing_extensions", "pyodide-kernel": "pyodide_kernel"}
KERNEL = ("ipykernel", "pyodide-kernel")  # what JupyterLite's kernel brings
# IPython's terminal, and its history in a data base.
NOT_NEEDED = {"ipython": ("sqlite3", "prompt-toolkit", "wcwidth")}
# What the kernel starts with. The rest comes when a cell imports it.
AT_START = ("micropip", "piplite", "ipykernel", "comm", "pyodide-kernel", "jedi", "ipython")
# The kernel asks for these by name. IPython completes without jedi, and 1.7 MB do not travel; nothing is installed.
EMPTY = ("jedi", "micropip")
INSTALLER = """
# Stands where JupyterLite's installer would: an edition that asks no other host has what it has.
WORDS = "Nothing can be installed here: the packages of the lessons are all. Run the lesson on your computer."


async def install(*_, **__):
    raise RuntimeError(WORDS)


async def get_transformed_code(argv):
    return f"raise RuntimeError({WORDS!r})"
"""


def spell(name):
    """A package's name as locks spell it.

    >>> spell("Typing_Extensions")
    'typing-extensions'
    """
    return re.sub(r"[-_.]+", "-", name).lower()


def installer_words():
    """What somebody reads who would install a package."""
    return re.search('WORDS = "(.*)"', INSTALLER)[1]


def name_and_version(wheel):
    name, version, *_ = Path(wheel).name.split("-")
    return spell(name), version


# ---- wheels that are made or fetched ----------------------------------------------------------------------------


def pins():
    """name -> version of the packages that any Python can run, and Pyodide does not have."""
    of_the_course = dict(line.split("==") for line in PYPROJECT["project"]["dependencies"] if "==" in line)
    of_the_course = {name: version.partition(" ")[0] for name, version in of_the_course.items()}
    own = PYPROJECT["tool"]["course_utils"]["browser"]
    made = (*KERNEL, NAME, "piplite")
    return {name: own.get(name) or of_the_course[name] for name in NEEDS if name not in made}


def fetched_wheels(folder, python):
    """The pinned wheels without compiled code, in ``folder``; pip brings what is not there yet. Raises NotAtHand."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, version in pins().items():
        if wheels_of(folder, name, version):
            continue
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:",
                   "--platform", "any", "--implementation", "py", "--abi", "none", "--python-version", python,
                   "--dest", str(folder), f"{name}=={version}"]  # fmt: skip
        done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
        if done.returncode:
            last = (done.stderr.strip().splitlines() or ["no answer"])[-1]
            raise NotAtHand(f"pip does not bring the wheel {name} {version}: {last}")
    return [wheels_of(folder, name, version)[0] for name, version in pins().items()]


def wheels_of(folder, name, version):
    return [file for file in folder.glob("*.whl") if name_and_version(file) == (spell(name), version)]


def course_wheel(folder):
    """The course as a wheel with its results and without what only a repository has."""
    version = PYPROJECT["project"]["version"]
    files = {
        file.relative_to(ROOT).as_posix(): file.read_bytes()
        for pattern in THE_COURSE
        for file in sorted(ROOT.glob(pattern))
    }
    results = [*sorted(ROOT.glob("data/*.json")), ROOT / "data" / "agreement.md"]
    files |= {f"course_utils/data/{file.name}": file.read_bytes() for file in results}
    wheel = folder / f"{NAME.replace('-', '_')}-{version}-py3-none-any.whl"
    return write_wheel(wheel, NAME, version, files)


def stand_ins(folder):
    """Wheels with nothing in them, so that who imports them is told that they are not there; and no installer."""
    empty = [write_wheel(folder / f"{name}-0-py3-none-any.whl", name, "0", {}) for name in EMPTY]
    inside = {f"piplite/{name}.py": INSTALLER.encode() for name in ("__init__", "piplite", "cli")}
    return [*empty, write_wheel(folder / "piplite-0-py3-none-any.whl", "piplite", "0", inside)]


def write_wheel(wheel, name, version, files):
    """Write a wheel of these files (name in the archive -> bytes): the same bytes every time."""
    info = f"{name.replace('-', '_')}-{version}.dist-info"
    files = dict(files)
    files[f"{info}/METADATA"] = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n".encode()
    files[f"{info}/WHEEL"] = (
        b"Wheel-Version: 1.0\nGenerator: between-the-pixels\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    )
    wheel.parent.mkdir(parents=True, exist_ok=True)
    write_zip(wheel, files | {f"{info}/RECORD": record_of(files, info)})
    return wheel


def record_of(files, info):
    rows = io.StringIO()
    table = csv.writer(rows, lineterminator="\n")
    for name, content in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        table.writerow([name, f"sha256={digest}", len(content)])
    table.writerow([f"{info}/RECORD", "", ""])
    return rows.getvalue().encode()


def write_zip(file, contents):
    """Write an archive of (name -> bytes) whose bytes depend on nothing else, no clock and no user."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, content in contents.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)


def kernel_wheels(folder, out):
    """The wheels that JupyterLite's kernel brings, from its ``folder``, written to ``out``; without what is heavy."""
    found = []
    for name in KERNEL:
        (wheel,) = (file for file in folder.glob("*.whl") if name_and_version(file)[0] == name)
        with zipfile.ZipFile(wheel) as archive:
            contents = {each: archive.read(each) for each in archive.namelist()}
        if name == "pyodide-kernel":
            contents = lighter(contents)
        write_zip(out / wheel.name, contents)
        found.append(out / wheel.name)
    return found


WANTS_JEDI = b"self.Completer.use_jedi = True"


MOCKS = b"mocks.apply_mocks()"
NO_TERMINAL = b"""

# IPython imports the shell of a terminal, and a data base for its history, before anybody asks for them: a megabyte
# for what no browser has. A cell that imports sqlite3 has the real one.


def mock_terminal():
    embed = types.ModuleType("IPython.terminal.embed")
    embed.embed = None
    sys.modules[embed.__name__] = embed


def mock_sqlite3():
    import importlib.util

    if importlib.util.find_spec("_sqlite3"):
        return
    sqlite3 = types.ModuleType("sqlite3")
    for name in ("DatabaseError", "OperationalError", "IntegrityError", "Connection"):
        setattr(sqlite3, name, type(name, (Exception,), {}))
    sqlite3.register_converter = lambda *_: None
    sys.modules["sqlite3"] = sqlite3
    import IPython.core.history

    del sys.modules["sqlite3"]


ALL_MOCKS += [mock_terminal, mock_sqlite3]
"""


def lighter(contents):
    """The kernel's files: names are completed as IPython does by itself, and no terminal is imported."""
    shell, mocks = "pyodide_kernel/interpreter.py", "pyodide_kernel/mocks.py"
    for file, words in ((shell, WANTS_JEDI), ("pyodide_kernel/__init__.py", MOCKS)):
        if contents[file].count(words) != 1:
            raise ValueError(f"{file} of the kernel does not hold {words.decode()!r} once: read it anew")
    changed = contents[shell].replace(WANTS_JEDI, b"self.Completer.use_jedi = False")
    return contents | {shell: changed, mocks: contents[mocks] + NO_TERMINAL}


# ---- the lock ----------------------------------------------------------------------------------------------------


def write_packages(out, distribution, wheels):
    """The lock and every package in it, in the folder ``out``; names of the packages. Raises NotAtHand.

    ``wheels``: what Pyodide does not bring.
    """
    lock = locked(distribution.lock, wheels, distribution.core.lessons_import)
    lock["info"] |= {"version": distribution.core.version}  # not every release's own lock says it
    for package in lock["packages"].values():
        target = out / package["file_name"]
        if not target.is_file():
            shutil.copyfile(distribution.find(package["file_name"]), target)
    write_lock(out, lock)
    return sorted(lock["packages"])


def write_lock(out, lock):
    (out / LOCK).write_text(json.dumps(lock, separators=(",", ":")), encoding="utf-8")


def pack_tight(out):
    """What every lesson begins with as tar archives: a quarter less travels than as wheels, whose files are squeezed
    one by one. The lock in ``out`` is written anew, with the hashes of what lies there now."""
    lock = json.loads((out / LOCK).read_text(encoding="utf-8"))
    at_start = reached(lock["packages"], [*AT_START, NAME])
    for name, package in lock["packages"].items():
        if name in at_start and package["file_name"].endswith(".whl"):
            package["file_name"] = write_tar(out / package["file_name"]).name
        package["sha256"] = sha256(out / package["file_name"])
    write_lock(out, lock)


def write_tar(wheel):
    """A wheel becomes an archive with the same files, like beside like; the path.

    Its name holds its hash: a browser that kept an older one asks for this one.
    """
    file = wheel.with_suffix(".tar")
    with zipfile.ZipFile(wheel) as source, tarfile.open(file, "w:bz2") as archive:
        for name in sorted(source.namelist(), key=lambda name: (Path(name).suffix, name)):
            content = source.read(name)
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    wheel.unlink()
    return file.rename(file.with_name(f"{wheel.stem}-{sha256(file)[:8]}.tar.bz2"))


def locked(original, wheels, lessons_import):
    """A lock of what the course can reach: packages of the ``original`` one, and these wheels."""
    own = {name_and_version(wheel)[0]: entry(wheel) for wheel in wheels}
    known = {spell(name): package for name, package in original["packages"].items()}
    every = {name: package | {"depends": needed(name, package)} for name, package in (known | own).items()}
    chosen = reached(every, [*AT_START, NAME, *lessons_import])
    return {"info": dict(original["info"]), "packages": {name: every[name] for name in sorted(chosen)}}


def needed(name, package):
    return [each for each in package["depends"] if spell(each) not in NOT_NEEDED.get(name, ())]


def reached(packages, names):
    """These packages and all that they depend on. Raises ValueError for one that nobody has."""
    found, wanted = set(), list(names)
    while wanted:
        name = spell(wanted.pop())
        if name in found:
            continue
        if name not in packages:
            raise ValueError(f"Pyodide has no package {name}, and none is made for it")
        found.add(name)
        wanted += packages[name]["depends"]
    return found


def entry(wheel):
    """What a lock says of a wheel."""
    name, version = name_and_version(wheel)
    return {
        "name": name, "version": version, "file_name": wheel.name, "install_dir": "site", "sha256": sha256(wheel),
        "package_type": "package", "imports": [] if name in EMPTY else [IMPORTS.get(name, name)],
        "depends": list(NEEDS.get(name, ())), "unvendored_tests": False,
    }  # fmt: skip
