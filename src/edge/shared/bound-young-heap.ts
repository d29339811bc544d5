import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";

/** Bytes of both halves of the young generation; V8 would take 128 MiB on a large machine. */
const LARGE_ENOUGH = 32 * 1024 * 1024;

/**
 * Keeps V8's young generation from growing beyond some 32 MiB: records live for a page, so that more of it makes nothing
 * faster (measured: the same processor time) and costs 100 MiB of memory. A runner gives an action no flags, and the flag
 * for the size is read before any code of ours, so growth is switched off once the size is reached.
 */
export function boundYoungHeap(): void {
  const timer = setInterval(() => {
    const young = getHeapSpaceStatistics().find(({ space_name }) => space_name === "new_space");
    if (young === undefined || young.space_size < LARGE_ENOUGH) return;
    setFlagsFromString("--semi-space-growth-factor=1");
    clearInterval(timer);
  }, 50);
  timer.unref();
}
