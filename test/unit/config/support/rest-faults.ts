import { faultsFromZod } from "../../../../src/config/explain.ts";
import type { Fault } from "../../../../src/config/fault.ts";
import { checkRestApi } from "../../../../src/config/rest-api/check.ts";
import { restApiShape } from "../../../../src/config/rest-api/shape.ts";

/** Faults of a declarative configuration: those of its shape, else those of its meaning. */
export function restFaults(config: unknown): readonly Fault[] {
  const read = restApiShape.safeParse(config);
  return read.success ? checkRestApi(read.data) : faultsFromZod(read.error, config, restApiShape);
}

/** Each as its word and its path. */
export function faultPlaces(config: unknown): string[] {
  return restFaults(config).map((fault) => `${fault.reason} ${fault.path.join(".")}`);
}
