"""One text of a cell → its value, or None when it holds none. Nothing is rounded up to a default."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from medcramp.knowledge.columns import Columns

PROTECTED = re.compile(r'^="(.*)"$', re.DOTALL)
UNTIDY = re.compile(r"^\s|\s$|[^\S ]|[\ufeff\u200b]|  ")
UNTIDY_RE2 = (
    r"^\s|\s$|^=|[\t\r\n\f\v]|  |[\x{1c}-\x{1f}\x{85}\x{a0}\x{1680}\x{2000}-\x{200b}]"
    r"|[\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}\x{feff}]"
)
"""The same for RE2, and what `tidy` treats besides."""
BLANKS = re.compile(r"[\s\u00a0\u2007\u202f\ufeff\u200b]+")
NUMBER = re.compile(r"^\(?\s*([+-]?)\s*([\d][\d., ' ]*|[.,]\d+)\s*\)?-?\s*([^\d\s].*)?$")
DECIMAL_COMMA = re.compile(
    r"^[+-]?\d{1,3}(?:[. '\u00a0\u202f]\d{3})*,\d{1,2}(?![\d,])|^[+-]?\d+,(?:\d{1,2}|\d{4,})(?![\d,])"
)
DECIMAL_POINT = re.compile(r"^[+-]?\$?\d{1,3}(?:,\d{3})+(?:\.\d+)?(?!\d)|^[+-]?\$?\d+\.(?:\d{1,2}|\d{4,})(?![\d.])")
GROUPED = re.compile(r"[1-9]\d{0,2}(?:[.,]\d{3})+")
SCIENTIFIC = re.compile(r"^\d(?:[.,]\d+)?E\+?\d+$", re.IGNORECASE)
ICD10_WHOLE = re.compile(r"^([A-TV-Z]\d[0-9A-Z])\.?([0-9A-Z]{1,4})?$", re.IGNORECASE)
ICD10_INSIDE = re.compile(
    r"(?<![A-Za-z0-9])([A-TV-Z]\d[0-9A-Z]\.[0-9A-Z]{1,4})(?![A-Za-z0-9])|\(([A-TV-Z]\d[0-9A-Z])\)"
)
ATC = re.compile(r"^[A-V]\d\d[A-Z]{2}\d\d$")

LONGEST_PLACEHOLDER = 24
A_VALUE = "a value"
"""What a text means in a field where it says something although it is a placeholder elsewhere."""
NDC_LOST = "product codes lost to scientific notation"
NDC_SHORT = "product codes without their leading zeros, restored"
NDC_TEN = "product codes of 10 digits without dashes: left empty, the 11-digit form is not certain"
NDC_WRONG = "texts in the product-code column that are no NDC"


@dataclass
class Remarks:
    """What was noticed about values, counted per distinct text; never the texts themselves."""

    counts: Counter[str] = field(default_factory=Counter)

    def note(self, remark: str) -> None:
        self.counts[remark] += 1


def tidy(text: str) -> str:
    """Blanks of every kind folded to one, ends stripped, Excel's ="…" protection taken off."""
    if text.startswith("=") and (found := PROTECTED.match(text.strip())):
        text = found[1]
    return text if text.isalnum() or not UNTIDY.search(text) else BLANKS.sub(" ", text).strip(" ")


def tidy_lines(text: str) -> str:
    """Like `tidy`, but line breaks stay: list cells need them."""
    return "\n".join(line for line in (tidy(line) for line in text.splitlines()) if line)


def cleaner(columns: Columns, field_name: str) -> Callable[[str], str | None]:
    """Tidies a text and makes placeholders ("N/A", "-", "#REF!") unknown."""
    unknown = placeholders(columns, field_name)

    def clean(text: str) -> str | None:
        text = tidy(text)
        if len(text) > LONGEST_PLACEHOLDER:
            return text
        folded = text.lower()
        return None if not folded or folded in unknown else text

    return clean


def placeholders(columns: Columns, field_name: str) -> frozenset[str]:
    """Texts in lower case that mean "not known" in the field; one that is a value there ("Na" as a test) does not."""
    here = columns.placeholders.get(field_name, {})
    values = {text for text, means in here.items() if means == A_VALUE}
    return frozenset({*columns.placeholders.get("", {}), *here} - values)


def untidy(texts: np.ndarray, columns: Columns | None = None, field_name: str = "") -> np.ndarray:
    """Indices of the texts that `cleaner` would change or drop, found without a Python call per text.

    Without `columns` no text is a placeholder: those that `tidy` would change.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    array = pa.array(texts, pa.string())
    words = ["", *(sorted(placeholders(columns, field_name)) if columns else ())]
    odd = pc.match_substring_regex(array, pattern=UNTIDY_RE2)
    placeholder = pc.is_in(pc.utf8_lower(array), value_set=pa.array(words, pa.string()))
    return np.flatnonzero(pc.or_(odd, placeholder).to_numpy(zero_copy_only=False))


def decimal_comma(texts: Sequence[str]) -> bool | None:
    """True when commas mark decimals, False when points do, None when the texts do not say."""
    comma = sum(1 for text in texts if DECIMAL_COMMA.match(text.strip()))
    point = sum(1 for text in texts if DECIMAL_POINT.match(text.strip()))
    if comma == point:
        return None
    return comma > point


def number(text: str, comma: bool) -> str | None:
    """A number as plain text ("8.5", "-3"), unit words dropped; None when there is none or more than one.

    >>> number("1,000", False), number("7,5", True), number("(8.50)", False), number("28 tablet", False)
    ('1000', '7.5', '-8.5', '28')
    """
    found = NUMBER.match(text)
    if not found:
        return None
    sign, digits, rest = found[1], found[2].strip(), found[3] or ""
    if any(c.isdigit() for c in re.sub(r"\([^()]*\)$", "", rest)) or re.search(r"\d\s*-\s*[^\W\d_]", text):
        return None  # more than one figure, or a figure that a spreadsheet turned into a date ("2-Mar")
    negative = sign == "-" or (text.lstrip().startswith("(") and ")" in text) or bool(re.search(r"\d-$", text.strip()))
    digits = _with_point(digits.replace(" ", "").replace("'", ""), comma)
    if digits.count(".") > 1 or not any(c.isdigit() for c in digits):
        return None
    whole, _, decimals = digits.partition(".")
    decimals = decimals.rstrip("0")
    plain = (whole.lstrip("0") or "0") + (f".{decimals}" if decimals else "")
    return f"-{plain}" if negative and plain != "0" else plain


def _with_point(digits: str, comma: bool) -> str:
    """Without marks of thousands, the decimal mark a point; a figure that allows one reading only is read so.

    "1,000" and "1.000" allow two: `comma` decides. "90,00" and "0,125" cannot be thousands, whatever the table does.
    """
    marks = [c for c in digits if c in ".,"]
    if not marks:
        return digits
    thousands, decimal = (".", ",") if comma else (",", ".")
    if marks[-1] == thousands and (len(set(marks)) == 2 or not GROUPED.fullmatch(digits)):
        thousands, decimal = decimal, thousands
    return digits.replace(thousands, "").replace(decimal, ".")


def thousandths(text: str, comma: bool) -> str | None:
    """A claim quantity 9(7)V999: ten digits whose last three are decimals; written with a point, it is plain."""
    digits = text.strip()
    if not re.fullmatch(r"\d{4,10}", digits):
        return number(text, comma)
    return number(f"{digits[:-3]}.{digits[-3:]}", False)


def joined_ndc(parts: Sequence[str | None]) -> str | None:
    """Labeler with product (9 digits, zeros in front perhaps lost) and package (2 digits) → 11 digits."""
    product, package = ((part or "").replace("-", "") for part in parts)
    if not (product.isdecimal() and package.isdecimal() and len(product) <= 9 and len(package) <= 2 and int(product)):
        return None
    return product.zfill(9) + package.zfill(2)


def eleven_digits(texts: Sequence[str]) -> bool:
    """Whether a column of product codes is in the 11-digit form, its leading zeros dropped or not."""
    digits = [len(text) for text in (re.sub(r"\.0+$", "", text) for text in texts[:5000]) if text.isdigit()]
    whole = sum(1 for size in digits if size in (7, 8, 9, 11))
    return whole > 2 * sum(1 for size in digits if size == 10)


def ndc(text: str, eleven: bool, remarks: Remarks) -> str | None:
    """The 11-digit NDC, or None: lost, ambiguous or not one.

    Dashed codes follow the 10-digit configurations (4-4-2, 5-3-2, 5-4-1); 7 to 9 digits are an 11-digit code whose
    leading zeros a spreadsheet dropped. 10 digits without dashes fit three configurations and stay unknown, unless the
    column is in the 11-digit form (`eleven`) or the code starts with 0 (only 4-4-2 labelers do).
    """
    if len(text) == 11 and text.isascii() and text.isdecimal():
        return text if text.strip("0") and text.strip("9") else None
    text = text.strip().strip("'")
    if SCIENTIFIC.match(text):
        remarks.note(NDC_LOST)
        return None
    text = re.sub(r"\.0+$", "", text)
    segments = re.split(r"[-\s]", text)
    if len(segments) == 3 and all(re.fullmatch(r"[\d*]+", part) for part in segments):
        return _dashed([part.replace("*", "0") for part in segments], remarks)
    if not (text.isascii() and text.isdecimal()):
        remarks.note(NDC_WRONG)
        return None
    if not text.strip("0") or not text.strip("9"):
        return None
    if len(text) == 11:
        return text
    if 7 <= len(text) <= 9 or (len(text) == 10 and (eleven or text.startswith("0"))):
        remarks.note(NDC_SHORT)
        return text.zfill(11)
    if len(text) == 12 and text.startswith("0"):
        return text[1:]
    remarks.note(NDC_TEN if len(text) == 10 else NDC_WRONG)
    return None


def _dashed(parts: list[str], remarks: Remarks) -> str | None:
    sizes = tuple(len(part) for part in parts)
    if sizes[0] == 6 and parts[0].startswith("0"):
        parts, sizes = [parts[0][1:], *parts[1:]], (5, *sizes[1:])
    whole = parts[0].zfill(5) + parts[1].zfill(4) + parts[2].zfill(2)
    if sizes in {(4, 4, 2), (5, 3, 2), (5, 4, 1), (5, 4, 2)} and whole.strip("0") and whole.strip("9"):
        return whole
    if sizes not in {(4, 4, 2), (5, 3, 2), (5, 4, 1), (5, 4, 2)}:
        remarks.note(NDC_WRONG)
    return None


def rxcui(text: str) -> str | None:
    """An RxNorm concept identifier: 2 to 8 digits."""
    digits = re.sub(r"\.0+$", "", text.strip())
    return digits if re.fullmatch(r"[1-9]\d{1,7}", digits) else None


def atc(text: str) -> str | None:
    """A whole ATC code (7 characters)."""
    code = text.strip().upper()
    return code if ATC.match(code) else None


def age(text: str) -> str | None:
    """Age in years; months and weeks make 0, "90+" keeps its number."""
    found = re.match(r"^[<>]?\s*(\d{1,3})(?:\.\d+)?\s*\+?\s*([A-Za-zÀ-ÿ.]*)", text.strip())
    if not found:
        return None
    years, unit = int(found[1]), found[2].lower()
    if unit[:1] in {"m", "w", "d"} and unit not in {"male"}:
        return "0" if years < 24 or unit[:1] != "m" else str(years // 12)
    return str(years) if years <= 125 else None


def icd10_codes(text: str) -> list[str]:
    """Every ICD-10 code in a text, upper-case with its dot; inside words only dotted or bracketed ones count.

    >>> icd10_codes("HTN; CKD 3a (N18.31)"), icd10_codes("m545"), icd10_codes("I10; E11.9")
    (['N18.31'], ['M54.5'], ['I10', 'E11.9'])
    """
    codes = []
    for piece in re.split(r"[;,|\n]", text):
        if whole := ICD10_WHOLE.match(piece.strip()):
            codes.append(".".join(part.upper() for part in whole.groups() if part))
        else:
            codes += [dotted or bracketed for dotted, bracketed in ICD10_INSIDE.findall(piece)]
    return list(dict.fromkeys(codes))
