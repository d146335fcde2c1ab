import { inEvalMode } from '../nn/eval-mode';
import { noGrad } from '../tensor/autograd';
import type { ConditionalGenerator } from './conditional-generator';
import type { OnnxGraph, OnnxNode } from './onnx-file';
import { initializersOf } from './onnx-layers';
import type { ProjectionDiscriminator } from './projection-discriminator';

const PREFIX = 'net.';
/** The number of each sample's class. */
const LABEL = { name: 'label', dims: ['batch'], type: 'int64' } as const;
const LOOK_UP: OnnxNode = { op: 'Gather', inputs: ['embedding.weight', LABEL.name], outputs: ['vector'] };

/** @param net the graph of the model's net */
export function conditionalGeneratorGraph(model: ConditionalGenerator, net: OnnxGraph): OnnxGraph {
  const nodes = prefixed(net);
  return {
    ...net,
    name: model.constructor.name,
    inputs: [{ name: 'noise', dims: ['batch', model.noiseDim] }, LABEL],
    nodes: [
      LOOK_UP,
      { op: 'Concat', inputs: ['noise', 'vector'], outputs: [`${PREFIX}noise`], attributes: { axis: { int: 1 } } },
      ...nodes,
    ],
    initializers: initializersOfBoth(model, net),
  };
}

/** @param net the graph of the model's net, which ends with the sigmoid of a logit */
export function projectionDiscriminatorGraph(model: ProjectionDiscriminator, net: OnnxGraph): OnnxGraph {
  const nodes = prefixed(net);
  const sigmoid = nodes.findLast(({ op }) => op === 'Sigmoid')!;
  const [logit] = sigmoid.inputs as [string];
  const judge = nodes.findIndex(({ outputs }) => outputs.includes(logit));
  const [hidden] = nodes[judge]!.inputs as [string];
  return {
    ...net,
    name: model.constructor.name,
    inputs: [...net.inputs, LABEL],
    nodes: [
      { op: 'Identity', inputs: ['data'], outputs: [`${PREFIX}data`] },
      ...nodes.slice(0, judge + 1),
      LOOK_UP,
      { op: 'Flatten', inputs: [hidden], outputs: ['features'] },
      { op: 'Mul', inputs: ['features', 'vector'], outputs: ['products'] },
      { op: 'ReduceSum', inputs: ['products', 'classAxis'], outputs: ['ofClass'] },
      { op: 'Flatten', inputs: [logit], outputs: ['ofAny'] },
      { op: 'Add', inputs: ['ofAny', 'ofClass'], outputs: ['logit'] },
      { op: 'Sigmoid', inputs: ['logit'], outputs: ['probability'] },
    ],
    initializers: [...initializersOfBoth(model, net), { name: 'classAxis', dims: [1], data: BigInt64Array.of(1n) }],
  };
}

/** Returns a graph's nodes with other names for its tensors, apart from its outputs. */
function prefixed({ nodes, outputs }: OnnxGraph): OnnxNode[] {
  const kept = new Set(['', ...outputs.map(({ name }) => name)]); // an empty name is an input left out
  const named = (names: string[]) => names.map((name) => (kept.has(name) ? name : PREFIX + name));
  return nodes.map((node) => ({ ...node, inputs: named(node.inputs), outputs: named(node.outputs) }));
}

function initializersOfBoth(model: ConditionalGenerator | ProjectionDiscriminator, net: OnnxGraph) {
  const vectors = inEvalMode(model, () => noGrad(() => model.embedding.weight)); // perhaps with spectral norm
  return [
    ...initializersOf({ 'embedding.weight': vectors }),
    ...net.initializers.map((each) => ({ ...each, name: PREFIX + each.name })),
  ];
}
