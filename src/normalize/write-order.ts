/** A resource as far as the order of writing goes: its parent is another resource of the list. */
interface Node {
  readonly name: string;
  readonly parent?: string | undefined;
  readonly selected?: boolean | undefined;
}

interface Pipe<R> {
  readonly resource: R;
  readonly parent: Pipe<R> | undefined;
  /** Who gets each page: children, and the resource itself (as it stands among them) where it is written too. */
  readonly forks: Set<Pipe<R>>;
}

/** Dlt's `max_parallel_items`: with so many open generators beside the roots it empties the newest first. */
const NEWEST_FIRST = 20;

/**
 * The selected resources in the order in which dlt 1.31 writes the first page of each, if every request has one page with
 * one record: roots in turns, the last declared child of a page first, a parent after that child. With other data dlt's
 * order may be another, also from run to run; this one follows from the configuration alone.
 *
 * Source: `dlt.extract.pipe_iterator.PipeIterator` (round robin), `dlt.sources.rest_api` (`TopologicalSorter.static_order`).
 */
export function writeOrder<R extends Node>(resources: readonly R[]): R[] {
  const { pipes, roots } = connect(parentsFirst(resources));
  const written = new Set<R>();
  // What gives items: a resource its one page, a page its forks one by one.
  const open = roots.map((pipe) => itemsOf([() => arrive(pipe)]));
  let initial = open.length;
  let at = 0;

  function arrive(pipe: Pipe<R>): void {
    if (pipe.forks.size === 0) written.add(pipe.resource);
    else open.push(itemsOf([...pipe.forks].map((fork) => () => hand(fork, pipe))));
  }
  function hand(fork: Pipe<R>, from: Pipe<R>): void {
    if (fork === from) written.add(fork.resource);
    else open.push(itemsOf([() => arrive(fork)]));
  }

  while (open.length > 0 && written.size < pipes.length) {
    at = open.length - initial >= NEWEST_FIRST ? open.length - 1 : (at - 1 + open.length) % open.length;
    const item = open[at]?.next();
    if (item?.done === false) item.value();
    else {
      open.splice(at, 1);
      if (at < initial) initial -= 1;
    }
  }
  return [...written];
}

function itemsOf(items: readonly (() => void)[]): ArrayIterator<() => void> {
  return items[Symbol.iterator]();
}

/** Level by level: roots as they are first mentioned, by themselves or by a child; in a level by the order of the parents. */
function parentsFirst<R extends Node>(resources: readonly R[]): R[] {
  const byName = new Map(resources.map((resource) => [resource.name, resource]));
  const parentOf = ({ parent }: R): R | undefined => (parent === undefined ? undefined : byName.get(parent));
  const children = Map.groupBy(resources, parentOf);
  const mentioned = new Set(resources.flatMap((resource) => [resource, parentOf(resource) ?? resource]));
  const ordered = [...mentioned].filter((resource) => parentOf(resource) === undefined);
  for (const resource of ordered) ordered.push(...(children.get(resource) ?? []));
  return ordered;
}

/** The pipes of the selected resources, their parents' forks set, and the roots in the order of the first look at them. */
function connect<R extends Node>(resources: readonly R[]): { pipes: Pipe<R>[]; roots: Pipe<R>[] } {
  const byName = new Map<string, Pipe<R>>();
  for (const resource of resources) {
    const parent = resource.parent === undefined ? undefined : byName.get(resource.parent);
    byName.set(resource.name, { resource, parent, forks: new Set() });
  }
  const pipes = [...byName.values()].filter(({ resource }) => resource.selected !== false);
  const roots = new Set<Pipe<R>>();
  for (const leaf of pipes.toReversed()) {
    let pipe = leaf;
    for (let parent = pipe.parent; parent !== undefined; parent = pipe.parent) {
      parent.forks.add(pipe);
      if (parent.resource.selected !== false) parent.forks.add(parent);
      pipe = parent;
    }
    roots.add(pipe);
  }
  return { pipes, roots: [...roots] };
}
