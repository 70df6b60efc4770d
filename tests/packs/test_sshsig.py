"""Signatures are those of `ssh-keygen -Y`, both ways, and nothing else passes for one."""

from __future__ import annotations

import base64
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pack_rig import a_key, keygen_sign

from guardian.journal.secret import Secret
from guardian.packs.base import PackError
from guardian.packs.keys import read_private_key, read_public_key, trust_line
from guardian.packs.sshsig import PublicKey, parse_key, sign, verify

MESSAGE = b'name = "street-scams"\n'


def nobody(_prompt: str) -> Secret | None:
    raise AssertionError("nobody is to be asked")


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return a_key(tmp_path_factory.mktemp("keys"))


def keygen_verifies(folder: Path, key: Path, signature: str, message: bytes = MESSAGE) -> bool:
    (folder / "pack.toml.sig").write_text(signature)
    public = read_public_key(key.with_suffix(".pub"))
    (folder / "trusted-keys").write_text("# keys\n" + trust_line("ada", public))
    words = ["ssh-keygen", "-Y", "verify", "-f", str(folder / "trusted-keys"), "-I", "ada", "-n", "guardian-pack"]
    done = subprocess.run(
        [*words, "-s", str(folder / "pack.toml.sig")], input=message, capture_output=True, timeout=60, check=False
    )
    return done.returncode == 0


def test_ssh_keygen_accepts_our_signature_with_our_list_of_keys(tmp_path: Path, key: Path) -> None:
    signature = sign(MESSAGE, read_private_key(key, nobody))
    assert keygen_verifies(tmp_path, key, signature)
    assert not keygen_verifies(tmp_path, key, signature, MESSAGE + b"#")


def test_we_accept_its_signature_and_name_its_key(key: Path) -> None:
    found = verify(MESSAGE, keygen_sign(key, MESSAGE).decode(), "pack.toml.sig")
    assert found == read_public_key(key.with_suffix(".pub"))
    words = ["ssh-keygen", "-l", "-f", str(key)]
    shown = subprocess.run(words, capture_output=True, check=True, timeout=60).stdout.decode()
    assert found.fingerprint in shown.split()


def test_our_signature_is_the_one_that_ssh_keygen_makes(key: Path) -> None:
    # Ed25519 is deterministic, so armour, line length and hash agree too.
    assert sign(MESSAGE, read_private_key(key, nobody)).encode() == keygen_sign(key, MESSAGE)


def test_the_weaker_hash_of_the_protocol_is_taken_too(key: Path) -> None:
    words = ["ssh-keygen", "-Y", "sign", "-q", "-O", "hashalg=sha256", "-n", "guardian-pack", "-f", str(key)]
    signature = subprocess.run(words, input=MESSAGE, capture_output=True, check=True, timeout=60).stdout.decode()
    assert verify(MESSAGE, signature, "sig").fingerprint == read_public_key(key.with_suffix(".pub")).fingerprint


def test_a_signature_for_another_purpose_is_none_for_a_pack(key: Path) -> None:
    with pytest.raises(PackError, match='made for something else: "git", not guardian-pack'):
        verify(MESSAGE, keygen_sign(key, MESSAGE, "git").decode(), "sig")


@pytest.mark.parametrize("kind", ["rsa", "ecdsa"])
def test_other_types_of_key_are_refused_by_name(tmp_path: Path, kind: str) -> None:
    other = a_key(tmp_path, kind=kind)
    with pytest.raises(PackError, match=rf"{kind}.*only ssh-ed25519 is taken"):
        verify(MESSAGE, keygen_sign(other, MESSAGE).decode(), "sig")
    with pytest.raises(PackError, match="only ssh-ed25519 is taken"):
        read_private_key(other, nobody)
    with pytest.raises(PackError, match="only ssh-ed25519 is taken"):
        read_public_key(other.with_suffix(".pub"))


def test_no_single_flipped_bit_passes(key: Path) -> None:
    armoured = keygen_sign(key, MESSAGE).decode()
    lines = armoured.splitlines()
    blob = base64.b64decode("".join(lines[1:-1]))
    for place in range(len(blob)):
        changed = bytearray(blob)
        changed[place] ^= 1 << place % 8
        text = f"{lines[0]}\n{base64.b64encode(changed).decode()}\n{lines[-1]}\n"
        with pytest.raises(PackError):
            verify(MESSAGE, text, "sig")


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=300)
@given(st.one_of(st.text(max_size=300), st.binary(max_size=300).map(lambda data: base64.b64encode(data).decode())))
def test_what_is_no_signature_is_refused_in_one_line(body: str) -> None:
    for text in (body, f"-----BEGIN SSH SIGNATURE-----\n{body}\n-----END SSH SIGNATURE-----\n"):
        with pytest.raises(PackError) as caught:
            verify(MESSAGE, text, "pack.toml.sig")
        assert caught.value.what.startswith("pack.toml.sig: ")
        assert "\n" not in caught.value.line()


@given(st.binary(min_size=32, max_size=32))
def test_a_key_reads_back_as_it_was_written(raw: bytes) -> None:
    key = PublicKey(raw)
    assert parse_key(key.line().split()[1]) == key


# --- private keys -------------------------------------------------------------------------------------------------


def test_a_key_with_a_passphrase_asks_until_it_is_right(tmp_path: Path) -> None:
    pytest.importorskip("bcrypt", reason="cryptography opens such keys with it")
    key = a_key(tmp_path, passphrase="correct horse")
    answers = [b"wrong", b"correct horse"]
    asked: list[str] = []

    def ask(prompt: str) -> Secret | None:
        asked.append(prompt)
        return Secret(answers.pop(0))

    signature = sign(MESSAGE, read_private_key(key, ask))
    assert verify(MESSAGE, signature, "sig") == read_public_key(key.with_suffix(".pub"))
    assert asked == [f"passphrase of {key}: ", "that is not the passphrase; once more: "]


def test_a_passphrase_is_asked_for_three_times_and_not_without_a_terminal(tmp_path: Path) -> None:
    pytest.importorskip("bcrypt", reason="cryptography opens such keys with it")
    key = a_key(tmp_path, passphrase="correct horse")
    with pytest.raises(PackError, match="the passphrase is wrong"):
        read_private_key(key, lambda _: Secret(b"wrong"))
    with pytest.raises(PackError, match="has a passphrase, and none was given"):
        read_private_key(key, lambda _: None)


def test_a_private_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    key = a_key(tmp_path)
    key.chmod(0o644)
    with pytest.raises(PackError, match="other accounts can read this key"):
        read_private_key(key, nobody)


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("empty", b"", "is no private key"),
        ("public", b"ssh-ed25519 AAAA ada", "is no private key"),
        ("cut", b"-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl\n-----END OPENSSH PRIVATE KEY-----\n", "cannot be read"),
        ("huge", b"x" * 100_000, "is larger than 64 KiB"),
    ],
)
def test_what_is_no_private_key_is_refused(tmp_path: Path, name: str, content: bytes, why: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(PackError, match=why):
        read_private_key(path, nobody)
    with pytest.raises(PackError, match=str(path)):
        read_public_key(path)
