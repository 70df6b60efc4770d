"""What installing, updating or removing a pack would change, file by file, before anything is changed.

Invariants: a plan writes nothing. What its owner changed in a pack's words is kept, and told; what its owner set for
themselves (status, action, senders, mutes and all that is not the pack's to say) stays as it is set. Where the pack's
words change, the policy goes back on trial, and an action that its owner raised goes back to what the tier may ask
for: the owner agreed to other words. An older version, one that does not follow the installed one, and one with
another key are refused.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from guardian.packs.base import PackError, Tier, refused
from guardian.packs.installed import Installed, InstalledPolicy, content_sha256, text_sha256
from guardian.packs.lowering import CONTENT, Lowered, flattened, policy_text, reparsed, strongest
from guardian.packs.pack import SEPARATOR, Pack, installed_id
from guardian.policy.base import Policy, Status
from guardian.policy.load import MOST_EXAMPLES, MOST_FILES, SUFFIX, load_policies, parse_policy
from guardian.policy.problem import quoted
from guardian.policy.source import SourceError, read_source
from guardian.safe_text import safe_text
from guardian.verdict import Action

_MATTERS: Final = (*CONTENT, "channels", "match.thresholds", "match.rarity")
"""What its owner looked at when they let a policy off its trial."""


class Step(StrEnum):
    """What becomes of one file."""

    ADD = "add"
    CHANGE = "change"
    REMOVE = "remove"
    SAME = "same"
    """Nothing: it says already what it is to say."""
    KEEP = "keep"
    """Nothing: its owner changed it, or deleted it."""


@dataclass(frozen=True, slots=True)
class PlannedFile:
    """One file of the owner's folder, before and after."""

    policy_id: str
    """In the owner's folder."""
    file: str
    step: Step
    before: str | None
    """Its text now; None where it is not there."""
    after: str | None
    """Its text afterwards; None where it is not there any more."""
    told: tuple[str, ...] = ()
    """What its owner should know, one line each."""

    def diff(self) -> str:
        """What changes, as a whole unified diff that is safe on a terminal; empty where nothing does."""
        before, after = (safe_text(text or "").splitlines() for text in (self.before, self.after))
        old, new = (self.file if text is not None else "/dev/null" for text in (self.before, self.after))
        return "\n".join(difflib.unified_diff(before, after, old, new, lineterm=""))


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done."""

    based_on: Installed | None
    """The record as it was when the plan was made."""
    record: Installed
    """The record afterwards."""
    files: tuple[PlannedFile, ...]

    @property
    def changes(self) -> tuple[PlannedFile, ...]:
        """Those files that are to be written or removed."""
        return tuple(each for each in self.files if each.step in (Step.ADD, Step.CHANGE, Step.REMOVE))


def check_continues(pack: Pack, installed: Installed | None) -> None:
    """Raises PackError unless the pack is new here, or the next version of what is installed, by the same key."""
    if installed is None:
        return
    here = f"{pack.name} {installed.version} {'was removed' if installed.is_removed else 'is installed'}"
    key = pack.key.fingerprint if pack.key else ""
    if installed.key and key != installed.key:
        signed = f"signed with another key ({key})" if key else "not signed"
        hint = f"it was signed with {installed.key}; for a new start remove it, then take it out of packs.toml"
        raise PackError(f"{here}, and this one is {signed}", hint=hint)
    if pack.sha256 == installed.sha256:
        return
    if pack.manifest.version <= installed.version:
        raise PackError(f"{here}, and this is {pack.manifest.version}: a pack never goes back")
    if pack.manifest.before != installed.sha256:
        hint = "update to the versions between first"
        raise PackError(f"{here}, and version {pack.manifest.version} does not follow that one", hint=hint)


def plan_pack(
    pack: Pack,
    lowered: Mapping[str, Lowered],
    record: Installed,
    installed: Installed | None,
    folder: Path,
    *,
    puts_back: bool = False,
) -> Plan:
    """The plan to have `lowered`, the policies of `pack`, in `folder`; `record` says what the plan leads to, but for
    its policies. With `puts_back` the pack's own text goes over what its owner changed. Raises PackError."""
    known = installed.policies if installed is not None else {}
    there = _policies_in(folder)
    files = {policy.id: policy.path.name for policy in there}
    planned: list[PlannedFile] = []
    put: dict[str, InstalledPolicy] = {}
    for policy_id in sorted({*lowered, *known}):
        wanted, old = lowered.get(policy_id), known.get(policy_id)
        if wanted is None:
            if old is not None:
                planned.append(_dropped(installed_id(pack.name, policy_id), old, files, folder))
            continue
        file = files.get(wanted.id, wanted.file)
        each = _planned(wanted, file, old, text_on_disk(folder / file), record.tier, puts_back=puts_back)
        planned.append(each)
        put[policy_id] = old if each.step is Step.KEEP and old is not None else _as_put(wanted, each.after)
    _check_room(planned, there)
    return Plan(installed, replace(record, policies=put), tuple(planned))


def plan_removal(installed: Installed, folder: Path) -> Plan:
    """The plan to remove what a pack installed. What its owner changed in the pack's words stays. Raises PackError."""
    files = {policy.id: policy.path.name for policy in _policies_in(folder)}
    planned = [
        _dropped(installed_id(installed.name, policy_id), old, files, folder)
        for policy_id, old in installed.policies.items()
    ]
    return Plan(installed, replace(installed, is_removed=True, policies={}), tuple(planned))


def text_on_disk(path: Path) -> str | None:
    """The text of a file of the owner's; None where there is none. Raises PackError where it cannot be read."""
    if not path.exists() and not path.is_symlink():
        return None
    try:
        return read_source(path).text
    except SourceError as error:
        raise refused(str(path), error.message, error.hint) from None


def _policies_in(folder: Path) -> Sequence[Policy]:
    """The policies of the folder: known by their ids, since their owner may have given a file another name."""
    return load_policies(folder).policies if folder.is_dir() else ()


def _check_room(planned: Iterable[PlannedFile], there: Iterable[Policy]) -> None:
    """Raises PackError where more would be there than can be in force: a policy of the owner's would drop out."""
    changed = {each.policy_id for each in planned}
    after = [policy for policy in there if policy.id not in changed]
    after += [
        policy
        for each in planned
        if each.after and (policy := parse_policy(each.after, Path(each.file))[0]) is not None
    ]
    if len(after) > MOST_FILES:
        raise PackError(f"with it you would have more than {MOST_FILES:,} policies")
    if sum(len(policy.examples) for policy in after) > MOST_EXAMPLES:
        raise PackError(f"with it your policies would have more than {MOST_EXAMPLES:,} examples")


def _planned(
    wanted: Lowered, file: str, old: InstalledPolicy | None, before: str | None, tier: Tier, *, puts_back: bool
) -> PlannedFile:
    if before == wanted.text:
        return PlannedFile(wanted.id, file, Step.SAME, before, before, wanted.told)
    if before is not None and (other := _other_policy(before, wanted.id, file)):
        if old is None or puts_back:
            raise refused(file, f"holds another policy, {quoted(other)}", "give that file another name")
        told = (f"its file holds another policy of yours, {other}: that stays",)
        return PlannedFile(wanted.id, file, Step.KEEP, before, before, told)
    if before is None:
        if old is not None and not puts_back:
            told = ("you deleted it: it stays deleted (--replace brings it back)",)
            return PlannedFile(wanted.id, file, Step.KEEP, None, None, told)
        return PlannedFile(wanted.id, file, Step.ADD, None, wanted.text, wanted.told)
    if old is None:
        raise refused(file, f"has the id {quoted(wanted.id)} already, and no pack put it there", "rename that policy")
    if puts_back:
        return PlannedFile(wanted.id, file, Step.CHANGE, before, wanted.text, wanted.told)
    table = _table_of(before, file)
    if table is None or content_sha256(table) != old.content:
        kept = ("you changed what it says: your version is kept (--replace puts the pack's in its place)",)
        return PlannedFile(wanted.id, file, Step.KEEP, before, before, kept)
    after, carried = _carried(wanted, table, tier, is_untouched=text_sha256(before) == old.sha256)
    step = Step.SAME if after == before else Step.CHANGE
    return PlannedFile(wanted.id, file, step, before, after, (*wanted.told, *carried))


def _carried(
    wanted: Lowered, disk: Mapping[str, Any], tier: Tier, *, is_untouched: bool
) -> tuple[str, tuple[str, ...]]:
    """The new text of a policy whose words its owner left alone, and what there is to tell of it."""
    told: list[str] = []
    flat = dict(wanted.table)
    if not is_untouched:
        flat = {key: value for key, value in disk.items() if key not in CONTENT}
        flat |= {key: wanted.table[key] for key in CONTENT if key in wanted.table}
    changes_words = any(flat.get(key) != disk.get(key) for key in _MATTERS)
    status, action = disk.get("status", Status.ACTIVE.value), flat.get("action", Action.WARN.value)
    flat["status"] = _status(status, wanted.table["status"], changes_words=changes_words)
    if flat["status"] == Status.TEST.value != status:
        told.append("its words change: back on trial (status test)")
    if changes_words:
        flat["action"] = strongest(tier, Action(action)).value
        if flat["action"] != action:
            told.append(f"its words change: your action {action} goes back to {flat['action']}")
    text = policy_text(flat, wanted.id.partition(SEPARATOR)[0])
    reparsed(text, wanted.file)
    return text, tuple(told)


def _status(now: str, wanted: str, *, changes_words: bool) -> str:
    """The status of a policy that was there before: what its owner put aside stays aside, and what they made active
    stays active as long as it says the same, unless they ask for more (`wanted` is active at their word alone)."""
    if now in (Status.DRAFT.value, Status.RETIRED.value):
        return now
    return wanted if changes_words or wanted == Status.ACTIVE.value else now


def _dropped(policy_id: str, old: InstalledPolicy, files: Mapping[str, str], folder: Path) -> PlannedFile:
    """A policy that the pack has no more."""
    file = files.get(policy_id, policy_id + SUFFIX)
    before = text_on_disk(folder / file)
    if before is None:
        return PlannedFile(policy_id, file, Step.SAME, None, None)
    table = _table_of(before, file)
    if table is None or content_sha256(table) != old.content or _other_policy(before, policy_id, file):
        told = ("you changed what it says: it stays, as your own",)
        return PlannedFile(policy_id, file, Step.KEEP, before, before, told)
    return PlannedFile(policy_id, file, Step.REMOVE, before, None)


def _other_policy(text: str, policy_id: str, file: str) -> str:
    """The id of the policy in a file of the owner's, where that is another one: then the file is none of the pack's."""
    policy, _ = parse_policy(text, Path(file))
    return policy.id if policy is not None and policy.id != policy_id else ""


def _as_put(wanted: Lowered, after: str | None) -> InstalledPolicy:
    return InstalledPolicy(text_sha256(after or wanted.text), content_sha256(wanted.table))


def _table_of(text: str, file: str) -> Mapping[str, Any] | None:
    """The flattened table of a policy on the disk; None where it is broken, which is its owner's work."""
    policy, _ = parse_policy(text, Path(file))
    return flattened(tomllib.loads(text)) if policy is not None else None
