"""What the subject says of itself; it imports nothing (cold start)."""

# Refusals

CHINESE = "chalicelib.items.chinese"
REFUSALS = (
    (
        "chalicelib.items.domain.item:ItemClosed",
        409,
        "item-closed",
        None,
        "chalicelib.items.http.refusals:successors",
    ),
    (
        "chalicelib.items.domain.item:NotPublishable",
        422,
        "invalid-request",
        None,
        "chalicelib.items.http.refusals:misfits",
    ),
    (
        "chalicelib.items.application.eligibility:AnswersInvalid",
        422,
        "invalid-request",
        None,
        "chalicelib.items.http.refusals:wrong_answers",
    ),
)
