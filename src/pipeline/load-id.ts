import type { Clock, Random } from "../core/ports.ts";
import { pythonFloatRepr } from "../core/python-text.ts";

/**
 * A new load id: decimal text of the Unix time in seconds, as Python prints the float. It sorts as text after the newest
 * state of the pipeline even when this machine's clock runs behind, because restore looks at no other order; the random
 * part keeps two shards apart.
 */
export function createLoadId(clock: Clock, random: Random, newestStateLoadId: string | null): string {
  const now = Math.floor(clock.now() * 1000);
  const newest = newestStateLoadId === null ? Number.NaN : Number(newestStateLoadId);
  const last = Number.isFinite(newest) ? Math.round(newest * 1e6) : 0;
  // Never ahead of a clock that is right: the next load would come before this one.
  return pythonFloatRepr((now > last ? now : last + 1 + Math.floor(random.next() * 999_999)) / 1e6);
}
