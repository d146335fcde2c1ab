/** A requirement of a package, such as `cuda-toolkit[cublas,cudart]==13.0.3`. */
export interface Requirement {
  /** As it was written. */
  text: string;
  /** Normalized: lower case with hyphens. */
  project: string;
  extras: string[];
  /** `==13.0.3`, `>=13.0.88,<14`, or "" for any version. */
  specifier: string;
}

/**
 * Returns the requirements for Linux in a wheel's METADATA.
 *
 * @param extras the requested extras of the wheel itself
 * @see https://packaging.python.org/en/latest/specifications/dependency-specifiers/
 */
export function requirementsIn(metadata: string, extras: readonly string[] = []): Requirement[] {
  const lines = [...metadata.matchAll(/^Requires-Dist: *([^;\n]+?) *(?:;(.*))?$/gm)];
  return lines
    .filter(([, , marker = '']) => isAskedFor(marker, extras))
    .map(([, requirement]) => parseRequirement(requirement!));
}

export function parseRequirement(text: string): Requirement {
  const [, name = '', extras = '', specifier = ''] = text.match(/^([\w.-]+) *(?:\[([^\]]*)\])? *\(?([^)]*)\)?$/) ?? [];
  return {
    text,
    project: name.toLowerCase().replace(/[-_.]+/g, '-'),
    extras: extras.split(',').flatMap((extra) => extra.trim() || []),
    specifier: specifier.replaceAll(' ', ''),
  };
}

/** Evaluates a marker's extras and systems. Python versions do not matter: no Python code is run. */
function isAskedFor(marker: string, extras: readonly string[]): boolean {
  const wanted = [...marker.matchAll(/extra *== *["']([^"']+)["']/g)].map(([, extra]) => extra!);
  if (wanted.length > 0 && !wanted.some((extra) => extras.includes(extra))) return false;
  const systems = [...marker.matchAll(/(?:sys_platform|platform_system) *== *["']([^"']+)["']/g)];
  return systems.length === 0 || systems.some(([, system]) => system!.toLowerCase() === 'linux');
}

/**
 * Returns whether a version meets every part of a specifier. Versions are compared by their numbers; a local label such
 * as "+cpu" is compared only if the specifier has one.
 *
 * @see https://peps.python.org/pep-0440/
 */
export function satisfies(version: string, specifier: string): boolean {
  return specifier.split(',').every((part) => {
    const [, operator = '', wanted = ''] = part.match(/^(===?|!=|>=|<=|>|<|~=)?(.*)$/) ?? [];
    return wanted === '' || meets(version, operator, wanted);
  });
}

function meets(version: string, operator: string, wanted: string): boolean {
  if (wanted.endsWith('.*')) {
    const prefix = numbersOf(wanted.slice(0, -2));
    const isWithin = prefix.every((number, index) => (numbersOf(version)[index] ?? 0) === number);
    return isWithin === (operator !== '!=');
  }
  const order = compareVersions(version, wanted);
  const [, label] = version.split('+');
  const [, wantedLabel] = wanted.split('+');
  const isSame = order === 0 && (wantedLabel === undefined || wantedLabel === label);
  switch (operator) {
    case '!=':
      return !isSame;
    case '>=':
      return order >= 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '<':
      return order < 0;
    case '~=': {
      const series = numbersOf(wanted).slice(0, -1);
      return order >= 0 && series.every((number, index) => numbersOf(version)[index] === number);
    }
    default:
      return isSame;
  }
}

/** Compares versions for sorting; missing numbers are 0. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [numbersOf(a), numbersOf(b)];
  for (let index = 0; index < Math.max(left.length, right.length); index++) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function numbersOf(version: string): number[] {
  return version
    .split('+')[0]!
    .split('.')
    .map((part) => Number.parseInt(part, 10));
}
