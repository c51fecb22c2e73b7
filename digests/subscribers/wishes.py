"""Where digests are wanted, as people write it: `telegram`, `邮件`, `两者都要`."""

from digests.delivery.channel import EMAIL, TELEGRAM
from digests.subscribers.typed import fold_setting, refuse_setting
from digests.subscribers.words import load_words


def parse_channels(text: str) -> frozenset[str]:
    """The wanted ones, as in digests/delivery/channel.py; at least one.

    Raises  InputError: `chat.no_channels`, `chat.bad_channels`.
    """
    folded = fold_setting(text)
    for sign in ",、&+和与":
        folded = folded.replace(sign, " ")
    meant = {load_words("channel").get(word, "") for word in folded.split()} - {"between"}
    if "" in meant or not meant:
        raise refuse_setting("channels", text)
    return frozenset({TELEGRAM, EMAIL} if "both" in meant else meant)
