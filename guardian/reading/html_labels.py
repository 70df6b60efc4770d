"""Words that stand in attributes: on a button, in a field, in place of a picture, or where only a pointer finds them.

Invariant: a label of fewer than `_FEWEST_WORDS` words that no eye sees is the name of a thing and not a text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

Attributes = Mapping[str, str | None]

_BUTTONS: Final = frozenset({"button", "submit", "reset"})
_FIELDS: Final = frozenset({"", "text", "email", "tel", "url", "search", "number", "date"})
_UNSEEN_LABELS: Final = (
    "title",
    "aria-label",
    "aria-description",
    "aria-placeholder",
    "aria-roledescription",
    "summary",
)
_FEWEST_WORDS: Final = 4
_DESCRIBING: Final = frozenset({"description", "og:description", "twitter:description", "abstract"})
_REFRESH: Final = re.compile(r"[\d.\s]*+[;,]?\s*+(?:url\s*+=\s*+)?[\"']?([^\"']{1,4000})", re.IGNORECASE)
_ADDRESS: Final = re.compile(r"(?:https?://|www\.)\S", re.IGNORECASE)


def shown_labels(tag: str, attributes: Attributes) -> Iterator[str]:
    """Words of attributes that stand on the page."""
    kind = (attributes.get("type") or "").lower() if tag == "input" else ""
    if tag == "img" or kind == "image":
        yield attributes.get("alt") or ""
    elif tag == "input" and kind in _BUTTONS:
        yield attributes.get("value") or ""
    elif tag == "input" and kind in _FIELDS:
        yield attributes.get("value") or attributes.get("placeholder") or ""
    elif tag == "textarea" or kind == "password":
        yield attributes.get("placeholder") or ""
    elif tag in ("option", "optgroup"):
        yield attributes.get("label") or ""


def unseen_labels(tag: str, attributes: Attributes) -> Iterator[str]:
    """Texts of attributes that only a pointer, a screen reader or a program finds."""
    for name in _UNSEEN_LABELS:
        if name in attributes:
            yield _text(attributes[name])
    if tag == "area" and "alt" in attributes:
        yield _text(attributes["alt"])
    elif tag == "input" and (attributes.get("type") or "").lower() == "hidden":
        yield _text(attributes.get("value"))
    elif tag == "meta" and (attributes.get("name") or attributes.get("property") or "").lower() in _DESCRIBING:
        yield _text(attributes.get("content"))


def shown_address(attributes: Attributes) -> str:
    """The address that a link shows while a pointer rests on it, where its title is one."""
    title = (attributes.get("title") or "").strip()
    return title if _ADDRESS.match(title) else ""


def refresh_target(attributes: Attributes) -> str:
    """Where a page goes by itself (`<meta http-equiv=refresh>`); empty where it only loads anew."""
    if (attributes.get("http-equiv") or "").strip().lower() != "refresh":
        return ""
    found = _REFRESH.match(attributes.get("content") or "")
    return found[1].strip() if found else ""


def shows_picture(tag: str, attributes: Attributes, style: Mapping[str, str]) -> bool:
    """Whether an element brings something to look at that nothing here can read."""
    if tag in ("img", "image") or (tag == "input" and (attributes.get("type") or "").lower() == "image"):
        # an empty alt says that it is an ornament (HTML Standard, section 4.8.4.4)
        return attributes.get("alt") != "" and not _is_dot(attributes)
    if tag in ("embed", "object", "video"):
        return bool(attributes.get("src") or attributes.get("data") or attributes.get("poster"))
    if tag == "iframe":
        return bool(attributes.get("src")) and not _is_dot(attributes)
    return "url(" in style.get("background-image", "")


def _is_dot(attributes: Attributes) -> bool:
    """Whether a picture is too small to show anything, as those that count readers are."""
    return any(
        (attributes.get(side) or "").strip().removesuffix("px") in ("0", "1", "2") for side in ("width", "height")
    )


def _text(value: str | None) -> str:
    """The value where it has words enough to say something."""
    return value if value and len(value.split(maxsplit=_FEWEST_WORDS)) >= _FEWEST_WORDS else ""
