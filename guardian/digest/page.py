"""A digest as one page that needs nothing else: no script, no font, no picture, no address.

Invariants: whatever came from a message or a policy passes `safe_text` and HTML escaping (`_cell`, `_block`); the page
forbids itself scripts and every outside resource.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Sequence
from html import escape
from typing import Final

from guardian.digest.digest import Digest, Item
from guardian.digest.words import (
    COUNT_WORDS,
    LIMITS,
    Section,
    head,
    item_line,
    more_words,
    sections,
    text_of_item,
)
from guardian.journal.reports.html_charts import bar
from guardian.report.page_style import STYLE
from guardian.safe_text import safe_line, safe_text

MOST_LISTED: Final = 500
_LINE_CHARACTERS: Final = 600
_STYLE: Final = (
    STYLE
    + """
ul.items { list-style: none; margin: .25rem 0 1rem; padding: 0; }
ul.items li { border-bottom: 1px solid var(--rule); font: .82rem/1.9 ui-monospace, monospace;
  overflow-wrap: anywhere; white-space: pre-wrap; }
pre { background: var(--track); border-radius: 4px; font: .82rem/1.5 ui-monospace, monospace; margin: .25rem 0 1rem;
  overflow-wrap: anywhere; padding: .75rem 1rem; white-space: pre-wrap; }
"""
)


def digest_page(digest: Digest) -> Iterator[str]:
    """The page, piece by piece."""
    digest_of_style = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest_of_style}'"
    yield '<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    yield f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
    yield '<meta name="referrer" content="no-referrer"><title>Guardian: digest</title>\n'
    yield f"<style>{_STYLE}</style></head>\n<body>\n"
    made = f"Made {digest.made:%Y-%m-%d %H:%M}." + ("" if digest.with_text else " The texts were left out.")
    yield f'<h1>{_cell(digest.span.words)}</h1><p>{_cell(head(digest))}</p><p class="soft">{_cell(made)}</p>\n'
    for section in sections(digest):
        yield from _section(section, digest)
    yield from _counts(digest)
    yield f'<p class="soft">{_cell(LIMITS)}</p>\n</body></html>\n'


def _section(section: Section, digest: Digest) -> Iterator[str]:
    kind = ' class="cannot"' if section.is_of_what_was_not_judged else ""
    opening = f"<p>{_cell(section.opening)}</p>" if section.opening else ""
    yield f"<section{kind}><h2>{_cell(section.title)}</h2>{opening}"
    told = [f"{count:,} x {reason}" for reason, count in section.reasons] + list(section.lines)
    if told:
        yield f"<ul>{''.join(f'<li>{_cell(line)}</li>' for line in told)}</ul>"
    if section.items:
        yield from _list(section.items, digest)
    yield "</section>\n"


def _list(items: Sequence[Item], digest: Digest) -> Iterator[str]:
    yield '<ul class="items">'
    for item in items[:MOST_LISTED]:
        text = text_of_item(item)
        yield f"<li>{_cell(item_line(item, digest.zone))}" + (f"<pre>{_block(text)}</pre>" if text else "") + "</li>\n"
    yield "</ul>"
    if len(items) > MOST_LISTED:
        yield f'<p class="soft">{_cell(more_words(items[MOST_LISTED:], digest))}</p>'


def _counts(digest: Digest) -> Iterator[str]:
    if not digest.screened:
        return
    highest = max(digest.outcomes.values())
    rows = [
        f'<tr><td>{_cell(words)}</td><td>{digest.outcomes[outcome]:,}</td><td class="chart">'
        f"{bar(digest.outcomes[outcome], highest, outcome.value)}</td></tr>"
        for outcome, words in COUNT_WORDS.items()
    ]
    rows += [f"<tr><td>{_cell(title)}</td><td>{count:,}</td><td></td></tr>" for title, count in digest.policies]
    head_row = '<tr><th scope="col">outcome, or your policy</th><th scope="col">messages</th><th scope="col"></th></tr>'
    table = f"<table><thead>{head_row}</thead><tbody>{''.join(rows)}</tbody></table>"
    yield f'<section><h2>Counts</h2><div class="scroll">{table}</div></section>\n'


def _cell(text: str) -> str:
    return escape(safe_line(text, _LINE_CHARACTERS))


def _block(text: str) -> str:
    return escape(safe_text(text))
