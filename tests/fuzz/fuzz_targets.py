"""What is fuzzed: each target takes any bytes, and raises only where a promise of Guardian's is broken.

A target catches the error that its parser documents, and no other. What it checks beyond "nothing else is raised"
stands in its docstring.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Final

from fuzz_seeds import RAW_OF_ANSWER, seeds_of
from mail_mutants import mutant_of
from text_mutants import text_mutant_of

from guardian.errors import ModelError
from guardian.inference.frames import FRAMES
from guardian.inference.framing import F, Protocol
from guardian.inference.generative_frames import GENERATIVE_FRAMES
from guardian.inference.manifest import load_manifest
from guardian.inference.model_file import OpenModel
from guardian.inference.packing import FrameError
from guardian.journal.encoding import unpadded
from guardian.journal.filters.query import FilterError, parse_filter
from guardian.journal.receipt_check import check_receipt_file
from guardian.journal.record import Record
from guardian.message import Format, Message
from guardian.policy.load import parse_policy
from guardian.reading.base import View, ViewKind, exact_view
from guardian.reading.characters.undisguise import undisguise_views
from guardian.reading.decoding.decode import decode_views
from guardian.reading.limits import Limits
from guardian.reading.read import read
from guardian.reading.walled.taking_apart import take_apart
from guardian.reading.walled.wire import WireError, packed, unpacked

LIMITS: Final = Limits()
NOW: Final = datetime(2026, 11, 21, tzinfo=UTC)
Mutate = Callable[[Sequence[bytes], Random], bytes]


@dataclass(frozen=True, slots=True)
class Target:
    """One thing that is fuzzed."""

    name: str
    run: Callable[[bytes], object]
    modules: tuple[str, ...]
    """Packages whose branches the fuzzer follows."""
    mutate: Mutate = text_mutant_of
    """Makes a changed input of some earlier ones, in the structure of the target."""

    @property
    def seeds(self) -> list[bytes]:
        """Valid inputs to begin with."""
        return seeds_of(self.name)


def read_apart(format: Format, data: bytes) -> None:
    """Every view stands where it says in the bytes, and crosses the wire unchanged."""
    taken = take_apart(Message(data, format=format), LIMITS)
    assert unpacked(packed(taken), data) == taken


def read_text(data: bytes) -> None:
    """The last wall of `read` is not reached, and no window is longer than may be."""
    reading = read(Message(data), LIMITS)
    assert not any(reason.code == "reader-failed" for reason in reading.reasons)
    assert len(reading.windows) <= LIMITS.max_windows
    _check_views(reading.views, data)


def decode(data: bytes) -> None:
    """Decoded text stays within the limits, and in the message's bytes."""
    decoded = decode_views([_view(data)], LIMITS)
    assert sum(len(view.text) for view in decoded.views) <= LIMITS.max_decoded_bytes
    _check_views(decoded.views, data)


def undo_disguises(data: bytes) -> None:
    """At most one further view; it and the disguises stand in the message's bytes."""
    view = _view(data)
    found = undisguise_views([view], LIMITS)
    assert len(found.views) <= 1
    _check_views(found.views, data)
    spans = [disguise.span for disguise in found.disguises]
    assert all(0 <= span.start <= span.end <= len(data) for span in spans)


def read_policy(data: bytes) -> None:
    """A policy, or a reason why it is none."""
    policy, problems = parse_policy(data.decode("utf-8", "replace"), Path("fuzzed.toml"))
    assert (policy is None) == bool(problems)


def read_frames(data: bytes) -> None:
    """What is taken for a frame is written again as it came."""
    _take_frames(FRAMES, data)
    _take_frames(GENERATIVE_FRAMES, data)


def _take_frames(protocol: Protocol[F], data: bytes) -> None:
    for accepts in (protocol.to_parent, protocol.to_child):
        with suppress(FrameError):
            taken = b"".join(protocol.encode(frame) for frame in protocol.stream(accepts).feed(data))
            assert data.startswith(taken)


def read_answer(data: bytes) -> None:
    """A view of a liar's answer lies inside the message."""
    with suppress(WireError):
        _check_views(unpacked(data, RAW_OF_ANSWER).extract.views, RAW_OF_ANSWER)


def check_model(data: bytes) -> None:
    """Only the pinned bytes pass; a manifest is complete, or a ModelError. The file lies in memory, not on a disk."""
    pinned = seeds_of("model")[0]
    descriptor = os.memfd_create("fuzzed")
    try:
        os.write(descriptor, data)
        path = Path(f"/proc/self/fd/{descriptor}")
        with suppress(ModelError), OpenModel(path, len(data), sha256(pinned).hexdigest()) as model:
            model.verify()
            assert data == pinned
        with suppress(ModelError):
            load_manifest(path)
    finally:
        os.close(descriptor)


def read_filter(data: bytes) -> None:
    """A filter, or a column of it that is wrong."""
    text = data.decode("utf-8", "replace")
    column = 1
    try:
        parse_filter(text, NOW)
    except FilterError as error:
        column = error.column
    assert 1 <= column <= len(text) + 1


def check_receipt(data: bytes) -> None:
    """It holds only where nothing that it shows was changed."""
    held = check_receipt_file(data)
    honest = [check_receipt_file(seed).values.get("revealed") for seed in seeds_of("receipt")]
    assert not held.holds or held.values.get("revealed") in honest


def read_record(data: bytes) -> None:
    """What is read is written, and read again, as the same."""
    with suppress(ValueError):
        record = Record.from_bytes(unpadded(data))
        assert Record.from_bytes(record.to_bytes()) == record


def _view(data: bytes) -> View:
    return exact_view(ViewKind.VISIBLE, "text", data.decode("utf-8", "surrogateescape"))


def _check_views(views: Sequence[View], raw: bytes) -> None:
    for view in views:
        assert view.text, "a view without text says nothing"
        ends = [piece.char for piece in view.pieces[1:]] + [len(view.text)]
        for piece, end in zip(view.pieces, ends, strict=True):
            assert piece.char < end
            assert 0 <= piece.start <= piece.end <= len(raw)
            if piece.exact:
                text = view.text[piece.char : end].encode("utf-8", "surrogateescape")
                assert text == raw[piece.start : piece.end]


TARGETS: Final = {
    target.name: target
    for target in (
        Target("mail", partial(read_apart, Format.MAIL), ("guardian.reading",), mutant_of),
        Target("html", partial(read_apart, Format.HTML), ("guardian.reading",)),
        Target("text", read_text, ("guardian.reading",)),
        Target("decoder", decode, ("guardian.reading.decoding",)),
        Target("characters", undo_disguises, ("guardian.reading.characters",)),
        Target("policy", read_policy, ("guardian.policy",)),
        Target("frames", read_frames, ("guardian.inference.frames", "guardian.inference.packing")),
        Target("answer", read_answer, ("guardian.reading.walled.wire",)),
        Target("model", check_model, ("guardian.inference.manifest", "guardian.inference.model_file")),
        Target("filter", read_filter, ("guardian.journal.filters",)),
        Target("receipt", check_receipt, ("guardian.journal",)),
        Target("record", read_record, ("guardian.journal",)),
    )
}
"""By name."""


def kept_inputs(folder: Path, name: str) -> Iterator[Path]:
    """Inputs that once failed: each is run for ever."""
    return iter(sorted((folder / name).glob("*"))) if (folder / name).is_dir() else iter(())
