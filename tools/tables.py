"""Write the tables of lessons into README and lesson 00: ``python -m tools.tables``."""

import re
from pathlib import Path

import nbformat

from course_utils.lessons import table

ROOT = Path(__file__).resolve().parents[1]
TABLE = re.compile(r"^\| \| lesson \| the question \| minutes \|\n(?:\|.*\|(?:\n|$))+", re.MULTILINE)


def with_table(text: str, folder: str) -> str:
    """The text with its table of lessons written anew."""
    return TABLE.sub(lambda found: table(folder) + ("\n" if found[0].endswith("\n") else ""), text)


def main():
    readme, start = ROOT / "README.md", ROOT / "notebooks" / "00_start_here.ipynb"
    readme.write_text(with_table(readme.read_text(encoding="utf-8"), "notebooks/"), encoding="utf-8")
    notebook = nbformat.read(start, as_version=4)
    for cell in notebook.cells:
        cell.source = with_table(cell.source, "")
    nbformat.write(notebook, start)


if __name__ == "__main__":
    main()
