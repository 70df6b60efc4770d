"""Reads and checks one GGUF file, in pure Python, before any native code does.

Invariants: nothing is loaded, nothing in the file is run, its chat template included; memory and time are bounded by
the limits of the parts (20 MB and 1 s for the largest vocabulary of today), whatever the size of the file and whatever
it says of itself; nothing but a regular file is read, and a pipe or device in its place is not waited for. What passes
may still be refused by llama.cpp, in its cell: the weights themselves are not looked at.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Final

from guardian.gguf.cursor import Cursor
from guardian.gguf.errors import BrokenGgufError, ModelFileError, RefusedGgufError
from guardian.gguf.facts import GgufFacts
from guardian.gguf.header import read_header
from guardian.gguf.metadata import Metadata, read_metadata
from guardian.gguf.purpose import read_architecture
from guardian.gguf.tensors import EMBEDDING, Tensors, read_tensors
from guardian.gguf.vocabulary import Vocabulary, read_vocabulary
from guardian.safe_text import safe_line

MOST_LAYERS: Final = 512
"""LLAMA_MAX_LAYERS; with more llama.cpp ends its process."""
MOST_CONTEXT_TOKENS: Final = 1 << 27
MOST_EMBEDDING: Final = 1 << 17
MOST_HEADS: Final = 1 << 14
_LONGEST_NAME: Final = 120
_BROKEN_HINT: Final = "get the file again, and compare its hash with the one that its maker gives"


def open_model_file(path: Path) -> int:
    """A descriptor to read a model's file by, to be closed by the caller. Links are followed, since models often lie
    behind them. Raises ModelFileError where it is missing, no regular file or not readable."""
    try:
        real = path.resolve(strict=True)
        # Non-blocking, or a pipe in the model's place would hang us here.
        descriptor = os.open(real, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_NOCTTY)
    except OSError as error:
        raise ModelFileError(path, f"it cannot be opened: {(error.strerror or str(error)).lower()}") from error
    except ValueError as error:  # a name with a NUL in it
        raise ModelFileError(path, "it cannot be opened: bad name") from error
    except RuntimeError as error:
        raise ModelFileError(path, "it cannot be opened: it is a link that leads back to itself") from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise ModelFileError(path, "it is no regular file")
    return descriptor


def read_facts(path: Path, descriptor: int | None = None) -> GgufFacts:
    """What the file says of itself, checked. `descriptor`, where it is given, is that file, open, and stays open.

    Raises ModelFileError, in one line, where it is broken or cannot be read, or is no model that could be asked.
    """
    if descriptor is None:
        opened = open_model_file(path)
        try:
            return read_facts(path, opened)
        finally:
            os.close(opened)
    try:
        return _read(path, descriptor)
    except RefusedGgufError as error:
        hint = _BROKEN_HINT if isinstance(error, BrokenGgufError) else ""
        raise ModelFileError(path, str(error), hint=hint) from error
    except OSError as error:
        raise ModelFileError(path, f"it cannot be read: {(error.strerror or str(error)).lower()}") from error


def _read(path: Path, descriptor: int) -> GgufFacts:
    size = os.fstat(descriptor).st_size
    cursor = Cursor(descriptor, size)
    header = read_header(cursor)
    metadata = read_metadata(cursor, header.keys)
    architecture = read_architecture(metadata, header.tensors)
    tensors = read_tensors(cursor, header.tensors, metadata)
    vocabulary = read_vocabulary(descriptor, size, metadata)
    _check_embedding(tensors, vocabulary)
    embedding = metadata.number(f"{architecture}.embedding_length", 1, MOST_EMBEDDING)
    layers = metadata.number(f"{architecture}.block_count", 1, MOST_LAYERS)
    return GgufFacts(
        path=path,
        size_bytes=size,
        version=header.version,
        architecture=architecture,
        name=safe_line(metadata.text("general.name"), _LONGEST_NAME),
        context_tokens=metadata.number(f"{architecture}.context_length", 1, MOST_CONTEXT_TOKENS),
        embedding=embedding,
        layers=layers,
        vocabulary=vocabulary.count,
        tokenizer=safe_line(vocabulary.tokenizer, _LONGEST_NAME),
        pre_tokenizer=safe_line(vocabulary.pre_tokenizer, _LONGEST_NAME),
        chat_template=metadata.text("tokenizer.chat_template"),
        special_tokens=vocabulary.special,
        file_type=tensors.file_type,
        tensors=tensors.count,
        tensor_bytes=tensors.size_bytes,
        cache_numbers_per_token=_cache_numbers(metadata, architecture, embedding, layers),
    )


def _check_embedding(tensors: Tensors, vocabulary: Vocabulary) -> None:
    shape = tensors.shapes.get(EMBEDDING)
    if shape is None:
        raise BrokenGgufError(f"it has no tensor {EMBEDDING}, as every language model has")
    if len(shape) == 2 and shape[1] != vocabulary.count:
        raise BrokenGgufError(f"{EMBEDDING} is for {shape[1]:,} tokens, and its vocabulary has {vocabulary.count:,}")


def _cache_numbers(metadata: Metadata, architecture: str, embedding: int, layers: int) -> int:
    """Keys and values of one token over all layers; 0 where it has no attention heads."""
    heads = _per_layer(metadata, f"{architecture}.attention.head_count", layers)
    if not any(heads):
        return 0
    pairs = _per_layer(metadata, f"{architecture}.attention.head_count_kv", layers) or heads
    usual = embedding // max(heads)
    key, value = (
        (_per_layer(metadata, f"{architecture}.attention.{which}_length", 1) or [usual])[0]
        for which in ("key", "value")
    )
    return sum(pairs) * (key + value)


def _per_layer(metadata: Metadata, key: str, layers: int) -> list[int]:
    """A number for each layer, whether the file gives one for all or an array; empty where there is neither."""
    array = metadata.arrays.get(key)
    _, single = metadata.values.get(key, (None, None))
    numbers = list(array.numbers) if array is not None else [single] * layers if single is not None else []
    if not all(isinstance(number, int) and 0 <= number <= MOST_HEADS for number in numbers):
        raise BrokenGgufError(f"its {key} holds what makes no sense")
    return [int(number) for number in numbers if isinstance(number, int)]
