"""`guardian verify-receipt`: check a receipt, or a signed report card, with nothing but the file.

Invariants: needs no journal, no model and no key of this machine; says who vouches, and says so where nobody but the
file itself does; every word that comes from the file passes `safe_line`.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any, Final

from guardian.commands.journal_actions.notes import read_checkpoint
from guardian.errors import UsageError
from guardian.exits import ExitCode
from guardian.journal.checkpoint import NoteError
from guardian.journal.note import VerifierKey
from guardian.journal.receipt_check import check_receipt_file, read_receipt_file
from guardian.journal.report_signature import MOST_REPORT_BYTES
from guardian.settings import Settings

_JSON_VERSION: Final = 1
_STANDARD_INPUT: Final = "-"


def run(args: argparse.Namespace, settings: Settings) -> ExitCode:
    """Say whether the file holds, and what it proves: CLEAN where it holds, FLAGGED where it does not.

    `args`: file (a path, or "-"), checkpoint (a path or None), key (a verifier key or None), json. Raises UsageError
    for a key or checkpoint that is none, InputError for a file that can't be read.
    """
    if args.key is not None:
        _check_key(args.key)
    checkpoint = read_checkpoint(args.checkpoint) if args.checkpoint is not None else None
    is_piped = args.file == _STANDARD_INPUT
    data = sys.stdin.buffer.read(MOST_REPORT_BYTES + 1) if is_piped else read_receipt_file(Path(args.file))
    checked = check_receipt_file(data, checkpoint, args.key)
    print(_json(checked.values) if args.json else "\n".join(checked.lines))
    return ExitCode.CLEAN if checked.holds else ExitCode.FLAGGED


def _json(value: dict[str, Any]) -> str:
    text = json.dumps({"v": _JSON_VERSION, **value}, ensure_ascii=True, allow_nan=False)
    return text.replace("\x7f", "\\u007f")  # the one control character that json leaves as it is


def _check_key(vkey: str) -> None:
    try:
        VerifierKey.parse(vkey)
    except NoteError as error:
        raise UsageError(f"--key: {error}", hint="it begins with guardian.local/journal/") from error
