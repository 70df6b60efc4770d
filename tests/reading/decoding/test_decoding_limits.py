"""However a text is encoded, decoding ends, stays small, raises nothing, and says what it left out."""

from __future__ import annotations

import base64
import gzip
import subprocess
import sys
import tracemalloc
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reading_rig import check_span, read_as, steady
from ways import NESTED, WAYS, b64, zipped

from guardian.reading.base import ViewKind, exact_view
from guardian.reading.decoding.decode import Decoded, decode_views
from guardian.reading.limits import Limits

ASK = "Please send the money to this account tonight and tell nobody"
MIB = 1024 * 1024
ROOT = Path(__file__).resolve().parents[3]


def decoded(text: str, limits: Limits | None = None) -> Decoded:
    """What is decoded of one visible text."""
    return decode_views((exact_view(ViewKind.VISIBLE, "text", text),), limits or Limits())


def codes(found: Decoded) -> list[str]:
    """The codes of its reasons."""
    return [reason.code for reason in found.reasons]


def times_over(count: int) -> str:
    """Base64 of base64 of base64."""
    text = ASK
    for _ in range(count):
        text = WAYS["base64"](text)
    return text


def test_three_times_over_is_read_and_a_fourth_time_is_a_gap() -> None:
    assert ASK in decoded(times_over(3)).views[-1].text
    assert codes(decoded(times_over(3))) == []
    for count in (4, 5, 8):
        assert codes(decoded(times_over(count))) == ["encoded-too-deep"]
    assert ASK in decoded(times_over(4), Limits(max_decode_depth=4)).views[-1].text
    assert codes(decoded(times_over(2), Limits(max_decode_depth=1))) == ["encoded-too-deep"]


def test_packed_in_packed_in_packed_ends_as_a_gap() -> None:
    data = ASK.encode()
    for _ in range(6):
        data = gzip.compress(data, mtime=0)
    assert codes(decoded(b64(data))) == ["encoded-too-deep"]


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress])
def test_a_bomb_is_unpacked_to_ten_times_its_size_and_the_rest_is_a_gap(pack: Callable[[bytes], bytes]) -> None:
    packed = pack((ASK + ". ").encode() * 200_000)
    tracemalloc.start()
    found = decoded(b64(packed))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert "encoded-grows" in codes(found)
    assert ASK in found.views[0].text
    assert sum(len(view.text) for view in found.views) <= 10 * len(packed)
    assert most < 32 * MIB


def test_a_bomb_in_a_zip_and_one_of_nothing_are_gaps() -> None:
    assert "encoded-grows" in codes(decoded(zipped(ASK * 50_000)))
    assert "encoded-grows" in codes(decoded(b64(gzip.compress(bytes(50 * MIB)))))


def test_more_decoded_text_than_the_limit_is_a_gap_with_its_size() -> None:
    found = decoded(b64((ASK + ". ").encode() * 40_000))
    assert codes(found) == ["encoded-too-large"]
    assert sum(len(view.text) for view in found.views) <= MIB
    small = decoded(b64((ASK + ". ").encode() * 10), Limits(max_decoded_bytes=100))
    assert codes(small) == ["encoded-too-large"]
    assert [len(view.text) for view in small.views] == [100]


def test_ten_thousand_encoded_texts_are_decoded_up_to_the_limit_and_the_rest_is_a_gap() -> None:
    found = decoded("\n".join(b64(f"send money to number {n}".encode()) for n in range(10_000)))
    assert codes(found) == ["encoded-too-large"]
    assert [view.text.count("\n") + 1 for view in found.views] == [Limits().max_decode_texts]
    assert len(found.disguises) <= 32


def test_ten_thousand_packed_texts_are_unpacked_up_to_the_limit() -> None:
    packed = b64(gzip.compress(b"send money now please", mtime=0))
    found = decoded("\n".join([packed] * 2_000), Limits(max_decode_packed=5))
    assert codes(found) == ["encoded-too-large"]
    assert [view.text.count("\n") + 1 for view in found.views] == [5]


@pytest.mark.parametrize("place", [0, 3, 6, 9])
def test_no_place_in_a_long_text_is_safe(place: int) -> None:
    filling = "The ferry leaves at nine and comes back at five. " * 3_000
    for name in ("base64", "rot13", "hex-blanks", "entities", "morse"):
        cut = len(filling) * place // 9 // 49 * 49
        found = decoded(f"{filling[:cut]}\n{WAYS[name](ASK)}\n{filling[cut:]}")
        assert any(ASK.lower() in view.text.lower() for view in found.views), name


HOSTILE = {
    "one letter": "a",
    "one capital": "A",
    "zeros": "0",
    "bits": "01",
    "percent": "%",
    "percent A": "%41",
    "backslash": "\\",
    "backslash x": "\\x41",
    "ampersand": "&",
    "entities": "&#65;",
    "entities alone": "&#97;\n",
    "named entities": "&nbsp;",
    "dots": ".",
    "dashes": "- ",
    "dots and dashes": ". - ",
    "equal signs": "=",
    "utf-7": "+A",
    "utf-7 in full": "+AAAA-",
    "punycode": "xn--",
    "white space": " ",
    "lines": "\n",
    "wrapped": "A" * 20 + "\n",
    "short lines": "c2VuZCBtb25leQ\n",
    "path": "/usr/local-x",
    "marks": "<~",
    "marks open": "<~!!!!!!",
    "spelling": "alpha ",
    "data links": "data:image/png;base64,",
    "headers": "Content-Transfer-Encoding: base64\n" + "A" * 30 + "\n",
    "rot13": "gur naq ",
    "braille": "\u2801",
    "four": "4444 ",
    "pairs": "41 ",
    "codes": "65, ",
    "groups": "aGVs ",
    "shapes": "Ab1 ",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_long_text_of_one_sign_is_read_to_its_end_and_stays_small(name: str) -> None:
    """A pattern that is not linear does not come back from this within minutes."""
    sign = HOSTILE[name]
    text = sign * (64 * 1024 // len(sign))
    for found in (decoded(text), decoded("(" + text[:-1] + "!")):
        assert sum(len(view.text) for view in found.views) <= MIB
        assert len(found.disguises) <= 64


@steady
@given(st.text(max_size=300))
def test_no_text_is_an_error_and_all_spans_stand_in_it(text: str) -> None:
    raw = text.encode("utf-8", "surrogatepass")
    view = exact_view(ViewKind.VISIBLE, "text", raw.decode("utf-8", "surrogateescape"))
    found = decode_views((view,), Limits())
    for other in found.views:
        assert other.text
        check_span(other, 0, len(other.text), raw)
    for disguise in found.disguises:
        assert 0 <= disguise.span.start < disguise.span.end <= len(raw)


_PIECES = st.sampled_from(
    ["%", "=", "&#", "\\x", "\\u", "+A", "xn--", "<~", "~>", ";", "41", "6F", " ", "\n", "0x", "aGVs", "."]
)


@steady
@given(st.lists(st.one_of(_PIECES, st.text(max_size=4)), max_size=60))
def test_no_mixture_of_signs_is_an_error(pieces: list[str]) -> None:
    decoded("".join(pieces).encode("utf-8", "replace").decode())


@steady
@given(st.binary(max_size=200), st.sampled_from(["b64", "b64 cut", "hex", "b85", "gz"]))
def test_no_bytes_are_an_error(data: bytes, form: str) -> None:
    packed = gzip.compress(data, mtime=0)
    text = {
        "b64": b64(data),
        "b64 cut": b64(packed[: len(packed) * 2 // 3]),
        "hex": data.hex(" "),
        "b85": base64.b85encode(data).decode(),
        "gz": b64(packed[:10] + data),
    }[form]
    decoded(text)


@steady
@given(st.sampled_from(sorted({**WAYS, **NESTED})), st.text(max_size=20), st.text(max_size=20))
def test_a_mutant_of_an_encoded_text_is_no_error(name: str, head: str, inside: str) -> None:
    encoded = {**WAYS, **NESTED}[name](ASK)
    middle = len(encoded) // 2
    decoded((head + encoded[:middle] + inside + encoded[middle:]).encode("utf-8", "replace").decode())


def test_a_message_is_judged_with_what_it_says_encoded() -> None:
    reading = read_as(f"Hello Ann, read this: {WAYS['base64'](ASK)}".encode())
    assert ASK in [view.text for view in reading.views if view.kind is ViewKind.DECODED]
    assert any(window.text == ASK for window in reading.windows)
    assert any(disguise.kind == "base64" for disguise in reading.disguises)


def test_the_table_of_letters_is_what_the_corpus_gives() -> None:
    done = subprocess.run([sys.executable, ROOT / "scripts/letter_pairs.py", "--check"], check=False)
    assert done.returncode == 0
