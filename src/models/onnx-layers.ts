import { LeakyReLU, ReLU, Sigmoid, Tanh } from '../nn/activations';
import { AvgPool2d } from '../nn/avg-pool2d';
import { BatchNorm2d } from '../nn/batch-norm2d';
import { ConvTranspose2d } from '../nn/conv-transpose2d';
import { Conv2d } from '../nn/conv2d';
import { inEvalMode } from '../nn/eval-mode';
import type { Linear } from '../nn/linear';
import type { Module } from '../nn/module';
import type { Sequential } from '../nn/sequential';
import type { StateDict } from '../nn/state-dict';
import { Upsample } from '../nn/upsample';
import { noGrad } from '../tensor/autograd';
import type { OnnxInitializer, OnnxNode } from './onnx-file';
import { ResidualBlock } from './residual-block';

/**
 * Returns the nodes of a chain.
 *
 * @param name the chain's name in the model, by which its weights are called
 * @param input what the first layer reads
 * @param output what the last one writes
 */
export function chainNodes(chain: Sequential, name: string, input: string, output: string): OnnxNode[] {
  const layers = chain.children();
  const nameOf = (index: number) => (index === layers.length - 1 ? output : `${name}.${index}`);
  return layers.flatMap((layer, index) =>
    layerNodes(layer, `${name}.${index}`, index === 0 ? input : nameOf(index - 1), nameOf(index)),
  );
}

function layerNodes(layer: Module, name: string, input: string, output: string): OnnxNode[] {
  if (!(layer instanceof ResidualBlock)) return [{ ...operatorOf(layer, name, input), outputs: [output] }];
  const { residual, shortcut } = layer;
  const parts = [`${name}.residual`, `${name}.shortcut`] as const;
  const isIdentity = shortcut.children().length === 0;
  return [
    ...chainNodes(residual, parts[0], input, parts[0]),
    ...chainNodes(shortcut, parts[1], input, parts[1]),
    { op: 'Add', inputs: [parts[0], isIdentity ? input : parts[1]], outputs: [output] },
  ];
}

/** Returns a layer as a node without outputs; its weights are called as in {@link weightsOf}. */
function operatorOf(layer: Module, name: string, input: string): Omit<OnnxNode, 'outputs'> {
  if (layer instanceof Conv2d || layer instanceof ConvTranspose2d) {
    const op = layer instanceof Conv2d ? 'Conv' : 'ConvTranspose';
    return {
      op,
      inputs: [input, `${name}.weight`, ...(layer.bias ? [`${name}.bias`] : [])],
      attributes: windowsOf(layer),
    };
  }
  if (layer instanceof BatchNorm2d) {
    const inputs = ['weight', 'bias', 'running_mean', 'running_var'].map((each) => `${name}.${each}`);
    return { op: 'BatchNormalization', inputs: [input, ...inputs], attributes: { epsilon: { float: layer.eps } } };
  }
  if (layer instanceof LeakyReLU) {
    return { op: 'LeakyRelu', inputs: [input], attributes: { alpha: { float: layer.negativeSlope } } };
  }
  if (layer instanceof Upsample) {
    return { op: 'Resize', inputs: [input, '', `${name}.scales`], attributes: NEAREST };
  }
  if (layer instanceof AvgPool2d) {
    const attributes = { kernel_shape: { ints: layer.kernelSize }, strides: { ints: layer.stride } };
    return { op: 'AveragePool', inputs: [input], attributes };
  }
  const op =
    layer instanceof ReLU ? 'Relu' : layer instanceof Tanh ? 'Tanh' : layer instanceof Sigmoid ? 'Sigmoid' : '';
  return { op, inputs: [input] };
}

/** PyTorch's mode "nearest". */
const NEAREST: OnnxNode['attributes'] = {
  mode: { text: 'nearest' },
  coordinate_transformation_mode: { text: 'asymmetric' },
  nearest_mode: { text: 'floor' },
};

function windowsOf(layer: Conv2d | ConvTranspose2d): OnnxNode['attributes'] {
  const { kernelSize, stride, padding, dilation, groups } = layer;
  return {
    kernel_shape: { ints: kernelSize },
    strides: { ints: stride },
    pads: { ints: [...padding, ...padding] },
    dilations: { ints: dilation },
    group: { int: groups },
    ...(layer instanceof ConvTranspose2d && { output_padding: { ints: layer.outputPadding } }),
  };
}

/** Returns y = x Wᵀ + b as a node. */
export function linear(input: string, layer: string, output: string): OnnxNode {
  const attributes = { transB: { int: 1 } };
  return { op: 'Gemm', inputs: [input, `${layer}.weight`, `${layer}.bias`], outputs: [output], attributes };
}

/** Returns what the nodes of a model's layers read: weights, statistics and factors. */
export function weightsOf(model: Module): OnnxInitializer[] {
  // Without the counts of batches, which only training needs.
  const saved = Object.entries(model.stateDict()).filter(([name, { dtype }]) => {
    return dtype !== 'int64' && !name.includes('parametrizations.');
  });
  const modules = model.namedModules();
  const normalized = inEvalMode(model, () => noGrad(() => modules.flatMap(([name, each]) => normalizedOf(name, each))));
  const factors = modules.flatMap(([name, each]) =>
    each instanceof Upsample
      ? [{ name: `${name}.scales`, dims: [4], data: Float32Array.of(1, 1, ...each.scaleFactor) }]
      : [],
  );
  return [...initializersOf(Object.fromEntries([...saved, ...normalized])), ...factors];
}

/** Returns the weight of a layer with spectral norm, as its node reads it. */
function normalizedOf(name: string, layer: Module): [string, StateDict[string]][] {
  if (!('parametrizations' in layer)) return [];
  return [[`${name}.weight`, (layer as Linear | Conv2d).weight]];
}

export function initializersOf(tensors: StateDict): OnnxInitializer[] {
  return Object.entries(tensors).map(([name, tensor]) => {
    return { name, dims: tensor.shape, data: tensor.to({ dtype: 'float32' }).toArray() as Float32Array };
  });
}
