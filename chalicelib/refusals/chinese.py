"""Why something is refused, in Chinese, by what is below the subjects: see words.py."""

from collections.abc import Mapping
from typing import Final

from ..clock.legal_limits import SpecialProcedure
from ..codes.codes import ApplicantKind, Level

REASONS: Final[Mapping[str, str]] = {
    # Quotas
    "documents-of-day": "一个账号每天最多上传 {documents} 份、{megabytes} MB 文件，其余请明天再传",
    "looks-of-day": (
        "一个账号每天最多传送 {documents} 份、{megabytes} MB 材料（被退回的也计入），请明天继续"
    ),
    "parts-of-day": "一个账号每天最多传送 {megabytes} MB 分片（重传的也计入），请明天继续",
    "saves-of-day": "一个账号每天最多保存草稿 {saves} 次：请提交，或者明天继续",
    # Requests
    "no-such-name": "没有这个名称的资源",
    "no-such-page-part": "该页面没有这个部分",
    "earlier-time-for-staff": "只有工作人员可以补录此前发生的事",
    "time-in-the-future": "{at} 是将来的时间，请改为实际发生的时间",
    "time-before-any-record": "{at} 早于本系统保存的任何记录，请核对时间",
    "not-a-day": "{value} 不是日期，请按 YYYY-MM-DD 填写",
    "serial-numbers-used-up": "当日的流水号（共 {last:,} 个）已不足 {count} 个，请次日再办",
    # Sign-in and duties
    "token-mixes-duties": "一个令牌给同一人授予了三员中的两种职责",
    "duty-held-otherwise": "该账号曾担任{had:role}，{duty:role}须由他人担任",
    # Departments
    "department-not-registered": "{department} 不在 {division} 发布的机构目录中，请核对机构代码",
    "department-in-another-division": "{department} 属于 {its}，不属于 {division}",
    "department-not-valid": "{department} 在 {division} 的机构目录中，但 {on} 不在其有效期内",
    # Numbers that people are known by
    "name-has-unseen-marks": "姓名或者名称不得含有换行、控制字符或者不可见字符",
    "name-without-letters": "姓名或者名称应有文字，不能只有数字或者符号",
    "name-has-pictures": "姓名或者名称不得含有表情或者图形符号，请删去",
    "name-has-radical": "“{one}”只是部首，请输入完整的汉字",
    "name-has-lone-mark": "姓名或者名称中的附加符号应在字母之上",
    "name-mixes-scripts": "个人姓名应使用同一种文字；中文与拉丁字母之间用间隔号（·）分开",
    "phone-number-form": (
        "电话号码应为以 13 至 19 开头的 11 位手机号码、带区号的固定电话（0759-3388888），"
        "或者以 +852、+853、+886 开头的号码"
    ),
    "id-kind-of-another-party": (
        "{kind:applicant}不使用{id_kind:id_kind}，可以使用：{fitting:id_kind}"
    ),
    "id-number-of-another-kind": "该号码是{kind:id_kind}的编号方式，请选择该证件类型",
    "hk-macau-permit-form": "港澳居民来往内地通行证号码应为 H 或者 M 加 8 位数字",
    "taiwan-permit-form": "台湾居民来往大陆通行证号码应为 8 位数字，旧版为 10 位",
    "military-id-form": "军人证件号码应按证件填写：一至四个汉字、字第、号码、号",
    "residence-permit-beginning": "港澳台居民居住证号码应以 81、82 或者 83 开头",
    "permanent-residence-beginning": "外国人永久居留身份证号码应以 9 开头",
    "id-number-length-without-blanks": "证件号码去掉空格后为 {count} 位，应为 {least} 至 {most} 位",
    "id-number-unseen-marks": "证件号码只由字母、数字和连接符组成",
    "credit-code-written": "统一社会信用代码应为 18 位数字和大写字母",
    "id-number-length": "身份证号码应为 {wanted} 位，现为 {count} 位",
    "id-number-form": "身份证号码应为 17 位数字加 1 位数字或者 X",
    "id-number-check-character": "身份证号码的末位校验码不符，请对照证件逐位核对，可能有两位颠倒",
    "id-number-no-day": "身份证号码第 7 至 14 位不是有效日期（yyyymmdd），请核对出生日期",
    "id-number-day-to-come": "身份证号码第 7 至 14 位的出生日期尚未到来，请核对",
    "id-number-too-old": "身份证号码第 7 至 14 位的出生日期早于 {years} 年前，请核对",
    "permit-number-no-day": "居留证件号码第 8 至 13 位不是有效的出生日期（yymmdd），请核对",
    "passport-number-form": "护照号码应为 5 至 12 位字母和数字，至少含一位数字",
    "passport-number-is-mobile": "护照号码疑似手机号码，请对照护照核对",
    "company-credit-code": "统一社会信用代码有误：{why}",
    # Uploads
    "parts-make-another-document": "各分片合成的文件摘要是 {found}，与声明的 {wanted} 不符",
    "control-character": "含有控制字符",
    "number-out-of-range": "含有过大的数或者不是数的值",
    "nested-too-deeply": "嵌套层次过多",
    "number-check-character": "{what:number} {text}：校验码不符，请对照原件核对",
    "number-other-characters": "{what:number} {text}：只能是数字和大写字母",
    "division-form": "行政区划代码 {text}：应为六位数字（GB/T 2260），不以 0 开头",
    "serial-number-range": "流水号 {serial}：每日为 1 至 {last:,}",
    "case-number-length": "办件编号 {text}：应为 {wanted} 位，现为 {count} 位",
    "case-number-form": "办件编号 {text}：应为 20 位数字加 1 位校验码（数字或者大写字母）",
    "case-number-beginning": "办件编号 {text}：没有这样的行政区划代码或者流水号",
    "case-number-no-day": "办件编号 {text}：{digits} 不是日期（yyyymmdd）",
    "document-number-form": (
        "文书编号 {text}：应为办件编号、-、文书种类（自 01 起）、-、序号（自 01 起）"
    ),
    "item-code-length": "实施编码 {text}：应为 {wanted} 位，现为 {count} 位",
    "item-code-form": (
        "实施编码 {text}：统一社会信用代码之后应为行使层级（1 至 7）和 12 位数字或者大写字母"
    ),
    "credit-code-wrong": "统一社会信用代码 {text}：{why}",
    "credit-code-form": "应为 18 位数字或者大写字母",
    "credit-code-check-character": "校验码不符，请对照原件核对",
    "credit-code-parts": "应为 8 位数字加 10 位数字或者大写字母（不含 I、O、S、V、Z）",
    "certificate-version-begins-at-one": "证照版本 {version}：自 1 开始",
    "certificate-number-form": (
        "证照标识 {text}：应为 {root}、证照类型、颁发机构、流水号、版本号、校验位，以点号分隔"
    ),
    "certificate-number-check": "证照标识 {text}：最后一个点号之后应为一位校验位",
    "certificate-type-form": "证照类型 {text}：应为统一社会信用代码加三位数字",
    "certificate-serial-form": "证照流水号 {text}：应为数字和大写字母",
    "certificate-version-form": "证照版本号 {text}：应为三位数字",
    "does-not-fit": "不符合要求",
    "wrong-at-place": "{where}：{why}",
    "nothing-parked-there": "{consumer} 在位置 {position} 没有暂停的事件",
    "parked-behind-another": "位置 {position} 只是排在 {first} 之后，请重试或者跳过 {first}",
    "skipping-by-administrator": "只有系统管理员可以跳过事件",
    "calendar-years-apart": "工作日历 {name} 的年份不相连：{years}",
    "calendar-year-missing": (
        "工作日历 {name} 有 {first} 年至 {last} 年：请先发布 {missing} 年，再发布 {year} 年"
    ),
    # What pydantic finds (kernel/validation.py)
    "missing": "必填",
    "extra-forbidden": "不应有此项",
    "none-required": "应为空",
    "string-type": "应为文本",
    "string-too-short": "至少 {min_length} 个字符",
    "string-too-long": "至多 {max_length} 个字符",
    "string-pattern-mismatch": "格式不正确",
    "string-unicode": "不是有效的 UTF-8 文本",
    "int-type": "应为整数",
    "int-parsing": "应为整数",
    "int-parsing-size": "整数过大",
    "int-from-float": "应为整数",
    "float-type": "应为数字",
    "float-parsing": "应为数字",
    "finite-number": "应为有限的数字",
    "decimal-type": "应为数字",
    "decimal-parsing": "应为数字",
    "decimal-max-digits": "至多 {max_digits} 位数字",
    "decimal-max-places": "至多 {decimal_places} 位小数",
    "bool-type": "应为 true 或 false",
    "bool-parsing": "应为 true 或 false",
    "bytes-type": "应为字节",
    "list-type": "应为数组",
    "tuple-type": "应为数组",
    "set-type": "应为数组",
    "frozen-set-type": "应为数组",
    "dict-type": "应为对象",
    "model-type": "应为对象",
    "model-attributes-type": "应为对象",
    "too-short": "至少 {min_length} 项",
    "too-long": "至多 {max_length} 项",
    "enum": "只能是：{expected}",
    "literal-error": "只能是：{expected}",
    "union-tag-invalid": "类型只能是：{expected_tags}",
    "union-tag-not-found": "缺少类型：{discriminator}",
    "greater-than": "应大于 {gt}",
    "greater-than-equal": "不得小于 {ge}",
    "less-than": "应小于 {lt}",
    "less-than-equal": "不得大于 {le}",
    "multiple-of": "应为 {multiple_of} 的倍数",
    "date-type": "应为日期，如 2026-01-31",
    "date-parsing": "应为日期，如 2026-01-31",
    "date-from-datetime-parsing": "应为日期，如 2026-01-31",
    "date-from-datetime-inexact": "应为不带时间的日期",
    "date-past": "应为过去的日期",
    "date-future": "应为将来的日期",
    "datetime-type": "应为时间，如 2026-01-31T09:00:00+08:00",
    "datetime-parsing": "应为时间，如 2026-01-31T09:00:00+08:00",
    "datetime-from-date-parsing": "应为时间，如 2026-01-31T09:00:00+08:00",
    "timezone-aware": "应写明时区，如 +08:00",
    "uuid-type": "应为 UUID",
    "uuid-parsing": "应为 UUID",
    "url-type": "应为网址",
    "url-parsing": "应为网址",
    "url-scheme": "网址协议只能是：{expected_schemes}",
}

WORDS: Final[Mapping[str, Mapping[str, str]]] = {
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
    "applicant": {str(kind): kind.zh for kind in ApplicantKind},
    "id_kind": {
        "resident_id": "居民身份证",
        "passport": "护照",
        "hk_macau_permit": "港澳居民来往内地通行证",
        "taiwan_permit": "台湾居民来往大陆通行证",
        "residence_permit": "港澳台居民居住证",
        "permanent_residence": "外国人永久居留身份证",
        "military_id": "军人证件",
        "credit_code": "统一社会信用代码",
        "other": "其他证件",
    },
    "level": {str(level): level.zh for level in Level},
    "procedure": {str(one): one.special.zh for one in SpecialProcedure},
    "number": {"case number": "办件编号", "certificate": "证照标识"},
}

# What each operation does, in one line.
SUMMARIES: Final[Mapping[str, str]] = {
    "getDocs": "接口文档页面",
    "getDocsFile": "接口文档页面的样式和脚本",
    "getHealth": "服务是否存活",
    "getReady": "服务能否正常工作",
    "getOpenApi": "本接口的 OpenAPI 3.1 文档",
}
