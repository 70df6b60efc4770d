"""What a display name claims: an address, a well-known company, an office of a state.

A name is what a sender types. Most odd ones are honest ("Ann via Docs", a shop that writes through a service, a second
address of a person), so a claim is read only where the whole name makes it.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from guardian.detectors.brands import brand_named, is_lure, needs_lure

_LONGEST_NAME: Final = 200
_MOST_BRAND_WORDS: Final = 3
_WORD: Final = re.compile(r"[^\W_]+")
_ADDRESS: Final = re.compile(r"([\w.+-]{1,64})@((?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24})")
_VIA: Final = re.compile(r"(?i)\b(?:via|through|über|par|por|przez|on behalf of|im auftrag von)\b")

_FILLER_LIST = (
    "a accounts ag alerts an assistance asistencia au bank bot care center centre client clients cliente clientes"
    " co com concierge corp correo customer customers de department der desk dept die do email eu express fr from"
    " gmbh head help helpdesk hr id inc info international it kunden kundendienst kundenservice klantenservice"
    " limited llc ltd mail member members messages nl no notice notification notifications noreply of office"
    " official online pay payments por postmaster premium prime protection pt rewards reply sa secure security"
    " service services servicio sicherheit soporte support system team the uk update updates us verify wallet"
    " webmail your zentrale zespół obsługa klienta équipe sécurité assistenza sicurezza"
)
_FILLERS: Final = frozenset(_FILLER_LIST.split())
"""Words beside a company's name that leave it the sender: everything else names a person, a place or a branch."""

_OFFICE: Final = re.compile(
    r"\b(?:fbi|federal bureau of investigation|interpol|europol|internal revenue service|irs|hmrc|hm revenue"
    r"|finanzamt|bundeszentralamt|bundeskriminalamt|bundespolizei|zollamt|inspector general"
    r"|gendarmerie|direction générale des finances|impots\.gouv|police nationale|police judiciaire"
    r"|agencia tributaria|policía nacional|guardia civil|seguridad social"
    r"|belastingdienst|openbaar ministerie|urząd skarbowy|komenda policji|ministerstwo \w+|agenzia delle entrate"
    r"|tax (?:office|authority)|revenue service|ministry of \w+|ministère \w+|ministerio de \w+"
    r"|department of (?:justice|homeland security|the treasury|state|revenue)|social security administration"
    r"|(?:federal|high|district|supreme|county) court|customs (?:office|service|authority)|border force"
    r"|federal police|metropolitan police|fraud squad)\b"
)
_CLUB: Final = re.compile(
    r"\b(?:club|verein|sport\w*|union|choir|band|fans?|museum|alumni|association|society|amis|amigos|orchest\w+)\b"
)


@dataclass(frozen=True, slots=True)
class NamedAddress:
    """A mail address that stands in a name."""

    local: str
    host: str


@dataclass(frozen=True, slots=True)
class NamedBrand:
    """A well-known company that a name claims to be."""

    brand: str
    is_disguised: bool
    """Whether it is spelled in letters that only look like its own."""


def plain_name(name: str) -> str:
    """A name as it is seen, in lower case, without characters that are not."""
    even = unicodedata.normalize("NFKC", name[:_LONGEST_NAME])
    return "".join(letter for letter in even if unicodedata.category(letter) != "Cf").casefold()


def is_relayed(name: str) -> bool:
    """Whether the name says that it comes by way of a service, such as "Ann via Docs"."""
    return _VIA.search(name[:_LONGEST_NAME]) is not None


def address_in(name: str) -> NamedAddress | None:
    """The first mail address in a name."""
    match = _ADDRESS.search(plain_name(name))
    return NamedAddress(match[1], match[2]) if match else None


def brand_in(name: str) -> NamedBrand | None:
    """The company that the whole name claims to be: its own, and nothing beside it but words such as `support`."""
    words = _WORD.findall(plain_name(name))[:12]
    for start in range(len(words)):
        for end in range(min(start + _MOST_BRAND_WORDS, len(words)), start, -1):
            brand = brand_named(words[start:end])
            if brand is None:
                continue
            rest = words[:start] + words[end:]
            if not all(word in _FILLERS or is_lure(word) or word.isdigit() for word in rest):
                continue
            is_disguised = "".join(words[start:end]) != brand
            if needs_lure(brand) and not rest and not is_disguised:
                return None  # people and pets are called Chase
            return NamedBrand(brand, is_disguised)
    return None


def claims_office(name: str) -> bool:
    """Whether the name claims to be an office of a state."""
    even = plain_name(name)
    return _OFFICE.search(even) is not None and _CLUB.search(even) is None
