"""What `pack install`, `pack update` and `pack remove` share: showing an offer, asking, and having it carried out.

Invariants: nothing is changed before the whole difference was shown and its owner agreed to it; a pack that nobody
signed needs that said as well.
"""

from __future__ import annotations

import argparse
from contextlib import ExitStack, suppress

from guardian.assembly import comparing
from guardian.commands.narration import narrate
from guardian.commands.pack_actions.shown import agrees, print_pack, print_plan, print_trial, say, trying
from guardian.errors import ModelError
from guardian.exits import ExitCode
from guardian.packs import offering
from guardian.packs.installed import Installed
from guardian.packs.offer_words import counted
from guardian.packs.offering import Wanted, Whose, offer
from guardian.packs.pack import Pack
from guardian.packs.plan import Plan
from guardian.policy.life.standing import InForce
from guardian.settings import Settings


def take(args: argparse.Namespace, settings: Settings, pack: Pack, key: Whose, installed: Installed | None) -> ExitCode:
    """Show what the pack would change, ask, and do it. Raises PackError, UsageError."""
    wanted = Wanted(tuple(args.channel or ()), args.active, getattr(args, "replace", False))
    with trying() as observer:
        found = offer(settings, pack, key, installed, wanted, narrate(verbose=False), trying=observer)
    for policy_id in found.left_out:
        say(f"{policy_id}: left out, it looks at nothing that you let this pack look at (--channel)")
    print_pack(pack, key)
    print_trial(pack, found.trial)
    print_plan(found.plan)
    if found.is_here_already:
        say("nothing to do: all of it is here already")
        return ExitCode.CLEAN
    if not agrees(f"{counted(found.plan)}: change your policies as shown?", yes=args.yes):
        say("nothing was changed")
        return ExitCode.CLEAN
    tell(found.plan, carry_out(settings, found.plan, found.why))
    return ExitCode.CLEAN


def carry_out(settings: Settings, plan: Plan, why: str) -> InForce:
    """Do what the plan says; what makes a policy milder is found by comparing, where there is a model for it."""
    with ExitStack() as stack:
        compare = None
        with suppress(ModelError):
            compare = stack.enter_context(comparing(settings))
        return offering.carry_out(settings, plan, why, narrate(verbose=False), compare=compare)


def tell(plan: Plan, standing: InForce) -> None:
    """What came of it."""
    say(f"{counted(plan)}: done; in force now: policies {standing.policies.sha256[:19]}")
    for each in plan.changes:
        if each.policy_id in standing.pending:
            say(f"{each.policy_id}: the earlier version stays in force until your cooling-off is over")
