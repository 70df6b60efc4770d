"""Prompt frames of the families that were made to say one word about a text, as data.

Invariants: those of `guardian.judge.prompt_frame`. A guard is asked in the shape that it was trained on
(`guardian.judge.question_guard` writes it), with the owner's policy in the place of its own categories; the labels are
the words that it was trained to answer.
"""

from __future__ import annotations

from typing import Final

from guardian.judge.prompt_frame import LabelWords, PromptFrame, Shape
from guardian.judge.prompt_frames_instruct import CHATML, GEMMA, GRANITE, LLAMA3, QWEN

_YES_NO: Final = LabelWords(("Yes",), ("No",), ())

LLAMA_GUARD: Final = PromptFrame(
    id="llama-guard",
    title="Llama Guard 2 and 3",
    source="https://www.llama.com/docs/model-cards-and-prompt-formats/llama-guard-3/",
    controls=LLAMA3.controls,
    start=LLAMA3.start,
    user_open=LLAMA3.user_open,
    user_close=LLAMA3.user_close,
    assistant_open=LLAMA3.assistant_open,
    assistant_close=LLAMA3.assistant_close,
    shape=Shape.LLAMA_GUARD,
    labels=LabelWords(("unsafe",), ("safe",), ()),
)

GRANITE_GUARDIAN: Final = PromptFrame(
    id="granite-guardian",
    title="Granite Guardian 3.0 to 3.2",
    source="https://www.ibm.com/granite/docs/models/guardian/#prompt-template",
    controls=GRANITE.controls,
    user_open=GRANITE.user_open,
    user_close=GRANITE.user_close,
    assistant_open=GRANITE.assistant_open,
    assistant_close=GRANITE.assistant_close,
    is_policy_last=True,
    shape=Shape.GRANITE_GUARDIAN,
    labels=_YES_NO,
)

SHIELDGEMMA: Final = PromptFrame(
    id="shieldgemma",
    title="ShieldGemma",
    source="https://ai.google.dev/gemma/docs/shieldgemma/model_card",
    controls=GEMMA.controls,
    start=GEMMA.start,
    # Only the message stands in a turn; the policy and the question stand behind it, and the answer follows at once.
    data_open="<start_of_turn>\n",
    data_close="<end_of_turn>\n\n",
    is_policy_last=True,
    shape=Shape.SHIELDGEMMA,
    labels=_YES_NO,
)

QWEN3GUARD: Final = PromptFrame(
    id="qwen3guard",
    title="Qwen3Guard-Gen",
    source="https://huggingface.co/Qwen/Qwen3Guard-Gen-0.6B",
    controls=QWEN.controls,
    user_open=CHATML.user_open,
    user_close=CHATML.user_close,
    assistant_open=CHATML.assistant_open,
    assistant_close=CHATML.assistant_close,
    thinking_closed=QWEN.thinking_closed,
    label_start="Safety:",
    shape=Shape.QWEN3GUARD,
    # " Controversial" is three tokens in Qwen's vocabulary; behind "Safety:" its first is as good as the word.
    labels=LabelWords((" Unsafe",), (" Safe",), (" Controversial", " Contro", " Cont", " Con")),
)

GUARD_FRAMES: Final = (LLAMA_GUARD, GRANITE_GUARDIAN, SHIELDGEMMA, QWEN3GUARD)
