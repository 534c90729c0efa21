"""Make the README's moving picture from the real explorer: scenes in, an animated GIF out.

    python -m data.moving_picture                     writes data/moving_picture.gif
    python -m data.moving_picture --out other.gif

Run it from the repository's root, with the test packages and a Chromium installed. Every frame is a scene of the
figure that ``bilinear_cell()`` shows, at positions between the steps of its sliders so that the motion is smooth;
the browser turns it into pixels. The same scenes give the same file.
"""

import argparse
import io
from itertools import pairwise
from pathlib import Path

import numpy as np
from PIL import Image

from course_utils.figures.bilinear import cell_scene

OUT = Path(__file__).with_suffix(".gif")
FRAME_MS = 40  # 25 frames a second

KEYFRAMES = (
    # x and y of P, value of the bottom right sample, ms of rest there, ms of the way there
    (0.2, 0.25, 90, 700, 800),
    (0.8, 0.25, 90, 500, 800),
    (0.8, 0.75, 90, 500, 800),
    (0.5, 0.5, 90, 800, 600),
    (0.5, 0.5, 50, 900, 800),
)


def frames():
    """(scene, milliseconds) of every frame, in order; after the last comes the first again."""
    for now, following in pairwise((*KEYFRAMES, KEYFRAMES[0])):
        yield _scene(*now[:3]), now[3]
        steps = following[4] // FRAME_MS
        for step in range(1, steps):
            yield _scene(*_between(now[:3], following[:3], step / steps)), FRAME_MS


def _between(start, end, part):
    """``part`` of the way from start to end, setting off and arriving gently."""
    eased = part * part * (3 - 2 * part)
    return np.asarray(start) + eased * np.subtract(end, start)


def _scene(x, y, bottom_right):
    """At whole hundredths and a whole value, so that the numbers in the formulas are exact."""
    return cell_scene([[10, 20], [40, round(float(bottom_right))]], round(float(x), 2), round(float(y), 2))


def rasterize(scenes):
    """Each scene as an RGB picture on white, of the size that it states."""
    from tools.lab import running_browser

    with running_browser() as browser:
        page = browser.new_page(viewport={"width": 1200, "height": 800})
        page.set_content('<body style="margin: 8px; background: #fff"></body>')
        for scene in scenes:
            page.evaluate("svg => { document.body.innerHTML = svg; }", scene.svg)
            box = page.locator("svg").bounding_box()
            clip = {"x": 0, "y": 0, "width": box["width"] + 16, "height": box["height"] + 16}
            pixels = page.screenshot(clip=clip)
            yield Image.open(io.BytesIO(pixels)).convert("RGB")


def write_gif(pictures, durations, path):
    """The pictures as a GIF that loops for ever: one palette for all, so that nothing flickers."""
    palette = common_palette(pictures)
    unchanged = len(palette)  # an index of its own, written as transparent: long runs of it halve the file
    indexed = [nearest_colors(picture, palette) for picture in pictures]
    changes = [np.where(now == before, unchanged, now) for before, now in pairwise(indexed)]
    first, *rest = [_paletted(indices, palette) for indices in (indexed[0], *changes)]
    first.save(
        path, save_all=True, append_images=rest, duration=durations, loop=0,
        transparency=unchanged, disposal=1, optimize=False,
    )  # fmt: skip


def common_palette(pictures, colors=96):
    """Colors for all pictures, shape (colors, 3): every eighth picture, stacked, quantized together."""
    stacked = Image.fromarray(np.concatenate([np.asarray(picture) for picture in pictures[::8]]))
    palette = np.array(stacked.quantize(colors, kmeans=1).getpalette(), np.int32).reshape(-1, 3)
    palette[palette.sum(axis=1).argmax()] = 255  # the lightest is the paper's, and stays white
    return palette


def nearest_colors(picture, palette):
    """The index of the nearest entry for every pixel. Exact: Pillow's own lookup tints thin gray lines."""
    pixels = np.asarray(picture).astype(np.int32) @ [1 << 16, 1 << 8, 1]
    found, where = np.unique(pixels, return_inverse=True)
    channels = found[:, None] >> [16, 8, 0] & 255
    distances = ((channels[:, None] - palette) ** 2).sum(axis=2)
    return distances.argmin(axis=1)[where].reshape(pixels.shape)


def _paletted(indices, palette):
    picture = Image.fromarray(indices.astype(np.uint8), "P")
    picture.putpalette(palette.ravel().tolist())
    return picture


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=OUT)
    path = parser.parse_args(arguments).out
    scenes, durations = zip(*frames(), strict=True)
    write_gif(list(rasterize(scenes)), list(durations), path)
    print(f"{path}: {len(scenes)} frames, {sum(durations) / 1000:.1f} s, {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
