"""The four questions of `policy new`, on a terminal.

Invariant: what is asked goes to standard error; an answer that ends early gives up the whole, so that no policy is made
of half of its owner's words.
"""

from __future__ import annotations

import select
import sys
from collections.abc import Sequence
from typing import Final

from guardian.commands.asking import ask_line
from guardian.errors import UsageError
from guardian.policy.drafting import LONGEST_EXAMPLE_CHARACTERS
from guardian.policy.making import Answers
from guardian.safe_text import safe_line
from guardian.verdict import Action

_PASTE_WAIT_S: Final = 0.2
"""After an empty line: what comes sooner than this was pasted with it, and no hand types so fast."""
_ACTIONS: Final = {"n": Action.NOTICE, "notice": Action.NOTICE, "w": Action.WARN, "warn": Action.WARN, "": Action.WARN}


def ask(
    *,
    why: str | None,
    why_else: str,
    flag: Sequence[str],
    has_road: bool,
    fine: Sequence[str] | None,
    action: Action | None,
) -> Answers:
    """Ask what is not given yet. `why_else` is what an empty first answer stands for; with `has_road` the policy has
    something to match by, and no example is asked for. Raises UsageError where the owner gives up."""
    if why is None:
        usual = f" (nothing: {safe_line(why_else)})" if why_else else ""
        question = f"1/4 What happened, or what should be flagged? One or two sentences{usual}:"
        why = _needed(ask_line(question), why_else)
    if not has_road:
        flag = [_needed(_text("2/4 A message that should be flagged (type or paste it; an empty line ends it):"), "")]
    if fine is None:
        answer = _text("3/4 A message that looks like it and is fine (an empty line: none yet):")
        if answer is None:
            raise _given_up()
        fine = [answer] if answer else []
    return Answers(why, tuple(flag), tuple(fine), action if action is not None else _action())


def _action() -> Action:
    while True:
        answer = ask_line("4/4 What should happen then, a notice or a warning? (n)otice, (W)arn:")
        if answer is None:
            raise _given_up()
        if answer.lower() in _ACTIONS:
            return _ACTIONS[answer.lower()]


def _needed(answer: str | None, otherwise: str) -> str:
    if answer is None or not (answer or otherwise):
        raise _given_up()
    return answer or otherwise


def _given_up() -> UsageError:
    return UsageError("no policy was written: an answer is missing", hint="guardian policy new asks again")


def _text(question: str) -> str | None:
    """Several lines, up to an empty one behind which nothing follows at once; None where the answer ends early."""
    sys.stderr.write(f"{safe_line(question)}\n> ")
    sys.stderr.flush()
    lines: list[str] = []
    while True:
        line = sys.stdin.readline(LONGEST_EXAMPLE_CHARACTERS)
        if not line:
            sys.stderr.write("\n")
            return None
        if not line.strip() and not select.select([sys.stdin], [], [], _PASTE_WAIT_S)[0]:
            return "".join(lines).strip()
        lines.append(line)
