"""`guardian policy explain ID [--text TEXT | --seq N]`: one message on its way through one policy, step by step.

Invariants: nothing is recorded; the policy is the file as it stands, whether it is in force or not.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass, replace
from typing import Any

from guardian.commands.journal_actions.asked import opened
from guardian.commands.narration import narrate
from guardian.commands.policy_actions.of_record import recorded_verdict
from guardian.commands.policy_actions.own import own_policies, print_json
from guardian.errors import UsageError
from guardian.exits import ExitCode
from guardian.journal.record import Record
from guardian.message import Channel, Format, Message
from guardian.policy.on_disk import file_of
from guardian.policy.trying.bench import Bench
from guardian.policy.trying.explain import Explained
from guardian.policy.trying.explain_lines import explained_json, explained_lines, said_words, then_words
from guardian.policy.trying.way import Walker, walker_of_message, walker_of_record
from guardian.settings import Settings
from guardian.sources.stdin import read_stream
from guardian.verdict import PolicyMatch
from guardian.workbench import open_bench


@dataclass(frozen=True, slots=True)
class _Then:
    """What a record said."""

    seq: int
    record: Record
    match: PolicyMatch | None
    policy_set: str


def run(args: argparse.Namespace, settings: Settings) -> ExitCode:
    """Explain. Raises UsageError, PolicyError, JournalError, ModelError. Exit codes: 0, 2, 74."""
    policy = file_of(args.policy_id, own_policies(settings)).policy
    assert policy is not None  # `file_of` found it by its policy
    then = _recorded(args, settings) if args.seq is not None else None
    message = _given(args, settings) if then is None else None
    with open_bench(settings, narrate(verbose=False)) as bench:
        walker = _walker(message, then, bench)
        if walker.trouble:
            sys.stderr.write(f"guardian: {walker.trouble}\n")
        explained = walker.through(policy, bench)
    _print(explained, then, as_json=args.json)
    return ExitCode.CLEAN


def _walker(message: Message | None, then: _Then | None, bench: Bench) -> Walker:
    if message is not None:
        return walker_of_message(message, bench)
    assert then is not None  # there is the one or the other
    return walker_of_record(then.record, bench)


def _given(args: argparse.Namespace, settings: Settings) -> Message:
    channel = Channel.AI_OUTPUT if args.channel == "ai" else Channel.INCOMING
    format = Format.MAIL if args.mail else Format.TEXT
    if args.text in (None, "-"):
        if sys.stdin.isatty():
            sys.stderr.write("guardian: reading the message from the terminal; end it with Ctrl-D\n")
        message, _ = read_stream(
            sys.stdin.buffer, channel=channel, format=format, max_bytes=settings.limits.max_bytes_read
        )
        return replace(message, sender=args.sender)
    raw = args.text.encode("utf-8", "surrogateescape")
    return Message(raw, channel=channel, sender=args.sender, source="--text", format=format)


def _recorded(args: argparse.Namespace, settings: Settings) -> _Then:
    if args.channel or args.sender or args.mail:
        raise UsageError("--seq takes the message as it was recorded", hint="leave out --as, --sender and --mail")
    with opened(settings) as journal:
        record, verdict = recorded_verdict(journal, args.seq)
    match = next((match for match in verdict.policies if match.id == args.policy_id), None)
    return _Then(args.seq, record, match, verdict.policy_set)


def _print(explained: Explained, then: _Then | None, *, as_json: bool) -> None:
    if as_json:
        row: dict[str, Any] = explained_json(explained)
        if then is not None:
            said = {"say": then_words(then.match), "policy_set": then.policy_set}
            row["then"] = {**(then.match.to_json() if then.match is not None else {}), **said}
            row["seq"] = then.seq
        print_json(row)
        return
    path = list(explained_lines(explained))
    if then is not None:
        path.append(f"then: {then_words(then.match)} (record {then.seq})")
    sys.stdout.write("\n".join([*path, f"now: {said_words(explained)}"]) + "\n")
