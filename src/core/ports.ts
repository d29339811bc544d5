/** Clock, randomness and waiting come through these ports, so that a run can be replayed bit for bit. */
export interface Clock {
  /** Milliseconds since the epoch, with fractions (microsecond resolution). */
  now(): number;
  /** Waits; rejects with the signal's reason when it is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export interface Random {
  /** `n` random bytes. */
  bytes(n: number): Uint8Array;
  /** A number in [0, 1). */
  next(): number;
}
