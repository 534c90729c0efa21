"""Trainings kept for a class: shown as they were, and only where they are the same training."""

import numpy as np
import pytest
import torch

from course_utils.networks import (
    alignment_study,
    checkerboard,
    colors,
    fcn,
    kept,
    shootout,
    superresolution,
)
from course_utils.networks.alignment_pictures import new_film
from course_utils.networks.segmentation import LESSON
from tools import THOROUGH

SHORT = LESSON._replace(steps=2)
TRAININGS = {
    "08, starts": lambda: fcn.learning_curves([0], ["bilinear"], at=(1, 2)),
    "08, networks": lambda: fcn.compare([0], budget=SHORT),
    "09": lambda: checkerboard.compare(("sub-pixel, ICNR",), (0,), (0, 2)),
    "10": lambda: superresolution.compare(("sub-pixel",), (0,), steps=2, device="cpu"),
    "13": lambda: colors.compare(("bilinear", "DySample"), steps=2),
    "14": lambda: shootout.compare(["labels"], ["nearest"]),
    "12": lambda: alignment_study.compare([0], alignment_study.TABLE[:2], SHORT),
}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv(kept.FOLDER, str(tmp_path / "trainings"))
    monkeypatch.setenv(kept.RECORD, "1")
    return tmp_path / "trainings"


@pytest.fixture
def counted(folder):
    """A training that only counts how often it ran."""
    runs = []

    @kept.kept
    def train(seeds=(0,), budget=None, progress=None, film=None, make=None):
        runs.append(tuple(seeds))
        return [float(seed) for seed in seeds]

    train.runs = runs
    return train


def same(left, right):
    """Do two results hold the same numbers and weights?"""
    if isinstance(left, torch.nn.Module):
        weights = zip(left.state_dict().values(), right.state_dict().values(), strict=True)
        return type(left) is type(right) and all(torch.equal(a, b) for a, b in weights)
    if isinstance(left, (list, tuple)):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    return np.array_equal(left, right) if isinstance(left, np.ndarray) else left == right


@pytest.mark.thorough
@pytest.mark.parametrize("lesson", TRAININGS if THOROUGH else ["09", "10"])
def test_what_a_lesson_trains_comes_back_as_it_was(lesson, folder, monkeypatch, capsys):
    learned = TRAININGS[lesson]()
    assert len(list(folder.iterdir())) == 1
    monkeypatch.delenv(kept.RECORD)
    monkeypatch.setattr(torch.Tensor, "backward", lambda *_: pytest.fail("it trains again"))
    again = TRAININGS[lesson]()
    assert same(again, learned) and "Recorded: these networks learned on" in capsys.readouterr().out


def test_the_film_of_a_training_comes_back_with_it(folder):
    films = [new_film(SHORT, scenes=1, steps=(0, 2)) for _ in range(2)]
    for film in films:
        alignment_study.compare([0], alignment_study.TABLE[:1], SHORT, film=film)
    assert len(list(folder.iterdir())) == 1
    assert same(films[1].predictions, films[0].predictions) and same(films[1].flows, films[0].flows)
    assert films[0].predictions


def test_without_the_variable_everything_is_trained(counted, monkeypatch):
    monkeypatch.delenv(kept.FOLDER)
    counted()
    counted()
    assert len(counted.runs) == 2


def test_a_learners_kernel_writes_nothing(counted, folder, monkeypatch):
    monkeypatch.delenv(kept.RECORD)
    counted()
    assert not folder.exists()


def test_only_the_same_training_is_shown(counted, monkeypatch):
    counted([0, 1])
    counted(seeds=range(2), progress="another title")
    assert len(counted.runs) == 1  # however it is typed
    counted([0, 2])
    counted([0, 1], budget=LESSON)
    assert len(counted.runs) == 3
    monkeypatch.setattr(kept, "_version", lambda: "other code")
    counted([0, 1])
    assert len(counted.runs) == 4


def test_what_a_learner_made_is_trained(counted):
    for _ in range(2):
        counted(make=lambda: None)
    assert len(counted.runs) == 2


def test_a_damaged_file_is_no_obstacle(counted, folder):
    counted()
    next(folder.iterdir()).write_bytes(b"no pickle")
    assert counted() == [0.0] and len(counted.runs) == 2
