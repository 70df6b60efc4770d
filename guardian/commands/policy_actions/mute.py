"""`guardian policy mute ID`: one reason, or a whole policy, is not told for a while."""

from __future__ import annotations

import argparse
from datetime import date, timedelta

from guardian.commands.policy_actions.muting import change, policy_on_disk
from guardian.errors import PolicyError, UsageError
from guardian.exits import ExitCode
from guardian.policy.amend import Wish
from guardian.policy.base import Mute, Policy
from guardian.policy.expression import ExpressionError, check_name, names
from guardian.policy.mute_lines import with_mute
from guardian.policy.schema_scope import LONGEST_MUTE_DAYS
from guardian.policy.schema_values import KNOWN_TACTICS
from guardian.policy.scope_problems import can_mute
from guardian.policy.senders import check_sender_pattern
from guardian.settings import Settings


def run(args: argparse.Namespace, settings: Settings) -> ExitCode:
    """Write the mute into the policy's file. Exit codes: 0, 2, 74."""
    mute = _mute(args)
    policy, text = policy_on_disk(args.policy_id, settings)
    _refuse(mute, policy)
    wish = Wish(policy.id, with_mute(text, mute), why=mute.why)
    change(wish, [f"{policy.id}: wrote into {policy.path}: mute {mute}"], settings)
    return ExitCode.CLEAN


def _mute(args: argparse.Namespace) -> Mute:
    """The mute that the owner asks for, from today on. Raises UsageError."""
    tactic, sender = args.tactic or "", args.sender or ""
    try:
        if tactic:
            tactic = check_name(tactic, KNOWN_TACTICS).id
        if sender:
            sender = check_sender_pattern(sender)
    except ExpressionError as error:
        raise UsageError(f"--tactic: {error}", hint=error.hint) from None
    except ValueError as error:
        hint = 'such as "sister@x.example", "@x.example" or "*@*.x.example"'
        raise UsageError(f"--sender {error}", hint=hint) from None
    if not 1 <= args.days <= LONGEST_MUTE_DAYS:
        raise UsageError(f"--days must be 1 to {LONGEST_MUTE_DAYS}", hint="for longer, change the policy itself")
    today = date.today()
    return Mute(tactic, sender, today, today + timedelta(days=args.days), args.why)


def _refuse(mute: Mute, policy: Policy) -> None:
    """Raise PolicyError where the mute would do nothing, or is there already."""
    if mute.tactic and not can_mute(policy, mute.tactic):
        named = ", ".join(names(policy.match.tactics)) if policy.match.tactics is not None else ""
        looks_for = f"it looks for {named}; " if named else ""
        hint = f"{looks_for}leave --tactic out to mute the whole policy"
        raise PolicyError(f"{policy.id} does not match by {mute.tactic}", hint=hint)
    for each in policy.mutes:
        same = (each.tactic, each.sender) == (mute.tactic, mute.sender)
        if same and each.since <= mute.since and each.until >= mute.until:
            raise PolicyError(f"{policy.id} has that mute already: {each}")
