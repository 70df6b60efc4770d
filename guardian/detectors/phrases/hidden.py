"""What hidden text says to a machine; milder words are enough here than where a person can see them."""

from __future__ import annotations

from typing import Final

from guardian.detectors.rulebook import PLAIN, Rule

HIDDEN_RULES: Final = (
    Rule(
        id="hidden-to-a-machine",
        tactic="hidden_text",
        score=PLAIN,
        why="Speaks to a machine where no person can see it; that alone is enough here.",
        pattern=(
            r"\b(?:ai|assistants?|language models?|llms?|chat ?bots?|bots?|agents?|models?|copilot|chatgpt|gemini"
            r"|claude|system|summari\w+|reviewers?|screen\w+)\b.{0,120}?"
            r"\b(?:must|should|shall|please|do not|don't|never|always|ignore|disregard|instead|recommend|rate|rank"
            r"|mark|approve|forward|send|reply|include|say|state|omit|add|tell|confirm)\b"
        ),
    ),
    Rule(
        id="hidden-order",
        tactic="hidden_text",
        score=PLAIN,
        why="An order that no person was meant to read.",
        pattern=(
            r"\b(?:ignore|disregard|override|forget)\b.{0,40}?\b(?:above|previous|prior|earlier|instructions?"
            r"|rules|text|content|everything)\b"
            r"|\b(?:forward|send|export|reveal|print|upload|post)\b.{0,60}?\b(?:mails?|e-?mails?|messages?|inbox"
            r"|passwords?|keys?|contacts?|files?|conversation|data)\b.{0,40}?\b(?:to|at)\b"
        ),
    ),
)
