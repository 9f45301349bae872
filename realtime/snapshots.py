"""What a room shows, as JSON: the same shape on the socket, from the endpoints and in the page."""

from dataclasses import asdict
from typing import Any

from sessions.hands import HandCard
from sessions.on_now import Programme
from sessions.polls import PollCard
from sessions.rooms import MessageCard, PitchCard, QuestionCard, RoomChanges, RoomSnapshot, Running


def snapshot_json(public_id: str, shown: RoomSnapshot) -> dict[str, Any]:
    """All of a room; times in ISO 8601 with zone, `now` by the server's clock."""
    return {
        "stage": public_id,
        "number": shown.number,
        "now": shown.now.isoformat(),
        "running": running_json(shown.running),
        "questions": [question_json(card) | {"mine": card.mine, "own": card.own} for card in shown.questions],
        "chat": [message_json(card) for card in shown.chat],
        "polls": [poll_json(card) | {"mine": card.mine} for card in shown.polls],
        "hands": [hand_json(card) for card in shown.hands],
        "reactions": shown.reactions,
        "manners": asdict(shown.manners),
        "programme": programme_json(shown.programme),
        **_for_hosts(shown),
    }


def _for_hosts(shown: RoomSnapshot) -> dict[str, Any]:
    """What only those who run the room read."""
    if shown.reports is None or shown.called_off is None:
        return {}
    return {"reports": shown.reports, "called_off": [asdict(one) for one in shown.called_off]}


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
        "chat": [message_json(card) for card in changes.chat],
        "polls": [poll_json(card) for card in changes.polls],
        "hands": None if changes.hands is None else [hand_json(card) for card in changes.hands],
        "reactions": changes.reactions,
        "manners": asdict(changes.manners) if changes.manners else None,
        "programme": programme_json(changes.programme) if changes.programme else None,
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
    started, paused, ended = card.started_at, card.paused_at, card.ended_at
    return asdict(card) | {
        "state": card.state.value,
        "planned_at": card.planned_at.isoformat(),
        "started_at": started.isoformat() if started else None,
        "paused_at": paused.isoformat() if paused else None,
        "ended_at": ended.isoformat() if ended else None,
    }


def question_json(card: QuestionCard) -> dict[str, Any]:
    """One question, with nothing personal to the reader in it."""
    return {
        "id": card.id,
        "body": card.body,
        "name": card.name,
        "team": card.team,
        "pitch": card.pitch,
        "votes": card.votes,
        "state": card.state.value,
        "pinned": card.pinned,
    }


def message_json(card: MessageCard) -> dict[str, Any]:
    """One message of the chat."""
    return asdict(card) | {"said_at": card.said_at.isoformat(), "state": card.state.value}


def poll_json(card: PollCard) -> dict[str, Any]:
    """One poll, with nothing personal to the reader in it; votes are null as long as they are not for everybody."""
    return {
        "id": card.id,
        "question": card.question,
        "state": card.state.value,
        "results": card.results.value,
        "choices": [asdict(choice) for choice in card.choices],
        "voted": card.voted,
    }


def programme_json(programme: Programme) -> dict[str, Any]:
    """The sessions of a room; which of them is on is for the reader's clock to say, unless one is chosen."""
    return {
        "chosen": programme.chosen,
        "sessions": [
            {
                "id": one.id,
                "title": one.title,
                "starts_at": one.starts_at.isoformat(),
                "ends_at": one.ends_at.isoformat(),
            }
            for one in programme.sessions
        ],
    }


def hand_json(card: HandCard) -> dict[str, Any]:
    """One raised hand."""
    return asdict(card) | {"state": card.state.value}
