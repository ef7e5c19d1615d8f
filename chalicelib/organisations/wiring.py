"""What the registry of departments has; see subjects.py."""

EVENTS = (("organisation", "organisations.domain.registry:EVENTS"),)
ROUTES = (("GET", "/organisations", "organisations.http:listed"),)
REPLIES = ("organisations.replies:DepartmentPage",)
PHASES = (("机构", "Organisations", "organisations.domain.registry:EVENTS"),)
TAGS = (("organisations", "机构: the departments of a division, by name."),)
CHINESE = ("organisations.chinese",)
