"""Published code tables turned into (kind, code, name): FDA NDC directory, RxNorm release files, plain CSV.

A name is written so that the recogniser understands it: ingredients with their strengths, form, route.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from medcramp.errors import InputUnreadableError
from medcramp.recognise import codes

Rows = Iterator[tuple[str, str, str]]

NDC_PRODUCT_FILE, NDC_PACKAGE_FILE = "product.txt", "package.txt"
CONCEPTS, RELATIONS, ATTRIBUTES = "rxnconso.rrf", "rxnrel.rrf", "rxnsat.rrf"
# Term types of RxNorm that name a drug, the most telling first.
TERM_TYPES = ("SCD", "SBD", "GPCK", "BPCK", "SCDG", "SBDG", "SCDF", "SBDF", "SCDC", "SBDC", "MIN", "PIN", "IN", "BN")
HEADERS = {
    "ndc": codes.NDC,
    "ndc11": codes.NDC,
    "ndc code": codes.NDC,
    "productndc": codes.NDC_PRODUCT,
    "din": codes.DIN,
    "drug identification number": codes.DIN,
    "rxcui": codes.RXCUI,
    "atc": codes.ATC,
    "atc code": codes.ATC,
}
NAME_HEADERS = ("name", "drug name", "drug", "product name", "brand name", "description", "product", "text")
UNZIPPED_LIMIT = 4 * 1024**3


def read(path: Path) -> tuple[str, Rows]:
    """(format, rows of kind, code, name) of a file, folder or zip as published. Raises InputUnreadableError."""
    members = _members(path)
    by_name = {name.lower().rsplit("/", 1)[-1]: name for name in members.names}
    if CONCEPTS in by_name:
        return "RxNorm", _rxnorm(members, by_name)
    if NDC_PRODUCT_FILE in by_name:
        return "FDA NDC directory", _fda(members, by_name)
    if NDC_PACKAGE_FILE in by_name:
        raise InputUnreadableError(
            "package.txt alone names no drugs",
            remedy="give the zip as published, or the folder with product.txt",
            file=path,
        )
    if len(members.names) == 1:
        return "CSV", _plain(members, members.names[0])
    raise InputUnreadableError(
        "no known code table in here",
        remedy="give the FDA NDC directory, RxNorm release files (RRF), or a CSV with code and name",
        file=path,
    )


class _Members:
    """Text files of a folder, a zip or a single path."""

    def __init__(self, path: Path, names: list[str], opened: Callable[[str], io.TextIOBase]) -> None:
        self.path, self.names, self._opened = path, names, opened

    @contextmanager
    def lines(self, name: str) -> Iterator[io.TextIOBase]:
        try:
            with self._opened(name) as file:
                yield file
        except (OSError, UnicodeError, csv.Error, zipfile.BadZipFile, EOFError) as error:
            raise InputUnreadableError(f"cannot be read: {type(error).__name__}", file=self.path, place=name) from None


def _members(path: Path) -> _Members:
    if path.is_dir():
        names = [str(file.relative_to(path)) for file in sorted(path.rglob("*")) if file.is_file()]
        return _Members(path, names, lambda name: (path / name).open(encoding="utf-8", errors="replace", newline=""))
    if zipfile.is_zipfile(path):
        try:
            archive = zipfile.ZipFile(path)
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
        except (OSError, zipfile.BadZipFile) as error:
            raise InputUnreadableError(f"cannot be read: {type(error).__name__}", file=path) from None
        if sum(entry.file_size for entry in entries) > UNZIPPED_LIMIT:
            raise InputUnreadableError(
                "the archive unpacks to more than 4 GB", remedy="give the file inside", file=path
            )
        return _Members(
            path,
            [entry.filename for entry in entries],
            lambda name: io.TextIOWrapper(archive.open(name), encoding="utf-8", errors="replace", newline=""),
        )
    if path.name.lower() in (NDC_PRODUCT_FILE, CONCEPTS):
        together = {NDC_PRODUCT_FILE: [NDC_PRODUCT_FILE, NDC_PACKAGE_FILE], CONCEPTS: [CONCEPTS, RELATIONS, ATTRIBUTES]}
        wanted = together[path.name.lower()]
        names = [file.name for file in sorted(path.parent.iterdir()) if file.name.lower() in wanted]
        return _Members(
            path, names, lambda name: (path.parent / name).open(encoding="utf-8", errors="replace", newline="")
        )
    return _Members(path, [path.name], lambda name: path.open(encoding="utf-8-sig", errors="replace", newline=""))


def _fda(members: _Members, by_name: dict[str, str]) -> Rows:
    names: dict[str, str] = {}
    with members.lines(by_name[NDC_PRODUCT_FILE]) as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            cells = {key.upper(): (value or "").strip() for key, value in row.items() if key and isinstance(value, str)}
            product = codes.ndc_product(cells.get("PRODUCTNDC", ""))
            if not product:
                continue
            names[cells["PRODUCTNDC"]] = _fda_name(cells)
            yield codes.NDC_PRODUCT, product, names[cells["PRODUCTNDC"]]
    if NDC_PACKAGE_FILE not in by_name:
        return
    with members.lines(by_name[NDC_PACKAGE_FILE]) as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            name = names.get((row.get("PRODUCTNDC") or "").strip())
            package = codes.ndc11((row.get("NDCPACKAGECODE") or "").strip())
            if name and len(package) == 1:
                yield codes.NDC, package[0], name


def _fda_name(cells: dict[str, str]) -> str:
    """ "hydrochlorothiazide 12.5 mg / lisinopril 20 mg tablet oral" from the columns of product.txt."""
    substances = [part.strip() for part in cells.get("SUBSTANCENAME", "").split(";") if part.strip()]
    strengths = [part.strip() for part in cells.get("ACTIVE_NUMERATOR_STRENGTH", "").split(";")]
    units = [part.strip() for part in cells.get("ACTIVE_INGRED_UNIT", "").split(";")]
    if substances and len(substances) == len(strengths) == len(units):
        amounts = (f"{value} {unit.removesuffix('/1')}" for value, unit in zip(strengths, units, strict=True))
        named = " / ".join(f"{name} {amount}" for name, amount in zip(substances, amounts, strict=True))
    else:
        named = cells.get("NONPROPRIETARYNAME", "") or cells.get("PROPRIETARYNAME", "")
    form = cells.get("DOSAGEFORMNAME", "").split(",")[0]
    route = cells.get("ROUTENAME", "").split(";")
    return " ".join(part for part in (named, form, route[0].strip() if len(route) == 1 else "") if part).lower()


def _rxnorm(members: _Members, by_name: dict[str, str]) -> Rows:
    names: dict[str, tuple[int, str]] = {}
    with members.lines(by_name[CONCEPTS]) as file:
        for line in file:
            cells = line.rstrip("\r\n").split("|")
            if len(cells) < 17:
                continue
            if cells[11] == "RXNORM" and cells[12] in TERM_TYPES and cells[16] != "Y":
                rank = TERM_TYPES.index(cells[12])
                if cells[0] not in names or rank < names[cells[0]][0]:
                    names[cells[0]] = (rank, cells[14])
            elif cells[11] == "ATC" and codes.atc(cells[13]):
                yield codes.ATC, cells[13], cells[14]
    brand, ingredient = TERM_TYPES.index("BN"), TERM_TYPES.index("IN")
    parts: dict[str, list[str]] = {}
    if RELATIONS in by_name:
        with members.lines(by_name[RELATIONS]) as file:
            for line in file:
                cells = line.rstrip("\r\n").split("|")
                if len(cells) > 7 and cells[7] == "tradename_of":
                    generic, trade = names.get(cells[0]), names.get(cells[4])
                    if generic and trade and generic[0] == ingredient and trade[0] == brand:
                        parts.setdefault(cells[4], []).append(generic[1])
    for concept, (_, name) in names.items():
        yield codes.RXCUI, concept, " / ".join(sorted(set(parts[concept]))) if concept in parts else name
    if ATTRIBUTES in by_name:
        with members.lines(by_name[ATTRIBUTES]) as file:
            for line in file:
                cells = line.rstrip("\r\n").split("|")
                if len(cells) > 10 and cells[8] == "NDC" and cells[0] in names:
                    package = codes.ndc11(cells[10])
                    if len(package) == 1:
                        yield codes.NDC, package[0], names[cells[0]][1]


def _plain(members: _Members, name: str) -> Rows:
    with members.lines(name) as file:
        sample = file.read(4096)
        file.seek(0)
        try:
            dialect: type[csv.Dialect] | csv.Dialect = csv.Sniffer().sniff(sample, delimiters=",;\t|")
        except csv.Error:
            dialect = csv.excel
        kind, kept, at, named = "", 0, 0, 1
        for number, row in enumerate(csv.reader(file, dialect)):
            cells = [cell.strip() for cell in row]
            heads = [cell.lower() for cell in cells] if number == 0 else []
            if coded := next((head for head in heads if head in (*HEADERS, "code")), ""):
                kind, at = HEADERS.get(coded, ""), heads.index(coded)
                named = next((heads.index(head) for head in NAME_HEADERS if head in heads), 0 if at else 1)
                continue
            if len(cells) <= max(at, named) or not cells[at] or not cells[named]:
                continue
            shaped = _shaped(cells[at], kind)
            if shaped is not None:
                kept += 1
                yield (*shaped, cells[named])
        if not kept:
            raise InputUnreadableError(
                "no codes with names found", remedy="two columns are needed: code, name", file=members.path
            )


def _shaped(text: str, kind: str) -> tuple[str, str] | None:
    """Kind and canonical form of a code; without a telling header the shape decides."""
    packages = codes.ndc11(text)
    shapes = {
        codes.ATC: codes.atc(text),
        codes.NDC: packages[0] if len(packages) == 1 and (kind or "-" in text or len(text) == 11) else "",
        codes.NDC_PRODUCT: codes.ndc_product(text),
        codes.DIN: codes.din(text) if kind or len(text) == 8 else "",
        codes.RXCUI: codes.rxcui(text),
    }
    order = (kind, codes.NDC_PRODUCT) if kind == codes.NDC else (kind,) if kind else tuple(shapes)
    return next(((each, shapes[each]) for each in order if shapes[each]), None)
