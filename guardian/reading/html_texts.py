"""The texts of an HTML document, one for each way in which a person meets them, and the links in them.

Invariant: a link's place is in the text that its words stand in.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Final
from urllib.parse import urljoin

from guardian.reading.base import Link, LinkKind, View, ViewKind
from guardian.reading.extract import Place
from guardian.reading.html_look import Look
from guardian.reading.html_text import TextBuilder

_MOST_REASONS: Final = 3
"""Of what hides text, that are named."""
_WHY_ELSEWHERE: Final = "shown on small or dark screens only"
_WHY_FOLDED: Final = "a click away, in what is closed"
_WHY_LABEL: Final = "in a label that only a pointer or a screen reader finds"


@dataclass(frozen=True, slots=True)
class FoundLink:
    """A link, in characters of one of the texts."""

    text: str
    target: str
    kind: LinkKind
    builder: TextBuilder
    start: int


@dataclass(slots=True)
class Texts:
    """The texts of a document."""

    title: TextBuilder = field(default_factory=TextBuilder)
    visible: TextBuilder = field(default_factory=TextBuilder)
    hidden: TextBuilder = field(default_factory=TextBuilder)
    elsewhere: TextBuilder = field(default_factory=TextBuilder)
    folded: TextBuilder = field(default_factory=TextBuilder)
    label: TextBuilder = field(default_factory=TextBuilder)
    hidden_by: Counter[str] = field(default_factory=Counter)
    """Characters of the hidden text, by what hides them."""
    _visible_until: dict[int, int] = field(default_factory=dict)
    """How far the visible text had come when something was last added to another."""

    def of(self, look: Look) -> TextBuilder:
        """Where text that looks so stands."""
        if look.is_shown:
            return self.visible
        if look.gone_by:
            return self.elsewhere if look.is_gone_at_desk_only else self.hidden
        return self.folded if look.is_folded_only else self.hidden

    @property
    def laid_out(self) -> tuple[TextBuilder, ...]:
        """Those that follow the lines of the page."""
        return (self.visible, self.hidden, self.elsewhere, self.folded)

    def part_from_visible(self, text: TextBuilder) -> None:
        """Begin a line of `text` where visible words stand between its last words and the next."""
        if self._visible_until.get(id(text)) != self.visible.length:
            text.break_line()
            self._visible_until[id(text)] = self.visible.length

    def views(
        self, place: Place, name: str, found: Iterable[FoundLink], base: str
    ) -> tuple[tuple[View, ...], tuple[Link, ...]]:
        """The views that say something, and the links, whose targets are resolved against `base`."""
        kinds = (
            (self.title, ViewKind.VISIBLE, "title", ""),
            (self.visible, ViewKind.VISIBLE, name, ""),
            (self.hidden, ViewKind.HIDDEN, name, self._why_hidden()),
            (self.elsewhere, ViewKind.HIDDEN, "elsewhere", _WHY_ELSEWHERE),
            (self.folded, ViewKind.HIDDEN, "folded", _WHY_FOLDED),
            (self.label, ViewKind.HIDDEN, "label", _WHY_LABEL),
        )
        made = {id(text): replace(text.view(kind, named, place), why=why) for text, kind, named, why in kinds}
        links = []
        for link in found:
            span = made[id(link.builder)].span(link.start, link.start + len(link.text))
            links.append(Link(link.text, _resolved(link.target, base), span, link.kind))
        return tuple(view for view in made.values() if view.text), tuple(links)

    def _why_hidden(self) -> str:
        """What hides the hidden text, most of it first."""
        return ", ".join(why for why, _ in self.hidden_by.most_common(_MOST_REASONS))


def _resolved(target: str, base: str) -> str:
    """A target, as the document's `<base>` has it."""
    if not base or ":" in target.partition("/")[0] or target.startswith("#"):
        return target
    try:
        return urljoin(base, target)
    except ValueError:  # a base that is no address
        return target
