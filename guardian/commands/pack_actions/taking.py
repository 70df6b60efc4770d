"""What `pack install` and `pack update` share: everything between a path and a changed folder.

Invariants: nothing is changed before the whole difference was shown and its owner agreed to it; a pack that nobody
signed needs that said as well.
"""

from __future__ import annotations

import argparse
from contextlib import ExitStack, suppress
from pathlib import Path

from guardian.assembly import comparing
from guardian.commands.narration import narrate
from guardian.commands.pack_actions.shown import Whose, agrees, print_pack, print_plan, print_trial, say, trying, whose
from guardian.errors import ModelError
from guardian.exits import ExitCode
from guardian.message import Channel
from guardian.packs.apply import apply_plan
from guardian.packs.base import PackError, Tier
from guardian.packs.installed import Installed
from guardian.packs.lowering import lower
from guardian.packs.pack import Pack, open_pack
from guardian.packs.plan import Plan, check_continues, plan_pack
from guardian.packs.trial import try_pack
from guardian.policy.life.standing import InForce, policies_in_force
from guardian.settings import Settings


def opened(args: argparse.Namespace, settings: Settings) -> tuple[Pack, Whose]:
    """The pack that was named, and whose it is. Raises PackError; unless it was said, also where nobody signed."""
    pack = open_pack(Path(args.path))
    key = whose(pack, settings)
    if not key.fingerprint and not args.unsigned:
        raise PackError(f"{pack.name} is signed by nobody", hint="--unsigned takes it nevertheless, for notices only")
    return pack, key


def take(args: argparse.Namespace, settings: Settings, pack: Pack, key: Whose, installed: Installed | None) -> ExitCode:
    """Show what the pack would change, ask, and do it. Raises PackError, UsageError."""
    check_continues(pack, installed)
    channels = _agreed_channels(args, pack, key, installed)
    lowered = lower(pack, key.tier, channels, is_active=args.active)
    for policy_id in sorted(set(pack.policies) - set(lowered)):
        say(f"{policy_id}: left out, it looks at nothing that you let this pack look at (--channel)")
    if not lowered:
        raise PackError(f"no policy of {pack.name} looks at what you let it: {', '.join(channels) or 'nothing'}")
    policies_in_force(settings, narrate(verbose=False))  # the starter policies are there before a first pack is
    record = Installed(pack.name, pack.manifest.version, pack.sha256, key.fingerprint, key.tier, channels)
    puts_back = getattr(args, "replace", False)
    plan = plan_pack(pack, lowered, record, installed, settings.policies_dir, puts_back=puts_back)
    with trying() as observer:
        trial = try_pack(settings, lowered, pack.golden, observer)
    print_pack(pack, key)
    print_trial(pack, trial)
    print_plan(plan)
    if not plan.changes and installed == plan.record:
        say("nothing to do: all of it is here already")
        return ExitCode.CLEAN
    if not agrees(f"{_counted(plan)}: change your policies as shown?", yes=args.yes):
        say("nothing was changed")
        return ExitCode.CLEAN
    standing = carry_out(settings, plan, f"pack {pack.name} {pack.manifest.version}, {key.fingerprint or 'unsigned'}")
    tell(plan, standing)
    return ExitCode.CLEAN


def carry_out(settings: Settings, plan: Plan, why: str) -> InForce:
    """Do what the plan says; what makes a policy milder is found by comparing, where there is a model for it."""
    with ExitStack() as stack:
        compare = None
        with suppress(ModelError):
            compare = stack.enter_context(comparing(settings))
        return apply_plan(settings, plan, why, narrate(verbose=False), compare=compare)


def tell(plan: Plan, standing: InForce) -> None:
    """What came of it."""
    say(f"{_counted(plan)}: done; in force now: policies {standing.policies.sha256[:19]}")
    for each in plan.changes:
        if each.policy_id in standing.pending:
            say(f"{each.policy_id}: the earlier version stays in force until your cooling-off is over")


def _agreed_channels(
    args: argparse.Namespace, pack: Pack, key: Whose, installed: Installed | None
) -> tuple[Channel, ...]:
    """What the owner named; else what they agreed to before; else what the pack asks for, which is shown and asked."""
    asked = pack.manifest.channels
    if args.channel:
        return tuple(channel for channel in asked if channel.value in args.channel)
    if installed is not None and not installed.is_removed and key.tier is not Tier.MINE:
        return tuple(channel for channel in asked if channel in installed.channels)
    return asked


def _counted(plan: Plan) -> str:
    count = len(plan.changes)
    return f"{plan.record.name} {plan.record.version}, {'1 policy' if count == 1 else f'{count} policies'}"
