"""A food licence of a company for two years, and what may be asked of it."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from chalicelib.cases.domain.values import ItemRef
from chalicelib.certificates.domain import certificate as cert
from chalicelib.certificates.domain import events as e
from chalicelib.codes.numbers import certificate_id
from chalicelib.kernel.actor import Actor, Role

TYPE, ISSUER = "114408000000010549002", "114408000000010549"
IDENTIFIER = certificate_id(TYPE, ISSUER, "44080020260210000001")
NEWER = certificate_id(TYPE, ISSUER, "44080020260210000001", 2)
RENEWED = certificate_id(TYPE, ISSUER, "44080020280110000009")
FROM, UNTIL = date(2026, 2, 10), date(2028, 2, 9)
HEAD = Actor(account="head", role=Role.APPROVER, department="440800-market")
BASIS, DOCUMENT = "《中华人民共和国行政许可法》第六十九条", "湛市监决〔2026〕5号"

CREATED = e.CertificateCreated(
    identifier=IDENTIFIER,
    case_id="c1",
    case_number="440800202602100000010",
    item=ItemRef(code="1144080000000105493440105001000", version=1, name="食品经营许可核发"),
    holder="entity:91440800MA0EXAMP1A",
    issuer=ISSUER,
    department="440800-market",
    division="440800",
    face=e.CertificateFace(
        name="食品经营许可证",
        holder_name="湛江示例餐饮有限公司",
        holder_id="91440800MA0EXAMP1A",
        issuer_name="市市场监督管理局",
        valid_from=FROM,
        valid_until=UNTIL,
    ),
    issued_on=FROM,
)
FOREVER = CREATED.model_copy(update={"face": CREATED.face.model_copy(update={"valid_until": None})})
ISSUED = cert.fold([CREATED])


def on(day: date = date(2026, 6, 1)) -> dict[str, Any]:
    """At noon by the law's clock."""
    at = datetime(day.year, day.month, day.day, 4, tzinfo=UTC)
    return {"at": at, "by": HEAD}


def after(*commands: cert.CertificateCommand, state: cert.State = ISSUED) -> cert.State:
    for command in commands:
        state = cert.fold(cert.decide(command, state), state)
    return state


def suspend(reason: str = "涉嫌违法经营", day: date = date(2026, 6, 1)) -> cert.Suspend:
    return cert.Suspend(**on(day), reason=reason, basis=BASIS, document=DOCUMENT)


def restore() -> cert.Restore:
    return cert.Restore(**on(), reason="查无实据")


def revoke(reason: str = "以欺骗手段取得", day: date = date(2026, 6, 1)) -> cert.Revoke:
    return cert.Revoke(**on(day), reason=reason, basis=BASIS, document=DOCUMENT)


def cancel(day: date = date(2026, 6, 1)) -> cert.Cancel:
    return cert.Cancel(**on(day), reason="企业终止", basis=BASIS)


def move_out() -> cert.MoveOut:
    return cert.MoveOut(**on(), reason="迁往外市", basis=BASIS)


def withdraw() -> cert.Withdraw:
    return cert.Withdraw(**on(), reason="情节严重", basis=BASIS, document=DOCUMENT)


def replace(by: str = NEWER) -> cert.Replace:
    return cert.Replace(**on(), by_certificate=by, link=e.Link.VERSION)


def file_renewal(days_before: int, case_id: str = "r1") -> cert.FileRenewal:
    day = UNTIL - timedelta(days=days_before)
    return cert.FileRenewal(**on(day), case_id=case_id, on=day)


def end_renewal(day: date, *, granted: bool, case_id: str = "r1") -> cert.EndRenewal:
    return cert.EndRenewal(**on(day), case_id=case_id, on=day, granted=granted)


TERMS = e.UseAuthorised(
    authorisation="a1",
    grantee=e.Grantee(department="440800-hall"),
    purpose="核对经营资格",
    since=date(2026, 6, 1),
    until=date(2026, 6, 30),
    count=2,
)


def authorise(**changes: Any) -> cert.Authorise:
    return cert.Authorise(**on(), terms=TERMS.model_copy(update=changes))


def revoke_authorisation(name: str = "a1") -> cert.RevokeAuthorisation:
    return cert.RevokeAuthorisation(**on(), authorisation=name)


def use(
    name: str = "u1", day: date = date(2026, 6, 2), authorisation: str | None = "a1", **more: Any
) -> cert.Use:
    used = e.CertificateUsed(use=name, authorisation=authorisation, purpose="核对", **more)
    return cert.Use(**on(day), used=used)
