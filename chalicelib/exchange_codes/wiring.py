"""What the subject says of itself; it imports nothing (cold start)."""

# Refusals

CHINESE = "chalicelib.exchange_codes.chinese"
REFUSALS: tuple[tuple[str | int | None, ...], ...] = ()
