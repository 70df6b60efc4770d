"""`guardian hook`: screens what AI tools say and what they bring in.

Invariants: standard output carries what the tool reads (the reply, or the command's own bytes) and nothing else.
"""

from __future__ import annotations

import argparse
import json
import shlex
import sys
from pathlib import Path

from guardian.commands.outcome_codes import exit_code
from guardian.errors import GuardianError, InputError, OutputError, SettingsError, UsageError
from guardian.exits import ExitCode
from guardian.hooks.asking import NotScreened, ask
from guardian.hooks.claude_code import handle, not_screened, settings_snippet
from guardian.hooks.running import Printed, run_and_keep
from guardian.message import Channel, Message
from guardian.outcome import Outcome
from guardian.safe_text import safe_line, safe_text
from guardian.service.answer import Answer
from guardian.settings import Settings

_JSON_BYTES_PER_BYTE = 6
"""JSON may write one byte of a text as six (`\\u0001`)."""
_ENVELOPE_BYTES = 1 << 16


def run(args: argparse.Namespace, settings: Settings) -> ExitCode | int:
    """Run one hook. Exit codes: those of its help."""
    if args.action == "exec":
        return _exec(args, settings)
    if args.print_settings:
        print(settings_snippet(_own_command()))
        return ExitCode.CLEAN
    return _claude_code(args, settings)


def _claude_code(args: argparse.Namespace, settings: Settings) -> ExitCode:
    most = settings.limits.max_bytes_read * _JSON_BYTES_PER_BYTE + _ENVELOPE_BYTES
    try:
        raw = sys.stdin.buffer.read(most + 1)
        if len(raw) > most:
            raise InputError(f"the event has more than {most:,} bytes")
        if args.settings_problem:
            raise SettingsError(args.settings_problem)
        reply = handle(raw, settings, fail_closed=args.fail_closed)
    except Exception as error:  # whatever fails here, the owner's tool goes on, and its owner knows
        why = error.line() if isinstance(error, GuardianError) else f"internal error ({type(error).__name__})"
        if args.fail_closed:
            print(f"guardian: NOT screened: {safe_line(why)}", file=sys.stderr)
            return ExitCode.USAGE  # which Claude Code takes as a block
        reply = not_screened(why)
    print(json.dumps(reply, ensure_ascii=True))
    return ExitCode.CLEAN


def _exec(args: argparse.Namespace, settings: Settings) -> ExitCode | int:
    words = args.words[1:] if args.words[:1] == ["--"] else args.words
    if not words:
        raise UsageError("no command to run", hint="guardian hook exec -- COMMAND WORDS")
    printed = run_and_keep(words, sys.stdout.buffer, settings.limits.max_bytes_read)
    if printed.raw.strip():
        code = _tell(_screened(printed, words[0], args.channel, settings), args)
        if code is not ExitCode.CLEAN:
            return code
    if printed.is_cut_off and printed.code == 0:
        raise OutputError("cannot write to standard output: its reader went away")
    return printed.code


def _screened(printed: Printed, name: str, channel: str, settings: Settings) -> Answer | NotScreened:
    speaks = Channel.AI_OUTPUT if channel == "ai" else Channel.INCOMING
    message = Message(printed.raw, speaks, id=safe_line(name, 80), source="hook:exec", cut=printed.is_cut)
    return ask(message, settings)


def _tell(answer: Answer | NotScreened, args: argparse.Namespace) -> ExitCode:
    """Say what is wrong on standard error; the exit code where it is not to be the command's own."""
    if isinstance(answer, NotScreened):
        print(f"guardian: NOT screened: {answer.why}", file=sys.stderr)
        return ExitCode.NOT_SCREENED if args.fail_closed else ExitCode.CLEAN
    for line in (*answer.notices, *(answer.lines if answer.outcome is not Outcome.CLEAN else ())):
        print(f"guardian: {safe_text(line)}", file=sys.stderr)
    code = exit_code([answer.outcome], args.fail_on or "flagged")
    if code is ExitCode.FLAGGED:
        return code if args.fail_on else ExitCode.CLEAN
    return code if args.fail_closed else ExitCode.CLEAN


def _own_command() -> str:
    """How to run this program from anywhere, quoted for a shell."""
    beside = Path(sys.executable).with_name("guardian")
    if beside.is_file():
        return shlex.quote(str(beside))
    return f"{shlex.quote(sys.executable)} -P -m guardian"
