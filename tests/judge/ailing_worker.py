"""Guardian's generative worker with an illness, named by its first argument.

`slow`: each prompt takes a second longer. `hanging`: no prompt is ever answered. `dying`: each prompt kills it.
`stillborn`: it dies before its model runs. Started in the worker's place; the product itself has no such door.
"""

from __future__ import annotations

import signal
import sys
import time

sys.path += sys.argv[4:]

from guardian.inference import generative_worker
from guardian.inference.generative_frames import Evaluate, Evaluated
from guardian.inference.generative_model import GenerativeModel

SLOW_S = 1.0
illness = sys.argv[1]
well = GenerativeModel.evaluate


def evaluate(model: GenerativeModel, question: Evaluate) -> Evaluated:
    if illness == "dying":
        signal.raise_signal(signal.SIGSEGV)
    time.sleep(SLOW_S if illness == "slow" else 3600)
    return well(model, question)


if illness == "stillborn":
    signal.raise_signal(signal.SIGKILL)
GenerativeModel.evaluate = evaluate  # type: ignore[method-assign, assignment]
generative_worker.main(sys.argv[2], int(sys.argv[3]))
