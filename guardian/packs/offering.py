"""Taking in a pack, step by step, for whoever shows each step to the owner: whose it is, what it would do, doing it.

Invariants: an `Offer` changes nothing; what is carried out is what was offered (`guardian.packs.apply`); a pack that
nobody signed is opened only where the owner said so.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from guardian.events import Observer, ignore
from guardian.message import Channel
from guardian.packs.apply import apply_plan
from guardian.packs.base import PackError, Tier
from guardian.packs.installed import Installed, read_installed
from guardian.packs.keys import find_key, read_trusted_keys
from guardian.packs.lowering import lower
from guardian.packs.pack import Pack, open_pack
from guardian.packs.plan import Plan, check_continues, plan_pack, plan_removal
from guardian.packs.trial import Trial, try_pack
from guardian.policy.life.in_force import Compare
from guardian.policy.life.standing import InForce, policies_in_force
from guardian.policy.problem import did_you_mean, quoted
from guardian.policy.trying.bench import Bench
from guardian.settings import Settings

_MAY: Final = {
    Tier.MINE: "your own: it comes in as it stands",
    Tier.TRUSTED: "a key that you trust: it may warn, never hold",
    Tier.IMPORTED: "no key that you trust: it may give notices only",
}


@dataclass(frozen=True, slots=True)
class Whose:
    """How far a pack is trusted, and by which line."""

    tier: Tier
    name: str
    """Of the key in the owner's list; empty where it is not there."""
    fingerprint: str
    """Empty where nobody signed."""

    def say(self) -> str:
        """`signed by ada (SHA256:...): a key that you trust: it may warn, never hold`."""
        if not self.fingerprint:
            return f"signed by nobody: {_MAY[self.tier]}"
        by = self.name or "somebody"
        return f"signed by {by} ({self.fingerprint}): {_MAY[self.tier]}"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the owner said of a pack before it is taken in."""

    channels: Collection[str] = ()
    """Which of those that it asks for; none: what they agreed to before, else all of them."""
    is_active: bool = False
    """Its policies are in force at once; else they are on trial."""
    puts_back: bool = False
    """The pack's own text goes over what the owner changed."""


@dataclass(frozen=True, slots=True, repr=False)
class Offer:
    """A pack with all that its owner is to see before saying yes."""

    pack: Pack
    whose: Whose
    installed: Installed | None
    plan: Plan
    trial: Trial
    left_out: tuple[str, ...]
    """Ids of its policies that look at nothing which the owner lets it look at."""

    @property
    def is_here_already(self) -> bool:
        """Whether there is nothing to do."""
        return not self.plan.changes and self.installed == self.plan.record

    @property
    def why(self) -> str:
        """The reason that is recorded with each change."""
        return f"pack {self.pack.name} {self.pack.manifest.version}, {self.whose.fingerprint or 'unsigned'}"


def whose(pack: Pack, settings: Settings) -> Whose:
    """How far the owner trusts a pack. Raises PackError where the list of keys cannot be read."""
    trusted = read_trusted_keys(settings.paths.config)
    if pack.key is None:
        return Whose(Tier.IMPORTED, "", "")
    found = find_key(pack.key, trusted, datetime.now(UTC))
    return Whose(found.tier if found else Tier.IMPORTED, found.name if found else "", pack.key.fingerprint)


def opened_pack(path: Path, settings: Settings, *, unsigned: bool) -> tuple[Pack, Whose]:
    """A pack, and whose it is. Raises PackError; unless `unsigned` was said, also where nobody signed it."""
    pack = open_pack(path)
    key = whose(pack, settings)
    if not key.fingerprint and not unsigned:
        raise PackError(f"{pack.name} is signed by nobody", hint="--unsigned takes it nevertheless, for notices only")
    return pack, key


def packs_here(settings: Settings) -> Mapping[str, Installed]:
    """The packs that are installed, by name. Raises PackError."""
    return {name: each for name, each in read_installed(settings.paths.config).items() if not each.is_removed}


def installed_before(pack: Pack, settings: Settings) -> Installed | None:
    """What is, or once was, installed of it. Raises PackError."""
    return read_installed(settings.paths.config).get(pack.name)


def offer(
    settings: Settings,
    pack: Pack,
    key: Whose,
    installed: Installed | None,
    wanted: Wanted,
    observer: Observer = ignore,
    *,
    trying: Observer = ignore,
    bench: Bench | None = None,
    compare: Compare | None = None,
) -> Offer:
    """What the pack would do here; `bench` where a model runs already, and `trying` hears how the golden cases go.

    Raises PackError where it must not be taken in, ModelError or CellError where it can't be tried.
    """
    check_continues(pack, installed)
    channels = _agreed_channels(wanted, pack, key, installed)
    lowered = lower(pack, key.tier, channels, is_active=wanted.is_active)
    if not lowered:
        raise PackError(f"no policy of {pack.name} looks at what you let it: {', '.join(channels) or 'nothing'}")
    policies_in_force(settings, observer, compare=compare)  # the starter policies are there before a first pack is
    record = Installed(pack.name, pack.manifest.version, pack.sha256, key.fingerprint, key.tier, channels)
    plan = plan_pack(pack, lowered, record, installed, settings.policies_dir, puts_back=wanted.puts_back)
    trial = try_pack(settings, lowered, pack.golden, trying, bench)
    return Offer(pack, key, installed, plan, trial, tuple(sorted(set(pack.policies) - set(lowered))))


def offer_removal(name: str, settings: Settings) -> Plan:
    """What removing a pack would do. Raises PackError."""
    packs = packs_here(settings)
    if name not in packs:
        hint = did_you_mean(name, packs) or "guardian pack show lists them"
        raise PackError(f"no pack of the name {quoted(name)} is installed", hint=hint)
    return plan_removal(packs[name], settings.policies_dir)


def carry_out(
    settings: Settings, plan: Plan, why: str, observer: Observer = ignore, *, compare: Compare | None = None
) -> InForce:
    """Do what a plan says. Raises PackError where something changed since it was made, PolicyError."""
    return apply_plan(settings, plan, why, observer, compare=compare)


def _agreed_channels(wanted: Wanted, pack: Pack, key: Whose, installed: Installed | None) -> tuple[Channel, ...]:
    """What the owner named; else what they agreed to before; else what the pack asks for, which is shown and asked."""
    asked = pack.manifest.channels
    if wanted.channels:
        return tuple(channel for channel in asked if channel.value in wanted.channels)
    if installed is not None and not installed.is_removed and key.tier is not Tier.MINE:
        return tuple(channel for channel in asked if channel in installed.channels)
    return asked
