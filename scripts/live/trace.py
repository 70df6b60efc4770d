"""`python scripts/live/trace.py`: Guardian's programs traced from end to end, and which sockets they got.

Invariant: exit code 1 where anything but the proxy, and the process that speaks to the assistant's server, got a socket
of another family than AF_UNIX, or one of the two connected to anything but its server.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "scripts"), str(ROOT / "tests" / "proxy"), str(ROOT / "tests"), str(ROOT)]

from proxy_rig import CALM, CANARY, HARMFUL, running_proxy, running_service, write_policy  # noqa: E402
from talk_rig import running_server  # noqa: E402

from live.tracing import HEADINGS, Traced, read_trace, trace, traced_command  # noqa: E402

GUARDIAN = [sys.executable, "-m", "guardian"]
TEXT = b"Your account was locked. Reply with your password and the code that we have just sent you.\n"
PROMPT = b'{"hook_event_name": "Stop", "session_id": "s", "last_assistant_message": "Buy it now, tell nobody."}'
LONGEST_S = 180.0


def main() -> int:
    """Print the table."""
    print("\n".join(HEADINGS), flush=True)
    with tempfile.TemporaryDirectory() as folder:
        rows = list(_local_runs(Path(folder)))
        is_quiet = not any(row.networks for row in rows)
        spoken, server = _spoken(Path(folder))
        print(spoken.line("ask --talk, with a server"), flush=True)
        is_quiet &= set(spoken.connected) == {f"127.0.0.1:{server}"}
        proxied, upstream = _proxied(Path(folder))
        print(proxied.line("proxy, with a question and its answer"), flush=True)
        is_quiet &= set(proxied.connected) == {f"127.0.0.1:{upstream}"}
    return int(not is_quiet)


def _local_runs(folder: Path) -> Iterator[Traced]:
    env = os.environ | {"GUARDIAN_HOME": str(folder / "home")}
    maildir = folder / "Maildir"
    for name in ("new", "cur", "tmp"):
        (maildir / name).mkdir(parents=True)
    (maildir / "new" / "1.a").write_bytes(b"From: a@b.example\nSubject: x\n\n" + TEXT)
    for name, words, stdin in (("filter, cold", ["filter", "--check"], TEXT), ("scan", ["scan", str(maildir)], b"")):
        yield _told(name, trace([*GUARDIAN, *words], folder / "log", env=env, stdin=stdin, timeout_s=LONGEST_S))
    subprocess.run([*GUARDIAN, "source", "add", "maildir", str(maildir), "--from", "all"], env=env, check=True)
    with _serving(folder, env) as served:
        for name, words, stdin in (
            ("filter, warm", ["filter", "--check"], TEXT),
            ("watch --once, a Maildir", ["watch", "--once"], b""),
            ("hook claude-code", ["hook", "claude-code"], PROMPT),
        ):
            yield _told(name, trace([*GUARDIAN, *words], folder / "log", env=env, stdin=stdin, timeout_s=LONGEST_S))
    yield _told("serve, for these three", read_trace(served))
    app = [sys.executable, "-c", _APP]
    yield _told("app, opened and left", trace(app, folder / "log", env=env, timeout_s=LONGEST_S))


_APP = """
import os, pty, sys, time, select
pid, terminal = pty.fork()
if pid == 0:
    os.environ["TERM"] = "xterm-256color"
    os.execv(sys.executable, [sys.executable, "-m", "tui"])
ask_at = time.monotonic() + 8
while True:
    if select.select([terminal], [], [], 0.2)[0]:
        try:
            if not os.read(terminal, 65536):
                break
        except OSError:
            break
    if time.monotonic() > ask_at:
        os.write(terminal, b"\\x11")
        ask_at += 5
os.waitpid(pid, 0)
"""
"""The app on a terminal of its own: long enough for its model to be up, then ctrl+q, until it is heard: a terminal that
is not yet the app's own swallows it."""


def _told(name: str, found: Traced) -> Traced:
    print(found.line(name), flush=True)
    return found


@contextmanager
def _serving(folder: Path, env: dict[str, str]) -> Iterator[Path]:
    """A traced service; its trace is whole behind the context."""
    log = folder / "serve.log"
    process = subprocess.Popen(
        traced_command([*GUARDIAN, "serve"], log), env=env, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        while subprocess.run([*GUARDIAN, "serve", "--status"], env=env, capture_output=True, check=False).returncode:
            time.sleep(0.2)
        yield log
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(LONGEST_S)


def _spoken(folder: Path) -> tuple[Traced, int]:
    """A conversation with a server of this machine: its port, and what every process of `ask` did."""
    served = folder / "served"
    served.mkdir()
    with running_server(served) as server:
        env = os.environ | {
            "GUARDIAN_HOME": str(folder / "home"),
            "GUARDIAN_ASSISTANT_SERVER": server.url,
            "GUARDIAN_ASSISTANT_SERVER_MODEL": "calm",
        }
        words = ["ask", "--talk", "what is the weather?"]
        return trace([*GUARDIAN, *words], folder / "log", env=env, timeout_s=LONGEST_S), server.port


def _proxied(folder: Path) -> tuple[Traced, int]:
    home, replayed, log = folder / "proxied" / "home", folder / "replayed", folder / "proxy.log"
    replayed.mkdir()
    home.parent.mkdir()
    write_policy(home)
    with running_service(home), running_proxy(home, replayed, before=traced_command([], log), mode="hold") as rig:
        pieces = [
            json.dumps({"choices": [{"index": 0, "message": {"role": "assistant", "content": f"{CALM} {HARMFUL}"}}]})
        ]
        rig.record("m", pieces, kind="application/json")
        _, answer = rig.post("/v1/chat/completions", {"model": "m", "messages": [{"role": "user", "content": "hello"}]})
        assert CANARY.encode() not in answer
        os.killpg(rig.process.pid, signal.SIGTERM)
        rig.process.wait(LONGEST_S)
    return read_trace(log), rig.upstream_port


if __name__ == "__main__":
    sys.exit(main())
