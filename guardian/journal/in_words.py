"""Any error of the journal's as one for its owner."""

from __future__ import annotations

from guardian.errors import JournalError, JournalIoError


def error_in_words(error: Exception) -> JournalError:
    """Any error as one for the owner, without its own words: those may quote a message."""
    if isinstance(error, JournalError):
        return error
    if isinstance(error, OSError):
        return JournalIoError(f"the journal can't be used: {(error.strerror or type(error).__name__).lower()}")
    return JournalError(f"internal error ({type(error).__name__})", hint="please report it")
