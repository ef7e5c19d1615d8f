"""Cursors outlive a release: each list goes on from those that name it as it always was named."""

import pytest

from chalicelib.eventlog.views.port import Cursor
from chalicelib.web import paging

from ..city import City

LISTS = [
    ("citizen-zhang", "/account/companies", "companies citizen-zhang"),
    ("citizen-zhang", "/mandates", "principal:citizen-zhang"),
    ("citizen-zhang", "/mandates?as=agent", "agent:citizen-zhang"),
    (None, "/items", "published"),
    (None, "/items?department=440800-civil&state=retired", "retired 440800-civil"),
    ("items-sun", "/item-drafts", "drafts"),
    ("citizen-zhang", "/cases", "applicant_cases applicant account:citizen-zhang"),
    ("clerk-chen", "/work", "work_list department 440800-hall"),
    ("clerk-chen", "/process-steps", "process_library steps dept:440800-hall"),
    ("clerk-chen", "/certificates", "held_certificates department 440800-hall"),
    ("citizen-zhang", "/certificates?as=account", "held_certificates own account:citizen-zhang"),
]


@pytest.mark.parametrize(("account", "path", "sealed"), LISTS, ids=[one[1] for one in LISTS])
def test_a_list_takes_the_cursors_that_name_it(
    city: City, account: str | None, path: str, sealed: str
):
    join = "&" if "?" in path else "?"
    for name, status in ((sealed, 200), (f"{sealed}.", 400)):
        cursor = paging.sealed(city.platform, name, Cursor("", ""))
        answer = city.get(account, f"{path}{join}cursor={cursor}")
        assert answer.status_code == status, answer.text
