"""`python -m tui [PATH...]`: the app's edge to the terminal.

Invariants: every error is one line on standard error; the terminal is restored before it is said; no line carries text
of a message, and no traceback carries local variables.
"""

from __future__ import annotations

import logging
import os
import sys
import termios
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from guardian.cli_parts import Parser, record_number
from guardian.errors import GuardianError, InputError, UsageError
from guardian.exits import ExitCode, exit_code_for
from guardian.settings import Settings, load_settings
from tui.crash import say, say_crash
from tui.memory import keep_one_heap

TERMINAL_CHECK_S = 1.0
"""How often the app looks whether its terminal is still there."""
LEAVE_S = 2.0
"""How long the bridge may take to end the model's cell properly; the cell dies with this process anyway."""


def main() -> int:
    """Run the app and return its exit code."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before NumPy loads, as in `guardian.__main__`
    sys.unraisablehook = lambda trouble: say_crash(trouble.exc_value or RuntimeError())
    threading.excepthook = lambda trouble: say_crash(trouble.exc_value or RuntimeError())
    logging.getLogger("asyncio").disabled = True  # it would print the text of an exception that nobody awaited
    _end_with_the_terminal()
    try:
        return _run(sys.argv[1:])
    except GuardianError as error:
        say(error.line())
        return exit_code_for(error)
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED
    except SystemExit as stop:  # argparse, behind --help
        return stop.code if isinstance(stop.code, int) else ExitCode.CLEAN
    except BaseException as error:
        say_crash(error)
        return ExitCode.USAGE


def _end_with_the_terminal() -> None:
    """End this process when its terminal goes away without a signal (a multiplexer's window that was closed).

    Textual's input thread reads the end of such a terminal again and again, at full speed, and the app never ends.
    There is nobody left to say anything to, so there is nothing to restore. The model's cell dies with its parent.
    """
    if not sys.stdin.isatty():
        return

    def watch() -> None:
        while True:
            time.sleep(TERMINAL_CHECK_S)
            try:
                termios.tcgetattr(0)
            except (termios.error, OSError):
                os._exit(ExitCode.INTERRUPTED)

    threading.Thread(target=watch, name="guardian-terminal", daemon=True).start()


def _run(argv: Sequence[str]) -> int:
    args = _parser().parse_args(argv)
    paths = [Path(path) for path in args.paths]
    missing = next((path for path in paths if not path.exists()), None)
    if missing is not None:
        raise InputError(f"no such file or folder: {missing}")
    settings = load_settings(os.environ, {"policies_dir": args.policies})
    if not all(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr)):  # Textual draws on standard error
        raise UsageError("the app needs a terminal", hint="guardian scan PATH says the same in lines")
    _choose_colour(settings)
    keep_one_heap()
    from tui.app import GuardianApp  # behind the checks, which then cost no import of Textual

    app = GuardianApp(settings, paths, with_journal=not args.no_journal, first_alert=args.alert)
    try:
        app.run()
    finally:
        app.bridge.stop(LEAVE_S)
        if app.records is not None:
            app.records.close()
    if app.crash is not None:
        say_crash(app.crash)
    return app.return_code or ExitCode.CLEAN


def _parser() -> Parser:
    parser = Parser(
        prog="python -m tui",
        description="Guardian's app: what your messages do to you, in words. Nothing leaves this machine.",
    )
    parser.add_argument("paths", metavar="PATH", nargs="*", help="files or folders to screen")
    parser.add_argument("--policies", metavar="DIR", help="use the policies in this folder")
    parser.add_argument("--no-journal", action="store_true", help="record nothing")
    parser.add_argument("--alert", metavar="SEQ", type=record_number, help="open the alert with this number")
    return parser


def _choose_colour(settings: Settings) -> None:
    """Tell Textual, which looks at NO_COLOR alone and takes even an empty one for yes."""
    if settings.output.colour == "never":
        os.environ["NO_COLOR"] = "1"
    else:
        os.environ.pop("NO_COLOR", None)


def leave(code: int) -> NoReturn:
    """End the process at once.

    The interpreter's own end would take the streams from under the daemon threads, which may be in the middle of a
    sentence or of somebody's C code: it has ended in an abort.
    """
    with suppress(OSError, ValueError):
        sys.stdout.flush()
    with suppress(OSError, ValueError):
        sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    leave(main())
