"""A pack, its trial and its plan in words: what an owner sees before they say yes, in a command or in the app.

Invariant: every line is safe for a terminal; nothing of a pack is in it but through `safe_line` or `safe_text`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from guardian.packs.installed import Installed
from guardian.packs.offering import Whose
from guardian.packs.pack import Pack, installed_id
from guardian.packs.plan import Plan, Step
from guardian.packs.trial import Trial
from guardian.safe_text import safe_line

STEPS: Final = {
    Step.ADD: "new",
    Step.CHANGE: "changed",
    Step.REMOVE: "removed",
    Step.SAME: "the same",
    Step.KEEP: "kept",
}
"""What becomes of a file."""


def pack_rows(pack: Pack, whose: Whose) -> Iterator[tuple[str, str]]:
    """What a pack says of itself, and whose it is: name and value."""
    manifest = pack.manifest
    yield "pack", safe_line(f"{manifest.name} {manifest.version}")
    yield "authors", safe_line(", ".join(manifest.authors))
    yield "licence", safe_line(manifest.licence)
    yield "languages", safe_line(", ".join(manifest.languages))
    yield "looks at", safe_line(", ".join(manifest.channels))
    yield "policies", f"{len(pack.policies)}, golden cases: {len(pack.golden)}"
    yield "key", safe_line(whose.say())
    yield "hash", safe_line(pack.sha256)


def installed_rows(pack: Installed) -> Iterator[tuple[str, str]]:
    """The same of a pack that is installed, with the policies that it brought."""
    yield "pack", safe_line(f"{pack.name} {pack.version}")
    yield "trust", f"{pack.tier.value} when it was installed"
    yield "key", safe_line(pack.key or "signed by nobody")
    yield "looks at", safe_line(", ".join(pack.channels))
    yield "hash", safe_line(pack.sha256)
    for policy_id in pack.policies:
        yield "policy", safe_line(installed_id(pack.name, policy_id))


def trial_lines(pack: Pack, trial: Trial) -> Iterator[str]:
    """How the policies did here, beside what their author measured."""
    for policy_id, score in trial.report.scores.items():
        yield f"{policy_id}: {score.say()}"
        if (theirs := pack.report.scores[policy_id]) != score:
            yield safe_line(f"  its author's card ({pack.report.model_name or 'no model'}): {theirs.say()}")
    for number in trial.failing:
        case = pack.golden[number - 1]
        wanted = "must match and does not" if case.match else "must not match and does"
        yield f"golden case {number}: {case.policy} {wanted}: {safe_line(case.text, 100)}"


def plan_lines(plan: Plan) -> Iterator[str]:
    """Every file with what becomes of it, and what there is to tell of it. The differences are `PlannedFile.diff`."""
    for each in plan.files:
        yield f"{safe_line(each.file)}: {STEPS[each.step]}"
        for line in each.told:
            yield f"  {safe_line(line)}"


def counted(plan: Plan) -> str:
    """`street-scams 1.0.0, 2 policies`."""
    count = len(plan.changes)
    return f"{plan.record.name} {plan.record.version}, {'1 policy' if count == 1 else f'{count} policies'}"
