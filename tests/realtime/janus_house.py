"""A real Janus, as Debian has it, on a free port of this machine; skipped where it is not installed."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

NO_JANUS = "no Janus: install one (Debian: apt-get install --no-install-recommends janus)"
NO_CARD = "no network card but loopback, on which Janus finds no way for media"
SECRET = "a secret that Janus and we share"

GENERAL = """
general: {{
  configs_folder = "{folder}"
  plugins_folder = "{lib}/plugins"
  transports_folder = "{lib}/transports"
  events_folder = "{lib}/events"
  loggers_folder = "{lib}/loggers"
  debug_level = 3
  {tokens}
  admin_secret = "{secret}"
}}
nat: {{ ice_enforce_list = "{address}" }}
media: {{ rtp_port_range = "20000-20200" }}
plugins: {{ disable = "libjanus_audiobridge.so,libjanus_streaming.so,libjanus_textroom.so,libjanus_echotest.so,libjanus_recordplay.so,libjanus_videocall.so,libjanus_sip.so,libjanus_nosip.so,libjanus_voicemail.so,libjanus_lua.so,libjanus_duktape.so" }}
transports: {{ disable = "libjanus_http.so,libjanus_pfunix.so,libjanus_rabbitmq.so,libjanus_mqtt.so,libjanus_nanomsg.so" }}
"""  # noqa: E501
SOCKETS = """
general: {{ ws = true, ws_port = {port}, ws_ip = "127.0.0.1", json = "compact" }}
admin: {{ admin_ws = false }}
"""


def own_address() -> str:
    """An address of this machine that is not loopback; '' where it has none. Nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("203.0.113.1", 9))
        except OSError:
            return ""
        found = str(probe.getsockname()[0])
    return "" if found.startswith("127.") else found


def free_port() -> int:
    """A port that nobody has at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def real_janus(folder: Path, *, tokens: bool = True) -> Iterator[tuple[str, "subprocess.Popen[bytes]"]]:
    """A Janus of one's own: the address of its WebSocket, and the process. Tokens end by the real clock."""
    program, address = shutil.which("janus"), own_address()
    libs = [*Path("/usr/lib").glob("*/janus"), *Path("/usr/lib").glob("janus")]
    if program is None or not libs:
        pytest.skip(NO_JANUS)
    if not address:
        pytest.skip(NO_CARD)
    port = free_port()
    asked = f'token_auth = true\n  token_auth_secret = "{SECRET}"' if tokens else ""
    values = {"tokens": asked, "folder": folder, "lib": libs[0], "secret": SECRET, "address": address, "port": port}
    (folder / "janus.jcfg").write_text(GENERAL.format(**values))
    (folder / "janus.transport.websockets.jcfg").write_text(SOCKETS.format(**values))
    (folder / "janus.plugin.videoroom.jcfg").write_text("general: { }\n")
    with (folder / "janus.log").open("wb") as said:
        process = subprocess.Popen([program, "-F", str(folder)], stdout=said, stderr=subprocess.STDOUT)
        try:
            wait_for(port, process, folder)
            yield f"ws://127.0.0.1:{port}", process
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


def wait_for(port: int, process: "subprocess.Popen[bytes]", folder: Path) -> None:
    """Until it takes connections."""
    end = time.monotonic() + 20
    while time.monotonic() < end and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    pytest.fail("Janus did not start: " + (folder / "janus.log").read_text(errors="replace")[-2000:])
