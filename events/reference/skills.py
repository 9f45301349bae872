"""What people bring to a team of a hackathon: our own short list of skills, the same for seekers and for open roles.

Codes are stable, since rows hold them: labels may be reworded, codes never.
"""

from collections.abc import Iterable

from events.core.translation import Message, _

SKILLS: dict[str, Message] = {
    "software": _("Software: servers and data"),
    "interfaces": _("Software: web and apps"),
    "ai": _("Data science and AI"),
    "electronics": _("Electronics and sensors"),
    "robotics": _("Robotics and control"),
    "mechanics": _("Mechanics and construction"),
    "manufacturing": _("Manufacturing and the shop floor"),
    "materials": _("Materials and chemistry"),
    "life": _("Life sciences and food"),
    "energy": _("Energy and buildings"),
    "logistics": _("Logistics and supply chains"),
    "sustainability": _("Sustainability and circular economy"),
    "design": _("Design and usability"),
    "visuals": _("Graphics, film and sound"),
    "business": _("Business models and finance"),
    "marketing": _("Marketing and sales"),
    "law": _("Law, standards and IP"),
    "coordination": _("Coordination of projects"),
    "pitching": _("Pitching and writing"),
    "field": _("Knowledge of the customer’s field"),
}


def known_skills(codes: Iterable[str]) -> list[str]:
    """Those of `codes` that are on the list, in its order, each once."""
    wanted = set(codes)
    return [code for code in SKILLS if code in wanted]


def skill_label(code: str) -> Message | str:
    """What a skill is called; the code itself for one that we do not have any more."""
    return SKILLS.get(code, code)
