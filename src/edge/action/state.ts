import type { SeenState } from "./cache-key.ts";

/** What `main` hands to `post` through the runner: the entry to save. Only a run that committed hands over anything. */
export interface SaveOrder {
  readonly key: string;
  readonly pipeline: string;
  readonly seen: SeenState;
}

/** The part of `@actions/core` that carries values from `main` to `post`. */
export interface StepState {
  saveState(name: string, value: string): void;
  getState(name: string): string;
}

const NAME = "cache";

/** Called by `main`. */
export function writeSaveOrder(state: StepState, order: SaveOrder): void {
  state.saveState(NAME, JSON.stringify(order));
}

/** Called by `post`; undefined when `main` left none. */
export function readSaveOrder(state: StepState): SaveOrder | undefined {
  const text = state.getState(NAME);
  if (text === "") return undefined;
  const value: unknown = JSON.parse(text);
  return isSaveOrder(value) ? value : undefined;
}

function isSaveOrder(value: unknown): value is SaveOrder {
  if (!isObject(value) || typeof value.key !== "string" || typeof value.pipeline !== "string") return false;
  const { seen } = value;
  if (!isObject(seen) || typeof seen.loadId !== "string" || !isObject(seen.state)) return false;
  return typeof seen.state.version === "number" && typeof seen.state.hash === "string";
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
