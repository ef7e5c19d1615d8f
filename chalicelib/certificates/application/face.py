"""What a certificate says (票面), from the case that it was issued for."""

from ...cases.domain.events import CaseGranted, CertificateIssued
from ...cases.domain.records import Application
from ...codes.ids import masked
from ...codes.parties import Applicant
from ..domain.events import CertificateFace, Said

LONGEST = 4000


def face_of(
    application: Application,
    granted: CaseGranted,
    issued: CertificateIssued,
    issuer_name: str,
) -> CertificateFace:
    kind, form = application.plan.certificate, application.form
    said = [] if kind is None else [(one.label, form.get(one.form)) for one in kind.says]
    return CertificateFace(
        name=issued.name,
        holder_name=application.applicant.name,
        holder_id=holder_id(application.applicant),
        issuer_name=issuer_name,
        says=tuple(
            Said(label=label, value=told) for label, value in said if (told := in_words(value))
        ),
        conditions=granted.conditions,
        valid_from=issued.valid_from,
        valid_until=issued.valid_until,
    )


def holder_id(applicant: Applicant) -> str:
    """A company's credit code is public; a person's id is masked."""
    return applicant.entity or masked(applicant.id_number)


def in_words(value: object) -> str:
    """A value of the form as it is read; "" for none."""
    match value:
        case None:
            return ""
        case bool():
            return "是" if value else "否"
        case float() if value.is_integer():
            return str(int(value))
        case list() | tuple():
            return "、".join(filter(None, map(in_words, value)))[:LONGEST]
        case dict():
            return "；".join(f"{name}：{in_words(one)}" for name, one in value.items())[:LONGEST]
        case _:
            return str(value).strip()[:LONGEST]
