"""The sections of the owner's settings for their own language models: the judge, and the assistant that talks.

Invariants: those of `guardian.settings_sections`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from guardian.settings_rules import Choice, Number, Whole
from guardian.settings_rules_judge import LoopbackServer, ModelName, ServedModelName
from guardian.settings_sections import setting


@dataclass(frozen=True, slots=True)
class JudgeSettings:
    """The language model that gives second opinions."""

    model: str = field(default="", metadata=setting(ModelName()))
    """Name of an added model (`guardian model list`); empty: there is no judge."""
    timeout_s: float = field(default=2.0, metadata=setting(Number(0, 600), "--judge-timeout"))
    """How long a message waits for an opinion. What comes later is an update of its alert."""
    patience_s: float = field(default=60.0, metadata=setting(Number(1, 3600)))
    """How long one message may keep the judge at work in all, behind that limit too."""
    threads: int = field(default=2, metadata=setting(Whole(1, 256)))
    """Threads that it computes with."""
    context_tokens: int = field(default=4096, metadata=setting(Whole(256, 131_072)))
    """Longest prompt; memory grows with it. A model made for less gets less."""
    canary_minutes: int = field(default=60, metadata=setting(Whole(1, 10_080)))
    """How often it is asked what is known, to see whether it still can judge."""


@dataclass(frozen=True, slots=True)
class AssistantSettings:
    """The language model that talks."""

    model: str = field(default="", metadata=setting(ModelName()))
    """Name of an added model (`guardian model list`); empty: none in this house."""
    server: str = field(default="", metadata=setting(LoopbackServer()))
    """An OpenAI-compatible server on this machine (`http://127.0.0.1:8080`), used where `model` is empty."""
    server_model: str = field(default="", metadata=setting(ServedModelName()))
    """What that server calls the model; empty: the first that it lists."""
    most_tokens: int = field(default=400, metadata=setting(Whole(16, 8192)))
    """Longest answer."""
    temperature: float = field(default=0.3, metadata=setting(Number(0, 2)))
    """0 says the likeliest each time."""
    grounded: Literal["mark", "only"] = field(default="mark", metadata=setting(Choice(("mark", "only"))))
    """What becomes of a sentence about an alert that goes beyond its evidence: it is shown as such, or left out."""
