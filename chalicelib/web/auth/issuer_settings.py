"""
Who may sign tokens, as a settings file says: one table an issuer (TOML, or JSON of the same shape).
docs/sign-in.md has every setting, and a file for each of the common providers.
"""

import json
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from ...codes.parties import PERSONAL, IdKind
from ...kernel.actor import Role
from ...platform.sign_ins import Names
from .keys import key_source
from .token_claims import PersonClaims, Reading, Reference
from .verifier import Trusted

# Names that begin so are ours: whoever signs in their name makes any account.
OURS: Final = "urn:banjian"
MAX_FILE: Final = 1 << 20  # bytes

_Text = Annotated[str, StringConstraints(min_length=1, max_length=1000)]
_Level = Annotated[int, Field(ge=0, le=4, strict=True)]
_Staff = Literal[
    "clerk",
    "reviewer",
    "approver",
    "supervisor",
    "auditor",
    "item_manager",
    "system_administrator",
    "security_administrator",
]
_Given = _Staff | Literal["applicant", "agent"]


class _Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Places(_Settings):
    """Where the tokens say what; see token_claims.Reading."""

    subject: _Text = "sub"
    role: _Text | None = None
    roles: _Text = "roles"
    department: _Text = "department"
    division: _Text = "division"
    entity: _Text = "entity"
    level: _Text = "level"
    id_number: _Text | None = None
    id_kind: _Text | None = None
    name: _Text | None = None

    @model_validator(mode="after")
    def _names_a_person_by_the_id(self) -> Self:
        if self.id_number is None and (self.id_kind or self.name):
            raise ValueError("id_kind and name say nothing without id_number")
        return self


def _of_a_person(kind: IdKind) -> IdKind:
    if kind not in PERSONAL:
        raise ValueError(f"a person's: {', '.join(sorted(PERSONAL))}")
    return kind


_PersonalId = Annotated[IdKind, AfterValidator(_of_a_person)]


class _Issuer(_Settings):
    issuer: _Text
    audience: _Text | Annotated[tuple[_Text, ...], Field(min_length=1)]
    jwks: _Text
    audience_claim: _Text = "aud"
    required: dict[str, str] = {}
    claims: _Places = _Places()
    roles: dict[str, _Given] | None = None
    default_role: Literal["applicant"] | None = None
    may_give: Annotated[tuple[_Given, ...], Field(min_length=1)] | None = None
    levels: dict[str, _Level] | None = None
    id_kinds: dict[str, _PersonalId] = {}
    subjects_of: str = ""
    keeps_names: bool = False

    @model_validator(mode="after")
    def _is_no_name_of_ours(self) -> Self:
        if self.issuer.startswith(OURS):
            raise ValueError(f"names that begin with {OURS} are ours")
        return self

    @property
    def reading(self) -> Reading:
        places = self.claims
        person = None
        if places.id_number is not None:
            person = PersonClaims(places.id_number, places.id_kind, places.name, self.id_kinds)
        return Reading(
            **places.model_dump(exclude={"id_number", "id_kind", "name"}),
            role_names=None if self.roles is None else {a: Role(b) for a, b in self.roles.items()},
            default_role=None if self.default_role is None else Role(self.default_role),
            levels=self.levels,
            person=person,
        )


class _File(_Settings):
    issuer: Annotated[tuple[_Issuer, ...], Field(min_length=1, max_length=20)]


def issuers(setting: str, names: Names, reference: Reference) -> Sequence[Trusted]:
    """
    The issuers of a settings file, which the setting names, or JSON itself. Raises ValueError,
    which says where the mistake is and never repeats what stands there.
    """
    return [_trusted(one, names, reference) for one in _listed(setting)]


def keys_of(setting: str) -> Sequence[tuple[str, str]]:
    """Of each of these issuers, its name and where its keys are. Raises ValueError as `issuers`."""
    return [(one.issuer, one.jwks) for one in _listed(setting)]


def _listed(setting: str) -> Sequence[_Issuer]:
    try:
        file = _File.model_validate(_read(setting))
    except ValidationError as error:
        raise ValueError("; ".join(_mistakes(error))) from None
    listed = [one.issuer for one in file.issuer]
    if len(set(listed)) != len(listed):
        raise ValueError("an issuer is there twice: whose tokens would be whose?")
    if sum(one.keeps_names for one in file.issuer) > 1:
        raise ValueError("keeps_names is for one issuer: that of the release before")
    return file.issuer


def _trusted(told: _Issuer, names: Names, reference: Reference) -> Trusted:
    try:
        source = key_source(told.jwks)
    except ValueError as error:
        raise ValueError(f"jwks of {told.issuer}: {error}") from None
    return Trusted(
        told.issuer,
        told.audience,
        source,
        roles=frozenset(Role if told.may_give is None else map(Role, told.may_give)),
        audience_claim=told.audience_claim,
        required=told.required,
        reading=told.reading,
        names=names,
        reference=reference,
        subjects_of=told.subjects_of,
        keeps_names=told.keeps_names,
    )


def _read(setting: str) -> Any:
    if setting.lstrip().startswith("{"):
        return json.loads(setting)
    path = Path(setting)
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {error.strerror}") from None
    if len(raw) > MAX_FILE:
        raise ValueError(f"{path} has more than {MAX_FILE:,} bytes")
    text = raw.decode("utf-8")
    return json.loads(text) if text.lstrip().startswith("{") else tomllib.loads(text)


def _mistakes(error: ValidationError) -> Iterator[str]:
    for one in error.errors(include_input=False, include_url=False, include_context=False):
        where = ".".join(str(part) for part in one["loc"])
        yield f"{where}: {one['msg']}" if where else one["msg"]
