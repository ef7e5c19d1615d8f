"""Why something is refused, in Chinese: of certificates."""

from collections.abc import Mapping
from typing import Final

REASONS: Final[Mapping[str, str]] = {
    # Proofs
    "identity-not-proven": "您的身份尚未核验，请先注册并完成实名核验",
    # Materials
    "material-certificate-wrong": "材料 {material}：电子证照 {certificate}：{wrong}",
    "certificate-cannot-stand-in": "{material}不能用这种类型的电子证照代替",
    # Certificates
    "certificate-not-seen": "没有这个电子证照，或者您无权查看",
    "authorised-to-oneself": "不能授权自己用证；持证主体无需授权即可使用",
    "authorisation-ended-with-grantor": "授权人已不再代表持证主体，请持证主体重新授权",
    "certificate-state-by-approver": "只有颁发部门的批准人可以变更证照状态",
    "certificate-shown-by-holder": "只有持证主体可以亮证和授权他人用证",
    "certificate-says-something-else": "{identifier} 已经签发，且内容与此不同",
    "certificate-versions-used-up": "{identifier} 已有 999 个版本，请另行签发证照",
    "certificate-file-being-made": "证照文件正在生成，请稍后再试",
    "certificate-not-valid-now": "只有有效的证照可以变更为新版本",
    "certificate-says-the-same": "所填内容与证照现有内容相同",
    "certificate-done-otherwise": "此操作此前已因其他理由或者依据作出",
    "certificate-expired-already": "证照已失效，无须暂扣",
    "certificate-replaced": "证照已由 {by} 取代",
    "certificate-replaced-already": "证照此前已由 {by} 取代",
    "certificate-ended-for-good": "证照已{status:certificate}：{reason}",
    "certificate-replaces-itself": "证照不能取代其自身",
    "certificate-valid-later": "证照自 {on} 起有效",
    "certificate-not-valid": "证照目前不是有效状态，而是{name:certificate}（{status}）",
    "certificate-not-valid-because": (
        "证照目前不是有效状态，而是{name:certificate}（{status}）：{why}"
    ),
    # Showing and use
    "showing-token-given-already": "该亮证码已经发出",
    "no-such-showing-token": "没有发出过这个亮证码",
    "showing-token-used": "亮证码已使用或者已过期，请持证人重新亮证",
    "no-such-showing-code": "没有这个亮证码，或者已使用、已过期",
    "no-such-authorisation": "没有这个用证授权",
    "authorisation-given-otherwise": "该用证授权此前已按其他条件作出",
    "authorisation-ends-before-beginning": "授权的截止日期早于开始日期，请改正",
    "authorisation-too-long": "用证授权最长一年，到期请重新授权",
    "authorisation-purposes-too-long": "一个证照全部用证授权的用途合计最多 {most:,} 个字符",
    "authorisations-too-many": "一个证照最多有 {most} 个用证授权",
    "authorisation-revoked": "持证主体已撤销授权，请重新取得授权",
    "authorisation-not-begun": "用证授权自 {since} 起生效",
    "authorisation-ended": "用证授权已于 {until} 到期，请持证主体重新授权",
    "authorisation-used-up": "用证授权的 {count} 次已全部用完",
    "certificate-not-shown": (
        "没有这个电子证照，或者持证主体没有当面出示：请持证主体亮证，并以 `showing` 填写核验码；"
        "或者当日在本窗口核验本人，或者由持证主体授权本部门用证"
    ),
    "authorisation-of-another-case": "该用证授权属于其他办件",
    "one-party-to-authorise": "请在账号、部门、单位中指明一个被授权方",
}

WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    # GB/T 36904
    "certificate": {
        "01": "有效",
        "02": "暂扣",
        "03": "撤销",
        "04": "注销",
        "05": "失效",
        "06": "办理转出",
        "07": "吊销",
        "valid": "有效",
        "suspended": "暂扣",
        "revoked": "撤销",
        "cancelled": "注销",
        "expired": "失效",
        "moved_out": "办理转出",
        "withdrawn": "吊销",
    },
}

# What each operation does, in one line.
SUMMARIES: Final[Mapping[str, str]] = {
    "listCertificates": "本人的电子证照，新的在前；工作人员为本部门制发的",
    "getCertificate": "查看证照今天的内容、状态和有效期",
    "authoriseUse": "授权用证：允许账户、部门或者单位使用",
    "revokeAuthorisation": "撤销用证授权",
    "useCertificate": "按授权用证一次，之后可以读取文件",
    "cancelCertificate": "注销证照",
    "getCertificateFile": "下载签名的证照 PDF",
    "moveOutCertificate": "办理转出",
    "restoreCertificate": "返还暂扣的证照",
    "reviseCertificate": "变更证照，生成新版本",
    "revokeCertificate": "撤销证照",
    "showCertificate": "亮证：五分钟内有效、限用一次的令牌",
    "getCertificateSignature": "证照 PDF 的签名、清单和公钥",
    "suspendCertificate": "暂扣证照",
    "withdrawCertificate": "吊销证照",
    "verifyCertificate": "核验证照现在是否有效",
}
