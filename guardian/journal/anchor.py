"""Is the journal still what it was when its last checkpoint was put elsewhere?

A journal that was cut short, or replaced by an older copy of itself, is sound in itself. Only a checkpoint that stands
outside the file shows it. That checkpoint is the anchor.

Invariants: pure; what is answered follows from the anchor, the checked head and the leaves alone. The hint, by which
most checks need no pass over all leaves, is believed only where it leads from the anchor's root to the head's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from guardian.journal.checkpoint import Checkpoint, NoteError, open_note
from guardian.journal.encoding import canonical_bytes, parsed
from guardian.journal.tree import Frontier, root_of

Leaves = Callable[[int, int], list[bytes]]


@dataclass(frozen=True, slots=True)
class Hint:
    """The frontier of the tree as it was when the anchor was made; stands in the file, unsigned."""

    frontier: Frontier

    def to_bytes(self) -> bytes:
        """As it stands in the file."""
        return canonical_bytes({"size": self.frontier.size, "hashes": self.frontier.to_bytes().hex()})

    @classmethod
    def from_bytes(cls, data: bytes) -> Hint | None:
        """The hint; None where it is damaged, as it is only a hint."""
        try:
            value = parsed(data)
            return cls(Frontier.from_bytes(int(value["size"]), bytes.fromhex(value["hashes"])))
        except (ValueError, KeyError, TypeError):
            return None


def disagreement(anchor: str, vkey: str, head: Checkpoint, leaves: Leaves, hint: Hint | None) -> str:
    """Why the journal that ends in `head` does not continue the one that `anchor` was made of; empty where it does.

    `leaves(stop, start)` gives the stored hashes of the records from `start` to before `stop`.
    """
    try:
        past = open_note(anchor, vkey)
    except NoteError:
        return "the checkpoint kept outside the journal was not signed by this journal's key"
    if past.size > head.size:
        return f"the journal holds {head.size} records, but held {past.size} when its last checkpoint was kept"
    if past.size == head.size:
        same = (past.root, past.chain, past.header) == (head.root, head.chain, head.header)
        return "" if same else f"its {head.size} records are not those of which the last checkpoint was kept"
    if hint is not None and _leads(hint.frontier, past, head, leaves):
        return ""
    if root_of(leaves(past.size, 0)) == past.root:
        return ""
    return f"its first {past.size} records are not those of which the last checkpoint was kept"


def _leads(frontier: Frontier, past: Checkpoint, head: Checkpoint, leaves: Leaves) -> bool:
    if frontier.size != past.size or frontier.root != past.root:
        return False
    for leaf in leaves(head.size, past.size):
        frontier = frontier.add(leaf)
    return frontier.size == head.size and frontier.root == head.root
