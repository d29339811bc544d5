import type { z } from "zod";

type Def = z.core.$ZodTypeDef & {
  readonly shape?: Readonly<Record<string, z.core.$ZodType>>;
  readonly innerType?: z.core.$ZodType;
  readonly element?: z.core.$ZodType;
  readonly valueType?: z.core.$ZodType;
  readonly options?: readonly z.core.$ZodType[];
  readonly in?: z.core.$ZodType;
  readonly getter?: () => z.core.$ZodType;
  readonly discriminator?: string;
  readonly values?: readonly unknown[];
};

/**
 * The keys that a schema knows at a place of the input: those of the object there, of all objects when the place may
 * hold several kinds (of a discriminated union only those of the kind that the input names). Empty for free keys.
 */
export function knownKeys(schema: z.core.$ZodType, input: unknown, path: readonly PropertyKey[]): readonly string[] {
  let places: readonly z.core.$ZodType[] = alternatives(schema, input);
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
export function child(value: unknown, key: PropertyKey): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
  return Reflect.get(value, key);
}

function defOf(schema: z.core.$ZodType): Def {
  return schema._zod.def;
}

function step(schema: z.core.$ZodType, key: PropertyKey): z.core.$ZodType | undefined {
  const def = defOf(schema);
  return def.shape?.[String(key)] ?? def.element ?? def.valueType;
}

/** Looks through wrappers and unions to the schemas that may read this value. */
function alternatives(schema: z.core.$ZodType, value: unknown): readonly z.core.$ZodType[] {
  const def = defOf(schema);
  const inner = def.innerType ?? def.in ?? def.getter?.();
  if (inner !== undefined) return alternatives(inner, value);
  if (def.options === undefined) return [schema];
  const all = def.options.flatMap((option) => alternatives(option, value));
  const discriminator = def.discriminator;
  if (discriminator === undefined) return all;
  const named = all.filter((option) => {
    const tag = defOf(option).shape?.[discriminator];
    return tag !== undefined && tagValues(tag).includes(child(value, discriminator));
  });
  return named.length > 0 ? named : all;
}

function tagValues(schema: z.core.$ZodType): readonly unknown[] {
  return [...(schema._zod.values ?? [])];
}
