"""The models that are asked: each server's list of them, and what is known of their cost. No question is asked."""

import asyncio
from dataclasses import dataclass
from typing import Final

import openai
from pydantic import SecretStr

from digests.health.check import Check
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
    model: str
    base_url: str
    api_key: SecretStr
    variable: str
    url: str = "OPENAI_BASE_URL"
    key: str = "OPENAI_API_KEY"


async def check_models(settings: Settings) -> list[Check]:
    if not settings.has_llm:
        advice = "Set OPENAI_BASE_URL or OPENAI_API_KEY, and PAPERPOST_LLM_MODEL. Without one: English, labelled."
        return [Check("LLM", None, "not set", advice)]
    base_url, key = settings.llm_base_url, settings.llm_api_key
    first = _Asked("LLM", settings.llm_model, base_url, key, "PAPERPOST_LLM_MODEL")
    judge = _Asked("LLM judge", settings.llm_judge_model, base_url, key, "PAPERPOST_LLM_JUDGE_MODEL")
    checks = await asyncio.gather(_check(first), _check_second(settings), _check_if_set(judge))
    return [*checks, _check_cost(settings)]


async def _check_second(settings: Settings) -> Check:
    # As bootstrap opens it: the first one's key is no business of another server.
    shares_key = not (settings.llm_fallback_base_url or settings.llm_fallback_api_key)
    return await _check_if_set(
        _Asked(
            "LLM fallback",
            settings.llm_fallback_model,
            settings.llm_fallback_base_url or settings.llm_base_url,
            settings.llm_api_key if shares_key else settings.llm_fallback_api_key,
            "PAPERPOST_LLM_FALLBACK_MODEL",
            url="PAPERPOST_LLM_FALLBACK_BASE_URL" if settings.llm_fallback_base_url else "OPENAI_BASE_URL",
            key="OPENAI_API_KEY" if shares_key else "PAPERPOST_LLM_FALLBACK_API_KEY",
        )
    )


async def _check_if_set(asked: _Asked) -> Check:
    if asked.model:
        return await _check(asked)
    return Check(asked.name, None, "not set", f"{asked.variable} {_USES[asked.name]}.")


async def _check(asked: _Asked) -> Check:
    client = openai.AsyncOpenAI(
        base_url=asked.base_url or None,
        api_key=asked.api_key.get_secret_value() or "none",
        max_retries=0,
        timeout=_SECONDS,
    )
    try:
        names = [model.id async for model in client.models.list()]
    except (openai.AuthenticationError, openai.PermissionDeniedError):
        return Check(asked.name, False, "the key is refused", f"Check {asked.key}.")
    except openai.NotFoundError:
        return Check(asked.name, True, f"{asked.model}; its server is reachable and does not list its models")
    except openai.OpenAIError as error:
        return Check(asked.name, False, str(error), f"Check {asked.url}; it usually ends in /v1.")
    finally:
        await client.close()
    if asked.model not in names:
        advice = f"Set {asked.variable}, to one of: {', '.join(names[:_MAX_NAMES])}"
        return Check(asked.name, False, f"no model {asked.model!r}", advice)
    return Check(asked.name, True, asked.model)


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
