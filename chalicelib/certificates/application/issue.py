"""What a case leads to: its certificate, the renewal of one, the end of one (制证)."""

from ...cases.application import cases
from ...cases.domain import events as case_events
from ...cases.domain.records import Application, Granted
from ...cases.domain.state import Lodged, decision_of
from ...cases.domain.values import Result
from ...codes.numbers import certificate_id, parse_certificate_id
from ...items.application import items
from ...items.domain.plan import CertificateKind
from ...kernel.actor import SYSTEM
from ...kernel.errors import Closed
from ...people.application import identity
from ...platform.platform import Platform
from ..domain import certificate
from ..domain.certificate import Known
from ..domain.events import CertificateCreated, CertificatePredecessor, Link
from .certificates import by_system, run, state_of
from .face import face_of

# The variant (情形) of an item whose cases ask for a renewal of a certificate (延续).
RENEWAL = "renewal"
FIRST_VERSION = 1


def predecessor(platform: Platform, application: Application) -> CertificatePredecessor | None:
    """
    The certificate that the case renews or changes: the applicant's own of the very type that its
    item produces, handed in as a material. One that somebody let the applicant use stays theirs.
    """
    kind = application.plan.certificate
    if kind is None:
        return None
    for one in application.materials:
        if one.certificate is None:
            continue
        told = parse_certificate_id(one.certificate)
        its = (told.type, told.issuer) == (kind.type, kind.issuer)
        if its and _holder_of(platform, one.certificate) == _holder(platform, application):
            link = Link.RENEWAL if application.variant in (None, RENEWAL) else Link.VERSION
            return CertificatePredecessor(identifier=one.certificate, link=link)
    return None


def _holder_of(platform: Platform, identifier: str) -> str | None:
    state = state_of(platform, identifier)
    return state.record.created.holder if isinstance(state, Known) else None


def _holder(platform: Platform, application: Application) -> str:
    return application.holder or identity.holder(platform, application.applicant)


def next_identifier(platform: Platform, application: Application, kind: CertificateKind) -> str:
    """Of the certificate of that kind that the case will produce."""
    before = predecessor(platform, application)
    if before is not None and before.link is Link.VERSION:
        return _next_version(platform, before.identifier, application.case_id)
    # The case number without its check character is unique, so it serves as the serial number.
    return certificate_id(kind.type, kind.issuer, application.number[:-1], FIRST_VERSION)


def _next_version(platform: Platform, identifier: str, case_id: str) -> str:
    """The first version behind it that is free, or that this very case took."""
    told = parse_certificate_id(identifier)
    version = int(told.version)
    while True:
        version += 1
        if version > 999:  # noqa: PLR2004 - three digits, GB/T 36904
            raise Closed(
                "certificate-versions-used-up",
                "{identifier} has had 999 versions; issue another certificate",
                identifier=identifier,
            )
        following = certificate_id(told.type, told.issuer, told.serial, version)
        state = state_of(platform, following)
        taken = state.record.created.case_id if isinstance(state, Known) else None
        if taken in (None, case_id):
            return following


def enter(platform: Platform, case_id: str) -> str | None:
    """
    The stream of the certificate that a case has issued, made once; None if it has issued none.
    Raises Contradiction if there is another one under that identifier.
    """
    state = cases.get(platform, SYSTEM, case_id).state
    if not isinstance(state, Lodged):
        return None
    decision = decision_of(state)
    if not isinstance(decision, Granted) or decision.certificate is None:
        return None
    application, issued = state.application, decision.certificate
    there = state_of(platform, issued.identifier)
    if isinstance(there, Known) and there.record.created.case_id == case_id:
        return issued.identifier  # as it was made then: the case may have been corrected since
    caller = by_system(f"create-{case_id}")
    created = _created(platform, application, decision.made, issued)
    command = certificate.Create(**caller.about(platform.now()), created=created)
    run(platform, caller, issued.identifier, command)
    return issued.identifier


def _created(
    platform: Platform,
    application: Application,
    granted: case_events.CaseGranted,
    issued: case_events.CertificateIssued,
) -> CertificateCreated:
    definition = items.at_version(platform, application.item.code, application.item.version)
    return CertificateCreated(
        identifier=issued.identifier,
        case_id=application.case_id,
        case_number=application.number,
        item=application.item,
        holder=_holder(platform, application),
        account=application.applicant.account,
        issuer=parse_certificate_id(issued.identifier).issuer,
        department=definition.department,
        division=definition.division,
        confidential=application.confidential,
        face=face_of(application, granted, issued, definition.department_name),
        issued_on=issued.valid_from,
        predecessor=predecessor(platform, application),
    )


def follow(platform: Platform, created: CertificateCreated) -> None:
    """
    The older certificate is replaced by the one that was made; if another one has its place by now,
    that one is. So of two cases that renew or change the same certificate the later one holds.
    """
    before = created.predecessor
    if before is None or _voided(platform, created.identifier):
        return
    latest = _latest(platform, before.identifier, created.identifier)
    if latest is None:
        return
    caller = by_system(f"replace-{created.identifier}")
    command = certificate.Replace(
        **caller.about(platform.now()), by_certificate=created.identifier, link=before.link
    )
    try:
        run(platform, caller, latest, command)
    except Closed:  # it ended meanwhile in another way
        _end_with(platform, created, latest)


def _voided(platform: Platform, identifier: str) -> bool:
    """An event that comes late must not put what was revoked in the place of what is good."""
    return isinstance(state_of(platform, identifier), certificate.Ended)


def _latest(platform: Platform, identifier: str, newest: str) -> str | None:
    """The last of those that have taken its place, up to `newest`; None if that is `newest`."""
    passed: set[str] = set()
    while identifier != newest and identifier not in passed:
        passed.add(identifier)
        state = state_of(platform, identifier)
        if not isinstance(state, certificate.Replaced):
            return identifier
        identifier = state.why.by
    return None


def _end_with(platform: Platform, created: CertificateCreated, latest: str) -> None:
    """
    What was taken away does not live on as a version without a case, which a revision made while
    it was taken away. What a case decided stands.
    """
    state = state_of(platform, latest)
    before = created.predecessor
    same_case = isinstance(state, Known) and state.record.created.case_id == created.case_id
    if not isinstance(state, certificate.Ended) or before is None or not same_case:
        return
    caller = by_system(f"end-{created.identifier}")
    command = certificate.Cancel(
        **caller.about(platform.now()),
        reason=f"{latest}：{state.why.reason}",
        basis="所变更的证照已终止效力",
    )
    run(platform, caller, created.identifier, command)


def renewal_filed(platform: Platform, case_id: str) -> None:
    """The certificate knows that a case asks for its renewal (行政许可法 art. 50)."""
    state = cases.get(platform, SYSTEM, case_id).state
    if not isinstance(state, Lodged):
        return
    before = predecessor(platform, state.application)
    if before is None or before.link is not Link.RENEWAL:
        return
    caller = by_system(f"renewal-{case_id}")
    command = certificate.FileRenewal(
        **caller.about(platform.now()), case_id=case_id, on=state.application.submitted_on
    )
    try:
        run(platform, caller, before.identifier, command)
    except Closed:
        return  # it is over: the case is decided on as any other


def renewal_ended(platform: Platform, case_id: str, ended: case_events.CaseConcluded) -> None:
    state = cases.get(platform, SYSTEM, case_id).state
    before = predecessor(platform, state.application) if isinstance(state, Lodged) else None
    if before is None or before.link is not Link.RENEWAL:
        return
    granted = ended.result is Result.GRANTED
    caller = by_system(f"renewal-{case_id}-{ended.result}")
    command = certificate.EndRenewal(
        **caller.about(platform.now()), case_id=case_id, on=ended.on, granted=granted
    )
    run(platform, caller, before.identifier, command)


def case_voided(platform: Platform, case_id: str, voided: case_events.CaseVoided) -> None:
    """撤销 of what a case has issued whose decision is void (作废)."""
    identifier = enter(platform, case_id)
    if identifier is None:
        return
    caller = by_system(f"void-{case_id}")
    command = certificate.Revoke(
        **caller.about(platform.now()),
        reason=voided.reason,
        basis="颁发该证照的办件已作废",
        document=voided.document.number,
    )
    try:
        run(platform, caller, identifier, command)
    except Closed:
        return  # it had ended for good before
