"""The prompt frames that Guardian has, and which one fits a model's file.

Invariants: a frame is chosen only if every one of its control strings is a special token of the file's vocabulary: else
our frame would be ordinary text to the model, and nothing would part it from a message. The file's name and its chat
template are a stranger's words: they only decide between frames that both fit, and are never run. None means that the
family is unknown; the owner may then name a frame that fits.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from guardian.gguf.facts import GgufFacts
from guardian.judge.prompt_frame import LabelWords, PromptFrame, Shape, Turn
from guardian.judge.prompt_frames_guard import GRANITE_GUARDIAN, GUARD_FRAMES, LLAMA_GUARD, QWEN3GUARD, SHIELDGEMMA
from guardian.judge.prompt_frames_instruct import (
    CHATML,
    GEMMA,
    GEMMA4,
    GRANITE,
    HARMONY,
    INSTRUCT_FRAMES,
    LLAMA3,
    MISTRAL,
    PHI,
    PHI4,
    QWEN,
)

__all__ = ["FRAMES", "LabelWords", "PromptFrame", "Shape", "Turn", "choose_frame", "fitting_frames"]

FRAMES: Final[Mapping[str, PromptFrame]] = MappingProxyType(
    {frame.id: frame for frame in (*INSTRUCT_FRAMES, *GUARD_FRAMES)}
)
"""Every frame by its id."""

_GUARD_HINTS: Final = (
    # Frame, what the file's name may hold, what its chat template may hold; small letters.
    (LLAMA_GUARD, ("llama guard", "llama-guard", "llamaguard"), "<begin unsafe content categories>"),
    (QWEN3GUARD, ("qwen3guard", "qwen3-guard", "qwen3 guard"), "<begin unsafe content categories>"),
    (SHIELDGEMMA, ("shieldgemma",), "our safety principle is defined"),
    (GRANITE_GUARDIAN, ("granite guardian", "granite-guardian"), "<start_of_risk_definition>"),
)
_INSTRUCT_ORDER: Final = (
    # Frame, and what a chat template of its family holds. Narrower families stand before those that they contain.
    (HARMONY, ("<|channel|>",)),
    (GEMMA4, ("<|turn>",)),
    (GEMMA, ("<start_of_turn>",)),
    (LLAMA3, ("<|start_header_id|>",)),
    (GRANITE, ("<|start_of_role|>",)),
    (PHI4, ("<|im_sep|>",)),
    (PHI, ("<|assistant|>",)),
    (QWEN, ("<|im_start|>", "<think>")),
    (CHATML, ("<|im_start|>",)),
    (MISTRAL, ("[inst]",)),
)
_ANSWERS_IN_TAGS: Final = "<score>"
"""Granite Guardian 3.3 and later answer in tags of their own; they are asked as the instruct models that they are."""


def choose_frame(facts: GgufFacts) -> PromptFrame | None:
    """The frame for a model's file; None where its family is not known.

    Vocabularies hold tokens that their model never saw in a conversation (thinking ones in a model that does not think,
    or another family's), so a chat template has a say. A file without one is taken by its vocabulary alone.
    """
    fitting = fitting_frames(facts)
    template = facts.chat_template.lower()
    for frame, names, marker in _GUARD_HINTS:
        if frame in fitting and _is_guard(facts, template, names, marker):
            return frame
    for frame, markers in _INSTRUCT_ORDER:
        if frame in fitting and (not template or all(marker in template for marker in markers)):
            return frame
    return None


def fitting_frames(facts: GgufFacts) -> tuple[PromptFrame, ...]:
    """The frames whose control strings the vocabulary has, all of them: those that an owner may name."""
    special = set(facts.special_tokens)
    return tuple(frame for frame in FRAMES.values() if special.issuperset(frame.controls))


def _is_guard(facts: GgufFacts, template: str, names: tuple[str, ...], marker: str) -> bool:
    own_name = f"{facts.name} {facts.path.stem}".lower()
    is_named = any(name in own_name for name in names) and _ANSWERS_IN_TAGS not in template
    return is_named or marker in template
