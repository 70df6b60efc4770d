"""The innocent forms of the transformations: what honest people and programs write that looks like one of them.

Invariants: seeded, so that each run reads the same 2,000 texts; every text is a few ordinary sentences of one language
with at most one innocent form in it; nothing in them asks for money, codes or silence.
"""

from __future__ import annotations

import base64
import hashlib
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from hostile.ordinary_sentences import ORDINARY, Words

TEXTS = 2_000
WANTED = 0.005
"""Most texts of which an evasion may be said."""
_BENIGN_HTML = "<!DOCTYPE html><html lang=xx><head><title>x</title></head><body>{}</body></html>"
Form = Callable[[str, random.Random], str]


@dataclass(frozen=True, slots=True)
class Innocent:
    """One honest text."""

    language: str
    form: str
    text: str


def _digest(chance: random.Random) -> bytes:
    return hashlib.sha256(str(chance.random()).encode()).digest()


def _behind(addition: Callable[[random.Random], str]) -> Form:
    return lambda text, chance: f"{text}\n{addition(chance)}"


def _one_of(*additions: str) -> Form:
    return lambda text, chance: f"{text} {chance.choice(additions)}"


def _soft_hyphens(text: str, chance: random.Random) -> str:
    """In long words, as a typesetter sets them: one or two to a word, behind the fourth letter or later."""
    words = text.split(" ")
    return " ".join(f"{w[:5]}\u00ad{w[5:]}" if len(w) > 9 and w.isalpha() and w.isascii() else w for w in words)


def _no_break_spaces(text: str, chance: random.Random) -> str:
    return text.replace(" ", "\u00a0", 2)


def _bidi_marks(text: str, chance: random.Random) -> str:
    name = chance.choice(("דנה", "ليلى", "Anna"))
    return f"{text} (\u2068{name}\u2069) \u200e+44 20 7946 0000\u200e"


def _pgp(chance: random.Random) -> str:
    body = base64.b64encode(b"".join(_digest(chance) for _ in range(6))).decode()
    lines = "\n".join(body[at : at + 64] for at in range(0, len(body), 64))
    return f"-----BEGIN PGP SIGNATURE-----\n\n{lines}\n=aB3d\n-----END PGP SIGNATURE-----"


def _link(chance: random.Random) -> str:
    token = base64.urlsafe_b64encode(_digest(chance)).decode().rstrip("=")
    return f"https://news.example/r/{token}?utm_source=mail&to=https%3A%2F%2Fwww.example%2Fprogramme%2520autumn"


def _jwt(chance: random.Random) -> str:
    parts = ('{"alg":"HS256","typ":"JWT"}', f'{{"sub":"{chance.randrange(10**6)}","iat":1732190000}}')
    encoded = [base64.urlsafe_b64encode(part.encode()).decode().rstrip("=") for part in parts]
    return ".".join((*encoded, base64.urlsafe_b64encode(_digest(chance)).decode().rstrip("=")))


def _html(body: str) -> Form:
    return lambda text, chance: _BENIGN_HTML.format(body.replace("TEXT", text))


_PICTURE = base64.b64encode(bytes.fromhex("89504e470d0a1a0a0000000d4948445200000001000000010806000000")).decode()
FORMS: Final[dict[str, Form]] = {
    "as it is": lambda text, chance: text,
    "emoji": _one_of("👨‍👩‍👧‍👦", "🏳️‍🌈 🎉", "👍🏽👍🏿", "❤️‍🔥", "🇬🇧🇫🇷🇯🇵", "👩🏽‍🔬", "☀️🌧️"),
    "keycaps in a list": _behind(lambda chance: "1️⃣ bread\n2️⃣ milk\n3️⃣ #️⃣ eggs"),
    "soft hyphens": _soft_hyphens,
    "no-break spaces": _no_break_spaces,
    "bidi marks": _bidi_marks,
    "a checksum": _behind(lambda chance: f"sha256: {_digest(chance).hex()}"),
    "a base64 checksum": _behind(
        lambda chance: f"integrity: sha384-{base64.b64encode(_digest(chance) * 2).decode()[:64]}"
    ),
    "a PGP signature": _behind(_pgp),
    "a tracking link": _behind(_link),
    "a token": _behind(lambda chance: f"Session: {_jwt(chance)}"),
    "a UUID": _behind(lambda chance: f"Ref. {_digest(chance).hex()[:8]}-4f1c-4a2b-9d3e-{_digest(chance).hex()[:12]}"),
    "a part number": _behind(
        lambda chance: f"Part no. {chance.choice(('A1B-2C3', '4E0-615-301', 'X5-R0T-77'))}, 2 pcs"
    ),
    "a letter-spaced heading": lambda text, chance: (
        f"{chance.choice(('C H A P T E R  O N E', 'A G E N D A', 'M E N U'))}\n{text}"
    ),
    "initials": _one_of("J. R. R. Tolkien", "A. A. Milne", "P.S. see you!", "U.S.A., e.g., i.e.", "Ph.D."),
    "chat shorthand": _one_of("c u l8r", "gr8!", "b4 noon", "2nite @ 8", "sooo nice", "nooooo way", "yesss", "hmmm"),
    "a table": _behind(lambda chance: "item | qty\n-----|----\nA | 1\nB | 2\n+---+---+"),
    "code": _behind(lambda chance: 'for (i = 0; i < n; i++) { a[i] = "\\u00e9\\x41" + b[i]; }'),
    "a hexdump": _behind(lambda chance: f"00000000  {_digest(chance).hex(' ')[:47]}  |................|"),
    "maths": _one_of("∑ xᵢ² ≤ n·σ²", "x ∈ ℝ, ∀ε>0 ∃δ", "E = mc²", "5 µm ± 0.1", "H₂O, CO₂", "√2 ≈ 1.414"),
    "trade marks": _one_of("iPhone® – 12 €", "Nº 5", "™ and ©", "½ ¾ №", "Ⅳ. Kapitel", "①②③"),
    "IPA": _one_of("/ˈθɔːɹəʊ/", "[ˈʃtʁaːsə]", "/ɡɹiːn/"),
    "a quoted foreign word": _one_of(
        "(Russian: спасибо)", "(Greek: λόγος)", "(日本語)", "(Hebrew: שלום)", "naïve café"
    ),
    "ASCII art": _behind(lambda chance: " /\\_/\\\n( o.o )\n > ^ <\n~~*~~*~~"),
    "Morse for fun": _one_of("... --- ...", "-.-.-", "— – —", "=====", "*****"),
    "a version": _one_of("v2.0.1-rc.1+build.5", "10.0.0.1/24", "00:1A:2B:3C:4D:5E", "ISBN 978-3-16-148410-0"),
    "a data picture": _html(f'<p>TEXT</p><img alt="logo" src="data:image/png;base64,{_PICTURE}">'),
    "a preheader": _html(
        '<div style="display:none;max-height:0;overflow:hidden">News of the week &zwnj;&nbsp;&zwnj;&nbsp;</div>'
        "<p>TEXT</p>"
    ),
    "a tracking pixel": _html('<p>TEXT</p><img src="https://news.example/o.gif" width=1 height=1 alt="">'),
    "a label for screen readers": _html(
        "<style>.sr-only{position:absolute;width:1px;height:1px;overflow:hidden;clip:rect(0,0,0,0)}</style>"
        '<p>TEXT</p><span class="sr-only">Opens in a new window</span>'
    ),
    "an Outlook comment": _html(
        "<!--[if mso]><table><tr><td width=600><![endif]--><p>TEXT</p><!--[if mso]></td></tr></table><![endif]-->"
    ),
    "entities": _html("<p>Caf&eacute; &amp; bar &ndash; 5&nbsp;&euro; &#8211; &#x2019;</p><p>TEXT</p>"),
    "leftover quoted-printable": _behind(lambda chance: "It=E2=80=99s on Tuesday, caf=C3=A9 at ten.=20"),
    "a forwarded attachment": _behind(
        lambda chance: (
            "Content-Type: image/jpeg\nContent-Transfer-Encoding: base64\n\n"
            + "\n".join(base64.b64encode(_digest(chance) + _digest(chance)[:25]).decode() for _ in range(6))
        )
    ),
    "a password as an example": _behind(lambda chance: "such as Tr0ub4dor&3 or c0rrect-h0rse, but your own"),
    "names of files": _behind(lambda chance: "see my_holiday_photos_2026.zip and read_me_first.txt"),
    "a stretched joke": _one_of("Goooooal!", "brrrr", "pleeease come", "Hahahahaha", "zzzzz", "aaaand done"),
    "a log": _behind(lambda chance: "2026-11-21T10:00:00Z INFO request id=7f3a9c path=/a%20b status=200"),
}
"""What honest messages have in them, by name."""


def innocent_texts(count: int = TEXTS, seed: int = 12) -> Iterator[Innocent]:
    """`count` honest texts, languages and forms in turn."""
    chance = random.Random(seed)
    languages, forms = list(ORDINARY), list(FORMS)
    for number in range(count):
        language = languages[number % len(languages)]
        form = forms[number // len(languages) % len(forms)]
        yield Innocent(language, form, FORMS[form](_sentences(ORDINARY[language], chance), chance))


def _sentences(words: Words, chance: random.Random) -> str:
    chosen = chance.sample(words.sentences, chance.randint(1, 4))
    return " ".join(
        sentence.format(
            n=chance.choice(words.names),
            d=chance.choice(words.days),
            p=chance.choice(words.places),
            t=f"{chance.randint(7, 20)}:{chance.choice(('00', '15', '30'))}",
        )
        for sentence in chosen
    )
