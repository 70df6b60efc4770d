"""What a gate asks before each message: which head of the owner's speaks now. The seam to `guardian.adapt.in_force`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from guardian.adapt.head import PersonalHead


class Heads(Protocol):
    """The owner's heads."""

    def current(self) -> PersonalHead | None:
        """The head that speaks now; None where none does. Never raises."""
        ...


class NoHead:
    """The model speaks as shipped."""

    def current(self) -> PersonalHead | None:
        """None."""
        return None
