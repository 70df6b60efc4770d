"""Addresses are read as a browser reads them (WHATWG URL, Public Suffix List)."""

from __future__ import annotations

import pytest
from detector_rig import steady
from hypothesis import given
from hypothesis import strategies as st

from guardian.detectors.hosts import ip_of, is_at_home, read_address, registered_domain


@pytest.mark.parametrize(
    ("host", "registered"),
    [
        ("www.bbc.co.uk", "bbc.co.uk"),
        ("a.b.example.com", "example.com"),
        ("shop.gob.mx", "shop.gob.mx"),
        ("someone.github.io", "someone.github.io"),
        ("deep.someone.github.io", "someone.github.io"),
        ("bucket.s3.amazonaws.com", "bucket.s3.amazonaws.com"),
        ("co.uk", "co.uk"),
        ("localhost", "localhost"),
        ("203.0.113.9", "203.0.113.9"),
    ],
)
def test_the_registered_domain_is_what_somebody_had_to_buy(host: str, registered: str) -> None:
    assert registered_domain(host) == registered


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("HTTPS://WWW.Example.COM:8443/a?b#c", "www.example.com"),
        ("http:\\\\evil.example\\@bank.com", "evil.example"),
        ("https://%65xample.com/", "example.com"),
        ("https://bank.com@evil.example", "evil.example"),
        ("hxxps://evil.example.", "evil.example"),
        ("www.example.com),", "www.example.com"),
        ("//example.com/a", "example.com"),
        ("https://xn--mller-kva.de/", "müller.de"),
        ("https://xn--99999999999.de/", "xn--99999999999.de"),
    ],
)
def test_the_host_is_the_one_that_a_browser_would_open(text: str, host: str) -> None:
    address = read_address(text)
    assert address is not None
    assert address.host == host


@pytest.mark.parametrize(
    "text", ["mailto:a@b.example", "javascript:alert(1)", "tel:+441", "data:text/html,x", "word", "", "http://[::1]/"]
)
def test_what_is_no_web_address_is_none(text: str) -> None:
    assert read_address(text) is None


@pytest.mark.parametrize(
    ("host", "dotted"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("3405803785", "203.0.113.9"),
        ("0xcb007109", "203.0.113.9"),
        ("0313.0.0161.9", "203.0.113.9"),
        ("127.1", "127.0.0.1"),
        ("256.0.0.1", None),
        ("1.2.3.4.5", None),
        ("08.1.1.1", None),
        ("example", None),
    ],
)
def test_numbers_are_read_as_addresses_in_every_base(host: str, dotted: str | None) -> None:
    found = ip_of(host)
    assert (str(found) if found is not None else None) == dotted


def test_the_owners_own_network_is_home() -> None:
    at_home = [host for host in ("10.1.2.3", "192.168.1.1", "127.0.0.1", "203.0.113.9") if is_at_home(ip_of(host))]  # type: ignore[arg-type]
    assert at_home == ["10.1.2.3", "192.168.1.1", "127.0.0.1"]


@steady
@given(st.text())
def test_reading_an_address_never_raises_and_gives_a_bare_host(text: str) -> None:
    address = read_address(text)
    if address is not None:
        assert not set("/@?# \n") & set(address.host)
