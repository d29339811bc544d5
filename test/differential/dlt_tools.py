"""Uses dlt 1.31's own tools on a dataset and prints what they say as one JSON object.

    python dlt_tools.py ACTION --url postgresql://... --dataset NAME --pipeline NAME --folder DIR [--options JSON]

ACTION is `drop` (dlt's drop command, OPTIONS its arguments) or `look` (attach, dataset(), sync_destination, and the
command line). DIR is dlt's working folder, empty: everything it knows comes from the destination.
"""
import argparse
import json
import os
import subprocess
import sys

parser = argparse.ArgumentParser()
parser.add_argument("action", choices=["drop", "look"])
parser.add_argument("--url", required=True)
parser.add_argument("--dataset", required=True)
parser.add_argument("--pipeline", required=True)
parser.add_argument("--folder", required=True)
parser.add_argument("--options", default="{}")
args = parser.parse_args()

# before dlt is imported: it reads its settings then
os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
os.environ["RUNTIME__LOG_LEVEL"] = "CRITICAL"
os.environ["DLT_DATA_DIR"] = args.folder
os.environ["DLT_PROJECT_DIR"] = args.folder
os.environ["DESTINATION__POSTGRES__CREDENTIALS"] = args.url

import dlt  # noqa: E402
from dlt.pipeline.helpers import pipeline_drop  # noqa: E402

pipelines = os.path.join(args.folder, "pipelines")


def open_pipeline():
    pipeline = dlt.pipeline(
        args.pipeline, destination="postgres", dataset_name=args.dataset, pipelines_dir=pipelines
    )
    pipeline.sync_destination()
    return pipeline


def command(*words):
    tool = os.path.join(os.path.dirname(sys.executable), "dlt")
    done = subprocess.run(
        [tool, "pipeline", "--pipelines-dir", pipelines, args.pipeline, *words],
        capture_output=True,
        text=True,
        cwd=args.folder,
    )
    if done.returncode != 0:
        raise SystemExit(f"dlt pipeline {words}: {done.stdout}{done.stderr}")
    return done.stdout


if args.action == "drop":
    drop = pipeline_drop(open_pipeline(), **json.loads(args.options))
    drop()
    info = {key: value for key, value in drop.info.items() if key != "resource_pattern"}
    print(json.dumps({"dlt": dlt.__version__, **info}))
else:
    # before anything is on this machine: state and schema come from the destination
    attached = dlt.attach(args.pipeline, pipelines_dir=pipelines, destination="postgres", dataset_name=args.dataset)
    first = {"schema": attached.default_schema_name, "hash": attached.default_schema.version_hash}
    pipeline = open_pipeline()
    dataset = pipeline.dataset()
    tables = sorted(pipeline.default_schema.data_table_names(seen_data_only=True))
    reads = {}
    for table in tables:
        relation = dataset[table]
        reads[table] = {
            "columns": list(relation.columns),
            "fetched": len(relation.fetchall()),
            "limited": len(relation.limit(1).fetchall()),
            "frame": list(relation.df().shape),
            "arrow": [relation.arrow().num_rows, relation.arrow().num_columns],
        }
    counts = {row[0]: row[1] for row in dataset.row_counts().fetchall()}
    print(
        json.dumps(
            {
                "dlt": dlt.__version__,
                "attached": first,
                "first_run": pipeline.first_run,
                "state_version": pipeline.state["_state_version"],
                "schema_version": pipeline.default_schema.version,
                "sources": pipeline.state["sources"],
                "reads": reads,
                "counts": counts,
                "loads": len(dataset["_dlt_loads"].fetchall()),
                "info": command("info"),
                "yaml": command("schema", "--format", "yaml"),
                "json": command("schema", "--format", "json"),
            }
        )
    )
