/**
 * Ours against PyTorch, alternating in one run: `npm run bench [-- --quick] [--json FILE] [--case NAME]... [--threads N]`.
 * README.md beside this file tells how to read what it prints.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { BUSY_CASE, runBusyCase, slowdown } from './busy-case';
import { gridCases, STEP_CASES } from './cases';
import { type Contestants, startContestants } from './contestants';
import { folderWithTfjs, pythonWithTorch } from './environments';
import { describeMachine } from './machine';
import { Peak } from './peak';
import { PROCESS_CASES, runProcessCase } from './process-cases';
import { formatReport, type Report } from './report';
import type { RoundLimits } from './rounds';
import { medianOf, type Row, speedup } from './row';
import { addDebianPackages, runServiceCase, SERVICE_CASE, type ServiceReport } from './service-case';
import { runStepCase, type StepOptions } from './step-cases';

interface Options {
  isQuick: boolean;
  json?: string;
  /** The cases to run, or the first words of their names; none for all. */
  names: string[];
  threads: number[];
}

const STEP_LIMITS: RoundLimits = { turnMs: 200, budgetMs: 20_000, minRounds: 5, maxRounds: 11 };
const QUICK_STEP_LIMITS: RoundLimits = { turnMs: 100, budgetMs: 1_500, minRounds: 1, maxRounds: 5 };
const GRID_LIMITS: RoundLimits = { turnMs: 50, budgetMs: 1_000, minRounds: 2, maxRounds: 5 };
const QUICK_GRID_LIMITS: RoundLimits = { turnMs: 20, budgetMs: 200, minRounds: 1, maxRounds: 3 };
/** A cell in which PyTorch's step takes longer at 2 threads is not measured at 1. */
const HEAVY_CELL_MS = 50;

function readOptions(): Options {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      json: { type: 'string' },
      case: { type: 'string', multiple: true, default: [] },
      threads: { type: 'string', multiple: true, default: ['1', '2'] },
    },
  });
  const known = [...STEP_CASES, BUSY_CASE, SERVICE_CASE, ...PROCESS_CASES, ...gridCases(values.quick)].map(
    ({ name }) => name,
  );
  const unknown = values.case.find((wanted) => !known.some((name) => isNamed(name, wanted)));
  if (unknown !== undefined) {
    const shown = known.filter((name) => !name.startsWith('grid-'));
    throw new Error(`No case is called ${unknown}; there are ${shown.join(', ')} and grid`);
  }
  const threads = values.threads.map(Number);
  const wrong = values.threads.find((_, index) => !(Number.isInteger(threads[index]) && threads[index]! > 0));
  if (wrong !== undefined) throw new Error(`Expected a number of threads but received ${wrong}`);
  return { isQuick: values.quick, json: values.json, names: values.case, threads };
}

/** "mdn-rnn" names "mdn-rnn-t20" too, but "mdn-rnn-t20" not "mdn-rnn-t200". */
function isNamed(name: string, wanted: string): boolean {
  return name === wanted || name.startsWith(`${wanted}-`);
}

/** A case that is named is run even if it is too long for a quick run. */
function isChosen({ name, isLong }: { name: string; isLong?: boolean }, { isQuick, names }: Options): boolean {
  return names.length > 0 ? names.some((wanted) => isNamed(name, wanted)) : !(isQuick && isLong);
}

async function main(): Promise<void> {
  const options = readOptions();
  const python = pythonWithTorch();
  const notes: string[] = [];
  const note = noteIn(notes);
  const tfjs = options.isQuick ? undefined : unlessMissing('tfjs', note, folderWithTfjs);
  const peak = unlessMissing("the cores' peak", note, () => new Peak());
  const contestants: Contestants = { ...startContestants(python, tfjs), peak };
  const report: Report = { machine: describeMachine(python), rows: [], busy: [], grid: [], notes };
  try {
    await runSteps(options, contestants, report);
    await runBusy(options, contestants, report);
    await runGrid(options, contestants, report);
  } catch (error) {
    endedEarly(error, note);
  } finally {
    for (const contestant of [contestants.pytorch, contestants.ours, contestants.tfjs]) contestant?.stop();
  }
  try {
    await runProcesses(options, python, report);
  } catch (error) {
    endedEarly(error, note);
  }
  try {
    report.service = await runService(options, python);
  } catch (error) {
    endedEarly(error, note);
  }
  if (options.isQuick) note('A quick run has no torch.compile, no tfjs, a small grid and few rounds.');
  if (report.rows.some(({ rounds }) => rounds.tfjs)) note('In Node the wasm backend of tfjs has one thread.');
  console.log(`\n${formatReport(report)}`);
  if (options.json) writeFileSync(options.json, `${JSON.stringify(report, null, 2)}\n`);
}

/** What was measured before a case failed is reported all the same. */
function endedEarly(error: unknown, note: StepOptions['note']): void {
  const [reason] = (error as Error).message.split('\n');
  note(`Not all cases were measured: ${reason}`);
  process.exitCode = 1;
}

/** What a column needs; without it the run goes on without the column. */
function unlessMissing<T>(name: string, note: StepOptions['note'], install: () => T): T | undefined {
  try {
    return install();
  } catch (error) {
    note(`No figures for ${name}: ${(error as Error).message.split('\n')[0]}`);
    return undefined;
  }
}

async function runSteps(options: Options, contestants: Contestants, { rows, notes }: Report): Promise<void> {
  const { isQuick } = options;
  const limits = isQuick ? QUICK_STEP_LIMITS : STEP_LIMITS;
  const note = noteIn(notes);
  for (const step of STEP_CASES.filter((step) => isChosen(step, options))) {
    for (const threads of options.threads) {
      rows.push(told(await runStepCase(step, threads, contestants, { limits, isQuick, note })));
    }
  }
}

/** With the most threads, for one alone waits for nobody. */
async function runBusy(options: Options, contestants: Contestants, { busy }: Report): Promise<void> {
  if (!isChosen(BUSY_CASE, options)) return;
  const row = await runBusyCase(Math.max(...options.threads), contestants, options.isQuick ? 1 : 5);
  console.error(`${row.case}, threads ${row.threads}: ${slowdown(row, 'ours').median.toFixed(2)} times its quiet time`);
  busy.push(row);
}

async function runGrid(options: Options, contestants: Contestants, { grid, notes }: Report): Promise<void> {
  const { isQuick } = options;
  const limits = isQuick ? QUICK_GRID_LIMITS : GRID_LIMITS;
  const note = noteIn(notes);
  for (const step of gridCases(isQuick).filter((step) => isChosen(step, options))) {
    // From many threads to few: the first tells whether the cell is heavy.
    for (const threads of [...options.threads].sort((a, b) => b - a)) {
      const row = told(await runStepCase(step, threads, contestants, { limits, isQuick, note }));
      grid.push({ ...row, cell: step.work });
      if (medianOf(row, 'pytorch')! > HEAVY_CELL_MS) break;
    }
  }
  grid.sort((a, b) => a.threads! - b.threads!);
}

async function runProcesses(options: Options, python: string, { rows }: Report): Promise<void> {
  for (const each of PROCESS_CASES.filter((each) => isChosen(each, options))) {
    const rounds = options.isQuick || each.unit === 'MiB' ? 1 : 7;
    rows.push(told(await runProcessCase(each, python, rounds)));
  }
}

async function runService(options: Options, python: string): Promise<ServiceReport | undefined> {
  if (!isChosen(SERVICE_CASE, options)) return undefined;
  addDebianPackages(python);
  return runServiceCase(python, options.isQuick ? { rounds: 1, seconds: 3 } : { rounds: 5, seconds: 5 });
}

/** Notes each thing once. */
function noteIn(notes: string[]): StepOptions['note'] {
  return (text) => void (notes.includes(text) || notes.push(text));
}

/** Shows on the error output that the run gets on. */
function told(row: Row): Row {
  const threads = row.threads === undefined ? '' : `, threads ${row.threads}`;
  console.error(`${row.case}${threads}: ${speedup(row).median.toFixed(2)}`);
  return row;
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
