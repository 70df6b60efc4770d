"""Hostile packs: each is refused with its place and the reason in one line.

Their authors can sign: hashes and signatures fit unless the row is about those. What a pack does once it is taken is in
`test_pack_install.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hostile_archives import refusal
from pack_rig import CASES, RUSH, a_key, a_manifest, keygen_sign, pack_of, signed, write_folder

from guardian.message import Channel
from guardian.packs.base import MANIFEST, SIGNATURE
from guardian.packs.golden import GoldenCase

# --- what is inside -----------------------------------------------------------------------------------------------


def _with(files: Mapping[str, bytes], name: str, data: bytes | None) -> dict[str, bytes]:
    changed = dict(files)
    if data is None:
        del changed[name]
    else:
        changed[name] = data
    return changed


def _manifest(before: bytes, after: bytes) -> dict[str, bytes]:
    files = pack_of()
    assert before in files[MANIFEST]
    return _with(files, MANIFEST, files[MANIFEST].replace(before, after, 1))


def _named(policies: Mapping[str, str]) -> tuple[GoldenCase, ...]:
    return tuple(GoldenCase(policy, f"text {flag}", flag) for policy in policies for flag in (True, False))


def _policies(count: int) -> dict[str, str]:
    return {f"p{n:03}": RUSH.replace('id = "rush"', f'id = "p{n:03}"') for n in range(count)}


_MANY_RULES = {
    f"p{number}": RUSH.replace('id = "rush"', f'id = "p{number}"').replace(
        "'(?i)scratch the back'", ", ".join(f"'x{rule}'" for rule in range(99))
    )
    for number in range(12)
}
_MANY_EXAMPLES = {
    f"p{number}": RUSH.replace('id = "rush"', f'id = "p{number}"')
    + "".join(f'[[examples]]\ntext = "text {example}"\nflag = true\n' for example in range(900))
    for number in range(3)
}

CONTENTS: dict[str, tuple[Callable[[], dict[str, bytes]], str]] = {
    "unlisted file": (lambda: _with(pack_of(), "README.md", b"run me"), "README.md: is not listed in pack.toml"),
    "unlisted policy": (lambda: _with(pack_of(), "policies/x.toml", RUSH.encode()), "is not listed in pack.toml"),
    "missing file": (lambda: _with(pack_of(), "policies/rush.toml", None), "is listed in pack.toml and not there"),
    "changed policy": (lambda: _with(pack_of(), "policies/rush.toml", RUSH.encode() + b"#"), "was changed"),
    "changed golden cases": (
        lambda: _with(pack_of(), "golden.ndjson", CASES[0].to_line().encode()),
        "golden.ndjson: was changed",
    ),
    "changed report": (lambda: _with(pack_of(), "report.json", b"{}"), "report.json: was changed"),
    "no golden cases": (lambda: _with(pack_of(), "golden.ndjson", None), "golden.ndjson: is missing"),
    "no case that must match": (lambda: pack_of(golden=CASES[1:]), '"rush" has no case that must match'),
    "no case that must not match": (lambda: pack_of(golden=CASES[:1]), '"rush" has no case that must not match'),
    "a case of another policy": (
        lambda: pack_of(golden=(*CASES, GoldenCase("pressure-to-pay", "x", True))),
        'golden.ndjson:3:1: the pack has no policy "pressure-to-pay"',
    ),
    "a case twice": (lambda: pack_of(golden=(*CASES, CASES[0])), "golden.ndjson:3:1: the same text"),
    "golden cases that are no JSON": (lambda: pack_of(more={"golden.ndjson": b"[" * 100_000}), "golden.ndjson:1:1"),
    "golden cases with more keys": (
        lambda: pack_of(more={"golden.ndjson": b'{"policy":"rush","text":"x","match":true,"action":"hold"}'}),
        "has a key that does not belong there",
    ),
    "half a character": (
        lambda: pack_of(more={"golden.ndjson": b'{"policy":"rush","text":"\\ud800","match":true}'}),
        "lone surrogate",
    ),
    "a report of other policies": (
        lambda: pack_of(more={"report.json": b'{"v":1,"model":{"name":"","sha256":""},"policies":{}}'}),
        "speaks of other policies",
    ),
    "a report with endless numbers": (
        lambda: pack_of(more={"report.json": b'{"v":' + b"9" * 10_000 + b"}"}),
        "a number is too long",
    ),
    "no policies": (lambda: pack_of(policies={}, golden=()), "the pack has no policies"),
    "a policy that is no TOML": (lambda: pack_of(policies={"rush": "id ="}), "policies/rush.toml:1:5"),
    "a policy with an unknown key": (
        lambda: pack_of(policies={"rush": 'execute = "rm"\n' + RUSH}),
        'policies/rush.toml:1:1: unknown key "execute"',
    ),
    "a policy in the file of another": (
        lambda: pack_of(policies={"other": RUSH}, golden=_named({"other": ""})),
        'policies/other.toml: its id is "rush"',
    ),
    "a pattern that RE2 refuses": (
        lambda: pack_of(policies={"rush": RUSH.replace("(?i)gift", "(?=a)gift")}),
        "RE2 refuses this pattern",
    ),
    "a policy with a NUL": (lambda: pack_of(policies={"rush": RUSH + "\0"}), "holds a NUL byte"),
    "a policy that is no text": (
        lambda: pack_of(more={"policies/rush.toml": b"\xff\xfe"}),
        "policies/rush.toml:1:1: is not UTF-8",
    ),
    "a policy of 300 KiB": (
        lambda: pack_of(policies={"rush": RUSH + "#" * 300_000}),
        "policies/rush.toml: is larger than 256 KiB",
    ),
    "a million rules": (lambda: pack_of(policies=_MANY_RULES, golden=_named(_MANY_RULES)), "over 1,000 patterns"),
    "too many policies": (
        lambda: pack_of(policies=_policies(101), golden=_named(_policies(101))),
        "takes the pack over 100 policies",
    ),
    "endless examples": (lambda: pack_of(policies=_MANY_EXAMPLES, golden=_named(_MANY_EXAMPLES)), "2,000 examples"),
    "a channel that was not asked for": (
        lambda: pack_of(a_manifest(channels=(Channel.AI_OUTPUT,))),
        "looks at incoming, which pack.toml does not ask for",
    ),
    "an id too long beside the name": (
        lambda: pack_of(a_manifest(name="n" * 32), {"r" * 40: RUSH.replace("rush", "r" * 40)}, _named({"r" * 40: ""})),
        "its id is too long beside the pack's name",
    ),
    "an id that plays the owner's": (
        lambda: pack_of(policies={"a--b": RUSH.replace("rush", "a--b")}, golden=_named({"a--b": ""})),
        "two hyphens in a row",
    ),
    "a name that plays another's": (lambda: _manifest(b'"street-scams"', b'"street--x"'), "pack.toml:1:8"),
    "a name with a path": (lambda: _manifest(b'"street-scams"', b'"../x"'), "small letters, digits"),
    "a version that is none": (lambda: _manifest(b'"1.0.0"', b'"1.0"'), 'pack.toml:2:11: "version" must be three'),
    "a version of a million digits": (
        lambda: _manifest(b'"1.0.0"', b'"' + b"9" * 9_999 + b'.0.0"'),
        '"version" must be three numbers',
    ),
    "an author with line ends": (lambda: _manifest(b'"Ada Example"', b'"A\\nkey       mine"'), "must be one line"),
    "an unknown key": (lambda: _manifest(b"licence =", b"license ="), 'did you mean "licence"?'),
    "a file outside": (lambda: _manifest(b'"golden.ndjson"', b'"../../etc/passwd"'), "leads out of the pack"),
    "the manifest in itself": (lambda: _manifest(b'"golden.ndjson"', b'"pack.toml"'), "cannot list itself"),
    "a hash that is none": (lambda: _manifest(b'= "sha256:', b'= "md5:'), "must be sha256: and 64"),
    "a manifest nested without end": (
        lambda: _with(pack_of(), MANIFEST, b"a = " + b"[" * 5_000),
        "pack.toml:1:",
    ),
    "a manifest that is no text": (lambda: _with(pack_of(), MANIFEST, b"\x80"), "pack.toml:1:1: is not UTF-8"),
    "an empty manifest": (lambda: _with(pack_of(), MANIFEST, b""), 'pack.toml:1:1: "name" is missing'),
    "an endless manifest": (lambda: _with(pack_of(), MANIFEST, b"#" * 300_000), "is larger than 256 KiB"),
    "a signature that is none": (lambda: _with(pack_of(), SIGNATURE, b"trust me"), "is no SSH signature"),
    "an empty signature": (lambda: _with(pack_of(), SIGNATURE, b""), "is no SSH signature"),
    "a signature that is no text": (lambda: _with(pack_of(), SIGNATURE, b"\xff"), "is not UTF-8"),
}  # fmt: skip


@pytest.mark.parametrize("name", CONTENTS)
def test_a_hostile_pack_is_refused_with_its_place_and_reason(tmp_path: Path, name: str) -> None:
    make, why = CONTENTS[name]
    assert why in refusal(write_folder(tmp_path / "pack", make()))


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return a_key(tmp_path_factory.mktemp("keys"))


def test_a_signature_of_another_pack_is_refused(tmp_path: Path, key: Path) -> None:
    other = signed(pack_of(a_manifest(version="2.0.0")), key)
    forged = {**pack_of(), SIGNATURE: other[SIGNATURE]}
    assert "pack.toml.sig: the signature does not fit" in refusal(write_folder(tmp_path / "pack", forged))


def test_a_signature_for_another_purpose_is_refused(tmp_path: Path, key: Path) -> None:
    files = pack_of()
    files[SIGNATURE] = keygen_sign(key, files[MANIFEST], "git")
    assert 'made for something else: "git"' in refusal(write_folder(tmp_path / "pack", files))


def test_a_key_of_another_type_is_refused(tmp_path: Path) -> None:
    files = signed(pack_of(), a_key(tmp_path, "rsa", "rsa"))
    assert "only ssh-ed25519 is taken" in refusal(write_folder(tmp_path / "pack", files))


def test_a_file_added_to_a_signed_pack_is_refused(tmp_path: Path, key: Path) -> None:
    files = {**signed(pack_of(), key), "LICENSE": b"mine now"}
    assert "LICENSE: is not listed in pack.toml, so nobody signed it" in refusal(write_folder(tmp_path / "p", files))
