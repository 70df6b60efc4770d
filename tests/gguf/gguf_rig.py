"""A tiny but real model taken apart, so that any part of it can be broken, and put together again.

How it works: `tiny_gguf.random_model` makes the file, the reader of the `gguf` package (llama.cpp's own, not ours)
takes it apart, and `Parts.file` writes it again by the format's description. Unchanged parts give the same bytes.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tiny_gguf import random_model

ALIGNMENT = 32


def u32(value: int) -> bytes:
    """A value of kind UINT32, with its kind."""
    return struct.pack("<II", 4, value)


def u64(value: int) -> bytes:
    return struct.pack("<IQ", 10, value)


def f32(value: float) -> bytes:
    return struct.pack("<If", 6, value)


def boolean(value: int) -> bytes:
    return struct.pack("<IB", 7, value)


def text(value: str | bytes) -> bytes:
    return struct.pack("<I", 8) + counted(value)


def counted(value: str | bytes) -> bytes:
    """A text behind its length."""
    raw = value.encode() if isinstance(value, str) else value
    return struct.pack("<Q", len(raw)) + raw


def array(kind: int, count: int, elements: bytes) -> bytes:
    return struct.pack("<IIQ", 9, kind, count) + elements


def texts(values: Sequence[str]) -> bytes:
    return array(8, len(values), b"".join(map(counted, values)))


def numbers(letter: str, values: Sequence[int | float]) -> bytes:
    """An array of INT32 (`i`) or FLOAT32 (`f`)."""
    return array({"i": 5, "f": 6}[letter], len(values), struct.pack(f"<{len(values)}{letter}", *values))


@dataclass
class Tensor:
    name: str | bytes
    shape: list[int]
    kind: int
    data: bytes
    at: int | None = None
    """Where the file says that it lies; by itself, where it does."""
    said_name_bytes: int | None = None

    def info(self, at: int) -> bytes:
        name = counted(self.name)
        if self.said_name_bytes is not None:
            name = struct.pack("<Q", self.said_name_bytes) + name[8:]
        shape = struct.pack(f"<I{len(self.shape)}Q", len(self.shape), *self.shape)
        return name + shape + struct.pack("<IQ", self.kind, at if self.at is None else self.at)


@dataclass
class Parts:
    """A GGUF in pieces. What is None is counted as it is."""

    keys: dict[str, bytes]
    """Values with their kinds."""
    tensors: list[Tensor]
    magic: bytes = b"GGUF"
    version: int = 3
    said_keys: int | None = None
    said_tensors: int | None = None
    more_keys: list[tuple[bytes, bytes]] = field(default_factory=list)
    """Behind the others; names as they stand in the file, with their length."""
    behind: bytes = b""

    def file(self) -> bytes:
        pairs = [(counted(key), value) for key, value in self.keys.items()] + self.more_keys
        said_keys = len(pairs) if self.said_keys is None else self.said_keys
        said_tensors = len(self.tensors) if self.said_tensors is None else self.said_tensors
        head = self.magic + struct.pack("<IQQ", self.version, said_tensors, said_keys)
        head += b"".join(name + value for name, value in pairs)
        data = b""
        for tensor in self.tensors:
            head += tensor.info(len(data))
            data += padded(tensor.data)
        return padded(head) + data + self.behind

    @property
    def tokens(self) -> int:
        """How many are in its vocabulary."""
        (count,) = struct.unpack_from("<Q", self.keys["tokenizer.ggml.tokens"], 8)
        return int(count)

    @property
    def described_bytes(self) -> int:
        """Where the weights begin."""
        return self.file().index(self.tensors[0].data[:64])

    def tensor(self, name: str) -> Tensor:
        return next(tensor for tensor in self.tensors if tensor.name == name)


def padded(raw: bytes) -> bytes:
    return raw + bytes(-len(raw) % ALIGNMENT)


def take_apart(path: Path) -> Parts:
    """The pieces of a sound file."""
    from gguf import GGUFReader

    raw = path.read_bytes()
    reader = GGUFReader(path)
    fields = [each for name, each in reader.fields.items() if not name.startswith("GGUF.")]
    ends = [each.offset for each in fields[1:]] + [reader.tensors[0].field.offset]
    keys = {each.name: raw[each.offset + 8 + len(each.name) : end] for each, end in zip(fields, ends, strict=True)}
    tensors = [
        Tensor(
            str(tensor.name),
            [int(size) for size in tensor.shape],
            int(tensor.tensor_type),
            raw[tensor.data_offset : tensor.data_offset + tensor.n_bytes],
        )
        for tensor in reader.tensors
    ]
    return Parts(keys, tensors)


def sound_parts(folder: Path) -> Parts:
    """The pieces of a model that llama.cpp loads and that answers."""
    path = random_model(folder / "sound.gguf")
    parts = take_apart(path)
    assert parts.file() == path.read_bytes(), "what was taken apart goes together again"
    return parts
