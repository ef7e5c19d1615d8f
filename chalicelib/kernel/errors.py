"""
Why a command was refused. Nothing was recorded; the reason says what to do instead. It is given as
a code, which is stable from release to release, a template and values:

    raise OutOfOrder("accepted-already", "it was accepted on {on}", on=day)

* Rejected
  x NotFound        the stream has no events
  x NotAllowed      this actor may not do this
  x Closed          the case takes no further commands of this kind
  x OutOfOrder      not at this point of the procedure
  x Contradiction   it was already done, otherwise
  x Unlawful        an article of law forbids it
  x Invalid         a value does not fit

And what is wrong with a stream, not with a command:

* Impossible          a stored event cannot follow the state before it
"""

from .reasons import Refusal


class Rejected(Refusal):
    """A command that the rules of the domain do not allow."""


class NotFound(Rejected):
    """The stream has no events."""


class NotAllowed(Rejected):
    """The actor may not do this."""


class Closed(Rejected):
    """The case takes no further commands of this kind."""


class OutOfOrder(Rejected):
    """The command does not belong at this point of the procedure."""


class Contradiction(Rejected):
    """The fact is already recorded, and differently."""


class Unlawful(Rejected):
    """A rule of law forbids it; the message cites the article."""


class Invalid(Rejected):
    """A value in the command does not fit the item, the form or the calendar."""


class Impossible(ValueError):
    """What every `evolve` raises for an event that no `decide` would have put there."""

    def __init__(self, state: object, event: object) -> None:
        super().__init__(f"{type(event).__name__} does not follow {type(state).__name__}")
