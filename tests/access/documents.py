"""An upload that is under way, and a link to a document."""

from hashlib import sha256

from .cases import CASES
from .people import Thing
from .world import PDF, Json, Probe, World, person

_CONTENT = PDF + b"%in parts"


def _upload(world: World) -> Json:
    digest = sha256(_CONTENT).hexdigest()
    new = {"sha256": digest, "size": len(_CONTENT), "media_type": "application/pdf"}
    begun = world.done(person("zhang"), "POST", "/documents/uploads", json=new)
    return {"upload_id": begun["upload_id"], "number": 1, "type": "application/octet-stream"}


def _link(world: World) -> Json:
    case = world.parameters(CASES[0].thing, CASES[0].make)
    path = f"/cases/{case['case_id']}/documents/{case['digest']}/links"
    url = world.done(person("zhang"), "POST", path)["url"]
    return {"link": url.rpartition("/")[2]}


UPLOADS = (Probe(Thing("zhang's upload", owner="zhang"), _upload),)
LINKS = (Probe(Thing("a link to a document"), _link),)
