"""What people write, as safe HTML: Markdown without raw HTML, cleaned again, links marked as people's own."""

import re
from functools import cache

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

TAGS = {
    "p", "br", "strong", "em", "s", "code", "pre", "blockquote", "ul", "ol", "li", "h3", "h4", "h5", "h6", "a", "hr",
    "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip

HEADING = re.compile(r"<(/?h)([1-6])>")


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("js-default", {"html": False, "linkify": False}).disable(["image"])


def markdown(text: str) -> Markup:
    """HTML of a description: headings start at the third level, whatever people began with, and leave none out, since
    pages have their own above."""
    html = _parser().render(text)
    used = sorted({level for _tag, level in HEADING.findall(html)})
    html = HEADING.sub(lambda found: f"<{found[1]}{min(6, 3 + used.index(found[2]))}>", html)
    clean = nh3.clean(
        html, tags=TAGS, attributes={"a": {"href"}}, url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow ugc",
    )  # fmt: skip
    return Markup(clean)  # noqa: S704 - nh3 has just cleaned it; the one place that marks people's text as safe
