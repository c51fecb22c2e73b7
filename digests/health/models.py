"""The models that are asked: each server's list of them, and what is known of their cost. No question is asked."""

import asyncio
from dataclasses import dataclass
from typing import Final

import openai

from digests.health.check import Check
from digests.setting_values import ModelAddress
from digests.settings import Settings
from digests.summaries.spending.prices import format_micros, to_micros

_SECONDS: Final = 10.0
_MAX_NAMES: Final = 8
_USES: Final = {
    "LLM fallback": "names a second model, for papers that the first one declines or leaves a fault in",
    "LLM judge": "names a model that reads translations beside the originals",
}


@dataclass(frozen=True, slots=True)
class _Asked:
    """`variable`, `url` and `key`: the settings that its name, address and key come from."""

    name: str
    address: ModelAddress | None
    variable: str
    url: str = "OPENAI_BASE_URL"
    key: str = "OPENAI_API_KEY"


async def check_models(settings: Settings) -> list[Check]:
    if not settings.has_llm:
        advice = "Set OPENAI_BASE_URL or OPENAI_API_KEY, and PAPERPOST_LLM_MODEL. Without one: English, labelled."
        return [Check("LLM", None, "not set", advice)]
    second_url, second_key = settings.llm_fallback_base_url, settings.llm_fallback_api_key
    asked = (
        _Asked("LLM", settings.first_model, "PAPERPOST_LLM_MODEL"),
        _Asked(
            "LLM fallback",
            settings.second_model,
            "PAPERPOST_LLM_FALLBACK_MODEL",
            url="PAPERPOST_LLM_FALLBACK_BASE_URL" if second_url else "OPENAI_BASE_URL",
            key="PAPERPOST_LLM_FALLBACK_API_KEY" if second_url or second_key else "OPENAI_API_KEY",
        ),
        _Asked("LLM judge", settings.judge_model, "PAPERPOST_LLM_JUDGE_MODEL"),
    )
    return [*await asyncio.gather(*map(_check, asked)), _check_cost(settings)]


async def _check(asked: _Asked) -> Check:
    address = asked.address
    if address is None:
        return Check(asked.name, None, "not set", f"{asked.variable} {_USES[asked.name]}.")
    client = openai.AsyncOpenAI(
        base_url=address.base_url,
        api_key=address.api_key.get_secret_value() or "none",
        max_retries=0,
        timeout=_SECONDS,
    )
    try:
        names = [model.id async for model in client.models.list()]
    except (openai.AuthenticationError, openai.PermissionDeniedError):
        return Check(asked.name, False, "the key is refused", f"Check {asked.key}.")
    except openai.NotFoundError:
        return Check(asked.name, True, f"{address.name}; its server is reachable and does not list its models")
    except openai.OpenAIError as error:
        return Check(asked.name, False, str(error), f"Check {asked.url}; it usually ends in /v1.")
    finally:
        await client.close()
    if address.name not in names:
        advice = f"Set {asked.variable}, to one of: {', '.join(names[:_MAX_NAMES])}"
        return Check(asked.name, False, f"no model {address.name!r}", advice)
    return Check(asked.name, True, address.name)


def _check_cost(settings: Settings) -> Check:
    asked, priced = settings.llm_models, settings.model_prices
    if unpriced := [name for name in dict.fromkeys(asked) if name not in priced]:
        unused = [name for name in priced if name not in asked]
        others = f"; it names {', '.join(unused)}, which nobody asks" if unused else ""
        detail = f"not counted: no price of {', '.join(unpriced)}"
        return Check("LLM cost", None, detail, f"Set PAPERPOST_LLM_PRICES{others}.")
    budget = to_micros(settings.llm_daily_budget)
    if budget is None:
        return Check(
            "LLM cost", True, "counted, without a limit", "PAPERPOST_LLM_DAILY_BUDGET would set one for a day."
        )
    return Check("LLM cost", True, f"at most {format_micros(budget)} a day (UTC), in the currency of the prices")
