"""The Chinese for words that reasons are made with, by set; see reasons.py."""

from collections.abc import Mapping
from typing import Final

from ..clock.legal_limits import SpecialProcedure
from ..codes.codes import ApplicantKind, Level

_NONE: Final = {"none": "无"}

WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "none": {**_NONE, "none yet": "暂无", "no company": "无"},
    "role": {
        "applicant": "申请人",
        "agent": "经办人",
        "clerk": "窗口人员",
        "reviewer": "审核人",
        "approver": "批准人",
        "supervisor": "电子监察人员",
        "auditor": "审计员",
        "item_manager": "事项管理员",
        "system_administrator": "系统管理员",
        "security_administrator": "安全管理员",
        "system": "平台",
    },
    "who": {
        "{role}": "{role:role}",
        "{role} of {department}": "{department} 的{role:role}",
    },
    "applicant": {str(kind): kind.zh for kind in ApplicantKind},
    "level": {str(level): level.zh for level in Level},
    "channel": {
        "window": "窗口",
        "web": "网上",
        "mini_program": "小程序",
        "post": "邮寄",
        "kiosk": "自助终端",
        "hotline": "热线",
        "village_point": "村（社区）服务点",
        "email": "电子邮件",
        "internal": "内部",
        "system": "平台",
    },
    "action": {
        "submit": "申报",
        "supplement": "补正",
        "withdraw": "撤回",
        "collect": "领取结果",
        "rate": "作出评价",
    },
    # Of cases.
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
    "either": {"{those} or {last}": "{those} 或 {last}"},  # as pydantic lists values
    "fact": {
        "was received": "已收件",
        "passed the pre-check": "已通过预审",
        "is finished": "已办结",
        "is not open": "不在办理中",
    },
    "procedure": {**_NONE, **{str(one): one.special.zh for one in SpecialProcedure}},
    "stop": {"{procedure} since {on}": "{procedure:procedure}，自 {on} 起"},
    "pause": {"{pause} ({procedure})": "{pause}（{procedure:procedure}）"},
    "limit": {
        "{days} working days": "{days} 个工作日",
        "{days} calendar days": "{days} 个自然日",
    },
    # Of people and companies.
    "entity": {
        "active": "存续",
        "suspended": "停业",
        "revoked": "吊销",
        "cancelled": "注销",
        "moved_out": "迁出",
    },
    "deed": {"grants a mandate": "授予委托"},
    # Of certificates: GB/T 36904.
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
    # Of documents.
    "file": {
        "{kind}, which is not taken": " {kind}，不在接收范围内",
        "of no type that is known here": "无法识别的类型",
    },
    "malware": {"malware": "名称不详"},
    "number": {"case number": "办件编号", "certificate": "证照标识"},
    # Of items.
    "how": {"split": "拆分", "merged": "合并"},
    "how-into": {"split": "拆分为", "merged": "合并到"},
    "asked": {"is asked later": "在其后才提问", "is no question": "不是本事项的问题"},
    "trouble": {
        "has a control character": "含有控制字符",
        "has a number that is too large, or none at all": "含有过大的数或者不是数的值",
        "is nested too deeply": "嵌套层次过多",
    },
}
