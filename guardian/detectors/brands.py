"""Names that tricksters borrow, whose addresses are really theirs, and how an address imitates them.

The names are those that the yearly reports on phishing name most (APWG, Check Point, Netcraft, 2022 to 2026).
A name that is an ordinary word (apple, booking, chase) imitates only together with a lure such as `login`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from guardian.detectors.hosts import GOVERNMENT, registered_domain

# Name: the domains that are its own beside <name>.com and <name>.<country>. `shown` is how Guardian writes it.
_BRANDS: Final[dict[str, tuple[str, str]]] = {
    "adobe": ("Adobe", "adobesign.com"),
    "airbnb": ("Airbnb", "abnb.me muscache.com"),
    "aliexpress": ("AliExpress", "aliexpress.ru"),
    "amazon": ("Amazon", "amazonaws.com amzn.to amzn.eu a.co media-amazon.com aboutamazon.com amazonpay.com"),
    "apple": ("Apple", "icloud.com apple.co"),
    "appleid": ("Apple", "apple.com icloud.com"),
    "bankofamerica": ("Bank of America", "bofa.com"),
    "barclays": ("Barclays", "barclaycard.co.uk barclays.co.uk"),
    "bbva": ("BBVA", ""),
    "binance": ("Binance", "binance.us"),
    "booking": ("Booking.com", ""),
    "capitalone": ("Capital One", ""),
    "chase": ("Chase", ""),
    "citibank": ("Citibank", "citi.com"),
    "coinbase": ("Coinbase", ""),
    "commerzbank": ("Commerzbank", ""),
    "correos": ("Correos", ""),
    "deutschebank": ("Deutsche Bank", "deutsche-bank.de db.com"),
    "dhl": ("DHL", "dhlparcel.co.uk dhlecommerce.com dhlexpress.com"),
    "discord": ("Discord", "discord.gg discordapp.com discordapp.net"),
    "docusign": ("DocuSign", "docusign.net"),
    "dpd": ("DPD", "dpdgroup.com dpd.co.uk dpdlocal.co.uk"),
    "dropbox": ("Dropbox", "dropboxusercontent.com db.tt"),
    "ebay": ("eBay", "ebaystatic.com ebayimg.com ebay-kleinanzeigen.de"),
    "evri": ("Evri", ""),
    "facebook": ("Facebook", "fb.com fb.me facebookmail.com facebookbrand.com"),
    "fedex": ("FedEx", ""),
    "google": (
        "Google",
        "goo.gl googleapis.com googleusercontent.com googleblog.com withgoogle.com googlemail.com googlegroups.com",
    ),
    "hmrc": ("HMRC", "hmrc.gov.uk"),
    "hsbc": ("HSBC", "hsbcnet.com"),
    "icloud": ("iCloud", "apple.com"),
    "instagram": ("Instagram", "instagr.am cdninstagram.com"),
    "interac": ("Interac", ""),
    "kraken": ("Kraken", ""),
    "laposte": ("La Poste", "laposte.net"),
    "ledger": ("Ledger", ""),
    "linkedin": ("LinkedIn", "lnkd.in licdn.com"),
    "lloydsbank": ("Lloyds Bank", "lloydsbank.co.uk"),
    "metamask": ("MetaMask", "metamask.io"),
    "microsoft": (
        "Microsoft",
        "microsoftonline.com office.com live.com outlook.com windows.com msn.com azure.com sharepoint.com aka.ms",
    ),
    "monzo": ("Monzo", "monzo.me"),
    "natwest": ("NatWest", ""),
    "netflix": ("Netflix", "nflxext.com nflximg.net"),
    "nordea": ("Nordea", ""),
    "office365": ("Microsoft", "office.com microsoft.com"),
    "m365": ("Microsoft", "microsoft.com"),
    "outlook": ("Outlook", "office.com live.com"),
    "paypal": ("PayPal", "paypal.me paypalobjects.com paypal-corp.com"),
    "postbank": ("Postbank", ""),
    "rabobank": ("Rabobank", ""),
    "revolut": ("Revolut", "revolut.me"),
    "royalmail": ("Royal Mail", ""),
    "santander": ("Santander", ""),
    "sparkasse": ("Sparkasse", ""),
    "spotify": ("Spotify", "spotifycdn.com scdn.co spoti.fi"),
    "steam": ("Steam", "steampowered.com"),
    "steamcommunity": ("Steam", "steampowered.com"),
    "swisspost": ("Swiss Post", "post.ch"),
    "telegram": ("Telegram", "telegram.org telegram.me t.me"),
    "tikkie": ("Tikkie", "tikkie.me"),
    "tiktok": ("TikTok", "tiktokcdn.com"),
    "trezor": ("Trezor", "trezor.io"),
    "trustwallet": ("Trust Wallet", ""),
    "usps": ("USPS", "uspsoig.gov"),
    "vinted": ("Vinted", ""),
    "wellsfargo": ("Wells Fargo", "wf.com"),
    "whatsapp": ("WhatsApp", "wa.me whatsapp.net"),
}
_ORDINARY_LIST = "adobe amazon apple booking chase discord interac kraken ledger monzo outlook steam telegram"
_ORDINARY_WORDS: Final = frozenset(_ORDINARY_LIST.split())
_LURE_LIST = (
    "access account accounts activate alert appeal auth authenticate bank billing block blocked cancel card case"
    " center centre check claim client confirm confirmation copyright customer customs deliver delivery deposit"
    " dispute fee form free gift help helpdesk home id identity info invoice limited lock locked log login logon"
    " mail manage member my notice notification online order page parcel pay payee payment portal post prize"
    " profile receive recover recovery redeliver redelivery refund release renew renewal reset resolve restore"
    " return reward secure secured security service services session settle sign signin sms ssl status support"
    " survey suspend tax team ticket track tracking transfer unlock unusual update upgrade validate verification"
    " verify wallet web webmail 365 24 2fa"
)
_LURES: Final = frozenset(_LURE_LIST.split())
_SERVICE_DESK_LIST = (
    "atlassian.net auth0.com freshdesk.com github.io greenhouse.io intercom.help lever.co myshopify.com okta.com"
    " slack.com statuspage.io zendesk.com workday.com myworkdayjobs.com"
)
_SERVICE_DESKS: Final = frozenset(_SERVICE_DESK_LIST.split())
"""Firms rent a name of their own under these."""

_PAIRS: Final = "0o1l3e4a5s7t9gаaеeоoрpсcуyхxіiѕsјjԁdһhкkмmтtпnвbнhгrԛqԝwιiѵvαaβbεeκkνvοoρpτtυuχxıi"
_LOOKALIKE: Final = str.maketrans(_PAIRS[::2], _PAIRS[1::2])
"""Digits and Cyrillic or Greek letters, and the Latin letters that they pass for (Unicode UTS 39, a small cut)."""

_HOME_SUFFIX: Final = re.compile(r"(?:com|example|[a-z]{2}|(?:co|com|gov)\.[a-z]{2})$")
"""Where firms with a name have it as their own; `example` is reserved for texts about addresses (RFC 2606)."""
_PARTS: Final = re.compile(r"[-_.]+|(?<=\D)(?=\d)")


@dataclass(frozen=True, slots=True)
class Imitation:
    """How a host imitates a name."""

    shown: str
    """The name that it imitates, as Guardian writes it."""
    is_plain: bool
    """Whether it can hardly be anything else; False where an honest site might be called so."""


def imitation_of(host: str) -> Imitation | None:
    """The well-known name that a host imitates without belonging to it, or None. `host` as `read_address` gives it."""
    domain = registered_domain(host)
    if GOVERNMENT.search(domain) or domain in _SERVICE_DESKS or _is_own(domain):
        return None
    labels = host.split(".")
    own_label = domain.split(".")[0]
    inside = labels[: len(labels) - len(domain.split("."))]
    has_lure = any(_has_lure(label) for label in labels[:-1])
    return (
        _spelled(own_label, has_lure)
        or _in_subdomain(inside, has_lure)
        or _mistyped(own_label, has_lure)
        or _state(own_label, has_lure)
    )


def brand_named(words: Sequence[str]) -> str | None:
    """The well-known name that a run of words spells, plainly or in look-alike letters, in lower case; else None."""
    joined = "".join(words)
    folded = fold_label(joined)
    return joined if joined in _BRANDS else folded if folded in _BRANDS else None


def shown_name(brand: str) -> str:
    """How Guardian writes a name that `brand_named` gave."""
    return _BRANDS[brand][0]


def belongs_to(host: str, brand: str) -> bool:
    """Whether a host is the brand's own, or that of somebody who has its name in theirs (a subsidiary, a fan)."""
    domain = registered_domain(host)
    label, _, _ = domain.partition(".")
    shown = _BRANDS[brand][0]
    kin = [name for name, (its_shown, _) in _BRANDS.items() if its_shown == shown or name == brand]
    own = {each for name in kin for each in _BRANDS[name][1].split()}
    return domain in own or any(name in label.replace("-", "") for name in kin)


def is_own_domain(host: str) -> bool:
    """Whether a host is under a domain that belongs to one of the well-known names."""
    return _is_own(registered_domain(host))


def is_lure(word: str) -> bool:
    """Whether a word is one that imitators put beside a name: `support`, `billing`."""
    return word in _LURES


def needs_lure(brand: str) -> bool:
    """Whether the name is an ordinary word too, or that of people."""
    return brand in _ORDINARY_WORDS


def has_mixed_scripts(host: str) -> bool:
    """Whether one label of the host mixes Latin with Cyrillic or Greek letters."""
    for label in host.split("."):
        if label.isascii():
            continue
        scripts = {unicodedata.name(letter, "").split(" ")[0] for letter in label if letter.isalpha()}
        if "LATIN" in scripts and scripts & {"CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE"}:
            return True
    return False


def _is_own(domain: str) -> bool:
    """Whether a registered domain belongs to one of the names."""
    label, _, suffix = domain.partition(".")
    return (label in _BRANDS and _HOME_SUFFIX.match(suffix) is not None) or domain in _OWN_DOMAINS


def fold_label(label: str) -> str:
    """A label with letters and digits that pass for Latin letters as those, so that look-alikes fold to one."""
    return label.translate(_LOOKALIKE).replace("rn", "m").replace("vv", "w")


def _tokens(label: str) -> list[str]:
    return [part for part in _PARTS.split(label) if part]


def _has_lure(label: str) -> bool:
    return any(token in _LURES for token in _tokens(label)) or any(
        label.endswith(lure) or label.startswith(lure) for lure in ("login", "secure", "verify", "support", "account")
    )


def _spelled(label: str, has_lure: bool) -> Imitation | None:
    """The name stands in somebody else's registered label, plainly or in look-alike letters."""
    for token in (label, *_tokens(label), *re.split("[-_]", label)):
        name = token if token in _BRANDS else fold_label(token)
        if name not in _BRANDS:
            name = _fused(token) or _fused(fold_label(token)) or ""
            if name:
                return Imitation(_BRANDS[name][0], True)
            continue
        if name != token:
            return Imitation(_BRANDS[name][0], True)
        if has_lure or name not in _ORDINARY_WORDS:
            return Imitation(_BRANDS[name][0], has_lure)
    joined = label.replace("-", "")
    if joined != label and joined in _BRANDS:
        return Imitation(_BRANDS[joined][0], has_lure)
    return None


def _fused(token: str) -> str | None:
    """The name to which a lure is glued: paypallogin, secureamazon."""
    for cut in range(3, len(token) - 1):
        head, tail = token[:cut], token[cut:]
        if head in _BRANDS and tail in _LURES and len(tail) > 2:
            return head
        if tail in _BRANDS and head in _LURES and len(head) > 2:
            return tail
    return None


def _in_subdomain(inside: list[str], has_lure: bool) -> Imitation | None:
    """The name is a label to the left of somebody else's domain: paypal.com.evil.example."""
    for place, label in enumerate(inside):
        following = inside[place + 1] if place + 1 < len(inside) else ""
        name = label if label in _BRANDS else fold_label(label)
        if name not in _BRANDS:
            continue
        poses_as_whole = following in {"com", "co", "net", "org", "de", "fr", "uk", "es", "it", "nl"}
        if poses_as_whole or name != label or has_lure:
            return Imitation(_BRANDS[name][0], True)
        if name not in _ORDINARY_WORDS:
            return Imitation(_BRANDS[name][0], False)
    return None


def _mistyped(label: str, has_lure: bool) -> Imitation | None:
    """One letter too many, too few, wrong or swapped, in a name of seven letters or more."""
    for token in dict.fromkeys((label, *re.split("[-_]", label))):
        if len(token) < 6:
            continue
        near = _NEAR_MISSES.get(token) or next(
            (_NEAR_MISSES[short] for short in _shortened(token) if short in _NEAR_MISSES), None
        )
        if near is not None and near != token:
            return Imitation(_BRANDS[near][0], has_lure)
    return None


def _state(label: str, has_lure: bool) -> Imitation | None:
    """`gov` as a word in a label that no state has handed out."""
    tokens = _tokens(label)
    if {"gov", "govuk", "mygov", "govt"} & set(tokens) and has_lure:
        return Imitation("a government office", True)
    return None


def _shortened(word: str) -> list[str]:
    return [word[:place] + word[place + 1 :] for place in range(len(word))]


_OWN_DOMAINS: Final = frozenset(domain for _, own in _BRANDS.values() for domain in own.split())
_LONG: Final = tuple(name for name in _BRANDS if len(name) >= 7 and name not in _ORDINARY_WORDS)
_NEAR_MISSES: Final[dict[str, str]] = {short: name for name in _LONG for short in (name, *_shortened(name))}
"""A name of seven letters or more, and each of its forms with one letter left out."""
