"""Attached files: what runs is told, names that hide it are found, ordinary files are passed over (names are ours)."""

from __future__ import annotations

import pytest
from detector_rig import MENTION, NONE, PLAIN, WEAK, strength

from guardian.detectors.attachments import INVISIBLE, LINK, AttachmentsDetector
from guardian.detectors.base import Evidence
from guardian.message import Format, Message
from guardian.reading.limits import Limits
from guardian.reading.read import read

DETECTOR = AttachmentsDetector()


def with_file(disposition: str, kind: str = "application/octet-stream") -> Evidence:
    raw = (
        "From: ann@x.example\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nHere it is.\n--b\n"
        f"Content-Type: {kind}\nContent-Disposition: attachment; {disposition}\n"
        "Content-Transfer-Encoding: base64\n\nAAEC\n--b--\n"
    )
    message = Message(raw.encode(), format=Format.MAIL)
    return Evidence(message, read(message, Limits()))


FILES = [
    ("invoice.pdf", NONE),
    ("photo.JPG", NONE),
    ("minutes.v2.final.docx", NONE),
    ("report 3.11.2025.pdf", NONE),
    ("archive.tar.gz", NONE),
    ("invite.ics", NONE),
    ("budget.xlsx", NONE),
    ("mail.eml", NONE),
    ("noext", NONE),
    ("", NONE),
    ("setup.exe", PLAIN),
    ("Setup.EXE", PLAIN),
    ("saver.scr", PLAIN),
    ("open me.lnk", PLAIN),
    ("order.vbs", PLAIN),
    ("disk.iso", PLAIN),
    ("page.hta", PLAIN),
    ("invoice.exe ", PLAIN),
    ("invoice.exe.", PLAIN),
    ("invoice.pdf.exe", PLAIN),
    ("invoice.pdf.js", PLAIN),
    ("scan.jpg.html", PLAIN),
    ("statement.pdf.htm", PLAIN),
    ("invoice.pdf          .js", PLAIN),
    ("app.js", MENTION),
    ("page.html", MENTION),
    ("page.htm", MENTION),
    ("macro.docm", MENTION),
    ("table.xlsm", MENTION),
    ("script.py", MENTION),
    ("install.sh", MENTION),
]


@pytest.mark.parametrize(("name", "score"), FILES)
def test_files_by_what_they_do_when_they_are_opened(name: str, score: float) -> None:
    evidence = with_file(f'filename="{name}"')
    assert strength(DETECTOR, evidence, LINK) == score
    for finding in DETECTOR.detect(evidence):
        span = finding.spans[0]
        assert span.quote == name.strip()
        assert evidence.message.raw[span.start : span.end].strip() == b"AAEC"


TURNED = [
    ("invoice\u202efdp.exe", PLAIN),
    ("photo\u202egpj.scr", PLAIN),
    ("photo\u2066gpj.html", PLAIN),
    ("photo\u202egpj.pdf", WEAK),
    ("\u202bחשבונית\u202c.pdf", NONE),  # such marks are ordinary round Hebrew
    ("حساب\u202a1\u202c.pdf", NONE),
]


@pytest.mark.parametrize(("name", "score"), TURNED)
def test_names_that_are_turned_round(name: str, score: float) -> None:
    assert strength(DETECTOR, with_file(f'filename="=?utf-8?q?{_quoted(name)}?="'), INVISIBLE) == score
    percent = "".join(f"%{byte:02X}" for byte in name.encode())
    assert strength(DETECTOR, with_file(f"filename*=utf-8''{percent}"), INVISIBLE) == score


def _quoted(name: str) -> str:
    return "".join(f"={byte:02X}" for byte in name.encode())


def test_a_name_in_pieces_is_put_together() -> None:
    evidence = with_file("filename*0=invoice.pd; filename*1=f.exe")
    assert strength(DETECTOR, evidence, LINK) == PLAIN


def test_a_zero_width_character_hides_no_ending() -> None:
    percent = "".join(f"%{byte:02X}" for byte in "invoice.pdf.e\u200bxe".encode())
    assert strength(DETECTOR, with_file(f"filename*=utf-8''{percent}"), LINK) == PLAIN


def test_a_file_in_the_name_of_its_type_counts_too() -> None:
    raw = b"From: a@x.example\nContent-Type: application/octet-stream; name=a.exe\n\nMZ\n"
    message = Message(raw, format=Format.MAIL)
    assert strength(DETECTOR, Evidence(message, read(message, Limits())), LINK) == PLAIN
