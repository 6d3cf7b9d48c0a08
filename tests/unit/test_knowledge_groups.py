"""Groups: which classes and drug sets a product belongs to, by ingredient, route, form, strength and company."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medcramp.errors import KnowledgeError
from medcramp.knowledge import groups, load

GROUPS = load().groups
SEED_FAMILIES = {
    "diuretic": {
        "thiazide",
        "thiazide_like",
        "loop",
        "k_sparing_enac",
        "mra_steroidal",
        "carbonic_anhydrase",
        "osmotic",
        "vasopressin_antagonist",
    },
    "statin": {"statin"},
    "beta2_agonist": {"saba_inhaled", "saba_systemic", "laba"},
    "ccb": {"ccb_dhp", "ccb_non_dhp"},
    "ace_inhibitor": {"ace_inhibitor"},
}


def test_the_seed_classes_are_the_contracts():
    found: dict[str, set[str]] = {}
    for group in GROUPS.seeds:
        found.setdefault(GROUPS.family(group), set()).add(group)
        assert GROUPS.is_class(group)
    assert found == SEED_FAMILIES


def certain(*ingredients: str, route: str = "oral", form: str = "", unit_mg: tuple[float, ...] = ()) -> frozenset[str]:
    return GROUPS.membership(ingredients, route, form, unit_mg)[0]


@pytest.mark.parametrize(
    ("ingredient", "route", "seeds"),
    [
        ("albuterol", "inhaled", {"saba_inhaled"}),
        ("albuterol", "nebulised", {"saba_inhaled"}),
        ("albuterol", "oral", {"saba_systemic"}),
        ("terbutaline", "subcutaneous", {"saba_systemic"}),
        ("salmeterol", "inhaled", {"laba"}),
        ("bambuterol", "oral", {"laba"}),
        ("acetazolamide", "oral", {"carbonic_anhydrase"}),
        ("acetazolamide", "intravenous", {"carbonic_anhydrase"}),
        ("dorzolamide", "ophthalmic", set()),
        ("brinzolamide", "ophthalmic", set()),
        ("mannitol", "intravenous", {"osmotic"}),
        ("mannitol", "inhaled", set()),
        ("mannitol", "irrigation", set()),
        ("urea", "topical", set()),
        ("isosorbide mononitrate", "oral", set()),
        ("bumetanide", "oral", {"loop"}),
        ("bumetanide", "nasal", {"loop"}),
        ("furosemide", "subcutaneous", {"loop"}),
        ("verapamil", "oral", {"ccb_non_dhp"}),
        ("etripamil", "nasal", {"ccb_non_dhp"}),
        ("diltiazem", "rectal", set()),
        ("nifedipine", "topical", set()),
        ("finerenone", "oral", set()),
        ("red yeast rice", "oral", {"statin"}),
        ("bempedoic acid", "oral", set()),
        ("ezetimibe", "oral", set()),
        ("nystatin", "mouthwash", set()),
        ("trimetazidine", "oral", set()),
        ("potassium canrenoate", "intravenous", {"mra_steroidal"}),
        ("enalaprilat", "intravenous", {"ace_inhibitor"}),
    ],
)
def test_a_seed_class_depends_on_the_route(ingredient, route, seeds):
    assert certain(ingredient, route=route) & set(GROUPS.seeds) == seeds


@pytest.mark.parametrize(
    ("group", "member", "product"),
    [
        ("NSBB", True, {"ingredients": ["timolol"], "route": "ophthalmic"}),
        ("CSBB", True, {"ingredients": ["betaxolol"], "route": "ophthalmic"}),
        ("beta_blocker", False, {"ingredients": ["timolol"], "route": "ophthalmic"}),
        ("NSBB_SYS", False, {"ingredients": ["timolol"], "route": "ophthalmic"}),
        ("CS_SYS", False, {"ingredients": ["prednisolone"], "route": "ophthalmic"}),
        ("CS_SYS", False, {"ingredients": ["triamcinolone"], "route": "nasal"}),
        ("CS_SYS", True, {"ingredients": ["triamcinolone"], "route": "intramuscular"}),
        ("CS_SYS", False, {"ingredients": ["fluticasone"], "route": "inhaled"}),
        ("CS_INH", True, {"ingredients": ["fluticasone", "salmeterol"], "route": "inhaled"}),
        ("CS_INH", False, {"ingredients": ["budesonide"], "route": "oral"}),
        ("FUSIDIC_SYSTEMIC", False, {"ingredients": ["fusidic acid"], "route": "topical"}),
        ("FUSIDIC_SYSTEMIC", True, {"ingredients": ["fusidic acid"], "route": "oral"}),
        ("AMPHOB", False, {"ingredients": ["amphotericin b"], "route": "oral"}),
        ("NSAID", False, {"ingredients": ["diclofenac"], "route": "topical"}),
        ("NSAID", False, {"ingredients": ["diclofenac"], "route": "transdermal"}),
        ("aminoglycoside", False, {"ingredients": ["tobramycin"], "route": "ophthalmic"}),
        ("aminoglycoside", False, {"ingredients": ["tobramycin"], "route": "nebulised"}),
        ("calcineurin_inhibitor", False, {"ingredients": ["tacrolimus"], "route": "topical"}),
        ("CYP3A4_STRONG", False, {"ingredients": ["ketoconazole"], "route": "topical"}),
        ("estrogen_progestogen", False, {"ingredients": ["estradiol"], "route": "vaginal"}),
        ("KCL_SOLID", True, {"ingredients": ["potassium chloride"], "route": "oral", "form": "tablet"}),
        ("KCL_SOLID", False, {"ingredients": ["potassium chloride"], "route": "oral", "form": "oral_liquid"}),
        ("KSUPP", True, {"ingredients": ["potassium chloride"], "route": "oral", "form": "oral_liquid"}),
        ("KSUPP", False, {"ingredients": ["polyethylene glycol 3350", "potassium chloride"], "route": "oral"}),
        ("KSUPP", False, {"ingredients": ["losartan"], "route": "oral"}),
        ("MG_SUPP", False, {"ingredients": ["esomeprazole"], "route": "oral"}),
        ("MG_SUPP", False, {"ingredients": ["magnesium sulfate"], "route": "topical"}),
        ("LICORICE", False, {"ingredients": ["deglycyrrhizinated licorice"], "route": "oral"}),
        ("SIADH", True, {"ingredients": ["desmopressin"], "route": "nasal"}),
        ("DESMOPRESSIN_NOCTURIA", True, {"ingredients": ["desmopressin"], "route": "sublingual", "unit_mg": [0.0277]}),
        ("DESMOPRESSIN_NOCTURIA", False, {"ingredients": ["desmopressin"], "route": "sublingual", "unit_mg": [0.12]}),
        ("DESMOPRESSIN_NOCTURIA", False, {"ingredients": ["desmopressin"], "route": "oral", "unit_mg": [0.1]}),
        ("MRA", True, {"ingredients": ["finerenone"], "route": "oral"}),
        ("DIURETIC", False, {"ingredients": ["finerenone"], "route": "oral"}),
    ],
)
def test_a_set_counts_what_reaches_the_body(group, member, product):
    assert (group in GROUPS.membership(**product)[0]) is member


@pytest.mark.parametrize(
    ("unit_mg", "sure", "perhaps"),
    [((81.0,), False, False), ((325.0,), False, False), ((500.0,), True, True), ((), False, True)],
)
def test_aspirin_is_an_nsaid_by_dose_and_always_an_antiplatelet(unit_mg, sure, perhaps):
    surely, possibly = GROUPS.membership(["aspirin"], "oral", "tablet", unit_mg)
    assert ("NSAID" in surely, "NSAID" in possibly) == (sure, perhaps)
    assert "ANTIPLT" in surely


def test_an_unknown_route_is_neither_yes_nor_no():
    surely, possibly = GROUPS.membership(["albuterol"])
    assert not surely
    assert {"saba_inhaled", "saba_systemic"} <= possibly


def test_a_combination_belongs_to_the_groups_of_all_its_ingredients():
    assert {"ccb_dhp", "statin"} <= certain("amlodipine", "atorvastatin")
    assert {"ccb_dhp", "thiazide_like", "arb"} <= certain("telmisartan", "amlodipine", "indapamide")


INGREDIENTS = sorted(set().union(*(GROUPS.members(group) for group in GROUPS)))
products = st.fixed_dictionaries(
    {
        "ingredients": st.lists(st.sampled_from(INGREDIENTS), min_size=1, max_size=4, unique=True),
        "route": st.sampled_from(["", *sorted(groups.ROUTES)]),
        "form": st.sampled_from(["", *sorted(groups.FORMS)]),
        "unit_mg": st.lists(st.floats(0.001, 2000) | st.just(float("nan")), max_size=4),
    }
)


@given(products)
def test_sure_is_possible_and_knowing_less_excludes_nothing(product):
    surely, possibly = GROUPS.membership(**product)
    assert surely <= possibly
    assert possibly <= GROUPS.membership(product["ingredients"])[1]
    assert possibly <= set().union(*(GROUPS.of_ingredient(name) for name in product["ingredients"]))


HEADS = {
    "groups.csv": "group,kind,label,family,seed,routes,forms,source,verified",
    "group_members.csv": "group,member,routes,forms,min_unit_mg,max_unit_mg,unless_with,source,verified",
}
A, B = "a,class,A,,false,,,,false", "b,set,B,,false,,,,false"


def tables(folder: Path, group_rows: list[str], member_rows: list[str]) -> Path:
    for name, rows in (("groups.csv", group_rows), ("group_members.csv", member_rows)):
        (folder / name).write_text("\n".join([HEADS[name], *rows]) + "\n", encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("group_rows", "member_rows", "file", "place"),
    [
        ([A, A], ["a,x,,,,,,,false"], "groups.csv", "row 3"),
        ([A.replace("class", "family")], ["a,x,,,,,,,false"], "groups.csv", "row 2"),
        ([A], ["a,x,,,,,,,false", "a,x,,,,,,,false"], "group_members.csv", "row 3"),
        ([A], ["a,x,,,,,,,false", "c,x,,,,,,,false"], "group_members.csv", "row 3"),
        ([A], ["a,x,orally,,,,,,false"], "group_members.csv", "row 2"),
        ([A], ["a,x,,pill,,,,,false"], "group_members.csv", "row 2"),
        ([A], ["a,x,,,much,,,,false"], "group_members.csv", "row 2"),
        ([A, B], ["a,x,,,,,,,false", "b,@c,,,,,,,false"], "group_members.csv", "row 3"),
        ([A, B], ["a,x,,,,,,,false", "b,@a,oral,,,,,,false"], "group_members.csv", "row 3"),
        ([A, B], ["a,@b,,,,,,,false", "b,@a,,,,,,,false"], "group_members.csv", "row"),
        ([A, B], ["a,x,,,,,,,false"], "group_members.csv", ""),
    ],
    ids=[
        "twice",
        "kind",
        "member-twice",
        "no-group",
        "route",
        "form",
        "number",
        "no-other",
        "conditions",
        "circle",
        "empty",
    ],
)
def test_a_faulty_table_is_refused_with_its_row(tmp_path, group_rows, member_rows, file, place):
    with pytest.raises(KnowledgeError) as refused:
        groups.load(tables(tmp_path, group_rows, member_rows))
    assert refused.value.file.endswith(file)
    assert refused.value.place.startswith(place)
    assert refused.value.exit_code == 12


def test_another_group_brings_its_own_conditions(tmp_path):
    rows = [A.replace(",,false,,", ",,false,inhaled,"), B]
    known = groups.load(tables(tmp_path, rows, ["a,x,,,,,,,false", "b,@a,,,,,,,false"]))
    assert known.membership(["x"], "inhaled")[0] == {"a", "b"}
    assert known.membership(["x"], "oral")[1] == frozenset()
