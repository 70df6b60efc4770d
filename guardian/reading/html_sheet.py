"""The styles of an HTML document: which of them apply to an element.

Read are inline styles, the attributes that style, and the rules of style sheets whose selector is a tag, a class, an
id, or a tag with one of these. Media queries and other selectors are not read: text that only they hide counts as
visible, which errs on the side of judging it as what a person sees.

Invariant: linear in the size of sheets and attributes; nothing here raises for any style sheet.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from guardian.reading.html_look import PROPERTIES, Look

_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_BRACE = re.compile(r"[{}]")
_SELECTOR = re.compile(r"([a-zA-Z][a-zA-Z0-9]*)?([.#][\w-]+)?")
_STYLED = frozenset({"style", "class", "id", "hidden", "aria-hidden", "bgcolor", "color", "background"})
"""Attributes that can change how text looks."""


class Sheet:
    """The rules of one document."""

    def __init__(self, sources: Iterable[str]) -> None:
        self._rules: dict[str, dict[str, str]] = {}
        self._known: dict[tuple[str, ...], dict[str, str]] = {}
        self._is_simple = True  # whether every rule that sets a background was read, so that no style means white
        for source in sources:
            self._read(_COMMENT.sub(" ", source))

    def first_look(self) -> Look:
        """How text looks before any style."""
        return Look() if self._is_simple else Look(background=None)

    def look(self, around: Look, tag: str, attributes: Mapping[str, str | None]) -> Look:
        """How text looks in an element, given how it looks around it."""
        is_link = tag == "a" and "href" in attributes
        look = around.as_link() if is_link else around
        if tag not in self._rules and _STYLED.isdisjoint(attributes):
            return look
        if "hidden" in attributes or (attributes.get("aria-hidden") or "").strip().lower() == "true":
            return look.taken_away("marked as hidden")
        style = self._style(tag, attributes)
        return look.styled(style) if style else look

    def _style(self, tag: str, attributes: Mapping[str, str | None]) -> dict[str, str]:
        names = ("class", "id", "style", "color", "bgcolor", "background")
        key = (tag, *(attributes.get(name) or "" for name in names))
        if key not in self._known:
            self._known[key] = self._new_style(*key)
        return self._known[key]

    def _new_style(
        self, tag: str, classes: str, identity: str, inline: str, colour: str, background: str, picture: str
    ) -> dict[str, str]:
        style: dict[str, str] = {}
        if colour:
            style["color"] = colour.strip().lower()
        if background or picture:
            style["background"] = "url()" if picture else background.strip().lower()
        style |= self._rules.get(tag, {})
        marks = [f".{name}" for name in dict.fromkeys(classes.split())]
        for mark in marks + ([f"#{identity.strip()}"] if identity.strip() else []):
            style |= self._rules.get(mark, {})
            style |= self._rules.get(tag + mark, {})
        return style | _declarations(inline)

    def _read(self, source: str) -> None:
        """Take the rules that stand in no at-rule; a block inside a block is stepped over."""
        depth, begin, selectors = 0, 0, ""
        for brace in _BRACE.finditer(source):
            if brace.group() == "{":
                if depth == 0:
                    selectors, begin = source[begin : brace.start()], brace.end()
                depth += 1
                continue
            depth = max(depth - 1, 0)
            if depth == 0:
                self._add(selectors.rpartition(";")[2].strip(), source[begin : brace.start()])
                selectors, begin = "", brace.end()

    def _add(self, selectors: str, body: str) -> None:
        if not selectors or selectors.startswith("@"):
            return
        style = _declarations(body)
        for selector in selectors.split(","):
            found = _SELECTOR.fullmatch(selector.strip())
            if found is not None and found.group():
                name = (found[1] or "").lower() + (found[2] or "")
                self._rules.setdefault(name, {}).update(style)
            elif "background" in style or "background-color" in style:
                self._is_simple = False


def _declarations(source: str) -> dict[str, str]:
    style: dict[str, str] = {}
    for declaration in source.split(";"):
        name, _, value = declaration.partition(":")
        name = name.strip().lower()
        if name in PROPERTIES:
            style[name] = value.lower().replace("!important", "").strip()
    return style
