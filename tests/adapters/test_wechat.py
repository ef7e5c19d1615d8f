"""WeChat's sign-in against a server that answers as WeChat does."""

import logging
import runpy
import socket
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from chalicelib.adapters.wechat import OURS, REFUSALS, HttpWechat
from chalicelib.kernel.keyed import Keyring
from chalicelib.platform.wechat import (
    BadCode,
    Blocked,
    NotSetUp,
    NoWechat,
    WechatError,
    WechatLimited,
    WechatUnavailable,
    WechatUser,
    openid_digest,
)

from .wechat_double import wechat

GOOD = {"openid": "oAbC-1", "session_key": "c2Vzc2lvbi1rZXk=", "unionid": "u-1"}
SECRET = "wechat-app-secret"
STUB = Path(__file__).resolve().parents[2] / "examples" / "wechat" / "stub.py"


def asking(url: str, read_seconds: float = 2.0) -> HttpWechat:
    return HttpWechat("wx-app", lambda: SECRET, url, pause=0.001, read_seconds=read_seconds)


def test_a_good_code_tells_the_user_and_what_was_asked_is_what_wechat_documents() -> None:
    with wechat(GOOD) as double:
        assert asking(double.url).user("code 1&x") == WechatUser("oAbC-1", "u-1")
    assert double.asked == [
        {
            "path": "/sns/jscode2session",
            "appid": "wx-app",
            "secret": SECRET,
            "js_code": "code 1&x",
            "grant_type": "authorization_code",
        }
    ]


def test_errcode_0_is_a_good_answer_too() -> None:
    with wechat({**GOOD, "errcode": 0, "errmsg": "ok"}) as double:
        assert asking(double.url).user("c").openid == "oAbC-1"


@pytest.mark.parametrize(
    ("errcode", "kind"),
    [
        (40029, BadCode),
        (40163, BadCode),
        (41008, BadCode),
        (45011, WechatLimited),
        (40226, Blocked),
        (40013, WechatUnavailable),
        (40125, WechatUnavailable),
        (40002, WechatUnavailable),
        (41002, WechatUnavailable),
        (41004, WechatUnavailable),
        (99999, WechatUnavailable),
        ("40029", WechatUnavailable),
        (True, WechatUnavailable),
        (None, WechatUnavailable),
    ],
)
def test_each_error_code_is_what_it_means_and_is_asked_once(
    errcode: Any, kind: type[WechatError]
) -> None:
    with wechat({"errcode": errcode, "errmsg": f"invalid, rid: {SECRET}"}) as double:
        with pytest.raises(WechatError) as caught:
            asking(double.url).user("the-code")
        assert type(caught.value) is kind
        assert len(double.asked) == 1
    assert SECRET not in str(caught.value)


def test_every_code_of_the_tables_was_tried_above() -> None:
    assert {*REFUSALS, *OURS} == {
        40029, 40163, 41008, 45011, 40226, 40002, 40013, 40125, 41002, 41004
    }  # fmt: skip


def test_what_is_ours_to_mend_is_logged_by_its_number_alone(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with (
        caplog.at_level(logging.DEBUG),
        wechat({"errcode": 40125, "errmsg": f"invalid appsecret {SECRET}"}) as double,
        pytest.raises(WechatUnavailable),
    ):
        asking(double.url).user("the-code")
    assert "40125" in caplog.text
    assert SECRET not in caplog.text
    assert "the-code" not in caplog.text


def test_when_it_is_busy_it_is_asked_again_and_then_no_more() -> None:
    busy = {"errcode": -1, "errmsg": "system error"}
    with wechat(busy, busy, GOOD) as double:
        assert asking(double.url).user("c").openid == "oAbC-1"
        assert len(double.asked) == 3
    with wechat(busy) as double:
        with pytest.raises(WechatUnavailable, match="busy"):
            asking(double.url).user("c")
        assert len(double.asked) == 3


@pytest.mark.parametrize(
    "reply",
    [
        b"<html>gateway</html>",
        b"",
        b"\xff\xfe",
        b"[1]",
        b"null",
        b"[" * 60_000,
        b'{"openid": "o", "session_key": "s", "pad": "' + b"x" * 70_000 + b'"}',
        (502, {"openid": "o", "session_key": "s"}),
        (302, b""),
        {},
        {"openid": "", "session_key": "s"},
        {"openid": 1, "session_key": "s"},
        {"openid": "o"},
        {"session_key": "s"},
        None,
    ],
)
def test_garbage_tells_nobody_and_is_not_sent_again(reply: Any) -> None:
    with wechat(reply) as double:
        with pytest.raises(WechatUnavailable):
            asking(double.url).user("c")
        assert len(double.asked) == 1  # the code may be used up


def test_a_reply_that_does_not_come_is_not_waited_for_and_not_asked_for_again() -> None:
    with wechat(0.5) as double:
        with pytest.raises(WechatUnavailable, match="did not answer") as caught:
            asking(double.url, read_seconds=0.1).user("the-code")
        assert len(double.asked) == 1
    assert SECRET not in repr(caught.value)
    assert caught.value.__cause__ is None


def test_a_server_that_is_not_there_is_tried_again_and_told() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(WechatUnavailable, match="no connection"):
        asking(f"http://127.0.0.1:{port}").user("c")


def test_the_session_key_and_the_openid_are_in_no_repr_and_no_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.DEBUG), wechat(GOOD) as double:
        client = asking(double.url)
        user = client.user("c")
    for secret in (GOOD["session_key"], GOOD["openid"]):
        assert secret not in caplog.text + repr(user) + repr(client) + repr(vars(client))


def test_a_secret_that_cannot_be_read_is_told_and_nothing_is_asked() -> None:
    def missing() -> str:
        raise OSError("no such file")

    with wechat(GOOD) as double:
        with pytest.raises(WechatUnavailable, match="secret"):
            HttpWechat("wx-app", missing, double.url).user("c")
        assert double.asked == []


def test_an_openid_is_kept_as_a_keyed_digest() -> None:
    user = WechatUser("oAbC-1")
    one, other = (openid_digest(Keyring(key * 32), user) for key in (b"a", b"b"))
    assert len(one) == 26
    assert one != other


def test_without_a_setting_there_is_no_wechat() -> None:
    with pytest.raises(NotSetUp):
        NoWechat().user("c")


def test_the_stub_of_the_examples_signs_in_as_wechat_does() -> None:
    stub = runpy.run_path(str(STUB))["Stub"](0)
    thread = Thread(target=stub.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    asked = asking(f"http://127.0.0.1:{stub.server_port}")
    try:
        assert asked.user("zhang:1") == asked.user("zhang:2") != asked.user("li:1")
        kinds = {"zhang:1": BadCode, "made up": BadCode, "limited": WechatLimited}
        for code, kind in {**kinds, "blocked": Blocked, "busy": WechatUnavailable}.items():
            with pytest.raises(kind):
                asked.user(code)
    finally:
        stub.shutdown()
        stub.server_close()
        thread.join()
