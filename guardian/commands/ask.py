"""`guardian ask`: one text, its verdict, and answers about it from evidence; or a conversation (`ask_talk`).

Invariants: nothing of a text that is asked about is recorded unless --keep says so; standard output carries the verdict
and the answer alone; a journal that can't be read keeps no answer away but those that need it, and these say why; no
network but one process's, which speaks to the owner's own server, is left when the text is read.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from guardian.assembly import Assembled, assembled
from guardian.assistant.answer import Answer, Kind
from guardian.assistant.asking import ASK_SOURCE, asked_message
from guardian.assistant.assistant import NEEDS_JOURNAL, answer
from guardian.assistant.house import House
from guardian.assistant.questions import CANNOT, WORDS, Question, question_of, what_can_be_asked
from guardian.assistant.talk.evidence import evidence_of
from guardian.assistant.talk.opening import ASKED, open_talk_model, start_speaking
from guardian.assistant.talk.talk import Talk
from guardian.commands import ask_talk
from guardian.commands.narration import narrate
from guardian.commands.outcome_codes import exit_code
from guardian.commands.progress import ProgressBar
from guardian.commands.recording import recording
from guardian.errors import JournalError, UsageError
from guardian.events import Observer, Progress
from guardian.exits import ExitCode
from guardian.gate import Screened
from guardian.journal.journal import Journal
from guardian.message import Channel, Format, Message
from guardian.recording import NoRecord, Recorder
from guardian.safe_text import safe_line
from guardian.settings import Settings
from guardian.sinks.lines import verdict_lines
from guardian.sinks.streams import write_text
from guardian.sources.stdin import read_stream
from guardian.walls.local_only import stay_local

if TYPE_CHECKING:
    from guardian.talking.process import SpeakingProcess

_MARKS = {Kind.QUOTE: "    ", Kind.REPLY: "  - ", Kind.COMMAND: "    $ ", Kind.PAST: "  # "}


def run(args: argparse.Namespace, settings: Settings) -> ExitCode:
    """Screen and answer. Exit codes: 0, 1, 2, 3, 74."""
    _check(args)
    speaking = start_speaking(settings) if ask_talk.wants_model(args, settings) else None
    stay_local()  # behind the one process that may speak to a server; that has a wall of its own
    if args.talk or (args.about is not None and ask_talk.wants_model(args, settings)):
        return ask_talk.run(args, settings, speaking)
    observer = narrate(verbose=False)
    with _recorder(args, settings, observer) as recorder, assembled(settings, observer, recorder=recorder) as parts:
        screened = parts.gate.screen(_message(args, settings))
        words = ask_talk.asked_words(args)
        question = Question(args.question) if args.question else question_of(words or "")
        told = _answered(question, screened, parts, args, settings) if question is not None else None
        if told is None and words and ask_talk.wants_model(args, settings):
            return _talked(words, screened, parts, args, settings, speaking)
    write_text(screened, _json(screened, told, args) if args.json else _words(screened, told, args), sys.stdout.buffer)
    return exit_code([screened.verdict.outcome], settings.filter.fail_on)


def _check(args: argparse.Namespace) -> None:
    """Raises UsageError for options that exclude each other."""
    if args.keep and args.no_journal:
        raise UsageError("--keep records, and --no-journal does not", hint="leave one of them out")
    if args.say and args.question:
        raise UsageError(f"--say and --{args.question} both ask something", hint="leave one of them out")
    if args.talk and (args.question or args.say or args.keep):
        other = args.question or ("say" if args.say else "keep")
        raise UsageError(f"--talk and --{other} do not go together", hint="say it to the model: --talk TEXT")
    if (args.talk or args.about is not None) and (args.sender or args.before or args.channel == "ai"):
        raise UsageError(
            "--as, --from and --before are about a text that you give", hint="leave them out with --talk and --about"
        )
    if args.about is not None and (args.keep or args.no_journal):
        raise UsageError("--about asks about what is in the journal", hint="leave --keep and --no-journal out")


def _talked(
    words: str,
    screened: Screened,
    parts: Assembled,
    args: argparse.Namespace,
    settings: Settings,
    speaking: SpeakingProcess | None,
) -> ExitCode:
    """A question that the evidence does not answer by itself, put to the model that talks, with that evidence."""
    evidence = evidence_of(screened.verdict, ASKED, screened.message, parts.reader.read(screened.message))
    if not args.json:
        write_text(screened, "\n".join([*verdict_lines(screened), "", ""]), sys.stdout.buffer)
    with closing(open_talk_model(settings, speaking=speaking)) as model:
        talk = Talk(model, parts.gate.screen, settings.assistant, evidence)
        ask_talk.introduce(model, settings)
        say = ask_talk.gathered_answer if args.json else ask_talk.say_answer
        sentences, ended = say(talk, words)
    if args.json:
        row = {"v": 1, "verdict": screened.verdict.to_json(), "talk": ask_talk.answer_json(talk, sentences, ended)}
        write_text(screened, json.dumps(row, ensure_ascii=True) + "\n", sys.stdout.buffer)
    outcomes = [screened.verdict.outcome, *([ended.outcome] if ended.outcome is not None else [])]
    return exit_code(outcomes, settings.filter.fail_on)


def _recorder(args: argparse.Namespace, settings: Settings, observer: Observer) -> AbstractContextManager[Recorder]:
    return recording(args, settings, observer) if args.keep else nullcontext(NoRecord())


def _message(args: argparse.Namespace, settings: Settings) -> Message:
    """The text as a message. Raises InputError."""
    channel = Channel.AI_OUTPUT if args.channel == "ai" else Channel.INCOMING
    most, turns = settings.limits.max_bytes_read, tuple(args.before or ())
    if args.about is not None:
        return _recorded_message(args.about, settings)
    if args.text not in (None, "-"):
        return asked_message(args.text, channel, most, sender=args.sender, context=turns, keep=args.keep)
    message, _ = read_stream(sys.stdin.buffer, channel=channel, format=Format.TEXT, max_bytes=most)
    return replace(message, sender=args.sender.strip() or None, context=turns, source=ASK_SOURCE, draft=not args.keep)


def _recorded_message(seq: int, settings: Settings) -> Message:
    """The message of a record, to be judged again as a draft. Raises JournalError."""
    from guardian.assistant.recorded import recorded
    from guardian.commands.journal_actions.asked import opened

    with opened(settings) as journal:
        found = recorded(journal, seq)
    if found.message is None:
        hint = "guardian ask --about SEQ --talk asks a model about what was recorded"
        raise JournalError(f"the text of record {seq} was not kept ({found.why_not})", hint=hint)
    return replace(found.message, draft=True)


def _answered(
    question: Question, screened: Screened, parts: Assembled, args: argparse.Namespace, settings: Settings
) -> Answer:
    wants_journal = question in NEEDS_JOURNAL and not args.no_journal
    with _journal(settings, wanted=wants_journal) as (journal, why_not), ProgressBar(None, sys.stderr) as bar:
        house = House(
            parts.bench,
            parts.gate.policies,
            journal,
            why_not,
            progress=lambda done, total: bar.show(Progress(done, total)),
        )
        return answer(question, screened, house)


@contextmanager
def _journal(settings: Settings, *, wanted: bool) -> Iterator[tuple[Journal | None, str]]:
    """The owner's journal, unlocked; or None, and why."""
    if not wanted:
        yield None, "this run leaves the journal alone"
        return
    from guardian.commands.journal_actions.asked import opened

    opening = opened(settings)
    try:
        journal = opening.__enter__()
    except JournalError as error:
        yield None, safe_line(error.line())
        return
    try:
        yield journal, ""
    finally:
        opening.__exit__(None, None, None)


def _words(screened: Screened, told: Answer | None, args: argparse.Namespace) -> str:
    lines = verdict_lines(screened)
    if told is not None:
        lines += ["", WORDS[told.question]]
        lines += [f"{_MARKS.get(line.kind, '  ')}{line.say}  [{line.rests_on}]" for line in told.lines]
    else:
        lines += ["", *([CANNOT] if ask_talk.asked_words(args) else []), what_can_be_asked()]
    return "\n".join(lines) + "\n"


def _json(screened: Screened, told: Answer | None, args: argparse.Namespace) -> str:
    row: dict[str, Any] = {"v": 1, "verdict": screened.verdict.to_json(), "answer": told.to_json() if told else None}
    if told is None:
        row |= {"can_ask": list(WORDS.values())} | ({"cannot": CANNOT} if ask_talk.asked_words(args) else {})
    return json.dumps(row, ensure_ascii=True) + "\n"
