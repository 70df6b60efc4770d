"""The terms of a filter: what each asks of an entry's facts, and of a record's bytes before they are parsed.

A term *holds*, does not hold, or does not apply (None), as in SQL: `!~o flagged` asks for records that have another
outcome, and not for seals and amendments, which have none.

Invariant: `may_hold(data)` is never false where `holds` would be true of the record in `data`; it may be true where
`holds` is not, for it only saves work.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Protocol

from guardian.journal.record import Kind
from guardian.journal.reports.facts import Facts
from guardian.journal.reports.words import Phrase, RawWords, folded, words_of
from guardian.tactics import TACTICS


class Term(Protocol):
    """One part of a filter."""

    def holds(self, facts: Facts) -> bool | None:
        """Whether it is true of an entry; None where it does not apply."""

    def may_hold(self, data: bytes) -> bool:
        """Whether it could be true of the record that these bytes (`Record.to_bytes`) hold."""


@dataclass(frozen=True, slots=True)
class OutcomeIs:
    """`~o`."""

    outcome: str

    def holds(self, facts: Facts) -> bool | None:
        """See `Term`."""
        return None if facts.outcome is None else facts.outcome == self.outcome

    def may_hold(self, data: bytes) -> bool:
        """See `Term`."""
        return _pair("outcome", self.outcome) in data


@dataclass(frozen=True, slots=True)
class ChannelIs:
    """`~c`."""

    channel: str

    def holds(self, facts: Facts) -> bool | None:
        """See `Term`."""
        return None if facts.channel is None else facts.channel == self.channel

    def may_hold(self, data: bytes) -> bool:
        """See `Term`."""
        return _pair("channel", self.channel) in data


@dataclass(frozen=True, slots=True)
class KindIs:
    """`~k`."""

    kind: Kind

    def holds(self, facts: Facts) -> bool | None:
        """See `Term`."""
        return None if facts.kind is None else facts.kind is self.kind

    def may_hold(self, data: bytes) -> bool:
        """See `Term`."""
        return _pair("kind", self.kind.value) in data


@dataclass(frozen=True, slots=True)
class TacticIs:
    """`~t`: a tactic, or any tactic of a group."""

    id: str
    _pattern: re.Pattern[bytes] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        ids = [self.id, *(tactic.id for tactic in TACTICS.values() if tactic.group == self.id)]
        # Only a policy that matched has tactics in its row; the scores name every tactic in every record.
        object.__setattr__(self, "_pattern", re.compile(rf'"tactics":\[[^\]]*"(?:{"|".join(ids)})"'.encode()))

    def holds(self, facts: Facts) -> bool | None:
        """See `Term`."""
        return None if facts.tactics is None else self.id in facts.tactics

    def may_hold(self, data: bytes) -> bool:
        """See `Term`."""
        return self._pattern.search(data) is not None


@dataclass(frozen=True, slots=True)
class PolicyIs:
    """`~p`: the policy matched."""

    id: str

    def holds(self, facts: Facts) -> bool | None:
        """See `Term`."""
        return None if facts.policies is None else self.id in facts.policies

    def may_hold(self, data: bytes) -> bool:
        """See `Term`."""
        return _pair("id", self.id) in data


@dataclass(frozen=True, slots=True)
class SenderHas:
    """`~s`: a part of the sender, or of an address that the message claims."""

    part: str
    _folded: str = field(init=False, repr=False, compare=False)
    _raw: RawWords = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_folded", folded(self.part))
        object.__setattr__(self, "_raw", RawWords(words_of(self.part)))

    def holds(self, facts: Facts) -> bool | None:
        """See `Term`."""
        return None if facts.senders is None else any(self._folded in sender for sender in facts.senders)

    def may_hold(self, data: bytes) -> bool:
        """See `Term`."""
        return self._raw.may_stand_in(data)


@dataclass(frozen=True, slots=True)
class Between:
    """`~d`: not before `first_ms`, and before `end_ms` (milliseconds since 1970)."""

    first_ms: int
    end_ms: int

    def holds(self, facts: Facts) -> bool | None:
        """See `Term`."""
        return None if facts.at_ms is None else self.first_ms <= facts.at_ms < self.end_ms

    def may_hold(self, data: bytes) -> bool:
        """See `Term`."""
        found = _AT_MS.match(data)
        return found is None or self.first_ms <= int(found[1]) < self.end_ms


@dataclass(frozen=True, slots=True)
class NumberIn:
    """`~n`: from `first` to `last`, both included."""

    first: int
    last: int

    def holds(self, facts: Facts) -> bool | None:
        """See `Term`."""
        return None if facts.seq is None else self.first <= facts.seq <= self.last

    def may_hold(self, data: bytes) -> bool:
        """See `Term`."""
        return True  # the number does not stand in the record


@dataclass(frozen=True, slots=True)
class FeedbackIs:
    """`~f`."""

    says: str

    def holds(self, facts: Facts) -> bool | None:
        """See `Term`."""
        return None if facts.says is None else facts.says == self.says

    def may_hold(self, data: bytes) -> bool:
        """See `Term`."""
        return _pair("kind", Kind.VERDICT.value) in data


@dataclass(frozen=True, slots=True)
class MarkIs:
    """`~a`."""

    mark: str

    def holds(self, facts: Facts) -> bool | None:
        """See `Term`."""
        return None if facts.mark is None else facts.mark == self.mark

    def may_hold(self, data: bytes) -> bool:
        """See `Term`."""
        return _pair("kind", Kind.VERDICT.value) in data


@dataclass(frozen=True, slots=True)
class Words:
    """`~m`, and bare words."""

    phrase: Phrase
    with_sender: bool = False
    """Whether the sender is searched as well."""
    _raw: RawWords = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_raw", RawWords(self.phrase.words))

    def holds(self, facts: Facts) -> bool | None:
        """See `Term`."""
        if facts.words is None:
            return None
        senders = (facts.senders or ()) if self.with_sender else ()
        return self.phrase.stands_in(facts.words) or any(map(self.phrase.stands_in, senders))

    def may_hold(self, data: bytes) -> bool:
        """See `Term`."""
        return self._raw.may_stand_in(data)


@dataclass(frozen=True, slots=True)
class AllOf:
    """Terms beside each other. Of nothing: everything."""

    parts: tuple[Term, ...]

    def holds(self, facts: Facts) -> bool | None:
        """See `Term`."""
        unknown = False
        for part in self.parts:
            answer = part.holds(facts)
            if answer is False:
                return False
            unknown = unknown or answer is None
        return None if unknown else True

    def may_hold(self, data: bytes) -> bool:
        """See `Term`."""
        return all(part.may_hold(data) for part in self.parts)


@dataclass(frozen=True, slots=True)
class AnyOf:
    """`|`."""

    parts: tuple[Term, ...]

    def holds(self, facts: Facts) -> bool | None:
        """See `Term`."""
        unknown = False
        for part in self.parts:
            answer = part.holds(facts)
            if answer:
                return True
            unknown = unknown or answer is None
        return None if unknown else False

    def may_hold(self, data: bytes) -> bool:
        """See `Term`."""
        return any(part.may_hold(data) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Not:
    """`!`."""

    part: Term

    def holds(self, facts: Facts) -> bool | None:
        """See `Term`."""
        answer = self.part.holds(facts)
        return None if answer is None else not answer

    def may_hold(self, data: bytes) -> bool:
        """See `Term`."""
        return True  # that the part may hold says nothing of where it does not


_AT_MS = re.compile(rb'\{"at_ms":(-?\d{1,18}),')
"""Canonical JSON has its keys in order, so the time comes first."""


def _pair(name: str, value: str) -> bytes:
    return f"{json.dumps(name)}:{json.dumps(value)}".encode("ascii")
