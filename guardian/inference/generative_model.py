"""One generative model, loaded and run by llama.cpp's low-level calls: prompts in, rows of logits out.

How fixed parts are used again: the fixed part of a prompt is evaluated alone, from an empty context; what the context
then holds is copied out, kept in memory under its tokens, and copied in again before each prompt that begins with it,
also the first time. So a prompt takes the same road whether its fixed part was kept or not, and gets bitwise the same
logits; and models whose memory cannot be cut back (recurrent ones, sliding windows) need no road of their own. What is
kept is what a frame calls fixed (policies), never a message; it is never written anywhere.

Invariants: nothing is evaluated beyond the context (`too-long`); only the last token's logits are computed; text that
is longer than the cap is never given to the tokenizer; a deadline that passes ends the evaluation (`model-timeout`);
what one prompt leaves in memory never changes what another one gets. One thread owns a `GenerativeModel`.
"""

from __future__ import annotations

import ctypes
import math
import time
from array import array
from collections import OrderedDict
from collections.abc import Sequence
from types import ModuleType
from typing import Any, Final

from guardian.errors import CellError
from guardian.inference.generative_frames import Evaluate, Evaluated, LoadGenerative, Proceed
from guardian.inference.generative_tokens import Tokens
from guardian.inference.llama_binding import Llama

_BATCH_TOKENS: Final = 512
_LOAD_MODE_READ, _LOAD_MODE_MMAP = 0, 1
_SEQUENCE: Final = 0
_ABORTED: Final = 2
_NEVER_S: Final = float("inf")


class QuestionRefusedError(CellError):
    """The question cannot be answered; `code` is one of `GenerationFailure`'s."""

    def __init__(self, code: str, what: str) -> None:
        super().__init__(what)
        self.code = code


class GenerativeModel:
    """A decoder, and the context to run it. `load` names an open file descriptor of the model and the sizes.

    Raises CellError where llama.cpp refuses the file, or the file is no such model.
    """

    def __init__(self, library: ModuleType, load: LoadGenerative) -> None:
        self._llama = Llama(library)
        self._calls: Any = self._llama.calls
        self._load = load
        self.threads = self._llama.threads(load.threads)
        only = load.is_vocabulary_only
        mode = _LOAD_MODE_READ if only else _LOAD_MODE_MMAP  # files without weights end anywhere, and can't be mapped
        self._model = self._llama.load(load.descriptor, load_mode=mode, vocab_only=only)
        self.tokens = Tokens(self._calls, self._model)
        self.context_tokens = load.context_tokens
        self._deadline_s = _NEVER_S
        self._held = 0
        """Tokens that the context holds; 0 as well after a question that failed or had no finite numbers."""
        if not only:
            trained: int = self._calls.llama_model_n_ctx_train(self._model)
            self.context_tokens = min(load.context_tokens, trained) if trained > 0 else load.context_tokens
            self._context = self._open_context()
            self._memory = self._calls.llama_get_memory(self._context)
            self._prefixes = _Prefixes(self._calls, self._context, load.prefix_bytes)

    def evaluate(self, question: Evaluate) -> Evaluated:
        """The logits behind a prompt. Raises QuestionRefusedError, StructuralTokenError, or CellError where llama.cpp
        fails."""
        self._begin(question.limit_ms)
        labels = self._labels(question)
        fixed, data = self._prompt(question)
        reused, row = self._read(fixed, data)
        if not self._held:  # no finite numbers: it may be what a question that ended early left behind
            reused, row = self._read(fixed, data)
        return Evaluated(question.number, len(fixed) + len(data), reused, labels, b"", row)

    def proceed(self, question: Proceed) -> Evaluated:
        """The logits behind one more token. Raises as `evaluate` does."""
        held = self._held
        self._begin(question.limit_ms)
        if not held or not 0 <= question.token < self.tokens.count:
            raise QuestionRefusedError("model-crashed", "the model was started anew in the middle of its answer")
        if held + 1 >= self.context_tokens:
            raise QuestionRefusedError("too-long", f"the answer reached the end of the {self.context_tokens} tokens")
        self._decode([question.token])
        self._held = held + 1
        return Evaluated(question.number, held + 1, held, (), self.tokens.text(question.token), self._row())

    def warm_up(self) -> None:
        """One pass, so that what llama.cpp leaves for later happens now."""
        self._begin(0)
        self._calls.llama_memory_clear(self._memory, True)
        self._decode([self.tokens.first or 0])
        self._calls.llama_memory_clear(self._memory, True)

    def _begin(self, limit_ms: int) -> None:
        """A new question: until it is answered, the context holds nothing that one could go on from."""
        self._held = 0
        self._deadline_s = time.monotonic() + limit_ms / 1000 if limit_ms else _NEVER_S

    def _labels(self, question: Evaluate) -> tuple[int, ...]:
        labels = [token for text in question.labels if (token := self.tokens.of_label(text)) is not None]
        if len(labels) < len(question.labels):
            raise QuestionRefusedError("bad-label", "a label is not one token in this model's vocabulary")
        if len(set(labels)) < len(labels):
            raise QuestionRefusedError("bad-label", "two labels are one token in this model's vocabulary")
        return tuple(labels)

    def _prompt(self, question: Evaluate) -> tuple[list[int], list[int]]:
        """Tokens of the two parts, which fit the context."""
        size_bytes = sum(len(text) for part in (question.fixed, question.data) for text, _ in part)
        if size_bytes > self._load.bytes_per_prompt:
            raise QuestionRefusedError("too-long", f"the prompt has {size_bytes} bytes; the model takes less")
        fixed, data = self.tokens.of_segments(question.fixed), self.tokens.of_segments(question.data)
        if self.tokens.first is not None and [self.tokens.first] != (fixed or data)[:1]:
            fixed.insert(0, self.tokens.first)
        total = len(fixed) + len(data)
        if total >= self.context_tokens:
            what = f"the prompt has {total} tokens; the model takes {self.context_tokens} with the answer"
            raise QuestionRefusedError("too-long", what)
        if not data:
            raise QuestionRefusedError("model-refused", "the prompt says nothing behind its fixed part")
        return fixed, data

    def _read(self, fixed: Sequence[int], data: Sequence[int]) -> tuple[int, bytes]:
        """Evaluate a prompt. Returns how many tokens did not have to be, and the logits behind it."""
        reused = self._lay_prefix(fixed)
        self._decode(data)
        self._held = len(fixed) + len(data)
        return reused, self._row()

    def _lay_prefix(self, fixed: Sequence[int]) -> int:
        """Have the context hold these tokens and nothing else. Returns how many did not have to be evaluated."""
        self._calls.llama_memory_clear(self._memory, False)
        if not fixed:
            return 0
        key = tuple(fixed)
        is_kept = self._prefixes.lay(key)
        if is_kept:
            return len(key)
        self._decode(fixed)
        if self._prefixes.keep(key):
            self._calls.llama_memory_clear(self._memory, False)
            if not self._prefixes.lay(key):
                self._calls.llama_memory_clear(self._memory, False)
                self._decode(fixed)
        return 0

    def _forget(self) -> None:
        """Leave nothing of any prompt, not even where nothing should look."""
        self._held = 0
        self._prefixes.drop()
        self._calls.llama_memory_clear(self._memory, True)

    def _decode(self, tokens: Sequence[int]) -> None:
        """Evaluate tokens behind what the context holds. Batches are cut at the same places every time."""
        for start in range(0, len(tokens), _BATCH_TOKENS):
            batch = tokens[start : start + _BATCH_TOKENS]
            array = (self._calls.llama_token * len(batch))(*batch)
            status = self._calls.llama_decode(self._context, self._calls.llama_batch_get_one(array, len(batch)))
            if status == _ABORTED:
                raise QuestionRefusedError("model-timeout", "the model was not done within its time")
            if status != 0:
                raise CellError(f"llama.cpp refused a batch (status {status})")

    def _row(self) -> bytes:
        """The last token's logits. Where one is not finite, nothing stays in memory: without flash attention, llama.cpp
        multiplies what lies beyond a prompt by zero, and zero times what is no number is none."""
        address = self._calls.llama_get_logits_ith(self._context, -1)
        if not address:
            raise CellError("llama.cpp gave no logits")
        row = ctypes.string_at(address, 4 * self.tokens.count)
        if not _is_finite(row):
            self._forget()
        return row

    def _open_context(self) -> Any:
        calls = self._calls
        if calls.llama_model_has_encoder(self._model) or not calls.llama_model_has_decoder(self._model):
            raise CellError("the model does not write text: it is no decoder", hint="add an instruct or guard model")
        settings = calls.llama_context_default_params()
        settings.n_ctx = self.context_tokens
        settings.n_batch = settings.n_ubatch = min(_BATCH_TOKENS, self.context_tokens)
        settings.n_seq_max = 1
        settings.n_outputs_max = 1  # one row, not one per token: at 150,000 tokens that is 300 MB less
        settings.n_threads = settings.n_threads_batch = self.threads
        settings.no_perf = True
        # Kept as an attribute: llama.cpp holds only the address.
        self._is_late = calls.ggml_abort_callback(lambda _data: time.monotonic() > self._deadline_s)
        settings.abort_callback = self._is_late
        context = calls.llama_init_from_model(self._model, settings)
        if not context:
            raise CellError("llama.cpp cannot make a context for the model", hint="set a smaller judge.context_tokens")
        return context


class _Prefixes:
    """What the context holds after each fixed part, copied out; the oldest goes when it becomes too much."""

    def __init__(self, calls: Any, context: Any, limit_bytes: int) -> None:
        self._calls = calls
        self._context = context
        self._limit_bytes = limit_bytes
        self._kept: OrderedDict[tuple[int, ...], Any] = OrderedDict()
        self._size_bytes = 0

    def drop(self) -> None:
        """Keep none of them."""
        self._kept.clear()
        self._size_bytes = 0

    def lay(self, key: tuple[int, ...]) -> bool:
        """Copy it into the empty context, where it is kept."""
        state = self._kept.get(key)
        if state is None:
            return False
        self._kept.move_to_end(key)
        return bool(self._calls.llama_state_seq_set_data(self._context, state, len(state), _SEQUENCE))

    def keep(self, key: tuple[int, ...]) -> bool:
        """Copy it out of the context, which holds just this. False where that cannot be done."""
        size_bytes = self._calls.llama_state_seq_get_size(self._context, _SEQUENCE)
        if not size_bytes:
            return False
        while self._kept and self._size_bytes + size_bytes > self._limit_bytes:
            _, oldest = self._kept.popitem(last=False)
            self._size_bytes -= len(oldest)
        state = (ctypes.c_uint8 * size_bytes)()
        if self._calls.llama_state_seq_get_data(self._context, state, size_bytes, _SEQUENCE) != size_bytes:
            return False
        self._kept[key] = state
        self._size_bytes += size_bytes
        return True


def _is_finite(row: bytes) -> bool:
    return math.isfinite(sum(array("f", row)))
