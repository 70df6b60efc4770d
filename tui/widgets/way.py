"""A message's way through the policies, one line each, nearest first; what matched stands open, the others folded.

Invariants: worked out at the desk, with the model that runs anyway; nothing of it is recorded; where the model is down
it says so and shows what the verdict itself says of each policy.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import BindingType
from textual.content import Content
from textual.message import Message as AppMessage
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from guardian.errors import CellError, PolicyError
from guardian.safe_text import safe_line
from guardian.settings import Settings
from guardian.verdict import PolicyMatch
from tui.desk import Job
from tui.keys import OPTION_KEYS, WAY_KEYS
from tui.messages import WorkFailed
from tui.screens.base import app_of
from tui.widgets.key_list import KeyList

if TYPE_CHECKING:
    from guardian.policy.trying.bench import Bench
    from guardian.policy.trying.explain import Explained
    from tui.bridge import Bridge
    from tui.shown import Shown


@dataclass(frozen=True, slots=True)
class Leg:
    """One policy on the way. Every word is safe."""

    head: str
    lines: tuple[str, ...]
    is_matched: bool


@dataclass(repr=False)
class WayFound(AppMessage):
    """The way was worked out."""

    shown: Shown
    legs: tuple[Leg, ...]
    notes: tuple[str, ...] = field(default=())
    """What has to be said above it. Safe."""


class WayList(KeyList, inherit_bindings=False):
    """The policies; enter, space or a click opens and folds one. Left and right are the page's."""

    BINDINGS: ClassVar[list[BindingType]] = [*OPTION_KEYS, *WAY_KEYS]

    def __init__(self) -> None:
        super().__init__(id="way-list")
        self._shown: Shown | None = None
        self._legs: Sequence[Leg] = ()
        self._notes: Sequence[str] = ()
        self._open: set[int] = set()

    def show(self, shown: Shown) -> None:
        """Work out the way of a message, unless it is here already."""
        if shown is self._shown:
            return
        self._shown, self._legs = shown, ()
        self._say("working it out …")
        app = app_of(self)
        app.desk.do("way", partial(_way, shown, app.bridge, app.settings), self)

    @property
    def plain(self) -> str:
        """All of it, opened."""
        parts = [[*self._notes], *([leg.head, *(f"  {line}" for line in leg.lines)] for leg in self._legs)]
        return "\n\n".join("\n".join(part) for part in parts if part)

    @on(WayFound)
    def _found(self, message: WayFound) -> None:
        message.stop()
        if message.shown is not self._shown:
            return
        self._legs, self._notes = message.legs, message.notes
        self._open = {number for number, leg in enumerate(self._legs) if leg.is_matched}
        self.clear_options()
        self.add_options([Option(Content.styled(note, "$text-warning"), disabled=True) for note in self._notes])
        self.add_options([self._option(number) for number in range(len(self._legs))])
        if not self._legs:
            self._say("no policy looked at it")
        else:
            self.highlighted = len(self._notes)

    @on(WorkFailed)
    def _failed(self, message: WorkFailed) -> None:
        message.stop()
        self._say(f"this can't be told: {message.line}")

    @on(OptionList.OptionSelected)
    def _toggle(self, message: OptionList.OptionSelected) -> None:
        message.stop()
        number = message.option_index - len(self._notes)
        if 0 <= number < len(self._legs):
            self._open ^= {number}
            self.replace_option_prompt_at_index(message.option_index, self._prompt(number))

    def _option(self, number: int) -> Option:
        return Option(self._prompt(number))

    def _prompt(self, number: int) -> Content:
        leg, is_open = self._legs[number], number in self._open
        sign = "▾ " if is_open else "▸ "
        head = Content.assemble((sign, "$text-accent"), (leg.head, "bold" if leg.is_matched else ""))
        lines = [Content.styled(f"    {line}", "") for line in leg.lines] if is_open else []
        return Content("\n").join([head, *lines])

    def _say(self, words: str) -> None:
        self.clear_options()
        self.add_option(Option(Content.styled(words, "$foreground-muted"), disabled=True))


def _way(shown: Shown, bridge: Bridge, settings: Settings, job: Job) -> WayFound | None:
    """Every policy that looks at such a message today, and what the verdict said of it then. Raises GuardianError."""
    then = {match.id: match for match in shown.verdict.policies}
    try:
        bench = bridge.assembled.bench
        explained, trouble = _explained(shown, bench, settings, job)
    except CellError as error:
        note = f"{error.what}: this is what the verdict itself says"
        return WayFound(shown, tuple(_told_then(then.values())), (safe_line(note),))
    except PolicyError as error:
        note = f"your policies can't be read: {error.what}; this is what the verdict itself says"
        return WayFound(shown, tuple(_told_then(then.values())), (safe_line(note),))
    if job.is_cancelled:
        return None
    notes = ["The text was not kept: this is told by the record's numbers alone."] if shown.message is None else []
    legs = [_leg(each, then.pop(each.policy.id, None)) for each in explained]
    gone = list(_told_then(then.values(), " (not one of your policies any more, or not in force)"))
    return WayFound(shown, (*legs, *gone), (*notes, *([trouble] if trouble else [])))


def _explained(shown: Shown, bench: Bench, settings: Settings, job: Job) -> tuple[list[Explained], str]:
    from guardian.assembly import load_owner_policies
    from guardian.policy.trying.way import nearest_first, walker_of_message, walker_of_record

    record = shown.view.record if shown.view is not None else None
    if record is not None:
        walker = walker_of_record(record, bench)
    else:
        assert shown.message is not None  # what is not recorded was screened in this run
        walker = walker_of_message(shown.message, bench)
    channel = walker.inspection.evidence.message.channel
    wanted = [policy for policy in load_owner_policies(settings).policies if policy.looks_at(channel)]
    found: list[Explained] = []
    for policy in wanted:
        if job.is_cancelled:
            break
        found.append(walker.through(policy, bench))
    return sorted(found, key=nearest_first), walker.trouble


def _leg(explained: Explained, then: PolicyMatch | None) -> Leg:
    from guardian.policy.trying.explain_lines import explained_lines, said_words, then_words

    is_matched = explained.now is not None and explained.now.matched
    head = safe_line(f"{'!' if is_matched else ' '} {explained.policy.title}: {said_words(explained)}")
    _, *lines = explained_lines(explained)
    return Leg(head, (*lines, safe_line(f"when it was judged: {then_words(then)}")), is_matched)


def _told_then(matches: Iterable[PolicyMatch], why: str = "") -> Iterator[Leg]:
    from guardian.policy.roads import margin_of
    from guardian.policy.trying.match_words import nearly_matched, standing_words

    def nearness(match: PolicyMatch) -> tuple[bool, bool, float]:
        return not match.matched, not nearly_matched(match), -margin_of(match.score, match.threshold)

    for match in sorted(matches, key=nearness):
        head = safe_line(f"{'!' if match.matched else ' '} {match.title or match.id}: {standing_words(match)}{why}")
        yield Leg(head, tuple(safe_line(f"because of {each}") for each in match.because), match.matched)
