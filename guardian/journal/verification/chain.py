"""Holds every record's sealed key against the chain over all of them.

Invariants: needs no key; a chain is followed from each stored link to the next, so that one wrong value is one problem;
the next link says whether a key was changed or the link itself.
"""

from __future__ import annotations

from typing import Final

from guardian.journal.chain import NO_CHAIN, next_link
from guardian.journal.seal import NONCE_BYTES
from guardian.journal.secret import KEY_BYTES
from guardian.journal.store import Wrap
from guardian.journal.verification.report import Part, Problems

_WRAPPED_BYTES: Final = NONCE_BYTES + KEY_BYTES + 16
"""Nonce, key and tag."""
_LINK: Final = ("chain", "its link of the chain was changed")
_KEY: Final = ("wrapped", "it is not the one that the chain was made over")
_EITHER: Final = ("chain", "it, or its link of the chain, was changed")


class ChainCheck:
    """The chain, followed key by key. `take` and `miss` are called in the order of the records."""

    def __init__(self, epoch: int | None, problems: Problems) -> None:
        """`epoch`: the one that every key must be of; None where it is not known."""
        self._epoch, self._problems = epoch, problems
        self._stored: bytes | None = NO_CHAIN
        """The link before, as it stands; None where it is missing."""
        self._computed: bytes | None = None
        """What the link before should be, where it is not that."""
        self._doubtful = 0
        """The record of the link before, where `_computed` is there."""

    def take(self, wrap: Wrap) -> None:
        """The next key."""
        if self._epoch is not None and wrap.epoch != self._epoch:
            what = f"it is of epoch {wrap.epoch}, and the journal of epoch {self._epoch}"
            self._problems.add(Part.KEY, what, wrap.seq, column="epoch")
        if wrap.wrapped and len(wrap.wrapped) != _WRAPPED_BYTES:
            self._problems.add(Part.KEY, f"it is {len(wrap.wrapped)} bytes long", wrap.seq, column="wrapped")
        expected = None if self._stored is None else _link(self._stored, wrap, wrap.epoch)
        if expected is None or wrap.chain == expected:
            self._settle(_KEY if expected is not None else _EITHER)
        elif self._computed is not None and wrap.chain == _link(self._computed, wrap, wrap.epoch):
            self._settle(_LINK)
        else:
            self._settle(_EITHER)
            if self._is_epoch_alone(wrap):
                expected = None
            self._doubtful, self._computed = wrap.seq, expected
        self._stored = wrap.chain

    def miss(self) -> None:
        """The next key is not there."""
        self._settle(_EITHER)
        self._stored = None

    def finish(self, chain: bytes | None) -> bool:
        """All keys are in. `chain`: its end as the head names it. Whether it ends there, or is said not to."""
        if self._computed is not None:
            leads = {self._stored: _KEY, self._computed: _LINK}
            is_known = chain in leads
            self._settle(leads.get(chain, _EITHER))
            return is_known
        return self._stored is None or self._stored == chain

    def _is_epoch_alone(self, wrap: Wrap) -> bool:
        """Whether the link holds once the epoch is put right: then that was said, and is all."""
        if self._epoch is None or wrap.epoch == self._epoch or self._stored is None:
            return False
        return wrap.chain == _link(self._stored, wrap, self._epoch)

    def _settle(self, words: tuple[str, str]) -> None:
        if self._computed is not None:
            self._problems.add(Part.KEY, words[1], self._doubtful, column=words[0])
            self._computed = None


def _link(chain: bytes, wrap: Wrap, epoch: int) -> bytes:
    """(32,), or nothing where the epoch can be no key's."""
    try:
        return next_link(chain, wrap.seq, epoch, wrap.wrapped)
    except OverflowError:
        return b""
