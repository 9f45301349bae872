"""The meeting of the world's peer review: an agenda whose first part is on, a hand, an entry, a vote, a finding and a
call."""

from dataclasses import dataclass
from datetime import timedelta

from sqlmodel import select

from events.core import clock
from events.core.access import Actor
from events.core.database import Database
from sessions.peer_reviews.agenda import PartInReview, parts_of, plan_agenda
from sessions.peer_reviews.call_doors import ReviewInCall, call_of, enter_review_call
from sessions.peer_reviews.dots import VoteInReview, open_dot_vote
from sessions.peer_reviews.findings import Finding
from sessions.peer_reviews.live import HandInReview, ReviewHand, raise_review_hand, start_part
from sessions.peer_reviews.shared_board import add_board_entry
from sessions.peer_reviews.writing_up import FindingInReview, Wording, record_finding
from tests.makers import again
from tests.permissions.world_reviews import Reviewing


@dataclass
class ReviewMeeting:
    """What commands and routes of a review's meeting can be about."""

    on: PartInReview
    waits: PartInReview
    hand: HandInReview
    vote: VoteInReview
    finding: FindingInReview
    call: ReviewInCall

    @property
    def ids(self) -> dict[str, str]:
        """What stands in addresses."""
        return {
            "part": self.waits.part.public_id, "hand": self.hand.hand.public_id, "vote": self.vote.vote.public_id,
            "finding": self.finding.finding.public_id,
        }  # fmt: skip


def build_review_meeting(db: Database, people: dict[str, Actor], reviewing: Reviewing) -> ReviewMeeting:
    """All of it, made by commands."""
    subject, event = reviewing.subject, reviewing.subject.event
    dee, bo = again(db, people["Dee"]), again(db, people["Bo"])
    first = clock.now() + timedelta(days=30)
    plan_agenda(db, dee, subject, starts=[first, first + timedelta(days=1)])
    on, waits, *_rest = (PartInReview(one, subject.review, event) for one in parts_of(db, subject.id))
    start_part(db, dee, on)
    raise_review_hand(db, bo, subject)
    hand = db.exec(select(ReviewHand).where(ReviewHand.review_id == subject.id)).one()
    for text in ("Members leave early.", "Nobody asks why."):
        add_board_entry(db, bo, subject, kind="finding", text=text)
    vote = open_dot_vote(db, dee, subject, about="board", dots=3, minutes=60)
    row: Finding = record_finding(
        db, bo, subject, wording=Wording("Members leave.", recommendation="Visit them once a year.")
    )
    call = call_of(db, subject)
    enter_review_call(db, bo, call)
    return ReviewMeeting(
        on, waits, HandInReview(hand, subject.review, event), VoteInReview(vote, subject.review, event),
        FindingInReview(row, subject.review, event), call,
    )  # fmt: skip
