"""What counts as the same conversation, and as the same words. Texts and names are ours, 2026-11."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardian.alerts.kinship import TELLING_WORDS, campaign_key, conversation_key, recipients

PARCEL = "Dear Anna,\nyour parcel 4711 could not be delivered. Pay 1.99 euros today at http://post.example/a1"


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        (("incoming", "bob@shop.example"), ("incoming", "Bob@SHOP.example"), True),
        (("incoming", "Bob <bob@shop.example>"), ("incoming", '"Your bank" <bob@shop.example>'), True),
        (("incoming", "Bob <bob@shop.example>"), ("incoming", " bob@shop.example "), True),
        (("incoming", "Mum"), ("incoming", "mum"), True),  # a chat names no address
        (("incoming", "bob@shop.example"), ("incoming", "bob@shop.example.evil.example"), False),
        (("incoming", "bob@shop.example <eve@x.example>"), ("incoming", "bob@shop.example"), False),
        (("incoming", "helper"), ("ai_output", "helper"), False),
        (("incoming", "STRASSE@x.example"), ("incoming", "straße@x.example"), True),
    ],
)
def test_a_conversation_is_one_sender_on_one_channel(
    one: tuple[str, str], other: tuple[str, str], is_same: bool
) -> None:
    assert (conversation_key(*one, "a") == conversation_key(*other, "b")) is is_same


def test_where_nobody_is_named_a_conversation_is_one_place() -> None:
    assert conversation_key("incoming", "", "stdin") == conversation_key("incoming", "", "stdin")
    assert conversation_key("incoming", "", "stdin") != conversation_key("incoming", "", "a.txt")
    assert conversation_key("incoming", "", "mum") != conversation_key("incoming", "mum", "mum")


@pytest.mark.parametrize(
    ("text", "is_same"),
    [
        (PARCEL, True),
        (PARCEL.upper(), True),
        (PARCEL.replace("Anna", "Bartholomew"), True),
        (PARCEL.replace("Anna", "Ms. Jean-Luc O'Neill"), True),
        (PARCEL.replace("4711", "99").replace("1.99", "2,50"), True),
        (PARCEL.replace(".", " !! ").replace(",", "  ,"), True),
        (PARCEL.replace("parcel", "invoice"), False),
        (PARCEL.replace("today", ""), False),
        ("", False),
    ],
)
def test_a_campaign_is_the_same_words(text: str, is_same: bool) -> None:
    same = campaign_key((), text, "h1") == campaign_key((), PARCEL, "h2")
    assert same is is_same


@pytest.mark.parametrize("greeting", ["Hi", "Hello", "Hallo", "Liebe", "Sehr geehrter", "Bonjour", "Hola", "Ciao"])
def test_the_name_behind_a_greeting_does_not_count(greeting: str) -> None:
    texts = [f"{greeting} {name},\nthe room is free." for name in ("Anna", "Jörg Müller", "Anna-Lena")]
    assert len({campaign_key((), text, "") for text in texts}) == 1


def test_a_longer_name_moves_nothing_over_the_end_of_what_is_looked_at() -> None:
    body = ", ".join(f"word{chr(97 + n // 26)}{chr(97 + n % 26)}" for n in range(600))
    keys = {campaign_key((), f"Dear {name}, {body}", "") for name in ("Al", "Wilhelmina Featherstonehaugh")}
    assert len(keys) == 1


def test_the_recipient_of_a_mail_is_the_one_in_its_to_field() -> None:
    def mail(to: str, name: str) -> str:
        return f"From: x@y.example\nTo: {to}\nSubject: hi {name}\n\nSo, {name}, your parcel waits. Pay, {name}."

    one = campaign_key((), mail("Anna Smith <anna.s@home.example>", "Anna"), "", is_mail=True)
    assert one == campaign_key((), mail("<rob@office.example>", "Rob"), "", is_mail=True)
    assert one == campaign_key(
        (), mail("Rob\r\n <r@office.example>", "Rob").replace("\n\n", "\r\n\r\n"), "", is_mail=True
    )
    assert one != campaign_key((), mail("a@home.example", "Zoe"), "", is_mail=True)  # nobody knows that she is Zoe
    assert recipients("Subject: x\nTO: Anna Smith <a.smith9@home.example>, B <b@x.example>") == {
        "anna",
        "smith",
        "a",
        "b",
    }
    assert recipients("Subject: to: nobody") == frozenset()


def test_a_long_quote_holds_a_campaign_together_whatever_stands_round_it() -> None:
    quote = "Buy four gift cards and send me the codes"
    one = campaign_key([quote, "now"], f"{quote}. Ref QXW", "a")
    assert one == campaign_key(["hurry", quote.upper()], f"Hello. {quote}! Ref ZZZ", "b")
    assert one == campaign_key([quote], None, "c")


def test_a_short_quote_tells_nothing() -> None:
    quote = " ".join(["now"] * (TELLING_WORDS - 1))
    assert campaign_key([quote], "one text", "a") != campaign_key([quote], "another text", "b")


def test_without_its_text_only_an_exact_copy_is_found() -> None:
    assert campaign_key(["", ""], None, "ab" * 32) == campaign_key([], None, "ab" * 32)
    assert campaign_key([], None, "ab" * 32) != campaign_key([], None, "cd" * 32)
    assert campaign_key([], "12345 !?", "ab" * 32) == campaign_key([], None, "ab" * 32)  # no word in it


@given(st.text(), st.lists(st.text(), max_size=3), st.booleans())
def test_any_text_has_keys_and_always_the_same(text: str, quotes: list[str], is_mail: bool) -> None:
    keys = {campaign_key(quotes, text, "h", is_mail=is_mail) for _ in range(2)}
    assert len(keys) == 1
    assert all(0 <= key < 1 << 60 for key in (*keys, conversation_key("incoming", text, "")))


@given(st.text(st.sampled_from("aB ,.!9Éß\n"), max_size=80))
def test_letter_case_digits_and_punctuation_never_count(text: str) -> None:
    changed = text.casefold().replace(",", ";").replace("9", "77").replace("!", "?")
    assert campaign_key((), f"x {text}", "h") == campaign_key((), f"X {changed}", "h")
