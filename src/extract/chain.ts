import { dropBytes, holdBytes } from "../core/byte-pool.ts";
import { type LinkedController, linkController } from "../core/concurrency.ts";
import { DataError, InternalError } from "../core/errors.ts";
import type { JsonValue } from "../core/json.ts";
import type { JsonPath } from "../core/json-path.ts";
import { type JsonTape, releaseTape, scanList } from "../core/json-tape.ts";
import {
  detectedPaginator,
  detectedSelector,
  readLater,
  readOrAskAgain,
  refuse,
  refuseErrorObject,
  warnContentType,
} from "./chain-body.ts";
import type { ChainSettings } from "./chain-settings.ts";
import type { HttpAnswer } from "./http/messages.ts";
import { createLoopGuard } from "./loop-guard.ts";
import { createPaginator } from "./paginators/create.ts";
import type { Paginator } from "./paginators/paginator.ts";
import { isEmptyBody } from "./read-body.ts";
import { identityOf, type RequestSpec } from "./request-spec.ts";
import { detectSelector, type Selection, selectRecords } from "./select.ts";

export interface ChainPage {
  readonly records: readonly JsonValue[];
  readonly tape?: JsonTape;
  readonly release?: () => void;
  readonly bytes: number;
}

interface Flight {
  readonly spec: RequestSpec;
  readonly answer: Promise<HttpAnswer>;
  readonly controller: LinkedController;
}

/**
 * The pages of one chain in order. Later pages are requested while earlier ones are read, as far as their requests are
 * known; what the pages themselves say decides, a wrong guess is dropped.
 */
export async function* pagesOf(first: RequestSpec, settings: ChainSettings): AsyncGenerator<ChainPage, void> {
  const { strict, signal } = settings;
  const flights: Flight[] = [];
  const guard = createLoopGuard(settings);
  let paginator =
    settings.paginator === undefined ? undefined : createPaginator(settings.paginator, strict, settings.maxStepMs);
  let selector = settings.selector;
  /** Guesses beyond the next page were right so far. */
  let farSighted = true;
  /** Bytes of the answer at hand that were not given back yet. */
  let held = 0;

  const launch = (spec: RequestSpec): void => {
    const controller = linkController(signal);
    const answer = settings.fetch(spec, controller.signal);
    // Awaited later, or dropped: never an unhandled rejection.
    answer.then(controller.unlink, controller.unlink);
    flights.push({ spec, answer, controller });
  };
  const drop = (): void => {
    for (const flight of flights.splice(0)) {
      flight.controller.abort();
      flight.answer.then(
        (answer) => settings.waiting.give(answer.bytes.byteLength),
        () => undefined,
      );
    }
  };
  /** Requests what is known to follow, with so many under way at most. */
  const lookAhead = (from: RequestSpec, answer: HttpAnswer, finder: Paginator, room: number): void => {
    while (flights.length < Math.min(settings.ahead(), room)) {
      const last = flights.at(-1)?.spec;
      const guess =
        last === undefined
          ? finder.foresee(from, { headers: answer.headers, notEmpty: holdsRecords(answer, selector) })
          : farSighted
            ? finder.foresee(last, undefined)
            : null;
      if (guess === null) return;
      launch(guess);
    }
  };

  try {
    launch(paginator === undefined ? first : paginator.init(first));
    for (let page = 1; ; page += 1) {
      const flight = flights.shift();
      if (flight === undefined) return;
      const { spec } = flight;
      let answer = await flight.answer;
      held = answer.bytes.byteLength;
      guard.asked(spec);
      const verdict = settings.actions.verdict(answer);
      if (verdict?.action === "ignore") settings.onIgnored(answer.status);
      if (verdict?.action === "stop") yield { records: [], bytes: 0 };
      if (verdict?.action === "ignore" || verdict?.action === "stop") return;
      refuse(answer, spec.method, verdict, settings);
      const room = paginator?.counts === false ? Number.POSITIVE_INFINITY : guard.room(answer);
      if (paginator !== undefined) lookAhead(spec, answer, paginator, room);

      await settings.read.ready(signal);
      let body: JsonValue | undefined;
      const asTape = settings.asTape && paginator !== undefined && (selector === undefined || selector.text === "$");
      const tape = asTape ? scanList(answer.bytes) : undefined;
      if (tape === undefined && (!isEmptyBody(answer) || settings.emptyBody === "error")) {
        held = 0;
        [answer, body] = await readOrAskAgain(spec, answer, settings);
      } else {
        settings.waiting.give(held);
        held = 0;
      }
      const bytes = answer.bytes.byteLength;

      let selection: Selection = { records: [], isObject: false, matched: false };
      if (tape !== undefined) {
        warnContentType(answer, settings);
        selector ??= detectSelector([], strict);
        selection = readLater(answer, settings);
      } else if (body !== undefined) {
        selector ??= detectedSelector(answer, body, settings);
        selection = selectRecords(selector, body);
        refuseErrorObject(settings, selection, body, answer);
        settings.watch?.see(body, selection.matched);
        paginator ??= detectedPaginator(answer, body, selection, settings);
      }
      const count = tape === undefined ? selection.records.length : tape.count;
      const next =
        paginator === undefined || (body === undefined && tape === undefined)
          ? null
          : paginator.next(spec, {
              status: answer.status,
              headers: answer.headers,
              get body() {
                return body ?? selection.records;
              },
              count,
              get records() {
                return selection.records;
              },
            });

      const counts = paginator?.counts ?? false;
      let follows = guard.after({ answer, count, isObject: selection.isObject, counts }, next);
      if (follows !== null && page >= settings.maxPages) {
        throw new DataError(
          "E_LIMIT",
          `resource ${JSON.stringify(settings.resource)} has more than ${settings.maxPages} pages`,
          { step: "extract", hint: "Raise max-pages, or narrow down what is asked for." },
        );
      }
      if (follows === null) {
        drop();
      } else {
        guard.refuseRepetition(follows);
        const ready = flights[0];
        if (ready !== undefined && identityOf(ready.spec) !== identityOf(follows)) {
          farSighted = false;
          drop();
        }
        if (paginator !== undefined && settings.ahead() > 0) {
          if (flights.length === 0) launch(follows);
          lookAhead(spec, answer, paginator, room);
          follows = null;
        }
      }

      guard.keep(answer.bytes);
      settings.read.take(bytes);
      yield tape === undefined ? { records: selection.records, bytes } : pageOf(selection, tape, bytes);
      if (follows !== null && flights.length === 0) launch(follows);
      if (flights.length === 0) return;
    }
  } finally {
    settings.waiting.give(held);
    drop();
    guard.close();
  }
}

function pageOf(selection: Selection, tape: JsonTape, bytes: number): ChainPage {
  let released = false;
  holdBytes(tape.bytes);
  return {
    get records() {
      if (released) throw new InternalError("E_INTERNAL", "the records of a page were read after its release");
      return selection.records;
    },
    tape,
    release() {
      if (released) return;
      released = true;
      releaseTape(tape);
      dropBytes(tape.bytes);
    },
    bytes,
  };
}

function holdsRecords(answer: HttpAnswer, selector: JsonPath | undefined): boolean {
  if (selector !== undefined && selector.text !== "$") return false;
  // `[` and then anything but `]`: a list with something in it.
  return /^\s*\[\s*[^\s\]]/.test(Buffer.from(answer.bytes.subarray(0, 256)).toString("latin1"));
}
