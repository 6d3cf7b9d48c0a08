"""The concept table of an OMOP vocabulary: millions of rows, of which a folder uses a few thousand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from medcramp.errors import InputUnreadableError
from medcramp.read.containers.csv_pieces import PieceFile, pieces
from medcramp.read.containers.dialect import find_delimiter
from medcramp.read.containers.sniff import kind_of
from medcramp.read.containers.source import Source
from medcramp.read.containers.text import SNIFF_BYTES, utf8_chunks
from medcramp.read.options import ReadOptions

_COLUMNS = ("concept_id", "concept_name", "vocabulary_id", "concept_code")


@dataclass(frozen=True)
class Concept:
    """Name, vocabulary ("RxNorm", "NDC", "LOINC", "ICD10CM") and code of one concept."""

    name: str
    vocabulary: str
    code: str


def concepts(source: Source, wanted: set[str], options: ReadOptions) -> dict[str, Concept]:
    """The wanted concepts by id; the table is streamed. Raises InputUnreadableError when it is not a concept table."""
    ids = pa.array(sorted(wanted), pa.string())
    found: dict[str, Concept] = {}
    try:
        for batch in _batches(source, options):
            texts = [batch.column(name).cast(pa.string()) for name in _names(batch.schema)]
            chosen = pa.table(dict(zip(_COLUMNS, texts, strict=True))).filter(pc.is_in(texts[0], value_set=ids))
            for key, name, vocabulary, code in zip(*(column.to_pylist() for column in chosen.columns), strict=True):
                found[key] = Concept(name or "", vocabulary or "", code or "")
    except (pa.ArrowException, KeyError, StopIteration) as error:
        raise InputUnreadableError(
            "is not the concept table of an OMOP vocabulary, or is damaged",
            file=source.name,
            remedy="download the vocabulary again; columns needed: " + ", ".join(_COLUMNS),
        ) from error
    return found


def _names(schema: Any) -> list[str]:
    """The names of the needed columns as the file spells them."""
    by_name = {str(name).lower(): str(name) for name in schema.names}
    return [by_name[name] for name in _COLUMNS]


def _batches(source: Source, options: ReadOptions) -> Iterator[Any]:
    if kind_of(source.prefix(SNIFF_BYTES)) == "parquet":
        yield from pq.ParquetFile(source.open()).iter_batches()
        return
    first = next(utf8_chunks(source)).decode(errors="ignore")
    delimiter = find_delimiter(first.partition("\n")[0], options.limits)
    titles = [title.strip('"\r ') for title in first.partition("\n")[0].split(delimiter)]
    yield from pacsv.open_csv(
        pa.PythonFile(PieceFile(pieces(utf8_chunks(source))), mode="r"),
        read_options=pacsv.ReadOptions(column_names=titles, skip_rows=1, block_size=16 << 20),
        # Vocabulary downloads are tab-delimited and not quoted: a quotation mark there is part of a name.
        parse_options=pacsv.ParseOptions(delimiter=delimiter, quote_char=False if delimiter == "\t" else '"'),
        convert_options=pacsv.ConvertOptions(column_types={title: pa.string() for title in titles}),
    )
