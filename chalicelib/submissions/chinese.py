"""Why something is refused, in Chinese: of submissions and materials."""

from collections.abc import Mapping
from typing import Final

REASONS: Final[Mapping[str, str]] = {
    # Drafts
    "draft-too-long": "草稿已保存 {times:,} 次，每次都会留存：请提交，或者删除后另存新草稿",
    "too-many-drafts": "一个账号最多有 {most:,} 份草稿：请提交或者删除其中一份",
    "no-drafts-of-role": "只有可以申报的人有草稿",
    # Who may
    "replay-for-auditors-only": "只有审计员或者电子监察人员可以回放办件的事件",
    "held-materials-for-applicants": "此处供申请人查看已有的材料；工作人员请在办件中查看材料",
    # Submission
    "case-still-open": "{on} 提交的办件 {number} 仍在办理",
    "submission-underway": "相同的申报正在提交，请稍后重试",
    "draft-for-another-item": "该草稿属于其他事项，请另行申报",
    "mandate-not-for-company": "委托是个人之间的；代表单位办理时请勿填写 `mandate_id`",
    "mandate-needed-for-agent": (
        "代他人办理须有其本人授予的委托（POST /mandates），请在 mandate_id 中填写委托编号"
    ),
    "level-too-low": "本事项要求实名等级 {needed}，您的登录等级为 {has}，请先提升实名等级",
    "applicant-kind-not-admitted": (
        "{kind:applicant}不能申请本事项；可以申请的有：{allowed:applicant}"
    ),
    "entity-not-acted-for": "您代表的单位是：{own}；您不能代表 {entity} 办理",
    "no-entity-acted-for": "您没有代表任何单位办理；您不能代表 {entity} 办理",
    "form-does-not-fit": "{wrong:；}",
    # Materials
    "showing-without-certificate": "`showing` 只与电子证照一起填写",
    "document-or-certificate": "每份材料应为文件（sha256）或者电子证照（certificate）之一",
    "material-wrong": "材料 {material}：{wrong}",
    "trust-not-for-applicant": "材料 {material}：可信等级 A 和 B 不能由申请人填写",
    "material-not-asked-for": "本事项不要求材料 {material}",
    "case-takes-no-certificates": "该办件年代较早，不能使用电子证照，请提交材料文件",
}

WORDS: Final[Mapping[str, Mapping[str, str]]] = {}

# What each operation does, in one line.
SUMMARIES: Final[Mapping[str, str]] = {
    "listDrafts": "列出本人或者所在企业的草稿",
    "discardDraft": "删除草稿",
    "submitCase": "申报：按事项的现行版本提交办件",
    "saveDraft": "保存新草稿，此时不按事项的表单检查",
    "replaceDraft": "再次保存草稿，整份替换",
    "submitDraft": "按正文提交草稿，编号不变",
    "listHeldMaterials": "免提交：按材料列出申请人已有的电子证照",
    "accept": "受理办件，开始计时",
    "archive": "归档",
    "correctMistake": "更正记录有误的内容",
    "deliver": "送达结果",
    "deny": "不予许可，说明理由和救济途径",
    "finishStep": "办结环节",
    "grant": "准予许可",
    "grantAtOnce": "即办：受理并当场准予",
    "grantExtension": "批准延长期限",
    "lapseSupplement": "逾期未补正，终止办理",
    "passPreCheck": "预审通过",
    "receive": "收件",
    "refuseAcceptance": "不予受理",
    "refuseExtension": "不予延长期限",
    "recuse": "回避",
    "refuseRecusal": "驳回回避申请",
    "requestRecusal": "申请回避",
    "requestExtension": "申请延长期限",
    "requestSupplement": "一次性告知补正",
    "resubmit": "重新申报被退回的办件",
    "resume": "恢复计时",
    "returnSubmission": "预审退回",
    "startStep": "签收环节",
    "submitSupplement": "提交补正材料",
    "suspend": "挂起：因特别程序停止计时",
    "transfer": "转办、转报：交由其他部门办理",
    "void": "宣告办件作废",
    "withdraw": "申请人撤回办件",
}
