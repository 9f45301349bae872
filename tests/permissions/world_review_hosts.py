"""What hosts and peers have done before a review's meeting, as commands and routes can be about it: Eve's cluster has
applied, Bo would be a peer and Ann is proposed, Bo has handed in desk notes and Cy the self-assessment."""

from contextvars import Context
from dataclasses import dataclass

from events.core.access import Actor
from events.core.database import Database
from events.core.files import ReadyFile, make_ready
from events.events import EventWithPhases
from events.organisations import Organisation, OrganisationKind
from sessions.peer_reviews.assessment_questions import assessment_questions_of
from sessions.peer_reviews.desk_notes import GENERAL, hand_in_desk_notes
from sessions.peer_reviews.hosting import ApplicationInEvent, HostingOrganisation, add_application_files, hosting_of
from sessions.peer_reviews.papers import files_of_application, files_of_review
from sessions.peer_reviews.peers import Offered, OfferInEvent, offer_as_peer, own_offer_in, peers_wanted_in
from sessions.peer_reviews.proposals import add_to_proposal
from sessions.peer_reviews.reviews import ReviewInEvent, ReviewStep
from sessions.peer_reviews.self_assessments import add_review_files, hand_in_self_assessment
from sessions.peer_reviews.setting_up import get_step
from sessions.peer_reviews.templates import StepKind
from tests.makers import again, make_member, make_organisation, make_person, person_of
from tests.sessions.makers_review_hosts import in_step, make_application, open_step

ON = (StepKind.CALL, StepKind.PEERS, StepKind.SELF_ASSESSMENT, StepKind.DESK_NOTES)


@dataclass
class BeforeTheMeeting:
    """An application of Eve's cluster, Bo's offer, and the steps that are on."""

    application: ApplicationInEvent
    hosting: HostingOrganisation
    offer: OfferInEvent
    steps: dict[StepKind, ReviewStep]
    ids: dict[str, str]


def build_before(
    db: Database, people: dict[str, Actor], event: EventWithPhases, subject: ReviewInEvent
) -> BeforeTheMeeting:
    """All of it, made by commands."""
    ada = again(db, people["Ada"])
    for kind in ON:
        open_step(db, ada, event, kind)
    clusters = [_cluster(db, name) for name in ("Applying Cluster", "Other Cluster")]
    eve = again(db, people["Eve"])
    for one in clusters:
        eve = make_member(db, eve, one)
    application = make_application(db, event, eve, clusters[0])
    bo = again(db, people["Bo"])
    cy = again(db, people["Cy"])
    add_application_files(db, eve, application, files=[_sheet("data.csv")])
    add_review_files(db, cy, in_step(db, subject, StepKind.SELF_ASSESSMENT), files=[_sheet("report.csv")])
    wanted = peers_wanted_in(db, event.event)
    offered = Offered(languages=("en",))
    ann, ben = make_person(db, "Ann Alm"), make_person(db, "Ben Birk")
    for one in (again(db, people["Bo"]), ann, ben):
        offer_as_peer(db, one, wanted, offered=offered)
    add_to_proposal(db, ada, subject, person=person_of(db, ann))
    question = assessment_questions_of(db, event.id)[0].public_id
    case = in_step(db, subject, StepKind.SELF_ASSESSMENT)
    hand_in_self_assessment(db, cy, case, answers={question: "We work in straw."}, revision=1)
    notes = in_step(db, subject, StepKind.DESK_NOTES)
    hand_in_desk_notes(db, bo, notes, texts={GENERAL: {"doubts": "Are fees the cause?"}}, revision=1)
    return BeforeTheMeeting(
        application, hosting_of(db, event.event, clusters[1]), own_offer_in(db, bo, event.event),
        {kind: get_step(db, event, kind.value).step for kind in ON},
        {
            "application": application.application.public_id,
            "applying_organisation": clusters[1].public_id,
            "application_file": files_of_application(db, application.id)[0].public_id,
            "review_file": files_of_review(db, subject.id)[0].public_id,
            "assessment_question": question,
            "proposed_peer": person_of(db, ann).public_id,
            "other_peer": person_of(db, ben).public_id,
        },
    )  # fmt: skip


def _sheet(name: str) -> ReadyFile:
    # The world is made in one transaction, in which no file is to be made ready: hence a context of its own.
    return Context().run(make_ready, name, f"year,members\n2025,{len(name)}\n".encode())


def _cluster(db: Database, name: str) -> Organisation:
    return make_organisation(db, name, kind=OrganisationKind.CLUSTER_ORGANISATION, country="PT")
