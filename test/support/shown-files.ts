/** All pipeline files that the repository shows: examples, and YAML blocks of its documents, parts of files filled up. */
import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parse } from "yaml";

const ROOT = join(import.meta.dirname, "..", "..");

export interface ShownFile {
  readonly where: string;
  /** Folder of the file or document. */
  readonly folder: string;
  readonly text: string;
  /** What the text stands for, as a whole pipeline file. */
  readonly file: Readonly<Record<string, unknown>>;
}

export function shownFiles(): readonly ShownFile[] {
  const examples = globSync("examples/**/*.{yaml,yml,json}", { cwd: ROOT }).map((path) => ({
    where: path,
    folder: dirname(join(ROOT, path)),
    text: readFileSync(join(ROOT, path), "utf8"),
  }));
  const documents = ["README.md", ...globSync("docs/**/*.md", { cwd: ROOT })];
  const blocks = documents.flatMap((path) =>
    [...readFileSync(join(ROOT, path), "utf8").matchAll(/^```ya?ml\n([\s\S]*?)^```/gm)].map(([, text = ""], index) => ({
      where: `${path}, block ${index + 1}`,
      folder: dirname(join(ROOT, path)),
      text,
    })),
  );
  return [...examples, ...blocks].flatMap((shown) => {
    const file = wholeFile(parse(shown.text));
    return file === undefined ? [] : [{ ...shown, file }];
  });
}

/** Undefined for what is no pipeline file: a workflow. A list is one of resources, other keys stand below `source`. */
function wholeFile(written: unknown): Readonly<Record<string, unknown>> | undefined {
  const parts = Array.isArray(written) ? { resources: written } : (written as Record<string, unknown>);
  if ("jobs" in parts) return undefined;
  const rest = { client: { base_url: "https://api.example.com" }, resources: ["orders"] };
  if (!("source" in parts)) return { source: { ...rest, ...parts } };
  return { ...parts, source: { ...rest, ...(parts.source as object) } };
}
