import type { Tensor } from '../../../src/tensor/tensor';
import type { GanSettings } from '../../../src/training/gan-settings';
import type { GanPlayers } from '../../../src/training/gan-step';
import type { Step } from '../serve';
import { GAN_OPTIONS, type GanStep, type MnistEpoch } from '../work';
import { ganLoss, ganStep, lib, newDiscriminator, newGenerator, pixelsToData, resolveGanSettings } from './package';

const { Adam, bceLoss, bceWithLogitsLoss, DataLoader, full, grad, ones, randn } = lib;
const { findMnist, readMnistImages, scope, tensor, trainGan, zeros } = lib;

export function ganStepOf({ data, preset, filters, ownLoop = false }: GanStep): Step {
  const net = filters === undefined ? 'mlp' : 'dcgan';
  const settings = resolveGanSettings({ ...GAN_OPTIONS, data, preset, net, filters });
  const { batchSize, noiseDim, lr, beta1 } = settings;
  const [generator, discriminator] = [newGenerator(settings), newDiscriminator(settings)];
  const adam = (model: typeof generator | typeof discriminator) =>
    new Adam(model.parameters(), { lr, betas: [beta1, 0.999] });
  const players = { generator, discriminator, optimizerG: adam(generator), optimizerD: adam(discriminator) };
  const loss = ganLoss(settings, 'cpu');
  const nextBatch = data === 'noise' ? () => randn([batchSize, 784]) : mnistBatches(batchSize);
  const step = ownLoop
    ? ownGanStep(players, settings)
    : (real: Tensor, noise: Tensor) => ganStep(players, { ...settings, loss }, real, noise);
  return () => {
    const real = nextBatch();
    const losses = scope(() => step(real, randn([batchSize, noiseDim])));
    real.dispose();
    return losses;
  };
}

/** The step as a user writes it. */
function ownGanStep({ generator, discriminator, optimizerG, optimizerD }: GanPlayers, settings: GanSettings) {
  const isLogit = settings.output === 'logit';
  const criterion = isLogit ? bceWithLogitsLoss : bceLoss;
  const judge = (images: Tensor) => (isLogit ? discriminator.logits(images) : discriminator.forward(images));
  const realLabels = full([settings.batchSize, 1], settings.realLabel);
  const [fakeLabels, wanted] = [zeros([settings.batchSize, 1]), ones([settings.batchSize, 1])];
  return (real: Tensor, noise: Tensor) => {
    const fake = generator.forward(noise);
    const ofFake = judge(fake);
    const lossG = criterion(ofFake, wanted);
    optimizerG.step(grad(lossG, generator.parameters(), { retainGraph: true }));

    const lossD = criterion(judge(real), realLabels).add(criterion(ofFake, fakeLabels));
    optimizerD.step(grad(lossD, discriminator.parameters()));
    return { lossD: lossD.item(), lossG: lossG.item() };
  };
}

/** Epoch after epoch of a training. */
export function mnistEpochOf({ preset }: MnistEpoch): Step {
  const options = { ...GAN_OPTIONS, data: 'mnist', preset, epochs: 1_000_000, device: 'cpu' } as const;
  const epochs = trainGan(options)[Symbol.asyncIterator]();
  return () => epochs.next();
}

/** Shuffled batches as trainGan takes them, epoch after epoch. */
function mnistBatches(batchSize: number): () => Tensor {
  const loader = new DataLoader(mnistImages(), {
    batchSize,
    shuffle: true,
    dropLast: true,
    transform: pixelsToData,
  });
  let batches = loader.batches(loader.startEpoch());
  return () => {
    const next = batches.next();
    if (!next.done) return next.value;
    batches = loader.batches(loader.startEpoch());
    return batches.next().value as Tensor;
  };
}

let mnist: Tensor | undefined;

/** (60000, 784), bytes. */
function mnistImages(): Tensor {
  if (mnist) return mnist;
  const { shape, data } = readMnistImages(findMnist());
  mnist = tensor(data, { shape: [shape[0]!, shape[1]! * shape[2]!] });
  return mnist;
}
