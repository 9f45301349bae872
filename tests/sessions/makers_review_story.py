"""The story of a review, step by step, by whoever has each role when it is their turn: for tests of those who drop
out."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, timedelta

from events.core import clock
from events.core.access import Actor
from events.core.database import Database
from events.core.journal import settle
from events.events import close_event, event_by_id
from events.organisations import OrganisationKind
from events.programmes import Programme, programme_by_id
from sessions.peer_reviews.action_plans import ActionState, actions_of, get_action, plan_action
from sessions.peer_reviews.agenda import parts_of
from sessions.peer_reviews.assessment_questions import assessment_questions_of
from sessions.peer_reviews.board_updates import board_of, new_entry
from sessions.peer_reviews.chasing import review_board
from sessions.peer_reviews.desk_notes import GENERAL, hand_in_desk_notes, release_desk_notes
from sessions.peer_reviews.endings import ask_substitute
from sessions.peer_reviews.findings import FindingState, Response, findings_of
from sessions.peer_reviews.follow_ups import close_review, report_on_action
from sessions.peer_reviews.live import hold_review_meeting, part_on, raise_review_hand, start_next_part
from sessions.peer_reviews.places import accept_review_place, leave_review
from sessions.peer_reviews.records import FindingRecord
from sessions.peer_reviews.responses import respond_to_finding
from sessions.peer_reviews.reviews import PlaceInReview, ReviewInEvent, ReviewRole, ReviewState, get_review, places_of
from sessions.peer_reviews.self_assessments import hand_in_self_assessment
from sessions.peer_reviews.shared_board import write_on_board
from sessions.peer_reviews.templates import StepKind
from sessions.peer_reviews.writing_up import FindingInReview, agree_finding, record_finding
from sessions.reports.editing import fill_report
from sessions.reports.reports import report_of_review, report_with_sources, start_review_report
from sessions.reports.versions import approve_report, get_version, hand_report_in
from tests.makers import again, make_member, make_organisation, make_person, person_of
from tests.sessions.makers_review_hosts import in_step, open_step, place_of
from tests.sessions.makers_review_meetings import FIRST, WORDING, plan
from tests.sessions.makers_reviews import Review, make_review


@dataclass
class Story:
    """A review with three peers, which is as few as it may have, and who has which role in it now."""

    db: Database
    review: Review
    who: dict[ReviewRole, list[Actor]] = field(default_factory=dict)
    newcomers: int = 0

    def of(self, role: ReviewRole) -> Actor:
        """The first who has a role, with the ties of now."""
        return again(self.db, self.who[role][0])

    @property
    def ada(self) -> Actor:
        """Who organises."""
        return again(self.db, self.review.ada)

    def seen_by(self, actor: Actor) -> ReviewInEvent:
        """The review as somebody finds it who opens its page."""
        return get_review(self.db, actor, self.review.event.event, self.review.subject.review.public_id)

    def told(self) -> None:
        """Let what follows from facts follow."""
        self.db.commit()
        settle("worker")
        self.db.expire_all()

    def drops_out(self, role: ReviewRole) -> PlaceInReview:
        """The first of a role leaves, and is gone from it; answers the place."""
        actor = self.of(role)
        place = place_of(self.db, self.review.subject, actor)
        leave_review(self.db, actor, place, reason="I change jobs.")
        self.who[role] = self.who[role][1:]
        self.told()
        return place_of(self.db, self.review.subject, actor)

    def newcomer(self, role: ReviewRole) -> Actor:
        """Somebody who could stand in: of the host's organisation for a host, of a cluster elsewhere for others."""
        self.newcomers += 1
        person = make_person(self.db, f"New{self.newcomers} Comer")
        if role is ReviewRole.HOST:
            return make_member(self.db, person, self.review.host)
        kind = OrganisationKind.CLUSTER_ORGANISATION
        return make_member(
            self.db, person, make_organisation(self.db, f"Cluster {self.newcomers}", kind=kind, country="IT")
        )

    def somebody_stands_in(self, place: PlaceInReview) -> Actor:
        """Ada asks somebody in their place, who accepts."""
        role, person = ReviewRole(place.place.role), self.newcomer(ReviewRole(place.place.role))
        made = ask_substitute(self.db, self.ada, place, person=person_of(self.db, person))
        assert made.stands_in_for_id == place.place.id
        accept_review_place(
            self.db, again(self.db, person), PlaceInReview(made, self.review.subject.review, self.review.event.event)
        )
        self.told()
        self.who.setdefault(role, []).insert(0, again(self.db, person))
        return again(self.db, person)

    def close_the_event(self) -> None:
        """The organiser ends the event, as one does after its meetings."""
        event = event_by_id(self.db, self.review.event.id)
        close_event(self.db, self.ada, event)
        self.review.event = event_by_id(self.db, event.id)


def begin(db: Database) -> Story:
    """A review whose people have all accepted."""
    review = make_review(db, peers=3)
    story = Story(db, review)
    for place in places_of(db, review.subject.id):
        actor = next(one for one in review.people.values() if one.person == place.person_id)
        story.who.setdefault(ReviewRole(place.role), []).append(actor)
    story.told()
    return story


# The steps, each done by whoever has the role now


def peers(story: Story) -> None:
    """There are enough, from enough countries, and nobody is missing."""
    [row] = review_board(story.db, story.ada, story.review.event.event)
    assert [str(one.what) for one in row.owed if not one.who] == []  # what nobody in particular owes: people who lack


def self_assessment(story: Story) -> None:
    """The host hands its case in."""
    open_step(story.db, story.review.ada, story.review.event, StepKind.SELF_ASSESSMENT)
    answers = {one.public_id: "Ours." for one in assessment_questions_of(story.db, story.review.event.id)}
    subject = in_step(story.db, story.review.subject, StepKind.SELF_ASSESSMENT)
    hand_in_self_assessment(story.db, story.of(ReviewRole.HOST), subject, answers=answers, revision=1)


def desk_notes(story: Story) -> None:
    """Each peer hands in, and the moderator releases them."""
    open_step(story.db, story.review.ada, story.review.event, StepKind.DESK_NOTES)
    subject = in_step(story.db, story.review.subject, StepKind.DESK_NOTES)
    for one in story.who[ReviewRole.PEER]:
        hand_in_desk_notes(story.db, again(story.db, one), subject, texts={GENERAL: {"doubts": "Fees?"}}, revision=1)
    assert release_desk_notes(story.db, story.of(ReviewRole.MODERATOR), story.review.subject) >= 3


def agenda(story: Story) -> None:
    """The moderator plans the days."""
    plan(story.db, story.review)
    story.told()


def half_a_meeting(story: Story) -> None:
    """The first part is on, and everybody wants to speak."""
    mo = story.of(ReviewRole.MODERATOR)
    start_next_part(story.db, mo, story.seen_by(mo), after="")
    for people in story.who.values():
        raise_review_hand(story.db, again(story.db, people[0]), story.review.subject)


def meeting(story: Story) -> None:
    """The moderator leads through what is left, a peer writes on the board, and the meeting is held."""
    mo, subject = story.of(ReviewRole.MODERATOR), story.review.subject
    board = board_of()
    new_entry(board, "be_one", kind="finding", question=1, at=1.0, text="They leave.")
    write_on_board(story.db, story.of(ReviewRole.PEER), subject, update=board.get_update())
    while any(one.started_at is None for one in parts_of(story.db, subject.id)):
        on = part_on(story.db, subject.id)
        start_next_part(story.db, mo, subject, after=on.public_id if on else "")
    hold_review_meeting(story.db, mo, subject)
    assert subject.review.state is ReviewState.HELD


def findings(story: Story) -> None:
    """The rapporteur writes down what was found, and all agree."""
    ria, subject = story.of(ReviewRole.RAPPORTEUR), story.review.subject
    row = record_finding(story.db, ria, subject, wording=WORDING)
    agree_finding(story.db, ria, FindingInReview(row, subject.review, subject.event), version=row.version)
    assert [one.state for one in findings_of(story.db, subject.id)] == [FindingState.AGREED]


def report(story: Story) -> None:
    """The rapporteur hands a report in, and the moderator approves it."""
    db, subject = story.db, story.review.subject
    ria, mo = story.of(ReviewRole.RAPPORTEUR), story.of(ReviewRole.MODERATOR)
    if report_of_review(db, subject.id) is None:
        start_review_report(db, ria, subject, title="What we found", language="en")
    found = report_with_sources(db, report_of_review(db, subject.id), programme_of(story))
    fill_report(db, ria, found)
    hand_report_in(db, ria, found)
    approve_report(db, mo, get_version(db, mo, found, 1))
    assert subject.review.state is ReviewState.PUBLISHED


def programme_of(story: Story) -> Programme:
    """The programme of the review's event."""
    return programme_by_id(story.db, story.review.event.event.programme_id)


def follow_up(story: Story) -> None:
    """The host answers, plans, reports after three months, and the organiser closes the review."""
    db, subject, hal = story.db, story.review.subject, story.of(ReviewRole.HOST)
    [row] = findings_of(db, subject.id)
    record = FindingRecord(row, subject.review, subject.event)
    if row.response is Response.NONE:
        respond_to_finding(db, hal, record, response=Response.ACCEPT)
    if not actions_of(db, subject.id):
        plan_action(db, hal, record, action="Visit them.", owner="The office", due_on=date(2030, 1, 1))
    with clock.frozen_at(FIRST + timedelta(days=95)):
        action = get_action(db, hal, subject, actions_of(db, subject.id)[0].public_id)
        report_on_action(
            db, hal, action, state=ActionState.DONE, note="Done.", proof="Minutes.", version=action.action.version
        )
        close_review(db, story.ada, subject)
    assert subject.review.state is ReviewState.CLOSED


Part = Callable[[Story], None]
# A step: what happens before somebody drops out in its middle, what ends it, and at which moment it is.
STEPS: dict[str, tuple[Part | None, Part]] = {
    "peers": (None, peers),
    "self-assessment": (None, self_assessment),
    "desk notes": (None, desk_notes),
    "agenda": (None, agenda),
    "meeting": (half_a_meeting, meeting),
    "findings": (None, findings),
    "report": (None, report),
    "follow-up": (None, follow_up),
}
AFTER_THE_MEETING = ("findings", "report", "follow-up")


def at(step: str) -> AbstractContextManager[None]:
    """The moment of a step: those up to the agenda now, the meeting and what follows on its first day."""
    return clock.frozen_at(FIRST if step in ("meeting", *AFTER_THE_MEETING) else clock.now())


def up_to(db: Database, step: str) -> Story:
    """A review of which all steps before this one are done, and this one is in its middle."""
    story = begin(db)
    for name, (before, whole) in STEPS.items():
        with at(name):
            if name == step:
                if before is not None:
                    before(story)
                break
            whole(story) if before is None else (before(story), whole(story))
    story.told()
    return story
