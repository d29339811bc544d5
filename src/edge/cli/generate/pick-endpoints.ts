import type { Choosable } from "../../../generate/choose-resources.ts";
import { printable } from "../../../report/printable.ts";

/** What a line of the list stands for: a group with all its endpoints, or one endpoint; by index. */
type Choice = `group:${number}` | `one:${number}`;

interface Group {
  /** A tag, or a table where the document has no tags. */
  readonly title: string;
  /** Chooses all its endpoints, as `--endpoints` reads it. */
  readonly pattern: string;
  /** Indexes of its endpoints, in their order. */
  readonly members: readonly number[];
}

/** Lines of the list that are shown at a time. */
const ROWS = 12;
const LONGEST_LABEL = 100;
/** Columns that the marks before a line take, and a last one that stays free. */
const MARKS = 6;
/** A hint that has less room says nothing. */
const SHORTEST_HINT = 12;

/**
 * Lets the user choose endpoints on the terminal: typing searches, Tab marks, Enter ends; a marked group stands for all its
 * endpoints, and nothing marked for everything. Gives patterns as `--endpoints` takes them; undefined when the user
 * leaves the list.
 */
export async function pickEndpoints(resources: readonly Choosable[]): Promise<readonly string[] | undefined> {
  const { autocompleteMultiselect, isCancel } = await import("@clack/prompts");
  const groups = groupsOf(resources);
  // A line that is longer than the terminal takes two, and the list shows half.
  const width = Math.max(SHORTEST_HINT, Math.min(LONGEST_LABEL, (process.stderr.columns ?? LONGEST_LABEL) - MARKS));
  const searched = new Map<Choice, string>();
  const option = (value: Choice, text: string, hint: string) => {
    searched.set(value, `${text} ${hint}`.toLowerCase());
    const label = fitted(text, width);
    const room = width - label.length - " ()".length;
    return { value, label, ...(room < SHORTEST_HINT && hint.length > room ? {} : { hint: fitted(hint, room) }) };
  };
  const options = groups.flatMap(({ title, members }, index) => [
    option(`group:${index}`, `${title}: all ${members.length}`, "group"),
    ...members.flatMap((member) => {
      const resource = resources[member];
      if (resource === undefined) return [];
      const { operation, name } = resource;
      return [option(`one:${member}`, `  ${operation.method} ${operation.path}`, `${name}, ${title}`)];
    }),
  ]);
  const picked = await autocompleteMultiselect<Choice>({
    message: `Which of the ${resources.length} endpoints? Type to search, Tab to mark, Enter to go on; nothing marked: all`,
    options,
    maxItems: ROWS,
    required: false,
    output: process.stderr,
    input: process.stdin,
    filter: (search, { value }) => {
      const text = searched.get(value) ?? "";
      return search
        .toLowerCase()
        .split(/\s+/)
        .every((word) => text.includes(word));
    },
  });
  if (isCancel(picked)) return undefined;
  const marked = groups.filter((_, index) => picked.includes(`group:${index}`));
  const covered = new Set(marked.flatMap(({ members }) => members));
  const single = resources.filter((_, index) => picked.includes(`one:${index}`) && !covered.has(index));
  return [...marked.map(({ pattern }) => pattern), ...single.map(patternFor)];
}

/** The operation id, or the name of the resource where the id would be read as something else (`-list`, `a*`). */
export function patternFor({ name, operation: { id } }: Pick<Choosable, "name" | "operation">): string {
  return /^\s*[+-]|^tag:|[*?]/i.test(id) ? name : id;
}

/** Endpoints by their first tag, in the order of the document; those without one by their table, last. */
function groupsOf(resources: readonly Choosable[]): readonly Group[] {
  const tags = new Map<string, number[]>();
  const tables = new Map<string, number[]>();
  for (const [index, { operation, tableName }] of resources.entries()) {
    const [tag] = operation.tags;
    const [groups, title] = tag === undefined ? [tables, tableName] : [tags, tag];
    const members = groups.get(title);
    if (members === undefined) groups.set(title, [index]);
    else members.push(index);
  }
  return [
    ...[...tags].map(([title, members]) => ({ title, pattern: `tag:${title}`, members })),
    ...[...tables].map(([title, members]) => ({ title, pattern: title, members })),
  ];
}

/** A text of the document on one line of a width; of a longer one the beginning and the end, which tells paths apart. */
function fitted(text: string, width: number): string {
  const line = printable(text);
  if (line.length <= width) return line;
  const end = Math.ceil((width - 3) * 0.6);
  return `${line.slice(0, width - 3 - end)}...${line.slice(-end)}`;
}
