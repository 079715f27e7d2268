"""Let agents read the store, by the Model Context Protocol."""

from importlib.util import find_spec

from tidings.cli.parts import open_parts
from tidings.errors import RejectedError


def mcp() -> None:
    """Answer an agent over standard input and output (MCP): search, read studies and changes.

    Nothing is changed and RePORTER is not asked. Needs the extra "mcp".
    """
    if find_spec("mcp") is None:
        raise RejectedError("`tidings mcp` needs the extra “mcp”: pip install 'tidings[mcp]'")
    from tidings.cli.agent_tools import make_server  # noqa: PLC0415 - an extra that others spare

    with open_parts() as parts:
        make_server(parts.engine, parts.settings).run("stdio")
