"""Mail servers of operators: login and TLS, with a certificate made for the test."""

import socket
import ssl

import pytest
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from digests.delivery.channel import Message
from digests.delivery.email import MailChannel
from digests.errors import ChannelDown, Deferred
from tests.builders import NOON

# aiosmtpd warns of servers like those that many operators have.
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")

MESSAGE = Message(edition_id=1, target_id=1, part=1, address="reader@example.net", html="<p>x</p>")


class OperatorsServer(Controller):
    """Wants a login, over TLS if it has a certificate."""

    def __init__(self, box, **settings):
        self._listener = socket.create_server(("127.0.0.1", 0))
        super().__init__(
            box,
            hostname="127.0.0.1",
            port=self._listener.getsockname()[1],
            auth_required=True,
            authenticator=lambda *arguments: AuthResult(success=arguments[-1].password == b"p@ss/word", handled=False),
            **settings,
        )

    def _create_server(self):
        return self.loop.create_server(self._factory_invoker, sock=self._listener, ssl=self.ssl_context)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()


class Kept:
    def __init__(self):
        self.contents = []

    async def handle_DATA(self, server, session, envelope):
        self.contents.append(envelope.content)
        return "250 OK"


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


@pytest.fixture
def server_tls(authority):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


@pytest.fixture
def client_tls(authority):
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


async def send_with(url, **changes):
    channel = MailChannel(url, sender="post@digest.example.org", now=lambda: NOON, **changes)
    try:
        return await channel.send(MESSAGE)
    finally:
        await channel.close()


async def test_a_percent_encoded_login_is_used():
    kept = Kept()
    with OperatorsServer(kept, auth_require_tls=False) as server:
        await send_with(f"smtp://me%40example.org:p%40ss%2Fword@127.0.0.1:{server.port}")
    assert len(kept.contents) == 1


async def test_a_wrong_password_is_the_operators_affair_and_nobodys_mail_is_lost():
    with OperatorsServer(Kept(), auth_require_tls=False) as server, pytest.raises(Deferred) as caught:
        await send_with(f"smtp://me:wr0ng@127.0.0.1:{server.port}")
    assert "check PAPERPOST_SMTP_URL" in str(caught.value)
    assert isinstance(caught.value, ChannelDown)
    assert "wr0ng" not in str(caught.value)


async def test_a_missing_login_is_the_operators_affair():
    with OperatorsServer(Kept(), auth_require_tls=False) as server, pytest.raises(Deferred) as caught:
        await send_with(f"smtp://127.0.0.1:{server.port}")
    assert isinstance(caught.value, ChannelDown)


@pytest.mark.parametrize("scheme", ["smtps", "smtp+starttls"])
async def test_tls_is_used_and_checked(client_tls, server_tls, scheme):
    kept = Kept()
    settings = (
        {"ssl_context": server_tls} if scheme == "smtps" else {"tls_context": server_tls, "require_starttls": True}
    )
    if scheme == "smtps":
        settings["auth_require_tls"] = False
    with OperatorsServer(kept, **settings) as server:
        url = f"{scheme}://me:p%40ss%2Fword@127.0.0.1:{server.port}"
        await send_with(url, tls_context=client_tls)
        with pytest.raises(Deferred, match="certificate"):
            await send_with(url)
    assert len(kept.contents) == 1


async def test_plain_smtp_takes_the_tls_that_is_offered(server_tls):
    kept = Kept()
    with OperatorsServer(kept, tls_context=server_tls, require_starttls=True) as server:
        await send_with(f"smtp://me:p%40ss%2Fword@127.0.0.1:{server.port}")
    assert len(kept.contents) == 1
