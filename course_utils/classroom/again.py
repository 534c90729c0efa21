"""Inside recheck's sandbox: judge the functions of one notebook. Reads a job (JSON), prints one line of JSON.

Limits and closed doors (``walls``) come before anything of the notebook runs.
"""

import ast
import dis
import importlib
import json
import os
import re
import sys
import types

from course_utils.classroom import walls
from course_utils.exercises.engine import registry, sandbox

TOPIC = re.compile(r"course_utils\.exercises(?:\.|\s+import\s+)([\w, ]+)")
MAGIC = re.compile(r"^\s*[%!?].*$", re.MULTILINE)
MOST_VERSIONS = 8  # of one function in a notebook
SECONDS = 10  # to define a function and what it uses


def main():
    job = json.load(sys.stdin)
    answer = os.fdopen(os.dup(1), "w", encoding="utf-8")
    sys.stdin = open(os.devnull)  # noqa: SIM115, as long as the process lives
    os.dup2(sys.stdin.fileno(), 0)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    exercises = exercises_of(job["cells"])
    names = {exercise.key: exercise.name for exercise in exercises}
    shut_in = walls.close(os.getcwd(), job["memory"], job["seconds"])
    outcomes = {exercise.key: judge(exercise, job["cells"], names) for exercise in exercises}
    answer.write(json.dumps({"outcomes": outcomes, "shut_in": shut_in}) + "\n")
    answer.flush()
    os._exit(0)  # what the notebook left behind (threads, handlers) has no say


# --- what is judged -----------------------------------------------------------------------------------------


def exercises_of(cells):
    """The exercises of the topics that a notebook's cells are marked with; of those it imports, where none is."""
    named = {cell["exercise"].partition(".")[0] for cell in cells if cell["exercise"]}
    for words in () if named else TOPIC.findall("\n".join(cell["source"] for cell in cells)):
        named |= {word.split()[0] for word in words.split(",") if word.split()}
    topics = [topic for topic in registry.TOPICS if topic in named]
    for topic in topics:
        importlib.import_module(f"course_utils.exercises.{topic}")
    every = [each for items in registry.all_exercises(topics).values() for each in items]
    return [each for each in every if each.key.partition(".")[0] in topics]


def judge(exercise, cells, names):
    """(outcome, diagnosis) of the best version of the exercise's function in the notebook.

    ``names`` is {key: name of the function}: two exercises may ask for functions of one name.
    """
    others = {key for key, name in names.items() if name == exercise.name} - {exercise.key}
    statements, broken = parsed([cell for cell in cells if cell["exercise"] not in others], exercise.key)
    versions = [i for i, (node, _) in enumerate(statements) if exercise.name in bound(node)]
    found = [judge_version(exercise, statements, i) for i in versions[-MOST_VERSIONS:]]
    if broken:
        found.append(("crashed", "it is no Python"))
    order = ("not attempted", "crashed", "not quite", "right")
    return max(
        found, key=lambda each: order.index(each[0]), default=("not attempted", "it is not in the notebook")
    )


def judge_version(exercise, statements, number):
    *before, last = needed(statements, number, exercise.name)
    space = {"__name__": "__main__"}
    for statement in before:
        run(statement, space)  # what fails may not be needed after all: the function will say
    if error := run(last, space):
        return "crashed", error
    try:
        report = exercise.judge(space.get(exercise.name))
    except BaseException as error:  # KeyboardInterrupt passes through, and a notebook may raise it
        return "crashed", type(error).__name__
    return str(report.outcome), report.diagnosis


def run(statement, space):
    """Run one statement; the name of what it raised, "" for nothing."""
    node, cell = statement
    try:
        with sandbox.time_limit(SECONDS):
            exec(compile(ast.Module([node], []), f"<cell {cell}>", "exec"), space)
    except BaseException as error:  # whatever a notebook raises, exit() too, is an outcome
        return type(error).__name__
    return ""


def parsed(cells, key):
    """Every statement with the number of its cell; and whether the exercise's own cell is no Python."""
    statements, broken = [], False
    for number, cell in enumerate(cells):
        try:
            body = ast.parse(MAGIC.sub("", cell["source"])).body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            broken = broken or cell["exercise"] == key
            continue
        statements += [(node, number) for node in body]
    return statements, broken


def needed(statements, number, name):
    """The statements that this definition of ``name`` rests on, in their order, and itself last.

    Of ``name`` no other version; of all other names every statement that binds them.
    """
    open_names, chosen = used(statements[number][0]) - {name}, {number}
    while True:
        more = {
            i
            for i, (node, _) in enumerate(statements)
            if i not in chosen
            and name not in bound(node)
            and ("*" in bound(node) or bound(node) & open_names)
        }
        if not more:
            break
        chosen |= more
        for i in more:
            open_names |= used(statements[i][0])
    return [statements[i] for i in sorted(chosen - {number})] + [statements[number]]


def bound(node):
    """The names that a statement of a cell gives a value to; "*" for all that a module holds."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return {node.name}
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return {alias.asname or alias.name.partition(".")[0] for alias in node.names}
    names = {
        part.id for part in ast.walk(node) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)
    }
    for part in ast.iter_child_nodes(node):
        if isinstance(part, ast.stmt):  # of an `if` or a `try`
            names |= bound(part)
    return names


def used(node):
    """The names outside of itself that a statement reads, now or when its functions are called."""
    return set(_names_in(compile(ast.Module([node], []), "<cell>", "exec")))


def _names_in(code):
    for step in dis.get_instructions(code):
        if step.opname in ("LOAD_NAME", "LOAD_GLOBAL"):
            yield step.argval
        elif isinstance(step.argval, types.CodeType):
            yield from _names_in(step.argval)


if __name__ == "__main__":
    main()
