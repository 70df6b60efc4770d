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
from guardian.commands.policy_actions.own import file_of, own_policies, print_json
from guardian.errors import UsageError
from guardian.exits import ExitCode
from guardian.inspection import Inspection
from guardian.journal.record import Record
from guardian.message import Channel, Format, Message
from guardian.policy.base import Policy
from guardian.policy.effects.recorded import at_its_time, recorded_inspection, recorded_message
from guardian.policy.trying.bench import Bench
from guardian.policy.trying.explain import Explained, explain
from guardian.policy.trying.explain_lines import explained_json, explained_lines, said_words, then_words
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
    message = _given(args, settings) if then is None else recorded_message(then.record)
    with open_bench(settings, narrate(verbose=False)) as bench:
        explained = _explained(policy, message, then, bench)
    _print(explained, then, as_json=args.json)
    return ExitCode.CLEAN


def _explained(policy: Policy, message: Message | None, then: _Then | None, bench: Bench) -> Explained:
    if message is not None:
        (inspection,) = bench.inspect_all((message,))
        return explain(policy, inspection if then is None else at_its_time(inspection, then.record), bench)
    assert then is not None  # only a record has no text
    return explain(policy, _by_numbers(then.record, bench), bench, has_text=False)


def _by_numbers(record: Record, bench: Bench) -> Inspection:
    """The record's numbers; without the model's scores where another model gave them."""
    inspection = recorded_inspection(record)
    if record.spoke.model_sha256 == bench.manifest.sha256:
        return inspection
    sys.stderr.write("guardian: another model gave this record's scores, so they say nothing here\n")
    return replace(inspection, evidence=replace(inspection.evidence, scores={}))


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
