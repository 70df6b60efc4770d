"""Senders as a policy names them: addresses, domains, and either with `*` for any characters.

A sender's address is not authenticated: whoever can write to the owner can write any address into From. So what a
policy says of a sender holds for a forged one too; it is the owner's explicit choice, and the verdict names it.

Invariants: pure; linear in the length of the sender, whatever a stranger writes there: a `*` is matched by looking for
the pieces between stars from left to right, never by going back. A `*` never reaches over the last `@`, so nothing in
the name before it can pass for a domain. Domains match whole: `@bank.example` is not `mail.bank.example`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

LONGEST_ADDRESS_CHARACTERS = 1_000
"""Whatever is longer is no address (RFC 5321 allows 254 bytes), and falls under no pattern."""
_WILDCARDS_OF_OTHERS = "?[]"


def check_sender_pattern(pattern: str) -> str:
    """The pattern in lower case. Raises ValueError, in the owner's words, for what can't be one."""
    name, at, domain = pattern.strip().rpartition("@")
    if not at or not domain or any(c.isspace() or c in "<>," for c in name + domain):
        raise ValueError("must be an address or an @domain")
    if any(c in _WILDCARDS_OF_OTHERS for c in pattern):
        raise ValueError("must have no wildcard but *")
    return pattern.strip().lower()


def address_of(sender: str) -> str:
    """The address in a sender: what stands in the last angle brackets, for a name may hold brackets too."""
    before, bracket, after = sender.strip().rpartition("<")
    inside = after.partition(">")[0] if bracket else before + after
    return inside.strip().lower()


def addresses_of(senders: Iterable[str | None]) -> tuple[str, ...]:
    """The addresses in some senders, each once; a sender may be a bare address or `Name <address>`."""
    addresses = (address_of(sender) for sender in senders if sender)
    return tuple(dict.fromkeys(each for each in addresses if 0 < len(each) <= LONGEST_ADDRESS_CHARACTERS))


class SenderList:
    """Patterns of senders, ready to be asked; plain addresses and domains cost the same however many there are."""

    def __init__(self, patterns: Sequence[str]) -> None:
        """`patterns` as `check_sender_pattern` gives them."""
        self.patterns = tuple(patterns)
        self._plain = frozenset(pattern for pattern in patterns if "*" not in pattern)
        self._globs = tuple((pattern, *_halves(pattern)) for pattern in patterns if "*" in pattern)

    def __bool__(self) -> bool:
        return bool(self.patterns)

    def find(self, addresses: Iterable[str]) -> str | None:
        """The pattern that the first of the addresses to be covered falls under, or None.

        `addresses` are as `addresses_of` gives them.
        """
        for address in addresses:
            found = self._find(address)
            if found is not None:
                return found
        return None

    def _find(self, address: str) -> str | None:
        if address in self._plain:
            return address
        name, at, domain = address.rpartition("@")
        if not at:
            return None
        if at + domain in self._plain:
            return at + domain
        for pattern, name_pieces, domain_pieces in self._globs:
            if _fits(name_pieces, name) and _fits(domain_pieces, domain):
                return pattern
        return None


def _halves(pattern: str) -> tuple[list[str], list[str]]:
    """The pieces between the stars before and behind the last `@`; nothing before it stands for everybody."""
    name, _, domain = pattern.rpartition("@")
    return (name or "*").split("*"), domain.split("*")


def _fits(pieces: Sequence[str], text: str) -> bool:
    """Whether a text is those pieces with anything between them."""
    first, last = pieces[0], pieces[-1]
    if len(pieces) == 1:
        return text == first
    if len(text) < len(first) + len(last) or not text.startswith(first) or not text.endswith(last):
        return False
    at, end = len(first), len(text) - len(last)
    for piece in pieces[1:-1]:
        found = text.find(piece, at, end)
        if found < 0:
            return False
        at = found + len(piece)
    return True
