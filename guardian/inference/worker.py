"""Main of the process that holds the encoder: walls up, model in, then windows in and numbers out.

The order is the safety: walls and self-test first, then llama.cpp, then the model, then the right to open
files is given up, and only then comes text. Whatever goes wrong is said in a `Refusal` or by ending; the
parent recovers. Started by `child.py` with this file's package and llama.cpp on `sys.path` and little else.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from guardian.errors import CellError
from guardian.inference.frames import (
    FRAMES,
    PROTOCOL,
    Frame,
    Hello,
    Load,
    Loaded,
    Refusal,
    Request,
    Result,
    Row,
)
from guardian.inference.pipes import Pipes
from guardian.walls.wall import WallLevel, limit_resources, raise_walls, seal_files

if TYPE_CHECKING:
    from guardian.inference.encoder_model import EncoderModel

_TOO_LONG: Final = Row(0, 0, b"")
_WARM_UP: Final = b"ready"
_PASS_TOKENS: Final = 256
"""Most tokens of several windows in one pass. Packing short windows saves about a third of their time up to here
(25 tokens: 12.7 ms alone, 7.5 ms in a pass of 4 to 8, one thread); beyond, nothing, and memory grows."""


def main(limit_name: str, parent_process: int) -> None:
    """Serve until the parent goes. `limit_name` is the strongest wall that may be tried."""
    pipes = Pipes(FRAMES)
    limit = WallLevel(limit_name)
    level, probes = raise_walls(limit, parent_process)
    pipes.send(Hello(PROTOCOL, level.value, probes))
    frames = pipes.frames()
    try:
        # Only now: from here on code runs that is not Guardian's.
        from guardian.inference.encoder_model import EncoderModel
        from guardian.inference.llama_binding import import_llama

        library = import_llama()
        limit_resources()
        load = next(frames, None)
        if not isinstance(load, Load):
            return
        model = EncoderModel(library, load)
        is_sealed = seal_files(limit)
        # One pass in the sealed state: lazy parts of llama.cpp show now, not on the first message, if they need a file.
        model.encode([model.tokenise(_WARM_UP) or []])
    except CellError as error:
        pipes.send(Refusal(0, "model-refused", error.what, error.hint))
        return
    pipes.send(Loaded(model.labels, is_sealed, model.threads))
    for frame in frames:
        if isinstance(frame, Request):
            pipes.send(_answer(model, load, frame))


def _answer(model: EncoderModel, load: Load, request: Request) -> Frame:
    try:
        return Result(request.number, tuple(_judge(model, load, request.texts)))
    except CellError as error:
        return Refusal(request.number, "model-refused", error.what, error.hint)
    except MemoryError:
        return Refusal(request.number, "model-refused", "the cell ran out of memory", "")


def _judge(model: EncoderModel, load: Load, texts: tuple[bytes, ...]) -> list[Row]:
    """One row per text. Windows of like length go through the model together, as attention looks at a whole batch."""
    rows = [_TOO_LONG] * len(texts)
    tokenised = [(index, tokens) for index, text in enumerate(texts) if (tokens := model.tokenise(text)) is not None]
    tokenised.sort(key=lambda item: len(item[1]))
    for batch in _batches(tokenised, load):
        values = model.encode([tokens for _, tokens in batch])
        for (index, tokens), numbers in zip(batch, values, strict=True):
            rows[index] = Row(len(tokens), tokens.count(model.unknown_token), numbers)
    return rows


def _batches(tokenised: list[tuple[int, list[int]]], load: Load) -> Iterator[list[tuple[int, list[int]]]]:
    batch: list[tuple[int, list[int]]] = []
    held = 0
    limit = min(_PASS_TOKENS, load.tokens_per_batch)
    for item in tokenised:
        size = len(item[1])
        if batch and (held + size > limit or len(batch) == load.windows_per_batch):
            yield batch
            batch, held = [], 0
        batch.append(item)
        held += size
    if batch:
        yield batch


if __name__ == "__main__":
    sys.exit("this file is started by guardian itself")
