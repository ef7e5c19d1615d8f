"""签章: the file of a certificate, made, kept and signed once."""

import json
from base64 import b64decode, b64encode
from datetime import datetime
from hashlib import sha256

from ...clock.calendar import LEGAL_ZONE, legal_day
from ...codes.numbers import parse_certificate_id
from ...eventlog.ports import Damaged
from ...eventlog.transact import transact
from ...kernel.actor import SYSTEM
from ...kernel.errors import NotFound
from ...platform.platform import Platform
from ...platform.renderer import Face, Row
from ...platform.signatures import verify
from ..domain import certificate
from ..domain.certificate import Known
from ..domain.events import CertificateFace, CertificateSealed
from . import certificates, showings
from .certificates import by_system

OWNER = SYSTEM.account


def seal(platform: Platform, identifier: str) -> bool:
    """
    Make the PDF of a certificate that has none: whether it did. Raises RenderingError for a face
    that cannot be shown, StoreError.
    """
    state = certificate.known(certificates.state_of(platform, identifier))
    if state.record.sealed is not None:
        return False
    signer = platform.signer()
    pdf = platform.renderer().render(_face(platform, state, signer.algorithm))
    digest = platform.blobs.put(OWNER, pdf)
    manifest = _manifest(state, digest, platform.now())
    sealed = CertificateSealed(
        sha256=digest,
        size=len(pdf),
        manifest=manifest,
        signature=_base64(signer.sign(pdf)),
        manifest_signature=_base64(signer.sign(manifest.encode())),
        key_id=signer.key_id,
        algorithm=signer.algorithm,
        public_key=_base64(signer.public_key()),
    )
    _record(platform, identifier, sealed)
    return True


def _record(platform: Platform, identifier: str, sealed: CertificateSealed) -> None:
    caller = by_system(f"seal-{identifier}")
    command = certificate.Seal(**caller.about(platform.now()), sealed=sealed)
    # Without the signature, which is another one each time: of two at once the first one counts.
    request = caller.request(platform.now(), "Seal", {"certificate": identifier})
    transact(
        platform.store,
        certificates.decider(platform),
        certificates.stream(identifier),
        request,
        lambda state: certificate.decide(command, state),
    )


def _face(platform: Platform, state: Known, algorithm: str) -> Face:
    created, face = state.record.created, state.record.created.face
    rows = [Row(_id_label(created.holder), face.holder_id)]
    rows += [Row(one.label, one.value) for one in face.says]
    return Face(
        title=face.name,
        identifier=created.identifier,
        holder=face.holder_name,
        issuer=face.issuer_name,
        issued_on=created.issued_on,
        valid_from=face.valid_from,
        valid_until=face.valid_until,
        verification_url=showings.url(platform, showings.printed(platform, created.identifier)),
        algorithm=algorithm,
        rows=tuple(rows),
        conditions=_paragraphs(face),
    )


def _id_label(holder: str) -> str:
    return "统一社会信用代码" if holder.startswith("entity:") else "证件号码"


def _paragraphs(face: CertificateFace) -> tuple[str, ...]:
    return tuple(filter(None, (line.strip() for line in (face.conditions or "").splitlines())))


def _manifest(state: Known, digest: str, now: datetime) -> str:
    """What ties the file to the certificate, in the order and bytes that are signed."""
    created = state.record.created
    told = {
        "identifier": created.identifier,
        "version": parse_certificate_id(created.identifier).version,
        "sha256": digest,
        "state": certificate.standing(state, legal_day(now)).status,
        "issued_on": created.issued_on.isoformat(),
        "sealed_at": now.astimezone(LEGAL_ZONE).isoformat(timespec="seconds"),
    }
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def _base64(raw: bytes) -> str:
    return b64encode(raw).decode()


# Reading it again


def sealed_of(state: Known) -> CertificateSealed:
    """Raises NotFound while the file is being made."""
    sealed = state.record.sealed
    if sealed is None:
        raise NotFound(
            "certificate-file-being-made",
            "the file of this certificate is still being made; ask again in a moment",
        )
    return sealed


def pdf(platform: Platform, state: Known) -> bytes:
    """The bytes that were signed. Raises NotFound, Damaged."""
    sealed = sealed_of(state)
    content = platform.blobs.get(OWNER, sealed.sha256)
    if content is None:
        raise Damaged(f"the file of {state.record.identifier} is gone")
    return content


def check(sealed: CertificateSealed, content: bytes, public_key: bytes) -> None:
    """
    That `content` is the file that was signed, with `public_key`, for the certificate that the
    manifest names. Raises BadSignature.
    """
    verify(public_key, content, b64decode(sealed.signature))
    verify(public_key, sealed.manifest.encode(), b64decode(sealed.manifest_signature))


def is_of(manifest: str, content: bytes) -> bool:
    """Whether the manifest tells of these very bytes."""
    told = json.loads(manifest)
    return bool(told.get("sha256") == sha256(content).hexdigest())
