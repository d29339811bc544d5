import { pipeline } from "node:stream/promises";
import pg from "pg";
import copyStreams from "pg-copy-streams";

/** What a statement is for; errors are worded from it, and it names the privilege that is missing. */
export interface Purpose {
  /** Follows "could not": `create table t`, `read the pipeline state`. */
  readonly doing: string;
  readonly table?: string;
  /** The statement that an owner must run when the server answers "permission denied". */
  readonly grant?: string;
}

/** A row as text, whatever the types are: nothing passes through a double or a Date. */
export type Row = readonly (string | null)[];

/** A statement failed. The server's answer is the cause; `purpose` says what we wanted. */
export class StatementError extends Error {
  readonly purpose: Purpose;
  readonly sqlState: string | undefined;

  constructor(purpose: Purpose, cause: unknown) {
    super(`could not ${purpose.doing}`, { cause });
    this.name = "StatementError";
    this.purpose = purpose;
    this.sqlState = cause instanceof pg.DatabaseError ? cause.code : undefined;
  }
}

/** A server that no longer answers must not keep the process: the socket is cut after so many milliseconds. */
const ROLLBACK_WAIT = 5000;
const CLOSE_WAIT = 2000;

/**
 * One connection. An idle break does not crash the process: it is remembered, and the next statement fails with it.
 */
export class Session {
  readonly #client: pg.Client;
  #broken: Error | undefined;
  /** Process of the server that runs our transaction; behind a pooler another one each time. */
  backendPid: number | undefined;
  #onWarning: ((message: string) => void) | undefined;

  constructor(client: pg.Client) {
    this.#client = client;
    client.on("error", (error) => {
      this.#broken ??= error;
    });
    client.on("end", () => {
      this.#broken ??= new Error("the connection was closed");
    });
    client.on("notice", (notice) => {
      if (notice.severity === "WARNING") this.#onWarning?.(notice.message ?? "");
    });
  }

  /** True when the connection cannot be used any more. */
  get broken(): boolean {
    return this.#broken !== undefined;
  }

  /** Hears the server's warnings until it is set to undefined. */
  set onWarning(listener: ((message: string) => void) | undefined) {
    this.#onWarning = listener;
  }

  /** Runs one statement with parameters. Unnamed, so that it passes through transaction poolers. */
  async query(
    purpose: Purpose,
    text: string,
    values: readonly (string | number | null | readonly string[])[] = [],
  ): Promise<readonly Row[]> {
    const result = await this.#run(purpose, { text, values: [...values], rowMode: "array" as const });
    return result.rows;
  }

  /** Runs one statement without parameters and gives the number of rows it touched. */
  async execute(purpose: Purpose, text: string): Promise<number> {
    return (await this.#run(purpose, { text, rowMode: "array" as const })).rowCount ?? 0;
  }

  /** COPY FROM STDIN with back-pressure; gives the number of rows. The signal ends it with an error. */
  async copy(purpose: Purpose, text: string, chunks: AsyncIterable<Uint8Array>, signal?: AbortSignal): Promise<number> {
    this.#check(purpose);
    const stream = this.#client.query(copyStreams.from(text));
    const source: { failure: unknown } = { failure: undefined };
    try {
      await pipeline(watch(chunks, source), stream, signal === undefined ? {} : { signal });
    } catch (cause) {
      // What the source of the rows throws is no fault of the database.
      if (source.failure !== undefined) throw source.failure;
      throw new StatementError(purpose, this.#broken ?? cause);
    }
    return stream.rowCount;
  }

  /** Ends the transaction by rollback; when that fails too the connection is given up. */
  async rollback(): Promise<void> {
    if (this.broken) return;
    const cut = setTimeout(() => this.destroy(), ROLLBACK_WAIT);
    try {
      await this.#client.query("ROLLBACK");
    } catch (error) {
      this.#broken ??= error instanceof Error ? error : new Error(String(error));
    } finally {
      clearTimeout(cut);
    }
  }

  async close(): Promise<void> {
    if (this.broken) {
      this.destroy();
      return;
    }
    const cut = setTimeout(() => this.destroy(), CLOSE_WAIT);
    try {
      await this.#client.end();
    } catch (error) {
      this.#broken ??= error instanceof Error ? error : new Error(String(error));
    } finally {
      clearTimeout(cut);
    }
  }

  /** Cuts the socket at once; the server rolls back. */
  destroy(): void {
    this.#broken ??= new Error("the connection was cut");
    this.#client.connection.stream.destroy();
  }

  async #run(purpose: Purpose, query: pg.QueryArrayConfig): Promise<pg.QueryArrayResult<(string | null)[]>> {
    this.#check(purpose);
    try {
      return await this.#client.query<(string | null)[]>(query);
    } catch (cause) {
      throw new StatementError(purpose, cause);
    }
  }

  #check(purpose: Purpose): void {
    if (this.#broken !== undefined) throw new StatementError(purpose, this.#broken);
  }
}

async function* watch(chunks: AsyncIterable<Uint8Array>, source: { failure: unknown }): AsyncGenerator<Uint8Array> {
  try {
    yield* chunks;
  } catch (error) {
    source.failure = error;
    throw error;
  }
}
