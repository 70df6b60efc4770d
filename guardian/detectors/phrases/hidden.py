"""What hidden text says to a machine; milder words are enough here than where a person can see them."""

from __future__ import annotations

from typing import Final

from guardian.detectors.rulebook import PLAIN, Rule

_ORDER: Final = (
    r"(?:must|should|shall|please|do not|don't|never|always|ignore|disregard|recommend|rate|rank|mark|approve|forward"
    r"|send|reply|include|say|state|omit|add|tell|confirm|treat)"
)

HIDDEN_RULES: Final = (
    Rule(
        id="hidden-to-a-machine",
        tactic="hidden_text",
        score=PLAIN,
        why="Speaks to a machine where no person can see it; that alone is enough here.",
        pattern=(
            rf"\b(?:if|when) you (?:are|summari[sz]e|process|index|answer|reply|read)\b.{{0,80}}?\b{_ORDER}\b"
            r"|\b(?:ai|assistants?|language models?|llms?|chat ?bots?|copilot|chatgpt|gemini|claude|ai \w+)\b"
            rf".{{0,120}}?\b{_ORDER}\b"
            rf"|\b(?:bots?|agents?|models?|system|summari\w+|reviewers?|screeners?)\b(?:: ?| must\b| should\b)"
            rf".{{0,80}}?\b{_ORDER}\b"
        ),
    ),
    Rule(
        id="hidden-order",
        tactic="hidden_text",
        score=PLAIN,
        why="An order that no person was meant to read.",
        pattern=(
            r"\b(?:ignore|disregard|override|forget)\b.{0,40}?\b(?:above|previous|prior|earlier|instructions?|rules)\b"
            r"|\b(?:forward|send|export|reveal|upload|post)\b.{0,24}?\b(?:all|the|your|their|every|last|latest)\b.{0,40}?"
            r"\b(?:mails|e-?mails|messages|inbox|passwords?|keys|contacts|files|conversation|data)\b.{0,40}?\b(?:to|at)\b"
        ),
    ),
)
