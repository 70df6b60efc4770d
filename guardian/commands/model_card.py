"""`guardian model card`: the shipped card; with `--rerun`, a report card of this installation on labelled rows.

Invariants: rows are judged by the gate that judges everything else, with the model in its cell and the owner's own
policies (or `--policies`); nothing is recorded; standard output carries the report alone; whether the journal's key can
sign is known before the first row is screened.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from guardian.errors import ModelError, OutputError, UsageError
from guardian.exits import ExitCode
from guardian.safe_text import safe_text
from guardian.settings import Settings

if TYPE_CHECKING:
    from guardian.journal.checkpoint import Signer

CARD = "MODEL_CARD.md"


def run(args: argparse.Namespace, settings: Settings) -> ExitCode:
    """Print the card or a new report. Raises ModelError, UsageError, InputError, OutputError or JournalError."""
    if args.rerun is None:
        if args.json or args.html or args.sign:
            raise UsageError("--json, --html and --sign need --rerun", hint="the shipped card is plain text")
        print(safe_text(_read_card(settings.model_dir)), end="")
        return ExitCode.CLEAN
    if args.sign and not args.json:
        raise UsageError("--sign needs --json", hint="the signature is over the report's JSON")
    return _rerun(args, settings)


def _read_card(folder: Path) -> str:
    try:
        return (folder / CARD).read_text("utf-8", "replace")
    except OSError as error:
        raise ModelError(f"cannot read the model card {folder / CARD}: {error.strerror}") from error


def _rerun(args: argparse.Namespace, settings: Settings) -> ExitCode:
    from guardian.assembly import open_gate  # the shipped card is printed without any of this
    from guardian.commands.narration import narrate
    from guardian.commands.progress import ProgressBar
    from guardian.report.answers import ask
    from guardian.report.canonical import canonical_json
    from guardian.report.card import make_report
    from guardian.report.labelled_files import read_labelled
    from guardian.report.page import report_page
    from guardian.report.words import report_words

    page = Path(args.html) if args.html else None
    if page is not None and not page.absolute().parent.is_dir():  # said now, and not after an hour of screening
        raise OutputError(f"cannot write {page}: its folder does not exist")
    if page is not None and page.is_dir():
        raise OutputError(f"cannot write {page}: it is a folder")
    signer = _signer(settings) if args.sign else None
    labelled = read_labelled(Path(args.rerun))
    with (
        open_gate(settings, narrate(verbose=False)) as gate,
        ProgressBar(len(labelled.rows), sys.stderr, "rows") as bar,
    ):
        asked = ask(gate, labelled.rows, bar.advance)
    report = make_report(labelled, asked)
    if signer is not None:
        from guardian.journal.report_signature import sign_report

        report = sign_report(report, signer)
    if page is not None:
        write_page(page, report_page(report))
    print(canonical_json(report) if args.json else report_words(report), end="")
    return ExitCode.CLEAN


def _signer(settings: Settings) -> Signer:
    """The journal's signing key. Raises JournalError where there is no journal, or its key is not to be had."""
    from guardian.journal.opening import open_journal
    from guardian.journal.places.passphrase import terminal_ask

    with open_journal(settings, ask=terminal_ask) as journal:
        return journal.keys.signer


def write_page(path: Path, page: str) -> None:
    """Write a page whole or not at all. Raises OutputError."""
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        try:
            with partial.open("x", encoding="utf-8") as out:
                out.write(page)
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)
    except OSError as error:
        raise OutputError(f"cannot write {path}: {error.strerror or error}") from error
