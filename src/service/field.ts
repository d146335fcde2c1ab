import { type Check, checkString, unknownName } from '../check';
import { describe, invalidArgument } from '../errors';
import { finiteNumber, wholeNumber } from '../option';
import { inField, ServiceError } from './problem';

/** A JSON schema. */
export type Schema = Record<string, unknown>;

/** A field of a request: its description in the OpenAPI document, and the check that its value must pass. */
export interface Field {
  schema: Schema;
  check: Check;
}

/** The fields of a request or of a part of it, each declared once. */
export type Fields<T> = { [Name in keyof T]-?: Field };

export function integerField(bounds: { min?: number; max?: number }, schema: Schema): Field {
  const { min: minimum, max: maximum } = bounds;
  return {
    schema: { type: 'integer', ...(minimum !== undefined && { minimum }), ...(maximum && { maximum }), ...schema },
    check: wholeNumber(bounds).check,
  };
}

export function positiveField(schema: Schema): Field {
  return { schema: { type: 'number', exclusiveMinimum: 0, ...schema }, check: finiteNumber({ above: 0 }).check };
}

export function nameField(schema: Schema): Field {
  return { schema: { type: 'string', minLength: 1, ...schema }, check: checkString };
}

/** A field whose value is checked where it is read. */
export function describedField(schema: Schema): Field {
  return { schema, check: () => {} };
}

/** Returns the schema of an object with these fields. */
export function schemaOf<T>(fields: Fields<T>, rest: Schema = {}): Schema {
  const properties = Object.entries<Field>(fields).map(([name, { schema }]) => [name, schema]);
  return { type: 'object', additionalProperties: false, properties: Object.fromEntries(properties), ...rest };
}

/**
 * Returns a part of a request, parsed from JSON, whose fields are all known and valid.
 *
 * @param path where the object is in the request, such as `series[2]`; "" for the body
 * @throws ERR_INVALID_ARGUMENT, with the field
 */
export function readFields<T extends object>(value: unknown, fields: Fields<T>, path = ''): T {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    if (path) throw invalidArgument(path, 'an object', value);
    throw new ServiceError(400, `Expected an object for the body but received ${describe(value)}`);
  }
  for (const [name, each] of Object.entries(value)) {
    const field = below(path, name);
    if (!Object.hasOwn(fields, name)) throw inField(field, unknownName(path || 'the body', name, Object.keys(fields)));
    fields[name as keyof T].check(field, each);
  }
  return value as T;
}

/** `series[2].values` */
export function below(path: string, name: string): string {
  return path ? `${path}.${name}` : name;
}
