import { compareVersions, parseRequirement, requirementsIn, satisfies } from '../../src/setup/requirement';
import { parseWheelName } from '../../src/setup/wheel-name';

test.each([
  ['torch==2.13.0+cpu', 'torch', [], '==2.13.0+cpu'],
  ['cuda-toolkit[cublas,cudart]==13.0.3', 'cuda-toolkit', ['cublas', 'cudart'], '==13.0.3'],
  ['Nvidia_Nvjitlink <14, >=13.0.88', 'nvidia-nvjitlink', [], '<14,>=13.0.88'],
  ['zope.interface (>=5)', 'zope-interface', [], '>=5'],
  ['numpy', 'numpy', [], ''],
])('%s is read', (text, project, extras, specifier) => {
  expect(parseRequirement(text)).toEqual({ text, project, extras, specifier });
});

test.each([
  ['2.13.0+cpu', '==2.13.0+cpu', true],
  ['2.13.0', '==2.13.0+cpu', false],
  ['2.13.0+cu130', '==2.13.0', true],
  ['13.0.3.0', '==13.0.3', true],
  ['13.0.30', '==13.0.3', false],
  ['13.0.3.5', '==13.0.3.*', true],
  ['13.1.3', '==13.0.3.*', false],
  ['13.1.3', '!=13.0.*', true],
  ['13.4.92', '<14,>=13.0.88', true],
  ['14.0', '<14,>=13.0.88', false],
  ['13.0.9', '<14,>=13.0.88', false],
  ['2.2.5', '~=2.2.1', true],
  ['2.3.0', '~=2.2.1', false],
  ['1.0', '', true],
])('version %s for %j: %s', (version, specifier, isRight) => {
  expect(satisfies(version, specifier)).toBe(isRight);
});

test('versions are compared by their numbers', () => {
  const versions = ['2.9.1', '2.13.0', '2.13', '2.2.10', '10.0'];
  expect(versions.toSorted(compareVersions)).toEqual(['2.2.10', '2.9.1', '2.13.0', '2.13', '10.0']);
});

test('markers choose by extra and system', () => {
  const metadata = [
    'Requires-Dist: a',
    'Requires-Dist: b==1; platform_system == "Linux"',
    "Requires-Dist: c==1 ; sys_platform == 'win32'",
    "Requires-Dist: d==1; (sys_platform == 'win32' or sys_platform == 'linux') and extra == 'more'",
    'Requires-Dist: e; python_version < "3.12"',
  ].join('\r\n');
  const names = (extras: string[]) => requirementsIn(metadata, extras).map(({ project }) => project);
  expect(names([])).toEqual(['a', 'b', 'e']);
  expect(names(['more'])).toEqual(['a', 'b', 'd', 'e']);
});

test.each([
  ['torch-2.13.0+cpu-cp311-cp311-manylinux_2_28_x86_64.whl', '2.13.0+cpu', ['manylinux_2_28_x86_64']],
  [
    'nvidia_nvtx-13.0.85-py3-none-manylinux1_x86_64.manylinux_2_5_x86_64.whl',
    '13.0.85',
    ['manylinux1_x86_64', 'manylinux_2_5_x86_64'],
  ],
  ['x-1.0-1build-py3-none-any.whl', '1.0', ['any']],
])('the name %s is read', (name, version, platforms) => {
  expect(parseWheelName(name)).toEqual({ version, platforms });
});

test.each(['torch-2.13.0.tar.gz', 'torch.whl', ''])('%j is no wheel', (name) => {
  expect(parseWheelName(name)).toBeUndefined();
});
