"""Which columns each sheet has, in words a pharmacist uses."""

from __future__ import annotations

from medcramp.report.workbook.sheet import Column

# What the pharmacist types. The same names are read back from the workbook of last time.
ENTRY_COLUMNS = (
    Column("entry_reason", "Reason ▾", 12, "entry", choices="reason"),
    Column("entry_service", "Action taken ▾", 13, "entry", choices="service"),
    Column("entry_result", "Result ▾", 13, "entry", choices="result"),
    Column("entry_notes", "Notes", 20, "entry"),
    Column("entry_until", "Settled until", 11, "entry_date"),
    Column("entry_by", "By", 5, "entry"),
)

WORKLIST = (
    Column("priority", "Priority", 16, "word:priority"),
    Column("patient_id", "Patient", 11, "code"),
    Column("patient_name", "Name", 17, "wrap"),
    Column("age_sex", "Age, sex", 7, "code"),
    Column("findings", "Find-ings", 6, "count"),
    Column("most_severe", "Worst severity", 14, "word:severity"),
    Column("most_urgent", "Most urgent", 11, "word:urgency"),
    Column("change", "Since last time", 10, "word:change"),
    Column("top_reason", "Main reason", 32, "wrap"),
    Column("action", "What to do", 36, "wrap"),
    Column("options_link", "Options", 8),
    Column("paper", "Paper", 7),
    *ENTRY_COLUMNS,
    Column("classes", "Linked classes", 24, "list", folded=True),
    Column("medications", "Medicines", 10, "count", folded=True),
    Column("not_assessed", "Not assessed", 30, "list", folded=True),
    Column("birth_date", "Born", 11, "date", folded=True),
)

FINDINGS = (
    Column("patient_id", "Patient", 11, "code"),
    Column("patient_name", "Name", 16, "wrap"),
    Column("severity", "Severity", 14, "word:severity"),
    Column("urgency", "Urgency", 11, "word:urgency"),
    Column("certainty", "Certainty", 10, "word:certainty"),
    Column("change", "Since last time", 10, "word:change"),
    Column("title", "Finding", 24, "wrap"),
    Column("drugs", "The patient's medicines", 30, "list"),
    Column("message", "Why it matters", 40, "wrap"),
    Column("action", "What to do", 38, "wrap"),
    Column("missing", "Missing fact", 18, "list"),
    Column("grade", "Evidence of cramp link", 10, "word:grade"),
    *ENTRY_COLUMNS,
    Column("kind", "Kind", 11, "word:kind", folded=True),
    Column("electrolytes", "Electrolytes", 16, "list", folded=True),
    Column("facts", "Facts compared", 36, "list", folded=True),
    Column("mechanism", "Mechanism", 36, "wrap", folded=True),
    Column("verified", "Source read", 9, folded=True),
    Column("sources", "Sources", 18, "list", folded=True),
    Column("source_rows", "Input rows", 14, "wrap", folded=True),
    Column("rule", "Rule", 20, "code", folded=True),
    Column("finding_id", "Finding id", 20, "code", folded=True),
)

MEDICATIONS = (
    Column("patient_id", "Patient", 14, "code"),
    Column("drug", "Drug as written", 36, "wrap"),
    Column("status_match", "Recognised", 12, "word:match"),
    Column("ingredients", "Ingredients", 28, "list"),
    Column("classes", "Classes", 20, "list"),
    Column("active", "Active on index date", 10),
    Column("daily_dose_mg", "Daily dose (mg)", 12, "code"),
    Column("sig", "Directions", 32, "wrap"),
    Column("quantity", "Quantity", 9, "number"),
    Column("days_supply", "Days' supply", 8, "number"),
    Column("start_date", "Start", 11, "date"),
    Column("end_date", "End", 11, "date"),
    Column("note", "What was changed or asked", 32, "wrap"),
    Column("dose_note", "About the dose", 24, "wrap"),
    Column("strength", "Strength", 12, "code", folded=True),
    Column("form", "Form", 12, folded=True),
    Column("route", "Route", 12, folded=True),
    Column("status", "Status", 12, folded=True),
    Column("ndc", "NDC", 13, "code", folded=True),
    Column("rxcui", "RxCUI", 10, "code", folded=True),
    Column("atc", "ATC", 10, "code", folded=True),
    Column("prescriber", "Prescriber", 18, folded=True),
    Column("match", "Matched text", 20, folded=True),
    Column("score", "Match score", 8, "number", folded=True),
    Column("source_file", "File", 20, folded=True),
    Column("source_sheet", "Sheet", 12, folded=True),
    Column("source_row", "Row", 8, "count", folded=True),
)

OPTIONS = (
    Column("patient_id", "Patient", 12, "code"),
    Column("label", "Option", 22, "wrap"),
    Column("worst", "In short", 13, "word:status"),
    Column("forms", "By form", 24, "wrap"),
    Column("reasons", "Why", 62, "wrap"),
    Column("ask", "To ask first", 34, "wrap"),
    Column("evidence", "Evidence", 28, "wrap"),
    Column("legal_status", "Legal status", 40, "wrap"),
    Column("sources", "Sources", 16, "wrap", folded=True),
    Column("option", "Option id", 18, "code", folded=True),
)

UNRECOGNISED = (
    Column("text", "Text as written", 44, "wrap"),
    Column("records", "Records", 9, "count"),
    Column("patients", "Patients", 9, "count"),
    Column("status", "Why", 13, "word:match"),
    Column("nearest", "Nearest names", 40, "list"),
    Column("note", "Note", 34, "wrap"),
    Column("entry_correct_to", "Correct to", 34, "entry"),
)

REJECTED = (
    Column("source_file", "File", 28, "wrap"),
    Column("source_sheet", "Sheet", 16, "wrap"),
    Column("source_row", "Row", 9, "count"),
    Column("reason", "Why it was not used", 44, "wrap"),
    Column("text", "The row as read", 66, "wrap"),
)

NOT_ASSESSED = (
    Column("patient_id", "Patient", 14, "code"),
    Column("missing", "Missing fact", 32, "wrap"),
    Column("remedy", "What would settle it", 40, "wrap"),
    Column("findings", "Findings that wait", 10, "count"),
    Column("patients", "Patients", 9, "count"),
    Column("subject", "About", 66, "list"),
    Column("what", "Rules", 20, "list", folded=True),
)

EVIDENCE = (
    Column("key", "Source", 14, "code"),
    Column("citation", "Citation", 60, "wrap"),
    Column("year", "Year", 7, "code"),
    Column("read_as", "Read as", 12),
    Column("url", "Where", 40, "wrap"),
    Column("used_by", "Used by", 32, "wrap"),
)

RESOLVED = (
    Column("patient_id", "Patient", 14, "code"),
    Column("severity", "Severity last time", 15, "word:severity"),
    Column("urgency", "Urgency last time", 13, "word:urgency"),
    Column("title", "Finding last time", 40, "wrap"),
    Column("drugs", "The patient's medicines then", 44, "wrap"),
    Column("rule", "Rule", 20, "code", folded=True),
    Column("finding_id", "Finding id", 20, "code", folded=True),
)

CARRIED_OVER = (
    Column("sheet", "Was on sheet", 16, "wrap"),
    Column("about", "About", 44, "wrap"),
    Column("column", "Column", 22, "wrap"),
    Column("value", "What was typed", 60, "wrap"),
    Column("key", "Row id", 22, "code", folded=True),
)
