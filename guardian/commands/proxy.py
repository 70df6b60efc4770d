"""`guardian proxy`: runs the proxy, and tells of it.

Invariant: standard output carries the token or the list that was asked for, and nothing else; nothing of what passes
through the proxy is ever printed by the process that runs it.
"""

from __future__ import annotations

import argparse
import getpass
import json
import signal
import sys
from datetime import datetime
from typing import Any, Final

from guardian.exits import ExitCode
from guardian.proxy.errors import ProxyError
from guardian.safe_text import safe_line
from guardian.settings import Settings

_EXTRA: Final = ("starlette", "uvicorn", "httpx", "h11", "anyio", "httpcore", "click")
"""What the extra `proxy` brings."""
_MOST_KEY_CHARACTERS: Final = 4096


def run(args: argparse.Namespace, settings: Settings) -> ExitCode:
    """Run the proxy, or one of its actions. Exit codes: 0, 2, 74, 130."""
    if args.action == "goal":
        return _write_goal(args, settings)
    if args.action == "sessions":
        return _list_sessions(args, settings)
    if args.print_token:
        return _print_token(settings)
    if args.upstream_key:
        return _keep_key(settings)
    try:
        from guardian.proxy.running import run_proxy
    except ModuleNotFoundError as error:
        raise _needs_extra(error) from None
    ended_by = run_proxy(settings, _tell)
    return ExitCode.INTERRUPTED if ended_by is signal.SIGINT else ExitCode.CLEAN


def _print_token(settings: Settings) -> ExitCode:
    from guardian.proxy.token import load_or_make_token

    print(load_or_make_token(settings.paths.proxy_token).reveal())
    return ExitCode.CLEAN


def _keep_key(settings: Settings) -> ExitCode:
    from guardian.proxy.upstream_key import save_upstream_key

    upstream = settings.proxy.upstream
    if sys.stdin.isatty():
        key = getpass.getpass(f"key for {upstream} (not shown; empty: forget it): ")
    else:
        key = sys.stdin.readline(_MOST_KEY_CHARACTERS)
    _tell(f"the key for {upstream} is {save_upstream_key(settings.paths.proxy_upstream_key, upstream, key.strip())}")
    return ExitCode.CLEAN


def _list_sessions(args: argparse.Namespace, settings: Settings) -> ExitCode:
    try:
        from guardian.proxy.local import ask_for_sessions
    except ModuleNotFoundError as error:
        raise _needs_extra(error) from None
    sessions = ask_for_sessions(settings.paths.proxy_socket)
    if args.json:
        print(json.dumps(sessions))
        return ExitCode.CLEAN
    for session in sessions:
        print("\n".join(_session_lines(session)))
    if not sessions:
        _tell("no conversation has passed through the proxy yet")
    return ExitCode.CLEAN


def _session_lines(session: dict[str, Any]) -> list[str]:
    last = datetime.fromtimestamp(float(session["last"])).astimezone().strftime("%Y-%m-%d %H:%M")
    outcomes = ", ".join(f"{count} {outcome}" for outcome, count in session["outcomes"].items()) or "no answer yet"
    by = " (your words)" if session["goal_by"] == "owner" else ""
    lines = [f"{safe_line(str(session['id']))}  {last}  {outcomes}", f"  goal: {safe_line(str(session['goal']))}{by}"]
    if session["records"]:
        lines.append("  in the journal: " + ", ".join(str(int(seq)) for seq in session["records"]))
    return lines


def _write_goal(args: argparse.Namespace, settings: Settings) -> ExitCode:
    from guardian.proxy.goals import Goals

    Goals(settings.paths.proxy_goals).write(args.session, args.goal)
    _tell(f"the goal of {args.session} is yours now" if args.goal.strip() else "the goal is what you asked first")
    return ExitCode.CLEAN


def _needs_extra(error: ModuleNotFoundError) -> Exception:
    if error.name is None or error.name.partition(".")[0] not in _EXTRA:
        return error
    return ProxyError("the proxy needs packages that are not installed", hint="pip install 'guardian[proxy]'")


def _tell(words: str) -> None:
    print(f"guardian: {safe_line(words)}", file=sys.stderr, flush=True)
