"""The mail recipes of examples/mail, each in the real program: headers in the delivered mail, and nothing ever lost."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

RECIPES = Path(__file__).resolve().parents[2] / "examples" / "mail"
_LONGEST_RUN_S = 300
"""Far above what any run takes: it ends a hang, and measures nothing."""

PHISH = (
    b"Received: by our server\nFrom: Support <help@bank.example>\nSubject: Account\nMessage-ID: <1@bank.example>\n\n"
    b"Your account was locked. To unlock it, reply with your password and the code that we have just sent you "
    b"within 30 minutes. Do not tell anyone, not even the bank.\n"
)
ORDINARY = (
    b"Received: by our server\nFrom: Ann <ann@x.example>\nSubject: Tuesday\nMessage-ID: <2@x.example>\n\n"
    b"Hi Jo, the meeting is moved to Tuesday at ten, same room. See you there. Ann\n"
)
GERMAN = (
    b"Received: by our server\nFrom: Ann <ann@x.example>\nSubject: Termin\nMessage-ID: <3@x.example>\n\n"
    b"Bitte bringen Sie morgen die Unterlagen mit, danke.\n"
)
FORGED = PHISH.replace(b"Subject:", b"X-Guardian-Outcome: clean\nX-Guardian-Receipt : 1\nSubject:")
HOLD = """
id = "hold"
title = "Hold"
why = "A test."
since = 2026-11-22
channels = ["incoming"]
severity = "high"
action = "hold"
status = "active"
[match]
patterns = ["password"]
"""


Tmux = Callable[..., str]


@dataclass(frozen=True)
class Owner:
    """Somebody with a home, a Maildir, and a guardian in ~/.local/bin."""

    home: Path

    def install(self, options: str = "", *, breaks: bool = False) -> None:
        """A guardian as its owner has it; or one that cannot start."""
        program = self.home / ".local" / "bin" / "guardian"
        program.parent.mkdir(parents=True, exist_ok=True)
        variables = {name: os.environ[name] for name in os.environ if name.startswith(("GUARDIAN_", "PYTHON"))}
        lines = [f"export {name}='{value}'" for name, value in variables.items()]
        run = "exit 2" if breaks else f"exec '{sys.executable}' -m guardian \"$@\" {options}"
        program.write_text("\n".join(["#!/bin/sh", *lines, run, ""]))
        program.chmod(0o755)

    def recipe(self, name: str, *, mode: int = 0o600) -> Path:
        """A recipe as it is shipped, with this home for $HOME: mail agents take theirs from the password file."""
        copy = self.home / name
        copy.write_text((RECIPES / name).read_text().replace("$HOME", str(self.home)))
        copy.chmod(mode)
        return copy

    def delivered(self) -> dict[str, bytes]:
        """Every delivered mail by its folder; `` is the inbox. Without what agents change in any mail: Dovecot
        writes CRLF, and procmail ends each mail with an empty line."""
        found = {}
        for path in (self.home / "Maildir").rglob("new/*"):
            found[path.parent.parent.name.removeprefix("Maildir").removeprefix(".")] = _as_it_came(path.read_bytes())
        return found


def _as_it_came(mail: bytes) -> bytes:
    return mail.replace(b"\r\n", b"\n").rstrip(b"\n") + b"\n"


@pytest.fixture
def owner(tmp_path: Path) -> Owner:
    owner = Owner(tmp_path / "owner")
    owner.install()
    for folder in ("Maildir", "Maildir/.Look-Twice"):
        for part in ("new", "cur", "tmp"):
            (owner.home / folder / part).mkdir(parents=True)
    return owner


def run(
    words: list[str], *, stdin: bytes = b"", env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    if shutil.which(words[0]) is None:
        pytest.skip(f"{words[0]} is not on this machine")
    return subprocess.run(
        words, input=stdin, capture_output=True, env={**os.environ, **(env or {})}, timeout=_LONGEST_RUN_S, check=False
    )


def by_procmail(owner: Owner, mail: bytes) -> int:
    return run(["procmail", str(owner.recipe("procmailrc"))], stdin=mail).returncode


def by_maildrop(owner: Owner, mail: bytes) -> int:
    return run(["maildrop", str(owner.recipe("mailfilter"))], stdin=mail).returncode


def by_sieve(owner: Owner, mail: bytes) -> int:
    """Dovecot serves no mail of root's, so root is somebody else here, in a user namespace."""
    program = owner.recipe("guardian-mail", mode=0o755)
    programs = owner.home / "programs"
    programs.mkdir(exist_ok=True)
    program.rename(programs / program.name)
    shipped = (RECIPES / "dovecot.conf").read_text()
    settings = shipped.replace("/usr/local/lib/guardian-sieve", str(programs)).replace("sieve = file:", "#")
    own = f"base_dir = {owner.home}/run\nstate_dir = {owner.home}/run\nssl = no\nlog_path = /dev/stderr\n"
    is_root = os.getuid() == 0
    uid, gid = (1000, 1000) if is_root else (os.getuid(), os.getgid())
    own += f"mail_uid = {uid}\nmail_gid = {gid}\nfirst_valid_uid = 1\nfirst_valid_gid = 0\nmail_home = {owner.home}\n"
    conf, incoming = owner.home / "dovecot.conf", owner.home / "incoming"
    conf.write_text(own + settings)
    incoming.write_bytes(mail)
    place = f"maildir:{owner.home}/Maildir"
    words = ["sieve-test", "-c", str(conf), "-e", "-l", place, str(owner.recipe("guardian.sieve")), str(incoming)]
    if is_root and shutil.which("sieve-test"):
        somebody = ["unshare", "--user", f"--map-user={uid}", f"--map-group={gid}"]
        if run([*somebody, "true"]).returncode != 0:
            pytest.skip("root may make no user namespace here, and Dovecot serves no mail of root's")
        words = somebody + words
    done = run(words, env={"HOME": str(owner.home)})
    assert b"Fatal" not in done.stderr, done.stderr
    return done.returncode


Deliver = Callable[[Owner, bytes], int]
AGENTS: list[Deliver] = [by_procmail, by_maildrop, by_sieve]


@pytest.mark.parametrize("deliver", AGENTS)
def test_a_flagged_mail_is_filed_apart_with_our_headers_and_without_the_senders(deliver: Deliver, owner: Owner) -> None:
    assert deliver(owner, FORGED) == 0
    (folder, mail), *others = owner.delivered().items()
    assert (folder, others) == ("Look-Twice", [])
    assert mail.startswith(b"X-Guardian-Outcome: flagged\nX-Guardian-Reasons: ")
    assert mail.endswith(PHISH)
    assert mail.lower().count(b"x-guardian-") == 3
    assert b"credential_request" in mail.partition(b"\nReceived:")[0]


@pytest.mark.parametrize("deliver", AGENTS)
def test_a_clean_mail_is_delivered_as_it_was_under_our_headers(deliver: Deliver, owner: Owner) -> None:
    assert deliver(owner, ORDINARY) == 0
    (folder, mail), *others = owner.delivered().items()
    assert ((folder or "INBOX"), others) == ("INBOX", [])
    assert mail.startswith(b"X-Guardian-Outcome: clean\nX-Guardian-Reasons: none\nX-Guardian-Receipt: ")
    assert mail.endswith(ORDINARY)


@pytest.mark.parametrize("deliver", [by_procmail, by_maildrop])
def test_where_guardian_fails_the_mail_server_keeps_the_mail_and_tries_again(deliver: Deliver, owner: Owner) -> None:
    owner.install(breaks=True)
    assert deliver(owner, ORDINARY) == os.EX_TEMPFAIL
    assert owner.delivered() == {}
    owner.install()
    assert deliver(owner, ORDINARY) == 0
    assert list(owner.delivered()) == [""]


def test_where_guardian_fails_sieve_keeps_the_mail_apart_unchanged(owner: Owner) -> None:
    owner.install(breaks=True)
    assert by_sieve(owner, ORDINARY) == 0
    assert owner.delivered() == {"Not-Screened": ORDINARY}


@pytest.mark.parametrize("deliver", AGENTS)
def test_a_mail_that_a_policy_holds_is_in_the_held_folder_and_nowhere_else(
    deliver: Deliver, owner: Owner, guardian_home: Path, tmp_path: Path
) -> None:
    policies = tmp_path / "policies"
    policies.mkdir()
    (policies / "hold.toml").write_text(HOLD)
    owner.install(f"--policies '{policies}'")
    assert deliver(owner, PHISH) == 0
    assert owner.delivered() == {}
    (held,) = [path for path in guardian_home.rglob("held/*") if path.is_file()]
    assert _as_it_came(held.read_bytes()) == PHISH


def test_a_mail_in_a_language_that_is_not_read_is_delivered_and_not_bounced_after_days(owner: Owner) -> None:
    assert by_procmail(owner, GERMAN) == 0
    (folder, mail), *_ = owner.delivered().items()
    assert folder == "Look-Twice"
    assert mail.startswith((b"X-Guardian-Outcome: unscreened", b"X-Guardian-Outcome: unsure"))
    assert b"not-judged:" in mail


@pytest.mark.long
def test_notmuch_tags_each_new_mail_once_and_tries_again_what_was_not_screened(owner: Owner) -> None:
    mails = owner.home / "notmuch"
    hooks = mails / ".notmuch" / "hooks"
    hooks.mkdir(parents=True)
    shutil.copy(RECIPES / "notmuch-post-new", hooks / "post-new")
    for part in ("new", "cur", "tmp"):
        (mails / part).mkdir()
    (mails / "new" / "1").write_bytes(PHISH)
    (mails / "new" / "2").write_bytes(ORDINARY.replace(b"<2@x", b'<2 "odd" id@x'))
    settings = owner.home / "notmuch-config"
    settings.write_text(
        f"[database]\npath={mails}\n[user]\nname=Jo\nprimary_email=jo@x.example\n[new]\ntags=inbox;guardian-new\n"
    )
    env = {"HOME": str(owner.home), "NOTMUCH_CONFIG": str(settings)}

    def tagged(tag: str) -> int:
        return int(run(["notmuch", "count", f"tag:{tag}"], env=env).stdout)

    owner.install(breaks=True)
    assert run(["notmuch", "new"], env=env).returncode == 0
    assert (tagged("guardian-new"), tagged("guardian-flagged")) == (2, 0)
    owner.install()
    assert run(["notmuch", "new"], env=env).returncode == 0
    assert (tagged("guardian-new"), tagged("guardian-flagged"), tagged("inbox")) == (0, 1, 2)
    assert sorted(path.read_bytes()[:40] for path in (mails / "new").iterdir()) == [ORDINARY[:40], PHISH[:40]]


@pytest.fixture
def screen(owner: Owner, tmp_path: Path) -> Iterator[Tmux]:
    """A terminal that can be read and typed on: tmux on a socket of its own."""
    socket = str(tmp_path / "tmux")

    def tmux(*words: str) -> str:
        return run(["tmux", "-S", socket, "-f", "/dev/null", *words], env=environment).stdout.decode()

    path = f"{owner.home}/.local/bin{os.pathsep}{os.environ['PATH']}"
    environment = {"HOME": str(owner.home), "PATH": path, "XDG_CONFIG_HOME": f"{owner.home}/.config", "TERM": "screen"}
    yield tmux
    tmux("kill-server")


def wait_until_shown(tmux: Tmux, words: str, *, key: str = "") -> None:
    """Polls what the terminal shows; the limit ends a hang, and measures nothing.

    `key` is pressed, and again after a while: a program takes no key before it is ready, and does not show when it is.
    """
    give_up = time.monotonic() + _LONGEST_RUN_S
    press_at = time.monotonic()
    while words not in (shown := tmux("capture-pane", "-p")):
        assert time.monotonic() < give_up, shown
        if key and time.monotonic() >= press_at:
            tmux("send-keys", key)
            press_at = time.monotonic() + 5
        time.sleep(0.1)


def test_neomutt_asks_about_the_mail_under_the_cursor(owner: Owner, screen: Tmux) -> None:
    if shutil.which("neomutt") is None:
        pytest.skip("neomutt is not on this machine")
    (owner.home / "mbox").write_bytes(b"From help@bank.example Sat Nov 21 23:00:00 2026\n" + PHISH + b"\n")
    (owner.home / "Mail").mkdir()
    (owner.home / "rc").write_text(f"set folder={owner.home}/Mail\nsource {RECIPES}/neomuttrc\n")
    screen("new-session", "-d", "-x", "100", "-y", "40", f"neomutt -n -F {owner.home}/rc -f {owner.home}/mbox")
    wait_until_shown(screen, "Account")
    wait_until_shown(screen, "guardian: flagged", key="G")


@pytest.mark.long
def test_aerc_asks_about_the_mail_under_the_cursor(owner: Owner, screen: Tmux) -> None:
    if shutil.which("aerc") is None:
        pytest.skip("aerc is not on this machine")
    settings = owner.home / ".config" / "aerc"
    settings.mkdir(parents=True)
    shutil.copy(RECIPES / "aerc.conf", settings / "aerc.conf")
    shutil.copy(RECIPES / "aerc-binds.conf", settings / "binds.conf")
    accounts = settings / "accounts.conf"
    accounts.write_text(f"[me]\nsource = maildir://{owner.home}/aerc\nfrom = Jo <jo@x.example>\n")
    accounts.chmod(0o600)
    inbox = owner.home / "aerc" / "INBOX"
    for part in ("new", "cur", "tmp"):
        (inbox / part).mkdir(parents=True)
    (inbox / "cur" / "1:2,").write_bytes(PHISH)
    screen("new-session", "-d", "-x", "100", "-y", "40", "aerc")
    wait_until_shown(screen, "Account")
    wait_until_shown(screen, "guardian: flagged", key="G")
