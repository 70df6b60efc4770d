"""Promises of the parts of the check: reading in pieces, the table of weights, and vocabularies of real models."""

from __future__ import annotations

import json
import os
import struct
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from real_vocabularies import real_vocabularies

from guardian.gguf.cursor import CHUNK_BYTES, Cursor
from guardian.gguf.errors import BrokenGgufError
from guardian.gguf.header import read_header
from guardian.gguf.metadata import read_metadata
from guardian.gguf.tensor_types import TENSOR_TYPES
from guardian.gguf.vocabulary import read_vocabulary

FROM_THE_ENGINE = """
import ctypes, importlib.util, json, pathlib
folder = pathlib.Path(importlib.util.find_spec("llama_cpp").origin).parent / "lib"
library = ctypes.CDLL(str(next(folder.glob("libggml-base.*"))))
library.ggml_type_name.restype = ctypes.c_char_p
library.ggml_type_size.restype = ctypes.c_size_t
library.ggml_blck_size.restype = ctypes.c_int64
asked = (library.ggml_type_name, library.ggml_blck_size, library.ggml_type_size)
rows = [[ask(kind) for ask in asked] for kind in range(43)]  # GGML_TYPE_COUNT
print(json.dumps([[name.decode(), *sizes] for name, *sizes in rows]))
"""


def test_the_table_of_weights_is_the_engines_own() -> None:
    done = subprocess.run([sys.executable, "-c", FROM_THE_ENGINE], capture_output=True, text=True, check=True)
    engine = {number: tuple(row) for number, row in enumerate(json.loads(done.stdout)) if row[1]}
    ours = {number: (kind.name.lower(), kind.block_numbers, kind.block_bytes) for number, kind in TENSOR_TYPES.items()}
    assert {number: (name.lower(), *rest) for number, (name, *rest) in engine.items()} == ours


def opened(raw: bytes, chunk_bytes: int = CHUNK_BYTES) -> tuple[Cursor, int]:
    descriptor = os.memfd_create("parts")
    os.write(descriptor, raw)
    return Cursor(descriptor, len(raw), chunk_bytes=chunk_bytes), descriptor


@given(st.lists(st.binary(max_size=60), max_size=40), st.integers(min_value=64, max_value=200))
def test_texts_come_back_whole_wherever_a_chunk_of_the_file_ends(values: list[bytes], chunk_bytes: int) -> None:
    raw = b"".join(struct.pack("<Q", len(value)) + value for value in values)
    cursor, descriptor = opened(raw + b"end", chunk_bytes)
    try:
        assert list(cursor.texts(len(values), 100, "it")) == values
        assert cursor.at == len(raw)
        assert cursor.take(3, "it") == b"end"
    finally:
        os.close(descriptor)


@given(st.binary(max_size=64), st.data())
def test_nothing_is_read_behind_the_end(raw: bytes, data: st.DataObject) -> None:
    cursor, descriptor = opened(raw)
    try:
        while cursor.left_bytes:
            size = data.draw(st.integers(1, 16))
            if size > cursor.left_bytes:
                with pytest.raises(BrokenGgufError, match="it ends inside it"):
                    cursor.take(size, "it")
                return
            begin = cursor.at
            assert cursor.take(size, "it") == raw[begin : begin + size]
        for read in (cursor.u32, cursor.u64):
            with pytest.raises(BrokenGgufError):
                read("it")
    finally:
        os.close(descriptor)


def test_a_file_that_shrinks_while_it_is_read_is_refused() -> None:
    cursor, descriptor = opened(bytes(1000))
    os.truncate(descriptor, 10)
    with pytest.raises(BrokenGgufError, match="became shorter"):
        cursor.take(100, "it")
    os.close(descriptor)


@pytest.mark.parametrize("path", real_vocabularies(), ids=lambda path: path.stem)
def test_the_vocabularies_of_real_models_pass(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        size = os.fstat(descriptor).st_size
        cursor = Cursor(descriptor, size)
        metadata = read_metadata(cursor, read_header(cursor).keys)
        assert cursor.left_bytes == 0, "every key was walked over"
        vocabulary = read_vocabulary(descriptor, size, metadata)
    finally:
        os.close(descriptor)
    assert vocabulary.count > 30_000
    assert vocabulary.special
    assert len(set(vocabulary.special)) == len(vocabulary.special)
