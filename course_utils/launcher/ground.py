"""What a command stands on: the course's folder, and an environment that has every package it needs."""

import os
import sys
from pathlib import Path

from course_utils.launcher import places, process
from course_utils.launcher.environment import this_environment
from course_utils.launcher.install import own_environment
from course_utils.launcher.lab import variables
from course_utils.launcher.messages import say
from course_utils.launcher.requirements import read_needs

ROOT = Path(__file__).resolve().parents[2]


def stand(parts, options):
    """The environment for ``parts``: the one we are in if it has everything, else the course's own."""
    wanted = wanted_packages(parts)
    here, lacks = this_environment(wanted[parts[-1]], ROOT)
    if here:
        return here
    if lacks and (sys.prefix != sys.base_prefix or "CONDA_PREFIX" in os.environ):
        say(f"The environment you are in is not enough ({'; '.join(lacks)}), so the course uses its own.")
    index = options.get("cpu_torch") or os.environ.get("COURSE_CPU_TORCH")
    return own_environment(ROOT, wanted, index)


def wanted_packages(parts):
    """What each part needs: {"lessons": needs} or {"lessons": needs, "test": needs and more}."""
    pyproject = ROOT / "pyproject.toml"
    every = {"lessons": read_needs(pyproject), "test": read_needs(pyproject, ["test"])}
    return {part: every[part] for part in parts}


def go_on(environment, words):
    """Become the environment's Python with these words, in the course's folder."""
    env = variables(environment, ROOT, os.environ) | places.stand_ins(ROOT)
    return process.become([str(environment.python), *words], env, ROOT)


def go_on_here(environment, words):
    """The same in the folder of whoever called: files are named from where they are."""
    env = variables(environment, ROOT, os.environ)
    return process.become([str(environment.python), *words], env, Path.cwd())
