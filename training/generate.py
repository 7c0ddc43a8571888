"""Makes training documents and evaluation sets out of the registered tasks.

    python -m training.generate --count 1000 --seed 7 --show      print some
    python -m training.generate --evaluation                      write training/evaluation/

Everything follows from the seed. A document is a ChatML conversation plus the
places that are learnt (the assistant turns).
"""

import argparse
import json
import random
import re
from pathlib import Path

from .phrasing import Phrasing
from .punctuation import typed, wide
from .registry import Problem, load_tasks
from .tasks.solution_to_chinese import mask, to_chinese
from .tools_in_words import CLOSE, OPEN, in_words

ROOT = Path(__file__).resolve().parent.parent
PROMPTS = {path.stem: path.read_text(encoding="utf-8").rstrip("\n") for path in (ROOT / "prompts").glob("*.j2")}

SYSTEM_MESSAGES = ["You are a helpful assistant.", "You are a helpful assistant.", "You are a math tutor.", "Answer the question.", "You are a careful assistant.", "You are an expert problem solver.", "Be brief.", "你是一个有用的助手。"]
SUFFIXES = ["Let's think step by step and output the final answer within \\boxed{}.", "Please put your final answer within \\boxed{}.", "Think step by step.", "Solve step by step and give the final answer in \\boxed{}.", "Put the answer in \\boxed{}.", "Please reason step by step.", "请一步一步思考,并把最终答案放在\\boxed{}中。"]
PREFIXES = [("请问,", "Please tell me: "), ("请问", "May I ask: "), ("请帮我算一下:", "Please help me work this out: "), ("问题:", "Question: "), ("你好,", "Hello, "), ("求助:", "I need help: "), ("题目:", "Problem: "), ("老师问:", "The teacher asks: "), ("请回答:", "Please answer: "), ("帮帮我:", "Help me: "), ("有一道题:", "Here is a problem: "),
            "Please ", "Hi! ", "Can you help? ", "Q: ", "Quick question: ", "Hey, ", "Exercise: ", "Try this: ", "My homework says: "]
SUFFIX_WORDS = [("谢谢!", " Thank you!"), ("请回答。", " Please answer."), ("谢谢", " Thanks"), " Thanks!", " Please explain.", " Thank you."]


class Document:
    """Alternating pieces of text; learnt pieces carry the loss."""

    def __init__(self):
        self.pieces: list = []
        self.messages: list = []

    def add(self, text: str, learnt: bool = False):
        """Append a piece."""
        self.pieces.append((text, learnt))

    def turn(self, role: str, text: str):
        """A turn that is only read."""
        self.messages.append({"role": role, "content": text})
        self.add(f"<|im_start|>{role}\n{text}<|im_end|>\n")

    def with_tools(self, messages: list, tools: list):
        """Turns that are only read; where something can be called, they follow the system message and nothing else."""
        told = in_words([message for message in self.messages if not tools or message["role"] == "system"] + messages, tools)
        self.pieces, self.messages = [], []
        for message in told:
            self.turn(message["role"], message["content"])


def polish(generator: random.Random, phrasing: Phrasing, chinese: str, english: str) -> tuple[str, str]:
    """Prefixes, politeness and sloppy typing."""
    if generator.random() < 0.12:
        prefix = phrasing.frame(PREFIXES)
        chinese = (prefix[0] if isinstance(prefix, tuple) else "") + chinese
        english = (prefix[1] if isinstance(prefix, tuple) else prefix) + english
    if generator.random() < 0.05:
        suffix = phrasing.frame(SUFFIX_WORDS)
        chinese += suffix[0] if isinstance(suffix, tuple) else ""
        english += suffix[1] if isinstance(suffix, tuple) else suffix
    if chinese:
        chinese = typed(generator, chinese)
        if generator.random() < 0.08:
            chinese = re.sub("[\u3002.?\uff1f]$", "", chinese)
    if phrasing.language == "en":
        draw = generator.random()
        if draw < 0.07:
            english = re.sub("[.?]$", "", english)
        elif draw < 0.12 and english[:1].isupper() and english[1:2].islower():
            english = english[0].lower() + english[1:]
    return chinese, english


def replace_numbers(chinese: str, english: str) -> tuple[str, str] | None:
    """Put placeholders for all numbers, when every number occurs once on both sides."""
    pattern = r"(?<![\w.⟦])\d+(?:\.\d+)?(?![\w.]*⟧)"
    left, right = re.findall(pattern, chinese), re.findall(pattern, english)
    if not left or sorted(left) != sorted(right) or len(set(left)) != len(left):
        return None
    numbering = {number: f"⟦M{index + 1}⟧" for index, number in enumerate(left)}
    swap = lambda found: numbering[found.group(0)]
    return re.sub(pattern, swap, chinese), re.sub(pattern, swap, english)


def translation_pair(generator: random.Random, problem: Problem, chinese: str, english: str) -> tuple[str, str]:
    """The source and its reference, with placeholders the way the chain puts them."""
    count = 0
    for text in problem.masked:
        if generator.random() < 0.7 and chinese.count(text) == 1 and english.count(text) == 1 and len(text) > 2:
            count += 1
            chinese, english = chinese.replace(text, f"⟦M{count}⟧"), english.replace(text, f"⟦M{count}⟧")
    if not count and generator.random() < 0.25:
        replaced = replace_numbers(chinese, english)
        if replaced:
            return replaced
    return chinese, english


def claims_prompt(problem: Problem, question: str) -> str:
    """What is asked about a solution or a claim."""
    text = PROMPTS[problem.kind].replace("{{ question }}", question)
    for name, inserted in problem.inserted.items():
        text = text.replace(f"{{{{ {name} }}}}", inserted)
    return text


class Maker:
    """Draws problems and turns them into documents or evaluation entries."""

    def __init__(self, seed, held_out: bool = False, varied: bool = False, measured: bool = False, only: tuple = ()):
        self.random = random.Random(seed)
        self.held_out, self.varied = held_out, varied
        self.tasks = [task for task in load_tasks().values() if (task.measured or not measured) and (not only or task.name in only)]
        self.weights = [task.weight for task in self.tasks]

    def problem(self, only: str | None = None, language: str | None = None):
        """One polished problem with its language; honours the split."""
        while True:
            task = self.random.choices(self.tasks, self.weights)[0]
            spoken = language or self.random.choices(list(task.languages), list(task.languages.values()))[0]
            if spoken not in task.languages:
                continue
            phrasing = Phrasing(self.random, spoken, self.held_out, self.varied)
            try:
                problem = task.make(self.random, phrasing)
            except IndexError:  # a list without frames for this language
                continue
            if only and problem.kind != only:
                continue
            chinese, english = problem.chinese, problem.english
            if problem.kind not in ("tools", "json"):  # where every mark may be part of a value
                chinese, english = polish(self.random, phrasing, chinese, english)
            if self.held_out and not phrasing.used_held_out:
                continue
            if len(problem.thinking) > 900:
                continue
            return task, problem, spoken, chinese, english

    def user_text(self, problem: Problem, question: str) -> str:
        """The question inside the prompt, bare, or with another usual suffix."""
        draw = self.random.random()
        template = "code" if problem.kind == "code" else "math"
        if problem.kind == "out_of_domain":
            template = self.random.choice(["math", "math", "code"])
            draw = draw * 0.9 + (0.1 if draw > 0.4 else 0)
        if draw < 0.5:
            return PROMPTS[template].replace("{{ question }}", question)
        if draw < 0.9:
            return question
        return question + self.random.choice(["\n\n", " ", "\n"]) + (wide(self.random.choice(SUFFIXES)) if problem.kind != "code" else self.random.choice(["Please write the code in Python.", "Use Python.", "Put the program in one ```python code block.", "Think step by step."]))

    def document(self) -> Document:
        """One training document."""
        document = Document()
        if self.random.random() < 0.15:
            document.turn("system", self.random.choice(SYSTEM_MESSAGES))
        rounds = 2 if self.random.random() < 0.04 else 1
        for last in range(rounds):
            self.exchange(document, final=last == rounds - 1)
        return document

    def exchange(self, document: Document, final: bool):
        """A question and its answer; earlier answers are shown without thinking."""
        task, problem, spoken, chinese, english = self.problem()
        if problem.kind in ("tools", "json") or problem.tools:
            return self.with_tools(document, problem, english if spoken == "en" else chinese, final)
        if problem.kind == "math" and self.random.random() < 0.05:
            source = mask(problem.answer, self.random)
            return self.finish(document, PROMPTS["translate-to-chinese"].replace("{{ solution }}", source), None, wide(to_chinese(source)), final)
        if spoken == "pair":
            source, reference = translation_pair(self.random, problem, chinese, english)
            return self.finish(document, PROMPTS["translate-to-english"].replace("{{ question }}", source), None, reference, final)
        question = english if spoken == "en" else chinese
        if problem.kind in ("claims", "judge"):
            if self.random.random() < 0.1:  # people ask their questions with such a line, and it comes along
                question += "\n\n" + self.random.choice(SUFFIXES)
            return self.finish(document, claims_prompt(problem, question), problem.thinking or None, problem.answer, final)
        thinking = problem.thinking
        if problem.kind == "math" and len(thinking) < 30 and self.random.random() < 0.1:
            thinking = None
        self.finish(document, self.user_text(problem, question), thinking, problem.answer, final)

    def with_tools(self, document: Document, problem: Problem, question: str, final: bool):
        """A question with functions to call, or about JSON, and its answer; with functions there is no earlier round."""
        if problem.tools and not final:
            return
        text = question if problem.kind in ("tools", "json") else self.user_text(problem, question)
        document.with_tools(problem.before + [{"role": "user", "content": text}] + problem.after, problem.tools)
        spared = 0.06 if problem.kind in ("tools", "json") else 0.1 if problem.kind == "math" and len(problem.thinking) < 30 else 0.0
        thinking = None if self.random.random() < spared else problem.thinking
        self.answer(document, thinking, problem.answer, final)

    def finish(self, document: Document, user: str, thinking: str | None, answer: str, final: bool):
        """Add the two turns."""
        document.turn("user", user)
        self.answer(document, thinking, answer, final)

    def answer(self, document: Document, thinking: str | None, answer: str, final: bool):
        """Add the turn that is learnt, if it is the final one."""
        document.add("<|im_start|>assistant\n")
        if not final:
            document.add(answer, learnt=False)
            document.add("<|im_end|>\n")
        elif answer.startswith(OPEN):
            # In the pieces that the server makes of it: where a call is required, the tag is said in the model's place.
            required = self.random.random() < 0.3
            if thinking is None:
                document.add("<think>\n\n</think>\n\n")
            else:
                document.add(f"<think>\n{thinking}\n</think>" + "\n\n" * (not required), learnt=True)
            document.add(f"{OPEN}\n", learnt=not required)
            document.add(answer.removeprefix(f"{OPEN}\n").removesuffix(f"\n{CLOSE}"), learnt=True)
            document.add(f"\n{CLOSE}<|im_end|>", learnt=True)
        elif thinking is None:
            document.add("<think>\n\n</think>\n\n")
            document.add(answer + "<|im_end|>", learnt=True)
        else:
            document.add(f"<think>\n{thinking}\n</think>\n\n{answer}<|im_end|>", learnt=True)

    def entry(self, kind: str, number: int) -> dict:
        """One evaluation entry of `kind` math, code, translation or out_of_domain."""
        if kind == "translation":
            while True:
                task, problem, _, chinese, english = self.problem(language="pair")
                if problem.kind in ("math", "code"):
                    break
            source, reference = translation_pair(self.random, problem, chinese, english)
            return {"id": f"{kind}-{number}", "kind": kind, "task": task.name, "prompt": PROMPTS["translate-to-english"].replace("{{ question }}", source), "source": source, "reference": reference}
        while True:
            task, problem, spoken, chinese, english = self.problem(only=kind, language=self.random.choices(["en", "zh"], [0.75, 0.25])[0])
            if task.name != "out_of_domain" or kind == "out_of_domain":
                break
        question = english if spoken == "en" else chinese
        template = "code" if kind == "code" else "math"
        prompt = PROMPTS[template].replace("{{ question }}", question) if self.random.random() < 0.6 else question
        entry = {"id": f"{kind}-{number}", "kind": kind, "task": task.name, "language": spoken, "question": question, "prompt": prompt}
        if kind == "code":
            return {**entry, "function": problem.function, "named": problem.function in question, "tests": problem.tests}
        return {**entry, "gold": problem.gold}


    def tools_entry(self, number: int) -> dict:
        """One evaluation entry with functions to call."""
        task, problem, spoken, chinese, english = self.problem(language=self.random.choices(["en", "zh"], [0.7, 0.3])[0])
        question = english if spoken == "en" else chinese
        entry = {"id": f"tools-{number}", "kind": "tools", "task": task.name, "language": spoken, "prompt": question, "messages": [*problem.before, {"role": "user", "content": question}, *problem.after], "tools": problem.tools}
        if task.name == "tool_unneeded":
            return {**entry, "otherwise": problem.kind, "gold": problem.gold, "function": problem.function, "named": problem.function in question if problem.function else False, "tests": problem.tests}
        return {**entry, "call" if task.name == "tool_call" else "says": json.loads(problem.gold) if task.name == "tool_call" else problem.gold}


    def claims_entry(self, kind: str, number: int) -> dict:
        """One evaluation entry about claims; true and false take turns."""
        while True:
            task, problem, spoken, chinese, english = self.problem(language=self.random.choices(["en", "zh"], [0.75, 0.25])[0])
            if kind == "claims" or problem.gold == ("true", "false")[number % 2]:
                break
        question = english if spoken == "en" else chinese
        entry = {"id": f"{kind}-{number}", "kind": kind, "task": problem.inserted.get("about", task.name), "language": spoken, "question": question, "prompt": claims_prompt(problem, question), "gold": problem.gold}
        return {**entry, "solution": problem.inserted["solution"], "reference": problem.answer} if kind == "claims" else entry


def write_evaluation(folder: Path, count: int):
    """All evaluation files, from seeds that training never uses."""
    folder.mkdir(parents=True, exist_ok=True)
    for kind in ("math", "code", "translation", "out_of_domain"):
        for split in ("known", "heldout"):
            maker = Maker(f"evaluation-{kind}-{split}", held_out=split == "heldout", measured=True)
            with open(folder / f"{kind}-{split}.jsonl", "w", encoding="utf-8") as file:
                for number in range(count):
                    file.write(json.dumps(maker.entry(kind, number), ensure_ascii=False) + "\n")
    for split in ("known", "heldout"):
        maker = Maker(f"evaluation-tools-{split}", held_out=split == "heldout", only=("tool_call", "tool_result", "tool_unneeded"))
        with open(folder / f"tools-{split}.jsonl", "w", encoding="utf-8") as file:
            for number in range(count):
                file.write(json.dumps(maker.tools_entry(number), ensure_ascii=False) + "\n")
    for kind, split in (("claims", "known"), ("judge", "known"), ("judge", "heldout")):
        maker = Maker(f"evaluation-{kind}-{split}", held_out=split == "heldout", only=(kind,))
        with open(folder / f"{kind}-{split}.jsonl", "w", encoding="utf-8") as file:
            for number in range(count):
                file.write(json.dumps(maker.claims_entry(kind, number), ensure_ascii=False) + "\n")


def write_voting(file: Path, count: int):
    """Problems for `ponder eval`, known and held-out phrasings by turns, none of them twice."""
    makers = [Maker(f"evaluation-voting-{split}", held_out=split == "heldout", measured=True) for split in ("known", "heldout")]
    seen: set = set()
    with open(file, "w", encoding="utf-8") as lines:
        while len(seen) < count:
            split = len(seen) % 2
            entry = makers[split].entry("math", len(seen))
            if entry["question"] not in seen:
                lines.write(json.dumps({"id": f"{('known', 'heldout')[split]}-{len(seen)}", "task": entry["task"], "problem": entry["question"], "answer": entry["gold"]}, ensure_ascii=False) + "\n")
                seen.add(entry["question"])


def main():
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--seed", default="show")
    parser.add_argument("--show", action="store_true", help="print documents")
    parser.add_argument("--evaluation", action="store_true", help="write training/evaluation")
    parser.add_argument("--evaluation-count", type=int, default=200)
    parser.add_argument("--voting", type=int, metavar="COUNT", help="write so many problems for `ponder eval` to training/evaluation/voting.jsonl")
    options = parser.parse_args()
    if options.voting:
        write_voting(Path(__file__).parent / "evaluation" / "voting.jsonl", options.voting)
    if options.evaluation:
        write_evaluation(Path(__file__).parent / "evaluation", options.evaluation_count)
    if options.show:
        maker = Maker(options.seed, varied=True)
        for _ in range(options.count):
            print("".join(f"\033[92m{text}\033[0m" if learnt else text for text, learnt in maker.document().pieces), "\n")


if __name__ == "__main__":
    main()
