import { invalidArgument } from '../errors';

const MOST_NAMES = 20;

/**
 * Returns the number of a class that is asked for by its name, or by its number.
 *
 * @param classes the names of those that a GAN has learned
 * @throws ERR_INVALID_ARGUMENT if there is none
 */
export function classNumber(asked: string | number | undefined, classes: readonly string[]): number | undefined {
  if (asked === undefined) return undefined;
  if (classes.length === 0) throw invalidArgument('class', 'nothing, as the GAN was trained without classes,', asked);
  const byName = classes.indexOf(`${asked}`);
  if (byName !== -1) return byName;
  const isNumbered = !classes.some(isNumber); // a number is never mistaken for a name that is one
  if (isNumbered && isNumber(`${asked}`) && Number(asked) < classes.length) return Number(asked);
  throw invalidArgument(
    'class',
    `one of ${classNames(classes)}${isNumbered ? `, or 0 to ${classes.length - 1}` : ''},`,
    asked,
  );
}

function isNumber(name: string): boolean {
  return /^\d+$/.test(name);
}

/** Lists names of classes, of many the first. */
export function classNames(classes: readonly string[]): string {
  return classes.slice(0, MOST_NAMES).join(', ') + (classes.length > MOST_NAMES ? ', ...' : '');
}

/** Whether these are the same names in the same order. */
export function areSameClasses(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name, index) => name === b[index]);
}
