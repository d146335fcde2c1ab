// Trains a small GAN for some steps and gives everything that came of it as text.
const { createHash } = require('node:crypto');
const lib = require('../../../lib');

function trainTinyGan(seed, steps = 30) {
  lib.setNumThreads(1);
  lib.manualSeed(seed);
  const generator = new lib.Generator({ noiseDim: 5, hiddenDim: 7, dataDim: 12 });
  const discriminator = new lib.Discriminator({ dataDim: 12, hiddenDim: 7 });
  const optimizers = [generator, discriminator].map((model) => new lib.Adam(model.parameters(), { lr: 1e-2 }));
  const hash = createHash('sha256');
  for (let step = 0; step < steps; step++) {
    lib.scope(() => {
      const fake = generator.forward(lib.randn([8, 5]));
      const loss = lib.bceWithLogitsLoss(discriminator.logits(fake), lib.rand([8, 1]));
      for (const optimizer of optimizers) optimizer.zeroGrad();
      loss.backward();
      for (const optimizer of optimizers) optimizer.step();
      hash.update(`${loss.item()} `);
    });
  }
  for (const parameter of [...generator.parameters(), ...discriminator.parameters()]) {
    hash.update(new Uint8Array(parameter.toArray().buffer));
  }
  return hash.digest('hex');
}

module.exports = { trainTinyGan };
