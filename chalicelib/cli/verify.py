"""`banjian verify`: is the log whole, and is it the one that was sealed?"""

from pathlib import Path
from typing import Annotated

import typer

from ..eventlog.audit import Report, Seal, check
from ..platform.platform import Platform
from . import seals
from .console import VAR, AsJson, Data, fail, opened, out, progress_bar, show_json

DIGEST = 32  # bytes


def verify_all(  # noqa: PLR0913, PLR0917 - one parameter an option
    data: Data = VAR,
    position: Annotated[int, typer.Option(help="Position of a seal that you kept.")] = 0,
    digest: Annotated[str, typer.Option(help="Digest of that seal, in hex.")] = "",
    seal: Annotated[
        Path | None,
        typer.Option(help="A signed seal that you kept: FILE, with FILE.sig beside it."),
    ] = None,
    key: Annotated[
        Path | None,
        typer.Option(help="The public key that you kept; if not given, the platform's own."),
    ] = None,
    sign: Annotated[
        Path | None, typer.Option(help="Sign the seal; writes FILE, FILE.sig and FILE.pem.")
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """
    Check the whole log: no gap, no edit, no reordering. Prints a seal of what it has seen; keep it
    elsewhere and give it to the next check, which then also finds a log that was cut or made anew.
    """
    platform = opened(data, checked=False)
    if sign:
        seals.free(sign)
    report = _checked(platform, _kept(data, position, digest, seal, key), hidden=as_json)
    _show(report, as_json=as_json)
    if not report.clean:
        raise typer.Exit(1)  # and nothing is signed
    if sign:
        _sign(data, platform, report.seal, sign, hidden=as_json)


def _kept(
    data: Path, position: int, digest: str, seal: Path | None, key: Path | None
) -> Seal | None:
    if seal is None:
        return Seal(position, _hex(digest)) if digest else None
    if digest:
        fail("one seal at a time: --seal, or --position with --digest")
    return seals.read(seal, key.read_bytes() if key else _own_key(data))


def _hex(digest: str) -> bytes:
    try:
        found = bytes.fromhex(digest)
    except ValueError:
        found = b""
    if len(found) != DIGEST:
        fail(f"{digest} is not a digest: it has {2 * DIGEST} hexadecimal digits")
    return found


def _own_key(data: Path) -> bytes:
    from .. import bootstrap

    return seals.pem(bootstrap.signer(data).public_key())


def _checked(platform: Platform, kept: Seal | None, *, hidden: bool) -> Report:
    with progress_bar(hidden=hidden) as bar:
        task = bar.add_task("checking", total=platform.log.head())
        return check(
            platform.log,
            kept,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )


def _sign(data: Path, platform: Platform, seal: Seal, path: Path, *, hidden: bool) -> None:
    from .. import bootstrap

    signer = bootstrap.signer(data)
    seals.write(path, seal, signer, platform.now())
    if not hidden:
        out.print(f"Signed with {signer.key_id}: {path}", soft_wrap=True)


def _show(report: Report, *, as_json: bool) -> None:
    if not as_json:
        _tell(report)
        return
    faults = [one._asdict() for one in report.faults]
    seal = {"position": report.seal.position, "digest": report.seal.digest.hex()}
    show_json({**report._asdict(), "faults": faults, "seal": seal})


def _tell(report: Report) -> None:
    out.print(
        f"{report.events:,} events in {report.commits:,} commits of {report.streams:,} streams"
    )
    for fault in report.faults:
        event = f" {fault.stream}@{fault.version}" if fault.stream else ""
        out.print(f"[red]position {fault.position}{event}: {fault.what}[/]")
    verdict = "[green]whole[/]" if report.clean else f"[red]not whole[/] ({report.found:,} found)"
    out.print(
        f"The log is {verdict}. Seal: --position {report.seal.position} "
        f"--digest {report.seal.digest.hex()}",
        soft_wrap=True,
    )
