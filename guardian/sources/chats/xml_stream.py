"""Elements of a big XML file that a stranger may have made, one after the other.

What makes XML dangerous is taken away before or inside the parser: a document type (with it every entity bomb and
external file) ends the reading; an attribute longer than asked for is cut before expat sees it, since expat holds a
whole tag in memory and, before 2.6.0, read it again for every piece (CVE-2023-52425); nesting is bounded.

SMS Backup & Restore writes emoji as references to two surrogates (`&#55357;&#56834;`), which no XML parser accepts:
they are put together here.

Invariants: memory is bounded by `MAX_TEXT_BYTES`, times the attributes of a tag, up to `LONGEST_TAG`; nothing but
`XmlError` is raised for what the file holds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO, Final
from xml.parsers import expat

from guardian.sources.chats.base import MAX_TEXT_BYTES

LONGEST_TAG: Final = 4 * MAX_TEXT_BYTES
DEEPEST: Final = 32
_CHUNK: Final = 1 << 16
_LONGEST_MARK: Final = len("<![CDATA[")
_LONGEST_REFERENCE: Final = 12
_REFERENCES: Final = re.compile(rb"(?:&#(?:[0-9]{1,7}|x[0-9a-fA-F]{1,6});)+")
_REFERENCE_BYTES: Final = len("&#55357;")
"""Of a reference to a surrogate, decimal or hexadecimal."""
_NO_CHARACTER: Final = 0xFFFD

Element = tuple[str, str, dict[str, str]]
"""What happens (`start` or `end`), the element's name, its attributes (none at the end)."""


class XmlError(Exception):
    """The file cannot be read from here on; the text says why, in one lower-case line that is safe to show."""


def xml_elements(stream: BinaryIO) -> Iterator[Element]:
    """Every start and end of an element. Raises XmlError; an OSError of the stream passes."""
    found: list[Element] = []
    parser = _parser(found)
    shortener, unread = _Shortener(), b""
    while True:
        chunk = stream.read(_CHUNK)
        text = unread + shortener.shortened(chunk)
        text, unread = _split(text) if chunk else (text, b"")
        try:
            parser.Parse(_characters(text), not chunk)
        except expat.ExpatError as error:
            yield from found
            raise XmlError(f"line {error.lineno} is no XML") from None
        except (ValueError, LookupError):
            raise XmlError("its encoding is not known") from None
        yield from found
        found.clear()
        if not chunk:
            return


def _parser(found: list[Element]) -> expat.XMLParserType:
    parser = expat.ParserCreate()
    depth = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > DEEPEST:
            raise XmlError("its elements are nested too deeply")
        found.append(("start", name, attributes))

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        found.append(("end", name, {}))

    def refuse(*_: object) -> None:
        raise XmlError("it declares a document type, which no export needs")

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = refuse
    return parser


def _split(text: bytes) -> tuple[bytes, bytes]:
    """`text` up to a reference that may go on in the next piece, and the rest."""
    at = text.rfind(b"&", max(0, len(text) - _LONGEST_REFERENCE))
    if at < 0:
        return text, b""
    before = text[max(0, at - _REFERENCE_BYTES) : at]
    if _REFERENCES.fullmatch(before) and _is_high(_codes(before)[-1]):
        at -= len(before)
    return text[:at], text[at:]


def _characters(text: bytes) -> bytes:
    """References to pairs of surrogates as the character that they mean, and to what is none as U+FFFD."""

    def put_together(found: re.Match[bytes]) -> bytes:
        out: list[int] = []
        for code in _codes(found.group()):
            if out and _is_high(out[-1]) and 0xDC00 <= code < 0xE000:
                out[-1] = 0x10000 + ((out[-1] - 0xD800) << 10) + (code - 0xDC00)
            else:
                out.append(code)
        return b"".join(b"&#%d;" % (code if _is_character(code) else _NO_CHARACTER) for code in out)

    return _REFERENCES.sub(put_together, text) if b"&#" in text else text


def _codes(references: bytes) -> list[int]:
    words = references.removesuffix(b";").split(b";")
    return [int(word[3:], 16) if word[2:3] == b"x" else int(word[2:]) for word in words]


def _is_high(code: int) -> bool:
    return 0xD800 <= code < 0xDC00


def _is_character(code: int) -> bool:
    """XML 1.0, production 2."""
    return code in (9, 10, 13) or 0x20 <= code < 0xD800 or 0xE000 <= code < 0xFFFE or 0x10000 <= code < 0x110000


class _Shortener:
    """Cuts the values of attributes that are too long, in a stream of pieces; everything else passes unchanged."""

    _MARKS: Final = {
        "text": re.compile(rb"<!--|<!\[CDATA\[|<\?|<"),
        "tag": re.compile(rb"[\"'>]"),
        '"': re.compile(rb'"'),
        "'": re.compile(rb"'"),
        "<!--": re.compile(rb"-->"),
        "<![CDATA[": re.compile(rb"\]\]>"),
        "<?": re.compile(rb"\?>"),
    }

    def __init__(self) -> None:
        self._state = "text"
        self._held = b""
        self._value_bytes = self._tag_bytes = 0

    def shortened(self, chunk: bytes) -> bytes:
        """The next piece; empty for the end."""
        text, self._held = self._held + chunk, b""
        out: list[bytes] = []
        at = 0
        while found := self._next_mark(text, at, is_last=not chunk):
            out += [self._passed(text[at : found.start()]), found.group()]
            self._step(found.group())
            at = found.end()
        end = self._end(text, at) if chunk else len(text)
        out.append(self._passed(text[at:end]))
        self._held = text[end:]
        return b"".join(out)

    def _next_mark(self, text: bytes, at: int, *, is_last: bool) -> re.Match[bytes] | None:
        """The next mark; none where it may yet become another one with the next piece."""
        found = self._MARKS[self._state].search(text, at)
        is_open = found and not is_last and found.group() == b"<" and len(text) - found.start() < _LONGEST_MARK
        return None if is_open else found

    def _end(self, text: bytes, at: int) -> int:
        """Where the piece ends that may be let go: what could be the beginning of a mark waits for the next piece."""
        if self._state == "text":
            begun = text.find(b"<", at)
            return len(text) if begun < 0 else begun
        return len(text) if self._state in ("tag", '"', "'") else max(at, len(text) - 2)

    def _passed(self, piece: bytes) -> bytes:
        if self._state not in ("tag", '"', "'"):
            return piece
        self._tag_bytes += len(piece)
        if self._state == "tag":
            if self._tag_bytes > LONGEST_TAG:
                raise XmlError(f"an element is longer than {LONGEST_TAG:,} bytes")
            return piece
        room = max(0, MAX_TEXT_BYTES - self._value_bytes)
        self._value_bytes += len(piece)
        if len(piece) <= room:
            return piece
        self._tag_bytes -= len(piece) - room
        kept = piece[:room]
        reference = kept.rfind(b"&", max(0, len(kept) - _LONGEST_REFERENCE))
        kept = kept[:reference] if reference >= 0 and b";" not in kept[reference:] else kept
        return kept.decode("utf-8", "ignore").encode() if kept else kept

    def _step(self, mark: bytes) -> None:
        if self._state == "text":
            self._state = {b"<": "tag"}.get(mark, mark.decode())
            self._tag_bytes = 0
        elif self._state == "tag":
            self._value_bytes = 0
            self._state = "text" if mark == b">" else mark.decode()
        else:
            self._state = "tag" if self._state in ('"', "'") else "text"
