import type { ScenarioName } from "./scenarios.ts";

export type EngineName = "sluice" | "default" | "tuned" | "floor";

export const ENGINES: readonly EngineName[] = ["default", "tuned", "sluice", "floor"];

export const ENGINE_TITLES: Readonly<Record<EngineName, string>> = {
  sluice: "Sluice",
  default: "dlt default",
  tuned: "dlt tuned",
  floor: "COPY floor",
};

/** One run as it is written to the file of results, a JSON object a line. */
export interface BenchLine {
  readonly scenario: ScenarioName;
  readonly round: number;
  readonly name: EngineName;
  readonly engine: "sluice" | "dlt" | "copy";
  readonly version: string;
  readonly profile: string;
  readonly disposition: string;
  readonly ok: boolean;
  readonly exit: number | string;
  /** From process start to process end. */
  readonly total_s: number;
  /** The run alone, as the engine tells it; null where it does not. */
  readonly wall_s: number | null;
  readonly extract_s: number | null;
  readonly normalize_s: number | null;
  readonly load_s: number | null;
  /** As counted in the database, nested tables included, system tables not; what this run has added when it appends. */
  readonly rows: number;
  readonly rows_per_s: number;
  readonly cpu_s: number | null;
  readonly pg_cpu_s: number | null;
  readonly peak_rss_mib: number | null;
  readonly tables: Readonly<Record<string, number>>;
  /** One minute's, before and after. */
  readonly load_average: readonly [number, number];
  /** What the source was asked for. */
  readonly requests: number;
  readonly max_in_flight: number;
  /** End of standard error when it failed. */
  readonly error?: string;
}
