"""Senders are named by whole addresses, whole domains, or with stars, whatever the case and the name before them."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from policy_builders import steady

from guardian.policy.senders import (
    LONGEST_ADDRESS_CHARACTERS,
    SenderList,
    address_of,
    addresses_of,
    check_sender_pattern,
)

NAMED = SenderList(("billing@my-landlord.example", "@bank.example"))


@pytest.mark.parametrize(
    ("sender", "expected"),
    [
        ("billing@my-landlord.example", "billing@my-landlord.example"),
        ("Billing@My-Landlord.EXAMPLE", "billing@my-landlord.example"),
        ("My Landlord <billing@my-landlord.example>", "billing@my-landlord.example"),
        ("anybody@bank.example", "@bank.example"),
        ("anybody@mail.bank.example", None),
        ("anybody@notbank.example", None),
        ("anybody@bank.example.evil.example", None),
        # A name may hold anything, a named address too: the last address in brackets counts.
        ("<billing@my-landlord.example> <thief@evil.example>", None),
        ("billing@my-landlord.example <thief@evil.example>", None),
        ("billing", None),
        ("", None),
        ("@", None),
        ("<", None),
    ],
)
def test_a_sender_is_found_by_its_address(sender: str, expected: str | None) -> None:
    assert NAMED.find(addresses_of([sender])) == expected


@pytest.mark.parametrize(
    ("pattern", "sender", "fits"),
    [
        ("*@*.bank.example", "alerts@mail.bank.example", True),
        ("*@*.bank.example", "alerts@a.b.bank.example", True),
        ("*@*.bank.example", "alerts@bank.example", False),
        ("*@*.bank.example", "alerts@mail.notbank.example", False),
        ("*@*.bank.example", "alerts@mail.bank.example.evil.example", False),
        ("billing-*@x.example", "billing-7@x.example", True),
        ("billing-*@x.example", "billing-@x.example", True),
        ("billing-*@x.example", "billing@x.example", False),
        ("billing-*@x.example", "billing-7@y.example", False),
        # What stands before the last @ can't pass for a domain, nor what stands behind it for a name.
        ("billing-*@x.example", "billing-7@evil.example@x.example", True),
        ("billing@*", "billing@x.example@evil.example", False),
        ("*billing@x.example", "billing@x.example@evil.example", False),
        ("@*.bank.example", "anybody@mail.bank.example", True),
        ("a*b*a@x.example", "aba@x.example", True),
        ("a*b*a@x.example", "ab@x.example", False),
        ("a**c@x.example", "abc@x.example", True),
        ("*@*", "anybody@anywhere", True),
        ("*@*", "no address", False),
    ],
)
def test_a_star_stands_for_any_characters_on_its_side_of_the_at(pattern: str, sender: str, fits: bool) -> None:
    assert SenderList([pattern]).find(addresses_of([sender])) == (pattern if fits else None)


def test_either_of_two_senders_may_be_the_one() -> None:
    assert NAMED.find(addresses_of([None, "a@bank.example"])) == "@bank.example"
    assert NAMED.find(addresses_of(["x@y.example", "a@bank.example"])) == "@bank.example"
    assert NAMED.find(addresses_of([None, None])) is None
    assert SenderList(()).find(addresses_of(["a@bank.example"])) is None


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("bank.example", "must be an address or an @domain"),
        ("bank@", "must be an address or an @domain"),
        ("*", "must be an address or an @domain"),
        ("My Bank <a@bank.example>", "must be an address or an @domain"),
        ("a@bank.example, b@bank.example", "must be an address or an @domain"),
        ("a?@bank.example", "must have no wildcard but *"),
        ("[ab]@bank.example", "must have no wildcard but *"),
    ],
)
def test_what_can_be_no_sender_is_refused(pattern: str, said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        check_sender_pattern(pattern)


def _fits_by_definition(pattern: str, text: str) -> bool:
    """The oracle: a star is nothing, or one character and a star. Exponential, and plainly right."""
    if not pattern:
        return not text
    if pattern[0] == "*":
        return _fits_by_definition(pattern[1:], text) or (bool(text) and _fits_by_definition(pattern, text[1:]))
    return bool(text) and text[0] == pattern[0] and _fits_by_definition(pattern[1:], text[1:])


_NAMES = st.text("ab.", max_size=7)
_GLOBS = st.text("ab.*", max_size=6)


@steady
@given(_GLOBS, _GLOBS.filter(bool), _NAMES, _NAMES)
@example("*a*", "a", "a", "a")
@example("a*a", "b", "a", "b")
@example("*ab*ba*", "a", "aba", "a")
@example("*b*b", "a", "ab", "a")
def test_stars_mean_what_they_mean_by_definition(name_glob: str, domain_glob: str, name: str, domain: str) -> None:
    found = SenderList([check_sender_pattern(f"{name_glob}@{domain_glob}")]).find([f"{name}@{domain}"])
    by_definition = _fits_by_definition(name_glob or "*", name) and _fits_by_definition(domain_glob, domain)
    assert (found is not None) == by_definition


@steady
@given(st.text(max_size=40))
def test_any_text_may_stand_where_a_sender_should(sender: str) -> None:
    address = address_of(sender)
    assert SenderList(["*@*"]).find([address]) == ("*@*" if "@" in address else None)


@pytest.mark.parametrize(
    "sender", ["a" * 2_000_000 + "@x", "a@" * 1_000_000 + "x", "@" + "ab" * 1_000_000, "<" * 2_000_000]
)
def test_a_hostile_sender_is_looked_at_once_from_left_to_right(sender: str) -> None:
    """Going back after each star would take years here: 2 million characters, and 40 stars that nearly fit."""
    pattern = check_sender_pattern("*".join(["a"] * 40) + "b@" + "*".join(["ab"] * 40) + "c")
    assert SenderList([pattern]).find([sender]) is None
    assert len(address_of(sender)) <= len(sender)


def test_what_is_too_long_for_an_address_is_none() -> None:
    longest = "a" * (LONGEST_ADDRESS_CHARACTERS - 2) + "@x"
    assert addresses_of([longest, "a" + longest, "A <a@x>", "a@x", "", None]) == (longest, "a@x")
