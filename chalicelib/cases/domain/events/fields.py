"""Types that several events share."""

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from ....kernel.base import Personal
from ....kernel.formats import Division, KeyedDigest
from ..values import CertificateIdentifier

__all__ = [
    "CaseNumber",
    "CertificateIdentifier",
    "Days",
    "Desk",
    "Division",
    "Form",
    "Holder",
    "PersonInCase",
    "QueryCodeDigest",
    "StepId",
]

# A plan's id, the turn, a reviewing department, and how often the case was transferred.
StepId = Annotated[str, StringConstraints(min_length=1, max_length=160)]
Form = Annotated[dict[str, Any], Personal()]
CaseNumber = Annotated[str, StringConstraints(min_length=21, max_length=21)]
# `person:` and a reference (people/application/identity.py), or `entity:` and a credit code.
Holder = Annotated[str, StringConstraints(pattern=r"^(person:[0-9a-f]{26}|entity:[0-9A-Z]{18})$")]
QueryCodeDigest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
# Steps that every case may have, whatever its item plans.
Desk = Literal["intake", "supplement", "special", "extension", "delivery", "rating", "recusal"]
# Those that other systems' records are read as.
RecordedDesk = Literal["intake", "supplement", "special", "extension", "delivery", "rating"]
# Who somebody is as a person, in this case and in no other.
PersonInCase = KeyedDigest
Days = Annotated[int, Field(ge=1, le=730)]
