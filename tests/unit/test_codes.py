"""Drug codes: shapes, published table layouts, the store in the user's folder, and code against text."""

import stat
import zipfile

import pytest
from click.testing import CliRunner
from tests.unit.test_recognise_product import records

from medcramp import knowledge, recognise
from medcramp.cli_identify import codes as codes_command
from medcramp.errors import InputUnreadableError, UsageError
from medcramp.recognise import code_store, codes

PRODUCT = (
    "PRODUCTID\tPRODUCTNDC\tPRODUCTTYPENAME\tPROPRIETARYNAME\tNONPROPRIETARYNAME\tDOSAGEFORMNAME\tROUTENAME\t"
    "SUBSTANCENAME\tACTIVE_NUMERATOR_STRENGTH\tACTIVE_INGRED_UNIT\n"
    "a\t90001-123\tHUMAN\tMadeup\tlisinopril and hydrochlorothiazide\tTABLET\tORAL\t"
    "HYDROCHLOROTHIAZIDE; LISINOPRIL\t12.5; 20\tmg/1; mg/1\n"
    "b\t90002-0042\tHUMAN\tOther\tfurosemide\tTABLET, FILM COATED\tORAL\tFUROSEMIDE\t40\tmg/1\n"
)
PACKAGE = (
    "PRODUCTID\tPRODUCTNDC\tNDCPACKAGECODE\tPACKAGEDESCRIPTION\na\t90001-123\t90001-123-01\t100 TABLET in 1 BOTTLE\n"
)
CONSO = "\n".join(
    f"{cui}|ENG||||||||||{sab}|{tty}|{code}|{name}||N||"
    for cui, sab, tty, code, name in [
        ("111", "RXNORM", "IN", "111", "furosemide"),
        ("222", "RXNORM", "SCD", "222", "furosemide 40 MG Oral Tablet"),
        ("333", "RXNORM", "BN", "333", "Madeupol"),
        ("111", "ATC", "IN", "C03CA01", "furosemide"),
    ]
)
REL = "111|||RO|333|||tradename_of||RXNORM|||||||"
SAT = "222||||||||NDC|RXNORM|90002004201|N||"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0143-1263-01", ("00143126301",)),
        ("16714-685-01", ("16714068501",)),
        ("50090-1260-0", ("50090126000",)),
        ("50090-1260-00", ("50090126000",)),
        ("000002-1001-30", ("00002100130",)),
        ("53885-*04-50", ("53885000450",)),
        ("00054429925", ("00054429925",)),
        ("54429925", ("00054429925",)),
        ('="00054429925"', ("00054429925",)),
        ("1671468501", ("01671468501", "16714068501", "16714685001")),
        ("0", ()),
        ("00000000000", ()),
        ("99999999999", ()),
        ("2.45532E+08", ()),
        ("53157-AS3-BO", ()),
        ("19158", ()),
        ("", ()),
    ],
)
def test_national_drug_codes_become_eleven_digits(text, expected):
    assert codes.ndc11(text) == expected


def test_other_codes_by_their_shape():
    assert codes.din("362166") == "00362166"
    assert codes.atc("c03ca01") == "C03CA01"
    assert codes.atc("C03") == ""
    assert codes.rxcui("197361") == "197361"
    assert codes.rxcui("0123") == ""
    assert codes.ndc_product("0002-0800") == "000020800"


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "data" / "codes"


def install(tmp_path, folder, files, name=""):
    source = tmp_path / "published"
    source.mkdir()
    for file, text in files.items():
        (source / file).write_text(text, encoding="utf-8")
    code_store.install(source, name, folder)
    return code_store.tables(folder)


def test_the_fda_directory_as_published(tmp_path, folder):
    tables = install(tmp_path, folder, {"product.txt": PRODUCT, "package.txt": PACKAGE})
    known = tables.names([("ndc", "90001012301"), ("ndc_product", "900020042")])
    assert known["ndc", "90001012301"] == "hydrochlorothiazide 12.5 mg / lisinopril 20 mg tablet oral"
    assert known["ndc_product", "900020042"] == "furosemide 40 mg tablet oral"


def test_the_fda_directory_zipped(tmp_path, folder):
    archive = tmp_path / "ndctext.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("product.txt", PRODUCT)
        file.writestr("package.txt", PACKAGE)
    assert code_store.install(archive, "", folder).codes == 3


def test_rxnorm_release_files(tmp_path, folder):
    tables = install(tmp_path, folder, {"RXNCONSO.RRF": CONSO, "RXNREL.RRF": REL, "RXNSAT.RRF": SAT})
    known = tables.names([("rxcui", "222"), ("rxcui", "333"), ("ndc", "90002004201"), ("atc", "C03CA01")])
    assert known == {
        ("rxcui", "222"): "furosemide 40 MG Oral Tablet",
        ("rxcui", "333"): "furosemide",
        ("ndc", "90002004201"): "furosemide 40 MG Oral Tablet",
        ("atc", "C03CA01"): "furosemide",
    }


def test_a_plain_table(tmp_path, folder):
    tables = install(tmp_path, folder, {"own.csv": "DIN;Name\n362166;Furosemide 40 mg\n"})
    assert tables.names([("din", "00362166")]) == {("din", "00362166"): "Furosemide 40 mg"}


@pytest.mark.parametrize("text", ["", "one column only\n", "\x00\x01\x02"])
def test_a_file_without_codes_is_refused(tmp_path, folder, text):
    with pytest.raises(InputUnreadableError):
        install(tmp_path, folder, {"own.csv": text})
    assert not list(folder.glob("*")) if folder.exists() else True


def test_packages_alone_name_no_drugs(tmp_path, folder):
    with pytest.raises(InputUnreadableError, match=r"product\.txt"):
        install(tmp_path, folder, {"package.txt": PACKAGE})


def test_the_store_is_the_owners_only_and_forgets(tmp_path, folder):
    install(tmp_path, folder, {"own.csv": "ATC,Name\nC03CA01,furosemide\n"}, name="My Table")
    (entry,) = code_store.installed(folder)
    assert (entry.name, entry.codes, entry.format) == ("my-table", 1, "CSV")
    assert stat.S_IMODE(entry.file.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    code_store.remove("my-table", folder)
    assert code_store.tables(folder) is None
    with pytest.raises(UsageError):
        code_store.remove("my-table", folder)


def recognised(tables, **cells):
    found = recognise.recognise(records(cells), knowledge.load(), codes=tables)
    return found.items.iloc[int(found.item[0])]


def test_code_and_text_together(tmp_path, folder):
    tables = install(tmp_path, folder, {"product.txt": PRODUCT, "package.txt": PACKAGE})
    alone = recognised(tables, ndc="90001012301")
    assert set(alone["ingredients"]) == {"lisinopril", "hydrochlorothiazide"}
    assert dict(zip(alone["ingredients"], alone["unit_mg"], strict=True))["lisinopril"] == 20
    agreeing = recognised(tables, drug="FUROSEMIDE 40 MG TAB", ndc="90002004201")
    assert (agreeing["status"], agreeing["ingredients"]) == ("exact", ("furosemide",))
    against = recognised(tables, drug="torsemide 20 mg tab", ndc="90002004201")
    assert against["ingredients"] == ("furosemide",)
    assert against["status"] == "approximate" and "disagree" in against["note"]
    unknown = recognised(tables, drug="torsemide 20 mg tab", ndc="11111111111")
    assert unknown["ingredients"] == ("torsemide",)


def test_codes_from_the_command_line(tmp_path, monkeypatch):
    monkeypatch.setattr(code_store, "default_folder", lambda: tmp_path / "codes")
    source = tmp_path / "own.csv"
    source.write_text("atc,name\nC03CA01,furosemide\n", encoding="utf-8")
    run = CliRunner()
    assert "No code table" in run.invoke(codes_command, ["list"]).output
    assert "Installed own: 1 codes" in run.invoke(codes_command, ["install", str(source)]).output
    assert "own" in run.invoke(codes_command, ["list"]).output
    assert run.invoke(codes_command, ["remove", "own"]).exit_code == 0
