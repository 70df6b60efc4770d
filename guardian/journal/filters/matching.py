"""A filter that was read: which entries it lets through.

Invariants: the same filter, entry and words of the owner's give the same answer; `may_match` is never false of a record
that `matches` would let through, so that a scan may leave such records unparsed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from guardian.journal.filters.terms import AllOf, AnyOf, Not, PolicyIs, Term
from guardian.journal.owner_words import NOTHING_SAID, Said
from guardian.journal.record import Entry
from guardian.journal.reports.facts import EntryFacts, Facts


@dataclass(frozen=True, slots=True)
class Filter:
    """Made by `guardian.journal.filters.query.parse_filter`."""

    term: Term

    @property
    def is_everything(self) -> bool:
        """Whether nothing was asked for in particular."""
        return self.term == AllOf(())

    def matches(self, entry: Entry, said: Said = NOTHING_SAID) -> bool:
        """Whether an entry is asked for; `said` is what counts of the owner's words on it, where it is a verdict."""
        return self.lets_through(EntryFacts(entry, said))

    def lets_through(self, facts: Facts) -> bool:
        """The same, of facts."""
        return self.term.holds(facts) is True

    def may_match(self, data: bytes) -> bool:
        """Whether the record in these bytes (`Record.to_bytes`) could match. Of a verdict on which the owner left a
        note, ask `matches`: the note's words do not stand in the verdict's own record."""
        return self.term.may_hold(data)

    def policies(self) -> tuple[str, ...]:
        """The policies that the filter names, in order."""
        return tuple(dict.fromkeys(part.id for part in self.leaves() if isinstance(part, PolicyIs)))

    def leaves(self) -> Iterator[Term]:
        """The terms that ask something of their own, in order, whatever stands round them."""
        return _leaves(self.term)


EVERYTHING = Filter(AllOf(()))


def _leaves(term: Term) -> Iterator[Term]:
    if isinstance(term, AllOf | AnyOf):
        for part in term.parts:
            yield from _leaves(part)
    elif isinstance(term, Not):
        yield from _leaves(term.part)
    else:
        yield term
