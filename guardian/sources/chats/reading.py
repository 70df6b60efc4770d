"""A chat export as messages, for whoever reads it once: `guardian scan`, and the archives of the owner's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import BinaryIO

from guardian.errors import InputError
from guardian.message import Channel, Message
from guardian.sources.chats.base import ChatFormat
from guardian.sources.chats.telling import Telling


def read_chat(
    stream: BinaryIO, format: ChatFormat, *, channel: Channel, source: str, max_bytes: int, me: tuple[str, ...] = ()
) -> Iterator[Message]:
    """What was written, in order, each message with the turns before it. Raises InputError where the stream fails.

    `me`: how the owner, who then says that the export is their own, is named in it. Without, nothing in the file is
    believed to be theirs: it may be a stranger's that only looks like an export.
    """
    telling = Telling(source=source, channel=channel, max_bytes=max_bytes)
    turns = format.turns(stream, me=me)
    try:
        for told in telling.tell(turns if me else (replace(turn, is_owner=False) for turn in turns)):
            yield told.message
    except OSError as error:
        raise InputError(f"cannot read {source}: {error.strerror or error}") from error
