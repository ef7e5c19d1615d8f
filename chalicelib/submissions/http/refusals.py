"""What problems say of a submission besides the reason."""

from typing import Any

from ...web.problems import Fault
from ..application.duplicates import Duplicate
from ..application.submissions import FormInvalid


def duplicate(error: Duplicate) -> dict[str, Any]:
    """The case that is open; whoever asked may see it."""
    return {"duplicate": error.found._asdict()}


def form(error: FormInvalid) -> dict[str, Any]:
    faults = [Fault(f"/form{one.pointer}", "form", one.why) for one in error.findings]
    return {"faults": faults}
