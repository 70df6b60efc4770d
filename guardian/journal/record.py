"""What stands in the journal: one record an event, as plain values.

Invariants: a record holds JSON values alone, and says which model, policy set, wall and program spoke; `repr` never
shows its body; reading back what was written gives an equal record.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from guardian.journal.encoding import canonical_bytes, parsed
from guardian.journal.packing import packed, unpacked

SCHEMA: Final = 1
"""Version of what is sealed; raised when a reader of an older version could misread it."""


class Kind(StrEnum):
    """What a record is about. The body's keys are named beside each kind."""

    VERDICT = "verdict"
    """A message was judged (`guardian.journal.verdict_record`)."""
    COUNTS = "counts"
    """Messages of one day that were not recorded one by one: `day` (ISO, UTC), `counts` ({channel: {outcome: n}})."""
    FEEDBACK = "feedback"
    """The owner's word on a verdict: `of` (seq), `says` (right, wrong, unsure), `note`. The latest one counts."""
    MARK = "mark"
    """The owner put a verdict aside, to come back to or as done: `of` (seq), `mark` (kept, done, none), `note`. The
    latest one counts, and it says neither right nor wrong."""
    OPINION = "opinion"
    """The owner's judge spoke of a verdict late (`guardian.journal.opinion`). The latest one counts."""
    AMENDMENT = "amendment"
    """The policies in force changed: `before`, `after` (policy-set hashes), and what more is known of it."""
    MODEL = "model"
    """Another model speaks from here on: `before`, `after` ({name, sha256})."""
    SEAL = "seal"
    """The journal was begun, its key was moved or a recovery phrase was made: `did`, and what belongs to it."""
    RESEAL = "reseal"
    """A new master key: every record's own key was sealed again. `epoch`."""
    FORGOTTEN = "forgotten"
    """Records were erased at the owner's word: `seqs` (list of [first, last]), `why`."""
    GAP = "gap"
    """Something is missing that should be here: `why`, and what is known of it."""


_KIND: Final = b'"kind":"'


def kind_in(data: bytes) -> str:
    """The kind of the record in these bytes (`Record.to_bytes`), unparsed; empty where they hold none.

    Canonical JSON has its keys in order, so nothing behind a record's kind is called `kind`; and in a text, a quotation
    mark has a backslash before it.
    """
    begin = data.rfind(_KIND)
    return data[begin + len(_KIND) :].partition(b'"')[0].decode("ascii", "replace") if begin >= 0 else ""


GROWS_OLD: Final = frozenset({Kind.VERDICT, Kind.FEEDBACK, Kind.MARK, Kind.OPINION})
"""Kinds that their owner may have forgotten after a time; what happened to the journal and to the policies stays."""


@dataclass(frozen=True, slots=True)
class Spoke:
    """Who said what a record says."""

    model_name: str = ""
    model_sha256: str = ""
    policy_set: str = ""
    """`sha256:...` over the policies in force."""
    wall: str = ""
    program: str = ""
    """Guardian's version."""

    def to_json(self) -> dict[str, str]:
        """As it stands in a record."""
        return {
            "model": self.model_name,
            "sha256": self.model_sha256,
            "policy_set": self.policy_set,
            "wall": self.wall,
            "program": self.program,
        }


@dataclass(frozen=True, slots=True, repr=False)
class Record:
    """One event."""

    kind: Kind
    at_ms: int
    """When it happened, in milliseconds since 1970, by this machine's clock."""
    body: Mapping[str, Any]
    """JSON values; the keys are those of the kind."""
    spoke: Spoke = Spoke()
    late: bool = False
    """True: it waited outside the journal, for the key or for the disk, and was merged later."""

    def to_bytes(self) -> bytes:
        """The record as canonical JSON; a verdict's body is packed (`guardian.journal.packing`) wherever it can be."""
        spoke = self.spoke.to_json()
        small = packed(self.body, spoke) if self.kind is Kind.VERDICT else None
        return canonical_bytes(
            {
                "v": SCHEMA,
                "kind": self.kind.value,
                "at_ms": self.at_ms,
                "late": self.late,
                "spoke": spoke,
                "body": self.body if small is None else small,
                **({} if small is None else {"packed": True}),
            }
        )

    @classmethod
    def from_bytes(cls, data: bytes) -> Record:
        """The record that `to_bytes` wrote. Raises ValueError for anything else."""
        value = parsed(data)
        if value.get("v") != SCHEMA:
            raise ValueError("a record of another version")
        try:
            spoke, body = value["spoke"], value["body"]
            return cls(
                kind=Kind(value["kind"]),
                at_ms=int(value["at_ms"]),
                body=unpacked(body, spoke) if value.get("packed") is True else dict(body),
                spoke=Spoke(
                    str(spoke["model"]),
                    str(spoke["sha256"]),
                    str(spoke["policy_set"]),
                    str(spoke["wall"]),
                    str(spoke["program"]),
                ),
                late=bool(value["late"]),
            )
        except (KeyError, TypeError, OverflowError) as error:  # OverflowError: JSON can say 1e999
            raise ValueError("not a record") from error

    def __repr__(self) -> str:
        return f"Record({self.kind.value}, at_ms={self.at_ms})"


@dataclass(frozen=True, slots=True)
class Erased:
    """A record that was forgotten: its place in the tree stands, its content is gone."""

    why: str = "forgotten; a later record says why"


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A record that should be readable and is not."""

    why: str
    """One lower-case line: what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One place of the journal."""

    seq: int
    """Its number, from 0; also its index in the tree."""
    leaf: bytes
    """(32,): its hash in the tree."""
    record: Record | Erased | Unreadable
