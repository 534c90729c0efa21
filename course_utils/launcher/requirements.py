"""Which packages the course needs, which of them are here, and whether their versions will do.

Words used in the launcher
    need        one package of the course, as pyproject.toml names it
    pin         the one version that the course's own environment gets: ``==2.13.0``
    accepted    the versions that an environment somebody else made may hold: ``>=2.5``
    versions    what is here: package name -> version, "" where a module is here but does not say its version
"""

import importlib.metadata
import importlib.util
import re
import tomllib
from dataclasses import dataclass

from course_utils.launcher.messages import Trouble


@dataclass(frozen=True)
class Need:
    """One package the course needs."""

    name: str
    pin: str
    accepted: str
    module: str

    @property
    def requirement(self):
        """The line pip gets: ``numpy==2.4.6``."""
        return self.name + self.pin


def read_needs(pyproject, extras=()):
    """The packages of pyproject.toml with those of the named extras: a tuple of Need, in the file's order."""
    try:
        with open(pyproject, "rb") as file:
            tables = tomllib.load(file)
    except FileNotFoundError:
        raise Trouble(
            f"There is no {pyproject}. Start from a complete copy of the course: "
            "go to the folder you cloned and type python -m course_utils there."
        ) from None
    except tomllib.TOMLDecodeError as error:
        raise Trouble(
            f"{pyproject} cannot be read ({error}). If a git pull ended in a conflict, settle it first; "
            "git checkout pyproject.toml brings the course's own version back."
        ) from None
    lines = list(tables["project"]["dependencies"])
    for extra in extras:
        lines += tables["project"]["optional-dependencies"][extra]
    return tuple(_need(line, tables["tool"]["course_utils"]) for line in lines)


def _need(line, settings):
    name, pin = re.fullmatch(r"([A-Za-z0-9._-]+)(==[^\s;]+)", line).groups()
    module = settings["modules"].get(name, name.replace("-", "_"))
    return Need(name, pin, settings["accepted"][name], module)


def installed(names_and_modules):
    """The versions of the packages this Python can import: a dict from name to version.

    ``names_and_modules`` is a list of (package name, module name). A package built by conda may carry another
    name or none, so a module that is here without a name counts, with the version "".
    """
    found = {}
    for name, module in names_and_modules:
        spec = importlib.util.find_spec(module)
        if spec is None or spec.origin is None:
            continue  # also when only a name or an empty folder was left behind
        try:
            found[name] = importlib.metadata.version(name) or ""
        except (importlib.metadata.PackageNotFoundError, KeyError):
            found[name] = ""
    return found


def unmet(needs, versions, by="accepted"):
    """What keeps ``versions`` from being enough: one phrase for each package, none when it is enough.

    ``by`` is "pin" or "accepted".
    """
    phrases = []
    for need in needs:
        wanted = getattr(need, by)
        have = versions.get(need.name)
        if have is None:
            phrases.append(f"{need.name} is not installed")
        elif have and not satisfies(have, wanted):
            phrases.append(f"{need.name} is {have}, not {wanted}")
        elif not have and by == "pin":
            phrases.append(f"{need.name} does not say its version")
    return phrases


def satisfies(version, ranges):
    """Is ``version`` inside ``ranges``? A build tag does not matter: 2.13.0+cpu is a 2.13.0.

    >>> satisfies("2.13.0+cpu", "==2.13.0"), satisfies("2.9", ">=2.10"), satisfies("3.0rc1", ">=2,<3")
    (True, False, False)
    """
    return all(_holds(version, *_split(part)) for part in ranges.split(","))


def _split(part):
    match = re.fullmatch(r"\s*(==|>=|<)\s*([0-9][^\s,]*)\s*", part)
    if match is None:
        raise ValueError(f"a version range is made of ==1.2, >=1.2 and <3 here, got {part!r}")
    return match.groups()


def _holds(version, operator, limit):
    (have, tail), (bound, bound_tail) = _public(version), _public(limit)
    if operator == "==":
        return have == bound and tail == bound_tail
    if operator == "<":
        return have < bound  # so a pre-release of 3.0 is not below 3
    return have > bound or (have == bound and not re.match(PRE_RELEASE, tail))


PRE_RELEASE = r"[._-]?(a|b|c|rc|dev|alpha|beta|pre)"


def _public(version):
    """A version without its build tag, as (the numbers, what follows them): 2.0rc1+cu1 -> ((2,), "rc1")."""
    numbers, tail = re.match(r"v?(\d+(?:\.\d+)*)?(.*)", version.partition("+")[0]).groups()
    release = [int(number) for number in (numbers or "0").split(".")]
    while len(release) > 1 and release[-1] == 0:
        release.pop()  # 2.0 and 2 are one version
    return tuple(release), tail
