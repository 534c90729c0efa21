"""The cells tagged "gpu", as they run where there is a GPU: here on the CPU, with the smallest budget there is.

A lesson's cell shows a record where there is no GPU, and that is what every other test sees of it. Here it is told
that there is a device, gets the names it needs from the cells above it, and must print the table that the record has.
"""

import ast
import builtins
from functools import partial

import nbformat
import pytest
import torch

from course_utils.networks import records, segmentation, shootout_costs, superresolution
from course_utils.networks.records import read_record
from course_utils.networks.segmentation import Budget
from tools.run import LESSONS

TINY = Budget(train=8, test=4, size=32, steps=2, batch=4, width=8)


def few_seeds(compare, names, seeds, steps, **more):
    """``superresolution.compare`` with one seed and two steps."""
    return compare(names, seeds[:1], 2, **more)


SMALL = {  # lesson -> what is exchanged: (module, name, what stands there for the test)
    "10": (superresolution, "compare", partial(few_seeds, superresolution.compare)),
    "12": (segmentation, "LARGE", TINY),
    "14": (shootout_costs, "speeds", partial(shootout_costs.speeds, size=8, width=8, repeats=1)),
}
RECORDS = {"10": "super_resolution", "12": "alignment_large", "14": "shootout_speeds"}


def gpu_cells(path):
    """(source, code above it) of every cell tagged "gpu"."""
    above = []
    for cell in nbformat.read(path, as_version=4).cells:
        if "gpu" in cell.metadata.get("tags", ()):
            yield cell.source, list(above)
        if cell.cell_type == "code":
            above.append(cell.source)


CELLS = [(path.stem[:2], *cell) for path in LESSONS for cell in gpu_cells(path)]


def parsed(source):
    """The statements of a cell; none of one that is no plain Python."""
    try:
        return ast.parse(source).body
    except SyntaxError:
        return []


def given(node):
    """The names that a statement makes."""
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return {(each.asname or each.name).partition(".")[0] for each in node.names}
    if isinstance(node, ast.Assign):
        return {each.id for target in node.targets for each in ast.walk(target) if isinstance(each, ast.Name)}
    return set()


def used(nodes):
    """The names that statements read."""
    return {
        each.id
        for node in nodes
        for each in ast.walk(node)
        if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Load) and not hasattr(builtins, each.id)
    }


def what_it_needs(source, above):
    """Of the cells above, the imports and assignments that a cell needs, the last of each name, in their order."""
    statements = [node for each in above for node in parsed(each)]
    needed, chosen = used(parsed(source)), []
    for node in reversed(statements):
        if given(node) & needed:
            chosen.append(node)
            needed = (needed - given(node)) | used([node])
    return ast.Module(body=chosen[::-1], type_ignores=[])


def test_every_gpu_cell_is_run_here():
    assert {number for number, _, _ in CELLS} == set(SMALL) == set(RECORDS)


@pytest.mark.parametrize("number, source, above", CELLS, ids=[number for number, _, _ in CELLS])
def test_the_live_branch_prints_what_the_record_holds(number, source, above, monkeypatch, capsys):
    monkeypatch.setattr(*SMALL[number])
    monkeypatch.setattr(records, "gpu_or_record", lambda *args: torch.device("cpu"))
    namespace = {}
    exec(compile(what_it_needs(source, above), "above", "exec"), namespace)
    exec(source, namespace)
    printed = capsys.readouterr().out
    recorded = read_record(RECORDS[number])["result"]["rows"]
    first = next(line for line in printed.splitlines() if line.strip())
    for name in namespace.get("columns") or namespace.get("shown") or recorded[0]:
        assert name in first
    for row in recorded:
        assert next(iter(row.values())) in printed


def test_the_cell_is_skipped_without_a_device(monkeypatch):
    """What is exchanged is called at all: without it the smallest budget would be none."""
    for number, source, above in CELLS:
        with monkeypatch.context() as patch:
            module, name, _ = SMALL[number]
            patch.setattr(module, name, None)
            patch.setattr(records, "gpu_or_record", lambda *args: torch.device("cpu"))
            namespace = {}
            exec(compile(what_it_needs(source, above), "above", "exec"), namespace)
            with pytest.raises((TypeError, AttributeError)):
                exec(source, namespace)
