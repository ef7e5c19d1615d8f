"""The catalogue of event types, as the wirings of the subjects name them."""

from functools import partial
from typing import Final

from ..eventlog.codec import Codec
from ..subjects import entries, load

CODEC: Final = Codec({category: partial(load, types) for category, types in entries("EVENTS")})
