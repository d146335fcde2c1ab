import { Parser } from 'htmlparser2';
import { LibtorchGenerativeError } from '../errors';
import type { Downloader } from './download';
import { compareVersions, type Requirement, satisfies } from './requirement';
import { isForThisSystem, parseWheelName } from './wheel-name';

/** A file that an index lists. */
export interface IndexedFile {
  name: string;
  url: string;
  sha256: string | undefined;
}

const JSON_TYPE = 'application/vnd.pypi.simple.v1+json';
const ACCEPT = `${JSON_TYPE}, application/vnd.pypi.simple.v1+html;q=0.5, text/html;q=0.2`;

/**
 * Returns the newest wheel for this system that meets a requirement.
 *
 * @param index the URL of a package index, as specified by PEP 503 (HTML) or PEP 691 (JSON)
 * @throws ERR_SETUP, also if there is no such wheel
 */
export async function findWheel(downloader: Downloader, index: string, wanted: Requirement): Promise<IndexedFile> {
  const { url, files } = await listFiles(downloader, `${index.replace(/\/*$/, '')}/${wanted.project}/`);
  const fitting = files.flatMap((file) => {
    const wheel = parseWheelName(file.name);
    const fits = wheel && isForThisSystem(wheel) && satisfies(wheel.version, wanted.specifier);
    return fits ? [{ file, version: wheel.version }] : [];
  });
  const [best] = fitting.sort((a, b) => compareVersions(b.version, a.version) || (a.file.name < b.file.name ? -1 : 1));
  if (best) return best.file;
  const found = files.length > 0 ? `none of its ${files.length} files matches` : 'it lists no files';
  throw new LibtorchGenerativeError(
    'ERR_SETUP',
    `${url} has no wheel of ${wanted.project}${wanted.specifier} for ${process.platform} ${process.arch}: ${found}`,
  );
}

async function listFiles(downloader: Downloader, page: string): Promise<{ url: string; files: IndexedFile[] }> {
  const { url, contentType, text } = await downloader.text(page, ACCEPT);
  try {
    return { url, files: contentType.includes('json') ? filesInJson(text, url) : filesInHtml(text, url) };
  } catch (cause) {
    const message = `${url} is not a package index: ${(cause as Error).message}`;
    throw new LibtorchGenerativeError('ERR_SETUP', message, { cause });
  }
}

/** @see https://peps.python.org/pep-0691/ */
function filesInJson(text: string, base: string): IndexedFile[] {
  const { files } = JSON.parse(text) as { files: { filename: string; url: string; hashes?: { sha256?: string } }[] };
  return files.map(({ filename, url, hashes }) => ({
    name: filename,
    url: String(new URL(url, base)),
    sha256: hashes?.sha256,
  }));
}

/** @see https://peps.python.org/pep-0503/ */
function filesInHtml(text: string, base: string): IndexedFile[] {
  const files: IndexedFile[] = [];
  const parser = new Parser({
    onopentag(tag, { href }) {
      if (tag !== 'a' || href === undefined) return;
      const url = new URL(href, base);
      const sha256 = url.hash.match(/^#sha256=([0-9a-f]{64})$/i)?.[1]?.toLowerCase();
      url.hash = '';
      files.push({ name: decodeURIComponent(url.pathname.split('/').at(-1)!), url: String(url), sha256 });
    },
  });
  parser.end(text);
  return files;
}
