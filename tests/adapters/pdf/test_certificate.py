"""A certificate's PDF, as two other programs than the one that wrote it read it."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from functools import partial
from hashlib import sha256
from io import BytesIO
from itertools import combinations
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
import reportlab
import zxingcpp
from pypdf import PdfReader
from pypdf.generic import DictionaryObject

from chalicelib.adapters.pdf import layout
from chalicelib.adapters.pdf.certificate import PdfRenderer
from chalicelib.adapters.pdf.fonts import BUNDLED, Fonts
from chalicelib.platform.renderer import Face, RenderingError, Row, TooLong, Unprintable, Unsafe

from ..commits import at_once

URL = "https://banjian.example.gov.cn/verify/7K3QX9WT4M2PBHZC6RND5YVAE8"
IDENTIFIER = "1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U"
FACE = Face(
    title="医疗机构执业许可证",
    identifier=IDENTIFIER,
    holder="湛江市赤坎区䶮㛃𬭚口腔门诊部（普通合伙）",
    issuer="湛江市卫生健康局",
    issued_on=date(2026, 11, 24),
    valid_from=date(2026, 11, 24),
    valid_until=date(2031, 11, 23),
    verification_url=URL,
    algorithm="ecdsa-p256-sha256",
    rows=(
        Row("统一社会信用代码", "91440800MA4UKR5C3T"),
        Row("地址", "广东省湛江市赤坎区海北路18号鼎盛广场三层301至316室（与图书馆同层），524033"),
        Row("法定代表人", "张䶮"),
    ),
    conditions=("按照核准登记的诊疗科目开展诊疗活动。", "每三年校验一次。"),
)
LONG = FACE._replace(conditions=tuple(f"第{n}条：" + "接受监督检查。" * 20 for n in range(18)))
VERA = Path(reportlab.__file__).parent / "fonts" / "Vera.ttf"


@pytest.fixture(scope="module")
def pdf() -> bytes:
    return PdfRenderer().render(FACE)


def words(pdf: bytes) -> str:
    """What pypdf reads, without blanks and line ends."""
    return "".join("".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages).split())


def other_words(pdf: bytes) -> str:
    """What PDFium reads."""
    pages = list(pypdfium2.PdfDocument(pdf))
    return "".join("".join(page.get_textpage().get_text_bounded() for page in pages).split())


def bitmap(pdf: bytes, page: int = 0, scale: float = 3) -> Any:
    return pypdfium2.PdfDocument(pdf)[page].render(scale=scale).to_pil().convert("L")


# What is on it


@pytest.mark.parametrize("read", [words, other_words], ids=["pypdf", "pdfium"])
def test_all_of_the_face_is_there_to_read_and_copy(pdf: bytes, read: Any):
    found = read(pdf)
    for text in (
        *FACE.rows[0],
        *FACE.rows[1],
        *FACE.rows[2],
        *FACE.conditions,
        FACE.title,
        f"证照标识{IDENTIFIER}",
        f"持证主体{FACE.holder}",
        "颁发机构湛江市卫生健康局",
        "颁发日期2026年11月24日",
        "有效期2026年11月24日至2031年11月23日",
        "电子证照专用章",
        URL,
    ):
        assert text in found


def test_the_issuer_goes_round_the_seal_and_stands_below_it_with_the_date(pdf: bytes):
    found = words(pdf)
    assert re.search("湛江市卫生健康局.*湛江市卫生健康局2026年11月24日", found)
    ring = {"".join(one) for one in _placed(pdf) if len(one) == 1}
    assert set(FACE.issuer) <= ring


def _placed(pdf: bytes) -> list[str]:
    """Each text as it was drawn."""
    drawn: list[str] = []
    page = PdfReader(BytesIO(pdf)).pages[0]
    page.extract_text(visitor_text=lambda text, *_rest: drawn.append(text.strip()))
    return drawn


@pytest.mark.parametrize(
    ("algorithm", "named"),
    [("ecdsa-p256-sha256", "ECDSAP-256、SHA-256"), ("sm2-sm3", "国密SM2、SM3")],
)
def test_the_seal_says_that_it_is_drawn_and_what_stands_for_it(algorithm: str, named: str):
    found = words(PdfRenderer().render(FACE._replace(algorithm=algorithm)))
    assert "系统绘制的印章图样，图样本身不证明任何事项" in found
    assert f"独立签名文件（{named}）" in found
    assert "不含GB/T38540规定的安全电子签章" in found


def test_without_an_end_it_says_so():
    assert "自2026年11月24日起长期有效" in words(
        PdfRenderer().render(FACE._replace(valid_until=None))
    )


def test_the_qr_code_reads_as_the_address(pdf: bytes):
    found = zxingcpp.read_barcodes(bitmap(pdf))
    # Not mirrored either, which this reader takes and a phone may not.
    assert [(one.text, one.format.name, one.orientation) for one in found] == [(URL, "QRCode", 0)]


def test_the_qr_code_is_read_from_a_poor_copy(pdf: bytes):
    """100 dots an inch, a quarter turned, grey."""
    poor = pypdfium2.PdfDocument(pdf)[0].render(scale=100 / 72).to_pil().convert("L")
    poor = poor.rotate(90, expand=True).point(lambda level: 60 + level // 2)
    assert [one.text for one in zxingcpp.read_barcodes(poor)] == [URL]


# Its fonts


def fonts(pdf: bytes) -> Iterator[DictionaryObject]:
    for page in PdfReader(BytesIO(pdf)).pages:
        for one in page["/Resources"]["/Font"].values():  # type: ignore[index]
            yield one.get_object()


def test_every_font_is_in_the_file_as_a_subset(pdf: bytes):
    found = list(fonts(pdf))
    assert found
    for one in found:
        assert re.fullmatch(r"/[A-Z]{6}\+NotoSansSC-Regular", str(one["/BaseFont"]))
        embedded = one["/FontDescriptor"]["/FontFile2"].get_object()  # type: ignore[index]
        assert 1_000 < len(embedded.get_data()) < 100_000
    assert len(pdf) < 80_000


@pytest.mark.skipif(shutil.which("pdffonts") is None, reason="needs pdffonts of poppler-utils")
def test_poppler_says_the_same(pdf: bytes, tmp_path: Path):
    (tmp_path / "certificate.pdf").write_bytes(pdf)
    said = subprocess.run(
        ["pdffonts", "certificate.pdf"], cwd=tmp_path, capture_output=True, check=True, text=True
    ).stdout.splitlines()[2:]
    assert said
    for line in said:
        assert re.search(r"\+NotoSansSC-Regular +TrueType +\w+ +yes yes yes", line)


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="needs pdftotext of poppler-utils")
def test_poppler_reads_rare_characters_too(pdf: bytes, tmp_path: Path):
    (tmp_path / "certificate.pdf").write_bytes(pdf)
    command = ["pdftotext", "-layout", "certificate.pdf", "-"]
    said = subprocess.run(command, cwd=tmp_path, capture_output=True, check=True, text=True).stdout
    assert FACE.holder in said


def test_rare_characters_are_drawn_each_in_its_own_shape(pdf: bytes):
    page = pypdfium2.PdfDocument(pdf)[0]
    text = page.get_textpage()
    picture, height = bitmap(pdf), page.get_height()
    # PDFium counts UTF-16 units, and the third of these has two.
    at = text.get_text_range().encode("utf-16-le").index("䶮㛃𬭚".encode("utf-16-le")) // 2
    shapes = []
    for index in (at, at + 1, at + 2):
        left, bottom, right, top = text.get_charbox(index, loose=True)
        box = (left * 3, (height - top) * 3, right * 3, (height - bottom) * 3)
        shapes.append(picture.crop(tuple(map(int, box))).resize((40, 40)))
    for one in shapes:
        dark = sum(level < 128 for level in one.tobytes())
        assert dark > 150
    for one, other in combinations(shapes, 2):
        unlike = sum(abs(a - b) > 128 for a, b in zip(one.tobytes(), other.tobytes(), strict=True))
        assert unlike > 150


def every(encoding: str) -> str:
    codes = (bytes((high, low)) for high in range(0x81, 0xFF) for low in range(0x40, 0xFF))
    return "".join(code.decode(encoding, "ignore").removesuffix("\x7f") for code in codes)


def test_the_font_has_every_character_of_gbk_but_one():
    assert Fonts([BUNDLED]).missing(every("gbk")) == "≒"


def test_the_font_has_all_of_extension_a_and_what_names_need_beyond():
    """GB 18030-2022, level 1; 通用规范汉字表 (2013), those beyond the plane."""
    extension_a = "".join(map(chr, range(0x3400, 0x4DB6)))
    beyond = (
        "𠅤𠙶𠳐𡎚𡐓𣗋𣲗𣲘𣸣𤧛𤩽𤫉𥔲𥕢𥖨𥻗𦈡𦒍𦙶𦝼𦭜𦰡𧿹𨐈𨙸𨚕𨟠𨭉𨱇𨱏𨱑𨱔𨺙𩽾𩾃𩾌𪟝𪣻𪤗𪨰"
        "𪨶𪩘𪾢𫄧𫄨𫄷𫄸𫇭𫌀𫍣𫍯𫍲𫍽𫐄𫐐𫐓𫑡𫓧𫓯𫓶𫓹𫔍𫔎𫔶𫖮𫖯𫖳𫗧𫗴𫘜𫘝𫘦𫘧𫘨𫘪𫘬𫚕𫚖𫚭𫛭"
        "𫞩𫟅𫟦𫟹𫟼𫠆𫠊𫠜𫢸𫫇𫭟𫭢𫭼𫮃𫰛𫵷𫶇𫷷𫸩𬀩𬀪𬂩𬃊𬇕𬇙𬇹𬉼𬊈𬊤𬌗𬍛𬍡𬍤𬒈𬒔𬒗𬕂𬘓𬘘𬘡"
        "𬘩𬘫𬘬𬘭𬘯𬙂𬙊𬙋𬜬𬜯𬞟𬟁𬟽𬣙𬣞𬣡𬣳𬤇𬤊𬤝𬨂𬨎𬩽𬪩𬬩𬬭𬬮𬬱𬬸𬬹𬬻𬬿𬭁𬭊𬭎𬭚𬭛𬭤𬭩𬭬"
        "𬭯𬭳𬭶𬭸𬭼𬮱𬮿𬯀𬯎𬱖𬱟𬳵𬳶𬳽𬳿𬴂𬴃𬴊𬶋𬶍𬶏𬶐𬶟𬶠𬶨𬶭𬶮𬷕𬸘𬸚𬸣𬸦𬸪𬹼𬺈𬺓"
    )
    assert Fonts([BUNDLED]).missing(extension_a + beyond) == ""


@pytest.mark.parametrize(
    ("changed", "field", "characters"),
    [
        ({"holder": "李𠮷"}, "holder", "𠮷"),
        ({"title": "证\u202e照"}, "title", "\u202e"),
        ({"holder": "e\u0301"}, "holder", "\u0301"),
        ({"issuer": "局\U000e0101"}, "issuer", "\U000e0101"),
        ({"seal": "\ue000章"}, "seal", "\ue000"),
        ({"rows": (Row("姓名", "ئ"),)}, "姓名", "ئ"),
        ({"rows": (Row("姓\t名", "王"),)}, "姓\t名", "\t"),
        ({"conditions": ("一", "Łukasz ≒")}, "conditions", "Ł≒"),
    ],
    ids=str,
)
def test_what_would_be_a_box_is_refused(changed: dict[str, Any], field: str, characters: str):
    with pytest.raises(Unprintable) as refused:
        PdfRenderer().render(FACE._replace(**changed))
    assert (refused.value.field, refused.value.characters) == (field, characters)
    assert f"U+{ord(characters[0]):04X}" in str(refused.value)


def test_a_font_that_the_city_adds_supplies_what_is_missing():
    pdf = PdfRenderer([VERA]).render(FACE._replace(holder="Łukasz 王䶮"))
    assert "持证主体Łukasz王䶮" in words(pdf)
    names = {str(one["/BaseFont"])[8:] for one in fonts(pdf)}
    assert names == {"NotoSansSC-Regular", "BitstreamVeraSans-Roman"}


def test_what_is_there_to_be_unseen_is_refused_though_a_font_has_it():
    with pytest.raises(Unprintable, match=r"U\+00AD"):
        PdfRenderer([VERA]).render(FACE._replace(holder="湛\u00ad江"))


def test_a_file_that_is_no_font_is_said_so(tmp_path: Path):
    (tmp_path / "font.ttf").write_bytes(b"OTTO" + bytes(100))
    with pytest.raises(ValueError, match=r"font\.ttf is no TrueType font"):
        PdfRenderer([tmp_path / "font.ttf"]).render(FACE)
    with pytest.raises(FileNotFoundError, match=r"none\.ttf"):
        PdfRenderer([tmp_path / "none.ttf"]).render(FACE)


def test_a_second_file_of_one_font_is_refused_rather_than_passed_over(tmp_path: Path):
    copy = tmp_path / "copy.ttf"
    copy.write_bytes(BUNDLED.read_bytes())
    with pytest.raises(ValueError, match="keep one of them"):
        PdfRenderer([copy]).render(FACE)


# What it is called


def test_it_says_what_it_is_in_chinese(pdf: bytes):
    reader = PdfReader(BytesIO(pdf))
    root: Any = reader.root_object
    assert root["/Lang"] == "zh-CN"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"].value is True
    about = reader.metadata
    assert about is not None
    assert about.title == f"{FACE.title} {IDENTIFIER}"
    assert about.author == FACE.issuer
    assert about.creation_date_raw == "D:20261124000000+08'00'"
    assert tuple(map(round, reader.pages[0].mediabox[2:])) == (595, 842)


def test_the_same_face_gives_the_same_file_whatever_came_before(pdf: bytes):
    renderer = PdfRenderer()
    renderer.render(LONG)
    assert [renderer.render(FACE), PdfRenderer().render(FACE)] == [pdf, pdf]


def test_another_process_makes_the_same_file(pdf: bytes):
    code = (
        "from hashlib import sha256; from tests.adapters.pdf.test_certificate import *; "
        "print(sha256(PdfRenderer().render(FACE)).hexdigest())"
    )
    environment = {"PYTHONHASHSEED": "7", "TZ": "America/Lima", "PATH": ""}
    root = Path(__file__).parents[3]
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=root, env=environment, capture_output=True, check=True
    )
    assert done.stdout.decode().strip() == sha256(pdf).hexdigest()


def test_eight_at_once_do_not_mix(pdf: bytes):
    renderer = PdfRenderer()
    faces = [FACE._replace(holder=f"张三丰第{n}") for n in range(7)]
    made = at_once([partial(renderer.render, face) for face in (*faces, FACE)])
    assert made[-1] == pdf
    for face, one in zip(faces, made, strict=False):
        assert face.holder in words(one)


# What does not fit


def test_what_does_not_fit_on_a_page_goes_on_on_the_next():
    pdf = PdfRenderer().render(LONG)
    found, pages = words(pdf), PdfReader(BytesIO(pdf)).pages
    assert len(pages) > 2
    for condition in LONG.conditions:
        assert condition in re.sub(
            rf"第\d+页，共\d+页(证照标识{re.escape(IDENTIFIER)})?", "", found
        )
    assert [zxingcpp.read_barcodes(bitmap(pdf, n, 2)) != [] for n in range(len(pages))] == [
        *([False] * (len(pages) - 1)),
        True,
    ]


@pytest.mark.parametrize("lines", range(60))
def test_the_seal_stands_on_a_page_with_text_and_not_upon_it(lines: int):
    face = FACE._replace(conditions=(), rows=tuple(Row("第", f"{n}行") for n in range(lines)))
    made = layout.pages(face, lambda text, size: len(text) * size)
    assert [one.texts for one in made[-1] if one.texts][-1][0].text == "有效期"
    assert made[-1][-1].y >= layout.FOOT
    assert min(one.y for page in made for one in page) >= layout.BOTTOM
    # Nothing is lost on the way, and nothing comes twice.
    texts = [text.text for page in made for _, texts in page for text in texts]
    assert [text for text in texts if text.endswith("行")] == [f"{n}行" for n in range(lines)]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"issuer": "局" * 60}, "issuer"),
        ({"title": "证" * 100}, "title"),
        ({"conditions": ("长" * 1_000,) * 40}, "rows"),
        ({"verification_url": "https://a.example/" + "x" * 300}, "verification_url"),
        ({"verification_url": "https://a.example/" + "x" * 9_000}, "verification_url"),
    ],
    ids=["issuer", "title", "conditions", "address", "no QR code"],
)
def test_what_fits_nowhere_is_refused(changed: dict[str, Any], field: str):
    with pytest.raises(TooLong) as refused:
        PdfRenderer().render(FACE._replace(**changed))
    assert refused.value.field == field


@pytest.mark.parametrize(
    "url",
    [
        "",
        "verify/7K3Q",
        "javascript:alert(1)",
        "https://政务.example/7K3Q",
        "https://a.example/7K 3Q",
        "https://a.example/44080319900101123X",
        "https://a.example/?id=440803199001011239&x=1",
    ],
)
def test_an_address_that_is_none_or_tells_an_id_number_is_refused(url: str):
    with pytest.raises(Unsafe):
        PdfRenderer().render(FACE._replace(verification_url=url))


@pytest.mark.parametrize("issuer", ["局", "湛江市卫生健康局", "广东省湛江市" * 6])
def test_names_of_any_usual_length_go_round_the_seal(issuer: str):
    assert issuer in words(PdfRenderer().render(FACE._replace(issuer=issuer)))


def test_a_line_break_in_a_value_is_kept():
    face = FACE._replace(rows=(Row("地址", "一号院\r\n二号院\n\n三号院"),))
    text = PdfReader(BytesIO(PdfRenderer().render(face))).pages[0].extract_text()
    assert re.search(r"一号院\n\s*二号院\n\s*三号院", text)


def test_an_empty_face_is_still_a_page():
    assert (
        len(PdfReader(BytesIO(PdfRenderer().render(FACE._replace(holder="", rows=())))).pages) == 1
    )


def test_a_start_loads_no_drawing_library():
    code = (
        "import sys; import chalicelib.adapters.pdf.certificate as pdf; pdf.PdfRenderer(); "
        "print(*sorted({'reportlab', 'PIL', 'segno'} & set(sys.modules)))"
    )
    root = Path(__file__).parents[3]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, check=True)
    assert done.stdout.strip() == b""


def test_refusals_are_of_one_kind():
    assert {Unprintable, TooLong, Unsafe} == set(RenderingError.__subclasses__())
