"""What the subject says of itself; it imports nothing (cold start)."""

# Refusals

CHINESE = "chalicelib.people.chinese"
REFUSALS = (
    ("chalicelib.people.domain.account:Ended", 409, "ended"),
    ("chalicelib.people.application.tokens:SessionOver", 401, "invalid-token"),
    ("chalicelib.people.application.tokens:TokensUnavailable", 503, "tokens-unavailable", 10),
)
