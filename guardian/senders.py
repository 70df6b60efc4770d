"""Who wrote: the facts about a message's sender, and the memory of whom messages came from.

Invariants: facts are gathered before a message is judged and remembered after; a sender whose message was flagged,
could not be judged, or was disowned by the owner's own server does not become known by it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Final

from guardian.detectors.hosts import registered_domain
from guardian.detectors.lookalikes import decoded_host
from guardian.message import Channel, Message
from guardian.reading.base import Reading
from guardian.sender_facts import SenderFacts
from guardian.verdict import Outcome

if TYPE_CHECKING:
    from guardian.contacts import Contacts

_LEFT_OUT: Final = frozenset({Outcome.FLAGGED, Outcome.UNSCREENED})
_CHECKS: Final = frozenset({"dkim", "spf", "dmarc"})
_FREE_MAIL_KIN: Final = {"googlemail.com": "gmail.com", "live.com": "outlook.com", "hotmail.com": "outlook.com"}


class Senders:
    """`contacts` None: nobody is remembered. `believed_servers`: names of the owner's own mail servers, lower case."""

    def __init__(self, contacts: Contacts | None, believed_servers: Collection[str] = ()) -> None:
        self._contacts = contacts
        self._believed = frozenset(believed_servers)

    def facts_of(self, message: Message, reading: Reading) -> SenderFacts | None:
        """The facts; None where the message names no sender, or an AI wrote it."""
        address = reading.sender or message.sender or ""
        if not address or message.channel is not Channel.INCOMING:
            return None
        name, reply_to = reading.sender_name or "", reading.reply_to or ""
        is_elsewhere = bool(reply_to) and home_of(reply_to) != home_of(address)
        checks, has_unbelieved = self._checks(reading)
        facts = SenderFacts(
            address,
            name,
            reply_to if is_elsewhere else "",
            checks=checks,
            has_unbelieved_checks=has_unbelieved,
        )
        if self._contacts is None:
            return facts
        known = self._contacts.look_up(address, name)
        return replace(
            facts,
            seen=None if self._contacts.problem else known.count,
            first_day=known.first.isoformat() if known.first else "",
            last_day=known.last.isoformat() if known.last else "",
            has_known_name=known.has_known_name,
            resembles=known.resembles,
        )

    def note(self, facts: SenderFacts | None, outcome: Outcome, day: date) -> None:
        """A message from this sender was judged."""
        if self._contacts is not None and facts is not None and outcome not in _LEFT_OUT and not facts.is_disowned:
            self._contacts.note(facts.address, facts.name, day)

    def close(self) -> None:
        """Write what is to be remembered."""
        if self._contacts is not None:
            self._contacts.close()

    def _checks(self, reading: Reading) -> tuple[tuple[tuple[str, str], ...], bool]:
        """Results of the topmost header of a believed server, since what a sender wrote stands below it; and whether
        there are only others."""
        found = reading.envelope.authentication if reading.envelope is not None else ()
        believed = next((each for each in found if each.server in self._believed), None)
        if believed is None:
            return (), bool(found)
        return tuple(result for result in believed.results if result[0] in _CHECKS), False


def home_of(address: str) -> str:
    """The registered domain of a mail address; those of one provider count as one."""
    domain = registered_domain(decoded_host(address.rpartition("@")[2]))
    return _FREE_MAIL_KIN.get(domain, domain)
