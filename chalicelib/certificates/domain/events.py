"""The events of an electronic certificate (电子证照). What they say is stored and published."""

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar, Literal, Self, get_args

from pydantic import ConfigDict, Field, StringConstraints, model_validator

from ...cases.domain.events import Holder
from ...cases.domain.values import CertificateIdentifier, ItemRef
from ...kernel.actor import Identifier
from ...kernel.base import Code, Frozen, Line, Personal, Sha256, Text, exactly_one
from ...kernel.formats import CreditCode, Division
from ...kernel.reasons import Unfit

# DER in base64: a signature of ECDSA or SM2, a public key on such a curve.
Base64 = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9+/]{16,400}={0,2}$")]


class Said(Frozen):
    """One line of the face (票面): taken from the form, as the item maps it."""

    label: Line
    value: Annotated[Text, Personal()]


class CertificateFace(Frozen):
    """
    What a certificate says (票面信息). Of a person's id only the masked number is on it; a company
    has its credit code. `valid_until` is the last day, None without end.
    """

    name: Line
    holder_name: Annotated[Line, Personal()]
    holder_id: Annotated[Line, Personal()]
    issuer_name: Line
    says: Annotated[tuple[Said, ...], Field(max_length=40)] = ()
    conditions: Text | None = None
    valid_from: date
    valid_until: date | None = None


class Link(StrEnum):
    """How a certificate follows on another one."""

    VERSION = "version"  # 变更: it says something else
    RENEWAL = "renewal"  # 延续


class CertificatePredecessor(Frozen):
    identifier: CertificateIdentifier
    link: Link


class CertificateCreated(Frozen):
    """
    颁发: the certificate exists. `account` is the applicant's, if the case came with one; `holder`
    names the person or company without an id; `issuer` is the authority's credit code.
    """

    type: Literal["CertificateCreated"] = "CertificateCreated"
    identifier: CertificateIdentifier
    case_id: Identifier
    case_number: Line
    item: ItemRef
    holder: Holder
    account: Identifier | None = None
    issuer: CreditCode
    department: Identifier
    division: Division
    confidential: bool = False
    face: CertificateFace
    issued_on: date
    predecessor: CertificatePredecessor | None = None


class CertificateSealed(Frozen):
    """
    签章: the file of the certificate was made and signed. `signature` is over the bytes of the PDF,
    `manifest_signature` over those of the manifest, a JSON text that names the certificate and the
    PDF; `public_key` is a SubjectPublicKeyInfo.
    """

    type: Literal["CertificateSealed"] = "CertificateSealed"
    sha256: Sha256
    size: Annotated[int, Field(ge=1)]
    manifest: Annotated[str, StringConstraints(min_length=2, max_length=2000)]
    signature: Base64
    manifest_signature: Base64
    key_id: Line
    algorithm: Line
    public_key: Base64


class CertificateSuspended(Frozen):
    """暂扣: it cannot be used until it is given back; status 02."""

    type: Literal["CertificateSuspended"] = "CertificateSuspended"
    reason: Text
    basis: Text
    document: Line


class CertificateRestored(Frozen):
    """
    返还: what was suspended is valid again (01), or what was replaced by one that has been revoked.
    """

    type: Literal["CertificateRestored"] = "CertificateRestored"
    reason: Text


class CertificateRevoked(Frozen):
    """
    撤销: it should not have been granted (行政许可法 art. 69), or its case was voided; status 03.
    """

    type: Literal["CertificateRevoked"] = "CertificateRevoked"
    reason: Text
    basis: Text
    document: Line


class CertificateCancelled(Frozen):
    """注销: it came to its end by law (行政许可法 art. 70); status 04."""

    type: Literal["CertificateCancelled"] = "CertificateCancelled"
    reason: Text
    basis: Text
    document: Line | None = None


class CertificateMovedOut(Frozen):
    """办理转出: another authority has it now; status 06."""

    type: Literal["CertificateMovedOut"] = "CertificateMovedOut"
    reason: Text
    basis: Text
    document: Line | None = None


class CertificateWithdrawn(Frozen):
    """吊销: taken away as a penalty (行政处罚法 art. 9); status 07."""

    type: Literal["CertificateWithdrawn"] = "CertificateWithdrawn"
    reason: Text
    basis: Text
    document: Line


class CertificateReplaced(Frozen):
    """换发: another certificate has taken its place, which lapses with that (05)."""

    type: Literal["CertificateReplaced"] = "CertificateReplaced"
    by: CertificateIdentifier
    link: Link
    reason: Text | None = None


class RenewalFiled(Frozen):
    """延续申请: a case asks for the renewal; `in_time` if 30 days before the last day (art. 50)."""

    type: Literal["RenewalFiled"] = "RenewalFiled"
    case_id: Identifier
    on: date
    in_time: bool


class RenewalEnded(Frozen):
    """延续结果: the case that asked for the renewal has its result."""

    type: Literal["RenewalEnded"] = "RenewalEnded"
    case_id: Identifier
    on: date
    granted: bool


class Grantee(Frozen):
    """被授权方: an account, a department, or a company by its credit code; one of them."""

    model_config = ConfigDict(json_schema_extra=exactly_one("account", "department", "entity"))

    account: Identifier | None = None
    department: Identifier | None = None
    entity: CreditCode | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if sum(one is not None for one in (self.account, self.department, self.entity)) != 1:
            raise Unfit("one-party-to-authorise", "name one: an account, a department or a company")
        return self


class UseAuthorised(Frozen):
    """
    授权用证: the holder lets somebody use the certificate, `count` times from `since` to `until`
    (both included), for a purpose and perhaps in one case only.
    """

    type: Literal["UseAuthorised"] = "UseAuthorised"
    authorisation: Code
    grantee: Grantee
    purpose: Text
    since: date
    until: date
    count: Annotated[int, Field(ge=1, le=1000)]
    case_id: Identifier | None = None


class AuthorisationRevoked(Frozen):
    """撤销授权: no further use; what was done under it stands."""

    type: Literal["AuthorisationRevoked"] = "AuthorisationRevoked"
    authorisation: Code
    reason: Text | None = None


class Basis(StrEnum):
    """Why a certificate might be used: who let whoever used it."""

    HOLDER = "holder"  # 持证主体本人
    MANDATE = "mandate"  # 持证主体委托的代办人
    AUTHORISATION = "authorisation"  # 用证授权
    SHOWING = "showing"  # 当面亮证
    COUNTER = "counter"  # 当日窗口核验本人


class CertificateUsed(Frozen):
    """
    用证: it was used, under an `authorisation` or by the holder, as the `material` of a case.
    `basis` says why whoever used it might; earlier releases did not record it.
    """

    schema_version: ClassVar[int] = 2
    reads_from: ClassVar[int] = 1

    type: Literal["CertificateUsed"] = "CertificateUsed"
    use: Code
    authorisation: Code | None = None
    purpose: Text
    case_id: Identifier | None = None
    material: Code | None = None
    basis: Basis | None = None


Event = (
    CertificateCreated
    | CertificateSealed
    | CertificateSuspended
    | CertificateRestored
    | CertificateRevoked
    | CertificateCancelled
    | CertificateMovedOut
    | CertificateWithdrawn
    | CertificateReplaced
    | RenewalFiled
    | RenewalEnded
    | UseAuthorised
    | AuthorisationRevoked
    | CertificateUsed
)
EVENTS: tuple[type[Frozen], ...] = get_args(Event)
