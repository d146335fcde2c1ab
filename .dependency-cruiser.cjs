/**
 * Imports point down this list only: a folder may use those before it, never those after it.
 * @type {import('dependency-cruiser').IConfiguration}
 */
const layers = ['native', 'setup', 'pool', 'tensor', 'nn', 'models', 'data', 'evaluation', 'report', 'training', 'worker', 'service', 'cli'];

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-dev-dependencies', severity: 'error', from: { path: '^src', pathNot: '/browser/' }, to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only', 'type-import'] } },
    { name: 'no-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    ...layers.slice(0, -1).map((layer, index) => ({
      name: `${layer}-imports-downward`,
      severity: 'error',
      from: { path: `^src/${layer}/` },
      to: { path: `^src/(${layers.slice(index + 1).join('|')})/` },
    })),
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['require', 'node', 'default'] },
  },
};
