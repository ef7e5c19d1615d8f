"""What the calendar has; see subjects.py."""

EVENTS = (("calendar", "clock.calendar_stream:EVENTS"),)
