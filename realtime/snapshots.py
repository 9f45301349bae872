"""What a room shows, as JSON: the same shape on the socket, from the endpoints and in the page."""

from dataclasses import asdict
from typing import Any

from sessions.rooms import PitchCard, QuestionCard, RoomChanges, RoomSnapshot, Running


def snapshot_json(public_id: str, shown: RoomSnapshot) -> dict[str, Any]:
    """All of a room; times in ISO 8601 with zone, `now` by the server's clock."""
    return {
        "stage": public_id,
        "number": shown.number,
        "now": shown.now.isoformat(),
        "running": running_json(shown.running),
        "questions": [question_json(card) | {"mine": card.mine} for card in shown.questions],
    }


def changes_json(public_id: str, changes: RoomChanges) -> dict[str, Any]:
    """What changed after `since` up to `number`; with `whole` the reader has to take a snapshot."""
    return {
        "stage": public_id,
        "since": changes.since,
        "number": changes.number,
        "now": changes.now.isoformat(),
        "kinds": list(changes.kinds),
        "whole": changes.whole,
        "running": running_json(changes.running) if changes.running else None,
        "questions": [question_json(card) for card in changes.questions],
    }


def running_json(running: Running) -> dict[str, Any]:
    """A room's state with its running order."""
    return {
        "state": running.state.value,
        "question_seconds": running.question_seconds,
        "pitches": [pitch_json(card) for card in running.pitches],
    }


def pitch_json(card: PitchCard) -> dict[str, Any]:
    """One turn."""
    started, ended = card.started_at, card.ended_at
    return asdict(card) | {
        "state": card.state.value,
        "planned_at": card.planned_at.isoformat(),
        "started_at": started.isoformat() if started else None,
        "ended_at": ended.isoformat() if ended else None,
    }


def question_json(card: QuestionCard) -> dict[str, Any]:
    """One question, with nothing personal to the reader in it."""
    return {
        "id": card.id,
        "body": card.body,
        "name": card.name,
        "team": card.team,
        "votes": card.votes,
        "state": card.state.value,
    }
