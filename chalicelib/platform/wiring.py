"""What the platform has; see subjects.py."""

EVENTS = (("duty", "platform.duty:EVENTS"),)
