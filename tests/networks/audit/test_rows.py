"""Several maps in one row of tokens: every token came from where its map says, and the gradient agrees."""

from functools import partial

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from course_utils.networks.audit import audit
from course_utils.networks.audit.witness import confirm_all
from tests.networks.audit.test_shapes import coordinates, followed, holds
from tests.networks.audit.zoo import PLANTED, Attention, Deformable, Exchange, TokenPyramid, halving, image

HEIGHT, WIDTH = 12, 20


@st.composite
def windows(draw):
    """Slices of a picture, each along both axes: what becomes a map of the row."""

    def along(size):
        first, step = draw(st.integers(0, size - 1)), draw(st.integers(1, 4))
        return slice(first, draw(st.integers(first + 1, size)), step)

    return [(along(HEIGHT), along(WIDTH)) for _ in range(draw(st.integers(2, 4)))]


@st.composite
def works(draw):
    """What is done to the row (N, tokens, C) as a whole, one after the other."""
    kinds = ["twice transposed", "heads", "class token", "padded", "parts", "batch", "attended"]
    return draw(st.lists(st.sampled_from(kinds), max_size=4))


def worked(row, kind, sizes):
    """One of ``works``, and back; no token is another's afterwards."""
    length = sum(sizes)
    if kind == "twice transposed":
        return row.transpose(1, 2).contiguous().mT
    if kind == "heads":
        n, _, c = row.shape
        return row.reshape(n, length, c, 1).permute(0, 2, 1, 3).squeeze(-1).movedim(1, 2)
    if kind == "class token":
        return torch.cat([torch.zeros(1, 1, row.shape[2], dtype=row.dtype), row], 1)[:, 1:]
    if kind == "padded":
        return F.pad(row, (0, 0, 2, 1)).narrow(1, 2, length)
    if kind == "parts":
        return torch.cat([*row.split([sizes[0], length - sizes[0]], 1)], 1)
    if kind == "batch":
        return row.unsqueeze(0).flatten(0, 1)
    eye = torch.eye(length, dtype=row.dtype)  # every query looks at itself
    return F.scaled_dot_product_attention(1e4 * eye[None] + 0 * row[..., :1], eye[None], row)


@settings(max_examples=150)
@given(windows(), works(), st.booleans(), st.data())
def test_every_token_came_from_where_its_map_says(slices, done, at_once, data):
    shapes = [torch.empty(HEIGHT, WIDTH)[each].shape for each in slices]
    sizes = [h * w for h, w in shapes]
    which = data.draw(st.integers(0, len(sizes) - 1))
    first = sum(sizes[:which])

    def run(x):
        row = torch.cat([x[(..., *each)].flatten(2).mT for each in slices], 1)
        for kind in done:
            row = worked(row, kind, sizes)
        part = row.split(sizes, 1)[which] if at_once else row[:, first:][:, : sizes[which]]
        return part.mT.reshape(1, 2, *shapes[which])

    track, out = followed(run, coordinates(HEIGHT, WIDTH))
    assert not track.lost, (track.lost, done)
    assert track.axes == {axis for axis, size in enumerate(shapes[which]) if size > 1}
    assert not track.axes or holds(track, out), (slices, done, track)  # one pixel has no place


class Rows(nn.Module):
    """Halvings, tokens of all maps in one row, an encoder, parted, added from the top or laid side by side."""

    def __init__(self, downs, encoder, backwards, merge, mode):
        super().__init__()
        self.downs = nn.ModuleList(nn.Conv2d(2, 2, k, 2, p) for k, p in downs)
        self.encoder, self.backwards, self.merge, self.mode = encoder, backwards, merge, mode

    def forward(self, x):
        maps, x = [], x.expand(-1, 2, -1, -1)
        for down in self.downs:
            x = down(x).relu()
            maps.append(x)
        maps = maps[::-1] if self.backwards else maps
        sizes = [tuple(each.shape[2:]) for each in maps]
        row = self.encoder(torch.cat([each.flatten(2).mT for each in maps], 1), sizes)
        parts = row.split([h * w for h, w in sizes], 1)
        maps = [part.mT.unflatten(2, size) for part, size in zip(parts, sizes, strict=True)]
        maps = maps if self.backwards else maps[::-1]
        coarse = maps[0]
        for fine in maps[1:]:
            coarse = F.interpolate(coarse, fine.shape[2:], mode=self.mode)
            coarse = (
                fine + coarse if self.merge == "add" else torch.cat([coarse, fine], 1).mean(1, keepdim=True)
            )
        return coarse


class Twice(nn.Module):
    """Two layers after one another."""

    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([Attention(class_token=True), Deformable()])

    def forward(self, x, sizes):
        for layer in self.layers:
            x = layer(x, sizes[:3])
        return x


EVEN = [(2, 0), (3, 1), (4, 1), (5, 2), (1, 0)]


@st.composite
def networks(draw):
    """Three halvings of an even picture, so that every size is known beforehand."""
    downs = draw(st.lists(st.sampled_from(EVEN), min_size=3, max_size=3))
    encoder = draw(st.sampled_from([Attention, partial(Attention, False, True), Deformable, Twice]))()
    return Rows(
        downs,
        encoder,
        draw(st.booleans()),
        draw(st.sampled_from(["add", "cat"])),
        draw(st.sampled_from(["nearest", "bilinear"])),
    )


@settings(max_examples=20)
@given(networks())
def test_parted_maps_sit_where_the_gradient_says(model):
    x = image(64, 64)
    report = audit(model, x)
    assert report.surprises == () and report.complete, report
    odd = {kernel.kernel_size[0] % 2 for kernel in model.downs[1:]}
    assert bool(report.findings) == (odd != {0}) or (1, 0) in [
        (d.kernel_size[0], d.padding[0]) for d in model.downs
    ]
    for number, measured in confirm_all(model, x, report=report, taps="middle").items():
        assert any(each.agrees for each in measured), (number, measured, report)
        assert all(each.cut or each.agrees for each in measured), (number, measured, report)


@pytest.mark.parametrize("name", [name for name in PLANTED if "three maps" in name or "rows of maps" in name])
def test_planted_gaps_between_parted_maps_are_confirmed(name):
    model, x, *_ = PLANTED[name]
    report = audit(model, x)
    measured = [
        each for several in confirm_all(model, x, report=report, taps="middle").values() for each in several
    ]
    assert sum(each.agrees for each in measured) >= 4, measured
    assert all(each.cut or each.agrees for each in measured), measured


def test_rows_on_other_places_are_merged_map_by_map():
    """On paper: k halvings by 3 x 3 with padding 1 begin at 0, k pools by 2 in the middle of 2^k pixels."""
    report = audit(Exchange(halving(3, 1), "add"), image(32, 48))
    firsts = [{gap.first for gap in merge.gaps} for merge in report.merges]
    assert firsts == [{-0.5}, {-1.5}, {-3.5}]
    assert [merge.maps[0] for merge in report.merges] == [f"convolutions.{i}" for i in range(3)]


def test_maps_of_a_row_stand_in_the_ledger_by_their_numbers():
    report = audit(TokenPyramid(halving(2, 0), Attention(), nearest), image(32, 48))
    places = {named.name: named.sources[0].places for named in report.ledger}
    assert places["encoder, map 1"] == ((0.5, 2), (0.5, 2)) and places["encoder, map 3"][0] == (3.5, 8)


def nearest(coarse, size):
    return F.interpolate(coarse, size)


A, B = (slice(None), slice(None, 384)), (slice(None), slice(384, None))


@pytest.mark.parametrize(
    "function",
    [
        lambda row: row[:, 1:385],  # begins in one map and ends in the next
        lambda row: row[:, ::2],
        lambda row: row.flip(1)[:, :96],
        lambda row: row.roll(1, 1),
        lambda row: F.conv1d(row.mT, torch.ones(1, 1, 3), padding=1).mT,  # mixes the end of one with the next
        lambda row: row[:, torch.arange(480)],
        lambda row: row + torch.cat([row[B], row[A]], 1),  # in another order
    ],
)
def test_what_cuts_through_the_maps_of_a_row_is_lost_and_is_no_finding(function):
    def run(x):
        parts = [x[..., ::2, ::2], x[..., ::4, ::4]]
        return function(torch.cat([each.flatten(2).mT for each in parts], 1))

    track, _ = followed(run, image(32, 48))
    assert track.lost, track
    report = audit(run, image(32, 48))
    assert all(finding.kind != "samples in another order" for finding in report.findings), report
    assert report.surprises == ()


def test_one_map_beside_a_row_of_maps_is_not_compared():
    def run(x):
        row = torch.cat([x[..., :16].flatten(2), x[..., 16:].flatten(2)], 2)
        return row + x.flatten(2)

    report = audit(run, image(16, 32))
    assert (report.compared, len(report.merges)) == (0, 1) and report.findings == ()
    assert "a row of several maps was merged with something else" in report.text
