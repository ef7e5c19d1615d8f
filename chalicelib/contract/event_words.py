"""
What the contract says of each event type besides its docstring: the Chinese term, the phase of the
procedure, and the state that it moves a case to.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple


class Phase(NamedTuple):
    zh: str
    en: str
    events: Mapping[str, "Word"]


class Word(NamedTuple):
    """
    `meaning` says what the docstring takes for granted. `leads_to` is a state as the API names it,
    "" where the event leaves the case in the state that it finds.
    """

    zh: str
    meaning: str = ""
    leads_to: str = ""


PHASES: Final = (
    Phase(
        "申报",
        "Submission",
        {
            "CaseDrafted": Word("草稿", leads_to="drafted"),
            "CaseSubmitted": Word("申报", leads_to="submitted"),
            "PreCheckPassed": Word("预审通过", "What was handed in looks complete at first sight."),
            "SubmissionReturned": Word("预审退回", leads_to="returned"),
            "CaseResubmitted": Word("重新申报", leads_to="submitted"),
            "SubmissionReceived": Word(
                "收件", "The window took the application in; a receipt says so."
            ),
        },
    ),
    Phase(
        "补正与受理",
        "Supplement and acceptance",
        {
            "SupplementRequested": Word(
                "补正告知", "The applicant is told what is missing:", "supplementing"
            ),
            "SupplementSubmitted": Word("补正受理", "What was missing was handed in.", "submitted"),
            "SupplementLapsed": Word(
                "逾期未补正", "The time for the supplement passed without it.", "closed"
            ),
            "CaseAccepted": Word("受理", "The case is taken on;", "accepted"),
            "CaseDeemedAccepted": Word("视为受理", leads_to="accepted"),
            "AcceptanceRefused": Word(
                "不予受理", "The case is not taken on; the applicant can contest that.", "closed"
            ),
        },
    ),
    Phase(
        "办理",
        "Handling",
        {
            "StepOpened": Word("环节开始"),
            "StepStarted": Word("签收"),
            "StepFinished": Word("环节办结", "What came of a step, and who finished it."),
            "CaseTransferred": Word("转办 / 转报"),
            "MistakeCorrected": Word("更正"),
        },
    ),
    Phase(
        "时限",
        "Clock",
        {
            "CaseSuspended": Word("挂起", leads_to="suspended"),
            "CaseResumed": Word("恢复", "A stop of the clock ended;", "accepted"),
            "ExtensionRequested": Word("延长申请"),
            "ExtensionGranted": Word("延长", "There is more time:"),
            "ExtensionRefused": Word("不予延长", "The head refused the extension."),
        },
    ),
    Phase(
        "办结",
        "Outcome",
        {
            "CaseGranted": Word("准予", "What was asked for is granted.", "decided"),
            "CaseDenied": Word("不予许可", "What was asked for is denied;", "decided"),
            "CaseWithdrawn": Word("撤回", "The applicant takes the case back", "closed"),
            "CaseVoided": Word("作废", "The case is declared void.", "closed"),
            "CaseConcluded": Word("办结", "The case has its result; its clock has ended."),
            "CertificateIssued": Word("制证", "The certificate was made."),
            "ResultDelivered": Word("送达 / 领取", "The applicant has the result."),
            "CaseRated": Word("好差评", "The applicant rated the service:"),
            "BadRatingAnswered": Word("差评整改"),
            "CaseArchived": Word(
                "归档", "The file is closed for good and has its archive number.", "archived"
            ),
        },
    ),
    Phase(
        "历史办件",
        "Imported cases",
        {
            "CaseImported": Word("导入办件", leads_to="imported"),
            "StepRecorded": Word("导入环节"),
        },
    ),
    Phase(
        "事项",
        "Service items",
        {
            "ItemDraftSaved": Word("草稿"),
            "ItemDraftDiscarded": Word("放弃草稿"),
            "ItemPublished": Word("发布"),
            "ItemSuspended": Word("暂停"),
            "ItemResumed": Word("恢复"),
            "ItemRetired": Word("取消"),
            "ItemSplit": Word("拆分"),
            "ItemMerged": Word("合并"),
            "ItemTookOver": Word("承接"),
        },
    ),
    Phase(
        "人员与法人",
        "People and entities",
        {
            "PersonRegistered": Word("实名注册"),
            "IdentityProven": Word("实名核验"),
            "IdentityLost": Word("实名失效"),
            "PhoneChanged": Word("变更手机号"),
            "WechatBound": Word("绑定微信"),
            "AccountClosed": Word("注销账户"),
            "IdentityClaimed": Word("认领"),
            "ClaimReleased": Word("释放"),
            "EntityRegistered": Word("法人注册"),
            "EntityChanged": Word("法人变更"),
            "OperatorAdded": Word("增加经办人"),
            "OperatorRemoved": Word("移除经办人"),
            "MandateGranted": Word("授权代办"),
            "MandateRevoked": Word("撤销授权"),
        },
    ),
    Phase(
        "材料",
        "Documents",
        {
            "UploadBegun": Word("上传开始"),
            "UploadRefused": Word("上传退回"),
            "DocumentReceived": Word("材料入库"),
            "DocumentScanned": Word("病毒查验"),
        },
    ),
    Phase(
        "电子证照",
        "Certificates",
        {
            "CertificateCreated": Word("颁发"),
            "CertificateSealed": Word("签章"),
            "CertificateSuspended": Word("暂扣"),
            "CertificateRestored": Word("返还"),
            "CertificateRevoked": Word("撤销"),
            "CertificateCancelled": Word("注销"),
            "CertificateMovedOut": Word("办理转出"),
            "CertificateWithdrawn": Word("吊销"),
            "CertificateReplaced": Word("换发"),
            "RenewalFiled": Word("延续申请"),
            "RenewalEnded": Word("延续结果"),
            "UseAuthorised": Word("授权用证"),
            "AuthorisationRevoked": Word("撤销授权"),
            "CertificateUsed": Word("用证"),
            "TokenPrinted": Word("印制核验码"),
            "CertificateShown": Word("亮证"),
            "ShowingVerified": Word("核验"),
        },
    ),
    Phase(
        "平台",
        "Platform",
        {
            "CalendarYearPublished": Word("节假日安排"),
            "SerialsReserved": Word("号段预留", "Serial numbers for a division's day:"),
            "EventSkipped": Word("跳过"),
            "DutyTakenUp": Word("履职"),
        },
    ),
)

WORDS: Final[Mapping[str, Word]] = {
    name: word for phase in PHASES for name, word in phase.events.items()
}
