"""What is refused everywhere; see subjects.py."""

REFUSALS = (
    ("kernel.errors:NotFound", 404, "not-found"),
    ("kernel.errors:NotAllowed", 403, "not-allowed"),
    ("kernel.errors:Closed", 409, "closed"),
    ("kernel.errors:OutOfOrder", 409, "out-of-order"),
    ("kernel.errors:Contradiction", 409, "contradiction"),
    ("kernel.errors:Unlawful", 422, "unlawful"),
    ("kernel.errors:Invalid", 422, "invalid"),
    ("kernel.errors:Rejected", 422, "rejected"),
)
