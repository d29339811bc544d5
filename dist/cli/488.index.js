export const id = 488;
export const ids = [488];
export const modules = {

/***/ 6488:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  generate: () => (/* binding */ generate)
});

// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __webpack_require__(6760);
// EXTERNAL MODULE: ./node_modules/zod/v4/classic/schemas.js + 15 modules
var schemas = __webpack_require__(2072);
// EXTERNAL MODULE: ./lib/core/json.js
var core_json = __webpack_require__(3085);
// EXTERNAL MODULE: ./lib/config/config-error.js
var config_error = __webpack_require__(1429);
// EXTERNAL MODULE: ./lib/config/document.js
var config_document = __webpack_require__(6625);
// EXTERNAL MODULE: ./lib/config/explain.js + 1 modules
var explain = __webpack_require__(8519);
;// CONCATENATED MODULE: ./lib/config/generator-file.js





/** Keys that are flags here and there, with the flag; dlt-init-openapi refuses them in the file, too. */
const FLAGS = {
    project_name: "NAME",
    package_name: "NAME",
    output_path: "--output-path",
    endpoint_filter: "--endpoints",
    global_limit: "--global-limit",
    spec_url: "--url",
    spec_path: "--path",
    url: "--url",
    path: "--path",
    allow_openapi_2: "--allow-openapi-2",
};
/** Names of Python classes. */
const CLASSES = ["renderer_class", "detector_class"];
const word = schemas/* string */.YjP().min(1);
const suffix = schemas/* string */.YjP().regex(/^[\w.-]*$/, { message: "expected letters, digits, _, - and . only" });
const generatorFileShape = schemas/* strictObject */.rej({
    include_methods: schemas/* array */.YOg(schemas/* enum */.k5n(["get", "post", "put", "patch"]))
        .min(1)
        .optional(),
    name_resources_by_operation: schemas/* boolean */.zMY().optional(),
    required_parameter_default_value: word.optional(),
    unrequired_parameter_default_value: word.optional(),
    project_folder_suffix: suffix.optional(),
    pipeline_file_suffix: suffix.optional(),
    dataset_name_suffix: schemas/* string */.YjP().regex(/^\w*$/, { message: "expected letters, digits and _ only" }).optional(),
    // Without effect: the title of a document without one, and programs that format Python.
    fallback_openapi_title: schemas/* string */.YjP().optional(),
    post_hooks: schemas/* array */.YOg(schemas/* string */.YjP()).optional(),
});
/**
 * Reads a configuration file of dlt-init-openapi, YAML or JSON. Throws `E_CONFIG` with all faults and their lines: keys that
 * are not known, flags, classes of Python, values of another kind.
 *
 * @param file what messages call it
 */
function readGeneratorFile(text, file) {
    const document = (0,config_document/* readDocument */.u0)(text, file);
    const { value } = document;
    const faults = [...document.faults];
    const known = (0,core_json/* isJsonObject */.OW)(value) ? value : {};
    if (!(0,core_json/* isJsonObject */.OW)(value))
        faults.push({ path: [], reason: "type", message: "expected a mapping of settings" });
    const rest = Object.fromEntries((0,core_json/* keysOf */.YD)(known).map((key) => [key, known[key]]));
    for (const key of (0,core_json/* keysOf */.YD)(known)) {
        const flag = Object.hasOwn(FLAGS, key) ? FLAGS[key] : undefined;
        if (flag === undefined && !CLASSES.includes(key))
            continue;
        const message = flag === undefined ? "names a class of Python, which cannot be used here" : `is given as ${flag}`;
        faults.push({ path: [key], reason: "unknown_key", message, suggestion: "take it out of the file" });
        delete rest[key];
    }
    const read = generatorFileShape.safeParse(rest);
    if (!read.success)
        faults.push(...(0,explain/* faultsFromZod */.H)(read.error, rest, generatorFileShape));
    if (faults.length > 0 || !read.success)
        throw (0,config_error/* configError */.F)(faults, { file, positions: document.locate });
    const { data } = read;
    return {
        methods: data.include_methods,
        nameByOperation: data.name_resources_by_operation,
        requiredValue: data.required_parameter_default_value,
        optionalValue: data.unrequired_parameter_default_value,
        suffixes: {
            folder: data.project_folder_suffix,
            // `_pipeline.py` there.
            file: data.pipeline_file_suffix?.replace(/\.(?:py|ya?ml|json)$/, ""),
            dataset: data.dataset_name_suffix,
        },
    };
}

// EXTERNAL MODULE: ./lib/core/errors.js
var errors = __webpack_require__(3828);
;// CONCATENATED MODULE: ./lib/generate/common-paginator.js
/** True for paginators with equal keys and values. */
function samePaginator(a, b) {
    return a !== undefined && b !== undefined && keyOf(a) === keyOf(b);
}
/** The paginator that more endpoints have than any other; undefined when none is ahead. */
function commonPaginator(paginators) {
    const counted = new Map();
    for (const paginator of paginators) {
        if (paginator === undefined)
            continue;
        const entry = counted.get(keyOf(paginator)) ?? { paginator, count: 0 };
        entry.count += 1;
        counted.set(keyOf(paginator), entry);
    }
    const [first, second] = [...counted.values()].sort((a, b) => b.count - a.count);
    return first !== undefined && first.count > (second?.count ?? 0) ? first.paginator : undefined;
}
function keyOf(paginator) {
    return JSON.stringify(Object.entries(paginator).sort(([a], [b]) => (a < b ? -1 : 1)));
}

;// CONCATENATED MODULE: ./lib/generate/words/snake-case.js
/**
 * Names in small letters with `_` between words, as dlt-init-openapi makes them: `getApiV4Groups` -> `get_api_v4_groups`,
 * `OAuth2Token` -> `o_auth_2_token`. Characters other than letters, digits, `_`, `.`, blank and `-` vanish without a gap.
 * Not the naming of dlt, which tables go through later (`schema/naming`).
 */
function snakeCase(text) {
    const kept = text.replace(OTHER, "");
    // Where no letter is a capital, words cannot be guessed.
    const spaced = /\p{Uppercase}/u.test(kept) ? kept.replace(WORD, " $& ") : kept;
    return spaced
        .split(/[. _-]+/)
        .filter((word) => word !== "")
        .join("_")
        .toLowerCase();
}
const OTHER = /[^\p{L}\p{N}_. -]+/gu;
const WORD = /[A-Z]?[a-z]+/g;

;// CONCATENATED MODULE: ./lib/generate/project-names.js

/** The names that follow from that of the source; `openapi` when nothing of it can stand in a name. */
function projectNames(source, suffixes = {}) {
    const project = snakeCase(source) || "openapi";
    const { folder = "_pipeline", file = "_pipeline", dataset = "_data" } = suffixes;
    return {
        project,
        source: `${project}_source`,
        pipeline: `${project}_pipeline`,
        dataset: `${project}${dataset}`,
        folder: `${project}${folder}`,
        file: `${project}${file}`,
    };
}

;// CONCATENATED MODULE: ./lib/generate/reading/find-property.js
/** Makes the function that answers a search: the least nested property, the first in document order among equals. */
function propertyFinder(search) {
    const known = new Map();
    const find = (node) => {
        if (known.has(node))
            return known.get(node);
        let best;
        for (const [piece, child] of childrenOf(node, search.throughLists)) {
            if (search.name(piece) && search.type(child.types)) {
                best = { path: [piece], node: child };
                break;
            }
            // Only a list or object has a tree below it.
            if (!child.isList && !child.isObject)
                continue;
            const below = find(child);
            if (below !== undefined && (best === undefined || below.path.length + 1 < best.path.length))
                best = { path: [piece, ...below.path], node: below.node };
        }
        known.set(node, best);
        return best;
    };
    return find;
}
function childrenOf(node, throughLists) {
    if (node.isObject)
        return node.allProperties;
    return throughLists && node.isList && node.item !== undefined ? [["[*]", node.item]] : [];
}
/** The first answer of several searches: properties of a wanted type before those without one. */
function typedFinder(name, type, throughLists) {
    const typed = propertyFinder({ name, type: (types) => types.includes(type), throughLists });
    const untyped = propertyFinder({ name, type: (types) => types.length === 0, throughLists });
    return (root) => typed(root) ?? untyped(root);
}
/** Pieces joined by dots, `$` for none. */
function jsonPath(path) {
    return path.length === 0 ? "$" : path.join(".");
}

;// CONCATENATED MODULE: ./lib/generate/reading/follow.js

/** References that lead to references. */
const LONGEST_CHAIN = 20;
/** The text of a `$ref`; undefined for an object that is none. */
function referenceOf(object) {
    const reference = (0,core_json/* getOwn */.Ng)(object, "$ref");
    return typeof reference === "string" ? reference : undefined;
}
/**
 * The object behind a reference, and the last reference of the chain. Undefined: there is nothing. `chains`: a target that
 * is a reference itself is followed too.
 */
function follow(document, reference, chains) {
    let last = reference;
    for (let step = 0; step < LONGEST_CHAIN; step += 1) {
        const target = document.resolve(last);
        if (!(0,core_json/* isJsonObject */.OW)(target))
            return { object: target === undefined ? undefined : {}, reference: last };
        const next = referenceOf(target);
        if (!chains || next === undefined)
            return { object: target, reference: last };
        last = next;
    }
    return { object: undefined, reference: last };
}
/** Makes the function that notes, once of each, the references behind which there is nothing, and why. */
function brokenReferences(document, note) {
    const known = new Set();
    return (reference) => {
        if (known.has(reference))
            return;
        known.add(reference);
        const refused = document.refused(reference);
        const isCircle = document.resolve(reference) !== undefined;
        const why = refused !== undefined ? `is not followed: ${refused}` : isCircle ? "leads back to itself" : "leads nowhere";
        note({ code: "BrokenReference", message: `${reference} ${why}; what it stands for is taken as empty` });
    };
}

// EXTERNAL MODULE: ./lib/core/python-text.js
var python_text = __webpack_require__(9681);
;// CONCATENATED MODULE: ./lib/generate/reading/scalars.js


/*
 * Values of a document. Those of YAML are text whatever they look like, those of JSON have types; both give the same
 * here. What has another kind than is asked for counts as absent: a document with one wrong part is still of use.
 */
const NOTHING = {};
/** The object at a key; an empty one when there is none. */
function objectAt(object, key) {
    return asObject((0,core_json/* getOwn */.Ng)(object, key));
}
function asObject(value) {
    return (0,core_json/* isJsonObject */.OW)(value) ? value : NOTHING;
}
/** The list at a key; an empty one when there is none. */
function listAt(object, key) {
    const value = (0,core_json/* getOwn */.Ng)(object, key);
    return (0,core_json/* isJsonArray */.Md)(value) ? value : [];
}
/** The text of a scalar at a key, in Python's spelling; undefined when there is none or it is empty. */
function textAt(object, key) {
    const value = (0,core_json/* getOwn */.Ng)(object, key);
    if (value === undefined || value === null || (0,core_json/* isJsonObject */.OW)(value) || (0,core_json/* isJsonArray */.Md)(value))
        return undefined;
    const text = (0,python_text/* pythonStr */.qV)(value);
    return text === "" ? undefined : text;
}
/** True for `true` and what stands for it in text. */
function flagAt(object, key) {
    const value = (0,core_json/* getOwn */.Ng)(object, key);
    return value === true || (typeof value === "string" && /^(?:true|t|yes|y|on|1)$/i.test(value));
}
/** The number at a key; undefined when there is none. */
function numberAt(object, key) {
    const value = (0,core_json/* getOwn */.Ng)(object, key);
    if (typeof value === "string")
        return (0,python_text/* parsePythonFloat */.Gc)(value);
    return typeof value === "number" ? value : value instanceof core_json/* Double */.__ ? value.value : undefined;
}
/** `int(value)`; 0 where Python raises. */
function toInteger(value) {
    if (typeof value === "string")
        return Number((0,python_text/* parsePythonInt */.Fv)(value) ?? 0n);
    const number = value instanceof core_json/* Double */.__ ? value.value : Number(typeof value === "object" ? 0 : (value ?? 0));
    return Number.isFinite(number) ? Math.trunc(number) : 0;
}
/** What Python takes for true; `"0"` and `"false"` are. */
function isTruthy(value) {
    if (value === undefined || value === null || value === false || value === "")
        return false;
    if ((0,core_json/* isJsonArray */.Md)(value))
        return value.length > 0;
    if ((0,core_json/* isJsonObject */.OW)(value))
        return Object.keys(value).length > 0;
    return value instanceof core_json/* Double */.__ ? value.value !== 0 : value !== 0 && value !== 0n;
}

;// CONCATENATED MODULE: ./lib/generate/reading/operation-facts.js

/** What a user chooses and lists endpoints by. */
function operationFacts({ id, method, path, operation, description }) {
    return {
        id,
        method,
        path,
        tags: listAt(operation, "tags").filter((tag) => typeof tag === "string"),
        deprecated: flagAt(operation, "deprecated"),
        comment: description,
    };
}

;// CONCATENATED MODULE: ./lib/generate/reading/path-pieces.js
/**
 * `/projects/{id}/jobs` -> `projects`, `{id}`, `jobs`, as the reference does it: everything from the first dot on is
 * ignored, `/` gives one empty piece, the empty text none.
 */
function compatPathPieces(path) {
    const kept = path.slice(0, path.includes(".") ? path.indexOf(".") : undefined);
    const pieces = path === "" ? [] : kept.replace(/^\/+|\/+$/g, "").split("/");
    return {
        pieces,
        variables: pieces.filter(isVariable).map((piece) => piece.trim().slice(1, -1).trim()),
        fixed: pieces.filter((piece) => !isVariable(piece)),
    };
}
/**
 * The pieces of a path without query, fragment and a file ending (`.json`). A piece that holds a variable beside other
 * text (`{id}.json`, `{name}:search`) counts as a variable.
 */
function pathPieces(path) {
    const [plain = ""] = path.split(/[?#]/);
    const pieces = plain
        .replace(/\.(?:json|xml|csv|\{format\})$/i, "")
        .split("/")
        .filter((piece) => piece !== "");
    return {
        pieces,
        variables: [...path.matchAll(/\{([^{}]+)\}/g)].map((match) => (match[1] ?? "").trim()),
        fixed: pieces.filter((piece) => !piece.includes("{")),
    };
}
/** True for `{name}`. */
function isVariable(piece) {
    const trimmed = piece.trim();
    return trimmed.length > 1 && trimmed.startsWith("{") && trimmed.endsWith("}");
}
/** True for `{name}` and `{name}:search`. */
function holdsVariable(piece) {
    return piece.includes("{");
}
/** A path that does not end in a variable may be that of a list. */
function looksLikeList(path) {
    const last = path.pieces.at(-1);
    return last !== undefined && !isVariable(last);
}

;// CONCATENATED MODULE: ./lib/generate/openapi-error.js

/** Faults of one document that are shown. */
const MOST_SHOWN = 10;
/**
 * The error for a document from which nothing can be generated: `E_OPENAPI`, one line a fault,
 * `api.yaml:12:5: tab characters must not be used in indentation`. A hostile document may have thousands of faults: the
 * first ten are shown.
 *
 * @param name what the document is called: a file name, or a URL without credentials
 */
function openapiError(name, faults, options = {}) {
    const shown = faults.slice(0, MOST_SHOWN);
    const lines = shown.map((fault) => `${name}${placeOf(fault)}: ${fault.message}`);
    if (faults.length > shown.length)
        lines.push(`${name}: and ${faults.length - shown.length} more`);
    return new errors/* ConfigError */.xL("E_OPENAPI", lines.join("\n"), {
        step: "config",
        hint: options.hint ?? "Correct the document, or ask its maker to; nothing was written.",
        ...(options.reason === undefined ? {} : { reason: options.reason }),
        ...(options.cause === undefined ? {} : { cause: options.cause }),
        context: { file: name, faults: faults.length, ...(shown[0]?.line === undefined ? {} : { line: shown[0].line }) },
        places: shown.flatMap((fault) => fault.line === undefined
            ? []
            : [
                {
                    message: fault.message,
                    file: name,
                    line: fault.line,
                    ...(fault.column === undefined ? {} : { column: fault.column }),
                },
            ]),
    });
}
/** `:12:5`; empty where the place is not known. */
function placeOf({ line, column }) {
    return line === undefined ? "" : `:${line}${column === undefined ? "" : `:${column}`}`;
}

;// CONCATENATED MODULE: ./lib/generate/reading/example-schema.js


/** Levels of an example that are looked at. */
const DEEPEST = 6;
/** The schema that the example of a JSON content shows; undefined when there is none. */
function schemaOfExample(content) {
    const named = objectAt(content, "examples");
    const [first] = (0,core_json/* keysOf */.YD)(named);
    const example = (0,core_json/* getOwn */.Ng)(content, "example") ??
        (first === undefined ? undefined : (0,core_json/* getOwn */.Ng)(asObject((0,core_json/* getOwn */.Ng)(named, first)), "value")) ??
        (0,core_json/* getOwn */.Ng)(objectAt(content, "schema"), "example");
    return (0,core_json/* isJsonObject */.OW)(example) || (0,core_json/* isJsonArray */.Md)(example) ? schemaOf(example, 0) : undefined;
}
/** Plain values have no type: a document in YAML does not say whether they are texts or numbers. */
function schemaOf(value, depth) {
    if (depth > DEEPEST)
        return {};
    if ((0,core_json/* isJsonArray */.Md)(value)) {
        const [first] = value;
        return { type: "array", ...(first === undefined ? {} : { items: schemaOf(first, depth + 1) }) };
    }
    if (!(0,core_json/* isJsonObject */.OW)(value))
        return {};
    const properties = {};
    for (const key of (0,core_json/* keysOf */.YD)(value))
        (0,core_json/* setOwn */.P5)(properties, key, schemaOf(value[key] ?? null, depth + 1));
    return { type: "object", properties };
}

;// CONCATENATED MODULE: ./lib/generate/reading/writable.js
/** False for the one name that no mapping of a pipeline file can have as a key. */
function isWritableKey(name) {
    return name !== "__proto__";
}
/** A path variable as a pipeline file can hold it; its name is never sent. */
function writableVariable(name) {
    return isWritableKey(name) ? name : `${name}in_path`;
}
/** True for what HTTP allows as the name of a header, and a pipeline file as a key. */
function isHeaderName(name) {
    return /^[\w!#$%&'*+.^`|~-]+$/.test(name) && isWritableKey(name);
}
/** True for what HTTP allows as the value of a header: no line break, nothing beyond Latin 1. */
function isHeaderValue(value) {
    return /^[\t\x20-\x7e\x80-\xff]*$/.test(value);
}
/** True for a path that names a server: a pipeline would ask it, and with the credentials. */
function namesServer(path) {
    return /^\s*(?:[a-z][a-z0-9+.-]*:)?[/\\]{2}/i.test(path);
}

;// CONCATENATED MODULE: ./lib/generate/reading/read-endpoints.js






/**
 * All operations of the wanted methods, in document order. Paths that name a server are left out, and `note` hears of
 * each: a pipeline would send the credentials there. `onBroken` hears of references behind which there is nothing.
 * Throws `E_OPENAPI` when there is none.
 */
function readEndpoints(document, nodes, rules, { note, onBroken }) {
    const paths = objectAt(document.root, "paths");
    const endpoints = (0,core_json/* keysOf */.YD)(paths).flatMap((path) => {
        if (namesServer(path)) {
            note({ code: "PathRefused", message: `the path ${quote(path)} names a server: it is left out` });
            return [];
        }
        const written = asObject((0,core_json/* getOwn */.Ng)(paths, path));
        const item = rules.allReferences ? followed(written) : written;
        return rules.methods.flatMap((method) => {
            const operation = (0,core_json/* getOwn */.Ng)(item, method);
            return (0,core_json/* isJsonObject */.OW)(operation) ? [readEndpoint(path, method, operation, item)] : [];
        });
    });
    if (endpoints.length > 0)
        return endpoints;
    const wanted = rules.methods.map((method) => METHODS[method]).join(", ");
    const missing = Object.hasOwn(document.root, "paths") ? `no operation of the method ${wanted}` : "no key paths";
    throw openapiError(document.name, [{ message: `there is ${missing}` }, ...document.faults], {
        reason: "no_endpoints",
        hint: "Give a document with such operations, or ask for other methods.",
    });
    function readEndpoint(path, method, operation, item) {
        const verb = METHODS[method];
        const description = textAt(operation, "description") ??
            textAt(item, "description") ??
            (rules.summaries ? (textAt(operation, "summary") ?? textAt(item, "summary")) : undefined);
        const parameters = new Map();
        for (const written of [...listAt(item, "parameters"), ...listAt(operation, "parameters")]) {
            const parameter = readParameter(nodes, followed(asObject(written)));
            if (parameter === undefined)
                continue;
            parameters.set(rules.mergeByNameOnly ? parameter.name : `${parameter.in} ${parameter.name}`, parameter);
        }
        const responses = objectAt(operation, "responses");
        return {
            id: textAt(operation, "operationId") ?? `${verb}_${path}`,
            method: verb,
            path,
            pieces: rules.pieces(path),
            operation,
            item,
            description: description?.replaceAll("\n", " "),
            parameters: [...parameters.values()],
            body: method === "get" ? undefined : readBody(followed(objectAt(operation, "requestBody"))),
            responses: (0,core_json/* keysOf */.YD)(responses).map((status) => readResponse(nodes, status, followed(asObject(responses[status])), rules)),
        };
    }
    function readBody(source) {
        const schema = jsonContent(source, rules).find((media) => ((0,core_json/* getOwn */.Ng)(media, "schema") ?? undefined) !== undefined);
        return schema === undefined ? undefined : nodes(schema.schema ?? {});
    }
    /** The object behind a reference; itself when it is none. */
    function followed(object) {
        const written = referenceOf(object);
        if (written === undefined)
            return object;
        const target = follow(document, written, rules.allReferences);
        if (target.object === undefined)
            onBroken(target.reference);
        return target.object ?? {};
    }
}
function quote(text) {
    return JSON.stringify(text.length <= 200 ? text : `${text.slice(0, 200)}...`);
}
const METHODS = { get: "GET", post: "POST", put: "PUT", patch: "PATCH" };
function readParameter(nodes, source) {
    const name = textAt(source, "name");
    const location = textAt(source, "in");
    if (name === undefined || location === undefined)
        return undefined;
    const schema = (0,core_json/* getOwn */.Ng)(source, "schema");
    return {
        name,
        in: location,
        required: flagAt(source, "required"),
        source,
        schema: nodes((0,core_json/* isJsonObject */.OW)(schema) || schema === "" ? schema : { type: "string" }),
    };
}
function readResponse(nodes, status, source, rules) {
    for (const media of jsonContent(source, rules)) {
        const schema = (0,core_json/* getOwn */.Ng)(media, "schema") ?? undefined;
        const node = schema === undefined ? undefined : nodes(schema);
        const example = rules.examples && (node === undefined || saysNothing(node)) ? schemaOfExample(media) : undefined;
        if (example !== undefined)
            return { status, source, schema: nodes(example) };
        if (node !== undefined)
            return { status, source, schema: node };
    }
    return { status, source, schema: undefined };
}
/** What a body holds as JSON, by its media types. */
function jsonContent(source, rules) {
    const content = objectAt(source, "content");
    return (0,core_json/* keysOf */.YD)(content).flatMap((type) => {
        const essence = rules.mediaTypeParameters ? (type.split(";")[0] ?? "").trim() : type;
        return essence.endsWith("json") || essence === "*/*" ? [asObject((0,core_json/* getOwn */.Ng)(content, type))] : [];
    });
}
/** An object of which no property is known. */
function saysNothing(node) {
    return !node.isList && node.allProperties.size === 0 && node.types.every((type) => type === "object");
}

;// CONCATENATED MODULE: ./lib/generate/reading/schema-node.js



/** Levels of schemas inside one another that are looked at. */
const schema_node_DEEPEST = 6;
/** Makes the reader of a document's schemas. `onBroken` hears of references behind which there is nothing; they give empty nodes. */
function schemaNodes(document, rules, onBroken) {
    const known = new Map();
    const at = (value, depth) => {
        if (depth > schema_node_DEEPEST)
            return undefined;
        const schema = (0,core_json/* isJsonObject */.OW)(value) ? value : {};
        const reference = referenceOf(schema);
        if (reference === undefined)
            return new Node(schema, undefined, undefined, depth, rules, at);
        const description = textAt(schema, "description");
        const key = `${depth} ${reference} ${description ?? ""}`;
        const old = known.get(key);
        if (old !== undefined)
            return old;
        const target = follow(document, reference, rules.followAliases);
        if (target.object === undefined)
            onBroken(target.reference);
        const node = new Node(target.object ?? {}, target.reference, description, depth, rules, at);
        known.set(key, node);
        return node;
    };
    return (schema) => at(schema, 0);
}
class Node {
    schema;
    reference;
    #ownDescription;
    #part;
    #rules;
    #parts;
    #properties;
    #allProperties;
    #types;
    #item;
    constructor(schema, reference, description, depth, rules, at) {
        this.schema = schema;
        this.reference = reference;
        this.#ownDescription = description;
        this.#rules = rules;
        this.#part = (part) => at(part, depth + 1);
    }
    get name() {
        const component = this.reference?.startsWith("#/components/") ? this.reference.split("/").at(-1) : undefined;
        const own = component === undefined || component === "" ? textAt(this.schema, "title") : component;
        return own ?? this.#kinds.allOf.find((part) => part.name !== "")?.name ?? "";
    }
    get description() {
        return this.#ownDescription ?? textAt(this.schema, "description");
    }
    get default() {
        return (0,core_json/* getOwn */.Ng)(this.schema, "default");
    }
    get format() {
        const own = textAt(this.schema, "format");
        // `anyOf: [{type: string, format: date}, {type: null}]` is what 3.1 has for `nullable`.
        const [only, ...others] = this.#rules.inferTypes && own === undefined ? this.alternatives : [];
        return only !== undefined && others.length === 0 ? only.format : own;
    }
    get nullable() {
        const type = (0,core_json/* getOwn */.Ng)(this.schema, "type");
        const { anyOf, oneOf } = this.#kinds;
        return (flagAt(this.schema, "nullable") ||
            ((0,core_json/* isJsonArray */.Md)(type) ? type.includes("null") : type === "null") ||
            [...anyOf, ...oneOf].some((part) => part.nullable));
    }
    get alternatives() {
        const { anyOf, oneOf } = this.#kinds;
        return [...anyOf, ...oneOf].filter(({ schema }) => (0,core_json/* getOwn */.Ng)(schema, "type") !== "null");
    }
    get maximum() {
        return (0,core_json/* getOwn */.Ng)(this.schema, "maximum");
    }
    get types() {
        this.#types ??= this.#readTypes();
        return this.#types;
    }
    get isObject() {
        return this.types.includes("object");
    }
    get isList() {
        return this.types.includes("array");
    }
    get properties() {
        if (this.#properties !== undefined)
            return this.#properties;
        const found = new Map();
        for (const part of this.#kinds.allOf)
            for (const [name, node] of part.properties)
                found.set(name, node);
        const own = objectAt(this.schema, "properties");
        for (const name of (0,core_json/* keysOf */.YD)(own)) {
            const node = this.#part(own[name] ?? null);
            if (node !== undefined)
                found.set(name, node);
        }
        this.#properties = found;
        return found;
    }
    get allProperties() {
        if (this.#allProperties !== undefined)
            return this.#allProperties;
        const found = new Map(this.properties);
        for (const part of [...this.#kinds.anyOf, ...this.#kinds.oneOf])
            for (const [name, node] of part.allProperties)
                found.set(name, node);
        this.#allProperties = found;
        return found;
    }
    get item() {
        if (this.#item === undefined) {
            const items = (0,core_json/* getOwn */.Ng)(this.schema, "items");
            const isSchema = (0,core_json/* isJsonObject */.OW)(items) || items === "";
            this.#item = { node: isSchema ? this.#part(items) : undefined };
        }
        return this.#item.node;
    }
    get #kinds() {
        const read = (key) => listAt(this.schema, key).flatMap((part) => this.#part(part) ?? []);
        // A list of schemas under `items` of what is no list is a choice in the documents that have it.
        const isChoice = this.#rules.inferTypes && (0,core_json/* getOwn */.Ng)(this.schema, "type") === undefined;
        this.#parts ??= {
            allOf: read("allOf"),
            oneOf: read("oneOf"),
            anyOf: [...read("anyOf"), ...(isChoice ? read("items") : [])],
        };
        return this.#parts;
    }
    #readTypes() {
        const own = (0,core_json/* getOwn */.Ng)(this.schema, "type");
        const found = ((0,core_json/* isJsonArray */.Md)(own) ? own : [own]).filter((type) => typeof type === "string" && type !== "");
        const { allOf, oneOf, anyOf } = this.#kinds;
        const types = [...found, ...[...allOf, ...oneOf, ...anyOf].flatMap((part) => part.types)];
        // The reference takes out one `null`; a second one stays.
        if (types.includes("null"))
            types.splice(types.indexOf("null"), 1);
        if (this.#rules.inferTypes && types.length === 0) {
            const items = (0,core_json/* getOwn */.Ng)(this.schema, "items");
            if (Object.hasOwn(this.schema, "properties"))
                types.push("object");
            else if ((0,core_json/* isJsonObject */.OW)(items) || items === "")
                types.push("array");
        }
        return [...new Set(types)];
    }
}

;// CONCATENATED MODULE: ./lib/generate/reading/wrong-parts.js

/** The parts of a document that were left out, as findings; of many the first ones. */
function wrongParts({ name, faults }) {
    const shown = faults.slice(0, MOST_SHOWN).map((fault) => {
        return { code: "WrongPart", message: `${fault.message}; it is taken as absent`, place: `${name}${placeOf(fault)}` };
    });
    const others = faults.length - shown.length;
    if (others > 0)
        shown.push({ code: "WrongPart", message: `${others} more parts of a wrong kind are taken as absent` });
    return shown;
}

;// CONCATENATED MODULE: ./lib/generate/reading/main-response.js
/**
 * The response that brings records: the first of status `200` or `default`, else the first whose status begins with `2`.
 * Undefined when there is none. dlt-init-openapi's rule; a `201` followed by a `default` gives the latter.
 */
function mainResponse(responses) {
    return (responses.find(({ status }) => status === "200" || status === "default") ??
        responses.find(({ status }) => status.startsWith("2")));
}

;// CONCATENATED MODULE: ./lib/generate/compat/paginator.js


const named = (words) => {
    const set = new Set(words.split(" "));
    return (name) => set.has(name.toLowerCase());
};
const isPage = named("page page_number");
const isOffset = named("start offset skip");
const isLimit = named("limit per_page page_size size");
const isCursor = named("cursor after since");
const DEFAULT_LIMIT = 20;
const MAXIMUM = 20;
/** Makes the function that finds the paginator of an endpoint as dlt-init-openapi does, given the schema of its answer. */
function compatPaginators() {
    const findCursor = propertyFinder({ name: named("cursor next_cursor"), type: () => true, throughLists: true });
    const findItems = typedFinder(named("total count total_count totalrecords totalitems"), "integer", true);
    const findPages = typedFinder(named("total count totalpages"), "integer", true);
    const findNext = typedFinder(named("next next_url more"), "string", true);
    return ({ parameters }, schema) => {
        const cursors = parameters.filter(({ name }) => isCursor(name));
        const offsets = parameters.filter(({ name }) => isOffset(name));
        const limits = parameters.filter(({ name }) => isLimit(name));
        const pages = parameters.filter(({ name }) => isPage(name));
        const paginator = cursor(cursors, schema) ?? offset(offsets, limits.at(-1), schema) ?? page(pages[0], schema) ?? nextLink(schema);
        if (paginator !== undefined)
            return { paginator, hints: [] };
        return { paginator, hints: [...cursors, ...offsets, ...limits, ...pages].map(({ name }) => name) };
    };
    function cursor(cursors, schema) {
        if (schema === undefined)
            return undefined;
        const echoed = cursors.find(({ name }) => schema.properties.has(name));
        const [only] = cursors.length === 1 ? cursors : [];
        const parameter = echoed ?? only;
        if (parameter === undefined)
            return undefined;
        const path = echoed === undefined ? findCursor(schema)?.path : [echoed.name];
        if (path === undefined)
            return undefined;
        return {
            config: { type: "cursor", cursor_path: jsonPath(path), cursor_param: parameter.name },
            uses: [parameter.name],
        };
    }
    function offset(offsets, limit, schema) {
        const parameter = offsets.find(({ name }) => schema?.properties.has(name)) ?? offsets[0];
        if (parameter === undefined || limit === undefined)
            return undefined;
        const total = schema === undefined ? undefined : findItems(schema);
        return {
            config: {
                type: "offset",
                limit: pageSize(limit),
                offset_param: parameter.name,
                limit_param: limit.name,
                ...(total === undefined ? { total_path: "", maximum_offset: MAXIMUM } : { total_path: jsonPath(total.path) }),
            },
            uses: [parameter.name, limit.name],
        };
    }
    function page(parameter, schema) {
        if (parameter === undefined)
            return undefined;
        const total = schema === undefined ? undefined : findPages(schema);
        return {
            config: {
                type: "page_number",
                page_param: parameter.name,
                ...(total === undefined ? { total_path: "", maximum_page: MAXIMUM } : { total_path: jsonPath(total.path) }),
            },
            uses: [parameter.name],
        };
    }
    function nextLink(schema) {
        const next = schema === undefined ? undefined : findNext(schema);
        if (next === undefined)
            return undefined;
        return { config: { type: "json_response", next_url_path: jsonPath(next.path) }, uses: "all" };
    }
}
/** The declared maximum, else the default, else 20. */
function pageSize({ schema }) {
    const maximum = numberAt(schema.schema, "maximum");
    const declared = maximum === undefined || maximum === 0 ? toInteger(schema.default) : Math.trunc(maximum);
    // The reference fails at what is no number (`1e400`, `nan`).
    return isTruthy(declared) && Number.isFinite(declared) ? declared : DEFAULT_LIMIT;
}

;// CONCATENATED MODULE: ./lib/generate/compat/payload.js

/** Makes the function that finds the payload as dlt-init-openapi does. */
function compatPayloads() {
    const findList = propertyFinder({ name: () => true, type: (types) => types.includes("array"), throughLists: true });
    return (schema, expectList) => {
        if (expectList) {
            const list = schema.isList ? { path: [], node: schema } : findList(schema);
            if (list !== undefined)
                return payloadOf(list.path, list.node);
        }
        const path = [];
        let inner = schema;
        for (;;) {
            const [only, ...others] = inner.properties;
            // An object that wraps one object.
            if (only === undefined || others.length > 0 || !only[1].isObject)
                return payloadOf(path, inner);
            path.push(only[0]);
            inner = only[1];
        }
    };
}
/** The payload at a path; of a list with known items, the items. */
function payloadOf(path, node) {
    return { path, isList: node.isList, schema: node.isList ? (node.item ?? node) : node };
}

;// CONCATENATED MODULE: ./lib/generate/words/inflect.js
/**
 * English plurals and singulars by the table of the Python package `Inflector` 3.1.1 (Bermi Ferrer Martinez, after
 * Rails), which names of the reference depend on (its licence is in NOTICE). Its odd answers are kept: `status` -> `statu`, `data` -> `datum`.
 */
/** `category` -> `categories`; an empty word gives `s`. */
function pluralize(word) {
    return inflect(word, PLURAL);
}
/** `projects` -> `project`. */
function singularize(word) {
    return inflect(word, SINGULAR);
}
function inflect(word, by) {
    if (by.uncountable.test(word.toLowerCase()))
        return word;
    for (const [ending, rest] of by.irregular) {
        const match = ending.exec(word);
        if (match !== null)
            return word.slice(0, match.index + 1) + rest;
    }
    const rule = by.rules.find(([pattern]) => word.search(pattern) >= 0);
    return rule === undefined ? word : word.replace(rule[0], rule[1]);
}
const PLURAL = {
    uncountable: /(?:equipment|information|rice|money|species|series|fish|sheep|deer|moose)$/,
    irregular: [
        [/person$/iu, "eople"],
        [/man$/iu, "en"],
        [/child$/iu, "hildren"],
        [/sex$/iu, "exes"],
        [/move$/iu, "oves"],
        [/staff$/iu, "taves"],
        [/foot$/iu, "eet"],
        [/goose$/iu, "eese"],
    ],
    rules: [
        [/(quiz)$/giu, "$1zes"],
        [/^(ox)$/giu, "$1en"],
        [/([m|l])ouse$/giu, "$1ice"],
        [/(matr|vert|ind)ix|ex$/giu, "$1ices"],
        [/(x|ch|ss|sh)$/giu, "$1es"],
        [/([^aeiouy]|qu)ies$/giu, "$1y"],
        [/([^aeiouy]|qu)y$/giu, "$1ies"],
        [/(hive)$/giu, "$1s"],
        [/(?:([^f])fe|([lr])f)$/giu, "$1$2ves"],
        [/sis$/giu, "ses"],
        [/([ti])um$/giu, "$1a"],
        [/(buffal|tomat)o$/giu, "$1oes"],
        [/(bu)s$/giu, "$1ses"],
        [/(alias|status)/giu, "$1es"],
        [/(octop|vir)us$/giu, "$1i"],
        [/(ax|test)is$/giu, "$1es"],
        [/s$/giu, "s"],
        [/$/giu, "s"],
    ],
};
const SINGULAR = {
    uncountable: /(?:equipment|information|rice|money|species|series|fish|sheep|sms)$/,
    irregular: [
        [/people$/iu, "erson"],
        [/men$/iu, "an"],
        [/children$/iu, "hild"],
        [/sexes$/iu, "ex"],
        [/moves$/iu, "ove"],
    ],
    rules: [
        [/(quiz)zes$/giu, "$1"],
        [/(matr)ices$/giu, "$1ix"],
        [/(vert|ind)ices$/giu, "$1ex"],
        [/^(ox)en/giu, "$1"],
        [/(alias|status)es$/giu, "$1"],
        [/([octop|vir])i$/giu, "$1us"],
        [/(cris|ax|test)es$/giu, "$1is"],
        [/(shoe)s$/giu, "$1"],
        [/(o)es$/giu, "$1"],
        [/(bus)es$/giu, "$1"],
        [/([m|l])ice$/giu, "$1ouse"],
        [/(x|ch|ss|sh)es$/giu, "$1"],
        [/(m)ovies$/giu, "$1ovie"],
        [/(s)eries$/giu, "$1eries"],
        [/([^aeiouy]|qu)ies$/giu, "$1y"],
        [/([lr])ves$/giu, "$1f"],
        [/(tive)s$/giu, "$1"],
        [/(hive)s$/giu, "$1"],
        [/([^f])ves$/giu, "$1fe"],
        [/(^analy)ses$/giu, "$1sis"],
        [/((a)naly|(b)a|(d)iagno|(p)arenthe|(p)rogno|(s)ynop|(t)he)ses$/giu, "$1$2sis"],
        [/([ti])a$/giu, "$1um"],
        [/(n)ews$/giu, "$1ews"],
        [/s$/giu, ""],
    ],
};

;// CONCATENATED MODULE: ./lib/generate/compat/primary-key.js

const NAMES = ["id", "pk", "unique", "identifier", "primary_key"];
const SUFFIXES = ["id", "pk"];
const SEPARATORS = ["", "-", "_"];
/** The one property that identifies a record, by its name, description or format, as dlt-init-openapi finds it. */
function compatPrimaryKey(record, path) {
    const candidates = [...record.allProperties].filter(([, { types }]) => isScalar(types));
    const byName = new Map();
    for (const [name] of candidates)
        if (!byName.has(name.toLowerCase()))
            byName.set(name.toLowerCase(), name);
    for (const name of likelyNames(record.name, path)) {
        const found = byName.get(name.toLowerCase());
        if (found !== undefined)
            return found;
    }
    const described = candidates.find(([, { description }]) => /^(?:unique|id|identifier)\n?$/i.test(description ?? ""));
    return (described ?? candidates.find(([, { format }]) => format === "uuid"))?.[0];
}
function isScalar(types) {
    return types.length === 0 || types.includes("string") || types.includes("integer");
}
function* likelyNames(schemaName, path) {
    yield* NAMES;
    const variable = path.variables.at(-1);
    if (variable !== undefined)
        yield variable;
    const words = [...(schemaName === "" ? [] : [schemaName]), ...path.fixed.slice(-1)];
    for (const word of words) {
        // The reference keeps the variations in a set, whose order is chance; its recorded answers have this one.
        for (const variation of new Set([word, pluralize(word), singularize(word)])) {
            for (const suffix of SUFFIXES) {
                for (const separator of SEPARATORS) {
                    yield `${variation}${separator}${suffix}`;
                    yield `${suffix}${separator}${variation}`;
                }
            }
        }
    }
}

;// CONCATENATED MODULE: ./lib/generate/compat/detect.js





/** Makes the function that looks at an endpoint by itself, as dlt-init-openapi does. */
function compatDetection() {
    const detectPaginator = compatPaginators();
    const detectPayload = compatPayloads();
    return (endpoint) => {
        const findings = [];
        const response = mainResponse(endpoint.responses);
        const schema = response?.schema;
        if (response === undefined) {
            findings.push({ code: "DataResponseUndetected", message: "the document declares no response of status 2xx" });
        }
        else if (schema === undefined) {
            findings.push({ code: "DataResponseNoBody", message: "the response has no JSON schema" });
        }
        const { paginator, hints } = detectPaginator(endpoint, schema);
        if (hints.length > 0) {
            const message = `there seem to be pages (${hints.join(", ")}), but nothing says how they are counted`;
            findings.push({ code: "PossiblePaginator", message });
        }
        const byPath = looksLikeList(endpoint.pieces);
        const payload = schema === undefined ? undefined : detectPayload(schema, paginator !== undefined || byPath);
        const primaryKey = payload === undefined ? undefined : compatPrimaryKey(payload.schema, endpoint.pieces);
        if (payload !== undefined && primaryKey === undefined) {
            findings.push({ code: "PrimaryKeyNotFound", message: "no property looks like a primary key" });
        }
        return { paginator, payload, primaryKey, isList: payload?.isList ?? byPath, findings };
    };
}

;// CONCATENATED MODULE: ./lib/generate/compat/names.js



/**
 * Names of resources and tables, by index: the entity, else the path without what all have in common, else the
 * operation id, each for all endpoints at once until all differ. dlt-init-openapi's rule; equal operation ids stay equal.
 */
function compatNames(endpoints, payloadNames, byOperation) {
    const entities = endpoints.map(({ pieces }, index) => {
        const payload = payloadNames[index] ?? "";
        return snakeCase(payload === "" ? singularize(pieces.fixed.at(-1) ?? "") : payload);
    });
    if (!byOperation && areDistinct(entities))
        return entities.map((name) => ({ name, tableName: name }));
    const prefix = commonPath(endpoints.map(({ path }) => path));
    const fromPaths = endpoints.map(({ path }) => {
        const rest = path.startsWith(prefix) ? path.slice(prefix.length) : path;
        return snakeCase(compatPathPieces(rest).fixed.join("_"));
    });
    const fromOperations = endpoints.map(({ id }) => snakeCase(id));
    const names = !byOperation && areDistinct(fromPaths) ? fromPaths : fromOperations;
    return names.map((name, index) => ({
        name,
        // Empty where the path is `/` and the entity has no name.
        tableName: entities[index] || (fromPaths[index] ?? ""),
    }));
}
function areDistinct(names) {
    return new Set(names).size === names.length;
}
/** The longest common path in whole pieces, empty ones and `.` left out: Python's `os.path.commonpath`. */
function commonPath(paths) {
    const split = paths.map((path) => path.split("/").filter((piece) => piece !== "" && piece !== "."));
    const [first = []] = split;
    const end = first.findIndex((piece, index) => split.some((pieces) => pieces[index] !== piece));
    const common = first.slice(0, end < 0 ? undefined : end);
    return `${paths.every((path) => path.startsWith("/")) ? "/" : ""}${common.join("/")}`;
}

;// CONCATENATED MODULE: ./lib/generate/compat/parameters.js



/** The parameters that dlt-init-openapi writes: resolved, path variables, required ones; optional ones as comments. */
function compatParameters(endpoint, paginator, resolve, words) {
    const uses = paginator?.uses ?? [];
    const query = endpoint.parameters.filter((one) => one.in === "query" && uses !== "all" && !uses.includes(one.name) && isWritableKey(one.name));
    const unresolved = endpoint.pieces.variables.filter((name) => name !== resolve?.variable);
    const text = (parameter, otherwise) => isTruthy(parameter?.schema.default) ? (0,python_text/* pythonStr */.qV)(parameter.schema.default) : otherwise;
    const params = [];
    const put = (name, place, parameter) => {
        const key = writableVariable(name);
        params.push({
            name: key,
            in: place,
            value: { kind: "value", value: text(parameter, words.required) },
            fillIn: true,
        });
    };
    if (resolve !== undefined) {
        const { variable, resource, field } = resolve;
        const name = writableVariable(variable);
        params.push({ name, in: "path", value: { kind: "resolve", resource, field }, fillIn: false });
    }
    for (const name of unresolved) {
        put(name, "path", endpoint.parameters.find((one) => one.in === "path" && one.name === name));
    }
    for (const parameter of query)
        if (parameter.required)
            put(parameter.name, "query", parameter);
    const optionalParams = query
        .filter(({ required }) => !required)
        .map((one) => ({
        name: one.name,
        value: text(one, words.optional),
        description: undefined,
        deprecated: false,
    }));
    const isWritten = resolve !== undefined || unresolved.length > 0 || query.length > 0;
    return { params: isWritten ? params : undefined, optionalParams, unresolved };
}

;// CONCATENATED MODULE: ./lib/generate/compat/parents.js


/**
 * The endpoint above each by its path, by index: that of the longest proper prefix that is a path and a list. Pieces are
 * compared in the singular (`/pokemons` is above `/pokemon/{id}`) unless that makes two paths equal. dlt-init-openapi's rule.
 */
function compatParents(endpoints, isList) {
    const singular = endpoints.map(({ pieces }) => pieces.pieces.map((piece) => (isVariable(piece) ? piece : singularize(piece))));
    const distinct = (lists) => new Set(lists.map((pieces) => pieces.join("/"))).size;
    const paths = new Set(endpoints.map(({ path }) => path)).size;
    const keys = distinct(singular) === paths ? singular : endpoints.map(({ pieces }) => pieces.pieces);
    // With several methods of a path, and several paths of the same pieces, the last one stands for them.
    const byKey = new Map(keys.map((pieces, index) => [parents_keyOf(pieces), index]));
    return keys.map((pieces) => {
        for (let length = pieces.length - 1; length >= 0; length -= 1) {
            const found = byKey.get(parents_keyOf(pieces.slice(0, length)));
            if (found !== undefined && isList(found))
                return found;
        }
        return undefined;
    });
}
function parents_keyOf(pieces) {
    return JSON.stringify(pieces);
}

;// CONCATENATED MODULE: ./lib/generate/compat/refusals.js



/**
 * What dlt-init-openapi says of a document that its check of the structure does not take: nothing is made of it there. Here it
 * is used as far as it goes, and this says so, since there is no result to compare with. Undefined: it takes the document.
 */
function referenceRefusal(document) {
    const { root, faults } = document;
    // Other versions are taken without a check of their own parts.
    if (Object.hasOwn(root, "swagger"))
        return undefined;
    const reasons = [
        ...(faults.length === 0 ? [] : ["parts of the wrong kind"]),
        ...infoReasons(root),
        ...serverReasons(root),
        ...(listAt(root, "tags").every(core_json/* isJsonObject */.OW) ? [] : ["tags that are no mappings"]),
        ...schemeReasons(root),
        ...operationReasons(root),
        ...schemaReasons(root),
    ];
    if (reasons.length === 0)
        return undefined;
    const message = `dlt-init-openapi refuses this document: ${[...new Set(reasons)].join(", ")}. Here the rest of it is used`;
    return { code: "ReferenceRefuses", message };
}
function infoReasons(root) {
    const info = (0,core_json/* getOwn */.Ng)(root, "info");
    if (!(0,core_json/* isJsonObject */.OW)(info))
        return ["no info"];
    const missing = ["title", "version"].filter((key) => ((0,core_json/* getOwn */.Ng)(info, key) ?? null) === null);
    return [...missing.map((key) => `no info.${key}`), ...(info.termsOfService === "" ? ["empty termsOfService"] : [])];
}
function serverReasons(root) {
    const variables = listAt(root, "servers").flatMap((server) => {
        const all = objectAt(asObject(server), "variables");
        return (0,core_json/* keysOf */.YD)(all).map((name) => asObject((0,core_json/* getOwn */.Ng)(all, name)));
    });
    return variables.every((one) => Object.hasOwn(one, "default")) ? [] : ["a server variable without default"];
}
function schemeReasons(root) {
    const schemes = objectAt(objectAt(root, "components"), "securitySchemes");
    const isReference = (0,core_json/* keysOf */.YD)(schemes).some((name) => referenceOf(asObject((0,core_json/* getOwn */.Ng)(schemes, name))) !== undefined);
    return isReference ? ["a security scheme that is a reference"] : [];
}
const refusals_METHODS = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];
function operationReasons(root) {
    const paths = objectAt(root, "paths");
    const operations = (0,core_json/* keysOf */.YD)(paths).flatMap((path) => {
        const item = asObject((0,core_json/* getOwn */.Ng)(paths, path));
        return refusals_METHODS.flatMap((method) => {
            const operation = (0,core_json/* getOwn */.Ng)(item, method);
            return (0,core_json/* isJsonObject */.OW)(operation) ? [operation] : [];
        });
    });
    const shared = objectAt(objectAt(root, "components"), "responses");
    const responses = [shared, ...operations.map((operation) => objectAt(operation, "responses"))].flatMap((all) => (0,core_json/* keysOf */.YD)(all).map((status) => asObject((0,core_json/* getOwn */.Ng)(all, status))));
    const isDescribed = (one) => Object.hasOwn(one, "description") || referenceOf(one) !== undefined;
    return [
        ...(operations.every((one) => Object.hasOwn(one, "responses")) ? [] : ["an operation without responses"]),
        ...(responses.every(isDescribed) ? [] : ["a response without description"]),
    ];
}
/** What 3.0 has and 3.1 has not. */
function schemaReasons(root) {
    const found = new Set();
    const seen = new Set();
    const walk = (value) => {
        if (typeof value !== "object" || value === null || seen.has(value))
            return;
        seen.add(value);
        if ((0,core_json/* isJsonArray */.Md)(value))
            for (const item of value)
                walk(item);
        if (!(0,core_json/* isJsonObject */.OW)(value))
            return;
        for (const key of ["exclusiveMinimum", "exclusiveMaximum"]) {
            const bound = (0,core_json/* getOwn */.Ng)(value, key);
            if (bound === true || bound === false || bound === "true" || bound === "false")
                found.add(`${key} that is no number`);
        }
        const choices = (0,core_json/* getOwn */.Ng)(value, "enum");
        if ((0,core_json/* isJsonArray */.Md)(choices) && choices.length === 0)
            found.add("an empty enum");
        for (const key of Object.keys(value))
            if (!/^(?:x-|examples?$|default$)/.test(key))
                walk(value[key] ?? null);
    };
    walk(root);
    return [...found];
}

;// CONCATENATED MODULE: ./lib/generate/compat/security.js


/** Authentication as dlt-init-openapi chooses it: the first scheme of the document's `security`, else the first of all. */
function compatSecurity(root) {
    const schemes = objectAt(objectAt(root, "components"), "securitySchemes");
    const [wanted] = (0,core_json/* keysOf */.YD)(asObject(listAt(root, "security")[0]));
    const [first] = (0,core_json/* keysOf */.YD)(schemes);
    const chosen = wanted === undefined ? undefined : (0,core_json/* getOwn */.Ng)(schemes, wanted);
    const auth = authOf(asObject(chosen));
    const unsupported = chosen !== undefined && auth === undefined ? (textAt(asObject(chosen), "type") ?? "") : undefined;
    return { auth: auth ?? authOf(asObject(first === undefined ? undefined : schemes[first])), unsupported };
}
function authOf(scheme) {
    const type = textAt(scheme, "type");
    if (type === "apiKey") {
        return {
            type: "api_key",
            settings: [
                { key: "api_key", secret: "api_key" },
                { key: "name", value: textAt(scheme, "name") ?? "None" },
                { key: "location", value: textAt(scheme, "in") ?? "None" },
            ],
        };
    }
    const kind = type === "http" ? textAt(scheme, "scheme") : undefined;
    if (kind === "basic") {
        return {
            type: "http_basic",
            settings: [
                { key: "username", secret: "username" },
                { key: "password", secret: "password" },
            ],
        };
    }
    return kind === "bearer" ? { type: "bearer", settings: [{ key: "token", secret: "token" }] } : undefined;
}

;// CONCATENATED MODULE: ./lib/generate/compat/analyse.js

















const MAX_TABLE_NESTING = 2;
/**
 * The result of dlt-init-openapi 0.1.0 for a document, oddities included; where the reference fails (references to
 * nothing, endpoints without a name) this goes on. Throws `E_OPENAPI` when the document has no endpoint.
 */
function analyseCompat(document, options) {
    const findings = [...wrongParts(document)];
    const note = (finding) => findings.push(finding);
    const onBroken = brokenReferences(document, note);
    const nodes = schemaNodes(document, { followAliases: false, inferTypes: false }, onBroken);
    const rules = {
        methods: options.methods ?? ["get"],
        pieces: compatPathPieces,
        mergeByNameOnly: true,
        summaries: false,
        allReferences: false,
        mediaTypeParameters: false,
        examples: false,
    };
    const endpoints = readEndpoints(document, nodes, rules, { note, onBroken });
    const candidates = findCandidates(endpoints, options);
    const common = commonPaginator(candidates.map(({ paginator }) => paginator?.config));
    const { auth, unsupported } = compatSecurity(document.root);
    if (unsupported !== undefined) {
        const message = `authentication of type ${unsupported} is not known; give client.auth by hand`;
        findings.unshift({ code: "UnsupportedSecurityScheme", message });
    }
    const refusal = options.mode === "compat" ? referenceRefusal(document) : undefined;
    if (refusal !== undefined)
        findings.unshift(refusal);
    const title = textAt(objectAt(document.root, "info"), "title") ?? "openapi";
    const words = {
        required: options.requiredValue ?? "FILL_ME_IN",
        optional: options.optionalValue ?? "OPTIONAL_CONFIG",
    };
    const resources = candidates
        .map((candidate) => resourceOf(candidate, candidates, common, words))
        .sort((a, b) => compareCodePoints(a.tableName, b.tableName));
    return {
        mode: "compat",
        title,
        names: projectNames(options.source ?? title, options.suffixes),
        placeholder: words.required,
        servers: serversOf(document.root),
        client: { auth, headers: [], paginator: common },
        maxTableNesting: MAX_TABLE_NESTING,
        resources,
        secrets: (auth?.settings ?? []).flatMap((setting) => ("secret" in setting ? [setting.secret] : [])),
        decisions: [],
        findings,
    };
}
function findCandidates(endpoints, options) {
    const detected = endpoints.map(compatDetection());
    const parents = compatParents(endpoints, (index) => detected[index]?.isList === true);
    const names = compatNames(endpoints, detected.map(({ payload }) => payload?.schema.name), options.nameByOperation === true);
    return endpoints.flatMap((endpoint, index) => {
        const [one, two] = [detected[index], names[index]];
        return one === undefined || two === undefined ? [] : [{ ...one, endpoint, names: two, parent: parents[index] }];
    });
}
function resourceOf(candidate, all, common, words) {
    const { endpoint, payload, primaryKey, paginator } = candidate;
    const parent = candidate.parent === undefined ? undefined : all[candidate.parent];
    const { params, optionalParams, unresolved } = compatParameters(endpoint, paginator, parent === undefined ? undefined : resolveFrom(endpoint, parent), words);
    const findings = [...candidate.findings];
    if (unresolved.length > 0) {
        const message = `nothing fills ${unresolved.map((name) => `{${name}}`).join(", ")} of the path`;
        findings.push({ code: "UnresolvedPathParameters", message });
    }
    // Without a common paginator an endpoint has `auto`; with one it takes that, also for single objects.
    const own = samePaginator(paginator?.config, common) ? undefined : paginator?.config;
    const selector = payload === undefined ? "" : jsonPath(payload.path);
    return {
        ...candidate.names,
        primaryKey: primaryKey === undefined ? [] : [primaryKey],
        mergeKey: [],
        writeDisposition: primaryKey === undefined ? undefined : "merge",
        selected: true,
        includeFromParent: [],
        columns: [],
        endpoint: {
            method: endpoint.method,
            path: endpoint.path.replaceAll("{__proto__}", `{${writableVariable("__proto__")}}`),
            dataSelector: selector === "" ? undefined : selector,
            params,
            optionalParams,
            headers: [],
            json: undefined,
            paginator: own ?? (common === undefined && paginator === undefined ? "auto" : undefined),
            detectedPaginator: paginator?.config,
            incremental: undefined,
            auth: undefined,
        },
        parent: parent?.names.name,
        isList: candidate.isList,
        operation: operationFacts(endpoint),
        decisions: [],
        findings,
    };
}
/** The last variable of a path, whether it stands after the parent's part or not, from the field of that name or the key. */
function resolveFrom({ pieces }, parent) {
    const variable = pieces.variables.at(-1);
    if (variable === undefined || parent.payload === undefined)
        return undefined;
    const fields = [...parent.payload.schema.allProperties.keys()];
    const field = fields.findLast((name) => name.toLowerCase() === variable.toLowerCase()) ?? parent.primaryKey;
    return field === undefined ? undefined : { variable, resource: parent.names.name, field };
}
/** A first server `/` without description is what a document without servers has: no base URL. */
function serversOf(root) {
    const [first, ...others] = listAt(root, "servers").map(asObject);
    const read = (server) => ({
        url: textAt(server, "url") ?? "",
        description: textAt(server, "description"),
    });
    const server = first === undefined ? undefined : read(first);
    const isDefault = server === undefined || (server.url === "/" && server.description === undefined);
    return {
        baseUrl: isDefault ? undefined : server.url,
        description: server?.description,
        alternatives: others.map(read).map(({ url, description }) => ({
            url,
            ...(description === undefined ? {} : { description }),
        })),
    };
}
/** As Python compares texts: by code points, which UTF-16 units are not beyond the first plane. */
function compareCodePoints(a, b) {
    const [left, right] = [[...a], [...b]];
    for (let at = 0; at < Math.min(left.length, right.length); at += 1) {
        const difference = (left[at]?.codePointAt(0) ?? 0) - (right[at]?.codePointAt(0) ?? 0);
        if (difference !== 0)
            return difference;
    }
    return left.length - right.length;
}

;// CONCATENATED MODULE: ./lib/generate/better/draft.js
/**
 * Adds a choice with its reason; a second reason for the same key stands behind the first. Whether it repairs something is
 * known at the end, by comparison.
 */
function decide(draft, about, reason) {
    const { decisions } = draft;
    const at = decisions.findIndex((decision) => decision.about === about);
    const old = decisions[at];
    if (old === undefined)
        decisions.push({ about, reason, repair: false });
    else if (!old.reason.split("; ").includes(reason))
        decisions[at] = { ...old, reason: `${old.reason}; ${reason}` };
}
/** The record's schema; undefined when the answer has none. */
function recordOf(draft) {
    return draft.records?.schema;
}
/** The drafts in an order in which each stands after its parent. */
function parentsFirst(drafts) {
    const ordered = new Set();
    for (const draft of drafts) {
        const chain = [];
        for (let one = draft; one !== undefined && !ordered.has(one); one = one.parent)
            chain.push(one);
        for (const one of chain.reverse())
            ordered.add(one);
    }
    return [...ordered];
}
/** The column that `include_from_parent` makes of a field of the parent's record. */
function carriedName(parent, field) {
    return `_${parent.name}_${field}`;
}

;// CONCATENATED MODULE: ./lib/generate/better/body-parameters.js

/** Objects inside one another that are gone into. */
const body_parameters_DEEPEST = 3;
/** The properties of a body that can be set, as parameters: their names are keys joined by dots. */
function bodyParameters({ body }) {
    const found = [];
    const walk = (node, path) => {
        for (const [name, schema] of settable(node)) {
            const keys = [...path, name];
            if (schema.isObject && keys.length < body_parameters_DEEPEST)
                walk(schema, keys);
            else if (!schema.isObject) {
                const required = listAt(node.schema, "required").includes(name);
                found.push({ name: keys.join("."), in: "body", required, source: schema.schema, schema });
            }
        }
    };
    if (body?.isObject === true)
        walk(body, []);
    return found;
}
/** Without what only answers have, and names that keys joined by dots cannot hold. */
function settable(node) {
    return [...node.allProperties].filter(([name, { schema }]) => !flagAt(schema, "readOnly") && /^[^.]+$/.test(name));
}

;// CONCATENATED MODULE: ./lib/generate/better/words.js

/** A name without case and separators: `page[number]`, `pageNumber` and `page_number` are one word. */
function wordOf(name) {
    return name.toLowerCase().replace(/[^a-z0-9]/g, "");
}
/** Makes the test whether a name is one of the given words, case and separators ignored. */
function anyOf(words) {
    const set = new Set(words.trim().split(/\s+/));
    return (name) => set.has(wordOf(name));
}
/** The word of one of the things that a path piece names: `bulk_imports` -> `bulkimport`. */
function entityWord(piece) {
    return wordOf(singularize(piece));
}
/** Properties that describe an answer rather than a record. */
const isEnvelopeWord = anyOf(`total count totalcount totalrecords totalitems totalresults totalelements totalhits totalpages pagecount pages page
  perpage pagesize pagelen limit offset skip start size next nextpage nextpagetoken nextcursor nextlink nexturl previous prev
  previouspage first last cursor cursors hasmore hasnext hasprevious more links link meta metadata pagination paging
  pageinfo responsemetadata responsestatus errors error warnings warning messages message status statuscode success ok code
  object kind type etag url self context schema version timestamp requestid incompleteresults self includes odatacount odatanextlink
  odatacontext included expand expansions maxresults startat islast`);
/** Names under which APIs put the records of an answer. */
const isListWord = anyOf("data items item results result records record values value entries entry rows list content contents elements objects resources collection hits embedded members nodes");
/** Lists that stand beside the records. */
const isSideList = anyOf("errors error warnings links link included facets aggregations filters messages fields columns sort orderby breadcrumbs");

;// CONCATENATED MODULE: ./lib/generate/better/page-parameters.js




/** True for the names of parameters that go on from a place in a list. */
const page_parameters_isCursor = anyOf(`cursor after pagetoken nextpagetoken nexttoken nextcursor pagecursor pageafter continuationtoken continuation
  paginationtoken marker bookmark scrollid starttoken startcursor nextmarker iterator pagingtoken startingafter continue`);
const isEnd = anyOf("end stop until");
const page_parameters_isOffset = anyOf("start offset skip startat startindex firstresult pageoffset startposition");
const page_parameters_isPage = anyOf("page pagenumber pageno pagenum pageindex currentpage pagenr");
const page_parameters_isLimit = anyOf("limit perpage pagesize size maxresults top take itemsperpage pagelimit resultsperpage count");
/** A page is no larger than this, whatever the document allows. */
const LARGEST_PAGE = 1000;
/** Of the query; where that has none, of the body. */
function pageParameters(endpoint) {
    const inQuery = sortedOut(endpoint.parameters.filter((one) => one.in === "query"));
    const hasPages = Object.values(inQuery).some(({ length }) => length > 0);
    return hasPages || endpoint.body === undefined ? inQuery : sortedOut(bodyParameters(endpoint));
}
function sortedOut(all) {
    // What is deprecated counts only where nothing else does.
    const isPaging = (one) => [page_parameters_isCursor, page_parameters_isOffset, page_parameters_isPage].some((test) => test(page_parameters_keyOf(one)));
    const hasOther = all.some((one) => isPaging(one) && !flagAt(one.source, "deprecated"));
    const parameters = hasOther ? all.filter((one) => !flagAt(one.source, "deprecated")) : all;
    const of = (test) => parameters.filter((one) => test(page_parameters_keyOf(one)) || test(one.name));
    const counts = (one) => !isToken(one);
    const hasEnd = parameters.some((one) => isEnd(page_parameters_keyOf(one)));
    return {
        // A moment is where a cursor of ours begins, not a place in a list.
        cursors: [...cursorsOf(of(page_parameters_isCursor)), ...of(page_parameters_isOffset).filter(isToken), ...of(page_parameters_isPage).filter(isToken)].filter(isPlace),
        // `start` with an `end` is a time or a number that records lie between.
        offsets: of(page_parameters_isOffset).filter((one) => counts(one) && isPlace(one) && !(hasEnd && wordOf(page_parameters_keyOf(one)) === "start")),
        pages: of(page_parameters_isPage).filter(counts),
        // `$count: true` asks for the total.
        limits: of(page_parameters_isLimit).filter(({ schema }) => !schema.types.includes("boolean")),
    };
}
/** Those that are called cursors before an `after`, which may be a time. */
function cursorsOf(found) {
    const isAfter = (one) => wordOf(page_parameters_keyOf(one)) === "after";
    return [...found.filter((one) => !isAfter(one)), ...found.filter(isAfter)];
}
function isPlace({ schema }) {
    return !/date/.test(schema.format ?? "");
}
/** True for an `offset` or `page` that counts nothing: a text that the answer before has given. */
function isToken({ schema, source }) {
    const isText = schema.types.length === 1 && schema.types[0] === "string" && (0,core_json/* getOwn */.Ng)(source, "schema") !== undefined;
    const description = `${textAt(source, "description") ?? ""} ${schema.description ?? ""}`;
    return isText && /\btoken|\bcursor|\bopaque|\bprevious (?:call|page|request|response)/i.test(description);
}
function declaredPageSize({ schema, source }) {
    const maximum = Math.trunc(numberAt(schema.schema, "maximum") ?? 0);
    if (maximum > 0)
        return { size: Math.min(maximum, LARGEST_PAGE), from: "the declared maximum", isLargest: true };
    const said = LARGEST.exec(textAt(source, "description") ?? schema.description ?? "");
    const described = Number(said?.[1] ?? said?.[2] ?? 0);
    if (described >= SMALLEST_LARGEST && described <= LARGEST_PAGE) {
        return { size: described, from: "the largest size, by its description,", isLargest: true };
    }
    const size = Math.min(toInteger(schema.default), LARGEST_PAGE);
    return size > 0 ? { size, from: "the declared default", isLargest: false } : undefined;
}
/** `(max 100)`, `maximum is 100`, `between 1 and 100`, `up to 100`. */
const LARGEST = /\bmax(?:imum)?\.?(?: (?:value|size|limit|page size|is|of|allowed))*[\s:=(]*(\d{2,4})\b|\b(?:between (?:0|1) and|(?:0|1) to|up to) (\d{2,4})\b/i;
/** A smaller number speaks of something else. */
const SMALLEST_LARGEST = 20;
/** The key by which a parameter is known: of `paging.cursor` of a body the last one. */
function page_parameters_keyOf({ name, in: place }) {
    return place === "body" ? name.replace(/^(?:.*\.)?(?:page|paging|pagination|pager)\./i, "") : name;
}

;// CONCATENATED MODULE: ./lib/generate/better/choose-pages.js



/** A list has its own pages, else the common ones, else those that its answers show; what is no list has one. */
function choosePages(draft, common) {
    if (draft.paginator !== undefined) {
        draft.ownPaginator = samePaginator(draft.paginator.config, common) ? undefined : draft.paginator.config;
        decide(draft, "paginator", draft.paginator.reason);
        return;
    }
    if (!draft.isList) {
        draft.ownPaginator = { type: "single_page" };
        decide(draft, "paginator", "the answer is one record");
        return;
    }
    const { cursors, offsets, pages } = pageParameters(draft.endpoint);
    const names = [...cursors, ...offsets, ...pages].map(({ name }) => name);
    if (names.length > 0) {
        draft.ownPaginator = { type: "auto" };
        const what = `the document does not say where the answer has what ${names.join(", ")} goes on with`;
        decide(draft, "paginator", `${what}: the answers must show it, else this is the first page only`);
        draft.findings.push({ code: "PossiblePaginator", message: `${what}: look whether all pages come` });
    }
    else {
        draft.ownPaginator = common === undefined ? { type: "auto" } : undefined;
        const reason = common === undefined
            ? "the answers must show them"
            : "those of most lists are tried, write single_page if it ignores them";
        decide(draft, "paginator", `the document declares no pages for this list; ${reason}`);
    }
}

;// CONCATENATED MODULE: ./lib/generate/better/answer-form.js


/**
 * Why answers of which no schema is known hold no records that could be loaded, by what the document says of them:
 * another form than JSON (`text/csv`), or no content. Undefined where they may hold some, or nothing is said.
 */
function whyNoRecords(responses) {
    const good = responses.filter(({ status }) => /^2/.test(status));
    const types = good.flatMap(({ source }) => (0,core_json/* keysOf */.YD)(objectAt(source, "content")));
    if (types.some((type) => /json|\*/i.test(type)))
        return undefined;
    const [type] = types;
    if (type !== undefined)
        return `the answer is ${type}, not JSON`;
    if (good.length > 0) {
        return good.every(({ status }) => status === "204" || status === "205") ? "the answer has no content" : undefined;
    }
    return responses.some(({ status }) => /^3/.test(status)) ? "the answer only leads elsewhere" : undefined;
}

;// CONCATENATED MODULE: ./lib/generate/better/records.js


const records_DEEPEST = 3;
const isIdentifier = anyOf("id uuid guid iid pk identifier key slug");
const isUnwrapped = anyOf("data result item record response payload");
/**
 * Finds the records of an answer. A list is taken as it is; an object is a wrapper, when one of its lists looks like the
 * records, else a record: one of many where pages or an endpoint for single ones say so (documents that declare a list
 * as one object), else the only one.
 */
function findRecords(schema, hints) {
    if (schema.isList)
        return { ...payloadOf([], schema), reason: "the answer is a list" };
    const expectsList = hints.byPath || hints.paged;
    const list = bestList(schema, hints.path);
    const isSame = hints.single !== undefined && isSameRecord(schema, hints.single);
    const isOneOfMany = hints.single !== undefined || hints.paged;
    const record = { path: [], schema, isList: true };
    const isPaged = list !== undefined && isPagedList(schema, list);
    if (hints.byPath && isSame && !isPaged) {
        return { ...record, reason: "the answer is declared as one record, but the endpoint for single ones has the same" };
    }
    if (list !== undefined && (isPaged || isWrapper(schema, list, expectsList))) {
        return { ...payloadOf(list.path, list.node), reason: `${list.path.join(".")} is the list in the answer` };
    }
    if (hints.byPath && isOneOfMany && [...schema.allProperties.keys()].some(isIdentifier)) {
        return { ...record, reason: "the answer is declared as one record with an identifier, but has pages" };
    }
    return unwrapped(schema, hints.path);
}
/** Same component or place of the document; where one of them stands in place, the same properties. */
function isSameRecord(a, b) {
    if (a.schema === b.schema)
        return true;
    if (a.reference !== undefined && b.reference !== undefined)
        return a.reference === b.reference;
    const [left, right] = [[...a.allProperties.keys()], [...b.allProperties.keys()]];
    return left.length > 0 && left.length === right.length && left.every((name) => b.allProperties.has(name));
}
/** The list that looks most like the records: of objects, least nested, with a known name, the first. */
function bestList(schema, path) {
    const found = [];
    const entity = entityWord(path.fixed.at(-1) ?? "");
    const walk = (node, steps) => {
        if (steps.length >= records_DEEPEST || node.isList)
            return;
        for (const [name, child] of node.allProperties) {
            if (child.isList && (!isSideList(name) || entityWord(name) === entity)) {
                const types = child.item?.types ?? [];
                const holdsObjects = types.length === 0 || types.includes("object");
                const itemName = entityWord(child.item?.name ?? "");
                const isEntity = entity !== "" && (entityWord(name) === entity || (steps.length === 0 && itemName.endsWith(entity)));
                const isNamed = isListWord(name) || isEntity;
                found.push({ path: [...steps, name], node: child, holdsObjects, isNamed });
            }
            else if (child.isObject)
                walk(child, [...steps, name]);
        }
    };
    walk(schema, []);
    const rank = (list) => [list.holdsObjects ? 0 : 1, list.path.length, list.isNamed ? 0 : 1];
    return found.sort((a, b) => compareRanks(rank(a), rank(b)))[0];
}
function compareRanks(a, b) {
    const at = a.findIndex((value, index) => value !== b[index]);
    return at < 0 ? 0 : (a[at] ?? 0) - (b[at] ?? 0);
}
/** True when an object is there for the sake of its list: little else stands in it that is not about pages. */
function isWrapper(schema, list, expectsList) {
    const around = namesAround(schema, list.path);
    const others = around.filter((name) => !isEnvelopeWord(name));
    if (!list.holdsObjects)
        return others.length === 0;
    const hasPages = around.some(isPageWord);
    if (others.some(isIdentifier))
        return false;
    if (!expectsList)
        return others.length === 0 && (list.isNamed || hasPages);
    // When in doubt the object is a record: its list becomes a nested table, and nothing is lost.
    return list.isNamed || hasPages || others.length === 0;
}
/** True for a list of a known name beside what only answers with pages have. */
function isPagedList(schema, list) {
    const around = namesAround(schema, list.path);
    const others = around.filter((name) => !isEnvelopeWord(name));
    return list.holdsObjects && list.isNamed && list.path.length === 1 && around.some(isPageWord) && others.length <= 1;
}
/** Names that stand beside the steps of a path. */
function namesAround(schema, path) {
    const names = [];
    let here = schema;
    for (const step of path) {
        names.push(...[...(here?.allProperties.keys() ?? [])].filter((name) => name !== step));
        here = here?.allProperties.get(step);
    }
    return names;
}
const isPageWord = anyOf("total count totalcount totalrecords totalitems totalresults totalpages next nextpage nextpagetoken nextcursor nextlink nexturl hasmore hasnext pagination paging pageinfo cursor");
/** The record itself, out of objects that hold nothing else. */
function unwrapped(schema, path) {
    const steps = [];
    let inner = schema;
    for (;;) {
        const all = [...inner.allProperties];
        const others = all.filter(([name]) => !isEnvelopeWord(name));
        const [only] = all.length === 1 ? all : others.length === 1 ? others : [];
        const entity = entityWord(path.fixed.at(-1) ?? "");
        const isStep = only !== undefined && (all.length === 1 || isUnwrapped(only[0]) || wordOf(only[0]) === entity);
        if (only === undefined || !isStep || !only[1].isObject || steps.length > records_DEEPEST)
            break;
        steps.push(only[0]);
        inner = only[1];
    }
    const reason = steps.length === 0 ? "the answer is one record" : `${steps.join(".")} is the record in the answer`;
    return { path: steps, isList: false, schema: inner, reason };
}

;// CONCATENATED MODULE: ./lib/generate/better/shared-records.js



/** Whom `{user_id}` after `members` names: not a membership, but somebody who may be a member elsewhere. */
const isPerson = anyOf("user username account person contact login");
/** People and marks of which each may stand below many things, as the lists of them are called. */
const isCommonlyShared = anyOf(`user member person people follower following watcher subscriber stargazer collaborator contributor participant reviewer
  assignee attendee maintainer teammate tag label topic category role permission`);
const IDENTIFIER_END = /[_-]?(?:gid|uuid|id|key|name|slug)$/i;
/**
 * Makes the test whether one record may stand below several parents, so that it takes the parent's key and its own id to
 * tell the rows of a list apart: members of projects, tags of tasks. Either the list is called so (`/teams/{id}/users`), or
 * the single one is asked for by the id of something else (`/projects/{id}/members/{user_id}`), or all such records have a
 * list of their own (`/tags`) or one further above, and nothing in them says to which parent they belong (`project_id`,
 * `project`).
 */
function sharedRecords(drafts) {
    const singles = new Map(drafts.flatMap((one) => (one.list === undefined ? [] : [[one.list, one]])));
    const roots = new Set();
    const names = new Set();
    for (const draft of drafts) {
        const record = recordOf(draft);
        if (!isWhole(draft) || record === undefined)
            continue;
        names.add(entityWord(draft.endpoint.pieces.fixed.at(-1) ?? ""));
        roots.add(record.schema);
    }
    const widerList = widerLists(drafts);
    // What is shared below one kind of parent is below others.
    const shared = new Set(roots);
    for (const [list, single] of singles) {
        const record = recordOf(list);
        const variable = single.endpoint.pieces.variables.at(-1) ?? "";
        const piece = list.endpoint.pieces.fixed.at(-1) ?? "";
        if (record !== undefined && isOfAnother(variable, piece))
            shared.add(record.schema);
    }
    return (draft) => {
        const list = draft.list ?? draft;
        const record = recordOf(list);
        const { parent } = list;
        if (!list.isList || parent === undefined || record === undefined)
            return false;
        const piece = list.endpoint.pieces.fixed.at(-1) ?? "";
        const isCalledSo = isCommonlyShared(entityWord(piece.split(/[-_]/).at(-1) ?? ""));
        if (!isCalledSo && !shared.has(record.schema) && widerList(list) === undefined)
            return false;
        return !belongs(record, parent);
    };
    function isOfAnother(variable, piece) {
        const called = entityWord(variable.replace(IDENTIFIER_END, ""));
        if (called === "" || entityWord(piece).endsWith(called))
            return false;
        return isPerson(called) || names.has(called);
    }
}
/**
 * Makes the function that finds the list of the same records one or more steps above a list: `/projects/{id}/commits` for
 * `/projects/{id}/merge_requests/{iid}/commits`.
 */
function widerLists(drafts) {
    const lists = drafts.filter(({ isList, parent }) => isList && parent !== undefined);
    const bySchema = Map.groupBy(lists, (draft) => recordOf(draft)?.schema);
    return (list) => {
        const record = recordOf(list);
        const above = new Set();
        for (let one = list.parent?.parent; one !== undefined; one = one.parent)
            above.add(one);
        if (record === undefined || above.size === 0 || !list.isList)
            return undefined;
        return bySchema.get(record.schema)?.find(({ parent }) => parent !== undefined && above.has(parent));
    };
}
/** True for a list that is asked for by itself and holds all there is, not only what is the user's own. */
function isWhole({ isList, endpoint }) {
    const needs = endpoint.parameters.some(({ in: place, required }) => place === "query" && required);
    const { variables, fixed } = endpoint.pieces;
    return isList && variables.length === 0 && !needs && !fixed.some((piece) => isOwn(piece));
}
const isOwn = anyOf("me my mine self current user account authenticated");
/**
 * True when a property names the parent: `project_id`, `project`, `repository_url` below `repos`; but not where it speaks of
 * several (`organizations_url`, `task_ids`) or says something else (`project_type`).
 */
function belongs(record, parent) {
    const entity = entityWord(parent.endpoint.pieces.fixed.at(-1) ?? "");
    // `user_name` of a friend of a user is its own.
    if (recordOf(parent)?.schema === record.schema)
        return false;
    const names = ([name, { isList }]) => {
        const word = wordOf(name);
        if (isList || !word.startsWith(entity))
            return false;
        const thing = wordOf(name.replace(REFERENCE_END, ""));
        return word === entity || (thing !== word && wordOf(singularize(thing)) === thing);
    };
    return entity === "" || [...record.allProperties].some(names);
}
const REFERENCE_END = /_?(?:id|gid|uuid|guid|key|slug|name|path|login|ref|url|uri|link|href)$/i;
/** Schemas of records that are listed, or asked for one by one, without a parent: no two of these have the same id. */
function askedAlone(drafts) {
    return new Set(drafts.flatMap((draft) => {
        const { variables } = draft.endpoint.pieces;
        const record = recordOf(draft);
        return record !== undefined && variables.length === (draft.isList ? 0 : 1) ? [record.schema] : [];
    }));
}

;// CONCATENATED MODULE: ./lib/generate/better/deselect.js





/** Takes out what brings rows that another resource brings, and what cannot run before values are filled in. */
function deselect(drafts) {
    for (const draft of drafts)
        deselectRepetition(draft);
    const widerList = widerLists(drafts);
    for (const draft of drafts)
        deselectPart(draft, widerList(draft));
    for (const draft of drafts) {
        const isEmpty = recordOf(draft) === undefined ? whyNoRecords(draft.endpoint.responses) : undefined;
        const reason = isEmpty ?? whyUnsafe(draft.endpoint);
        if (reason === undefined)
            continue;
        draft.selected = false;
        decide(draft, "selected", reason);
    }
    for (const draft of drafts) {
        const { method } = draft.endpoint;
        if (method === "GET")
            continue;
        draft.selected = false;
        const body = draft.json === undefined ? ", and give its body as endpoint.json if it wants one" : "";
        decide(draft, "selected", `${method} may change something: select it when it only reads${body}`);
    }
    const unfilled = new Set();
    for (const draft of parentsFirst(drafts)) {
        const misses = [...draft.params, ...draft.headers].some(({ fillIn }) => fillIn);
        const above = draft.parent !== undefined && unfilled.has(draft.parent) ? draft.parent : undefined;
        if (!misses && above === undefined && draft.blocked === undefined)
            continue;
        unfilled.add(draft);
        draft.selected = false;
        if (draft.blocked !== undefined)
            decide(draft, "selected", draft.blocked);
        if (misses || above === undefined)
            continue;
        const first = above.blocked === undefined ? "filled in" : "made to run";
        decide(draft, "selected", `${above.name}, from which it takes values, must be ${first} first`);
    }
}
/** Rows that a list above brings, too, in the same table, are loaded once: `/jobs` for `/pipelines/{id}/jobs` of a project. */
function deselectPart(draft, wider) {
    if (wider === undefined || !draft.selected || !wider.selected || draft.tableName !== wider.tableName)
        return;
    const isSameKey = draft.primaryKey.length > 0 && draft.primaryKey.join() === wider.primaryKey.join();
    if (!isSameKey || [...wider.params, ...wider.headers].some(({ fillIn }) => fillIn))
        return;
    draft.selected = false;
    decide(draft, "selected", `${wider.name} brings the same rows in fewer requests`);
}
/** Some APIs act on GET: `/apps.uninstall`, `/sessions/{id}/logout`. A load must not. */
function whyUnsafe({ pieces }) {
    const words = (pieces.pieces.at(-1) ?? "").replace(/([a-z])([A-Z])/g, "$1 $2").split(/[^A-Za-z]+/);
    const verb = words.at(-1)?.toLowerCase() ?? "";
    if (!ACTIONS.has(verb) || holdsVariable(pieces.pieces.at(-1) ?? ""))
        return undefined;
    return `${verb} may change something: select it when it only reads`;
}
const ACTIONS = new Set("cancel clear delete destroy disable enable logout purge remove reset restart revoke signout start stop uninstall unsubscribe".split(" "));
/**
 * Of a list and the endpoint for single ones of it, what one has and the other has, too, is loaded once; the list may stand
 * elsewhere (`/teams/{id}/sections` of `/sections/{id}`).
 */
function deselectRepetition(draft) {
    const isOne = !draft.isList && holdsVariable(draft.endpoint.pieces.pieces.at(-1) ?? "");
    const list = draft.list ?? (isOne ? draft.parent : undefined);
    const [one, many] = [recordOf(draft), list === undefined ? undefined : recordOf(list)];
    if (list === undefined || draft.parent !== list || one === undefined || many === undefined)
        return;
    if (isSameRecord(one, many)) {
        if (draft.selected)
            decide(draft, "selected", `${list.name} brings the same rows in fewer requests`);
        draft.selected = false;
    }
    else if (draft.selected && draft.tableName === list.tableName) {
        const holdsAll = [...many.allProperties.keys()].every((name) => one.allProperties.has(name));
        if (!holdsAll || !list.selected)
            return;
        decide(list, "selected", `${draft.name} brings the same records with more fields; this says which there are`);
        list.selected = false;
    }
}

;// CONCATENATED MODULE: ./lib/generate/better/property-path.js
/**
 * The JSONPath of a property: `meta.next`, `['@odata.nextLink']`, `$` for the answer itself. Names that are no plain words
 * stand in brackets.
 */
function propertyPath(path) {
    let text = "";
    for (const piece of path) {
        if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(piece))
            text += text === "" ? piece : `.${piece}`;
        else
            text += `['${piece.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}']`;
    }
    return text === "" ? "$" : text;
}

;// CONCATENATED MODULE: ./lib/generate/better/paginator.js






const paginator_DEFAULT_LIMIT = 20;
/**
 * Makes the function that finds how an endpoint counts pages: links and cursors that the answer declares first, then
 * numbers. `envelope` is the schema around the records; undefined when the records are all there is.
 */
function paginators() {
    const anyType = () => true;
    const finder = (words) => propertyFinder({ name: anyOf(words), type: anyType, throughLists: false });
    const integer = (words) => typedFinder(anyOf(words), "integer", false);
    const findNextCursor = finder(`nextcursor nextpagetoken nexttoken endcursor continuationtoken nextmarker nextpagecursor nextcontinuationtoken
    nextscrollid nextpagingtoken`);
    const findSameCursor = finder("cursor after pagetoken marker scrollid bookmark continuation iterator paginationtoken continue");
    const findNextToken = finder("nextpage nextoffset nextstart");
    const findNextObject = finder("nextpage next");
    const findNextOffset = integer("nextoffset nextstart nextskip nextindex");
    const findNextPage = integer("nextpage nextpagenumber");
    const findTotal = integer("total totalcount totalrecords totalitems totalresults totalelements totalhits numfound odatacount totalsize");
    const findCount = integer("count");
    // A count may be that of the page, and the list would end with the first one: it is the total where its description says
    // so, or where it stands beside a link, as in Django's answers. Without a total the list costs one empty page more.
    const findItems = (root) => {
        const total = findTotal(root);
        const count = total === undefined ? findCount(root) : undefined;
        if (count === undefined)
            return total;
        const described = count.node.description ?? "";
        if (OF_PAGE.test(described))
            return undefined;
        return OF_ALL.test(described) || findLink(root) !== undefined ? count : undefined;
    };
    const findPages = integer("totalpages pagecount pages lastpage totalpagecount numpages numberofpages maxpage");
    const findMore = typedFinder(anyOf("hasmore hasnext hasnextpage more morerecords hasmoreitems"), "boolean", false);
    const findLink = typedFinder(anyOf("next nexturl nextlink nextpageurl nextpagelink nexthref odatanextlink nextpageuri"), "string", false);
    const ask = (find, root) => {
        const path = root === undefined ? undefined : find(root)?.path;
        return path === undefined ? undefined : propertyPath(path);
    };
    return (endpoint, response, envelope) => {
        const parameters = pageParameters(endpoint);
        return (fromHeaders(response, parameters) ??
            fromCursor(parameters, envelope) ??
            fromOffset(parameters, envelope) ??
            fromPage(parameters, envelope) ??
            fromLink(envelope));
    };
    function fromCursor({ cursors, offsets }, envelope) {
        const [cursor] = cursors;
        const next = ask(findNextCursor, envelope);
        const more = ask(findMore, envelope);
        if (cursor !== undefined) {
            const path = next ?? ask(findSameCursor, envelope) ?? (page_parameters_isCursor(page_parameters_keyOf(cursor)) ? undefined : nextToken(cursor, envelope));
            if (path !== undefined)
                return cursorOf(path, cursor, `${path} in the answer is the next ${cursor.name}`);
            const listName = envelope === undefined ? undefined : lastRecordId(envelope);
            if (wordOf(cursor.name) === "startingafter" && more !== undefined && listName !== undefined) {
                const reason = `${cursor.name} takes the id of the last record, and ${more} says whether there is more`;
                const found = cursorOf(listName, cursor, reason);
                return { ...found, config: { ...found.config, has_more_path: more } };
            }
        }
        const [offset] = offsets;
        const nextOffset = ask(findNextOffset, envelope);
        if (offset === undefined || nextOffset === undefined)
            return undefined;
        return cursorOf(nextOffset, offset, `${nextOffset} in the answer is the next ${offset.name}`);
    }
    /** `next_page` of the answer, or `offset` in it where that is an object. */
    function nextToken({ name }, envelope) {
        const around = envelope === undefined ? undefined : findNextObject(envelope);
        const inner = [...(around?.node.allProperties.keys() ?? [])].find((key) => wordOf(key) === wordOf(name));
        if (around !== undefined && inner !== undefined)
            return propertyPath([...around.path, inner]);
        const next = envelope === undefined ? undefined : findNextToken(envelope);
        return next === undefined || next.node.isObject ? undefined : propertyPath(next.path);
    }
    function fromOffset({ offsets, limits }, envelope) {
        const [offset, limit] = [offsets[0], limits.at(-1)];
        if (offset === undefined || limit === undefined)
            return undefined;
        const size = declaredPageSize(limit);
        const total = ask(findItems, envelope);
        return {
            config: {
                type: "offset",
                limit: size?.size ?? paginator_DEFAULT_LIMIT,
                ...(offset.in === "body" ? { offset_body_path: offset.name } : { offset_param: offset.name }),
                ...(limit.in === "body" ? { limit_body_path: limit.name } : { limit_param: limit.name }),
                ...ending(total, envelope),
            },
            uses: [offset.name, limit.name],
            reason: `the parameters ${offset.name} and ${limit.name}; ${endReason(total)}; ${size?.from ?? "a common size"} of a page`,
        };
    }
    function fromPage({ pages }, envelope) {
        const [page] = pages;
        if (page === undefined)
            return undefined;
        const next = ask(findNextPage, envelope);
        if (next !== undefined)
            return cursorOf(next, page, `${next} in the answer is the next ${page.name}`);
        const total = ask(findPages, envelope);
        const first = firstPage(page);
        return {
            config: {
                type: "page_number",
                ...(page.in === "body" ? { page_body_path: page.name } : { page_param: page.name }),
                base_page: first.page,
                ...ending(total, envelope),
            },
            uses: [page.name],
            reason: `the parameter ${page.name}; ${first.reason}; ${endReason(total)}`,
        };
    }
    function fromLink(envelope) {
        const path = ask(findLink, envelope);
        if (path === undefined)
            return undefined;
        const config = { type: "json_link", next_url_path: path };
        return { config, uses: [], reason: `${path} in the answer is the link to the next page` };
    }
    /** How the end is known: a total, a flag, else an empty page. Never a highest number, which would cut the list. */
    function ending(total, envelope) {
        const more = total === undefined ? ask(findMore, envelope) : undefined;
        return { total_path: total ?? null, ...(more === undefined ? {} : { has_more_path: more }) };
    }
}
function endReason(total) {
    return total === undefined ? "the list ends with an empty page" : `${total} in the answer says where it ends`;
}
function cursorOf(path, { name, in: place }, reason) {
    const config = {
        type: "cursor",
        cursor_path: path,
        ...(place === "body" ? { cursor_body_path: name } : { cursor_param: name }),
    };
    return { config, uses: [name], reason };
}
/** Headers that the response declares. */
function fromHeaders(response, { pages, cursors }) {
    const headers = response === undefined ? [] : (0,core_json/* keysOf */.YD)(objectAt(response.source, "headers"));
    const named = (test) => headers.find(test);
    const link = named((name) => wordOf(name) === "link");
    if (link !== undefined) {
        const uses = [...pages, ...cursors].map(({ name }) => name);
        return { config: { type: "header_link" }, uses, reason: "the response declares the header Link" };
    }
    const cursor = named(anyOf("xnextpage nextpage xnextcursor nextcursor xnextpagetoken xcontinuationtoken xcursor"));
    const parameter = cursor !== undefined && /page$/i.test(cursor) ? pages[0] : (cursors[0] ?? pages[0]);
    if (cursor === undefined || parameter === undefined || parameter.in === "body")
        return undefined;
    return {
        config: { type: "header_cursor", cursor_key: cursor, cursor_param: parameter.name },
        uses: [parameter.name],
        reason: `the response declares the header ${cursor}`,
    };
}
/** The number of the first page, which rest_api takes for 0; without a word on it 1, as nearly all APIs count. */
function firstPage({ schema, source }) {
    const declared = schema.default ?? undefined;
    if (declared !== undefined && declared !== "") {
        const page = toInteger(declared);
        if (page <= 1)
            return { page: Math.max(page, 0), reason: `its default is ${page}` };
    }
    const minimum = numberAt(schema.schema, "minimum");
    if (minimum === 0 || minimum === 1)
        return { page: minimum, reason: `its minimum is ${minimum}` };
    const description = `${textAt(source, "description") ?? ""} ${schema.description ?? ""}`;
    if (/zero[- ](?:based|indexed)|0[- ](?:based|indexed)|(?:starts?|starting|begins?|counts?) (?:at|from|with) (?:0|zero)\b/i.test(description)) {
        return { page: 0, reason: "its description says that pages count from 0" };
    }
    return { page: 1, reason: "pages are taken to count from 1" };
}
/** How documents say that a number counts what is on the page. */
const OF_PAGE = /\b(?:(?:this|current|each|per|the|single|a) page|returned|(?:this|current|the) (?:response|result set|batch))\b/i;
/** How documents say that a number counts all that there is. */
const OF_ALL = /\b(?:total|all|overall|matching|available|altogether|entire|whole|grand)\b/i;
/** `data[-1].id` of the first list beside the flag. */
function lastRecordId(envelope) {
    for (const [name, child] of envelope.allProperties) {
        if (child.isList && child.item?.allProperties.has("id") === true)
            return `${propertyPath([name])}[-1].id`;
    }
    return undefined;
}

;// CONCATENATED MODULE: ./lib/generate/better/detect.js






/** Looks at every endpoint by itself: its answer, its records, its pages. */
function detectEndpoints(endpoints) {
    const singles = singleRecords(endpoints);
    const findPaginator = paginators();
    return endpoints.map((endpoint) => {
        const response = dataResponse(endpoint.responses);
        const { cursors, offsets, pages } = pageParameters(endpoint);
        const byPath = detect_looksLikeList(endpoint);
        const schema = response?.schema;
        const single = singles.get(exactKey(endpoint.pieces.pieces));
        const paged = cursors.length + offsets.length + pages.length > 0;
        const records = schema === undefined ? undefined : findRecords(schema, { path: endpoint.pieces, byPath, paged, single });
        const isList = records?.isList ?? byPath;
        // What stands in a record says nothing of pages.
        const envelope = records === undefined || records.path.length === 0 ? undefined : schema;
        const paginator = isList ? findPaginator(endpoint, response, envelope) : undefined;
        return { endpoint, response, records, isList, paginator };
    });
}
/** Of `200`, else another of status 2xx with a schema, else `default`, unless that is an error by its name. */
function dataResponse(responses) {
    const good = responses.filter(({ status }) => /^2/.test(status));
    return (good.find(({ status, schema }) => status === "200" && schema !== undefined) ??
        good.find(({ schema }) => schema !== undefined) ??
        good[0] ??
        responses.find(({ status, schema }) => status === "default" && !/error|problem|fault/i.test(schema?.name ?? "")));
}
/** Records of the endpoints for one of a list, by the path of the list. */
function singleRecords(endpoints) {
    const found = new Map();
    for (const endpoint of endpoints) {
        const { pieces } = endpoint.pieces;
        if (!holdsVariable(pieces.at(-1) ?? "") || pieces.length < 2)
            continue;
        const schema = dataResponse(endpoint.responses)?.schema;
        const key = exactKey(pieces.slice(0, -1));
        if (schema === undefined || found.has(key))
            continue;
        const hints = { path: endpoint.pieces, byPath: false, paged: false, single: undefined };
        const records = findRecords(schema, hints);
        if (!records.isList)
            found.set(key, records.schema);
    }
    return found;
}
function detect_looksLikeList({ pieces }) {
    const last = pieces.pieces.at(-1);
    return last !== undefined && !holdsVariable(last);
}
/** Variables alike: `/account` is not the list of `/accounts/{account}`. */
function exactKey(pieces) {
    return pieces.map((piece) => (holdsVariable(piece) ? "{}" : piece)).join("/");
}
/** Pieces in the singular, variables alike. */
function pathKey(pieces) {
    return pieces.map((piece) => (holdsVariable(piece) ? "{}" : wordOf(singularize(piece)))).join("/");
}

;// CONCATENATED MODULE: ./lib/generate/words/singular.js


/**
 * The singular of a piece of a path as a name that people read: `databases` -> `database`. Where the table of
 * `singularize`, to which compat mode is bound, has odd answers (`status` -> `statu`, `data` -> `datum`, `waves` -> `wafe`),
 * the word stays or loses its `s`.
 */
function singularName(piece) {
    const name = snakeCase(piece);
    if (/(?:ss|us|is|a|analytics|statistics|diagnostics)$/.test(name))
        return name;
    const losesOnlyS = /(?:bases|caches|cookies|ves)$/.test(name) && !IRREGULAR.test(name);
    return losesOnlyS ? name.slice(0, -1) : singularize(name);
}
/** The few words whose `ves` comes from an `f`. */
const IRREGULAR = /(?:^|_)(?:knives|wives|lives|leaves|shelves|halves|calves|thieves|wolves|loaves)$/;

;// CONCATENATED MODULE: ./lib/generate/better/fields.js



/** Identifiers that no two records of an API share. */
const isGlobalId = anyOf("id uuid guid pk identifier primarykey unique gid objectid");
/** Identifiers that may be repeated below another parent. */
const isLocalId = anyOf("iid key slug sha sku code number username login handle hash name path ref fullpath email");
/** Properties that can identify a record: text, integers and what has no type; in order. What is going away does not. */
function identifying(record) {
    return [...record.allProperties].filter(([, node]) => {
        const { types, schema, isObject, isList } = node;
        const isScalar = types.length === 0 || types.includes("string") || types.includes("integer");
        const isGone = flagAt(schema, "writeOnly") || flagAt(schema, "deprecated") || GOING.test(node.description ?? "");
        return isScalar && !isGone && !isObject && !isList;
    });
}
/** How documents say that a property is empty by now, or soon will be. */
const GOING = /\b(?:no longer (?:available|returned|supported)|is deprecated)\b/i;
/**
 * The property of a record that a path variable stands for: of the same name, of the same name without that of the thing
 * (`issue_iid` after `issues` -> `iid`), what the thing is called by when the variable names just it (`{branch}`), else its id.
 * A variable that names an object of the record (`{owner}`) stands for what that is called by.
 */
function fieldOfVariable({ variable, piece, parameter }, record) {
    const fields = identifying(record);
    const word = wordOf(variable);
    const entity = entityWord(piece);
    const named = (wanted) => fields.find(([name]) => wordOf(name) === wanted)?.[0];
    const exact = named(word) ?? (word.endsWith("username") ? (named("login") ?? named("handle")) : undefined);
    if (exact !== undefined)
        return { field: exact };
    const holder = [...record.allProperties].find(([name, node]) => wordOf(name) === word && node.isObject);
    const inner = holder === undefined ? undefined : calledBy(identifying(holder[1]), parameter);
    if (holder !== undefined && inner !== undefined)
        return { field: holder[0], inner };
    const last = entityWord(piece.split(/[-_]/).at(-1) ?? "");
    for (const prefix of [entity, last, wordOf(piece)]) {
        if (prefix !== "" && word.startsWith(prefix) && word.length > prefix.length) {
            const rest = named(word.slice(prefix.length));
            if (rest !== undefined)
                return { field: rest };
        }
    }
    // `import_id` after `bulk_imports`: the end of the variable is an identifier of the record.
    const ending = fields.find(([name]) => (isGlobalId(name) || isLocalId(name)) && word.endsWith(wordOf(name)));
    if (ending !== undefined)
        return { field: ending[0] };
    const number = word === "index" ? (named("number") ?? named("iid")) : undefined;
    if (number !== undefined)
        return { field: number };
    const isEntity = word === entity || word === last || word === "idorname" || word === "name";
    // Whatever the variable is called, it stands where one of the list is named.
    const found = calledBy(fields, parameter) ?? (isEntity ? fields.find(([name]) => isLocalId(name))?.[0] : undefined);
    return found === undefined ? undefined : { field: found };
}
/** What people call a thing by, the surest first. */
const HANDLES = ["slug", "login", "username", "handle", "key"];
/**
 * What a thing is asked for by: its id; but what it is called by, where the parameter is a text and the id a number, and
 * the parameter does not speak of an id.
 */
function calledBy(fields, parameter) {
    const id = fields.find(([name]) => isGlobalId(name));
    const named = (wanted) => fields.find(([name]) => wordOf(name) === wanted)?.[0];
    const isNumber = id === undefined || (id[1].types.includes("integer") && !id[1].types.includes("string"));
    if (!isNumber || !isPlainText(parameter))
        return id?.[0];
    const description = textAt(parameter.source, "description") ?? "";
    if (/\b(?:ids?|identifiers?)\b/i.test(description))
        return id?.[0];
    for (const handle of HANDLES) {
        const found = named(handle);
        if (found !== undefined)
            return found;
    }
    return (/\bnames?\b/i.test(description) ? named("name") : undefined) ?? id?.[0];
}
/** True for a parameter that the document itself declares as text without a format. */
function isPlainText(parameter) {
    if (parameter === undefined || (0,core_json/* getOwn */.Ng)(parameter.source, "schema") === undefined)
        return false;
    const { types, format } = parameter.schema;
    return types.length === 1 && types[0] === "string" && format === undefined;
}
/** The property of a record that says to which parent it belongs: `project_id` below `projects`. */
function referenceTo(piece, field, record) {
    const suffix = wordOf(field);
    if (piece === "")
        return undefined;
    const last = piece.split(/[-_]/).at(-1) ?? "";
    const wanted = new Set([entityWord(piece), entityWord(last), wordOf(piece)].map((entity) => entity + suffix));
    return identifying(record).find(([name]) => wanted.has(wordOf(name)))?.[0];
}

;// CONCATENATED MODULE: ./lib/generate/better/identity.js


const isNatural = anyOf("iid slug sha");
/** What things are called by, and what prices, stocks and settings say of which thing they are. */
const isCommonName = anyOf("key sku");
const QUALIFIER = /(?:[a-z]_id|[a-z]Id)$|^(?:currency|country|region|market|locale|language|warehouse|store|location|channel|scope|environment|date)/;
/** True where several records may have the same name, by what else they hold: prices a currency, stocks a `warehouse_id`. */
function isQualified(record) {
    return [...record.allProperties.keys()].some((name) => QUALIFIER.test(name));
}
/**
 * What tells the records of an endpoint apart. `piece` is the name in the path that they go by, `variable` the one by
 * which a single one is asked for (`/branches/{branch}`); undefined when no such path is known.
 */
function identityOf(record, piece, variable) {
    const fields = identifying(record);
    const generic = ["id", "pk", "uuid", "guid", "gid", "identifier", "primarykey", "unique", "objectid"];
    for (const word of generic) {
        const found = fields.find(([name]) => wordOf(name) === word);
        if (found !== undefined)
            return { columns: [found[0]], isGlobal: true, reason: `${found[0]} identifies a record` };
    }
    const called = withAccount([wordOf(record.name), entityWord(record.name)]);
    const own = ownId(fields, called);
    if (own !== undefined)
        return { columns: [own], isGlobal: true, reason: `${own} is the record's own id by its name` };
    // What is called by its path alone may be the tie to something else: `{user_id, role}` of `/groups/{id}/users`.
    const byPiece = ownId(fields, withAccount([entityWord(piece)]));
    if (byPiece !== undefined) {
        return { columns: [byPiece], isGlobal: false, reason: `${byPiece} is the record's own id by the path` };
    }
    const byVariable = variable === undefined ? undefined : fieldOfVariable({ variable, piece, parameter: undefined }, record);
    if (byVariable !== undefined && byVariable.inner === undefined) {
        const { field } = byVariable;
        const reason = `{${variable}} of the path for a single record stands for ${field}`;
        return { columns: [field], isGlobal: isGlobalId(field), reason };
    }
    const described = fields.find(([, { description }]) => /^\s*(?:unique|id|identifier)\.?\s*$/i.test(description ?? ""));
    if (described !== undefined) {
        return { columns: [described[0]], isGlobal: true, reason: `${described[0]} is described as identifier` };
    }
    const natural = fields.find(([name]) => isNatural(name) || (isCommonName(name) && !isQualified(record)));
    if (natural !== undefined) {
        return { columns: [natural[0]], isGlobal: false, reason: `${natural[0]} identifies a record within its parent` };
    }
    // `owner_id` and `actor` are somebody else's.
    const entities = [entityWord(piece), wordOf(record.name), entityWord(record.name)];
    const uuid = fields.find(([name, { format }]) => format === "uuid" &&
        !/(?:id|uuid|guid)$/i.test(name) &&
        (entities.includes(wordOf(name)) || /code|ref|number|token|key/i.test(name)));
    if (uuid === undefined)
        return undefined;
    return { columns: [uuid[0]], isGlobal: true, reason: `${uuid[0]} has the format uuid` };
}
/** A user is known by an account in many an API. */
function withAccount(entities) {
    return entities.includes("user") ? [...entities, "account"] : entities;
}
/** `museum_id`, `id_museum`, `museumId`, `ticketUuid` of an entity. */
function ownId(fields, entities) {
    for (const entity of entities) {
        if (entity === "")
            continue;
        for (const suffix of ["id", "pk", "uuid", "guid", "key"]) {
            const wanted = [entity + suffix, suffix + entity];
            const found = fields.find(([name]) => wanted.includes(wordOf(name)));
            if (found !== undefined)
                return found[0];
        }
    }
    return undefined;
}

;// CONCATENATED MODULE: ./lib/generate/better/incremental.js



/** Parameters that bound a change, the best first, with the properties that hold it and those that bound its end. */
const KINDS = [
    {
        start: /^(?:last)?(?:updated|modified|changed)(?:at|on|date|time)?(?:after|since|from|gte|gt|min|start)$|^(?:min|from|since)(?:last)?(?:updated|modified)(?:at|on)?$/,
        fields: /^(?:last)?(?:updated|modified|changed|update|modification)(?:at|on|date|time|datetime|timestamp)?$/,
        end: /^(?:last)?(?:updated|modified|changed)(?:at|on|date|time)?(?:before|until|to|lte|lt|max|end)$/,
    },
    {
        start: /^last(?:activity|seen|used)(?:at|on)?(?:after|since|from)$/,
        fields: /^last(?:activity|seen|used)(?:at|on|date)?$/,
        end: /^last(?:activity|seen|used)(?:at|on)?(?:before|until|to)$/,
    },
    {
        start: /^since$/,
        fields: /^(?:last)?(?:updated|modified|changed)(?:at|on|date|time)?$/,
        end: /^until$/,
    },
    {
        start: /^created(?:at|on|date|time)?(?:after|since|from|gte|gt|min|start)$/,
        fields: /^created(?:at|on|date|time|datetime)?$/,
        end: /^created(?:at|on|date|time)?(?:before|until|to|lte|lt|max|end)$/,
    },
];
/** Properties of records that change after they were made. */
const isChangeable = anyOf("state status active enabled archived locked closedat deletedat");
/**
 * Finds how a list can be asked for what is new: a parameter like `updated_after` and the property that it speaks of.
 * A lower bound of the creation alone is none where records change (they have a time of that, or a state): what changed
 * later would be missed.
 */
function findIncremental(endpoint, record) {
    const query = endpoint.parameters.filter((one) => one.in === "query" && mayHoldTime(one.schema));
    const fields = [...record.allProperties].filter(([, node]) => mayHoldTime(node));
    for (const [index, { start, fields: of, end }] of KINDS.entries()) {
        const parameter = query.find(({ name }) => start.test(wordOf(name)));
        const field = fields.find(([name]) => of.test(wordOf(name)));
        if (parameter === undefined || field === undefined)
            continue;
        const changes = fields.find(([name]) => KINDS[0]?.fields.test(wordOf(name)));
        const isCreation = index === KINDS.length - 1;
        if (isCreation && (changes !== undefined || [...record.allProperties.keys()].some(isChangeable)))
            continue;
        const [name, node] = field;
        const isDate = parameter.schema.format === "date";
        return {
            config: {
                cursorPath: propertyPath([name]),
                startParam: parameter.name,
                endParam: query.find((one) => end.test(wordOf(one.name)))?.name,
                initialValue: isDate ? "1970-01-01" : "1970-01-01T00:00:00Z",
                onMissing: mayBeMissing(record, name, node) ? "include" : undefined,
            },
            reason: `${parameter.name} asks for records whose ${name} is not older`,
            order: ascending(endpoint, name),
        };
    }
    return undefined;
}
/** A text that is a moment, or whose form is not declared. */
function mayHoldTime({ types, format, schema }) {
    if (format !== undefined)
        return /date/.test(format);
    return (types.length === 0 || types.includes("string")) && listAt(schema, "enum").length === 0;
}
function mayBeMissing(record, name, node) {
    const required = listAt(record.schema, "required");
    return node.nullable || (required.length > 0 && !required.includes(name));
}
/** Parameters such as `order_by: updated_at` and `sort: asc`, where the document lists these values. */
function ascending(endpoint, field) {
    const query = endpoint.parameters.filter((one) => one.in === "query");
    const by = query.find((one) => /^(?:order|sort)(?:by|field|key)?$/.test(wordOf(one.name)) && allows(one, field));
    if (by === undefined)
        return [];
    const direction = query.find((one) => /^(?:sort|order|direction|sortorder|sortdir|orderdirection|sortdirection)$/.test(wordOf(one.name)) &&
        allows(one, "asc"));
    return direction === undefined
        ? []
        : [
            { name: by.name, value: field },
            { name: direction.name, value: "asc" },
        ];
}
function allows({ schema }, value) {
    return listAt(schema.schema, "enum").includes(value);
}

;// CONCATENATED MODULE: ./lib/generate/better/identify.js








/** Finds what tells the records of each endpoint apart, and how to ask for new ones. */
function identify(drafts) {
    const singles = new Map(drafts.flatMap((one) => (one.list === undefined ? [] : [[one.list, one]])));
    const isShared = sharedRecords(drafts);
    for (const draft of drafts)
        identifyOne(draft, singles.get(draft), isShared);
}
/** `single`: the endpoint for one of the records of a list. */
function identifyOne(draft, single, isShared) {
    const record = recordOf(draft);
    if (record === undefined) {
        draft.findings.push({ code: "DataResponseNoBody", message: "the document does not say what the answer holds" });
        return;
    }
    const { variables, fixed } = draft.endpoint.pieces;
    const endsInVariable = !draft.isList && holdsVariable(draft.endpoint.pieces.pieces.at(-1) ?? "");
    const variable = endsInVariable ? variables.at(-1) : single?.endpoint.pieces.variables.at(-1);
    const identity = withVersion(draft, identityOf(record, fixed.at(-1) ?? "", variable));
    const isOneOfMany = draft.isList || endsInVariable;
    if (identity === undefined || (!isOneOfMany && !identity.isGlobal)) {
        const message = "no property looks like a primary key";
        if (isOneOfMany)
            draft.findings.push({ code: "PrimaryKeyNotFound", message });
    }
    else {
        decide(draft, "primary_key", identity.reason);
        const shared = identity.isGlobal && isShared(draft);
        draft.identity = shared ? { ...identity, isGlobal: false } : identity;
        if (shared)
            nameAfterParent(draft);
    }
    const incremental = draft.isList ? findIncremental(draft.endpoint, record) : undefined;
    if (incremental === undefined)
        return;
    draft.incremental = incremental.config;
    decide(draft, "incremental", incremental.reason);
    if (incremental.order.length > 0)
        decide(draft, "params", "the list is asked for in the order of the cursor");
    draft.params = incremental.order.map(({ name, value }) => ({
        name,
        in: "query",
        value: { kind: "value", value },
        fillIn: false,
    }));
}
/**
 * Versions of a thing may all have the id of the thing: what numbers them is in the key. Without such a number nothing is
 * the key where they are recorded as the thing itself is.
 */
function withVersion(draft, identity) {
    const list = draft.list ?? draft;
    const record = recordOf(draft);
    const piece = list.endpoint.pieces.fixed.at(-1) ?? "";
    if (identity === undefined || record === undefined || list.parent === undefined || !isHistory(entityWord(piece))) {
        return identity;
    }
    const number = identifying(record).find(([name]) => isVersion(name))?.[0];
    if (number === undefined)
        return recordOf(list.parent)?.schema === record.schema ? undefined : identity;
    if (identity.columns.includes(number))
        return identity;
    const reason = `${identity.reason}, ${number} its versions`;
    return { columns: [...identity.columns, number], isGlobal: false, reason };
}
const isHistory = anyOf("version revision history snapshot archive");
const isVersion = anyOf("version versionnumber versionid revision revisionnumber revisionid rev");
/** What may stand below several parents is about them: `project_member`, `task_tag`. */
function nameAfterParent(draft) {
    const list = draft.list ?? draft;
    const above = singularName(list.parent?.endpoint.pieces.fixed.at(-1) ?? "");
    const own = singularName(list.endpoint.pieces.fixed.at(-1) ?? "");
    const reason = "the same record may stand below other parents, too";
    decide(draft, "primary_key", reason);
    if (above === "" || own === "")
        return;
    draft.tableName = `${above}_${own}`;
    decide(draft, "table_name", reason);
}

;// CONCATENATED MODULE: ./lib/generate/better/names.js




/**
 * Names of resources, by index: the operation id, which the document's maker keeps, else the path. A name depends on no
 * other endpoint, so that it stays when the document grows; only one that is taken gets a number.
 */
function resourceNames(endpoints) {
    const taken = new Set();
    return endpoints.map((endpoint) => unique(ownName(endpoint), taken));
}
/** The name, or the name with the first number that makes it new; kept as taken. */
function unique(name, taken) {
    let found = name;
    for (let number = 2; taken.has(found); number += 1)
        found = `${name}_${number}`;
    taken.add(found);
    return found;
}
function ownName({ operation, method, pieces }) {
    // `orgs/list-members`: what separates words in an operation id separates them in the name.
    const id = snakeCase((textAt(operation, "operationId") ?? "").replace(/[^\p{L}\p{N}]+/gu, "_"));
    if (id !== "")
        return id;
    const words = pieces.fixed.map(snakeCase).filter((word) => word !== "");
    const last = pieces.pieces.at(-1) ?? "";
    if (holdsVariable(last))
        words.push("by", snakeCase(pieces.variables.at(-1) ?? ""));
    return [...(method === "GET" ? [] : [method.toLowerCase()]), ...(words.length === 0 ? ["root"] : words)].join("_");
}
/** The table of an entity: its component or title, else the last name of the path in the singular, else the resource. */
function tableName(entity, { pieces, method }, resource) {
    // `POST /orders/search` gives orders.
    const isSearch = method !== "GET" && /^_?(?:search|query|list|find|filter|lookup)$/i.test(pieces.fixed.at(-1) ?? "");
    const thing = pieces.fixed.at(isSearch && pieces.fixed.length > 1 ? -2 : -1) ?? "";
    return snakeCase(entity) || singularName(thing) || resource;
}

;// CONCATENATED MODULE: ./lib/generate/better/new-draft.js



/** A resource of which no more is known than its endpoint says. */
function newDraft(found, name) {
    return {
        ...found,
        name,
        tableName: tableName(recordOf(found)?.name ?? "", found.endpoint, name),
        list: undefined,
        parent: undefined,
        resolved: [],
        include: new Set(),
        identity: undefined,
        primaryKey: [],
        mergeKey: [],
        disposition: undefined,
        incremental: undefined,
        selected: true,
        blocked: undefined,
        params: [],
        headers: [],
        optionalParams: [],
        auth: undefined,
        path: found.endpoint.path,
        ownPaginator: undefined,
        json: undefined,
        decisions: firstDecisions(found),
        findings: [],
    };
}
/** Of names, and where the records are. */
function firstDecisions({ endpoint, records }) {
    const hasId = textAt(endpoint.operation, "operationId") !== undefined;
    const entity = records?.schema.name ?? "";
    return [
        { about: "name", reason: hasId ? "the operation id" : "the path, as there is no operation id", repair: false },
        {
            about: "table_name",
            reason: entity === "" ? "the last name of the path" : `the schema ${entity}`,
            repair: false,
        },
        ...(records === undefined ? [] : [{ about: "data_selector", reason: records.reason, repair: false }]),
    ];
}

;// CONCATENATED MODULE: ./lib/generate/better/own-security.js

/** Gives an endpoint the authentication that the document says it has of its own, and notes what cannot be done. */
function useOwnSecurity(draft, { client, ofEndpoint }) {
    const own = ofEndpoint(draft.endpoint);
    switch (own?.kind) {
        case undefined:
            return;
        case "none":
            if (client === undefined)
                return;
            draft.auth = null;
            decide(draft, "auth", "the document says that this endpoint needs no authentication");
            return;
        case "way": {
            draft.auth = own.way.auth;
            decide(draft, "auth", `${own.way.reason} of its own`);
            const missing = own.way.headers
                .map(({ key }) => key)
                .filter((key) => !client?.headers.some((one) => one.key === key));
            if (missing.length > 0)
                note(draft, `it wants ${missing.join(", ")} too: give endpoint.headers by hand`);
            return;
        }
        case "unknown": {
            const meanwhile = client === undefined ? "" : "; until then it is asked with that of the client";
            note(draft, `authentication by ${own.schemes.join(", ")} is not known: give endpoint.auth by hand${meanwhile}`);
        }
    }
}
function note({ findings }, message) {
    findings.push({ code: "UnsupportedSecurityScheme", message });
}

;// CONCATENATED MODULE: ./lib/generate/better/parameters.js







/** Headers that a REST client sends by itself, or that OpenAPI says to ignore. */
const OWN_HEADERS = new Set(["accept", "content-type", "authorization", "user-agent", "host", "accept-encoding"]);
/**
 * Writes the parameters of a resource: resolved variables, the other ones, required query parameters and headers. What
 * nobody knows keeps the placeholder, and the resource is not selected until it is filled in. `secretNames`: parameters
 * that authentication sends, as `header x-key`.
 */
function writeParameters(draft, secretNames, words) {
    const { endpoint } = draft;
    const params = [];
    const headers = [];
    const missing = [];
    // rest_api has one parameter of a name: of two, that of the path is never sent and may be called otherwise.
    const required = new Set(endpoint.parameters.filter((one) => one.in === "query" && one.required).map(({ name }) => name));
    const placeholder = (variable) => writableVariable(cleanVariable(variable) + (required.has(variable) ? "_in_path" : ""));
    const put = (list, name, place, parameter) => {
        const value = parameter === undefined ? undefined : declaredValue(parameter);
        if (value === undefined)
            missing.push(name);
        list.push({
            name,
            in: place,
            value: { kind: "value", value: value ?? words.required },
            fillIn: value === undefined,
        });
    };
    const unsendable = endpoint.parameters.find((one) => one.required && !canBeSent(one));
    if (unsendable !== undefined) {
        const what = `the ${unsendable.in} parameter ${JSON.stringify(unsendable.name)} cannot be sent`;
        draft.blocked = `${what}, and the endpoint requires it`;
    }
    for (const { variable, in: place, field, inner } of draft.resolved) {
        const resource = draft.parent?.name ?? "";
        const name = place === "path" ? placeholder(variable) : variable;
        const path = inner === undefined ? fieldPath(field) : propertyPath([field, inner]);
        params.push({ name, in: place, value: { kind: "resolve", resource, field: path }, fillIn: false });
    }
    for (const variable of new Set(endpoint.pieces.variables)) {
        if (draft.resolved.some((one) => one.variable === variable && one.in === "path"))
            continue;
        const parameter = endpoint.parameters.find((one) => one.in === "path" && one.name === variable);
        put(params, placeholder(variable), "path", parameter);
    }
    const used = usedParameters(draft);
    const query = endpoint.parameters.filter((one) => one.in === "query" &&
        canBeSent(one) &&
        !used.has(one.name) &&
        !secretNames.has(`query ${one.name.toLowerCase()}`));
    for (const parameter of query)
        if (parameter.required)
            put(params, parameter.name, "query", parameter);
    const size = parameters_pageSize(draft, used);
    if (size !== undefined && !params.some(({ name }) => name === size.name))
        params.push(size);
    if (draft.isList)
        params.push(...query.flatMap((one) => wholeList(draft, one) ?? []));
    for (const parameter of endpoint.parameters) {
        const name = parameter.name.toLowerCase();
        if (parameter.in !== "header" || !parameter.required || OWN_HEADERS.has(name))
            continue;
        if (secretNames.has(`header ${name}`) || !canBeSent(parameter))
            continue;
        put(headers, parameter.name, "header", parameter);
    }
    draft.params = [...params, ...draft.params];
    draft.headers = headers;
    draft.optionalParams = query
        .filter(({ required, name }) => !required && !params.some((param) => param.name === name))
        .map((one) => optional(one, declaredValue(one) ?? words.optional));
    draft.path =
        endpoint.path.split("#")[0]?.replace(/\{([^{}]+)\}/g, (_, name) => `{${placeholder(name)}}`) ?? "";
    if (missing.length === 0)
        return;
    draft.selected = false;
    const message = `the document gives no value for ${missing.join(", ")}: fill it in, then select the resource`;
    draft.findings.push({
        code: draft.params.some(isMissingVariable) ? "UnresolvedPathParameters" : "RequiredParameters",
        message,
    });
    decide(draft, "selected", `${missing.join(", ")} must be filled in first`);
}
/** False for what HTTP cannot carry, or a pipeline file cannot hold. */
function canBeSent({ name, in: place }) {
    return place === "header" ? isHeaderName(name) : place !== "query" || isWritableKey(name);
}
/** A key of a record as JSONPath; hyphens may stand in it. */
function fieldPath(field) {
    return /^[A-Za-z_][\w-]*$/.test(field) ? field : propertyPath([field]);
}
function isMissingVariable(param) {
    return param.in === "path" && param.fillIn;
}
/** A variable's name without what a placeholder of ours cannot hold: `{+name}`, `{id:[0-9]+}`. It is never sent. */
function cleanVariable(name) {
    return (name
        .trim()
        .replace(/:.*$/, "")
        .replace(/[^A-Za-z0-9_-]/g, "") || "value");
}
/** The value that the document itself gives: default, the only value allowed, or `const`. */
function declaredValue({ schema, source }) {
    const choices = listAt(schema.schema, "enum");
    const only = choices.length === 1 ? choices[0] : undefined;
    const value = isTruthy(schema.default) || schema.default === false ? schema.default : (schema.schema.const ?? only);
    if (value === undefined || value === null || value === "" || (0,core_json/* isJsonObject */.OW)(value))
        return undefined;
    const place = textAt(source, "in");
    if ((0,core_json/* isJsonArray */.Md)(value))
        return value.every((item) => typeof item === "string") ? value.join(",") : undefined;
    if (value === "null" && flagAt(schema.schema, "nullable"))
        return undefined;
    if (place === "header" && typeof value === "string" && !isHeaderValue(value))
        return undefined;
    return typed(value, schema.types, place);
}
/** YAML gives text; what the schema calls a number or boolean becomes one. `1e400` is no number and stays as it is written. */
function typed(value, types, place) {
    if (value instanceof core_json/* Double */.__)
        return Number.isFinite(value.value) ? value.value : (value.lexeme ?? String(value.value));
    if (place === "header")
        return typeof value === "boolean" ? String(value) : (0,python_text/* pythonStr */.qV)(value);
    if (typeof value !== "string")
        return value;
    if (types.includes("boolean") && /^(?:true|false)$/i.test(value))
        return value.toLowerCase() === "true";
    if (types.includes("integer") && /^-?\d{1,15}$/.test(value))
        return Number(value);
    const number = types.includes("number") ? (0,python_text/* parsePythonFloat */.Gc)(value) : undefined;
    return number !== undefined && Number.isFinite(number) ? number : value;
}
/** Parameters that paginator and cursor send. */
function usedParameters({ paginator, incremental, params, resolved }) {
    const cursor = incremental === undefined ? [] : [incremental.startParam, incremental.endParam ?? ""];
    const query = resolved.flatMap((one) => (one.in === "query" ? [one.variable] : []));
    return new Set([...(paginator?.uses ?? []), ...cursor, ...query, ...params.map(({ name }) => name)]);
}
/** Pages as large as the document allows, where the paginator does not say it itself. */
function parameters_pageSize(draft, used) {
    const { cursors, offsets, pages, limits } = pageParameters(draft.endpoint);
    if (!draft.isList || (draft.paginator === undefined && cursors.length + offsets.length + pages.length === 0)) {
        return undefined;
    }
    const limit = limits.find((one) => one.in === "query" && !used.has(one.name));
    const declared = limit === undefined ? undefined : declaredPageSize(limit);
    if (limit === undefined || declared === undefined || !declared.isLargest)
        return undefined;
    decide(draft, `params.${limit.name}`, `${declared.from} of a page, so that fewer requests are made`);
    return { name: limit.name, in: "query", value: { kind: "value", value: declared.size }, fillIn: false };
}
/** `state: all`, where the API by itself gives only the open ones. */
function wholeList(draft, { name, required, schema }) {
    const byDefault = schema.default ?? "";
    const isNarrow = byDefault !== "" && byDefault !== "all" && listAt(schema.schema, "enum").includes("all");
    if (required || !isNarrow || !/^(?:scope|state|status)$/i.test(name))
        return undefined;
    decide(draft, `params.${name}`, "without it the API gives only a part of the list");
    return { name, in: "query", value: { kind: "value", value: "all" }, fillIn: false };
}
function optional(parameter, value) {
    const description = textAt(parameter.source, "description") ?? parameter.schema.description;
    return {
        name: parameter.name,
        value,
        description: description?.replace(/\s+/g, " ").trim(),
        deprecated: flagAt(parameter.source, "deprecated"),
    };
}

;// CONCATENATED MODULE: ./lib/generate/better/parents.js








/**
 * Finds the parent of each resource and the fields that fill its path variables. A variable is filled from the list that
 * stands before it in the path (`/projects` for `{id}` of `/projects/{id}/badges/{badge_id}`), never from one below it; else
 * from a list of that name elsewhere, also one below another (`/organizations/{id}/networks` for `/networks/{id}`).
 * rest_api takes all values from one parent: that of the last variable; what the earlier ones need must stand in its
 * records, or is carried there by `include_from_parent`.
 */
function resolveParents(drafts) {
    const known = listsByPath(drafts);
    // Shorter paths first, so that a parent knows its own variables before its children ask.
    const ordered = [...drafts].sort((a, b) => a.endpoint.pieces.pieces.length - b.endpoint.pieces.pieces.length);
    for (const draft of ordered) {
        const slots = slotsOf(draft, known);
        draft.list = listOf(draft, slots);
        resolvePath(draft, slots);
        resolveQuery(draft, known.lists);
    }
}
/**
 * A required query parameter that is called after a list (`workspace`, `workspace_id`) is filled from it, where the list
 * needs nothing itself and no other parent is there.
 */
function resolveQuery(draft, lists) {
    for (const parameter of draft.endpoint.parameters) {
        const { name, required, in: place, schema } = parameter;
        if (place !== "query" || !required || (schema.default ?? "") !== "")
            continue;
        const same = draft.resolved.find(({ variable }) => variable === name);
        if (same !== undefined) {
            draft.resolved = [...draft.resolved, { ...same, in: "query" }];
            continue;
        }
        const piece = name.replace(parents_IDENTIFIER_END, "");
        const list = lists.get(pluralKey(piece));
        const record = list === undefined ? undefined : recordOf(list);
        if (list === undefined || list === draft || record === undefined || isAbove(draft, list))
            continue;
        if (draft.parent !== undefined && draft.parent !== list)
            continue;
        const { field, inner } = fieldOfVariable({ variable: name, piece, parameter }, record) ?? {};
        // A placeholder in a query holds plain names only.
        if (field === undefined || inner !== undefined || !/^[A-Za-z_]\w*$/.test(field))
            continue;
        const reason = `${field} of the list at ${list.endpoint.path}`;
        draft.parent = list;
        draft.resolved = [...draft.resolved, { variable: name, in: "query", field, inner, reason }];
        decide(draft, `params.${name}`, reason);
    }
}
/** True when a list is the resource or hangs on it, so that neither could run first. */
function isAbove(draft, list) {
    for (let above = list; above !== undefined; above = above.parent)
        if (above === draft)
            return true;
    return false;
}
/** The list of which a path that ends in a variable gives single records: that of the same path without it. */
function listOf({ endpoint }, slots) {
    const { pieces } = endpoint.pieces;
    const list = holdsVariable(pieces.at(-1) ?? "") ? slots.at(-1)?.list : undefined;
    return list !== undefined && pathKey(list.endpoint.pieces.pieces) === pathKey(pieces.slice(0, -1)) ? list : undefined;
}
/** Of the lists before the variables, the one that fills most of them; the last of equals. */
function resolvePath(draft, slots) {
    const lists = new Set(slots.flatMap(({ list }) => (list === undefined || isAbove(draft, list) ? [] : [list])));
    const ways = [...lists].map((list) => ({ list, fields: withoutRepetition(fieldsFor(slots, list)) }));
    const most = Math.max(0, ...ways.map(({ fields }) => fields.length));
    const best = ways.findLast(({ fields }) => fields.length === most);
    if (best === undefined || most === 0)
        return;
    draft.parent = best.list;
    draft.resolved = best.fields.map(({ slot, field, inner }) => {
        const { parent } = best.list;
        const carriedFrom = parent === undefined ? undefined : best.list.resolved.find((one) => carriedName(parent, one.field) === field);
        if (carriedFrom !== undefined)
            best.list.include.add(carriedFrom.field);
        const what = inner === undefined ? field : `${inner} of ${field}`;
        const reason = `${what} of the list at ${best.list.endpoint.path}`;
        return { variable: slot.variable, in: "path", field, inner, reason };
    });
    for (const { variable, reason } of draft.resolved)
        decide(draft, `params.${variable}`, reason);
}
function fieldsFor(slots, list) {
    return slots.flatMap((slot) => {
        const field = fieldFor(slot, list);
        return field === undefined ? [] : [{ slot, ...field }];
    });
}
/** Two variables are not the same field: the one that is called like it keeps it, else the first. */
function withoutRepetition(fields) {
    const isNamed = ({ slot, field }) => wordOf(slot.variable) === wordOf(field);
    return fields.filter((one) => {
        const same = fields.filter(({ field, inner, slot }) => field === one.field && inner === one.inner && slot.variable !== one.slot.variable);
        return (same.length === 0 || isNamed(one) || (!same.some(isNamed) && fields.indexOf(one) < fields.indexOf(same[0] ?? one)));
    });
}
/** The field of the parent's record that fills a variable. */
function fieldFor(slot, parent) {
    const record = recordOf(parent);
    if (record === undefined)
        return undefined;
    if (slot.list === parent)
        return fieldOfVariable(slot, record);
    // A variable that stands in the parent's own path, too.
    const { pieces } = parent.endpoint.pieces;
    const isSamePlace = pathKey(pieces.slice(0, slot.at)) === slot.before;
    const own = parent.resolved.find(({ variable }) => isSamePlace && variable === variableAt(parent, slot));
    const field = own?.field ?? "id";
    const held = referenceTo(slot.piece, field.startsWith("_") ? "id" : field, record);
    if (held !== undefined)
        return { field: held };
    if (own === undefined || own.inner !== undefined || parent.parent === undefined)
        return undefined;
    return { field: carriedName(parent.parent, own.field) };
}
/** What the parent's path calls a variable that stands at the same place; paths of one API differ in that. */
function variableAt(parent, slot) {
    const piece = parent.endpoint.pieces.pieces[slot.at] ?? "";
    return pathPieces(piece).variables[0] ?? slot.variable;
}
function slotsOf(draft, { lists, sources }) {
    const { pieces } = draft.endpoint.pieces;
    return pieces.flatMap((piece, index) => {
        const before = pieces.slice(0, index);
        const last = before.at(-1);
        const name = before.findLast((one) => !holdsVariable(one)) ?? "";
        const byPath = lists.get(pathKey(before)) ?? (last === name ? lists.get(rootKey(name)) : undefined);
        return pathPieces(piece).variables.map((variable) => {
            const parameter = draft.endpoint.parameters.find((one) => one.in === "path" && one.name === variable);
            // `{workspace}` and `{workspace_id}` are of the list of workspaces wherever they stand.
            const called = variable.replace(parents_IDENTIFIER_END, "");
            const named = called === "" ? undefined : lists.get(pluralKey(called));
            const isOther = named !== undefined && !entityWord(name).endsWith(entityWord(called));
            const wanted = { variable, piece: name, parameter, at: index, before: pathKey(before) };
            // The list before it is meant all the same where it has the very records that are asked for by it.
            const isOneOf = index === pieces.length - 1 && byPath !== undefined && hasRecordsOf(byPath, draft);
            if (byPath !== undefined && (!isOther || isOneOf))
                return { ...wanted, list: byPath };
            if (named !== undefined)
                return { ...wanted, piece: called, list: named };
            const below = last === name ? sources.get(belowKey(name)) : undefined;
            return { ...wanted, list: below?.slice(0, MOST_SOURCES).find((list) => isCertain(wanted, list)) };
        });
    });
}
/** Lists of one name that are looked at: an API has a few, and many would be looked at for each of many paths. */
const MOST_SOURCES = 50;
const parents_IDENTIFIER_END = /[_-]?(?:id|gid|uuid|slug|key|name)$/i;
function hasRecordsOf(list, draft) {
    const [one, many] = [recordOf(draft), recordOf(list)];
    return one !== undefined && many !== undefined && isSameRecord(one, many);
}
/** True where the field of the list's records is sure: of the variable's very name, or an id that no two of them share. */
function isCertain(wanted, list) {
    const record = recordOf(list);
    const { field, inner } = (record && fieldOfVariable(wanted, record)) ?? {};
    if (field === undefined || inner !== undefined)
        return false;
    return isGlobalId(field) || wordOf(field) === wordOf(wanted.variable);
}
function listsByPath(drafts) {
    const found = new Map();
    const sources = new Map();
    const depth = ({ endpoint }) => endpoint.pieces.pieces.length;
    for (const draft of [...drafts].sort((a, b) => depth(a) - depth(b))) {
        const { pieces, variables } = draft.endpoint.pieces;
        const last = pieces.at(-1);
        if (!draft.isList || last === undefined || recordOf(draft) === undefined)
            continue;
        if (!found.has(pathKey(pieces)))
            found.set(pathKey(pieces), draft);
        if (holdsVariable(last))
            continue;
        if (variables.length > 0) {
            const same = sources.get(belowKey(last));
            if (!isSource(draft))
                continue;
            if (same === undefined)
                sources.set(belowKey(last), [draft]);
            else
                same.push(draft);
            continue;
        }
        if (!found.has(rootKey(last)))
            found.set(rootKey(last), draft);
        if (wordOf(singularize(last)) !== wordOf(last) && !found.has(pluralKey(last)))
            found.set(pluralKey(last), draft);
    }
    return { lists: found, sources };
}
/** True for a list that can run once its path is filled. */
function isSource({ endpoint }) {
    const needs = endpoint.parameters.some(({ in: place, required }) => place === "query" && required);
    return !needs && !flagAt(endpoint.operation, "deprecated");
}
function belowKey(piece) {
    return `b/${wordOf(singularize(piece))}`;
}
function rootKey(piece) {
    return `*/${wordOf(singularize(piece))}`;
}
function pluralKey(piece) {
    return `s/${wordOf(singularize(piece))}`;
}

;// CONCATENATED MODULE: ./lib/generate/better/repairs.js
/**
 * Marks the choices that the reference makes otherwise, by comparing with its result for the same document; so that a
 * report can show what was repaired. Endpoints that the reference does not find stay unmarked.
 */
function markRepairs(pipeline, compat) {
    if (compat === undefined)
        return pipeline;
    const byOperation = new Map(compat.resources.map((one) => [repairs_keyOf(one), one]));
    return {
        ...pipeline,
        decisions: pipeline.decisions.map((decision) => ({
            ...decision,
            repair: decision.about === "client.auth"
                ? !isSame(pipeline.client.auth, compat.client.auth)
                : !isSame(pipeline.client.paginator, compat.client.paginator),
        })),
        resources: pipeline.resources.map((one) => {
            const other = byOperation.get(repairs_keyOf(one));
            if (other === undefined)
                return one;
            return {
                ...one,
                decisions: one.decisions.map((decision) => ({ ...decision, repair: differs(decision, one, other) })),
            };
        }),
    };
}
function repairs_keyOf({ operation }) {
    return `${operation.method} ${operation.path}`;
}
function differs({ about }, one, other) {
    const { endpoint } = one;
    switch (about) {
        case "data_selector":
            return endpoint.dataSelector !== other.endpoint.dataSelector;
        case "primary_key":
            return !isSame(one.primaryKey, other.primaryKey);
        case "name":
            return one.name !== other.name;
        case "table_name":
            return one.tableName !== other.tableName;
        case "write_disposition":
            return one.writeDisposition !== other.writeDisposition;
        case "paginator":
            return !isSame(endpoint.paginator, other.endpoint.paginator);
        case "selected":
            return one.selected !== other.selected;
        default: {
            if (!about.startsWith("params."))
                return true;
            const name = about.slice("params.".length);
            const find = (of) => of.endpoint.params?.find((param) => param.name === name)?.value;
            return !isSame(find(one), find(other));
        }
    }
}
function isSame(a, b) {
    return JSON.stringify(a) === JSON.stringify(b);
}

;// CONCATENATED MODULE: ./lib/generate/better/request-body.js







/**
 * Writes the body of a request that is no GET: what it requires and what has a default. What nobody knows keeps the
 * placeholder; what may be set besides is named. The paginator puts in its own keys.
 */
function writeBody(draft, words) {
    const { body } = draft.endpoint;
    if (body?.isObject !== true)
        return;
    const used = new Set(draft.paginator?.uses ?? []);
    const limit = pageParameters(draft.endpoint).limits.find((one) => one.in === "body" && !used.has(one.name));
    const size = limit === undefined ? undefined : declaredPageSize(limit);
    const isLargest = size?.isLargest === true;
    const missing = [];
    const objectOf = (node, path) => {
        const object = {};
        const required = listAt(node.schema, "required");
        for (const [name, schema] of settable(node)) {
            const keys = [...path, name];
            const at = keys.join(".");
            if (used.has(at) || !isWritableKey(name))
                continue;
            if (at === limit?.name && isLargest)
                (0,core_json/* setOwn */.P5)(object, name, size.size);
            else if (schema.isObject) {
                const isWanted = required.includes(name) || (isLargest && limit?.name.startsWith(`${at}.`));
                if (isWanted)
                    (0,core_json/* setOwn */.P5)(object, name, objectOf(schema, keys));
            }
            else {
                const value = givenValue(schema) ?? (required.includes(name) ? words.required : undefined);
                if (value === words.required)
                    missing.push(at);
                if (value !== undefined)
                    (0,core_json/* setOwn */.P5)(object, name, value);
            }
        }
        return object;
    };
    const json = objectOf(body, []);
    draft.json = json;
    const optional = bodyParameters(draft.endpoint).filter(({ name }) => !used.has(name) && !holdsPath(json, name));
    const more = optional.slice(0, MOST_NAMED).map(({ name }) => name);
    if (optional.length > more.length)
        more.push(`${optional.length - more.length} more`);
    if (limit !== undefined && isLargest) {
        decide(draft, `json.${limit.name}`, `${size.from} of a page, so that fewer requests are made`);
    }
    const also = more.length === 0 ? "" : `; it may hold ${more.join(", ")}`;
    decide(draft, "json", `the body that the document declares${also}`);
    if (missing.length === 0)
        return;
    const message = `the document gives no value for ${missing.join(", ")} of the body: fill it in, then select the resource`;
    draft.findings.push({ code: "RequiredParameters", message });
    draft.blocked ??= `${missing.join(", ")} of the body must be filled in first`;
}
/** Optional properties that a comment names. */
const MOST_NAMED = 12;
/** A list that is declared as default stays one, as does an object. */
function givenValue(schema) {
    const declared = schema.default;
    if ((0,core_json/* isJsonArray */.Md)(declared) || (0,core_json/* isJsonObject */.OW)(declared))
        return declared;
    return declaredValue({ name: "", in: "body", required: false, source: { in: "body" }, schema });
}
function holdsPath(object, path) {
    let here = object;
    for (const key of path.split(".")) {
        if (!(0,core_json/* isJsonObject */.OW)(here) || !(0,core_json/* keysOf */.YD)(here).includes(key))
            return false;
        here = here[key];
    }
    return true;
}

;// CONCATENATED MODULE: ./lib/generate/better/columns.js



/** What is measured: documents call it a whole number where the answers have fractions. */
const MEASURES = /(?:^|_)(?:duration|seconds|minutes|hours|elapsed|price|amount|cost|rate|ratio|percent|percentage|score|average|avg|coverage|weight|latitude|longitude|lat|lng|lon)(?:_|$)/;
/**
 * Types of the columns that the schema declares. Objects and lists become columns and tables of their own and have none;
 * neither has a text without a format: documents call many things text, and dlt finds times in it by itself; nor a measure
 * that is declared as a whole number: the first fraction would need a column of its own. `key`: columns that may not be null.
 */
function columnHints(record, key) {
    return [...record.allProperties].flatMap(([name, node]) => {
        if (flagAt(node.schema, "writeOnly") || flagAt(node.schema, "deprecated") || !isWritableKey(name))
            return [];
        const dataType = dataTypeOf(node);
        if (dataType === undefined || (dataType === "bigint" && MEASURES.test(snakeCase(name))))
            return [];
        const description = node.description?.replace(/\s+/g, " ").trim();
        return [
            { name, dataType, nullable: !key.includes(name), description: description === "" ? undefined : description },
        ];
    });
}
function dataTypeOf({ types, format, schema, alternatives }) {
    // Several types, or a choice of schemas: the data decides.
    if (types.length !== 1 || alternatives.length > 1)
        return undefined;
    switch (types[0]) {
        case "integer":
            return "bigint";
        case "number":
            return "double";
        case "boolean":
            return "bool";
        case "string":
            if (format === "date-time")
                return "timestamp";
            if (format === "date")
                return "date";
            return TEXT_FORMATS.has(format ?? "") || listAt(schema, "enum").length > 0 ? "text" : undefined;
        default:
            return undefined;
    }
}
const TEXT_FORMATS = new Set([
    "uuid",
    "email",
    "uri",
    "url",
    "uri-reference",
    "hostname",
    "ipv4",
    "ipv6",
    "byte",
    "regex",
]);

;// CONCATENATED MODULE: ./lib/generate/better/resource.js





/** The finished resource. */
function resource_resourceOf(draft) {
    const { endpoint, records } = draft;
    const operation = operationFacts(endpoint);
    const record = recordOf(draft);
    const columns = record === undefined ? [] : columnHints(record, draft.primaryKey);
    if (draft.include.size > 0)
        decide(draft, "include_from_parent", "the rows, or those below them, need these of their parent");
    if (columns.length > 0)
        decide(draft, "columns", "the types that the schema declares");
    const findings = [...draft.findings];
    if (flagAt(endpoint.operation, "deprecated")) {
        findings.push({ code: "Deprecated", message: "the document marks this endpoint as deprecated" });
    }
    const params = [
        ...draft.params.filter((one) => one.in === "path"),
        ...draft.params.filter((one) => one.in !== "path"),
    ];
    return {
        name: draft.name,
        tableName: draft.tableName,
        primaryKey: draft.primaryKey,
        mergeKey: draft.mergeKey,
        writeDisposition: draft.disposition,
        selected: draft.selected,
        includeFromParent: [...draft.include],
        columns,
        endpoint: {
            method: endpoint.method,
            path: draft.path,
            dataSelector: records === undefined ? undefined : propertyPath(records.path),
            params: params.length === 0 && draft.optionalParams.length === 0 ? undefined : params,
            optionalParams: draft.optionalParams,
            headers: draft.headers,
            json: draft.json,
            paginator: draft.ownPaginator,
            detectedPaginator: draft.paginator?.config,
            incremental: draft.incremental,
            auth: draft.auth,
        },
        parent: draft.parent?.name,
        isList: draft.isList,
        operation: { ...operation, comment: operation.comment?.replace(/\s+/g, " ").trim() },
        decisions: draft.decisions.map((one) => 
        // What identifies a record may not tell the rows of the table apart.
        one.about === "primary_key" && draft.primaryKey.length === 0
            ? { ...one, reason: `none: ${one.reason}, and may stand in several rows here` }
            : one),
        findings,
    };
}

;// CONCATENATED MODULE: ./lib/generate/better/auth-section.js


/** The section `auth` of a security scheme; undefined when rest_api has none for it. */
function authSection(scheme, { prefix, scopes, base }) {
    const secret = (key) => ({ key, secret: prefix + key });
    const bearer = { type: "bearer", settings: [secret("token")] };
    switch (textAt(scheme, "type")) {
        case "apiKey": {
            const name = textAt(scheme, "name") ?? "Authorization";
            const location = textAt(scheme, "in") ?? "header";
            if (!["header", "query", "cookie"].includes(location))
                return undefined;
            if (location !== "query" && !isHeaderName(name))
                return undefined;
            return {
                type: "api_key",
                settings: [secret("api_key"), { key: "name", value: name }, { key: "location", value: location }],
            };
        }
        case "http": {
            const kind = textAt(scheme, "scheme")?.toLowerCase();
            if (kind === "basic")
                return { type: "http_basic", settings: [secret("username"), secret("password")] };
            return kind === "bearer" ? bearer : undefined;
        }
        case "oauth2": {
            const written = textAt(objectAt(objectAt(scheme, "flows"), "clientCredentials"), "tokenUrl");
            const url = written === undefined ? undefined : tokenUrl(written, base);
            // Another flow needs a browser: its token is got elsewhere.
            if (url === undefined)
                return bearer;
            const request = scopes.length === 0 ? [] : [{ key: "access_token_request_data", value: { scope: scopes.join(" ") } }];
            return {
                type: "oauth2_client_credentials",
                settings: [{ key: "access_token_url", value: url }, secret("client_id"), secret("client_secret"), ...request],
            };
        }
        case "openIdConnect":
            return bearer;
        default:
            return undefined;
    }
}
/** The absolute URL without a user; a relative one stays where nothing is known to join it with, others are none. */
function tokenUrl(written, base) {
    if (!URL.canParse(written, base))
        return /^[a-z][a-z0-9+.-]*:/i.test(written) ? undefined : written;
    const url = new URL(written, base);
    url.username = "";
    url.password = "";
    return /^https?:$/.test(url.protocol) ? url.href : undefined;
}

;// CONCATENATED MODULE: ./lib/generate/better/security.js






/**
 * Chooses among the schemes of a document: of the alternatives of its `security` the first that needs only a secret (a token before a name with a password), then
 * one by OAuth 2. Without `security` that of most endpoints counts, else the first usable scheme. OAuth 2 that needs a
 * browser takes a token, which the user gets elsewhere. `baseUrl`: relative URLs of schemes are joined with it.
 */
function findSecurity(document, endpoints, baseUrl) {
    const written = objectAt(objectAt(document.root, "components"), "securitySchemes");
    const alternatives = listAt(document.root, "security");
    const wanted = [...alternatives, ...endpoints.flatMap(({ operation }) => requirementsOf(operation) ?? [])];
    const schemes = new Map((0,core_json/* keysOf */.YD)(written).map((name) => {
        const scopes = new Set(wanted.flatMap((one) => listAt(asObject(one), name)));
        const texts = [...scopes].filter((scope) => typeof scope === "string");
        return [name, { scheme: followed(document, written[name]), scopes: texts, base: document.url ?? baseUrl }];
    }));
    const usable = (list, prefix) => bestOf(list, schemes, prefix);
    const client = usable(alternatives, false) ??
        mostCommon(endpoints.map(({ operation }) => usable(requirementsOf(operation) ?? [], false))) ??
        usable([...schemes.keys()].map((name) => ({ [name]: [] })), false);
    const described = (list) => namesOf(list).map((name) => describe(name, schemes.get(name)?.scheme));
    return {
        client,
        unsupported: alternatives.length > 0 && usable(alternatives, false) === undefined ? described(alternatives) : [],
        ofEndpoint: ({ operation }) => {
            const own = requirementsOf(operation);
            if (own === undefined)
                return undefined;
            if (own.length === 0)
                return { kind: "none" };
            if (own.some((one) => isSatisfied(one, client)))
                return undefined;
            const way = usable(own, true);
            return way === undefined ? { kind: "unknown", schemes: described(own) } : { kind: "way", way };
        },
    };
}
/** `digest (http digest)`, `cert (mutualTLS)`, `other (not declared)`. */
function describe(name, scheme) {
    const words = scheme === undefined ? ["not declared"] : [textAt(scheme, "type") ?? "unknown"];
    if (words[0] === "http" && scheme !== undefined)
        words.push(textAt(scheme, "scheme") ?? "unknown");
    return `${name} (${words.join(" ")})`;
}
function followed(document, value) {
    const object = asObject(value);
    const reference = referenceOf(object);
    return reference === undefined ? object : (follow(document, reference, true).object ?? {});
}
function requirementsOf(operation) {
    const own = (0,core_json/* getOwn */.Ng)(operation, "security");
    return (0,core_json/* isJsonArray */.Md)(own) ? own : undefined;
}
function namesOf(alternatives) {
    return [...new Set(alternatives.flatMap((one) => (0,core_json/* keysOf */.YD)(asObject(one))))];
}
/** An empty alternative wants nothing; what the client sends does no harm. */
function isSatisfied(requirement, client) {
    const names = (0,core_json/* keysOf */.YD)(asObject(requirement));
    return names.length === 0 || client?.id === names.join(" ");
}
function bestOf(alternatives, schemes, prefix) {
    const ways = alternatives.flatMap((one) => wayOf((0,core_json/* keysOf */.YD)(asObject(one)), schemes, prefix) ?? []);
    const direct = ways.filter(({ isDirect }) => isDirect);
    // Where the document offers both, a token says more clearly what to give than a name and a password (an API key, mostly).
    const token = direct[0]?.auth.type === "http_basic" ? direct.find(({ auth }) => auth.type === "bearer") : undefined;
    return token ?? direct[0] ?? ways[0];
}
function mostCommon(ways) {
    const counts = new Map();
    for (const way of ways) {
        if (way === undefined)
            continue;
        const entry = counts.get(way.id) ?? { way, count: 0 };
        entry.count += 1;
        counts.set(way.id, entry);
    }
    return [...counts.values()].sort((a, b) => b.count - a.count)[0]?.way;
}
/**
 * All schemes of one alternative: one becomes `auth`, keys in headers stand beside it; undefined when that is not possible.
 */
function wayOf(names, schemes, prefix) {
    const parts = names.map((name) => ({ name, scheme: schemes.get(name)?.scheme ?? {} }));
    const isHeader = ({ name, scheme }) => textAt(scheme, "type") === "apiKey" &&
        textAt(scheme, "in") === "header" &&
        isHeaderName(textAt(scheme, "name") ?? name);
    const [first, ...others] = [...parts.filter((part) => !isHeader(part)), ...parts.filter(isHeader)];
    if (first === undefined || !others.every(isHeader))
        return undefined;
    const { scheme, scopes = [], base } = schemes.get(first.name) ?? {};
    if (scheme === undefined)
        return undefined;
    const auth = authSection(scheme, { prefix: prefix ? `${snakeCase(first.name)}_` : "", scopes, base });
    if (auth === undefined)
        return undefined;
    const kind = textAt(scheme, "type");
    return {
        id: names.join(" "),
        auth,
        headers: others.map((part) => ({
            key: textAt(part.scheme, "name") ?? part.name,
            secret: snakeCase(part.name) || "second_key",
        })),
        isDirect: kind === "apiKey" || kind === "http",
        reason: `the scheme ${names.join(" with ")}`,
    };
}

;// CONCATENATED MODULE: ./lib/generate/better/servers.js


/**
 * The servers of a document: variables at their defaults, relative URLs joined with that of the document. Of the same
 * server by http and by https the latter counts. Where only its endpoints name servers, the first of these.
 */
function findServers(document, endpoints) {
    const written = listAt(document.root, "servers").map((server) => readServer(asObject(server), document.url));
    const servers = withoutTwins(written);
    // The form of OpenAPI for no server at all is `/`: where the document came from.
    const [first, ...others] = servers.length > 0 ? servers : [readServer({ url: "/" }, document.url)];
    return {
        baseUrl: first?.isAbsolute === true ? first.url : firstOwnServer(document, endpoints),
        description: first?.description,
        alternatives: others.map(({ url, description }) => ({
            url,
            ...(description === undefined ? {} : { description }),
        })),
    };
}
/** The absolute URL of the first server of an endpoint or its path; undefined when it has none of its own. */
function ownServer({ operation, item }, document) {
    for (const owner of [operation, item]) {
        const [first] = withoutTwins(listAt(owner, "servers").map((server) => readServer(asObject(server), document.url)));
        if (first?.isAbsolute === true)
            return first.url;
    }
    return undefined;
}
function firstOwnServer(document, endpoints) {
    for (const endpoint of endpoints) {
        const found = ownServer(endpoint, document);
        if (found !== undefined)
            return found;
    }
    return undefined;
}
/** Credentials go by https where the document has both: `http://api.example/v1` gives way to its twin. */
function withoutTwins(servers) {
    const secure = new Map(servers.flatMap((one) => (/^https:/i.test(one.url) ? [[one.url.toLowerCase(), one]] : [])));
    const twins = servers.map((one) => secure.get(one.url.replace(/^http:/i, "https:").toLowerCase()) ?? one);
    return [...new Set(twins)];
}
function readServer(server, base) {
    const variables = objectAt(server, "variables");
    const written = (textAt(server, "url") ?? "/").trim();
    const filled = written.replace(/\{([^{}]+)\}/g, (whole, name) => defaultOf(variables, name) ?? whole);
    const url = plain(filled.startsWith("//") ? `https:${filled}` : joined(filled, base));
    const isAbsolute = /^https?:\/\/[^/{}]+/i.test(url) && URL.canParse(url);
    return { url: url.replace(/\/+$/, "") || url, isAbsolute, description: textAt(server, "description") };
}
/** Default of a variable, else the first value that it may have. */
function defaultOf(variables, name) {
    if (!(0,core_json/* keysOf */.YD)(variables).includes(name))
        return undefined;
    const variable = asObject((0,core_json/* getOwn */.Ng)(variables, name));
    const [first] = listAt(variable, "enum");
    return textAt(variable, "default") ?? (typeof first === "string" ? first : undefined);
}
/** Without a user, a query or a fragment, none of which a base URL can have. */
function plain(url) {
    return url.replace(/[?#].*$/s, "").replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/]*@/i, "$1");
}
function joined(url, base) {
    if (base === undefined || /^[a-z][a-z0-9+.-]*:/i.test(url) || !URL.canParse(url, base))
        return url;
    return new URL(url, base).href;
}

;// CONCATENATED MODULE: ./lib/generate/better/keys.js



/**
 * The key: what identifies a record, and where that is unique only within a parent, what tells the parents apart.
 * `alone`: schemas of records that are asked for without a parent, so that their ids are unique without it.
 */
function settleKey(draft, alone) {
    const { identity, parent } = draft;
    const record = recordOf(draft);
    if (record === undefined || identity === undefined)
        return;
    // What a single record is asked for by says to which parent it belongs, as in its list.
    const owner = parent !== undefined && parent === draft.list ? parent.parent : parent;
    const isCounted = owner !== undefined && !alone.has(record.schema) && isNumberBelowText(draft, owner);
    if (isCounted)
        draft.identity = { ...identity, isGlobal: false };
    // A number within a parent says nothing in a list of those of all parents.
    if (owner === undefined && draft.endpoint.pieces.variables.length === 0 && identity.columns.every(isNumberWithin))
        return;
    if (draft.identity?.isGlobal === true || owner === undefined) {
        draft.primaryKey = identity.columns;
        return;
    }
    // Nothing tells the parents apart, or a name stands there once for each environment (variables of GitLab).
    const isScoped = !identity.columns.some(isGlobalId) && [...record.allProperties.keys()].some(isScope);
    const fields = ownerFields(draft, owner);
    if (fields.length === 0 || isScoped)
        return;
    const columns = fields.map(({ piece, field }) => referenceTo(piece, field, record) ?? carried(draft, field));
    draft.primaryKey = [...columns, ...identity.columns];
    decide(draft, "primary_key", `${identity.columns.join(", ")} is unique only within its parent`);
}
const isNumberWithin = anyOf("iid");
const isScope = anyOf("environmentscope");
/** Issue 1 of a repository that is known by a text: numbers there begin anew below each. */
function isNumberBelowText({ records, identity }, owner) {
    const typesOf = (record, column = "") => record?.allProperties.get(column)?.types ?? [];
    const [own, above] = [
        typesOf(records?.schema, identity?.columns.at(-1)),
        typesOf(recordOf(owner), owner.primaryKey.at(-1)),
    ];
    return own.join() === "integer" && above.join() === "string";
}
/** The fields by which the parent of a record is known, each with the piece of the path that it goes by. */
function ownerFields(draft, owner) {
    if (owner === undefined)
        return [];
    const piece = owner.endpoint.pieces.fixed.at(-1) ?? "";
    // Without a key of its own it is known by what its child takes from it.
    const child = owner === draft.parent ? draft : draft.list;
    const taken = (child?.resolved ?? []).flatMap((one) => one.in === "path" && one.inner === undefined ? [one.field] : []);
    const key = owner.primaryKey.length > 0 ? owner.primaryKey : taken;
    return key.map((field) => ({ piece, field }));
}
/** Carries a field of the owner into the rows, and gives the column that holds it. */
function carried(draft, field) {
    const { parent, list } = draft;
    if (parent === undefined)
        return field;
    if (parent !== list || parent.parent === undefined) {
        draft.include.add(field);
        return carriedName(parent, field);
    }
    // A single record has it from its list, which has it from the list above.
    parent.include.add(field);
    const there = carriedName(parent.parent, field);
    draft.include.add(there);
    return carriedName(parent, there);
}

;// CONCATENATED MODULE: ./lib/generate/better/tables.js










/**
 * Settles key and write disposition of every table. All resources of a table have the same: those that lack the key of
 * the others take it where their records have its columns, and what still differs gets a table of its own.
 */
function settleTables(drafts) {
    // The keys of parents tell their children's records apart.
    const alone = askedAlone(drafts);
    for (const draft of parentsFirst(drafts))
        settleKey(draft, alone);
    const tables = Map.groupBy(drafts, ({ tableName }) => tableName);
    const taken = new Set(tables.keys());
    for (const [name, resources] of tables) {
        adoptKeys(resources);
        for (const draft of resources)
            settleDisposition(draft);
        splitTable(name, resources, taken);
    }
    for (const draft of drafts)
        nameParent(draft);
}
/**
 * Rows of a list below another say to which of its records they belong, where nothing in them does; of one that is unique
 * only within its own parent (revision 3 of an article) to which of these, too.
 */
function nameParent(draft) {
    const { parent, isList, resolved } = draft;
    const record = recordOf(draft);
    if (!isList || parent === undefined || record === undefined || draft.include.size > 0)
        return;
    const inPath = resolved.filter((one) => one.in === "path");
    const needed = parent.identity?.isGlobal === false ? inPath : inPath.slice(-1);
    const piece = parent.endpoint.pieces.fixed.at(-1) ?? "";
    for (const { field: taken, inner } of needed) {
        const field = inner === undefined ? taken : parent.primaryKey.at(-1);
        if (field !== undefined && referenceTo(piece, field, record) === undefined)
            draft.include.add(field);
    }
}
/**
 * Resources whose records have the columns of the key that others of the table have take it; but a name, which tells the
 * records of one list apart, does not tell those of another apart: labels of all, and those of each project.
 */
function adoptKeys(resources) {
    const withKey = resources.filter(({ primaryKey }) => primaryKey.length > 0);
    const model = withKey.find(({ isList }) => isList) ?? withKey[0];
    if (model === undefined)
        return;
    const key = model.primaryKey;
    const isLocal = model.identity?.isGlobal === false && key.length === model.identity.columns.length;
    for (const draft of resources) {
        const record = recordOf(draft);
        if (draft.primaryKey.length > 0 || record === undefined)
            continue;
        if ((isLocal && draft.isList) || (key.length === 1 && draft.parent !== undefined))
            continue;
        if (!key.every((column) => record.allProperties.has(column)))
            continue;
        draft.primaryKey = key;
        decide(draft, "primary_key", `the key of the other resources of the table ${draft.tableName}`);
    }
}
/**
 * What a load does to rows that are there: with a key it replaces those of equal keys; without one it replaces those of
 * the parents that it asked, or all; only where a cursor leaves out what is there already does it add.
 */
function settleDisposition(draft) {
    if (draft.primaryKey.length > 0) {
        draft.disposition = "merge";
        return;
    }
    if (draft.incremental !== undefined) {
        draft.disposition = "append";
        decide(draft, "write_disposition", "there is no key, and the cursor leaves out what was loaded");
        return;
    }
    const { parent } = draft;
    const fields = parentFields(draft);
    if (parent !== undefined && fields.length > 0) {
        draft.disposition = "merge";
        for (const field of fields)
            draft.include.add(field);
        draft.mergeKey = [...new Set(fields.map((field) => carriedName(parent, field)))];
        decide(draft, "merge_key", "there is no key: the rows of each parent are replaced together");
    }
    else {
        draft.disposition = "replace";
        decide(draft, "write_disposition", "there is no key, so that rows would stand there twice after a second load");
    }
}
/** Fields of the parent's record that say which it is: what is taken from it, or its key where that is no field of its own. */
function parentFields({ parent, resolved }) {
    if (resolved.every(({ inner }) => inner === undefined))
        return resolved.map(({ field }) => field);
    return parent?.primaryKey ?? [];
}
/**
 * Resources of one table that hold different things, or are loaded in different ways, get a table each; lists keep the name.
 * So does each single record without a key, such as the answers of `/metadata` and `/version`: rows of it and of another
 * resource could not be told apart, and may be the same.
 */
function splitTable(name, resources, taken) {
    const entityOf = entitiesOf(resources);
    const ways = Map.groupBy(resources, (draft) => JSON.stringify([
        entityOf.get(draft),
        draft.disposition,
        draft.primaryKey,
        draft.mergeKey,
        isLoneRecord(draft) ? draft.endpoint.id : "",
        hasSibling(draft, resources) ? pathOfList(draft) : "",
    ]));
    if (ways.size < 2)
        return;
    // Those that bring the rows keep the name.
    const [, ...others] = [...ways.values()].sort((a, b) => rank(a) - rank(b));
    for (const group of others) {
        const [first] = group;
        if (first === undefined)
            continue;
        const { fixed } = first.endpoint.pieces;
        const above = singularName(fixed.at(-2) ?? "");
        const wanted = isLoneRecord(first) ? snakeCase(fixed.join("_")) : above === "" ? "" : `${above}_${name}`;
        const own = unique(wanted || `other_${name}`, taken);
        const reason = isLoneRecord(first)
            ? `others fill ${name}, and without a key its row could not be told from theirs`
            : `other resources of ${name} hold something else, or are loaded in another way`;
        for (const draft of group) {
            draft.tableName = own;
            decide(draft, "table_name", reason);
        }
    }
}
/**
 * True where another list below the same parent has names of its own: a secret of `/actions/secrets` is not that of
 * `/agents/secrets`, though both are called alike.
 */
function hasSibling(draft, resources) {
    const list = draft.list ?? draft;
    if (list.parent === undefined || list.identity?.isGlobal !== false || list.primaryKey.length === 0)
        return false;
    return resources.some((other) => other.isList &&
        other.parent === list.parent &&
        other.primaryKey.join() === list.primaryKey.join() &&
        pathOfList(other) !== pathOfList(list));
}
function pathOfList({ list, endpoint }) {
    return pathKey((list?.endpoint ?? endpoint).pieces.pieces);
}
/** A record of which the API has one, that nothing identifies. */
function isLoneRecord({ isList, primaryKey, parent, records, endpoint }) {
    const { pieces, parameters } = endpoint;
    const isOneOfMany = pieces.variables.length > 0 || parameters.some(({ required }) => required);
    return !isList && !isOneOfMany && primaryKey.length === 0 && parent === undefined && records !== undefined;
}
/** `/metadata` of the table `api_entities_metadata`. */
function isCalledLikeTable({ endpoint, tableName }) {
    const word = entityWord(endpoint.pieces.fixed.at(-1) ?? "");
    return word !== "" && entityWord(tableName).endsWith(word);
}
/**
 * Numbers what the resources of one table hold. Schemas without a name are told apart by where their lists stand: the items
 * of orders are not those of carts, unless they have the same properties. What is not declared is taken to be the same.
 */
function entitiesOf(resources) {
    const known = [];
    const numbers = new Map();
    for (const draft of [...resources].sort((a, b) => Number(b.isList) - Number(a.isList))) {
        const record = recordOf(draft);
        const { pieces } = draft.endpoint.pieces;
        const place = record?.reference ?? pathKey(draft.list?.endpoint.pieces.pieces ?? pieces);
        const same = known.findIndex((one) => one.place === place || (record && isSameRecord(one.record, record)));
        numbers.set(draft, record === undefined ? 0 : same < 0 ? known.length : same);
        if (record !== undefined && same < 0)
            known.push({ place, record });
    }
    return numbers;
}
/** Lists of all, lists below others, what is called like the table, all else. */
function rank(resources) {
    const lists = resources.filter(({ isList }) => isList);
    if (lists.length > 0)
        return lists.some(({ parent }) => parent === undefined) ? 0 : 1;
    return resources.some(isCalledLikeTable) ? 2 : 3;
}

;// CONCATENATED MODULE: ./lib/generate/better/analyse.js


























const analyse_MAX_TABLE_NESTING = 2;
/**
 * Makes the parts of a pipeline that loads: what the reference gets right, and what it gets wrong put right, each
 * choice with its reason. Throws `E_OPENAPI` when the document has no endpoint.
 */
function analyseBetter(document, options) {
    const findings = [...wrongParts(document)];
    const note = (finding) => findings.push(finding);
    const onBroken = brokenReferences(document, note);
    const nodes = schemaNodes(document, { followAliases: true, inferTypes: true }, onBroken);
    const rules = {
        methods: options.methods ?? ["get"],
        pieces: pathPieces,
        mergeByNameOnly: false,
        summaries: true,
        allReferences: true,
        mediaTypeParameters: true,
        examples: true,
    };
    const endpoints = readEndpoints(document, nodes, rules, { note, onBroken });
    const names = resourceNames(endpoints);
    const drafts = detectEndpoints(endpoints).map((found, index) => newDraft(found, names[index] ?? ""));
    const servers = findServers(document, endpoints);
    const security = findSecurity(document, endpoints, servers.baseUrl);
    resolveParents(drafts);
    identify(drafts);
    for (const { parent } of drafts) {
        if (parent?.incremental === undefined)
            continue;
        decide(parent, "incremental", "what takes values from it is asked for its new and changed records only");
    }
    const common = commonPaginator(drafts.map(({ paginator }) => paginator?.config));
    for (const draft of drafts)
        choosePages(draft, common);
    settleTables(drafts);
    const words = {
        required: options.requiredValue ?? "FILL_ME_IN",
        optional: options.optionalValue ?? "OPTIONAL_CONFIG",
    };
    const secrets = secretNames(security, endpoints);
    for (const draft of drafts) {
        writeParameters(draft, secrets, words);
        writeBody(draft, words);
        useOwnSecurity(draft, security);
        const sent = draft.auth === undefined ? security.client : draft.auth;
        const hasCredentials = (sent ?? null) !== null || (security.client?.headers ?? []).length > 0;
        useOwnServer(draft, ownServer(draft.endpoint, document), servers.baseUrl, hasCredentials);
    }
    deselect(drafts);
    const title = textAt(objectAt(document.root, "info"), "title") ?? "openapi";
    const { client } = security;
    const decisions = [];
    if (client !== undefined)
        decisions.push({ about: "client.auth", reason: client.reason, repair: false });
    if (common !== undefined) {
        decisions.push({ about: "client.paginator", reason: "most lists count their pages so", repair: false });
    }
    if (servers.baseUrl === undefined) {
        findings.push({ code: "ServerMissing", message: "the document has no absolute server URL: give client.base_url" });
    }
    if (security.unsupported.length > 0) {
        const message = `authentication by ${security.unsupported.join(", ")} is not known: give client.auth by hand`;
        findings.push({ code: "UnsupportedSecurityScheme", message });
    }
    const resources = drafts
        .map((draft) => resource_resourceOf(draft))
        .sort((a, b) => (a.tableName < b.tableName ? -1 : a.tableName > b.tableName ? 1 : 0));
    const auths = [client?.auth, ...drafts.map(({ auth }) => auth)].flatMap((auth) => auth?.settings ?? []);
    const pipeline = {
        mode: "better",
        title,
        names: projectNames(options.source ?? title, options.suffixes),
        placeholder: words.required,
        servers,
        client: { auth: client?.auth, headers: client?.headers ?? [], paginator: common },
        maxTableNesting: analyse_MAX_TABLE_NESTING,
        resources,
        secrets: [
            ...new Set([...auths, ...(client?.headers ?? [])].flatMap((one) => ("secret" in one ? [one.secret] : []))),
        ],
        decisions,
        findings,
    };
    return markRepairs(pipeline, compatResult(document, options));
}
/** Asks an endpoint at its own server; one of another origin does not get the credentials without somebody's word. */
function useOwnServer(draft, server, base, hasCredentials) {
    if (server === undefined || server === base)
        return;
    draft.path = `${server}/${draft.path.replace(/^\/+/, "")}`;
    decide(draft, "path", "the document gives it a server of its own");
    if (!hasCredentials || (base !== undefined && new URL(server).origin === new URL(base).origin))
        return;
    draft.blocked = `${new URL(server).host}, not the host of the base URL, would get the credentials: select it if it may`;
}
/** Undefined where the reference finds no endpoint: it follows no references to paths. */
function compatResult(document, options) {
    try {
        return analyseCompat(document, options);
    }
    catch (error) {
        if (error instanceof errors/* ConfigError */.xL)
            return undefined;
        throw error;
    }
}
/**
 * Parameters that the client's authentication sends, as `header x-key`; and those that some documents list besides, of which
 * the authentication makes nothing more: `token` of Slack's.
 */
function secretNames({ client }, endpoints) {
    const settings = new Map((client?.auth.settings ?? []).map((one) => [one.key, "value" in one ? one.value : ""]));
    const own = `${settings.get("location") ?? ""} ${settings.get("name") ?? ""}`.toLowerCase();
    const listed = client?.auth.type === "bearer"
        ? endpoints
            .flatMap(({ parameters }) => parameters.filter(analyse_isToken))
            .map(({ in: place, name }) => `${place} ${name}`)
        : [];
    return new Set([
        own,
        ...(client?.headers ?? []).map(({ key }) => `header ${key.toLowerCase()}`),
        ...listed.map((name) => name.toLowerCase()),
    ]);
}
/** True for a parameter that is the token of a bearer, said once more. */
function analyse_isToken({ name, source }) {
    return (/^(?:access|auth|oauth|authentication)?_?token$/i.test(name) &&
        /\b(?:auth|access|bearer|oauth)/i.test(textAt(source, "description") ?? ""));
}

;// CONCATENATED MODULE: ./lib/generate/analyse.js


/** Makes the parts of a declarative pipeline from a document. Throws `E_OPENAPI` when the document has no endpoint. */
function analyse(document, options) {
    return options.mode === "compat" ? analyseCompat(document, options) : analyseBetter(document, options);
}

// EXTERNAL MODULE: ./lib/config/nearest.js
var nearest = __webpack_require__(948);
;// CONCATENATED MODULE: ./lib/generate/choose-resources.js


/**
 * The resources that patterns choose, in their order. A pattern is a glob (`*`, `?`) that is compared with the path, the
 * operation id, the resource name and the table name, or `tag:GLOB`. Plain patterns choose exactly what they fit; `-x`
 * takes away, `+x` adds; with only such patterns the start is everything. None: everything. Throws `E_INPUT` for a
 * pattern that fits nothing, and when nothing is left.
 *
 * @param isRepeated the patterns are those of an earlier time: what they named may be gone
 */
function chooseResources(resources, patterns, isRepeated = false) {
    const wanted = patterns.map((pattern) => pattern.trim()).filter((pattern) => pattern !== "");
    const isPlain = (pattern) => !/^[+-]/.test(pattern);
    const chosen = new Set(wanted.some(isPlain) ? [] : resources);
    for (const pattern of wanted) {
        const fits = predicate(isPlain(pattern) ? pattern : pattern.slice(1));
        const found = resources.filter(fits);
        if (found.length === 0 && !isRepeated)
            throw nothingFits(pattern, resources);
        for (const one of found) {
            if (pattern.startsWith("-"))
                chosen.delete(one);
            else
                chosen.add(one);
        }
    }
    if (chosen.size > 0 || resources.length === 0)
        return resources.filter((one) => chosen.has(one));
    throw new errors/* ConfigError */.xL("E_INPUT", "--endpoints leaves no endpoint", {
        step: "config",
        hint: "Name at least one that is to be loaded.",
    });
}
function predicate(pattern) {
    if (/^tag:/i.test(pattern)) {
        const glob = globOf(pattern.slice(4));
        return ({ operation }) => operation.tags.some((tag) => glob.test(tag));
    }
    const glob = globOf(pattern);
    return ({ name, tableName, operation }) => glob.test(operation.path) || glob.test(operation.id) || glob.test(name) || glob.test(tableName);
}
/** As the setting `endpoints` reads them: `*` is any text, slashes included. */
function globOf(pattern) {
    const source = pattern
        .replace(/\*+/g, "*")
        .replace(/[\\^$.+()[\]{}|]/g, "\\$&")
        .replaceAll("*", ".*")
        .replaceAll("?", ".");
    return new RegExp(`^${source}$`, "s");
}
function nothingFits(pattern, resources) {
    const tags = [...new Set(resources.flatMap(({ operation }) => operation.tags))];
    const isTag = /^[+-]?tag:/i.test(pattern);
    const words = isTag
        ? tags.map((tag) => `tag:${tag}`)
        : resources.flatMap(({ name, operation }) => [operation.path, operation.id, name]);
    const guess = (0,nearest/* nearest */.p)(pattern.replace(/^[+-]/, ""), words);
    const known = isTag && tags.length > 0 ? `Tags: ${tags.slice(0, 30).join(", ")}.` : "";
    const hint = guess === undefined
        ? known || "A pattern is compared with paths, operation ids, resource and table names; * is any text."
        : `Did you mean ${JSON.stringify(guess)}?`;
    return new errors/* ConfigError */.xL("E_INPUT", `no endpoint fits ${JSON.stringify(pattern)} of --endpoints`, {
        step: "config",
        hint,
    });
}

// EXTERNAL MODULE: ./lib/core/json-reader.js + 3 modules
var json_reader = __webpack_require__(4813);
;// CONCATENATED MODULE: ./lib/generate/document/check-structure.js

/**
 * The document without the parts that have another kind than OpenAPI says, and what they were. Down to operations, their
 * parameters and answers; schemas are read as far as they go. An empty value (`""`, null) counts as absent. Texts may be any
 * scalar. The given tree stays as it is, and is given back when nothing is wrong.
 */
function checkStructure(root) {
    const wrong = [];
    const isTwo = Object.hasOwn(root, "swagger");
    function check(value, shape, path) {
        // The converter of 2.0 takes nothing for something.
        if (value === null || value === "")
            return isTwo ? undefined : value;
        if (kindOf(value) !== shape.kind) {
            wrong.push({ path, message: `${written(path)}: expected a ${shape.kind}, found a ${kindOf(value)}` });
            return undefined;
        }
        if (shape.kind === "list" && shape.each !== undefined && (0,core_json/* isJsonArray */.Md)(value)) {
            const { each } = shape;
            const items = value.map((item, index) => check(item, each, [...path, index]));
            return items.every((item, index) => item === value[index]) ? value : items.filter((item) => item !== undefined);
        }
        if (shape.kind !== "mapping" || !(0,core_json/* isJsonObject */.OW)(value))
            return value;
        const checked = checkKeys(value, shape, path);
        const missing = shape.lacks?.(checked);
        if (missing === undefined)
            return checked;
        wrong.push({ path, message: `${written(path)}: expected ${missing}` });
        return undefined;
    }
    function checkKeys(object, shape, path) {
        const entries = [];
        let isWhole = true;
        for (const key of (0,core_json/* keysOf */.YD)(object)) {
            const value = object[key] ?? null;
            const own = Object.hasOwn(shape.keys ?? {}, key) ? shape.keys?.[key] : undefined;
            const inner = own ?? (key.startsWith("x-") ? undefined : shape.each);
            const checked = inner === undefined ? value : check(value, inner, [...path, key]);
            if (checked !== value)
                isWhole = false;
            if (checked !== undefined)
                entries.push([key, checked]);
        }
        return isWhole ? object : (0,core_json/* objectFrom */._X)(entries);
    }
    return { root: checkKeys(root, isTwo ? TWO : THREE, []), wrong };
}
function kindOf(value) {
    return (0,core_json/* isJsonArray */.Md)(value) ? "list" : (0,core_json/* isJsonObject */.OW)(value) ? "mapping" : "text";
}
/** `paths["/a b"].get.parameters[0]` */
function written(path) {
    return path
        .map((step, index) => {
        if (typeof step === "number")
            return `[${step}]`;
        if (!/^[\w-]+$/.test(step))
            return `[${JSON.stringify(step.slice(0, 100))}]`;
        return index === 0 ? step : `.${step}`;
    })
        .join("");
}
const check_structure_text = { kind: "text" };
const list = (each) => ({ kind: "list", ...(each === undefined ? {} : { each }) });
const mapping = (keys) => ({ kind: "mapping", keys });
const each = (shape) => ({ kind: "mapping", each: shape });
const anyMapping = mapping({});
const server = mapping({ url: check_structure_text, description: check_structure_text, variables: each(mapping({ default: check_structure_text, enum: list() })) });
const security = list(each(list()));
const parameter = {
    kind: "mapping",
    keys: { name: check_structure_text, in: check_structure_text, description: check_structure_text, $ref: check_structure_text },
    lacks: (object) => {
        const has = (key) => (object[key] ?? "") !== "";
        return typeof object.$ref === "string" || (has("name") && has("in")) ? undefined : "name and in, or $ref";
    },
};
const response = mapping({ $ref: check_structure_text, description: check_structure_text, headers: anyMapping, content: each(anyMapping) });
const operation = mapping({
    operationId: check_structure_text,
    summary: check_structure_text,
    description: check_structure_text,
    tags: list(),
    parameters: list(parameter),
    responses: each(response),
    security,
    servers: list(server),
    consumes: list(check_structure_text),
    produces: list(check_structure_text),
});
const pathItem = mapping({
    ...Object.fromEntries(["get", "post", "put", "patch", "delete", "head", "options"].map((key) => [key, operation])),
    $ref: check_structure_text,
    summary: check_structure_text,
    description: check_structure_text,
    parameters: list(parameter),
    servers: list(server),
});
const scheme = mapping({ type: check_structure_text, name: check_structure_text, in: check_structure_text, scheme: check_structure_text, flows: each(mapping({ tokenUrl: check_structure_text })) });
const shared = { info: mapping({ title: check_structure_text, version: check_structure_text }), paths: each(pathItem), security, tags: list() };
const THREE = {
    kind: "mapping",
    keys: {
        ...shared,
        servers: list(server),
        components: mapping({
            schemas: anyMapping,
            parameters: each(parameter),
            responses: each(response),
            securitySchemes: each(scheme),
            pathItems: each(pathItem),
        }),
    },
};
const TWO = {
    kind: "mapping",
    keys: {
        ...shared,
        host: check_structure_text,
        basePath: check_structure_text,
        schemes: list(check_structure_text),
        consumes: list(check_structure_text),
        produces: list(check_structure_text),
        definitions: anyMapping,
        parameters: each(parameter),
        responses: each(response),
        securityDefinitions: each(scheme),
    },
};

// EXTERNAL MODULE: ./node_modules/@scalar/openapi-upgrader/dist/2.0-to-3.0/upgrade-from-two-to-three.js + 6 modules
var upgrade_from_two_to_three = __webpack_require__(9373);
;// CONCATENATED MODULE: ./lib/generate/document/convert-swagger.js




/** The converter copies the tree some five times with a path for every value. */
const MAX_NODES = 2_000_000;
/**
 * A document of OpenAPI 2.0 in the form of 3.0: `definitions`, `host` with `basePath` and `schemes`,
 * `securityDefinitions`, `schema` of responses and parameters. The given tree stays as it is. Throws `E_OPENAPI` when a
 * part is not what 2.0 says (a path that is no mapping, ...).
 */
function convertSwagger(root, name, url) {
    let nodes = 0;
    // The converter changes what it is given, and takes numbers only as numbers.
    const copy = (value) => {
        if (++nodes > MAX_NODES)
            throw openapiError(name, [{ message: `more than ${MAX_NODES} values to convert from 2.0` }]);
        if (value instanceof core_json/* Double */.__)
            return value.value;
        if ((0,core_json/* isJsonArray */.Md)(value))
            return value.map(copy);
        if (!(0,core_json/* isJsonObject */.OW)(value))
            return value;
        const object = {};
        for (const key of (0,core_json/* keysOf */.YD)(value))
            (0,core_json/* setOwn */.P5)(object, key, copy(value[key] ?? null));
        return object;
    };
    const input = copy(root);
    if (!(0,core_json/* isJsonObject */.OW)(input))
        return root;
    let output;
    try {
        output = (0,upgrade_from_two_to_three/* upgradeFromTwoToThree */.E)({ ...input, swagger: "2.0" });
    }
    catch (cause) {
        throw openapiError(name, [{ message: "the document does not have the form of OpenAPI 2.0" }], {
            cause,
            hint: "Convert it to 3.0 with another tool, or correct what its validator names.",
        });
    }
    if (!isTree(output))
        throw openapiError(name, [{ message: "the document does not have the form of OpenAPI 2.0" }]);
    return { ...output, servers: convert_swagger_serversOf(root, url) };
}
/**
 * The servers of a document of 2.0. The converter joins `host` and `basePath` as they are: `a.example` and `.b.example` would
 * be another server.
 */
function convert_swagger_serversOf(root, url) {
    const host = textAt(root, "host")?.trim();
    const path = (textAt(root, "basePath") ?? "").trim().replace(/^\/*/, "/");
    if (host === undefined || !isHost(host))
        return [{ url: path }];
    const known = listAt(root, "schemes").flatMap((scheme) => (/^https?$/i.test(String(scheme)) ? String(scheme) : []));
    return (known.length > 0 ? known : [schemeOf(host, url)]).map((scheme) => ({ url: `${scheme}://${host}${path}` }));
}
/** Only digits would be read as an address: `1` is 0.0.0.1. */
function isHost(text) {
    return /^[^\s/?#@\\]+$/.test(text) && !/^\d+(?::\d+)?$/.test(text);
}
/** Where the document names none: that by which it came, else the one that guards credentials. */
function schemeOf(host, url) {
    if (url !== undefined)
        return new URL(url).protocol.replace(":", "");
    return /^(?:localhost|127\.[\d.]+|\[::1\])(?::\d+)?$/i.test(host) ? "http" : "https";
}
/** The converter keeps to what JSON has; its types do not say so. */
function isTree(value) {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}

;// CONCATENATED MODULE: ./lib/generate/document/reference.js

/**
 * Follows references inside a document: `#`, or `#/` and a JSON pointer with `~0`, `~1` and `%xx`. Each is looked up once.
 * A target that is a reference itself is given as it is, so that cycles are the caller's to see.
 */
function createResolver(root) {
    const known = new Map();
    return (reference) => {
        if (known.has(reference))
            return known.get(reference);
        const value = lookUp(root, reference);
        known.set(reference, value);
        return value;
    };
}
function lookUp(root, reference) {
    if (reference === "#")
        return root;
    if (!reference.startsWith("#/"))
        return undefined;
    let here = root;
    for (const piece of reference.slice(2).split("/")) {
        const key = pointerKey(piece);
        if ((0,core_json/* isJsonObject */.OW)(here))
            here = (0,core_json/* getOwn */.Ng)(here, key);
        else if ((0,core_json/* isJsonArray */.Md)(here) && /^(?:0|[1-9]\d*)$/.test(key))
            here = here[Number(key)];
        else
            return undefined;
    }
    return here;
}
/** `%7E1` is decoded to `~1`, then to `/`. A percent sign that begins no code stays. */
function pointerKey(piece) {
    return decoded(piece).replaceAll("~1", "/").replaceAll("~0", "~");
}
function decoded(piece) {
    if (!piece.includes("%"))
        return piece;
    try {
        return decodeURIComponent(piece);
    }
    catch {
        return piece;
    }
}

// EXTERNAL MODULE: ./node_modules/js-yaml/dist/js-yaml.mjs
var js_yaml = __webpack_require__(3243);
;// CONCATENATED MODULE: ./lib/generate/document/yaml-tree.js


/** Deepest nesting of lists and mappings; those of real documents go to some 40. */
const MAX_DEPTH = 200;
/**
 * Nodes that a document may have with every alias written out. The largest public documents (20 MB) have some two million;
 * a bomb of ten lines has a billion.
 */
const yaml_tree_MAX_NODES = 5_000_000;
/** The text is no YAML that can be used. `offset` counts code units from its start. */
class YamlError extends Error {
    offset;
    constructor(message, offset, cause) {
        super(message, cause === undefined ? undefined : { cause });
        this.name = "YamlError";
        this.offset = offset;
    }
}
/**
 * Reads YAML as dlt-init-openapi does: every scalar is its text (`true`, `200`, `null`), an empty one is `""`, an
 * explicit tag changes nothing, the merge key is a key like others, and of a key that comes twice the last value counts.
 * An alias gives the very object of its anchor, so a tree with aliases is no larger than its text; what it would be
 * written out is counted and limited. Throws {@link YamlError}.
 *
 * js-yaml's events are read rather than its values: they have places, and keep the order of keys that look like numbers.
 */
function readYaml(text) {
    const events = eventsOf(text);
    const anchors = new Map();
    /** Anchors of lists and mappings that are not read to their end. */
    const open = new Set();
    let at = 0;
    let nodes = 0;
    /** Each value counts with all below it, which an alias to it adds again. */
    function count(more, offset) {
        nodes += more;
        if (nodes > yaml_tree_MAX_NODES)
            throw new YamlError(`more than ${yaml_tree_MAX_NODES} values when its aliases are followed`, offset);
    }
    function readNode(event) {
        switch (event.type) {
            case js_yaml/* EVENT_ID */.hy.SCALAR: {
                count(1, event.valueStart);
                const value = event.valueStart < 0 ? "" : (0,js_yaml/* getScalarValue */.KE)(text, event);
                return remember(anchorOf(event), value, 1);
            }
            case js_yaml/* EVENT_ID */.hy.ALIAS: {
                const name = text.slice(event.anchorStart, event.anchorEnd);
                const target = anchors.get(name);
                if (open.has(name))
                    throw new YamlError("the alias contains itself", event.anchorStart - 1);
                if (target === undefined)
                    throw new YamlError("the alias has no anchor", event.anchorStart - 1);
                count(target.nodes, event.anchorStart - 1);
                return target.value;
            }
            case js_yaml/* EVENT_ID */.hy.SEQUENCE: {
                const [anchor, before] = [anchorOf(event), nodes];
                if (anchor !== undefined)
                    open.add(anchor);
                count(1, event.start);
                const list = [];
                for (let next = take(); next.type !== js_yaml/* EVENT_ID */.hy.POP; next = take())
                    list.push(readNode(next));
                return remember(anchor, list, nodes - before);
            }
            case js_yaml/* EVENT_ID */.hy.MAPPING: {
                const [anchor, before] = [anchorOf(event), nodes];
                if (anchor !== undefined)
                    open.add(anchor);
                count(1, event.start);
                return remember(anchor, readMapping(), nodes - before);
            }
            default:
                throw new YamlError("expected a single document", text.length);
        }
    }
    function readMapping() {
        const object = {};
        let order;
        for (let next = take(); next.type !== js_yaml/* EVENT_ID */.hy.POP; next = take()) {
            const key = readNode(next);
            if (typeof key !== "string")
                throw new YamlError("a key must be text", offsetOf(next) ?? 0);
            if (order === undefined && /^(?:0|[1-9]\d{0,9})$/.test(key))
                order = Object.keys(object);
            if (order !== undefined && !Object.hasOwn(object, key))
                order.push(key);
            (0,core_json/* setOwn */.P5)(object, key, readNode(take()));
        }
        // The engine puts keys that look like indexes first; the document's order decides which answer is the main one.
        if (order !== undefined && order.length > 1)
            Object.defineProperty(object, core_json/* KEY_ORDER */.$k, { value: order });
        return object;
    }
    function remember(anchor, value, size) {
        if (anchor !== undefined) {
            open.delete(anchor);
            anchors.set(anchor, { value, nodes: size });
        }
        return value;
    }
    function anchorOf(event) {
        return event.anchorStart < 0 ? undefined : text.slice(event.anchorStart, event.anchorEnd);
    }
    function take() {
        const event = events[at++];
        if (event === undefined)
            throw new YamlError("unexpected end", text.length);
        return event;
    }
    if (events.length === 0)
        throw new YamlError("the document is empty", 0);
    if (take().type !== js_yaml/* EVENT_ID */.hy.DOCUMENT)
        throw new YamlError("expected a document", 0);
    const value = readNode(take());
    if (take().type !== js_yaml/* EVENT_ID */.hy.POP)
        throw new YamlError("expected the end of the document", text.length);
    const next = events[at];
    if (next !== undefined)
        throw new YamlError("expected a single document", offsetOf(events[at + 1]) ?? text.length);
    return value;
}
/**
 * Makes the function that says where a path of a YAML or JSON text stands: the offset of the last key of it that is there.
 * Slow (the text is parsed again, once) and only for errors, so that reading keeps no places. Undefined when the text is no
 * YAML.
 */
function pathFinder(text) {
    let events;
    return (path) => {
        try {
            events ??= eventsOf(text);
        }
        catch (error) {
            if (!(error instanceof YamlError))
                throw error;
            return undefined;
        }
        return offsetOfPath(text, events, path);
    };
}
function offsetOfPath(text, events, path) {
    let at = 1;
    let found = offsetOf(events[at]);
    /** The index after the node that begins at `start`. */
    function after(start) {
        let depth = 0;
        for (let index = start; index < events.length; index++) {
            const type = events[index]?.type;
            if (type === js_yaml/* EVENT_ID */.hy.SEQUENCE || type === js_yaml/* EVENT_ID */.hy.MAPPING)
                depth += 1;
            else if (type === js_yaml/* EVENT_ID */.hy.POP)
                depth -= 1;
            if (depth <= 0)
                return index + 1;
        }
        return events.length;
    }
    for (const step of path) {
        const event = events[at];
        let index = at + 1;
        let next;
        if (event?.type === js_yaml/* EVENT_ID */.hy.SEQUENCE) {
            for (let item = 0; events[index] !== undefined && events[index]?.type !== js_yaml/* EVENT_ID */.hy.POP; item++) {
                if (item === step) {
                    next = index;
                    found = offsetOf(events[index]) ?? found;
                }
                index = after(index);
            }
        }
        else if (event?.type === js_yaml/* EVENT_ID */.hy.MAPPING) {
            while (events[index] !== undefined && events[index]?.type !== js_yaml/* EVENT_ID */.hy.POP) {
                const key = events[index];
                const value = after(index);
                if (key?.type === js_yaml/* EVENT_ID */.hy.SCALAR && key.valueStart >= 0 && (0,js_yaml/* getScalarValue */.KE)(text, key) === String(step)) {
                    next = value;
                    found = offsetOf(key) ?? found;
                }
                index = after(value);
            }
        }
        if (next === undefined)
            return found;
        at = next;
    }
    return found;
}
function eventsOf(text) {
    try {
        return (0,js_yaml/* parseEvents */.PH)(text, { maxDepth: MAX_DEPTH });
    }
    catch (error) {
        if (error instanceof js_yaml/* YAMLException */.tB)
            throw new YamlError(error.reason, error.mark?.position ?? 0, error);
        if (error instanceof RangeError)
            throw new YamlError("nested too deeply", 0, error);
        throw error;
    }
}
function offsetOf(event) {
    if (event === undefined)
        return undefined;
    if (event.type === js_yaml/* EVENT_ID */.hy.SCALAR) {
        const isQuoted = event.style === js_yaml/* SCALAR_STYLE */.jK.SINGLE_QUOTED || event.style === js_yaml/* SCALAR_STYLE */.jK.DOUBLE_QUOTED;
        return event.valueStart < 0 ? undefined : event.valueStart - (isQuoted ? 1 : 0);
    }
    if (event.type === js_yaml/* EVENT_ID */.hy.ALIAS)
        return event.anchorStart - 1;
    return event.type === js_yaml/* EVENT_ID */.hy.SEQUENCE || event.type === js_yaml/* EVENT_ID */.hy.MAPPING ? event.start : undefined;
}

;// CONCATENATED MODULE: ./lib/generate/document/read-document.js








/** Largest document in bytes; the largest public ones have 20 MB. */
const MAX_DOCUMENT_BYTES = 64 * 1024 * 1024;
/**
 * Reads the text of an OpenAPI document: JSON, else YAML whose scalars stay text. What is checked here is what cannot be
 * read at all: syntax, size, depth, aliases that blow up, and the version. Throws `E_OPENAPI` with line and column.
 */
function readApiDocument(text, source, options) {
    const { value, format } = readTree(text.replace(/^\ufeff/, ""), source.name);
    const offsetOf = pathFinder(text);
    const locate = (path) => {
        const offset = offsetOf(path);
        return offset === undefined ? undefined : read_document_placeOf(text, offset);
    };
    if (!(0,core_json/* isJsonObject */.OW)(value)) {
        throw openapiError(source.name, [
            { message: "expected a mapping with openapi, info and paths", ...read_document_placeOf(text, 0) },
        ]);
    }
    const version = versionOf(value);
    const isThree = version?.key === "openapi" && /^3(?:\.|$)/.test(version.value);
    const isTwo = version?.key === "swagger" && /^2(?:\.|$)/.test(version.value);
    // The reference takes whatever is there then; a version that nobody can read would only give odd results.
    const isTaken = options.mode === "compat" && options.allowOpenapi2 && (isTwo || version === undefined);
    if (!isThree && !isTaken && (options.mode === "compat" || !isTwo)) {
        throw wrongVersion(source.name, version, isTwo, locate);
    }
    const isConverted = isTwo && !isTaken;
    const { root: sound, wrong } = checkStructure(value);
    const host = isConverted ? textAt(sound, "host")?.trim() : undefined;
    const odd = host === undefined || isHost(host) ? [] : [{ path: ["host"], message: `host: ${read_document_quote(host)} is no host` }];
    const faults = placed([...wrong, ...odd], locate);
    if (wrong.some(({ path }) => path.join() === "paths"))
        throw openapiError(source.name, faults);
    const root = isConverted ? convertSwagger(sound, source.name, source.url) : sound;
    const convertedFrom = isConverted ? version.value : undefined;
    const refused = (reference) => {
        if (reference.startsWith("#"))
            return undefined;
        return options.mode === "compat"
            ? "--compat stays in one file, as dlt-init-openapi does"
            : "it leads to another file";
    };
    const { name, url } = source;
    return { name, url, root, format, convertedFrom, faults, locate, resolve: createResolver(root), refused };
}
function read_document_quote(text) {
    return JSON.stringify(text.slice(0, 100));
}
/** Only those that are shown are looked up in the text. */
function placed(wrong, locate) {
    return wrong.map(({ message, path }, index) => (index < MOST_SHOWN ? { message, ...locate(path) } : { message }));
}
/** The value of a JSON or YAML text, whatever it is. Throws `E_OPENAPI` with line and column. */
function readTree(text, name) {
    let jsonFault;
    try {
        return { value: (0,json_reader/* parseJson */.qF)(text, { maxDepth: MAX_DEPTH }), format: "json" };
    }
    catch (error) {
        if (error instanceof json_reader/* JsonDepthError */.Q_)
            throw fault(`nested deeper than ${MAX_DEPTH}`, error.offset, error);
        if (!(error instanceof json_reader/* JsonSyntaxError */.q3))
            throw error;
        jsonFault = error;
    }
    if (/^\s*</.test(text)) {
        throw openapiError(name, [{ message: "this is HTML or XML, not an OpenAPI document", line: 1, column: 1 }], {
            hint: "Give the address of the document itself: the page that shows it has a link to its JSON or YAML.",
        });
    }
    try {
        return { value: readYaml(text), format: "yaml" };
    }
    catch (error) {
        if (!(error instanceof YamlError))
            throw error;
        // A text that begins as JSON does is meant as JSON.
        if (/^\s*[[{]/.test(text))
            throw fault(`not valid JSON: ${jsonFault.detail}`, jsonFault.offset, jsonFault);
        throw fault(`not valid YAML: ${error.message}`, error.offset, error);
    }
    function fault(message, offset, cause) {
        return openapiError(name, [{ message, ...read_document_placeOf(text, offset) }], { cause, reason: "syntax" });
    }
}
function versionOf(root) {
    for (const key of ["swagger", "openapi", "swaggerVersion"]) {
        if (Object.hasOwn(root, key))
            return { key, value: (0,core_json/* isJsonObject */.OW)(root[key]) ? "" : String(scalar(root[key])) };
    }
    return undefined;
}
function scalar(value) {
    if (typeof value === "string" || typeof value === "number" || typeof value === "bigint")
        return value;
    return "";
}
function wrongVersion(name, version, isTwo, locate) {
    if (version === undefined) {
        return openapiError(name, [{ message: "there is no key openapi (or swagger), so this is no OpenAPI document" }], {
            hint: "Give the address or the file of an OpenAPI document, 2.0 or 3.x.",
            reason: "version",
        });
    }
    const found = `${version.key}: ${JSON.stringify(version.value.slice(0, 40))}`;
    const message = `expected openapi: 3.x, found ${found}${isTwo ? "" : ", a version that is not supported"}`;
    const hint = isTwo
        ? "Leave out --compat: 2.0 is converted then. --allow-openapi-2 takes it as it is, as dlt-init-openapi does."
        : "Give a document of OpenAPI 2.0 or 3.x.";
    return openapiError(name, [{ message, ...locate([version.key]) }], { hint, reason: "version" });
}
/** Lines end with LF, CR LF or CR. */
function read_document_placeOf(text, offset) {
    const before = text.slice(0, offset);
    const lines = before.split(/\r\n|\r|\n/);
    return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
}

;// CONCATENATED MODULE: ./lib/generate/document/bring-in-files.js




/** Documents that are cut into one file a schema have some hundreds. */
const MOST_FILES = 1000;
/** Where the trees of other files stand; the last piece of a reference to a whole file is its name. */
const HOME = ["components", "x-files"];
/**
 * The document with the files to which it refers brought in below `components`, references rewritten. References that may
 * not be followed, or lead to nothing, stay as they are: the analysis tells of those that it meets, and `refused` why. Throws `E_OPENAPI`
 * when a file is not valid, or when there are too many.
 */
async function bringInFiles(document, files) {
    const known = new Map();
    const parts = [];
    const reasons = new Map();
    /** The part of a location; reads it when it is new. */
    const partOf = async (location) => {
        const old = known.get(location);
        if (old !== undefined)
            return old;
        if (parts.length >= MOST_FILES)
            throw openapiError(document.name, [{ message: `more than ${MOST_FILES} files` }]);
        const found = await files.read(location);
        if ("refused" in found) {
            known.set(location, found);
            return found;
        }
        const tree = readTree(found.text, found.name).value;
        const part = { location, at: [...HOME, String(parts.length), stemOf(location)], tree };
        known.set(location, part);
        parts.push(part);
        return part;
    };
    const main = { location: files.start, at: [], tree: document.root };
    known.set(files.start, main);
    const rewritten = [];
    for (let index = 0; index <= parts.length; index += 1) {
        const part = index === 0 ? main : parts[index - 1];
        if (part === undefined)
            break;
        // All files of a tree are known before it is rewritten, so that rewriting needs no waiting.
        const targets = new Map();
        for (const reference of outsideReferences(part.tree)) {
            const place = files.locate(part.location, reference);
            const target = "refused" in place ? place : await partOf(place.location);
            if ("refused" in target)
                reasons.set(reference, target.refused);
            else
                targets.set(reference, target);
        }
        rewritten.push(rewrite(part.tree, part, targets));
    }
    const refused = (reference) => reasons.get(fileOf(reference)) ?? document.refused(reference);
    const [root, ...others] = rewritten;
    if (others.length === 0 || !(0,core_json/* isJsonObject */.OW)(root))
        return reasons.size === 0 ? document : { ...document, refused };
    const components = (0,core_json/* isJsonObject */.OW)(root.components) ? root.components : {};
    const trees = others.map((tree, index) => ({ [parts[index]?.at.at(-1) ?? ""]: tree }));
    const whole = withOrder(root, { ...root, components: withOrder(components, { ...components, [HOME[1]]: trees }) });
    return { ...document, root: whole, resolve: createResolver(whole), refused };
}
/** Files named by the references of a tree, each once. */
function outsideReferences(tree) {
    const found = new Set();
    const seen = new Set();
    const walk = (value) => {
        if (typeof value !== "object" || value === null || seen.has(value))
            return;
        seen.add(value);
        if ((0,core_json/* isJsonArray */.Md)(value))
            for (const item of value)
                walk(item);
        else if ((0,core_json/* isJsonObject */.OW)(value)) {
            const { $ref: reference } = value;
            if (typeof reference === "string" && !reference.startsWith("#"))
                found.add(fileOf(reference));
            for (const key of Object.keys(value))
                walk(value[key] ?? null);
        }
    };
    walk(tree);
    return found;
}
/** The tree with references as they are in the whole. What an alias shares stays shared. */
function rewrite(tree, part, targets) {
    const done = new Map();
    const copy = (value) => {
        if (typeof value !== "object" || value === null || (!(0,core_json/* isJsonArray */.Md)(value) && !(0,core_json/* isJsonObject */.OW)(value)))
            return value;
        const old = done.get(value);
        if (old !== undefined)
            return old;
        if ((0,core_json/* isJsonArray */.Md)(value)) {
            const list = value.map(copy);
            done.set(value, list);
            return list;
        }
        const object = {};
        for (const key of Object.keys(value)) {
            const item = value[key] ?? null;
            (0,core_json/* setOwn */.P5)(object, key, key === "$ref" && typeof item === "string" ? reference(item) : copy(item));
        }
        const result = withOrder(value, object);
        done.set(value, result);
        return result;
    };
    const reference = (text) => {
        const target = text.startsWith("#") ? part : targets.get(fileOf(text));
        if (target === undefined || target.at.length + part.at.length === 0)
            return text;
        const pointer = text.includes("#") ? text.slice(text.indexOf("#") + 1) : "";
        return `#${target.at.map((piece) => `/${piece.replaceAll("~", "~0").replaceAll("/", "~1")}`).join("")}${pointer}`;
    };
    return copy(tree);
}
function withOrder(from, to) {
    const order = (0,core_json/* keysOf */.YD)(from);
    if (Object.keys(to).length !== order.length || Object.keys(to).every((key, index) => key === order[index]))
        return to;
    return Object.defineProperty(to, core_json/* KEY_ORDER */.$k, { value: order });
}
function fileOf(reference) {
    return reference.split("#")[0] ?? "";
}
/** `User` of `https://host/schemas/User.yaml?v=1` */
function stemOf(location) {
    const name = location
        .replace(/[?#].*$/, "")
        .split(/[/\\]/)
        .at(-1) ?? "";
    return name.replace(/\.[^.]*$/, "") || "file";
}

// EXTERNAL MODULE: ./lib/core/json-writer.js
var json_writer = __webpack_require__(3733);
;// CONCATENATED MODULE: ./lib/generate/render/yaml-scalar.js

/**
 * A scalar as YAML that every reader takes for the same value, YAML 1.1 among them: text that begins like a word or a
 * path and holds nothing special stands plain, all other text as a JSON string, which YAML 1.2 reads as JSON does.
 *
 * @param inFlow within `{...}` or `[...]`, where commas and brackets end a text
 */
function yamlScalar(value, inFlow) {
    return typeof value === "string" ? yamlText(value, inFlow) : (0,json_writer/* compactJson */.Ar)(value);
}
function yamlText(text, inFlow) {
    const isPlain = (inFlow ? PLAIN_IN_FLOW : PLAIN).test(text) && !WORDS.test(text);
    return isPlain ? text : quoted(text);
}
/** Begins with what no number, date or indicator begins with; a colon, a hash or a blank at the end never stands in it. */
const PLAIN = /^[A-Za-z_/$](?:[\w./$*+=?&%(){}[\],'@~-]| (?=[^\s#]))*$/;
const PLAIN_IN_FLOW = /^[A-Za-z_/$](?:[\w./$*+=&%()@~-]| (?=[^\s#]))*$/;
/** What YAML 1.1 or 1.2 reads as something else than text. */
const WORDS = /^(?:y|n|yes|no|on|off|true|false|null)$/i;
/**
 * Characters that JSON leaves as they are and YAML does not take, or takes for the end of a line; and those that turn the
 * direction of reading, so that a file reads as it is.
 */
const UNPRINTABLE = /[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff]/g;
function quoted(text) {
    return JSON.stringify(text.toWellFormed()).replace(UNPRINTABLE, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

;// CONCATENATED MODULE: ./lib/generate/render/commented-yaml.js


/** Longest line of a mapping that is written as `{ a: 1, b: 2 }`. */
const WIDTH = 120;
/** From here on a key cannot stand before a colon on one line (YAML 1.2: 1024 characters). */
const LONGEST_KEY = 1000;
/**
 * A value as YAML with comments. Mappings of scalars that fit into a line stand in `{...}`, as do lists in `[...]`, unless
 * something is said about a part of them. An empty line stands between the items of a list of mappings.
 *
 * Own code, because a pipeline of 3000 resources takes `yaml` two seconds and this a tenth; `yaml` and js-yaml read it
 * back to the same value (`test/unit/generate/render/commented-yaml.test.ts`).
 */
function commentedYaml(root, notes) {
    const lines = [];
    function comment(indent, texts) {
        for (const text of texts ?? [])
            lines.push(text === "" ? "" : `${indent}# ${text}`);
    }
    function mapping(object, tree, indent) {
        for (const key of (0,core_json/* keysOf */.YD)(object)) {
            const part = tree?.parts?.get(key);
            comment(indent, part?.note?.before);
            const text = yamlText(key, false);
            const isLong = text.length > LONGEST_KEY;
            if (isLong)
                lines.push(`${indent}? ${text}`);
            entry(isLong ? `${indent}:` : `${indent}${text}:`, object[key] ?? null, part, `${indent}  `);
        }
    }
    function list(items, tree, indent) {
        for (const [index, item] of items.entries()) {
            const part = tree?.parts?.get(index);
            const isBlock = (0,core_json/* isJsonObject */.OW)(item) && (0,core_json/* keysOf */.YD)(item).length > 0;
            if (isBlock && index > 0)
                lines.push("");
            comment(indent, part?.note?.before);
            if (!isBlock) {
                entry(`${indent}-`, item, part, `${indent}  `);
                continue;
            }
            const start = lines.length;
            mapping(item, part, `${indent}  `);
            comment(`${indent}  `, part?.note?.inside);
            dash(start, indent);
        }
    }
    /** Puts the dash before the first line of an item; comments above its first key stand above the dash then. */
    function dash(start, indent) {
        let first = start;
        while (lines[first]?.trimStart().startsWith("#"))
            first += 1;
        const line = lines[first];
        if (line !== undefined)
            lines[first] = `${indent}- ${line.slice(indent.length + 2)}`;
    }
    function entry(head, value, tree, inner) {
        const note = tree?.note;
        const beside = note?.beside === undefined ? "" : ` # ${note.beside}`;
        const inline = flow(value, tree, WIDTH - head.length);
        if (inline !== undefined) {
            lines.push(`${head} ${inline}${beside}`);
        }
        else {
            lines.push(`${head}${beside}`);
            if ((0,core_json/* isJsonObject */.OW)(value))
                mapping(value, tree, inner);
            else if ((0,core_json/* isJsonArray */.Md)(value))
                list(value, tree, inner);
        }
        comment(inner, note?.inside);
    }
    /** The value on one line, undefined when it does not go there. */
    function flow(value, tree, width) {
        if ((0,core_json/* isJsonArray */.Md)(value)) {
            if (value.length === 0)
                return "[]";
            if (value.some((item) => (0,core_json/* isJsonObject */.OW)(item) || (0,core_json/* isJsonArray */.Md)(item)))
                return undefined;
            const text = `[${value.map((item) => yamlScalar(item, true)).join(", ")}]`;
            return text.length <= width ? text : undefined;
        }
        if (!(0,core_json/* isJsonObject */.OW)(value))
            return yamlScalar(value, false);
        const keys = (0,core_json/* keysOf */.YD)(value);
        if (keys.length === 0)
            return "{}";
        const parts = [];
        for (const key of keys) {
            const item = value[key] ?? null;
            if ((0,core_json/* isJsonObject */.OW)(item) || (0,core_json/* isJsonArray */.Md)(item) || tree?.parts?.has(key) === true)
                return undefined;
            parts.push(`${yamlText(key, true)}: ${yamlScalar(item, true)}`);
        }
        const text = `{ ${parts.join(", ")} }`;
        return text.length <= width ? text : undefined;
    }
    if ((0,core_json/* keysOf */.YD)(root).length === 0)
        return "{}\n";
    mapping(root, notes, "");
    return `${lines.join("\n")}\n`;
}

;// CONCATENATED MODULE: ./lib/generate/render/one-line.js
/** Control characters, line separators, and what turns the direction of reading: nothing that may stand in a comment. */
const UNSEEN = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]/gu;
const LONGEST = 300;
/**
 * A text of the document as part of a comment: one line without anything that ends it, colours a terminal or turns its
 * direction; cut after 300 characters.
 */
function oneLine(text) {
    const line = text.toWellFormed().replace(UNSEEN, " ").replace(/\s+/g, " ").trim();
    return line.length <= LONGEST ? line : `${line.slice(0, LONGEST).toWellFormed().trimEnd()}...`;
}

;// CONCATENATED MODULE: ./lib/generate/rest-api-config.js

/**
 * The section `client` of dlt's `rest_api` configuration; keys in the order in which they are written. `base_url` is
 * left out when the document names none.
 */
function clientConfig(pipeline, secret) {
    const { auth, headers, paginator } = pipeline.client;
    return compact({
        base_url: pipeline.servers.baseUrl,
        headers: headers.length === 0 ? undefined : settings(headers, secret),
        auth: auth === undefined ? undefined : authConfig(auth, secret),
        paginator: paginator === undefined ? undefined : paginatorConfig(paginator),
    });
}
/** One entry of `resources`; keys in the order in which they are written, those without a value left out. */
function resourceConfig(resource, secret, mode) {
    const { endpoint, primaryKey, mergeKey, columns, includeFromParent } = resource;
    // dlt-init-openapi writes `selected` only beside a key, and never a method.
    const isCompat = mode === "compat";
    const showsSelected = !resource.selected && !(isCompat && primaryKey.length === 0);
    return compact({
        name: resource.name,
        table_name: resource.tableName,
        primary_key: primaryKey.length > 1 ? [...primaryKey] : primaryKey[0],
        merge_key: mergeKey.length > 1 ? [...mergeKey] : mergeKey[0],
        write_disposition: resource.writeDisposition,
        selected: showsSelected ? false : undefined,
        include_from_parent: includeFromParent.length === 0 ? undefined : [...includeFromParent],
        columns: columns.length === 0
            ? undefined
            : rest_api_config_mapping(columns.map(({ name, dataType, nullable, description }) => [
                name,
                compact({ data_type: dataType, nullable: nullable ? undefined : false, description }),
            ])),
        endpoint: compact({
            data_selector: endpoint.dataSelector,
            path: endpoint.path,
            method: isCompat || endpoint.method === "GET" ? undefined : endpoint.method,
            headers: endpoint.headers.length === 0
                ? undefined
                : rest_api_config_mapping(endpoint.headers.map((param) => [param.name, paramConfig(param)])),
            params: endpoint.params === undefined
                ? undefined
                : rest_api_config_mapping(endpoint.params.map((param) => [param.name, paramConfig(param)])),
            json: endpoint.json,
            incremental: endpoint.incremental === undefined
                ? undefined
                : compact({
                    cursor_path: endpoint.incremental.cursorPath,
                    start_param: endpoint.incremental.startParam,
                    end_param: endpoint.incremental.endParam,
                    initial_value: endpoint.incremental.initialValue,
                    on_cursor_value_missing: endpoint.incremental.onMissing,
                }),
            auth: endpoint.auth === undefined ? undefined : endpoint.auth === null ? null : authConfig(endpoint.auth, secret),
            paginator: endpoint.paginator === undefined ? undefined : paginatorConfig(endpoint.paginator),
        }),
    });
}
/** A section `auth`. */
function authConfig(auth, secret) {
    return { type: auth.type, ...settings(auth.settings, secret) };
}
function settings(list, secret) {
    return rest_api_config_mapping(list.map((one) => [one.key, "secret" in one ? secret(one.secret) : one.value]));
}
/** The mapping `resolve` fills only paths; elsewhere a placeholder does. */
function paramConfig({ in: place, value }) {
    if (value.kind === "value")
        return value.value;
    const { resource, field } = value;
    return place === "path" ? { type: "resolve", resource, field } : `{resources.${resource}.${field}}`;
}
function paginatorConfig(paginator) {
    return typeof paginator === "string" ? paginator : compact(paginator);
}
function rest_api_config_mapping(entries) {
    const object = {};
    for (const [key, value] of entries)
        (0,core_json/* setOwn */.P5)(object, key, value);
    return object;
}
/** Without keys that have no value. */
function compact(object) {
    return rest_api_config_mapping(Object.entries(object).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])));
}

;// CONCATENATED MODULE: ./lib/generate/render/environment-variable.js
/** The variable of the environment that gives a secret of the source: `SOURCES__GITLAB__API_KEY`. */
function environmentVariable(project, key) {
    return `SOURCES__${project}__${key}`.toUpperCase().replace(/[^A-Z0-9_]/g, "_");
}

;// CONCATENATED MODULE: ./lib/generate/render/source-value.js



/**
 * What stands under `source` in the pipeline file: dlt's `rest_api` configuration without what `.dlt/` holds, the base
 * URL and the secrets. It is written for dlt 1.x, as Sluice reads it, which differs from the dlt 0.4.12 of
 * dlt-init-openapi in two things: where nothing is said pages count from 0 and not from 1, and braces in a value are
 * placeholders.
 */
function sourceValue(pipeline) {
    const { names, resources, mode, maxTableNesting } = pipeline;
    const written = (value) => withoutReferences(withBasePage(value), names.project);
    const { base_url: _inToml, ...client } = clientConfig(pipeline, mark);
    return {
        name: names.source,
        max_table_nesting: maxTableNesting,
        client: { ...written(client), ...(encodesPaths(pipeline) ? { path_encoding: "segment" } : {}) },
        resources: resources.map((resource) => written(withLiterals(resourceConfig(resource, mark, mode), resource))),
    };
}
/**
 * Values go into paths as one segment each: a branch `feature/1` would lead to another path. The reference writes them as
 * they are, as dlt does.
 */
function encodesPaths({ mode, resources }) {
    return mode === "better" && resources.some(({ endpoint }) => endpoint.params?.some((param) => param.in === "path"));
}
/** A value in the query or in a header: braces are doubled, since single ones would be read as placeholders. */
function literal(value) {
    return typeof value === "string" ? harmless(value).replace(/[{}]/g, "$&$&") : value;
}
/** The name of such a value, in which placeholders are read too. */
function literalKey(name) {
    return String(literal(name));
}
/**
 * A text of the document without references to the environment: a document must not get at a variable of whoever runs
 * the pipeline by naming it in a default or a path.
 */
function harmless(text) {
    return text.replaceAll("${env:", "$(env:");
}
/** Stands for a secret until it is clear under which key it is; no text of a document begins so. */
const MARK = "\u0000";
function mark(name) {
    return `${MARK}${name}`;
}
/**
 * Texts of the document are made harmless. A secret under the key of its own name is left out, because it is looked up in
 * `.dlt/secrets.toml` by that name; another one becomes a reference to the variable of that name.
 */
function withoutReferences(object, project) {
    const clean = (value) => {
        if (typeof value === "string") {
            return value.startsWith(MARK) ? `\${env:${environmentVariable(project, value.slice(1))}}` : harmless(value);
        }
        if ((0,core_json/* isJsonArray */.Md)(value))
            return value.map(clean);
        if (!(0,core_json/* isJsonObject */.OW)(value))
            return value;
        const result = {};
        for (const key of (0,core_json/* keysOf */.YD)(value)) {
            if (value[key] !== mark(key))
                (0,core_json/* setOwn */.P5)(result, harmless(key), clean(value[key] ?? null));
        }
        return result;
    };
    const result = clean(object);
    return (0,core_json/* isJsonObject */.OW)(result) ? result : object;
}
function withLiterals(config, { endpoint }) {
    const written = config.endpoint;
    if (!(0,core_json/* isJsonObject */.OW)(written))
        return config;
    // What goes into a path is no template, and what is taken from a parent is meant as one.
    const asTheyAre = new Set((endpoint.params ?? []).flatMap(({ name, in: place, value }) => place === "path" || value.kind === "resolve" ? name : []));
    const values = (section, isLiteral) => {
        if (!(0,core_json/* isJsonObject */.OW)(section))
            return undefined;
        const result = {};
        for (const name of (0,core_json/* keysOf */.YD)(section)) {
            const value = section[name] ?? null;
            if (isLiteral(name))
                (0,core_json/* setOwn */.P5)(result, literalKey(name), literal(value));
            else
                (0,core_json/* setOwn */.P5)(result, name, value);
        }
        return result;
    };
    const params = values(written.params, (name) => !asTheyAre.has(name));
    const headers = values(written.headers, () => true);
    const { params: _replaced, json, paginator, ...others } = written;
    return {
        ...config,
        endpoint: {
            ...others,
            ...(typeof others.path === "string" ? { path: template(belowBase(others.path), endpoint.params ?? []) } : {}),
            ...(headers === undefined ? {} : { headers }),
            // An empty mapping says nothing, and its comments could not be made entries by taking the `#` away.
            ...(params === undefined || (0,core_json/* keysOf */.YD)(params).length === 0 ? {} : { params }),
            ...(json === undefined ? {} : { json: literals(json) }),
            ...(paginator === undefined ? {} : { paginator }),
        },
    };
}
/** All texts of a body, keys too. */
function literals(value) {
    if ((0,core_json/* isJsonArray */.Md)(value))
        return value.map(literals);
    if (!(0,core_json/* isJsonObject */.OW)(value))
        return literal(value);
    const result = {};
    for (const key of (0,core_json/* keysOf */.YD)(value))
        (0,core_json/* setOwn */.P5)(result, literalKey(key), literals(value[key] ?? null));
    return result;
}
/**
 * A path begins with a slash unless it names the server: `{a}/x` would lead wherever the value of `a` says, and the
 * credentials with it.
 */
function belowBase(path) {
    return path === "" || path.startsWith("/") || /^https?:\/\//i.test(path) ? path : `/${path}`;
}
/**
 * A path with its variables as placeholders and all other braces as they are. A name such as `resources.a.b` that is no
 * variable would be read as a reference to another resource.
 */
function template(path, params) {
    const variables = new Set(params.flatMap(({ name, in: place }) => (place === "path" ? name : [])));
    return path.replace(/\{([^{}]+)\}|[{}]/g, (braces, name) => {
        const isVariable = name !== undefined && (variables.has(name) || !/^(?:resources|incremental)\./.test(name));
        return isVariable ? braces : String(literal(braces));
    });
}
/** dlt: 0.4.12 counts pages from 1, later versions from 0 when `base_page` is not given. */
function withBasePage(config) {
    const endpoint = config.endpoint;
    if ((0,core_json/* isJsonObject */.OW)(endpoint))
        return { ...config, endpoint: withBasePage(endpoint) };
    const { paginator } = config;
    if (!(0,core_json/* isJsonObject */.OW)(paginator) || paginator.type !== "page_number" || Object.hasOwn(paginator, "base_page")) {
        return config;
    }
    const { type, page_param, ...others } = paginator;
    return {
        ...config,
        paginator: { type, ...(page_param === undefined ? {} : { page_param }), base_page: 1, ...others },
    };
}

;// CONCATENATED MODULE: ./lib/generate/render/pipeline-file.js






/**
 * The pipeline file of a generated project. As YAML it says in comments what the document says of each endpoint, what is
 * to be filled in, which parameters may be set, and why a key is as it is; as JSON it holds the same values.
 */
function renderPipelineFile(pipeline, options) {
    const value = {
        pipeline: pipeline.names.pipeline,
        dataset: pipeline.names.dataset,
        ...(options.limit === undefined ? {} : { limit: options.limit }),
        source: sourceValue(pipeline),
    };
    if (options.format === "json")
        return `${(0,json_writer/* prettyJson */.D_)(value)}\n`;
    return commentedYaml(value, notesOf(pipeline, value, options));
}
/** Findings that stand in the file beside the keys that they are about. */
const SAID_ELSEWHERE = new Set([
    "RequiredParameters",
    "UnresolvedPathParameters",
    "Deprecated",
]);
/** What many an API needs: not every parent may be asked for what is below it. Off, so that nothing is missed unseen. */
const SKIPPING = [
    "A refusal (403) or a parent that is gone (404) ends the run. To skip such parents with a warning instead:",
    "resource_defaults:",
    "  endpoint:",
    "    response_actions: [{ status_code: 403, action: ignore }, { status_code: 404, action: ignore }]",
];
function notesOf(pipeline, value, { documentName, limit }) {
    const notes = { parts: new Map() };
    const noteAt = (path) => {
        let here = notes;
        for (const key of path) {
            const next = here.parts.get(key) ?? { parts: new Map() };
            here.parts.set(key, next);
            here = next;
        }
        here.note ??= {};
        return here.note;
    };
    const above = (path, ...lines) => {
        const note = noteAt(path);
        note.before = [...(note.before ?? []), ...lines];
    };
    above(["pipeline"], `${oneLine(pipeline.title)}, made by sluice generate from ${oneLine(documentName)}.`, `The base URL is in .dlt/config.toml, secrets are in .dlt/secrets.toml. ${oneLine(pipeline.placeholder)} marks what is yours to fill in:`, "sluice check with this file lists it.");
    const encoding = ["source", "client", "path_encoding"];
    if ((0,config_document/* holds */.v9)(value, encoding))
        noteAt(encoding).beside = "values in paths are encoded: one with a slash leads nowhere else";
    if (limit !== undefined)
        noteAt(["limit"]).beside = "pages of each list, to try the pipeline; remove it later";
    for (const { about, reason } of pipeline.decisions) {
        const path = ["source", ...about.split(".")];
        if ((0,config_document/* holds */.v9)(value, path))
            noteAt(path).beside = oneLine(reason);
        else
            above(["source"], `${oneLine(about)}: ${oneLine(reason)}`);
    }
    for (const { message } of pipeline.findings)
        above(["source"], oneLine(message));
    if (pipeline.mode === "better" &&
        pipeline.resources.some(({ selected, parent }) => selected && parent !== undefined)) {
        above(["source", "resources"], ...SKIPPING);
    }
    for (const [index, resource] of pipeline.resources.entries()) {
        const at = ["source", "resources", index];
        const { comment, deprecated } = resource.operation;
        if (comment !== undefined)
            above(at, oneLine(comment));
        if (deprecated && pipeline.mode === "better")
            above(at, "Deprecated.");
        noteParams(resource, at, noteAt);
        for (const decision of resource.decisions)
            noteDecision(decision, value, at, noteAt, above);
        // The reference prints its warnings; here each stands where it applies.
        const unsaid = resource.findings.filter(({ code }) => pipeline.mode === "better" && !SAID_ELSEWHERE.has(code));
        for (const { message } of unsaid)
            above(at, oneLine(message));
    }
    return notes;
}
function noteParams(resource, at, noteAt) {
    const { params, headers, optionalParams } = resource.endpoint;
    for (const { name, in: place, fillIn } of [...(params ?? []), ...headers]) {
        if (!fillIn)
            continue;
        const where = place === "query" ? "query parameter" : place === "path" ? "path parameter" : "header";
        noteAt([
            ...at,
            "endpoint",
            place === "header" ? "headers" : "params",
            place === "path" ? name : literalKey(name),
        ]).beside = `TODO: fill in required ${where}`;
    }
    if (optionalParams.length === 0)
        return;
    const lines = optionalParams.map(({ name, value, description, deprecated }) => {
        const words = [deprecated ? "deprecated" : "", description === undefined ? "" : oneLine(description)];
        const said = words.filter((word) => word !== "").join(": ");
        return `${yamlText(literalKey(name), false)}: ${yamlScalar(literal(value), false)}${said === "" ? "" : ` # ${said}`}`;
    });
    const heading = "the parameters below can optionally be configured";
    if (params !== undefined && params.length > 0)
        noteAt([...at, "endpoint", "params"]).inside = [heading, ...lines];
    else
        noteAt([...at, "endpoint"]).inside = [heading, "params:", ...lines.map((line) => `  ${line}`)];
}
/**
 * Beside the key that it explains; above the resource when the key is not there. Where a resource's own name comes from is
 * told by `--explain` only: a comment on every first line would hide the others.
 */
function noteDecision({ about, reason }, value, at, noteAt, above) {
    if (about === "name")
        return;
    const keys = about.split(".");
    const found = [
        [...at, ...keys],
        [...at, "endpoint", ...keys],
    ].find((path) => (0,config_document/* holds */.v9)(value, path));
    if (found === undefined) {
        above(at, `${oneLine(about)}: ${oneLine(reason)}`);
        return;
    }
    const note = noteAt(found);
    note.beside = note.beside === undefined ? oneLine(reason) : `${note.beside}; ${oneLine(reason)}`;
}

;// CONCATENATED MODULE: ./lib/generate/render/readme.js


/** README.md of a generated project: how to fill it in and run it, and what it loads. */
function renderReadme(pipeline, pipelineFile) {
    const { names, title, servers, secrets, resources } = pipeline;
    const variables = secrets.map((secret) => `\`${environmentVariable(names.project, secret)}\``);
    const credentials = secrets.length === 0
        ? "The document names no authentication that can be used. If the API needs one, add `auth` under `client` in the pipeline file."
        : `Put your credentials into \`.dlt/secrets.toml\` (it is not committed), or set ${variables.join(", ")} in the environment.`;
    const address = servers.baseUrl === undefined
        ? "The document names no server: put the base URL into `.dlt/config.toml`."
        : "The base URL stands in `.dlt/config.toml`.";
    return `${[
        `# ${cell(title)}`,
        "",
        `Loads ${cell(title)} into PostgreSQL or AlloyDB with Sluice. \`sluice generate\` has made this folder from an OpenAPI document.`,
        "",
        "```sh",
        `sluice check ${pipelineFile}   # what is left to fill in; can the source and the database be reached?`,
        `sluice run ${pipelineFile}     # loads; without --connection-string into an embedded PostgreSQL`,
        "```",
        "",
        "## Before the first run",
        "",
        `1. ${address}`,
        `2. ${credentials}`,
        `3. Replace each \`${code(pipeline.placeholder)}\` in \`${pipelineFile}\`; \`sluice check ${pipelineFile} --offline\` lists them.`,
        "",
        "`.github/workflows/load.yml` runs it each day as a GitHub Action.",
        "",
        "## What is loaded",
        "",
        "| endpoint | resource | table | |",
        "|---|---|---|---|",
        ...resources.map(row),
        "",
        "## When the API changes",
        "",
        "Run the command that made this folder again with `--update`: it adds new endpoints, keeps what you changed, and shows",
        "what it will do first. `.generate/` holds what was generated last, to tell your changes from the document's.",
    ].join("\n")}\n`;
}
function row({ operation, name, tableName, selected }) {
    const note = [selected ? [] : ["not selected"], operation.comment === undefined ? [] : [operation.comment]].flat();
    return `| ${operation.method} \`${code(operation.path)}\` | \`${code(name)}\` | \`${code(tableName)}\` | ${cell(note.join("; "))} |`;
}
/** Text of the document within a table of Markdown: it marks up nothing and stays in its cell. */
function cell(text) {
    return oneLine(text).replace(/[\\`*_{}[\]<>#|!&]/g, (character) => `\\${character}`);
}
function code(text) {
    return oneLine(text).replaceAll("`", "'").replaceAll("|", "\\|");
}

// EXTERNAL MODULE: ./node_modules/smol-toml/dist/index.js + 8 modules
var dist = __webpack_require__(3292);
;// CONCATENATED MODULE: ./lib/generate/render/toml-files.js


/** What stands for a value that the user must give; it counts as absent until then. */
const TOML_PLACEHOLDER = "FILL ME OUT";
/** `.dlt/config.toml`: the base URL, and the document's other servers as comments. dlt reads it too. */
function renderConfigToml({ names, servers }) {
    const lines = ["[runtime]", toml_files_assign("log_level", "INFO"), "", section(names.project)];
    lines.push("# Base URL for the API");
    if (servers.description !== undefined)
        lines.push(`# ${oneLine(servers.description)}`);
    lines.push(toml_files_assign("base_url", servers.baseUrl ?? TOML_PLACEHOLDER));
    for (const { url, description } of servers.alternatives) {
        lines.push("", "# Another server of the document:");
        if (description !== undefined)
            lines.push(`# ${oneLine(description)}`);
        lines.push(`# ${oneLine(toml_files_assign("base_url", url))}`);
    }
    return `${lines.join("\n")}\n`;
}
/** `.dlt/secrets.toml`: a placeholder for each secret. Not for version control. */
function renderSecretsToml(pipeline) {
    const { names, secrets } = pipeline;
    const lines = [section(names.project)];
    if (secrets.length === 0) {
        lines.push("# The document names no authentication that can be used. If the API needs one, add `auth` under `client`");
        lines.push("# in the pipeline file and its secret here:", '# token = "..."');
    }
    else {
        lines.push(`# Secrets of the source ${names.project}; each can also come from the environment (README.md).`);
        for (const name of secrets) {
            const use = useOfSecret(pipeline, name);
            const note = use === undefined ? "" : `: ${oneLine(use)}`;
            lines.push(`${toml_files_assign(name, TOML_PLACEHOLDER)} # TODO: fill in your credentials${note}`);
        }
    }
    return `${lines.join("\n")}\n`;
}
/** What becomes of a secret, so that the user knows which one is meant; undefined where its name says it. */
function useOfSecret({ client, resources }, name) {
    const header = client.headers.find((one) => "secret" in one && one.secret === name);
    if (header !== undefined)
        return `the header ${header.key}`;
    const auths = [client.auth, ...resources.map(({ endpoint }) => endpoint.auth)];
    const auth = auths.find((one) => one?.settings.some((setting) => "secret" in setting && setting.secret === name));
    const value = (key) => auth?.settings.flatMap((one) => (one.key === key && "value" in one ? [one.value] : []))[0];
    switch (auth?.type) {
        case "bearer":
            return "sent as Authorization: Bearer TOKEN";
        case "api_key": {
            const isWhole = value("location") === "header" && String(value("name")).toLowerCase() === "authorization";
            const place = value("location") === "query" ? "query parameter" : String(value("location"));
            return `the ${place} ${String(value("name"))}${isWhole ? ", with its first word if it has one (Bearer TOKEN)" : ""}`;
        }
        case "oauth2_client_credentials":
            return `for ${String(value("access_token_url"))}`;
        default:
            return undefined;
    }
}
/** The section by which settings of the source are looked up: the name of the source without `_source`. */
function section(project) {
    return ((0,dist/* stringify */.As)({ sources: { [project]: {} } })
        .trim()
        .split("\n")
        .at(-1) ?? "");
}
function toml_files_assign(key, value) {
    return (0,dist/* stringify */.As)({ [key]: value }).trim();
}

;// CONCATENATED MODULE: ./lib/generate/render/workflow.js



/**
 * A GitHub workflow that loads the pipeline each day with the Action. It takes effect where the project folder is the
 * repository; the paths in it are from there.
 */
function renderWorkflow({ names, secrets, title }, pipelineFile) {
    const text = (value) => yamlText(value, false);
    const variables = secrets.map((secret) => environmentVariable(names.project, secret));
    const lines = [
        `# Loads ${oneLine(title)} each day. The project folder has to be the top of the repository, or this file has to move`,
        "# into .github/workflows of the repository and `source` has to name the folder.",
        `name: ${text(`Load ${names.project}`)}`,
        "on:",
        "  schedule:",
        '    - cron: "23 5 * * *"',
        "  workflow_dispatch:",
        "permissions:",
        "  contents: read",
        "concurrency:",
        `  group: ${text(`sluice-${names.pipeline}`)} # one run of a pipeline at a time`,
        "  cancel-in-progress: false",
        "jobs:",
        "  load:",
        "    runs-on: ubuntu-latest",
        "    timeout-minutes: 60",
        "    steps:",
        "      - uses: actions/checkout@v7",
        "        with:",
        "          persist-credentials: false",
        "      - uses: OWNER/sluice@v1 # better: a full commit id",
        "        with:",
        `          source: ${text(pipelineFile)}`,
        "          connection-string: $" + "{{ secrets.ALLOYDB_URL }}",
    ];
    if (variables.length > 0) {
        lines.push("        env:");
        for (const name of variables)
            lines.push(`          ${name}: \${{ secrets.${name} }}`);
    }
    return `${lines.join("\n")}\n`;
}

;// CONCATENATED MODULE: ./lib/generate/render/writable-names.js

/**
 * The pipeline with a name for each resource and table. The reference leaves some empty (`/{{`, `/..`, a title of signs
 * only), and its result is kept as it is until it is written: a pipeline file cannot hold them. The operation gives the
 * name then, else the place in the file.
 */
function withNames(pipeline) {
    const { resources } = pipeline;
    if (resources.every(({ name, tableName }) => name !== "" && tableName !== ""))
        return pipeline;
    const names = resources.map(({ name, operation }, index) => name || snakeCase(operation.id) || `resource_${index + 1}`);
    // What takes values from a resource without a name means the first of these.
    const nameless = names[resources.findIndex(({ name }) => name === "")] ?? "";
    const value = (of) => of.kind === "resolve" && of.resource === "" ? { ...of, resource: nameless } : of;
    return {
        ...pipeline,
        resources: resources.map((one, index) => {
            const name = names[index] ?? "";
            const params = one.endpoint.params?.map((param) => ({ ...param, value: value(param.value) }));
            return {
                ...one,
                name,
                tableName: one.tableName || name,
                parent: one.parent === "" ? nameless : one.parent,
                endpoint: { ...one.endpoint, params },
            };
        }),
    };
}

;// CONCATENATED MODULE: ./lib/generate/render/project-files.js





/** All that a project folder is made of, but for what remembers how it was made. */
function renderProject(analysed, options) {
    const pipeline = withNames(analysed);
    const pipelineFile = options.pipelineFile ?? `${pipeline.names.file}.${options.format}`;
    const file = (path, text) => ({ path, text, isSecret: false, isKept: false });
    return {
        folder: pipeline.names.folder,
        pipelineFile,
        files: [
            file(pipelineFile, renderPipelineFile(pipeline, options)),
            file(".dlt/config.toml", renderConfigToml(pipeline)),
            { path: ".dlt/secrets.toml", text: renderSecretsToml(pipeline), isSecret: true, isKept: true },
            file(".gitignore", GITIGNORE),
            file("README.md", renderReadme(pipeline, pipelineFile)),
            file(".github/workflows/load.yml", renderWorkflow(pipeline, pipelineFile)),
        ],
    };
}
/** `*.duckdb` for those who run the folder with dlt. */
const GITIGNORE = `# Credentials, and what runs leave behind.
secrets.toml
.sluice/
*.duckdb
`;

;// CONCATENATED MODULE: ./lib/generate/select.js
/**
 * The pipeline with the chosen resources only, and those that they take values from, which are loaded only as far as
 * they are needed. Nothing chosen: all.
 */
function selectResources(pipeline, isChosen) {
    const chosen = new Set(pipeline.resources.filter(isChosen));
    if (chosen.size === 0)
        return pipeline;
    const byName = new Map(pipeline.resources.map((resource) => [resource.name, resource]));
    const needed = new Set(chosen);
    // A set hands out what is added while it is walked.
    for (const resource of needed) {
        for (const { value } of resource.endpoint.params ?? []) {
            const source = value.kind === "resolve" ? byName.get(value.resource) : undefined;
            if (source !== undefined)
                needed.add(source);
        }
    }
    return {
        ...pipeline,
        resources: pipeline.resources
            .filter((resource) => needed.has(resource))
            .map((resource) => (chosen.has(resource) ? resource : { ...resource, selected: false })),
    };
}

;// CONCATENATED MODULE: ./lib/generate/update/generated-settings.js



const generated_settings_METHODS = ["get", "post", "put", "patch"];
const SETTINGS_FOLDER = ".generate";
const SETTINGS_PATH = `${SETTINGS_FOLDER}/settings.json`;
function writeSettings(settings) {
    const { name, document, mode, allowOpenapi2, endpoints, methods, nameByOperation } = settings;
    const { requiredValue, optionalValue, datasetSuffix, globalLimit, pipelineFile } = settings;
    const value = {
        name,
        document: { ...document },
        mode,
        allow_openapi_2: allowOpenapi2,
        endpoints,
        ...(methods === undefined ? {} : { methods }),
        ...(nameByOperation ? { name_by_operation: true } : {}),
        ...(requiredValue === undefined ? {} : { required_parameter_default_value: requiredValue }),
        ...(optionalValue === undefined ? {} : { unrequired_parameter_default_value: optionalValue }),
        ...(datasetSuffix === undefined ? {} : { dataset_name_suffix: datasetSuffix }),
        ...(globalLimit === undefined ? {} : { global_limit: globalLimit }),
        pipeline_file: pipelineFile,
    };
    return `${(0,json_writer/* prettyJson */.D_)(value)}\n`;
}
/** The settings of a text, undefined when it does not hold any. */
function readSettings(text) {
    let value;
    try {
        value = (0,json_reader/* parseJson */.qF)(text);
    }
    catch {
        return undefined;
    }
    if (!(0,core_json/* isJsonObject */.OW)(value))
        return undefined;
    const { name, document, mode, allow_openapi_2, endpoints } = value;
    const { methods, name_by_operation, global_limit, pipeline_file } = value;
    const place = (0,core_json/* isJsonObject */.OW)(document) ? document : {};
    const at = typeof place.path === "string"
        ? { path: place.path }
        : typeof place.url === "string"
            ? { url: place.url }
            : undefined;
    if (typeof name !== "string" || at === undefined || (mode !== "better" && mode !== "compat"))
        return undefined;
    // A name with a slash would lead out of the folder.
    if (typeof pipeline_file !== "string" || !/^[^/\\]+\.(?:yaml|json)$/.test(pipeline_file))
        return undefined;
    const patterns = (0,core_json/* isJsonArray */.Md)(endpoints) ? endpoints.filter((pattern) => typeof pattern === "string") : [];
    return {
        name,
        document: at,
        mode,
        allowOpenapi2: allow_openapi_2 === true,
        endpoints: patterns,
        methods: (0,core_json/* isJsonArray */.Md)(methods) ? generated_settings_METHODS.filter((method) => methods.includes(method)) : undefined,
        nameByOperation: name_by_operation === true,
        requiredValue: textOf(value.required_parameter_default_value),
        optionalValue: textOf(value.unrequired_parameter_default_value),
        datasetSuffix: textOf(value.dataset_name_suffix),
        globalLimit: typeof global_limit === "number" ? global_limit : undefined,
        pipelineFile: pipeline_file,
    };
}
function textOf(value) {
    return typeof value === "string" ? value : undefined;
}

// EXTERNAL MODULE: ./lib/edge/shared/build-source.js + 68 modules
var build_source = __webpack_require__(8100);
// EXTERNAL MODULE: ./lib/edge/cli/context.js + 18 modules
var cli_context = __webpack_require__(8074);
;// CONCATENATED MODULE: ./lib/edge/cli/generate/flags.js

/** Reads the flags of the command; what is left are settings of the network. Throws `E_INPUT`. */
function readFlags(given) {
    const { path, url, config, outputPath, endpoints, methods, nameByOperation, globalLimit, ...others } = given;
    const { format, interactive, compat, allowOpenapi2, explain, update, force, json, ...network } = others;
    if (path !== undefined && url !== undefined)
        throw refuse("--path and --url name two documents", "Give one of them.");
    for (const [flag, value] of Object.entries({ path, url, config })) {
        if (String(value ?? "-").trim() === "")
            throw refuse(`--${flag} is empty`, `Give it a value: --${flag} ${flag === "url" ? "URL" : "FILE"}.`);
    }
    if (update === true && force === true) {
        throw refuse("--update and --force exclude each other", "--update keeps your changes, --force does not.");
    }
    const limit = globalLimit === undefined ? undefined : String(globalLimit);
    if (limit !== undefined && !/^\d{1,9}$/.test(limit)) {
        throw refuse(`--global-limit: expected a whole number, found ${JSON.stringify(limit)}`, "Write --global-limit 2.");
    }
    return {
        network,
        flags: {
            place: path !== undefined ? { path: String(path) } : url !== undefined ? { url: String(url) } : undefined,
            config: config === undefined ? undefined : String(config),
            outputPath: String(outputPath),
            endpoints: endpoints === undefined ? undefined : words(String(endpoints), /[,\n]/),
            methods: methods === undefined ? undefined : readMethods(String(methods)),
            nameByOperation: nameByOperation === true,
            globalLimit: limit === undefined ? undefined : Number(limit),
            format: format === "json" ? "json" : "yaml",
            interactive: interactive !== false,
            compat: compat === true,
            allowOpenapi2: allowOpenapi2 === true,
            explain: explain === true,
            update: update === true,
            force: force === true,
            json: json === true,
        },
    };
}
function readMethods(text) {
    return words(text, /[,\s]/).map((word) => {
        const method = flags_METHODS.find((one) => one === word.toLowerCase());
        if (method !== undefined)
            return method;
        throw refuse(`--methods: expected ${flags_METHODS.join(", ")}, found ${JSON.stringify(word)}`, "Write --methods get,post.");
    });
}
function words(text, between) {
    return text
        .split(between)
        .map((word) => word.trim())
        .filter((word) => word !== "");
}
const flags_METHODS = ["get", "post", "put", "patch"];
function refuse(message, hint) {
    return new errors/* ConfigError */.xL("E_INPUT", message, { step: "config", hint });
}

// EXTERNAL MODULE: ./lib/report/printable.js
var printable = __webpack_require__(2037);
;// CONCATENATED MODULE: ./lib/edge/cli/generate/pick-endpoints.js

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
async function pickEndpoints(resources) {
    const { autocompleteMultiselect, isCancel } = await __webpack_require__.e(/* import() */ 170).then(__webpack_require__.bind(__webpack_require__, 6170));
    const groups = groupsOf(resources);
    // A line that is longer than the terminal takes two, and the list shows half.
    const width = Math.max(SHORTEST_HINT, Math.min(LONGEST_LABEL, (process.stderr.columns ?? LONGEST_LABEL) - MARKS));
    const searched = new Map();
    const option = (value, text, hint) => {
        searched.set(value, `${text} ${hint}`.toLowerCase());
        const label = fitted(text, width);
        const room = width - label.length - " ()".length;
        return { value, label, ...(room < SHORTEST_HINT && hint.length > room ? {} : { hint: fitted(hint, room) }) };
    };
    const options = groups.flatMap(({ title, members }, index) => [
        option(`group:${index}`, `${title}: all ${members.length}`, "group"),
        ...members.flatMap((member) => {
            const resource = resources[member];
            if (resource === undefined)
                return [];
            const { operation, name } = resource;
            return [option(`one:${member}`, `  ${operation.method} ${operation.path}`, `${name}, ${title}`)];
        }),
    ]);
    const picked = await autocompleteMultiselect({
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
    if (isCancel(picked))
        return undefined;
    const marked = groups.filter((_, index) => picked.includes(`group:${index}`));
    const covered = new Set(marked.flatMap(({ members }) => members));
    const single = resources.filter((_, index) => picked.includes(`one:${index}`) && !covered.has(index));
    return [...marked.map(({ pattern }) => pattern), ...single.map(patternFor)];
}
/** The operation id, or the name of the resource where the id would be read as something else (`-list`, `a*`). */
function patternFor({ name, operation: { id } }) {
    return /^\s*[+-]|^tag:|[*?]/i.test(id) ? name : id;
}
/** Endpoints by their first tag, in the order of the document; those without one by their table, last. */
function groupsOf(resources) {
    const tags = new Map();
    const tables = new Map();
    for (const [index, { operation, tableName }] of resources.entries()) {
        const [tag] = operation.tags;
        const [groups, title] = tag === undefined ? [tables, tableName] : [tags, tag];
        const members = groups.get(title);
        if (members === undefined)
            groups.set(title, [index]);
        else
            members.push(index);
    }
    return [
        ...[...tags].map(([title, members]) => ({ title, pattern: `tag:${title}`, members })),
        ...[...tables].map(([title, members]) => ({ title, pattern: title, members })),
    ];
}
/** A text of the document on one line of a width; of a longer one the beginning and the end, which tells paths apart. */
function fitted(text, width) {
    const line = (0,printable/* printable */.g$)(text);
    if (line.length <= width)
        return line;
    const end = Math.ceil((width - 3) * 0.6);
    return `${line.slice(0, width - 3 - end)}...${line.slice(-end)}`;
}

// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __webpack_require__(7598);
// EXTERNAL MODULE: external "node:fs/promises"
var promises_ = __webpack_require__(1455);
;// CONCATENATED MODULE: ./lib/edge/cli/generate/project-folder.js




/**
 * Makes a project folder that is there whole or not at all: everything is written beside it and renamed. Throws
 * `E_INPUT` when there is something of that name.
 */
async function createFolder(folder, files) {
    await makeFolders((0,external_node_path_.dirname)(folder)).catch((cause) => {
        throw cannotWrite((0,external_node_path_.dirname)(folder), cause);
    });
    const staging = (0,external_node_path_.join)((0,external_node_path_.dirname)(folder), `.${(0,external_node_path_.basename)(folder)}-${(0,external_node_crypto_.randomBytes)(6).toString("hex")}`);
    try {
        await (0,promises_.mkdir)(staging);
        for (const file of files)
            await writeInto(staging, file);
        if (await exists(folder))
            throw folderExists(folder);
        await (0,promises_.rename)(staging, folder);
    }
    catch (error) {
        await (0,promises_.rm)(staging, { recursive: true, force: true });
        throw error instanceof errors/* ConfigError */.xL ? error : cannotWrite(folder, error);
    }
}
/**
 * Replaces files of a folder: all are written under temporary names first, then renamed, so that what fails while writing
 * changes nothing. Files that are not given stay, and so does the mode of those that are.
 */
async function replaceFiles(folder, files) {
    const temporary = [];
    const ending = `.${(0,external_node_crypto_.randomBytes)(6).toString("hex")}.new`;
    try {
        for (const { path } of files) {
            const there = await (0,promises_.stat)((0,external_node_path_.join)(folder, path)).catch(() => undefined);
            if (there?.isDirectory())
                throw Object.assign(new Error("a folder"), { code: "EISDIR" });
        }
        for (const file of files) {
            const name = `${file.path}${ending}`;
            temporary.push(name);
            await writeInto(folder, { ...file, path: name });
            const mode = file.isSecret ? undefined : await modeOf((0,external_node_path_.join)(folder, file.path));
            if (mode !== undefined)
                await (0,promises_.chmod)((0,external_node_path_.join)(folder, name), mode);
        }
        for (const [index, { path }] of files.entries()) {
            await (0,promises_.rename)((0,external_node_path_.join)(folder, temporary[index] ?? ""), (0,external_node_path_.join)(folder, path));
        }
    }
    catch (error) {
        // What stands in the way of writing may stand in the way of this, too: the first error is the one that counts.
        for (const name of temporary)
            await (0,promises_.rm)((0,external_node_path_.join)(folder, name), { force: true }).catch(() => undefined);
        throw cannotWrite(folder, error);
    }
}
/** Takes the rights of all but the owner from a file that holds secrets. Throws `E_INPUT`. */
async function protectFile(path) {
    if (((await modeOf(path)) ?? 0o600) === 0o600)
        return;
    await (0,promises_.chmod)(path, 0o600).catch((cause) => {
        throw cannotWrite(path, cause);
    });
}
/** True when there is a folder of that name. Throws `E_INPUT` for something else. */
async function folderIsThere(path) {
    const there = await (0,promises_.stat)(path).catch(() => undefined);
    if (there === undefined || there.isDirectory())
        return there !== undefined;
    throw new errors/* ConfigError */.xL("E_INPUT", `${path} is no folder`, {
        step: "config",
        hint: "Move it away, or choose another NAME or --output-path.",
    });
}
async function exists(path) {
    return (0,promises_.stat)(path).then(() => true, () => false);
}
/** Text of a file, undefined when there is none. */
async function readIfThere(path) {
    return (0,promises_.readFile)(path, "utf8").catch((cause) => {
        if (cause.code === "ENOENT" || cause.code === "ENOTDIR")
            return undefined;
        throw new errors/* ConfigError */.xL("E_INPUT", `${path} cannot be read`, {
            step: "config",
            hint: "Check its permissions.",
            cause,
        });
    });
}
function folderExists(folder) {
    return new errors/* ConfigError */.xL("E_INPUT", `${folder} exists`, {
        step: "config",
        hint: "--update brings it up to date and keeps your changes; --force writes over what was generated; or choose another NAME or --output-path.",
    });
}
/**
 * A folder and those above it. Not by `recursive`: with it Node tries for ever where a file system answers "no such
 * folder" to a new one, as `/proc` does.
 */
async function makeFolders(folder) {
    const there = await (0,promises_.stat)(folder).catch(() => undefined);
    if (there?.isDirectory())
        return;
    if (there !== undefined)
        throw Object.assign(new Error("not a folder"), { code: "ENOTDIR" });
    await makeFolders((0,external_node_path_.dirname)(folder));
    await (0,promises_.mkdir)(folder).catch((error) => {
        if (error.code !== "EEXIST")
            throw error;
    });
}
async function modeOf(path) {
    return (0,promises_.stat)(path).then(({ mode }) => mode & 0o777, () => undefined);
}
async function writeInto(folder, { path, text, isSecret }) {
    const target = (0,external_node_path_.join)(folder, path);
    await (0,promises_.mkdir)((0,external_node_path_.dirname)(target), { recursive: true });
    await (0,promises_.writeFile)(target, text, { mode: isSecret ? 0o600 : 0o666 });
    // The mode above counts only for a new file.
    if (isSecret)
        await (0,promises_.chmod)(target, 0o600);
}
function cannotWrite(folder, cause) {
    const code = cause instanceof Error && "code" in cause ? ` (${String(cause.code)})` : "";
    return new errors/* ConfigError */.xL("E_INPUT", `${folder} cannot be written${code}`, {
        step: "config",
        hint: "Give --output-path of a folder that can be written; nothing was changed.",
        cause,
    });
}

// EXTERNAL MODULE: ./lib/core/redact.js
var redact = __webpack_require__(8038);
// EXTERNAL MODULE: ./lib/extract/http/client.js + 9 modules
var http_client = __webpack_require__(6538);
// EXTERNAL MODULE: ./lib/extract/http/url.js
var http_url = __webpack_require__(1263);
// EXTERNAL MODULE: ./lib/edge/shared/system-ports.js
var system_ports = __webpack_require__(415);
;// CONCATENATED MODULE: ./lib/edge/cli/generate/read-source.js










/** Reads the document's text from a file, or over HTTP with the network rules of a source. Throws `E_OPENAPI`. */
async function readSource(context, place, options) {
    if ("url" in place) {
        const { text, source } = await fetchUrl(context, place.url, options);
        const start = source.url ?? place.url;
        const files = {
            start,
            locate: (from, reference) => {
                if (!URL.canParse(reference, from))
                    return { refused: "it is no URL" };
                const target = new URL(reference, from);
                const isHere = target.origin === new URL(start).origin;
                return isHere ? { location: target.href } : { refused: "it leads to another origin than that of the document" };
            },
            read: async (location) => {
                // The user of the address, if there is one, may read what lies beside it.
                const target = new URL(location);
                const { username, password } = new URL(place.url);
                target.username = username;
                target.password = password;
                try {
                    const part = await fetchUrl(context, target.href, options);
                    return { text: part.text, name: part.source.name };
                }
                catch (error) {
                    // What is not there makes one schema poorer, not the document useless.
                    if (!(error instanceof errors/* ConfigError */.xL) || error.reason !== "http_status")
                        throw error;
                    return { refused: `the server answered ${String(error.context.status)}` };
                }
            },
        };
        return { text, source, files };
    }
    const start = (0,external_node_path_.resolve)(place.path);
    const folder = await (0,promises_.realpath)((0,external_node_path_.dirname)(start)).catch(() => (0,external_node_path_.dirname)(start));
    const files = {
        start,
        locate: (from, reference) => /^[a-z][\w+.-]*:/i.test(reference) || reference.startsWith("//")
            ? { refused: "a document from a file stays in its folder: fetch it by --url" }
            : { location: (0,external_node_path_.resolve)((0,external_node_path_.dirname)(from), read_source_decoded(reference)) },
        read: async (location) => {
            // A link may lead out of the folder too.
            const real = await (0,promises_.realpath)(location).catch(() => undefined);
            const way = (0,external_node_path_.relative)(folder, real ?? location);
            if (way.startsWith("..") || (0,external_node_path_.isAbsolute)(way))
                return { refused: "it leads out of the document's folder" };
            if (real === undefined)
                return { refused: "there is no such file" };
            return (await (0,promises_.stat)(real)).isFile() ? { text: await readPath(real), name: way } : { refused: "it is no file" };
        },
    };
    return { text: await readPath(place.path), source: { name: (0,external_node_path_.basename)(place.path) }, files };
}
async function readPath(path) {
    const refuse = (message, cause) => openapiError(path, [{ message }], { hint: "Give the path of an OpenAPI document.", cause });
    let bytes;
    try {
        const facts = await (0,promises_.stat)(path);
        if (!facts.isFile())
            throw refuse("this is no file");
        if (facts.size > MAX_DOCUMENT_BYTES)
            throw refuse(`the file is larger than ${MAX_DOCUMENT_BYTES} bytes`);
        bytes = await (0,promises_.readFile)(path);
    }
    catch (error) {
        if (error instanceof errors/* ConfigError */.xL)
            throw error;
        const code = error instanceof Error && "code" in error ? String(error.code) : "";
        throw refuse(code === "ENOENT" ? "the file does not exist" : `the file cannot be read (${code})`, error);
    }
    return decode(bytes, path);
}
/** The URL as it may stand in a file: without a password, and without parameters that are secrets (`private_token`). */
function storableUrl(url) {
    const parsed = new URL((0,http_url/* maskUrl */.yP)(url));
    parsed.username = "";
    parsed.password = "";
    for (const [name, value] of [...parsed.searchParams])
        if (value === redact/* MASK */.v5)
            parsed.searchParams.delete(name);
    return parsed.href;
}
/** Without its escapes (`my%20schemas.yaml`), as it is where they are none. */
function read_source_decoded(text) {
    try {
        return decodeURIComponent(text);
    }
    catch {
        return text;
    }
}
function hintFor(status) {
    if (status === 401 || status === 403) {
        return "Give user and password in the URL (https://USER:PASSWORD@host/...), or download the document and give --path.";
    }
    if (status >= 500)
        return "Try again later, or download the document and give --path.";
    return "Open the address in a browser: it has to give the document itself.";
}
async function fetchUrl(context, given, { http, allowInsecureHttp }) {
    const refuse = (message) => new errors/* ConfigError */.xL("E_INPUT", message, { step: "config", hint: "Write it as --url https://host/openapi.yaml." });
    if (!URL.canParse(given) || !/^https?:$/.test(new URL(given).protocol)) {
        // What is no URL may still have a password: `me:pass@host/x` has the scheme `me`.
        const shown = (0,http_url/* maskUrl */.yP)(given.replace(/[^\s/]*@/, `${redact/* MASK */.v5}@`));
        throw refuse(`--url: expected a URL with http:// or https://, found ${JSON.stringify(shown)}`);
    }
    const parsed = new URL(given);
    const { username, password } = parsed;
    const credentials = `${read_source_decoded(username)}:${read_source_decoded(password)}`;
    const isPrivate = username !== "" || password !== "";
    if (isPrivate)
        context.addSecrets([credentials, read_source_decoded(password), password].filter((text) => text.length > 3));
    parsed.username = "";
    parsed.password = "";
    const url = (0,http_url/* prepareUrl */.Ne)(parsed.href);
    if (isPrivate && !allowInsecureHttp && url.startsWith("http:") && !(0,http_url/* isLoopback */.U9)(url)) {
        throw new errors/* ConfigError */.xL("E_UNSAFE_URL", `--url: ${parsed.origin} would get the password unprotected`, {
            step: "config",
            hint: "Use https, or set --allow-insecure-http true.",
        });
    }
    const client = (0,http_client/* createHttpClient */.u)({ ...http, maxResponseBytes: MAX_DOCUMENT_BYTES }, { clock: system_ports/* systemClock */.m, random: system_ports/* systemRandom */.v, strict: false, redact: context.redact });
    const name = context.redact((0,http_url/* maskUrl */.yP)(url));
    try {
        const answer = await client.send({
            method: "GET",
            url,
            headers: isPrivate ? { authorization: `Basic ${Buffer.from(credentials).toString("base64")}` } : {},
            retryable: true,
            home: parsed.origin,
            // Where a redirect leads is asked without the password, and never in a private network.
            foreign: "any",
        }, { attempt: () => { }, waited: () => { } }, context.signal);
        if (answer.status < 200 || answer.status > 299) {
            throw openapiError(name, [{ message: `the server answered ${answer.status}` }], {
                hint: hintFor(answer.status),
                reason: "http_status",
            }).with({ status: answer.status });
        }
        return { text: decode(answer.bytes, name), source: { name, url: parsed.href } };
    }
    catch (error) {
        if (!(error instanceof errors/* SourceError */.c8))
            throw error;
        const message = error.message.replace(`GET ${name} `, "the address ");
        throw openapiError(name, [{ message }], {
            hint: "Look whether the address opens in a browser and try again, or download the document and give --path.",
            reason: "not_fetched",
            cause: error,
        });
    }
    finally {
        await client.close();
    }
}
function decode(bytes, name) {
    try {
        return (0,json_reader/* decodeUtf8 */._6)(bytes);
    }
    catch (error) {
        if (!(error instanceof json_reader/* Utf8Error */.em))
            throw error;
        throw openapiError(name, [{ message: "the document is not UTF-8" }], { cause: error, reason: "encoding" });
    }
}

;// CONCATENATED MODULE: ./lib/edge/cli/generate/report-project.js




/** Says what was made, what is left to do, and what is next. */
function reportProject(context, flags, made) {
    const { folder, project, pipeline, offered, tree, written } = made;
    const missing = missingValues(pipeline);
    if (flags.json) {
        context.out((0,json_writer/* compactJson */.Ar)({
            ok: true,
            ...projectFacts(folder, project, pipeline),
            endpoints: offered,
            files: written.map(({ path }) => path),
            fill_in: missing.map(({ resource, key }) => ({ resource, key })),
            findings: findingsOf(pipeline),
            ...(flags.explain ? { decisions: explained(pipeline).map(({ ...decision }) => decision) } : {}),
        }));
        return;
    }
    const { resources } = pipeline;
    const shown = (0,external_node_path_.relative)(process.cwd(), folder) || ".";
    const tables = new Set(resources.map(({ tableName }) => tableName)).size;
    const converted = tree.convertedFrom === undefined ? "" : `, converted from OpenAPI ${(0,printable/* printable */.g$)(tree.convertedFrom)}`;
    context.out([
        `${(0,printable/* printable */.g$)(pipeline.title)}${converted}: ${resources.length} of ${offered} endpoints -> ${tables} tables`,
        `${(0,printable/* printable */.g$)(shown)}/`,
        ...written.map(({ path }) => `  ${path}`),
        ...(flags.explain ? explanation(pipeline) : []),
        ...nextSteps(shown, project, pipeline),
    ].join("\n"));
}
/** Facts that the answers of making and of updating a project share. */
function projectFacts(folder, project, pipeline) {
    return {
        folder,
        pipeline_file: project.pipelineFile,
        pipeline: pipeline.names.pipeline,
        dataset: pipeline.names.dataset,
        resources: pipeline.resources.map(({ name }) => name),
        secrets: pipeline.secrets,
    };
}
/**
 * The decisions of all resources, each with what it is about, those that the reference takes otherwise with a mark; then
 * what the user should know.
 */
function explanation(pipeline) {
    const owner = (resource) => (resource === null ? "" : `${resource} `);
    return [
        ...explained(pipeline).map(({ resource, about, reason, repair }) => `${repair ? "*" : " "} ${owner(resource)}${about}: ${reason}`),
        ...findingsOf(pipeline).map(({ resource, ...finding }) => `  ${owner(resource)}${finding.code}: ${said(finding)}`),
    ].map(printable/* printable */.g$);
}
function explained(pipeline) {
    const entry = (resource) => (decision) => ({ resource, ...decision });
    return [
        ...pipeline.decisions.map(entry(null)),
        ...pipeline.resources.flatMap(({ name, decisions }) => decisions.map(entry(name))),
    ];
}
function findingsOf(pipeline) {
    return [
        ...pipeline.findings.map((finding) => ({ resource: null, ...finding })),
        ...pipeline.resources.flatMap(({ name, findings }) => findings.map((finding) => ({ resource: name, ...finding }))),
    ];
}
function said({ place, message }) {
    return place === undefined ? message : `${place}: ${message}`;
}
/** Required parameters, and parts of bodies, that hold a placeholder. */
function missingValues({ resources, placeholder, }) {
    const inBody = (value, path) => {
        if ((0,core_json/* isJsonArray */.Md)(value))
            return value.flatMap((item, index) => inBody(item, `${path}[${index}]`));
        if ((0,core_json/* isJsonObject */.OW)(value))
            return (0,core_json/* keysOf */.YD)(value).flatMap((key) => inBody(value[key], `${path}.${key}`));
        return value === placeholder ? [path] : [];
    };
    return resources.flatMap(({ name, endpoint }) => {
        const params = [...(endpoint.params ?? []), ...endpoint.headers].flatMap(({ name: key, fillIn, value }) => fillIn && value.kind === "value" && value.value === placeholder ? key : []);
        return [...params, ...inBody(endpoint.json, "json")].map((key) => ({ resource: name, key }));
    });
}
function nextSteps(folder, project, pipeline) {
    const missing = missingValues(pipeline);
    const owners = new Set(missing.map(({ resource }) => resource)).size;
    const file = (0,printable/* printable */.g$)(`${folder}/${project.pipelineFile}`);
    const steps = [];
    if (pipeline.servers.baseUrl === undefined)
        steps.push("put the base URL into .dlt/config.toml");
    if (pipeline.secrets.length > 0)
        steps.push(`put ${pipeline.secrets.join(", ")} into .dlt/secrets.toml`);
    if (missing.length > 0)
        steps.push(`fill in ${missing.length} ${pipeline.placeholder} of ${owners} resources, as sluice check lists them`);
    return [
        ...pipeline.findings.map((finding) => `note: ${(0,printable/* printable */.g$)(said(finding))}`),
        ...findingCounts(pipeline),
        ...steps.map((step) => `to do: ${step}`),
        `next: sluice check ${file} --offline`,
    ];
}
/** One line that counts what was found out about resources: `notes: PrimaryKeyNotFound 3 (--explain names them)`. */
function findingCounts({ resources }) {
    const counts = new Map();
    for (const { code } of resources.flatMap(({ findings }) => findings))
        counts.set(code, (counts.get(code) ?? 0) + 1);
    if (counts.size === 0)
        return [];
    return [`notes: ${[...counts].map(([code, count]) => `${code} ${count}`).join(", ")} (--explain names them)`];
}

// EXTERNAL MODULE: ./node_modules/node-diff3/dist/diff3.mjs
var diff3 = __webpack_require__(2994);
;// CONCATENATED MODULE: ./lib/generate/update/line-diff.js

const CONTEXT = 2;
/** What changes between two texts, as lines with `-`, `+` and some unchanged ones around them. Empty when they are equal. */
function lineDiff(before, after) {
    const [old, next] = [linesOf(before), linesOf(after)];
    const shown = [];
    let at = 0;
    for (const { buffer1, buffer1Content, buffer2Content } of (0,diff3/* diffIndices */.bQ)(old, next)) {
        const [start, length] = buffer1;
        const from = Math.max(at, start - CONTEXT);
        if (from > at && shown.length > 0)
            shown.push("...");
        for (const line of old.slice(from, start))
            shown.push(` ${line}`);
        for (const line of buffer1Content)
            shown.push(`-${line}`);
        for (const line of buffer2Content)
            shown.push(`+${line}`);
        at = start + length;
    }
    for (const line of shown.length > 0 ? old.slice(at, at + CONTEXT) : [])
        shown.push(` ${line}`);
    return shown;
}
function linesOf(text) {
    return text === "" ? [] : text.replace(/\n$/, "").split("\n");
}

// EXTERNAL MODULE: ./node_modules/yaml/dist/index.js
var yaml_dist = __webpack_require__(8815);
;// CONCATENATED MODULE: ./lib/generate/update/pipeline-blocks.js

/** Why a pipeline file cannot be cut. */
class BlocksError extends Error {
}
/**
 * Cuts the text of a YAML pipeline file at its resources. Throws {@link BlocksError} when it is no YAML, or when its
 * `source.resources` is no list with one item a line.
 */
function cutIntoBlocks(text) {
    const document = (0,yaml_dist/* parseDocument */.Tp)(text, { prettyErrors: false });
    const [error] = document.errors;
    if (error !== undefined)
        throw new BlocksError(`not valid YAML: ${error.message}`);
    const resources = document.getIn(["source", "resources"]);
    if (!(0,yaml_dist/* isSeq */.oP)(resources) || resources.flow === true) {
        throw new BlocksError("expected a list with a line for each item at source.resources");
    }
    const lines = text.split(/(?<=\n)/);
    const lineOf = lineFinder(lines);
    const end = lastLine(resources.range?.[1] ?? text.length, text, lineOf, lines.length);
    const items = resources.items.filter(yaml_dist/* isMap */.jh);
    if (items.length !== resources.items.length)
        throw new BlocksError("expected a mapping for each of source.resources");
    const starts = items.map((item, index) => {
        const first = lineOf(item.range?.[0] ?? 0);
        // The dash may stand on a line of its own above the first key.
        let start = first;
        while (start > 0 && !/^\s*-(?:\s|$)/.test(lines[start] ?? ""))
            start -= 1;
        const before = items[index - 1];
        if (before === undefined)
            return commentsAbove(lines, start);
        const least = lineOf(Math.max(endOf(before) - 1, 0)) + 1;
        return least + ownedByNext(lines.slice(least, start), indentOf(lines[start] ?? ""));
    });
    const seen = new Map();
    return {
        head: lines.slice(0, starts[0] ?? end).join(""),
        resources: items.map((item, index) => {
            const whole = lines.slice(starts[index], starts[index + 1] ?? end).join("");
            const gap = /(?<=\n)[\s]*$/.exec(whole)?.[0] ?? "";
            return { key: uniqueKey(nameOf(item), seen), text: whole.slice(0, whole.length - gap.length), gap };
        }),
        tail: lines.slice(end).join(""),
    };
}
/** The first of the comment lines that stand directly above a line. */
function commentsAbove(lines, line) {
    let start = line;
    while (start > 0 && isComment(lines[start - 1] ?? ""))
        start -= 1;
    return start;
}
/**
 * Of the comments and empty lines between two resources, the first line that belongs to the second one. What stands further
 * to the right than its dash is inside the first one (keys that may be set); so is what stands directly below the first
 * with an empty line after it.
 */
function ownedByNext(between, dash) {
    const blank = between.findIndex((line) => line.trim() === "");
    const from = blank < 0 ? 0 : blank + 1;
    const found = between.findIndex((line, index) => index >= from && isComment(line) && indentOf(line) <= dash);
    return found < 0 ? between.length : found;
}
function isComment(line) {
    return /^\s*#/.test(line);
}
function indentOf(line) {
    return line.length - line.trimStart().length;
}
/** Where the last value of a node ends; the range of a mapping has the comments behind it, too. */
function endOf(node) {
    if ((0,yaml_dist/* isMap */.jh)(node) && node.flow !== true) {
        const last = node.items.at(-1);
        if (last !== undefined)
            return endOf((0,yaml_dist/* isNode */.Ll)(last.value) && rangeEnd(last.value) > 0 ? last.value : last.key);
    }
    if ((0,yaml_dist/* isSeq */.oP)(node) && node.flow !== true && node.items.length > 0)
        return endOf(node.items.at(-1));
    return (0,yaml_dist/* isNode */.Ll)(node) ? rangeEnd(node) : 0;
}
function rangeEnd(node) {
    return node.range?.[1] ?? 0;
}
/** The line after the last resource. */
function lastLine(offset, text, lineOf, count) {
    // Comments at the end of the file are those of the last resource.
    return /^(?:\s|#[^\n]*(?:\n|$))*$/.test(text.slice(offset)) ? count : lineOf(Math.max(offset - 1, 0)) + 1;
}
function lineFinder(lines) {
    const ends = [];
    let end = 0;
    for (const line of lines) {
        end += line.length;
        ends.push(end);
    }
    return (offset) => {
        let [low, high] = [0, ends.length - 1];
        while (low < high) {
            const middle = (low + high) >> 1;
            if ((ends[middle] ?? 0) > offset)
                high = middle;
            else
                low = middle + 1;
        }
        return low;
    };
}
function nameOf(item) {
    const name = item.get("name", true);
    return (0,yaml_dist/* isScalar */.jn)(name) ? String(name.value) : "";
}
function uniqueKey(name, seen) {
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return count === 1 ? name : `${name} (${count})`;
}

;// CONCATENATED MODULE: ./lib/generate/update/merge-json.js




/**
 * The same as `mergePipeline` for a pipeline file that is JSON: values are merged instead of lines, resources by their
 * names, mappings key by key; where both sides have changed one value the user's stays. Throws {@link BlocksError}.
 */
function mergeJsonPipeline(base, mine, fresh) {
    const now = read(fresh);
    const own = read(mine);
    const before = base === undefined ? undefined : read(base);
    const was = byName(before ?? now);
    const will = byName(now);
    const there = new Set(resourcesOf(own).map(merge_json_nameOf));
    const [changed, removed, kept] = [[], [], []];
    const changes = [];
    const take = (name, old, current, next) => {
        const conflicts = [];
        const merged = mergeValue(old, current, next, conflicts);
        if (conflicts.length > 0)
            kept.push(name ?? "the settings");
        if (!(0,core_json/* isJsonObject */.OW)(merged) || isEqual(merged, current))
            return current;
        changes.push({ before: (0,json_writer/* prettyJson */.D_)(current), after: (0,json_writer/* prettyJson */.D_)(merged) });
        if (name !== undefined)
            changed.push(name);
        return merged;
    };
    const top = take(undefined, withoutResources(before ?? now), withoutResources(own), withoutResources(now));
    const resources = resourcesOf(own).map((resource) => {
        const name = merge_json_nameOf(resource);
        const next = will.get(name);
        if (next === undefined && was.has(name))
            removed.push(name);
        return next === undefined || !(0,core_json/* isJsonObject */.OW)(resource) ? resource : take(name, was.get(name) ?? next, resource, next);
    });
    const added = [...will.keys()].filter((name) => !there.has(name) && (before === undefined || !was.has(name)));
    for (const name of added) {
        const resource = will.get(name);
        if (resource === undefined)
            continue;
        const order = [...will.keys()];
        const previous = order
            .slice(0, order.indexOf(name))
            .findLast((one) => resources.some((item) => merge_json_nameOf(item) === one));
        const at = previous === undefined ? 0 : resources.findIndex((item) => merge_json_nameOf(item) === previous) + 1;
        resources.splice(at, 0, resource);
        changes.push({ before: "", after: (0,json_writer/* prettyJson */.D_)(resource) });
    }
    return {
        text: changes.length === 0 ? mine : `${(0,json_writer/* prettyJson */.D_)(withResources(top, resources))}\n`,
        added,
        changed,
        removed,
        leftOut: before === undefined ? [] : [...will.keys()].filter((name) => !there.has(name) && was.has(name)),
        kept,
        changes,
    };
}
/** One value of the three; undefined: it goes. Keys in the order of the user, new ones at the end. */
function mergeValue(base, mine, fresh, conflicts, key = "") {
    if (isEqual(mine, base))
        return fresh;
    if (isEqual(fresh, base) || isEqual(fresh, mine))
        return mine;
    if (!(0,core_json/* isJsonObject */.OW)(mine) || !(0,core_json/* isJsonObject */.OW)(fresh)) {
        conflicts.push(key);
        return mine;
    }
    const old = (0,core_json/* isJsonObject */.OW)(base) ? base : {};
    const merged = {};
    for (const name of new Set([...(0,core_json/* keysOf */.YD)(mine), ...(0,core_json/* keysOf */.YD)(fresh)])) {
        const value = mergeValue((0,core_json/* getOwn */.Ng)(old, name), (0,core_json/* getOwn */.Ng)(mine, name), (0,core_json/* getOwn */.Ng)(fresh, name), conflicts, name);
        if (value !== undefined)
            (0,core_json/* setOwn */.P5)(merged, name, value);
    }
    return merged;
}
function isEqual(a, b) {
    if (a === undefined || b === undefined)
        return a === b;
    return (0,json_writer/* compactJson */.Ar)(a) === (0,json_writer/* compactJson */.Ar)(b);
}
function read(text) {
    let value;
    try {
        value = (0,json_reader/* parseJson */.qF)(text);
    }
    catch (error) {
        if (error instanceof json_reader/* JsonSyntaxError */.q3 || error instanceof json_reader/* JsonDepthError */.Q_) {
            throw new BlocksError(`not valid JSON: ${error.message}`);
        }
        throw error;
    }
    if (!(0,core_json/* isJsonObject */.OW)(value) || !(0,core_json/* isJsonObject */.OW)(value.source) || !(0,core_json/* isJsonArray */.Md)(value.source.resources)) {
        throw new BlocksError("expected a list at source.resources");
    }
    return value;
}
function resourcesOf({ source }) {
    return (0,core_json/* isJsonObject */.OW)(source) && (0,core_json/* isJsonArray */.Md)(source.resources) ? source.resources : [];
}
function byName(file) {
    return new Map(resourcesOf(file).flatMap((resource) => ((0,core_json/* isJsonObject */.OW)(resource) ? [[merge_json_nameOf(resource), resource]] : [])));
}
function merge_json_nameOf(resource) {
    const name = (0,core_json/* isJsonObject */.OW)(resource) ? resource.name : resource;
    return typeof name === "string" ? name : "";
}
function withoutResources(file) {
    return withResources(file, []);
}
function withResources(file, resources) {
    return (0,core_json/* isJsonObject */.OW)(file.source) ? { ...file, source: { ...file.source, resources } } : file;
}

;// CONCATENATED MODULE: ./lib/generate/update/merge-pipeline.js


/**
 * A pipeline file that the user may have edited, brought up to what is generated now. What differs between `base` and
 * `fresh` is the document's change, what differs between `base` and `mine` is the user's, whose lines win. Comments and
 * layout of the user stay, because lines are merged, resource by resource.
 *
 * @param base what was generated last; undefined: not known, then only new resources are added
 */
function mergePipeline(base, mine, fresh) {
    // An editor of Windows may have changed the ends of all lines.
    if (!mine.includes("\r\n"))
        return mergeUnix(base, mine, fresh);
    const merged = mergeUnix(base, mine.replaceAll("\r\n", "\n"), fresh);
    return { ...merged, text: merged.text.replaceAll("\n", "\r\n") };
}
function mergeUnix(base, mine, fresh) {
    const now = cutIntoBlocks(fresh);
    const own = cutIntoBlocks(mine);
    const before = base === undefined ? now : cutIntoBlocks(base);
    const was = new Map(before.resources.map(({ key, text }) => [key, text]));
    const will = new Map(now.resources.map(({ key, text }) => [key, text]));
    const there = new Set(own.resources.map(({ key }) => key));
    const merged = [];
    const [changed, removed, kept] = [[], [], []];
    const changes = [];
    const take = (name, old, current, next) => {
        const { text, hasConflict } = mergeLines(old, current, next);
        if (hasConflict)
            kept.push(name);
        if (text !== current) {
            changes.push({ before: current, after: text });
            if (name !== SETTINGS)
                changed.push(name);
        }
        return text;
    };
    const head = take(SETTINGS, before.head, own.head, now.head);
    for (const block of own.resources) {
        const { key, text } = block;
        const next = will.get(key);
        if (next === undefined && was.has(key))
            removed.push(key);
        merged.push(next === undefined ? block : { ...block, text: take(key, was.get(key) ?? next, text, next) });
    }
    const isNew = ({ key }) => !there.has(key) && (base === undefined || !was.has(key));
    const added = now.resources.filter(isNew);
    insert(merged, added, now.resources, merge_pipeline_indentOf(own));
    for (const { text } of added)
        changes.push({ before: "", after: text });
    return {
        text: [withEnd(head), ...merged.map(({ text, gap }) => `${withEnd(text)}${gap}`), own.tail].join(""),
        added: added.map(({ key }) => key),
        changed,
        removed,
        leftOut: base === undefined ? [] : now.resources.flatMap(({ key }) => (there.has(key) || !was.has(key) ? [] : key)),
        kept,
        changes,
    };
}
const SETTINGS = "the settings";
/** Each new resource goes behind the one that it follows in what is generated, if that is there. */
function insert(merged, added, order, shift) {
    const places = new Map(order.map(({ key }, index) => [key, index]));
    for (const block of added) {
        let at = -1;
        for (let index = (places.get(block.key) ?? 0) - 1; index >= 0 && at < 0; index--) {
            at = merged.findIndex(({ key }) => key === order[index]?.key);
        }
        const previous = merged[at];
        if (previous !== undefined && previous.gap === "")
            merged[at] = { ...previous, gap: "\n" };
        const gap = at + 1 < merged.length ? "\n" : "";
        merged.splice(at + 1, 0, { key: block.key, text: shift(block.text), gap });
    }
}
/** Moves a block to the column in which the user's resources stand. */
function merge_pipeline_indentOf({ resources }) {
    const dash = /^( *)- /m;
    const wanted = resources.map(({ text }) => dash.exec(text)?.[1]?.length).find((length) => length !== undefined);
    return (text) => {
        const found = dash.exec(text)?.[1]?.length;
        if (wanted === undefined || found === undefined || wanted === found)
            return text;
        const by = wanted - found;
        return text.replace(/^ *(?=\S)/gm, (blanks) => " ".repeat(Math.max(0, blanks.length + by)));
    };
}
function mergeLines(base, mine, fresh) {
    if (mine === base || fresh === mine)
        return { text: fresh, hasConflict: false };
    if (fresh === base)
        return { text: mine, hasConflict: false };
    const lines = (text) => text.split(/(?<=\n)/);
    const regions = (0,diff3/* diff3Merge */.$r)(lines(mine), lines(base), lines(fresh), { excludeFalseConflicts: true });
    const hasConflict = regions.some(({ conflict }) => conflict !== undefined);
    return { text: regions.map(({ ok, conflict }) => (ok ?? conflict?.a ?? []).join("")).join(""), hasConflict };
}
function withEnd(text) {
    return text === "" || text.endsWith("\n") ? text : `${text}\n`;
}

;// CONCATENATED MODULE: ./lib/edge/cli/generate/update-project.js












/** The project to update: that of the name, else the output path itself. Throws `E_INPUT` when it is none. */
async function findProject(flags, name, suffixes) {
    const folder = (0,external_node_path_.resolve)(flags.outputPath, name === undefined ? "." : projectNames(name, suffixes).folder);
    const text = await readIfThere((0,external_node_path_.join)(folder, SETTINGS_PATH));
    const settings = text === undefined ? undefined : readSettings(text);
    if (settings !== undefined) {
        const { document } = settings;
        const place = "path" in document ? { path: (0,external_node_path_.resolve)(folder, document.path) } : document;
        return { folder, settings: { ...settings, document: place } };
    }
    const what = text === undefined ? `${folder} has no ${SETTINGS_PATH}` : `${(0,external_node_path_.join)(folder, SETTINGS_PATH)} cannot be read`;
    throw new errors/* ConfigError */.xL("E_INPUT", what, {
        step: "config",
        hint: "Give the NAME of a project that sluice generate has made here, or run this in its folder.",
    });
}
/**
 * Brings the pipeline file of a project up to what is generated now: shows what changes, asks on a terminal, writes. The
 * other files are written only where they are missing.
 */
async function updateProject(context, flags, update) {
    const { found, project, memory } = update;
    const { folder, settings } = found;
    const path = (0,external_node_path_.join)(folder, settings.pipelineFile);
    const fresh = memory.at(-1)?.text ?? "";
    const mine = await readIfThere(path);
    const base = await readIfThere((0,external_node_path_.join)(folder, SETTINGS_FOLDER, settings.pipelineFile));
    const merged = mine === undefined ? undefined : merge(path, base, mine, fresh);
    const missing = [];
    for (const file of project.files) {
        if (file.path !== project.pipelineFile && !(await exists((0,external_node_path_.join)(folder, file.path))))
            missing.push(file);
    }
    const changes = merged?.changes ?? [{ before: "", after: fresh }];
    if (!flags.json)
        for (const line of diffLines(changes))
            context.out(line);
    if (changes.length > 0 && flags.interactive && !flags.json) {
        const answer = await context.confirm(`Write these changes to ${path}?`);
        if (answer === false) {
            throw new errors/* SluiceError */.ah("E_CANCELLED", "the update was not wanted; nothing was written", {
                step: "config",
                hint: "Run it again, or with --no-interactive to write without being asked.",
            });
        }
    }
    const pipelineFile = { path: settings.pipelineFile, text: merged?.text ?? fresh, isSecret: false, isKept: false };
    await replaceFiles(folder, [...(changes.length > 0 ? [pipelineFile] : []), ...missing, ...memory]);
    report(context, flags, update, { merged, missing, changes: changes.length });
}
function merge(path, base, mine, fresh) {
    try {
        return (path.endsWith(".json") ? mergeJsonPipeline : mergePipeline)(base, mine, fresh);
    }
    catch (error) {
        if (!(error instanceof BlocksError))
            throw error;
        throw new errors/* ConfigError */.xL("E_INPUT", `${path} cannot be merged: ${error.message}`, {
            step: "config",
            hint: "Correct the file, or generate into another folder and compare.",
            cause: error,
        });
    }
}
function diffLines(changes) {
    return changes.flatMap(({ before, after }, index) => [...(index === 0 ? [] : ["..."]), ...lineDiff(before, after)]);
}
function report(context, flags, update, outcome) {
    const { found, project, pipeline, offered } = update;
    const { merged, missing, changes } = outcome;
    const { added = [], changed = [], removed: absent = [], leftOut = [], kept = [] } = merged ?? {};
    const removed = absent.filter((name) => !offered.has(name));
    const notChosen = absent.filter((name) => offered.has(name));
    if (flags.json) {
        const facts = projectFacts(found.folder, project, pipeline);
        const files = missing.map(({ path }) => path);
        context.out((0,json_writer/* compactJson */.Ar)({
            ok: true,
            ...facts,
            updated: changes > 0,
            added,
            changed,
            removed,
            not_chosen: notChosen,
            left_out: leftOut,
            kept,
            files,
        }));
        return;
    }
    const line = (word, names, note) => names.length === 0 ? [] : [`${word}: ${names.map(printable/* printable */.g$).join(", ")}${note}`];
    context.out([
        changes === 0
            ? "nothing has changed"
            : `${(0,printable/* printable */.g$)((0,external_node_path_.relative)(process.cwd(), found.folder) || ".")} is up to date`,
        ...line("added", added, ""),
        ...line("changed", changed, ""),
        ...line("your lines kept where the document changed them too", kept, ""),
        ...line("no longer in the document", removed, "; they stay in the file: take them out if they fail"),
        ...line("no longer chosen", notChosen, "; they stay in the file: take them out if you do not want them"),
        ...line("taken out by you, stays out", leftOut, ""),
        ...line("files added", missing.map(({ path }) => path), ""),
        ...(flags.explain ? explanation(pipeline) : []),
    ].join("\n"));
}

;// CONCATENATED MODULE: ./lib/edge/cli/generate/generate-project.js


















/** `sluice generate`: reads the document, chooses endpoints, writes or updates the project folder, says what is next. */
async function generate(context, given, name) {
    const { flags, network } = readFlags(given);
    const file = flags.config === undefined ? undefined : await readConfig(flags.config);
    const found = flags.update ? await findProject(flags, name, file?.suffixes) : undefined;
    const settings = found?.settings;
    const mode = flags.compat ? "compat" : (settings?.mode ?? "better");
    const allowOpenapi2 = flags.allowOpenapi2 || settings?.allowOpenapi2 === true;
    const place = flags.place ?? settings?.document;
    if (place === undefined)
        throw needsDocument();
    const configuration = await (0,cli_context/* configure */.jK)(context, undefined, network, { needsDestination: false });
    const document = await readSource(context, place, {
        http: (0,build_source/* httpOptions */.$)(configuration),
        allowInsecureHttp: configuration.settings.allowInsecureHttp,
    });
    const alone = readApiDocument(document.text, document.source, { mode, allowOpenapi2 });
    // The reference refuses references to other files; so does its analysis here.
    const tree = mode === "compat" ? alone : await bringInFiles(alone, document.files);
    const methods = flags.methods ?? file?.methods ?? settings?.methods;
    const nameByOperation = flags.nameByOperation || (file?.nameByOperation ?? settings?.nameByOperation) === true;
    const requiredValue = file?.requiredValue ?? settings?.requiredValue;
    const optionalValue = file?.optionalValue ?? settings?.optionalValue;
    const datasetSuffix = file?.suffixes.dataset ?? settings?.datasetSuffix;
    const whole = analyse(tree, {
        mode,
        source: name ?? settings?.name,
        methods,
        nameByOperation,
        requiredValue,
        optionalValue,
        suffixes: { ...file?.suffixes, dataset: datasetSuffix },
    });
    refuseName(whole);
    const folder = found?.folder ?? (0,external_node_path_.resolve)(flags.outputPath, whole.names.folder);
    const overwrite = found === undefined && (await mayWrite(context, flags, folder));
    const patterns = flags.endpoints ?? settings?.endpoints ?? (await pick(context, flags, whole));
    const isRepeated = flags.endpoints === undefined && settings !== undefined;
    const chosen = new Set(chooseResources(whole.resources, patterns, isRepeated));
    const pipeline = chosen.size === whole.resources.length ? whole : selectResources(whole, (one) => chosen.has(one));
    const asked = flags.globalLimit ?? settings?.globalLimit;
    const limit = asked === 0 ? undefined : asked;
    const project = renderProject(pipeline, {
        format: settings?.pipelineFile.endsWith(".json") ? "json" : flags.format,
        documentName: document.source.name,
        limit,
        pipelineFile: settings?.pipelineFile,
    });
    const memory = memoryFiles(project, {
        name: whole.names.project,
        document: "url" in place ? { url: storableUrl(place.url) } : { path: (0,external_node_path_.relative)(folder, (0,external_node_path_.resolve)(place.path)) },
        mode,
        allowOpenapi2,
        endpoints: patterns,
        methods,
        nameByOperation,
        requiredValue,
        optionalValue,
        datasetSuffix,
        globalLimit: limit,
        pipelineFile: settings?.pipelineFile ?? project.pipelineFile,
    });
    if (found !== undefined) {
        const offered = new Set(whole.resources.map((resource) => resource.name));
        await updateProject(context, flags, { found, project, pipeline, offered, memory });
        return;
    }
    const files = [...project.files, ...memory];
    const written = [];
    const kept = [];
    for (const file of files) {
        const stays = overwrite && file.isKept && (await exists((0,external_node_path_.join)(folder, file.path)));
        (stays ? kept : written).push(file);
    }
    // What is in it stays, but others need not read it.
    for (const { path, isSecret } of kept)
        if (isSecret)
            await protectFile((0,external_node_path_.join)(folder, path));
    if (overwrite)
        await replaceFiles(folder, written);
    else
        await createFolder(folder, files);
    reportProject(context, flags, { folder, project, pipeline, offered: whole.resources.length, tree, written });
}
async function readConfig(path) {
    const text = await readIfThere(path);
    if (text !== undefined)
        return readGeneratorFile(text, path);
    throw new errors/* ConfigError */.xL("E_INPUT", `--config: ${path} does not exist`, {
        step: "config",
        hint: "Give the path of a configuration file of dlt-init-openapi, or leave --config out.",
    });
}
/** What remembers how the project was made: the settings, and the pipeline file as it was generated. */
function memoryFiles(project, settings) {
    const baseline = project.files.find(({ path }) => path === project.pipelineFile);
    return [
        { path: SETTINGS_PATH, text: writeSettings(settings), isSecret: false, isKept: false },
        {
            path: `${SETTINGS_FOLDER}/${settings.pipelineFile}`,
            text: baseline?.text ?? "",
            isSecret: false,
            isKept: false,
        },
    ];
}
/** True when a folder is there whose files may be written over; throws when it may not. */
async function mayWrite(context, flags, folder) {
    if (!(await folderIsThere(folder)))
        return false;
    if (flags.force)
        return true;
    const question = `${folder} exists. Write over the files that were generated?`;
    if (flags.interactive && (await context.confirm(question)) === true)
        return true;
    throw folderExists(folder);
}
async function pick(context, flags, whole) {
    if (!flags.interactive || flags.json || !context.isTerminal || process.stdin.isTTY !== true)
        return [];
    // A terminal without a size, as some containers have, cannot show a list.
    if (whole.resources.length < 2 || (process.stderr.columns ?? 0) === 0)
        return [];
    const picked = await pickEndpoints(whole.resources);
    if (picked !== undefined)
        return picked;
    throw new errors/* SluiceError */.ah("E_CANCELLED", "no endpoints were chosen; nothing was written", {
        step: "config",
        hint: "Choose them with --endpoints, or take all with --no-interactive.",
    });
}
/** The name becomes that of a folder, a pipeline and a schema. */
function refuseName({ names }) {
    if (names.project.length <= LONGEST_NAME && /^[\p{L}\p{N}_]+$/u.test(names.project))
        return;
    throw new errors/* ConfigError */.xL("E_INPUT", `${JSON.stringify(names.project.slice(0, 60))} cannot be the name of a project`, {
        step: "config",
        hint: `Give a NAME of letters, digits and underscores, at most ${LONGEST_NAME}: sluice generate NAME ...`,
    });
}
const LONGEST_NAME = 100;
function needsDocument() {
    return new errors/* ConfigError */.xL("E_INPUT", "no OpenAPI document is given", {
        step: "config",
        hint: "Give --path FILE or --url URL.",
    });
}


/***/ })

};
