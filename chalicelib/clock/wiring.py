"""What the calendar has; see subjects.py."""

EVENTS = (("calendar", "clock.calendar_stream:EVENTS"),)
PHASES = (("平台", "Platform", "clock.calendar_stream:EVENTS"),)
