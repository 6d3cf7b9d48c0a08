"""The explanation of how a file is read, and column maps that are set once."""

import pytest

from fixtures.lists import FILLS, read, read_rows, told, write
from medcramp import config
from medcramp.config import Layout
from medcramp.errors import UsageError
from medcramp.read.inspect import explanation, masked


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A user without any configuration, in an empty folder."""
    monkeypatch.setattr(config, "layouts_file", lambda: tmp_path / "config" / "layouts.toml")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def lines(result, **options):
    return "\n".join(explanation(result, **options))


def test_it_says_header_columns_dates_examples_and_how_to_override(home):
    text = lines(read_rows(home, [("Weekly list",), *FILLS, ("Total", "", "", "", "", "", "", "180")]))
    assert "row 2" in text
    assert "Drug Name" in text and "drug: its title says so" in text
    assert "month first" in text
    assert "a total, not a record" in text
    assert "Furosemide 40 mg tablet" in text
    assert '--map drug="Drug Name"' in text and 'drug = "Drug Name"' in text


def test_examples_can_be_masked(home):
    text = lines(read_rows(home, FILLS), mask=True)
    assert "Adler" not in text and "Furosemide" not in text
    assert masked("Adler, Ann 1") == "•••••, ••• •"


def test_the_snippet_reads_the_file_the_same_way(home):
    first = read_rows(home, FILLS)
    part = next(line for line in explanation(first) if "--map drug=" in line)
    columns = dict(pair.split("=", 1) for pair in part.replace('"', "").split(" --map ")[1:])
    columns["patient_id"] = part.split('patient_id="')[1].split('"')[0]
    again = read_rows(home, FILLS, columns=columns)
    assert again.records.astype(object).equals(first.records.astype(object))


def test_of_several_columns_the_one_that_was_read_is_offered(home):
    rows = [
        ("MRN", "Mnemonic Name", "Label Description", "Drug / Directions"),
        ("17", "furosemide", "FUROSEMIDE 40 MG TABLET", "take 1 daily"),
        ("18", "lisinopril", "LISINOPRIL 10 MG TABLET", "1 tab at bedtime"),
    ]
    result = read_rows(home, rows)
    assert told(result, "drug")[0] == ("FUROSEMIDE 40 MG TABLET",)
    text = lines(result)
    assert '--map drug="Label Description"' in text
    assert "Mnemonic Name" in text and "another column comes first" in text


def test_titles_with_a_slash_are_offered_whole(home):
    rows = [("MRN", "Drug / Directions"), ("17", "Furosemide 40 mg tablet - take 1 daily"), ("18", "Lisinopril 10 mg")]
    assert '--map drug="Drug / Directions"' in lines(read_rows(home, rows))


def test_no_cell_stands_in_readings_or_notices(home):
    result = read_rows(home, FILLS)
    said = repr(result.readings) + repr(result.notices)
    assert "Adler" not in said and "Furosemide" not in said


def test_a_saved_layout_is_used_listed_and_shown(home):
    layout = Layout(columns={"patient_id": "SEQ", "drug": 'Item "A"'}, sheet="Fills")
    config.save_layout("hill street", layout)
    config.save_layout("other", Layout(columns={"drug": "D"}))
    assert config.load_layout("hill street") == layout
    assert sorted(config.load_layouts()) == ["hill street", "other"]
    path = write(home / "x.csv", [("SEQ", 'Item "A"'), ("17", "Furosemide 40 mg")])
    config.save_layout("plain", Layout(columns=layout.columns))
    assert told(read(path, layout="plain"), "patient_id", "drug") == [("17", "Furosemide 40 mg")]


def test_options_win_over_layout_and_layout_over_the_file_of_the_folder(home):
    (home / "medcramp.toml").write_text('[read.columns]\ndrug = "A"\nsig = "S"\n', encoding="utf-8")
    config.save_layout("mine", Layout(columns={"drug": "B"}))
    rows = [("MRN", "A", "B", "C", "S"), ("17", "Furosemide", "Simvastatin", "Lisinopril", "1 daily")]
    assert told(read_rows(home, rows), "drug", "sig") == [("Furosemide", "1 daily")]
    assert told(read_rows(home, rows, layout="mine"), "drug", "sig") == [("Simvastatin", "1 daily")]
    assert told(read_rows(home, rows, layout="mine", columns={"drug": "C"}), "drug") == [("Lisinopril",)]


def test_an_unknown_layout_is_refused_with_those_that_exist(home):
    config.save_layout("mine", Layout(columns={"drug": "B"}))
    with pytest.raises(UsageError, match="saved are: mine"):
        read_rows(home, FILLS, layout="yours")


@pytest.mark.parametrize("text", ["[read\n", 'jurisdiction = "MARS"\n', "[read]\ncolour = 1\n"])
def test_a_wrong_configuration_is_refused_naming_the_file(home, text):
    (home / "medcramp.toml").write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=r"medcramp\.toml"):
        read_rows(home, FILLS)


def test_the_order_of_dates_can_be_settled(home):
    rows = [("MRN", "Drug", "Fill Date"), ("17", "Furosemide", "03/04/2025")]
    assert any("date_order" in notice.message for notice in read_rows(home, rows).notices)
    result = read_rows(home, rows, columns={"date_order": "day-first"})
    assert told(result, "start_date") == [("2025-04-03",)]
    assert not result.notices
