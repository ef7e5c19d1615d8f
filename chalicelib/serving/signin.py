"""
Local sign-in: tokens for invented people, so that a newcomer can try every role. Embedded only;
anywhere else an OpenID provider signs.

Every person, account and company here is made up; the company's credit code is valid in form.
"""

import time
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from datetime import timedelta
from hashlib import sha256
from json import dumps
from pathlib import Path
from secrets import token_urlsafe
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from .. import bootstrap
from ..codes.divisions import COUNTRY
from ..kernel.actor import DEPARTMENT_STAFF, Role
from ..web.auth.token_claims import CLAIMS, NAME_CLAIM
from ..web.auth.verifier import LOCAL

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

ISSUER: Final = LOCAL
AUDIENCE: Final = "banjian"
KEY_FILE: Final = "signin.key"
LIFETIME: Final = timedelta(hours=8)

ZHANJIANG: Final = "440800"  # 湛江市, GB/T 2260

DEPARTMENTS: Final[Mapping[str, str]] = {
    "440800-hall": "市政务服务中心",
    "440800-housing": "市住房和城乡建设局",
    "440800-environment": "市生态环境局",
    "440800-fire": "市消防救援支队",
    "440800-market": "市市场监督管理局",
    "440800-civil": "市民政局",
    "440800-health": "市卫生健康局",
    "440800-hr": "市人力资源和社会保障局",
    "440800-culture": "市文化广电旅游体育局",
    "440800-emergency": "市应急管理局",
    "440800-police": "市公安局",
    "440800-resources": "市自然资源局",
    "440800-transport": "市交通运输局",
    "440800-water": "市水务局",
}

COMPANY: Final = "湛江示例建设有限公司"
COMPANY_CODE: Final = "91440800MA0EXAMP1A"


class Persona(NamedTuple):
    """
    Someone to sign in as; `level` is the real-name level, 0 to 4. Who has an `id_number` has shown
    the card at a counter (demo_people.py).
    """

    account: str
    name: str
    role: Role
    department: str | None = None
    division: str | None = None
    entity: str | None = None
    level: int = 4
    id_number: str | None = None


_TITLES: Final = {Role.CLERK: "经办人", Role.REVIEWER: "审核人", Role.APPROVER: "批准人"}


class SignInError(Exception):
    """The key of the local sign-in cannot be used; the message says what to do."""


def _staff(account: str, name: str, role: Role, department: str | None = None) -> Persona:
    return Persona(account, name, role, department, ZHANJIANG)


PERSONAS: Final[Mapping[str, Persona]] = {
    each.account: each
    for each in (
        Persona("citizen-zhang", "张三", Role.APPLICANT, level=3, id_number="440802195503071232"),
        Persona("citizen-wang", "王五", Role.APPLICANT, level=1),
        Persona("agent-li", "李四", Role.AGENT, entity=COMPANY_CODE, level=3),
        _staff("clerk-chen", "陈窗口", Role.CLERK, "440800-hall"),
        _staff("clerk-huang", "黄制证", Role.CLERK, "440800-hall"),
        _staff("clerk-housing", "何经办", Role.CLERK, "440800-housing"),
        _staff("reviewer-housing", "刘审核", Role.REVIEWER, "440800-housing"),
        _staff("reviewer-environment", "林审核", Role.REVIEWER, "440800-environment"),
        _staff("reviewer-fire", "吴审核", Role.REVIEWER, "440800-fire"),
        _staff("approver-housing", "梁局长", Role.APPROVER, "440800-housing"),
        _staff("approver-environment", "谢局长", Role.APPROVER, "440800-environment"),
        _staff("supervisor-zhou", "周监察", Role.SUPERVISOR),
        Persona("auditor-zheng", "郑审计", Role.AUDITOR, division=COUNTRY),
        _staff("items-sun", "孙事项", Role.ITEM_MANAGER),
        _staff("items-tang", "唐复核", Role.ITEM_MANAGER),
        _staff("system-qian", "钱系统", Role.SYSTEM_ADMINISTRATOR),
        _staff("security-feng", "冯安全", Role.SECURITY_ADMINISTRATOR),
    )
}


def persona(account: str) -> Persona:
    """Raises SignInError, which lists whom there is."""
    if account not in PERSONAS:
        raise SignInError(f"nobody is called {account!r}; there are {', '.join(PERSONAS)}")
    return PERSONAS[account]


def staff(role: Role, department: str) -> Persona:
    """
    Who has that role in that department of the examples, so that every item can be finished. Raises
    SignInError, which lists the departments.
    """
    if role not in DEPARTMENT_STAFF:
        raise SignInError(f"a {role} acts for no department; name them by --as {role}")
    if department not in DEPARTMENTS:
        raise SignInError(f"no {department} is in the examples; there are {', '.join(DEPARTMENTS)}")
    known = (one for one in PERSONAS.values() if (one.role, one.department) == (role, department))
    account = f"{role}-{department.partition('-')[2]}"
    return next(
        known, _staff(account, f"{DEPARTMENTS[department]}{_TITLES[role]}", role, department)
    )


def issue(
    data: Path, who: Persona, lifetime: timedelta = LIFETIME, *, now: float | None = None
) -> str:
    """
    A bearer token for `who`, signed with the key in `data`. `now` is in seconds since 1970. Raises
    SignInError, and ValueError for a lifetime that is over at once.
    """
    import jwt

    if lifetime <= timedelta(0):
        raise ValueError("a token must be valid for some time")
    key = _key(data)
    issued = int(time.time() if now is None else now)
    claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "iat": issued,
        "exp": issued + int(lifetime.total_seconds()),
        "jti": token_urlsafe(12),
        NAME_CLAIM: who.name,
        **{
            CLAIMS[field]: getattr(who, field)
            for field in CLAIMS
            if getattr(who, field) is not None
        },
    }
    return jwt.encode(claims, key, "ES256", {"typ": "at+jwt", "kid": _jwk(key)["kid"]})


def jwks(data: Path) -> dict[str, Any]:
    """The JWK set (RFC 7517) that verifies what `issue` signs; makes the key if there is none."""
    return {"keys": [_jwk(_key(data))]}


def _jwk(key: "EllipticCurvePrivateKey") -> dict[str, Any]:
    from jwt.algorithms import ECAlgorithm

    public = ECAlgorithm.to_jwk(key.public_key(), as_dict=True)
    members = {name: public[name] for name in ("crv", "kty", "x", "y")}
    # The key's thumbprint, RFC 7638.
    digest = sha256(dumps(members, separators=(",", ":"), sort_keys=True).encode()).digest()
    kid = urlsafe_b64encode(digest).rstrip(b"=").decode()
    return {**members, "kid": kid, "alg": "ES256", "use": "sig"}


def _key(data: Path) -> "EllipticCurvePrivateKey":
    path = data / KEY_FILE
    if not path.exists():
        data.mkdir(parents=True, exist_ok=True)
        bootstrap.write_once(path, _new_key())
    return _read(path)


def _new_key() -> bytes:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    return ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _read(path: Path) -> "EllipticCurvePrivateKey":
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(path.read_bytes(), None)
    except (ValueError, TypeError) as error:
        raise SignInError(f"{path} holds no private key: delete it to make a new one") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.curve.name != "secp256r1":
        raise SignInError(f"{path} holds a key of another kind: delete it to make a new one")
    return key
