"""
Holidays that the law itself fixes (全国年节及纪念日放假办法, State Council decree 795, in force
since 2025-01-01, art. 2): days off in a year whose notice has not been published yet, too.

1 January; the eve of the Spring Festival and its first three days; 清明; 1 and 2 May; 端午; 中秋;
1 to 3 October. The notice of the year adds days that are moved (调休), which nobody knows before.
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Final

_FIXED: Final = ((1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3))
_SPRING_FESTIVAL: Final = 4  # days, from its eve on
# 除夕, 清明, 端午, 中秋 by the lunisolar calendar (GB/T 33661-2017), mmdd.
_MOVING: Final[Mapping[int, tuple[int, int, int, int]]] = {
    2027: (205, 405, 609, 915),
    2028: (125, 404, 528, 1003),
    2029: (212, 404, 616, 922),
    2030: (202, 405, 605, 912),
    2031: (122, 405, 624, 1001),
    2032: (210, 404, 612, 919),
    2033: (130, 404, 601, 908),
    2034: (218, 405, 620, 927),
    2035: (207, 405, 610, 916),
    2036: (127, 404, 530, 1004),
    2037: (214, 404, 618, 924),
    2038: (203, 405, 607, 913),
    2039: (123, 405, 527, 1002),
    2040: (211, 404, 614, 920),
}
LAST: Final = max(_MOVING)


def statutory_holidays(after: int) -> Iterator[date]:
    """Those of every year after `after` of which the moving ones are known, in order."""
    for year in range(max(after + 1, min(_MOVING)), LAST + 1):
        yield from sorted(set(_of(year)))


def _of(year: int) -> Iterator[date]:
    eve, *others = (date(year, *divmod(day, 100)) for day in _MOVING[year])
    yield from (date(year, month, day) for month, day in _FIXED)
    yield from (eve + timedelta(days=day) for day in range(_SPRING_FESTIVAL))
    yield from others
