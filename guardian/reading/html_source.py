"""Where text, comments and tags stand in the source of an HTML document.

The tree comes from lexbor, which knows no offsets; this scanner knows offsets and no tree. It is used for three
things: to weigh a document before lexbor may see it, to find the bytes of a text node, and to read the text of a
document that is too heavy for a tree. It decides nothing about what is shown.

Invariants: one pass, linear in the length of the source (possessive patterns, and what is never closed runs to the
end, as the standard has it), no recursion. Source: HTML Standard, section 13.2.5 (tokenization).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from guardian.reading.html_weight import Weight
from guardian.reading.limits import Limits

_ATTRIBUTE = rb"""[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?:"[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z)|(?=>)|[^\s>"'][^\s>]*+))?+"""

_MARKUP = re.compile(
    rb"""<(?:
        (?P<comment>!--(?:-?>|.*?(?:--!?>|\Z)))
      | (?P<bogus>[!?][^>]*+(?:>|\Z)|/(?![a-zA-Z])[^>]*+(?:>|\Z))
      | (?P<close>/?)(?P<name>[a-zA-Z][^\s/>]*+)(?P<attributes>(?:[\s/]++|%s)*+)(?:>|\Z)
    )"""
    % _ATTRIBUTE,
    re.VERBOSE | re.DOTALL,
)
_ONE_ATTRIBUTE = re.compile(_ATTRIBUTE, re.DOTALL)

_DECLARATION = re.compile(rb"<(?:!doctype|\?xml)\b", re.IGNORECASE)
"""What stands in the form of a comment and says nothing."""

_CODE = frozenset({b"script", b"style"})
"""Elements whose content is code: no markup in it, and nobody reads it."""
_RAW = frozenset({b"textarea", b"title", b"xmp", b"iframe", b"noembed", b"noframes"})
"""Elements whose content is text without markup."""
_CLOSERS = {name: re.compile(rb"</%s(?=[\s/>])" % name, re.IGNORECASE) for name in _CODE | _RAW}


@dataclass(frozen=True, slots=True)
class Scan:
    """What the source of an HTML document holds, as byte ranges in order."""

    runs: list[tuple[int, int]]
    """Text between tags, entities undecoded. Content of scripts and style sheets is not among them. Where there is
    markup without end, the last run is the rest of the source as it stands."""
    comments: list[tuple[int, int]]
    """What stands in comments, without the marks at their ends."""
    too_heavy: str
    """What there is too much of for a tree, in plain words; empty where there is not."""
    tags: int
    """Tags and comments that were counted."""


def scan(source: bytes, limits: Limits) -> Scan:
    """Find the text and the comments of `source` and weigh its tags."""
    runs: list[tuple[int, int]] = []
    comments: list[tuple[int, int]] = []
    weight = Weight(limits)
    position = 0
    while not weight.is_hopeless and (match := _MARKUP.search(source, position)) is not None:
        if match.start() > position:
            runs.append((position, match.start()))
            weight.add_text()
        position = match.end()
        if match["name"] is None:
            comments.append(_comment(source, match))
            weight.add_comment()
        else:
            position = _tag(source, match, weight, runs)
    if position < len(source):
        runs.append((position, len(source)))
        weight.add_text()
    return Scan(runs, comments, weight.excess, weight.tags)


def _tag(source: bytes, match: re.Match[bytes], weight: Weight, runs: list[tuple[int, int]]) -> int:
    """Weigh one tag, and give the place behind it and behind the content that has no markup."""
    name = match["name"].lower()
    attributes = match["attributes"]
    if match["close"]:
        weight.add_end(name)
        return match.end()
    is_slashed = attributes.endswith(b"/")
    # an attribute takes at least two bytes with the space before it, so short ones need no count
    if is_slashed or len(attributes) > 2 * weight.limits.max_html_attributes:
        ends = [found.end() for found in _ONE_ATTRIBUTE.finditer(attributes)]
    else:
        ends = []
    is_self_closing = is_slashed and (not ends or ends[-1] < len(attributes))  # in a=b/ the slash is of the value
    weight.add_start(name, len(ends), is_bare=not attributes, is_self_closing=is_self_closing)
    closer = _CLOSERS.get(name)
    if closer is None or weight.is_in_foreign:
        return match.end()
    end = closer.search(source, match.end())
    stop = end.start() if end else len(source)
    if name in _RAW and stop > match.end():
        runs.append((match.end(), stop))
    return stop


def _comment(source: bytes, match: re.Match[bytes]) -> tuple[int, int]:
    """The inside of a comment, or of what the standard makes a comment, such as `<!word>` and `<?word>`."""
    start, end = match.start() + len(b"<!"), match.end()
    if match["bogus"]:
        is_declaration = _DECLARATION.match(source, match.start()) is not None
        return (end, end) if is_declaration else (start, end - source.endswith(b">", start, end))
    start += len(b"--")
    if end - start <= len(b"->"):  # <!--> and <!---> are comments too
        return end, end
    for mark in (b"--!>", b"-->"):
        if source.endswith(mark, start, end):
            return start, end - len(mark)
    return start, end
