"""The mail with a code that proves an address."""

from typing import Final

from markupsafe import Markup

from digests.phrases import load_phrases
from digests.rendering.email import Mail, inline_styles
from digests.rendering.templates import fill, load_source

_FOLDER: Final = "email/code"
#: The look of all mails of the house, and what only this one has.
_STYLES: Final = ("email/daily/style.css", f"{_FOLDER}/style.css")


def render_code_mail(code: str, *, language: str = "zh", valid_minutes: int = 30) -> Mail:
    phrases = load_phrases(language)
    fields = {"code": code, "minutes": valid_minutes, "phrases": phrases}
    # Our own files: the only text that is not escaped.
    css = Markup("".join(map(load_source, _STYLES)))  # noqa: S704
    html = fill(f"{_FOLDER}/body.html", css=css, **fields)
    return Mail(
        subject=fill(f"{_FOLDER}/subject.txt", **fields).strip(),
        text=fill(f"{_FOLDER}/body.txt", **fields),
        html=inline_styles(html),
    )
