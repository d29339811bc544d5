import { DAY } from "./time.ts";
import { WORDS } from "./words.ts";
import type { World } from "./world.ts";

export function label(w: World, p: number, i: number) {
  return {
    id: w.globalId("label", p, i),
    name: `${WORDS[i % WORDS.length]}::${i}`,
    color: `#${w.sha("label", p, i).slice(0, 6)}`,
    description: i % 2 ? null : w.words(3, "label", p, i, 1),
    description_html: "",
    text_color: "#FFFFFF",
    archived: false,
  };
}

export function labels(w: World, kind: string, p: number, i: number, details?: string) {
  const k = w.hash(kind, p, i, 41) % 4;
  const out = [];
  const got = new Set();
  for (let j = 0; j < k; j++) {
    const l = w.hash(kind, p, i, 42 + j) % w.options.labelsPerProject;
    if (got.has(l)) continue;
    got.add(l);
    out.push(details ? label(w, p, l) : `${WORDS[l % WORDS.length]}::${l}`);
  }
  return out;
}

export function milestone(w: World, p: number, i: number, n: number, grp = false) {
  const c = w.created("milestone", p, i, n);
  const web = grp ? `${w.host}/groups/${w.groupPath(p)}` : `${w.host}/${w.projectPath(p)}`;
  return {
    id: (grp ? 5e8 : 0) + w.globalId("milestone", p, i),
    iid: i + 1,
    ...(grp ? { group_id: w.groupId(p) } : { project_id: w.projectId(p) }),
    title: `v${1 + (i >> 2)}.${i % 4}`,
    description: i % 2 ? "" : w.words(4, "milestone", p, i, 1),
    state: w.changed("milestone", p, i, n) || i % 3 === 0 ? "closed" : "active",
    created_at: w.iso(c),
    updated_at: w.iso(w.updated("milestone", p, i, n)),
    due_date: i % 2 ? w.date(c + 60 * DAY) : null,
    start_date: i % 2 ? w.date(c) : null,
    expired: i % 2 === 1,
    web_url: `${web}/-/milestones/${i + 1}`,
  };
}
