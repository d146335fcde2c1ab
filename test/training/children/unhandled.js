// Which failures of trainings Node reports as handled by nobody: jest has handlers of its own.
const { TrainingRun } = require('../../../lib/training/training-run');

const reported = [];
let current;
process.on('unhandledRejection', ({ message }) => reported.push(`${current}: ${message}`));

async function* failing() {
  await null;
  yield { epoch: 0 };
  throw new Error('failed');
}

async function iterate(run) {
  for await (const _ of run);
}

const cases = {
  'nobody handles the result': (run) => void run.result,
  'nobody handles what follows the result': (run) => void run.result.then(() => {}),
  'nobody handles the loop': (run) => void iterate(run),
  'the loop is handled, the result only asked for': (run) => {
    void run.result;
    iterate(run).catch(() => {});
  },
  'the loop is handled, the result asked for later': (run) => void iterate(run).catch(() => void run.result),
  'the result is handled': (run) => void run.result.catch(() => {}),
  'nobody asks for anything': () => {},
};

async function main() {
  for (const [name, body] of Object.entries(cases)) {
    current = name;
    body(new TrainingRun(failing()));
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
  process.stdout.write(JSON.stringify(reported));
}

main();
