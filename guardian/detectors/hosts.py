"""Reads addresses the way a browser does, and says who may register which part of a host name.

No network: the suffix list is a small cut of the Public Suffix List (publicsuffix.org, as of 2026), enough to
tell `bbc.co.uk` from `co.uk` and one customer of a hosting service from another. An unknown suffix counts one
label, which can only make two hosts seem nearer than they are, never further apart.
"""

from __future__ import annotations

import contextlib
import ipaddress
import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

_SECOND_LEVEL_LIST = "ac co com edu go gob gouv gov govt ltd me mil net ne nom or org plc sch"
_SECOND_LEVEL: Final = frozenset(_SECOND_LEVEL_LIST.split())
"""Second labels under a two-letter country that are open to all: co.uk, com.au, gob.mx."""

_HOSTING_LIST = (
    "appspot.com azurewebsites.net blogspot.com cloudfront.net duckdns.org firebaseapp.com fly.dev github.io"
    " gitlab.io glitch.me herokuapp.com myshopify.com netlify.app ngrok.io ngrok-free.app onrender.com pages.dev"
    " r2.dev repl.co s3.amazonaws.com sites.google.com square.site surge.sh translate.goog trycloudflare.com"
    " vercel.app web.app webflow.io weebly.com wixsite.com wordpress.com workers.dev"
)
_HOSTING: Final = frozenset(_HOSTING_LIST.split())
"""Services under which every label belongs to another customer."""

GOVERNMENT: Final = re.compile(
    r"(?:^|\.)(?:gov|govt|gouv|gob|gub|go|mil)(?:\.[a-z]{2})?$|(?:^|\.)(?:europa\.eu|admin\.ch|nhs\.uk|police\.uk)$"
)
"""Registered domains and suffixes that only a state hands out."""

_SCHEME: Final = re.compile(r"([a-z][a-z0-9+.-]*):(?!\d{1,5}(?:[/?#]|$))", re.IGNORECASE)
"""What stands before the first colon, unless a port number stands behind it."""
_WEB: Final = frozenset({"http", "https", "hxxp", "hxxps"})
_HOST: Final = re.compile(r"^[\w.\-]{1,253}$")
_NUMBER: Final = re.compile(r"(?:0x[0-9a-f]{1,8}|0[0-7]{0,11}|[1-9][0-9]{0,9})$")
_HOME: Final = tuple(
    ipaddress.IPv4Network(network)
    for network in ("10.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16")
)
_LONGEST: Final = 4096
"""Characters of an address that are looked at."""
_TRAILING: Final = ".,;:!?)]}>'\"*"


@dataclass(frozen=True, slots=True)
class Address:
    """A web address, taken apart."""

    userinfo: str
    """What stands before an `@`; empty for most."""
    host: str
    """Lower case, decoded from punycode and percent signs, without port and without a dot at its end."""
    rest: str
    """Path, query and fragment."""

    @property
    def registered(self) -> str:
        """The part of the host that somebody had to register, such as `bbc.co.uk`."""
        return registered_domain(self.host)


def read_address(text: str) -> Address | None:
    """The address in `text` (with or without http), or None where there is no web host in it."""
    trimmed = text.strip().rstrip(_TRAILING)[:_LONGEST]
    scheme = _SCHEME.match(trimmed)
    if scheme is not None and scheme.group(1).lower() not in _WEB:
        return None  # mailto:, javascript:, tel: and their like
    body = trimmed[scheme.end() if scheme is not None else 0 :].lstrip("/\\")
    authority = re.split(r"[/\\?#]", body, maxsplit=1)[0]
    userinfo, _, place = authority.rpartition("@")
    host = _decode(unquote(place).rsplit(":", 1)[0] if re.search(r":\d*$", place) else unquote(place))
    if not _HOST.match(host) or ("." not in host and ip_of(host) is None):
        return None
    return Address(userinfo, host, body[len(authority) :])


def registered_domain(host: str) -> str:
    """The registered domain of a host: its public suffix and one label more; an IP address is its own."""
    labels = host.split(".")
    if len(labels) < 2 or ip_of(host) is not None:
        return host
    size = 2
    if len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _SECOND_LEVEL:
        size = 3
    for length in (2, 3):
        if len(labels) > length and ".".join(labels[-length:]) in _HOSTING:
            size = length + 1
    return ".".join(labels[-size:])


def ip_of(host: str) -> ipaddress.IPv4Address | None:
    """The IPv4 address that a browser takes `host` for, whole or in parts, decimal, octal or hexadecimal; else None.

    Source: the WHATWG URL standard, "IPv4 parser".
    """
    parts = host.split(".")
    if len(parts) > 4 or any(not _NUMBER.match(part) for part in parts):
        return None
    numbers = [int(part, 16) if part[:2] == "0x" else int(part, 8 if part[0] == "0" else 10) for part in parts]
    *high, low = numbers
    if any(number > 255 for number in high) or low >= 256 ** (5 - len(numbers)):
        return None
    return ipaddress.IPv4Address(sum(number << (24 - 8 * place) for place, number in enumerate(high)) + low)


def is_at_home(address: ipaddress.IPv4Address) -> bool:
    """Whether the address is in the owner's own network or machine, as a router's page is."""
    return any(address in network for network in _HOME)


def _decode(host: str) -> str:
    """Lower case, with punycode labels as the letters that they stand for; a broken label stays as it is."""
    labels = []
    for label in host.lower().strip(".").split("."):
        if label.startswith("xn--"):
            with contextlib.suppress(UnicodeError, ValueError):
                label = label[4:].encode("ascii").decode("punycode")
        labels.append(label)
    return ".".join(labels)
