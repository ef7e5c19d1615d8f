"""What numbers have; see subjects.py."""

EVENTS = (("serial", "codes.serial:EVENTS"),)
PHASES = (("平台", "Platform", "codes.serial:EVENTS"),)
