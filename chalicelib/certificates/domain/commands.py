"""What is done to a certificate; see certificate.py."""

from datetime import date
from typing import get_args

from ...cases.domain.values import CertificateIdentifier
from ...kernel.actor import Identifier
from ...kernel.base import Code, Command, Line, Text
from . import events as e
from .events import Link


class Create(Command):
    created: e.CertificateCreated


class Seal(Command):
    sealed: e.CertificateSealed


class Suspend(Command):
    """暂扣: take it away for a time."""

    reason: Text
    basis: Text
    document: Line


class Restore(Command):
    """返还: give back what was suspended."""

    reason: Text


class Revive(Command):
    """恢复: what took its place was revoked, as one that should not have been granted."""

    reason: Text


class Revoke(Command):
    """撤销: it should not have been granted (行政许可法 art. 69)."""

    reason: Text
    basis: Text
    document: Line


class Cancel(Command):
    """注销: strike off what came to its end by law (行政许可法 art. 70)."""

    reason: Text
    basis: Text
    document: Line | None = None


class MoveOut(Command):
    """办理转出: hand it over to another authority."""

    reason: Text
    basis: Text
    document: Line | None = None


class Withdraw(Command):
    """吊销: take it away for good, as a penalty."""

    reason: Text
    basis: Text
    document: Line


class Replace(Command):
    by_certificate: CertificateIdentifier
    link: Link
    reason: Text | None = None


class FileRenewal(Command):
    case_id: Identifier
    on: date


class EndRenewal(Command):
    case_id: Identifier
    on: date
    granted: bool


class Authorise(Command):
    """授权用证: let somebody use it, for a purpose, for a time, so many times."""

    terms: e.UseAuthorised


class RevokeAuthorisation(Command):
    authorisation: Code
    reason: Text | None = None


class Use(Command):
    """`use` names it: the same use, told again, is one."""

    used: e.CertificateUsed


Operation = Suspend | Restore | Revoke | Cancel | MoveOut | Withdraw
OPERATIONS: tuple[type[Operation], ...] = get_args(Operation)
CertificateCommand = (
    Create
    | Seal
    | Operation
    | Revive
    | Replace
    | FileRenewal
    | EndRenewal
    | Authorise
    | RevokeAuthorisation
    | Use
)
