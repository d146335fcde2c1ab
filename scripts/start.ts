// The main job: builds what is needed, trains the GAN on MNIST and the MDN-RNN on the CO2 of Mauna Loa, evaluates both,
// and leaves a grid of digits, a forecast and their reports in runs/.
import { spawnSync } from 'node:child_process';
import { constants } from 'node:os';
import { join } from 'node:path';
import { newRunFolder } from '../src/cli/run-training';
import { build } from './build';
import { root } from './if-changed';
import { runMain } from './run-main';

const commandLine = join(root, 'lib', 'cli', 'main.js');
const co2 = join(root, 'node_modules', 'vega-datasets', 'data', 'co2-concentration.csv');

/** Runs a command of the package's command line; ends with its status if it fails. */
function run(...args: string[]): void {
  console.error(`\n> libtorch-generative ${args.join(' ')}`);
  const { status, signal } = spawnSync(process.execPath, [commandLine, ...args], { stdio: 'inherit', cwd: root });
  if (status !== 0) process.exit(status ?? 128 + constants.signals[signal!]);
}

async function main(): Promise<void> {
  // The children stop at Ctrl-C by themselves, with a checkpoint; this process waits for that.
  process.on('SIGINT', () => {});
  console.error(
    'Builds the package (about 5 minutes the first time, with the download of libtorch), then trains the GAN on MNIST ' +
      '(about a minute) and the MDN-RNN on the CO2 of Mauna Loa (a few seconds). Pictures and reports go to runs/.',
  );
  await build();
  process.chdir(root);

  const gan = newRunFolder('gan');
  run('train', 'gan', '--data', 'mnist', '--out', gan);
  run('sample', gan, '--out', join(gan, 'grid.png'));
  run('evaluate', gan);
  run('report', gan);

  const mdnRnn = newRunFolder('mdn-rnn');
  const series = ['--data', co2, '--column', 'CO2', '--time', 'Date'];
  run('train', 'mdn-rnn', ...series, '--horizon', '24', '--test', '0.1', '--out', mdnRnn);
  run('evaluate', mdnRnn);
  const forecast = join(mdnRnn, 'forecast');
  run('forecast', mdnRnn, '--out', `${forecast}.csv`, '--chart', `${forecast}.svg`);
}

runMain(main);
