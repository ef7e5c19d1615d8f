"""The Chinese for what is said of cases, and of requests as such; see reasons.py."""

from collections.abc import Mapping
from typing import Final

CASE: Final[Mapping[str, str]] = {
    # Who may
    "there is no such case": "没有这个办件",
    "there is no such case, or it is not yours to see": "没有这个办件，或者您无权查看",
    "there is no such case, or it has no query code yet": "没有这个办件，或者还没有查询密码",
    "there is no case with this number and code": "没有与此编号和查询密码相符的办件，请核对后重试",
    "only the applicant, or who handed the case in, is told its query code": (
        "查询密码只告知申请人或者提交办件的人"
    ),
    "only an applicant, an agent or a window clerk submits a case": (
        "只有申请人、经办人或者窗口人员可以申报办件"
    ),
    "{who} may not do this to the case": "{who:who}无权对该办件进行此操作",
    "only an auditor or a supervisor replays a case's events": (
        "只有审计员或者电子监察人员可以回放办件的事件"
    ),
    "staff see the work list of their own department; supervisors name one": (
        "工作人员查看本部门的待办清单；电子监察人员请指明部门"
    ),
    "staff find cases in the work list of their department: GET /work": (
        "工作人员请在本部门的待办清单中查找办件：GET /work"
    ),
    "{department} is not in your division": "{department} 不在您的行政区划内",
    "this tells applicants what they have; staff see the materials of a case": (
        "此处供申请人查看已有的材料；工作人员请在办件中查看材料"
    ),
    "you act for no company": "您没有代表任何单位办理",
    # Requests
    "nothing here has such a name": "没有这个名称的资源",
    "the page has no such part": "该页面没有这个部分",
    "there is no code set {name}; these are: {names}": "没有代码集 {name}；可用的有：{names:none,}",
    "only staff enter what happened earlier": "只有工作人员可以补录此前发生的事",
    "{at} lies in the future": "{at} 是将来的时间，请改为实际发生的时间",
    "{at} lies before anything that is kept here": "{at} 早于本系统保存的任何记录，请核对时间",
    "{at} is out of time": "{at} 超出了可以表示的时间，请核对",
    "{text} is no number of a part": "{text} 不是分片的序号",
    "{value} is no day: write YYYY-MM-DD": "{value} 不是日期，请按 YYYY-MM-DD 填写",
    "the day has no {count} serial numbers left of {last}": (
        "当日的流水号（共 {last} 个）已不足 {count} 个，请次日再办"
    ),
    # Submission
    "case {number} of {on} is still open": "{on} 提交的办件 {number} 仍在办理",
    "the draft is for another item; submit a new case": "该草稿属于其他事项，请另行申报",
    "a mandate is of a person; leave out `mandate_id` for a company": (
        "委托是个人之间的；代表单位办理时请勿填写 `mandate_id`"
    ),
    "an agent applies for a person on a mandate that the person gave (POST /mandates); name it in "
    "mandate_id": (
        "代他人办理须有其本人授予的委托（POST /mandates），请在 mandate_id 中填写委托编号"
    ),
    "this item needs real-name level {needed}; you signed in with level {has}": (
        "本事项要求实名等级 {needed}，您的登录等级为 {has}，请先提升实名等级"
    ),
    "a {kind} cannot ask for this item; these can: {allowed}": (
        "{kind:applicant}不能申请本事项；可以申请的有：{allowed:applicant,}"
    ),
    "you act for {own}, not for {entity}": "您代表的单位是：{own:none}；您不能代表 {entity} 办理",
    "the case was submitted already; a draft can no longer be saved": (
        "办件已经提交，不能再保存草稿"
    ),
    "the case was imported and cannot be submitted again": "该办件是导入的记录，不能再次申报",
    "it was submitted already, as {number}": "办件已经提交，编号为 {number}",
    # Where the case is
    "it is still a draft; submit it first": "办件尚为草稿，请先申报",
    "the case was handled elsewhere and only its record was imported": (
        "该办件在其他系统办理，本系统只导入了办理记录"
    ),
    "it was returned to the applicant, who has yet to send it again": (
        "办件已退回，等待申请人重新提交"
    ),
    "the applicant has yet to supply the supplement": "等待申请人补正",
    "it was accepted on {on}": "办件已于 {on} 受理",
    "it is suspended ({stops}); resume it first": "办件已挂起（{stops:stop,}），请先恢复办理",
    "it has not been accepted yet": "办件尚未受理",
    "it has not been concluded yet": "办件尚未办结",
    "the case ended: {result}": "办件已办结：{result:result}",
    "the case ended: {result}, archived as {number}": (
        "办件已办结：{result:result}，归档号 {number}"
    ),
    "the case is {state} since {began}; this cannot have happened on {on}": (
        "办件已于 {began} {state:state}，此事不可能发生在 {on}"
    ),
    # Acceptance
    "it was received already; accept it, or refuse": "办件已收件，请作出受理或者不予受理的决定",
    "it {fact} already; ask for a supplement or refuse acceptance": (
        "办件{fact:fact}，请告知补正或者不予受理"
    ),
    "it was returned already, for another reason": "办件已因其他理由退回",
    "only what was returned can be sent again": "只有被退回的办件可以重新提交",
    "the five days from {on} have not passed (art. 32)": (
        "自 {on} 起的五日期限尚未届满（《行政许可法》第三十二条）"
    ),
    "no notice was given within 5 working days of {on}, so the case counts as accepted on that day "
    "(行政许可法 art. 32); accept it": (
        "自 {on} 收到材料之日起五个工作日内没有告知，办件自该日起即为受理"
        "（《行政许可法》第三十二条），请予以受理"
    ),
    # Supplement
    "one notice lists everything that is missing, and it was given ({basis})": (
        "需要补正的全部内容应当一次告知，而补正通知已经发出（{basis:said}）"
    ),
    "art. 32": "《行政许可法》第三十二条",
    "art. 32: accept or refuse": "《行政许可法》第三十二条，请作出受理或者不予受理的决定",
    "the notice was given on {on}; its answer cannot be of {day}": (
        "补正通知于 {on} 发出，补正的日期不能是 {day}"
    ),
    "no supplement was asked for": "没有要求补正",
    "the supplement was handed in on {on}, and nothing more is awaited": (
        "补正材料已于 {on} 提交，无须再补正"
    ),
    "the notice also asks for: {lacking}; send everything together": (
        "补正通知还要求：{lacking:none,}；请一并提交"
    ),
    "no supplement is awaited": "目前没有等待补正的内容",
    "the applicant has until {last}": "补正期限至 {last}，尚未届满",
    # The clock
    "ask for the supplement; its notice says what is missing and stops the clock": (
        "请使用补正告知：补正通知写明所缺内容，并暂停计算时限"
    ),
    "the item allows no {procedure}; it allows: {allowed}": (
        "本事项不适用{procedure:procedure}；可以适用的特别程序：{allowed:procedure,}"
    ),
    "{procedure} runs since {since}, for another reason or time": (
        "{procedure:procedure}已于 {since} 开始，理由或者所需时间与此不同"
    ),
    "nothing stops the clock": "时限没有暂停计算",
    "there is no stop {pause} to resume from": "没有可以恢复的挂起 {pause}",
    "{pause} ends with the supplement, or when the time for it is over": (
        "挂起 {pause} 在补正提交时或者补正期限届满时结束"
    ),
    "it was suspended on {on}; it cannot resume before": "办件于 {on} 挂起，恢复的日期不能更早",
    "several stops run; say which one ends: {names}": (
        "同时有多个挂起，请指明结束哪一个：{names:pause,}"
    ),
    "an extension of {days} days waits for approval": "延长 {days} 日的申请正在等待批准",
    "the limit was extended already; the law allows it once (art. 42)": (
        "期限已经延长过，依法只能延长一次（《行政许可法》第四十二条）"
    ),
    "at most {most} days can be added (行政许可法 art. 42)": (
        "最多可以延长 {most} 日（《行政许可法》第四十二条）"
    ),
    "the limit ended on {due}; an extension comes before that (art. 42)": (
        "期限已于 {due} 届满，延长应当在届满之前作出（《行政许可法》第四十二条）"
    ),
    "nobody has asked for an extension": "没有人申请延长期限",
    "the extension was granted": "延长期限已经批准",
    # Steps
    "step {step} opened on {on}; it cannot be taken up before": (
        "环节 {step} 于 {on} 开始，承接的日期不能更早"
    ),
    "step {step} opened on {on}; it cannot have ended on {day}": (
        "环节 {step} 于 {on} 开始，不可能在 {day} 结束"
    ),
    "{handler} has already taken up {step}": "环节 {step} 已由 {handler} 承接",
    "a bad rating is answered by somebody who did not handle the case": (
        "差评应当由没有经办该办件的人员处理"
    ),
    "step {step} {fact}; open steps: {waiting}": (
        "环节 {step} {fact:fact}；正在办理的环节：{waiting:none,}"
    ),
    "step {step} ends with a decision of its own, not as a step": (
        "环节 {step} 以其自身的决定结束，不能作为一般环节办结"
    ),
    "a {kind} step ends as one of: {names}; not {outcome}": (
        "{kind:step}环节的结果只能是：{names:outcome,}；不能是{outcome:outcome}"
    ),
    "{outcome} needs an opinion that says why": "{outcome:outcome}须写明理由，请填写意见",
    "there is no earlier step to send the case back to": "前面没有可以退回的承办环节",
    # Transfer
    "{department} has the case already": "办件已经在 {department} 办理",
    "{department} neither has the case nor a step of it to hand over": (
        "{department} 既没有承办该办件，也没有可以移交的环节"
    ),
    # Correction
    "{field} is not a field that can be corrected": "{field} 不是可以更正的字段",
    "{field} was recorded by event {by}, not by event {mistake}": (
        "{field} 由事件 {by} 记录，而不是事件 {mistake}"
    ),
    "the value does not fit {field}: {why}": "所填的值不符合 {field} 的要求：{why:said}",
    "{now} is no day for {field}: write YYYY-MM-DD": (
        "{field} 应为日期，{now} 不是，请按 YYYY-MM-DD 填写"
    ),
    "it was submitted on {on} and cannot be accepted before": (
        "办件于 {on} 提交，受理的日期不能更早"
    ),
    "a stop of the clock cannot end before it begins": "时限暂停的结束不能早于开始",
    "the clock runs since {since} and cannot have stopped before": (
        "时限自 {since} 起计算，不可能在此之前暂停"
    ),
    "{day} lies after {last}": "{day} 晚于 {last}",
    # Decision
    "it was decided already, otherwise: {result}": "办件已作出不同的决定：{result:result}",
    "this item is not done at once; accept it and let it go through its steps": (
        "本事项不是即办件，请受理后按环节办理"
    ),
    "a decision comes after these steps, which are open: {waiting}": (
        "以下环节尚未办结，不能作出决定：{waiting:none,}"
    ),
    "the result was delivered on {on}": "办理结果已于 {on} 送达",
    "the service was rated already, and is rated once": "本次服务已经评价，只能评价一次",
    "only a bad rating (4 or 5) is verified and answered": (
        "只有差评（不满意、非常不满意）需要核实和答复"
    ),
    "the rating was answered already, otherwise": "该差评已有不同的答复",
    # The end
    "a case is withdrawn before its decision; {ended}": (
        "撤回应当在作出决定之前提出；{ended:said}"
    ),
    "it was voided already: {reason}": "办件已经作废：{reason}",
    "these steps have yet to be done: {waiting}": "以下环节尚未办结：{waiting:none,}",
}
