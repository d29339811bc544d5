import type { Step } from "./errors.ts";
import type { Warning } from "./warnings.ts";

/** What a run tells while it goes on. Edges print it; nothing else depends on it. */
export type RunEvent =
  | { readonly type: "step-started"; readonly step: Step }
  | { readonly type: "step-ended"; readonly step: Step; readonly seconds: number; readonly ok: boolean }
  | { readonly type: "resource-progress"; readonly resource: string; readonly pages: number; readonly records: number }
  | {
      readonly type: "resource-ended";
      readonly resource: string;
      readonly records: number;
      readonly requests: number;
      readonly seconds: number;
    }
  | { readonly type: "table-loaded"; readonly table: string; readonly rows: number; readonly bytes: number }
  | { readonly type: "warning"; readonly warning: Warning }
  | { readonly type: "message"; readonly level: "debug" | "info" | "warning"; readonly text: string };

export type EventSink = (event: RunEvent) => void;
