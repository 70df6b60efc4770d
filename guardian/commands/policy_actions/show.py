"""`guardian policy show ID`: one policy in full."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from guardian.commands.policy_actions.own import own_policies, policy_row, print_json, tell_problems
from guardian.exits import ExitCode
from guardian.policy.base import Mute, Policy
from guardian.policy.on_disk import file_of
from guardian.safe_text import safe_line, safe_text
from guardian.settings import Settings


def run(args: argparse.Namespace, settings: Settings) -> ExitCode:
    """Print the policy's file, or JSON. Exit codes: 0, 2."""
    policies = own_policies(settings)
    file = file_of(args.policy_id, policies)
    if args.json and file.policy is not None:
        print_json(_full(file.policy))
    elif file.source is not None:
        sys.stdout.write(f"# {safe_line(str(file.path))}\n{safe_text(file.source.text)}")
    tell_problems(policies)
    return ExitCode.USAGE if policies.problems else ExitCode.CLEAN


def _full(policy: Policy) -> dict[str, Any]:
    return {
        **policy_row(policy),
        "why": policy.why,
        "since": policy.since.isoformat(),
        "review_by": policy.review_by.isoformat() if policy.review_by else None,
        "prose": policy.prose,
        "keep_text": policy.keep_text,
        "judge": policy.judge.value,
        "judge_may_soften": policy.judge_may_soften,
        "match": {
            "tactics": str(policy.match.tactics) if policy.match.tactics else None,
            "thresholds": dict(policy.match.thresholds),
            "patterns": list(policy.match.patterns),
            "rarity": policy.match.rarity,
        },
        "examples": [{"text": example.text, "flag": example.flag} for example in policy.examples],
        "senders": {"except": list(policy.senders_except), "only": list(policy.senders_only)},
        "when": {"hours": [str(hours) for hours in policy.hours], "days": [day.value for day in policy.days]},
        "conversation": {"turns": policy.conversation.value} if policy.conversation else None,
        "mutes": [_mute(mute) for mute in policy.mutes],
    }


def _mute(mute: Mute) -> dict[str, Any]:
    return {
        "tactic": mute.tactic or None,
        "sender": mute.sender or None,
        "since": mute.since.isoformat(),
        "until": mute.until.isoformat(),
        "why": mute.why,
    }
