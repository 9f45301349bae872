"""Building: a document made of what a report holds, in the report's language, as anybody may read it."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from babel import dates
from sqlmodel import col, select

from events.core.database import Database
from events.core.links import link
from events.core.translation import Message, _, reader, written_for
from events.programmes import Programme
from events.reference.keywords import keyword_label
from sessions.lessons import CODE_NAMES, LessonCode
from sessions.peer_reviews.action_plans import ACTION_STATE_NAMES, ActionState
from sessions.peer_reviews.findings import (
    EFFORT_NAMES,
    HORIZON_NAMES,
    LEVEL_NAMES,
    RESPONSE_NAMES,
    Effort,
    Horizon,
    Level,
    Response,
)
from sessions.peer_reviews.reviews import ROLE_NAMES, PeerReview
from sessions.reports.documents import (
    Block,
    Document,
    Figure,
    Heading,
    Listing,
    Paragraph,
    Quote,
    Table,
    numbered,
    paragraph,
    plain,
    run,
)
from sessions.reports.markdown import blocks_of
from sessions.reports.naming import Naming, naming_in
from sessions.reports.quotations import QuotationShown, agreed_quotations
from sessions.reports.reports import KIND_NAMES, ChapterPart, ItemKind, ReportKind
from sessions.reports.snapshots import Content


@dataclass
class _Making:
    """A document on its way, with what is looked up once for all of it."""

    programme: Programme
    content: Content
    naming: Naming
    quotations: dict[int, QuotationShown]
    practices: dict[int, str]
    sources: dict[str, str] = field(default_factory=dict)

    def cite(self, title: str, address: str) -> Paragraph:
        """A line that leads to a record, which is numbered among the sources."""
        self.sources.setdefault(address, title)
        number = list(self.sources).index(address) + 1
        before = str(_("Record:"))  # not inside the braces below, where no tool finds it
        return Paragraph((run(f"{before} "), run(f"{title} [{number}]", href=address)))


def document_of(db: Database, content: Content, programme: Programme, *, about: tuple[str, ...] = ()) -> Document:
    """The document of what a report holds. Quotations without consent are left out, and names that a private review
    protects; both as it is now, however old the content is."""
    content = _without_unpublished(db, content)
    with written_for(content["language"], reader().zone):
        items = [one for chapter in content["chapters"] for one in chapter["items"]]
        naming = naming_in(db, programme.id or 0, content["review"])
        quoted = agreed_quotations(db, [one["id"] for one in items if one["kind"] == ItemKind.QUOTATION])
        practices = naming.practices(one["practice_by"] for one in items if one.get("practice_by"))
        making = _Making(programme, content, naming, quoted, practices)
        blocks = _blocks(making, items)
        return Document(
            plain(naming.written(content["title"])), reader().locale, programme.name,
            (str(KIND_NAMES[ReportKind(content["kind"])]), programme.name, *about), str(_("Contents")),
            numbered(blocks),
        )  # fmt: skip


def _without_unpublished(db: Database, content: Content) -> Content:
    """What a report holds without findings of other reviews that are not published any more: nobody could follow them
    to their records."""
    others = {one["review"] for chapter in content["chapters"] for one in chapter["items"]
              if one["kind"] == ItemKind.FINDING} - {content["review"]}  # fmt: skip
    query = select(PeerReview.id).where(col(PeerReview.id).in_(others), col(PeerReview.published_at).is_(None))
    gone = set(db.exec(query)) if others else set()
    if not gone:
        return content
    return content | {
        "chapters": [
            one
            | {
                "items": [
                    each for each in one["items"] if each["kind"] != ItemKind.FINDING or each["review"] not in gone
                ]
            }
            for one in content["chapters"]
        ]
    }


def _blocks(making: _Making, items: list[Content]) -> list[Block]:
    lead = _prose(making, making.content["lead"], below=2) if making.content["lead"].strip() else []
    summary = [*lead, *_figure(items)]
    blocks: list[Block] = [Heading(2, str(_("Summary"))), *summary] if summary else []
    for chapter in making.content["chapters"]:
        blocks += _chapter(making, chapter)
    if making.sources:
        blocks.append(Heading(2, str(_("Sources"))))
        points = [(Paragraph((run(title, href=address),)),) for address, title in making.sources.items()]
        blocks.append(Listing(tuple(points), numbered=True))
    if making.programme.funding:
        blocks += [Heading(2, str(_("Funding"))), *paragraph(making.programme.funding)]
    return blocks


def _prose(making: _Making, text: str, *, below: int) -> list[Block]:
    return blocks_of(making.naming.written(text), below=below, table_name=str(_("Table")))


def _figure(items: list[Content]) -> list[Block]:
    """How many recommendations speak to which level, where there are some to count."""
    counts = Counter(one["level"] for one in items if one["kind"] == ItemKind.FINDING)
    if sum(counts.values()) < 2:
        return []
    bars = tuple((str(LEVEL_NAMES[level]), counts[level.value]) for level in Level if counts[level.value])
    caption = str(_("Recommendations by whom they address"))
    return [Figure(caption, f"{caption}: " + ", ".join(f"{name}: {count}" for name, count in bars), bars)]


def _chapter(making: _Making, chapter: Content) -> list[Block]:
    blocks: list[Block] = [Heading(2, plain(making.naming.written(chapter["title"])))]
    blocks += _prose(making, chapter["text"], below=2)
    part = ChapterPart(chapter["part"])
    if part is ChapterPart.CASE:
        blocks += _case(making, chapter.get("case") or {})
    elif part is ChapterPart.PEOPLE:
        blocks += _people(making)
    elif part is ChapterPart.PLAN:
        blocks += _plan(making, chapter.get("plan") or [])
    if not chapter["by_ecosystem"]:
        return blocks + [each for one in chapter["items"] for each in _item(making, one, level=3)]
    for name in sorted({one.get("ecosystem", "") for one in chapter["items"]}, key=lambda one: (not one, one)):
        held = [each for one in chapter["items"] if one.get("ecosystem", "") == name
                for each in _item(making, one, level=4)]  # fmt: skip
        if held:
            blocks += [Heading(3, plain(making.naming.written(name)) or str(_("All ecosystems"))), *held]
    return blocks


def _item(making: _Making, item: Content, *, level: int) -> list[Block]:
    make = {ItemKind.FINDING: _finding, ItemKind.LESSON: _lesson, ItemKind.QUOTATION: _quotation}
    return make[ItemKind(item["kind"])](making, item, level)


def _texts(making: _Making, item: Content) -> dict[str, str]:
    return {name: making.naming.of_review(text, item["review"]) for name, text in item["texts"].items()}


def _finding(making: _Making, item: Content, level: int) -> list[Block]:
    texts = _texts(making, item)
    title = str(_("Finding %(number)s of %(host)s", number=item["number"], host=item["host"]))
    blocks: list[Block] = [Heading(level, plain(title)), *paragraph(texts["finding"])]
    for name, label in (("evidence", _("Evidence:")), ("recommendation", _("Recommendation:"))):
        blocks += paragraph(texts[name], label=str(label))
    facts = (
        (_("Addressed to"), ", ".join(filter(None, (str(LEVEL_NAMES[Level(item["level"])]), texts["addressee"])))),
        (_("Effort"), str(EFFORT_NAMES[Effort(item["effort"])])), (_("Impact, 1 to 5"), str(item["impact"])),
        (_("When"), str(HORIZON_NAMES[Horizon(item["horizon"])])),
    )  # fmt: skip
    points = [(Paragraph((run(f"{name}: ", strong=True), run(said))),)
              for name, said in facts]  # fmt: skip
    blocks.append(Listing(tuple(points)))
    if texts["practice"]:
        by = making.practices.get(item["practice_by"] or 0, "")
        blocks += paragraph(texts["practice"] + (f" ({by})" if by else ""), label=str(_("Practice to learn from:")))
    if item["response"] != Response.NONE:
        answer = f"{RESPONSE_NAMES[Response(item['response'])]}. {texts['response_why']}"
        blocks += paragraph(answer, label=str(_("The host's response:")))
    topic = making.naming.of_review(item["topic"], item["review"])
    address = link("finding_record", event=item["event"], review=item["review_public"], finding=item["public"])
    return [*blocks, making.cite(plain(f"{title}: {topic}"), address)]


def _lesson(making: _Making, item: Content, level: int) -> list[Block]:
    texts = _texts(making, item)
    blocks: list[Block] = [Heading(level, plain(texts["title"]))]
    for name, label in (
        ("context", _("Context:")), ("worked", _("What worked:")), ("not_worked", _("What did not:")),
        ("advice", _("Advice:")),
    ):  # fmt: skip
        blocks += paragraph(texts[name], label=str(label))
    facts = [str(CODE_NAMES[LessonCode(item["code"])])] if item["code"] else []
    facts += [str(LEVEL_NAMES[Level(item["level"])])] if item["level"] else []
    facts += [str(keyword_label(one)) for one in item["tags"]]
    if facts:
        blocks.append(Paragraph((run(" · ".join(facts), emphasis=True),)))
    address = link("lesson", programme=making.programme.slug, lesson=item["public"])
    return [*blocks, making.cite(str(_("Lesson: %(title)s", title=plain(texts["title"]))), address)]


def _quotation(making: _Making, item: Content, level: int) -> list[Block]:
    shown = making.quotations.get(item["id"])
    if shown is None:
        return []
    review = shown.quotation.review_id
    text = making.naming.of_review(shown.text, review)
    title = str(_("In the words of: %(who)s", who=shown.by))
    address = link("quotation", programme=making.programme.slug, quotation=shown.quotation.public_id)
    return [Heading(level, title), Quote((run(text),), str(shown.by)), making.cite(title, address)]


def _case(making: _Making, case: Content) -> list[Block]:
    review = making.content["review"]
    blocks = paragraph(making.naming.of_review(case.get("text", ""), review))
    questions = [making.naming.of_review(one, review) for one in case.get("questions", [])]
    if questions:
        blocks.append(Paragraph((run(str(_("The host asked its peers:"))),)))
        blocks.append(Listing(tuple((Paragraph((run(one),)),) for one in questions), numbered=True))
    return blocks


def _people(making: _Making) -> list[Block]:
    """Who took part: by name where it may be told, else how many of what."""
    people = making.naming.people(making.content["review"] or 0)
    points: list[str] = [f"{name}{', ' + home if home else ''} ({ROLE_NAMES[role]})" for role, name, home in people
                         if name]  # fmt: skip
    unnamed = Counter(role for role, name, _home in people if not name)
    points += [f"{ROLE_NAMES[role]}: {count}" for role, count in unnamed.items()]
    return [Listing(tuple((Paragraph((run(one),)),) for one in points))] if points else []


def _plan(making: _Making, plan: list[Content]) -> list[Block]:
    if not plan:
        return [Paragraph((run(str(_("No action is planned yet."))),))]
    review = making.content["review"] or 0
    owners = making.naming.owners([one["owner_id"] for one in plan if one["owner_id"]], review)
    titles: tuple[Message, ...] = (_("Finding"), _("Action"), _("Who"), _("Until"), _("State"))
    rows = []
    for one in plan:
        said = making.naming.of_review(one["owner"], review)
        who = ", ".join(filter(None, (owners.get(one["owner_id"] or 0, ""), said)))
        action, state = making.naming.of_review(one["action"], review), ACTION_STATE_NAMES[ActionState(one["state"])]
        cells: list[Any] = [one["finding"], action, who, _day(one["due_on"]), state]
        rows.append(tuple((run(str(cell)),) for cell in cells))
    return [Table(str(_("Action plan")), tuple(map(str, titles)), tuple(rows))]


def _day(text: str) -> str:
    return dates.format_date(date.fromisoformat(text), "medium", locale=reader().locale)
