"""Small changes of a known frame, in training only, so that wording matters less.

Synonyms and other ways to put the question, applied to the frame before its
slots are filled. They keep the meaning, and for translation samples only the
Chinese side varies: the English reference stays the one of the frame. A
variation that would be a held-out frame is thrown away, so what is held out
stays unseen.
"""

import itertools
import re

ENGLISH = [
    (r"\bin total\b", ["altogether", "in all", "all together"]), (r"\baltogether\b", ["in total", "in all"]), (r"\bin all\b", ["in total", "altogether"]),
    (r"\bare left\b", ["remain", "are left over", "are still there"]), (r"\bremain\b", ["are left", "are left over"]),
    (r"\bdollars\b", ["yuan", "euros", "pounds", "dollars"]), (r"\byuan\b", ["dollars", "coins", "yuan"]), (r"\bcents\b", ["pence", "cents"]),
    (r"\bkilometers\b", ["km", "miles", "kilometres"]), (r"\bmeters\b", ["metres", "m", "feet"]), (r"\bcentimeters\b", ["cm", "inches", "centimetres"]),
    (r"\bper hour\b", ["an hour", "every hour", "each hour"]), (r"\bper day\b", ["a day", "every day", "each day"]), (r"\ba day\b", ["per day", "each day", "daily"]),
    (r"\bbuys\b", ["purchases", "gets"]), (r"\bbought\b", ["purchased", "got"]), (r"\bgives\b", ["hands", "passes"]), (r"\bgave\b", ["handed", "passed"]),
    (r"\bcosts\b", ["is sold for", "is priced at"]), (r"\bequally\b", ["evenly", "fairly"]), (r"\bchildren\b", ["kids", "pupils", "friends", "students"]), (r"\bstudents\b", ["pupils", "children", "kids"]),
    (r"\beach\b(?=[.?,])", ["apiece", "each"]), (r"\bpeople\b", ["persons", "passengers", "people"]), (r"\bthe two\b", ["both", "the two of them", "they"]),
    (r"^What is (.+)\?$", [r"Find \1.", r"Calculate \1.", r"Compute \1.", r"Determine \1.", r"What's \1?", r"Tell me \1.", r"Give \1.", r"Work out \1.", r"I want to know \1.", r"State \1."]),
    (r"^(?:Find|Calculate|Compute|Determine) ([^.]+)\.$", [r"What is \1?", r"Work out \1.", r"Tell me \1.", r"Find \1.", r"Calculate \1.", r"Please find \1.", r"We want \1.", r"Your task is to find \1."]),
    (r"(?<=[.] )How many (.+)\?$", [r"Find how many \1.", r"Calculate how many \1.", r"So how many \1?", r"Tell me how many \1.", r"Then how many \1?", r"How many \1"]),
    (r"(?<=[.] )How much (.+)\?$", [r"Find how much \1.", r"Calculate how much \1.", r"So how much \1?", r"Tell me how much \1."]),
    (r"^If ", ["Suppose ", "When ", "Given that "]),
]
CHINESE = [
    ("一共有", ["总共有", "共有", "合起来有", "加起来有"]), ("一共", ["总共", "共", "合计"]), ("共有", ["一共有", "总共有"]), ("总共", ["一共", "共"]),
    ("还剩", ["还剩下", "剩下", "还余"]), ("剩下的", ["余下的", "其余的"]), ("平均分给", ["平分给", "等分给"]), ("平均放进", ["平均装进", "等分放进"]), ("平均分成", ["平分成", "等分成"]),
    ("等于多少", ["是多少", "得多少", "等于几"]), ("是多少", ["等于多少", "为多少", "是几"]), ("有多少", ["有几", "有多少"]),
    ("求", ["计算", "算出", "试求", "请求出"]), ("计算", ["求", "算一算", "算出"]), ("结果", ["得数", "答案"]),
    ("又买了", ["又购买了", "再买了", "接着买了"]), ("又买来", ["又购来", "再买来"]), ("送给", ["给了", "赠给"]), ("每个", ["每一个", "各个"]), ("每天", ["每日", "一天"]),
    ("两人", ["他们两人", "二人"]), ("现在", ["如今", "这时", "目前"]), ("今年", ["现在"]), ("已经", ["已"]), ("需要", ["要"]), ("花了", ["用了", "花去"]),
]


def expansions(text: str) -> set:
    """All texts a frame with ``[one|two]`` alternatives stands for (not nested)."""
    parts = re.split(r"\[([^\[\]]*)\]", text)
    choices = [part.split("|") if index % 2 else [part] for index, part in enumerate(parts)]
    return {"".join(chosen) for chosen in itertools.islice(itertools.product(*choices), 4096)}


def vary(random, text: str, chinese: bool, forbidden: set) -> str:
    """The text with some of the rules that apply to it, or unchanged."""
    varied = text
    for pattern, replacements in CHINESE if chinese else ENGLISH:
        if random.random() < 0.5 and re.search(pattern, varied):
            varied = re.sub(pattern, random.choice(replacements), varied, count=1)
    return text if varied in forbidden else varied
