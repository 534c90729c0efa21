"""What a command of ``python -m course_utils`` is: the function that does it, and its words in the help."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

INDENT, WORDS_AT = "    ", 38  # column at which the words of the help begin


@dataclass(frozen=True)
class Command:
    """``run(options, rest)`` does it and returns the exit status.

    typed        what a learner types after ``python -m course_utils``
    words        what it is for, in lines that fit beside it
    own          its own options, "--copy", each with the value of one that is typed without; all others are passed on
    passes_all   True where what it starts reads all options itself, also --help
    helps        True where what it starts answers --help; the course's own options are taken out all the same
    """

    name: str
    typed: str
    words: str
    run: Callable[[dict, list], int]
    own: Mapping[str, str] = field(default_factory=dict)
    passes_all: bool = False
    helps: bool = False

    def __call__(self, options, rest):
        return self.run(options, rest)

    def help(self):
        """Its lines in the help."""
        typed, lines = f"{INDENT}python -m course_utils {self.typed}", self.words.split("\n")
        if len(typed) >= WORDS_AT:
            lines = ["", *lines]
        first, *more = lines
        return [f"{typed:{WORDS_AT}}{first}".rstrip(), *(" " * WORDS_AT + line for line in more)]


def command(typed, words, *, name=None, own=None, passes_all=False, helps=False):
    """Make a function a command, named by the first word that is typed."""
    return lambda run: Command(name or typed.split()[0], typed, words, run, own or {}, passes_all, helps)
