"""One run of Python dlt 1.31 over a pipeline file, timed by stage; one JSON line on stdout.

    DSN=postgresql://... python dlt_bench.py FILE --dataset NAME --folder DIR --profile default|tuned

FILE is a Sluice pipeline file written as JSON; DIR is dlt's working folder, kept for a second run. Profiles:
default: nothing set. tuned: csv load files, a normalize process a core, extract files of 5 000 items so that those
processes have something to share, load files not compressed, resources parallelized.
"""
import argparse
import json
import os
import sys
import time

parser = argparse.ArgumentParser()
parser.add_argument("file")
parser.add_argument("--dataset", required=True)
parser.add_argument("--folder", required=True)
parser.add_argument("--profile", choices=["default", "tuned"], default="default")
args = parser.parse_args()
tuned = args.profile == "tuned"

# before dlt is imported: it reads its settings then
os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
os.environ["RUNTIME__LOG_LEVEL"] = "ERROR"
os.environ["DLT_DATA_DIR"] = args.folder
os.environ["DLT_PROJECT_DIR"] = args.folder
if tuned:
    os.environ["NORMALIZE__WORKERS"] = str(os.cpu_count() or 2)
    os.environ["SOURCES__DATA_WRITER__FILE_MAX_ITEMS"] = "5000"
    os.environ["SOURCES__DATA_WRITER__BUFFER_MAX_ITEMS"] = "5000"
    os.environ["NORMALIZE__DATA_WRITER__DISABLE_COMPRESSION"] = "true"
    os.environ["DATA_WRITER__DISABLE_COMPRESSION"] = "true"


def main():
    import dlt
    from dlt.sources.rest_api import rest_api_source

    sys.path.append(os.path.join(os.path.dirname(__file__), "..", "differential"))
    from dlt_functions import with_functions

    with open(args.file, encoding="utf-8") as f:
        document = json.load(f)
    config = with_functions(dict(document["source"]))
    name = config.pop("name")
    nesting = config.pop("max_table_nesting", None)
    if tuned:
        for resource in config["resources"]:
            resource["parallelized"] = True
    pipeline = dlt.pipeline(
        document["pipeline"],
        destination=dlt.destinations.postgres(os.environ["DSN"]),
        dataset_name=args.dataset,
        pipelines_dir=os.path.join(args.folder, "pipelines"),
    )
    start = time.perf_counter()
    info = pipeline.run(rest_api_source(config, name=name, max_table_nesting=nesting), **({"loader_file_format": "csv"} if tuned else {}))
    wall = time.perf_counter() - start
    info.raise_on_failed_jobs()
    line = {"version": dlt.__version__, "wall_s": round(wall, 3)}
    for step in pipeline.last_trace.steps:
        if step.step in ("extract", "normalize", "load") and step.finished_at:
            line[step.step + "_s"] = round((step.finished_at - step.started_at).total_seconds(), 3)
    print(json.dumps(line), flush=True)


# processes of the tuned profile may import this file again
if __name__ == "__main__":
    main()
