"""What is wrong with the world, and not with the work that met it."""


class Outage(Exception):
    """
    What the work needs cannot be reached now, or takes no more now: the same may be tried again
    later as it is. Every adapter's error of that kind is one (eventlog/outages.py has the rest).
    """
