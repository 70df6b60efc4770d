"""Promises of the setting `proxy.upstream`: an address is taken as it stands, or refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from guardian.settings_rules import RefusedError, ServerUrl

TAKEN = [
    ("http://127.0.0.1:11434", "http://127.0.0.1:11434"),
    ("http://localhost:1234/", "http://localhost:1234"),
    ("https://ai.example.org/api", "https://ai.example.org/api"),
    ("http://[::1]:8080", "http://[::1]:8080"),
]
REFUSED = [
    "",
    "127.0.0.1:11434",
    "ftp://127.0.0.1",
    "http://",
    "http://127.0.0.1:11434/v1",
    "http://127.0.0.1:11434/v1/",
    "http://user:word@127.0.0.1",
    "http://127.0.0.1@evil.example",
    "http://127.0.0.1?x=1",
    "http://127.0.0.1#x",
    "http://127.0.0.1:99999",
    "http://127.0.0.1:0",
    "http://[::1",
    " http://127.0.0.1",
    "http://127.0.0.1\n",
    "http://127.0.0.1\r\nHost: x",
    "http://exämple.org",
    "http://127.0.0.1\\@evil.example",
]


@pytest.mark.parametrize(("text", "value"), TAKEN)
def test_an_address_is_taken(text: str, value: str) -> None:
    assert ServerUrl().from_text(text, Path()) == value
    assert ServerUrl().from_value(text, Path()) == value


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(RefusedError, match="the address of a server"):
        ServerUrl().from_text(text, Path())


def test_a_number_is_no_address() -> None:
    with pytest.raises(RefusedError):
        ServerUrl().from_value(11434, Path())
