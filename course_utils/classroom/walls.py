"""The walls of recheck's sandbox: limits, no network, nothing of anybody's home.

Where Linux can close a door, it does: a network without anything in it (a namespace of its own), and Landlock, which
leaves of the disk what Python needs, to read, and one folder to write. Python closes the doors besides, for systems
that cannot; that stops accidents and curiosity, not somebody who knows the way around it.
"""

import contextlib
import ctypes
import os
import struct
import sys

try:
    import resource
except ImportError:  # Windows
    resource = None

BY_SYSTEM = "without a network, a home or other programs"
BY_PYTHON = f"{BY_SYSTEM}, as far as Python can see to it"
SYSTEM = ("/usr", "/lib", "/lib64", "/bin", "/proc", "/sys", "/dev", "/etc", "/opt")
NEW_NETWORK, NEW_USER = 0x40000000, 0x10000000  # of unshare
NO_NEW_PRIVILEGES = 38  # of prctl
CREATE, ADD, RESTRICT = 444, 445, 446  # Landlock's system calls, the same on every processor
READ, ALL = (
    0b1101,
    0b1_1111_1111_1111,
)  # to execute, to read a file and a folder; every right of its first version
# what a notebook's function has no reason to do; Python calls a hook before it does any of it
CLOSED = (
    "socket.",
    "subprocess.",
    "os.system",
    "os.exec",
    "os.posix_spawn",
    "os.fork",
    "os.kill",
    "os.putenv",
    "pty.",
)
LISTING = ("os.listdir", "os.scandir", "glob.")
CHANGING = (
    "os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.link", "os.symlink", "os.chmod", "os.chown", "os.truncate",
    "os.utime", "os.chdir", "shutil.",
)  # fmt: skip


def close(home, memory, seconds):
    """Shut this process in; returns how, in words. ``home`` is the one folder where it may write."""
    readable = {sys.prefix, sys.base_prefix, *(folder for folder in sys.path if folder)}
    _limit(memory, seconds)
    by_system = _leave_network() and _leave_disk(home, readable)
    _close_doors(home, readable)
    return BY_SYSTEM if by_system else BY_PYTHON


def _limit(memory, seconds):
    if resource is None:
        return
    wanted = {"RLIMIT_AS": memory, "RLIMIT_CPU": int(seconds), "RLIMIT_FSIZE": 1_000_000, "RLIMIT_CORE": 0}
    for name, value in wanted.items():
        with contextlib.suppress(AttributeError, ValueError, OSError):  # not on this system
            resource.setrlimit(getattr(resource, name), (value, value))


def _leave_network():
    with contextlib.suppress(AttributeError, OSError, TypeError):
        leave = ctypes.CDLL(None).unshare
        return leave(NEW_NETWORK) == 0 or leave(NEW_USER | NEW_NETWORK) == 0
    return False


def _leave_disk(home, readable):
    """Give up the disk but for what is ``readable``, and ``home``; False where the system has no Landlock."""
    with contextlib.suppress(AttributeError, OSError, TypeError):
        libc = ctypes.CDLL(None)
        rights = struct.pack("Q", ALL)
        rules = libc.syscall(CREATE, rights, ctypes.c_size_t(len(rights)), 0)
        if rules < 0:
            return False
        for folder, allowed in [*((place, READ) for place in (*SYSTEM, *readable)), (home, ALL)]:
            if os.path.isdir(folder):
                place = os.open(folder, os.O_PATH | os.O_CLOEXEC)
                libc.syscall(ADD, rules, 1, struct.pack("=Qi", allowed, place), 0)
                os.close(place)
        closed = libc.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0) == 0 and libc.syscall(RESTRICT, rules, 0) == 0
        os.close(rules)
        return closed
    return False


def _close_doors(home, readable):
    """From here on, Python refuses what a function of a notebook has no reason to do."""
    inside = _as_beginnings([home])
    around = _as_beginnings([*readable, *SYSTEM, home])

    def refuse(event, arguments):
        if event.startswith(CLOSED):
            raise PermissionError(f"{event} is closed here")
        is_listing, is_changing = event.startswith(LISTING), event.startswith(CHANGING)
        if not (event == "open" or is_listing or is_changing):
            return
        if not arguments or not isinstance(arguments[0], str | bytes | os.PathLike):
            return
        path = os.path.realpath(os.fsdecode(arguments[0])) + os.sep
        writes = is_changing or (event == "open" and _is_for_writing(*arguments[1:3]))
        if not path.startswith(inside if writes and path != f"{os.devnull}{os.sep}" else around):
            raise PermissionError(f"{event} is closed here")

    sys.addaudithook(refuse)


def _as_beginnings(folders):
    return tuple(os.path.realpath(folder).rstrip(os.sep) + os.sep for folder in folders)


def _is_for_writing(mode, flags):
    if isinstance(mode, str):
        return any(letter in mode for letter in "wax+")
    return bool(flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC))
