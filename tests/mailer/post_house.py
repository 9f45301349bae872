"""A real Postfix and a real Dovecot, as Debian has them, on free ports of this machine and in a folder of their own;
skipped where they are not installed. Nothing leaves the machine: what has no way here is an error."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

OURS, THEIRS = "folkmoot.invalid", "example.org"
PASSWORD = "a word for mailboxes of tests"
NO_POST = "no Postfix and Dovecot: install them (Debian: postfix dovecot-imapd dovecot-lmtpd)"
NOT_ROOT = "Postfix and Dovecot are started by root only"

MAIN = """
compatibility_level = 3.6
queue_directory = {folder}/spool
data_directory = {folder}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
meta_directory = /etc/postfix
maillog_file = {folder}/postfix.log
maillog_file_prefixes = {folder}
mail_owner = postfix
setgid_group = postdrop
myhostname = mx.{ours}
mydestination =
local_recipient_maps =
alias_maps =
alias_database =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
recipient_delimiter = +
smtp_dns_support_level = disabled
smtp_host_lookup = native
relay_domains = {ours} {theirs}
relay_recipient_maps =
transport_maps = inline:{{
  {{ {ours} = lmtp:inet:127.0.0.1:{lmtp_for_us} }}, {{ {theirs} = lmtp:inet:127.0.0.1:{lmtp} }} }}
default_transport = error:nothing leaves this machine
smtpd_recipient_restrictions = permit_mynetworks, reject
smtpd_client_connection_count_limit = 0
anvil_rate_time_unit = 1s
"""
MASTER = """
127.0.0.1:{smtp} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
proxywrite unix - - n - 1 proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
lmtp unix - - n - - lmtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""
DOVECOT = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/dovecot.log
protocols = imap lmtp
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
mail_location = maildir:~/mail
mail_uid = {uid}
mail_gid = {gid}
first_valid_uid = 1
recipient_delimiter = +
lmtp_save_to_detail_mailbox = no
auth_username_format = %Ln
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%n {folder}/users
}}
userdb {{
  driver = passwd-file
  args = username_format=%n {folder}/users
}}
service lmtp {{
  inet_listener lmtp {{
    port = {lmtp}
  }}
}}
service imap-login {{
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
"""


@dataclass(frozen=True)
class PostHouse:
    """Where mail is handed in (SMTP), where mailboxes are read (IMAP), and where all of it lies."""

    smtp: int
    imap: int
    folder: Path

    def log(self) -> str:
        """What the two have said."""
        return "".join(one.read_text(errors="replace") for one in sorted(self.folder.glob("*.log")))

    def wait_until_empty(self, seconds: float = 60.0) -> None:
        """Until no message is on its way any more."""
        queues = [self.folder / "spool" / name for name in ("maildrop", "incoming", "active")]
        end = time.monotonic() + seconds
        while any(one.is_file() for queue in queues for one in queue.rglob("*")):
            if time.monotonic() > end:
                raise AssertionError(self.log()[-3000:])
            time.sleep(0.05)

    def mailbox(self, user: str) -> list[bytes]:
        """The messages of somebody's mailbox, as they lie there."""
        folder = self.folder / "homes" / user / "mail"
        found = [*folder.glob("new/*"), *folder.glob("cur/*")]
        return [one.read_bytes() for one in sorted(found, key=lambda one: one.stat().st_mtime_ns)]


def free_port() -> int:
    """A port that nobody has at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def post_house(*people: str, lmtp_for_us: int | None = None) -> Iterator[PostHouse]:
    """Postfix, and Dovecot with mailboxes of `people`, while the block runs. Mail to us goes to the LMTP port
    `lmtp_for_us`, else into the mailbox `meet`."""
    # Debian's dovecot is the server alone; what takes mail in and hands it out are packages of their own.
    needed = ("postfix", "dovecot", "imap", "lmtp")
    if not all(shutil.which(name, path="/usr/sbin:/usr/lib/dovecot") for name in needed):
        pytest.skip(NO_POST)
    if os.geteuid() != 0:
        pytest.skip(NOT_ROOT)
    # Not in pytest's folder, which is root's alone: both have users of their own.
    folder = Path(tempfile.mkdtemp(prefix="fm-post-"))
    folder.chmod(0o755)
    try:
        owner = pwd.getpwnam("postfix")
        values = {
            "folder": folder, "ours": OURS, "theirs": THEIRS, "uid": owner.pw_uid, "gid": owner.pw_gid,
            "smtp": free_port(), "lmtp": free_port(), "imap": free_port(),
        }  # fmt: skip
        values["lmtp_for_us"] = lmtp_for_us or values["lmtp"]
        _write(folder, values, people, owner)
        with _dovecot(folder), _postfix(folder):
            house = PostHouse(int(values["smtp"]), int(values["imap"]), folder)
            for port in (house.smtp, house.imap):
                _wait_for(port, house)
            yield house
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _write(folder: Path, values: dict[str, object], people: tuple[str, ...], owner: pwd.struct_passwd) -> None:
    for name in ("etc", "spool", "data", "homes", "run", "state"):
        (folder / name).mkdir(mode=0o755)
    for name in ("data", "homes"):
        os.chown(folder / name, owner.pw_uid, owner.pw_gid)
    (folder / "etc" / "main.cf").write_text(MAIN.format(**values))
    (folder / "etc" / "master.cf").write_text(MASTER.format(**values))
    (folder / "dovecot.conf").write_text(DOVECOT.format(**values))
    homes = {**{name: name for name in people}, "meet": "meet", "bounce": "meet"}
    lines = [
        f"{user}:{PASSWORD}:{owner.pw_uid}:{owner.pw_gid}::{folder}/homes/{home}::" for user, home in homes.items()
    ]
    (folder / "users").write_text("\n".join(lines) + "\n")


@contextmanager
def _dovecot(folder: Path) -> Iterator[None]:
    process = subprocess.Popen(["/usr/sbin/dovecot", "-F", "-c", str(folder / "dovecot.conf")], stdin=-3, stderr=-3)
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(5)


@contextmanager
def _postfix(folder: Path) -> Iterator[None]:
    command = ["/usr/sbin/postfix", "-c", str(folder / "etc")]
    started = subprocess.run([*command, "start"], capture_output=True, text=True, timeout=60, check=False)
    assert started.returncode == 0, started.stderr
    try:
        yield
    finally:
        with suppress(subprocess.TimeoutExpired):
            subprocess.run([*command, "stop"], capture_output=True, timeout=30, check=False)


def _wait_for(port: int, house: PostHouse) -> None:
    end = time.monotonic() + 20
    while time.monotonic() < end:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError(f"nobody listens on {port}: {house.log()[-3000:]}")
