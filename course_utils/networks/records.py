"""Results of longer trainings, kept as small files in data/: what came out, by which command, where and when.

A cell of a lesson that wants a GPU begins with ``device = gpu_or_record("super_resolution")``. Without a GPU that
prints the result somebody recorded, and returns None. Reading and showing records takes no torch.
"""

import datetime
import json
import platform
import re
import sys
from pathlib import Path

import numpy as np

from course_utils import platform as here
from course_utils.files import DATA, write_whole
from course_utils.validation import one_of, real_number, shown

_FOLDER = re.compile(r"(^|[\s'\"=(:,])(~|/[\w.-]+|[A-Za-z]:\\[\w.-]*)[/\\]")


def write_record(path, result, command, seconds, device):
    """Write ``result`` as JSON, with the command, versions, device, seconds and date; the path.

    ``result`` is a dictionary. ``result["rows"]`` is the table that lessons show, a list of dictionaries with the
    same keys; the rest are settings and details. The file is there as a whole or not at all. Raises ValueError for
    NaN, for rows that make no table, and for a text that names a folder of this machine.
    """
    import torch

    path = Path(path)
    record = {
        "command": command,
        "date": datetime.date.today().isoformat(),
        "seconds": round(real_number(seconds, "seconds"), 1),
        "device": device_in_words(device),
        "versions": {
            "python": platform.python_version(), "torch": torch.__version__, "numpy": np.__version__
        },
        "result": result,
    }  # fmt: skip
    _rows(record)
    record = json.loads(json.dumps(record, allow_nan=False, default=_plain))
    named = next((each for each in _texts(record) if _FOLDER.search(each)), None)
    if named is not None:
        raise ValueError(
            f"a record is read on other machines, and must name no folder of this one: {named!r}."
        )
    write_whole(path, (_laid_out(record) + "\n").encode())
    return path


def read_record(name):
    """The record ``data/<name>.json`` as a dictionary. Raises ValueError that lists those present."""
    there = sorted(path.stem for path in DATA.glob("*.json"))
    if not isinstance(name, str) or name not in there:
        listed = ", ".join(map(repr, there)) or "none yet"
        raise ValueError(f"name must be a record in data/, here {listed}; got {shown(name)}.")
    return json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))


def table(rows, columns=None):
    """Rows, dictionaries with the same keys, as lines of text: numbers to the right, words to the left.

    ``columns`` names the keys to show, in their order; by default all.

    >>> print(table([{"network": "ESPCN", "dB": 31.25}, {"network": "bicubic", "dB": 9}]))
    network     dB
    ESPCN    31.25
    bicubic      9
    """
    names = (
        list(rows[0]) if columns is None else [one_of(name, "columns", tuple(rows[0])) for name in columns]
    )
    cells = [[name, *(_cell(row[name]) for row in rows)] for name in names]
    for i, name in enumerate(names):
        width = max(map(len, cells[i]))
        is_word = isinstance(rows[0][name], str)
        cells[i] = [cell.ljust(width) if is_word else cell.rjust(width) for cell in cells[i]]
    return "\n".join("  ".join(line).rstrip() for line in zip(*cells, strict=True))


def show_record(name, columns=None):
    """Print the table of a record, or some of its columns, and where it comes from."""
    record = read_record(name)
    print(table(record["result"]["rows"], columns))
    print(
        f"\nRecorded {record['date']} on {record['device']} in {record['seconds']:.0f} s by `{record['command']}`\n"
        f"(data/{name}.json; torch {record['versions']['torch']})."
    )


def gpu_or_record(name, columns=None):
    """The GPU as a torch.device where there is one; otherwise None, after showing the record ``name``."""
    if here.lacks("torch"):
        why = "PyTorch is not here"
    else:
        from course_utils.networks.training import choose_device, present_devices

        if present_devices()[0] != "cpu":
            return choose_device()
        why = "No GPU here: torch finds neither CUDA nor MPS"
    print(f"{why}, so this cell is skipped. What it showed elsewhere:\n")
    show_record(name, columns)
    return None


def device_in_words(device):
    """What kind of processor a device is, without a name of the machine: "CPU (AMD EPYC)"."""
    import torch

    device = torch.device(device)
    if device.type == "cuda":
        return f"{torch.cuda.get_device_name(device)} (CUDA)"
    if device.type == "mps":
        return f"GPU of an Apple {platform.processor()} (MPS)"
    return f"CPU ({_processor()})"


# ---- Parts ---------------------------------------------------------------------------------------


def _processor():
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.lower().startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:  # not a Linux
        pass
    return platform.processor() or platform.machine()


def _rows(record):
    result = record["result"]
    rows = result.get("rows") if isinstance(result, dict) else None
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) and row for row in rows):
        raise ValueError(
            f'result must be a dictionary with "rows", a list of dictionaries; got {shown(result)}.'
        )
    for row in rows:
        if list(row) != list(rows[0]):
            raise ValueError(f"all rows must have the keys {list(rows[0])}; got {list(row)}.")
    return rows


def _plain(value):
    """What json does not know: numpy's and torch's numbers and arrays."""
    torch = sys.modules.get("torch")  # without it there are no tensors
    if isinstance(value, (np.ndarray, np.generic, *([torch.Tensor] if torch else []))):
        return value.tolist()
    raise TypeError(f"a record holds numbers, words, lists and dictionaries; got {shown(value)}.")


def _texts(value):
    if isinstance(value, dict):
        yield from (text for pair in value.items() for each in pair for text in _texts(each))
    elif isinstance(value, list):
        yield from (text for each in value for text in _texts(each))
    elif isinstance(value, str):
        yield value


def _laid_out(value, indent=""):
    """JSON for reading: what fits on a line stays on one."""
    flat = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, (dict, list)) or len(indent + flat) <= 140:
        return flat
    inner = indent + "  "
    if isinstance(value, dict):
        lines = [
            f"{json.dumps(key, ensure_ascii=False)}: {_laid_out(each, inner)}" for key, each in value.items()
        ]
        return "{\n" + ",\n".join(inner + line for line in lines) + f"\n{indent}}}"
    return "[\n" + ",\n".join(inner + _laid_out(each, inner) for each in value) + f"\n{indent}]"


def _cell(value):
    return f"{value:.4g}" if isinstance(value, float) else str(value)
