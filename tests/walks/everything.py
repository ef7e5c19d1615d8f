"""Every story that is walked."""

from . import cases as walks
from . import certificates as walks_certificates
from . import documents as walks_documents
from . import held as walks_held
from . import items as walks_items
from . import operation as walks_service
from . import organisations as walks_organisations
from . import people as walks_people

STORIES = (
    *walks.STORIES,
    *walks_certificates.STORIES,
    *walks_documents.STORIES,
    *walks_items.STORIES,
    *walks_people.STORIES,
    *walks_held.STORIES,
    *walks_organisations.STORIES,
    *walks_service.STORIES,
)
