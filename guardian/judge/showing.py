"""One policy and one message, written for one model: what is shown of each, within the model's context.

Invariants: a prompt fits the context; of the room, the policy gets at most half, the earlier turns a third of the rest,
and the message all that is left; the policy's part is the same for all messages, so it is written once. What was left
out is said.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from guardian.inference.generative import GenerationFailure, Generator, Prompt, Segment
from guardian.judge.agency import QUESTIONS, QUOTE_REQUEST, QUOTE_TOKENS
from guardian.judge.base import Case, Label
from guardian.judge.fence import Fence, raise_fence
from guardian.judge.labels import Count, LabelSet
from guardian.judge.prompt_frame import PromptFrame
from guardian.judge.question import (
    SYSTEM,
    Asked,
    PolicyText,
    asked_of,
    behind,
    closing,
    data_segments,
    fit,
    write_policy,
)
from guardian.judge.question_guard import GUARD_WORDS, GuardWords
from guardian.judge.windows import cut_parts, newest_turns, plain
from guardian.message import Channel
from guardian.policy.base import Policy

SLACK_TOKENS: Final = 32
"""For what is counted piece by piece and tokenised in other pieces, and for the answer."""
LEAST_MESSAGE_TOKENS: Final = 48
"""With less room than this for a message, nothing is asked."""
_TURNS_SHARE, _GOAL_SHARE = 3, 8
_POLICIES_KEPT: Final = 256


@dataclass(frozen=True, slots=True, repr=False)
class Showing:
    """What a model is shown of one message under one policy."""

    frame: PromptFrame
    labels: LabelSet
    policy: PolicyText
    case: Case
    fence: Fence
    turns: tuple[str, ...]
    """Earlier turns that are shown."""
    parts: tuple[str, ...]
    """Of the message; none where it has no text."""
    is_truncated: bool

    def ask(self, place: int, order: Sequence[Label], asked: Asked | None = None) -> Prompt:
        """The question about one part, with the labels in this order. `asked` is the policy's question unless given."""
        guard = GUARD_WORDS.get(self.frame.shape)
        if guard is not None:
            return self._prompt(place, guard.write_closing(self.case.channel, order))
        return self._prompt(place, closing(asked or asked_of(self.policy), self.labels, order, self.fence))

    def request(self, place: int, words: str) -> Prompt:
        """A request in words of our own about one part, to be answered in words."""
        return self._prompt(place, f"{behind(self.fence)}{words}\n")

    def _prompt(self, place: int, ending: str) -> Prompt:
        system, fixed = fixed_parts(self.frame, self.policy, self.case.channel)
        part = f"part {place + 1} of {len(self.parts)} of " if len(self.parts) > 1 else ""
        data = data_segments(self.case, self.parts[place], self.turns, self.fence, part)
        guard = GUARD_WORDS.get(self.frame.shape)
        before = (Segment(guard.write_before(self.case.channel)),) if guard is not None else ()
        return self.frame.prompt(system, fixed, (*before, *data), ending)


class Writer:
    """Writes for one model. `draw` makes the fence's numbers."""

    def __init__(self, generator: Generator, frame: PromptFrame, draw: Callable[[], str]) -> None:
        self._generator = generator
        self._frame = frame
        self._draw = draw
        self._written: dict[tuple[str, Channel], tuple[Policy, PolicyText, int]] = {}

    def show(self, case: Case, policy: Policy, labels: LabelSet, count: Count) -> Showing | GenerationFailure:
        """What is shown, or why nothing can be. `count` is the model's own."""
        fence = raise_fence((case.text, case.goal, *case.turns), self._draw)
        written = self._write_policy(policy, case.channel, count)
        if isinstance(written, GenerationFailure):
            return written
        policy_text, left = written
        ends = self._count_ends(case, policy_text, labels, fence, count)
        if isinstance(ends, GenerationFailure):
            return ends
        left -= ends
        goal = fit(plain(case.goal), left // _GOAL_SHARE, count)
        if isinstance(goal, GenerationFailure):
            return goal
        case_shown = Case(case.text, case.channel, case.turns, goal[0])
        wrapped = [fence.around("an earlier turn", plain(turn)) for turn in case.turns]
        kept = newest_turns(wrapped, left // _TURNS_SHARE, count)
        if isinstance(kept, GenerationFailure):
            return kept
        left -= goal[1] + kept[1]
        if left < LEAST_MESSAGE_TOKENS:
            return self._no_room()
        parts = cut_parts(case.text, left, count)
        if isinstance(parts, GenerationFailure):
            return parts
        if parts.is_truncated and not parts.texts:
            return self._no_room()
        turns = tuple(plain(turn) for turn in case.turns[len(case.turns) - len(kept[0]) :])
        is_cut = parts.is_truncated or len(turns) < len(case.turns) or goal[0] != plain(case.goal)
        return Showing(
            self._frame, labels, policy_text, case_shown, fence, turns, parts.texts, is_cut or policy_text.is_truncated
        )

    @property
    def _context_tokens(self) -> int:
        return self._generator.context_tokens

    def _no_room(self) -> GenerationFailure:
        return GenerationFailure("too-long", f"policy and question leave no room in {self._context_tokens} tokens")

    def _write_policy(
        self, policy: Policy, channel: Channel, count: Count
    ) -> tuple[PolicyText, int] | GenerationFailure:
        """The policy as it is told, and the tokens left for all else. Written once, and again where it has changed."""
        known = self._written.get((policy.id, channel))
        if known is not None and known[0] == policy:
            return known[1], known[2]
        empty = fixed_parts(self._frame, PolicyText(policy.title, "", False), channel)
        around = _total(count, [self._frame.overhead(), *empty])
        if isinstance(around, GenerationFailure):
            return around
        left = self._context_tokens - around - SLACK_TOKENS - QUOTE_TOKENS
        written = write_policy(policy, left // 2, count)
        if isinstance(written, GenerationFailure):
            return written
        used = count(written.text)
        if isinstance(used, GenerationFailure):
            return used
        if len(self._written) >= _POLICIES_KEPT:
            self._written.clear()
        self._written[policy.id, channel] = (policy, written, left - used)
        return written, left - used

    def _count_ends(
        self, case: Case, policy: PolicyText, labels: LabelSet, fence: Fence, count: Count
    ) -> int | GenerationFailure:
        """Tokens of all that stands round the message, at most."""
        untold = PolicyText(policy.title, "", False)  # its text is counted already
        empty = Showing(self._frame, labels, untold, Case("", case.channel), fence, (), ("",), False)
        goal = fence.around("what the owner asked the AI for", "") if case.goal else ""
        may_ask_four = case.channel is Channel.AI_OUTPUT and self._frame.can_converse
        asked = [None, *(question.asked for question in QUESTIONS)] if may_ask_four else [None]
        longest = max((_data_text(empty.ask(0, labels.orders[0], each)) for each in asked), key=len)
        return _total(count, [longest, goal, QUOTE_REQUEST if may_ask_four else ""])


def fixed_parts(frame: PromptFrame, policy: PolicyText, channel: Channel) -> tuple[str, str]:
    """The system's words and the policy, as a family is told them."""
    guard: GuardWords | None = GUARD_WORDS.get(frame.shape)
    if guard is not None:
        return guard.write_system(channel), guard.write_fixed(policy, channel)
    return SYSTEM, policy.text + "\n"


def _data_text(prompt: Prompt) -> str:
    return "".join(segment.text for segment in prompt.data)


def _total(count: Count, texts: Sequence[str]) -> int | GenerationFailure:
    total = 0
    for text in texts:
        tokens = count(text) if text else 0
        if isinstance(tokens, GenerationFailure):
            return tokens
        total += tokens
    return total
