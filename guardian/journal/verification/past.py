"""Does the journal continue a checkpoint that was kept elsewhere?

Invariants: pure; an answer follows from the checkpoint and from the roots that were computed over the stored records.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from guardian.journal.checkpoint import Checkpoint, open_note
from guardian.journal.note import read_note
from guardian.journal.verification.parts import Front
from guardian.journal.verification.report import Compared, Part, Problems


@dataclass(frozen=True, slots=True)
class Past:
    """A checkpoint from elsewhere."""

    part: Part
    """`ANCHOR` or `AGAINST`."""
    checkpoint: Checkpoint | None
    """None where the journal's key did not sign it."""
    size: int | None
    """Its size, signed or not; None where it is no checkpoint."""


def opened(part: Part, note: str | None, front: Front, problems: Problems) -> Past | None:
    """The checkpoint in a note, once it is known to be signed by this journal's key; None where there is no note."""
    if note is None:
        return None
    try:
        claimed = Checkpoint.parse(read_note(note, [])[0])
    except ValueError:
        problems.add(part, "it is no checkpoint, or it is damaged")
        return Past(part, None, None)
    if front.header is None:
        return Past(part, None, claimed.size)  # that the header can't be read has been said
    if claimed.journal_id != front.header.journal_id:
        problems.add(part, f"it is another journal's ({claimed.journal_id.hex()})")
        return Past(part, None, claimed.size)
    try:
        return Past(part, open_note(note, front.header.vkey, front.header.pq_vkey), claimed.size)
    except ValueError:
        problems.add(part, "it was not signed by this journal's key")
        return Past(part, None, claimed.size)


def compared(past: Past | None, front: Front, roots: Mapping[int, bytes], problems: Problems) -> Compared:
    """Whether the journal continues it."""
    if past is None:
        return Compared.NONE
    if past.checkpoint is None:
        return Compared.DIFFERS if front.header is not None else Compared.NOT_COMPARED
    what = _disagreement(past.checkpoint, front, roots)
    if what is None:
        return Compared.NOT_COMPARED
    if what:
        problems.add(past.part, what)
        return Compared.DIFFERS
    return Compared.CONTINUES


def _disagreement(past: Checkpoint, front: Front, roots: Mapping[int, bytes]) -> str | None:
    """Why not; empty where it does, None where that can't be told."""
    if past.size > front.size:
        missing = past.size - front.size
        return f"newer than this journal: {missing:,} of its {past.size:,} records are missing"
    if past.size not in roots:
        return None
    if roots[past.size] != past.root:
        return f"the first {past.size:,} records are not those that it was made over"
    if past.size == front.size and front.checkpoint is not None:
        if past.chain != front.checkpoint.chain:
            return "the records' sealed keys are not those that it was made over"
        if past.header != front.checkpoint.header:
            return "the header is not the one that it was made over"
    return ""
