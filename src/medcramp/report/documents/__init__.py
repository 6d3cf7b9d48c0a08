"""Papers about single patients: laid out as HTML, PDF and DOCX from what `medcramp.documents` says."""

from medcramp.report.documents.files import KINDS, write_documents

__all__ = ["KINDS", "write_documents"]
