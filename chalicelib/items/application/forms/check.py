"""Check what an applicant filled in against the item's form, a JSON Schema (2020-12)."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from ....kernel.json_values import nodes, size
from ....kernel.reasons import Reason, Titled
from ...domain.item import ItemDefinition
from .keywords import reason
from .validation import Marks, Misfit, Path, TooCostly, Walk

MAX_FINDINGS = 100
# Values (members and entries count, and what they are in) and bytes of JSON of one form.
MAX_NODES = 2_000
MAX_BYTES = 256 * 1024
_LARGE = Reason(
    "form-too-large",
    "{field} has more than {nodes} values or {bytes} bytes",
    field=Titled("form", None),
    nodes=MAX_NODES,
    bytes=MAX_BYTES,
)
_COSTLY = Reason("form-too-costly", "{field} takes too long to check", field=Titled("form", None))


class Finding(NamedTuple):
    """
    One thing that does not fit. `pointer` is a JSON pointer (RFC 6901) into the form; it names
    what is missing, too. No reason repeats what was filled in.
    """

    pointer: str
    keyword: str
    why: Reason


def form_findings(definition: ItemDefinition, form: Mapping[str, Any]) -> list[Finding]:
    """
    What does not fit, each place and keyword once, at most MAX_FINDINGS. A form of more than
    MAX_NODES or MAX_BYTES is not looked into.
    """
    if nodes(form, MAX_NODES) > MAX_NODES or size(form) > MAX_BYTES:
        return [Finding("", "size", _LARGE)]
    found: dict[Finding, None] = {}
    try:
        for misfit in Walk(definition.form).misfits(definition.form, form, (), Marks()):
            found[_finding(misfit)] = None
            if len(found) == MAX_FINDINGS:
                break
    except TooCostly:
        found[Finding("", "size", _COSTLY)] = None
    return list(found)


def _finding(misfit: Misfit) -> Finding:
    title = misfit.label.get("title") if isinstance(misfit.label, Mapping) else None
    field = Titled(_field(misfit.path), title if isinstance(title, str) else None)
    why = reason(misfit.keyword, field, misfit.value)
    return Finding(_pointer(misfit.path), misfit.keyword, why)


def _field(path: Path) -> str:
    """What the path leads to, in the form's own names: `partners[1]`, `name`."""
    if not path:
        return "form"
    if isinstance(path[-1], int):
        return f"{_field(path[:-1])}[{path[-1]}]"
    return path[-1][:100]


def _pointer(path: Path) -> str:
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)
