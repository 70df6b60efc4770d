"""`guardian pack remove NAME`: take out what a pack installed, but for what its owner made their own."""

from __future__ import annotations

import argparse

from guardian.commands.pack_actions.shown import agrees, print_plan, say
from guardian.commands.pack_actions.taking import carry_out, tell
from guardian.exits import ExitCode
from guardian.packs.base import PackError
from guardian.packs.installed import read_installed
from guardian.packs.plan import plan_removal
from guardian.policy.problem import did_you_mean, quoted
from guardian.settings import Settings


def run(args: argparse.Namespace, settings: Settings) -> ExitCode:
    """Show, ask, remove. Exit codes: 0, 2, 74. Raises PackError."""
    packs = {name: each for name, each in read_installed(settings.paths.config).items() if not each.is_removed}
    if args.name not in packs:
        hint = did_you_mean(args.name, packs) or "guardian pack show lists them"
        raise PackError(f"no pack of the name {quoted(args.name)} is installed", hint=hint)
    plan = plan_removal(packs[args.name], settings.policies_dir)
    print_plan(plan)
    if not agrees(f"{args.name}: remove {len(plan.changes)} of {len(plan.files)} policies?", yes=args.yes):
        say("nothing was changed")
        return ExitCode.CLEAN
    tell(plan, carry_out(settings, plan, f"pack {args.name} removed"))
    return ExitCode.CLEAN
