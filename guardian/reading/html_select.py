"""Selectors of CSS: which elements a rule means.

Read are tags, classes, ids, attributes and `:not()` of one of these, and descendants and children of them. What needs
the place among siblings goes to lexbor's own engine (see `html_sheet`). What depends on what a reader does (`:hover`,
`:checked`) means no element of a page at rest.

Invariants: nothing here raises for any selector; whether an element is meant costs at most `MOST_STEPS` looks at
elements around it. Source: Selectors 4.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from guardian.reading.html_css import unescaped

MOST_STEPS: Final = 256
"""Elements around one that are looked at for one rule; honest mails nest some 60 deep."""
_MOST_COMPOUNDS: Final = 12
_NAME: Final = r"(?:[\w-]|[^\x00-\x7f]|\\[0-9a-fA-F]{1,6}\s?|\\.)++"
_PART: Final = re.compile(
    rf"""(?P<tag>\*|{_NAME})|\#(?P<id>{_NAME})|\.(?P<class>{_NAME})|::?(?P<pseudo>[\w-]++)(?P<inside>\([^()]*+\))?
    |\[\s*+(?P<name>[\w:-]++)\s*+(?:(?P<how>[~|^$*]?=)\s*+(?P<value>"[^"]*+"|'[^']*+'|[^\s\]"']*+)\s*+[is]?\s*+)?\]
    |(?P<join>\s*+[>+~]\s*+|\s++)""",
    re.VERBOSE,
)
_MEANING_LINKS: Final = frozenset({"link", "any-link"})
_OF_THE_PLACE: Final = frozenset(
    {
        *("first-child", "last-child", "only-child", "nth-child", "nth-last-child", "first-of-type", "last-of-type"),
        *("nth-of-type", "nth-last-of-type", "only-of-type", "empty"),
    }
)
DRAWN: Final = frozenset({"before", "after"})


@dataclass(slots=True, eq=False)
class Element:
    """What selectors may ask about one element."""

    tag: str
    identity: str
    classes: frozenset[str]
    attributes: Mapping[str, str | None]
    around: Element | None


@dataclass(frozen=True, slots=True)
class Compound:
    """What one element has to be."""

    tag: str
    identities: tuple[str, ...]
    classes: frozenset[str]
    attributes: tuple[tuple[str, str, str], ...]
    """Name, sign of comparison, value; no sign where the attribute need only be there."""
    excluded: tuple[Compound, ...] = ()

    @property
    def is_plain(self) -> bool:
        """Whether tag, id and classes alone decide."""
        return not self.attributes and not self.excluded

    def means(self, element: Element) -> bool:
        """Whether an element is that."""
        if self.tag and self.tag != element.tag:
            return False
        if any(identity != element.identity for identity in self.identities) or not self.classes <= element.classes:
            return False
        if not all(_has(element.attributes, *asked) for asked in self.attributes):
            return False
        return not any(other.means(element) for other in self.excluded)


@dataclass(frozen=True, slots=True)
class Selector:
    """Compounds from the last one, which is the element itself, to the first; each with whether it is the parent."""

    compounds: tuple[tuple[Compound, bool], ...]
    drawn: str = ""
    """`before` or `after` where a box is meant that the style itself draws."""
    needs_engine: bool = False
    """Whether the place among siblings matters, which is not told here."""

    @property
    def last(self) -> Compound:
        """What the element itself has to be."""
        return self.compounds[0][0]

    @property
    def weight(self) -> tuple[int, int, int]:
        """Which of two rules counts (Selectors 4, section 17)."""
        all_compounds = [compound for compound, _ in self.compounds]
        return (
            sum(len(each.identities) for each in all_compounds),
            sum(len(each.classes) + len(each.attributes) + len(each.excluded) for each in all_compounds),
            sum(bool(each.tag) for each in all_compounds),
        )

    def means(self, element: Element) -> bool:
        """Whether it means an element: each compound is met by the nearest element around that can be it."""
        if not self.last.means(element):
            return False
        here, steps = element.around, 0
        for compound, is_parent in self.compounds[1:]:
            while here is not None and not compound.means(here):
                steps += 1
                if is_parent or steps > MOST_STEPS:
                    return False
                here = here.around
            if here is None:
                return False
            here = here.around
        return True


def read_selector(source: str) -> Selector | None:
    """A selector; None for one that means nothing here."""
    parts: list[_Parts] = [_Parts(is_parent=False)]
    drawn, needs_engine, place = "", False, 0
    source = source.strip()
    while place < len(source):
        found = _PART.match(source, place)
        if found is None or len(parts) > _MOST_COMPOUNDS:
            return None
        place = found.end()
        if found["join"] is not None:
            needs_engine |= found["join"].strip() in ("+", "~")
            parts[-1].is_parent_of_next = ">" in found["join"]
            parts.append(_Parts(is_parent=False))
        elif found["pseudo"] is not None:
            name = found["pseudo"].lower()
            if name in DRAWN:
                drawn = name
            elif name in _OF_THE_PLACE:
                needs_engine = True
            elif not parts[-1].add_pseudo(name, found["inside"] or ""):
                return None
        else:
            parts[-1].add(found)
    if not source:
        return None
    ordered = list(reversed(parts))
    compounds = tuple((each.compound(), each.is_parent_of_next) for each in ordered)
    return Selector(compounds, drawn, needs_engine)


class _Parts:
    """A compound that is being read."""

    def __init__(self, *, is_parent: bool) -> None:
        self.is_parent_of_next = is_parent
        self._tag = ""
        self._identities: list[str] = []
        self._classes: set[str] = set()
        self._attributes: list[tuple[str, str, str]] = []
        self._excluded: list[Compound] = []

    def add(self, found: re.Match[str]) -> None:
        if found["tag"] is not None:
            self._tag = "" if found["tag"] == "*" else found["tag"].lower()
        elif found["id"] is not None:
            self._identities.append(unescaped(found["id"]))
        elif found["class"] is not None:
            self._classes.add(unescaped(found["class"]))
        else:
            value = (found["value"] or "").strip("\"'")
            self._attributes.append((found["name"].lower(), found["how"] or "", value))

    def add_pseudo(self, name: str, inside: str) -> bool:
        """Take what can be told of a page at rest; False for all else."""
        if name == "root":
            self._tag = self._tag or "html"
        elif name in _MEANING_LINKS:
            self._attributes.append(("href", "", ""))
        elif name == "not":
            others = [read_selector(part) for part in inside[1:-1].split(",")]
            if not all(other is not None and len(other.compounds) == 1 for other in others):
                return False
            self._excluded += [other.last for other in others if other is not None]
        else:
            return False
        return True

    def compound(self) -> Compound:
        return Compound(
            self._tag,
            tuple(self._identities),
            frozenset(self._classes),
            tuple(self._attributes),
            tuple(self._excluded),
        )


def _has(attributes: Mapping[str, str | None], name: str, how: str, value: str) -> bool:
    if name not in attributes:
        return False
    held = attributes[name] or ""
    if not how:
        return True
    if how == "=":
        return held == value
    if not value:
        return False
    if how == "~=":
        return value in held.split()
    if how == "|=":
        return held == value or held.startswith(value + "-")
    return {"^=": held.startswith(value), "$=": held.endswith(value)}.get(how, value in held)
