"""`banjian certificate`: what a certificate says, and whether a file is the one that was signed."""

from base64 import b64decode
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any

import typer

from ..certificates.application import (
    certificates,
)
from ..certificates.application import (
    file as certificate_file,
)
from ..certificates.application import (
    signing as certificate_seal,
)
from ..certificates.domain.certificate import Known
from ..clock.calendar import legal_day
from ..codes.divisions import COUNTRY
from ..kernel.actor import Actor, Role
from ..platform.platform import Platform
from ..platform.signatures import BadSignature, algorithm_of
from ..platform.signatures import verify as check
from . import seals
from .console import VAR, AsJson, Data, fail, opened, out, show_json, table

commands = typer.Typer(no_args_is_help=True, help="Electronic certificates (电子证照).")
_AUDITOR = Actor(account="console", role=Role.AUDITOR, division=COUNTRY)

Identifier = Annotated[str, typer.Argument(help="证照标识: 1.2.156.3005.2.…")]


@commands.command()
def show(
    identifier: Identifier,
    data: Data = VAR,
    save: Annotated[
        Path | None,
        typer.Option(help="A directory for its file, signature, manifest and public key."),
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """What a certificate says, and how it stands today."""
    platform = opened(data)
    found = certificates.get(platform, _AUDITOR, certificates.valid_identifier(identifier))
    told = certificate_file.describe(found.state, legal_day(platform.now()), private=True)
    if save is not None:
        _save(platform, found.state, save)
    if as_json:
        show_json({**told, "version": found.version})
    else:
        _tell(told)
        if save is not None:
            out.print(f"Saved to {save}", soft_wrap=True)


def _tell(told: dict[str, Any]) -> None:
    made, face = table("", ""), told["face"]
    validity = f"{face['valid_from']} – {told['until'] or 'without end'}"
    standing = f"{told['status']}{'' if told['usable'] else ' (not usable)'}"
    for label, value in (
        ("证照标识", told["identifier"]),
        ("证照名称", face["name"]),
        ("持证主体", f"{face['holder_name']} {face['holder_id']}"),
        ("颁发机构", face["issuer_name"]),
        ("有效期", validity),
        ("状态", standing),
        ("原因", told["reason"]),
        ("换发为", told["replaced_by"]),
        ("办件", told["case_number"]),
        ("SHA-256", told["sha256"]),
        *((one["label"], one["value"]) for one in face["says"]),
    ):
        if value:
            made.add_row(label, str(value))
    out.print(made)


def _save(platform: Platform, state: Known, directory: Path) -> None:
    sealed = certificate_seal.sealed_of(state)
    directory.mkdir(parents=True, exist_ok=True)
    base = directory / state.record.identifier
    parts = {
        ".pdf": certificate_seal.pdf(platform, state),
        ".pdf.sig": b64decode(sealed.signature),
        ".manifest": sealed.manifest.encode(),
        ".manifest.sig": b64decode(sealed.manifest_signature),
        ".pem": seals.pem(b64decode(sealed.public_key)),
    }
    for suffix, content in parts.items():
        base.with_name(base.name + suffix).write_bytes(content)


@commands.command()
def verify(
    file: Annotated[Path, typer.Argument(help="The PDF; its signature is FILE.sig.")],
    data: Data = VAR,
    signature: Annotated[Path | None, typer.Option(help="Another file than FILE.sig.")] = None,
    key: Annotated[
        Path | None,
        typer.Option(help="The public key (PEM) that you kept; if not given, the platform's own."),
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Whether a file is, byte for byte, what was signed. Whether it is valid now, `show` tells."""
    public = seals.der(key.read_bytes()) if key else _own_key(data)
    content = file.read_bytes()
    sent = (signature or seals.beside(file, ".sig")).read_bytes()
    try:
        check(public, content, sent)
    except BadSignature as error:
        fail(f"{file}: {error}")
    digest = sha256(content).hexdigest()
    key_id = f"sha256:{sha256(public).hexdigest()}"
    if as_json:
        told = {"verified": True, "sha256": digest, "key": key_id}
        show_json({**told, "algorithm": algorithm_of(public)})
    else:
        out.print(
            f"[green]Verified[/]: signed with {key_id} ({algorithm_of(public)})", soft_wrap=True
        )
        out.print(f"SHA-256 {digest}", soft_wrap=True)


def _own_key(data: Path) -> bytes:
    from .. import bootstrap

    opened(data)
    return bootstrap.signer(data).public_key()
