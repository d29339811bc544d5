import type { Choosable } from "../../../generate/choose-resources.ts";
import { printable } from "../../../report/printable.ts";

/** What a choice stands for: a tag with all its endpoints, or one endpoint. */
type Choice = `tag:${string}` | `one:${number}`;

/** Lines of the list that are shown at a time. */
const ROWS = 12;

/**
 * Lets the user choose endpoints on the terminal: typing searches, Tab marks, Enter ends; a marked tag stands for all its
 * endpoints, and nothing marked for everything. Gives patterns as `--endpoints` takes them; undefined when the user
 * leaves the list.
 */
export async function pickEndpoints(resources: readonly Choosable[]): Promise<readonly string[] | undefined> {
  const { autocompleteMultiselect, isCancel } = await import("@clack/prompts");
  const groups = groupByTag(resources);
  const options = [...groups].flatMap(([tag, members]) => [
    ...(tag === ""
      ? []
      : [{ value: `tag:${tag}` as Choice, label: `${printable(tag)}: all ${members.length}`, hint: "tag" }]),
    ...members.map((index) => {
      const { operation, name } = resources[index] ?? { name: "", operation: undefined };
      return {
        value: `one:${index}` as Choice,
        label: `  ${operation?.method} ${printable(operation?.path ?? "")}`,
        hint: printable([name, tag].filter((word) => word !== "").join(", ")),
      };
    }),
  ]);
  const picked = await autocompleteMultiselect<Choice>({
    message: `Which of the ${resources.length} endpoints? Type to search, Tab to mark, Enter to go on; nothing marked: all`,
    options,
    maxItems: ROWS,
    required: false,
    output: process.stderr,
    input: process.stdin,
    filter: (search, { label, hint, value }) =>
      search
        .toLowerCase()
        .split(/\s+/)
        .every((word) => `${label} ${hint} ${value}`.toLowerCase().includes(word)),
  });
  if (isCancel(picked)) return undefined;
  const tags = picked.filter((choice) => choice.startsWith("tag:"));
  const covered = new Set(tags.flatMap((choice) => groups.get(choice.slice(4)) ?? []));
  const single = picked.flatMap((choice) => {
    const index = choice.startsWith("one:") ? Number(choice.slice(4)) : -1;
    const resource = covered.has(index) ? undefined : resources[index];
    return resource === undefined ? [] : [resource.operation.id];
  });
  return [...tags, ...single];
}

/** Indexes of the endpoints of each tag, in the order of the document; the empty tag last. */
function groupByTag(resources: readonly Choosable[]): ReadonlyMap<string, readonly number[]> {
  const groups = new Map<string, number[]>();
  for (const [index, { operation }] of resources.entries()) {
    const tag = operation.tags[0] ?? "";
    groups.set(tag, [...(groups.get(tag) ?? []), index]);
  }
  const untagged = groups.get("");
  if (untagged !== undefined && groups.delete("")) groups.set("", untagged);
  return groups;
}
