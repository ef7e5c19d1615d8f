"""
A seeded simulation of all that happens around the sequencer at once.

Invocations, merges, sweeps, writers, tampering and a reader take turns at every call that the
sequencer makes to the outside, and at every call it can die or be told that the call failed, before
it took effect and after. All of it is drawn from one seed.
"""

from contextlib import suppress
from datetime import timedelta
from hashlib import sha256
from random import Random

from chalicelib.adapters.s3.segment_log import SegmentLog
from chalicelib.eventlog.ports import CommandId, Commit, History, Unavailable
from chalicelib.eventlog.sequencing.lanes import merge
from chalicelib.eventlog.sequencing.plan import Arrival, Trouble
from chalicelib.eventlog.sequencing.ports import LOG, Sequencer
from chalicelib.eventlog.sequencing.retries import heal, resequence, retry
from chalicelib.eventlog.sequencing.sequencer import Unfinished, sequence
from chalicelib.eventlog.sequencing.sweep import sweep

from .memory import START, MemoryLedger, MemorySegments, MemoryStreams

STREAMS = [f"case-{n}" for n in range(7)]
AT_ONCE = timedelta(0)


class Crash(BaseException):
    """The process is gone."""


class Around:
    """A port, with `world.around` around each of its calls."""

    def __init__(self, port, world):
        self._port = port
        self._world = world

    def __getattr__(self, name):
        method = getattr(self._port, name)
        return lambda *args, **named: self._world.around(lambda: method(*args, **named))


class World:
    def __init__(self, seed, *, faults=0.04, others=0.08):
        self.random = Random(seed)  # noqa: S311 - a history must be the same again
        self.faults, self.others = faults, others
        self.time, self.depth, self.crashes, self.names = START, 0, 0, 0
        self.ledger, self.table = MemoryLedger(), MemoryStreams()
        self.objects = MemorySegments(lambda: self.time)
        self.log = SegmentLog(self.ledger, self.objects, threads=1)
        self.truth: dict[str, History] = {}
        self.pending, self.delivered = [], []
        self.poisoned: set[str] = set()
        self.tampered = False
        self.waiting = {}
        self.lanes = self.random.choice([1, 1, 2, 3])
        self.seen: list[Commit] = []
        self.told = 0

    # What the sequencer sees.

    def sequencer(self):
        return Sequencer(
            Around(self.ledger, self),
            Around(self.objects, self),
            Around(self.table, self),
            lanes=self.lanes,
            notify=self.notify,
            now=lambda: self.time,
            pause=lambda _seconds: None,
            new_id=self.new_id,
        )

    def new_id(self):
        # Not in the order of attempts: as random as real ones, or keys would sort by age.
        self.names += 1
        return sha256(f"{self.names}".encode()).hexdigest()[:12]

    def notify(self, position):
        assert position <= self.ledger.head(LOG).position
        if self.random.random() < self.faults:
            raise Unavailable("the topic")
        self.told = position

    def around(self, call):
        self.interrupt()
        result = call()
        self.check_ledger()
        self.interrupt()
        return result

    def interrupt(self):
        if self.random.random() < self.others and self.depth < 3:
            self.act()
        fault = self.random.random()
        if fault < self.faults / 2:
            self.crashes += 1
            raise Crash
        if fault < self.faults:
            raise Unavailable("time-out")

    # What happens.

    def act(self):
        self.depth += 1
        kinds = [self.write, self.deliver, self.deliver, self.read, self.upkeep]
        with suppress(Crash, Unavailable, Unfinished):
            self.random.choice(kinds)()
        self.depth -= 1

    def write(self):
        for _ in range(self.random.randint(1, 6)):
            stream = self.random.choice(STREAMS)
            history = self.truth.get(stream) or History(stream)
            length = self.random.randint(1, 3)
            command = CommandId(f"{stream}-{history.version}", b"")
            commit = history.following(command, length, b"x" * self.random.randint(0, 900))
            self.truth[stream] = History(stream, (*history.commits, commit))
            self.table.commits.setdefault(stream, []).append(commit)
            self.names += 1
            self.pending.append(Arrival(f"{self.names}", stream, commit.version, commit))
        self.time += timedelta(minutes=self.random.randint(0, 90))

    def deliver(self):
        """Some of what was not taken yet, and some of what was; what is not taken comes again."""
        batch = self.random.sample(self.pending, min(len(self.pending), self.random.randint(1, 8)))
        batch += self.random.sample(self.delivered, min(len(self.delivered), 2))
        batch += batch[: self.random.randint(0, 2)]
        self.random.shuffle(batch)
        self.take(batch)

    def take(self, batch):
        try:
            sequence(self.sequencer(), batch)
            done = batch
        except Unfinished as error:
            done = batch[: [one.record for one in batch].index(error.record)]
        for one in done:
            if one in self.pending:
                self.pending.remove(one)
                self.delivered.append(one)

    def read(self):
        log = self.log
        after = self.seen[-1].last_position if self.seen else 0
        new = log.read(after, self.random.randint(1, 9))
        assert not new or new[0].position == after + 1
        self.seen += new
        if self.seen:
            start = self.random.randrange(len(self.seen))
            some = self.seen[start : start + 5]
            assert log.read((some[0].position or 0) - 1, len(some)) == some

    def upkeep(self):
        match self.random.choice(["lanes", "merge", "heal", "sweep", "sweep", "read", "retry"]):
            case "lanes":
                self.lanes = self.random.randint(1, 4)
            case "merge":
                merge(self.sequencer())
            case "heal":
                heal(self.sequencer())
            case "sweep":
                sweep(self.sequencer(), age=AT_ONCE, whole=self.random.random() < 0.3)
            case "read":
                resequence(self.sequencer(), self.random.sample(STREAMS, 3))
            case _:
                retry(self.sequencer(), self.random.choice(sorted(self.parked()) or STREAMS))

    # Somebody tampers.

    def tamper(self):
        stream = self.random.choice([one for one in STREAMS if self.truth.get(one)])
        commits = self.table.commits[stream]
        if stream in self.poisoned or not commits:
            return
        self.tampered = True
        number = self.random.randrange(len(commits))
        commit = commits[number]
        alarm = Trouble(commit.version, "altered", "its item got a MODIFY")
        match self.random.choice(["remove", "modify", "garble", "record"]):
            case "remove":
                commits.pop(number)
            case "modify":
                commits[number] = commit._replace(body=b"forged")
            case "garble":
                commits[number] = commit._replace(hash=b"")  # cannot be read any more
            case _:  # a record that cannot be read, and a table that is as it was
                alarm = Trouble(commit.version, "unreadable", "no body")
        if commits != list(self.truth[stream].commits):
            self.poisoned.add(stream)
        self.pending.append(Arrival(f"alarm-{stream}", stream, commit.version, alarm))

    def repair(self):
        for stream in self.poisoned:
            self.table.commits[stream] = list(self.truth[stream].commits)
        self.poisoned = set()

    # What must be true.

    def check_ledger(self):
        """After every call: what waits is listed, and stands still."""
        if not self.tampered:
            assert not self.ledger.notes
            return
        known = self.ledger.known
        assert all(known[stream].version == version for stream, version in self.waiting.items())
        self.waiting = {one.stream: one.version for one in known.values() if one.waits}
        assert self.waiting.keys() <= {one.stream for one in self.ledger.notes.values()}

    def calm(self):
        self.faults = self.others = 0

    def drain(self):
        while self.pending:
            before = len(self.pending)
            self.take(list(self.pending))
            assert len(self.pending) < before

    def in_log(self):
        """Everything that is in the log, in order; and that a reader saw the same all along."""
        log, found = self.log, list[Commit]()
        while page := log.read(found[-1].last_position if found else 0, 4):
            found += page
        assert found[: len(self.seen)] == self.seen
        position = 0
        for commit in found:
            assert commit.position == position + 1
            position = commit.last_position
        assert position == log.head()
        return found

    def check_streams(self, streams):
        """Each has all its commits in the log, once, in order."""
        of: dict[str, list[Commit]] = {stream: [] for stream in STREAMS}
        for commit in self.in_log():
            of[commit.stream].append(commit._replace(position=None))
        for stream in STREAMS:
            whole = list(self.truth[stream].commits) if stream in self.truth else []
            assert of[stream] == (whole if stream in streams else whole[: len(of[stream])]), stream

    def check_places(self):
        log = self.log
        for commit in self.in_log():
            for offset in range(commit.length):
                place = log.place(commit.stream, commit.version + offset)
                assert place == commit.position + offset

    def check_objects(self):
        """After a sweep, what is referred to is there, and nothing else."""
        sweep(self.sequencer(), age=AT_ONCE, whole=True)
        known = {one.key for some in self.ledger.segments.values() for one in some}
        heads = {lane: head.position for lane, head in self.ledger.ends.items()}
        # At the very end of a lane, an orphan could still be referred to.
        kept = {key for key in self.objects.objects if key not in known}
        assert known <= set(self.objects.objects)
        assert all(int(key[8:23]) == heads.get(int(key[4:7]), 0) + 1 for key in kept), kept

    def check_parked(self):
        """Whatever was changed waits, and whatever is listed."""
        assert self.poisoned <= self.parked()
        assert self.parked() == {one.stream for one in self.ledger.known.values() if one.waits}

    def parked(self):
        return {one.stream for one in self.ledger.notes.values()}
