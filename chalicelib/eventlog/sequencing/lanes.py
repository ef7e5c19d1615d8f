"""
Lanes (分道): where one ordered log is too slow, several are kept and merged, segment by segment.

The log's head says how far each lane has been merged; a merge moves it and appends the segments to
the log's index in one transaction. Who does it does not matter, and twice is once.
"""

from collections.abc import Iterator

from .ports import ATTEMPTS, Heads, Merge, Segment, Sequencer

# A DynamoDB transaction takes 100 items: the log's head, and for each segment its place in the log
# and the note of it in its lane.
AT_ONCE = 49


def merge(its: Sequencer) -> int:
    """
    Append to the log what the lanes have; returns the log's last position. If others are always
    faster, then theirs is done at least. Raises Unavailable.
    """
    lost = 0
    while True:
        heads = its.ledger.heads()
        segments = list(_next(its, heads))
        if not segments or lost == ATTEMPTS:
            return heads.log
        if its.ledger.merge(Merge(heads, segments, its.new_id())):
            its.announce(heads.log + sum(one.last - one.first + 1 for one in segments))
            lost = 0
        else:
            lost += 1
            its.wait(lost)


def unmerged(heads: Heads) -> int:
    """How many events of the lanes are not in the log yet."""
    return sum(head - heads.merged.get(lane, 0) for lane, head in heads.lanes.items())


def _next(its: Sequencer, heads: Heads) -> Iterator[Segment]:
    """What comes next in the log, an even share of each lane that has something."""
    behind = [
        lane for lane, head in sorted(heads.lanes.items()) if head > heads.merged.get(lane, 0)
    ][:AT_ONCE]
    position = heads.log
    for lane in behind:
        share = AT_ONCE // len(behind)
        for segment in its.ledger.index(lane, heads.merged.get(lane, 0), share):
            yield segment._replace(merged=position + 1)
            position += segment.last - segment.first + 1
