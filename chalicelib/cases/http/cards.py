"""A row of a list of cases, as it is told."""

from typing import Any

from ...eventlog.views.port import Row


def told(row: Row) -> Row:
    """Limits and stops by name; a row keeps them short."""
    return {
        **row,
        "statutory": _limit(*row["statutory"]),
        "promised": _limit(*row["promised"]),
        "stops": [
            {"pause": pause, "since": since, "until": until} for pause, since, until in row["stops"]
        ],
    }


def _limit(days: int, unit: str) -> dict[str, Any]:
    return {"days": days, "unit": unit}
