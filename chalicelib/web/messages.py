"""
What problems say, in Chinese and English: code -> title and detail.

A detail may name parameters in braces; `problem` fills them from the members it is given. To add
a code, add one entry here: a test sees to it that both languages are there and name the same
parameters.
"""

from collections.abc import Mapping
from string import Formatter
from typing import Final, Literal, NamedTuple

Language = Literal["zh-CN", "en"]


class Text(NamedTuple):
    title: str
    detail: str


class Message(NamedTuple):
    zh: Text
    en: Text


class Phrase(NamedTuple):
    zh: str
    en: str


MESSAGES: Final[Mapping[str, Message]] = {
    "unauthenticated": Message(
        Text("请先登录", "请在 Authorization 请求头中提供 Bearer 令牌。"),
        Text("Sign in first", "Send a bearer token in the Authorization header."),
    ),
    "invalid-token": Message(
        Text("登录凭证无效", "令牌无效或已过期，请重新登录。"),
        Text("The token is not valid", "The token is wrong or has expired; sign in again."),
    ),
    "sign-in-unavailable": Message(
        Text("暂时无法核验登录", "现在无法取得核验令牌所需的公钥，请稍后重试。"),
        Text(
            "Sign-in cannot be checked now",
            "The keys that tokens are verified with cannot be had at the moment; try again later.",
        ),
    ),
    "forbidden": Message(
        Text("无权办理", "当前账号无权进行此操作。"),
        Text("Not allowed", "This account may not do that."),
    ),
    "not-found": Message(
        Text("没有找到", "没有这个资源，或者当前账号看不到它。"),
        Text("Not found", "There is no such resource, or this account may not see it."),
    ),
    "method-not-allowed": Message(
        Text("不支持的方法", "此地址只接受：{allowed}。"),
        Text("Method not allowed", "This address accepts only: {allowed}."),
    ),
    "bad-request": Message(
        Text("请求有误", "无法理解这个请求，请检查后重新提交。"),
        Text("Bad request", "The request cannot be understood; correct it and send it again."),
    ),
    "malformed-url": Message(
        Text("地址有误", "地址或查询参数不是正确的 UTF-8 百分号编码，或参数过多。"),
        Text(
            "Malformed URL",
            "The path or query is not percent-encoded UTF-8, or has too many parameters.",
        ),
    ),
    "malformed-json": Message(
        Text("JSON 格式有误", "请求体必须是 UTF-8 编码的 JSON，不含控制字符。"),
        Text("Malformed JSON", "The body must be JSON in UTF-8, without control characters."),
    ),
    "invalid-request": Message(
        Text("填写内容不符合要求", "请按 errors 逐项改正后重新提交。"),
        Text("The request does not fit", "Correct what `errors` lists and send it again."),
    ),
    "unsupported-media-type": Message(
        Text("不支持的内容类型", "此地址不接受这种 Content-Type，可以接收：{accepted}。"),
        Text(
            "Unsupported media type",
            "This address does not accept that Content-Type. It takes: {accepted}.",
        ),
    ),
    "too-large": Message(
        Text("请求体过大", "请求体不得超过 {limit} 字节。"),
        Text("Body too large", "The body may have at most {limit} bytes."),
    ),
    "too-many-values": Message(
        Text("请求体内容过多", "请求体不得超过 {limit} 个值。"),
        Text("Too many values", "The body may have at most {limit} values."),
    ),
    "headers-too-large": Message(
        Text("请求头过大", "请求行和请求头合计不得超过 {limit} 字节。"),
        Text("Headers too large", "The request line and headers may have at most {limit} bytes."),
    ),
    "request-timeout": Message(
        Text("请求超时", "请求没有在规定时间内发送完毕，连接已关闭，请重新提交。"),
        Text(
            "Request timeout",
            "The request did not arrive whole in time; the connection is closed, send it again.",
        ),
    ),
    "too-many-connections": Message(
        Text("连接过多", "来自此地址的连接过多，请先关闭一些，再按 Retry-After 重试。"),
        Text(
            "Too many connections",
            "There are too many from this address, or in all; close some, and try again after "
            "Retry-After seconds.",
        ),
    ),
    "too-many-requests": Message(
        Text("请求过于频繁", "请稍候再试，等待时间见 Retry-After。"),
        Text("Too many requests", "Wait as long as Retry-After says, then try again."),
    ),
    "rate-limited": Message(
        Text("操作过于频繁", "已超过允许的次数，请在 Retry-After 所示的秒数之后再试。"),
        Text("Rate limited", "More than is allowed; try again after Retry-After seconds."),
    ),
    "quota-exceeded": Message(
        Text("今日额度已用完", "{reason}。可以继续的时间见 Retry-After。"),
        Text("Quota exceeded", "{reason}. Retry-After says when you can go on."),
    ),
    "proofs-used-up": Message(
        Text(
            "今日核验次数已用完",
            "以姓名和证件号码核验的次数已用完。请通过人脸识别等方式核验，或者到窗口办理；"
            "也可以在 Retry-After 所示的秒数之后再试。",
        ),
        Text(
            "No tries left today",
            "Name and id were tried as often as is allowed. Prove who it is by face or at a "
            "counter, or try again after Retry-After seconds.",
        ),
    ),
    "idempotency-key-required": Message(
        Text("缺少 Idempotency-Key", "请在 Idempotency-Key 请求头中为此操作提供唯一编号。"),
        Text(
            "Idempotency-Key required",
            "Name this operation uniquely in the Idempotency-Key header.",
        ),
    ),
    "idempotency-key-reused": Message(
        Text("Idempotency-Key 已用于其他请求", "同一编号的请求内容不同；新的操作请用新的编号。"),
        Text(
            "Idempotency-Key reused",
            "The same key came before with another request; use a new key for a new operation.",
        ),
    ),
    "conflict": Message(
        Text("已被他人更新", "此资源刚刚发生变化，请重新读取后再试。"),
        Text("Changed meanwhile", "The resource has just changed; read it again and retry."),
    ),
    "precondition-failed": Message(
        Text("版本不一致", "If-Match 与当前版本不符，请重新读取后再试。"),
        Text("Version differs", "If-Match is not the current version; read it again and retry."),
    ),
    "on-standby": Message(
        Text("系统处于备用状态", "数据正在迁移，此系统暂不办理业务，请稍后再试。"),
        Text("On standby", "Data is being moved here; this installation does not serve yet."),
    ),
    "data-misplaced": Message(
        Text(
            "系统数据不一致",
            "系统数据在运行中被替换或缺失，需由运维人员处理；本次请求没有记录，恢复后请重试。",
        ),
        Text(
            "The data does not belong together",
            "Files of this service were exchanged or are missing. Nothing was recorded; an "
            "operator has to put them right, then try again.",
        ),
    ),
    "bad-gateway": Message(
        Text(
            "未收到应答", "没有收到服务的应答；请用同一个 Idempotency-Key 重新提交，不会重复办理。"
        ),
        Text(
            "No answer came",
            "The service did not answer; send it again under the same Idempotency-Key, "
            "which does nothing twice.",
        ),
    ),
    "gateway-timeout": Message(
        Text("应答超时", "服务未及时应答；请用同一个 Idempotency-Key 重新提交，不会重复办理。"),
        Text(
            "The answer took too long",
            "The service did not answer in time; send it again under the same Idempotency-Key, "
            "which does nothing twice.",
        ),
    ),
    "newer-release": Message(
        Text("需要较新的版本", "它由系统的较新版本写入，当前版本无法读取；请等待升级完成后再试。"),
        Text(
            "A newer release is needed",
            "It was written by a newer release than this one, which cannot read it; "
            "try again once the change of releases is over.",
        ),
    ),
    "view-behind": Message(
        Text("列表尚未更新", "列表还没有更新到所要求的位置，请按 Retry-After 稍候再试。"),
        Text(
            "The list is not there yet",
            "The list has not reached the position asked for; retry after Retry-After.",
        ),
    ),
    "bad-parameter": Message(
        Text("参数有误", "查询参数 {parameter} 的值不正确。"),
        Text("Bad parameter", "The query parameter {parameter} does not have a value that fits."),
    ),
    "nothing-to-wait-for": Message(
        Text("没有可以等待的内容", "{parameter} 所指的内容不存在，或者当前账号看不到它。"),
        Text(
            "Nothing to wait for",
            "What {parameter} names is not there, or this account may not see it.",
        ),
    ),
    "empty-document": Message(
        Text("文件为空", "请求体中没有文件内容。"),
        Text("Empty document", "The body has no document in it."),
    ),
    "malformed-form": Message(
        Text("表单格式有误", "multipart/form-data 须完整，且恰有一个文件，字段名为 file。"),
        Text(
            "Malformed form",
            "A multipart/form-data body must be whole, with exactly one file, named `file`.",
        ),
    ),
    "scan-pending": Message(
        Text("文件正在查毒", "文件尚未通过病毒查验，请按 Retry-After 稍候再试。"),
        Text(
            "Being scanned",
            "The document is being scanned for malware; ask again after Retry-After seconds.",
        ),
    ),
    "unscannable": Message(
        Text("文件过大，无法查毒", "文件超出查毒程序的上限，不予提供；请拆分后重新提交。"),
        Text(
            "Too large to be scanned",
            "It is given to nobody: hand it in again in smaller documents.",
        ),
    ),
    "infected": Message(
        Text("文件含有恶意代码", "该文件不予提供，原因见 reason。"),
        Text("The document is infected", "It is given to nobody; `reason` says why."),
    ),
    "wrong-digest": Message(
        Text("文件内容不符", "收到的文件与 Content-Digest 不符，请重新上传。"),
        Text("Other bytes", "What came in does not have that Content-Digest; send it again."),
    ),
    "closed": Message(
        Text("办件已结束", "办件不再接受此操作：{reason}"),
        Text("The case has ended", "The case takes no such command any more: {reason}"),
    ),
    "item-closed": Message(
        Text("事项不接受申报", "该事项现在不能申报：{reason}"),
        Text("The item takes no cases", "The item cannot be applied for: {reason}"),
    ),
    "difference-not-seen": Message(
        Text("请先查看差异", "发布前须有另一人查看差异：{reason}"),
        Text("Look at the difference first", "It is not published yet: {reason}"),
    ),
    "out-of-order": Message(
        Text("当前环节不能进行此操作", "办件还没有到这一步，或已经过了这一步：{reason}"),
        Text("Not at this point", "The command does not belong at this point: {reason}"),
    ),
    "contradiction": Message(
        Text("与已有记录不一致", "此事已有不同的记录：{reason}"),
        Text("Already recorded, and differently", "It was recorded otherwise: {reason}"),
    ),
    "unlawful": Message(
        Text("法律不允许", "依照法律不能这样办理：{reason}"),
        Text("The law forbids it", "The law does not allow this: {reason}"),
    ),
    "invalid": Message(
        Text("内容不符合要求", "请改正后重新提交：{reason}"),
        Text("A value does not fit", "Correct it and send it again: {reason}"),
    ),
    "rejected": Message(
        Text("不能办理", "操作没有执行：{reason}"),
        Text("Refused", "Nothing was done: {reason}"),
    ),
    "role-required": Message(
        Text("请指明身份", "当前账号有多个角色，请在 X-Role 请求头中指明以哪个角色办理。"),
        Text("Name a role", "This account has several roles; name one of them in X-Role."),
    ),
    "duties-not-separated": Message(
        Text("违反三员分立", "系统管理、安全管理与审计不得由同一人担任：{reason}"),
        Text(
            "Duties not separated",
            "System administration, security administration and audit take three people: {reason}",
        ),
    ),
    "duplicate-case": Message(
        Text(
            "已有在办的同类办件",
            "同一申请人的同一事项尚未办结：{reason}。如确需另行申请，请注明 insist。",
        ),
        Text(
            "An open case for the same",
            "The applicant has an open case for this item: {reason}; say `insist` for another one.",
        ),
    ),
    "ended": Message(
        Text("已终止", "不再接受此操作：{reason}"),
        Text("It has ended", "No such command is taken any more: {reason}"),
    ),
    "registry-unavailable": Message(
        Text("暂时无法核对登记信息", "现在无法查询人口库或法人库，没有作出任何决定，请稍后重试。"),
        Text(
            "The registry cannot be asked now",
            "Neither people nor companies can be looked up at the moment; nothing was decided.",
        ),
    ),
    "attestation-unavailable": Message(
        Text("暂时无法核验", "现在无法验证外部服务的核验结果，请稍后重试，或到窗口办理。"),
        Text(
            "Attestations cannot be checked now",
            "What the outside service signed cannot be verified; try again, or come to a counter.",
        ),
    ),
    "attestation-not-set-up": Message(
        Text(
            "未开通外部核验",
            "本平台未接入手机、人脸等核验服务；请以姓名和证件核验，或者到窗口办理。",
        ),
        Text(
            "No attestations here",
            "No service that attests phones or faces was set up; prove who it is by the registry, "
            "or at a counter.",
        ),
    ),
    "tokens-unavailable": Message(
        Text("暂时无法登录", "现在无法签发令牌，请稍后重试。"),
        Text("No tokens now", "Tokens cannot be signed at the moment; try again later."),
    ),
    "wechat-code": Message(
        Text("微信登录凭证无效", "登录凭证有误、已过期或已使用，请重新发起微信登录。"),
        Text("The WeChat code is not good", "It is wrong, expired or used: call wx.login again."),
    ),
    "wechat-limited": Message(
        Text("微信登录过于频繁", "微信限制了此用户的登录次数，请按 Retry-After 稍候再试。"),
        Text("WeChat is asked too often", "WeChat limits this user; retry after Retry-After."),
    ),
    "wechat-blocked": Message(
        Text("微信登录受限", "微信认为此用户存在风险，请改用其他方式登录或到窗口办理。"),
        Text(
            "WeChat blocks this user",
            "WeChat holds this user for a risk; sign in another way, or come to a counter.",
        ),
    ),
    "wechat-not-set-up": Message(
        Text("未开通微信登录", "本平台未配置微信小程序，请改用其他方式登录。"),
        Text("No WeChat here", "Signing in with WeChat was not set up here; sign in another way."),
    ),
    "wechat-unavailable": Message(
        Text("暂时无法使用微信登录", "微信没有应答，请稍后重新发起微信登录。"),
        Text("WeChat cannot be asked now", "WeChat did not answer; call wx.login again later."),
    ),
    "not-allowed": Message(
        Text("无权办理", "当前账号无权进行此操作：{reason}"),
        Text("Not allowed", "This account may not do that: {reason}"),
    ),
    "commit-too-large": Message(
        Text("内容过多", "一次提交的内容过多；文件请先上传，再引用其 SHA-256。"),
        Text(
            "Too much at once",
            "A single request carries too much; upload documents first and refer to them.",
        ),
    ),
    "store-unavailable": Message(
        Text("暂时无法存取数据", "没有写入任何内容，请按 Retry-After 稍候用同一编号重试。"),
        Text(
            "The data cannot be reached now",
            "Nothing was acknowledged; retry with the same key after Retry-After.",
        ),
    ),
    "storage-full": Message(
        Text(
            "存储空间已满",
            "存储空间已满，没有写入任何内容；运维人员腾出空间后，请按 Retry-After 用同一编号重试。",
        ),
        Text(
            "There is no room left",
            "Nothing was written. The operators have to make room; retry with the same key after "
            "Retry-After.",
        ),
    ),
    "storage-read-only": Message(
        Text(
            "存储只能读取",
            "存储暂时只能读取，没有写入任何内容；运维人员恢复后，请按 Retry-After 用同一编号重试。",
        ),
        Text(
            "Nothing can be written now",
            "What is kept can be read only, and nothing was written. The operators have to see to "
            "it; retry with the same key after Retry-After.",
        ),
    ),
    "store-damaged": Message(
        Text(
            "存储的数据已损坏",
            "所存数据与写入时不一致，重试无济于事；请联系运维人员，并提供 request_id。",
        ),
        Text(
            "What is stored is damaged",
            "It is not what was written, and trying again does not help: tell the operators, and "
            "quote request_id.",
        ),
    ),
    "not-ready": Message(
        Text("服务暂不能正常工作", "服务仍在运行，但以下部分不能工作：{failing}。"),
        Text("The service does not do its work", "It is alive, and this fails: {failing}."),
    ),
    "not-implemented": Message(
        Text("不支持的请求方式", "服务器不支持这种传输方式。"),
        Text("Not implemented", "The server does not support this way of sending a request."),
    ),
    "internal": Message(
        Text("系统错误", "系统出现错误，请稍后重试；联系我们时请提供 request_id。"),
        Text(
            "Internal error",
            "Something went wrong on our side; try again, and quote request_id when you report it.",
        ),
    ),
}


def parameters(template: str) -> frozenset[str]:
    """The names in braces that `template` must be given."""
    return frozenset(name for _, name, _, _ in Formatter().parse(template) if name is not None)


def text(code: str, language: Language) -> Text:
    """Raises KeyError if the catalogue does not know `code`."""
    message = MESSAGES[code]
    return message.en if language == "en" else message.zh
