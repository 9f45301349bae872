"""Sectors of the economy: the sections of NACE Rev. 2.1 (Regulation (EU) 2023/137)."""

from events.core.translation import Message, _

SECTORS: dict[str, Message] = {
    "A": _("Agriculture, forestry and fishing"),
    "B": _("Mining and quarrying"),
    "C": _("Manufacturing"),
    "D": _("Electricity, gas, steam and air conditioning supply"),
    "E": _("Water supply; sewerage, waste management and remediation activities"),
    "F": _("Construction"),
    "G": _("Wholesale and retail trade"),
    "H": _("Transportation and storage"),
    "I": _("Accommodation and food service activities"),
    "J": _("Publishing, broadcasting, and content production and distribution activities"),
    "K": _(
        "Telecommunication, computer programming, consulting, computing infrastructure"
        " and other information service activities"
    ),
    "L": _("Financial and insurance activities"),
    "M": _("Real estate activities"),
    "N": _("Professional, scientific and technical activities"),
    "O": _("Administrative and support service activities"),
    "P": _("Public administration and defence; compulsory social security"),
    "Q": _("Education"),
    "R": _("Human health and social work activities"),
    "S": _("Arts, sports and recreation"),
    "T": _("Other service activities"),
    "U": _(
        "Activities of households as employers and undifferentiated goods- and service-producing activities"
        " of households for own use"
    ),
    "V": _("Activities of extraterritorial organisations and bodies"),
}
"""Letter and label, in the order of the regulation."""


def is_sector(code: str) -> bool:
    """Whether `code` is the letter of a section."""
    return code in SECTORS


def sector_label(code: str) -> Message | str:
    """What the section is about; a letter that we do not know is shown as it is."""
    return SECTORS.get(code, code)
