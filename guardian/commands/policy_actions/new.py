"""`guardian policy new`: a new policy from four answers, from options, or from a message of the journal.

Invariants: nothing that is there is replaced; the policy begins on trial unless told otherwise; what is written was
read back first.
"""

from __future__ import annotations

import argparse
import sys
from contextlib import closing
from itertools import chain
from pathlib import Path

from guardian.assembly import reader_of
from guardian.commands.asking import can_ask
from guardian.commands.journal_actions.asked import opened
from guardian.commands.narration import narrate
from guardian.commands.policy_actions.checking import check_files
from guardian.commands.policy_actions.questions import ask
from guardian.errors import UsageError
from guardian.exits import ExitCode
from guardian.message import Channel
from guardian.policy.base import Status
from guardian.policy.drafting import Draft, Start
from guardian.policy.load import SUFFIX, load_policies, load_policy_file
from guardian.policy.making import Answers, draft_from, make_policy, start_of
from guardian.policy.trying.trial_words import trial_lines
from guardian.settings import Settings
from guardian.verdict import Action

_CHANNELS = {
    "incoming": (Channel.INCOMING,),
    "ai": (Channel.AI_OUTPUT,),
    "both": (Channel.INCOMING, Channel.AI_OUTPUT),
}


def run(args: argparse.Namespace, settings: Settings) -> ExitCode:
    """Write the policy, check it, try its examples. Raises UsageError, PolicyError, JournalError."""
    start = _start(args.seq, settings) if args.seq is not None else None
    channels = _CHANNELS[args.channel] if args.channel else ()
    draft = draft_from(
        _answers(args, start), start, title=args.title or "", channels=channels, status=Status(args.status)
    )
    path = make_policy(settings, draft, narrate(verbose=False))
    _report(path, draft, start, settings)
    return ExitCode.CLEAN


def _start(seq: int, settings: Settings) -> Start:
    with opened(settings) as journal, closing(reader_of(settings)) as reader:
        return start_of(journal, seq, reader)


def _answers(args: argparse.Namespace, start: Start | None) -> Answers:
    """What the options say; the rest is asked for where something is missing and there is somebody to ask."""
    texts = [start.text] if start is not None and start.text else []
    flag, why_else = [*texts, *(args.example or [])], start.why if start is not None else ""
    has_road = bool(flag) or bool(start is not None and start.tactics)
    action = Action(args.does) if args.does else None
    if (args.why and has_road) or not can_ask():
        missing = [] if args.why or why_else else ["--why TEXT"]
        missing += [] if has_road else ["--example TEXT (or --from SEQ)"]
        if missing:
            raise UsageError(f"a policy needs {' and '.join(missing)}", hint="on a terminal it is asked for")
        return Answers(args.why or why_else, tuple(flag), tuple(args.fine or ()), action or Action.WARN)
    return ask(why=args.why or None, why_else=why_else, flag=flag, has_road=has_road, fine=args.fine, action=action)


def _report(path: Path, draft: Draft, start: Start | None, settings: Settings) -> None:
    """What was written, what there is to say of it, and what to do next."""
    sys.stdout.write(f"wrote {path}\n")
    file = load_policy_file(path)
    found = check_files([file], settings, others=load_policies(settings.policies_dir).files)
    for line in chain(chain.from_iterable(map(trial_lines, found.trials)), (each.to_line() for each in found.problems)):
        sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
    say = sys.stderr.write
    for words in found.left_out:
        say(f"not checked: {words}\n")
    if start is not None and start.text:
        say(f"the text of record {start.seq} stands in that file now, in clear\n")
    policy_id = path.name.removesuffix(SUFFIX)
    say(f"next: guardian policy edit {policy_id}; guardian policy preview {policy_id}\n")
    if draft.status is not Status.ACTIVE:
        does = "looks at nothing yet" if draft.status is Status.DRAFT else "is on trial and gives notices at most"
        say(f'it {does}; status = "active" puts it in force\n')
