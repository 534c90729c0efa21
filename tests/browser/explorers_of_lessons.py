"""Every call of an explorer in the lessons, as a notebook of its own: found in the lessons, not typed."""

import ast
import builtins
import symtable

import nbformat
from nbformat import v4

from tools.run import LESSONS

LENT = """
import numpy as np
from course_utils import images
"""


def calls(path):
    """The source of each cell of a lesson that ends in a call of an explorer, with the imports it needs."""
    notebook = nbformat.read(path, as_version=4)
    imports, known = [], set()
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        try:
            tree = ast.parse(cell.source)
        except SyntaxError:  # a magic
            continue
        for node in tree.body:
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("course_utils.explorers"):
                known |= {alias.asname or alias.name for alias in node.names}
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                imports.append(ast.unparse(node))
        if tree.body and _called(tree.body[-1]) in known:
            yield "\n".join(imports), cell.source


def _called(statement):
    value = getattr(statement, "value", None)
    return getattr(getattr(value, "func", None), "id", None) if isinstance(statement, ast.Expr) else None


def notebook_of(path):
    """A notebook that shows each explorer of a lesson that needs nothing but the lesson's imports."""
    cells = []
    for imports, source in calls(path):
        there = {alias.asname or alias.name.partition(".")[0] for node in ast.walk(ast.parse(imports))
                 if isinstance(node, (ast.Import, ast.ImportFrom)) for alias in node.names}  # fmt: skip
        if _names_it_needs(source) <= there | set(dir(builtins)):
            cells += [v4.new_code_cell(imports), v4.new_code_cell(source)]
    notebook = v4.new_notebook(cells=cells)
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return notebook


def _names_it_needs(source):
    """Names that a cell reads and does not make itself; the x of a lambda is not the x beside it."""
    top = symtable.symtable(source, "cell", "exec")
    tables = [top]
    for table in tables:
        tables.extend(table.get_children())
    inside = {
        symbol.get_name() for table in tables[1:] for symbol in table.get_symbols() if symbol.is_global()
    }
    read = {symbol.get_name() for symbol in top.get_symbols() if symbol.is_referenced()}
    return (inside | read) - {symbol.get_name() for symbol in top.get_symbols() if symbol.is_assigned()}


def missing():
    """Names of explorers that a lesson calls and no notebook of :func:`notebook_of` shows."""
    shown, called = set(), set()
    for path in LESSONS:
        sources = {cell.source for cell in notebook_of(path).cells}
        for _, source in calls(path):
            name = _called(ast.parse(source).body[-1])
            called.add(name)
            if source in sources:
                shown.add(name)
    return called - shown
