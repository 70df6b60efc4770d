"""Which alerts belong together: the keys of conversations and of campaigns.

A *conversation* is one sender on one channel. Letter case does not matter, and an address is one however its owner
calls themselves. Where nobody is named, what came from one place is one conversation.

A *campaign* is the same words, from whoever: letter case, digits, punctuation and the recipient's names do not count.
The words are the longest quote that carried the verdict, if it is long enough to tell one text from another, so that
copies with another ending, or mails with other headers, are still found; else those of the text itself. Where the text
was not kept no word of it is known, and only copies that are the same to the byte are found.

A sender's address is not authenticated, so a forged message stands in the conversation of whom it claims to be from.

Invariants: pure; linear in what is looked at; equal input gives equal keys in every process; a key tells nothing of
the text.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable
from functools import lru_cache
from typing import Final

from guardian.policy.senders import address_of

TELLING_WORDS: Final = 6
"""A quote of fewer words is found in texts that have nothing else in common ("act now")."""
TEXT_WORDS: Final = 120
"""So many words of a text count: enough to tell texts apart, and no work for a long one."""
_LOOKED_AT_CHARACTERS: Final = 2_000
"""How far into a text its words are looked for."""
_GREETING_CHARACTERS: Final = 120
"""How far into a text a greeting is looked for."""
_HEADER_CHARACTERS: Final = 16_384
"""How far into a mail its To field is looked for."""
_KEY_BYTES: Final = 8
_SMALL: Final = (1 << 60) - 1
"""A key of 60 bits takes four bytes less than one of 64, and still tells 100,000 alerts apart: the odds that any two
of them meet are one to 200 million."""

_WORD: Final = re.compile(r"[^\W\d_]+")
_ASCII_LETTERS: Final = {code: " " for code in range(128) if not chr(code).isalpha()}
"""Does what `_WORD` does, and faster."""
_NAME: Final = r"[^\W\d_]+(?:[-'.][^\W\d_]+)*\.?"
_GREETING: Final = re.compile(
    r"\b(dear|hi|hello|hey|hallo|lieber?|guten (?:tag|morgen|abend)|sehr geehrter?|bonjour|ch[eè]re?|hola|"
    rf"estimad[oa]|ciao|car[oa])((?: {_NAME}){{1,4}})(?=\s*[,!:;]|\s*$)",
    re.MULTILINE,
)
"""Names stand between a greeting and the next mark or end of line."""
_TO: Final = re.compile(r"^to:[ \t]*(.*(?:\r?\n[ \t].*)*)", re.IGNORECASE | re.MULTILINE)
_HEADERS_END: Final = re.compile(r"\r?\n\r?\n")


def conversation_key(channel: str, sender: str, place: str) -> int:
    """The key of a sender's conversation; `place` counts where nobody is named."""
    return _conversation(channel, address_of(sender) if sender else f"\n{place}")


def campaign_key(quotes: Iterable[str], text: str | None, text_sha256: str, *, is_mail: bool = False) -> int:
    """The key of the campaign to which a message belongs. `text`: the message as it came; None where it was not kept,
    and then `text_sha256` counts.
    """
    headers, body = _parted(text) if is_mail and text is not None else ("", text)
    names = recipients(headers)
    quoted = max((_words(quote, names) for quote in quotes), key=lambda words: (len(words), words), default=[])
    if len(quoted) >= TELLING_WORDS:
        return _hashed(" ".join(quoted))
    words = _words(body[:_LOOKED_AT_CHARACTERS], names)[:TEXT_WORDS] if body is not None else []
    return _hashed(" ".join(words) if words else text_sha256)


def recipients(headers: str) -> Collection[str]:
    """The words by which a mail's To field calls its recipients, folded."""
    found = _TO.search(headers)
    if found is None:
        return frozenset()
    named = (part.partition("@")[0] for part in found[1].split(","))  # the domain is not the recipient's name
    return frozenset(_letters(" ".join(named).casefold()))


def _words(text: str, names: Collection[str]) -> list[str]:
    folded = text.casefold()
    start = _GREETING.sub(r"\1", folded[:_GREETING_CHARACTERS], count=1)
    words = _letters(start + folded[_GREETING_CHARACTERS:])
    return [word for word in words if word not in names] if names else words


def _letters(folded: str) -> list[str]:
    """The runs of letters."""
    return folded.translate(_ASCII_LETTERS).split() if folded.isascii() else _WORD.findall(folded)


def _parted(mail: str) -> tuple[str, str]:
    """Headers and body of a mail."""
    end = _HEADERS_END.search(mail, 0, _HEADER_CHARACTERS)
    return (mail[: end.start()], mail[end.end() :]) if end is not None else ("", mail)


@lru_cache(maxsize=4096)
def _conversation(channel: str, who: str) -> int:
    """Few differ among many alerts, which share the number in memory."""
    return _hashed(f"{channel}\n{who.casefold()}")


def _hashed(text: str) -> int:
    data = text.encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(data, digest_size=_KEY_BYTES).digest()) & _SMALL
