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


def why_pip_failed(status, errors, python):
    """What to tell a learner when pip ended with ``status`` and wrote ``errors``; ``python`` is "3.11"."""
    text = errors.lower()
    if status in (-9, 137):
        return (
            "The system stopped pip in the middle, usually because memory ran out. "
            "Close other programs and start again; what is installed already is kept."
        )
    if re.search(FULL_DISK, text):
        return (
            "The disk is full. The environment takes about 2 GB, with PyTorch for NVIDIA cards about 6, and pip "
            "unpacks in the system's temporary folder (the variable TMPDIR names another one). "
            "Make room and start again; what is installed already is kept."
        )
    if re.search(CERTIFICATE, text):
        return (
            "The package index answered with a certificate that pip does not trust, as company networks do. "
            "Ask for the network's certificate file and name it in the variable PIP_CERT, then start again."
        )
    if re.search(NETWORK, text):
        return (
            "The network did not answer. The first start needs it, later ones do not. "
            "Check the connection (behind a proxy: the variable HTTPS_PROXY) and start again; "
            "what is installed already is kept."
        )
    missing = re.search(NO_BUILD, text)
    if missing or re.search(FROM_SOURCE, text):
        name = next((group for group in missing.groups() if group), "a package") if missing else "a package"
        return (
            f"There is no ready-made {name} for Python {python} on {platform.system()} {platform.machine()}. "
            "A very new Python is often too early, and a 32-bit one too late: Python 3.12 or 3.13, 64-bit, "
            "is a safe choice. If pip's own settings name an index (PIP_INDEX_URL, PIP_NO_INDEX, pip.conf), "
            "look whether it is complete."
        )
    if re.search(FORBIDDEN, text):
        return (
            "Something in .venv may not be written by you. "
            "Make the folder .venv yours or delete it, then start again."
        )
    if re.search(DAMAGED, text):
        return (
            "A download arrived damaged. Start again; "
            "if it happens twice, empty pip's store: python -m pip cache purge."
        )
    return (
        "pip did not finish; its own words stand above. Starting again goes on where it stopped. "
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
            "The folder of the course may not be written by you, so .venv cannot be made in it. "
            "Clone the course into a folder of your own."
        )
    return f"Python could not make the environment .venv. Its own words: {errors.strip() or 'none'}"


def no_venv(python):
    """Python came without venv or ensurepip, as Debian and Ubuntu deliver it."""
    return (
        f"This Python {python} came without the module that makes environments (venv with ensurepip).\n"
        f"On Debian and Ubuntu:   sudo apt install python{python}-venv\n"
        "Elsewhere: install Python from python.org or with conda. Then start again."
    )
