"""An image whose pixels hold their own coordinates tells where every sample of a reshaped tensor came from."""

import itertools
import math

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.networks.audit.layout import Part, joined, laid_over, plain, reshaped, whole
from course_utils.networks.audit.rules import apply
from course_utils.networks.audit.run import watched
from course_utils.networks.audit.watch import Watch
from course_utils.networks.audit.witness import _positions

OUTSIDE = -1.0  # what padding holds


def coordinates(*sizes, channels=2):
    """(1, channels, *sizes): every pixel holds 1000 times its index along axis 0 plus the one along axis 1."""
    value = torch.zeros(sizes, dtype=torch.float64)
    for axis, size in enumerate(sizes):
        shape = [1] * len(sizes)
        shape[axis] = -1
        value = value * 1000 + torch.arange(size, dtype=torch.float64).reshape(shape)
    return value.expand(1, channels, *sizes).clone()


def followed(function, x):
    """(track, what came out) of a function of one image."""
    watch, out, _, _ = watched(Watch(apply), function, (x,), {})
    assert watch.surprises == []
    return watch.seen[out], out


def predicted(track, out):
    """What every element should hold, by the track; the axes that are gone count as unknown (nan)."""
    rank = len(track.sources[0].places)
    total = torch.zeros(out.shape, dtype=torch.float64)
    for axis in range(rank):
        place = track.sources[0].places[axis]
        if place is None:
            return None
        index = torch.zeros((), dtype=torch.float64)
        for i, dim in enumerate(track.dims):
            shape = [1] * out.ndim
            shape[i] = -1
            index = index + _positions(dim, axis).reshape(shape)
        total = total * 1000 + place.start + place.jump * index
    return total


def holds(track, out, everywhere=True):
    """Does every element hold what the track says? Padding is left out, and what rolled over the end."""
    wanted = predicted(track, out)
    if wanted is None:
        return True
    same = (wanted - out).abs() < 1e-6
    return bool((same | (out == OUTSIDE)).all()) if everywhere else bool(same.double().mean() > 0.2)


SIZES = st.sampled_from([1, 2, 4, 6, 8, 12])


@st.composite
def steps(draw):
    """A few functions that lay a tensor out anew, drawn one after the other for the shape that is there."""
    shape = [1, 2, draw(SIZES), draw(SIZES)]
    made = []
    for _ in range(draw(st.integers(1, 6))):
        kind = draw(
            st.sampled_from(["permute", "split", "merge", "slice", "flip", "pad", "parts", "new", "select"])
        )
        dim = draw(st.integers(0, len(shape) - 1))
        n = shape[dim]
        if kind == "permute":
            order = draw(st.permutations(range(len(shape))))
            made.append(("permute", order))
            shape = [shape[i] for i in order]
        elif kind == "split" and n > 1 and len(shape) < 7:
            inner = draw(st.sampled_from([d for d in range(1, n + 1) if n % d == 0]))
            shape = [*shape[:dim], n // inner, inner, *shape[dim + 1 :]]
            made.append(("reshape", tuple(shape)))
        elif kind == "merge" and dim + 1 < len(shape):
            shape = [*shape[:dim], n * shape[dim + 1], *shape[dim + 2 :]]
            made.append(("reshape", tuple(shape)))
        elif kind == "slice":
            first, step = draw(st.integers(0, n - 1)), draw(st.integers(1, 3))
            made.append(("slice", dim, first, step))
            shape[dim] = len(range(first, n, step))
        elif kind in ("flip", "parts", "pad"):
            made.append((kind, dim, draw(st.integers(0, 2)), draw(st.integers(0, 2))))
            shape[dim] += sum(made[-1][2:]) if kind == "pad" else 0
        elif kind == "new" and len(shape) < 7:
            made.append(("new", dim))
            shape.insert(dim, 1)
        elif kind == "select" and len(shape) > 2:
            made.append(("select", dim, draw(st.integers(0, n - 1))))
            shape.pop(dim)
    return made


def taken(x, step):
    """One step, done."""
    kind, *rest = step
    if kind == "permute":
        return x.permute(*rest[0])
    if kind == "reshape":
        return x.reshape(rest[0])
    if kind == "slice":
        dim, first, every = rest
        return x[(*[slice(None)] * dim, slice(first, None, every))]
    if kind == "flip":
        return x.flip(rest[0])
    if kind == "parts":  # apart and together again
        return torch.cat(x.chunk(rest[1] + 1, rest[0]), rest[0])
    if kind == "new":
        return x.unsqueeze(rest[0])
    if kind == "select":
        return x.select(*rest)
    dim, front, back = rest
    return F.pad(x, [0, 0] * (x.ndim - 1 - dim) + [front, back], value=OUTSIDE)


@settings(max_examples=300)
@given(SIZES, SIZES, st.data())
def test_every_element_came_from_where_its_track_says(height, width, data):
    made = data.draw(steps())
    x = coordinates(height, width)

    def run(x):
        for step in made:
            x = taken(x, step) if possible(x, step) else x
        return x

    track, out = followed(run, x)
    if not track.lost and track.sources:
        assert holds(track, out), (made, track)


def possible(x, step):
    """The image's sizes are drawn apart from the steps: one that does not fit is left out."""
    try:
        taken(x, step)
    except (RuntimeError, IndexError):
        return False
    return True


def partition(x, w):
    """(N, C, H, W) to windows (N * H/w * W/w, w*w, C), as Swin does."""
    n, c, h, width = x.shape
    x = x.permute(0, 2, 3, 1).reshape(n, h // w, w, width // w, w, c)
    return x.permute(0, 1, 3, 2, 4, 5).reshape(-1, w * w, c)


def reversal(windows, w, h, width):
    """The windows as a map again."""
    x = windows.reshape(-1, h // w, width // w, w, w, windows.shape[-1])
    return x.permute(0, 1, 3, 2, 4, 5).reshape(-1, h, width, windows.shape[-1]).permute(0, 3, 1, 2)


KNOWN = {
    "windows": lambda x: partition(x, 4),
    "windows, as a map again": lambda x: reversal(partition(x, 4), 4, 8, 12),
    "tokens": lambda x: x.flatten(2).transpose(1, 2),
    "tokens after a class token": lambda x: torch.cat([torch.zeros(1, 1, 2), x.flatten(2).mT.float()], 1)[
        :, 1:
    ].double(),
    "tokens padded": lambda x: F.pad(x.flatten(2), (1, 2), value=OUTSIDE),
    "rows of tokens": lambda x: x.flatten(2)[..., 12:36],
    "laid into a canvas": lambda x: canvas(x),
    "cut in the middle": lambda x: x[..., 2:-1, 3:],
    "narrowed": lambda x: x.narrow(2, 2, 4).narrow(-1, 1, 5),
    "unfolded": lambda x: x.unfold(2, 2, 2)[..., 0],
    "every second by reshape, then a mean": lambda x: F.avg_pool2d(
        x.reshape(1, 2, 4, 2, 6, 2)[:, :, :, 0, :, 1], 2
    ),
    "channels last": lambda x: x.movedim(1, -1),
    "mirrored": lambda x: x.flip((2, 3)),
    "stacked": lambda x: torch.stack([x, x], 1),
    "split and joined": lambda x: torch.cat([x[..., :5], x[..., 5:]], -1),
    "swapped": lambda x: x.swapaxes(2, 3),
    "one row": lambda x: x[:, :, 3:4].squeeze(2),
}


def canvas(x):
    full = torch.full((1, 2, 12, 20), OUTSIDE, dtype=x.dtype)
    full[:, :, 3:11, 5:17] = x
    return full


@pytest.mark.parametrize("name", KNOWN)
def test_what_networks_do_is_followed_to_the_element(name):
    track, out = followed(KNOWN[name], coordinates(8, 12))
    assert not track.lost and track.axes, track
    assert name in ("unfolded", "one row") or holds(track, out)


@pytest.mark.parametrize("shift", [3, -3, 2])
def test_rolled_samples_are_followed_but_for_those_that_go_over_the_end(shift):
    def by_hand(x):
        return torch.cat([x[..., shift:], x[..., :shift]], -1)

    for roll in (lambda x: torch.roll(x, -shift, 3), by_hand):
        track, out = followed(roll, coordinates(8, 12))
        same = (predicted(track, out) - out).abs() < 1e-6
        assert same[0, 0, 0].sum() == 12 - abs(shift)


@pytest.mark.parametrize(
    "function",
    [
        lambda x: x.sort(-1)[0], lambda x: x[..., torch.tensor([0, 2, 4])], lambda x: torch.fft.fft2(x).real,
        lambda x: x.cumsum(-1), lambda x: x.gather(-1, torch.zeros(1, 2, 8, 3, dtype=torch.long)),
        lambda x: x.reshape(1, 2, 6, 16), lambda x: torch.cat([x, x[..., ::2]], -1),
        lambda x: F.linear(x, torch.ones(3, 12, dtype=x.dtype)), lambda x: x @ torch.ones(12, 5, dtype=x.dtype),
        lambda x: x.repeat(1, 1, 2, 1), lambda x: torch.roll(x, 2),
    ],
)  # fmt: skip
def test_what_cannot_be_followed_is_lost_and_says_why(function):
    track, _ = followed(function, coordinates(8, 12))
    assert track.lost, track


# ---- Layouts, apart from torch -------------------------------------------------------------------


@given(
    st.lists(st.tuples(st.integers(1, 4), st.sampled_from([None, 0, 1])), min_size=1, max_size=4), st.data()
)
def test_reshaped_dims_hold_the_same_positions_in_the_same_order(sizes, data):
    dims = [plain(n) if axis is None else whole(n, axis) for n, axis in sizes]
    total = math.prod(n for n, _ in sizes)
    factors = data.draw(st.permutations([n for n, _ in sizes]))
    again = reshaped(dims, (total,))
    assert again is not None and again[0].size == total
    for axis in (0, 1):
        assert torch.equal(flat_positions(dims, axis), flat_positions(again, axis))
    split = reshaped(dims, tuple(factors))
    if split is not None:
        assert torch.equal(flat_positions(dims, 0), flat_positions(split, 0))


def flat_positions(dims, axis):
    rows = [_positions(dim, axis).tolist() for dim in dims]
    return torch.tensor([sum(each) for each in itertools.product(*rows)])


def test_dims_that_disagree_are_not_laid_over_each_other():
    assert laid_over([[whole(4, 0)], [whole(4, 1)]], (4,)) is None
    assert laid_over([[plain(4)], [whole(4, 1)]], (4,)) == [whole(4, 1)]
    assert laid_over([[whole(4, 0)], [plain(2), plain(1)]], (2, 4)) == [plain(2), whole(4, 0)]
    assert joined([Part(4, 0, 2), Part(2, 0)]) == whole(8, 0)
