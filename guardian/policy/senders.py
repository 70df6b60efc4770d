"""Senders whom a policy excepts.

A sender's address is not authenticated: whoever can write to the owner can write any address into From. So an
exception holds for a forged sender too; it is the owner's explicit choice, and the verdict names it.
"""

from __future__ import annotations

from collections.abc import Iterable


def excepted_sender(excepted: Iterable[str], senders: Iterable[str | None]) -> str | None:
    """The entry of `excepted` (lower case: an address or `@domain`) that one of the senders falls under, or None.

    A sender may be a bare address or `Name <address>`. Domains match whole: `@bank.example` is not
    `mail.bank.example`.
    """
    wanted = frozenset(excepted)
    if not wanted:
        return None
    for sender in senders:
        address = address_of(sender or "")
        if address in wanted:
            return address
        domain = address[address.rfind("@") :] if "@" in address else ""
        if domain in wanted:
            return domain
    return None


def address_of(sender: str) -> str:
    """The address in a sender: what stands in the last angle brackets, for a name may hold brackets too."""
    before, bracket, after = sender.strip().rpartition("<")
    inside = after.partition(">")[0] if bracket else before + after
    return inside.strip().lower()
