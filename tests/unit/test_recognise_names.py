"""Drug lines as pharmacies write them → ingredients, and everything that must not be taken for a drug."""

import pytest

from medcramp import knowledge, recognise


def identified(*texts):
    return recognise.identify(texts, knowledge.load()).to_dict("records")


def ingredients(text):
    (row,) = identified(text)
    return set(filter(None, row["ingredients"].split(";")))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("furosemide", "furosemide"),
        ("FUROSEMIDE 40 MG TABLET", "furosemide"),
        ("Frusemide 40mg tablets (Example Pharma Ltd)", "furosemide"),
        ("APO FUROSÉMIDE", "furosemide"),
        ("TEVA-HYDROCHLOROTHIAZIDE 25 mg", "hydrochlorothiazide"),
        ("Furosemida 40", "furosemide"),
        ("losartan potassium 50 mg tab", "losartan"),
        ("potassium losartan", "losartan"),
        ("atorvastatin calcium", "atorvastatin"),
        ("esomeprazole magnesium DR cap", "esomeprazole"),
        ("penicillin v potassium 500 mg", "penicillin v"),
        ("valproate sodium", "valproic acid"),
        ("warfarin sodium 5 mg tablet (DAW1)", "warfarin"),
        ("potassium chloride ER 20 mEq tablet", "potassium chloride"),
        ("POTASSIUM CL ER 10 MEQ", "potassium chloride"),
        ("magnesium oxide 400 mg", "magnesium oxide"),
        ("KLOR-CON M20 (POTASSIUM CHLORIDE) TAB", "potassium chloride"),
        ("licorice (liquorice) sweets 100 g/day", "licorice"),
        ("0.5 ML dulaglutide 1.5 MG/ML Auto-Injector [Trulicity]", "dulaglutide"),
        ("aspirin 81 mg chewable tablet", "aspirin"),
        ("WARFARIN (COUMADIN) NA 3MG", "warfarin"),
        ("LOSARTAN (COZAAR) POTASSIUM 50 MG", "losartan"),
        ("ESOMEPRAZOLE [NEXIUM] MAG 40 MG", "esomeprazole"),
        ("POTASSIUM (K-DUR) CHLORIDE 20 MEQ", "potassium chloride"),
        ("dimeticone 4% scalp lotion", "dimethicone"),
        ("Hedrin lotion", "dimethicone"),
        ("activated dimeticone 21 mg/2.5 ml", "simethicone"),
        ("insulin aspart (NovoLog) sliding scale", "insulin aspart"),
        ("Prilosec OTC 20 mg", "omeprazole"),
        ("nystatin 100,000 units/ml suspension", "nystatin"),
    ],
)
def test_one_ingredient(text, expected):
    assert ingredients(text) == {expected}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("lisinopril-hctz 20-12.5 mg tab", {"lisinopril", "hydrochlorothiazide"}),
        ("HCTZ/LISINOPRIL", {"lisinopril", "hydrochlorothiazide"}),
        ("LISINOPRIL-HYDROCHLOROTH", {"lisinopril", "hydrochlorothiazide"}),
        ("OLMESARTAN/AMLODIPIN/HCTHIAZID", {"olmesartan", "amlodipine", "hydrochlorothiazide"}),
        ("lisinoprilhctz 20-12.5", {"lisinopril", "hydrochlorothiazide"}),
        ("valsartan HCT", {"valsartan", "hydrochlorothiazide"}),
        ("hydrochlorothiazide 12.5 MG / valsartan 160 MG Oral Tablet", {"valsartan", "hydrochlorothiazide"}),
        ("triamterene & hydrochlorothiazide cap", {"triamterene", "hydrochlorothiazide"}),
        ("fluticasone and salmeterol diskus", {"fluticasone", "salmeterol"}),
        ("Amlodipine + Atorvastatin (Caduet)", {"amlodipine", "atorvastatin"}),
        ("FLUTICAS 100/SALMETEROL 50 INHL DISK 60", {"fluticasone", "salmeterol"}),
        ("calcium carbonate/vitamin d3", {"calcium carbonate", "cholecalciferol"}),
        ("Hyzaar 100-25", {"losartan", "hydrochlorothiazide"}),
    ],
)
def test_every_component_of_a_combination(text, expected):
    assert ingredients(text) == expected


@pytest.mark.parametrize(
    ("text", "never"),
    [
        ("Prilosec", "captopril"),
        ("prilocaine cream", "captopril"),
        ("Sandostatin", "simvastatin"),
        ("cholesterol", "salmeterol"),
        ("isosorbide mononitrate ER 30 mg", "isosorbide"),
        ("diclofenac potassium", "potassium"),
        ("acamprosate calcium", "calcium"),
        ("magnesium salicylate", "magnesium"),
        ("potassium xyzzylate 5 mg", "potassium"),
    ],
)
def test_a_name_inside_a_name_or_a_salt_is_no_drug(text, never):
    assert never not in ingredients(text)


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("furosemide", "exact"),
        ("Furosemide 40 mg", "normalised"),
        ("metolzaone 2.5 mg", "approximate"),
        ("hct", "ambiguous"),
        ("MgSO4 2 g IV", "ambiguous"),
        ("hydroxizine 25 mg", "ambiguous"),
        ("pen needles 31G", "not_a_drug"),
        ("insulin pen needle 4 mm", "not_a_drug"),
        ("qwertyuiop 5 mg", "unknown"),
        ("", "unknown"),
        ("12345 %%%", "unknown"),
    ],
)
def test_status_says_how_sure_it_is(text, status):
    (row,) = identified(text)
    assert row["status"] == status
    if status in ("ambiguous", "unknown", "not_a_drug"):
        assert row["ingredients"] == ""


def test_what_was_changed_is_said():
    (row,) = identified("metolzaone 2.5 mg")
    assert "metolzaone → metolazone" in row["note"]


def test_candidates_are_shown_and_none_is_used():
    (row,) = identified("hydroxizine 25 mg")
    assert "hydroxyzine" in row["note"] and "hydralazine" in row["note"]
    assert row["ingredients"] == row["classes"] == ""


def test_a_component_that_is_not_understood_is_named():
    (row,) = identified("amlodipine/qwertyuiop 5-10 mg")
    assert row["ingredients"] == "amlodipine"
    assert row["status"] == "approximate"
    assert "not understood: qwertyuiop" in row["note"]


def test_an_unknown_prefix_makes_another_product_of_a_brand():
    (row,) = identified("Zyq-Adalat 20 mg")
    assert row["status"] == "ambiguous"


@pytest.mark.parametrize(
    ("text", "expected"),
    [("hct 25 mg tab", "hydrochlorothiazide"), ("hct 1% cream", "hydrocortisone"), ("hct 10 mg", "hydrocortisone")],
)
def test_hct_is_settled_by_strength_or_form(text, expected):
    assert ingredients(text) == {expected}


def test_names_that_contradict_each_other_are_not_used():
    (row,) = identified("warfarin Lasix")
    assert row["status"] == "ambiguous"


def test_rows_come_back_one_for_one_in_order():
    texts = ["furosemide", "", "Lasix", None, "furosemide"]
    table = recognise.identify(texts, knowledge.load())
    assert list(table["text"]) == ["furosemide", "", "Lasix", "", "furosemide"]
    assert list(table["ingredients"]) == ["furosemide", "", "furosemide", "", "furosemide"]


@pytest.mark.parametrize(
    "text", ["/" * 5000, "a/" * 3000, "(" * 3000, "-- ; ++ %", "\x00\ud83d", "９９ mg", "x" * 20000]
)
def test_hostile_lines_end_quickly_and_name_nothing(text):
    assert ingredients(text) == set()


def test_a_correction_is_used_instead_of_the_text():
    table = recognise.identify(["wtr pill"], knowledge.load(), corrections={"WTR  Pill": "furosemide 40 mg"})
    assert table.loc[0, "ingredients"] == "furosemide"
    assert table.loc[0, "text"] == "wtr pill"


@pytest.mark.parametrize(
    ("text", "jurisdiction", "expected"),
    [
        ("Urex", "", set()),
        ("Urex", "US", {"methenamine"}),
        ("Urex", "AU", {"furosemide"}),
        ("Urex", "UK", set()),
        ("Urex 20 mg", "", {"furosemide"}),
        ("Cartia 100 mg", "US", {"aspirin"}),
        ("Cartia tablets", "AU", {"aspirin"}),
        ("Triatec", "", set()),
        ("Triatec", "EU", {"ramipril"}),
        ("Triatec", "CA", {"acetaminophen", "codeine"}),
        ("Triatec 5 mg", "", {"ramipril"}),
        ("Dilacor", "EU", {"digoxin"}),
        ("Norgesic", "US", {"aspirin", "caffeine", "orphenadrine"}),
        ("Norgesic", "AU", {"acetaminophen", "orphenadrine"}),
        ("Lasix", "UK", {"furosemide"}),
    ],
)
def test_a_brand_with_two_meanings_is_settled_by_the_line_or_the_country(text, jurisdiction, expected):
    (row,) = recognise.identify([text], knowledge.load(), jurisdiction=jurisdiction).to_dict("records")
    assert set(filter(None, row["ingredients"].split(";"))) == expected
    assert (row["status"] == "ambiguous") == (not expected)


def test_the_country_that_settled_a_name_is_said():
    (row,) = recognise.identify(["Urex"], knowledge.load(), jurisdiction="AU").to_dict("records")
    assert row["note"] == "urex → furosemide (as sold in AU)"


@pytest.mark.parametrize(
    "text",
    [
        "Zxqvamin with Glucose 100ml",
        "Zxqvacaine 0.5% injection with dextrose",
        "ZXQVO-DEX",
        "Zxqvex honey and lemon",
        "Zxqvomab powder for injection 7.5 mg with diluent",
    ],
)
def test_what_an_unknown_name_is_dissolved_in_is_not_taken_for_it(text):
    (row,) = identified(text)
    assert row["status"] in ("ambiguous", "unknown") and not row["ingredients"]


@pytest.mark.parametrize(
    "text",
    [
        "VALSARTAN-",
        "AMLODIPINE BESYLATE/",
        "LOSARTAN-H",
        "ATENOLOL/C",
        "TRIAMTERENE-HYDROCHL",
        "SULFAMETHOXAZOLE-TRI",
    ],
)
def test_half_a_combination_is_not_sure(text):
    (row,) = identified(text)
    assert row["status"] in ("approximate", "ambiguous")


@pytest.mark.parametrize(
    "text", ["VALSARTAN - 80 MG", "metoprolol-ER", "Nitrofurantoin Mono/Macro", "Losartan-Potassium"]
)
def test_a_joiner_before_strength_form_or_salt_hides_nothing(text):
    (row,) = identified(text)
    assert row["status"] in ("exact", "normalised")


@pytest.mark.parametrize(
    ("text", "ingredient"),
    [
        ("losartan without hydrochlorothiazide 50 mg", "losartan"),
        ("lidocaine 2% w/o epinephrine", "lidocaine"),
        ("multivitamin (without iron) tab", "multivitamin"),
        ("bupivacaine HCl sans epinephrine", "bupivacaine"),
        ("Iron free multivitamin", "multivitamin"),
        ("Zxqvagold without hydrochlorothiazide", ""),
        ("Hyzaar without hydrochlorothiazide", ""),
        ("acetaminophen elixir honey flavour", "acetaminophen"),
        ("acetaminophen elixir cherry", "acetaminophen"),
    ],
)
def test_what_a_product_is_without_is_not_in_it(text, ingredient):
    (row,) = identified(text)
    assert row["ingredients"] == ingredient
    assert row["status"] == "normalised" if ingredient else row["status"] in ("ambiguous", "unknown")
