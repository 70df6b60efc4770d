"""Which version of each policy is in force: what the files say, but for a broken file and a change that has to wait.

A broken file keeps its last good version in force. Where the owner asked for a cooling-off, a change that makes a
policy milder (or takes it away) waits; what makes it stricter is in force at once. Every change is an amendment.

Invariants: every program of the owner's settles by this one function and this one state, so all of them have the same
policies in force; which id a version belongs to is all that counts, so renaming a file, or moving text between files,
goes round nothing; where a change can't be compared it waits. While a cooling-off is in force the state is written only
with the journal's key; without it what is stricter still is in force at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from guardian.policy.base import Policy
from guardian.policy.life.amendments import (
    ASKED_FOR,
    HOW_WAITS,
    HOW_WITHDRAWN,
    amendment_body,
    cooling_body,
    reason_body,
    wait_body,
)
from guardian.policy.life.cooling import Moment, Wait
from guardian.policy.life.state import Pending, State, Version
from guardian.policy.load import LoadedFile, PolicySet, load_policies, parse_policy, policy_set_sha256, policy_sha256
from guardian.policy.problem import Level, Problem
from guardian.policy.source import Source

Compare = Callable[[Policy | None, Policy | None], str | None]
"""`compare(before, after)`: why the later one is milder; empty where it is not; None where that can't be told now."""


@dataclass(frozen=True, slots=True)
class Reasons:
    """What the owner said of a change that they are making now."""

    policy: str
    how: str
    why: str
    preview: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Settled:
    """What is in force."""

    policies: PolicySet
    state: State
    bodies: tuple[dict[str, Any], ...]
    """Amendments that this settling made, oldest first."""


def settle(
    folder: Path,
    before: State | None,
    now: Moment,
    *,
    hours_wanted: int,
    compare: Compare,
    reasons: Reasons | None = None,
) -> Settled:
    """What is in force, from the files in `folder` and the state `before` (None: the first time). Pure but for reading.

    Raises PolicyError where the folder can't be read.
    """
    disk = load_policies(folder)
    work = _Settling(before or State(), now, compare, is_first=before is None, reasons=reasons)
    work.settle_hours(hours_wanted)
    on_disk = {file.policy.id: file for file in disk.files if file.policy is not None}
    kept = _kept_by_broken_files(disk, work.versions)
    for policy_id in sorted({*on_disk, *work.versions, *work.pending}):
        if policy_id in on_disk or policy_id not in kept:
            work.settle_policy(policy_id, on_disk.get(policy_id))
    policies = _policy_set(disk, work.versions)
    bodies = tuple({**body, "set": policies.sha256} if "set" in body else body for body in work.bodies)
    state = replace(
        work.state,
        versions=work.versions,
        pending=work.pending,
        unexplained=work.unexplained,
        unrecorded=(*work.state.unrecorded, *bodies),
    )
    return Settled(policies, state, bodies)


class _Settling:
    """One settling, policy by policy."""

    def __init__(
        self, before: State, now: Moment, compare: Compare, *, is_first: bool, reasons: Reasons | None
    ) -> None:
        self.state = before
        self.versions = dict(before.versions)
        self.pending = {name: replace(each, wait=each.wait.seen(now)) for name, each in before.pending.items()}
        self.unexplained = dict(before.unexplained)
        self.bodies: list[dict[str, Any]] = []
        self._now, self._compare, self._is_first, self._reasons = now, compare, is_first, reasons

    def settle_hours(self, wanted: int) -> None:
        """More hours of cooling-off at once, fewer when the old ones have passed."""
        hours, fewer = self.state.cooling_hours, self.state.fewer_hours
        if wanted >= hours:
            fewer = None
            if wanted > hours:
                self.bodies.append(cooling_body(wanted))
            hours = wanted
        elif fewer is None or fewer[0] != wanted:
            fewer = (wanted, Wait.from_now(self._now))
        else:
            fewer = (wanted, fewer[1].seen(self._now))
            if fewer[1].left_ms(hours) == 0:
                hours, fewer = wanted, None
                self.bodies.append(cooling_body(wanted))
        self.state = replace(self.state, cooling_hours=hours, fewer_hours=fewer)

    def settle_policy(self, policy_id: str, file: LoadedFile | None) -> None:
        """Take what the file says, let it wait, or keep what is in force."""
        current = self.versions.get(policy_id)
        wanted = _version_of(file)
        if current is None:
            self.pending.pop(policy_id, None)
            if wanted is not None:
                self._take(policy_id, None, wanted, "first" if self._is_first else "edited")
        elif wanted is not None and wanted.sha256 == current.sha256:
            if self.pending.pop(policy_id, None) is not None:
                self.bodies.append(wait_body(policy_id, HOW_WITHDRAWN, wanted.sha256))
            self.versions[policy_id] = replace(current, file=wanted.file, text=wanted.text)
            self._explain(policy_id, current)
        elif wanted is not None or current.sha256:
            self._change(policy_id, current, wanted or Version(current.file, "", ""))

    def _change(self, policy_id: str, current: Version, wanted: Version) -> None:
        """A version other than the one in force; an empty one where the policy was deleted."""
        how = "edited" if wanted.sha256 else "deleted"
        hours = self.state.cooling_hours
        if not hours:
            self._take(policy_id, current, wanted, how)
            return
        pending = self.pending.get(policy_id)
        is_new = pending is None or pending.version.sha256 != wanted.sha256
        if pending is None or is_new:
            pending = Pending(wanted, "", Wait.from_now(self._now))
        pending = self._with_reasons(policy_id, pending)
        milder = pending.why_milder or self._compare(_policy_of(current), _policy_of(wanted))
        pending = replace(pending, version=wanted, why_milder=milder or "")
        self.pending[policy_id] = pending
        if milder == "" or (milder is not None and not pending.wait.left_ms(hours)):
            self._take(
                policy_id, current, wanted, how, loosens=milder, waited_ms=pending.wait.waited_ms if milder else 0
            )
        elif is_new:
            self.bodies.append(wait_body(policy_id, HOW_WAITS, wanted.sha256, loosens=milder or ""))

    def _with_reasons(self, policy_id: str, pending: Pending) -> Pending:
        """What waits, with what its owner says of it now; what they said before stays where they say no more."""
        given = self._given(policy_id)
        if given is None or not (given.why or not pending.why):
            return pending
        return replace(pending, how=given.how, why=given.why, preview=given.preview)

    def _explain(self, policy_id: str, current: Version) -> None:
        """Give the reason of a change that another program noticed before whoever made it could say why."""
        given = self._given(policy_id)
        if given is not None and given.why and self.unexplained.get(policy_id) == current.n:
            del self.unexplained[policy_id]
            self.bodies.append(reason_body(policy_id, current.n, given.why))

    def _given(self, policy_id: str) -> Reasons | None:
        return self._reasons if self._reasons is not None and self._reasons.policy == policy_id else None

    def _take(
        self,
        policy_id: str,
        current: Version | None,
        wanted: Version,
        how: str,
        *,
        loosens: str = "",
        waited_ms: int = 0,
    ) -> None:
        pending = self.pending.pop(policy_id, None)
        if not wanted.sha256 and current is None:
            return
        version = replace(wanted, since_ms=self._now.wall_ms, n=(current.n if current else 0) + 1)
        given = self._given(policy_id)
        if pending is not None and pending.how and pending.version.sha256 == wanted.sha256:
            given = Reasons(policy_id, pending.how, pending.why, pending.preview)
        body = amendment_body(
            policy_id,
            current,
            version,
            how=given.how if given else how,
            policy_set="",
            why=given.why if given else "",
            loosens=loosens,
            waited_ms=waited_ms,
            preview=given.preview if given else None,
        )
        self.bodies.append(body)
        self.versions[policy_id] = version
        self.unexplained.pop(policy_id, None)
        if body["how"] in ASKED_FOR and not body["why"]:
            self.unexplained[policy_id] = version.n


def _kept_by_broken_files(disk: PolicySet, versions: Mapping[str, Version]) -> set[str]:
    """Policies whose last good version stays: their file is broken, or may be the broken one under a new name."""
    names = {file.path.name for file in disk.files}
    broken = {file.path.name for file in disk.files if file.policy is None}
    may_be_renamed = bool(broken - {version.file for version in versions.values()})
    return {
        policy_id
        for policy_id, version in versions.items()
        if version.file in broken or (may_be_renamed and version.file not in names)
    }


def _version_of(file: LoadedFile | None) -> Version | None:
    if file is None or file.policy is None or file.source is None:
        return None
    return Version(file.path.name, file.source.text, policy_sha256(file.policy))


def _policy_of(version: Version) -> Policy | None:
    """The policy of a version; None for a deleted one, and for one that this program can't read any more."""
    return parse_policy(version.text, Path(version.file))[0] if version.sha256 else None


def _policy_set(disk: PolicySet, versions: Mapping[str, Version]) -> PolicySet:
    """The set in force: each file with the version of its policy that counts, and those that wait or are gone."""
    by_id = {name: version for name, version in versions.items() if version.sha256}
    by_file = {version.file: name for name, version in by_id.items()}
    files = []
    for file in disk.files:
        policy_id = file.policy.id if file.policy is not None else by_file.get(file.path.name)
        version = by_id.pop(policy_id, None) if policy_id is not None else None
        files.append(_in_force(file, version, disk.directory))
    files += [_in_force(None, version, disk.directory) for version in by_id.values()]
    policies = [file.policy for file in files if file.policy is not None]
    return PolicySet(disk.directory, tuple(files), policy_set_sha256(policies))


def _in_force(file: LoadedFile | None, version: Version | None, folder: Path) -> LoadedFile:
    path = file.path if file is not None else folder / (version.file if version else "")
    if version is None:
        return replace(file, policy=None) if file is not None else LoadedFile(path, None, None)
    if file is not None and file.policy is not None and file.source is not None and file.source.text == version.text:
        return file
    policy, problems = parse_policy(version.text, path)
    source = (
        Source(version.text, 0o600) if file is None or file.source is None else replace(file.source, text=version.text)
    )
    if file is not None and file.policy is None:
        problems = [*file.problems, _last_good(path, version)]
    return LoadedFile(path, policy, source, tuple(problems))


def _last_good(path: Path, version: Version) -> Problem:
    message = f"its last good version (number {version.n}) stays in force"
    return Problem(path, 1, 1, Level.WARNING, "last-good", message, "mend the file")
