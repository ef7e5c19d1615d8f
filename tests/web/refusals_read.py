"""
What the sources say where something is refused, read off them: `said`.

A message that is not written where it is raised, but made by a function, is in MADE, with a sample
of each way in which it comes.
"""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from chalicelib.web import reasons

ROOT = Path(reasons.__file__).parents[1]
READ = ("domain", "application", "http", "subscribers", "adapters")
# Only the command line gets to them, and that speaks English.
ELSEWHERE = {
    "application/registry_load.py",
    "application/retries.py",
    "domain/consumer.py",
    "domain/calendar.py",
}
# Which argument is the message, where it is not the first.
SECOND = {"ItemClosed", "Misfit", "SchemaProblem"}
ROOTS = {"Rejected", "InvalidNumber", "Infected", "Mismatched"}
# Nobody is told what it says.
UNTOLD = {"SessionOver"}
# Their ValueErrors are what pydantic says of a body.
BODIES = {
    "application/accounts.py",
    "application/materials.py",
    "domain/base.py",
    "domain/certificate_events.py",
    "domain/item_definition.py",
    "domain/item_questions.py",
    "domain/plan.py",
    "http/documents.py",
}
# Here every pair that is yielded is a place and what is wrong there.
WRONGS = {"domain/item_question_rules.py", "domain/item_ways.py"}

# What cannot be read off the place where it is raised: what it says there, once for each way.
OF_NUMBERS = "item code '114408': 6 characters instead of 31"
OF_CERTIFICATES = "certificate type 'X1': a credit code, then three digits"
CUT = "the PDF is damaged or cut off before its end: open it, save it again and send that"
FOLLOWED = "the PNG has something behind its end: open it, save it again and send that"
TWICE = "the ZIP can be read as another format as well: open it, save it again and send that"
DECLARED = (
    "the document was declared as image/png, and its content is application/pdf: send the right "
    "file, or declare application/pdf"
)
INFECTED = "a scanner found malware in it: it is given to nobody; hand in a clean copy"
ENDED = (
    "the case ended: granted",
    "the case ended: withdrawn, archived as DA-440800202611240000072",
)
OVER = (
    "it was replaced by 1.2.156.3005.2.1",
    "it ended for good, as 03: 以欺骗手段取得",
)
UNUSABLE = (
    "the holder has revoked the authorisation; ask for another one",
    "the authorisation begins on 2026-12-01",
    "the authorisation ended on 2026-11-01; ask the holder for another one",
    "all 3 uses of the authorisation are used up",
    "the authorisation is for another case",
)
TROUBLE = (
    "has a control character",
    "has a number that is too large, or none at all",
    "is nested too deeply",
)
MADE = {
    ("application/access.py", "f'{_who(actor)} may not do this to the case'"): (
        "reviewer may not do this to the case",
        "clerk of 440800-hall may not do this to the case",
    ),
    ("application/certificate_uses.py", "told"): (
        "material id: certificate 1.2.156: there is no such certificate, or it is not yours to see",
    ),
    ("application/certificate_uses.py", "why"): UNUSABLE,
    ("application/document_types.py", "_cut_off('PDF')"): (CUT,),
    ("application/document_types.py", "_cut_off('PNG')"): (CUT.replace("PDF", "PNG"),),
    ("application/document_types.py", "_cut_off('JPEG')"): (CUT.replace("PDF", "JPEG"),),
    ("application/document_types.py", "f\"{_cut_off('ZIP')} ({error})\""): (
        f"{CUT.replace('PDF', 'ZIP')} (File is not a zip file)",
    ),
    ("application/document_types.py", "_followed('PDF')"): (FOLLOWED.replace("PNG", "PDF"),),
    ("application/document_types.py", "_followed('PNG')"): (FOLLOWED,),
    ("application/document_types.py", "_two('ZIP')"): (TWICE,),
    ("application/document_types.py", "_two(name)"): (TWICE.replace("ZIP", "JPEG"),),
    ("application/documents.py", "str(error)"): ("the parts make 7f03, not 9a1b", CUT),
    ("application/documents.py", "f'{short}: {infected(state)}'"): (
        f"document 7f0309186b93…: {INFECTED}",
    ),
    ("application/documents.py", "f'{short}: {wrong}'"): (f"document 7f0309186b93…: {DECLARED}",),
    (
        "application/documents.py",
        "f'{short}: its upload is not complete; send what is missing and complete it'",
    ): (
        "document 7f0309186b93…: its upload is not complete; send what is missing and complete it",
    ),
    ("application/documents.py", "f'you have uploaded no {short}: hand it in first'"): (
        "you have uploaded no document 7f0309186b93…: hand it in first",
    ),
    (
        "application/documents.py",
        "f'{short} was not handed in to its end: hand it in again'",
    ): ("document 7f0309186b93… was not handed in to its end: hand it in again",),
    ("application/case_documents.py", "documents.infected(kept)"): (
        INFECTED,
        INFECTED.replace("malware", "Eicar-Test"),
    ),
    ("application/form_schemas.py", "error.message"): (),  # jsonschema's own words, in English
    ("application/form_schemas.py", "message"): (
        "is not used together with patternProperties; say additionalProperties",
    ),
    ("application/form_schemas.py", "unsound"): TROUBLE,
    ("application/item_check.py", "_message(each)"): (
        "is required",
        'should be text: put it in quotes, "12"',
        "should match ^[0-9A-Z]{31}$",
        "there is no such field; allowed: days, unit",
        "there is no such field; did you mean unit? allowed: days, unit",
        "Input should be 'at_once', 'promised' or 'other'",
    ),
    ("application/item_check.py", "message"): TROUBLE,
    ("application/item_drafts.py", "str(error)"): (OF_NUMBERS,),
    ("domain/case/clockwork.py", "_unknown(command)"): ("there is no stop pause-2 to resume from",),
    ("domain/case/handling.py", "ended(dossier)"): ENDED,
    ("domain/case/outcome.py", "ended(dossier)"): ENDED,
    ("domain/case/outcome.py", "str(error)"): (OF_CERTIFICATES,),
    ("domain/case/working.py", "ended(dossier)"): ENDED,
    ("domain/certificate.py", "_over(state)"): OVER,
    (
        "domain/certificate_using.py",
        "f'it is not valid now but {now.status} ({now.status.name.lower()}){why}'",
    ): (
        "it is not valid now but 05 (expired)",
        "it is not valid now but 02 (suspended): 有效期内涉嫌出借",
    ),
    ("domain/certificate_using.py", "why"): UNUSABLE,
    ("domain/document.py", "wrong"): (DECLARED,),
    ("domain/ids.py", "_misshapen(text)"): (
        "the id number has 17 characters instead of 18",
        "the id number: 17 digits, then a digit or X",
    ),
    ("domain/ids.py", "f'the credit code: {said}'"): (
        "the credit code: 18 digits or capital letters",
    ),
    (
        "domain/item_question_rules.py",
        "f'{question.id} is never answered by {value!r}{_allowed(question)}'",
    ): (
        "q1 is never answered by 'x', but by true or false",
        "q1 is never answered by 'x', but by one of: a, b",
        "q1 is never answered by 'x', but by a number",
    ),
    ("domain/item_rules.py", "message"): ("value-1 is there more than once",),
    ("domain/item_rules.py", "str(error)"): (OF_NUMBERS,),
    # These are told otherwise: by place, in two languages at once, by who raises it.
    ("application/eligibility.py", "'; '.join((f'{one.question}: {one.en}' for one in wrong))"): (),
    (
        "application/submissions.py",
        "'; '.join((f\"{pointer or '/'}: {message}\" for pointer, message in errors))",
    ): (),
    ("domain/item.py", "'; '.join(map(str, found))"): (),
    ("domain/item.py", "en"): (),
}
# What sentences have in them where the catalogue says so.
WITHIN = (
    *TROUBLE,
    "art. 32",
    "art. 32: accept or refuse",
    "18 digits or capital letters",
    "the check character does not fit; compare it with the original",
    "8 digits, then 10 digits or capital letters but I O S V Z",
    "20270101 is no day: write YYYY-MM-DD",
)


class Said(NamedTuple):
    """What a place says: text, with None for each value; `made` where it cannot be read there."""

    where: str
    parts: tuple[str | None, ...] = ()
    made: str | None = None


@cache
def trees() -> dict[str, ast.Module]:
    files = (file for name in READ for file in (ROOT / name).rglob("*.py"))
    named = {str(file.relative_to(ROOT)): file.read_text(encoding="utf-8") for file in files}
    return {name: ast.parse(text) for name, text in named.items() if name not in ELSEWHERE}


def name_of(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else getattr(node, "attr", "")


@cache
def classes() -> list[tuple[str, ast.ClassDef]]:
    return [
        (where, node)
        for where, tree in trees().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    ]


@cache
def refusals() -> frozenset[str]:
    """Of Rejected, and what a refusal may quote."""
    found = set(ROOTS)
    while True:
        more = {
            node.name for _, node in classes() if any(name_of(base) in found for base in node.bases)
        }
        if more <= found:
            return frozenset(found)
        found |= more


@cache
def wording() -> frozenset[str]:
    """Refusals that make their own words of what they are given; see `own_words`."""
    return frozenset(node.name for _, node in classes() if node.name in refusals() and _init(node))


def _init(node: ast.ClassDef) -> ast.FunctionDef | None:
    inits = (one for one in node.body if isinstance(one, ast.FunctionDef))
    return next((one for one in inits if one.name == "__init__"), None)


def others(where: str) -> set[str]:
    """Names of refusals that are something else in this module: a state, say."""
    return {
        node.name
        for place, node in classes()
        if place == where and not any(name_of(base) in refusals() for base in node.bases)
    } - (ROOTS | SECOND)


def said() -> Iterator[Said]:
    for where, tree in trees().items():
        yield from _raised(where, tree)
        yield from _own_words(where, tree)
        if where in WRONGS:
            yield from _yielded(where, tree)


def _raised(where: str, tree: ast.Module) -> Iterator[Said]:
    told = (refusals() | SECOND) - UNTOLD - others(where) - (wording() - SECOND)
    if where in BODIES:
        told |= {"ValueError"}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and name_of(node.func) in told and node.args:
            at = 1 if name_of(node.func) in SECOND else 0
            yield from messages(where, tree, node.args[at])


def _own_words(where: str, tree: ast.Module) -> Iterator[Said]:
    """Of `super().__init__` in a refusal: only where it is text."""
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and node.name in wording() and (init := _init(node)):
            for call in ast.walk(init):
                if isinstance(call, ast.Call) and ast.unparse(call.func) == "super().__init__":
                    yield from messages(where, tree, call.args[0])


def _yielded(where: str, tree: ast.Module) -> Iterator[Said]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Yield) and isinstance(node.value, ast.Tuple):
            yield from messages(where, tree, node.value.elts[1])


def messages(where: str, tree: ast.Module, node: ast.expr) -> Iterator[Said]:
    written = ast.unparse(node)
    match node:
        case _ if (where, written) in MADE:
            yield Said(where, made=written)
        case ast.Constant(value=str(text)):
            yield Said(where, (text,))
        case ast.JoinedStr(values=parts):
            yield Said(where, tuple(_part(one) for one in parts))
        case ast.IfExp(body=one, orelse=other):
            yield from messages(where, tree, one)
            yield from messages(where, tree, other)
        case ast.Name(id=name) if name in (known := _constants(tree)):
            yield from messages(where, tree, known[name])
        case _:
            yield Said(where, made=written)


def _part(node: ast.expr) -> str | None:
    return str(node.value) if isinstance(node, ast.Constant) else None


def _constants(tree: ast.Module) -> dict[str, ast.expr]:
    found: dict[str, ast.expr] = {}
    for node in tree.body:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                found[name] = value
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                found[name] = value
            case _:
                pass
    return found


def literals(parts: tuple[str | None, ...]) -> tuple[str, ...]:
    """As in an Entry."""
    found = [""]
    for one in parts:
        found = [*found, ""] if one is None else [*found[:-1], found[-1] + one]
    return tuple(found)
