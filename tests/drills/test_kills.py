"""Either process is killed under load, again and again: nothing acknowledged is lost."""

import os
import random
import signal
import time
from pathlib import Path

from benchmarks.http import submission
from chalicelib import bootstrap
from tests.counts import large, often
from tests.system.examples import published
from tests.system.running import Running, token
from tests.system.test_kill_9 import Load, clients, everything_is_there

from .city import files
from .page import back_up, restore, verify

KILLS = often(60)
SEED = 20_261_201


@large
def test_after_kills_of_either_process_all_is_there_and_a_backup_has_it(tmp_path: Path):
    data, backup = tmp_path / "var", tmp_path / "backup"
    chance = random.Random(SEED)  # noqa: S311 - a test's own dice
    service = Running(published(data))
    load = Load(token(data, "citizen"), token(data, "clerk"))
    load.url, load.body = service.url, {**submission(), "insist": True}
    killed = []
    with clients(load):
        for number in range(KILLS):
            time.sleep(chance.uniform(0.2, 1.0))
            # Each at least once, however few there are.
            whole = number == 0 or (number > 1 and chance.random() < 0.5)
            killed.append(whole)
            if whole:
                service.kill()
                service = Running(data)
                load.url = service.url
            else:
                os.kill(service.consumers(), signal.SIGKILL)
        time.sleep(0.5)
    assert service.stop() == 0
    assert set(killed) == {True, False} or KILLS < 2
    assert load.wrong == []
    assert load.done
    assert not [one for one in files(data) if one.endswith(("-wal", "-shm"))]
    everything_is_there(data, load.done)
    back_up(backup, data)
    restored = tmp_path / "restored"
    restore(backup, restored)
    verify(restored)
    platform = bootstrap.embedded(restored)
    for one in load.done:
        assert platform.store.load(f"case-{one.case_id}").version >= one.version
