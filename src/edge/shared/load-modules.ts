import { existsSync, realpathSync } from "node:fs";
import { dirname, extname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { pathToFileURL } from "node:url";
import { configError, type ReportedFault } from "../../config/config-error.ts";
import type { Configuration } from "../../config/load-configuration.ts";
import { moduleCalls } from "../../config/rest-api/code-places.ts";
import type { SourceFunctions } from "../../extract/functions.ts";
import { moduleFunction } from "../../extract/module-function.ts";

export interface Checkout {
  /** Folder to which the path of the pipeline file is relative. */
  readonly folder: string;
  /** Top of the repository: nothing outside of it is loaded. */
  readonly root: string;
  /** Why no code may be loaded here, whatever the settings say. */
  readonly refused?: string;
}

/** The checkout around a folder: the nearest folder above that has a `.git`, else the folder itself. */
export function checkoutAround(folder: string): Checkout {
  for (let root = resolve(folder); ; root = dirname(root)) {
    if (existsSync(join(root, ".git"))) return { folder, root };
    if (dirname(root) === root) return { folder, root: folder };
  }
}

/**
 * The functions of the modules that a pipeline file calls (`module: ./steps.mjs#name`), by the names that the source
 * looks for. Code of the repository runs with all rights of this process, so nothing is loaded unless `allow-modules`
 * says so, and only files that really lie in the checkout. Throws one `ConfigError` with the place of each call.
 */
export async function loadModules(configuration: Configuration, checkout: Checkout): Promise<SourceFunctions> {
  const { source, settings, file, locate } = configuration;
  const calls = source.kind === "rest-api" ? moduleCalls(source.config) : [];
  if (calls.length === 0) return {};
  const faults: ReportedFault[] = [];
  const functions: Record<string, SourceFunctions[string]> = {};
  const folder = resolve(checkout.folder, dirname(file ?? "."));
  for (const { path, reference } of calls) {
    const fault = (message: string, suggestion?: string): void => {
      faults.push({
        path: ["source", ...path],
        reason: "module",
        message: `${JSON.stringify(reference)} ${message}`,
        ...(suggestion === undefined ? {} : { suggestion }),
      });
    };
    if (checkout.refused !== undefined) fault(`is not loaded: ${checkout.refused}`);
    else if (!settings.allowModules)
      fault(
        "is not loaded: JavaScript of the repository is off",
        "set allow-modules to true if you trust all who may change it",
      );
    else {
      const loaded = await loadFunction(reference, folder, checkout.root);
      if (typeof loaded === "string") fault(loaded);
      else functions[`module:${reference}`] = loaded;
    }
  }
  if (faults.length === 0) return functions;
  throw configError(faults, { ...(file === undefined ? {} : { file }), positions: locate });
}

/** The function, or what is wrong with its reference. */
async function loadFunction(
  reference: string,
  folder: string,
  root: string,
): Promise<SourceFunctions[string] | string> {
  const [, file = "", name = ""] = /^(.*)#([^#]*)$/s.exec(reference) ?? [];
  if (isAbsolute(file) || /^[a-z][a-z0-9+.-]*:/i.test(file) || file.includes("\\") || file.split("/").includes("..")) {
    return "is no path below the folder of the pipeline file";
  }
  if (![".mjs", ".js"].includes(extname(file))) return "is no .mjs or .js file";
  const path = realPath(resolve(folder, file));
  const top = realPath(root);
  if (path === undefined || top === undefined) return "does not exist";
  const below = relative(top, path);
  if (below === "" || below === ".." || below.startsWith(`..${sep}`) || isAbsolute(below)) {
    return "leads out of the repository";
  }
  let exports: Readonly<Record<string, unknown>>;
  try {
    exports = await import(/* webpackIgnore: true */ pathToFileURL(path).href);
  } catch (error) {
    return `cannot be loaded: ${error instanceof Error ? error.message : String(error)}`;
  }
  const call = Object.hasOwn(exports, name) ? exports[name] : undefined;
  if (typeof call !== "function") {
    const known = Object.keys(exports).filter((key) => typeof exports[key] === "function");
    return `has no function ${JSON.stringify(name)}; it exports ${known.length === 0 ? "none" : known.join(", ")}`;
  }
  return moduleFunction(reference, (value) => call(value));
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}
