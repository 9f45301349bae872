"""Children: processes of our own that work something out apart, with limits, and end as soon as nobody waits for them.

A child is `python -m MODULE`: it reads one JSON value from standard input, confines itself, and writes lines of JSON,
of which the last is its answer. So a long search keeps no page and no letter waiting, and takes down nothing with it.
"""

import json
import os
import queue
import resource
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
MEMORY = 6 * 1024**3  # of addresses: solvers reserve several times what they use

Line = dict[str, Any]
Lines = queue.SimpleQueue[Line]


# In the parent


@contextmanager
def child(module: str, asked: Line) -> Iterator[Lines]:
    """A process that works, and its lines as they come; the last is {"gone": ...}. It does not outlive the block."""
    process = subprocess.Popen(  # noqa: S603 - the module is a constant of ours
        [sys.executable, "-m", module],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=ROOT,
        env={name: os.environ[name] for name in ("LD_LIBRARY_PATH", "SYSTEMROOT") if name in os.environ},
        text=True,
        encoding="utf-8",
    )
    lines: Lines = queue.SimpleQueue()
    talk = threading.Thread(target=_talk, args=(process, json.dumps(asked), lines), daemon=True)
    talk.start()
    try:
        yield lines
    finally:
        process.kill()
        process.wait()
        talk.join(5)


def _talk(process: "subprocess.Popen[str]", asked: str, lines: Lines) -> None:
    assert process.stdin is not None and process.stdout is not None
    with process.stdin, process.stdout, suppress(OSError, ValueError):
        with suppress(BrokenPipeError):
            process.stdin.write(asked)
            process.stdin.close()
        for line in process.stdout:
            lines.put(json.loads(line))
    lines.put({"gone": process.wait()})


def next_line(lines: Lines, seconds: float) -> Line | None:
    """What a child says next; None if it says nothing within so many seconds."""
    with suppress(queue.Empty):
        return lines.get(timeout=seconds)
    return None


# In the child


def confine(processor_seconds: int) -> None:
    """Give this process limits, no right to write files, and whatever nobody else wants of the processor."""
    limits = (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, processor_seconds),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    )
    for limit, value in limits:
        try:
            resource.setrlimit(limit, (value, value))
        except (ValueError, OSError):  # macOS refuses RLIMIT_AS; the other limits still hold
            continue
    os.nice(10)


def say(**line: Any) -> None:
    """One line to the parent. A parent that has gone ends us: nobody waits for the answer any more."""
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()
