"""Tables people bring along: read whatever program wrote them, refused when hostile, and harmless when taken away."""

import io
import struct
import subprocess
import sys
import time
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events.core import sheets
from events.core.refusals import Invalid
from events.core.sheets import (
    DECODER,
    ReadersBusy,
    SheetRow,
    TableTooLarge,
    UnclearHeader,
    UnreadableTable,
    column_name,
    guarded,
    read_sheet,
    write_csv,
    write_xlsx,
)

NOT_A_TABLE = "This file is not a table we can read. Save it as CSV or XLSX and try again."
TOO_LARGE = "This table is too large to read. Leave out what is not needed, or split it, and try again."


def make_workbook(*rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    return bytes_of(book)


def bytes_of(book):
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def repacked(content, *, replaced=None, added=None):
    """The same workbook with other parts: {name: bytes}."""
    parts = {}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts |= (replaced or {}) | (added or {})
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return file.getvalue()


def rows_in(content, filename):
    return [row.cells for row in read_sheet(content, filename).rows]


# Reading CSV


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_csv_is_read_in_every_encoding_that_offices_save(encoding):
    content = "Name;City\r\nJürgen Müller;Besançon\r\n".encode(encoding)

    assert rows_in(content, "guests.csv") == [{"name": "Jürgen Müller", "city": "Besançon"}]


def test_a_big_endian_csv_with_a_mark_is_read():
    content = b"\xfe\xff" + "Name,City\nBo,Łódź\n".encode("utf-16-be")

    assert rows_in(content, "guests.csv") == [{"name": "Bo", "city": "Łódź"}]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_found(delimiter):
    content = f"Name{delimiter}Price\nBo{delimiter}3\nCy{delimiter}4\n".encode()

    assert rows_in(content, "prices.csv") == [{"name": "Bo", "price": "3"}, {"name": "Cy", "price": "4"}]


def test_commas_inside_cells_do_not_mislead_a_table_with_semicolons():
    content = b"Name, first name;Price\nAda, A.;1,50\nBo;2,50\n"

    assert rows_in(content, "prices.csv") == [
        {"name_first_name": "Ada, A.", "price": "1,50"},
        {"name_first_name": "Bo", "price": "2,50"},
    ]


def test_the_first_line_of_excel_that_names_the_delimiter_is_obeyed():
    sheet = read_sheet(b"sep=;\r\nName;Note\r\nBo;a,b\r\n", "guests.csv")

    assert sheet.rows == [SheetRow(3, {"name": "Bo", "note": "a,b"})]


def test_rows_know_the_line_they_start_on_despite_line_breaks_and_blank_lines():
    content = b'Name,Note\r\nBo,"one\r\ntwo"\r\n\r\n , \r\nCy,three\r\n'

    sheet = read_sheet(content, "guests.csv")

    assert sheet.rows == [
        SheetRow(2, {"name": "Bo", "note": "one\r\ntwo"}),
        SheetRow(6, {"name": "Cy", "note": "three"}),
    ]


def test_short_rows_are_filled_up():
    assert rows_in(b"Name,City\nBo\n", "guests.csv") == [{"name": "Bo", "city": ""}]


def test_a_table_with_one_column_is_a_table():
    assert rows_in(b"E-mail\nbo@example.org\n", "guests.csv") == [{"e_mail": "bo@example.org"}]


def test_a_table_with_a_header_alone_has_no_rows():
    assert read_sheet(b"Name,City\n", "guests.csv").rows == []


def test_negative_numbers_and_zeros_in_front_are_read_as_written():
    assert rows_in(b"Balance,Postcode\n-5,01067\n", "x.csv") == [{"balance": "-5", "postcode": "01067"}]


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("  E-Mail * ", "e_mail"),
        ("First\u00a0 name", "first_name"),
        ("ＮＡＭＥ", "name"),
        ("Straße", "strasse"),
        ("Größe (cm)", "grösse_cm"),
        ("#", "#"),
    ],
)
def test_columns_get_plain_names(title, name):
    assert column_name(title) == name


def test_a_sheet_keeps_the_titles_its_author_wrote():
    sheet = read_sheet(b"E-Mail *,First name\na,b\n", "guests.csv")

    assert (sheet.header, sheet.titles) == (["e_mail", "first_name"], ["E-Mail *", "First name"])


def test_an_empty_column_between_others_is_left_out():
    assert rows_in(b"Name,,City\nBo,,Graz\n", "guests.csv") == [{"name": "Bo", "city": "Graz"}]


# Refusing CSV


@pytest.mark.parametrize(
    "content",
    [
        b"<!DOCTYPE html><html><body>1,2</body></html>",
        b"  \n<table><tr><td>1</td></tr></table>",
        b'<?xml version="1.0"?><a/>',
        b"%PDF-1.7\n1,2",
        b"Name,City\nB\x00o,Graz\n",
        b"\x89PNG\r\n\x1a\n\x00\x00",
        b"PK\x03\x04 a workbook under a false name",
        b"\xff\xfe\x00\xd8A\x00",
        b"\xff\xfe\x00\x00N\x00\x00\x00",
        b"Name\n\x81\x8d\x8f\n",
    ],
    ids=["html", "fragment", "xml", "pdf", "nul", "png", "zip", "broken utf-16", "utf-32", "no encoding"],
)
def test_what_is_not_a_table_is_refused_under_the_name_of_one(content):
    with pytest.raises(UnreadableTable) as refusal:
        read_sheet(content, "guests.csv")

    assert str(refusal.value) == NOT_A_TABLE


@pytest.mark.parametrize("filename", ["guests.xls", "guests.ods", "guests", "guests.csv.exe", ""])
def test_files_of_other_kinds_are_refused(filename):
    with pytest.raises(UnreadableTable) as refusal:
        read_sheet(b"Name\nBo\n", filename)

    assert refusal.value.fields == {"": refusal.value.message}


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b"\r\n , ,\r\n"])
def test_an_empty_file_is_refused(content):
    with pytest.raises(UnreadableTable) as refusal:
        read_sheet(content, "guests.csv")

    assert str(refusal.value) == "This table is empty. Name the columns in the first row and try again."


def test_a_truncated_csv_is_refused_with_the_line_on_which_it_breaks():
    with pytest.raises(UnreadableTable) as refusal:
        read_sheet(b'Name,Note\nBo,"fine"\nCy,"cut he', "guests.csv")

    assert str(refusal.value) == (
        "A quotation mark is missing or misplaced in the row on line 3. Correct it and try again."
    )


def test_two_columns_of_one_name_are_refused():
    with pytest.raises(UnclearHeader) as refusal:
        read_sheet(b"E-mail,Name,e mail\n1,2,3\n", "guests.csv")

    assert str(refusal.value) == "Two columns are called “E-mail”. Rename one of them and try again."


@pytest.mark.parametrize("content", [b"Name,,City\nBo,x,Graz\n", b"Name\tb\nBo\tc\td\n"])
def test_a_column_that_is_used_without_a_name_is_refused(content):
    with pytest.raises(UnclearHeader):
        read_sheet(content, "guests.csv")


def test_a_csv_with_too_many_rows_is_refused():
    content = b"Name\n" + b"Bo\n" * 20_001

    with pytest.raises(TableTooLarge) as refusal:
        read_sheet(content, "guests.csv")

    assert str(refusal.value) == TOO_LARGE


def test_a_csv_with_exactly_as_many_rows_as_allowed_is_read():
    assert len(read_sheet(b"Name\n" + b"Bo\n" * 20_000, "guests.csv").rows) == 20_000


def test_a_csv_with_too_many_columns_is_refused():
    with pytest.raises(TableTooLarge):
        read_sheet(",".join(f"c{number}" for number in range(101)).encode(), "guests.csv")


def test_a_file_with_too_many_bytes_is_refused_unread():
    with pytest.raises(TableTooLarge):
        read_sheet(b"x" * (sheets.MAX_BYTES + 1), "guests.csv")


def test_a_hostile_csv_costs_little_time():
    content = b"a," * 1_000_000 + b"\n" + b'"' * 1_000_001
    begun = time.process_time()

    with pytest.raises(Invalid):
        read_sheet(content, "guests.csv")

    assert time.process_time() - begun < 3


@given(st.binary(max_size=200))
def test_any_bytes_are_a_table_or_refused_in_a_sentence(content):
    try:
        sheet = read_sheet(content, "guests.csv")
    except Invalid as refusal:
        said = str(refusal)
    else:
        said = "try again." if all(list(row.cells) == sheet.header for row in sheet.rows) else "uneven"
    assert said.endswith("try again.")


# Reading XLSX


def test_a_workbook_is_read_as_a_person_would_type_it():
    content = make_workbook(
        ["Name", "Count", "Share", "Day", "When", "Member", "Empty"],
        ["Bo", 3.0, -0.5, date(2026, 3, 4), datetime(2026, 3, 4, 14, 20), True, None],  # noqa: DTZ001 - cells know no zone
    )

    assert rows_in(content, "guests.xlsx") == [
        {
            "name": "Bo",
            "count": "3",
            "share": "-0.5",
            "day": "2026-03-04",
            "when": "2026-03-04 14:20",
            "member": "TRUE",
            "empty": "",
        }
    ]


def test_a_workbook_with_shared_strings_is_read():
    content = with_shared_strings(f'<sst xmlns="{MAIN}"><si><t>Name</t></si></sst>'.encode(), rows=2)

    assert rows_in(content, "guests.xlsx") == [{"name": "Name"}]


def test_rows_of_a_workbook_know_their_line():
    content = make_workbook([None], ["Name"], [None], ["Bo"])

    assert read_sheet(content, "GUESTS.XLSX").rows == [SheetRow(4, {"name": "Bo"})]


def test_a_hidden_sheet_is_passed_over():
    book = openpyxl.Workbook()
    book.active.append(["Secret"])
    book.active.sheet_state = "hidden"
    book.create_sheet().append(["Name"])

    assert read_sheet(bytes_of(book), "guests.xlsx").header == ["name"]


def test_a_formula_in_a_workbook_is_read_as_its_last_result_and_never_as_itself():
    content = make_workbook(["Name", "Link"], ["Bo", '=HYPERLINK("http://evil.example")'])

    assert rows_in(content, "guests.xlsx") == [{"name": "Bo", "link": ""}]


@pytest.mark.parametrize("claim", [b"A1:XFD1048576", b"A1:A1"])
def test_what_a_workbook_claims_about_its_size_is_not_believed(claim):
    content = make_workbook(["Name"], ["Bo"])
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").replace(b'ref="A1:A2"', b'ref="%b"' % claim)

    content = repacked(content, replaced={"xl/worksheets/sheet1.xml": sheet})

    assert claim in sheet
    assert rows_in(content, "guests.xlsx") == [{"name": "Bo"}]


# Refusing XLSX


MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LONG = "".join(f"{number:x}" for number in range(7_000))


def a_zip_bomb():
    return repacked(make_workbook(["Name"]), added={"xl/media/zeros.bin": b"\0" * 20_000_000})


def a_large_archive():
    noise = bytes(range(256)) * 2
    return repacked(make_workbook(["Name"]), added={f"xl/{n}.bin": noise for n in range(1_000)})


def with_shared_strings(strings, rows=1):
    """A workbook as Excel writes it: each cell of its one column points at the first of the shared strings."""
    content = make_workbook(["Name"])
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        types = archive.read("[Content_Types].xml")
    shared = (
        b'<Override PartName="/xl/sharedStrings.xml" ContentType='
        b'"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/></Types>'
    )
    cells = "".join(f'<row r="{row}"><c r="A{row}" t="s"><v>0</v></c></row>' for row in range(1, rows + 1))
    sheet = f'<worksheet xmlns="{MAIN}"><sheetData>{cells}</sheetData></worksheet>'
    return repacked(
        content,
        replaced={
            "[Content_Types].xml": types.replace(b"</Types>", shared),
            "xl/worksheets/sheet1.xml": sheet.encode(),
            "xl/sharedStrings.xml": strings,
        },
    )


def a_sheet_of_one_string_everywhere():
    return with_shared_strings(f'<sst xmlns="{MAIN}"><si><t>{LONG}</t></si></sst>'.encode(), rows=600)


@pytest.mark.parametrize(
    "content",
    [
        a_zip_bomb(),
        a_large_archive(),
        a_sheet_of_one_string_everywhere(),
        make_workbook([f"c{number}" for number in range(101)]),
        make_workbook(["Name"], *[["Bo"]] * 20_001),
    ],
    ids=["zip bomb", "many entries", "one string", "columns", "rows"],
)
def test_a_workbook_that_would_fill_the_memory_is_refused(content):
    with pytest.raises(TableTooLarge) as refusal:
        read_sheet(content, "guests.xlsx")

    assert str(refusal.value) == TOO_LARGE


def test_a_zip_bomb_is_refused_before_anything_is_unpacked():
    child = subprocess.run(
        [sys.executable, "-I", "-X", "importtime", str(DECODER)], check=True, input=a_zip_bomb(), capture_output=True
    )

    assert child.stdout == b'{"refused": "too_large"}'
    assert b"openpyxl" not in child.stderr


ENTITIES = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "%b">%b]>
<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>&z;</t></si></sst>""" % (
    b"ha" * 1_000,
    b"".join(b'<!ENTITY %c "%b">' % (letter, b"&%c;" % (letter - 1) * 10) for letter in range(ord("b"), ord("z") + 1)),
)
OUTSIDE = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>
<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>&a;</t></si></sst>"""


def encrypted(content):
    """The workbook with the flag 'encrypted' set in its table of contents."""
    marked = bytearray(content)
    place = marked.find(b"PK\x01\x02")
    while place >= 0:
        struct.pack_into("<H", marked, place + 8, 1)
        place = marked.find(b"PK\x01\x02", place + 4)
    return bytes(marked)


def packed_otherwise(content):
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(file, "w", zipfile.ZIP_LZMA) as target:
        for name in source.namelist():
            target.writestr(name, source.read(name))
    return file.getvalue()


SOUND = make_workbook(["Name"], ["Bo"])


@pytest.mark.parametrize(
    "content",
    [
        with_shared_strings(ENTITIES),
        with_shared_strings(OUTSIDE),
        repacked(SOUND, replaced={"xl/worksheets/sheet1.xml": ENTITIES}),
        repacked(SOUND, replaced={"xl/workbook.xml": ENTITIES}),
        SOUND[: len(SOUND) // 2],
        SOUND[:-1],
        repacked(SOUND, replaced={"xl/worksheets/sheet1.xml": b"<worksheet><sheetData><row>"}),
        repacked(SOUND, added={"../../x": b"x"}),
        repacked(SOUND, added={"/etc/x": b"x"}),
        encrypted(SOUND),
        packed_otherwise(SOUND),
        repacked(b"PK\x05\x06" + b"\0" * 18, added={"content.xml": b"<ods/>"}),
        b"PK\x03\x04",
        b"<html>",
        b"",
    ],
    ids=[
        "entity bomb",
        "entity from outside",
        "entity bomb as sheet",
        "entity bomb as book",
        "half",
        "one byte short",
        "broken xml",
        "climbing path",
        "absolute path",
        "encrypted",
        "lzma",
        "no workbook",
        "four bytes",
        "html",
        "empty",
    ],
)
def test_a_broken_or_hostile_workbook_is_refused(content):
    with pytest.raises(UnreadableTable) as refusal:
        read_sheet(content, "guests.xlsx")

    assert str(refusal.value) == NOT_A_TABLE


def test_a_decoder_that_takes_too_long_is_stopped(monkeypatch, tmp_path):
    (tmp_path / "slow.py").write_text("import time; time.sleep(60)")
    monkeypatch.setattr(sheets, "DECODER", tmp_path / "slow.py")
    monkeypatch.setattr(sheets, "DECODER_SECONDS", 0.5)

    with pytest.raises(TableTooLarge):
        read_sheet(SOUND, "guests.xlsx")


@pytest.mark.parametrize(
    ("resource_eaten", "program"),
    [
        ("memory", "decoding.rows_of = lambda content: iter([(1, [str(len(b'x' * (600 << 20)))])])"),
        (
            "time",
            "decoding.CPU_SECONDS = 1\ndecoding.rows_of = lambda content: (zero for zero in iter(int, 1) if zero)",
        ),
    ],
)
def test_a_decoder_that_eats_too_much_is_stopped(monkeypatch, tmp_path, resource_eaten, program):
    greedy = tmp_path / "greedy.py"
    greedy.write_text(
        f"import sys\nsys.path.insert(0, {str(DECODER.parent)!r})\nimport sheet_decoding as decoding\n"
        f"{program}\ndecoding.main()\n"
    )
    monkeypatch.setattr(sheets, "DECODER", greedy)
    monkeypatch.setattr(sheets, "DECODER_SECONDS", 3600)  # what stops it is its own limit

    with pytest.raises(TableTooLarge):
        read_sheet(SOUND, "guests.xlsx")


def test_a_third_workbook_at_once_is_asked_to_wait(monkeypatch):
    monkeypatch.setattr(sheets, "DECODER_SECONDS", 0.01)
    with sheets._decoders, sheets._decoders, pytest.raises(ReadersBusy) as refusal:
        read_sheet(SOUND, "guests.xlsx")

    assert str(refusal.value) == "Other tables are being read just now. Try again in a minute."


# Writing


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1+1",
        "-1+1",
        "@SUM(A1)",
        "  =1",
        "\t=1",
        "\rx",
        "\nx",
        "\tx",
        "＝1",
        "＋4３",
        "－x",
        "﹫x",
        "\u200b=1",
        "\ufeff=1",
        "\u00a0@x",
        "-",
        "+",
        "+()",
        "+43;=1",
        "-5=1",
        "'=1",
        "''+x",
    ],
)
def test_text_that_a_spreadsheet_might_run_gets_an_apostrophe(text):
    assert guarded(text) == "'" + text


@pytest.mark.parametrize(
    "text",
    ["", " ", "Bo", "-5", "-1,234.50", "+3.5", "-12%", "+43 (1) 234 56", "+43660123", "a=1", "'tis", "5-3", "''"],
)
def test_words_numbers_and_telephone_numbers_stay_as_they_are(text):
    assert guarded(text) == text


def test_control_characters_hide_no_formula():
    assert guarded("\x00\x1b=1") == "'=1"


def test_a_csv_is_one_that_every_office_opens():
    content = write_csv(["Name", "Balance"], [["Jürgen", -5], ["=1", Decimal("0.10")], [None, True]])

    assert content == (b"\xef\xbb\xbf" + '"Name","Balance"\r\n"Jürgen","-5"\r\n"\'=1","0.10"\r\n"","TRUE"\r\n'.encode())


def test_days_and_moments_are_written_in_iso_8601():
    content = write_csv(["Day", "When"], [[date(2026, 3, 4), datetime(2026, 3, 4, 14, 20, tzinfo=UTC)]])

    assert rows_in(content, "x.csv") == [{"day": "2026-03-04", "when": "2026-03-04T14:20:00+00:00"}]


def kinds_in(content):
    """Type and value of every cell, formulas seen as formulas."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    return [[(cell.data_type, cell.value) for cell in row] for row in book.active.iter_rows()]


def test_a_workbook_has_numbers_as_numbers_and_no_formula():
    content = write_xlsx(["Name", "=Count"], [["=1+1", -5], ["#N/A", 0.5], ["+43 1", "-5"], ["a\x07b", float("nan")]])

    assert kinds_in(content) == [
        [("s", "Name"), ("s", "'=Count")],
        [("s", "'=1+1"), ("n", -5)],
        [("s", "#N/A"), ("n", 0.5)],
        [("s", "+43 1"), ("s", "-5")],
        [("s", "ab"), ("s", "nan")],
    ]


def test_a_moment_in_a_workbook_keeps_its_zone():
    content = write_xlsx(["When"], [[datetime(2026, 3, 4, 14, 20, tzinfo=UTC)]])

    assert rows_in(content, "x.xlsx") == [{"when": "2026-03-04T14:20:00+00:00"}]


def test_a_workbook_is_named_within_what_excel_allows():
    content = write_xlsx(["Name"], [], title="Who [came] to: the very long spring gathering?")

    assert openpyxl.load_workbook(io.BytesIO(content)).sheetnames == ["Who  came  to  the very long sp"]


# There and back

TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\r\n\t=+-@',;\""), max_size=12).map(
    str.strip
)
TABLES = st.integers(1, 5).flatmap(
    lambda width: st.lists(st.lists(TEXT, min_size=width, max_size=width).filter(any), max_size=6).map(
        lambda rows: ([f"column {number}" for number in range(width)], rows)
    )
)


@settings(max_examples=300)
@given(TABLES)
def test_a_csv_comes_back_as_it_was(table):
    header, rows = table

    sheet = read_sheet(write_csv(header, rows), "table.csv")

    assert sheet.titles == header
    assert [list(row.cells.values()) for row in sheet.rows] == rows


def test_a_workbook_comes_back_as_it_was():
    rows = [["=1+1", "'=1", "+43 (1) 2"], ["-", "a, b; c", "line\nline"], ["Łódź", "Ελλάδα", "@x"]]

    assert [list(cells.values()) for cells in rows_in(write_xlsx(["A", "B", "C"], rows), "table.xlsx")] == rows
