"""/code-sets: the codes of the national standard and of Guangdong's exchange, and our words."""

from chalice.app import Response

from ..kernel.errors import NotFound
from ..web.operation import OperationSpec
from ..web.request import ApiRequest
from ..web.route import operation, reply
from .code_sets import CODE_SETS

_ALL = OperationSpec("listCodeSets", "code-sets", "CodeSets", public=True)
_ONE = OperationSpec("getCodeSet", "code-sets", "CodeSet", public=True)


@operation(_ALL)
def listed(_: ApiRequest) -> Response:
    """代码集: which there are, and where they are from."""
    told = [{"name": one.name, "zh": one.zh, "source": one.source} for one in CODE_SETS.values()]
    return reply({"items": told})


@operation(_ONE)
def one(_: ApiRequest, name: str) -> Response:
    """One code set: each code with its Chinese name and the words that we use for it."""
    found = CODE_SETS.get(name)
    if found is None:
        raise NotFound(
            "no-such-code-set",
            "there is no code set {name}; these are: {names}",
            name=name,
            names=tuple(CODE_SETS),
        )
    return reply(found.plain)
