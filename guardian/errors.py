"""Errors that an owner may see.

Invariant: every error raised on purpose by Guardian is a `GuardianError`; its text is one lower-case
line that says what is wrong and where, and its `hint` says how to mend it. A traceback that reaches
the owner is a bug.
"""

from __future__ import annotations


class GuardianError(Exception):
    """Base of all errors with words for the owner."""

    def __init__(self, what: str, *, hint: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.hint = hint

    def line(self) -> str:
        """The error as one line, with its hint behind it."""
        words = " ".join(self.what.split())
        return f"{words} ({' '.join(self.hint.split())})" if self.hint else words


class UsageError(GuardianError):
    """The command was called wrongly."""


class SettingsError(GuardianError):
    """A setting has a value that cannot be used."""


class PolicyError(GuardianError):
    """A policy, or the folder of policies, cannot be used."""


class ModelError(GuardianError):
    """The model file or its manifest is missing, damaged or not the pinned one."""


class CalibrationError(GuardianError):
    """The thresholds that the owner calibrated cannot be used, or cannot be made from what there is."""


class AdaptError(GuardianError):
    """What the owner's labels taught cannot be used, or there is nothing to learn from."""


class CellError(GuardianError):
    """The child process that holds the model could not be started or did not answer."""


class InputError(GuardianError):
    """A file or stream that was to be screened cannot be read."""


class SourcesError(GuardianError):
    """The file of live sources, or what is remembered of them, cannot be used."""


class OutputError(GuardianError):
    """Standard output, or a file that was to be written, failed."""


class JournalError(GuardianError):
    """The journal, or the key that it is sealed under, cannot be used."""


class JournalIoError(JournalError):
    """The journal's disk did not take or give what it should."""


class JournalDamagedError(JournalError):
    """The journal is not what Guardian wrote."""


class JournalLockedError(JournalError):
    """The journal's key is not to be had now; what is to be recorded waits for it."""
