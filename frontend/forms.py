"""What Pydantic finds wrong with a form, in our own sentences."""

from pydantic import ValidationError

from events.core.translation import Message, _

SENTENCES: dict[str, Message] = {
    "missing": _("Please fill this in."),
    "string_too_long": _("This is too long. Please shorten it."),
    "too_long": _("These are too many. Please choose fewer."),
    "int_parsing": _("Please write a whole number."),
    "int_from_float": _("Please write a whole number."),
    "float_parsing": _("Please write a number."),
    "greater_than_equal": _("This number is too small."),
    "less_than_equal": _("This number is too large."),
    "enum": _("Please choose one of the answers."),
    "literal_error": _("Please choose one of the answers."),
    "bool_parsing": _("Please tick or clear this box."),
    "extra_forbidden": _("This form has a field that nobody asked for. Reload the page and try again."),
}
OTHER = _("This cannot be used. Please check it.")


def sentences(error: ValidationError) -> dict[str, Message | str]:
    """For each field what is the matter, in a sentence; '' for the form as a whole."""
    found: dict[str, Message | str] = {}
    for problem in error.errors(include_url=False, include_context=False, include_input=False):
        name = "" if problem["type"] == "extra_forbidden" else str(problem["loc"][0] if problem["loc"] else "")
        found.setdefault(name, SENTENCES.get(problem["type"], OTHER))
    return found
