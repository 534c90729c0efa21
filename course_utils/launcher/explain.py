"""From the messages of pip and venv to a sentence that says what happened and what to do."""

import platform
import re

FULL_DISK = r"no space left|errno 28\b|not enough space|disk quota|errno 122\b"
CERTIFICATE = r"certificate.verify.failed|sslcertverification|certificate has expired|self.signed cert"
NETWORK = (
    r"name resolution|name or service not known|nodename nor servname|getaddrinfo|network is unreachable|"
    r"no route to host|connection refused|connection reset|connection aborted|newconnectionerror|"
    r"timed out|timeouterror|proxyerror|cannot connect to proxy|max retries exceeded|"
    r"connection broken|incompleteread|50[234] (server error|bad gateway|service)"
)
NO_BUILD = (
    r"no matching distribution found for (\S+)|could not find a version that satisfies the requirement (\S+)"
)
FROM_SOURCE = r"metadata-generation-failed|failed building wheel|subprocess-exited-with-error"
FORBIDDEN = r"permission denied|errno 13\b|access is denied|read-only file system"
DAMAGED = r"do not match the hashes|bad zip|is invalid|unexpected end of"

NOT_FOR_THIS_COMPUTER = (
    "There is no ready-made {package} for Python {python} on {computer}. "
    "A very new Python is often not supported yet, and a 32-bit one no longer: 64-bit Python 3.12 or "
    "3.13 is a safe choice. If pip's own settings name an index (PIP_INDEX_URL, PIP_NO_INDEX, "
    "pip.conf), check that it is complete."
)
PIP_FAILURES = {
    FULL_DISK: (
        "The disk is full. The environment takes about 2 GB, or about 6 with PyTorch for NVIDIA cards. pip "
        "also unpacks in the system's temporary folder (the variable TMPDIR names another one). Free some "
        "space and start again; what is already installed is kept."
    ),
    CERTIFICATE: (
        "The package index answered with a certificate that pip does not trust, as happens in company networks. "
        "Ask for the network's certificate file and name it in the variable PIP_CERT, then start again."
    ),
    NETWORK: (
        "The network did not answer. The first start needs it, later ones do not. "
        "Check the connection (behind a proxy: the variable HTTPS_PROXY) and start again; what is already "
        "installed is kept."
    ),
    NO_BUILD: NOT_FOR_THIS_COMPUTER,
    FROM_SOURCE: NOT_FOR_THIS_COMPUTER,
    FORBIDDEN: (
        "You cannot write to something in .venv. Take ownership of the folder .venv or delete it, then "
        "start again."
    ),
    DAMAGED: (
        "A download arrived damaged. Start again; "
        "if it happens twice, empty pip's cache: python -m pip cache purge."
    ),
}
"""What pip's errors say, and what to tell a learner then; the first that fits counts."""


def why_pip_failed(status, errors, python):
    """What to tell a learner when pip ended with ``status`` and wrote ``errors``; ``python`` is "3.11"."""
    if status in (-9, 137):
        return (
            "The system stopped pip in the middle, usually because memory ran out. "
            "Close other programs and start again; what is already installed is kept."
        )
    for pattern, sentence in PIP_FAILURES.items():
        if found := re.search(pattern, errors.lower()):
            package = next(filter(None, found.groups()), "version of a package")
            computer = f"{platform.system()} {platform.machine()}"
            return sentence.format(package=package, python=python, computer=computer)
    return (
        "pip did not finish; its own messages are above. Starting again continues where it stopped. "
        "If that does not help, delete the folder .venv and start once more."
    )


def why_venv_failed(errors, python):
    """What to tell the learner when ``python -m venv`` failed; ``python`` is the version as "3.11"."""
    text = errors.lower()
    if re.search(FULL_DISK, text):
        return "The disk is full: there is no room for the folder .venv."
    if "ensurepip" in text or "no module named venv" in text:
        return no_venv(python)
    if re.search(FORBIDDEN, text):
        return (
            "You cannot write to the course's folder, so .venv cannot be made in it. "
            "Clone the course into a folder of your own."
        )
    return f"Python could not make the environment .venv. Its own message: {errors.strip() or 'none'}"


def no_venv(python):
    """Python came without venv or ensurepip, as it does on Debian and Ubuntu."""
    return (
        f"This Python {python} came without the module that makes environments (venv with ensurepip).\n"
        f"On Debian and Ubuntu:   sudo apt install python{python}-venv\n"
        "Elsewhere: install Python from python.org or with conda. Then start again."
    )
