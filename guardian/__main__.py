"""The program's edge: the only place that turns an exception into a line on standard error and an exit code.

Invariants: no traceback reaches the owner, unless `GUARDIAN_DEBUG` is set; no line carries text of a message; the
exit code tells the truth also where standard output or standard error is closed, full or gone.
"""

from __future__ import annotations

import errno
import io
import os
import sys
import threading
from contextlib import suppress
from types import TracebackType
from typing import NoReturn, TextIO

from guardian.errors import GuardianError
from guardian.exits import ExitCode, exit_code_for, for_mail_agent
from guardian.safe_text import safe_line


def program() -> NoReturn:
    """Run `main` and end the process with its code.

    Where no other thread runs, it ends at once: all is closed and flushed by then, and taking the interpreter apart
    costs a thin client a tenth of its time.
    """
    code = main()
    if threading.active_count() == 1:
        os._exit(code)
    sys.exit(code)


def main() -> int:
    """Run the command line in `sys.argv` and return its exit code. Takes over the process's streams and hooks."""
    return for_mail_agent(_main(), sys.argv[1:])


def _main() -> int:
    _replace_closed_streams()
    _dump_no_core()
    # Guardian's matrices are small: NumPy's own threads only wait for each other, and take the cores from the model.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    sys.unraisablehook = lambda trouble: _say_internal(trouble.exc_value, trouble.exc_traceback)
    threading.excepthook = lambda trouble: _say_internal(trouble.exc_value, trouble.exc_traceback)
    try:
        code = _run()
        if code != ExitCode.IO_FAILED:  # then the trouble has been said, and would only be said again
            sys.stdout.flush()
        return code
    except KeyboardInterrupt:
        import signal

        signal.signal(signal.SIGINT, signal.SIG_DFL)  # a second one, while things are being closed, is as quiet
        return ExitCode.INTERRUPTED
    except OSError as error:
        _say(_io_line(error))
        return ExitCode.IO_FAILED
    except BaseException as error:
        _say_internal(error, error.__traceback__)
        return ExitCode.USAGE
    finally:
        _let_go(sys.stdout)
        _let_go(sys.stderr)


def _run() -> int:
    try:
        from guardian.dispatch import run

        return run(sys.argv[1:], os.environ)
    except GuardianError as error:
        _say(error.line())
        return exit_code_for(error)
    except SystemExit as stop:  # argparse, behind --help and --version
        return stop.code if isinstance(stop.code, int) else ExitCode.CLEAN


def _dump_no_core() -> None:
    """A crash leaves no image of this process's memory on disk: it holds messages, and the journal's key."""
    with suppress(ImportError, OSError, ValueError):
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))


def _replace_closed_streams() -> None:
    """Take the numbers 0, 1 and 2 where the caller closed them (`>&-`), and make words of any encoding printable.

    Otherwise the next file that is opened, a journal perhaps, would become standard output. Reading from a closed
    input, or writing to a closed output, still fails: the null device is opened the wrong way round for that.
    """
    for number, mode in ((0, os.O_WRONLY), (1, os.O_RDONLY), (2, os.O_WRONLY)):
        try:
            os.fstat(number)
        except OSError:
            os.set_inheritable(os.open(os.devnull, mode), True)  # the lowest free number, so this one
    # typeshed says that these are never None; they are, behind `>&-`.
    sys.stdin = sys.stdin or open(0, closefd=False)  # noqa: SIM115
    sys.stdout = sys.stdout or open(1, "w", closefd=False)  # noqa: SIM115
    sys.stderr = sys.stderr or open(2, "w", closefd=False)  # noqa: SIM115
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def _say(words: str) -> None:
    """One line on standard error, behind whatever standard output still holds; nothing where it can't be said."""
    with suppress(OSError, ValueError):
        sys.stdout.flush()
    with suppress(OSError, ValueError):
        print(f"guardian: {safe_line(words)}", file=sys.stderr, flush=True)


def _say_internal(error: BaseException | None, trace: TracebackType | None) -> None:
    """The line for a bug: where and what kind, but not the error's own words, which may quote a message."""
    if os.environ.get("GUARDIAN_DEBUG"):
        import traceback

        traceback.print_exception(None, value=error, tb=trace)
    kind = type(error).__name__
    _say(f"internal error in {_place(trace)} ({kind}); please report it")


def _place(trace: TracebackType | None) -> str:
    """Module and line of the innermost frame that is Guardian's, or else of the innermost one."""
    place, is_ours = "an unknown place", False
    while trace is not None:
        module = str(trace.tb_frame.f_globals.get("__name__", "?"))
        if module.partition(".")[0] == "guardian" or not is_ours:
            place, is_ours = f"{module}:{trace.tb_lineno}", module.partition(".")[0] == "guardian"
        trace = trace.tb_next
    return place


def _io_line(error: OSError) -> str:
    if os.environ.get("GUARDIAN_DEBUG"):
        import traceback

        traceback.print_exception(error)
    if isinstance(error, BrokenPipeError):
        return "standard output was closed before everything was written"
    if error.errno == errno.EBADF:
        return "standard input or output is closed"
    what = (error.strerror or type(error).__name__).lower()
    return f"input or output failed: {what}" + (f": {error.filename}" if error.filename else "")


def _let_go(stream: TextIO) -> None:
    """Flush a stream for the last time; where that fails, point it at nothing, so that Python's own last flush
    neither prints words nor changes the exit code."""
    try:
        stream.flush()
    except (OSError, ValueError):
        with suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


if __name__ == "__main__":
    program()
