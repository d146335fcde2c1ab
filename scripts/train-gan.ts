/**
 * The article's GAN, line for line, as a PyTorch user knows it: `npx tsx scripts/train-gan.ts --help`, or where the
 * package is installed `node node_modules/libtorch-generative/lib/scripts/train-gan.js --help`.
 * `libtorch-generative train gan --as-written` does the same, faster.
 */
import { Command, InvalidArgumentError } from 'commander';
import {
  Adam,
  bceLoss,
  type Device,
  Discriminator,
  Generator,
  manualSeed,
  ones,
  randn,
  resolveDevice,
  scope,
  zeros,
} from 'libtorch-generative';

const args = new Command('train-gan')
  .description("Train the article's GAN on random data, for the numbers that its program prints.")
  .option('--device <name>', 'auto, cpu, cuda or cuda:N', 'auto')
  .option('--seed <n>', 'the same seed gives the same numbers', wholeNumber, 0)
  .option('--epochs <n>', 'batches to train on', wholeNumber, 200)
  .showSuggestionAfterError()
  .parse()
  .opts();
// Wrong values end in a message, not in a stack trace
process.once('uncaughtException', ({ message }) => {
  console.error(`error: ${message}`);
  process.exitCode = 1;
});
const device = resolveDevice(args.device as Device);
manualSeed(args.seed);

// Hyperparameter settings
const lr = 0.0002;
const noiseDim = 100; // Generator input size
const dataDim = 784; // Example: MNIST's 28x28=784
const numEpochs = args.epochs;

// Model initialization
const G = new Generator({ noiseDim, dataDim }).to(device);
const D = new Discriminator({ dataDim }).to(device);

// Loss function and optimizer settings
const criterion = bceLoss;
const optimizerG = new Adam(G.parameters(), { lr });
const optimizerD = new Adam(D.parameters(), { lr });

// Training loop
for (let epoch = 0; epoch < numEpochs; epoch++) {
  // The scope frees the epoch's tensors, which in Python go when their names do
  const { lossD, lossG } = scope(() => {
    // Prepare real data and labels
    const realData = randn([128, dataDim], { device }); // Example real data
    const realLabels = ones([128, 1], { device });

    // Train Generator
    optimizerG.zeroGrad();
    const noise = randn([128, noiseDim], { device });
    const fakeData = G.forward(noise);
    const fakeLabels = zeros([128, 1], { device });

    const output = D.forward(fakeData);
    const lossG = criterion(output, fakeLabels);
    lossG.backward();
    optimizerG.step();

    // Train Discriminator
    optimizerD.zeroGrad();

    const outputReal = D.forward(realData);
    const outputFake = D.forward(fakeData.detach()); // No gradient calculation
    const lossDReal = criterion(outputReal, realLabels);
    const lossDFake = criterion(outputFake, fakeLabels);

    const lossD = lossDReal.add(lossDFake);
    lossD.backward();
    optimizerD.step();
    return { lossD: lossD.item(), lossG: lossG.item() };
  });

  if (epoch % 10 === 0) {
    console.log(`Epoch [${epoch}/${numEpochs}], Loss D: ${lossD.toFixed(4)}, Loss G: ${lossG.toFixed(4)}`);
  }
}

function wholeNumber(text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number)) throw new InvalidArgumentError('Expected a whole number.');
  return number;
}
