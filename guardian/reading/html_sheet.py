"""The styles of an HTML document: which of them apply to an element.

Read are style sheets (order, weight, `!important`, media, variables), inline styles, and the attributes that style.
Rules that are met by the place among siblings are asked of lexbor's engine, of which there is a bounded number.

Invariants: linear in the size of sheets and attributes, because an element is held only against rules that name its
id, one of its classes or its tag, and against at most `_MOST_TRIED` of these; nothing here raises for any style sheet.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from guardian.reading.html_css import SourceRule, Style, content_words, read_rules, read_style
from guardian.reading.html_media import Reader, readers_of
from guardian.reading.html_select import Element, Selector, read_selector

MARKED_HIDDEN: Final = "marked"
"""What `display` is where the attribute `hidden` says so and no rule says otherwise."""
_STYLED: Final = frozenset(
    {
        *("style", "class", "id", "hidden", "bgcolor", "color", "background", "text"),
        *("fill", "fill-opacity", "opacity", "visibility", "display", "font-size"),
    }
)
"""Attributes that can change how text looks."""
_RARE: Final = _STYLED - {"style", "class", "id"}
_DRAWING: Final = frozenset({"svg", "text", "tspan", "textpath", "g"})
"""Elements of SVG that text is drawn in."""
_DRAWING_ATTRIBUTES: Final = ("fill", "fill-opacity", "opacity", "visibility", "display", "font-size")
_MOST_RULES: Final = 4_000
"""Rules of one document; a long newsletter has some 300."""
_MOST_TRIED: Final = 120
"""Rules that one element is held against."""
_MOST_MET: Final = 200_000
"""Looks at whether a rule that asks about the elements around means an element, in one document; later ones say no."""
_MOST_ENGINE_WORK: Final = 30_000_000
"""Elements squared, times selectors: lexbor counts the place among siblings anew for each sibling."""
_LONGEST_ENGINE_SELECTOR: Final = 120
_MOST_ENGINE_JOINS: Final = 3
_MOST_VARIABLE_DEPTH: Final = 4
_KEPT_STYLES: Final = 50_000


@dataclass(frozen=True, slots=True)
class Rule:
    """One selector with its style."""

    selector: Selector
    style: Style
    readers: Reader
    rank: tuple[int, int, int, int]
    """Weight, then order: the larger one counts."""
    members: frozenset[int] | None = None
    """Elements that the engine found, where it had to be asked."""


@dataclass(slots=True)
class _Index:
    """Rules by what the element itself has to be."""

    by_name: dict[str, list[Rule]] = field(default_factory=dict)

    def add(self, rule: Rule) -> None:
        last = rule.selector.last
        if last.identities:
            name = "#" + last.identities[0]
        elif last.classes:
            name = "." + min(last.classes)
        else:
            name = last.tag or "*"
        self.by_name.setdefault(name, []).append(rule)

    def named(self, tag: str, classes: Iterable[str], identity: str) -> list[Rule]:
        """The rules that may mean an element, in the order in which they count."""
        names = [tag, "*", f"#{identity}", *(f".{name}" for name in classes)]
        found = [rule for name in names for rule in self.by_name.get(name, ())]
        found.sort(key=lambda rule: rule.rank)
        return found[-_MOST_TRIED:]


class Sheet:
    """The rules of one document."""

    def __init__(self, tree: LexborHTMLParser, tags: int) -> None:
        """`tags`: about how many elements the tree has."""
        self._index, self._drawn = _Index(), _Index()
        self._variables: dict[str, str] = {}
        self._kept: dict[tuple[str, ...], dict[str, str]] = {}
        self._candidates: dict[tuple[str, str, str], list[Rule]] = {}
        self._words: dict[tuple[str, str, str], list[Rule]] = {}
        self._engine_work = self._met = 0
        self._count = 0
        self.asks_around = False
        """Whether a rule asks about the elements around one, or about attributes."""
        self.has_media = False
        """Whether some rule holds for some readers only."""
        for node in tree.css("style"):
            readers = readers_of(node.attributes.get("media") or "")
            for rule in read_rules(node.text(), readers) if readers else ():
                if self._count >= _MOST_RULES:
                    break
                self._add(rule, tree, tags)

    @property
    def draws(self) -> bool:
        """Whether some rule draws text."""
        return bool(self._drawn.by_name)

    def is_styled(self, tag: str, attributes: Mapping[str, str | None]) -> bool:
        """Whether anything may style an element."""
        by_name = self._index.by_name
        return tag in by_name or "*" in by_name or not _STYLED.isdisjoint(attributes)

    def style(self, element: Element, node: LexborNode, reader: Reader = Reader.DESK) -> dict[str, str]:
        """What applies to an element for a reader; equal styles are one object."""
        attributes = element.attributes
        classes = attributes.get("class") or ""
        identity = element.identity
        candidates = self._rules_for(self._index, self._candidates, element.tag, classes, identity)
        is_even = not self.asks_around or all(rule.selector.last.is_plain and _is_alone(rule) for rule in candidates)
        if not is_even:
            candidates = [rule for rule in candidates if self._applies(rule, element, node)]
            ranks = ",".join(str(rule.rank[3]) for rule in candidates)
        else:
            ranks = ""
        key: tuple[str, ...] = (element.tag, classes, identity, attributes.get("style") or "", ranks, reader.name or "")
        if not _RARE.isdisjoint(attributes):
            key += tuple(f"{name}={attributes[name]}" for name in sorted(_RARE & attributes.keys()))
        style = self._kept.get(key)
        if style is None:
            style = self._cascaded(element, candidates, reader)
            if len(self._kept) < _KEPT_STYLES:
                self._kept[key] = style
        return style

    def words_drawn(self, element: Element, node: LexborNode) -> str:
        """The words that styles draw before and after what is in an element."""
        classes = element.attributes.get("class") or ""
        found: dict[str, str] = {}
        for rule in self._rules_for(self._drawn, self._words, element.tag, classes, element.identity):
            if rule.readers & Reader.DESK and self._applies(rule, element, node):
                content = rule.style.important.get("content") or rule.style.usual.get("content") or ""
                found[rule.selector.drawn] = content_words(content)
        return " ".join(words for words in found.values() if words)

    def _rules_for(
        self, index: _Index, known: dict[tuple[str, str, str], list[Rule]], tag: str, classes: str, identity: str
    ) -> list[Rule]:
        """The rules of an index that may mean an element."""
        key = (tag, classes, identity)
        rules = known.get(key)
        if rules is None:
            names = frozenset(classes.split())
            found = index.named(tag, names, identity)
            rules = [rule for rule in found if _may_mean(rule, tag, names, identity)]
            if len(known) < _KEPT_STYLES:
                known[key] = rules
        return rules

    def _applies(self, rule: Rule, element: Element, node: LexborNode) -> bool:
        if rule.members is not None:
            return node.mem_id in rule.members
        self._met += 1
        return self._met < _MOST_MET and rule.selector.means(element)

    def _cascaded(self, element: Element, rules: list[Rule], reader: Reader) -> dict[str, str]:
        style = _of_attributes(element.tag, element.attributes)
        is_drawing = element.tag in _DRAWING
        held = [rule for rule in rules if rule.readers & reader]
        inline = read_style(element.attributes.get("style") or "")
        for rule in held:
            _put(style, rule.style.usual)
        _put(style, inline.usual)
        for rule in held:
            _put(style, rule.style.important)
        _put(style, inline.important)
        if not is_drawing:
            style.pop("fill", None)
            style.pop("fill-opacity", None)
        if any("var(" in value for value in style.values()):
            variables = self._variables | inline.variables
            style = {name: _resolved(value, variables) for name, value in style.items()}
        return style

    def _add(self, rule: SourceRule, tree: LexborHTMLParser, tags: int) -> None:
        self._variables |= rule.style.variables
        if not rule.style.usual and not rule.style.important:
            return
        for source in _selectors(rule.selectors):
            selector = read_selector(source)
            if self._count >= _MOST_RULES:
                break
            if selector is None:
                continue
            members = self._asked(source, selector, tree, tags) if selector.needs_engine else None
            if selector.needs_engine and members is None:
                continue
            self._count += 1
            made = Rule(selector, rule.style, rule.readers, (*selector.weight, self._count), members)
            if selector.drawn:
                if "content" in rule.style.usual or "content" in rule.style.important:
                    self._drawn.add(made)
                continue
            self.has_media |= rule.readers is not Reader.EVERYBODY
            self.asks_around |= len(selector.compounds) > 1 or not selector.last.is_plain or members is not None
            self._index.add(made)

    def _asked(self, source: str, selector: Selector, tree: LexborHTMLParser, tags: int) -> frozenset[int] | None:
        """The elements that lexbor's engine finds; None where it is not asked."""
        if selector.drawn or len(source) > _LONGEST_ENGINE_SELECTOR or len(selector.compounds) > _MOST_ENGINE_JOINS + 1:
            return None
        self._engine_work += tags * tags
        if self._engine_work > _MOST_ENGINE_WORK:
            return None
        try:
            return frozenset(node.mem_id for node in tree.css(source))
        except SelectolaxError:
            return None


def _selectors(source: str) -> list[str]:
    """The selectors of a list; a comma inside `:not()` or a string ends none."""
    parts, depth, begin = [], 0, 0
    if "(" not in source and "[" not in source:
        return source.split(",")
    for place, sign in enumerate(source):
        if sign in "([":
            depth += 1
        elif sign in ")]":
            depth -= 1
        elif sign == "," and depth <= 0:
            parts.append(source[begin:place])
            begin = place + 1
    return [*parts, source[begin:]]


def _may_mean(rule: Rule, tag: str, classes: frozenset[str], identity: str) -> bool:
    last = rule.selector.last
    return (
        (not last.tag or last.tag == tag)
        and last.classes <= classes
        and all(wanted == identity for wanted in last.identities)
    )


def _is_alone(rule: Rule) -> bool:
    return len(rule.selector.compounds) == 1 and rule.members is None


def _of_attributes(tag: str, attributes: Mapping[str, str | None]) -> dict[str, str]:
    """The style that attributes give, which every rule can change."""
    style: dict[str, str] = {}
    colour = attributes.get("color") or (attributes.get("text") if tag == "body" else None)
    if colour:
        style["color"] = colour.strip().lower()
    if attributes.get("bgcolor"):
        style["background-color"] = (attributes.get("bgcolor") or "").strip().lower()
    if attributes.get("background"):
        style["background-image"] = "url()"
    if tag in _DRAWING:
        style |= {
            name: (attributes.get(name) or "").strip().lower() for name in _DRAWING_ATTRIBUTES if name in attributes
        }
    if "hidden" in attributes:
        style["display"] = MARKED_HIDDEN
    return style


def _put(style: dict[str, str], more: Mapping[str, str]) -> None:
    if more:
        style.update(more)


def _resolved(value: str, variables: Mapping[str, str]) -> str:
    """A value with its variables put in; their default where they are not set."""
    for _ in range(_MOST_VARIABLE_DEPTH):
        start = value.rfind("var(")
        if start < 0:
            break
        end = value.find(")", start)
        end = len(value) if end < 0 else end
        name, _, default = value[start + len("var(") : end].partition(",")
        shown = variables.get(name.strip(), default.strip())
        value = value[:start] + shown[: len(value) + 200] + value[end + 1 :]
    return value
