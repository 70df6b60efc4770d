"""Guardian's worker with a weak stomach: some texts kill it, hang it, or make it answer nonsense.

Started in the worker's place, with the same arguments. The product itself has no such door.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time

sys.path += sys.argv[3:]

from guardian.errors import CellError
from guardian.inference import worker
from guardian.inference.encoder_model import EncoderModel
from guardian.inference.frames import Frame
from guardian.inference.pipes import Pipes

real_tokenise, real_encode, real_send = EncoderModel.tokenise, EncoderModel.encode, Pipes.send
outputs: list[int] = []


class Infinite(list[int]):
    """Tokens of a window whose numbers are to be infinite."""


def tokenise(model: EncoderModel, text: bytes) -> list[int] | None:
    if b"POISON-SEGV" in text:
        signal.raise_signal(signal.SIGSEGV)
    if b"POISON-HANG" in text:
        time.sleep(3600)
    if b"POISON-REFUSE" in text:
        raise CellError("it is too bitter")
    if b"POISON-GGML" in text:
        overfill(model)
    if b"POISON-NONSENSE" in text:
        os.write(outputs[0], b"\xff" * 64)
    if b"POISON-FLOOD" in text:
        threading.Thread(target=flood, daemon=True).start()
    if b"POISON-PRINT" in text:
        print("a stray print", flush=True)
        os.write(2, b"\x1b]52;c;stray\x07 bytes on stderr\n")
    tokens = real_tokenise(model, text)
    return Infinite(tokens or []) if b"POISON-INFINITE" in text else tokens


def flood() -> None:
    """Write to stderr without end."""
    while True:
        os.write(2, b"flood " * 10_000)


def overfill(model: EncoderModel) -> None:
    """Give llama.cpp a batch larger than its n_ubatch, which fails an assert in it."""
    library = model._library
    small = library.llama_context_default_params()
    small.n_ctx, small.n_batch, small.n_ubatch, small.n_seq_max = 512, 512, 32, 1
    small.pooling_type, small.embeddings = 4, True
    model._context = library.llama_init_from_model(model._model, small)
    real_encode(model, [[100] * 200])


def encode(model: EncoderModel, windows: list[list[int]]) -> list[bytes]:
    rows = real_encode(model, windows)
    infinity = b"\x00\x00\x80\x7f"
    return [
        infinity * (len(row) // 4) if isinstance(window, Infinite) else row
        for window, row in zip(windows, rows, strict=True)
    ]


def send(pipes: Pipes[Frame], frame: Frame) -> None:
    outputs[:] = [pipes._output]
    real_send(pipes, frame)


EncoderModel.tokenise = tokenise  # type: ignore[method-assign, assignment]
EncoderModel.encode = encode  # type: ignore[method-assign, assignment]
Pipes.send = send  # type: ignore[method-assign, assignment]
worker.main(sys.argv[1], int(sys.argv[2]))
