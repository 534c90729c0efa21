"""The audit as a command, for people who never open a lesson."""

from __future__ import annotations

import argparse
import ast
import importlib
import importlib.util
import sys
from pathlib import Path

import torch

from course_utils.networks.audit.findings import GRADES
from course_utils.networks.audit.run import audit
from course_utils.networks.audit.verify import verify
from course_utils.networks.training import seeded

EXAMPLES = """\
examples
  python -m course_utils audit my_network:UNet --input 1,3,224,224
  python -m course_utils audit my_network.py:make_model --with classes=5 --input 1,3,256,320
  python -m course_utils audit timm:create_model --with model_name=\\"resnet18d\\" --input 1,3,224,224
  python -m course_utils audit transformers:SegformerModel --with ... --input pixel_values=1,3,128,128
"""


class Refused(Exception):
    """What was typed cannot be audited; the message says why."""


def main(arguments=None):
    """Run the command; the exit status: 0, 1 where --fail-on found something, 2 where nothing could be audited."""
    options = _parser().parse_args(arguments)
    try:
        model = built(options.model, options.settings, options.as_is)
        positional, named = images(options.input)
        with seeded(0):
            report = audit(model, *positional, **named)
    except Refused as refused:
        print(refused, file=sys.stderr)
        return 2
    except Exception as error:
        print(f"The network itself raised {type(error).__name__}: {error}", file=sys.stderr)
        return 2
    print(report.to_json() if options.json else report)
    if options.verify:
        print(f"\n{verify(model, *positional, report=report, **named)}")
    for what in options.table or ():
        print(f"\n{report.table(what)}")
    grades = GRADES[: GRADES.index(options.fail_on) + 1] if options.fail_on else ()
    return int(any(map(report.graded, grades)))


def _parser():
    parser = argparse.ArgumentParser(
        prog="python -m course_utils audit", formatter_class=argparse.RawDescriptionHelpFormatter, epilog=EXAMPLES,
        description="Says where the pixels of every map of a network sit, and which maps do not fit each other.",
    )  # fmt: skip
    add = parser.add_argument
    add("model", metavar="MODULE:NAME", help="a network, or what makes one; MODULE may be a file, net.py:Net")
    add("--input", action="append", required=True, metavar="SIZES",
        help="an input's shape, 1,3,224,224 or NAME=1,3,224,224; may be repeated")  # fmt: skip
    add("--with", action="append", default=[], dest="settings", metavar="NAME=VALUE",
        help="a setting for what makes the network, VALUE as in Python; may be repeated")  # fmt: skip
    add(
        "--as-is", action="store_true", help="NAME is a function of the input: audit it, do not call it first"
    )
    add(
        "--table", action="append", choices=("operators", "merges", "ledger"), help="print this table as well"
    )
    add("--verify", action="store_true", help="ask the gradient where the maps that do not fit really sit")
    add("--json", action="store_true", help="print everything as JSON instead")
    add(
        "--fail-on", choices=GRADES, help="exit with 1 where there is a finding of this grade or a graver one"
    )
    return parser


def built(spec, settings=(), as_is=False):
    """The network that ``module:name`` stands for."""
    module_name, colon, name = spec.rpartition(":")
    if not colon or not module_name or not name:
        raise Refused(f"The network is written as module:name, such as my_network:UNet; got {spec!r}.")
    target = _module(module_name)
    for part in name.split("."):
        if not hasattr(target, part):
            raise Refused(f"{module_name} has no {name!r}. It has {_some_names(target)}.")
        target = getattr(target, part)
    if isinstance(target, torch.nn.Module) or as_is:
        return target
    if not callable(target):
        raise Refused(f"{spec} is {type(target).__name__}, neither a network nor what makes one.")
    given = dict(map(_setting, settings))
    try:
        with seeded(0):
            model = target(**given)
    except Exception as error:
        raise Refused(
            f"{spec} could not be made: {type(error).__name__}: {error}\n"
            "Its settings are given with --with NAME=VALUE. A function of the input is audited with --as-is."
        ) from error
    if not callable(model):
        raise Refused(f"{spec} made {type(model).__name__}, which is no network.")
    return model


def _module(name):
    sys.path.insert(0, str(Path.cwd()))
    try:
        if not name.endswith(".py"):
            return importlib.import_module(name)
        if not Path(name).is_file():
            raise Refused(f"There is no file {name}.")
        spec = importlib.util.spec_from_file_location(Path(name).stem, name)
        module = importlib.util.module_from_spec(spec)
        sys.modules.setdefault(module.__name__, module)
        spec.loader.exec_module(module)
        return module
    except Refused:
        raise
    except Exception as error:
        raise Refused(f"{name} could not be imported: {type(error).__name__}: {error}") from error


def _some_names(target, most=8):
    names = [
        name for name in dir(target) if not name.startswith("_") and callable(getattr(target, name, None))
    ]
    return (", ".join(names[:most]) or "nothing to call") + (", ..." if len(names) > most else "")


def _setting(text):
    """NAME=VALUE as a pair; a word that is no Python is a text.

    >>> _setting("classes=5"), _setting("encoder_weights=None"), _setting("mode=nearest")
    (('classes', 5), ('encoder_weights', None), ('mode', 'nearest'))
    """
    name, equals, value = text.partition("=")
    if not equals or not name.isidentifier():
        raise Refused(f"A setting is written as NAME=VALUE, such as classes=5; got {text!r}.")
    try:
        return name, ast.literal_eval(value)
    except (ValueError, SyntaxError):
        return name, value


def images(shapes):
    """Random images of the shapes that were typed: (those by position, those by name)."""
    positional, named = [], {}
    with seeded(0):
        for text in shapes:
            name, equals, sizes = text.rpartition("=")
            try:
                shape = tuple(int(size) for size in sizes.replace("x", ",").split(","))
                if min(shape) < 1:
                    raise ValueError
            except ValueError:
                raise Refused(f"A shape is written as 1,3,224,224; got {sizes!r}.") from None
            if equals:
                named[name] = torch.rand(shape)
            else:
                positional.append(torch.rand(shape))
    return positional, named
