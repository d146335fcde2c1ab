import { checkString, isInstance, readEntries, reading, readOptions } from '../check';
import { invalidArgument } from '../errors';
import { writeFileAtomic } from '../files';
import { Module } from '../nn/module';
import type { StateDict } from '../nn/state-dict';
import { cat } from '../tensor/creation';
import { scope } from '../tensor/scope';
import type { Tensor } from '../tensor/tensor';
import { packageVersion } from '../version';
import { ConditionalGenerator } from './conditional-generator';
import { DcganDiscriminator, DcganGenerator } from './dcgan';
import { Discriminator } from './discriminator';
import { Generator } from './generator';
import { MdnRnn } from './mdn-rnn';
import { conditionalGeneratorGraph, projectionDiscriminatorGraph } from './onnx-conditional';
import type { OnnxGraph } from './onnx-file';
import {
  dcganDiscriminatorGraph,
  dcganGeneratorGraph,
  resnetDiscriminatorGraph,
  resnetGeneratorGraph,
} from './onnx-image-nets';
import { initializersOf, linear } from './onnx-layers';
import { ProjectionDiscriminator } from './projection-discriminator';
import { ResnetDiscriminator, ResnetGenerator } from './resnet-gan';
import type { SampleDiscriminator } from './sample-discriminator';
import type { SampleGenerator } from './sample-generator';

/** A model that {@link exportOnnx} can write. */
export type OnnxExportable = SampleGenerator | SampleDiscriminator | MdnRnn;

/** It has all operators used here, and runtimes since 2022 support it. */
const OPSET = 17;

/**
 * Writes a model as ONNX, opset 17, in float32 with a dynamic batch size:
 *
 * | model | input | output |
 * |---|---|---|
 * | {@link Generator} | `noise` (batch, noiseDim) | `samples` (batch, dataDim) in [-1, 1] |
 * | {@link Discriminator} | `data` (batch, dataDim) | `probability` (batch, 1) |
 * | {@link DcganGenerator}, {@link ResnetGenerator} | `noise` (batch, noiseDim) | `samples` (batch, channels, height, width) in [-1, 1] |
 * | {@link DcganDiscriminator}, {@link ResnetDiscriminator} | `data` (batch, channels, height, width) | `probability` (batch, 1) |
 * | {@link ConditionalGenerator}, {@link ProjectionDiscriminator} | as their net, and `label` (batch), int64 | as their net |
 * | {@link MdnRnn} | `input` (batch, time, inputDim) | `raw` (batch, K, D + 2), as {@link MdnRnn.forward} returns it |
 *
 * @param file path of the file; the write is atomic, so a failure leaves no partial file
 * @param options.metadata strings by name to store in the file's `metadata_props`
 * @see https://onnx.ai/onnx/operators/
 * @throws ERR_INVALID_ARGUMENT if the model is of another class; ERR_FILE if the file cannot be written
 * @example
 * ```ts
 * import { statSync } from 'node:fs';
 * import { exportOnnx, Generator } from 'libtorch-generative';
 *
 * exportOnnx('generator.onnx', new Generator(), { metadata: { seed: '7' } });
 * console.log(statSync('generator.onnx').size > 4 * (100 * 128 + 128 * 784)); // true
 * ```
 */
export function exportOnnx(
  file: string,
  model: OnnxExportable,
  options: { metadata?: Record<string, string> | undefined } = {},
): void {
  checkString('file', file);
  const { metadata = {} } = readOptions(options, { metadata: checkMetadata });
  const texts = reading('metadata', () => ({ ...metadata }));
  // Loaded lazily: it takes a while, and most programs never export.
  const { encodeOnnx } = require('./onnx-file') as typeof import('./onnx-file');
  const producer = { name: 'libtorch-generative', version: packageVersion() };
  const bytes = scope(() => encodeOnnx({ graph: graphOf(model), opset: OPSET, producer, metadata: texts }));
  writeFileAtomic(file, bytes);
}

function checkMetadata(name: string, value: unknown): void {
  for (const [key, text] of readEntries(value as object, name, 'an object of strings')) {
    if (typeof text !== 'string') throw invalidArgument(`${name}.${key}`, 'a string', text);
  }
}

function graphOf(model: OnnxExportable): OnnxGraph {
  if (isMade(model, Generator)) return generatorGraph(model);
  if (isMade(model, Discriminator)) return discriminatorGraph(model);
  if (isMade(model, DcganGenerator)) return dcganGeneratorGraph(model);
  if (isMade(model, DcganDiscriminator)) return dcganDiscriminatorGraph(model);
  if (isMade(model, ResnetGenerator)) return resnetGeneratorGraph(model);
  if (isMade(model, ResnetDiscriminator)) return resnetDiscriminatorGraph(model);
  if (isMade(model, ConditionalGenerator)) return conditionalGeneratorGraph(model, graphOf(model.net));
  if (isMade(model, ProjectionDiscriminator)) return projectionDiscriminatorGraph(model, graphOf(model.net));
  if (isMade(model, MdnRnn)) return mdnRnnGraph(model);
  throw invalidArgument('model', 'a Generator, a Discriminator, one of a DCGAN or ResNet, or an MdnRnn', model);
}

function isMade<T extends Module>(model: unknown, type: new (...args: never) => T): model is T {
  return isInstance(model, type) && Module.isMade(model);
}

function generatorGraph(model: Generator): OnnxGraph {
  return {
    name: 'Generator',
    inputs: [{ name: 'noise', dims: ['batch', model.noiseDim] }],
    outputs: [{ name: 'samples', dims: ['batch', model.dataDim] }],
    nodes: [
      linear('noise', 'model.0', 'hidden'),
      { op: 'Relu', inputs: ['hidden'], outputs: ['activated'] },
      linear('activated', 'model.2', 'output'),
      { op: 'Tanh', inputs: ['output'], outputs: ['samples'] },
    ],
    initializers: initializersOf(model.stateDict()),
  };
}

function discriminatorGraph(model: Discriminator): OnnxGraph {
  const attributes = { alpha: { float: model.negativeSlope } };
  return {
    name: 'Discriminator',
    inputs: [{ name: 'data', dims: ['batch', model.dataDim] }],
    outputs: [{ name: 'probability', dims: ['batch', 1] }],
    nodes: [
      linear('data', 'model.0', 'hidden'),
      { op: 'LeakyRelu', inputs: ['hidden'], outputs: ['activated'], attributes },
      linear('activated', 'model.2', 'logit'),
      { op: 'Sigmoid', inputs: ['logit'], outputs: ['probability'] },
    ],
    initializers: initializersOf(model.stateDict()),
  };
}

function mdnRnnGraph(model: MdnRnn): OnnxGraph {
  const { inputDim, hiddenDim, numMixtures, outputDim } = model;
  const { 'fc.weight': weight, 'fc.bias': bias, ...rnn } = model.stateDict();
  // PyTorch's GRU applies the reset gate after the product with the hidden state.
  const attributes = { hidden_size: { int: hiddenDim }, linear_before_reset: { int: 1 } };
  return {
    name: 'MdnRnn',
    inputs: [{ name: 'input', dims: ['batch', 'time', inputDim] }],
    outputs: [{ name: 'raw', dims: ['batch', numMixtures, outputDim + 2] }],
    nodes: [
      // onnxruntime's GRU does not support batch-first input.
      { op: 'Transpose', inputs: ['input'], outputs: ['steps'], attributes: { perm: { ints: [1, 0, 2] } } },
      { op: 'GRU', inputs: ['steps', 'rnn.W', 'rnn.R', 'rnn.B'], outputs: ['', 'last'], attributes },
      { op: 'Squeeze', inputs: ['last', 'firstAxis'], outputs: ['features'] }, // (batch, hidden)
      linear('features', 'fc', 'flat'),
      { op: 'Reshape', inputs: ['flat', 'rawShape'], outputs: ['raw'] },
    ],
    initializers: [
      ...initializersOf({ ...gruWeights(rnn), 'fc.weight': weight!, 'fc.bias': bias! }),
      { name: 'firstAxis', dims: [1], data: BigInt64Array.of(0n) },
      { name: 'rawShape', dims: [3], data: BigInt64Array.of(0n, BigInt(numMixtures), BigInt(outputDim + 2)) }, // 0: unchanged
    ],
  };
}

/** Converts weights to ONNX's names and gate order: update, reset, new; PyTorch has reset, update, new. */
function gruWeights(rnn: StateDict): StateDict {
  const reordered = (name: string) => {
    const [reset, update, fresh] = thirds(rnn[`rnn.${name}_l0`]!);
    return cat([update, reset, fresh]);
  };
  return {
    'rnn.W': reordered('weight_ih').unsqueeze(0), // (1, 3H, I)
    'rnn.R': reordered('weight_hh').unsqueeze(0), // (1, 3H, H)
    'rnn.B': cat([reordered('bias_ih'), reordered('bias_hh')]).unsqueeze(0), // (1, 6H)
  };
}

function thirds(tensor: Tensor): [Tensor, Tensor, Tensor] {
  const length = tensor.shape[0]! / 3;
  return [tensor.slice(0, 0, length), tensor.slice(0, length, 2 * length), tensor.slice(0, 2 * length)];
}
