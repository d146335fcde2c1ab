import { LeakyReLU, ReLU, Sigmoid, Tanh } from '../nn/activations';
import { BatchNorm2d } from '../nn/batch-norm2d';
import { ConvTranspose2d } from '../nn/conv-transpose2d';
import { Conv2d } from '../nn/conv2d';
import type { Module } from '../nn/module';
import type { Sequential } from '../nn/sequential';
import type { OnnxNode } from './onnx-file';

/**
 * Returns a node for each layer of a chain.
 *
 * @param name the chain's name in the model, by which its weights are called
 * @param input what the first layer reads
 * @param output what the last one writes
 */
export function chainNodes(chain: Sequential, name: string, input: string, output: string): OnnxNode[] {
  const layers = chain.children();
  const nameOf = (index: number) => (index === layers.length - 1 ? output : `${name}.${index}`);
  return layers.map((layer, index) => ({
    ...operatorOf(layer, `${name}.${index}`, index === 0 ? input : nameOf(index - 1)),
    outputs: [nameOf(index)],
  }));
}

/** Returns a layer as a node without outputs; its weights are called as in the state dict. */
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
  const op =
    layer instanceof ReLU ? 'Relu' : layer instanceof Tanh ? 'Tanh' : layer instanceof Sigmoid ? 'Sigmoid' : '';
  return { op, inputs: [input] };
}

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
