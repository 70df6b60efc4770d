"""Prompt frames of the families that follow instructions, as data.

Invariants: those of `guardian.judge.prompt_frame`. Each frame names the page that its control strings were read on; the
strings were held against the templates that llama.cpp's own tests carry (`models/templates` in its source).
"""

from __future__ import annotations

from typing import Final

from guardian.judge.prompt_frame import PromptFrame

_CHATML_CONTROLS: Final = ("<|im_start|>", "<|im_end|>")
_NO_THOUGHTS: Final = "<think>\n\n</think>\n\n"

CHATML: Final = PromptFrame(
    id="chatml",
    title="ChatML, as Qwen 2, Hermes, SmolLM and many others",
    source="https://github.com/openai/openai-python/blob/release-v0.28.0/chatml.md",
    controls=_CHATML_CONTROLS,
    system_open="<|im_start|>system\n",
    system_close="<|im_end|>\n",
    user_open="<|im_start|>user\n",
    user_close="<|im_end|>\n",
    assistant_open="<|im_start|>assistant\n",
    assistant_close="<|im_end|>\n",
)

QWEN: Final = PromptFrame(
    id="qwen",
    title="Qwen 3 and later, and others in ChatML that think",
    source="https://huggingface.co/Qwen/Qwen3-0.6B (enable_thinking=False)",
    controls=(*_CHATML_CONTROLS, "<think>", "</think>"),
    system_open=CHATML.system_open,
    system_close=CHATML.system_close,
    user_open=CHATML.user_open,
    user_close=CHATML.user_close,
    assistant_open=CHATML.assistant_open,
    assistant_close=CHATML.assistant_close,
    thinking_closed=_NO_THOUGHTS,
)

LLAMA3: Final = PromptFrame(
    id="llama3",
    title="Llama 3",
    source="https://www.llama.com/docs/model-cards-and-prompt-formats/meta-llama-3/",
    controls=("<|begin_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"),
    start="<|begin_of_text|>",
    system_open="<|start_header_id|>system<|end_header_id|>\n\n",
    system_close="<|eot_id|>",
    user_open="<|start_header_id|>user<|end_header_id|>\n\n",
    user_close="<|eot_id|>",
    assistant_open="<|start_header_id|>assistant<|end_header_id|>\n\n",
    assistant_close="<|eot_id|>",
)

GEMMA: Final = PromptFrame(
    id="gemma",
    title="Gemma 1 to 3",
    source="https://ai.google.dev/gemma/docs/core/prompt-structure",
    controls=("<bos>", "<start_of_turn>", "<end_of_turn>"),
    start="<bos>",
    user_open="<start_of_turn>user\n",
    user_close="<end_of_turn>\n",
    assistant_open="<start_of_turn>model\n",
    assistant_close="<end_of_turn>\n",
)

GEMMA4: Final = PromptFrame(
    id="gemma-4",
    title="Gemma 4",
    source="https://huggingface.co/google/gemma-4-31B-it (chat_template.jinja)",
    controls=("<bos>", "<|turn>", "<turn|>", "<|channel>", "<channel|>"),
    start="<bos>",
    system_open="<|turn>system\n",
    system_close="<turn|>\n",
    user_open="<|turn>user\n",
    user_close="<turn|>\n",
    assistant_open="<|turn>model\n",
    assistant_close="<turn|>\n",
    thinking_closed="<|channel>thought\n<channel|>",
)

MISTRAL: Final = PromptFrame(
    id="mistral",
    title="Mistral, from version 0.3",
    source="https://github.com/mistralai/cookbook/blob/main/concept-deep-dive/tokenization/chat_templates.md",
    controls=("<s>", "</s>", "[INST]", "[/INST]"),
    start="<s>",
    user_open="[INST]",
    user_close="[/INST]",
    assistant_close="</s>",
)

PHI: Final = PromptFrame(
    id="phi",
    title="Phi 3 and Phi 4 mini",
    source="https://huggingface.co/microsoft/Phi-3.5-mini-instruct#chat-format",
    controls=("<|system|>", "<|user|>", "<|assistant|>", "<|end|>"),
    system_open="<|system|>\n",
    system_close="<|end|>\n",
    user_open="<|user|>\n",
    user_close="<|end|>\n",
    assistant_open="<|assistant|>\n",
    assistant_close="<|end|>\n",
)

PHI4: Final = PromptFrame(
    id="phi-4",
    title="Phi 4",
    source="https://huggingface.co/microsoft/phi-4#input-formats",
    controls=("<|im_start|>", "<|im_sep|>", "<|im_end|>"),
    system_open="<|im_start|>system<|im_sep|>",
    system_close="<|im_end|>",
    user_open="<|im_start|>user<|im_sep|>",
    user_close="<|im_end|>",
    assistant_open="<|im_start|>assistant<|im_sep|>",
    assistant_close="<|im_end|>",
)

GRANITE: Final = PromptFrame(
    id="granite",
    title="Granite 3 and 4",
    source="https://www.ibm.com/granite/docs/models/granite#chat-template",
    controls=("<|start_of_role|>", "<|end_of_role|>", "<|end_of_text|>"),
    system_open="<|start_of_role|>system<|end_of_role|>",
    system_close="<|end_of_text|>\n",
    user_open="<|start_of_role|>user<|end_of_role|>",
    user_close="<|end_of_text|>\n",
    assistant_open="<|start_of_role|>assistant<|end_of_role|>",
    assistant_close="<|end_of_text|>\n",
)

HARMONY: Final = PromptFrame(
    id="harmony",
    title="harmony, as gpt-oss and gpt-oss-safeguard",
    source="https://cookbook.openai.com/articles/openai-harmony",
    controls=("<|start|>", "<|message|>", "<|channel|>", "<|end|>", "<|return|>"),
    # The system turn is for such facts alone; what others call the system's words is the developer's turn.
    system_open=(
        "<|start|>system<|message|>Reasoning: low\n\n"
        "# Valid channels: analysis, commentary, final. Channel must be included for every message.<|end|>"
        "<|start|>developer<|message|># Instructions\n\n"
    ),
    system_close="<|end|>",
    user_open="<|start|>user<|message|>",
    user_close="<|end|>",
    assistant_open="<|start|>assistant<|channel|>final<|message|>",
    assistant_close="<|end|>",
)

INSTRUCT_FRAMES: Final = (CHATML, LLAMA3, GEMMA, GEMMA4, MISTRAL, PHI, PHI4, QWEN, HARMONY, GRANITE)
