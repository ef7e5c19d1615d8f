"""
三员分立 over time: an account that acted in one of the three administrative duties is refused in
the other two, whatever its token says by then.

Recorded at first use and not when somebody is appointed: appointments are the identity provider's
and are not told here. Only the three roles come by here, and a process asks the store once for each
account, so that what citizens and desks do costs nothing more.
"""

from ..eventlog.envelope import Circumstances
from ..eventlog.ports import CommandId
from ..eventlog.transact import Decider, Request, transact
from ..kernel.actor import Actor, Channel, Role
from . import duty
from .platform import Platform, fingerprint

# Accounts whose duty a process remembers; there are a handful.
KNOWN = 10_000


def check(platform: Platform, actor: Actor) -> None:
    """Raises duty.NotSeparated, StoreError. A duty that was taken up is kept for good."""
    known = platform.duties
    if actor.role not in duty.DUTIES or known.get(actor.account) is actor.role:
        return
    taken_up = take_up(platform, actor)
    if len(known) >= KNOWN:
        known.clear()
    known[actor.account] = taken_up


def take_up(platform: Platform, actor: Actor) -> Role:
    """The duty of the account, which it has from now on. Raises duty.NotSeparated, StoreError."""
    now = platform.now()
    command = duty.TakeUpDuty.model_validate(
        {"at": now, "by": actor, "channel": Channel.INTERNAL, "duty": actor.role}
    )
    request_id = f"{actor.account}:{actor.role}"
    outcome = transact(
        platform.store,
        Decider(platform.codec, duty.initial, duty.evolve),
        f"{duty.CATEGORY}-{actor.account}",
        Request(
            CommandId(request_id, fingerprint("TakeUpDuty", {})),
            Circumstances(now, actor, Channel.INTERNAL),
            now,
            request_id,
        ),
        lambda state: duty.decide(command, state),
    )
    return outcome.state or actor.role
