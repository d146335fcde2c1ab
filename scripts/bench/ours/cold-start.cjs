// From nothing to the first finished train step: `node cold-start.cjs gan` or `mdn-rnn`. Plain JavaScript, so that no
// transpiler is loaded with it.
const { Adam, Discriminator, Generator, grad, MdnRnn, randn, scope } = require('../../../lib');

function trainGan() {
  const { ganLoss } = require('../../../lib/training/gan-loss');
  const { ganStep } = require('../../../lib/training/gan-step');
  const { resolveGanSettings } = require('../../../lib/training/gan-settings');
  const settings = resolveGanSettings({ data: 'noise' });
  const generator = new Generator();
  const discriminator = new Discriminator();
  const adam = (model) => new Adam(model.parameters(), { lr: settings.lr });
  const players = { generator, discriminator, optimizerG: adam(generator), optimizerD: adam(discriminator) };
  const [real, noise] = [randn([128, 784]), randn([128, 100])];
  ganStep(players, { ...settings, loss: ganLoss(settings, 'cpu') }, real, noise);
}

function trainMdnRnn() {
  const { windowLoss } = require('../../../lib/training/mdn-rnn-loss');
  const model = new MdnRnn();
  const optimizer = new Adam(model.parameters());
  scope(() => {
    const loss = windowLoss(model, randn([32, 51, 1]), { loss: 'nll', betaNll: 0 });
    optimizer.step(grad(loss, model.parameters()));
    return loss.item();
  });
}

if (process.argv[2] === 'gan') trainGan();
else trainMdnRnn();
