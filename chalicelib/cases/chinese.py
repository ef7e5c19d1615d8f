"""Why something is refused, in Chinese: of cases."""

from collections.abc import Mapping
from typing import Final

REASONS: Final[Mapping[str, str]] = {
    "no-draft-any-more": "已经提交为办件，不再是草稿：可以撤回，不能删除",
    # Who may
    "no-such-case": "没有这个办件",
    "case-not-seen": "没有这个办件，或者您无权查看",
    "case-without-query-code": "没有这个办件，或者还没有查询密码",
    "own-case-as-staff": (
        "该办件与您本人有关（申请人、经办人或者持证主体），应当回避，"
        "请由其他人员办理（《公务员法》第七十六条）"
    ),
    "own-certificate-as-staff": (
        "该证照与您本人有关，应当回避，请由其他人员办理（《公务员法》第七十六条）"
    ),
    "recused-from-case": "您已于 {on} 回避该办件",
    "judges-own-step": "办理环节 {done} 的人员不能办理环节 {step}（职责分离）",
    "grants-own-request": "申请延长期限的人员不能批准该申请（职责分离）",
    "recusals-wait": "已有 {count} 项回避申请等待决定",
    "no-recusal-asked": "没有人申请 {account} 回避",
    "recusal-of-oneself": "涉及本人的回避申请由其他人员决定",
    "supervisors-see-no-ids": "电子监察人员查看办理过程，不查看当事人的身份信息",
    "purpose-needed": "未在办理该办件的人员请说明用途：`reveal` 为 {purposes} 之一",
    "query-code-not-matching": "没有与此编号和查询密码相符的办件，请核对后重试",
    "query-code-not-yours": "查询密码只告知申请人或者提交办件的人",
    "counter-searches-by-id": "只有窗口人员可以凭证件号码查找办件",
    "not-a-submitting-role": "只有申请人、经办人或者窗口人员可以申报办件",
    "not-for-role": "{role:role}无权对该办件进行此操作",
    "not-for-role-of-department": "{department} 的{role:role}无权对该办件进行此操作",
    "work-list-of-own-department": "工作人员查看本部门的待办清单；电子监察人员请指明部门",
    "staff-use-work-list": "工作人员请在本部门的待办清单中查找办件：GET /work",
    "department-outside-division": "{department} 不在您的行政区划内",
    "department-or-division": "请指明部门或者行政区划，不要同时指明",
    "division-for-overseers": "只有电子监察人员和审计员可以查看整个行政区划",
    "no-company-acted-for": "您没有代表任何单位办理",
    # Requests
    "time-out-of-range": "{at} 超出了可以表示的时间，请核对",
    "part-number-not-readable": "{text} 不是分片的序号",
    # Submission
    "draft-after-submission": "办件已经提交，不能再保存草稿",
    "imported-not-submittable": "该办件是导入的记录，不能再次申报",
    "submitted-already": "办件已经提交，编号为 {number}",
    # Where the case is
    "still-a-draft": "办件尚为草稿，请先申报",
    "imported-record-only": "该办件在其他系统办理，本系统只导入了办理记录",
    "returned-to-applicant": "办件已退回，等待申请人重新提交",
    "supplement-still-awaited": "等待申请人补正",
    "accepted-already": "办件已于 {on} 受理",
    "case-suspended": "办件已挂起（{stops}），请先恢复办理",
    "stop-since": "{procedure:procedure}，自 {on} 起",
    "not-yet-accepted": "办件尚未受理",
    "not-yet-concluded": "办件尚未办结",
    "case-ended": "办件已办结：{result:result}",
    "case-archived": "办件已办结：{result:result}，归档号 {number}",
    "before-present-state": "办件已于 {began} {state:state}，此事不可能发生在 {on}",
    # Acceptance
    "received-already": "办件已收件，请作出受理或者不予受理的决定",
    "received-not-returnable": "办件已收件，请告知补正或者不予受理",
    "pre-checked-not-returnable": "办件已通过预审，请告知补正或者不予受理",
    "returned-for-another-reason": "办件已因其他理由退回",
    "not-returned": "只有被退回的办件可以重新提交",
    "five-days-not-passed": "自 {on} 起的五日期限尚未届满（《行政许可法》第三十二条）",
    "acceptance-by-silence": (
        "自 {on} 收到材料之日起五个工作日内没有告知，"
        "办件自该日起即为受理（《行政许可法》第三十二条），请予以受理"
    ),
    # Supplement
    "one-notice-only": "需要补正的全部内容应当一次告知，而补正通知已经发出（{basis}）",
    "article-32": "《行政许可法》第三十二条",
    "article-32-accept-or-refuse": "《行政许可法》第三十二条，请作出受理或者不予受理的决定",
    "local-rules-on-review": "地方规定：审查阶段一次性告知",
    "supplement-before-notice": "补正通知于 {on} 发出，补正的日期不能是 {day}",
    "no-supplement-asked": "没有要求补正",
    "supplement-handed-in-already": "补正材料已于 {on} 提交，无须再补正",
    "supplement-not-complete": "补正通知还要求：{lacking}；请一并提交",
    "no-supplement-awaited": "目前没有等待补正的内容",
    "supplement-time-running": "补正期限至 {last}，尚未届满",
    # The clock
    "supplement-is-no-pause": "请使用补正告知：补正通知写明所缺内容，并暂停计算时限",
    "procedure-not-allowed": (
        "本事项不适用{procedure:procedure}；可以适用的特别程序：{allowed:procedure}"
    ),
    "procedure-runs-already": "{procedure:procedure}已于 {since} 开始，理由或者所需时间与此不同",
    "clock-not-stopped": "时限没有暂停计算",
    "no-such-stop": "没有可以恢复的挂起 {pause}",
    "stop-ends-with-supplement": "挂起 {pause} 在补正提交时或者补正期限届满时结束",
    "resumed-before-suspension": "办件于 {on} 挂起，恢复的日期不能更早",
    "several-stops-run": "同时有多个挂起，请指明结束哪一个：{stops}",
    "stop-for-procedure": "{pause}（{procedure:procedure}）",
    "extension-awaits-approval": "延长 {days} 日的申请正在等待批准",
    "extended-already": "期限已经延长过，依法只能延长一次（《行政许可法》第四十二条）",
    "extension-too-long": "最多可以延长 {most} 日（《行政许可法》第四十二条）",
    "extension-after-limit": (
        "期限已于 {due} 届满，延长应当在届满之前作出（《行政许可法》第四十二条）"
    ),
    "no-extension-asked": "没有人申请延长期限",
    "extension-granted-already": "延长期限已经批准",
    # Steps
    "taken-before-step-opened": "环节 {step} 于 {on} 开始，承接的日期不能更早",
    "ended-before-step-opened": "环节 {step} 于 {on} 开始，不可能在 {day} 结束",
    "step-taken-already": "环节 {step} 已由 {handler} 承接",
    "step-finished-already": "环节 {step} 已办结；正在办理的环节：{waiting}",
    "step-not-open": "环节 {step} 不在办理中；正在办理的环节：{waiting}",
    "step-ends-by-decision": "环节 {step} 以其自身的决定结束，不能作为一般环节办结",
    "outcome-not-of-step": "{kind:step}环节的结果只能是：{names:outcome}；不能是{outcome:outcome}",
    "opinion-needed": "{outcome:outcome}须写明理由，请填写意见",
    "no-earlier-step": "前面没有可以退回的承办环节",
    # Transfer
    "transfer-to-same-department": "办件已经在 {department} 办理",
    "department-without-step": "{department} 既没有承办该办件，也没有可以移交的环节",
    # Correction
    "field-not-correctable": "{field} 不是可以更正的字段",
    "field-of-another-event": "{field} 由事件 {by} 记录，而不是事件 {mistake}",
    "corrected-value-not-fitting": "所填的值不符合 {field} 的要求：{why:；}",
    "corrected-value-no-day": "{field} 应为日期，{now} 不是，请按 YYYY-MM-DD 填写",
    "accepted-before-submission": "办件于 {on} 提交，受理的日期不能更早",
    "stop-ends-before-beginning": "时限暂停的结束不能早于开始",
    "stopped-before-acceptance": "时限自 {since} 起计算，不可能在此之前暂停",
    "corrected-day-too-late": "{day} 晚于 {last}",
    # Decision
    "decided-otherwise-already": "办件已作出不同的决定：{result:result}",
    "not-done-at-once": "本事项不是即办件，请受理后按环节办理",
    "steps-open-before-decision": "以下环节尚未办结，不能作出决定：{waiting}",
    "delivered-already": "办理结果已于 {on} 送达",
    # The end
    "withdrawn-too-late": "撤回应当在作出决定之前提出；{ended}",
    "voided-already": "办件已经作废：{reason}",
    "steps-not-done": "以下环节尚未办结：{waiting}",
    # Uploads
    "document-not-of-case": "办件中没有这个文件",
    "document-content-missing": "没有找到文件的内容",
    "no-such-link": "没有这个链接",
    "link-expired": "链接已过期，请重新获取",
    # Certificates
    "certificate-of-another-type": "{identifier} 不是颁发机构 {issuer} 的 {type} 类型证照",
    "certificate-issued-already": "电子证照 {identifier} 已经签发",
    "certificate-needs-granted-case": "只有准予许可的办件可以签发证照",
    "item-produces-no-certificate": "本事项不产生证照",
    "certificate-not-made-yet": "证照尚未制作完成",
}

WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "state": {
        "submitted": "提交",
        "returned": "退回",
        "supplementing": "要求补正",
        "accepted": "受理",
        "suspended": "受理",  # its day is that of acceptance, too
        "decided": "作出决定",
        "closed": "办结",
        "archived": "办结",
    },
    "result": {
        "granted": "准予许可",
        "denied": "不予许可",
        "refused": "不予受理",
        "lapsed": "逾期未补正终止",
        "withdrawn": "申请人撤回",
        "voided": "作废",
        "unstated": "结果未载明",
    },
    "step": {
        "handle": "承办",
        "review": "审核",
        "parallel": "并联审批",
        "approve": "批准",
        "intake": "受理",
        "supplement": "补正",
        "special": "特别程序",
        "extension": "延长期限",
        "delivery": "送达",
        "rating": "差评整改",
        "recusal": "回避决定",
    },
    "outcome": {
        "passed": "通过",
        "returned": "退回",
        "agreed": "同意",
        "agreed_with_conditions": "附条件同意",
        "disagreed": "不同意",
        "granted": "准予",
        "denied": "不予许可",
        "refused": "拒绝",
        "transferred": "转办",
        "overtaken": "无须办理",
    },
}

# What each operation does, in one line.
SUMMARIES: Final[Mapping[str, str]] = {
    "listOwnDocuments": "列出本人上传而没有办件使用的文件",
    "discardDocument": "删除没有办件使用的文件",
    "listOwnCases": "本人的办件，新的在前；`as=company` 为所代表单位的；`number` 按编号查找",
    "searchCases": "在窗口按证件号码查找办件，只列出可以查看的",
    "getCase": "查看办件现状，逐行说明期限的计算",
    "listCaseDocuments": "办件全部材料的各个版本",
    "getCaseDocument": "下载办件的一份材料",
    "linkCaseDocument": "生成十分钟内无需令牌的材料链接",
    "getCaseEvents": "办件的全部事件，供审计和电子监察",
    "getQueryCode": "再次告知查询密码",
    "uploadDocument": "一次上传一份小文件，重复上传无妨",
    "getLinkedDocument": "打开链接所指的文件",
    "beginUpload": "开始分片上传，或者查询进度",
    "getUpload": "分片上传的进度和扫描结果",
    "completeUpload": "核对并保存整份文件",
    "prepareUploadPart": "告知如何上传一个分片",
    "uploadPart": "上传一个分片，次序不限",
    "listProcessSteps": "办件过程信息库：按事项、部门、时段和状态列出环节",
    "askProgress": "凭办件编号和查询密码查询办理进度",
    "listWork": "部门的待办，超期的在前",
}
