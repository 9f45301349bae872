"""A real TURN server, coturn as Debian has it, on a free port of loopback; skipped where it is not installed."""

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.realtime.janus_house import free_port

NO_COTURN = "no coturn: install one (Debian: apt-get install --no-install-recommends coturn)"


@contextmanager
def real_coturn(folder: Path, secret: str) -> Iterator[str]:
    """A TURN server that takes names and passwords made from a secret; its address."""
    program, port = shutil.which("turnserver"), free_port()
    if program is None:
        pytest.skip(NO_COTURN)
    options = [
        "--use-auth-secret", f"--static-auth-secret={secret}", "--realm=folkmoot.example", "--fingerprint",
        "--listening-ip=127.0.0.1", "--relay-ip=127.0.0.1", f"--listening-port={port}", "--allow-loopback-peers",
        "--cli-password=for this test", "--no-tls", "--no-dtls", "--no-multicast-peers", "--min-port=21000",
        "--max-port=21200", f"--log-file={folder}/turn.log", "--simple-log", f"--pidfile={folder}/turn.pid",
        f"--userdb={folder}/turn.db", "-n",
    ]  # fmt: skip
    process = subprocess.Popen([program, *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        time.sleep(0.5)
        if process.poll() is not None:
            pytest.fail("coturn did not start")
        yield f"turn:127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)
