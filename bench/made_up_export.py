"""A dispensing export as large as wanted, made of real names: the file that the whole run is measured on.

Names come from the knowledge's own vocabulary, in the strengths, forms, abbreviations and cases that exports use; one
line in two hundred is misspelt. The same seed gives the same file.
"""

from __future__ import annotations

import itertools
import random
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv

from medcramp.knowledge import Knowledge

LINES, SIGS, PRESCRIBERS = 20_000, 300, 2_000
PATIENTS_PER_1000_FILLS = 60
NAMES = 2_600
DAYS = 730
FIRST_DAY = np.datetime64("2023-03-05")
MISSPELT = 0.005
SHARES = {"seed": 0.3, "generic": 0.5, "other": 0.2}
"""Of all fills: diuretics, statins, beta-2 agonists, calcium-channel blockers and ACE inhibitors; other generic names;
brands and further names."""
STILL_TAKEN = 0.6
ROWS_AT_ONCE = 1_000_000

STRENGTHS = ("5", "10", "20", "25", "40", "50", "100", "150", "250", "500")
WRITTEN_FORMS = {
    "oral": ("TABLET|TAB|TABS|tablets", "CAPSULE|CAP|CAPS|capsules", "ER TABLET|ER TAB|TAB ER|XR tablets"),
    "inhaled": ("INHALER|HFA INHALER|INH|inhaler",),
    "ophthalmic": ("EYE DROPS|OPHTH SOLN|OPHTHALMIC SOLUTION|eye drops",),
    "topical": ("CREAM|CRM|CREAM|cream", "OINTMENT|OINT|OINT|ointment"),
    "nasal": ("NASAL SPRAY|NASAL SPR|NASAL SPRAY|nasal spray",),
}
INJECTED = ("INJECTION|INJ|VIAL|injection",)
MAKERS = ("", "", "", " (TEVA)", " (MYLAN)", " (SANDOZ)")
UNITS = ("TABLET", "CAPSULE", "PUFF", "DOSE")
SIG_PARTS = (
    ("TAKE 1 {}", "TAKE ONE {}", "TAKE 2 {}S", "1 {}", "TAKE 1/2 {}", "TAKE 1 TO 2 {}S"),
    (" BY MOUTH", " PO", " ORALLY", ""),
    (" ONCE DAILY", " EVERY DAY", " TWICE A DAY", " BID", " AT BEDTIME", " EVERY 8 HOURS", " TID", " QD"),
    ("", " WITH FOOD", " AS NEEDED", " AS NEEDED FOR PAIN", " FOR BLOOD PRESSURE"),
)


def write_export(path: Path, rows: int, knowledge: Knowledge, seed: int = 1) -> int:
    """Write `rows` fills in 12 columns as CSV; returns the number of patients."""
    patients = max(1, rows * PATIENTS_PER_1000_FILLS // 1000)
    parts = _Parts(knowledge, patients, seed)
    writer = None
    for start in range(0, rows, ROWS_AT_ONCE):
        table = parts.fills(start, min(ROWS_AT_ONCE, rows - start), np.random.default_rng((seed, start)))
        writer = writer or pa.csv.CSVWriter(path, table.schema)
        writer.write_table(table)
    if writer:
        writer.close()
    return patients


def drug_lines(knowledge: Knowledge, draw: random.Random) -> tuple[list[str], np.ndarray]:
    """Distinct drug lines, and how often each is dispensed (sums to 1)."""
    vocabulary, groups = knowledge.vocabulary, knowledge.groups
    seeds = {name for group in groups.seeds for name in groups.members(group)}
    pools: dict[str, list[str]] = {pool: [] for pool in SHARES}
    for name, meaning in sorted(vocabulary.names.items()):
        if meaning.ingredients and len(name) > 4:
            generic = "generic" if name in meaning.ingredients else "other"
            pools["seed" if meaning.ingredients[0] in seeds else generic].append(name)
    weights: dict[str, float] = {}
    for pool, share in SHARES.items():
        names = draw.sample(pools[pool], min(len(pools[pool]), NAMES // len(SHARES)))
        popularity = 1 / (np.arange(len(names)) + 5)
        popularity *= share / popularity.sum()
        for name, weight in zip(names, popularity, strict=True):
            variants = sorted({_written(name, knowledge, draw) for _ in range(LINES // NAMES * 3 // 2)})
            for text in variants:
                weights[text] = weight / len(variants)
    chosen = sorted(weights, key=lambda text: (-weights[text], text))[:LINES]
    popularity = np.array([weights[text] for text in chosen])
    lines = [_misspelt(text, draw) if draw.random() < MISSPELT else text for text in chosen]
    return lines, popularity / popularity.sum()


def _written(name: str, knowledge: Knowledge, draw: random.Random) -> str:
    """One way to write a product of this name."""
    vocabulary = knowledge.vocabulary
    meaning = vocabulary.names[name]
    route = meaning.route or vocabulary.usual_route_of(meaning.ingredients) or "oral"
    form = draw.choice(WRITTEN_FORMS.get(route, INJECTED)).split("|")
    strength, maker = draw.choice(STRENGTHS[:4]), draw.choice(MAKERS)
    return draw.choice(
        (
            f"{name.upper()} {strength} MG {form[0]}{maker}",
            f"{name.upper()} {strength}MG {form[1]}",
            f"{name.title()} {strength} MG {form[0].title()}",
            f"{name.title()} {form[2].title()} {strength} MG",
            f"{name} {strength}mg {form[3]}{maker.title()}",
        )
    )


def _misspelt(text: str, draw: random.Random) -> str:
    """The name with a letter dropped, doubled, or two swapped."""
    at = draw.randrange(1, text.index(" ") - 1) if text.index(" ") > 3 else 1
    swapped = text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    return draw.choice((text[:at] + text[at + 1 :], text[: at + 1] + text[at:], swapped))


def _unit(line: str) -> int:
    """What a line is counted in: place in UNITS."""
    words = line.upper()
    if "INH" in words:
        return UNITS.index("PUFF")
    return UNITS.index("TABLET" if "TAB" in words else "CAPSULE" if "CAP" in words else "DOSE")


class _Parts:
    """What fills are put together from: distinct texts once, then codes."""

    def __init__(self, knowledge: Knowledge, patients: int, seed: int) -> None:
        draw = random.Random(seed)
        self.patients = patients
        self.lines, self.popularity = drug_lines(knowledge, draw)
        combinations = list(itertools.product(*SIG_PARTS))
        patterns = draw.sample(combinations, SIGS // len(UNITS))
        self.sigs = ["".join(pattern).format(unit) for unit in UNITS for pattern in patterns]
        unit_of_line = np.array([_unit(line) for line in self.lines])
        # A line is written for with a handful of directions, not with all there are.
        own = np.random.default_rng(seed).integers(0, len(patterns), size=(len(self.lines), 6))
        self.sigs_of_line = own + len(patterns) * unit_of_line[:, None]
        everyone = range(patients)
        self.texts = {
            "Patient ID": [f"P{at:07d}" for at in everyone],
            "Patient Name": [f"LAST{at % 9000}, FIRST{at % 700} {chr(65 + at % 26)}" for at in everyone],
            "Date of Birth": [f"{1 + at % 12:02d}/{1 + at % 28:02d}/{1930 + at % 75}" for at in everyone],
            "Sex": ["FM"[at % 2] for at in everyone],
            "Drug Name": self.lines,
            "NDC": [f"{1 + at * 7919 % 99_999_999_990:011d}" for at in range(len(self.lines))],
            "Directions": self.sigs,
            "Date Filled": [f"{day:%m/%d/%Y}" for day in (FIRST_DAY + np.arange(DAYS)).astype(object)],
            "Prescriber": [f"DR {at}, JANE" for at in range(PRESCRIBERS)],
        }

    def fills(self, start: int, rows: int, random: np.random.Generator) -> pa.Table:
        """Fills numbered from `start`: courses of up to twelve fills of one patient, ordered by date."""
        days = random.choice([30, 90, 28, 7], p=[0.68, 0.24, 0.05, 0.03], size=rows)
        running = random.random(rows) < STILL_TAKEN
        last = np.where(running, DAYS - 1 - random.integers(0, 25, rows), random.integers(60, DAYS, rows))
        length = np.minimum(random.integers(1, 13, size=rows), last // days + 1)
        course = np.repeat(np.arange(rows), length)[:rows]
        number = np.arange(rows) - np.concatenate([[0], np.cumsum(length)])[course]
        days = days[course]
        day = last[course] - (length[course] - 1 - number) * days
        patient = random.integers(0, self.patients, rows)[course]
        line = random.choice(len(self.lines), p=self.popularity, size=rows)[course]
        favourite = np.minimum(random.geometric(0.5, size=rows) - 1, 5)[course]
        places = {
            "Patient ID": patient,
            "Patient Name": patient,
            "Date of Birth": patient,
            "Sex": patient,
            "Drug Name": line,
            "NDC": line,
            "Directions": self.sigs_of_line[line, favourite],
            "Date Filled": day,
            "Prescriber": random.integers(0, PRESCRIBERS, rows)[course],
        }
        order = np.argsort(day, kind="stable")
        columns = {name: _chosen(self.texts[name], place[order]) for name, place in places.items()}
        units = random.choice([1, 2, 3], p=[0.7, 0.25, 0.05], size=rows)[course]
        columns |= {"Quantity": pa.array((units * days)[order]), "Days Supply": pa.array(days[order])}
        columns["Rx Number"] = pa.array(np.arange(7_000_000 + start, 7_000_000 + start + rows))
        return pa.table({name: columns[name] for name in HEADER})


HEADER = (
    "Rx Number",
    "Patient ID",
    "Patient Name",
    "Date of Birth",
    "Sex",
    "Drug Name",
    "NDC",
    "Directions",
    "Quantity",
    "Days Supply",
    "Date Filled",
    "Prescriber",
)


def _chosen(values: list[str], places: np.ndarray) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array(places.astype(np.int32)), pa.array(values)).cast(pa.string())
