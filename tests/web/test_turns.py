"""So many requests at a time, and everybody has a turn."""

import threading
import time

import pytest

from chalicelib.web import turns as turns_module
from chalicelib.web.errors import Behind
from chalicelib.web.turns import Turns, Waiting, lending_a_turn, without_a_turn


class Office:
    """Requests that hold a turn until they are told to go; `served` are whose, in order."""

    def __init__(self, turns: Turns) -> None:
        self._turns = turns
        self._threads: list[threading.Thread] = []
        self.served: list[str] = []
        self._leave: dict[str, threading.Semaphore] = {}

    def comes(self, who: str) -> None:
        """One of `who` asks; it holds a turn, or is known to wait, when this returns."""
        self._leave.setdefault(who, threading.Semaphore(0))
        thread = threading.Thread(target=self._request, args=(who,))
        self._threads.append(thread)
        before = self.known()
        thread.start()
        self.until(lambda: self.known() > before)

    def goes(self, who: str) -> None:
        """One of `who` that holds a turn gives it back."""
        self._leave[who].release()

    def known(self) -> int:
        waiting = sum(map(len, self._turns._queues.values()))
        return len(self.served) + waiting

    def until(self, condition) -> None:
        end = time.monotonic() + 10
        while not condition() and time.monotonic() < end:
            time.sleep(0.001)
        assert condition()

    def _request(self, who: str) -> None:
        with self._turns.one(who):
            self.served.append(who)
            self._leave[who].acquire()

    def close(self) -> None:
        for who in self._leave:
            for _ in range(100):
                self._leave[who].release()
        for thread in self._threads:
            thread.join(10)
            assert not thread.is_alive()


@pytest.fixture
def office():
    opened = Office(Turns(4, 3))
    yield opened
    opened.close()


def test_who_asks_most_leaves_a_turn_to_others(office):
    for _ in range(10):
        office.comes("a")
    assert office.served == ["a"] * 3
    office.comes("b")
    assert office.served == ["a"] * 3 + ["b"]


def test_a_turn_goes_to_who_has_the_fewest(office):
    for _ in range(10):
        office.comes("a")
    for who in ("b", "c", "d"):
        office.comes(who)
    assert office.served == ["a", "a", "a", "b"]
    office.goes("a")
    office.until(lambda: len(office.served) == 5)
    office.goes("a")
    office.until(lambda: len(office.served) == 6)
    assert office.served[4:] == ["c", "d"]


def test_who_asks_beside_others_has_fewer_and_who_is_alone_again_has_all(monkeypatch):
    monkeypatch.setattr(turns_module, "TOGETHER", 0.3)
    office = Office(Turns(4, 3, 1))
    office.comes("a")
    office.comes("b")
    office.comes("a")
    assert office.served == ["a", "b"]  # though two turns are free
    time.sleep(0.4)
    office.goes("b")
    office.until(lambda: office.served == ["a", "b", "a"])
    office.comes("b")
    office.close()
    assert office._turns._free == 4


def test_of_one_who_the_first_comes_first():
    turns, order = Turns(1, 1), []
    turns.take("a")

    def request(number):
        with turns.one("a"):
            order.append(number)

    threads = [threading.Thread(target=request, args=(number,)) for number in range(5)]
    for number, thread in enumerate(threads, start=1):
        thread.start()
        while sum(map(len, turns._queues.values())) < number:
            time.sleep(0.001)
    turns.give("a")
    for thread in threads:
        thread.join(10)
    assert order == list(range(5))


def test_no_turn_is_lost_whatever_the_order():
    turns, most = Turns(5, 2), []
    at_work = 0
    lock = threading.Lock()

    def requests(who):
        nonlocal at_work
        for _ in range(200):
            with turns.one(who):
                with lock:
                    at_work += 1
                    most.append(at_work)
                with lock:
                    at_work -= 1

    threads = [threading.Thread(target=requests, args=(who,)) for who in "aaaabbbccd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
        assert not thread.is_alive()
    assert max(most) <= 5
    assert (turns._free, dict(turns._held), turns._queues) == (5, {}, {})


def test_who_waits_for_something_leaves_the_turn_to_others():
    turns = Turns(1, 1)
    with turns.one("a"):
        with without_a_turn(), turns.one("b"):
            assert dict(turns._held) == {"b": 1}
        assert dict(turns._held) == {"a": 1}
    assert turns._free == 1


def test_who_has_a_lock_that_those_with_turns_wait_for_goes_on_after_a_short_wait():
    turns, lock = Turns(1, 1), threading.Lock()
    lent, taken = threading.Event(), threading.Event()

    def commits() -> None:
        with turns.one("first"), lock, lending_a_turn():
            lent.set()
            assert taken.wait(10)

    def wants_the_lock() -> None:
        with turns.one("second"):
            taken.set()
            with lock:
                pass

    threads = [threading.Thread(target=commits)]
    threads[0].start()
    assert lent.wait(10)
    threads.append(threading.Thread(target=wants_the_lock))
    threads[1].start()
    for thread in threads:
        thread.join(10)
        assert not thread.is_alive()
    assert turns._free == 1


def test_a_turn_too_many_is_made_up_for_before_anybody_gets_one():
    turns = Turns(1, 1)
    turns.take("a")
    turns.take_at_once("b")
    waits = threading.Thread(target=turns.take, args=("c",))
    waits.start()
    while not turns._queues:
        time.sleep(0.001)
    turns.give("a")
    assert dict(turns._held) == {"b": 1}
    turns.give("b")
    waits.join(10)
    assert (turns._free, dict(turns._held)) == (0, {"c": 1})


def test_where_there_are_no_turns_nothing_is_given_back():
    with without_a_turn():
        pass


def test_only_so_many_wait_and_of_one_account_fewer():
    waiting = Waiting(most=3, each=2)
    with waiting.room("a"), waiting.room("a"):
        with pytest.raises(Behind):
            waiting.room("a")
        with waiting.room("b"), pytest.raises(Behind):
            waiting.room("c")
    with waiting.room("a"), waiting.room("b"), waiting.room("c"):
        pass
