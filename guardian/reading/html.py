"""HTML: source to what a person sees, what is there but hidden, and where links go.

The tree is lexbor's (through selectolax), which builds it as browsers do. Views: `title`; `html`, visible; `html`,
hidden (by style, by attribute, in a `<template>`); `comment`, hidden. Scripts and style sheets are code, and not text,
unless `keep_code` says that the source itself may be what a person sees. The content of `<noscript>` is visible:
mail programs run no scripts.

Invariants: never raises for any bytes; time and memory are linear, because a document that is too heavy for the parser
(see `html_weight`) is not parsed: then all its text is one visible view, and a reason says so. No recursion.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from selectolax.lexbor import LexborHTMLParser, LexborNode

from guardian.reading.base import Link, ViewKind
from guardian.reading.extract import Extract, Place
from guardian.reading.html_look import Look
from guardian.reading.html_sheet import Sheet
from guardian.reading.html_source import scan
from guardian.reading.html_text import Fragment, Mark, RunFinder, TextBuilder, fragments_of
from guardian.reading.limits import Limits
from guardian.verdict import Reason

_BLOCKS = frozenset(
    {
        *(
            "address",
            "article",
            "aside",
            "blockquote",
            "body",
            "br",
            "caption",
            "center",
            "dd",
            "details",
            "dialog",
            "div",
        ),
        *(
            "dl",
            "dt",
            "fieldset",
            "figcaption",
            "figure",
            "footer",
            "form",
            "h1",
            "h2",
            "h3",
            "h4",
            "h5",
            "h6",
            "header",
        ),
        *("hr", "legend", "li", "main", "nav", "ol", "optgroup", "option", "p", "pre", "section", "select", "summary"),
        *("table", "tbody", "tfoot", "thead", "tr", "ul"),
    }
)
"""Elements that stand on lines of their own."""
_SPACED = frozenset({"td", "th", "textarea", "button", "input", "img"})
"""Elements that stand a space apart."""
_CODE = frozenset({"script", "style"})
_UNSEEN = frozenset({"template", "iframe", "noembed", "noframes", "datalist"})
"""Elements that a mail program or browser does not show."""
_KEEPS_SPACES = frozenset({"pre", "textarea", "listing", "xmp", "plaintext"})
_LABELLED_INPUTS = frozenset({"button", "submit", "reset"})
"""Inputs whose value is shown as words on a button."""
_CONDITION = re.compile(rb"\s*\[(?:if\b[^\]]*|endif)\]>?")
"""What Outlook's conditional comments begin with; the rest of them is HTML."""
_MOST_REASONS = 3
"""Of what hides text, that are named."""
_NOT_IN_TARGETS = re.compile(r"[\t\n\r]")
"""What browsers drop from the target of a link (URL Standard, section 4.4)."""


@dataclass(frozen=True, slots=True)
class _Entered:
    """An element that is left again later."""

    tag: str
    target: str | None
    """Where its link goes, where it is a link."""
    visible: Mark
    hidden: Mark


@dataclass(frozen=True, slots=True)
class _FoundLink:
    """A link, in characters of the visible or of the hidden text."""

    text: str
    target: str
    is_visible: bool
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Met:
    """A node that is still to be read, with all its later siblings."""

    node: LexborNode
    inside: str
    """Tag of the element that it stands in."""
    look: Look
    keeps_spaces: bool


_Task = _Met | _Entered


def read_html(source: bytes, place: Place, limits: Limits, *, name: str = "html", keep_code: bool = False) -> Extract:
    """The views and links of an HTML text in UTF-8, which stands at `place` of the raw message."""
    found = scan(source, limits)
    comments = _read_comments(source, found.comments, limits).view(ViewKind.HIDDEN, "comment", place)
    comments = replace(comments, why="a comment in the HTML")
    views = (comments,) if comments.text else ()
    if found.too_heavy:
        text = _read_runs(source, found.runs).view(ViewKind.VISIBLE, name, place)
        say = f"the HTML has too much {found.too_heavy} to tell hidden from visible text"
        return Extract(((text,) if text.text else ()) + views, reasons=(Reason("html-too-heavy", say),))
    tree = LexborHTMLParser(source)
    sheet = Sheet(node.text() for node in tree.css("style"))
    reader = _Reader(source, RunFinder(source, found.runs), sheet, keep_code=keep_code)
    if tree.root is not None:
        reader.read(tree.root)
    extract = reader.extract(place, name)
    return replace(extract, views=extract.views + views)


def _read_runs(source: bytes, runs: Iterable[tuple[int, int]]) -> TextBuilder:
    text = TextBuilder()
    for start, end in runs:
        for fragment in fragments_of(source, start, end):
            text.add(fragment)
        text.add_space()
    return text


def _read_comments(source: bytes, comments: Iterable[tuple[int, int]], limits: Limits) -> TextBuilder:
    """The words in comments, without the markup that Outlook's conditional comments hold."""
    text = TextBuilder()
    for start, end in comments:
        condition = _CONDITION.match(source, start, end)
        begin = condition.end() if condition else start
        has_markup = source.find(b"<", begin, end) >= 0
        runs = scan(source[begin:end], limits).runs if has_markup else [(0, end - begin)]
        for run_start, run_end in runs:
            for fragment in fragments_of(source, begin + run_start, begin + run_end):
                text.add(fragment)
            text.add_space()
        text.break_line()
    return text


class _Reader:
    """One walk over one tree."""

    def __init__(self, source: bytes, finder: RunFinder, sheet: Sheet, *, keep_code: bool) -> None:
        self._source = source
        self._finder = finder
        self._sheet = sheet
        self._keep_code = keep_code
        self._title, self._visible, self._hidden = TextBuilder(), TextBuilder(), TextBuilder()
        self._links: list[_FoundLink] = []
        self._pictures = 0
        self._hidden_by: Counter[str] = Counter()  # characters, by what hides them

    def read(self, top: LexborNode) -> None:
        """Walk the tree from `top` in document order, without recursion."""
        tasks: list[_Task] = [_Met(top, "", self._sheet.first_look(), keeps_spaces=False)]
        while tasks:
            task = tasks.pop()
            if isinstance(task, _Entered):
                self._leave(task)
                continue
            following = task.node.next
            if following is not None:
                tasks.append(_Met(following, task.inside, task.look, task.keeps_spaces))
            if task.node.is_text_node:
                self._add_text(task)
            elif task.node.is_element_node:
                tasks.extend(self._enter(task))

    def extract(self, place: Place, name: str) -> Extract:
        """What was read."""
        title = self._title.view(ViewKind.VISIBLE, "title", place)
        visible = self._visible.view(ViewKind.VISIBLE, name, place)
        hidden = replace(self._hidden.view(ViewKind.HIDDEN, name, place), why=self._why_hidden())
        links = tuple(
            Link(link.text, link.target, (visible if link.is_visible else hidden).span(link.start, link.end))
            for link in self._links
        )
        views = tuple(view for view in (title, visible, hidden) if view.text)
        return Extract(views, links, pictures=self._pictures)

    def _why_hidden(self) -> str:
        """What hides the hidden text, most of it first."""
        return ", ".join(why for why, _ in self._hidden_by.most_common(_MOST_REASONS))

    def _enter(self, met: _Met) -> list[_Task]:
        """What is to be done after the start of an element, last thing first."""
        tag, attributes = met.node.tag or "", met.node.attributes
        if tag in _CODE and not self._keep_code:
            return []
        look = self._sheet.look(met.look, tag, attributes)
        if tag in _UNSEEN or tag in _CODE or (tag == "dialog" and "open" not in attributes):
            look = look.taken_away(f"<{tag}>, which nobody is shown")
        self._part(tag)
        self._add_label(tag, attributes, look)
        target = attributes.get("href") if tag in ("a", "area") else None
        tasks: list[_Task] = [_Entered(tag, target, self._visible.mark(), self._hidden.mark())]
        keeps_spaces = met.keeps_spaces or tag in _KEEPS_SPACES
        for part in met.node.template_fragments() if tag == "template" else [met.node]:
            if part.first_child is not None:
                tasks.append(_Met(part.first_child, tag, look, keeps_spaces))
        return tasks

    def _leave(self, element: _Entered) -> None:
        if element.target:
            self._add_link(element, element.target)
        self._part(element.tag)

    def _part(self, tag: str) -> None:
        """Part what is in an element from what is around it."""
        for builder in (self._visible, self._hidden):
            if tag in _BLOCKS:
                builder.break_line()
            elif tag in _SPACED:
                builder.add_space()

    def _add_text(self, met: _Met) -> None:
        text = met.node.text_content or ""
        if met.inside in _CODE:  # it is in no run of text, so it has no finer place than the whole
            self._hidden.add(Fragment(text, 0, len(self._source), exact=False))
            self._hidden.break_line()
            self._hidden_by["code"] += len(text)
            return
        builder = self._visible if met.look.is_shown else self._hidden
        if met.inside == "title":
            builder = self._title
        if builder is self._hidden and not text.isspace():
            self._hidden_by[met.look.why_unseen] += len(text)
        for fragment in self._finder.find(text):
            builder.add(fragment, keep_spaces=met.keeps_spaces)

    def _add_label(self, tag: str, attributes: Mapping[str, str | None], look: Look) -> None:
        """Words that stand in an attribute: those for a picture, and those on a button."""
        label = None
        if tag == "img":
            label = attributes.get("alt")
            is_ornament = label == "" or _is_dot(attributes)  # an empty alt says so (HTML Standard, section 4.8.4.4)
            self._pictures += look.is_shown and not is_ornament
        elif tag == "input" and (attributes.get("type") or "").lower() in _LABELLED_INPUTS:
            label = attributes.get("value")
        if label and label.strip():
            (self._visible if look.is_shown else self._hidden).add(self._finder.find_attribute(label))
            self._hidden_by.update({look.why_unseen: len(label)} if not look.is_shown else {})

    def _add_link(self, element: _Entered, target: str) -> None:
        is_visible = self._visible.length > element.visible.length or self._hidden.length == element.hidden.length
        builder, mark = (self._visible, element.visible) if is_visible else (self._hidden, element.hidden)
        text = builder.text_since(mark)
        start = builder.length - len(text.lstrip())
        target = _NOT_IN_TARGETS.sub("", target).strip()
        if target:
            self._links.append(_FoundLink(text.strip(), target, is_visible, start, builder.length))


def _is_dot(attributes: Mapping[str, str | None]) -> bool:
    """Whether a picture is too small to show anything, as those that count readers are."""
    return any(
        (attributes.get(side) or "").strip().removesuffix("px") in ("0", "1", "2") for side in ("width", "height")
    )
