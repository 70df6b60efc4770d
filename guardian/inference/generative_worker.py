"""Main of the process that holds a generative model: walls up, model in, then prompts in and logits out.

The order is the safety, as in `worker.py`: walls and self-test first, then llama.cpp, then the model, then the right to
open files is given up, and only then comes text. Whatever goes wrong is said in a `Refusal` or by ending; the parent
recovers. Started by `child.py` with this file's package and llama.cpp on `sys.path` and little else.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

from guardian.errors import CellError
from guardian.inference.frames import Hello, Refusal
from guardian.inference.generative_frames import (
    GENERATIVE_FRAMES,
    GENERATIVE_PROTOCOL,
    Count,
    Counted,
    Evaluate,
    GenerativeFrame,
    LoadGenerative,
    Proceed,
    Ready,
)
from guardian.inference.pipes import Pipes
from guardian.walls.wall import WallLevel, limit_resources, raise_walls, seal_files

if TYPE_CHECKING:
    from guardian.inference.generative_model import GenerativeModel

_REFUSED: Final = "model-refused"


def main(limit_name: str, parent_process: int) -> None:
    """Serve until the parent goes. `limit_name` is the strongest wall that may be tried."""
    pipes = Pipes(GENERATIVE_FRAMES)
    limit = WallLevel(limit_name)
    level, probes = raise_walls(limit, parent_process)
    pipes.send(Hello(GENERATIVE_PROTOCOL, level.value, probes))
    frames = pipes.frames()
    try:
        # Only now: from here on code runs that is not Guardian's.
        from guardian.inference.generative_model import GenerativeModel
        from guardian.inference.llama_binding import import_llama

        library = import_llama()
        load = next(frames, None)
        if not isinstance(load, LoadGenerative):
            return
        limit_resources(load.memory_bytes)
        model = GenerativeModel(library, load)
        is_sealed = seal_files(limit)
        if not load.is_vocabulary_only:
            model.warm_up()  # in the sealed state: what needs a file shows now, not on the first message
    except (CellError, MemoryError) as error:
        pipes.send(_refusal(0, error))
        return
    pipes.send(Ready(model.context_tokens, model.tokens.endings, is_sealed, model.threads))
    for frame in frames:
        pipes.send(_answer(model, frame))


def _answer(model: GenerativeModel, frame: GenerativeFrame) -> GenerativeFrame:
    number = frame.number if isinstance(frame, Count | Evaluate | Proceed) else 0
    try:
        if isinstance(frame, Evaluate):
            return model.evaluate(frame)
        if isinstance(frame, Proceed):
            return model.proceed(frame)
        if isinstance(frame, Count):
            tokens = model.tokens.of_data_unchecked(frame.text)
            return Counted(number, len(tokens), model.tokens.structural(tokens))
    except (CellError, MemoryError) as error:
        return _refusal(number, error)
    return Refusal(number, _REFUSED, "the model is loaded already", "")


def _refusal(number: int, error: CellError | MemoryError) -> Refusal:
    if isinstance(error, MemoryError):
        return Refusal(number, _REFUSED, "the cell ran out of memory", "")
    return Refusal(number, getattr(error, "code", _REFUSED), error.what, error.hint)


if __name__ == "__main__":
    sys.exit("this file is started by guardian itself")
