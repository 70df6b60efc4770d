"""A tiny model that knows the judge's canaries, for tests of what a good judge is told and shown to be.

How: every canary's policy and every canary's text has words that no other has; `tiny_gguf.matching` answers by these.
It knows nothing else, so it says nothing about how good real models are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tiny_gguf.matching import matching_model

from guardian.inference.generative import GenerationFailure, Prompt, Scored
from guardian.judge.canary_texts import CANARIES
from guardian.judge.judging import ModelJudge
from guardian.judge.prompt_frames import FRAMES

_WORD = re.compile(r"[A-Za-z]{3,}")


def knowing_model(path: Path, **gguf: Any) -> Path:
    """Make it: yes to each canary that is to be flagged, no to each other text under any of their policies."""
    prompts = {canary.name: words for canary, words in zip(CANARIES, _prompts(), strict=True)}
    classes = []
    for policy in dict.fromkeys(canary.policy.id for canary in CANARIES):
        own = {canary.name for canary in CANARIES if canary.policy.id == policy}
        texts = [canary.case.text for canary in CANARIES if canary.policy.id == policy and canary.is_yes]
        marks = [_mark(prompts, {c.name for c in CANARIES if c.case.text == text}) for text in texts]
        classes.append(([_mark(prompts, own)], marks))
    return matching_model(path, classes, **gguf)


def _mark(prompts: dict[str, set[str]], own: set[str]) -> str:
    """A word that stands in the prompts of these canaries and in no other."""
    elsewhere = set().union(*(words for name, words in prompts.items() if name not in own))
    found = set.intersection(*(prompts[name] for name in own)) - elsewhere
    return max(sorted(found), key=len)


def _prompts() -> Iterator[set[str]]:
    """The words of each canary's prompt, in small letters."""
    model = _Listener()
    judge = ModelJudge(model, FRAMES["chatml"], "listener", "0" * 64)
    for canary in CANARIES:
        judge.judge(canary.case, [canary.policy], timeout_s=60.0)
        (prompt,) = model.prompts
        model.prompts.clear()
        text = " ".join(segment.text for segment in (*prompt.fixed, *prompt.data))
        yield {word.lower() for word in _WORD.findall(text)}


class _Listener:
    """A generator that only notes what it is asked."""

    wall = "none"
    context_tokens = 1 << 16

    def __init__(self) -> None:
        self.prompts: list[Prompt] = []

    def count_tokens(self, text: str, *, timeout_s: float) -> int:
        """As if every text of one word were one token."""
        return max(1, len(text.split()))

    def score(self, prompt: Prompt, labels: Sequence[str], *, timeout_s: float) -> Scored:
        """The first label, firmly."""
        self.prompts.append(prompt)
        return Scored((-0.01, *[-9.0] * (len(labels) - 1)), 0.1, 1, 0, 1.0)

    def speak(self, prompt: Prompt, **_: object) -> Iterator[str | GenerationFailure]:
        """Nothing."""
        yield from ()

    def close(self) -> None:
        """Nothing to end."""
