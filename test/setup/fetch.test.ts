import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { type SetupOptions, setupLibtorch } from '../../src/setup/setup-libtorch';
import { temporaryFolder } from '../native/fake-libtorch';
import { mountDisk, testOnDisk, unmountDisk } from '../small-disk';
import { cpuIndex, cpuWheel, machine, noise, TORCH, torchFiles } from './fake-wheels';
import { archive, type IndexServer, sendFile, startIndex, startProxy } from './index-server';

const onLinux = process.platform === 'linux' ? describe : describe.skip;

const originalEnv = process.env;
let folder: string;
let cache: string;
let index: IndexServer;
const lines: string[] = [];

beforeEach(() => {
  folder = temporaryFolder();
  cache = join(folder, 'cache', 'libtorch-generative');
  lines.length = 0;
  // No Python anywhere.
  process.env = { PATH: '/nowhere', HOME: folder, XDG_CACHE_HOME: join(folder, 'cache') };
});
afterEach(async () => {
  process.env = originalEnv;
  await index?.close();
  rmSync(folder, { recursive: true });
});

const setup = (options: SetupOptions = {}) =>
  setupLibtorch({ index: index.url, ...options, onProgress: (line) => lines.push(line) });

const libraryInCache = () => readFileSync(join(cache, '2.13.0-cpu', 'torch', 'lib', 'libtorch_cpu.so'));
const failure = (code = 'ERR_SETUP', message: RegExp) => ({ code, message: expect.stringMatching(message) });

onLinux('from an index, without Python', () => {
  test.each([
    ['HTML', false],
    ['JSON', true],
  ])('in %s, libraries and headers come into the cache and nothing else', async (_, json) => {
    index = await cpuIndex(undefined, { json });
    const libtorch = await setup();
    expect(libtorch).toMatchObject({ root: join(cache, '2.13.0-cpu', 'torch'), version: '2.13.0', cuda: false });
    expect(readdirSync(libtorch.root).sort()).toEqual(['include', 'lib', 'version.py']);
    expect(readdirSync(libtorch.lib).sort()).toEqual(['libc10.so', 'libtorch.so', 'libtorch_cpu.so']);
    expect(libraryInCache().equals(noise(200_000))).toBe(true);
    expect(readdirSync(cache)).toEqual(['2.13.0-cpu']);
    expect(lines).toEqual([
      `Putting libtorch 2.13.0 into ${cache}`,
      `${TORCH}, 0.2 MB`,
      ...lines.slice(2, -1),
      `${TORCH}: 100 %`,
    ]);
    await setup();
    expect(lines.at(-1)).toBe(`libtorch 2.13.0 is already in ${cache}/2.13.0-cpu`);
  });

  test('of its wheels one that runs here is taken', async () => {
    const wheel = cpuWheel();
    index = await startIndex({
      torch: {
        'torch-2.13.0.tar.gz': wheel,
        'torch-2.14.0+cpu-cp311-cp311-manylinux_2_28_x86_64.whl': wheel,
        'torch-2.13.0-cp311-none-macosx_11_0_arm64.whl': wheel,
        'torch-2.13.0+cpu-cp311-cp311-win_amd64.whl': wheel,
        'torch-2.13.0+cu130-cp311-cp311-manylinux_2_28_x86_64.whl': wheel,
        'torch-2.13.0+cpu-cp311-cp311-manylinux_2_99_x86_64.whl': wheel,
        'torch-2.13.0+cpu-cp311-cp311-linux_s390x.whl': wheel,
        [TORCH]: wheel,
      },
    });
    await setup();
    expect(index.requests).toEqual(['/simple/torch/', `/files/${encodeURIComponent(TORCH)}`]);
  });

  test('that has none for this system, that is said', async () => {
    index = await startIndex({ torch: { 'torch-2.13.0+cpu-cp311-cp311-win_amd64.whl': cpuWheel() } });
    const message =
      /has no wheel of torch==2\.13\.0\+cpu for linux \S+: none of its 1 files matches\n[\s\S]*Ways to fix this/;
    await expect(setup()).rejects.toMatchObject(failure('ERR_SETUP', message));
    expect(readdirSync(cache)).toEqual([]);
  });

  test('without hashes, that is said', async () => {
    index = await cpuIndex(undefined, { hashes: false });
    await setup();
    expect(lines).toContain(`The index has no SHA-256 for ${TORCH}: its content cannot be checked`);
  });

  test('the CUDA build brings the wheels of NVIDIA that it names, and those that these name', async () => {
    const any = (files: Record<string, string>, requires: string[] = []) =>
      archive({ ...files, 'x-1.dist-info/METADATA': requires.map((each) => `Requires-Dist: ${each}\n`).join('') });
    const torch = {
      ...torchFiles({ version: '2.14.1', cuda: true }),
      'torch-2.14.1.dist-info/METADATA': [
        'Requires-Dist: sympy>=1.13.3',
        'Requires-Dist: cuda-toolkit[cublas,cudart]==13.0.3; platform_system == "Linux"',
        'Requires-Dist: nvidia-cudnn-cu13==9.24.0.43; platform_system == "Linux"',
        'Requires-Dist: nvidia-extra==1; extra == "more"',
        'Requires-Dist: nvidia-for-others==1; platform_system == "Windows"',
      ].join('\n'),
    };
    index = await startIndex({
      torch: { [`torch-2.14.1-cp311-cp311-manylinux_2_28_${machine}.whl`]: archive(torch) },
      'cuda-toolkit': {
        'cuda_toolkit-13.0.3.0-py2.py3-none-any.whl': any({}, [
          "nvidia-cublas==13.1.1.3.*; (sys_platform == 'linux' or sys_platform == 'win32') and extra == 'cublas'",
          "nvidia-cufft==12.0.0.61.*; sys_platform == 'linux' and extra == 'cufft'",
          "nvidia-cuda-runtime<14,>=13.0.90; sys_platform == 'linux' and extra == 'cudart'",
        ]),
      },
      'nvidia-cublas': {
        [`nvidia_cublas-13.1.1.3-py3-none-manylinux_2_27_${machine}.whl`]: any({
          'nvidia/cu13/lib/libcublas.so.13': 'b',
        }),
        [`nvidia_cublas-13.2.0.1-py3-none-manylinux_2_27_${machine}.whl`]: any({ 'nvidia/cu13/lib/newer': 'b' }),
      },
      'nvidia-cuda-runtime': {
        [`nvidia_cuda_runtime-13.0.96-py3-none-manylinux2014_${machine}.manylinux_2_17_${machine}.whl`]: any({
          'nvidia/cu13/lib/libcudart.so.13': 'r',
        }),
        [`nvidia_cuda_runtime-14.0.1-py3-none-manylinux2014_${machine}.whl`]: any({ 'nvidia/cu14/x': '' }),
      },
      'nvidia-cudnn-cu13': {
        [`nvidia_cudnn_cu13-9.24.0.43-py3-none-manylinux_2_27_${machine}.whl`]: any(
          { 'nvidia/cudnn/lib/libcudnn.so.9': 'd' },
          ['nvidia-cublas'],
        ),
      },
    });
    const { root, cuda, version } = await setup({ cuda: true });
    expect([version, cuda]).toEqual(['2.14.1', true]);
    const nvidia = join(root, '..', 'nvidia');
    expect(readdirSync(nvidia, { recursive: true }).map(String).sort()).toEqual(
      ['cu13', 'cu13/lib', 'cu13/lib/libcublas.so.13', 'cu13/lib/libcudart.so.13', 'cudnn', 'cudnn/lib']
        .concat('cudnn/lib/libcudnn.so.9')
        .sort(),
    );
  });
});

onLinux('a server that', () => {
  test('is slow is waited for', async () => {
    const wheel = cpuWheel(50_000);
    index = await cpuIndex(wheel);
    index.answer = (request, response) => {
      if (!request.url!.startsWith('/files/')) return false;
      response.writeHead(200, { 'content-length': wheel.length });
      void (async () => {
        for (let start = 0; start < wheel.length; start += 5000) {
          response.write(wheel.subarray(start, start + 5000));
          await setTimeout(100);
        }
        response.end();
      })();
      return true;
    };
    await setup();
    expect(libraryInCache().equals(noise(50_000))).toBe(true);
  });

  test('breaks off is asked for the rest, again and again', async () => {
    const wheel = cpuWheel();
    index = await cpuIndex(wheel);
    let breaks = 0;
    index.answer = (request, response) => {
      if (!request.url!.startsWith('/files/') || breaks === 6) return false;
      breaks++;
      const start = Number(request.headers.range?.match(/^bytes=(\d+)-/)?.[1] ?? 0);
      const part = wheel.subarray(0, start + 30_000);
      const send = response.write.bind(response);
      response.end = (() => response) as never;
      sendFile(request, response, wheel);
      send(part.subarray(start), () => response.destroy());
      return true;
    };
    await setup();
    expect(libraryInCache().equals(noise(200_000))).toBe(true);
    const ranges = index.requests.flatMap((each) => each.match(/ bytes=(\d+)-/)?.[1] ?? []).map(Number);
    expect(ranges.length).toBe(6);
    expect(ranges).toEqual([...new Set(ranges)].sort((a, b) => a - b)); // never from the beginning
  });

  test.each([
    ['the bytes', (wheel: Uint8Array) => wheel.with(1000, wheel[1000]! ^ 1), /is corrupt|does not match its index/],
    [
      'the length, which is shorter',
      (wheel: Uint8Array) => wheel.subarray(0, 100_000),
      /is corrupt|does not match its/,
    ],
    ['the type', () => Buffer.from('<html>Please log in</html>'), /does not match its index: expected SHA-256 \w{64}/],
  ])('lies about %s is not believed', async (_, change, message) => {
    const wheel = cpuWheel();
    index = await cpuIndex(wheel);
    index.answer = (request, response) => {
      if (!request.url!.startsWith('/files/')) return false;
      response.writeHead(200, { 'content-type': 'text/html' }).end(change(wheel));
      return true;
    };
    await expect(setup()).rejects.toMatchObject(failure('ERR_SETUP', message));
    expect(readdirSync(cache)).toEqual([]);
  });

  test('redirects is followed, in circles not for ever', async () => {
    index = await cpuIndex();
    index.answer = ({ url }, response) => {
      const moved = url!.startsWith('/old/')
        ? url!.replace('/old/', '/simple/')
        : url === '/loop/torch/'
          ? url
          : undefined;
      if (moved) response.writeHead(302, { location: moved }).end();
      return moved !== undefined;
    };
    await setup({ index: index.url.replace('/simple', '/old') });
    expect(index.requests).toEqual(['/old/torch/', '/simple/torch/', `/files/${encodeURIComponent(TORCH)}`]);
    rmSync(cache, { recursive: true });
    const circle = setup({ index: index.url.replace('/simple', '/loop') });
    await expect(circle).rejects.toMatchObject(failure('ERR_SETUP', /Cannot fetch \S+\/loop\/torch\/: /));
  });

  test('has no such index says so', async () => {
    index = await cpuIndex();
    const refused = setup({ index: `${index.url}/elsewhere` });
    await expect(refused).rejects.toMatchObject(failure('ERR_SETUP', /elsewhere\/torch\/: the server answered 404/));
  });

  test('is busy is asked again when it wants to be', async () => {
    index = await cpuIndex();
    const times: number[] = [];
    index.answer = (_, response) => {
      times.push(performance.now());
      if (times.length > 1) return false;
      response.writeHead(503, { 'retry-after': '1' }).end();
      return true;
    };
    await setup();
    expect(times[1]! - times[0]!).toBeGreaterThan(900);
  });

  test('is not there, or is no index, is told', async () => {
    index = await cpuIndex();
    await index.close();
    await expect(setup()).rejects.toMatchObject(failure('ERR_SETUP', /connection refused/));
    index = await cpuIndex();
    index.answer = (_, response) => {
      response.setHeader('content-type', 'application/vnd.pypi.simple.v1+json').end('{"oops":');
      return true;
    };
    await expect(setup()).rejects.toMatchObject(failure('ERR_SETUP', /is not a package index/));
  });

  test('never answers costs ten seconds', async () => {
    index = await cpuIndex();
    index.answer = () => true;
    const start = performance.now();
    await expect(setup()).rejects.toMatchObject(failure('ERR_SETUP', /no answer within 10 seconds/));
    expect(performance.now() - start).toBeLessThan(30_000);
  });
});

onLinux('behind a proxy', () => {
  test('with a user and a password, all goes through it but what NO_PROXY excludes', async () => {
    index = await cpuIndex();
    const proxy = await startProxy('jo', 'p@ss');
    try {
      process.env.HTTP_PROXY = `http://jo:p%40ss@127.0.0.1:${proxy.port}`;
      await setup();
      expect(new Set(proxy.hosts)).toEqual(new Set([`127.0.0.1:${index.port}`]));
      rmSync(cache, { recursive: true });
      proxy.hosts.length = 0;
      process.env.NO_PROXY = '127.0.0.1';
      await setup();
      expect(proxy.hosts).toEqual([]);
    } finally {
      await proxy.close();
    }
  });

  test('that refuses the password, what to write is said, and no password', async () => {
    index = await cpuIndex();
    const proxy = await startProxy('jo', 'secret');
    try {
      process.env.HTTP_PROXY = `http://jo:wrong@127.0.0.1:${proxy.port}`;
      const refused = await setup().catch((error) => error);
      expect(refused).toMatchObject(failure('ERR_SETUP', /the proxy requires a user and password/));
      expect(refused.message).not.toContain('wrong');
    } finally {
      await proxy.close();
    }
  });

  test("an index's own password goes to it, and into no message", async () => {
    index = await cpuIndex();
    index.answer = ({ headers }, response) => {
      if (headers.authorization === `Basic ${Buffer.from('jo:secret').toString('base64')}`) return false;
      response.writeHead(401).end();
      return true;
    };
    const refused = await setup({ index: index.url.replace('//', '//jo:wrong@') }).catch((error) => error);
    expect(refused.message).toMatch(/the server answered 401/);
    expect(refused.message).not.toContain('wrong');
    await setup({ index: index.url.replace('//', '//jo:secret@') });
    const without = setup({ index: index.url.replace('//', '//jo:secret@'), cuda: true }).catch((error) => error);
    expect((await without).message).toMatch(/has no wheel of torch==2\.14\.1 for/);
    expect((await without).message).not.toContain('secret');
  });
});

test.each([
  [{ from: 'x', index: 'https://x' }, /^Cannot use from and index together/],
  [{ index: 'https://x', pip: true }, /^Cannot use index and pip together/],
  [{ index: 'x' }, /^Expected an http or https URL for index but received "x"/],
  [{ index: 'file:///x' }, /^Expected an http or https URL for index/],
])('%j is refused', async (options, message) => {
  await expect(setupLibtorch(options)).rejects.toMatchObject(failure('ERR_INVALID_ARGUMENT', message));
});

onLinux('setups', () => {
  test('two at once both end with it', async () => {
    index = await cpuIndex(cpuWheel(2_000_000));
    const [one, two] = await Promise.all([setup(), setup()]);
    expect(one).toEqual(two);
    expect(readdirSync(cache)).toEqual(['2.13.0-cpu']);
  });

  test('one that was killed leaves nothing to the next', async () => {
    const wheel = cpuWheel();
    index = await cpuIndex(wheel);
    let ended: Promise<unknown> | undefined;
    index.answer = (request, response) => {
      if (!request.url!.startsWith('/files/') || ended) return false;
      response.writeHead(200, { 'content-length': wheel.length }).write(wheel.subarray(0, 100_000));
      ended = setTimeout(300).then(() => child.kill('SIGKILL'));
      return true;
    };
    const script = `require(${JSON.stringify(resolve('src/setup/setup-libtorch'))}).setupLibtorch({ index: '${index.url}' })`;
    const child = spawn(process.execPath, ['--import', 'tsx', '-e', script], { env: process.env, stdio: 'ignore' });
    await new Promise((resolve) => child.on('close', resolve));
    expect(readdirSync(cache)).toEqual([expect.stringMatching(/^\.setup-/)]);
    await setup();
    expect(readdirSync(cache)).toEqual(['2.13.0-cpu']);
  });

  testOnDisk('a full disk is reported, and left empty', async () => {
    mkdirSync(cache, { recursive: true });
    expect(mountDisk(cache, '1m')).toBe(true);
    try {
      index = await cpuIndex(cpuWheel(3_000_000));
      await expect(setup()).rejects.toMatchObject(failure('ERR_SETUP', /^The disk is full: libtorch needs about/));
      expect(readdirSync(cache)).toEqual([]);
    } finally {
      unmountDisk(cache);
    }
  });
});
