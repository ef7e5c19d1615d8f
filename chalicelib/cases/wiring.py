"""What the subject says of itself; it imports nothing (cold start)."""

# Refusals

CHINESE = "chalicelib.cases.chinese"
REFUSALS = (
    ("chalicelib.cases.application.documents:Held", 409, "scan-pending", 30),
    ("chalicelib.cases.application.documents:Infected", 409, "infected"),
    ("chalicelib.cases.application.documents:Unscannable", 409, "unscannable"),
)
