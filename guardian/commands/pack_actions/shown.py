"""What the actions have in common: what is printed of a pack, and the owner's yes.

Invariant: nothing of a pack reaches the terminal but through `safe_line` or `safe_text`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from guardian.commands.asking import can_ask, confirmed
from guardian.commands.narration import narrate
from guardian.commands.progress import ProgressBar
from guardian.errors import UsageError
from guardian.events import Event, Observer, Progress
from guardian.packs.offer_words import pack_rows, plan_lines, trial_lines
from guardian.packs.offering import Whose
from guardian.packs.pack import Pack
from guardian.packs.plan import Plan
from guardian.packs.trial import TRIED, Trial
from guardian.safe_text import safe_line

_JSON_VERSION = 1


def print_pack(pack: Pack, whose_pack: Whose) -> None:
    """What a pack says of itself, and whose it is."""
    print_rows(pack_rows(pack, whose_pack))


def print_rows(rows: Iterable[tuple[str, str]]) -> None:
    """Names and values below each other."""
    for name, value in rows:
        sys.stdout.write(f"{name:<10} {value}\n")


def print_trial(pack: Pack, trial: Trial) -> None:
    """How the policies did here, beside what their author measured."""
    sys.stdout.write("".join(f"{line}\n" for line in trial_lines(pack, trial)))


def print_plan(plan: Plan) -> None:
    """Every file with what becomes of it, what there is to tell of it, and the whole difference."""
    sys.stdout.write("".join(f"{line}\n" for line in plan_lines(plan)))
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
