"""What code sets have; see subjects.py."""

ROUTES = (
    ("GET", "/code-sets", "exchange_codes.http:listed"),
    ("GET", "/code-sets/{name}", "exchange_codes.http:one"),
)
CHINESE = ("exchange_codes.chinese",)
