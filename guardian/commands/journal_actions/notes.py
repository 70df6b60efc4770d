"""Checkpoints that the owner hands in or takes out as files, and the one way to hand a small text out."""

from __future__ import annotations

import sys
from pathlib import Path

from guardian.errors import InputError, UsageError
from guardian.journal.checkpoint import Checkpoint
from guardian.journal.note import MOST_NOTE_BYTES, read_note
from guardian.journal.reports.export import write_private

_STANDARD_INPUT = "-"


def read_checkpoint(path: str) -> str:
    """The signed note in a file ("-": standard input). Whose key signed it is not known yet.

    Raises InputError where it can't be read, UsageError where it is no checkpoint.
    """
    try:
        if path == _STANDARD_INPUT:
            data = sys.stdin.buffer.read(MOST_NOTE_BYTES + 1)
        else:
            with Path(path).open("rb") as file:
                data = file.read(MOST_NOTE_BYTES + 1)
    except (OSError, ValueError) as error:  # ValueError: a zero byte in the path
        words = error.strerror if isinstance(error, OSError) and error.strerror else "not a path"
        raise InputError(f"cannot read {path}: {words.lower()}") from error
    try:
        note = data.decode("utf-8")
        Checkpoint.parse(read_note(note, [])[0])
    except UnicodeDecodeError:
        raise UsageError(f"{path} is not a checkpoint: not UTF-8", hint=_HINT) from None
    except ValueError as error:
        raise UsageError(f"{path} is not a checkpoint: {error}", hint=_HINT) from None
    return note


_HINT = "guardian journal checkpoint --output FILE writes one"


def hand_out(text: str, output: str | None, *, force: bool) -> None:
    """Print `text`, or write it to a file of mode 0600. Raises OutputError."""
    if output is None:
        sys.stdout.write(text)
    else:
        write_private(Path(output), [text], force=force)
