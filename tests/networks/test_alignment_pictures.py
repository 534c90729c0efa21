"""Arrays for the explorer: a film of networks that learn, and a map shifted by hand."""

import numpy as np
import pytest
import torch

from course_utils.networks import alignment_pictures as pictures
from course_utils.networks import alignment_study as study
from course_utils.networks.segmentation import Budget, predicted_labels

TINY = Budget(train=8, test=4, size=32, steps=2, batch=4, width=8)


def test_a_film_holds_plain_arrays_and_changes_no_training():
    results = study.compare(range(2), budget=TINY)
    film = pictures.new_film(TINY, scenes=2, steps=(0, 1, 2))
    filmed = study.compare(range(2), budget=TINY, film=film)
    assert [each.scores for each in filmed] == [each.scores for each in results]
    assert film.images.shape == (2, 32, 32, 3) and film.labels.shape == (2, 32, 32)
    assert all(film.predictions[name].shape == (3, 2, 32, 32) for name in study.TABLE)
    assert film.flows["bilinear"] == {8: {}, 4: {}}
    assert film.flows["flow"][4]["coarse"].shape == (3, 2, 8, 8, 2)
    assert film.flows["two-branch"][8]["fine"].shape == (3, 2, 4, 4, 2)
    assert not film.flows["two-branch"][4]["coarse"][0].any() and film.flows["flow"][4]["coarse"][0].any()
    assert np.array_equal(film.predictions["nearest"][-1], predicted_labels(filmed[0].model, film._images))


def test_a_film_has_a_first_and_a_last_picture():
    assert pictures.new_film(TINY).steps == (0, 1, 2)
    assert pictures.new_film(TINY._replace(steps=100)).steps == (0, 4, 10, 20, 40, 70, 100)


IMAGE = np.random.default_rng(0).random((64, 96, 3))


@pytest.mark.parametrize("name", study.TABLE)
def test_without_a_shift_it_is_the_network_itself(name):
    model = study.network(name, 0, TINY)
    images = torch.tensor(IMAGE, dtype=torch.float32).movedim(-1, 0)[None]
    shown = pictures.shift_by_hand(model, IMAGE, (0, 0))
    assert np.array_equal(shown["labels"], predicted_labels(model, images)[0])
    assert shown["flow"].shape == (16, 24, 2) and shown["fused"].shape == (8, 16, 24)
    assert np.abs(shown["fine"] + shown["coarse"] - shown["fused"]).max() < 1e-5
    assert model.training


@pytest.mark.parametrize("stride", [4, 8])
def test_a_shift_moves_the_coarse_map_right_and_down_and_nothing_else(stride):
    model = study.network("bilinear", 0, TINY)
    still, moved = (
        pictures.shift_by_hand(model, IMAGE, shift, stride) for shift in ((0, 0), (2 * stride, 0))
    )
    assert np.array_equal(still["fine"], moved["fine"])
    assert np.abs(moved["coarse"][..., 3:-1] - still["coarse"][..., 1:-3]).max() < 1e-5
    moved = pictures.shift_by_hand(model, IMAGE, (0, 2 * stride), stride)
    assert np.abs(moved["coarse"][:, 3:-1] - still["coarse"][:, 1:-3]).max() < 1e-5


def test_the_flow_shown_is_the_one_that_was_read_along():
    model = study.network("flow", 0, TINY)
    shown = pictures.shift_by_hand(model, IMAGE, (3, -1))
    coarse_before = pictures.shift_by_hand(study.network("bilinear", 0, TINY), IMAGE, (3, -1))
    assert np.abs(shown["flow"]).max() > 0 and not coarse_before["flow"].any()
    model.fusions[0] = study.network("known shift", 0, TINY).fusions[0]
    assert (pictures.shift_by_hand(model, IMAGE, (0, 0))["flow"] == 2.0).all()


def test_a_stride_without_a_fusion_is_refused():
    with pytest.raises(ValueError, match="stride must be one at which the model fuses; got 2"):
        pictures.shift_by_hand(study.network("flow", 0, TINY), IMAGE, (0, 0), stride=2)
