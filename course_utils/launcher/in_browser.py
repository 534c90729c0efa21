"""The doctor's answer inside a browser: there is nothing to install and no program to start, only to look."""

import importlib.metadata
import platform

from course_utils.launcher import places
from course_utils.platform import NOT_IN_BROWSERS, has_files, lacks, outlives_the_page

SAFARI = "Safari forgets it when you have not come here for seven days."
PACKAGES = ("numpy", "pillow", "ipywidgets", "anywidget", "matplotlib", "scipy")


def report(tell):
    """Print how things stand in this browser; returns 0, or 1 if something is wrong."""

    def line(label, text):
        tell(f"  {label:<24}{text}")

    tell("Between the Pixels: how things stand in this browser\n")
    line("Python", f"{platform.python_version()}, inside the browser: no server, nothing installed")
    for name in PACKAGES:
        line(name, _version(name))
    missing = [words for module, words in NOT_IN_BROWSERS.items() if lacks(module)]
    line("not here", f"{', '.join(missing) or 'nothing'}: such cells show what they showed elsewhere")
    folder = places.progress_folder()
    kept = outlives_the_page(folder)
    line("progress", f"kept in {folder}. {SAFARI}" if kept else "kept until you close the page")
    wrong = [] if kept else [
        "This browser keeps no files of this page (a private window, or its site data are blocked): your progress "
        "and your changes are lost when you close it."
    ]  # fmt: skip
    if not has_files():
        wrong.append("The recorded cells are not at hand: the site was built without them.")
    for number, sentence in enumerate(wrong, 1):
        tell(f"{chr(10) if number == 1 else ''}  {number}. {sentence}")
    if not wrong:
        tell("\nNothing is wrong.")
    return int(bool(wrong))


def _version(name):
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return "comes with the first cell that imports it"
