"""What stands behind the question mark of an address: filters of lists."""

from urllib.parse import urlencode

from starlette.requests import Request


def asked(request: Request, *names: str) -> dict[str, str]:
    """The filters of a list as somebody asked for them, '' where they did not; without characters that are no text."""
    given = {name: request.query_params.get(name, "")[:200].strip() for name in names}
    return {name: "".join(c for c in text if c.isprintable()) for name, text in given.items()}


def page_base(request: Request, question: dict[str, str]) -> str:
    """The address of a list with its filters up to the number of a page."""
    filters = {name: text for name, text in question.items() if text}
    return f"{request.url.path}?{urlencode({**filters, 'page': ''})}"


def place_in_list(request: Request, *names: str) -> dict[str, str]:
    """The filters and the page of a list as they stand in the address, for the buttons in it: they carry them along, so
    that whoever presses one comes back to where they were."""
    return {name: text for name, text in asked(request, *names, "page").items() if text}


def behind_question_mark(values: dict[str, str]) -> str:
    """Values as they stand at the end of an address, with the question mark; '' for none."""
    return f"?{urlencode(values)}" if values else ""
