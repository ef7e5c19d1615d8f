"""What the subject says of itself; it imports nothing (cold start)."""

# Refusals

CHINESE = "chalicelib.documents.chinese"
REFUSALS = (
    (
        "chalicelib.documents.application.documents:TooMuch",
        413,
        "too-large",
        None,
        "chalicelib.documents.application.documents:limit",
    ),
)
