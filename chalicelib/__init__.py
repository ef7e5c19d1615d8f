"""Banjian (办件)."""

import os

# Looking for plugins among all that is installed takes pydantic longer than making our models.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
