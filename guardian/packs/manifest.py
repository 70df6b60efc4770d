"""`pack.toml`: what a pack says of itself, and the hash of every file that belongs to it.

Invariants: it is what the signature stands over, so a file that it does not list with its hash is no part of the pack;
unknown keys are errors with the nearest valid one; every error has line and column; a manifest that was written is read
back as the same.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from guardian.message import Channel
from guardian.packs.base import MANIFEST, SIGNATURE, PackError, check_file_name, decoded, refused, sha256_of
from guardian.policy.position import Positions, ShapeError, check_shape, syntax_error_place
from guardian.policy.problem import did_you_mean, quoted
from guardian.policy.source import LARGEST_BYTES

NAME: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
"""Without two hyphens in a row: those stand between a pack's name and a policy's id."""
LONGEST_NAME: Final = 32
_SHA256: Final = re.compile(r"sha256:[0-9a-f]{64}")
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_VERSION: Final = re.compile(r"(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})")
_MOST_ENTRIES: Final = 50
_LONGEST_TEXT: Final = 200


@dataclass(frozen=True, slots=True, order=True)
class Version:
    """`major.minor.patch`, ordered by its numbers."""

    major: int
    minor: int
    patch: int

    @classmethod
    def parse(cls, text: str) -> Version:
        """Raises ValueError for anything else than three plain numbers."""
        match = _VERSION.fullmatch(text)
        if match is None:
            raise ValueError("must be three numbers, such as 1.0.0")
        return cls(*map(int, match.groups()))

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a pack says of itself."""

    name: str
    version: Version
    authors: tuple[str, ...]
    licence: str
    languages: tuple[str, ...]
    channels: tuple[Channel, ...]
    """The channels that the pack asks for: no policy of it may look at another."""
    before: str = ""
    """`sha256:...` over the `pack.toml` of the version before; empty in the first one."""
    files: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """`sha256:...` by file name; every file but the manifest and its signature."""

    def to_text(self) -> str:
        """The manifest as a file."""
        import tomlkit

        document = tomlkit.document()
        document.add("name", tomlkit.item(self.name))
        document.add("version", tomlkit.item(str(self.version)))
        document.add("authors", tomlkit.item(list(self.authors)))
        document.add("licence", tomlkit.item(self.licence))
        document.add("languages", tomlkit.item(list(self.languages)))
        document.add("channels", tomlkit.item([channel.value for channel in self.channels]))
        if self.before:
            document.add("before", tomlkit.item(self.before))
        files = tomlkit.table()
        for name in sorted(self.files):
            files.add(name, self.files[name])
        document.add("files", files)
        return tomlkit.dumps(document)


def parse_manifest(data: bytes) -> Manifest:
    """The manifest in a file's bytes. Raises PackError with the place of the first thing that is wrong."""
    if len(data) > LARGEST_BYTES:
        raise refused(MANIFEST, f"is larger than {LARGEST_BYTES >> 10} KiB")
    text = decoded(MANIFEST, data)
    try:
        check_shape(text)
        table, positions = tomllib.loads(text), Positions(text)
    except ShapeError as error:
        raise refused(f"{MANIFEST}:{error.place.line}:{error.place.column}", str(error)) from None
    except RecursionError:
        raise refused(MANIFEST, "nested too deep to read") from None
    except ValueError as error:
        words, place = syntax_error_place(error, text)
        raise refused(f"{MANIFEST}:{place.line}:{place.column}", words[:1].lower() + words[1:]) from None
    return _Checker(table, positions).manifest()


def check_hashes(manifest: Manifest, files: Mapping[str, bytes]) -> None:
    """Raises PackError unless the files are exactly those that the manifest lists, unchanged."""
    there = set(files) - {MANIFEST, SIGNATURE}
    for name in sorted(there | set(manifest.files)):
        if name not in manifest.files:
            raise refused(name, f"is not listed in {MANIFEST}, so nobody signed it")
        if name not in there:
            raise refused(name, f"is listed in {MANIFEST} and not there")
        if sha256_of(files[name]) != manifest.files[name]:
            raise refused(name, f"was changed: it has not the hash that {MANIFEST} lists")


class _Checker:
    """Takes a parsed manifest apart, key by key."""

    def __init__(self, table: Mapping[str, Any], positions: Positions) -> None:
        self._table, self._positions = table, positions

    def manifest(self) -> Manifest:
        known = ("name", "version", "authors", "licence", "languages", "channels", "before", "files")
        for key in self._table:
            if key not in known:
                raise self._wrong((key,), f"unknown key {quoted(key)}", did_you_mean(key, known), at_key=True)
        return Manifest(
            name=self._checked("name", self._text("name"), _check_name),
            version=self._version(),
            authors=self._texts("authors", _check_line),
            licence=self._checked("licence", self._text("licence"), _check_line),
            languages=self._texts("languages", _check_language),
            channels=tuple(Channel(each) for each in self._texts("channels", _check_channel)),
            before=self._checked("before", self._text("before"), _check_sha256) if "before" in self._table else "",
            files=self._files(),
        )

    def _wrong(self, path: tuple[str | int, ...], why: str, hint: str = "", *, at_key: bool = False) -> PackError:
        place = self._positions.key(path) if at_key else self._positions.value(path)
        return refused(f"{MANIFEST}:{place.line}:{place.column}", why, hint)

    def _there(self, key: str) -> Any:
        if key not in self._table:
            raise refused(f"{MANIFEST}:1:1", f'"{key}" is missing')
        return self._table[key]

    def _text(self, key: str) -> str:
        value = self._there(key)
        if not isinstance(value, str):
            raise self._wrong((key,), f'"{key}" must be a text', "put it in quotes")
        return value

    def _checked(self, key: str, value: str, check: Callable[[str], str]) -> str:
        if why := check(value):
            raise self._wrong((key,), f'"{key}" {why}')
        return value

    def _version(self) -> Version:
        try:
            return Version.parse(self._text("version"))
        except ValueError as error:
            raise self._wrong(("version",), f'"version" {error}') from None

    def _texts(self, key: str, check: Callable[[str], str]) -> tuple[str, ...]:
        values = self._there(key)
        if not isinstance(values, list) or not 1 <= len(values) <= _MOST_ENTRIES:
            raise self._wrong((key,), f'"{key}" must be a list of 1 to {_MOST_ENTRIES} texts')
        for index, value in enumerate(values):
            why = check(value) if isinstance(value, str) else "must be a text"
            if why:
                raise self._wrong((key, index), f'"{key}[{index + 1}]" {why}')
        if len(set(values)) < len(values):
            raise self._wrong((key,), f'"{key}" names something twice')
        return tuple(values)

    def _files(self) -> Mapping[str, str]:
        value = self._there("files")
        if not isinstance(value, dict):
            raise self._wrong(("files",), '"files" must be a table')
        for name, digest in value.items():
            place = self._positions.key(("files", name))
            try:
                check_file_name(name)
            except PackError as error:
                raise refused(f"{MANIFEST}:{place.line}:{place.column}", error.what, error.hint) from None
            if name in (MANIFEST, SIGNATURE):
                raise self._wrong(("files", name), f"{name} cannot list itself or its signature", at_key=True)
            if not isinstance(digest, str) or _check_sha256(digest):
                raise self._wrong(("files", name), "must be sha256: and 64 small hex digits")
        return MappingProxyType(dict(value))


def _check_name(text: str) -> str:
    is_fit = len(text) <= LONGEST_NAME and NAME.fullmatch(text)
    return "" if is_fit else f"may hold small letters, digits and single hyphens, at most {LONGEST_NAME}"


def _check_line(text: str) -> str:
    if not text.strip() or "\n" in text or len(text) > _LONGEST_TEXT:
        return f"must be one line of 1 to {_LONGEST_TEXT} characters"
    return ""


def _check_language(text: str) -> str:
    return "" if _LANGUAGE.fullmatch(text) else "must be a language tag, such as en or pt-BR"


def _check_channel(text: str) -> str:
    return "" if text in list(Channel) else f"must be one of {', '.join(Channel)}"


def _check_sha256(text: str) -> str:
    return "" if _SHA256.fullmatch(text) else "must be sha256: and 64 small hex digits"


def pack_name(text: str) -> str:
    """`text`, if a pack may be called so. Raises PackError."""
    if why := _check_name(text):
        raise PackError(f"{quoted(text)} is no name for a pack: it {why}")
    return text
