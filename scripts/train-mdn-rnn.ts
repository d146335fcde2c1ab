/**
 * The article's MDN-RNN, line for line, on a real series: `npx tsx scripts/train-mdn-rnn.ts --help`, or where the package
 * is installed `node node_modules/libtorch-generative/lib/scripts/train-mdn-rnn.js --help`.
 * `libtorch-generative train mdn-rnn` does the same and keeps a run folder.
 */
import { Command, InvalidArgumentError } from 'commander';
import {
  Adam,
  DataLoader,
  type Device,
  MdnRnn,
  Mixture,
  manualSeed,
  readCsvColumns,
  resolveDevice,
  Scaler,
  scope,
  slidingWindows,
} from 'libtorch-generative';

const args = new Command('train-mdn-rnn')
  .description("Train the article's MDN-RNN on a column of a CSV file.")
  .requiredOption('--data <file>', 'a CSV file with a header, its rows in the order of time')
  .requiredOption('--column <name>', 'the column to learn')
  .option('--device <name>', 'auto, cpu, cuda or cuda:N', 'auto')
  .option('--seed <n>', 'the same seed gives the same numbers', wholeNumber, 0)
  .option('--epochs <n>', 'how often to go through the data', wholeNumber, 100)
  .showSuggestionAfterError()
  .parse()
  .opts();
// Wrong values end in a message, not in a stack trace
process.once('uncaughtException', ({ message }) => {
  console.error(`error: ${message}`);
  process.exitCode = 1;
});
const device = resolveDevice(args.device as Device);

// Time series data: windows of 24 values and the one that follows
const values = readCsvColumns(args.data, [args.column])[args.column]!;
const windows = slidingWindows(Scaler.fit(values).scale(values), 24).to({ device }); // (N, 25, 1)
const trainLoader = new DataLoader(windows, { batchSize: 32, shuffle: true, dropLast: true });
manualSeed(args.seed);

// Hyperparameter settings
const inputDim = 1;
const hiddenDim = 64;
const outputDim = 1;
const numMixtures = 5;
const lr = 0.001;
const numEpochs = args.epochs;

const model = new MdnRnn({ inputDim, hiddenDim, outputDim, numMixtures }).to(device);
const optimizer = new Adam(model.parameters(), { lr });
// The article's MSELoss does not fit (B, K, D + 2) to (B, D): the mixture's negative log likelihood does
const criterion = (output: ReturnType<typeof model.forward>, target: typeof output) =>
  new Mixture(output).logProb(target).mean().neg();

// Training loop
for (let epoch = 0; epoch < numEpochs; epoch++) {
  let lastLoss = Number.NaN;
  for (const series of trainLoader) {
    lastLoss = scope(() => {
      optimizer.zeroGrad();

      // Input sequence data
      const inputSeq = series.slice(1, 0, -1); // (B, 24, 1)
      const target = series.select(1, -1); // (B, 1)

      // Model prediction
      const output = model.forward(inputSeq); // (B, K, D + 2)
      const loss = criterion(output, target);

      loss.backward();
      optimizer.step();
      return loss.item();
    });
    series.dispose();
  }
  console.log(`Epoch [${epoch}/${numEpochs}], Loss: ${lastLoss.toFixed(4)}`);
}

function wholeNumber(text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number)) throw new InvalidArgumentError('Expected a whole number.');
  return number;
}
