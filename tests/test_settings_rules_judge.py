"""Promises of the rules for the owner's language models: what can't be meant is refused with what could."""

from __future__ import annotations

from pathlib import Path

import pytest

from guardian.settings_rules import RefusedError, Rule
from guardian.settings_rules_judge import LoopbackServer, ModelName, ServedModelName

ACCEPTED: list[tuple[Rule, str, str]] = [
    (ModelName(), "", ""),
    (ModelName(), "qwen3-4b", "qwen3-4b"),
    (ModelName(), "org/model:Q4_K_M", "org/model:Q4_K_M"),
    (ServedModelName(), "", ""),
    (ServedModelName(), "qwen2.5-7b-instruct@q4_k_m", "qwen2.5-7b-instruct@q4_k_m"),  # as LM Studio lists it
    (ServedModelName(), "/srv/models/a model.gguf", "/srv/models/a model.gguf"),  # as llama-server does
    (LoopbackServer(), "", ""),
    (LoopbackServer(), "http://127.0.0.1:8080/", "http://127.0.0.1:8080"),
    (LoopbackServer(), "http://127.9.9.9:1", "http://127.9.9.9:1"),
    (LoopbackServer(), "http://[::1]:8080", "http://[::1]:8080"),
]
REFUSED: list[tuple[Rule, object]] = [
    *((ServedModelName(), each) for each in (" x", "a  b", "a\n", "x" * 121, 3, "\x1b[2J", "\u202e")),
    *((ModelName(), each) for each in ("../x", "a b", "-x", "a\n", "x" * 121, 3, "\x1b[2J")),
    *(
        (LoopbackServer(), each)
        for each in (
            "http://localhost:8080",
            "http://192.168.1.2:8080",
            "http://127.0.0.1.example.org:80",
            "http://127.0.0.1",
            "https://127.0.0.1:8080",
            "http://127.0.0.1:8080/v1",
            "http://a@127.0.0.1:8080",
            "http://0.0.0.0:8080",
            "127.0.0.1:8080",
            8080,
        )
    ),
]


@pytest.mark.parametrize(("rule", "text", "meant"), ACCEPTED)
def test_what_is_meant_is_taken(rule: Rule, text: str, meant: str) -> None:
    assert rule.from_value(text, Path("/")) == rule.from_text(text, Path("/")) == meant


@pytest.mark.parametrize(("rule", "value"), REFUSED)
def test_what_cannot_be_meant_is_refused_with_what_could(rule: Rule, value: object) -> None:
    with pytest.raises(RefusedError, match="or empty"):
        rule.from_value(value, Path("/"))
