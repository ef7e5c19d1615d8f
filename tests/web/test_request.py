"""A request that waits for something holds up no other one."""

import threading
from typing import Any

import pytest
from chalice.app import Request

from chalicelib.kernel.actor import Actor, Role
from chalicelib.serving.gateway import Call, Match, event
from chalicelib.web.auth.verifier import SignedIn
from chalicelib.web.request import ApiRequest, Web

from ..city import City

STAFF = Actor(account="auditor", role=Role.AUDITOR, division="000000")


class SlowFor:
    """A verifier whose provider of keys does not answer for one of the tokens."""

    def __init__(self, token: str) -> None:
        self._token = token
        self.asked, self.answered = threading.Event(), threading.Event()

    def signed_in(self, authorization: str | None, _role: str | None) -> SignedIn:
        if authorization == self._token:
            self.asked.set()
            assert self.answered.wait(10)
        return SignedIn(STAFF)


def never(*_: object) -> Any:
    pytest.fail("it was refused")


def a_request(city: City, verifier: Any, token: str) -> ApiRequest:
    headers = {"authorization": token}
    call = Call("GET", "/cases", "", headers, "127.0.0.1", "request")
    raw = Request(event(call, Match("/cases", {}), "GET", b""))
    return ApiRequest(Web(lambda: city.platform, lambda: verifier, never), raw)


def test_who_waits_for_their_provider_holds_up_nobody_else(city: City) -> None:
    verifier = SlowFor("slow")
    waits = a_request(city, verifier, "slow")
    thread = threading.Thread(target=lambda: waits.signed_in)
    thread.start()
    assert verifier.asked.wait(10)
    try:
        other = a_request(city, verifier, "quick")
        quick = threading.Thread(target=lambda: other.signed_in)
        quick.start()
        quick.join(5)
        assert not quick.is_alive()
    finally:
        verifier.answered.set()
        thread.join()


def test_who_it_is_is_looked_at_once_for_each_request(city: City) -> None:
    asked = []

    class Counted:
        @staticmethod
        def signed_in(authorization: str | None, _role: str | None) -> SignedIn:
            asked.append(authorization)
            return SignedIn(STAFF)

    request = a_request(city, Counted(), "one")
    assert request.actor == request.signed_in.actor == STAFF
    assert asked == ["one"]
