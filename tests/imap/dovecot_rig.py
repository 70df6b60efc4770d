"""A real Dovecot for tests: a private instance on loopback, with its own configuration, mailbox and certificate.

It needs `dovecot-imapd`, and root, since Dovecot changes its user for every part of itself.
"""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

DOVECOT = "/usr/sbin/dovecot"
LOGIN, PASSWORD = "owner", 'correct horse "battery" staple'
WHY_NOT = "" if os.path.exists(DOVECOT) and os.getuid() == 0 else "needs dovecot-imapd, and root to run it"
_MAIL_USER = "nobody"

_CONFIG = """
base_dir = {root}/run
state_dir = {root}/state
log_path = {root}/dovecot.log
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
protocols = imap
listen = 127.0.0.1
ssl = {ssl}
ssl_cert = <{root}/cert.pem
ssl_key = <{root}/key.pem
disable_plaintext_auth = no
first_valid_uid = 1
first_valid_gid = 1
mail_location = maildir:{root}/mail
mailbox_idle_check_interval = 1 secs
mail_max_userip_connections = 100
service anvil {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
passdb {{
  driver = passwd-file
  args = scheme=PLAIN {root}/users
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={root}/home
}}
"""


@dataclass
class Server:
    """A Dovecot that can be stopped and started."""

    root: Path
    port: int
    tls_port: int
    _process: subprocess.Popen[bytes] | None = None
    _count: int = field(default=0)

    def start(self) -> None:
        """Run it; returns once it listens."""
        command = [DOVECOT, "-F", "-c", str(self.root / "dovecot.conf")]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        ends = time.monotonic() + 60
        while time.monotonic() < ends:
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=5) as connection:
                    if connection.recv(4) == b"* OK":
                        return
            except OSError:
                time.sleep(0.1)
        raise RuntimeError((self.root / "dovecot.log").read_text(errors="replace")[-3000:])

    def stop(self) -> None:
        """End it, with every connection."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(timeout=60)
            self._process = None

    def deliver(self, text: str) -> None:
        """A mail arrives."""
        self._count += 1
        name = f"{1_700_000_000 + self._count}.M{self._count}.test"
        raw = f"From: Ada <ada@x.example>\nTo: owner@y.example\nSubject: {text}\nMessage-ID: <{name}>\n\n{text}\n"
        path = self.root / "mail" / "tmp" / name
        path.write_text(raw, encoding="utf-8")
        _own(path)
        path.rename(self.root / "mail" / "new" / name)

    def empty(self) -> None:
        """Take every mail away, while it runs."""
        for folder in ("new", "cur"):
            for path in (self.root / "mail" / folder).iterdir():
                path.unlink()

    def marks(self) -> list[str]:
        """The flags of every mail, as Dovecot wrote them behind the file's name."""
        files = [*(self.root / "mail" / "cur").iterdir(), *(self.root / "mail" / "new").iterdir()]
        return sorted(path.name.partition(":2,")[2] for path in files)

    def number_anew(self) -> None:
        """Forget every number of a mail: UIDVALIDITY, which is a time, is another one afterwards. While it is
        stopped."""
        for path in (self.root / "mail").glob("dovecot*"):
            path.unlink()
        time.sleep(1.1)

    def table(self, **keys: Any) -> dict[str, Any]:
        """A table of sources.toml for this mailbox."""
        password = self.root / "password"
        password.write_text(PASSWORD + "\n")
        password.chmod(0o600)
        return {
            "id": "test",
            "kind": "imap",
            "host": "127.0.0.1",
            "login": LOGIN,
            "port": self.port,
            "encryption": "none",
            "password_file": str(password),
            **keys,
        }


@contextmanager
def running_server(root: Path) -> Iterator[Server]:
    """A server with an empty mailbox. `root` must be short: sockets have names of at most 107 bytes."""
    user = pwd.getpwnam(_MAIL_USER)
    server = Server(root, *_free_ports())
    for folder in ("run", "state", "home", "mail/new", "mail/cur", "mail/tmp"):
        (root / folder).mkdir(parents=True)
    _make_certificate(root)
    (root / "users").write_text(f"{LOGIN}:{{PLAIN}}{PASSWORD}\n")
    group = subprocess.run(["id", "-gn", _MAIL_USER], capture_output=True, text=True, check=True).stdout.strip()
    values = {"root": root, "user": _MAIL_USER, "group": group, "uid": user.pw_uid, "gid": user.pw_gid}
    config = _CONFIG.format(port=server.port, tls_port=server.tls_port, ssl="yes", **values)
    (root / "dovecot.conf").write_text(config)
    for path in (root, *root.rglob("*")):
        if path.name not in ("key.pem", "dovecot.conf", "run", "state"):
            _own(path)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(root, ignore_errors=True)


def _own(path: Path) -> None:
    user = pwd.getpwnam(_MAIL_USER)
    os.chown(path, user.pw_uid, user.pw_gid)


def _free_ports() -> tuple[int, int]:
    with socket.socket() as first, socket.socket() as second:
        first.bind(("127.0.0.1", 0))
        second.bind(("127.0.0.1", 0))
        return first.getsockname()[1], second.getsockname()[1]


def _make_certificate(root: Path) -> None:
    """A certificate of its own for `localhost`, made with the library that Guardian stands on."""
    from datetime import UTC, datetime, timedelta
    from ipaddress import ip_address

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (root / "cert.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (root / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
