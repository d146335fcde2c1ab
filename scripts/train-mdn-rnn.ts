/**
 * The article's MDN-RNN, line for line, on a real series:
 * `npx tsx scripts/train-mdn-rnn.ts --data co2.csv --column CO2 [--device cuda] [--seed 7] [--epochs 100]`.
 * It is the training loop as a PyTorch user knows it; `libtorch-generative train mdn-rnn` keeps a run folder too.
 */
import { parseArgs } from 'node:util';
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

const { values: args } = parseArgs({
  options: {
    data: { type: 'string' },
    column: { type: 'string' },
    device: { type: 'string', default: 'auto' },
    seed: { type: 'string', default: '0' },
    epochs: { type: 'string', default: '100' },
  },
});
if (!args.data || !args.column) throw new Error('Usage: train-mdn-rnn.ts --data FILE.csv --column NAME');
const device = resolveDevice(args.device as Device);

// Time series data: windows of 24 values and the one that follows
const values = readCsvColumns(args.data, [args.column])[args.column]!;
const windows = slidingWindows(Scaler.fit(values).scale(values), 24).to({ device }); // (N, 25, 1)
const trainLoader = new DataLoader(windows, { batchSize: 32, shuffle: true, dropLast: true });
manualSeed(Number(args.seed));

// Hyperparameter settings
const inputDim = 1;
const hiddenDim = 64;
const outputDim = 1;
const numMixtures = 5;
const lr = 0.001;
const numEpochs = Number(args.epochs);

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
