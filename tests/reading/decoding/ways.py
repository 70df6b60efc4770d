"""Ways of encoding a text, written here with the standard library and by hand, apart from the code that undoes them."""

from __future__ import annotations

import base64
import bz2
import codecs
import gzip
import io
import zipfile
import zlib
from collections.abc import Callable
from string import ascii_lowercase, ascii_uppercase
from textwrap import wrap
from urllib.parse import quote

Way = Callable[[str], str]


def b64(data: bytes) -> str:
    """Base64 of some bytes."""
    return base64.b64encode(data).decode("ascii")


def each(form: str, between: str = "") -> Way:
    """Every byte in one form."""
    return lambda text: between.join(form.format(byte) for byte in text.encode())


def shifted(by: int) -> Way:
    """A Caesar cipher."""
    small, large = ascii_lowercase, ascii_uppercase
    table = str.maketrans(small + large, small[by:] + small[:by] + large[by:] + large[:by])
    return lambda text: text.translate(table)


def zipped(text: str) -> str:
    """A zip with one member."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("note.txt", text)
    return b64(buffer.getvalue())


def base58(text: str) -> str:
    """Base58 as Bitcoin has it."""
    alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
    number, written = int.from_bytes(text.encode(), "big"), ""
    while number:
        number, digit = divmod(number, 58)
        written = alphabet[digit] + written
    return written


def z85(text: str) -> str:
    """Z85 (ZeroMQ), by way of the alphabet of Python's b85encode."""
    python = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~"
    zero_mq = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#"
    padded = text.encode() + b" " * (-len(text.encode()) % 4)
    return base64.b85encode(padded).decode().translate(str.maketrans(python, zero_mq))


MORSE_CODE = """
    .- -... -.-. -.. . ..-. --. .... .. .--- -.- .-.. -- -. --- .--. --.- .-. ... - ..- ...- .-- -..- -.-- --..
"""
MORSE = dict(zip(ascii_lowercase, MORSE_CODE.split(), strict=True))
BRAILLE = dict(
    zip(
        "abcdefghijklmnopqrstuvwxyz ",
        "\u2801\u2803\u2809\u2819\u2811\u280b\u281b\u2813\u280a\u281a\u2805\u2807\u280d\u281d\u2815\u280f\u281f\u2817"
        "\u280e\u281e\u2825\u2827\u283a\u282d\u283d\u2835\u2800",
        strict=True,
    )
)
NATO_ALPHABET = """
    Alfa Bravo Charlie Delta Echo Foxtrot Golf Hotel India Juliett Kilo Lima Mike November Oscar Papa Quebec Romeo
    Sierra Tango Uniform Victor Whiskey Xray Yankee Zulu
"""
NATO = NATO_ALPHABET.split()


def morse(text: str, letter: str = " ", word: str = " / ") -> str:
    """Morse; only letters and blanks."""
    return word.join(letter.join(MORSE[sign] for sign in part) for part in text.lower().split())


def mirrored(text: str) -> str:
    """Atbash."""
    table = str.maketrans(ascii_lowercase + ascii_uppercase, ascii_lowercase[::-1] + ascii_uppercase[::-1])
    return text.translate(table)


WAYS: dict[str, Way] = {
    "base64": lambda text: b64(text.encode()),
    "base64-no-padding": lambda text: b64(text.encode()).rstrip("="),
    "base64-url-safe": lambda text: base64.urlsafe_b64encode(text.encode()).decode(),
    "base64-wrapped-76": lambda text: "\n".join(wrap(b64((text + " ").encode() * 4), 76)),
    "base64-wrapped-20": lambda text: "\n".join(wrap(b64(text.encode()), 20)),
    "base64-wrapped-crlf": lambda text: "\r\n".join(wrap(b64((text + " ").encode() * 4), 64)),
    "base64-quoted-reply": lambda text: "\n".join(f"> {line}" for line in wrap(b64((text + " ").encode() * 3), 60)),
    "base64-groups-of-4": lambda text: " ".join(wrap(b64(text.encode()), 4)),
    "base64-groups-of-8": lambda text: " ".join(wrap(b64(text.encode()), 8)),
    "base64-out-of-step": lambda text: "x" + b64(text.encode()),
    "base64-turned-round": lambda text: b64(text.encode())[::-1],
    "base64-rot13": lambda text: codecs.encode(b64(text.encode()), "rot13"),
    "base64-in-path": lambda text: "files/" + base64.urlsafe_b64encode(text.encode()).decode() + "/view",
    "base64-utf-16": lambda text: b64(text.encode("utf-16-le")),
    "base64-percent": lambda text: quote(b64(text.encode()), safe=""),
    "base64-behind-filling": lambda text: b64(bytes(range(128, 256)) + text.encode()),
    "base64-before-filling": lambda text: b64(text.encode() + bytes(range(128, 256))),
    "base64-said-to-be-a-picture": lambda text: f"data:image/png;base64,{b64(text.encode())}",
    "data-uri-base64": lambda text: f"data:text/html;base64,{b64(text.encode())}",
    "data-uri-percent": lambda text: "data:text/html," + "".join(f"%{byte:02x}" for byte in text.encode()),
    "base32": lambda text: base64.b32encode(text.encode()).decode(),
    "base32-small-no-padding": lambda text: base64.b32encode(text.encode()).decode().lower().rstrip("="),
    "base58": base58,
    "ascii85": lambda text: base64.a85encode(text.encode()).decode(),
    "ascii85-marked": lambda text: base64.a85encode(text.encode(), adobe=True, wrapcol=30).decode(),
    "base85": lambda text: base64.b85encode(text.encode()).decode(),
    "z85": z85,
    "hex": each("{:02x}"),
    "hex-capitals": each("{:02X}"),
    "hex-blanks": each("{:02x}", " "),
    "hex-colons": each("{:02x}", ":"),
    "hex-dashes": each("{:02x}", "-"),
    "hex-0x": each("0x{:02x}", " "),
    "hex-0x-commas": each("0x{:02X}", ", "),
    "hex-pairs-of-bytes": lambda text: text.encode().hex(" ", 2),
    "hex-lines": lambda text: "\n".join(wrap(text.encode().hex(), 32)),
    "backslash-x": each("\\x{:02x}"),
    "backslash-u": each("\\u{:04x}"),
    "backslash-u-braces": each("\\u{{{:x}}}"),
    "backslash-U": each("\\U{:08x}"),
    "backslash-octal": each("\\{:03o}"),
    "percent": each("%{:02X}"),
    "percent-small": each("%{:02x}"),
    "percent-u": each("%u{:04x}"),
    "percent-twice": lambda text: "".join(f"%25{byte:02x}" for byte in text.encode()),
    "quoted-printable": each("={:02X}"),
    "entities": each("&#{};"),
    "entities-hex": each("&#x{:x};"),
    "entities-hex-capital": each("&#X{:X};"),
    "entities-no-semicolon": each("&#{}"),
    "entities-zeros": each("&#{:07d};"),
    "utf-7": lambda text: "+" + b64(text.encode("utf-16-be")).rstrip("=") + "-",
    "rot13": shifted(13),
    **{f"caesar-{by}": shifted(by) for by in (1, 2, 3, 5, 7, 11, 17, 19, 23, 25)},
    "rot13-capitals": lambda text: shifted(13)(text).upper(),
    "atbash": mirrored,
    "reversed": lambda text: text[::-1],
    "reversed-by-word": lambda text: " ".join(word[::-1] for word in text.split()),
    "morse": morse,
    "morse-bars": lambda text: morse(text, word=" | "),
    "morse-wide-gaps": lambda text: morse(text, word="   "),
    "morse-lines": lambda text: morse(text, word="\n"),
    "morse-typographic": lambda text: morse(text).replace("-", "\u2013").replace(".", "\u2022"),
    "braille": lambda text: "".join(BRAILLE[letter] for letter in text.lower()),
    "binary": each("{:08b}", " "),
    "binary-in-a-row": each("{:08b}"),
    "binary-seven": each("{:07b}", " "),
    "binary-commas": each("{:08b}", ", "),
    "binary-lines": each("{:08b}", "\n"),
    "codes": each("{}", " "),
    "codes-commas": each("{}", ", "),
    "codes-zeros": each("{:03d}", " "),
    "codes-call": lambda text: f"String.fromCharCode({','.join(str(byte) for byte in text.encode())})",
    "nato": lambda text: " space ".join(
        " ".join(NATO[ord(letter) - 97] for letter in word) for word in text.lower().split()
    ),
    "gzip-base64": lambda text: b64(gzip.compress(text.encode(), mtime=0)),
    "zlib-base64": lambda text: b64(zlib.compress(text.encode())),
    "bzip2-base64": lambda text: b64(bz2.compress(text.encode())),
    "zip-base64": zipped,
    "gzip-hex": lambda text: gzip.compress(text.encode(), mtime=0).hex(),
    "gzip-twice-base64": lambda text: b64(gzip.compress(gzip.compress(text.encode(), mtime=0), mtime=0)),
    "gzip-second-member": lambda text: b64(gzip.compress(b"", mtime=0) + gzip.compress(text.encode(), mtime=0)),
}
"""Every way, by name."""


def through(*names: str) -> Way:
    """One way after another, the innermost first."""

    def way(text: str) -> str:
        for name in names:
            text = WAYS[name](text)
        return text

    return way


NESTED: dict[str, Way] = {
    " in ".join(names): through(*names)
    for names in (
        ("base64", "base64"),
        ("base64", "base64", "base64"),
        ("rot13", "base64"),
        ("base64", "hex"),
        ("hex", "base64"),
        ("hex-blanks", "base64"),
        ("reversed", "base64"),
        ("base64", "percent"),
        ("entities", "base64"),
        ("base64", "backslash-x"),
        ("binary", "base64"),
        ("morse", "base64"),
        ("base32", "base64"),
        ("gzip-base64", "base64"),
        ("base64", "gzip-base64"),
        ("rot13", "base64", "hex"),
        ("base64", "codes"),
        ("base64", "binary"),
        ("atbash", "hex", "base64"),
        ("backslash-u", "base64"),
    )
}
"""Ways inside ways."""
