"""A twentieth of each attack: nobody at work fails, and what is refused is refused."""

import pytest

from benchmarks.hostile.attacks import ATTACKS, Outcome
from benchmarks.hostile.honest import Sample
from benchmarks.hostile.run import _findings, run


@pytest.fixture(scope="module")
def figures():
    return run(scale=0.05, document=1 << 20)


def test_nobody_at_work_is_refused_or_cut_off(figures):
    assert figures["honest_failures"] == 0
    assert figures["health_max_ms"] < 5000  # 1,000 where nothing else runs: `benchmarks hostile`


def test_every_attack_is_made_and_counted(figures):
    for name in ATTACKS:
        assert sum(figures[f"{name}_{what}"] for what in ("served", "refused", "cut", "held")) > 0


def test_forged_tokens_let_nobody_in(figures):
    assert figures["tokens_served"] == 0
    assert figures["tokens_refused"] > 0


def test_a_slow_reply_and_a_failure_are_found():
    """Of what is sampled: ten replies in 10 ms before, one that took a second, one failure."""
    work = [Sample(number / 10, 0.01, failed=False) for number in range(10)]
    work += [Sample(2.0, 1.0, failed=False), Sample(4.5, 0.01, failed=True)]
    found = _findings(
        work, [Sample(2.0, 0.3, failed=False)], 1.5, 4.0, Outcome({200: 2}, 1, 0), 50.0
    )
    assert (found.failures, found.health_max_ms) == (1, 300)
    assert (round(found.p99_ms), round(found.before_p99_ms)) == (1000, 10)
    assert round(found.over, 1) == 4.0
    assert round(found.recovered_s, 2) == 0.51
    assert (found.served, found.refused, found.cut) == (2, 0, 1)
