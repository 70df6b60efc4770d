"""What there is to say of a policy while it is edited, as one list in four parts: problems, preview, tests, changes.

Invariants: every word that came from a policy or a message has passed `safe_line`; what is shown of an earlier text is
marked by an ellipsis; how something stands is a word or a sign, and not only a colour.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Final

from textual.content import Content

from guardian.policy.effects.preview import Preview
from guardian.policy.effects.preview_words import left_out_words, shown_line
from guardian.policy.position import Place
from guardian.policy.problem import Level, Problem
from guardian.policy.trying.match_words import distance_words, standing_words
from guardian.policy.trying.trial import ExampleTrial, Standing
from guardian.policy.trying.trial_words import counts_words, what_to_do
from guardian.safe_text import safe_line
from tui.policy_trials import MOST_PREVIEWED
from tui.widgets.toml_editor import problem_words

_TEXT_CHARACTERS: Final = 80
_SHORT_TEXT_CHARACTERS: Final = 20
_WORST_FIRST: Final = (Standing.FAILS, Standing.NOT_JUDGED, Standing.UNPROVEN, Standing.PASSES)
_SIGNS: Final = {
    Standing.PASSES: ("✓", "$text-success"),
    Standing.UNPROVEN: ("~ unproven", "$text-warning"),
    Standing.FAILS: ("✗ fails", "$text-error bold"),
    Standing.NOT_JUDGED: ("? not judged", "$text-warning"),
}
_LEVELS: Final = {Level.ERROR: "$text-error bold", Level.WARNING: "$text-warning", Level.INFO: "$foreground-muted"}


class Part(Enum):
    """A part of the list, by its title."""

    PROBLEMS = "Problems"
    PREVIEW = "Preview"
    TESTS = "Tests"
    CHANGES = "Changes"


@dataclass(frozen=True, slots=True)
class Line:
    """One entry of the list, and where it leads: to a place of the text, to a message, or nowhere."""

    words: Content
    place: Place | None = None
    message: int | None = None
    """Number of a message in the journal."""


@dataclass(frozen=True, slots=True, repr=False)
class Findings:
    """What is known so far of the text that is edited."""

    problems: tuple[Problem, ...] | None = None
    """None: not looked yet."""
    tests: tuple[tuple[ExampleTrial, Place], ...] | None = None
    not_checked: tuple[str, ...] = ()
    preview: Preview | None = None
    preview_trouble: str = ""
    preview_done: int = 0
    """Messages on which the text as it stands now was tried so far."""
    changes: tuple[Content, ...] = ()
    """Lines of the difference to the file, as they are drawn."""
    added: int = 0
    removed: int = 0
    is_tried: bool = False
    """Whether tests and preview are of the text as it stands now."""

    def summary(self, part: Part) -> str:
        """A part in a word or two, for its title."""
        match part:
            case Part.PROBLEMS:
                return "…" if self.problems is None else f"{len(self.problems)}" if self.problems else "none"
            case Part.TESTS:
                if self.tests is None and self.is_tried:
                    return "not tried"
                return self._late(counts_words(each for each, _ in self.tests or ()) or "none", self.tests is not None)
            case Part.PREVIEW if self.preview is not None:
                found = self.preview
                if not found.messages:
                    return self._late("none", is_known=True)
                return self._late(f"+{found.newly_flagged:,} −{found.newly_clear:,}", is_known=True)
            case Part.PREVIEW:
                return "can't tell" if self.preview_trouble and self.is_tried else "…"
            case Part.CHANGES:
                return f"+{self.added} −{self.removed}" if self.changes else "none"

    def lines(self, part: Part) -> Iterator[Line]:
        """The entries of a part."""
        match part:
            case Part.PROBLEMS:
                yield from self._problem_lines()
            case Part.TESTS:
                yield from self._test_lines()
            case Part.PREVIEW:
                yield from self._preview_lines()
            case Part.CHANGES:
                yield from map(Line, self.changes) if self.changes else [_muted("it says what its file says")]

    def _late(self, words: str, is_known: bool) -> str:
        return f"{words}{'' if self.is_tried else ' …'}" if is_known else "…"

    def _problem_lines(self) -> Iterator[Line]:
        for problem in self.problems or ():
            place = Place(problem.line, problem.column)
            where = (f"{problem.line}:{problem.column} ", "$foreground-muted")
            yield Line(Content.assemble(where, (problem_words(problem), _LEVELS[problem.level])), place)
        for words in self.not_checked:
            yield Line(Content.styled(f"not checked: {safe_line(words)}", "$foreground-muted"))
        if self.problems is None:
            yield _muted("looking …")
        elif not self.problems:
            yield _muted("nothing is wrong with it")

    def _test_lines(self) -> Iterator[Line]:
        if self.tests is None:
            yield _muted("not tried" if self.is_tried else "trying …")
        elif not self.tests:
            yield _muted("it has no examples, so there is nothing to test")
        has_channels = len({each.channel for each, _ in self.tests or ()}) > 1
        for each, place in sorted(self.tests or (), key=lambda test: _WORST_FIRST.index(test[0].standing)):
            yield Line(_test_words(each, f" [{each.channel.value}]" if has_channels else ""), place)

    def _preview_lines(self) -> Iterator[Line]:
        if not self.is_tried and self.preview_done:
            yield _muted(f"trying it on what was recorded … {self.preview_done:,} so far")
        if self.preview is None:
            if self.is_tried or not self.preview_done:
                yield _muted(self.preview_trouble or "trying it on what was recorded …")
            return
        found = self.preview
        yield Line(Content(_preview_headline(found)))
        if found.changed_strength:
            yield Line(Content(f"on {found.changed_strength:,} more it would act otherwise"))
        for sign, shown in (("+", found.flagged_shown), ("−", found.clear_shown)):
            for each in shown:
                yield Line(Content(f"{sign} {safe_line(shown_line(each))}"), message=each.stored.seq)
        for words in left_out_words(found):
            yield _muted(f"not tried: {words}")


def preview_contents(findings: Findings) -> list[Content]:
    """What it would do, for a sheet; where that is not known yet, that is said."""
    if not findings.is_tried:
        return [Content.styled("what it would do is not worked out yet", "$foreground-muted")]
    return [line.words for line in findings.lines(Part.PREVIEW)]


def _preview_headline(found: Preview) -> str:
    if not found.messages:
        return "no recorded message could be tried"
    which = f"the last {found.messages:,} recorded messages" if found.messages > 1 else "the one recorded message"
    newest = ", the newest" if found.messages >= MOST_PREVIEWED else ""
    would = f"would newly flag {found.newly_flagged:,}, no longer {found.newly_clear:,}"
    tried = "; as if it were active" if found.as_if_active else ""
    return f"on {which}{newest}: {would}{tried}"


def _test_words(each: ExampleTrial, channel: str) -> Content:
    """One that passes in one short line, since there may be many; another with what is said of it."""
    sign, style = _SIGNS[each.standing]
    which = f" {each.number} {'flag' if each.example.flag else 'fine'}{channel}"
    if each.standing is Standing.PASSES:
        side = "over" if each.unseen.score >= each.unseen.threshold else "under"
        score = f" {each.unseen.score:.2f} {side} {each.unseen.threshold:.2f}"
        text = safe_line(each.example.text, _SHORT_TEXT_CHARACTERS)
        return Content.assemble((sign, style), which, score, (f" “{text}”", "$foreground-muted"))
    said = standing_words(each.match) if each.standing is Standing.FAILS else _unseen_words(each)
    text = safe_line(each.example.text, _TEXT_CHARACTERS)
    parts = [Content.assemble((sign, style), f"{which}: {said}"), Content.styled(f"  “{text}”", "$foreground-muted")]
    if each.standing is Standing.FAILS:
        parts.append(Content(f"  what to do: {what_to_do(each)}"))
    return Content("\n").join(parts)


def _unseen_words(each: ExampleTrial) -> str:
    if each.standing is Standing.NOT_JUDGED:
        return "; ".join(safe_line(reason.say) for reason in each.coverage.reasons) or "the model did not judge it"
    words = distance_words(each.unseen.score, each.unseen.threshold)
    return f"without it: {words}" if each.standing is Standing.UNPROVEN else words


def _muted(words: str) -> Line:
    return Line(Content.styled(safe_line(words), "$foreground-muted"))
