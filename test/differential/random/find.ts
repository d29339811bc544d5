/** Tries random documents on both programs and makes what differs small. */
import fc from "fast-check";
import { startBoth } from "./both.ts";
import { type RandomCase, randomCase } from "./documents.ts";
import { asCase, shrinkCase } from "./shrink.ts";

/** Cases in one run: enough that starting a run costs little, few enough that one bad case is found soon. */
const BATCH = 60;
/** A fault shows up in many cases; each is made small, which takes time. */
const MOST_SHRUNK = 5;
const SHRINK_SECONDS = 60;

export interface Differing {
  /** As a file of `vectors/`. */
  readonly vector: string;
  readonly differences: readonly string[];
}

export interface Found {
  readonly documents: number;
  readonly cases: number;
  /** Cases that both programs refuse. */
  readonly refused: number;
  readonly differing: readonly Differing[];
}

export async function findDifferences(options: {
  readonly seed: number;
  /** Stops when so many documents have been compared. */
  readonly documents: number;
  readonly say: (line: string) => void;
}): Promise<Found> {
  const both = await startBoth();
  const differing: Differing[] = [];
  let documents = 0;
  let cases = 0;
  try {
    options.say(`seed ${options.seed}, ${options.documents} documents`);
    for (let batch = 0; documents < options.documents && differing.length < MOST_SHRUNK; batch++) {
      const made = fc.sample(randomCase, { seed: options.seed + batch, numRuns: BATCH });
      const outcomes = await both.compare(made.map(asCase));
      for (const [index, lines] of outcomes.entries()) {
        const one = made[index];
        if (lines.length === 0 || one === undefined || differing.length >= MOST_SHRUNK) continue;
        options.say(`differs (batch seed ${options.seed + batch}, case ${index}):\n${lines.slice(0, 6).join("\n")}`);
        const small = await shrinkCase(both, one, SHRINK_SECONDS);
        const [differences = []] = await both.compare([asCase(small)]);
        const vector = vectorText(small);
        options.say(`shrunk to ${vector}\n${differences.join("\n")}`);
        differing.push({ vector, differences });
      }
      documents += made.reduce((sum, one) => sum + one.loads.reduce((n, load) => n + load.length, 0), 0);
      cases += made.length;
      options.say(
        `${documents} documents in ${cases} cases, ${both.refused} refused by both, ${differing.length} differ`,
      );
    }
    return { documents, cases, refused: both.refused, differing };
  } finally {
    await both.close();
  }
}

function vectorText(one: RandomCase): string {
  return JSON.stringify(asCase(one));
}
