"""Amendments: every change of the owner's policies, as the journal keeps it.

The body of an amendment (`Kind.AMENDMENT`): policy, n (its version, from 1), how (first, edited, amended, restored,
deleted, pack), before and after (content hashes; empty where there is none), text (the new file), diff (unified), why
(empty: not asked yet), by (login name), preview (counts, or None), loosens (in one line; empty where it does not),
waited_ms, set (the policy-set hash from then on). One with how "reason" carries policy, n and why for an earlier one;
one with how "cooling" carries hours, and concerns all policies. Those with how "waits" and "withdrawn" tell that a
milder version began to wait, and that it was taken back: a state of the files from in between is then seen to be old.

Invariants: nothing is changed in the journal, a later record says more; what could not be recorded at once stands in
the state file until it is.
"""

from __future__ import annotations

import difflib
import getpass
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from guardian.journal.journal import Journal
from guardian.journal.record import Kind, Record, Spoke
from guardian.policy.life.state import Version

HOW_REASON: Final = "reason"
HOW_COOLING: Final = "cooling"
HOW_WAITS: Final = "waits"
HOW_WITHDRAWN: Final = "withdrawn"
_NO_VERSION: Final = (HOW_REASON, HOW_WAITS, HOW_WITHDRAWN)
"""Records about a version, rather than of one."""
ASKED_FOR: Final = ("edited", "deleted")
"""Changes straight in a file: their reason is asked for later."""
_MOST_DIFF_LINES: Final = 2_000


@dataclass(frozen=True, slots=True)
class Amendment:
    """One amendment as it stands in the journal."""

    seq: int
    at_ms: int
    policy: str
    n: int
    how: str
    why: str
    """The latest reason given; empty where none was."""
    by: str
    version: Version
    diff: str
    loosens: str
    preview: Mapping[str, Any] | None


def amendment_body(
    policy: str,
    before: Version | None,
    after: Version,
    *,
    how: str,
    policy_set: str,
    why: str = "",
    loosens: str = "",
    waited_ms: int = 0,
    preview: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """What is recorded of one change."""
    return {
        "policy": policy,
        "n": after.n,
        "how": how,
        "before": before.sha256 if before else "",
        "after": after.sha256,
        "file": after.file,
        "text": after.text,
        "diff": diff_of(before.text if before else "", after.text, after.file),
        "why": why,
        "by": login_name(),
        "preview": dict(preview) if preview is not None else None,
        "loosens": loosens,
        "waited_ms": waited_ms,
        "at_ms": after.since_ms,
        "set": policy_set,
    }


def reason_body(policy: str, n: int, why: str) -> dict[str, Any]:
    """What is recorded where an owner gives the reason of an earlier change."""
    return {"policy": policy, "n": n, "how": HOW_REASON, "why": why, "by": login_name()}


def wait_body(policy: str, how: str, sha256: str, *, loosens: str = "") -> dict[str, Any]:
    """What is recorded where a milder version begins to wait, or is taken back."""
    return {"policy": policy, "n": 0, "how": how, "version": sha256, "loosens": loosens, "why": "", "by": login_name()}


def cooling_body(hours: int) -> dict[str, Any]:
    """What is recorded where another cooling-off takes force."""
    return {"policy": "", "n": 0, "how": HOW_COOLING, "hours": hours, "why": "", "by": login_name()}


def records_of(bodies: Iterable[Mapping[str, Any]], now_ms: int, spoke: Spoke) -> list[tuple[Record, bytes]]:
    """Bodies as records; each is from the moment at which the change took force."""
    return [(Record(Kind.AMENDMENT, int(body.get("at_ms", now_ms)), dict(body), spoke), b"") for body in bodies]


def read_amendments(journal: Journal, policy: str | None = None) -> list[Amendment]:
    """The amendments of one policy, or of all, oldest first, each with the latest reason given."""
    found: dict[tuple[str, int], Amendment] = {}
    for seq, record in _amendment_records(journal, 0):
        body = record.body
        if not body.get("policy") or policy not in (None, body["policy"]):
            continue
        place = str(body["policy"]), int(body["n"])
        if body["how"] == HOW_REASON:
            if place in found:
                found[place] = replace(found[place], why=str(body["why"]))
        elif body["how"] not in _NO_VERSION:
            found[place] = _amendment(seq, record)
    return list(found.values())


def versions_in(journal: Journal, start: int = 0) -> tuple[dict[str, Version], int | None]:
    """The latest version of each policy in the records from `start` on, and the latest cooling-off (hours, or None)."""
    versions: dict[str, Version] = {}
    hours = None
    for seq, record in _amendment_records(journal, start):
        if record.body.get("how") == HOW_COOLING:
            hours = int(record.body["hours"])
        elif record.body.get("policy") and record.body["how"] not in _NO_VERSION:
            versions[str(record.body["policy"])] = _amendment(seq, record).version
    return versions, hours


def diff_of(before: str, after: str, name: str) -> str:
    """A unified diff, at most some 2,000 lines of it."""
    lines = list(
        difflib.unified_diff(before.splitlines(), after.splitlines(), f"before/{name}", f"after/{name}", lineterm="")
    )
    more = [f"... and {len(lines) - _MOST_DIFF_LINES} more lines"] if len(lines) > _MOST_DIFF_LINES else []
    return "\n".join([*lines[:_MOST_DIFF_LINES], *more])


def login_name() -> str:
    """Who is logged in, as the system knows them; empty where it does not."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""


def _amendment_records(journal: Journal, start: int) -> Iterator[tuple[int, Record]]:
    for entry in journal.entries(start):
        if isinstance(entry.record, Record) and entry.record.kind is Kind.AMENDMENT and "how" in entry.record.body:
            yield entry.seq, entry.record


def _amendment(seq: int, record: Record) -> Amendment:
    body = record.body
    version = Version(str(body["file"]), str(body["text"]), str(body["after"]), record.at_ms, int(body["n"]))
    return Amendment(
        seq=seq,
        at_ms=record.at_ms,
        policy=str(body["policy"]),
        n=version.n,
        how=str(body["how"]),
        why=str(body["why"]),
        by=str(body["by"]),
        version=version,
        diff=str(body["diff"]),
        loosens=str(body["loosens"]),
        preview=body["preview"],
    )
