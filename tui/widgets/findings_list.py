"""The list beside a policy that is edited: it has the text looked at while the owner types, and says what was found.

Where there is room all four parts are shown, else one at a time. Invariants: nothing is begun before typing has
stopped for a while; what belongs to an earlier text is dropped, and what is shown of one is marked as late.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message as AppMessage
from textual.timer import Timer
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from guardian.policy.position import Place
from guardian.policy.problem import Problem
from tui.messages import WorkFailed
from tui.policy_trials import DraftChecked, DraftPreviewed, DraftPreviewing, DraftTried, PolicyTrials
from tui.screens.base import app_of
from tui.widgets.key_list import KeyList
from tui.widgets.policy_findings import Findings, Line, Part

CHECK_PAUSE_S: Final = 0.3
"""How long typing must have stopped before the text is checked and put where a crash does not lose it."""
TRY_PAUSE_S: Final = 1.0
"""How long it must have stopped before the model tries it."""


class PartName(Static):
    """The name of a part, with its summary. A click shows the part."""

    def __init__(self, part: Part) -> None:
        super().__init__("", markup=False)
        self.part = part

    def on_click(self) -> None:
        """Show it."""
        self.post_message(FindingsPane.PartChosen(self.part))


class FindingsPane(Vertical):
    """The list, and where there is little room the names of its parts above it."""

    @dataclass
    class PartChosen(AppMessage):
        """A part is to be shown."""

        part: Part

    @dataclass
    class Followed(AppMessage):
        """An entry was chosen that leads somewhere."""

        place: Place | None
        message: int | None

    @dataclass
    class Looked(AppMessage):
        """What is wrong with the text, as far as it is known; and why the text is not safe from a crash (or empty)."""

        problems: tuple[Problem, ...]
        trouble: str

    def __init__(self) -> None:
        super().__init__(id="findings")
        self._findings = Findings()
        self._trials: PolicyTrials | None = None
        self._base = self._text = ""
        self._number = 0
        """Of the text; it grows with each change."""
        self._pauses: list[Timer] = []
        self._part = Part.PROBLEMS
        self._shows_all = True
        self._lines: list[Line | None] = []
        """What each option of the list is; None for a title."""

    def compose(self) -> ComposeResult:
        """Names, and the list."""
        with Horizontal(id="part-names"):
            for part in Part:
                yield PartName(part)
        yield KeyList(id="findings-list")

    def begin(self, trials: PolicyTrials) -> None:
        """From now on texts are looked at with these."""
        self._trials = trials

    def look_at(self, base: str, text: str) -> None:
        """Another text is to be looked at as soon as typing stops; the file says `base`."""
        self._base, self._text = base, text
        self._number += 1
        self.stop()
        self._pauses = [self.set_timer(CHECK_PAUSE_S, self._check), self.set_timer(TRY_PAUSE_S, self._try_out)]
        if self._findings.is_tried or self._findings.preview_done:
            self._take(replace(self._findings, is_tried=False, preview_done=0))

    def stop(self) -> None:
        """Nothing that was begun is waited for any more."""
        for timer in self._pauses:
            timer.stop()
        for key in ("policy-check", "policy-try"):
            app_of(self).desk.cancel(key, self)

    @property
    def found(self) -> Findings:
        """What is known so far."""
        return self._findings

    def _check(self) -> None:
        if self._trials is not None:
            app_of(self).desk.do("policy-check", self._trials.check(self._number, self._base, self._text), self)

    def _try_out(self) -> None:
        if self._trials is not None:
            app_of(self).desk.do("policy-try", self._trials.try_out(self._number, self._text), self)

    @on(DraftChecked)
    def _checked(self, message: DraftChecked) -> None:
        message.stop()
        if message.number != self._number:
            return
        self._take(
            replace(
                self._findings,
                problems=message.problems,
                changes=message.changes,
                added=message.added,
                removed=message.removed,
            )
        )
        self.post_message(self.Looked(message.problems, message.trouble))

    @on(DraftTried)
    def _tried(self, message: DraftTried) -> None:
        message.stop()
        if message.number != self._number:
            return
        found = message.checked
        self._take(replace(self._findings, problems=found.problems, tests=message.places, not_checked=found.left_out))
        self.post_message(self.Looked(found.problems, ""))

    @on(DraftPreviewing)
    def _previewing(self, message: DraftPreviewing) -> None:
        message.stop()
        if message.number == self._number:
            self._take(replace(self._findings, preview_done=message.done))

    @on(DraftPreviewed)
    def _previewed(self, message: DraftPreviewed) -> None:
        message.stop()
        if message.number == self._number:
            trouble = message.trouble
            self._take(replace(self._findings, preview=message.preview, preview_trouble=trouble, is_tried=True))

    @on(WorkFailed)
    def _failed(self, message: WorkFailed) -> None:
        message.stop()
        trouble = f"it could not be looked at: {message.line}"
        self._take(replace(self._findings, preview=None, preview_trouble=trouble, is_tried=True))

    def _take(self, findings: Findings) -> None:
        self._findings = findings
        self._draw()

    def show_all(self, is_all: bool) -> None:
        """Whether there is room for all parts."""
        self._shows_all = is_all
        self._draw()

    def next_part(self) -> None:
        """The next part; where all are shown, go to its title."""
        parts = list(Part)
        self._choose(parts[(parts.index(self._part) + 1) % len(parts)])

    @on(PartChosen)
    def _part_chosen(self, message: PartChosen) -> None:
        message.stop()
        self._choose(message.part)

    @on(OptionList.OptionSelected)
    def _follow(self, message: OptionList.OptionSelected) -> None:
        message.stop()
        line = self._lines[message.option_index]
        if line is not None and (line.place is not None or line.message is not None):
            self.post_message(self.Followed(line.place, line.message))

    def _choose(self, part: Part) -> None:
        self._part = part
        self._draw()
        listing = self.query_one(KeyList)
        listing.focus()
        if self._shows_all:
            titles = [number for number, line in enumerate(self._lines) if line is None]
            listing.highlighted = titles[list(Part).index(part)] + 1

    def _draw(self) -> None:
        listing = self.query_one(KeyList)
        for name in self.query(PartName):
            sign = "▸" if name.part is self._part else " "  # a sign, and not only a colour
            name.update(Content(f"{sign}{name.part.value} {self._short(name.part)}"))
            name.set_class(name.part is self._part, "-here")
        before, top = listing.highlighted, listing.scroll_y
        options: list[Option] = []
        self._lines = []
        for part in Part if self._shows_all else (self._part,):
            if self._shows_all:
                options.append(Option(self._title(part, is_first=not options), disabled=True))
                self._lines.append(None)
            for line in self._findings.lines(part):
                options.append(Option(line.words))
                self._lines.append(line)
        listing.set_options(options)
        if before is not None and before < len(options) and self._lines[before] is not None:
            listing.highlighted = before
        listing.scroll_to(y=top, animate=False)

    def _title(self, part: Part, *, is_first: bool) -> Content:
        name = "What changed" if part is Part.CHANGES else part.value
        gap = "" if is_first else "\n"
        return Content.assemble(gap, (name, "bold $text-primary"), f"  {self._findings.summary(part)}")

    def _short(self, part: Part) -> str:
        """What a part's name says of it where there is little room: nothing where all is well."""
        summary = self._findings.summary(part)
        if part is Part.TESTS and not summary.endswith("…"):
            return "fail" if "fail" in summary else ""
        return "" if summary in ("none", "+0 −0") else summary
