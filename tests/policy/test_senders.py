"""Excepted senders are whole addresses or whole domains, whatever the case and the name before them."""

from __future__ import annotations

import pytest

from guardian.policy.senders import excepted_sender

EXCEPTED = ("billing@my-landlord.example", "@bank.example")


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
        # A name may hold anything, an excepted address too: the last address in brackets counts.
        ("<billing@my-landlord.example> <thief@evil.example>", None),
        ("billing@my-landlord.example <thief@evil.example>", None),
        ("billing", None),
        ("", None),
        ("@", None),
        ("<", None),
    ],
)
def test_a_sender_is_excepted_by_its_address(sender: str, expected: str | None) -> None:
    assert excepted_sender(EXCEPTED, [sender]) == expected


def test_either_of_two_senders_may_be_excepted() -> None:
    assert excepted_sender(EXCEPTED, [None, "a@bank.example"]) == "@bank.example"
    assert excepted_sender(EXCEPTED, ["x@y.example", "a@bank.example"]) == "@bank.example"
    assert excepted_sender(EXCEPTED, [None, None]) is None
    assert excepted_sender((), ["a@bank.example"]) is None
