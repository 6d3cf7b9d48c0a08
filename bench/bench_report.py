"""Speed of the report, each figure as a ratio to a stated reference measured in the same run.

    python bench/bench_report.py            all of it (about two minutes)
    python bench/bench_report.py workbook   only that

- workbook: 50,000 findings against XlsxWriter alone writing the same cells in the same formats
- tables: 1,000,000 medication rows as CSV against pyarrow.csv writing the same columns unescaped
- papers: 500 handouts that all differ, as PDF, one process and two, against bare typst calls
- overview: 20,000 patients, against json.dumps of the same tables (the browser part: tests/functional)
"""

from __future__ import annotations

import json
import multiprocessing
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import numpy as np
import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.csv
import xlsxwriter

from fixtures.report_documents import handout
from fixtures.report_tables import made_up_run, made_up_tables
from medcramp.report.documents import pdf
from medcramp.report.documents.content import plain
from medcramp.report.documents.files import PICTURES, pharmacy_of
from medcramp.report.info import ReportConfig
from medcramp.report.overview import write_overview
from medcramp.report.tables import TABLE_COLUMNS, write_csv
from medcramp.report.workbook.build import write_workbook

ROUNDS = 3


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def pairs(ours: Callable[[], object], reference: Callable[[], object]) -> tuple[float, float]:
    """Median seconds of both, measured in turns."""
    times = [(seconds(ours), seconds(reference)) for _ in range(ROUNDS)]
    return statistics.median(t for t, _ in times), statistics.median(t for _, t in times)


def report(name: str, ours: float, reference: float, note: str = "") -> None:
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    ratio = ours / reference
    print(f"{name:<28} {ours:6.2f} s  reference {reference:6.2f} s  ratio {ratio:5.2f}  peak {memory} MB  {note}")


def workbook(folder: Path) -> None:
    tables = made_up_tables(20_000, findings_each=5)
    small = replace(
        tables,
        medications=tables.medications.head(1),
        options=tables.options.head(1),
        electrolytes=tables.electrolytes.head(1),
        not_assessed=tables.not_assessed.head(1),
    )
    ours = folder / "ours.xlsx"
    write_workbook(small, made_up_run(), ReportConfig(), ours)
    sheets = [
        [
            [(cell.value, cell.style_id, cell.hyperlink and cell.hyperlink.location) for cell in row]
            for row in sheet.iter_rows()
        ]
        for sheet in openpyxl.load_workbook(ours)
    ]
    cells = sum(1 for sheet in sheets for row in sheet for value, style, _ in row if value is not None or style)

    def bare() -> None:
        with xlsxwriter.Workbook(str(folder / "bare.xlsx")) as book:
            formats = [book.add_format({"bottom": 1, "indent": number % 3}) for number in range(60)]
            for rows in sheets:
                sheet = book.add_worksheet()
                for number, row in enumerate(rows):
                    for column, (value, style, link) in enumerate(row):
                        if link:
                            sheet.write_url(number, column, f"internal:{link}", formats[style % 60], str(value))
                        elif isinstance(value, (int, float)):
                            sheet.write_number(number, column, value, formats[style % 60])
                        elif value is not None:
                            sheet.write_string(number, column, str(value), formats[style % 60])
                        elif style:
                            sheet.write_blank(number, column, None, formats[style % 60])

    measured = pairs(lambda: write_workbook(small, made_up_run(), ReportConfig(), ours), bare)
    report("workbook, 50,000 findings", *measured, f"{cells:,} cells")


def tables(folder: Path) -> None:
    part = made_up_tables(1_000).medications
    times = 250
    frame = pd.DataFrame(
        {
            name: pd.Categorical.from_codes(np.tile(part[name].cat.codes, times), part[name].cat.categories)
            if isinstance(part[name].dtype, pd.CategoricalDtype)
            else np.tile(part[name].to_numpy(), times)
            for name in part.columns
        }
    )
    bare = pa.Table.from_pandas(frame, preserve_index=False)
    measured = pairs(
        lambda: write_csv(frame, TABLE_COLUMNS["medications"], folder / "ours.csv"),
        lambda: pa.csv.write_csv(bare, folder / "bare.csv", pa.csv.WriteOptions(quoting_style="needed")),
    )
    report("tables, 1,000,000 rows", *measured)


def paper(number: int) -> dict[str, object]:
    different = replace(handout("en"), title=f"Leg cramps {number}")
    return {
        "data": plain(different),
        "pharmacy": pharmacy_of(made_up_run(), ReportConfig()),
        "paper": "us-letter",
        "pictures": PICTURES["en"],
    }


def render(number: int) -> int:
    return len(pdf.render("handout", paper(number)))


def papers(_: Path) -> None:
    import typst

    template = Path(pdf.__file__).parents[1] / "templates"
    count = 500

    def bare() -> None:
        for number in range(count):
            typst.compile(
                str(template / "handout.typ"), root=str(template), sys_inputs={"data": json.dumps(paper(number))}
            )

    def ours() -> None:
        for number in range(count):
            render(number)

    one, reference = pairs(ours, bare)
    report("500 handouts as PDF", one, reference, f"{1000 * one / count:.1f} ms each")
    # A forked child would wait for ever for the threads of its parent.
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        two = seconds(lambda: list(pool.map(render, range(count), chunksize=25)))
    report("… in two processes", two, one, "reference: one process")


def overview(folder: Path) -> None:
    found = made_up_tables(20_000, findings_each=5)

    def bare() -> None:
        text = json.dumps(
            [found.patients.astype(str).to_dict("records"), found.findings.astype(str).to_dict("records")]
        )
        (folder / "bare.json").write_text(text, encoding="utf-8")

    measured = pairs(lambda: write_overview(found, made_up_run(), ReportConfig(), folder / "o.html"), bare)
    report("overview, 20,000 patients", *measured, f"{(folder / 'o.html').stat().st_size / 1e6:.1f} MB")


BENCHES = {"workbook": workbook, "tables": tables, "papers": papers, "overview": overview}

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        for bench in sys.argv[1:] or BENCHES:
            BENCHES[bench](Path(name))
