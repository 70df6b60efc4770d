"""Questions to the owner, on a terminal only: a command in a pipe asks nothing.

Invariant: what is asked goes to standard error, so that standard output stays data; no answer is never a yes.
"""

from __future__ import annotations

import sys

from guardian.safe_text import safe_line

_LONGEST_ANSWER = 2_000


def can_ask() -> bool:
    """Whether there is somebody to answer."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def ask_line(question: str, most_characters: int = _LONGEST_ANSWER) -> str | None:
    """One line from the owner, without spaces round it; None where nobody can be asked, or the answer ends early. What
    is beyond `most_characters` is the next line."""
    if not can_ask():
        return None
    sys.stderr.write(f"{safe_line(question)} ")
    sys.stderr.flush()
    answer = sys.stdin.readline(most_characters)
    if not answer:
        sys.stderr.write("\n")
        return None
    return answer.strip()


def confirmed(question: str) -> bool:
    """Whether the owner says yes, in full or with its first letter."""
    answer = ask_line(f"{question} [y/N]")
    return answer is not None and answer.lower() in ("y", "yes")
