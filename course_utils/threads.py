"""One thread for a kernel, in torch, in the BLAS of NumPy and SciPy, and in OpenCV, unless a variable says otherwise.

The threads of one kernel wait for each other by spinning. Two kernels on two cores then keep each other from
computing, and both take up to a hundred times as long as one. The arrays and networks of the course are small: a
second thread gains little when nothing else runs. With one, numbers do not depend on how many cores there are.

``import course_utils`` decides, so it holds in every kernel, whoever started it, and in tests, benchmark and
recordings. Programs started from there inherit the variables. To use more threads, set OMP_NUM_THREADS before Python
starts, or a library's own variable: they win, and so does a later torch.set_num_threads(4).
"""

# An old Python reads this file too, as it reads course_utils/__init__.py: plain ASCII, nothing new.

import os
import sys

ALL = "OMP_NUM_THREADS"  # torch, OpenBLAS and MKL read it when they are loaded
BLAS = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")  # the last is Apple's Accelerate
OPENCV = "OPENCV_FOR_THREADS_NUM"


def decide(environ, modules):
    """Set what ``environ`` leaves open, for libraries loaded later; tell those among ``modules`` that are loaded."""
    if _is_chosen(ALL, environ):
        return
    own_blas, own_opencv = any(_is_chosen(name, environ) for name in BLAS), OPENCV in environ
    environ[ALL] = "1"
    for name in ("VECLIB_MAXIMUM_THREADS", OPENCV):
        environ.setdefault(name, "1")
    if "numpy" in modules and not own_blas:
        _limit_blas()
    if "torch" in modules:
        modules["torch"].set_num_threads(1)
    if "cv2" in modules and not own_opencv:
        modules["cv2"].setNumThreads(1)


def _is_chosen(name, environ):
    """Does this variable hold a number of threads? Without one, or with 0, a library takes every core."""
    first = environ.get(name, "").strip().lstrip("0")[:1]  # of a list, too: "4,2" has a number for each level
    return first.isdigit()


def _limit_blas():
    try:
        from threadpoolctl import threadpool_limits
    except ImportError:  # an environment from before the course asked for it: slower, but right
        return
    threadpool_limits(1, user_api="blas")


decide(os.environ, sys.modules)
