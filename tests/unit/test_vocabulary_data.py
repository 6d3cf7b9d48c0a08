"""The shipped vocabulary is sound, and the checker says so when a table is not."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from medcramp.knowledge import vocabulary_checks as checks
from medcramp.knowledge.files import knowledge_folder, read_csv

SHIPPED = knowledge_folder() / "vocabulary"

SMALL_TABLES = {
    "sources.csv": ["key,citation,year,url,read_as", "OWN,made up,2026,,unverified"],
    "salts.csv": ["word", "potassium", "carbonate"],
    "routes.csv": ["word,route", "by mouth,oral"],
    "forms.csv": ["word,form", "tab,tablet"],
    "ingredients.csv": [
        "ingredient,usual_route,kind,source",
        "losartan,oral,drug,OWN",
        "amlodipine,oral,drug,OWN",
        "calcium,oral,electrolyte,OWN",
        "calcium carbonate,oral,electrolyte,OWN",
    ],
    "synonyms_us.csv": ["name,ingredient,kind,source", "oyster shell,calcium carbonate,former,OWN"],
    "brands_us.csv": ["brand,ingredients,market,route,form,source", "Cozaar,losartan,US,oral,tablet,OWN"],
    "not_drugs.csv": ["name,kind", "test strips,test"],
    "confusables.csv": ["a,b,source", "losartan,amlodipine,OWN"],
    "ambiguous.csv": ["name,meanings,why,source", "lamlo,losartan;amlodipine,could be both,OWN"],
}

Vocabulary = Callable[..., Path]


@pytest.fixture
def vocabulary(tmp_path: Path) -> Vocabulary:
    """A small sound vocabulary in a folder of its own, with rows added: `vocabulary(brands_us="Cozaar,…")`."""

    def write(**added: str) -> Path:
        folder = tmp_path / "vocabulary"
        folder.mkdir(exist_ok=True)
        for name, rows in SMALL_TABLES.items():
            (folder / name).write_text("\n".join(rows) + "\n", encoding="utf-8")
        for stem, row in added.items():
            path = folder / f"{stem}.csv"
            if not path.exists():
                header = SMALL_TABLES[f"{stem.partition('_')[0]}_us.csv"][0]
                path.write_text(header + "\n", encoding="utf-8")
            path.write_text(path.read_text(encoding="utf-8") + row + "\n", encoding="utf-8")
        return tmp_path

    return write


def faults(folder: Path) -> list[tuple[str, str]]:
    return [(problem.file, problem.what) for problem in checks.problems(folder)]


def test_shipped_vocabulary_is_sound() -> None:
    assert checks.problems(knowledge_folder()) == []


@pytest.mark.parametrize(
    ("pattern", "at_least"),
    [("ingredients*.csv", 2000), ("brands*.csv", 5000), ("confusables.csv", 150), ("not_drugs*.csv", 500)],
)
def test_shipped_vocabulary_is_broad(pattern: str, at_least: int) -> None:
    assert sum(1 for path in SHIPPED.glob(pattern) for _ in read_csv(path)) >= at_least


@pytest.mark.parametrize(
    ("brand", "components"),
    [
        ("Zestoretic", "hydrochlorothiazide;lisinopril"),
        ("Widaplik", "amlodipine;indapamide;telmisartan"),
        ("Caduet", "amlodipine;atorvastatin"),
        ("Nexlizet", "bempedoic acid;ezetimibe"),
        ("Trelegy Ellipta", "fluticasone;umeclidinium;vilanterol"),
        ("Dyazide", "hydrochlorothiazide;triamterene"),
        ("Paxlovid", "nirmatrelvir;ritonavir"),
        ("Tylenol PM", "acetaminophen;diphenhydramine"),
        ("Entresto", "sacubitril;valsartan"),
    ],
)
def test_combination_brands_name_every_component(brand: str, components: str) -> None:
    found = {cells["brand"]: cells["ingredients"] for _, cells in read_csv(SHIPPED / "brands_us.csv")}
    assert set(found[brand].split(";")) == set(components.split(";"))


@pytest.mark.parametrize("brand", ["Trusopt", "Cosopt", "Azopt", "Timoptic", "Pred Forte", "Ciloxan"])
def test_eye_drops_are_not_systemic(brand: str) -> None:
    routes = {cells["brand"]: cells["route"] for _, cells in read_csv(SHIPPED / "brands_us.csv")}
    assert routes[brand] == "ophthalmic"


@pytest.mark.parametrize(
    ("name", "ingredient"),
    [
        ("leuprorelin", "leuprolide"),
        ("methylergometrine", "methylergonovine"),
        ("ethinyloestradiol", "ethinyl estradiol"),
        ("isosorbide 5 mononitrate", "isosorbide mononitrate"),
        ("hexamine hippurate", "methenamine"),
        ("silver sulphadiazine", "silver sulfadiazine"),
        ("isonicotinic acid hydrazide", "isoniazid"),
        ("tetanus immunoglobulin", "tetanus immune globulin"),
    ],
)
def test_names_of_other_countries_lead_to_the_same_ingredient(name: str, ingredient: str) -> None:
    meanings = {found.ingredients for found in checks.read_names(SHIPPED) if found.phrase == name}
    assert meanings == {frozenset({ingredient})}


@pytest.mark.parametrize("name", ["deladex", "lysin", "zemax", "ketrel"])
def test_a_brand_abroad_one_letter_from_a_name_here_is_asked_about(name: str) -> None:
    meanings = {cells["name"]: cells["meanings"] for _, cells in read_csv(SHIPPED / "ambiguous.csv")}
    assert len(meanings[name].split(";")) == 2


def test_a_known_misspelling_is_nearer_to_its_medicine_than_to_any_other() -> None:
    names_known = [name for name in checks.read_names(SHIPPED) if name.file != "synonyms_misspelt.csv"]
    for _, cells in read_csv(SHIPPED / "synonyms_misspelt.csv"):
        meant = frozenset(cells["ingredient"].split(";"))
        own = min(OSA.distance(cells["name"], name.phrase) for name in names_known if name.ingredients == meant)
        others = (OSA.distance(cells["name"], name.phrase) for name in names_known if name.ingredients != meant)
        assert own + 2 <= min(others), cells["name"]


def test_sound_tables_have_no_problem(vocabulary: Vocabulary) -> None:
    assert faults(vocabulary()) == []


@pytest.mark.parametrize(
    ("table", "row", "says"),
    [
        ("brands_us", "Azor,amlodipine;olmesartan,US,oral,tablet,OWN", "olmesartan is no ingredient"),
        ("brands_us", "Cozaar,amlodipine,US,oral,tablet,OWN", "another meaning"),
        ("brands_us", "COZAAR ,losartan,US,oral,tablet,OWN", "says the same"),
        ("brands_us", "100/25,losartan,US,oral,tablet,OWN", "holds no word"),
        ("brands_us", "Amlodipine,losartan,US,oral,tablet,OWN", "another meaning"),
        ("brands_us", "Losanorm,losartan,FR,oral,tablet,OWN", "market 'FR'"),
        ("brands_us", "Losanorm,losartan,US,by nose,tablet,OWN", "route 'by nose'"),
        ("brands_us", "Losanorm,losartan,US,oral,tablet,", "no source given"),
        ("brands_us", "Losanorm,losartan,US,oral,tablet,NOBODY", "source NOBODY"),
        ("brands_us", "Test-Strips,losartan,US,oral,tablet,OWN", "says it is a medicine"),
        ("ingredients", "losartan potassium,oral,drug,OWN", "salt left on"),
        ("ingredients", "Ramipril,oral,drug,OWN", "lower case"),
        ("synonyms_us", "lamlo,losartan,inn,OWN", "several meanings"),
        ("synonyms_us", "los,losartan,nickname,OWN", "kind 'nickname'"),
        ("confusables", "losartan,cozaar,OWN", "the same medicine"),
        ("confusables", "losartan,valsartan,OWN", "not in the vocabulary"),
        ("confusables", "amlodipine,losartan,OWN", "listed twice"),
        ("ambiguous", "val,valsartan,why not,OWN", "valsartan is no ingredient"),
        ("not_drugs", "Test-strips,test", "says the same"),
    ],
)
def test_a_faulty_row_is_named(vocabulary: Vocabulary, table: str, row: str, says: str) -> None:
    folder = vocabulary(**{table: row})
    assert any(says in what for _, what in faults(folder))


def test_a_brand_may_differ_between_markets(vocabulary: Vocabulary) -> None:
    folder = vocabulary(brands_uk="Cozaar,amlodipine,UK,oral,tablet,OWN")
    assert faults(folder) == []


def test_salts_may_be_kept_with_a_reason(vocabulary: Vocabulary) -> None:
    folder = vocabulary(ingredients="losartan potassium,oral,drug,OWN")
    (folder / "vocabulary" / "kept_salts.csv").write_text("ingredient,why\nlosartan potassium,to see\n")
    assert faults(folder) == []


def names(*words: str) -> list[checks.Name]:
    return [checks.Name("x.csv", row, word, word, frozenset({word})) for row, word in enumerate(words)]


def near(words: Iterable[str]) -> set[tuple[str, str, int]]:
    return {(a.name, b.name, slips) for a, b, slips in checks.near_pairs(names(*words))}


def test_near_pairs_counts_slips() -> None:
    assert near(["quinine", "quinidine", "hydralazine", "hydroxyzine", "prednisone"]) == {("quinidine", "quinine", 2)}


def test_near_pairs_leaves_out_short_names_and_names_of_one_medicine() -> None:
    one_medicine = [
        checks.Name("x.csv", 1, word, word, frozenset({"furosemide"})) for word in ("furosemide", "frusemide")
    ]
    assert near(["dhea", "dhe"]) == set()
    assert checks.near_pairs(one_medicine) == []


@given(st.text(alphabet="abcde", min_size=6, max_size=10), st.integers(0, 9), st.sampled_from("fghij"))
def test_one_slip_is_always_found(name: str, place: int, letter: str) -> None:
    place %= len(name)
    slipped = name[:place] + letter + name[place + 1 :]
    assert {pair[2] for pair in near([name, slipped])} == {1}
