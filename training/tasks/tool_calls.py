"""Calls of functions: when one fits, when none does, and what to say when the result is there.

The prompt is what the server writes for a chat template that knows no tools
(`tools_in_words.py`). Thinking names what is wanted, the function, and each
argument with its words in the request; the call says the same as JSON.
"""

import json

from .. import tool_values as values
from ..phrasing import Phrasing
from ..registry import TASKS, Problem, task
from ..tool_plain import draw_plain
from ..tool_requests import compatible, draw, repeated
from ..tool_schemas import Request
from ..tools_in_words import call

LANGUAGES = {"en": 0.7, "zh": 0.3}
ERRORS = ["Error: not found.", "Error: timeout", "Error: unknown argument.", "Error: the value is too large.", "Error: no connection", "Error: permission denied.", "Error: {word} is missing.", "error: invalid {word}", "Error 404", "Error 500: {word}", "错误:没有找到。", "错误:参数无效。"]


def others(random, count: int, fits, families=(draw,)) -> list:
    """Functions that are not meant."""
    plain, found = Phrasing(random, random.choice(["en", "en", "zh"]), False), []
    while len(found) < count:
        other = (families[0] if len(families) == 1 else random.choice(families))(random, plain)
        if fits(other) and all(other.name.lower() != known["function"]["name"].lower() for known in found):
            found.append(other.tool)
    return found


def offered(random, request: Request, alone: float = 0.82, families=(draw,)) -> list:
    """The function that is meant among others that are not."""
    tools = others(random, random.choices([0, 1, 2, 3], [alone, 0.65 * (1 - alone), 0.25 * (1 - alone), 0.1 * (1 - alone)])[0], lambda other: compatible(request, other), families)
    tools.insert(random.randint(0, len(tools)), request.tool)
    return tools


def asked(phrasing, request: Request) -> str:
    """The request in its language."""
    return request.chinese if phrasing.language == "zh" else request.english


def result(random, request: Request, chinese: bool) -> tuple[str, str, str]:
    """What a function gives: its text, what matters in it, and the sentence that says so."""
    if random.random() < 0.08:
        text = random.choice(ERRORS).replace("{word}", values.word(random))
        return text, text, f"调用失败。{text}" if chinese else f"The call failed. {text}"
    if request.done:
        pairs = {"status": random.choice(["ok", "done", "created", "saved", "accepted"]), "id": random.choice([random.randint(1, 99999), values.code(random)])}
        if random.random() < 0.4:
            pairs.pop(random.choice(list(pairs)))
        said = ", ".join(f"{key} {value}" for key, value in pairs.items())
        return json.dumps(pairs), said, f"完成:{said}。" if chinese else f"Done: {said}."
    if request.result == "number":
        value = values.number(random)
    elif request.result == "year":
        value = random.randint(1500, 2030)
    else:
        value = {
            "digits": values.code, "color": lambda random: random.choice(values.LISTS["colors"]), "status": lambda random: random.choice(values.LISTS["statuses"]), "weather": lambda random: random.choice(values.LISTS["weathers"]),
            "time": lambda random: f"{random.randint(0, 23)}:{random.randint(10, 59)}", "date": lambda random: f"{random.randint(2000, 2030)}-{random.randint(10, 12)}-{random.randint(10, 28)}",
            "person": lambda random: values.person(random, chinese), "place": lambda random: values.place(random, chinese), "word": lambda random: values.word(random, chinese), "phrase": lambda random: values.phrase(random, chinese),
            "truth": lambda random: random.choice(["true", "false", "yes", "no"]),
        }[request.result](random)
    value = values.clean(value) if isinstance(value, str) else value
    key = random.choice(["result", "result", "value", "output", "answer", request.attribute[1].replace(" ", "_") if request.attribute else "data"])
    text = random.choice([str(value), str(value), json.dumps({key: value}, ensure_ascii=False), json.dumps({key: value}, ensure_ascii=False), json.dumps(value, ensure_ascii=False)])
    if request.attribute:
        attribute_zh, attribute, subject = request.attribute
        sentence = f"{subject}的{attribute_zh}是{value}。" if chinese else f"The {attribute} of {subject} is {value}."
    else:
        sentence = f"结果是{value}。" if chinese else f"The result is {value}."
    return text, str(value), sentence


def made_call(random, request: Request) -> dict:
    """The message in which the call was made; clients keep its arguments as text."""
    identifier = random.choice(["call_", "", "chatcmpl-tool-"]) + f"{random.getrandbits(32):08x}"
    return {"role": "assistant", "content": "", "tool_calls": [{"id": identifier, "type": "function", "function": {"name": request.name, "arguments": json.dumps(request.call["arguments"], ensure_ascii=False)}}]}


def answered(random, request: Request, chinese: bool) -> tuple[list, str, str]:
    """The call and its result as messages, what matters in it, and the sentence that says so."""
    text, matters, sentence = result(random, request, chinese)
    made = made_call(random, request)
    return [made, {"role": "tool", "tool_call_id": made["tool_calls"][0]["id"], "content": text}], matters, sentence


@task("tool_call", weight=4.0, languages=LANGUAGES, measured=False)
def tool_call(random, phrasing):
    """A function fits: it is called."""
    request = draw(random, phrasing)
    tools = offered(random, request)
    before: list = []
    if len(tools) == 1 and random.random() < 0.14:
        earlier = repeated(random, Phrasing(random, phrasing.language, False), request)
        if earlier:
            messages, _, sentence = answered(random, earlier, phrasing.language == "zh")
            before = [{"role": "user", "content": asked(phrasing, earlier)}, *messages, {"role": "assistant", "content": sentence}]
    made = request.call
    return Problem(english=request.english, chinese=request.chinese, thinking=request.thinking, answer=call(made["name"], made["arguments"]), kind="tools", gold=json.dumps(made, ensure_ascii=False), tools=tools, before=before)


@task("tool_result", weight=1.0, languages=LANGUAGES, measured=False)
def tool_result(random, phrasing):
    """The function was called: its result is told."""
    request = draw(random, phrasing)
    messages, matters, sentence = answered(random, request, phrasing.language == "zh")
    return Problem(english=request.english, chinese=request.chinese, thinking=f"result: {matters}", answer=sentence, kind="tools", gold=matters, tools=offered(random, request, 0.95), after=messages)


def unneeded(random, phrasing, families=(draw,)):
    """A question that is answered as ever, though there are functions."""
    chosen = [entry for entry in TASKS.values() if entry.measured and phrasing.language in entry.languages]
    while True:
        entry = random.choices(chosen, [entry.weight for entry in chosen])[0]
        try:
            problem = entry.make(random, phrasing)
        except IndexError:  # a list without frames for this language
            continue
        if problem.kind in ("math", "code", "out_of_domain"):
            break
    question = f"{problem.english} {problem.chinese}".lower()
    numeric = problem.kind == "math"

    def fits(other: Request) -> bool:
        computes = other.result == "number" and not other.attribute
        return not (numeric and computes) and not any(word.lower() in question for word in other.topic if len(word) > 2 or not word.isascii())

    problem.tools = others(random, random.choices([1, 2, 3], [0.88, 0.1, 0.02])[0], fits, families)
    return problem


@task("tool_unneeded", weight=1.2, languages=LANGUAGES, measured=False)
def tool_unneeded(random, phrasing):
    """No function fits: the question is answered as ever."""
    return unneeded(random, phrasing)


# The plain ones are tasks of their own, so that the evaluation files, made of the three above, stay what they are.
@task("tool_call_plain", weight=1.6, languages=LANGUAGES, measured=False)
def tool_call_plain(random, phrasing):
    """A useful function with one or two arguments, asked for as people ask."""
    request = draw_plain(random, phrasing)
    made = request.call
    return Problem(english=request.english, chinese=request.chinese, thinking=request.thinking, answer=call(made["name"], made["arguments"]), kind="tools", gold=json.dumps(made, ensure_ascii=False), tools=offered(random, request, 0.86, (draw, draw_plain)))


@task("tool_result_plain", weight=0.4, languages=LANGUAGES, measured=False)
def tool_result_plain(random, phrasing):
    """Such a function was called: its result is told."""
    request = draw_plain(random, phrasing)
    messages, matters, sentence = answered(random, request, phrasing.language == "zh")
    return Problem(english=request.english, chinese=request.chinese, thinking=f"result: {matters}", answer=sentence, kind="tools", gold=matters, tools=offered(random, request, 0.95, (draw, draw_plain)), after=messages)


@task("tool_unneeded_plain", weight=0.4, languages=LANGUAGES, measured=False)
def tool_unneeded_plain(random, phrasing):
    """Such functions are there, and none fits."""
    return unneeded(random, phrasing, (draw_plain,))
