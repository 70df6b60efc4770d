"""An archive of the owner's: a folder, one file, an mbox, a chat export, or NDJSON, told apart by what it is.

Invariant: what `guardian scan` reads is read here in the same way; a FIFO or device is never read.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from guardian.errors import InputError
from guardian.message import Channel, Message
from guardian.sources.files import hold_chats, list_files, open_regular_file, read_files
from guardian.sources.mbox import BEGINS, read_mbox
from guardian.sources.ndjson import read_ndjson

NDJSON_SUFFIXES = {".ndjson", ".jsonl"}


@contextmanager
def open_archive(
    path: Path, *, channel: Channel | None, max_bytes: int
) -> Iterator[tuple[Iterator[Message], int | None]]:
    """The messages, and how many there are where that is known before they are read.

    `channel` says who speaks where the archive itself does not. Raises InputError where it cannot be read.
    """
    if path.is_dir():
        files = list_files([path])
        total = None if hold_chats(files) else len(files)
        yield read_files(files, channel=channel, max_bytes=max_bytes), total
        return
    try:
        stream = open_regular_file(path)
    except InputError as error:
        raise InputError(f"cannot read {path}: {error.what}") from error
    with stream:
        speaks = channel or Channel.INCOMING
        if path.suffix.lower() in NDJSON_SUFFIXES:
            yield read_ndjson(stream, channel=speaks, source=str(path)), None
        elif stream.peek(len(BEGINS)).startswith(BEGINS):
            yield read_mbox(stream, channel=speaks, source=str(path), max_bytes=max_bytes), None
        else:
            files = list_files([path])
            yield read_files(files, channel=channel, max_bytes=max_bytes), None if hold_chats(files) else 1
