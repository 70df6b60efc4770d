"""`guardian ask --talk` and `--about`: a conversation with the owner's own language model, judged as it comes.

Invariants: standard output carries judged sentences alone, each through a sink that takes its `Screened`; which model
speaks, and whether its file is the judge's too, is said before its first word; a whole answer goes into the journal as
any AI's does, unless --no-journal says otherwise.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from typing import TYPE_CHECKING, Any, Final

from guardian.assembly import Assembled, assembled
from guardian.assistant.questions import question_of
from guardian.assistant.talk.base import Ended, Sentence, TalkModel
from guardian.assistant.talk.evidence import Evidence, evidence_of
from guardian.assistant.talk.opening import chosen, judge_words, open_talk_model
from guardian.assistant.talk.talk import MOST_OWNER_CHARACTERS, Talk
from guardian.commands.asking import ask_line, can_ask
from guardian.commands.narration import narrate
from guardian.commands.outcome_codes import exit_code
from guardian.commands.recording import recording
from guardian.errors import CellError, UsageError
from guardian.exits import ExitCode
from guardian.outcome import Outcome
from guardian.safe_text import safe_line
from guardian.settings import Settings
from guardian.sinks.streams import write_text

if TYPE_CHECKING:
    from guardian.talking.process import SpeakingProcess

_JSON_VERSION: Final = 1
_PROMPT: Final = "you:"


def wants_model(args: argparse.Namespace, settings: Settings) -> bool:
    """Whether this run asks the talking model: because it was said, or because nothing else can answer."""
    if args.talk:
        return True
    if chosen(settings) is None or args.question:
        return False
    if args.about is None:
        return args.say is not None and question_of(args.say) is None
    words = asked_words(args)
    return can_ask() if words is None else question_of(words) is None


def asked_words(args: argparse.Namespace) -> str | None:
    """The owner's question in words; None where there is none. About a record, TEXT is one."""
    if args.say is not None:
        return str(args.say)
    return str(args.text) if args.about is not None and args.text not in (None, "-") else None


def run(args: argparse.Namespace, settings: Settings, speaking: SpeakingProcess | None) -> ExitCode:
    """Talk. `speaking` speaks to the owner's server, where one is set. Exit codes: 0, 1, 2, 3, 74, 130."""
    observer = narrate(verbose=False)
    with ExitStack() as stack:
        if speaking is not None:
            stack.callback(speaking.close)
        model = stack.enter_context(closing(open_talk_model(settings, observer, speaking)))
        recorder = stack.enter_context(recording(args, settings, observer))
        parts = stack.enter_context(assembled(settings, observer, recorder=recorder))
        talk = Talk(model, parts.gate.screen, settings.assistant, _evidence(args, settings, parts))
        introduce(model, settings)
        outcomes = [_answer(talk, words, args) for words in _words(args, speaking)]
    return exit_code([outcome for outcome in outcomes if outcome is not None], settings.filter.fail_on)


def introduce(model: TalkModel, settings: Settings) -> None:
    """Say who speaks, on standard error, once it is there. Raises ModelError, CellError."""
    model.wait_ready()
    _tell(f"{model.name} answers, {model.place}; every sentence is screened before you see it")
    if words := judge_words(settings, model.name):
        _tell(words)


def say_answer(talk: Talk, words: str) -> tuple[list[Sentence], Ended]:
    """Have an answer, and write each sentence as it comes. Raises OutputError, CellError where nothing came."""
    sentences: list[Sentence] = []
    ended = Ended()
    try:
        with closing(talk.say(words)) as parts:
            for part in parts:
                if isinstance(part, Ended):
                    ended = part
                    break
                shown = part.shown if sentences else part.shown.lstrip()
                sentences.append(part)
                write_text(part.screened, shown, sys.stdout.buffer)
    finally:
        if sentences:
            write_text(sentences[-1].screened, "\n", sys.stdout.buffer)
    _tell_end(talk, ended, has_words=bool(sentences))
    return sentences, ended


def gathered_answer(talk: Talk, words: str) -> tuple[list[Sentence], Ended]:
    """Have an answer, and write nothing of it. Raises CellError where nothing came."""
    parts = list(talk.say(words))
    sentences = [part for part in parts if isinstance(part, Sentence)]
    ended = next(part for part in parts if isinstance(part, Ended))
    _tell_end(talk, ended, has_words=bool(sentences))
    return sentences, ended


def answer_json(talk: Talk, sentences: Sequence[Sentence], ended: Ended) -> Any:
    """An answer as JSON values."""
    failure = ended.failure
    return {
        "model": {"name": talk.model.name, "place": talk.model.place, "sha256": talk.model.sha256 or None},
        "about": talk.about.about if talk.about is not None else None,
        "sentences": [sentence.to_json() for sentence in sentences],
        "notes": list(ended.notes),
        "failure": {"code": failure.code, "say": safe_line(failure.say)} if failure is not None else None,
        "verdict": ended.whole.verdict.to_json() if ended.whole is not None else None,
    }


def _is_conversation(args: argparse.Namespace) -> bool:
    """Whether the owner says one thing after the other, on a terminal."""
    return _first_words(args) is None and can_ask()


def _first_words(args: argparse.Namespace) -> str | None:
    """What the owner says, or `-`; None where neither stands in the command."""
    return asked_words(args) if args.about is not None else args.text


def _words(args: argparse.Namespace, speaking: SpeakingProcess | None) -> Iterator[str]:
    """What the owner says: once, or line by line on a terminal. Raises CellError where `speaking` has ended: behind
    `stay_local` another one would reach no server."""
    first = _first_words(args)
    if _is_conversation(args):
        while (line := ask_line(_PROMPT, MOST_OWNER_CHARACTERS)) is not None:
            if speaking is not None and speaking.process_id is None:
                raise CellError("the process that speaks to the server ended", hint="begin again: guardian ask --talk")
            if line:
                yield line
    elif first is not None and first != "-":
        yield first
    else:
        words = sys.stdin.buffer.read((MOST_OWNER_CHARACTERS + 1) * 4).decode("utf-8", "replace").strip()
        if not words:
            raise UsageError("nothing was said", hint="give TEXT, or write it to standard input")
        yield words


def _answer(talk: Talk, words: str, args: argparse.Namespace) -> Outcome | None:
    """One answer, written. In a conversation one that fails, or that Ctrl-C stops, is told, and it goes on; elsewhere
    that raises CellError or KeyboardInterrupt."""
    try:
        return _json_answer(talk, words) if args.json else say_answer(talk, words)[1].outcome
    except KeyboardInterrupt:
        if not _is_conversation(args):
            raise
        _tell("stopped")
    except CellError as error:
        if not _is_conversation(args):
            raise
        _tell(error.line())
    return None


def _json_answer(talk: Talk, words: str) -> Outcome | None:
    sentences, ended = gathered_answer(talk, words)
    row = {"v": _JSON_VERSION, **answer_json(talk, sentences, ended)}
    screened = ended.whole or sentences[-1].screened  # no whole where the gate ended before it
    write_text(screened, json.dumps(row, ensure_ascii=True) + "\n", sys.stdout.buffer)
    return ended.outcome


def _evidence(args: argparse.Namespace, settings: Settings, parts: Assembled) -> Evidence | None:
    if args.about is None:
        return None
    from guardian.assistant.recorded import recorded
    from guardian.commands.journal_actions.asked import opened

    with opened(settings) as journal:
        found = recorded(journal, args.about)
    reading = parts.reader.read(found.message) if found.message is not None else None
    return evidence_of(found.verdict, f"record {found.seq}", found.message, reading)


def _tell_end(talk: Talk, ended: Ended, *, has_words: bool) -> None:
    """What is to be told of an answer. Raises CellError where there is none."""
    failure = ended.failure
    if failure is not None and not has_words:
        raise CellError(f"{talk.model.name} gave no answer: {failure.say}")
    if failure is not None:
        _tell(f"the answer is not whole: {failure.say}")
    for note in ended.notes:
        _tell(note.removeprefix("[guardian] "))


def _tell(words: str) -> None:
    sys.stdout.flush()
    print(f"guardian: {safe_line(words)}", file=sys.stderr, flush=True)
