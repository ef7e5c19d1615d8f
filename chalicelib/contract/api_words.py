"""What the OpenAPI document says in words that stand nowhere else."""

from collections.abc import Mapping
from typing import Any, Final

from ..kernel.actor import Role
from ..web.docs import PARTS

TAGS: Final[Mapping[str, str]] = {
    "cases": "办件: submit a case, move it on, read it.",
    "drafts": "草稿: what is not submitted yet.",
    "lists": "Work lists, one's own cases, the case-process library (办件过程信息库).",
    "items": "事项: what can be applied for, who qualifies, and how items are kept.",
    "code-sets": "代码集: the codes of the national standard, and our words for them.",
    "documents": "材料: documents that are handed in.",
    "certificates": "电子证照: certificates, showing them, letting others use them, verification.",
    "people": "人员与法人: accounts, real-name levels, companies and their operators, mandates.",
    "sign-in": "登录: tokens of our own.",
    "service": "The service itself.",
}

# By the name of the operation; the command's own docstring follows as its description.
SUMMARIES: Final[Mapping[str, str]] = {
    "passPreCheck": "预审通过: pass the pre-check",
    "returnSubmission": "预审退回: return a submission to be mended",
    "resubmit": "重新申报: send again what was returned",
    "receive": "收件: receive what was submitted",
    "requestSupplement": "补正告知: tell, once, everything that is missing",
    "submitSupplement": "补正: hand in what is missing",
    "lapseSupplement": "逾期未补正: end a case whose supplement never came",
    "accept": "受理: accept the case; its clock starts",
    "refuseAcceptance": "不予受理: refuse to accept the case",
    "startStep": "签收: take up a step",
    "finishStep": "办结环节: finish a step",
    "suspend": "挂起: stop the clock for a special procedure",
    "resume": "恢复: end a stop of the clock",
    "requestExtension": "申请延长: ask for more time",
    "grantExtension": "批准延长: grant more time",
    "refuseExtension": "不予延长: refuse more time",
    "transfer": "转办 / 转报: hand the case, or a step of it, to another department",
    "correctMistake": "更正: correct what was recorded wrongly",
    "grant": "准予: grant what was asked for",
    "grantAtOnce": "即办: accept and grant in one go",
    "deny": "不予许可: deny it, with reasons and remedies",
    "deliver": "送达: hand over the result",
    "rate": "好差评: rate the service",
    "answerRating": "差评整改: answer a bad rating",
    "withdraw": "撤回: take the case back",
    "void": "作废: declare the case void",
    "archive": "归档: put the file away for good",
}

# By the name of a rule in cases/application/access.py.
WHO: Final[Mapping[str, str]] = {
    "_owner": "the applicant, or who acts for the company that applies",
    "_for_the_applicant": "the applicant, whoever handed it in, or a clerk at the window",
    "_at_the_window": "a clerk of the window that takes it in, or of the department in charge",
    "_staff_in_charge": "staff of the department in charge",
    "_head": "an approver of the department in charge",
    "_holds_the_step": "the role and department that the step waits for",
    "_approves": "the role and department that the decision waits for",
    "_has_a_step": "staff of a department that has a step open",
    "_passed_it_on": "staff of the department that passed it on",
    "_supervises": "a supervisor of the division",
    "_system": "the platform itself",
}

PATH_PARAMETERS: Final[Mapping[str, Mapping[str, Any]]] = {
    "case_id": {
        "description": "The `case_id` of a reply; not the case number.",
        "schema": {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9._:@-]{0,63}$"},
    },
    "identifier": {
        "description": "证照标识: a certificate's identifier (GB/T 36904).",
        "schema": {"type": "string", "pattern": "^[0-9A-Z.]{10,120}$"},
    },
    "authorisation": {
        "description": "The `authorisation` of a reply.",
        "schema": {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"},
    },
    "token": {
        "description": "核验码: what the QR code of a certificate carries.",
        "schema": {"type": "string", "pattern": "^[A-Z2-7]{26}$"},
    },
    "account": {
        "description": "账户: an account, as `account` of a reply has it.",
        "schema": {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9._:@-]{0,63}$"},
    },
    "credit_code": {
        "description": "统一社会信用代码: a unified social credit code (GB 32100).",
        "schema": {"type": "string", "pattern": "^[0-9A-Z]{18}$"},
    },
    "mandate_id": {
        "description": "The `mandate_id` of a reply.",
        "schema": {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9._:@-]{0,63}$"},
    },
    "upload_id": {
        "description": "The `upload_id` of a reply.",
        "schema": {"type": "string", "pattern": "^[0-9a-f]{26}$"},
    },
    "number": {
        "description": "A part of the document, from 1.",
        "schema": {"type": "integer", "minimum": 1, "maximum": 99999},
    },
    "link": {
        "description": "As the `url` of a link has it.",
        "schema": {"type": "string", "pattern": "^[A-Za-z0-9._:@~-]{1,300}$"},
    },
    "digest": {
        "description": "SHA-256 of one of the case's materials, in hex.",
        "schema": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
    },
    "code": {
        "description": "实施编码: the item's implementation code.",
        "schema": {"type": "string", "pattern": "^[0-9A-Z]{31}$"},
    },
    "file": {
        "description": "A part of the page, as the page names it.",
        "schema": {"enum": sorted(PARTS)},
    },
    "name": {
        "description": "A code set's name, as the list of them has it.",
        "schema": {"type": "string", "pattern": "^[a-z-]{1,40}$"},
    },
    "version": {
        "description": "A version of the item, from 1.",
        "schema": {"type": "integer", "minimum": 1},
    },
}

HEADER_PARAMETERS: Final[Mapping[str, Mapping[str, Any]]] = {
    "Idempotency-Key": {
        "description": "Names this operation: 8 to 128 visible ASCII characters, a new one for "
        "each operation, the same one for each retry of it. Two accounts' keys are apart.",
        "required": True,
        "schema": {"type": "string", "pattern": "^[\\x21-\\x7e]{8,128}$"},
    },
    "If-Match": {
        "description": "The ETag that the caller has seen: refused with 412 if the case has moved "
        "on since.",
        "schema": {"type": "string"},
    },
    "If-None-Match": {
        "description": "The ETag that the caller has: answered with 304 if that is current.",
        "schema": {"type": "string"},
    },
    "X-Role": {
        "description": "Which of the account's roles the caller acts in: needed if the token has "
        "several.",
        "schema": {"enum": sorted(Role)},
    },
    "Accept-Language": {
        "description": "The language of problems and of the clock's ledger: zh-CN (the default) "
        "or en.",
        "schema": {"type": "string", "examples": ["zh-CN", "en"]},
    },
    "X-Request-Id": {
        "description": "The caller's own id of the request, 1 to 64 of A-Z a-z 0-9 . _ : -; it "
        "comes back, and events keep it as `correlation_id`.",
        "schema": {"type": "string"},
    },
}

# Of members that every command's body may have.
TOLD: Final[Mapping[str, str]] = {
    "occurred_at": "When it happened, if not now: for staff, who enter yesterday's paper today.",
    "channel": "办理形式: how it reached the caller; web for applicants, window for staff, if not "
    "said.",
}

HEADERS: Final[Mapping[str, Mapping[str, Any]]] = {
    "ETag": {
        "description": 'The version of the stream, quoted, as `"7"`; of a file a weak one.',
        "schema": {"type": "string", "pattern": '^("\\d+(-[^"]+)?"|W/"[0-9a-f]{16}")$'},
    },
    "Idempotency-Replayed": {
        "description": "`true` if the command had been taken before: this is its first outcome.",
        "schema": {"const": "true"},
    },
    "Retry-After": {
        "description": "Seconds to wait.",
        "schema": {"type": "string", "pattern": "^\\d+$"},
    },
    "WWW-Authenticate": {
        "description": "RFC 6750, section 3.",
        "schema": {"type": "string"},
    },
    "Content-Language": {
        "description": "The language of the problem.",
        "schema": {"enum": ["zh-CN", "en"]},
    },
    "X-Request-Id": {
        "description": "The id of the request: quote it when you report a problem.",
        "schema": {"type": "string"},
    },
}

ABOUT: Final = """\
Banjian (办件): the HTTP interface for mini-programs, portals and windows.

Every command takes an `Idempotency-Key`: sent again under the same key it answers with its first
outcome; under the same key with another body it is refused (422). Every refusal is a problem
(RFC 9457) with a stable `code`, in zh-CN or en. Lists page by cursor and never count. A reply to
a command has a `position`: a list that is asked for with it as `min_position` shows the command.
Where it is null, `min_version` does the same: the id of what was changed, `@`, and the number in
the reply's `ETag`.

Members may be added to replies: pass over those you do not know, and take one that is missing for
null. Bodies are closed: a member that is not named here is refused. So is a text with control
characters other than tabs and line breaks.

Any address may also answer 405 `method-not-allowed`, 429 `too-many-requests`, 431
`headers-too-large` and 501 `not-implemented`.
"""
