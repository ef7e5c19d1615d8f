"""The departments that commands to a case name: whether their divisions have published them."""

from ...clock.calendar import legal_day
from ...platform import organisations
from ...platform.platform import Platform
from ..domain import CaseCommand


def check(platform: Platform, command: CaseCommand) -> None:
    """
    Whoever is to have the case, or a step of it, from now on (转办). Raises UnknownDepartment: what
    goes to a code that is nobody's waits there for ever.
    """
    code = getattr(command, "to_department", None)
    if code is not None:
        division = getattr(command, "to_division", None)
        organisations.check(platform, code, legal_day(command.at), division)
