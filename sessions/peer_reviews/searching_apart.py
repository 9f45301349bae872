"""The child process that looks for peers: given `{"problem", "work"}`, it says `{"answer": {"places", "proven"}}`."""

import json
import os
import sys

from events.core.children import confine, say
from sessions.peer_choice.formats import read_problem
from sessions.peer_choice.solving import choose_peers

SECONDS = 600  # of processor time: an aim may take a minute of it, and there are half a dozen


def main() -> None:
    """Read a problem from standard input and write who comes where to standard output."""
    asked = json.loads(sys.stdin.read())
    confine(SECONDS)
    try:
        plan = choose_peers(read_problem(asked["problem"]), work=asked["work"])
        say(answer={"places": sorted(plan.places), "proven": plan.proven})
    except BrokenPipeError:
        os._exit(1)


if __name__ == "__main__":
    main()
