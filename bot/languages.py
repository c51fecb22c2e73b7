"""What the languages of the chat call themselves."""

from typing import Final

from digests.chinese import TRADITIONAL

#: As each names itself: it must be found by somebody who reads no other.
NAMES: Final = {"zh": "简体中文", TRADITIONAL: "繁體中文", "en": "English"}
