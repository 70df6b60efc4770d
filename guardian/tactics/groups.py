"""The groups of tactics.

Order and ids are those of design.md section 5.
"""

from __future__ import annotations

from typing import Final

from guardian.tactics.base import Group

ALL_GROUPS: Final = (
    Group(
        id="pressure",
        name="Pressure",
        definition="Makes you act before you have thought, by time, by scarcity or by what may happen to you.",
        say="puts you under pressure to act before you have thought",
        advice="Take an hour. What is true now will still be true after you have checked it by another road.",
    ),
    Group(
        id="feelings",
        name="Playing on feelings",
        definition="Uses your feelings about yourself or about the sender to get a yes that reasons would not get.",
        say="works on your feelings rather than giving you reasons",
        advice="Name the feeling, then look at the request without it. Would you say yes to the plain request?",
    ),
    Group(
        id="reality",
        name="Bending what is true",
        definition="Makes you doubt what you know, or borrows a trust that the sender has not earned.",
        say="bends what is true, or who is speaking",
        advice="Check one fact yourself: look at your own records, or ask at a number that you already have.",
    ),
    Group(
        id="cutting_off",
        name="Cutting you off",
        definition="Keeps you away from the people who would tell you to stop.",
        say="tries to keep you away from people who could help",
        advice="Show this message to one person whom you trust before you do anything else.",
    ),
    Group(
        id="bait",
        name="Bait",
        definition="Offers or gives you something first, so that you will give more later.",
        say="offers you something so that you give more later",
        advice="Ask what it costs if you walk away now. If the answer is nothing, you are free to.",
    ),
    Group(
        id="the_ask",
        name="The ask",
        definition="Asks for what is worth stealing: money, a code, a click, or a move to where nobody watches.",
        say="asks for money, access, a click or a private channel",
        advice="Do not pay, send, click or move yet. Reach the sender by a number or address that you already have.",
    ),
    Group(
        id="ai_to_human",
        name="An assistant working on you",
        definition="What an AI assistant says to please, keep, lead or use the person it is there to serve.",
        say="is an assistant working on you rather than for you",
        advice="Ask the assistant for the case against what it just said, or ask somebody who is not an assistant.",
    ),
    Group(
        id="to_ai",
        name="Written for your AI",
        definition="Text that is meant for an AI that reads for you, not for you.",
        say="holds instructions meant for your AI, not for you",
        advice="Do not hand this text to an assistant that can act for you. Read it yourself.",
    ),
    Group(
        id="obfuscation",
        name="Hidden or disguised text",
        definition="Ways of writing that show you one thing and a machine, or a filter, another.",
        say="hides or disguises part of its text",
        advice="Look at what was hidden, shown here as plain characters. Honest mail has no need of it.",
    ),
)
