"""What API Gateway answers by itself: problems like all others (RFC 9457); preflights' way in."""

import json
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from chalicelib.subjects import entries
from chalicelib.web.cors import EXPOSED
from chalicelib.web.messages import MESSAGES
from chalicelib.web.problems import MEDIA_TYPE, STATUS

Json = dict[str, Any]

MAX_BODY: Final = 10 * 1024 * 1024  # bytes; API Gateway's own limit


class Answer(NamedTuple):
    """The code of the problem, and the seconds of Retry-After where trying again may help."""

    code: str
    wait: int | None = None


# By the type of the gateway response, with all that there are.
ANSWERS: Final = {
    "ACCESS_DENIED": Answer("forbidden"),
    "API_CONFIGURATION_ERROR": Answer("bad-gateway", 5),
    "AUTHORIZER_CONFIGURATION_ERROR": Answer("bad-gateway", 5),
    "AUTHORIZER_FAILURE": Answer("bad-gateway", 5),
    "BAD_REQUEST_BODY": Answer("bad-request"),
    "BAD_REQUEST_PARAMETERS": Answer("bad-request"),
    "DEFAULT_4XX": Answer("bad-request"),
    "DEFAULT_5XX": Answer("bad-gateway", 5),
    "EXPIRED_TOKEN": Answer("forbidden"),
    "INTEGRATION_FAILURE": Answer("bad-gateway", 5),
    "INTEGRATION_TIMEOUT": Answer("gateway-timeout", 5),
    "INVALID_API_KEY": Answer("forbidden"),
    "INVALID_SIGNATURE": Answer("forbidden"),
    # It is what API Gateway says of a path or a method that there is not.
    "MISSING_AUTHENTICATION_TOKEN": Answer("not-found"),
    "QUOTA_EXCEEDED": Answer("too-many-requests", 3600),
    "REQUEST_TOO_LARGE": Answer("too-large"),
    "RESOURCE_NOT_FOUND": Answer("not-found"),
    "THROTTLED": Answer("too-many-requests", 1),
    "UNAUTHORIZED": Answer("unauthenticated"),
    "UNSUPPORTED_MEDIA_TYPE": Answer("unsupported-media-type"),
    "WAF_FILTERED": Answer("forbidden"),
}


def definition() -> Json:
    """What goes into the definition of the interface that chalice writes."""
    return {"paths": _preflights(), "x-amazon-apigateway-gateway-responses": _responses()}


# Preflights: the function answers them, who knows the origins and what each path takes


def _preflights() -> Json:
    function = "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions"
    integration = {
        "type": "aws_proxy",
        "httpMethod": "POST",
        "uri": {"Fn::Sub": f"{function}/${{APIHandler.Arn}}/invocations"},
        "passthroughBehavior": "when_no_match",
    }
    options = {
        "responses": {"204": {"description": "No content"}},
        "x-amazon-apigateway-integration": integration,
        "security": [],  # no page can send an API key with a preflight
    }
    return {path: {"options": options} for _, path, *_ in entries("ROUTES")}


# Its own answers


def _responses() -> Json:
    return {kind: _response(answer) for kind, answer in ANSWERS.items()}


def _response(answer: Answer) -> Json:
    made: Json = {
        "responseParameters": {
            f"gatewayresponse.header.{name}": value for name, value in _headers(answer).items()
        },
        # Whatever the caller accepts, so that there is no other.
        "responseTemplates": {"application/json": _problem(answer.code)},
    }
    return {"statusCode": str(STATUS[answer.code]), **made}


# What the words of a problem need besides.
_MORE: Final[Mapping[str, Json]] = {
    "too-large": {"limit": MAX_BODY},
    "unsupported-media-type": {"accepted": "application/json"},
}


def _problem(code: str) -> str:
    """JSON, with API Gateway's variables. In Chinese: nobody works out there what is preferred."""
    title, detail = MESSAGES[code].zh
    more = _MORE.get(code, {})
    body = {
        **more,
        "type": f"/problems/{code}",
        "title": title,
        "status": STATUS[code],
        "detail": detail.format_map(more),
        "instance": "$context.path",
        "code": code,
        "request_id": "$context.requestId",
    }
    return json.dumps(body, ensure_ascii=False)


def _headers(answer: Answer) -> Json:
    """A value in quotes is taken as it is, another one says where to take it from."""
    told: Json = {
        "Content-Type": f"'{MEDIA_TYPE}'",
        "Content-Language": "'zh-CN'",
        "Cache-Control": "'no-store'",
        "X-Content-Type-Options": "'nosniff'",
    }
    if answer.wait is not None:
        told["Retry-After"] = f"'{answer.wait}'"
    if answer.code == "unauthenticated":
        told["WWW-Authenticate"] = "'Bearer'"
    # It cannot compare origins. These answers tell nobody anything, so that any page may read them.
    told["Vary"] = _with_pages("'Origin'")
    told["Access-Control-Allow-Origin"] = _with_pages("method.request.header.Origin")
    told["Access-Control-Expose-Headers"] = _with_pages(f"'{','.join(EXPOSED)}'")
    return told


def _with_pages(value: str) -> Json:
    return {"Fn::If": ["CorsForPages", value, {"Ref": "AWS::NoValue"}]}
