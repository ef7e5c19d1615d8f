"""What the platform has; see subjects.py."""

EVENTS = (("duty", "platform.duty:EVENTS"),)
PHASES = (("平台", "Platform", "platform.duty:EVENTS"),)
