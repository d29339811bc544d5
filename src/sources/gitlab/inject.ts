import { isJsonObject, type JsonValue, KEY_ORDER, keysOf, setOwn } from "../../core/json.ts";

/** A step that renames a field; where the record has the new name already, the old field just goes. */
export function injectId(from: string, to: string): (record: JsonValue) => JsonValue {
  return (record) => {
    if (!isJsonObject(record) || !Object.hasOwn(record, from)) return record;
    const keys = keysOf(record);
    const keep = Object.hasOwn(record, to);
    const renamed: { [key: string]: JsonValue; [KEY_ORDER]?: readonly string[] } = {};
    const order: string[] = [];
    for (const key of keys) {
      if (key === from && keep) continue;
      const name = key === from ? to : key;
      order.push(name);
      setOwn(renamed, name, record[key] ?? null);
    }
    // Object.keys gives the document's order, unless the record had to keep its own.
    if (KEY_ORDER in record) renamed[KEY_ORDER] = order;
    return renamed;
  };
}
