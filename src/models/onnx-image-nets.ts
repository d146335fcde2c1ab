import type { DcganDiscriminator, DcganGenerator } from './dcgan';
import type { OnnxGraph, OnnxInitializer, OnnxNode } from './onnx-file';
import { chainNodes, linear, weightsOf } from './onnx-layers';
import type { ResnetDiscriminator, ResnetGenerator } from './resnet-gan';

export function dcganGeneratorGraph(model: DcganGenerator): OnnxGraph {
  return generatorGraph(model, [model.noiseDim, 1, 1], (noise, samples) => [
    { op: 'Reshape', inputs: [noise, 'startShape'], outputs: ['start'] },
    ...chainNodes(model.main, 'main', 'start', samples),
  ]);
}

export function resnetGeneratorGraph(model: ResnetGenerator): OnnxGraph {
  return generatorGraph(model, model.startShape, (noise, samples) => [
    linear(noise, 'first', 'features'),
    { op: 'Reshape', inputs: ['features', 'startShape'], outputs: ['start'] },
    ...chainNodes(model.blocks, 'blocks', 'start', 'images'),
    ...chainNodes(model.last, 'last', 'images', samples),
  ]);
}

export function dcganDiscriminatorGraph(model: DcganDiscriminator): OnnxGraph {
  return discriminatorGraph(model, (data, probability) => [
    ...chainNodes(model.main, 'main', data, 'point'),
    { op: 'Flatten', inputs: ['point'], outputs: [probability] },
  ]);
}

export function resnetDiscriminatorGraph(model: ResnetDiscriminator): OnnxGraph {
  const axes = { name: 'axes', dims: [2], data: BigInt64Array.of(2n, 3n) };
  const nodes = (data: string, probability: string): OnnxNode[] => [
    ...chainNodes(model.blocks, 'blocks', data, 'maps'),
    { op: 'ReduceSum', inputs: ['maps', 'axes'], outputs: ['features'], attributes: { keepdims: { int: 0 } } },
    linear('features', 'last', 'logit'),
    { op: 'Sigmoid', inputs: ['logit'], outputs: [probability] },
  ];
  return discriminatorGraph(model, nodes, [axes]);
}

/** @param startShape that of the first images, without the batch */
function generatorGraph(
  model: DcganGenerator | ResnetGenerator,
  startShape: number[],
  nodesOf: (noise: string, samples: string) => OnnxNode[],
): OnnxGraph {
  const { noiseDim, channels, resolution } = model;
  const sizes = BigInt64Array.from([0, ...startShape], BigInt); // 0: unchanged
  return {
    name: model.constructor.name,
    inputs: [{ name: 'noise', dims: ['batch', noiseDim] }],
    outputs: [{ name: 'samples', dims: ['batch', channels, resolution, resolution] }],
    nodes: nodesOf('noise', 'samples'),
    initializers: [...weightsOf(model), { name: 'startShape', dims: [sizes.length], data: sizes }],
  };
}

function discriminatorGraph(
  model: DcganDiscriminator | ResnetDiscriminator,
  nodesOf: (data: string, probability: string) => OnnxNode[],
  constants: OnnxInitializer[] = [],
): OnnxGraph {
  const { channels, resolution } = model;
  return {
    name: model.constructor.name,
    inputs: [{ name: 'data', dims: ['batch', channels, resolution, resolution] }],
    outputs: [{ name: 'probability', dims: ['batch', 1] }],
    nodes: nodesOf('data', 'probability'),
    initializers: [...weightsOf(model), ...constants],
  };
}
