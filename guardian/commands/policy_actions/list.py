"""`guardian policy list`: id, status, action and title of every policy."""

from __future__ import annotations

import argparse
import sys

from guardian.commands.policy_actions.own import own_in_force, policy_row, print_json, tell_problems
from guardian.exits import ExitCode
from guardian.policy.life.cooling import this_moment
from guardian.policy.life.standing import left_words
from guardian.policy.load import PolicySet
from guardian.safe_text import safe_line
from guardian.settings import Settings


def run(args: argparse.Namespace, settings: Settings) -> ExitCode:
    """Print the list. Exit codes: 0, 2."""
    now = own_in_force(settings)
    policies = now.policies
    waits = {name: left_words(each, now.cooling_hours, this_moment()) for name, each in now.pending.items()}
    if args.json:
        rows = [policy_row(policy) for policy in policies.policies]
        pending = {name: {"why": each.why_milder, "left": waits[name]} for name, each in now.pending.items()}
        print_json({"policies": rows, "policy_set": policies.sha256, "pending": pending})
    else:
        _print_lines(policies)
        for name, left in waits.items():
            why = safe_line(now.pending[name].why_milder) or "not compared yet"
            sys.stdout.write(f"{name}: what you changed takes force in {left}: {why}\n")
    tell_problems(policies)
    return ExitCode.USAGE if policies.problems else ExitCode.CLEAN


def _print_lines(policies: PolicySet) -> None:
    rows = [(policy.id, policy.status.value, policy.action.value, policy.title) for policy in policies.policies]
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(3)]
    for row in rows:
        columns = [f"{cell:<{width}}" for cell, width in zip(row, widths, strict=False)]
        sys.stdout.write("  ".join([*columns, safe_line(row[3])]) + "\n")  # the other cells cannot hold anything
