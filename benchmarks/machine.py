"""Where and when the numbers were measured: processor, versions, date. No names of hosts, users or folders."""

import datetime
import os
import platform
from importlib import metadata
from pathlib import Path

PACKAGES = (
    "numpy", "scipy", "scikit-image", "opencv-python-headless", "torch", "matplotlib", "ipywidgets", "anywidget",
    "jupyterlab",
)  # fmt: skip


def description():
    """Markdown lines."""
    versions = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return (
        f"- date: {datetime.date.today().isoformat()}\n"
        f"- machine: {processor()}, {cores()} cores, {memory_gb():.0f} GB memory, {platform.system()}; "
        f"load average at the start {load()}\n"
        f"- versions: Python {platform.python_version()}, {versions}"
    )


def processor():
    """The processor's model name, as far as this system tells."""
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.lower().startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def cores():
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


def memory_gb():
    import psutil

    return psutil.virtual_memory().total / 2**30


def load():
    """How busy the machine was in the last minute: about 0 is a quiet one."""
    return f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"


def version(package):
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "(another build)" if package.startswith("opencv") else "absent"
