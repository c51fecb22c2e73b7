"""What Telegram's stand-in keeps between two starts, and the file that it is in."""

from pathlib import Path
from typing import Final

from pydantic import BaseModel, Field, ValidationError

from digests.errors import ConfigError
from sandbox.keeping import replace_text
from sandbox.telegram_content import Params

# In this order: https://core.telegram.org/bots/api#botcommandscope, for a private chat without a list of its own.
_SCOPES: Final = ("all_private_chats", "default")


class Chat(BaseModel):
    """`messages` are Message objects of both sides, oldest first."""

    messages: list[Params] = Field(default_factory=list)
    language_code: str = "zh-hans"
    is_blocked: bool = False


class State(BaseModel):
    """`menus` are lists of commands by scope and two-letter language, `all_private_chats:en`."""

    chats: dict[int, Chat] = Field(default_factory=dict)
    updates: list[Params] = Field(default_factory=list)
    menus: dict[str, list[Params]] = Field(default_factory=dict)
    last_message_id: int = 0
    last_update_id: int = 0

    def find_menu(self, language_code: str) -> list[Params]:
        """What a phone in that language shows beside the input field."""
        language = language_code.partition("-")[0]
        names = [menu_name(scope, code) for scope in _SCOPES for code in (language, "")]
        return next((self.menus[name] for name in names if name in self.menus), [])


def menu_name(scope: str, language_code: str) -> str:
    return f"{scope}:{language_code}"


def load_state(path: Path) -> State:
    """Raises ConfigError for a file that is not ours."""
    try:
        return State.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return State()
    except (OSError, ValidationError) as error:
        raise ConfigError(f"{path} cannot be read: remove it, and the sandbox's chats begin anew.") from error


def keep_state(state: State, path: Path) -> None:
    replace_text(path, state.model_dump_json())
