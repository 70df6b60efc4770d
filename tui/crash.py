"""What is said when the app itself fails: one line, and never the error's own words or anybody's local variables.

Invariants: a message's text, a key or a policy can stand in a local variable or in an exception's text, so neither is
shown; `GUARDIAN_DEBUG` adds the traceback, without locals, made safe for a terminal.
"""

from __future__ import annotations

import os
import sys
import traceback
from contextlib import suppress
from types import TracebackType

from guardian.safe_text import safe_line, safe_text
from guardian.settings import DEBUG_VARIABLE

_OURS = ("tui", "guardian")


def crash_line(error: BaseException) -> str:
    """Where it happened and what kind of error it was."""
    return f"internal error in {_place(error.__traceback__)} ({type(error).__name__}); please report it"


def say(words: str) -> None:
    """One line on standard error; nothing where it cannot be said."""
    with suppress(OSError, ValueError):
        print(f"guardian: {safe_line(words)}", file=sys.stderr, flush=True)


def say_crash(error: BaseException) -> None:
    """The line of a crash; before it, where the owner asked for it, the traceback."""
    if os.environ.get(DEBUG_VARIABLE):
        with suppress(OSError, ValueError):
            sys.stderr.write(safe_text("".join(traceback.format_exception(error))))
    say(crash_line(error))


def _place(trace: TracebackType | None) -> str:
    """Module and line of the innermost frame that is ours, or else of the innermost one."""
    place, is_ours = "an unknown place", False
    while trace is not None:
        module = str(trace.tb_frame.f_globals.get("__name__", "?"))
        frame_is_ours = module.partition(".")[0] in _OURS
        if frame_is_ours or not is_ours:
            place, is_ours = f"{module}:{trace.tb_lineno}", frame_is_ours
        trace = trace.tb_next
    return place
