"""A platform with the invented people and companies in its registry, and who asks for what."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from chalicelib import bootstrap
from chalicelib.codes.parties import Applicant, Method
from chalicelib.documents.application import documents
from chalicelib.documents.domain import document
from chalicelib.kernel.actor import Actor, Channel, Role
from chalicelib.people.application import accounts, claims, entities, mandates, proofs
from chalicelib.people.application.accounts import Naming, Registration, Whom
from chalicelib.people.application.entities import NewEntity, NewOperator
from chalicelib.people.application.mandates import NewMandate
from chalicelib.people.application.proofs import CounterCheck
from chalicelib.people.domain.mandate import Action
from chalicelib.platform.attester import Attestation
from chalicelib.platform.platform import Caller, Platform
from chalicelib.serving.illustration import pdf
from chalicelib.serving.registry_files import load_examples

EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "registry"
ZHANG = Registration(name="张三", id_number="440802195503071232", phone="13700000000")
WANG = Registration(name="王五", id_number="440811199008150034")
LI = Registration(name="李四", id_number="440803198802120452")
HEAD = Registration(name="赵六", id_number="440802197605201017")  # of the company
COMPANY, COMPANY_NAME = "91440800MA0EXAMP1A", "湛江示例建设有限公司"
CLOSED_COMPANY = "91440800MA0EXAMP4K"
CLERK = Actor(account="clerk-chen", role=Role.CLERK, department="440800-hall")
SECURITY = Actor(account="security-feng", role=Role.SECURITY_ADMINISTRATOR)
ITEM, OTHER_ITEM = "1144080000000106243442006001000", "1144080000000106243442006001999"


@dataclass
class People:
    """`clock` is what the platform takes for now; `attested` what its attester answers."""

    platform: Platform
    clock: list[datetime]
    attested: list[Attestation] = field(default_factory=list)
    number: Iterator[int] = field(default_factory=lambda: count(1))

    @property
    def today(self) -> date:
        return self.clock[0].date()

    def later(self, days: int) -> None:
        self.clock[0] += timedelta(days=days)

    def caller(self, who: str | Actor, key: str | None = None) -> Caller:
        actor = accounts.citizen(who) if isinstance(who, str) else who
        return Caller(actor, key or f"key-{next(self.number):06d}", Channel.WEB)

    def register(self, who: str, told: Registration) -> None:
        accounts.register(self.platform, self.caller(who), told)

    def matched(self, who: str, told: Registration, key: str | None = None) -> Any:
        """Registered, and proven to level 2."""
        self.register(who, told)
        return proofs.prove_by_registry(self.platform, self.caller(who, key))

    def faced(self, who: str, told: Registration, key: str | None = None) -> Any:
        """Registered, and proven to level 3."""
        self.register(who, told)
        return self.attest(who, told, key=key)

    def attest(
        self, who: str, told: Registration, method: Method = Method.FACE, key: str | None = None
    ) -> Any:
        about = Attestation(who, method, "face 1", told.phone, told.id_kind, told.id_number)
        self.attested[:] = [about]
        return proofs.prove_by_attestation(self.platform, self.caller(who, key), "token")

    def seen(self, who: str, told: Registration, key: str | None = None) -> Any:
        """Registered, and checked at a counter."""
        self.register(who, told)
        return self.counter(who, told, key)

    def counter(
        self, who: str, told: Registration, key: str | None = None, by: Actor = CLERK
    ) -> Any:
        caller = self.caller(by, key)
        return proofs.check_at_counter(self.platform, caller, who, self.card(told, by))

    def card(self, told: Registration, by: Actor = CLERK) -> CounterCheck:
        """What the clerk reads from the card, whose scan is handed in."""
        return CounterCheck(
            name=told.name, id_number=told.id_number, document=self.scan(told.name, by)
        )

    def scan(self, of: str, by: Actor = CLERK) -> str:
        handed_in = documents.put(self.platform, by, pdf(of), "application/pdf", None)
        assert isinstance(handed_in.state, document.Kept)
        return handed_in.state.received.sha256

    def level(self, who: str) -> int:
        return accounts.level(self.platform, who)

    def reference(self, told: Registration) -> str:
        return accounts.person(self.platform, told)[0].reference

    def holder(self, told: Registration) -> str | None:
        return claims.holder(self.platform, "person", self.reference(told))

    def company(self, who: str | Actor = CLERK, code: str = COMPANY) -> Any:
        told = NewEntity(credit_code=code, name=COMPANY_NAME)
        return entities.register(self.platform, self.caller(who), told)

    def operator(self, by: str | Actor, who: str, **terms: Any) -> Any:
        told = NewOperator(account=who, **terms)
        return entities.add_operator(self.platform, self.caller(by), COMPANY, told)

    def grant(self, by: str | Actor, agent: str, key: str | None = None, **terms: Any) -> str:
        until = terms.pop("until", self.today + timedelta(days=90))
        told = NewMandate(agent=Whom(account=agent), until=until, **terms)
        return mandates.grant(self.platform, self.caller(by, key), told)[0]

    def acts(
        self,
        agent: str,
        mandate_id: str,
        applicant: Registration = ZHANG,
        item: str = ITEM,
        action: Action = Action.SUBMIT,
    ) -> Actor:
        who = Actor(account=agent, role=Role.AGENT, level=2)
        for_ = Applicant(name=applicant.name, id_number=applicant.id_number)
        return mandates.acting(self.platform, who, mandate_id, for_, item, self.today, action)


def naming(told: Registration) -> Naming:
    return Naming(name=told.name, id_number=told.id_number)


def people(data: Path) -> People:
    clock = [datetime(2026, 3, 2, 1, 30, tzinfo=UTC)]
    platform = bootstrap.embedded(data, now=lambda: clock[0], synchronous="OFF")
    attested: list[Attestation] = []
    made = replace(platform, attester=lambda _: attested[0])
    load_examples(made, EXAMPLES)
    return People(made, clock, attested)
