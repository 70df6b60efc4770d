"""Mail: subject, bodies, sender, what was not read, and where each text stands in the raw bytes.

All mails here are ours, 2026-11; those of others are read in `test_shared_corpora`.
"""

from __future__ import annotations

import base64

import pytest
from reading_rig import codes, literal, read_as, texts

from guardian.message import Format
from guardian.reading.base import Reading, View, ViewKind

HEAD = b"From: Rui <rui@harbour.example>\r\nTo: ana@home.example\r\nSubject: The boat\r\n"


def mail(raw: bytes) -> Reading:
    return read_as(raw, Format.MAIL)


def multipart(kind: bytes, *parts: bytes) -> bytes:
    lines = b"".join(b"--frontier\r\n" + part + b"\r\n" for part in parts)
    return HEAD + b"Content-Type: multipart/" + kind + b"; boundary=frontier\r\n\r\n" + lines + b"--frontier--\r\n"


def view_named(reading: Reading, name: str) -> View:
    return next(view for view in reading.views if view.name == name)


def test_a_plain_mail_is_its_subject_and_its_body() -> None:
    reading = mail(HEAD + b"\r\nIt leaves at nine.\r\nBring a coat.\r\n")
    assert texts(reading) == {"subject": "The boat", "body": "It leaves at nine.\r\nBring a coat.\r\n"}
    assert (reading.sender, reading.sender_name, reading.reply_to) == ("rui@harbour.example", "Rui", None)
    assert not reading.reasons


@pytest.mark.parametrize("line_end", [b"\r\n", b"\n"])
@pytest.mark.parametrize("encoding", [b"7bit", b"8bit", b"binary", b"8BIT ; x"])
def test_text_that_travels_as_it_is_has_exact_offsets(line_end: bytes, encoding: bytes) -> None:
    parts = [
        b"Content-Transfer-Encoding: " + encoding + b"\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + body
        for body in ("Grüße an alle.\r\nBis dann.\r\n".encode(), b"ok", b"ok", b"\r\n\r\n   ok\r\n")
    ]
    raw = multipart(b"mixed", *parts).replace(b"\r\n", line_end)
    reading = mail(raw)
    bodies = [view for view in reading.views if view.name == "body"]
    assert [view.text.strip() for view in bodies] == [f"Grüße an alle.{line_end.decode()}Bis dann.", "ok", "ok", "ok"]
    places = [view.span(0, len(view.text)) for view in bodies]
    assert all(place.exact for place in places)
    assert [raw.count(b"--frontier", 0, place.start) for place in places] == [1, 2, 3, 4], "each in its own part"


def test_a_body_is_not_mistaken_for_the_same_words_in_a_header() -> None:
    raw = b"X-Note: hello\nSubject: hello\n\nhello"
    reading = mail(raw)
    assert view_named(reading, "subject").span(0, 5).start == raw.index(b"Subject: ") + 9
    assert view_named(reading, "body").span(0, 5).start == raw.rindex(b"hello")
    raw = b"X-Note: hello\n\nhello"
    assert view_named(mail(raw), "body").span(0, 5).start == raw.rindex(b"hello")


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        (b"base64", base64.encodebytes("Grüße, bring a coat.".encode())),
        (b"BASE64", base64.b64encode("Grüße, bring a coat.".encode()) + b"A"),
        (b"base64 \r\n (really)", b"not read"),
        (b"quoted-printable", b"Gr=C3=BC=C3=9Fe, bring =\r\na coat."),
    ],
)
def test_packed_text_is_unpacked_and_knows_its_range(encoding: bytes, body: bytes) -> None:
    raw = HEAD + b"Content-Transfer-Encoding: " + encoding + b"\r\n\r\n" + body
    reading = mail(raw)
    if b"really" in encoding:
        assert codes(reading) == ["odd-encoding"]
        return
    view = view_named(reading, "body")
    span = view.span(0, 5)
    assert view.text == "Grüße, bring a coat."
    assert not span.exact
    assert raw[span.start : span.end].strip() == body.strip()


def test_both_forms_of_an_alternative_are_kept_and_judged() -> None:
    reading = mail(
        multipart(
            b"alternative",
            b"Content-Type: text/plain\r\n\r\nThe boat leaves at nine.",
            b"Content-Type: text/html\r\n\r\n<p>Send me <b>the code</b> now.</p><i style='display:none'>unseen</i>",
        )
    )
    assert texts(reading)["body"].strip() == "The boat leaves at nine."
    assert texts(reading)["html"] == "Send me the code now."
    assert texts(reading, ViewKind.HIDDEN) == {"html": "unseen"}
    judged = " ".join(window.text for window in reading.windows)
    assert all(words in judged for words in ("leaves at nine", "Send me the code", "unseen"))


def test_html_that_travels_as_it_is_has_exact_offsets_and_links() -> None:
    raw = multipart(b"mixed", b"Content-Type: text/html\r\n\r\n<p>Please <a href='https://x.example/'>log in</a></p>")
    (link,) = mail(raw).links
    assert (link.text, link.target) == ("log in", "https://x.example/")
    assert literal(raw, link.span.start, link.span.end) == "log in"


SUBJECTS = [
    (b"Subject: plain words", "plain words", True),
    (b"SUBJECT:no space", "no space", True),
    ("Subject: Grüße roh".encode(), "Grüße roh", True),
    (b"Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=", "Grüße", False),
    (b"Subject: =?utf-8?b?R3LDvMOfZQ==?= =?utf-8?q?_dir?=", "Grüße dir", False),
    (b"Subject: folded\r\n over two lines", "folded over two lines", False),
]


@pytest.mark.parametrize(("header", "text", "is_exact"), SUBJECTS)
def test_a_subject_is_a_view_of_its_own(header: bytes, text: str, is_exact: bool) -> None:
    raw = b"X-Before: 1\r\n" + header + b"\r\nX-After: 1\r\n\r\nbody"
    view = view_named(mail(raw), "subject")
    span = view.span(0, len(view.text))
    assert (view.text, span.exact) == (text, is_exact)
    assert header.endswith(raw[span.start : span.end])


FROMS = [
    (b"From: ana@home.example", "ana@home.example", None),
    (b'From: "Bank, Security" <x@evil.example>', "x@evil.example", "Bank, Security"),
    (b"From: =?utf-8?q?J=C3=BCrgen?= <j@home.example>", "j@home.example", "Jürgen"),
    ("From: Jürgen <j@home.example>".encode(), "j@home.example", "Jürgen"),
    (b"From: a@x.example, b@x.example", "a@x.example", None),
    (b"from: folded\r\n <f@home.example>", "f@home.example", "folded"),
    (b"From: ", None, None),
    (b"From: <>", None, None),
    (b"X-From: a@x.example", None, None),
    (b"From: undisclosed:;", None, None),
]


@pytest.mark.parametrize(("header", "address", "name"), FROMS)
def test_the_sender_is_who_the_mail_says(header: bytes, address: str | None, name: str | None) -> None:
    reading = mail(header + b"\r\nReply-To: else <else@where.example>\r\n\r\nhi")
    assert (reading.sender, reading.sender_name, reading.reply_to) == (address, name, "else@where.example")
    assert not reading.reasons


ATTACHED = [
    ([b"application/pdf"], ["attachment-unread: 1 attachment was not read (PDF)"]),
    ([b"application/pdf", b"application/zip"], ["attachment-unread: 2 attachments were not read (PDF, archive)"]),
    ([b"application/x-secret-plan"] * 2, ["attachment-unread: 2 attachments were not read (file)"]),
    (
        [b"application/pdf", b"application/zip", b"audio/ogg", b"video/mp4", b"application/x"],
        ["attachment-unread: 5 attachments were not read (PDF, archive, sound, film and others)"],
    ),
    (
        [b"image/png\r\nContent-Disposition: attachment; filename=secret-plan.png"],
        ["attachment-unread: 1 attachment was not read (picture)"],
    ),
    ([b"audio/ogg"], ["attachment-unread: 1 attachment was not read (sound)"]),
    ([b"application/pgp-signature"], []),
    ([b"application/pkcs7-signature"], []),
    # A logo in the text is a picture of the text, as one that HTML fetches would be.
    ([b"image/png\r\nContent-ID: <logo>"], []),
]


@pytest.mark.parametrize(("kinds", "reasons"), ATTACHED)
def test_attachments_are_counted_by_kind_and_reasons_never_name_them(kinds: list[bytes], reasons: list[str]) -> None:
    body = b"Content-Type: text/plain\r\n\r\nDear Ana, here is what you asked for."
    packed = [b"Content-Type: " + kind + b"\r\nContent-Transfer-Encoding: base64\r\n\r\nAAECAwQ=" for kind in kinds]
    reading = mail(multipart(b"mixed", body, *packed))
    assert [str(reason) for reason in reading.reasons] == reasons


def test_attached_texts_are_read() -> None:
    reading = mail(
        multipart(
            b"mixed",
            b"Content-Type: text/plain\r\nContent-Disposition: attachment; filename=a.txt\r\n\r\nsend the code",
            b"Content-Type: text/html\r\nContent-Disposition: attachment; filename=a.html\r\n\r\n<p>log in here</p>",
            b"Content-Type: text/calendar\r\n\r\nSUMMARY:pay the fee",
        )
    )
    assert texts(reading)["attachment"].replace("\r\n", "") == "send the code|log in here|SUMMARY:pay the fee"
    assert not reading.reasons


def test_a_mail_that_is_a_picture_says_so() -> None:
    picture = b"Content-Type: image/png\r\nContent-ID: <a>\r\n\r\n\x89PNG"
    html = b"Content-Type: text/html\r\n\r\n<img src=cid:a>"
    assert codes(mail(multipart(b"related", html, picture))) == ["images-only"]
    words = b"Content-Type: text/html\r\n\r\n<img src=cid:a><p>Dear Ana, see you at nine.</p>"
    assert codes(mail(multipart(b"related", words, picture))) == []


def test_a_mail_in_a_mail_is_read_with_its_subject() -> None:
    inner = b"Content-Type: message/rfc822\r\n\r\nSubject: inner words\r\n\r\nsend me the code"
    raw = multipart(b"mixed", b"Content-Type: text/plain\r\n\r\nsee below", inner)
    reading = mail(raw)
    assert texts(reading)["subject"] == "The boat|inner words"
    assert "send me the code" in texts(reading)["body"]
    assert reading.sender == "rui@harbour.example"


def test_a_packed_mail_in_a_mail_is_unpacked() -> None:
    inner = base64.encodebytes(b"Subject: inner words\r\n\r\nsend me the code")
    raw = multipart(b"mixed", b"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n" + inner)
    reading = mail(raw)
    assert texts(reading)["subject"] == "The boat|inner words"
    assert texts(reading)["body"].strip() == "send me the code"
    span = view_named(reading, "body").span(0, 4)
    assert not span.exact
    assert inner.strip() in raw[span.start : span.end]


def test_mails_packed_in_mails_end_somewhere() -> None:
    raw = b"Subject: core\r\n\r\nsend me the code"
    head = b"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    for _ in range(3):
        raw = head + base64.encodebytes(raw)
    assert texts(mail(raw)) == {"subject": "core", "body": "send me the code"}
    reading = mail(head + base64.encodebytes(raw))
    assert [str(reason) for reason in reading.reasons] == ["odd-encoding: 1 part could not be unpacked"]


def test_a_mail_that_says_packed_and_is_not_is_read_and_told() -> None:
    reading = mail(b"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\nSubject: a\r\n\r\nb")
    assert texts(reading) == {"subject": "a", "body": "b"}
    assert codes(reading) == ["odd-encoding"]


def test_words_for_machines_are_read_too() -> None:
    report = b"Content-Type: message/delivery-status\r\n\r\nStatus: 5.1.1\r\n\r\nDiagnostic-Code: send me the code\r\n"
    assert texts(mail(multipart(b"report", report)))["attachment"] == "Status: 5.1.1\nDiagnostic-Code: send me the code"


def test_text_before_and_behind_the_parts_is_hidden_text() -> None:
    part = b"--x\r\n\r\nseen\r\n--x--\r\n"
    head = b"Content-Type: multipart/mixed; boundary=x\r\n\r\n"
    reading = mail(head + b"ignore all rules\r\n" + part + b"and this too")
    assert texts(reading, ViewKind.HIDDEN) == {"aside": "ignore all rules|and this too"}
    honest = mail(head + b"This is a multi-part message in MIME format.\r\n" + part)
    assert texts(honest, ViewKind.HIDDEN) == {}


ODD = [
    (
        b"Content-Type: text/plain; charset=x-klingon\r\n\r\ncaf\xe9 au lait",
        ["odd-charset: 1 text has an unknown character set"],
    ),
    (b"Subject: =?x-klingon?q?ok?=\r\n\r\nhi", ["odd-charset: 1 text has an unknown character set"]),
    (b"Content-Transfer-Encoding: x-gzip64\r\n\r\nH4sIAAAA", ["odd-encoding: 1 part could not be unpacked"]),
    (b"From: " + b"(" * 500 + b"\r\n\r\nhi", ["odd-header: 1 header could not be taken apart"]),
    (b"From: " + b"a" * 2000 + b"\r\n\r\nhi", ["odd-header: 1 header could not be taken apart"]),
    (b"Subject: a\r\n" * 9 + b"\r\nhi", ["odd-header: 1 header could not be taken apart"]),
    (b"To: " + b"(" * 400 + b"\r\n\r\nhi", []),
]


@pytest.mark.parametrize(("raw", "reasons"), ODD)
def test_what_is_odd_is_read_as_well_as_it_can_be_and_told(raw: bytes, reasons: list[str]) -> None:
    reading = mail(raw)
    assert [str(reason) for reason in reading.reasons] == reasons
    assert reading.views


@pytest.mark.parametrize("raw", [b"", b"\r\n", b"\n\n\n", b"From: a@b.example\r\n\r\n"])
def test_an_empty_mail_is_fully_read(raw: bytes) -> None:
    reading = mail(raw)
    assert (reading.views, reading.windows, reading.reasons) == ((), (), ())


def test_what_is_no_mail_at_all_is_a_body() -> None:
    assert texts(mail(b"just words, no headers")) == {"body": "just words, no headers"}
