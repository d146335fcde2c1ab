import { type Command, Option as Flag } from 'commander';
import { type Surface, worded } from '../errors';
import type { Option, OptionTable } from '../option';

/** `batchSize` as `--batch-size`. */
function flagOf(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** Messages that name options as flags, where they are some of the program's. */
export function commandLine(program: Command): Surface {
  const flags = new Set(allFlags(program));
  const option = (name: string) => {
    const flag = flagOf(name.replace(/\[\d+\]$/, '')); // an array's elements are words after its flag
    return flags.has(flag) ? flag : name;
  };
  return {
    option,
    setting: (name, value) => (typeof value === 'boolean' ? switchOf(name, value) : `${option(name)} ${value}`),
    choose: ({ commandLine }) => commandLine,
  };
}

/** `--exact`, or `--no-select` for what is on by default. */
function switchOf(name: string, value: boolean): string {
  return value ? flagOf(name) : flagOf(name).replace('--', '--no-');
}

function allFlags(command: Command): string[] {
  return [...command.options.map(({ long }) => long!), ...command.commands.flatMap(allFlags)];
}

/** Headings of a command's help, and the options that are listed under each. */
export type Headings<Options> = Record<string, (keyof Options)[]>;

/** Adds the flags of a table's options; those without a heading are listed last. */
export function addFlags<Options>(
  command: Command,
  table: OptionTable<Options>,
  headings: Headings<Options> = {},
): Command {
  const add = (name: keyof Options, heading?: string) => {
    const option = table[name] as Option;
    if (option.help === undefined) return;
    const flag = flagFor(name as string, option);
    command.addOption(heading === undefined ? flag : flag.helpGroup(`${heading}:`));
    if (flag.negate) command.setOptionValue(name as string, undefined); // not given
  };
  const listed = Object.entries(headings).flatMap(([heading, names]) => names.map((name) => ({ name, heading })));
  for (const { name, heading } of listed) add(name, heading);
  const rest = Object.keys(table).filter((name) => !listed.some((each) => each.name === name));
  for (const name of rest) add(name as keyof Options);
  return command;
}

/** Shows commands that a user could type, at the end of a command's help. */
export function addExamples(command: Command, ...examples: string[]): Command {
  const lines = examples.map((example) => `  npx libtorch-generative ${example}\n`);
  return command.addHelpText('after', `\nExamples:\n${lines.join('')}`.trimEnd());
}

function flagFor(name: string, option: Option): Flag {
  const { check, placeholder, parse = (text) => text, choices = [], help } = option;
  const usual = defaultInWords(option);
  const words = [...(choices.length > 0 ? [choices.join(', ')] : []), ...(usual ? [`default: ${usual}`] : [])].join(
    '; ',
  );
  const flag = new Flag(
    placeholder ? `${flagOf(name)} <${placeholder}>` : switchOf(name, option.default !== true),
    words ? `${help} (${words})` : help,
  );
  flag.argChoices = choices.length > 0 ? [...choices] : undefined; // for shells that complete
  if (!placeholder) return flag;
  return flag.argParser((text, previous) => {
    const value = parse(text);
    const all = flag.variadic ? [...((previous as unknown[] | undefined) ?? []), value] : value;
    if (previous !== undefined && !flag.variadic) throw givenTwice(name);
    check(name, all);
    return all;
  });
}

function givenTwice(name: string) {
  return worded('ERR_INVALID_ARGUMENT', ({ option }) => `${option(name)} is given twice.`);
}

/** "1e-3; with --preset article: 2e-4" */
function defaultInWords({ default: usual, unless = [], defaultHelp }: Option): string | undefined {
  if (defaultHelp !== undefined || !isTold(usual)) return defaultHelp;
  const others = (unless as [object, unknown][]).map(([when, value]) => {
    const conditions = Object.entries(when).map(([name, value]) => flagOf(name) + (value === true ? '' : ` ${value}`));
    return `; with ${conditions.join(' and ')}: ${short(value)}`;
  });
  return short(usual) + others.join('');
}

/** Off and nothing go without saying. */
function isTold(value: unknown): boolean {
  return value !== undefined && typeof value !== 'boolean' && !(Array.isArray(value) && value.length === 0);
}

/** As people write it: 1e-3, not 0.001. */
function short(value: unknown): string {
  const plain = String(value);
  const scientific = typeof value === 'number' && value < 1 ? value.toExponential() : plain;
  return scientific.length < plain.length ? scientific : plain;
}
