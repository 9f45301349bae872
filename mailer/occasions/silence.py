"""Facts that nobody is written about. A test fails for a fact that has no letter and does not stand here."""

from events import (
    admission,
    certificates,
    challenge_annex,
    challenge_questions,
    challenge_resources,
    challenges,
    clusters,
    consents,
    deadlines,
    desks,
    following,
    gallery,
    joining,
    looking_after,
    marketplace,
    organisations,
    people,
    phases,
    prizes,
    programmes,
    roles,
    signin,
    submission_fields,
    teams,
    type_rules,
)
from events import events as gatherings
from events.importing import devpost, items, participants
from mailer.letters import silent
from sessions import (
    assessments,
    attendance,
    availability,
    blocks,
    booking_rules,
    breaks,
    meetings,
    no_thanks,
    outcomes,
    pitches,
    standby,
    tables,
    waiting,
)
from sessions.schedules import drafts

# Set-up: whoever did it was there.
silent(
    programmes.ProgrammeCreated,
    programmes.ProgrammeChanged,
    programmes.ClusterAdded,
    programmes.ClusterRemoved,
    desks.DeskAdded,
    desks.DeskChanged,
    desks.DeskRemoved,
    desks.DeskOfficerRemoved,
    looking_after.DeskAssigned,
    items.ItemsImported,
    devpost.SubmissionsImported,
    participants.ParticipantsImported,
    gatherings.EventCreated,
    following.HackathonTakenOver,
    gatherings.EventChanged,
    gatherings.EventPublished,
    gatherings.EventStarted,
    gatherings.EventClosed,
    roles.RoleGranted,
    blocks.BlockAdded,
    blocks.BlockRemoved,
    blocks.TableAdded,
    breaks.BreaksSet,
    tables.TableChanged,
    tables.TableRemoved,
    type_rules.TypeRulesChanged,
    deadlines.GraceSet,
    prizes.PrizesChanged,
    certificates.CertificateLookChanged,
    certificates.CertificatesHeldBack,
    submission_fields.SubmissionFieldsChanged,
    booking_rules.BookingRulesChanged,
)
# Drafts concern organisers, whose page shows them; of a published one, each changed meeting is written about itself.
silent(
    drafts.ScheduleAsked,
    drafts.ScheduleMade,
    drafts.ScheduleFailed,
    drafts.ScheduleCancelled,
    drafts.DraftDiscarded,
    drafts.SchedulePublished,
)
# The challenge's page shows it; questions and answers are what is written about.
silent(
    challenge_resources.ChallengeResourcesChanged,
    challenge_annex.AnnexWritten,
    challenge_annex.AnnexTermsAgreed,
    challenge_annex.AnnexOpened,
    challenge_questions.ChallengeQuestionHidden,
)
# Teams see it on their submission's page, and organisers on the gallery's.
silent(gallery.GalleryAgreed, gallery.GalleryAgreementTakenBack, gallery.GalleryClosed, gallery.HiddenFromGallery)
# Organisers say it themselves to whom it was announced.
silent(prizes.PrizeTakenBack)
# What a person did and saw: the page has said it.
silent(
    signin.SignedIn,
    signin.SignedOut,
    people.PersonJoined,
    people.ProfileChanged,
    organisations.OrganisationAdded,
    organisations.OrganisationChanged,
    organisations.OrganisationJoined,
    organisations.OrganisationLeft,
    organisations.ContactNamed,
    admission.MembershipTakenBack,
    clusters.ClusterJoined,
    clusters.ClusterLeft,
    marketplace.ItemPublished,
    marketplace.ItemChanged,
    marketplace.ItemWithdrawn,
    marketplace.ItemShown,
    marketplace.ItemHidden,
    challenges.ChallengePublished,
    challenges.ChallengeChanged,
    teams.TeamFormed,
    teams.TeamChanged,
    teams.TeamJoined,
    teams.TeamLeft,
    joining.TeamInvitationDeclined,
    joining.TeamInvitationTakenBack,
    consents.ConsentGiven,
    availability.AvailabilitySet,
    no_thanks.NoThanksSaid,
    no_thanks.NoThanksTakenBack,
    meetings.MeetingLocked,
    standby.StandbyChanged,
    waiting.WaitingBegan,
    waiting.WaitingEnded,
    assessments.MeetingAssessed,
    outcomes.OutcomeNoted,
)
# Live or by the clock: the room and the page show it at the moment it counts.
silent(
    phases.PhaseOpened,
    phases.PhaseClosed,
    pitches.StagePlanned,
    pitches.StageOpened,
    pitches.StageClosed,
    pitches.PitchStarted,
    pitches.PitchEnded,
    attendance.CheckedInToMeeting,
    attendance.MeetingHeld,
)
# The letter about the new meeting says it.
silent(standby.StandbyCalled)
