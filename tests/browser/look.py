"""See a lesson as a learner sees it: run it in a real JupyterLab and write pictures of it.

    python -m tests.browser.look notebooks/01_linear_interpolation.ipynb OUTDIR
    python -m tests.browser.look notebooks/01_linear_interpolation.ipynb OUTDIR --theme both --width 1000
    python -m tests.browser.look any.ipynb OUTDIR --no-run

Run it from the repository's root. OUTDIR then holds ``01_linear_interpolation-light-01.png``, ``-02.png`` and
so on, each a page of at most 1600 pixels, cut between cells. Printed: cells that raised or wrote to stderr,
cells that were never reached, what the browser's console called an error; any of these makes the exit code 1.
The notebook is run on a copy and with progress of its own: file and records stay as they are.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tools.lab import NoBrowser, copy_notebooks, open_page, running_browser, running_lab


def main(arguments=None):
    options = parser().parse_args(arguments)
    themes = ["light", "dark"] if options.theme == "both" else [options.theme]
    try:
        with tempfile.TemporaryDirectory() as folder, running_browser() as browser:
            copy_notebooks(folder, options.notebook)
            with running_lab(folder) as lab:
                return look(lab, browser, options, themes)
    except NoBrowser as problem:
        print(problem)
        return 2


def look(lab, browser, options, themes):
    page = open_page(browser, width=options.width)
    lesson = lab.open_lesson(page, options.notebook.name)
    if not options.no_run:
        begin = time.monotonic()
        lesson.run_all()
        print(f"ran in {time.monotonic() - begin:.1f} s")
    for theme in themes:
        lesson.set_theme(theme)
        for path in lesson.screenshots(options.outdir, f"{options.notebook.stem}-{theme}"):
            print(path)
    problems = lesson.cell_errors() + [f"console: {text}" for text in lesson.console_errors]
    if not options.no_run and lesson.not_run():
        problems.append(f"never run: cells {lesson.not_run()}")
    print("\n".join(problems) or "no errors")
    return 1 if problems else 0


def parser():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("notebook", type=existing_file)
    parser.add_argument("outdir", type=Path)
    parser.add_argument("--theme", choices=["light", "dark", "both"], default="light")
    parser.add_argument("--width", type=int, default=1400, help="of the browser window, in pixels")
    parser.add_argument("--no-run", action="store_true", help="show the notebook as the file is")
    return parser


def existing_file(text):
    path = Path(text).resolve()
    if not path.is_file():
        raise argparse.ArgumentTypeError(f"no such file: {text}")
    return path


if __name__ == "__main__":
    sys.exit(main())
