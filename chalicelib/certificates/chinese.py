"""The Chinese for what is said of documents, materials and certificates; see reasons.py."""

from collections.abc import Mapping
from typing import Final

PAPERS: Final[Mapping[str, str]] = {
    # Uploads
    "there is no such upload, or it is not yours": "没有这个上传任务，或者不属于您",
    "the document is complete; nothing more is to be sent": "文件已上传完整，无须再传",
    "the upload was refused: {reason}; begin it again": (
        "上传的文件未被接收：{reason:said}；请重新上传"
    ),
    "the upload has expired; begin it again": "上传任务已过期，请重新上传",
    "parts are missing: {parts}; send them, then complete": (
        "缺少分片：{parts:none,}；请补传后再完成上传"
    ),
    "part {number} has {size} bytes; {sent} were sent": (
        "第 {number} 个分片应为 {size} 字节，实际收到 {sent} 字节，请重新上传"
    ),
    "the document has parts 1 to {count}, and no part {number}": (
        "该文件有第 1 至 {count} 个分片，没有第 {number} 个"
    ),
    "the parts make {found}, not {wanted}": (
        "各分片合成的文件摘要是 {found}，与声明的 {wanted} 不符"
    ),
    "document {short}: {wrong}": "文件 {short}：{wrong:said}",
    "document {short}: its upload is not complete; send what is missing and complete it": (
        "文件 {short}：尚未上传完整，请补传缺少的部分并完成上传"
    ),
    "you have uploaded no document {short}: hand it in first": "您没有上传过文件 {short}，请先上传",
    "document {short} was not handed in to its end: hand it in again": (
        "文件 {short} 没有提交完整，请重新提交"
    ),
    "a scanner found {what} in it: it is given to nobody; hand in a clean copy": (
        "查毒程序在文件中发现恶意内容（{what:malware}），该文件不予提供，请重新提交无毒的文件"
    ),
    "there is no such document to scan": "没有待查毒的此文件",
    "the case refers to no such document": "办件中没有这个文件",
    "the content of the document is not there": "没有找到文件的内容",
    "there is no such link": "没有这个链接",
    "the link has expired: ask for another one": "链接已过期，请重新获取",
    "is none of {types}": "只能是以下类型之一：{types:none,}",
    # What a document is
    "the document is empty: choose the file again": "文件为空，请重新选择文件",
    "the document was declared as {declared}, and its content is {found}: send the right file, or "
    "declare {same}": (
        "文件声明的类型是 {declared}，内容却是 {found}；请提交正确的文件，或者声明为 {same}"
    ),
    "the document is a ZIP archive: send what is in it, each by itself ({taken}), or declare "
    "application/zip where an archive was asked for": (
        "文件是 ZIP 压缩包；请将其中的文件逐个提交（{taken:none,}），"
        "要求提交压缩包的，请声明为 application/zip"
    ),
    "the document is {what}: these are taken: {taken}": (
        "文件类型是{what:file}；可以接收：{taken:none,}"
    ),
    "the {kind} is damaged or cut off before its end: open it, save it again and send that": (
        "{kind} 文件已损坏或者不完整，请打开后重新保存再提交"
    ),
    "the {kind} is damaged or cut off before its end: open it, save it again and send that "
    "({why})": "{kind} 文件已损坏或者不完整，请打开后重新保存再提交（{why}）",
    "the {kind} has something behind its end: open it, save it again and send that": (
        "{kind} 文件末尾之后还有其他内容，请打开后重新保存再提交"
    ),
    "the {kind} can be read as another format as well: open it, save it again and send that": (
        "{kind} 文件同时可以按另一种格式读取，请打开后重新保存再提交"
    ),
    "the PNG does not begin with its header: save it again as PNG": (
        "PNG 文件的开头不是文件头，请重新保存为 PNG"
    ),
    "the ZIP has something before or behind it: save it again": (
        "ZIP 文件前后有其他内容，请重新保存"
    ),
    "the archive unpacks to more than {files} files or {size} MiB: split it": (
        "压缩包解压后超过 {files} 个文件或者 {size} MiB，请拆分"
    ),
    "the document is locked with a password: save it without one": (
        "文件设有密码，请取消密码后重新保存"
    ),
    "the document has macros in it: save it without (as DOCX or XLSX)": (
        "文件含有宏，请另存为不含宏的 DOCX 或者 XLSX"
    ),
    # Materials
    "a material is either a document (sha256) or a certificate": (
        "每份材料应为文件（sha256）或者电子证照（certificate）之一"
    ),
    "material {material}: {wrong}": "材料 {material}：{wrong:said}",
    "material {material}: certificate {certificate}: {wrong}": (
        "材料 {material}：电子证照 {certificate}：{wrong:said}"
    ),
    "material {material}: trust A and B are not for the applicant to give": (
        "材料 {material}：可信等级 A 和 B 不能由申请人填写"
    ),
    "the item asks for no material {material}": "本事项不要求材料 {material}",
    "a case of so long ago takes no certificates; hand in the document itself": (
        "该办件年代较早，不能使用电子证照，请提交材料文件"
    ),
    "{material} cannot be taken from a certificate of this type": (
        "{material}不能用这种类型的电子证照代替"
    ),
    # Certificates
    "there is no such certificate, or it is not yours to see": "没有这个电子证照，或者您无权查看",
    "only an approver of the department that issued it changes its state": (
        "只有颁发部门的批准人可以变更证照状态"
    ),
    "only its holder shows a certificate and lets others use it": (
        "只有持证主体可以亮证和授权他人用证"
    ),
    "{identifier} is not of type {type} by issuer {issuer}": (
        "{identifier} 不是颁发机构 {issuer} 的 {type} 类型证照"
    ),
    "certificate {identifier} was issued already": "电子证照 {identifier} 已经签发",
    "only a case that was granted leads to a certificate": "只有准予许可的办件可以签发证照",
    "this item produces no certificate": "本事项不产生证照",
    "the certificate has not been made yet": "证照尚未制作完成",
    "{identifier} was issued already, and says something else": (
        "{identifier} 已经签发，且内容与此不同"
    ),
    "{identifier} has had 999 versions; issue another certificate": (
        "{identifier} 已有 999 个版本，请另行签发证照"
    ),
    "the file of this certificate is still being made; ask again in a moment": (
        "证照文件正在生成，请稍后再试"
    ),
    "only a certificate that is valid takes another version": "只有有效的证照可以变更为新版本",
    "this says what the certificate says already": "所填内容与证照现有内容相同",
    "that was done already, for another reason or on another basis": (
        "此操作此前已因其他理由或者依据作出"
    ),
    "it has expired: there is nothing to suspend": "证照已失效，无须暂扣",
    "it was replaced by {by}": "证照已由 {by} 取代",
    "it was replaced by {by} already": "证照此前已由 {by} 取代",
    "it ended for good, as {status}: {reason}": "证照已{status:certificate}：{reason}",
    "a certificate does not take its own place": "证照不能取代其自身",
    "it is valid from {on} on": "证照自 {on} 起有效",
    "it is not valid now but {status} ({name})": (
        "证照目前不是有效状态，而是{name:certificate}（{status}）"
    ),
    "it is not valid now but {status} ({name}): {why}": (
        "证照目前不是有效状态，而是{name:certificate}（{status}）：{why}"
    ),
    # Showing and use
    "this token was given out already": "该亮证码已经发出",
    "no such token was given out": "没有发出过这个亮证码",
    "the token was used, or its time is over; have it shown again": (
        "亮证码已使用或者已过期，请持证人重新亮证"
    ),
    "no such code, or it was used, or its time is over": "没有这个亮证码，或者已使用、已过期",
    "there is no such authorisation": "没有这个用证授权",
    "this authorisation was given before, on other terms": "该用证授权此前已按其他条件作出",
    "the last day of the authorisation is over before it begins": (
        "授权的截止日期早于开始日期，请改正"
    ),
    "an authorisation lasts a year at most; give another one then": (
        "用证授权最长一年，到期请重新授权"
    ),
    "a certificate takes {most} authorisations at most": "一个证照最多有 {most} 个用证授权",
    "the holder has revoked the authorisation; ask for another one": (
        "持证主体已撤销授权，请重新取得授权"
    ),
    "the authorisation begins on {since}": "用证授权自 {since} 起生效",
    "the authorisation ended on {until}; ask the holder for another one": (
        "用证授权已于 {until} 到期，请持证主体重新授权"
    ),
    "all {count} uses of the authorisation are used up": "用证授权的 {count} 次已全部用完",
    "the authorisation is for another case": "该用证授权属于其他办件",
    "name one: an account, a department or a company": ("请在账号、部门、单位中指明一个被授权方"),
}
