"""The recorded film: the scenes of the lesson, and rows that follow from the arrays beside them."""

import numpy as np
import pytest

from course_utils import films
from course_utils.networks import alignment_pictures as pictures
from course_utils.networks.records import read_record
from course_utils.networks.segmentation import LESSON, unseen_scenes
from data import alignment_table

FILM = films.recorded_film()
RESULT = read_record("alignment_film")["result"]
FLOW = FILM.flows["flow"][4]["coarse"][-1]


def test_its_scenes_are_those_that_lesson_12_shows_of_its_own_training():
    own = pictures.new_film(scenes=alignment_table.FILM_SCENES)
    assert np.array_equal(FILM.images, own.images) and np.array_equal(FILM.labels, own.labels)
    assert FILM.steps == own.steps[-1:] == (LESSON.steps,) and RESULT["budget"] == LESSON._asdict()
    few = unseen_scenes(LESSON._replace(test=alignment_table.FILM_SCENES))
    assert np.array_equal(FILM.labels, few.labels.numpy())


def test_its_arrays_have_the_shapes_of_a_film():
    count = len(FILM.images)
    assert FILM.predictions["flow"].shape == (1, count, 64, 64) and FILM.predictions["flow"].dtype == np.uint8
    assert FLOW.shape == (count, 16, 16, 2)
    for which, side in (("fine", 16), ("coarse", 8)):
        shares = FILM.shares["flow"][4][which]
        assert shares.shape == (count, 5, side, side) and shares.min() >= 0
        np.testing.assert_allclose(shares.sum(axis=1), 1, atol=3e-3)  # five numbers of three digits


def test_its_rows_follow_from_its_arrays():
    rows = alignment_table.film_rows(FILM.labels, FILM.predictions["flow"][-1], FLOW, 4)
    assert rows == RESULT["rows"]


def test_where_arrows_end_counted_one_by_one():
    for labels, flow, row in zip(FILM.labels, FLOW, RESULT["rows"], strict=True):
        stayed = []
        for y, x in np.ndindex(16, 16):
            foot = np.array([4 * x + 1.5, 4 * y + 1.5])
            (column, line), tip = (
                np.floor(foot + 0.5).astype(int),
                np.floor(foot + flow[y, x] + 0.5).astype(int),
            )
            around = labels[max(line - 4, 0) : line + 5, max(column - 4, 0) : column + 5]
            if around.min() != around.max():
                there = labels[min(max(tip[1], 0), 63), min(max(tip[0], 0), 63)]
                stayed.append(there == labels[line, column])
        assert row["learned"] == pytest.approx(100 * np.mean(stayed), abs=0.05)


def test_the_opening_of_lesson_12_shows_a_riddle():
    """In one scene the learned arrows are ahead of another scene's and of themselves turned, in another behind."""
    ahead = [row["learned"] > max(row["another scene"], row["turned"]) for row in RESULT["rows"]]
    assert any(ahead) and not all(ahead)


def test_it_is_small():
    assert films.RECORD.stat().st_size < 200_000
