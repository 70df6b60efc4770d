"""The tensors of a GGUF file: their names, shapes and places, checked against each other and the file's length.

Invariant: behind the check, every byte of every tensor lies in the file, no two tensors share one, and they lie in the
order and without the gaps that llama.cpp asks for.

Sources: `docs/gguf.md` of ggml, struct `gguf_tensor_info_t`; llama.cpp `ggml/src/gguf.cpp`, which wants each tensor to
begin where the one before it ends, padded to the alignment.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from typing import Final

from guardian.gguf.cursor import Cursor
from guardian.gguf.errors import BrokenGgufError
from guardian.gguf.metadata import Metadata
from guardian.gguf.tensor_types import TENSOR_TYPES
from guardian.gguf.value_types import ValueType

ALIGNMENT_KEY: Final = "general.alignment"
USUAL_ALIGNMENT: Final = 32
MOST_ALIGNMENT: Final = 1 << 16
LONGEST_NAME_BYTES: Final = 63
"""GGML_MAX_NAME, less the zero behind it."""
MOST_DIMENSIONS: Final = 4
"""GGML_MAX_DIMS."""
MOST_NUMBERS: Final = 1 << 62
"""Of one tensor: llama.cpp counts them in 63 bits."""
EMBEDDING: Final = "token_embd.weight"
"""The tensor with one row a token, which every language model has."""


@dataclass(frozen=True, slots=True)
class Tensors:
    """What is kept of them."""

    count: int
    size_bytes: int
    """Of all, without what lies between them."""
    file_type: str
    """The kind that most of the bytes are of; empty where there are none."""
    shapes: Mapping[str, tuple[int, ...]]
    """Of those few that are looked at."""


def read_tensors(cursor: Cursor, count: int, metadata: Metadata) -> Tensors:
    """So many tensors from here on, to the end of the file. Raises BrokenGgufError."""
    alignment = _alignment(metadata)
    names: set[bytes] = set()
    sizes: Counter[str] = Counter()
    shapes: dict[str, tuple[int, ...]] = {}
    end, last_bytes = 0, 0
    for number in range(1, count + 1):
        name = cursor.text(LONGEST_NAME_BYTES, f"the name of tensor {number:,}")
        if not name or name in names:
            raise BrokenGgufError(f"tensor {number:,} has {'no name' if not name else 'the name of another'}")
        names.add(name)
        shown = name.decode("utf-8", "replace")
        shape = _shape(cursor, shown)
        kind, last_bytes = _size(cursor, shown, shape)
        sizes[kind] += last_bytes
        if shown == EMBEDDING:
            shapes[shown] = shape
        _check_place(cursor.u64(f"tensor {shown}"), end, alignment, shown)
        end += _padded(last_bytes, alignment)
    if count:
        _check_length(cursor, end, last_bytes, alignment)
    return Tensors(count, sizes.total(), sizes.most_common(1)[0][0] if sizes else "", shapes)


def _alignment(metadata: Metadata) -> int:
    if not metadata.has(ALIGNMENT_KEY):
        return USUAL_ALIGNMENT
    kind, value = metadata.values.get(ALIGNMENT_KEY, (None, None))
    is_power = isinstance(value, int) and 0 < value <= MOST_ALIGNMENT and value & (value - 1) == 0
    if kind is not ValueType.UINT32 or not isinstance(value, int) or not is_power:
        raise BrokenGgufError(f"its {ALIGNMENT_KEY} is no power of two up to {MOST_ALIGNMENT:,}")
    return value


def _shape(cursor: Cursor, name: str) -> tuple[int, ...]:
    dimensions = cursor.u32(f"tensor {name}")
    if not 1 <= dimensions <= MOST_DIMENSIONS:
        raise BrokenGgufError(f"tensor {name} has {dimensions:,} dimensions; 1 to {MOST_DIMENSIONS} can be")
    shape = tuple(cursor.u64(f"tensor {name}") for _ in range(dimensions))
    if not 0 < prod(shape) <= MOST_NUMBERS:
        raise BrokenGgufError(f"tensor {name} has {prod(shape):,} numbers, which cannot be")
    return shape


def _size(cursor: Cursor, name: str, shape: tuple[int, ...]) -> tuple[str, int]:
    """Kind of the weights, and their bytes."""
    number = cursor.u32(f"tensor {name}")
    kind = TENSOR_TYPES.get(number)
    if kind is None:
        raise BrokenGgufError(f"tensor {name} is of kind {number:,}, which is not known")
    if shape[0] % kind.block_numbers:
        raise BrokenGgufError(
            f"tensor {name} has rows of {shape[0]:,} numbers, and {kind.name} comes in blocks of {kind.block_numbers}"
        )
    return kind.name, prod(shape) // kind.block_numbers * kind.block_bytes


def _check_place(at: int, end: int, alignment: int, name: str) -> None:
    if at % alignment:
        raise BrokenGgufError(f"tensor {name} does not begin at a multiple of {alignment:,} bytes")
    if at != end:
        how = "begins inside the one before it" if at < end else "does not begin where the one before it ends"
        raise BrokenGgufError(f"tensor {name} {how}")


def _check_length(cursor: Cursor, end: int, last_bytes: int, alignment: int) -> None:
    """The file holds all tensors, and nothing behind them; the last one's padding may be missing."""
    begin = _padded(cursor.at, alignment)
    least = begin + end - _padded(last_bytes, alignment) + last_bytes
    size = cursor.at + cursor.left_bytes
    if size < least:
        raise BrokenGgufError(f"it is cut off: it has {size:,} bytes, and its tensors need {least:,}")
    if size > begin + end:
        raise BrokenGgufError(f"it goes on for {size - begin - end:,} bytes behind its last tensor")


def _padded(size: int, alignment: int) -> int:
    return -(-size // alignment) * alignment
