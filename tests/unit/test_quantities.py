"""A number may change its form, never its value, its unit or its number of times."""

import pytest

from digests.summaries.checking.factors import (
    find_changed_compounds,
    find_changed_factors,
    find_changed_money,
)
from digests.summaries.checking.quantities import (
    find_changed_units,
    find_invented,
    find_lost,
    find_lost_counts,
    find_lost_marks,
)

SAME = [
    ("1.5M images", "150 万张图像"),
    ("40,000 users and 2 billion rows", "4万名用户与20亿行"),
    ("1.2 trillion tokens", "1.2 万亿 token"),
    ("three of 5 tasks", "五项任务中的三项"),
    ("Qwen3-4B and GPT-4 in 3D", "两个模型"),
    ("Llama 2 and Step 3.5", "Llama2 与 Step3.5"),
    ("a 2x speed-up, 10k steps", "2 倍加速,1 万步"),
    ("16x16 patches", "16×16 的图块"),
    ("from 54.2 to 58.9", "从54.2升至58.9"),
    ("from 54.2 to 58.9%", "从54.2%升至58.9%"),
    ("from 54.2 on the old set to 58.9%", "从旧集上的54.2%升至58.9%"),
    ("38 to 61 percent", "38%至61%"),
    ("10, 20, and 30%", "10%、20% 和 30%"),
    ("2-3 million rows", "200 万到 300 万行"),
    ("the 20th run of 2026", "2026 年的第 20 次"),
    ("in the 1990s", "20 世纪 90 年代"),
    ("people over 70 years", "70 岁以上的人"),
    ("an order of magnitude faster by half", "快 10 倍,减少 50%"),
    ("faster by a factor of 10", "快 10 倍"),
    ("twenty-five of ninety nine tasks, sixteen of them new", "99 项任务中的 25 项,其中 16 项是新的"),
    ("one hundred and fifty users, two hundred thousand rows", "150 名用户,20 万行"),
    ("a fivefold gain", "提升 5 倍"),
    ("5-fold cross-validation, 5 times", "做 5 次 5 折交叉验证"),
    ("25 K images at 300 K", "2.5 万张图像,温度 300 K"),
    ("12 tasks of 350", "三百五十项任务中的十二项"),
    ("1.9 points better", "高 1.9 个百分点"),
    ("by 5% and 3 percentage points", "提高百分之5和3个百分点"),
    ("50 ms, 2 GHz, 80GB, a 24-hour run", "50 毫秒、2 GHz、80 GB、24 小时的运行"),
    ("100+ runs", "100+ 次"),
    ("in May and June", "在 5 月和 6 月"),
    ("dozens of models", "数十种模型"),
    ("it works very well", "它十分有效"),
    ("stars of 30 solar masses", "30 倍太阳质量的恒星"),
    ("3 standard deviations", "3 倍标准差"),
    ("a quarter of a million users, half a dozen tasks", "25 万名用户,6 项任务"),
    ("at 300 K and 5 °C", "在 300 K 与 5 摄氏度下"),
    ("at 20 to 30 degrees Celsius", "在 20 至 30 ℃ 下"),
    ("a gain of -40 dB", "增益为 -40 dB"),
    ("a change of -1.5 points", "降低 1.5 个百分点"),
    ("at -5 °C", "在零下 5 度"),
]


@pytest.mark.parametrize(("english", "chinese"), SAME)
def test_a_number_may_change_its_form(english, chinese):
    assert find_lost(english, chinese) == []
    assert find_lost_counts(english, chinese) == []
    assert find_invented(chinese, english) == []
    assert find_changed_units(english, chinese) == []


@pytest.mark.parametrize(
    ("english", "chinese", "lost", "invented"),
    [
        ("gains 46.3 points", "提升 43.6 点", ["46.3 points"], ["43.6"]),
        ("1.5M images", "15 万张图像", ["1.5M"], ["15 万"]),
        ("a 7B model", "7 个模型", ["7B"], ["7"]),
        ("12 tasks", "一些任务", ["12"], []),
        ("12 tasks, then 12 again", "12 项任务", ["12"], []),
        ("some tasks", "95% 的任务", [], ["95%"]),
        ("some tasks", "六项任务", [], ["六"]),
        ("sixteen tasks, two hundred users", "6 项任务,400 名用户", [], ["6", "400"]),
        ("16 tasks", "十五项任务", ["16"], ["十五"]),
        ("it may help", "有 5 项帮助", [], ["5"]),
        ("40 runs with Llama3", "多次运行 Llama3", ["40"], []),
    ],
)
def test_a_changed_number_is_found(english, chinese, lost, invented):
    assert (find_lost(english, chinese), find_invented(chinese, english)) == (lost, invented)


@pytest.mark.parametrize(
    ("english", "chinese", "changed"),
    [
        ("a gain of 5%", "提升 5", ["5%→5"]),
        ("yielding +10.2 improvement", "提升了+10.2倍", ["+10.2→+10.2倍"]),
        ("an accuracy of 46.3", "准确率 46.3%", ["46.3→46.3%"]),
        ("a latency of 50 ms", "延迟 50 秒", ["50 ms→50 秒"]),
        ("it is 3.5× faster", "快 3.5%", ["3.5×→3.5%"]),
        ("80 GB of memory", "80 MB 内存", ["80 GB→80 MB"]),
        ("from 41.8% to 55.2%", "从 41.8 提高到 55.2%", ["41.8%→41.8"]),
        ("a change of -1.5", "变化为 +1.5", ["-1.5→+1.5"]),
        ("a gain of -40 dB", "增益为 40 dB", ["-40 dB→40 dB"]),
        ("an error of -5", "误差为 5", ["-5→5"]),
        ("at 300 K and 5 °C", "在 300 °C 与 5 K 下", ["5 °C→5 K"]),
    ],
)
def test_a_changed_unit_is_found(english, chinese, changed):
    assert find_changed_units(english, chinese) == changed


def test_a_count_in_words_is_found_when_it_changed():
    assert find_lost_counts("on seven benchmarks", "在六项基准上") == ["seven"]
    assert find_lost_counts("four to five days", "四至五天") == []


@pytest.mark.parametrize(
    ("english", "chinese", "lost"),
    [
        ("(i) one and (ii) two", "（i）一，（ii）二", []),
        ("(i) one and (ii) two", "其一，一；其二，二", []),
        ("(1) one and (2) two", "①一②二", []),
        ("1) one and 2) two", "1）一，2）二", []),
        ("(1) one, (2) two and (3) three", "(1)一,(2)二并三", ["3"]),
        ("(i) one and (ii) two", "一和二", ["i", "ii"]),
        ("the group SO(3) and (5)", "群 SO(3)", []),
    ],
)
def test_the_items_of_an_enumeration_are_counted(english, chinese, lost):
    assert find_lost_marks(english, chinese) == lost


@pytest.mark.parametrize(
    ("find_changed", "english", "chinese", "changed"),
    [
        (find_changed_factors, "it doubles the speed", "速度提高到三倍", ["三倍"]),
        (find_changed_factors, "it doubles the speed", "速度翻倍,达到两倍", []),
        (find_changed_factors, "a threefold increase", "增加两倍", []),
        (find_changed_factors, "a 2x gain", "增益两倍", []),
        (find_changed_factors, "triploid cells and some light", "三倍体细胞与三倍频光", []),
        (find_changed_factors, "two orders of magnitude faster", "快了两倍", ["two orders of magnitude→两倍"]),
        (find_changed_factors, "two orders of magnitude faster", "快了两个数量级,即百倍", []),
        (find_changed_compounds, "a two-user channel", "三用户信道", ["two-user→三用户"]),
        (find_changed_compounds, "a two-user channel", "双用户信道", []),
        (find_changed_compounds, "three-stage, then two-stage", "先是三阶段,再是两阶段", []),
        (find_changed_compounds, "a three-layer net", "含 3 层的网络", []),
        (find_changed_compounds, "a two-way channel", "双向信道", []),
        (find_changed_money, "it costs $5", "花费 5 元", ["5 元"]),
        (find_changed_money, "it costs $5", "花费 5 欧元", ["5 欧元"]),
        (find_changed_money, "it costs $5 million", "花费 500 万美元", []),
        (find_changed_money, "5 yuan or €3", "5 元或 3 欧元", []),
        (find_changed_money, "5-tuples for $3", "以 3 美元得到 5 元组", []),
        (find_changed_money, "a $3$-ary function", "3 元函数,共 3 元", []),
    ],
)
def test_how_many_times_and_which_money_is_read_in_words_too(find_changed, english, chinese, changed):
    assert list(find_changed(english, chinese)) == changed
