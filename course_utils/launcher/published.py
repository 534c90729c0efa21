"""What the course published, as git knows it: a learner's own words in the course's folder are told apart.

The witness is the newest commit that the learner's branch shares with the branch it follows: what the learner
changed, or committed on top, is not in it. Without git, or without a branch to follow, nothing is proved.

Only a branch of another repository counts, for the learner's own ``main`` holds the learner's commits. Whoever
works in a fork calls the course's repository "upstream" by custom: it goes first, for to the fork they push.
"""

import hashlib
import os

from course_utils.launcher import process

FOLLOWED = (
    "upstream/HEAD", "upstream/main", "upstream/master",
    "@{upstream}", "origin/HEAD", "origin/main", "origin/master",
)  # fmt: skip
ELSEWHERE = "refs/remotes/"


def published(source, root, fingerprint):
    """A function of a file's name in ``source`` and its bytes: is this a version that the course published?

    ``fingerprint`` is a function of bytes and name; equal fingerprints are one version.
    """
    blobs = _blobs(source, root)

    def is_published(name, data):
        blob = blobs.get(name)
        if blob is None:
            return False
        if blob == _blob_name(data, len(blob)):
            return True
        if not name.endswith(".ipynb"):
            return False
        _, text = _git(root, "cat-file", "blob", blob)  # JupyterLab's own notes may differ
        return bool(text) and fingerprint(text.encode(), name) == fingerprint(data, name)

    return is_published


def _blobs(source, root):
    """git's name of the content of each published file: name in ``source`` -> hexadecimal digits."""
    if not (root / ".git").exists():  # a repository further up is the learner's own
        return {}
    commit = _published_commit(root)
    if not commit:
        return {}
    folder = source.relative_to(root).as_posix()
    _, listing = _git(root, "ls-tree", "-r", "-z", commit, "--", f"{folder}/")
    rows = [row.split("\t", 1) for row in listing.split("\0") if "\t" in row]
    return {name.removeprefix(f"{folder}/"): facts.split()[2] for facts, name in rows}


def _published_commit(root):
    for branch in FOLLOWED:
        _, name = _git(root, "rev-parse", "--symbolic-full-name", branch)
        if not name.startswith(ELSEWHERE):
            continue
        status, out = _git(root, "merge-base", "HEAD", name.strip())
        if status == 0 and out.strip():
            return out.strip()
    return ""


def _blob_name(data, digits):
    hash_of = hashlib.sha1 if digits == 40 else hashlib.sha256
    return hash_of(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


def _git(root, *words):
    """Ask git about this repository and no other: (exit status, what it said)."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    command = ["git", "-c", f"safe.directory={root}", "-C", str(root), *words]
    status, out, _ = process.run_quietly(command, env=env)
    return status, out if status == 0 else ""
