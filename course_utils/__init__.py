"""Between the Pixels: the helper package of the course.

A line of code knows its room by two directions. By **layer**, from the bottom:

    validation, windows, sums, resampling, kernels, recipes, conventions, spectra, keeping, places, pooling,
    convolution, trace, subpixel, phases, fcn, warping, flows, stereo, checkerboard, alignment, sampling, probing,
    images, scenes, films, scores, cost, shootout, ladders, exhibits, museum
                   numerics: numpy arrays in, numpy arrays out
    networks/      torch: small networks, their training, recorded results, the audit of any network (the only room
                   that knows torch)
    figures/       arrays in, one picture (a Scene: SVG, text, links) out, by topic; draw/ is how things are drawn
    exercises/     what is asked, by topic; engine/ checks, hints, keeps progress
    explorers/     controls and a plain function from their values to a Scene; stage/ shows it
    classroom/     what a teacher asks of a class: its progress files counted, notebooks checked again, notes
    launcher/      `python -m course_utils`: set-up, lessons, doctor (standard library only)
    lessons        facts about the lessons, from lessons.toml
    recorded       what a cell shows in a browser that cannot run it; needs reads that from its source
    files          written whole or not at all, and locked
    threads        how many threads the libraries use, for all of these
    platform       what the Python that runs here can do: a browser's, too

and by **topic**, the same file name on every floor:

    linear         lesson 01, two samples and what lies between them
    coordinates    lesson 02, where new pixels come from
    bilinear       lesson 03, four neighbors make one value
    kernels        lesson 04, what a filter keeps; shrink, what is lost without one
    conventions    lesson 05, why libraries disagree, and what explains it
    pooling        lesson 06, what a maximum keeps and what comes back
    convolution    lesson 07, a convolution and its transpose
    fcn            lesson 08, bilinear kernels, and a network that adds scores of several strides
    checkerboard   lesson 09, what the stride's grid leaves in the picture
    subpixel       lesson 10, channels become pixels
    warping        lesson 11, every pixel asks for its own coordinate
    alignment      lesson 12, features that do not sit where the network assumes
    sampling       lesson 13, upsamplers that decide where to read and how much each tap counts
    shootout       lesson 14, all upsamplers on two tasks, and yours
    pictures       real pictures, enlarged side by side
    microscope     the instrument of every lesson: any operator as a matrix

From a slider to its formula it is three hops: ``explorers.linear`` -> ``figures.linear`` -> ``resampling``.
"""

import os
import sys

from course_utils import threads  # noqa: F401, decides when it is imported

# course_utils.platform says the same two things; an old Python reads this file and could not read that one.
if sys.platform == "emscripten" or os.environ.get("COURSE_FILES"):
    from course_utils import recorded

    recorded.install()
