"""Every slice and every listener, imported once before any process starts; then the registry is sealed.

Commands, timers, ties, withdrawals and listeners register themselves when their module is imported.
"""

import importlib

from events.core.journal import seal, sealed

MODULES = (
    "events.core.files",
    "events.core.limits",
    "events.core.repeats",
    "events.people",
    "events.signin",
    "events.organisations",
    "events.membership_requests",
    "events.clusters",
    "events.programmes",
    "events.desks",
    "events.events",
    "events.registration",
    "events.looking_after",
    "events.admission",
    "events.consents",
    "events.planning",
    "events.marketplace",
    "events.cloning",
    "events.importing.participants",
    "events.importing.items",
    "events.challenges",
    "events.teams",
    "events.joining",
    "events.submissions",
    "events.submission_files",
    "events.handing_in",
    "events.following",
    "sessions.blocks",
    "sessions.availability",
    "sessions.nudges",
    "sessions.calendars",
    "sessions.seats",
    "sessions.meetings",
    "sessions.requests",
    "sessions.colleagues",
    "sessions.guests",
    "sessions.leaving",
    "sessions.breaks",
    "sessions.tables",
    "sessions.schedules.drafts",
    "sessions.schedules.publishing",
    "sessions.schedules.reasons",
    "sessions.attendance",
    "sessions.standby",
    "sessions.waiting",
    "sessions.offers",
    "sessions.assessments",
    "sessions.outcomes",
    "sessions.stages",
    "sessions.pitches",
    "sessions.running",
    "sessions.rooms",
    "mailer.letters",
    "mailer.occasions.people",
    "mailer.occasions.registrations",
    "mailer.occasions.desks",
    "mailer.occasions.organisations",
    "mailer.occasions.teams",
    "mailer.occasions.meetings",
    "mailer.occasions.availability",
    "mailer.occasions.attendance",
    "mailer.occasions.on_behalf",
    "mailer.occasions.pitches",
    "mailer.occasions.silence",
    "realtime.announcements",
)

if not sealed():
    for _name in MODULES:
        importlib.import_module(_name)
    seal()
