import type { ApiDocument } from "../api-document.ts";
import type { Finding } from "../model.ts";
import { MOST_SHOWN, placeOf } from "../openapi-error.ts";

/** The parts of a document that were left out, as findings; of many the first ones. */
export function wrongParts({ name, faults }: ApiDocument): readonly Finding[] {
  const shown = faults.slice(0, MOST_SHOWN).map((fault): Finding => {
    return { code: "WrongPart", message: `${fault.message}; it is taken as absent`, place: `${name}${placeOf(fault)}` };
  });
  const others = faults.length - shown.length;
  if (others > 0)
    shown.push({ code: "WrongPart", message: `${others} more parts of a wrong kind are taken as absent` });
  return shown;
}
