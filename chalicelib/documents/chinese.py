"""Why something is refused, in Chinese: of documents."""

from collections.abc import Mapping
from typing import Final

REASONS: Final[Mapping[str, str]] = {
    "documents-from-handlers": "只有申请人、经办人以及承办办件的人员可以提交材料",
    # Uploads
    "upload-not-seen": "没有这个上传任务，或者不属于您",
    "upload-complete-already": "文件已上传完整，无须再传",
    "upload-was-refused": "上传的文件未被接收，原因见上传任务的状态；请重新上传",
    "upload-expired": "上传任务已过期，请重新上传",
    "upload-parts-missing": "缺少分片：{parts}；请补传后再完成上传",
    "part-of-wrong-size": (
        "第 {number} 个分片应为 {size:,} 字节，实际收到 {sent:,} 字节，请重新上传"
    ),
    "no-such-part": "该文件有第 1 至 {count} 个分片，没有第 {number} 个",
    "document-wrong": "文件 {short}：{wrong}",
    "upload-not-complete": "文件 {short}：尚未上传完整，请补传缺少的部分并完成上传",
    "document-not-uploaded": "您没有上传过文件 {short}，请先上传",
    "document-not-handed-in": "文件 {short} 没有提交完整，请重新提交",
    "malware-found": (
        "查毒程序在文件中发现恶意内容（名称不详），该文件不予提供，请重新提交无毒的文件"
    ),
    "malware-found-by-name": (
        "查毒程序在文件中发现恶意内容（{signature}），该文件不予提供，请重新提交无毒的文件"
    ),
    "no-document-to-scan": "没有待查毒的此文件",
    # Discarding
    "document-discarded-meanwhile": "文件在提交过程中被删除，请重新提交",
    "document-gone": "所引用的文件已被删除，请重新提交该文件",
    "document-of-a-case": "已有办件使用该文件，文件随办件保存，不能删除",
    "document-not-tracked": "该文件提交时尚未记录哪些办件使用了它，予以保留，不能删除",
    # What a document is
    "document-empty": "文件为空，请重新选择文件",
    "declared-type-differs": (
        "文件声明的类型是 {declared}，内容却是 {found}；请提交正确的文件，或者声明为 {found}"
    ),
    "archive-not-declared": (
        "文件是 ZIP 压缩包；请将其中的文件逐个提交（{taken}），要求提交压缩包的，"
        "请声明为 application/zip"
    ),
    "document-type-not-taken": "文件类型是{what}；可以接收：{taken}",
    "type-not-known": "无法识别的类型",
    "type-not-taken": " {type}，不在接收范围内",
    "document-cut-off": "{kind} 文件已损坏或者不完整，请打开后重新保存再提交",
    "document-goes-on": "{kind} 文件末尾之后还有其他内容，请打开后重新保存再提交",
    "document-of-two-formats": "{kind} 文件同时可以按另一种格式读取，请打开后重新保存再提交",
    "png-without-header": "PNG 文件的开头不是文件头，请重新保存为 PNG",
    "zip-with-something-around": "ZIP 文件前后有其他内容，请重新保存",
    "archive-too-large": "压缩包解压后超过 {files:,} 个文件或者 {size:,} MiB，请拆分",
    "document-locked": "文件设有密码，请取消密码后重新保存",
    "document-with-macros": "文件含有宏，请另存为不含宏的 DOCX 或者 XLSX",
}

WORDS: Final[Mapping[str, Mapping[str, str]]] = {}
