import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Command } from 'commander';
import { packageFile } from '../version';
import { newRunFolder } from './run-training';

/** Runs a command of this command line. */
export type RunCommand = (args: string[]) => Promise<unknown>;

export function addDemoCommand(program: Command, runCommand: RunCommand): void {
  program
    .command('demo')
    .description('train both models on data included in this package, and write a report of each')
    .action(() => runDemo(runCommand));
}

/** Shows each step as the command that a user would type. */
async function runDemo(runCommand: RunCommand): Promise<void> {
  const [gan, mdnRnn] = [newRunFolder('demo-digits'), newRunFolder('demo-co2')];
  console.error('Training a GAN on 1,797 digits and an MDN-RNN on the CO2 of Mauna Loa, in about 20 seconds.');
  for (const args of [...digits(gan), ...co2(mdnRnn)]) {
    console.error(`\n> libtorch-generative ${args.join(' ')}`);
    await runCommand(args);
    if (process.exitCode) return; // interrupted
  }
  const reports = [gan, mdnRnn].map((run) => `  ${pathToFileURL(join(run, 'report.html'))}`);
  console.error(`\nOpen the reports in a browser:\n${reports.join('\n')}`);
}

function digits(run: string): string[][] {
  const data = packageFile('demo', 'digits-images-idx3-ubyte.gz');
  const settings = ['--epochs', '300', '--hidden', '256', '--ema-decay', '0.995'];
  return [
    ['train', 'gan', '--data', data, ...settings, '--out', run],
    ['sample', run, '--out', join(run, 'grid.png')],
  ];
}

function co2(run: string): string[][] {
  const data = packageFile('demo', 'co2.csv');
  const series = ['--data', data, '--column', 'CO2', '--time', 'Date', '--horizon', '24', '--test', '0.1'];
  const forecast = join(run, 'forecast');
  return [
    ['train', 'mdn-rnn', ...series, '--out', run],
    ['evaluate', run],
    ['forecast', run, '--horizon', '24', '--out', `${forecast}.csv`, '--chart', `${forecast}.svg`],
  ];
}
