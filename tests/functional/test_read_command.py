"""`medcramp read`, `inspect` and `layouts` as a person runs them."""

import csv
import stat

import pytest

from fixtures.lists import FILLS, write

HEADER = (
    "source_file,source_sheet,source_row,patient_id,patient_name,birth_date,age,sex,drug,ndc,rxcui,atc,strength,form,"
    "route,sig,quantity,days_supply,start_date,end_date,status,prescriber"
)


def table(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_records_and_unused_rows_are_written(tmp_path, medcramp):
    source = write(
        tmp_path / "fills.csv", [*FILLS, ("Total", "", "", "", "", "", "", "180"), ("703", "", "", "", "", "Zocor")]
    )
    out = tmp_path / "records.csv"
    done = medcramp("read", source, "--out", out)
    assert done.returncode == 0, done.stderr
    rows = table(out)
    assert ",".join(rows[0]) == f"{HEADER},dosing,store"
    assert [row["source_row"] for row in rows] == ["2", "3", "4"]
    assert rows[0]["ndc"] == "00054429925" and rows[0]["age"] == ""
    unused = table(tmp_path / "records.rejected.csv")
    assert [(row["source_row"], row["outcome"]) for row in unused] == [("6", "rejected"), ("5", "ignored")]
    assert "5 read = 3 used + 1 rejected + 1 ignored" in done.stdout
    assert stat.S_IMODE(out.stat().st_mode) == 0o600


def test_nothing_that_a_spreadsheet_would_run(tmp_path, medcramp):
    source = write(
        tmp_path / "f.csv", [("MRN", "Drug", "Sig", "Qty"), ("+1", "=cmd()", "@now", "-3"), ("2", "Zocor", "\t=1", "3")]
    )
    out = tmp_path / "records.csv"
    assert medcramp("read", source, "--out", out).returncode == 0
    rows = table(out)
    assert (rows[0]["drug"], rows[0]["sig"], rows[0]["quantity"]) == ("'=cmd()", "'@now", "-3")
    assert not any(text.startswith(("=", "@", "\t")) for row in rows for text in row.values())


def test_the_same_words_with_read_explain_and_inspect(tmp_path, medcramp):
    source = write(tmp_path / "fills.csv", FILLS)
    inspected = medcramp("inspect", source, "--mask")
    explained = medcramp("read", source, "--explain", "--mask")
    assert inspected.returncode == explained.returncode == 0
    assert inspected.stdout == explained.stdout
    assert "Drug Name" in inspected.stdout and "Adler" not in inspected.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["fills.csv"], 2, "--out"),
        (["missing.csv", "--out", "x.csv"], 10, "missing.csv"),
        (["stock.csv", "--out", "x.csv"], 11, "no patients"),
        (["fills.csv", "--out", "x.csv", "--map", "drug=Nowhere"], 2, "Nowhere"),
        (["fills.csv", "--out", "x.csv", "--layout", "nobody"], 2, "no saved layout"),
        (["fills.csv", "--out", "no/such/folder/x.csv"], 13, "folder"),
    ],
)
def test_what_goes_wrong_is_said_with_its_code(tmp_path, medcramp, monkeypatch, arguments, code, words):
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "fills.csv", FILLS)
    write(
        tmp_path / "stock.csv", [("NDC", "Name", "On Hand", "Strength"), ("00054429925", "Furosemide", "100", "40 mg")]
    )
    done = medcramp("read", *arguments)
    assert (done.returncode, words in done.stderr) == (code, True), done.stderr
    assert not (tmp_path / "x.csv").exists()


def test_a_column_map_is_saved_once_and_used_by_name(tmp_path, medcramp):
    source = write(tmp_path / "f.csv", [("SEQ", "THING"), ("17", "Furosemide 40 mg"), ("18", "Simvastatin 20 mg")])
    saved = medcramp("layouts", "save", "hill street", "--map", "patient_id=SEQ", "--map", "drug=THING")
    assert saved.returncode == 0, saved.stderr
    assert "hill street: 2 columns" in medcramp("layouts", "list").stdout
    assert '--map drug="THING"' in medcramp("layouts", "show", "hill street").stdout
    out = tmp_path / "records.csv"
    assert medcramp("read", source, "--out", out, "--layout", "hill street").returncode == 0
    assert [row["drug"] for row in table(out)] == ["Furosemide 40 mg", "Simvastatin 20 mg"]
