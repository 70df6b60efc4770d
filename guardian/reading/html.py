"""HTML: source to what a person sees, what is there but hidden, and where links go.

The tree is lexbor's (through selectolax), which builds it as browsers do. Views: `title`; `html`, visible; `html`,
hidden (by style, by attribute, in a `<template>`); `elsewhere`, `folded` and `label`, hidden in ways that ordinary mail
has (see `html_walk`); `comment`, hidden; those of a document in a frame. Scripts and style sheets are code, and not
text, unless `keep_code` says that the source itself may be what a person sees. The content of `<noscript>` is visible:
mail programs run no scripts.

Invariants: never raises for any bytes; time and memory are linear, because a document that is too heavy for the parser
(see `html_weight`) is not parsed: then all its text is one visible view, and a reason says so. Recursion only into
frames, `_MOST_FRAME_DEPTH` deep.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from selectolax.lexbor import LexborHTMLParser

from guardian.reading.base import ViewKind
from guardian.reading.extract import Extract, Place
from guardian.reading.html_sheet import Sheet
from guardian.reading.html_source import scan
from guardian.reading.html_text import Fragment, RunFinder, TextBuilder, fragments_of
from guardian.reading.html_walk import Walk
from guardian.reading.limits import Limits
from guardian.verdict import Reason

_CONDITION = re.compile(rb"\s*\[(?:if\b[^\]]*|endif)\]>?")
"""What Outlook's conditional comments begin with; the rest of them is HTML."""
_MOST_FRAME_DEPTH = 3


def read_html(
    source: bytes, place: Place, limits: Limits, *, name: str = "html", keep_code: bool = False, depth: int = 0
) -> Extract:
    """The views and links of an HTML text in UTF-8, which stands at `place` of the raw message, `depth` frames deep."""
    found = scan(source, limits)
    comments = _read_comments(source, found.comments, limits).view(ViewKind.HIDDEN, "comment", place)
    comments = replace(comments, why="a comment in the HTML")
    views = (comments,) if comments.text else ()
    if found.too_heavy:
        text = _read_runs(source, found.runs).view(ViewKind.VISIBLE, name, place)
        say = f"the HTML has too much {found.too_heavy} to tell hidden from visible text"
        return Extract(((text,) if text.text else ()) + views, reasons=(Reason("html-too-heavy", say),))
    tree = LexborHTMLParser(source)
    walk = Walk(source, RunFinder(source, found.runs), Sheet(tree, found.tags), keep_code=keep_code)
    if tree.root is not None:
        walk.read(tree.root)
    read, links = walk.views(place, name)
    together = Extract(read + views, links, pictures=walk.pictures)
    for frame in walk.frames:
        together = _joined(together, _read_frame(frame, place, limits, depth))
    return together


def _read_frame(frame: Fragment, place: Place, limits: Limits, depth: int) -> Extract:
    """A document that stands in an attribute: a browser shows it, so it counts as what a person sees."""
    if depth >= _MOST_FRAME_DEPTH:
        return Extract(reasons=(Reason("html-too-heavy", "the HTML has too many frames in frames"),))
    if place.exact:
        place = Place(place.start + frame.start, place.start + frame.end, exact=frame.exact)
    return read_html(frame.text.encode("utf-8", "replace"), place, limits, name="frame", depth=depth + 1)


def _joined(one: Extract, other: Extract) -> Extract:
    return Extract(
        one.views + other.views, one.links + other.links, one.reasons + other.reasons, one.pictures + other.pictures
    )


def _read_runs(source: bytes, runs: Iterable[tuple[int, int]]) -> TextBuilder:
    text = TextBuilder()
    for start, end in runs:
        for fragment in fragments_of(source, start, end):
            text.add(fragment)
        text.add_space()
    return text


def _read_comments(source: bytes, comments: Iterable[tuple[int, int]], limits: Limits) -> TextBuilder:
    """The words in comments, equal ones once, without the markup that Outlook's conditional comments hold."""
    text, known = TextBuilder(), set[bytes]()
    for start, end in comments:
        whole = source[start:end]
        if whole in known:
            continue
        known.add(whole)
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
