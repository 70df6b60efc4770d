"""Links that are not what they seem: shown and real host differ, or the host imitates a well-known name.

Looks at every link and form of an HTML part and at every address that stands in a text. Uses no network.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import unquote

from guardian.detectors.base import Detector, Evidence
from guardian.detectors.brands import has_mixed_scripts, imitation_of
from guardian.detectors.hosts import Address, ip_of, is_at_home, read_address
from guardian.detectors.passages import plain
from guardian.detectors.rulebook import PLAIN, WEAK
from guardian.finding import Finding, FindingKind, Span
from guardian.message import Format
from guardian.reading.base import Link, LinkKind

TACTIC: Final = "deceptive_link"

_ADDRESS_PATTERN: Final = (
    r"(?i)(?:\b(?:https?|hxxps?)://|\bwww\.)[^\s<>\"'`]+"  # what every mail program turns into a link
    r"|[a-z0-9_\x{80}-\x{10ffff}-]+(?:\.[a-z0-9_\x{80}-\x{10ffff}-]+)+(?:/[^\s<>\"'`]*)?"  # a bare host, as in an SMS
)
_SUFFIX_LIST = (
    "app bank bid biz blog buzz cam cfd click club com company dev digital email example finance fun gov group"
    " help homes icu info invalid ink jobs life link live loan lol london ltd men mobi monster name net news one"
    " online org page pics pro pub quest report rest review rocks sbs shop site skin social space store stream"
    " studio support surf team tech test today tokyo top trade uno vip wang website win work works world wtf xyz"
    " zone"
)
_SUFFIXES: Final = frozenset(_SUFFIX_LIST.split())
"""Endings of more than two letters by which a bare word with dots counts as an address."""
_DISPLAY_LIST = (
    "com net org gov edu info biz eu uk de fr es it nl be ch at se no dk fi ie pt cz gr ro hu us ca au nz jp br"
    " mx za example test bank online shop site app io"
)
_DISPLAY_SUFFIXES: Final = frozenset(_DISPLAY_LIST.split())
"""Endings by which a link's text counts as an address; `README.md` and `script.py` do not."""

_WRAPPER_LIST = (
    "safelinks.protection.outlook.com urldefense.com urldefense.proofpoint.com protect-eu.mimecast.com protect-"
    " us.mimecast.com linkprotect.cudasvc.com list-manage.com sendgrid.net mailchi.mp awstrack.me hubspotlinks.com"
    " hs-sites.com mandrillapp.com sparkpostmail.com exct.net click.email rs6.net createsend.com cmail19.com"
    " cmail20.com t.co lnkd.in mjt.lu sendibm1.com r.mailjet.com klclick.com ctrk.klclick.com customeriomail.com"
    " substack.com mailgun.org emltrk.com"
)
_WRAPPERS: Final = tuple(_WRAPPER_LIST.split())
"""Services that carry a reader on to where the text says: mail filters and senders of newsletters."""

_SCHEME: Final = re.compile(r"[\x00-\x20]*([a-zA-Z][a-zA-Z0-9+.-]{0,30}):(.{0,400})", re.DOTALL)
_RUNS_NOTHING: Final = re.compile(r"\s*(?:void\s*\(?\s*[0'\"]*\s*\)?|;|//|return\s+false|history\.back\(\))?\s*;?\s*")
"""What ordinary pages write where a link is only a button."""
_PROGRAM_LIST = "ms-msdt ms-officecmd ms-appinstaller search-ms ms-search shell vbscript"
_OPENS_PROGRAMS: Final = frozenset(_PROGRAM_LIST.split())
"""Schemes by which a click runs a program."""
_INVISIBLE: Final = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff\u034f\u180e"))
_DOTS: Final = str.maketrans("\u3002\uff61\u2024\u2215\u2044", "...//")
"""What a reader takes for a dot or a slash (IDNA: UTS 46)."""

_MOST_SPANS: Final = 6


@dataclass(frozen=True, slots=True)
class _Suspicion:
    score: float
    say: str
    span: Span


class LinksDetector(Detector):
    """Finds links that lead elsewhere than they seem to."""

    name = "links"

    def __init__(self) -> None:
        self._pattern: Any = None

    def detect(self, evidence: Evidence) -> list[Finding]:
        """At most one finding, `deceptive_link`, strongest link first."""
        found = [*self._of_links(evidence), *self._of_text(evidence)]
        if not found:
            return []
        ranked = sorted(found, key=lambda suspicion: -suspicion.score)
        spans = tuple(dict.fromkeys(suspicion.span for suspicion in ranked))[:_MOST_SPANS]
        return [Finding(self.name, TACTIC, ranked[0].score, ranked[0].say, spans, FindingKind.RULE)]

    def _of_links(self, evidence: Evidence) -> Iterator[_Suspicion]:
        for link in evidence.reading.links:
            verdict = _judged(link, evidence)
            if verdict is not None:
                yield _Suspicion(*verdict, link.span)

    def _of_text(self, evidence: Evidence) -> Iterator[_Suspicion]:
        if self._pattern is None:
            import re2

            options = re2.Options()
            options.log_errors = False
            self._pattern = re2.compile(_ADDRESS_PATTERN, options)
        for view in evidence.reading.views:
            text = plain(view.text)
            if view.seam or ("." not in text and "//" not in text):
                continue
            judged: dict[str, tuple[float, str] | None] = {}
            for match in self._pattern.finditer(text):
                start, end = match.span()
                if (start and text[start - 1] in "@/\\.-_") or text[end : end + 1] == "@":
                    continue  # part of a mail address, a path or a longer word
                written = text[start:end].rstrip(".,;:!?)]}'\"*")
                if written not in judged:
                    address = read_address(written)
                    judged[written] = (
                        _suspect(address) if address is not None and _is_address(written, address) else None
                    )
                verdict = judged[written]
                if verdict is not None:
                    yield _Suspicion(*verdict, view.span(start, start + len(written)))


def _judged(link: Link, evidence: Evidence) -> tuple[float, str] | None:
    """Score and sentence for a link or a form; None for an ordinary one."""
    if link.target.startswith("\\\\"):  # a share of Windows, which is sent the owner's name and the hash of a password
        return PLAIN, "has a link to a file on another machine"
    target = read_address(link.target)
    if target is None:
        return _odd_scheme(link)
    if link.kind is LinkKind.LINK:
        return _mismatch(link.text, target) or _suspect(target)
    if link.kind is LinkKind.PASSWORD_FORM and not _is_relative(link.target):
        is_known = target.registered in _own_domains(evidence)
        score = WEAK if is_known and evidence.message.format is not Format.MAIL else PLAIN
        return score, "has a form that sends your password to an address in it"
    if _is_relative(link.target):
        return None
    in_mail = (WEAK, "opens another page by itself") if evidence.message.format is Format.MAIL else None
    return _suspect(target) or (in_mail if link.kind is LinkKind.REFRESH else None)


def _own_domains(evidence: Evidence) -> frozenset[str]:
    """The domains that the rest of the page links to, such as those of a login page that was saved."""
    addresses = (read_address(link.target) for link in evidence.reading.links if link.kind is LinkKind.LINK)
    return frozenset(address.registered for address in addresses if address is not None)


def _is_relative(target: str) -> bool:
    """Whether a target stays on the site that it is on."""
    return "//" not in target.replace("\\", "/").partition("?")[0] and not target.lower().startswith("www.")


def _odd_scheme(link: Link) -> tuple[float, str] | None:
    """Score and sentence for a target that is no address on the web."""
    scheme = _SCHEME.match(link.target)
    if scheme is None:
        return None
    name, rest = scheme[1].lower(), scheme[2]
    if name == "file":  # a path of the writer's own machine is what Word leaves behind
        is_elsewhere = re.match(r"[/\\]{2}(?![/\\]|localhost)|[/\\]{4}", rest) is not None
        return (PLAIN, "has a link to a file on another machine") if is_elsewhere else None
    if name in _OPENS_PROGRAMS:
        return PLAIN, "has a link that starts a program in place of opening a page"
    if name == "data":
        kind = rest.lower()
        is_page = kind.startswith(("text/html", "image/svg", "application/xhtml", "text/xml", "application/javascript"))
        return (PLAIN, "has a link that holds a whole page in place of an address") if is_page else None
    if name == "javascript":
        is_idle = _RUNS_NOTHING.fullmatch(unquote(rest)) is not None
        return None if is_idle else (WEAK, "has a link that runs code in place of opening a page")
    if name == "mailto" and link.kind is LinkKind.PASSWORD_FORM:
        return PLAIN, "has a form that sends your password to an address in it"
    return None


def _suspect(address: Address) -> tuple[float, str] | None:
    """Score and sentence for an address that is suspect in itself."""
    if "." in address.userinfo.split(":")[0] and read_address(address.userinfo.split(":")[0]) is not None:
        return PLAIN, "has a link that names one site before an @ and goes to another"
    number = ip_of(address.host)
    if number is not None:
        if str(number) != address.host:
            return PLAIN, "has a link that hides its host behind a number"
        return None if is_at_home(number) else (WEAK, "has a link to a bare number in place of a name")
    if has_mixed_scripts(address.host):
        return PLAIN, "has a link whose address mixes letters of several alphabets"
    imitation = imitation_of(address.host)
    if imitation is None:
        return None
    return (PLAIN if imitation.is_plain else WEAK), f"has a link whose address imitates {imitation.shown}"


def _mismatch(text: str, target: Address) -> tuple[float, str] | None:
    """Score and sentence where the link's text shows an address of somebody else than its target."""
    shown = _shown_address(text)
    if shown is None or shown.registered == target.registered:
        return None
    if any(target.host == wrapper or target.host.endswith("." + wrapper) for wrapper in _WRAPPERS):
        return None
    if target.host == "www.google.com" and target.rest.startswith("/url?"):
        return None
    name, _, ending = target.registered.partition(".")
    if shown.registered.split(".")[0] == name and (len(ending) == 2 or ending in {"com", "net", "org", "eu"}):
        return None  # the same name in another country: shop.de and shop.com
    if shown.registered in unquote(target.rest):
        return WEAK, "has a link that goes to the address it shows by way of another"
    return PLAIN, "has a link that shows one address and goes to another"


def _is_address(written: str, address: Address) -> bool:
    """Whether words in a text are an address: with a scheme or www always, else by a known ending."""
    ending = address.host.rsplit(".", 1)[-1]
    return (
        written[:3].lower() in {"htt", "hxx", "www"} or ending in _SUFFIXES or (len(ending) == 2 and ending.isalpha())
    )


def _shown_address(text: str) -> Address | None:
    """The address that a link's text shows, or None where the text is no address."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text.translate(_INVISIBLE).translate(_DOTS))
    words = plain(text).split()
    shown = next((word for word in words if word.lower().startswith(("http://", "https://", "www."))), None)
    if shown is None and len(words) == 1:
        shown = words[0]
    if shown is None or "@" in shown:
        return None
    address = read_address(shown)
    if address is None or address.host.rsplit(".", 1)[-1] not in _DISPLAY_SUFFIXES:
        return None
    return address
