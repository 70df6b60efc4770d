"""The only file that imports llama_cpp: its low-level calls, and what every model has in common.

`encoder_model.py` and `generative_model.py` take the library from here and run one kind of model each.

Invariants: neither jinja2, nor pickles, nor anything of the high-level package enters the process; a model is loaded
from an open descriptor, never by a name. Used in the cells' processes alone.
"""

from __future__ import annotations

import ctypes
import importlib.util
import os
import sys
from types import ModuleType
from typing import Any, Final

from guardian.errors import CellError

INSTALL_HINT: Final = "pip install 'llama-cpp-python>=0.3.36'"
REBUILD_HINT: Final = "pip install --force-reinstall --no-cache-dir --no-binary llama-cpp-python llama-cpp-python"

_LOG_LEVEL_ERROR: Final = 4


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


class Llama:
    """llama.cpp, switched on: where its log goes, and how models are loaded."""

    def __init__(self, library: ModuleType) -> None:
        self.calls: Any = library
        """The low-level module."""
        # Kept as an attribute: llama.cpp holds only the address.
        self._log = library.llama_log_callback(_log_errors_only)
        library.llama_log_set(self._log, None)
        library.llama_backend_init()

    def threads(self, asked: int) -> int:
        """Threads that do good, at most `asked`.

        Without OpenMP, threads wait for each other by spinning. On a busy machine that made one short text take seconds
        instead of 18 ms, so such a build gets one thread.
        """
        return asked if b"OPENMP = 1" in (self.calls.llama_print_system_info() or b"") else 1

    def load(self, descriptor: int, **settings: object) -> Any:
        """A model from an open file; `settings` are fields of `llama_model_params`. Raises CellError where llama.cpp
        refuses it."""
        parameters = self.calls.llama_model_default_params()
        parameters.n_gpu_layers = 0
        for field, value in settings.items():
            setattr(parameters, field, value)
        # By FILE pointer, not by name: these are the very bytes that the parent hashed, and no right to open is needed.
        os.lseek(descriptor, 0, os.SEEK_SET)  # a process before this one may have moved the shared position
        libc = ctypes.CDLL(None, use_errno=True)
        libc.fdopen.restype = ctypes.c_void_p
        file = libc.fdopen(descriptor, b"rb")
        if not file:
            raise CellError("the model's file cannot be read in the cell")
        model = self.calls.llama_model_load_from_file_ptr(file, parameters)
        if not model:
            raise CellError("llama.cpp refuses the model file", hint="see `guardian doctor` for its reason")
        return model


def _log_errors_only(level: int, text: bytes | None, _data: object) -> None:
    """llama.cpp's log: errors go to stderr, which is the parent's bounded buffer; the rest goes nowhere."""
    if level == _LOG_LEVEL_ERROR and text:
        os.write(2, text)
