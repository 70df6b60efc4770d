"""Senders who are not who they seem: what a person would check of a mail's address, name and reply address.

Names and addresses of honest mail are odd in many ways, so an oddness alone is a fact (`guardian.sender_facts`) and no
finding. A finding is what hardly any honest sender has; the rest counts only together with a plain ask for money or
codes. A sender that the owner has heard from before is doubted for fewer things.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from guardian.detectors.base import Detector, Evidence
from guardian.detectors.brands import belongs_to, has_mixed_scripts, imitation_of, is_own_domain, shown_name
from guardian.detectors.hosts import GOVERNMENT, registered_domain
from guardian.detectors.lookalikes import are_lookalikes, decoded_host
from guardian.detectors.mail_homes import is_free_mail, is_service
from guardian.detectors.phrases.asks import PLAIN_ASKS
from guardian.detectors.rulebook import PLAIN, WEAK, RuleBook
from guardian.detectors.sender_names import address_in, brand_in, claims_office, is_relayed
from guardian.finding import Finding, FindingKind, Span
from guardian.message import Channel, Format
from guardian.reading.envelope import Envelope
from guardian.sender_facts import Resemblance, SenderFacts

IMPERSONATION: Final = "impersonation"
FALSE_AUTHORITY: Final = "false_authority"

_FAMILIAR: Final = 3
"""Messages from an address before its oddness is its own."""
_HEADERS_BYTES: Final = 64 * 1024
_FROM: Final = re.compile(rb"(?im)^from[ \t]*:[ \t]*([^\r\n]+(?:\r?\n[ \t][^\r\n]*)*)")
_REPLY_TO: Final = re.compile(rb"(?im)^reply-to[ \t]*:[ \t]*([^\r\n]+(?:\r?\n[ \t][^\r\n]*)*)")
_LONGEST_QUOTE: Final = 300
_MACHINE: Final = re.compile(
    r"(?i)(?:no|do[._-]?not)[._-]?reply|notif|invit|mailer|bounce|calendar|forms?\b|share|alerts?"
)
_SHARED_LETTERS: Final = 3


@dataclass(frozen=True, slots=True)
class _Suspicion:
    tactic: str
    score: float
    say: str
    header: re.Pattern[bytes] = _FROM
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class _Sender:
    """One sender, taken apart."""

    local: str
    host: str
    name: str
    reply_host: str
    envelope: Envelope
    facts: SenderFacts

    @property
    def home(self) -> str:
        return registered_domain(self.host)

    @property
    def is_familiar(self) -> bool:
        return (self.facts.seen or 0) >= _FAMILIAR


class SenderDetector(Detector):
    """Finds senders that pose as somebody else."""

    name = "sender"

    def __init__(self) -> None:
        self._asks = RuleBook(PLAIN_ASKS)

    def detect(self, evidence: Evidence) -> list[Finding]:
        """At most one finding a tactic: `impersonation`, `false_authority`."""
        sender = _sender_of(evidence)
        if sender is None:
            return []
        found: dict[str, _Suspicion] = {}
        for suspicion in (*_of_itself(sender), *self._with_ask(sender, evidence)):
            best = found.get(suspicion.tactic)
            if best is None or suspicion.score > best.score:
                found[suspicion.tactic] = suspicion
        return [
            Finding(self.name, each.tactic, each.score, each.say, _spans(each, evidence), FindingKind.RULE)
            for each in found.values()
        ]

    def _with_ask(self, sender: _Sender, evidence: Evidence) -> Iterator[_Suspicion]:
        """What is no more than odd, and a plain ask beside it."""
        oddness = _oddness(sender)
        if not oddness:
            return
        for view in evidence.reading.visible:
            match = next((match for match in self._asks.matches(view.text) if match.score >= PLAIN), None)
            if match is not None:
                say = f"{oddness}, and asks for money or secrets"
                yield _Suspicion(IMPERSONATION, PLAIN, say, span=view.span(match.start, match.end))
                return


def _sender_of(evidence: Evidence) -> _Sender | None:
    reading, message = evidence.reading, evidence.message
    address = reading.sender or message.sender or ""
    local, at, host = address.rpartition("@")
    if message.channel is not Channel.INCOMING or not at:
        return None
    return _Sender(
        local=local.lower(),
        host=decoded_host(host.strip(" <>.")),
        name=reading.sender_name or "",
        reply_host=decoded_host((reading.reply_to or "").rpartition("@")[2]),
        envelope=reading.envelope or Envelope(),
        facts=evidence.sender or SenderFacts(address),
    )


def _of_itself(sender: _Sender) -> Iterator[_Suspicion]:
    """What hardly any honest sender has."""
    if len({registered_domain(decoded_host(each.rpartition("@")[2])) for each in sender.envelope.senders}) > 1 and (
        sender.envelope.from_headers > 1
    ):
        yield _Suspicion(IMPERSONATION, PLAIN, "names two senders, and which one you see depends on your program")
    if sender.facts.resembles is Resemblance.LETTERS:
        yield _Suspicion(IMPERSONATION, PLAIN, "comes from a domain that only looks like one that you know")
    elif sender.facts.resembles is Resemblance.ONE_LETTER:
        yield _Suspicion(IMPERSONATION, WEAK, "comes from a domain that is one letter off one that you know")
    if sender.reply_host and are_lookalikes(sender.host, sender.reply_host):
        say = "sends your answer to a domain that only looks like its sender's"
        yield _Suspicion(IMPERSONATION, PLAIN, say, _REPLY_TO)
    if sender.facts.is_disowned and is_own_domain(sender.host) and not sender.envelope.is_list:
        yield _Suspicion(IMPERSONATION, PLAIN, "does not come from the domain that it names: your mail server checked")
    yield from _of_domain(sender)
    yield from _of_name(sender)


def _of_domain(sender: _Sender) -> Iterator[_Suspicion]:
    if has_mixed_scripts(sender.host):
        yield _Suspicion(IMPERSONATION, PLAIN, "comes from a domain that mixes letters of several alphabets")
    imitation = imitation_of(sender.host)
    if imitation is not None and imitation.is_plain:
        yield _Suspicion(IMPERSONATION, PLAIN, f"comes from a domain that imitates {imitation.shown}")


def _of_name(sender: _Sender) -> Iterator[_Suspicion]:
    if is_relayed(sender.name) or sender.is_familiar:
        return
    yield from _address_in_name(sender)
    named = brand_in(sender.name)
    is_free = is_free_mail(sender.home)
    if named is not None and not _is_of(sender, named.brand):
        say = f"names itself {shown_name(named.brand)}, and its address is not theirs"
        if is_free or named.is_disguised:
            yield _Suspicion(IMPERSONATION, PLAIN, say)
        elif not sender.envelope.is_list and not is_service(sender.home):
            yield _Suspicion(IMPERSONATION, WEAK, say)
    if is_free and claims_office(sender.name):
        yield _Suspicion(FALSE_AUTHORITY, WEAK, "names itself an office of the state, and writes from a free mailbox")


def _address_in_name(sender: _Sender) -> Iterator[_Suspicion]:
    """A name that is somebody else's address, where nothing says why."""
    named = address_in(sender.name)
    if named is None or sender.envelope.is_list or _MACHINE.search(sender.local) or is_service(sender.home):
        return
    shown = registered_domain(decoded_host(named.host))
    is_own_company = is_own_domain(sender.host) and not is_free_mail(sender.home)
    if shown in (sender.home, registered_domain(sender.reply_host)) or is_own_company:
        return
    if _share(named.local, sender.local) or _share(shown.partition(".")[0], sender.local + sender.home):
        return  # a second address of the same person, or a firm's mailbox elsewhere
    say = "shows one address as its name and comes from another"
    yield _Suspicion(IMPERSONATION, PLAIN if is_own_domain(named.host) and not is_free_mail(shown) else WEAK, say)


def _share(one: str, other: str) -> bool:
    """Whether a word of one stands in the other."""
    words = [word for word in re.split(r"[\W_\d]+", one) if len(word) >= _SHARED_LETTERS]
    return any(word in other for word in words if word not in ("info", "mail", "office", "contact", "service"))


def _is_of(sender: _Sender, brand: str) -> bool:
    if GOVERNMENT.search(sender.home):
        return True
    is_free = is_free_mail(sender.home)
    if not belongs_to(sender.host, brand):
        return is_own_domain(sender.host) and not is_free  # Outlook is Microsoft's, and neither needs to pose
    return not is_free or _MACHINE.search(sender.local) is not None


def _oddness(sender: _Sender) -> str:
    """What is odd about the sender and may be honest all the same; empty for nothing."""
    if sender.facts.has_known_name:
        return "has the name of somebody you know, with an address that is new"
    is_many = sender.envelope.is_list
    if sender.facts.is_disowned and not is_many:
        return "does not come from the domain that it names, as your mail server found"
    imitation = imitation_of(sender.host)
    if imitation is not None and not sender.is_familiar:
        return f"comes from a domain with the name of {imitation.shown} in it"
    reply_home = registered_domain(sender.reply_host)
    if reply_home and reply_home != sender.home and is_free_mail(reply_home) and not is_free_mail(sender.home):
        return "sends your answer to a free mailbox and not to its sender"
    return ""


def _spans(suspicion: _Suspicion, evidence: Evidence) -> tuple[Span, ...]:
    """The header in which it stands, and the words that ask."""
    asked = (suspicion.span,) if suspicion.span is not None else ()
    raw = evidence.message.raw
    if evidence.message.format is not Format.MAIL:
        return asked
    ends = [end for end in (raw.find(b"\n\n"), raw.find(b"\r\n\r\n")) if end >= 0]
    match = suspicion.header.search(raw, 0, min([*ends, _HEADERS_BYTES, len(raw)]))
    if match is None:
        return asked
    start, end = match.start(1), min(match.end(1), match.start(1) + _LONGEST_QUOTE)
    quote = raw[start:end].decode("utf-8", "surrogateescape")
    return (Span(start, end, quote, "visible", exact=True), *asked)
