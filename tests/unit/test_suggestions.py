"""What somebody says they work on, before anybody is asked about it."""

import pytest

from digests.errors import InputError
from digests.subscribers.suggestions import find_subjects, read_description


@pytest.mark.parametrize(
    ("text", "description"),
    [
        ("  diffusion \n models\tfor robots ", "diffusion models for robots"),
        ("我做机器人抓取", "我做机器人抓取"),
        ("GPUs\x00and \u202ekernels", "GPUs and kernels"),
        ("x" * 300, "x" * 300),
        ("a" + " " * 400 + "b", "a b"),
    ],
)
def test_a_description_is_one_line_that_can_be_stored_and_shown(text: str, description: str):
    assert read_description(text) == description


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "chat.suggest_what"),
        ("?!，。", "chat.suggest_what"),
        ("2026", "chat.suggest_what"),
        ("👍", "chat.suggest_what"),
        ("x" * 301, "chat.suggest_too_long"),
        ("机器人" * 100_000, "chat.suggest_too_long"),
    ],
)
def test_what_is_no_description_is_refused(text: str, code: str):
    with pytest.raises(InputError) as caught:
        read_description(text)

    assert caught.value.code == code


@pytest.mark.parametrize(
    ("description", "subjects"),
    [
        ("diffusion models for robot grasping", ("diffusion models", "robot grasping")),
        ("I work on RLHF and on the safety of LLMs", ("RLHF", "safety", "LLMs")),
        ("我做机器人抓取里的扩散模型", ("robotic grasping", "diffusion model")),
        ("我用 GRPO 训练大模型", ("language model", "GRPO")),
        ("our new method", ()),
        ("你好", ()),
    ],
)
def test_its_subjects_are_found_in_english(description: str, subjects: tuple[str, ...]):
    assert find_subjects(description) == subjects
