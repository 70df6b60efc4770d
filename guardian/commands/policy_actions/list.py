"""`guardian policy list`: id, status, action and title of every policy."""

from __future__ import annotations

import argparse
import sys
from contextlib import ExitStack
from datetime import date

from guardian.commands.policy_actions.own import own_in_force, policy_row, print_json, tell_problems
from guardian.exits import ExitCode
from guardian.journal.opening import open_journal
from guardian.journal.places.passphrase import terminal_ask
from guardian.packs.origins import origins
from guardian.policy.life.cooling import this_moment
from guardian.policy.life.standing import left_words
from guardian.policy.load import PolicySet
from guardian.policy.survey import survey
from guardian.policy.survey_lines import survey_lines, surveyed_json
from guardian.safe_text import safe_line
from guardian.settings import Settings


def run(args: argparse.Namespace, settings: Settings) -> ExitCode:
    """Print the list. Exit codes: 0, 2; with --long also 74."""
    if args.long:
        return _long(args, settings)
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


def _long(args: argparse.Namespace, settings: Settings) -> ExitCode:
    """Everything that there is to say of each. Raises JournalError."""
    policies = own_in_force(settings).policies
    with ExitStack() as stack:
        journal = None
        if settings.paths.journal_file.exists():
            journal = stack.enter_context(open_journal(settings, ask=terminal_ask))
        found = survey(settings, date.today(), journal=journal, came_from=origins(settings))
    if args.json:
        print_json({"policies": [surveyed_json(each) for each in found.policies], "policy_set": policies.sha256})
    else:
        sys.stdout.write("".join(f"{line}\n" for line in survey_lines(found)))
        for each in found.policies:
            if each.waits:
                sys.stdout.write(f"{safe_line(each.id)}: {each.waits}\n")
    tell_problems(policies)
    return ExitCode.USAGE if policies.problems else ExitCode.CLEAN


def _print_lines(policies: PolicySet) -> None:
    rows = [(policy.id, policy.status.value, policy.action.value, policy.title) for policy in policies.policies]
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(3)]
    for row in rows:
        columns = [f"{cell:<{width}}" for cell, width in zip(row, widths, strict=False)]
        sys.stdout.write("  ".join([*columns, safe_line(row[3])]) + "\n")  # the other cells cannot hold anything
