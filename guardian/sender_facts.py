"""What is known of a message's sender: facts that a person would check, and no judgement.

Invariants: a fact is never a finding by itself; what a server says that the owner has not named is not believed, and
said to be so. Leaf: standard library only.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Resemblance(StrEnum):
    """How a sender's domain, never seen before, is like one that the owner gets messages from."""

    NONE = ""
    LETTERS = "letters"
    """The same but for letters or digits that look alike: `harb0ur`, `rnicrosoft`."""
    ONE_LETTER = "one-letter"
    """One letter more, fewer, or another; or two changed places."""


@dataclass(frozen=True, slots=True)
class SenderFacts:
    """The facts about one message's sender."""

    address: str
    """Untrusted, as is everything that the message says of itself."""
    name: str = ""
    """Display name; untrusted."""
    reply_to: str = ""
    """Where answers go, if that is under another registered domain than the address; untrusted."""
    seen: int | None = None
    """Messages from this address before, flagged ones not counted; None where senders are not remembered."""
    first_day: str = ""
    """Of the first and the last of them, ISO; empty where there is none."""
    last_day: str = ""
    has_known_name: bool = False
    """Whether its name was seen before, always with another address."""
    resembles: Resemblance = Resemblance.NONE
    checks: tuple[tuple[str, str], ...] = ()
    """What the owner's own receiving server found, method and result: `("dmarc", "fail")`."""
    has_unbelieved_checks: bool = False
    """Whether it carries results of a server that the owner has not named."""

    @property
    def is_first(self) -> bool:
        """Whether senders are remembered and this one was never seen."""
        return self.seen == 0

    @property
    def is_disowned(self) -> bool:
        """Whether the owner's own server found that the domain it names did not send it."""
        return ("dmarc", "fail") in self.checks

    @property
    def failed(self) -> tuple[str, ...]:
        """Methods that the owner's own server found to fail, and not to pass as well."""
        passed = {method for method, result in self.checks if result == "pass"}
        failed = (method for method, result in self.checks if result in ("fail", "permerror"))
        return tuple(dict.fromkeys(method for method in failed if method not in passed))

    def lines(self) -> list[str]:
        """The facts that are worth a look, each as a clause; empty where there is none. Not yet safe for a terminal."""
        told = (
            (self.is_first, "the first message from this address"),
            (bool(self.seen), f"{self.seen} messages from this address since {self.first_day}"),
            (self.has_known_name, "its name is one that you know with another address"),
            (self.resembles is Resemblance.LETTERS, "its domain looks like one that you know, and is another"),
            (self.resembles is Resemblance.ONE_LETTER, "its domain is one letter off one that you know"),
            (bool(self.reply_to), f"answers go to {self.reply_to}, not to {self.address}"),
            (bool(self.failed), f"your mail server's checks failed: {', '.join(self.failed)}"),
            (
                self.has_unbelieved_checks,
                "its checks are those of a server that you have not named, so they were not believed",
            ),
        )
        return [line.replace("1 messages", "1 message", self.seen == 1) for holds, line in told if holds]

    def to_json(self) -> dict[str, Any]:
        """The facts as they stand in a verdict's JSON."""
        return {
            "address": self.address,
            "name": self.name,
            "reply_to_elsewhere": self.reply_to or None,
            "seen": self.seen,
            "first_day": self.first_day or None,
            "last_day": self.last_day or None,
            "known_name": self.has_known_name,
            "resembles": self.resembles.value or None,
            "checks": [f"{method}={result}" for method, result in self.checks],
            "unbelieved_checks": self.has_unbelieved_checks,
        }
