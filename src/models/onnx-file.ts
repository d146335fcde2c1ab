import { Message } from '../protobuf-message';

/** A computation graph in ONNX's terms; tensors are identified by name. */
export interface OnnxGraph {
  name: string;
  inputs: OnnxValue[];
  outputs: OnnxValue[];
  /** In topological order: inputs are computed before they are used. */
  nodes: OnnxNode[];
  initializers: OnnxInitializer[];
}

/** An input or output tensor. */
export interface OnnxValue {
  name: string;
  /** The sizes; a name for a dynamic one. */
  dims: readonly (number | string)[];
  /** Default float32. */
  type?: 'int64';
}

export interface OnnxNode {
  op: string;
  inputs: string[];
  outputs: string[];
  attributes?: Record<string, { int: number } | { float: number } | { ints: number[] } | { text: string }>;
}

/** A constant tensor. */
export interface OnnxInitializer {
  name: string;
  dims: number[];
  data: Float32Array | BigInt64Array;
}

export interface OnnxModel {
  graph: OnnxGraph;
  /** The version of ONNX's operator set. */
  opset: number;
  producer: { name: string; version: string };
  /** Strings by name, onnxruntime's custom metadata map. */
  metadata: Record<string, string>;
}

/** The file format version of opsets 17 and 18. */
const IR_VERSION = 8;
const FLOAT = 1;
const INT64 = 7;

/**
 * Encodes a model as an ONNX file.
 *
 * @see https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
 */
export function encodeOnnx({ graph, opset, producer, metadata }: OnnxModel): Uint8Array {
  const model = new Message().int(1, IR_VERSION).text(2, producer.name).text(3, producer.version);
  model.message(7, encodeGraph(graph));
  model.message(8, new Message().text(1, '').int(2, opset));
  for (const [key, value] of Object.entries(metadata)) model.message(14, new Message().text(1, key).text(2, value));
  return model.finish();
}

function encodeGraph({ name, inputs, outputs, nodes, initializers }: OnnxGraph): Message {
  const graph = new Message();
  for (const node of nodes) graph.message(1, encodeNode(node));
  graph.text(2, name);
  for (const initializer of initializers) graph.message(5, encodeInitializer(initializer));
  for (const input of inputs) graph.message(11, encodeValue(input));
  for (const output of outputs) graph.message(12, encodeValue(output));
  return graph;
}

function encodeNode({ op, inputs, outputs, attributes = {} }: OnnxNode): Message {
  const node = new Message();
  for (const input of inputs) node.text(1, input);
  for (const output of outputs) node.text(2, output);
  node.text(3, outputs.find(Boolean)!).text(4, op);
  for (const [name, value] of Object.entries(attributes)) {
    const attribute = new Message().text(1, name);
    if ('float' in value) attribute.float(2, value.float).int(20, 1);
    else if ('int' in value) attribute.int(3, value.int).int(20, 2);
    else if ('text' in value) attribute.text(4, value.text).int(20, 3);
    else attribute.ints(8, value.ints).int(20, 7);
    node.message(5, attribute);
  }
  return node;
}

function encodeInitializer({ name, dims, data }: OnnxInitializer): Message {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return new Message()
    .ints(1, dims)
    .int(2, data instanceof BigInt64Array ? INT64 : FLOAT)
    .text(8, name)
    .bytes(9, bytes);
}

function encodeValue({ name, dims, type }: OnnxValue): Message {
  const shape = new Message();
  for (const dim of dims) {
    shape.message(1, typeof dim === 'number' ? new Message().int(1, dim) : new Message().text(2, dim));
  }
  const tensorType = new Message().int(1, type === 'int64' ? INT64 : FLOAT).message(2, shape);
  return new Message().text(1, name).message(2, new Message().message(1, tensorType));
}
