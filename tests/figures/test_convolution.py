"""The stepper's pictures: what is written at every step against torch; refusals in torch's words; collisions."""

import json
import re

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from course_utils.figures.collisions import LARGEST_FOLLOWED, MOST_COLLISIONS, collisions_scene
from course_utils.figures.convolution import VIEWS, stepper_scene
from course_utils.figures.draw.scene import NoPicture, painted, written
from course_utils.figures.stepper_cells import HEIGHT, MOST, MOST_INPUTS, MOST_TAPS, WIDTH
from course_utils.figures.trace import torch_words
from tests.figures.reading import by_torch, read

MOST_BYTES = 60_000  # of all frames of one picture: a fraction of a second even on a slow line
CONV = {1: F.conv_transpose1d, 2: F.conv_transpose2d}


@st.composite
def traces(draw, legal=True, dimensions=(1, 2)):
    """(x, kernel, settings): small whole numbers, one setting for all axes."""
    ndim = draw(st.sampled_from(dimensions))
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


@given(traces(), st.sampled_from(VIEWS))
@settings(max_examples=150, deadline=None)
def test_the_numbers_of_the_last_step_are_torchs(trace, view):
    x, kernel, chosen = trace
    wanted = by_torch(x, kernel, chosen)
    scene = stepper_scene(x, kernel, **chosen, view=view, step=10**6)
    by_frames = sums(written(scene.frames, len(scene.frames)), scene, wanted.shape, chosen["padding"])
    assert by_frames == pytest.approx(wanted, abs=1e-9)
    in_the_picture = sums(shown_in(scene.svg), scene, wanted.shape, chosen["padding"])
    assert in_the_picture == pytest.approx(wanted, abs=1e-9)


@given(traces(), st.data())
@settings(max_examples=80, deadline=None)
def test_at_every_step_the_stamps_so_far_are_torchs_output_of_the_inputs_so_far(trace, data):
    x, kernel, chosen = trace
    step = data.draw(st.integers(0, x.size - 1))
    scene = stepper_scene(x, kernel, **chosen, view="scatter", step=step)
    so_far = np.where(np.arange(x.size).reshape(x.shape) <= step, x, 0)
    wanted = by_torch(so_far, kernel, chosen)
    assert sums(shown_in(scene.svg), scene, wanted.shape, chosen["padding"]) == pytest.approx(wanted)
    slots = [f"stamp-{step}-{t}" if x.ndim == 1 else f"stamp-{t}" for t in range(kernel.size)]
    stamp = [read(scene.frames[step].write[slot]) for slot in slots]
    assert stamp == pytest.approx(list(x.flat[step] * kernel.ravel()))


@given(traces(), st.data())
@settings(max_examples=80, deadline=None)
def test_at_every_output_the_products_in_the_window_add_up_to_it(trace, data):
    x, kernel, chosen = trace
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


@given(traces())
@settings(max_examples=60, deadline=None)
def test_formula_torch_line_links_and_sentences_agree_with_torch(trace):
    x, kernel, chosen = trace
    wanted = by_torch(x, kernel, chosen)
    scene = stepper_scene(x, kernel, **chosen)
    formula = scene.text.split(": ")[1].rstrip(".").replace("·", "*").replace("−", "-").replace("=", "==")
    assert eval(formula) and f"== {len(wanted)}" in formula
    call = re.search(r"F\.conv_transpose.d\([^)]*\)", scene.svg)[0]
    tensors = {name: torch.tensor(a[None, None].astype(float)) for name, a in (("x", x), ("w", kernel))}
    assert eval(call, {"F": F, **tensors})[0, 0].numpy() == pytest.approx(wanted)
    seen_in = {view: stepper_scene(x, kernel, **chosen, view=view) for view in VIEWS}
    for o, value in enumerate(wanted.flat):
        links = scene.links[f"out-{o}"]
        inputs = [(int(name[3:]), w) for name, w in links if name.startswith("in-")]
        assert sum(w * x.flat[i] for i, w in inputs) == pytest.approx(value)
        for view in VIEWS:
            said = seen_in[view].details[f"out-{o}"]
            said = re.match(r"Output [^=]* = ([^:]*?)(?:\.(?: |$)|, with|: no |: every )", said)[1]
            said = said.replace("·", "*").replace("−", "-").split(" = ")
            assert all(eval(each) == pytest.approx(value) for each in said)
            assert len(said) == min(len(inputs), 2) + (len(inputs) > 0) or len(inputs) == 0


def every_setting(ndim):
    ranges = (range(1, 5), range(1, 5), range(1, 4), range(5), range(4), range(1, 3))
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
            words = torch_words((n,) * ndim, k, **chosen)
            drawn_words = " ".join(re.findall(r'class="mono"[^>]*>([^<]*)<', scene.svg))
            assert words in drawn_words and words not in scene.text  # said once
            assert not scene.frames and not scene.steps and "What works: " in scene.text
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
    assert f"What works: {'an' if name[0] == 'o' else 'a'} {name} up to {mended[name]}" in text
    assert by_torch(x, kernel, chosen) is None
    assert stepper_scene(x, kernel, **mended).frames


@given(traces())
@settings(max_examples=60, deadline=None)
def test_cut_and_added_cells_are_drawn_as_such(trace):
    x, kernel, chosen = trace
    scene = stepper_scene(x, kernel, **chosen)
    size, ndim, added = len(by_torch(x, kernel, chosen)), x.ndim, chosen["output_padding"]
    natural = (len(x) - 1) * chosen["stride"] + chosen["dilation"] * (len(kernel) - 1) + 1
    full = max(natural, chosen["padding"] + size)
    assert scene.svg.count('data-id="cut-') == full**ndim - size**ndim
    assert scene.svg.count('data-id="out-') == size**ndim
    assert scene.svg.count('stroke-dasharray="4 3"') == size**ndim - max(size - added, 0) ** ndim
    assert ("cut off" in scene.svg or "cuts" in scene.svg) == (chosen["padding"] > 0)


@pytest.mark.parametrize(("padding", "below"), [(1, "kept"), (0, "beyond")])
@pytest.mark.parametrize(("ndim", "where"), [(1, "end"), (2, "bottom and right")])
def test_output_padding_crops_less_and_adds_nothing(padding, below, ndim, where):
    x, kernel = np.ones((2,) * ndim), np.ones((3,) * ndim)
    scene = stepper_scene(x, kernel, stride=2, padding=padding, output_padding=1)
    assert f">output_padding = 1 crops 1 less at the {where}<" in scene.svg
    assert (f">{below}<" in scene.svg) == (ndim == 1)
    assert "adds" not in scene.svg and ">added<" not in scene.svg


@example(
    (np.ones((4, 4)), np.ones((4, 4)), {"stride": 1, "dilation": 1, "padding": 0, "output_padding": 0}),
    "scatter",
    0,
)
@given(traces(), st.sampled_from(VIEWS), st.integers(0, 400))
@settings(max_examples=100, deadline=None)
def test_everything_stays_in_the_picture(trace, view, step):
    x, kernel, chosen = trace
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
@pytest.mark.parametrize("trace", LARGEST, ids=["1-D", "2-D"])
def test_the_largest_picture_is_small_enough_to_send_ahead(trace, view):
    x, kernel, chosen = trace
    scene = stepper_scene(x, kernel, **chosen, view=view)
    sent = json.dumps(
        [{"write": dict(f.write), "move": dict(f.move), "paint": dict(f.paint)} for f in scene.frames],
        ensure_ascii=False,
    )
    assert len(sent.encode()) < MOST_BYTES


def test_the_sentence_of_a_stamp():
    details = stepper_scene([3, 1, 2], [1, 2, 1], stride=2, padding=1).details
    assert details["in-1"] == "Input 1 = 1 stamps 1 × (1, 2, 1) = (1, 2, 1) onto outputs 1 to 3."
    assert (
        details["in-0"]
        == "Input 0 = 3 stamps 3 × (1, 2, 1) = (3, 6, 3) onto outputs 0 and 1; padding = 1 cuts 1 of 3 off."
    )
    assert details["out-1"] == "Output 1 = 3 · 1 + 1 · 1 = 3 + 1 = 4, with all stamps down."
    assert details["w-2"] == "Weight 2 = 1 multiplies every input: input i · 1 lands on output 2 · i + 1."
    assert details["stamp-0-0"] == "Input 0 × weight 0: 3 · 1 = 3, and padding = 1 cuts it off."
    assert details["stamp-1-1"] == "Input 1 × weight 1: 1 · 2 = 2 lands on output 2."
    square = stepper_scene(np.ones((2, 2)), np.ones((2, 2)), stride=3, dilation=2).details
    assert "onto rows 3 and 5, columns 0 and 2 of the output." in square["in-2"]
    assert square["out-1"] == "Output [0, 1] = 0: no stamp lands here."


def test_the_sentence_of_a_sum_says_the_products_that_are_lit():
    scene = stepper_scene([4, 5, 6], [1, 2, 3], stride=2)
    assert scene.details["out-4"] == "Output 4 = 5 · 3 + 6 · 1 = 15 + 6 = 21, with all stamps down."
    assert [name for name, weight in scene.links["out-4"] if weight is None] == ["stamp-1-2", "stamp-2-0"]
    products = written(scene.frames, 2)
    assert (products["stamp-1-2"], products["stamp-2-0"], products["sum-4"]) == ("15", "6", "21")
    gather = stepper_scene([4, 5, 6], [1, 2, 3], stride=2, view="gather").details
    assert gather["out-4"] == "Output 4 = 5 · 3 + 6 · 1 = 15 + 6 = 21. The other weight meets a zero."
    assert gather["out-1"] == "Output 1 = 4 · 2 = 8. The other 2 weights meet zeros."
    wide = stepper_scene([4, 5, 6], [1], stride=3, view="gather").details
    assert wide["out-1"] == "Output 1 = 0: every weight meets a zero."


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


def left_of(svg, name):
    return float(re.search(rf'<rect x="([-\d.e]+)"[^>]*data-id="{name}"', svg)[1])


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("n, k", [(1, 1), (3, 3), (4, 2), (7, 5)])
def test_place_0_stays_where_it_is_whatever_setting_changes_in_1d(n, k, view):
    x, kernel, inputs, outputs = np.ones(n), np.ones(k), set(), {}
    for stride, padding, output_padding, dilation in np.ndindex(4, 3, 4, 3):
        chosen = {
            "stride": stride + 1,
            "padding": padding,
            "output_padding": output_padding,
            "dilation": dilation + 1,
        }
        if by_torch(x, kernel, chosen) is None:
            continue
        svg = stepper_scene(x, kernel, **chosen, view=view).svg
        inputs.add(left_of(svg, "in-0"))
        first = "cut-0" if padding else "out-0"
        outputs.setdefault(dilation, set()).add(left_of(svg, first))
    assert max(inputs) - min(inputs) < 0.01
    assert all(max(seen) - min(seen) < 0.01 for seen in outputs.values())


@pytest.mark.parametrize("view", VIEWS)
def test_place_0_stays_where_it_is_whatever_setting_changes_in_2d(view):
    x, kernel, seen = np.ones((3, 3)), np.ones((2, 2)), set()
    for stride, padding, dilation in np.ndindex(3, 2, 2):
        chosen = {"stride": stride + 1, "padding": padding, "dilation": dilation + 1}
        svg = stepper_scene(x, kernel, **chosen, view=view).svg
        seen.add((round(left_of(svg, "in-0"), 2), left_of(svg, "cut-0" if padding else "out-0")))
    assert len(seen) == 1


@given(traces(), st.sampled_from(VIEWS))
@settings(max_examples=40, deadline=None)
def test_every_input_weight_setting_and_size_is_a_handle(trace, view):
    x, kernel, chosen = trace
    scene = stepper_scene(x, kernel, **chosen, view=view)
    drawn = set(re.findall(r'data-handle="([^"]+)"', scene.svg))
    numbers = {
        f"{name}[{','.join(map(str, index))}]": value
        for name, array in (("x", x), ("kernel", kernel))
        for index, value in np.ndenumerate(array)
    }
    wanted = numbers | chosen | {"in_size": len(x), "kernel_size": len(kernel)}
    assert drawn == set(scene.handles) == set(wanted)
    for name, handle in scene.handles.items():
        assert handle.sets == (name,) and handle.at == (wanted[name],)
        assert handle.low[0] <= handle.at[0] <= handle.high[0]


@pytest.mark.parametrize(
    "numbers, step", [([1, 2], 1), ([0.5, 1], 0.5), ([0.25, 0.75], 0.25), ([0.1, 1 / 3], 0.1)]
)
def test_a_number_is_pulled_in_steps_on_which_its_neighbors_stand(numbers, step):
    handles = stepper_scene([1, 2], numbers, stride=2).handles
    assert handles["kernel[0]"].step == (step,) and handles["x[0]"].step == (1,)


@given(traces(dimensions=[2]), st.sampled_from(VIEWS))
@settings(max_examples=40, deadline=None)
def test_in_2d_the_output_is_painted_as_it_grows(trace, view):
    x, kernel, chosen = trace
    wanted = by_torch(x, kernel, chosen)
    scene = stepper_scene(x, kernel, **chosen, view=view)
    paint = painted(scene.frames, len(scene.frames))
    texts = written(scene.frames, len(scene.frames))
    for u in re.findall(r'data-paint="plus-(\d+)"', scene.svg):
        value, plus, minus = read(texts[f"sum-{u}"]), paint[f"plus-{u}"], paint[f"minus-{u}"]
        assert (plus > 0, minus > 0) == (value >= 0, value < 0)
    assert scene.svg.count('data-paint="plus-') == wanted.size
    first = scene.frames[0].paint
    assert all(name in first for name in paint) or view == "gather"


def test_the_same_values_make_the_same_picture():
    for chosen in ({}, {"padding": 1}, {"output_padding": 2}):
        first, second = (stepper_scene([1, 2], [1, 10, 100], stride=2, **chosen) for _ in range(2))
        assert first == second
    assert collisions_scene(3, 2, 1) == collisions_scene(3, 2, 1)


def test_the_heat_map_counts_the_stamps_on_each_output():
    assert "stamps per output: 1 to 4" in stepper_scene(np.ones((2, 2)), np.ones((3, 3)), stride=2).svg
    assert "stamps per output: 1<" in stepper_scene(np.ones((2, 2)), np.ones((2, 2)), stride=2).svg


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
            assert n > LARGEST_FOLLOWED or "too small" in scene.details[f"in-{n}"]
    lit = {name: {target for target, _ in targets} for name, targets in scene.links.items()}
    for n, m in forward.items():
        assert lit.get(f"in-{n}", {"its way is drawn"}) == (
            {f"middle-{m}", f"back-{n}"} if n != size else {"its way is drawn"}
        )
        if n > LARGEST_FOLLOWED:
            continue
        assert f"The convolution turns size {n} into {m}" in scene.details[f"in-{n}"]
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
    assert scene.text == scene.details[f"in-{size}"] and scene.chosen == f"in-{size}"


def test_sums_too_long_for_their_cells_are_a_sentence_and_not_blank_cells():
    x, kernel = np.full(7, 9), np.full(5, -9)
    with pytest.raises(NoPicture, match=r"A sum such as −162 could not be read in cells this small"):
        stepper_scene(x, kernel, stride=4, dilation=3)
    assert stepper_scene(x, kernel, stride=2).frames


def test_the_sizes_that_can_be_chosen_are_those_of_the_slider():
    scene = collisions_scene(3, 2, 1)
    sizes = {int(n) for n in re.findall(r'data-id="in-(\d+)"', scene.svg)}
    low, high = MOST_COLLISIONS["size"]
    assert sizes == set(range(low, high + 1))
    assert set(scene.places) == {f"in-{n}" for n in range(high + 1, 21)}  # others in sight light up


def test_every_number_of_the_collisions_is_a_handle():
    scene = collisions_scene(3, 2, 1)
    drawn = set(re.findall(r'data-handle="([^"]+)"', scene.svg))
    assert drawn == set(scene.handles) == {*MOST_COLLISIONS, "followed"}
    assert scene.handles["followed"].sets == ("size",)


def test_sizes_after_the_convolution_and_sizes_that_come_back_have_their_sentences():
    details = collisions_scene(3, 2, 1).details
    assert (
        details["middle-4"]
        == "The convolution turns 7 and 8 into 4. Back from 4, output_padding = 0 leads to 7, 1 leads to 8."
    )
    assert details["back-8"] == "Size 8 comes back from 4 with output_padding = 1."
    assert details["back-1"] == "Size 1 comes back from 1 with output_padding = 0."
