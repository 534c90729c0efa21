"""The kernel bench: take a kernel by its end and its parameters, and see what it keeps of a picture."""

from __future__ import annotations

from course_utils.explorers.stage import Explorer, choice, slider, switch
from course_utils.figures.bench import (
    FARTHEST_OUTPUT,
    LARGEST_STEP,
    PARAMETERS,
    PICTURES,
    SIXTHS,
    SMALLEST_STEP,
    STEP_STEP,
    STRETCH_STEP,
    WIDEST,
)
from course_utils.figures.kernels import bench_scene
from course_utils.kernels import (
    AREA,
    BOX,
    HAMMING,
    MAGIC_2013,
    MAGIC_2021,
    NEAREST,
    TRIANGLE,
    Kernel,
    b_spline,
    gaussian,
    keys_cubic,
    lanczos,
    mitchell_netravali,
)
from course_utils.validation import one_of, real_number, shown, true_or_false

FAMILIES = {
    "nearest": lambda **_: NEAREST,
    "box": lambda **_: BOX,
    "area": lambda **_: AREA,
    "triangle": lambda **_: TRIANGLE,
    "hamming": lambda **_: HAMMING,
    "cubic": lambda a, **_: keys_cubic(a),
    "mitchell-netravali": lambda b, c, **_: mitchell_netravali(b / SIXTHS, c / SIXTHS),
    "lanczos": lambda lobes, **_: lanczos(lobes),
    "magic kernel sharp 2013": lambda **_: MAGIC_2013,
    "magic kernel sharp 2021": lambda **_: MAGIC_2021,
    "gaussian": lambda sigma, **_: gaussian(sigma),
    "b-spline without prefilter": lambda **_: b_spline(3, prefilter=False),
    "b-spline": lambda **_: b_spline(3),
}
"""Name -> the kernel with the parameters that the controls hold."""

STARTS = {"a": -0.75, "b": 2, "c": 2, "lobes": 3, "sigma": 0.5}


def kernel_bench(kernel="cubic", step=2.0, antialias=False, picture="zone plate") -> Explorer:
    """A kernel at one output, the waves it lets through, and a picture shrunk and enlarged with it.

    kernel      a name of FAMILIES, or a ``Kernel`` of your own, which is then first in the list
    step        input samples from one output to the next, 0.25 to 4: 2 shrinks to a half, 0.5 enlarges twice
    antialias   True: the kernel is widened by the step when shrinking
    picture     "zone plate", "camera", "chelsea" or "brick"

    Drag the output along the axis, the end of the support, and the knobs on the curve, which are the parameters;
    click another picture.
    """
    families = dict(FAMILIES)
    if isinstance(kernel, Kernel):
        families = {f"yours: {kernel}": lambda **_: kernel, **FAMILIES}
        name = next(iter(families))
    elif not isinstance(kernel, str):
        raise TypeError(f"kernel must be a name, such as 'cubic', or a Kernel; got {shown(kernel)}.")
    else:
        name = one_of(kernel, "kernel", tuple(FAMILIES))
    step = real_number(step, "step")
    if not SMALLEST_STEP <= step <= LARGEST_STEP:
        raise ValueError(f"step must be from {SMALLEST_STEP} to {LARGEST_STEP:g}; got {step:g}.")
    one_of(picture, "picture", PICTURES)
    controls = {
        "kernel": choice("kernel", list(families), name),
        "step": slider("samples per output", step, SMALLEST_STEP, LARGEST_STEP, STEP_STEP),
        "antialias": switch("antialias", true_or_false(antialias, "antialias")),
        "stretch": slider("stretch", 1.0, 1.0, WIDEST, STRETCH_STEP),
        "output": slider("output, from the middle", 0, -FARTHEST_OUTPUT, FARTHEST_OUTPUT),
        "a": slider("a, of cubic", STARTS["a"], *PARAMETERS["a"]),
        "b": slider("b, of mitchell-netravali, sixths", STARTS["b"], *PARAMETERS["b"]),
        "c": slider("c, of mitchell-netravali, sixths", STARTS["c"], *PARAMETERS["c"]),
        "lobes": slider("lobes, of lanczos", STARTS["lobes"], *PARAMETERS["lobes"]),
        "sigma": slider("sigma, of gaussian", STARTS["sigma"], *PARAMETERS["sigma"]),
        "picture": choice("picture", list(PICTURES), picture),
    }

    def draw(kernel, picture, step, antialias, stretch, output, **parameters):
        parameters = {name: round(value, 10) for name, value in parameters.items()}
        return bench_scene(
            families[kernel](**parameters), picture, round(step, 10), antialias, round(stretch, 10), output
        )

    def choose(cell):
        """A click on a small picture chooses it."""
        kind, _, k = cell.partition("-")
        return {"picture": PICTURES[int(k)]} if kind == "picture" else {}

    more = ("stretch", "output", *STARTS, "picture")
    return Explorer(draw, controls, more=more, on_choose=choose)
