"""`guardian clipboard`: screens what was copied or marked.

Invariants: nothing of the text is printed but what a verdict quotes of it; what was not judged is said to be so, and
never ends with exit code 0.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from datetime import datetime
from typing import TYPE_CHECKING

from guardian.clipboard.base import NotRead, Selection
from guardian.clipboard.choose import find_clipboard
from guardian.clipboard.screening import ASKED, NotScreened, ask_about, watch
from guardian.commands.outcome_codes import exit_code
from guardian.errors import OutputError
from guardian.exits import ExitCode
from guardian.message import Channel
from guardian.outcome import Outcome
from guardian.safe_text import safe_line
from guardian.service.connecting import connect
from guardian.service.errors import ServiceRefusedError, ServiceUnavailableError
from guardian.settings import Settings
from guardian.verdict_words import MARKS

if TYPE_CHECKING:
    from guardian.notifications.words import Telling
    from guardian.service.answer import Answer


def run(args: argparse.Namespace, settings: Settings) -> ExitCode:
    """Screen once, or watch. Exit codes: 0, 1, 2, 3, 74, 130. Raises ClipboardError, OutputError."""
    channel = Channel.AI_OUTPUT if args.channel == "ai" else Channel.INCOMING
    if args.action == "watch":
        return _watch(channel, settings)
    selection = Selection.PRIMARY if args.action == "selection" else Selection.CLIPBOARD
    found = _look(selection, channel, settings)
    if isinstance(found, NotRead):
        return _say_nothing_judged(found.words(selection), args, settings)
    if isinstance(found, NotScreened):
        return _say_nothing_judged(f"NOT screened: {found.why}", args, settings)
    if args.json:
        print(json.dumps(dict(found.verdict), ensure_ascii=True), flush=True)
    else:
        print("\n".join(found.lines), flush=True)
    for notice in found.notices:
        _say(notice)
    if args.notify:
        from guardian.notifications.asked import telling_of_answer

        _notify(telling_of_answer(found), settings)
    return exit_code([found.outcome], settings.filter.fail_on)


def _look(selection: Selection, channel: Channel, settings: Settings) -> Answer | NotRead | NotScreened:
    content = find_clipboard(os.environ, sys.platform).read(selection, settings.clipboard.max_bytes)
    if isinstance(content, NotRead):
        return content
    try:
        with connect(settings) as client:
            return ask_about(content, client, channel, ASKED[selection])
    except (ServiceUnavailableError, ServiceRefusedError) as error:
        return NotScreened(error.line())


def _watch(channel: Channel, settings: Settings) -> ExitCode:
    clipboard = find_clipboard(os.environ, sys.platform)
    with connect(settings) as client:
        _say("watching what is copied; nothing is kept of what is clean")
        for found in watch(clipboard, client, channel, settings.clipboard.max_bytes):
            if isinstance(found, NotScreened):
                _say(f"NOT screened: {found.why}")
                continue
            for notice in found.notices:
                _say(notice)
            if found.outcome is not Outcome.CLEAN:
                print(_line(found), flush=True)
    return ExitCode.IO_FAILED


def _line(answer: Answer) -> str:
    """When, outcome, what it does, and its number."""
    outcome = f"{MARKS[answer.outcome]}{answer.outcome.value}".strip()
    where = f"  (guardian journal show {answer.seq})" if answer.seq is not None else ""
    return f"{datetime.now():%H:%M:%S}  {outcome}: {safe_line(answer.short, 100)}{where}"


def _say_nothing_judged(words: str, args: argparse.Namespace, settings: Settings) -> ExitCode:
    _say(words)
    if args.notify:
        from guardian.notifications.words import Telling

        title = "Not screened" if words.startswith("NOT") else words[:1].upper() + words[1:]
        _notify(Telling(title, ""), settings)
    return ExitCode.NOT_SCREENED


def _notify(telling: Telling, settings: Settings) -> None:
    from guardian.notifications.asked import tell_asked

    try:
        tell_asked(telling, settings.notify.terminal, os.environ)
    except OutputError as error:
        _say(error.line())


def _say(words: str) -> None:
    sys.stdout.flush()
    print(f"guardian: {safe_line(words)}", file=sys.stderr, flush=True)
