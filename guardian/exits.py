"""Exit codes: the only place that names them.

The meanings are those of grep where grep has them, and of sysexits.h where it has not.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum

from guardian.errors import GuardianError, InputError, JournalIoError, OutputError


class ExitCode(IntEnum):
    """What a command's exit status says."""

    CLEAN = 0
    """Nothing was flagged (or the command simply succeeded)."""
    FLAGGED = 1
    """Something was flagged at or above `--fail-on`."""
    USAGE = 2
    """Usage, configuration, policy or model-file error."""
    NOT_SCREENED = 3
    """Passed on, but not (fully) screened."""
    IO_FAILED = 74
    """Input or output failed (EX_IOERR)."""
    TRY_AGAIN = 75
    """With --mail, in place of 2 and 74, and of 3 where the reason may be over soon: a mail agent then tries again
    (EX_TEMPFAIL)."""
    INTERRUPTED = 130
    """Interrupted from the keyboard (128 + SIGINT)."""


def for_mail_agent(code: int, argv: Sequence[str]) -> int:
    """The exit code of a run with these words: for `filter --mail` every failure is one after which a mail agent tries
    again, a wrong option too. What fails now may be mended by then, and any other code would send the mail back."""
    is_failure = code in (ExitCode.USAGE, ExitCode.IO_FAILED)
    return ExitCode.TRY_AGAIN if is_failure and argv[:1] == ["filter"] and "--mail" in argv else code


def exit_code_for(error: GuardianError) -> ExitCode:
    """The exit code that belongs to an error."""
    if isinstance(error, InputError | OutputError | JournalIoError):
        return ExitCode.IO_FAILED
    return ExitCode.USAGE
