"""Domains in the letters that they pass for: `harb0ur.example` and a Cyrillic `hаrbour.example` fold to one.

For comparing two domains of which one is known; brands have their own table (`guardian.detectors.brands`).
"""

from __future__ import annotations

from typing import Final

from guardian.detectors.brands import fold_label
from guardian.detectors.hosts import read_address, registered_domain

SHORTEST_FOLDED: Final = 4
"""Letters of a name below which two that fold to one mean nothing: there are too few short names."""


def folded_domain(host: str) -> str:
    """The registered domain of a host, its name folded and its ending as it is."""
    label, dot, ending = registered_domain(decoded_host(host)).partition(".")
    return fold_label(label) + dot + ending


def are_lookalikes(one: str, other: str) -> bool:
    """Whether two hosts are of different domains that fold to one, and whose name is long enough to mean it."""
    first, second = (registered_domain(decoded_host(host)) for host in (one, other))
    folded = folded_domain(one)
    return first != second and folded == folded_domain(other) and len(folded.partition(".")[0]) >= SHORTEST_FOLDED


def decoded_host(host: str) -> str:
    """A host in lower case, with punycode as the letters that it stands for."""
    address = read_address(host)
    return address.host if address is not None else host.lower()
