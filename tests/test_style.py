"""What every file of the repository must keep to."""

import re
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

# Package registries and their download hosts, written so that this file does not name one itself.
HOSTS = [".".join(parts) for parts in (
    ("py" + "pi", "org"), ("python" + "hosted", "org"), ("download", "pytorch", "org"),
    ("conda", "anaconda", "org"), ("repo", "anaconda", "com"), ("registry", "npmjs", "org"),
)]  # fmt: skip
# Spelled as Americans do not; brackets keep this file from finding itself.
BRITISH = re.compile(
    r"(?<![a-z])(?:"
    r"[a-z]*(?:col|neighb|behavi|fav|hon|lab|flav|rum|harb|hum|vig|endeav|rig)our[a-z]*"
    r"|(?:re)?cent(?:re[sd]?|ring)|(?:kilo|centi|milli)?metr[e]s?|litr[e]s?|fibr[e]s?|calibr[e]|theatr[e]s?"
    r"|gr[e]y(?:s|ish|scale)?"
    r"|(?:un|mis|re)?(?:label|model|travel|cancel|signal|channel|level|total|equal|panel|fuel)l(?:ed|ing|er)"
    r"|[a-z]*(?:normal|initial|general|special|local|final|real|visual|equal|central|penal|serial|optim|minim|maxim"
    r"|organ|recogn|emphas|summar|raster|quant|util|parameter|regular|vector|token|custom|character|categor|stabil"
    r"|synchron|random|memor|apolog|critic|discret|linear|polar|binar)is(?:e[sdr]?|ing|ations?)"
    r"|(?:an|par|cat)al?ys(?:ed?|ing)|(?:licen|defen|offen|preten)ce[sd]?|practis(?:e[sd]?|ing)|art[e]facts?"
    r"|programm[e]s?|catalogu[e]s?|dialogu[e]s?|analogu[e]s?|judg[e]ments?|learn[t]|spel[t]|burn[t]|whils[t]|among[s]t"
    r"|toward[s]|half-wa[y]|counter-clockwis[e]|fulfi[l]s?|skilfu[l]|scepti[c](?:al|ism)?|moul[d]s?"
    r"|other way roun[d]|turn(?:s|ed|ing)? roun[d]"
    r")(?![a-z])",
    re.IGNORECASE,
)
TEXT = {".py", ".ipynb", ".md", ".toml", ".yml", ".json", ".js", ".css", ".svg", ".txt", ".cfg", ""}


def files_of_the_repository():
    """Paths of all files that git knows, or would take in."""
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("not a git clone")
    command = ["git", "-c", f"safe.directory={ROOT}", "ls-files", "-z", "-co", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.decode().split("\0")
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


def ruff(*arguments):
    command = [sys.executable, "-m", "ruff", *arguments, "--no-cache", "."]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


def test_ruff_has_nothing_to_say():
    done = ruff("check")
    assert done.returncode == 0, done.stdout


def test_every_file_is_formatted():
    """By the version that pyproject.toml names: another, in an environment made elsewhere, breaks lines elsewhere."""
    if f'"ruff=={version("ruff")}"' not in (ROOT / "pyproject.toml").read_text(encoding="utf-8"):
        pytest.skip(f"ruff {version('ruff')} is here, and pyproject.toml names another")
    done = ruff("format", "--diff")
    assert done.returncode == 0, done.stdout


def test_no_file_names_a_package_registry():
    """pip and conda know theirs, and a learner's own settings must hold."""
    texts = [file for file in files_of_the_repository() if file.suffix in TEXT]
    assert len(texts) > 20
    found = [
        f"{file.relative_to(ROOT)}: {host}"
        for file in texts
        for host in HOSTS
        if host in file.read_text(encoding="utf-8", errors="replace").lower()
    ]
    assert found == []


BRITISH_ALL_THE_SAME = {
    "bilinear.gr" + "ey_wall": "a key under which learners' progress files keep a prediction"
}


def british_in(text):
    """Every word that an American would spell otherwise; a line break of a docstring may part two of them."""
    for known in BRITISH_ALL_THE_SAME:
        text = text.replace(known, "")
    return [found.group() for found in BRITISH.finditer(re.sub(r"[\s_]+", " ", text))]


def test_every_word_is_spelled_as_americans_do():
    """Names and comments as well as what a learner reads: the libraries that lessons call are spelled so."""
    spelled = {".py", ".ipynb", ".md", ".js", ".css", ".toml", ".yml"}
    found = {
        str(file.relative_to(ROOT)): sorted(set(words))
        for file in files_of_the_repository()
        if file.suffix in spelled
        and (words := british_in(file.read_text(encoding="utf-8", errors="replace")))
    }
    assert found == {}


def test_british_words_are_found_in_names_and_sentences_and_others_are_left_alone():
    british = (
        "nearest_colo{}urs, CENTR{}E, normalis{}ed, labell{}ed, neighbo{}uring, analys{}e, gr{}eys, toward{}s"
    )
    names = british.replace("{}", "").split(", ")
    assert british_in(", ".join(names)) == [name.removeprefix("nearest_") for name in names]
    assert len(british_in("it is the other way\n    rou" + "nd")) == 1
    american = (
        "color center gray toward labeled license analyze four hours your contour tour raise exercise promise"
    )
    assert (
        british_in(american + " noise otherwise precise rectangular clockwise metric recenter parameters")
        == []
    )
