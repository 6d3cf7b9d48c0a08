"""Show no more of a person than is needed: ids without names, or random ids whose key is kept apart."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from medcramp.errors import InputUnreadableError, UsageError
from medcramp.records import text_column
from medcramp.report.atomic import is_inside, replacing
from medcramp.report.info import ReportConfig
from medcramp.report.tables import text_codes

# Columns that name a person, by table; `text` is a raw row of the input.
_NAMING = {
    "medications": ("patient_name", "birth_date"),
    "patients": ("patient_name", "birth_date"),
    "rejected": ("text",),
    "ignored": ("text",),
}
_NAMING_BESIDE = {"medications": ("prescriber",)}
# Ages from here on are pooled: there are few people of any one such age.
_OLDEST = 90
_TOKEN_BYTES = 5


Least = Callable[[str, pd.DataFrame], pd.DataFrame]
"""(name of a table, its frame) → the frame as it may be written."""


def least(config: ReportConfig, out: Path, patients: Iterable[str]) -> Least:
    """What has to be done to every table of a report about `patients`. Raises as `pseudonyms` does."""
    if config.key_file is not None:
        return pseudonyms(patients, config.key_file, out)
    return only_ids if config.only_ids else as_it_is


def as_it_is(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Everything may be shown."""
    return frame


def only_ids(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """`frame` without names, birth dates and raw rows; patient ids stay."""
    return _blanked(frame, _NAMING.get(name, ()))


@dataclass(frozen=True)
class Key:
    """What leads back from pseudonyms: patient id → pseudonym (random), and a secret for ids of findings."""

    secret: str
    pseudonyms: dict[str, str]


def pseudonyms(patients: Iterable[str], key_file: Path, out: Path) -> Least:
    """Random ids instead of those of `patients`. An existing key file is used again and grows: runs can be compared.

    A pseudonym is drawn at random, never computed from the person. The key file must not lie in the report's folder.
    Raises UsageError when it does, InputUnreadableError when it is none.
    """
    if is_inside(out, key_file):
        raise UsageError(
            "the key must be kept apart from the report", remedy="Put the key file into another folder.", file=key_file
        )
    key = _read_key(key_file)
    drawn = dict(key.pseudonyms)
    taken = set(drawn.values())
    for patient in patients:
        while patient not in drawn:
            token = secrets.token_hex(_TOKEN_BYTES).upper()
            if token not in taken:
                drawn[patient] = token
                taken.add(token)
    with replacing(key_file) as partial:
        content = {"secret": key.secret, "pseudonyms": drawn}
        partial.write_text(json.dumps(content, indent=1, ensure_ascii=False), encoding="utf-8")

    def under_random_ids(name: str, frame: pd.DataFrame) -> pd.DataFrame:
        frame = _blanked(only_ids(name, frame), _NAMING_BESIDE.get(name, ()))
        if "patient_id" in frame:
            frame = _renamed(frame, drawn)
        if "finding_id" in frame:
            frame = frame.assign(finding_id=_keyed(frame["finding_id"], key.secret))
        return _pooled(frame) if "age" in frame else frame

    return under_random_ids


def _read_key(path: Path) -> Key:
    if not path.exists():
        return Key(secrets.token_hex(32), {})
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return Key(str(content["secret"]), {str(k): str(v) for k, v in content["pseudonyms"].items()})
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputUnreadableError(
            "is not a key file of medcramp", remedy="Name the key file of an earlier run, or a new file.", file=path
        ) from error


def _renamed(frame: pd.DataFrame, pseudonyms: dict[str, str]) -> pd.DataFrame:
    codes, distinct = text_codes(frame["patient_id"])
    return frame.assign(patient_id=_from_codes(codes, [pseudonyms.get(patient) for patient in distinct]))


def _keyed(column: pd.Series, secret: str) -> pd.Series:
    """Ids of findings under a secret: the plain ones could be recomputed from a guessed patient id."""
    codes, distinct = text_codes(column)
    made = [hmac.new(secret.encode(), text.encode("utf-8"), hashlib.sha256).hexdigest()[:16] for text in distinct]
    return pd.Series(_from_codes(codes, made), index=column.index)


def _from_codes(codes: np.ndarray, values: list[str | None] | list[str]) -> pd.Categorical:
    table = np.asarray([*values, None], dtype=object)
    return text_column(table[codes])


def _pooled(frame: pd.DataFrame) -> pd.DataFrame:
    """`frame` with ages from `_OLDEST` on as that age."""
    age = frame["age"]
    if pd.api.types.is_numeric_dtype(age.dtype):
        return frame.assign(age=age.clip(upper=_OLDEST))
    codes, distinct = text_codes(age)
    numbers = pd.to_numeric(pd.Series(distinct, dtype=object), errors="coerce")
    pooled = [str(_OLDEST) if number >= _OLDEST else text for text, number in zip(distinct, numbers, strict=True)]
    return frame.assign(age=_from_codes(codes, pooled))


def _blanked(frame: pd.DataFrame, columns: tuple[str, ...]) -> pd.DataFrame:
    empty = {name: text_column([None] * len(frame)) for name in columns if name in frame.columns}
    return frame.assign(**empty)
