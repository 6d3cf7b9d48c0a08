"""`medcramp screen` end to end on the example exports and on small hostile ones."""

import csv
import json
import os
import stat
import sys
from pathlib import Path

import pytest
from openpyxl import load_workbook

EXAMPLES = Path(__file__).parents[2] / "data" / "examples"


def table(folder, name):
    with (folder / "tables" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write(path, *rows):
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


@pytest.fixture(scope="module")
def example(tmp_path_factory, example_arguments):
    """The report on the example patients, made once."""
    import subprocess

    out = tmp_path_factory.mktemp("example") / "report"
    command = [sys.executable, "-m", "medcramp", "screen", *example_arguments, "--out", str(out)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return out, done


def rules_of(folder, patient):
    return {row["rule"] for row in table(folder, "findings") if row["patient_id"] == patient}


def test_every_row_is_accounted_for(example):
    out, _ = example
    rows = json.loads((out / "run.json").read_text())["rows"]
    assert rows["read"] == rows["used"] + rows["rejected"] + rows["ignored"] == 236
    not_taken = {row["status"]: row["active"] for row in table(out, "medications") if row["status"] != "Sold"}
    assert not_taken == {"Reversed": "no", "On Hold": "no"}


def test_the_summary_says_what_was_done(example):
    _, done = example
    for word in ("Rows", "Patients", "recognised", "Findings", "worklist.xlsx"):
        assert word in done.stdout
    assert done.stderr == ""


def test_findings_a_pharmacist_expects(example):
    out, _ = example
    assert {"CLASS-loop", "CLASS-thiazide_like", "HK-01", "HK-08", "LAB-potassium-low"} <= rules_of(out, "10231")
    assert {"ST-03", "CLASS-statin", "CLASS-ccb_dhp"} <= rules_of(out, "10244")
    assert {"HP-05", "LAB-potassium-high"} <= rules_of(out, "10290")
    assert {"HP-17"} <= rules_of(out, "10271") and "HP-18" not in rules_of(out, "10271")
    assert {"AIR-01", "CLASS-laba"} <= rules_of(out, "10352")
    assert {"CAS-02", "RED-quinine"} <= rules_of(out, "10267")
    assert {"LI-01"} <= rules_of(out, "10349")
    assert {"ST-03"} <= rules_of(out, "10303")


def test_what_must_stay_silent(example):
    out, _ = example
    assert rules_of(out, "10367") == {"CLASS-metformin"}  # hydroxyzine is no diuretic, and the diuretic is on hold
    assert "CLASS-ccb_dhp" not in rules_of(out, "10250")  # a reversed claim
    assert not any(rule.startswith("CLASS-carb") for rule in rules_of(out, "10420"))  # eye drops
    assert "ST-03" not in rules_of(out, "10288")  # atorvastatin with amlodipine
    assert not any(rule.startswith("CLASS-loop") for rule in rules_of(out, "10462"))  # stopped in January


def test_opposing_medicines_show_on_both_sides(example):
    out, _ = example
    row = next(r for r in table(out, "electrolytes") if r["patient_id"] == "10271" and r["electrolyte"] == "potassium")
    assert row["net"] == "mixed" and row["drivers_down"] and row["drivers_up"]


def test_two_people_sharing_a_name_are_two(example):
    out, _ = example
    patients = {row["patient_id"]: row for row in table(out, "patients")}
    assert len(patients) == 24
    assert patients["10412"]["patient_name"] == patients["10420"]["patient_name"]


def test_csv_and_xlsx_give_identical_tables(example, tmp_path, medcramp, example_arguments):
    out, _ = example
    arguments = [str(EXAMPLES / "dispensing.xlsx"), *example_arguments[1:]]
    done = medcramp("screen", *arguments, "--out", tmp_path / "xlsx")
    assert done.returncode == 0, done.stderr
    for name in ("findings", "electrolytes", "options", "patients"):
        ours, theirs = table(tmp_path / "xlsx", name), table(out, name)
        for row in (*ours, *theirs):
            row.pop("source_rows", None)
        assert ours == theirs, name


def test_row_order_changes_nothing(example, tmp_path, medcramp, example_arguments):
    out, _ = example
    with (EXAMPLES / "dispensing.csv").open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    shuffled = write(tmp_path / "shuffled.csv", header, *rows[::-1])
    done = medcramp("screen", shuffled, *example_arguments[1:], "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    for name in ("findings", "electrolytes", "options", "patients"):
        ours, theirs = table(tmp_path / "out", name), table(out, name)
        for row in (*ours, *theirs):
            row.pop("source_rows", None)
        assert ours == theirs, name


def test_the_same_input_gives_the_same_bytes(example, tmp_path, medcramp, example_arguments):
    out, _ = example
    done = medcramp("screen", *example_arguments, "--out", tmp_path / "again", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    for path in sorted((out / "tables").iterdir()):
        assert path.read_bytes() == (tmp_path / "again" / "tables" / path.name).read_bytes(), path.name


def test_files_belong_to_their_owner_alone(example):
    out, _ = example
    for path in [out, *out.rglob("*")]:
        assert not stat.S_IMODE(path.stat().st_mode) & 0o077, path


def test_the_workbook_has_its_sheets_and_a_row_for_every_patient(example):
    out, _ = example
    book = load_workbook(out / "worklist.xlsx")
    wanted = "Summary,Worklist,Findings,Medications,Electrolytes,Options,Unrecognised"
    wanted += ",Rejected rows,Not assessed,Evidence,About"
    assert set(wanted.split(",")) <= set(book.sheetnames)
    ids = {str(cell.value) for row in book["Worklist"].iter_rows() for cell in row}
    assert {row["patient_id"] for row in table(out, "patients")} <= ids


INJECTIONS = ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1+1", '=HYPERLINK("http://x","y")', "<script>alert(1)</script>"]


def test_nothing_from_the_input_becomes_a_formula(tmp_path, medcramp):
    rows = [("patient_id", "patient_name", "drug", "sig", "start_date")]
    rows += [(f"P{n}", text, f"{text} furosemide 40 mg", text, "2026-10-01") for n, text in enumerate(INJECTIONS)]
    out = tmp_path / "out"
    done = medcramp("screen", write(tmp_path / "bad.csv", *rows), "--out", out)
    assert done.returncode == 0, done.stderr
    for path in (out / "tables").glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.reader(file):
                for cell in row:
                    assert not cell.startswith(("=", "+", "@", "\t")), (path.name, cell)
    for sheet in load_workbook(out / "worklist.xlsx"):
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f", (sheet.title, cell.coordinate)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", 10),
        (b"patient_id,drug\n", 11),
        (b"item,stock,price\nfurosemide,5,1.20\nlisinopril,9,2.10\n", 11),
        (b"PK\x03\x04 not really a zip", 10),
    ],
    ids=["empty", "header only", "no patients", "truncated zip"],
)
def test_bad_input_is_refused_in_words(content, code, tmp_path, medcramp):
    path = tmp_path / "input.csv"
    path.write_bytes(content)
    done = medcramp("screen", path, "--out", tmp_path / "out")
    assert done.returncode == code, done.stderr
    assert "input.csv" in done.stderr and "What to do" in done.stderr
    assert not (tmp_path / "out" / "worklist.xlsx").exists()


def test_a_missing_file_is_exit_10(tmp_path, medcramp):
    done = medcramp("screen", tmp_path / "nowhere.csv", "--out", tmp_path / "out")
    assert done.returncode == 10 and "nowhere.csv" in done.stderr


def test_wrong_usage_is_exit_2_with_the_nearest_value(tmp_path, medcramp, example_arguments):
    done = medcramp("screen", *example_arguments, "--out", tmp_path / "out", "--jurisdiction", "USA")
    assert done.returncode == 2 and "Did you mean 'US'" in done.stderr
    assert medcramp("scren").returncode == 2
    assert medcramp("screen", *example_arguments, "--out", tmp_path / "o", "--as-of", "31/10/2026").returncode == 2


def test_an_output_that_cannot_be_written_is_exit_13(tmp_path, medcramp, example_arguments):
    blocked = tmp_path / "blocked"
    blocked.write_text("a file where a folder should go")
    done = medcramp("screen", *example_arguments, "--out", blocked / "report")
    assert done.returncode == 13 and "What to do" in done.stderr


def test_broken_knowledge_is_exit_12_naming_file_and_row(tmp_path, medcramp):
    import shutil

    from medcramp.knowledge.files import knowledge_folder

    folder = tmp_path / "knowledge"
    shutil.copytree(knowledge_folder(), folder)
    path = folder / "groups.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    lines.insert(3, "nonsense,neither,Label,,maybe,,,NOWHERE,perhaps")
    path.write_text("\n".join(lines), encoding="utf-8")
    done = medcramp("knowledge", "check", "--folder", folder)
    assert done.returncode == 12 and "groups.csv" in done.stderr and "row 4" in done.stderr


def test_an_internal_error_shows_no_cell(tmp_path, monkeypatch, capsys):
    from medcramp import cli

    def broken(*_, **__):
        raise RuntimeError("SECRET PATIENT")

    monkeypatch.setattr(cli.cli, "main", broken)
    with pytest.raises(SystemExit) as left:
        cli.main([])
    assert left.value.code == 20
    assert "SECRET" not in capsys.readouterr().err


def test_an_interrupted_run_leaves_the_old_report_whole(example, tmp_path, medcramp, example_arguments):
    out = tmp_path / "report"
    assert medcramp("screen", *example_arguments, "--out", out).returncode == 0
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    bad = write(tmp_path / "bad.csv", ("nothing", "useful"), ("a", "b"))
    assert medcramp("screen", bad, "--out", out).returncode != 0
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == before


@pytest.mark.skipif(os.name == "nt", reason="POSIX only")
def test_no_network_is_used(tmp_path, example_arguments):
    """The whole run with an audit hook that refuses every use of a socket."""
    import subprocess

    code = (
        "import sys\n"
        "def watch(event, arguments):\n"
        "    if event.startswith('socket.') and event != 'socket.gethostname':\n"
        "        raise RuntimeError(event)\n"
        "sys.addaudithook(watch)\n"
        "from medcramp.cli import main\n"
        "main(sys.argv[1:])"
    )
    command = [sys.executable, "-c", code, "screen", *example_arguments, "--out", str(tmp_path / "out")]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_explain_rebuilds_a_finding_from_the_tables(example, medcramp):
    out, _ = example
    done = medcramp("explain", "10231", "HK-08", "--run", out)
    assert done.returncode == 0, done.stderr
    assert "HK-08" in done.stdout and "[ANSM]" in done.stdout
    assert medcramp("explain", "99999", "--run", out).returncode == 2


def test_a_compounding_request_is_written_for_the_chosen_preparation(tmp_path, medcramp, example_arguments):
    chosen = ["--request", "10231=ketoprofen+cyclobenzaprine:cream", "--papers", "1", "--formats", "html"]
    out = tmp_path / "out"
    done = medcramp("screen", *example_arguments, "--out", out, *chosen)
    assert done.returncode == 0, done.stderr
    (paper,) = (out / "documents").glob("*request*.html")
    words = paper.read_text(encoding="utf-8")
    assert "Ketoprofen" in words and "Cyclobenzaprine" in words and "10231" in words


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        ("10231=ketoprofn:cream", "there is no option ketoprofn"),
        ("10231=ketoprofen:pill", "there is no ketoprofen as pill"),
        ("99=ketoprofen:cream", "not in the data"),
        ("ketoprofen", "write it as"),
    ],
)
def test_a_request_that_cannot_be_met_is_refused(request_, said, tmp_path, medcramp, example_arguments):
    done = medcramp("screen", *example_arguments, "--out", tmp_path / "out", "--request", request_)
    assert done.returncode == 2 and said in done.stderr
    assert not (tmp_path / "out" / "worklist.xlsx").exists()


def test_a_refusal_never_quotes_a_row_of_data(tmp_path, medcramp):
    rows = [("Kit", "Brand or Generic", "Shelf"), ("SECRET ONE", "Generic", "3/4/2025"), ("SECRET TWO", "Brand", "100")]
    rows += [("00054429925", "Generic", "RX"), ("SECRET THREE 40 MG", "Generic", "12.11")]
    done = medcramp("read", write(tmp_path / "stock.csv", *rows), "--out", tmp_path / "out.csv")
    assert done.returncode in (10, 11)
    assert "SECRET" not in done.stderr and "00054429925" not in done.stderr
