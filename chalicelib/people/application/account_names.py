"""
Account names of those who sign in at an identity provider.

A subject (`sub`) is the provider's word: it may be a phone or an id, or another provider may have
the same. So (issuer, subject) finds an account whose name is random, by a row that can be erased
(platform/sign_ins.py); of the subject the row has a digest under the platform's secret.

Until there were rows a subject was the account's name, and stands as such in cases, mandates and
duties. Who was here then keeps it, and only at that issuer: the first that keeps names is recorded,
so that no other one ever gives a name that is somebody's. Names that we gave, and those of the
demonstration, are nobody's from an issuer.

Whose account was closed gets another one at the next token, but for who ever acted for an office:
what is known of them (duties, what they handled) hangs on the name.
"""

import re
from collections.abc import Callable
from secrets import token_hex
from typing import Final

from ...eventlog.transact import Decider, read
from ...kernel.actor import DEPARTMENT_STAFF, SYSTEM
from ...platform import duty
from ...platform.platform import Platform
from ...platform.sign_ins import Names, SignIn, Subject
from ..domain import account
from . import claims

# What a random name begins with, and a name of a WeChat user's account.
PREFIX: Final = "u-"
WECHAT_PREFIX: Final = "wx-"
# Accounts of the platform itself and of its demonstration (serving/signin.py), whose departments
# have a clerk, a reviewer and an approver each.
_DEPARTMENTS: Final = (
    *("civil", "culture", "emergency", "environment", "fire", "hall", "health", "housing", "hr"),
    *("market", "police", "resources", "transport", "water"),
)
NOBODYS: Final = frozenset(
    {
        *(f"{role}-{one}" for role in sorted(DEPARTMENT_STAFF) for one in _DEPARTMENTS),
        SYSTEM.account,
        "console",
        "examples",
        *("agent-li", "citizen-wang", "citizen-zhang"),
        *("auditor-zheng", "clerk-chen", "clerk-huang", "items-sun", "items-tang"),
        *("security-feng", "supervisor-zhou", "system-qian"),
    }
)
# What an account name was before there were rows; see kernel.actor.Identifier.
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:@-]{0,63}")
_KEEPER: Final = "keeper"

# Whether the account acted in an earlier release, in what is no stream of its own.
UsedBefore = Callable[[str], bool]


def names(platform: Callable[[], Platform], used_before: UsedBefore) -> Names:
    """For the verifier, which asks once for each token. Raises StoreError."""
    return lambda subject: name_of(platform(), subject, used_before)


def name_of(platform: Platform, subject: Subject, used_before: UsedBefore) -> str:
    """The account of the subject; raises StoreError."""
    digest = _digest(platform, subject.issuer, subject.sub)
    row = platform.sign_ins.find(digest)
    if row is None:
        made = SignIn(_first(platform, subject, used_before), subject.person, subject.staff)
        row = platform.sign_ins.put(digest, made, None)
    row = _told(platform, digest, row, subject)
    if subject.personal and not row.staff and _closed(platform, row.account):
        row = _renewed(platform, digest, row)
    return row.account


def find(platform: Platform, issuer: str, sub: str) -> SignIn | None:
    """The row of a subject, for who looks after the platform. Raises StoreError."""
    return platform.sign_ins.find(_digest(platform, issuer, sub))


def _digest(platform: Platform, issuer: str, sub: str) -> str:
    return platform.keyed("sign-in", issuer, sub).hex()


def _told(platform: Platform, digest: str, row: SignIn, subject: Subject) -> SignIn:
    """With what this token says that the row does not: it is written once, not at each token."""
    now = row._replace(person=subject.person or row.person, staff=row.staff or subject.staff)
    return row if now == row else platform.sign_ins.put(digest, now, row)


def _renewed(platform: Platform, digest: str, row: SignIn) -> SignIn:
    duties = Decider(platform.codec, duty.initial, duty.evolve)
    if read(platform.store, duties, f"{duty.CATEGORY}-{row.account}").history.version:
        return row
    renewed = platform.sign_ins.put(digest, row._replace(account=_random()), row)
    platform.sign_ins.erase(row.account)
    return renewed


def _closed(platform: Platform, name: str) -> bool:
    return isinstance(claims.account_state(platform, name), account.Closed)


# The first name


def _first(platform: Platform, subject: Subject, used_before: UsedBefore) -> str:
    sub = subject.sub
    if subject.keeps_names and _may_be_kept(sub) and _was_here(platform, subject, used_before):
        keeper = SignIn(_digest(platform, subject.issuer, ""))
        if platform.sign_ins.put(_KEEPER, keeper, None) == keeper:
            return sub
    return _random()


def _random() -> str:
    return f"{PREFIX}{token_hex(13)}"


def _may_be_kept(sub: str) -> bool:
    ours = sub in NOBODYS or sub.startswith((PREFIX, WECHAT_PREFIX))
    return not ours and _NAME.fullmatch(sub) is not None


def _was_here(platform: Platform, subject: Subject, used_before: UsedBefore) -> bool:
    """
    Staff stand in cases and have no stream of their own, so all of them keep their names; citizens
    whose account was closed begin anew anyway.
    """
    if subject.staff:
        return True
    state = claims.account_state(platform, subject.sub)
    return isinstance(state, account.Open | account.Closed) or used_before(subject.sub)
