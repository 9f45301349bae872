"""What stands around the text of a DOCX: its parts, styles, counts of lists, and what it says about itself."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from xml.sax.saxutils import escape, quoteattr

from sessions.reports.documents import Document

HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
MAIN = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
DRAWING = "http://schemas.openxmlformats.org/drawingml/2006"
TYPES = "application/vnd.openxmlformats-officedocument.wordprocessingml"
LOCALES = {"en": "en-GB", "de": "de-DE", "fr": "fr-FR"}
BULLETS = 1
PARTS = ("styles", "numbering", "settings")


def around(document: Document, now: datetime, numbered: int) -> dict[str, str]:
    """All parts but the text itself and its relations, by their names in the file."""
    return {
        "[Content_Types].xml": _content_types(),
        "_rels/.rels": _root_relations(),
        "docProps/core.xml": _about(document, now),
        "word/styles.xml": _styles(LOCALES.get(document.language, "en-GB")),
        "word/numbering.xml": _numbering(numbered),
        "word/settings.xml": f'{HEAD}<w:settings xmlns:w="{MAIN}"><w:compat/></w:settings>',
    }


def document(body: str) -> str:
    """The part with the text, on A4."""
    page = (
        '<w:sectPr><w:pgSz w:w="11906" w:h="16838"/>'
        '<w:pgMar w:top="1418" w:right="1418" w:bottom="1418" w:left="1418" '
        'w:header="709" w:footer="709" w:gutter="0"/>'
        "</w:sectPr>"
    )
    spaces = f'xmlns:w="{MAIN}" xmlns:r="{OFFICE}"'
    return f"{HEAD}<w:document {spaces}><w:body>{body}{page}</w:body></w:document>"


def relations(links: Mapping[str, str], pictures: int) -> str:
    """What the text leads to: the other parts, its pictures, and addresses of the web."""
    lines = [_relation(name, f"{OFFICE}/{name}", f"{name}.xml") for name in PARTS]
    lines += [_relation(f"figure{one}", f"{OFFICE}/image", f"media/figure{one}.png") for one in range(1, pictures + 1)]
    lines += [_relation(id, f"{OFFICE}/hyperlink", address, outside=True) for address, id in links.items()]
    return _relations(lines)


def _relation(id: str, kind: str, target: str, *, outside: bool = False) -> str:
    mode = ' TargetMode="External"' if outside else ""
    return f"<Relationship Id={quoteattr(id)} Type={quoteattr(kind)} Target={quoteattr(target)}{mode}/>"


def _relations(lines: Iterable[str]) -> str:
    return f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">{"".join(lines)}</Relationships>'


def _root_relations() -> str:
    return _relations(
        (
            _relation("document", f"{OFFICE}/officeDocument", "word/document.xml"),
            _relation("core", f"{PACKAGE}/relationships/metadata/core-properties", "docProps/core.xml"),
        )
    )


def _content_types() -> str:
    kinds = {"document": "document.main", **{name: name for name in PARTS}}
    parts = "".join(
        f'<Override PartName="/word/{name}.xml" ContentType="{TYPES}.{kind}+xml"/>' for name, kind in kinds.items()
    )
    core = "application/vnd.openxmlformats-package.core-properties+xml"
    return (
        f'{HEAD}<Types xmlns="{PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/>'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="png" ContentType="image/png"/>{parts}'
        f'<Override PartName="/docProps/core.xml" ContentType="{core}"/></Types>'
    )


def _about(document: Document, now: datetime) -> str:
    at = now.strftime("%Y-%m-%dT%H:%M:%SZ")
    dates = "".join(
        f'<dcterms:{name} xsi:type="dcterms:W3CDTF">{at}</dcterms:{name}>' for name in ("created", "modified")
    )
    return (
        f'{HEAD}<cp:coreProperties xmlns:cp="{PACKAGE}/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{escape(document.title)}</dc:title><dc:creator>{escape(document.author)}</dc:creator>"
        f"<dc:language>{document.language}</dc:language>{dates}</cp:coreProperties>"
    )


def _numbering(numbered: int) -> str:
    """Count 1 is of all bullets; each numbered list has the next, which begins at 1."""
    kinds = (("bullet", ("•", "–", "•")), ("decimal", ("%1.", "%2.", "%3.")))
    abstract = "".join(
        f'<w:abstractNum w:abstractNumId="{number}"><w:multiLevelType w:val="multilevel"/>'
        + "".join(_level(level, kind, text) for level, text in enumerate(texts))
        + "</w:abstractNum>"
        for number, (kind, texts) in enumerate(kinds)
    )
    counts = f'<w:num w:numId="{BULLETS}"><w:abstractNumId w:val="0"/></w:num>'
    start = "".join(f'<w:lvlOverride w:ilvl="{one}"><w:startOverride w:val="1"/></w:lvlOverride>' for one in range(3))
    for one in range(1, numbered + 1):
        counts += f'<w:num w:numId="{BULLETS + one}"><w:abstractNumId w:val="1"/>{start}</w:num>'
    return f'{HEAD}<w:numbering xmlns:w="{MAIN}">{abstract}{counts}</w:numbering>'


def _level(level: int, kind: str, text: str) -> str:
    left = 360 * (level + 1)
    return (
        f'<w:lvl w:ilvl="{level}"><w:start w:val="1"/><w:numFmt w:val="{kind}"/><w:lvlText w:val="{text}"/>'
        f'<w:lvlJc w:val="left"/><w:pPr><w:ind w:left="{left}" w:hanging="360"/></w:pPr></w:lvl>'
    )


def _styles(locale: str) -> str:
    fonts = '<w:rFonts w:ascii="Calibri" w:hAnsi="Calibri" w:cs="Calibri" w:eastAsia="Calibri"/>'
    usual = (
        f'<w:docDefaults><w:rPrDefault><w:rPr>{fonts}<w:sz w:val="22"/><w:lang w:val="{locale}"/></w:rPr>'
        '</w:rPrDefault><w:pPrDefault><w:pPr><w:spacing w:after="140" w:line="276" w:lineRule="auto"/></w:pPr>'
        "</w:pPrDefault></w:docDefaults>"
    )
    woad, soft = '<w:color w:val="1B4965"/>', '<w:color w:val="5C5A54"/>'
    found = [
        '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style>',
        _style("Title", "Title", letters=f'<w:b/>{woad}<w:sz w:val="48"/>'),
        _style("Subtitle", "Subtitle", letters=soft),
        _style("TOCHeading", "TOC Heading", letters=f'<w:b/>{woad}<w:sz w:val="32"/>'),
        _style("ListParagraph", "List Paragraph", '<w:spacing w:after="60"/>'),
        _style("ListContinue", "List Continue", '<w:spacing w:after="60"/><w:ind w:left="360"/>'),
        _style("Quote", "Quote", '<w:ind w:left="567" w:right="567"/>', "<w:i/>"),
        _style("Caption", "caption", letters=f'{soft}<w:sz w:val="20"/>'),
    ]
    for level, size in enumerate((34, 27, 24, 22, 22, 22), 1):
        look = f'<w:keepNext/><w:spacing w:before="280" w:after="120"/><w:outlineLvl w:val="{level - 1}"/>'
        found.append(_style(f"Heading{level}", f"heading {level}", look, f'<w:b/>{woad}<w:sz w:val="{size}"/>'))
    for level in (1, 2):
        found.append(
            _style(f"TOC{level}", f"toc {level}", f'<w:spacing w:after="40"/><w:ind w:left="{240 * (level - 1)}"/>')
        )
    found.append(
        '<w:style w:type="character" w:styleId="Hyperlink"><w:name w:val="Hyperlink"/>'
        f'<w:rPr>{woad}<w:u w:val="single"/></w:rPr></w:style>'
    )
    edges = "".join(
        f'<w:{edge} w:val="single" w:sz="4" w:space="0" w:color="5C5A54"/>'
        for edge in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    found.append(
        '<w:style w:type="table" w:styleId="TableGrid"><w:name w:val="Table Grid"/>'
        f"<w:tblPr><w:tblBorders>{edges}</w:tblBorders></w:tblPr></w:style>"
    )
    return f'{HEAD}<w:styles xmlns:w="{MAIN}">{usual}{"".join(found)}</w:styles>'


def _style(id: str, name: str, look: str = "", letters: str = "") -> str:
    return (
        f'<w:style w:type="paragraph" w:styleId="{id}"><w:name w:val="{name}"/><w:basedOn w:val="Normal"/>'
        f'<w:next w:val="Normal"/><w:qFormat/><w:pPr>{look}</w:pPr><w:rPr>{letters}</w:rPr></w:style>'
    )


def picture(number: int, alt: str, width: int, height: int) -> str:
    """A picture in the line, with what it shows in words."""
    said = quoteattr(alt)
    return (
        f'<w:r><w:drawing><wp:inline xmlns:wp="{DRAWING}/wordprocessingDrawing" '
        'distT="0" distB="0" distL="0" distR="0">'
        f'<wp:extent cx="{width}" cy="{height}"/><wp:docPr id="{number}" name="figure{number}" descr={said}/>'
        f'<a:graphic xmlns:a="{DRAWING}/main"><a:graphicData uri="{DRAWING}/picture">'
        f'<pic:pic xmlns:pic="{DRAWING}/picture"><pic:nvPicPr>'
        f'<pic:cNvPr id="{number}" name="figure{number}.png" descr={said}/><pic:cNvPicPr/></pic:nvPicPr>'
        f'<pic:blipFill><a:blip r:embed="figure{number}"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill>'
        f'<pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="{width}" cy="{height}"/></a:xfrm>'
        '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic>'
        "</wp:inline></w:drawing></w:r>"
    )
