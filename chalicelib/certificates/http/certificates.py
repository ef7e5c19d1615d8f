"""/certificates: electronic certificates (电子证照), as their holders and issuers see them."""

from collections.abc import Callable

from chalice.app import Response

from ...cases.application.access import OVERSEERS
from ...cases.http.lists import department_of
from ...eventlog.codec import UnknownEvent
from ...eventlog.views.port import Row
from ...kernel.actor import APPLICANTS, Role
from ...kernel.base import Frozen, Text
from ...kernel.errors import NotAllowed
from ...people.application import entities
from ...platform.rate_limits import DOWNLOAD
from ...web import paging
from ...web.downloads import Download, download
from ...web.operation import PAGING, OperationSpec
from ...web.paging import Listing
from ...web.request import ApiRequest
from ...web.route import operation, reply, tagged
from ..application import (
    access as certificate_access,
)
from ..application import (
    certificates,
    showings,
)
from ..application import (
    file as certificate_file,
)
from ..application import (
    signing as certificate_seal,
)
from ..application import (
    uses as certificate_uses,
)
from ..application.lists import DEPARTMENT, NAME, OWN
from ..application.uses import Authorising, Using
from ..domain import certificate
from ..projections.held_certificates import listed
from .operations import taken

_WHOSE = frozenset({"person", "account", "company"})
_LIST = OperationSpec(
    "listCertificates",
    "certificates",
    "CertificatePage",
    query={
        **PAGING,
        "as": {"enum": sorted(_WHOSE), "description": "For applicants: whose."},
        "department": {"type": "string", "description": "Of staff: which; their own, if not said."},
    },
)
_ONE = OperationSpec("getCertificate", "certificates", "CertificateReply", tagged=True)
_FILE = OperationSpec(
    "getCertificateFile", "certificates", "", limit=DOWNLOAD, media=("application/pdf",)
)
_SIGNATURE = OperationSpec("getCertificateSignature", "certificates", "CertificateSignature")
_SHOW = OperationSpec("showCertificate", "certificates", "ShowingReply", 201, command=True)


class Reason(Frozen):
    reason: Text | None = None


_AUTHORISE = OperationSpec(
    "authoriseUse", "certificates", "AuthorisationReply", 201, body=Authorising, command=True
)
_REVOKE = OperationSpec(
    "revokeAuthorisation", "certificates", "CertificateTaken", body=Reason, command=True
)
_USE = OperationSpec("useCertificate", "certificates", "CertificateTaken", body=Using, command=True)
_REVISE = OperationSpec(
    "reviseCertificate",
    "certificates",
    "RevisionReply",
    201,
    body=certificates.Revision,
    command=True,
)


@operation(_LIST)
def own(request: ApiRequest) -> Response:
    """
    One's own certificates, newest first; staff get those that they issued.

    Of the proven person (the default, once it is proven), of what the account applied for, or
    of the company.
    """
    index, partition = _whose(request)
    return _listed(request, index, partition)


@operation(_ONE)
def one(request: ApiRequest, identifier: str) -> Response:
    """The certificate as it stands today: what it says, its state, until when it is valid."""
    found = certificates.get(
        request.platform, request.actor, certificates.valid_identifier(identifier)
    )
    record = found.state.record
    private = request.actor.role is Role.AUDITOR or certificate_access.owns(
        request.platform, request.actor, record
    )
    mask = request.actor.role in OVERSEERS
    described = certificate_file.describe(found.state, request.today, private=private, mask=mask)
    whole = {**described, "uses": None, "version": found.version}
    if private:
        history = certificates.history(request.platform, identifier)
        whole["uses"] = certificate_file.uses(history)
    told = (request.today.isoformat(), str(int(private)), *(["masked"] if mask else []))
    return tagged(request, whole, found.version, *told)


@operation(_FILE)
def file(request: ApiRequest, identifier: str) -> Response:
    """The signed PDF; also for who has used the certificate under an authorisation."""
    state = certificates.openable(request.platform, request.actor, identifier, request.today)
    digest = certificate_seal.sealed_of(state).sha256
    disposition = f'attachment; filename="{identifier}.pdf"'
    return download(
        request, Download(certificate_seal.OWNER, digest, "application/pdf", disposition)
    )


@operation(_SIGNATURE)
def signature(request: ApiRequest, identifier: str) -> Response:
    """What proves the PDF: signature, manifest, public key, in base64 of DER."""
    state = certificates.openable(request.platform, request.actor, identifier, request.today)
    return reply(certificate_file.signature(state))


def _whose(request: ApiRequest) -> tuple[str, str]:
    actor = request.actor
    if actor.role not in APPLICANTS:
        return DEPARTMENT, department_of(actor, request.query("department"))
    whose = request.choice("as", _WHOSE)
    person = certificate_access.person_of(request.platform, actor)
    if whose == "company" or (whose is None and actor.entity is not None):
        if actor.entity is None:
            raise NotAllowed("no-company-acted-for", "you act for no company")
        entities.belonging(request.platform, actor, request.today)
        return OWN, f"entity:{actor.entity}"
    if whose == "person" and person is None:
        raise NotAllowed(
            "identity-not-proven",
            "it is not proven who you are: register, and prove your identity first",
        )
    if person is not None and whose != "account":
        return OWN, person
    return OWN, f"account:{actor.account}"


def _listed(request: ApiRequest, index: str, partition: str) -> Response:
    sealed = f"{NAME} {index} {partition}"
    rows = paging.rows(request, NAME, index, partition, descending=True)

    def told(row: Row) -> Row:
        return listed(row, request.today)

    def seen(identifier: str) -> int:
        valid = certificates.valid_identifier(identifier)
        return certificates.get(request.platform, request.actor, valid).version

    listing = Listing(NAME, certificates.stream, seen, sealed, rows, _shown(request), told)
    return reply(paging.page(request, listing))


def _shown(request: ApiRequest) -> Callable[[Row], bool]:
    """As by its identifier: who applied for a company, and has left it since, is still listed."""

    def shown(row: Row) -> bool:
        try:
            state = certificates.state_of(request.platform, row["identifier"])
        except UnknownEvent:  # which keeps no list from being told
            return False
        if not isinstance(state, certificate.Known):
            return False
        return certificate_access.may_see(request.platform, request.actor, state.record)

    return shown


@operation(_SHOW)
def show(request: ApiRequest, identifier: str) -> Response:
    """亮证: a token, good once and for five minutes, by which anybody can check it."""
    known = certificates.valid_identifier(identifier)
    shown = showings.show(request.platform, request.caller(), known)
    body = {
        "token": shown.token,
        "url": shown.url,
        "expires_at": shown.expires_at.isoformat(),
    }
    replayed = {"Idempotency_Replayed": "true"} if shown.repeated else {}
    return reply(body, 201, ETag=f'"{shown.version}"', **replayed)


@operation(_AUTHORISE)
def authorise(request: ApiRequest, identifier: str) -> Response:
    """授权用证: let an account, a department or a company use it."""
    body, known = request.body(Authorising), certificates.valid_identifier(identifier)
    name, done = certificate_uses.authorise(request.platform, request.caller(), known, body)
    return taken(request, identifier, done, 201, authorisation=name)


@operation(_REVOKE)
def revoke(request: ApiRequest, identifier: str, authorisation: str) -> Response:
    """撤销授权: no further use."""
    reason, known = request.body(Reason).reason, certificates.valid_identifier(identifier)
    done = certificate_uses.revoke(request.platform, request.caller(), known, authorisation, reason)
    return taken(request, identifier, done)


@operation(_USE)
def use(request: ApiRequest, identifier: str, authorisation: str) -> Response:
    """用证: one use of an authorisation, by whom it names; the file can be read then."""
    body, known = request.body(Using), certificates.valid_identifier(identifier)
    done = certificate_uses.use(request.platform, request.caller(), known, authorisation, body)
    return taken(request, identifier, done)


@operation(_REVISE)
def revise(request: ApiRequest, identifier: str) -> Response:
    """变更: a new version, .002 after .001, says what is right from now on."""
    body, known = request.body(certificates.Revision), certificates.valid_identifier(identifier)
    following, done = certificates.revise(request.platform, request.caller(), known, body)
    return taken(request, identifier, done, 201, replaced_by=following)
