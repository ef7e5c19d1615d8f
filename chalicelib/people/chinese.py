"""Why something is refused, in Chinese: of accounts, companies, mandates and proofs."""

from collections.abc import Mapping
from typing import Final

REASONS: Final[Mapping[str, str]] = {
    # Accounts
    "no-such-account": "没有这个账号",
    "account-not-seen": "没有这个账号，或者您无权查看",
    "account-not-registered": "没有这个账号，请先注册",
    "account-closed": "该账号已注销，请重新注册",
    "account-closed-sign-in": "该账号已注销，请重新登录以开立新账号",
    "account-without-identity": "该账号尚未登记身份，请先注册",
    "identity-proven-already": "该账号的身份已经核验；姓名或者证件有变更的，请到窗口办理",
    "credit-code-of-company": "统一社会信用代码属于单位，请填写个人的证件号码",
    "account-level-too-low": (
        "此操作要求账号的实名等级达到 {least}，该账号为 {proven}，请先注册并完成实名核验"
    ),
    "nobody-proven-in-person": (
        "没有与该账号（或者该姓名和证件）相符且实名等级达到 3 的账号；请对方先注册，"
        "并通过人脸、银行卡或者窗口核验"
    ),
    "provider-names-another-person": "统一身份认证显示您是另一人，请核对所填姓名和证件号码",
    "applicant-not-proven": (
        "尚未核验您就是申请人：请先注册（PUT /account），再以人口库比对、人脸或者银行卡核验"
        "（POST /account/proofs/...），或者到窗口办理"
    ),
    "applicant-proven-too-little": (
        "本事项要求实名等级 {needed}；姓名和证件相符只是等级 2，不论登录令牌怎样写：请以人脸、"
        "银行卡核验（POST /account/proofs/attested），或者到窗口办理"
    ),
    "company-agent-needed": (
        "单位的事项由其经办人申报，请先取得代表该单位的令牌（POST /sign-in/token）"
    ),
    "applicant-not-yourself": "申请人与您已核验的身份不符；代他人办理的，请凭委托以经办人身份办理",
    "account-or-person": "请用 `account` 或者 `person` 之一指明是谁",
    "accounts-for-citizens-only": "个人账号只供公众使用；工作人员使用自己的登录令牌",
    "scan-of-another-person": "同一份扫描件已用于核验另一人，请扫描当面出示的证件",
    "counter-without-division": (
        "您的令牌没有写明行政区划，部门编码 {department} 也不含区划；窗口须属于某一行政区划"
    ),
    "counter-clerk-only": "此操作只能由当面核对本人和证件的窗口人员进行",
    "closing-others-accounts": "只有安全管理员可以注销他人的账号",
    "only-a-person-grants": "只有本人可以授予委托，请先以申请人身份取得令牌",
    # Sign-in and duties
    "staff-use-own-token": "工作人员以自己令牌中的角色办理（X-Role）",
    "sign-in-too-long-ago": "登录时间过久，请重新登录",
    "company-agent-role": "代表单位办理的是其经办人，此时 `role` 应为 agent",
    # Proofs
    "another-phone-proven": "核验的手机号码与账号登记的不同，请先登记该号码",
    "another-person-proven": "核验的身份与账号登记的不是同一人",
    "identity-of-another-account": (
        "已有其他账号绑定此身份，请登录该账号；本人也可以通过人脸识别或者到窗口核验"
    ),
    "identity-taken-just-now": "另一账号刚刚核验为此人",
    "department-no-counter": "{department} 在 {division} 的机构目录中不是窗口，不能办理窗口核验",
    "counter-of-another-division": "您的令牌所写行政区划不是 {department} 所在的 {division}",
    "counter-for-oneself": "任何人不得在窗口为自己办理，请由同事办理",
    "counter-for-own-principal": "您是或者曾是此人的受托人，请由其他同事办理",
    "counter-for-own-company": "您本人代表或者曾经代表该企业，请由其他同事办理",
    "counter-checks-for-supervisors": "只有行政区划的监察人员和审计人员可以查看窗口核验记录",
    "counter-checks-elsewhere": "{division} 不在您的监察范围内",
    "attestation-used": "该核验结果已使用过，请重新核验",
    "person-not-in-registry": (
        "登记库中没有相符的姓名和证件号码，请对照证件核对；新近登记的，请到窗口核验"
    ),
    "attestation-not-good": "核验结果无效或者已过期，请重新核验",
    "attestation-for-another-account": "该核验结果属于其他账号",
    "attestation-about-another-person": "核验结果与账号登记的不是同一人",
    "attestation-without-subject": "核验结果没有写明人脸或者银行卡属于谁，请重新核验",
    # Companies
    "entity-not-registered": "该单位尚未注册",
    "entity-not-seen": "该单位尚未注册，或者您无权查看",
    "entity-kind-differs": "登记库中该单位为{known:applicant}，而不是{told:applicant}",
    "entity-not-in-registry": (
        "登记库中没有此统一社会信用代码的单位，请对照营业执照或者登记证书核对"
    ),
    "entity-name-differs": (
        "登记库中此统一社会信用代码对应的名称不同，请对照营业执照或者登记证书核对"
    ),
    "legal-representative-differs": (
        "登记库中的法定代表人（负责人）另有其人，请由其本人或者窗口人员注册"
    ),
    "registry-says-ended": "登记库显示该单位已{status:entity}",
    "entity-ended": "该单位已{status:entity}，任何人不能再代表其办理",
    "not-an-operator": (
        "您不是该单位的经办人，请由其法定代表人（负责人）、有权的经办人或者窗口人员添加"
    ),
    "operator-time-over": "您作为该单位经办人的期限已于 {until} 届满，请由单位重新添加",
    "operator-no-more": "您已不是该单位的经办人，请由单位重新添加",
    "operator-of-other-items": "您可以代表该单位办理的事项不含本事项，请由单位添加",
    "registry-asked-by-operators": "只有该单位的经办人或者窗口人员可以重新查询登记库",
    "operators-added-by-office": (
        "只有法定代表人（负责人）、有权的经办人或者窗口人员可以添加和移除经办人"
    ),
    "adders-let-by-representative": "只有法定代表人（负责人）或者窗口人员可以允许经办人添加他人",
    "operator-ends-in-past": "经办人的截止日期已经过去，请改正",
    "representative-is-no-operator": "法定代表人（负责人）依其职务办理，不是经办人",
    "operators-too-many": "一个单位最多有 {most} 名经办人，请先移除部分经办人",
    "nothing-granted-to-oneself": "任何人不能给自己授权，请由其他有权的人办理",
    "no-such-operator": "该账号不是该单位的经办人",
    # Mandates
    "mandate-not-seen": "没有这个委托，或者您无权查看",
    "no-such-mandate": "没有这个委托，请委托人授予",
    "mandate-revoked": "委托已撤销，请委托人重新授予",
    "mandate-not-begun": "委托自 {since} 起生效",
    "mandate-ended": "委托已于 {until} 到期，请委托人重新授予",
    "mandate-of-another-agent": "委托的受托人另有其人，只有受托人可以凭此办理",
    "mandate-for-other-items": "委托的范围不含本事项，请委托人就本事项授予",
    "mandate-without-action": "委托没有写明受托人可以代为{action:action}",
    "mandate-granted-before": "该委托此前已经授予，请另行授予",
    "principal-is-agent": "委托人与受托人是同一人",
    "mandate-ends-before-beginning": "委托的截止日期早于开始日期，请改正",
    "mandate-too-long": "委托最长三年，到期请重新授予",
    "guardian-too-long": "法定代理最长到年满十八周岁",
    "guardian-recorded-at-counter": "父母或者其他监护人请到窗口出示证明，由窗口人员登记",
    "mandate-of-former-account": "授予此委托的账号已不再属于委托人，请委托人重新委托",
    "mandate-of-unproven-principal": ("委托人尚未本人核验：请委托人先通过人脸、银行卡或者窗口核验"),
    "own-mandate-names-nobody": "您授予的是自己的委托，请勿填写 `principal` 和 `document`",
    "written-mandate-incomplete": "窗口人员请填写委托人 `principal`，并提交书面委托书 `document`",
    "agent-token-needed": "请先以受托人身份取得令牌：POST /sign-in/token",
    "mandate-of-another-principal": "该委托的委托人不是申请人",
    "right-not-of-agent": "委托不包含此项权限",
    "mandate-revoked-by-parties": "只有委托人、受托人或者窗口人员可以撤销委托",
    # Registers that are loaded
    "number-in-line-before": "第 {before} 行已有相同的号码",
    "fields-unlike-header": "字段的个数与表头不符",
    "column-empty": "{column} 为空",
    "person-is-no-entity": "自然人不是法人或者其他组织",
    "word-not-known": "{text} 不是以下之一：{known}",
}

WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "action": {
        "submit": "申报",
        "supplement": "补正",
        "withdraw": "撤回",
        "collect": "领取结果",
        "rate": "作出评价",
    },
    "entity": {
        "active": "存续",
        "suspended": "停业",
        "revoked": "吊销",
        "cancelled": "注销",
        "moved_out": "迁出",
    },
}

# What each operation does, in one line.
SUMMARIES: Final[Mapping[str, str]] = {
    "listCounterChecks": "窗口核验记录：某区划及其下级区划的，新的在前",
    "getKeys": "本平台令牌的公钥（RFC 7517）",
    "getOwnAccount": "查看本人账户及其实名等级",
    "registerPerson": "实名注册：填写账户属于谁，核验之前可以多次修改",
    "closeOwnAccount": "注销本人账户，已提交的办件继续办理",
    "listOwnCompanies": "本人可以代表的单位",
    "changePhone": "变更手机号，变更后须重新核验",
    "proveByAttestation": "以外部服务的核验凭据（手机、人脸、银行卡）实名至 1 级或 3 级",
    "proveByRegistry": "与人口库比对姓名和证件号码，一致的为 2 级",
    "bindWechat": "绑定微信，此后该微信用户登录到本账户",
    "getAccount": "工作人员查看账户，号码已遮盖",
    "closeAccount": "由安全管理员注销他人账户",
    "checkAtCounter": "窗口核验：工作人员当面查验本人和证件，为 4 级",
    "registerEntity": "登记单位：由法定代表人，或者由窗口办理",
    "getEntity": "查看单位的登记信息和经办人",
    "addOperator": "增加经办人：由法定代表人、有权的经办人或者窗口办理",
    "removeOperator": "移除经办人，或者经办人自行退出",
    "refreshEntity": "向登记库重新核对单位的名称、状态和法定代表人",
    "listMandates": "本人的代办授权：本人授予的，或者 `as=agent` 本人受托的",
    "grantMandate": "授权代办：由委托人，或者由窗口依书面委托办理",
    "getMandate": "查看一项代办授权今天的状态",
    "revokeMandate": "撤销代办授权，此前办理的仍然有效",
    "takeToken": "换取本人的另一令牌：代表单位、代理他人，或者续期",
    "signInWithWechat": "微信登录，首次登录时建立账户",
}
