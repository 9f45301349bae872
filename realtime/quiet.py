"""Facts that no open page waits for, and why."""

from events import (
    admission,
    answering,
    certificates,
    challenge_annex,
    challenges,
    clusters,
    completeness,
    consents,
    deadlines,
    desks,
    following,
    gallery,
    marketplace,
    membership_requests,
    organisations,
    people,
    prizes,
    programmes,
    signin,
    submission_fields,
    type_rules,
)
from events import events as gatherings
from events.importing import devpost, items, participants
from events.proposals import adjustments
from events.proposals import drafts as proposals
from events.rounds import (
    comments,
    conflicts,
    publishing,
    rounds,
)
from realtime.announcing import quiet
from sessions import (
    assessments,
    booking_rules,
    no_thanks,
    nudges,
    outcomes,
    pitches,
    standby,
    waiting,
)
from sessions.schedules import drafts
from sessions.timetable import releases

# The room's own numbered changes carry these at the same moment.
quiet(pitches.PitchStarted, pitches.PitchEnded)
# The release is announced to everybody who takes part, and a letter goes to each of these.
quiet(releases.SpeakerScheduled, releases.SpeakerMoved, releases.SpeakerFreed)
# A revoked sign-in closes its sockets; nobody else is concerned.
quiet(signin.SignInLinkAsked, signin.SignedIn, signin.SignedOut, signin.PasswordSet)
# Whoever did it was there, and no other open page waits for it.
quiet(
    people.PersonJoined,
    people.ProfileChanged,
    organisations.OrganisationAdded,
    organisations.OrganisationChanged,
    organisations.OrganisationJoined,
    organisations.OrganisationLeft,
    organisations.ContactNamed,
    membership_requests.MembershipAsked,
    admission.MembershipAgreed,
    admission.MembershipTurnedDown,
    admission.MembershipTakenBack,
    clusters.ClusterJoined,
    clusters.ClusterLeft,
    programmes.ProgrammeCreated,
    programmes.ProgrammeChanged,
    programmes.ClusterAdded,
    programmes.ClusterRemoved,
    desks.DeskAdded,
    desks.DeskChanged,
    desks.DeskRemoved,
    desks.DeskOfficerAdded,
    marketplace.ItemPublished,
    marketplace.ItemChanged,
    marketplace.ItemWithdrawn,
    marketplace.ItemShown,
    marketplace.ItemHidden,
    items.ItemsImported,
    devpost.SubmissionsImported,
    participants.ParticipantsImported,
    consents.ConsentGiven,
    answering.RegistrationAnswered,
    completeness.CompletionAsked,
    following.HackathonTakenOver,
    challenges.ChallengeChanged,
    challenge_annex.AnnexTermsAgreed,
    challenge_annex.AnnexOpened,
    certificates.CertificateLookChanged,
    certificates.CertificatesIssued,
    certificates.CertificatesHeldBack,
    prizes.PrizesChanged,
    gallery.GalleryAgreed,
    gallery.GalleryAgreementTakenBack,
    gallery.HiddenFromGallery,
    prizes.PrizeAwarded,
    prizes.PrizeTakenBack,
    deadlines.GraceSet,
    submission_fields.SubmissionFieldsChanged,
    gatherings.EventCreated,
    gatherings.EventChanged,
    gatherings.EventPublished,
    type_rules.TypeRulesChanged,
    pitches.StagePlanned,
)
quiet(
    booking_rules.BookingRulesChanged,
    no_thanks.NoThanksSaid,
    no_thanks.NoThanksTakenBack,
    nudges.AvailabilityAsked,
    standby.StandbyChanged,
    waiting.WaitingBegan,
    waiting.WaitingEnded,
    assessments.MeetingAssessed,
    assessments.AssessmentsAwaited,
    outcomes.OutcomeNoted,
    outcomes.OutcomeAwaited,
)
quiet(proposals.TeamsAsked, proposals.ProposalDiscarded, adjustments.ProposalAdjusted)
# Whoever published sees it; of those who meet, each is told by the facts about their own meetings.
quiet(drafts.ScheduleAsked, drafts.DraftDiscarded, drafts.SchedulePublished)
# The request or the meeting that comes of it is announced itself.
quiet(standby.StandbyCalled, waiting.TimeFound)
# Organisers set rounds up alone, and teams get a letter.
quiet(
    rounds.RoundAdded,
    rounds.RoundChanged,
    rounds.RoundRemoved,
    conflicts.MentorNoted,
    comments.CommentsReleased,
    comments.TieDecided,
    comments.ConsensusNoted,
    publishing.ResultHeldBack,
    publishing.ResultPutAside,
)
