"""The stepper's pictures: what is written at every step against torch; refusals in torch's words; collisions."""

import json
import re

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from course_utils.figures.collisions import LARGEST_FOLLOWED, collisions_scene
from course_utils.figures.convolution import HEIGHT, MOST, MOST_INPUTS, MOST_TAPS, VIEWS, WIDTH, stepper_scene
from course_utils.figures.scene import NoPicture, written
from course_utils.figures.walk import Walk, torch_words

MOST_BYTES = 60_000  # of all frames of one walk: a fraction of a second even on a slow line
CONV = {1: F.conv_transpose1d, 2: F.conv_transpose2d}


@st.composite
def walks(draw, legal=True):
    """(x, kernel, settings): small whole numbers, one setting for all axes."""
    ndim = draw(st.sampled_from([1, 2]))
    n, k = draw(st.integers(1, MOST_INPUTS[ndim])), draw(st.integers(1, MOST_TAPS[ndim]))
    low = {"stride": 1, "dilation": 1, "padding": 0, "output_padding": 0}
    chosen = {name: draw(st.integers(low[name], MOST[name][ndim])) for name in low}
    if legal:
        assume(by_torch(np.ones((n,) * ndim), np.ones((k,) * ndim), chosen) is not None)
    digits = np.random.default_rng(draw(st.integers(0, 99)))
    x, kernel = digits.integers(-9, 10, (n,) * ndim), digits.integers(-9, 10, (k,) * ndim)
    if legal:
        assume(readable(x, kernel, chosen))
    return x, kernel, chosen


def readable(x, kernel, chosen):
    try:
        return bool(stepper_scene(x, kernel, **chosen).frames)
    except NoPicture as reason:
        assert "could not be read" in str(reason)
        return False


def by_torch(x, kernel, chosen):
    """The output, or None where torch refuses, or has nothing left."""
    x, kernel = (torch.tensor(np.asarray(a, float))[None, None] for a in (x, kernel))
    try:
        output = CONV[x.ndim - 2](x, kernel, **chosen)[0, 0].numpy()
    except RuntimeError:
        return None
    return output if output.size else None


def read(text):
    return float(text.replace("−", "-"))


def sums(texts, scene, shape, padding):
    """What stands in the cells of the output, by way of their slots: NaN where nothing is written."""
    full = 1 + max(int(flat) for flat in re.findall(r'data-slot="sum-(\d+)"', scene.svg))
    side = round(full ** (1 / len(shape)))
    places = np.arange(side ** len(shape)).reshape((side,) * len(shape))
    places = places[tuple(slice(padding, padding + size) for size in shape)]
    assert places.shape == shape
    return np.array([read(texts.get(f"sum-{u}") or "nan") for u in places.flat]).reshape(shape)


def shown_in(svg):
    """slot -> text, read from the picture itself."""
    return dict(re.findall(r'data-slot="([^"]+)"[^>]*>([^<]*)<', svg))


@given(walks(), st.sampled_from(VIEWS))
@settings(max_examples=150, deadline=None)
def test_the_numbers_of_the_last_step_are_torchs(walk, view):
    x, kernel, chosen = walk
    wanted = by_torch(x, kernel, chosen)
    scene = stepper_scene(x, kernel, **chosen, view=view, step=10**6)
    by_frames = sums(written(scene.frames, len(scene.frames)), scene, wanted.shape, chosen["padding"])
    assert by_frames == pytest.approx(wanted, abs=1e-9)
    in_the_picture = sums(shown_in(scene.svg), scene, wanted.shape, chosen["padding"])
    assert in_the_picture == pytest.approx(wanted, abs=1e-9)


@given(walks(), st.data())
@settings(max_examples=80, deadline=None)
def test_at_every_step_the_stamps_so_far_are_torchs_output_of_the_inputs_so_far(walk, data):
    x, kernel, chosen = walk
    step = data.draw(st.integers(0, x.size - 1))
    scene = stepper_scene(x, kernel, **chosen, view="scatter", step=step)
    so_far = np.where(np.arange(x.size).reshape(x.shape) <= step, x, 0)
    wanted = by_torch(so_far, kernel, chosen)
    assert sums(shown_in(scene.svg), scene, wanted.shape, chosen["padding"]) == pytest.approx(wanted)
    slots = [f"stamp-{step}-{t}" if x.ndim == 1 else f"stamp-{t}" for t in range(kernel.size)]
    stamp = [read(scene.frames[step].write[slot]) for slot in slots]
    assert stamp == pytest.approx(list(x.flat[step] * kernel.ravel()))


@given(walks(), st.data())
@settings(max_examples=80, deadline=None)
def test_at_every_output_the_products_in_the_window_add_up_to_it(walk, data):
    x, kernel, chosen = walk
    wanted = by_torch(x, kernel, chosen)
    step = data.draw(st.integers(0, wanted.size - 1))
    scene = stepper_scene(x, kernel, **chosen, view="gather", step=step)
    standing = written(scene.frames, step)
    products = [read(standing[f"product-{t}"]) for t in range(kernel.size)]
    assert sum(products) == pytest.approx(wanted.flat[step])
    for t, product in enumerate(products):  # each is what its kernel number makes alone
        alone = np.where(np.arange(kernel.size).reshape(kernel.shape) == t, kernel, 0)
        assert product == pytest.approx(by_torch(x, alone, chosen).flat[step])
    seen = sums(shown_in(scene.svg), scene, wanted.shape, chosen["padding"]).ravel()
    assert seen[: step + 1] == pytest.approx(wanted.ravel()[: step + 1])
    assert np.isnan(seen[step + 1 :]).all()


@given(walks())
@settings(max_examples=60, deadline=None)
def test_formula_torch_line_links_and_sentences_agree_with_torch(walk):
    x, kernel, chosen = walk
    wanted = by_torch(x, kernel, chosen)
    scene = stepper_scene(x, kernel, **chosen)
    formula = scene.text.split(": ")[1].rstrip(".").replace("·", "*").replace("−", "-").replace("=", "==")
    assert eval(formula) and f"== {len(wanted)}" in formula
    call = re.search(r"F\.conv_transpose.d\([^)]*\)", scene.svg)[0]
    tensors = {name: torch.tensor(a[None, None].astype(float)) for name, a in (("x", x), ("w", kernel))}
    assert eval(call, {"F": F, **tensors})[0, 0].numpy() == pytest.approx(wanted)
    for o, value in enumerate(wanted.flat):
        links = scene.links[f"out-{o}"]
        assert sum(w * x.flat[int(name[3:])] for name, w in links) == pytest.approx(value)
        said = scene.details[f"out-{o}"]
        said = re.search(r" = ([^:]*?)(?:: input|: none|$)", said)[1].replace("·", "*").replace("−", "-")
        terms, result = said.rsplit(" = ", 1) if " = " in said else ("0", said)
        assert eval(terms) == float(result) == pytest.approx(value)


def every_setting(ndim):
    ranges = (range(1, 5), range(1, 5), range(1, 4), range(0, 5), range(0, 4), range(1, 3))
    for n, k, s, p, op, d in np.stack(np.meshgrid(*ranges, indexing="ij"), -1).reshape(-1, 6).tolist():
        yield n, k, {"stride": s, "padding": p, "output_padding": op, "dilation": d}


@pytest.mark.parametrize("ndim", [1, 2])
def test_every_refusal_of_torch_is_a_picture_with_torchs_words(ndim):
    refused = drawn = 0
    for n, k, chosen in every_setting(ndim):
        # float64, because torch's quick way through float32 has no words of its own for some refusals
        x, kernel = (torch.ones((1, 1) + (size,) * ndim, dtype=torch.float64) for size in (n, k))
        scene = None
        try:
            CONV[ndim](x, kernel, **chosen)
        except RuntimeError as error:
            scene = stepper_scene(np.ones((n,) * ndim), np.ones((k,) * ndim), **chosen)
            assert torch_words((n,) * ndim, k, **chosen) in str(error)
            assert torch_words((n,) * ndim, k, **chosen) in scene.text
            assert not scene.frames and not scene.steps and "What would work" in scene.svg
            refused += 1
        drawn += scene is None
        if scene is None and drawn % 40 == 0:
            assert stepper_scene(np.ones((n,) * ndim), np.ones((k,) * ndim), **chosen).frames
    assert refused > 500 and drawn > 500


@pytest.mark.parametrize(
    "chosen, mended",
    [
        ({"stride": 2, "output_padding": 2}, {"stride": 2, "output_padding": 1}),
        ({"stride": 2, "padding": 4}, {"stride": 2, "padding": 3}),
    ],
)
def test_the_advice_works(chosen, mended):
    x, kernel = np.ones(3), np.ones(3)
    text = stepper_scene(x, kernel, **chosen).text
    name = next(name for name in chosen if chosen[name] != mended[name])
    assert f"{'An' if name[0] == 'o' else 'A'} {name} up to {mended[name]}" in text
    assert by_torch(x, kernel, chosen) is None
    assert stepper_scene(x, kernel, **mended).frames


@given(walks())
@settings(max_examples=60, deadline=None)
def test_cut_and_added_cells_are_drawn_as_such(walk):
    x, kernel, chosen = walk
    scene = stepper_scene(x, kernel, **chosen)
    size, ndim, added = len(by_torch(x, kernel, chosen)), x.ndim, chosen["output_padding"]
    natural = (len(x) - 1) * chosen["stride"] + chosen["dilation"] * (len(kernel) - 1) + 1
    full = max(natural, chosen["padding"] + size)
    assert scene.svg.count('data-id="cut-') == full**ndim - size**ndim
    assert scene.svg.count('data-id="out-') == size**ndim
    assert scene.svg.count('stroke-dasharray="4 3"') == size**ndim - max(size - added, 0) ** ndim
    assert ("cut" in scene.svg) == (chosen["padding"] > 0)


@given(walks(), st.sampled_from(VIEWS), st.integers(0, 400))
@settings(max_examples=100, deadline=None)
def test_everything_stays_in_the_picture(walk, view, step):
    x, kernel, chosen = walk
    scene = stepper_scene(x, kernel, **chosen, view=view, step=step)
    assert f'viewBox="0 0 {WIDTH} {HEIGHT}"' in scene.svg
    for left, top, width, height in re.findall(
        r'<(?:rect|image) x="([-\d.e]+)" y="([-\d.e]+)" width="([-\d.e]+)" height="([-\d.e]+)"', scene.svg
    ):
        assert -30 <= float(left) and float(left) + float(width) <= WIDTH + 1
        assert 0 <= float(top) and float(top) + float(height) <= HEIGHT + 1
    for x_, y_, anchor, size, text in re.findall(
        r'<text x="([-\d.e]+)" y="([-\d.e]+)" text-anchor="(\w+)"(?: font-size="([\d.]+)")?[^>]*>([^<]*)',
        scene.svg,
    ):
        width = 0.62 * float(size or 13) * len(text)
        left = float(x_) - {"start": 0, "middle": width / 2, "end": width}[anchor]
        assert -20 <= left and left + width <= WIDTH + 20, text
        assert 0 < float(y_) <= HEIGHT, text
        assert float(size or 13) >= 5.5


def test_frames_move_on_the_grid_of_the_cells():
    scene = stepper_scene([3, 1, 2], [1, 2, 1], stride=2, padding=1)
    xs = [frame.move["stamp"][0] for frame in scene.frames]
    column = 38
    assert np.diff(xs) == pytest.approx([2 * column] * 2)
    gather = stepper_scene([3, 1, 2], [1, 2, 1], stride=2, padding=1, view="gather")
    assert np.diff([frame.move["window"][0] for frame in gather.frames]) == pytest.approx([column] * 4)


LARGEST = [
    (np.arange(-7.0, 0), np.arange(-5.0, 0), {"stride": 4, "output_padding": 3, "dilation": 3}),
    (np.full((4, 4), -9.0), np.full((4, 4), 9.0), {"stride": 3, "output_padding": 2, "dilation": 2}),
]


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("walk", LARGEST, ids=["1-D", "2-D"])
def test_the_largest_walk_is_small_enough_to_send_ahead(walk, view):
    x, kernel, chosen = walk
    scene = stepper_scene(x, kernel, **chosen, view=view)
    sent = json.dumps(
        [{"write": dict(f.write), "move": dict(f.move)} for f in scene.frames], ensure_ascii=False
    )
    assert len(sent.encode()) < MOST_BYTES


def test_the_sentence_of_a_stamp():
    details = stepper_scene([3, 1, 2], [1, 2, 1], stride=2, padding=1).details
    assert details["in-1"] == "Input 1 = 1 stamps 1 × (1, 2, 1) onto outputs 1 to 3."
    assert (
        details["in-0"]
        == "Input 0 = 3 stamps 3 × (1, 2, 1) onto outputs 0 and 1; padding = 1 cuts 1 of 3 off."
    )
    assert details["out-1"].startswith("Output 1 = 3 · 1 + 1 · 1 = 4: input · kernel number.")
    square = stepper_scene(np.ones((2, 2)), np.ones((2, 2)), stride=3, dilation=2).details
    assert "onto rows 3 and 5, columns 0 and 2 of the output." in square["in-2"]
    assert square["out-1"] == "Output [0, 1] = 0: none of the 4 kernel numbers meets an input."


@given(walks())
@settings(max_examples=40, deadline=None)
def test_a_walk_knows_who_meets_whom(setting):
    x, kernel, chosen = setting
    walk = Walk(np.ones(x.shape), np.ones(kernel.shape), **chosen)
    meets = walk.matrix != 0
    for o, out_index in enumerate(np.ndindex(walk.out_shape)):
        assert [walk.linked(i, out_index) for i in np.ndindex(x.shape)] == meets[o].tolist()
        nearest = walk.nearest_input(out_index)
        assert walk.linked(nearest, out_index) or not meets[o].any()
    for j, in_index in enumerate(np.ndindex(x.shape)):
        painted = {int(np.ravel_multi_index(o, walk.out_shape)) for o in walk.outputs_of(in_index)}
        assert painted == set(np.flatnonzero(meets[:, j]))
        assert walk.linked(in_index, walk.nearest_output(in_index)) or not painted


@pytest.mark.parametrize(
    "x, kernel, chosen, words",
    [
        (np.ones(8), [1], {}, r"x has shape \(8,\); the stepper shows up to 7"),
        ([1], np.ones(6), {}, r"kernel has shape \(6,\); the stepper shows up to 5"),
        (np.ones((2, 3)), np.ones((2, 2)), {}, "in a square"),
        ([1], [[1]], {}, "need 1 axis each, or 2"),
        ([1], [1], {"stride": 9}, "stride up to 4; got 9"),
    ],
)
def test_what_could_not_be_read_is_no_picture(x, kernel, chosen, words):
    with pytest.raises(NoPicture, match=words):
        stepper_scene(x, kernel, **chosen)


@given(
    st.integers(1, 7), st.integers(1, 4), st.integers(0, 6), st.integers(1, 3), st.integers(1, LARGEST_FOLLOWED)
)  # fmt: skip
@settings(max_examples=120, deadline=None)
def test_collisions_are_torchs(k, s, p, d, size):
    scene = collisions_scene(k, s, p, d, size)
    forward = {}
    for n in range(1, 21):
        try:
            forward[n] = F.conv1d(
                torch.ones(1, 1, n), torch.ones(1, 1, k), stride=s, padding=p, dilation=d
            ).shape[-1]
        except RuntimeError as error:
            assert "Kernel size can't be greater than actual input size" in str(error)
            assert "too small" in scene.details[f"in-{n}"]
    lit = {name: {target for target, _ in targets} for name, targets in scene.links.items()}
    for n, m in forward.items():
        assert lit[f"in-{n}"] == {f"middle-{m}", f"back-{n}"}
        assert f"The convolution takes size {n} to {m}" in scene.details[f"in-{n}"]
        op = int(re.search(r"So output_padding = (\d+) brings", scene.details[f"in-{n}"])[1])
        back = F.conv_transpose1d(
            torch.ones(1, 1, m), torch.ones(1, 1, k), stride=s, padding=p, dilation=d, output_padding=op
        )
        assert back.shape[-1] == n
    for m, _, led in scene.table[1]:
        wanted = {}
        for op in range(6):
            try:
                y = torch.ones(1, 1, int(m), dtype=torch.float64)
                w = torch.ones(1, 1, k, dtype=torch.float64)
                chosen = {"stride": s, "padding": p, "dilation": d, "output_padding": op}
                wanted[op] = F.conv_transpose1d(y, w, **chosen).shape[-1]
            except RuntimeError:
                continue
        assert led == ", ".join(f"{op} → {n}" for op, n in wanted.items() if n <= 20)
        together = {n for n in forward if forward[n] == int(m)}
        assert {name for name in lit[f"middle-{m}"] if name.startswith("in-")} == {
            f"in-{n}" for n in together
        }
    assert scene.text == scene.details[f"in-{size}"]


def test_sums_too_long_for_their_cells_are_a_sentence_and_not_blank_cells():
    x, kernel = np.full(7, 9), np.full(5, -9)
    with pytest.raises(NoPicture, match=r"A sum such as −162 could not be read in cells this small"):
        stepper_scene(x, kernel, stride=4, dilation=3)
    assert stepper_scene(x, kernel, stride=2).frames
