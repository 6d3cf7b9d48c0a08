"""What is known of all patients of a run, in arrays: the one thing that rules and options are evaluated on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from medcramp.logic.planes import Mask, Planes, when_known

Index = NDArray[np.int64]
Dates = NDArray[np.datetime64]

PATIENT_FACTS = (
    "patient_id",
    "patient_name",
    "birth_date",
    "age",
    "sex",
    "pregnant",
    "pregnant_weeks",
    "egfr",
    "egfr_note",
    "history_start",
)
PRODUCT_FACTS = ("ingredients", "route", "certain", "possible", "form", "release")
EXPOSURE_FACTS = (
    "patient",
    "product",
    "first_start",
    "course_start",
    "last_start",
    "last_end",
    "active",
    "on_days",
    "prn",
    "duplicated",
)
DOSE_FACTS = ("exposure", "ingredient", "known_mg", "average_mg", "complete", "unit_mg")
LINE_FACTS = ("exposure", "text", "record", "first_record", "current")
LAB_FACTS = (
    "patient",
    "test",
    "value",
    "unit",
    "given_value",
    "given_unit",
    "written",
    "date",
    "upper_limit",
    "note",
)
UNREAD_LAB_FACTS = ("patient", "test", "name", "lacks", "date")

ACTIVE, STOPPED, UNKNOWN = 1, 0, -1


@dataclass(frozen=True)
class Facts:
    """Everything known of n patients on one index date.

    `patients` (PATIENT_FACTS; n rows ordered by patient id; numbers NaN and texts "" when unknown; `pregnant` 1/0/NaN;
    `history_start` = first date on any record). `products` (PRODUCT_FACTS): distinct products of the run; brand and
    generic are one; `certain`/`possible` are tuples of groups; `form`, `release` "" where lines differ or it does not
    matter. `exposures` (EXPOSURE_FACTS): one row per patient and product, ordered by patient; dates datetime64[D] with
    NaT unknown; `course_start` begins the present course by the gap rule; `active` is ACTIVE, STOPPED or UNKNOWN;
    `duplicated` = supplied under two names at once.
    `doses` (DOSE_FACTS): one row per exposure and ingredient; `known_mg` on a day of use is the sum over current lines
    whose dose is known, the true sum when `complete`; `average_mg` counts the days between too. `lines` (LINE_FACTS):
    the patient's own drug lines of each exposure, with their latest and first record (row of the records frame).
    `labs` (LAB_FACTS): latest result per patient and test inside its window, canonical unit; `given_value` in
    `given_unit` is how the laboratory put it (NaN and "" when alike), `written` its own figures.
    `unread_labs` (UNREAD_LAB_FACTS): results of that time that nothing could be made of; `lacks` is "unit" or "name" (a
    test that is not known: `test` "", `name` as the laboratory has it).
    `conditions`, `allergies`: planes per condition set, and per group or substance.
    `labs_given`: the run had a table of results, so that a missing result means something. `record_exposure`,
    `record_active`: per record, row of `exposures` (-1 none) and ACTIVE, STOPPED or UNKNOWN.
    """

    as_of: np.datetime64
    jurisdiction: str
    patients: pd.DataFrame
    products: pd.DataFrame
    exposures: pd.DataFrame
    doses: pd.DataFrame
    lines: pd.DataFrame
    labs: pd.DataFrame
    conditions: Mapping[str, Planes]
    allergies: Allergies
    record_exposure: NDArray[np.int32]
    record_active: NDArray[np.int8]
    lookback_days: int = 180
    labs_given: bool = True
    unread_labs: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(UNREAD_LAB_FACTS)))
    source_rows: NDArray[np.int32] = field(default_factory=lambda: np.empty(0, np.int32))
    source_files: pd.Series = field(default_factory=lambda: pd.Series(dtype=object))

    @property
    def size(self) -> int:
        """Number of patients."""
        return len(self.patients)

    @cached_property
    def patient_of(self) -> NDArray[np.int32]:
        """Patient of every exposure."""
        return self.exposures["patient"].to_numpy()

    @cached_property
    def held(self) -> NDArray[np.object_]:
        """Ingredients of every product, a tuple of names each."""
        return self.products["ingredients"].to_numpy(dtype=object)

    @cached_property
    def patient_dtype(self) -> pd.CategoricalDtype:
        """Patient ids as categories: codes are places in `patients`."""
        return pd.CategoricalDtype(pd.Index(self.patients["patient_id"].to_numpy(dtype=object), dtype=object))

    def by_patient(self, exposures: Index) -> Mask:
        """Patients who have at least one of these exposures."""
        mask = np.zeros(self.size, dtype=bool)
        mask[self.patient_of[exposures]] = True
        return mask

    def count_by_patient(self, exposures: Index) -> Index:
        """How many of these exposures each patient has."""
        return np.bincount(self.patient_of[exposures], minlength=self.size)

    def number(self, column: str) -> NDArray[np.float64]:
        """A numeric patient fact; NaN where unknown."""
        return self.patients[column].to_numpy(dtype=float)

    @cached_property
    def line_offsets(self) -> Index:
        """Lines of exposure e are rows `line_offsets[e]` to `line_offsets[e + 1]` of `lines`."""
        return np.searchsorted(self.lines["exposure"].to_numpy(), np.arange(len(self.exposures) + 1))

    @cached_property
    def products_of_group(self) -> Mapping[str, tuple[Index, Index]]:
        """Per group: products certainly and possibly in it."""
        found: dict[str, tuple[list[int], list[int]]] = {}
        rows = zip(self.products["certain"], self.products["possible"], strict=True)
        for product, (certain, possible) in enumerate(rows):
            for group in certain:
                found.setdefault(group, ([], []))[0].append(product)
            for group in {*certain, *possible}:
                found.setdefault(group, ([], []))[1].append(product)
        return {group: (np.array(c, dtype=np.int64), np.array(p, dtype=np.int64)) for group, (c, p) in found.items()}

    @cached_property
    def products_of_ingredient(self) -> Mapping[str, Index]:
        """Per ingredient: products that hold it."""
        found: dict[str, list[int]] = {}
        for product, ingredients in enumerate(self.products["ingredients"]):
            for name in dict.fromkeys(ingredients):
                found.setdefault(name, []).append(product)
        return {name: np.array(products, dtype=np.int64) for name, products in found.items()}

    @cached_property
    def _exposures_by_product(self) -> tuple[Index, Index]:
        product = self.exposures["product"].to_numpy()
        order = np.argsort(product, kind="stable")
        return order, np.searchsorted(product[order], np.arange(len(self.products) + 1))

    def exposures_of(self, products: Index) -> Index:
        """Exposures to any of the products, ascending."""
        order, start = self._exposures_by_product
        parts = [order[start[p] : start[p + 1]] for p in products]
        return np.sort(np.concatenate(parts)) if parts else np.empty(0, dtype=np.int64)


@dataclass(frozen=True)
class Allergies:
    """Recorded allergies: `on_record` says for whom any record was given; `matched` and `unclear` map a substance or
    group to the patients whose records name it, or may name it."""

    on_record: Mask
    matched: Mapping[str, Mask] = field(default_factory=dict)
    unclear: Mask | None = None

    def planes(self, name: str) -> Planes:
        """Is the patient allergic to this group or substance? Unknown without a record or with one not understood."""
        named = self.matched.get(name, np.zeros_like(self.on_record))
        settled = self.on_record if self.unclear is None else self.on_record & ~self.unclear
        return when_known(named, named | settled)


def earliest(size: int, patient: NDArray[np.int32], date: Dates) -> Dates:
    """Earliest known date per patient; `patient` ascending."""
    first = np.full(size, np.datetime64("NaT", "D"))
    patient, date = patient[~np.isnat(date)], date[~np.isnat(date)]
    if len(patient):
        begins = np.flatnonzero(np.diff(patient, prepend=-1))
        first[patient[begins]] = np.minimum.reduceat(date, begins)
    return first


def distinct(*parts: Index) -> Index:
    """Distinct values of all parts, ascending (sorting beats hashing on values that are nearly in order)."""
    values = np.sort(np.concatenate(parts)) if parts else np.empty(0, dtype=np.int64)
    return values[np.diff(values, prepend=-1) != 0] if len(values) else values.astype(np.int64)
