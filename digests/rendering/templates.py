"""The words and looks people edit, from templates/. What ends in .html is escaped, what ends in .txt is not."""

from functools import cache
from importlib import resources

from jinja2 import Environment, FunctionLoader, StrictUndefined, select_autoescape


def load_source(name: str) -> str:
    return (resources.files("templates") / name).read_text("utf-8")


@cache
def environment() -> Environment:
    return Environment(
        loader=FunctionLoader(load_source),
        autoescape=select_autoescape(enabled_extensions=("html",), default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def fill(name: str, **fields: object) -> str:
    return environment().get_template(name).render(**fields)
