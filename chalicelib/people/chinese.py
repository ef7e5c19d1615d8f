"""The Chinese for what is said of accounts, companies, mandates and proofs; see reasons.py."""

from collections.abc import Mapping
from typing import Final

PEOPLE: Final[Mapping[str, str]] = {
    # Accounts
    "there is no such account": "没有这个账号",
    "there is no such account, or it is not yours to see": "没有这个账号，或者您无权查看",
    "there is no such account; register first": "没有这个账号，请先注册",
    "the account was closed; register another one": "该账号已注销，请重新注册",
    "the account was closed; sign in again to open another one": (
        "该账号已注销，请重新登录以开立新账号"
    ),
    "the account does not say yet who it is; register first": "该账号尚未登记身份，请先注册",
    "who this account is has been proven; a changed name or id is entered at a counter": (
        "该账号的身份已经核验；姓名或者证件有变更的，请到窗口办理"
    ),
    "a credit code is a company's; give the person's id": (
        "统一社会信用代码属于单位，请填写个人的证件号码"
    ),
    "this takes an account of real-name level {least}; it has {proven}: register it and prove who "
    "it is first": (
        "此操作要求账号的实名等级达到 {least}，该账号为 {proven}，请先注册并完成实名核验"
    ),
    "nobody of that account, or of that name and id, has an account of real-name level 2: they "
    "register first, or come to a counter": (
        "没有与该账号（或者该姓名和证件）相符且实名等级达到 2 的账号；请对方先注册，或者到窗口办理"
    ),
    "the applicant is somebody else than you are proven to be: for another person, act as agent on "
    "a mandate": "申请人与您已核验的身份不符；代他人办理的，请凭委托以经办人身份办理",
    "say who it is by `account` or by `person`": "请用 `account` 或者 `person` 之一指明是谁",
    "only citizens have an account of their own here; staff have their token": (
        "个人账号只供公众使用；工作人员使用自己的登录令牌"
    ),
    "only a clerk who has the person and the card in front of them does this": (
        "此操作只能由当面核对本人和证件的窗口人员进行"
    ),
    "only a security administrator closes somebody else's account": (
        "只有安全管理员可以注销他人的账号"
    ),
    "only a person as such {what}; take a token as applicant first": (
        "只有本人可以{what:deed}，请先以申请人身份取得令牌"
    ),
    # Sign-in and duties
    "staff act in the roles of their own token (X-Role)": (
        "工作人员以自己令牌中的角色办理（X-Role）"
    ),
    "who acts for a company is its agent: `role` is agent then": (
        "代表单位办理的是其经办人，此时 `role` 应为 agent"
    ),
    "a token gives two of the three administrative duties to one person": (
        "一个令牌给同一人授予了三员中的两种职责"
    ),
    "this account has acted as {had}: {duty} takes another person": (
        "该账号曾担任{had:role}，{duty:role}须由他人担任"
    ),
    # Proofs
    "it is not proven who you are: register, and prove your identity first": (
        "您的身份尚未核验，请先注册并完成实名核验"
    ),
    "another phone was proven than the account has; enter that one first": (
        "核验的手机号码与账号登记的不同，请先登记该号码"
    ),
    "another person was proven than the account is registered for": (
        "核验的身份与账号登记的不是同一人"
    ),
    "another account stands for this already: sign in to that one; a person can also prove who "
    "they are with their face, or at a counter": (
        "已有其他账号绑定此身份，请登录该账号；本人也可以通过人脸识别或者到窗口核验"
    ),
    "another account has just proven to be this person": "另一账号刚刚核验为此人",
    "the registry has no such name with such an id: compare both with the card; who is newly "
    "registered proves it at a counter": (
        "登记库中没有相符的姓名和证件号码，请对照证件核对；新近登记的，请到窗口核验"
    ),
    "the attestation is not good, or not any more: have it made again": (
        "核验结果无效或者已过期，请重新核验"
    ),
    "the attestation was made for another account": "该核验结果属于其他账号",
    "the attestation is about another person than the account is registered for": (
        "核验结果与账号登记的不是同一人"
    ),
    "the attestation does not say whose face or bank card it was": (
        "核验结果没有写明人脸或者银行卡属于谁，请重新核验"
    ),
    # Companies
    "no such entity has registered": "该单位尚未注册",
    "no such entity has registered, or it is not yours to see": "该单位尚未注册，或者您无权查看",
    "the registry has it as {known}, not as {told}": (
        "登记库中该单位为{known:applicant}，而不是{told:applicant}"
    ),
    "the registry has no entity with this credit code; compare it with the licence": (
        "登记库中没有此统一社会信用代码的单位，请对照营业执照或者登记证书核对"
    ),
    "the registry has another name for this credit code; look at the licence": (
        "登记库中此统一社会信用代码对应的名称不同，请对照营业执照或者登记证书核对"
    ),
    "the registry has another legal representative; that one, or a clerk, registers it": (
        "登记库中的法定代表人（负责人）另有其人，请由其本人或者窗口人员注册"
    ),
    "the registry says that this entity is {status}": "登记库显示该单位已{status:entity}",
    "this entity is {status}; nobody acts for it any more": (
        "该单位已{status:entity}，任何人不能再代表其办理"
    ),
    "you do not act for this entity: its legal representative, an operator who may, or a clerk at "
    "the window adds you": (
        "您不是该单位的经办人，请由其法定代表人（负责人）、有权的经办人或者窗口人员添加"
    ),
    "you were an operator of this entity until {until}": (
        "您作为该单位经办人的期限已于 {until} 届满，请由单位重新添加"
    ),
    "you are no operator of this entity any more": "您已不是该单位的经办人，请由单位重新添加",
    "you act for this entity in other items; ask for this one to be added": (
        "您可以代表该单位办理的事项不含本事项，请由单位添加"
    ),
    "only who acts for the entity, or a clerk, asks the registry again": (
        "只有该单位的经办人或者窗口人员可以重新查询登记库"
    ),
    "only the legal representative, an operator who may, or a clerk at the window adds and removes "
    "operators": "只有法定代表人（负责人）、有权的经办人或者窗口人员可以添加和移除经办人",
    "only the legal representative or a clerk lets an operator add others": (
        "只有法定代表人（负责人）或者窗口人员可以允许经办人添加他人"
    ),
    "the operator's last day is over already": "经办人的截止日期已经过去，请改正",
    "the legal representative acts by office, and is no operator": (
        "法定代表人（负责人）依其职务办理，不是经办人"
    ),
    "an entity has at most {most} operators; remove some first": (
        "一个单位最多有 {most} 名经办人，请先移除部分经办人"
    ),
    "this account is no operator of the entity": "该账号不是该单位的经办人",
    # Mandates
    "there is no such mandate, or it is not yours to see": "没有这个委托，或者您无权查看",
    "there is no such mandate; ask the principal to grant one": "没有这个委托，请委托人授予",
    "the mandate was revoked; ask the principal to grant another one": (
        "委托已撤销，请委托人重新授予"
    ),
    "the mandate begins on {since}": "委托自 {since} 起生效",
    "the mandate ended on {until}; ask the principal to grant another one": (
        "委托已于 {until} 到期，请委托人重新授予"
    ),
    "the mandate names another agent; only that one acts on it": (
        "委托的受托人另有其人，只有受托人可以凭此办理"
    ),
    "the mandate is for other items; ask the principal to grant one for this": (
        "委托的范围不含本事项，请委托人就本事项授予"
    ),
    "the mandate does not say that the agent may {action} for the principal": (
        "委托没有写明受托人可以代为{action:action}"
    ),
    "this mandate was granted before; grant another one": "该委托此前已经授予，请另行授予",
    "principal and agent are the same person": "委托人与受托人是同一人",
    "the last day of the mandate is over before it begins": "委托的截止日期早于开始日期，请改正",
    "a mandate lasts three years at most; renew it then": "委托最长三年，到期请重新授予",
    "you grant your own mandate: leave out `principal` and `document`": (
        "您授予的是自己的委托，请勿填写 `principal` 和 `document`"
    ),
    "a clerk names the `principal` and hands in the written mandate: `document`": (
        "窗口人员请填写委托人 `principal`，并提交书面委托书 `document`"
    ),
    "take a token as agent of a person first: POST /sign-in/token": (
        "请先以受托人身份取得令牌：POST /sign-in/token"
    ),
    "the mandate is of somebody else than the applicant": "该委托的委托人不是申请人",
    "a mandate does not give the agent a right to this": "委托不包含此项权限",
    "only the principal, the agent, or a clerk at the window revokes a mandate": (
        "只有委托人、受托人或者窗口人员可以撤销委托"
    ),
    # Numbers that people are known by
    "a name has no line breaks, control characters or invisible marks": (
        "姓名或者名称不得含有换行、控制字符或者不可见字符"
    ),
    "the mobile number: 11 digits that begin with 13 to 19": (
        "手机号码应为以 13 至 19 开头的 11 位数字"
    ),
    "the id number has {count} characters instead of {wanted}": (
        "身份证号码应为 {wanted} 位，现为 {count} 位"
    ),
    "the id number: 17 digits, then a digit or X": "身份证号码应为 17 位数字加 1 位数字或者 X",
    "the id number: its last character does not fit the others; compare all of them with the card, "
    "two may have changed places": (
        "身份证号码的末位校验码不符，请对照证件逐位核对，可能有两位颠倒"
    ),
    "the id number: its characters 7 to 14 are no day (yyyymmdd); look at the date of birth": (
        "身份证号码第 7 至 14 位不是有效日期（yyyymmdd），请核对出生日期"
    ),
    "the id number: the date of birth, its characters 7 to 14, is still to come": (
        "身份证号码第 7 至 14 位的出生日期尚未到来，请核对"
    ),
    "the id number: its characters 7 to 14 tell of a birth more than {years} years ago": (
        "身份证号码第 7 至 14 位的出生日期早于 {years} 年前，请核对"
    ),
    "the permit's number: its characters 8 to 13 are no day of birth (yymmdd)": (
        "居留证件号码第 8 至 13 位不是有效的出生日期（yymmdd），请核对"
    ),
    "the passport number: 5 to 12 letters and digits, one digit at least": (
        "护照号码应为 5 至 12 位字母和数字，至少含一位数字"
    ),
    "the passport number looks like a mobile number; look at the passport": (
        "护照号码疑似手机号码，请对照护照核对"
    ),
    "the credit code: {said}": "统一社会信用代码有误：{said:said}",
    "18 digits or capital letters": "应为 18 位数字或者大写字母",
    "the check character does not fit; compare it with the original": "校验码不符，请对照原件核对",
    "8 digits, then 10 digits or capital letters but I O S V Z": (
        "应为 8 位数字加 10 位数字或者大写字母（不含 I、O、S、V、Z）"
    ),
}
