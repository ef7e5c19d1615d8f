"""What holds for all tests."""

from hypothesis import settings

# How long an example takes tells what else the machine does: a slow one is no failure.
settings.register_profile("banjian", deadline=None)
settings.load_profile("banjian")
