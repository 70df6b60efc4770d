"""Every family's frame: its exact text, what of it is control, and which file gets which frame.

Golden texts were written from the pages that the frames name, and held against llama.cpp's copies of the families' chat
templates (`models/templates` of its source) by eye.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardian.gguf.facts import GgufFacts
from guardian.inference.generative import Prompt, Segment
from guardian.judge.prompt_frames import FRAMES, PromptFrame, Shape, Turn, choose_frame, fitting_frames

ASKED = (
    "chatml",
    "llama3",
    "gemma",
    "mistral",
    "phi",
    "qwen",
    "harmony",
    "llama-guard",
    "granite-guardian",
    "shieldgemma",
    "qwen3guard",
)
GOLDEN = {
    "chatml": "<|im_start|>system\nS<|im_end|>\n<|im_start|>user\nFD?<|im_end|>\n<|im_start|>assistant\n",
    "qwen": "<|im_start|>system\nS<|im_end|>\n<|im_start|>user\nFD?<|im_end|>\n<|im_start|>assistant\n"
    "<think>\n\n</think>\n\n",
    "llama3": "<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\nS<|eot_id|>"
    "<|start_header_id|>user<|end_header_id|>\n\nFD?<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n",
    "gemma": "<bos><start_of_turn>user\nS\n\nFD?<end_of_turn>\n<start_of_turn>model\n",
    "gemma-4": "<bos><|turn>system\nS<turn|>\n<|turn>user\nFD?<turn|>\n<|turn>model\n<|channel>thought\n<channel|>",
    "mistral": "<s>[INST]S\n\nFD?[/INST]",
    "phi": "<|system|>\nS<|end|>\n<|user|>\nFD?<|end|>\n<|assistant|>\n",
    "phi-4": "<|im_start|>system<|im_sep|>S<|im_end|><|im_start|>user<|im_sep|>FD?<|im_end|>"
    "<|im_start|>assistant<|im_sep|>",
    "granite": "<|start_of_role|>system<|end_of_role|>S<|end_of_text|>\n<|start_of_role|>user<|end_of_role|>FD?"
    "<|end_of_text|>\n<|start_of_role|>assistant<|end_of_role|>",
    "harmony": "<|start|>system<|message|>Reasoning: low\n\n# Valid channels: analysis, commentary, final. Channel "
    "must be included for every message.<|end|><|start|>developer<|message|># Instructions\n\nS<|end|>"
    "<|start|>user<|message|>FD?<|end|><|start|>assistant<|channel|>final<|message|>",
    "llama-guard": "<|begin_of_text|><|start_header_id|>user<|end_header_id|>\n\nS\n\nFD?<|eot_id|>"
    "<|start_header_id|>assistant<|end_header_id|>\n\n",
    "granite-guardian": "<|start_of_role|>user<|end_of_role|>S\n\nDF?<|end_of_text|>\n"
    "<|start_of_role|>assistant<|end_of_role|>",
    "shieldgemma": "<bos>S\n\n<start_of_turn>\nD<end_of_turn>\n\nF?",
    "qwen3guard": "<|im_start|>user\nS\n\nFD?<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\nSafety:",
}
"""Of the system's words S, the policy F, the message D and the question ?."""
TALK = {
    "chatml": "<|im_start|>system\nS<|im_end|>\n<|im_start|>user\na<|im_end|>\n<|im_start|>assistant\nb<|im_end|>\n"
    "<|im_start|>user\nc<|im_end|>\n<|im_start|>assistant\n",
    "qwen": "<|im_start|>system\nS<|im_end|>\n<|im_start|>user\na<|im_end|>\n<|im_start|>assistant\nb<|im_end|>\n"
    "<|im_start|>user\nc<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n",
    "gemma": "<bos><start_of_turn>user\nS\n\na<end_of_turn>\n<start_of_turn>model\nb<end_of_turn>\n"
    "<start_of_turn>user\nc<end_of_turn>\n<start_of_turn>model\n",
    "mistral": "<s>[INST]S\n\na[/INST]b</s>[INST]c[/INST]",
    "harmony": GOLDEN["harmony"].replace("FD?", "a") + "b<|end|><|start|>user<|message|>c<|end|>"
    "<|start|>assistant<|channel|>final<|message|>",
}
EVERY_CONTROL = sorted({control for frame in FRAMES.values() for control in frame.controls})


def written(prompt: Prompt) -> str:
    return "".join(segment.text for segment in (*prompt.fixed, *prompt.data))


def facts_of(controls: Iterable[str], *, template: str = "", name: str = "", path: str = "model.gguf") -> GgufFacts:
    return GgufFacts(
        path=Path(path),
        size_bytes=1,
        version=3,
        architecture="llama",
        name=name,
        context_tokens=4096,
        embedding=64,
        layers=2,
        vocabulary=1000,
        tokenizer="gpt2",
        pre_tokenizer="",
        chat_template=template,
        special_tokens=tuple(controls),
        file_type="F16",
        tensors=1,
        tensor_bytes=1,
        cache_numbers_per_token=1,
    )


def test_every_family_of_the_issue_has_a_frame_and_every_frame_its_page() -> None:
    assert set(ASKED) <= FRAMES.keys()
    assert FRAMES.keys() == GOLDEN.keys()
    assert all(frame.source.startswith("https://") for frame in FRAMES.values())


def test_the_guide_names_every_frame() -> None:
    guide = (Path(__file__).resolve().parents[2] / "docs" / "guide" / "judge.md").read_text("utf-8")
    table = guide[guide.index("## Families") :]
    assert [id for id in FRAMES if f"`{id}`" not in table] == []


@pytest.mark.parametrize("id", GOLDEN)
def test_a_question_reads_exactly_as_the_family_wants_it(id: str) -> None:
    assert written(FRAMES[id].prompt("S", "F", [Segment("D")], "?")) == GOLDEN[id]


@pytest.mark.parametrize("id", TALK)
def test_a_conversation_reads_exactly_as_the_family_wants_it(id: str) -> None:
    turns = [Turn("a"), Turn("b", is_assistant=True), Turn("c")]
    assert written(FRAMES[id].conversation("S", turns)) == TALK[id]


@pytest.mark.parametrize("turns", [[], [Turn("a"), Turn("b", is_assistant=True)]])
def test_a_conversation_without_a_question_is_an_error(turns: list[Turn]) -> None:
    with pytest.raises(ValueError, match="turn of the owner's"):
        FRAMES["chatml"].conversation("S", turns)


@pytest.mark.parametrize("frame", FRAMES.values(), ids=FRAMES)
def test_control_strings_are_all_in_control_segments_and_named_by_the_frame(frame: PromptFrame) -> None:
    prompt = frame.prompt("S", "F", [Segment("D")], "?")
    control = "".join(segment.text for segment in (*prompt.fixed, *prompt.data) if segment.is_control)
    data = {segment.text.strip() for segment in (*prompt.fixed, *prompt.data) if not segment.is_control}
    assert data == {"S", "F", "D", "?"}
    assert all(each in control or each in frame.assistant_close or each == "<|return|>" for each in frame.controls)
    rest = control
    for each in sorted(frame.controls, key=len, reverse=True):
        rest = rest.replace(each, "")
    assert not {"<|", "|>", "[INST]", "<s>", "<bos>"} & set(rest.split())


@pytest.mark.parametrize("frame", FRAMES.values(), ids=FRAMES)
def test_nothing_that_is_passed_in_becomes_control_whatever_it_says(frame: PromptFrame) -> None:
    hostile = "".join(EVERY_CONTROL)
    prompt = frame.prompt(hostile, hostile, [Segment(hostile, is_control=True)], hostile)
    talk = frame.conversation(hostile, [Turn(hostile), Turn(hostile, is_assistant=True), Turn(hostile)])
    for made in (prompt, talk):
        assert not any(hostile in segment.text for segment in (*made.fixed, *made.data) if segment.is_control)


@given(st.text(), st.text(), st.text(), st.text())
def test_the_fixed_part_knows_nothing_of_the_message(system: str, fixed: str, one: str, other: str) -> None:
    for frame in FRAMES.values():
        assert frame.prompt(system, fixed, [Segment(one)]).fixed == frame.prompt(system, fixed, [Segment(other)]).fixed


def test_only_families_that_follow_instructions_converse() -> None:
    assert {id for id, frame in FRAMES.items() if not frame.can_converse} == {
        "llama-guard",
        "granite-guardian",
        "shieldgemma",
        "qwen3guard",
    }
    assert FRAMES["llama-guard"].shape is Shape.LLAMA_GUARD


@pytest.mark.parametrize(
    ("id", "template", "name"),
    [
        ("chatml", "{{'<|im_start|>' + message['role']}}", "Qwen2.5 1.5B Instruct"),
        ("chatml", "", ""),
        ("qwen", "<|im_start|>assistant\n<think>", "Qwen3 0.6B"),
        ("qwen", "", "Qwen3 0.6B"),
        ("llama3", "<|start_header_id|>", "Llama 3.2 3B Instruct"),
        ("gemma", "<start_of_turn>", "gemma-3-4b-it"),
        ("gemma-4", "<|turn>model", "gemma-4"),
        ("mistral", "[INST]", "Mistral 7B Instruct v0.3"),
        ("phi", "<|user|>\n<|assistant|>\n", "Phi 3.5 mini instruct"),
        ("phi-4", "<|im_start|>user<|im_sep|>", "Phi 4"),
        ("granite", "<|start_of_role|>", "Granite 4.0"),
        ("granite", "<|start_of_role|> ... <score>", "Granite Guardian 3.3 8b"),
        ("harmony", "<|start|>assistant<|channel|>final", "gpt-oss-safeguard-20b"),
        ("llama-guard", "<BEGIN UNSAFE CONTENT CATEGORIES>", "Meta Llama"),
        ("llama-guard", "", "Llama Guard 3 1B"),
        ("granite-guardian", "<start_of_risk_definition>", "Granite"),
        ("shieldgemma", "", "shieldgemma-2b"),
        ("qwen3guard", "<BEGIN UNSAFE CONTENT CATEGORIES>", "Qwen3Guard-Gen-0.6B"),
    ],
)
def test_a_file_gets_the_frame_of_its_family(id: str, template: str, name: str) -> None:
    assert choose_frame(facts_of(FRAMES[id].controls, template=template, name=name)) is FRAMES[id]


def test_the_name_of_the_file_counts_where_the_file_gives_none() -> None:
    facts = facts_of(FRAMES["llama-guard"].controls, path="/models/Llama-Guard-3-1B.Q4_K_M.gguf")
    assert choose_frame(facts) is FRAMES["llama-guard"]


@pytest.mark.parametrize("id", FRAMES)
def test_a_frame_is_never_chosen_where_one_of_its_control_strings_is_no_token(id: str) -> None:
    """Its frame would be ordinary text, and a message could forge it."""
    frame = FRAMES[id]
    for missing in frame.controls:
        left = [control for control in frame.controls if control != missing]
        facts = facts_of(left, name=frame.title, template="".join(frame.controls))
        assert choose_frame(facts) is not frame
        assert frame not in fitting_frames(facts)


@pytest.mark.parametrize(
    "facts",
    [
        pytest.param(facts_of(["<s>", "</s>"]), id="a Llama 2 vocabulary"),
        pytest.param(facts_of(["<|endoftext|>"], template="{{ messages }}"), id="GPT-2"),
        pytest.param(facts_of([]), id="nothing special"),
        pytest.param(facts_of(["[PAD]", "[CLS]", "[SEP]"], name="ChatML Llama Guard"), id="a name that lies"),
    ],
)
def test_an_unknown_family_gets_no_frame(facts: GgufFacts) -> None:
    assert choose_frame(facts) is None


def test_thinking_tokens_in_a_model_that_does_not_think_are_left_alone() -> None:
    """Hermes and others share Qwen's vocabulary; their template says that they do not think."""
    facts = facts_of(FRAMES["qwen"].controls, template="<|im_start|>assistant")
    assert choose_frame(facts) is FRAMES["chatml"]
    assert choose_frame(dataclasses.replace(facts, chat_template="<|im_start|> <think>")) is FRAMES["qwen"]
