"""Zones of a mail's text: what is quoted, what is passed on, what is a signature or the footer of a list.

A zone says how a text is laid out and nothing of who wrote it: a sender may write a quotation that nobody ever said,
so all of the text is judged all the same. Vetoes and quotes in an explanation may look at zones, for reasons of their
own.

Forms: `>` (RFC 3676), the lines that mail programs put before what they quote, in English, German, French, Spanish,
Portuguese, Italian, Dutch, Polish and Swedish; `-- ` (RFC 3676 4.3); the footers of Mailman, Google Groups and their
like.

Invariants: zones of one text do not overlap and stand in order; the cost is linear in the text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class ZoneKind(StrEnum):
    """What a stretch of text is laid out as."""

    QUOTE = "quote"
    """From an earlier message, which this one answers."""
    FORWARD = "forward"
    """A message that this one passes on: it is there to be read."""
    SIGNATURE = "signature"
    FOOTER = "footer"
    """Of a mailing list or a firm: how to leave, whom it is meant for."""


@dataclass(frozen=True, slots=True)
class Zone:
    """A stretch of whole lines of one view."""

    kind: ZoneKind
    start: int
    """First character."""
    end: int
    """One past the last character."""


_LONGEST_LINE: Final = 300
"""Characters of a line that are looked at."""
_WROTE: Final = re.compile(
    r"(?:on|le|am|el|em|il|op|w dniu|dnia|den|em|at|no dia)\b.{4,240}?"
    r"\b(?:wrote|writes|a écrit|schrieb(?: .{1,80})?|escribió|escreveu|ha scritto|schreef(?: .{1,80})?"
    r"|napisał(?:\(a\)|a)?"
    r"|pisze|skrev(?: .{1,80})?|kirjoitti)\s*:?\s*$"
    r"|.{3,120} (?:wrote|a écrit|schrieb|escribió|escreveu|ha scritto|schreef|napisał\(?a?\)?|skrev)(?: (?:on|am|le"
    r"|el) .{6,80})?\s*:$",
    re.IGNORECASE,
)
"""One line that names who said what follows, or two that were folded to one."""
_WROTE_BEGINS: Final = re.compile(r"(?:on|le|am|el|em|il|op|w dniu|dnia|den) .{0,60}\d{1,4}\b", re.IGNORECASE)
_ORIGINAL: Final = re.compile(
    r"[-_=\s]{2,}\s*(?:original message|original appointment|ursprüngliche nachricht|originalnachricht"
    r"|message d'origine"
    r"|message original|mensaje original|mensagem original|messaggio originale|oorspronkelijk bericht"
    r"|(?:wiadomość oryginalna|oryginalna wiadomość)|ursprungligt meddelande|reply message)\s*[-_=\s]*$",
    re.IGNORECASE,
)
_FORWARDED: Final = re.compile(
    r"(?:[-_=\s]{2,}\s*(?:forwarded message|forwarded by .{1,80}|weitergeleitete nachricht|message transféré"
    r"|mensaje reenviado"
    r"|mensagem encaminhada|messaggio inoltrato|doorgestuurd bericht|wiadomość przekazana|przekazana wiadomość"
    r"|vidarebefordrat meddelande)\b.{0,80}"
    r"|begin forwarded message|anfang der weitergeleiteten nachricht|début du message réexpédié"
    r"|inizio messaggio inoltrato"
    r"|begin doorgestuurd bericht|inicio del mensaje reenviado)[-_=:\s]*$",
    re.IGNORECASE,
)
_HEADER: Final = re.compile(
    r"[*_]{0,2}(from|sent|to|subject|date|cc|von|gesendet|datum|an|betreff|de|envoyé|date|à|objet|enviado(?: el)?"
    r"|fecha|para"
    r"|asunto|assunto|data|da|inviato|oggetto|a|van|verzonden|aan|onderwerp|od|wysłano|wysłane|do|temat|från"
    r"|skickat|till"
    r"|ämne)\s*[*_]{0,2}\s?:[*_]{0,2}\s",
    re.IGNORECASE,
)
_FROM_WORDS: Final = frozenset({"from", "von", "de", "da", "van", "od", "från"})
_FEWEST_HEADERS: Final = 3
"""Lines of a block that begin like headers, the first one with who wrote, before it is Outlook's quotation."""
_FOOTER: Final = re.compile(
    r"_{20,}\s*$|-{20,}\s*$"
    r"|(?:to )?unsubscribe\b|you (?:are receiving|received|have received) this (?:e-?mail|message|newsletter)"
    r"|.{0,60}mailing list$"
    r"|(?:this|the (?:information|contents?) (?:in|of) this) (?:e-?mail|message|communication)\b.{0,80}"
    r"(?:confidential|privileged|intended)|confidentiality notice|disclaimer\b|legal notice"
    r"|diese (?:e-?mail|nachricht) (?:enthält|ist|und|kann).{0,60}(?:vertraulich|bestimmt)|abmelden\b"
    r"|newsletter abbestellen"
    r"|ce (?:message|courriel).{0,60}confidentiel|se désabonner|désinscription"
    r"|este (?:mensaje|correo|e-?mail).{0,60}confidencial|darse de baja|aviso legal"
    r"|dit (?:e-?mail)?bericht.{0,60}(?:vertrouwelijk|bestemd)|afmelden|uitschrijven"
    r"|(?:ta|niniejsza) wiadomość.{0,60}(?:poufn|przeznaczon)|wypisz się",
    re.IGNORECASE,
)
_FEWEST_FOOTER_SHARE: Final = 0.3
"""Where in the text a footer may begin at the earliest: words about leaving a list stand in letters too."""
_LONGEST_SIGNATURE_LINES: Final = 15


def zones_of(text: str) -> tuple[Zone, ...]:
    """The zones of one view's text, in order."""
    lines = _lines(text)
    zones: list[Zone] = []
    number = 0
    while number < len(lines):
        found = _zone_at(text, lines, number)
        if found is None:
            number += 1
            continue
        kind, last = found
        zones.append(Zone(kind, lines[number][0], lines[last - 1][1]))
        number = last
    return tuple(zones)


def zone_at(zones: tuple[Zone, ...], start: int, end: int) -> Zone | None:
    """The zone in which the characters `start` to `end` stand whole, or None."""
    return next((zone for zone in zones if zone.start <= start and end <= zone.end), None)


def _lines(text: str) -> list[tuple[int, int]]:
    found, start = [], 0
    while start < len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end + 1
        found.append((start, end))
        start = end
    return found


def _zone_at(text: str, lines: list[tuple[int, int]], number: int) -> tuple[ZoneKind, int] | None:
    """Kind of the zone that begins in this line, and the line behind it."""
    line = _shown(text, lines[number])
    if not line.strip():
        return None
    if line.lstrip(" \t").startswith(">"):
        return ZoneKind.QUOTE, _behind_marks(text, lines, number)
    even = line.strip()
    if line.rstrip("\r\n") in ("-- ", "--"):
        return ZoneKind.SIGNATURE, _behind_signature(text, lines, number)
    if _FORWARDED.match(even):
        return ZoneKind.FORWARD, len(lines)
    if _ORIGINAL.match(even) or _is_header_block(text, lines, number):
        return ZoneKind.QUOTE, len(lines)
    attribution = _attribution(text, lines, number)
    if attribution:
        behind = _skip_empty(text, lines, attribution)
        is_marked = behind < len(lines) and _shown(text, lines[behind]).lstrip(" \t").startswith(">")
        return ZoneKind.QUOTE, _behind_marks(text, lines, behind) if is_marked else len(lines)
    if lines[number][0] >= _FEWEST_FOOTER_SHARE * len(text) and _FOOTER.match(even):
        return ZoneKind.FOOTER, _behind_footer(text, lines, number)
    return None


def _shown(text: str, line: tuple[int, int]) -> str:
    return text[line[0] : min(line[1], line[0] + _LONGEST_LINE)]


def _attribution(text: str, lines: list[tuple[int, int]], number: int) -> int:
    """The line behind "On ... wrote:", which may take two lines; 0 where there is none."""
    line = _shown(text, lines[number]).strip()
    if _WROTE.match(line):
        return number + 1
    if number + 1 < len(lines) and _WROTE_BEGINS.match(line):
        both = f"{line} {_shown(text, lines[number + 1]).strip()}"
        if _WROTE.match(both[: 2 * _LONGEST_LINE]):
            return number + 2
    return 0


def _is_header_block(text: str, lines: list[tuple[int, int]], number: int) -> bool:
    """Whether Outlook's block of headers begins here: who wrote, then when, to whom, and what about."""
    first = _HEADER.match(_shown(text, lines[number]).lstrip())
    if first is None or first[1].lower() not in _FROM_WORDS:
        return False
    block = (_shown(text, line).lstrip() for line in lines[number : number + 6])
    return len({match[1].lower() for line in block if (match := _HEADER.match(line))}) >= _FEWEST_HEADERS


def _behind_marks(text: str, lines: list[tuple[int, int]], number: int) -> int:
    """The line behind a run of lines that begin with `>`; empty lines inside it belong to it."""
    last = number
    while number < len(lines):
        line = _shown(text, lines[number]).lstrip(" \t")
        if line.startswith(">"):
            last = number + 1
        elif line.strip():
            break
        number += 1
    return last


def _skip_empty(text: str, lines: list[tuple[int, int]], number: int) -> int:
    while number < len(lines) and not _shown(text, lines[number]).strip():
        number += 1
    return number


def _behind_signature(text: str, lines: list[tuple[int, int]], number: int) -> int:
    """The line behind a signature: it ends at a quotation, a footer, or where it has gone on for too long."""
    most = min(number + 1 + _LONGEST_SIGNATURE_LINES, len(lines))
    for behind in range(number + 1, most):
        line = _shown(text, lines[behind]).strip()
        if line.startswith(">") or _FOOTER.match(line) or _ORIGINAL.match(line) or _FORWARDED.match(line):
            return behind
        if _attribution(text, lines, behind) or _is_header_block(text, lines, behind):
            return behind
    return most


def _behind_footer(text: str, lines: list[tuple[int, int]], number: int) -> int:
    """The line behind a footer: it ends where a quotation begins."""
    for behind in range(number + 1, len(lines)):
        line = _shown(text, lines[behind]).strip()
        if line.startswith(">") or _ORIGINAL.match(line) or _FORWARDED.match(line):
            return behind
    return len(lines)
