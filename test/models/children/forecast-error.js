// Prints the largest error of the fused forecast against the model's own steps, on the kernels that the environment
// picks, and whether a few of its paths are the first of many to the last bit.
const { forecastPaths, manualSeed, MdnRnn, randn, setNumThreads } = require('../../../lib');

setNumThreads(2);
manualSeed(1);
const [inputDim, horizon, numMany] = [3, 9, 70];
const fused = new MdnRnn({ inputDim, hiddenDim: 33, numMixtures: 7 });
const exact = new MdnRnn({ inputDim, hiddenDim: 33, numMixtures: 7, exact: true });
exact.loadStateDict(fused.stateDict());
const history = randn([5, inputDim]);
const known = randn([horizon - 1, inputDim - 1]);
const draw = (model, paths) => forecastPaths(model, history, { horizon, paths, known });
const many = draw(fused, numMany);
const error = many.sub(draw(exact, numMany)).abs().max().item();
const isSame = [1, 2, 17, 64].every((paths) => draw(fused, paths).equal(many.slice(0, 0, paths)));
console.log(JSON.stringify({ error, isSame }));
