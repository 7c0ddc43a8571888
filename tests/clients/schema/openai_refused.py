"""What OpenAI's document allows in a request and ponder refuses, each with the reason.

It is answered with a 400 that names the field, as ponder's own document says, with which that is tested.
Here it is left out of generated requests, so that they are answered; and so is what hardly makes sense,
though it may be taken, such as any object in the place of a JSON schema.
"""

TEXT = "The models served here read and write text only."
FUNCTIONS = "Only functions can be called; there are no built-in tools."
OLD = "The old form of `tools` is not taken."
STOP = "A sequence that ends the answer has at least one character, and so has OpenAI's."
LIMIT = "At least one token is generated, and their number has 32 bits."
NAME = "As OpenAI's text says: 1 to 64 letters, digits, `_` and `-`; its schema does not."
SCHEMA = "A JSON schema, and not any object: what no schema is makes no sense to a model."

COUNT = {"anyOf": [{"type": "integer", "minimum": 1, "maximum": 4294967295}, {"type": "null"}]}
CHOICES = ({"anyOf": [{"type": "integer", "minimum": 1, "maximum": 8}, {"type": "null"}]},
           "As many as the configuration allows, 8 unless it says otherwise.")
SEQUENCES = ({"anyOf": [{"type": "string", "minLength": 1, "maxLength": 50}, {"type": "null"},
             {"type": "array", "minItems": 1, "maxItems": 4, "items": {"type": "string", "minLength": 1}}]}, STOP)
SEED = ({"anyOf": [{"type": "integer", "minimum": -(2**63), "maximum": 2**63 - 1}, {"type": "null"}]},
        "Has 64 bits; the document's limits are those, rounded to what JavaScript can write.")
BIASES = ({"anyOf": [{"type": "object", "maxProperties": 3, "patternProperties": {"^[1-9]$": {"type": "integer",
          "minimum": -100, "maximum": 100}}, "additionalProperties": False}, {"type": "null"}]},
          "Tokens by their numbers and values from -100 to 100, as OpenAI's text says.")
TOP_P = ({"anyOf": [{"type": "number", "exclusiveMinimum": 0, "maximum": 1}, {"type": "null"}]},
         "No token is among the likeliest that reach 0 together.")
FUNCTION_NAME = ({"type": "string", "pattern": "^[a-zA-Z0-9_-]{1,64}$"}, NAME)
OBJECT_SCHEMA = ({"type": "object", "properties": {"type": {"const": "object"}, "properties": {"type": "object",
                 "maxProperties": 2, "additionalProperties": {"enum": [{"type": "string"}, {"type": "integer"}]}}},
                 "required": ["type", "properties"], "additionalProperties": False}, SCHEMA)
FILLED = {"type": "string", "minLength": 1}
CALL = ({"type": "object", "properties": {"name": FILLED, "arguments": {"type": "string"}},
        "required": ["name", "arguments"]}, "A call has the name of its function.")
ID = (FILLED, "What refers to nothing is no reference.")

# By schema and property.
REFUSED = {
    "CreateChatCompletionRequest": {"audio": TEXT, "functions": OLD, "function_call": OLD},
    "ChatCompletionRequestAssistantMessage": {"audio": TEXT, "function_call": OLD},
    "CreateCompletionRequest": {"suffix": "The models continue a text, they fill no gap."},
    "CreateResponse": {"conversation": "`previous_response_id` is what a response goes on from."},
    "ResponseProperties": {"prompt": "Templates of prompts are not kept here."},
}

# By schema: those of its options that are taken.
FEWER_OPTIONS = {
    "ChatCompletionRequestMessage": ([f"ChatCompletionRequest{role}Message" for role in
                                      ("Developer", "System", "User", "Assistant", "Tool")], OLD),
    "ChatCompletionRequestUserMessageContentPart": (["ChatCompletionRequestMessageContentPartText"], TEXT),
    "ChatCompletionToolChoiceOption": (
        ["ChatCompletionAllowedToolsChoice", "ChatCompletionNamedToolChoice"], FUNCTIONS),
    "ToolChoiceParam": (["ToolChoiceOptions", "ToolChoiceAllowed", "ToolChoiceFunction"], FUNCTIONS),
    "Tool": (["FunctionTool"], FUNCTIONS),
    "InputContent": (["InputTextContent"], TEXT),
    "InputItem": (["EasyInputMessage", "Item", "ItemReferenceParam"], FUNCTIONS),
    "Item": (["InputMessage", "OutputMessage", "FunctionToolCall", "FunctionCallOutputItemParam", "ReasoningItem"],
             FUNCTIONS),
}

# By schema and property: what is taken of it.
NARROWER = {
    "CreateChatCompletionRequest": {
        "n": CHOICES, "stop": SEQUENCES, "seed": SEED, "logit_bias": BIASES,
        "max_tokens": (COUNT, LIMIT), "max_completion_tokens": (COUNT, LIMIT),
        "modalities": ({"enum": [["text"], None]}, TEXT),
        "tools": ({"type": "array", "maxItems": 3, "items": {"$ref": "#/components/schemas/ChatCompletionTool"}},
                  FUNCTIONS),
    },
    "ModelResponseProperties": {
        "top_p": TOP_P,
        "metadata": ({"anyOf": [{"type": "null"}, {"type": "object", "maxProperties": 16,
                     "propertyNames": {"maxLength": 64}, "additionalProperties": {"type": "string",
                     "maxLength": 512}}]}, "As OpenAI's text says."),
    },
    "FunctionObject": {"name": FUNCTION_NAME, "parameters": OBJECT_SCHEMA},
    "FunctionTool": {"name": FUNCTION_NAME, "parameters": ({"anyOf": [OBJECT_SCHEMA[0], {"type": "null"}]}, SCHEMA)},
    "ResponseFormatJsonSchema": {"json_schema": ({"type": "object", "properties": {"name": FUNCTION_NAME[0],
        "description": {"type": "string"}, "schema": OBJECT_SCHEMA[0], "strict": {"enum": [True, False, None]}},
        "required": ["name", "schema"]}, SCHEMA)},
    "TextResponseFormatJsonSchema": {"name": FUNCTION_NAME, "schema": OBJECT_SCHEMA},
    "ChatCompletionMessageToolCall": {"id": ID, "function": CALL},
    "ChatCompletionRequestAssistantMessage": {"tool_calls": ({"type": "array", "items":
        {"$ref": "#/components/schemas/ChatCompletionMessageToolCall"}}, FUNCTIONS)},
    "ChatCompletionRequestToolMessage": {"tool_call_id": ID},
    "FunctionToolCall": {"call_id": ID, "name": (FILLED, NAME)},
    "FunctionCallOutputItemParam": {
        "call_id": ID,
        "output": ({"anyOf": [{"type": "string"}, {"type": "array", "items":
                   {"$ref": "#/components/schemas/InputTextContent"}}]}, TEXT),
    },
    "CreateCompletionRequest": {
        "n": CHOICES, "stop": SEQUENCES, "logit_bias": BIASES, "top_p": TOP_P, "max_tokens": (COUNT, LIMIT),
        "best_of": ({"type": "null"}, "As many as `n` only: all continuations are returned."),
        "prompt": ({"anyOf": [FILLED, {"type": "array", "minItems": 1, "maxItems": 4, "items": FILLED},
                   {"type": "array", "minItems": 1, "items": {"type": "integer", "minimum": 1, "maximum": 99}}]},
                   "There is something to continue; a number of a token is one that the model has."),
    },
    "CreateEmbeddingRequest": {
        "input": ({"anyOf": [FILLED, {"type": "array", "minItems": 1, "maxItems": 4, "items": FILLED}]},
                  "There is something to read; which numbers are tokens is up to the model."),
        "dimensions": ({"type": "integer", "minimum": 1, "maximum": 8}, "At most as many as the model's own."),
    },
    "CreateResponse": {
        "truncation": ({"enum": ["disabled", None]}, "Nothing is left out of a conversation in silence."),
        "max_output_tokens": ({"anyOf": [{"type": "integer", "minimum": 16, "maximum": 4294967295},
                              {"type": "null"}]}, LIMIT),
    },
}
