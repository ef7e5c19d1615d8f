"""What our processes make is their user's alone, and so is what SQLite makes beside it."""

import os


def private_from_now_on() -> None:
    """For this process and those that it starts; what is there already, `make_private` mends."""
    os.umask(0o077)
