"""Lets generated requests reach a model, or most would end at an unknown name."""

import schemathesis


@schemathesis.hook
def map_body(context, body):
    if isinstance(body, dict) and isinstance(body.get("model"), str):
        body["model"] = "tests/thinker"
    return body


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    """The same for chains: most made-up names are of none."""
    if isinstance(path_parameters, dict) and isinstance(path_parameters.get("name"), str):
        path_parameters["name"] = "solve"
    return path_parameters
