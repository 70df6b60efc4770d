"""`guardian pack remove NAME`: take out what a pack installed, but for what its owner made their own."""

from __future__ import annotations

import argparse

from guardian.commands.pack_actions.shown import agrees, print_plan, say
from guardian.commands.pack_actions.taking import carry_out, tell
from guardian.exits import ExitCode
from guardian.packs.offering import offer_removal
from guardian.settings import Settings


def run(args: argparse.Namespace, settings: Settings) -> ExitCode:
    """Show, ask, remove. Exit codes: 0, 2, 74. Raises PackError."""
    plan = offer_removal(args.name, settings)
    print_plan(plan)
    if not agrees(f"{args.name}: remove {len(plan.changes)} of {len(plan.files)} policies?", yes=args.yes):
        say("nothing was changed")
        return ExitCode.CLEAN
    tell(plan, carry_out(settings, plan, f"pack {args.name} removed"))
    return ExitCode.CLEAN
