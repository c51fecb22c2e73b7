"""An answer of OpenAI's protocol: what it says, whether it is whole, and what it costs."""

from typing import Annotated, Any, Final

from pydantic import BaseModel, Field, ValidationError, ValidatorFunctionWrapHandler, WrapValidator
from pydantic_core import from_json

from digests.summaries.asking.answer import unwrap
from digests.summaries.asking.model import Tokens

# Measured with Qwen's and DeepSeek's tokenizers (English and Chinese abstracts).
_ENGLISH_CHARS_PER_TOKEN: Final = 5.1
_CHINESE_CHARS_PER_TOKEN: Final = 1.9
_FIRST_CHINESE: Final = "\u2e80"
# Zhipu's word is the second.
_DECLINED: Final = frozenset({"content_filter", "sensitive"})
# DeepSeek under load ends an answer with the first one, OpenRouter with the second, Zhipu with the third.
_BROKEN_OFF: Final = frozenset({"insufficient_system_resource", "error", "network_error"})


def estimate_tokens(text: str) -> int:
    """Never 0."""
    chinese = sum(character >= _FIRST_CHINESE for character in text)
    english = len(text) - chinese
    return 1 + int(english / _ENGLISH_CHARS_PER_TOKEN + chinese / _CHINESE_CHARS_PER_TOKEN)


def _forgive(value: Any, validate: ValidatorFunctionWrapHandler) -> Any:
    try:
        return validate(value)
    except ValidationError:
        return None


#: An answer is not lost because its bill cannot be read.
_Count = Annotated[Annotated[int, Field(ge=0)] | None, WrapValidator(_forgive)]


class _Details(BaseModel):
    cached_tokens: _Count = None


class _Usage(BaseModel):
    prompt_tokens: _Count = None
    completion_tokens: _Count = None
    prompt_tokens_details: Annotated[_Details | None, WrapValidator(_forgive)] = None
    #: DeepSeek's word for it.
    prompt_cache_hit_tokens: _Count = None


class _Message(BaseModel):
    content: str | None = None
    refusal: str | None = None


class _Choice(BaseModel):
    message: _Message
    finish_reason: str | None = None


class Reply(BaseModel):
    choices: list[_Choice] = Field(min_length=1)
    usage: Annotated[_Usage | None, WrapValidator(_forgive)] = None

    @property
    def text(self) -> str:
        return self.choices[0].message.content or ""

    @property
    def finish_reason(self) -> str:
        return self.choices[0].finish_reason or "stop"

    @property
    def is_declined(self) -> bool:
        return self.finish_reason in _DECLINED or bool(self.choices[0].message.refusal)

    @property
    def is_broken_off(self) -> bool:
        return self.finish_reason in _BROKEN_OFF

    @property
    def is_blank(self) -> bool:
        """Thoughts alone are nothing either."""
        return self.finish_reason != "length" and not unwrap(self.text)

    @property
    def is_half(self) -> bool:
        """Some servers end with `stop` where there was no more room."""
        return self.finish_reason != "length" and _is_half_json(unwrap(self.text))

    @property
    def has_json(self) -> bool:
        return "{" in self.text

    def count_tokens(self, prompt_estimate: int) -> Tokens:
        """The server's counts, and estimates for those that are missing or 0."""
        usage = self.usage or _Usage()
        prompt = usage.prompt_tokens or prompt_estimate
        details = usage.prompt_tokens_details or _Details()
        cached = details.cached_tokens or usage.prompt_cache_hit_tokens or 0
        return Tokens(prompt, usage.completion_tokens or estimate_tokens(self.text), min(cached, prompt))


def _is_half_json(text: str) -> bool:
    if not text.startswith("{"):
        return False
    try:
        from_json(text)
    except ValueError:
        try:
            from_json(text, allow_partial=True)
        except ValueError:
            # Wrong in its middle: answer.py may know how to read it.
            return False
        return True
    return False
