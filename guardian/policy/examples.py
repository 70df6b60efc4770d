"""The embeddings of the owner's examples, and their cache.

The model is asked once for each text; after that its answer comes from a file in the cache directory. The file is
`magic | sha256 of what follows | sha256 of the model | count, size (uint32) | count keys of 32 bytes (sha256 of
the text) | count x size float32`, all little endian.

Invariants: a cache that is damaged, of another model or not the owner's counts as empty and is never an error; it is
replaced whole, mode 0600; it never holds the texts themselves, nor more than `MOST_CACHED` rows.
"""

from __future__ import annotations

import hashlib
import os
import stat
import struct
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np

from guardian.events import Observer, PolicyProblem, Progress
from guardian.inference.base import Encoder, Encoding, Floats
from guardian.owner_files import replace_file
from guardian.policy.base import Policy
from guardian.policy.prose import split_prose

LONGEST_BYTES = 1_000
"""An example longer than a window is known by its beginning."""
MOST_CACHED = 20_000
_BATCH = 32
_TRIES = 3
"""Texts of a failed batch that must fail alone before the encoder counts as down."""
_MAGIC = b"guardian examples 1\n"
_DIGEST_BYTES = 32
_HEADER = struct.Struct("<32sII")
_LARGEST_SIZE = 4_096
"""Numbers of one embedding, at most."""
_ANSWER_TIMEOUT_S = 120.0
"""The encoder has its own, shorter deadline; this one only guards against an encoder that forgets it."""


def texts_to_embed(policies: Iterable[Policy]) -> list[str]:
    """The example texts of the policies in force and the two sides of their prose, once each, in order.

    Prose counts beside examples alone, so that of a policy without an example to flag is left out.
    """
    texts: list[str] = []
    for policy in policies:
        if policy.is_in_force and policy.examples:
            prose = split_prose(policy.prose)
            texts += [example.text for example in policy.examples]
            texts += [side for side in (prose.flag, prose.fine) if side]
    return list(dict.fromkeys(texts))


class ExampleRows:
    """Unit vectors of example texts: in memory, in the cache file behind it, and else from the encoder.

    The file is read once, when the first texts are asked for; what is learnt is written by `save`, so that a change of
    one example costs one pass of the encoder and no more.
    """

    def __init__(self, encoder: Encoder, cache_path: Path, observer: Observer, *, model_sha256: str) -> None:
        """`model_sha256` is the hex digest under which the cache is valid."""
        self._encoder, self._cache_path, self._observer, self._model = encoder, cache_path, observer, model_sha256
        self._rows: dict[bytes, Floats] | None = None
        self._used: tuple[bytes, ...] = ()
        self._has_news = False

    def of(self, policies: Iterable[Policy], observer: Observer | None = None) -> Mapping[str, Floats]:
        """Unit vector for each example text of the policies in force.

        A text that the encoder cannot judge is left out and told to `observer` (the usual one where none is given); it
        is asked for again next time.
        """
        if self._rows is None:
            self._rows = read_cache(self._cache_path, self._model)
        keys = {text: hashlib.sha256(text.encode()).digest() for text in texts_to_embed(policies)}
        missing = [text for text, key in keys.items() if key not in self._rows]
        if missing:
            fresh = _embed(missing, self._encoder, observer or self._observer)
            self._rows.update((keys[text], row) for text, row in fresh.items())
            self._has_news |= bool(fresh)
        self._used = tuple(keys.values())
        return {text: self._rows[key] for text, key in keys.items() if key in self._rows}

    def unkept(self, policies: Iterable[Policy]) -> Mapping[str, Floats]:
        """The same for policies that are not their owner's yet: what the encoder answers is kept nowhere."""
        return _embed(texts_to_embed(policies), self._encoder, self._observer)

    def save(self) -> None:
        """Write the file where anything was learnt, the texts last asked for first; a failure is told."""
        if self._has_news and self._rows is not None:
            used = {key: self._rows[key] for key in self._used if key in self._rows}
            self._rows = dict(list({**used, **self._rows}.items())[:MOST_CACHED])
            _write_cache(self._cache_path, self._model, self._rows, self._observer)
            self._has_news = False


def embed_examples(
    policies: Iterable[Policy], encoder: Encoder, cache_path: Path, observer: Observer, *, model_sha256: str
) -> Mapping[str, Floats]:
    """Unit vector for each example text of the policies in force, from the cache or from the encoder.

    A text that the encoder cannot judge is left out and told to `observer`, and so is a cache that cannot be
    written. `model_sha256` is the hex digest under which the cache is valid.
    """
    rows = ExampleRows(encoder, cache_path, observer, model_sha256=model_sha256)
    found = rows.of(policies)
    rows.save()
    return found


def read_cache(path: Path, model_sha256: str) -> dict[bytes, Floats]:
    """Rows by key; empty where the file is missing, damaged, another account's, or of another model."""
    content = _read_own_file(path)
    digest_at = len(_MAGIC)
    body = content[digest_at + _DIGEST_BYTES :]
    if not content.startswith(_MAGIC) or len(body) < _HEADER.size:
        return {}
    if hashlib.sha256(body).digest() != content[digest_at : digest_at + _DIGEST_BYTES]:
        return {}
    model, count, size = _HEADER.unpack_from(body)
    rows_at = _HEADER.size + count * _DIGEST_BYTES
    if model != _model_key(model_sha256) or len(body) != rows_at + count * size * 4:
        return {}
    rows = np.frombuffer(body, dtype="<f4", offset=rows_at).reshape(count, size).astype(np.float32)
    starts = range(_HEADER.size, rows_at, _DIGEST_BYTES)
    return {body[start : start + _DIGEST_BYTES]: row for start, row in zip(starts, rows, strict=True)}


def _embed(texts: Sequence[str], encoder: Encoder, observer: Observer) -> dict[str, Floats]:
    """Rows by text. Where a batch fails its texts are tried one by one, until the encoder is seen to be down."""
    rows: dict[str, Floats] = {}
    reason = ""
    for start in range(0, len(texts), _BATCH):
        batch = texts[start : start + _BATCH]
        answer = _ask(batch, encoder)
        if isinstance(answer, Encoding):
            rows.update(zip(batch, answer.embeddings, strict=True))
        else:
            reason = answer
            rows |= _embed_singly(batch, encoder)
            if rows.keys().isdisjoint(batch):
                break
        observer(Progress(min(start + _BATCH, len(texts)), len(texts), "examples"))
    if len(rows) < len(texts):
        left_out = len(texts) - len(rows)
        observer(PolicyProblem(f"examples of your policies that do not count: {left_out} ({reason})"))
    return rows


def _embed_singly(batch: Sequence[str], encoder: Encoder) -> dict[str, Floats]:
    """Rows of those texts that the encoder judges alone; none where it refuses each of the first few."""
    rows: dict[str, Floats] = {}
    for number, text in enumerate(batch):
        if number == _TRIES and not rows:
            break
        answer = _ask([text], encoder)
        if isinstance(answer, Encoding):
            rows[text] = answer.embeddings[0]
    return rows


def _ask(texts: Sequence[str], encoder: Encoder) -> Encoding | str:
    """The encoding of the texts' beginnings, or why there is none."""
    try:
        answer = encoder.submit([_beginning(text) for text in texts]).result(timeout=_ANSWER_TIMEOUT_S)
    except TimeoutError:
        return "the model did not answer"
    return answer if isinstance(answer, Encoding) else answer.say


def _beginning(text: str) -> str:
    return text.encode()[:LONGEST_BYTES].decode("utf-8", "ignore")


def _model_key(model_sha256: str) -> bytes:
    return hashlib.sha256(model_sha256.encode()).digest()


def _read_own_file(path: Path) -> bytes:
    limit = len(_MAGIC) + _DIGEST_BYTES + _HEADER.size + MOST_CACHED * (_DIGEST_BYTES + 4 * _LARGEST_SIZE)
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:
        return b""
    try:
        status = os.fstat(descriptor)
        is_ours = stat.S_ISREG(status.st_mode) and status.st_uid == os.geteuid() and status.st_size <= limit
        if not is_ours:
            return b""
        with open(descriptor, "rb", closefd=False) as file:
            return file.read()
    finally:
        os.close(descriptor)


def _write_cache(path: Path, model_sha256: str, rows: Mapping[bytes, Floats], observer: Observer) -> None:
    kept = list(rows.items())[:MOST_CACHED]
    size = len(kept[0][1])
    kept = [(key, row) for key, row in kept if len(row) == size]
    table = np.stack([row for _, row in kept]).astype("<f4")
    body = _HEADER.pack(_model_key(model_sha256), len(kept), size) + b"".join(key for key, _ in kept) + table.tobytes()
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        replace_file(path, [_MAGIC, hashlib.sha256(body).digest(), body], is_cache=True)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        observer(PolicyProblem(f"{path}: the cache of examples could not be written: {reason}"))
