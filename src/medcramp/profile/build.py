"""All that is known of the patients of a run, from records, companions and settings."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from medcramp.knowledge import Knowledge, told_routes
from medcramp.logic.facts import PATIENT_FACTS, Dates, Facts
from medcramp.logic.planes import Planes
from medcramp.profile import activity, courses, people, products
from medcramp.profile.allergies import allergies
from medcramp.profile.amounts import amounts
from medcramp.profile.columns import categorical
from medcramp.profile.conditions import conditions
from medcramp.profile.intake import as_directed
from medcramp.profile.results import filtration, latest_results
from medcramp.profile.settings import ProfileSettings
from medcramp.records import ReadResult, Recognised, directions

PREGNANCY = "pregnancy"
NAT = np.datetime64("NaT", "D")


def build(read: ReadResult, recognised: Recognised, knowledge: Knowledge, settings: ProfileSettings) -> Facts:
    """Facts about every patient with a medication record, ordered by patient id."""
    records, companions = read.records, read.companions
    told = told_routes.load(knowledge.folder)
    directed = categorical(directions(records))
    recognised = as_directed(recognised, directed, records["route"], knowledge.groups, told)
    item, dose = np.asarray(recognised.item, dtype=np.int64), np.asarray(recognised.dose, dtype=np.int64)
    who = people.People(records)
    prn = recognised.doses["prn"].to_numpy(dtype=bool)[dose]
    verdicts = activity.judge(records, recognised.doses["units_usual"].to_numpy(dtype=float)[dose], prn, settings)
    distinct = products.distinct(recognised.items, knowledge.clinical.by_release)
    taken = courses.build(who.of_record, item, prn, verdicts, distinct, settings)
    sig = directed.cat.codes.to_numpy().astype(np.int64)
    on_file = conditions(companions.get("conditions"), who, knowledge, settings)
    labs, unread_labs = latest_results(companions.get("labs"), who, knowledge, settings)
    patients = people.describe(who, records, companions, settings)
    patients["pregnant"] = _pregnant(patients, on_file.get(PREGNANCY), settings)
    patients["egfr"], patients["egfr_note"] = filtration(
        patients["egfr"].to_numpy(dtype=float),
        patients["age"].to_numpy(dtype=float),
        patients["sex"].to_numpy(dtype=object),
        labs,
    )
    patients["history_start"] = _history_start(len(who), who.of_record, verdicts)
    lines = taken.lines
    return Facts(
        as_of=settings.day,
        jurisdiction=settings.jurisdiction,
        patients=patients[list(PATIENT_FACTS)],
        products=distinct.table,
        exposures=taken.exposures,
        doses=amounts(taken, distinct, recognised, sig),
        lines=lines.assign(text=_own_words(records, recognised, lines["record"].to_numpy())),
        labs=labs,
        conditions=on_file,
        allergies=allergies(companions.get("allergies"), who, knowledge),
        record_exposure=taken.record_exposure,
        record_active=verdicts.active,
        lookback_days=settings.lookback_days,
        labs_given="labs" in companions,
        unread_labs=unread_labs,
        source_rows=records["source_row"].to_numpy(),
        source_files=records["source_file"],
    )


def _pregnant(patients: pd.DataFrame, coded: Planes | None, settings: ProfileSettings) -> NDArray[np.float64]:
    """1 when weeks are given or a diagnosis says so, 0 for men and outside child-bearing age, else unknown."""
    age, weeks = patients["age"].to_numpy(dtype=float), patients["pregnant_weeks"].to_numpy(dtype=float)
    yes = weeks > 0 if coded is None else (weeks > 0) | coded.certain
    youngest, oldest = settings.pregnancy_ages
    no = (patients["sex"] == "M").to_numpy() | (age < youngest) | (age > oldest) | (weeks == 0)
    return np.select([yes, no], [1.0, 0.0], np.nan)


def _history_start(size: int, patient: NDArray[np.int64], verdicts: activity.Activity) -> Dates:
    """First date on any record of each patient, recognised or not."""
    dated = verdicts.counted & ~np.isnat(verdicts.start) & (patient >= 0)
    first = np.full(size, np.iinfo(np.int64).max)
    np.minimum.at(first, patient[dated], verdicts.start[dated].astype(np.int64))
    return np.where(first == np.iinfo(np.int64).max, NAT, first.astype("datetime64[D]"))


def _own_words(records: pd.DataFrame, recognised: Recognised, record: NDArray[np.int64]) -> pd.Categorical:
    """The drug line as the patient's record has it; the recognised text where the line was only a code."""
    drug = categorical(records["drug"])
    items = [str(text) for text in recognised.items["text"]]
    texts = np.array([*drug.cat.categories.astype(str), *items], dtype=object)
    code = drug.cat.codes.to_numpy().astype(np.int64)[record]
    code = np.where(code < 0, len(drug.cat.categories) + np.asarray(recognised.item)[record], code)
    distinct, place = np.unique(texts, return_inverse=True)
    return pd.Categorical.from_codes(np.ravel(place)[code], categories=pd.Index(distinct, dtype=object))
