"""`python -m web`: one process that serves our pages until it is told to stop (SIGINT, SIGTERM)."""

import signal
import sys
from types import FrameType

import uvicorn

from digests.bootstrap import Services, open_services
from digests.errors import PaperPostError
from digests.logs import configure_logs
from digests.summaries.spending.prices import to_micros
from web.app import build_app
from web.listening import listen
from web.services import WebServices

_SHUTDOWN_SECONDS = 5


def main() -> None:
    configure_logs()
    # uvicorn raises the signal again once it has stopped: without this our own end would be skipped.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stop)
    try:
        services = open_services()
        try:
            _serve(services)
        finally:
            services.close()
    except PaperPostError as error:
        sys.exit(str(error))


def _serve(services: Services) -> None:
    settings = services.settings
    advice = "Choose another with PAPERPOST_WEB_PORT, or another host with PAPERPOST_WEB_HOST."
    with listen(settings.web_host, settings.web_port, advice=advice) as listener:
        config = uvicorn.Config(
            build_app(_web_services(services)),
            log_config=None,
            # A path may hold a reader's token.
            access_log=False,
            server_header=False,
            ws="none",
            timeout_graceful_shutdown=_SHUTDOWN_SECONDS,
        )
        uvicorn.Server(config).run(sockets=[listener])


def _web_services(services: Services) -> WebServices:
    settings = services.settings
    return WebServices(
        store=services.store,
        now=services.now,
        salt=services.salt,
        budget_micros=to_micros(settings.llm_daily_budget),
        # The sandbox's bot is not to be found at t.me.
        telegram_token="" if settings.is_sandbox else settings.telegram_token.get_secret_value(),
        telegram_base_url=settings.telegram_base_url,
    )


def _stop(_number: int, _frame: FrameType | None) -> None:
    sys.exit(0)


if __name__ == "__main__":
    main()
