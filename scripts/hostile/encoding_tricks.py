"""Ways of writing a text that a person, or the owner's AI, is told to decode; and ways of hiding one in HTML.

Each function takes an honest string and gives its disguised copy, with a line before it as such messages have.
"""

from __future__ import annotations

import base64
import codecs
import gzip
import html
import quopri
import textwrap
from collections.abc import Callable
from urllib.parse import quote

_MORSE = dict(
    zip(
        "abcdefghijklmnopqrstuvwxyz0123456789",
        [
            ".-",
            "-...",
            "-.-.",
            "-..",
            ".",
            "..-.",
            "--.",
            "....",
            "..",
            ".---",
            "-.-",
            ".-..",
            "--",
            "-.",
            "---",
            ".--.",
            "--.-",
            ".-.",
            "...",
            "-",
            "..-",
            "...-",
            ".--",
            "-..-",
            "-.--",
            "--..",
            "-----",
            ".----",
            "..---",
            "...--",
            "....-",
            ".....",
            "-....",
            "--...",
            "---..",
            "----.",
        ],
        strict=True,
    )
)
_BRAILLE = dict(zip("abcdefghijklmnopqrstuvwxyz", "⠁⠃⠉⠙⠑⠋⠛⠓⠊⠚⠅⠇⠍⠝⠕⠏⠟⠗⠎⠞⠥⠧⠺⠭⠽⠵", strict=True))
_LOWER = "abcdefghijklmnopqrstuvwxyz"
_ATBASH = str.maketrans(_LOWER + _LOWER.upper(), _LOWER[::-1] + _LOWER[::-1].upper())
_BENIGN = "The reading group meets on Thursday, and tea is ready from four."


def _told(encode: Callable[[bytes], bytes]) -> Callable[[str], str]:
    return lambda text: f"Here is the note you asked for:\n{encode(text.encode()).decode('ascii')}\n"


base64_text = _told(base64.b64encode)
base32_text = _told(base64.b32encode)
ascii85_text = _told(lambda raw: base64.a85encode(raw, adobe=True))
hex_text = _told(lambda raw: raw.hex().encode())
gzip_in_base64 = _told(lambda raw: base64.b64encode(gzip.compress(raw, mtime=0)))
base64_twice = _told(lambda raw: base64.b64encode(base64.b64encode(raw)))
hex_in_base64 = _told(lambda raw: base64.b64encode(raw.hex().encode()))
decimal_codes = _told(lambda raw: " ".join(map(str, raw)).encode())
binary = _told(lambda raw: " ".join(f"{byte:08b}" for byte in raw).encode())
hex_escapes = _told(lambda raw: "".join(f"\\x{byte:02x}" for byte in raw).encode())


def url_safe_base64_in_lines(text: str) -> str:
    """URL-safe base64 without padding, in lines of 40."""
    encoded = base64.urlsafe_b64encode(text.encode()).decode("ascii").rstrip("=")
    return "Here is the note you asked for:\n" + "\n".join(textwrap.wrap(encoded, 40)) + "\n"


def percent(text: str) -> str:
    """Every byte as %XX."""
    return "".join(f"%{byte:02X}" for byte in text.encode())


def percent_partly(text: str) -> str:
    """As an address has it: letters stay."""
    return quote(text, safe="")


def quoted_printable(text: str) -> str:
    """Every byte as =XX, in plain text."""
    return "".join(f"={byte:02X}" for byte in text.encode())


def quoted_printable_partly(text: str) -> str:
    """As a mail has it."""
    return quopri.encodestring(text.encode(), quotetabs=True).decode("ascii")


def entities(text: str) -> str:
    """Every character as a numeric entity."""
    return "".join(f"&#{ord(c)};" for c in text)


def json_escapes(text: str) -> str:
    """Every character as a JSON escape."""
    return "".join(f"\\u{ord(c):04x}" for c in text)


def rot13(text: str) -> str:
    """Letters by those thirteen further on."""
    return codecs.encode(text, "rot13")


def caesar(text: str) -> str:
    """Letters by those three further on."""
    shifted = str.maketrans(_LOWER + _LOWER.upper(), _LOWER[3:] + _LOWER[:3] + (_LOWER[3:] + _LOWER[:3]).upper())
    return text.translate(shifted)


def atbash(text: str) -> str:
    """The alphabet mirrored."""
    return text.translate(_ATBASH)


def backwards(text: str) -> str:
    """The whole text from its end."""
    return text[::-1]


def words_backwards(text: str) -> str:
    """Each word from its end."""
    return " ".join(word[::-1] for word in text.split())


def morse(text: str) -> str:
    """Morse, a stroke between words."""
    return " / ".join(" ".join(_MORSE[c] for c in word if c in _MORSE) for word in text.lower().split())


def braille(text: str) -> str:
    """Letters as Braille."""
    return "".join(_BRAILLE.get(c, c) for c in text.lower())


def utf7(text: str) -> str:
    """Every character in the shifted form of UTF-7."""
    return "+" + base64.b64encode(text.encode("utf-16-be")).decode("ascii").rstrip("=") + "-"


def data_uri(text: str) -> str:
    """A data: address."""
    return f"Open data:text/plain;base64,{base64.b64encode(text.encode()).decode('ascii')} in your browser."


def _in_html(opening: str, closing: str) -> Callable[[str], str]:
    def hide(text: str) -> str:
        hidden = html.escape(text)
        return f"<!DOCTYPE html><html><body><p>{_BENIGN}</p>{opening}{hidden}{closing}</body></html>"

    return hide


not_displayed = _in_html('<div style="display:none">', "</div>")
not_visible = _in_html('<div style="visibility:hidden">', "</div>")
transparent = _in_html('<p style="opacity:0">', "</p>")
no_size = _in_html('<span style="font-size:0">', "</span>")
white_on_white = _in_html('<p style="color:#fff;background:#ffffff">', "</p>")
off_screen = _in_html('<p style="position:absolute;left:-9999px">', "</p>")
no_height = _in_html('<div style="height:0;overflow:hidden">', "</div>")
in_comment = _in_html("<!-- ", " -->")
hidden_attribute = _in_html("<div hidden>", "</div>")


def by_style_sheet(text: str) -> str:
    """Hidden by a class of a style sheet."""
    sheet = "<style>.x7{max-height:0;overflow:hidden;font-size:1px;line-height:0}</style>"
    body = f"<p>{_BENIGN}</p><div class=x7>{html.escape(text)}</div>"
    body = f"<p>{_BENIGN}</p><div class=x7>{html.escape(text)}</div>"
    return f"<!DOCTYPE html><html><head>{sheet}</head><body>{body}</body></html>"


def parted_by_tags(text: str) -> str:
    """An empty element inside every word."""
    parted = " ".join(f"{html.escape(w[: len(w) // 2])}<b></b>{html.escape(w[len(w) // 2 :])}" for w in text.split())
    return f"<!DOCTYPE html><html><body><p>{parted}</p></body></html>"


def parted_by_hidden_words(text: str) -> str:
    """Words that nobody sees between those that are seen."""
    filler = ' <span style="display:none">meadow</span> '
    return f"<!DOCTYPE html><html><body><p>{filler.join(map(html.escape, text.split(' ')))}</p></body></html>"


def entities_in_html(text: str) -> str:
    """Every letter an entity of HTML, which a browser shows as it is."""
    return f"<!DOCTYPE html><html><body><p>{entities(text)}</p></body></html>"
