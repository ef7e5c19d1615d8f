"""
Names as people give them: one way to write a character, and nothing in them that cannot be read.

Cards and software before GB 18030-2022 have some characters of names at private-use points (U+E863
for 䶮, U+4DAE), and what is copied out of a PDF may have a radical (U+2EE2) where the character is
meant (马, U+9A6C). Both are written as the character. A name that then has anything invisible,
private or unassigned is refused: nobody could compare it with the card, and no font prints it.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Final
from unicodedata import category, name, normalize

from pydantic import AfterValidator, Field

from ..kernel.base import Line
from ..kernel.reasons import Unfit

# GB 18030-2005, FE50 to FEA0, at U+E815 to U+E864, in order; and its two letters of pinyin.
_FE50: Final = (
    "⺁𠂇𠂉𠃌⺄㑳㑇⺈⺋龴㖞㘚㘎⺌⺗㥮㤘龵㧏㧟㩳㧐龶龷㭎㱮㳠⺧𡗗龸⺪䁖䅟⺮䌷⺳⺶⺷𢦏䎱䎬⺻䏝䓖䙡䙌"
    "龹䜣䜩䝼䞍⻊䥇䥺䥽䦂䦃䦅䦆䦟䦛䦷䦶龺𤇾䲣䲟䲠䲡䱷䲢䴓䴔䴕䴖䴗䴘䴙䶮龻"
)
PRIVATE: Final[Mapping[int, str]] = {
    **{0xE815 + place: one for place, one in enumerate(_FE50)},
    0xE7C7: "\u1e3f",
    0xE7C8: "\u01f9",
}
# Unicode's EquivalentUnifiedIdeograph, where the radical is the shape of one character alone. The
# Kangxi radicals (U+2F00 to U+2FD5) have theirs as compatibility decompositions.
RADICALS: Final[Mapping[int, str]] = {
    ord(radical): one
    for radical, one in zip(
        "⺁⺄⺅⺉⺊⺌⺍⺎⺒⺓⺖⺗⺘⺜⺝⺟⺠⺡⺣⺧⺨⺩⺪⺫⺬⺭⺮⺯⺰⺳⺶⺷⺻⺼⺽⺾⺿⻀⻁⻂"
        "⻄⻅⻆⻈⻉⻊⻋⻌⻍⻎⻐⻑⻓⻔⻖⻗⻘⻙⻚⻛⻜⻝⻠⻢⻣⻤⻥⻦⻧⻨⻩⻪⻬⻮⻰⻱⻳",
        "厂乙亻刂卜小小兀巳幺忄㣺扌日月母民氵灬牛犭王疋目示礻竹糹纟㓁羊羊聿肉臼艹艹艹虎衤"
        "西见角讠贝足车辶辶辶钅長长门阝雨青韦页风飞食饣马骨鬼鱼鸟卤麦黄黾齐齿龙龜龟",
        strict=True,
    )
}
_KANGXI: Final = range(0x2F00, 0x2FD6)
_RADICAL: Final = (range(0x2E80, 0x2F00), _KANGXI)
_DOTS: Final = dict.fromkeys(map(ord, "•・‧∙⋅･·․᛫"), "·")
# Ideographs that a newer Unicode has than this Python may: extensions H, I and J.
_NEWER_HAN: Final = (range(0x31350, 0x323B0), range(0x2EBF0, 0x2EE5E), range(0x323B0, 0x3347A))
# Letters and marks that nobody sees, beside what its category tells (Default_Ignorable_Code_Point).
_UNSEEN: Final = frozenset(
    {0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFFA0}
    | {*range(0x180B, 0x1810)}
    | {*range(0xFE00, 0xFE10)}
    | {*range(0xE0100, 0xE01F0)}
)
_CONTROLS: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_NO_WRITING: Final = frozenset({"So", "Sk"})
_USUAL: Final = re.compile(r"[\u4E00-\u9FA5]{1,20}(?:·[\u4E00-\u9FA5]{1,20})*")


def as_name(text: str) -> str:
    """
    The one way to write a name: characters for private-use points and radicals (GB 18030-2022),
    NFC, one kind of middle dot (·). Raises Unfit for what is no name.
    """
    if _USUAL.fullmatch(text):
        return text
    plain = in_characters(text).strip()
    _check_seen(plain)
    if not any(map(_is_letter, plain)):
        raise Unfit("name-without-letters", "a name has letters or characters, not digits alone")
    return plain


def in_characters(text: str) -> str:
    """With the characters that private-use points and radicals stand for; whatever it says."""
    plain = normalize("NFC", text.translate(PRIVATE).translate(RADICALS).translate(_DOTS))
    return "".join(map(_unified, plain))


def as_person_name(text: str) -> str:
    """`as_name` of a natural person; raises Unfit also for one that mixes scripts."""
    plain = as_name(text)
    if not _USUAL.fullmatch(plain):
        _check_scripts(plain)
    return plain


def _unified(one: str) -> str:
    return normalize("NFKC", one) if ord(one) in _KANGXI else one


def _check_seen(text: str) -> None:
    before = ""
    for one in text:
        kind = category(one)
        if ord(one) in _UNSEEN or (kind in _CONTROLS and not _is_newer_han(one)):
            raise Unfit(
                "name-has-unseen-marks",
                "a name has no line breaks, control characters or invisible marks",
            )
        if kind in _NO_WRITING and not _is_radical(one):
            raise Unfit("name-has-pictures", "a name has no pictures or signs: leave them out")
        if _is_radical(one):
            raise Unfit(
                "name-has-radical",
                "{one} is a part of a character: type the whole character",
                one=one,
            )
        if kind.startswith("M") and not (before and category(before)[0] in "LM"):
            raise Unfit("name-has-lone-mark", "an accent in a name stands over a letter")
        before = one


def _is_radical(one: str) -> bool:
    return any(ord(one) in block for block in _RADICAL)


def _is_newer_han(one: str) -> bool:
    return any(ord(one) in block for block in _NEWER_HAN)


def _is_letter(one: str) -> bool:
    return category(one)[0] == "L" or one == "〇" or _is_newer_han(one)


# Scripts

_HAN_AND_LATIN: Final = frozenset({"HAN", "LATIN"})


def _check_scripts(text: str) -> None:
    """One script; or Chinese and Latin parts with a middle dot between: J·史密斯."""
    parts = [set(_scripts(part)) for part in text.split("·")]
    together = set().union(*parts)
    dotted = together <= _HAN_AND_LATIN and all(len(part) <= 1 for part in parts)
    if len(together) > 1 and not dotted:
        raise Unfit(
            "name-mixes-scripts",
            "the name of a person is in one script; Chinese and Latin parts have · between them",
        )


def _scripts(text: str) -> Iterator[str]:
    for one in text:
        if _is_letter(one):
            yield _script(one)


def _script(one: str) -> str:
    """Its script: the first word of its name in Unicode, where letters are concerned."""
    if one in "〇々" or _is_newer_han(one):
        return "HAN"
    first = name(normalize("NFKC", one)[0], "").partition(" ")[0]
    return "HAN" if first == "CJK" else first


# As somebody gives it: two names that look the same are the same, and it can be printed. Not for
# events, which say what was taken before there was this rule.
_HIDDEN: Final = (
    r"\u0000-\u001F\u007F-\u009F\u00AD\u061C\u200B-\u200F\u2028-\u202E\u2060-\u2069\uFEFF"
)
_PATTERN: Final = rf"^[^{_HIDDEN}]*[^\s{_HIDDEN}][^{_HIDDEN}]*$"
_PUBLISHED = Field(json_schema_extra={"pattern": _PATTERN})
Name = Annotated[Line, AfterValidator(as_name), _PUBLISHED]
PersonName = Annotated[Line, AfterValidator(as_person_name), _PUBLISHED]
