"""``python -m course_utils audit``: what is typed, what is printed, what is refused."""

import json
import re
from pathlib import Path

import pytest

from course_utils.networks.audit.command import main

NETWORK = """
import torch
from torch import nn

class Net(nn.Module):
    def __init__(self, kernel=3, mode="bilinear"):
        super().__init__()
        self.down = nn.Conv2d(1, 1, kernel, 2, (kernel - 1) // 2)
        self.mode = mode
    def forward(self, x):
        return x + nn.functional.interpolate(self.down(x), size=x.shape[2:], mode=self.mode)

made = Net(4)
def function(x):
    return x + x
class Broken(nn.Module):
    def forward(self, x):
        raise KeyError("weights")
number = 3
"""


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    (tmp_path / "a_network_of_mine.py").write_text(NETWORK)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)


README = Path(__file__).resolve().parents[3] / "README.md"
SHAPE = ["--input", "1,1,16,16"]


@pytest.mark.parametrize(
    "typed, words",
    [
        (["a_network_of_mine:Net", *SHAPE], "constant offset"),
        (["a_network_of_mine.py:Net", "--input", "1x1x16x16"], "constant offset"),
        (["a_network_of_mine:Net", "--with", "kernel=4", "--with", "mode=nearest", *SHAPE], "all maps fit"),
        (["a_network_of_mine:Net", "--input", "x=1,1,16,16"], "constant offset"),
        (["a_network_of_mine:made", *SHAPE], "all maps fit"),
        (["a_network_of_mine:function", "--as-is", *SHAPE], "0 of 0"),
        (["a_network_of_mine:Net", "--table", "operators", "--table", "ledger", *SHAPE], "2 o +0"),
        (["torch.nn:MaxPool2d", "--with", "kernel_size=2", *SHAPE], "1 of 1"),
    ],
)
def test_a_network_is_audited(typed, words, capsys):
    assert main(typed) == 0
    assert words in capsys.readouterr().out


def test_json_is_json(capsys):
    assert main(["a_network_of_mine:Net", "--json", *SHAPE]) == 0
    assert json.loads(capsys.readouterr().out)["coverage"]["known"] == 2


def test_the_gradient_is_asked_on_request(capsys):
    assert main(["a_network_of_mine:Net", *SHAPE, "--verify"]) == 0
    printed = capsys.readouterr().out
    assert "+0.50, +0.50 confirmed" in " ".join(printed.split()) and "all weights equal" in printed
    assert main(["a_network_of_mine:made", *SHAPE, "--verify"]) == 0
    assert "There is no offset to verify." in capsys.readouterr().out


def test_the_exit_status_can_fail_a_build(capsys):
    typed = ["a_network_of_mine:Net", *SHAPE, "--fail-on"]
    assert main([*typed, "note"]) == 1 and main([*typed, "look"]) == 0 and main([*typed, "bug"]) == 0


@pytest.mark.parametrize(
    "typed, words",
    [
        (["nothing", *SHAPE], "written as module:name"),
        (["no_such_module:Net", *SHAPE], "could not be imported"),
        (["missing.py:Net", *SHAPE], "There is no file missing.py"),
        (["a_network_of_mine:Nut", *SHAPE], "has no 'Nut'. It has Broken, Net"),
        (["a_network_of_mine:number", *SHAPE], "neither a network nor what makes one"),
        (["a_network_of_mine:function", *SHAPE], "audited with --as-is"),
        (["a_network_of_mine:Net", "--with", "kernel", *SHAPE], "NAME=VALUE"),
        (["a_network_of_mine:Net", "--input", "1,1,a"], "written as 1,3,224,224; got '1,1,a'"),
        (["a_network_of_mine:Net", "--input", "1,1,0,4"], "got '1,1,0,4'"),
        (["a_network_of_mine:Broken", *SHAPE], "The network itself raised KeyError"),
        (["a_network_of_mine:Net", "--input", "5"], "must be the image"),
    ],
)
def test_what_cannot_be_audited_is_refused_in_words(typed, words, capsys):
    assert main(typed) == 2
    assert words in " ".join(capsys.readouterr().err.split())


def test_the_command_in_the_readme_prints_what_stands_there(capsys):
    text = README.read_text(encoding="utf-8")
    (typed, printed) = re.search(
        r"^\$ python -m course_utils audit (.+)\n((?:.*\n)*?)```", text, re.MULTILINE
    ).groups()
    assert main(typed.split()) == 0
    assert capsys.readouterr().out == printed
