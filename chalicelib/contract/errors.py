"""Why the contract cannot be made."""


class ContractError(Exception):
    """The contract cannot be made; the message says what is missing, and where."""
