"""What the actions have in common: whose a pack is, what is printed of it, and the owner's yes.

Invariant: nothing of a pack reaches the terminal but through `safe_line` or `safe_text`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from guardian.commands.asking import can_ask, confirmed
from guardian.commands.narration import narrate
from guardian.commands.progress import ProgressBar
from guardian.errors import UsageError
from guardian.events import Event, Observer, Progress
from guardian.packs.base import Tier
from guardian.packs.keys import find_key, read_trusted_keys
from guardian.packs.pack import Pack
from guardian.packs.plan import Plan, Step
from guardian.packs.trial import TRIED, Trial
from guardian.safe_text import safe_line
from guardian.settings import Settings

_JSON_VERSION = 1
_MAY = {
    Tier.MINE: "your own: it comes in as it stands",
    Tier.TRUSTED: "a key that you trust: it may warn, never hold",
    Tier.IMPORTED: "no key that you trust: it may give notices only",
}
_STEPS = {Step.ADD: "new", Step.CHANGE: "changed", Step.REMOVE: "removed", Step.SAME: "the same", Step.KEEP: "kept"}


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


def whose(pack: Pack, settings: Settings) -> Whose:
    """How far the owner trusts a pack. Raises PackError where the list of keys cannot be read."""
    trusted = read_trusted_keys(settings.paths.config)
    if pack.key is None:
        return Whose(Tier.IMPORTED, "", "")
    found = find_key(pack.key, trusted, datetime.now(UTC))
    return Whose(found.tier if found else Tier.IMPORTED, found.name if found else "", pack.key.fingerprint)


def print_pack(pack: Pack, whose_pack: Whose) -> None:
    """What a pack says of itself, and whose it is."""
    manifest = pack.manifest
    rows = [
        ("pack", f"{manifest.name} {manifest.version}"),
        ("authors", ", ".join(manifest.authors)),
        ("licence", manifest.licence),
        ("languages", ", ".join(manifest.languages)),
        ("looks at", ", ".join(manifest.channels)),
        ("policies", f"{len(pack.policies)}, golden cases: {len(pack.golden)}"),
        ("key", whose_pack.say()),
        ("hash", pack.sha256),
    ]
    for name, value in rows:
        sys.stdout.write(f"{name:<10} {safe_line(value)}\n")


def print_trial(pack: Pack, trial: Trial) -> None:
    """How the policies did here, beside what their author measured."""
    for policy_id, score in trial.report.scores.items():
        sys.stdout.write(f"{policy_id}: {score.say()}\n")
        if (theirs := pack.report.scores[policy_id]) != score:
            sys.stdout.write(f"  its author's card ({pack.report.model_name or 'no model'}): {theirs.say()}\n")
    for number in trial.failing:
        case = pack.golden[number - 1]
        wanted = "must match and does not" if case.match else "must not match and does"
        sys.stdout.write(f"golden case {number}: {case.policy} {wanted}: {safe_line(case.text, 100)}\n")


def print_plan(plan: Plan) -> None:
    """Every file with what becomes of it, what there is to tell of it, and the whole difference."""
    for each in plan.files:
        sys.stdout.write(f"{safe_line(each.file)}: {_STEPS[each.step]}\n")
        for line in each.told:
            sys.stdout.write(f"  {safe_line(line)}\n")
    for each in plan.changes:
        sys.stdout.write(each.diff() + "\n")
    sys.stdout.flush()


@contextmanager
def trying() -> Iterator[Observer]:
    """An observer for a trial: what the owner must know as lines, and on a terminal how far it is."""
    tell = narrate(verbose=False)
    with ProgressBar(None, sys.stderr, "texts tried") as bar:

        def observe(event: Event) -> None:
            if isinstance(event, Progress):
                bar.advance(event.what == TRIED)
            else:
                tell(event)

        yield observe


def agrees(question: str, *, yes: bool) -> bool:
    """Whether the owner agrees. Raises UsageError where nobody can be asked and --yes was not given."""
    if yes:
        return True
    if not can_ask():
        raise UsageError("nobody can be asked here, so nothing was changed", hint="--yes goes on without asking")
    return confirmed(question)


def print_json(value: dict[str, Any]) -> None:
    """JSON in ASCII, so that nothing in it can reach a terminal raw."""
    sys.stdout.write(json.dumps({"v": _JSON_VERSION, **value}, indent=2) + "\n")


def pack_row(pack: Pack, whose_pack: Whose) -> dict[str, Any]:
    """A pack as JSON."""
    manifest = pack.manifest
    return {
        "name": manifest.name,
        "version": str(manifest.version),
        "sha256": pack.sha256,
        "before": manifest.before,
        "authors": list(manifest.authors),
        "licence": manifest.licence,
        "languages": list(manifest.languages),
        "channels": list(manifest.channels),
        "policies": list(pack.policies),
        "golden": len(pack.golden),
        "tier": whose_pack.tier.value,
        "key": whose_pack.fingerprint,
        "signer": whose_pack.name,
    }


def say(words: str) -> None:
    """One line beside the answer, on standard error."""
    sys.stdout.flush()
    sys.stderr.write(f"guardian: {safe_line(words)}\n")
