"""One set-up at a time: a lock that the system lets go of when its holder ends, however it ends."""

import contextlib
import errno
import time

from course_utils import files

BUSY = (errno.EAGAIN, errno.EACCES, errno.EDEADLK)


@contextlib.contextmanager
def only_one(path, on_wait, pause=0.5, try_lock=files.lock, sleep=time.sleep):
    """Hold the lock at ``path`` for the block; yields its file descriptor.

    While another process holds it, wait, after calling ``on_wait`` once. A program started with the
    descriptor kept open holds the lock too: if this process is killed while pip runs, pip keeps others out.
    Where nothing can be locked (a folder that cannot be written, a file system without locks) the block runs
    all the same, with None for a descriptor if there is not even a file.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = open(path, "a+b")  # noqa: SIM115, closed below
    except OSError:
        yield None
        return
    with file:
        waited = False
        while not _acquired(file, try_lock):
            if not waited:
                on_wait()
            waited = True
            sleep(pause)
        yield file.fileno()


def _acquired(file, try_lock):
    try:
        try_lock(file)
    except OSError as error:
        return error.errno not in BUSY
    return True
