"""JSON asked for in words: an object with these keys, filled from what the request says."""

import json

from .. import tool_values as values
from ..registry import Problem, task
from ..tool_faults import JUDGED
from ..tool_jobs import ACTIONS, fields
from ..tool_schemas import Parameter, arguments, give, spans

# {keys}: the names of the keys; {facts}: what they hold.
FRAMES = [
    ("请把下面的内容写成JSON,键为{keys}:{facts}", "Write this as JSON with the keys {keys}: {facts}"), ("{facts}。请输出JSON对象,键是{keys}。", "{facts}. Please output a JSON object with the keys {keys}."), ("返回一个JSON,包含{keys}。内容:{facts}", "Give me JSON that has {keys}. Content: {facts}"), ("用JSON表示:{facts}。键名:{keys}", "Express in JSON: {facts}. Keys: {keys}"),
    ("只输出一个含有{keys}的JSON对象:{facts}", "Only output one JSON object with {keys}: {facts}"), ("从这句话中提取{keys},用JSON回答:{facts}", "Extract {keys} from this and answer in JSON: {facts}"), ("已知{facts},请给出带有{keys}的JSON。", "We know {facts}. Please give JSON with {keys}."), ("把{facts}转换成JSON,用{keys}作键。", "Turn {facts} into JSON, with {keys} as keys."),
    ("我需要一个JSON对象,键是{keys}:{facts}", "I need a JSON object whose keys are {keys}: {facts}"), ("请以JSON格式回答,键为{keys}。{facts}", "Please answer in the format JSON, the keys are {keys}. {facts}"),
    "JSON, please: {facts}. Use the keys {keys}.", "Make an object of {facts}. Answer with JSON that has {keys}.", "Fill the keys {keys} of a JSON object: {facts}", "{facts}\n\nReply in JSON. Keys: {keys}.", "Convert to JSON ({keys}): {facts}", "Your answer must be a JSON object with {keys}. Here is the text: {facts}", "Here are some facts: {facts}. Put them into JSON under {keys}.", "As JSON with {keys}, please: {facts}",
]
# Nothing is said of what they hold: each is named after the subject.
OPEN_FRAMES = [
    ("写一个关于{subject}的JSON,键为{keys}。", "Write JSON about {subject} with the keys {keys}."), ("用带有{keys}的JSON介绍{subject}。", "Describe {subject} in JSON with {keys}."), ("给我一个关于{subject}的JSON对象,包含{keys}。", "Give me a JSON object about {subject} that has {keys}."), ("主题是{subject},请输出含{keys}的JSON。", "The subject is {subject}. Please output JSON with {keys}."),
    "Think of something about {subject}. Answer as JSON, keys: {keys}.", "Something about {subject}, as a JSON object with {keys}, please.", "Make up a JSON about {subject}; the keys are {keys}.", "Invent something about {subject} and give it as JSON having {keys}.",
]
FACTS = [("{field}为{value}", "the {field} is {value}"), ("{field}是{value}", "{field} {value}"), ("{field}:{value}", "{field}: {value}"), ("{field}={value}", "{field} = {value}")]
KEYS = ["title", "text", "question", "reply", "name", "summary", "first", "second", "topic", "opening", "ending", "word", "theme", "line", "hint", "body", "author", "start", "finish", "story"]


def listed(random, keys: list, chinese: bool) -> str:
    """The names of keys, quoted or bare."""
    mark = random.choice(["'{}'", "'{}'", '"{}"', "`{}`", "{}"])
    parts = [mark.format(key) for key in keys]
    if len(parts) == 1:
        return parts[0]
    return ("、" if chinese else ", ").join(parts[:-1]) + ("和" if chinese else " and ") + parts[-1]


@task("json_in_words", weight=1.2, languages={"en": 0.7, "zh": 0.3}, measured=False)
def json_in_words(random, phrasing):
    """An object with named keys."""
    chinese = phrasing.language == "zh"
    while True:
        if random.random() < 0.3:
            parameters, subject = [Parameter(key, "s") for key in random.sample(KEYS, random.choice([1, 2, 2, 2, 3]))], values.word(random, chinese)
            for parameter in parameters:
                parameter.value = f"{subject}的{parameter.key}" if chinese else f"{'An' if parameter.key[0] in 'aeiou' else 'A'} {parameter.key} about {subject}"
                parameter.span = parameter.value
            texts = phrasing.ask(OPEN_FRAMES, {"subject": subject, "keys": listed(random, [parameter.key for parameter in parameters], chinese)})
        else:
            parameters = fields(random, random.choice(ACTIONS)[4], chinese)
            if random.random() < 0.3:
                parameters.append(Parameter(values.nonsense(random, 1, 2), random.choice("isn")))
                give(random, parameters[-1], chinese)
            parameters = parameters[-random.choice([1, 2, 2, 3, 4]) :]
            frame = phrasing.frame(FACTS)
            facts = [phrasing.say(frame, {"field": (parameter.label_zh or parameter.key, random.choice([parameter.label, parameter.key]) or parameter.key), "value": parameter.span}) for parameter in parameters]
            texts = phrasing.ask(FRAMES, {"keys": listed(random, [parameter.key for parameter in parameters], chinese), "facts": (",".join(fact[0] for fact in facts), ", ".join(fact[1] for fact in facts))})
        if not JUDGED.search(" ".join(texts)):
            break
    answer = json.dumps(arguments(parameters), ensure_ascii=False)
    return Problem(english=texts[1], chinese=texts[0], thinking="\n".join(spans(parameters)), answer=answer, kind="json", gold=answer)
