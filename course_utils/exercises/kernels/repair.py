"""Three bugs to repair in lesson 04: bytes that wrap around, a thumbnail of skipped pixels, a warp that aliases."""

import numpy as np

from course_utils.exercises.engine import Case, SpotTheBug

# ---- eight bits ---------------------------------------------------------------------------------------------


def to_bytes_that_wrap(values):
    return np.floor(values + 0.5).astype(int).astype(np.uint8)


def to_bytes(values):
    return np.floor(np.clip(values, 0, 255) + 0.5).astype(np.uint8)


def _overshooting(rng):
    """Values of which some are below 0 or above 255: whole and half numbers, some just beside, some anywhere."""
    count = rng.integers(1, 9)
    return Case(
        rng.integers(-100, 620, count) / 2 + rng.choice([0, -0.001, 0.001, rng.uniform(-0.25, 0.25)], count)
    )


WRAPPED_BYTES = SpotTheBug(
    key="kernels.wrapped_bytes",
    title="Black specks in the white",
    buggy=to_bytes_that_wrap,
    reference=to_bytes,
    name="to_bytes",
    cases=[
        Case(np.array([256.0]), by_hand=[255], note="One more than white."),
        Case(np.array([-1.0]), by_hand=[0], note="One less than black."),
        Case(
            np.array([-8.96, 57.8, 197.2, 281.9]), by_hand=[0, 58, 197, 255], note="A cubic beside an edge."
        ),
        Case(
            np.array([0.25, 254.25, 254.75, 255.0]),
            by_hand=[0, 254, 255, 255],
            note="Everything fits into 8 bits.",
        ),
        Case(np.array([[0.5, 1.5], [254.5, 255.5]]), by_hand=[[1, 2], [255, 255]], note="Halves go up."),
        Case(np.array([-0.75, 300.0, 600.0]), by_hand=[0, 255, 255]),
        Case(np.array([-0.25, 255.25]), by_hand=[0, 255], note="Outside by less than a half."),
        Case(np.array([0.49, 0.51]), by_hand=[0, 1], note="Just below a half, and just above."),
    ],
    random_case=_overshooting,
    stored_as="uint8",
    hints=[
        "256 becomes 0. What should it become?",
        "`np.clip(values, low, high)` moves what is too low to low, what is too high to high.",
        "Clip to 0 and 255 while the values are still floats, then round and store.",
    ],
)


@WRAPPED_BYTES.mistake("only the top clipped")
def _top_only(values):
    """White is right now. Below 0 it still wraps around: −1 becomes 255, a white speck in the black."""
    return to_bytes_that_wrap(np.minimum(values, 255))


@WRAPPED_BYTES.mistake("only the bottom clipped")
def _bottom_only(values):
    """Black is right now. Above 255 it still wraps around: 256 becomes 0, a black speck in the white."""
    return to_bytes_that_wrap(np.maximum(values, 0))


@WRAPPED_BYTES.mistake("clipped to 256")
def _one_too_many(values):
    """You clip to 256, and 256 does not fit: the largest number of eight bits is 255."""
    return to_bytes_that_wrap(np.clip(values, 0, 256))


@WRAPPED_BYTES.mistake("fraction cut off")
def _cut_off(values):
    """The values stay within 0 and 255 now, but you cut their fraction off: 57.8 becomes 57. Keep the rounding."""
    return np.clip(values, 0, 255).astype(np.uint8)


@WRAPPED_BYTES.mistake("half to even")
def _half_to_even(values):
    """Only values exactly halfway are wrong now: np.round sends them to the even neighbor. Here halves go up, as in
    the line that was given."""
    return np.round(np.clip(values, 0, 255)).astype(np.uint8)


@WRAPPED_BYTES.mistake("absolute values")
def _without_the_sign(values):
    """You take the sign away: −9 becomes 9. Darker than black is black, 0."""
    return to_bytes(np.abs(values))


@WRAPPED_BYTES.mistake("stretched to fit")
def _stretched(values):
    """You squeeze all values until they fit, so every pixel changes when one overshoots. Only what does not fit may
    move, and only to the nearest value that does."""
    low, high = min(values.min(), 0), max(values.max(), 255)
    return to_bytes((values - low) * 255 / (high - low))


@WRAPPED_BYTES.mistake("what does not fit becomes 0")
def _black_for_all(values):
    """What does not fit becomes black in your answer, at either end. Brighter than white is white, 255."""
    return to_bytes(np.where((values < 0) | (values > 255), 0, values))


@WRAPPED_BYTES.mistake("clipped to 0 and 1")
def _as_if_floats(values):
    """You clip to 0 and 1. That is the range of pictures stored as floats; eight bits hold 0 to 255."""
    return to_bytes(np.clip(values, 0, 1))


@WRAPPED_BYTES.mistake("signed bytes")
def _clipped_at_127(values):
    """You clip to −128 and 127, the range of int8. Pixels are uint8, without a sign: 0 to 255."""
    return to_bytes_that_wrap(np.clip(values, -128, 127))


# ---- the thumbnail ------------------------------------------------------------------------------------------


def thumbnail_of_skipped_pixels(image, factor):
    return image[::factor, ::factor].astype(float)


def thumbnail(image, factor):
    height, width = image.shape
    blocks = image.reshape(height // factor, factor, width // factor, factor)
    return blocks.mean(axis=(1, 3))


def _blocks(rng):
    factor = int(rng.integers(1, 5))
    return Case(rng.integers(0, 256, rng.integers(1, 5, 2) * factor), factor)


THUMBNAIL = SpotTheBug(
    key="kernels.thumbnail",
    title="A thumbnail of skipped pixels",
    buggy=thumbnail_of_skipped_pixels,
    reference=thumbnail,
    cases=[
        Case(np.array([[0, 8]]).repeat(2, axis=0), 2, by_hand=[[4]], note="Half black, half white: gray."),
        Case(np.full((4, 6), 100), 2, by_hand=np.full((2, 3), 100.0), note="A wall hides it."),
        Case(np.array([[9, 0, 0], [0, 0, 0], [0, 0, 0]]), 3, by_hand=[[1]], note="A spot in the corner."),
        Case(np.array([[0, 0, 0], [0, 9, 0], [0, 0, 0]]), 3, by_hand=[[1]], note="A spot in the middle."),
        Case(np.arange(8).reshape(2, 4), 2, by_hand=[[2.5, 4.5]], note="A ramp: 0 to 3 above, 4 to 7 below."),
        Case(np.array([[3, 5]]), 1, by_hand=[[3, 5]], note="Factor 1 changes nothing."),
    ],
    random_case=_blocks,
    hints=[
        "With a factor of 2, how many pixels of four does an output read?",
        "Each output stands for a block of factor × factor pixels. Which number stands for a block?",
        "`image.reshape(height // factor, factor, width // factor, factor)` has a block's pixels along axes 1 and 3. "
        "Take the mean over these.",
    ],
)


@THUMBNAIL.mistake("one pixel from the middle")
def _middle_pixel(image, factor):
    """Now you take the pixel in the middle of each block. It is still one of factor², and the others are skipped."""
    return image[factor // 2 :: factor, factor // 2 :: factor].astype(float)


@THUMBNAIL.mistake("the columns skipped")
def _rows_averaged(image, factor):
    """Rows are averaged now, columns are still skipped. A block has two axes."""
    return image.reshape(-1, factor, image.shape[1]).mean(axis=1)[:, ::factor]


@THUMBNAIL.mistake("the rows skipped")
def _columns_averaged(image, factor):
    """Columns are averaged now, rows are still skipped. A block has two axes."""
    return image.reshape(image.shape[0], -1, factor).mean(axis=2)[::factor]


@THUMBNAIL.mistake("brightest of the block")
def _brightest(image, factor):
    """You take the brightest pixel of each block: max pooling. One white pixel would make its block white."""
    height, width = image.shape
    return image.reshape(height // factor, factor, width // factor, factor).max(axis=(1, 3))


@THUMBNAIL.mistake("sum of the block")
def _summed(image, factor):
    """You add up each block and do not divide. A wall of 100 must stay 100."""
    return thumbnail(image, factor) * factor**2


@THUMBNAIL.mistake("divided by the factor once")
def _divided_once(image, factor):
    """You divide the sum of a block by the factor. The block holds factor · factor pixels."""
    return thumbnail(image, factor) * factor


@THUMBNAIL.mistake("median of the block")
def _middle_value(image, factor):
    """You take the median. A thin line is never the middle value of its block, so it vanishes again."""
    height, width = image.shape
    return np.median(image.reshape(height // factor, factor, width // factor, factor), axis=(1, 3))


@THUMBNAIL.mistake("axes of the reshape exchanged")
def _interleaved(image, factor):
    """Your reshape puts pixels into one block that are far apart. Of each pair of axes the count of blocks comes
    first: (height // factor, factor, width // factor, factor)."""
    height, width = image.shape
    return image.reshape(factor, height // factor, factor, width // factor).mean(axis=(0, 2))


@THUMBNAIL.mistake("whole number division")
def _no_fraction(image, factor):
    """The mean has lost its fraction. Floats are asked for; round where pixels are stored."""
    return np.floor(thumbnail(image, factor))


# ---- a fetch between the pixels -----------------------------------------------------------------------------


def fetch_two(row, x, step):
    return np.interp(x, np.arange(len(row)), row)


def fetch(row, x, step):
    offsets = np.arange(step) - (step - 1) / 2
    places = x[:, None] + offsets
    return np.interp(places, np.arange(len(row)), row).mean(axis=1)


def _row_and_places(rng):
    row = rng.integers(0, 10, rng.integers(1, 13)).astype(float)
    places = rng.uniform(-1, len(row), rng.integers(1, 5)).round(2)
    return Case(row, places, int(rng.integers(1, 5)))


_STRIPES = np.array([9.0, 0, 0, 9, 0, 0, 9, 0, 0])

NEIGHBORS_OF_A_FETCH = SpotTheBug(
    key="kernels.fetch",
    title="A warp that reads too little",
    buggy=fetch_two,
    reference=fetch,
    name="fetch",
    cases=[
        Case(
            _STRIPES, np.array([1.0, 4, 7]), 3, by_hand=[3, 3, 3],
            note="Outputs three pixels apart. Each stands for three pixels, one of them 9.",
        ),
        Case(np.full(4, 5.0), np.array([0.5, 2.5]), 2, by_hand=[5, 5], note="A wall hides it."),
        Case(
            np.array([0.0, 8, 0, 0]), np.array([0.5, 2.5]), 2, by_hand=[4, 0],
            note="Two apart: the fetches lie half a pixel to the left and to the right of x.",
        ),
        Case(np.array([0.0, 4, 8]), np.array([0.25, 1.5]), 1, by_hand=[1, 6], note="One apart: nothing to add."),
        Case(
            np.array([6.0, 0, 0]), np.array([0.0]), 3, by_hand=[4],
            note="One of three fetches lies outside: it reads the border sample.",
        ),
        Case(
            np.array([0.0, 8, 0, 0]), np.array([1.25]), 2, by_hand=[4],
            note="The fetches lie at 0.75 and 1.75: three quarters of 8, and a quarter.",
        ),
    ],
    random_case=_row_and_places,
    hints=[
        "With step = 3, the output at x stands for x − 1.5 to x + 1.5. Which places are read as it is?",
        "step = 3 reads at x − 1, x and x + 1; step = 2 at x − 0.5 and x + 0.5.",
        "`np.arange(step) - (step - 1) / 2` are the offsets. Fetch at `x[:, None] + offsets`, then take the mean "
        "along axis 1.",
    ],
)  # fmt: skip


def _mean_at(offsets):
    """A fetch with offsets made of the step by a function."""

    def wrong(row, x, step):
        return np.interp(x[:, None] + offsets(step), np.arange(len(row)), row).mean(axis=1)

    return wrong


NEIGHBORS_OF_A_FETCH.mistake(
    "only to the right",
    "You read x, x + 1, …: all on one side, and the picture slides. The places must lie evenly around x.",
)(_mean_at(np.arange))

NEIGHBORS_OF_A_FETCH.mistake(
    "one place to the left",
    "You go half of the step to the left, but the outer places are step − 1 apart: start at x − (step − 1) / 2.",
)(_mean_at(lambda step: np.arange(step) - step / 2))

NEIGHBORS_OF_A_FETCH.mistake(
    "whole offsets",
    "Your offsets are whole numbers. With an even step they lie half a pixel to one side: (step − 1) / 2 has a "
    "fraction then.",
)(_mean_at(lambda step: np.arange(step) - (step - 1) // 2))

NEIGHBORS_OF_A_FETCH.mistake(
    "a step apart",
    "Your places are a whole step apart, so they lie under the neighboring outputs. An output is step pixels wide: "
    "its places are one pixel apart.",
)(_mean_at(lambda step: step * (np.arange(step) - (step - 1) / 2)))

NEIGHBORS_OF_A_FETCH.mistake(
    "two ends only",
    "You read the two ends of what an output stands for, and nothing between them.",
)(_mean_at(lambda step: np.array([-(step - 1) / 2, (step - 1) / 2])))

NEIGHBORS_OF_A_FETCH.mistake(
    "one too many",
    "You read step + 1 places, from one edge of the output to the other. Those on the edges belong to the neighbors "
    "as much; step places, half a pixel inside, are asked for.",
)(_mean_at(lambda step: np.arange(step + 1) - step / 2))


@NEIGHBORS_OF_A_FETCH.mistake("sum of the fetches")
def _sum_of_fetches(row, x, step):
    """You add the fetches and do not divide by their number. A wall must stay a wall."""
    return step * fetch(row, x, step)


@NEIGHBORS_OF_A_FETCH.mistake("brightest of the fetches")
def _brightest_fetch(row, x, step):
    """You take the brightest of the fetches. One white pixel in three would make the output white."""
    offsets = np.arange(step) - (step - 1) / 2
    return np.interp(x[:, None] + offsets, np.arange(len(row)), row).max(axis=1)


@NEIGHBORS_OF_A_FETCH.mistake("zeros outside")
def _black_outside(row, x, step):
    """Places outside count as 0 in your answer, so the border gets darker. np.interp repeats the border sample."""
    places = x[:, None] + np.arange(step) - (step - 1) / 2
    return np.interp(places, np.arange(len(row)), row, left=0, right=0).mean(axis=1)
