"""What the subject says of itself; it imports nothing (cold start)."""

# Refusals

CHINESE = "chalicelib.certificates.chinese"
REFUSALS: tuple[tuple[str | int | None, ...], ...] = ()
