"""No model is its own guard: a judge made of the file that spoke is not asked about it, and doctor names it."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from judged_house_rig import KEYWORD, PROSE_ALONE, judged_by, write_policy
from talk_rig import put_on_shelf
from tiny_gguf import TinyModels

from guardian.added_models.shelf import find
from guardian.assembly import open_gate
from guardian.assistant.talk.opening import SAME_AS_JUDGE
from guardian.message import Channel, Message
from guardian.outcome import Outcome
from guardian.recording import NoRecord
from guardian.settings import load_settings

ISLAND = f"Come with me to {KEYWORD} in May."


def test_a_judge_is_not_asked_about_what_its_own_file_said(tiny_models: TinyModels, guardian_home: Path) -> None:
    write_policy(guardian_home, PROSE_ALONE)
    settings = judged_by(tiny_models.keyword(KEYWORD), guardian_home, more="timeout_s = 60.0\n")
    own = find(settings, settings.judge.model).sha256
    with open_gate(settings, recorder=NoRecord()) as gate:
        of_itself = gate.screen(Message(ISLAND.encode(), Channel.AI_OUTPUT, spoken_by=own))
        of_another = gate.screen(Message(ISLAND.encode(), Channel.AI_OUTPUT, spoken_by="5" * 64))
    assert of_itself.verdict.judge is None
    assert of_another.verdict.judge is not None
    assert of_another.verdict.outcome is Outcome.FLAGGED


@pytest.mark.long
def test_doctor_names_the_assistant_and_that_it_is_the_judge_too(
    run_guardian: Callable[..., subprocess.CompletedProcess[bytes]], guardian_home: Path, tiny_models: TinyModels
) -> None:
    put_on_shelf(load_settings({"GUARDIAN_HOME": str(guardian_home)}, {}), "sayer", tiny_models.saying("It rains."))
    none = "ok    assistant: none: questions are answered from evidence alone"
    assert none in run_guardian("doctor").stdout.decode()
    both = {"GUARDIAN_ASSISTANT_MODEL": "sayer", "GUARDIAN_JUDGE_MODEL": "sayer"}
    assert f"warn  assistant: sayer: {SAME_AS_JUDGE}" in run_guardian("doctor", env=both).stdout.decode()
