"""Hostile and broken files: refused in words (exit 10), the file named, no cell contents shown, in bounded memory."""

from __future__ import annotations

import io
import json
import re
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from fixtures import exports
from fixtures.exports import ROWS, gzip_of, ods_package, tarred, xlsx, zipped
from medcramp.errors import InputUnreadableError
from medcramp.read import read_inputs
from medcramp.read.containers import open_input
from medcramp.read.grids import Grid
from medcramp.read.options import ReadOptions

MEBIBYTE = 1 << 20
SECRET = "GARCIA"
"""Stands in the files where a patient would; must never be in a message."""
MOST_MEMORY = 600 * MEBIBYTE
LAUGHS = (
    '<!DOCTYPE x [<!ENTITY a "GARCIAGARCIA">'
    + "".join(f'<!ENTITY {chr(98 + at)} "{f"&{chr(97 + at)};" * 10}">' for at in range(10))
    + "]>"
)
OUTSIDE = '<!DOCTYPE x [<!ENTITY k SYSTEM "file:///etc/passwd">]>'


def changed_workbook(change: Callable[[str, bytes], bytes]) -> bytes:
    """A workbook whose parts are rewritten."""
    with zipfile.ZipFile(io.BytesIO(xlsx([["id", "drug"], ["1", SECRET]]))) as plain:
        return zipped({name: change(name, plain.read(name)) for name in plain.namelist()})


def with_sheet(cells: str) -> bytes:
    """A workbook whose sheet holds the given rows markup."""

    def change(name: str, part: bytes) -> bytes:
        if name != "xl/worksheets/sheet1.xml":
            return part
        head, _, rest = part.partition(b"<sheetData>")
        return head + b"<sheetData>" + cells.encode() + b"</sheetData>" + rest.partition(b"</sheetData>")[2]

    return changed_workbook(change)


def with_shared_strings(strings: str) -> bytes:
    """A workbook with other shared strings."""
    return changed_workbook(lambda name, part: strings.encode() if name == "xl/sharedStrings.xml" else part)


def shared_text_bomb() -> bytes:
    """One long text that a hundred thousand cells share."""
    rows = "".join(f'<row r="{at}"><c r="A{at}" t="s"><v>0</v></c></row>' for at in range(1, 100_001))
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    strings = f'<sst xmlns="{space}"><si><t>{SECRET * 50_000}</t></si></sst>'

    def change(name: str, part: bytes) -> bytes:
        if name == "xl/sharedStrings.xml":
            return strings.encode()
        head, _, rest = part.partition(b"<sheetData>")
        return (
            head + b"<sheetData>" + rows.encode() + b"</sheetData>" + rest.partition(b"</sheetData>")[2]
            if rest
            else part
        )

    return changed_workbook(change)


FAR = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'


def prefixed_far_cell() -> bytes:
    """A sheet whose elements carry a namespace prefix."""

    def change(name: str, part: bytes) -> bytes:
        if name != "xl/worksheets/sheet1.xml":
            return part
        space = 'xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
        cells = FAR.replace("</", "</x:").replace("<row", "<x:row").replace("<c ", "<x:c ").replace("<v>", "<x:v>")
        return f"<x:worksheet {space}><x:sheetData>{cells}</x:sheetData></x:worksheet>".encode()

    return changed_workbook(change)


def far_cell_elsewhere() -> bytes:
    """A workbook whose only sheet is a part with a name that no sheet has."""
    with zipfile.ZipFile(io.BytesIO(with_sheet(FAR))) as plain:
        members = {name: plain.read(name) for name in plain.namelist()}
    members["xl/picture.png"] = members.pop("xl/worksheets/sheet1.xml")
    for name in ("xl/_rels/workbook.xml.rels", "[Content_Types].xml"):
        members[name] = members[name].replace(b"worksheets/sheet1.xml", b"picture.png")
    return zipped(members)


def far_cells_in_xls() -> bytes:
    """An old workbook with a number in its first cell and one in the last that the format can name."""
    cells = ((0, 0), (65_535, 65_535))
    records = [(0x0809, bytes.fromhex("00061000bb0dcc0700000000 06000000".replace(" ", "")))]
    records += [(0x0203, struct.pack("<HHHd", row, column, 0, 1.0)) for row, column in cells]
    stream = b"".join(struct.pack("<HH", kind, len(data)) + data for kind, data in [*records, (0x000A, b"")])
    return ole_file("Workbook", stream.ljust(4096, b"\0"))


def ole_file(name: str, stream: bytes) -> bytes:
    """The least OLE file that holds one stream (of at least 4,096 bytes): header, one FAT sector, directory, stream."""
    sectors = -(-len(stream) // 512)
    fat = [0xFFFFFFFD, 0xFFFFFFFE, *range(3, 2 + sectors), 0xFFFFFFFE]
    header = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16) + struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack("<LLLLLLLLL", 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    header += struct.pack("<109L", 0, *[0xFFFFFFFF] * 108)

    def entry(title: str, kind: int, child: int, start: int, size: int) -> bytes:
        text = title.encode("utf-16-le")
        none = 0xFFFFFFFF
        head = text.ljust(64, b"\0") + struct.pack("<HBBLLL", len(text) + 2 if text else 0, kind, 1, none, none, child)
        return head + bytes(36) + struct.pack("<LQ", start, size)

    directory = entry("Root Entry", 5, 1, 0xFFFFFFFE, 0) + entry(name, 2, 0xFFFFFFFF, 2, len(stream))
    table = struct.pack(f"<{len(fat)}L", *fat).ljust(512, b"\xff")
    return header + table + directory.ljust(512, b"\0") + stream.ljust(sectors * 512, b"\0")


def excel_xml(before: str = "", text: str = "x", cell: str = "<Cell>") -> bytes:
    """Excel's XML with a declaration, an entity or a cell of one's own."""
    plain = exports.excel_xml([["id", "text"]]).decode()
    return plain.replace("<?mso", before + "<?mso").replace("<Cell>", cell, 1).replace("text<", text + "<").encode()


def spinning() -> bytes:
    """An encrypted workbook that asks for a hundred million hashes before the password can be tried."""
    plain = exports.protected(xlsx(ROWS))
    count = re.search(rb'spinCount="\d+" saltSize', plain)
    assert count
    wanted = b'spinCount="999999999"'
    return plain.replace(count[0], wanted.ljust(len(count[0]), b" "))


def entities_in_recipe() -> bytes:
    """An encrypted workbook whose recipe declares entities."""
    start = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    return exports.protected(xlsx(ROWS)).replace(start, b'<!DOCTYPE x [<!ENTITY a "b">]>'.ljust(len(start)))


HOSTILE: Mapping[str, Callable[[], bytes]] = {
    "empty": lambda: b"",
    "blanks": lambda: b" \r\n\t" * 100,
    "byte-order mark alone": lambda: b"\xef\xbb\xbf",
    "binary junk": lambda: bytes(range(256)) * 64,
    "zip cut short": lambda: zipped({"a.csv": b"x,y\n" * 1000})[:-40],
    "workbook cut short": lambda: xlsx(ROWS)[:-200],
    "old workbook that is none": lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000),
    "Parquet that is none": lambda: b"PAR1" + bytes(100) + b"PAR1",
    "gzip cut short": lambda: gzip_of(b"x,y\n" * 100_000)[:-10],
    "tar cut short": lambda: tarred({"a.csv": b"x,y\n1,2\n" * 1000}, "w")[:3000],
    "empty archive": lambda: zipped({}),
    "archive of nothing readable": lambda: zipped({"a.pdf": b"%PDF-1.7", "b": b"\0\1\2"}),
    "login page": lambda: (
        b"<!DOCTYPE html><html><body><form><table><tr><td>User</td><td><input name=u></td></tr><tr><td>Password"
        b"</td><td><input type='password'></td></tr></table></form></body></html>"
    ),
    "page without a table": lambda: f"<html><body><h1>Error</h1><p>{SECRET}</p></body></html>".encode(),
    "encrypted without password": lambda: exports.protected(xlsx(ROWS)),
    "a thousand million hashes": spinning,
    "entities in an encryption recipe": entities_in_recipe,
    "zip bomb": lambda: zipped({"a.csv": bytes(600 * MEBIBYTE)}),
    "gzip bomb": lambda: gzip_of(b"x" * (300 * MEBIBYTE)),
    "zip in zip in zip in zip in zip in zip": lambda: nested(6),
    "workbook bomb": lambda: with_sheet(" " * (200 * MEBIBYTE)),
    "cells at the far corner": lambda: with_sheet(FAR),
    "far cells that hide in a near row": lambda: with_sheet(
        '<row r="1"><c r="A1"/><c s="0" r="XFD1048576"><v>1</v></c></row>'
    ),
    "a row number beyond every number": lambda: with_sheet(f'<row r="1"><c r="D{"1" * 50}"><v>1</v></c></row>'),
    "far cell in other quotes": lambda: with_sheet("<row r='1'><c r='A1'/><c r = 'XFD1048576'><v>1</v></c></row>"),
    "far cell in small letters": lambda: with_sheet('<row r="1"><c r="A1"/><c r="xfd1048576"><v>1</v></c></row>'),
    "far cell in a prefixed sheet": prefixed_far_cell,
    "far cell in a part of another name": far_cell_elsewhere,
    "far cells in an old workbook": far_cells_in_xls,
    "wide row and far row without references": lambda: with_sheet(
        "<row>" + "<c><v>1</v></c>" * 10_000 + '</row><row r="1000000"><c><v>1</v></c></row>'
    ),
    "one long text in every cell": shared_text_bomb,
    "billion laughs in a workbook": lambda: with_shared_strings(
        f'<?xml version="1.0"?>{LAUGHS}<sst><si><t>&k;</t></si></sst>'
    ),
    "outside entity in a workbook": lambda: with_shared_strings(
        f'<?xml version="1.0"?>{OUTSIDE}<sst><si><t>&k;</t></si></sst>'
    ),
    "billion laughs in Excel XML": lambda: excel_xml(LAUGHS, "&k;"),
    "outside entity in Excel XML": lambda: excel_xml(OUTSIDE, "&k;"),
    "Excel XML with a cell far away": lambda: excel_xml(cell='<Cell ss:Index="900000">'),
    "Excel XML cut short": lambda: exports.excel_xml(ROWS)[:-40],
    "OpenDocument with a table that is never closed": lambda: ods_package("<table:table-row/>", closed=False),
    "long text repeated in OpenDocument": lambda: ods_package(
        '<table:table-row table:number-rows-repeated="9999"><table:table-cell office:value-type="string" '
        f'table:number-columns-repeated="999"><text:p>{SECRET * 5000}</text:p></table:table-cell></table:table-row>'
    ),
    "repeated filled cells in OpenDocument": lambda: ods_package(
        '<table:table-row table:number-rows-repeated="1000000"><table:table-cell office:value-type="string" '
        'table:number-columns-repeated="1000"><text:p>x</text:p></table:table-cell></table:table-row>'
    ),
    "table cell as wide as the world": lambda: b"<table><tr><td colspan=999999>x</td></tr><tr><td>y</td></tr></table>",
    "a cell of 200 MB": lambda: b'id,drug\n1,"' + SECRET.encode() * (200 * MEBIBYTE // 6) + b'"\n2,x\n',
    "a line of 200 MB": lambda: SECRET.encode() * (200 * MEBIBYTE // 6),
    "a long cell in the middle": lambda: (
        b"id,drug\n" + b"1,x\n" * 600_000 + b"2," + b"y" * (30 * MEBIBYTE) + b"\n3,z\n"
    ),
    "a million columns": lambda: b",".join(b"c%d" % at for at in range(1_000_000)) + b"\n1\n",
    "NUL bytes": lambda: b"id,drug\n1,GAR\0CIA\n",
    "NUL bytes far down": lambda: b"id,drug\n" + b"1,GARCIA\n" * 400_000 + b"2,\0\n",
    "open quote": lambda: b'id,drug\n1,"GARCIA\n' + b"2,x\n" * 1000,
    "open quote in a large file": lambda: b"id,drug\n" + b"1,x\n" * 500_000 + b'2,"GARCIA\n' + b"3,x\n" * 500_000,
    "UTF-16 cut in two": lambda: "id,drug\n1,GARCIA\n".encode("utf-16")[:-1] + b"\xd8",
    "deep JSON": lambda: b'{"a":' * 200_000,
    "JSON cut short": lambda: json.dumps({"resourceType": "Bundle", "entry": [{"x": SECRET}]}).encode()[:-3],
    "JSON with a number of a million digits": lambda: b'{"resourceType": "Patient", "x": ' + b"9" * 1_000_000 + b"}",
    "clinical XML": lambda: b'<?xml version="1.0"?><ClinicalDocument xmlns="urn:hl7-org:v3"/>',
    "thousands of files": lambda: zipped({f"{at}.csv": b"a,b\n" for at in range(2_100)}),
}


def nested(depth: int) -> bytes:
    content = b"id,drug\n1,x\n"
    for _ in range(depth):
        content = zipped({"inner.zip": content})
    return content


def read_all(path: Path) -> None:
    """Opens an input and loads everything in it."""
    for item in open_input(path):
        assert isinstance(item, Grid)
        item.load()


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_refused_in_words(name: str, tmp_path: Path) -> None:
    path = exports.written(tmp_path, HOSTILE[name](), "export.xlsx")
    with pytest.raises(InputUnreadableError) as refusal:
        read_all(path)
    message = str(refusal.value)
    assert refusal.value.exit_code == 10
    assert message.startswith(str(path)), "the file is named"
    assert "What to do" in message
    assert SECRET not in message and len(message) < 1000


@pytest.mark.parametrize("make", [spinning, entities_in_recipe])
def test_hostile_recipes_are_refused_before_the_password_is_asked_for(
    make: Callable[[], bytes], tmp_path: Path
) -> None:
    options = ReadOptions(password=lambda file: pytest.fail("asked"))
    with pytest.raises(InputUnreadableError, match="damaged Office file"):
        exports.grids(exports.written(tmp_path, make()), options)


@pytest.mark.skipif(sys.platform != "linux", reason="limits the memory of a process")
def test_memory_stays_bounded(tmp_path: Path) -> None:
    """All of them in one process: its peak, as the system tells it, is far below what some of them expand to."""
    for number, make in enumerate(HOSTILE.values()):
        (tmp_path / f"{number:02d}").write_bytes(make())
    code = (
        "import sys\nfrom pathlib import Path\nfrom medcramp.errors import InputUnreadableError\n"
        "from medcramp.read.containers import open_input\n"
        "refused = 0\n"
        "for path in sorted(Path(sys.argv[1]).iterdir()):\n"
        "    try:\n"
        "        [item.load() for item in open_input(path)]\n"
        "    except InputUnreadableError:\n"
        "        refused += 1\n"
        "print(refused, Path('/proc/self/status').read_text().split('VmHWM:')[1].split()[0])\n"
    )
    run = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True)
    refused, peak = map(int, run.stdout.split())
    assert refused == len(HOSTILE)
    assert peak * 1024 < MOST_MEMORY


def test_a_missing_file_and_a_folder_of_nothing(tmp_path: Path) -> None:
    with pytest.raises(InputUnreadableError, match="does not exist"):
        read_all(tmp_path / "nowhere.csv")
    with pytest.raises(InputUnreadableError, match="no file with a table"):
        read_all(tmp_path)


def test_links_out_of_a_folder_are_not_followed(tmp_path: Path) -> None:
    outside = exports.written(tmp_path, b"id,drug\n1,x\n", "outside.csv")
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "link.csv").symlink_to(outside)
    exports.written(folder, b"id,drug\n2,y\n", "inside.csv")
    assert [grid.file for grid in exports.grids(folder)] == [f"{folder}/inside.csv"]


@pytest.mark.parametrize("line", ["A" + " " * 8_000 + "B -- x", "a," * 20_000, "PATIENT: " + "A, " * 5_000 + "("])
def test_lines_that_no_printer_prints_are_passed_over_in_a_report(tmp_path: Path, line: str) -> None:
    path = tmp_path / "report.txt"
    record = "    810001   TORSEMIDE 20 MG TABLET        90    90  04/14/2025\n"
    path.write_text(
        "PATIENT: ADLER, ANN   DOB: 03/24/1944\n"
        "    RX#      DRUG                         QTY    DS  LAST FILL\n" + record + line + "\n"
    )
    result = read_inputs([path], ReadOptions(), {})
    assert (len(result.records), result.rows.balances) == (1, True)
