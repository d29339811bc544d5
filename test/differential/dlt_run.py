"""Runs pipeline files with Python dlt 1.31.

    python dlt_run.py FILE --url postgresql://... --dataset NAME --folder DIR
    python dlt_run.py --serve

FILE is a Sluice pipeline file written as JSON. DIR is dlt's working folder: an empty one makes dlt restore state and
schema from the destination. The first form runs one file and prints what happened as one JSON object. The second takes
one JSON object a line (`file`, `url`, `dataset`, `folder`) and answers each with such an object, or with `error`, the
names and texts of the chain of exceptions.
"""
import argparse
import json
import os
import sys

parser = argparse.ArgumentParser()
parser.add_argument("file", nargs="?")
parser.add_argument("--url")
parser.add_argument("--dataset")
parser.add_argument("--folder")
parser.add_argument("--serve", action="store_true")
args = parser.parse_args()

# before dlt is imported: it reads its settings then
os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
os.environ["RUNTIME__LOG_LEVEL"] = "CRITICAL"
if not args.serve:
    os.environ["DLT_DATA_DIR"] = args.folder
    os.environ["DLT_PROJECT_DIR"] = args.folder

import dlt  # noqa: E402
from dlt.sources.rest_api import rest_api_source  # noqa: E402
from dlt_functions import with_functions  # noqa: E402


def run(file, url, dataset, folder):
    with open(file, encoding="utf-8") as f:
        document = json.load(f)
    config = with_functions(dict(document["source"]))
    name = config.pop("name")
    nesting = config.pop("max_table_nesting", None)
    contract = config.pop("schema_contract", None)
    paths = {key: document[key] for key in ("import_schema_path", "export_schema_path") if key in document}
    pipeline = dlt.pipeline(
        document["pipeline"],
        destination=dlt.destinations.postgres(url),
        dataset_name=dataset,
        pipelines_dir=os.path.join(folder, "pipelines"),
        **paths,
    )
    try:
        source = rest_api_source(config, name=name, max_table_nesting=nesting, schema_contract=contract)
        if "endpoints" in document:
            source = source.with_resources(*document["endpoints"])
        info = pipeline.run(source, refresh=document.get("refresh"), schema_contract=document.get("schema_contract"))
        info.raise_on_failed_jobs()
        hash_ = pipeline.default_schema.version_hash
        return {"dlt": dlt.__version__, "load_ids": info.loads_ids, "schema_version_hash": hash_}
    finally:
        pipeline.deactivate()


def chain(error):
    texts = []
    while error is not None and len(texts) < 8:
        texts.append(f"{type(error).__name__}: {error}")
        error = error.__cause__ or error.__context__
    return texts


if args.serve:
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    # what dlt prints must not get between the answers
    os.dup2(2, 1)
    for line in sys.stdin:
        request = json.loads(line)
        # paths in a pipeline file are relative to the folder of the run
        os.chdir(request["folder"])
        try:
            answer = run(**request)
        except Exception as error:  # noqa: BLE001
            answer = {"dlt": dlt.__version__, "error": chain(error)}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()
else:
    print(json.dumps(run(args.file, args.url, args.dataset, args.folder)))
