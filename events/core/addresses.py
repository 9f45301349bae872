"""From which network address somebody comes, believing only proxies that the operator named."""

from collections.abc import Sequence


def client_address(peer: str, forwarded_for: str, trusted: Sequence[str]) -> str:
    """The address of the person's side: the peer, or where it is a trusted proxy the last hop that is none."""
    if peer not in trusted:
        return peer
    hops = [hop.strip() for hop in forwarded_for.split(",") if hop.strip()]
    return next((hop for hop in reversed(hops) if hop not in trusted), peer)
