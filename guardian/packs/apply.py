"""Does what a plan says, once its owner agreed to it.

Invariants: what was shown is what is done: where a file, or the record of packs, is not what it was when the plan was
made, nothing is changed; each change goes through the owner's amendments and so into the journal; the record is written
last, and a run that was cut off in between is finished by running it again.
"""

from __future__ import annotations

from guardian.events import Observer, ignore
from guardian.packs.base import PackError, refused
from guardian.packs.installed import read_installed, record_path, write_installed
from guardian.packs.plan import Plan, PlannedFile, Step, text_on_disk
from guardian.policy.amend import write_policy_file
from guardian.policy.life.in_force import Compare, Reasons
from guardian.policy.life.standing import InForce, policies_in_force
from guardian.policy.life.state import locked
from guardian.settings import Settings

_HOW = "pack"


def apply_plan(
    settings: Settings, plan: Plan, why: str, observer: Observer = ignore, *, compare: Compare | None = None
) -> InForce:
    """Change the files, record each change with the reason `why`, and answer what is in force afterwards.

    `compare` tells whether a change makes a policy milder, as a cooling-off wants to know. Raises PackError where
    something changed since the plan was made, PolicyError where a change cannot be written or recorded.
    """
    config = settings.paths.config
    with locked(record_path(config)):
        packs = dict(read_installed(config))
        if packs.get(plan.record.name) != plan.based_on:
            raise PackError(f"{plan.record.name} was installed or removed meanwhile", hint="run this again")
        for each in plan.changes:
            if text_on_disk(settings.policies_dir / each.file) != each.before:
                raise refused(each.file, "was changed meanwhile: nothing was done", "run this again")
        standing = policies_in_force(settings, observer, compare=compare)
        for each in plan.changes:
            standing = _change(settings, each, why, observer, compare)
        packs[plan.record.name] = plan.record
        write_installed(config, packs)
    return standing


def _change(settings: Settings, each: PlannedFile, why: str, observer: Observer, compare: Compare | None) -> InForce:
    path = settings.policies_dir / each.file
    if each.step is Step.REMOVE:
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise refused(each.file, (error.strerror or type(error).__name__).lower()) from None
    else:
        write_policy_file(path, each.after or "")
    reasons = Reasons(each.policy_id, _HOW, why)
    return policies_in_force(settings, observer, compare=compare, reasons=reasons)
