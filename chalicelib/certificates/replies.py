"""What /certificates and /verify answer, as models (see replies.py)."""

from datetime import date
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, Field

from ..cases.domain.events import Holder
from ..cases.domain.values import CertificateIdentifier, ItemRef
from ..kernel.actor import Identifier, Role
from ..kernel.base import Code, Line, Sha256, Text
from ..kernel.formats import CreditCode, Division
from ..web.replies import Page, Position, Version
from .domain.certificate import CertificateStatus
from .domain.events import Base64, Basis, CertificateFace, CertificatePredecessor, Grantee


class CertificateCard(BaseModel):
    """What lists show of a certificate; `sealed` once its file is there."""

    identifier: CertificateIdentifier
    type: str
    name: Line
    issuer_name: Line
    department: Identifier
    division: Division
    case_id: Identifier
    item: str
    issued_on: date
    valid_from: date
    valid_until: date | None
    status: CertificateStatus
    replaced_by: CertificateIdentifier | None
    sealed: bool


class CertificatePage(Page):
    """Certificates, the newest first."""

    items: list[CertificateCard]


class GivenAuthorisation(BaseModel):
    """授权用证, and how often it was used."""

    authorisation: Code
    grantee: Grantee
    purpose: Text
    since: date
    until: date
    count: int
    case_id: Identifier | None
    used: Annotated[int, Field(ge=0)]
    revoked: bool


class CertificateUse(BaseModel):
    """
    A use of it (用证): when, by whose department or company, what for, and why they might. `basis`
    is null for uses that earlier releases recorded.
    """

    use: Code
    authorisation: Code | None
    purpose: Text
    case_id: Identifier | None
    material: Code | None
    basis: Basis | None
    role: Role
    department: Identifier | None
    entity: CreditCode | None
    at: AwareDatetime


class CertificateReply(BaseModel):
    """
    An electronic certificate as it stands today. `status` is 01 to 07 (GB/T 36904); `until` its
    last day, null without end and while its renewal is open (`extended`, 行政许可法 art. 50);
    `sha256` that of its file, null while that is being made; `authorisations` and `uses`, the
    latest hundred, are null for others than its holder and an auditor.
    """

    identifier: CertificateIdentifier
    case_id: Identifier
    case_number: Line
    item: ItemRef
    holder: Holder
    issuer: CreditCode
    department: Identifier
    division: Division
    face: CertificateFace
    issued_on: date
    predecessor: CertificatePredecessor | None
    status: CertificateStatus
    usable: bool
    until: date | None
    extended: bool
    reason: Text | None
    replaced_by: CertificateIdentifier | None
    renewal: Identifier | None
    sha256: Sha256 | None
    authorisations: list[GivenAuthorisation] | None
    uses: list[CertificateUse] | None
    version: Version


class CertificateSignature(BaseModel):
    """
    What proves the file: `signature` over its bytes, `manifest_signature` over those of `manifest`,
    both DER in base64, as is `public_key`, a SubjectPublicKeyInfo. docs/signatures.md has how to
    check them with OpenSSL.
    """

    identifier: CertificateIdentifier
    sha256: Sha256
    size: Annotated[int, Field(ge=1)]
    manifest: str
    signature: Base64
    manifest_signature: Base64
    key_id: Line
    algorithm: Line
    public_key: Base64


class CertificateTaken(BaseModel):
    """The certificate right after the command; sent again under the same key, the same again."""

    identifier: CertificateIdentifier
    status: CertificateStatus
    version: Version
    position: Position | None


class AuthorisationReply(CertificateTaken):
    """The id of the new authorisation: whom it names uses the certificate by it."""

    authorisation: Code


class RevisionReply(CertificateTaken):
    """The version that has taken its place."""

    replaced_by: CertificateIdentifier


class ShowingReply(BaseModel):
    """What to show: `url` as a QR code. It is good once, until `expires_at`."""

    token: str
    url: str
    expires_at: AwareDatetime


class VerdictReply(BaseModel):
    """
    How the certificate stands at `checked_at`: `valid`, or in `state` why not. The name of a person
    is masked; a company's is public.
    """

    valid: bool
    state: Literal[
        "valid",
        "not-yet-valid",
        "suspended",
        "revoked",
        "cancelled",
        "expired",
        "moved-out",
        "withdrawn",
        "replaced",
    ]
    checked_at: AwareDatetime
    name: Line
    identifier: CertificateIdentifier
    issuer: Line
    holder_masked: Line
    valid_from: date
    valid_until: date | None
    replaced_by: CertificateIdentifier | None


class HeldMaterial(BaseModel):
    """A material of the item, and the certificate that can take its place."""

    material: Code
    certificate: CertificateIdentifier
    name: Line
    issuer_name: Line
    valid_until: date | None


class HeldMaterials(Page):
    materials: list[HeldMaterial]
