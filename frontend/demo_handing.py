"""The demo's hackathon in full: what challenges give and ask, a late entry, the gallery, prizes and certificates."""

from datetime import timedelta

from sqlmodel import select

from events.certificates import set_certificate_look
from events.challenge_annex import agree_to_terms, get_annex, open_annex, write_annex
from events.challenge_questions import answer_about_challenge, ask_about_challenge, get_challenge_question
from events.challenge_resources import add_challenge_file, add_link
from events.challenges import Challenge, ChallengeInEvent
from events.core.database import Database
from events.core.files import ready
from events.deadlines import set_grace
from events.gallery import agree_to_gallery, open_gallery
from events.late_entries import give_late_entry
from events.prizes import Offered, add_challenge_prize, add_prize, award_prize, get_prize
from events.submission_fields import Asking, FieldKind, add_field, add_field_for_all, fields_for
from events.submissions import submission_of_team
from events.teams import Team, TeamInEvent
from frontend.demo import World, document, step
from frontend.demo_events import HACKATHON, event_called, to_the_hour

OWNER, OWNED = "Che Caruso", "Tools that say when they are tired"
TERMS = """You use what stands here for this hackathon only, keep it to your team, and delete the files when the event
is over. That holds for two years."""
ANNEX = """The spindle of line 3 runs at **11,400 rpm** under load; its bearing is changed every 900 hours on suspicion.

Two tools broke in March within six days, both on the second shift. The cost of one stop is about €3,800."""
VIBRATIONS = b"seconds,rms,tool\n0,0.41,T7\n60,0.43,T7\n120,0.52,T7\n180,0.97,T7\n"
ANSWERS = ("A prototype that runs", "An idea with figures", "A prototype that runs", "Tried with a user")


def challenges_in_full(world: World) -> None:
    """Fields for all and for Che's challenge, resources, an annex, and prizes; questions come while teams build."""
    with ready([("vibrations.csv", VIBRATIONS)]) as files, step(world.start - timedelta(days=18)) as db:
        ada, event = world.actor(db, "Ada Adler"), event_called(db, HACKATHON)
        set_grace(db, ada, event, minutes=10)
        choices = ("An idea with figures", "A prototype that runs", "Tried with a user")
        far = Asking("How far is it?", FieldKind.CHOICE, choices=choices, required=True, shown=True)
        add_field_for_all(db, ada, event, asking=far)
        code = Asking("Your repository", FieldKind.LINK, help="Public, or open for the jury until Sunday.")
        add_field_for_all(db, ada, event, asking=code)
        for name, amount, what in (
            ("First place", "3000", "And a stand at the network's spring fair."),
            ("Audience's prize", "500", "By vote during the final pitches."),
        ):
            add_prize(db, ada, event, offered=Offered(name, "", what, "Green Shift Network", 1, amount, "EUR"))
        che, owned = world.actor(db, OWNER), _owned(db)
        ahead = Asking("How many minutes ahead does it warn?", FieldKind.NUMBER, help="On our data.")
        add_field(db, che, owned, asking=ahead)
        add_link(db, che, owned, title="A film of line 3", url="https://machines.example/line-3")
        add_challenge_file(db, che, owned, file=files[0], title="Four minutes before a tool broke")
        write_annex(db, che, owned, terms=TERMS, text=ANNEX)
        choice = Offered("The machinists' choice", "A pilot on two centres", "", OWNER)
        add_challenge_prize(db, che, owned, offered=choice)


def _owned(db: Database) -> ChallengeInEvent:
    event = event_called(db, HACKATHON)
    row = db.exec(select(Challenge).where(Challenge.event_id == event.id, Challenge.title == OWNED)).one()
    return ChallengeInEvent(row, event)


def _team(db: Database, name: str) -> TeamInEvent:
    event = event_called(db, HACKATHON)
    return TeamInEvent(db.exec(select(Team).where(Team.event_id == event.id, Team.name == name)).one(), event)


def questions(world: World) -> None:
    """Bo's team reads the annex and asks; Che answers one question, the other waits."""
    with step(world.start - timedelta(days=3, hours=4)) as db:
        annex = get_annex(db, world.actor(db, "Bo Berg"), _owned(db))
        agree_to_terms(db, world.actor(db, "Bo Berg"), annex, version=1)
        open_annex(db, world.actor(db, "Bo Berg"), get_annex(db, world.actor(db, "Bo Berg"), _owned(db)))
        body = "May we put a microphone into the cabin, or does it have to be the sensor that is there?"
        first = ask_about_challenge(db, world.actor(db, "Bo Berg"), _owned(db), body=body).public_id
        body = "Is there data of a tool that was changed too early?"
        ask_about_challenge(db, world.actor(db, "Jan Winter"), _owned(db), body=body)
    with step(world.start - timedelta(days=3, hours=2)) as db:
        question = get_challenge_question(db, _owned(db), first)
        answer = "A microphone is fine, as long as nobody's voice is kept. The sensor alone is worth more to us."
        answer_about_challenge(db, world.actor(db, OWNER), question, answer=answer)


def answers_for(db: Database, team: TeamInEvent) -> dict[str, str]:
    """What a team of the demo answers to the fields that it is asked."""
    sample = {
        FieldKind.CHOICE: ANSWERS[team.id % len(ANSWERS)],
        FieldKind.NUMBER: str(20 + 5 * (team.id % 7)),
        FieldKind.LINK: f"https://code.example/{team.team.public_id[-6:].lower()}",
    }
    fields = fields_for(db, team.event.id, team.team.challenge_id)
    return {one.public_id: sample[one.kind] for one in fields if one.kind in sample}


def after_the_deadline(world: World) -> None:
    """One team may still hand in, most agree to the gallery, which opens, and one prize is awarded in silence."""
    with step(world.start - timedelta(hours=20)) as db:
        ada = world.actor(db, "Ada Adler")
        why = "The line to their hall was cut from 20:10 to 23:40 on the last evening; the provider confirms it."
        give_late_entry(db, ada, _team(db, "Night Shift"), until=to_the_hour(world.start) + timedelta(hours=6), why=why)
        finals = [told for told in document("hackathon.json")["teams"] if told["final"]]
        for told in finals[:-1]:
            agree_to_gallery(db, world.actor(db, told["lead"]), _team(db, told["name"]))
    with step(world.start - timedelta(hours=18)) as db:
        ada, event = world.actor(db, "Ada Adler"), event_called(db, HACKATHON)
        open_gallery(db, ada, event)
        set_certificate_look(
            db, ada, event, colour="#2f6f4f", words="Six problems from the shop floor, one long weekend.",
            signed_by="Ada Adler", signed_as="for the organisers",
        )  # fmt: skip
        public = add_prize(db, ada, event, offered=Offered("Best documentation", "Books for €200")).public_id
        submission = submission_of_team(db, _team(db, "Rinse & Repeat").id)
        assert submission is not None
        award_prize(db, ada, get_prize(db, ada, event, public), submission=submission.public_id)
