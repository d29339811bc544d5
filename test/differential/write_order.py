"""The order in which dlt 1.31 writes the resources of a rest_api source, every request having one page with one record.

Reads `[[{"name", "parent"?, "selected"?}, ...], ...]` from standard input and prints a list of names for each of them.
"""
import json
import os
import sys

os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
os.environ["RUNTIME__LOG_LEVEL"] = "CRITICAL"

from dlt.extract.pipe_iterator import PipeIterator  # noqa: E402
from dlt.sources.helpers.rest_client import RESTClient  # noqa: E402
from dlt.sources.rest_api import rest_api_source  # noqa: E402


def paginate(self, *args, **kwargs):
    yield [{"id": 1}]


RESTClient.paginate = paginate


def resource(node):
    path = f"/{{resources.{node['parent']}.id}}/{node['name']}" if "parent" in node else f"/{node['name']}"
    return {
        "name": node["name"],
        "selected": node.get("selected", True),
        "endpoint": {"path": path, "paginator": "single_page"},
    }


def order(nodes):
    config = {"client": {"base_url": "https://api.example"}, "resources": [resource(node) for node in nodes]}
    source = rest_api_source(config)
    names = [item.pipe.name for item in PipeIterator.from_pipes(source.resources.selected_pipes)]
    return list(dict.fromkeys(names))


print(json.dumps([order(nodes) for nodes in json.load(sys.stdin)]))
