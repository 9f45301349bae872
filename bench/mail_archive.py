"""Plays the whole life of a matchmaking event and writes every letter of it: python -m bench.mail_archive --out DIR

People have hostile names and live in many zones and languages; meetings are booked, moved, called off, handed over,
opened again and joined; a regular session is joined, moved, called off and held again, over a change of the clocks.
Each letter is an .eml file as it would be sent; index.json says of each what its entry was meant to say, so that
parsers can be held against it. The same seed gives the same life.
"""

import argparse
import json
import os
import random
import tempfile
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path
from zoneinfo import available_timezones

HOSTILE = (
    "=?utf-8?q?Hi=0D=0ABcc:_evil=40x.org?=", 'Müller, Jörg; "the\\best"', "名前 太郎", "🧑‍🚀 Zoë",
    "O'Neil: ^n <b>x</b>",
    "a\x00b\x0bc\u2028Bcc: evil@x.org", "{{ 7*7 }} {% raw %} %(event)s", "\u202egnirts",
    "BEGIN:VEVENT\nEND:VEVENT", "ß" * 90,
)  # fmt: skip
BATCH = 40
STEPS = ("move", "hand_over", "join", "call_off", "open_again", "follow_dates", "meet_regularly", "change_the_regular")


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--out", type=Path, required=True)
    asked.add_argument("--people", type=int, default=500)
    asked.add_argument("--meetings", type=int, default=1500)
    asked.add_argument("--seed", type=int, default=6)
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["FOLKMOOT_DATABASE_URL"] = f"sqlite:///{folder}/archive.db"
        os.environ.setdefault("FOLKMOOT_SECRET", "a secret for an archive that nobody ever sends")
        began = time.perf_counter()
        counts = play(given.out, people=given.people, meetings=given.meetings, seed=given.seed)
    print(f"{sum(counts.values())} letters in {given.out} after {time.perf_counter() - began:.0f} s: {dict(counts)}")


def play(out: Path, *, people: int, meetings: int, seed: int) -> Counter:
    """The life of an event, written to `out`; how many letters there are of each method."""
    from sqlmodel import SQLModel

    import frontend.registry  # noqa: F401 - every slice and listener
    from events.core import clock
    from events.core.database import engines
    from events.core.settings import settings
    from frontend.app import make_app
    from tests.makers import NOW

    SQLModel.metadata.create_all(engines(settings().database_url).write)
    make_app()
    with clock.frozen_at(NOW):
        story = Story(random.Random(seed), out)
        story.gather(people, meetings)
        story.book(meetings)
    for step, act in enumerate(STEPS, 1):
        with clock.frozen_at(NOW + timedelta(hours=step)):
            getattr(story, act)()
    return story.written


class Story:
    """An event in which things happen, a few at a time; after each the letters are written and kept as sent."""

    def __init__(self, chance: random.Random, out: Path) -> None:
        self.chance, self.out = chance, out
        self.known, self.index = 0, []
        self.led_before: dict[int, int] = {}
        self.written: Counter = Counter()
        out.mkdir(parents=True, exist_ok=True)

    def gather(self, people: int, meetings: int) -> None:
        """Ada's event with as many participants, in organisations of four."""
        from events.core.database import transaction
        from tests.makers import again, make_member, make_organisation, make_person, make_registration
        from tests.sessions.makers_meetings import make_fair

        zones = sorted(one for one in available_timezones() if "/" in one and not one.startswith(("Etc/", "posix/")))
        slots = max(12, 4 * meetings // people + 6)
        with transaction() as db:
            self.ada = make_person(db, "Ada Adler")
            self.fair = make_fair(db, self.ada, slots=slots, tables=people // 2 + 2)
            self.people = []
            for number in range(people):
                if number % 4 == 0:
                    home = make_organisation(db, f"{self.chance.choice(HOSTILE)} {number}")
                one = make_person(
                    db, f"{self.chance.choice(HOSTILE)} {number}", email=f"p{number}@example.org",
                    zone=self.chance.choice(zones), locale=self.chance.choice(["en", "de", "fr"]),
                )  # fmt: skip
                make_member(db, one, home, is_contact=False)
                make_registration(db, one, self.fair.event, organisation=home)
                self.people.append(again(db, one))
        self._write()

    def book(self, meetings: int) -> None:
        """Arrange meetings between people of different organisations, wherever both are free."""
        from events.core.database import transaction
        from events.core.refusals import Refusal
        from tests.sessions.makers_meetings import make_meeting

        self.meetings: list[int] = []
        while len(self.meetings) < meetings:
            with transaction() as db:
                for _number in range(BATCH):
                    asker, invitee = self.chance.sample(range(len(self.people)), 2)
                    slot = self.chance.randrange(len(self.fair.slots) - 3)
                    try:
                        with db.begin_nested():
                            found = make_meeting(
                                db, self.fair, asker=self.people[asker], invitee=self.people[invitee], slot=slot
                            )
                    except Refusal:
                        continue
                    self.meetings.append(found.id)
            self._write()

    def _each(self, share: int, act) -> None:
        """Do something to every so manieth meeting; what is refused is left."""
        from events.core.database import transaction
        from events.core.refusals import Refusal
        from events.events import Event
        from sessions.meetings import Meeting, meeting_in_event

        chosen = [one for one in self.meetings if self.chance.randrange(share) == 0]
        for start in range(0, len(chosen), BATCH):
            with transaction() as db:
                for id in chosen[start : start + BATCH]:
                    meeting = db.get_one(Meeting, id)
                    subject = meeting_in_event(db, meeting, db.get_one(Event, meeting.event_id))
                    try:
                        with db.begin_nested():
                            act(db, subject)
                    except Refusal:
                        continue
            self._write()

    def move(self) -> None:
        """Two in three get another time."""
        from events.roles import actor_for
        from sessions.moves import move_meeting

        for _twice in range(2):
            self._each(2, lambda db, one: move_meeting(
                db, actor_for(db, one.meeting.asker_id), one, slot=self.chance.choice(self.fair.slots)
            ))  # fmt: skip

    def hand_over(self) -> None:
        """Some are led by a colleague from now on."""
        from events.roles import actor_for
        from sessions.colleagues import delegate_meeting
        from sessions.sides import side_of

        def act(db, one):
            before = one.meeting.asker_id
            side = side_of(one, before)
            colleague = self.chance.choice(sorted(side.colleagues) or [0])
            delegate_meeting(db, actor_for(db, before), side, to=_place(db, one, colleague))
            self.led_before[one.id] = before

        self._each(4, act)

    def join(self) -> None:
        """To some a colleague comes along."""
        from events.roles import actor_for
        from sessions.guests import add_to_meeting
        from sessions.sides import side_of

        def act(db, one):
            side = side_of(one, one.meeting.invitee_id)
            colleague = self.chance.choice(sorted(side.colleagues) or [0])
            place = _place(db, one, colleague)
            add_to_meeting(db, actor_for(db, one.meeting.invitee_id), side, registration=place)

        self._each(4, act)

    def call_off(self) -> None:
        """One in three does not take place."""
        from events.roles import actor_for
        from sessions.moves import cancel_meeting

        self._each(3, lambda db, one: cancel_meeting(db, actor_for(db, one.meeting.invitee_id), one, reason="=?x?="))

    def open_again(self) -> None:
        """Whoever handed a meeting over leads it again: what their calendar was told to take out comes back."""
        from events.roles import actor_for
        from sessions.colleagues import delegate_meeting
        from sessions.sides import side_of

        def act(db, one):
            before = self.led_before.get(one.id)
            if before is not None:
                now = one.meeting.asker_id
                delegate_meeting(db, actor_for(db, now), side_of(one, now), to=_place(db, one, before))

        self._each(1, act)

    def follow_dates(self) -> None:
        """Who asks for the dates of the event gets them, and one phase moves."""
        from events.core.database import transaction
        from events.phases import PhaseKind
        from events.planning import move_phase
        from events.roles import actor_for
        from sessions.milestones import follow_milestones
        from tests.makers import again, reload_event

        for start in range(0, len(self.people), BATCH):
            with transaction() as db:
                for one in self.people[start : start + BATCH]:
                    follow_milestones(db, actor_for(db, one.person), reload_event(db, self.fair.event))
            self._write()
        with transaction() as db:
            event = reload_event(db, self.fair.event)
            live = event.phase(PhaseKind.FOLLOW_UP)
            move_phase(
                db, again(db, self.ada), event, kind=PhaseKind.FOLLOW_UP, starts_at=live.starts_at + timedelta(hours=5),
                ends_at=live.ends_at,
            )  # fmt: skip
        self._write()

    def meet_regularly(self) -> None:
        """A session each week until after the clocks change in October, to which one in three comes."""
        from events.core import clock
        from events.core.database import transaction
        from events.roles import actor_for
        from sessions.regular.coming import join_regular_session
        from sessions.regular.rows import Repeats
        from sessions.regular.setting import RegularWords, Rhythm, set_regular_session
        from tests.makers import again, reload_event

        words = RegularWords(title="Open hour, each week; bring questions", about="", place="Room 4, ground floor")
        with transaction() as db:
            event = reload_event(db, self.fair.event)
            start = clock.now().replace(hour=8, minute=30, second=0, microsecond=0) + timedelta(days=1)
            rhythm = Rhythm(start, 45, Repeats.WEEKLY, times=32)
            made = set_regular_session(db, again(db, self.ada), event, words=words, rhythm=rhythm)
            self.regular = made.regular.public_id
        self.guests = [one.person for one in self.people if self.chance.randrange(3) == 0]
        for start in range(0, len(self.guests), BATCH):
            with transaction() as db:
                for person in self.guests[start : start + BATCH]:
                    join_regular_session(db, actor_for(db, person), self._regular(db))
            self._write()

    def change_the_regular(self) -> None:
        """Times of it are moved, called off and held again; some leave it; it ends early, is off, and is on again."""
        from events.core.database import transaction
        from events.roles import actor_for
        from sessions.regular import setting
        from sessions.regular.coming import leave_regular_session
        from tests.makers import again

        def leave(db, subject):
            for person in self.guests[::5]:
                leave_regular_session(db, actor_for(db, person), subject)

        acts = (
            lambda db, one: setting.move_regular_time(
                db, again(db, self.ada), one, number=3, starts_at=one.times[3].planned_at + timedelta(hours=26)
            ),
            lambda db, one: setting.call_off_regular_time(db, again(db, self.ada), one, number=5),
            leave,
            lambda db, one: setting.call_off_regular_time(db, again(db, self.ada), one, number=6),
            lambda db, one: setting.hold_regular_time(db, again(db, self.ada), one, number=5),
            lambda db, one: setting.end_regular_session(db, again(db, self.ada), one, number=29),
            lambda db, one: setting.call_off_regular_session(db, again(db, self.ada), one),
            lambda db, one: setting.reopen_regular_session(db, again(db, self.ada), one),
        )
        for act in acts:
            with transaction() as db:
                act(db, self._regular(db))
            self._write()

    def _regular(self, db):
        from sessions.regular.rows import get_regular_session
        from tests.makers import again, reload_event

        return get_regular_session(db, again(db, self.ada), reload_event(db, self.fair.event), self.regular)

    def _write(self) -> None:
        """Tell and write what follows, keep it as sent, and put each letter into the archive."""
        from sqlmodel import col, select

        from events.core import clock
        from events.core.database import transaction
        from events.core.journal import settle
        from mailer.letters import Letter, LetterState, raw_of
        from mailer.writing import write_letters

        settle(most=1_000_000)
        write_letters(most=1_000_000)
        with transaction() as db:
            query = select(Letter).where(col(Letter.id) > self.known).order_by(col(Letter.id))
            for one in db.exec(query):
                self.known = one.id
                if one.state is not LetterState.WAITING or one.raw is None:
                    continue
                name = f"{one.id:06}-{one.method or 'plain'}-{one.kind}.eml"
                (self.out / name).write_bytes(raw_of(one))
                one.state, one.done_at, one.attempts = LetterState.SENT, clock.now(), 1
                db.add(one)
                self.written[one.method or "plain"] += 1
                self.index.append(
                    {"file": name, "uid": one.uid, "sequence": one.sequence, "method": one.method, "to": one.address,
                     "kind": one.kind} | _meant(db, one)
                )  # fmt: skip
        (self.out / "index.json").write_text(json.dumps(self.index, indent=0), encoding="utf-8")


def _place(db, one, person: int):
    from events.core.refusals import NotFound
    from events.registration import find_registration

    found = find_registration(db, one.meeting.event_id, person)
    if found is None:
        raise NotFound()
    return found


def _meant(db, letter) -> dict[str, str | list[str]]:
    """What the entry of a letter is to say, as the row has it."""
    from sqlmodel import select

    from sessions.calendars import CalendarEntry, CalendarRevision, held_times

    if not letter.uid:
        return {}
    query = select(CalendarRevision).join(CalendarEntry).where(CalendarEntry.uid == letter.uid)
    row = db.exec(query.where(CalendarRevision.sequence == letter.sequence)).one()
    starts = [f"{one:%Y-%m-%dT%H:%M:%SZ}" for one in sorted(held_times(row).values())]
    return {"starts": starts, "summary": row.summary, "place": row.place}


if __name__ == "__main__":
    main()
