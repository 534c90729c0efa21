"""What is asked of the course inside Pyodide. Each function prints one line of JSON; ``problems`` is to be empty."""

import contextlib
import doctest
import importlib
import io
import itertools
import json
import pathlib
import pkgutil
import re
import sys
import time

EVERYTHING_OF = 10  # every tenth exercise meets all kinds of learners
NOT_THERE = ("torch", "cv2", "skimage")


def tell(**found):
    print(json.dumps(found))


def modules():
    """All of the course that imports without PyTorch, but for the room that starts programs on a desktop."""
    import course_utils
    from course_utils import needs

    for module in pkgutil.walk_packages(course_utils.__path__, "course_utils.", onerror=lambda name: None):
        name = module.name
        is_a_program = ".launcher" in name or name.endswith("__main__")
        if not is_a_program and not needs.behind(name) & {*NOT_THERE}:
            yield importlib.import_module(name)


class WideIntegers(doctest.OutputChecker):
    """Integers have 32 bits here, and NumPy says so when it prints them."""

    def check_output(self, want, got, optionflags):
        got = re.sub(r", dtype=int32\)", ")", got)
        return super().check_output(want, got.replace("np.int32(", "np.int64("), optionflags)


def doctests():
    """Every example in a docstring."""
    problems, count = [], 0
    finder, said = doctest.DocTestFinder(), io.StringIO()
    for module in modules():
        for test in finder.find(module):
            runner = doctest.DocTestRunner(WideIntegers(), verbose=False)
            failed, tried = runner.run(test, out=said.write)
            count += tried
            problems += [test.name] * bool(failed)
    tell(problems=problems, count=count, said=said.getvalue()[-2000:])


def limits(seconds=0.2):
    """What never ends is ended, whatever it catches."""
    from course_utils.exercises.engine import sandbox
    from tests.exercises.engine import test_sandbox as cases

    endless = [cases.one_line, *(each for each in cases.ENDLESS if each not in cases.NEVER_RETURNS_TO_PYTHON)]
    problems = [each.__name__ for each in endless if not sandbox.call(each, seconds=seconds).timed_out]
    if sandbox.call(lambda: 3, seconds=60).value != 3:
        problems.append("an answer in time")
    begin = time.monotonic()
    library = json.dumps([1.5] * 20)
    report = cases.LERP.judge(lambda *_: json.loads(library + "}"))
    if "json.loads" not in report.line:
        problems.append(f"the learner's line is {report.line!r}, not the library's")
    tell(problems=problems, count=len(endless), seconds=time.monotonic() - begin)


def platform(place):
    """Nothing heavy is loaded by the first pictures; progress goes where it stays, and says so where it does not."""
    from course_utils import platform as here
    from course_utils.exercises import linear
    from course_utils.exercises.engine import store
    from course_utils.explorers.linear import two_samples
    from course_utils.resampling import nearest_indices

    two_samples()
    heavy = {"matplotlib", "scipy", "tqdm", "threadpoolctl", "jedi", *NOT_THERE}
    problems = sorted(heavy & {name for name, module in sys.modules.items() if module is not None} - {"jedi"})
    if not here.IN_BROWSER or here.HAS_ALARM or not here.HAS_MONITORING or not here.lacks("torch"):
        problems.append("what this Python can do")
    large = 2**20  # products of indices and sizes have more than 32 bits
    if nearest_indices(large - 1, large)[-1] != (large - 1) ** 2 // large:
        problems.append("the last index of a long axis")
    kept = store.Store(f"{place}/progress")
    kept.update(lambda state: state["exercises"].update(a=dict(store.NEW_EXERCISE, outcome="right")))
    said = kept.take_message()
    again = store.Store(f"{place}/progress")
    again.update()
    if said or again.known["exercises"]["a"]["outcome"] != "right":
        problems.append(f"progress on a mounted disk: {said}")
    fleeting = store.Store("/home/pyodide/progress")
    fleeting.update()
    if "for this session only" not in fleeting.take_message():
        problems.append("progress in memory, and not a word")
    if linear.LERP.judge(linear.LERP.reference).outcome != "right":
        problems.append("a check")
    tell(problems=problems)


def answers(path):
    """Public functions of the numerics, held to what they answer outside of the browser."""
    import pickle

    import numpy as np

    from course_utils.exercises.engine import sandbox

    problems, calls = [], pickle.loads(pathlib.Path(path).read_bytes())
    for module, name, given, expected in calls:
        found = flat(sandbox.plain(getattr(importlib.import_module(module), name)(**given)))
        same = len(found) == len(expected) and all(
            np.shape(a) == np.shape(b) and np.allclose(a, b, rtol=1e-9, atol=1e-12, equal_nan=True)
            for a, b in zip(found, expected, strict=True)
        )
        problems += [] if same else [f"{module}.{name}"]
    tell(problems=problems, count=len(calls))


def flat(answer):
    """The arrays and numbers in a plain answer; words and other objects are left out."""
    import numpy as np

    if isinstance(answer, (list, tuple)):
        return [part for each in answer for part in flat(each)]
    is_numeric = isinstance(answer, (bool, int, float, complex, np.ndarray, np.generic))
    return [np.asarray(answer)] if is_numeric and np.asarray(answer).dtype.kind in "biufc" else []


def lessons(stems, moves=2):
    """Every cell of some lessons, in IPython's shell: run, or a card in its place. Explorers move a little."""
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    from course_utils import recorded
    from course_utils.explorers.stage import Explorer

    shell = InteractiveShell.instance(config=Config({"HistoryManager": {"enabled": False}}))
    recorded.install(shell)
    counts, problems, drawn = {}, [], 0
    for path in sorted(pathlib.Path("/course/notebooks").glob("*.ipynb")):
        if path.stem[:2] not in stems:
            continue
        shell.reset(new_session=False)
        recorded._lost.clear()
        counts[path.stem[:2]] = of_lesson = {"live": 0, "recorded": 0}
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] != "code":
                continue
            source = "".join(cell["source"])
            of_lesson["recorded" if recorded._missing(source) else "live"] += 1
            said = io.StringIO()
            with contextlib.redirect_stdout(said):
                done = shell.run_cell(source, store_history=False)
            if not done.success:
                problems.append(
                    f"{path.stem}, {cell['id']}: {done.error_in_exec or done.error_before_exec!r}"
                )
            if isinstance(done.result, Explorer):
                drawn += moved(done.result, moves)
                if done.result.failure is not None:
                    problems.append(f"{path.stem}, {cell['id']}: {done.result.failure!r}")
    tell(problems=problems, counts=counts, count=drawn)


def moved(explorer, moves):
    """Move every control to some neighboring values; how many pictures that were."""
    from course_utils.explorers.stage.ahead import neighbors
    from course_utils.explorers.stage.controls import Numbers

    drawn = 1
    for name, control in explorer.controls.items():
        near = [] if isinstance(control, Numbers) else itertools.islice(neighbors(control), moves)
        for value in list(near):
            before = explorer.values
            explorer.set(**{name: value})
            explorer.set(**before)
            drawn += 2
    return drawn


def exercises():
    """Every exercise accepts its reference and knows its mistakes; every prediction answers."""
    from course_utils.exercises.engine.registry import all_exercises, all_predictions
    from tests.exercises.verify import verify
    from tests.exercises.verify_predictions import verify_prediction

    problems, count, without = [], 0, []
    for every, check in ((all_exercises(), verify), (all_predictions(), verify_prediction)):
        for each in [each for lesson in every.values() for each in lesson]:
            count += 1
            try:
                if check is verify_prediction:
                    each.computed()
                    check(each)
                else:
                    check(each, briefly=bool(count % EVERYTHING_OF))
            except ModuleNotFoundError as missing:
                without.append([each.key, missing.name, each.judge("0, 1").sentence])
            except Exception as error:
                problems.append(f"{each.key}: {type(error).__name__}: {str(error)[:400]}")
    tell(problems=problems, count=count, without=without)
