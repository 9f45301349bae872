"""An address for every page there is, taken from the demo, and somebody who may see it."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlmodel import col, select
from starlette.routing import Route

from events.challenge_annex import ChallengeAnnex
from events.challenges import Challenge
from events.checkpoints import set_checkpoint
from events.core import clock
from events.core.access import Actor
from events.core.database import Database, transaction
from events.desks import Desk
from events.events import EventWithPhases, event_by_id
from events.joining import invite_to_team, issue_invitation_token
from events.letter_choices import Topic, stop_token
from events.marketplace import Item
from events.membership_requests import ask_to_join
from events.organisations import Membership, Organisation
from events.page_sections import entries_of
from events.people import Person
from events.phases import PhaseKind
from events.planning import move_phase
from events.prizes import Prize
from events.programmes import Programme
from events.proposals.drafts import places_in
from events.proposals.places import send_proposal
from events.questions import questions_of
from events.registration import Registration, RegistrationState
from events.roles import actor_for
from events.rounds.calls import set_budget
from events.rounds.consensus import record_dissent
from events.rounds.guests import invite_guest_judge, issue_guest_token
from events.rounds.publishing import publish_result
from events.rounds.rounds import JudgingRound, RoundInEvent, RoundState, RoundSubmission, Scheme
from events.rounds.voters import RoundVoter, invite_voters, issue_ballot_token
from events.seekers import look_for_team
from events.signin import SignInLinkAsked, issue_link_token
from events.submission_fields import SubmissionField
from events.submissions import Submission, SubmissionVersion
from events.teams import Team, TeamInEvent, TeamInvitationSent, TeamMember
from frontend.demo_events import HACKATHON, event_called
from frontend.demo_meetings import MATCHMAKING
from frontend.demo_reviews import PREPARED
from frontend.routes import routes
from mailer.letters import Letter
from sessions.answers import accept_meeting
from sessions.availability import free_slots
from sessions.blocks import blocks_of, tables_of
from sessions.booking_rules import Timing, rules_of
from sessions.lessons import LessonPlace, lesson_with_sources, note_lesson, share_lesson
from sessions.meetings import Meeting, MeetingState, get_meeting, meeting_in_event
from sessions.mentoring import book_mentoring
from sessions.moderation import make_pass
from sessions.networking.rows import Networking
from sessions.office_hours import slots_of_hours
from sessions.peer_reviews.action_plans import plan_action
from sessions.peer_reviews.findings import Finding, FindingState, Level
from sessions.peer_reviews.hosting import HostApplication
from sessions.peer_reviews.records import FindingRecord
from sessions.peer_reviews.reviews import PeerReview, ReviewInEvent, ReviewPlace
from sessions.peer_reviews.templates import StepKind
from sessions.regular.coming import join_regular_session
from sessions.regular.rows import Repeats
from sessions.regular.setting import RegularWords, Rhythm, set_regular_session
from sessions.reports.editing import fill_report
from sessions.reports.quotations import QuotingPlace, ask_for_quotation
from sessions.reports.reports import ReportKind, chapters_of, report_with_sources, start_report
from sessions.reports.versions import hand_report_in
from sessions.requests import book_meeting, request_meeting
from sessions.stages import Stage, get_stage
from sessions.timetable.rows import Session
from tests.events.makers_calls import (
    ask_redress,
    close_concept_notes,
    evaluate,
    hand_in_stage,
    make_call,
    open_full_proposals,
    open_the_screening,
    panel,
    public_of,
    screen,
)
from tests.events.makers_proposals import make_proposal
from tests.makers import again, make_person, open_phase
from tests.permissions.world_mail import build_mail
from tests.sessions.makers_mentoring import make_hours
from tests.sessions.makers_reports import LESSON
from tests.sessions.makers_review_hosts import open_step
from tests.sessions.makers_schedules import make_draft_here

# Addresses that answer something else than a page.
NO_PAGES = {
    "peer_search_fragment",
    "action_proof",
    "report_docx",
    "report_pdf",
    "review_board",
    "review_live_call",
    "review_live_here",
    "review_live_now",
    "review_live_votes",
    "review_plan_csv",
    "review_plan_xlsx",
    "agenda_fragment",
    "agenda_ics",
    "answer_file",
    "application_file",
    "review_file",
    "board_counts",
    "board_fragment",
    "calendar_entry",
    "certificate_sample",
    "programme_logo",
    "certificates_zip",
    "content",
    "desk_figures_csv",
    "desk_figures_xlsx",
    "door_fragment",
    "door_list",
    "draft_fairness",
    "draft_fragment",
    "draft_plan",
    "draft_problem",
    "drafts_fragment",
    "event_calendar",
    "feed",
    "export_csv",
    "export_workbook",
    "export_xlsx",
    "export_zip",
    "favicon",
    "gallery_file",
    "judge_file",
    "healthz",
    "help_queue_fragment",
    "meeting_fragment",
    "meeting_notes_fragment",
    "meeting_room_fragment",
    "lobby_fragment",
    "reported_fragment",
    "networking_fragment",
    "networking_control_fragment",
    "meetings_fragment",
    "mentoring_fragment",
    "my_agenda_fragment",
    "open_ticket",
    "own_certificate",
    "picture",
    "programme_figures_csv",
    "programme_figures_xlsx",
    "progress_fragment",
    "readyz",
    "registrations_csv",
    "resource_file",
    "robots",
    "round_fragment",
    "round_table",
    "round_workbook",
    "screening_fragment",
    "screening_table",
    "redress_table",
    "redress_xlsx",
    "screening_xlsx",
    "schedule_json",
    "schedule_xml",
    "hall_fragment",
    "stage_changes",
    "stage_moderation_fragment",
    "stage_snapshot",
    "static",
    "submission_file",
    "team_proposal_fragment",
    "team_proposal_teams",
    "team_room_fragment",
    "times_of_both",
    "times_of_meeting",
    "ticket_pdf",
    "timetable_fragment",
    "badges_pdf",
}
PAGES = {
    one.name: one.path
    for one in routes(demo=True)
    if isinstance(one, Route) and "GET" in (one.methods or ()) and one.name not in NO_PAGES
}

# Who looks at a page, where it is not Ada who organises. "" is a visitor.
SEEN_BY = {
    "busy_times": "Bo Berg",
    "own_calendar": "Bo Berg", "new_address": "Bo Berg", "held_reply": "Bo Berg", "time_proposal": "Bo Berg",
    "stop_letters": "", "sign_in": "", "link_sent": "", "sign_in_link": "", "sign_up": "", "team_invitation": "Bo Berg",
    "guest_link": "", "guest_desk": "", "ballot_by_link": "",
    "register": "Eve Ek", "my_registration": "Tam Tamm", "answers": "Tam Tamm", "new_team": "Bo Berg",
    "team": "Tam Tamm",
    "edit_team": "Tam Tamm", "edit_submission": "Tam Tamm", "submission": "Tam Tamm", "receipt": "Tam Tamm",
    "stages": "Ola Olsson", "stage_control": "Ola Olsson", "stage": "Bo Berg", "stage_beamer": "Bo Berg",
    "stage_confidence": "Ola Olsson", "stage_moderation": "Ola Olsson", "hall": "",
    "participants": "Bo Berg", "participant": "Bo Berg", "ask_for_meeting": "Bo Berg", "meetings": "Bo Berg",
    "meeting": "Bo Berg", "meeting_room": "Bo Berg", "choose_other_time": "Bo Berg", "availability": "Bo Berg",
    "account": "Bo Berg",
    "my_agenda": "Bo Berg", "agenda": "", "agenda_session": "Bo Berg", "agenda_changes": "", "agenda_widget": "",
    "ticket": "Bo Berg", "turned_down": "Bo Berg", "assessment": "Bo Berg", "outcome": "Bo Berg",
    "organisation_meetings": "Bo Berg", "choose_first_time": "Bo Berg", "choose_colleague": "Bo Berg",
    "choose_guest": "Bo Berg",
    "new_item": "Bo Berg", "edit_item": "Bo Berg", "organisation": "Bo Berg", "edit_organisation": "Bo Berg",
    "event_marketplace": "Bo Berg",
    "own_participants": "Ola Olsson", "desk_participants": "Ola Olsson", "seek_team": "Cy Costa",
    "my_judging": "Dee Dumont", "judge_work": "Dee Dumont", "audience_vote": "Bo Berg", "published_result": "",
    "result_version": "", "team_comments": "Tam Tamm",
    "my_screening": "Dee Dumont", "screen_work": "Dee Dumont", "call_result": "Tam Tamm",
    "gallery": "", "gallery_entry": "", "own_certificates": "Bo Berg", "challenge_board": "Che Caruso",
    "challenge_annex": "Bo Berg", "edit_annex": "Che Caruso", "challenge_resources": "Che Caruso",
    "team_place": "Cy Costa", "team_room": "Tam Tamm", "choose_mentoring": "Tam Tamm",
    "booked_mentoring": "Tam Tamm", "choose_other_mentoring": "Tam Tamm", "help_queue": "Mel Meyer",
    "mentoring": "Mel Meyer", "lobby": "Bo Berg", "networking": "Bo Berg", "networkings": "Bo Berg",
    "host_call": "Bo Berg", "host_application": "Matteo Galli", "be_a_peer": "Dee Dumont", "peer_review": "Dee Dumont",
    "person_to_report": "Bo Berg", "review_place": "Bo Berg", "review_questions": "Joana Pinto",
    "self_assessment": "Joana Pinto", "self_assessment_version": "Dee Dumont",
    "desk_notes": "Joana Pinto", "own_desk_notes": "Marco Bianchi",
}  # fmt: skip
ORGANISER = "Ada Adler"
IN_MATCHMAKING = {"participants", "participant", "ask_for_meeting", "meetings", "availability", "blocks", "register",
                  "block", "table", "meeting_rules", "video_rules",
                  "event_marketplace", "meetings_fragment", "import_items", "my_agenda", "agendas",
                  "table_agendas", "turned_down", "times_of_both", "availability_for", "own_participants",
                  "desk_participants",
                  "board", "board_meeting", "book_for_others", "all_meetings", "ask_for_them", "schedule", "draft",
                  "compare_drafts", "organisation_meetings", "wishes", "participant_address"}  # fmt: skip

# Of screening and calls; a screening is set up in the hackathon, which has none.
IN_CALL = {"screening", "screening_people", "screened_work", "my_screening", "screen_work", "round_consensus",
           "consensus_work", "round_budget", "call_result", "round_redress", "redress_request"}  # fmt: skip


@dataclass(frozen=True)
class Samples:
    """What stands in addresses, by the name of the path parameter."""

    ids: dict[str, str]

    def address(self, name: str, path: str) -> str:
        """The path with everything filled in; KeyError names what no sample is known for."""
        found = dict(self.ids)
        if name in IN_MATCHMAKING:
            found["event"] = self.ids["matchmaking"]
        if path.startswith("/e/{event}/reviews"):
            found |= {"event": self.ids["review_event"], "place": self.ids["review_place"], "number": "1"}
        if path.startswith("/p/{programme}/reports"):
            found["number"] = "1"
        if name in IN_CALL:
            found |= {"event": self.ids["call"], "round": self.ids["second_round"], "work": self.ids["second_work"]}
        if name in {"screened_work", "screen_work"}:
            found["work"] = self.ids["screened"]
        if name in {"call_result", "round_redress", "redress_request"}:
            found["round"] = self.ids["first_round"]
        if name in {"published_result", "result_version", "team_comments"}:
            found |= {"round": self.ids["published_round"], "number": "1"}
        if name == "audience_vote":
            found["round"] = self.ids["audience_round"]
        if name == "choose_first_time":
            found["meeting"] = self.ids["untimed"]
        if name in {"assessment", "outcome"}:
            found["meeting"] = self.ids["past_meeting"]
        if name == "held_reply":
            found["held"] = self.ids["held"]
        if name == "time_proposal":
            found["proposal"] = self.ids["time_proposal"]
        if name == "new_address":
            found["token"] = self.ids["address_token"]
        if name == "round_voters":
            found["round"] = self.ids["audience_round"]
        if name == "ballot_by_link":
            found["token"] = self.ids["ballot_token"]
        if name == "guest_link":
            found["token"] = self.ids["guest_token"]
        if name == "sign_in_link":
            found["token"] = self.ids["link_token"]
        if name == "stop_letters":
            found["token"] = self.ids["stop_token"]
        return path.format_map(found)


def the(db: Database, query: Any) -> Any:
    """The row of a query that was made first; there has to be one."""
    made = query.column_descriptions[0]["entity"].id
    found = db.exec(query.order_by(made).limit(1)).first()
    assert found is not None, query
    return found


def take_samples() -> Samples:
    """Open what is over in the demo, so that its forms can be looked at, and note an id of everything."""
    with transaction() as db:
        people = {one.name: one for one in db.exec(select(Person))}
        hackathon, matchmaking = event_called(db, HACKATHON), event_called(db, MATCHMAKING)
        _open_phases(db, people[ORGANISER], hackathon)
        ids = _ids_of_network(db, people) | _ids_of_hackathon(db, people, hackathon)
        ids |= _ids_of_call(db, *(actor_for(db, people[one].id) for one in (ORGANISER, "Dee Dumont", "Tam Tamm")))
        ids |= _ids_of_reviews(db, people)
        return Samples(ids | _ids_of_matchmaking(db, people, matchmaking))


def _ids_of_reviews(db: Database, people: dict[str, Person]) -> dict[str, str]:
    """The review that is prepared, each of its steps before the meeting open again."""
    event, ada = event_called(db, PREPARED), actor_for(db, people[ORGANISER].id)
    for kind in (StepKind.CALL, StepKind.PEERS, StepKind.SELF_ASSESSMENT, StepKind.DESK_NOTES):
        open_step(db, ada, event, kind)
    review = the(db, select(PeerReview).where(PeerReview.event_id == event.id))
    bo = select(ReviewPlace).where(ReviewPlace.review_id == review.id, ReviewPlace.person_id == people["Bo Berg"].id)
    draft = select(HostApplication).where(HostApplication.person_id == people["Matteo Galli"].id)
    return {
        "review_event": event.event.slug, "review": review.public_id, "review_place": the(db, bo).public_id,
        "application": the(db, draft).public_id, **_ids_of_reports(db, ada, ReviewInEvent(review, event.event)),
    }  # fmt: skip


def _ids_of_reports(db: Database, ada: Actor, subject: ReviewInEvent) -> dict[str, str]:
    """A finding of that review with an action, a lesson, words to quote, and a report of which a version waits."""
    finding = Finding(
        review_id=subject.id, number=1, finding="Members leave in silence.", recommendation="Call each once a quarter.",
        evidence="Nine of 64 left within a year.", level=Level.REGION, state=FindingState.AGREED,
        created_at=clock.now(),
    )  # fmt: skip
    db.add(finding)
    db.flush()
    record = FindingRecord(finding, subject.review, subject.event)
    action = plan_action(
        db, ada, record, action="Call each member.", owner="The secretary", due_on=clock.now().date() + timedelta(60)
    )
    programme = the(db, select(Programme).where(Programme.id == subject.event.programme_id))
    lesson = note_lesson(db, ada, LessonPlace(programme, subject.event, subject.review), texts=LESSON)
    shared = note_lesson(db, ada, LessonPlace(programme), texts=LESSON)
    share_lesson(db, ada, lesson_with_sources(db, shared, programme))
    bo = the(db, select(Person).where(Person.name == "Bo Berg"))
    words = ask_for_quotation(db, ada, QuotingPlace(programme), person=bo, text="We lost a third of them.")
    row = start_report(db, ada, programme, kind=ReportKind.LESSONS, title="What clusters learned")
    report = report_with_sources(db, row, programme)
    fill_report(db, ada, report)
    hand_report_in(db, ada, report)
    return {
        "finding": finding.public_id, "action": action.public_id, "lesson": lesson.public_id,
        "quotation": words.public_id, "report": row.public_id, "chapter": chapters_of(db, report.id)[0].public_id,
    }  # fmt: skip


def _ids_of_call(db: Database, ada: Actor, dee: Actor, tam: Actor) -> dict[str, str]:
    """A call whose concept notes are evaluated, and its full proposals nearly; one waits for Dee, who screens."""
    call = make_call(db, ada, straw=tam)
    mate = make_person(db, "Sol Sand")
    open_the_screening(db, call, dee, mate)
    for name in ("Straw", "Husk"):
        for one in (dee, mate):
            screen(db, call, one, name)
    screen(db, call, mate, "Whey", "unsure")
    close_concept_notes(db, call)
    evaluate(db, call, 1, {"Straw": (4.5, 4), "Husk": (4, 4)})
    publish_result(db, call.ada, call.round(db, 1))
    redress = ask_redress(db, call, "Husk", "Nobody read the annex on impact.")
    open_full_proposals(db, call)
    for name in ("Straw", "Husk"):
        hand_in_stage(db, call, name)
    call.event = open_phase(db, call.ada, call.event, PhaseKind.JUDGING)
    evaluate(db, call, 2, {"Straw": (4, 4, 4), "Husk": (3, 2.5, 4)})
    second = call.round(db, 2)
    set_budget(db, call.ada, second, available=150_000)
    expert = again(db, call.experts[0])
    work = panel(db, call, expert, 2, "Straw")
    record_dissent(db, expert, work, person_id=expert.person or 0, text="The plan has no room for delay.")
    return {
        "call": call.event.event.slug, "screened": public_of(db, call, "Whey"),
        "first_round": call.round(db, 1).round.public_id, "second_round": second.round.public_id,
        "second_work": work.row.public_id, "redress": redress.public_id,
    }  # fmt: skip


def _open_phases(db: Database, ada: Person, event: EventWithPhases) -> None:
    now = clock.now()
    for kind in (PhaseKind.TEAM_FORMING, PhaseKind.BUILDING, PhaseKind.SUBMISSION):
        phase = event.phase(kind)
        assert phase is not None
        event = move_phase(
            db, actor_for(db, ada.id), event, kind=kind, starts_at=phase.starts_at, ends_at=now + timedelta(hours=5)
        )
    # It shuts with a deadline that is put off, and what it shows is to be looked at too.
    event.event.gallery_opened_at = now
    db.add(event.event)
    db.flush()


def _ids_of_network(db: Database, people: dict[str, Person]) -> dict[str, str]:
    bo = people["Bo Berg"]
    own = select(Organisation).join(Membership, col(Membership.organisation_id) == Organisation.id)
    organisation = the(db, own.where(Membership.person_id == bo.id))
    ask_to_join(db, actor_for(db, people["Eve Ek"].id), organisation)
    asked = SignInLinkAsked(bo.id or 0, known=True, registering=False, browser="", onward="")
    item = db.exec(select(Item).where(Item.organisation_id == organisation.id).limit(1)).first()
    return {
        "programme": the(db, select(Programme).where(Programme.name == "Green Shift Network")).slug,
        "desk": the(db, select(Desk)).public_id,
        "organisation": organisation.public_id,
        "person": people["Cy Costa"].public_id,
        "item": (item or the(db, select(Item))).public_id,
        "letter": str(the(db, select(Letter)).id),
        "link_token": issue_link_token(db, asked),
        "stop_token": stop_token(the(db, select(Person).where(Person.name == "Bo Berg")), Topic.REMINDERS),
    }


def _hall_of(db: Database, people: dict[str, Person], event: EventWithPhases) -> str:
    stage = the(db, select(Stage).where(Stage.event_id == event.id))
    ola = actor_for(db, people["Ola Olsson"].id)
    return make_pass(db, ola, get_stage(db, ola, stage.public_id)).code


def _ids_of_hackathon(db: Database, people: dict[str, Person], event: EventWithPhases) -> dict[str, str]:
    tam = people["Tam Tamm"]
    team = the(db, select(Team).join(TeamMember).where(TeamMember.person_id == tam.id, Team.event_id == event.id))
    submission = the(db, select(Submission).where(Submission.team_id == team.id))
    version = the(db, select(SubmissionVersion).where(SubmissionVersion.submission_id == submission.id))
    lead = actor_for(db, the(db, select(TeamMember).where(TeamMember.team_id == team.id)).person_id)
    asked = the(db, select(SubmissionField).where(SubmissionField.event_id == event.id))
    invitation = invite_to_team(db, lead, TeamInEvent(team, event_by_id(db, event.id)), email=people["Bo Berg"].email)
    sent = TeamInvitationSent(event.id, team.id, invitation.id or 0)
    stage = the(db, select(Stage).where(Stage.event_id == event.id))
    return {
        "event": event.event.slug,
        "form_question": questions_of(db, event.id)[0].public_id,
        "section": "partners",
        "entry": entries_of(db, event.id)[0].public_id,
        "challenge": the(db, select(Challenge).join(ChallengeAnnex).where(Challenge.event_id == event.id)).public_id,
        "field": asked.public_id,
        "prize": the(db, select(Prize).where(Prize.event_id == event.id)).public_id,
        "team": team.public_id,
        "submission": submission.public_id,
        "number": str(version.number),
        "token": issue_invitation_token(db, sent),
        "stage": stage.public_id,
        "where": "stage",
        "spot": stage.public_id,
        "code": _hall_of(db, people, event),
        "networking": the(db, select(Networking).where(Networking.event_id == event.id)).public_id,
        "session": the(db, select(Session).where(Session.title == "Final pitches")).public_id,
        **_ids_of_judging(db, event),
        **_proposed(db, people, event),
        **_in_rooms(db, people, TeamInEvent(team, event_by_id(db, event.id))),
    }


def _ids_of_judging(db: Database, event: EventWithPhases) -> dict[str, str]:
    rounds = select(JudgingRound).where(JudgingRound.event_id == event.id)
    final = the(db, rounds.where(JudgingRound.scheme == Scheme.RUBRIC, JudgingRound.state == RoundState.OPEN))
    ada = actor_for(db, the(db, select(Person).where(Person.name == ORGANISER)).id)
    made = RoundInEvent(final, event_by_id(db, event.id))
    guest = invite_guest_judge(db, ada, made, name="Gus Grau", email="gus@example.org")
    return {
        "guest_token": issue_guest_token(db, guest.link),
        "ballot_token": _ballot_token(db, ada, event),
        "round": final.public_id,
        "work": the(db, select(RoundSubmission).where(RoundSubmission.round_id == final.id)).public_id,
        "published_round": the(db, rounds.where(JudgingRound.state == RoundState.PUBLISHED)).public_id,
        "audience_round": the(db, rounds.where(JudgingRound.scheme == Scheme.AUDIENCE)).public_id,
    }


def _ballot_token(db: Database, ada: Actor, event: EventWithPhases) -> str:
    """Of somebody who votes by mail in the audience vote."""
    rounds = select(JudgingRound).where(JudgingRound.event_id == event.id, JudgingRound.scheme == Scheme.AUDIENCE)
    made = RoundInEvent(the(db, rounds), event_by_id(db, event.id))
    invite_voters(db, ada, made, addresses="val@example.org")
    return issue_ballot_token(db, the(db, select(RoundVoter).where(RoundVoter.round_id == made.id)))


def _proposed(db: Database, people: dict[str, Person], event: EventWithPhases) -> dict[str, str]:
    """A proposal that can be changed, and the place of Cy in one that was sent."""
    ada, event = actor_for(db, people[ORGANISER].id), event_by_id(db, event.id)
    for name in ("Cy Costa", "Camille Roux"):
        look_for_team(db, actor_for(db, people[name].id), event, skills=["field"], languages=["en"])
    sent = make_proposal(db, ada, event, fills_teams=False)
    send_proposal(db, ada, sent, answer_by=clock.now() + timedelta(hours=2))
    place = next(place for place, person in places_in(db, sent.id) if person.name == "Cy Costa")
    done = make_proposal(db, ada, event, fills_teams=False)
    return {"proposal": done.proposal.public_id, "place": place.public_id}


def _of_mail(db: Database, meeting: Meeting, event: EventWithPhases, bo: Person) -> dict[str, str]:
    """What waits for Bo's click."""
    mail = build_mail(db, meeting_in_event(db, meeting, event.event), event, bo=bo.id or 0)
    return {
        "held": mail.held.held.public_id,
        "time_proposal": mail.proposal.proposal.public_id,
        "address_token": mail.address_token,
    }


def _in_rooms(db: Database, people: dict[str, Person], team: TeamInEvent) -> dict[str, str]:
    """A checkpoint, office hours of Mel's, a slot of others that Tam's team has booked, and a daily stand-up."""
    ada, tam, mel = (actor_for(db, people[name].id) for name in (ORGANISER, "Tam Tamm", "Mel Meyer"))
    set_checkpoint(db, ada, team.event, name="A rehearsal", due_at=clock.now() + timedelta(hours=4))
    hours = make_hours(db, mel, team.event, from_now=timedelta(hours=5)).hours
    row = book_mentoring(db, tam, team, hours=hours, slot=slots_of_hours(hours)[0])
    free = make_hours(db, mel, team.event, from_now=timedelta(hours=8))
    rhythm = Rhythm(clock.now().replace(minute=0, second=0, microsecond=0) + timedelta(days=1), 15, Repeats.DAILY, 5)
    standup = set_regular_session(db, ada, team.event, words=RegularWords("Stand-up"), rhythm=rhythm)
    join_regular_session(db, tam, standup)
    return {"hours": free.hours.public_id, "mentoring": row.public_id, "regular": standup.regular.public_id}


def _ids_of_matchmaking(db: Database, people: dict[str, Person], event: EventWithPhases) -> dict[str, str]:
    bo = people["Bo Berg"]
    own = (col(Meeting.asker_id) == bo.id) | (col(Meeting.invitee_id) == bo.id)
    met = {one for row in db.exec(select(Meeting).where(own)) for one in (row.asker_id, row.invitee_id)} | {bo.id}
    home = the(db, select(Registration).where(Registration.event_id == event.id, Registration.person_id == bo.id))
    stands = select(Meeting).where(own, Meeting.state == MeetingState.SCHEDULED, col(Meeting.starts_at) > clock.now())
    accepted = select(Registration).where(
        Registration.event_id == event.id,
        Registration.state == RegistrationState.ACCEPTED,
        col(Registration.person_id).not_in(met),
        Registration.organisation_id != home.organisation_id,
    )
    other = the(db, accepted)
    return {
        "matchmaking": event.event.slug,
        "meeting": the(db, stands).public_id,
        **_of_mail(db, the(db, stands), event, bo),
        "block": blocks_of(db, event.id)[-1].public_id,
        "table": str(tables_of(db, event.id)[-1].id),
        "draft": make_draft_here(db, actor_for(db, people[ORGANISER].id), event).draft.public_id,
        "untimed": _without_a_time(db, people[ORGANISER], bo, event, the(db, accepted.offset(2))).public_id,
        "past_meeting": _met(db, people[ORGANISER], event, the(db, own_place(event, bo)), other),
        "registration": the(db, accepted.offset(1)).public_id,
    }


def _without_a_time(db: Database, ada: Person, bo: Person, event: EventWithPhases, place: Registration) -> Meeting:
    """A meeting of Bo's that was accepted and waits for its time, as in events in which the organisers choose it."""
    rules = rules_of(db, event.id)
    rules.timing = Timing.BY_ORGANISER
    db.add(rules)
    made = request_meeting(db, actor_for(db, bo.id), event, invitee=place, slot=None)
    organiser = actor_for(db, ada.id)
    accept_meeting(db, organiser, get_meeting(db, organiser, made.public_id))
    rules.timing = Timing.AT_REQUEST
    return made


def own_place(event: EventWithPhases, person: Person) -> Any:
    """The query for somebody's registration."""
    return select(Registration).where(Registration.event_id == event.id, Registration.person_id == person.id)


def _met(db: Database, ada: Person, event: EventWithPhases, bo: Registration, other: Registration) -> str:
    """A meeting of the two that is over."""
    now = clock.now()
    with clock.frozen_at(now - timedelta(hours=6)):
        slot = next(one for one in free_slots(db, event, bo.person_id, other.person_id) if one.ends_at <= now)
        actor = actor_for(db, ada.id)
        return book_meeting(db, actor, event, people=[bo, other], slot=slot, override="For a look.").public_id
