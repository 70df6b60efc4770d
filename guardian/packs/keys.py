"""Keys of packs: the owner's private key, somebody's public key, and the list of keys that the owner trusts.

`config/trusted-keys` is in the format of allowed_signers (ssh-keygen(1), ALLOWED SIGNERS), so that `ssh-keygen -Y
verify -f` reads it too; who is named `mine` is the owner. Invariants: a line that is not understood is an error with
its place, never skipped; a key that is not for packs, or not for this day, is not trusted; private keys are read
through cryptography, and their passphrase is asked for on a terminal alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from guardian.journal.keys import Ask
from guardian.packs.base import PackError, Tier, refused
from guardian.packs.contents import read_regular_file
from guardian.packs.sshsig import KEY_TYPE, NAMESPACE, PublicKey, parse_key
from guardian.policy.problem import quoted
from guardian.policy.source import SourceError, read_source
from guardian.safe_text import safe_line

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

TRUSTED_KEYS: Final = "trusted-keys"
MINE: Final = "mine"
"""The name of the owner's own keys in that file."""
NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]{0,99}")

_LINE: Final = re.compile(
    r"""(?P<names>"[^"\s]+"|[^\s"#][^\s"]*)[ \t]+"""
    r"""(?:(?P<options>(?:[a-z-]+(?:="[^"]*")?)(?:,[a-z-]+(?:="[^"]*")?)*)[ \t]+)?"""
    r"""(?P<kind>(?:ssh|ecdsa|sk)-[^\s"]+)[ \t]+(?P<key>[A-Za-z0-9+/=]+)(?:[ \t].*)?"""
)
_OPTION: Final = re.compile(r'([a-z-]+)(?:="([^"]*)")?(?:,|$)')
_TIME: Final = re.compile(r"(\d{8})(?:(\d{4})(\d{2})?)?(Z?)")
_LARGEST_KEY_BYTES: Final = 64 << 10
_MOST_TRIES: Final = 3


@dataclass(frozen=True, slots=True)
class TrustedKey:
    """One line of the list."""

    name: str
    key: PublicKey
    line: int
    is_for_packs: bool
    """Whether its namespaces, where it names some, include that of packs."""
    valid_after: datetime | None = None
    valid_before: datetime | None = None

    @property
    def tier(self) -> Tier:
        """How far what it signs is trusted."""
        return Tier.MINE if self.name == MINE else Tier.TRUSTED

    def is_valid(self, now: datetime) -> bool:
        """Whether it may sign packs at this moment (aware)."""
        begun = self.valid_after is None or self.valid_after <= now
        return self.is_for_packs and begun and (self.valid_before is None or now < self.valid_before)


def read_trusted_keys(config: Path) -> tuple[TrustedKey, ...]:
    """The keys that the owner trusts, in order; none where there is no such file. Raises PackError."""
    path = config / TRUSTED_KEYS
    if not path.exists() and not path.is_symlink():
        return ()
    try:
        source = read_source(path)
    except SourceError as error:
        raise refused(str(path), error.message, error.hint) from None
    if source.mode & 0o022:
        raise refused(str(path), "other accounts can change this file", f"chmod 600 {path}")
    keys = []
    for number, line in enumerate(source.text.split("\n"), start=1):
        if line.strip() and not line.lstrip().startswith("#"):
            try:
                keys.append(_parse_line(line.strip(), number))
            except ValueError as error:
                raise refused(f"{path}:{number}", str(error), "mend or delete the line") from None
    return tuple(keys)


def find_key(key: PublicKey, trusted: Sequence[TrustedKey], now: datetime) -> TrustedKey | None:
    """The line that trusts this key now: one of the owner's own before all others."""
    found = [each for each in trusted if each.key == key and each.is_valid(now)]
    return min(found, key=lambda each: list(Tier).index(each.tier), default=None)


def trust_line(name: str, key: PublicKey) -> str:
    """The line by which the owner trusts a key. Raises PackError for a name that would not stand in it."""
    if not NAME.fullmatch(name):
        raise PackError(f"{quoted(name)} is no name for a key", hint="letters, digits and . _ @ + - only")
    return f'{name} namespaces="{NAMESPACE}" {key.line()}\n'


def read_public_key(path: Path) -> PublicKey:
    """The key in a `.pub` file of OpenSSH's. Raises PackError."""
    words = _read_small(path, is_private=False).decode("utf-8", "replace").split()
    if len(words) < 2 or words[0].startswith("-----"):
        raise refused(str(path), "is no public key", "name the .pub file that ssh-keygen wrote beside the key")
    if words[0] != KEY_TYPE:
        raise refused(str(path), f"the key is {quoted(words[0])}: only {KEY_TYPE} is taken")
    try:
        return parse_key(words[1])
    except ValueError as error:
        raise refused(str(path), str(error)) from None


def read_private_key(path: Path, ask: Ask) -> Ed25519PrivateKey:
    """The owner's key; its passphrase is asked for where it has one. Raises PackError."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_ssh_private_key

    data = _read_small(path, is_private=True)
    if b"PRIVATE KEY-----" not in data:
        raise refused(str(path), "is no private key of OpenSSH's", "ssh-keygen -t ed25519 makes one")
    prompt, passphrase = f"passphrase of {safe_line(str(path))}: ", None
    for _ in range(_MOST_TRIES + 1):
        try:
            key = load_ssh_private_key(data, passphrase)
        except TypeError:  # it has a passphrase
            pass
        except UnsupportedAlgorithm as error:
            raise refused(
                str(path), f"cannot be opened: {str(error).lower()}", "sign with ssh-keygen -Y sign"
            ) from None
        except ValueError as error:
            if passphrase is None:
                raise refused(str(path), f"cannot be read: {str(error).lower()}") from None
            prompt = "that is not the passphrase; once more: "
        else:
            if not isinstance(key, Ed25519PrivateKey):
                raise refused(str(path), f"is of another type: only {KEY_TYPE} is taken")
            return key
        given = ask(prompt)
        if given is None or not given.reveal():
            raise refused(str(path), "has a passphrase, and none was given", "run this on a terminal")
        passphrase = given.reveal()
    raise refused(str(path), "the passphrase is wrong")


def _parse_line(line: str, number: int) -> TrustedKey:
    match = _LINE.fullmatch(line)
    if match is None:
        raise ValueError(f"is no line of the form: NAME {KEY_TYPE} KEY")
    if match["kind"] != KEY_TYPE:
        raise ValueError(f"the key is {quoted(match['kind'])}: only {KEY_TYPE} is taken")
    options: Mapping[str, str] = dict(_OPTION.findall(match["options"] or ""))
    unknown = set(options) - {"namespaces", "valid-after", "valid-before"}
    if unknown:
        raise ValueError(f"the option {quoted(min(unknown))} is not known here")
    name = match["names"].strip('"')
    if not NAME.fullmatch(name):
        raise ValueError(f"{quoted(name)} is no single plain name")
    return TrustedKey(
        name,
        parse_key(match["key"]),
        number,
        "namespaces" not in options or NAMESPACE in options["namespaces"].split(","),
        _time(options.get("valid-after")),
        _time(options.get("valid-before")),
    )


def _time(text: str | None) -> datetime | None:
    """`YYYYMMDD[HHMM[SS]][Z]`, in local time where there is no Z."""
    if text is None:
        return None
    match = _TIME.fullmatch(text)
    try:
        day, clock, seconds, zone = match.groups() if match else ("", "", "", "")
        moment = datetime.strptime(day + (clock or "0000") + (seconds or "00"), "%Y%m%d%H%M%S")
    except ValueError:
        raise ValueError(f"{quoted(text)} is no time of the form 20261121 or 202611211200Z") from None
    return moment.replace(tzinfo=UTC) if zone else moment.astimezone()


def _read_small(path: Path, *, is_private: bool) -> bytes:
    data = read_regular_file(path, _LARGEST_KEY_BYTES)
    if is_private and path.stat().st_mode & 0o077:
        raise refused(str(path), "other accounts can read this key", f"chmod 600 {path}")
    return data
