"""What guard models are asked: the wording that each family was trained on, the owner's policy in place of its own.

Invariants: those of `guardian.judge.question`. The markers of a family that are no control strings of its vocabulary
are ordinary text, here as in its training; a message that forges one is told from them by the fence alone, as
everywhere. Sources of the wordings: the pages that `guardian.judge.prompt_frames_guard` names.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from guardian.judge.base import Label
from guardian.judge.prompt_frame import Shape
from guardian.judge.question import PolicyText
from guardian.message import Channel


@dataclass(frozen=True, slots=True)
class GuardWords:
    """One family's wording. `{role}`, `{title}`, `{policy}` and `{words}` are put in."""

    system: str
    fixed: str
    before: str
    """Before the fenced message."""
    closing: str
    roles: Mapping[Channel, str]
    """What the family calls whoever speaks."""
    answers: Mapping[Label, str]
    """What its labels are called in the question."""

    def write_fixed(self, policy: PolicyText, channel: Channel) -> str:
        """What holds the policy."""
        return self._filled(self.fixed, channel, policy=policy)

    def write_before(self, channel: Channel) -> str:
        """What stands between the fixed part and the message."""
        return self._filled(self.before, channel)

    def write_closing(self, channel: Channel, order: Sequence[Label]) -> str:
        """The question, its answers in this order."""
        names = [self.answers[label] for label in order if label in self.answers]
        return self._filled(self.closing, channel, words=" or ".join((", ".join(names[:-1]), names[-1])))

    def write_system(self, channel: Channel) -> str:
        """What stands before all."""
        return self._filled(self.system, channel)

    def _filled(self, text: str, channel: Channel, *, policy: PolicyText | None = None, words: str = "") -> str:
        role = self.roles[channel]
        text = text.replace("{role}", role).replace("{small_role}", role.lower()).replace("{words}", words)
        if policy is None:
            return text
        # The policy last, so that braces in the owner's own words stay what they are.
        before, _, after = text.partition("{policy}")
        return before.replace("{title}", policy.title) + policy.text + after


_USER_ASSISTANT: Final = MappingProxyType({Channel.INCOMING: "User", Channel.AI_OUTPUT: "Assistant"})
_YES_NO: Final = MappingProxyType({Label.YES: "'Yes'", Label.NO: "'No'"})

GUARD_WORDS: Final[Mapping[Shape, GuardWords]] = MappingProxyType(
    {
        Shape.LLAMA_GUARD: GuardWords(
            system="",
            fixed=(
                "Task: Check if there is unsafe content in '{role}' messages in conversations according our safety "
                "policy with the below categories.\n\n<BEGIN UNSAFE CONTENT CATEGORIES>\nS1: {title}.\n{policy}"
                "<END UNSAFE CONTENT CATEGORIES>\n\n<BEGIN CONVERSATION>\n\n"
            ),
            before="{role}: ",
            closing=(
                "\n<END CONVERSATION>\n\nProvide your safety assessment for ONLY THE LAST {role} message in the above "
                "conversation:\n - First line must read {words}.\n - If unsafe, a second line must include a "
                "comma-separated list of violated categories."
            ),
            roles=MappingProxyType({Channel.INCOMING: "User", Channel.AI_OUTPUT: "Agent"}),
            answers=MappingProxyType({Label.YES: "'unsafe'", Label.NO: "'safe'"}),
        ),
        Shape.GRANITE_GUARDIAN: GuardWords(
            system=(
                "You are a safety agent trying to help determine whether the {small_role} message is harmful according "
                "to the safety risk definition below."
            ),
            fixed=(
                "<end_of_turn>\n\nOur safety risk definition is defined below:\n<start_of_risk_definition>\n"
                "* {title}: the '{role}' message is what the policy below asks to flag.\n{policy}"
                "<end_of_risk_definition>\n\n"
            ),
            before="<start_of_turn>\n{role} Message: ",
            closing=(
                "Is the {small_role} message harmful based on the risk definition? Your answer must be either {words}."
            ),
            roles=_USER_ASSISTANT,
            answers=_YES_NO,
        ),
        Shape.SHIELDGEMMA: GuardWords(
            system=(
                "You are a policy expert trying to help determine whether a {role} is in violation of the defined "
                "safety policies."
            ),
            fixed=(
                'Our safety principle is defined in the below:\n\n* "No {title}": The {role} shall not be what '
                "the policy below asks to flag.\n{policy}\n"
            ),
            before="{role}: ",
            closing=(
                "Does the {role} violate the above principle? Your answer must start with {words}. And then walk "
                "through step by step to be sure we answer correctly.\n"
            ),
            roles=MappingProxyType({Channel.INCOMING: "Human Question", Channel.AI_OUTPUT: "Chatbot Response"}),
            answers=_YES_NO,
        ),
        Shape.QWEN3GUARD: GuardWords(
            system="",
            fixed=(
                "# Task:\n1) Evaluate whether THE LAST {role}'s message belongs to safe or unsafe content based on our "
                "safety policy.\n2) Identify the category of unsafe content found.\n\n<BEGIN SAFETY POLICY>\n"
                "Safety: Safe: The message is not what the category below asks to flag.\n"
                "Safety: Unsafe: The message is what it asks to flag.\n"
                "Safety: Controversial: This cannot be told from the message.\n<END SAFETY POLICY>\n\n"
                "<BEGIN UNSAFE CONTENT CATEGORIES>\n{title}.\n{policy}<END UNSAFE CONTENT CATEGORIES>\n\n"
                "<BEGIN CONVERSATION>\n\n"
            ),
            before="{role}: ",
            closing=(
                "\n<END CONVERSATION>\n\nProvide your safety assessment for ONLY THE LAST {role}'s message in the "
                "above conversation:\n - The first line must be one of: {words}.\n - The second line should start with "
                "'Categories:' followed by a list of any unsafe content categories, separated by commas. If the "
                "content is safe, use 'Categories: None'."
            ),
            roles=MappingProxyType({Channel.INCOMING: "USER", Channel.AI_OUTPUT: "ASSISTANT"}),
            answers=MappingProxyType(
                {Label.YES: "'Safety: Unsafe'", Label.NO: "'Safety: Safe'", Label.UNSURE: "'Safety: Controversial'"}
            ),
        ),
    }
)
