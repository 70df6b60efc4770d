"""Run as a program: how many tokens of a frame's own stand in prompts, and what the labels are, with a real vocabulary.
Prints JSON.

Arguments: a vocabulary, the id of a frame. The messages are all injections; a prompt round a harmless message is the
measure. Uses the code that the cell's worker uses.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "scripts"), str(ROOT / "tests"), str(ROOT / "tests" / "judge")]

from judge.bad_messages import BAD_MESSAGES  # noqa: E402
from judge.injection_kinds import injected  # noqa: E402
from judging_rig import NUMBER, incoming  # noqa: E402

from guardian.inference.generative import Prompt  # noqa: E402
from guardian.inference.generative_tokens import Tokens  # noqa: E402
from guardian.inference.llama_binding import Llama, import_llama  # noqa: E402
from guardian.judge.fence import Fence  # noqa: E402
from guardian.judge.labels import ORDERS, LabelSet, choose_labels  # noqa: E402
from guardian.judge.prompt_frames import FRAMES  # noqa: E402
from guardian.judge.question import PolicyText  # noqa: E402
from guardian.judge.showing import Showing  # noqa: E402


def main() -> None:
    """Count."""
    llama = Llama(import_llama())
    model = llama.load(os.open(sys.argv[1], os.O_RDONLY), load_mode=0, vocab_only=True)
    tokens = Tokens(llama.calls, model)

    def prompt(message: str) -> Prompt:
        labels = LabelSet(("yes",), ("no",), ())
        policy = PolicyText(message, message, False)  # a policy is data too
        case = incoming(message, message)
        showing = Showing(FRAMES[sys.argv[2]], labels, policy, case, Fence(NUMBER), case.turns, (message,), False)
        return showing.ask(0, ORDERS[0])

    def structural(made: Prompt) -> int:
        segments = [(segment.text.encode(), segment.is_control) for segment in (*made.fixed, *made.data)]
        return tokens.structural(tokens.of_segments(segments))

    def in_data(made: Prompt) -> int:
        data = [segment.text.encode() for segment in (*made.fixed, *made.data) if not segment.is_control]
        return sum(tokens.structural(tokens.of_data_unchecked(text)) for text in data)

    labels = choose_labels(FRAMES[sys.argv[2]].labels, lambda text: len(tokens.of_data(text.encode())))
    assert isinstance(labels, LabelSet)
    prompts = [prompt(text) for texts in injected(BAD_MESSAGES).values() for text in texts]
    counts = {
        "prompts": len(prompts),
        "in data": sum(map(in_data, prompts)),
        "whole": sorted({structural(made) for made in prompts}),
        "harmless": structural(prompt("See you on Monday.")),
        "labels": [labels.word(label) for label in ORDERS[0]],
        "label tokens": sorted({tokens.of_label(word.encode()) or 0 for word in labels.spellings}),
        "spellings": len(labels.spellings),
    }
    print(json.dumps(counts))


if __name__ == "__main__":
    main()
