"""One way to fold a text and to cut it into words, for the vocabulary and for the lines compared with it.

Names are compared as sequences of words, so case, accents, hyphens, apostrophes and spacing never matter, and a name
inside a longer word never matches.
"""

from __future__ import annotations

import re
import unicodedata

_SPELLED_OUT = str.maketrans(
    {
        "µ": "mc",
        "μ": "mc",
        "’": "'",
        "‘": "'",
        "`": "'",
        "´": "'",
        "–": "-",
        "—": "-",
        "‐": "-",
        "‑": "-",
        "−": "-",
        "×": "x",
        "®": " ",
        "™": " ",
        "©": " ",
        "⁄": "/",
        "½": " 1/2 ",
        "¼": " 1/4 ",
        "¾": " 3/4 ",
        "ß": "ss",
        "æ": "ae",
        "œ": "oe",
        "ø": "o",
        "ł": "l",
        "\ufeff": "",
    }
)
_INITIALS = re.compile(r"\b([a-z])\.(?=[a-z]\b)")
_WORD = re.compile(r"\d+(?:[.,]\d+)*|\.\d+|[a-z]+|[^\sa-z0-9]")


def fold(text: str) -> str:
    """Lower case, no accents, plain quotes and dashes, "i.v." as "iv", micro sign as "mc", apostrophes dropped."""
    text = text.lower()
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text.translate(_SPELLED_OUT))
        text = "".join(mark for mark in text if not unicodedata.combining(mark)).translate(_SPELLED_OUT)
    if "." in text:
        text = _INITIALS.sub(r"\1", text)
    return text.replace("'", "")


def tokens(folded: str) -> list[str]:
    """Words (letters only), numbers ("1,000", "12.5", ".5") and single marks of a folded text, in order."""
    return _WORD.findall(folded)


def words(text: str) -> list[str]:
    """Words and numbers of a text as written, without marks (a percent sign stays)."""
    return [word for word in tokens(fold(text)) if word[0].isalnum() or word == "%"]


def is_word(token: str) -> bool:
    """True for a token of letters."""
    return token.isalpha() and token.isascii()


def is_number(token: str) -> bool:
    """True for a token that is a number."""
    return token[-1].isdigit()


def number(token: str) -> float:
    """Value of a number token; "1,000" is a thousand, "4,5" is four and a half."""
    if "," in token:
        head, _, tail = token.rpartition(",")
        thousands = len(tail) == 3 and "." not in tail and head.replace(",", "") not in ("", "0")
        if thousands or "." in tail:
            token = token.replace(",", "")
        else:
            token = f"{head.replace(',', '')}.{tail}"
    if token.count(".") > 1:
        return float("nan")
    return float(token)
