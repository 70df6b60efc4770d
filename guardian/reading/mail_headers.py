"""Headers of a mail to plain values: people, threads, lists, and what servers say that they checked.

Invariants: nothing here raises; what it costs is bounded by the longest header that is taken apart; the grammar of
addresses of the standard library, which is recursive and quadratic, sees one line's length at most.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from email import policy
from typing import Final

from guardian.reading.envelope import (
    LONGEST_ID,
    MOST_AUTHENTICATION,
    MOST_RESULTS,
    MOST_SENDERS,
    MOST_THREAD,
    Authentication,
    Envelope,
)
from guardian.reading.limits import Limits
from guardian.reading.mail_part import Part
from guardian.reading.mail_unpack import decode_words, unfold

_LONGEST_RESULTS_BYTES: Final = 4096
"""Bytes of an Authentication-Results header that are looked at."""
_LONGEST_THREAD_BYTES: Final = 16 * 1024
_MESSAGE_ID: Final = re.compile(rf"<([^<>\s]{{1,{LONGEST_ID}}})>")
_COMMENT: Final = re.compile(r"\([^()]*\)")
_RESULT: Final = re.compile(r"\s*([a-z][a-z0-9-]{0,30})(?:\s*/\s*\d+)?\s*=\s*([a-z]{1,20})", re.IGNORECASE)
_TO_MANY: Final = frozenset({b"list", b"bulk", b"junk"})


@dataclass(frozen=True, slots=True)
class Person:
    """Who stands in a header of addresses."""

    address: str | None = None
    name: str | None = None


class Headers:
    """The headers of one mail. `odd` counts those that could not be taken apart."""

    def __init__(self, part: Part, limits: Limits) -> None:
        self._by_name: dict[str, list[bytes]] = {}
        for name, value in part.headers():
            self._by_name.setdefault(name.strip().lower().decode("ascii", "replace"), []).append(value)
        self._longest_bytes = limits.max_address_bytes
        self._taken_apart: dict[bytes, list[Person]] = {}
        self.odd = 0

    def first(self, name: str) -> Person:
        """The first person in the first header of that name."""
        found = self._people(next(iter(self._by_name.get(name, ())), b""))
        return found[0] if found else Person()

    def envelope(self) -> Envelope:
        """All that the rest of the headers says."""
        froms = self._by_name.get("from", [])
        senders = [person.address for value in froms[:MOST_SENDERS] for person in self._people(value)]
        return Envelope(
            senders=tuple(dict.fromkeys(address for address in senders if address))[:MOST_SENDERS],
            from_headers=len(froms),
            sent_by=self.first("sender").address,
            is_list=self._is_list(),
            thread=self._thread(),
            authentication=tuple(self._authentication()),
        )

    def _people(self, value: bytes) -> list[Person]:
        if value not in self._taken_apart:  # taking one apart costs 0.1 ms
            self._taken_apart[value] = self._take_apart(unfold(value))
        return self._taken_apart[value]

    def _take_apart(self, value: bytes) -> list[Person]:
        if not value.strip():
            return []
        if len(value) > self._longest_bytes:
            self.odd += 1
            return []
        try:
            addresses = policy.default.header_factory("from", value.decode("utf-8", "replace")).addresses
            found = [Person(_address(each.addr_spec), each.display_name or None) for each in addresses]
        except Exception:  # the grammar of addresses fails in as many ways as that of mails
            self.odd += 1
            return []
        return found

    def _is_list(self) -> bool:
        if any(name in self._by_name for name in ("list-id", "list-post", "list-unsubscribe")):
            return True
        return any(unfold(value).strip().lower() in _TO_MANY for value in self._by_name.get("precedence", ()))

    def _thread(self) -> tuple[str, ...]:
        values = [*self._by_name.get("references", ())[:1], *self._by_name.get("in-reply-to", ())[:1]]
        text = " ".join(unfold(value)[-_LONGEST_THREAD_BYTES:].decode("ascii", "replace") for value in values)
        return tuple(dict.fromkeys(match[1] for match in _MESSAGE_ID.finditer(text)))[-MOST_THREAD:]

    def _authentication(self) -> list[Authentication]:
        found = []
        for value in self._by_name.get("authentication-results", ())[:MOST_AUTHENTICATION]:
            text = _COMMENT.sub(" ", unfold(value)[:_LONGEST_RESULTS_BYTES].decode("utf-8", "replace"))
            server, *rest = text.split(";")
            name = (server.split() or [""])[0].lower()[:LONGEST_ID]
            results = [(match[1].lower(), match[2].lower()) for each in rest if (match := _RESULT.match(each))]
            if name:
                found.append(Authentication(name, tuple(dict.fromkeys(results))[:MOST_RESULTS]))
        return found


def file_name(part: Part) -> str:
    """The name that a part gives its file (RFC 2183, 2231; RFC 2047 too, which programs use all the same)."""
    try:
        name = part.get_filename("") or ""
        words = decode_words(name.encode("utf-8", "surrogateescape")).text if "=?" in name else name
    except Exception:  # parameters fail in as many ways as mails
        return ""
    return words.encode("utf-8", "replace").decode("utf-8").strip()


def _address(spec: str) -> str | None:
    return (spec if spec != "<>" else None) or None
