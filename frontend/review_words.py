"""What the choice of peers says, in words: why somebody is proposed, why somebody is not, what cannot be met."""

from events.core.translation import N_, Message, _
from events.reference.countries import country_name
from events.reference.keywords import keyword_label
from sessions.peer_choice.problem import Bar, Candidate, Rules
from sessions.peer_choice.reasons import Lack, NotNeeded, Reasons, Short
from sessions.peer_reviews.proposals import BAR_WORDS

NOT_NEEDED: dict[NotNeeded, Message] = {
    NotNeeded.FULL: _("Would fit; this review has as many peers as the rules allow."),
    NotNeeded.NO_MORE: _("Would fit; takes part in as many reviews as they offered."),
    NotNeeded.OTHERS: _("Would fit; those proposed bring more, or have less to do elsewhere."),
    NotNeeded.NOT_FILLED: _("Would fit; the rules cannot be met in this review, so nobody is proposed."),
}


def _listed(words: tuple[str, ...]) -> str:
    return ", ".join(str(keyword_label(one)) for one in words)


def reasons_in_words(reasons: Reasons, candidate: Candidate) -> list[Message | str]:
    """What speaks for somebody, as sentences."""
    found: list[Message | str] = []
    shared = tuple(one for one in reasons.knows if one not in reasons.alone)
    if reasons.alone:
        found.append(_("The only one here who knows: %(what)s.", what=_listed(reasons.alone)))
    if shared:
        found.append(_("Knows: %(what)s.", what=_listed(shared)))
    if reasons.new_country:
        found.append(_("The only one here from %(country)s.", country=country_name(candidate.country)))
    if reasons.wished:
        found.append(_("Would like to review this host."))
    if reasons.reviews > 1:
        found.append(_("Takes part in %(count)s reviews then.", count=reasons.reviews))
    return found or [_("Speaks the language of the review and has no conflict of interest.")]


def not_in_words(why: Bar | NotNeeded) -> Message | str:
    """Why somebody is not proposed, as a sentence."""
    return BAR_WORDS[why] if isinstance(why, Bar) else NOT_NEEDED[why]


def lack_in_words(lack: Lack, rules: Rules) -> list[Message | str]:
    """What cannot be met in a review, as sentences; none where everything is."""
    found: list[Message | str] = []
    if lack.short is Short.TOO_FEW:
        found.append(
            N_("Only %(count)s person may be a peer here, and %(least)s are needed. Ask others to offer themselves.",
               "Only %(count)s people may be peers here, and %(least)s are needed. Ask others to offer themselves.",
               lack.possible, least=rules.peers_min)
        )  # fmt: skip
    elif lack.short is Short.TOO_FEW_COUNTRIES:
        found.append(
            _("Those who may be peers here come from %(count)s other countries, and %(least)s are needed.",
              count=lack.countries, least=rules.countries_min)
        )  # fmt: skip
    elif lack.short is Short.TOO_MANY:
        found.append(_("More people were asked than the rules allow (%(most)s).", most=rules.peers_max))
    elif lack.short is Short.ELSEWHERE:
        found.append(_("The peers are not complete: make a proposal, or ask others to offer themselves."))
    if lack.unknown:
        found.append(_("Nobody who may come knows: %(what)s.", what=_listed(lack.unknown)))
    if lack.uncovered:
        found.append(_("Known by others who are not proposed: %(what)s.", what=_listed(lack.uncovered)))
    return found
