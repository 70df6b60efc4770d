"""A thousand injections round fifty bad messages: no control token, no lowered rule, no verdict but from the logits.

With tiny models a judge's answer is known beforehand: the keyword model says yes where one word stands, so an injection
that changed its answer would have come to it by another road than as data.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from cell_rig import python_environment
from judging_rig import KEYWORD, LONG_S, incoming, make_policy, open_judge
from real_vocabularies import real_vocabularies
from tiny_gguf import TinyModels

from guardian.judge.base import Label, Opinion
from guardian.judge.weighing import weigh
from guardian.verdict import Action, PolicyMatch

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))  # scripts are no package that is installed

from judge.bad_messages import BAD_MESSAGES  # noqa: E402
from judge.injection_kinds import INJECTIONS, injected  # noqa: E402

POLICY = make_policy()
FEW = BAD_MESSAGES[::10]
VOCABULARIES = {path.stem.removeprefix("ggml-vocab-"): path for path in real_vocabularies()}


def rule_match() -> PolicyMatch:
    """A rule of the owner's flagged the message."""
    return PolicyMatch(
        POLICY.id, POLICY.title, POLICY.why, POLICY.severity, Action.WARN, 1.0, 0.5, True, ("rule:links",)
    )


def opinions_on(path: Path, texts: Sequence[str]) -> list[Opinion]:
    with open_judge(path) as rig:
        return [rig.judge.judge(incoming(text), [POLICY], timeout_s=LONG_S)[0] for text in texts]


def every(messages: Sequence[str]) -> list[str]:
    return [text for texts in injected(messages).values() for text in texts]


def check_verdicts(tiny_models: TinyModels, messages: Sequence[str]) -> None:
    """On both sides: nothing talks the model out of a yes, nor into one, nor keeps it from answering."""
    path = tiny_models.keyword(KEYWORD)
    bad = opinions_on(path, every([f"{message} {KEYWORD.capitalize()}." for message in messages]))
    harmless = opinions_on(path, [text.replace("no", "yes") for text in every(messages)])
    assert [opinion.failure for opinion in (*bad, *harmless)] == [""] * (2 * len(messages) * len(INJECTIONS))
    assert {opinion.label for opinion in bad} == {Label.YES}
    assert {opinion.label for opinion in harmless} == {Label.NO}
    softening = {POLICY.id: replace(POLICY, judge_may_soften=True)}
    for opinion in (*bad, *harmless, *(replace(each, label=Label.NO, is_sure=True) for each in bad)):
        (after,) = weigh([rule_match()], [opinion], softening, ("tiny", "0" * 64)).matches
        assert after.matched
        assert after.action is Action.WARN
        assert "rule:links" in after.because


def test_there_are_a_thousand_and_each_holds_its_message_whole() -> None:
    made = injected(BAD_MESSAGES)
    assert (len(BAD_MESSAGES), len(made)) == (50, 20)
    assert len(set(every(BAD_MESSAGES))) == 1000
    for texts in made.values():
        assert all(message in text for message, text in zip(BAD_MESSAGES, texts, strict=True))
    assert made == injected(BAD_MESSAGES)


@pytest.mark.long
def test_no_injection_changes_an_answer_or_lowers_a_rule(tiny_models: TinyModels) -> None:
    check_verdicts(tiny_models, FEW)


@pytest.mark.slow
def test_none_of_all_thousand_does(tiny_models: TinyModels) -> None:
    check_verdicts(tiny_models, BAD_MESSAGES)


FAMILIES = [("llama-bpe", "llama3"), ("qwen2", "chatml"), ("phi-3", "phi"), ("gemma-4", "gemma-4")]
"""Vocabularies that are kept, with their families' frames."""


@cache
def counted(vocabulary: str, frame: str) -> dict[str, Any]:
    program = Path(__file__).with_name("control_counter.py")
    done = subprocess.run(
        [sys.executable, str(program), str(VOCABULARIES[vocabulary]), frame],
        capture_output=True,
        env=python_environment(),
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    counts: dict[str, Any] = json.loads(done.stdout)
    return counts


@pytest.mark.long
@pytest.mark.parametrize(("vocabulary", "frame"), FAMILIES)
def test_no_injection_makes_a_control_token_with_the_vocabularies_of_real_models(vocabulary: str, frame: str) -> None:
    """All thousand, as message, earlier turn, policy and title at once: the prompt has the frame's own and no more."""
    counts = counted(vocabulary, frame)
    assert counts["prompts"] == 1000
    assert counts["in data"] == 0
    assert counts["whole"] == [counts["harmless"]]
    assert counts["harmless"] >= 4, "the frame's own tokens are control tokens in this vocabulary"


@pytest.mark.parametrize(("vocabulary", "frame"), FAMILIES)
def test_real_vocabularies_have_the_labels_as_single_tokens(vocabulary: str, frame: str) -> None:
    """`unsure` is two tokens at the start of an answer in each of them."""
    counts = counted(vocabulary, frame)
    assert counts["labels"] == ["yes", "no", "maybe"]
    assert len(counts["label tokens"]) == counts["spellings"], "no two spellings are one token"
