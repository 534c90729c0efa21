"""Files written whole, and locks that end with their holder. Standard library only: the launcher needs them too."""

import contextlib
import os
import tempfile
import time
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows, and a browser
    fcntl = None
try:
    import msvcrt
except ImportError:  # all but Windows
    msvcrt = None


def _results(package):
    """The folder of recorded results: ``data`` of the repository, or what an installed package brought along."""
    in_repository = (package.parent / "pyproject.toml").is_file()
    return (package.parent if in_repository else package) / "data"


DATA = _results(Path(__file__).resolve().parent)
LEFTOVER_SECONDS = 3600  # no write takes an hour: an older unfinished file belongs to a killed writer


def write_whole(path, data, mode=0o644):
    """Write beside the file, then rename: a reader sees the old bytes or the new, never a part.

    path, data   where, and the bytes. A link in the way is replaced, not followed
    mode         the file's permissions; a file that is for its owner only says 0o600

    Raises OSError, and then what was there still is.
    """
    before, after = unfinished(path)
    handle, beside = tempfile.mkstemp(prefix=before, suffix=after, dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(OSError):  # a disk without permissions
            os.chmod(beside, mode)
        _replace(beside, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(beside)
        raise


def unfinished(path):
    """How the name of a file begins and ends while what shall be ``path`` is being written."""
    return f".{path.stem}-", ".tmp"


def end_of_link(path):
    """Where a file is: at the end of a link to a file or to nothing yet, so that the link stays one.

    A link to anything else, a folder or a device, is treated as the thing itself: what it leads to and the
    folder around that are not ours.
    """
    end = Path(os.path.realpath(path)) if os.path.islink(path) else path
    return end if os.path.isfile(end) or not os.path.lexists(end) else path


def _replace(source, target):
    for _ in range(20):
        try:
            return os.replace(source, target)
        except PermissionError:  # on Windows a reader holds the file for a moment
            if msvcrt is None:
                raise
            time.sleep(0.02)
    return os.replace(source, target)


def lock(file):
    """Lock an open file for this process alone, at once; the system lets go when the process ends, however it ends.

    Raises OSError: with BlockingIOError or PermissionError another holds it, else nothing can be locked there.
    """
    if hasattr(fcntl, "flock"):  # a browser may have the module without the function
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    elif msvcrt:
        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        raise OSError("this system locks no files")


def unlock(file):
    with contextlib.suppress(OSError):
        if hasattr(fcntl, "flock"):
            fcntl.flock(file, fcntl.LOCK_UN)
        elif msvcrt:
            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)
