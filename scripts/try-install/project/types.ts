import { type GanEpoch, Generator, randn, type Tensor, trainGan } from 'libtorch-generative';

const generator = new Generator({ noiseDim: 10, hiddenDim: 16, dataDim: 4 });
const images: Tensor = generator.forward(randn([2, 10]));
const record: GanEpoch | undefined = undefined;
export const run = () => trainGan({ data: 'noise', epochs: 1 });
// @ts-expect-error: an option's name is checked
export const wrong = () => trainGan({ data: 'noise', epoch: 1 });
console.log(images.shape, record);
