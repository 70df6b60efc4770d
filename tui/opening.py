"""How the app opens its gate: with the owner's journal behind it, or with none.

Invariant: what is imported here at once is light; the whole house is imported when a gate is opened, which the painting
thread never does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING

from guardian.events import Observer
from guardian.settings import Settings

if TYPE_CHECKING:
    from guardian.assembly import Assembled
    from guardian.journal.keys import Ask
    from tui.records import Records

Opener = Callable[[Settings, Observer], AbstractContextManager["Assembled"]]
"""Opens the gate, and closes it with its context."""


@contextmanager
def unrecorded_gate(settings: Settings, observer: Observer) -> Iterator[Assembled]:
    """The owner's gate, without a journal behind it."""
    from guardian.assembly import assembled

    with assembled(settings, observer, follow=True) as parts:
        yield parts


def recorded_gate(ask: Ask) -> Opener:
    """An opener of the owner's gate with their journal behind it; `ask` has the passphrase, where one was given."""

    @contextmanager
    def opened(settings: Settings, observer: Observer) -> Iterator[Assembled]:
        from guardian.assembly import assembled  # here: it imports the whole house, and this is not the painting thread
        from guardian.journal.recorder import open_recorder

        with (
            open_recorder(settings, observer, ask=ask) as recorder,
            assembled(settings, observer, recorder=recorder, follow=True) as parts,
        ):
            yield parts

    return opened


def own_gate(records: Records | None) -> Opener:
    """An opener of the owner's gate, recorded unless this run leaves the journal alone."""
    return recorded_gate(records.ask) if records is not None else unrecorded_gate
