// The peer from Node: the GAN step on TensorFlow.js with its wasm backend. Run with the folder that it is installed in.
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { findMnist, readMnistImages } from '../../../src/data/mnist';
import { resolveGanSettings } from '../../../src/training/gan-settings';
import { type Step, serve } from '../serve';
import type { GanStep, Work } from '../work';

const folder = process.argv[2]!;
const requireThere = createRequire(join(folder, 'package.json'));
const tf = requireThere('@tensorflow/tfjs-core'); // without types: it is no dependency of this package
requireThere('@tensorflow/tfjs-layers'); // registers the gradients
const wasm = requireThere('@tensorflow/tfjs-backend-wasm');
type TfTensor = ReturnType<typeof tf.zeros>;

function linear(inFeatures: number, outFeatures: number) {
  const bound = 1 / Math.sqrt(inFeatures);
  const weight = tf.variable(tf.randomUniform([inFeatures, outFeatures], -bound, bound));
  const bias = tf.variable(tf.randomUniform([outFeatures], -bound, bound));
  return { weights: [weight, bias], forward: (x: TfTensor) => tf.add(tf.matMul(x, weight), bias) };
}

/** Mean binary cross-entropy of logits in its stable form. */
function bceWithLogits(logits: TfTensor, label: number): TfTensor {
  const softplus = tf.log1p(tf.exp(tf.neg(tf.abs(logits))));
  return tf.mean(tf.add(tf.sub(tf.relu(logits), tf.mul(logits, label)), softplus));
}

async function ganStepOf({ data, preset }: GanStep): Promise<Step> {
  const { batchSize, noiseDim, hidden, lr, beta1, realLabel } = resolveGanSettings({ data, preset });
  const generator = [linear(noiseDim, hidden), linear(hidden, 784)] as const;
  const discriminator = [linear(784, hidden), linear(hidden, 1)] as const;
  const generate = (noise: TfTensor) => tf.tanh(generator[1].forward(tf.relu(generator[0].forward(noise))));
  const judge = (x: TfTensor) => discriminator[1].forward(tf.leakyRelu(discriminator[0].forward(x), 0.2));
  const weightsG = generator.flatMap(({ weights }) => weights);
  const weightsD = discriminator.flatMap(({ weights }) => weights);
  const optimizer = () => tf.train.adam(lr, beta1, 0.999, 1e-8);
  const [optimizerG, optimizerD] = [optimizer(), optimizer()];
  const nextBatch = data === 'noise' ? () => tf.randomNormal([batchSize, 784]) : mnistBatches(batchSize);
  return () =>
    tf.tidy(() => {
      const real = nextBatch();
      const noise = tf.randomNormal([batchSize, noiseDim]);
      let fake: TfTensor;
      const lossG = optimizerG.minimize(
        () => {
          fake = tf.keep(generate(noise));
          return bceWithLogits(judge(fake), 1);
        },
        true,
        weightsG,
      );
      const lossD = optimizerD.minimize(
        () => tf.add(bceWithLogits(judge(real), realLabel), bceWithLogits(judge(fake), 0)),
        true,
        weightsD,
      );
      fake.dispose();
      return { lossD: lossD.dataSync()[0], lossG: lossG.dataSync()[0] };
    });
}

let mnist: TfTensor | undefined;

/** Shuffled batches, epoch after epoch. */
function mnistBatches(batchSize: number): () => TfTensor {
  mnist ??= loadMnist();
  const images = mnist;
  let order: number[] = [];
  return () => {
    if (order.length < batchSize) order = Array.from(tf.util.createShuffledIndices(images.shape[0]));
    return tf.gather(images, tf.tensor1d(order.splice(0, batchSize), 'int32'));
  };
}

function loadMnist(): TfTensor {
  const { shape, data } = readMnistImages(findMnist());
  const pixels = Float32Array.from(data, (pixel) => pixel / 127.5 - 1);
  return tf.tensor2d(pixels, [shape[0], 784]);
}

async function prepare(work: Work): Promise<Step> {
  if (work.kind !== 'gan-step') throw new Error(`tfjs has no ${work.kind} here`);
  return ganStepOf(work);
}

/** Its threads need a browser's workers: in Node the backend has one. */
const setNumThreads = () => {};

async function main(): Promise<void> {
  const binaries = dirname(requireThere.resolve('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm'));
  wasm.setWasmPaths(`${binaries}/`);
  await tf.setBackend('wasm');
  await serve(prepare, setNumThreads);
}

main();
