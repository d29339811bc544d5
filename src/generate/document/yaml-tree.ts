import { EVENT_ID, type Event, getScalarValue, parseEvents, SCALAR_STYLE, YAMLException } from "js-yaml";
import { type JsonValue, KEY_ORDER, setOwn } from "../../core/json.ts";

/** Deepest nesting of lists and mappings; those of real documents go to some 40. */
export const MAX_DEPTH = 200;

/**
 * Nodes that a document may have with every alias written out. The largest public documents (20 MB) have some two million;
 * a bomb of ten lines has a billion.
 */
const MAX_NODES = 5_000_000;

/** The text is no YAML that can be used. `offset` counts code units from its start. */
export class YamlError extends Error {
  readonly offset: number;

  constructor(message: string, offset: number, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "YamlError";
    this.offset = offset;
  }
}

/**
 * Reads YAML as dlt-init-openapi does: every scalar is its text (`true`, `200`, `null`), an empty one is `""`, an
 * explicit tag changes nothing, the merge key is a key like others, and of a key that comes twice the last value counts.
 * An alias gives the very object of its anchor, so a tree with aliases is no larger than its text; what it would be
 * written out is counted and limited. Throws {@link YamlError}.
 *
 * js-yaml's events are read rather than its values: they have places, and keep the order of keys that look like numbers.
 */
export function readYaml(text: string): JsonValue {
  const events = eventsOf(text);
  const anchors = new Map<string, { readonly value: JsonValue; readonly nodes: number }>();
  /** Anchors of lists and mappings that are not read to their end. */
  const open = new Set<string>();
  let at = 0;
  let nodes = 0;

  /** Each value counts with all below it, which an alias to it adds again. */
  function count(more: number, offset: number): void {
    nodes += more;
    if (nodes > MAX_NODES) throw new YamlError(`more than ${MAX_NODES} values when its aliases are followed`, offset);
  }

  function readNode(event: Event): JsonValue {
    switch (event.type) {
      case EVENT_ID.SCALAR: {
        count(1, event.valueStart);
        const value = event.valueStart < 0 ? "" : getScalarValue(text, event);
        return remember(anchorOf(event), value, 1);
      }
      case EVENT_ID.ALIAS: {
        const name = text.slice(event.anchorStart, event.anchorEnd);
        const target = anchors.get(name);
        if (open.has(name)) throw new YamlError("the alias contains itself", event.anchorStart - 1);
        if (target === undefined) throw new YamlError("the alias has no anchor", event.anchorStart - 1);
        count(target.nodes, event.anchorStart - 1);
        return target.value;
      }
      case EVENT_ID.SEQUENCE: {
        const [anchor, before] = [anchorOf(event), nodes];
        if (anchor !== undefined) open.add(anchor);
        count(1, event.start);
        const list: JsonValue[] = [];
        for (let next = take(); next.type !== EVENT_ID.POP; next = take()) list.push(readNode(next));
        return remember(anchor, list, nodes - before);
      }
      case EVENT_ID.MAPPING: {
        const [anchor, before] = [anchorOf(event), nodes];
        if (anchor !== undefined) open.add(anchor);
        count(1, event.start);
        return remember(anchor, readMapping(), nodes - before);
      }
      default:
        throw new YamlError("expected a single document", text.length);
    }
  }

  function readMapping(): JsonValue {
    const object: { [key: string]: JsonValue } = {};
    let order: string[] | undefined;
    for (let next = take(); next.type !== EVENT_ID.POP; next = take()) {
      const key = readNode(next);
      if (typeof key !== "string") throw new YamlError("a key must be text", offsetOf(next) ?? 0);
      if (order === undefined && /^(?:0|[1-9]\d{0,9})$/.test(key)) order = Object.keys(object);
      if (order !== undefined && !Object.hasOwn(object, key)) order.push(key);
      setOwn(object, key, readNode(take()));
    }
    // The engine puts keys that look like indexes first; the document's order decides which answer is the main one.
    if (order !== undefined && order.length > 1) Object.defineProperty(object, KEY_ORDER, { value: order });
    return object;
  }

  function remember(anchor: string | undefined, value: JsonValue, size: number): JsonValue {
    if (anchor !== undefined) {
      open.delete(anchor);
      anchors.set(anchor, { value, nodes: size });
    }
    return value;
  }

  function anchorOf(event: { readonly anchorStart: number; readonly anchorEnd: number }): string | undefined {
    return event.anchorStart < 0 ? undefined : text.slice(event.anchorStart, event.anchorEnd);
  }

  function take(): Event {
    const event = events[at++];
    if (event === undefined) throw new YamlError("unexpected end", text.length);
    return event;
  }

  if (events.length === 0) throw new YamlError("the document is empty", 0);
  if (take().type !== EVENT_ID.DOCUMENT) throw new YamlError("expected a document", 0);
  const value = readNode(take());
  if (take().type !== EVENT_ID.POP) throw new YamlError("expected the end of the document", text.length);
  const next = events[at];
  if (next !== undefined) throw new YamlError("expected a single document", offsetOf(events[at + 1]) ?? text.length);
  return value;
}

/**
 * Makes the function that says where a path of a YAML or JSON text stands: the offset of the last key of it that is there.
 * Slow (the text is parsed again, once) and only for errors, so that reading keeps no places. Undefined when the text is no
 * YAML.
 */
export function pathFinder(text: string): (path: readonly (string | number)[]) => number | undefined {
  let events: readonly Event[] | undefined;
  return (path) => {
    try {
      events ??= eventsOf(text);
    } catch (error) {
      if (!(error instanceof YamlError)) throw error;
      return undefined;
    }
    return offsetOfPath(text, events, path);
  };
}

function offsetOfPath(text: string, events: readonly Event[], path: readonly (string | number)[]): number | undefined {
  let at = 1;
  let found = offsetOf(events[at]);

  /** The index after the node that begins at `start`. */
  function after(start: number): number {
    let depth = 0;
    for (let index = start; index < events.length; index++) {
      const type = events[index]?.type;
      if (type === EVENT_ID.SEQUENCE || type === EVENT_ID.MAPPING) depth += 1;
      else if (type === EVENT_ID.POP) depth -= 1;
      if (depth <= 0) return index + 1;
    }
    return events.length;
  }

  for (const step of path) {
    const event = events[at];
    let index = at + 1;
    let next: number | undefined;
    if (event?.type === EVENT_ID.SEQUENCE) {
      for (let item = 0; events[index] !== undefined && events[index]?.type !== EVENT_ID.POP; item++) {
        if (item === step) {
          next = index;
          found = offsetOf(events[index]) ?? found;
        }
        index = after(index);
      }
    } else if (event?.type === EVENT_ID.MAPPING) {
      while (events[index] !== undefined && events[index]?.type !== EVENT_ID.POP) {
        const key = events[index];
        const value = after(index);
        if (key?.type === EVENT_ID.SCALAR && key.valueStart >= 0 && getScalarValue(text, key) === String(step)) {
          next = value;
          found = offsetOf(key) ?? found;
        }
        index = after(value);
      }
    }
    if (next === undefined) return found;
    at = next;
  }
  return found;
}

function eventsOf(text: string): readonly Event[] {
  try {
    return parseEvents(text, { maxDepth: MAX_DEPTH });
  } catch (error) {
    if (error instanceof YAMLException) throw new YamlError(error.reason, error.mark?.position ?? 0, error);
    if (error instanceof RangeError) throw new YamlError("nested too deeply", 0, error);
    throw error;
  }
}

function offsetOf(event: Event | undefined): number | undefined {
  if (event === undefined) return undefined;
  if (event.type === EVENT_ID.SCALAR) {
    const isQuoted = event.style === SCALAR_STYLE.SINGLE_QUOTED || event.style === SCALAR_STYLE.DOUBLE_QUOTED;
    return event.valueStart < 0 ? undefined : event.valueStart - (isQuoted ? 1 : 0);
  }
  if (event.type === EVENT_ID.ALIAS) return event.anchorStart - 1;
  return event.type === EVENT_ID.SEQUENCE || event.type === EVENT_ID.MAPPING ? event.start : undefined;
}
