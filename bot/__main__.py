"""`python -m bot`: one process that talks to readers until it is told to stop."""

import sys

from bot.app import build_application
from bot.running import run_polling, run_webhook
from bot.services import BotServices
from digests.bootstrap import Services, open_services
from digests.errors import ConfigError, PaperPostError
from digests.logs import configure_logs
from digests.papers.shelf import latest_date
from digests.rendering.telegram import render_parts
from digests.subscribers.readers import load_reader


def main() -> None:
    configure_logs()
    try:
        services = open_services()
        try:
            _run(services)
        finally:
            services.close()
    except PaperPostError as error:
        sys.exit(str(error))


def _run(services: Services) -> None:
    settings = services.settings
    if not settings.has_telegram:
        raise ConfigError("PAPERPOST_TELEGRAM_TOKEN: the bot needs its token")
    token = settings.telegram_token.get_secret_value()
    configure_logs(tokens=[token])
    application = build_application(_bot_services(services), token=token, base_url=settings.telegram_base_url)
    if settings.telegram_webhook_url:
        run_webhook(application, settings.telegram_webhook_url, port=settings.telegram_webhook_port, salt=services.salt)
    else:
        run_polling(application)


def _bot_services(services: Services) -> BotServices:
    return BotServices(
        store=services.store,
        now=services.now,
        salt=services.salt,
        max_keywords=services.settings.max_keywords,
        preview=lambda subscriber_id: _preview(services, subscriber_id),
        pacing=services.pacing,
        channels=services.channel_names,
        suggester=services.suggester,
        calendar=services.calendar,
        close=services.close_connections,
    )


def _preview(services: Services, subscriber_id: int) -> list[str]:
    newest = latest_date(services.store)
    if newest is None:
        return []
    composed = services.day(newest).preview(load_reader(services.store, subscriber_id))
    return render_parts(composed.digest, composed.cards)


if __name__ == "__main__":
    main()
