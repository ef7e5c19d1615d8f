"""
What is told of people to those who need not know them: whatever is marked `Personal` is masked, so
that a new field is masked until somebody decides otherwise; and in any other text what looks like
the number of a person or a telephone.
"""

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Annotated, Any, Final, get_args, get_origin

from pydantic import BaseModel

from ..kernel.base import Personal
from .ids import masked

Json = dict[str, Any]
HIDDEN: Final = "***"


def dumped(model: BaseModel, *, mask: bool) -> Json:
    """JSON of an event or a part of one without its type, masked or not."""
    whole: Json = model.model_dump(mode="json", exclude={"type"}, exclude_none=True)
    if mask:
        _mask(model, whole)
    return whole


def hidden(value: Any) -> Any:
    """As it is, but that no value can be read; keys are the form's, and not the person's."""
    match value:
        case None:
            return None
        case dict():
            return {name: hidden(one) for name, one in value.items()}
        case list() | tuple():
            return [hidden(one) for one in value]
        case _:
            return HIDDEN


def masked_name(name: str) -> str:
    """Enough to compare with the name that is shown, not enough to learn it: 张*, 张*丰."""
    if len(name) <= 2:  # noqa: PLR2004 - a family name and one more
        return f"{name[:1]}*"
    return f"{name[0]}{'*' * (len(name) - 2)}{name[-1]}"


# Digits as they are typed: of whatever width, with blanks or hyphens between. Case numbers, codes
# and digests are longer, or go on in letters.
_WIDE: Final = str.maketrans("０１２３４５６７８９Ｘｘ－　", "0123456789Xx- ")
_ID: Final = re.compile(
    r"(?<![0-9A-Za-z.])"
    r"(?:(?:[0-9][ -]?){17}[0-9Xx]|(?:[0-9][ -]?){14}[0-9]|1[3-9](?:[ -]?[0-9]){9})"
    r"(?![0-9A-Za-z])"
)


def plain_text(text: str) -> str:
    """What somebody wrote, with the numbers of people and of telephones in it masked."""
    found = list(_ID.finditer(text.translate(_WIDE)))
    for one in reversed(found):
        text = text[: one.start()] + masked(text[one.start() : one.end()]) + text[one.end() :]
    return text


# By the name of the field: who has to recognise somebody can. Of all others nothing is told.
_RECOGNISED: Final[Mapping[str, Callable[[str], str]]] = {
    "name": masked_name,
    "holder_name": masked_name,
    "id_number": masked,
    "phone": masked,
}


def _mask(value: Any, told: Any) -> Any:
    """Partly in place: `told` is the JSON of `value`, in which what is absent is left out."""
    match value:
        case BaseModel():
            personal = personal_fields(type(value))
            for name in told:
                if name in personal:
                    told[name] = _recognised(name, told[name])
                else:
                    told[name] = _mask(getattr(value, name), told[name])
        case tuple() | list():
            told[:] = [_mask(one, its) for one, its in zip(value, told, strict=True)]
        case str():
            return plain_text(told)
        case _:
            pass
    return told


def _recognised(name: str, value: Any) -> Any:
    mask = _RECOGNISED.get(name)
    return hidden(value) if mask is None or not isinstance(value, str) else mask(value)


@cache
def personal_fields(model: type[BaseModel]) -> frozenset[str]:
    """The fields that are marked, wherever in their type the mark stands."""
    return frozenset(
        name
        for name, info in model.model_fields.items()
        if any(isinstance(one, Personal) for one in info.metadata) or _marked(info.annotation)
    )


def _marked(annotation: Any) -> bool:
    if get_origin(annotation) is Annotated:
        return any(isinstance(one, Personal) for one in annotation.__metadata__) or _marked(
            annotation.__origin__
        )
    return any(map(_marked, get_args(annotation)))
