"""One walk over the tree of an HTML document: its text by how it looks, its links and forms, its pictures.

Text that a person does not see stands in a text of its own by what keeps it from them: hidden; shown to readers with
another screen only; a click away; in a label that only a pointer or a screen reader finds. `aria-hidden` keeps nothing
from a person's eyes, so what it marks is text as any other.

Invariants: document order, no recursion, linear in the size of the tree.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from selectolax.lexbor import LexborNode

from guardian.reading.base import Link, LinkKind, View
from guardian.reading.extract import Place
from guardian.reading.html_labels import (
    Attributes,
    refresh_target,
    shown_address,
    shown_labels,
    shows_picture,
    unseen_labels,
)
from guardian.reading.html_look import Look
from guardian.reading.html_media import OTHERS
from guardian.reading.html_select import Element
from guardian.reading.html_sheet import Sheet
from guardian.reading.html_text import Fragment, Mark, RunFinder
from guardian.reading.html_texts import FoundLink, Texts

_BLOCK_LIST: Final = (
    "address article aside blockquote body br caption center dd details dialog div dl dt fieldset figcaption figure"
    " footer form h1 h2 h3 h4 h5 h6 header hr legend li main nav ol optgroup option p pre section select summary table"
    " tbody tfoot thead tr ul"
)
_BLOCKS: Final = frozenset(_BLOCK_LIST.split())
"""Elements that stand on lines of their own."""
_SPACED: Final = frozenset({"td", "th", "textarea", "button", "input", "img"})
"""Elements that stand a space apart."""
_CODE: Final = frozenset({"script", "style"})
_UNSEEN_LIST: Final = (
    "template iframe noembed noframes datalist defs symbol clippath metadata desc annotation annotation-xml rp"
)
_UNSEEN: Final = frozenset(_UNSEEN_LIST.split())
"""Elements that a mail program or browser does not show."""
_KEEPS_SPACES: Final = frozenset({"pre", "textarea", "listing", "xmp", "plaintext"})
_CLOSED_DETAILS: Final = "closed details"
_UNSEEN_TITLE: Final = "title in a picture"
_MOST_FORM_CHARACTERS: Final = 200
"""Of the words of a form, that stand for it."""
MOST_FRAMES: Final = 20
_DROPPED_IN_TARGETS: Final = str.maketrans("", "", "\t\n\r")
"""What browsers drop from the target of a link (URL Standard, section 4.4)."""
_KEPT_LOOKS: Final = 50_000


@dataclass(slots=True)
class _Entered:
    """An element that is left again later."""

    tag: str
    target: str = ""
    """Where its link or its form goes, where it is one."""
    marks: tuple[Mark, ...] = ()
    """How far each text had come, for a link or a form."""
    kind: LinkKind = LinkKind.LINK


@dataclass(slots=True)
class _Met:
    """A node that is still to be read, with all its later siblings."""

    node: LexborNode
    inside: str
    """Tag of the element that it stands in."""
    look: Look
    keeps_spaces: bool
    around: Element | None
    """The element that it stands in, where some rule asks about it."""


class Walk:
    """One walk over one tree."""

    def __init__(self, source: bytes, finder: RunFinder, sheet: Sheet, *, keep_code: bool) -> None:
        self._source = source
        self._finder = finder
        self._sheet = sheet
        self._keep_code = keep_code
        self._texts = Texts()
        self._links: list[FoundLink] = []
        self._forms: list[_Entered] = []
        self._base = ""
        self._looks: dict[tuple[int, int], tuple[Look, dict[str, str], Look]] = {}
        self._labels: set[str] = set()
        self.pictures = 0
        """Pictures that are shown."""
        self.frames: list[Fragment] = []
        """Documents that stand in an attribute (`srcdoc`)."""

    def read(self, top: LexborNode) -> None:
        """Walk the tree from `top` in document order."""
        tasks: list[_Met | _Entered] = [_Met(top, "", Look(), keeps_spaces=False, around=None)]
        while tasks:
            task = tasks.pop()
            if isinstance(task, _Entered):
                self._leave(task)
                continue
            node = task.node
            following = node.next
            if following is not None:
                tasks.append(_Met(following, task.inside, task.look, task.keeps_spaces, task.around))
            if node.is_text_node:
                self._add_text(task)
            elif node.is_element_node:
                self._enter(task, tasks)

    def views(self, place: Place, name: str) -> tuple[tuple[View, ...], tuple[Link, ...]]:
        """What was read: the views that say something, and the links with their places in them."""
        return self._texts.views(place, name, self._links, self._base)

    def _enter(self, met: _Met, tasks: list[_Met | _Entered]) -> None:
        """Read the start of an element, and put what is to be done with the rest of it on `tasks`."""
        node = met.node
        tag, attributes = node.tag or "", node.attributes
        if tag in _CODE and not self._keep_code:
            return
        element = self._element(met, tag, attributes) if self._sheet.asks_around else None
        look, style = self._look(met, tag, attributes, element)
        if look.is_shown and (attributes or style) and shows_picture(tag, attributes, style):
            self.pictures += 1
        if tag in _UNSEEN or tag in _CODE or (tag == "dialog" and "open" not in attributes):
            look = look.taken_away(f"<{tag}>, which nobody is shown")
        is_part = tag in _BLOCKS or tag in _SPACED
        if is_part:
            self._part(tag)
        if self._sheet.draws:
            self._add_drawn(met, tag, attributes, element, look)
        entered = self._begun(tag, attributes, look)
        if attributes:
            self._add_attributes(tag, attributes, look, entered)
        if entered is not None or is_part:
            tasks.append(entered or _Entered(tag))
        inside, look = self._inside(met, tag, attributes, look)
        keeps_spaces = met.keeps_spaces or tag in _KEEPS_SPACES
        parts = (*node.template_fragments(), node) if tag == "template" else (node,)  # one of SVG's has children
        for part in parts:
            first = part.first_child
            if first is not None:
                tasks.append(_Met(first, inside, look, keeps_spaces, element))

    def _inside(self, met: _Met, tag: str, attributes: Attributes, look: Look) -> tuple[str, Look]:
        """What the content of an element stands in, and how it looks."""
        if tag == "summary" and met.inside == _CLOSED_DETAILS:
            return tag, look.folded_away(-1)
        if tag == "details" and "open" not in attributes:
            return _CLOSED_DETAILS, look.folded_away()
        if tag == "title" and met.inside not in ("head", "html", ""):
            return _UNSEEN_TITLE, look
        return tag, look.folded_away() if "popover" in attributes else look

    def _element(self, met: _Met, tag: str, attributes: Attributes) -> Element:
        classes = attributes.get("class")
        names = frozenset(classes.split()) if classes else frozenset[str]()
        return Element(tag, (attributes.get("id") or "").strip(), names, attributes, met.around)

    def _look(
        self, met: _Met, tag: str, attributes: Attributes, element: Element | None
    ) -> tuple[Look, dict[str, str]]:
        """How text looks in an element, and the style that applies to it."""
        look = met.look.as_link if tag == "a" and "href" in attributes else met.look
        if not self._sheet.is_styled(tag, attributes):
            return look, {}
        element = element or self._element(met, tag, attributes)
        style = self._sheet.style(element, met.node)
        if not style:
            return look, style
        key = (id(look), id(style))
        known = self._looks.get(key)
        if known is not None:
            return known[2], style
        made = look.styled(style)
        if made.gone_by and not look.gone_by and self._sheet.has_media:
            others = (self._sheet.style(element, met.node, reader) for reader in OTHERS)
            if any(not look.hides(other) for other in others):
                made = replace(made, is_gone_at_desk_only=True)
        if len(self._looks) < _KEPT_LOOKS:
            self._looks[key] = (look, style, made)  # with what its key is made of, so that no other gets that id
        return made, style

    def _begun(self, tag: str, attributes: Attributes, look: Look) -> _Entered | None:
        """A link or a form that begins here."""
        target, kind = attributes.get("href") if tag in ("a", "area") else None, LinkKind.LINK
        if tag == "form":
            target, kind = attributes.get("action"), LinkKind.FORM
        elif tag in ("button", "input") and "formaction" in attributes:
            target, kind = attributes.get("formaction"), self._forms[-1].kind if self._forms else LinkKind.FORM
        target = (target or "").translate(_DROPPED_IN_TARGETS).strip()
        if not target and tag != "form":
            return None
        entered = _Entered(tag, target, tuple(text.mark() for text in self._texts.laid_out), kind)
        if tag == "form":
            self._forms.append(entered)
        return entered

    def _leave(self, element: _Entered) -> None:
        if element.target:
            self._add_link(element)
        if element.tag == "form" and self._forms:
            self._forms.pop()
        self._part(element.tag)

    def _part(self, tag: str) -> None:
        """Part what is in an element from what is around it."""
        for builder in self._texts.laid_out:
            if not builder.length:
                continue
            if tag in _BLOCKS:
                builder.break_line()
            elif tag in _SPACED:
                builder.add_space()

    def _add_text(self, met: _Met) -> None:
        text = met.node.text_content or ""
        if met.inside in _CODE:  # it is in no run of text, so it has no finer place than the whole
            self._texts.hidden.add(Fragment(text, 0, len(self._source), exact=False))
            self._texts.hidden.break_line()
            self._texts.hidden_by["code"] += len(text)
            return
        builder = self._texts.of(met.look)
        if met.inside == "title":
            builder = self._texts.title
        elif met.inside == _UNSEEN_TITLE:
            builder = self._texts.label
            builder.break_line()
        if builder is not self._texts.visible and not text.isspace():
            self._texts.part_from_visible(builder)
            if builder is self._texts.hidden:
                self._texts.hidden_by[met.look.why_unseen] += len(text)
        fragments = self._finder.find(text)
        if met.look.is_reversed and fragments:
            fragments = [Fragment(text[::-1], fragments[0].start, fragments[-1].end, exact=False)]
        for fragment in fragments:
            builder.add(fragment, keep_spaces=met.keeps_spaces)

    def _add_drawn(self, met: _Met, tag: str, attributes: Attributes, element: Element | None, look: Look) -> None:
        """Words that a style draws before or after an element, which stand in no text."""
        words = self._sheet.words_drawn(element or self._element(met, tag, attributes), met.node)
        if words:
            self._texts.of(look).add(Fragment(f" {words} ", 0, len(self._source), exact=False))
            if not look.is_shown:
                self._texts.hidden_by[look.why_unseen] += len(words)

    def _add_attributes(self, tag: str, attributes: Attributes, look: Look, entered: _Entered | None) -> None:
        """What the attributes of an element say."""
        for label in shown_labels(tag, attributes):
            if label.strip():
                self._texts.of(look).add(self._finder.find_attribute(label))
                self._texts.hidden_by.update({look.why_unseen: len(label)} if not look.is_shown else {})
        for label in unseen_labels(tag, attributes):
            if label and label not in self._labels:
                self._labels.add(label)
                self._add_label(label)
        if tag == "a" and entered is not None and (address := shown_address(attributes)):
            self._add_label(address)
            start = self._texts.label.length - len(address)
            self._links.append(FoundLink(address, entered.target, LinkKind.LINK, self._texts.label, start))
        elif tag == "meta" and (target := refresh_target(attributes)):
            self._links.append(FoundLink("", target, LinkKind.REFRESH, self._texts.visible, 0))
        elif tag == "base":
            self._base = self._base or (attributes.get("href") or "").strip()
        elif tag == "iframe" and attributes.get("srcdoc") and len(self.frames) < MOST_FRAMES:
            self.frames.append(self._finder.find_attribute(attributes.get("srcdoc") or ""))
        elif tag == "input" and self._forms and (attributes.get("type") or "").lower() == "password":
            self._forms[-1].kind = LinkKind.PASSWORD_FORM

    def _add_label(self, label: str) -> None:
        self._texts.label.add(self._finder.find_attribute(label.strip()), keep_spaces=True)
        self._texts.label.break_line()

    def _add_link(self, element: _Entered) -> None:
        pairs = zip(self._texts.laid_out, element.marks, strict=True)
        builder, mark = next(
            ((text, mark) for text, mark in pairs if text.length > mark.length), (self._texts.visible, element.marks[0])
        )
        text = builder.text_since(mark)
        start = builder.length - len(text.lstrip())
        text = text.strip()
        if element.kind is not LinkKind.LINK:
            text = text[:_MOST_FORM_CHARACTERS]
        self._links.append(FoundLink(text, element.target, element.kind, builder, start))
