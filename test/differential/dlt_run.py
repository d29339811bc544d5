"""Runs one pipeline file once with Python dlt 1.31 and prints what happened as one JSON object.

    python dlt_run.py FILE --url postgresql://... --dataset NAME --folder DIR

FILE is a Sluice pipeline file written as JSON. DIR is dlt's working folder: an empty one makes dlt restore state and
schema from the destination.
"""
import argparse
import json
import os

parser = argparse.ArgumentParser()
parser.add_argument("file")
parser.add_argument("--url", required=True)
parser.add_argument("--dataset", required=True)
parser.add_argument("--folder", required=True)
args = parser.parse_args()

# before dlt is imported: it reads its settings then
os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
os.environ["RUNTIME__LOG_LEVEL"] = "CRITICAL"
os.environ["DLT_DATA_DIR"] = args.folder
os.environ["DLT_PROJECT_DIR"] = args.folder

import dlt  # noqa: E402
from dlt.sources.rest_api import rest_api_source  # noqa: E402

with open(args.file, encoding="utf-8") as f:
    document = json.load(f)
config = dict(document["source"])
name = config.pop("name")
nesting = config.pop("max_table_nesting", None)
contract = config.pop("schema_contract", None)
paths = {key: document[key] for key in ("import_schema_path", "export_schema_path") if key in document}

pipeline = dlt.pipeline(
    document["pipeline"],
    destination=dlt.destinations.postgres(args.url),
    dataset_name=args.dataset,
    pipelines_dir=os.path.join(args.folder, "pipelines"),
    **paths,
)
source = rest_api_source(config, name=name, max_table_nesting=nesting, schema_contract=contract)
if "endpoints" in document:
    source = source.with_resources(*document["endpoints"])
info = pipeline.run(source, refresh=document.get("refresh"), schema_contract=document.get("schema_contract"))
info.raise_on_failed_jobs()
print(json.dumps({"dlt": dlt.__version__, "load_ids": info.loads_ids, "schema_version_hash": pipeline.default_schema.version_hash}))
