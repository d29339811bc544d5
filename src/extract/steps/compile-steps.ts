import { mayRunAway } from "../../config/rest-api/code.ts";
import { type StepConfig, setExpression } from "../../config/rest-api/step-shape.ts";
import { DataError, SourceError } from "../../core/errors.ts";
import type { JsonValue } from "../../core/json.ts";
import type { Warn } from "../../core/warnings.ts";
import { ExpressionFailure } from "../../expression/compile.ts";
import type { SourceFunctions } from "../functions.ts";
import { TimeGuardError, withinTime } from "../time-guard.ts";
import { type StepPart, stepParts } from "./step-parts.ts";

/** All processing steps of a resource. */
export interface Steps {
  /** Records of a page after all steps. `page` counts from 1 and stands in errors. */
  apply(records: readonly JsonValue[], page: number): readonly JsonValue[];
}

/**
 * Compiles checked steps; undefined when there are none. Each record goes through all of them before the next one. A
 * record that a step fails is a `SourceError` (`E_SOURCE_SHAPE`), a page that takes too long a `DataError` (`E_LIMIT`),
 * both with resource, step, page and record. A field that a renamed one replaces is warned about, once for each name.
 */
export function compileSteps(
  resource: string,
  steps: readonly StepConfig[],
  functions: SourceFunctions,
  limits: { readonly maxStepMs: number },
  warn: Warn,
): Steps | undefined {
  const replaced = (step: number) => {
    const told = new Set<string>();
    return (key: string) => {
      if (told.has(key)) return;
      told.add(key);
      warn("W_FIELD_REPLACED", resource, { detail: `processing_steps[${step}].rename onto ${JSON.stringify(key)}` });
    };
  };
  const parts = steps.flatMap((step, index) =>
    stepParts(step, functions, replaced(index)).map((part) => ({ part, index })),
  );
  if (parts.length === 0) return undefined;
  // A guard costs as much as some hundred records: steps that cannot run away do without.
  const guard = steps.some(needsGuard) ? withinTime : (_: number, work: () => void) => work();
  return {
    apply(records, page) {
      const out: JsonValue[] = [];
      let at = 0;
      let step = 0;

      const run = (record: JsonValue, from: number): void => {
        let value = record;
        for (step = from; step < parts.length; step += 1) {
          const part = (parts[step] as { readonly part: StepPart }).part;
          if ("keeps" in part) {
            if (!part.keeps(value)) return;
          } else if ("replaces" in part) {
            value = part.replaces(value);
          } else {
            const next = step + 1;
            for (const item of part.multiplies(value)) run(item, next);
            return;
          }
        }
        out.push(value);
      };

      try {
        guard(limits.maxStepMs, () => {
          for (at = 0; at < records.length; at += 1) run(records[at] ?? null, 0);
        });
      } catch (error) {
        const { part, index } = parts[Math.min(step, parts.length - 1)] ?? { part: { key: "" }, index: 0 };
        throw explained(error, resource, `processing_steps[${index}].${part.key}`, `record ${at + 1} of page ${page}`);
      }
      return out;
    },
  };
}

function needsGuard(step: StepConfig): boolean {
  const code = [step.filter, step.map, step.yield_map].filter((one) => one !== undefined);
  return code.some(mayRunAway) || Object.values(step.set ?? {}).some((value) => setExpression(value) !== undefined);
}

/** What a function of the user's throws is passed on as it is. */
function explained(error: unknown, resource: string, step: string, record: string): unknown {
  const where = `resource ${JSON.stringify(resource)}: ${step} fails at ${record}`;
  if (error instanceof ExpressionFailure) {
    return new SourceError("E_SOURCE_SHAPE", `${where}: ${error.message}`, {
      step: "extract",
      reason: "expression",
      hint: 'Correct the expression or function; an expression reads a field that may be absent as record.?field.orValue("").',
    });
  }
  if (error instanceof TimeGuardError) {
    return new DataError("E_LIMIT", `${where}: ${error.message} for one page`, {
      step: "extract",
      hint: "Simplify the expression: lists in lists take most time.",
    });
  }
  return error;
}
