"""One part of a mail, as the standard library's parser makes it, with the limits checked while it is made.

The parser runs under the `compat32` policy: the `default` policy takes Content-Type apart by a recursive grammar (400
brackets are a RecursionError, 64 kB of parameters took 3 s).

Invariants: the parser stops at the first limit that is passed; a part keeps its body byte for byte as it stands.
"""

from __future__ import annotations

from email import policy
from email.message import Message
from email.parser import BytesParser
from functools import partial
from typing import Any

from guardian.errors import GuardianError
from guardian.reading.limits import Limits
from guardian.reading.mail_unpack import unfold

_MAX_PARAMETERS = 100
"""Semicolons in one header of MIME. The parser counts the quotation marks of the whole header again at each."""


class UnparsableMail(GuardianError):
    """The mail has more than is read, or the parser failed on it. `what` is a plain sentence."""


class Budget:
    """What is left of the limits while one mail is parsed."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.parts = -1  # the parser makes one part to see how parts are made

    def add_part(self) -> None:
        """Count one part; raises `UnparsableMail` where there are too many."""
        self.parts += 1
        if self.parts > self.limits.max_parts:
            raise UnparsableMail(f"the mail has more than {self.limits.max_parts:,} parts")


class Part(Message):
    """A part that checks the limits while the parser fills it, and keeps its body as it stands in the mail."""

    def __init__(self, budget: Budget, policy: policy.Policy = policy.compat32) -> None:
        super().__init__(policy)
        budget.add_part()
        self._budget = budget
        self._header_bytes = 0
        self.depth = 0
        self.source = b""
        """The body as it stands in the mail; empty where there are parts."""

    def set_raw(self, name: str, value: str) -> None:
        """Called by the parser for each header."""
        limits = self._budget.limits
        self._header_bytes += len(name) + len(value)
        if self._header_bytes > limits.max_header_bytes or len(self) >= limits.max_headers:
            raise UnparsableMail("the mail has more headers than are read")
        if value.count(";") > _MAX_PARAMETERS and name.lower().startswith("content-"):
            raise UnparsableMail(f"a header of the mail has more than {_MAX_PARAMETERS} parameters")
        super().set_raw(name, value)

    def attach(self, payload: Message) -> None:  # type: ignore[override]
        """Called by the parser for each part of this part."""
        if isinstance(payload, Part):
            payload.depth = self.depth + 1
            if payload.depth > self._budget.limits.max_depth:
                raise UnparsableMail(f"the mail has parts more than {self._budget.limits.max_depth} deep")
        super().attach(payload)

    def set_payload(self, payload: Any, charset: Any = None) -> None:
        """Called by the parser with the body of a part."""
        if isinstance(payload, str):
            self.source = payload.encode("ascii", "surrogateescape")
        super().set_payload(payload, charset)

    def headers(self) -> list[tuple[bytes, bytes]]:
        """Names and values of all headers, as they stand in the mail."""
        return [
            (name.encode("ascii", "surrogateescape"), str(value).encode("ascii", "surrogateescape"))
            for name, value in self.raw_items()
        ]

    def named(self, name: bytes) -> list[tuple[bytes, bytes]]:
        """The headers of one name, which is given in lower case."""
        return [(found, value) for found, value in self.headers() if found.strip().lower() == name]

    def encoding(self) -> str:
        """The transfer encoding, without what some programs write behind it."""
        value = next((value for _, value in self.named(b"content-transfer-encoding")), b"")
        return unfold(value).decode("ascii", "replace").partition(";")[0].strip().lower()

    def parts(self) -> list[Part]:
        """The parts inside."""
        return [part for part in self.get_payload() if isinstance(part, Part)] if self.is_multipart() else []


def parse_part(raw: bytes, budget: Budget) -> Part:
    """The mail in `raw` as a tree of parts. Raises `UnparsableMail` at a limit, and whatever the parser raises."""
    message = BytesParser(partial(Part, budget), policy=policy.compat32).parsebytes(raw)
    assert isinstance(message, Part)
    return message
