"""What numbers have; see subjects.py."""

EVENTS = (("serial", "codes.serial:EVENTS"),)
