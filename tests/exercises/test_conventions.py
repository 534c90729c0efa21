"""Every exercise and prediction of lesson 05 does what it says; the answers have the libraries as witnesses."""

import cv2
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from PIL import Image

from course_utils import images
from course_utils.conventions import walk
from course_utils.exercises import conventions
from course_utils.exercises.conventions import classifier
from course_utils.exercises.conventions.repair import export, resize_as_trained
from course_utils.exercises.conventions.write import from_a_factor, identify
from course_utils.exercises.engine import Exercise, Outcome, Prediction
from course_utils.explorers.conventions import LIBRARIES
from course_utils.figures.conventions import comparison
from course_utils.recipes import onnx_resize, recipe, resize_by

EXERCISES = [item for item in vars(conventions).values() if isinstance(item, Exercise)]
PREDICTIONS = [item for item in vars(conventions).values() if isinstance(item, Prediction)]


def test_the_lesson_has_what_it_promises():
    names = {"identify", "export", "from_a_factor", "nearest_mode", "ported"}
    assert {exercise.key for exercise in EXERCISES} == {f"conventions.{name}" for name in names}
    assert len(PREDICTIONS) == 7


def test_the_answers_of_the_predictions():
    assert conventions.SAME_NAME.computed() == "more than 10"
    assert conventions.WHO_MADE_IT.computed() == "torch bilinear, align_corners"
    assert conventions.ENLARGED.computed() < 1e-12
    np.testing.assert_array_equal(conventions.TWELVE_OR_THIRTEEN.computed(), [12, 12])
    assert conventions.AT_THE_BORDER.computed() == "at both ends only"
    assert conventions.A_CLASSIFIER.computed() == "about 45"
    assert conventions.FIVE_DIFFERENCES.computed() == "B"


def test_the_five_pictures_can_be_told_apart():
    """All discs of A have moved alike, C grows toward the lower right, B is a frame, E is below one gray level."""
    pictures = conventions.five_differences()
    corners = {
        letter: [np.abs(apart[part, part]).mean() for part in (slice(20), slice(-20, None))]
        for letter, apart in pictures.items()
    }
    assert 0.9 < corners["A"][1] / corners["A"][0] < 1.1
    assert corners["C"][1] > 4 * corners["C"][0]
    assert np.abs(pictures["B"][1:-1, 1:-1]).max() < 1e-6 < np.abs(pictures["B"]).max()
    assert np.abs(pictures["E"]).max() < 1 < np.abs(pictures["D"]).max()


def test_what_the_libraries_themselves_say():
    ramp = torch.arange(10.0, dtype=torch.float64)[None, None]
    by_factor = F.interpolate(ramp, scale_factor=1.55, mode="linear")[0, 0].numpy()
    np.testing.assert_allclose(by_factor, from_a_factor(10, 1.55).clip(0, 9), atol=1e-12)
    assert len(by_factor) == 15
    assert cv2.resize(np.zeros((1, 10)), None, fx=1.55, fy=1).shape == (1, 16)
    assert F.interpolate(ramp, scale_factor=1.25, mode="linear").shape == (1, 1, 12)
    assert cv2.resize(np.zeros((1, 10)), None, fx=1.25, fy=1).shape == (1, 12)
    photo = images.picture("astronaut")
    pillow = np.asarray(Image.fromarray(photo).resize((128, 128), Image.Resampling.BILINEAR)).astype(int)
    apart = np.abs(pillow - cv2.resize(photo, (128, 128)))
    assert apart.max() == 84 and round(apart.mean(), 2) == 5.09


@pytest.mark.parametrize("antialias", [False, True])
@pytest.mark.parametrize("mode", ["linear", "cubic"])
@pytest.mark.parametrize("sizes", [(8, 3), (4, 7), (31, 7), (3, 1), (6, 6)])
def test_the_export_is_what_torch_makes(sizes, mode, antialias):
    samples = np.random.default_rng(0).normal(size=sizes[0])
    batch = torch.as_tensor(samples)[None, None, None].repeat(1, 1, 3, 1)
    theirs = F.interpolate(batch, (3, sizes[1]), mode=f"bi{mode}", antialias=antialias)[0, 0, 1].numpy()
    np.testing.assert_allclose(export(samples, sizes[1], mode, antialias), theirs, atol=1e-12)


def test_the_repaired_port_is_tensorflow_1():
    samples = np.random.default_rng(1).normal(size=9)
    for size in (1, 2, 4, 9, 20):
        theirs = resize_by(recipe("tensorflow 1", "bilinear"), samples, (size,))
        np.testing.assert_allclose(resize_as_trained(samples, size), theirs, atol=1e-12)


def test_every_candidate_is_told_apart_somewhere():
    for name, made in conventions.CANDIDATES.items():
        prints = [resize_by(made, signal, (3,)) for signal in (np.arange(8.0), np.eye(8)[4])]
        assert identify(8, *prints) == name


def test_two_candidates_make_the_same_of_a_ramp_from_8_to_2():
    ramps = {name: resize_by(made, np.arange(8.0), (2,)) for name, made in conventions.CANDIDATES.items()}
    same = [name for name, ramp in ramps.items() if np.allclose(ramp, [1.5, 5.5])]
    assert same == ["torch bilinear", "OpenCV AREA"]


@pytest.mark.thorough(only=True)  # trains for seconds
def test_the_classifier_says_what_the_lesson_says():
    """A mismatch costs a classifier that reads fine bands; one on pixels hardly notices, and is poor."""
    mean = {pair: 100 * np.mean(right) for pair, right in classifier.scores(classifier.band_powers).items()}
    pillow, opencv = classifier.SHRINK
    told = {(pillow, pillow): 74, (opencv, opencv): 71, (pillow, opencv): 44, (opencv, pillow): 55}
    assert {pair: round(value) for pair, value in mean.items()} == told
    on_pixels = [100 * np.mean(right) for right in classifier.scores(classifier.pixels).values()]
    assert max(on_pixels) - min(on_pixels) < 4 and max(on_pixels) < 40


def test_opencvs_fine_bands_are_stronger_for_two_reasons():
    """In the crops of every photo; a grating that aliases is added, and one that does not is weakened less."""
    cut, labels = classifier.crops(0)
    pillow, opencv = (classifier.band_powers(classifier.shrunk(cut, how)) for how in classifier.SHRINK)
    fine = slice(classifier.BANDS // 2, None)
    for photo in np.unique(labels):
        assert ((opencv - pillow)[labels == photo].mean(0)[fine] > 0).all()

    def left(how, cycles):
        """The amplitude of a grating with so many cycles per old pixel, four times smaller."""
        phase = 2 * np.pi * cycles * np.arange(512)
        waves = (resize_by(classifier.SHRINK[how], wave, (128,)) for wave in (np.cos(phase), np.sin(phase)))
        return np.hypot(*waves)[32]

    pillow, opencv = (
        np.array([left(how, cycles) for cycles in (3 / 32, 5 / 32)]) for how in classifier.SHRINK
    )
    np.testing.assert_allclose(
        opencv, np.cos(np.pi * np.array([3 / 32, 5 / 32])), atol=1e-9
    )  # two middle taps
    assert (opencv > 1.5 * pillow).all()  # true detail, and detail beyond 1/8, which comes back as false


def test_what_the_lab_shows_for_the_three_things_to_try():
    def left(a, b, *picture):
        return [round(value, 3) for value in comparison(LIBRARIES[a], LIBRARIES[b], *picture).left]

    assert left("torch bilinear", "OpenCV LINEAR", "photo", 8, 24) == [1, 0]
    assert left("torch bilinear", "Pillow BILINEAR", "photo", 8, 24) == [92, 10, 0, 0]
    *_, border = walk(LIBRARIES["torch bicubic"], LIBRARIES["Pillow BICUBIC"], np.arange(8.0), (3,))
    assert border.field == "border" and round(border.alone, 3) == 0.140
    assert left("torch bicubic", "Pillow BICUBIC", "ramp", 8, 3)[0] == 0.127


@pytest.mark.parametrize(
    ("fits", "words"),
    [
        (lambda made, given: np.allclose(made[0][[0, -1]], given[0][[0, -1]]) and np.allclose(made[1], given[1]), ""),
        (lambda made, given: np.allclose(made[0], given[0]) and np.isclose(made[1].max(), given[1].max()), ""),
        (np.array_equal, "np.allclose"),
        (lambda made, given: (made[0] == given[0]).all() and (made[1] == given[1]).all(), "np.allclose"),
    ],
)  # fmt: skip
def test_a_name_by_less_than_ramp_and_impulse_is_not_right(fits, words):
    def answer(in_size, ramp, impulse):
        signals = np.arange(float(in_size)), np.eye(in_size)[in_size // 2]
        for name, made in conventions.CANDIDATES.items():
            if fits([resize_by(made, signal, (len(ramp),)) for signal in signals], [ramp, impulse]):
                return name
        return "unknown"

    report = conventions.IDENTIFY.judge(answer)
    assert report.outcome is Outcome.NOT_QUITE and words in report.sentence


@pytest.mark.parametrize(
    ("mode", "rounding"),
    [
        ("ceil", lambda x: np.floor(x + 0.75)),
        ("ceil", lambda x: np.floor(x + 0.9)),
        ("ceil", lambda x: np.round(x + 0.3)),
        ("floor", lambda x: np.round(x - 0.4)),
        ("round_prefer_floor", lambda x: np.round(x - 0.1)),
        ("round_prefer_ceil", lambda x: np.round(x + 0.1)),
    ],
)
def test_a_rounding_that_is_right_for_quarters_only_is_not_right(mode, rounding):
    def answer(x, asked):
        return rounding(x) if asked == mode else conventions.NEAREST_MODE.reference(x, asked)

    assert conventions.NEAREST_MODE.judge(answer).outcome is Outcome.NOT_QUITE


def test_halves_toward_zero_are_not_called_another_mistake():
    def answer(x, mode):
        down = np.sign(x) * np.ceil(np.abs(x) - 0.5)
        return down if mode == "round_prefer_floor" else conventions.NEAREST_MODE.reference(x, mode)

    assert "toward zero" in conventions.NEAREST_MODE.judge(answer).sentence


@pytest.mark.parametrize(
    ("exercise", "wrong", "words"),
    [
        (conventions.EXPORT, lambda s, n, m, a: np.full(n, s.mean()), ""),
        (
            conventions.EXPORT,
            lambda s, n, m, a: onnx_resize(
                s, {"mode": m, "antialias": int(a), "exclude_outside": int(a)}, sizes=[n]
            ),
            "another a with antialias",
        ),
        (conventions.FROM_A_FACTOR, lambda n, f: np.arange(int(n * f)) / f, "two halves"),
        (conventions.PORTED, lambda s, m: np.asarray(s)[np.arange(m) * len(s) // m], "copy one sample"),
    ],
)
def test_wrong_answers_are_told_why(exercise, wrong, words):
    report = exercise.judge(wrong)
    assert report.outcome is Outcome.NOT_QUITE and words in report.sentence
