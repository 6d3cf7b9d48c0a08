"""Which rows are records: repeats, reversals, carriers, survey codes; what each is called in the ledger."""

from fixtures.lists import read_rows, reasons, told

TITLES = ("Rx Number", "Fill Number", "Patient ID", "Drug Name", "Qty", "Fill Date", "Rx Status", "Price")


def test_a_row_repeated_in_every_cell_is_ignored(tmp_path):
    row = ("700", "1", "P1", "Furosemide 40 mg", "60", "2025-03-04", "Active", "1.00")
    result = read_rows(tmp_path, [TITLES, row, row, ("701", *row[1:])])
    assert told(result, "source_row") == [(2,), (4,)]
    assert reasons(result.ignored) == {3: "the same as row 2"}


def test_the_same_fill_with_another_price_is_ignored(tmp_path):
    row = ("700", "1", "P1", "Furosemide 40 mg", "60", "2025-03-04", "Active")
    result = read_rows(tmp_path, [TITLES, (*row, "1.00"), (*row, "2.00")])
    assert reasons(result.ignored) == {3: "the same prescription fill as row 2"}


def test_another_fill_of_the_same_prescription_is_kept(tmp_path):
    rows = [TITLES, ("700", "1", "P1", "Furosemide 40 mg", "60", "2025-03-04", "Active", "1.00"),
            ("700", "2", "P1", "Furosemide 40 mg", "60", "2025-04-04", "Active", "1.00")]  # fmt: skip
    assert len(read_rows(tmp_path, rows).records) == 2


def test_without_a_prescription_number_only_whole_rows_are_repeats(tmp_path):
    rows = [("MRN", "Drug", "Note"), ("1", "Furosemide 40 mg", "a"), ("1", "Furosemide 40 mg", "b")]
    assert len(read_rows(tmp_path, rows).records) == 2


def test_a_reversal_and_its_supply_cancel_each_other(tmp_path):
    paid = ("700", "1", "P1", "Furosemide 40 mg", "60", "2025-03-04", "Paid", "1.00")
    undone = ("700", "1", "P1", "Furosemide 40 mg", "-60", "2025-03-05", "Reversed", "(1.00)")
    result = read_rows(tmp_path, [TITLES, paid, undone, ("701", *paid[1:3], "Simvastatin 20 mg", *paid[4:])])
    assert told(result, "drug") == [("Simvastatin 20 mg",)]
    assert reasons(result.ignored) == {2: "supply undone; pairs with row 3", 3: "supply undone; pairs with row 2"}


def test_a_claim_billed_again_after_its_reversal_stays(tmp_path):
    paid = ("700", "1", "P1", "Furosemide 40 mg", "60", "2025-03-04")
    rows = [TITLES, (*paid, "B1", "1.00"), (*paid, "B2", "1.00"), (*paid, "B1", "3.00")]
    result = read_rows(tmp_path, rows)
    assert told(result, "source_row", "status") == [(4, "B1")]


def test_a_rejected_claim_does_not_undo_the_paid_one(tmp_path):
    claim = ("700", "1", "P1", "Furosemide 40 mg", "60", "2025-03-04")
    result = read_rows(tmp_path, [TITLES, (*claim, "Rejected", "1.00"), (*claim, "Paid", "1.00")])
    assert told(result, "status") == [("Rejected",), ("Paid",)]


def test_a_reversal_without_its_supply_stays_with_its_status(tmp_path):
    undone = ("700", "1", "P1", "Furosemide 40 mg", "-60", "2025-03-05", "Reversed", "(1.00)")
    result = read_rows(tmp_path, [TITLES, undone])
    assert told(result, "quantity", "status") == [("-60", "Reversed")]


def test_a_negative_quantity_without_a_status_was_given_back(tmp_path):
    result = read_rows(tmp_path, [("MRN", "Drug", "Qty"), ("1", "Furosemide 40 mg", "-8.5")])
    assert told(result, "quantity", "status") == [("-8.5", "returned")]


def test_held_transferred_and_stopped_rows_are_records_with_their_status(tmp_path):
    words = ("On Hold", "TRANSFERRED OUT", "Discontinued")
    rows = [("MRN", "Drug", "Rx Status"), *[("1", f"Furosemide {n} mg", word) for n, word in enumerate(words, 10)]]
    assert told(read_rows(tmp_path, rows), "status") == [(word,) for word in words]


def test_carrier_fluids_are_no_therapy(tmp_path):
    rows = [("subject_id", "drug_type", "drug", "ndc"), ("17", "MAIN", "*NF* Furosemide", "0"),
            ("17", "BASE", "0.9% Sodium Chloride", "0")]  # fmt: skip
    result = read_rows(tmp_path, rows)
    assert told(result, "drug", "ndc") == [("*NF* Furosemide", None)]
    assert reasons(result.ignored) == {3: "carrier fluid, not therapy"}


def test_survey_codes_and_blank_medicines_are_ignored_with_the_reason(tmp_path):
    rows = [("SEQN", "RXDUSE", "RXDDRUG"), ("73557", "1", "99999"), ("73558", "1", "55555"), ("73559", "2", ""),
            ("73560", "1", "FUROSEMIDE")]  # fmt: skip
    result = read_rows(tmp_path, rows, columns={"patient_id": "SEQN", "drug": "RXDDRUG"})
    assert told(result, "patient_id", "drug") == [("73560", "FUROSEMIDE")]
    assert set(reasons(result.ignored)) == {2, 3, 4}
    assert reasons(result.ignored)[4] == "no medicine in this row"


def test_two_people_sharing_a_name_are_told_apart_by_birth_date(tmp_path):
    rows = [("Patient Name", "DOB", "Drug"), ("Garcia, Maria", "11/30/1958", "Furosemide"),
            ("Garcia, Maria", "02/14/1987", "Simvastatin"), ("GARCIA,MARIA L", "11/30/1958", "Lisinopril")]  # fmt: skip
    ids = [text for (text,) in told(read_rows(tmp_path, rows), "patient_id")]
    assert ids[0] == ids[2] != ids[1]


def test_people_known_by_name_alone_are_said(tmp_path):
    result = read_rows(tmp_path, [("Patient Name", "Drug"), ("Garcia, Maria", "Furosemide")])
    assert any("name alone" in notice.message for notice in result.notices)


def test_one_id_with_two_birth_dates_is_said(tmp_path):
    rows = [("Member ID", "DOB", "Drug"), ("M1", "11/30/1958", "Furosemide"), ("M1", "02/14/1987", "Simvastatin")]
    result = read_rows(tmp_path, rows)
    assert any("more than one birth date" in notice.message for notice in result.notices)


def test_flags_in_names_reach_the_patients(tmp_path):
    rows = [("Patient Name", "DOB", "Drug"), ("BROOK,BOB *DECEASED*", "07/04/1939", "Furosemide"),
            ("ADLER,BELLA (CANINE)", "", "Furosemide")]  # fmt: skip
    people = read_rows(tmp_path, rows).companions["patients"]
    assert list(people["flags"]) == ["deceased", "animal"]
