"""`guardian scan`: files, folders, chat exports or NDJSON, screened in input order.

Invariants: standard output carries one answer a message, in input order; progress and the summary go to standard error,
progress only to a terminal.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from guardian.assembly import open_gate
from guardian.commands.narration import narrate
from guardian.commands.outcome_codes import exit_code
from guardian.commands.progress import ProgressBar
from guardian.commands.recording import recording
from guardian.errors import InputError, UsageError
from guardian.exits import ExitCode
from guardian.gate import Screened
from guardian.message import Channel, Message
from guardian.settings import Settings
from guardian.sinks.lines import verdict_lines
from guardian.sinks.ndjson import json_line
from guardian.sinks.streams import write_text
from guardian.sinks.table import table_row
from guardian.sources.files import hold_chats, list_files, open_regular_file, read_files
from guardian.sources.ndjson import read_ndjson
from guardian.sources.read_ahead import read_ahead
from guardian.verdict import Outcome


def run(args: argparse.Namespace, settings: Settings) -> ExitCode:
    """Screen what the paths hold. Exit codes: 0, 1, 2, 3, 74."""
    channel = {"ai": Channel.AI_OUTPUT, "incoming": Channel.INCOMING}.get(args.channel or "")
    if args.ndjson:
        with _named_stream(args.paths) as (name, stream):
            lines = read_ndjson(stream, channel=channel or Channel.INCOMING, source=name)
            return _scan(read_ahead(lines), None, args, settings)
    if not args.paths:
        raise UsageError("scan needs a file or a folder", hint="or --ndjson to read messages from standard input")
    files = list_files([Path(path) for path in args.paths])
    messages = read_files(files, channel=channel, max_bytes=settings.limits.max_bytes_read, me=tuple(args.me or ()))
    return _scan(messages, None if hold_chats(files) else len(files), args, settings)


@contextmanager
def _named_stream(paths: list[str]) -> Iterator[tuple[str, BinaryIO]]:
    """Standard input, or the one file that was named."""
    if len(paths) > 1:
        raise UsageError("scan --ndjson reads one file", hint="name one, or none for standard input")
    if not paths or paths[0] == "-":
        yield "standard input", sys.stdin.buffer
        return
    try:
        stream = open_regular_file(Path(paths[0]))
    except InputError as error:
        raise InputError(f"cannot read {paths[0]}: {error.what}") from error
    with stream:
        yield paths[0], stream


def _scan(
    messages: Iterable[Message | None], total: int | None, args: argparse.Namespace, settings: Settings
) -> ExitCode:
    outcomes: Counter[Outcome] = Counter()
    began = time.monotonic()
    as_json = args.json or args.ndjson
    colour = settings.output.colour == "always" or (settings.output.colour == "auto" and sys.stdout.isatty())
    columns = shutil.get_terminal_size((120, 24)).columns
    observer = narrate(verbose=args.verbose)
    with (
        recording(args, settings, observer) as recorder,
        open_gate(settings, observer, recorder=recorder) as gate,
        ProgressBar(total, sys.stderr) as bar,
    ):
        for screened in gate.screen_all(messages):
            outcomes[screened.verdict.outcome] += 1
            if as_json:
                answer = json_line(screened, all_policies=args.all_policies) + "\n"
            else:
                answer = _words(screened, colour=colour, columns=columns, reasons=args.verbose)
            bar.clear()
            write_text(screened, answer, sys.stdout.buffer)
            bar.advance()
    if not as_json:
        counts = ", ".join(f"{outcomes[outcome]} {outcome}" for outcome in Outcome if outcomes[outcome])
        print(f"{outcomes.total()} messages: {counts or 'none'}; {time.monotonic() - began:.1f} s", file=sys.stderr)
    return exit_code(outcomes.keys(), settings.filter.fail_on)


def _words(screened: Screened, *, colour: bool, columns: int, reasons: bool) -> str:
    """A table row, with its reasons below where they were asked for and there are any."""
    row = table_row(screened, colour=colour, columns=columns)
    below = verdict_lines(screened)[1:] if reasons and screened.verdict.outcome is not Outcome.CLEAN else []
    return "\n".join([row, *(f"    {line.strip()}" for line in below), *([""] if below else [])]) + "\n"
