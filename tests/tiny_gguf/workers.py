"""Commands that start Guardian's own worker of a generative model with something wrong: for `worker_command`.

Each is the real worker, walls and all; only what is said here is other. The product itself has no such door.
"""

from __future__ import annotations

import sys

_BOOT = """
import os, signal, sys, threading, time
sys.path += sys.argv[3:]
from guardian.inference import generative_worker
from guardian.inference.frames import Refusal
from guardian.inference.generative_model import GenerativeModel, QuestionRefusedError
from guardian.inference.pipes import Pipes
evaluate, send, outputs, used = GenerativeModel.evaluate, Pipes.send, [], []

def seen(pipes, frame):
    outputs[:], used[:] = [pipes._output], [pipes]
    send(pipes, frame)

def flood():
    while True:
        os.write(2, b"flood " * 10_000)

def otherwise(model, question):
    data = b"".join(text for text, _ in question.data)
{does}
    return evaluate(model, question)

GenerativeModel.evaluate, Pipes.send = otherwise, seen
generative_worker.main(sys.argv[1], int(sys.argv[2]))
"""

_PLAIN = """
import sys
sys.path += sys.argv[3:]
from guardian.inference import generative_worker
from guardian.inference.llama_binding import Llama
start = Llama.__init__

def plain(llama, library):
    start(llama, library)
    defaults = library.llama_context_default_params
    def parameters():
        made = defaults()
        made.flash_attn_type = 0
        return made
    library.llama_context_default_params = parameters

Llama.__init__ = plain
generative_worker.main(sys.argv[1], int(sys.argv[2]))
"""


def slow_worker(seconds: float) -> list[str]:
    """Takes this much longer for each prompt, and gives up at its time limit as a slow model does."""
    return _worker(
        f"time.sleep(min({seconds}, question.limit_ms / 1000))",
        f"if {seconds} > question.limit_ms / 1000:",
        "    raise QuestionRefusedError('model-timeout', 'the model was not done within its time')",
    )


def hanging_worker() -> list[str]:
    """Never answers, and never gives up."""
    return _worker("time.sleep(3600)")


def dying_worker(marker: str = "") -> list[str]:
    """Dies over each prompt whose data has the marker in it; without one, over every prompt."""
    return _worker(f"if {marker.encode()!r} in data: signal.raise_signal(signal.SIGSEGV)")


def babbling_worker() -> list[str]:
    """Answers with what is no frame."""
    return _worker("os.write(outputs[0], b'\\xff' * 64)")


def flooding_worker() -> list[str]:
    """Answers, and writes to stderr without end from its first prompt on."""
    return _worker("if threading.active_count() == 1:", "    threading.Thread(target=flood, daemon=True).start()")


def deaf_worker(marker: str) -> list[str]:
    """Over a prompt whose data has the marker in it, closes its input, refuses the prompt, and stays."""
    return _worker(
        f"if {marker.encode()!r} in data:",
        "    os.close(used[0]._input)",
        "    send(used[0], Refusal(question.number, 'model-refused', 'no', ''))",
        "    time.sleep(3600)",
    )


def plain_attention_worker() -> list[str]:
    """Computes without flash attention, as llama.cpp does for models that it has none for."""
    return [sys.executable, "-I", "-S", "-c", _PLAIN]


def _worker(*does: str) -> list[str]:
    lines = "\n".join(f"    {line}" for line in does)
    return [sys.executable, "-I", "-S", "-c", _BOOT.format(does=lines)]
