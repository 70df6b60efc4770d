"""A mailbox on a server is read and never touched, and each of its mails is given out exactly once. Against a real
Dovecot."""

from __future__ import annotations

import os
import signal
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from dovecot_rig import PASSWORD, WHY_NOT, Server, running_server
from walled_script import met_behind

from guardian.errors import InputError
from guardian.imap.process import Fetching
from guardian.message import Format
from guardian.sources.live.base import Surroundings
from guardian.sources.live.imap import ImapSource, ImapTable
from guardian.walls.landlock import landlock_abi

pytestmark = pytest.mark.skipif(bool(WHY_NOT), reason=WHY_NOT)
LONGEST_WAIT_S = 120.0
"""Ends a hang, and measures nothing."""


@pytest.fixture(scope="module")
def shared_server() -> Iterator[Server]:
    root = Path(tempfile.mkdtemp(prefix="gi"))
    root.chmod(0o755)
    with running_server(root) as server:
        yield server


@pytest.fixture
def server(shared_server: Server) -> Server:
    shared_server.empty()
    return shared_server


class Watcher:
    """What the watcher does with a source, without its database."""

    def __init__(self, server: Server, **keys: Any) -> None:
        self.said: list[str] = []
        surroundings = Surroundings(max_bytes=2000, say=self.said.append)
        self.source = ImapSource(ImapTable(**server.table(**keys)), surroundings)
        self.seen: set[bytes] = set()
        self.got: list[str] = []

    def look(self) -> None:
        for delivery in self.source.look(self.seen.__contains__):
            if delivery.key not in self.seen:
                self.got.append(delivery.message.raw.decode().split("Subject: ")[1].split("\r\n")[0])
            self.seen |= {delivery.key, delivery.stamp}

    def until(self, *expected: str) -> None:
        """Wait and look, as the watcher does, until these mails were given out, in this order."""
        ends = time.monotonic() + LONGEST_WAIT_S
        while self.got != list(expected) and time.monotonic() < ends:
            try:
                self.look()
            except InputError as error:
                self.said.append(error.line())
            if self.got != list(expected):
                self.source.wait(2.0)
        assert self.got == list(expected), self.said

    def __enter__(self) -> Watcher:
        return self

    def __exit__(self, *_: object) -> None:
        self.source.close()


def test_what_arrives_is_given_out_as_it_came_and_stays_unseen(server: Server) -> None:
    server.deliver("one")
    server.deliver("two")
    with Watcher(server) as watcher:
        watcher.until("one", "two")
        server.deliver("three")
        watcher.until("one", "two", "three")
        (delivery, *_) = watcher.source.look(lambda _: False)
    assert delivery.message.raw.startswith(b"From: Ada <ada@x.example>\r\n")
    assert (delivery.message.format, delivery.message.source) == (Format.MAIL, "mail:test")
    assert server.marks() == ["", "", ""]


def test_a_mail_that_arrives_is_told_of_at_once(server: Server) -> None:
    with Watcher(server) as watcher:
        watcher.look()
        while watcher.source.wait(1.0):
            pass  # what was told of the connection itself
        threading.Timer(1.0, server.deliver, ["new"]).start()
        assert watcher.source.wait(LONGEST_WAIT_S)
        watcher.until("new")


def test_what_is_there_when_a_source_is_added_is_known_without_being_fetched(server: Server) -> None:
    server.deliver("old")
    with Watcher(server) as watcher:
        watcher.seen |= {stamp for _, stamp in watcher.source.present()}
        server.deliver("new")
        watcher.until("new")


def test_a_mail_that_is_put_off_is_not_fetched_again_until_it_is_due(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetched: list[int] = []
    whole = Fetching.fetch

    def counted(fetching: Fetching, uid: int) -> bytes | None:
        fetched.append(uid)
        return whole(fetching, uid)

    monkeypatch.setattr(Fetching, "fetch", counted)
    server.deliver("one")
    with Watcher(server) as watcher:
        source, put_off = watcher.source, set[bytes]()
        source.rests = put_off.__contains__

        def look() -> list[bytes]:
            return [delivery.key for delivery in source.look(lambda _: False)]

        (key,) = look()
        put_off.add(key)
        assert look() == []
        assert len(fetched) == 1
        put_off.clear()
        assert look() == [key]
        assert len(fetched) == 2


def test_a_mail_that_is_longer_than_asked_for_is_cut_and_says_so(server: Server) -> None:
    server.deliver("long " + "x" * 3000)
    with Watcher(server) as watcher:
        (delivery,) = watcher.source.look(lambda _: False)
    assert delivery.message.cut
    assert len(delivery.message.raw) == 2001


def test_a_server_that_starts_again_costs_no_mail(server: Server) -> None:
    server.deliver("one")
    with Watcher(server) as watcher:
        watcher.until("one")
        server.stop()
        server.deliver("two")
        server.start()
        watcher.until("one", "two")
        server.deliver("three")
        watcher.until("one", "two", "three")


@pytest.mark.long
def test_mails_that_are_numbered_anew_are_known_again(server: Server) -> None:
    server.deliver("one")
    server.deliver("two")
    with Watcher(server) as watcher:
        watcher.until("one", "two")
        before = watcher.source._fetching.listing().validity
        server.stop()
        server.number_anew()
        server.deliver("three")
        server.start()
        watcher.until("one", "two", "three")
        assert watcher.source._fetching.listing().validity != before


@pytest.mark.long
def test_a_fetcher_that_is_killed_costs_no_mail(server: Server) -> None:
    expected = []
    with Watcher(server) as watcher:
        for number in range(3):
            server.deliver(f"mail {number}")
            expected.append(f"mail {number}")
            watcher.until(*expected)
            process_id = watcher.source._fetching.process_id
            assert process_id is not None
            os.kill(process_id, signal.SIGKILL)
        server.deliver("last")
        watcher.until(*expected, "last")


@pytest.mark.long
@pytest.mark.parametrize(
    ("keys", "problem"),
    [
        ({"login": "somebody"}, "the server refused the login: check the name and the password"),
        ({"folder": "Nope"}, "there is no such folder on the server, or it cannot be opened"),
        ({"encryption": "tls", "port": "tls"}, "the server's certificate is not good: self-signed certificate"),
        ({"host": "localhost", "port": 1}, "the connection failed: connection refused"),
    ],
)
def test_what_is_wrong_is_one_line(server: Server, keys: dict[str, Any], problem: str) -> None:
    if keys.get("port") == "tls":
        keys = {**keys, "port": server.tls_port}
    with Watcher(server, **keys) as watcher:
        report = watcher.source.test()
    assert (report.is_good, report.lines) == (False, (problem,))


@pytest.mark.parametrize("encryption", ["tls", "starttls"])
def test_an_encrypted_connection_is_made_to_a_server_whose_certificate_is_good(server: Server, encryption: str) -> None:
    server.deliver("one")
    port = server.tls_port if encryption == "tls" else server.port
    with Watcher(server, encryption=encryption, port=port, ca_file=str(server.root / "cert.pem")) as watcher:
        watcher.until("one")
        watcher.source.wait(0)
        server.deliver("two")
        watcher.until("one", "two")


def test_the_password_stands_in_no_argument_and_no_environment(server: Server) -> None:
    with Watcher(server) as watcher:
        watcher.look()
        folder = Path(f"/proc/{watcher.source._fetching.process_id}")
        shown = (folder / "cmdline").read_bytes() + (folder / "environ").read_bytes()
    assert PASSWORD.encode() not in shown
    assert b"horse" not in shown


def test_the_watcher_itself_has_no_ip_socket(server: Server) -> None:
    with Watcher(server) as watcher:
        watcher.look()
        of_fetcher = _ip_sockets(watcher.source._fetching.process_id or 0)
        assert of_fetcher
        assert not of_fetcher & _ip_sockets(os.getpid())


def test_a_fetcher_ends_with_its_watcher(server: Server) -> None:
    watcher = Watcher(server)
    watcher.look()
    child = watcher.source._fetching._child
    assert child is not None
    process = child._process
    assert process.stdin is not None
    process.stdin.close()
    assert process.wait(LONGEST_WAIT_S) == 0
    watcher.source.close()


def test_the_fetcher_gives_up_rights_before_it_connects(server: Server) -> None:
    """What the wall then refuses is in tests/walls; that it was raised is seen from outside."""
    watcher = Watcher(server)
    watcher.look()
    status = Path(f"/proc/{watcher.source._fetching.process_id}/status").read_text()
    assert "NoNewPrivs:\t1" in status
    watcher.source.close()


@pytest.mark.skipif(landlock_abi() < 4, reason="this kernel's Landlock knows no ports")
def test_the_fetcher_reaches_its_servers_port_and_reads_nothing_of_its_owners(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("s")
    with socket.create_server(("127.0.0.1", 0)) as its_server, socket.create_server(("127.0.0.1", 0)) as another:
        wall = (
            "from guardian.imap.fetcher import Account, confine\n"
            f"assert confine(Account('127.0.0.1', {its_server.getsockname()[1]}, 'a', 'p', 'INBOX', 'none', ''))"
        )
        met = met_behind(
            wall,
            {
                "its server": f"socket.create_connection({its_server.getsockname()!r})",
                "another port": f"socket.create_connection({another.getsockname()!r})",
                "a file of the owner's": f"open({str(tmp_path / 'secret')!r})",
                "certificates": "__import__('ssl').create_default_context()",
            },
        )
    assert (met.pop("its server"), met.pop("certificates")) == ("done", "done")
    assert set(met.values()) == {"PermissionError"}


def test_a_connection_without_encryption_is_made_to_this_machine_alone() -> None:
    from guardian.imap.mailbox import Account, Mailbox, RefusedError

    address = _own_address()
    if address is None:
        pytest.skip("this machine has no address but loopback")
    with socket.create_server((address, 0)) as listener:
        threading.Thread(target=_greet, args=(listener,), daemon=True).start()
        account = Account(address, listener.getsockname()[1], "a", "secret", "INBOX", "none", "")
        with pytest.raises(RefusedError, match="this machine itself"):
            Mailbox(account)


def _greet(listener: Any) -> None:
    connection, _ = listener.accept()
    with connection:
        connection.sendall(b"* OK hello\r\n")
        while (line := connection.recv(1000)) and b"secret" not in line:
            connection.sendall(line.split()[0] + b" OK done\r\n")


def _own_address() -> str | None:
    for address in {info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)}:
        if not str(address).startswith("127."):
            return str(address)
    return None


def _ip_sockets(process_id: int) -> set[str]:
    inodes = set()
    for entry in Path(f"/proc/{process_id}/fd").iterdir():
        try:
            inodes.add(os.readlink(entry).removeprefix("socket:[").removesuffix("]"))
        except OSError:
            continue
    tables = [Path(f"/proc/{process_id}/net/{name}").read_text() for name in ("tcp", "tcp6")]
    lines = "".join(tables).splitlines()
    return inodes & {line.split()[9] for line in lines if len(line.split()) > 9}


def test_an_answer_that_breaks_the_rules_ends_the_fetcher(monkeypatch: pytest.MonkeyPatch) -> None:
    import guardian.imap.process as process_module

    hostile = "import os; os.read(0, 65536); os.write(1, b'\\xff' * 65536); os.read(0, 1)"
    command = [sys.executable, "-I", "-S", "-c", hostile]
    monkeypatch.setattr(process_module, "child_command", lambda _module, _package: command)
    fetching = Fetching(lambda: {"host": "x"}, 1000, lambda _: None)
    try:
        with pytest.raises(InputError, match="the mail fetcher does not answer"):
            fetching.listing()
        assert fetching.process_id is None
    finally:
        fetching.close()


@contextmanager
def _server_that_refuses_a_mail() -> Iterator[int]:
    """A server with two mails, of which it gives the second alone. Its port."""
    mail = b"Subject: two\r\n\r\nHello\r\n"
    answers = {
        b"CAPABILITY": b"* CAPABILITY IMAP4rev1\r\n",
        b"EXAMINE": b"* 2 EXISTS\r\n* OK [UIDVALIDITY 1] ok\r\n",
        b"UID SEARCH": b"* SEARCH 1 2\r\n",
        b"UID FETCH 2": b"* 2 FETCH (UID 2 BODY[]<0> {%d}\r\n%s)\r\n" % (len(mail), mail),
    }
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection, connection.makefile("rb") as lines:
                connection.sendall(b"* OK ready\r\n")
                for line in lines:
                    tag, _, words = line.partition(b" ")
                    answer = next((each for begin, each in answers.items() if words.startswith(begin)), b"")
                    verdict = b"NO [SERVERBUG] broken" if words.startswith(b"UID FETCH 1") else b"OK done"
                    connection.sendall(answer + tag + b" " + verdict + b"\r\n")

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        thread.join(LONGEST_WAIT_S)
        assert not thread.is_alive()


def test_a_mail_that_the_server_does_not_give_keeps_no_other_one_waiting(tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text(PASSWORD)
    secret.chmod(0o600)
    said: list[str] = []
    with _server_that_refuses_a_mail() as port:
        table = ImapTable(
            id="test",
            kind="imap",
            host="127.0.0.1",
            port=port,
            login="ada",
            encryption="none",
            password_file=str(secret),
        )
        source = ImapSource(table, Surroundings(max_bytes=2000, say=said.append))
        try:
            given = [delivery.message.raw for delivery in source.look(lambda _: False)]
        finally:
            source.close()
        assert source.unread == 1
    assert given == [b"Subject: two\r\n\r\nHello\r\n"]
    assert said == ["the server does not give mail 1; it is not screened, and tried again"]
