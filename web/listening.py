"""A socket that listens, or one sentence about why it cannot."""

import socket

from digests.errors import ConfigError


def listen(host: str, port: int, *, advice: str) -> socket.socket:
    """Port 0: the system chooses one. Raises  ConfigError that ends in `advice`: how to choose another place."""
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    # A restart need not wait until the connections of the last run are forgotten.
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        # Two servers may bind one address for reuse; only one may listen.
        listener.listen()
    except OSError as error:
        listener.close()
        raise ConfigError(f"Port {port} on {host} cannot be used: {error.strerror}. {advice}") from error
    return listener
