"""What `guardian filter` does with an answer: the one way out of the warm road and of the cold one.

Invariants: standard output carries the message's own bytes (with --mail under our headers), or the JSON or note that
was asked for, and nothing else; a message that is not passed on is kept in the held folder and its place is named.
Standard library and leaves only.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, BinaryIO

from guardian.commands.outcome_codes import exit_code, may_pass
from guardian.exits import ExitCode
from guardian.filter_words import FilterWords
from guardian.message import Message
from guardian.outcome import Action, Outcome
from guardian.service.answer import Answer
from guardian.sinks.answered import hold_back, pass_through, write_text

if TYPE_CHECKING:
    from pathlib import Path


def put_out(
    answer: Answer,
    message: Message,
    rest: BinaryIO | None,
    args: FilterWords,
    *,
    fail_on: str,
    held: Callable[[], Path],
) -> ExitCode:
    """Pass the message on, or hold it back, and tell the verdict. `held` makes the held folder where it is needed.

    Returns the exit code. Raises OutputError, SettingsError.
    """
    for line in answer.notices:
        print(f"guardian: {line}", file=sys.stderr)
    code = exit_code([answer.outcome], fail_on, try_again=args.mail and may_pass(answer.verdict["coverage"]["reasons"]))
    out = sys.stdout.buffer
    if args.json:
        write_text(answer, json.dumps(dict(answer.verdict), ensure_ascii=True) + "\n", out)
    elif not args.check:
        if answer.action is Action.HOLD or (args.fail_closed and code is not ExitCode.CLEAN):
            kept = hold_back(answer, message.raw, rest, held())
            print(f"guardian: held back, not passed on; the text is in {kept}", file=sys.stderr)
        else:
            _pass_on(answer, message, rest, args, out)
    _tell(answer, args)
    return code


def _pass_on(answer: Answer, message: Message, rest: BinaryIO | None, args: FilterWords, out: BinaryIO) -> None:
    if args.mail:
        from guardian.reading.own_headers import own_headers, with_headers  # here: not for every text

        if removed := len(own_headers(message.raw)):
            what = "a header" if removed == 1 else f"{removed} headers"
            print(f"guardian: removed {what} that only your own guardian may set (X-Guardian-...)", file=sys.stderr)
        pass_through(answer, with_headers(message.raw, answer.headers), rest, out)
        return
    if args.annotate:
        write_text(answer, answer.annotation, out)
    pass_through(answer, message.raw, rest, out)


def _tell(answer: Answer, args: FilterWords) -> None:
    """The verdict on standard error: nothing for a clean message unless asked."""
    if args.json and not args.verbose:
        return
    if answer.outcome is not Outcome.CLEAN or args.verbose or args.check:
        scores = (f"  {line}" for line in answer.score_lines)
        for line in (*answer.lines, *(scores if args.verbose else ())):
            print(f"guardian: {line}", file=sys.stderr)
