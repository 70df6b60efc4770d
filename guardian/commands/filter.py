"""`guardian filter`: one message from standard input to standard output, byte for byte, with its verdict beside it.

Invariants: standard output carries the message's own bytes, or the JSON or note that was asked for, and nothing else;
a message that is not passed on is kept in the held folder and its place is named.
"""

from __future__ import annotations

import argparse
import sys
from typing import BinaryIO

from guardian.assembly import open_gate
from guardian.commands.narration import narrate
from guardian.commands.outcome_codes import exit_code
from guardian.commands.recording import recording
from guardian.exits import ExitCode
from guardian.gate import Screened
from guardian.message import Channel, Format
from guardian.paths import ensure_private_directory
from guardian.settings import Settings
from guardian.sinks.lines import annotation, verdict_lines
from guardian.sinks.ndjson import json_line
from guardian.sinks.streams import hold_back, pass_through, pass_through_without_own_headers, write_text
from guardian.sources.stdin import read_stream
from guardian.verdict import Action, Outcome


def run(args: argparse.Namespace, settings: Settings) -> ExitCode:
    """Screen standard input. Exit codes: 0, 1, 2, 3 (75 with --mail), 74."""
    channel = Channel.AI_OUTPUT if args.channel == "ai" else Channel.INCOMING
    format = Format.MAIL if args.mail else Format.TEXT
    observer = narrate(verbose=args.verbose)
    with recording(args, settings, observer) as recorder, open_gate(settings, observer, recorder=recorder) as gate:
        message, rest = read_stream(
            sys.stdin.buffer, channel=channel, format=format, max_bytes=settings.limits.max_bytes_read
        )
        screened = gate.screen(message)
    code = exit_code([screened.verdict.outcome], settings.filter.fail_on, mail=args.mail)
    _emit(screened, rest, args, settings, code)
    _tell(screened, args)
    return code


def _emit(
    screened: Screened, rest: BinaryIO | None, args: argparse.Namespace, settings: Settings, code: ExitCode
) -> None:
    out = sys.stdout.buffer
    if args.json:
        write_text(screened, json_line(screened, all_policies=args.all_policies) + "\n", out)
    elif args.check:
        return
    elif screened.verdict.action is Action.HOLD or (args.fail_closed and code is not ExitCode.CLEAN):
        ensure_private_directory(settings.paths.held)
        kept = hold_back(screened, rest, settings.paths.held)
        print(f"guardian: held back, not passed on; the text is in {kept}", file=sys.stderr)
    else:
        if args.annotate:
            write_text(screened, annotation(screened), out)
        if args.annotate and args.mail:
            _tell_removed(pass_through_without_own_headers(screened, rest, out))
        else:
            pass_through(screened, rest, out)


def _tell_removed(headers: int) -> None:
    if headers:
        what = "a header" if headers == 1 else f"{headers} headers"
        print(f"guardian: removed {what} that only your own guardian may set (X-Guardian-...)", file=sys.stderr)


def _tell(screened: Screened, args: argparse.Namespace) -> None:
    """The verdict on standard error: nothing for a clean message unless asked."""
    if args.json and not args.verbose:
        return
    if screened.verdict.outcome is not Outcome.CLEAN or args.verbose or args.check:
        for line in verdict_lines(screened, scores=args.verbose):
            print(f"guardian: {line}", file=sys.stderr)
