"""/code-sets: the codes of the national standard and of Guangdong's exchange, and our words."""

from chalice.app import Response

from ..kernel.errors import NotFound
from ..web import paging
from ..web.operation import PARTS, OperationSpec
from ..web.request import ApiRequest
from ..web.route import operation, reply
from .code_sets import CODE_SETS

_ALL = OperationSpec("listCodeSets", "code-sets", "CodeSets", query=PARTS, public=True)
_ONE = OperationSpec("getCodeSet", "code-sets", "CodeSet", query=PARTS, public=True)


@operation(_ALL)
def listed(request: ApiRequest) -> Response:
    """代码集: which there are, and where they are from."""
    told = [{"name": one.name, "zh": one.zh, "source": one.source} for one in CODE_SETS.values()]
    found, more = paging.part(request, "code-sets", told, dict)
    return reply({"items": found, "next": more})


@operation(_ONE)
def one(request: ApiRequest, name: str) -> Response:
    """One code set: each code with its Chinese name and the words that we use for it."""
    found = CODE_SETS.get(name)
    if found is None:
        raise NotFound(
            "no-such-code-set",
            "there is no code set {name}; these are: {names}",
            name=name,
            names=tuple(CODE_SETS),
        )
    plain = found.plain
    values, more = paging.part(request, f"code-set {name}", plain["values"], dict)
    return reply({**plain, "values": values, "next": more})
