"""What the engine itself has; see subjects.py."""

EVENTS = (("consumer", "eventlog.skipping:EVENTS"),)
PHASES = (("平台", "Platform", "eventlog.skipping:EVENTS"),)
