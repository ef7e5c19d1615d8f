"""
/certificates/{identifier}/...: what an issuer does to a certificate, a handler for each command, by
the command's name; and what every command to it answers.
"""

from typing import Any

from chalice.app import Response

from ...eventlog.transact import Outcome
from ...web.bodies import fields_of, of_command
from ...web.operation import OperationSpec
from ...web.request import ApiRequest
from ...web.route import Handler, command_reply, operation
from ..application import certificates
from ..domain import certificate
from ..domain.commands import OPERATIONS


def __getattr__(name: str) -> Handler:
    for kind in OPERATIONS:
        if kind.__name__ == name:
            return handler(kind)
    raise AttributeError(name)


def handler(kind: type[certificate.Operation]) -> Handler:
    model = of_command(kind, f"{kind.__name__}CertificateBody")
    name = f"{kind.__name__[0].lower()}{kind.__name__[1:]}Certificate"
    doc = OperationSpec(name, "certificates", "CertificateTaken", body=model, command=True)

    def operate(request: ApiRequest, identifier: str) -> Response:
        told = request.body(model)
        caller, known = request.caller(told), certificates.valid_identifier(identifier)
        command = kind(**caller.about(request.platform.now()), **fields_of(told))
        return taken(
            request, identifier, certificates.operate(request.platform, caller, known, command)
        )

    operate.__doc__ = kind.__doc__
    return operation(doc)(operate)


def taken(
    request: ApiRequest,
    identifier: str,
    done: Outcome[certificate.State],
    status: int = 200,
    **more: Any,
) -> Response:
    state = certificate.known(done.state)
    body = {
        "identifier": identifier,
        "status": certificate.standing(state, request.today).status,
        "version": done.version,
        "position": done.position,
        **more,
    }
    return command_reply(body, done, status)
