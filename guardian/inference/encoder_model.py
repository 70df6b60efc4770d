"""One encoder model, loaded and run by llama.cpp's low-level calls.

Invariants: a row holds exactly `llama_model_n_cls_out` numbers (the high-level `embed` hands out heap memory
behind them); a batch never exceeds `n_ubatch` (llama.cpp would abort the process); text is tokenised with
`parse_special=False`, so `[SEP]` in a message is three ordinary tokens; text longer than the cap is never
given to the tokenizer (CVE-2025-52566 was an overflow there). One thread owns an `EncoderModel`.
"""

from __future__ import annotations

import ctypes
from types import ModuleType
from typing import Any, Final

from guardian.errors import CellError
from guardian.inference.frames import LABELS_LIMIT, Load
from guardian.inference.llama_binding import Llama

_POOLING_RANK: Final = 4
_FLASH_ATTENTION: Final = 1
_NO_TOKEN: Final = -1
_META_VALUE_BYTES: Final = 64


class EncoderModel:
    """An encoder with classifier heads, and the context to run it.

    `load` names an open file descriptor of the model and the sizes; see `frames.Load`. Raises CellError where
    llama.cpp refuses the file or the file is no such encoder.
    """

    def __init__(self, library: ModuleType, load: Load) -> None:
        llama = Llama(library)
        self._library = llama.calls
        self._llama = llama  # it holds the log's address
        self._load = load
        self.threads = llama.threads(load.threads)
        self._model = llama.load(load.descriptor)
        self._context = self._open_context()
        self._vocabulary = library.llama_model_get_vocab(self._model)
        self._first = library.llama_vocab_bos(self._vocabulary)
        self._last = library.llama_vocab_sep(self._vocabulary)
        if _NO_TOKEN in (self._first, self._last):
            raise CellError("the model's vocabulary has no tokens for the start and the end of a text")
        self.labels = self._read_labels()
        self.unknown_token = self._meta_number("tokenizer.ggml.unknown_token_id")
        self._tokens = (library.llama_token * load.bytes_per_window)()
        self._batch = _Batch(library, load.tokens_per_batch, load.windows_per_batch)

    def tokenise(self, text: bytes) -> list[int] | None:
        """Tokens of a UTF-8 text with its start and end tokens, or None where it is too long for one window."""
        if len(text) > self._load.bytes_per_window:
            return None
        count = self._library.llama_tokenize(
            self._vocabulary, text, len(text), self._tokens, len(self._tokens), False, False
        )
        # llama.cpp would add [CLS] and [SEP] itself, but `truncate` in it cuts the [SEP] off: so they are put here.
        if count < 0 or count + 2 > self._load.tokens_per_window:
            return None
        return [self._first, *self._tokens[:count], self._last]

    def encode(self, windows: list[list[int]]) -> list[bytes]:
        """One row of float32 numbers per window, in one pass. The windows fit one batch, as `Load` fixed it.

        Raises CellError where llama.cpp refuses the batch.
        """
        self._batch.fill(windows)
        status = self._library.llama_encode(self._context, self._batch.struct)
        if status != 0:
            raise CellError(f"llama.cpp refused a batch (status {status})")
        row_bytes = 4 * len(self.labels)
        rows = []
        for window in range(len(windows)):
            address = self._library.llama_get_embeddings_seq(self._context, window)
            if not address:
                raise CellError("llama.cpp gave no numbers for a window")
            rows.append(ctypes.string_at(address, row_bytes))
        return rows

    def _open_context(self) -> Any:
        trained = self._library.llama_model_n_ctx_train(self._model)
        if self._load.tokens_per_window > trained:
            raise CellError(f"the model has {trained} positions, its manifest asks for {self._load.tokens_per_window}")
        settings = self._library.llama_context_default_params()
        # All three alike: with a smaller n_ubatch, a longer input aborts the process.
        settings.n_ctx = settings.n_batch = settings.n_ubatch = self._load.tokens_per_batch
        settings.n_seq_max = self._load.windows_per_batch
        settings.n_threads = settings.n_threads_batch = self.threads
        settings.pooling_type = _POOLING_RANK
        settings.flash_attn_type = _FLASH_ATTENTION
        settings.embeddings = True
        settings.no_perf = True
        context = self._library.llama_init_from_model(self._model, settings)
        if not context:
            raise CellError("llama.cpp cannot make a context for the model")
        if self._library.llama_pooling_type(context) != _POOLING_RANK:
            raise CellError("the model has no classifier heads")
        return context

    def _read_labels(self) -> tuple[str, ...]:
        count = self._library.llama_model_n_cls_out(self._model)
        if not 0 < count <= LABELS_LIMIT:
            raise CellError(f"the model has {count} outputs where 1 to {LABELS_LIMIT} are allowed")
        labels = [self._library.llama_model_cls_label(self._model, index) for index in range(count)]
        if not all(labels):
            raise CellError("the model has outputs without a label")
        return tuple(label.decode("utf-8", "replace") for label in labels)

    def _meta_number(self, key: str) -> int:
        """A number of the file's metadata, or -1."""
        room = ctypes.create_string_buffer(_META_VALUE_BYTES)
        size = self._library.llama_model_meta_val_str(self._model, key.encode(), room, _META_VALUE_BYTES)
        return int(room.value) if size > 0 and room.value.isdigit() else _NO_TOKEN


class _Batch:
    """One reused `llama_batch` whose arrays are ours, so that Python fills them by slices and not token by token."""

    def __init__(self, library: ModuleType, tokens: int, windows: int) -> None:
        self.struct = library.llama_batch()
        self._tokens = (library.llama_token * tokens)()
        self._positions = (library.llama_pos * tokens)()
        self._window_counts = (ctypes.c_int32 * tokens)(*[1] * tokens)
        self._outputs = (ctypes.c_int8 * tokens)(*[1] * tokens)
        self._numbers = (library.llama_seq_id * windows)(*range(windows))
        self._number_addresses = (ctypes.c_size_t * tokens)()
        for field, array in (
            ("token", self._tokens),
            ("pos", self._positions),
            ("n_seq_id", self._window_counts),
            ("seq_id", self._number_addresses),
            ("logits", self._outputs),
        ):
            setattr(self.struct, field, ctypes.cast(array, type(getattr(self.struct, field))))

    def fill(self, windows: list[list[int]]) -> None:
        """Lay the windows one behind the other, each as a sequence of its own."""
        base = ctypes.addressof(self._numbers)
        width = ctypes.sizeof(self._numbers) // len(self._numbers)
        total = sum(map(len, windows))
        if total > len(self._tokens) or len(windows) > len(self._numbers):
            raise CellError(f"a batch of {total} tokens in {len(windows)} windows is larger than the context")
        start = 0
        for window, tokens in enumerate(windows):
            end = start + len(tokens)
            self._tokens[start:end] = tokens
            self._positions[start:end] = range(len(tokens))
            self._number_addresses[start:end] = [base + width * window] * len(tokens)
            start = end
        self.struct.n_tokens = total
