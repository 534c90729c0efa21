"""Running other programs: with their output in view, quietly, or in our place."""

import os
import signal
import subprocess
import sys

from course_utils.launcher.messages import say

STOP_SECONDS = 10
TIMED_OUT = 124
CANNOT_START = 127


def run_shown(command, env=None, keep_open=()):
    """Run a program with its output in view; returns its exit status and what it wrote to stderr.

    Only stderr passes through our hands: pip draws its progress bar on stdout when that is a terminal.
    ``keep_open`` are file descriptors the program holds as long as it lives (POSIX only).
    """
    inherited = {"pass_fds": keep_open} if os.name == "posix" else {}
    process = subprocess.Popen(
        command, env=env, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, **inherited
    )
    heard = []
    try:
        for line in process.stderr:
            text = line.decode("utf-8", "replace")
            heard.append(text)
            say(text, sys.stderr, end="")
        return process.wait(), "".join(heard)
    except KeyboardInterrupt:
        stop(process)
        raise
    finally:
        process.stderr.close()


def stop(process):
    """End a program: Ctrl+C has usually reached it too, so give it a moment before asking again."""
    for ask in (None, process.terminate, process.kill):
        if ask:
            ask()
        try:
            return process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            continue


def run_quietly(command, env=None, cwd=None, seconds=60):
    """Run a program out of sight: (exit status, stdout, stderr). Never raises."""
    try:
        done = subprocess.run(
            command, env=env, cwd=cwd, stdin=subprocess.DEVNULL, capture_output=True, timeout=seconds
        )
    except subprocess.TimeoutExpired:
        return TIMED_OUT, "", f"no answer within {seconds} seconds"
    except OSError as error:
        return CANNOT_START, "", str(error)
    return done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")


def become(command, env, cwd):
    """Go on as another program; where the system cannot do that, run it and return its exit status."""
    sys.stdout.flush()
    if os.name == "posix":
        os.chdir(cwd)
        os.execve(command[0], command, env)  # does not return: Ctrl+C and kill reach the program itself
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is the program's to answer
    try:
        return subprocess.call(command, env=env, cwd=cwd)
    finally:
        signal.signal(signal.SIGINT, before)
