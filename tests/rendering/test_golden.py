"""Every format of every sample, as a person would see it change."""

import pytest

from digests.rendering.chat_page import render_chat
from digests.rendering.formats import FORMATS, render
from digests.rendering.telegram import render_parts
from tests.rendering.samples import SAMPLES


@pytest.mark.parametrize("sample", SAMPLES)
@pytest.mark.parametrize("form", FORMATS)
def test_it_looks_as_it_was_reviewed(form, sample, golden):
    digest, cards = SAMPLES[sample]
    golden(f"{sample}.{form}", render(digest, cards, form))


def test_the_chat_page_looks_as_it_was_reviewed(golden):
    golden("normal.chat.html", render_chat(render_parts(*SAMPLES["normal"])))
