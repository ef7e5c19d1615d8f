"""The Chinese for what is said of service items, and of what is wrong in one; see reasons.py."""

from collections.abc import Mapping
from typing import Final

from ..web.messages import VALIDATION

_ITEMS: Final = {
    "there is no item {code}": "没有事项 {code}",
    "there is no such item": "没有这个事项",
    "item {code} has no version {version}": "事项 {code} 没有第 {version} 版",
    "versions count from 1": "版本号从 1 开始",
    "item {code} has no draft": "事项 {code} 没有草稿",
    "there is no draft to publish": "没有可以发布的草稿",
    "only an item manager drafts, publishes, suspends or retires items": (
        "只有事项管理员可以起草、发布、暂停或者取消事项"
    ),
    "this is item {code}, not {other}": "这是事项 {code}，不是 {other}",
    "this is item {code}; publish another one apart": "这是事项 {code}，其他事项请另行发布",
    "this is the draft of {code}; save that of {other} there": (
        "这是 {code} 的草稿，{other} 的草稿请保存到其自身"
    ),
    "the draft was made from version {based_on}, and by now there is version {current}: look at "
    "what changed, and save the draft again": (
        "草稿基于第 {based_on} 版，现在已是第 {current} 版；请查看变更后重新保存草稿"
    ),
    "the draft {wrong}": "草稿{wrong:trouble}",
    "the item has no variant {variant}; it has: {known}": (
        "本事项没有情形 {variant}；现有情形：{known:none,}"
    ),
    # Whether it takes cases
    "the item takes no new cases for the time being: {reason}": "事项暂停受理新的申报：{reason}",
    "the item was retired: {reason}": "事项已取消：{reason}",
    "the item was {how} on {on}; apply for {into}": (
        "事项自 {on} 起已{how:how-into}：{into:none|}。请申报上述事项。"
    ),
    "the item can be applied for from {first}": "事项自 {first} 起可以申报",
    "the item could be applied for until {last}": "事项的申报截止于 {last}",
    "the item is suspended already: {reason}": "事项此前已暂停：{reason}",
    "the item was retired already: {reason}": "事项此前已取消：{reason}",
    # Splitting and merging
    "the item was {how}: revise what it became, {codes}": (
        "事项已{how:how}，请修订其后的事项：{codes:none,}"
    ),
    "the item was {how} already, into {codes}": "事项此前已{how:how-into}：{codes:none,}",
    "{code} takes no cases on {on}: {why}": "{code} 在 {on} 不接受申报：{why:said}",
    "{code} is itself to be replaced": "{code} 自身也将被取代",
    "{on} is over: cases may have been submitted since": "{on} 已经过去，此后可能已有申报",
    "an item becomes other items, each named once": "拆分或者合并后的事项应为其他事项，且不得重复",
    "items are merged into one": "合并后只能是一个事项",
    "an item is split into two or more; into one it is merged": (
        "拆分后应为两个以上事项；只有一个的，请使用合并"
    ),
}

# What keeps a definition from being published.
_RULES: Final = {
    "{level} is {code}, but the code says {other} (its 19th character)": (
        "{level:level}应为 {code}，但实施编码（第 19 位）写的是 {other}"
    ),
    "{promised} is longer than the statutory {statutory}": (
        "承诺时限 {promised:limit} 长于法定时限 {statutory:limit}"
    ),
    "joint handling takes at most {most} (行政许可法 art. 42)": (
        "联合办理最长 {most:limit}（《行政许可法》第四十二条）"
    ),
    "the steps' limits add up to {total} working days, more than the promised {promised}": (
        "各环节时限合计 {total} 个工作日，超过承诺时限 {promised:limit}"
    ),
    "the last step, and no other, is `approve`": "只有最后一个环节是批准（`approve`）",
    "choose another id: {names} are desks of any case": ("请另选编号：{names} 是各办件通用的环节"),
    "a step is done by one of: {names}": "环节应由以下角色之一办理：{names:role,}",
    "an approver decides; only an item done at once leaves it to a clerk": (
        "决定应由批准人作出；只有即办件可以由窗口人员决定"
    ),
    "an item done at once has one step, which approves": "即办件只有一个批准环节",
    "nothing interrupts an item done at once": "即办件不适用特别程序",
    "joint handling has a `parallel` step with its departments": (
        "联合办理须有并联审批环节（`parallel`）并列出各部门"
    ),
    "leave it out: a supplement is always possible, by its own notice": (
        "请删去：补正始终可以用补正通知办理"
    ),
    "a fee needs its `basis`: the document that sets it": "收费须填写依据（`basis`），即收费文件",
    "{channel} is not open to applicants": "{channel:channel}不对申请人开放",
    "name one that needs no device of one's own: {names}": (
        "请至少提供一种无需自备设备的办理形式：{names:channel,}"
    ),
    "lies before valid_from, {on}": "早于 valid_from（{on}）",
    "{value} is there more than once": "{value} 重复出现",
    'a form is an object: the schema begins with "type": "object"': (
        '表单应为对象，模式以 "type": "object" 开头'
    ),
    "step {step}: a parallel step names reviewers, others name none": (
        "环节 {step}：并联审批环节须列出审查部门，其他环节不列"
    ),
    "step {step}: a department reviews once": "环节 {step}：同一部门只审查一次",
    "the last step, and no other, approves": "只有最后一个环节作出批准",
    "every step has an id of its own": "各环节的编号不得重复",
    "a planned step is called none of {names}": "环节的编号不得使用：{names}",
    "the promised limit is at most the statutory one": "承诺时限不得长于法定时限",
    # Questions
    "should be a number": "应为数字",
    "should be a number of at most 15 digits": "应为不超过 15 位的数字",
    "should be true or false, a number, or the value of an option": (
        "应为 true 或者 false、数字，或者选项的值"
    ),
    "a condition has one of: answer, all_of, any_of, none_of": (
        "一个条件应有且只有以下之一：answer、all_of、any_of、none_of"
    ),
    "an answer is compared by: {names}": "对回答的比较方式应为：{names:none,}",
    "a choice has options, another question none": "选择题须有选项，其他问题没有选项",
    "minimum and maximum are for numbers": "minimum 和 maximum 只用于数字",
    "lies below the minimum, {minimum}": "小于最小值 {minimum}",
    "questions tell which variant it is: ask at least one": (
        "须由问题判断属于哪种情形，请至少设置一个问题"
    ),
    "{material} is no material of the item": "{material} 不是本事项的材料",
    "name the `materials` that are required, too": "请同时列出必须提交的材料（`materials`）",
    "no variant asks for {material}": "没有任何情形要求 {material}",
    "is nested more than {most} deep: say it with fewer levels": ("嵌套超过 {most} 层，请减少层次"),
    "nothing depends on the answer to {question}": "没有任何条件取决于对 {question} 的回答",
    "{name} {why}; those before it: {known}": "{name} {why:asked}；其前的问题：{known:none,}",
    "{question} is answered by no number: say equals or one_of": (
        "{question} 的回答不是数字，请使用 equals 或者 one_of"
    ),
    "{question} is never answered by {value}, but by true or false": (
        "{question} 的回答不会是 {value}，只能是 true 或者 false"
    ),
    "{question} is never answered by {value}, but by one of: {values}": (
        "{question} 的回答不会是 {value}，只能是：{values:none,}"
    ),
    "{question} is never answered by {value}, but by a number": (
        "{question} 的回答不会是 {value}，只能是数字"
    ),
    "there are more than {most} ways to answer: say `when` each is asked": (
        "回答的组合超过 {most} 种，请用 `when` 写明各问题何时提问"
    ),
    "no answers lead to {name}": "没有任何回答会到达 {name}",
    "no answers lead to it": "没有任何回答会到达此处",
    "none fits {answers}": "没有情形适合以下回答：{answers:none,}",
    "{variant} fits the same answers: {answers}": "{variant} 也适合同样的回答：{answers:none,}",
}

_FORMS: Final = {
    "forms are written in {dialect}": "表单应按 {dialect} 编写",
    "{keyword} is not used in forms": "表单中不使用 {keyword}",
    "is ruled out: leave it out, or say `not: {{}}`": (
        "此项不可能填写，请删去，或者写为 `not: {{}}`"
    ),
    "not a regular expression that can be used here: {why}": "不是此处可用的正则表达式：{why}",
    "is not used together with patternProperties; say additionalProperties": (
        "不能与 patternProperties 同时使用，请使用 additionalProperties"
    ),
    "{format} is not checked here; use one of: {known}": (
        "此处不检查 {format}，请使用以下之一：{known:none,}"
    ),
    "{reference} is not one of this schema's $defs: {known}": (
        "{reference} 不在此模式的 $defs 之中：{known:none,}"
    ),
    "refer to each other in a circle: {names}": "相互循环引用：{names}",
    "has a control character": "含有控制字符",
    "has a number that is too large, or none at all": "含有过大的数或者不是数的值",
    "is nested too deeply": "嵌套层次过多",
    # What is not even an item
    "is required": "必填",
    'should be text: put it in quotes, "{value}"': '应为文本，请加引号："{value}"',
    "should match {pattern}": "应符合 {pattern}",
    "there is no such field; allowed: {fields}": "没有这个字段；可用的有：{fields:none,}",
    "there is no such field; did you mean {near}? allowed: {fields}": (
        "没有这个字段，您是否想填 {near}？可用的有：{fields:none,}"
    ),
}

_NUMBERS: Final = {
    "{what} {text}: the check character does not fit; compare it with the original": (
        "{what:number} {text}：校验码不符，请对照原件核对"
    ),
    "{what} {text}: only digits and capital letters": "{what:number} {text}：只能是数字和大写字母",
    "division {text}: six digits (GB/T 2260), not beginning with 0": (
        "行政区划代码 {text}：应为六位数字（GB/T 2260），不以 0 开头"
    ),
    "serial number {serial}: 1 to {last} in a day": "流水号 {serial}：每日为 1 至 {last}",
    "case number {text}: {count} characters instead of {wanted}": (
        "办件编号 {text}：应为 {wanted} 位，现为 {count} 位"
    ),
    "case number {text}: 20 digits, then a digit or capital letter to check them": (
        "办件编号 {text}：应为 20 位数字加 1 位校验码（数字或者大写字母）"
    ),
    "case number {text}: no division or no serial number begins so": (
        "办件编号 {text}：没有这样的行政区划代码或者流水号"
    ),
    "case number {text}: {digits} is no day (yyyymmdd)": (
        "办件编号 {text}：{digits} 不是日期（yyyymmdd）"
    ),
    "document number {text}: a case number, -, its kind from 01, -, which one from 01": (
        "文书编号 {text}：应为办件编号、-、文书种类（自 01 起）、-、序号（自 01 起）"
    ),
    "item code {text}: {count} characters instead of {wanted}": (
        "实施编码 {text}：应为 {wanted} 位，现为 {count} 位"
    ),
    "item code {text}: after the credit code a level from 1 to 7, then 12 digits or capital "
    "letters": (
        "实施编码 {text}：统一社会信用代码之后应为行使层级（1 至 7）和 12 位数字或者大写字母"
    ),
    "credit code {text}: 18 digits or capital letters": (
        "统一社会信用代码 {text}：应为 18 位数字或者大写字母"
    ),
    "credit code {text}: the check character does not fit; compare it with the original": (
        "统一社会信用代码 {text}：校验码不符，请对照原件核对"
    ),
    "credit code {text}: 8 digits, then 10 digits or capital letters but I O S V Z": (
        "统一社会信用代码 {text}：应为 8 位数字加 10 位数字或者大写字母（不含 I、O、S、V、Z）"
    ),
    "certificate version {version}: begins at 1": "证照版本 {version}：自 1 开始",
    "certificate {text}: {root}, then type, issuer, serial number, version and check character, "
    "with dots between them": (
        "证照标识 {text}：应为 {root}、证照类型、颁发机构、流水号、版本号、校验位，以点号分隔"
    ),
    "certificate {text}: one check character after the last dot": (
        "证照标识 {text}：最后一个点号之后应为一位校验位"
    ),
    "certificate type {text}: a credit code, then three digits": (
        "证照类型 {text}：应为统一社会信用代码加三位数字"
    ),
    "certificate serial {text}: digits and capital letters": (
        "证照流水号 {text}：应为数字和大写字母"
    ),
    "certificate version {text}: three digits": "证照版本号 {text}：应为三位数字",
}

# What pydantic says of a value; pydantic's type -> the message as it comes.
PYDANTIC: Final[Mapping[str, tuple[str, ...]]] = {
    "string_type": ("Input should be a valid string",),
    "string_too_short": (
        "String should have at least {min_length} characters",
        "String should have at least {min_length} character",
    ),
    "string_too_long": (
        "String should have at most {max_length} characters",
        "String should have at most {max_length} character",
    ),
    "string_pattern_mismatch": ("String should match pattern '{pattern}'",),
    "int_type": ("Input should be a valid integer",),
    "int_parsing": ("Input should be a valid integer, unable to parse string as an integer",),
    "int_from_float": ("Input should be a valid integer, got a number with a fractional part",),
    "bool_type": ("Input should be a valid boolean",),
    "bool_parsing": ("Input should be a valid boolean, unable to interpret input",),
    "list_type": ("Input should be a valid list",),
    "tuple_type": ("Input should be a valid tuple",),
    "dict_type": ("Input should be a valid dictionary",),
    "model_type": ("Input should be a valid dictionary or instance of {class_name}",),
    "too_short": (
        "{what} should have at least {min_length} items after validation, not {actual_length}",
        "{what} should have at least {min_length} item after validation, not {actual_length}",
    ),
    "too_long": (
        "{what} should have at most {max_length} items after validation, not {actual_length}",
        "{what} should have at most {max_length} item after validation, not {actual_length}",
    ),
    "enum": ("Input should be {expected}",),
    "greater_than_equal": ("Input should be greater than or equal to {ge}",),
    "less_than_equal": ("Input should be less than or equal to {le}",),
    "date_type": ("Input should be a valid date",),
    "date_parsing": ("Input should be a valid date in the format YYYY-MM-DD, {error}",),
    "date_from_datetime_parsing": ("Input should be a valid date or datetime, {error}",),
    "value_error": ("Value error, {error}",),
}

_OWN: Final = {"enum": "只能是：{expected:either}", "value_error": "不符合要求：{error:said}"}

ITEMS: Final[Mapping[str, str]] = {
    **_ITEMS,
    **_RULES,
    **_FORMS,
    **_NUMBERS,
    **{en: _OWN.get(kind, VALIDATION[kind].zh) for kind, those in PYDANTIC.items() for en in those},
}
