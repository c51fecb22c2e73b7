"""The languages that digests and answers come in, and what people call them."""

from digests.subscribers.typed import fold_setting, refuse_setting
from digests.subscribers.words import load_words


def parse_language(text: str) -> str:
    """`zh`, `zh-Hant` or `en`.

    Raises  InputError: `chat.no_language`, `chat.bad_language`.
    """
    language = load_words("language").get(fold_setting(text).replace("_", "-"))
    if language is None:
        raise refuse_setting("language", text)
    return language
