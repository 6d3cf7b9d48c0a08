"""worklist.xlsx: the workbook a pharmacist works from. `build.write_workbook` puts it together."""
