"""How processes are called in leases and heartbeats."""

from socket import gethostname


def process_name(pid: int) -> str:
    """Name a process of this machine, so that processes of others are told apart from it."""
    return f"{gethostname()}:{pid}"
