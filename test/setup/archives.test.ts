import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setupLibtorch } from '../../src/setup/setup-libtorch';
import { temporaryFolder, writeFiles } from '../native/fake-libtorch';
import { cpuIndex, cpuWheel, noise, torchFiles } from './fake-wheels';
import { archive, type IndexServer } from './index-server';

const onLinux = process.platform === 'linux' ? describe : describe.skip;

const originalEnv = process.env;
let folder: string;
let cache: string;
let index: IndexServer;

beforeEach(() => {
  folder = temporaryFolder();
  cache = join(folder, 'cache', 'libtorch-generative');
  // No Python anywhere.
  process.env = { PATH: '/nowhere', HOME: folder, XDG_CACHE_HOME: join(folder, 'cache') };
});
afterEach(async () => {
  process.env = originalEnv;
  await index?.close();
  rmSync(folder, { recursive: true });
});

const setup = () => setupLibtorch({ index: index.url, onProgress: () => {} });
const libraryInCache = () => readFileSync(join(cache, '2.13.0-cpu', 'torch', 'lib', 'libtorch_cpu.so'));
const failure = (code = 'ERR_SETUP', message: RegExp) => ({ code, message: expect.stringMatching(message) });

onLinux('an archive', () => {
  test.each(['torch/lib/../../../../escaped', 'nvidia/../../escaped', 'torch/lib/..\\..\\escaped'])(
    'with the path %s is refused',
    async (path) => {
      index = await cpuIndex(archive({ ...torchFiles(), [path]: 'out' }));
      await expect(setup()).rejects.toMatchObject(failure('ERR_SETUP', /is corrupt: it has the path/));
      expect(readdirSync(folder, { recursive: true }).join()).not.toContain('escaped');
    },
  );

  const record = (files: Record<string, string>) =>
    Object.entries(files)
      .map(([name, hash]) => `${name},sha256=${hash},1\r\n`)
      .join('');

  test('is unpacked without a network: a wheel, or libtorch as a zip', async () => {
    process.env.PATH = '/nowhere';
    const asZip = Object.entries(torchFiles()).map(([name, content]) => [name.replace(/^torch/, 'libtorch'), content]);
    const files = { 'a.whl': cpuWheel(), 'b.zip': archive(Object.fromEntries(asZip)) };
    for (const [name, bytes] of Object.entries(files)) {
      writeFileSync(join(folder, name), bytes);
      rmSync(cache, { recursive: true, force: true });
      const { root } = await setupLibtorch({ from: join(folder, name), onProgress: () => {} });
      expect(root).toBe(join(cache, '2.13.0-cpu', 'torch'));
      expect(libraryInCache().equals(noise(200_000))).toBe(true);
    }
  });

  test('is checked against its RECORD', async () => {
    writeFileSync(
      join(folder, 'a.whl'),
      archive({ ...torchFiles(), 'torch-2.13.0.dist-info/RECORD': record({ 'torch/lib/libc10.so': 'AAAA' }) }),
    );
    const refused = setupLibtorch({ from: join(folder, 'a.whl'), onProgress: () => {} });
    await expect(refused).rejects.toMatchObject(failure('ERR_SETUP', /libc10\.so does not match its checksum/));
  });

  test.each([
    [
      'cut off',
      (wheel: Uint8Array) => wheel.subarray(0, 150_000),
      /it is truncated within torch\/lib\/libtorch_cpu\.so/,
    ],
    ['no archive', () => Buffer.from('hello'), /it is not a zip archive/],
    ['empty', () => new Uint8Array(), /it is not a zip archive/],
    [
      'of something else',
      () => archive({ 'x.txt': 'x' }),
      /does not contain a complete libtorch: lib\/libc10\.so is missing/,
    ],
  ])('that is %s is refused', async (_, change, message) => {
    writeFileSync(join(folder, 'a.whl'), change(cpuWheel()));
    const refused = setupLibtorch({ from: join(folder, 'a.whl'), onProgress: () => {} });
    await expect(refused).rejects.toMatchObject(failure('ERR_SETUP', message));
    expect(readdirSync(cache)).toEqual([]);
  });

  test('that cannot be read is refused by its name', async () => {
    const missing = setupLibtorch({ from: join(folder, 'missing.whl'), onProgress: () => {} });
    await expect(missing).rejects.toMatchObject(failure('ERR_LIBTORCH_BROKEN', /missing\.whl does not exist/));
    mkdirSync(join(folder, 'torch-2.13.0.whl'));
    const noFile = setupLibtorch({ from: join(folder, 'torch-2.13.0.whl'), onProgress: () => {} });
    await expect(noFile).rejects.toMatchObject({ code: 'ERR_LIBTORCH_BROKEN' });
    expect(existsSync(cache)).toBe(false);
  });

  test('of another version is refused', async () => {
    writeFileSync(join(folder, 'a.whl'), archive(torchFiles({ version: '2.9.1' })));
    const refused = setupLibtorch({ from: join(folder, 'a.whl'), onProgress: () => {} });
    await expect(refused).rejects.toMatchObject({ code: 'ERR_LIBTORCH_VERSION' });
  });

  test('may be one of a folder of wheels, with those of NVIDIA', async () => {
    const wheels = join(folder, 'wheels');
    writeFiles(wheels, { 'notes.txt': '' });
    writeFileSync(
      join(wheels, 'torch-2.14.1-cp311-cp311-manylinux_2_28_x86_64.whl'),
      archive(torchFiles({ version: '2.14.1', cuda: true })),
    );
    writeFileSync(
      join(wheels, 'nvidia_cudnn_cu13-9-py3-none-any.whl'),
      archive({ 'nvidia/cudnn/lib/libcudnn.so.9': 'd' }),
    );
    const { root, cuda } = await setupLibtorch({ from: wheels, onProgress: () => {} });
    expect([cuda, existsSync(join(root, '../nvidia/cudnn/lib/libcudnn.so.9'))]).toEqual([true, true]);
  });
});
