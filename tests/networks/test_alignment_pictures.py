"""Arrays for the explorer: a film of networks that learn, and a map shifted by hand."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from course_utils.networks import alignment_pictures as pictures
from course_utils.networks import alignment_study as study
from course_utils.networks.segmentation import Budget, Data, predicted_labels
from course_utils.scenes import class_shares

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


# ---- what can be read off two maps ---------------------------------------------------------------------------


class Mixed(torch.nn.Module):
    """As a Segmenter: maps of which each channel is a mixture of the true class shares, by two known matrices.

    An image holds its labels in its first channel.
    """

    def __init__(self, noise=0.0):
        super().__init__()
        self.mixtures, self.noise = np.random.default_rng(0).normal(size=(2, 7, 5)), noise

    def steps(self, images):
        assert not self.training
        maps = []
        for stride, mixture in zip((4, 8), self.mixtures, strict=True):
            shares = np.stack([class_shares(each[0].round().int().numpy(), stride) for each in images])
            features = np.einsum("kc,nchw->nkhw", mixture, shares) + 0.5
            random = np.random.default_rng(features.size)
            maps.append(torch.tensor(features + self.noise * random.normal(size=features.shape)))
        return [None, SimpleNamespace(stride=4, fine=maps[0], coarse=maps[1])]


def painted(count, seed, side=1):
    """Scenes of squares, each of a class drawn at random."""
    drawn = np.random.default_rng(seed).integers(0, 5, (count, 16 // side, 24 // side))
    labels = torch.tensor(drawn.repeat(side, 1).repeat(side, 2))
    return Data(labels[:, None].repeat(1, 3, 1, 1).float(), labels)


def test_shares_that_a_linear_formula_has_mixed_are_read_off_again():
    known, other = painted(12, 1), painted(3, 2)
    read = pictures.shares_read_off(Mixed(), known, other.images)
    for which, stride in (("fine", 4), ("coarse", 8)):
        expected = np.stack([class_shares(each, stride) for each in other.labels.numpy()])
        np.testing.assert_allclose(read[which], expected, atol=1e-9)


def test_what_is_read_off_is_shares():
    read = pictures.shares_read_off(Mixed(noise=0.5), painted(12, 1, 8), painted(3, 2, 8).images)
    for shares in read.values():
        assert shares.min() == 0  # least squares alone would go below
        np.testing.assert_allclose(shares.sum(axis=1), 1)
