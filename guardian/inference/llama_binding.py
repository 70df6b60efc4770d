"""The only file that imports llama_cpp: one encoder model, loaded and run by llama.cpp's low-level calls.

Invariants: a row holds exactly `llama_model_n_cls_out` numbers (the high-level `embed` hands out heap memory
behind them); a batch never exceeds `n_ubatch` (llama.cpp would abort the process); text is tokenised with
`parse_special=False`, so `[SEP]` in a message is three ordinary tokens; text longer than the cap is never
given to the tokenizer (CVE-2025-52566 was an overflow there). One thread owns an `EncoderModel`.
"""

from __future__ import annotations

import ctypes
import importlib.util
import os
import sys
from types import ModuleType
from typing import Any, Final

from guardian.errors import CellError
from guardian.inference.frames import LABELS_LIMIT, Load

INSTALL_HINT: Final = "pip install 'llama-cpp-python>=0.3.36'"
REBUILD_HINT: Final = "pip install --force-reinstall --no-cache-dir --no-binary llama-cpp-python llama-cpp-python"

_POOLING_RANK: Final = 4
_FLASH_ATTENTION: Final = 1
_LOG_LEVEL_ERROR: Final = 4
_NO_TOKEN: Final = -1
_META_VALUE_BYTES: Final = 64


def import_llama() -> ModuleType:
    """The low-level module `llama_cpp.llama_cpp`. Raises CellError with the command that mends it."""
    _bypass_package()
    try:
        import llama_cpp.llama_cpp as library
    except PermissionError as error:
        raise CellError(
            f"llama-cpp-python cannot be read: {_words(error)}",
            hint="run guardian as the owner of its files; the model's process gives up root's rights",
        ) from error
    except ModuleNotFoundError as error:
        raise CellError("llama-cpp-python is not installed", hint=INSTALL_HINT) from error
    except (ImportError, OSError, RuntimeError, AttributeError) as error:
        raise CellError(f"llama-cpp-python does not load: {_words(error)}", hint=REBUILD_HINT) from error
    return library


def _bypass_package() -> None:
    """Put a bare package `llama_cpp` in place, so that its `__init__` does not run.

    The real one imports the high-level API with numpy, jinja2 and diskcache: 160 to 260 ms at every start, and a
    template engine and a pickle cache that have no business in the cell. The bare one finds the same submodules.
    """
    if "llama_cpp" in sys.modules:
        return
    try:
        spec = importlib.util.find_spec("llama_cpp")
    except (ImportError, ValueError):
        return
    if spec is None or not spec.submodule_search_locations:
        return
    package = ModuleType("llama_cpp")
    package.__path__ = list(spec.submodule_search_locations)
    sys.modules["llama_cpp"] = package


def _words(error: Exception) -> str:
    return " ".join(str(error).split())[:300]


class EncoderModel:
    """An encoder with classifier heads, and the context to run it.

    `load` names an open file descriptor of the model and the sizes; see `frames.Load`. Raises CellError where
    llama.cpp refuses the file or the file is no such encoder.
    """

    def __init__(self, library: ModuleType, load: Load) -> None:
        self._library: Any = library
        self._load = load
        # Kept as an attribute: llama.cpp holds only the address.
        self._log = library.llama_log_callback(_log_errors_only)
        library.llama_log_set(self._log, None)
        library.llama_backend_init()
        # Without OpenMP, threads wait for each other by spinning. On a busy machine that made one short text take
        # seconds instead of 18 ms, so such a build gets one thread.
        self.threads = load.threads if b"OPENMP = 1" in (library.llama_print_system_info() or b"") else 1
        self._model = self._open_model()
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

    def _open_model(self) -> Any:
        settings = self._library.llama_model_default_params()
        settings.n_gpu_layers = 0
        # By FILE pointer, not by name: these are the very bytes that the parent hashed, and no right to open is needed.
        os.lseek(self._load.descriptor, 0, os.SEEK_SET)  # a process before this one may have moved the shared position
        libc = ctypes.CDLL(None, use_errno=True)
        libc.fdopen.restype = ctypes.c_void_p
        file = libc.fdopen(self._load.descriptor, b"rb")
        if not file:
            raise CellError("the model's file cannot be read in the cell")
        model = self._library.llama_model_load_from_file_ptr(file, settings)
        if not model:
            raise CellError("llama.cpp refuses the model file", hint="see `guardian doctor` for its reason")
        return model

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


def _log_errors_only(level: int, text: bytes | None, _data: object) -> None:
    """llama.cpp's log: errors go to stderr, which is the parent's bounded buffer; the rest goes nowhere."""
    if level == _LOG_LEVEL_ERROR and text:
        os.write(2, text)
