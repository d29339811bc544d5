import { TOKEN } from "../core/json-tape.ts";
import { noteSurrogate } from "./lone-surrogate.ts";
import type { RunContext } from "./run-context.ts";
import type { TablePlan } from "./table-plan.ts";

/** The field is a string in `fields`; all other kinds are tokens. */
export const AS_TEXT = 0;
/** Up to here a loop is faster than a call into the engine's own copy. */
const SHORT = 256;

/** Copies strings with escapes; see `RowEncoder`. */
export type CopyEscaped = (source: Uint8Array, start: number, end: number, target: Uint8Array, at: number) => number;

/**
 * Writes the fields of a row, which the plan of its table holds: those that are texts, and those that are copied from the
 * bytes of the page (`copied`), `copiedBytes` of them together. All are empty again afterwards.
 *
 * @param view of the same bytes as `source`
 */
export type WriteFields = (plan: TablePlan, copiedBytes: number, source: Buffer, view: DataView) => void;

export function createFieldWriter(context: RunContext, copyEscaped: CopyEscaped): WriteFields {
  const nullField = context.encoder.nullField;
  const nullBytes = Buffer.from(nullField);
  const delimiter = Buffer.from(context.encoder.delimiter);

  const writeText = (plan: TablePlan, column: number, field: string, target: Buffer, at: number): number => {
    const length = field.length;
    let to = at;
    if (length <= 24) {
      let i = 0;
      for (; i < length; i += 1) {
        const code = field.charCodeAt(i);
        if (code >= 0x80) break;
        target[to++] = code;
      }
      if (i === length) return to;
    }
    if (!field.isWellFormed()) noteSurrogate(context, plan.name, plan.columns[column] as string);
    return at + target.write(field, at);
  };

  return (plan, copiedBytes, source, sourceView) => {
    const { columns, fields, copied } = plan;
    const { kinds, starts, ends } = copied;
    const count = columns.length;
    // Eight more, because fields are copied eight bytes at a time.
    let size = copiedBytes + count * (delimiter.length + nullBytes.length) + 9;
    for (let i = 0; i < count; i += 1) {
      const field = fields[i] as string;
      if (field !== nullField) size += field.length * 3;
    }
    const target = plan.writer.room(size, columns);
    const targetView = plan.writer.view;
    let at = plan.writer.at;
    const lastEight = source.length - 8;
    for (let i = 0; i < count; i += 1) {
      if (i > 0) for (let j = 0; j < delimiter.length; j += 1) target[at++] = delimiter[j] as number;
      const kind = kinds[i] as number;
      if (kind === AS_TEXT) {
        const field = fields[i] as string;
        if (field === nullField) for (let j = 0; j < nullBytes.length; j += 1) target[at++] = nullBytes[j] as number;
        else {
          fields[i] = nullField;
          at = writeText(plan, i, field, target, at);
        }
        continue;
      }
      kinds[i] = AS_TEXT;
      const start = starts[i] as number;
      const end = ends[i] as number;
      if (kind === TOKEN.escaped) at = copyEscaped(source, start, end, target, at);
      else if (kind === TOKEN.true) target[at++] = 0x74;
      else if (kind === TOKEN.false) target[at++] = 0x66;
      else if (end - start > SHORT || end > lastEight) {
        source.copy(target, at, start, end);
        at += end - start;
      } else {
        // As doubles: no eight bytes of UTF-8 are a NaN, the only doubles whose bits may change on the way.
        for (let from = start, to = at; from < end; from += 8, to += 8) {
          targetView.setFloat64(to, sourceView.getFloat64(from, true), true);
        }
        at += end - start;
      }
    }
    plan.writer.wrote(at);
  };
}
