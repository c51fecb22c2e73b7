"""A model's address as an operator writes it, taken apart so that nothing secret of it is logged or stored."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import unquote, urlsplit

from digests.summaries.asking.memory import Server

_MIN_SECRET_CHARS = 4


@dataclass(frozen=True, slots=True)
class Endpoint:
    """
    base_url  without user and password: the HTTP library logs addresses
    headers   what stood in the address: a proxy's user and password take the place of the key, as in any HTTP client
    """

    base_url: str
    server: Server
    headers: Mapping[str, str] = field(repr=False)
    secrets: tuple[str, ...] = field(repr=False)

    @classmethod
    def parse(cls, base_url: str, api_key: str, model: str) -> Self:
        parts = urlsplit(base_url)
        user_and_password, _, host = parts.netloc.rpartition("@")
        plain = parts._replace(netloc=host)
        # Cut to what the columns of model_servers take; a query may have a key in it.
        server = Server(plain._replace(query="", fragment="").geturl().rstrip("/")[:300], model[:120])
        user, _, password = user_and_password.partition(":")
        secrets = {api_key, password, unquote(password), user_and_password}
        headers = {}
        if user_and_password:
            coded = base64.b64encode(f"{unquote(user)}:{unquote(password)}".encode()).decode()
            headers["Authorization"] = f"Basic {coded}"
            secrets.add(coded)
        # The longest first: one may be a part of another.
        listed = sorted((secret for secret in secrets if len(secret) >= _MIN_SECRET_CHARS), key=len, reverse=True)
        return cls(plain.geturl(), server, headers, tuple(listed))

    def without_secrets(self, text: str) -> str:
        for secret in self.secrets:
            text = text.replace(secret, "…")
        return text
