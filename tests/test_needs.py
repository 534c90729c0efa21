"""What a cell needs, read from its source: held to what happens when cells run where a package is not."""

import sys
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_utils import needs

ABSENT = "a_package_that_is_not_here"


@pytest.mark.parametrize(
    ("source", "used", "made"),
    [
        ("x = f(x)", {"f", "x"}, {"x"}),
        ("x += 1", {"x"}, {"x"}),
        ("a, b = c", {"c"}, {"a", "b"}),
        ("layer.bias = b", {"layer", "b"}, set()),
        ("table[i] = 1", {"table", "i"}, set()),
        ("for row in rows:\n    print(row)", {"rows", "print"}, {"row"}),
        ("def f(image):\n    return image + other", {"other"}, {"f"}),
        ("class A(nn.Module):\n    size = 3", {"nn"}, {"A"}),
        ("[a * b for a in c]", {"b", "c"}, set()),
        ("y = [a for a in a]", {"a"}, {"y"}),
        ("y = {a: b for row in rows for a in row if (b := f(a))}", {"rows", "f"}, {"y", "b"}),
        ("y = lambda x: x + z", {"z"}, {"y"}),
        ("for _ in some:\n    x = x + 1", {"some", "x"}, {"_", "x"}),
        ("if c:\n    x = f(x)\nprint(x)", {"c", "f", "x", "print"}, {"x"}),
        ("try:\n    import a\nexcept E as error:\n    print(error)", {"E", "print"}, {"a", "error"}),
        ("def f(a, b=c):\n    d = a + b\n    return d + e", {"c", "e"}, {"f"}),
        ("class A(B):\n    size = 3\n    def f(self):\n        return size", {"B", "size"}, {"A"}),
        ("with f() as g:\n    g.read()", {"f"}, {"g"}),
        ("b = 1\nprint(b, c)", {"print", "c"}, {"b"}),
        ("if (n := len(a)) > 3:\n    print(n)", {"len", "a", "print"}, {"n"}),
        ("import numpy as np\nnp.ones(3)", set(), set()),
        ("%matplotlib inline", set(), set()),
        ("x: int = y", {"y", "int"}, {"x"}),
    ],
)
def test_names_of_a_cell(source, used, made):
    cell = needs.read(source)
    assert (set(cell.used) - {"int"}, set(cell.made)) == (used - {"int"}, made)


def test_an_import_is_known_by_the_name_it_makes():
    cell = needs.read("import a.b, c as d\nfrom e.f import g as h, i")
    assert cell.imports == (
        ("import a.b", "a", "a.b"),
        ("import c as d", "d", "c"),
        ("from e.f import g as h", "h", "e.f.g"),
        ("from e.f import i", "i", "e.f.i"),
    )


def test_behind_a_module_is_what_its_import_loads():
    """Held to Python, which imports it."""
    for module in ("course_utils.networks.fcn", "course_utils.networks.records", "course_utils.images"):
        assert ("torch" in needs.behind(module)) == (module == "course_utils.networks.fcn")
    assert "torch" in needs.behind("course_utils.networks.audit.audit")  # a function of a package


NAMES = st.sampled_from("abcd")
STATEMENTS = st.one_of(
    st.builds("{} = {}".format, NAMES, NAMES),
    st.builds("{} = 1".format, NAMES),
    st.builds("{} += 1".format, NAMES),
    st.builds("({}, {})".format, NAMES, NAMES),
    st.builds("for {} in range(2):\n    {} + {}".format, NAMES, NAMES, NAMES),
    st.builds("for {} in range(2):\n    {} = {} + 1".format, NAMES, NAMES, NAMES),
    st.builds("if {} or True:\n    {} = {}".format, NAMES, NAMES, NAMES),
    st.builds("{} = (lambda {}: {})(1)".format, NAMES, NAMES, NAMES),
    st.builds("{} = [{} for {} in range(2)][0]".format, NAMES, NAMES, NAMES),
    st.builds("import {} as {}".format, st.just(ABSENT), NAMES),
    st.builds("import math as {0}\n{0} = {0}.floor(1.5)".format, NAMES),
)
CELLS = st.lists(st.lists(STATEMENTS, min_size=1, max_size=3).map("\n".join), min_size=1, max_size=5)


@given(CELLS)
def test_a_cell_that_is_let_through_finds_what_it_would_find(cells):
    """The witness is Python: all cells are run where the package is; where it is not, those that are let through."""
    whole, part, lost = dict.fromkeys("abcd", 0), dict.fromkeys("abcd", 0), {}
    for source in cells:
        needed = needs.needed(source, lost, [ABSENT])
        if needed:
            needs.lose(source, lost, {ABSENT})
            for name in lost:
                part.pop(name, None)
            with pytest.raises((ModuleNotFoundError, NameError)):  # it is needed indeed
                exec(source, dict(part))
            for statement, name, module in needs.read(source).imports:
                if module != ABSENT and name not in lost:
                    exec(statement, part)
        else:
            exec(source, part)
            needs.find(source, lost)
        with mock.patch.dict(sys.modules, {ABSENT: 7}):  # a module can be a number
            exec(source, whole)
        assert {name: part[name] for name in part if name in "abcd"}.items() <= whole.items()


def test_what_the_witness_counts_on():
    assert ABSENT not in sys.modules and needs.behind(ABSENT) == {ABSENT}
