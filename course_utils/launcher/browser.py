"""Which browser the tests use: one list for the tests and for the doctor."""

import os
import shutil
from pathlib import Path

# The shell has no window, and wants a fifth less of the processor; Debian has it as a package of its own.
NAMES = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
)
PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Google\Chrome\Application\chrome.exe",
)


def find_chromium():
    """The path of a Chromium or Chrome on this computer, or None. The variable COURSE_BROWSER names one."""
    named = os.environ.get("COURSE_BROWSER")
    candidates = [named] if named else [*map(shutil.which, NAMES), *PLACES]
    return next((path for path in candidates if path and Path(path).is_file()), None)
