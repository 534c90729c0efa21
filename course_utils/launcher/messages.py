"""What the launcher says, and how it says that it cannot go on."""

import sys
import textwrap


class Trouble(Exception):
    """Something the learner can put right. The message says what happened and what to do."""


def say(text, stream=None, end="\n"):
    """Print at once: a newcomer waits about a minute and should see what is going on.

    A terminal that cannot show a character (in a folder's name, say) gets a question mark for it.
    """
    stream = stream or sys.stdout
    encoding = getattr(stream, "encoding", None) or "ascii"
    print(text.encode(encoding, "replace").decode(encoding), file=stream, end=end, flush=True)


def wrapped(message):
    """A message in lines that fit a terminal; lines of its own, such as commands, stay as they are."""
    return "\n".join(textwrap.fill(line, 100, break_long_words=False) for line in str(message).split("\n"))
