"""One world for both tables: the whole cast in a hackathon and in the matchmaking event that follows it."""

from contextvars import Context
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

from sqlmodel import SQLModel, select

from events.admission import RequestToJoin, get_membership_request
from events.challenge_annex import AnnexInEvent, get_annex, write_annex
from events.challenge_questions import QuestionInEvent, ask_about_challenge, get_challenge_question
from events.challenge_resources import ResourceInEvent, add_challenge_file, get_resource, resources_of
from events.challenges import Challenge, ChallengeInEvent, publish_challenge
from events.clusters import add_to_cluster
from events.codes import RegistrationCode
from events.core import clock
from events.core.access import SYSTEM, VISITOR, Actor
from events.core.database import Database
from events.core.files import ReadyFile, StoredFile, make_ready
from events.core.pictures import CleanPicture, Picture
from events.desks import Desk
from events.entrance import make_code
from events.events import EventState, EventWithPhases
from events.form_building import add_question
from events.handing_in import VersionInEvent, hand_in
from events.join_requests import JoinRequestInEvent, ask_to_join_team, get_join_request
from events.joining import InvitationSeen, get_invitation, invite_to_team, issue_invitation_token
from events.looking_after import assign_desk
from events.marketplace import Item, ItemForEvent, show_in_event
from events.membership_requests import ask_to_join
from events.open_roles import open_role
from events.organisations import Organisation, OrganisationKind
from events.page_sections import PageEntry, SectionKind, add_entry, pictures_of
from events.people import Person
from events.phases import PhaseKind
from events.prizes import Offered, PrizeInEvent, add_challenge_prize, award_prize, get_prize
from events.programmes import Programme, add_cluster
from events.proposals.drafts import ProposalInEvent, places_in, teams_in
from events.proposals.places import PlaceInEvent, send_proposal
from events.questions import RegistrationQuestion
from events.registration import Registration, RegistrationInEvent, appoint, find_registration, participants_of
from events.roles import Role, actor_for
from events.seekers import look_for_team
from events.signin import SignInLinkAsked, issue_link_token, open_sign_in
from events.submission_fields import Asking, FieldInEvent, add_field
from events.submission_files import add_file
from events.submissions import Submission
from events.teams import TeamInEvent, TeamInvitationSent, add_member
from events.tickets import ticket_of
from sessions.blocks import BlockInEvent, MeetingTable, add_block, add_tables, slots_in, tables_of
from sessions.guests import add_to_meeting
from sessions.meetings import Meeting, MeetingInEvent, MeetingState, meeting_in_event
from sessions.pitches import Pitch, pitches_of, plan_stage, schedule_pitches
from sessions.running import open_stage
from sessions.schedules.drafts import DraftInEvent
from sessions.sides import side_of
from sessions.stages import QuestionOnStage, Stage, StageInEvent, ask_question, get_question
from sessions.timetable.rows import SessionInEvent, sessions_of
from sessions.waiting import WaitingPair
from tests.events.makers_desks import make_desk, place_of
from tests.events.makers_hackathon import BRIEF, DONE, make_hackathon, make_team
from tests.events.makers_network import added, published
from tests.events.makers_proposals import make_proposal
from tests.events.makers_proposals import place_of as make_place
from tests.makers import (
    again,
    let_join,
    make_event,
    make_person,
    make_programme,
    make_registration,
    open_phase,
    person_of,
    reload_event,
)
from tests.permissions.calls import Calls, build_calls
from tests.permissions.judging import Judging, build_judging
from tests.permissions.world_live import Live, make_live
from tests.permissions.world_mail import MailRows, build_mail
from tests.permissions.world_meeting_rooms import make_running
from tests.permissions.world_networking import Evenings, make_evenings
from tests.permissions.world_review_meetings import ReviewMeeting, build_review_meeting
from tests.permissions.world_review_reports import ReviewReports, build_review_reports
from tests.permissions.world_reviews import Reviewing, build_reviewing
from tests.permissions.world_rooms import Rooms, make_rooms
from tests.sessions.makers_agenda import Programme as Agenda
from tests.sessions.makers_agenda import make_session, released, with_rooms
from tests.sessions.makers_meetings import Fair, make_colleague, make_meeting, make_request, tomorrow
from tests.sessions.makers_schedules import make_draft_here

# A picture of one pixel.
_WEBP = b"RIFF\x1a\0\0\0WEBPVP8L\x0d\0\0\0/\0\0\0\x10\x07\x10\x11\x11\x88\x88\xfe\x07\0"


def _pixel() -> Picture:
    return Context().run(CleanPicture(_WEBP, 1, 1).made_ready)


def _ready(name: str) -> ReadyFile:
    # The whole world is built in one transaction, in which no file is to be made ready: hence a context of its own.
    return Context().run(make_ready, name, b"%PDF-1.4\n%%EOF\n")


CAST = {
    "visitor": "nobody we know",
    "Ada": "organises the programme",
    "Bo": "takes part, asks for meetings, speaks for an organisation",
    "Cy": "takes part, is asked for a meeting, speaks for a cluster",
    "Dee": "judges the hackathon",
    "Mel": "mentors in the hackathon",
    "Ola": "looks after a desk of the programme, to which Bo belongs",
    "Che": "owns a challenge",
    "Tam": "leads a team",
    "Pat": "hosts the hackathon's pitch room",
    "Eve": "takes part in another programme's event, asks to join Bo's organisation",
    "system": "timers and listeners, which have no browser",
}
NAMES = {"Ada": "Ada Adler", "Bo": "Bo Berg", "Cy": "Cy Costa", "Dee": "Dee Dumont", "Mel": "Mel Meyer",
         "Ola": "Ola Olsen", "Che": "Che Caruso", "Tam": "Tam Tamm", "Pat": "Pat Petit", "Eve": "Eve Ek"}  # fmt: skip
BROWSERS = [name for name in CAST if name != "system"]
T = TypeVar("T", bound=SQLModel)


@dataclass
class World:
    """Everything that a command or a route can be about, in one database."""

    actors: dict[str, Actor]
    cookies: dict[str, str]
    people: dict[str, Person]
    places: dict[tuple[str, str], Registration]
    programme: Programme
    hackathon: EventWithPhases
    fair: Fair
    challenge: Challenge
    field: FieldInEvent
    resource: ResourceInEvent
    annex: AnnexInEvent
    asked: QuestionInEvent
    prize: PrizeInEvent
    team: TeamInEvent
    invitation: InvitationSeen
    joining: JoinRequestInEvent
    proposal: ProposalInEvent
    offered: PlaceInEvent
    rooms: Rooms
    version: VersionInEvent
    organisation: Organisation
    cluster: Organisation
    asking: RequestToJoin
    desk: Desk
    item: Item
    requested: MeetingInEvent
    accepted: MeetingInEvent
    evenings: Evenings
    stage: Stage
    pitch: Pitch
    question: QuestionOnStage
    live: Live
    table: MeetingTable
    draft: DraftInEvent
    waiting: WaitingPair
    agenda: Agenda
    keynote: SessionInEvent
    judging: Judging
    calls: Calls
    form_question: RegistrationQuestion
    code: RegistrationCode
    entry: PageEntry
    mail: MailRows
    reviewing: Reviewing
    review_reports: ReviewReports
    review_meeting: ReviewMeeting
    ids: dict[str, str]

    @property
    def matchmaking(self) -> EventWithPhases:
        """The event that follows."""
        return self.fair.event

    def place(self, name: str, event: EventWithPhases) -> RegistrationInEvent:
        """Somebody's place in an event."""
        return RegistrationInEvent(self.places[name, event.event.slug], event.event)

    def room(self) -> StageInEvent:
        """The pitch room."""
        return StageInEvent(self.stage, self.hackathon.event)

    def block(self) -> BlockInEvent:
        """The block of one-to-one meetings."""
        return BlockInEvent(self.fair.block, self.matchmaking.event)

    def item_for_event(self) -> ItemForEvent:
        """Bo's need, to be shown in the matchmaking event."""
        return ItemForEvent(self.item, self.matchmaking)


def changed(row: T, **values: Any) -> T:
    """A copy of a row with other values, in no database."""
    return type(row).model_validate(row.model_dump() | values)


def in_state(event: EventWithPhases, state: EventState) -> EventWithPhases:
    """A copy of an event in another state."""
    return EventWithPhases(changed(event.event, state=state), event.phases)


def with_phase(event: EventWithPhases, kind: PhaseKind, *, from_now: timedelta, lasts: timedelta) -> EventWithPhases:
    """A copy of an event whose phase of this kind lies elsewhere."""
    start = clock.now() + from_now
    phases = [changed(one, starts_at=start, ends_at=start + lasts) if one.kind is kind else one for one in event.phases]
    return EventWithPhases(event.event, tuple(phases))


def with_state(subject: Any, **values: Any) -> Any:
    """A copy of a subject of several rows: `with_state(meeting, meeting={...}, event={...})`."""
    rows = {}
    for name, wanted in values.items():
        row = getattr(subject, name)
        rows[name] = in_state(row, wanted["state"]) if isinstance(row, EventWithPhases) else changed(row, **wanted)
    return type(subject)(**{name: getattr(subject, name) for name in subject.__dataclass_fields__} | rows)


def build_world(db: Database) -> World:
    """The world, made by commands; the caller commits."""
    people = {name: make_person(db, full) for name, full in NAMES.items()}
    hackathon = make_hackathon(db, people["Ada"], people["Bo"], people["Tam"])
    programme = db.exec(select(Programme).where(Programme.id == hackathon.programme_id)).one()
    ada = again(db, people["Ada"])
    for name, role in (("Dee", Role.JUDGE), ("Mel", Role.MENTOR), ("Che", Role.CHALLENGE_OWNER), ("Pat", Role.HOST)):
        appoint(db, ada, hackathon, person_id=people[name].person or 0, role=role)
    desk = _desk(db, people, programme, hackathon)
    draft = make_event(db, ada, programme, name="Next Hack", published=False)
    strangers = _another_programme(db, people["Eve"])
    organisation, cluster, item = _organisations(db, people, programme)
    asked = ask_to_join(db, people["Eve"], organisation)
    asking = get_membership_request(db, again(db, people["Eve"]), asked.public_id)
    fair = _matchmaking(db, people, programme, organisation)
    show_in_event(db, again(db, people["Bo"]), ItemForEvent(item, fair.event))
    challenge = publish_challenge(db, again(db, people["Che"]), hackathon, title="A tray that rots", brief=BRIEF)
    subject = ChallengeInEvent(challenge, hackathon)
    asked = add_field(db, again(db, people["Che"]), subject, asking=Asking("What would one cost?"))
    team, version, invitation = _team(db, people, hackathon, challenge)
    material = _material(db, people, subject, version)
    stage, pitch, question = _room(db, people, hackathon)
    agenda, keynote = _agenda(db, again(db, people["Ada"]), hackathon)
    joining, of_team = _joining(db, people, hackathon, team)
    proposal, offered = _proposals(db, people, hackathon)
    rooms = make_rooms(db, people, hackathon, team)
    db.flush()
    requested = make_request(db, fair, asker=again(db, people["Bo"]), invitee=again(db, people["Cy"]), slot=0)
    nia = make_person(db, "Nia Novak")
    nias = make_registration(db, nia, fair.event)
    accepted = make_meeting(db, fair, asker=again(db, people["Bo"]), invitee=again(db, nia), slot=1)
    colleagues = _colleagues(db, people["Bo"], fair, organisation, accepted)
    waiting = WaitingPair(
        event_id=fair.event.id, asker_id=people["Bo"].person or 0, invitee_id=people["Cy"].person or 0,
        since=clock.now(),
    )  # fmt: skip
    db.add(waiting)
    past = _held(db, fair, people["Bo"], nia)
    judging = build_judging(db, people["Ada"], people["Dee"], hackathon)
    calls = build_calls(db, people, hackathon)
    reviewing = build_reviewing(db, people, programme, cluster)
    review_meeting = build_review_meeting(db, people, reviewing)
    review_reports = build_review_reports(db, people, reviewing, programme)
    cookies = {name: open_sign_in(db, person_of(db, actor), way="test") for name, actor in people.items()}
    world = World(
        actors={"visitor": VISITOR} | {name: actor_for(db, one.person) for name, one in people.items()}
        | {"system": SYSTEM},
        cookies=cookies, people={name: person_of(db, one) for name, one in people.items()},
        places=_places(db, people, hackathon, fair.event), programme=programme, hackathon=reload_event(db, hackathon),
        fair=fair, challenge=challenge, team=team, invitation=invitation, joining=joining, version=version,
        organisation=organisation,
        field=FieldInEvent(asked, hackathon, challenge), **material,
        cluster=cluster, asking=asking, desk=desk, item=item, requested=requested, accepted=accepted, stage=stage,
        pitch=pitch, question=question,
        live=make_live(db, people, hackathon, StageInEvent(stage, hackathon.event), pitch),
        table=tables_of(db, fair.event.id)[0],
        draft=make_draft_here(db, fair.ada, fair.event), waiting=waiting, agenda=agenda, keynote=keynote,
        judging=judging, calls=calls, ids={},
        form_question=add_question(db, ada, hackathon, label="What do you build?"),
        code=make_code(db, ada, hackathon, name="Speakers"),
        entry=add_entry(
            db, ada, hackathon, section=SectionKind.PARTNERS, title="Berg Dairy", picture=_pixel()
        ),
        proposal=proposal, offered=offered, rooms=rooms, mail=build_mail(db, accepted, hackathon),
        reviewing=reviewing, review_meeting=review_meeting,
        review_reports=review_reports,
        evenings=make_evenings(db, people, hackathon, _two_places(db, hackathon, people)),
    )  # fmt: skip
    world.ids = (
        _ids(db, world)
        | strangers
        | colleagues
        | of_team
        | world.live.ids
        | reviewing.ids
        | judging.ids
        | calls.ids
        | rooms.ids
        | world.evenings.ids
        | {
            "draft": draft.event.slug,
            "held": world.mail.held.held.public_id,
            "form_question": world.form_question.public_id,
            "section": "partners",
            "entry": world.entry.public_id,
            "picture": pictures_of(db, [world.entry])[world.entry.file_id],
            "registration_code": world.code.public_id,
            "participant": nias.public_id,
            "past": past.public_id,
            **_opening(db, fair, nia, organisation),
            **make_running(db, fair, *(people[one] for one in ("Bo", "Cy", "Tam"))),
            "planned_stage": plan_stage(db, ada, hackathon, name="Side stage", opens_at=clock.now()).public_id,
        }
    )
    return world


def _two_places(db: Database, event: EventWithPhases, people: dict[str, Actor]) -> tuple[str, str]:
    bo, tam = (find_registration(db, event.id, people[name].person) for name in ("Bo", "Tam"))
    assert bo is not None and tam is not None
    return bo.public_id, tam.public_id


def _places(db: Database, people: dict[str, Actor], *events: EventWithPhases) -> dict[tuple[str, str], Registration]:
    found = {}
    for event in events:
        for name, actor in people.items():
            place = find_registration(db, event.id, actor.person)
            if place is not None:
                found[name, event.event.slug] = place
    return found


def _desk(db: Database, people: dict[str, Actor], programme: Programme, hackathon: EventWithPhases) -> Desk:
    """Ola's desk covers Austria, from where Bo's dairy comes; in the hackathon it was given Bo by hand."""
    desk = make_desk(db, people["Ada"], programme, officer=people["Ola"])
    assign_desk(db, again(db, people["Ada"]), place_of(db, people["Bo"], hackathon), desk=desk)
    return desk


def _another_programme(db: Database, eve: Actor) -> dict[str, str]:
    """Where Eve belongs; its organiser is in no table. Answers the public ids of what is there."""
    zoe = make_person(db, "Zoe Zimmer")
    programme = make_programme(db, zoe, name="Elsewhere")
    event = make_event(db, again(db, zoe), programme, name="Elsewhere Hack")
    event = open_phase(db, again(db, zoe), event, PhaseKind.REGISTRATION)
    make_registration(db, eve, event)
    farm = added(db, zoe, "Elsewhere Farm")
    cluster = added(db, zoe, "Elsewhere Cluster", kind=OrganisationKind.CLUSTER_ORGANISATION)
    return {"other_organisation": farm.public_id, "other_cluster": cluster.public_id}


def _organisations(
    db: Database, people: dict[str, Actor], programme: Programme
) -> tuple[Organisation, Organisation, Item]:
    """Bo speaks for a dairy, to which Tam belongs; Cy speaks for a cluster, of which the dairy is a member."""
    dairy = added(db, people["Bo"], "Alpenkäse GmbH")
    cluster = added(db, people["Cy"], "Food Cluster", kind=OrganisationKind.CLUSTER_ORGANISATION)
    let_join(db, people["Tam"], dairy)
    add_to_cluster(db, again(db, people["Cy"]), cluster, organisation=dairy)
    add_cluster(db, again(db, people["Ada"]), programme, organisation_id=cluster.id or 0)
    return dairy, cluster, published(db, again(db, people["Bo"]), dairy)


def _matchmaking(db: Database, people: dict[str, Actor], programme: Programme, dairy: Organisation) -> Fair:
    """A matchmaking event of the same programme with one block of tomorrow, in which Bo and Cy take part."""
    ada = again(db, people["Ada"])
    event = make_event(db, ada, programme, name="Food Match", template="matchmaking", starts_at=tomorrow())
    event = open_phase(db, ada, open_phase(db, ada, event, PhaseKind.REGISTRATION), PhaseKind.BOOKING)
    block = add_block(db, ada, event, starts_at=tomorrow(), ends_at=tomorrow() + timedelta(minutes=95))
    add_tables(db, ada, event, count=2)
    make_registration(db, again(db, people["Bo"]), event, organisation=dairy)
    make_registration(db, again(db, people["Cy"]), event)
    return Fair(ada, reload_event(db, event), block, slots_in(db, event.id))


def _colleagues(db: Database, bo: Actor, fair: Fair, dairy: Organisation, meeting: MeetingInEvent) -> dict[str, str]:
    """Two more from Bo's dairy, in no table: Lea, and Ivo who comes along to a meeting of Bo's."""
    for name in ("Lea Lang", "Ivo Ilic"):
        make_colleague(db, make_person(db, name), fair, dairy)
    places = {person_name(db, row): row for row in participants_of(db, fair.event.id)}
    side = side_of(meeting_in_event(db, meeting.meeting, meeting.event), bo.person or 0)
    add_to_meeting(db, again(db, bo), side, registration=places["Ivo Ilic"])
    named = {"lea": "Lea Lang", "ivo": "Ivo Ilic", "bos_place": "Bo Berg"}
    return {key: places[name].public_id for key, name in named.items()}


def person_name(db: Database, place: Registration) -> str:
    """Whose place this is."""
    return db.get_one(Person, place.person_id).name


def _held(db: Database, fair: Fair, bo: Actor, nia: Actor) -> Meeting:
    """A meeting of Bo and Nia that took place an hour ago."""
    hour = timedelta(hours=1)
    row = Meeting(
        event_id=fair.event.id, asker_id=bo.person or 0, invitee_id=nia.person or 0, state=MeetingState.HELD,
        starts_at=clock.now() - hour, ends_at=clock.now() - hour * 2 / 3, requested_at=clock.now() - 2 * hour,
        expires_at=clock.now() - hour,
    )  # fmt: skip
    db.add(row)
    db.flush()
    return row


def _opening(db: Database, fair: Fair, nia: Actor, dairy: Organisation) -> dict[str, str]:
    """A meeting of Nia and Una, of Bo's dairy, that was cancelled, and one of theirs that waits for a time."""
    una = make_colleague(db, make_person(db, "Una Ulm"), fair, dairy)
    pair = {"event_id": fair.event.id, "asker_id": nia.person or 0, "invitee_id": una.person or 0}
    asked = {"requested_at": clock.now(), "expires_at": clock.now() + timedelta(hours=1)}
    slot = fair.slots[3]
    times = {"starts_at": slot.starts_at, "ends_at": slot.ends_at}
    cancelled = Meeting(**pair, **asked, **times, state=MeetingState.CANCELLED)
    untimed = Meeting(**pair, **asked, state=MeetingState.ACCEPTED)
    db.add_all([cancelled, untimed])
    db.flush()
    return {"cancelled": cancelled.public_id, "untimed": untimed.public_id}


def _team(
    db: Database, people: dict[str, Actor], hackathon: EventWithPhases, challenge: Challenge
) -> tuple[TeamInEvent, VersionInEvent, InvitationSeen]:
    """Tam's team, which has handed in with a file and asked Bo in."""
    team = make_team(db, people["Tam"], hackathon)
    team.team.challenge_id = challenge.id
    tam = again(db, people["Tam"])
    add_file(db, tam, team, file=_ready("plan.pdf"))
    submission = db.exec(select(Submission).where(Submission.team_id == team.id)).one()
    version = hand_in(db, tam, team, written=DONE, revision=submission.revision)
    row = invite_to_team(db, tam, team, email=person_of(db, people["Bo"]).email)
    invitation = get_invitation(db, again(db, people["Bo"]), row.public_id)
    return team, VersionInEvent(version, submission, team.team, hackathon), invitation


def _material(
    db: Database, people: dict[str, Actor], subject: ChallengeInEvent, version: VersionInEvent
) -> dict[str, Any]:
    """What Che gives the teams, a question of Tam's, and a prize that Tam's team has."""
    che, tam, ada = (again(db, people[name]) for name in ("Che", "Tam", "Ada"))
    file = add_challenge_file(db, che, subject, file=_ready("press.pdf"))
    write_annex(db, che, subject, terms="You keep to yourself what you read here, for two years.", text="173 degrees")
    add_challenge_file(db, che, subject, file=_ready("secret.pdf"), confidential=True)
    question = ask_about_challenge(db, tam, subject, body="May it be made of two parts?")
    row = add_challenge_prize(db, che, subject, offered=Offered("First place", "€2,000"))
    prize = get_prize(db, ada, subject.event, row.public_id)
    award_prize(db, ada, prize, submission=version.submission.public_id)
    return {
        "resource": get_resource(db, subject, file.public_id, confidential=False),
        "annex": get_annex(db, tam, subject),
        "asked": get_challenge_question(db, subject, question.public_id),
        "prize": prize,
    }


def _joining(
    db: Database, people: dict[str, Actor], hackathon: EventWithPhases, team: TeamInEvent
) -> tuple[JoinRequestInEvent, dict[str, str]]:
    """Cy asks to join Tam's team, for its open role; two more of the hackathon, in no table: Max is in the team, Liv
    looks for one."""
    cy, tam = people["Cy"], people["Tam"]
    max_, liv = make_person(db, "Max Maier"), make_person(db, "Liv Lund")
    for person in (cy, max_, liv):
        make_registration(db, person, hackathon)
    add_member(db, again(db, tam), team, max_.person or 0, leads=False)
    look_for_team(db, again(db, liv), hackathon, skills=["law"], languages=["en"])
    role = open_role(db, again(db, tam), team, title="A chemist", skills=["materials"])
    asked = ask_to_join_team(db, again(db, cy), team, note="Straw is my thing.", role=role.public_id)
    joining = get_join_request(db, again(db, cy), hackathon, asked.public_id)
    ids = {"joining": asked.public_id, "role": role.public_id, "max": person_of(db, max_).public_id,
           "liv": person_of(db, liv).public_id}  # fmt: skip
    return joining, ids


def _proposals(
    db: Database, people: dict[str, Actor], hackathon: EventWithPhases
) -> tuple[ProposalInEvent, PlaceInEvent]:
    """A proposal of a team for Bo and Liv that can be adjusted, and one that was sent, with Bo's place in it."""
    bo = again(db, people["Bo"])
    look_for_team(db, bo, hackathon, skills=["ai"], languages=["en"])
    # First the one that is a draft: who was asked already is in no new one.
    draft = make_proposal(db, people["Ada"], hackathon, fills_teams=False)
    sent = make_proposal(db, people["Ada"], hackathon, fills_teams=False)
    send_proposal(db, again(db, people["Ada"]), sent, answer_by=clock.now() + timedelta(days=1))
    return draft, make_place(db, sent, bo)


def _room(db: Database, people: dict[str, Actor], hackathon: EventWithPhases) -> tuple[Stage, Pitch, QuestionOnStage]:
    """Pat's open pitch room with one pitch and a question of Bo's."""
    pat = again(db, people["Pat"])
    stage = plan_stage(db, pat, hackathon, name="Main stage", opens_at=clock.now() + timedelta(hours=1))
    room = StageInEvent(stage, hackathon.event)
    schedule_pitches(db, pat, room)
    open_stage(db, pat, room)
    asked = ask_question(db, again(db, people["Bo"]), room, body="How long does it hold?")
    question = get_question(db, again(db, people["Bo"]), room, asked.public_id)
    return stage, pitches_of(db, stage)[0], question


def _agenda(db: Database, ada: Actor, hackathon: EventWithPhases) -> tuple[Agenda, SessionInEvent]:
    """A released agenda of one session, two rooms and a track; one session waits for a time, one for a release."""
    agenda = with_rooms(db, ada, hackathon)
    keynote = make_session(db, agenda, "Keynote", hours=7)
    make_session(db, agenda, "Later")
    released(db, agenda)
    make_session(db, agenda, "Lunch", hours=10)
    return agenda, keynote


def _ids(db: Database, world: World) -> dict[str, str]:
    """What stands in addresses: by the name of the path parameter, with the event's kind where both have one."""
    file = db.exec(select(StoredFile).where(StoredFile.name == "plan.pdf")).one()
    asked = SignInLinkAsked(world.actors["Bo"].person or 0, known=True, registering=False, browser="", onward="")
    sent = TeamInvitationSent(world.hackathon.id, world.team.id, world.invitation.id)
    return {
        "event": world.hackathon.event.slug,
        "matchmaking": world.matchmaking.event.slug,
        "programme": world.programme.slug,
        "organisation": world.organisation.public_id,
        "cluster": world.cluster.public_id,
        "membership_request": world.asking.request.public_id,
        "desk": world.desk.public_id,
        "item": world.item.public_id,
        "person": world.people["Bo"].public_id,
        "tam": world.people["Tam"].public_id,
        "ola": world.people["Ola"].public_id,
        "che": world.people["Che"].public_id,
        "letter": "1",
        "registration": world.place("Bo", world.hackathon).registration.public_id,
        "challenge": world.challenge.public_id,
        "team": world.team.team.public_id,
        "invitation": world.invitation.invitation.public_id,
        "field": world.field.field.public_id,
        "resource": world.resource.resource.public_id,
        "secret": resources_of(db, world.challenge.id or 0, confidential=True)[0].public_id,
        "challenge_question": world.asked.question.public_id,
        "prize": world.prize.prize.public_id,
        "submission": world.version.submission.public_id,
        "version": world.version.version.public_id,
        "file": file.public_id,
        "meeting": world.requested.meeting.public_id,
        "accepted": world.accepted.meeting.public_id,
        "block": world.fair.block.public_id,
        "table": str(tables_of(db, world.matchmaking.id)[-1].id),
        "proposal": world.proposal.proposal.public_id,
        "proposed": teams_in(db, world.proposal.id)[0].public_id,
        "bos_draft": places_in(db, world.proposal.id)[0][0].public_id,
        "place": world.offered.place.public_id,
        "stage": world.stage.public_id,
        "pitch": world.pitch.public_id,
        "question": world.question.question.public_id,
        "schedule_draft": world.draft.draft.public_id,
        "pair": world.waiting.public_id,
        "room": world.agenda.studio.public_id,
        "track": world.agenda.track.public_id,
        "session": world.keynote.session.public_id,
        "lunch": sessions_of(db, world.hackathon.id)[-2].public_id,
        "code": ticket_of(world.places["Bo", world.hackathon.event.slug]).code,
        "token": issue_link_token(db, asked),
        "invitation_token": issue_invitation_token(db, sent),
    }
