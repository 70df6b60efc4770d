"""Keys, hashes, pictures, links, code and the rest of honest texts are no encoded text.

All strings are our own, or made here with the standard library; none belongs to anybody. Keys are drawn by lot.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import random
import uuid
import zlib
from pathlib import Path

import pytest
from ways import b64

from guardian.reading.base import ViewKind, exact_view
from guardian.reading.decoding.decode import Decoded, decode_views
from guardian.reading.limits import Limits

LOT = random.Random(7)
ROOT = Path(__file__).resolve().parents[3]


def lot(count: int) -> bytes:
    """Bytes drawn by lot, the same in each run."""
    return LOT.randbytes(count)


def token(*parts: dict[str, object]) -> str:
    """A JSON web token."""
    sealed = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts]
    return ".".join([*sealed, base64.urlsafe_b64encode(lot(32)).decode().rstrip("=")])


def armour(kind: str, count: int) -> str:
    """A block of base64 between lines that say what it is."""
    body = base64.encodebytes(lot(count)).decode()
    return f"-----BEGIN {kind}-----\n\n{body}=aB3d\n-----END {kind}-----"


PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x10" + lot(300) + b"tEXtComment\x00Created with a drawing program"
)
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + lot(300) + b"Copyright (c) 2024 by the people who took this picture"
PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n" + lot(200)
DIGEST = hashlib.sha256(b"a").hexdigest()

INNOCENT = [
    *(hashlib.new(name, b"x").hexdigest() for name in ("md5", "sha1", "sha224", "sha256", "sha384", "sha512")),
    *(b64(hashlib.new(name, b"y").digest()) for name in ("md5", "sha1", "sha256", "sha512")),
    f"sha256-{b64(hashlib.sha256(b'z').digest())}",
    f"sha256:{DIGEST}",
    f"SHA256 (guardian.tar.gz) = {DIGEST}",
    *(f"{hashlib.sha256(bytes([n])).hexdigest()}  part-{n}.bin" for n in range(3)),
    str(uuid.UUID(bytes=lot(16))),
    f"urn:uuid:{uuid.UUID(bytes=lot(16))}",
    f"{{{uuid.UUID(bytes=lot(16))}}}",
    "ssh-ed25519 " + b64(b"\x00\x00\x00\x0bssh-ed25519\x00\x00\x00 " + lot(32)) + " ann@laptop",
    "ssh-rsa " + b64(b"\x00\x00\x00\x07ssh-rsa\x00\x00\x00\x03\x01\x00\x01\x00\x00\x01\x01" + lot(257)) + " tom@desk",
    "MD5:d4:1d:8c:d9:8f:00:b2:04:e9:80:09:98:ec:f8:42:7e",
    "Fingerprint: 3A:7F:01:C2:9B:44:DE:10:22:5E:8B:90:AF:03:7C:61:55:E8:29:B7",
    *(armour(kind, 420) for kind in ("PGP MESSAGE", "PGP SIGNATURE", "CERTIFICATE", "PGP PUBLIC KEY BLOCK")),
    token({"alg": "HS256", "typ": "JWT"}, {"sub": "1234567890", "name": "John Doe", "iat": 1516239022}),
    token({"alg": "RS256", "kid": "k1"}, {"iss": "https://id.example", "aud": "app", "exp": 1760000000, "sid": "a1"}),
    f"![logo](data:image/png;base64,{b64(PNG)})",
    f'<img src="data:image/jpeg;base64,{b64(JPEG)}">',
    "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7",
    "data:image/svg+xml;base64,"
    + b64(b'<svg xmlns="http://www.w3.org/2000/svg"><text>The blue and the red</text></svg>'),
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg'%3E%3C/svg%3E",
    f"data:font/woff2;base64,{b64(b'wOF2' + lot(200))}",
    b64(PDF),
    base64.encodebytes(PDF).decode(),
    base64.encodebytes(PNG).decode(),
    f"Content-Type: image/png\nContent-Transfer-Encoding: base64\n\n{base64.encodebytes(PNG).decode()}",
    "Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\n"
    + b64(b"See you on Friday, and bring the red book."),
    f"> Content-Transfer-Encoding: base64\n>\n> {b64(lot(57))}\n> {b64(lot(57))}",
    b64(lot(90)),
    b64(gzip.compress(lot(200), mtime=0)),
    b64(zlib.compress(lot(200))),
    lot(64).hex(),
    base64.b32encode(lot(20)).decode(),
    base64.b85encode(lot(60)).decode(),
    base64.a85encode(lot(60)).decode(),
    "otpauth://totp/Example:ann?secret=JBSWY3DPEHPK3PXP&issuer=Example",
    "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq",
    "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2",
    "0x742d35Cc6634C0532925a3b844Bc454e4438f44e",
    "IBAN: DE89 3704 0044 0532 0130 00, BIC COBADEFFXXX",
    "GB29 NWBK 6016 1331 9268 19",
    "4111 1111 1111 1111",
    "Tracking: JD014600006281230704, 1Z999AA10123456784, LX123456789DE",
    "ISBN 978-3-16-148410-0, EAN 4006381333931",
    "Order 112-8394712-3391044, item B07XJ8C8F5",
    "Windows key: VK7JG-NPHTM-C97JM-9MPGT-3V66T",
    "Part no. MX3-A7F2-99BC-0041-ZZ, rev. 12B",
    "MAC 00:1A:2B:3C:4D:5E, IP 192.168.178.24, fe80::1ff:fe23:4567:890a",
    "2001:0db8:85a3:0000:0000:8a2e:0370:7334",
    "https://shop.example/search?q=caf%C3%A9%20au%20lait&lang=fr&page=2",
    "https://de.wikipedia.org/wiki/K%C3%B6ln_%C3%9Cberblick_%C3%84rger",
    "https://ru.wikipedia.org/wiki/%D0%9C%D0%BE%D1%81%D0%BA%D0%B2%D0%B0",
    "https://a.example/go?url=https%3A%2F%2Fb.example%2Fpath%3Fx%3D1%26y%3D2",
    "https://a.example/go?url=https%253A%252F%252Fb.example%252Fpath",
    f"https://mail.example/unsubscribe/{base64.urlsafe_b64encode(b'ann@example.org').decode()}",
    f"https://click.example/c/{base64.urlsafe_b64encode(lot(60)).decode()}",
    f"https://click.example/{base64.urlsafe_b64encode(b'campaign=2231&user=5512').decode()}",
    "https://www.youtube.com/watch?v=dQw4w9WgXcQ&list=PLrAXtmErZgOeiKm4sgNOknGvNjby9efdf",
    "https://docs.google.com/document/d/1aBcD3fGhIjKlMnOpQrStUvWxYz0123456789-_AbCdE/edit#gid=0",
    "utm_source=newsletter&utm_medium=email&utm_campaign=black-friday-2026&gclid=EAIaIQobChMI8",
    "mailto:ann@example.org?subject=Hello%20there",
    "Tom &amp; Jerry &lt;3 &quot;cheese&quot; &nbsp;&nbsp; &copy; 2026 &euro;5 &rarr; &#39;ok&#39; &#8217;s",
    "Caf&eacute; Br&ucirc;l&eacute;e, 5 &euro;, M&uuml;nchen, Stra&szlig;e",
    "Gr=C3=BC=C3=9Fe aus K=C3=B6ln, bis sp=C3=A4ter=20\nDein Max",
    "x = 41, y=42, z=43; size=32, max_size=64, min_size=32)",
    '{"text": "\\u041f\\u0440\\u0438\\u0432\\u0435\\u0442, \\u043a\\u0430\\u043a \\u0434\\u0435\\u043b\\u0430?"}',
    '{"name": "Zo\\u00eb", "city": "K\\u00f6ln", "note": "it\\u2019s fine"}',
    r"C:\Users\ann\Documents\x86\utils\u2024\notes.txt",
    r'print("\x1b[31mred\x1b[0m")',
    r"re.compile(r'[\x00-\x1f\x7f]|\\u[0-9a-f]{4}')",
    r"\frac{a}{b} + \sum_{i=0}^{n} x_i \leq \alpha",
    "b'\\x89PNG\\r\\n\\x1a\\n\\x00\\x00'",
    "00000000: 4865 6c6c 6f20 7468 6572 6521 0a         Hello there!.",
    "00000000  7f 45 4c 46 02 01 01 00  00 00 00 00 00 00 00 00  |.ELF............|",
    "diff --git a/x.py b/x.py\nindex 3f2a1b9..9c0d1e2 100644\n--- a/x.py\n+++ b/x.py\n@@ -1,3 +1,4 @@\n+import os",
    "GIT binary patch\nliteral 60\n" + "z" + base64.b85encode(lot(60)).decode() + "\n\nliteral 0\nHcmV?d00001",
    "commit 9fceb02d0ae598e95dc970b74767f19372d61af8",
    "Message-ID: <CAF=7kQ1x9Zb3Yt8u@mail.example.org>",
    "DKIM-Signature: v=1; a=rsa-sha256; bh=" + b64(lot(32)) + "; b=" + b64(lot(128)),
    "Received: from mx1.example (mx1.example [192.0.2.10]) by mx2.example with ESMTPS id 4Xb2Qk1v2Wz9rTn",
    "X-MS-Exchange-Organization-AuthAs: Internal; SCL:-1; PCL:0; " + b64(lot(33)),
    "AKIAIOSFODNN7EXAMPLE / wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "ghp_" + "16C7e42F292c6912E7710c838347Ae178B4a",
    "xoxb-123456789012-1234567890123-AbCdEfGhIjKlMnOpQrStUvWx",
    "My password is Tr0ub4dor&3, or was it correct-horse-battery-staple?",
    "j7$Kq!9vR#2mXz@5LpW^8nBc*4",
    "aB3$dE6&gH9*jK2!mN5@pQ8#sT1%",
    "The phone numbers are +49 30 901820, +44 20 7946 0958 and 00 1 212 555 0100",
    "Numbers: 12, 15, 18, 20, 22, 25, 30, 35, 40, 45, 50",
    "Lottery: 3 17 22 31 40 44, bonus 9",
    "65 72 80 91 77 68 84 90 95 88",
    "8 5 12 9 14 3 7 1 2 6",
    "10:30 11:45 12:15 13:00 14:20 15:40 16:55",
    "2026-11-21 22:15:03,114 2026-11-21 22:15:04,220",
    "20 30 40 50 60 70 80 90 100",
    "72.50 101.20 108.00 111.10 33.00",
    "Scores: 101-99, 88-92, 110-105, 97-96",
    "0101 1100 0011 1010",
    "1 0 0 1 1 0 1 0 1 1 0 0 1 0 1 0 1 1 1 0 0 0 1 0",
    "10000000 01000000 00100000 00010000 00001000",
    "| --- | --- | --- | --- | --- | --- |\n| a | b | c | d | e | f |",
    "- - - - - - - - - -\n. . . . . . . . . .",
    "... --- ... that is how one calls for help",
    "Well... I mean... it is - as they say - a long - long - story...",
    "==========\n----------\n**********\n~~~~~~~~~~",
    "+--------+--------+\n|  name  |  size  |\n+--------+--------+",
    "\u28ff\u28ff\u28b8\u28ff\u2847\u28ff\u28ff\u28f7\u28ff\u28ff\u28fe\u28ff\n\u28ff\u28bf\u28ff\u28ff\u28ff\u287f",
    "Name: Sierra Delgado, flight Delta 204, hotel Oscar, India",
    "Mike and Oscar met Charlie in November at the Golf Hotel in Lima",
    "Papa and Romeo went to Quebec",
    "Was it a car or a cat I saw? Never odd or even. Madam, I am Adam.",
    "Live, evil, star, rats, god, dog, stressed, desserts",
    "tar, gur, naan, era, ant, vat, fur, green, terra",
    "if [ -f x ]; then\n  case $y in\n    a) ls ;;\n  esac\nfi\ndone",
    "The quick brown fox jumps over the lazy dog",
    "Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor incididunt",
    "Internationalisierungsbeauftragter, Donaudampfschifffahrtsgesellschaft, Rechtsschutzversicherung",
    "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch",
    "getElementById, setTimeoutInterval, XMLHttpRequest, NSAutoreleasePool, __init_subclass__",
    "/usr/local/lib/python3.11/site-packages/guardian/reading/decoding/tokens.py",
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    "hahahahahahahahahahahahahaha",
    "Nooooooooooooooooooooooooo!!!!!!!!!!!!!!!!!!!!!",
    "https://xn--mller-kva.example and post@xn--bcher-kva.example",
    "C++ and A+B and +AB, +A, a+b+c, AB+CD-EF",
    "f(x)=x^2+3x-7; g(x)=sin(x)/x; E=mc^2; a_1+a_2=a_3",
    "font-family:-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto;color:#ff8800;background:#00aa33",
    "#1abc9c #2ecc71 #3498db #9b59b6 #34495e #16a085 #27ae60",
    "color codes: 1a bc 9c 2e cc 71 34 98 db 9b",
    "Je voudrais un café, s'il vous plaît. À bientôt !",
    "Wir treffen uns um neun, und dann gehen wir gemeinsam essen.",
    "Mañana por la mañana nos vemos en la estación.",
    "Spotkajmy się jutro o dziewiątej przy dworcu.",
    "Yarın sabah saat dokuzda istasyonda buluşalım mı?",
    "Встретимся завтра в девять утра у вокзала.",
    "نلتقي غدا في التاسعة صباحا عند المحطة",
    "明日の朝九時に駅で会いましょう。",
    "明天早上九点在车站见。",
    "Gweld chi yfory am naw yn yr orsaf. Diolch yn fawr.",
    "Nähdään huomenna yhdeksältä asemalla.",
    "Találkozzunk holnap kilenckor az állomásnál.",
    "Sampai jumpa besok jam sembilan di stasiun.",
    "Hẹn gặp bạn ngày mai lúc chín giờ ở ga.",
]


def decoded(text: str) -> Decoded:
    """What is decoded of one visible text."""
    return decode_views((exact_view(ViewKind.VISIBLE, "text", text),), Limits())


def test_there_are_enough_of_them() -> None:
    assert len(INNOCENT) >= 120


@pytest.mark.parametrize("text", INNOCENT, ids=lambda text: text[:40].encode("ascii", "replace").decode())
def test_an_honest_string_is_no_disguise_and_no_gap(text: str) -> None:
    for framed in (text, f"Hello Ann,\n\nhere it is:\n\n{text}\n\nSee you on Friday. Tom"):
        found = decoded(framed)
        assert [(disguise.kind, disguise.decoded) for disguise in found.disguises] == []
        assert found.reasons == ()


def test_all_of_them_together_are_no_gap_either() -> None:
    found = decoded("\n\n".join(INNOCENT))
    assert ([disguise.decoded for disguise in found.disguises], found.reasons) == ([], ())


def test_our_own_ordinary_texts_have_no_disguise() -> None:
    """The ordinary texts of the corpus (ours, CC BY 4.0): two in a thousand would be too many."""
    files = sorted((ROOT / "models/training/corpus").glob("o*.jsonl"))
    texts = [json.loads(line)["text"] for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    told = [text for text in texts if decoded(text).disguises]
    assert len(texts) > 1000
    assert len(told) <= len(texts) // 500
