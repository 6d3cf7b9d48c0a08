"""One text of a cell → its value, or nothing: no default, no guess."""

import numpy as np
import pytest

from medcramp.knowledge import columns
from medcramp.read import patients, values
from medcramp.read.tables import column_of, constant

COLUMNS = columns.load()


@pytest.mark.parametrize(
    ("text", "comma", "number"),
    [
        ("30", False, "30"),
        ("90.000", False, "90"),
        ("1,000", False, "1000"),
        ("1,016.20", False, "1016.2"),
        ("7,5", True, "7.5"),
        ("1 234,56 $", True, "1234.56"),
        ("1.234,5", True, "1234.5"),
        ("+2", False, "2"),
        ("-8.5", False, "-8.5"),
        ("(8.50)", False, "-8.5"),
        ("28 tablet", False, "28"),
        ("30ML", False, "30"),
        ("0", False, "0"),
        (".5", False, "0.5"),
        ("30/30", False, None),
        ("2 x 14", False, None),
        ("03/04/2025", False, None),
        ("as needed", False, None),
        ("1.2.3", False, None),
    ],
)
def test_numbers(text, comma, number):
    assert values.number(text, comma) == number


@pytest.mark.parametrize(
    ("texts", "comma"),
    [
        (["7,5", "30"], True),
        (["7.5", "30"], False),
        (["1,234.50"], False),
        (["1 234,56 $"], True),
        (["30", "60"], None),
        (["1,000"], False),
    ],
)
def test_decimal_commas_are_told_by_the_table(texts, comma):
    assert values.decimal_comma(texts) is comma


@pytest.mark.parametrize(
    ("text", "quantity"), [("0000060000", "60"), ("0000008500", "8.5"), ("60.000", "60"), ("60", "60")]
)
def test_claim_quantities_have_three_implied_decimals(text, quantity):
    assert values.thousandths(text, False) == quantity


@pytest.mark.parametrize(
    ("text", "eleven", "ndc", "remark"),
    [
        ("00054429925", False, "00054429925", ""),
        ("0054-0037-21", False, "00054003721", ""),
        ("59310-579-22", False, "59310057922", ""),
        ("50090-1260-0", False, "50090126000", ""),
        ("000002-1001-30", False, "00002100130", ""),
        ("54429925", False, "00054429925", values.NDC_SHORT),
        ("143126301", False, "00143126301", values.NDC_SHORT),
        ("0169440431", False, "00169440431", values.NDC_SHORT),
        ("8290320122", False, None, values.NDC_TEN),
        ("8290320122", True, "08290320122", values.NDC_SHORT),
        ("2.45532E+08", True, None, values.NDC_LOST),
        ("99999999999", False, None, ""),
        ("00000000000", False, None, ""),
        ("12345-6789", False, None, values.NDC_WRONG),
        ("53157-AS3-BO", False, None, values.NDC_WRONG),
        ("123456", False, None, values.NDC_WRONG),
    ],
)
def test_product_codes_are_repaired_or_declared_lost(text, eleven, ndc, remark):
    remarks = values.Remarks()
    assert values.ndc(text, eleven, remarks) == ndc
    assert list(remarks.counts) == ([remark] if remark else [])


@pytest.mark.parametrize(
    ("text", "age"),
    [("81", "81"), ("81 years", "81"), ("90+", "90"), ("6 months", "0"), ("30 m", "2"), ("999", None), ("adult", None)],
)
def test_ages(text, age):
    assert values.age(text) == age


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("I10", ["I10"]),
        ("m545", ["M54.5"]),
        ("I10; E11.9", ["I10", "E11.9"]),
        ("HTN; CKD 3a (N18.31)", ["N18.31"]),
        ("Vitamin B12 deficiency", []),
        ("195662009", []),
    ],
)
def test_diagnosis_codes(text, codes):
    assert values.icd10_codes(text) == codes


@pytest.mark.parametrize("text", ["N/A", "n/a", "-", "#REF!", "NULL", "  ", "\u00a0", '=""', "none"])
def test_placeholders_are_unknown(text):
    assert values.cleaner(COLUMNS, "sig")(text) is None


def test_zero_is_a_placeholder_for_a_code_and_a_quantity_of_nothing():
    assert values.cleaner(COLUMNS, "ndc")("0") is None
    assert values.cleaner(COLUMNS, "quantity")("0") == "0"


def test_sodium_by_its_symbol_is_a_test_and_not_a_gap():
    assert values.cleaner(COLUMNS, "test")("Na") == "Na"
    assert not len(values.untidy(np.array(["NA", "K"], dtype=object), COLUMNS, "test"))
    assert values.cleaner(COLUMNS, "unit")("NA") is None


def test_tidying_takes_off_what_spreadsheets_put_on():
    assert values.tidy('="00054429925"') == "00054429925"
    assert values.tidy(" ABERNATHY,\u00a0LUCILLE ") == "ABERNATHY, LUCILLE"


@pytest.mark.parametrize(
    ("text", "shown", "flags"),
    [
        ("SMITH(BP), JOHN", "SMITH, JOHN", ()),
        ("VAN DEN BERG,PIETER *DECEASED*", "VAN DEN BERG,PIETER", ("deceased",)),
        ("SMITH,BELLA (CANINE)", "SMITH,BELLA", ("animal",)),
        ("Abernathy, Lucille (Mrs)", "Abernathy, Lucille", ()),
        ("O'Brien, Siobhán", "O'Brien, Siobhán", ()),
    ],
)
def test_tags_in_names_become_flags(text, shown, flags):
    assert patients.name(text, COLUMNS) == patients.Name(shown, flags)


def test_a_person_is_the_same_however_the_name_is_written():
    spellings = ["GARCIA,MARIA L", "Garcia, Maria", "Maria Garcia", "García, María"]
    assert len({patients.synthetic_id((name, "1958-11-30")) for name in spellings}) == 1


def test_two_people_sharing_a_name_are_two():
    assert patients.synthetic_id(("Garcia, Maria", "1958-11-30")) != patients.synthetic_id(
        ("Garcia, Maria", "1987-02-14")
    )


def test_without_a_birth_date_initials_and_suffixes_tell_people_apart():
    assert patients.synthetic_id(("Smith Sr, John A", None)) != patients.synthetic_id(("Smith Jr, John A", None))


def test_a_synthetic_id_is_marked_and_says_neither_name_nor_birth_date():
    made = patients.synthetic_id(("Garcia, Maria", "1958-11-30"))
    assert made.startswith("name:")
    assert "garcia" not in made.lower() and "1958" not in made


def test_a_missing_id_is_taken_from_the_rows_of_the_same_person():
    ids, dated, undated = patients.identify(
        column_of(["P1", None, None]),
        column_of(["Garcia, Maria", "GARCIA,MARIA", "Smith, John"]),
        constant("1958-11-30", 3),
    )
    assert ids.decoded()[:2] == ["P1", "P1"]
    assert ids.decoded()[2].startswith("name:")
    assert (dated, undated) == (1, 0)


@pytest.mark.parametrize(
    ("letters", "title", "sexes"),
    [
        (["M", "F"], "Sex", {"M": "M", "F": "F"}),
        (["H", "M"], "Sexo", {"H": "M", "M": "F"}),
        (["H", "F"], "Sexe", {"H": "M", "F": "F"}),
        (["V", "M"], "Geslacht", {"V": "F", "M": "M"}),
        (["V", "M"], "Sexo", {"V": "M", "M": "F"}),
        (["V", "M"], "Gender", {}),
        (["K", "M"], "Kön", {"K": "F", "M": "M"}),
        (["M"], "Sexo", {"M": "M"}),
    ],
)
def test_letters_of_sexes_mean_what_stands_beside_them_says(letters, title, sexes):
    assert patients.sex_reader(letters, COLUMNS, title) == sexes


def test_the_figures_1_and_2_are_sexes_only_in_a_column_of_nothing_else():
    assert patients.sex_reader(["1", "2"], COLUMNS) == {"1": "M", "2": "F"}
    assert patients.sex_reader(["Female", "m", "2", "U"], COLUMNS) == {"Female": "F", "m": "M"}


@pytest.mark.parametrize(
    ("text", "comma", "number"),
    [
        ("90,00", False, "90"),
        ("0,125", False, "0.125"),
        ("90.5", True, "90.5"),
        ("1.234,5", False, "1234.5"),
        ("1,234.5", True, "1234.5"),
        ("1,000", False, "1000"),
        ("1,000", True, "1"),
        ("1.000", True, "1000"),
        ("1,2,3", False, None),
    ],
)
def test_a_figure_that_allows_one_reading_only_is_read_so(text, comma, number):
    assert values.number(text, comma) == number


@pytest.mark.parametrize(
    ("parts", "code"),
    [(("00054-4299", "25"), "00054429925"), (("54 4299", "25"), None), (("544299", "5"), "00054429905"),
     ((None, "25"), None), (("000000000", "00"), None)],
)  # fmt: skip
def test_a_product_code_in_two_parts(parts, code):
    assert values.joined_ndc(parts) == code


def test_dates_with_dots_say_nothing_of_decimals():
    assert values.decimal_comma(["22.06.41", "14.04.25", "90,00"])
