"""Show no more of a person than is needed: ids without names, or random ids whose key is kept apart."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from medcramp.errors import InputUnreadableError, UsageError
from medcramp.records import Tables, text_column
from medcramp.report.atomic import is_inside, replacing
from medcramp.report.tables import text_codes

_WITH_PATIENTS = ("medications", "findings", "electrolytes", "options", "patients", "not_assessed")
_NAMING = ("patient_name", "birth_date", "prescriber")
# Ages from here on are pooled: there are few people of any one such age.
_OLDEST = 90
_TOKEN_BYTES = 5


def only_ids(tables: Tables) -> Tables:
    """`tables` without names, birth dates and raw rows; patient ids stay."""
    return replace(
        tables,
        medications=_blanked(tables.medications, ("patient_name", "birth_date")),
        patients=_blanked(tables.patients, ("patient_name", "birth_date")),
        rejected=_blanked(tables.rejected, ("text",)),
        ignored=_blanked(tables.ignored, ("text",)),
    )


@dataclass(frozen=True)
class Key:
    """What leads back from pseudonyms: patient id → pseudonym (random), and a secret for ids of findings."""

    secret: str
    pseudonyms: dict[str, str]


def pseudonymise(tables: Tables, key_file: Path, out: Path) -> Tables:
    """`tables` under random ids. An existing key file is used again and grows, so that runs can be compared.

    A pseudonym is drawn at random, never computed from the person. The key file must not lie in the report's folder.
    Raises UsageError when it does, InputUnreadableError when it is none.
    """
    if is_inside(out, key_file):
        raise UsageError(
            "the key must be kept apart from the report", remedy="Put the key file into another folder.", file=key_file
        )
    key = _read_key(key_file)
    pseudonyms = dict(key.pseudonyms)
    taken = set(pseudonyms.values())
    for patient in text_codes(tables.patients["patient_id"])[1]:
        while patient not in pseudonyms:
            token = secrets.token_hex(_TOKEN_BYTES).upper()
            if token not in taken:
                pseudonyms[patient] = token
                taken.add(token)
    with replacing(key_file) as partial:
        content = {"secret": key.secret, "pseudonyms": pseudonyms}
        partial.write_text(json.dumps(content, indent=1, ensure_ascii=False), encoding="utf-8")
    frames = {name: _renamed(getattr(tables, name), pseudonyms) for name in _WITH_PATIENTS}
    frames["findings"]["finding_id"] = _keyed(frames["findings"]["finding_id"], key.secret)
    without_names = only_ids(replace(tables, **frames))
    return replace(
        without_names,
        medications=_pooled(_blanked(without_names.medications, _NAMING)),
        patients=_pooled(without_names.patients),
    )


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
