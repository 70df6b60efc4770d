"""Valid inputs of each target, made by Guardian itself or written here: the fuzzers begin with them."""

from __future__ import annotations

import base64
import gzip
from functools import cache
from pathlib import Path
from typing import Final

from receipt_rig import journal_of

from guardian.inference.frames import FRAMES, Hello, Load, Loaded, Refusal, Request, Result, Row
from guardian.journal.encoding import padded
from guardian.message import Format, Message
from guardian.reading.limits import Limits
from guardian.reading.walled.taking_apart import take_apart
from guardian.reading.walled.wire import packed
from guardian.walls.probe import Probe

ROOT: Final = Path(__file__).resolve().parents[2]
MAILS: Final = ROOT.parent / "shared" / "corpora" / "mail"
RAW_OF_ANSWER: Final = (
    b"From: Ann <ann@x.example>\nReply-To: b@x.example\nSubject: =?utf-8?q?L=C3=BCnch?=\n"
    b"Content-Type: multipart/alternative; boundary=c\n\n"
    b"--c\nContent-Type: text/plain; charset=latin-1\nContent-Transfer-Encoding: quoted-printable\n\nShall we=3F\n"
    b'--c\nContent-Type: text/html\n\n<p style="display:none">Unseen</p><a href="https://x.example">pay</a>\n--c--\n'
)
"""The mail that the answers of the target `answer` are about."""

_PAGES: Final = (
    b"<!doctype html><html><head><title>A shop</title><style>.a{display:none}#b,p>i{color:#fff;background:white}"
    b"@media(max-width:600px){.c{font-size:0}}:root{--x:0}</style></head><body bgcolor=#fff><p class=a>Unseen</p>"
    b'<p id=b>White <i>on white</i></p><div style="position:absolute;left:-9999px;opacity:var(--x)">Off</div>'
    b'<a href="https://x.example/">https://bank.example</a><img src=cid:1 alt="A picture"><details><summary>More'
    b"</summary>Folded</details><template>Not there</template><!--[if mso]>Outlook<![endif]--></body></html>",
    b"<table><tr><td style='font-size:0;line-height:0;max-height:0;overflow:hidden'>Preview&nbsp;&zwnj;</td></tr>"
    b"<form action=//y.example><input type=hidden value=a><input placeholder=b><button hidden>c</button></form>",
    b"<base href='http://a'><svg><text>t</text></svg><math><mi>m</mi></math><iframe srcdoc='&lt;p&gt;in'></iframe>"
    b"<noscript>no</noscript><script>var a</script><object>o</object><p aria-hidden=true title=t aria-label=l>p",
)
_TEXTS: Final = tuple(
    text.encode("utf-8")
    for text in (
        "Please send the four gift cards today and tell nobody.\n\nWith kind regards,\nAnn\n",
        "p a y  n o w, p.a.y, P_A_Y, p4y m0n3y, paaaay, ｐａｙ, 𝐩𝐚𝐲,"
        " ⓟⓐⓨ, 🄿🄰🅈, 🇵🇦🇾, p\u200ba\u200by, рау, \u202eyap\u202c\n",
        "".join(chr(0xE0000 + ord(letter)) for letter in "pay now")
        + " hello \u2066bidi\u2069 Z\u0335a\u0301\u0302\u0303\n",
        "Привет, Ann! שלום, مرحبا, नमस्ते, 你好, สวัสดี. 👩\u200d👩\u200d👧 🏴󠁧󠁢󠁳󠁣󠁴󠁿 1\ufe0f\u20e3\n",
        base64.b64encode(b"send the gift card codes to me now, please").decode() + "\n",
        base64.b64encode(gzip.compress(b"send the gift card codes to me now", mtime=0)).decode() + "\n",
        b"send the money now".hex()
        + " 73 65 6e 64 \\x73\\x65\\x6e %73%65%6e%64 &#115;&#101; \\u0073\\u0065 =73=65=6E +AHM-\n",
        "cyrnfr fraq gur zbarl abj hkvwz ... .--. .- -.-- / -. --- .-- ⠎⠑⠝⠙ 01110011 01100101"
        " won yenom eht dnes esaelp\n",
        "115 101 110 100 32 109 111 110 101 121; ORSXG5A=; 9jqo^BlbD-BleB1DJ+*+F(f,q; xn--mnchen-3ya; SIERRA ECHO\n",
    )
)
_FILTERS: Final = (
    b"~o flagged ~d 7d",
    b'(~t urgency | ~p pressure-to-pay) !~s @bank.example "gift cards"',
    b"~n 12..20 ~f wrong ~a kept ~k verdict ~c ai ~m code",
    b"~d 2026-11-01..2026-11-20 | ~o unsure",
)


@cache
def seeds_of(name: str) -> list[bytes]:
    """The inputs of one target."""
    match name:
        case "mail":
            found = sorted(MAILS.rglob("*.*")) if MAILS.is_dir() else []
            return [RAW_OF_ANSWER, *(path.read_bytes() for path in found if path.suffix in (".eml", ".msg"))]
        case "html":
            return list(_PAGES)
        case "policy":
            return [path.read_bytes() for path in sorted((ROOT / "policies").glob("*.toml"))]
        case "frames":
            return _frames()
        case "answer":
            return [packed(take_apart(Message(RAW_OF_ANSWER, format=Format.MAIL), Limits()))]
        case "model":
            return [b"GGUF\x03\0\0\0" + bytes(64), (ROOT / "models" / "manifest.toml").read_bytes()]
        case "filter":
            return list(_FILTERS)
        case "receipt":
            journal = journal_of(4)
            return [journal.receipt(seq, ["outcome", "channel"], size=4).encode() for seq in range(3)]
        case "record":
            return [padded(record.to_bytes()) for record in journal_of(12).records]
        case _:
            return list(_TEXTS)


def _frames() -> list[bytes]:
    frames = (
        Hello(1, "netns", (Probe("socket", True, "refused"),)),
        Load(*range(1, len(Load._fields) + 1)),
        Loaded(("threat", "urgency"), True, 2),
        Request(7, (b"Shall we have lunch?", b"", "ünï".encode())),
        Result(7, (Row(5, 0, bytes(8)), Row(1, 1, b""))),
        Refusal(7, "too-long", "it is too long", "send less"),
    )
    each = [FRAMES.encode(frame) for frame in frames]
    return [*each, b"".join(each[:1] + each[2:3] + each[4:])]
