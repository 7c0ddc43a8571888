"""What must not stand in a problem about functions."""

import json
import re

# Names, places and wordings of LangChain's standard tests, which judge the model later and must not be practised.
JUDGED = re.compile(
    r"magic.?function|adder.?tool|get.?weather|greeting.?generator|unicode.?customer|customer.?name|answer.?style|joke|punchline|pirate|san francisco|boston|\bcats?\b|\bbrown\b|\blocation\b"
    r"|what is the weather in|what is the value of .* use the tool|what is \d+ \+ \d+|using the tool, generate|create a customer|nothing other than json|你好啊|こんにちは", re.I)


def faults(problem, question: str) -> list:
    """What is wrong with a problem: for `training.check`."""
    found = []
    functions = {tool["function"]["name"]: tool["function"] for tool in problem.tools}
    if len(functions) != len(problem.tools):
        found.append("two functions of one name")
    if problem.kind in ("tools", "json") and JUDGED.search(json.dumps([problem.tools, question], ensure_ascii=False)):
        found.append("from a suite that judges")
    if problem.kind != "tools" or problem.after:
        return found
    call = json.loads(problem.gold)
    schema = functions[call["name"]]["parameters"]
    properties = schema.get("properties", {})
    if list(call["arguments"]) != [key for key in properties if key in call["arguments"]] or set(schema.get("required", [])) - set(call["arguments"]):
        found.append("other arguments than the schema's")
    for key, value in call["arguments"].items():
        entry = properties.get(key, {})
        kinds = {"integer": int, "number": (int, float), "string": str, "boolean": bool}[entry.get("type", "string")]
        if not isinstance(value, kinds) or isinstance(value, bool) != (kinds is bool) or value not in entry.get("enum", [value]):
            found.append(f"{key} of another type")
        if not isinstance(value, bool) and str(value) not in question:
            found.append(f"{key} is not in the request")
    return found
