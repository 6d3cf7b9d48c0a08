"""worklist.xlsx: the workbook a pharmacist works from."""

from medcramp.report.workbook.build import write_workbook

__all__ = ["write_workbook"]
