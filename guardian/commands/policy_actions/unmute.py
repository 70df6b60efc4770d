"""`guardian policy unmute ID`: lists the mutes of a policy, and takes them out."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Collection
from datetime import date

from guardian.commands.policy_actions.muting import change, own_policy_on_disk
from guardian.errors import UsageError
from guardian.exits import ExitCode
from guardian.policy.amend import Wish
from guardian.policy.base import Mute, Policy
from guardian.policy.mute_lines import without_mute
from guardian.safe_text import safe_line
from guardian.settings import Settings


def run(args: argparse.Namespace, settings: Settings) -> ExitCode:
    """Print one line a mute, or take out those that are named. Exit codes: 0, 2, 74."""
    policy, text = own_policy_on_disk(args.policy_id, settings)
    today = date.today()
    if not args.numbers and not args.over:
        _print_mutes(policy, today)
        return ExitCode.CLEAN
    chosen = _chosen(args.numbers, policy, today, over=args.over)
    for index in sorted(chosen, reverse=True):
        text = without_mute(text, index)
    if chosen:
        said = [f"{policy.id}: took out of {policy.path}: mute {policy.mutes[index]}" for index in sorted(chosen)]
        change(Wish(policy.id, text, why=args.why), said, settings)
    return ExitCode.CLEAN


def _print_mutes(policy: Policy, today: date) -> None:
    if not policy.mutes:
        sys.stderr.write(f"{policy.id} mutes nothing\n")
    for number, mute in enumerate(policy.mutes, start=1):
        why = f": {mute.why}" if mute.why else ""
        sys.stdout.write(safe_line(f"{number}  {mute}{_standing(mute, today)}{why}") + "\n")


def _standing(mute: Mute, today: date) -> str:
    if mute.until < today:
        return " (over)"
    return f" (from {mute.since.isoformat()} on)" if mute.since > today else ""


def _chosen(numbers: Collection[int], policy: Policy, today: date, *, over: bool) -> set[int]:
    """Indexes of the mutes to take out. Raises UsageError for a number that there is not."""
    for number in numbers:
        if not 1 <= number <= len(policy.mutes):
            hint = f"see guardian policy unmute {policy.id}"
            raise UsageError(f"{policy.id} has no mute {number}, but {len(policy.mutes)} in all", hint=hint)
    past = {index for index, mute in enumerate(policy.mutes) if mute.until < today} if over else set()
    return past | {number - 1 for number in numbers}
