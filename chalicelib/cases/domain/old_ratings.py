"""
Ratings (好差评) that stand in the stream of their case, as all did once. From this release on a
rating is a stream of its own (`ratings/`), since the rated see the case and are never to learn who
rated.
"""

import re

from ...kernel.base import Frozen
from . import events as e

RATING = "rating"
# What a plan calls its steps is never this: see items/domain/plan.py, DESKS.
_STEP = re.compile(r"rating-[0-9]+(>[0-9]+)*")


def of_rating(event: Frozen) -> bool:
    """Whether an event of a case tells that it was rated, or of the step that answers it."""
    match event:
        case e.CaseRated() | e.BadRatingAnswered():
            return True
        case e.StepOpened():
            return event.kind == RATING
        case e.StepStarted() | e.StepFinished():
            return _STEP.fullmatch(event.step) is not None
        case _:
            return False
