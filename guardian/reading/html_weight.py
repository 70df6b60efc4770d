"""How much work an HTML document would be for the parser, counted before the parser sees it.

lexbor is linear on honest documents and quadratic on three kinds of hostile ones: elements nested without end,
attributes without end in one tag, and formatting elements that are left open and opened anew in each paragraph.
This follows the stack of open elements roughly as the HTML Standard does (sections 13.2.4.2 and 13.2.4.3), and
rather counts too much than too little.

Invariant: once something is too much, counting ends and `excess` says what it is.
"""

from __future__ import annotations

from collections import Counter

from guardian.reading.limits import Limits

_VOID = frozenset(
    b"area base basefont bgsound br col embed frame hr img input keygen link meta param source track wbr".split()
)
_SHAPES = frozenset(b"circle ellipse image line path polygon polyline rect stop use animate".split())
"""Elements of SVG that are honestly closed in themselves, as in `<path/>`."""
_FOREIGN = frozenset({b"svg", b"math"})
_INTEGRATION = frozenset(b"foreignobject desc annotation-xml mi mo mn ms mtext".split())
"""Elements inside SVG and MathML that hold HTML again, where `<path/>` closes nothing."""
_FORMATTING = frozenset(b"a b big code em font i nobr s small strike strong tt u".split())
"""Elements that are opened again after a block that closed over them."""
_MARKERS = frozenset(b"applet caption marquee object table td template th".split())
"""Elements past which an end tag does not close; those but table also begin a list of formatting of their own."""
_TABLES = frozenset({b"table", b"template"})
_TABLE_PARTS = frozenset(b"caption table tbody td tfoot th thead tr".split())
"""Elements that an end tag closes from anywhere inside the nearest table."""
_ENDS_ITSELF = frozenset({b"a", b"nobr"})
"""Formatting elements that are closed where another one of their name begins."""
_SAME_FORMATTING = 3
"""Formatting elements without attributes that are opened again, of one name (the standard's Noah's Ark clause)."""
_CELLS = frozenset({b"td", b"th", b"p"})
_ENDED_BY = {
    b"p": frozenset({b"p"}),
    b"li": frozenset({b"li", b"p"}),
    b"dt": frozenset({b"dt", b"dd", b"p"}),
    b"dd": frozenset({b"dt", b"dd", b"p"}),
    b"option": frozenset({b"option"}),
    b"td": _CELLS,
    b"th": _CELLS,
    b"tr": _CELLS | {b"tr"},
    b"tbody": _CELLS | {b"tr", b"tbody", b"thead"},
}
"""Elements on top of the stack that the start of another one closes."""


class Weight:
    """A running estimate for one document."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.excess = ""
        """What there is too much of, in plain words; empty where there is not."""
        self._open: list[bytes] = []
        self._names: Counter[bytes] = Counter()
        self._formatting: list[Counter[bytes]] = [Counter()]
        self.tags = 0
        """Tags and comments so far."""
        self._nodes = self._steps = 0
        self._is_foreign = self._is_mixed = False

    @property
    def is_hopeless(self) -> bool:
        """Whether there is so much markup that even finding the text between it is not worth while."""
        return self.tags > 5 * self.limits.max_html_tags

    @property
    def is_in_foreign(self) -> bool:
        """Whether the place reached is inside SVG or MathML, where `<title>` and `<style>` hold markup."""
        return any(self._names[name] for name in _FOREIGN)

    def add_comment(self) -> None:
        """A comment."""
        self._count_tag()

    def add_text(self) -> None:
        """A run of text: a node, and one more for each formatting element that is opened again for it."""
        self._nodes += 1 + self._formatting[-1].total()
        if self._nodes > self.limits.max_html_nodes:
            self.excess = self.excess or "unclosed formatting"

    def add_start(self, name: bytes, attributes: int, *, is_bare: bool, is_self_closing: bool) -> None:
        """A start tag; `attributes` is their number, and may be 0 where they are known to be few."""
        if not self._count_tag():
            return
        if attributes > self.limits.max_html_attributes:
            self.excess = "markup in one tag"
        self._is_foreign = self._is_foreign or name in _FOREIGN
        self._is_mixed = self._is_mixed or (self._is_foreign and name in _INTEGRATION)
        if name in _VOID or (is_self_closing and self._closes_itself(name)):
            return
        if name in _ENDS_ITSELF:
            self._close(name)
        ended = () if self._is_foreign else _ENDED_BY.get(name, ())
        while self._open and self._open[-1] in ended:
            self._pop()
        self._push(name, is_bare=is_bare)
        if len(self._open) > self.limits.max_html_depth:
            self.excess = "nesting"

    def add_end(self, name: bytes) -> None:
        """An end tag: closes what it may reach."""
        if self._count_tag():
            self._close(name)

    def _closes_itself(self, name: bytes) -> bool:
        return name in _FOREIGN or (name in _SHAPES and self._is_foreign and not self._is_mixed)

    def _close(self, name: bytes) -> None:
        if self._formatting[-1][name] > 0:
            self._formatting[-1][name] -= 1
        if not self._names[name]:
            return
        barriers = _TABLES if name in _TABLE_PARTS else _MARKERS
        for back in range(1, len(self._open) + 1):
            self._steps += 1
            if self._open[-back] == name:
                for _ in range(back):
                    self._pop()
                return
            if self._open[-back] in barriers:
                break
        if self._steps > 4 * self.limits.max_html_nodes:
            self.excess = "markup that closes nothing"

    def _count_tag(self) -> bool:
        """Count one tag; whether there is still something to weigh."""
        self.tags += 1
        if self.excess:
            return False
        if self.tags > self.limits.max_html_tags:
            self.excess = "markup"
        else:
            self.add_text()
        return not self.excess

    def _push(self, name: bytes, *, is_bare: bool) -> None:
        self._open.append(name)
        self._names[name] += 1
        if name in _FORMATTING:
            if not is_bare or self._formatting[-1][name] < _SAME_FORMATTING:
                self._formatting[-1][name] += 1
        elif name in _MARKERS and name != b"table":
            self._formatting.append(Counter())

    def _pop(self) -> None:
        name = self._open.pop()
        self._names[name] -= 1
        if name in _MARKERS and name != b"table":
            self._formatting.pop()
