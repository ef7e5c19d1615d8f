"""What the engine itself has; see subjects.py."""

EVENTS = (("consumer", "eventlog.skipping:EVENTS"),)
