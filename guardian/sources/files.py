"""Messages from files and folders, in name order.

Invariants: a folder is walked whole; hidden files and symbolic links in it are passed over, FIFOs and devices are never
read. A path that the owner names may be a link: the owner chose it. A file inside a folder that cannot be read yields
a message with a `fault`; a path that was named and cannot be read is an error.

`.eml` files and files in a Maildir's `cur` and `new` are mail, `.html` is HTML, all else text. A name that ends in
`.ai.txt` or `.ai.md` is an assistant's answer. A file that a messenger exported (`guardian.sources.chats`) yields a
message for each turn in it.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from io import BufferedReader
from pathlib import Path

from guardian.errors import InputError
from guardian.message import Channel, Format, Message
from guardian.sources.chats.base import HEAD_BYTES
from guardian.sources.chats.reading import read_chat
from guardian.sources.chats.registry import chat_formats, format_of_export

MAIL_SUFFIXES = {".eml", ".mail"}
HTML_SUFFIXES = {".html", ".htm", ".xhtml"}


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file to be screened."""

    path: Path
    name: str
    """How it is called in the answers: the named path, or the path below the named folder."""
    was_named: bool
    """Whether the owner named this very file."""


def list_files(paths: list[Path]) -> list[FoundFile]:
    """Every file under the paths, each folder's files in name order.

    Raises InputError where a path that was named does not exist or cannot be listed.
    """
    files: list[FoundFile] = []
    for path in paths:
        if path.is_dir():
            files += [FoundFile(found, str(found.relative_to(path)), was_named=False) for found in _walk(path)]
        elif path.exists():
            files.append(FoundFile(path, str(path), was_named=True))
        else:
            raise InputError(f"no such file or folder: {path}")
    return files


def _walk(folder: Path) -> list[Path]:
    def fail(error: OSError) -> None:
        raise InputError(f"cannot list {error.filename}: {error.strerror}")

    found = []
    for root, directories, names in os.walk(folder, onerror=fail):
        directories[:] = sorted(name for name in directories if not name.startswith("."))
        found += [Path(root, name) for name in sorted(names) if not name.startswith(".")]
    return [path for path in found if not path.is_symlink()]


def read_files(
    files: list[FoundFile], *, channel: Channel | None, max_bytes: int, me: tuple[str, ...] = ()
) -> Iterator[Message]:
    """One message per file, and of a chat export one per turn. Raises InputError where a file that was named cannot
    be read.

    `me`: how chat exports, which are then believed, name the owner.
    """
    formats = chat_formats()
    for file in files:
        fault, raw = "", b""
        try:
            with open_regular_file(file.path) as stream:
                chat = format_of_export(file.path.name, stream.peek(HEAD_BYTES), formats)
                if chat is not None:
                    speaks = channel or Channel.INCOMING
                    for message in read_chat(
                        stream, chat, channel=speaks, source=str(file.path), max_bytes=max_bytes, me=me
                    ):
                        yield replace(message, id=f"{file.name}: {message.id}", source=str(file.path.parent))
                    continue
                raw = stream.read(max_bytes + 1)
        except (InputError, OSError) as error:
            if file.was_named:
                raise InputError(f"cannot read {file.path}: {_cause(error)}") from error
            fault = f"the file cannot be read: {_cause(error)}"
        yield Message(
            raw,
            channel=channel or channel_of(file.path),
            id=file.name,
            source=str(file.path.parent),
            format=format_of(file.path),
            fault=fault,
            cut=len(raw) > max_bytes,
        )


def _cause(error: InputError | OSError) -> str:
    return (error.strerror or str(error)).lower() if isinstance(error, OSError) else error.what


def hold_chats(files: list[FoundFile]) -> bool:
    """Whether any of the files is a chat export, so that there are more messages than files."""
    formats = chat_formats()
    suffixes = frozenset().union(*(each.suffixes for each in formats))
    for file in files:
        if file.path.suffix.lower() in suffixes:
            with suppress(InputError, OSError), open_regular_file(file.path) as stream:
                if format_of_export(file.path.name, stream.peek(HEAD_BYTES), formats) is not None:
                    return True
    return False


def open_regular_file(path: Path) -> BufferedReader:
    """Open a file for reading without ever waiting on a FIFO or device. Raises InputError."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise InputError((error.strerror or str(error)).lower()) from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise InputError("it is not a regular file")
    return os.fdopen(descriptor, "rb")


def channel_of(path: Path) -> Channel:
    """Who speaks, by the file's name."""
    return Channel.AI_OUTPUT if path.stem.endswith(".ai") else Channel.INCOMING


def format_of(path: Path) -> Format:
    """How to read a file, by its name and folder."""
    suffix = path.suffix.lower()
    if suffix in MAIL_SUFFIXES or (path.parent.name in ("cur", "new") and (path.parent.parent / "tmp").is_dir()):
        return Format.MAIL
    return Format.HTML if suffix in HTML_SUFFIXES else Format.TEXT
