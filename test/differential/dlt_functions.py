"""What a pipeline file cannot say in JSON: functions, by the marks that stand for them."""


def rename(old, new):
    """The step of the built-in GitLab source: a field of the parent gets the name that GitLab would give it."""

    def step(record):
        if not isinstance(record, dict) or old not in record:
            return record
        if new in record:
            return {key: value for key, value in record.items() if key != old}
        return {(new if key == old else key): value for key, value in record.items()}

    return step


def with_functions(config):
    """`{"rename": [old, new]}` as the map of a step becomes a function."""
    for resource in config.get("resources", []):
        if isinstance(resource, dict):
            for step in resource.get("processing_steps", []):
                if isinstance(step.get("map"), dict):
                    step["map"] = rename(*step["map"]["rename"])
    return config
