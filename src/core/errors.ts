import { ERROR_CODES, type ErrorCode } from "./error-codes.ts";

/** The part of the path where an error belongs. */
export type Step = "config" | "sync" | "extract" | "normalize" | "load" | "report";

/** Plain values that say where: `resource`, `table`, `column`, `row`, `url`, `file`, `line`, ... Never a secret. */
export type ErrorContext = Readonly<Record<string, string | number | boolean | undefined>>;

/** One of the faults that an error tells of, at its place in a file of the user's. Lines and columns count from 1. */
export interface FaultPlace {
  readonly message: string;
  readonly file: string;
  readonly line: number;
  readonly column?: number;
}

export interface ErrorOptions {
  readonly step?: Step;
  /** What to do next: one sentence, imperative. */
  readonly hint?: string;
  readonly context?: ErrorContext;
  /** The word of the rest-api specification for the reason (`unknown_key`, `http_status`, ...). */
  readonly reason?: string;
  /** Each fault of a file that the message tells of, in its order. */
  readonly places?: readonly FaultPlace[];
  readonly cause?: unknown;
}

/**
 * Every error that a user can meet. The message is one line: what was wrong and where. Throw it where the fact is
 * known; add context on the way up with {@link SluiceError.with}.
 */
export class SluiceError extends Error {
  readonly code: ErrorCode;
  readonly step: Step | undefined;
  readonly hint: string | undefined;
  readonly reason: string | undefined;
  readonly context: ErrorContext;
  readonly places: readonly FaultPlace[];

  constructor(code: ErrorCode, message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = this.constructor.name;
    this.code = code;
    this.step = options.step;
    this.hint = options.hint;
    this.reason = options.reason;
    this.context = options.context ?? {};
    this.places = options.places ?? [];
  }

  get retryable(): boolean {
    return ERROR_CODES[this.code].retryable;
  }

  get exit(): number {
    return ERROR_CODES[this.code].exit;
  }

  /** The same error with more context; context that is already known wins. */
  with(context: ErrorContext, step?: Step): SluiceError {
    const Class = this.constructor as new (code: ErrorCode, message: string, options?: ErrorOptions) => SluiceError;
    const known = step ?? this.step;
    const error = new Class(this.code, this.message, {
      ...(this.step === undefined && known !== undefined ? { step: known } : {}),
      ...(this.step !== undefined ? { step: this.step } : {}),
      ...(this.hint === undefined ? {} : { hint: this.hint }),
      ...(this.reason === undefined ? {} : { reason: this.reason }),
      context: { ...context, ...this.context },
      places: this.places,
      cause: this.cause,
    });
    if (this.stack !== undefined) error.stack = this.stack;
    return error;
  }
}

/** The configuration must be changed. */
export class ConfigError extends SluiceError {}
/** The source, its credential or its data must be looked at. */
export class SourceError extends SluiceError {}
/** The database, its role or its network must be looked at. */
export class DestinationError extends SluiceError {}
/** The data breaks a rule or limit. */
export class DataError extends SluiceError {}
/** A bug of ours. */
export class InternalError extends SluiceError {}
