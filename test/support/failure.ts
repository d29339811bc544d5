import assert from "node:assert/strict";
import { SluiceError } from "../../src/core/errors.ts";

/** The error of ours with which some work ends. */
export async function failure(work: Promise<unknown>): Promise<SluiceError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof SluiceError, error === undefined ? "it succeeded" : String(error));
  return error;
}
