"""What the subject says of itself; it imports nothing (cold start)."""

# Refusals

CHINESE = "chalicelib.submissions.chinese"
REFUSALS = (
    (
        "chalicelib.submissions.application.duplicates:Duplicate",
        409,
        "duplicate-case",
        None,
        "chalicelib.submissions.http.refusals:duplicate",
    ),
    (
        "chalicelib.submissions.application.submissions:FormInvalid",
        422,
        "invalid-request",
        None,
        "chalicelib.submissions.http.refusals:form",
    ),
)
