"""Every story that is walked."""

from . import (
    walks,
    walks_certificates,
    walks_documents,
    walks_held,
    walks_items,
    walks_people,
    walks_service,
)

STORIES = (
    *walks.STORIES,
    *walks_certificates.STORIES,
    *walks_documents.STORIES,
    *walks_items.STORIES,
    *walks_people.STORIES,
    *walks_held.STORIES,
    *walks_service.STORIES,
)
