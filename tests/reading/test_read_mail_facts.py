"""What a mail says about itself: senders, threads, servers' checks, files, forms (all mails ours, 2026-11)."""

from __future__ import annotations

import base64
import binascii
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reading_rig import codes, read_as, steady, texts

from guardian.message import Format, Message
from guardian.reading.base import Reading, ViewKind
from guardian.reading.envelope import MOST_ATTACHMENTS, MOST_THREAD, Authentication, Envelope
from guardian.reading.limits import Limits
from guardian.reading.mail import MailExtract
from guardian.reading.walled.taking_apart import take_apart
from guardian.reading.walled.wire import WireError, packed, unpacked

FROM = b"From: Ann <ann@x.example>\n"


def mail(raw: bytes) -> Reading:
    return read_as(raw, Format.MAIL)


def envelope(headers: bytes) -> Envelope:
    found = mail(headers + b"\n\nhi").envelope
    assert found is not None
    return found


def test_a_text_has_no_envelope_and_a_mail_has_one() -> None:
    assert read_as(b"just words").envelope is None
    assert envelope(FROM.strip()) == Envelope(senders=("ann@x.example",), from_headers=1)


def test_every_sender_is_told() -> None:
    found = envelope(b"From: Ann <ann@x.example>, bob@y.example\nfrom: eve@z.example\nSender: desk@x.example")
    assert found.senders == ("ann@x.example", "bob@y.example", "eve@z.example")
    assert (found.from_headers, found.sent_by) == (2, "desk@x.example")


def test_a_header_that_cannot_be_taken_apart_is_counted_once() -> None:
    assert [str(reason) for reason in mail(b"From: " + b"(" * 500 + b"\n\nhi").reasons] == [
        "odd-header: 1 header could not be taken apart"
    ]


@pytest.mark.parametrize(
    "header",
    [
        b"List-Id: <a.b>",
        b"List-Post: <mailto:a@b>",
        b"List-Unsubscribe: <https://a>",
        b"Precedence: Bulk",
        b"LIST-ID: x",
    ],
)
def test_what_goes_to_many_says_so(header: bytes) -> None:
    assert envelope(FROM + header).is_list
    assert not envelope(FROM + b"X-List: no").is_list


@pytest.mark.parametrize(
    ("headers", "thread"),
    [
        (b"In-Reply-To: <1@a>", ("1@a",)),
        (b"References: <1@a>\n <2@a>\n\t<3@a>\nIn-Reply-To: <3@a>", ("1@a", "2@a", "3@a")),
        (b"In-Reply-To: Ann's mail of Monday", ()),
        (b"References: " + b" ".join(b"<%d@a>" % n for n in range(99)), tuple(f"{n}@a" for n in range(79, 99))),
        (b"References: <" + b"a" * 9999 + b">", ()),
    ],
)
def test_a_reply_knows_its_thread(headers: bytes, thread: tuple[str, ...]) -> None:
    found = envelope(FROM + headers)
    assert found.thread == thread
    assert found.is_reply is bool(thread)
    assert len(found.thread) <= MOST_THREAD


def test_checks_of_servers_topmost_first() -> None:
    """In the forms of RFC 8601, appendix B."""
    found = envelope(
        b"Authentication-Results: mx.home.example 1;\n  spf=pass (all (is) well) smtp.mailfrom=x.example;\n"
        b"\tdkim = FAIL reason=bad; dmarc=fail (p=none) header.from=x.example\n"
        b"Authentication-Results: Elsewhere.example; none\nAuthentication-Results: ;\n" + FROM.strip()
    )
    assert found.authentication == (
        Authentication("mx.home.example", (("spf", "pass"), ("dkim", "fail"), ("dmarc", "fail"))),
        Authentication("elsewhere.example", ()),
    )


NAMES = [
    (b'filename="plan.pdf"', "plan.pdf"),
    (b"filename=plan.pdf", "plan.pdf"),
    (b"filename*=utf-8''Pl%C3%A4ne.pdf", "Pläne.pdf"),
    (b"filename*=iso-8859-1'de'Pl%E4ne.pdf", "Pläne.pdf"),
    (b"filename*0*=utf-8''Pl%C3%A4; filename*1=ne.pdf", "Pläne.pdf"),
    (b'filename="=?utf-8?q?Pl=C3=A4ne.pdf?="', "Pläne.pdf"),
    (b'filename="=?utf-8?b?UGzDpG5lLnBkZg==?="', "Pläne.pdf"),
    (b"filename*=x-klingon''a%FF.pdf", None),
    (b"filename*=utf-8''", ""),
    (b"filename=" + b"a" * 999 + b".pdf", "a" * 251 + ".pdf"),
    (b"", ""),
]


@pytest.mark.parametrize(("disposition", "name"), NAMES)
def test_files_are_named_as_their_sender_names_them(disposition: bytes, name: str | None) -> None:
    raw = FROM + b"Content-Type: application/pdf\nContent-Disposition: attachment; " + disposition + b"\n\n%PDF-"
    (found,) = mail(raw).attachments
    assert name is None or found.name == name
    assert (found.kind, found.size_bytes, found.is_read) == ("application/pdf", 5, False)
    assert raw[found.start : found.end] == b"%PDF-"


def test_which_parts_are_files() -> None:
    parts = [
        b"Content-Type: text/plain\n\nhello",
        b"Content-Type: text/plain; name=notes.txt\n\nread too",
        b"Content-Type: text/plain\nContent-Disposition: attachment\n\nand this",
        b"Content-Type: image/png; name=logo.png\nContent-ID: <a>\n\nPNG",
        b"Content-Type: application/pgp-signature; name=signature.asc\n\nsig",
        b"Content-Type: application/zip; name=a.zip\n\nPK",
    ]
    raw = FROM + b"Content-Type: multipart/mixed; boundary=b\n\n" + b"".join(b"--b\n" + each + b"\n" for each in parts)
    reading = mail(raw + b"--b--\n")
    assert [(each.name, each.is_read) for each in reading.attachments] == [
        ("notes.txt", True),
        ("", True),
        ("a.zip", False),
    ]
    assert "read too" in texts(reading)["body"]


def test_only_so_many_files_are_listed() -> None:
    part = b"--b\nContent-Type: application/zip\n\nPK\n"
    limits = Limits(max_parts=MOST_ATTACHMENTS + 200)
    raw = FROM + b"Content-Type: multipart/mixed; boundary=b\n\n" + part * (MOST_ATTACHMENTS + 100) + b"--b--\n"
    reading = read_as(raw, Format.MAIL, limits)
    assert len(reading.attachments) == MOST_ATTACHMENTS
    assert str(reading.reasons[0]) == "attachment-unread: 600 attachments were not read (archive)"


FORMS = (
    b"Content-Type: multipart/alternative; boundary=b\n\n--b\n\nplain words\n--b\n"
    b"Content-Type: multipart/related; boundary=c\n\n--c\nContent-Type: text/html\n\n<p>html words</p>\n--c--\n"
    b"--b\nContent-Type: text/x-amp-html\n\n<p>amp words</p>\n--b--\n"
)


def test_the_forms_of_one_text_are_kept_together() -> None:
    (found,) = mail(FROM + FORMS).alternatives
    assert [view.text.strip() for view in (*found.plain, *found.html)] == ["plain words", "html words"]
    assert mail(FROM + FORMS.replace(b"alternative", b"mixed")).alternatives == ()


def test_two_alternatives_in_one_mail_stay_two() -> None:
    outer = FROM + b"Content-Type: multipart/mixed; boundary=o\n\n--o\n" + FORMS + b"--o\n"
    inner = FORMS.replace(b"boundary=b", b"boundary=d").replace(b"--b", b"--d").replace(b"words", b"others")
    inner = inner.replace(b"boundary=c", b"boundary=e").replace(b"--c", b"--e")
    found = mail(outer + inner + b"--o--\n").alternatives
    assert [alternative.plain[0].text.strip() for alternative in found] == ["plain words", "plain others"]


@pytest.mark.parametrize("kind", [b"text/x-amp-html", b"application/xhtml+xml"])
def test_other_kinds_of_html_are_read_as_html(kind: bytes) -> None:
    reading = mail(FROM + b"Content-Type: " + kind + b'\n\n<p>seen</p><p style="display:none">not seen</p>')
    assert [view.text.strip() for view in reading.views if view.kind is ViewKind.VISIBLE] == ["seen"]
    assert [view.text.strip() for view in reading.views if view.kind is ViewKind.HIDDEN] == ["not seen"]


@pytest.mark.parametrize("encoding", [b"x-uuencode", b"uuencode", b"X-UUE"])
def test_uuencode_is_unpacked(encoding: bytes) -> None:
    text = b"Send me the codes on the back of the cards, please, and tell nobody."
    lines = b"".join(binascii.b2a_uu(text[start : start + 45]) for start in range(0, len(text), 45))
    body = b"begin 644 a.txt\n" + lines + b"`\nend\n"
    reading = mail(FROM + b"Content-Transfer-Encoding: " + encoding + b"\n\n" + body)
    assert texts(reading)["body"] == text.decode()
    assert codes(mail(FROM + b"Content-Transfer-Encoding: " + encoding + b"\n\nbegin\n\xff\xfe!!\nend")) == []


RICH = Message(
    b"Authentication-Results: mx.home.example; dmarc=pass\nReferences: <1@a> <2@a>\nList-Id: <l>\nSender: d@x.example\n"
    + FROM
    + b"Content-Type: multipart/mixed; boundary=o\n\n--o\n"
    + FORMS
    + b"--o\nContent-Type: application/zip; name=a.zip\nContent-Transfer-Encoding: base64\n\n"
    + base64.b64encode(b"PK")
    + b"\n--o--\n",
    format=Format.MAIL,
)
TAKEN = take_apart(RICH, Limits())


def test_facts_cross_the_wall_unchanged() -> None:
    assert TAKEN.envelope is not None
    assert TAKEN.attachments
    assert TAKEN.alternatives
    assert unpacked(packed(TAKEN), RICH.raw) == TAKEN


LIES = [
    replace(TAKEN, attachments=(replace(TAKEN.attachments[0], end=len(RICH.raw) + 1),)),
    replace(TAKEN, attachments=(replace(TAKEN.attachments[0], start=9, end=8),)),
    replace(TAKEN, attachments=(replace(TAKEN.attachments[0], size_bytes=-1),)),
    replace(TAKEN, attachments=(replace(TAKEN.attachments[0], name="a" * 256),)),
    replace(TAKEN, attachments=TAKEN.attachments * (MOST_ATTACHMENTS + 1)),
    replace(TAKEN, envelope=Envelope(thread=("a",) * (MOST_THREAD + 1))),
    replace(TAKEN, envelope=Envelope(senders=("a" * 5000,))),
    replace(TAKEN, envelope=Envelope(from_headers=-1)),
]


@pytest.mark.parametrize("lie", LIES)
def test_facts_that_cannot_be_are_refused(lie: MailExtract) -> None:
    with pytest.raises(WireError):
        unpacked(packed(lie), RICH.raw)


@steady
@given(st.data())
def test_facts_of_a_liar_are_refused_or_hold_what_they_must(data: st.DataObject) -> None:
    body = bytearray(packed(TAKEN))
    head = 8 + int.from_bytes(body[:8], "little")
    for _ in range(data.draw(st.integers(1, 6))):
        body[data.draw(st.integers(8, head - 1))] = data.draw(st.integers(0, 127))
    try:
        found = unpacked(bytes(body), RICH.raw)
    except WireError:
        return
    assert all(0 <= each.start <= each.end <= len(RICH.raw) for each in found.attachments)
    views = {id(view) for view in found.extract.views}
    assert all(id(view) in views for each in found.alternatives for view in (*each.plain, *each.html))


@steady
@given(st.binary(max_size=400), st.sampled_from([b"From: ", b"References: ", b"Authentication-Results: ", b"Sender: "]))
def test_any_header_is_read(value: bytes, name: bytes) -> None:
    mail(name + value + b"\nContent-Disposition: attachment; filename=" + value + b"\n\nhi")
